// SPDX-License-Identifier: GPL-2.0
/* eeprom.c - the 64 words behind EERD (chapters 5.3.1, 5.6 and 13.4.4). */
#include <errno.h>

#include "driver.h"

/* A microwire part needs some 30 us for a word; the first may wait for the hardware's
 * own reload after the reset. */
#define EERD_WAIT_US 500u

static void add_word(struct reg_batch *b, unsigned int word, uint32_t *eerd)
{
	const struct reg_wait done = {
		.reg = REG_EERD, .mask = EERD_DONE, .val = EERD_DONE, .usecs = EERD_WAIT_US,
	};

	batch_write(b, REG_EERD, word << EERD_ADDR_SHIFT | EERD_START, "EEPROM read, EERD.START");
	batch_wait(b, &done, eerd, "EEPROM read, EERD.DONE never came");
}

void eeprom_add_read(struct reg_batch *b, uint32_t eerd[EEPROM_WORDS])
{
	for (unsigned int i = 0; i < EEPROM_WORDS; i++)
		add_word(b, i, &eerd[i]);
}

static uint16_t word_of(uint32_t eerd)
{
	return eerd >> EERD_DATA_SHIFT;
}

uint16_t eeprom_sum(const uint32_t eerd[EEPROM_WORDS])
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < EEPROM_WORDS; i++)
		sum += word_of(eerd[i]);
	return sum;
}

bool mac_valid(const uint8_t mac[XMD_ETH_ALEN])
{
	uint8_t any = 0;

	for (unsigned int i = 0; i < XMD_ETH_ALEN; i++)
		any |= mac[i];
	return any && !(mac[0] & 1);
}

/* A word that the hardware was fetching at the same time can come out wrong: a
 * checksum that fails twice is a bad EEPROM. */
static int read_checked(struct driver *d, struct reg_batch *b, uint32_t eerd[EEPROM_WORDS])
{
	uint16_t sum = 0;

	for (int attempt = 0; attempt < 2; attempt++) {
		int err;

		eeprom_add_read(b, eerd);
		err = batch_run(b);
		if (err)
			return err;
		sum = eeprom_sum(eerd);
		if (sum == EEPROM_SUM)
			return 0;
	}
	if (d->opt->ignore_eeprom_checksum) {
		log_line("EEPROM: words 0 to 63 sum to 0x%04x, not 0x%04x; ignored as asked for",
			 sum, EEPROM_SUM);
		return 0;
	}
	return driver_fail(d, EXIT_EEPROM,
		"EEPROM: words 0 to 63 sum to 0x%04x, not 0x%04x: contents damaged, the NIC is not started (--ignore-eeprom-checksum starts it all the same)",
		sum, EEPROM_SUM);
}

/* The first three words are the station address, low byte first (chapter 5.6.1). */
int eeprom_read_mac(struct driver *d, struct reg_batch *b)
{
	uint32_t eerd[EEPROM_WORDS];
	uint8_t mac[XMD_ETH_ALEN];
	int err = read_checked(d, b, eerd);

	if (err)
		return err;
	for (unsigned int i = 0; i < XMD_ETH_ALEN; i++)
		mac[i] = word_of(eerd[i / 2]) >> (i % 2 ? 8 : 0);
	if (!mac_valid(mac))
		return driver_fail(d, EXIT_EEPROM,
			"EEPROM: words 0 to 2 hold %02x:%02x:%02x:%02x:%02x:%02x, no station address (%s): the NIC is not started",
			mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
			mac[0] & 1 ? "multicast" : "all zero");
	for (unsigned int i = 0; i < XMD_ETH_ALEN; i++)
		d->mac[i] = mac[i];
	d->mac_known = true;
	return 0;
}
