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
	XMD_RULE_PINS,		/* EECD: to 0 and EE_REQ, as for a reset; all for write_eeprom; to
				 * read, where nothing else can */
	XMD_RULE_EEWR,		/* for write_eeprom */
	XMD_RULE_PBA,		/* leaves as much for sending as receiving has at least */
	XMD_RULE_TIPG,		/* the chip's, and nothing else */
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

/* What the chip has not is not there. */
static const struct guard *find(const struct xmd_guard *g, __u32 reg)
{
	unsigned int low = 0, high = XMD_NIC_ROWS;

	if (reg & 3 || xmd_chip_lacks(g->chip, reg))
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

static bool pins_read(const struct xmd_guard *g)
{
	return g->chip->flags & XMD_LACKS_EERD;
}

static __u32 writable(const struct xmd_guard *g, const struct guard *row)
{
	bool always = g->stopped || (row == &table[ROW_EECD] && pins_read(g));
	__u32 bits = row == &table[ROW_CTRL] ? xmd_chip_ctrl(g->chip, g->stopped) : 0;

	return bits | row->running | (always ? row->stopped : 0);
}

__u32 xmd_guard_writable(const struct xmd_guard *g, __u32 reg)
{
	const struct guard *row = find(g, reg);

	return row ? writable(g, row) : 0;
}

#define MICROWIRE_READ	6	/* start bit and code */

/* What the pins have told the EEPROM when EECD has become @now: so many bits as matter. */
static __u8 clocked(const struct xmd_guard *g, __u32 now)
{
	__u32 was = g->last[ROW_EECD];
	__u8 bits;

	if (!(now & EECD_CS))
		return 0;
	bits = was & EECD_CS ? g->pins : 0;
	return now & ~was & EECD_SK && bits < 4 ? (bits << 1) + !!(now & EECD_DI) : bits;
}

static bool pins_ok(const struct xmd_guard *g, __u32 val, __u32 mask)
{
	__u8 bits = clocked(g, (g->last[ROW_EECD] & ~mask) | val);

	if ((g->write_eeprom && g->stopped) || !(val & ~EECD_EE_REQ))
		return true;
	/* all the pins, or what is not known of them could clock */
	return pins_read(g) && mask == EECD_WIRE && (bits < 4 || bits == MICROWIRE_READ);
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
	case XMD_RULE_PBA:
		return mask == row->stopped && val >= PBA_RX_MIN &&
		       val <= (__u32)g->chip->memory - PBA_TX_MIN;
	case XMD_RULE_TIPG:
		return mask == row->running && val == xmd_chip_tipg(g->chip);
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
	__u32 mask = op->mask & writable(g, row), val = op->val & mask;

	switch (row->rule) {
	case XMD_RULE_CLEAR:
		return !val;
	case XMD_RULE_WAKE:
		return !(val & ~g->wake);
	case XMD_RULE_PINS:
		return pins_ok(g, val, mask);
	case XMD_RULE_EEWR:
		return g->write_eeprom;
	default:
		return g->stopped || in_order(g, row, mask, val);
	}
}

static bool set_ok(const struct xmd_guard *g, const struct xmd_reg_op *op)
{
	const struct guard *row = find(g, op->reg);

	return row && op->mask && !(op->mask & ~writable(g, row)) &&
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
		row = find(g, op->reg);
		return row && row->read ? 0 : -EPERM;
	case XMD_REG_SET:
		return set_ok(g, op) ? 0 : -EPERM;
	default:
		return -EINVAL;
	}
}

void xmd_guard_done(struct xmd_guard *g, const struct xmd_reg_op *op)
{
	const struct guard *row = op->op == XMD_REG_SET ? find(g, op->reg) : NULL;
	unsigned int i;

	if (!row)
		return;
	i = row - table;
	if (i == ROW_EECD)
		g->pins = clocked(g, (g->last[i] & ~op->mask) | (op->val & op->mask));
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
		if (!xmd_chip_lacks(g->chip, *reg) &&
		    !in_order(g, &table[i], table[i].running | table[i].stopped, g->last[i]))
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
