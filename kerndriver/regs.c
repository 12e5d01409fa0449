// SPDX-License-Identifier: GPL-2.0
/*
 * regs.c - batches of register operations for the user half.  guard.c says which.
 */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "priv.h"

#define WAIT_STEP_US	50u
#define SLEEP_MIN_US	10u	/* to fall asleep and wake up takes longer */

/* usleep_range is deaf to signals, and a user half has to be killable at any time. */
static int sleep_us(u32 usecs)
{
	ktime_t t = ns_to_ktime((u64)usecs * NSEC_PER_USEC);

	if (!usecs)
		return 0;
	if (signal_pending(current))
		return -EINTR;
	if (usecs < SLEEP_MIN_US) {
		udelay(usecs);
		return 0;
	}
	set_current_state(TASK_INTERRUPTIBLE);
	return schedule_hrtimeout(&t, HRTIMER_MODE_REL) ? -EINTR : 0;
}

/* What a NIC that is gone reads as; many a register may do so and mean it. */
static bool odd(u32 val)
{
	return !val || val == XMD_ALL_ONES;
}

static bool suspect(struct xmd_nic *nic, u32 val)
{
	return odd(val) && xmd_nic_gone(nic);
}

static int do_set(struct xmd_nic *nic, const struct xmd_reg_op *op)
{
	u32 old = 0, val;

	if (op->mask != XMD_ALL_ONES) {
		old = xmd_read(nic, op->reg);
		if (suspect(nic, old))
			return -ENODEV;
	}
	/* QEMU's e1000 receives nothing for a second after each write of RCTL */
	if (op->reg == RCTL && (old & op->mask) == (op->val & op->mask))
		return 0;
	val = (old & ~op->mask) | (op->val & op->mask);
	if (op->reg == ITR || op->reg == EITR0)
		xmd_nic_itr_set(nic, op->reg, val);
	else
		xmd_write(nic, op->reg, val);
	return 0;
}

static int do_wait(struct xmd_nic *nic, struct xmd_reg_op *op)
{
	u32 mask = op->mask, want = op->val;
	ktime_t end = ktime_add_us(ktime_get(), op->usecs);
	bool last = false;
	int err;

	for (;;) {
		op->val = xmd_read(nic, op->reg);
		if (suspect(nic, op->val))
			return -ENODEV;
		if ((op->val & mask) == want)
			return 0;
		if (last)
			return -ETIMEDOUT;
		err = sleep_us(min(WAIT_STEP_US, op->usecs));
		if (err)
			return err;
		/* once more after the time is up: we may have been the slow ones */
		last = ktime_compare(ktime_get(), end) >= 0;
	}
}

static int do_op(struct xmd_nic *nic, struct xmd_reg_op *op)
{
	switch (op->op) {
	case XMD_REG_SET:
		return do_set(nic, op);
	case XMD_REG_WAIT:
		return do_wait(nic, op);
	default:
		return sleep_us(op->usecs);
	}
}

/*
 * All reads up to the next operation of another kind.  Most of the tables is zero, and asking
 * after each zero whether the NIC is still there would double the time: it is asked once.
 */
static int do_reads(struct xmd_nic *nic, struct xmd_reg_op *ops, struct xmd_regs *hdr)
{
	bool doubt = false;

	for (; hdr->failed < hdr->n && ops[hdr->failed].op == XMD_REG_READ; hdr->failed++) {
		struct xmd_reg_op *op = &ops[hdr->failed];

		op->val = xmd_read(nic, op->reg);
		doubt |= odd(op->val);
	}
	return doubt && xmd_nic_gone(nic) ? -ENODEV : 0;
}

/* What it has been asked for by configure, and has not answered yet. */
static const struct xmd_adapter *wanted(const struct xmd_nic *nic)
{
	return xmd_nic_asked(nic, XPC_UP_xmd_configure) ? &nic->want : NULL;
}

static void look_around(struct xmd_nic *nic)
{
	nic->guard.wake = xmd_guard_wake(nic->adapter, wanted(nic));
	nic->guard.stopped = !test_bit(XMD_RUNNING, &nic->bits);
	nic->guard.write_eeprom = xmd_nic_asked(nic, XPC_UP_xmd_write_eeprom);
}

int xmd_regs_start(struct xmd_nic *nic, struct xmd_start *start)
{
	u32 reg;

	if (test_bit(XMD_RUNNING, &nic->bits))
		return -EBUSY;
	if (!xmd_guard_address(nic->adapter, wanted(nic), start->mac)) {
		dev_warn_ratelimited(&nic->pdev->dev, "START refused: the address is %pM, not %pM\n",
				     nic->adapter->mac.addr, start->mac);
		return -EPERM;
	}
	if (!xmd_guard_start(&nic->guard, &reg)) {
		dev_warn_ratelimited(&nic->pdev->dev, "START refused: register %#x is not in order\n",
				     reg);
		return -EPERM;
	}
	start->tctl |= TCTL_PSP;
	return 0;
}

static int do_batch(struct xmd_nic *nic, struct xmd_reg_op *ops, struct xmd_regs *hdr)
{
	const struct xmd_reg_op *op;
	int err;

	look_around(nic);
	err = xmd_guard_batch(&nic->guard, ops, hdr->n, &hdr->failed);
	if (err) {
		op = &ops[hdr->failed];
		dev_warn_ratelimited(&nic->pdev->dev,
				     "register batch refused: operation %u (op %u, register %#x, mask %#x, value %#x) is not the user half's%s\n",
				     hdr->failed, op->op, op->reg, op->mask, op->val,
				     nic->guard.stopped ? "" : " while the NIC runs");
		return err;
	}
	hdr->failed = 0;
	if (xmd_nic_gone(nic))
		return -ENODEV;
	for (;;) {
		err = do_reads(nic, ops, hdr);
		if (err || hdr->failed == hdr->n)
			return err;
		err = do_op(nic, &ops[hdr->failed]);
		if (err)
			return err;
		xmd_guard_done(&nic->guard, &ops[hdr->failed++]);
	}
}

long xmd_regs(struct xmd_nic *nic, struct xmd_regs __user *arg)
{
	struct xmd_reg_op __user *user_ops;
	struct xmd_reg_op *ops;
	struct xmd_regs hdr;
	size_t bytes;
	long err;

	if (copy_from_user(&hdr, arg, sizeof(hdr)))
		return -EFAULT;
	if (!hdr.n || hdr.n > XMD_REG_BATCH_MAX)
		return -EINVAL;
	user_ops = u64_to_user_ptr(hdr.ops);
	bytes = hdr.n * sizeof(*ops);
	ops = kmalloc_array(XMD_REG_BATCH_MAX, sizeof(*ops), GFP_KERNEL);
	if (!ops)
		return -ENOMEM;
	err = -EFAULT;
	if (copy_from_user(ops, user_ops, bytes))
		goto out;
	err = xmd_ctl_lock(nic);
	if (err)
		goto out;
	err = do_batch(nic, ops, &hdr);
	mutex_unlock(&nic->ctl);
	if (copy_to_user(user_ops, ops, bytes) ||
	    put_user(hdr.failed, &arg->failed))
		err = -EFAULT;
out:
	kfree(ops);
	return err;
}
