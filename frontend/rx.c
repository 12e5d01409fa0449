// SPDX-License-Identifier: GPL-2.0
/*
 * rx.c - wire to guest: empty pages into the RX ring, frames out of it.
 *
 * A page is granted while it is in the ring.  When it comes back the grant is ended first,
 * and must end: only then can nobody change what is checked and passed on.  Small frames
 * are copied and their page goes round again; others are passed on in their pages, which
 * are waited for (recycle) and used again when the stack has let go of them.
 *
 * A page that the stack has had may have been written to (decrypted in place, say); a
 * backend that is not trusted gets pages full of zeros only.
 *
 * Pages that the backend keeps mapped (stage.c) are asked for first.  Out of these a frame is
 * copied, and they go round.
 */
#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <xen/events.h>
#include <xen/page.h>
#include "obj.h"

#define COPY_ALL	256u	/* bytes: frames up to this are copied */
#define RETRY_MS	100u	/* after no memory */

static void refill_timer(struct timer_list *t)
{
	struct xmd_front *front = container_of(t, struct xmd_front, rx.refill);

	napi_schedule(&front->napi);
}

void xmd_front_rx_init(struct xmd_front *front)
{
	front->rx.grants = INVALID_GRANT_REF;
	timer_setup(&front->rx.refill, refill_timer, 0);
}

/* ---- pages ---- */

static void keep_spare(struct xmd_front_rx *rx, struct page *page)
{
	/* never more than were in the ring */
	rx->spare[rx->nspare++] = page;
}

/* Another reference is the recycler's; the oldest makes room when nobody lets go. */
static void wait_for_page(struct xmd_front_rx *rx, struct page *page)
{
	if (!rx->recycles)
		return;
	if (rx->recycle_prod - rx->recycle_cons == XMD_RECYCLE)
		put_page(rx->recycle[rx->recycle_cons++ % XMD_RECYCLE]);
	get_page(page);
	rx->recycle[rx->recycle_prod++ % XMD_RECYCLE] = page;
}

/* The oldest, if nobody else has it any more. */
static struct page *recycled(struct xmd_front_rx *rx)
{
	struct page *page;

	if (rx->recycle_prod == rx->recycle_cons)
		return NULL;
	page = rx->recycle[rx->recycle_cons % XMD_RECYCLE];
	if (page_ref_count(page) != 1)
		return NULL;
	rx->recycle_cons++;
	return page;
}

/* @zero: __GFP_ZERO for a page that is going to be granted. */
static struct page *take_page(struct xmd_front *front, gfp_t zero)
{
	struct xmd_front_rx *rx = &front->rx;
	struct page *page;

	if (rx->nspare)
		return rx->spare[--rx->nspare];
	page = recycled(rx);
	if (page) {
		front->stats.rx_recycled++;
		return page;
	}
	/* zeroed: what was in there is nobody else's business (XSA-403) */
	page = alloc_page(GFP_ATOMIC | zero | __GFP_NOWARN);
	if (page)
		front->stats.rx_fresh++;
	else
		front->stats.rx_no_memory++;
	return page;
}

/* ---- rx_provide ---- */

static void put_request(struct xmd_front_rx *rx, struct page *page, grant_ref_t ref, u16 staged)
{
	u32 idx = rx->ring.req_prod_pvt++;
	struct xen_netif_rx_request *req = RING_GET_REQUEST(&rx->ring, idx);

	rx->slot[idx % XMD_RING] = (struct xmd_rx_slot_page){ page, ref, staged };
	req->id = idx % XMD_RING;
	req->pad = 0;
	req->gref = ref;
}

/* A page that the backend has mapped; false: there is none. */
static bool ask_staged(struct xmd_front *front)
{
	struct xmd_front_stage *st = &front->stage;
	u16 at;

	if (!smp_load_acquire(&st->on) || !st->nrx)
		return false;
	at = st->rx_free[--st->nrx];
	put_request(&front->rx, st->at[at].page, st->at[at].ref, at + 1);
	return true;
}

static void ask(struct xmd_front *front, struct page *page)
{
	/* cannot fail: there is one for each slot */
	grant_ref_t ref = gnttab_claim_grant_reference(&front->rx.grants);

	gnttab_grant_foreign_access_ref(ref, front->xbdev->otherend_id, xen_page_to_gfn(page), 0);
	put_request(&front->rx, page, ref, 0);
}

void xmd_front_rx_provide(struct xmd_front *front)
{
	struct xmd_front_rx *rx = &front->rx;
	struct page *page;
	bool notify;

	if (READ_ONCE(front->fault) || !RING_FREE_REQUESTS(&rx->ring))
		return;
	while (RING_FREE_REQUESTS(&rx->ring)) {
		if (ask_staged(front))
			continue;
		page = take_page(front, __GFP_ZERO);
		if (!page) {
			mod_timer(&rx->refill, jiffies + msecs_to_jiffies(RETRY_MS));
			break;
		}
		ask(front, page);
	}
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&rx->ring, notify);
	if (notify) {
		front->stats.notified++;
		notify_remote_via_irq(front->irq[XMD_CHANNEL_RX]);
	}
}

/* ---- rx_return ---- */

/* A page that came back.  If staged, the backend may write to it still: it is not to be kept. */
struct taken {
	struct page *page;
	u16 staged;
};

/* False: the backend has it still; it stays in its slot until the rings are withdrawn. */
static bool take_back(struct xmd_front_rx *rx, u32 idx, struct taken *t)
{
	struct xmd_rx_slot_page *s = &rx->slot[idx % XMD_RING];

	if (!s->staged) {
		if (!gnttab_end_foreign_access_ref(s->ref))
			return false;
		gnttab_release_grant_reference(&rx->grants, s->ref);
	}
	*t = (struct taken){ s->page, s->staged };
	s->page = NULL;
	return true;
}

/* The pages of all slots of a frame, extra-info ones included; false: one is still in use. */
static bool take_pages(struct xmd_front_rx *rx, const struct xmd_rx_frame *f, struct taken *t)
{
	unsigned int i;

	for (i = 0; i < f->nslots; i++)
		if (!take_back(rx, f->first + i, &t[i]))
			break;
	if (i == f->nslots)
		return true;
	while (i--)
		if (!t[i].staged)
			put_page(t[i].page);
	return false;
}

static void give_back(struct xmd_front *front, const struct taken *t)
{
	if (t->staged)
		front->stage.rx_free[front->stage.nrx++] = t->staged - 1;
	else if (t->page)
		keep_spare(&front->rx, t->page);
}

/* How much of the first fragment goes into the skb itself, at least its headers. */
static u32 head_length(const struct xmd_rx_frame *f)
{
	const struct xmd_rx_frag *frag = &f->frag[0];

	/* all of it, when there are more fragments than an skb takes */
	return f->nfrags > MAX_SKB_FRAGS ? frag->len : min_t(u32, frag->len, COPY_ALL);
}

/* What of it is no header is left to its page, unless that is all. */
static u32 trim_head(const struct xmd_front *front, const struct xmd_rx_frame *f,
		     struct sk_buff *skb)
{
	if (f->nfrags <= MAX_SKB_FRAGS && f->len > COPY_ALL && skb->len > ETH_HLEN)
		skb_trim(skb, eth_get_headlen(front->netdev, skb->data, skb->len));
	return skb->len;
}

/* Index among the frame's slots of the one that @frag is in. */
static unsigned int slot_of(const struct xmd_rx_frame *f, const struct xmd_rx_frag *frag)
{
	return (frag->slot - f->first) % XMD_RING;
}

/* The page of a fragment for the stack: as it came, or a copy. */
static struct page *private_page(struct xmd_front *front, struct taken *t,
				 const struct xmd_rx_frag *frag, u32 skip)
{
	struct page *page = t->page;

	if (!t->staged) {
		t->page = NULL;
		return page;
	}
	page = take_page(front, 0);
	if (page)
		memcpy(page_address(page) + frag->off + skip,
		       page_address(t->page) + frag->off + skip, frag->len - skip);
	return page;
}

/*
 * A frame out of its pages.  What it uses is taken out of @t; the rest, and all if there is no
 * memory, is left there.  Nothing is looked at but in copies.
 */
static struct sk_buff *build(struct xmd_front *front, const struct xmd_rx_frame *f, struct taken *t)
{
	const struct xmd_rx_frag *frag = &f->frag[0];
	u32 head = head_length(f);
	struct sk_buff *skb;
	struct page *page;
	unsigned int i;

	skb = napi_alloc_skb(&front->napi, max_t(u32, head, ETH_HLEN));
	if (!skb)
		return NULL;
	skb_put_data(skb, page_address(t[slot_of(f, frag)].page) + frag->off, head);
	head = trim_head(front, f, skb);
	for (i = 0; i < f->nfrags; i++, frag++) {
		u32 skip = i ? 0 : head;

		if (frag->len == skip)
			continue;
		page = private_page(front, &t[slot_of(f, frag)], frag, skip);
		if (!page) {
			dev_kfree_skb_any(skb);
			return NULL;
		}
		wait_for_page(&front->rx, page);
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, frag->off + skip,
				frag->len - skip, PAGE_SIZE);
	}
	return skb;
}

/*
 * What the backend says of checksum and segmentation.  Where the checksum is, is found by
 * Linux out of the frame itself, bounded by its length (XSA-39 and the like: nothing the
 * backend says is an offset).  False: the frame does not fit what is said.
 */
static bool describe(struct sk_buff *skb, const struct xmd_rx_frame *f)
{
	bool recalculate = false;

	if (f->flags & XEN_NETRXF_csum_blank)
		skb->ip_summed = CHECKSUM_PARTIAL;
	else if (f->flags & XEN_NETRXF_data_validated)
		skb->ip_summed = CHECKSUM_UNNECESSARY;

	if (f->gso_type != XEN_NETIF_GSO_TYPE_NONE) {
		bool v4 = f->gso_type == XEN_NETIF_GSO_TYPE_TCPV4;

		if (skb->protocol != htons(v4 ? ETH_P_IP : ETH_P_IPV6))
			return false;
		skb_shinfo(skb)->gso_size = f->gso_size;
		/* DODGY: Linux looks at the headers, and counts segments, before it believes */
		skb_shinfo(skb)->gso_type = SKB_GSO_DODGY | (v4 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6);
		/* to be cut again it must be blank; old backends forget to say so */
		recalculate = skb->ip_summed != CHECKSUM_PARTIAL;
		skb->ip_summed = CHECKSUM_PARTIAL;
	}
	return skb->ip_summed != CHECKSUM_PARTIAL || !skb_checksum_setup(skb, recalculate);
}

static void deliver(struct xmd_front *front, struct sk_buff *skb, const struct xmd_rx_frame *f)
{
	if (!pskb_may_pull(skb, ETH_HLEN)) {
		front->stats.rx_dropped++;
		dev_kfree_skb_any(skb);
		return;
	}
	front->stats.rx_packets++;
	front->stats.rx_bytes += skb->len;
	skb->protocol = eth_type_trans(skb, front->netdev);
	skb_reset_network_header(skb);
	if (!describe(skb, f)) {
		front->stats.rx_csum_errors++;
		dev_kfree_skb_any(skb);
		return;
	}
	napi_gro_receive(&front->napi, skb);
}

/* Return: false when the backend still uses a page. */
static bool take_frame(struct xmd_front *front, const struct xmd_rx_frame *f)
{
	struct taken t[XMD_RUNAWAY + XEN_NETIF_EXTRA_TYPE_MAX];
	struct sk_buff *skb = NULL;
	unsigned int i;

	if (!take_pages(&front->rx, f, t))
		return false;
	front->stats.rx_staged += !!t[0].staged;
	if (f->verdict == XMD_RX_OK)
		skb = build(front, f, t);
	for (i = 0; i < f->nslots; i++)
		give_back(front, &t[i]);
	if (skb) {
		deliver(front, skb, f);
	} else {
		front->stats.rx_dropped++;
		front->stats.rx_bad[f->reason]++;
	}
	return true;
}

/* Return: frames, at most @budget; the poll's. */
int xmd_front_rx_return(struct xmd_front *front, int budget)
{
	struct xmd_front_rx *rx = &front->rx;
	struct xmd_rx_frame f;
	int done = 0, fault = XMD_FAULT_NONE;
	u32 prod = READ_ONCE(rx->ring.sring->rsp_prod);

	if (xmd_ring_answered(prod, rx->ring.rsp_cons, rx->ring.req_prod_pvt) < 0) {
		xmd_front_broken(front, XMD_FAULT_RX_PROD);
		return 0;
	}
	/* rsp_prod before the responses below it */
	virt_rmb();
	while (done < budget && rx->ring.rsp_cons != prod) {
		xmd_front_rx_parse(rx->ring.sring->ring, rx->ring.rsp_cons, prod, &f);
		if (f.verdict == XMD_RX_PARTIAL)
			break;
		if (f.verdict == XMD_RX_FAULT)
			fault = f.reason;
		else if (!take_frame(front, &f))
			fault = XMD_FAULT_RX_GRANT;
		if (fault) {
			xmd_front_broken(front, fault);
			break;
		}
		rx->ring.rsp_cons += f.nslots;
		rx->answers += f.nslots;
		done++;
	}
	return done;
}

/*
 * Asks for an event at the next response behind those that were seen, which may be the
 * rest of a frame.  Return: there is something to do already.
 */
bool xmd_front_rx_arm(struct xmd_front *front)
{
	struct xen_netif_rx_front_ring *ring = &front->rx.ring;
	u32 prod = READ_ONCE(ring->sring->rsp_prod);
	struct xmd_rx_frame f;

	WRITE_ONCE(ring->sring->rsp_event, prod + 1);
	/* rsp_event before rsp_prod: the backend does it the other way round */
	virt_mb();
	if (READ_ONCE(ring->sring->rsp_prod) != prod)
		return true;
	/* a part of a frame is no work; what cannot be is for the poll to complain about */
	if (prod == ring->rsp_cons)
		return false;
	if (xmd_ring_answered(prod, ring->rsp_cons, ring->req_prod_pvt) < 0)
		return true;
	return xmd_front_rx_parse(ring->sring->ring, ring->rsp_cons, prod, &f) != XMD_RX_PARTIAL;
}

/* ---- another backend ---- */

/* RTNL held, no poll. */
void xmd_front_rx_withdraw(struct xmd_front *front)
{
	struct xmd_front_rx *rx = &front->rx;
	unsigned int i;

	del_timer_sync(&rx->refill);
	for (i = 0; i < XMD_RING; i++) {
		if (rx->slot[i].page && !rx->slot[i].staged)
			gnttab_end_foreign_access(rx->slot[i].ref, rx->slot[i].page);
		rx->slot[i].page = NULL;
	}
	while (rx->nspare)
		put_page(rx->spare[--rx->nspare]);
	while (rx->recycle_cons != rx->recycle_prod)
		put_page(rx->recycle[rx->recycle_cons++ % XMD_RECYCLE]);
	rx->answers = 0;
}
