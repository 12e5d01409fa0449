// SPDX-License-Identifier: GPL-2.0
/*
 * ring.c - the two rings, their grants and event channels: made, published, withdrawn; and
 * the poll that serves both.
 */
#include <linux/interrupt.h>
#include <linux/rtnetlink.h>
#include <xen/events.h>
#include <xen/page.h>
#include "obj.h"

static_assert(PAGE_SIZE == XMD_GRANT);
static_assert(__CONST_RING_SIZE(xen_netif_tx, XMD_GRANT) == XMD_RING);
static_assert(__CONST_RING_SIZE(xen_netif_rx, XMD_GRANT) == XMD_RING);
static_assert(XMD_ETH_HEADER == ETH_HLEN && XMD_MTU_MIN == ETH_MIN_MTU);

/* ---- events ---- */

/*
 * The event channel stays masked until xen_irq_lateeoi(), which the poll calls when it has
 * nothing left to do: a storm of events costs one poll each at most (XSA-391).
 */
static irqreturn_t event(struct xmd_front *front, enum xmd_front_channel ch)
{
	front->stats.events++;
	set_bit(ch, &front->events);
	napi_schedule(&front->napi);
	return IRQ_HANDLED;
}

static irqreturn_t tx_event(int irq, void *front)
{
	return event(front, XMD_CHANNEL_TX);
}

static irqreturn_t rx_event(int irq, void *front)
{
	return event(front, XMD_CHANNEL_RX);
}

/* An event that brought no response since the last one is spurious: Linux slows these down. */
static void end_interrupt(struct xmd_front *front, enum xmd_front_channel ch, unsigned int answers)
{
	if (!test_and_clear_bit(ch, &front->events))
		return;
	if (!answers)
		front->stats.spurious++;
	xen_irq_lateeoi(front->irq[ch], answers ? 0 : XEN_EOI_FLAG_SPURIOUS);
}

static void end_interrupts(struct xmd_front *front)
{
	unsigned int tx = xchg(&front->tx.answers, 0), rx = xchg(&front->rx.answers, 0);

	if (front->irq[XMD_CHANNEL_TX] == front->irq[XMD_CHANNEL_RX])
		tx += rx;
	end_interrupt(front, XMD_CHANNEL_TX, tx);
	end_interrupt(front, XMD_CHANNEL_RX, rx);
}

/*
 * Drain, arm, look again.  Without rings, or with a backend that misbehaved, interrupts are
 * left unended: they go with the event channel.
 */
int xmd_front_poll(struct napi_struct *napi, int budget)
{
	struct xmd_front *front = container_of(napi, struct xmd_front, napi);
	bool more;
	int done;

	if (!front->up || READ_ONCE(front->fault)) {
		napi_complete_done(napi, 0);
		return 0;
	}
	more = xmd_front_tx_return(front);
	done = budget ? xmd_front_rx_return(front, budget) : 0;
	xmd_front_rx_provide(front);
	if (READ_ONCE(front->fault)) {
		napi_complete_done(napi, 0);
		return 0;
	}
	if (more || done >= budget)
		return budget;
	if (napi_complete_done(napi, done)) {
		if (xmd_front_rx_arm(front))
			napi_schedule(napi);
		else
			end_interrupts(front);
	}
	return done;
}

/* One event each way, and a look at both rings: for whoever may have missed something. */
void xmd_front_rings_kick(struct xmd_front *front)
{
	if (!front->up)
		return;
	notify_remote_via_irq(front->irq[XMD_CHANNEL_TX]);
	if (front->irq[XMD_CHANNEL_RX] != front->irq[XMD_CHANNEL_TX])
		notify_remote_via_irq(front->irq[XMD_CHANNEL_RX]);
	local_bh_disable();
	napi_schedule(&front->napi);
	local_bh_enable();
}

/* ---- made ---- */

static int make_channel(struct xmd_front *front, enum xmd_front_channel ch, irq_handler_t handler)
{
	int err;

	err = xenbus_alloc_evtchn(front->xbdev, &front->port[ch]);
	if (err)
		return err;
	err = bind_evtchn_to_irqhandler_lateeoi(front->port[ch], handler, 0,
						front->netdev->name, front);
	if (err < 0) {
		xenbus_free_evtchn(front->xbdev, front->port[ch]);
		return err;
	}
	front->irq[ch] = err;
	return 0;
}

static int make_channels(struct xmd_front *front)
{
	int err;

	err = make_channel(front, XMD_CHANNEL_TX, tx_event);
	if (err)
		return err;
	if (front->feat.split)
		return make_channel(front, XMD_CHANNEL_RX, rx_event);
	front->irq[XMD_CHANNEL_RX] = front->irq[XMD_CHANNEL_TX];
	return 0;
}

static void free_channels(struct xmd_front *front)
{
	if (front->irq[XMD_CHANNEL_RX] &&
	    front->irq[XMD_CHANNEL_RX] != front->irq[XMD_CHANNEL_TX])
		unbind_from_irqhandler(front->irq[XMD_CHANNEL_RX], front);
	if (front->irq[XMD_CHANNEL_TX])
		unbind_from_irqhandler(front->irq[XMD_CHANNEL_TX], front);
	front->irq[XMD_CHANNEL_RX] = 0;
	front->irq[XMD_CHANNEL_TX] = 0;
	front->events = 0;
}

/*
 * All that is shared with the backend, not told to it yet
 *
 * Return: 0 or -errno; after an error xmd_front_rings_withdraw() frees what was made.
 */
int xmd_front_rings_make(struct xmd_front *front)
{
	struct xmd_front_tx *tx = &front->tx;
	struct xmd_front_rx *rx = &front->rx;
	void *page;
	int err;

	err = gnttab_alloc_grant_references(XMD_RING, &tx->grants);
	if (err) {
		tx->grants = INVALID_GRANT_REF;
		return err;
	}
	err = gnttab_alloc_grant_references(XMD_RING, &rx->grants);
	if (err) {
		rx->grants = INVALID_GRANT_REF;
		return err;
	}
	err = xenbus_setup_ring(front->xbdev, GFP_KERNEL, &page, 1, &tx->ring_ref);
	if (err)
		return err;
	XEN_FRONT_RING_INIT(&tx->ring, (struct xen_netif_tx_sring *)page, XMD_GRANT);
	err = xenbus_setup_ring(front->xbdev, GFP_KERNEL, &page, 1, &rx->ring_ref);
	if (err)
		return err;
	XEN_FRONT_RING_INIT(&rx->ring, (struct xen_netif_rx_sring *)page, XMD_GRANT);
	xmd_front_stage_make(front);
	return make_channels(front);
}

/* ---- published ---- */

static int write_ports(struct xmd_front *front, struct xenbus_transaction t)
{
	const char *dir = front->xbdev->nodename;
	int err;

	if (!front->feat.split) {
		xenbus_rm(t, dir, "event-channel-tx");
		xenbus_rm(t, dir, "event-channel-rx");
		return xenbus_printf(t, dir, "event-channel", "%u", front->port[XMD_CHANNEL_TX]);
	}
	xenbus_rm(t, dir, "event-channel");
	err = xenbus_printf(t, dir, "event-channel-tx", "%u", front->port[XMD_CHANNEL_TX]);
	if (err)
		return err;
	return xenbus_printf(t, dir, "event-channel-rx", "%u", front->port[XMD_CHANNEL_RX]);
}

static int write_keys(struct xmd_front *front, struct xenbus_transaction t)
{
	static const char * const flags[] = {
		"request-rx-copy", "feature-rx-notify", "feature-sg", "feature-gso-tcpv4",
		"feature-gso-tcpv6", "feature-ipv6-csum-offload",
	};
	const char *dir = front->xbdev->nodename;
	unsigned int i;
	int err;

	/* left by another driver: there is one queue, and it is not below queue-0 */
	xenbus_rm(t, dir, "multi-queue-num-queues");
	xenbus_rm(t, dir, "xdp-headroom");
	err = xenbus_printf(t, dir, "tx-ring-ref", "%u", front->tx.ring_ref);
	if (!err)
		err = xenbus_printf(t, dir, "rx-ring-ref", "%u", front->rx.ring_ref);
	if (!err)
		err = write_ports(front, t);
	for (i = 0; !err && i < ARRAY_SIZE(flags); i++)
		err = xenbus_write(t, dir, flags[i], "1");
	/*
	 * Asked for later, when the backend knows the list: mcast.c.  Another driver may have
	 * left a 1, which keeps all groups from us.
	 */
	if (!err)
		err = xenbus_write(t, dir, "request-multicast-control", "0");
	if (!err)
		err = xmd_front_obj_publish(front, t);
	if (!err)
		err = xmd_front_stage_publish(front, t);
	return err;
}

/* @write in a transaction, and again when somebody else came in between.  Return: 0 or -errno */
int xmd_front_transact(struct xmd_front *front,
		       int (*write)(struct xmd_front *front, struct xenbus_transaction t))
{
	struct xenbus_transaction t;
	unsigned int tries;
	int err = -EAGAIN;

	for (tries = 0; err == -EAGAIN && tries < 16; tries++) {
		err = xenbus_transaction_start(&t);
		if (err)
			break;
		err = write(front, t);
		if (err)
			xenbus_transaction_end(t, 1);
		else
			err = xenbus_transaction_end(t, 0);
	}
	return err;
}

/* Writes all keys at once.  Return: 0 or -errno.  The state is not changed. */
int xmd_front_rings_publish(struct xmd_front *front)
{
	return xmd_front_transact(front, write_keys);
}

/* ---- used, and withdrawn ---- */

static bool stop_poll(struct xmd_front *front)
{
	ASSERT_RTNL();
	if (!netif_running(front->netdev))
		return false;
	napi_disable(&front->napi);
	return true;
}

static void start_poll(struct xmd_front *front)
{
	napi_enable(&front->napi);
	local_bh_disable();
	napi_schedule(&front->napi);
	local_bh_enable();
}

/* Frames that waited for a backend go first; then the stack may send. */
void xmd_front_rings_start(struct xmd_front *front)
{
	bool polls;

	rtnl_lock();
	polls = stop_poll(front);
	xmd_front_netdev_features(front);
	xmd_front_tx_again(front);
	front->rx.recycles = front->trusted;
	xmd_front_tx_start(front);
	xmd_front_rx_provide(front);
	if (polls)
		start_poll(front);
	rtnl_unlock();
}

static void free_ring(void **sring, grant_ref_t *ref)
{
	if (*sring)
		xenbus_teardown_ring(sring, 1, ref);
	*sring = NULL;
}

static void free_grants(grant_ref_t *pool)
{
	if (*pool != INVALID_GRANT_REF)
		gnttab_free_grant_references(*pool);
	*pool = INVALID_GRANT_REF;
}

/*
 * Everything that was shared is the guest's again.  Frames that were not answered are kept
 * in order (tx.again).
 */
void xmd_front_rings_withdraw(struct xmd_front *front)
{
	void *sring;
	bool polls;

	rtnl_lock();
	polls = stop_poll(front);
	/* a poll that has completed may not have returned yet: it still arms the RX ring */
	synchronize_net();
	xmd_front_tx_withdraw(front);
	xmd_front_rx_withdraw(front);
	xmd_front_stage_withdraw(front);
	if (polls)
		napi_enable(&front->napi);
	rtnl_unlock();

	free_channels(front);
	sring = front->tx.ring.sring;
	free_ring(&sring, &front->tx.ring_ref);
	front->tx.ring.sring = NULL;
	sring = front->rx.ring.sring;
	free_ring(&sring, &front->rx.ring_ref);
	front->rx.ring.sring = NULL;
	free_grants(&front->tx.grants);
	free_grants(&front->rx.grants);
	WRITE_ONCE(front->fault, XMD_FAULT_NONE);
}
