// SPDX-License-Identifier: GPL-2.0
/*
 * test_wire.c - frames in the ring that cannot leave: the link is lost, the other end says PAUSE,
 * the link is slow; and a NIC that really hangs.  The watch is that of sim/sim_wire.c.
 */
#include <string.h>

#include "bench.h"

#define FULL	1023u		/* frames, of one descriptor each */
#define LONG	1518u		/* bytes */

static const struct speed {
	unsigned int mbits;
	uint16_t lpa, gstatus;
} speeds[] = {
	{ 10, PHY_AN_SELECTOR | PHY_AN_10_FD | PHY_AN_PAUSE, 0 },
	{ 100, PHY_AN_SELECTOR | PHY_AN_100_FD | PHY_AN_PAUSE, 0 },
	{ 1000, PHY_AN_SELECTOR | PHY_AN_PAUSE, PHY_GSTATUS_1000_FD },
};

#define FOR_EACH_SPEED(s) \
	for (const struct speed *s = speeds; s < speeds + sizeof(speeds) / sizeof(speeds[0]); s++)

static void open_at(struct bench *b, const struct speed *s)
{
	bench_open(b, 0);
	b->opt.tx_ring = 1024;
	b->sim->partner_lpa = s->lpa;
	b->sim->partner_gstatus = s->gstatus;
	assert_int_equal(driver_start(&b->d), 0);
	bench_pass(b, SIM_AUTONEG_MS);
	assert_int_equal(b->sim->adapter->speed, s->mbits);
	assert_int_equal(b->sim->adapter->flow_rx, 1);
	b->sim->n_answers = 0;
}

/* The main loop: time passes in ticks of the kernel half's, the watchdog every eighth. */
static void live(struct bench *b, unsigned int ms)
{
	for (unsigned int t = 0; t < ms; t += 250) {
		bench_pass(b, 250);
		if (t % WATCHDOG_MS == WATCHDOG_MS - 250)
			assert_int_equal(driver_tick(&b->d), 0);
		assert_int_equal(bench_serve(b), 0);
		assert_int_equal(b->d.exit_code, EXIT_OK);
	}
}

static void a_full_ring_is_sent_at_any_speed(void **state)
{
	(void)state;
	FOR_EACH_SPEED(s) {
		struct bench b;

		open_at(&b, s);
		sim_tx_fill(b.sim, FULL, LONG);
		bench_pass(&b, 250);
		if (s->mbits == 10)
			assert_in_range(bench_reg(&b, TDH), 200, 210);
		live(&b, 1250);
		assert_int_equal(b.sim->tx.sent, FULL);
		assert_int_equal(bench_reg(&b, TDH), bench_reg(&b, TDT));
		assert_int_equal(b.sim->starts, 1);
		bench_close(&b);
	}
}

/* Once the frames are given back, and then there is nothing to ask for. */
static void a_lost_link_is_no_hang(void **state)
{
	(void)state;
	FOR_EACH_SPEED(s) {
		unsigned int phy_resets;
		struct bench b;

		open_at(&b, s);
		live(&b, 6000);
		phy_resets = b.sim->phy_resets;
		log_capture_start();
		sim_tx_fill(b.sim, FULL, LONG);
		sim_nic_set_cable(b.sim, false);
		live(&b, 60000);
		log_captured();
		assert_int_equal(b.sim->adapter->link, 0);
		assert_int_equal(b.sim->tx.asked, 1);
		assert_int_equal(b.sim->tx.aborted, FULL);
		assert_int_equal(b.sim->starts, 2);
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		assert_int_equal(b.sim->phy_resets, phy_resets);
		sim_nic_set_cable(b.sim, true);
		live(&b, 1000);
		assert_int_equal(b.sim->adapter->speed, s->mbits);
		sim_tx_fill(b.sim, 10, LONG);
		live(&b, 3000);
		assert_int_equal(b.sim->tx.waiting, 0);
		assert_int_equal(b.sim->starts, 2);
		bench_close(&b);
	}
}

/* They stay where they are, and nobody asks for a reset, which would send them twice. */
static void pause_is_no_hang(void **state)
{
	(void)state;
	FOR_EACH_SPEED(s) {
		struct bench b;
		uint32_t tdh;

		open_at(&b, s);
		sim_tx_fill(b.sim, FULL, LONG);
		sim_pause(b.sim, 60000);
		bench_pass(&b, 1);
		assert_true(bench_reg(&b, STATUS) & STATUS_TXOFF);
		tdh = bench_reg(&b, TDH);
		live(&b, 50000);
		assert_int_equal(bench_reg(&b, TDH), tdh);
		assert_int_equal(b.sim->tx.asked, 0);
		assert_int_equal(b.sim->starts, 1);
		assert_int_equal(b.sim->adapter->link, 1);
		assert_true(b.sim->counters->xoffrxc > 0);
		sim_pause(b.sim, 0);
		live(&b, 2000);
		assert_int_equal(b.sim->tx.sent, FULL);
		assert_int_equal(b.sim->starts, 1);
		bench_close(&b);
	}
}

/* A change of settings that needs a reset, under PAUSE: the other end is heard afterwards too. */
static void a_reset_under_pause_goes_on_to_wait(void **state)
{
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	open_at(&b, &speeds[2]);
	sim_tx_fill(b.sim, 100, LONG);
	sim_pause(b.sim, 30000);
	bench_pass(&b, 250);
	want = *b.sim->adapter;
	want.rx_ring = 512;
	assert_int_equal(sim_configure(b.sim, &want), 0);
	live(&b, 10000);
	assert_true(bench_reg(&b, STATUS) & STATUS_TXOFF);
	assert_int_equal(b.sim->tx.waiting, 100);
	assert_int_equal(b.sim->starts, 2);
	live(&b, 25000);
	assert_int_equal(b.sim->tx.sent, 100);
	bench_close(&b);
}

/* A hang is noticed, and the reset heals it; the third one resets the PHY, which costs the link,
 * and that is the end of it. */
static void a_reset_that_costs_the_link_is_the_last(void **state)
{
	struct bench b;

	(void)state;
	open_at(&b, &speeds[2]);
	log_capture_start();
	for (unsigned int hang = 1; hang <= 3; hang++) {
		sim_tx_fill(b.sim, 100, LONG);
		b.sim->tx.stuck = true;
		live(&b, 4000);
		assert_int_equal(b.sim->tx.asked, hang);
		assert_int_equal(b.sim->starts, 1 + hang);
		live(&b, 2000);
		assert_int_equal(b.sim->tx.sent, 100 * hang);
	}
	live(&b, 60000);
	log_captured();
	assert_int_equal(b.sim->tx.asked, 3);
	assert_int_equal(b.sim->starts, 4);
	assert_int_equal(b.sim->adapter->link, 1);
	bench_close(&b);
}

/* Whoever asks more often than negotiation takes does not keep the link from coming. */
static void resets_do_not_begin_negotiation_anew(void **state)
{
	unsigned int phy_resets;
	struct bench b;

	(void)state;
	open_at(&b, &speeds[2]);
	phy_resets = b.sim->phy_resets;
	log_capture_start();
	sim_nic_set_cable(b.sim, false);
	bench_pass(&b, 100);
	sim_nic_set_cable(b.sim, true);
	for (unsigned int i = 0; i < 5; i++) {
		sim_raise(b.sim, XPC_UP_xmd_tx_hang);
		bench_pass(&b, SIM_AUTONEG_MS / 3);
	}
	log_captured();
	assert_int_equal(b.sim->adapter->link, 1);
	assert_int_equal(b.sim->phy_resets, phy_resets);
	bench_close(&b);
}

/* However often it is asked for a reset while frames cannot leave. */
static void the_phy_is_not_blamed_for_the_other_end(void **state)
{
	unsigned int phy_resets;
	struct bench b;

	(void)state;
	open_at(&b, &speeds[1]);
	phy_resets = b.sim->phy_resets;
	log_capture_start();
	sim_pause(b.sim, 100000);
	for (unsigned int i = 0; i < 5; i++) {
		bench_pass(&b, 1000);
		sim_raise(b.sim, XPC_UP_xmd_tx_hang);
		assert_int_equal(bench_serve(&b), 0);
	}
	log_captured();
	assert_int_equal(b.sim->phy_resets, phy_resets);
	assert_int_equal(b.sim->adapter->link, 1);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_ring_is_sent_at_any_speed),
		cmocka_unit_test(a_lost_link_is_no_hang),
		cmocka_unit_test(pause_is_no_hang),
		cmocka_unit_test(a_reset_under_pause_goes_on_to_wait),
		cmocka_unit_test(a_reset_that_costs_the_link_is_the_last),
		cmocka_unit_test(resets_do_not_begin_negotiation_anew),
		cmocka_unit_test(the_phy_is_not_blamed_for_the_other_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
