// SPDX-License-Identifier: GPL-2.0
/*
 * steps.c - what is done when the backend's state asks for it: fsm.c says when, main.c calls.
 * front->lock is held.
 */
#include <linux/module.h>
#include "obj.h"

#define say(front, ...)	xmd_front_say(info, front, __VA_ARGS__)

#define HASTY_MS	1000u	/* between attempts to connect, at least */
#define SETTLE_MS	5000u	/* for a backend to see that we are Closed; all known ones say so */

static bool trusted = true;
module_param(trusted, bool, 0644);
MODULE_PARM_DESC(trusted, "a backend may see what else is in the pages of frames; N, or the key trusted=0, copies each frame");

static bool staging = true;
module_param(staging, bool, 0644);
MODULE_PARM_DESC(staging, "frames go through pages that a backend with a control ring keeps mapped (2 MB a device); from the next connection on");

void xmd_front_say_closed(struct xmd_front *front)
{
	front->settle_until = jiffies + msecs_to_jiffies(SETTLE_MS);
	xenbus_switch_state(front->xbdev, XenbusStateClosed);
}

static int write_initialising(struct xmd_front *front, struct xenbus_transaction t)
{
	const char *dir = front->xbdev->nodename;

	/* a directory that was removed must not be made again */
	if (!xenbus_exists(t, dir, "state"))
		return -ENOENT;
	return xenbus_printf(t, dir, "state", "%d", XenbusStateInitialising);
}

/*
 * Newer versions of Linux take a device for another one when its state node says
 * Initialising and dev->state does not.  xenbus_switch_state() sets that after the node, so
 * it cannot be used here.
 */
void xmd_front_say_initialising(struct xmd_front *front)
{
	front->xbdev->state = XenbusStateInitialising;
	xmd_front_transact(front, write_initialising);
}

/* Frames that were not answered stay; so does the carrier. */
void xmd_front_withdraw(struct xmd_front *front)
{
	xmd_front_rings_withdraw(front);
	xmd_front_obj_disconnected(front);
	WRITE_ONCE(front->link, XMD_LINK_DEFAULT);
	if (front->phase != XMD_DEAD)
		front->phase = XMD_IDLE;
}

static bool offers(struct xmd_front *front, const char *key)
{
	return xenbus_read_unsigned(front->backend, key, 0);
}

static void read_features(struct xmd_front *front)
{
	front->feat = (struct xmd_front_features){
		.sg = offers(front, "feature-sg"),
		.gso_v4 = offers(front, "feature-gso-tcpv4"),
		.gso_v6 = offers(front, "feature-gso-tcpv6"),
		.csum_v4 = !offers(front, "feature-no-csum-offload"),
		.csum_v6 = offers(front, "feature-ipv6-csum-offload"),
		.split = offers(front, "feature-split-event-channels"),
		.mcast = offers(front, "feature-multicast-control") &&
			 offers(front, "feature-dynamic-multicast-control"),
		.ctrl = staging && offers(front, "feature-ctrl-ring"),
	};
	front->mtu_key = xenbus_read_unsigned(front->xbdev->nodename, "mtu", 0);
	front->trusted = trusted && xenbus_read_unsigned(front->xbdev->nodename, "trusted", 1);
}

static int try_connect(struct xmd_front *front)
{
	int err;

	if (!offers(front, "feature-rx-copy"))
		return -EOPNOTSUPP;
	read_features(front);
	err = xmd_front_rings_make(front);
	if (!err)
		err = xmd_front_rings_publish(front);
	return err;
}

void xmd_front_step_connect(struct xmd_front *front)
{
	int err = try_connect(front);

	front->hasty_until = jiffies + msecs_to_jiffies(HASTY_MS);
	if (err) {
		xenbus_dev_error(front->xbdev, err, "connecting to %s", front->backend);
		xmd_front_withdraw(front);
		xmd_front_say_closed(front);
		return;
	}
	front->phase = XMD_OFFERED;
	front->stats.connects++;
	xmd_front_rings_start(front);
	xenbus_switch_state(front->xbdev, XenbusStateConnected);
}

void xmd_front_step_serve(struct xmd_front *front)
{
	front->phase = XMD_SERVED;
	say(front, "served by domain %d\n", front->xbdev->otherend_id);
	xmd_front_set_carrier(front, true);
	xmd_front_obj_connected(front);
	xmd_front_stage_served(front);
	xmd_front_mcast_connected(front);
	xmd_front_rings_kick(front);
	netdev_notify_peers(front->netdev);
}

void xmd_front_step_lose(struct xmd_front *front)
{
	front->phase = XMD_LOST;
	say(front, "backend %s is gone, waiting for the next\n", front->backend);
}

/* Perhaps another instance, which has adopted our rings, or nothing but a key of it. */
void xmd_front_step_returned(struct xmd_front *front)
{
	bool back = front->phase == XMD_LOST;

	front->phase = XMD_SERVED;
	xmd_front_set_carrier(front, true);
	xmd_front_rings_kick(front);
	xmd_front_obj_returned(front);
	xmd_front_stage_returned(front);
	if (!back)
		return;
	front->stats.returns++;
	say(front, "domain %d is back\n", front->xbdev->otherend_id);
	xmd_front_mcast_forgotten(front);
	netdev_notify_peers(front->netdev);
}

void xmd_front_step_reset(struct xmd_front *front)
{
	front->stats.resets++;
	say(front, "domain %d wants to connect anew\n", front->xbdev->otherend_id);
	xmd_front_withdraw(front);
	xmd_front_say_closed(front);
}

void xmd_front_step_close(struct xmd_front *front, bool online)
{
	xmd_front_withdraw(front);
	xmd_front_set_carrier(front, false);
	if (!online)
		xmd_front_tx_forget(front);
	xmd_front_say_closed(front);
}

/* One line, and the reason where the toolstack finds it (error/device/vif/...). */
void xmd_front_give_up(struct xmd_front *front, unsigned int fault)
{
	front->phase = XMD_DEAD;
	xenbus_dev_fatal(front->xbdev, -EPROTO, "domain %d misbehaves, disabled: %s",
			 front->xbdev->otherend_id, xmd_front_fault_text(fault));
	xmd_front_withdraw(front);
	xmd_front_set_carrier(front, false);
	xmd_front_tx_forget(front);
	xmd_front_say_closed(front);
}
