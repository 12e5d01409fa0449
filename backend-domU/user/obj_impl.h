/* SPDX-License-Identifier: GPL-2.0 */
/*
 * obj_impl.h - what the files of the object ring's far end share; obj.h is for the others
 *
 * obj.c: a ring's life.  obj_home.c: the objects and what policy makes of them.  obj_msg.c: a
 * guest's messages.  obj_work.c: how much of them at a time.  obj_calls.c: what it may ask,
 * and obj_ask.c: when that takes a while.
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
	bool said_counters;		/* that the port's are refused */
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
	/* a question for the NIC's user half, and the call it came with: obj_ask.c */
	enum { OBJ_FREE, OBJ_ASKED, OBJ_ANSWERED } asked;	/* ANSWERED: to be told */
	int result;
	uint64_t asked_at;
	struct obj *next_ask;
	struct xmd_port_ask ask;
	struct xpc_msg call;
	const struct xpc_struct *answer;
};

/* What a call gives back whose answer comes later. */
#define OBJ_LATER	1
/* The guest's end gives up after XMD_OBJRING_ANSWER_MS; the answer has to get there, too. */
#define OBJ_ASK_WAIT_MS	2000u

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
/* No ring, and settings in force that came through one: those that policy grants still, or none. */
void obj_unspoken(struct vif *v, struct vif_env *env);
/* Let the kernel half do as @want says.  Return: 0 or -errno for the guest */
int obj_apply(struct vif *v, struct vif_env *env, const struct xmd_vif_object *want);

/* ---- obj_msg.c */

/* The message of @len bytes (or an errno) in obj->in.  Return: 0, or what is wrong with it */
int obj_take(struct vif *v, struct vif_env *env, int len);
/* The question is answered: so is the call.  There is room. */
void obj_send_answer(struct obj *o);

/* ---- obj_ask.c */

int obj_ask(struct obj_host *h, struct obj *o, const struct xmd_port_ask *q, uint64_t now);
/* What @o has asked is not answered: it is going to be freed, or begins anew. */
void obj_forget_ask(struct obj_host *h, struct obj *o);

/* ---- obj_calls.c */

/* What obj->ask brought into obj->args, for the answer. */
void obj_fill_answer(struct obj *o);

#endif
