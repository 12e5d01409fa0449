// SPDX-License-Identifier: GPL-2.0
/* obj_wish.c - what this guest wishes of its vif, and what it sees of it; see obj.c */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include "obj_impl.h"

#define FILTERS	(XPC_xmd_vif_object_filter | XPC_xmd_vif_object_promisc | \
		 XPC_xmd_vif_object_allmulti | XPC_xmd_vif_object_mc)
#define VLANS	(XPC_xmd_vif_object_vlan_filter | XPC_xmd_vif_object_vlan)

/* The lock is held. */
void xmd_front_obj_wish(struct xmd_obj *o, u64 mask, const struct xmd_vif_object *want)
{
	if (objguest_wish(&o->g, mask, want))
		netdev_warn(o->front->netdev, "a setting cannot be told to the driver domain\n");
	xmd_front_obj_kick(o);
}

/* The device's address lock is held; sets the members FILTERS of @want. */
static void read_filters(struct net_device *dev, struct xmd_vif_object *want)
{
	bool too_many = netdev_mc_count(dev) > XMD_OBJ_MC_MAX;
	struct netdev_hw_addr *ha;

	want->filter = 1;
	want->promisc = !!(dev->flags & IFF_PROMISC);
	/* further unicast addresses are what no filter here knows */
	if (netdev_uc_count(dev))
		want->filter = 0;
	want->allmulti = !!(dev->flags & IFF_ALLMULTI) || too_many;
	want->n_mc = 0;
	if (!too_many)
		netdev_for_each_mc_addr(ha, dev)
			ether_addr_copy(want->mc[want->n_mc++].addr, ha->addr);
}

bool xmd_front_obj_rx_mode(struct xmd_front *front)
{
	struct xmd_vif_object want = { .filter = 0 };
	struct xmd_obj *o = front->obj;
	bool serves;

	read_filters(front->netdev, &want);
	spin_lock_bh(&o->lock);
	xmd_front_obj_wish(o, FILTERS, &want);
	serves = o->serves;
	spin_unlock_bh(&o->lock);
	return serves;
}

/* More than fit: no filter, until some of them are gone. */
int xmd_front_obj_vlan(struct xmd_front *front, u16 vid, bool add)
{
	struct xmd_vif_object want = { .n_vlans = 0 };
	struct xmd_obj *o = front->obj;
	unsigned int i;

	/* a priority tag alone: passes any filter */
	if (!vid)
		return 0;
	spin_lock_bh(&o->lock);
	if (add)
		__set_bit(vid, o->vlans);
	else
		__clear_bit(vid, o->vlans);
	want.vlan_filter = bitmap_weight(o->vlans, VLAN_N_VID) <= XMD_OBJ_VLANS_MAX;
	if (want.vlan_filter)
		for_each_set_bit(i, o->vlans, VLAN_N_VID)
			want.vlan[want.n_vlans++] = i;
	xmd_front_obj_wish(o, VLANS, &want);
	spin_unlock_bh(&o->lock);
	return 0;
}

/* The lock is held. */
static bool decided(struct xmd_obj *o, u64 mask, int *result)
{
	*result = objguest_wish_result(&o->g, mask);
	/* a far end that is away comes back, but not a ring that was withdrawn */
	return *result != -EINPROGRESS && (*result != -EHOSTDOWN || !o->serves);
}

static bool decided_lock(struct xmd_obj *o, u64 mask, int *result)
{
	bool done;

	spin_lock_bh(&o->lock);
	done = decided(o, mask, result);
	spin_unlock_bh(&o->lock);
	return done;
}

/*
 * Have a setting granted.  One that is not, or not in time, is wished for no longer: the
 * guest's administrator was told that it is not so.  One at a time: RTNL is held.
 */
static int ask_for(struct xmd_obj *o, u64 mask, const struct xmd_vif_object *want)
{
	struct xmd_vif_object before;
	int result;

	spin_lock_bh(&o->lock);
	before = o->g.wish;
	o->asking = mask;
	xmd_front_obj_wish(o, mask, want);
	spin_unlock_bh(&o->lock);
	wait_event_timeout(o->sleepers, decided_lock(o, mask, &result),
			   msecs_to_jiffies(PATIENCE_MS));
	spin_lock_bh(&o->lock);
	if (!decided(o, mask, &result) && result == -EINPROGRESS)
		result = -ETIMEDOUT;
	if (result)
		xmd_front_obj_wish(o, mask, &before);
	o->asking = 0;
	spin_unlock_bh(&o->lock);
	return result;
}

static bool serves(const struct xmd_obj *o)
{
	return READ_ONCE(o->serves);
}

int xmd_front_obj_set_mac(struct xmd_front *front, const u8 *addr)
{
	struct xmd_vif_object want = { .mtu = 0 };

	if (!serves(front->obj))
		return -EOPNOTSUPP;
	ether_addr_copy(want.mac.addr, addr);
	return ask_for(front->obj, XPC_xmd_vif_object_mac, &want);
}

/* Without an object ring nobody has to be asked: netif.h knows no MTU. */
int xmd_front_obj_set_mtu(struct xmd_front *front, unsigned int mtu, bool wait)
{
	const struct xmd_vif_object want = { .mtu = mtu };
	struct xmd_obj *o = front->obj;

	if (!serves(o))
		return 0;
	if (wait)
		return ask_for(o, XPC_xmd_vif_object_mtu, &want);
	spin_lock_bh(&o->lock);
	xmd_front_obj_wish(o, XPC_xmd_vif_object_mtu, &want);
	spin_unlock_bh(&o->lock);
	return 0;
}

int xmd_front_obj_set_rx_usecs(struct xmd_front *front, u32 usecs)
{
	const struct xmd_vif_object want = { .rx_usecs = usecs };

	if (!serves(front->obj))
		return -EOPNOTSUPP;
	return ask_for(front->obj, XPC_xmd_vif_object_rx_usecs, &want);
}

bool xmd_front_obj_view(struct xmd_front *front, struct xmd_vif_object *vif,
		  struct xmd_port_object *port)
{
	struct xmd_obj *o = front->obj;
	bool known;

	spin_lock_bh(&o->lock);
	known = o->serves;
	if (vif)
		*vif = o->g.vif;
	if (port)
		*port = o->g.port;
	spin_unlock_bh(&o->lock);
	return known;
}

struct xpc_guest *xmd_front_obj_calls(struct xmd_front *front)
{
	return &front->obj->calls;
}
