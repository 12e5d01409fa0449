// SPDX-License-Identifier: GPL-2.0
/* test_running.c - a NIC that runs: link, filters, statistics. */
#include <errno.h>
#include <string.h>

#include "bench.h"

static void link_down_and_up_are_reported(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	sim_nic_set_cable(b.sim, false);
	assert_int_equal(bench_serve(&b), 0);
	assert_int_equal(b.sim->adapter->link, 0);
	assert_int_equal(b.sim->adapter->speed, 0);
	sim_nic_set_cable(b.sim, true);
	bench_pass(&b, SIM_AUTONEG_MS);
	assert_int_equal(b.sim->adapter->link, 1);
	assert_int_equal(b.sim->n_answers, 2);
	bench_close(&b);
}

static void a_lost_link_interrupt_is_made_up_by_the_watchdog(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->phy[PHY_STATUS] &= ~PHY_STATUS_LINK;
	b.sim->reg[STATUS / 4] &= ~STATUS_LU;
	bench_tick(&b);
	assert_int_equal(b.sim->adapter->link, 0);
	bench_close(&b);
}

static void a_flap_between_two_looks_is_reported_as_both(void **state)
{
	unsigned int links;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	links = b.sim->links;
	b.sim->link_lost = true;	/* latched in the PHY; up again since */
	bench_tick(&b);
	assert_int_equal(b.sim->links - links, 2);
	assert_int_equal(b.sim->adapter->link, 1);
	bench_close(&b);
}

static void flapping_is_reported_each_time_and_logged_now_and_then(void **state)
{
	unsigned int links;
	const char *log;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	links = b.sim->links;
	log_capture_start();
	for (int i = 0; i < 100; i++) {
		sim_nic_set_cable(b.sim, false);
		bench_pass(&b, 10);
		sim_nic_set_cable(b.sim, true);
		bench_pass(&b, SIM_AUTONEG_MS);
	}
	log = log_captured();
	assert_int_equal(b.sim->links - links, 200);
	assert_in_range(count_lines_with(log, "\n"), 2, 12);
	assert_int_equal(b.sim->adapter->link, 1);
	bench_close(&b);
}

struct speed {
	uint32_t status;
	unsigned int speed, full_duplex;
	uint32_t cold;
};

static void speed_and_duplex_follow_the_wire(void **state)
{
	static const struct speed cases[] = {
		{ 0x00000003, 10, 1, 0x040 }, { 0x00000002, 10, 0, 0x040 },
		{ 0x00000043, 100, 1, 0x040 }, { 0x00000042, 100, 0, 0x040 },
		{ 0x00000083, 1000, 1, 0x040 }, { 0x000000c3, 1000, 1, 0x040 },
	};
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		b.sim->reg[STATUS / 4] = cases[i].status;
		bench_tick(&b);
		assert_int_equal(b.sim->adapter->speed, cases[i].speed);
		assert_int_equal(b.sim->adapter->duplex, cases[i].full_duplex);
		assert_int_equal(bench_reg(&b, TCTL) & TCTL_COLD, cases[i].cold << 12);
	}
	bench_close(&b);
}

struct pause_case {
	uint16_t lpa;
	uint32_t status, ctrl;
};

/* IEEE 802.3 table 28B-3, with PAUSE and ASM_DIR advertised by us. */
static void pause_is_resolved_as_802_3_says(void **state)
{
	static const struct pause_case cases[] = {
		{ 0x0000, 0x83, 0 },
		{ PHY_AN_PAUSE, 0x83, CTRL_RFCE | CTRL_TFCE },
		{ PHY_AN_PAUSE | PHY_AN_ASM_DIR, 0x83, CTRL_RFCE | CTRL_TFCE },
		{ PHY_AN_ASM_DIR, 0x83, CTRL_RFCE },
		{ PHY_AN_PAUSE, 0x42, 0 },		/* half duplex has none */
	};
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		b.sim->phy[PHY_LPA] = cases[i].lpa;
		b.sim->reg[STATUS / 4] = cases[i].status;
		/* a partner has another ability only with another link, of which an interrupt tells */
		b.d.glances = 0;
		bench_tick(&b);
		assert_int_equal(bench_reg(&b, CTRL) & (CTRL_RFCE | CTRL_TFCE),
				 cases[i].ctrl);
		assert_true(bench_reg(&b, CTRL) & CTRL_SLU);
	}
	bench_close(&b);
}

struct hash_case {
	struct xmd_mac mac;
	unsigned int word, bit;
};

/* Chapter 13.5.1 with RCTL.MO = 0: of the address as it travels, bits 47:36; bits 11:5
 * of those are the word, 4:0 the bit: 12:34:56:78:9A:BC hashes to 0xBC9. */
static void multicast_hash_is_the_manuals(void **state)
{
	static const struct hash_case cases[] = {
		{ { { 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc } }, 0xbc9 >> 5, 0xbc9 & 31 },
		{ { { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 } }, 0x010 >> 5, 0x010 & 31 },
		{ { { 0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb } }, 0xfb0 >> 5, 0xfb0 & 31 },
		{ { { 0x33, 0x33, 0x00, 0x00, 0x00, 0x01 } }, 0x010 >> 5, 0x010 & 31 },
		{ { { 0x33, 0x33, 0xff, 0x12, 0x34, 0x56 } }, 0x563 >> 5, 0x563 & 31 },
		{ { { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e } }, 0x0e0 >> 5, 0x0e0 & 31 },
		{ { { 0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa } }, 0xfaf >> 5, 0xfaf & 31 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int hash = filter_mta_hash(&cases[i].mac);

		assert_int_equal(hash >> 5, cases[i].word);
		assert_int_equal(hash & 31, cases[i].bit);
	}
}

static void set_filter(struct bench *b, unsigned int n_mc)
{
	bench_filter(b, n_mc, b->sim->adapter->promisc, b->sim->adapter->allmulti);
	assert_int_equal(bench_serve(b), 0);
}

static void wanted_addresses_are_received_and_forgotten_ones_are_not(void **state)
{
	static const unsigned int sizes[] = { 0, 1, 15, 16, 40, 128, 3, 0 };
	static const uint8_t other[] = { 1, 0, 0x5e, 0x77, 0xaa, 0xaa };
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (unsigned int s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		set_filter(&b, sizes[s]);
		for (unsigned int i = 0; i < sizes[s]; i++)
			assert_true(bench_receives(&b, b.sim->adapter->mc[i].addr));
		assert_true(bench_receives(&b, settings_mac(&b.d.adapter)->addr));
		assert_false(bench_receives(&b, other));
		if (sizes[s] < 16)
			assert_false(bench_receives(&b, (uint8_t[]){ 1, 0, 0x5e, 1, 7, 0xf3 }));
	}
	assert_int_equal(b.sim->rctl_writes, 0);
	bench_close(&b);
}

static void promisc_and_allmulti_reach_rctl_once(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	bench_filter(&b, 0, 1, 1);
	assert_int_equal(bench_serve(&b), 0);
	assert_int_equal(bench_reg(&b, RCTL), RCTL_BAM | RCTL_UPE | RCTL_MPE | 2);
	assert_int_equal(b.sim->rctl_writes, 1);
	set_filter(&b, 0);
	assert_int_equal(b.sim->rctl_writes, 1);
	bench_filter(&b, 2, 0, 0);
	assert_int_equal(bench_serve(&b), 0);
	assert_int_equal(bench_reg(&b, RCTL), RCTL_BAM | 2);
	bench_close(&b);
}

/* The home does not take it, so that no user half ever sees it. */
static void an_impossible_count_of_addresses_is_not_committed(void **state)
{
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	want = *b.sim->adapter;
	want.n_mc = XMD_MC_MAX + 1;
	assert_int_equal(sim_commit(b.sim, &want), -ERANGE);
	assert_int_equal(b.sim->adapter->n_mc, 0);
	assert_false(xpc_pending(&b.sim->xpc.t));
	bench_close(&b);
}

static void a_small_change_of_filters_is_a_small_batch(void **state)
{
	unsigned int writes;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	set_filter(&b, 20);
	writes = b.sim->reg_writes;
	set_filter(&b, 21);
	assert_int_equal(b.sim->reg_writes - writes, 1);
	bench_close(&b);
}

static void statistics_add_up_over_clear_on_read_and_restarts(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	sim_count(b.sim, GPRC, 1000);
	sim_count(b.sim, GORCL, 0xfffffff0);
	sim_count(b.sim, GORCH, 2);
	sim_count(b.sim, MPC, 7);
	sim_count(b.sim, RUC, 1);
	sim_count(b.sim, ROC, 2);
	sim_count(b.sim, RLEC, 4);
	bench_tick(&b);
	assert_int_equal(b.sim->counters->gprc, 1000);
	assert_int_equal(b.sim->counters->gorc, 0x2fffffff0ull);
	assert_int_equal(b.sim->counters->mpc, 7);
	assert_int_equal(b.sim->counters->ruc, 1);
	assert_int_equal(b.sim->counters->roc, 2);
	assert_int_equal(b.sim->counters->rlec, 4);
	bench_tick(&b);
	assert_int_equal(b.sim->counters->gprc, 1000);

	sim_count(b.sim, GPRC, 5);
	bench_new_user_half(&b);	/* killed: the 5 are still in the register */
	assert_int_equal(driver_start(&b.d), 0);
	sim_count(b.sim, GPRC, 1);
	sim_count(b.sim, GORCL, 0x20);
	bench_tick(&b);
	assert_int_equal(b.sim->counters->gprc, 1006);
	assert_int_equal(b.sim->counters->gorc, 0x300000010ull);
	assert_int_equal(b.sim->counters->mpc, 7);

	sim_count(b.sim, GPTC, 3);
	driver_end(&b.d);		/* ended properly: nothing is left in registers */
	assert_int_equal(b.sim->counters->gptc, 3);
	bench_close(&b);
}

static void error_counters_that_do_not_clear_are_not_counted_twice(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, SIM_F_QEMU);
	sim_count(b.sim, MPC, 9);
	sim_count(b.sim, GPRC, 2);
	for (int i = 0; i < 10; i++)
		bench_tick(&b);
	assert_int_equal(b.sim->counters->mpc, 9);
	assert_int_equal(b.sim->counters->gprc, 2);
	bench_new_user_half(&b);
	assert_int_equal(driver_start(&b.d), 0);
	sim_count(b.sim, MPC, 1);
	bench_tick(&b);
	assert_int_equal(b.sim->counters->mpc, 10);
	bench_close(&b);
}

static void the_watchdog_costs_two_crossings(void **state)
{
	unsigned long before;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	before = b.sim->crossings;
	sim_count(b.sim, GPRC, 1);
	sim_advance(b.sim, WATCHDOG_MS);
	assert_int_equal(driver_tick(&b.d), 0);
	assert_int_equal(b.sim->crossings - before, 2);
	/* and one if nothing was counted */
	sim_advance(b.sim, WATCHDOG_MS);
	assert_int_equal(driver_tick(&b.d), 0);
	assert_int_equal(b.sim->crossings - before, 3);
	bench_close(&b);
}

/* A minute in which nothing comes, then a frame, an error, and a link that is lost without an interrupt. */
static void a_quiet_nic_is_glanced_at(void **state)
{
	unsigned long before, read;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (unsigned int i = 0; i < 5; i++)
		bench_tick(&b);
	before = b.sim->crossings;
	read = b.sim->ops;
	for (unsigned int i = 0; i < 60000 / WATCHDOG_MS; i++)
		bench_tick(&b);
	assert_int_equal(b.sim->crossings - before, 60000 / WATCHDOG_MS);
	/* six whole looks of some eighty registers */
	assert_in_range(b.sim->ops - read, 6 * 60, 6 * 90 + 24 * 3);
	b.d.glances = 2;
	sim_count(b.sim, GPRC, 7);
	sim_count(b.sim, PRC64, 7);
	bench_tick(&b);
	assert_int_equal(b.sim->counters->gprc, 7);
	assert_int_equal(b.sim->counters->prc64, 7);
	/* from then on wholly, until a look has found nothing */
	sim_count(b.sim, CRCERRS, 3);
	bench_tick(&b);
	assert_int_equal(b.sim->counters->crcerrs, 3);
	bench_tick(&b);
	sim_count(b.sim, CRCERRS, 2);
	for (unsigned int i = 0; i <= WATCHDOG_GLANCES; i++)
		bench_tick(&b);
	assert_int_equal(b.sim->counters->crcerrs, 5);
	bench_tick(&b);
	bench_tick(&b);
	assert_true(b.d.glances);
	b.sim->reg[STATUS / 4] &= ~STATUS_LU;
	bench_tick(&b);
	assert_false(b.sim->adapter->link);
	bench_close(&b);
}

/* After an upcall, whatever it was, all is looked at. */
static void no_glance_after_an_upcall(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (unsigned int i = 0; i < 5; i++)
		bench_tick(&b);
	assert_true(b.d.glances);
	sim_raise(b.sim, XPC_UP_xmd_link_event);
	assert_int_equal(driver_upcalls(&b.d), 0);
	assert_false(b.d.glances);
	bench_close(&b);
}

static void a_watchdog_on_time_is_never_asked_whether_it_lives(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (int i = 0; i < 50; i++)
		bench_tick(&b);
	assert_int_equal(b.sim->xpc.t.slot[XPC_UP_xmd_alive].stat.asked, 0);
	assert_int_equal(b.sim->xpc.t.phase, XPC_LIVE);
	bench_close(&b);
}

static void alive_is_answered(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	bench_pass(&b, XPC_SILENCE_MS);
	assert_int_equal(b.sim->n_answers, 1);
	assert_int_equal(b.sim->answer[0].call, XPC_UP_xmd_alive);
	assert_int_equal(b.sim->answer[0].result, 0);
	assert_int_equal(sim_asked(b.sim), 0);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_down_and_up_are_reported),
		cmocka_unit_test(a_lost_link_interrupt_is_made_up_by_the_watchdog),
		cmocka_unit_test(a_flap_between_two_looks_is_reported_as_both),
		cmocka_unit_test(flapping_is_reported_each_time_and_logged_now_and_then),
		cmocka_unit_test(speed_and_duplex_follow_the_wire),
		cmocka_unit_test(pause_is_resolved_as_802_3_says),
		cmocka_unit_test(multicast_hash_is_the_manuals),
		cmocka_unit_test(wanted_addresses_are_received_and_forgotten_ones_are_not),
		cmocka_unit_test(promisc_and_allmulti_reach_rctl_once),
		cmocka_unit_test(an_impossible_count_of_addresses_is_not_committed),
		cmocka_unit_test(a_small_change_of_filters_is_a_small_batch),
		cmocka_unit_test(statistics_add_up_over_clear_on_read_and_restarts),
		cmocka_unit_test(error_counters_that_do_not_clear_are_not_counted_twice),
		cmocka_unit_test(the_watchdog_costs_two_crossings),
		cmocka_unit_test(a_quiet_nic_is_glanced_at),
		cmocka_unit_test(no_glance_after_an_upcall),
		cmocka_unit_test(a_watchdog_on_time_is_never_asked_whether_it_lives),
		cmocka_unit_test(alive_is_answered),
	};

	return cmocka_run_group_tests_name("running", tests, NULL, NULL);
}
