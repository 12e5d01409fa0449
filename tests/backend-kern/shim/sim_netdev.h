/* SPDX-License-Identifier: GPL-2.0 */
/* As much of net_devices, skbs and works as mirror.c needs; sim_netdev.c has the rest. */
#ifndef SHIM_NETDEV_H
#define SHIM_NETDEV_H

#include "sim_kernel.h"

/* switches in the code */
struct static_key_false { int n; };
#define DEFINE_STATIC_KEY_FALSE(k)	struct static_key_false k
#define DECLARE_STATIC_KEY_FALSE(k)	extern struct static_key_false k
#define static_branch_unlikely(k)	((k)->n > 0)
#define static_branch_inc(k)		((k)->n++)
#define static_branch_dec(k)		do { SIM_CHECK((k)->n > 0); (k)->n--; } while (0)

/* skbs: one flat piece */
struct sk_buff {
	struct net_device *dev;
	u32 len;
	u8 flags;			/* of struct xmd_buf */
	u16 gso_size, protocol;
	int mac, network;		/* offsets, -1: not set */
	u8 data[];
};
#define skb_reset_mac_header(s)		((s)->mac = 0)
#define skb_set_network_header(s, n)	((s)->network = (n))
#define eth_hdr(s)			((struct ethhdr *)((s)->data + (s)->mac))
void sim_skb_free(struct sk_buff *skb);
#define consume_skb			sim_skb_free
#define dev_kfree_skb_any		sim_skb_free

/* net_devices */
typedef int netdev_tx_t;
#define NETDEV_TX_OK		0
#define NET_NAME_PREDICTABLE	2
#ifndef IFNAMSIZ
#define IFNAMSIZ		16
#endif
#define IFF_NOARP		0x80
#define IFF_NO_QUEUE		1
#define IFF_NO_RX_HANDLER	2
#define NETIF_F_VLAN_CHALLENGED	1
struct rtnl_link_stats64 {
	u64 rx_packets, tx_packets, rx_bytes, tx_bytes, rx_errors, tx_errors, rx_dropped, tx_dropped;
	u64 rx_fifo_errors, tx_aborted_errors;
};
#define DEV_STATS_INC(dev, field)	((dev)->field++)
#define netdev_stats_to_stats64(s, from) \
	((s)->rx_fifo_errors = dev->rx_fifo_errors, (s)->tx_aborted_errors = dev->tx_aborted_errors)
struct net_device_ops {
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	netdev_tx_t (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	void (*ndo_get_stats64)(struct net_device *dev, struct rtnl_link_stats64 *s);
};
struct inet6_dev { struct { int disable_ipv6; } cnf; };
#define __in6_dev_get(dev)	((dev)->ip6)
#define netdev_priv(dev)	((void *)(dev)->priv)
#define netif_running(dev)	((dev)->up)
#define dev_nit_active(dev)	((dev)->taps > 0)
#define ether_setup(dev)	((void)(dev))
struct net_device *alloc_netdev(size_t priv, const char *name, int assigned,
				void (*setup)(struct net_device *));
void free_netdev(struct net_device *dev);
int register_netdevice(struct net_device *dev);
void unregister_netdev(struct net_device *dev);
void dev_queue_xmit_nit(struct sk_buff *skb, struct net_device *dev);
void rtnl_lock(void);
void rtnl_unlock(void);

/* works */
#define DECLARE_DELAYED_WORK(w, f) struct delayed_work w = { .fn = f }
void schedule_delayed_work(struct delayed_work *w, unsigned long delay);
void flush_delayed_work(struct delayed_work *w);

#define LIST_HEAD(l)	struct list_head l = { &(l), &(l) }
#define list_for_each_entry_safe(p, n, h, m)					\
	for (p = list_entry((h)->next, __typeof__(*p), m),			\
	     n = list_entry(p->m.next, __typeof__(*p), m); &p->m != (h);	\
	     p = n, n = list_entry(n->m.next, __typeof__(*n), m))
static inline void list_move(struct list_head *e, struct list_head *to)
{
	list_del_init(e);
	list_add(e, to);
}
#define rcu_access_pointer(p)	(p)

#endif
