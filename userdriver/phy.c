// SPDX-License-Identifier: GPL-2.0
/*
 * phy.c - the PHY on the chip, behind MDIC (chapters 13.4.6 and 8.9); which it can be: phys.c.
 *
 * Autonegotiation costs every guest a pause: half a second under QEMU, two to three
 * seconds on a wire, more behind a switch that does spanning tree.  A reset of the MAC
 * leaves the PHY alone, so a link that is up and came about as the settings say is kept;
 * anything else is set up afresh, and nobody waits for the outcome here (but see bringup).
 */
#include <errno.h>

#include "driver.h"

/* 64 bit times and the turn-around at 2.5 MHz are 26 us; a busy PHY may queue some. */
#define MDIC_WAIT_US 1000u
#define OWN_US 2000u		/* until it is ours, */
#define FIRMWARE_US 20000u	/* ... when the firmware has let go of it */
#define RESET_US 1000u		/* of the PHY by PCTRL.RESET, with a margin */

static void add_mdic(struct reg_batch *b, uint32_t command, uint32_t *mdic, const char *what)
{
	const struct reg_wait ready = {
		.reg = MDIC, .mask = MDIC_R, .val = MDIC_R, .usecs = MDIC_WAIT_US,
	};

	batch_write(b, MDIC, command | MDIC_INTERNAL_PHY << MDIC_PHY_SHIFT, what);
	batch_wait(b, &ready, mdic, what);
}

/* Firmware may have it, and does not hear a wish then; it may have it again when the first is made, not the second. */
void phy_add_own(struct reg_batch *b)
{
	const struct reg_wait free = {
		.reg = EXTCNF_CTRL, .mask = EXTCNF_MDIO_FW, .usecs = FIRMWARE_US,
	};
	const struct reg_wait ours = {
		.reg = EXTCNF_CTRL, .mask = EXTCNF_MDIO_SW, .val = EXTCNF_MDIO_SW, .usecs = OWN_US,
	};

	if (!(b->d->chip->flags & XMD_HAS_PCIE))
		return;
	batch_wait(b, &free, NULL, "PHY, the firmware does not let go of it (EXTCNF_CTRL)");
	batch_set(b, EXTCNF_CTRL, EXTCNF_MDIO_SW, EXTCNF_MDIO_SW, "PHY, asking for it");
	batch_delay(b, OWN_US / 20);
	batch_set(b, EXTCNF_CTRL, EXTCNF_MDIO_SW, EXTCNF_MDIO_SW, "PHY, asking for it");
	batch_wait(b, &ours, NULL, "PHY, the firmware does not let go of it (EXTCNF_CTRL)");
}

void phy_add_disown(struct reg_batch *b)
{
	if (b->d->chip->flags & XMD_HAS_PCIE)
		batch_set(b, EXTCNF_CTRL, EXTCNF_MDIO_SW, 0, "PHY, giving it back");
}

void phy_add_read(struct reg_batch *b, unsigned int reg, uint32_t *mdic, const char *what)
{
	add_mdic(b, MDIC_OP_READ | reg << MDIC_REG_SHIFT, mdic, what);
}

void phy_add_write(struct reg_batch *b, unsigned int reg, uint16_t val, const char *what)
{
	add_mdic(b, MDIC_OP_WRITE | reg << MDIC_REG_SHIFT | val, NULL, what);
}

int phy_value(struct driver *d, uint32_t mdic, const char *what, uint16_t *val)
{
	if (mdic & MDIC_E)
		return driver_fail(d, EXIT_PHY, "PHY: MDIC.E after reading %s (MDIC 0x%08x)",
				   what, mdic);
	*val = mdic & MDIC_DATA_MASK;
	return 0;
}

/* For a PHY that is suspected of hanging.  10 ms is what chapter 13.4.1 asks for. */
void phy_add_hard_reset(struct reg_batch *b)
{
	batch_set(b, CTRL, CTRL_PHY_RST, CTRL_PHY_RST, "PHY reset, CTRL.PHY_RST");
	batch_delay(b, 10000);
	batch_set(b, CTRL, CTRL_PHY_RST, 0, "PHY reset, CTRL.PHY_RST");
	batch_delay(b, 10000);
}

/* STATUS is read twice: the first reading is what latched since the last one. */
void phy_add_examine(struct reg_batch *b, struct phy_state *phy)
{
	const struct phy_kind *kind = b->d->phy_kind;

	phy_add_own(b);
	phy_add_read(b, PHY_ID1, &phy->id1, "PHY, reading PHYID1: no answer (MDIC.R)");
	phy_add_read(b, PHY_ID2, &phy->id2, "PHY, reading PHYID2: no answer (MDIC.R)");
	phy_add_read(b, PHY_CTRL, &phy->ctrl, "PHY, reading PCTRL: no answer (MDIC.R)");
	phy_add_read(b, PHY_STATUS, &phy->latched, "PHY, reading PSTATUS: no answer (MDIC.R)");
	phy_add_read(b, PHY_STATUS, &phy->status, "PHY, reading PSTATUS: no answer (MDIC.R)");
	phy_add_read(b, PHY_ANA, &phy->ana, "PHY, reading ANA: no answer (MDIC.R)");
	phy_add_read(b, PHY_GCTRL, &phy->gctrl, "PHY, reading GCTRL: no answer (MDIC.R)");
	phy_add_read(b, kind->control, &phy->pscr, "PHY, reading PSCR: no answer (MDIC.R)");
	phy->epscr = 0;
	if (kind->clock)
		phy_add_read(b, kind->clock, &phy->epscr,
			     "PHY, reading EPSCR: no answer (MDIC.R)");
	phy_add_disown(b);
}

static int check_answers(struct driver *d, const struct phy_state *phy)
{
	const struct { uint32_t mdic; const char *name; } read[] = {
		{ phy->id1, "PHYID1" }, { phy->id2, "PHYID2" }, { phy->ctrl, "PCTRL" },
		{ phy->status, "PSTATUS" }, { phy->ana, "ANA" }, { phy->gctrl, "GCTRL" },
		{ phy->pscr, "PSCR" }, { phy->epscr, "EPSCR" },
	};
	uint16_t val;

	for (unsigned int i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		int err = phy_value(d, read[i].mdic, read[i].name, &val);

		if (err)
			return err;
	}
	return 0;
}

/* Is it the PHY that we know?  Then what it holds is known from now on. */
int phy_check(struct driver *d, const struct phy_state *phy)
{
	const struct phy_kind *first = d->family->phys[0], *const *kind = d->family->phys;
	uint16_t id1 = phy->id1, id2 = phy->id2;
	int err = check_answers(d, phy);

	if (err)
		return err;
	while (*kind && (id1 != (*kind)->id1 || (id2 & (*kind)->id2_mask) != (*kind)->id2))
		kind++;
	if (!*kind)
		return driver_fail(d, EXIT_PHY,
			"PHY: identifier %04x:%04x at address %u, expected an %s (%04x:%04x)",
			id1, id2, MDIC_INTERNAL_PHY, first->name, first->id1, first->id2);
	d->phy_kind = *kind;
	d->phy = (struct phy_image){
		.ctrl = phy->ctrl, .ana = phy->ana, .gctrl = phy->gctrl,
		.pscr = phy->pscr, .epscr = phy->epscr,
	};
	return 0;
}

static uint16_t advertised(const struct xmd_adapter *a)
{
	static const struct { uint8_t adv; uint16_t bit; } mode[] = {
		{ XMD_ADV_10H, PHY_AN_10_HD }, { XMD_ADV_10F, PHY_AN_10_FD },
		{ XMD_ADV_100H, PHY_AN_100_HD }, { XMD_ADV_100F, PHY_AN_100_FD },
	};
	uint16_t ana = PHY_AN_SELECTOR | flow_advertised(a);

	for (unsigned int i = 0; i < sizeof(mode) / sizeof(mode[0]); i++)
		ana |= a->advertise & mode[i].adv ? mode[i].bit : 0;
	return ana;
}

static uint16_t control(const struct xmd_adapter *a)
{
	uint16_t ctrl = 0;

	if (a->autoneg)
		return PHY_CTRL_AN_ENABLE | PHY_CTRL_FULL_DUPLEX | PHY_CTRL_SPEED_1000;
	if (a->forced & (XMD_ADV_100H | XMD_ADV_100F))
		ctrl |= PHY_CTRL_SPEED_100;
	if (a->forced & (XMD_ADV_10F | XMD_ADV_100F))
		ctrl |= PHY_CTRL_FULL_DUPLEX;
	return ctrl;
}

/* Without autonegotiation the PHY cannot find out about a crossed cable: it is MDI. */
static uint16_t mdi_mode(const struct driver *d)
{
	const struct xmd_adapter *a = &d->adapter;

	if (!a->autoneg || a->mdix == XMD_MDI)
		return 0;
	return a->mdix == XMD_MDIX ? d->phy_kind->mdix : d->phy_kind->mdi_auto;
}

/* What the registers shall hold; bits that are not ours are left as d->phy has them. */
void phy_compute(const struct driver *d, struct phy_image *want)
{
	const struct phy_kind *kind = d->phy_kind;
	const struct xmd_adapter *a = &d->adapter;

	*want = d->phy;
	want->ctrl = control(a);
	want->ana = advertised(a);
	/* the MAC has no 1000 half */
	want->gctrl &= ~(PHY_GCTRL_1000_HD | PHY_GCTRL_1000_FD);
	if (a->advertise & XMD_ADV_1000F)
		want->gctrl |= PHY_GCTRL_1000_FD;
	want->pscr &= ~(kind->clear | kind->mdi_mask);
	want->pscr |= kind->set | mdi_mode(d);
	if (d->opt->smart_power_down)
		want->pscr |= kind->energy;
	want->epscr |= kind->clock_bits;
}

static bool control_as_wanted(const struct phy_image *have, const struct phy_image *want)
{
	uint16_t bits = PHY_CTRL_AN_ENABLE | PHY_CTRL_RESET | PHY_CTRL_ISOLATE |
			PHY_CTRL_POWER_DOWN | PHY_CTRL_LOOPBACK;

	if (!(want->ctrl & PHY_CTRL_AN_ENABLE))
		bits |= PHY_CTRL_SPEED_100 | PHY_CTRL_SPEED_1000 | PHY_CTRL_FULL_DUPLEX;
	return !((have->ctrl ^ want->ctrl) & bits);
}

/* Would setting it up afresh lead to another link than the one it has? */
bool phy_as_wanted(const struct driver *d)
{
	const struct phy_image *have = &d->phy;
	uint16_t pscr = d->phy_kind->mdi_mask, ana = PHY_AN_ABILITIES;
	struct phy_image want;

	phy_compute(d, &want);
	if (d->opt->smart_power_down)
		pscr |= d->phy_kind->energy;
	if (!d->adapter.pause_autoneg)
		ana &= ~(PHY_AN_PAUSE | PHY_AN_ASM_DIR);
	if (!control_as_wanted(have, &want) || (have->pscr ^ want.pscr) & pscr)
		return false;
	if (!d->adapter.autoneg)
		return true;
	return !((have->ana ^ want.ana) & ana) &&
	       !((have->gctrl ^ want.gctrl) & (PHY_GCTRL_1000_FD | PHY_GCTRL_1000_HD));
}

/* Registers 4, 9 and 16 take effect with a reset of the PHY (chapter 8.9.1), which
 * keeps them.  The same write restarts autonegotiation.  The clock of register 20 does not
 * live through it, and a forced 100 Mb/s link needs that. */
void phy_add_setup(struct driver *d, struct reg_batch *b)
{
	struct phy_image want;
	uint16_t start = PHY_CTRL_RESET;

	phy_compute(d, &want);
	if (d->adapter.autoneg)
		start |= PHY_CTRL_RESTART_AN;
	phy_add_own(b);
	phy_add_write(b, d->phy_kind->control, want.pscr, "PHY, writing PSCR: no answer (MDIC.R)");
	phy_add_write(b, PHY_ANA, want.ana, "PHY, writing ANA: no answer (MDIC.R)");
	phy_add_write(b, PHY_GCTRL, want.gctrl, "PHY, writing GCTRL: no answer (MDIC.R)");
	phy_add_write(b, PHY_CTRL, want.ctrl | start, "PHY, writing PCTRL: no answer (MDIC.R)");
	if (!d->adapter.autoneg && d->phy_kind->clock) {
		batch_delay(b, RESET_US);
		phy_add_write(b, d->phy_kind->clock, want.epscr,
			      "PHY, writing EPSCR: no answer (MDIC.R)");
	}
	phy_add_disown(b);
	d->phy = want;
}

void phy_add_renegotiate(struct driver *d, struct reg_batch *b)
{
	phy_add_own(b);
	phy_add_write(b, PHY_CTRL, control(&d->adapter) | PHY_CTRL_RESTART_AN,
		      "PHY, restarting autonegotiation: no answer (MDIC.R)");
	phy_add_disown(b);
}

/* Frames come back at the PHY's end of the chip; the wire sees none of them. */
void phy_add_loopback(struct reg_batch *b)
{
	phy_add_own(b);
	phy_add_write(b, PHY_CTRL, PHY_CTRL_LOOPBACK | PHY_CTRL_SPEED_1000 | PHY_CTRL_FULL_DUPLEX,
		      "PHY, loopback: no answer (MDIC.R)");
	phy_add_disown(b);
}
