// SPDX-License-Identifier: GPL-2.0
/* home.c - a tracker and a user half that is moved by hand; see home.h. */
#include <stdlib.h>
#include "home.h"

struct xpc_tracker t;
struct xpc_replicas user;
struct t_thing thing, seen_thing;
struct t_chain_store chain, seen_chain;

static struct xpc_object objects[2];
static struct xpc_replica replicas[2];
static struct xpc_slot slots[XPC_UP_N_decl];
static __u8 requests[XPC_MSG_MAX * 2], scratch[XPC_MSG_MAX], reply[XPC_MSG_MAX];
static __u8 in_buf[XPC_MSG_MAX], out_buf[XPC_MSG_MAX];

void home_init(void)
{
	memset(&t, 0, sizeof(t));
	memset(&user, 0, sizeof(user));
	memset(slots, 0, sizeof(slots));
	memset(&thing, 0, sizeof(thing));
	memset(&chain, 0, sizeof(chain));
	thing.line.n = 1;
	objects[0] = (struct xpc_object){ .type = &xpc_decl.object[0], .copy = &thing };
	objects[1] = (struct xpc_object){ .type = &xpc_decl.object[1], .copy = &chain };
	replicas[0] = (struct xpc_replica){ .type = &xpc_decl.object[0], .copy = &seen_thing };
	replicas[1] = (struct xpc_replica){ .type = &xpc_decl.object[1], .copy = &seen_chain };
	t.object = objects;
	t.n_objects = 2;
	t.slot = slots;
	t.request = requests;
	t.scratch = scratch;
	t.reply = reply;
	t.alive = XPC_UP_t_alive;
	user.replica = replicas;
	user.n = 2;
	if (xpc_tracker_init(&t, &xpc_decl))
		abort();
}

int home_send(const struct xpc_msg *m, const void *body, __u32 len, __u64 now)
{
	struct xpc_taken taken;
	struct xpc_msg whole = *m;

	whole.len = XPC_HEADER + len;
	xpc_put_header(&whole, out_buf);
	if (len)
		memcpy(out_buf + XPC_HEADER, body, len);
	return xpc_take(&t, out_buf, whole.len, now, &taken);
}

int home_hello(__u64 now)
{
	const struct xpc_msg m = { .kind = XPC_HELLO };
	__u32 fp = xpc_decl.fingerprint;
	const __u8 body[4] = { fp, fp >> 8, fp >> 16, fp >> 24 };

	return home_send(&m, body, 4, now);
}

int home_simple(__u8 kind, __u8 id, __u32 ms, __u64 now)
{
	const struct xpc_msg m = { .kind = kind, .id = id, .ms = ms, .epoch = user.epoch };

	return home_send(&m, NULL, 0, now);
}

int home_answer(const struct xpc_msg *call, int result, const void *out, __u64 now)
{
	const struct xpc_msg m = { .kind = XPC_ANSWER, .id = call->id, .seq = call->seq,
				   .result = result, .epoch = user.epoch };
	__u8 body[XPC_MSG_MAX];
	int n = 0;

	if (out)
		n = xpc_encode_struct(xpc_decl.up[call->id - 1].out, out, body, sizeof(body));
	return n < 0 ? n : home_send(&m, body, n, now);
}

int home_propose(unsigned int object, __u64 mask, const void *want, __u64 now)
{
	__u8 buf[XPC_MSG_MAX];
	struct xpc_taken taken;
	int n = xpc_replica_propose(&user, &user.replica[object], mask, want, buf);
	int err;

	if (n < 0)
		return n;
	err = xpc_take(&t, buf, n, now, &taken);
	return err ? err : xpc_replica_accepted(&user.replica[object], buf, n);
}

int home_read(struct xpc_msg *m, const void **body, __u64 now)
{
	struct xpc_replica *which;
	__u64 mask;
	int n = xpc_next(&t, in_buf, now);
	int err;

	if (n <= 0)
		return n;
	err = xpc_get_header(m, in_buf, n);
	if (body)
		*body = in_buf + XPC_HEADER;
	if (!err && m->kind != XPC_CALL && m->kind != XPC_ANSWER)
		err = xpc_replica_take(&user, m, in_buf + XPC_HEADER, &which, &mask);
	return err ? err : m->kind;
}

int home_sync(__u64 now)
{
	struct xpc_msg m;
	int kind;

	do {
		kind = home_read(&m, NULL, now);
		if (kind == XPC_CALL || kind == XPC_ANSWER)
			return -EINVAL;
	} while (kind > 0);
	return kind;
}

int home_live(__u64 now)
{
	int err;

	xpc_open(&t, now);
	err = home_hello(now);
	if (!err)
		err = home_sync(now);
	if (!err && !xpc_replicas_complete(&user))
		err = -EINVAL;
	return err ? err : home_simple(XPC_READY, 0, 0, now);
}
