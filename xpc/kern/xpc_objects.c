// SPDX-License-Identifier: GPL-2.0
/* xpc_objects.c - objects and their combolocks, for the kernel half; see xpc_kern.h. */
#include <linux/sched/signal.h>
#include "xpc_kern.h"

void xpc_kern_get(struct xpc *x, unsigned int object, void *to)
{
	const struct xpc_object *o = &x->t.object[object];
	unsigned long irq;

	spin_lock_irqsave(&x->lock, irq);
	/* with lists its pointers are to be those of the copy */
	if (o->type->store_size == o->type->type->size)
		memcpy(to, o->copy, o->type->store_size);
	else
		xpc_copy(o->type->type, ~0ull, to, o->copy, x->t.scratch);
	spin_unlock_irqrestore(&x->lock, irq);
}

int xpc_kern_commit(struct xpc *x, unsigned int object, u64 mask, const void *from)
{
	unsigned long irq;
	int err;

	spin_lock_irqsave(&x->lock, irq);
	err = xpc_commit(&x->t, &x->t.object[object], mask, from);
	spin_unlock_irqrestore(&x->lock, irq);
	wake_up_interruptible(&x->readers);
	return err;
}

static bool locked(struct xpc *x, unsigned int object)
{
	int err;

	spin_lock_irq(&x->lock);
	err = xpc_lock(&x->t.object[object], XPC_KERNEL, 0);
	spin_unlock_irq(&x->lock);
	return !err;
}

bool xpc_kern_sound(struct xpc *x)
{
	bool sound;

	spin_lock_irq(&x->lock);
	sound = x->lock_failed < XPC_GARBLED_MAX && xpc_sound(&x->t);
	spin_unlock_irq(&x->lock);
	return sound;
}

/* A user half has it for a limited time, which is longer on a host that keeps it from running. */
static void note_wait(struct xpc *x, const struct xpc_object *o, bool got)
{
	spin_lock_irq(&x->lock);
	x->lock_failed = got || o->holder == XPC_USER ? 0 : x->lock_failed + 1;
	spin_unlock_irq(&x->lock);
}

int xpc_kern_lock(struct xpc *x, unsigned int object, unsigned int ms)
{
	long left = wait_event_killable_timeout(x->callers, locked(x, object),
						msecs_to_jiffies(ms));

	if (left >= 0)
		note_wait(x, &x->t.object[object], left);
	return left > 0 ? 0 : left ? -EINTR : -ETIMEDOUT;
}

void xpc_kern_unlock(struct xpc *x, unsigned int object)
{
	spin_lock_irq(&x->lock);
	xpc_unlock(&x->t.object[object], XPC_KERNEL);
	spin_unlock_irq(&x->lock);
	wake_up(&x->callers);
}
