// SPDX-License-Identifier: GPL-2.0
/* test_guard.c - what a user half, honest or not, can do to the registers. */
#include "../check.h"
#include "guard.h"
#include "hw.h"

#define ANY	0xffffffffu

struct reg_case {
	const char *name;
	__u32 reg;
	__u32 running;		/* bits expected to be writable while the NIC runs */
	__u32 stopped;
	bool readable;
};

/* Everything that moves DMA, rings or interrupts, and the classes of what may be had. */
static const struct reg_case cases[] = {
	{ "TDBAL", TDBAL, 0, 0, false },
	{ "TDBAH", TDBAH, 0, 0, false },
	{ "RDBAL", RDBAL, 0, 0, false },
	{ "RDBAH", RDBAH, 0, 0, false },
	{ "TDLEN", TDLEN, 0, 0, true },
	{ "RDLEN", RDLEN, 0, 0, true },
	{ "TDH", TDH, 0, 0, true },
	{ "TDT", TDT, 0, 0, true },
	{ "RDH", RDH, 0, 0, true },
	{ "RDT", RDT, 0, 0, true },
	{ "ICR", ICR, 0, 0, false },
	{ "ICS", ICS, 0, 0, false },
	{ "IMS", IMS, 0, 0, true },
	{ "IMC", IMC, 0, 0, false },
	{ "TXDCTL", TXDCTL, 0, 0, true },
	{ "RXDCTL", RXDCTL, 0, 0, true },
	{ "RXCSUM", RXCSUM, 0, 0, false },
	{ "STATUS", STATUS, 0, 0, true },
	{ "CRCERRS", STATS_FIRST, 0, 0, true },
	{ "GPRC", 0x4074, 0, 0, true },
	{ "TSCTFC", STATS_LAST, 0, 0, true },
	{ "behind the statistics", STATS_LAST + 4, 0, 0, false },
	{ "before the statistics", STATS_FIRST - 4, 0, 0, false },
	{ "CTRL", CTRL, 0x18101be9, 0x9c101be9, true },
	{ "CTRL_EXT", CTRL_EXT, 0x00009000, 0x0000b000, true },
	{ "EECD", EECD, 0, 0x4f, true },
	{ "EERD", EERD, ANY, ANY, true },
	{ "MDIC", MDIC, ANY, ANY, true },
	{ "FLA, the flash", 0x1c, 0, 0, false },
	{ "FCAL", FCAL, ANY, ANY, true },
	{ "FCAH", FCAH, ANY, ANY, true },
	{ "FCT", FCT, ANY, ANY, true },
	{ "FCTTV", FCTTV, ANY, ANY, true },
	{ "FCRTL", FCRTL, ANY, ANY, true },
	{ "FCRTH", FCRTH, ANY, ANY, true },
	{ "TIPG", TIPG, ANY, ANY, true },
	{ "AIT", AIT, ANY, ANY, true },
	{ "ITR", ITR, ANY, ANY, true },
	{ "RDTR", RDTR, ANY, ANY, true },
	{ "RADV", RADV, ANY, ANY, true },
	{ "TIDV", TIDV, ANY, ANY, true },
	{ "TADV", TADV, ANY, ANY, true },
	{ "RCTL", RCTL, 0x00dcb038, 0x00dcb038, true },
	{ "TCTL", TCTL, 0x013ffff8, 0x013ffff8, true },
	{ "PBA", PBA, 0, ANY, true },
	{ "LEDCTL", LEDCTL, ANY, ANY, true },
	{ "MANC", MANC, 0x2000, 0x2000, true },
	{ "WUC", WUC, ANY, ANY, true },
	{ "WUFC", WUFC, ANY, ANY, true },
	{ "WUS", WUS, ANY, ANY, true },
	{ "RAL0", RA_FIRST, ANY, ANY, true },
	{ "RAH15", RA_LAST, ANY, ANY, true },
	{ "behind RAH15", RA_LAST + 4, 0, 0, false },
	{ "MTA 0", MTA_FIRST, ANY, ANY, true },
	{ "MTA 127", MTA_LAST, ANY, ANY, true },
	{ "before MTA", MTA_FIRST - 4, 0, 0, false },
	{ "VFTA 0", VFTA_FIRST, ANY, ANY, true },
	{ "VFTA 127", VFTA_LAST, ANY, ANY, true },
	{ "before VFTA", VFTA_FIRST - 4, 0, 0, false },
	{ "between registers", MDIC + 2, 0, 0, false },
	{ "MDIC + 1", MDIC + 1, 0, 0, false },
	{ "packet buffer memory", 0x10000, 0, 0, false },
	{ "last of the BAR", XMD_BAR_MIN - 4, 0, 0, false },
	{ "behind the BAR", XMD_BAR_MIN, 0, 0, false },
	{ "far out", 0xfffffffc, 0, 0, false },
};

static int one(__u16 code, __u32 reg, __u32 mask, bool stopped)
{
	struct xmd_reg_op op = { .op = code, .reg = reg, .mask = mask };
	__u32 failed;

	return xmd_guard_batch(&op, 1, stopped, &failed);
}

static void table_is_as_documented(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct reg_case *c = &cases[i];

		assert_case(c->name, xmd_guard_writable(c->reg, false), c->running);
		assert_case(c->name, xmd_guard_writable(c->reg, true), c->stopped);
		assert_case(c->name, one(XMD_REG_READ, c->reg, 0, false), c->readable ? 0 : -EPERM);
		assert_case(c->name, one(XMD_REG_WAIT, c->reg, 1, false), c->readable ? 0 : -EPERM);
	}
}

static void each_bit_by_itself(void **state)
{
	unsigned int i, bit, stopped;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (bit = 0; bit < 32; bit++) {
			for (stopped = 0; stopped < 2; stopped++) {
				__u32 may = stopped ? cases[i].stopped : cases[i].running;

				assert_case(cases[i].name,
					    one(XMD_REG_SET, cases[i].reg, 1u << bit, stopped),
					    may & 1u << bit ? 0 : -EPERM);
			}
		}
	}
}

static void control_bits_that_never(void **state)
{
	static const struct { __u32 reg, bits; } never[] = {
		{ CTRL, CTRL_BEM | CTRL_VME },
		{ RCTL, RCTL_EN | RCTL_SBP | RCTL_LBM | RCTL_DTYP | RCTL_BSIZE |
			RCTL_BSEX | RCTL_SECRC },
		{ TCTL, TCTL_EN },
		{ EECD, 0x30 },		/* FWE: opens the flash */
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(never); i++)
		assert_int_equal(xmd_guard_writable(never[i].reg, true) & never[i].bits, 0);
	assert_int_equal(RCTL_USER & (RCTL_EN | RCTL_BSIZE | RCTL_BSEX), 0);
	assert_int_equal(TCTL_USER & TCTL_EN, 0);
}

static void reset_only_when_stopped(void **state)
{
	(void)state;
	assert_int_equal(one(XMD_REG_SET, CTRL, CTRL_RST, false), -EPERM);
	assert_int_equal(one(XMD_REG_SET, CTRL, CTRL_RST, true), 0);
	assert_int_equal(one(XMD_REG_SET, CTRL, CTRL_PHY_RST, false), -EPERM);
	assert_int_equal(one(XMD_REG_SET, CTRL, CTRL_PHY_RST, true), 0);
}

static void batch_names_the_first_that_fails(void **state)
{
	struct xmd_reg_op ops[4] = {
		{ .op = XMD_REG_READ, .reg = STATUS },
		{ .op = XMD_REG_DELAY, .usecs = 10 },
		{ .op = XMD_REG_SET, .reg = TDT, .mask = 1 },
		{ .op = XMD_REG_SET, .reg = RDT, .mask = 1 },
	};
	__u32 failed = 99;

	(void)state;
	assert_int_equal(xmd_guard_batch(ops, 4, true, &failed), -EPERM);
	assert_int_equal(failed, 2);
	assert_int_equal(xmd_guard_batch(ops, 2, true, &failed), 0);
	assert_int_equal(failed, 2);
}

static void malformed(void **state)
{
	struct xmd_reg_op op = { .op = XMD_REG_READ, .reg = STATUS, .reserved = 1 };
	__u32 failed;

	(void)state;
	assert_int_equal(xmd_guard_batch(&op, 1, true, &failed), -EINVAL);
	assert_int_equal(one(0, STATUS, 0, true), -EINVAL);
	assert_int_equal(one(5, STATUS, 0, true), -EINVAL);
	assert_int_equal(one(0xffff, STATUS, 0, true), -EINVAL);
	/* a SET that sets nothing would still read a register */
	assert_int_equal(one(XMD_REG_SET, ITR, 0, true), -EPERM);
}

static void time_is_bounded(void **state)
{
	struct xmd_reg_op ops[XMD_REG_BATCH_MAX];
	__u32 failed;
	unsigned int i;

	(void)state;
	for (i = 0; i < XMD_REG_BATCH_MAX; i++)
		ops[i] = (struct xmd_reg_op){ .op = XMD_REG_DELAY, .usecs = XMD_REG_WAIT_MAX_US };
	assert_int_equal(xmd_guard_batch(ops, 2, false, &failed), 0);
	assert_int_equal(xmd_guard_batch(ops, 3, false, &failed), -EINVAL);
	assert_int_equal(failed, 2);
	ops[0].usecs = XMD_REG_WAIT_MAX_US + 1;
	assert_int_equal(xmd_guard_batch(ops, 1, false, &failed), -EINVAL);
	ops[0].usecs = 0xffffffff;
	assert_int_equal(xmd_guard_batch(ops, 1, false, &failed), -EINVAL);
	/* usecs of a READ mean nothing */
	ops[0] = (struct xmd_reg_op){ .op = XMD_REG_READ, .reg = STATUS, .usecs = 0xffffffff };
	assert_int_equal(xmd_guard_batch(ops, 1, false, &failed), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_as_documented),
		cmocka_unit_test(each_bit_by_itself),
		cmocka_unit_test(control_bits_that_never),
		cmocka_unit_test(reset_only_when_stopped),
		cmocka_unit_test(batch_names_the_first_that_fails),
		cmocka_unit_test(malformed),
		cmocka_unit_test(time_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
