// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - the module, the xenbus driver, and what follows the backend
 *
 * Linux's xenbus watches the state of the backend that it found when the device was
 * probed.  That is not enough here: the backend may move to another domain, and xenbus
 * has no way to be told.  So there are two watches of our own: on our own directory, for
 * the keys "backend" and "backend-id", and on the backend's, for its state and features.
 * xenbus' own watch stays where it is and does no harm.  Of its struct xenbus_device only
 * otherend_id is brought up to date, as the functions that grant and bind look there.
 *
 * Everything that may have changed leads to follow(), which looks at all of it and takes
 * one step after the other (fsm.c, steps.c) until there is nothing to do.  It runs in watches and
 * in a work item, one at a time under front->lock.
 *
 * Only the watches' own thread can exchange a watch without waiting for itself, or for a
 * removal that waits for us: so moving is done in the callback, everything else anywhere.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <xen/platform_pci.h>
#include <xen/xen.h>
#include "obj.h"

#define HASTY_MS	1000u	/* between attempts to connect, at least */
#define CLOSING_MS	5000u	/* for a backend to let go when the driver is unbound */
#define MOST_STEPS	8u	/* at once; a backend that wants more plays with us */

#define say(front, ...)	xmd_front_say(info, front, __VA_ARGS__)

/* ---- the outside's view ---- */

void xmd_front_update_carrier(struct xmd_front *front)
{
	unsigned long flags;

	spin_lock_irqsave(&front->carrier_lock, flags);
	if (front->served && (front->link == XMD_LINK_DEFAULT ? front->wire :
			      front->link == XMD_LINK_UP))
		netif_carrier_on(front->netdev);
	else
		netif_carrier_off(front->netdev);
	spin_unlock_irqrestore(&front->carrier_lock, flags);
}

void xmd_front_set_link(struct xmd_front *front, enum xmd_front_link link)
{
	WRITE_ONCE(front->link, link);
	xmd_front_update_carrier(front);
}

void xmd_front_set_carrier(struct xmd_front *front, bool served)
{
	if (served)
		front->wire = xenbus_read_unsigned(front->backend, "carrier", 1);
	front->served = served;
	xmd_front_update_carrier(front);
}

void xmd_front_set_max_mtu(struct xmd_front *front, unsigned int mtu)
{
	rtnl_lock();
	front->max_mtu = mtu;
	xmd_front_netdev_features(front);
	rtnl_unlock();
}

void xmd_front_replay_rx_mode(struct xmd_front *front)
{
	xmd_front_mcast_forgotten(front);
}

void xmd_front_follow_soon(struct xmd_front *front, unsigned long delay)
{
	if (!READ_ONCE(front->removing))
		mod_delayed_work(system_wq, &front->work, delay);
}

void xmd_front_reconnect(struct xmd_front *front)
{
	WRITE_ONCE(front->reconnect, true);
	xmd_front_follow_soon(front, 0);
}

/* Nothing more is read from, or sent to, this backend; the rest is done in a moment. */
void xmd_front_broken(struct xmd_front *front, unsigned int fault)
{
	if (!cmpxchg(&front->fault, XMD_FAULT_NONE, fault))
		xmd_front_follow_soon(front, 0);
}

/* ---- following ---- */

static enum xenbus_state backend_state(const struct xmd_front *front)
{
	unsigned int state = xenbus_read_unsigned(front->backend, "state", XenbusStateUnknown);

	return state <= XenbusStateReconfigured ? state : XenbusStateUnknown;
}

static bool rings_begun(const struct xmd_front *front)
{
	char *said = xenbus_read(XBT_NIL, front->backend, "xmd-rings", NULL);
	bool begun;

	if (IS_ERR(said))
		return false;
	begun = !strcmp(said, "connected");
	kfree(said);
	return begun;
}

/* Wakes up when waiting may have come to its end. */
static void wait_for_deadline(struct xmd_front *front, const struct xmd_front_view *v)
{
	unsigned long until = v->settling && !v->hasty ? front->settle_until : front->hasty_until;
	long left = until - jiffies;

	if (v->settling || v->hasty)
		xmd_front_follow_soon(front, max(left, 0L) + 1);
}

/* Return: something was done, and there may be more to do. */
static bool step(struct xmd_front *front)
{
	struct xmd_front_view v = {
		.phase = front->phase,
		.own = front->xbdev->state,
		.backend = backend_state(front),
		.online = xenbus_read_unsigned(front->backend, "online", 0),
		.settling = time_before(jiffies, front->settle_until),
		.hasty = time_before(jiffies, front->hasty_until),
		.begun = front->phase == XMD_LOST && rings_begun(front),
	};

	switch (xmd_front_next(&v)) {
	case XMD_STEP_CONNECT:
		xmd_front_step_connect(front);
		return true;
	case XMD_STEP_SERVE:
		xmd_front_step_serve(front);
		return true;
	case XMD_STEP_RETURNED:
		xmd_front_step_returned(front);
		return false;
	case XMD_STEP_LOSE:
		xmd_front_step_lose(front);
		return false;
	case XMD_STEP_RESET:
		xmd_front_step_reset(front);
		return true;
	case XMD_STEP_CLOSE:
		xmd_front_step_close(front, v.online);
		return true;
	case XMD_STEP_REOPEN:
		xmd_front_say_initialising(front);
		return true;
	case XMD_STEP_FORGIVE:
		front->phase = XMD_IDLE;
		return true;
	default:
		if (front->phase == XMD_IDLE)
			wait_for_deadline(front, &v);
		return false;
	}
}

/* What happened since the last look, besides what the backend's state says. */
static void look_inside(struct xmd_front *front)
{
	unsigned int fault = READ_ONCE(front->fault);

	if (xchg(&front->resumed, false)) {
		/* xenbus has begun anew already */
		front->phase = XMD_IDLE;
		xmd_front_withdraw(front);
		xmd_front_say_initialising(front);
		front->hasty_until = jiffies;
	} else if (fault && front->phase != XMD_DEAD) {
		xmd_front_give_up(front, fault);
	}
	if (xchg(&front->reconnect, false) &&
	    (front->phase == XMD_SERVED || front->phase == XMD_LOST))
		xmd_front_step_reset(front);
	xmd_front_stage_look(front);
}

static void follow_locked(struct xmd_front *front)
{
	unsigned int steps = 0;

	/* as xenbus does: at the end of the system, only answer */
	if (system_state > SYSTEM_RUNNING) {
		if (backend_state(front) == XenbusStateClosing)
			xenbus_frontend_closed(front->xbdev);
		return;
	}
	look_inside(front);
	while (step(front))
		if (++steps == MOST_STEPS) {
			xmd_front_follow_soon(front, msecs_to_jiffies(HASTY_MS));
			break;
		}
}

static void follow(struct xmd_front *front)
{
	mutex_lock(&front->lock);
	if (!front->removing)
		follow_locked(front);
	mutex_unlock(&front->lock);
}

static void follow_work(struct work_struct *work)
{
	follow(container_of(to_delayed_work(work), struct xmd_front, work));
}

/* ---- watches ---- */

/* One event that waits tells as much as many, and takes less of our memory (XSA-349). */
static bool watch_will_handle(struct xenbus_watch *watch, const char *path, const char *token)
{
	return !watch->nr_pending;
}

static void backend_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	follow(container_of(watch, struct xmd_front, backend_watch));
}

static void unwatch(struct xenbus_watch *watch)
{
	if (watch->node)
		unregister_xenbus_watch(watch);
	watch->node = NULL;
}

static int watch(struct xenbus_watch *watch, const char *node,
		 void (*callback)(struct xenbus_watch *, const char *, const char *))
{
	int err;

	watch->node = node;
	watch->will_handle = watch_will_handle;
	watch->callback = callback;
	err = register_xenbus_watch(watch);
	if (err)
		watch->node = NULL;
	return err;
}

/*
 * Where the toolstack says that the backend is.  NULL: as before, or not to be used: the
 * two keys may be written one after the other, and then do not fit each other for a moment.
 */
static char *new_backend(struct xmd_front *front, int *domid)
{
	int says, err;
	char *path;

	err = xenbus_gather(XBT_NIL, front->xbdev->nodename, "backend-id", "%i", domid,
			    "backend", NULL, &path, NULL);
	if (err)
		return NULL;
	says = xmd_front_backend_domain(path);
	if (!*path || *domid < 0 || (says >= 0 && says != *domid) ||
	    (!strcmp(path, front->backend) && *domid == front->xbdev->otherend_id)) {
		kfree(path);
		return NULL;
	}
	return path;
}

/* The old backend's domain is dead, or ours no longer: no handshake with it. */
static void move(struct xmd_front *front, char *path, int domid)
{
	say(front, "moves to domain %d\n", domid);
	front->phase = XMD_IDLE;
	xmd_front_withdraw(front);
	unwatch(&front->backend_watch);
	kfree(front->backend);
	front->backend = path;
	front->xbdev->otherend_id = domid;
	front->hasty_until = jiffies;
	front->settle_until = jiffies;
	xmd_front_say_initialising(front);
	if (watch(&front->backend_watch, front->backend, backend_changed))
		xenbus_dev_error(front->xbdev, -ENOMEM, "watching %s", front->backend);
}

static void own_changed(struct xenbus_watch *watch, const char *unused, const char *token)
{
	struct xmd_front *front = container_of(watch, struct xmd_front, own_watch);
	char *path;
	int domid;

	mutex_lock(&front->lock);
	if (!front->removing && system_state <= SYSTEM_RUNNING) {
		path = new_backend(front, &domid);
		if (path)
			move(front, path, domid);
		follow_locked(front);
	}
	mutex_unlock(&front->lock);
}

/* xenbus' own watch, on the first backend's state: one more reason to look. */
static void otherend_changed(struct xenbus_device *xbdev, enum xenbus_state unused)
{
	struct net_device *dev = dev_get_drvdata(&xbdev->dev);

	follow(netdev_priv(dev));
}

/* ---- the device comes, and goes ---- */

static int init(struct xmd_front *front)
{
	mutex_init(&front->lock);
	spin_lock_init(&front->carrier_lock);
	INIT_DELAYED_WORK(&front->work, follow_work);
	front->settle_until = jiffies;
	front->hasty_until = jiffies;
	xmd_front_tx_init(front);
	xmd_front_rx_init(front);
	xmd_front_mcast_init(front);
	front->backend = kstrdup(front->xbdev->otherend, GFP_KERNEL);
	return front->backend ? 0 : -ENOMEM;
}

static int watch_both(struct xmd_front *front)
{
	int err = watch(&front->backend_watch, front->backend, backend_changed);

	return err ? err : watch(&front->own_watch, front->xbdev->nodename, own_changed);
}

/*
 * A backend that is asked lets go of the pages before they are taken away.  It is not
 * asked when the toolstack has removed the device, and not waited for for ever.
 */
static void say_goodbye(struct xmd_front *front)
{
	unsigned int ms;

	if (front->xbdev->state != XenbusStateConnected || front->phase == XMD_LOST ||
	    !xenbus_exists(XBT_NIL, front->xbdev->nodename, "state"))
		return;
	xenbus_switch_state(front->xbdev, XenbusStateClosing);
	for (ms = 0; ms < CLOSING_MS && backend_state(front) == XenbusStateConnected; ms += 20)
		msleep(20);
}

static void xmd_remove(struct xenbus_device *xbdev)
{
	struct net_device *dev = dev_get_drvdata(&xbdev->dev);
	struct xmd_front *front = netdev_priv(dev);

	mutex_lock(&front->lock);
	WRITE_ONCE(front->removing, true);
	xmd_front_obj_disconnected(front);
	mutex_unlock(&front->lock);

	/* nobody follows any more once these have come back */
	unwatch(&front->own_watch);
	unwatch(&front->backend_watch);
	xmd_front_debugfs_del(front);
	unregister_netdev(dev);
	cancel_delayed_work_sync(&front->work);
	xmd_front_mcast_stop(front);

	say_goodbye(front);
	xmd_front_rings_withdraw(front);
	/* an event of the control ring may have come in between */
	cancel_delayed_work_sync(&front->work);
	xmd_front_stage_forget(front);
	xmd_front_tx_forget(front);
	xmd_front_obj_destroy(front);
	kfree(front->backend);
	free_netdev(dev);
	dev_set_drvdata(&xbdev->dev, NULL);
}

static int probe(struct xenbus_device *xbdev, const struct xenbus_device_id *id)
{
	struct net_device *dev = xmd_front_netdev_create(xbdev);
	struct xmd_front *front;
	int err;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	front = netdev_priv(dev);
	err = init(front);
	if (err)
		goto fail_init;
	err = xmd_front_obj_create(front);
	if (err)
		goto fail_obj;
	err = register_netdev(dev);
	if (err)
		goto fail_register;
	dev_set_drvdata(&xbdev->dev, dev);
	xmd_front_debugfs_add(front);
	/* the first watch may have connected it already when the second fails */
	err = watch_both(front);
	if (err)
		xmd_remove(xbdev);
	return err;

fail_register:
	xmd_front_obj_destroy(front);
fail_obj:
	kfree(front->backend);
fail_init:
	free_netdev(dev);
	return err;
}

/*
 * The domain was restored or has migrated: grants and event channels are no more, the
 * backend is another.  xenbus has read its details anew; where they changed, our own
 * watch, which is set again now, tells.
 */
static int resume(struct xenbus_device *xbdev)
{
	struct net_device *dev = dev_get_drvdata(&xbdev->dev);
	struct xmd_front *front = netdev_priv(dev);

	WRITE_ONCE(front->resumed, true);
	xmd_front_follow_soon(front, 0);
	return 0;
}

static const struct xenbus_device_id ids[] = {
	{ "vif" },
	{ "" }
};

static struct xenbus_driver driver = {
	.name = XMD_FRONT_NAME,
	.ids = ids,
	.probe = probe,
	.remove = xmd_remove,
	.resume = resume,
	.otherend_changed = otherend_changed,
};

static int __init xmd_front_init(void)
{
	int err;

	if (!xen_domain() || !xen_has_pv_nic_devices())
		return -ENODEV;
	xmd_front_debugfs_init();
	err = xenbus_register_frontend(&driver);
	if (err)
		xmd_front_debugfs_exit();
	return err;
}
module_init(xmd_front_init);

static void __exit xmd_front_exit(void)
{
	xenbus_unregister_driver(&driver);
	xmd_front_debugfs_exit();
}
module_exit(xmd_front_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Xen guest network driver that follows its backend");
MODULE_VERSION(XMD_VERSION);
MODULE_ALIAS("xen:vif");
