// SPDX-License-Identifier: GPL-2.0
/* fuzz_guard.c - any batch, on any chip: one that passes touches nothing that is the kernel's. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "guard.h"
#include "hw.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size);

/* Of each family, and each of the lab's; what the others have in common with it. */
static const struct chip {
	uint16_t device;
	uint32_t memory;	/* KiB */
	uint32_t absent[8];
	bool pins;		/* read by the pins of EECD */
	bool pcie;
} chips[] = {
	{ 0x100e, 64, { EITR0, EXTCNF_CTRL, EEMNGCTL, EEWR, RFCTL, GCR } },		/* 82540EM */
	{ 0x100f, 64, { EITR0, EXTCNF_CTRL, EEMNGCTL, EEWR, RFCTL, GCR } },		/* 82545EM */
	{ 0x100c, 64, { ITR, RADV, TADV, EERD, LEDCTL, MANC, EITR0, EEWR }, true },	/* 82544GC */
	{ 0x10d3, 40, { 0 }, .pcie = true },						/* 82574L */
	{ 0x1019, 40, { EITR0, EXTCNF_CTRL, EEMNGCTL, EEWR, RFCTL, GCR } },		/* 82547EI */
	{ 0x109a, 32, { EITR0 }, .pcie = true },					/* 82573L */
};

static void put_in_order(struct xmd_guard *g, const struct chip *c)
{
	const uint32_t rx = c->memory - 16, xoff = rx * 1024 - 4096;
	const struct { uint32_t reg, val; } honest[] = {
		{ PBA, rx }, { FCAL, 0x00c28001 }, { FCAH, 0x100 }, { FCT, 0x8808 },
		{ FCTTV, 0x680 }, { VET, 0x8100 },
		{ TIPG, c->pcie ? TIPG_COPPER - 2 : TIPG_COPPER }, { TIDV, 8 },
		{ FCRTH, xoff }, { FCRTL, xoff - 1536 },
	};
	uint32_t reg;

	for (unsigned int i = 0; i < sizeof(honest) / sizeof(honest[0]); i++) {
		struct xmd_reg_op op = { .op = XMD_REG_SET, .reg = honest[i].reg, .mask = ~0u,
					 .val = honest[i].val };

		xmd_guard_done(g, &op);
	}
	if (!xmd_guard_start(g, &reg))
		abort();
}

static const struct { uint32_t reg, bits; } never[] = {
	{ TDBAL, ~0u }, { TDBAH, ~0u }, { RDBAL, ~0u }, { RDBAH, ~0u }, { TDLEN, ~0u },
	{ RDLEN, ~0u }, { TDH, ~0u }, { TDT, ~0u }, { RDH, ~0u }, { RDT, ~0u }, { IMS, ~0u },
	{ IMC, ~0u }, { ICR, ~0u }, { ICS, ~0u }, { EIAC, ~0u }, { IVAR, ~0u }, { CTRL_EXT, ~0u },
	{ RFCTL, ~0u }, { GCR, ~0u }, { TXDCTL, ~0u }, { EEWR, ~0u },
	{ RXCSUM, ~0u }, { RCTL, ~RCTL_USER }, { TCTL, ~TCTL_USER },
	{ CTRL, CTRL_VME | CTRL_BEM },
};

/*
 * What a Microwire EEPROM makes of the pins (the manual's 5.4): a 1 after CS has risen begins an
 * instruction, the two bits behind it say which.
 */
struct eeprom {
	uint32_t eecd;
	unsigned int bits, code;
};

static void clock_pins(struct eeprom *e, const struct xmd_reg_op *op)
{
	uint32_t was = e->eecd;

	e->eecd = (was & ~op->mask) | (op->val & op->mask);
	if (!(e->eecd & EECD_CS) || !(was & EECD_CS))
		e->bits = e->code = 0;
	if (!(e->eecd & EECD_CS) || !(e->eecd & ~was & EECD_SK) || e->bits == 3)
		return;
	if (e->bits || e->eecd & EECD_DI) {
		e->code = e->code << 1 | !!(e->eecd & EECD_DI);
		e->bits++;
	}
	/* anything but to read */
	if (e->bits == 3 && e->code != 6)
		abort();
}

/* Once in order, it stays so, and what the EEPROM holds is left alone. */
static void check_state(struct xmd_guard *g, const struct chip *c, struct eeprom *e,
			const struct xmd_reg_op *op)
{
	uint32_t reg;

	xmd_guard_done(g, op);
	if (!g->stopped && !xmd_guard_start(g, &reg))
		abort();
	if (op->op != XMD_REG_SET)
		return;
	if (op->reg == CTRL && op->val & op->mask & CTRL_RST)
		*e = (struct eeprom){ 0 };
	if (op->reg != EECD)
		return;
	if (!c->pins && op->val & op->mask & ~EECD_EE_REQ)
		abort();
	clock_pins(e, op);
}

/* Of CTRL, what pulls the rings away, and what is something else on another chip. */
static uint32_t never_of_ctrl(const struct xmd_guard *g, const struct chip *c)
{
	return (g->stopped ? 0 : CTRL_RST | CTRL_PHY_RST) |
	       (g->stopped && c->pcie ? 0 : CTRL_GIO_DISABLE) |
	       (c->pins ? 0 : CTRL_SWDPIN0 | CTRL_SWDPIO0);
}

static void check_touched(const struct chip *c, const struct xmd_reg_op *op)
{
	for (unsigned int i = 0; i < 8 && c->absent[i]; i++)
		if (op->reg == c->absent[i])
			abort();
}

static void check_set(const struct xmd_guard *g, const struct chip *c, const struct xmd_reg_op *op)
{
	uint32_t val = op->val & op->mask;
	unsigned int i;

	if (op->reg & 3 || op->reg >= XMD_BAR_MIN)
		abort();
	if (op->reg == CTRL && op->mask & never_of_ctrl(g, c))
		abort();
	if (!g->stopped && op->reg == TIPG && val != (c->pcie ? TIPG_COPPER - 2 : TIPG_COPPER))
		abort();
	if (!g->stopped && op->reg == FCTTV && val - 1 >= 0x7ff)
		abort();
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (op->reg == never[i].reg && op->mask & never[i].bits)
			abort();
}

#define OFFSET(name, offset, ...) offset,
static const uint32_t known[] = { XMD_NIC_REGISTERS(OFFSET, OFFSET, OFFSET, OFFSET, OFFSET) };

/* Random codes and registers would nearly all be refused at once. */
static void shape(const struct xmd_guard *g, struct xmd_reg_op *op)
{
	unsigned int how = op->reserved;

	op->reserved = 0;
	op->op = how & 1 ? XMD_REG_SET : op->op % 6;
	op->usecs %= 2 * XMD_REG_WAIT_MAX_US;
	if (how & 2)
		op->reg = known[op->reg % XMD_NIC_ROWS];
	if ((how & 0x70) == 0x70)
		op->reg = EECD;
	if (how & 4)
		op->mask = xmd_guard_writable(g, op->reg);
	if (how & 8)
		op->val &= op->mask;
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size)
{
	const struct chip *c = &chips[size ? (in[0] >> 1) % (sizeof(chips) / sizeof(chips[0])) : 0];
	struct xmd_guard g = { .chip = xmd_chip_find(XMD_VENDOR_INTEL, c->device),
		.stopped = size ? in[0] & 1 : false };
	uint32_t n = size / sizeof(struct xmd_reg_op), failed = ~0u, i, usecs = 0;
	struct eeprom eeprom = { 0 };
	struct xmd_reg_op *ops;
	int err;

	n = n > XMD_REG_BATCH_MAX ? XMD_REG_BATCH_MAX : n;
	if (!n)
		return 0;
	ops = malloc(n * sizeof(*ops));
	/* the first octet said which chip it is */
	memcpy(ops, in + (size > n * sizeof(*ops)), n * sizeof(*ops));
	for (i = 0; i < n; i++)
		shape(&g, &ops[i]);
	if (!g.stopped)
		put_in_order(&g, c);
	err = xmd_guard_batch(&g, ops, n, &failed);
	if (failed > n || (err && failed == n) || (!err && failed != n))
		abort();
	for (i = 0; i < failed; i++) {
		if (ops[i].op != XMD_REG_DELAY)
			check_touched(c, &ops[i]);
		if (ops[i].op == XMD_REG_SET)
			check_set(&g, c, &ops[i]);
		if (!err)
			check_state(&g, c, &eeprom, &ops[i]);
		if (ops[i].op == XMD_REG_WAIT || ops[i].op == XMD_REG_DELAY)
			usecs += ops[i].usecs;
	}
	if (usecs > XMD_REG_BATCH_MAX_US)
		abort();
	free(ops);
	return 0;
}
