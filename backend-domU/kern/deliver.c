// SPDX-License-Identifier: GPL-2.0
/*
 * From the switch on: frames of a vif to other vifs, to the host, and to the NIC.  All but
 * xmd_tx_returned run in the sender's poll; see tx.c for what comes before.
 *
 * To the NIC frames wait in line (nic_head) until it takes them, and nothing is read from
 * the guest's ring meanwhile.  One that the NIC cannot segment is cut here, as much of it as
 * the NIC takes now; the rest waits as it came, and needs no more buffers than it has.
 * Segments take a page each: a buffer's references, owner and cookie are its page's, and
 * what the NIC takes at a time is bounded by its ring.
 *
 * Answers are in ring order, so a frame that the NIC keeps (PAUSE, a hang) holds up those
 * for all frames behind it, also for those to the next guest.  After XMD_NIC_LATE_S they
 * are answered as dropped; if the NIC sends them after all, the better.  Until it has
 * given back the last of them, further frames of this vif to the wire are dropped at once;
 * then the next one tries whether the NIC takes it.  Both are counted (tx_late).
 *
 * XMD_NIC_LATE_S is more than what a NIC takes that comes back by itself: 2 s until a hang is
 * noticed, 1 to 2 s for the reset, 3 s until the link is there again.  A NIC that has not
 * served yet, or was taken away, is another matter: the domain is coming or going, and what
 * waits is for it, or for the next one, to send.
 */
#include <asm/barrier.h>
#include "gso.h"
#include "trace.h"

#define NIC_HDR_MAX	124u	/* nic.h: headers of a GSO frame that the NIC takes */
#define F_GSO		(XMD_F_GSO_TCPV4 | XMD_F_GSO_TCPV6)

/* ------------------------------------------------------------------ buffers */

static unsigned int in_nic(const struct xmd_vif *v)
{
	return v->nic_taken - READ_ONCE(v->nic_back);
}

/*
 * A NIC that has no frame of anybody's has one of its for too long: nobody will ever return it.  Or one
 * was waited for that is nowhere.
 */
bool xmd_tx_lost(const struct xmd_vif *v)
{
	return READ_ONCE(v->lost) || (READ_ONCE(v->nic_late) && in_nic(v) && xmd_nic_tx_idle(back.nic));
}

/*
 * By a NIC that runs, has a link and no frame, for whatever reason.  What was so long ago, and not
 * again since, was a moment of its ring only.
 */
static void tried_in_vain(struct xmd_vain *w)
{
	u32 now = ktime_get_seconds();

	if (!xmd_nic_tx_idle(back.nic))
		return;
	if (!READ_ONCE(w->since_s) || now - READ_ONCE(w->last_s) > XMD_TRIES_S)
		WRITE_ONCE(w->since_s, now ?: 1);
	WRITE_ONCE(w->last_s, now);
}

static void not_in_vain(struct xmd_vain *w)
{
	if (unlikely(READ_ONCE(w->since_s)))
		WRITE_ONCE(w->since_s, 0);
}

static unsigned int get(struct xmd_buf **bufs, unsigned int n)
{
	n = xmd_buf_get(back.nic, bufs, n);
	if (likely(n))
		not_in_vain(&back.dry);
	else
		tried_in_vain(&back.dry);
	return n;
}

/* No other buffers of the vif are out.  Return: how many of @n it may take, and has got. */
unsigned int xmd_tx_get(struct xmd_vif *v, struct xmd_buf **bufs, unsigned int n)
{
	unsigned int held = in_nic(v) + v->nic_waiting;
	unsigned int may = xmd_account_set(&v->tx_account, held + n);

	v->nic_shut = unlikely(v->nic_late) && in_nic(v);
	/* All of this batch leaves us again at once; see XMD_PASSING. */
	if (v->nic_shut)
		may = max(may, held + XMD_PASSING);
	n = may > held ? min(n, may - held) : 0;
	return n ? get(bufs, n) : 0;
}

/* A run of frames of @v is back from the NIC; the last one may take @v with it. */
void xmd_tx_returned(struct xmd_vif *v, struct xmd_buf **frames, unsigned int n)
{
	struct xmd_buf *chain = NULL;
	unsigned int i, bufs = 0;

	spin_lock(&v->fifo_lock);
	for (i = 0; i < n; i++) {
		if (frames[i]->flags & XMD_F_UNSENT) {
			WRITE_ONCE(back.nic_serves, false);
			v->unsent = true;
		} else {
			xmd_fifo_done(&v->fifo, frames[i]->cookie,
				      frames[i]->flags & XMD_F_ABORTED ?
				      XEN_NETIF_RSP_DROPPED : XEN_NETIF_RSP_OKAY);
		}
		bufs += frames[i]->nbufs;
		/* What is one buffer that nobody else holds goes back to the pool in one chain. */
		if (frames[i]->nbufs == 1 && smp_load_acquire(&frames[i]->refs) == 1) {
			frames[i]->frag = chain;
			chain = frames[i];
		} else {
			xmd_buf_put(back.nic, frames[i]);
		}
	}
	if (chain)
		xmd_buf_put(back.nic, chain);
	WRITE_ONCE(v->nic_back, v->nic_back + bufs);
	spin_unlock(&v->fifo_lock);
	napi_schedule(&v->napi);
	xmd_vif_put(v, n);
}

/* ------------------------------------------------------ the line to the NIC */

static bool must_cut(const struct xmd_buf *b)
{
	return b->flags & F_GSO & ~xmd_nic_gso(back.nic) ||
	       (b->flags & F_GSO && b->hdr_len > NIC_HDR_MAX);
}

/* nic.h: what the NIC sends at all. */
static bool fits_wire(const struct xmd_buf *b)
{
	unsigned int max;

	if (!(b->flags & F_GSO) && b->frame_len <= XMD_FRAME_STD)
		return true;
	max = xmd_nic_max_frame(back.nic);
	if (!(b->flags & F_GSO))
		return b->frame_len <= max;
	return b->hdr_len + b->gso_size <= max && (!must_cut(b) || xmd_gso_count(b));
}

/* For the trace: of tx_nobody some are counted more closely, as spoofed. */
static const char *drop_reason(const struct xmd_vif *v, const struct xmd_tx_work *w)
{
	if (w->dst != XMD_PORT_NIC && w->dst != XMD_TO_FLOOD)
		return "tx_nobody";
	return v->nic_shut ? "tx_late" : "tx_too_long";
}

/* The packet is right, but cannot go. */
static void drop(struct xmd_vif *v, struct xmd_tx_work *w)
{
	v->st.tx_drops++;
	trace_xmd_back_drop(v, 1, drop_reason(v, w));
	xmd_buf_put(back.nic, w->head);
	w->head = NULL;
	xmd_tx_finish(v, w, XEN_NETIF_RSP_DROPPED);
}

/* The FIFO entry stays open until the NIC returns this frame. */
static void queue_nic(struct xmd_vif *v, struct xmd_tx_work *w)
{
	struct xmd_buf *b = w->head;

	if (xmd_vif_tag(v))
		xmd_vlan_push(b, xmd_vif_tag(v));
	if (v->nic_shut || !fits_wire(b)) {
		v->st.tx_late += v->nic_shut;
		drop(v, w);
		return;
	}
	b->owner = v;
	b->cookie = xmd_fifo_ticket(&v->fifo, w->f.first);
	b->next = NULL;
	if (v->nic_head)
		v->nic_tail->next = b;
	else
		v->nic_head = b;
	v->nic_tail = b;
	v->nic_waiting += b->nbufs;
	w->head = NULL;
	w->done = 1;
}

/* The first in line is the NIC's now, or of no use any more. */
static struct xmd_buf *pop(struct xmd_vif *v)
{
	struct xmd_buf *b = v->nic_head;

	v->nic_head = b->next;
	v->nic_waiting -= b->nbufs;
	v->nic_cut = 0;
	return b;
}

static void drop_first(struct xmd_vif *v)
{
	struct xmd_buf *b = pop(v);

	v->st.tx_drops++;
	trace_xmd_back_drop(v, 1, v->nic_late ? "tx_late" : "tx_given_up");
	xmd_fifo_done(&v->fifo, b->cookie, XEN_NETIF_RSP_DROPPED);
	xmd_buf_put(back.nic, b);
}

void xmd_tx_give_up(struct xmd_vif *v)
{
	while (v->nic_head)
		drop_first(v);
	xmd_wait_leave(v);
}

/*
 * Each frame at the NIC holds a reference to its vif; taken before, because the NIC may
 * return it before xmd_nic_tx_provide does.  The table's reference keeps the count above
 * zero when those of refused frames are given back.
 *
 * Return: how many were taken, or -errno.
 */
static int provide(struct xmd_vif *v, struct xmd_buf **frames, unsigned int n)
{
	int taken;

	refcount_add(n + 1, &v->refs);
	taken = xmd_nic_tx_provide(back.nic, frames, n);
	xmd_vif_put(v, n - max(taken, 0) + 1);
	if (taken > 0) {
		v->nic_late = false;
		not_in_vain(&back.refused);
	} else {
		tried_in_vain(&back.refused);
	}
	if (taken != -EAGAIN && unlikely(READ_ONCE(back.nic_serves) != (taken != -ENODEV)))
		WRITE_ONCE(back.nic_serves, taken != -ENODEV);
	return taken;
}

static int push_whole(struct xmd_vif *v)
{
	struct xmd_buf *batch[XMD_BATCH] XMD_UNCLEARED, *b;
	u32 wire[XMD_BATCH] XMD_UNCLEARED, n = 0, bytes = 0;
	u8 bufs[XMD_BATCH] XMD_UNCLEARED;
	int i, taken;

	for (b = v->nic_head; b && n < XMD_BATCH && !must_cut(b); b = b->next) {
		wire[n] = xmd_wire_bytes(b);
		bufs[n] = b->nbufs;
		batch[n++] = b;
	}
	taken = provide(v, batch, n);
	/* Those taken are the NIC's now, and not looked at; b and what was refused is ours. */
	for (i = 0; i < taken; i++) {
		v->nic_waiting -= bufs[i];
		v->nic_taken += bufs[i];
		bytes += wire[i];
	}
	if (taken > 0) {
		v->nic_head = taken < n ? batch[taken] : b;
		xmd_line_took(v, bytes);
	}
	return taken;
}

/* Of what was cut and refused nothing is kept.  The last segment carries the frame's ticket. */
static int push_segments(struct xmd_vif *v)
{
	struct xmd_buf *seg[XMD_BATCH] XMD_UNCLEARED, *b = v->nic_head;
	unsigned int i, left = xmd_gso_count(b) - v->nic_cut;
	unsigned int n = min3(left, XMD_BATCH, max(xmd_nic_tx_space(back.nic), 1u));
	int taken;

	n = xmd_tx_get(v, seg, n);
	/* Its account may be full of what waits here: then one at a time, or it would for ever. */
	if (!n && !in_nic(v))
		n = get(seg, 1);
	if (!n)
		return -ENOBUFS;
	for (i = 0; i < n; i++) {
		/* Its headers were inspected, and nobody has written to them since. */
		WARN_ON_ONCE(xmd_gso_cut(b, v->nic_cut + i, seg[i]));
		seg[i]->owner = v;
		seg[i]->cookie = i + 1 < left ? XMD_NO_TICKET : b->cookie;
	}
	taken = provide(v, seg, n);
	for (i = max(taken, 0); i < n; i++)
		xmd_buf_put(back.nic, seg[i]);
	if (taken <= 0)
		return taken;
	xmd_line_took(v, taken * (b->hdr_len + b->gso_size + XMD_WIRE_EXTRA));
	v->nic_taken += taken;
	v->nic_cut += taken;
	if (taken == left)
		xmd_buf_put(back.nic, pop(v));
	return taken;
}

/* Return: 1, or why something is left in nic_head: 0 the NIC is full, or -errno. */
static int push_nic(struct xmd_vif *v)
{
	int taken;

	while (v->nic_head) {
		taken = must_cut(v->nic_head) ? push_segments(v) : push_whole(v);
		if (taken == -ENETDOWN)
			xmd_tx_give_up(v);
		if (taken <= 0)
			return taken;
	}
	return 1;
}

/*
 * What waits for a turn at the NIC (fair.c), if anything does.  Who was refused gets in line
 * before the second try: descriptors that become free after it find us there.  -EAGAIN needs
 * no timer: ops->state follows.
 * Return: whether nothing waits any more.
 */
bool xmd_tx_flush(struct xmd_vif *v)
{
	bool turn = v->nic_head && (v->nic_late || xmd_line_turn(v, false));
	int taken = turn ? push_nic(v) : 1;

	if (v->nic_late)
		for (; v->nic_head; v->st.tx_late++)
			drop_first(v);
	if (turn && v->nic_head && taken != -ENOBUFS && xmd_line_turn(v, true)) {
		taken = push_nic(v);
		if (!taken)
			xmd_wait_retry();
	}
	if (!v->nic_head || taken == -ENOBUFS)
		xmd_wait_leave(v);
	if (v->nic_head && taken == -ENOBUFS)
		xmd_wait_for_bufs(v);
	return !v->nic_head;
}

/* Answers do not wait for the NIC for ever; see above. */
void xmd_tx_watch(struct xmd_vif *v)
{
	u32 rsp = v->tx.rsp_prod_pvt;
	unsigned int n;

	if (rsp == v->tx.req_cons || !READ_ONCE(back.nic_serves) ||
	    !xmd_fifo_late(&v->fifo, rsp, ktime_get_seconds(), XMD_NIC_LATE_S))
		return;
	spin_lock(&v->fifo_lock);
	n = xmd_fifo_cut(&v->fifo, rsp, v->tx.req_cons);
	if (n && !in_nic(v) && !v->nic_head && !v->unsent)
		WRITE_ONCE(v->lost, true);
	v->unsent = false;
	spin_unlock(&v->fifo_lock);
	v->st.tx_late += n;
	v->st.tx_drops += n;
	trace_xmd_back_drop(v, n, "tx_late");
	/* Those in line have been counted, and answered. */
	while (v->nic_head)
		xmd_buf_put(back.nic, pop(v));
	v->nic_late = true;
	pr_notice_ratelimited("xmd_back: %s: the NIC has kept a frame for over %u s (flow control, a hang?): %u frames are answered as dropped, and so are further ones to the wire until it has let go of them\n",
			      v->name, XMD_NIC_LATE_S, n);
}

/*
 * Process context, once a second: the poll looks whether answers wait for too long.
 * Return: whether any do.
 */
bool xmd_tx_tick(struct xmd_vif *v)
{
	bool waits = READ_ONCE(v->tx.req_cons) != READ_ONCE(v->tx.rsp_prod_pvt);

	if (waits)
		xmd_vif_kick(v);
	return waits;
}

/* ------------------------------------------------------------------ deliver */

/*
 * The frames that the switch sent to @to, grant to grant, as many as go; the others
 * take the way over the pool, behind them.
 */
void xmd_deliver_direct(struct xmd_vif *v, unsigned int n, struct xmd_vif *to)
{
	struct xmd_tx_work *w[XMD_BATCH] XMD_UNCLEARED;
	unsigned int i, k = 0, taken;

	for (i = 0; i < n; i++)
		if (!v->work[i].done && v->work[i].dst == to->port)
			w[k++] = &v->work[i];
	taken = k ? xmd_rx_direct(to, v, w, k) : 0;
	for (i = 0; i < taken; i++) {
		v->st.tx_frames++;
		v->st.tx_bytes += w[i]->f.len;
		v->st.tx_direct++;
		xmd_buf_put(back.nic, w[i]->head);
		w[i]->head = NULL;
		xmd_tx_finish(v, w[i], XEN_NETIF_RSP_OKAY);
	}
}

static void deliver_flood(struct xmd_vif *v, struct xmd_tx_work *w)
{
	struct xmd_buf *b = w->head;

	xmd_csum_complete(b);
	if (v->fid >= XMD_FID_SEGMENT) {
		xmd_tx_finish(v, w, XEN_NETIF_RSP_OKAY);
	} else {
		xmd_buf_hold(b);
		queue_nic(v, w);
	}
	xmd_switch_flood(b, v->port, v->fid);
}

void xmd_deliver(struct xmd_vif *v, struct xmd_tx_work *w)
{
	struct xmd_vif *to = xmd_switch_vif(w->dst);
	struct xmd_buf *b = w->head;

	v->st.tx_frames++;
	v->st.tx_bytes += w->f.len;
	if (w->dst == XMD_TO_FLOOD) {
		deliver_flood(v, w);
		return;
	}
	if (w->dst == XMD_PORT_NIC) {
		queue_nic(v, w);
		return;
	}
	if (w->dst != XMD_PORT_HOST && !to) {
		drop(v, w);
		return;
	}
	xmd_tx_finish(v, w, XEN_NETIF_RSP_OKAY);
	if (!to)
		xmd_switch_to_host(b);
	else if (xmd_rx_enqueue(to, b))
		napi_schedule(&to->napi);
}
