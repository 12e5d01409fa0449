/* SPDX-License-Identifier: GPL-2.0 */
/*
 * obj_impl.h - what the files of the object ring's far end share; obj.h is for the others
 *
 * obj.c: a ring's life.  obj_home.c: the objects and what policy makes of them.  obj_msg.c: a
 * guest's messages.  obj_work.c: how much of them at a time.  obj_calls.c: what it may ask.
 */
#ifndef XMD_BACKEND_OBJ_IMPL_H
#define XMD_BACKEND_OBJ_IMPL_H

#include "obj.h"
#include "vif.h"

#include <abi.h>
#include <bucket.h>
#include <objring.h>
#include <tracker.h>

#define COST_MS		(1000u / XMD_OBJRING_RATE)	/* of a message */
#define CREDIT_MAX	(XMD_OBJRING_BURST * COST_MS)
#define US_PER_MS	1000u

struct obj {
	struct objring ring;
	void *page;
	uint32_t local;			/* our end of the event channel */
	bool masked;			/* its events wait for unmask */
	bool blinking;			/* the LED, for this guest */
	bool in_force;			/* the kernel half has what @vif says */
	uint64_t due;			/* ms; 0: no need */
	struct xpc_bucket work;		/* for messages, and events that bring none */
	uint32_t wrong;			/* messages in this life */
	struct policy_limits limits;	/* as they stood at the last look, that is: after each
					 * change of xmd-allow */
	struct xpc_tracker t;
	struct xpc_abi abi;		/* of the guest, since its HELLO */
	struct xpc_object object[XPC_OBJECT_N_vif_objects];
	struct xmd_vif_object vif;
	struct xmd_port_object port;
	uint8_t in[XMD_OBJRING_SLOT];
	uint8_t out[XPC_MSG_MAX], scratch[XPC_MSG_MAX];
	union vif_objects_down_args args;
};

/* Context of a guest's call. */
struct asked {
	struct vif *v;
	struct vif_env *env;
};

/* ---- obj.c */

/* The guest's doing: a line for its log and ours, and that was it until it connects anew. */
void obj_break_off(struct vif *v, struct vif_env *env, enum xmd_objring_closed why);

/* ---- obj_home.c */

int obj_set_up(struct vif *v, struct vif_env *env, struct obj *o);
/* What the driver domain says of the vif, as policy stands now. */
void obj_refresh_vif(struct vif *v, struct vif_env *env);
/* Let the kernel half do as @want says.  Return: 0 or -errno for the guest */
int obj_apply(struct vif *v, struct vif_env *env, const struct xmd_vif_object *want);

/* ---- obj_msg.c */

/* The message of @len bytes (or an errno) in obj->in.  Return: 0, or what is wrong with it */
int obj_take(struct vif *v, struct vif_env *env, int len);

#endif
