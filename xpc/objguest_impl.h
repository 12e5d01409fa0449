/* SPDX-License-Identifier: GPL-2.0 */
/*
 * objguest_impl.h - what objguest.c (life, wishes, calls) and objguest_msg.c (messages) share;
 * objguest.h is for others
 */
#ifndef XPC_OBJGUEST_IMPL_H
#define XPC_OBJGUEST_IMPL_H

#include "objguest.h"

#define OBJGUEST_VIF_TYPE (&xpc_struct_xmd_vif_object)

static inline struct xpc_replica *objguest_vif(struct objguest *g)
{
	return &g->replica[XPC_OBJECT_xmd_vif_object];
}

static inline bool objguest_is_live(const struct objguest *g)
{
	return g->phase == OBJGUEST_LIVE;
}

/* Does the home know this call? */
static inline bool objguest_has_call(const struct objguest *g, unsigned int call)
{
	return xpc_vif_objects.down[call].id <= g->abi.calls;
}

/* ---- objguest.c.  What returns an unsigned int returns news. */

/* Leave LIVE, or what would become it. */
unsigned int objguest_leave(struct objguest *g, enum objguest_phase phase);
unsigned int objguest_finish_call(struct objguest *g, int result);
unsigned int objguest_go_deaf(struct objguest *g, const char *why);

/* The next to propose: one member, or 0. */
__u64 objguest_next_wish(const struct objguest *g);
void objguest_forget_refusals(struct objguest *g);
void objguest_note_refusal(struct objguest *g, __s32 err);

/* ---- objguest_msg.c */

/* One message, if there is one to send.  Return: whether there was */
bool objguest_send_next(struct objguest *g, __u64 now);
unsigned int objguest_receive(struct objguest *g);

#endif /* XPC_OBJGUEST_IMPL_H */
