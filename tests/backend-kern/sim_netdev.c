// SPDX-License-Identifier: GPL-2.0
/* Net_devices, packet sockets and works of the driver domain; see sim.h. */
#include "sim.h"
#include "sim_netdev.h"

unsigned int sim_devs, sim_skbs, sim_dropped;
void (*sim_in_rtnl)(void);
static struct net_device *devs[XMD_VIFS_MAX];
static struct delayed_work *works;
static bool rtnl;

/* No lock of the module's may wait for it; see mirror.c. */
void rtnl_lock(void)
{
	SIM_CHECK(!rtnl && !back.ctl.held);
	if (sim_in_rtnl)
		sim_in_rtnl();
	rtnl = true;
}

void rtnl_unlock(void)
{
	SIM_CHECK(rtnl);
	rtnl = false;
}

struct net_device *alloc_netdev(size_t priv, const char *name, int assigned,
				void (*setup)(struct net_device *))
{
	struct net_device *dev = sim_alloc(sizeof(*dev) + sizeof(struct inet6_dev) + priv);

	if (!dev)
		return NULL;
	SIM_CHECK(assigned == NET_NAME_PREDICTABLE && strlen(name) < IFNAMSIZ);
	strcpy(dev->name, name);
	setup(dev);
	sim_devs++;
	return dev;
}

void free_netdev(struct net_device *dev)
{
	SIM_CHECK(!dev->ip6 && !dev->up);
	free(dev->seen);
	free(dev);
	sim_devs--;
}

int register_netdevice(struct net_device *dev)
{
	unsigned int i;

	SIM_CHECK(rtnl);
	if (sim_netdev(dev->name))
		return -EEXIST;
	if (!sim_alloc_ok())
		return -ENOMEM;
	for (i = 0; devs[i]; i++)
		SIM_CHECK(i + 1 < XMD_VIFS_MAX);
	devs[i] = dev;
	dev->ip6 = calloc(1, sizeof(*dev->ip6));
	return 0;
}

void unregister_netdev(struct net_device *dev)
{
	rtnl_lock();
	sim_listen(dev, 0);
	sim_up(dev, false);
	for (unsigned int i = 0; i < XMD_VIFS_MAX; i++)
		if (devs[i] == dev)
			devs[i] = NULL;
	free(dev->ip6);
	dev->ip6 = NULL;
	rtnl_unlock();
}

struct net_device *sim_netdev(const char *name)
{
	for (unsigned int i = 0; i < XMD_VIFS_MAX; i++)
		if (devs[i] && !strcmp(devs[i]->name, name))
			return devs[i];
	return NULL;
}

void sim_up(struct net_device *dev, bool up)
{
	if (dev->up == up)
		return;
	dev->up = up;
	SIM_CHECK(!(up ? dev->netdev_ops->ndo_open : dev->netdev_ops->ndo_stop)(dev));
}

void sim_listen(struct net_device *dev, unsigned int sockets)
{
	dev->taps = sockets;
}

/* ------------------------------------------------------------------- frames */

void sim_skb_free(struct sk_buff *skb)
{
	sim_skbs--;
	free(skb);
}

struct sk_buff *xmd_nic_skb(struct net_device *dev, const struct xmd_buf *frame)
{
	struct sk_buff *skb = sim_alloc(sizeof(*skb) + frame->frame_len);

	if (!skb)
		return NULL;
	sim_skbs++;
	skb->dev = dev;
	skb->mac = -1;
	skb->network = -1;
	skb->flags = frame->flags;
	skb->gso_size = frame->gso_size;
	for (; frame; skb->len += frame->len, frame = frame->frag)
		memcpy(skb->data + skb->len, xmd_buf_data(frame), frame->len);
	return skb;
}

/* The socket's queue has room for dev->room frames, and counts what it has not. */
void dev_queue_xmit_nit(struct sk_buff *skb, struct net_device *dev)
{
	SIM_CHECK(dev->up && dev->taps && skb->dev == dev && !skb->mac && skb->network == ETH_HLEN);
	SIM_CHECK(skb->protocol == eth_hdr(skb)->h_proto);
	if (dev->n_seen == dev->room) {
		dev->n_missed++;
		return;
	}
	free(dev->seen);
	dev->seen = malloc(sizeof(struct flat));
	*dev->seen = (struct flat){ .len = skb->len, .flags = skb->flags, .gso_size = skb->gso_size };
	memcpy(dev->seen->data, skb->data, skb->len);
	dev->n_seen++;
}

/* -------------------------------------------------------------------- works */

void schedule_delayed_work(struct delayed_work *w, unsigned long delay)
{
	SIM_CHECK(delay);
	if (w->pending)
		return;
	w->pending = true;
	w->next = works;
	works = w;
}

void flush_delayed_work(struct delayed_work *w)
{
	while (w->pending)
		sim_works();
}

void sim_works(void)
{
	struct delayed_work *w = works;

	works = NULL;
	for (struct delayed_work *next; w; w = next) {
		next = w->next;
		w->pending = false;
		w->fn(NULL);
	}
}

/* ------------------------------------------------------------------- traces */

void sim_trace(const char *event, unsigned int n, const char *why)
{
	bool drop = !strcmp(event, "xmd_back_drop");

	SIM_CHECK(strlen(why) < 56 && (!drop || (n && *why)));
	sim_dropped += drop ? n : 0;
}
