// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool.c - what ethtool asks: of the vif, and through the object ring of the port behind it
 *
 * Without an object ring that serves, what is the port's is not known: EOPNOTSUPP, and an
 * unknown speed.  What policy refuses is EPERM.
 */
#include <linux/ethtool.h>
#include <linux/slab.h>
#include "obj.h"
#include "objguest.h"

#define EEPROM_HZ	(2 * HZ)

static struct xmd_front *front_of(struct net_device *dev)
{
	return netdev_priv(dev);
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct xmd_front *front = front_of(dev);
	struct xmd_port_object port;

	strscpy(info->driver, XMD_FRONT_NAME, sizeof(info->driver));
	strscpy(info->version, XMD_VERSION, sizeof(info->version));
	strscpy(info->bus_info, dev_name(&front->xbdev->dev), sizeof(info->bus_info));
	if (xmd_front_obj_view(front, NULL, &port))
		snprintf(info->fw_version, sizeof(info->fw_version), "%.11s %.18s", port.driver,
			 port.version);
}

/* ---- link ---- */

static const struct mode {
	u8 port;			/* XMD_PORT_* */
	enum ethtool_link_mode_bit_indices bit;
} modes[] = {
	{ XMD_PORT_10H, ETHTOOL_LINK_MODE_10baseT_Half_BIT },
	{ XMD_PORT_10F, ETHTOOL_LINK_MODE_10baseT_Full_BIT },
	{ XMD_PORT_100H, ETHTOOL_LINK_MODE_100baseT_Half_BIT },
	{ XMD_PORT_100F, ETHTOOL_LINK_MODE_100baseT_Full_BIT },
	{ XMD_PORT_1000F, ETHTOOL_LINK_MODE_1000baseT_Full_BIT },
};

static void put_modes(unsigned long *bits, u8 port)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (port & modes[i].port)
			__set_bit(modes[i].bit, bits);
	__set_bit(ETHTOOL_LINK_MODE_TP_BIT, bits);
}

static int get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *ks)
{
	struct xmd_port_object port;

	ks->base.port = PORT_OTHER;
	ks->base.speed = SPEED_UNKNOWN;
	ks->base.duplex = DUPLEX_UNKNOWN;
	if (!xmd_front_obj_view(front_of(dev), NULL, &port))
		return 0;
	put_modes(ks->link_modes.supported, port.advertise);
	put_modes(ks->link_modes.advertising, port.autoneg ? port.advertise : 0);
	if (port.autoneg) {
		__set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, ks->link_modes.supported);
		__set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, ks->link_modes.advertising);
	}
	if (port.autoneg && port.partner)
		put_modes(ks->link_modes.lp_advertising, port.partner);
	ks->base.port = PORT_TP;
	ks->base.autoneg = port.autoneg;
	if (!port.link)
		return 0;
	ks->base.speed = port.speed;
	ks->base.duplex = port.duplex ? DUPLEX_FULL : DUPLEX_HALF;
	return 0;
}

static void get_pauseparam(struct net_device *dev, struct ethtool_pauseparam *p)
{
	struct xmd_port_object port;

	if (!xmd_front_obj_view(front_of(dev), NULL, &port))
		return;
	p->autoneg = port.pause_autoneg;
	p->rx_pause = port.pause_rx;
	p->tx_pause = port.pause_tx;
}

/* ---- the vif's own ---- */

static void get_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			  struct kernel_ethtool_ringparam *kring, struct netlink_ext_ack *ack)
{
	ring->tx_max_pending = __CONST_RING_SIZE(xen_netif_tx, XEN_PAGE_SIZE);
	ring->rx_max_pending = __CONST_RING_SIZE(xen_netif_rx, XEN_PAGE_SIZE);
	ring->tx_pending = ring->tx_max_pending;
	ring->rx_pending = ring->rx_max_pending;
}

static int get_coalesce(struct net_device *dev, struct ethtool_coalesce *c,
			struct kernel_ethtool_coalesce *kc, struct netlink_ext_ack *ack)
{
	struct xmd_vif_object vif;

	if (!xmd_front_obj_view(front_of(dev), &vif, NULL))
		return -EOPNOTSUPP;
	c->rx_coalesce_usecs = vif.rx_usecs;
	return 0;
}

static int set_coalesce(struct net_device *dev, struct ethtool_coalesce *c,
			struct kernel_ethtool_coalesce *kc, struct netlink_ext_ack *ack)
{
	struct xmd_vif_object vif;

	if (!xmd_front_obj_view(front_of(dev), &vif, NULL) || !vif.rx_usecs_max)
		return -EOPNOTSUPP;
	if (c->rx_coalesce_usecs > vif.rx_usecs_max)
		return -EINVAL;
	return xmd_front_obj_set_rx_usecs(front_of(dev), c->rx_coalesce_usecs);
}

/* ---- what only the port's driver can do ---- */

static int set_phys_id(struct net_device *dev, enum ethtool_phys_id_state state)
{
	if (state != ETHTOOL_ID_ACTIVE && state != ETHTOOL_ID_INACTIVE)
		return -EINVAL;
	return xpc_call_xmd_obj_identify(xmd_front_obj_calls(front_of(dev)),
					 state == ETHTOOL_ID_ACTIVE);
}

/* Without a grant there is nothing to be dumped: ethtool says so, instead of zeros. */
static bool may(struct net_device *dev, u32 what, struct xmd_port_object *port)
{
	struct xmd_vif_object vif;

	return xmd_front_obj_view(front_of(dev), &vif, port) && vif.may & what;
}

static int get_regs_len(struct net_device *dev)
{
	struct xmd_port_object port;

	return may(dev, XMD_MAY_REGS, &port) ? port.regs_len : -EPERM;
}

static void get_regs(struct net_device *dev, struct ethtool_regs *regs, void *to)
{
	struct xmd_port_regs *dump = kzalloc(sizeof(*dump), GFP_KERNEL);

	memset(to, 0, regs->len);
	if (dump && !xpc_call_xmd_obj_regs(xmd_front_obj_calls(front_of(dev)), dump)) {
		regs->version = dump->version;
		memcpy(to, dump->val, min_t(size_t, dump->n * sizeof(u32), regs->len));
	}
	kfree(dump);
}

static int get_eeprom_len(struct net_device *dev)
{
	struct xmd_port_object port;

	if (!xmd_front_obj_view(front_of(dev), NULL, &port))
		return 0;
	/* get_eeprom() is asked once for as much */
	return min_t(u32, port.eeprom_len, PAGE_SIZE);
}

/*
 * ethtool may ask for more than goes into one answer, and holds RTNL meanwhile: answers that each come
 * in time, and late, must not add up to minutes.
 */
static int get_eeprom(struct net_device *dev, struct ethtool_eeprom *e, u8 *to)
{
	struct xmd_port_bytes *bytes = kzalloc(sizeof(*bytes), GFP_KERNEL);
	unsigned long end = jiffies + EEPROM_HZ;
	u32 done, n;
	int err = bytes ? 0 : -ENOMEM;

	for (done = 0; !err && done < e->len; done += n) {
		n = min(e->len - done, (u32)XMD_OBJ_BYTES_MAX);
		err = xpc_call_xmd_obj_eeprom(xmd_front_obj_calls(front_of(dev)), e->offset + done, n,
					      bytes);
		if (!err && bytes->n != n)
			err = -EPROTO;
		if (!err && time_after(jiffies, end))
			err = -ETIMEDOUT;
		if (err)
			break;
		e->magic = bytes->magic;
		memcpy(to + done, bytes->byte, n);
	}
	kfree(bytes);
	return err;
}

/* ---- counters: ours, the vif's as the driver domain counts them, the port's ---- */

struct counters {
	struct xmd_vif_counters vif;
	struct xmd_port_counters port;
};

#define OWN(name) { #name, offsetof(struct xmd_front_stats, name) }
static const struct {
	char name[ETH_GSTRING_LEN];
	size_t offset;
} own[] = {
	OWN(tx_packets), OWN(tx_bytes), OWN(tx_errors), OWN(tx_dropped), OWN(tx_again),
	OWN(tx_bounced), OWN(rx_packets), OWN(rx_bytes), OWN(rx_dropped), OWN(rx_csum_errors),
	OWN(rx_no_memory), OWN(rx_recycled), OWN(rx_fresh),
	{ "rx_bad_status", offsetof(struct xmd_front_stats, rx_bad[XMD_RX_BAD_STATUS]) },
	{ "rx_bad_short", offsetof(struct xmd_front_stats, rx_bad[XMD_RX_BAD_SHORT]) },
	{ "rx_bad_slots", offsetof(struct xmd_front_stats, rx_bad[XMD_RX_BAD_SLOTS]) },
	{ "rx_bad_gso", offsetof(struct xmd_front_stats, rx_bad[XMD_RX_BAD_GSO]) },
	OWN(events), OWN(spurious), OWN(notified), OWN(connects), OWN(resets), OWN(returns),
};

#define N_OWN	ARRAY_SIZE(own)
#define N_VIF	(sizeof(struct xmd_vif_counters) / sizeof(u64))
#define N_PORT	(sizeof(struct xmd_port_counters) / sizeof(u64))

static u8 *put_names(u8 *to, const char *whose, const struct xpc_struct *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++, to += ETH_GSTRING_LEN)
		snprintf(to, ETH_GSTRING_LEN, "%s_%s", whose, s->field[i].name);
	return to;
}

static void ask_counters(struct net_device *dev, struct counters *c)
{
	memset(c, 0, sizeof(*c));
	if (xpc_call_xmd_obj_counters(xmd_front_obj_calls(front_of(dev)), &c->vif, &c->port))
		memset(c, 0, sizeof(*c));
}

/*
 * The port's counters are all guests' together: a driver domain that does not grant them says
 * zeros, and they are not shown.  That may change between these three: the first of them
 * decides for the others, as all run under one RTNL.
 */
static int get_sset_count(struct net_device *dev, int set)
{
	struct counters c;

	if (set != ETH_SS_STATS)
		return -EOPNOTSUPP;
	ask_counters(dev, &c);
	front_of(dev)->port_stats = memchr_inv(&c.port, 0, sizeof(c.port));
	return N_OWN + N_VIF + (front_of(dev)->port_stats ? N_PORT : 0);
}

static void get_strings(struct net_device *dev, u32 set, u8 *to)
{
	unsigned int i;

	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < N_OWN; i++, to += ETH_GSTRING_LEN)
		memcpy(to, own[i].name, ETH_GSTRING_LEN);
	to = put_names(to, "vif", &xpc_struct_xmd_vif_counters);
	if (front_of(dev)->port_stats)
		put_names(to, "port", &xpc_struct_xmd_port_counters);
}

/* Zeros for what nobody can be asked. */
static void get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *to)
{
	const u8 *mine = (const u8 *)&front_of(dev)->stats;
	struct counters c;
	unsigned int i;

	for (i = 0; i < N_OWN; i++)
		*to++ = *(const u64 *)(mine + own[i].offset);
	ask_counters(dev, &c);
	memcpy(to, &c, front_of(dev)->port_stats ? sizeof(c) : sizeof(c.vif));
}

const struct ethtool_ops xmd_front_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_RX_USECS,
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = get_link_ksettings,
	.get_pauseparam = get_pauseparam,
	.get_ringparam = get_ringparam,
	.get_coalesce = get_coalesce,
	.set_coalesce = set_coalesce,
	.set_phys_id = set_phys_id,
	.get_regs_len = get_regs_len,
	.get_regs = get_regs,
	.get_eeprom_len = get_eeprom_len,
	.get_eeprom = get_eeprom,
	.get_strings = get_strings,
	.get_sset_count = get_sset_count,
	.get_ethtool_stats = get_ethtool_stats,
	.get_ts_info = ethtool_op_get_ts_info,
};
