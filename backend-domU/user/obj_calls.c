// SPDX-License-Identifier: GPL-2.0
/* obj_calls.c - what a guest asks for by a call; see obj_impl.h */
#include "obj_impl.h"

#include <errno.h>
#include <string.h>
#include <xmd/xs_names.h>

/* The one line that says why a guest did not get what it asked for. */
static int permit(const struct asked *a, uint32_t may, const char *what)
{
	if (a->v->obj->limits.may & may)
		return 0;
	if (log_allowed(&a->v->budget, a->env->now(), a->v->name))
		log_warn("%s: policy refuses it %s; see %s in xmd-backend(8)", a->v->name, what,
			 XS_BACK_XMD_ALLOW);
	return -EPERM;
}

static int ask(const struct asked *a, const struct xmd_port_ask *q)
{
	return obj_ask(a->env->objs, a->v->obj, q, a->env->now());
}

/*
 * What all guests together send and receive tells each of them about the others: zeros, with a
 * line once, as who only looks at its own vif asks for both.
 */
static bool may_see_port(const struct asked *a)
{
	struct obj *o = a->v->obj;

	if (o->limits.may & POLICY_COUNTERS)
		return true;
	if (!o->said_counters)
		permit(a, POLICY_COUNTERS, "the port's counters");
	o->said_counters = true;
	return false;
}

int xmd_obj_counters(void *ctx, struct xmd_vif_counters *vif, struct xmd_port_counters *port)
{
	const struct asked *a = ctx;
	struct xmd_vif_info row;
	int err = kern_row(a->env->kern, a->v->domid, a->v->handle, &row);

	if (err)
		return err;
	*vif = (struct xmd_vif_counters){
		.tx_frames = row.tx_frames, .tx_bytes = row.tx_bytes,
		.tx_errors = row.tx_errors, .tx_drops = row.tx_drops,
		.rx_frames = row.rx_frames, .rx_bytes = row.rx_bytes,
		.rx_errors = row.rx_errors, .rx_drops = row.rx_drops,
		.tx_spoofed = row.tx_spoofed, .rx_filtered = row.rx_filtered,
	};
	memset(port, 0, sizeof(*port));
	if (may_see_port(a)) {
		obj_read_port(a->env);
		*port = a->env->objs->port.counters;
	}
	return 0;
}

int xmd_obj_identify(void *ctx, __u32 on)
{
	const struct asked *a = ctx;
	struct xmd_port_ask q = { .what = XMD_ASK_IDENTIFY, .n = on };
	int err = permit(a, XMD_MAY_IDENTIFY, "the port's LED");

	return err ? err : ask(a, &q);
}

int xmd_obj_regs(void *ctx, struct xmd_port_regs *regs)
{
	const struct asked *a = ctx;
	struct xmd_port_ask q = { .what = XMD_ASK_REGS, .n = XMD_ASK_MAX };
	int err = permit(a, XMD_MAY_REGS, "the port's registers");

	(void)regs;
	return err ? err : ask(a, &q);
}

int xmd_obj_eeprom(void *ctx, __u32 offset, __u32 n, struct xmd_port_bytes *bytes)
{
	const struct asked *a = ctx;
	struct xmd_port_ask q = { .what = XMD_ASK_EEPROM, .offset = offset, .n = n };
	int err = permit(a, XMD_MAY_EEPROM, "the port's EEPROM");

	(void)bytes;
	return err ? err : ask(a, &q);
}

static void fill_regs(const struct xmd_port_ask *q, struct xmd_port_regs *regs)
{
	regs->version = q->tag;
	regs->n = q->n / 4 < XMD_OBJ_REGS_MAX ? q->n / 4 : XMD_OBJ_REGS_MAX;
	memcpy(regs->val, q->data, regs->n * 4);
}

static void fill_eeprom(const struct xmd_port_ask *q, struct xmd_port_bytes *bytes)
{
	bytes->magic = q->tag;
	bytes->n = q->n < XMD_OBJ_BYTES_MAX ? q->n : XMD_OBJ_BYTES_MAX;
	memcpy(bytes->byte, q->data, bytes->n);
}

void obj_fill_answer(struct obj *o)
{
	switch (o->ask.what) {
	case XMD_ASK_IDENTIFY:
		o->blinking = o->ask.n;
		break;
	case XMD_ASK_REGS:
		fill_regs(&o->ask, &o->args.xmd_obj_regs.regs);
		break;
	case XMD_ASK_EEPROM:
		fill_eeprom(&o->ask, &o->args.xmd_obj_eeprom.bytes);
		break;
	}
}
