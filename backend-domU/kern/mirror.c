// SPDX-License-Identifier: GPL-2.0
/*
 * A mirror of each vif, for who wants to look: the net_device xmdvif<domid>.<devid>
 *
 * While it is up and a packet socket listens, it has a copy of each frame that the guest sends,
 * on its way to the switch, and of each that the guest gets.  Copies go to packet sockets and
 * nowhere else: no protocol, bridge or filter of the driver domain sees them.  What waits to be
 * read waits in the socket, whose owner pays for it, and which counts what it had no room for.
 * What is sent through a mirror is dropped.  Its counters are the vif's, also while it is down.
 *
 * While all are down a frame meets jumps that are not there.  While one is listened to, frames
 * of its vif go over the pool: what Xen copies from guest to guest is nowhere to be seen.
 *
 * A net_device is registered under RTNL, which ethtool holds while it waits for the user half.
 * So a work makes and removes mirrors, a second later and with no lock of ours held: no guest
 * that connects or is adopted waits for it, and who comes and goes all the time costs one each
 * second.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include "mirror.h"

DEFINE_STATIC_KEY_FALSE(xmd_mirror_key);

/* What a mirror is of.  NULL: it has gone; under back.ctl. */
struct mirror {
	struct xmd_vif __rcu *vif;
};

static struct net_device *mirror[XMD_VIFS_MAX];		/* by port; the work's */
static void sync_mirrors(struct work_struct *work);
static DECLARE_DELAYED_WORK(sync_work, sync_mirrors);

/* ------------------------------------------------------------------- frames */

static struct net_device *listener(const struct xmd_vif *v)
{
	struct net_device *dev = READ_ONCE(v->mirror);

	return dev && netif_running(dev) && dev_nit_active(dev) ? dev : NULL;
}

bool xmd_mirror_heard(const struct xmd_vif *v)
{
	return listener(v);
}

static void show(struct net_device *dev, const struct xmd_buf *frame)
{
	struct sk_buff *skb = xmd_nic_skb(dev, frame);

	if (!skb) {
		DEV_STATS_INC(dev, rx_fifo_errors);
		return;
	}
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = eth_hdr(skb)->h_proto;
	dev_queue_xmit_nit(skb, dev);
	consume_skb(skb);
}

void xmd_mirror_sent(struct xmd_vif *v, unsigned int n)
{
	struct net_device *dev = listener(v);
	unsigned int i;

	for (i = 0; dev && i < n; i++)
		if (!v->work[i].done)
			show(dev, v->work[i].head);
}

void xmd_mirror_got(struct xmd_vif *v, unsigned int n)
{
	struct net_device *dev = listener(v);
	unsigned int i;

	for (i = 0; dev && i < n; i++)
		show(dev, v->backlog[(v->bl_head + i) % XMD_BACKLOG].frame);
}

/* --------------------------------------------------------------- net_device */

static int mirror_open(struct net_device *dev)
{
	static_branch_inc(&xmd_mirror_key);
	return 0;
}

static int mirror_stop(struct net_device *dev)
{
	static_branch_dec(&xmd_mirror_key);
	return 0;
}

static netdev_tx_t mirror_xmit(struct sk_buff *skb, struct net_device *dev)
{
	DEV_STATS_INC(dev, tx_aborted_errors);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

/* As netback counts: rx is what comes from the guest. */
static void mirror_stats(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	struct mirror *m = netdev_priv(dev);
	const struct xmd_vif *v;

	netdev_stats_to_stats64(s, &dev->stats);
	rcu_read_lock();
	v = rcu_dereference(m->vif);
	if (v) {
		s->rx_packets = v->st.tx_frames;
		s->rx_bytes = v->st.tx_bytes;
		s->rx_errors = v->st.tx_errors;
		s->rx_dropped = v->st.tx_drops;
		s->tx_packets = v->st.rx_frames;
		s->tx_bytes = v->st.rx_bytes;
		s->tx_errors = v->st.rx_errors;
		s->tx_dropped = v->st.rx_drops + v->st.rx_full;
	}
	rcu_read_unlock();
}

static const struct net_device_ops mirror_ops = {
	.ndo_open = mirror_open,
	.ndo_stop = mirror_stop,
	.ndo_start_xmit = mirror_xmit,
	.ndo_get_stats64 = mirror_stats,
};

/* No ARP, no groups, no VLANs, no address, and it cannot be a port of a bridge or bond. */
static void mirror_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &mirror_ops;
	dev->flags = IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_NO_RX_HANDLER;
	dev->features |= NETIF_F_VLAN_CHALLENGED;
}

/* Without IPv6, or it would have an address and routes as soon as it is up. */
static int mirror_register(struct net_device *dev)
{
	struct inet6_dev *idev;
	int err;

	rtnl_lock();
	err = register_netdevice(dev);
	idev = err ? NULL : __in6_dev_get(dev);
	if (idev)
		idev->cnf.disable_ipv6 = 1;
	rtnl_unlock();
	return err;
}

static int mirror_new(const struct xmd_vif_id *id, struct net_device **dev)
{
	char name[IFNAMSIZ];
	int err;

	if (snprintf(name, sizeof(name), "xmdvif%u.%u", id->domid, id->handle) >= sizeof(name))
		return -ENAMETOOLONG;
	*dev = alloc_netdev(sizeof(struct mirror), name, NET_NAME_PREDICTABLE, mirror_setup);
	err = *dev ? mirror_register(*dev) : -ENOMEM;
	if (err && *dev)
		free_netdev(*dev);
	return err;
}

/* ----------------------------------------------------------------- the work */

/* vif_stop is through with its vif, as it holds the lock: nobody uses it any more. */
static void remove_old(unsigned int i)
{
	struct mirror *m = netdev_priv(mirror[i]);
	bool old;

	mutex_lock(&back.ctl);
	old = !rcu_access_pointer(m->vif);
	mutex_unlock(&back.ctl);
	if (!old)
		return;
	unregister_netdev(mirror[i]);
	free_netdev(mirror[i]);
	mirror[i] = NULL;
}

static bool wants(unsigned int i, struct xmd_vif_id *id)
{
	const struct xmd_vif *v;

	mutex_lock(&back.ctl);
	v = xmd_vif_at(i);
	if (v)
		*id = v->id;
	mutex_unlock(&back.ctl);
	return v;
}

static void make_new(unsigned int i)
{
	struct xmd_vif_id id;
	struct mirror *m;
	struct xmd_vif *v;
	int err;

	if (!wants(i, &id))
		return;
	err = mirror_new(&id, &mirror[i]);
	if (err) {
		mirror[i] = NULL;
		pr_warn_ratelimited("xmd_back: xmd-vif%u.%u: no mirror of it can be made (%d); it is served all the same\n",
				    id.domid, id.handle, err);
		return;
	}
	m = netdev_priv(mirror[i]);
	mutex_lock(&back.ctl);
	v = xmd_vif_at(i);
	/* another one by now: the next round removes what was made, and makes its own */
	if (v && v->id.domid == id.domid && v->id.handle == id.handle) {
		rcu_assign_pointer(m->vif, v);
		WRITE_ONCE(v->mirror, mirror[i]);
	}
	mutex_unlock(&back.ctl);
}

/* First all that go: another port's vif may have a name of theirs. */
static void sync_mirrors(struct work_struct *work)
{
	unsigned int i;

	for (i = 0; i < XMD_VIFS_MAX; i++)
		if (mirror[i])
			remove_old(i);
	for (i = 0; i < XMD_VIFS_MAX; i++)
		if (!mirror[i])
			make_new(i);
}

void xmd_mirror_add(void)
{
	schedule_delayed_work(&sync_work, HZ);
}

void xmd_mirror_del(struct xmd_vif *v)
{
	struct mirror *m = v->mirror ? netdev_priv(v->mirror) : NULL;

	WRITE_ONCE(v->mirror, NULL);
	if (m)
		RCU_INIT_POINTER(m->vif, NULL);
	xmd_mirror_add();
}

/* All vifs have gone. */
void xmd_mirror_exit(void)
{
	flush_delayed_work(&sync_work);
}
