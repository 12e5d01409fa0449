// SPDX-License-Identifier: GPL-2.0
/* test_refused.c - a setting that cannot be had now: no memory, no way back, no NIC. */
#include <errno.h>
#include <string.h>

#include "wishes.h"

/* START says ENOMEM when the pool is too small for the rings. */
static void rings_without_memory_are_answered_so_and_the_old_ones_run_on(void **state)
{
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	want = b.d.adapter;
	wish_rings(&want);
	b.sim->start_refused = 1;
	b.sim->start_error = -ENOMEM;
	log_capture_start();
	assert_int_equal(bench_configure(&b, &want), -ENOMEM);
	log_captured();
	assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
	assert_int_equal(b.sim->started.rx_ring, 256);
	assert_int_equal(b.sim->adapter->link, 1);
	assert_int_equal(b.d.exit_code, EXIT_OK);
	bench_close(&b);
}

static void no_way_back_ends_the_process(void **state)
{
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	want = b.d.adapter;
	wish_rings(&want);
	b.sim->start_refused = 2;
	b.sim->start_error = -ENOMEM;
	log_capture_start();
	assert_int_not_equal(sim_configure(b.sim, &want), 0);
	log_captured();
	assert_int_equal(b.d.exit_code, EXIT_KERNEL);
	/* and the next one finds a stopped NIC, and the old settings committed */
	assert_int_equal(bench_restart(&b), 0);
	assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
	assert_int_equal(b.sim->started.rx_ring, 256);
	bench_close(&b);
}

/* An error that nobody returns: what the kernel half has done instead is for the next process to find out, when all is well again. */
static void nonsense_ends_the_process(void **state)
{
	static const int nonsense[] = { -ENOTTY, -481036337, 86 };
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	for (unsigned int i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		bench_running(&b, 0);
		want = b.d.adapter;
		wish_rings(&want);
		b.sim->start_refused = 1;
		b.sim->start_error = nonsense[i];
		log_capture_start();
		assert_int_not_equal(sim_configure(b.sim, &want), 0);
		log_captured();
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		assert_int_not_equal(driver_tick(&b.d), 0);
		assert_int_equal(b.d.exit_code, EXIT_REFUSED);
		assert_int_equal(bench_restart(&b), 0);
		bench_close(&b);
	}
}

static void a_wish_to_a_lost_nic_is_kept_for_its_return(void **state)
{
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->faults |= SIM_F_ALL_ONES;
	log_capture_start();
	bench_tick(&b);
	want = b.d.adapter;
	wish_multicast(&want);
	wish_usecs(&want);
	assert_int_equal(sim_configure(b.sim, &want), 0);
	wish_rings(&want);
	assert_int_equal(sim_configure(b.sim, &want), -ENODEV);
	b.sim->faults &= ~SIM_F_ALL_ONES;
	sim_nic_power_on(b.sim);
	bench_tick(&b);
	log_captured();
	assert_int_equal(b.d.state, DRIVER_RUNNING);
	assert_int_equal(bench_reg(&b, ITR), ITR_50US);
	assert_int_equal(bench_reg(&b, RAL(1)), 0x015e0001);
	bench_close(&b);
}

static void a_nic_that_leaves_in_the_middle_is_waited_for(void **state)
{
	struct xmd_adapter old, want;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	old = want = b.d.adapter;
	wish_much(&want);
	b.sim->all_ones_from_access = b.sim->accesses + 100;
	log_capture_start();
	assert_int_equal(sim_configure(b.sim, &want), -ENODEV);
	assert_int_equal(b.d.state, DRIVER_GONE);
	assert_int_equal(b.d.exit_code, EXIT_OK);
	assert_true(settings_equal(&b.d.adapter, &old));
	b.sim->all_ones_from_access = 0;
	b.sim->faults &= ~SIM_F_ALL_ONES;
	sim_nic_power_on(b.sim);
	bench_tick(&b);
	log_captured();
	assert_int_equal(b.d.state, DRIVER_RUNNING);
	assert_int_equal(bench_reg(&b, RAL(0)), 0x12005452);
	bench_close(&b);
}

static void an_address_of_ones_own_outlives_hang_and_return(void **state)
{
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	want = b.d.adapter;
	wish_mac(&want);
	assert_int_equal(sim_configure(b.sim, &want), 0);
	assert_int_equal(drv_tx_hang(&b.d), 0);
	assert_int_equal(bench_reg(&b, RAL(0)), 0x33221102);
	assert_int_equal(b.sim->started.mac[1], 0x11);
	b.sim->faults |= SIM_F_ALL_ONES;
	bench_tick(&b);
	b.sim->faults &= ~SIM_F_ALL_ONES;
	sim_nic_power_on(b.sim);
	bench_tick(&b);
	assert_int_equal(bench_reg(&b, RAL(0)), 0x33221102);
	/* all zero: back to the EEPROM's */
	memset(&want.mac, 0, sizeof(want.mac));
	assert_int_equal(sim_configure(b.sim, &want), 0);
	assert_int_equal(bench_reg(&b, RAL(0)), 0x12005452);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rings_without_memory_are_answered_so_and_the_old_ones_run_on),
		cmocka_unit_test(no_way_back_ends_the_process),
		cmocka_unit_test(nonsense_ends_the_process),
		cmocka_unit_test(a_wish_to_a_lost_nic_is_kept_for_its_return),
		cmocka_unit_test(a_nic_that_leaves_in_the_middle_is_waited_for),
		cmocka_unit_test(an_address_of_ones_own_outlives_hang_and_return),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
