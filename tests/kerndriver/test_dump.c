// SPDX-License-Identifier: GPL-2.0
/*
 * test_dump.c - "ethtool -d", with a user half and without: get_regs of kerndriver/ethtool.c as it
 * stands there (the Makefile cuts it out), with just enough of a kernel around it.
 */
#include <stdlib.h>
#include "../check.h"
#include "guard.h"

typedef __u16 u16;
typedef __u32 u32;

enum { XPC_NONE, XPC_LIVE };
#define XMD_REGDUMP 32u

struct ethtool_regs {
	u32 version, len;
};

struct device { int x; };
struct mutex { int held; };
struct pci_dev { int vendor, device, revision; };

struct xmd_nic {
	struct pci_dev *pdev;
	struct { struct { int phase; } t; } xpc;
	struct mutex ctl;
	int call_err, lock_err;
	unsigned int asked, warned;
};

struct net_device {
	struct device dev;
	struct xmd_nic nic;
};

#define netdev_priv(dev) (&(dev)->nic)
#define READ_ONCE(x) (x)
#define GFP_KERNEL 0
#define kzalloc(size, flags) calloc(1, size)
#define kfree free
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define dev_warn_ratelimited(d, ...) (((struct net_device *)(d))->nic.warned++)
#define xpc_call_xmd_read_regs(xpc, dump) user_half(nic, dump)
#define mutex_unlock(m) ((m)->held--)

static int user_half(struct xmd_nic *nic, struct xmd_regdump *dump)
{
	unsigned int i;

	nic->asked++;
	dump->n = 32;
	for (i = 12; i < 26; i++)
		dump->val[i] = 0x1000 + i;
	return nic->call_err;
}

static int xmd_ctl_lock(struct xmd_nic *nic)
{
	nic->ctl.held += !nic->lock_err;
	return nic->lock_err;
}

static u32 xmd_read(const struct xmd_nic *nic, u32 reg)
{
	assert_int_equal(nic->ctl.held, 1);
	return 0xabc00000 + reg;
}

#include "get_regs.inc"

static struct pci_dev pdev = { 0x8086, 0x100e, 3 };
static const u32 mac[] = XMD_NIC_DUMP;

static void dump_of(struct net_device *dev, u32 *val)
{
	struct ethtool_regs regs = { .len = XMD_REGDUMP * sizeof(u32) };

	dev->nic.pdev = &pdev;
	memset(val, 0x55, regs.len);
	get_regs(dev, &regs, val);
	assert_int_equal(regs.version, 0x0103100e);
	assert_int_equal(dev->nic.ctl.held, 0);
}

static void all_of_it_with_a_user_half(void **state)
{
	struct net_device dev = { .nic.xpc.t.phase = XPC_LIVE };
	u32 val[XMD_REGDUMP];
	unsigned int i;

	(void)state;
	dump_of(&dev, val);
	for (i = 0; i < 12; i++)
		assert_int_equal(val[i], 0xabc00000 + mac[i]);
	for (i = 12; i < 26; i++)
		assert_int_equal(val[i], 0x1000 + i);
	assert_int_equal(val[26], 0xabc00000 + MANC);
	assert_int_equal(val[27], 0);
	assert_int_equal(dev.nic.warned, 0);
}

/* No zeros that could be taken for registers, and nobody is waited for. */
static void without_one_the_phy_is_unknown(void **state)
{
	struct net_device dead = { .nic.xpc.t.phase = XPC_NONE };
	struct net_device lost = { .nic.xpc.t.phase = XPC_LIVE, .nic.call_err = -EOWNERDEAD };
	u32 val[XMD_REGDUMP];
	unsigned int i;

	(void)state;
	dump_of(&dead, val);
	assert_int_equal(dead.nic.asked, 0);
	for (i = 0; i < 12; i++)
		assert_int_equal(val[i], 0xabc00000 + mac[i]);
	for (i = 12; i < 26; i++)
		assert_int_equal(val[i], 0xffffffff);
	dump_of(&lost, val);
	assert_int_equal(val[13], 0xffffffff);
	assert_int_equal(dead.nic.warned + lost.nic.warned, 2);
}

static void unplugged_it_is_all_ones(void **state)
{
	struct net_device dev = { .nic.lock_err = -EIO };
	u32 val[XMD_REGDUMP];
	unsigned int i;

	(void)state;
	dump_of(&dev, val);
	for (i = 0; i < XMD_REGDUMP; i++)
		assert_int_equal(val[i], 0xffffffff);
}

/* What is read for anybody who asks: nothing that clears, and nothing that is the kernel's. */
static void reading_changes_nothing(void **state)
{
	const struct xmd_guard g = { .stopped = false };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(mac); i++) {
		struct xmd_reg_op op = { .op = XMD_REG_READ, .reg = mac[i] };
		u32 failed;

		assert_int_equal(xmd_guard_batch(&g, &op, 1, &failed), 0);
		assert_true(mac[i] < CRCERRS || mac[i] > TSCTFC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_with_a_user_half),
		cmocka_unit_test(without_one_the_phy_is_unknown),
		cmocka_unit_test(unplugged_it_is_all_ones),
		cmocka_unit_test(reading_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
