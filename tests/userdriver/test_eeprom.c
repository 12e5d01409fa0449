// SPDX-License-Identifier: GPL-2.0
/* test_eeprom.c - reading and writing it, what stands in the way, and dying in the middle. */
#include <errno.h>
#include <string.h>

#include "bench.h"

static uint16_t sum_of(const struct bench *b)
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < EEPROM_WORDS; i++)
		sum += b->sim->eeprom[i];
	return sum;
}

static uint8_t byte_of(const struct bench *b, unsigned int at)
{
	return b->sim->eeprom[at / 2] >> (at % 2 ? 8 : 0);
}

/* What the object says of its size may be what the one before was ended for. */
static void each_user_half_finds_its_size(void **state)
{
	struct xmd_bytes out;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	((struct xmd_adapter *)b.sim->xpc.t.object[XPC_OBJECT_xmd_adapter].copy)->eeprom_len = 1;
	assert_int_equal(bench_restart(&b), 0);
	assert_int_equal(drv_read_eeprom(&b.d, 0, 16, &out), 0);
	bench_close(&b);
}

static void any_range_of_bytes_is_read(void **state)
{
	static const struct { unsigned int offset, n; } cases[] = {
		{ 0, 1 }, { 0, 6 }, { 1, 1 }, { 1, 2 }, { 3, 5 }, { 126, 2 }, { 127, 1 },
		{ 0, 128 },
	};
	struct xmd_bytes out;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (unsigned int c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		assert_int_equal(drv_read_eeprom(&b.d, cases[c].offset, cases[c].n, &out), 0);
		assert_int_equal(out.n, cases[c].n);
		for (unsigned int i = 0; i < out.n; i++)
			assert_int_equal(out.byte[i], byte_of(&b, cases[c].offset + i));
	}
	assert_int_equal(b.sim->stops, 0);
	bench_close(&b);
}

static void ranges_outside_are_refused(void **state)
{
	struct xmd_bytes out, in = { .n = 2 };
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	log_capture_start();
	assert_int_equal(drv_read_eeprom(&b.d, 128, 1, &out), -EINVAL);
	assert_int_equal(drv_read_eeprom(&b.d, 127, 2, &out), -EINVAL);
	assert_int_equal(drv_read_eeprom(&b.d, 0, 129, &out), -EINVAL);
	assert_int_equal(drv_read_eeprom(&b.d, 0, 0, &out), -EINVAL);
	assert_int_equal(drv_read_eeprom(&b.d, ~0u, 2, &out), -EINVAL);
	assert_int_equal(bench_write_eeprom(&b, 127, &in), -EINVAL);
	log_captured();
	assert_int_equal(b.sim->stops, 0);
	bench_close(&b);
}

static void what_is_written_is_there_with_a_right_checksum(void **state)
{
	static const struct { unsigned int offset, n; } cases[] = {
		{ 8, 1 }, { 9, 1 }, { 9, 2 }, { 40, 16 }, { 126, 2 }, { 60, 68 },
	};
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (unsigned int c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct xmd_bytes in = { .n = cases[c].n };

		for (unsigned int i = 0; i < in.n; i++)
			in.byte[i] = 0xc0 + 5 * i + c;
		assert_int_equal(bench_write_eeprom(&b, cases[c].offset, &in), 0);
		for (unsigned int i = 0; i < in.n && cases[c].offset + i < 126; i++)
			assert_int_equal(byte_of(&b, cases[c].offset + i), in.byte[i]);
		assert_int_equal(sum_of(&b), EEPROM_SUM);
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		assert_int_equal(b.sim->adapter->link, 1);
	}
	assert_false(b.sim->wire.enabled);
	assert_int_equal(bench_reg(&b, EECD) & EECD_EE_REQ, 0);
	assert_int_equal(b.sim->phy_resets, 1);		/* that of bring-up */
	bench_close(&b);
}

/* A word takes its time and wears the part out. */
static void only_words_that_change_are_written(void **state)
{
	struct xmd_bytes in = { .n = 64 };
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (unsigned int i = 0; i < in.n; i++)
		in.byte[i] = byte_of(&b, i);
	assert_int_equal(bench_write_eeprom(&b, 0, &in), 0);
	assert_int_equal(b.sim->stops, 0);
	in.byte[20] ^= 1;
	assert_int_equal(bench_write_eeprom(&b, 0, &in), 0);
	assert_int_equal(b.sim->eeprom_writes, 2);	/* and the checksum */
	bench_close(&b);
}

static void a_part_that_does_not_take_it_leaves_all_as_it_was(void **state)
{
	static const struct { uint32_t fault; const char *says; } cases[] = {
		{ SIM_F_EEPROM_LOCKED, "does not take writes" },
		{ SIM_F_EEPROM_BUSY, "EECD.DO" },
	};

	(void)state;
	for (unsigned int c = 0; c < 2; c++) {
		struct xmd_bytes in = { .n = 4, .byte = { 1, 2, 3, 4 } };
		static struct snapshot before, after;
		const char *log;
		struct bench b;

		bench_running(&b, 0);
		bench_snapshot(&b, &before);
		b.sim->faults |= cases[c].fault;
		log_capture_start();
		assert_int_equal(bench_write_eeprom(&b, 70, &in), -EIO);
		log = log_captured();
		assert_non_null(strstr(log, cases[c].says));
		assert_int_equal(b.d.exit_code, EXIT_OK);
		assert_int_equal(b.sim->adapter->link, 1);
		bench_snapshot(&b, &after);
		assert_null(snapshot_diff(&before, &after));
		b.sim->faults = 0;
		assert_int_equal(bench_write_eeprom(&b, 70, &in), 0);
		assert_int_equal(sum_of(&b), EEPROM_SUM);
		bench_close(&b);
	}
}

static void a_failure_at_any_crossing_restores_the_contents(void **state)
{
	const struct xmd_bytes in = { .n = 6, .byte = { 9, 8, 7, 6, 5, 4 } };
	unsigned long crossings;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	crossings = b.sim->crossings;
	assert_int_equal(bench_write_eeprom(&b, 30, &in), 0);
	crossings = b.sim->crossings - crossings;
	bench_close(&b);

	log_capture_start();
	for (unsigned long n = 1; n <= crossings; n++) {
		int err;

		bench_running(&b, 0);
		b.sim->cut = (struct sim_cut){ .at = n, .op = 9, .err = -EPERM };
		err = bench_write_eeprom(&b, 30, &in);
		assert_int_equal(b.d.exit_code, EXIT_OK);
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		/* once it is written and read back, a failure is one of the way into service */
		assert_int_equal(sum_of(&b), EEPROM_SUM);
		assert_true(err || byte_of(&b, 30) == 9);
		bench_close(&b);
	}
	log_captured();
}

static void a_death_at_any_crossing_is_survived(void **state)
{
	const struct xmd_bytes in = { .n = 6, .byte = { 9, 8, 7, 6, 5, 4 } };

	(void)state;
	log_capture_start();
	for (unsigned long n = 1; n < 40; n++) {
		struct bench b;

		bench_running(&b, 0);
		b.sim->cut = (struct sim_cut){ .at = n, .op = 9, .kill = true };
		bench_write_eeprom(&b, 30, &in);
		assert_int_equal(bench_restart(&b), 0);
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		assert_int_equal(b.sim->adapter->link, 1);
		assert_int_equal(bench_reg(&b, EECD) & (EECD_CS | EECD_EE_REQ), 0);
		assert_int_equal(bench_write_eeprom(&b, 30, &in), 0);
		assert_int_equal(sum_of(&b), EEPROM_SUM);
		assert_int_equal(byte_of(&b, 35), 4);
		bench_close(&b);
	}
	log_captured();
}

/* Not by the way: at the next cold start the NIC would not be started. */
static void contents_left_damaged_are_told(void **state)
{
	const char *log;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	assert_int_equal(port_stop(b.d.port), 0);
	b.sim->eeprom[20] ^= 0xff;
	log_capture_start();
	assert_int_equal(bench_restart(&b), 0);
	log = log_captured();
	assert_non_null(strstr(log, "repeat it before the next cold start"));
	assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
	bench_close(&b);
}

/* It is said to have been waited for in vain, and is there: not the NIC is wrong, nor the EEPROM. */
static void a_wait_that_contradicts_itself_is_the_kernel_halfs(void **state)
{
	struct xmd_bytes out;
	unsigned int found = 0;
	struct bench b;

	(void)state;
	for (unsigned int op = 0; op < 8; op++) {
		bench_running(&b, 0);
		b.sim->cut = (struct sim_cut){ .at = 1, .op = op, .err = -ETIMEDOUT };
		log_capture_start();
		assert_int_not_equal(drv_read_eeprom(&b.d, 0, 16, &out), 0);
		if (strstr(log_captured(), "contradicts itself")) {
			/* all is well again, and at the next look the process ends */
			assert_int_equal(b.d.exit_code, EXIT_OK);
			assert_int_not_equal(driver_tick(&b.d), 0);
			assert_int_equal(b.d.exit_code, EXIT_REFUSED);
			found++;
		} else {
			assert_int_equal(driver_tick(&b.d), 0);
		}
		bench_close(&b);
	}
	assert_in_range(found, 2, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_user_half_finds_its_size),
		cmocka_unit_test(any_range_of_bytes_is_read),
		cmocka_unit_test(ranges_outside_are_refused),
		cmocka_unit_test(what_is_written_is_there_with_a_right_checksum),
		cmocka_unit_test(only_words_that_change_are_written),
		cmocka_unit_test(a_part_that_does_not_take_it_leaves_all_as_it_was),
		cmocka_unit_test(a_failure_at_any_crossing_restores_the_contents),
		cmocka_unit_test(a_death_at_any_crossing_is_survived),
		cmocka_unit_test(contents_left_damaged_are_told),
		cmocka_unit_test(a_wait_that_contradicts_itself_is_the_kernel_halfs),
	};

	return cmocka_run_group_tests_name("eeprom", tests, NULL, NULL);
}
