// SPDX-License-Identifier: GPL-2.0
/* test_each.c - an object that there are several of: each has a place and an index on the wire. */
#include "../../xpc/sim/xpc_sim.h"
#include "test.h"
#include "each_xpc.h"

static struct xpc kernel;
static struct xpc_user user;
static struct e_card card;
static struct e_queue queue[XPC_EACH_e_queue];
static struct e_last last;
static unsigned int changed_at;

int e_alive(void *ctx)
{
	(void)ctx;
	return 0;
}

static int pump(void *ctx)
{
	return xpc_user_dispatch(ctx);
}

static __u64 now(void *ctx)
{
	(void)ctx;
	return 1;
}

static void changed(void *ctx, unsigned int object, __u64 mask)
{
	(void)ctx;
	assert_int_equal(mask, XPC_e_queue_seen);
	changed_at = object;
}

static int start(void **state)
{
	static const struct e_card c = { .mtu = 1500 };
	static const struct e_queue q[] = { { .len = 10 }, { .len = 11 }, { .len = 12 } };
	static const struct e_last l = { .a = 7 };
	static const void *const initial[] = { &c, &q[0], &q[1], &q[2], &l };
	static void *const replica[] = { &card, &queue[0], &queue[1], &queue[2], &last };
	const struct xpc_sim_config k = {
		.proto = &xpc_each, .alive = XPC_UP_e_alive, .initial = initial,
		.down = xpc_serve_each_down, .changed = changed, .pump = pump, .pump_ctx = &user,
		.now = now,
	};
	const struct xpc_user_config u = {
		.proto = &xpc_each, .link = &kernel.link, .replica = replica,
		.serve = xpc_serve_each_up, .ctx = &user,
	};

	(void)state;
	if (xpc_sim_init(&kernel, &k) || xpc_user_init(&user, &u))
		return -1;
	xpc_open(&kernel.t, 1);
	return xpc_user_hello(&user) || xpc_user_ready(&user);
}

static int stop(void **state)
{
	(void)state;
	xpc_user_free(&user);
	xpc_sim_free(&kernel);
	return 0;
}

static void each_has_its_copy(void **state)
{
	(void)state;
	assert_int_equal(XPC_OBJECT_N_each, 5);
	assert_int_equal(XPC_OBJECT_e_last, 4);
	assert_int_equal(queue[0].len, 10);
	assert_int_equal(queue[1].len, 11);
	assert_int_equal(queue[2].len, 12);
	assert_int_equal(last.a, 7);
}

static void a_change_reaches_the_one(void **state)
{
	const struct e_queue want = { .len = 99 };

	(void)state;
	assert_int_equal(xpc_commit(&kernel.t, &kernel.t.object[XPC_OBJECT_e_queue + 1],
				    XPC_e_queue_len, &want), 0);
	while (xpc_user_dispatch(&user) > 0)
		;
	assert_int_equal(queue[0].len, 10);
	assert_int_equal(queue[1].len, 99);
	assert_int_equal(queue[2].len, 12);
}

static void a_report_is_of_the_one(void **state)
{
	const struct e_queue want = { .seen = 5 };

	(void)state;
	assert_int_equal(xpc_user_report(&user, XPC_OBJECT_e_queue + 2, XPC_e_queue_seen, &want), 0);
	assert_int_equal(changed_at, XPC_OBJECT_e_queue + 2);
	assert_int_equal(((struct e_queue *)kernel.t.object[XPC_OBJECT_e_queue + 2].copy)->seen, 5);
	assert_int_equal(((struct e_queue *)kernel.t.object[XPC_OBJECT_e_queue].copy)->seen, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_has_its_copy, start, stop),
		cmocka_unit_test_setup_teardown(a_change_reaches_the_one, start, stop),
		cmocka_unit_test_setup_teardown(a_report_is_of_the_one, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
