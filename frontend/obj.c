// SPDX-License-Identifier: GPL-2.0
/* obj.c - no object ring yet: a plain vif. */
#include "obj.h"

int xmd_obj_create(struct xmd_front *front)
{
	return 0;
}

void xmd_obj_destroy(struct xmd_front *front)
{
}

int xmd_obj_publish(struct xmd_front *front, struct xenbus_transaction t)
{
	return 0;
}

void xmd_obj_connected(struct xmd_front *front)
{
}

void xmd_obj_returned(struct xmd_front *front)
{
}

void xmd_obj_disconnected(struct xmd_front *front)
{
}

bool xmd_obj_rx_mode(struct xmd_front *front)
{
	return false;
}

int xmd_obj_set_mac(struct xmd_front *front, const u8 *addr)
{
	return -EOPNOTSUPP;
}

int xmd_obj_set_mtu(struct xmd_front *front, unsigned int mtu)
{
	return 0;
}
