// SPDX-License-Identifier: GPL-2.0
/* test_upcall.c - a user half that is slow, silent, wrong, or dies and comes back. */
#include "test.h"
#include "upcall.h"

static struct xmd_upcalls u;
static struct xmd_upcall msg;

static int fresh(void **state)
{
	(void)state;
	memset(&u, 0, sizeof(u));
	return 0;
}

static int live(void **state)
{
	fresh(state);
	xmd_up_open(&u, 1000);
	return xmd_up_hello(&u, 1000);
}

static int answer(__u32 type, __u32 seq, __u64 now)
{
	struct xmd_answer a = { .type = type, .seq = seq };

	return xmd_up_answer(&u, &a, now);
}

static void hello_comes_first(void **state)
{
	(void)state;
	xmd_up_open(&u, 0);
	assert_int_equal(xmd_up_heard(&u, 1), -EPROTO);
	assert_int_equal(xmd_up_hello(&u, 1), 0);
	assert_int_equal(xmd_up_heard(&u, 1), 0);
	assert_int_equal(xmd_up_hello(&u, 1), -EPROTO);
	assert_int_equal(u.epoch, 1);
}

static void no_hello_is_lost(void **state)
{
	(void)state;
	xmd_up_open(&u, 0);
	assert_false(xmd_up_tick(&u, XMD_SILENCE_MS - 1));
	assert_true(xmd_up_tick(&u, XMD_SILENCE_MS));
	assert_int_equal(u.phase, XMD_UP_LOST);
	assert_int_equal(xmd_up_hello(&u, XMD_SILENCE_MS), -EIO);
}

static void question_and_answer(void **state)
{
	(void)state;
	assert_true(xmd_up_raise(&u, XMD_UP_LINK, 1000));
	assert_true(xmd_up_pending(&u));
	assert_true(xmd_up_read(&u, 1100, &msg));
	assert_int_equal(msg.type, XMD_UP_LINK);
	assert_int_equal(msg.deadline_ms, XMD_UPCALL_DEADLINE_MS - 100);
	assert_false(xmd_up_pending(&u));
	assert_false(xmd_up_read(&u, 1100, &msg));
	assert_int_equal(answer(msg.type, msg.seq, 1200), 0);
	xmd_up_heard(&u, 3000);
	assert_false(xmd_up_tick(&u, 3000));
	assert_int_equal(u.phase, XMD_UP_LIVE);
}

static void raised_many_times_is_one_message(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		xmd_up_raise(&u, XMD_UP_LINK, 1000 + i);
	assert_true(xmd_up_read(&u, 1999, &msg));
	assert_int_equal(msg.deadline_ms, 1);
	assert_false(xmd_up_read(&u, 1999, &msg));
}

static void raised_while_handled_is_asked_again(void **state)
{
	__u32 first;

	(void)state;
	xmd_up_raise(&u, XMD_UP_LINK, 1000);
	xmd_up_read(&u, 1000, &msg);
	first = msg.seq;
	assert_false(xmd_up_raise(&u, XMD_UP_LINK, 1500));
	assert_false(xmd_up_pending(&u));
	assert_int_equal(answer(XMD_UP_LINK, first, 1600), 0);
	assert_true(xmd_up_read(&u, 1600, &msg));
	assert_int_not_equal(msg.seq, first);
	assert_int_equal(msg.deadline_ms, XMD_UPCALL_DEADLINE_MS);
	assert_int_equal(answer(XMD_UP_LINK, msg.seq, 1700), 0);
	assert_false(xmd_up_pending(&u));
}

static const struct {
	enum xmd_upcall_type type;
	unsigned int ms;
} deadlines[] = {
	{ XMD_UP_ALIVE, XMD_UPCALL_DEADLINE_MS },
	{ XMD_UP_LINK, XMD_UPCALL_DEADLINE_MS },
	{ XMD_UP_FILTER, XMD_UPCALL_DEADLINE_MS },
	{ XMD_UP_TX_HANG, XMD_TX_HANG_DEADLINE_MS },
};

static void late_is_lost(void **state)
{
	unsigned int i, was_read;

	for (i = 0; i < ARRAY_SIZE(deadlines); i++) {
		for (was_read = 0; was_read < 2; was_read++) {
			__u64 end = 1000 + deadlines[i].ms;

			live(state);
			xmd_up_raise(&u, deadlines[i].type, 1000);
			if (was_read)
				xmd_up_read(&u, 1000, &msg);
			xmd_up_heard(&u, end - 1);
			assert_false(xmd_up_tick(&u, end - 1));
			assert_true(xmd_up_tick(&u, end));
			assert_int_equal(u.phase, XMD_UP_LOST);
			assert_non_null(strstr(u.why_lost, xmd_up_type_name(deadlines[i].type)));
			assert_int_equal(xmd_up_heard(&u, end), -EIO);
			assert_int_equal(u.lost, 1);
		}
	}
}

static void silence_is_asked_about(void **state)
{
	(void)state;
	assert_false(xmd_up_tick(&u, 1000 + XMD_SILENCE_MS - 1));
	assert_true(xmd_up_tick(&u, 1000 + XMD_SILENCE_MS));
	assert_int_equal(u.phase, XMD_UP_LIVE);
	assert_true(xmd_up_read(&u, 1000 + XMD_SILENCE_MS, &msg));
	assert_int_equal(msg.type, XMD_UP_ALIVE);
	assert_false(xmd_up_tick(&u, 1000 + XMD_SILENCE_MS + 500));
	xmd_up_heard(&u, 1000 + XMD_SILENCE_MS + 600);
	assert_int_equal(answer(XMD_UP_ALIVE, msg.seq, 1000 + XMD_SILENCE_MS + 600), 0);
	assert_false(xmd_up_tick(&u, 1000 + 2 * XMD_SILENCE_MS));
	assert_int_equal(u.phase, XMD_UP_LIVE);
}

static void wrong_answers_are_counted(void **state)
{
	struct xmd_answer wrong[] = {
		{ .type = XMD_UP_LINK, .seq = 1 },	/* never asked */
		{ .type = XMD_UP_FILTER, .seq = 77 },	/* asked, with another seq */
		{ .type = XMD_UP_TYPES },
		{ .type = 0xffffffff },
		{ .type = XMD_UP_FILTER, .seq = 1, .reserved = 1 },
		{ .type = XMD_UP_FILTER, .seq = 1, .result = 5 },
	};
	unsigned int i;

	(void)state;
	xmd_up_raise(&u, XMD_UP_FILTER, 1000);
	xmd_up_read(&u, 1000, &msg);
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(xmd_up_answer(&u, &wrong[i], 1000), -EINVAL);
	assert_int_equal(xmd_up_answer(&u, NULL, 1000), -EINVAL);
	assert_int_equal(u.phase, XMD_UP_LIVE);
	assert_int_equal(answer(XMD_UP_FILTER, msg.seq, 1000), 0);
	/* the same answer a second time is the last straw */
	assert_int_equal(answer(XMD_UP_FILTER, msg.seq, 1000), -EINVAL);
	assert_int_equal(u.wrong, XMD_WRONG_ANSWERS_MAX);
	assert_int_equal(u.phase, XMD_UP_LOST);
}

static void answer_to_what_was_not_read(void **state)
{
	(void)state;
	xmd_up_raise(&u, XMD_UP_LINK, 1000);
	assert_int_equal(answer(XMD_UP_LINK, u.slot[XMD_UP_LINK].seq, 1000), -EINVAL);
}

static void next_user_half_inherits_the_questions(void **state)
{
	(void)state;
	xmd_up_raise(&u, XMD_UP_LINK, 1000);
	xmd_up_read(&u, 1000, &msg);
	xmd_up_raise(&u, XMD_UP_FILTER, 1000);
	xmd_up_raise(&u, XMD_UP_ALIVE, 1000);
	xmd_up_close(&u);
	assert_int_equal(u.phase, XMD_UP_NONE);
	/* nobody is there: no deadline runs */
	assert_false(xmd_up_tick(&u, 90000));
	xmd_up_open(&u, 90000);
	assert_int_equal(xmd_up_hello(&u, 90000), 0);
	assert_int_equal(u.epoch, 2);
	assert_false(xmd_up_tick(&u, 90000 + XMD_UPCALL_DEADLINE_MS - 1));
	assert_true(xmd_up_read(&u, 90000, &msg));
	assert_int_equal(msg.type, XMD_UP_LINK);
	assert_int_equal(msg.deadline_ms, XMD_UPCALL_DEADLINE_MS);
	assert_true(xmd_up_read(&u, 90000, &msg));
	assert_int_equal(msg.type, XMD_UP_FILTER);
	assert_false(xmd_up_read(&u, 90000, &msg));
}

static void lost_is_forgiven_by_close(void **state)
{
	(void)state;
	xmd_up_lose(&u, "test");
	assert_int_equal(xmd_up_heard(&u, 1), -EIO);
	assert_false(xmd_up_tick(&u, 99999));
	xmd_up_close(&u);
	xmd_up_open(&u, 2000);
	assert_int_equal(xmd_up_hello(&u, 2000), 0);
	assert_int_equal(u.wrong, 0);
	assert_null(u.why_lost);
}

/* Random calls: what is promised must hold after each. */
static void invariants_hold(void **state)
{
	struct xmd_answer a = { 0 };
	__u64 now = 1000;
	unsigned int i, type;

	(void)state;
	srand(1);
	for (i = 0; i < 200000; i++) {
		now += rand() % 40;
		switch (rand() % 8) {
		case 0:
		case 1:
			xmd_up_raise(&u, rand() % XMD_UP_TYPES, now);
			break;
		case 2:
		case 3:
			if (u.phase == XMD_UP_LIVE && xmd_up_read(&u, now, &msg))
				a = (struct xmd_answer){ .type = msg.type, .seq = msg.seq };
			break;
		case 4:
			if (xmd_up_heard(&u, now) == 0)
				xmd_up_answer(&u, &a, now);
			break;
		case 5:
			xmd_up_tick(&u, now);
			break;
		case 6:
			if (u.phase == XMD_UP_NONE)
				xmd_up_open(&u, now);
			else
				xmd_up_hello(&u, now);
			break;
		default:
			if (rand() % 50 == 0 && u.phase != XMD_UP_NONE)
				xmd_up_close(&u);
		}
		assert_true(u.wrong <= XMD_WRONG_ANSWERS_MAX);
		assert_int_equal(u.phase == XMD_UP_LOST, u.why_lost && u.phase != XMD_UP_NONE);
		for (type = 0; type < XMD_UP_TYPES; type++) {
			if (u.phase == XMD_UP_NONE)
				assert_int_not_equal(u.slot[type].state, XMD_SLOT_READ);
			assert_true(u.slot[type].answered <= u.slot[type].raised);
		}
	}
	assert_true(u.epoch > 10);
	assert_true(u.lost > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(hello_comes_first, fresh),
		cmocka_unit_test_setup(no_hello_is_lost, fresh),
		cmocka_unit_test_setup(question_and_answer, live),
		cmocka_unit_test_setup(raised_many_times_is_one_message, live),
		cmocka_unit_test_setup(raised_while_handled_is_asked_again, live),
		cmocka_unit_test_setup(late_is_lost, live),
		cmocka_unit_test_setup(silence_is_asked_about, live),
		cmocka_unit_test_setup(wrong_answers_are_counted, live),
		cmocka_unit_test_setup(answer_to_what_was_not_read, live),
		cmocka_unit_test_setup(next_user_half_inherits_the_questions, live),
		cmocka_unit_test_setup(lost_is_forgiven_by_close, live),
		cmocka_unit_test_setup(invariants_hold, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
