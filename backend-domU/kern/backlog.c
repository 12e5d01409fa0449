// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that wait for a guest to post buffers.
 *
 * A frame waits as it came, also one that has to be cut for this guest: segments are made
 * when there is a posted buffer for each.  What a backlog holds is charged to its vif
 * (account.h), and what its account does not hold is either copied to the guest at once or
 * dropped: so a guest that takes its frames gets them, however full all is.
 *
 * All under rx_lock.
 */
#include "back.h"

/* The caller tells the account. */
void xmd_backlog_pop(struct xmd_vif *v)
{
	struct xmd_buf *b = v->backlog[v->bl_head++ % XMD_BACKLOG].frame;

	v->bl_bufs -= b->nbufs;
	xmd_buf_put(back.nic, b);
}

static void drop_first(struct xmd_vif *v)
{
	v->bl_cut = 0;
	v->st.rx_drops++;
	xmd_backlog_pop(v);
	xmd_account_set(&v->rx_account, v->bl_bufs);
}

static bool in_account(struct xmd_vif *v)
{
	return v->bl_head == v->bl_tail ||
	       xmd_account_set(&v->rx_account, v->bl_bufs) >= v->bl_bufs;
}

/* As much as fits into the ring of a guest that posts no more meanwhile. */
static void flush(struct xmd_vif *v, bool *notify)
{
	unsigned int rounds = XMD_RX_RING / XMD_BATCH;

	while (rounds-- && xmd_rx_return_batch(v, notify))
		;
}

static bool push(struct xmd_vif *v, struct xmd_buf *b, bool *notify)
{
	if (v->bl_tail - v->bl_head == XMD_BACKLOG)
		flush(v, notify);
	if (v->rx_stalled || v->bl_tail - v->bl_head == XMD_BACKLOG)
		return false;
	v->backlog[v->bl_tail++ % XMD_BACKLOG] = (struct xmd_backlog_frame){
		.frame = b, .since = ktime_get_seconds(),
	};
	v->bl_bufs += b->nbufs;
	if (in_account(v))
		return true;
	flush(v, notify);
	if (in_account(v))
		return true;
	v->bl_tail--;
	v->bl_bufs -= b->nbufs;
	if (v->bl_head == v->bl_tail)
		v->bl_cut = 0;
	return false;
}

/* One reference is consumed.  Return: see xmd_rx_enqueue. */
static bool backlog_add(struct xmd_vif *v, struct xmd_buf *b)
{
	bool first, ok, notify = false;

	spin_lock(&v->rx_lock);
	first = v->bl_head == v->bl_tail;
	ok = xmd_vif_serves(v) && push(v, b, &notify);
	v->st.rx_drops += !ok;
	v->st.rx_refused += !ok;
	spin_unlock(&v->rx_lock);
	if (notify)
		xmd_rx_notify(v);
	if (!ok)
		xmd_buf_put(back.nic, b);
	return ok && first;
}

static void count_unfit(struct xmd_vif *v)
{
	spin_lock(&v->rx_lock);
	v->st.rx_drops++;
	v->st.rx_too_long++;
	spin_unlock(&v->rx_lock);
}

/*
 * The frame goes to this guest; one reference is consumed.  RCU read lock held.
 *
 * Return: whether the caller has to see to it that @v is served.  So only for the first: while
 * something waits, somebody has, or the guest was asked for an event when it posts buffers.
 */
bool xmd_rx_enqueue(struct xmd_vif *v, struct xmd_buf *b)
{
	enum xmd_fit fit = xmd_rx_fit(v, b, b->frame_len);

	if (fit == FIT_COMPLETE_CSUM)
		xmd_csum_complete(b);
	if (fit != FIT_NEVER)
		return backlog_add(v, b);
	count_unfit(v);
	xmd_buf_put(back.nic, b);
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
	wants = xmd_filter_wants(&v->set, xmd_buf_data(b), b->len);
	v->st.rx_filtered += !wants;
	spin_unlock(&v->rx_lock);
	return wants;
}

void xmd_rx_drop_all(struct xmd_vif *v)
{
	spin_lock(&v->rx_lock);
	while (v->bl_head != v->bl_tail)
		drop_first(v);
	v->rx_starved = false;
	spin_unlock(&v->rx_lock);
}

/* A backlog that moves does not get that old. */
static void drop_aged(struct xmd_vif *v)
{
	u32 now = ktime_get_seconds();
	u64 was = v->st.rx_aged;

	for (; v->bl_head != v->bl_tail &&
	       now - v->backlog[v->bl_head % XMD_BACKLOG].since > XMD_STALL_S; v->st.rx_aged++)
		drop_first(v);
	if (v->st.rx_aged == was || v->rx_stalled)
		return;
	v->rx_stalled = true;
	pr_info_ratelimited("xmd_back: %s: the guest posts too few receive buffers: frames have waited for %u s and are dropped, and new ones too until it posts\n",
			    v->name, XMD_STALL_S);
}

/* Process context, once a second. */
void xmd_rx_tick(struct xmd_vif *v)
{
	bool waits;

	spin_lock_bh(&v->rx_lock);
	drop_aged(v);
	for (; v->rx_starved && v->bl_head != v->bl_tail && xmd_account_excess(&v->rx_account);
	     v->st.rx_evicted++)
		drop_first(v);
	waits = v->rx_starved || v->rx_stalled;
	v->rx_starved &= v->bl_head != v->bl_tail;
	spin_unlock_bh(&v->rx_lock);
	/* A guest without feature-rx-notify posts buffers silently. */
	if (waits)
		xmd_vif_kick(v);
}
