// SPDX-License-Identifier: GPL-2.0
/*
 * test_hang.c - a user half that hangs at any crossing of what stops the NIC: how long that takes
 * to be noticed, and that the next one, or the one after it, brings the NIC back.
 */
#include "bench.h"

#include "tracker.h"

#define LOOK_MS 250u

static uint64_t ran, looked;

/* What watch.c sees four times a second.  It has the processor, and does nothing with it. */
static void look(struct bench *b)
{
	struct xpc_signs s = { .process = XPC_RUNS, .urgent = b->sim->phase != XMD_NIC_RUNNING };

	b->sim->manual_ms += LOOK_MS;
	ran += LOOK_MS * 1000;
	s.ran = ran;
	s.us = sim_now_us(b->sim) - looked;
	looked = sim_now_us(b->sim);
	xpc_look(&b->sim->xpc.t, &s, looked);
	xpc_tick(&b->sim->xpc.t, looked);
}

/* Return: ms until it was given up */
static unsigned int until_lost(struct bench *b)
{
	unsigned int ms = 0;

	looked = sim_now_us(b->sim);
	for (; b->sim->xpc.t.phase != XPC_LOST; ms += LOOK_MS) {
		assert_true(ms < 20000);
		look(b);
	}
	return ms;
}

static int first_life(struct bench *b)
{
	return driver_start(&b->d);
}

static int reset(struct bench *b)
{
	sim_raise(b->sim, XPC_UP_xmd_tx_hang);
	return bench_serve(b);
}

static int self_test(struct bench *b)
{
	struct xmd_testresult res;

	/* asked for as by ethtool; the answer is not waited for */
	sim_raise(b->sim, XPC_UP_xmd_self_test);
	b->sim->xpc.t.slot[XPC_UP_xmd_self_test].state = XPC_READ;
	return drv_self_test(&b->d, 1, &res);
}

static int resize(struct bench *b)
{
	struct xmd_adapter want = *b->sim->adapter;

	want.tx_ring = 512;
	return sim_configure(b->sim, &want);
}

static const struct {
	const char *name;
	bool running;
	int (*act)(struct bench *b);
} acts[] = {
	{ "first bring-up", false, first_life },
	{ "reset", true, reset },
	{ "offline self-test", true, self_test },
	{ "ring resize", true, resize },
};

static void begin(struct bench *b, unsigned int i)
{
	if (acts[i].running)
		bench_running(b, 0);
	else
		bench_open(b, 0);
	if (acts[i].running)
		assert_int_equal(bench_restart(b), 0);
}

static void check(unsigned int i, unsigned int n, unsigned int ms, unsigned int most)
{
	if (ms > most)
		fail_msg("%s, crossing %u: noticed after %u ms, not %u", acts[i].name, n, ms, most);
}

/* Once, and where @again the next life too, at its @n-th crossing. */
static bool hang_at(unsigned int i, unsigned int n, bool again)
{
	struct bench b;
	bool done;

	begin(&b, i);
	b.sim->crossings = 0;
	b.sim->cut = (struct sim_cut){ .at = n, .op = 9, .kill = true };
	acts[i].act(&b);
	done = !b.sim->cut.dead;
	if (!done && b.sim->phase != XMD_NIC_RUNNING) {
		check(i, n, until_lost(&b), 1000);
		bench_new_user_half(&b);
		if (again) {
			b.sim->cut = (struct sim_cut){ .at = n, .op = 9, .kill = true };
			driver_start(&b.d);
			if (b.sim->cut.dead && b.sim->phase != XMD_NIC_RUNNING)
				check(i, n, until_lost(&b), 1750);
			if (b.sim->cut.dead)
				bench_new_user_half(&b);
			b.sim->cut = (struct sim_cut){ .at = 0 };
		}
		if (b.d.state != DRIVER_RUNNING)
			assert_int_equal(driver_start(&b.d), 0);
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		assert_int_equal(b.sim->xpc.t.phase, XPC_LIVE);
	}
	bench_close(&b);
	return done;
}

static void a_hang_at_any_crossing_while_the_nic_stands(void **state)
{
	(void)state;
	log_capture_start();
	for (unsigned int i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		for (int again = 0; again < 2; again++)
			for (unsigned int n = 1; !hang_at(i, n, again); n++)
				;
	log_captured();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hang_at_any_crossing_while_the_nic_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
