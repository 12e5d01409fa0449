// SPDX-License-Identifier: GPL-2.0
/* xpc_sim.c - the kernel's end without a kernel; see xpc_sim.h. */
#include <stdlib.h>
#include "xpc_sim.h"

static __u64 now(struct xpc *x)
{
	return x->cfg.now(x->cfg.ctx);
}

static int serve(struct xpc *x, const struct xpc_taken *taken, const __u8 *body, __u32 len)
{
	const struct xpc_call_type *type = &x->cfg.proto->down[taken->call];
	int err;

	memset(x->args, 0, x->cfg.proto->down_args);
	err = xpc_decode_struct(type->in, x->args, body, len);
	if (!err)
		err = x->cfg.down[taken->call](x->cfg.ctx, x->args);
	return err || !type->out->n ? err : xpc_reply(&x->t, &taken->msg, type->out, x->args);
}

static int sim_write(struct xpc_link *link, const void *buf, __u32 len)
{
	struct xpc *x = (struct xpc *)link;
	struct xpc_taken taken;
	int err = xpc_take(&x->t, buf, len, now(x), &taken);

	if (err)
		return err;
	if (taken.msg.kind == XPC_CALL)
		return serve(x, &taken, (const __u8 *)buf + XPC_HEADER, len - XPC_HEADER);
	if (taken.object && x->cfg.changed)
		x->cfg.changed(x->cfg.ctx, taken.object - x->t.object, taken.mask);
	return 0;
}

static int sim_read(struct xpc_link *link, void *buf)
{
	struct xpc *x = (struct xpc *)link;

	return xpc_next(&x->t, buf, now(x));
}

int xpc_upcall(struct xpc *x, unsigned int call, const void *const *in, void *const *out)
{
	int result = xpc_ask(&x->t, call, in, out, now(x));

	if (result)
		return result;
	while (!xpc_result(&x->t, call, &result, now(x))) {
		if (x->cfg.pump(x->cfg.pump_ctx) > 0)
			continue;
		xpc_give_up(&x->t, call, now(x));
		return -ETIMEDOUT;
	}
	return result;
}

void xpc_raise(struct xpc *x, unsigned int call)
{
	xpc_raise_slot(&x->t, call, now(x));
}

static int alloc(struct xpc *x)
{
	const struct xpc_proto *proto = x->cfg.proto;
	unsigned int i;
	int err;

	x->t.object = calloc(proto->n_objects + 1, sizeof(*x->t.object));
	x->t.slot = calloc(proto->n_up + 1, sizeof(*x->t.slot));
	x->t.request = calloc(1, proto->up_bytes + 1);
	x->t.scratch = calloc(2, XPC_MSG_MAX);
	x->args = calloc(1, proto->down_args);
	if (!x->t.object || !x->t.slot || !x->t.request || !x->t.scratch || !x->args)
		return -ENOMEM;
	x->t.reply = x->t.scratch + XPC_MSG_MAX;
	for (i = 0; i < proto->n_objects; i++) {
		x->t.object[i].type = &proto->object[i];
		x->t.object[i].copy = calloc(1, proto->object[i].store_size);
		if (!x->t.object[i].copy)
			return -ENOMEM;
		x->t.n_objects++;
		err = xpc_copy(proto->object[i].type, ~0ull, x->t.object[i].copy,
			       x->cfg.initial[i], x->t.scratch);
		if (err)
			return err;
	}
	return 0;
}

int xpc_sim_init(struct xpc *x, const struct xpc_sim_config *cfg)
{
	int err;

	memset(x, 0, sizeof(*x));
	x->cfg = *cfg;
	x->link = (struct xpc_link){ sim_read, sim_write };
	x->t.alive = cfg->alive;
	err = alloc(x);
	if (!err)
		err = xpc_tracker_init(&x->t, cfg->proto);
	if (err)
		xpc_sim_free(x);
	return err;
}

void xpc_sim_free(struct xpc *x)
{
	unsigned int i;

	for (i = 0; i < x->t.n_objects; i++)
		free(x->t.object[i].copy);
	x->t.n_objects = 0;
	free(x->t.object);
	free(x->t.slot);
	free(x->t.request);
	free(x->t.scratch);
	free(x->args);
	x->t.object = NULL;
	x->t.slot = NULL;
	x->t.request = x->t.scratch = NULL;
	x->args = NULL;
}
