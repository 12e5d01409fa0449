// SPDX-License-Identifier: GPL-2.0
/*
 * restore.c - the settings of the port that an administrator has chosen, told to whoever saves
 * them, and put into force again from what was saved (nic.h, xmd_nic_settings_get and _set).
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

#define ROW(group, field) { group, offsetof(struct xmd_port_settings, field), \
	offsetof(struct xmd_adapter, field), sizeof_field(struct xmd_adapter, field), \
	XPC_xmd_adapter_##field }

/* Members of the same name, and size, in both. */
static const struct row {
	u32 group;
	u16 saved, object, len;
	u64 field;
} rows[] = {
	ROW(XMD_PORT_MTU, mtu), ROW(XMD_PORT_MAC, mac),
	ROW(XMD_PORT_RINGS, tx_ring), ROW(XMD_PORT_RINGS, rx_ring),
	ROW(XMD_PORT_COALESCE, rx_usecs), ROW(XMD_PORT_COALESCE, itr_mode),
	ROW(XMD_PORT_PAUSE, pause_autoneg), ROW(XMD_PORT_PAUSE, pause_rx),
	ROW(XMD_PORT_PAUSE, pause_tx),
	ROW(XMD_PORT_LINK, autoneg), ROW(XMD_PORT_LINK, advertise), ROW(XMD_PORT_LINK, forced),
	ROW(XMD_PORT_LINK, mdix),
	ROW(XMD_PORT_WOL, wol), ROW(XMD_PORT_MSG_LEVEL, msg_level),
};

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

void xmd_nic_settings_get(struct xmd_nic *nic, struct xmd_port_settings *s)
{
	unsigned int i;

	*s = (struct xmd_port_settings){ .size = sizeof(*s) };
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		memcpy((void *)s + rows[i].saved, (void *)nic->adapter + rows[i].object, rows[i].len);
		s->mask |= nic->chosen & rows[i].field ? rows[i].group : 0;
	}
	s->features = chosen_features(nic->dev);
	s->mask |= s->features != XMD_FEATURES ? XMD_PORT_FEATURES : 0;
	s->result = READ_ONCE(nic->restored);
}
EXPORT_SYMBOL_GPL(xmd_nic_settings_get);

int xmd_nic_settings_set(struct xmd_nic *nic, const struct xmd_port_settings *s)
{
	if (s->size != sizeof(*s) || s->mask & ~XMD_PORT_ALL || s->features & ~XMD_FEATURES ||
	    s->reserved[0] || s->reserved[1])
		return -EINVAL;
	spin_lock(&nic->restore_lock);
	nic->saved = *s;
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

/* Chosen is also what is in force already: it would not be saved again else. */
static void choose(struct xmd_nic *nic, u32 group)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		nic->chosen |= rows[i].group == group ? rows[i].field : 0;
}

static int set_group(struct xmd_nic *nic, const struct xmd_port_settings *s, u32 group)
{
	struct xmd_adapter *want;
	unsigned int i;

	switch (group) {
	case XMD_PORT_MTU:
		return dev_set_mtu(nic->dev, s->mtu);
	case XMD_PORT_MAC:
		return set_mac(nic->dev, s->mac);
	case XMD_PORT_FEATURES:
		return set_features(nic->dev, s->features);
	}
	want = xmd_change_begin(nic);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].group == group)
			memcpy((void *)want + rows[i].object, (void *)s + rows[i].saved, rows[i].len);
	return xmd_change_end(nic);
}

static bool no_user_half(int err)
{
	return err == -EHOSTDOWN || err == -EOWNERDEAD || err == -ETIMEDOUT;
}

static int set_all(struct xmd_nic *nic, const struct xmd_port_settings *s)
{
	int err, first = 0;
	u32 group;

	for (group = 1; group & XMD_PORT_ALL; group <<= 1) {
		if (!(s->mask & group))
			continue;
		err = set_group(nic, s, group);
		if (no_user_half(err))
			return err;
		if (err)
			netdev_warn(nic->dev, "saved settings: group %#x (XMD_PORT_*) refused: error %d\n",
				    group, err);
		else
			choose(nic, group);
		first = first ? first : err;
	}
	return first;
}

/* What the command line and the EEPROM have a say in, and the chip has not: no wake-up. */
#define EARLY	(XMD_PORT_MTU | XMD_PORT_RINGS | XMD_PORT_COALESCE | XMD_PORT_PAUSE | \
		 XMD_PORT_LINK | XMD_PORT_MSG_LEVEL)

/* Nobody has brought the NIC up yet: the first user half does it with these, at once. */
static void set_early(struct xmd_nic *nic, const struct xmd_port_settings *s)
{
	struct xmd_adapter *want = xmd_change_begin(nic);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].group & s->mask & EARLY)
			memcpy((void *)want + rows[i].object, (void *)s + rows[i].saved, rows[i].len);
	want->restored = s->mask & EARLY;
	xmd_change_commit(nic);
}

/* Whether the wish is through, or waits for the next user half. */
static void settle(struct xmd_nic *nic, const struct xmd_port_settings *s, int err)
{
	spin_lock(&nic->restore_lock);
	if (!nic->saved.mask && no_user_half(err) && ++nic->restore_tries < TRIES)
		nic->saved = *s;
	else if (!nic->saved.mask)
		WRITE_ONCE(nic->restored, err);
	spin_unlock(&nic->restore_lock);
}

void xmd_restore_work(struct work_struct *work)
{
	struct xmd_nic *nic = container_of(work, struct xmd_nic, restore_work);
	bool live = READ_ONCE(nic->xpc.t.phase) == XPC_LIVE;
	struct xmd_port_settings s;
	int err = -ENODEV;

	spin_lock(&nic->restore_lock);
	s = nic->saved;
	if (live)
		nic->saved.mask = 0;
	spin_unlock(&nic->restore_lock);
	if (READ_ONCE(nic->restored) != -EINPROGRESS)
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
	settle(nic, &s, err);
	xmd_nic_tell_state(nic);
}
