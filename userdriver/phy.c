// SPDX-License-Identifier: GPL-2.0
/*
 * phy.c - the M88E1000 on the chip, behind MDIC (chapters 13.4.6 and 8.9).
 *
 * Autonegotiation costs every guest a pause: half a second under QEMU, two to three
 * seconds on a wire, more behind a switch that does spanning tree.  A reset of the MAC
 * leaves the PHY alone, so a link that is up and was negotiated from what we advertise is
 * kept; anything else is negotiated afresh, and nobody waits for the outcome here.
 */
#include <errno.h>

#include "driver.h"

/* 64 bit times and the turn-around at 2.5 MHz are 26 us; a busy PHY may queue some. */
#define MDIC_WAIT_US 1000u

#define ADVERTISE (PHY_AN_SELECTOR | PHY_AN_10_HD | PHY_AN_10_FD | PHY_AN_100_HD | \
		   PHY_AN_100_FD | PHY_AN_PAUSE | PHY_AN_ASM_DIR)

static void add_mdic(struct reg_batch *b, uint32_t command, uint32_t *mdic, const char *what)
{
	const struct reg_wait ready = {
		.reg = REG_MDIC, .mask = MDIC_R, .val = MDIC_R, .usecs = MDIC_WAIT_US,
	};

	batch_write(b, REG_MDIC, command | MDIC_INTERNAL_PHY << MDIC_PHY_SHIFT, what);
	batch_wait(b, &ready, mdic, what);
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
	batch_set(b, REG_CTRL, CTRL_PHY_RST, CTRL_PHY_RST, "PHY reset, CTRL.PHY_RST");
	batch_delay(b, 10000);
	batch_set(b, REG_CTRL, CTRL_PHY_RST, 0, "PHY reset, CTRL.PHY_RST");
	batch_delay(b, 10000);
}

/* STATUS is read twice: the first reading is what latched since the last one. */
void phy_add_examine(struct reg_batch *b, struct phy_state *phy)
{
	phy_add_read(b, PHY_ID1, &phy->id1, "PHY, reading PHYID1: no answer (MDIC.R)");
	phy_add_read(b, PHY_ID2, &phy->id2, "PHY, reading PHYID2: no answer (MDIC.R)");
	phy_add_read(b, PHY_CTRL, &phy->ctrl, "PHY, reading PCTRL: no answer (MDIC.R)");
	phy_add_read(b, PHY_STATUS, NULL, "PHY, reading PSTATUS: no answer (MDIC.R)");
	phy_add_read(b, PHY_STATUS, &phy->status, "PHY, reading PSTATUS: no answer (MDIC.R)");
	phy_add_read(b, PHY_ANA, &phy->ana, "PHY, reading ANA: no answer (MDIC.R)");
	phy_add_read(b, PHY_GCTRL, &phy->gctrl, "PHY, reading GCTRL: no answer (MDIC.R)");
	phy_add_read(b, PHY_M88_PSCR, &phy->pscr, "PHY, reading PSCR: no answer (MDIC.R)");
}

int phy_check(struct driver *d, const struct phy_state *phy)
{
	const struct { uint32_t mdic; const char *name; } read[] = {
		{ phy->id1, "PHYID1" }, { phy->id2, "PHYID2" }, { phy->ctrl, "PCTRL" },
		{ phy->status, "PSTATUS" }, { phy->ana, "ANA" }, { phy->gctrl, "GCTRL" },
		{ phy->pscr, "PSCR" },
	};
	uint16_t id1 = phy->id1, id2 = phy->id2, val;

	for (unsigned int i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		int err = phy_value(d, read[i].mdic, read[i].name, &val);

		if (err)
			return err;
	}
	if (id1 != PHY_M88_ID1 || (id2 & PHY_M88_ID2_MASK) != PHY_M88_ID2)
		return driver_fail(d, EXIT_PHY,
			"PHY: identifier %04x:%04x at address %u, expected an M88E1000 (%04x:%04x)",
			id1, id2, MDIC_INTERNAL_PHY, PHY_M88_ID1, PHY_M88_ID2);
	return 0;
}

bool phy_link_is_ours(const struct phy_state *phy)
{
	const uint16_t wrong = PHY_CTRL_RESET | PHY_CTRL_ISOLATE | PHY_CTRL_POWER_DOWN |
			       PHY_CTRL_LOOPBACK;

	return (phy->status & PHY_STATUS_LINK) &&
	       (phy->ctrl & PHY_CTRL_AN_ENABLE) && !(phy->ctrl & wrong) &&
	       (phy->ana & PHY_AN_ABILITIES) == (ADVERTISE & PHY_AN_ABILITIES) &&
	       (phy->gctrl & (PHY_GCTRL_1000_FD | PHY_GCTRL_1000_HD)) == PHY_GCTRL_1000_FD;
}

/* Registers 4, 9 and 16 take effect with a reset of the PHY (chapter 8.9.1), which
 * keeps them.  The same write restarts autonegotiation. */
void phy_add_negotiate(struct reg_batch *b, const struct phy_state *phy)
{
	uint16_t pscr = phy->pscr & MDIC_DATA_MASK;
	uint16_t gctrl = phy->gctrl & MDIC_DATA_MASK;

	pscr |= PSCR_AUTO_MDIX | PSCR_CRS_ON_TX;
	pscr &= ~PSCR_POLARITY_OFF;
	gctrl &= ~PHY_GCTRL_1000_HD;	/* the MAC cannot do 1000 Mb/s half duplex */
	gctrl |= PHY_GCTRL_1000_FD;
	phy_add_write(b, PHY_M88_PSCR, pscr, "PHY, writing PSCR: no answer (MDIC.R)");
	phy_add_write(b, PHY_ANA, ADVERTISE, "PHY, writing ANA: no answer (MDIC.R)");
	phy_add_write(b, PHY_GCTRL, gctrl, "PHY, writing GCTRL: no answer (MDIC.R)");
	phy_add_write(b, PHY_CTRL, PHY_CTRL_RESET | PHY_CTRL_AN_ENABLE | PHY_CTRL_RESTART_AN |
		      PHY_CTRL_FULL_DUPLEX | PHY_CTRL_SPEED_1000,
		      "PHY, writing PCTRL: no answer (MDIC.R)");
}
