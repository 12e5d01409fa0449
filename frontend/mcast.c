// SPDX-License-Identifier: GPL-2.0
/*
 * mcast.c - multicast control: have the backend keep back groups that nobody here listens to
 *
 * netif.h: the list is told by requests in the TX ring, and counts only while the key
 * request-multicast-control is 1.  Used with backends that look at the key at any time
 * (feature-dynamic-multicast-control), since only those let us have all groups again:
 * when there are too many, when somebody wants all, when the backend refuses one.
 *
 * The key becomes 1 only after all addresses were answered: rather a frame too many than
 * one too few.  For the same reason it becomes 0 first when the backend may have lost the
 * list, as one does that has adopted our rings.
 */
#include "obj.h"

#define RETRY_MS	20u	/* no room in the ring, or answers missing */
#define QUICK_MS	0u

struct wanted {
	u8 addr[XMD_MCAST_MAX][ETH_ALEN];
	unsigned int n;
	bool all;
};

static void look(struct xmd_front *front, struct wanted *w)
{
	struct net_device *dev = front->netdev;
	struct netdev_hw_addr *ha;

	w->n = 0;
	netif_addr_lock_bh(dev);
	w->all = dev->flags & (IFF_PROMISC | IFF_ALLMULTI) || netdev_mc_count(dev) > XMD_MCAST_MAX;
	if (!w->all)
		netdev_for_each_mc_addr(ha, dev)
			ether_addr_copy(w->addr[w->n++], ha->addr);
	netif_addr_unlock_bh(dev);
}

static bool listed(u8 (*list)[ETH_ALEN], unsigned int n, const u8 *addr)
{
	while (n--)
		if (ether_addr_equal_unaligned(list[n], addr))
			return true;
	return false;
}

static void request(struct xmd_front *front, int value)
{
	struct xmd_front_mcast *m = &front->mcast;

	if (m->requested == value)
		return;
	if (!xenbus_printf(XBT_NIL, front->xbdev->nodename, "request-multicast-control", "%d", value))
		m->requested = value;
}

/* Has what is told become what is wanted?  False: the ring has no room now. */
static bool tell(struct xmd_front *front, struct wanted *w)
{
	struct xmd_front_mcast *m = &front->mcast;
	unsigned int i;

	for (i = m->ntold; i--; ) {
		if (listed(w->addr, w->n, m->told[i]))
			continue;
		if (!xmd_front_tx_mcast(front, m->told[i], false))
			return false;
		ether_addr_copy(m->told[i], m->told[--m->ntold]);
	}
	for (i = 0; i < w->n; i++) {
		if (listed(m->told, m->ntold, w->addr[i]))
			continue;
		if (!xmd_front_tx_mcast(front, w->addr[i], true))
			return false;
		ether_addr_copy(m->told[m->ntold++], w->addr[i]);
	}
	return true;
}

static bool all_answered(struct xmd_front *front, bool *refused)
{
	bool all;

	spin_lock_irq(&front->tx.lock);
	all = !front->mcast.unanswered;
	*refused = front->mcast.refused;
	spin_unlock_irq(&front->tx.lock);
	return all;
}

static void update(struct xmd_front *front)
{
	struct xmd_front_mcast *m = &front->mcast;
	struct wanted w;
	bool refused;

	if (!front->feat.mcast || front->phase != XMD_SERVED)
		return;
	if (m->forgotten) {
		request(front, 0);
		m->ntold = 0;
		m->forgotten = false;
	}
	look(front, &w);
	all_answered(front, &refused);
	if (w.all || refused) {
		request(front, 0);
		return;
	}
	if (tell(front, &w) && all_answered(front, &refused))
		request(front, !refused);
	else
		mod_delayed_work(system_wq, &m->work, msecs_to_jiffies(RETRY_MS));
}

static void mcast_work(struct work_struct *work)
{
	struct xmd_front *front = container_of(to_delayed_work(work), struct xmd_front, mcast.work);

	mutex_lock(&front->lock);
	if (!front->removing)
		update(front);
	mutex_unlock(&front->lock);
}

void xmd_front_mcast_init(struct xmd_front *front)
{
	INIT_DELAYED_WORK(&front->mcast.work, mcast_work);
	front->mcast.requested = -1;
}

void xmd_front_mcast_update(struct xmd_front *front)
{
	mod_delayed_work(system_wq, &front->mcast.work, QUICK_MS);
}

/* A new connection: it begins with no list and the key at 0. */
void xmd_front_mcast_connected(struct xmd_front *front)
{
	struct xmd_front_mcast *m = &front->mcast;

	m->ntold = 0;
	m->forgotten = false;
	m->refused = false;
	m->requested = front->feat.mcast ? 0 : -1;
	xmd_front_mcast_update(front);
}

void xmd_front_mcast_forgotten(struct xmd_front *front)
{
	front->mcast.forgotten = true;
	xmd_front_mcast_update(front);
}

/* tx.lock held. */
void xmd_front_mcast_answer(struct xmd_front *front, struct xmd_tx_slot *s, s16 status)
{
	/* what it does not know it need not delete */
	if (s->add && status != XEN_NETIF_RSP_OKAY)
		front->mcast.refused = true;
	if (front->mcast.unanswered)
		front->mcast.unanswered--;
}

void xmd_front_mcast_stop(struct xmd_front *front)
{
	cancel_delayed_work_sync(&front->mcast.work);
}
