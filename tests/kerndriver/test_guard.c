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
	{ "IMS", IMS, 0, 0, false },
	{ "IMC", IMC, 0, 0, false },
	{ "TXDCTL", 0x3828, 0, 0, false },
	{ "RXDCTL", 0x2828, 0, 0, false },
	{ "RXCSUM", RXCSUM, 0, 0, false },
	{ "STATUS", STATUS, 0, 0, true },
	{ "CRCERRS", CRCERRS, 0, 0, true },
	{ "GPRC", 0x4074, 0, 0, true },
	{ "TSCTFC", TSCTFC, 0, 0, true },
	{ "behind the statistics", TSCTFC + 4, 0, 0, false },
	{ "before the statistics", CRCERRS - 4, 0, 0, false },
	{ "between the statistics", 0x4024, 0, 0, false },
	{ "CTRL", CTRL, 0x18101be1, 0x9c101be1, true },
	{ "CTRL_EXT", 0x18, 0, 0, false },
	{ "EECD", EECD, 0, 0x47, true },
	{ "EERD", EERD, ANY, ANY, true },
	{ "MDIC", MDIC, ANY, ANY, true },
	{ "FLA, the flash", 0x1c, 0, 0, false },
	{ "FCAL", FCAL, ANY, ANY, true },
	{ "FCAH", FCAH, 0xffff, 0xffff, true },
	{ "FCT", FCT, 0xffff, 0xffff, true },
	{ "FCTTV", FCTTV, 0xffff, 0xffff, true },
	{ "FCRTL", FCRTL, 0x8000ffff, 0x8000ffff, true },
	{ "FCRTH", FCRTH, 0xffff, 0xffff, true },
	{ "VET", VET, 0xffff, 0xffff, true },
	{ "TIPG", TIPG, 0x3fffffff, 0x3fffffff, true },
	{ "AIT", 0x458, 0, 0, false },
	{ "ITR", ITR, 0xffff, 0xffff, true },
	{ "RDTR", RDTR, 0xffff, 0xffff, true },
	{ "RADV", RADV, 0xffff, 0xffff, true },
	{ "TIDV", TIDV, 0xffff, 0xffff, true },
	{ "TADV", TADV, 0xffff, 0xffff, true },
	{ "RCTL", RCTL, 0x00008038, 0x00008038, true },
	{ "TCTL", TCTL, 0x003ffff0, 0x003ffff0, true },
	{ "PBA", PBA, 0, 0xffff, true },
	{ "LEDCTL", LEDCTL, ANY, ANY, true },
	{ "MANC", MANC, 0x2000, 0x2000, true },
	{ "WUC", WUC, 0xb, 0xb, true },
	{ "WUFC", WUFC, 0x1f, 0x1f, true },
	{ "WUS", 0x5810, 0, 0, false },
	{ "RAL0", RAL(0), ANY, ANY, true },
	{ "RAH15", RAH(15), ANY, ANY, true },
	{ "behind RAH15", RAH(15) + 4, 0, 0, false },
	{ "MTA 0", MTA(0), ANY, ANY, true },
	{ "MTA 127", MTA(127), ANY, ANY, true },
	{ "before MTA", MTA(0) - 4, 0, 0, false },
	{ "VFTA 0", 0x5600, 0, 0, false },
	{ "packet FIFO", 0x2410, 0, 0, false },
	{ "between registers", MDIC + 2, 0, 0, false },
	{ "MDIC + 1", MDIC + 1, 0, 0, false },
	{ "packet buffer memory", 0x10000, 0, 0, false },
	{ "last of the BAR", XMD_BAR_MIN - 4, 0, 0, false },
	{ "behind the BAR", XMD_BAR_MIN, 0, 0, false },
	{ "far out", 0xfffffffc, 0, 0, false },
};

/* As an honest user half leaves it behind at START, of an MTU of 1500. */
static const struct xmd_chip *em(void)
{
	return xmd_chip_find(XMD_VENDOR_INTEL, 0x100e);
}

static __u32 may(__u32 reg, bool stopped)
{
	const struct xmd_guard g = { .chip = em(), .stopped = stopped };

	return xmd_guard_writable(&g, reg);
}

static void in_order(struct xmd_guard *g)
{
	static const struct { __u32 reg, val; } honest[] = {
		{ PBA, 48 }, { FCAL, 0x00c28001 }, { FCAH, 0x100 }, { FCT, 0x8808 },
		{ FCTTV, 0x680 }, { VET, 0x8100 }, { TIPG, TIPG_COPPER }, { TIDV, 8 },
		{ FCRTH, 0xac00 }, { FCRTL, FCRTL_XONE | 0xa600 },
	};
	unsigned int i;

	*g = (struct xmd_guard){ .chip = em(), .stopped = true };
	for (i = 0; i < ARRAY_SIZE(honest); i++) {
		struct xmd_reg_op op = { .op = XMD_REG_SET, .reg = honest[i].reg,
					 .mask = may(honest[i].reg, true),
					 .val = honest[i].val };
		__u32 failed;

		assert_int_equal(xmd_guard_batch(g, &op, 1, &failed), 0);
		xmd_guard_done(g, &op);
	}
	g->stopped = false;
}

static int try(const struct xmd_guard *g, __u16 code, __u32 reg, __u32 mask, __u32 val)
{
	struct xmd_reg_op op = { .op = code, .reg = reg, .mask = mask, .val = val };
	__u32 failed;

	return xmd_guard_batch(g, &op, 1, &failed);
}

static int set(const struct xmd_guard *g, __u32 reg, __u32 val)
{
	return try(g, XMD_REG_SET, reg, xmd_guard_writable(g, reg), val);
}

static int one(__u16 code, __u32 reg, __u32 mask, bool stopped)
{
	const struct xmd_guard g = { .chip = em(), .stopped = stopped };

	return try(&g, code, reg, mask, 0);
}

static int batch(struct xmd_reg_op *ops, __u32 n, bool stopped, __u32 *failed)
{
	const struct xmd_guard g = { .chip = em(), .stopped = stopped };

	return xmd_guard_batch(&g, ops, n, failed);
}

static void table_is_as_documented(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct reg_case *c = &cases[i];

		assert_case(c->name, may(c->reg, false), c->running);
		assert_case(c->name, may(c->reg, true), c->stopped);
		assert_case(c->name, one(XMD_REG_READ, c->reg, 0, false), c->readable ? 0 : -EPERM);
		assert_case(c->name, one(XMD_REG_WAIT, c->reg, 1, false), c->readable ? 0 : -EPERM);
	}
}

/* Those whose value counts as a whole may not be changed bit by bit while the NIC runs. */
static bool whole(__u32 reg)
{
	return reg == FCAL || reg == FCAH || reg == FCT || reg == FCTTV || reg == VET || reg == TIPG ||
	       reg == TIDV || reg == FCRTL || reg == FCRTH;
}

static void each_bit_by_itself(void **state)
{
	unsigned int i, bit, stopped;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (bit = 0; bit < 32; bit++) {
			for (stopped = 0; stopped < 2; stopped++) {
				__u32 may = stopped ? cases[i].stopped : cases[i].running;
				bool ok = may & 1u << bit && (stopped || !whole(cases[i].reg));

				assert_case(cases[i].name,
					    one(XMD_REG_SET, cases[i].reg, 1u << bit, stopped),
					    ok ? 0 : -EPERM);
			}
		}
	}
}

static void the_list_is_in_order_of_offsets(void **state)
{
#define OFFSET(name, offset, ...) offset,
	static const __u32 offset[] = {
		XMD_NIC_REGISTERS(OFFSET, OFFSET, OFFSET, OFFSET, OFFSET)
	};
	unsigned int i;

	(void)state;
	assert_int_equal(ARRAY_SIZE(offset), XMD_NIC_ROWS);
	for (i = 1; i < XMD_NIC_ROWS; i++)
		assert_true(offset[i - 1] < offset[i] && !(offset[i] & 3));
}

/* The EEPROM is for good: clocking bits into it only while somebody wants it written. */
static void eeprom_pins_only_for_a_write(void **state)
{
	struct xmd_guard g = { .chip = em(), .stopped = true };
	unsigned int asked;

	(void)state;
	for (asked = 0; asked < 2; asked++) {
		g.write_eeprom = asked;
		assert_int_equal(try(&g, XMD_REG_SET, EECD, EECD_SK, EECD_SK), asked ? 0 : -EPERM);
		assert_int_equal(try(&g, XMD_REG_SET, EECD, EECD_CS, EECD_CS), asked ? 0 : -EPERM);
		assert_int_equal(try(&g, XMD_REG_SET, EECD, EECD_DI, EECD_DI), asked ? 0 : -EPERM);
		/* as a reset needs it, and to let go of what somebody left behind */
		assert_int_equal(try(&g, XMD_REG_SET, EECD, EECD_EE_REQ, EECD_EE_REQ), 0);
		assert_int_equal(try(&g, XMD_REG_SET, EECD, EECD_WIRE, 0), 0);
		assert_int_equal(try(&g, XMD_REG_SET, EERD, ANY, EERD_START), 0);
	}
	g.stopped = false;
	assert_int_equal(try(&g, XMD_REG_SET, EECD, EECD_SK, EECD_SK), -EPERM);
	assert_int_equal(try(&g, XMD_REG_SET, EECD, EECD_EE_REQ, EECD_EE_REQ), -EPERM);
}

static void wakes_for_what_was_asked_for_only(void **state)
{
	struct xmd_guard g = { .chip = em(), .wake = WUFC_MAG };
	unsigned int stopped;

	(void)state;
	for (stopped = 0; stopped < 2; stopped++) {
		g.stopped = stopped;
		assert_int_equal(set(&g, WUFC, WUFC_MAG), 0);
		assert_int_equal(set(&g, WUFC, 0), 0);
		assert_int_equal(set(&g, WUFC, WUFC_MAG | WUFC_BC), -EPERM);
		assert_int_equal(try(&g, XMD_REG_SET, WUFC, WUFC_LNKC, ANY), -EPERM);
		assert_int_equal(set(&g, WUC, 0), 0);
		assert_int_equal(set(&g, WUC, WUC_PME_EN), -EPERM);
		assert_int_equal(set(&g, WUC, WUC_APME), -EPERM);
		assert_int_equal(set(&g, MANC, 0), 0);
		assert_int_equal(set(&g, MANC, MANC_ARP_EN), -EPERM);
	}
}

static void bounds_hold_while_the_nic_runs(void **state)
{
	static const struct { __u32 reg, good, bad[3]; } cases[] = {
		{ TIDV, 1, { 0, 0, 0 } },
		{ FCTTV, 0x7ff, { 0, 0x800, 0xffff } },
		{ FCAL, 0x00c28001, { 0, 0x12005452, ANY } },
		{ FCAH, 0x100, { 0, 0x5634, 0xffff } },
		{ FCT, 0x8808, { 0, 0x800, 0x86dd } },
		{ VET, 0x8100, { 0, 0x800, 0xffff } },
		{ TIPG, TIPG_COPPER, { 0, TIPG_COPPER - 1, TIPG_COPPER + 1 } },
	};
	struct xmd_guard g;
	unsigned int i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		in_order(&g);
		assert_int_equal(set(&g, cases[i].reg, cases[i].good), 0);
		/* what is not said could be anything */
		assert_int_equal(try(&g, XMD_REG_SET, cases[i].reg,
				     may(cases[i].reg, false) & ~0x2u, cases[i].good),
				 -EPERM);
		for (k = 0; k < 3; k++) {
			assert_int_equal(set(&g, cases[i].reg, cases[i].bad[k]), -EPERM);
			g.stopped = true;	/* a self-test may */
			assert_int_equal(set(&g, cases[i].reg, cases[i].bad[k]), 0);
			g.stopped = false;
		}
	}
}

static void pause_thresholds_fit_the_memory_and_each_other(void **state)
{
	struct xmd_reg_op ops[2] = {
		{ .op = XMD_REG_SET, .reg = FCRTL, .mask = 0x8000ffff, .val = 0x6000 },
		{ .op = XMD_REG_SET, .reg = FCRTH, .mask = 0xffff, .val = 0x6000 },
	};
	struct xmd_guard g;
	__u32 failed;

	(void)state;
	in_order(&g);
	assert_int_equal(set(&g, FCRTH, 0xbff8), 0);
	assert_int_equal(set(&g, FCRTH, 0xc000), -EPERM);	/* 48 KiB: never reached */
	assert_int_equal(set(&g, FCRTH, 0xa5f8), -EPERM);	/* below XON */
	assert_int_equal(set(&g, FCRTH, 0), -EPERM);
	assert_int_equal(set(&g, FCRTL, 0xac00), 0);
	assert_int_equal(set(&g, FCRTL, 0xac08), -EPERM);	/* above XOFF */
	assert_int_equal(set(&g, FCRTL, 0), 0);
	/* looked at in the order in which they will be done */
	assert_int_equal(xmd_guard_batch(&g, ops, 2, &failed), 0);
	ops[1].val = 0x5ff8;
	ops[0].val = 0;
	assert_int_equal(xmd_guard_batch(&g, ops, 2, &failed), -EPERM);	/* not half */
	assert_int_equal(failed, 1);
}

static void start_wants_all_in_order(void **state)
{
	static const __u32 regs[] = { PBA, FCAL, FCAH, FCT, FCTTV, VET, TIPG, TIDV, FCRTH };
	struct xmd_reg_op op = { .op = XMD_REG_SET, .mask = ANY };
	struct xmd_guard g;
	unsigned int i;
	__u32 reg;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		in_order(&g);
		assert_true(xmd_guard_start(&g, &reg));
		op.reg = regs[i];
		xmd_guard_done(&g, &op);	/* 0 */
		assert_false(xmd_guard_start(&g, &reg));
		/* too small a memory, or XON above XOFF, is found at the thresholds */
		assert_true(reg == regs[i] || reg == FCRTL);
	}
	in_order(&g);
	op = (struct xmd_reg_op){ .op = XMD_REG_SET, .reg = CTRL, .mask = CTRL_RST, .val = CTRL_RST };
	xmd_guard_done(&g, &op);
	assert_false(xmd_guard_start(&g, &reg));	/* what was written is gone */
}

static void control_bits_that_never(void **state)
{
	static const struct { __u32 reg, bits; } never[] = {
		{ CTRL, CTRL_BEM | CTRL_VME },
		{ RCTL, RCTL_EN | RCTL_SBP | RCTL_LBM | RCTL_DTYP | RCTL_BSIZE |
			RCTL_BSEX | RCTL_SECRC },
		{ TCTL, TCTL_EN | TCTL_PSP | 0x00400000 },	/* SWXOFF: a PAUSE of its own */
		{ EECD, 0x30 },		/* FWE: opens the flash */
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(never); i++)
		assert_int_equal(may(never[i].reg, true) & never[i].bits, 0);
	assert_int_equal(RCTL_USER & (RCTL_EN | RCTL_BSIZE | RCTL_BSEX), 0);
	assert_int_equal(TCTL_USER & TCTL_EN, 0);
}

static void reset_only_when_stopped(void **state)
{
	(void)state;
	/* the value does not matter: */
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
	assert_int_equal(batch(ops, 4, true, &failed), -EPERM);
	assert_int_equal(failed, 2);
	assert_int_equal(batch(ops, 2, true, &failed), 0);
	assert_int_equal(failed, 2);
}

static void malformed(void **state)
{
	struct xmd_reg_op op = { .op = XMD_REG_READ, .reg = STATUS, .reserved = 1 };
	__u32 failed;

	(void)state;
	assert_int_equal(batch(&op, 1, true, &failed), -EINVAL);
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
	assert_int_equal(batch(ops, 2, false, &failed), 0);
	assert_int_equal(batch(ops, 3, false, &failed), -EINVAL);
	assert_int_equal(failed, 2);
	ops[0].usecs = XMD_REG_WAIT_MAX_US + 1;
	assert_int_equal(batch(ops, 1, false, &failed), -EINVAL);
	ops[0].usecs = 0xffffffff;
	assert_int_equal(batch(ops, 1, false, &failed), -EINVAL);
	/* usecs of a READ mean nothing */
	ops[0] = (struct xmd_reg_op){ .op = XMD_REG_READ, .reg = STATUS, .usecs = 0xffffffff };
	assert_int_equal(batch(ops, 1, false, &failed), 0);
}

static const struct xmd_adapter none, ours = { .mac = { { 2, 0, 0, 0, 0, 1 } } };
static const struct xmd_adapter guests = { .mac = { { 2, 0, 0, 0, 0, 2 } } };

/* The switch believes the address that is committed: nobody takes a guest's by START or found. */
static void addresses_are_those_asked_for(void **state)
{
	struct xmd_adapter magic = ours;

	(void)state;
	assert_true(xmd_guard_address(&none, NULL, ours.mac.addr));
	assert_true(xmd_guard_address(&ours, NULL, ours.mac.addr));
	assert_false(xmd_guard_address(&ours, NULL, guests.mac.addr));
	assert_false(xmd_guard_address(&ours, &ours, guests.mac.addr));
	assert_true(xmd_guard_address(&ours, &guests, guests.mac.addr));
	assert_true(xmd_guard_address(&ours, &guests, ours.mac.addr));	/* it may fail, too */
	assert_true(xmd_guard_found(&none, &ours, ours.mac.addr));
	assert_false(xmd_guard_found(&none, &guests, ours.mac.addr));
	assert_false(xmd_guard_found(&none, &none, none.mac.addr));
	assert_false(xmd_guard_found(&ours, &ours, ours.mac.addr));
	assert_false(xmd_guard_found(&ours, &guests, guests.mac.addr));
	magic.wol = XMD_WOL_MAGIC;
	assert_true(xmd_guard_found(&none, &magic, ours.mac.addr));
	magic.wol = XMD_WOL_BCAST;
	assert_false(xmd_guard_found(&none, &magic, ours.mac.addr));
}

static void wake_follows_what_is_committed_or_asked(void **state)
{
	struct xmd_adapter have = ours, want = ours;

	(void)state;
	assert_int_equal(xmd_guard_wake(&none, NULL), WUFC_MAG);
	assert_int_equal(xmd_guard_wake(&have, NULL), 0);
	have.wol = XMD_WOL_UCAST;
	want.wol = XMD_WOL_MCAST | XMD_WOL_BCAST | XMD_WOL_PHY;
	assert_int_equal(xmd_guard_wake(&have, NULL), WUFC_EX);
	assert_int_equal(xmd_guard_wake(&have, &want), WUFC_EX | WUFC_MC | WUFC_BC | WUFC_LNKC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_as_documented),
		cmocka_unit_test(each_bit_by_itself),
		cmocka_unit_test(the_list_is_in_order_of_offsets),
		cmocka_unit_test(eeprom_pins_only_for_a_write),
		cmocka_unit_test(wakes_for_what_was_asked_for_only),
		cmocka_unit_test(bounds_hold_while_the_nic_runs),
		cmocka_unit_test(pause_thresholds_fit_the_memory_and_each_other),
		cmocka_unit_test(start_wants_all_in_order),
		cmocka_unit_test(addresses_are_those_asked_for),
		cmocka_unit_test(wake_follows_what_is_committed_or_asked),
		cmocka_unit_test(control_bits_that_never),
		cmocka_unit_test(reset_only_when_stopped),
		cmocka_unit_test(batch_names_the_first_that_fails),
		cmocka_unit_test(malformed),
		cmocka_unit_test(time_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
