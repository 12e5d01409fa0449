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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_options_are_refused_with_their_name),
		cmocka_unit_test(right_options_are_taken),
		cmocka_unit_test(root_is_given_up_unless_asked_otherwise),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
