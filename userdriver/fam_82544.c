// SPDX-License-Identifier: GPL-2.0
/*
 * fam_82544.c - 82544EI and GC (the manual's tables name them where they differ).
 *
 * Nobody grants the pins of the EEPROM, they are simply there; after a reset it is given the time
 * that reading it takes.  EERD is not there either, so what microwire.c writes it reads, too.
 */
#include "driver.h"

#define RELOAD_US 5000u

static void add_reset(struct reg_batch *b)
{
	batch_set(b, EECD, EECD_WIRE, 0, "reset, EECD");
	family_add_rst(b);
	batch_delay(b, RELOAD_US);
}

static const struct eeprom_writer *writer(uint32_t eecd)
{
	(void)eecd;
	return &microwire_writer;
}

const struct family family_82544 = {
	.name = "82544",
	.phys = { &phy_m88e1000 },
	.add_reset = add_reset,
	.eeprom_bytes = family_microwire_bytes,
	.writer = writer,
	.wake_word = { EEPROM_INIT2, EEPROM_INIT2 }, .wake_bit = EEPROM_INIT2_APM_82544,
};
