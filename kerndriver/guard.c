// SPDX-License-Identifier: GPL-2.0
/*
 * guard.c - the table behind XMD_NIC_REGS.
 *
 * The rule: nothing in here may move DMA, rings or interrupts, or change how many
 * bytes the NIC writes into a buffer.  The pool is the only memory it may write.
 * Absent, and so neither read nor written: TDBA, RDBA (they tell machine addresses),
 * ICR (a read would swallow an interrupt), ICS, IMC, RXCSUM, flash and diagnostics.
 */
#include <linux/errno.h>
#include "guard.h"
#include "hw.h"

struct guard {
	__u32 first, last;	/* offsets of the first and the last register */
	__u32 any;		/* writable at all times */
	__u32 stopped;		/* writable in STOPPED in addition */
};

#define ALL	0xffffffffu
#define ONE(reg) (reg), (reg)

static const struct guard table[] = {
	{ ONE(CTRL), CTRL_FD | CTRL_LRST | CTRL_ASDE | CTRL_SLU | CTRL_ILOS | CTRL_SPEED |
		     CTRL_FRCSPD | CTRL_FRCDPX | CTRL_ADVD3WUC | CTRL_RFCE | CTRL_TFCE,
		     CTRL_RST | CTRL_PHY_RST },
	{ ONE(STATUS) },
	/* bit-banging can rewrite the EEPROM under a NIC that works: not while it runs */
	{ ONE(EECD), 0, EECD_WIRE },
	{ ONE(EERD), ALL },
	/* EE_RST loads the EEPROM anew, which resets most of the chip */
	{ ONE(CTRL_EXT), CTRL_EXT_ASDCHK | CTRL_EXT_SPD_BYPS, CTRL_EXT_EE_RST },
	{ ONE(MDIC), ALL },
	{ ONE(FCAL), ALL },
	{ ONE(FCAH), ALL },
	{ ONE(FCT), ALL },
	{ ONE(VET), ALL },
	{ ONE(ITR), ALL },
	{ ONE(IMS) },
	{ ONE(RCTL), RCTL_USER },
	{ ONE(FCTTV), ALL },
	{ ONE(TCTL), TCTL_USER },
	{ ONE(TIPG), ALL },
	{ ONE(AIT), ALL },
	{ ONE(LEDCTL), ALL },
	/* the split of the packet memory; takes effect with a reset only (13.4.13) */
	{ ONE(PBA), 0, ALL },
	{ ONE(FCRTL), ALL },
	{ ONE(FCRTH), ALL },
	{ RDFH, RDFPC },
	{ ONE(RDLEN) },
	{ ONE(RDH) },
	{ ONE(RDT) },
	{ ONE(RDTR), ALL },
	{ ONE(RXDCTL) },
	{ ONE(RADV), ALL },
	{ TDFH, TDFPC },
	{ ONE(TDLEN) },
	{ ONE(TDH) },
	{ ONE(TDT) },
	{ ONE(TIDV), ALL },
	{ ONE(TXDCTL) },
	{ ONE(TADV), ALL },
	{ STATS_FIRST, STATS_LAST },
	{ MTA_FIRST, MTA_LAST, ALL },
	{ RA_FIRST, RA_LAST, ALL },
	{ VFTA_FIRST, VFTA_LAST, ALL },
	{ ONE(WUC), ALL },
	{ ONE(WUFC), ALL },
	{ ONE(WUS), ALL },
	/* firmware that answers ARP for us has to be told off; the rest is its own */
	{ ONE(MANC), MANC_ARP_EN },
	{ ONE(WUPL) },
};

static const struct guard *find(__u32 reg)
{
	unsigned int i;

	if (reg & 3)
		return NULL;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (reg >= table[i].first && reg <= table[i].last)
			return &table[i];
	return NULL;
}

__u32 xmd_guard_writable(__u32 reg, bool stopped)
{
	const struct guard *g = find(reg);

	if (!g)
		return 0;
	return stopped ? g->any | g->stopped : g->any;
}

/* Everything in the table may be read: what must not be is not in it. */
static int check_op(const struct xmd_reg_op *op, bool stopped)
{
	if (op->reserved)
		return -EINVAL;
	switch (op->op) {
	case XMD_REG_DELAY:
		return 0;
	case XMD_REG_READ:
	case XMD_REG_WAIT:
		return find(op->reg) ? 0 : -EPERM;
	case XMD_REG_SET:
		return op->mask && !(op->mask & ~xmd_guard_writable(op->reg, stopped)) ? 0 : -EPERM;
	default:
		return -EINVAL;
	}
}

int xmd_guard_batch(const struct xmd_reg_op *ops, __u32 n, bool stopped, __u32 *failed)
{
	__u32 i, usecs = 0;
	int err;

	for (i = 0; i < n; i++) {
		*failed = i;
		err = check_op(&ops[i], stopped);
		if (err)
			return err;
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
