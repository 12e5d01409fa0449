// SPDX-License-Identifier: GPL-2.0
/*
 * tx.c - guest to wire: frames into the TX ring and, answered, out of it again.
 *
 * One request per page that a frame touches.  The request's id is the index of a slot in
 * tx.slot, which knows page, grant and frame; nothing that the backend writes is used as
 * more than such an index.  A frame's slots are freed together when all of them were
 * answered, so that frames in the ring never have more slots than the ring, and fit into
 * a new one.
 *
 * What is in the ring unanswered when a backend is gone is sent again to the next one
 * (tx.again), before anything new; tx_again.c.
 */
#include <linux/mm.h>
#include <xen/events.h>
#include <xen/page.h>
#include "obj.h"

/* A part of a frame within one page. */
struct piece {
	struct page *page;
	u16 off;
	u16 len;
	u16 staged;	/* as in struct xmd_tx_slot */
};

static struct xmd_tx_cb *tx_cb(struct sk_buff *skb)
{
	return (struct xmd_tx_cb *)skb->cb;
}

static struct netdev_queue *txq(struct xmd_front *front)
{
	return netdev_get_tx_queue(front->netdev, 0);
}

void xmd_front_tx_init(struct xmd_front *front)
{
	struct xmd_front_tx *tx = &front->tx;
	unsigned int i;

	BUILD_BUG_ON(sizeof(struct xmd_tx_cb) > sizeof_field(struct sk_buff, cb));
	spin_lock_init(&tx->lock);
	skb_queue_head_init(&tx->sent);
	skb_queue_head_init(&tx->again);
	skb_queue_head_init(&tx->done);
	tx->grants = INVALID_GRANT_REF;
	for (i = 0; i < XMD_RING; i++)
		tx->slot[i].next = i + 1;
	tx->free = 0;
	tx->nfree = XMD_RING;
}

/* ---- tx_provide ---- */

/* Slots in the ring, and of our own, for @n requests? */
static bool room(const struct xmd_front_tx *tx, unsigned int n)
{
	return RING_FREE_REQUESTS(&tx->ring) >= n && tx->nfree >= n;
}

/* Appends a range of bytes to @p[@n...]; more than XMD_SLOTS: XMD_SLOTS + 1. */
static unsigned int cut_range(struct piece *p, unsigned int n, struct page *page,
			      unsigned int off, unsigned int len)
{
	unsigned int take;

	page += off >> PAGE_SHIFT;
	for (off &= ~PAGE_MASK; len; page++, off = 0, len -= take) {
		if (n == XMD_SLOTS)
			return XMD_SLOTS + 1;
		take = min_t(unsigned int, len, PAGE_SIZE - off);
		p[n++] = (struct piece){ page, off, take };
	}
	return n;
}

/* Return: pieces, or more than XMD_SLOTS when the frame lies in too many. */
static unsigned int cut(const struct sk_buff *skb, struct piece *p)
{
	unsigned int i, n;

	n = cut_range(p, 0, virt_to_page(skb->data), offset_in_page(skb->data),
		      skb_headlen(skb));
	for (i = 0; i < skb_shinfo(skb)->nr_frags && n <= XMD_SLOTS; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		n = cut_range(p, n, skb_frag_page(frag), skb_frag_off(frag),
			      skb_frag_size(frag));
	}
	return n;
}

static void free_pieces(const struct piece *p, unsigned int n)
{
	while (n--)
		__free_page(p[n].page);
}

/* The frame in pages of its own, with zeros behind it.  Return: pieces, 0: no memory. */
static unsigned int bounce(const struct sk_buff *skb, struct piece *p)
{
	unsigned int n, done = 0;

	for (n = 0; done < skb->len; n++) {
		struct page *page = alloc_page(GFP_ATOMIC | __GFP_ZERO | __GFP_NOWARN);

		if (!page) {
			free_pieces(p, n);
			return 0;
		}
		p[n] = (struct piece){ page, 0, min_t(unsigned int, skb->len - done, PAGE_SIZE) };
		if (skb_copy_bits(skb, done, page_address(page), p[n].len)) {
			free_pieces(p, n + 1);
			return 0;
		}
		done += p[n].len;
	}
	return n;
}

/* The frame into pages that the backend has mapped.  Return: pieces; 0: there are too few. */
static unsigned int stage(struct xmd_front *front, const struct sk_buff *skb, struct piece *p)
{
	struct xmd_front_stage *st = &front->stage;
	unsigned int n = DIV_ROUND_UP(skb->len, XMD_GRANT), i, len;

	if (!smp_load_acquire(&st->on) || st->ntx < n)
		return 0;
	for (i = 0; i < n; i++) {
		u16 at = st->tx_free[st->ntx - 1 - i];

		len = min_t(unsigned int, skb->len - i * XMD_GRANT, XMD_GRANT);
		p[i] = (struct piece){ .page = st->at[at].page, .len = len, .staged = at + 1 };
		if (skb_copy_bits(skb, i * XMD_GRANT, page_address(p[i].page), len))
			return 0;
	}
	st->ntx -= n;
	front->stats.tx_staged++;
	return n;
}

static u16 take_slot(struct xmd_front_tx *tx)
{
	u16 id = tx->free;

	tx->free = tx->slot[id].next;
	tx->nfree--;
	return id;
}

static void free_slot(struct xmd_front_tx *tx, u16 id)
{
	memset(&tx->slot[id], 0, sizeof(tx->slot[id]));
	tx->slot[id].next = tx->free;
	tx->free = id;
	tx->nfree++;
}

static struct xen_netif_tx_request *next_request(struct xmd_front_tx *tx)
{
	return RING_GET_REQUEST(&tx->ring, tx->ring.req_prod_pvt++);
}

static void put_piece(struct xmd_front *front, struct sk_buff *skb, const struct piece *p,
		      u16 id, u16 size, u16 flags)
{
	struct xmd_tx_slot *s = &front->tx.slot[id];
	struct xen_netif_tx_request *req = next_request(&front->tx);

	s->skb = skb;
	s->asked = true;
	s->staged = p->staged;
	if (p->staged) {
		s->ref = front->stage.at[p->staged - 1].ref;
	} else {
		s->page = p->page;
		/* cannot fail: there is one for each slot */
		s->ref = gnttab_claim_grant_reference(&front->tx.grants);
		gnttab_grant_foreign_access_ref(s->ref, front->xbdev->otherend_id,
						xen_page_to_gfn(p->page), GNTMAP_readonly);
	}
	req->gref = s->ref;
	req->offset = p->off;
	req->flags = flags;
	req->id = id;
	req->size = size;
}

static void put_gso(struct xmd_front *front, const struct sk_buff *skb)
{
	struct xen_netif_extra_info *e = (struct xen_netif_extra_info *)next_request(&front->tx);

	memset(e, 0, sizeof(struct xen_netif_tx_request));
	e->type = XEN_NETIF_EXTRA_TYPE_GSO;
	e->u.gso.size = skb_shinfo(skb)->gso_size;
	e->u.gso.type = skb_shinfo(skb)->gso_type & SKB_GSO_TCPV6 ?
		XEN_NETIF_GSO_TYPE_TCPV6 : XEN_NETIF_GSO_TYPE_TCPV4;
}

static u16 first_flags(const struct sk_buff *skb)
{
	u16 flags = skb_is_gso(skb) ? XEN_NETTXF_extra_info : 0;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return flags | XEN_NETTXF_csum_blank | XEN_NETTXF_data_validated;
	if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		return flags | XEN_NETTXF_data_validated;
	return flags;
}

/*
 * The first request carries the size of the whole frame, extra info follows it directly.
 * @own: the pages are ours and live as long as their slots.
 */
static void put_frame(struct xmd_front *front, struct sk_buff *skb, const struct piece *p,
		      unsigned int n, bool own)
{
	struct xmd_front_tx *tx = &front->tx;
	u16 id, prev = XMD_RING, flags = first_flags(skb);
	unsigned int i;

	for (i = 0; i < n; i++) {
		id = take_slot(tx);
		put_piece(front, skb, &p[i], id, i ? p[i].len : skb->len,
			  flags | (i + 1 < n ? XEN_NETTXF_more_data : 0));
		tx->slot[id].own = own;
		tx->slot[id].next = XMD_RING;
		if (i)
			tx->slot[prev].next = id;
		else
			*tx_cb(skb) = (struct xmd_tx_cb){ .first = id, .waiting = n };
		if (!i && skb_is_gso(skb))
			put_gso(front, skb);
		prev = id;
		flags = 0;
	}
	__skb_queue_tail(&tx->sent, skb);
}

void xmd_front_tx_drop(struct xmd_front *front, struct sk_buff *skb)
{
	front->stats.tx_dropped++;
	dev_kfree_skb_any(skb);
}

/*
 * Puts a frame into the ring, or drops it; there is room(XMD_TX_MOST).  It goes through pages that
 * the backend has mapped (stage.c), or out of its own ones.  Then it is copied for a
 * backend that is not trusted with what else is in its pages; when it lies in too many
 * pieces, which is more than one without feature-sg; and when the first is too short for
 * backends to find the Ethernet header in.
 */
static void provide(struct xmd_front *front, struct sk_buff *skb)
{
	unsigned int most = front->feat.sg ? XMD_SLOTS : 1, n;
	struct piece p[XMD_SLOTS];
	bool own = false;

	if (unlikely(skb->len < ETH_HLEN ||
		     skb->len > (front->feat.sg ? XEN_NETIF_MAX_TX_SIZE : XMD_GRANT))) {
		xmd_front_tx_drop(front, skb);
		return;
	}
	n = stage(front, skb, p);
	if (!n) {
		n = front->trusted ? cut(skb, p) : 0;
		own = !n || n > most || p[0].len < ETH_HLEN;
	}
	if (own) {
		n = bounce(skb, p);
		if (!n) {
			xmd_front_tx_drop(front, skb);
			return;
		}
		front->stats.tx_bounced++;
	}
	skb_tx_timestamp(skb);
	put_frame(front, skb, p, n, own);
}

static void publish(struct xmd_front *front)
{
	bool notify;

	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&front->tx.ring, notify);
	if (notify) {
		front->stats.notified++;
		notify_remote_via_irq(front->irq[XMD_CHANNEL_TX]);
	}
}

netdev_tx_t xmd_front_tx_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct xmd_front *front = netdev_priv(dev);
	struct xmd_front_tx *tx = &front->tx;
	unsigned long irqs;

	spin_lock_irqsave(&tx->lock, irqs);
	if (unlikely(!front->up || !skb_queue_empty(&tx->again) || !room(tx, XMD_TX_MOST))) {
		netif_tx_stop_queue(txq(front));
		if (front->up)
			publish(front);
		spin_unlock_irqrestore(&tx->lock, irqs);
		return NETDEV_TX_BUSY;
	}
	provide(front, skb);
	if (!room(tx, XMD_TX_MOST))
		netif_tx_stop_queue(txq(front));
	if (!netdev_xmit_more() || netif_xmit_stopped(txq(front)))
		publish(front);
	spin_unlock_irqrestore(&tx->lock, irqs);
	return NETDEV_TX_OK;
}

/*
 * A request without data that adds to or deletes from the backend's filter (netif.h,
 * multicast control).  False: there is no room now.
 */
bool xmd_front_tx_mcast(struct xmd_front *front, const u8 *addr, bool add)
{
	struct xmd_front_tx *tx = &front->tx;
	struct xen_netif_tx_request *req;
	struct xen_netif_extra_info *e;
	bool fits;
	u16 id;

	spin_lock_irq(&tx->lock);
	fits = front->up && room(tx, 2);
	if (fits) {
		id = take_slot(tx);
		tx->slot[id].next = XMD_RING;
		tx->slot[id].asked = true;
		tx->slot[id].add = add;
		req = next_request(tx);
		memset(req, 0, sizeof(*req));
		req->id = id;
		req->flags = XEN_NETTXF_extra_info;
		e = (struct xen_netif_extra_info *)next_request(tx);
		memset(e, 0, sizeof(*req));
		e->type = add ? XEN_NETIF_EXTRA_TYPE_MCAST_ADD : XEN_NETIF_EXTRA_TYPE_MCAST_DEL;
		ether_addr_copy(e->u.mcast.addr, addr);
		front->mcast.unanswered++;
		publish(front);
	}
	spin_unlock_irq(&tx->lock);
	return fits;
}

/* ---- tx_return ---- */

/* All slots of a frame were answered. */
static void frame_done(struct xmd_front *front, struct sk_buff *skb)
{
	struct xmd_front_tx *tx = &front->tx;
	u16 id = tx_cb(skb)->first, next;

	for (; id < XMD_RING; id = next) {
		next = tx->slot[id].next;
		free_slot(tx, id);
	}
	__skb_unlink(skb, &tx->sent);
	if (tx_cb(skb)->failed) {
		front->stats.tx_errors++;
	} else {
		front->stats.tx_packets++;
		front->stats.tx_bytes += skb->len;
	}
	__skb_queue_tail(&tx->done, skb);
}

/*
 * The backend must have let go of the page before it answers.  If it has not, slot and
 * page stay as they are until the rings are withdrawn.
 */
static int take_answer(struct xmd_front *front, u32 id, s16 status)
{
	struct xmd_front_tx *tx = &front->tx;
	struct xmd_tx_slot *s = &tx->slot[id];
	struct sk_buff *skb = s->skb;

	if (!s->asked)
		return XMD_FAULT_TX_ID;
	if (!skb) {
		xmd_front_mcast_answer(front, s, status);
		free_slot(tx, id);
		return XMD_FAULT_NONE;
	}
	if (s->staged) {
		front->stage.tx_free[front->stage.ntx++] = s->staged - 1;
	} else {
		if (!gnttab_end_foreign_access_ref(s->ref))
			return XMD_FAULT_TX_GRANT;
		gnttab_release_grant_reference(&tx->grants, s->ref);
		if (s->own)
			__free_page(s->page);
	}
	s->asked = false;
	s->page = NULL;
	if (status != XEN_NETIF_RSP_OKAY)
		tx_cb(skb)->failed = true;
	if (!--tx_cb(skb)->waiting)
		frame_done(front, skb);
	return XMD_FAULT_NONE;
}

static int take_answers(struct xmd_front *front, u32 prod)
{
	struct xen_netif_tx_front_ring *ring = &front->tx.ring;
	int fault = XMD_FAULT_NONE;
	s16 status;
	u32 id;

	while (!fault && ring->rsp_cons != prod) {
		if (xmd_front_tx_answer(ring->sring->ring, ring->rsp_cons, &id, &status))
			fault = take_answer(front, id, status);
		else if (id != XMD_RING)
			fault = XMD_FAULT_TX_ID;
		ring->rsp_cons++;
		front->tx.answers++;
	}
	return fault;
}

/* Frames that wait for room since the backend was changed. */
static void drain_again(struct xmd_front *front)
{
	struct xmd_front_tx *tx = &front->tx;
	bool any = false;

	while (!skb_queue_empty(&tx->again) && room(tx, XMD_TX_MOST)) {
		provide(front, __skb_dequeue(&tx->again));
		front->stats.tx_again++;
		any = true;
	}
	if (any)
		publish(front);
}

static void wake(struct xmd_front *front)
{
	if (netif_tx_queue_stopped(txq(front)) && netif_running(front->netdev) &&
	    skb_queue_empty(&front->tx.again) && room(&front->tx, XMD_TX_MOST))
		netif_tx_wake_queue(txq(front));
}

static void free_done(struct sk_buff_head *done)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(done)))
		dev_consume_skb_any(skb);
}

/* Return: there may be more; the poll's. */
bool xmd_front_tx_return(struct xmd_front *front)
{
	struct xmd_front_tx *tx = &front->tx;
	int more, fault = XMD_FAULT_NONE;
	struct sk_buff_head done;
	unsigned long irqs;
	u32 prod;

	__skb_queue_head_init(&done);

	spin_lock_irqsave(&tx->lock, irqs);
	prod = READ_ONCE(tx->ring.sring->rsp_prod);
	if (xmd_ring_answered(prod, tx->ring.rsp_cons, tx->ring.req_prod_pvt) < 0) {
		fault = XMD_FAULT_TX_PROD;
	} else {
		/* rsp_prod before the responses below it */
		virt_rmb();
		fault = take_answers(front, prod);
	}
	RING_FINAL_CHECK_FOR_RESPONSES(&tx->ring, more);
	if (!fault) {
		drain_again(front);
		wake(front);
	} else {
		netif_tx_stop_queue(txq(front));
		more = false;
	}
	skb_queue_splice_init(&tx->done, &done);
	spin_unlock_irqrestore(&tx->lock, irqs);
	free_done(&done);
	if (fault)
		xmd_front_broken(front, fault);
	return more;
}

/* Rings are there: what waits goes first. */
void xmd_front_tx_start(struct xmd_front *front)
{
	spin_lock_irq(&front->tx.lock);
	front->up = true;
	drain_again(front);
	wake(front);
	spin_unlock_irq(&front->tx.lock);
}
