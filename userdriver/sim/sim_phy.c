// SPDX-License-Identifier: GPL-2.0
/*
 * sim_phy.c - the M88E1000 behind MDIC, and who is at the other end of the cable.
 *
 * Autonegotiation takes SIM_AUTONEG_MS as it does under QEMU, or seconds as it does on a wire, and ends in a link interrupt; its
 * outcome is the best mode that both ends offer.  A forced link comes up at once.
 */
#include <string.h>

#include "sim.h"

#define AN_COMPLETE 0x0020u	/* of PSTATUS */

/* Everything, with pause in both directions. */
#define PARTNER_LPA (PHY_AN_SELECTOR | PHY_AN_10_HD | PHY_AN_10_FD | PHY_AN_100_HD | \
		     PHY_AN_100_FD | PHY_AN_PAUSE)

static uint16_t id2_of(const struct xmd_chip *chip)
{
	switch (chip->family) {
	case XMD_FAMILY_82544:
		return 0x0c50;
	case XMD_FAMILY_82541:
		return 0x0381;
	case XMD_FAMILY_82573:
		/* the 82573 has one of Marvell's */
		return chip->flags & XMD_ERR_IPV6_EX ? 0x0cc2 : 0x0cb1;
	default:
		return 0x0c25;
	}
}

static void phy_defaults(struct sim *sim)
{
	memset(sim->phy, 0, sizeof(sim->phy));
	sim->phy[PHY_CTRL] = PHY_CTRL_AN_ENABLE | PHY_CTRL_FULL_DUPLEX | PHY_CTRL_SPEED_1000;
	sim->phy[PHY_STATUS] = 0x7949;
	sim->phy[PHY_ID1] = sim->chip->family == XMD_FAMILY_82541 ? phy_igp.id1 : PHY_M88_ID1;
	sim->phy[PHY_ID2] = sim->faults & SIM_F_PHY_OTHER ? 0x5555 : id2_of(sim->chip);
	sim->phy[PHY_ANA] = 0x01e1;		/* no pause: not what the driver advertises */
	sim->phy[PHY_GCTRL] = 0x0300;
	sim->phy[PHY_M88_PSCR] = 0x0060;
	if (!sim->partner_lpa) {
		sim->partner_lpa = PARTNER_LPA;
		sim->partner_gstatus = PHY_GSTATUS_1000_FD;
	}
}

/* From the best to the worst. */
static const struct mode {
	uint16_t ana, gctrl, gstatus;
	uint32_t status;
} modes[] = {
	{ 0, PHY_GCTRL_1000_FD, PHY_GSTATUS_1000_FD, 0x80 | STATUS_FD },
	{ PHY_AN_100_FD, 0, 0, STATUS_SPEED_100 | STATUS_FD },
	{ PHY_AN_100_HD, 0, 0, STATUS_SPEED_100 },
	{ PHY_AN_10_FD, 0, 0, STATUS_SPEED_10 | STATUS_FD },
	{ PHY_AN_10_HD, 0, 0, STATUS_SPEED_10 },
};

static bool common(const struct sim *sim, const struct mode *m)
{
	return (sim->phy[PHY_ANA] & sim->partner_lpa & m->ana) ||
	       (sim->phy[PHY_GCTRL] & m->gctrl && sim->partner_gstatus & m->gstatus);
}

static void link_set(struct sim *sim, bool up)
{
	uint32_t *status = sim_reg(sim, STATUS);

	if (up) {
		sim->phy[PHY_STATUS] |= PHY_STATUS_LINK;
		*status |= STATUS_LU;
	} else {
		sim->phy[PHY_STATUS] &= ~(PHY_STATUS_LINK | AN_COMPLETE);
		sim->link_lost = true;
		sim->phy[PHY_LPA] = sim->phy[PHY_GSTATUS] = 0;
		*status &= ~STATUS_LU;
	}
	if (sim->phase == XMD_NIC_RUNNING)
		sim_raise(sim, XPC_UP_xmd_link_event);
}

static void set_mode(struct sim *sim, uint32_t bits)
{
	uint32_t *status = sim_reg(sim, STATUS);

	*status = (*status & ~(STATUS_FD | STATUS_SPEED)) | bits;
}

static void autoneg_done(struct sim *sim)
{
	for (unsigned int i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!common(sim, &modes[i]))
			continue;
		set_mode(sim, modes[i].status);
		sim->phy[PHY_LPA] = sim->partner_lpa;
		sim->phy[PHY_GSTATUS] = sim->partner_gstatus;
		sim->phy[PHY_STATUS] |= AN_COMPLETE;
		link_set(sim, true);
		return;
	}
}

static void forced(struct sim *sim)
{
	uint16_t ctrl = sim->phy[PHY_CTRL];

	set_mode(sim, (ctrl & PHY_CTRL_SPEED_1000 ? 0x80 : 0) |
		 (ctrl & PHY_CTRL_SPEED_100 ? STATUS_SPEED_100 : 0) |
		 (ctrl & PHY_CTRL_FULL_DUPLEX ? STATUS_FD : 0));
	if (sim->cable && !(ctrl & PHY_CTRL_LOOPBACK))
		link_set(sim, true);
}

static void link_start(struct sim *sim)
{
	if (sim->phy[PHY_STATUS] & PHY_STATUS_LINK)
		link_set(sim, false);
	sim->autoneg_done_ms = 0;
	if (!(sim->phy[PHY_CTRL] & PHY_CTRL_AN_ENABLE))
		forced(sim);
	else if (sim->cable)
		sim->autoneg_done_ms = sim_now_ms(sim) +
				       (sim->autoneg_ms ? sim->autoneg_ms : SIM_AUTONEG_MS);
}

void sim_phy_power_on(struct sim *sim)
{
	phy_defaults(sim);
	link_start(sim);
}

void sim_nic_set_cable(struct sim *sim, bool in)
{
	if (sim->cable == in)
		return;
	sim->cable = in;
	if (in) {
		link_start(sim);
		return;
	}
	sim->autoneg_done_ms = 0;
	if (sim->phy[PHY_STATUS] & PHY_STATUS_LINK)
		link_set(sim, false);
}

void sim_nic_pass_time(struct sim *sim)
{
	if (!sim->autoneg_done_ms || sim_now_ms(sim) < sim->autoneg_done_ms)
		return;
	sim->autoneg_done_ms = 0;
	autoneg_done(sim);
}

static bool read_only(unsigned int reg)
{
	return reg == PHY_STATUS || reg == PHY_ID1 || reg == PHY_ID2 || reg == PHY_LPA ||
	       reg == PHY_GSTATUS || reg == PHY_M88_PSSR || reg == PHY_M88_RX_ERRORS;
}

static void phy_write(struct sim *sim, unsigned int reg, uint16_t val)
{
	uint16_t old = sim->phy[PHY_CTRL];

	if (read_only(reg))
		return;
	if (reg != PHY_CTRL) {
		sim->phy[reg] = val;
		return;
	}
	sim->phy[PHY_CTRL] = val & ~(PHY_CTRL_RESET | PHY_CTRL_RESTART_AN);
	if (val & PHY_CTRL_RESET) {
		sim->phy_resets++;
		sim->phy[PHY_M88_EPSCR] &= ~EPSCR_TX_CLK_25;	/* to be set anew */
	}
	if (val & (PHY_CTRL_RESET | PHY_CTRL_RESTART_AN) || (old ^ val) & PHY_CTRL_LOOPBACK)
		link_start(sim);
}

/* The link bit latches low: a loss shows once even if the link is back. */
static uint16_t phy_read(struct sim *sim, unsigned int reg)
{
	uint16_t val = sim->phy[reg];

	if (reg == PHY_STATUS && sim->link_lost && !(sim->faults & SIM_F_QEMU)) {
		sim->link_lost = false;
		val &= ~PHY_STATUS_LINK;
	}
	if (reg == PHY_GSTATUS)
		sim->phy[reg] &= ~PHY_GSTATUS_IDLE_ERRORS;
	if (reg == PHY_M88_RX_ERRORS)
		sim->phy[reg] = 0;
	return val;
}

void sim_phy_write_mdic(struct sim *sim, uint32_t val)
{
	unsigned int reg = val >> MDIC_REG_SHIFT & 0x1f;
	unsigned int addr = val >> MDIC_PHY_SHIFT & 0x1f;

	sim->wrong += sim->chip->flags & XMD_HAS_PCIE &&
		      !(*sim_reg(sim, EXTCNF_CTRL) & EXTCNF_MDIO_SW);
	val &= ~(MDIC_R | MDIC_E);
	if (!(sim->faults & SIM_F_PHY_DEAD)) {
		val |= MDIC_R;
		if (addr != MDIC_INTERNAL_PHY || sim->faults & SIM_F_PHY_ERROR)
			val |= MDIC_E;
		else if (val & MDIC_OP_READ)
			val = (val & ~MDIC_DATA_MASK) | phy_read(sim, reg);
		else if (val & MDIC_OP_WRITE)
			phy_write(sim, reg, val);
	}
	*sim_reg(sim, MDIC) = val;
}
