// SPDX-License-Identifier: GPL-2.0
/* ethtool.c - what ethtool asks of a plain vif: who drives it, is there a link. */
#include <linux/ethtool.h>
#include "obj.h"

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	const struct xmd_front *front = netdev_priv(dev);

	strscpy(info->driver, XMD_FRONT_NAME, sizeof(info->driver));
	strscpy(info->version, XMD_FRONT_VERSION, sizeof(info->version));
	strscpy(info->bus_info, dev_name(&front->xbdev->dev), sizeof(info->bus_info));
}

const struct ethtool_ops xmd_front_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
};
