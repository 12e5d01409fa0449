// SPDX-License-Identifier: GPL-2.0
/*
 * eeprom.c - its words behind EERD, and bytes of it for ethtool (chapters 5.3.1, 5.6, 13.4.4).
 *
 * Reading is the chip's own work and goes on beside traffic.  Writing is microwire.c's, and
 * takes the NIC out of service: the register guard lets nobody near EECD while it runs.
 */
#include <errno.h>
#include <string.h>

#include "driver.h"
#include "handlers.h"

/* A microwire part needs some 30 us for a word; the first may wait for the hardware's
 * own reload after the reset. */
#define EERD_WAIT_US 500u

static void add_word(struct reg_batch *b, unsigned int word, uint32_t *eerd)
{
	const struct reg_wait done = {
		.reg = EERD, .mask = EERD_DONE, .val = EERD_DONE, .usecs = EERD_WAIT_US,
	};

	batch_write(b, EERD, word << EERD_ADDR_SHIFT | EERD_START, "EEPROM read, EERD.START");
	batch_wait(b, &done, eerd, "EEPROM read, EERD.DONE never came");
}

void eeprom_add_read(struct reg_batch *b, unsigned int first, unsigned int n, uint32_t *eerd)
{
	for (unsigned int i = 0; i < n; i++)
		add_word(b, first + i, &eerd[i]);
}

static uint16_t word_of(uint32_t eerd)
{
	return eerd >> EERD_DATA_SHIFT;
}

static uint16_t eeprom_sum(const uint32_t eerd[EEPROM_WORDS])
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < EEPROM_WORDS; i++)
		sum += word_of(eerd[i]);
	return sum;
}

/* A word that the hardware was fetching at the same time can come out wrong: a
 * checksum that fails twice is a bad EEPROM. */
static int read_checked(struct driver *d, struct reg_batch *b, uint32_t eerd[EEPROM_WORDS])
{
	uint16_t sum = 0;

	for (int attempt = 0; attempt < 2; attempt++) {
		int err;

		eeprom_add_read(b, 0, EEPROM_WORDS, eerd);
		err = batch_run(b);
		if (err)
			return err;
		sum = eeprom_sum(eerd);
		if (sum == EEPROM_SUM)
			return 0;
	}
	if (d->opt->ignore_eeprom_checksum) {
		log_warn("EEPROM: words 0 to 63 sum to 0x%04x, not 0x%04x; ignored as asked for",
			 sum, EEPROM_SUM);
		return 0;
	}
	return driver_fail(d, EXIT_EEPROM,
		"EEPROM: words 0 to 63 sum to 0x%04x, not 0x%04x: contents damaged, the NIC is not started (--ignore-eeprom-checksum starts it all the same)",
		sum, EEPROM_SUM);
}

static int take_mac(struct driver *d, const uint32_t eerd[EEPROM_WORDS])
{
	struct xmd_mac mac;

	/* the first three words, low byte first (chapter 5.6.1) */
	for (unsigned int i = 0; i < XMD_MAC_LEN; i++)
		mac.addr[i] = word_of(eerd[i / 2]) >> (i % 2 ? 8 : 0);
	if (!mac_valid(&mac))
		return driver_fail(d, EXIT_EEPROM,
			"EEPROM: words 0 to 2 hold %02x:%02x:%02x:%02x:%02x:%02x, no station address (%s): the NIC is not started",
			mac.addr[0], mac.addr[1], mac.addr[2], mac.addr[3], mac.addr[4],
			mac.addr[5], mac.addr[0] & 1 ? "multicast" : "all zero");
	d->adapter.perm_mac = mac;
	if (!mac_valid(&d->adapter.mac))
		d->adapter.mac = mac;
	return 0;
}

/* What the adapter is told once by its EEPROM.  Every 8254x wakes at what WUFC can say, but
 * Linux's e1000 has never offered the link change, and neither do we; nor does it look for the
 * wish to be woken elsewhere than in initialization control 3. */
int eeprom_probe(struct driver *d, struct reg_batch *b)
{
	uint32_t eerd[EEPROM_WORDS], eecd = 0;
	struct xmd_adapter *a = &d->adapter;
	int err;

	batch_read(b, EECD, &eecd, "EEPROM, reading EECD");
	err = read_checked(d, b, eerd);
	if (err)
		return err;
	a->eeprom_len = 2 * (eecd & EECD_EE_SIZE ? EEPROM_WORDS_MAX : EEPROM_WORDS);
	a->wol_can = XMD_WOL_UCAST | XMD_WOL_MCAST | XMD_WOL_BCAST | XMD_WOL_MAGIC;
	if (d->first && word_of(eerd[EEPROM_INIT3]) & EEPROM_INIT3_APME)
		a->wol = XMD_WOL_MAGIC;
	return take_mac(d, eerd);
}

/* Reads all words, and sums them into *@sum.  Return: 0, -ENODEV, or why it cannot be read. */
int eeprom_sum_all(struct driver *d, uint16_t *sum)
{
	uint32_t eerd[EEPROM_WORDS];
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_EEPROM);
	eeprom_add_read(&b, 0, EEPROM_WORDS, eerd);
	err = batch_run(&b);
	if (!err)
		*sum = eeprom_sum(eerd);
	return err;
}

/* A log line; of no other consequence, as the NIC does not need its EEPROM now. */
int eeprom_warn_if_damaged(struct driver *d)
{
	uint16_t sum;
	int err = eeprom_sum_all(d, &sum);

	if (err == -ENODEV)
		return err;
	d->exit_code = EXIT_OK;
	if (!err && sum != EEPROM_SUM)
		log_warn("EEPROM: words 0 to 63 sum to 0x%04x, not 0x%04x; if a write was interrupted, repeat it before the next cold start",
			 sum, EEPROM_SUM);
	return 0;
}

static int check_range(const struct driver *d, uint32_t offset, uint32_t n)
{
	if (!n || offset >= d->adapter.eeprom_len || n > d->adapter.eeprom_len - offset) {
		log_warn("EEPROM: bytes %u to %u are outside of its %u", offset, offset + n - 1,
			 d->adapter.eeprom_len);
		return -EINVAL;
	}
	return 0;
}

/* Adoption through an interface that does not tell eeprom_len. */
static int find_length(struct driver *d)
{
	struct reg_batch b;
	uint32_t eecd;
	int err;

	if (d->adapter.eeprom_len)
		return 0;
	batch_init(&b, d, EXIT_EEPROM);
	batch_read(&b, EECD, &eecd, "EEPROM, reading EECD");
	err = batch_run(&b);
	if (!err)
		d->adapter.eeprom_len = 2 * (eecd & EECD_EE_SIZE ? EEPROM_WORDS_MAX : EEPROM_WORDS);
	return err;
}

static int read_words(struct driver *d, unsigned int first, unsigned int n, uint16_t *word)
{
	uint32_t eerd[EEPROM_WORDS_MAX];
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_EEPROM);
	eeprom_add_read(&b, first, n, eerd);
	err = batch_run(&b);
	for (unsigned int i = 0; !err && i < n; i++)
		word[i] = word_of(eerd[i]);
	return err;
}

static int begin(struct driver *d, uint32_t offset, uint32_t n)
{
	int err = d->state == DRIVER_RUNNING ? find_length(d) : -ENODEV;

	return err ? err : check_range(d, offset, n);
}

int drv_read_eeprom(struct driver *d, __u32 offset, __u32 n, struct xmd_bytes *out)
{
	uint16_t word[EEPROM_WORDS_MAX];
	unsigned int first = offset / 2;
	int err = begin(d, offset, n);

	if (!err)
		err = read_words(d, first, (offset + n - 1) / 2 - first + 1, word);
	if (err)
		return driver_handled(d, err);
	out->n = n;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = offset - 2 * first + i;

		out->byte[i] = word[at / 2] >> (at % 2 ? 8 : 0);
	}
	return 0;
}

static void merge(uint16_t *word, uint32_t offset, const struct xmd_bytes *in)
{
	for (uint32_t i = 0; i < in->n; i++) {
		unsigned int shift = (offset + i) % 2 ? 8 : 0;
		uint16_t *w = &word[(offset + i) / 2];

		*w = (*w & ~(0xff << shift)) | in->byte[i] << shift;
	}
}

static void renew_checksum(uint16_t *word)
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < EEPROM_CHECKSUM; i++)
		sum += word[i];
	word[EEPROM_CHECKSUM] = EEPROM_SUM - sum;
}

/* Each word that differs; then all are read back.  @now is what it holds. */
static int write_words(struct driver *d, const uint16_t *now, const uint16_t *want, unsigned int n)
{
	uint16_t back[EEPROM_WORDS_MAX];
	int err = microwire_begin(d);

	for (unsigned int i = 0; !err && i < n; i++) {
		if (now[i] != want[i])
			err = microwire_write(d, i, want[i]);
	}
	if (!err)
		err = microwire_end(d);
	if (!err)
		err = read_words(d, 0, n, back);
	for (unsigned int i = 0; !err && i < n; i++) {
		if (back[i] != want[i]) {
			log_err("EEPROM: word %u reads 0x%04x after writing 0x%04x: it does not take writes",
				i, back[i], want[i]);
			err = -EIO;
		}
	}
	return err;
}

/* Half a change is worse than none: the checksum would be wrong at the next cold start. */
static void put_back(struct driver *d, const uint16_t *want, unsigned int n)
{
	uint16_t now[EEPROM_WORDS_MAX];

	/* EERD gives nothing while the pins are ours */
	if (microwire_end(d) || read_words(d, 0, n, now) || !memcmp(now, want, n * sizeof(*now)))
		return;
	if (write_words(d, now, want, n))
		log_err("EEPROM: what it held before could not be restored");
	else
		log_info("EEPROM: restored to what it held before");
}

static int write_stopped(struct driver *d, const uint16_t *now, const uint16_t *want,
			 unsigned int n)
{
	int err = driver_stop_nic(d);

	if (err)
		return err;
	err = write_words(d, now, want, n);
	if (err && err != -ENODEV)
		put_back(d, now, n);
	return err;
}

/* Out of service for as long as it takes, some 5 ms a word; in service again whatever came
 * of it.  The new contents count from the next reset on, which is part of that. */
int drv_write_eeprom(struct driver *d, __u32 offset, const struct xmd_bytes *in)
{
	uint16_t now[EEPROM_WORDS_MAX], want[EEPROM_WORDS_MAX];
	unsigned int n;
	int err = begin(d, offset, in->n);

	n = d->adapter.eeprom_len / 2;
	if (!err)
		err = read_words(d, 0, n, now);
	if (err)
		return driver_handled(d, err);
	memcpy(want, now, n * sizeof(*now));
	merge(want, offset, in);
	if (offset / 2 < EEPROM_WORDS)
		renew_checksum(want);
	if (!memcmp(want, now, n * sizeof(*now)))
		return 0;
	err = write_stopped(d, now, want, n);
	if (!err)
		log_msg(MSG_DRV, "EEPROM: %u bytes written at %u", in->n, offset);
	return driver_handled(d, back_in_service(d, err));
}
