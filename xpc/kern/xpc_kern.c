// SPDX-License-Identifier: GPL-2.0
/* xpc_kern.c - a tracker behind a device file; see xpc_kern.h. */
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "xpc_kern.h"
#include "xpc_trace.h"

enum { PAGE_IN, PAGE_OUT, PAGE_SCRATCH, PAGE_REPLY, PAGES };
#define SLACK_MS 10000u		/* a tick ends the call, and may move its deadline */

static u64 now_us(void)
{
	return ktime_to_us(ktime_get());
}

/* -------------------------------------------------------------------- init and free */

static int alloc_objects(struct xpc *x)
{
	const struct xpc_proto *proto = x->cfg.proto;
	struct xpc_object *o;
	unsigned int i;
	int err;

	x->t.object = kcalloc(proto->n_objects, sizeof(*x->t.object), GFP_KERNEL);
	if (!x->t.object)
		return -ENOMEM;
	x->t.n_objects = proto->n_objects;
	for (i = 0; i < proto->n_objects; i++) {
		o = &x->t.object[i];
		o->type = &proto->object[i];
		o->copy = kzalloc(o->type->store_size, GFP_KERNEL);
		if (!o->copy)
			return -ENOMEM;
		err = xpc_copy(o->type->type, ~0ull, o->copy, x->cfg.initial[i], x->t.scratch);
		if (err)
			return err;
	}
	return 0;
}

static int alloc_buffers(struct xpc *x)
{
	const struct xpc_proto *proto = x->cfg.proto;

	x->t.slot = kcalloc(proto->n_up, sizeof(*x->t.slot), GFP_KERNEL);
	x->t.request = kzalloc(proto->up_bytes, GFP_KERNEL);
	x->page = kcalloc(PAGES, XPC_MSG_MAX, GFP_KERNEL);
	x->args = kzalloc(proto->down_args, GFP_KERNEL);
	if (!x->t.slot || !x->t.request || !x->page || !x->args)
		return -ENOMEM;
	x->t.scratch = x->page[PAGE_SCRATCH];
	x->t.reply = x->page[PAGE_REPLY];
	return 0;
}

int xpc_kern_init(struct xpc *x, const struct xpc_kern_config *cfg)
{
	int err;

	memset(x, 0, sizeof(*x));
	x->cfg = *cfg;
	spin_lock_init(&x->lock);
	mutex_init(&x->reading);
	mutex_init(&x->writing);
	init_waitqueue_head(&x->readers);
	init_waitqueue_head(&x->callers);
	x->t.alive = cfg->alive;
	x->t.second = cfg->second;
	x->looked = now_us();
	err = alloc_buffers(x);
	if (!err)
		err = alloc_objects(x);
	if (!err)
		err = xpc_tracker_init(&x->t, cfg->proto);
	if (err)
		xpc_kern_free(x);
	return err;
}

void xpc_kern_free(struct xpc *x)
{
	unsigned int i;

	for (i = 0; i < x->t.n_objects; i++)
		kfree(x->t.object[i].copy);
	x->t.n_objects = 0;
	kfree(x->t.object);
	kfree(x->t.slot);
	kfree(x->t.request);
	kfree(x->page);
	kfree(x->args);
	x->t.object = NULL;
	x->t.slot = NULL;
	x->t.request = NULL;
	x->page = NULL;
	x->args = NULL;
}

/* ------------------------------------------------------------ the life of the user half */

static void wake(struct xpc *x)
{
	wake_up_interruptible(&x->readers);
	wake_up(&x->callers);
}

/* After it became LOST; the lock is held. */
static void kill_lost(struct xpc *x)
{
	dev_err_ratelimited(x->cfg.dev, "user half %d lost: %s%s; killing it\n",
			    pid_nr(x->opener), x->t.why_lost, x->t.why_call);
	kill_pid(x->opener, SIGKILL, 1);
}

/* Tell the module that the phase went from @was to @is, as seen under the lock. */
static void tell_phase(struct xpc *x, enum xpc_phase was, enum xpc_phase is)
{
	if (is != was && (is == XPC_LIVE || is == XPC_LOST || is == XPC_NONE) && x->cfg.ops->phase)
		x->cfg.ops->phase(x->cfg.ctx, is);
}

int xpc_kern_open(struct xpc *x)
{
	bool shut;

	if (test_and_set_bit(0, &x->opened))
		return -EBUSY;
	spin_lock_irq(&x->lock);
	shut = x->t.shut;
	if (!shut) {
		x->opener = get_pid(task_tgid(current));
		xpc_open(&x->t, now_us());
	}
	spin_unlock_irq(&x->lock);
	if (shut)
		clear_bit_unlock(0, &x->opened);
	return shut ? -ENODEV : 0;
}

void xpc_kern_close(struct xpc *x)
{
	struct pid *opener;
	enum xpc_phase was;

	spin_lock_irq(&x->lock);
	was = x->t.phase;
	opener = x->opener;
	x->opener = NULL;
	xpc_close(&x->t);
	spin_unlock_irq(&x->lock);
	put_pid(opener);
	wake(x);
	tell_phase(x, was, XPC_NONE);
	clear_bit_unlock(0, &x->opened);
}

void xpc_kern_shut(struct xpc *x, const char *why)
{
	spin_lock_irq(&x->lock);
	xpc_shut(&x->t);
	if (x->opener && x->t.phase != XPC_LOST) {
		xpc_lose(&x->t, why);
		kill_lost(x);
	}
	spin_unlock_irq(&x->lock);
	wake(x);
}

void xpc_kern_away(struct xpc *x, bool away)
{
	unsigned long flags;

	spin_lock_irqsave(&x->lock, flags);
	x->t.away = away;
	spin_unlock_irqrestore(&x->lock, flags);
}

bool xpc_kern_doubt(struct xpc *x, const char *why)
{
	bool lost;

	spin_lock_irq(&x->lock);
	lost = xpc_doubt(&x->t, why, now_us());
	if (lost)
		kill_lost(x);
	spin_unlock_irq(&x->lock);
	if (lost)
		tell_phase(x, XPC_LIVE, XPC_LOST);
	return lost;
}

/* What shows of its process; the lock is held. */
static void look_at_process(struct xpc *x, struct xpc_signs *s)
{
	struct task_struct *p;
	unsigned int state;

	rcu_read_lock();
	p = pid_task(x->opener, PIDTYPE_TGID);
	if (p) {
		state = READ_ONCE(p->__state);
		s->ran = div_u64(p->se.sum_exec_runtime, NSEC_PER_USEC);
		s->process = task_is_stopped_or_traced(p) ? XPC_STOPPED :
			     state == TASK_RUNNING ? XPC_RUNS :
			     state & TASK_UNINTERRUPTIBLE ? XPC_WAITS : XPC_SLEEPS;
	}
	rcu_read_unlock();
}

bool xpc_kern_tick(struct xpc *x, bool urgent, unsigned int late_ms)
{
	struct xpc_signs s = { .process = XPC_SLEEPS, .urgent = urgent };
	u64 now = now_us();
	enum xpc_phase was, is;
	bool news, waits;
	unsigned int i;

	spin_lock_irq(&x->lock);
	was = x->t.phase;
	s.us = now - x->looked;
	s.late = min_t(u64, late_ms * 1000ull, s.us);
	x->looked = now;
	s.inside = x->inside || mutex_is_locked(&x->writing);
	look_at_process(x, &s);
	news = xpc_look(&x->t, &s, now);
	news |= xpc_tick(&x->t, now);
	is = x->t.phase;
	waits = is != XPC_LIVE;
	for (i = 0; i < x->t.proto->n_up; i++)
		waits |= x->t.slot[i].state != XPC_IDLE;
	if (is == XPC_LOST && was != XPC_LOST)
		kill_lost(x);
	spin_unlock_irq(&x->lock);
	if (news)
		wake(x);
	tell_phase(x, was, is);
	return waits;
}

int xpc_kern_heard(struct xpc *x)
{
	int err;

	spin_lock_irq(&x->lock);
	err = xpc_heard(&x->t, now_us());
	x->ioctls++;
	x->inside += !err;
	spin_unlock_irq(&x->lock);
	return err;
}

void xpc_kern_done(struct xpc *x)
{
	spin_lock_irq(&x->lock);
	xpc_heard(&x->t, now_us());
	x->inside--;
	spin_unlock_irq(&x->lock);
}

/* ------------------------------------------------------------------------ read, poll */

static bool readable(struct xpc *x)
{
	bool yes;

	spin_lock_irq(&x->lock);
	yes = xpc_pending(&x->t) || x->t.phase == XPC_LOST;
	spin_unlock_irq(&x->lock);
	return yes;
}

static int next_message(struct xpc *x)
{
	int n;

	spin_lock_irq(&x->lock);
	n = xpc_next(&x->t, x->page[PAGE_OUT], now_us());
	spin_unlock_irq(&x->lock);
	return n;
}

ssize_t xpc_kern_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	struct xpc *x = file->private_data;
	int n, err;

	/* a message that does not fit would be lost */
	if (len < XPC_MSG_MAX)
		return -EINVAL;
	if (mutex_lock_interruptible(&x->reading))
		return -ERESTARTSYS;
	while (!(n = next_message(x))) {
		err = file->f_flags & O_NONBLOCK ? -EAGAIN :
		      wait_event_interruptible(x->readers, readable(x));
		if (err) {
			n = err;
			break;
		}
	}
	if (n > 0 && copy_to_user(to, x->page[PAGE_OUT], n))
		n = -EFAULT;
	mutex_unlock(&x->reading);
	return n;
}

__poll_t xpc_kern_poll(struct file *file, poll_table *wait)
{
	struct xpc *x = file->private_data;
	__poll_t events = EPOLLOUT | EPOLLWRNORM;

	poll_wait(file, &x->readers, wait);
	spin_lock_irq(&x->lock);
	if (x->t.phase == XPC_LOST)
		events = EPOLLERR | EPOLLHUP;
	else if (xpc_pending(&x->t))
		events |= EPOLLIN | EPOLLRDNORM;
	spin_unlock_irq(&x->lock);
	return events;
}

/* ----------------------------------------------------------------------------- write */

/* The handler runs in the context of the user half, which waits for it in its write. */
static int serve(struct xpc *x, const struct xpc_taken *taken, u32 len)
{
	const struct xpc_call_type *type = &x->cfg.proto->down[taken->call];
	int err;

	memset(x->args, 0, x->cfg.proto->down_args);
	err = xpc_decode_struct(type->in, x->args, x->page[PAGE_IN] + XPC_HEADER, len - XPC_HEADER);
	if (!err)
		err = x->cfg.down[taken->call](x->cfg.ctx, x->args);
	trace_xmd_nic_crossing(type->name, err, now_us() - x->t.heard);
	if (err || !type->out->n)
		return err;
	spin_lock_irq(&x->lock);
	err = xpc_reply(&x->t, &taken->msg, type->out, x->args);
	spin_unlock_irq(&x->lock);
	return err;
}

static int take(struct xpc *x, u32 len, struct xpc_taken *taken)
{
	enum xpc_phase was, is;
	int err;

	spin_lock_irq(&x->lock);
	was = x->t.phase;
	err = xpc_take(&x->t, x->page[PAGE_IN], len, now_us(), taken);
	is = x->t.phase;
	if (is == XPC_LOST && was != XPC_LOST)
		kill_lost(x);
	spin_unlock_irq(&x->lock);
	tell_phase(x, was, is);
	return err;
}

static int write_message(struct xpc *x, u32 len)
{
	struct xpc_taken taken;
	int err = take(x, len, &taken);

	wake(x);
	if (err && err != -ESTALE)	/* that is counted, and the copy is the answer */
		dev_warn_ratelimited(x->cfg.dev, "%s of the user half refused: error %d\n",
				     xpc_kind_name(taken.msg.kind), err);
	else if (!err && taken.msg.kind == XPC_CALL)
		err = serve(x, &taken, len);
	else if (!err && taken.object && x->cfg.ops->changed)
		x->cfg.ops->changed(x->cfg.ctx, taken.object - x->t.object, taken.mask);
	return err;
}

ssize_t xpc_kern_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	struct xpc *x = file->private_data;
	/* longer than any message: let the tracker refuse and count it */
	u32 n = min_t(size_t, len, XPC_MSG_MAX + 1);
	int err;

	if (mutex_lock_interruptible(&x->writing))
		return -ERESTARTSYS;
	if (copy_from_user(x->page[PAGE_IN], from, min(n, XPC_MSG_MAX)))
		err = -EFAULT;
	else
		err = write_message(x, n);
	mutex_unlock(&x->writing);
	return err ? err : (ssize_t)len;
}

/* --------------------------------------------------------------------- calls that wait */

void xpc_raise(struct xpc *x, unsigned int call)
{
	unsigned long irq;
	bool news;

	spin_lock_irqsave(&x->lock, irq);
	news = xpc_raise_slot(&x->t, call, now_us());
	spin_unlock_irqrestore(&x->lock, irq);
	if (news)
		wake_up_interruptible(&x->readers);
}

void xpc_unraise(struct xpc *x, unsigned int call)
{
	spin_lock_irq(&x->lock);
	xpc_unraise_slot(&x->t, call, now_us());
	spin_unlock_irq(&x->lock);
}

static int ask(struct xpc *x, unsigned int call, const void *const *in, void *const *out)
{
	int err;

	spin_lock_irq(&x->lock);
	err = xpc_ask(&x->t, call, in, out, now_us());
	spin_unlock_irq(&x->lock);
	return err;
}

static bool answered(struct xpc *x, unsigned int call, int *result)
{
	bool yes;

	spin_lock_irq(&x->lock);
	yes = xpc_result(&x->t, call, result, now_us());
	spin_unlock_irq(&x->lock);
	return yes;
}

/* The answer may have come at the last moment; otherwise nobody may touch @out any more. */
static int give_up(struct xpc *x, unsigned int call, int why)
{
	int result = why;

	spin_lock_irq(&x->lock);
	if (!xpc_result(&x->t, call, &result, now_us()))
		xpc_give_up(&x->t, call, now_us());
	spin_unlock_irq(&x->lock);
	return result;
}

int xpc_upcall(struct xpc *x, unsigned int call, const void *const *in, void *const *out)
{
	long allowed = msecs_to_jiffies(XPC_HOLD_MS + x->cfg.proto->up[call].ms + SLACK_MS);
	int err, result = 0;
	long left;

	left = wait_event_killable_timeout(x->callers, (err = ask(x, call, in, out)) != -EBUSY,
					   allowed);
	if (left <= 0)
		return left ? -EINTR : -ETIMEDOUT;
	if (err)
		return err;
	wake_up_interruptible(&x->readers);
	left = wait_event_killable_timeout(x->callers, answered(x, call, &result), allowed);
	if (left <= 0)
		result = give_up(x, call, left ? -EINTR : -ETIMEDOUT);
	wake_up(&x->callers);	/* whoever waits for the slot */
	return result;
}
