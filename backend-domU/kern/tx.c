// SPDX-License-Identifier: GPL-2.0
/*
 * TX is guest to wire: from the guest's TX ring to wherever the switch says.
 *
 * A batch, all in the vif's NAPI poll:
 *
 *   read     slots -> work[] (parse.c); bad packets are answered, bad rings are faults
 *   copy     guest pages -> buffers of the pool: one hypercall, and none for pages that are
 *            mapped (stage.c)
 *   inspect  headers of our copy: checksum, GSO
 *   switch   destination of each frame
 *   deliver  NIC (one xmd_nic_tx_provide), vifs, host (deliver.c); done in the FIFO
 *
 * When the last frame went to another vif, the next ones probably go there too: then
 * only the headers are copied first, and the rest goes straight from this guest's pages
 * into the other's (xmd_rx_direct).  A wrong guess costs one more hypercall.
 *
 * What counts as done (D4): a frame for the NIC when the NIC has returned it; a frame
 * for anybody else when our copy of it, or the receiver's, is complete.  Waiting
 * until the other guest took it would let a guest that posts no buffers stop the
 * ring of every guest that sends to it.
 *
 * Requests that cannot be placed stay in the ring, which is the guest's queue: nothing
 * is read while frames still wait for the NIC, or the vif's account is full (account.h), or
 * the guest has used up what it may send (rate.h).
 */
#include <linux/if_ether.h>
#include <linux/timekeeping.h>
#include <xen/events.h>
#include <xen/page.h>
#include "intent.h"
#include "mirror.h"
#include "trace.h"

/* ------------------------------------------------------------------ answers */

void xmd_tx_finish(struct xmd_vif *v, struct xmd_tx_work *w, s16 status)
{
	w->done = 1;
	xmd_fifo_done(&v->fifo, xmd_fifo_ticket(&v->fifo, w->f.first), status);
}

/* The packet is wrong: its guest is told, nobody else is concerned. */
static void reject(struct xmd_vif *v, struct xmd_tx_work *w, enum xmd_tx_reason why)
{
	v->st.tx_errors++;
	v->st.tx_bad[why]++;
	trace_xmd_back_drop(v, 1, xmd_bad_text[why]);
	if (net_ratelimit())
		pr_notice("xmd_back: %s: packet of %u bytes in %u slots refused (%s); the guest is told, all counts are in debugfs xmd/back/vifs\n",
			  v->name, w->f.len, w->f.nslots, xmd_bad_text[why]);
	if (w->head)
		xmd_buf_put(back.nic, w->head);
	w->head = NULL;
	xmd_tx_finish(v, w, XEN_NETIF_RSP_ERROR);
}

/* Publish the done prefix: one push, one event at most. */
void xmd_back_tx_return(struct xmd_vif *v)
{
	struct xen_netif_tx_sring *sring = v->tx.sring;
	u32 end = xmd_fifo_ready(&v->fifo, v->tx.rsp_prod_pvt, v->tx.req_cons);
	int notify;

	if (end == v->tx.rsp_prod_pvt)
		return;
	xmd_intent_store(sring, end);
	xmd_fifo_answer(&v->fifo, sring->ring, v->tx.rsp_prod_pvt, end);
	v->tx.rsp_prod_pvt = end;
	RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&v->tx, notify);
	if (notify)
		notify_remote_via_irq(v->tx_irq);
}

/* --------------------------------------------------------------------- read */

/* Return: the checked req_prod; our own req_cons when there is nothing or a fault. */
static u32 look(struct xmd_vif *v)
{
	u32 prod = READ_ONCE(v->tx.sring->req_prod);

	if (xmd_ring_ready(prod, v->tx.req_cons, v->tx.rsp_prod_pvt, XMD_TX_RING) < 0) {
		xmd_vif_fault(v, XMD_FAULT_RING_INDEX);
		return v->tx.req_cons;
	}
	/* The index before the slots, because it says which slots are written. */
	virt_rmb();
	v->tx_seen = prod;
	return prod;
}

/*
 * Drain, arm, look again: the guest's next request brings an event.  Also right when
 * the ring ends in a frame of which the guest has published only a part.
 * Return: whether something came meanwhile.
 */
bool xmd_tx_arm(struct xmd_vif *v)
{
	v->tx.sring->req_event = v->tx_seen + 1;
	/* req_event before req_prod, because the guest stores and reads them the other way */
	virt_mb();
	return READ_ONCE(v->tx.sring->req_prod) != v->tx_seen;
}

static s64 credit(struct xmd_vif *v)
{
	return likely(!v->rate.limit.usecs) ? S64_MAX :
	       xmd_rate_credit(&v->rate, ktime_to_us(ktime_get()));
}

/*
 * Describe up to @max frames in work[]; nothing is consumed yet.
 * Return: how many; tx_state says why not more.
 */
static unsigned int parse_ring(struct xmd_vif *v, unsigned int max)
{
	u32 prod = look(v), at = v->tx.req_cons;
	s64 left = credit(v);
	unsigned int n = 0;
	int verdict;

	v->tx_state = XMD_TX_EMPTY;
	while (at != prod) {
		struct xmd_tx_frame *f;

		if (left <= 0) {
			v->tx_state = XMD_TX_HELD;
			break;
		}
		if (n == max || v->turn <= 0) {
			v->tx_state = XMD_TX_MORE;
			break;
		}
		f = &v->work[n].f;
		verdict = xmd_tx_parse(v->tx.sring->ring, at, prod, f, v->fifo.id);
		f->room = xmd_vif_tag(v) ? XMD_TAG_LEN : 0;
		if (verdict == XMD_TX_FAULT)
			xmd_vif_fault(v, f->reason);
		if (verdict == XMD_TX_FAULT || verdict == XMD_TX_PARTIAL)
			break;
		v->turn -= XMD_FRAME_COST;
		if (verdict == XMD_TX_OK) {
			v->turn -= f->len;
			left -= f->len;
		}
		at += f->nslots;
		n++;
	}
	return n;
}

static unsigned int bufs_for(const struct xmd_tx_work *w)
{
	return w->f.verdict == XMD_TX_OK ? xmd_tx_bufs(&w->f) : 0;
}

/* Buffers for work[0..n) into tx_buf[].  Return: for how many frames they suffice. */
static unsigned int get_bufs(struct xmd_vif *v, unsigned int n)
{
	unsigned int i, need = 0, fits = 0;

	for (i = 0; i < n; i++)
		need += bufs_for(&v->work[i]);
	/*
	 * What has come back is given up first, and is others' while we have more than could be
	 * taken anew: or who came first would have it for ever.
	 */
	xmd_tx_get(v, NULL, 0);
	v->tx_nbuf = 0;
	if (v->nic_shut || !xmd_account_excess(&v->tx_account))
		v->tx_nbuf = xmd_tx_get(v, v->tx_buf, need);
	if (v->tx_nbuf == need)
		return n;
	v->st.tx_short++;
	for (i = 0; i < n; i++) {
		fits += bufs_for(&v->work[i]);
		if (fits > v->tx_nbuf)
			break;
	}
	v->tx_state = XMD_TX_BLOCKED;
	return i;
}

static void put_bufs(struct xmd_vif *v)
{
	while (v->tx_nbuf)
		xmd_buf_put(back.nic, v->tx_buf[--v->tx_nbuf]);
	/* Held is now what is on its way to the NIC, no more. */
	xmd_tx_get(v, NULL, 0);
}

static void consume(struct xmd_vif *v, struct xmd_tx_work *w, u32 now)
{
	w->head = NULL;
	w->whole = 0;
	w->done = 0;
	v->tx.req_cons += w->f.nslots;
	xmd_fifo_open(&v->fifo, &w->f, now);
	if (w->f.verdict == XMD_TX_BAD)
		reject(v, w, w->f.reason);
	else if (w->f.verdict == XMD_TX_DUMMY)
		xmd_tx_finish(v, w, XEN_NETIF_RSP_OKAY);
	else
		v->rate.credit -= w->f.len;
}

static unsigned int read_batch(struct xmd_vif *v, unsigned int max)
{
	unsigned int i, n = get_bufs(v, parse_ring(v, max));
	u32 now = ktime_get_seconds();

	for (i = 0; i < n; i++)
		consume(v, &v->work[i], now);
	return n;
}

/* --------------------------------------------------------------------- copy */

static struct xmd_buf *buf_at(struct xmd_vif *v, struct xmd_tx_work *w, unsigned int i)
{
	struct xmd_buf **link = &w->head;

	for (; i; i--)
		link = &(*link)->frag;
	if (!*link) {
		*link = v->tx_buf[--v->tx_nbuf];
		if (*link != w->head)
			w->head->nbufs++;
		else
			w->head->off = w->f.room;
	}
	return *link;
}

static void add_op(struct xmd_vif *v, struct xmd_tx_work *w, const struct xmd_tx_piece *p)
{
	const struct xmd_tx_frag *frag = &w->f.frag[p->frag];
	const u8 *page = xmd_stage_find(v, frag->gref, false);
	struct xmd_buf *b = buf_at(v, w, p->buf);

	b->len += p->len;
	w->head->frame_len += p->len;
	if (page) {
		memcpy(b->data + p->buf_off, page + frag->off + p->frag_off, p->len);
		v->st.tx_staged++;
		return;
	}
	v->tx_op[v->tx_nop++] = (struct gnttab_copy){
		.source.u.ref = frag->gref,
		.source.domid = v->id.domid,
		.source.offset = frag->off + p->frag_off,
		.dest.u.gmfn = virt_to_gfn(b->data),
		.dest.domid = DOMID_SELF,
		.dest.offset = p->buf_off,
		.len = p->len,
		.flags = GNTCOPY_source_gref,
	};
	w->nops++;
}

/* Bytes @from to @to of the frame: which copies that takes is xmd_tx_plan's affair. */
static void plan_copy(struct xmd_vif *v, struct xmd_tx_work *w, u32 from, u32 to)
{
	struct xmd_tx_piece p[XMD_TX_PIECES] XMD_UNCLEARED;
	unsigned int i, n = xmd_tx_plan(&w->f, from, to, p);

	w->op = v->tx_nop;
	w->nops = 0;
	for (i = 0; i < n; i++)
		add_op(v, w, &p[i]);
	w->whole = to == w->f.len;
}

static void check_copy(struct xmd_vif *v, struct xmd_tx_work *w)
{
	unsigned int i;

	for (i = 0; i < w->nops; i++) {
		if (v->tx_op[w->op + i].status != GNTST_okay) {
			reject(v, w, XMD_BAD_COPY);
			return;
		}
	}
}

/* One hypercall for what plan_copy gathered. */
static void run_copies(struct xmd_vif *v, unsigned int n)
{
	unsigned int i;

	if (!v->tx_nop)
		return;
	gnttab_batch_copy(v->tx_op, v->tx_nop);
	v->st.tx_ops += v->tx_nop;
	v->tx_nop = 0;
	for (i = 0; i < n; i++)
		if (!v->work[i].done && v->work[i].nops)
			check_copy(v, &v->work[i]);
}

static void copy_first(struct xmd_vif *v, unsigned int n, bool heads_only)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct xmd_tx_work *w = &v->work[i];

		if (!w->done)
			plan_copy(v, w, 0, heads_only ? xmd_tx_head(&w->f) : w->f.len);
	}
	run_copies(v, n);
}

static void copy_rest(struct xmd_vif *v, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct xmd_tx_work *w = &v->work[i];

		w->nops = 0;
		if (!w->done && !w->whole)
			plan_copy(v, w, xmd_tx_head(&w->f), w->f.len);
	}
	run_copies(v, n);
}

/* ------------------------------------------------------------------ inspect */

/*
 * A frame that is not longer than one segment needs no segmentation, only its
 * checksum.  A guest that forgets csum_blank on GSO left the field unseeded, too.
 */
static int inspect_gso(struct xmd_vif *v, struct xmd_tx_work *w, const struct xmd_l4 *l4)
{
	struct xmd_buf *b = w->head;
	bool ipv6 = w->f.gso_type == XEN_NETIF_GSO_TYPE_TCPV6;

	if (l4->proto != IPPROTO_TCP || l4->ipv6 != ipv6)
		return -EPROTO;
	if (!(w->f.flags & XEN_NETTXF_csum_blank))
		xmd_csum_seed(xmd_buf_data(b), l4, w->f.len - l4->csum_start);
	if (w->f.len - l4->hdr_len <= w->f.gso_size)
		return 0;
	b->flags |= ipv6 ? XMD_F_GSO_TCPV6 : XMD_F_GSO_TCPV4;
	b->gso_size = w->f.gso_size;
	b->hdr_len = l4->hdr_len;
	return 0;
}

static int inspect_one(struct xmd_vif *v, struct xmd_tx_work *w)
{
	struct xmd_buf *b = w->head;
	struct xmd_l4 l4;

	if (!(w->f.flags & XEN_NETTXF_csum_blank) && !w->f.gso_type) {
		if (w->f.flags & XEN_NETTXF_data_validated)
			b->flags |= XMD_F_CSUM_VALID;
		return 0;
	}
	if (xmd_l4_parse(xmd_buf_data(b), min_t(u32, b->len, XMD_TX_HEAD), &l4))
		return -EPROTO;
	b->flags |= XMD_F_CSUM_BLANK;
	b->csum_start = l4.csum_start;
	b->csum_offset = l4.csum_offset;
	return w->f.gso_type ? inspect_gso(v, w, &l4) : 0;
}

static void inspect(struct xmd_vif *v, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!v->work[i].done && inspect_one(v, &v->work[i]))
			reject(v, &v->work[i], XMD_BAD_HEADERS);
}

/*
 * No poll is needed until then: the ring stays unarmed, and what others schedule finds
 * the same moment to wait for.
 */
static void wait_for_credit(struct xmd_vif *v)
{
	u64 due = xmd_rate_due(&v->rate);

	if (due == v->rate.due)
		return;
	v->rate.due = due;
	v->st.tx_held++;
	hrtimer_start(&v->tx_timer, ktime_add_us(0, due), HRTIMER_MODE_ABS_SOFT);
}

/* ---------------------------------------------------------------- the batch */

static struct xmd_vif *guess(const struct xmd_vif *v)
{
	struct xmd_vif *to = xmd_switch_vif(v->tx_guess);

	if (xmd_mirrors_up() && to && (xmd_mirror_heard(v) || xmd_mirror_heard(to)))
		return NULL;
	return to && xmd_vif_serves(to) ? to : NULL;
}

static unsigned int one_batch(struct xmd_vif *v, unsigned int max)
{
	unsigned int i, n = read_batch(v, max);
	struct xmd_vif *to = guess(v);

	if (!n) {
		put_bufs(v);
		return 0;
	}
	v->st.tx_batches++;
	trace_xmd_back_tx_batch(v, n, "");
	copy_first(v, n, to);
	inspect(v, n);
	xmd_switch_decide(v, v->work, n);
	if (to) {
		xmd_deliver_direct(v, n, to);
		copy_rest(v, n);
	}
	if (xmd_mirrors_up())
		xmd_mirror_sent(v, n);
	for (i = 0; i < n; i++) {
		if (v->work[i].head && v->work[i].dst >= 0)
			v->tx_guess = v->work[i].dst;
		if (!v->work[i].done)
			xmd_deliver(v, &v->work[i]);
	}
	put_bufs(v);
	return n;
}

/* Up to @budget frames.  Return: how many; tx_state says how the ring was left. */
unsigned int xmd_back_tx_provide(struct xmd_vif *v, unsigned int budget)
{
	unsigned int done = 0, n;

	xmd_tx_watch(v);
	/* Not armed either: xmd_back_drain looks at every ring when it is over. */
	if (unlikely(READ_ONCE(back.draining))) {
		xmd_tx_flush(v);
		v->tx_state = XMD_TX_BLOCKED;
		return 0;
	}
	v->tx_state = XMD_TX_MORE;
	xmd_turn_begin(v);
	while (done < budget && v->turn > 0) {
		if (!xmd_tx_flush(v)) {
			v->tx_state = XMD_TX_BLOCKED;
			return done;
		}
		n = one_batch(v, min(budget - done, XMD_BATCH));
		done += n;
		if (v->tx_state != XMD_TX_MORE)
			break;
	}
	if (!xmd_tx_flush(v))
		v->tx_state = XMD_TX_BLOCKED;
	else if (v->tx_state == XMD_TX_BLOCKED)
		xmd_wait_for_bufs(v);
	else if (v->tx_state == XMD_TX_HELD)
		wait_for_credit(v);
	return done;
}

/* The vif is faulted or going: what waits is given back, the rings are left alone. */
void xmd_tx_drop_all(struct xmd_vif *v)
{
	xmd_turn_end(v, false);
	xmd_tx_give_up(v);
	put_bufs(v);
}
