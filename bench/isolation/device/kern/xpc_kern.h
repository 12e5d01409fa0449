/* SPDX-License-Identifier: GPL-2.0 */
/* xpc_kern.h - xpc/kern/ by means of xpc/sim/: the same tracker and stubs, one thread.  See crossing.c. */
#ifndef XPC_KERN_H
#define XPC_KERN_H

#include "more.h"
#include "../../../../xpc/sim/xpc_sim.h"

struct xpc_kern_ops {
	void (*changed)(void *ctx, unsigned int object, u64 mask);
	void (*phase)(void *ctx, enum xpc_phase phase);
};

struct xpc_kern_config {
	const struct xpc_proto *proto;
	unsigned int alive;
	const void *const *initial;
	const xpc_serve_fn *down;
	const struct xpc_kern_ops *ops;
	void *ctx;
	struct device *dev;
	bool second;
};

int xpc_kern_init(struct xpc *x, const struct xpc_kern_config *cfg);
int xpc_kern_open(struct xpc *x);
void xpc_kern_close(struct xpc *x);
int xpc_kern_heard(struct xpc *x);
void xpc_kern_done(struct xpc *x);
bool xpc_kern_tick(struct xpc *x, bool urgent, unsigned int late_ms);
void xpc_kern_away(struct xpc *x, bool away);
bool xpc_kern_sound(struct xpc *x);
bool xpc_kern_doubt(struct xpc *x, const char *why);
void xpc_unraise(struct xpc *x, unsigned int call);
void xpc_kern_shut(struct xpc *x, const char *why);
void xpc_kern_get(struct xpc *x, unsigned int object, void *to);
int xpc_kern_commit(struct xpc *x, unsigned int object, u64 mask, const void *from);
int xpc_kern_lock(struct xpc *x, unsigned int object, unsigned int ms);
void xpc_kern_unlock(struct xpc *x, unsigned int object);

/* messages go by crossing_link */
#define xpc_kern_read	NULL
#define xpc_kern_write	NULL
#define xpc_kern_poll	NULL

#endif /* XPC_KERN_H */
