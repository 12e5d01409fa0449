// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool.c - what ip and ethtool ask of the net_device, passed on to the user half.
 *
 * What is read comes from the committed objects, without a crossing.  What is set goes
 * through xmd_change_begin/end: the user half makes it work, or says why not, and
 * only then is it committed.  Nothing in here knows a register but the dump.
 *
 * Operations that cannot say no (void): strings, settings and link are the committed ones,
 * whoever lives; counters are old and the dump is without the PHY, which is logged; a self-test
 * has failed; the message level is committed without asking.
 *
 * RTNL is held in all of these while the user half works, for at most the deadlines of
 * xpc/objects.h; therefore nothing that a user half may call takes RTNL.
 */
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include "priv.h"

static const struct xmd_adapter *settings(const struct net_device *dev)
{
	const struct xmd_nic *nic = netdev_priv(dev);

	return nic->adapter;
}

/* One row for each speed and duplex that copper can do. */
static const struct mode {
	u8 adv;				/* XMD_ADV_* */
	u8 duplex;
	u16 speed;
	enum ethtool_link_mode_bit_indices bit;
} modes[] = {
	{ XMD_ADV_10H, DUPLEX_HALF, SPEED_10, ETHTOOL_LINK_MODE_10baseT_Half_BIT },
	{ XMD_ADV_10F, DUPLEX_FULL, SPEED_10, ETHTOOL_LINK_MODE_10baseT_Full_BIT },
	{ XMD_ADV_100H, DUPLEX_HALF, SPEED_100, ETHTOOL_LINK_MODE_100baseT_Half_BIT },
	{ XMD_ADV_100F, DUPLEX_FULL, SPEED_100, ETHTOOL_LINK_MODE_100baseT_Full_BIT },
	{ XMD_ADV_1000F, DUPLEX_FULL, SPEED_1000, ETHTOOL_LINK_MODE_1000baseT_Full_BIT },
};

static void put_modes(unsigned long *bits, u8 adv)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (adv & modes[i].adv)
			__set_bit(modes[i].bit, bits);
	__set_bit(ETHTOOL_LINK_MODE_TP_BIT, bits);
}

static u8 take_modes(const unsigned long *bits)
{
	unsigned int i;
	u8 adv = 0;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (test_bit(modes[i].bit, bits))
			adv |= modes[i].adv;
	return adv;
}

static int get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *ks)
{
	const struct xmd_adapter *a = settings(dev);

	put_modes(ks->link_modes.supported, XMD_ADV_ALL);
	__set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, ks->link_modes.supported);
	put_modes(ks->link_modes.advertising, a->autoneg ? a->advertise : 0);
	if (a->autoneg)
		__set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, ks->link_modes.advertising);
	if (a->link && a->autoneg)
		put_modes(ks->link_modes.lp_advertising, a->partner);
	ks->base.port = PORT_TP;
	ks->base.phy_address = a->phy_addr;
	ks->base.autoneg = a->autoneg;
	ks->base.speed = a->link ? a->speed : (u32)SPEED_UNKNOWN;
	ks->base.duplex = !a->link ? DUPLEX_UNKNOWN : a->duplex ? DUPLEX_FULL : DUPLEX_HALF;
	ks->base.eth_tp_mdix = a->link ? a->mdix_state : ETH_TP_MDI_INVALID;
	ks->base.eth_tp_mdix_ctrl = a->mdix;
	return 0;
}

static int set_link_ksettings(struct net_device *dev, const struct ethtool_link_ksettings *ks)
{
	struct xmd_nic *nic = netdev_priv(dev);
	u8 adv = take_modes(ks->link_modes.advertising), forced = 0;
	struct xmd_adapter *want;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (modes[i].speed == ks->base.speed && modes[i].duplex == ks->base.duplex)
			forced = modes[i].adv;
	/* IEEE 802.3: 1000BASE-T exists with autonegotiation only */
	if (forced & XMD_ADV_1000F && !ks->base.autoneg)
		forced = 0;
	if (ks->base.autoneg ? !adv : !forced)
		return -EINVAL;
	want = xmd_change_begin(nic);
	want->autoneg = !!ks->base.autoneg;
	if (want->autoneg)
		want->advertise = adv;
	else
		want->forced = forced;
	if (ks->base.eth_tp_mdix_ctrl)
		want->mdix = ks->base.eth_tp_mdix_ctrl;
	return xmd_change_end(nic);
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct xmd_nic *nic = netdev_priv(dev);

	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
	strscpy(info->bus_info, pci_name(nic->pdev), sizeof(info->bus_info));
	strscpy(info->fw_version, nic->adapter->user_version, sizeof(info->fw_version));
}

static int get_regs_len(struct net_device *dev)
{
	return XMD_REGDUMP * sizeof(u32);
}

/*
 * The version tells ethtool's decoder what the dump is of.  Registers of the MAC need no user
 * half; what only it can read is all ones without it, as of hardware that does not answer.
 */
static void get_regs(struct net_device *dev, struct ethtool_regs *regs, void *to)
{
	static const u16 mac[] = XMD_NIC_DUMP;
	struct xmd_nic *nic = netdev_priv(dev);
	struct xmd_regdump *dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	u32 *val = to;
	unsigned int i;

	memset(to, 0xff, regs->len);
	regs->version = 1 << 24 | nic->pdev->revision << 16 | nic->pdev->device;
	if (dump && READ_ONCE(nic->xpc.t.phase) == XPC_LIVE &&
	    !xpc_call_xmd_read_regs(&nic->xpc, dump))
		memcpy(to, dump->val, min_t(size_t, dump->n * sizeof(u32), regs->len));
	else
		dev_warn_ratelimited(&dev->dev, "register dump without the PHY: no user half that answers\n");
	kfree(dump);
	if (xmd_ctl_lock(nic))
		return;
	for (i = 0; i < ARRAY_SIZE(mac); i++)
		val[i] = xmd_read(nic, mac[i]);
	val[XMD_DUMP_MANC] = xmd_read(nic, MANC);
	mutex_unlock(&nic->ctl);
}

static int get_eeprom_len(struct net_device *dev)
{
	return settings(dev)->eeprom_len;
}

/* What a writer has to hand back, so that nobody writes the image of another chip. */
static u32 eeprom_magic(const struct xmd_nic *nic)
{
	return nic->pdev->vendor | nic->pdev->device << 16;
}

static int get_eeprom(struct net_device *dev, struct ethtool_eeprom *e, u8 *to)
{
	struct xmd_nic *nic = netdev_priv(dev);
	struct xmd_bytes *bytes;
	int err;

	if (!e->len || e->len > XMD_EEPROM_MAX)
		return -EINVAL;
	bytes = kzalloc(sizeof(*bytes), GFP_KERNEL);
	if (!bytes)
		return -ENOMEM;
	e->magic = eeprom_magic(nic);
	err = xpc_call_xmd_read_eeprom(&nic->xpc, e->offset, e->len, bytes);
	if (!err && bytes->n != e->len)
		err = -EPROTO;
	if (!err)
		memcpy(to, bytes->byte, e->len);
	kfree(bytes);
	return err;
}

static int set_eeprom(struct net_device *dev, struct ethtool_eeprom *e, u8 *from)
{
	struct xmd_nic *nic = netdev_priv(dev);
	struct xmd_bytes *bytes;
	int err;

	if (!e->len || e->len > XMD_EEPROM_MAX)
		return -EOPNOTSUPP;
	if (e->magic != eeprom_magic(nic))
		return -EFAULT;
	bytes = kzalloc(sizeof(*bytes), GFP_KERNEL);
	if (!bytes)
		return -ENOMEM;
	bytes->n = e->len;
	memcpy(bytes->byte, from, e->len);
	err = xpc_call_xmd_write_eeprom(&nic->xpc, e->offset, bytes);
	kfree(bytes);
	return err;
}

static void get_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			  struct kernel_ethtool_ringparam *kring, struct netlink_ext_ack *ack)
{
	const struct xmd_adapter *a = settings(dev);

	ring->tx_max_pending = XMD_RING_MAX;
	ring->rx_max_pending = XMD_RING_MAX;
	ring->tx_pending = a->tx_ring;
	ring->rx_pending = a->rx_ring;
}

static int set_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			 struct kernel_ethtool_ringparam *kring, struct netlink_ext_ack *ack)
{
	struct xmd_nic *nic = netdev_priv(dev);
	struct xmd_adapter *want;

	if (ring->rx_mini_pending || ring->rx_jumbo_pending)
		return -EINVAL;
	want = xmd_change_begin(nic);
	want->tx_ring = roundup_pow_of_two(clamp(ring->tx_pending, XMD_RING_MIN, XMD_RING_MAX));
	want->rx_ring = roundup_pow_of_two(clamp(ring->rx_pending, XMD_RING_MIN, XMD_RING_MAX));
	return xmd_change_end(nic);
}

static int get_coalesce(struct net_device *dev, struct ethtool_coalesce *c,
			struct kernel_ethtool_coalesce *kc, struct netlink_ext_ack *ack)
{
	const struct xmd_adapter *a = settings(dev);

	c->use_adaptive_rx_coalesce = a->itr_mode == XMD_ITR_ADAPTIVE;
	c->rx_coalesce_usecs = a->rx_usecs;
	return 0;
}

static int set_coalesce(struct net_device *dev, struct ethtool_coalesce *c,
			struct kernel_ethtool_coalesce *kc, struct netlink_ext_ack *ack)
{
	struct xmd_nic *nic = netdev_priv(dev);
	struct xmd_adapter *want;

	if (c->rx_coalesce_usecs > XMD_RX_USECS_MAX)
		return -EINVAL;
	want = xmd_change_begin(nic);
	want->itr_mode = c->use_adaptive_rx_coalesce ? XMD_ITR_ADAPTIVE : XMD_ITR_FIXED;
	want->rx_usecs = c->rx_coalesce_usecs;
	return xmd_change_end(nic);
}

static void get_pauseparam(struct net_device *dev, struct ethtool_pauseparam *p)
{
	const struct xmd_adapter *a = settings(dev);

	p->autoneg = a->pause_autoneg;
	p->rx_pause = a->pause_rx;
	p->tx_pause = a->pause_tx;
}

static int set_pauseparam(struct net_device *dev, struct ethtool_pauseparam *p)
{
	struct xmd_nic *nic = netdev_priv(dev);
	struct xmd_adapter *want = xmd_change_begin(nic);

	want->pause_autoneg = !!p->autoneg;
	want->pause_rx = !!p->rx_pause;
	want->pause_tx = !!p->tx_pause;
	return xmd_change_end(nic);
}

/* The chip may be able to, and the domain's PCI bus not to pass it on: then nothing is offered. */
static __u32 wol_can(struct net_device *dev)
{
	return device_can_wakeup(dev->dev.parent) ? settings(dev)->wol_can : 0;
}

static void get_wol(struct net_device *dev, struct ethtool_wolinfo *w)
{
	w->supported = wol_can(dev);
	w->wolopts = w->supported & settings(dev)->wol;
}

static int set_wol(struct net_device *dev, struct ethtool_wolinfo *w)
{
	struct xmd_nic *nic = netdev_priv(dev);

	if (w->wolopts & ~wol_can(dev))
		return -EOPNOTSUPP;
	xmd_change_begin(nic)->wol = w->wolopts;
	return xmd_change_end(nic);
}

static u32 get_msglevel(struct net_device *dev)
{
	return settings(dev)->msg_level;
}

static void set_msglevel(struct net_device *dev, u32 level)
{
	struct xmd_nic *nic = netdev_priv(dev);

	/* nobody can be told that it failed, so it does not need the user half, which follows */
	xmd_change_begin(nic)->msg_level = level;
	xmd_change_commit(nic);
	xmd_nic_tell_state(nic);
}

static int nway_reset(struct net_device *dev)
{
	struct xmd_nic *nic = netdev_priv(dev);

	return xpc_call_xmd_nway_reset(&nic->xpc);
}

/* The user half blinks by itself; we say when. */
static int set_phys_id(struct net_device *dev, enum ethtool_phys_id_state state)
{
	struct xmd_nic *nic = netdev_priv(dev);

	if (state != ETHTOOL_ID_ACTIVE && state != ETHTOOL_ID_INACTIVE)
		return -EINVAL;
	return xpc_call_xmd_identify(&nic->xpc, state == ETHTOOL_ID_ACTIVE);
}

static const char test_names[XMD_TESTS][ETH_GSTRING_LEN] = {
	"Register test  (offline)", "Eeprom test    (offline)", "Interrupt test (offline)",
	"Loopback test  (offline)", "Link test   (on/offline)",
};

static void self_test(struct net_device *dev, struct ethtool_test *test, u64 *result)
{
	struct xmd_nic *nic = netdev_priv(dev);
	struct xmd_testresult out = { .failed = 1 };
	bool offline = test->flags & ETH_TEST_FL_OFFLINE;

	if (xpc_call_xmd_self_test(&nic->xpc, offline, &out))
		memset(out.result, 0xff, sizeof(out.result));
	memcpy(result, out.result, sizeof(out.result));
	if (out.failed)
		test->flags |= ETH_TEST_FL_FAILED;
}

/* The counters' names are those of the object's fields; see xpc/objects.h. */
static void get_strings(struct net_device *dev, u32 set, u8 *to)
{
	unsigned int i;

	if (set == ETH_SS_TEST)
		memcpy(to, test_names, sizeof(test_names));
	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < XMD_COUNTERS; i++)
		strscpy(to + i * ETH_GSTRING_LEN, xpc_struct_xmd_counters.field[i].name,
			ETH_GSTRING_LEN);
}

static int get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? XMD_COUNTERS : set == ETH_SS_TEST ? XMD_TESTS : -EOPNOTSUPP;
}

static void get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *to)
{
	struct xmd_nic *nic = netdev_priv(dev);

	/* old ones are better than none */
	if (xpc_call_xmd_refresh_counters(&nic->xpc))
		dev_warn_ratelimited(&dev->dev, "counters are as old as the user half's last look\n");
	memcpy(to, nic->counters, sizeof(*nic->counters));
}

/* For a guest.  No lock is held, and none is needed: what it asks for changes no setting. */
int xmd_nic_ask(struct xmd_nic *nic, struct xmd_port_ask *a)
{
	struct ethtool_regs regs = { .len = get_regs_len(nic->dev) };
	struct ethtool_eeprom e = { .offset = a->offset, .len = a->n };
	u32 have = nic->adapter->eeprom_len;
	int err = -EINVAL;

	if (a->what == XMD_ASK_IDENTIFY && a->n <= 1 && !a->offset) {
		err = xpc_call_xmd_identify(&nic->xpc, a->n);
	} else if (a->what == XMD_ASK_REGS && a->n >= regs.len && !a->offset) {
		get_regs(nic->dev, &regs, a->data);
		a->tag = regs.version;
		a->n = regs.len;
		err = 0;
	} else if (a->what == XMD_ASK_EEPROM && a->n && a->offset <= have && a->n <= have - a->offset) {
		err = get_eeprom(nic->dev, &e, a->data);
		a->tag = e.magic;
	}
	return err;
}
EXPORT_SYMBOL_GPL(xmd_nic_ask);

const struct ethtool_ops xmd_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_RX_USECS | ETHTOOL_COALESCE_USE_ADAPTIVE_RX,
	.get_drvinfo = get_drvinfo,
	.get_regs_len = get_regs_len,
	.get_regs = get_regs,
	.get_wol = get_wol,
	.set_wol = set_wol,
	.get_msglevel = get_msglevel,
	.set_msglevel = set_msglevel,
	.nway_reset = nway_reset,
	.get_link = ethtool_op_get_link,
	.get_eeprom_len = get_eeprom_len,
	.get_eeprom = get_eeprom,
	.set_eeprom = set_eeprom,
	.get_coalesce = get_coalesce,
	.set_coalesce = set_coalesce,
	.get_ringparam = get_ringparam,
	.set_ringparam = set_ringparam,
	.get_pauseparam = get_pauseparam,
	.set_pauseparam = set_pauseparam,
	.self_test = self_test,
	.get_strings = get_strings,
	.set_phys_id = set_phys_id,
	.get_ethtool_stats = get_ethtool_stats,
	.get_sset_count = get_sset_count,
	.get_ts_info = ethtool_op_get_ts_info,
	.get_link_ksettings = get_link_ksettings,
	.set_link_ksettings = set_link_ksettings,
};
