// SPDX-License-Identifier: GPL-2.0
/*
 * eeprom.c - its words behind EERD, and bytes of it for ethtool (chapters 5.3.1, 5.6, 13.4.4).
 *
 * Reading is the chip's own work (but see fam_82544.c) and goes on beside traffic.  Writing is done in
 * one of three ways (family.h), and
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
	const struct family *f = b->d->family;
	const struct reg_wait done = {
		.reg = EERD, .mask = f->eerd_done, .val = f->eerd_done, .usecs = EERD_WAIT_US,
	};

	batch_write(b, EERD, word << f->eerd_shift | EERD_START, "EEPROM read, EERD.START");
	batch_wait(b, &done, eerd, "EEPROM read, EERD.DONE never came");
}

/* What is in @b goes first.  Return: as batch_run */
static int read_words(struct driver *d, struct reg_batch *b, unsigned int first, unsigned int n,
		      uint16_t *word)
{
	uint32_t eerd[EEPROM_WORDS_MAX];
	int err = 0;

	if (!d->family->eerd_done) {
		err = batch_run(b);
		return err ? err : microwire_read(d, first, n, word);
	}
	for (unsigned int i = 0; i < n; i++)
		add_word(b, first + i, &eerd[i]);
	err = batch_run(b);
	for (unsigned int i = 0; !err && i < n; i++)
		word[i] = eerd[i] >> EERD_DATA_SHIFT;
	return err;
}

static uint16_t eeprom_sum(const uint16_t word[EEPROM_WORDS])
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < EEPROM_WORDS; i++)
		sum += word[i];
	return sum;
}

/* A word that the hardware was fetching at the same time can come out wrong: a
 * checksum that fails twice is a bad EEPROM. */
static int read_checked(struct driver *d, struct reg_batch *b, uint16_t word[EEPROM_WORDS])
{
	uint16_t sum = 0;

	for (int attempt = 0; attempt < 2; attempt++) {
		int err = read_words(d, b, 0, EEPROM_WORDS, word);

		if (err)
			return err;
		sum = eeprom_sum(word);
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

static int take_mac(struct driver *d, const uint16_t word[EEPROM_WORDS])
{
	struct xmd_mac mac;

	/* the first three words, low byte first (chapter 5.6.1) */
	for (unsigned int i = 0; i < XMD_MAC_LEN; i++)
		mac.addr[i] = word[i / 2] >> (i % 2 ? 8 : 0);
	/* of two ports the second has the same but for the last bit (5.6.1) */
	mac.addr[XMD_MAC_LEN - 1] ^= d->second_port;
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
	uint32_t eecd = 0, status = 0;
	struct xmd_adapter *a = &d->adapter;
	uint16_t word[EEPROM_WORDS];
	int err;

	batch_read(b, EECD, &eecd, "EEPROM, reading EECD");
	batch_read(b, STATUS, &status, "EEPROM, reading STATUS");
	err = read_checked(d, b, word);
	if (err)
		return err;
	d->second_port = d->chip->flags & XMD_HAS_PORTS && status & STATUS_FUNC;
	a->eeprom_len = d->family->eeprom_bytes(eecd, word);
	d->eeprom_sized = true;
	a->wol_can = XMD_WOL_UCAST | XMD_WOL_MCAST | XMD_WOL_BCAST | XMD_WOL_MAGIC;
	if (d->first && word[d->family->wake_word[d->second_port]] & d->family->wake_bit)
		a->wol = XMD_WOL_MAGIC;
	return take_mac(d, word);
}

/* Reads all words, and sums them into *@sum.  Return: 0, -ENODEV, or why it cannot be read. */
int eeprom_sum_all(struct driver *d, uint16_t *sum)
{
	uint16_t word[EEPROM_WORDS];
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_EEPROM);
	err = read_words(d, &b, 0, EEPROM_WORDS, word);
	if (!err)
		*sum = eeprom_sum(word);
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

/* After an adoption: what the object says of it is the word of one that may have ended for what it did. */
static int find_length(struct driver *d)
{
	uint16_t word[EEPROM_WORDS];
	struct reg_batch b;
	uint32_t eecd;
	int err;

	if (d->eeprom_sized)
		return 0;
	batch_init(&b, d, EXIT_EEPROM);
	batch_read(&b, EECD, &eecd, "EEPROM, reading EECD");
	err = read_words(d, &b, 0, EEPROM_WORDS, word);
	if (err)
		return err;
	d->adapter.eeprom_len = d->family->eeprom_bytes(eecd, word);
	d->eeprom_sized = true;
	return 0;
}

static int read_some(struct driver *d, unsigned int first, unsigned int n, uint16_t *word)
{
	struct reg_batch b;

	batch_init(&b, d, EXIT_EEPROM);
	return read_words(d, &b, first, n, word);
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
		err = read_some(d, first, (offset + n - 1) / 2 - first + 1, word);
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

/* What the EEPROM is, EECD says. */
static int find_writer(struct driver *d, const struct eeprom_writer **w)
{
	uint32_t eecd = 0;
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_EEPROM);
	batch_read(&b, EECD, &eecd, "EEPROM, reading EECD");
	err = batch_run(&b);
	*w = d->family->writer(eecd);
	return err;
}

/* Each word that differs; then all are read back.  @now is what it holds. */
static int write_words(struct driver *d, const uint16_t *now, const uint16_t *want, unsigned int n)
{
	const struct eeprom_writer *w;
	uint16_t back[EEPROM_WORDS_MAX];
	int err = find_writer(d, &w);

	if (!err)
		err = w->begin(d);

	for (unsigned int i = 0; !err && i < n; i++) {
		if (now[i] != want[i])
			err = w->write(d, i, want[i]);
	}
	if (!err)
		err = w->end(d);
	if (!err)
		err = read_some(d, 0, n, back);
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

	const struct eeprom_writer *w;

	/* EERD gives nothing while the pins are ours */
	if (find_writer(d, &w) || w->end(d) || read_some(d, 0, n, now) || !memcmp(now, want, n * sizeof(*now)))
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
		err = read_some(d, 0, n, now);
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
