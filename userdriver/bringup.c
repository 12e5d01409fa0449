// SPDX-License-Identifier: GPL-2.0
/*
 * bringup.c - from reset to XMD_NIC_START (chapter 14), and adoption without a reset.
 *
 * Bring-up is a few full batches: everything that does not depend on the EEPROM or on
 * the PHY's answers goes with the reset.  RCTL and TCTL are not written here at all but
 * handed to XMD_NIC_START, which enables in the same write.
 */
#include <errno.h>
#include <string.h>

#include "driver.h"

/* Frames between wire and memory: intervals of 256 ns (ITR), delays of 1.024 us.
 * QEMU never interrupts more often than every 128 us, whatever ITR says. */
#define ITR_UNITS_PER_SECOND 3906250u
#define TIDV_UNITS 32u
#define TADV_UNITS 64u

/* The receive FIFO is 48 KiB (PBA's default): ask for a pause while three full frames
 * still fit, let go one and a half frame lower.  Both are multiples of 8. */
#define FCRTH_BYTES 0xac00u
#define FCRTL_BYTES 0xa600u
#define PAUSE_TIME 0x0680u	/* of 512 bit times */

/* TIPG for copper: IPGT 10, IPGR1 8, IPGR2 6 (chapter 13.4.34). */
#define TIPG_COPPER (10u | 8u << 10 | 6u << 20)

/* Chapter 13.4.1: 1 us before CTRL may be looked at again.  Then the hardware reloads
 * its defaults from the EEPROM, and grants access to it only when it is through. */
static void add_reset(struct reg_batch *b)
{
	const struct reg_wait rst_clear = { .reg = REG_CTRL, .mask = CTRL_RST, .usecs = 5000 };
	const struct reg_wait granted = {
		.reg = REG_EECD, .mask = EECD_EE_GNT, .val = EECD_EE_GNT, .usecs = 10000,
	};

	batch_set(b, REG_CTRL, CTRL_RST, CTRL_RST, "reset, setting CTRL.RST");
	batch_delay(b, 2);
	batch_wait(b, &rst_clear, NULL, "reset, CTRL.RST did not clear");
	batch_set(b, REG_EECD, EECD_EE_REQ, EECD_EE_REQ, "reset, setting EECD.EE_REQ");
	batch_wait(b, &granted, NULL, "reset, EECD.EE_GNT never came");
	batch_set(b, REG_EECD, EECD_EE_REQ, 0, "reset, clearing EECD.EE_REQ");
}

static void add_flow_control(struct reg_batch *b)
{
	batch_write(b, REG_FCAL, 0x00c28001, "flow control, FCAL");
	batch_write(b, REG_FCAH, 0x00000100, "flow control, FCAH");
	batch_write(b, REG_FCT, 0x00008808, "flow control, FCT");
	batch_write(b, REG_FCTTV, PAUSE_TIME, "flow control, FCTTV");
	batch_write(b, REG_FCRTL, FCRTL_BYTES | FCRTL_XONE, "flow control, FCRTL");
	batch_write(b, REG_FCRTH, FCRTH_BYTES, "flow control, FCRTH");
}

static void add_itr(struct reg_batch *b, unsigned int irq_rate)
{
	batch_write(b, REG_ITR, irq_rate ? ITR_UNITS_PER_SECOND / irq_rate : 0,
		    "interrupt moderation, ITR");
}

/* Received frames interrupt at once (RDTR 0), bounded by ITR: chapter 3.2.7. */
static void add_moderation(struct reg_batch *b, unsigned int irq_rate)
{
	add_itr(b, irq_rate);
	batch_write(b, REG_RDTR, 0, "interrupt moderation, RDTR");
	batch_write(b, REG_RADV, 0, "interrupt moderation, RADV");
	batch_write(b, REG_TIDV, TIDV_UNITS, "interrupt moderation, TIDV");
	batch_write(b, REG_TADV, TADV_UNITS, "interrupt moderation, TADV");
}

static void add_config(struct reg_batch *b, const struct options *opt)
{
	link_add_setup(b);
	batch_write(b, REG_TIPG, TIPG_COPPER, "configuration, TIPG");
	add_flow_control(b);
	add_moderation(b, opt->irq_rate);
	for (unsigned int i = 0; i < VFTA_WORDS; i++)
		batch_write(b, REG_VFTA(i), 0, "configuration, VFTA");
}

static int start(struct driver *d, const struct filter_shadow *filter)
{
	struct xmd_start msg = {
		.tx_ring = d->opt->tx_ring,
		.rx_ring = d->opt->rx_ring,
		.rctl = RCTL_BAM | filter->rctl,
		.tctl = TCTL_PSP | 0x0fu << TCTL_CT_SHIFT | COLD_FULL_DUPLEX,
	};
	int err;

	memcpy(msg.mac, d->mac, sizeof(msg.mac));
	err = port_start(d->port, &msg);
	if (err)
		return driver_downcall_failed(d, "XMD_NIC_START", err);
	d->filter = *filter;
	d->filter.known = true;
	d->mac_pause = 0;
	d->mac_cold = COLD_FULL_DUPLEX;
	return 0;
}

/* Reset, and all that the EEPROM does not decide; the EEPROM unless the address is known. */
static int reset_and_probe(struct driver *d, bool reset_phy, struct phy_state *phy)
{
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_REGISTER);
	add_reset(&b);
	if (reset_phy)
		phy_add_hard_reset(&b);
	add_config(&b, d->opt);
	batch_subject(&b, EXIT_PHY);
	phy_add_examine(&b, phy);
	batch_subject(&b, EXIT_EEPROM);
	err = d->mac_known ? batch_run(&b) : eeprom_read_mac(d, &b);
	return err ? err : phy_check(d, phy);
}

int bringup(struct driver *d, bool reset_phy)
{
	struct filter_shadow filter;
	struct phy_state phy;
	struct reg_batch b;
	int err;

	d->filter.known = false;
	err = reset_and_probe(d, reset_phy, &phy);
	if (err)
		return err;
	err = filter_fetch(d, &filter);
	if (err)
		return err;
	batch_init(&b, d, EXIT_PHY);
	if (reset_phy || !phy_link_is_ours(&phy))
		phy_add_negotiate(&b, &phy);
	batch_subject(&b, EXIT_REGISTER);
	filter_add_write(d, &b, &filter);
	err = batch_run(&b);
	if (!err)
		err = start(d, &filter);
	return err ? err : link_check(d, true);
}

static void mac_from_rar(const struct filter_shadow *have, uint8_t mac[XMD_ETH_ALEN])
{
	for (unsigned int i = 0; i < 4; i++)
		mac[i] = have->ral[0] >> 8 * i;
	mac[4] = have->rah[0];
	mac[5] = have->rah[0] >> 8;
}

/* The address in RAL/RAH 0 is the one that frames are received for; what HELLO tells is
 * the one that START was given.  They differ only if something went wrong between. */
static int adopt_mac(struct driver *d)
{
	uint8_t mac[XMD_ETH_ALEN];

	mac_from_rar(&d->filter, mac);
	if (mac_valid(d->hello.mac)) {
		if (memcmp(mac, d->hello.mac, sizeof(mac)))
			log_line("adoption: RAL/RAH 0 do not hold the station address; writing it again");
		memcpy(mac, d->hello.mac, sizeof(mac));
	}
	if (!mac_valid(mac))
		return driver_fail(d, EXIT_REGISTER,
			"adoption: neither HELLO nor RAL/RAH 0 hold a station address");
	memcpy(d->mac, mac, sizeof(mac));
	d->mac_known = true;
	return 0;
}

int adopt(struct driver *d)
{
	struct link_reading link;
	struct reg_batch b;
	int err;

	d->link.up = d->hello.link;
	d->link.speed = d->hello.speed;
	d->link.full_duplex = d->hello.duplex;
	d->mac_pause = MAC_UNKNOWN;
	d->mac_cold = MAC_UNKNOWN;
	batch_init(&b, d, EXIT_PHY);
	link_add_read(&b, &link);
	batch_subject(&b, EXIT_REGISTER);
	add_itr(&b, d->opt->irq_rate);	/* the one option that takes effect at once */
	filter_add_read(&b, &d->filter);
	err = batch_run(&b);
	if (err)
		return err;
	d->filter.rctl &= RCTL_UPE | RCTL_MPE;
	d->filter.known = true;
	err = adopt_mac(d);
	if (!err)
		err = filter_update(d);
	/* Told anew even if HELLO says the same: the kernel half takes the carrier away by
	 * itself when the NIC seems gone. */
	return err ? err : link_update(d, &link, true);
}
