// SPDX-License-Identifier: GPL-2.0
/*
 * flow.c - PAUSE frames: what is offered, what comes of it, when they are sent
 * (IEEE 802.3 annexes 28B and 31B; FCRTH and FCRTL in chapter 13 of the manual).
 */
#include "driver.h"

#define FLOW_ADDRESS_LOW	0x00c28001u	/* 01:80:c2:00:00:01, the group of PAUSE */
#define FLOW_ADDRESS_HIGH	0x00000100u
#define FLOW_TYPE		0x00008808u
#define PAUSE_TIME		0x0680u		/* of 512 bit times */

/* For receiving, of 64 KiB 48 or 40; the rest is for transmission.  Of 40 KiB it may have to be half. */
#define PBA_DEFAULT(kib)	((kib) * 3 / 4)
#define PBA_JUMBO(kib)		((kib) * 5 / 8)
#define TX_EXTRA		80u	/* bytes, with a frame: or it is never sent (3.3.7) */
#define XON_BELOW_XOFF		1536u

static unsigned int frame_bytes(unsigned int mtu)
{
	return mtu + 14 + 4 + 4;	/* header, VLAN tag, FCS */
}

/* A frame of more than half the default transmit memory would not be sent at line rate. */
uint32_t flow_pba_kib(const struct driver *d, unsigned int mtu)
{
	unsigned int kib = d->chip->memory, spare = (kib - PBA_DEFAULT(kib)) * 1024 / 2;
	unsigned int rest = (kib - PBA_JUMBO(kib)) * 1024;

	if (frame_bytes(mtu) <= spare)
		return PBA_DEFAULT(kib);
	return frame_bytes(mtu) + TX_EXTRA > rest ? kib / 2 : PBA_JUMBO(kib);
}

/* When the memory is so full that a pause is asked for, three frames must still fit: one we
 * are sending before the PAUSE, one the other end has begun, one for what is on the wire.
 * With the longest frames half of the memory has to do.  A multiple of 8 (FCRTH). */
static uint32_t xoff_at(const struct driver *d, unsigned int mtu)
{
	uint32_t memory = flow_pba_kib(d, mtu) * 1024;
	uint32_t room = (3 * frame_bytes(mtu) + 1023) & ~1023u;

	return memory - (room < memory / 2 ? room : memory / 2);
}

void flow_compute(const struct driver *d, struct image *want)
{
	uint32_t xoff = xoff_at(d, d->adapter.mtu);

	want->reg[IMG_FCAL] = FLOW_ADDRESS_LOW;
	want->reg[IMG_FCAH] = FLOW_ADDRESS_HIGH;
	want->reg[IMG_FCT] = FLOW_TYPE;
	want->reg[IMG_FCTTV] = PAUSE_TIME;
	want->reg[IMG_FCRTH] = xoff;
	want->reg[IMG_FCRTL] = (xoff - XON_BELOW_XOFF) | FCRTL_XONE;
	want->reg[IMG_CTRL] |= d->pause;
}

/* Who heeds PAUSE may say that it would send some as well: what the other end offers decides
 * (802.3, table 28B-2 and the note below it). */
uint16_t flow_advertised(const struct xmd_adapter *a)
{
	if (a->pause_rx)
		return PHY_AN_PAUSE | PHY_AN_ASM_DIR;
	return a->pause_tx ? PHY_AN_ASM_DIR : 0;
}

/* 802.3, table 28B-3. */
static uint32_t negotiated(uint16_t ours, uint16_t theirs)
{
	if (ours & theirs & PHY_AN_PAUSE)
		return CTRL_RFCE | CTRL_TFCE;
	if (!(ours & theirs & PHY_AN_ASM_DIR))
		return 0;
	if (ours & PHY_AN_PAUSE)
		return CTRL_RFCE;
	return theirs & PHY_AN_PAUSE ? CTRL_TFCE : 0;
}

/* Return: CTRL.RFCE and TFCE for a link whose partner has @lpa in its base page. */
uint32_t flow_resolve(const struct xmd_adapter *a, uint16_t lpa, bool full_duplex)
{
	uint32_t wanted = (a->pause_rx ? CTRL_RFCE : 0) | (a->pause_tx ? CTRL_TFCE : 0);

	if (!full_duplex)
		return 0;
	/* a forced link has no partner's page to look at */
	if (!a->pause_autoneg || !a->autoneg)
		return a->pause_autoneg ? 0 : wanted;
	return wanted & negotiated(flow_advertised(a), lpa);
}
