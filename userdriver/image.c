// SPDX-License-Identifier: GPL-2.0
/*
 * image.c - what the registers shall hold, do hold, and the way from one to the other.
 *
 * Each subject computes its part; here the parts are compared with what the NIC holds and
 * only what differs is written.  RCTL above all: QEMU's e1000 receives nothing for one second
 * after any write to it.
 */
#include <string.h>

#include "driver.h"

#define VLAN_TYPE	0x8100u	/* frames with a tag may be 4 bytes longer */
#define COLLISION_RETRIES 15u
/* 802.3's 64 bytes at 10 and 100 Mb/s, half duplex, too (14.5): the 512 of 13.4.33 are for a half duplex
 * at 1000 Mb/s, which the PHY is never let have */
#define COLLISION_BYTES 0x40u

#define ALL 0xffffffffu
#define LOW 0x0000ffffu

static const struct {
	uint32_t reg, mask;
	const char *what;
} row[IMG_REGS] = {
	[IMG_CTRL] = { CTRL, CTRL_USER, "CTRL" },
	[IMG_RCTL] = { RCTL, RCTL_USER, "RCTL" },
	[IMG_TCTL] = { TCTL, TCTL_USER, "TCTL" },
	[IMG_FCAL] = { FCAL, ALL, "FCAL" },
	[IMG_FCAH] = { FCAH, LOW, "FCAH" },
	[IMG_FCT] = { FCT, LOW, "FCT" },
	[IMG_FCTTV] = { FCTTV, LOW, "FCTTV" },
	[IMG_FCRTL] = { FCRTL, FCRTL_XONE | FCRT_BYTES, "FCRTL" },
	[IMG_FCRTH] = { FCRTH, FCRT_BYTES, "FCRTH" },
	[IMG_VET] = { VET, LOW, "VET" },
	[IMG_TIPG] = { TIPG, 0x3fffffffu, "TIPG" },
	[IMG_ITR] = { ITR, LOW, "ITR" },
	[IMG_EITR] = { EITR0, LOW, "EITR" },
	[IMG_RDTR] = { RDTR, LOW, "RDTR" },
	[IMG_RADV] = { RADV, LOW, "RADV" },
	[IMG_TIDV] = { TIDV, LOW, "TIDV" },
	[IMG_TADV] = { TADV, LOW, "TADV" },
	[IMG_WUC] = { WUC, WUC_USER, "WUC" },
	/* no answers to ARP by the management firmware: guests have addresses of their own */
	[IMG_MANC] = { MANC, MANC_ARP_EN, "MANC" },
	[IMG_WUFC] = { WUFC, WUFC_USER, "WUFC" },
};

/* WUFC chooses what wakes; nothing does while WUC.PME_En is off.  The kernel half turns that
 * on when the domain shuts down, in PMCSR, which is the same bit (chapter 6.3.3). */
static void wol_compute(const struct xmd_adapter *a, struct image *want)
{
	want->reg[IMG_WUFC] = WUFC_OF(a->wol);
	if (a->wol)
		want->reg[IMG_CTRL] |= CTRL_ADVD3WUC;
}

void image_compute(const struct driver *d, struct image *want)
{
	memset(want, 0, sizeof(*want));
	want->reg[IMG_TCTL] = COLLISION_RETRIES << TCTL_CT_SHIFT | COLLISION_BYTES << TCTL_COLD_SHIFT;
	want->reg[IMG_VET] = VLAN_TYPE;
	want->reg[IMG_TIPG] = xmd_chip_tipg(d->chip);
	link_compute(d, want);
	flow_compute(d, want);
	moderation_compute(d, want);
	filter_compute(&d->adapter, want);
	wol_compute(&d->adapter, want);
	want->known = true;
}

/* Bits that are not ours are masked out when the value is looked at. */
void image_add_read(struct reg_batch *b, struct image *have)
{
	for (unsigned int i = 0; i < IMG_REGS; i++) {
		if (!xmd_chip_lacks(b->d->chip, row[i].reg))
			batch_read(b, row[i].reg, &have->reg[i], row[i].what);
	}
	for (unsigned int i = 0; i < RAR_ENTRIES; i++) {
		batch_read(b, RAL(i), &have->ral[i], "RAL");
		batch_read(b, RAH(i), &have->rah[i], "RAH");
	}
	for (unsigned int i = 0; i < MTA_WORDS; i++)
		batch_read(b, MTA(i), &have->mta[i], "MTA");
}

static bool differs(const struct image *have, const struct image *want, enum image_reg i)
{
	return !have->known || (have->reg[i] ^ want->reg[i]) & row[i].mask;
}

static void add_reg(struct reg_batch *b, enum image_reg i, uint32_t val)
{
	if (row[i].mask == ALL)
		batch_write(b, row[i].reg, val, row[i].what);
	else
		batch_set(b, row[i].reg, row[i].mask, val, row[i].what);
}

/* RAH.AV is off while the entry is half written: no stranger's address is ever valid. */
static void add_rar(struct reg_batch *b, unsigned int i, const struct image *want)
{
	batch_write(b, RAH(i), 0, "RAH");
	batch_write(b, RAL(i), want->ral[i], "RAL");
	if (want->rah[i])
		batch_write(b, RAH(i), want->rah[i], "RAH");
}

/* Hash bits first: an address that moves from an exact entry to a hash bit is received
 * throughout.  From the end (82546GB, erratum 15), and with the even word before an odd one that
 * was written (XMD_ERR_MTA_ODD). */
static void add_tables(struct reg_batch *b, const struct image *have, const struct image *want)
{
	bool spoils = b->d->chip->flags & XMD_ERR_MTA_ODD, spoilt = false;

	for (unsigned int i = MTA_WORDS; i-- > 0;) {
		bool write = !have->known || have->mta[i] != want->mta[i] || spoilt;

		if (write)
			batch_write(b, MTA(i), want->mta[i], "MTA");
		spoilt = spoils && write && i % 2;
	}
	for (unsigned int i = RAR_ENTRIES; i-- > 0;) {
		if (!have->known || have->ral[i] != want->ral[i] || have->rah[i] != want->rah[i])
			add_rar(b, i, want);
	}
}

/* Widen before the tables change, narrow after, so that no wanted frame is lost between:
 * both are one write of RCTL, and most changes need but one of them. */
static uint32_t widened(uint32_t have, uint32_t want)
{
	uint32_t open = RCTL_UPE | RCTL_MPE | RCTL_BAM;

	return ((have | want) & open) | (want & ~open);
}

/* XON is never above XOFF, not even in between: the guard would refuse it. */
static void add_thresholds(struct reg_batch *b, const struct image *have, const struct image *want)
{
	bool xoff = differs(have, want, IMG_FCRTH);

	if (xoff) {
		add_reg(b, IMG_FCRTL, 0);
		add_reg(b, IMG_FCRTH, want->reg[IMG_FCRTH]);
	}
	if (xoff || differs(have, want, IMG_FCRTL))
		add_reg(b, IMG_FCRTL, want->reg[IMG_FCRTL]);
}

/* Written in an order of their own. */
static bool apart(enum image_reg i)
{
	return i == IMG_RCTL || i == IMG_TCTL || i == IMG_FCRTL || i == IMG_FCRTH;
}

/* While STOPPED, RCTL and TCTL are left to START (xmd/nicdev.h). */
void image_add_write(struct reg_batch *b, const struct image *have, const struct image *want,
		     bool running)
{
	uint32_t rctl = have->reg[IMG_RCTL] & row[IMG_RCTL].mask;
	uint32_t wide = widened(rctl, want->reg[IMG_RCTL]);

	if (running && wide != rctl)
		add_reg(b, IMG_RCTL, wide);
	add_tables(b, have, want);
	if (running && want->reg[IMG_RCTL] != wide)
		add_reg(b, IMG_RCTL, want->reg[IMG_RCTL]);
	if (running && differs(have, want, IMG_TCTL))
		add_reg(b, IMG_TCTL, want->reg[IMG_TCTL]);
	add_thresholds(b, have, want);
	for (unsigned int i = 0; i < IMG_REGS; i++) {
		if (!apart(i) && differs(have, want, i) && !xmd_chip_lacks(b->d->chip, row[i].reg))
			add_reg(b, i, want->reg[i]);
	}
}

/* From what the registers hold to what they should; no crossing if that is the same.  A
 * failure leaves them unknown. */
int image_apply(struct driver *d)
{
	struct image want;
	struct reg_batch b;
	int err;

	image_compute(d, &want);
	batch_init(&b, d, EXIT_REGISTER);
	if (!d->image.known)
		image_add_read(&b, &d->image);
	err = batch_run(&b);
	if (err)
		return err;
	d->image.known = true;
	image_add_write(&b, &d->image, &want, true);
	d->image.known = false;
	err = batch_run(&b);
	if (!err)
		d->image = want;
	return err;
}
