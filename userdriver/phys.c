// SPDX-License-Identifier: GPL-2.0
/*
 * phys.c - the PHYs on the chips, and where they have what IEEE 802.3 leaves to their makers:
 * registers from 16 on (chapter 8.9 of the manual, 9.5 of the 82574's datasheet).
 */
#include "driver.h"

/* Marvell's, of which the first is on the chip of 82540, 82545 and 82546, and beside 82544. */
const struct phy_kind phy_m88e1000 = {
	.name = "M88E1000",
	.id1 = PHY_M88_ID1, .id2 = PHY_M88_ID2, .id2_mask = PHY_M88_ID2_MASK,
	.control = PHY_M88_PSCR, .status = PHY_M88_PSSR, .clock = PHY_M88_EPSCR,
	.rx_errors = PHY_M88_RX_ERRORS,
	.mdi_mask = PSCR_MDIX_MASK, .mdix = PSCR_MDIX, .mdi_auto = PSCR_AUTO_MDIX,
	.set = PSCR_CRS_ON_TX, .clear = PSCR_POLARITY_OFF, .energy = PSCR_ENERGY_DETECT,
	.found_mdix = PSSR_MDIX, .clock_bits = EPSCR_TX_CLK_25,
};

const struct phy_kind phy_m88e1111 = {
	.name = "M88E1111",
	.id1 = PHY_M88_ID1, .id2 = 0x0cc0, .id2_mask = 0xfff0,
	.control = PHY_M88_PSCR, .status = PHY_M88_PSSR, .rx_errors = PHY_M88_RX_ERRORS,
	.mdi_mask = PSCR_MDIX_MASK, .mdix = PSCR_MDIX, .mdi_auto = PSCR_AUTO_MDIX,
	.set = PSCR_CRS_ON_TX, .clear = PSCR_POLARITY_OFF, .energy = PSCR_ENERGY_DETECT,
	.found_mdix = PSSR_MDIX,
};

/* 82574, 82583: bit 11 is another one, to fall back to 100 Mb/s on a bad cable. */
const struct phy_kind phy_bm = {
	.name = "82574's own",
	.id1 = PHY_M88_ID1, .id2 = 0x0cb0, .id2_mask = 0xfff0,
	.control = PHY_M88_PSCR, .status = PHY_M88_PSSR, .rx_errors = PHY_M88_RX_ERRORS,
	.mdi_mask = PSCR_MDIX_MASK, .mdix = PSCR_MDIX, .mdi_auto = PSCR_AUTO_MDIX,
	.set = PSCR_DOWNSHIFT, .clear = PSCR_POLARITY_OFF, .energy = PSCR_ENERGY_DETECT,
	.found_mdix = PSSR_MDIX,
};

/* Intel's own, of 82541 and 82547; page 0, where it is after a reset */
const struct phy_kind phy_igp = {
	.name = "82541's own",
	.id1 = 0x02a8, .id2 = 0x0380, .id2_mask = 0xfff0,
	.control = PHY_IGP_PORT_CTRL, .status = PHY_IGP_PORT_STATUS,
	.mdi_mask = IGP_AUTO_MDIX | IGP_MDIX, .mdix = IGP_MDIX, .mdi_auto = IGP_AUTO_MDIX,
	.found_mdix = IGP_FOUND_MDIX,
	.dump_type = 1,
};
