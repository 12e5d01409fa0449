// SPDX-License-Identifier: GPL-2.0
/*
 * netdev.c - the net_device: made once, it outlives any number of backends.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include "obj.h"

#define TX_FEATURES	(NETIF_F_SG | NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM | NETIF_F_TSO | NETIF_F_TSO6)

static int xmd_open(struct net_device *dev)
{
	struct xmd_front *front = netdev_priv(dev);

	napi_enable(&front->napi);
	/* lets the stack send, if there is a backend; looks at what came meanwhile */
	local_bh_disable();
	napi_schedule(&front->napi);
	local_bh_enable();
	return 0;
}

/* The rings stay: what the backend has for us waits in them until the next open. */
static int xmd_stop(struct net_device *dev)
{
	struct xmd_front *front = netdev_priv(dev);

	netif_tx_disable(dev);
	napi_disable(&front->napi);
	xmd_front_tx_orphan(front);
	return 0;
}

static void xmd_set_rx_mode(struct net_device *dev)
{
	struct xmd_front *front = netdev_priv(dev);

	if (!xmd_front_obj_rx_mode(front))
		xmd_front_mcast_update(front);
}

static int xmd_set_mac_address(struct net_device *dev, void *p)
{
	struct xmd_front *front = netdev_priv(dev);
	const struct sockaddr *addr = p;
	int err;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;
	if (ether_addr_equal_unaligned(addr->sa_data, dev->dev_addr))
		return 0;
	err = xmd_front_obj_set_mac(front, addr->sa_data);
	if (!err)
		eth_hw_addr_set(dev, addr->sa_data);
	return err;
}

static int xmd_change_mtu(struct net_device *dev, int mtu)
{
	struct xmd_front *front = netdev_priv(dev);
	int err = xmd_front_obj_set_mtu(front, mtu, !front->lowering);

	if (!err)
		WRITE_ONCE(dev->mtu, mtu);
	return err;
}

static netdev_features_t xmd_fix_features(struct net_device *dev, netdev_features_t features)
{
	const struct xmd_front_features *feat = &((struct xmd_front *)netdev_priv(dev))->feat;

	if (!feat->sg)
		features &= ~NETIF_F_SG;
	if (!feat->csum_v4)
		features &= ~NETIF_F_IP_CSUM;
	if (!feat->csum_v6)
		features &= ~NETIF_F_IPV6_CSUM;
	if (!feat->gso_v4)
		features &= ~NETIF_F_TSO;
	if (!feat->gso_v6)
		features &= ~NETIF_F_TSO6;
	return features;
}

/* Only the object ring knows of VLANs; without one the tags of all come. */
static int xmd_vlan_add(struct net_device *dev, __be16 proto, u16 vid)
{
	return xmd_front_obj_vlan(netdev_priv(dev), vid, true);
}

static int xmd_vlan_kill(struct net_device *dev, __be16 proto, u16 vid)
{
	return xmd_front_obj_vlan(netdev_priv(dev), vid, false);
}

static void xmd_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	const struct xmd_front_stats *st = &((struct xmd_front *)netdev_priv(dev))->stats;
	unsigned int i;

	s->tx_packets = st->tx_packets;
	s->tx_bytes = st->tx_bytes;
	s->tx_errors = st->tx_errors;
	s->tx_dropped = st->tx_dropped;
	s->rx_packets = st->rx_packets;
	s->rx_bytes = st->rx_bytes;
	s->rx_dropped = st->rx_dropped;
	s->rx_errors = st->rx_csum_errors;
	for (i = XMD_RX_GOOD + 1; i < XMD_RX_REASONS; i++)
		s->rx_errors += st->rx_bad[i];
}

static const struct net_device_ops ops = {
	.ndo_open = xmd_open,
	.ndo_stop = xmd_stop,
	.ndo_start_xmit = xmd_front_tx_xmit,
	.ndo_set_rx_mode = xmd_set_rx_mode,
	.ndo_set_mac_address = xmd_set_mac_address,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_change_mtu = xmd_change_mtu,
	.ndo_fix_features = xmd_fix_features,
	.ndo_vlan_rx_add_vid = xmd_vlan_add,
	.ndo_vlan_rx_kill_vid = xmd_vlan_kill,
	.ndo_get_stats64 = xmd_get_stats64,
};

static unsigned int mtu_limit(const struct xmd_front *front)
{
	unsigned int policy = READ_ONCE(front->max_mtu);

	/* libxl writes the key for each vif, so it says little: who has an object ring asks there */
	if (!policy)
		return xmd_front_mtu_limit(front->feat.sg, front->mtu_key);
	return min(policy, xmd_front_mtu_limit(front->feat.sg, 0));
}

/* What the backend can do, or policy allows, has changed.  RTNL held. */
void xmd_front_netdev_features(struct xmd_front *front)
{
	struct net_device *dev = front->netdev;

	dev->max_mtu = mtu_limit(front);
	if (dev->mtu > dev->max_mtu) {
		xmd_front_say(info, front, "MTU %u is more than goes through here now: %u\n",
			      dev->mtu, dev->max_mtu);
		front->lowering = true;
		dev_set_mtu(dev, dev->max_mtu);
		front->lowering = false;
	}
	netdev_update_features(dev);
}

static int read_mac(struct xenbus_device *xbdev, struct net_device *dev)
{
	u8 mac[ETH_ALEN];
	char *text;
	bool good;

	text = xenbus_read(XBT_NIL, xbdev->nodename, "mac", NULL);
	if (IS_ERR(text))
		return PTR_ERR(text);
	good = mac_pton(text, mac) && is_valid_ether_addr(mac);
	kfree(text);
	if (!good)
		return -EINVAL;
	eth_hw_addr_set(dev, mac);
	return 0;
}

/* Return: not registered yet, or ERR_PTR; free_netdev() is the caller's. */
struct net_device *xmd_front_netdev_create(struct xenbus_device *xbdev)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct xmd_front));
	struct xmd_front *front;
	int err;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	front = netdev_priv(dev);
	front->netdev = dev;
	front->xbdev = xbdev;
	front->mtu_key = xenbus_read_unsigned(xbdev->nodename, "mtu", 0);
	/* until a backend says what it cannot do */
	front->feat = (struct xmd_front_features){ true, true, true, true, true };
	err = read_mac(xbdev, dev);
	if (err) {
		xenbus_dev_error(xbdev, err, "key mac is missing or wrong");
		free_netdev(dev);
		return ERR_PTR(err);
	}
	SET_NETDEV_DEV(dev, &xbdev->dev);
	/* frames wait in lists: none can be sent twice at once, as pktgen would */
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->netdev_ops = &ops;
	dev->ethtool_ops = &xmd_front_ethtool_ops;
	dev->hw_features = TX_FEATURES;
	dev->features = TX_FEATURES | NETIF_F_RXCSUM | NETIF_F_GSO_ROBUST |
			NETIF_F_HW_VLAN_CTAG_FILTER;
	dev->min_mtu = XMD_MTU_MIN;
	dev->max_mtu = mtu_limit(front);
	if (front->mtu_key >= XMD_MTU_MIN && front->mtu_key <= dev->max_mtu)
		dev->mtu = front->mtu_key;
	netif_set_tso_max_size(dev, XEN_NETIF_MAX_TX_SIZE);
	netif_napi_add(dev, &front->napi, xmd_front_poll);
	netif_carrier_off(dev);
	netif_tx_stop_all_queues(dev);
	return dev;
}
