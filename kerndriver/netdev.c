// SPDX-License-Identifier: GPL-2.0
/*
 * netdev.c - the driver domain's own network interface.
 *
 * Its frames are copied between skbs and pool buffers, so that they take the same way
 * as a guest's: through the client's switch, or straight to tx.c while the net_device is the
 * client itself.  The link, the filters and the PHY are the user half's; this is what Linux
 * sees of them.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include "priv.h"

#define HOST_LINEAR	2048u	/* bytes; a longer frame goes into an skb with pages */
#define HOST_HEADERS	256u	/* of these in its linear part */
#define HOST_ROOM	64u	/* descriptors and buffers below which the queue stops */

static bool host_room(const struct xmd_nic *nic)
{
	const struct xmd_pool *pool = &nic->pool;

	return READ_ONCE(pool->n_free) >= pool->reserve + HOST_ROOM &&
	       xmd_nic_tx_room(nic) >= HOST_ROOM / 2;
}

static void host_wake(struct xmd_nic *nic)
{
	if (!netif_queue_stopped(nic->dev) || !netif_running(nic->dev) || !host_room(nic))
		return;
	WRITE_ONCE(nic->pool.room, NULL);
	netif_wake_queue(nic->dev);
}

static void host_stop(struct xmd_nic *nic)
{
	netif_stop_queue(nic->dev);
	WRITE_ONCE(nic->pool.room, host_wake);
	/* stopped before looking again: whoever makes room in between sees it and wakes */
	smp_mb();
	host_wake(nic);
}

/* Hand the gathered frames on.  The queue's lock is held. */
static void host_flush(struct xmd_nic *nic)
{
	const struct xmd_client *taker;
	unsigned int n = nic->n_host;

	if (!n)
		return;
	nic->n_host = 0;
	rcu_read_lock();
	taker = rcu_dereference(nic->taker);
	taker->ops->host_tx(taker->ctx, nic->host_tx, n);
	rcu_read_unlock();
}

static struct xmd_buf *frame_alloc(struct xmd_nic *nic, unsigned int len)
{
	unsigned int i, n = DIV_ROUND_UP(len, XMD_BUF_SIZE);
	struct xmd_buf *bufs[XMD_FRAME_MAX_BUFS];
	unsigned int got = xmd_buf_get(nic, bufs, n);

	if (got < n) {
		while (got)
			xmd_buf_put(nic, bufs[--got]);
		return NULL;
	}
	for (i = 0; i < n; i++) {
		bufs[i]->len = min(len - i * XMD_BUF_SIZE, XMD_BUF_SIZE);
		bufs[i]->frag = i + 1 < n ? bufs[i + 1] : NULL;
	}
	bufs[0]->frame_len = len;
	bufs[0]->nbufs = n;
	return bufs[0];
}

static void describe_frame(struct xmd_buf *frame, const struct sk_buff *skb)
{
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return;
	frame->flags = XMD_F_CSUM_BLANK;
	frame->csum_start = skb_checksum_start_offset(skb);
	frame->csum_offset = skb->csum_offset;
	if (!skb_is_gso(skb))
		return;
	frame->flags |= skb_is_gso_v6(skb) ? XMD_F_GSO_TCPV6 : XMD_F_GSO_TCPV4;
	frame->gso_size = skb_shinfo(skb)->gso_size;
	frame->hdr_len = skb_transport_offset(skb) + tcp_hdrlen(skb);
}

static bool copy_from_skb(struct xmd_buf *frame, const struct sk_buff *skb)
{
	unsigned int pos = 0;
	struct xmd_buf *b;

	for (b = frame; b; b = b->frag) {
		if (skb_copy_bits(skb, pos, b->data, b->len))
			return false;
		pos += b->len;
	}
	describe_frame(frame, skb);
	return true;
}

static netdev_tx_t host_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct xmd_nic *nic = netdev_priv(dev);
	struct xmd_buf *frame;

	if (skb->len > XMD_FRAME_MAX_BUFS * XMD_BUF_SIZE)
		goto drop;
	frame = frame_alloc(nic, skb->len);
	if (!frame) {
		host_flush(nic);
		host_stop(nic);
		return NETDEV_TX_BUSY;
	}
	if (!copy_from_skb(frame, skb)) {
		xmd_buf_put(nic, frame);
		goto drop;
	}
	dev_sw_netstats_tx_add(dev, 1, skb->len);
	nic->host_tx[nic->n_host++] = frame;
	dev_consume_skb_any(skb);
	if (!host_room(nic))
		host_stop(nic);
	if (!netdev_xmit_more() || nic->n_host == XMD_BATCH || netif_queue_stopped(dev))
		host_flush(nic);
	return NETDEV_TX_OK;
drop:
	dev->stats.tx_dropped++;
	dev_kfree_skb_any(skb);
	if (!netdev_xmit_more())
		host_flush(nic);
	return NETDEV_TX_OK;
}

static struct sk_buff *skb_for(struct net_device *dev, unsigned int len)
{
	struct sk_buff *skb;
	int err;

	if (len <= HOST_LINEAR) {
		skb = netdev_alloc_skb_ip_align(dev, len);
		if (skb)
			skb_put(skb, len);
		return skb;
	}
	skb = alloc_skb_with_frags(NET_SKB_PAD + HOST_HEADERS, len - HOST_HEADERS, 0, &err,
				   GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD);
	skb_put(skb, HOST_HEADERS);
	skb->len += len - HOST_HEADERS;
	skb->data_len = len - HOST_HEADERS;
	skb->dev = dev;
	return skb;
}

static bool describe_skb(struct sk_buff *skb, const struct xmd_buf *frame)
{
	if (frame->flags & XMD_F_CSUM_VALID && skb->dev->features & NETIF_F_RXCSUM)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (frame->flags & XMD_F_CSUM_BLANK &&
	    !skb_partial_csum_set(skb, frame->csum_start, frame->csum_offset))
		return false;
	if (frame->flags & (XMD_F_GSO_TCPV4 | XMD_F_GSO_TCPV6)) {
		skb_shinfo(skb)->gso_size = frame->gso_size;
		skb_shinfo(skb)->gso_type = SKB_GSO_DODGY |
			(frame->flags & XMD_F_GSO_TCPV4 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6);
	}
	return true;
}

static bool copy_to_skb(struct sk_buff *skb, const struct xmd_buf *frame)
{
	const struct xmd_buf *b;
	int pos = 0;

	for (b = frame; b; b = b->frag) {
		if (skb_store_bits(skb, pos, b->data + b->off, b->len))
			return false;
		pos += b->len;
	}
	return describe_skb(skb, frame);
}

struct sk_buff *xmd_nic_skb(struct net_device *dev, const struct xmd_buf *frame)
{
	struct sk_buff *skb = NULL;

	if (frame->frame_len >= ETH_HLEN)
		skb = skb_for(dev, frame->frame_len);
	if (skb && copy_to_skb(skb, frame))
		return skb;
	kfree_skb(skb);
	return NULL;
}
EXPORT_SYMBOL_GPL(xmd_nic_skb);

void xmd_nic_host_rx(struct xmd_nic *nic, struct xmd_buf *frame)
{
	struct net_device *dev = nic->dev;
	unsigned int len = frame->frame_len;
	struct sk_buff *skb = netif_running(dev) ? xmd_nic_skb(dev, frame) : NULL;

	xmd_buf_put(nic, frame);
	if (!skb) {
		dev_core_stats_rx_dropped_inc(dev);
		return;
	}
	skb->protocol = eth_type_trans(skb, dev);
	dev_sw_netstats_rx_add(dev, len);
	/* In our own poll the frames wait until the client's operation has returned: an
	 * answer that our stack sends at once would enter the client a second time.  GRO
	 * in particular belongs to the poll alone.
	 */
	if (READ_ONCE(nic->poll_cpu) == smp_processor_id())
		__skb_queue_tail(&nic->gro, skb);
	else
		netif_rx(skb);
}
EXPORT_SYMBOL_GPL(xmd_nic_host_rx);

/* Called by the poll only. */
void xmd_nic_host_polled(struct xmd_nic *nic)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&nic->gro)))
		napi_gro_receive(&nic->napi, skb);
	host_wake(nic);
}

/* ------------------------------------------- the client of nic.h while there is no other */

static void client_rx_return(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		xmd_nic_host_rx(ctx, frames[i]);
}

static void client_tx_return(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		xmd_buf_put(ctx, frames[i]);
}

static void client_host_tx(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	unsigned int taken = max(xmd_nic_tx_post(ctx, frames, n), 0);
	struct xmd_nic *nic = ctx;

	nic->dev->stats.tx_dropped += n - taken;
	client_tx_return(nic, frames + taken, n - taken);
}

/* In any case: the net_device has a carrier and a queue, whoever takes its frames. */
static void client_state(void *ctx)
{
	struct xmd_nic *nic = ctx;

	if (test_bit(XMD_LINK_UP, &nic->bits))
		netif_carrier_on(nic->dev);
	else
		netif_carrier_off(nic->dev);
	host_wake(nic);
}

static const struct xmd_nic_ops client_ops = {
	.rx_return = client_rx_return,
	.tx_return = client_tx_return,
	.host_tx = client_host_tx,
	.state = client_state,
};

static int host_open(struct net_device *dev)
{
	netif_start_queue(dev);
	return 0;
}

static int host_close(struct net_device *dev)
{
	netif_stop_queue(dev);
	return 0;
}

static void host_set_rx_mode(struct net_device *dev)
{
	xmd_ask_filter(netdev_priv(dev));
}

static int host_set_mac(struct net_device *dev, void *addr)
{
	struct xmd_nic *nic = netdev_priv(dev);
	const struct sockaddr *sa = addr;
	int err = eth_prepare_mac_addr_change(dev, addr);

	if (err)
		return err;
	ether_addr_copy(xmd_change_begin(nic)->mac.addr, sa->sa_data);
	err = xmd_change_end(nic);
	if (!err)
		eth_commit_mac_addr_change(dev, addr);
	return err;
}

/* In between the longer of both is allowed. */
static int host_set_mtu(struct net_device *dev, int mtu)
{
	struct xmd_nic *nic = netdev_priv(dev);
	int err;

	xmd_nic_set_mtu(nic, max_t(int, mtu, dev->mtu));
	xmd_change_begin(nic)->mtu = mtu;
	err = xmd_change_end(nic);
	if (!err)
		WRITE_ONCE(dev->mtu, mtu);
	xmd_nic_set_mtu(nic, dev->mtu);
	return err;
}

/* Whoever saves settings looks: what was asked for is in wanted_features by now. */
static int host_set_features(struct net_device *dev, netdev_features_t features)
{
	struct xmd_nic *nic = netdev_priv(dev);

	xmd_change_begin(nic)->rx_csum = !!(features & NETIF_F_RXCSUM);
	xmd_change_commit(nic);
	xmd_nic_tell_state(nic);
	return 0;
}

static void host_stats(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	const struct xmd_nic *nic = netdev_priv(dev);
	const struct xmd_counters *c = nic->counters;

	dev_get_tstats64(dev, s);
	s->rx_crc_errors = c->crcerrs;
	s->rx_length_errors = c->rlec;
	s->rx_frame_errors = c->algnerrc;
	s->rx_errors = c->rxerrc + c->crcerrs + c->algnerrc + c->rlec + c->cexterr;
	s->rx_missed_errors = c->mpc + nic->rx.no_buf;
	s->multicast = c->mprc;
	s->collisions = c->colc;
	s->tx_aborted_errors = c->ecol;
	s->tx_window_errors = c->latecol;
	s->tx_carrier_errors = c->tncrs;
	s->tx_errors = c->ecol + c->latecol;
}

static const struct net_device_ops host_ops = {
	.ndo_open = host_open,
	.ndo_stop = host_close,
	.ndo_start_xmit = host_xmit,
	.ndo_set_rx_mode = host_set_rx_mode,
	.ndo_get_stats64 = host_stats,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = host_set_mac,
	.ndo_change_mtu = host_set_mtu,
	.ndo_set_features = host_set_features,
};

void xmd_nic_host_setup(struct xmd_nic *nic)
{
	struct net_device *dev = nic->dev;

	dev->netdev_ops = &host_ops;
	dev->ethtool_ops = &xmd_ethtool_ops;
	/* No TSO_ECN: the NIC repeats CWR in each segment.  TSO6: offload.c */
	dev->vlan_features = NETIF_F_SG | NETIF_F_HW_CSUM;
	if (!xmd_nic_has(nic, XMD_LACKS_TSO))
		dev->vlan_features |= NETIF_F_TSO;
	if (xmd_nic_has(nic, XMD_HAS_TSO6))
		dev->vlan_features |= NETIF_F_TSO6;
	dev->hw_features = dev->vlan_features | NETIF_F_RXCSUM;
	dev->features = dev->hw_features | NETIF_F_HIGHDMA;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = nic->chip->max_frame - ETH_HLEN - VLAN_HLEN;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	/* until adapter.c brings the address that the user half read from the EEPROM */
	eth_hw_addr_random(dev);
	__skb_queue_head_init(&nic->gro);
	netif_carrier_off(dev);
	netif_napi_add(dev, &nic->napi, xmd_nic_poll);
	nic->host = (struct xmd_client){ .ops = &client_ops, .ctx = nic };
	RCU_INIT_POINTER(nic->client, &nic->host);
	RCU_INIT_POINTER(nic->taker, &nic->host);
}

struct net_device *xmd_nic_netdev(const struct xmd_nic *nic)
{
	return nic->dev;
}
EXPORT_SYMBOL_GPL(xmd_nic_netdev);
