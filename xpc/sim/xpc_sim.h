/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xpc_sim.h - the kernel's end of objects and calls without a kernel: one process, no
 * waiting.  For user halves on a developer's machine and in tests; in the place of
 * xpc/kern/, with the same tracker and the same stubs.
 */
#ifndef XPC_SIM_H
#define XPC_SIM_H

#include "../calls.h"
#include "../tracker.h"
#include "../user/xpc_user.h"

/**
 * struct xpc_sim_config - as struct xpc_kern_config
 * @pump: let the user half do a step, with @pump_ctx, while a call waits for it;
 *	  Return: as xpc_user_dispatch.  With 0 and below the call fails with ETIMEDOUT
 * @now:  microseconds
 */
struct xpc_sim_config {
	const struct xpc_proto *proto;
	unsigned int alive;
	const void *const *initial;
	const xpc_serve_fn *down;
	void (*changed)(void *ctx, unsigned int object, __u64 mask);
	void *ctx;
	int (*pump)(void *pump_ctx);
	void *pump_ctx;
	__u64 (*now)(void *ctx);
};

struct xpc {
	struct xpc_link link;		/* what the user half reads and writes; first */
	struct xpc_tracker t;
	struct xpc_sim_config cfg;
	void *args;
};

int xpc_sim_init(struct xpc *x, const struct xpc_sim_config *cfg);
void xpc_sim_free(struct xpc *x);

#endif /* XPC_SIM_H */
