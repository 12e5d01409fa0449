// SPDX-License-Identifier: GPL-2.0
/* A limit's arithmetic: credit by time, what it adds up to, and numbers at their ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "rate.h"

#define MAX32	UINT32_MAX
#define FRAME	65535

static void test_limits_that_can_be(void **state)
{
	static const struct { struct xmd_vif_rate limit; bool valid; } row[] = {
		{ { 0, 0 }, true }, { { 1, 1000 }, true }, { { MAX32, MAX32 }, true },
		{ { 100000, 50000 }, true }, { { MAX32, 1000 }, true }, { { 1, MAX32 }, true },
		{ { 1, 0 }, false }, { { 0, 1000 }, false }, { { 0, MAX32 }, false },
		{ { 100, 999 }, false }, { { MAX32, 1 }, false }, { { MAX32, 0 }, false },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (xmd_rate_valid(&row[i].limit) != row[i].valid)
			fail_msg("%u bytes in %u us: %s", row[i].limit.bytes, row[i].limit.usecs,
				 row[i].valid ? "refused" : "taken");
}

/* From a start at 1000000 us: @spent is taken, then time goes on to @at. */
static const struct {
	const char *name;
	struct xmd_vif_rate limit;
	s64 spent;
	u64 at;
	s64 credit;
	u64 due;	/* checked when nothing is left */
} row[] = {
	{ "the start", { 100000, 50000 }, 0, 1000000, 100000, 0 },
	{ "within the interval", { 100000, 50000 }, 40000, 1049999, 60000, 0 },
	{ "used up", { 100000, 50000 }, 100000, 1049999, 0, 1050000 },
	{ "the next interval", { 100000, 50000 }, 100000, 1050000, 100000, 0 },
	{ "what is left is kept, but not above one interval", { 100000, 50000 }, 90000, 1050000, 100000, 0 },
	{ "after a debt", { 100000, 50000 }, 130000, 1050000, 70000, 0 },
	{ "no interval counts twice", { 100000, 50000 }, 165534, 1099999, 34466, 0 },
	{ "a long silence", { 100000, 50000 }, 100000, 1ull << 60, 100000, 0 },
	{ "small: up to a frame is kept", { 1000, 50000 }, 0, 1000000 + 10 * 50000, 11000, 0 },
	{ "small, a long silence", { 1000, 50000 }, 0, 1ull << 60, FRAME, 0 },
	{ "small: a frame is paid for", { 1000, 50000 }, FRAME + 999, 1000000, -FRAME + 1, 4300000 },
	{ "small, too early by 1 us", { 1000, 50000 }, FRAME + 999, 4299999, -534, 4300000 },
	{ "small, then", { 1000, 50000 }, FRAME + 999, 4300000, 466, 0 },
	{ "one byte", { 1, 1000 }, 1, 1000999, 0, 1001000 },
	{ "one byte later", { 1, 1000 }, 1, 1001000, 1, 0 },
	{ "the least there is", { 1, MAX32 }, FRAME, 1000000, -FRAME + 1, 1000000 + (u64)FRAME * MAX32 },
	{ "the most there is", { MAX32, 1000 }, 0, 1000000, MAX32, 0 },
	{ "the most, all of it", { MAX32, 1000 }, MAX32, 1000000, 0, 1001000 },
	{ "the most, for ever", { MAX32, 1000 }, MAX32, ~0ull, MAX32, 0 },
	{ "the longest", { MAX32, MAX32 }, MAX32 + (s64)FRAME - 1, 1000000, -FRAME + 1, 1000000ull + MAX32 },
	{ "one, for ever", { 1, 1000 }, FRAME, ~0ull, FRAME, 0 },
};

static void test_rows(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct xmd_rate r;
		s64 credit;

		xmd_rate_start(&r, &row[i].limit, 1000000);
		r.credit -= row[i].spent;
		credit = xmd_rate_credit(&r, row[i].at);
		if (credit != row[i].credit)
			fail_msg("%s: credit %lld, not %lld", row[i].name, credit, row[i].credit);
		assert_int_equal(xmd_rate_credit(&r, row[i].at), credit);
		if (credit <= 0 && xmd_rate_due(&r) != row[i].due)
			fail_msg("%s: due at %llu, not %llu", row[i].name,
				 (unsigned long long)xmd_rate_due(&r), (unsigned long long)row[i].due);
	}
}

/* Due is the first moment with credit, whatever the debt. */
static void test_due_is_right_to_the_microsecond(void **state)
{
	(void)state;
	srand(3);
	for (int i = 0; i < 100000; i++) {
		struct xmd_vif_rate limit = { 1u + (u32)rand() % (1u << rand() % 31),
					      1000u + (u32)rand() % (1u << rand() % 31) };
		struct xmd_rate r, early;
		u64 now = (u64)rand() << 20, due;

		xmd_rate_start(&r, &limit, now);
		r.credit = -(s64)(rand() % FRAME);
		now += (u64)rand() % limit.usecs;
		assert_true(xmd_rate_credit(&r, now) <= 0);
		due = xmd_rate_due(&r);
		assert_true(due > now);
		early = r;
		assert_true(xmd_rate_credit(&early, due - 1) <= 0);
		assert_true(xmd_rate_credit(&r, due) > 0);
	}
}

/*
 * A sender that never stops, of frames of all lengths, waking up late now and then: exactly
 * the limit in the end, and in no stretch of time more than backdev.h promises.
 */
static void hungry(const struct xmd_vif_rate *limit, u32 longest, u32 late)
{
	enum { N = 4000, STRETCH = 16 };
	static u64 at[N], total[N + 1];
	u64 now = 77777, kept = limit->bytes > FRAME ? limit->bytes : FRAME, most;
	struct xmd_rate r;

	xmd_rate_start(&r, limit, now);
	for (int i = 0; i < N; i++) {
		if (xmd_rate_credit(&r, now) <= 0) {
			now = xmd_rate_due(&r) + (late ? (u64)rand() % late : 0);
			assert_true(xmd_rate_credit(&r, now) > 0);
		}
		u32 len = 14 + (u32)rand() % (longest - 13);

		r.credit -= len;
		assert_true(r.credit > -(s64)FRAME);
		at[i] = now;
		total[i + 1] = total[i] + len;
	}
	for (int i = 0; i < N; i++) {
		for (int k = i; k < N && k < i + 300; k++) {
			u64 n = (at[k] - at[i]) / limit->usecs + 1;

			most = n * limit->bytes + kept + FRAME;
			if (total[k + 1] - total[i] > most)
				fail_msg("%llu bytes in %llu intervals", (unsigned long long)
					 (total[k + 1] - total[i]), (unsigned long long)n);
		}
	}
	/* All that came due was used, but for what is kept. */
	most = (1 + (now - 77777) / limit->usecs) * limit->bytes;
	assert_in_range(total[N] + kept, most, most + kept + FRAME);
}

static void test_a_hungry_guest_gets_its_limit(void **state)
{
	static const struct { struct xmd_vif_rate limit; u32 longest, late; } h[] = {
		{ { 100000, 50000 }, 1514, 0 }, { { 100000, 50000 }, FRAME, 40000 },
		{ { 62500, 50000 }, FRAME, 0 }, { { 1000, 1000 }, 1514, 20000 },
		{ { 125, 1000 }, FRAME, 3000 }, { { 1, 1000 }, 60, 0 }, { { 1, MAX32 }, FRAME, 0 },
		{ { 20000000, 1000000 }, FRAME, 500000 }, { { MAX32, 1000 }, FRAME, 900 },
	};

	(void)state;
	srand(5);
	for (unsigned int i = 0; i < sizeof(h) / sizeof(h[0]); i++)
		hungry(&h[i].limit, h[i].longest, h[i].late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits_that_can_be),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_due_is_right_to_the_microsecond),
		cmocka_unit_test(test_a_hungry_guest_gets_its_limit),
	};

	return cmocka_run_group_tests_name("back: rate", tests, NULL, NULL);
}
