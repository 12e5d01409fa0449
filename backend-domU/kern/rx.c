// SPDX-License-Identifier: GPL-2.0
/*
 * RX is wire to guest: from the switch into the buffers that the guest has posted.
 *
 *   rx_provide  how many buffers the guest's RX ring offers, index checked
 *   rx_return   frames of the backlog (backlog.c) -> copies, by one hypercall where the buffers
 *               are not mapped (stage.c) -> responses
 *
 * A response sits in the same slot as the request whose buffer it fills (netif.h), which
 * comes by itself: buffers are taken and answered in ring order, one for one, all
 * under ring_lock.  That one is held over the copy; rx_lock, which guards the tail of the
 * backlog, is not.
 */
#include <xen/page.h>
#include "intent.h"
#include "gso.h"
#include "mirror.h"
#include "trace.h"

#define F_GSO	(XMD_F_GSO_TCPV4 | XMD_F_GSO_TCPV6)

/* ---------------------------------------------------- the guest's RX ring */

static unsigned int slots_for(const struct xmd_buf *b, u32 len)
{
	return DIV_ROUND_UP(len, XMD_RING_PAGE) + !!(b->flags & F_GSO);
}

/* ring_lock held.  Return: posted buffers that were not taken yet. */
int xmd_back_rx_posted(struct xmd_vif *v)
{
	u32 prod = READ_ONCE(v->rx.sring->req_prod);
	int ready = xmd_ring_ready(prod, v->rx.req_cons, v->rx.rsp_prod_pvt, XMD_RX_RING);

	if (ready < 0) {
		xmd_vif_fault(v, XMD_FAULT_RING_INDEX);
		return 0;
	}
	/* The index before the requests, because it says which ones are written. */
	virt_rmb();
	v->rx_seen = prod;
	return ready;
}

/* Drain, arm, look again.  Return: whether buffers were posted meanwhile. */
static bool arm(struct xmd_vif *v)
{
	v->rx.sring->req_event = v->rx_seen + 1;
	/* req_event before req_prod, because the guest stores and reads them the other way */
	virt_mb();
	return READ_ONCE(v->rx.sring->req_prod) != v->rx_seen;
}

static struct xmd_rx_slot *open_slot(struct xmd_vif *v)
{
	struct xmd_rx_slot *s = &v->rx_slot[v->rx_nslot++];
	struct xen_netif_rx_request req;

	RING_COPY_REQUEST(&v->rx, v->rx.req_cons, &req);
	v->rx.req_cons++;
	*s = (struct xmd_rx_slot){
		.page = xmd_stage_find(v, req.gref, true),
		.gref = req.gref, .id = req.id, .op = v->rx_nop,
	};
	return s;
}

/* XEN_NETRXF_csum_blank and data_validated are the other way round than in TX. */
static u8 rx_flags(const struct xmd_buf *b)
{
	if (b->flags & XMD_F_CSUM_BLANK)
		return XEN_NETRXF_csum_blank | XEN_NETRXF_data_validated;
	return b->flags & XMD_F_CSUM_VALID ? XEN_NETRXF_data_validated : 0;
}

static struct xmd_rx_slot *open_frame(struct xmd_vif *v, const struct xmd_buf *b)
{
	struct xmd_rx_slot *first = open_slot(v), *extra;

	first->flags = rx_flags(b);
	if (b->flags & F_GSO) {
		first->flags |= XEN_NETRXF_extra_info;
		extra = open_slot(v);
		extra->gso_type = b->flags & XMD_F_GSO_TCPV4 ? XEN_NETIF_GSO_TYPE_TCPV4
							     : XEN_NETIF_GSO_TYPE_TCPV6;
		extra->gso_size = b->gso_size;
	}
	return first;
}

static struct xmd_rx_slot *next_slot(struct xmd_vif *v, struct xmd_rx_slot *s)
{
	s->flags |= XEN_NETRXF_more_data;
	return open_slot(v);
}

/* Fill @s with @n bytes more, from @at on.  By Xen, but if both ends are mapped here. */
static void put_piece(struct xmd_vif *v, struct xmd_rx_slot *s, const struct gnttab_copy *src,
		      const u8 *from, unsigned int at, unsigned int n)
{
	struct gnttab_copy *op = &v->rx_op[v->rx_nop];

	if (from && s->page) {
		memcpy(s->page + s->len, from + at, n);
		v->st.rx_staged++;
	} else {
		*op = *src;
		op->source.offset += at;
		op->dest.u.ref = s->gref;
		op->dest.domid = v->id.domid;
		op->dest.offset = s->len;
		op->len = n;
		op->flags |= GNTCOPY_dest_gref;
		v->rx_nop++;
		s->nops++;
	}
	s->len += n;
}

/*
 * Append bytes to the frame whose last slot is @s.  @from: where they are, if that is mapped.
 * Return: its last slot then.
 */
static struct xmd_rx_slot *put_bytes(struct xmd_vif *v, struct xmd_rx_slot *s,
				     const struct gnttab_copy *src, const u8 *from, unsigned int len)
{
	unsigned int n, at;

	for (at = 0; at < len; at += n) {
		if (s->len == XMD_RING_PAGE)
			s = next_slot(v, s);
		n = min(len - at, XMD_RING_PAGE - s->len);
		put_piece(v, s, src, from, at, n);
	}
	return s;
}

static struct xmd_rx_slot *put_buf(struct xmd_vif *v, struct xmd_rx_slot *s,
				   const struct xmd_buf *b)
{
	struct gnttab_copy src = {
		.source.u.gmfn = virt_to_gfn(b->data),
		.source.domid = DOMID_SELF,
		.source.offset = b->off,
	};

	return put_bytes(v, s, &src, xmd_buf_data(b), b->len);
}

/* Return: whether a frame of @len bytes in @parts pieces fits behind what is there. */
static bool has_room(const struct xmd_vif *v, unsigned int posted, unsigned int slots,
		     unsigned int parts)
{
	return v->rx_nslot + slots <= posted && v->rx_nop + slots + parts <= XMD_RX_OPS;
}

static bool ops_ok(const struct xmd_vif *v, unsigned int op, unsigned int n)
{
	for (; n; n--, op++)
		if (v->rx_op[op].status != GNTST_okay)
			return false;
	return true;
}

static void write_response(struct xmd_vif *v, u32 idx, const struct xmd_rx_slot *s)
{
	struct xen_netif_rx_response *r = RING_GET_RESPONSE(&v->rx, idx);
	struct xen_netif_extra_info *e = (void *)r;

	if (s->gso_type) {
		*e = (struct xen_netif_extra_info){
			.type = XEN_NETIF_EXTRA_TYPE_GSO,
			.u.gso.size = s->gso_size,
			.u.gso.type = s->gso_type,
		};
		return;
	}
	*r = (struct xen_netif_rx_response){ .id = s->id, .flags = s->flags, .status = s->len };
	if (!ops_ok(v, s->op, s->nops)) {
		v->st.rx_errors++;
		r->status = XEN_NETIF_RSP_ERROR;
	}
}

/* Answer the filled slots and publish: one push.  Return: whether to send an event. */
static bool push_slots(struct xmd_vif *v)
{
	struct xmd_intent in = { };
	unsigned int i;
	int notify;

	for (i = 0; i < v->rx_nslot; i++)
		if (v->rx_slot[i].gso_type)
			__set_bit((v->rx.rsp_prod_pvt + i) % XMD_RX_RING, in.extra);
	xmd_intent_store_rx(v->rx.sring, &in, v->rx.rsp_prod_pvt + v->rx_nslot);
	for (i = 0; i < v->rx_nslot; i++)
		write_response(v, v->rx.rsp_prod_pvt + i, &v->rx_slot[i]);
	v->rx.rsp_prod_pvt += v->rx_nslot;
	RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&v->rx, notify);
	v->rx_nslot = 0;
	v->rx_nop = 0;
	return notify;
}

static void run_copies(struct xmd_vif *v)
{
	if (v->rx_nop)
		gnttab_batch_copy(v->rx_op, v->rx_nop);
	v->st.rx_batches++;
	v->st.rx_ops += v->rx_nop;
}

/* ---------------------------------------------------------------- rx_return */

/* Of a frame whose other receivers may want the tag: it lies behind the addresses. */
static struct xmd_rx_slot *put_untagged(struct xmd_vif *v, struct xmd_rx_slot *s,
					const struct xmd_buf *b)
{
	struct xmd_buf part = *b;

	part.len = 2 * ETH_ALEN;
	s = put_buf(v, s, &part);
	part.off += 2 * ETH_ALEN + XMD_TAG_LEN;
	part.len = b->len - 2 * ETH_ALEN - XMD_TAG_LEN;
	return put_buf(v, s, &part);
}

static void put_frame(struct xmd_vif *v, const struct xmd_buf *b)
{
	struct xmd_rx_slot *s = open_frame(v, b);
	bool untag = xmd_vif_untags(v, b);

	v->st.rx_frames++;
	v->st.rx_bytes += b->frame_len - (untag ? XMD_TAG_LEN : 0);
	if (untag) {
		s = put_untagged(v, s, b);
		b = b->frag;
	}
	for (; b; b = b->frag)
		s = put_buf(v, s, b);
}

/* What one hypercall brings to the guest. */
struct fill {
	unsigned int posted;
	unsigned int frames;		/* of the backlog, that are through */
	unsigned int segs;
	bool lacks;			/* buffers for segments */
	struct xmd_buf *seg[XMD_BATCH];	/* made for this batch */
};

/* How many more segments go into this batch, with a buffer for each in seg[segs]. */
static unsigned int get_segments(struct xmd_vif *v, struct fill *f, unsigned int n)
{
	n = min3(n, XMD_BATCH - f->segs, f->posted - v->rx_nslot);
	n = min(n, (XMD_RX_OPS - v->rx_nop) / 2);	/* its slot may split it */
	if (!n)
		return 0;
	n = xmd_buf_get(back.nic, f->seg + f->segs, n);
	f->lacks = !n;
	return n;
}

static bool put_segment(struct xmd_vif *v, const struct xmd_buf *b, struct xmd_buf *seg)
{
	enum xmd_fit fit;

	if (xmd_gso_cut(b, v->bl_cut, seg))
		return false;
	fit = xmd_rx_fit(v, seg, seg->frame_len);
	if (fit == FIT_COMPLETE_CSUM)
		xmd_csum_complete(seg);
	if (fit == FIT_NEVER)
		return false;
	put_frame(v, seg);
	return true;
}

/* Cut as much of the frame as the guest has posted for.  Return: whether it is through. */
static bool put_segments(struct xmd_vif *v, struct fill *f, const struct xmd_buf *b)
{
	unsigned int count = xmd_gso_count(b), n = get_segments(v, f, count - v->bl_cut);

	for (; n; n--, v->bl_cut++) {
		if (put_segment(v, b, f->seg[f->segs++]))
			continue;
		/* Its headers, or a smaller MTU: the others would not go, either. */
		v->st.rx_drops++;
		v->st.rx_too_long++;
		trace_xmd_back_drop(v, 1, "rx_too_long");
		while (--n)
			xmd_buf_put(back.nic, f->seg[f->segs + n - 1]);
		v->bl_cut = count;
		break;
	}
	if (v->bl_cut != count)
		return false;
	v->bl_cut = 0;
	return true;
}

/* Fill what was posted from the backlog. */
static void fill_batch(struct xmd_vif *v, struct fill *f)
{
	struct xmd_buf *b;

	f->posted = xmd_back_rx_posted(v);
	f->frames = 0;
	f->segs = 0;
	f->lacks = false;
	if (f->posted)
		v->rx_stalled = false;
	for (; f->frames < XMD_BATCH && v->bl_head + f->frames != v->bl_tail; f->frames++) {
		b = v->backlog[(v->bl_head + f->frames) % XMD_BACKLOG].frame;
		if (b->flags & F_GSO && xmd_rx_fit(v, b, b->frame_len) == FIT_IN_SEGMENTS) {
			if (!put_segments(v, f, b))
				break;
			continue;
		}
		if (!has_room(v, f->posted, slots_for(b, b->frame_len), b->nbufs + 1))
			break;
		put_frame(v, b);
	}
}

/*
 * ring_lock held, rx_lock not: frames may come while the others are copied.
 * Return: how many frames and segments; @notify: set if to send an event.
 */
unsigned int xmd_rx_return_batch(struct xmd_vif *v, bool *notify)
{
	struct fill f XMD_UNCLEARED;
	unsigned int i;

	spin_lock(&v->rx_lock);
	fill_batch(v, &f);
	spin_unlock(&v->rx_lock);
	if (v->rx_nslot) {
		run_copies(v);
		*notify |= push_slots(v);
		trace_xmd_back_rx_batch(v, f.frames + f.segs, "");
	}
	if (xmd_mirrors_up())
		xmd_mirror_got(v, f.frames);
	for (i = 0; i < f.segs; i++)
		xmd_buf_put(back.nic, f.seg[i]);
	spin_lock(&v->rx_lock);
	for (i = 0; i < f.frames; i++)
		xmd_backlog_pop(v);
	xmd_account_set(&v->rx_account, v->bl_bufs);
	v->rx_starved = !f.frames && !f.segs && !f.lacks && v->bl_head != v->bl_tail;
	spin_unlock(&v->rx_lock);
	/* no event of the guest's tells when others have given some back */
	if (!f.frames && !f.segs && f.lacks)
		xmd_wait_for_segments(v);
	return f.frames + f.segs;
}

static bool waits(const struct xmd_vif *v)
{
	return READ_ONCE(v->bl_head) != READ_ONCE(v->bl_tail) || READ_ONCE(v->rx_stalled);
}

/*
 * Frames of the backlog to the guest.  @frames: how many.
 * Return: whether more can be done right now.
 */
bool xmd_back_rx_return(struct xmd_vif *v, unsigned int *frames)
{
	bool more = false, notify = false;

	/* who adds a first frame after this look sees to it that there is another */
	if (!waits(v))
		return false;
	spin_lock(&v->ring_lock);
	*frames = xmd_rx_return_batch(v, &notify);
	if (waits(v))
		more = *frames || arm(v);
	spin_unlock(&v->ring_lock);
	if (notify)
		xmd_rx_notify(v);
	return more;
}

/* ------------------------------------------------------ from guest to guest */

/* The head from our checked copy, never again from the sender's page; then its slots. */
static void put_direct(struct xmd_vif *v, const struct xmd_vif *from,
		       const struct xmd_tx_work *w, bool uncut)
{
	struct xmd_rx_slot *s = put_buf(v, open_frame(v, w->head), w->head);
	u32 skip = w->head->frame_len;
	unsigned int i;

	for (i = 0; i < w->f.nfrags; i++) {
		const struct xmd_tx_frag *frag = &w->f.frag[i];
		const u8 *page = xmd_stage_find(from, frag->gref, false);
		u32 cut = min_t(u32, skip, frag->len);
		struct gnttab_copy src = {
			.source.u.ref = frag->gref,
			.source.domid = from->id.domid,
			.source.offset = frag->off + cut,
			.flags = GNTCOPY_source_gref,
		};

		skip -= cut;
		if (uncut && s->len + frag->len - cut > XMD_RING_PAGE)
			s = next_slot(v, s);
		s = put_bytes(v, s, &src, page ? page + frag->off + cut : NULL, frag->len - cut);
	}
}

/* Where the slots and copies of a frame begin in rx_slot and rx_op. */
struct mark {
	u16 slot;
	u16 op;
};

static unsigned int fill_direct(struct xmd_vif *to, const struct xmd_vif *from,
				struct xmd_tx_work **w, unsigned int n, struct mark *m)
{
	unsigned int posted = xmd_back_rx_posted(to), i;

	for (i = 0; i < n; i++) {
		const struct xmd_buf *b = w[i]->head;
		u32 len = w[i]->f.len;
		unsigned int uncut = xmd_rx_slots_uncut(w[i]), slots = uncut ? uncut : slots_for(b, len);

		if (xmd_rx_fit(to, b, len) != FIT_AS_IS ||
		    !has_room(to, posted, slots, w[i]->f.nfrags + 1))
			break;
		m[i] = (struct mark){ to->rx_nslot, to->rx_nop };
		put_direct(to, from, w[i], uncut);
	}
	m[i] = (struct mark){ to->rx_nslot, to->rx_nop };
	return i;
}

/*
 * A copy that failed may be the sender's fault or the receiver's; going over the pool
 * finds out whose.  So from the first failure on everything is taken back: nothing of
 * it was published, and the receiver's buffers are simply still posted.
 */
static unsigned int direct_locked(struct xmd_vif *to, const struct xmd_vif *from,
				  struct xmd_tx_work **w, unsigned int n, bool *notify)
{
	struct mark m[XMD_BATCH + 1] XMD_UNCLEARED;
	unsigned int good = 0;

	n = fill_direct(to, from, w, n, m);
	if (!n)
		return 0;
	run_copies(to);
	while (good < n && ops_ok(to, m[good].op, m[good + 1].op - m[good].op)) {
		to->st.rx_frames++;
		to->st.rx_bytes += w[good]->f.len;
		good++;
	}
	to->rx.req_cons -= to->rx_nslot - m[good].slot;
	to->rx_nslot = m[good].slot;
	*notify = push_slots(to);
	trace_xmd_back_rx_batch(to, good, "");
	return good;
}

/**
 * xmd_rx_direct - frames of one guest straight into another one's buffers
 * @to:	  the receiver
 * @from: the sender, whose poll this is
 * @w:	  frames in order; at least the head of each is in the pool
 * @n:	  how many, 1 to XMD_BATCH
 *
 * Not while frames wait in the backlog: these came first.
 *
 * Return: how many were delivered, a prefix of @w; the caller still owns all heads.
 */
unsigned int xmd_rx_direct(struct xmd_vif *to, const struct xmd_vif *from,
			   struct xmd_tx_work **w, unsigned int n)
{
	bool notify = false;
	unsigned int done = 0;

	spin_lock(&to->ring_lock);
	if (xmd_vif_serves(to) && to->bl_head == READ_ONCE(to->bl_tail))
		done = direct_locked(to, from, w, n, &notify);
	spin_unlock(&to->ring_lock);
	if (notify)
		xmd_rx_notify(to);
	return done;
}
