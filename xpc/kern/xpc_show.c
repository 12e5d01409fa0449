// SPDX-License-Identifier: GPL-2.0
/* xpc_show.c - the tracker in debugfs; see xpc_kern.h. */
#include <linux/math64.h>
#include <linux/seq_file.h>
#include "xpc_kern.h"

static void show_calls(const struct xpc *x, struct seq_file *m)
{
	static const char * const state[] = { "idle", "raised", "read", "done" };
	const struct xpc_proto *proto = x->cfg.proto;
	const struct xpc_stat *st;
	unsigned int i;

	for (i = 0; i < proto->n_up; i++) {
		st = &x->t.slot[i].stat;
		seq_printf(m, "upcall %s state=%s asked=%llu answered=%llu failed=%llu bytes=%llu us_min=%u us_avg=%llu us_max=%u\n",
			   proto->up[i].name, state[x->t.slot[i].state], st->asked, st->answered,
			   st->failed, st->bytes, st->us_min,
			   st->answered ? div64_u64(st->us_sum, st->answered) : 0, st->us_max);
	}
}

static void show_objects(const struct xpc *x, struct seq_file *m)
{
	const struct xpc_object *o;
	unsigned int i;

	for (i = 0; i < x->t.n_objects; i++) {
		o = &x->t.object[i];
		seq_printf(m, "object %s version=%u sent=%u dirty=%#llx holder=%u\n",
			   o->type->type->name, o->version, o->sent, o->dirty, o->holder);
	}
}

void xpc_kern_show(struct xpc *x, struct seq_file *m)
{
	const struct xpc_tracker *t = &x->t;
	unsigned int i;

	/* into a buffer, which sleeps for nobody */
	spin_lock_irq(&x->lock);
	seq_printf(m, "user phase=%s epoch=%u wrong=%u lost=%u stale=%u old_epoch=%u broken_locks=%u ioctls=%llu slow_ms=%u\n",
		   xpc_phase_name(t->phase), t->epoch, t->wrong, t->lost, t->stale, t->old_epoch,
		   t->broken_locks, x->ioctls, t->slow / 1000);
	for (i = 1; i < XPC_KINDS; i++)
		seq_printf(m, "crossed %s n=%llu bytes=%llu\n", xpc_kind_name(i), t->crossed[i].n,
			   t->crossed[i].bytes);
	show_calls(x, m);
	show_objects(x, m);
	spin_unlock_irq(&x->lock);
}
