// SPDX-License-Identifier: GPL-2.0
/* The life of a vif as the guest sees it: row by row, and against models of backends. */
#include "check.h"
#include "model.h"

#define GONE	XenbusStateUnknown
#define INIT	XenbusStateInitialising
#define WAIT	XenbusStateInitWait
#define CONN	XenbusStateConnected
#define CLOSING	XenbusStateClosing
#define CLOSED	XenbusStateClosed

static const struct {
	const char *what;
	struct xmd_front_view v;
	enum xmd_front_step want;
} rows[] = {
	{ "fresh, backend not up", { XMD_IDLE, INIT, INIT, true }, XMD_STEP_WAIT },
	{ "fresh, backend offers", { XMD_IDLE, INIT, WAIT, true }, XMD_STEP_CONNECT },
	{ "no second attempt at once", { XMD_IDLE, INIT, WAIT, true, .hasty = true }, XMD_STEP_WAIT },
	{ "no backend directory", { XMD_IDLE, INIT, GONE }, XMD_STEP_WAIT },
	{ "Closed: let it see that", { XMD_IDLE, CLOSED, WAIT, true, .settling = true }, XMD_STEP_WAIT },
	{ "Closed: it had its time", { XMD_IDLE, CLOSED, WAIT, true }, XMD_STEP_CONNECT },
	{ "it serves rings that are no more", { XMD_IDLE, INIT, CONN, true }, XMD_STEP_CLOSE },
	{ "it has been told so", { XMD_IDLE, CLOSED, CONN, true }, XMD_STEP_WAIT },
	{ "Closed both", { XMD_IDLE, CLOSED, CLOSED, true }, XMD_STEP_REOPEN },
	{ "Closed both, detached", { XMD_IDLE, CLOSED, CLOSED, false }, XMD_STEP_WAIT },
	{ "reopened, it has to answer", { XMD_IDLE, INIT, CLOSED, true }, XMD_STEP_WAIT },
	{ "detached before it was connected", { XMD_IDLE, INIT, CLOSING, false }, XMD_STEP_CLOSE },
	{ "a new directory after Closed", { XMD_IDLE, CLOSED, INIT, true }, XMD_STEP_REOPEN },

	{ "published", { XMD_OFFERED, CONN, WAIT, true }, XMD_STEP_WAIT },
	{ "taken", { XMD_OFFERED, CONN, CONN, true }, XMD_STEP_SERVE },
	{ "published, and gone", { XMD_OFFERED, CONN, GONE }, XMD_STEP_RESET },
	{ "published, and refused", { XMD_OFFERED, CONN, CLOSING, true }, XMD_STEP_CLOSE },
	{ "published, and begun anew", { XMD_OFFERED, CONN, INIT, true }, XMD_STEP_RESET },

	{ "served", { XMD_SERVED, CONN, CONN, true }, XMD_STEP_RETURNED },
	{ "gone", { XMD_SERVED, CONN, GONE }, XMD_STEP_LOSE },
	{ "still gone", { XMD_LOST, CONN, GONE }, XMD_STEP_WAIT },
	{ "adopted", { XMD_LOST, CONN, CONN, true }, XMD_STEP_RETURNED },
	{ "it has begun our rings from 0", { XMD_LOST, CONN, CONN, true, .begun = true }, XMD_STEP_RESET },
	{ "as it did the first time", { XMD_SERVED, CONN, CONN, true, .begun = true }, XMD_STEP_RETURNED },
	{ "not adopted", { XMD_LOST, CONN, INIT, true }, XMD_STEP_RESET },
	{ "not adopted, and quick", { XMD_SERVED, CONN, WAIT, true }, XMD_STEP_RESET },
	{ "detached", { XMD_SERVED, CONN, CLOSING, false }, XMD_STEP_CLOSE },
	{ "the backend's own trouble", { XMD_SERVED, CONN, CLOSED, true }, XMD_STEP_CLOSE },
	{ "a state that says nothing", { XMD_SERVED, CONN, XenbusStateReconfiguring, true }, XMD_STEP_WAIT },

	{ "misbehaved, and offers again", { XMD_DEAD, CLOSED, WAIT, true }, XMD_STEP_WAIT },
	{ "misbehaved, and closes", { XMD_DEAD, CLOSING, CLOSED, true }, XMD_STEP_CLOSE },
	{ "misbehaved, and is gone", { XMD_DEAD, CLOSED, GONE }, XMD_STEP_FORGIVE },
};

static void test_rows(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		assert_case(rows[i].what, xmd_front_next(&rows[i].v), rows[i].want);
}

static void connect(struct model *m, enum model_kind kind)
{
	model_init(m, kind);
	model_attach(m);
	assert_true(model_settle(m));
	assert_true(model_served(m));
	assert_int_equal(m->rings_made, 1);
	m->frames = 3;
}

static void test_adopted(void **state)
{
	struct model m;

	(void)state;
	for (int kind = 0; kind < MODEL_KINDS; kind++) {
		connect(&m, kind);
		model_crash(&m);
		assert_true(model_settle(&m));
		assert_true(m.carrier && m.phase == XMD_LOST && m.front == CONN);
		model_return(&m, true);
		assert_true(model_settle(&m));
		assert_true(model_served(&m));
		assert_int_equal(m.rings_made, 1);
		assert_int_equal(m.frames, 3);
	}
}

/* Every order of the first steps of both. */
static void test_returns_anew(void **state)
{
	struct model m;

	(void)state;
	for (unsigned int order = 0; order < MODEL_KINDS << 10; order++) {
		connect(&m, order >> 10);
		model_time(&m);
		model_crash(&m);
		model_return(&m, false);
		for (unsigned int i = 0; i < 10; i++) {
			if (order & 1u << i)
				model_front(&m);
			else
				model_back(&m);
		}
		if (!model_settle(&m) || !model_served(&m))
			fail_msg("kind %u, order %#x", order >> 10, order & 1023);
		assert_true(m.carrier && m.frames == 3);
	}
}

static void test_moves(void **state)
{
	struct model m;

	(void)state;
	for (int kind = 0; kind < MODEL_KINDS; kind++) {
		connect(&m, kind);
		for (int i = 2; i < 10; i++) {
			model_move(&m);
			assert_true(m.carrier);
			assert_true(model_settle(&m));
			assert_true(model_served(&m));
			assert_int_equal(m.rings_made, i);
			assert_int_equal(m.frames, 3);
		}
	}
}

static void test_detach(void **state)
{
	struct model m;

	(void)state;
	for (int kind = 0; kind < MODEL_KINDS; kind++) {
		connect(&m, kind);
		model_detach(&m);
		assert_true(model_settle(&m));
		assert_false(m.carrier);
		assert_int_equal(m.front, CLOSED);
		assert_int_equal(m.back, CLOSED);
		assert_int_equal(m.ring, 0);
		assert_int_equal(m.frames, 0);
	}
}

/* The backend closes by itself and stays: connected anew, but not in a tight loop. */
static void test_backend_closes(void **state)
{
	struct model m;

	(void)state;
	for (int kind = 0; kind < MODEL_KINDS; kind++) {
		connect(&m, kind);
		m.back = CLOSING;
		assert_true(model_settle(&m));
		assert_true(model_served(&m));
		assert_int_equal(m.rings_made, 2);
		assert_int_equal(m.frames, 3);
	}
}

static void test_misbehaved(void **state)
{
	struct model m;

	(void)state;
	connect(&m, MODEL_XMD);
	m.phase = XMD_DEAD;
	m.ring = 0;
	m.own = m.front = CLOSED;
	m.carrier = false;
	assert_true(model_settle(&m));
	assert_false(model_served(&m));
	assert_int_equal(m.rings_made, 1);
	model_crash(&m);
	assert_true(model_settle(&m));
	model_return(&m, false);
	assert_true(model_settle(&m));
	assert_true(model_served(&m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_adopted),
		cmocka_unit_test(test_returns_anew),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_detach),
		cmocka_unit_test(test_backend_closes),
		cmocka_unit_test(test_misbehaved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
