// SPDX-License-Identifier: GPL-2.0
/*
 * selftest.c - what "ethtool -t" asks for: the link, and offline the registers, the EEPROM,
 * the interrupt and a loopback.
 *
 * Registers and EEPROM are tested while the NIC is stopped; they leave it in any state, and a
 * bring-up follows.  The interrupt and the frames of the loopback are the kernel half's: it
 * tests them when it is asked (downcalls of xpc/objects.h), on the NIC that runs again.
 * Whoever dies on the way leaves a NIC that the next process adopts or brings up, as always.
 *
 * A failed test is a result and no error.
 */
#include <errno.h>
#include <string.h>

#include "driver.h"
#include "handlers.h"

enum { TEST_REGISTERS, TEST_EEPROM, TEST_INTERRUPT, TEST_LOOPBACK, TEST_LINK };

#define LOOPBACK_SETTLE_US 20000u

/* Registers that hold what is written to them, under the mask. */
static const struct {
	uint32_t first, stride, n, mask;
} tested[] = {
	{ FCAL, 4, 1, 0xffffffff }, { FCAH, 4, 1, 0xffff }, { FCT, 4, 1, 0xffff },
	{ VET, 4, 1, 0xffff }, { RDTR, 4, 1, 0xffff }, { FCTTV, 4, 1, 0xffff },
	{ TIPG, 4, 1, 0x3fffffff }, { TIDV, 4, 1, 0xffff },
	{ RAL(0), 8, RAR_ENTRIES, 0xffffffff }, { RAH(0), 8, RAR_ENTRIES, 0x8003ffff },
	{ MTA(0), 4, MTA_WORDS, 0xffffffff },
};

#define TESTED_REGISTERS (8 + 2 * RAR_ENTRIES + MTA_WORDS)

static const uint32_t patterns[] = { 0x5a5a5a5a, 0xa5a5a5a5, 0x00000000, 0xffffffff };

#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

struct trial {
	uint32_t reg, mask, val[PATTERNS];
};

static void add_trial(struct reg_batch *b, struct trial *t)
{
	for (unsigned int i = 0; i < PATTERNS; i++) {
		batch_set(b, t->reg, t->mask, patterns[i], "self-test, writing a pattern");
		batch_read(b, t->reg, &t->val[i], "self-test, reading it back");
	}
}

static bool passed(const struct trial *t)
{
	for (unsigned int i = 0; i < PATTERNS; i++) {
		if ((t->val[i] ^ patterns[i]) & t->mask) {
			log_warn("self-test: register 0x%05x reads 0x%08x after writing 0x%08x",
				 t->reg, t->val[i], patterns[i] & t->mask);
			return false;
		}
	}
	return true;
}

/* The result is the offset of the first register that failed. */
static int test_registers(struct driver *d, __u64 *result)
{
	struct trial trial[TESTED_REGISTERS];
	struct reg_batch b;
	unsigned int n = 0;
	int err;

	batch_init(&b, d, EXIT_REGISTER);
	for (unsigned int t = 0; t < sizeof(tested) / sizeof(tested[0]); t++) {
		for (unsigned int i = 0; i < tested[t].n; i++, n++) {
			trial[n].reg = tested[t].first + i * tested[t].stride;
			trial[n].mask = tested[t].mask;
			add_trial(&b, &trial[n]);
		}
	}
	err = batch_run(&b);
	for (unsigned int i = 0; !err && i < n; i++) {
		if (!passed(&trial[i])) {
			*result = trial[i].reg;
			break;
		}
	}
	return err;
}

static int test_eeprom(struct driver *d, __u64 *result)
{
	uint16_t sum;
	int err = eeprom_sum_all(d, &sum);

	*result = err || sum != EEPROM_SUM;
	return err == -ENODEV ? err : 0;
}

/* The kernel half's verdict: -EIO is a failed test, EOPNOTSUPP one that nobody could make. */
static int verdict(const char *name, int err, __u64 *result)
{
	if (!err || err == -ENODEV)
		return err;
	log_warn("self-test: %s: %s", name, err == -EOPNOTSUPP ?
		 "not tested, the kernel half cannot" : "failed");
	*result = -err;
	return 0;
}

static int test_interrupt(struct driver *d, __u64 *result)
{
	return verdict("interrupt", xpc_call_xmd_test_irq(&d->xpc), result);
}

/* The PHY at 1000 Mb/s full duplex hears itself, and the MAC has to be told what it is. */
static int close_loop(struct driver *d)
{
	const uint32_t mode = CTRL_FRCSPD | CTRL_FRCDPX | CTRL_SPEED | CTRL_FD | CTRL_SLU;
	struct reg_batch b;

	batch_init(&b, d, EXIT_PHY);
	phy_add_loopback(&b);
	batch_set(&b, CTRL, mode, mode & ~(CTRL_SPEED & ~CTRL_SPEED_1000),
		  "self-test, CTRL for the loopback");
	batch_delay(&b, LOOPBACK_SETTLE_US);
	return batch_run(&b);
}

static int test_loopback(struct driver *d, __u64 *result)
{
	int err = close_loop(d);

	if (!err)
		err = xpc_call_xmd_test_loopback(&d->xpc);
	return verdict("loopback", err, result);
}

static int test_stopped(struct driver *d, __u64 *result)
{
	int err = driver_stop_nic(d);

	if (!err)
		err = test_registers(d, &result[TEST_REGISTERS]);
	return err ? err : test_eeprom(d, &result[TEST_EEPROM]);
}

static int test_offline(struct driver *d, __u64 *result)
{
	int err = back_in_service(d, test_stopped(d, result));

	if (!err)
		err = test_interrupt(d, &result[TEST_INTERRUPT]);
	if (!err)
		err = test_loopback(d, &result[TEST_LOOPBACK]);
	/* what closed the loop differs from the settings, and so is found and undone */
	return back_in_service(d, err);
}

/* The link before all others: they take it away. */
int drv_self_test(struct driver *d, __u32 offline, struct xmd_testresult *out)
{
	int err;

	memset(out, 0, sizeof(*out));
	if (d->state != DRIVER_RUNNING)
		return -ENODEV;
	err = link_check(d);
	if (err)
		return driver_handled(d, err);
	out->result[TEST_LINK] = !d->link.up;
	if (offline)
		err = test_offline(d, out->result);
	for (unsigned int i = 0; i < XMD_TESTS; i++)
		out->failed |= !!out->result[i];
	return driver_handled(d, err);
}
