/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fsm.h - what a vif needs next, as a pure function of what can be seen of it
 *
 *   state of        first            backend dies and      it comes back and       the toolstack
 *                   connect          adopts our rings      does not, or moves      detaches
 *
 *   backend         2 . . 4          gone  4               gone  1  2 . . . 4      5  . 6  gone
 *   ours            1 4 . .          4     4               4     6  1 4 . .        4  6
 *   phase        IDLE OFFERED SERVED LOST  SERVED          LOST  IDLE OFFERED SERVED  IDLE
 *
 * A backend that is gone may return under the same domid and go on with our rings where
 * they stopped (design D8, and so does xen-netback): nothing is touched before it says
 * something else.  It says so by Initialising or InitWait.  We then are Closed until it
 * is Closed too, so that it cannot mix up the old keys and the new ones; only then do we
 * begin like a new device.  A backend key that leads elsewhere is not seen here: main.c
 * takes back everything and goes to IDLE, Initialising.
 *
 * Compiled on the host too, and tested there (tests/frontend/).
 */
#ifndef XMD_FRONT_FSM_H
#define XMD_FRONT_FSM_H

#include <linux/types.h>
#include <xen/interface/io/xenbus.h>

enum xmd_front_phase {
	XMD_IDLE,	/* no rings */
	XMD_OFFERED,	/* rings are published, the backend has not taken them yet */
	XMD_SERVED,
	XMD_LOST,	/* as SERVED, but the backend's state cannot be read */
	XMD_DEAD,	/* it misbehaved: no rings for as long as it is there */
	XMD_PHASES
};

struct xmd_front_view {
	enum xmd_front_phase phase;
	enum xenbus_state own;
	enum xenbus_state backend;
	bool online;		/* false: the toolstack wants the vif to go */
	bool settling;		/* we are Closed since a moment, it may still have to see it */
	bool hasty;		/* the last attempt to connect was a moment ago */
};

enum xmd_front_step {
	XMD_STEP_WAIT,		/* nothing until something changes, or until settling or hasty ends */
	XMD_STEP_CONNECT,	/* make and publish rings, Connected */
	XMD_STEP_SERVE,		/* the backend has taken them: carrier, first frames */
	XMD_STEP_RETURNED,	/* the backend is, or has become, Connected with the same rings */
	XMD_STEP_LOSE,		/* note that it is gone */
	XMD_STEP_RESET,		/* withdraw the rings, keep the frames, Closed */
	XMD_STEP_CLOSE,		/* withdraw the rings, no carrier, Closed */
	XMD_STEP_REOPEN,	/* Initialising */
	XMD_STEP_FORGIVE,	/* who misbehaved is gone: IDLE */
	XMD_STEPS
};

enum xmd_front_step xmd_front_next(const struct xmd_front_view *v);

#endif /* XMD_FRONT_FSM_H */
