// SPDX-License-Identifier: GPL-2.0
/* link.c - from PHY and STATUS to the states of the adapter (chapter 8.6). */
#include <errno.h>

#include "driver.h"
#include "handlers.h"

/* Under autonegotiation the PHY tells the MAC speed and duplex over internal wires and nothing
 * is forced (chapter 14.4); a forced PHY has a forced MAC beside it. */
void link_compute(const struct driver *d, struct image *want)
{
	const struct xmd_adapter *a = &d->adapter;
	uint32_t ctrl = CTRL_SLU | CTRL_ASDE | CTRL_SPEED_1000 | CTRL_FD;

	if (!a->autoneg) {
		ctrl = CTRL_SLU | CTRL_FRCSPD | CTRL_FRCDPX;
		if (a->forced & (XMD_ADV_100H | XMD_ADV_100F))
			ctrl |= CTRL_SPEED_100;
		if (a->forced & (XMD_ADV_10F | XMD_ADV_100F))
			ctrl |= CTRL_FD;
	}
	want->reg[IMG_CTRL] |= ctrl;
}

void link_add_read(struct reg_batch *b, struct link_reading *r)
{
	phy_add_own(b);
	phy_add_read(b, PHY_STATUS, &r->bmsr_latched, "link, reading PSTATUS: no answer (MDIC.R)");
	phy_add_read(b, PHY_STATUS, &r->bmsr, "link, reading PSTATUS: no answer (MDIC.R)");
	phy_add_read(b, PHY_LPA, &r->lpa, "link, reading LPA: no answer (MDIC.R)");
	phy_add_read(b, PHY_GSTATUS, &r->gstatus, "link, reading GSTATUS: no answer (MDIC.R)");
	phy_add_read(b, b->d->phy_kind->status, &r->pssr, "link, reading PSSR: no answer (MDIC.R)");
	phy_add_disown(b);
	batch_read(b, STATUS, &r->status, "link, reading STATUS");
}

/* At half duplex an 82547 would hang: such a link is none (XMD_ERR_HALF). */
static struct link decode(const struct driver *d, const struct link_reading *r)
{
	struct link link = { .up = false };

	if (!(r->bmsr & PHY_STATUS_LINK) || !(r->status & STATUS_LU))
		return link;
	link.up = r->status & STATUS_FD || !(d->chip->flags & XMD_ERR_HALF);
	if (!link.up)
		return link;
	link.full_duplex = r->status & STATUS_FD;
	switch (r->status & STATUS_SPEED) {
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

static uint8_t partner_modes(const struct link_reading *r)
{
	return (r->lpa & PHY_AN_10_HD ? XMD_ADV_10H : 0) |
	       (r->lpa & PHY_AN_10_FD ? XMD_ADV_10F : 0) |
	       (r->lpa & PHY_AN_100_HD ? XMD_ADV_100H : 0) |
	       (r->lpa & PHY_AN_100_FD ? XMD_ADV_100F : 0) |
	       (r->gstatus & PHY_GSTATUS_1000_FD ? XMD_ADV_1000F : 0);
}

static void set_states(struct driver *d, const struct link_reading *r, const struct link *link)
{
	struct xmd_adapter *a = &d->adapter;

	a->link = link->up;
	a->speed = link->speed;
	a->duplex = link->full_duplex;
	a->flow_rx = link->up && d->pause & CTRL_RFCE;
	a->flow_tx = link->up && d->pause & CTRL_TFCE;
	a->partner = link->up && a->autoneg ? partner_modes(r) : 0;
	a->mdix_state = !link->up ? XMD_MDI_UNKNOWN : r->pssr & d->phy_kind->found_mdix ? XMD_MDIX : XMD_MDI;
}

static void log_link(struct driver *d, const struct link *link)
{
	if (!log_allowed(&d->link_log, driver_now_ms(), "the link"))
		return;
	if (link->up)
		log_msg(MSG_LINK, "link up, %u Mb/s, %s duplex", link->speed,
			link->full_duplex ? "full" : "half");
	else
		log_msg(MSG_LINK, "link down");
}

static bool same(const struct link *a, const struct link *b)
{
	return a->up == b->up && a->speed == b->speed && a->full_duplex == b->full_duplex;
}

static int report(struct driver *d, const struct link *link)
{
	int err = crossing_report(d);

	if (err)
		return err;
	d->counters.link_losses += d->link.up && !link->up;
	if (!same(link, &d->link))
		log_link(d, link);
	d->link = *link;
	return 0;
}

int link_report_down(struct driver *d)
{
	const struct link_reading nothing = { .status = 0 };
	const struct link down = { .up = false };

	set_states(d, &nothing, &down);
	return report(d, &down);
}

/* Pause belongs to the link. */
static int program_mac(struct driver *d, const struct link_reading *r, const struct link *link)
{
	if (!link->up)
		return 0;
	d->pause = flow_resolve(&d->adapter, r->lpa, link->full_duplex);
	return image_apply(d);
}

int link_update(struct driver *d, const struct link_reading *r)
{
	struct link link = decode(d, r);
	uint16_t val;
	int err = phy_value(d, r->bmsr | (r->bmsr_latched & MDIC_E), "PSTATUS", &val);

	if (err)
		return err;
	d->idle_errors += r->gstatus & PHY_GSTATUS_IDLE_ERRORS;
	/* Down and up again between two readings: guests hear of both. */
	if (d->link.up && link.up && !(r->bmsr_latched & PHY_STATUS_LINK)) {
		err = link_report_down(d);
		if (err)
			return err;
	}
	err = program_mac(d, r, &link);
	if (err)
		return err;
	set_states(d, r, &link);
	return report(d, &link);
}

int link_check(struct driver *d)
{
	struct link_reading r;
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_PHY);
	link_add_read(&b, &r);
	err = batch_run(&b);
	return err ? err : link_update(d, &r);
}

int drv_link_event(struct driver *d)
{
	int err = d->state == DRIVER_RUNNING ? link_check(d) : -ENODEV;

	return driver_settled(d, err);
}

int drv_nway_reset(struct driver *d)
{
	struct reg_batch b;

	if (d->state != DRIVER_RUNNING)
		return -ENODEV;
	if (!d->adapter.autoneg) {
		log_warn("autonegotiation not restarted: speed and duplex are forced");
		return -EINVAL;
	}
	batch_init(&b, d, EXIT_PHY);
	phy_add_renegotiate(d, &b);
	log_msg(MSG_LINK, "autonegotiation restarted");
	return driver_handled(d, batch_run(&b));
}
