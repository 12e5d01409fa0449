// SPDX-License-Identifier: GPL-2.0
/* fuzz_guard.c - any batch: one that passes touches nothing that is the kernel's. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "guard.h"
#include "hw.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size);

static void put_in_order(struct xmd_guard *g)
{
	static const struct { uint32_t reg, val; } honest[] = {
		{ PBA, 48 }, { FCAL, 0x00c28001 }, { FCAH, 0x100 }, { FCT, 0x8808 },
		{ FCTTV, 0x680 }, { VET, 0x8100 }, { TIPG, TIPG_COPPER }, { TIDV, 8 },
		{ FCRTH, 0xac00 }, { FCRTL, 0xa600 },
	};

	for (unsigned int i = 0; i < sizeof(honest) / sizeof(honest[0]); i++) {
		struct xmd_reg_op op = { .op = XMD_REG_SET, .reg = honest[i].reg, .mask = ~0u,
					 .val = honest[i].val };

		xmd_guard_done(g, &op);
	}
}

static const struct { uint32_t reg, bits; } never[] = {
	{ TDBAL, ~0u }, { TDBAH, ~0u }, { RDBAL, ~0u }, { RDBAH, ~0u }, { TDLEN, ~0u },
	{ RDLEN, ~0u }, { TDH, ~0u }, { TDT, ~0u }, { RDH, ~0u }, { RDT, ~0u }, { IMS, ~0u },
	{ IMC, ~0u }, { ICR, ~0u }, { ICS, ~0u },
	{ RXCSUM, ~0u }, { RCTL, ~RCTL_USER }, { TCTL, ~TCTL_USER },
	{ CTRL, CTRL_VME | CTRL_BEM },
};

/* Once in order, it stays so, and the EEPROM is left alone. */
static void check_state(struct xmd_guard *g, const struct xmd_reg_op *op)
{
	uint32_t reg;

	xmd_guard_done(g, op);
	if (!g->stopped && !xmd_guard_start(g, &reg))
		abort();
	if (op->reg == EECD && op->op == XMD_REG_SET && op->val & op->mask & ~EECD_EE_REQ)
		abort();
}

static void check_set(const struct xmd_reg_op *op)
{
	unsigned int i;

	if (op->reg & 3 || op->reg >= XMD_BAR_MIN)
		abort();
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (op->reg == never[i].reg && op->mask & never[i].bits)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size)
{
	struct xmd_guard g = { .stopped = size ? in[0] & 1 : false };
	uint32_t n = size / sizeof(struct xmd_reg_op), failed = ~0u, i, usecs = 0;
	struct xmd_reg_op *ops;
	int err;

	n = n > XMD_REG_BATCH_MAX ? XMD_REG_BATCH_MAX : n;
	if (!n)
		return 0;
	ops = malloc(n * sizeof(*ops));
	memcpy(ops, in, n * sizeof(*ops));
	/* random codes and registers would nearly all be refused at once */
	for (i = 0; i < n; i++) {
		ops[i].op %= 6;
		ops[i].reserved = 0;
		ops[i].reg &= i & 1 ? 0x5ffc : 0xffffffff;
		ops[i].usecs %= 2 * XMD_REG_WAIT_MAX_US;
	}
	if (!g.stopped)
		put_in_order(&g);
	err = xmd_guard_batch(&g, ops, n, &failed);
	if (failed > n || (err && failed == n) || (!err && failed != n))
		abort();
	for (i = 0; i < failed; i++) {
		if (ops[i].op == XMD_REG_SET)
			check_set(&ops[i]);
		if (!err)
			check_state(&g, &ops[i]);
		if (ops[i].op == XMD_REG_WAIT || ops[i].op == XMD_REG_DELAY)
			usecs += ops[i].usecs;
	}
	if (usecs > XMD_REG_BATCH_MAX_US)
		abort();
	free(ops);
	return 0;
}
