// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that wait for a guest to post buffers.
 *
 * A frame waits as it came, also one that has to be cut for this guest: segments are made
 * when there is a posted buffer for each.  What a backlog holds is charged to its vif
 * (account.h), and what its account does not hold is either copied to the guest at once or
 * dropped: so a guest that takes its frames gets them, however full all is.
 *
 * Frames are added under rx_lock, and taken under ring_lock as well: what is there stays while a
 * copy goes on that was begun for it.
 */
#include "trace.h"

/* The caller tells the account. */
void xmd_backlog_pop(struct xmd_vif *v)
{
	struct xmd_buf *b = v->backlog[v->bl_head % XMD_BACKLOG].frame;

	WRITE_ONCE(v->bl_head, v->bl_head + 1);
	v->bl_bufs -= b->nbufs;
	xmd_buf_put(back.nic, b);
}

static void drop_first(struct xmd_vif *v, const char *why)
{
	v->bl_cut = 0;
	v->st.rx_drops++;
	trace_xmd_back_drop(v, 1, why);
	xmd_backlog_pop(v);
	xmd_account_set(&v->rx_account, v->bl_bufs);
}

/* @why: its counter, beside that of all drops. */
static void drop_new(struct xmd_vif *v, struct xmd_buf *b, u64 *why)
{
	spin_lock(&v->rx_lock);
	v->st.rx_drops++;
	(*why)++;
	spin_unlock(&v->rx_lock);
	trace_xmd_back_drop(v, 1, why == &v->st.rx_too_long ? "rx_too_long" : "rx_refused");
	xmd_buf_put(back.nic, b);
}

static void put_last(struct xmd_vif *v, struct xmd_buf *b)
{
	v->backlog[v->bl_tail % XMD_BACKLOG] = (struct xmd_backlog_frame){
		.frame = b, .since = ktime_get_seconds(),
	};
	v->bl_bufs += b->nbufs;
	WRITE_ONCE(v->bl_tail, v->bl_tail + 1);
}

static bool room_for(struct xmd_vif *v, const struct xmd_buf *b)
{
	unsigned int bufs = v->bl_bufs + b->nbufs;

	return !v->rx_stalled && v->bl_tail - v->bl_head < XMD_BACKLOG &&
	       xmd_account_set(&v->rx_account, bufs) >= bufs;
}

/* As much as fits into the ring of a guest that posts no more meanwhile. */
static void flush(struct xmd_vif *v, bool *notify)
{
	unsigned int rounds = XMD_RX_RING / XMD_BATCH;

	while (rounds-- && xmd_rx_return_batch(v, notify))
		;
}

/*
 * ring_lock held, rx_lock not.  What has no room when all has been copied that can be may still
 * go at once, if nothing else waits: it is put there to see.
 * Return: whether it waits, or is through; otherwise it is the caller's still.
 */
static bool add_after_flush(struct xmd_vif *v, struct xmd_buf *b, bool *notify)
{
	bool ok, try;
	u32 at;

	flush(v, notify);
	spin_lock(&v->rx_lock);
	ok = room_for(v, b);
	try = !ok && !v->rx_stalled && v->bl_head == v->bl_tail;
	at = v->bl_tail;
	if (ok || try)
		put_last(v, b);
	spin_unlock(&v->rx_lock);
	if (!try)
		return ok;
	flush(v, notify);
	spin_lock(&v->rx_lock);
	ok = v->bl_head != at;
	if (!ok) {
		v->bl_cut = 0;
		v->bl_bufs -= b->nbufs;
		WRITE_ONCE(v->bl_head, at + 1);
	}
	spin_unlock(&v->rx_lock);
	return ok;
}

/* One reference is consumed.  Return: see xmd_rx_enqueue. */
static bool backlog_add(struct xmd_vif *v, struct xmd_buf *b)
{
	bool first, ok, serves, notify = false;

	spin_lock(&v->rx_lock);
	first = v->bl_head == v->bl_tail;
	serves = xmd_vif_serves(v);
	ok = serves && room_for(v, b);
	if (ok)
		put_last(v, b);
	spin_unlock(&v->rx_lock);
	if (ok)
		return first;
	if (serves) {
		spin_lock(&v->ring_lock);
		ok = add_after_flush(v, b, &notify);
		spin_unlock(&v->ring_lock);
	}
	if (notify)
		xmd_rx_notify(v);
	if (!ok)
		drop_new(v, b, &v->st.rx_refused);
	/* others may have added meanwhile, and counted on whom this has overtaken */
	return ok;
}

/*
 * The frame goes to this guest; one reference is consumed.  RCU read lock held.
 *
 * Return: whether the caller has to see to it that @v is served.  So for the first: while
 * something waits, somebody has, or the guest was asked for an event when it posts buffers.
 */
bool xmd_rx_enqueue(struct xmd_vif *v, struct xmd_buf *b)
{
	enum xmd_fit fit = xmd_rx_fit(v, b, b->frame_len);

	if (fit == FIT_COMPLETE_CSUM)
		xmd_csum_complete(b);
	if (fit != FIT_NEVER)
		return backlog_add(v, b);
	drop_new(v, b, &v->st.rx_too_long);
	return false;
}

/* What waits for a guest that has posted buffers, at once; from the NIC's poll. */
void xmd_rx_serve(struct xmd_vif *v)
{
	unsigned int frames = 0;

	if (xmd_back_rx_return(v, &frames))
		napi_schedule(&v->napi);
	/* its next event was not for nothing: there may be no frame left for that poll */
	if (frames)
		WRITE_ONCE(v->worked, true);
}

/*
 * Is it certain that a frame for this guest would be dropped?  Without a lock, so of this moment
 * or the one before: no buffer is posted, and nothing more may wait.  RCU read lock held.
 */
bool xmd_rx_full(const struct xmd_vif *v)
{
	unsigned int waits = READ_ONCE(v->bl_tail) - READ_ONCE(v->bl_head);

	if (likely(!waits) && !READ_ONCE(v->rx_stalled))
		return false;
	if (READ_ONCE(v->rx.sring->req_prod) != READ_ONCE(v->rx.req_cons))
		return false;
	return READ_ONCE(v->rx_stalled) || waits >= XMD_BACKLOG ||
	       xmd_account_full(&v->rx_account, READ_ONCE(v->bl_bufs));
}

/* Does the guest want this frame, which floods?  RCU read lock held. */
bool xmd_rx_wants(struct xmd_vif *v, const struct xmd_buf *b)
{
	bool wants;

	if (!(READ_ONCE(v->set.flags) & XMD_SET_FILTER))
		return true;
	spin_lock(&v->rx_lock);
	/* where there is a tag to be taken off, it is not what the guest knows its VLANs by */
	wants = xmd_filter_wants(&v->set, xmd_buf_data(b), xmd_vif_tag(v) ? ETH_HLEN : b->len);
	v->st.rx_filtered += !wants;
	spin_unlock(&v->rx_lock);
	return wants;
}

void xmd_rx_drop_all(struct xmd_vif *v)
{
	spin_lock(&v->ring_lock);
	spin_lock(&v->rx_lock);
	while (v->bl_head != v->bl_tail)
		drop_first(v, "rx_gone");
	v->rx_starved = false;
	spin_unlock(&v->rx_lock);
	spin_unlock(&v->ring_lock);
}

/* A backlog that moves does not get that old. */
static void drop_aged(struct xmd_vif *v)
{
	u32 now = ktime_get_seconds();
	u64 was = v->st.rx_aged;

	for (; v->bl_head != v->bl_tail &&
	       now - v->backlog[v->bl_head % XMD_BACKLOG].since > XMD_STALL_S; v->st.rx_aged++)
		drop_first(v, "rx_aged");
	if (v->st.rx_aged == was || v->rx_stalled)
		return;
	v->rx_stalled = true;
	pr_info_ratelimited("xmd_back: %s: the guest posts too few receive buffers: frames have waited for %u s and are dropped, and new ones too until it posts\n",
			    v->name, XMD_STALL_S);
}

/* Process context, once a second.  Return: whether frames wait. */
bool xmd_rx_tick(struct xmd_vif *v)
{
	bool waits;

	spin_lock_bh(&v->ring_lock);
	spin_lock(&v->rx_lock);
	drop_aged(v);
	for (; v->rx_starved && v->bl_head != v->bl_tail && xmd_account_excess(&v->rx_account);
	     v->st.rx_evicted++)
		drop_first(v, "rx_evicted");
	waits = v->rx_starved || v->rx_stalled;
	v->rx_starved &= v->bl_head != v->bl_tail;
	spin_unlock(&v->rx_lock);
	spin_unlock_bh(&v->ring_lock);
	/* A guest without feature-rx-notify posts buffers silently. */
	if (waits)
		xmd_vif_kick(v);
	return waits || READ_ONCE(v->bl_head) != READ_ONCE(v->bl_tail);
}
