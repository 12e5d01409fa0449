// SPDX-License-Identifier: GPL-2.0
/*
 * adapter.c - the adapter object: who changes it, and what follows from a change.
 *
 * A setting that can be refused (rings, link, MTU ...) is proposed to the user half first
 * and committed when that has made it work.  What is to be received (filters) cannot be
 * refused: it is committed at once, and the user half follows as soon as there is one.
 *
 * cfg is held over the whole of a change and makes them one after the other; nothing that
 * the user half calls meanwhile takes it, nor RTNL.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include "priv.h"

/* All that is the kernel half's to write. */
static u64 settings_mask(void)
{
	return xpc_writable(&xpc_struct_xmd_adapter, XPC_BY_KERNEL);
}

struct xmd_adapter *xmd_change_begin(struct xmd_nic *nic)
{
	mutex_lock(&nic->cfg);
	xpc_kern_get(&nic->xpc, XPC_OBJECT_xmd_adapter, &nic->want);
	return &nic->want;
}

/* States that the user half has changed meanwhile are not in the mask. */
static int commit(struct xmd_nic *nic)
{
	u64 mask = settings_mask() & xpc_diff(&xpc_struct_xmd_adapter, nic->adapter, &nic->want);
	int err;

	if (!mask)
		return 0;
	/* a user half in the middle of something may hold the object, for a limited time */
	err = xpc_kern_lock(&nic->xpc, XPC_OBJECT_xmd_adapter, 2 * XPC_LOCK_MS);
	if (err)
		return err;
	err = xpc_kern_commit(&nic->xpc, XPC_OBJECT_xmd_adapter, mask, &nic->want);
	xpc_kern_unlock(&nic->xpc, XPC_OBJECT_xmd_adapter);
	if (!err)
		nic->chosen |= mask;
	return err;
}

/* Settings that are none of the link's, though some take a reset: it has outlived each that we have seen. */
#define QUIET (XPC_xmd_adapter_itr_mode | XPC_xmd_adapter_rx_usecs | XPC_xmd_adapter_msg_level | XPC_xmd_adapter_rx_csum | \
	       XPC_xmd_adapter_tx_ring | XPC_xmd_adapter_rx_ring | XPC_xmd_adapter_mtu)

/* Return: what the user half says, or why it could not be asked (xpc/calls.h). */
int xmd_change_end(struct xmd_nic *nic)
{
	bool quiet = !(settings_mask() & ~QUIET & xpc_diff(&xpc_struct_xmd_adapter, nic->adapter, &nic->want));
	bool ran = test_bit(XMD_RUNNING, &nic->bits);
	int err;

	nic->quiet_at = quiet ? jiffies : jiffies - HZ;
	err = xpc_call_xmd_configure(&nic->xpc, &nic->want);
	/* what it does to the link may show later */
	if (quiet)
		nic->quiet_at = jiffies;
	if (!err && ran && !test_bit(XMD_RUNNING, &nic->bits) && !test_bit(XMD_GONE, &nic->bits) &&
	    !test_bit(XMD_LINK_LOST, &nic->bits))
		xpc_kern_doubt(&nic->xpc, "has left the NIC stopped");
	if (!err) {
		err = commit(nic);
		/* a user half may hold it; nothing else is a reason */
		nic->watch.uncommitted = err && err != -ETIMEDOUT ? nic->watch.uncommitted + 1 : 0;
	}
	mutex_unlock(&nic->cfg);
	if (!err)
		xmd_nic_tell_state(nic);
	return err;
}

/* For what cannot be refused.  Return: as xpc_kern_lock, if the user half did not let go of it. */
int xmd_change_commit(struct xmd_nic *nic)
{
	int err = commit(nic);

	mutex_unlock(&nic->cfg);
	if (err)
		dev_warn_ratelimited(&nic->pdev->dev, "settings not committed: error %d\n", err);
	return err;
}

/* What the net_device and the switch want to receive, into the object. */
void xmd_filter_work(struct work_struct *work)
{
	struct xmd_nic *nic = container_of(work, struct xmd_nic, filter_work);
	bool all = rcu_access_pointer(nic->client) != &nic->host;
	struct net_device *dev = nic->dev;
	struct xmd_adapter *want = xmd_change_begin(nic);
	struct netdev_hw_addr *ha;

	netif_addr_lock_bh(dev);
	want->promisc = all || dev->flags & IFF_PROMISC;
	want->allmulti = all || dev->flags & IFF_ALLMULTI || netdev_mc_count(dev) > XMD_MC_MAX;
	want->n_mc = 0;
	if (!want->allmulti)
		netdev_for_each_mc_addr(ha, dev)
			ether_addr_copy(want->mc[want->n_mc++].addr, ha->addr);
	netif_addr_unlock_bh(dev);
	/* what is not committed would be lost; each try waits for the lock */
	if (xmd_change_commit(nic) == -ETIMEDOUT)
		xmd_ask_filter(nic);
}

/* Any context that may not sleep, too. */
void xmd_ask_filter(struct xmd_nic *nic)
{
	schedule_work(&nic->filter_work);
}

/* The net_device gets what the user half has found: EEPROM's address, --rx-csum. */
void xmd_address_work(struct work_struct *work)
{
	struct xmd_nic *nic = container_of(work, struct xmd_nic, address_work);
	struct net_device *dev = nic->dev;
	u8 mac[ETH_ALEN];

	rtnl_lock();
	ether_addr_copy(mac, nic->adapter->mac.addr);
	memcpy(dev->perm_addr, nic->adapter->perm_mac.addr, ETH_ALEN);
	if (is_valid_ether_addr(mac) && !ether_addr_equal(dev->dev_addr, mac)) {
		eth_hw_addr_set(dev, mac);
		dev->addr_assign_type = NET_ADDR_PERM;
		if (dev->reg_state == NETREG_REGISTERED)
			call_netdevice_notifiers(NETDEV_CHANGEADDR, dev);
	}
	if (nic->adapter->rx_csum != !!(dev->wanted_features & NETIF_F_RXCSUM)) {
		dev->wanted_features ^= NETIF_F_RXCSUM;
		netdev_update_features(dev);
	}
	rtnl_unlock();
}

/* The user half has changed @mask of @object; called in its own context. */
static void changed(void *ctx, unsigned int object, u64 mask)
{
	struct xmd_nic *nic = ctx;

	if (object != XPC_OBJECT_xmd_adapter)
		return;
	xmd_nic_link_follow(nic);
	xmd_nic_tell_state(nic);
	if (mask & XPC_xmd_adapter_perm_mac)
		schedule_work(&nic->address_work);
}

/*
 * The only settings that nobody asked for.  The address is that which the NIC was started with;
 * once it is committed, it changes by ip only, or a user half could take a guest's.
 */
int xmd_found(void *ctx, const struct xmd_adapter *found)
{
	struct xmd_nic *nic = ctx;
	int err = -EPERM;

	/* a change under way began with a copy of before */
	if (!mutex_trylock(&nic->cfg))
		return -EBUSY;
	if (xmd_guard_found(nic->adapter, found, nic->mac))
		err = xpc_kern_commit(&nic->xpc, XPC_OBJECT_xmd_adapter,
				      settings_mask() & ~XMD_NEVER_FOUND, found);
	mutex_unlock(&nic->cfg);
	if (err == -EPERM)
		dev_warn_ratelimited(&nic->pdev->dev,
				     "settings of the user half's own refused: address %pM, committed %pM\n",
				     found->mac.addr, nic->adapter->mac.addr);
	if (err)
		return err;
	schedule_work(&nic->address_work);
	xmd_nic_tell_state(nic);
	return 0;
}

static void phase(void *ctx, enum xpc_phase phase)
{
	struct xmd_nic *nic = ctx;

	if (phase == XPC_NONE && test_bit(XMD_RUNNING, &nic->bits))
		dev_info(&nic->pdev->dev, "user half %u is gone: frames flow on, settings wait for the next one\n",
			 nic->xpc.t.epoch);
	if (phase != XPC_LIVE)
		return;
	dev_info(&nic->pdev->dev, "user half %u serves\n", nic->xpc.t.epoch);
	schedule_work(&nic->state_work);
	schedule_work(&nic->restore_work);
}

/* What is in force before the first user half has spoken: as xmd_adapter says, and valid. */
static const struct xmd_adapter first_adapter = {
	.tx_ring = 256, .rx_ring = XMD_RX_DEFAULT, .mtu = ETH_DATA_LEN, .autoneg = 1,
	.advertise = XMD_ADV_ALL, .mdix = XMD_MDIX_AUTO, .pause_autoneg = 1, .rx_csum = 1,
};
static const struct xmd_counters first_counters;

int xmd_objects_init(struct xmd_nic *nic)
{
	static const struct xpc_kern_ops ops = { .changed = changed, .phase = phase };
	static const void *const initial[] = {
		[XPC_OBJECT_xmd_adapter] = &first_adapter,
		[XPC_OBJECT_xmd_counters] = &first_counters,
	};
	const struct xpc_kern_config cfg = {
		.proto = &xpc_objects,
		.alive = XPC_UP_xmd_alive,
		.initial = initial,
		.down = xpc_serve_objects_down,
		.ops = &ops,
		.ctx = nic,
		.dev = &nic->pdev->dev,
		.second = true,
	};
	int err = xpc_kern_init(&nic->xpc, &cfg);

	if (err)
		return err;
	nic->adapter = nic->xpc.t.object[XPC_OBJECT_xmd_adapter].copy;
	nic->counters = nic->xpc.t.object[XPC_OBJECT_xmd_counters].copy;
	return 0;
}
