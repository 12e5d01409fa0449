// SPDX-License-Identifier: GPL-2.0
/*
 * test_ethtool.c - self-test, register dump, LEDs, counters, moderation by load, restart of
 * autonegotiation, link states: what an administrator asks of a NIC that runs.
 */
#include <errno.h>
#include <string.h>

#include "bench.h"

/* ------------------------------------------------------------ self-test */

struct selftest {
	uint32_t fault;
	uint64_t result[XMD_TESTS];
};

static void each_defect_fails_its_test_and_no_other(void **state)
{
	static const struct selftest cases[] = {
		{ 0, { 0 } },
		{ SIM_F_REG_STUCK, { FCT } },
		{ SIM_F_EERD_STUCK, { 0, 1 } },
		{ SIM_F_NO_IRQ, { 0, 0, EIO } },
		{ SIM_F_NO_LOOPBACK, { 0, 0, 0, EIO } },
	};

	(void)state;
	log_capture_start();
	for (unsigned int c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		static struct snapshot before, after;
		struct xmd_testresult res;
		struct bench b;

		bench_running(&b, 0);
		bench_filter(&b, 20, 0, 0);
		assert_int_equal(bench_serve(&b), 0);
		bench_snapshot(&b, &before);
		b.sim->faults |= cases[c].fault;
		assert_int_equal(drv_self_test(&b.d, 1, &res), 0);
		assert_memory_equal(res.result, cases[c].result, sizeof(res.result));
		assert_int_equal(res.failed, c != 0);
		bench_pass(&b, SIM_AUTONEG_MS);
		b.sim->reg[FCT / 4] = before.reg[FCT / 4];
		bench_snapshot(&b, &after);
		assert_null(snapshot_diff(&before, &after));
		assert_int_equal(b.sim->adapter->link, 1);
		assert_int_equal(b.d.exit_code, EXIT_OK);
		bench_close(&b);
	}
	log_captured();
}

static void the_online_test_looks_at_the_link_and_stops_nothing(void **state)
{
	struct xmd_testresult res;
	struct bench b;

	(void)state;
	bench_running(&b, SIM_F_REG_STUCK | SIM_F_NO_IRQ);
	assert_int_equal(drv_self_test(&b.d, 0, &res), 0);
	assert_int_equal(res.failed, 0);
	sim_nic_set_cable(b.sim, false);
	assert_int_equal(drv_self_test(&b.d, 0, &res), 0);
	assert_int_equal(res.failed, 1);
	assert_int_equal(res.result[4], 1);
	assert_int_equal(b.sim->stops, 0);
	bench_close(&b);
}

static void dying_at_any_crossing_of_a_self_test_is_survived(void **state)
{
	static struct snapshot before, after;
	bool done = false;

	(void)state;
	log_capture_start();
	for (unsigned long n = 1; !done; n++) {
		struct xmd_testresult res;
		struct bench b;

		bench_running(&b, 0);
		bench_snapshot(&b, &before);
		b.sim->cut = (struct sim_cut){ .at = n, .op = 60, .kill = true };
		drv_self_test(&b.d, 1, &res);
		done = !b.sim->cut.dead;
		assert_int_equal(bench_restart(&b), 0);
		bench_pass(&b, SIM_AUTONEG_MS);
		bench_snapshot(&b, &after);
		assert_null(snapshot_diff(&before, &after));
		assert_int_equal(b.sim->adapter->link, 1);
		bench_close(&b);
	}
	log_captured();
}

static void a_failure_at_any_crossing_of_a_self_test_ends_in_service(void **state)
{
	static struct snapshot before, after;
	unsigned long crossings = 0;

	(void)state;
	log_capture_start();
	for (unsigned long n = 0; n <= crossings; n++) {
		struct xmd_testresult res;
		struct bench b;

		bench_running(&b, 0);
		bench_snapshot(&b, &before);
		crossings = n ? crossings : b.sim->crossings;
		b.sim->cut = (struct sim_cut){ .at = n, .op = 60, .err = -EPERM };
		drv_self_test(&b.d, 1, &res);
		crossings = n ? crossings : b.sim->crossings - crossings;
		assert_int_equal(b.d.exit_code, EXIT_OK);
		bench_pass(&b, SIM_AUTONEG_MS);
		bench_snapshot(&b, &after);
		assert_null(snapshot_diff(&before, &after));
		assert_int_equal(b.sim->adapter->link, 1);
		bench_close(&b);
	}
	log_captured();
	assert_in_range(crossings, 20, 60);
}

/* ------------------------------------------------------------ looking */

static void the_register_dump_is_what_ethtool_decodes(void **state)
{
	struct xmd_regdump dump;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->phy[PHY_M88_PSSR] = 0xac40;
	b.sim->phy[PHY_GSTATUS] = 0x3c07;
	b.sim->phy[PHY_M88_RX_ERRORS] = 5;
	b.sim->reg[RDH / 4] = 77;
	assert_int_equal(drv_read_regs(&b.d, &dump), 0);
	assert_int_equal(dump.n, 32);
	assert_int_equal(dump.val[12], 0);		/* an M88 */
	assert_int_equal(dump.val[13], 0xac40);
	assert_int_equal(dump.val[17], b.sim->phy[PHY_M88_PSCR]);
	assert_int_equal(dump.val[21], 7);
	assert_int_equal(dump.val[22], 5);
	assert_int_equal(dump.val[23], 0xac40);
	assert_int_equal(dump.val[24], 0x3c07);
	/* the error counts clear when they are read, and add up here */
	b.sim->phy[PHY_M88_RX_ERRORS] = 2;
	assert_int_equal(drv_read_regs(&b.d, &dump), 0);
	assert_int_equal(dump.val[21], 7);
	assert_int_equal(dump.val[22], 7);
	bench_close(&b);
}

static void the_leds_blink_and_show_again_what_they_showed(void **state)
{
	uint32_t usual = 0x07068302;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	assert_int_equal(drv_identify(&b.d, 1), 0);
	assert_int_equal(bench_reg(&b, LEDCTL), 0x8e8e8e8e);
	assert_int_equal(drv_tx_hang(&b.d), 0);
	assert_int_equal(bench_reg(&b, LEDCTL), 0x8e8e8e8e);
	assert_int_equal(drv_identify(&b.d, 0), 0);
	assert_int_equal(bench_reg(&b, LEDCTL), usual);
	assert_int_equal(drv_identify(&b.d, 2), -EINVAL);
	/* of somebody else's taste */
	b.sim->reg[LEDCTL / 4] = 0x07078303;
	assert_int_equal(bench_restart(&b), 0);
	assert_int_equal(drv_identify(&b.d, 1), 0);
	assert_int_equal(drv_identify(&b.d, 0), 0);
	assert_int_equal(bench_reg(&b, LEDCTL), 0x07078303);
	/* dead while they blinked */
	assert_int_equal(drv_identify(&b.d, 1), 0);
	assert_int_equal(bench_restart(&b), 0);
	assert_int_equal(bench_reg(&b, LEDCTL), usual);
	bench_close(&b);
}

struct link_case {
	uint16_t lpa, gstatus, pssr;
	unsigned int speed, duplex, partner, rx, tx, mdix;
};

static void the_link_is_told_with_its_partner_pause_and_crossing(void **state)
{
	static const struct link_case cases[] = {
		{ 0x05e1, PHY_GSTATUS_1000_FD, 0x40, 1000, 1, XMD_ADV_ALL, 1, 1, XMD_MDIX },
		{ 0x01e1, 0, 0, 100, 1, 0x0f, 0, 0, XMD_MDI },
		{ 0x00a1, 0, 0, 100, 0, XMD_ADV_10H | XMD_ADV_100H, 0, 0, XMD_MDI },
		{ 0x0861, 0, 0, 10, 1, XMD_ADV_10H | XMD_ADV_10F, 1, 0, XMD_MDI },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct link_case *c = &cases[i];
		const struct xmd_adapter *a;
		struct bench b;

		bench_running(&b, 0);
		a = b.sim->adapter;
		sim_nic_set_cable(b.sim, false);
		bench_pass(&b, 1);
		assert_int_equal(a->link + a->speed + a->duplex + a->flow_rx + a->partner, 0);
		assert_int_equal(a->mdix_state, XMD_MDI_UNKNOWN);
		b.sim->partner_lpa = c->lpa;
		b.sim->partner_gstatus = c->gstatus;
		b.sim->phy[PHY_M88_PSSR] = c->pssr;
		sim_nic_set_cable(b.sim, true);
		bench_pass(&b, SIM_AUTONEG_MS);
		assert_int_equal(a->link, 1);
		assert_int_equal(a->speed, c->speed);
		assert_int_equal(a->duplex, c->duplex);
		assert_int_equal(a->partner, c->partner);
		assert_int_equal(a->flow_rx, c->rx);
		assert_int_equal(a->flow_tx, c->tx);
		assert_int_equal(a->mdix_state, c->mdix);
		bench_close(&b);
	}
}

static void autonegotiation_starts_anew_when_asked(void **state)
{
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	assert_int_equal(drv_nway_reset(&b.d), 0);
	assert_true(b.sim->autoneg_done_ms != 0);
	bench_pass(&b, 1);
	assert_int_equal(b.sim->adapter->link, 0);
	bench_pass(&b, SIM_AUTONEG_MS);
	assert_int_equal(b.sim->adapter->link, 1);
	want = b.d.adapter;
	want.autoneg = 0;
	want.forced = XMD_ADV_100F;
	assert_int_equal(sim_configure(b.sim, &want), 0);
	log_capture_start();
	assert_int_equal(drv_nway_reset(&b.d), -EINVAL);
	log_captured();
	bench_close(&b);
}

/* ------------------------------------------------------------ counters */

/* Each register of 13.7 has its counter: one is counted at a time. */
static void every_register_reaches_its_counter(void **state)
{
	static const uint32_t regs[] = {
		0x4000, 0x4004, 0x4008, 0x400c, 0x4010, 0x4014, 0x4018, 0x401c, 0x4020, 0x4028,
		0x4030, 0x4034, 0x4038, 0x403c, 0x4040, 0x4048, 0x404c, 0x4050, 0x4054, 0x4058,
		0x405c, 0x4060, 0x4064, 0x4068, 0x406c, 0x4070, 0x4074, 0x4078, 0x407c, 0x4080,
		0x4088, 0x4090, 0x40a0, 0x40a4, 0x40a8, 0x40ac, 0x40b0, 0x40b4, 0x40b8, 0x40bc,
		0x40c0, 0x40c8, 0x40d0, 0x40d4, 0x40d8, 0x40dc, 0x40e0, 0x40e4, 0x40e8, 0x40ec,
		0x40f0, 0x40f4, 0x40f8, 0x40fc,
	};
	const uint64_t *total;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	total = (const uint64_t *)&b.d.counters;
	for (unsigned int i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		sim_count(b.sim, regs[i], 1000 + i);
	assert_int_equal(drv_refresh_counters(&b.d), 0);
	for (unsigned int i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		assert_int_equal(total[i], 1000 + i);	/* the object's fields are in their order */
	assert_int_equal(drv_refresh_counters(&b.d), 0);
	assert_int_equal(total[0], 1000);
	bench_close(&b);
}

static void counters_live_through_a_reset_of_the_nic(void **state)
{
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	sim_count(b.sim, CRCERRS, 3);
	sim_count(b.sim, TORL, 0xffffffff);
	assert_int_equal(drv_tx_hang(&b.d), 0);
	want = b.d.adapter;
	want.tx_ring = 64;
	sim_count(b.sim, CRCERRS, 4);
	sim_count(b.sim, TORL, 2);
	assert_int_equal(sim_configure(b.sim, &want), 0);
	bench_tick(&b);
	assert_int_equal(b.d.counters.crcerrs, 7);
	assert_int_equal(b.sim->counters->crcerrs, 7);
	assert_int_equal(b.d.counters.tor, 0x100000001ull);
	bench_close(&b);
}

/* What the registers hold before the first bring-up is of another life. */
static void what_was_counted_before_us_is_not_ours(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, SIM_F_QEMU);
	sim_count(b.sim, GPRC, 55);
	assert_int_equal(driver_start(&b.d), 0);
	bench_tick(&b);
	assert_int_equal(b.d.counters.gprc, 0);
	bench_close(&b);
}

/* At any access of the watchdog; the counters of a NIC that is gone read as all ones. */
static void all_ones_are_never_added(void **state)
{
	uint64_t *total;
	struct bench b;

	(void)state;
	log_capture_start();
	for (unsigned int n = 1; n <= 90; n++) {
		bench_running(&b, 0);
		total = (uint64_t *)&b.d.counters;
		b.sim->all_ones_from_access = b.sim->accesses + n;
		bench_tick(&b);
		bench_tick(&b);
		for (unsigned int i = 0; i < STATS_COUNTERS; i++)
			assert_in_range(total[i], 0, 1000);
		bench_close(&b);
	}
	log_captured();
}

/* ------------------------------------------------------------ moderation by load */

/* The kernel half lifts it or not, and what it has in the register is not put right. */
static void adaptive_moderation_is_left_to_the_kernel_half(void **state)
{
	struct xmd_adapter want;
	unsigned long before;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	want = b.d.adapter;
	want.itr_mode = XMD_ITR_ADAPTIVE;
	want.rx_usecs = 50;
	assert_int_equal(sim_configure(b.sim, &want), 0);
	assert_int_equal(bench_serve(&b), 0);
	assert_int_equal(bench_reg(&b, ITR), 195);
	*sim_reg(b.sim, ITR) = 0;
	for (unsigned int i = 0; i < 3; i++) {
		before = b.sim->crossings;
		sim_count(b.sim, GPRC, 160000);
		sim_count(b.sim, GORCL, 240000000);
		sim_advance(b.sim, WATCHDOG_MS);
		assert_int_equal(driver_tick(&b.d), 0);
		assert_int_equal(bench_reg(&b, ITR), 0);
		/* the counters are told */
		assert_int_equal(b.sim->crossings - before, 2);
	}
	/* the next user half says it again */
	assert_int_equal(bench_restart(&b), 0);
	assert_int_equal(bench_reg(&b, ITR), 195);
	bench_close(&b);
}

/* ------------------------------------------------------------ without a NIC */

static void a_lost_nic_answers_enodev_to_everything(void **state)
{
	struct xmd_bytes bytes = { .n = 2 };
	struct xmd_testresult res;
	struct xmd_regdump dump;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->faults |= SIM_F_ALL_ONES;
	log_capture_start();
	bench_tick(&b);
	assert_int_equal(drv_link_event(&b.d), -ENODEV);
	assert_int_equal(drv_nway_reset(&b.d), -ENODEV);
	assert_int_equal(drv_identify(&b.d, 1), -ENODEV);
	assert_int_equal(drv_read_regs(&b.d, &dump), -ENODEV);
	assert_int_equal(drv_read_eeprom(&b.d, 0, 2, &bytes), -ENODEV);
	assert_int_equal(bench_write_eeprom(&b, 0, &bytes), -ENODEV);
	assert_int_equal(drv_self_test(&b.d, 1, &res), -ENODEV);
	assert_int_equal(drv_refresh_counters(&b.d), -ENODEV);
	assert_int_equal(drv_tx_hang(&b.d), -ENODEV);
	assert_int_equal(drv_alive(&b.d), 0);
	log_captured();
	assert_int_equal(b.d.exit_code, EXIT_OK);
	bench_close(&b);
}

static void killed_at_any_crossing_of_a_hang_the_next_one_finishes_it(void **state)
{
	static struct snapshot before, after;
	bool done = false;

	(void)state;
	log_capture_start();
	for (unsigned long n = 1; !done; n++) {
		struct bench b;

		bench_running(&b, 0);
		bench_snapshot(&b, &before);
		b.sim->cut = (struct sim_cut){ .at = n, .op = 80, .kill = true };
		drv_tx_hang(&b.d);
		done = !b.sim->cut.dead;
		assert_int_equal(bench_restart(&b), 0);
		bench_snapshot(&b, &after);
		assert_null(snapshot_diff(&before, &after));
		assert_int_equal(b.sim->adapter->link, 1);
		/* that of bring-up: the link was kept */
		assert_int_equal(b.sim->phy_resets, 1);
		bench_close(&b);
	}
	log_captured();
}

static void killed_at_any_crossing_of_the_first_bringup_the_next_one_does_it(void **state)
{
	bool done = false;

	(void)state;
	log_capture_start();
	for (unsigned long n = 1; !done; n++) {
		struct bench b;

		bench_open(&b, 0);
		b.sim->cut = (struct sim_cut){ .at = n, .op = 80, .kill = true };
		driver_start(&b.d);
		done = !b.sim->cut.dead;
		bench_new_user_half(&b);
		assert_int_equal(driver_start(&b.d), 0);
		bench_pass(&b, SIM_AUTONEG_MS);
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		assert_int_equal(b.sim->adapter->link, 1);
		bench_close(&b);
	}
	log_captured();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_defect_fails_its_test_and_no_other),
		cmocka_unit_test(the_online_test_looks_at_the_link_and_stops_nothing),
		cmocka_unit_test(dying_at_any_crossing_of_a_self_test_is_survived),
		cmocka_unit_test(a_failure_at_any_crossing_of_a_self_test_ends_in_service),
		cmocka_unit_test(the_register_dump_is_what_ethtool_decodes),
		cmocka_unit_test(the_leds_blink_and_show_again_what_they_showed),
		cmocka_unit_test(the_link_is_told_with_its_partner_pause_and_crossing),
		cmocka_unit_test(autonegotiation_starts_anew_when_asked),
		cmocka_unit_test(every_register_reaches_its_counter),
		cmocka_unit_test(counters_live_through_a_reset_of_the_nic),
		cmocka_unit_test(what_was_counted_before_us_is_not_ours),
		cmocka_unit_test(all_ones_are_never_added),
		cmocka_unit_test(adaptive_moderation_is_left_to_the_kernel_half),
		cmocka_unit_test(a_lost_nic_answers_enodev_to_everything),
		cmocka_unit_test(killed_at_any_crossing_of_a_hang_the_next_one_finishes_it),
		cmocka_unit_test(killed_at_any_crossing_of_the_first_bringup_the_next_one_does_it),
	};

	return cmocka_run_group_tests_name("ethtool", tests, NULL, NULL);
}
