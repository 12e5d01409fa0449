// SPDX-License-Identifier: GPL-2.0
/*
 * batch.c - collecting, sending, and telling a dead device from a stuck bit.
 *
 * A card that has left the bus reads as all ones, which looks like "ready", "done"
 * and "link up" at once; one whose memory decoding was switched off under QEMU reads as
 * zero, which looks like a bit that never comes.  So whenever a value of a batch is all
 * ones, or a wait ran out, STATUS and PBA are asked too: STATUS has bits that are
 * reserved as zero (chapter 13.4.2), and PBA is never zero (13.4.16).  The question
 * costs a crossing only when it arises.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "batch.h"
#include "driver.h"

#define ALL_ONES 0xffffffffu

void batch_init(struct reg_batch *b, struct driver *d, int exit_code)
{
	b->d = d;
	b->exit_code = exit_code;
	b->error = 0;
	b->n = 0;
	b->usecs = 0;
}

static int send_ops(struct driver *d, struct xmd_reg_op *op, unsigned int n,
		    unsigned int *failed)
{
	struct xmd_regs regs = { .n = n, .failed = n, .ops = (uintptr_t)op };
	int err = port_regs(d->port, &regs);

	*failed = regs.failed;
	return err;
}

int batch_device_alive(struct driver *d)
{
	struct xmd_reg_op op[2] = {
		{ .op = XMD_REG_READ, .reg = STATUS },
		{ .op = XMD_REG_READ, .reg = PBA },
	};
	unsigned int failed;
	int err = send_ops(d, op, 2, &failed);

	if (err == -EIO || err == -ENODEV)
		return -ENODEV;
	if (op[0].val == ALL_ONES || op[1].val == ALL_ONES || !op[1].val)
		return -ENODEV;
	return 0;
}

static bool saw_all_ones(const struct reg_batch *b)
{
	for (unsigned int i = 0; i < b->n; i++) {
		if ((b->op[i].op == XMD_REG_READ || b->op[i].op == XMD_REG_WAIT) &&
		    b->op[i].val == ALL_ONES)
			return true;
	}
	return false;
}

static int explain(struct reg_batch *b, int err, unsigned int failed)
{
	const struct xmd_reg_op *op;

	if (failed >= b->n)
		return driver_downcall_failed(b->d, "XMD_NIC_REGS", err);
	op = &b->op[failed];
	if (err == -ETIMEDOUT && b->want[failed].mask && (op->val & b->want[failed].mask) == b->want[failed].val)
		return driver_nonsense(b->d,
			"%s: the kernel half contradicts itself: register 0x%05x reads 0x%08x, which was waited for in vain",
			b->what[failed], op->reg, op->val);
	if (err == -ETIMEDOUT)
		return driver_fail(b->d, b->code[failed],
			"%s: register 0x%05x still reads 0x%08x after %u us (bits 0x%08x)",
			b->what[failed], op->reg, op->val, op->usecs, op->mask);
	if (err == -EPERM)
		return driver_fail(b->d, EXIT_REGISTER,
			"%s: the kernel's register guard refused register 0x%05x, bits 0x%08x",
			b->what[failed], op->reg, op->mask);
	return driver_fail(b->d, b->code[failed], "%s: register 0x%05x: %s",
			   b->what[failed], op->reg, strerror(-err));
}

static int send_batch(struct reg_batch *b)
{
	unsigned int failed;
	int err = send_ops(b->d, b->op, b->n, &failed);

	if (err == -EIO || err == -ENODEV)
		return -ENODEV;
	if ((err == -ETIMEDOUT || (!err && saw_all_ones(b))) && batch_device_alive(b->d))
		return -ENODEV;
	if (err)
		return explain(b, err, failed);
	for (unsigned int i = 0; i < b->n; i++) {
		if (b->out[i])
			*b->out[i] = b->op[i].val;
	}
	return 0;
}

int batch_run(struct reg_batch *b)
{
	if (!b->error && b->n)
		b->error = send_batch(b);
	b->n = 0;
	b->usecs = 0;
	return b->error;
}

static void add(struct reg_batch *b, const struct xmd_reg_op *op, uint32_t *out,
		const char *what)
{
	if (b->n == XMD_REG_BATCH_MAX || b->usecs + op->usecs > XMD_REG_BATCH_MAX_US)
		batch_run(b);
	if (b->error)
		return;
	b->op[b->n] = *op;
	b->want[b->n].mask = op->op == XMD_REG_WAIT ? op->mask : 0;
	b->want[b->n].val = op->val;
	b->out[b->n] = out;
	b->what[b->n] = what;
	b->code[b->n] = b->exit_code;
	b->usecs += op->usecs;
	b->n++;
}

void batch_read(struct reg_batch *b, uint32_t reg, uint32_t *out, const char *what)
{
	struct xmd_reg_op op = { .op = XMD_REG_READ, .reg = reg };

	add(b, &op, out, what);
}

void batch_set(struct reg_batch *b, uint32_t reg, uint32_t mask, uint32_t val,
	       const char *what)
{
	struct xmd_reg_op op = { .op = XMD_REG_SET, .reg = reg, .mask = mask, .val = val };

	add(b, &op, NULL, what);
}

void batch_write(struct reg_batch *b, uint32_t reg, uint32_t val, const char *what)
{
	batch_set(b, reg, ~0u, val, what);
}

void batch_delay(struct reg_batch *b, unsigned int usecs)
{
	struct xmd_reg_op op = { .op = XMD_REG_DELAY, .usecs = usecs };

	add(b, &op, NULL, "delay");
}

void batch_wait(struct reg_batch *b, const struct reg_wait *w, uint32_t *out,
		const char *what)
{
	struct xmd_reg_op op = {
		.op = XMD_REG_WAIT, .reg = w->reg, .mask = w->mask, .val = w->val,
		.usecs = w->usecs,
	};

	add(b, &op, out, what);
}
