// SPDX-License-Identifier: GPL-2.0
/*
 * The NAPI poll of each vif, the events that schedule it, and the end of a guest that
 * breaks the rules
 *
 * NAPI is anchored on the NIC's net_device only because it must be anchored
 * somewhere; a vif's own (mirror.c) comes later than the vif, or never.
 */
#include <linux/irq.h>
#include <xen/events.h>
#include "trace.h"

const char * const xmd_bad_text[XMD_BAD_REASONS] = {
	[XMD_BAD_NONE] = "none",
	[XMD_BAD_SHORT] = "short",
	[XMD_BAD_CROSS_PAGE] = "cross_page",
	[XMD_BAD_SLOTS] = "too_many_slots",
	[XMD_BAD_SIZES] = "slots_over_size",
	[XMD_BAD_GSO] = "gso",
	[XMD_BAD_HEADERS] = "headers",
	[XMD_BAD_COPY] = "grant",
};

static const char * const fault_text[XMD_FAULTS] = {
	[XMD_FAULT_NONE] = "none",
	[XMD_FAULT_RING_INDEX] = "producer index further ahead than the ring is long",
	[XMD_FAULT_EXTRA_ENDLESS] = "unending extra-info chain",
	[XMD_FAULT_EXTRA_TYPE] = "unknown extra-info type",
	[XMD_FAULT_TOO_MANY_SLOTS] = "runaway slot chain",
	[XMD_FAULT_CROSS_PAGE] = "slot crosses its page",
	[XMD_FAULT_BAD_SIZE] = "slots longer than their packet",
	[XMD_FAULT_GONE] = "event channel or ring page withdrawn",
};

const char *xmd_back_fault_text(u32 fault)
{
	return fault < XMD_FAULTS ? fault_text[fault] : "unknown";
}

/* Softirq.  The first reason counts; the poll sees it next and drops what waits. */
void xmd_vif_fault(struct xmd_vif *v, enum xmd_vif_fault why)
{
	if (cmpxchg(&v->fault, XMD_FAULT_NONE, why) != XMD_FAULT_NONE)
		return;
	pr_err_ratelimited("xmd_back: %s: %s; no longer served, others are. The guest's driver is broken or hostile: look at it, then detach and attach the vif\n",
			   v->name, xmd_back_fault_text(why));
	trace_xmd_back_fault(v, why, xmd_back_fault_text(why));
	/* fault before event, because the reader takes the event first */
	smp_wmb();
	WRITE_ONCE(v->event, true);
	wake_up_interruptible(&back.events);
	napi_schedule(&v->napi);
}

/* One round over both rings.  Return: whether there is more to do right now. */
static bool poll_rings(struct xmd_vif *v, unsigned int budget, unsigned int *work)
{
	unsigned int frames = 0;
	bool more;

	*work = 0;
	if (!xmd_vif_serves(v)) {
		xmd_tx_drop_all(v);
		xmd_rx_drop_all(v);
		return false;
	}
	v->st.polls++;
	*work = xmd_back_tx_provide(v, budget);
	more = xmd_back_rx_return(v, &frames);
	xmd_back_tx_return(v);
	v->worked |= *work || frames;
	if (v->tx_state == XMD_TX_MORE)
		more = true;
	else if (v->tx_state == XMD_TX_EMPTY)
		more |= xmd_tx_arm(v);
	return more || !xmd_vif_serves(v);
}

/*
 * An event channel stays masked from its interrupt to its EOI, so a guest that
 * sends events in a storm gets one poll for each EOI; when it sent them for
 * nothing, the EOI is delayed (SPURIOUS).
 */
static void send_eoi(struct xmd_vif *v, unsigned long eoi)
{
	unsigned int flags = v->worked ? 0 : XEN_EOI_FLAG_SPURIOUS;

	if (!eoi || !xmd_vif_serves(v))
		return;
	v->worked = false;
	if (eoi & BIT(XMD_EOI_TX))
		xen_irq_lateeoi(v->tx_irq, flags);
	if (eoi & BIT(XMD_EOI_RX))
		xen_irq_lateeoi(v->rx_irq, flags);
}

int xmd_back_poll(struct napi_struct *napi, int budget)
{
	struct xmd_vif *v = container_of(napi, struct xmd_vif, napi);
	unsigned long eoi;
	unsigned int work;
	bool more;

	if (!budget)
		return 0;
	rcu_read_lock();
	more = poll_rings(v, budget, &work);
	rcu_read_unlock();
	xmd_turn_end(v, more);
	if (more)
		return budget;
	/*
	 * Taken before completing: an interrupt that comes after that is served by the
	 * poll that it schedules, and judged by it.
	 */
	eoi = xchg(&v->eoi, 0);
	napi_complete_done(napi, min_t(int, work, budget - 1));
	send_eoi(v, eoi);
	return min_t(int, work, budget - 1);
}

/* From process context as well: look at both rings once. */
void xmd_vif_kick(struct xmd_vif *v)
{
	local_bh_disable();
	napi_schedule(&v->napi);
	local_bh_enable();
}

irqreturn_t xmd_back_tx_event(int irq, void *arg)
{
	struct xmd_vif *v = arg;

	v->st.events++;
	set_bit(XMD_EOI_TX, &v->eoi);
	napi_schedule(&v->napi);
	return IRQ_HANDLED;
}

irqreturn_t xmd_back_rx_event(int irq, void *arg)
{
	struct xmd_vif *v = arg;

	set_bit(XMD_EOI_RX, &v->eoi);
	napi_schedule(&v->napi);
	return IRQ_HANDLED;
}
