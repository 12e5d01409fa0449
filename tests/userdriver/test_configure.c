// SPDX-License-Identifier: GPL-2.0
/*
 * test_configure.c - each setting: what it does to the registers, what it must not do, and
 * that a failure or a death at any crossing leaves the settings of before.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "wishes.h"

struct expected {
	uint32_t reg, mask, val;
};

static const struct wish {
	const char *name;
	void (*make)(struct xmd_adapter *a);
	int restart, negotiate, rctl_writes;
	struct expected reg[4];
} wishes[] = {
	{ "promisc", wish_promisc, 0, 0, 1, { { RCTL, 0x18, 0x18 } } },
	{ "allmulti", wish_allmulti, 0, 0, 1, { { RCTL, 0x18, 0x10 } } },
	{ "multicast", wish_multicast, 0, 0, 0,
	  { { RAL(1), ~0u, 0x015e0001 }, { RAH(15), ~0u, 0x80002a0e },
	    { MTA(0x2d0 >> 5), ~0u, 1u << (0x2d0 & 31) } } },
	{ "mac", wish_mac, 0, 0, 0,
	  { { RAL(0), ~0u, 0x33221102 }, { RAH(0), ~0u, 0x80005544 } } },
	{ "rings", wish_rings, 1, 0, 0,
	  { { TDLEN, ~0u, 512 * 16 }, { RDLEN, ~0u, 1024 * 16 } } },
	{ "mtu 9000", wish_mtu_9000, 1, 0, 0,
	  { { PBA, 0xffff, 40 }, { FCRTH, ~0u, 40 * 1024 - 20 * 1024 },
	    { RCTL, RCTL_LPE, RCTL_LPE } } },
	{ "mtu 4000", wish_mtu_4000, 0, 0, 1,
	  { { FCRTH, ~0u, 48 * 1024 - 12 * 1024 }, { RCTL, RCTL_LPE, RCTL_LPE } } },
	{ "forced 100 full", wish_forced_100_full, 0, 1, 0,
	  { { CTRL, 0x1b01, 0x1901 }, { TCTL, TCTL_COLD, 0x40000 } } },
	{ "forced 10 half", wish_forced_10_half, 0, 1, 0,
	  { { CTRL, 0x1b01, 0x1800 }, { TCTL, TCTL_COLD, 0x40000 } } },
	{ "advertise 100", wish_advertise_100, 0, 1, 0, { { CTRL, 0x1800, 0 } } },
	{ "MDI-X", wish_mdix, 0, 1, 0, { { CTRL, 0x1800, 0 } } },
	{ "no pause", wish_no_pause, 0, 1, 0, { { CTRL, CTRL_RFCE | CTRL_TFCE, 0 } } },
	{ "pause forced", wish_forced_pause_tx, 0, 0, 0,
	  { { CTRL, CTRL_RFCE | CTRL_TFCE, CTRL_TFCE } } },
	{ "50 us", wish_usecs, 0, 0, 0, { { ITR, ~0u, ITR_50US } } },
	{ "adaptive", wish_adaptive, 0, 0, 0, { { ITR, ~0u, 488 } } },
	{ "wake-on-LAN", wish_wol, 0, 0, 0,
	  { { WUFC, ~0u, WUFC_EX | WUFC_BC }, { WUC, ~0u, 0 },
	    { CTRL, CTRL_ADVD3WUC, CTRL_ADVD3WUC } } },
	{ "the kernel half's", wish_kernels, 0, 0, 0, { { ITR, ~0u, 488 } } },
	{ "much at once", wish_much, 1, 1, 0,
	  { { ITR, ~0u, ITR_50US }, { RAL(0), ~0u, 0x33221102 },
	    { CTRL, 0x1b01, 0x1901 }, { PBA, 0xffff, 40 } } },
};

#define WISHES (sizeof(wishes) / sizeof(wishes[0]))

/* On stdout: stderr is the driver's log, which is thrown away. */
static void say_which(const struct wish *w, unsigned long n)
{
	printf("wish '%s', crossing %lu\n", w->name, n);
	fflush(stdout);
}

#define CHECK(w, n, condition) do {		\
	bool ok_ = (condition);			\
						\
	if (!ok_)				\
		say_which(w, n);		\
	assert_true(ok_);			\
} while (0)

static void settle(struct bench *b)
{
	bench_pass(b, SIM_AUTONEG_MS);
	bench_pass(b, SIM_AUTONEG_MS);
}

static struct xmd_adapter wanted(const struct bench *b, const struct wish *w)
{
	struct xmd_adapter want = b->d.adapter;

	w->make(&want);
	return want;
}

/* As ip and ethtool do. */
static int ask(struct bench *b, const struct xmd_adapter *want)
{
	int err = sim_configure(b->sim, want);

	/* the change comes back as a message; to a process that is not dead */
	if (!b->d.exit_code)
		bench_serve(b);
	return err;
}

/* ------------------------------------------------------------ tests */

static void each_wish_reaches_its_registers_and_no_more(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < WISHES; i++) {
		const struct wish *w = &wishes[i];
		unsigned int starts, phy, rctl;
		struct xmd_adapter want;
		struct bench b;

		bench_running(&b, 0);
		want = wanted(&b, w);
		starts = b.sim->starts;
		phy = b.sim->phy_resets;
		rctl = b.sim->rctl_writes;
		CHECK(w, 0, !ask(&b, &want));
		CHECK(w, 0, (int)(b.sim->starts - starts) == w->restart);
		CHECK(w, 0, (int)(b.sim->phy_resets - phy) == w->negotiate);
		CHECK(w, 0, (int)(b.sim->rctl_writes - rctl) == w->rctl_writes);
		CHECK(w, 0, settings_equal(&b.d.adapter, &want));
		CHECK(w, 0, settings_equal(b.sim->adapter, &want));
		settle(&b);
		CHECK(w, 0, b.sim->adapter->link);
		for (unsigned int r = 0; r < 4 && w->reg[r].mask; r++) {
			uint32_t val = bench_reg(&b, w->reg[r].reg);

			if ((val & w->reg[r].mask) != w->reg[r].val)
				printf("register 0x%05x is 0x%08x\n", w->reg[r].reg, val);
			CHECK(w, 0, (val & w->reg[r].mask) == w->reg[r].val);
		}
		CHECK(w, 0, !b.sim->refused && !b.sim->invalid);
		bench_close(&b);
	}
}

/* It does not matter how one came to a setting: changed to it, changed back, brought up with
 * it, or adopted. */
static void registers_depend_on_settings_alone(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < WISHES; i++) {
		static struct snapshot before, changed, fresh, adopted, back;
		const struct wish *w = &wishes[i];
		struct xmd_adapter old, want;
		const char *diff;
		struct bench b;

		bench_running(&b, 0);
		old = b.d.adapter;
		want = wanted(&b, w);
		bench_snapshot(&b, &before);
		CHECK(w, 0, !ask(&b, &want));
		settle(&b);
		bench_snapshot(&b, &changed);
		CHECK(w, 0, !bench_restart(&b));
		settle(&b);
		bench_snapshot(&b, &adopted);
		CHECK(w, 0, !port_stop(b.d.port));
		CHECK(w, 0, !bench_restart(&b));
		settle(&b);
		bench_snapshot(&b, &fresh);
		CHECK(w, 0, !ask(&b, &old));
		settle(&b);
		bench_snapshot(&b, &back);
		/* START is told the address again only when it comes to it */
		before.started = changed.started = adopted.started = back.started = fresh.started;
		diff = snapshot_diff(&changed, &adopted);
		if (!diff)
			diff = snapshot_diff(&changed, &fresh);
		if (!diff)
			diff = snapshot_diff(&before, &back);
		if (diff)
			printf("%s\n", diff);
		CHECK(w, 0, !diff);
		bench_close(&b);
	}
}

/* How many crossings its handler takes when nothing goes wrong. */
static unsigned long crossings_of(const struct wish *w)
{
	struct xmd_adapter want;
	unsigned long before;
	struct bench b;

	bench_running(&b, 0);
	want = wanted(&b, w);
	before = b.sim->crossings;
	CHECK(w, 0, !bench_configure(&b, &want));
	before = b.sim->crossings - before;
	bench_close(&b);
	return before;
}

static const unsigned int cut_ops[] = { 0, 1, 7, 40, 1000 };

static void fail_at(const struct wish *w, unsigned long n, unsigned int op)
{
	static struct snapshot before, after;
	struct xmd_adapter old, want;
	const char *diff;
	struct bench b;

	bench_running(&b, 0);
	old = b.d.adapter;
	want = wanted(&b, w);
	bench_snapshot(&b, &before);
	b.sim->cut = (struct sim_cut){ .at = n, .op = op, .err = -EPERM };
	CHECK(w, n, bench_configure(&b, &want));
	CHECK(w, n, b.d.exit_code == EXIT_OK);
	CHECK(w, n, settings_equal(&b.d.adapter, &old));
	settle(&b);
	bench_snapshot(&b, &after);
	diff = snapshot_diff(&before, &after);
	if (diff)
		printf("operation %u: %s\n", op, diff);
	CHECK(w, n, !diff);
	CHECK(w, n, b.sim->adapter->link);
	CHECK(w, n, !bench_configure(&b, &want));
	bench_close(&b);
}

static void a_failure_at_any_crossing_is_undone(void **state)
{
	(void)state;
	log_capture_start();
	for (unsigned int i = 0; i < WISHES; i++) {
		unsigned long crossings = crossings_of(&wishes[i]);

		for (unsigned long n = 1; n <= crossings; n++) {
			for (unsigned int o = 0; o < sizeof(cut_ops) / sizeof(cut_ops[0]); o++)
				fail_at(&wishes[i], n, cut_ops[o]);
		}
	}
	log_captured();
}

/* What the settings of before and those wanted come to, undisturbed. */
static void snapshots_of(const struct wish *w, struct snapshot *before, struct snapshot *after,
			 unsigned int *crossings)
{
	struct xmd_adapter want;
	struct bench b;

	bench_running(&b, 0);
	bench_snapshot(&b, before);
	want = wanted(&b, w);
	*crossings = b.sim->crossings;
	CHECK(w, 0, !ask(&b, &want));
	*crossings = b.sim->crossings - *crossings;
	settle(&b);
	bench_snapshot(&b, after);
	bench_close(&b);
}

/* @expected: what the old and the new settings come to.  The answer decides which it is. */
static void kill_at(const struct wish *w, unsigned int n, unsigned int op,
		    const struct snapshot expected[2])
{
	static struct snapshot after;
	struct xmd_adapter want;
	const char *diff;
	struct bench b;
	bool committed;

	bench_running(&b, 0);
	want = wanted(&b, w);
	b.sim->cut = (struct sim_cut){ .at = n, .op = op, .kill = true };
	committed = !ask(&b, &want);
	CHECK(w, n, b.sim->cut.dead);
	CHECK(w, n, committed == settings_equal(b.sim->adapter, &want));
	CHECK(w, n, !bench_restart(&b));
	CHECK(w, n, settings_equal(&b.d.adapter, b.sim->adapter));
	CHECK(w, n, committed == settings_equal(b.sim->adapter, &want));
	settle(&b);
	bench_snapshot(&b, &after);
	diff = snapshot_diff(&expected[committed], &after);
	if (diff)
		printf("operation %u, %s: %s\n", op, committed ? "new" : "old", diff);
	CHECK(w, n, !diff);
	CHECK(w, n, b.sim->adapter->link);
	bench_close(&b);
}

static void a_death_at_any_crossing_leaves_what_was_committed(void **state)
{
	static struct snapshot expected[2];

	(void)state;
	log_capture_start();
	for (unsigned int i = 0; i < WISHES; i++) {
		unsigned int crossings;

		snapshots_of(&wishes[i], &expected[0], &expected[1], &crossings);
		for (unsigned int n = 1; n <= crossings; n++) {
			for (unsigned int o = 0; o < sizeof(cut_ops) / sizeof(cut_ops[0]); o++)
				kill_at(&wishes[i], n, cut_ops[o], expected);
		}
	}
	log_captured();
}

WISH(bad_mac, a->mac.addr[0] = 0x03)
WISH(bad_ring, a->rx_ring = 300)
WISH(bad_ring_large, a->tx_ring = 2048)
WISH(bad_mtu, a->mtu = 16111)
WISH(bad_advertise_none, a->advertise = 0)
WISH(bad_advertise_1000_half, a->advertise = 0x10)
WISH(bad_forced_1000, a->autoneg = 0; a->forced = XMD_ADV_1000F)
WISH(bad_forced_two, a->autoneg = 0; a->forced = XMD_ADV_100F | XMD_ADV_10F)

static void bad_forced_mdix(struct xmd_adapter *a)
{
	wish_forced_100_full(a);
	a->mdix = XMD_MDI;
}

WISH(bad_usecs, a->rx_usecs = 10001)
WISH(bad_wol, a->wol = XMD_WOL_PHY)
WISH(bad_flag, a->promisc = 2)
WISH(bad_count, a->n_mc = XMD_MC_MAX + 1)

static const struct refusal {
	void (*make)(struct xmd_adapter *a);
	int err;
	const char *says;
} refusals[] = {
	{ bad_mac, -EADDRNOTAVAIL, "station address" },
	{ bad_ring, -EINVAL, "receive ring of 300" },
	{ bad_ring_large, -EINVAL, "transmit ring of 2048" },
	{ bad_mtu, -EINVAL, "MTU 16111" },
	{ bad_advertise_none, -EINVAL, "advertised modes 0" },
	{ bad_advertise_1000_half, -EINVAL, "advertised modes 16" },
	{ bad_forced_1000, -EINVAL, "speed 1000" },
	{ bad_forced_two, -EINVAL, "forced mode 10" },
	{ bad_forced_mdix, -EINVAL, "MDI mode 1" },
	{ bad_usecs, -EINVAL, "10001" },
	{ bad_wol, -EOPNOTSUPP, "wake-on-LAN events 1" },
	{ bad_flag, -EINVAL, "promiscuous 2" },
	{ bad_count, -EINVAL, "multicast addresses: 129" },
};

static void the_impossible_is_refused_with_a_reason_and_changes_nothing(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (unsigned int i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct xmd_adapter old = b.d.adapter, want = old;
		unsigned long before = b.sim->crossings;
		const char *log;

		refusals[i].make(&want);
		log_capture_start();
		assert_int_equal(bench_configure(&b, &want), refusals[i].err);
		log = log_captured();
		if (!strstr(log, refusals[i].says))
			printf("it said: %s", log);
		assert_non_null(strstr(log, refusals[i].says));
		assert_int_equal(count_lines_with(log, "\n"), 1);
		assert_int_equal(b.sim->crossings, before);
		assert_true(settings_equal(&b.d.adapter, &old));
		assert_int_equal(b.d.exit_code, EXIT_OK);
	}
	bench_close(&b);
}

static void what_is_in_force_already_costs_nothing(void **state)
{
	struct xmd_adapter want;
	unsigned long before;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	want = b.d.adapter;
	before = b.sim->crossings;
	assert_int_equal(bench_configure(&b, &want), 0);
	want.rx_csum = 0;		/* the kernel half's */
	assert_int_equal(bench_configure(&b, &want), 0);
	assert_int_equal(b.sim->crossings, before);
	wish_multicast(&want);
	assert_int_equal(bench_configure(&b, &want), 0);
	assert_int_equal(b.sim->crossings - before, 1);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wish_reaches_its_registers_and_no_more),
		cmocka_unit_test(registers_depend_on_settings_alone),
		cmocka_unit_test(a_failure_at_any_crossing_is_undone),
		cmocka_unit_test(a_death_at_any_crossing_leaves_what_was_committed),
		cmocka_unit_test(the_impossible_is_refused_with_a_reason_and_changes_nothing),
		cmocka_unit_test(what_is_in_force_already_costs_nothing),
	};

	return cmocka_run_group_tests_name("configure", tests, NULL, NULL);
}
