// SPDX-License-Identifier: GPL-2.0
/* fam_82540.c - 82540EM and EP, 82545EM and GM, 82546EB and GB (chapters as in nicregs.h). */
#include "driver.h"

/* Chapter 13.4.1: 1 us before CTRL may be looked at again. */
void family_add_rst(struct reg_batch *b)
{
	const struct reg_wait clear = { .reg = CTRL, .mask = CTRL_RST, .usecs = 5000 };

	batch_set(b, CTRL, CTRL_RST, CTRL_RST, "reset, setting CTRL.RST");
	batch_delay(b, 2);
	batch_wait(b, &clear, NULL, "reset, CTRL.RST did not clear");
}

/* The hardware reloads its defaults from the EEPROM, and grants access to it only when it is
 * through.  For that the pins must be its own: somebody may have died with them in his hands. */
void family_add_reset_granted(struct reg_batch *b)
{
	const struct reg_wait granted = {
		.reg = EECD, .mask = EECD_EE_GNT, .val = EECD_EE_GNT, .usecs = 10000,
	};

	batch_set(b, EECD, EECD_WIRE, 0, "reset, EECD");
	family_add_rst(b);
	batch_set(b, EECD, EECD_EE_REQ, EECD_EE_REQ, "reset, setting EECD.EE_REQ");
	batch_wait(b, &granted, NULL, "reset, EECD.EE_GNT never came");
	batch_set(b, EECD, EECD_EE_REQ, 0, "reset, clearing EECD.EE_REQ");
}

unsigned int family_microwire_bytes(uint32_t eecd, const uint16_t *word)
{
	(void)word;
	return 2 * (eecd & EECD_EE_SIZE ? EEPROM_WORDS_MAX : EEPROM_WORDS);
}

static const struct eeprom_writer *writer(uint32_t eecd)
{
	(void)eecd;
	return &microwire_writer;
}

const struct family family_82540 = {
	.name = "82540",
	.phys = { &phy_m88e1000 },
	.add_reset = family_add_reset_granted,
	.eerd_done = EERD_DONE, .eerd_shift = EERD_ADDR_SHIFT,
	.eeprom_bytes = family_microwire_bytes,
	.writer = writer,
	.wake_word = { EEPROM_INIT3, EEPROM_INIT3_B }, .wake_bit = EEPROM_INIT3_APME,
};

const struct family *family_of(const struct xmd_chip *chip)
{
	static const struct family *const of[XMD_FAMILIES] = {
		[XMD_FAMILY_82544] = &family_82544, [XMD_FAMILY_82540] = &family_82540,
		[XMD_FAMILY_82541] = &family_82541, [XMD_FAMILY_82573] = &family_82573,
	};

	return of[chip->family];
}
