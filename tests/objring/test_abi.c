// SPDX-License-Identifier: GPL-2.0
/*
 * test_abi.c - the object ring is an ABI: ends of today meet those of the releases before.
 *
 * test_abi record DIR    what is said, for traces/
 *
 * Built twice: with the declarations as they are, and (test_next) with an object, members,
 * arguments and a call more, next.sed, which stand for what a later release adds.
 */
#include "../check.h"
#include "trace.h"

#ifdef NEXT
#include "obj_impl.h"
#endif
#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifndef TRACES
#error "where the traces are"
#endif

static struct trace trace, again;

static bool same(const __u8 *was, __u32 was_len, const __u8 *is, __u32 len)
{
	return len == was_len && !memcmp(was, is, len);
}

/*
 * HELLO and WELCOME say what their sender knows, which is less or more; arguments may have more
 * behind them.
 */
static bool same_but_longer(const __u8 *was, __u32 was_len, const __u8 *is, __u32 len)
{
	bool knows = was[1] == XPC_HELLO || was[1] == XPC_WELCOME;

	if (!knows && was[1] != XPC_CALL && was[1] != XPC_ANSWER)
		return same(was, was_len, is, len);
	/* but for the length */
	if (memcmp(was, is, 4) || memcmp(was + 8, is + 8, XPC_HEADER - 8))
		return false;
	was_len = knows || was_len > len ? XPC_HEADER : was_len;
	return !memcmp(was + XPC_HEADER, is + XPC_HEADER, was_len - XPC_HEADER);
}

/* Recording is repeatable: what is said depends on nothing but what happens. */
static void a_session_is_as_it_was(void **state)
{
	(void)state;
	trace_record(&again, XMD_OBJRING_VERSION);
	trace_record(&trace, XMD_OBJRING_VERSION);
	assert_int_equal(trace.n, again.n);
	for (unsigned int i = 0; i < trace.n; i++)
		assert_memory_equal(&trace.line[i], &again.line[i], sizeof(trace.line[i]));
}

static void guest_meets(const char *path, __u32 version, trace_same how)
{
	trace_read(&trace, path);
	trace_play_guest(&trace, version, how, NULL);
}

static void far_meets(const char *path, __u32 version, trace_same how)
{
	trace_read(&trace, path);
	trace_play_far(&trace, version, how, NULL);
}

/* Recorded before there was a version 2: to the byte. */
static void guest_meets_version_1(void **state)
{
	(void)state;
	guest_meets(TRACES "/v1.txt", 1, same);
}

static void driver_domain_meets_version_1(void **state)
{
	(void)state;
	far_meets(TRACES "/v1.txt", 1, same);
}

/* The first release with version 2. */
static void guest_meets_release_1(void **state)
{
	(void)state;
	guest_meets(TRACES "/release1.txt", 2, same_but_longer);
}

static void driver_domain_meets_release_1(void **state)
{
	(void)state;
	far_meets(TRACES "/release1.txt", 2, same_but_longer);
}

#ifndef NEXT
/* Recorded of what next.sed makes, with the other end of release 1. */
static void guest_meets_a_later_one(void **state)
{
	(void)state;
	guest_meets(TRACES "/next-far.txt", 2, same_but_longer);
}

static void driver_domain_meets_a_later_one(void **state)
{
	(void)state;
	far_meets(TRACES "/next-guest.txt", 2, same_but_longer);
}
#else
static struct xmd_lamp_object lamp = { .colour = 3 }, lamp_seen;

int __real_obj_set_up(struct vif *v, struct vif_env *env, struct obj *o);
int __wrap_obj_set_up(struct vif *v, struct vif_env *env, struct obj *o);
void __real_objguest_init(struct objguest *g);
void __wrap_objguest_init(struct objguest *g);

/* The two ends have the lamp, too. */
int __wrap_obj_set_up(struct vif *v, struct vif_env *env, struct obj *o)
{
	int err = __real_obj_set_up(v, env, o);

	o->object[2].type = &xpc_vif_objects.object[2];
	o->object[2].copy = &lamp;
	o->object[2].known = ~0ull;
	o->t.n_objects = 3;
	return err;
}

void __wrap_objguest_init(struct objguest *g)
{
	__real_objguest_init(g);
	g->replica[2].type = &xpc_vif_objects.object[2];
	g->replica[2].copy = &lamp_seen;
	g->replicas.n = 3;
}

int xmd_obj_sing(void *ctx, __u32 song)
{
	(void)ctx;
	return song == 7 ? 0 : -ENOENT;
}

static void a_later_one_with_itself(void **state)
{
	const struct xmd_vif_object want = { .shout = 2 };
	static const __u32 song = 7;
	const void *const in[] = { &song };
	struct host *h = host_new();

	(void)state;
	host_attach(h, 0);
	assert_int_equal(lamp_seen.colour, 3);
	assert_int_equal(host_wish(h, 0, XPC_xmd_vif_object_shout, &want), 0);
	assert_int_equal(h->party[0].g.vif.shout, 2);
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_sing, in, NULL), 0);
	host_free(h);
}

/* A guest of this release whose driver domain becomes one of release 1 meanwhile. */
static void what_is_gone_is_zero(void **state)
{
	static const __u8 release1[] = { 2, 2, 4, 2, 0, 0, 0, 0, 1, 14, 2, 17 };
	const struct xmd_vif_object want = { .shout = 2 };
	struct host *h = host_new();
	static const __u32 song = 7;
	const void *const in[] = { &song };
	struct objguest *g = &h->party[0].g;
	struct xpc_abi abi;

	(void)state;
	host_attach(h, 0);
	g->port.temperature = 40;
	assert_int_equal(objguest_ask(g, XPC_DOWN_xmd_obj_sing, in, NULL, world_now()), 0);
	/* its xmd-backend says what that of release 1 does */
	assert_int_equal(xpc_abi_get(&abi, &xpc_vif_objects, release1, sizeof(release1)), 0);
	trace_read(&trace, TRACES "/release1.txt");
	trace_play_on(&trace, g, &h->party[0].page);
	assert_int_equal(g->phase, OBJGUEST_LIVE);
	assert_int_equal(g->wrong, 0);
	assert_int_equal(g->port.temperature, 0);
	assert_int_equal(g->port.speed, 1000);
	assert_int_equal(lamp_seen.colour, 0);
	assert_int_equal(g->call_state, OBJGUEST_DONE);
	assert_int_equal(g->result, -EOPNOTSUPP);
	assert_int_equal(objguest_wish(g, XPC_xmd_vif_object_shout, &want), 0);
	assert_int_equal(objguest_wish_result(g, XPC_xmd_vif_object_shout), -EOPNOTSUPP);
	g->call_state = OBJGUEST_IDLE;
	assert_int_equal(objguest_ask(g, XPC_DOWN_xmd_obj_sing, in, NULL, 0), -EOPNOTSUPP);
	host_free(h);
}
#endif

/* For traces/: this build, and one end of it with the other of release 1. */
static void record(const char *dir)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/this.txt", dir);
	trace_record(&trace, XMD_OBJRING_VERSION);
	trace_write(&trace, path);
	trace_read(&trace, TRACES "/release1.txt");
	trace_play_guest(&trace, 2, same_but_longer, &again);
	snprintf(path, sizeof(path), "%s/next-guest.txt", dir);
	trace_write(&again, path);
	again.n = 0;
	trace_play_far(&trace, 2, same_but_longer, &again);
	snprintf(path, sizeof(path), "%s/next-far.txt", dir);
	trace_write(&again, path);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_as_it_was),
		cmocka_unit_test(guest_meets_version_1),
		cmocka_unit_test(driver_domain_meets_version_1),
		cmocka_unit_test(guest_meets_release_1),
		cmocka_unit_test(driver_domain_meets_release_1),
#ifndef NEXT
		cmocka_unit_test(guest_meets_a_later_one),
		cmocka_unit_test(driver_domain_meets_a_later_one),
#else
		cmocka_unit_test(a_later_one_with_itself),
		cmocka_unit_test(what_is_gone_is_zero),
#endif
	};

	if (argc == 3 && !strcmp(argv[1], "record")) {
		record(argv[2]);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
