// SPDX-License-Identifier: GPL-2.0
/*
 * stage.c - pages that are granted once for many frames (xmd/stage.h), and the control ring by
 * which the backend is asked to keep them mapped.
 *
 * The first half of the pages is for the TX ring, and granted for reading only; the other for the
 * RX ring.  Who uses them: tx.c under tx.lock, rx.c in the poll.  They are used from when the
 * backend has them mapped, and on when it was exchanged for one that has adopted our rings and
 * has not yet: the references are grants as all others.
 *
 * One message at a time is under way.  front->lock is held, but in the event's handler.
 *
 * A page that the backend has mapped still, when all is withdrawn, cannot be free memory yet
 * (XSA-396).  It is looked at now and then, and as long as there are some there are no others.
 */
#include <linux/mm.h>
#include <xen/events.h>
#include <xen/page.h>
#include "front.h"

#define BLOCK		4u	/* order: pages that lie together, which is good for IOMMUs */
#define REAP_MS		1000u

#define say(front, ...)	xmd_front_say(info, front, __VA_ARGS__)

/* ---- pages ---- */

/* Return: whether all are free memory again. */
static bool reap(struct xmd_front_stage *st)
{
	unsigned int i;

	for (i = 0; i < st->nold; )
		if (gnttab_try_end_foreign_access(st->old[i].ref)) {
			__free_page(st->old[i].page);
			st->old[i] = st->old[--st->nold];
		} else {
			i++;
		}
	return !st->nold;
}

static int make_block(struct xmd_front *front, unsigned int n)
{
	struct xmd_front_stage *st = &front->stage;
	struct page *block = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN | __GFP_NORETRY,
					 BLOCK);
	unsigned int i;
	int ref;

	if (!block)
		return -ENOMEM;
	split_page(block, BLOCK);
	for (i = 0; i < 1u << BLOCK; i++) {
		ref = gnttab_grant_foreign_access(front->xbdev->otherend_id,
						  xen_page_to_gfn(block + i), st->n < n / 2);
		if (ref < 0)
			break;
		st->at[st->n++] = (struct xmd_stage_page){ block + i, ref };
	}
	if (i == 1u << BLOCK)
		return 0;
	for (; i < 1u << BLOCK; i++)
		__free_page(block + i);
	return ref;
}

/* What is used no more becomes old. */
static void bury(struct xmd_front_stage *st)
{
	memcpy(st->old, st->at, st->n * sizeof(st->at[0]));
	st->nold = st->n;
	st->n = 0;
	reap(st);
}

static int make_list(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct xmd_gref *list;
	unsigned int i;
	int ref;

	if (!page)
		return -ENOMEM;
	list = page_address(page);
	for (i = 0; i < st->n; i++) {
		list[i].ref = st->at[i].ref;
		list[i].flags = i < st->n / 2 ? XMD_GREF_READONLY : 0;
	}
	ref = gnttab_grant_foreign_access(front->xbdev->otherend_id, xen_page_to_gfn(page), 0);
	if (ref < 0) {
		__free_page(page);
		return ref;
	}
	st->list = (struct xmd_stage_page){ page, ref };
	return 0;
}

/* As many as the backend keeps, a multiple of two blocks. */
static int make_pages(struct xmd_front *front, u32 most)
{
	struct xmd_front_stage *st = &front->stage;
	unsigned int i, n = rounddown(min(most, XMD_STAGE_PAGES), 2u << BLOCK);
	int err = n ? 0 : -ENOSPC;

	if (!reap(st))
		return -EBUSY;
	while (!err && st->n < n)
		err = make_block(front, n);
	if (!err)
		err = make_list(front);
	if (err) {
		bury(st);
		return err;
	}
	for (i = 0; i < n / 2; i++) {
		st->tx_free[i] = i;
		st->rx_free[i] = n / 2 + i;
	}
	st->ntx = n / 2;
	st->nrx = n / 2;
	return 0;
}

/* ---- the control ring ---- */

static void ask_for(struct xmd_front *front, u16 type)
{
	struct xmd_front_stage *st = &front->stage;
	struct xen_netif_ctrl_request *q;
	bool notify;

	q = RING_GET_REQUEST(&st->ring, st->ring.req_prod_pvt++);
	*q = (struct xen_netif_ctrl_request){ .id = ++st->id, .type = type };
	if (type == XMD_CTRL_ADD_GREF_MAPPING) {
		q->data[1] = st->list.ref;
		q->data[2] = st->n;
	}
	st->asked = type;
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&st->ring, notify);
	if (notify)
		notify_remote_via_irq(st->irq);
}

static void use(struct xmd_front *front, bool on)
{
	if (on != front->stage.on)
		say(front, "frames go through %s\n",
		    on ? "pages that stay mapped" : "grants of their own");
	/* pages and lists of them before it */
	smp_store_release(&front->stage.on, on);
}

static void answered(struct xmd_front *front, const struct xen_netif_ctrl_response *r)
{
	struct xmd_front_stage *st = &front->stage;
	u16 asked = st->asked;

	if (r->id != st->id || r->type != asked)
		return;
	st->asked = 0;
	if (asked == XMD_CTRL_ADD_GREF_MAPPING)
		use(front, r->status == XEN_NETIF_CTRL_STATUS_SUCCESS);
	else if (r->status == XEN_NETIF_CTRL_STATUS_SUCCESS)
		st->again = !make_pages(front, r->data);
}

/* Copy, check, use.  Return: how many; the backend may tell us anything. */
static unsigned int take_answers(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;
	u32 prod = READ_ONCE(st->ring.sring->rsp_prod);
	int n = xmd_ring_answered(prod, st->ring.rsp_cons, st->ring.req_prod_pvt);
	struct xen_netif_ctrl_response r;
	int i;

	if (n < 0) {
		if (!st->broken)
			say(front, "control ring: more answers than questions: not used\n");
		st->broken = true;
		use(front, false);
		return 0;
	}
	/* rsp_prod before the responses below it */
	virt_rmb();
	for (i = 0; i < n; i++, st->ring.rsp_cons++) {
		r = *(volatile struct xen_netif_ctrl_response *)
			RING_GET_RESPONSE(&st->ring, st->ring.rsp_cons);
		answered(front, &r);
	}
	return n;
}

/* Something may have come; from follow(). */
void xmd_front_stage_look(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;
	unsigned int n = 0;
	int more = 0;

	if (st->nold && !st->n) {
		if (reap(st))
			/* Who serves us by now was asked when there could be none. */
			xmd_front_stage_served(front);
		else
			queue_delayed_work(system_wq, &front->work, msecs_to_jiffies(REAP_MS));
	}
	if (!st->ring.sring || st->broken)
		return;
	do {
		n += take_answers(front);
		if (!st->broken)
			RING_FINAL_CHECK_FOR_RESPONSES(&st->ring, more);
	} while (more && !st->broken);
	if (st->again && !st->asked && !st->broken) {
		st->again = false;
		ask_for(front, XMD_CTRL_ADD_GREF_MAPPING);
	}
	if (xchg(&st->event, false))
		xen_irq_lateeoi(st->irq, n ? 0 : XEN_EOI_FLAG_SPURIOUS);
}

/* The backend serves us. */
void xmd_front_stage_served(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;

	if (st->ring.sring && !st->broken && !st->asked && !st->n)
		ask_for(front, XMD_CTRL_GET_GREF_MAPPING_SIZE);
}

/* Perhaps another, who goes on with our rings and has nothing mapped. */
void xmd_front_stage_returned(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;

	if (!st->ring.sring)
		return;
	st->again = st->n;
	notify_remote_via_irq(st->irq);
	xmd_front_stage_look(front);
}

static irqreturn_t event(int irq, void *arg)
{
	struct xmd_front *front = arg;

	WRITE_ONCE(front->stage.event, true);
	xmd_front_follow_soon(front, 0);
	return IRQ_HANDLED;
}

/* ---- made, published, withdrawn ---- */

static int make_channel(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;
	int err = xenbus_alloc_evtchn(front->xbdev, &st->port);

	if (err)
		return err;
	err = bind_evtchn_to_irqhandler_lateeoi(st->port, event, 0, front->netdev->name, front);
	if (err < 0) {
		xenbus_free_evtchn(front->xbdev, st->port);
		return err;
	}
	st->irq = err;
	return 0;
}

static void drop_ring(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;
	void *sring = st->ring.sring;

	if (st->irq)
		unbind_from_irqhandler(st->irq, front);
	st->irq = 0;
	if (sring)
		xenbus_teardown_ring(&sring, 1, &st->ring_ref);
	st->ring.sring = NULL;
}

/* Without one everything works, too. */
void xmd_front_stage_make(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;
	void *page;
	int err;

	st->asked = 0;
	st->again = st->broken = st->event = false;
	if (!front->feat.ctrl)
		return;
	err = xenbus_setup_ring(front->xbdev, GFP_KERNEL, &page, 1, &st->ring_ref);
	if (!err) {
		XEN_FRONT_RING_INIT(&st->ring, (struct xen_netif_ctrl_sring *)page, XMD_GRANT);
		err = make_channel(front);
	}
	if (!err)
		return;
	drop_ring(front);
	say(front, "no control ring: %d\n", err);
}

int xmd_front_stage_publish(struct xmd_front *front, struct xenbus_transaction t)
{
	const char *dir = front->xbdev->nodename;
	int err;

	if (!front->stage.ring.sring) {
		xenbus_rm(t, dir, "ctrl-ring-ref");
		xenbus_rm(t, dir, "event-channel-ctrl");
		return 0;
	}
	err = xenbus_printf(t, dir, "ctrl-ring-ref", "%u", front->stage.ring_ref);
	if (err)
		return err;
	return xenbus_printf(t, dir, "event-channel-ctrl", "%u", front->stage.port);
}

/* No slot of the rings has one of the pages any more.  Safe to call twice. */
void xmd_front_stage_withdraw(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;

	drop_ring(front);
	st->on = false;
	if (st->list.page)
		gnttab_end_foreign_access(st->list.ref, st->list.page);
	st->list.page = NULL;
	if (st->n)
		bury(st);
}

/* The device goes: what is mapped still is left to Linux to wait for. */
void xmd_front_stage_forget(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;

	reap(st);
	while (st->nold--)
		gnttab_end_foreign_access(st->old[st->nold].ref, st->old[st->nold].page);
	st->nold = 0;
}
