/* SPDX-License-Identifier: GPL-2.0 */
/*
 * obj.h - the object ring's client, as the rest of xmd_front.ko sees it
 *
 * Every function may sleep and is called without locks, one at a time, from main.c's
 * work, unless said otherwise.  None of them can fail the data path: a vif without an
 * object ring is a whole vif.
 */
#ifndef XMD_FRONT_OBJ_H
#define XMD_FRONT_OBJ_H

#include "front.h"

struct xmd_port_object;
struct xmd_vif_object;
struct xpc_guest;

extern const struct ethtool_ops xmd_front_ethtool_ops;

/**
 * xmd_front_obj_create - once per device, before its net_device is registered
 *
 * Return: 0 or -errno, which fails the probe.  Sets @front->obj.
 */
int xmd_front_obj_create(struct xmd_front *front);

/* After the net_device is gone.  Also right after a create that was not used. */
void xmd_front_obj_destroy(struct xmd_front *front);

/**
 * xmd_front_obj_publish - write the object ring's keys beside those of the data rings
 * @t: the transaction they are all written in
 *
 * Makes the ring page and its event channel at the first call after create or
 * disconnected; the transaction may have to be repeated, and then this is called again.
 * The backend's directory is @front->backend, its domain @front->xbdev->otherend_id.
 *
 * Return: 0, also when this backend has no object ring; -errno of the transaction.
 */
int xmd_front_obj_publish(struct xmd_front *front, struct xenbus_transaction t);

/* The backend is Connected for the first time since publish. */
void xmd_front_obj_connected(struct xmd_front *front);

/*
 * The backend was seen Connected again with the same rings: it may be another instance
 * that has adopted them.  May come without reason.
 */
void xmd_front_obj_returned(struct xmd_front *front);

/*
 * The rings are being withdrawn: end the grants, free the event channel.  What the guest
 * has set is kept for the next backend.  Safe to call twice, and without publish.
 */
void xmd_front_obj_disconnected(struct xmd_front *front);

/**
 * xmd_front_obj_rx_mode - the flags (IFF_PROMISC, IFF_ALLMULTI) or a list of addresses changed
 *
 * Atomic context, the device's address lock is held.
 *
 * Return: true if the object ring takes care of multicast filters; false leaves them to
 * the multicast control of netif.
 */
bool xmd_front_obj_rx_mode(struct xmd_front *front);

/**
 * xmd_front_obj_set_mac - the guest wants another MAC.  RTNL is held.
 *
 * Return: 0 if it may have it and the device's address may be set; else -errno,
 * -EOPNOTSUPP without an object ring.
 */
int xmd_front_obj_set_mac(struct xmd_front *front, const u8 *addr);

/**
 * xmd_front_obj_set_mtu - the guest wants another MTU, within the limits.  RTNL is held.
 * @wait: false: it will be so whatever the driver domain says, which is told and not waited for.
 *	  It could have RTNL held for as long as it likes otherwise, by granting less and less.
 *
 * Return: 0 or -errno; 0 without @wait.
 */
int xmd_front_obj_set_mtu(struct xmd_front *front, unsigned int mtu, bool wait);

/**
 * xmd_front_obj_vlan - frames of VLAN @vid (0 to 4095) are wanted, or no longer.  Any context.
 *
 * Return: 0; with more VLANs than the driver domain filters, those of all come.
 */
int xmd_front_obj_vlan(struct xmd_front *front, u16 vid, bool add);

/* ---- for ethtool.c.  RTNL is held, or not. */

/* xmd_front_obj_view - the objects as last heard; either may be NULL.  Return: is there a ring that serves? */
bool xmd_front_obj_view(struct xmd_front *front, struct xmd_vif_object *vif,
		  struct xmd_port_object *port);

/* xmd_front_obj_set_rx_usecs - at least so long between two events.  Return: as xmd_front_obj_set_mac */
int xmd_front_obj_set_rx_usecs(struct xmd_front *front, u32 usecs);

/* What the generated stubs, xpc_call_xmd_obj_NAME, are given; -EHOSTDOWN from each without an object ring that serves. */
struct xpc_guest *xmd_front_obj_calls(struct xmd_front *front);

#endif /* XMD_FRONT_OBJ_H */
