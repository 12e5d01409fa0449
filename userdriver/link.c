// SPDX-License-Identifier: GPL-2.0
/* link.c - from PHY and STATUS to XMD_NIC_LINK, and flow control (chapter 8.6). */
#include <errno.h>

#include "driver.h"

/* The PHY tells the MAC speed and duplex over internal wires: nothing is forced
 * (chapter 14.4).  Pause is decided when a link has come up. */
void link_add_setup(struct reg_batch *b)
{
	batch_set(b, REG_CTRL, CTRL_SLU | CTRL_ASDE | CTRL_ILOS | CTRL_FRCSPD | CTRL_FRCDPLX |
		  CTRL_RFCE | CTRL_TFCE, CTRL_SLU | CTRL_ASDE, "link setup, CTRL");
}

void link_add_read(struct reg_batch *b, struct link_reading *r)
{
	phy_add_read(b, PHY_STATUS, &r->bmsr_latched, "link, reading PSTATUS: no answer (MDIC.R)");
	phy_add_read(b, PHY_STATUS, &r->bmsr, "link, reading PSTATUS: no answer (MDIC.R)");
	phy_add_read(b, PHY_ANA, &r->ana, "link, reading ANA: no answer (MDIC.R)");
	phy_add_read(b, PHY_LPA, &r->lpa, "link, reading LPA: no answer (MDIC.R)");
	batch_read(b, REG_STATUS, &r->status, "link, reading STATUS");
}

static struct link decode(const struct link_reading *r)
{
	struct link link = { .up = false };

	if (!(r->bmsr & PHY_STATUS_LINK) || !(r->status & STATUS_LU))
		return link;
	link.up = true;
	link.full_duplex = r->status & STATUS_FD;
	switch (r->status & STATUS_SPEED_MASK) {
	case STATUS_SPEED_10:
		link.speed = 10;
		break;
	case STATUS_SPEED_100:
		link.speed = 100;
		break;
	default:		/* both codes with the high bit mean 1000 */
		link.speed = 1000;
	}
	return link;
}

/* IEEE 802.3 table 28B-3, for a local side that advertises PAUSE and ASM_DIR. */
static uint32_t pause_bits(const struct link_reading *r, bool full_duplex)
{
	if (!full_duplex || !(r->ana & PHY_AN_PAUSE))
		return 0;
	if (r->lpa & PHY_AN_PAUSE)
		return CTRL_RFCE | CTRL_TFCE;
	/* The partner sends pause frames and heeds none. */
	return r->lpa & PHY_AN_ASM_DIR ? CTRL_RFCE : 0;
}

/* Pause as negotiated, collision distance by duplex (TCTL.COLD, chapter 13.4.33). */
static int program_mac(struct driver *d, const struct link_reading *r, const struct link *link)
{
	uint32_t pause = pause_bits(r, link->full_duplex);
	uint32_t cold = link->full_duplex ? COLD_FULL_DUPLEX : COLD_HALF_DUPLEX;
	struct reg_batch b;
	int err;

	if (pause == d->mac_pause && cold == d->mac_cold)
		return 0;
	batch_init(&b, d, EXIT_REGISTER);
	batch_set(&b, REG_CTRL, CTRL_RFCE | CTRL_TFCE, pause, "flow control, CTRL");
	batch_set(&b, REG_TCTL, TCTL_COLD_MASK, cold, "collision distance, TCTL.COLD");
	err = batch_run(&b);
	if (err)
		return err;
	d->mac_pause = pause;
	d->mac_cold = cold;
	return 0;
}

static void log_link(struct driver *d, const struct link *link)
{
	if (!log_allowed(&d->link_log, driver_now_ms(), "the link"))
		return;
	if (link->up)
		log_line("link up, %u Mb/s, %s duplex", link->speed,
			 link->full_duplex ? "full" : "half");
	else
		log_line("link down");
}

static bool same(const struct link *a, const struct link *b)
{
	return a->up == b->up && a->speed == b->speed && a->full_duplex == b->full_duplex;
}

static int report(struct driver *d, const struct link *link)
{
	const struct xmd_link msg = {
		.up = link->up, .speed = link->speed, .full_duplex = link->full_duplex,
	};
	int err = port_link(d->port, &msg);

	if (err)
		return driver_downcall_failed(d, "XMD_NIC_LINK", err);
	if (!same(link, &d->link))
		log_link(d, link);
	d->link = *link;
	return 0;
}

int link_report_down(struct driver *d)
{
	const struct link down = { .up = false };

	return report(d, &down);
}

int link_update(struct driver *d, const struct link_reading *r, bool always_report)
{
	struct link link = decode(r);
	uint16_t val;
	int err = phy_value(d, r->bmsr | (r->bmsr_latched & MDIC_E), "PSTATUS", &val);

	if (err)
		return err;
	/* Down and up again between two readings: guests hear of both. */
	if (d->link.up && link.up && !(r->bmsr_latched & PHY_STATUS_LINK)) {
		err = link_report_down(d);
		if (err)
			return err;
	}
	err = link.up ? program_mac(d, r, &link) : 0;
	if (err)
		return err;
	if (same(&link, &d->link) && !always_report)
		return 0;
	return report(d, &link);
}

int link_check(struct driver *d, bool always_report)
{
	struct link_reading r;
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_PHY);
	link_add_read(&b, &r);
	err = batch_run(&b);
	return err ? err : link_update(d, &r, always_report);
}
