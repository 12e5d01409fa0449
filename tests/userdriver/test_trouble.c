// SPDX-License-Identifier: GPL-2.0
/* test_trouble.c - hangs, odd upcalls, and what ends the process. */
#include <errno.h>
#include <string.h>

#include "bench.h"

static void hang(struct bench *b)
{
	sim_raise(b->sim, XPC_UP_xmd_tx_hang);
	assert_int_equal(bench_serve(b), 0);
	assert_int_equal(b->sim->answer[b->sim->n_answers - 1].call, XPC_UP_xmd_tx_hang);
	assert_int_equal(b->sim->answer[b->sim->n_answers - 1].result, 0);
	assert_int_equal(b->sim->phase, XMD_NIC_RUNNING);
}

static void a_hang_is_a_reset_that_keeps_link_filters_and_address(void **state)
{
	unsigned int eeprom;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	bench_filter(&b, 30, 1, 0);
	assert_int_equal(bench_serve(&b), 0);
	eeprom = b.sim->eeprom_reads;
	hang(&b);
	assert_int_equal(b.sim->stops, 1);
	assert_int_equal(b.sim->resets, 2);
	assert_int_equal(b.sim->eeprom_reads, eeprom);
	assert_int_equal(b.sim->adapter->link, 1);
	assert_int_equal(b.sim->started.rctl, RCTL_BAM | RCTL_UPE | RCTL_MPE);
	assert_int_equal(bench_reg(&b, RAL(0)), 0x12005452);
	for (unsigned int i = 0; i < 30; i++)
		assert_true(bench_receives(&b, b.sim->adapter->mc[i].addr));
	assert_int_equal(bench_reg(&b, CTRL) & CTRL_RFCE, CTRL_RFCE);
	bench_close(&b);
}

static void the_third_hang_resets_the_phy_without_waiting_for_it(void **state)
{
	unsigned int phy;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	phy = b.sim->phy_resets;
	hang(&b);
	hang(&b);
	assert_int_equal(b.sim->phy_resets, phy);
	hang(&b);
	assert_true(b.sim->phy_resets > phy);
	assert_int_equal(b.sim->adapter->link, 0);
	bench_pass(&b, SIM_AUTONEG_MS);
	assert_int_equal(b.sim->adapter->link, 1);
	bench_close(&b);
}

static void a_stop_that_is_refused_ends_the_process(void **state)
{
	const char *log;
	struct bench b;

	(void)state;
	bench_running(&b, SIM_F_STOP_REFUSED);
	log_capture_start();
	sim_raise(b.sim, XPC_UP_xmd_tx_hang);
	assert_int_not_equal(bench_serve(&b), 0);
	log = log_captured();
	assert_non_null(strstr(log, "XMD_NIC_STOP"));
	assert_int_equal(b.d.exit_code, EXIT_REFUSED);
	assert_int_equal(b.sim->answer[0].result, -EBUSY);
	assert_int_equal(b.sim->resets, 1);
	bench_close(&b);
}

static void a_phy_that_dies_ends_the_process_and_not_the_traffic(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->faults |= SIM_F_PHY_DEAD;
	sim_advance(b.sim, WATCHDOG_MS);
	assert_int_not_equal(driver_tick(&b.d), 0);
	assert_int_equal(b.d.exit_code, EXIT_PHY);
	assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
	bench_close(&b);
}

static void what_is_no_message_ends_the_process(void **state)
{
	const char *log;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->faults |= SIM_F_GARBAGE;
	sim_raise(b.sim, XPC_UP_xmd_alive);
	log_capture_start();
	assert_int_not_equal(bench_serve(&b), 0);
	log = log_captured();
	assert_int_equal(count_lines_with(log, "\n"), 1);
	assert_int_equal(b.d.exit_code, EXIT_KERNEL);
	bench_close(&b);
}

static void all_upcalls_at_once_are_answered_in_time(void **state)
{
	static const unsigned int calls[] = {
		XPC_UP_xmd_link_event, XPC_UP_xmd_tx_hang, XPC_UP_xmd_alive,
		XPC_UP_xmd_refresh_counters,
	};
	const unsigned int n = sizeof(calls) / sizeof(calls[0]);
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (unsigned int i = 0; i < n; i++)
		sim_raise(b.sim, calls[i]);
	assert_int_equal(bench_serve(&b), 0);
	assert_int_equal(b.sim->n_answers, n);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(b.sim->answer[i].result, 0);
	assert_int_equal(b.sim->xpc.t.phase, XPC_LIVE);
	bench_close(&b);
}

static void being_given_up_ends_the_process(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	sim_raise(b.sim, XPC_UP_xmd_link_event);
	sim_advance(b.sim, 1000);
	assert_int_equal(b.sim->xpc.t.phase, XPC_LOST);
	assert_int_not_equal(bench_serve(&b), 0);
	assert_int_equal(b.d.exit_code, EXIT_KERNEL);
	bench_close(&b);
}

static void look(struct bench *b, unsigned int missed, uint32_t rdh, uint32_t rdt)
{
	sim_count(b->sim, MPC, missed);
	*sim_reg(b->sim, RDH) = rdh;
	*sim_reg(b->sim, RDT) = rdt;
	bench_tick(b);
}

/* From outside it looks like silence.  A ring that is full, or that moves, is no fault of the NIC's. */
static void a_nic_that_receives_nothing_is_reset(void **state)
{
	static const struct { uint32_t missed, rdh[3], rdt; unsigned int resets; } c[] = {
		{ 10, { 5, 5, 5 }, 200, 1 }, { 0, { 5, 5, 5 }, 200, 0 }, { 10, { 5, 6, 7 }, 200, 0 },
		{ 10, { 5, 5, 5 }, 5, 0 },
	};
	unsigned int before;
	const char *log;
	struct bench b;

	(void)state;
	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		bench_running(&b, 0);
		before = b.sim->resets;
		log_capture_start();
		for (unsigned int turn = 0; turn < 2 + !c[i].resets; turn++) {
			assert_int_equal(b.sim->resets, before);
			look(&b, c[i].missed, c[i].rdh[turn], c[i].rdt);
		}
		log = log_captured();
		assert_int_equal(count_lines_with(log, "receives nothing"), c[i].resets);
		assert_int_equal(b.sim->resets - before, c[i].resets);
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		assert_true(b.d.link.up);
		bench_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hang_is_a_reset_that_keeps_link_filters_and_address),
		cmocka_unit_test(a_nic_that_receives_nothing_is_reset),
		cmocka_unit_test(the_third_hang_resets_the_phy_without_waiting_for_it),
		cmocka_unit_test(a_stop_that_is_refused_ends_the_process),
		cmocka_unit_test(a_phy_that_dies_ends_the_process_and_not_the_traffic),
		cmocka_unit_test(what_is_no_message_ends_the_process),
		cmocka_unit_test(all_upcalls_at_once_are_answered_in_time),
		cmocka_unit_test(being_given_up_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
