/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracker_impl.h - what the files of the tracker share; tracker.h is for others
 *
 * tracker.c: the life of the user half, and messages.  tracker_calls.c: what is asked of it.
 * tracker_objects.c: who changes a committed copy.
 */
#ifndef XPC_TRACKER_IMPL_H
#define XPC_TRACKER_IMPL_H

#include "tracker.h"
#include "xpc_trace.h"

#define US_PER_MS 1000ull

static inline const struct xpc_call_type *xpc_slot_type(const struct xpc_tracker *t,
							const struct xpc_slot *s)
{
	return &t->proto->up[s - t->slot];
}

/* The call is over, well or not. */
void xpc_slot_finish(struct xpc_tracker *t, struct xpc_slot *s, int result, __u64 now);
/* Who was asked is gone: it is still to be asked. */
void xpc_slot_orphan(struct xpc_tracker *t, struct xpc_slot *s);
/* A user half is LIVE: does this call, which is RAISED, still go to it? */
void xpc_slot_again(struct xpc_tracker *t, struct xpc_slot *s, __u64 now);
/* Return of these: as xpc_take */
int xpc_slot_answer(struct xpc_tracker *t, const struct xpc_msg *m, const void *body, __u32 len,
		    __u64 now);
int xpc_object_propose(struct xpc_tracker *t, const struct xpc_msg *m, const void *body, __u32 len,
		       struct xpc_taken *taken);
int xpc_object_lock(struct xpc_tracker *t, const struct xpc_msg *m, __u64 now);

#endif /* XPC_TRACKER_IMPL_H */
