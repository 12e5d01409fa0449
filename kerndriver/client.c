// SPDX-License-Identifier: GPL-2.0
/*
 * client.c - the seam of nic.h: who gets the frames.
 *
 * There is always a client: the net_device (netdev.c) while nobody has attached.  Two
 * pointers name it, both read under RCU and changed under the_nic_lock:
 *
 *   client  gets back what went into the transmit ring, and is told of the NIC's state
 *   taker   gets what comes from the wire and from the net_device; as client, but for the
 *           time of a detach, and of a self-test, which takes what it has sent itself
 */
#include <linux/module.h>
#include "priv.h"

#define LSC_HZ		(2 * HZ)	/* what the user half sees may be as old */
#define BLIND_HZ	(10 * HZ)	/* and another one has begun meanwhile */

/* nic.h knows of one NIC */
static DEFINE_MUTEX(the_nic_lock);
static struct xmd_nic *the_nic;

/* Whoever attaches gets this one, or none any more: @nic NULL.  Return: false, there is one */
bool xmd_nic_offer(struct xmd_nic *nic)
{
	bool ok;

	mutex_lock(&the_nic_lock);
	ok = !nic || !the_nic;
	if (ok)
		the_nic = nic;
	mutex_unlock(&the_nic_lock);
	return ok;
}

/* Process context, no lock held: what tx_provide answers has changed. */
void xmd_nic_tell_state(struct xmd_nic *nic)
{
	const struct xmd_client *client;

	local_bh_disable();
	rcu_read_lock();
	client = rcu_dereference(nic->client);
	client->ops->state(client->ctx);
	/* the net_device has a carrier and a queue, whoever takes its frames */
	if (client != &nic->host)
		nic->host.ops->state(nic->host.ctx);
	rcu_read_unlock();
	local_bh_enable();
}

/* One of the user half's choice. */
static bool chip_has_link(const struct xmd_nic *nic)
{
	u32 status = xmd_read(nic, STATUS);

	return status != XMD_ALL_ONES && status & STATUS_LU &&
	       (status & STATUS_FD || !xmd_nic_has(nic, XMD_ERR_HALF));
}

/* And has had it for a while. */
static bool has_link(const struct xmd_nic *nic)
{
	return chip_has_link(nic) && time_after(jiffies, READ_ONCE(nic->lsc_at) + LSC_HZ);
}

static const char unseen[] = "sees no link where the chip has one";

/* It has seen none, and goes on so.  Resets, which frames without a link bring about, are no excuse for long. */
void xmd_nic_link_doubt(struct xmd_nic *nic)
{
	struct xmd_watch *w = &nic->watch;

	if (test_bit(XMD_LINK_UP, &nic->bits) || !chip_has_link(nic))
		w->seen_at = jiffies;
	else if (time_after(jiffies, READ_ONCE(nic->link_at) + LSC_HZ) && has_link(nic))
		xpc_kern_doubt(&nic->xpc, unseen);
	w->blind = time_after(jiffies, w->seen_at + BLIND_HZ);
}

/*
 * The user half says that the link has gone.  The chip has it and never said otherwise: then another
 * user half is to see it before anybody is told.  Or it went with settings that are none of its:
 * then it has, but another user half may leave it alone.
 * Return: it is not believed
 */
static bool doubt_loss(struct xmd_nic *nic)
{
	if (!test_bit(XMD_RUNNING, &nic->bits))
		return false;
	if (has_link(nic))
		return READ_ONCE(nic->xpc.t.phase) != XPC_LIVE || xpc_kern_doubt(&nic->xpc, unseen);
	if (!time_after(jiffies, nic->quiet_at + HZ - 1))
		xpc_kern_doubt(&nic->xpc, "lost the link by settings that are none of its");
	return false;
}

/* What the adapter object says of the link, unless the NIC does not even answer. */
void xmd_nic_link_follow(struct xmd_nic *nic)
{
	bool up = READ_ONCE(nic->adapter->link) && !test_bit(XMD_GONE, &nic->bits);

	if (up == test_bit(XMD_LINK_UP, &nic->bits))
		return;
	if (!up && !test_bit(XMD_GONE, &nic->bits) && doubt_loss(nic))
		return;
	change_bit(XMD_LINK_UP, &nic->bits);
	if (up) {
		clear_bit(XMD_LINK_DUE, &nic->bits);
		clear_bit(XMD_LINK_LOST, &nic->bits);
	}
	/* what waited for the link has not hung; what waits for it has just begun to */
	WRITE_ONCE(nic->link_at, jiffies);
	WRITE_ONCE(nic->tx.progress, jiffies);
	xmd_nic_tell_state(nic);
}

/* On return nothing goes to the taker before.  the_nic_lock held. */
static void set_taker(struct xmd_nic *nic, const struct xmd_client *taker)
{
	rcu_assign_pointer(nic->taker, taker);
	synchronize_net();
}

/* A self-test takes all frames while it runs; nobody attaches or detaches meanwhile. */
int xmd_nic_divert(struct xmd_nic *nic, const struct xmd_client *taker,
		   int (*test)(struct xmd_nic *nic))
{
	int ret;

	mutex_lock(&the_nic_lock);
	set_taker(nic, taker);
	ret = test(nic);
	set_taker(nic, rcu_access_pointer(nic->client));
	mutex_unlock(&the_nic_lock);
	return ret;
}

int xmd_nic_attach(const struct xmd_nic_ops *ops, void *ctx, struct xmd_nic **place)
{
	struct xmd_nic *nic;
	int err = 0;

	mutex_lock(&the_nic_lock);
	nic = the_nic;
	if (!nic) {
		err = -ENODEV;
	} else if (rcu_access_pointer(nic->client) != &nic->host) {
		err = -EBUSY;
	} else {
		kref_get(&nic->ref);
		nic->guest = (struct xmd_client){ .ops = ops, .ctx = ctx };
		/* before the pointers: an operation may look at it at once */
		WRITE_ONCE(*place, nic);
		rcu_assign_pointer(nic->client, &nic->guest);
		set_taker(nic, &nic->guest);
	}
	mutex_unlock(&the_nic_lock);
	if (!err)
		xmd_ask_filter(nic);
	return err;
}
EXPORT_SYMBOL_GPL(xmd_nic_attach);

/*
 * 1. tx_provide takes nothing more, and rx_return and host_tx are over; tx_return still
 *    works.
 * 2. The NIC finishes what it has.  If it does not within half a second (no carrier, paused,
 *    hung, stopped) it is stopped and the frames are given back as aborted; the user half is
 *    asked to start it again.
 * 3. After another grace period no tx_return and no state runs.
 */
void xmd_nic_detach(struct xmd_nic *nic)
{
	bool restart = false;

	mutex_lock(&the_nic_lock);
	set_bit(XMD_DETACHING, &nic->bits);
	set_taker(nic, &nic->host);
	if (!xmd_nic_tx_drained(nic)) {
		mutex_lock(&nic->ctl);
		restart = test_bit(XMD_RUNNING, &nic->bits);
		xmd_nic_stop(nic);
		xmd_nic_tx_abort(nic);
		mutex_unlock(&nic->ctl);
	}
	rcu_assign_pointer(nic->client, &nic->host);
	synchronize_net();
	clear_bit(XMD_DETACHING, &nic->bits);
	mutex_unlock(&the_nic_lock);
	if (restart)
		xpc_raise(&nic->xpc, XPC_UP_xmd_tx_hang);
	xmd_ask_filter(nic);
	xmd_nic_tell_state(nic);
	kref_put(&nic->ref, xmd_nic_release);
}
EXPORT_SYMBOL_GPL(xmd_nic_detach);

int xmd_nic_tx_provide(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
{
	if (WARN_ON_ONCE(n > XMD_BATCH))
		n = XMD_BATCH;
	if (unlikely(test_bit(XMD_DETACHING, &nic->bits)))
		return -ENETDOWN;
	return xmd_nic_tx_post(nic, frames, n);
}
EXPORT_SYMBOL_GPL(xmd_nic_tx_provide);
