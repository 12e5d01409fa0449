// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest may choose for its vif (XMD_VIF_SET), how often it gets events, and how
 * much it may send (XMD_VIF_RATE)
 *
 * xmd-backend has checked the wishes against policy; here they are made to work.  A new
 * vif has none: it gets everything that floods, and every event at once.
 */
#include <linux/etherdevice.h>
#include <xen/events.h>
#include "back.h"

/* -------------------------------------------------------- moderated events */

static void send_event(struct xmd_vif *v, ktime_t now)
{
	v->rx_notified = now;
	/* rx_due before the event: responses of whoever finds it set are in this one */
	xchg(&v->rx_due, 0);
	notify_remote_via_irq(v->rx_irq);
}

/*
 * The least time between two RX events, as an interrupt throttle of a NIC: an event that is
 * due earlier waits for the timer, which stands for all that are due until then.
 */
void xmd_rx_notify(struct xmd_vif *v)
{
	u32 usecs = READ_ONCE(v->set.rx_usecs);
	ktime_t now;

	if (!usecs) {
		notify_remote_via_irq(v->rx_irq);
		return;
	}
	/* still to come: the timer clears it before it sends */
	if (xchg(&v->rx_due, 1))
		return;
	now = ktime_get();
	if (ktime_us_delta(now, v->rx_notified) < usecs) {
		hrtimer_start(&v->rx_timer, ktime_add_us(v->rx_notified, usecs),
			      HRTIMER_MODE_ABS_SOFT);
		return;
	}
	send_event(v, now);
}

static enum hrtimer_restart rx_timer(struct hrtimer *t)
{
	struct xmd_vif *v = container_of(t, struct xmd_vif, rx_timer);

	send_event(v, ktime_get());
	return HRTIMER_NORESTART;
}

/* There is credit again for requests that wait in the TX ring. */
static enum hrtimer_restart tx_timer(struct hrtimer *t)
{
	napi_schedule(&container_of(t, struct xmd_vif, tx_timer)->napi);
	return HRTIMER_NORESTART;
}

void xmd_settings_init(struct xmd_vif *v, const struct xmd_vif_rate *limit)
{
	v->set.id = v->id;
	v->set.mtu = v->mtu;
	ether_addr_copy(v->set.mac, v->mac);
	xmd_rate_start(&v->rate, limit, ktime_to_us(ktime_get()));
	hrtimer_init(&v->rx_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	v->rx_timer.function = rx_timer;
	hrtimer_init(&v->tx_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	v->tx_timer.function = tx_timer;
}

/* Nobody has anything to tell this guest any more, nor to take from it. */
void xmd_settings_stop(struct xmd_vif *v)
{
	hrtimer_cancel(&v->rx_timer);
	hrtimer_cancel(&v->tx_timer);
}

/* -------------------------------------------------------------- XMD_VIF_SET */

int xmd_vif_set(const struct xmd_vif_settings *s)
{
	struct xmd_vif *v;
	int err;

	if (!xmd_filter_valid(s))
		return -EINVAL;
	mutex_lock(&back.ctl);
	v = xmd_vif_find(&s->id);
	err = v ? xmd_switch_readdress(v, s->mac) : -ENOENT;
	if (!err) {
		spin_lock_bh(&v->rx_lock);
		v->set = *s;
		v->mtu = s->mtu;
		spin_unlock_bh(&v->rx_lock);
	}
	mutex_unlock(&back.ctl);
	return err;
}

/* ------------------------------------------------------------- XMD_VIF_RATE */

static bool same_limit(const struct xmd_vif_rate *a, const struct xmd_vif_rate *b)
{
	return a->bytes == b->bytes && a->usecs == b->usecs;
}

/* No poll runs while the limit changes; what it was scheduled for meanwhile is not lost. */
int xmd_vif_limit(const struct xmd_vif_limit *l)
{
	struct xmd_vif *v;

	if (l->id.reserved || !xmd_rate_valid(&l->rate))
		return -EINVAL;
	mutex_lock(&back.ctl);
	v = xmd_vif_find(&l->id);
	if (v && !same_limit(&v->rate.limit, &l->rate)) {
		napi_disable(&v->napi);
		xmd_rate_start(&v->rate, &l->rate, ktime_to_us(ktime_get()));
		napi_enable(&v->napi);
		xmd_vif_kick(v);
	}
	mutex_unlock(&back.ctl);
	return v ? 0 : -ENOENT;
}
