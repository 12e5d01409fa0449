// SPDX-License-Identifier: GPL-2.0
/*
 * test_ends.c - calls through the generated stubs, both ways, between the user half's end and
 * a kernel's end without a kernel.
 */
#include "../../xpc/sim/xpc_sim.h"
#include "test.h"

static struct xpc kernel;
static struct xpc_user user;
static struct t_thing replica_thing;
static struct t_chain_store replica_chain;
static __u64 clock_us;

/* What the handlers saw and are to do. */
static struct {
	__u32 number;
	struct t_thing thing;
	unsigned int pokes, notes, changed_home, changed_replica;
	int result;
	bool bad_output, reports, calls_down;
	__s16 n;
} seen;

static __u64 sim_now(void *ctx)
{
	(void)ctx;
	return clock_us;
}

static int pump(void *ctx)
{
	return xpc_user_dispatch(ctx);
}

/* ---------------------------------------------------------- handlers of the user half */

int t_up(void *ctx, __u32 number, const struct t_thing *thing, struct t_line *line, __u64 *big)
{
	struct xpc_user *u = ctx;
	struct t_thing want = { .u16 = 77 };

	seen.number = number;
	seen.thing = *thing;
	line->n = seen.bad_output ? 4 : 2;
	line->weight[1] = 1000;
	*big = 1ull << 50;
	if (seen.calls_down)
		return xpc_call_t_note(u);
	return seen.reports ? xpc_user_report(u, 0, XPC_t_thing_u16, &want) : seen.result;
}

int t_poke(void *ctx)
{
	(void)ctx;
	seen.pokes++;
	return seen.result;
}

int t_alive(void *ctx)
{
	(void)ctx;
	return 0;
}

int t_give(void *ctx, const struct t_chain *chain)
{
	const struct t_node *n;

	(void)ctx;
	seen.number = 0;
	for (n = chain->nodes; n; n = n->next)
		seen.number += n->value;
	return 0;
}

/* ------------------------------------------------------------- handlers of the kernel */

int t_down(void *ctx, __s16 n, struct t_chain_store *chain)
{
	(void)ctx;
	seen.n = n;
	chain->obj.nodes = &chain->nodes[0];
	chain->nodes[0] = (struct t_node){ .next = &chain->nodes[1], .value = 15, .name = "a" };
	chain->nodes[1] = (struct t_node){ .value = 16, .name = "bc" };
	return seen.result;
}

int t_note(void *ctx)
{
	(void)ctx;
	seen.notes++;
	return seen.result;
}

static void changed_home(void *ctx, unsigned int object, __u64 mask)
{
	(void)ctx;
	assert_int_equal(object, 0);
	assert_int_equal(mask, XPC_t_thing_u16);
	seen.changed_home++;
}

static void changed_replica(void *ctx, unsigned int object, __u64 mask)
{
	(void)ctx;
	(void)object;
	assert_int_not_equal(mask, 0);
	seen.changed_replica++;
}

/* ------------------------------------------------------------------------------ set up */

static int start_user(void)
{
	void *const replicas[] = { &replica_thing, &replica_chain };
	const struct xpc_user_config cfg = {
		.proto = &xpc_decl, .link = &kernel.link, .replica = replicas,
		.serve = xpc_serve_decl_up, .changed = changed_replica, .ctx = &user,
	};
	int err = xpc_user_init(&user, &cfg);

	xpc_open(&kernel.t, clock_us);
	if (!err)
		err = xpc_user_hello(&user);
	return err ? err : xpc_user_ready(&user);
}

static int setup(void **state)
{
	static const struct t_thing thing = { .line.n = 1, .u32 = 8 };
	static const struct t_chain chain;
	const void *const initial[] = { &thing, &chain };
	const struct xpc_sim_config cfg = {
		.proto = &xpc_decl, .alive = XPC_UP_t_alive, .initial = initial,
		.down = xpc_serve_decl_down, .changed = changed_home,
		.pump = pump, .pump_ctx = &user, .now = sim_now,
	};

	(void)state;
	memset(&seen, 0, sizeof(seen));
	if (xpc_sim_init(&kernel, &cfg))
		return -1;
	return start_user();
}

static int teardown(void **state)
{
	(void)state;
	xpc_user_free(&user);
	xpc_sim_free(&kernel);
	return 0;
}

/* ------------------------------------------------------------------------------- tests */

static void a_call_up_reads_like_a_call(void **state)
{
	struct t_thing thing = { .line.n = 1, .text = "hello" };
	struct t_line line = {};
	__u64 big = 0;

	(void)state;
	assert_int_equal(xpc_call_t_up(&kernel, 5, &thing, &line, &big), 0);
	assert_int_equal(seen.number, 5);
	assert_string_equal(seen.thing.text, "hello");
	assert_int_equal(line.weight[1], 1000);
	assert_int_equal(big, 1ull << 50);
	seen.result = -ENOSPC;
	assert_int_equal(xpc_call_t_up(&kernel, 5, &thing, &line, &big), -ENOSPC);
	assert_int_equal(xpc_call_t_up(&kernel, 10, &thing, &line, &big), -ERANGE);
	assert_int_equal(user.up[0].n, 2);
	assert_int_equal(user.up[0].failed, 1);
}

static void a_handler_that_returns_rubbish(void **state)
{
	struct t_thing thing = { .line.n = 1 };
	struct t_line line = {};
	__u64 big = 0;

	(void)state;
	seen.bad_output = true;
	assert_int_equal(xpc_call_t_up(&kernel, 5, &thing, &line, &big), -ERANGE);
	assert_int_equal(line.n, 0);
	seen.result = 5;
	assert_int_equal(xpc_call_t_poke(&kernel), -EIO);
	assert_int_equal(kernel.t.wrong, 0);
}

/* A user half whose reader is broken: every number is 0, which t_up's may not be. */
static int read_zeros(struct xpc_link *link, void *buf)
{
	int n = kernel.link.read(&kernel.link, buf);

	(void)link;
	if (n > (int)XPC_HEADER)
		memset((__u8 *)buf + XPC_HEADER, 0, (size_t)n - XPC_HEADER);
	return n;
}

/* Who asked hears nothing of that, as there is no answer. That the next one is asked: test_tracker.c */
static void a_call_that_cannot_be_read_ends_who_reads(void **state)
{
	struct t_thing thing = { .line.n = 1 };
	struct t_line line = {};
	struct xpc_link broken = { read_zeros, kernel.link.write };
	__u64 big = 0;

	(void)state;
	user.cfg.link = &broken;
	assert_int_not_equal(xpc_call_t_up(&kernel, 5, &thing, &line, &big), -ERANGE);
	assert_int_equal(user.up[0].n, 0);
	assert_int_equal(user.sent[XPC_ANSWER], 0);
}

static void a_list_goes_up(void **state)
{
	struct t_node node[2] = { { &node[1], 11, "one" }, { NULL, 12, "two" } };
	const struct t_chain chain = { .nodes = node };

	(void)state;
	assert_int_equal(xpc_call_t_give(&kernel, &chain), 0);
	assert_int_equal(seen.number, 23);
}

static void a_call_down_reads_like_a_call(void **state)
{
	struct t_chain_store chain;

	(void)state;
	assert_int_equal(xpc_call_t_down(&user, -3, &chain), 0);
	assert_int_equal(seen.n, -3);
	assert_string_equal(chain.obj.nodes->next->name, "bc");
	assert_int_equal(xpc_call_t_down(&user, -4, &chain), -ERANGE);
	assert_int_equal(xpc_call_t_note(&user), 0);
	seen.result = -ENODEV;
	assert_int_equal(xpc_call_t_down(&user, 1, &chain), -ENODEV);
	assert_int_equal(xpc_call_t_note(&user), -ENODEV);
	assert_int_equal(seen.notes, 2);
	assert_false(xpc_pending(&kernel.t));
}

static void a_handler_calls_back(void **state)
{
	struct t_thing thing = { .line.n = 1 };
	struct t_line line = {};
	__u64 big = 0;

	(void)state;
	seen.calls_down = true;
	assert_int_equal(xpc_call_t_up(&kernel, 5, &thing, &line, &big), 0);
	assert_int_equal(seen.notes, 1);
	assert_int_equal(line.weight[1], 1000);
}

/* The home changes while the handler is at work: stale, and once more. */
static void a_handler_reports(void **state)
{
	struct t_thing thing = { .line.n = 1 }, now;
	struct t_line line = {};
	__u64 big = 0;

	(void)state;
	seen.reports = true;
	now = *(struct t_thing *)kernel.t.object[0].copy;
	now.u32 = 99;
	assert_int_equal(xpc_ask(&kernel.t, XPC_UP_t_up,
				 (const void *const []){ &(__u32){ 1 }, &thing },
				 (void *const []){ &line, &big }, clock_us), 0);
	assert_int_equal(xpc_commit(&kernel.t, &kernel.t.object[0], XPC_t_thing_u32, &now), 0);
	/* the copy goes first; then another change, which the user half does not know */
	assert_int_equal(xpc_user_dispatch(&user), 1);
	now.u32 = 100;
	user.replicas.replica[0].version--;
	kernel.t.object[0].whole = false;
	assert_int_equal(xpc_user_dispatch(&user), 1);
	assert_int_equal(user.stale, 1);
	assert_int_equal(seen.changed_home, 1);
	assert_int_equal(replica_thing.u16, 77);
	assert_int_equal(replica_thing.u32, 99);
	assert_int_equal(user.replicas.replica[0].version, kernel.t.object[0].version);
}

static void only_its_own_is_reported(void **state)
{
	(void)state;
	assert_int_equal(xpc_user_report(&user, 0, XPC_t_thing_u32, &replica_thing), -EINVAL);
	assert_int_equal(xpc_user_propose(&user, 0, XPC_t_thing_u8, &replica_thing), -EPERM);
}

static void locks(void **state)
{
	struct t_thing want = replica_thing;

	(void)state;
	want.u32 = 3;
	assert_int_equal(xpc_user_lock(&user, 0, 50), 0);
	assert_int_equal(xpc_commit(&kernel.t, &kernel.t.object[0], XPC_t_thing_u32, &want),
			 -EBUSY);
	assert_int_equal(xpc_user_unlock(&user, 0), 0);
	assert_int_equal(xpc_commit(&kernel.t, &kernel.t.object[0], XPC_t_thing_u32, &want), 0);
	assert_int_equal(xpc_user_dispatch(&user), 1);
	assert_int_equal(replica_thing.u32, 3);
	assert_int_equal(xpc_user_dispatch(&user), 0);
}

static void raised_is_served(void **state)
{
	(void)state;
	xpc_raise_t_poke(&kernel);
	xpc_raise_t_poke(&kernel);
	assert_int_equal(xpc_user_dispatch(&user), 1);
	assert_int_equal(xpc_user_dispatch(&user), 0);
	assert_int_equal(seen.pokes, 1);
}

/* What the administrator set outlives the process that made it work. */
static void settings_are_replayed(void **state)
{
	struct t_thing want = replica_thing;

	(void)state;
	want.u32 = 4711;
	assert_int_equal(xpc_commit(&kernel.t, &kernel.t.object[0], XPC_t_thing_u32, &want), 0);
	xpc_user_free(&user);
	xpc_close(&kernel.t);
	memset(&replica_thing, 0, sizeof(replica_thing));
	assert_int_equal(start_user(), 0);
	assert_int_equal(replica_thing.u32, 4711);
	assert_int_equal(user.replicas.epoch, 2);
}

static void a_lost_user_half_hears_eio(void **state)
{
	(void)state;
	xpc_lose(&kernel.t, "for the test");
	assert_int_equal(xpc_user_dispatch(&user), -EIO);
	assert_int_equal(xpc_call_t_note(&user), -EIO);
	assert_int_equal(xpc_call_t_poke(&kernel), -ETIMEDOUT);
}

static void statistics_are_printed(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	xpc_call_t_poke(&kernel);
	xpc_user_print_stats(&user, f);
	fclose(f);
	assert_non_null(strstr(text, "crossed STATE sent=0 received=2\n"));
	assert_non_null(strstr(text, "upcall t_poke n=1 failed=0 "));
	free(text);
}

static void bad_beginnings_are_refused(void **state)
{
	static const struct t_thing thing;	/* line.n is 0 */
	static const struct t_chain chain;
	const void *const initial[] = { &thing, &chain };
	const struct xpc_sim_config cfg = { .proto = &xpc_decl, .initial = initial };
	struct xpc x;

	(void)state;
	assert_int_equal(xpc_sim_init(&x, &cfg), -ERANGE);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_call_up_reads_like_a_call),
		test(a_handler_that_returns_rubbish),
		test(a_call_that_cannot_be_read_ends_who_reads),
		test(a_list_goes_up),
		test(a_call_down_reads_like_a_call),
		test(a_handler_calls_back),
		test(a_handler_reports),
		test(only_its_own_is_reported),
		test(locks),
		test(raised_is_served),
		test(settings_are_replayed),
		test(a_lost_user_half_hears_eio),
		test(statistics_are_printed),
		cmocka_unit_test(bad_beginnings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
