// SPDX-License-Identifier: GPL-2.0
/*
 * test_chips.c - each chip of nicchips.h, made from the manuals (sim/): bring-up, EEPROM, PHY,
 * link, self-test, adoption, and nothing done that this chip would take amiss.
 *
 *   reset, EECD		13.4.1, 13.4.3; 82574: 4.6
 *   EERD, pins, EEWR		13.4.4, 5.3; 82574: 6
 *   MDIC and the PHY		13.4.7, 8.9; 82574: 9.5
 *   LEDCTL, ITR, PBA		13.4.15, 13.4.18, 13.4.16
 */
#include <errno.h>
#include <string.h>

#include "bench.h"

#define ROW(id, ...) id,
static const uint16_t devices[] = { XMD_NIC_CHIPS(ROW) };
#define DEVICES (sizeof(devices) / sizeof(devices[0]))

static void open_chip(struct bench *b, uint16_t device, uint32_t faults)
{
	bench_open(b, faults);
	sim_be(b->sim, device);
}

static void bring_up(struct bench *b, uint16_t device, uint32_t faults)
{
	open_chip(b, device, faults);
	assert_int_equal(driver_start(&b->d), 0);
	bench_pass(b, SIM_AUTONEG_MS);
	assert_true(b->d.link.up);
}

static void each_is_brought_up_and_adopted(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < DEVICES; i++) {
		struct bench b;

		bring_up(&b, devices[i], 0);
		assert_int_equal(b.sim->adapter->speed, 1000);
		assert_int_equal(b.sim->adapter->perm_mac.addr[5], 0x56);
		assert_int_equal(b.sim->adapter->eeprom_len, 128);
		assert_int_equal(bench_reg(&b, PBA) & PBA_RX_MASK, b.sim->chip->memory * 3 / 4);
		assert_int_equal(bench_reg(&b, TIPG), xmd_chip_tipg(b.sim->chip));
		bench_tick(&b);
		assert_int_equal(bench_restart(&b), 0);
		assert_int_equal(b.sim->starts, 1);
		assert_int_equal(b.sim->refused, 0);
		assert_int_equal(b.sim->wrong, 0);
		bench_close(&b);
	}
}

static void each_eeprom_is_read_and_written(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < DEVICES; i++) {
		struct xmd_bytes bytes, in = { .n = 3, .byte = { 1, 2, 3 } };
		uint16_t sum = 0;
		struct bench b;

		bring_up(&b, devices[i], 0);
		assert_int_equal(bench_write_eeprom(&b, 21, &in), 0);
		assert_int_equal(drv_read_eeprom(&b.d, 0, 128, &bytes), 0);
		for (unsigned int w = 0; w < EEPROM_WORDS; w++) {
			assert_int_equal(bytes.byte[2 * w] | bytes.byte[2 * w + 1] << 8,
					 b.sim->eeprom[w]);
			sum += b.sim->eeprom[w];
		}
		assert_memory_equal(&bytes.byte[21], in.byte, 3);
		assert_int_equal(sum, EEPROM_SUM);
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		assert_int_equal(b.sim->refused, 0);
		assert_int_equal(b.sim->wrong, 0);
		bench_close(&b);
	}
}

static void each_eeprom_can_refuse_to_be_written(void **state)
{
	static const uint32_t faults[] = { SIM_F_EEPROM_LOCKED, SIM_F_EEPROM_BUSY };

	(void)state;
	for (unsigned int i = 0; i < 2 * DEVICES; i++) {
		struct xmd_bytes in = { .n = 2, .byte = { 1, 2 } };
		struct bench b;
		int err;

		bring_up(&b, devices[i / 2], 0);
		b.sim->faults |= faults[i % 2];
		log_capture_start();
		err = bench_write_eeprom(&b, 20, &in);
		log_captured();
		assert_true(err < 0);
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		bench_close(&b);
	}
}

static void each_tests_itself_and_tells_its_registers(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < DEVICES; i++) {
		struct xmd_testresult res;
		struct xmd_regdump dump;
		struct bench b;

		bring_up(&b, devices[i], 0);
		log_capture_start();
		assert_int_equal(drv_self_test(&b.d, 1, &res), 0);
		log_captured();
		assert_int_equal(res.result[0] | res.result[1], 0);
		bench_pass(&b, SIM_AUTONEG_MS);
		assert_int_equal(drv_read_regs(&b.d, &dump), 0);
		assert_int_equal(drv_identify(&b.d, 1), 0);
		if (b.sim->chip->flags & XMD_LACKS_LEDCTL)
			assert_true(bench_reg(&b, CTRL) & CTRL_SWDPIN0);
		else
			assert_int_equal(bench_reg(&b, LEDCTL), 0x8e8e8e8e);
		assert_int_equal(drv_identify(&b.d, 0), 0);
		assert_int_equal(b.sim->refused, 0);
		assert_int_equal(b.sim->wrong, 0);
		bench_close(&b);
	}
}

/* Limits and registers that are not there: refused by name, before anything is touched. */
static void settings_follow_the_chip(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < DEVICES; i++) {
		struct xmd_adapter want;
		struct bench b;

		bring_up(&b, devices[i], 0);
		want = b.d.adapter;
		want.mtu = b.sim->chip->max_frame - 18;
		assert_int_equal(bench_configure(&b, &want), 0);
		bench_pass(&b, SIM_AUTONEG_MS);
		/* 3.3.7: a frame goes out when all of it is in the memory, and 80 bytes are left */
		assert_in_range(b.sim->chip->max_frame + 80u, 80,
				(b.sim->chip->memory - (bench_reg(&b, PBA) & PBA_RX_MASK)) * 1024);
		want.mtu++;
		log_capture_start();
		assert_int_equal(bench_configure(&b, &want), -EINVAL);
		want.mtu = 1500;
		want.rx_usecs = 200;
		assert_int_equal(bench_configure(&b, &want),
				 b.sim->chip->flags & XMD_LACKS_ITR ? -EOPNOTSUPP : 0);
		want = b.d.adapter;
		want.autoneg = 0;
		want.forced = XMD_ADV_100H;
		assert_int_equal(bench_configure(&b, &want),
				 b.sim->chip->flags & XMD_ERR_HALF ? -EOPNOTSUPP : 0);
		log_captured();
		if (b.sim->chip->flags & XMD_HAS_MSIX)
			assert_int_equal(bench_reg(&b, EITR0), 781);
		assert_int_equal(b.sim->wrong, 0);
		bench_close(&b);
	}
}

/* An 82547 that finds a hub at the other end has no link: at half duplex it would hang. */
static void an_82547_has_no_link_at_half_duplex(void **state)
{
	struct bench b;

	(void)state;
	open_chip(&b, 0x1075, 0);
	b.sim->partner_lpa = PHY_AN_SELECTOR | PHY_AN_100_HD;
	b.sim->partner_gstatus = 0;
	assert_int_equal(driver_start(&b.d), 0);
	bench_pass(&b, SIM_AUTONEG_MS);
	assert_false(b.d.link.up);
	bench_close(&b);
}

/* XMD_ERR_MTA_ODD: the chip spoils a word for each that is written behind it. */
static void an_82544_has_the_filters_that_were_wanted(void **state)
{
	struct image want;
	struct bench b;

	(void)state;
	bring_up(&b, 0x100c, 0);
	bench_filter(&b, 100, 0, 0);
	bench_pass(&b, 10);
	bench_filter(&b, 40, 0, 0);
	bench_pass(&b, 10);
	image_compute(&b.d, &want);
	for (unsigned int i = 0; i < MTA_WORDS; i++)
		assert_int_equal(bench_reg(&b, MTA(i)), want.mta[i]);
	bench_close(&b);
}

static void the_second_port_has_its_own_address(void **state)
{
	struct bench b;

	(void)state;
	open_chip(&b, 0x1079, 0);
	b.sim->second_port = true;
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.sim->started.mac[5], 0x57);
	bench_close(&b);
}

/* The firmware has the PHY when we want it. */
static void firmware_is_waited_for(void **state)
{
	struct bench b;

	(void)state;
	open_chip(&b, 0x10d3, 0);
	b.sim->firmware = 1;
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.sim->wrong, 0);
	bench_close(&b);
	/* for longer than it takes to ask twice, when all is well and somebody only looks at the link */
	bring_up(&b, 0x10d3, 0);
	b.sim->firmware_us = 15000;
	assert_int_equal(driver_tick(&b.d), 0);
	assert_int_equal(b.d.exit_code, EXIT_OK);
	assert_int_equal(b.sim->wrong, 0);
	bench_close(&b);
	open_chip(&b, 0x10d3, 0);
	b.sim->firmware = 1000;
	log_capture_start();
	assert_true(driver_start(&b.d) < 0);
	assert_non_null(strstr(log_captured(), "firmware does not let go"));
	bench_close(&b);
}

/* The pins of an 82544 may be read by, and not written by, unless that was asked for. */
static void pins_only_read(void **state)
{
	static const struct { const char *bits; int err; } tries[] = {
		{ "110000011", 0 }, { "101000011", -EPERM }, { "100110000", -EPERM },
		{ "111000011", -EPERM }, { "00110000011", 0 },
	};

	(void)state;
	for (unsigned int t = 0; t < sizeof(tries) / sizeof(tries[0]); t++) {
		struct xmd_reg_op op[XMD_REG_BATCH_MAX];
		struct xmd_regs regs = { .ops = (uintptr_t)op };
		struct bench b;

		bring_up(&b, 0x100c, 0);
		op[regs.n++] = (struct xmd_reg_op){ XMD_REG_SET, 0, EECD, EECD_WIRE, EECD_CS, 0 };
		for (const char *bit = tries[t].bits; *bit; bit++) {
			uint32_t pins = EECD_CS | (*bit == '1' ? EECD_DI : 0);

			op[regs.n++] = (struct xmd_reg_op){ XMD_REG_SET, 0, EECD, EECD_WIRE, pins, 0 };
			op[regs.n++] = (struct xmd_reg_op){ XMD_REG_SET, 0, EECD, EECD_WIRE,
							    pins | EECD_SK, 0 };
		}
		assert_int_equal(port_regs(b.d.port, &regs), tries[t].err);
		bench_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_brought_up_and_adopted),
		cmocka_unit_test(each_eeprom_is_read_and_written),
		cmocka_unit_test(each_eeprom_can_refuse_to_be_written),
		cmocka_unit_test(each_tests_itself_and_tells_its_registers),
		cmocka_unit_test(settings_follow_the_chip),
		cmocka_unit_test(an_82547_has_no_link_at_half_duplex),
		cmocka_unit_test(an_82544_has_the_filters_that_were_wanted),
		cmocka_unit_test(the_second_port_has_its_own_address),
		cmocka_unit_test(firmware_is_waited_for),
		cmocka_unit_test(pins_only_read),
	};

	return cmocka_run_group_tests_name("chips", tests, NULL, NULL);
}
