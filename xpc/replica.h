/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replica.h - the other end of tracker.h: copies of objects whose home is elsewhere.
 *
 * Pure code.  A replica changes by STATE and CHANGE only, and by a proposal of its own that
 * the home has accepted.
 */
#ifndef XPC_REPLICA_H
#define XPC_REPLICA_H

#include "wire.h"

struct xpc_replica {
	const struct xpc_object_type *type;
	void *copy;			/* a struct NAME_store */
	__u32 object;
	__u32 version;
	__u64 lacks;			/* members that the home does not know; ~0: nor the object */
	bool known;			/* a STATE came in this epoch */
};

struct xpc_replicas {
	struct xpc_replica *replica;	/* memory of the caller */
	unsigned int n;
	__u8 home;			/* enum xpc_by: whose members a CHANGE may have; 0: any */
	__u8 newer;			/* XPC_BY_NEWER: the home may know more members than we */
	__u32 epoch;			/* 0 before WELCOME */
	__u32 old_epoch;		/* messages dropped */
};

/*
 * xpc_replica_take - WELCOME, STATE or CHANGE
 * @which: the replica that changed, NULL for WELCOME; @mask: in these members
 *
 * Return: 0; -ECONNRESET of another epoch, dropped; -EPROTO a CHANGE from a version that
 * is not ours; -ENOENT an unknown object; or as xpc_decode_update.
 */
int xpc_replica_take(struct xpc_replicas *r, const struct xpc_msg *m, const void *body,
		     struct xpc_replica **which, __u64 *mask);

/* xpc_replica_propose - the members @mask of @want, as a message in @buf (XPC_MSG_MAX) */
int xpc_replica_propose(const struct xpc_replicas *r, const struct xpc_replica *replica,
			__u64 mask, const void *want, void *buf);

/* xpc_replica_accepted - the home took the proposal in @buf */
int xpc_replica_accepted(struct xpc_replica *replica, const void *buf, __u32 len);

/* xpc_replicas_complete - all of them that the home has are known */
bool xpc_replicas_complete(const struct xpc_replicas *r);

#endif /* XPC_REPLICA_H */
