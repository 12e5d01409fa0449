// SPDX-License-Identifier: GPL-2.0
/*
 * microwire.c - writing the serial EEPROM bit by bit (chapters 5.3 and 13.4.3, EECD).
 *
 * The part is a 93C46 (64 words, 6 address bits) or 93C66 (256 words, 8).  It takes a bit
 * from DI at each rising edge of SK while CS is high; an instruction is a start bit, two bits
 * of operation code and the address, and for a write 16 bits of data.  It programs itself
 * when CS falls, and after CS rises again DO says when it is through.
 *
 *   READ   1 10 address		data comes out of DO, at each rising edge of SK
 *   WRITE  1 01 address data	EWEN  1 00 11x..x	EWDS  1 00 00x..x
 *
 * Each SET is a read and a write over PCI, more than the 250 ns that the clock must stay at
 * each level: no delays are needed between.
 */
#include "driver.h"

#define OP_READ		0x6u
#define OP_WRITE	0x5u
#define OP_EWEN		0x13u	/* with its two address bits */
#define OP_EWDS		0x10u
#define READY_US	10000u	/* the data sheets' longest time for a word */

#define WIRE (EECD_SK | EECD_CS | EECD_DI)

static unsigned int address_bits(const struct driver *d)
{
	return d->adapter.eeprom_len > 2 * EEPROM_WORDS ? 8 : 6;
}

static void add_bit(struct reg_batch *b, bool bit)
{
	batch_set(b, EECD, EECD_SK | EECD_DI, bit ? EECD_DI : 0, "EEPROM write, EECD.DI");
	batch_set(b, EECD, EECD_SK, EECD_SK, "EEPROM write, EECD.SK");
}

static void add_bits(struct reg_batch *b, uint32_t val, unsigned int n)
{
	while (n--)
		add_bit(b, val >> n & 1);
}

static void add_select(struct reg_batch *b)
{
	batch_set(b, EECD, WIRE, EECD_CS, "EEPROM write, EECD.CS");
}

static void add_deselect(struct reg_batch *b)
{
	batch_set(b, EECD, WIRE, 0, "EEPROM write, EECD.CS");
	batch_delay(b, 1);	/* CS stays low for 1 us at least */
}

static void add_enable(struct driver *d, struct reg_batch *b, unsigned int op)
{
	add_select(b);
	add_bits(b, op, 5);
	add_bits(b, 0, address_bits(d) - 2);
	add_deselect(b);
}

/* The hardware may be reading by itself: ask for the pins, and for leave to write. */
static int begin(struct driver *d)
{
	const struct reg_wait granted = {
		.reg = EECD, .mask = EECD_EE_GNT, .val = EECD_EE_GNT, .usecs = 10000,
	};
	struct reg_batch b;

	batch_init(&b, d, EXIT_EEPROM);
	if (d->family->eerd_done) {
		batch_set(&b, EECD, WIRE | EECD_EE_REQ, EECD_EE_REQ, "EEPROM write, EECD.EE_REQ");
		batch_wait(&b, &granted, NULL, "EEPROM write, EECD.EE_GNT never came");
	}
	add_enable(d, &b, OP_EWEN);
	return batch_run(&b);
}

static int write_word(struct driver *d, unsigned int word, uint16_t val)
{
	const struct reg_wait ready = {
		.reg = EECD, .mask = EECD_DO, .val = EECD_DO, .usecs = READY_US,
	};
	struct reg_batch b;

	batch_init(&b, d, EXIT_EEPROM);
	add_select(&b);
	add_bits(&b, OP_WRITE, 3);
	add_bits(&b, word, address_bits(d));
	add_bits(&b, val, 16);
	add_deselect(&b);
	add_select(&b);
	batch_wait(&b, &ready, NULL, "EEPROM write, the part is not ready (EECD.DO)");
	add_deselect(&b);
	return batch_run(&b);
}

static int end(struct driver *d)
{
	struct reg_batch b;

	batch_init(&b, d, EXIT_EEPROM);
	add_enable(d, &b, OP_EWDS);
	batch_set(&b, EECD, WIRE | EECD_EE_REQ, 0, "EEPROM write, EECD.EE_REQ");
	return batch_run(&b);
}

const struct eeprom_writer microwire_writer = { begin, write_word, end };

/* All pins in each operation: the guard wants to see that it is no more than reading. */
static void add_pins(struct reg_batch *b, uint32_t pins)
{
	batch_set(b, EECD, EECD_WIRE, pins, "EEPROM read, EECD");
}

static void add_read(struct reg_batch *b, unsigned int word, unsigned int bits, uint32_t eecd[16])
{
	uint32_t op = OP_READ << bits | word;

	add_pins(b, EECD_CS);
	for (unsigned int i = bits + 3; i-- > 0;) {
		uint32_t pins = EECD_CS | (op >> i & 1 ? EECD_DI : 0);

		add_pins(b, pins);
		add_pins(b, pins | EECD_SK);
	}
	for (unsigned int i = 0; i < 16; i++) {
		add_pins(b, EECD_CS);
		add_pins(b, EECD_CS | EECD_SK);
		batch_read(b, EECD, &eecd[i], "EEPROM read, EECD.DO");
	}
	add_pins(b, 0);
	batch_delay(b, 1);
}

static uint16_t gathered(const uint32_t eecd[16])
{
	uint16_t val = 0;

	for (unsigned int i = 0; i < 16; i++)
		val = val << 1 | !!(eecd[i] & EECD_DO);
	return val;
}

/* Before the length is known only the first 64 words are read, and EECD tells what it takes. */
int microwire_read(struct driver *d, unsigned int first, unsigned int n, uint16_t *word)
{
	uint32_t eecd[16], size = 0;
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_EEPROM);
	batch_read(&b, EECD, &size, "EEPROM read, EECD");
	err = batch_run(&b);
	for (unsigned int i = 0; !err && i < n; i++) {
		add_read(&b, first + i, size & EECD_EE_SIZE ? 8 : 6, eecd);
		err = batch_run(&b);
		word[i] = gathered(eecd);
	}
	return err;
}
