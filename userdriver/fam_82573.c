// SPDX-License-Identifier: GPL-2.0
/*
 * fam_82573.c - 82573E and L, 82574L, 82583V: PCI Express.  Chapters: the 82574's datasheet.
 *
 * Before the reset it must make no requests any more (GIO master disable), and PHY and EEPROM are
 * ours and not the firmware's.  Nobody grants pins: EECD says when the EEPROM was read, and the
 * PHY is set up from it in the time after that (4.6).
 */
#include "driver.h"

#define PHY_SETUP_US 20000u

static void add_reset(struct reg_batch *b)
{
	const struct reg_wait idle = { .reg = STATUS, .mask = STATUS_GIO_MASTER, .usecs = 20000 };
	const struct reg_wait loaded = {
		.reg = EECD, .mask = EECD_AUTO_RD, .val = EECD_AUTO_RD, .usecs = 10000,
	};

	batch_set(b, CTRL, CTRL_GIO_DISABLE, CTRL_GIO_DISABLE, "reset, CTRL.GIO master disable");
	batch_wait(b, &idle, NULL, "reset, requests are still under way (STATUS.GIO master)");
	phy_add_own(b);
	family_add_rst(b);
	batch_set(b, CTRL, CTRL_GIO_DISABLE, 0, "reset, CTRL.GIO master disable");
	batch_wait(b, &loaded, NULL, "reset, EECD.AUTO_RD never came");
	phy_add_disown(b);
	batch_delay(b, PHY_SETUP_US);
}

/* Flash has 2048 words; what ethtool can be told is what the others have at most. */
static unsigned int eeprom_bytes(uint32_t eecd, const uint16_t *word)
{
	unsigned int words = EEPROM_WORDS << (eecd >> EECD_SIZE_SHIFT & EECD_SIZE_MASK);

	(void)word;
	if ((eecd & EECD_FLASH) == EECD_FLASH || words > EEPROM_WORDS_MAX)
		words = EEPROM_WORDS_MAX;
	return 2 * words;
}

static const struct eeprom_writer *writer(uint32_t eecd)
{
	(void)eecd;
	return &eewr_writer;
}

const struct family family_82573 = {
	.name = "82573",
	.phys = { &phy_bm, &phy_m88e1111 },
	.add_reset = add_reset,
	.eerd_done = EERW_DONE, .eerd_shift = EERW_ADDR_SHIFT,
	.eeprom_bytes = eeprom_bytes,
	.writer = writer,
	.wake_word = { EEPROM_INIT3, EEPROM_INIT3 }, .wake_bit = EEPROM_INIT3_APME,
};
