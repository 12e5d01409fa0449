// SPDX-License-Identifier: GPL-2.0
#include "check.h"
#include "dom0.h"
#include "fake_log.h"
#include "files.h"
#include "home.h"

static int setup(void **state) { (void)state; dom0_start(); return 0; }
static int teardown(void **state) { (void)state; dom0_stop(); return 0; }

static void crash(void **state)
{
	(void)state;
	dom0_crash(LIFE_CRASHED);
	print_message("%d\n", dom0_work(JOB_RECOVER, "crashed"));
	print_message("%s\n", dom0_steps());
	print_message("%s\n", slurp("history"));
}
static void planned(void **state)
{
	(void)state;
	print_message("%d\n", dom0_work(JOB_RESTART, "asked for"));
	print_message("%s\n", dom0_steps());
	print_message("%s\n", slurp("history"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { T(crash), T(planned) };

	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
