// SPDX-License-Identifier: GPL-2.0
/*
 * The NIC as guests may see it: a copy of what is known (XMD_BACK_PORT), and what only its
 * user half can do (XMD_BACK_ASK), through the net_device's own ethtool operations
 */
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include "back.h"

int xmd_port_state(struct xmd_port_state *s, bool set)
{
	int err = 0;

	mutex_lock(&back.ctl);
	if (!back.nic)
		err = -ENODEV;
	else if (set)
		err = xmd_nic_settings_set(back.nic, s);
	else
		xmd_nic_port(back.nic, s);
	mutex_unlock(&back.ctl);
	return err;
}

static int identify(struct net_device *dev, struct xmd_port_ask *a)
{
	const struct ethtool_ops *ops = dev->ethtool_ops;
	int err;

	if (a->n > 1 || a->offset)
		return -EINVAL;
	if (!ops->set_phys_id)
		return -EOPNOTSUPP;
	err = ops->set_phys_id(dev, a->n ? ETHTOOL_ID_ACTIVE : ETHTOOL_ID_INACTIVE);
	if (!err)
		back.blinking = a->n;
	return err;
}

static int read_regs(struct net_device *dev, struct xmd_port_ask *a)
{
	const struct ethtool_ops *ops = dev->ethtool_ops;
	struct ethtool_regs regs = { .cmd = ETHTOOL_GREGS };

	if (!ops->get_regs || !ops->get_regs_len)
		return -EOPNOTSUPP;
	regs.len = ops->get_regs_len(dev);
	if (a->offset || a->n < regs.len)
		return -EINVAL;
	ops->get_regs(dev, &regs, a->data);
	a->tag = regs.version;
	a->n = regs.len;
	return 0;
}

static int read_eeprom(struct net_device *dev, struct xmd_port_ask *a)
{
	const struct ethtool_ops *ops = dev->ethtool_ops;
	struct ethtool_eeprom e = { .cmd = ETHTOOL_GEEPROM, .offset = a->offset, .len = a->n };
	u32 have;
	int err;

	if (!ops->get_eeprom || !ops->get_eeprom_len)
		return -EOPNOTSUPP;
	have = ops->get_eeprom_len(dev);
	if (!a->n || a->offset > have || a->n > have - a->offset)
		return -EINVAL;
	err = ops->get_eeprom(dev, &e, a->data);
	a->tag = e.magic;
	return err;
}

static int ask(struct net_device *dev, struct xmd_port_ask *a)
{
	switch (a->what) {
	case XMD_ASK_IDENTIFY:
		return identify(dev, a);
	case XMD_ASK_REGS:
		return read_regs(dev, a);
	case XMD_ASK_EEPROM:
		return read_eeprom(dev, a);
	default:
		return -EINVAL;
	}
}

/* back.ctl is not held while the user half works, however long: others have to go on. */
int xmd_port_ask(struct xmd_port_ask *a)
{
	struct net_device *dev = NULL;
	int err;

	if (a->n > XMD_ASK_MAX)
		return -EINVAL;
	memset(a->data, 0, sizeof(a->data));
	mutex_lock(&back.ctl);
	if (back.nic)
		dev = xmd_nic_netdev(back.nic);
	if (dev)
		dev_hold(dev);
	mutex_unlock(&back.ctl);
	if (!dev)
		return -ENODEV;
	err = rtnl_lock_killable();
	if (!err) {
		err = dev->reg_state == NETREG_REGISTERED ? ask(dev, a) : -ENODEV;
		rtnl_unlock();
	}
	dev_put(dev);
	return err;
}
