// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_tracker.c - any order of what the two halves can do to a tracker, among it messages
 * of any bytes; after each step it is looked at whether everything still holds.
 */
#include <stdint.h>
#include <stdlib.h>
#include "home.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size);

static const uint8_t *input;
static size_t left;
static uint64_t now;
static bool hostile;		/* a message that the replicas know nothing of was taken */
static struct xpc_msg last;	/* the last call that was read */
static struct t_line line;
static __u64 big;
static void *const out[] = { &line, &big };

static uint8_t byte(void)
{
	if (!left)
		return 0;
	left--;
	return *input++;
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Members that only the kernel half may write, and the lock that it holds, stay as they are. */
static int take(const __u8 *buf, __u32 len)
{
	struct t_thing was = thing;
	__u8 holder = t.object[THING].holder;
	struct xpc_taken taken;
	__u64 theirs = xpc_writable(&xpc_struct_t_thing, XPC_BY_USER);
	int err = xpc_take(&t, buf, len, now, &taken);

	must(!(xpc_diff(&xpc_struct_t_thing, &was, &thing) & ~theirs));
	must(holder != XPC_KERNEL || t.object[THING].holder == XPC_KERNEL);
	if (holder == XPC_KERNEL)
		must(!(xpc_diff(&xpc_struct_t_thing, &was, &thing) &
		       xpc_writable(&xpc_struct_t_thing, XPC_BY_KERNEL)));
	must(!err || !taken.object);
	if (!err && taken.object)
		hostile = true;
	return err;
}

/* A header that fits, so that more than its check is met, and any body. */
static void raw_message(void)
{
	__u8 buf[256] = {};
	__u32 i, len = XPC_HEADER + byte() % 64;
	struct xpc_msg m = { .kind = byte() % (XPC_KINDS + 1), .len = len, .epoch = t.epoch,
			     .id = byte() % 6 };

	if (m.kind == XPC_ANSWER)
		m.seq = byte() & 1 ? last.seq : byte();
	else if (m.kind == XPC_PROPOSE)
		m.version = t.object[m.id == 1 ? THING : CHAIN].version + byte() % 2;
	else if (m.kind == XPC_LOCK)
		m.ms = byte() * 8;
	if (m.id == 5)
		m.id = 200;
	xpc_put_header(&m, buf);
	for (i = XPC_HEADER; i < len; i++)
		buf[i] = byte();
	if (byte() % 8 == 0)
		buf[byte() % XPC_HEADER] ^= byte();
	take(buf, len);
}

static void step_user(uint8_t what)
{
	struct xpc_args_t_up args = { .line.n = 1 };
	struct t_thing want = seen_thing;
	struct xpc_msg m;

	switch (what) {
	case 0:
		if (t.phase == XPC_NONE)
			xpc_open(&t, now);
		break;
	case 1:
		xpc_close(&t);
		break;
	case 2:
		if (home_hello(now) == 0)
			hostile = false;
		break;
	case 3:
		if (home_read(&m, NULL, now) == XPC_CALL)
			last = m;
		break;
	case 4:
		home_simple(XPC_READY, 0, 0, now);
		break;
	case 5:
		want.u16 = byte();
		home_propose(THING, XPC_t_thing_u16, &want, now);
		break;
	case 6:
		if (last.id)
			home_answer(&last, byte() & 1 ? -EIO : 0, last.id == 1 ? &args : NULL, now);
		break;
	case 7:
		raw_message();
		break;
	case 8:
		if (t.phase == XPC_NONE && home_live(now) == 0)
			hostile = false;
		break;
	}
}

/* Whatever is seen of the process; who makes steps is never lost for that. */
static void look(void)
{
	const struct xpc_signs s = {
		.process = byte() % 4, .urgent = byte() & 1, .inside = byte() % 4 == 0,
		.ran = byte() * 20 * MS, .us = byte() * 4 * MS, .late = byte() * MS,
	};
	bool moved = t.moved || s.inside;
	enum xpc_phase was = t.phase;

	now += s.us;
	xpc_look(&t, &s, now);
	must(t.phase == was || (t.phase == XPC_LOST && !moved && s.urgent && s.process != XPC_WAITS));
	must(t.slow <= XPC_STILL_MAX_MS * MS && t.heard <= now);
}

static void step_kernel(uint8_t what)
{
	const __u32 number = 1;
	const void *const args[] = { &number, &thing };
	struct t_thing want = thing;
	unsigned int call = byte() % 3;
	bool busy = false;
	int result;

	switch (what) {
	case 0:
		want.u32 = byte();
		want.n_points = byte() % (T_MC_MAX + 2);
		xpc_commit(&t, &t.object[THING], XPC_t_thing_u32 | XPC_t_thing_points, &want);
		break;
	case 1:
		xpc_ask(&t, XPC_UP_t_up, args, out, now);
		break;
	case 2:
		xpc_raise_slot(&t, 1 + call % 2, now);
		break;
	case 3:
		xpc_result(&t, call, &result, now);
		break;
	case 4:
		/* whoever gives up has asked and not had its result */
		if (t.slot[call].owner == XPC_CALLER)
			xpc_give_up(&t, call, now);
		break;
	case 5:
		xpc_lock(&t.object[THING], XPC_KERNEL, 0);
		break;
	case 6:
		xpc_unlock(&t.object[THING], XPC_KERNEL);
		break;
	case 7:
		xpc_ask(&t, XPC_UP_t_poke, NULL, NULL, now);
		break;
	case 8:
		now += byte() * 20 * MS;
		xpc_tick(&t, now);
		for (call = 0; call < 3 && t.phase == XPC_LIVE; call++)
			busy = busy || t.slot[call].state == XPC_READ;
		for (call = 0; call < 3 && t.phase == XPC_LIVE; call++)
			must(t.slot[call].deadline > now || t.slot[call].state == XPC_DONE ||
			     t.slot[call].state == XPC_IDLE ||
			     (t.slot[call].state == XPC_RAISED && busy));
		break;
	case 9:
		look();
		break;
	}
}

static void check_slots(void)
{
	const struct xpc_slot *s = t.slot;

	for (; s < t.slot + t.proto->n_up; s++) {
		must(s->state != XPC_DONE || s->owner == XPC_CALLER);
		must(s->state != XPC_IDLE || (s->owner == XPC_NOBODY && !s->out && !s->again));
		must(s->state != XPC_RAISED || s->owner != XPC_NOBODY);
		must(s->state != XPC_READ || t.phase == XPC_LIVE);
		must(s->tries <= XPC_TRIES_MAX || s->owner != XPC_CALLER);
	}
}

static void check_objects(void)
{
	static __u8 buf[XPC_MSG_MAX];
	const struct xpc_object *o = &t.object[THING];
	const struct xpc_replica *r = &user.replica[THING];

	must(xpc_encode_update(&xpc_struct_t_thing, ~0ull, &thing, buf, sizeof(buf)) > 0);
	must(xpc_encode_update(&xpc_struct_t_chain, ~0ull, &chain, buf, sizeof(buf)) > 0);
	must(o->holder != XPC_USER || t.phase == XPC_REPLAYING || t.phase == XPC_LIVE);
	/* quiet: nothing is on its way, so the replica is equal */
	if (!hostile && user.epoch == t.epoch && r->known && !xpc_pending(&t) &&
	    (t.phase == XPC_REPLAYING || t.phase == XPC_LIVE)) {
		must(r->version == o->version);
		must(!xpc_diff(&xpc_struct_t_thing, &thing, &seen_thing));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size)
{
	uint8_t what;

	input = in;
	left = size;
	now = 1000 * MS;
	hostile = false;
	memset(&last, 0, sizeof(last));
	memset(&seen_thing, 0, sizeof(seen_thing));
	seen_thing.line.n = 1;
	home_init();
	while (left) {
		what = byte() % 19;
		if (what < 9)
			step_user(what);
		else
			step_kernel(what - 9);
		check_slots();
		check_objects();
	}
	return 0;
}
