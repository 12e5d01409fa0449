// SPDX-License-Identifier: GPL-2.0
/* tracker_objects.c - committed copies: who changes them, and when; see tracker.h. */
#include "tracker_impl.h"

static struct xpc_object *find_object(const struct xpc_tracker *t, const struct xpc_msg *m)
{
	unsigned int i;

	for (i = 0; i < t->n_objects; i++)
		if (t->object[i].type->id == m->id && t->object[i].object == m->object)
			return &t->object[i];
	return NULL;
}

int xpc_commit(struct xpc_tracker *t, struct xpc_object *o, __u64 mask, const void *from)
{
	const struct xpc_struct *s = o->type->type;
	int err;

	if (mask & s->mask & ~xpc_writable(s, t->proto->home))
		return -EPERM;
	if (o->holder == XPC_USER)
		return -EBUSY;
	mask &= xpc_diff(s, o->copy, from);
	if (!mask)
		return 0;
	err = xpc_copy(s, mask, o->copy, from, t->scratch);
	if (err)
		return err;
	o->version++;
	o->dirty |= mask;
	return 0;
}

int xpc_object_propose(struct xpc_tracker *t, const struct xpc_msg *m, const void *body,
			__u32 len, struct xpc_taken *taken)
{
	struct xpc_object *o = find_object(t, m);
	const struct xpc_struct *s;
	int err;

	if (!o)
		return -ENOENT;
	s = o->type->type;
	if (m->version != o->version) {
		o->whole = true;
		t->stale++;
		return -ESTALE;
	}
	err = xpc_decode_update(s, t->proto->peer, NULL, body, len, &taken->mask);
	if (err)
		return err;
	if (o->holder == XPC_KERNEL && taken->mask & xpc_writable(s, t->proto->home))
		return -EBUSY;
	err = xpc_decode_update(s, t->proto->peer, o->copy, body, len, NULL);
	if (err)
		return err;
	taken->object = o;
	o->version++;
	/* it was based on the last version: there is nothing that it has not been sent */
	o->sent = o->version;
	return 0;
}

int xpc_lock(struct xpc_object *o, enum xpc_holder who, __u64 until)
{
	if (o->holder != XPC_FREE)
		return -EBUSY;
	o->holder = who;
	o->until = until;
	return 0;
}

int xpc_unlock(struct xpc_object *o, enum xpc_holder who)
{
	if (o->holder != who)
		return -EPERM;
	o->holder = XPC_FREE;
	return 0;
}

int xpc_object_lock(struct xpc_tracker *t, const struct xpc_msg *m, __u64 now)
{
	struct xpc_object *o = find_object(t, m);

	if (!o)
		return -ENOENT;
	if (m->kind == XPC_UNLOCK)
		return xpc_unlock(o, XPC_USER);
	if (!m->ms || m->ms > XPC_LOCK_MS)
		return -EINVAL;
	return xpc_lock(o, XPC_USER, now + m->ms * US_PER_MS);
}
