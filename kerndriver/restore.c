// SPDX-License-Identifier: GPL-2.0
/*
 * restore.c - the settings of the port that an administrator has chosen, told to whoever saves
 * them, and put into force again from what was saved (nic.h, xmd_nic_port and _settings_set).
 *
 * What is given back takes the way that it took when it was chosen: ip's for MTU, address and
 * features, ethtool's for the rest, with the same checks.  It needs a user half, so it waits for
 * one; three may die over it, then it is given up.  The very first finds it with the objects.
 * A group that is refused does not keep back the others.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include "priv.h"

#define TRIES	3u

#define M(member) XPC_xmd_adapter_##member

/* What can only be together. */
static const u64 groups[] = {
	M(mtu), M(mac), M(tx_ring) | M(rx_ring), M(rx_usecs) | M(itr_mode),
	M(pause_autoneg) | M(pause_rx) | M(pause_tx),
	M(autoneg) | M(advertise) | M(forced) | M(mdix), M(wol), M(msg_level),
};

/* What the command line and the EEPROM have a say in, and the chip has not: no wake-up. */
#define EARLY	(M(mtu) | M(tx_ring) | M(rx_ring) | M(rx_usecs) | M(itr_mode) | M(pause_autoneg) | \
		 M(pause_rx) | M(pause_tx) | M(autoneg) | M(advertise) | M(forced) | M(mdix) | \
		 M(msg_level))
#define ALL	(EARLY | M(mac) | M(wol))

static const struct {
	u32 bit;
	netdev_features_t feature;
} features[] = {
	{ XMD_FEATURE_SG, NETIF_F_SG }, { XMD_FEATURE_TX_CSUM, NETIF_F_HW_CSUM },
	{ XMD_FEATURE_TSO, NETIF_F_TSO }, { XMD_FEATURE_RX_CSUM, NETIF_F_RXCSUM },
	{ XMD_FEATURE_GSO, NETIF_F_GSO }, { XMD_FEATURE_GRO, NETIF_F_GRO },
};

static u32 chosen_features(const struct net_device *dev)
{
	unsigned int i;
	u32 bits = 0;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		bits |= dev->wanted_features & features[i].feature ? features[i].bit : 0;
	return bits;
}

void xmd_nic_port(struct xmd_nic *nic, struct xmd_port_state *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	xpc_kern_get(&nic->xpc, XPC_OBJECT_xmd_adapter, &s->adapter);
	xpc_kern_get(&nic->xpc, XPC_OBJECT_xmd_counters, &s->counters);
	s->adapter.link = test_bit(XMD_LINK_UP, &nic->bits);
	s->chosen = nic->chosen & ALL;
	s->crossings = nic->xpc.ioctls;
	for (i = 0; i < XPC_KINDS; i++)
		s->crossings += nic->xpc.t.crossed[i].n;
	s->features = chosen_features(nic->dev);
	s->features |= s->features != XMD_FEATURES ? XMD_FEATURES_CHOSEN : 0;
	s->result = READ_ONCE(nic->restored);
	s->regs_len = XMD_REGDUMP * sizeof(u32);
	s->vendor = nic->pdev->vendor;
	s->device = nic->pdev->device;
	s->revision = nic->pdev->revision;
}
EXPORT_SYMBOL_GPL(xmd_nic_port);

int xmd_nic_settings_set(struct xmd_nic *nic, const struct xmd_port_state *s)
{
	if (s->chosen & ~ALL || s->features & ~(XMD_FEATURES | XMD_FEATURES_CHOSEN))
		return -EINVAL;
	spin_lock(&nic->restore_lock);
	nic->saved = (struct xmd_saved){
		.adapter = s->adapter, .mask = s->chosen, .features = s->features, .due = true,
	};
	nic->restore_tries = 0;
	WRITE_ONCE(nic->restored, -EINPROGRESS);
	spin_unlock(&nic->restore_lock);
	schedule_work(&nic->restore_work);
	return 0;
}
EXPORT_SYMBOL_GPL(xmd_nic_settings_set);

static int set_features(struct net_device *dev, u32 bits)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		dev->wanted_features &= ~features[i].feature;
		dev->wanted_features |= bits & features[i].bit ? features[i].feature : 0;
	}
	netdev_update_features(dev);
	return 0;
}

static int set_mac(struct net_device *dev, const u8 *mac)
{
	struct sockaddr sa = { .sa_family = dev->type };

	ether_addr_copy(sa.sa_data, mac);
	return dev_set_mac_address(dev, &sa, NULL);
}

/* Members that are no arrays, and whose range is checked with the change. */
static void copy(u64 mask, struct xmd_adapter *to, const struct xmd_adapter *from)
{
	const struct xpc_field *f = xpc_struct_xmd_adapter.field;

	for (; mask; mask >>= 1, f++)
		if (mask & 1)
			memcpy((void *)to + f->offset, (void *)from + f->offset, f->size);
}

static int set_group(struct xmd_nic *nic, const struct xmd_adapter *a, u64 mask)
{
	if (mask == M(mtu))
		return dev_set_mtu(nic->dev, a->mtu);
	if (mask == M(mac))
		return set_mac(nic->dev, a->mac.addr);
	copy(mask, xmd_change_begin(nic), a);
	return xmd_change_end(nic);
}

static bool no_user_half(int err)
{
	return err == -EHOSTDOWN || err == -EOWNERDEAD || err == -ETIMEDOUT;
}

static int set_all(struct xmd_nic *nic, const struct xmd_saved *s)
{
	int err, first = 0;
	unsigned int i;
	u64 mask;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		mask = s->mask & groups[i];
		err = mask ? set_group(nic, &s->adapter, mask) : 0;
		if (no_user_half(err))
			return err;
		if (err)
			netdev_warn(nic->dev, "saved settings: members %#llx (XPC_xmd_adapter_*) refused: error %d\n",
				    mask, err);
		else
			nic->chosen |= mask;	/* also what is so already: saved again */
		first = first ? first : err;
	}
	if (s->features & XMD_FEATURES_CHOSEN)
		set_features(nic->dev, s->features);
	return first;
}

/* Nobody has brought the NIC up yet: the first user half does it with these, at once. */
static void set_early(struct xmd_nic *nic, const struct xmd_saved *s)
{
	struct xmd_adapter *want = xmd_change_begin(nic);

	copy(s->mask & EARLY, want, &s->adapter);
	want->restored = s->mask & EARLY;
	xmd_change_commit(nic);
}

/* Whether the wish is through, or waits for the next user half. */
static void settle(struct xmd_nic *nic, int err)
{
	spin_lock(&nic->restore_lock);
	if (!nic->saved.due && no_user_half(err) && ++nic->restore_tries < TRIES)
		nic->saved.due = true;
	else if (!nic->saved.due)
		WRITE_ONCE(nic->restored, err);
	spin_unlock(&nic->restore_lock);
}

void xmd_restore_work(struct work_struct *work)
{
	struct xmd_nic *nic = container_of(work, struct xmd_nic, restore_work);
	bool live = READ_ONCE(nic->xpc.t.phase) == XPC_LIVE;
	struct xmd_saved s;
	int err = -ENODEV;

	spin_lock(&nic->restore_lock);
	s = nic->saved;
	if (live)
		nic->saved.due = false;
	spin_unlock(&nic->restore_lock);
	if (!s.due)
		return;
	if (!live) {
		/* phase() asks again */
		if (!is_valid_ether_addr(nic->adapter->mac.addr))
			set_early(nic, &s);
		return;
	}
	rtnl_lock();
	if (nic->dev->reg_state == NETREG_REGISTERED)
		err = set_all(nic, &s);
	rtnl_unlock();
	settle(nic, err);
	xmd_nic_tell_state(nic);
}
