// SPDX-License-Identifier: GPL-2.0
/*
 * obj.c - the object ring's client: page, event channel, and who waits for what
 *
 * What is said over the ring, and when, is xpc/objguest.c, which knows nothing of Linux.
 * Here it gets a page, a clock, a lock and a work item:
 *
 *   event, timer, a new wish --> work --> objguest_work --> carrier, sleepers, an event
 *
 * Locks.  @lock guards the engine and @irq; it is taken in any context but interrupts.  The
 * work never takes RTNL, since who waits for an answer may hold it; what needs RTNL is in a
 * work item of its own.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include "obj_impl.h"


static u64 now_ms(void)
{
	return jiffies64_to_msecs(get_jiffies_64());
}

/* ---- calls ---- */

static bool answered(struct xmd_obj *o, int *result)
{
	bool done;

	spin_lock_bh(&o->lock);
	done = objguest_result(&o->g, result);
	spin_unlock_bh(&o->lock);
	return done;
}

/* Who waits no longer takes away where the answer would go, under the lock. */
static int give_up(struct xmd_obj *o)
{
	int result;

	spin_lock_bh(&o->lock);
	if (!objguest_result(&o->g, &result)) {
		objguest_give_up(&o->g);
		result = -ETIMEDOUT;
	}
	spin_unlock_bh(&o->lock);
	return result;
}

int xpc_guestcall(struct xpc_guest *x, unsigned int call, const void *const *in,
		  void *const *out)
{
	struct xmd_obj *o = container_of(x, struct xmd_obj, calls);
	int result;

	mutex_lock(&x->one);
	spin_lock_bh(&o->lock);
	result = objguest_ask(&o->g, call, in, out, now_ms());
	spin_unlock_bh(&o->lock);
	if (!result) {
		xmd_front_obj_kick(o);
		if (!wait_event_timeout(o->sleepers, answered(o, &result),
					msecs_to_jiffies(PATIENCE_MS)))
			result = give_up(o);
	}
	mutex_unlock(&x->one);
	return result;
}

/* ---- what was heard ---- */

/* A refusal that nobody waited for. */
static void tell_refusals(struct xmd_obj *o)
{
	const struct xpc_struct *s = &xpc_struct_xmd_vif_object;
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		if (!o->g.refused[i])
			o->told &= ~(1ull << i);
		if (!o->g.refused[i] || o->told >> i & 1)
			continue;
		o->told |= 1ull << i;
		xmd_front_say(warn, o->front,
			      "the driver domain refuses the setting \"%s\" (%d)\n",
			      s->field[i].name, o->g.refused[i]);
		if (1ull << i == XPC_xmd_vif_object_mtu) {
			WRITE_ONCE(o->mtu_refused, true);
			schedule_work(&o->rtnl_work);
		}
	}
}

/* The lock is held.  Return: what the link is to follow */
static enum xmd_front_link link_of(const struct xmd_obj *o)
{
	if (!o->serves)
		return XMD_LINK_DEFAULT;
	return o->g.port.link ? XMD_LINK_UP : XMD_LINK_DOWN;
}

/*
 * All members that the guest has a say in, as its device has them now, but for what it is to
 * have if this far end grants it; the lock is held.
 */
static void wish_device(struct xmd_obj *o)
{
	const struct net_device *dev = o->front->netdev;
	struct xmd_vif_object want = { .mtu = READ_ONCE(dev->mtu) };

	ether_addr_copy(want.mac.addr, dev->dev_addr);
	o->told = 0;
	xmd_front_obj_wish(o, (XPC_xmd_vif_object_mtu | XPC_xmd_vif_object_mac) & ~o->asking, &want);
}

static void note_up(struct xmd_obj *o)
{
	const struct xmd_port_object *p = &o->g.port;

	if (!o->serves)
		xmd_front_say(info, o->front, "object ring: port %s %s, link %s, %u Mb/s\n",
			      p->driver, p->version, p->link ? "up" : "down", p->speed);
	o->serves = true;
	wish_device(o);
	schedule_work(&o->rtnl_work);
}

/* The lock is held.  Return: whether filters change hands */
static bool take_news(struct xmd_obj *o, unsigned int news)
{
	bool served = o->serves;

	if (news & OBJGUEST_UP)
		note_up(o);
	if (o->g.phase != OBJGUEST_DEAF) {
		o->deaf = false;
	} else if (!o->deaf) {
		xmd_front_say(warn, o->front, "object ring: %s; a plain vif until the next\n",
			      o->g.why);
		o->deaf = true;
		o->serves = false;
	}
	tell_refusals(o);
	if (news & OBJGUEST_NOTIFY && o->irq)
		notify_remote_via_irq(o->irq);
	return served != o->serves;
}

/* Whoever sends events faster than we look has them masked until we do. */
static void end_interrupt(struct xmd_obj *o, unsigned int news)
{
	if (news & OBJGUEST_LATER)
		return;
	if (!xchg(&o->event, false) || !o->irq)
		return;
	xen_irq_lateeoi(o->irq, news ? 0 : XEN_EOI_FLAG_SPURIOUS);
}

static void obj_work(struct work_struct *work)
{
	struct xmd_obj *o = container_of(to_delayed_work(work), struct xmd_obj, work);
	enum xmd_front_link link;
	bool changed;
	unsigned int news;
	u64 now, due;

	spin_lock_bh(&o->lock);
	now = now_ms();
	news = objguest_work(&o->g, now);
	changed = take_news(o, news);
	/* wishes that came with it: a second look sends them */
	if (news & OBJGUEST_UP)
		take_news(o, objguest_work(&o->g, now));
	due = objguest_due(&o->g);
	link = link_of(o);
	end_interrupt(o, news);
	spin_unlock_bh(&o->lock);

	if (news & (OBJGUEST_PORT | OBJGUEST_UP) || changed)
		xmd_front_set_link(o->front, link);
	if (changed)
		xmd_front_replay_rx_mode(o->front);
	if (news & (OBJGUEST_ANSWERED | OBJGUEST_UP | OBJGUEST_DOWN))
		wake_up_all(&o->sleepers);
	if (due != ~0ull)
		queue_delayed_work(system_wq, &o->work,
				   msecs_to_jiffies(due > now ? due - now : 0) + 1);
}

/*
 * An MTU that was in force with another driver domain, or before a reboot of this one, is
 * not granted any more: the device comes down to what is.
 */
static void obj_rtnl_work(struct work_struct *work)
{
	struct xmd_obj *o = container_of(work, struct xmd_obj, rtnl_work);
	struct xmd_vif_object vif;

	if (!xmd_front_obj_view(o->front, &vif, NULL))
		return;
	if (xchg(&o->mtu_refused, false))
		xmd_front_set_max_mtu(o->front, vif.mtu_max);
	/* from here on the driver domain is asked, and says why not */
	xmd_front_set_max_mtu(o->front, XMD_MTU_ASK);
}

static irqreturn_t obj_event(int irq, void *arg)
{
	struct xmd_obj *o = arg;

	WRITE_ONCE(o->event, true);
	xmd_front_obj_kick(o);
	return IRQ_HANDLED;
}

/* ---- ring ---- */

static int open_channel(struct xmd_obj *o)
{
	struct xenbus_device *dev = o->front->xbdev;
	int err = xenbus_alloc_evtchn(dev, &o->port);

	if (err)
		return err;
	err = bind_evtchn_to_irqhandler_lateeoi(o->port, obj_event, 0, o->front->netdev->name, o);
	if (err < 0) {
		xenbus_free_evtchn(dev, o->port);
		return err;
	}
	spin_lock_bh(&o->lock);
	o->irq = err;
	spin_unlock_bh(&o->lock);
	return 0;
}

static int make_ring(struct xmd_obj *o, unsigned int offered)
{
	int err = xenbus_setup_ring(o->front->xbdev, GFP_KERNEL, &o->page, 1, &o->ref);

	if (err)
		return err;
	spin_lock_bh(&o->lock);
	objguest_start(&o->g, o->page, offered);
	spin_unlock_bh(&o->lock);
	err = open_channel(o);
	if (err)
		xmd_front_obj_disconnected(o->front);
	return err;
}

/* The backend before this one may have had them. */
static int remove_keys(struct xmd_front *front, struct xenbus_transaction t)
{
	const char *dir = front->xbdev->nodename;
	static const char * const key[] = {
		"xmd-obj-ring-ref", "xmd-event-channel-obj", "xmd-obj-version",
	};
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(key) && !err; i++)
		if (xenbus_exists(t, dir, key[i]))
			err = xenbus_rm(t, dir, key[i]);
	return err;
}

int xmd_front_obj_publish(struct xmd_front *front, struct xenbus_transaction t)
{
	const char *dir = front->xbdev->nodename;
	unsigned int offered = xenbus_read_unsigned(front->backend, "feature-xmd-obj", 0);
	struct xmd_obj *o = front->obj;
	int err;

	if (!offered)
		return remove_keys(front, t);
	if (!o->page) {
		err = make_ring(o, offered);
		if (err)
			xmd_front_say(warn, front, "no object ring: %d\n", err);
		if (err)
			return remove_keys(front, t);
	}
	err = xenbus_printf(t, dir, "xmd-obj-ring-ref", "%u", o->ref);
	if (!err)
		err = xenbus_printf(t, dir, "xmd-event-channel-obj", "%u", o->port);
	if (!err)
		err = xenbus_printf(t, dir, "xmd-obj-version", "%u", o->g.ring.version);
	return err;
}

/* A new life of the far end comes with an event; but an event more costs nothing. */
void xmd_front_obj_connected(struct xmd_front *front)
{
	if (!front->obj->page)
		xmd_front_set_max_mtu(front, 0);
	xmd_front_obj_kick(front->obj);
}

void xmd_front_obj_returned(struct xmd_front *front)
{
	xmd_front_obj_kick(front->obj);
}

void xmd_front_obj_disconnected(struct xmd_front *front)
{
	struct xmd_obj *o = front->obj;
	unsigned int irq;

	spin_lock_bh(&o->lock);
	irq = o->irq;
	o->irq = 0;
	o->serves = false;
	o->deaf = false;
	objguest_stop(&o->g);
	spin_unlock_bh(&o->lock);
	/* closes the channel, too */
	if (irq)
		unbind_from_irqhandler(irq, o);
	/* what it has heard of the link is not told any more after this */
	cancel_delayed_work_sync(&o->work);
	wake_up_all(&o->sleepers);
	cancel_work_sync(&o->rtnl_work);
	o->event = false;
	if (o->page)
		xenbus_teardown_ring(&o->page, 1, &o->ref);
	o->page = NULL;
}

int xmd_front_obj_create(struct xmd_front *front)
{
	struct xmd_obj *o = kvzalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return -ENOMEM;
	o->front = front;
	mutex_init(&o->calls.one);
	spin_lock_init(&o->lock);
	objguest_init(&o->g);
	INIT_DELAYED_WORK(&o->work, obj_work);
	INIT_WORK(&o->rtnl_work, obj_rtnl_work);
	init_waitqueue_head(&o->sleepers);
	front->obj = o;
	return 0;
}

void xmd_front_obj_destroy(struct xmd_front *front)
{
	struct xmd_obj *o = front->obj;

	if (!o)
		return;
	xmd_front_obj_disconnected(front);
	cancel_delayed_work_sync(&o->work);
	cancel_work_sync(&o->rtnl_work);
	kvfree(o);
	front->obj = NULL;
}
