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

/* A STATE has all members; checked before anything is changed. */
static bool is_whole(const struct xpc_replica *replica, const void *body, __u32 len)
{
	__u64 mask;

	return !xpc_decode_update(replica->type->type, 0, NULL, body, len, &mask) &&
	       mask == replica->type->type->mask;
}

static int take_copy(struct xpc_replica *replica, __u8 home, const struct xpc_msg *m,
		     const void *body, __u64 *mask)
{
	__u32 len = m->len - XPC_HEADER;
	int err;

	if (m->kind == XPC_STATE && !is_whole(replica, body, len))
		return -EBADMSG;
	if (m->kind == XPC_CHANGE && (!replica->known || m->seq != replica->version))
		return -EPROTO;
	err = xpc_decode_update(replica->type->type, m->kind == XPC_CHANGE ? home : 0, replica->copy,
				body, len, mask);
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
	return *which ? take_copy(*which, r->home, m, body, mask) : -ENOENT;
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
		if (!r->replica[i].known)
			return false;
	return true;
}
