// SPDX-License-Identifier: GPL-2.0
/*
 * guard.c - what is behind XMD_NIC_REGS: the list of xmd/nicregs.h, and the rules of it.
 *
 * A row with bounds, and the thresholds of PAUSE, may hold anything while the NIC is STOPPED (a
 * self-test writes patterns); START wants it in order, and while it runs each write is looked
 * at.  So nothing is ever out of order while frames flow.
 */
#include <linux/errno.h>
#include "guard.h"

enum rule {
	XMD_RULE_FREE,
	XMD_RULE_BOUND,
	XMD_RULE_CLEAR,		/* to 0 only */
	XMD_RULE_PINS,		/* EECD: to 0 and EE_REQ, as for a reset; all for write_eeprom */
	XMD_RULE_WAKE,		/* WUFC: what was asked for */
	XMD_RULE_XON,		/* FCRTL: not above FCRTH */
	XMD_RULE_XOFF,		/* FCRTH: in the upper half of the memory; not below FCRTL */
};

struct guard {
	__u32 first, last;	/* offsets of the first and the last register */
	bool read;
	__u8 rule;
	__u32 running, stopped;	/* bits that may be changed; stopped: in addition */
	__u32 low, high;
};

#define KERNEL_ROW(name, off, chapter) { .first = off, .last = off },
#define READ_ROW(name, off, chapter) { .first = off, .last = off, .read = true },
#define FREE_ROW(name, off, words, chapter, run, stop) { .first = off, \
	.last = (off) + 4 * ((words) - 1), .read = true, .running = run, .stopped = stop },
#define BOUND_ROW(name, off, chapter, run, stop, from, to) { .first = off, .last = off, \
	.read = true, .rule = XMD_RULE_BOUND, .running = run, .stopped = stop, .low = from, .high = to },
#define RULE_ROW(name, off, chapter, run, stop, how) { .first = off, .last = off, .read = true, \
	.rule = how, .running = run, .stopped = stop },

static const struct guard table[] = {
	XMD_NIC_REGISTERS(KERNEL_ROW, READ_ROW, FREE_ROW, BOUND_ROW, RULE_ROW)
};

#define ROW(name, ...) ROW_##name,
enum { XMD_NIC_REGISTERS(ROW, ROW, ROW, ROW, ROW) };

static const struct guard *find(__u32 reg)
{
	unsigned int low = 0, high = XMD_NIC_ROWS;

	if (reg & 3)
		return NULL;
	/* each turn halves what is left */
	while (low < high) {
		unsigned int i = (low + high) / 2;

		if (reg < table[i].first)
			high = i;
		else if (reg > table[i].last)
			low = i + 1;
		else
			return &table[i];
	}
	return NULL;
}

static __u32 writable(const struct guard *row, bool stopped)
{
	return stopped ? row->running | row->stopped : row->running;
}

__u32 xmd_guard_writable(__u32 reg, bool stopped)
{
	const struct guard *row = find(reg);

	return row ? writable(row, stopped) : 0;
}

static __u32 xon(const struct xmd_guard *g)
{
	return g->last[ROW_FCRTL] & FCRT_BYTES;
}

static bool xoff_fits(const struct xmd_guard *g, __u32 xoff)
{
	__u32 memory = (g->last[ROW_PBA] & PBA_RX_MASK) * 1024;

	return xoff >= memory / 2 && xoff < memory && xoff >= xon(g);
}

/* All of the value has to be known: part of it could be anything. */
static bool in_order(const struct xmd_guard *g, const struct guard *row, __u32 mask, __u32 val)
{
	switch (row->rule) {
	case XMD_RULE_BOUND:
		return mask == (row->running | row->stopped) && val >= row->low &&
		       val <= row->high;
	case XMD_RULE_XON:
		return mask == row->running && (val & FCRT_BYTES) <= g->last[ROW_FCRTH];
	case XMD_RULE_XOFF:
		return mask == row->running && xoff_fits(g, val);
	default:
		return true;
	}
}

static bool value_ok(const struct xmd_guard *g, const struct guard *row,
		     const struct xmd_reg_op *op)
{
	__u32 mask = op->mask & writable(row, g->stopped), val = op->val & mask;

	switch (row->rule) {
	case XMD_RULE_CLEAR:
		return !val;
	case XMD_RULE_WAKE:
		return !(val & ~g->wake);
	case XMD_RULE_PINS:
		return g->write_eeprom || !(val & ~EECD_EE_REQ);
	default:
		return g->stopped || in_order(g, row, mask, val);
	}
}

static bool set_ok(const struct xmd_guard *g, const struct xmd_reg_op *op)
{
	const struct guard *row = find(op->reg);

	return row && op->mask && !(op->mask & ~writable(row, g->stopped)) &&
	       value_ok(g, row, op);
}

static int check_op(const struct xmd_guard *g, const struct xmd_reg_op *op)
{
	const struct guard *row;

	if (op->reserved)
		return -EINVAL;
	switch (op->op) {
	case XMD_REG_DELAY:
		return 0;
	case XMD_REG_READ:
	case XMD_REG_WAIT:
		row = find(op->reg);
		return row && row->read ? 0 : -EPERM;
	case XMD_REG_SET:
		return set_ok(g, op) ? 0 : -EPERM;
	default:
		return -EINVAL;
	}
}

void xmd_guard_done(struct xmd_guard *g, const struct xmd_reg_op *op)
{
	const struct guard *row = find(op->reg);
	unsigned int i;

	if (op->op != XMD_REG_SET || !row)
		return;
	i = row - table;
	g->last[i] = (g->last[i] & ~op->mask) | (op->val & op->mask);
	if (op->reg != CTRL || !(op->mask & op->val & CTRL_RST))
		return;
	/* all is as after power-on, but for the split of the memory, which takes effect */
	for (i = 0; i < XMD_NIC_ROWS; i++)
		g->last[i] = i == ROW_PBA ? g->last[i] : 0;
}

bool xmd_guard_start(const struct xmd_guard *g, __u32 *reg)
{
	unsigned int i;

	for (i = 0; i < XMD_NIC_ROWS; i++) {
		*reg = table[i].first;
		if (!in_order(g, &table[i], table[i].running | table[i].stopped, g->last[i]))
			return false;
	}
	return true;
}

int xmd_guard_batch(const struct xmd_guard *g, const struct xmd_reg_op *ops, __u32 n,
		    __u32 *failed)
{
	struct xmd_guard sim = *g;	/* as it will be when the operation's turn comes */
	__u32 i, usecs = 0;
	int err;

	for (i = 0; i < n; i++) {
		*failed = i;
		err = check_op(&sim, &ops[i]);
		if (err)
			return err;
		xmd_guard_done(&sim, &ops[i]);
		if (ops[i].op != XMD_REG_WAIT && ops[i].op != XMD_REG_DELAY)
			continue;
		/* each term is bounded before it is added: the sum cannot wrap */
		if (ops[i].usecs > XMD_REG_WAIT_MAX_US)
			return -EINVAL;
		usecs += ops[i].usecs;
		if (usecs > XMD_REG_BATCH_MAX_US)
			return -EINVAL;
	}
	*failed = n;
	return 0;
}

static bool is_unicast(const __u8 *mac)
{
	return !(mac[0] & 1) && (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

static bool same(const __u8 *a, const __u8 *b)
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3] && a[4] == b[4] &&
	       a[5] == b[5];
}

__u32 xmd_guard_wake(const struct xmd_adapter *have, const struct xmd_adapter *want)
{
	__u32 wol = have->wol | (want ? want->wol : 0);

	/* before it has told what it found, it is the EEPROM that says */
	if (!is_unicast(have->mac.addr))
		wol |= XMD_WOL_MAGIC;
	return WUFC_OF(wol);
}

bool xmd_guard_address(const struct xmd_adapter *have, const struct xmd_adapter *want,
		       const __u8 *mac)
{
	return !is_unicast(have->mac.addr) || same(have->mac.addr, mac) ||
	       (want && same(want->mac.addr, mac));
}

bool xmd_guard_found(const struct xmd_adapter *have, const struct xmd_adapter *found,
		     const __u8 *started)
{
	return !is_unicast(have->mac.addr) && is_unicast(started) &&
	       same(found->mac.addr, started) && !(found->wol & ~XMD_WOL_MAGIC);
}
