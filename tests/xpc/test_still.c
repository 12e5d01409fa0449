// SPDX-License-Identifier: GPL-2.0
/*
 * test_still.c - a user half that hangs while the device waits for it, those that are only
 * slow, and one that is doubted, in simulated time, with the objects and calls of the e1000 driver.
 */
#include "../check.h"
#include "objects_xpc.h"
#include "tracker.h"

#define MS 1000ull

static struct xpc_tracker t;
static struct xpc_object objects[2];
static struct xpc_slot slots[XPC_UP_N_objects];
static struct xmd_adapter adapter;
static struct xmd_counters counters;
static __u8 requests[XPC_MSG_MAX * 4], scratch[XPC_MSG_MAX], reply[XPC_MSG_MAX], buf[XPC_MSG_MAX];
static __u64 now;		/* us */
static __u64 looked, ran;

static void init(void)
{
	memset(&t, 0, sizeof(t));
	memset(slots, 0, sizeof(slots));
	adapter = (struct xmd_adapter){ .tx_ring = 256, .rx_ring = 256, .mtu = 1500, .autoneg = 1,
					.advertise = XMD_ADV_ALL, .mdix = XMD_MDIX_AUTO };
	objects[0] = (struct xpc_object){ .type = &xpc_objects.object[0], .copy = &adapter };
	objects[1] = (struct xpc_object){ .type = &xpc_objects.object[1], .copy = &counters };
	t.object = objects;
	t.n_objects = 2;
	t.slot = slots;
	t.request = requests;
	t.scratch = scratch;
	t.reply = reply;
	t.alive = XPC_UP_xmd_alive;
	assert_true(xpc_objects.up_bytes <= sizeof(requests));
	assert_int_equal(xpc_tracker_init(&t, &xpc_objects), 0);
	now = 1000000 * MS;
	looked = now;
}

/* ---------------------------------------------------------------- the user half */

static int say(const struct xpc_msg *m, const void *body, __u32 len)
{
	struct xpc_msg whole = *m;
	struct xpc_taken taken;

	whole.len = XPC_HEADER + len;
	whole.epoch = m->kind == XPC_HELLO ? 0 : t.epoch;
	xpc_put_header(&whole, buf);
	if (len)
		memcpy(buf + XPC_HEADER, body, len);
	return xpc_take(&t, buf, whole.len, now, &taken);
}

static void hello(void)
{
	__u32 fp = xpc_objects.fingerprint;
	const __u8 body[4] = { fp, fp >> 8, fp >> 16, fp >> 24 };

	assert_int_equal(say(&(struct xpc_msg){ .kind = XPC_HELLO }, body, 4), 0);
	while (xpc_next(&t, buf, now) > 0)
		;
}

static void ready(void)
{
	assert_int_equal(say(&(struct xpc_msg){ .kind = XPC_READY }, NULL, 0), 0);
}

/* Return: the call that it has read now, its answer is to come */
static struct xpc_msg read_call(void)
{
	struct xpc_msg m = { .kind = 0 };
	int n;

	while ((n = xpc_next(&t, buf, now)) > 0 && m.kind != XPC_CALL)
		assert_int_equal(xpc_get_header(&m, buf, n), 0);
	return m;
}

static void answer(const struct xpc_msg *call)
{
	const struct xpc_msg m = { .kind = XPC_ANSWER, .id = call->id, .seq = call->seq };

	assert_int_equal(say(&m, NULL, 0), 0);
}

/* As far as: */
enum stage { OPENED, REPLAYING, LIVE, UNREAD, ASKED };

static void come_to(enum stage stage, unsigned int call)
{
	xpc_open(&t, now);
	if (stage >= REPLAYING)
		hello();
	if (stage >= LIVE)
		ready();
	if (stage >= UNREAD)
		assert_true(xpc_raise_slot(&t, call, now));
	if (stage >= ASKED)
		assert_int_equal(read_call().kind, XPC_CALL);
}

/* ----------------------------------------------------------------- the kernel half */

/* One look and tick, @ms after the last, @late of them more than were meant. */
static void look(struct xpc_signs s, unsigned int ms, unsigned int late)
{
	now += ms * MS;
	s.us = now - looked;
	s.late = late * MS;
	s.ran = ran;
	looked = now;
	xpc_look(&t, &s, now);
	xpc_tick(&t, now);
}

enum conduct { IS_STOPPED, SPINS, SLEEPS, SPINS_A_LITTLE };

static struct xpc_signs conduct(enum conduct c)
{
	struct xpc_signs s = { .urgent = true };

	ran += c == SPINS ? 250 * MS : c == SPINS_A_LITTLE ? 125 * MS : 0;
	s.process = c == IS_STOPPED ? XPC_STOPPED : c == SLEEPS ? XPC_SLEEPS : XPC_RUNS;
	return s;
}

/* Return: ms until it was LOST; @most: it was not */
static unsigned int until_lost(enum conduct c, unsigned int most)
{
	unsigned int ms;

	for (ms = 0; ms < most && t.phase != XPC_LOST; ms += 250)
		look(conduct(c), 250, 0);
	return ms;
}

/* --------------------------------------------------------------------------- hangs */

static void a_hang_in_each_call(void **state)
{
	(void)state;
	for (unsigned int call = 0; call < XPC_UP_N_objects; call++)
		for (enum stage stage = UNREAD; stage <= ASKED; stage++) {
			const char *name = xpc_objects.up[call].name;

			init();
			come_to(stage, call);
			assert_case(name, until_lost(IS_STOPPED, 20000), 750);
			assert_string_equal(t.why_lost, "stopped, while the device waits for it");
			init();
			come_to(stage, call);
			assert_case(name, until_lost(SPINS, 20000), 1000);
			assert_string_equal(t.why_call, stage == ASKED ? name : "");
			init();
			come_to(stage, call);
			assert_case(name, until_lost(SLEEPS, 20000), 1000);
		}
}

/* From open to READY, and with nothing asked: then it is asked whether it lives. */
static void a_hang_without_a_call(void **state)
{
	(void)state;
	for (enum conduct c = IS_STOPPED; c <= SLEEPS; c++)
		for (enum stage stage = OPENED; stage <= LIVE; stage++) {
			init();
			come_to(stage, 0);
			assert_in_range(until_lost(c, 20000), 750, stage == LIVE ? 2000 : 1000);
		}
}

/* What it shares the processor with is not held against it, but it comes to its end. */
static void spinning_is_counted_in_processor_time(void **state)
{
	(void)state;
	init();
	come_to(ASKED, XPC_UP_xmd_self_test);
	assert_int_equal(until_lost(SPINS_A_LITTLE, 20000), 1750);
}

/* The call fails, so that the next user half does not meet what has ended this one. */
static void the_caller_hears_of_it(void **state)
{
	const void *const in[] = { &adapter };
	int result = 0;

	(void)state;
	init();
	come_to(LIVE, 0);
	assert_int_equal(xpc_ask(&t, XPC_UP_xmd_configure, in, NULL, now), 0);
	assert_int_equal(read_call().kind, XPC_CALL);
	assert_int_equal(until_lost(SPINS, 20000), 1000);
	assert_true(xpc_result(&t, XPC_UP_xmd_configure, &result, now));
	assert_int_equal(result, -ETIMEDOUT);
}

/* The same again: each has as long as the host may need, and no longer than that. */
static void a_hang_after_a_hang(void **state)
{
	(void)state;
	for (enum conduct c = IS_STOPPED; c <= SLEEPS; c++) {
		init();
		come_to(ASKED, XPC_UP_xmd_tx_hang);
		assert_int_equal(until_lost(c, 20000), c == IS_STOPPED ? 750 : 1000);
		xpc_close(&t);
		come_to(REPLAYING, 0);
		assert_int_equal(until_lost(c, 20000), c == IS_STOPPED ? 750 : 1750);
		xpc_close(&t);
		come_to(REPLAYING, 0);
		assert_in_range(until_lost(c, 20000), 750, 3250);
		xpc_close(&t);
		/* the NIC was started, and all is well for a minute: as at first */
		xpc_unraise_slot(&t, XPC_UP_xmd_tx_hang, now);
		come_to(LIVE, 0);
		for (unsigned int ms = 0; ms < 90000; ms += 250) {
			look((struct xpc_signs){ .process = XPC_SLEEPS }, 250, 0);
			xpc_heard(&t, now);
		}
		assert_true(xpc_raise_slot(&t, XPC_UP_xmd_tx_hang, now));
		read_call();
		assert_in_range(until_lost(c, 20000), 500, 1000);
	}
}

/* ------------------------------------------------- no hang: nobody is killed for these */

static void bring_up(unsigned int steps, struct xpc_signs s, unsigned int ms, unsigned int late)
{
	init();
	come_to(REPLAYING, 0);
	while (steps--) {
		if (s.process == XPC_RUNS)
			ran += 10;
		look(s, ms, late);
		assert_int_equal(t.phase, XPC_REPLAYING);
		xpc_heard(&t, now);
	}
	ready();
	assert_int_equal(t.phase, XPC_LIVE);
}

static void slow_but_alive(void **state)
{
	struct xpc_signs runs = { .process = XPC_RUNS, .urgent = true }, sleeps = runs, inside = runs;

	(void)state;
	sleeps.process = XPC_SLEEPS;
	inside.process = XPC_SLEEPS;
	inside.inside = true;
	/* a step with each look, most of the time to READY used up */
	bring_up(18, runs, 250, 0);
	bring_up(18, sleeps, 250, 0);
	/* the domain has its processor now and then: each look comes two seconds late */
	bring_up(18, runs, 2250, 2000);
	bring_up(18, sleeps, 2250, 2000);
	/* a step of ours takes long */
	init();
	come_to(ASKED, XPC_UP_xmd_self_test);
	for (unsigned int ms = 0; ms < 7750; ms += 250) {
		look(inside, 250, 0);
		assert_int_equal(t.phase, XPC_LIVE);
	}
}

/* It would run, and others do: for a minute, through all its deadlines. */
static void starved(void **state)
{
	const __u8 how[] = { XPC_RUNS, XPC_WAITS };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(how); i++)
		for (enum stage stage = OPENED; stage <= ASKED; stage++) {
			struct xpc_signs s = { .process = how[i], .urgent = true };

			init();
			come_to(stage, XPC_UP_xmd_tx_hang);
			for (unsigned int ms = 0; ms < 60000; ms += 250)
				look(s, 250, 0);
			assert_int_not_equal(t.phase, XPC_LOST);
			/* but it has no longer for that than others */
			if (stage != LIVE)
				assert_in_range(until_lost(SLEEPS, 20000), 750, 1000);
		}
}

/* It has stood still, for long, and come back: this host is like that, for a while. */
static void what_it_came_back_from_is_known(void **state)
{
	struct xpc_msg m;

	(void)state;
	init();
	come_to(LIVE, 0);
	for (unsigned int i = 0; i < 5; i++) {
		assert_true(xpc_raise_slot(&t, XPC_UP_xmd_tx_hang, now));
		m = read_call();
		/* nearly as long as it may; longer than the first time */
		assert_int_equal(until_lost(SLEEPS, i ? 1250 : 750), i ? 1250 : 750);
		assert_int_equal(t.phase, XPC_LIVE);
		answer(&m);
		look(conduct(SLEEPS), 250, 0);
	}
}

/* The device runs: a call has its whole time. */
static void not_urgent(void **state)
{
	(void)state;
	init();
	come_to(ASKED, XPC_UP_xmd_self_test);
	for (unsigned int ms = 250; ms < 8000; ms += 250) {
		look((struct xpc_signs){ .process = XPC_SLEEPS }, 250, 0);
		assert_int_equal(t.phase, XPC_LIVE);
	}
	look((struct xpc_signs){ .process = XPC_SLEEPS }, 250, 0);
	assert_int_equal(t.phase, XPC_LOST);
	assert_string_equal(t.why_call, "xmd_self_test");
}

/* Nothing to do for an hour, as without a NIC that answers. */
static void idle(void **state)
{
	struct xpc_msg m;
	unsigned int asked = 0;

	(void)state;
	init();
	come_to(LIVE, 0);
	for (unsigned int s = 0; s < 3600; s++) {
		for (unsigned int i = 0; i < 4; i++) {
			look(conduct(SLEEPS), 250, 0);
			m = read_call();
			asked += m.kind == XPC_CALL;
			if (m.kind == XPC_CALL)
				answer(&m);
		}
		assert_int_equal(t.phase, XPC_LIVE);
	}
	assert_in_range(asked, 3600, 4 * 3600);
}

/* ------------------------------------------------------------------------ questions */

/* What was raised for a reset is done when the NIC was started, by whomever. */
static void an_old_question_is_taken_back(void **state)
{
	struct xpc_msg m;

	(void)state;
	init();
	come_to(ASKED, XPC_UP_xmd_tx_hang);
	xpc_unraise_slot(&t, XPC_UP_xmd_tx_hang, now);
	assert_int_equal(slots[XPC_UP_xmd_tx_hang].state, XPC_READ);
	xpc_close(&t);
	assert_int_equal(slots[XPC_UP_xmd_tx_hang].state, XPC_RAISED);
	come_to(REPLAYING, 0);
	xpc_unraise_slot(&t, XPC_UP_xmd_tx_hang, now);
	ready();
	m = read_call();
	assert_int_equal(m.kind, 0);
	/* not one that somebody waits for */
	assert_int_equal(xpc_ask(&t, XPC_UP_xmd_tx_hang, NULL, NULL, now), 0);
	xpc_unraise_slot(&t, XPC_UP_xmd_tx_hang, now);
	assert_int_equal(slots[XPC_UP_xmd_tx_hang].state, XPC_RAISED);
}

/* --------------------------------------------------------------- an error is doubted, once in a while */

static void fail_with(const struct xpc_msg *call, int result)
{
	assert_int_equal(say(&(struct xpc_msg){ .kind = XPC_ANSWER, .id = call->id, .seq = call->seq, .result = result },
			     NULL, 0), 0);
}

/* It answers @result; Return: was it doubted? The call is open then. */
static bool doubted(int result)
{
	const void *const in[] = { &adapter };
	struct xpc_msg call;
	int was;

	assert_int_equal(xpc_ask(&t, XPC_UP_xmd_configure, in, NULL, now), 0);
	call = read_call();
	fail_with(&call, result);
	if (t.phase == XPC_LOST)
		return true;
	assert_true(xpc_result(&t, XPC_UP_xmd_configure, &was, now));
	assert_int_equal(was, result);
	return false;
}

/* Another user half answers @result to what the last one was doubted for. */
static void second(int result)
{
	struct xpc_msg call;
	int was = 1;

	assert_string_equal(t.why_call, xpc_objects.up[XPC_UP_xmd_configure].name);
	xpc_close(&t);
	come_to(LIVE, 0);
	call = read_call();
	assert_int_equal(call.kind, XPC_CALL);
	fail_with(&call, result);
	assert_int_equal(t.phase, XPC_LIVE);
	assert_true(xpc_result(&t, XPC_UP_xmd_configure, &was, now));
	assert_int_equal(was, result);
}

static void an_error_is_for_another_to_say(void **state)
{
	(void)state;
	init();
	t.second = true;
	come_to(LIVE, 0);
	assert_true(doubted(-EINVAL));
	second(0);
	/* it was right to: at once again */
	assert_true(doubted(-EIO));
	second(0);
}

/* Who is told the same by two has a pause, twice as long each time. */
static void what_two_say_is_so(void **state)
{
	(void)state;
	init();
	t.second = true;
	come_to(LIVE, 0);
	for (__u64 pause = XPC_DOUBT_MS; pause <= XPC_DOUBT_MAX_MS; pause *= 2) {
		assert_true(doubted(-EINVAL));
		/* another error is no better */
		second(pause == XPC_DOUBT_MS ? -EIO : -EINVAL);
		now += (pause - 1) * MS;
		assert_false(doubted(-EINVAL));
		now += MS;
	}
	assert_true(doubted(-EINVAL));
	second(-EINVAL);
	now += (XPC_DOUBT_MAX_MS - 1) * MS;
	assert_false(doubted(-EINVAL));
	/* long ago: as at first */
	now += (XPC_DOUBT_MAX_MS + 1) * MS;
	assert_true(doubted(-EINVAL));
	second(-EINVAL);
	now += XPC_DOUBT_MS * MS;
	assert_true(doubted(-EINVAL));
}

static void what_is_not_doubted(void **state)
{
	const int errors[] = { -ENODEV, -ETIMEDOUT, -EIO };

	(void)state;
	init();
	t.second = true;
	come_to(LIVE, 0);
	assert_false(doubted(0));
	/* the device does not answer, as the kernel half knows: as it says */
	t.away = true;
	for (unsigned int i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		assert_false(doubted(errors[i]));
	assert_false(xpc_doubt(&t, "", now));
	/* but with a device that does, one that cannot find it is damaged, perhaps */
	t.away = false;
	assert_true(doubted(-ENODEV));
	second(0);
	/* nor whoever is a guest */
	t.second = false;
	assert_false(doubted(-EINVAL));
	assert_false(xpc_doubt(&t, "", now));
}

/* Two user halves say each time that they cannot read or write what crosses: who knows what is wrong here. */
static void what_is_garbled_for_all(void **state)
{
	(void)state;
	init();
	t.second = true;
	come_to(LIVE, 0);
	for (unsigned int i = 0; i < XPC_GARBLED_MAX; i++) {
		assert_true(xpc_sound(&t));
		if (doubted(-EBADMSG))
			second(-EBADMSG);
	}
	assert_false(xpc_sound(&t));
	assert_false(doubted(0));
	assert_true(xpc_sound(&t));
	/* what is only refused is no sign of that */
	for (unsigned int i = 0; i < 2 * XPC_GARBLED_MAX; i++)
		assert_false(doubted(-EINVAL));
	assert_true(xpc_sound(&t));
}

/* Busy with what nobody has asked for, it answers all the same. */
static void who_takes_the_processor(void **state)
{
	(void)state;
	for (int most = 0; most <= 1; most++) {
		init();
		t.second = true;
		come_to(LIVE, 0);
		for (unsigned int ms = 0; ms < XPC_SPIN_MS; ms += 250) {
			assert_int_equal(t.phase, XPC_LIVE);
			ran += most ? 150 * MS : 120 * MS;
			assert_int_equal(xpc_heard(&t, now), 0);
			look((struct xpc_signs){ .process = XPC_RUNS }, 250, 0);
		}
		assert_int_equal(t.phase, most ? XPC_LOST : XPC_LIVE);
	}
}

/* The one that is to answer instead does not come, or dies as well. */
static void nobody_else_answers(void **state)
{
	int result = 0;

	(void)state;
	init();
	t.second = true;
	come_to(LIVE, 0);
	assert_true(doubted(-EIO));
	xpc_close(&t);
	now += XPC_HOLD_MS * MS;
	xpc_tick(&t, now);
	assert_true(xpc_result(&t, XPC_UP_xmd_configure, &result, now));
	assert_int_equal(result, -EOWNERDEAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hang_in_each_call),
		cmocka_unit_test(a_hang_without_a_call),
		cmocka_unit_test(spinning_is_counted_in_processor_time),
		cmocka_unit_test(the_caller_hears_of_it),
		cmocka_unit_test(a_hang_after_a_hang),
		cmocka_unit_test(slow_but_alive),
		cmocka_unit_test(starved),
		cmocka_unit_test(what_it_came_back_from_is_known),
		cmocka_unit_test(not_urgent),
		cmocka_unit_test(idle),
		cmocka_unit_test(an_old_question_is_taken_back),
		cmocka_unit_test(an_error_is_for_another_to_say),
		cmocka_unit_test(what_two_say_is_so),
		cmocka_unit_test(what_is_not_doubted),
		cmocka_unit_test(nobody_else_answers),
		cmocka_unit_test(what_is_garbled_for_all),
		cmocka_unit_test(who_takes_the_processor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
