/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xpc_user.h - the user half's end: replicas, and the dispatch of calls to handlers.
 *
 * A life, in the words of ../tracker.h:
 *
 *   xpc_user_hello       HELLO; reads WELCOME and the copies of all objects
 *   (the program)        brings the device in line with the replicas
 *   xpc_user_ready       READY; from now on calls come
 *   xpc_user_dispatch    whenever the descriptor is readable
 *
 * No thread, no lock: all of it from one loop.  A handler may propose and make downcalls.
 * Every function returns 0 or -errno; -EIO says that the kernel half has given this process
 * up, and then it is about to be killed.
 */
#ifndef XPC_USER_H
#define XPC_USER_H

#include "../calls.h"
#include "../replica.h"

/*
 * How messages get there and back.  read: one message into @buf of XPC_MSG_MAX bytes;
 * Return: its length, 0 if there is none, -errno.  write: 0, -errno.
 */
struct xpc_link {
	int (*read)(struct xpc_link *link, void *buf);
	int (*write)(struct xpc_link *link, const void *buf, __u32 len);
};

/* The device file, opened with O_NONBLOCK. */
struct xpc_link_fd {
	struct xpc_link link;
	int fd;
};
void xpc_link_fd(struct xpc_link_fd *link, int fd);

/**
 * struct xpc_user_config
 * @replica: memory for the replica of each object of @proto: struct NAME, or NAME_store
 * @serve:   handlers of the upcalls, generated
 * @changed: an object changed at its home, in members @mask; may be NULL
 * @ctx:     for handlers and @changed
 */
struct xpc_user_config {
	const struct xpc_proto *proto;
	struct xpc_link *link;
	void *const *replica;
	const xpc_serve_fn *serve;
	void (*changed)(void *ctx, unsigned int object, __u64 mask);
	void *ctx;
};

/* Time in the handler or, for a downcall, away. */
struct xpc_user_stat {
	__u64 n, failed, ns_sum, ns_max;
};

struct xpc_user {
	struct xpc_user_config cfg;
	struct xpc_replicas replicas;
	struct xpc_user_stat *up, *down;
	void *args;
	__u8 in[XPC_MSG_MAX], out[XPC_MSG_MAX];
	__u32 seq;				/* of downcalls */
	__u64 sent[XPC_KINDS], received[XPC_KINDS];
	__u64 stale, late_answers;
};

int xpc_user_init(struct xpc_user *u, const struct xpc_user_config *cfg);
void xpc_user_free(struct xpc_user *u);

/* xpc_user_hello - -EPROTONOSUPPORT: the two halves come from different declarations */
int xpc_user_hello(struct xpc_user *u);
int xpc_user_ready(struct xpc_user *u);

/* xpc_user_dispatch - one message.  Return: 1 there was one, 0 none, -errno */
int xpc_user_dispatch(struct xpc_user *u);

/*
 * xpc_user_propose - members @mask of @want are to be committed
 *
 * Return: 0, and the replica has them; -ESTALE: the home had changed, the replica is as at
 * home now, look at it again; -EBUSY: the kernel half is the holder of the lock, and @mask
 * has members that it may write; -ERANGE, -EILSEQ, -EPERM: not as declared.
 */
int xpc_user_propose(struct xpc_user *u, unsigned int object, __u64 mask, const void *want);

/*
 * xpc_user_report - as xpc_user_propose, again when stale: for members that only the user
 * half writes, whose values depend on nothing that others changed.  -EINVAL for others.
 */
int xpc_user_report(struct xpc_user *u, unsigned int object, __u64 mask, const void *want);

/* The combolock of an object, for at most @ms (XPC_LOCK_MS).  -EBUSY: try again later. */
int xpc_user_lock(struct xpc_user *u, unsigned int object, unsigned int ms);
int xpc_user_unlock(struct xpc_user *u, unsigned int object);

/* A line for each kind of message and each call. */
void xpc_user_print_stats(const struct xpc_user *u, FILE *f);

#endif /* XPC_USER_H */
