// SPDX-License-Identifier: GPL-2.0
/* test_beat.c - from what silence on a driver domain is called hung */
#include "beat.h"
#include "check.h"

#define S	1000000000ull

static const struct policy policy = { .heartbeat_s = 30, .hang_ms = 1500 };

/* A domain that beats every @period ms, up to @late ms too late, and somebody who looks for it. */
struct play {
	struct beat b;
	uint64_t now, next, last, look;
	unsigned int looks, beats, period, late;
	uint32_t seen, at;
};

static void play_begin(struct play *p, unsigned int period, unsigned int late)
{
	*p = (struct play){ .now = 1000000, .last = 1000000, .period = period, .late = late };
	beat_begin(&p->b);
	p->b.disturbed = false;
	p->next = p->now + period;
	p->look = p->now;
}

static void play(struct play *p, unsigned int ms)
{
	uint64_t end = p->now + ms;

	for (; p->now < end; p->now++) {
		if (p->now >= p->next) {
			p->beats++;
			p->at++;
			p->next += p->period - p->late / 2 + (p->late ? (p->at * 7919) % p->late : 0);
		}
		if (p->now < p->look)
			continue;
		p->looks++;
		if (p->at != p->seen) {
			beat_came(&p->b, (unsigned int)(p->now - p->last), p->at - p->seen);
			p->seen = p->at;
			p->last = p->now;
		}
		p->look = beat_look(&p->b, p->last, p->now);
	}
}

/* The limit follows the beats, and they are not looked for more often than they come. */
static void what_is_usual(void **state)
{
	static const struct {
		const char *name;
		unsigned int period, late, low, high;
	} row[] = {
		{ "twice a second", 500, 0, 1500, 1500 },
		{ "every second", 1000, 100, 1900, 2700 },
		{ "every two seconds", 2000, 100, 3900, 4700 },
		{ "unsteady", 1000, 1000, 2300, 4000 },
	};
	struct play p;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		play_begin(&p, row[i].period, row[i].late);
		assert_case(row[i].name, beat_limit(&p.b, &policy), 0);
		play(&p, 600000);
		p.looks = 0;
		p.beats = 0;
		play(&p, 600000);
		assert_case(row[i].name, p.looks <= p.beats * 2 + p.beats * row[i].late / 100, 1);
		assert_case(row[i].name, beat_limit(&p.b, &policy) >= row[i].low, 1);
		if (beat_limit(&p.b, &policy) > row[i].high)
			fail_msg("%s: %u ms", row[i].name, beat_limit(&p.b, &policy));
	}
}

static void a_host_that_was_slow_once(void **state)
{
	struct play p;
	unsigned int limit;

	(void)state;
	play_begin(&p, 500, 0);
	play(&p, 60000);
	p.next = p.now + 4000;
	play(&p, 6000);
	limit = beat_limit(&p.b, &policy);
	assert_in_range(limit, 7000, 9500);
	/* That fades. */
	play(&p, 120000);
	assert_in_range(beat_limit(&p.b, &policy), 1500, 1600);
}

static void nothing_is_made_of_a_few(void **state)
{
	const struct policy off = { .heartbeat_s = 30, .hang_ms = 0 };
	struct play p;

	(void)state;
	play_begin(&p, 2000, 0);
	play(&p, 2000 * (BEAT_KNOWN - 1));
	assert_int_equal(beat_limit(&p.b, &policy), 0);
	play(&p, 10000);
	assert_true(beat_limit(&p.b, &policy) > 0);
	assert_int_equal(beat_limit(&p.b, &off), 0);
	beat_begin(&p.b);
	assert_int_equal(beat_limit(&p.b, &policy), 0);
}

/* Time in which nobody listened is no silence. */
static void a_gap_that_was_ours(void **state)
{
	struct play p;

	(void)state;
	play_begin(&p, 500, 0);
	play(&p, 60000);
	p.b.disturbed = true;
	beat_came(&p.b, 60000, 1);
	assert_int_equal(beat_limit(&p.b, &policy), 1500);
}

/* What its processor does from limit/2 on, a look each 100 ms. */
static void what_its_processor_says(void **state)
{
	static const struct {
		const char *name;
		bool running, blocked, paused;
		uint64_t percent;
		unsigned int hangs;	/* ms; 0: not by this */
	} row[] = {
		{ "paused", false, false, true, 0, 2000 },
		{ "asleep", false, true, false, 0, 2000 },
		{ "spins", true, false, false, 100, 4000 },
		{ "spins, and is not alone", false, false, false, 97, 4000 },
		{ "has no processor", false, false, false, 0, 0 },
		{ "has little of a processor", false, false, false, 30, 0 },
		{ "lives", false, true, false, 1, 0 },
		{ "works", true, false, false, 70, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		struct xl_usage u = { .running = row[i].running, .blocked = row[i].blocked,
				      .paused = row[i].paused, .cpu_ns = 77 * S };
		struct beat b = { .n = BEAT_KNOWN, .usual = 1000, .worst = 1000 };
		unsigned int silent, hangs = 0;

		for (silent = 1000; silent < 20000 && !hangs; silent += 100) {
			if (beat_hangs(&b, &u, silent, 2000, 5000000 + silent))
				hangs = silent;
			u.cpu_ns += 100 * row[i].percent * 10000;
		}
		assert_case(row[i].name, hangs, row[i].hangs);
	}
}

/* A look that comes late must not decide on nothing. */
static void one_look_is_not_enough(void **state)
{
	struct xl_usage u = { .paused = true, .cpu_ns = S };
	struct beat b = { .n = BEAT_KNOWN, .usual = 1000, .worst = 1000 };

	(void)state;
	assert_false(beat_hangs(&b, &u, 10000, 2000, 1000));
	assert_false(beat_hangs(&b, &u, 10100, 2000, 1100));
	assert_true(beat_hangs(&b, &u, 10500, 2000, 1500));
	/* Another domain, by its processor time. */
	u.cpu_ns = 0;
	assert_false(beat_hangs(&b, &u, 10600, 2000, 1600));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_usual),
		cmocka_unit_test(a_host_that_was_slow_once),
		cmocka_unit_test(nothing_is_made_of_a_few),
		cmocka_unit_test(a_gap_that_was_ours),
		cmocka_unit_test(what_its_processor_says),
		cmocka_unit_test(one_look_is_not_enough),
	};

	return cmocka_run_group_tests_name("beat", tests, NULL, NULL);
}
