// SPDX-License-Identifier: GPL-2.0
/*
 * fam_82541.c - 82541EI, ER, GI, PI and 82547EI, GI.
 *
 * EERD has its fields elsewhere than the 82540's (13.4.4, second table).  The EEPROM is microwire
 * or SPI, as EECD says; word 0x12 has the size of one by SPI (5.6).
 */
#include "driver.h"

#define SIZE_WORD	0x12u
#define SIZE_SHIFT	10
#define SIZE_MASK	0x7u

/* 0: 128 bytes; from there on each step doubles, beginning with 256 */
static unsigned int eeprom_bytes(uint32_t eecd, const uint16_t *word)
{
	unsigned int size = word[SIZE_WORD] >> SIZE_SHIFT & SIZE_MASK;

	if (!(eecd & EECD_SPI))
		return family_microwire_bytes(eecd, word);
	return 2 * (size ? EEPROM_WORDS_MAX : EEPROM_WORDS);
}

static const struct eeprom_writer *writer(uint32_t eecd)
{
	return eecd & EECD_SPI ? &spi_writer : &microwire_writer;
}

const struct family family_82541 = {
	.name = "82541",
	.phys = { &phy_igp },
	.add_reset = family_add_reset_granted,
	.eerd_done = EERW_DONE, .eerd_shift = EERW_ADDR_SHIFT,
	.eeprom_bytes = eeprom_bytes,
	.writer = writer,
	.wake_word = { EEPROM_INIT3, EEPROM_INIT3 }, .wake_bit = EEPROM_INIT3_APME,
};
