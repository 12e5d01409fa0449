/* SPDX-License-Identifier: GPL-2.0 */
/*
 * front.h - xmd_front.ko inside: what its files share
 *
 *   main.c     module, xenbus driver, the one work item that follows the backend
 *   fsm.c      what a vif needs next, as a pure function (host-compiled, tested)
 *   ring.c     rings, grants and event channels: made, published, withdrawn
 *   tx.c       guest to wire     rx.c   wire to guest     mcast.c   multicast filter
 *   parse.c    checks of all that a backend writes (host-compiled, tested, fuzzed)
 *   netdev.c   the net_device
 *   obj.c      the object ring's client     ethtool.c   what ethtool asks
 *
 * "tx" is guest to wire.  In the frontend the four verbs are: tx_provide puts a frame
 * into the ring, tx_return takes it back answered; rx_provide puts an empty buffer
 * into the ring, rx_return takes it back with a frame.
 *
 * Who runs where, and what keeps them apart:
 *   - main.c's work is the only one that changes phase, makes or withdraws rings.  It
 *     is one work item, so never twice at once.  It takes RTNL for what follows.
 *   - tx.lock: the TX ring and its slots, in xmit, poll and work.
 *   - the RX ring belongs to the NAPI poll; the work touches it with NAPI disabled.
 *   - RTNL: open, stop, features, MTU; never taken while tx.lock is held.
 */
#ifndef XMD_FRONT_H
#define XMD_FRONT_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <xen/xenbus.h>
#include <xen/grant_table.h>
#include <xen/interface/io/netif.h>

#define XMD_FRONT_NAME		"xmd_front"
#define XMD_FRONT_VERSION	"1"

struct xmd_obj;

/* What the object ring's client may overrule; written by the xmd_front_ hooks only. */
enum xmd_front_link {
	XMD_LINK_DEFAULT,	/* carrier as the backend's state and its key say */
	XMD_LINK_DOWN,
	XMD_LINK_UP,
};

struct xmd_front {
	struct xenbus_device *xbdev;
	struct net_device *netdev;
	char *backend;			/* the backend's directory; its domain is xbdev->otherend_id */
	struct xmd_obj *obj;		/* owned by obj.c */
};

/*
 * ---- obj.h's side of the seam is called from main.c's work (process context, may sleep,
 * no lock held), in this order:
 *
 *   create ( publish* connected ( returned )* disconnected )* destroy
 *
 * ---- hooks, for obj.c and ethtool.c.  Process context, RTNL not held unless said.
 */

/**
 * xmd_front_set_link - what the physical link is, as the object ring says
 * @link: XMD_LINK_DEFAULT gives the decision back to the backend's state and key
 *
 * Any context.  Forgotten (DEFAULT) by the driver itself before xmd_obj_disconnected.
 */
void xmd_front_set_link(struct xmd_front *front, enum xmd_front_link link);

/**
 * xmd_front_set_max_mtu - the largest MTU that policy allows
 * @mtu: bytes of payload, 68 to 65521; 0: as without an object ring
 *
 * A device whose MTU is larger is brought down to it.  Takes RTNL.
 */
void xmd_front_set_max_mtu(struct xmd_front *front, unsigned int mtu);

/**
 * xmd_front_replay_rx_mode - tell the backend the multicast list and flags again
 *
 * For a backend that has forgotten them, and when filters were taken over from, or given
 * back to, the object ring.  Any context.
 */
void xmd_front_replay_rx_mode(struct xmd_front *front);

/**
 * xmd_front_reconnect - withdraw everything and connect to the same backend anew
 *
 * For an object ring that cannot go on.  Frames that wait are kept.  Any context.
 */
void xmd_front_reconnect(struct xmd_front *front);

#endif /* XMD_FRONT_H */
