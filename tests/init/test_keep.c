// SPDX-License-Identifier: GPL-2.0
/* test_keep.c - when a user half is started again, and what is said about it */
#include "said.h"

#include <signal.h>

#define EXITED(n)	((n) << 8)

static struct keep k;

static int setup(void **state)
{
	k = (struct keep){ .path = "/usr/sbin/xmd-x", .name = "xmd-x", .device = "/dev/xmd/x" };
	return silence(state);
}

/* It lives for so long, and ends.  Return: how long it has to wait then */
static unsigned int lives(uint64_t ms, int status)
{
	static uint64_t now = 1000;

	said[0] = 0;
	keep_began(&k, 77, now);
	assert_int_equal(keep_wait_ms(&k, 1, now), -1);
	now += ms;
	keep_ended(&k, status, now);
	assert_int_equal(k.pid, 0);
	assert_int_equal(keep_wait_ms(&k, 1, now), k.due - now);
	return (unsigned int)(k.due - now);
}

static void at_once(void **state)
{
	(void)state;
	assert_int_equal(lives(KEEP_HARDLY_MS, SIGKILL), 0);
	assert_string_equal(said, "<5>xmd-x was ended by SIGKILL after 500 ms, starting it again");
	assert_int_equal(lives(20000, EXITED(1)), 0);
	assert_string_equal(said, "<5>xmd-x ended with status 1 after 20000 ms, starting it again");
	assert_int_equal(lives(KEEP_HARDLY_MS - 1, SIGKILL), KEEP_PAUSE_MS);
}

/* How it is said to have ended does not depend on a name for the signal. */
static void ends(void **state)
{
	(void)state;
	lives(11000, 40);
	assert_non_null(strstr(said, "was ended by signal 40 "));
	lives(11000, SIGSYS | 0x80);
	assert_non_null(strstr(said, "was ended by SIGSYS "));
	lives(11000, EXITED(0));
	assert_non_null(strstr(said, "ended with status 0 "));
}

static void a_crash_loop_is_noticed_at_the_third_time(void **state)
{
	(void)state;
	lives(9000, SIGSEGV);
	lives(0, SIGSEGV);
	assert_null(strstr(said, "crash loop"));
	lives(9999, SIGSEGV);
	assert_string_equal(said, "<3>xmd-x is in a crash loop: 3 times in a row it has not lived for 10 s; "
			    "it was ended by SIGSEGV");
	lives(9999, SIGSEGV);
	assert_null(strstr(said, "crash loop"));
}

/* As the kernel half ends one that hangs while the NIC stands, and the next two at the same place. */
static void three_hangs(void **state)
{
	(void)state;
	assert_int_equal(lives(3600000, SIGKILL), 0);
	assert_int_equal(lives(900, SIGKILL), 0);
	assert_null(strstr(said, "crash loop"));
	assert_int_equal(lives(1700, SIGKILL), 0);
	assert_non_null(strstr(said, "is in a crash loop: 3 times in a row"));
}

/* Killed now and then, it settles in between. */
static void no_false_alarm(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		lives(300, SIGKILL);
		lives(600, SIGKILL);
		assert_null(strstr(said, "crash loop"));
		lives(KEEP_SETTLED_MS, SIGKILL);
		assert_null(strstr(said, "crash loop"));
		k.in_a_row = 0;		/* as the next one that settles does */
	}
	lives(100, SIGKILL);
	lives(KEEP_SETTLED_MS, SIGKILL);
	assert_int_equal(k.in_a_row, 1);
}

/* A program that cannot start takes neither the processor nor the log. */
static void for_ever(void **state)
{
	unsigned int most = 0, n = 0;

	(void)state;
	for (int i = 1; i <= 2000; i++) {
		unsigned int ms = lives(100, EXITED(127));

		assert_true(ms >= KEEP_PAUSE_MS && ms <= KEEP_PAUSE_MOST && ms >= most);
		most = ms;
		n += said[0] != 0;
	}
	assert_int_equal(most, KEEP_PAUSE_MOST);
	assert_in_range(n, 10, 20);
	/* one that lives longer is not kept waiting */
	assert_int_equal(lives(KEEP_HARDLY_MS, EXITED(127)), 0);
	k.in_a_row = UINT32_MAX;
	lives(1, EXITED(127));
	assert_int_equal(k.in_a_row, UINT32_MAX);
}

static void a_device_that_comes(void **state)
{
	(void)state;
	keep_waits(&k, 0);
	assert_int_equal(k.due, 2);
	keep_waits(&k, 999);
	assert_int_equal(k.due, 1001);
	keep_waits(&k, 2000);
	assert_int_equal(k.due, 2020);
	assert_int_equal(said_lines, 0);
	keep_waits(&k, 3000);
	assert_non_null(strstr(said, "<4>/dev/xmd/x is not there after 3 s, xmd-x waits for it"));
	keep_waits(&k, 9000);
	assert_int_equal(said_lines, 1);
	/* each time anew */
	keep_began(&k, 7, 9001);
	keep_ended(&k, SIGKILL, 50000);
	silence(NULL);
	keep_waits(&k, 50000);
	keep_waits(&k, 52000);
	assert_int_equal(said_lines, 0);
	keep_waits(&k, 53000);
	assert_int_equal(said_lines, 1);
}

static void held(void **state)
{
	(void)state;
	keep_held(&k, 100);
	keep_held(&k, 150);
	assert_int_equal(k.due, 200);
	assert_int_equal(said_lines, 1);
}

/* It ends at its own pace, with anything.  Return: has the domain to go? */
static bool ends_with(uint64_t now, int status)
{
	said[0] = 0;
	return keep_refused(&k, status, now);
}

static void a_kernel_half_that_refuses_goes_with_the_third_time(void **state)
{
	(void)state;
	k.refused_status = 9;
	assert_false(ends_with(1000, EXITED(9)));
	assert_false(ends_with(50000, EXITED(9)));
	assert_false(ends_with(60000, EXITED(7)));
	assert_false(ends_with(61000, 9));		/* by a signal of that number */
	assert_string_equal(said, "");
	assert_true(ends_with(121000, EXITED(9)));
	assert_non_null(strstr(said, "<3>3 times within 120 s the kernel half has refused xmd-x what it has to grant"));
}

static void a_refusal_now_and_then_is_none(void **state)
{
	(void)state;
	k.refused_status = 9;
	for (uint64_t now = 1000; now < 3600000; now += 60001)
		assert_false(ends_with(now, EXITED(9)));
	assert_int_equal(said_lines, 0);
	/* nor is a status that says nothing of the kind */
	k.refused_status = 0;
	for (uint64_t now = 0; now < 5; now++)
		assert_false(ends_with(now, EXITED(0)));
}

static void the_first_of_several(void **state)
{
	struct keep all[3] = { { .due = 500 }, { .pid = 9, .due = 1 }, { .due = 300 } };

	(void)state;
	assert_int_equal(keep_wait_ms(all, 3, 100), 200);
	assert_int_equal(keep_wait_ms(all, 3, 400), 0);
	all[0].due = all[2].due = UINT64_MAX - 1;
	assert_int_equal(keep_wait_ms(all, 3, 400), INT32_MAX);
	all[0].pid = all[2].pid = 7;
	assert_int_equal(keep_wait_ms(all, 3, 400), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, setup)
		TEST(at_once), TEST(ends), TEST(a_crash_loop_is_noticed_at_the_third_time), TEST(no_false_alarm),
		TEST(at_once), TEST(ends), TEST(three_hangs), TEST(no_false_alarm),
		TEST(for_ever), TEST(a_device_that_comes), TEST(held), TEST(the_first_of_several),
		TEST(a_kernel_half_that_refuses_goes_with_the_third_time), TEST(a_refusal_now_and_then_is_none),
	};

	return cmocka_run_group_tests_name("init keep", tests, NULL, NULL);
}
