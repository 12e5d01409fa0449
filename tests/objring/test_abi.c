// SPDX-License-Identifier: GPL-2.0
/*
 * test_abi.c - the object ring is an ABI: ends of today meet those of the releases before.
 *
 * test_abi record FILE   what the ends of this build say to each other, for traces/
 */
#include "../check.h"
#include "trace.h"

#include <string.h>

#ifndef TRACES
#error "where the traces are"
#endif

static struct trace trace, again;

static bool same(const __u8 *was, __u32 was_len, const __u8 *is, __u32 len)
{
	return len == was_len && !memcmp(was, is, len);
}

/* Recording is repeatable: what is said depends on nothing but what happens. */
static void a_session_is_as_it_was(void **state)
{
	(void)state;
	trace_record(&again);
	trace_record(&trace);
	assert_int_equal(trace.n, again.n);
	for (unsigned int i = 0; i < trace.n; i++)
		assert_memory_equal(&trace.line[i], &again.line[i], sizeof(trace.line[i]));
}

static void the_guest_of_today(void **state)
{
	(void)state;
	trace_read(&trace, TRACES "/v1.txt");
	trace_play_guest(&trace, same);
}

static void the_driver_domain_of_today(void **state)
{
	(void)state;
	trace_read(&trace, TRACES "/v1.txt");
	trace_play_far(&trace, same);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_as_it_was),
		cmocka_unit_test(the_guest_of_today),
		cmocka_unit_test(the_driver_domain_of_today),
	};

	if (argc == 3 && !strcmp(argv[1], "record")) {
		trace_record(&trace);
		trace_write(&trace, argv[2]);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
