// SPDX-License-Identifier: GPL-2.0
/*
 * test_fsm.c - fsm_next against a table that says the same in another way: rows with
 * wildcards, first match wins, every combination is tried.
 */
#include "fsm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define ANY (-1)
#define N KERN_NONE
#define S KERN_SERVING
#define SET(a) (1 << (a))

/* front: bit set of states, 0: any */
#define READY (SET(STATE_INITIALISED) | SET(STATE_CONNECTED))
#define UNSEEN (SET(STATE_GONE) | SET(STATE_HIDDEN))

static const struct rule {
	int present, own, online, settling, kern, front;
	enum vif_step step;
} rules[] = {
	/* directory gone */
	{ 0, ANY, ANY, ANY, N, 0, STEP_FORGET },
	{ 0, ANY, ANY, ANY, ANY, 0, STEP_DISCONNECT },

	/* made by the toolstack: nothing of an older vif may still be connected */
	{ 1, 1, 1, ANY, N, UNSEEN, STEP_WAIT },
	{ 1, 1, 1, ANY, N, 0, STEP_OFFER },
	{ 1, 1, 0, ANY, N, 0, STEP_CLOSED },
	{ 1, 1, ANY, ANY, ANY, 0, STEP_DISCONNECT },

	/* offered; 3 is never written by us and treated alike */
	{ 1, 2, 1, 0, S, READY, STEP_PUBLISH },
	{ 1, 2, 1, 1, S, READY, STEP_WAIT },
	{ 1, 2, 1, 1, N, 0, STEP_WAIT },
	{ 1, 2, 1, 0, N, READY, STEP_CONNECT },
	{ 1, 2, 1, 0, N, SET(STATE_CLOSING), STEP_CLOSING },
	{ 1, 2, 1, 0, N, SET(STATE_CLOSED) | SET(STATE_GONE), STEP_CLOSED },
	{ 1, 2, 1, 0, N, 0, STEP_WAIT },
	{ 1, 2, 0, ANY, N, 0, STEP_CLOSED },
	{ 1, 2, ANY, ANY, ANY, 0, STEP_DISCONNECT },

	/* connected */
	{ 1, 4, 1, ANY, S, READY, STEP_TELL },	/* WAIT when it has been told */
	{ 1, 4, 1, ANY, N, READY, STEP_ADOPT },
	{ 1, 4, 1, ANY, N, SET(STATE_HIDDEN), STEP_WAIT },
	{ 1, 4, ANY, ANY, ANY, 0, STEP_CLOSING },

	/* closing: the kernel first, then Closed; a detach does not wait for the guest */
	{ 1, 5, 1, ANY, N, SET(STATE_CLOSING), STEP_WAIT },
	{ 1, 5, ANY, ANY, N, 0, STEP_CLOSED },
	{ 1, 5, ANY, ANY, ANY, 0, STEP_DISCONNECT },

	/* closed */
	{ 1, 6, 1, ANY, N, SET(STATE_INITIALISING), STEP_OFFER },
	{ 1, 6, 1, ANY, N, 0, STEP_WAIT },
	{ 1, 6, 0, 1, N, 0, STEP_WAIT },
	{ 1, 6, 0, 0, N, 0, STEP_REMOVE },
	{ 1, 6, ANY, ANY, ANY, 0, STEP_DISCONNECT },

	/* garbage in our own node */
	{ 1, ANY, ANY, ANY, N, 0, STEP_CLOSED },
	{ 1, ANY, ANY, ANY, ANY, 0, STEP_DISCONNECT },
};

static int fits(int want, int have)
{
	return want == ANY || want == have;
}

static enum vif_step expected(const struct vif_view *v)
{
	int own = v->own == STATE_INITIALISED ? STATE_INIT_WAIT : (int)v->own;
	const struct rule *r = rules;

	while (!(fits(r->present, v->present) && fits(r->own, own) &&
		 fits(r->online, v->online) && fits(r->settling, v->settling) &&
		 fits(r->kern, (int)v->kern) && (!r->front || r->front & SET(v->front))))
		r++;
	return r->step == STEP_TELL && v->told ? STEP_WAIT : r->step;
}

static void check(const struct vif_view *v)
{
	enum vif_step want = expected(v), got = fsm_next(v);

	if (want != got)
		fail_msg("present %d own %s online %d settling %d kern %d front %s: %s, not %s",
			 v->present, fsm_state_name(v->own), v->online, v->settling, (int)v->kern,
			 fsm_state_name(v->front), fsm_step_name(got), fsm_step_name(want));
}

static void every_combination(void **state)
{
	struct vif_view v = { .linked = true };
	unsigned int i;

	(void)state;
	for (i = 0; i < 16u * STATES * STATES * KERN_VIEWS; i++) {
		v.present = i & 1;
		v.online = i & 2;
		v.settling = i & 4;
		v.told = i & 8;
		v.own = (enum xb_state)(i / 16 % STATES);
		v.front = (enum xb_state)(i / 16 / STATES % STATES);
		v.kern = (enum kern_view)(i / 16 / STATES / STATES);
		check(&v);
	}
}

/* What the step does to the view, if nobody else moves. */
static void apply(struct vif_view *v, enum vif_step step)
{
	static const enum xb_state writes[STEPS] = {
		[STEP_OFFER] = STATE_INIT_WAIT, [STEP_PUBLISH] = STATE_CONNECTED,
		[STEP_CLOSING] = STATE_CLOSING, [STEP_CLOSED] = STATE_CLOSED,
	};

	if (writes[step])
		v->own = writes[step];
	if (step == STEP_CONNECT || step == STEP_ADOPT)
		v->kern = KERN_SERVING;
	if (step == STEP_DISCONNECT)
		v->kern = KERN_NONE;
	if (step == STEP_PUBLISH || step == STEP_TELL)
		v->told = true;
	if (step == STEP_CLOSING || step == STEP_CLOSED)
		v->told = false;
	if (step == STEP_REFUSE)
		v->said = true;
	if (step == STEP_REMOVE)
		v->present = false;
	v->settling = false;
}

/* From anywhere, with everybody else silent, it comes to rest; offline: it goes away. */
static void always_comes_to_rest(void **state)
{
	struct vif_view v;
	enum vif_step step;
	unsigned int i, n;

	(void)state;
	for (i = 0; i < 16u * STATES * STATES * KERN_VIEWS; i++) {
		v = (struct vif_view){ .present = i & 1, .online = i & 2, .linked = true,
			.refused = i & 4, .orphan = i & 8,
			.own = (enum xb_state)(i / 16 % STATES),
			.front = (enum xb_state)(i / 16 / STATES % STATES),
			.kern = (enum kern_view)(i / 16 / STATES / STATES) };
		for (n = 0; n < 8; n++) {
			step = fsm_next(&v);
			if (step == STEP_WAIT || step == STEP_FORGET)
				break;
			apply(&v, step);
		}
		assert_in_range(n, 0, 7);
		if (!v.online || v.orphan)
			assert_int_equal(step, STEP_FORGET);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination),
		cmocka_unit_test(always_comes_to_rest),
	};

	return cmocka_run_group_tests_name("fsm", tests, NULL, NULL);
}
