// SPDX-License-Identifier: GPL-2.0
/* test_ask.c - questions for a user half of the NIC that takes its time, or never answers. */
#include "../check.h"
#include "hub.h"

#include <xmd/xs_names.h>

static struct xmd_port_regs regs[HUB_GUESTS];
static void *const out_regs[HUB_GUESTS][1] = {
	{ &regs[0] }, { &regs[1] }, { &regs[2] }, { &regs[3] },
};
static const __u32 on = 1;
static const void *const in_on[] = { &on };

static int setup(void **state)
{
	struct host *h = host_new();

	for (unsigned int i = 0; i < HUB_GUESTS; i++) {
		host_attach(h, i);
		host_allow(h, i, "identify regs");
	}
	host_run(h, 200);
	h->w.sim.slow = true;
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	host_free(*state);
	return 0;
}

/* The guest asks, and goes on with other things. */
static void ask(struct host *h, unsigned int i, unsigned int call, const void *const *in)
{
	assert_int_equal(objguest_ask(&h->party[i].g, call, in, in ? NULL : out_regs[i],
				      world_now()), 0);
	host_run(h, 2 * TICK_MS);
}

static void expect_answer(struct host *h, unsigned int i, int expected)
{
	int result;

	assert_true(objguest_result(&h->party[i].g, &result));
	assert_int_equal(result, expected);
}

static void others_go_on(void **state)
{
	struct xmd_vif_counters vif;
	struct xmd_port_counters port;
	void *const counters[] = { &vif, &port };
	const struct xmd_vif_object want = { .mtu = 1400 };
	struct host *h = *state;
	int result;

	ask(h, 0, XPC_DOWN_xmd_obj_regs, NULL);
	assert_true(h->w.sim.asking);
	world_petted(&h->w);
	host_run(h, 2000);
	assert_in_range(world_petted(&h->w), 3, 6);
	assert_int_equal(host_call(h, 1, XPC_DOWN_xmd_obj_counters, NULL, counters), 0);
	assert_int_equal(host_wish(h, 1, XPC_xmd_vif_object_mtu, &want), 0);
	/* who has asked hears of the wire all the same */
	h->w.sim.port.port.link = 0;
	h->w.sim.port_event = true;
	host_run(h, 2 * TICK_MS);
	assert_int_equal(h->party[0].g.port.link, 0);
	assert_false(objguest_result(&h->party[0].g, &result));
	h->w.sim.slow = false;
	host_run(h, 2 * TICK_MS);
	expect_answer(h, 0, 0);
	assert_int_equal(regs[0].n, 32);
}

/* One at a time, each its turn. */
static void a_line_of_guests(void **state)
{
	struct host *h = *state;
	unsigned int i;

	for (i = 0; i < HUB_GUESTS; i++)
		ask(h, i, XPC_DOWN_xmd_obj_regs, NULL);
	assert_int_equal(h->w.sim.asked, 0);
	h->w.sim.slow = false;
	host_run(h, 2 * TICK_MS);
	h->w.sim.slow = true;
	assert_in_range(h->w.sim.asked, 1, HUB_GUESTS);
	h->w.sim.slow = false;
	host_run(h, HUB_GUESTS * 2 * TICK_MS);
	for (i = 0; i < HUB_GUESTS; i++)
		expect_answer(h, i, 0);
	assert_int_equal(h->w.sim.asked, HUB_GUESTS);
}

static void who_waits_too_long_is_told(void **state)
{
	struct host *h = *state;

	ask(h, 0, XPC_DOWN_xmd_obj_regs, NULL);
	ask(h, 1, XPC_DOWN_xmd_obj_regs, NULL);
	host_run(h, 3000);
	expect_answer(h, 1, -EBUSY);
	h->w.sim.slow = false;
	h->w.sim.fail_ask = ETIMEDOUT;
	host_run(h, 2 * TICK_MS);
	assert_int_equal(h->w.sim.asked, 1);
	ask(h, 2, XPC_DOWN_xmd_obj_regs, NULL);
	host_run(h, 4 * TICK_MS);
	expect_answer(h, 2, -ETIMEDOUT);
}

/* It has given up, and asks again while the first is still under way; its ring lives. */
static void a_guest_that_asks_again(void **state)
{
	const struct xmd_vif_object want = { .mtu = 1400 };
	struct host *h = *state;
	int result;

	ask(h, 0, XPC_DOWN_xmd_obj_regs, NULL);
	host_run(h, 1000);
	assert_int_equal(host_wish(h, 0, XPC_xmd_vif_object_mtu, &want), 0);
	host_run(h, 3000);
	assert_true(objguest_result(&h->party[0].g, &result));
	assert_int_not_equal(result, 0);
	assert_int_equal(h->party[0].g.phase, OBJGUEST_LIVE);
	ask(h, 0, XPC_DOWN_xmd_obj_identify, in_on);
	host_run(h, 500);
	assert_int_equal(h->w.sim.question.what, XMD_ASK_REGS);
	h->w.sim.slow = false;
	host_run(h, 4000);
	assert_true(objguest_result(&h->party[0].g, &result));
	assert_int_equal(h->party[0].g.phase, OBJGUEST_LIVE);
	/* and once nothing is under way any more, all is as ever */
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_identify, in_on, NULL), 0);
	assert_true(h->w.sim.blinking);
	assert_int_equal(h->party[0].g.vif.mtu, 1400);
}

/* No guest of ours does that: calls while there is one, which are refused and cost nobody else. */
static void a_guest_that_does_not_wait_its_turn(void **state)
{
	struct host *h = *state;
	struct objguest *g = &h->party[0].g;
	uint8_t call[XPC_HEADER];
	unsigned int i;

	ask(h, 0, XPC_DOWN_xmd_obj_regs, NULL);
	for (i = 0; i < 3; i++) {
		struct xpc_msg m = { .kind = XPC_CALL, .len = XPC_HEADER, .seq = 1000 + i,
				     .id = xpc_vif_objects.down[XPC_DOWN_xmd_obj_regs].id,
				     .epoch = g->replicas.epoch };

		xpc_put_header(&m, call);
		objring_send(&g->ring, call, sizeof(call));
		hub_send(&h->hub, 0);
		host_run(h, 4 * TICK_MS);
	}
	ask(h, 1, XPC_DOWN_xmd_obj_regs, NULL);
	h->w.sim.slow = false;
	host_run(h, 8 * TICK_MS);
	expect_answer(h, 0, 0);
	expect_answer(h, 1, 0);
	assert_int_equal(h->w.sim.asked, 2);
}

/* The guest is gone before its answer, in the line and at its head. */
static void a_guest_that_does_not_wait(void **state)
{
	struct host *h = *state;

	ask(h, 0, XPC_DOWN_xmd_obj_identify, in_on);
	ask(h, 1, XPC_DOWN_xmd_obj_regs, NULL);
	ask(h, 2, XPC_DOWN_xmd_obj_regs, NULL);
	world_detach(&h->w, 0);
	world_detach(&h->w, 1);
	host_run(h, 1000);
	h->w.sim.slow = false;
	host_run(h, 1000);
	expect_answer(h, 2, 0);
	/* on, off again, and one register dump */
	assert_int_equal(h->w.sim.asked, 3);
	assert_false(h->w.sim.blinking);
}

/* The kernel half knows that the LED blinks; its guest has lost that, and it ends. */
static void a_new_backend_puts_the_light_out(void **state)
{
	struct host *h = *state;

	h->w.sim.slow = false;
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_identify, in_on, NULL), 0);
	assert_true(h->w.sim.blinking);
	world_backend_kill(&h->w);
	assert_true(h->w.sim.blinking);
	world_backend_up(&h->w);
	host_run(h, 200);
	assert_false(h->w.sim.blinking);
	/* killed with a question under way: the next one asks anew */
	h->w.sim.slow = true;
	ask(h, 1, XPC_DOWN_xmd_obj_regs, NULL);
	world_backend_kill(&h->w);
	h->w.sim.slow = false;
	world_backend_up(&h->w);
	host_run(h, 3000);
	assert_int_equal(host_call(h, 2, XPC_DOWN_xmd_obj_regs, NULL, out_regs[2]), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(others_go_on),
		T(a_line_of_guests),
		T(who_waits_too_long_is_told),
		T(a_guest_that_asks_again),
		T(a_guest_that_does_not_wait_its_turn),
		T(a_guest_that_does_not_wait),
		T(a_new_backend_puts_the_light_out),
	};

	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
