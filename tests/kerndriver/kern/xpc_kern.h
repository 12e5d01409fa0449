/* SPDX-License-Identifier: GPL-2.0 */
/* Of the crossing, what nic.c, watch.c and irq.c see: who lives, and what was raised. */
#ifndef XPC_KERN_H
#define XPC_KERN_H

#include "sim_kernel.h"

enum { XPC_NONE, XPC_OPENED, XPC_REPLAYING, XPC_LIVE };
enum { XPC_UP_xmd_link_event, XPC_UP_xmd_tx_hang, XPC_UP_xmd_self_test, XPC_UP_N };
enum { XPC_IDLE, XPC_RAISED, XPC_READ };

struct xpc {
	struct { int phase; struct { int state; } slot[XPC_UP_N]; } t;
	bool urgent;				/* at the last tick */
	unsigned int late_ms, n_ticks;
	bool raised[XPC_UP_N];
	unsigned int n_raised[XPC_UP_N];	/* raised anew, that is */
	unsigned int n_doubts;
	bool believed;				/* it is not the first that says so */
	bool unsound;
	bool away;
};

static inline void xpc_raise(struct xpc *x, unsigned int call)
{
	x->n_raised[call] += !x->raised[call];
	x->raised[call] = true;
}

static inline void xpc_kern_away(struct xpc *x, bool away) { x->away = away; }
static inline bool xpc_kern_sound(struct xpc *x) { return !x->unsound; }

static inline bool xpc_kern_doubt(struct xpc *x, const char *why)
{
	(void)why;
	x->n_doubts++;
	return !x->believed;
}

static inline bool xpc_kern_tick(struct xpc *x, bool urgent, unsigned int late_ms)
{
	x->urgent = urgent;
	x->late_ms = late_ms;
	x->n_ticks++;
	return false;
}

#endif /* XPC_KERN_H */
