/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fsm.h - what a vif needs next, as a pure function of what can be seen of it.
 *
 * No memory: xmd-backend may be killed between any two steps, and the next one
 * gets the same answer from the same view.  That is why Closing is written before
 * the kernel disconnects, and Connected after it has connected: the state in
 * xenstore then tells which half of a step is still to be done.
 *
 * The picture of both sides is in xenstore-schema/README.md.
 */
#ifndef XMD_BACKEND_FSM_H
#define XMD_BACKEND_FSM_H

#include <stdbool.h>

/* The states of xen/io/xenbus.h; STATE_GONE also stands for values that are none of
 * them, and STATE_HIDDEN for a node that we may not look at. */
enum xb_state {
	STATE_GONE = 0,
	STATE_INITIALISING = 1,
	STATE_INIT_WAIT = 2,
	STATE_INITIALISED = 3,
	STATE_CONNECTED = 4,
	STATE_CLOSING = 5,
	STATE_CLOSED = 6,
	STATE_RECONFIGURING = 7,
	STATE_RECONFIGURED = 8,
	STATE_HIDDEN = 9,
	STATES
};

/* How the kernel half has this vif in its table. */
enum kern_view {
	KERN_NONE,	/* not at all */
	KERN_SERVING,
	KERN_FAULT,	/* broken off, waits to be disconnected */
	KERN_STALE,	/* with rings that are not (or no longer) the frontend's */
	KERN_VIEWS
};

struct vif_view {
	bool present;		/* the backend directory is there */
	bool linked;		/* its frontend key leads where it must; else front is GONE */
	bool online;		/* false: the toolstack wants it detached */
	bool told;		/* xmd-rings says that the kernel serves it */
	bool refused;		/* it asks for what there is not here: wants.h */
	bool said;		/* hotplug-status says so */
	bool orphan;		/* its guest is no more, and nobody has detached it */
	bool settling;		/* libxl may not have seen the present state yet */
	enum xb_state own;
	enum xb_state front;
	enum kern_view kern;
};

enum vif_step {
	STEP_WAIT,		/* nothing to do until something changes */
	STEP_REFUSE,		/* write hotplug-status error and why */
	STEP_OFFER,		/* write features, hotplug-status, state InitWait */
	STEP_CONNECT,		/* read the frontend's keys, kernel: connect from 0 */
	STEP_ADOPT,		/* likewise, but go on where the rings stopped */
	STEP_PUBLISH,		/* write xmd-rings, state Connected */
	STEP_TELL,		/* write features, xmd-rings: adopted */
	STEP_CLOSING,		/* write state Closing */
	STEP_DISCONNECT,	/* kernel: disconnect */
	STEP_CLOSED,		/* write state Closed */
	STEP_REMOVE,		/* remove the backend directory */
	STEP_FORGET,		/* nothing is left of it anywhere */
	STEPS
};

enum vif_step fsm_next(const struct vif_view *v);

const char *fsm_step_name(enum vif_step step);
const char *fsm_state_name(enum xb_state state);

#endif
