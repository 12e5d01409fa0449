// SPDX-License-Identifier: GPL-2.0
/*
 * eewr.c - writing the EEPROM of a PCI Express chip: a register does it, EEWR, word by word; with
 * flash behind it into a shadow, which EECD.FLUPD then writes.
 */
#include "driver.h"

#define WORD_US 20000u	/* a page of the slowest part takes ten */

static int begin(struct driver *d)
{
	struct reg_batch b;

	batch_init(&b, d, EXIT_EEPROM);
	phy_add_own(&b);
	return batch_run(&b);
}

static int write_word(struct driver *d, unsigned int word, uint16_t val)
{
	const struct reg_wait done = {
		.reg = EEWR, .mask = EERW_DONE, .val = EERW_DONE, .usecs = WORD_US,
	};
	struct reg_batch b;

	batch_init(&b, d, EXIT_EEPROM);
	batch_write(&b, EEWR, (uint32_t)val << EERD_DATA_SHIFT | word << EERW_ADDR_SHIFT |
		    EERD_START, "EEPROM write, EEWR.START");
	batch_wait(&b, &done, NULL, "EEPROM write, EEWR.DONE never came");
	return batch_run(&b);
}

static int end(struct driver *d)
{
	struct reg_batch b;

	batch_init(&b, d, EXIT_EEPROM);
	phy_add_disown(&b);
	return batch_run(&b);
}

const struct eeprom_writer eewr_writer = { begin, write_word, end };
