// SPDX-License-Identifier: GPL-2.0
/* test_options.c - the command line: what is taken, what is refused and how. */
#include <string.h>

#include "bench.h"
#include "../../userdriver/options.h"

#define MAX_ARGS 6

struct refused {
	const char *argv[MAX_ARGS];
	const char *says;
};

static int count(const char *const *argv)
{
	int n = 0;

	while (n < MAX_ARGS && argv[n])
		n++;
	return n;
}

static void wrong_options_are_refused_with_their_name(void **state)
{
	static const struct refused cases[] = {
		{ { "x", "--irq-rate", "fast" }, "--irq-rate fast" },
		{ { "x", "--irq-rate", "99" }, "--irq-rate 99" },
		{ { "x", "--irq-rate", "-1" }, "--irq-rate -1" },
		{ { "x", "--irq-rate", "100001" }, "100001" },
		{ { "x", "--irq-rate", "99999999999999999999" }, "99999999999999999999" },
		{ { "x", "--tx-ring", "63" }, "--tx-ring 63" },
		{ { "x", "--rx-ring", "96" }, "--rx-ring 96" },
		{ { "x", "--rx-ring", "2048" }, "--rx-ring 2048" },
		{ { "x", "--rx-ring", "" }, "--rx-ring" },
		{ { "x", "--irq-rate", "dynamic" }, "--irq-rate dynamic" },
		{ { "x", "--speed", "2500" }, "--speed 2500" },
		{ { "x", "--duplex", "both" }, "--duplex both" },
		{ { "x", "--speed=1000", "--duplex=half" }, "no such mode" },
		{ { "x", "--advertise", "100f,1000h" }, "'1000h'" },
		{ { "x", "--advertise", "100f," }, "''" },
		{ { "x", "--advertise", "" }, "''" },
		{ { "x", "--advertise=100f", "--speed=100" }, "neither" },
		{ { "x", "--pause", "some" }, "--pause some" },
		{ { "x", "--rx-csum", "1" }, "--rx-csum 1" },
		{ { "x", "--tx-delay", "65536" }, "--tx-delay 65536" },
		{ { "x", "--rx-abs-delay", "-1" }, "--rx-abs-delay -1" },
		{ { "x", "--user", "nobody" }, "nobody" },
		{ { "x", "--user", "1:" }, "--user, group" },
		{ { "x", "--bogus" }, "--help" },
		{ { "x", "--device" }, "--help" },
		{ { "x", "left", "over" }, "'left'" },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options opt;
		const char *log;
		enum options_verdict v;

		log_capture_start();
		v = options_parse(&opt, count(cases[i].argv), (char **)cases[i].argv);
		log = log_captured();
		if (v != OPTIONS_WRONG || !strstr(log, cases[i].says))
			print_error("case %u said: %s", i, log);
		assert_int_equal(v, OPTIONS_WRONG);
		assert_non_null(strstr(log, cases[i].says));
	}
}

static void right_options_are_taken(void **state)
{
	const char *argv[] = { "x", "--device", "/dev/null", "--simulate=flap,qemu",
			       "--irq-rate=0", "--tx-ring", "1024", "--user=7:8", "-v" };
	struct options opt;

	(void)state;
	assert_int_equal(options_parse(&opt, 9, (char **)argv), OPTIONS_RUN);
	assert_string_equal(opt.device, "/dev/null");
	assert_true(opt.simulate && opt.verbose);
	assert_string_equal(opt.faults, "flap,qemu");
	assert_int_equal(opt.irq_rate, 0);
	assert_int_equal(opt.tx_ring, 1024);
	assert_int_equal(opt.rx_ring, 256);
	assert_int_equal(opt.uid, 7);
	assert_int_equal(opt.gid, 8);
}

static void root_is_given_up_unless_asked_otherwise(void **state)
{
	const char *argv[] = { "x", "--user", "0" };
	struct options opt;

	(void)state;
	assert_int_equal(options_parse(&opt, 1, (char **)argv), OPTIONS_RUN);
	assert_int_equal(opt.uid, 65534);
	assert_int_equal(options_parse(&opt, 3, (char **)argv), OPTIONS_RUN);
	assert_int_equal(opt.uid, 0);
}

struct first {
	const char *argv[MAX_ARGS];
	unsigned int autoneg, advertise, forced;
};

/* Speed and duplex as Linux's e1000 takes them: both force, one of them narrows. */
static void speed_and_duplex_come_to_settings(void **state)
{
	static const struct first cases[] = {
		{ { "x" }, 1, XMD_ADV_ALL, 0 },
		{ { "x", "--speed=10", "--duplex=half" }, 0, XMD_ADV_ALL, XMD_ADV_10H },
		{ { "x", "--speed=100", "--duplex=full" }, 0, XMD_ADV_ALL, XMD_ADV_100F },
		{ { "x", "--speed=1000", "--duplex=full" }, 1, XMD_ADV_1000F, 0 },
		{ { "x", "--speed=1000" }, 1, XMD_ADV_1000F, 0 },
		{ { "x", "--speed=100" }, 1, XMD_ADV_100H | XMD_ADV_100F, 0 },
		{ { "x", "--duplex=half" }, 1, XMD_ADV_10H | XMD_ADV_100H, 0 },
		{ { "x", "--advertise=10f,1000f" }, 1, XMD_ADV_10F | XMD_ADV_1000F, 0 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct first *c = &cases[i];
		struct xmd_adapter a = { .mtu = 0 };
		struct options opt;
		const struct driver d = {
			.opt = &opt, .chip = xmd_chip_find(XMD_VENDOR_INTEL, 0x100e),
		};

		assert_int_equal(options_parse(&opt, count(c->argv), (char **)c->argv),
				 OPTIONS_RUN);
		settings_default(&d, &a);
		assert_int_equal(a.autoneg, c->autoneg);
		assert_int_equal(a.advertise, c->advertise);
		assert_int_equal(a.forced, c->forced);
	}
}

static void options_are_what_the_nic_begins_with(void **state)
{
	const char *argv[] = { "x", "--irq-rate=20000", "--pause=rx", "--rx-csum=off",
			       "--speed=100", "--duplex=full", "--rx-ring=128", "--tx-delay=5",
			       "--smart-power-down" };
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	assert_int_equal(options_parse(&b.opt, 9, (char **)argv), OPTIONS_RUN);
	assert_int_equal(driver_start(&b.d), 0);
	bench_pass(&b, 1);
	assert_int_equal(bench_reg(&b, ITR), 195);
	assert_int_equal(bench_reg(&b, TIDV), 5);
	assert_int_equal(b.sim->started.rx_ring, 128);
	assert_int_equal(b.d.adapter.rx_csum, 0);
	assert_int_equal(b.sim->phy[PHY_CTRL] & 0x3140, 0x2100);
	assert_int_equal(b.sim->phy[PHY_M88_PSCR] & (PSCR_ENERGY_DETECT | PSCR_MDIX_MASK),
			 PSCR_ENERGY_DETECT);
	assert_int_equal(b.sim->phy[PHY_M88_EPSCR] & EPSCR_TX_CLK_25, EPSCR_TX_CLK_25);
	assert_int_equal(b.sim->adapter->speed, 100);
	bench_close(&b);
}

/* The administrator has changed what the command line said: that stays. */
static void later_processes_take_the_committed_settings(void **state)
{
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	want = b.d.adapter;
	want.rx_usecs = 500;
	want.rx_ring = 512;
	assert_int_equal(sim_configure(b.sim, &want), 0);
	b.opt.irq_rate = 20000;
	b.opt.rx_ring = 64;
	assert_int_equal(bench_restart(&b), 0);
	assert_int_equal(bench_reg(&b, ITR), 1953);
	assert_int_equal(port_stop(b.d.port), 0);
	assert_int_equal(bench_restart(&b), 0);
	assert_int_equal(bench_reg(&b, ITR), 1953);
	assert_int_equal(b.sim->started.rx_ring, 512);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_options_are_refused_with_their_name),
		cmocka_unit_test(right_options_are_taken),
		cmocka_unit_test(root_is_given_up_unless_asked_otherwise),
		cmocka_unit_test(speed_and_duplex_come_to_settings),
		cmocka_unit_test(options_are_what_the_nic_begins_with),
		cmocka_unit_test(later_processes_take_the_committed_settings),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
