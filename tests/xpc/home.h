/* SPDX-License-Identifier: GPL-2.0 */
/* home.h - a tracker of the objects and calls of decl.h, and a user half that is moved by hand. */
#ifndef XPC_TEST_HOME_H
#define XPC_TEST_HOME_H

#include "decl_xpc.h"
#include "replica.h"
#include "tracker.h"

#define MS 1000ull

extern struct xpc_tracker t;
extern struct xpc_replicas user;
extern struct t_thing thing, seen_thing;		/* committed, and the user half's */
extern struct t_chain_store chain, seen_chain;

#define THING 0						/* places in t.object, user.replica */
#define CHAIN 1

void home_init(void);

/* Messages by hand.  Return: as xpc_take */
int home_send(const struct xpc_msg *m, const void *body, __u32 len, __u64 now);
int home_hello(__u64 now);
int home_simple(__u8 kind, __u8 id, __u32 ms, __u64 now);
int home_answer(const struct xpc_msg *call, int result, const void *out, __u64 now);
int home_propose(unsigned int object, __u64 mask, const void *want, __u64 now);

/* The next message; STATE and CHANGE go into the replicas.  Return: its kind, 0, -errno */
int home_read(struct xpc_msg *m, const void **body, __u64 now);
/* Reads as long as there are no calls.  Return: 0, or what went wrong */
int home_sync(__u64 now);
/* open, HELLO, all copies, READY */
int home_live(__u64 now);

#endif /* XPC_TEST_HOME_H */
