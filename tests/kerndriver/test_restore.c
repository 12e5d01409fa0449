// SPDX-License-Identifier: GPL-2.0
/*
 * test_restore.c - kerndriver/restore.c as it stands there, but for its includes (the Makefile cuts
 * them out), with a user half that says what the test wants.
 */
#include "../check.h"
#include <linux/if_ether.h>
#include <linux/types.h>
#include <xmd/backdev.h>
#include "objects_xpc.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef u64 netdev_features_t;

enum { NETIF_F_SG = 1, NETIF_F_HW_CSUM = 2, NETIF_F_TSO = 4, NETIF_F_RXCSUM = 8, NETIF_F_GSO = 16,
       NETIF_F_GRO = 32 };
enum { XPC_NONE, XPC_LIVE };
enum { NETREG_UNINITIALIZED, NETREG_REGISTERED };

struct work_struct { int x; };
struct sockaddr { u16 sa_family; char sa_data[14]; };

struct pci_dev { u16 vendor, device; u8 revision; };
struct net_device {
	struct xmd_nic *nic;
	netdev_features_t wanted_features;
	int reg_state;
	u16 type;
	u32 mtu;
};

struct xmd_nic {
	struct net_device *dev;
	struct pci_dev *pdev;
	unsigned long bits;
	struct { struct { int phase; struct { u64 n; } crossed[XPC_KINDS]; } t; u64 ioctls; } xpc;
	struct xmd_adapter *adapter, want;
	u64 chosen;
	struct work_struct restore_work;
	int restore_lock;
	struct xmd_saved {
		struct xmd_adapter adapter;
		u64 mask;
		u32 features;
		bool due;
	} saved;
	unsigned int restore_tries;
	int restored;
};

static struct xmd_adapter adapter;
static struct net_device dev;
static struct pci_dev pdev;
static struct xmd_nic nic;
static bool rtnl, work_due;
static unsigned int changes, commits, told, warned;
static int answers[16];		/* of the user half, in turn */

#define XMD_REGDUMP 32u
#define XMD_LINK_UP 1
#define test_bit(n, p) (!!(*(p) & 1ul << (n)))
#define xpc_kern_get(x, object, to) get_object(object, to)
#define container_of(p, t, m) ((t *)((char *)(p) - offsetof(t, m)))
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, v) ((x) = (v))
#define EXPORT_SYMBOL_GPL(x) extern int unused
#define spin_lock(l) (++*(l))
#define spin_unlock(l) (--*(l))
#define ether_addr_copy(to, from) memcpy(to, from, ETH_ALEN)
#define schedule_work(w) (work_due = true)
#define netdev_warn(d, ...) (warned++)
#define rtnl_lock() (rtnl = true)
#define rtnl_unlock() (rtnl = false)
#define netdev_update_features(d) assert_true(rtnl)
#define xmd_nic_tell_state(n) (told++)

void xmd_nic_port(struct xmd_nic *nic, struct xmd_port_state *s);
int xmd_nic_settings_set(struct xmd_nic *nic, const struct xmd_port_state *s);
void xmd_restore_work(struct work_struct *work);

static void get_object(unsigned int object, void *to)
{
	if (object == XPC_OBJECT_xmd_adapter)
		memcpy(to, &adapter, sizeof(adapter));
}

static struct xmd_adapter *xmd_change_begin(struct xmd_nic *n)
{
	n->want = *n->adapter;
	return &n->want;
}

static int xmd_change_end(struct xmd_nic *n)
{
	int err = answers[changes++];

	assert_true(rtnl);
	if (!err)
		*n->adapter = n->want;
	return err;
}

static int xmd_change_commit(struct xmd_nic *n)
{
	*n->adapter = n->want;
	commits++;
	return 0;
}

static bool is_valid_ether_addr(const u8 *mac)
{
	return !(mac[0] & 1) && (mac[0] || mac[5]);
}

static int dev_set_mtu(struct net_device *d, u32 mtu)
{
	xmd_change_begin(d->nic)->mtu = mtu;
	d->mtu = mtu;
	return xmd_change_end(d->nic);
}

static int dev_set_mac_address(struct net_device *d, struct sockaddr *sa, void *ack)
{
	(void)ack;
	memcpy(xmd_change_begin(d->nic)->mac.addr, sa->sa_data, ETH_ALEN);
	return xmd_change_end(d->nic);
}

#include "restore.inc"

static void fresh(int phase)
{
	adapter = (struct xmd_adapter){ .mtu = 1500, .tx_ring = 256, .rx_ring = 256, .autoneg = 1,
					.advertise = XMD_ADV_ALL, .mdix = XMD_MDIX_AUTO };
	dev = (struct net_device){ .nic = &nic, .reg_state = NETREG_REGISTERED,
				   .wanted_features = 0xff };
	nic = (struct xmd_nic){ .dev = &dev, .pdev = &pdev, .adapter = &adapter, .xpc.t.phase = phase };
	changes = commits = told = warned = 0;
	work_due = false;
	memset(answers, 0, sizeof(answers));
}

static void work(void)
{
	while (work_due) {
		work_due = false;
		xmd_restore_work(&nic.restore_work);
		assert_false(rtnl);
		assert_int_equal(nic.restore_lock, 0);
	}
}

#define M(member) XPC_xmd_adapter_##member
#define RINGS (M(tx_ring) | M(rx_ring))
#define LINK (M(autoneg) | M(advertise) | M(forced) | M(mdix))
#define MEMBERS (M(mtu) | M(mac) | RINGS | M(rx_usecs) | M(itr_mode) | M(pause_autoneg) | \
		 M(pause_rx) | M(pause_tx) | LINK | M(wol) | M(msg_level))

static const struct xmd_port_state all = {
	.adapter = {
		.mtu = 9000, .tx_ring = 512, .rx_ring = 1024, .rx_usecs = 77, .wol = XMD_WOL_MAGIC,
		.msg_level = 5, .itr_mode = 1, .pause_tx = 1, .autoneg = 0, .advertise = 1,
		.forced = XMD_ADV_100F, .mdix = 3, .mac = { { 2, 0, 0, 0, 0, 7 } },
	},
	.chosen = MEMBERS, .features = XMD_FEATURE_SG | XMD_FEATURES_CHOSEN,
};

/* What is saved by one domain is in force in the next, and saved again by that. */
static void what_is_got_can_be_set(void **state)
{
	struct xmd_port_state s;

	(void)state;
	fresh(XPC_LIVE);
	nic.xpc.ioctls = 3;
	nic.xpc.t.crossed[1].n = 4;
	nic.xpc.t.crossed[XPC_KINDS - 1].n = 5;
	xmd_nic_port(&nic, &s);
	assert_int_equal(s.crossings, 12);
	assert_int_equal(s.chosen, 0);
	assert_int_equal(s.features, XMD_FEATURES);
	assert_int_equal(xmd_nic_settings_set(&nic, &all), 0);
	xmd_nic_port(&nic, &s);
	assert_int_equal(s.result, -EINPROGRESS);
	work();
	assert_int_equal(told, 1);
	assert_int_equal(dev.mtu, 9000);
	assert_int_equal(dev.wanted_features & 0x3f, NETIF_F_SG);
	xmd_nic_port(&nic, &s);
	assert_int_equal(s.chosen, MEMBERS);
	assert_int_equal(s.features, all.features);
	assert_int_equal(s.result, 0);
	assert_memory_equal(&s.adapter, &all.adapter, sizeof(s.adapter));
}

static void only_what_somebody_chose_is_saved(void **state)
{
	struct xmd_port_state s;

	(void)state;
	fresh(XPC_LIVE);
	/* filters are chosen, too, and not to be saved */
	nic.chosen = M(rx_usecs) | M(promisc);
	xmd_nic_port(&nic, &s);
	assert_int_equal(s.chosen, M(rx_usecs));
	dev.wanted_features &= ~NETIF_F_TSO;
	xmd_nic_port(&nic, &s);
	assert_true(s.features & XMD_FEATURES_CHOSEN);
	s.features = 0;
	s.chosen = RINGS;
	s.adapter.rx_ring = 64;
	assert_int_equal(xmd_nic_settings_set(&nic, &s), 0);
	work();
	assert_int_equal(adapter.rx_ring, 64);
	assert_int_equal(changes, 1);
	/* as they are in force already, but chosen */
	s.chosen = LINK;
	assert_int_equal(xmd_nic_settings_set(&nic, &s), 0);
	work();
	xmd_nic_port(&nic, &s);
	assert_int_equal(s.chosen & LINK, LINK);
}

/* States, filters, and what this build does not know are nobody's to give back. */
static void others_are_refused(void **state)
{
	struct xmd_port_state s = all;

	(void)state;
	fresh(XPC_LIVE);
	for (unsigned int i = 0; i < 64; i++) {
		s.chosen = 1ull << i;
		assert_int_equal(xmd_nic_settings_set(&nic, &s), s.chosen & MEMBERS ? 0 : -EINVAL);
		assert_int_equal(work_due, !!(s.chosen & MEMBERS));
		work_due = false;
	}
	s = all;
	s.features = XMD_FEATURES + 1;
	assert_int_equal(xmd_nic_settings_set(&nic, &s), -EINVAL);
	assert_false(work_due);
}

static void they_wait_for_a_user_half(void **state)
{
	(void)state;
	fresh(XPC_NONE);
	assert_int_equal(xmd_nic_settings_set(&nic, &all), 0);
	work();
	assert_int_equal(changes, 0);
	assert_int_equal(nic.restored, -EINPROGRESS);
	/* the first user half is told by the objects; nothing that wakes, and no address */
	assert_int_equal(commits, 1);
	assert_int_equal(adapter.rx_ring, 1024);
	assert_int_equal(adapter.restored, MEMBERS & ~(M(mac) | M(wol)));
	assert_int_equal(adapter.wol, 0);
	assert_int_equal(adapter.mac.addr[0], 0);
	adapter.mac.addr[0] = 2;
	work_due = true;
	work();
	assert_int_equal(commits, 1);	/* later ones are asked */
	nic.xpc.t.phase = XPC_LIVE;
	work_due = true;
	work();
	assert_int_equal(nic.restored, 0);
	assert_int_equal(adapter.mtu, 9000);
}

static void a_group_that_is_refused_does_not_keep_back_the_others(void **state)
{
	(void)state;
	fresh(XPC_LIVE);
	answers[0] = -EINVAL;	/* the MTU */
	answers[5] = -EOPNOTSUPP;
	assert_int_equal(xmd_nic_settings_set(&nic, &all), 0);
	work();
	assert_int_equal(nic.restored, -EINVAL);
	assert_int_equal(warned, 2);
	assert_int_equal(adapter.mtu, 1500);
	assert_int_equal(adapter.rx_usecs, 77);
	assert_int_equal(adapter.msg_level, 5);
}

/* Settings that kill whoever makes them work are given up with the third. */
static void they_do_not_kill_for_ever(void **state)
{
	(void)state;
	fresh(XPC_LIVE);
	answers[0] = answers[1] = answers[2] = answers[3] = -EOWNERDEAD;
	assert_int_equal(xmd_nic_settings_set(&nic, &all), 0);
	for (unsigned int lives = 0; lives < 6; lives++) {
		work_due = true;
		work();
	}
	assert_int_equal(changes, 3);
	assert_int_equal(nic.restored, -EOWNERDEAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_got_can_be_set),
		cmocka_unit_test(only_what_somebody_chose_is_saved),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(they_wait_for_a_user_half),
		cmocka_unit_test(a_group_that_is_refused_does_not_keep_back_the_others),
		cmocka_unit_test(they_do_not_kill_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
