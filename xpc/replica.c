// SPDX-License-Identifier: GPL-2.0
/* replica.c - copies of objects whose home is elsewhere; see replica.h. */
#include "replica.h"

static struct xpc_replica *find(const struct xpc_replicas *r, const struct xpc_msg *m)
{
	unsigned int i;

	for (i = 0; i < r->n; i++)
		if (r->replica[i].type->id == m->id && r->replica[i].object == m->object)
			return &r->replica[i];
	return NULL;
}

static void take_welcome(struct xpc_replicas *r, __u32 epoch)
{
	unsigned int i;

	r->epoch = epoch;
	for (i = 0; i < r->n; i++)
		r->replica[i].known = false;
}

/* Before anything is changed: a STATE has all members that the home knows, a CHANGE no others. */
static int check(const struct xpc_replica *replica, __u8 by, const struct xpc_msg *m,
		 const void *body)
{
	const struct xpc_struct *s = replica->type->type;
	__u64 mask;
	int err = xpc_decode_update(s, by, NULL, body, m->len - XPC_HEADER, &mask);

	if (err)
		return err;
	if (mask & replica->lacks || (m->kind == XPC_STATE && mask != (s->mask & ~replica->lacks)))
		return -EBADMSG;
	return 0;
}

static int take_copy(struct xpc_replica *replica, __u8 by, const struct xpc_msg *m,
		     const void *body, __u64 *mask)
{
	int err;

	if (m->kind == XPC_CHANGE && (!replica->known || m->seq != replica->version))
		return -EPROTO;
	err = check(replica, by, m, body);
	if (!err)
		err = xpc_decode_update(replica->type->type, by, replica->copy, body,
					m->len - XPC_HEADER, mask);
	if (err)
		return err;
	replica->version = m->version;
	replica->known = true;
	return 0;
}

int xpc_replica_take(struct xpc_replicas *r, const struct xpc_msg *m, const void *body,
		     struct xpc_replica **which, __u64 *mask)
{
	*which = NULL;
	*mask = 0;
	if (m->kind == XPC_WELCOME) {
		take_welcome(r, m->epoch);
		return 0;
	}
	if (m->epoch != r->epoch) {
		r->old_epoch++;
		return -ECONNRESET;
	}
	if (m->kind != XPC_STATE && m->kind != XPC_CHANGE)
		return -EBADMSG;
	*which = find(r, m);
	if (!*which)
		return -ENOENT;
	return take_copy(*which, r->newer | (m->kind == XPC_CHANGE ? r->home : 0), m, body, mask);
}

int xpc_replica_propose(const struct xpc_replicas *r, const struct xpc_replica *replica,
			__u64 mask, const void *want, void *buf)
{
	struct xpc_msg m = { .kind = XPC_PROPOSE, .id = replica->type->id, .epoch = r->epoch,
			     .object = replica->object, .version = replica->version };
	int n = xpc_encode_update(replica->type->type, mask, want, (__u8 *)buf + XPC_HEADER,
				  XPC_MSG_MAX - XPC_HEADER);

	if (n < 0)
		return n;
	m.len = XPC_HEADER + n;
	xpc_put_header(&m, buf);
	return m.len;
}

int xpc_replica_accepted(struct xpc_replica *replica, const void *buf, __u32 len)
{
	int err = xpc_decode_update(replica->type->type, 0, replica->copy,
				    (const __u8 *)buf + XPC_HEADER, len - XPC_HEADER, NULL);

	if (!err)
		replica->version++;
	return err;
}

bool xpc_replicas_complete(const struct xpc_replicas *r)
{
	unsigned int i;

	for (i = 0; i < r->n; i++)
		if (!r->replica[i].known && ~r->replica[i].lacks)
			return false;
	return true;
}
