// SPDX-License-Identifier: GPL-2.0
/*
 * test_tracker.c - objects that both sides change, calls that nobody answers, a user half
 * that is slow, wrong, or dies at each step.
 */
#include "home.h"
#include "test.h"

static struct xpc_msg msg;

static int fresh(void **state)
{
	(void)state;
	home_init();
	return 0;
}

static int live(void **state)
{
	fresh(state);
	return home_live(1000 * MS);
}

static void die(void)
{
	xpc_close(&t);
}

/* ------------------------------------------------------------------------------- life */

static void hello_comes_first(void **state)
{
	(void)state;
	xpc_open(&t, 0);
	assert_int_equal(xpc_heard(&t, 0), -EPROTO);
	assert_int_equal(home_simple(XPC_READY, 0, 0, 0), -EPROTO);
	assert_int_equal(xpc_next(&t, (__u8[XPC_MSG_MAX]){ 0 }, 0), -EPROTO);
	assert_false(xpc_pending(&t));
	assert_int_equal(home_hello(0), 0);
	assert_int_equal(t.phase, XPC_REPLAYING);
	assert_int_equal(home_hello(0), -EPROTO);
}

static void another_declaration_is_refused(void **state)
{
	const struct xpc_msg m = { .kind = XPC_HELLO };

	(void)state;
	xpc_open(&t, 0);
	assert_int_equal(home_send(&m, "abcd", 4, 0), -EPROTONOSUPPORT);
	assert_int_equal(home_send(&m, "abc", 3, 0), -EBADMSG);
	assert_int_equal(t.phase, XPC_OPENED);
}

static void replay_brings_all_copies(void **state)
{
	(void)state;
	thing.u32 = 77;
	chain.obj.before = 8;
	xpc_open(&t, 0);
	assert_int_equal(home_hello(0), 0);
	assert_int_equal(home_simple(XPC_READY, 0, 0, 0), -ECONNRESET);	/* knows no epoch yet */
	assert_int_equal(home_read(&msg, NULL, 0), XPC_WELCOME);
	assert_int_equal(home_simple(XPC_READY, 0, 0, 0), -EPROTO);
	assert_int_equal(home_read(&msg, NULL, 0), XPC_STATE);
	assert_int_equal(home_read(&msg, NULL, 0), XPC_STATE);
	assert_int_equal(home_read(&msg, NULL, 0), 0);
	assert_int_equal(seen_thing.u32, 77);
	assert_int_equal(seen_chain.obj.before, 8);
	assert_int_equal(home_simple(XPC_READY, 0, 0, 0), 0);
	assert_int_equal(t.phase, XPC_LIVE);
	assert_int_equal(home_simple(XPC_READY, 0, 0, 0), -EPROTO);
}

static const struct {
	const char *name;
	enum xpc_phase phase;		/* brought to it at 1000 ms */
	unsigned int ms;		/* later */
	enum xpc_phase then;
} times[] = {
	{ "no HELLO yet", XPC_OPENED, XPC_SILENCE_MS - 1, XPC_OPENED },
	{ "no HELLO", XPC_OPENED, XPC_SILENCE_MS, XPC_LOST },
	{ "replaying", XPC_REPLAYING, XPC_SILENCE_MS - 1, XPC_REPLAYING },
	{ "silent while replaying", XPC_REPLAYING, XPC_SILENCE_MS, XPC_LOST },
	{ "live", XPC_LIVE, XPC_SILENCE_MS, XPC_LIVE },
};

static void silence(void **state)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		fresh(state);
		xpc_open(&t, 1000 * MS);
		if (times[i].phase >= XPC_REPLAYING)
			home_hello(1000 * MS);
		if (times[i].phase == XPC_LIVE) {
			home_sync(1000 * MS);
			home_simple(XPC_READY, 0, 0, 1000 * MS);
		}
		assert_case(times[i].name, t.phase, times[i].phase);
		xpc_tick(&t, (1000 + times[i].ms) * MS);
		assert_case(times[i].name, t.phase, times[i].then);
	}
}

static void replaying_for_ever_is_lost(void **state)
{
	unsigned int ms;

	(void)state;
	xpc_open(&t, 0);
	home_hello(0);
	for (ms = 0; ms < XPC_REPLAY_MS; ms += 100) {
		assert_false(xpc_tick(&t, ms * MS));
		xpc_heard(&t, ms * MS);
	}
	assert_true(xpc_tick(&t, XPC_REPLAY_MS * MS));
	assert_int_equal(t.phase, XPC_LOST);
}

static void silence_is_asked_about(void **state)
{
	__u64 now = (1000 + XPC_SILENCE_MS) * MS;

	(void)state;
	assert_true(xpc_tick(&t, now));
	assert_int_equal(home_read(&msg, NULL, now), XPC_CALL);
	assert_int_equal(msg.id, 3);
	assert_int_equal(home_answer(&msg, 0, NULL, now), 0);
	assert_false(xpc_tick(&t, now));
	/* the same again, and no answer */
	now += XPC_SILENCE_MS * MS;
	assert_true(xpc_tick(&t, now));
	assert_false(xpc_tick(&t, now + 99 * MS));
	assert_true(xpc_tick(&t, now + 100 * MS));
	assert_int_equal(t.phase, XPC_LOST);
	assert_string_equal(t.why_call, "t_alive");
	assert_int_equal(home_simple(XPC_READY, 0, 0, now), -EIO);
	assert_int_equal(xpc_heard(&t, now), -EIO);
	die();
	assert_int_equal(home_live(now), 0);
	assert_int_equal(home_read(&msg, NULL, now), 0);
	assert_int_equal(t.epoch, 2);
}

/* A call waits behind another, and its time begins when that is answered. */
static void what_waits_behind_a_call_is_not_late(void **state)
{
	__u64 now = 1000 * MS;

	(void)state;
	assert_true(xpc_raise_slot(&t, t.alive, now));
	now += 60 * MS;
	assert_int_equal(xpc_ask(&t, XPC_UP_t_poke, NULL, NULL, now), 0);
	assert_int_equal(home_read(&msg, NULL, now), XPC_CALL);
	assert_int_equal(msg.id, 2);
	assert_int_equal(msg.ms, 100);
	now += 99 * MS;
	assert_false(xpc_tick(&t, now));
	assert_int_equal(t.phase, XPC_LIVE);
	assert_int_equal(home_answer(&msg, 0, NULL, now), 0);
	assert_false(xpc_tick(&t, now + 99 * MS));
	assert_int_equal(t.phase, XPC_LIVE);
	assert_true(xpc_tick(&t, now + 100 * MS));
	assert_int_equal(t.phase, XPC_LOST);
	assert_string_equal(t.why_call, "t_alive");
}

static void wrong_messages_are_counted(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 1; i < XPC_WRONG_MAX; i++)
		assert_int_equal(home_simple(XPC_LOCK, 99, 10, 1000 * MS), -ENOENT);
	/* what is only late or unlucky is not */
	thing.u8 = 1;
	user.epoch--;
	for (i = 0; i < 3 * XPC_WRONG_MAX; i++)
		assert_int_equal(home_simple(XPC_UNLOCK, 1, 0, 1000 * MS), -ECONNRESET);
	user.epoch++;
	assert_int_equal(t.old_epoch, 3 * XPC_WRONG_MAX);
	assert_int_equal(t.phase, XPC_LIVE);
	assert_int_equal(home_simple(XPC_LOCK, 99, 10, 1000 * MS), -ENOENT);
	assert_int_equal(t.phase, XPC_LOST);
	assert_int_equal(t.lost, 1);
}

/* ---------------------------------------------------------------------------- objects */

static void a_commit_travels(void **state)
{
	struct t_thing want = thing;

	(void)state;
	want.u32 = 5;
	want.n_points = 2;
	want.points[1].y = -7;
	want.u8 = 9;
	assert_int_equal(xpc_commit(&t, &t.object[THING],
				    XPC_t_thing_u32 | XPC_t_thing_points, &want), 0);
	assert_int_equal(t.object[THING].version, 1);
	assert_int_equal(home_read(&msg, NULL, 0), XPC_CHANGE);
	assert_int_equal(home_read(&msg, NULL, 0), 0);
	assert_int_equal(seen_thing.u32, 5);
	assert_int_equal(seen_thing.points[1].y, -7);
	assert_int_equal(seen_thing.u8, 0);		/* not in the mask */
	assert_int_equal(user.replica[THING].version, 1);
	/* nothing new: no message */
	assert_int_equal(xpc_commit(&t, &t.object[THING], XPC_t_thing_u32, &want), 0);
	assert_int_equal(t.object[THING].version, 1);
	assert_false(xpc_pending(&t));
}

static void many_commits_are_one_message(void **state)
{
	struct t_thing want = thing;
	unsigned int i;

	(void)state;
	for (i = 1; i <= 100; i++) {
		want.u32 = i;
		want.u8 = i;
		assert_int_equal(xpc_commit(&t, &t.object[THING], i & 1 ? XPC_t_thing_u32 :
					    XPC_t_thing_u8, &want), 0);
	}
	assert_int_equal(home_read(&msg, NULL, 0), XPC_CHANGE);
	assert_int_equal(home_read(&msg, NULL, 0), 0);
	assert_int_equal(seen_thing.u32, 99);
	assert_int_equal(seen_thing.u8, 100);
	assert_int_equal(user.replica[THING].version, 100);
}

static void a_commit_is_checked(void **state)
{
	struct t_thing want = thing;

	(void)state;
	want.n_points = 1;
	want.points[0].x = 101;
	assert_int_equal(xpc_commit(&t, &t.object[THING], XPC_t_thing_points, &want), -ERANGE);
	assert_int_equal(xpc_commit(&t, &t.object[THING], XPC_t_thing_s64, &want), -EPERM);
	assert_int_equal(t.object[THING].version, 0);
	assert_int_equal(thing.n_points, 0);
}

static void a_list_is_committed(void **state)
{
	struct t_node node[2] = { { &node[1], 11, "one" }, { NULL, 12, "two" } };
	const struct t_chain want = { .others = node };

	(void)state;
	assert_int_equal(xpc_commit(&t, &t.object[CHAIN], XPC_t_chain_others, &want), 0);
	node[0].value = 19;
	assert_int_equal(home_sync(0), 0);
	assert_ptr_equal(chain.obj.others, &chain.others[0]);
	assert_int_equal(chain.others[0].value, 11);
	assert_ptr_equal(seen_chain.obj.others, &seen_chain.others[0]);
	assert_string_equal(seen_chain.obj.others->next->name, "two");
}

static void a_proposal_is_committed(void **state)
{
	struct t_thing want = seen_thing;

	(void)state;
	want.u16 = 3;
	memset(want.text, 'x', sizeof(want.text));
	assert_int_equal(home_propose(THING, XPC_t_thing_u16 | XPC_t_thing_text, &want, 0),
			 -ERANGE);
	strcpy(want.text, "from user");
	assert_int_equal(home_propose(THING, XPC_t_thing_u16 | XPC_t_thing_text, &want, 0), 0);
	assert_int_equal(thing.u16, 3);
	assert_string_equal(thing.text, "from user");
	assert_int_equal(user.replica[THING].version, t.object[THING].version);
	assert_false(xpc_pending(&t));
	/* and goes on from there, both ways */
	want.u16 = 4;
	assert_int_equal(home_propose(THING, XPC_t_thing_u16, &want, 0), 0);
	want.u32 = 6;
	assert_int_equal(xpc_commit(&t, &t.object[THING], XPC_t_thing_u32, &want), 0);
	assert_int_equal(home_sync(0), 0);
	assert_int_equal(xpc_diff(&xpc_struct_t_thing, &thing, &seen_thing), 0);
}

static void stale_is_refused_and_answered(void **state)
{
	struct t_thing want = thing;

	(void)state;
	want.u32 = 5;
	want.u16 = 6;
	assert_int_equal(xpc_commit(&t, &t.object[THING], XPC_t_thing_u32, &want), 0);
	assert_int_equal(home_propose(THING, XPC_t_thing_u16, &want, 0), -ESTALE);
	assert_int_equal(thing.u16, 0);
	assert_int_equal(t.stale, 1);
	assert_int_equal(home_read(&msg, NULL, 0), XPC_STATE);
	assert_int_equal(seen_thing.u32, 5);
	assert_int_equal(home_propose(THING, XPC_t_thing_u16, &want, 0), 0);
	assert_int_equal(thing.u16, 6);
}

static void what_is_not_the_user_halfs_is_refused(void **state)
{
	struct t_thing want = thing;

	(void)state;
	want.u8 = 1;
	assert_int_equal(home_propose(THING, XPC_t_thing_u8, &want, 0), -EPERM);
	assert_int_equal(home_propose(THING, XPC_t_thing_u64, &want, 0), -EPERM);
	assert_int_equal(thing.u8, 0);
	assert_int_equal(t.wrong, 2);
}

static void an_old_epoch_changes_nothing(void **state)
{
	struct t_thing want = thing;
	__u32 old = user.epoch;

	(void)state;
	die();
	assert_int_equal(home_live(2000 * MS), 0);
	want.u16 = 9;
	user.epoch = old;
	assert_int_equal(home_propose(THING, XPC_t_thing_u16, &want, 0), -ECONNRESET);
	assert_int_equal(thing.u16, 0);
}

static void a_replica_drops_what_is_old(void **state)
{
	struct xpc_msg m = { .kind = XPC_CHANGE, .id = 1, .len = XPC_HEADER + 10 };
	__u8 body[10] = { XPC_t_thing_u16, 0, 0, 0, 0, 0, 0, 0, 5, 0 };
	struct xpc_replica *which;
	__u64 mask;

	(void)state;
	m.epoch = user.epoch - 1;
	m.version = 1;
	assert_int_equal(xpc_replica_take(&user, &m, body, &which, &mask), -ECONNRESET);
	m.epoch = user.epoch;
	m.seq = 1;
	m.version = 2;
	assert_int_equal(xpc_replica_take(&user, &m, body, &which, &mask), -EPROTO);
	m.seq = 0;
	m.object = 4;
	assert_int_equal(xpc_replica_take(&user, &m, body, &which, &mask), -ENOENT);
	m.object = 0;
	m.kind = XPC_STATE;
	assert_int_equal(xpc_replica_take(&user, &m, body, &which, &mask), -EBADMSG);
	assert_int_equal(seen_thing.u16, 0);
	m.kind = XPC_CHANGE;
	assert_int_equal(xpc_replica_take(&user, &m, body, &which, &mask), 0);
	assert_int_equal(seen_thing.u16, 5);
	assert_ptr_equal(which, &user.replica[THING]);
}

/* ------------------------------------------------------------------------------ locks */

static void the_user_halfs_lock_keeps_the_kernel_off(void **state)
{
	struct t_thing want = thing;

	(void)state;
	want.u32 = 4;
	want.u16 = 4;
	assert_int_equal(home_simple(XPC_LOCK, 1, 100, 1000 * MS), 0);
	assert_int_equal(home_simple(XPC_LOCK, 1, 100, 1000 * MS), -EBUSY);
	assert_int_equal(xpc_commit(&t, &t.object[THING], XPC_t_thing_u32, &want), -EBUSY);
	assert_int_equal(xpc_lock(&t.object[THING], XPC_KERNEL, 0), -EBUSY);
	assert_int_equal(home_propose(THING, XPC_t_thing_u16, &want, 1000 * MS), 0);
	assert_int_equal(home_simple(XPC_UNLOCK, 1, 0, 1000 * MS), 0);
	assert_int_equal(xpc_commit(&t, &t.object[THING], XPC_t_thing_u32, &want), 0);
	assert_int_equal(home_simple(XPC_UNLOCK, 1, 0, 1000 * MS), -EPERM);
}

static void the_kernels_lock_keeps_the_user_half_off(void **state)
{
	struct t_thing want = thing;

	(void)state;
	want.u32 = want.u16 = 4;
	assert_int_equal(xpc_lock(&t.object[THING], XPC_KERNEL, 0), 0);
	assert_int_equal(home_simple(XPC_LOCK, 1, 100, 1000 * MS), -EBUSY);
	assert_int_equal(home_propose(THING, XPC_t_thing_u32, &want, 0), -EBUSY);
	assert_int_equal(home_propose(THING, XPC_t_thing_u32 | XPC_t_thing_u16, &want, 0), -EBUSY);
	assert_int_equal(thing.u16, 0);
	/* what is the user half's own, it may report */
	assert_int_equal(home_propose(THING, XPC_t_thing_u16, &want, 0), 0);
	assert_int_equal(xpc_commit(&t, &t.object[THING], XPC_t_thing_u32, &want), 0);
	die();
	assert_int_equal(t.object[THING].holder, XPC_KERNEL);
	assert_int_equal(xpc_unlock(&t.object[THING], XPC_KERNEL), 0);
}

static void a_dead_holders_lock_is_broken(void **state)
{
	struct t_thing want = thing;

	(void)state;
	want.u32 = 4;
	assert_int_equal(home_simple(XPC_LOCK, 1, 100, 1000 * MS), 0);
	die();
	assert_int_equal(t.broken_locks, 1);
	assert_int_equal(xpc_commit(&t, &t.object[THING], XPC_t_thing_u32, &want), 0);
}

static void a_lock_has_an_end(void **state)
{
	(void)state;
	assert_int_equal(home_simple(XPC_LOCK, 1, 0, 1000 * MS), -EINVAL);
	assert_int_equal(home_simple(XPC_LOCK, 1, XPC_LOCK_MS + 1, 1000 * MS), -EINVAL);
	assert_int_equal(home_simple(XPC_LOCK, 1, 100, 1000 * MS), 0);
	assert_false(xpc_tick(&t, 1099 * MS));
	assert_true(xpc_tick(&t, 1100 * MS));
	assert_int_equal(t.phase, XPC_LOST);
	assert_int_equal(t.object[THING].holder, XPC_FREE);
}

/* ------------------------------------------------------------------------------ calls */

static __u32 number = 3;
static struct t_thing arg = { .line.n = 1, .u32 = 42 };
static struct t_line line;
static __u64 big;
static const void *const in[] = { &number, &arg };
static void *const out[] = { &line, &big };

static int ask(__u64 now)
{
	return xpc_ask(&t, XPC_UP_t_up, in, out, now);
}

static void question_and_answer(void **state)
{
	struct xpc_args_t_up args;
	const void *body;
	int result = 1;

	(void)state;
	assert_int_equal(ask(1000 * MS), 0);
	assert_int_equal(ask(1000 * MS), -EBUSY);
	assert_int_equal(home_read(&msg, &body, 1100 * MS), XPC_CALL);
	assert_int_equal(msg.ms, 400);
	assert_int_equal(xpc_decode_struct(xpc_decl.up[0].in, &args, body, msg.len - XPC_HEADER),
			 0);
	assert_int_equal(args.thing.u32, 42);
	assert_false(xpc_result(&t, XPC_UP_t_up, &result, 0));
	args.line = (struct t_line){ .n = 1, .weight = { 8 } };
	args.big = 5;
	assert_int_equal(home_answer(&msg, 0, &args, 1200 * MS), 0);
	assert_true(xpc_result(&t, XPC_UP_t_up, &result, 1200 * MS));
	assert_int_equal(result, 0);
	assert_int_equal(line.weight[0], 8);
	assert_int_equal(big, 5);
	assert_int_equal(t.slot[0].stat.us_max, 200000);
	assert_int_equal(t.slot[0].stat.answered, 1);
	assert_false(xpc_result(&t, XPC_UP_t_up, &result, 1200 * MS));
}

static void an_error_is_an_answer(void **state)
{
	int result;

	(void)state;
	ask(1000 * MS);
	home_read(&msg, NULL, 1000 * MS);
	assert_int_equal(home_answer(&msg, -ENODEV, NULL, 1000 * MS), 0);
	assert_true(xpc_result(&t, XPC_UP_t_up, &result, 0));
	assert_int_equal(result, -ENODEV);
}

static void wrong_answers(void **state)
{
	struct xpc_args_t_up args = { .line.n = 1 };
	struct xpc_msg bad;

	(void)state;
	ask(1000 * MS);
	home_read(&msg, NULL, 1000 * MS);
	bad = msg;
	bad.seq++;
	assert_int_equal(home_answer(&bad, 0, &args, 1000 * MS), -EINVAL);
	bad = msg;
	bad.id = 2;
	assert_int_equal(home_answer(&bad, 0, NULL, 1000 * MS), -EINVAL);
	bad.id = 77;
	assert_int_equal(home_answer(&bad, 0, NULL, 1000 * MS), -ENOENT);
	assert_int_equal(home_answer(&msg, 5, NULL, 1000 * MS), -EINVAL);
	assert_int_equal(home_answer(&msg, 0, NULL, 1000 * MS), -EBADMSG);
	assert_int_equal(home_answer(&msg, -EIO, &args, 1000 * MS), -EBADMSG);
	assert_int_equal(t.wrong, 6);
	assert_int_equal(home_answer(&msg, 0, &args, 1000 * MS), 0);
	assert_int_equal(home_answer(&msg, 0, &args, 1000 * MS), -EINVAL);
}

static void no_answer_is_lost(void **state)
{
	unsigned int was_read;
	int result;

	for (was_read = 0; was_read < 2; was_read++) {
		live(state);
		ask(1000 * MS);
		if (was_read)
			home_read(&msg, NULL, 1000 * MS);
		assert_false(xpc_tick(&t, 1499 * MS));
		assert_true(xpc_tick(&t, 1500 * MS));
		assert_int_equal(t.phase, XPC_LOST);
		assert_string_equal(t.why_call, "t_up");
		assert_true(xpc_result(&t, XPC_UP_t_up, &result, 0));
		assert_int_equal(result, -ETIMEDOUT);
	}
}

static const struct {
	const char *name;
	bool read;		/* before the user half dies at 1100 ms */
	unsigned int back_ms;	/* the next one is live; 0: nobody comes */
	int result;		/* 1: asked again */
} deaths[] = {
	{ "read, next one comes", true, 1500, 1 },
	{ "not read, next one comes", false, 1500, 1 },
	{ "read, next one at the last moment", true, 1000 + XPC_HOLD_MS, 1 },
	{ "read, next one too late", true, 1001 + XPC_HOLD_MS, -EOWNERDEAD },
	{ "not read, next one too late", false, 1001 + XPC_HOLD_MS, -EHOSTDOWN },
	{ "read, nobody comes", true, 0, -EOWNERDEAD },
	{ "not read, nobody comes", false, 0, -EHOSTDOWN },
};

static void a_call_outlives_the_user_half(void **state)
{
	unsigned int i;
	int result;

	for (i = 0; i < ARRAY_SIZE(deaths); i++) {
		live(state);
		ask(1000 * MS);
		if (deaths[i].read)
			home_read(&msg, NULL, 1000 * MS);
		die();
		result = 1;
		if (deaths[i].back_ms) {
			home_live(deaths[i].back_ms * MS);
			assert_case(deaths[i].name, home_read(&msg, NULL, deaths[i].back_ms * MS),
				    deaths[i].result == 1 ? XPC_CALL : 0);
		} else {
			assert_false(xpc_tick(&t, (999 + XPC_HOLD_MS) * MS));
			assert_true(xpc_tick(&t, (1000 + XPC_HOLD_MS) * MS));
		}
		xpc_result(&t, XPC_UP_t_up, &result, 0);
		assert_case(deaths[i].name, result, deaths[i].result);
	}
}

static void a_call_that_kills_is_not_asked_a_third_time(void **state)
{
	unsigned int i;
	int result = 1;

	(void)state;
	ask(1000 * MS);
	for (i = 0; i < XPC_TRIES_MAX; i++) {
		assert_int_equal(home_read(&msg, NULL, 1000 * MS), XPC_CALL);
		die();
		home_live(1000 * MS);
	}
	assert_int_equal(home_read(&msg, NULL, 1000 * MS), 0);
	assert_true(xpc_result(&t, XPC_UP_t_up, &result, 0));
	assert_int_equal(result, -EOWNERDEAD);
}

static void a_call_waits_for_replay(void **state)
{
	(void)state;
	ask(0);
	xpc_open(&t, 0);
	home_hello(0);
	assert_int_equal(home_sync(0), 0);
	assert_false(xpc_pending(&t));
	home_simple(XPC_READY, 0, 0, 400 * MS);
	assert_true(xpc_pending(&t));
	assert_int_equal(home_read(&msg, NULL, 400 * MS), XPC_CALL);
	assert_int_equal(msg.ms, 500);
}

static void an_old_answer_is_not_taken(void **state)
{
	struct xpc_args_t_up args = { .line.n = 1 };
	struct xpc_msg old;

	(void)state;
	ask(1000 * MS);
	home_read(&old, NULL, 1000 * MS);
	die();
	home_live(1000 * MS);
	home_read(&msg, NULL, 1000 * MS);
	assert_int_not_equal(msg.seq, old.seq);
	assert_int_equal(home_answer(&old, 0, &args, 1000 * MS), -EINVAL);
	assert_int_equal(home_answer(&msg, 0, &args, 1000 * MS), 0);
}

/* The caller was killed.  An answer may come, late, and goes nowhere. */
static void a_caller_that_gives_up(void **state)
{
	struct xpc_args_t_up args = { .line.n = 3, .line.weight = { 1, 2, 3 } };

	(void)state;
	memset(&line, 0, sizeof(line));
	ask(1000 * MS);
	home_read(&msg, NULL, 1000 * MS);
	xpc_give_up(&t, XPC_UP_t_up, 1000 * MS);
	assert_int_equal(ask(1000 * MS), -EBUSY);
	assert_int_equal(home_answer(&msg, 0, &args, 1000 * MS), 0);
	assert_int_equal(line.n, 0);
	/* whatever it did for nobody: this is what is in force */
	assert_int_equal(home_read(&msg, NULL, 1000 * MS), XPC_STATE);
	assert_int_equal(home_read(&msg, NULL, 1000 * MS), XPC_STATE);
	assert_int_equal(ask(1000 * MS), 0);
	/* not read yet: gone at once */
	xpc_give_up(&t, XPC_UP_t_up, 1000 * MS);
	assert_int_equal(home_read(&msg, NULL, 1000 * MS), 0);
	/* given up, and then the user half dies over it */
	ask(1000 * MS);
	home_read(&msg, NULL, 1000 * MS);
	xpc_give_up(&t, XPC_UP_t_up, 1000 * MS);
	die();
	home_live(1000 * MS);
	assert_int_equal(home_read(&msg, NULL, 1000 * MS), 0);
	assert_int_equal(ask(1000 * MS), 0);
}

static void raised_many_times_is_one_message(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		assert_int_equal(xpc_raise_slot(&t, XPC_UP_t_poke, 1000 * MS), i == 0);
	assert_int_equal(home_read(&msg, NULL, 1000 * MS), XPC_CALL);
	assert_int_equal(home_read(&msg, NULL, 1000 * MS), 0);
	/* raised while it is handled: asked again behind it */
	assert_false(xpc_raise_slot(&t, XPC_UP_t_poke, 1010 * MS));
	assert_int_equal(home_answer(&msg, 0, NULL, 1020 * MS), 0);
	assert_int_equal(home_read(&msg, NULL, 1020 * MS), XPC_CALL);
	assert_int_equal(msg.ms, 100);
	assert_int_equal(home_answer(&msg, 0, NULL, 1020 * MS), 0);
	assert_false(xpc_pending(&t));
}

static void raised_and_called_at_once(void **state)
{
	int result = 1;

	(void)state;
	assert_int_equal(xpc_ask(&t, XPC_UP_t_poke, NULL, NULL, 1000 * MS), 0);
	assert_false(xpc_raise_slot(&t, XPC_UP_t_poke, 1000 * MS));
	home_read(&msg, NULL, 1000 * MS);
	assert_int_equal(home_answer(&msg, -EIO, NULL, 1000 * MS), 0);
	assert_false(xpc_pending(&t));
	assert_true(xpc_result(&t, XPC_UP_t_poke, &result, 1000 * MS));
	assert_int_equal(home_read(&msg, NULL, 1000 * MS), XPC_CALL);
}

static void raised_outlives_the_user_half(void **state)
{
	unsigned int i;

	(void)state;
	xpc_raise_slot(&t, XPC_UP_t_poke, 1000 * MS);
	for (i = 0; i < 5; i++) {
		assert_int_equal(home_read(&msg, NULL, 1000 * MS), XPC_CALL);
		die();
		assert_false(xpc_tick(&t, 99000 * MS));
		home_live(1000 * MS);
	}
	assert_int_equal(home_read(&msg, NULL, 1000 * MS), XPC_CALL);
}

static void shut_ends_all_calls(void **state)
{
	int result;

	(void)state;
	ask(1000 * MS);
	home_read(&msg, NULL, 1000 * MS);
	xpc_shut(&t);
	assert_true(xpc_result(&t, XPC_UP_t_up, &result, 0));
	assert_int_equal(result, -ESHUTDOWN);
	assert_int_equal(ask(1000 * MS), -ESHUTDOWN);
}

static void downcalls(void **state)
{
	const struct xpc_msg m = { .kind = XPC_CALL, .id = 1, .seq = 9, .epoch = user.epoch };
	struct xpc_args_t_down args = { .chain.obj.before = 6 };
	struct xpc_taken taken;
	const void *body;
	__u8 buf[XPC_HEADER + 2] = {};

	(void)state;
	xpc_put_header(&(struct xpc_msg){ .kind = XPC_CALL, .id = 9, .len = XPC_HEADER, .seq = 1,
					  .epoch = user.epoch }, buf);
	assert_int_equal(xpc_take(&t, buf, XPC_HEADER, 0, &taken), 0);
	assert_int_equal(taken.msg.kind, XPC_CALL);
	assert_int_equal(taken.call, XPC_DOWN_t_note);
	assert_int_equal(xpc_reply(&t, &m, xpc_decl.down[0].out, &args), 0);
	assert_int_equal(home_read(&msg, &body, 0), XPC_ANSWER);
	assert_int_equal(msg.seq, 9);
	assert_int_equal(((const __u8 *)body)[0], 6);
	assert_int_equal(home_read(&msg, NULL, 0), 0);
}

static void crossings_are_counted(void **state)
{
	(void)state;
	assert_int_equal(t.crossed[XPC_HELLO].n, 1);
	assert_int_equal(t.crossed[XPC_HELLO].bytes, XPC_HEADER + 4);
	assert_int_equal(t.crossed[XPC_STATE].n, 2);
	assert_int_equal(t.crossed[XPC_READY].n, 1);
	ask(1000 * MS);
	home_read(&msg, NULL, 1000 * MS);
	assert_int_equal(t.crossed[XPC_CALL].n, 1);
	assert_true(t.slot[0].stat.bytes > XPC_HEADER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(hello_comes_first, fresh),
		cmocka_unit_test_setup(another_declaration_is_refused, fresh),
		cmocka_unit_test_setup(replay_brings_all_copies, fresh),
		cmocka_unit_test_setup(silence, fresh),
		cmocka_unit_test_setup(replaying_for_ever_is_lost, fresh),
		cmocka_unit_test_setup(what_waits_behind_a_call_is_not_late, live),
		cmocka_unit_test_setup(silence_is_asked_about, live),
		cmocka_unit_test_setup(wrong_messages_are_counted, live),
		cmocka_unit_test_setup(a_commit_travels, live),
		cmocka_unit_test_setup(many_commits_are_one_message, live),
		cmocka_unit_test_setup(a_commit_is_checked, live),
		cmocka_unit_test_setup(a_list_is_committed, live),
		cmocka_unit_test_setup(a_proposal_is_committed, live),
		cmocka_unit_test_setup(stale_is_refused_and_answered, live),
		cmocka_unit_test_setup(what_is_not_the_user_halfs_is_refused, live),
		cmocka_unit_test_setup(an_old_epoch_changes_nothing, live),
		cmocka_unit_test_setup(a_replica_drops_what_is_old, live),
		cmocka_unit_test_setup(the_user_halfs_lock_keeps_the_kernel_off, live),
		cmocka_unit_test_setup(the_kernels_lock_keeps_the_user_half_off, live),
		cmocka_unit_test_setup(a_dead_holders_lock_is_broken, live),
		cmocka_unit_test_setup(a_lock_has_an_end, live),
		cmocka_unit_test_setup(question_and_answer, live),
		cmocka_unit_test_setup(an_error_is_an_answer, live),
		cmocka_unit_test_setup(wrong_answers, live),
		cmocka_unit_test_setup(no_answer_is_lost, live),
		cmocka_unit_test_setup(a_call_outlives_the_user_half, live),
		cmocka_unit_test_setup(a_call_that_kills_is_not_asked_a_third_time, live),
		cmocka_unit_test_setup(a_call_waits_for_replay, fresh),
		cmocka_unit_test_setup(an_old_answer_is_not_taken, live),
		cmocka_unit_test_setup(a_caller_that_gives_up, live),
		cmocka_unit_test_setup(raised_many_times_is_one_message, live),
		cmocka_unit_test_setup(raised_and_called_at_once, live),
		cmocka_unit_test_setup(raised_outlives_the_user_half, live),
		cmocka_unit_test_setup(shut_ends_all_calls, live),
		cmocka_unit_test_setup(downcalls, live),
		cmocka_unit_test_setup(crossings_are_counted, live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
