// SPDX-License-Identifier: GPL-2.0
/*
 * The switch: frames from the NIC, the driver domain and the guests to each other
 *
 * Who knows which address is where is fdb.c; this file moves frames accordingly, in
 * batches: one lock round of the table for up to XMD_BATCH frames.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/timekeeping.h>
#include "merge.h"
#include "trace.h"

/* ------------------------------------------------------------ destinations */

/* RCU read lock held. */
struct xmd_vif *xmd_switch_vif(int port)
{
	if (port < (int)XMD_PORT_VIF0)
		return NULL;
	return rcu_dereference(back.vif[port - XMD_PORT_VIF0]);
}

/* Whose port that is, in words for the log.  RCU read lock held. */
static const char *port_name(int port)
{
	const struct xmd_vif *v = xmd_switch_vif(port);

	return v ? v->name : port == XMD_PORT_HOST ? "the driver domain" : "the wire";
}

/* The host's address may change while we run (XMD_NIC_START sets it).  RCU read lock held. */
static void follow_host_mac(void)
{
	const u8 *mac = xmd_nic_netdev(back.nic)->dev_addr;
	int other;

	if (ether_addr_equal(mac, back.host_mac))
		return;
	ether_addr_copy(back.host_mac, mac);
	xmd_fdb_unclaim(back.fdb, XMD_PORT_HOST);
	if (!is_valid_ether_addr(back.host_mac))
		return;
	other = xmd_fdb_claim(back.fdb, back.host_mac, 0, XMD_PORT_HOST);
	if (other >= 0)
		pr_warn_ratelimited("xmd_back: the driver domain's own net_device has %pM now, which is in use at %s and stays there\n",
				    back.host_mac, port_name(other));
}

/* A frame that claims to be somebody else's goes nowhere, nor is anything learned from it. */
static bool is_spoofed(struct xmd_vif *v, const u8 *hdr)
{
	if (v->features & XMD_VIF_ANY_SOURCE || ether_addr_equal(hdr + ETH_ALEN, v->mac))
		return false;
	if (!v->st.tx_spoofed++)
		pr_notice_ratelimited("xmd_back: %s: a frame from %pM, which is not its address, is dropped; others will be without a word.  A guest that bridges needs the word spoof in its policy\n",
				      v->name, hdr + ETH_ALEN);
	return true;
}

/* Counted, and told once. */
static bool refuse(struct xmd_vif *v, u64 *count, const char *what)
{
	if (!(*count)++)
		pr_notice_ratelimited("xmd_back: %s: a frame with %s is dropped; others will be without a word\n",
				      v->name, what);
	return true;
}

/* Is @b none that this guest may send?  fdb_lock held, for its address. */
static bool is_refused(struct xmd_vif *v, const struct xmd_buf *b)
{
	const u8 *hdr = xmd_buf_data(b);

	if (is_spoofed(v, hdr))
		return true;
	if (xmd_vif_tag(v) ? xmd_vlan_any(hdr) : !v->fid && xmd_vlan_of(back.vlans, b))
		return refuse(v, &v->st.tx_tagged, "a VLAN tag that is not its to send");
	if (v->confine.n_addrs &&
	    !xmd_source_ok(&v->confine, v->mac, hdr, min_t(u32, b->len, XMD_TX_HEAD)))
		return refuse(v, &v->st.tx_ip_spoofed, "a source that is not in its ip=");
	return false;
}

/* Frames that follow each other mostly go between the same two stations: one look for all. */
struct look {
	const u8 *hdr;
	u16 fid;
	s16 dst;
};

static s16 decide_one(struct look *l, const u8 *hdr, u16 fid, u16 src, u32 now)
{
	if (!l->hdr || l->fid != fid || memcmp(l->hdr, hdr, 2 * ETH_ALEN)) {
		l->hdr = hdr;
		l->fid = fid;
		l->dst = xmd_fdb_decide(back.fdb, hdr, fid, src, now);
	}
	return l->dst;
}

/* Sets dst of each work of @v that has a head; the head holds the Ethernet header. */
void xmd_switch_decide(struct xmd_vif *v, struct xmd_tx_work *w, unsigned int n)
{
	u32 now = ktime_get_seconds();
	struct look l = { };
	unsigned int i;

	spin_lock(&back.fdb_lock);
	follow_host_mac();
	for (i = 0; i < n; i++) {
		if (!w[i].head || w[i].done)
			continue;
		w[i].dst = is_refused(v, w[i].head) ? XMD_TO_NOBODY :
			   decide_one(&l, xmd_buf_data(w[i].head), v->fid, v->port, now);
	}
	spin_unlock(&back.fdb_lock);
}

static void decide(struct xmd_buf **frames, s16 *dst, unsigned int n, u16 src)
{
	u32 now = ktime_get_seconds();
	struct look l = { };
	unsigned int i;

	spin_lock(&back.fdb_lock);
	follow_host_mac();
	for (i = 0; i < n; i++) {
		u16 vlan = xmd_vlan_of(back.vlans, frames[i]);

		/* the driver domain is on no VLAN that is kept apart */
		dst[i] = frames[i]->len < ETH_HLEN || (vlan && src == XMD_PORT_HOST) ?
			 XMD_TO_NOBODY :
			 decide_one(&l, xmd_buf_data(frames[i]), vlan, src, now);
	}
	spin_unlock(&back.fdb_lock);
}

void xmd_switch_to_host(struct xmd_buf *b)
{
	back.host_frames++;
	xmd_nic_host_rx(back.nic, b);
}

/* Only the host's own and group frames concern it, unless somebody listens to all. */
static bool host_wants(const struct xmd_buf *b)
{
	return (xmd_buf_data(b)[0] & 1) ||
	       (READ_ONCE(xmd_nic_netdev(back.nic)->flags) & IFF_PROMISC);
}

/*
 * To all vifs of @fid but @src, and with 0 to the host; one reference is consumed.  The NIC is the
 * caller's affair: it may have to wait for it.
 *
 * The caller has completed a blank checksum, while there was only one reference:
 * receivers differ in what they take, and a shared frame is not written to.
 */
void xmd_switch_flood(struct xmd_buf *b, u16 src, u16 fid)
{
	unsigned int i;

	back.flooded++;
	if (xmd_vlan_id(b))
		b->flags |= XMD_F_TAGGED;
	if (!fid && src != XMD_PORT_HOST && host_wants(b)) {
		xmd_buf_hold(b);
		xmd_switch_to_host(b);
	}
	for (i = 0; i < XMD_VIFS_MAX; i++) {
		struct xmd_vif *v = rcu_dereference(back.vif[i]);

		if (!v || v->port == src || v->fid != fid || !xmd_rx_wants(v, b))
			continue;
		xmd_buf_hold(b);
		if (xmd_rx_enqueue(v, b))
			napi_schedule(&v->napi);
	}
	xmd_buf_put(back.nic, b);
}

/* ------------------------------------------------------ operations of nic.h */

/* Return: the vif that has to be served, because something waits for it now; or NULL. */
static struct xmd_vif *to_port(struct xmd_buf *b, int dst, u16 src)
{
	struct xmd_vif *v = xmd_switch_vif(dst);

	if (v)
		return xmd_rx_enqueue(v, b) ? v : NULL;
	if (dst == XMD_TO_FLOOD) {
		if (unlikely(READ_ONCE(back.early)) && src == XMD_PORT_NIC)
			xmd_early_flood(b);
		else
			xmd_switch_flood(b, src, xmd_vlan_of(back.vlans, b));
	} else if (dst == XMD_PORT_HOST) {
		xmd_switch_to_host(b);
	} else {
		back.to_nobody++;
		xmd_buf_put(back.nic, b);
	}
	return NULL;
}

/* What comes of one batch from the wire. */
struct rx_batch {
	struct xmd_merge m;
	struct xmd_buf *empty;		/* a chain of those that are of no more use */
	unsigned int n;
	struct xmd_vif *serve[XMD_BATCH];
};

static void from_nic(struct rx_batch *r, struct xmd_buf *b, int dst)
{
	struct xmd_vif *v = to_port(b, dst, XMD_PORT_NIC);

	if (v)
		r->serve[r->n++] = v;
}

/* At the end of the batch, all in one.  A single buffer, without other references. */
static void give_back(struct rx_batch *r, struct xmd_buf *b)
{
	b->frag = r->empty;
	r->empty = b;
}

static void finish_merge(struct rx_batch *r)
{
	if (r->m.head)
		from_nic(r, xmd_merge_finish(&r->m), r->m.dst);
}

/*
 * Whether there is room is looked at before the frame: what comes for a guest that takes no
 * more costs next to nothing.  Only neighbours are merged: frames keep their order without
 * any further care.
 */
static void merge_or_deliver(struct rx_batch *r, struct xmd_buf *b, int dst)
{
	struct xmd_vif *v = xmd_switch_vif(dst);
	enum xmd_merged merged;

	if (v && unlikely(xmd_rx_full(v))) {
		v->st.rx_full++;
		trace_xmd_back_drop(v, 1, "rx_full");
		if (b->frag)
			xmd_buf_put(back.nic, b);
		else
			give_back(r, b);
		return;
	}
	if (v && xmd_vif_tag(v))
		xmd_vlan_pop(b);
	merged = r->m.head && dst == r->m.dst ? xmd_merge_add(&r->m, b) : XMD_MERGED_NOT;
	if (merged != XMD_MERGED_NOT) {
		back.merged++;
		if (merged == XMD_MERGED_COPIED)
			give_back(r, b);
		return;
	}
	finish_merge(r);
	if (v && xmd_rx_takes_merged(v) && xmd_merge_start(&r->m, b))
		r->m.dst = dst;
	else
		from_nic(r, b, dst);
}

/* Wire to guest: from the NIC. */
static void switch_rx_return(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	struct rx_batch r XMD_UNCLEARED;
	s16 dst[XMD_BATCH] XMD_UNCLEARED;
	unsigned int i;

	r.m.head = NULL;
	r.empty = NULL;
	r.n = 0;
	rcu_read_lock();
	decide(frames, dst, n, XMD_PORT_NIC);
	for (i = 0; i < n; i++)
		merge_or_deliver(&r, frames[i], dst[i]);
	finish_merge(&r);
	if (r.empty)
		xmd_buf_put(back.nic, r.empty);
	for (i = 0; i < r.n; i++)
		xmd_rx_serve(r.serve[i]);
	back.nic_frames += n;
	rcu_read_unlock();
}

static void provide_host_frames(struct xmd_buf **frames, unsigned int n)
{
	int taken = n ? xmd_nic_tx_provide(back.nic, frames, n) : 0;
	unsigned int i;

	/* The driver domain's own stack sends again what matters to it. */
	for (i = max(taken, 0); i < n; i++) {
		back.host_drops++;
		xmd_buf_put(back.nic, frames[i]);
	}
}

/* From the driver domain itself. */
static void switch_host_tx(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	struct xmd_buf *nic[XMD_BATCH];
	unsigned int i, k = 0;
	struct xmd_vif *v;
	s16 dst[XMD_BATCH];

	rcu_read_lock();
	decide(frames, dst, n, XMD_PORT_HOST);
	for (i = 0; i < n; i++) {
		if (dst[i] == XMD_TO_FLOOD) {
			xmd_csum_complete(frames[i]);
			xmd_buf_hold(frames[i]);
			nic[k++] = frames[i];
			xmd_switch_flood(frames[i], XMD_PORT_HOST, 0);
		} else if (dst[i] == XMD_PORT_NIC) {
			nic[k++] = frames[i];
		} else {
			v = to_port(frames[i], dst[i], XMD_PORT_HOST);
			if (v)
				napi_schedule(&v->napi);
		}
	}
	provide_host_frames(nic, k);
	rcu_read_unlock();
}

/*
 * Guest to wire, done: tell each frame's vif, once per run of frames of the same vif.
 * The reference of each frame keeps its vif's memory; the vif may be gone otherwise.
 */
static void switch_tx_return(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	unsigned int run;

	/* First those in line: a vif whose frames return would get ahead of them. */
	xmd_wait_wake();
	for (; n; n -= run, frames += run) {
		struct xmd_vif *v = frames[0]->owner;

		run = 1;
		if (!v) {	/* the driver domain's own */
			xmd_buf_put(back.nic, frames[0]);
			continue;
		}
		while (run < n && frames[run]->owner == v)
			run++;
		xmd_tx_returned(v, frames, run);
	}
}

static void switch_state(void *ctx)
{
	WRITE_ONCE(back.port_event, true);
	wake_up_interruptible(&back.events);
	/* The size of the receive ring may be another now. */
	xmd_account_size();
	local_bh_disable();
	xmd_wait_wake();
	local_bh_enable();
}

static const struct xmd_nic_ops nic_ops = {
	.rx_return = switch_rx_return,
	.tx_return = switch_tx_return,
	.host_tx = switch_host_tx,
	.state = switch_state,
};

/* -------------------------------------------------------------- membership */

/* Those that had its address keep their claims: see fdb.h. */
void xmd_switch_add(struct xmd_vif *v)
{
	int other;

	if (xmd_vif_tag(v))
		set_bit(v->fid, back.vlans);
	rcu_read_lock();
	spin_lock_bh(&back.fdb_lock);
	other = xmd_fdb_claim(back.fdb, v->mac, v->fid, v->port);
	spin_unlock_bh(&back.fdb_lock);
	if (other >= 0)
		pr_warn_ratelimited("xmd_back: %s: address %pM is that of %s as well; this vif has it now, while it is there. Right in a local migration; else give each its own\n",
				    v->name, v->mac, port_name(other));
	rcu_read_unlock();
}

void xmd_switch_del(struct xmd_vif *v)
{
	spin_lock_bh(&back.fdb_lock);
	xmd_fdb_forget_port(back.fdb, v->port);
	spin_unlock_bh(&back.fdb_lock);
}

/* Another address for @v, if nobody has it.  back.ctl held.  Return: 0, -EADDRINUSE */
int xmd_switch_readdress(struct xmd_vif *v, const u8 *mac)
{
	int err = 0;

	/* It keeps its own, even while another one holds it. */
	if (ether_addr_equal(mac, v->mac))
		return 0;
	spin_lock_bh(&back.fdb_lock);
	if (xmd_fdb_holder(back.fdb, mac, v->fid) >= 0) {
		err = -EADDRINUSE;
	} else {
		xmd_fdb_claim(back.fdb, mac, v->fid, v->port);
		ether_addr_copy(v->mac, mac);
	}
	spin_unlock_bh(&back.fdb_lock);
	return err;
}

/* Process context. */
int xmd_switch_keep_apart(const struct xmd_vlans *vlans)
{
	unsigned int i;

	if (vlans->apart[0] & 1 || vlans->apart[XMD_VLANS / 64 - 1] >> 63)
		return -EINVAL;
	for (i = 0; i < XMD_VLANS; i++)
		if (vlans->apart[i / 64] >> i % 64 & 1)
			set_bit(i, back.vlans);
	return 0;
}

/* back.ctl held, or module init. */
int xmd_switch_attach(void)
{
	int err = xmd_nic_attach(&nic_ops, NULL, &back.nic);

	if (!err)
		xmd_account_size();
	return err;
}

void xmd_switch_detach(void)
{
	if (back.nic)
		xmd_nic_detach(back.nic);
	back.nic = NULL;
}
