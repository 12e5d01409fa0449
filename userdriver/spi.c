// SPDX-License-Identifier: GPL-2.0
/*
 * spi.c - writing the serial EEPROM of an 82541 or 82547 that speaks SPI (chapter 5.3, and the data
 * sheets of the AT25 parts).
 *
 * An instruction of 8 bits, for a write the address in bytes, of 8 or 16 bits, and two bytes of
 * data; the high bit first.  It programs itself when CS (low here: it is active) goes, needs leave
 * before each (WREN), and its status says when it is through.
 *
 * EECD.CS is the pin, and high is off.
 */
#include "driver.h"

#define OP_WRITE	0x02u
#define OP_STATUS	0x05u
#define OP_ENABLE	0x06u
#define ADDRESS_16	0x400u	/* EECD: 16 bits of address, not 8 */
#define WIRE		(EECD_SK | EECD_CS | EECD_DI)
#define TRIES		20u	/* of a millisecond: a write takes five at most */

static void add_bits(struct reg_batch *b, uint32_t val, unsigned int n)
{
	while (n--) {
		batch_set(b, EECD, EECD_SK | EECD_DI, val >> n & 1 ? EECD_DI : 0,
			  "EEPROM write, EECD.DI");
		batch_set(b, EECD, EECD_SK, EECD_SK, "EEPROM write, EECD.SK");
	}
}

static void add_select(struct reg_batch *b)
{
	batch_set(b, EECD, WIRE, 0, "EEPROM write, EECD.CS");
}

static void add_deselect(struct reg_batch *b)
{
	batch_set(b, EECD, WIRE, EECD_CS, "EEPROM write, EECD.CS");
	batch_delay(b, 1);
}

static int begin(struct driver *d)
{
	const struct reg_wait granted = {
		.reg = EECD, .mask = EECD_EE_GNT, .val = EECD_EE_GNT, .usecs = 10000,
	};
	struct reg_batch b;

	batch_init(&b, d, EXIT_EEPROM);
	batch_set(&b, EECD, WIRE | EECD_EE_REQ, EECD_CS | EECD_EE_REQ,
		  "EEPROM write, EECD.EE_REQ");
	batch_wait(&b, &granted, NULL, "EEPROM write, EECD.EE_GNT never came");
	return batch_run(&b);
}

/* Return: 1 it is busy, 0 it is through, or as batch_run */
static int busy(struct driver *d)
{
	uint32_t eecd = 0;
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_EEPROM);
	add_select(&b);
	add_bits(&b, OP_STATUS, 8);
	/* the lowest of its eight bits is the last that comes out */
	add_bits(&b, 0, 8);
	batch_read(&b, EECD, &eecd, "EEPROM write, EECD.DO");
	add_deselect(&b);
	batch_delay(&b, 1000);
	err = batch_run(&b);
	return err ? err : !!(eecd & EECD_DO);
}

static int write_word(struct driver *d, unsigned int word, uint16_t val)
{
	uint32_t eecd = 0;
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_EEPROM);
	batch_read(&b, EECD, &eecd, "EEPROM write, EECD");
	err = batch_run(&b);
	add_select(&b);
	add_bits(&b, OP_ENABLE, 8);
	add_deselect(&b);
	add_select(&b);
	add_bits(&b, OP_WRITE, 8);
	add_bits(&b, 2 * word, eecd & ADDRESS_16 ? 16 : 8);
	/* the low byte of a word has the lower address */
	add_bits(&b, (val & 0xff) << 8 | val >> 8, 16);
	add_deselect(&b);
	if (!err)
		err = batch_run(&b);
	for (unsigned int i = 0; !err && i < TRIES; i++) {
		err = busy(d);
		if (err <= 0)
			return err;
		err = 0;
	}
	return err ? err : driver_fail(d, EXIT_EEPROM,
		"EEPROM write, the part is not ready after %u ms (SPI status)", TRIES);
}

static int end(struct driver *d)
{
	struct reg_batch b;

	batch_init(&b, d, EXIT_EEPROM);
	batch_set(&b, EECD, WIRE | EECD_EE_REQ, 0, "EEPROM write, EECD.EE_REQ");
	return batch_run(&b);
}

const struct eeprom_writer spi_writer = { begin, write_word, end };
