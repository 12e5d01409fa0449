/* SPDX-License-Identifier: GPL-2.0 */
/*
 * back.h - the parts of xmd_back.ko to each other
 *
 *   /dev/xmd/back -- chardev.c -- vif.c        connect, disconnect, list
 *                        |         |  rings.c      map, adopt, bind
 *                        |         |  stage.c      pages that stay mapped
 *                        |         |  poll.c       what events set off, faults
 *                        |         |  settings.c   what its guest may choose, and send
 *                      port.c      |  filter.c     of what floods
 *        guest's TX ring ---- tx.c       rx.c ---- guest's RX ring
 *          parse.c fifo.c      |          |
 *                          deliver.c   backlog.c     account.h: who holds how many buffers
 *                      fair.c |  \        |          gso.c: segments, where no one else cuts
 *                             |   switch.c (fdb.c, csum.c, merge.c)     mirror.c: copies for who listens
 *                             |       |          vlan.c, source.c: tags, and who may send what
 *                             |       |
 *                            xmd_nic.ko (nic.h)
 *
 * Locks, in the order in which they are taken:
 *
 *   1. back.ctl		mutex: connect, disconnect, the table of vifs, the NIC
 *   2. vif.ring_lock		BH: RX ring and head of the backlog of one vif, over copies too;
 *				never two at a time
 *   3. vif.rx_lock		BH: tail of the backlog, account and settings
 *   4. back.fdb_lock		BH, leaf: the switch's table
 *      back.wait_lock		BH, leaf: vifs that wait for the NIC or for buffers
 *      vif.fifo_lock		BH, leaf: frames that return from the NIC, against a cut
 *   The locks of the NIC and of its pool are behind nic.h; buffers are put and got
 *   under rx_lock and fifo_lock, frames are provided to the NIC with none of ours held.
 *
 * A vif's TX ring has no lock: only the vif's NAPI poll touches it, and NAPI runs a
 * poll on one CPU at a time.  What others have to say about TX requests, they say
 * in the FIFO (fifo.h) and then schedule the poll.
 */
#ifndef XMD_BACK_H
#define XMD_BACK_H

#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <xen/grant_table.h>
#include <xen/interface/io/netif.h>
#include "xmd/nic.h"
#include "xmd/backdev.h"
#include "account.h"
#include "csum.h"
#include "fdb.h"
#include "fifo.h"
#include "filter.h"
#include "parse.h"
#include "rate.h"
#include "source.h"
#include "vlan.h"

#define XMD_TX_OPS	(XMD_TX_RING + XMD_BATCH)	/* one split a frame at most */
#define XMD_TX_BUFS	(XMD_TX_RING + XMD_BATCH)
#define XMD_RX_OPS	384u
#define XMD_BACKLOG	256u	/* frames that may wait for one guest */
#define XMD_STALL_S	10u	/* no frame waits longer for a guest to post buffers */
#define XMD_REFUSED_S	3u	/* an idle NIC takes no frame, at one try after the other, which come */
#define XMD_TRIES_S	2u	/* ... not further apart */
#define XMD_DRY_S	20u	/* it has none, and no buffer comes back, or no request goes on: longer than XMD_STALL_S and a tick */
#define XMD_NIC_LATE_S	8u	/* nor an answer for the NIC; see deliver.c */
#define XMD_TICK_S	1u
#define XMD_TICK_IDLE_S	4u	/* while nothing waits: after so long it is noticed that something does */

/* A frame on its way from a guest's TX ring to its destination. */
struct xmd_tx_work {
	struct xmd_tx_frame f;
	struct xmd_buf *head;	/* NULL: nothing in the pool */
	s16 dst;		/* port, XMD_TO_FLOOD or XMD_TO_NOBODY */
	u16 op;			/* first of its copies in tx_ops */
	u8 nops;
	u8 whole;		/* all bytes are in the chain, not only the head */
	u8 done;		/* delivered, or answered with an error */
};

/* A posted buffer of the guest that is being filled. */
struct xmd_rx_slot {
	u8 *page;		/* mapped, see stage.c; NULL: not */
	u32 gref;
	u16 id;
	u16 len;
	u16 op;
	u16 gso_size;
	u8 nops;
	u8 flags;		/* XEN_NETRXF_* */
	u8 gso_type;		/* not 0: an extra-info slot */
};

struct xmd_backlog_frame {
	struct xmd_buf *frame;
	u32 since;		/* seconds */
};

/* How a guest takes a frame. */
enum xmd_fit { FIT_AS_IS, FIT_COMPLETE_CSUM, FIT_IN_SEGMENTS, FIT_NEVER };

struct xmd_vif_stats {
	u64 tx_frames, tx_bytes, tx_errors, tx_drops;
	u64 rx_frames, rx_bytes, rx_errors, rx_drops;
	u64 tx_bad[XMD_BAD_REASONS];
	u64 tx_direct;		/* frames copied grant to grant */
	u64 tx_ops, tx_batches;
	u64 tx_staged, rx_staged;	/* pieces copied without Xen */
	u64 rx_ops, rx_batches;
	u64 polls, events;
	u64 tx_held;		/* times that requests had to wait for credit */
	u64 tx_spoofed;		/* of tx_drops: not from this vif's address */
	u64 tx_tagged;		/* ... : with a VLAN tag that is not its to send */
	u64 tx_ip_spoofed;	/* ... : not from one of the addresses it was given */
	u64 rx_filtered;	/* flooded, and not wanted */
	u64 tx_short;		/* times that requests had to wait for buffers */
	u64 tx_late;		/* of tx_drops: the NIC keeps this vif's frames for too long */
	u64 rx_refused;		/* of rx_drops: its account or its backlog was full, or stalled */
	u64 rx_full;		/* not of rx_drops: likewise, before anybody looked at it; by the NIC's poll */
	u64 rx_aged;		/* of rx_drops: waited for XMD_STALL_S */
	u64 rx_evicted;		/* ... : waited, and others needed the buffers */
	u64 rx_too_long;	/* ... : too long for this guest, or cannot be cut for it */
};

enum { XMD_EOI_TX, XMD_EOI_RX };
enum { XMD_WAIT_NOT, XMD_WAIT_NIC, XMD_WAIT_BUFS };
enum xmd_tx_state { XMD_TX_EMPTY, XMD_TX_MORE, XMD_TX_BLOCKED, XMD_TX_HELD };

/**
 * struct xmd_vif - one guest interface
 *
 * Constant from connect on: id to rx_irq, but for mac (under fdb_lock) and mtu (rx_lock).
 * Touched by the poll only: tx to tx_nop, but for nic_back and done entries of fifo, which
 * the NIC's poll changes under fifo_lock.  Under ring_lock: rx to rx_slot but for
 * what rx_lock guards: rx_account, bl_tail and bl_bufs, rx_starved, rx_stalled, set.
 *
 * Lifetime.  @refs counts the table (1) and each frame that the NIC owns and whose
 * owner field points here.  Readers of back.vif[] hold the RCU read lock (softirq).
 * Disconnect takes the vif out of the table and the switch, waits for readers and for
 * the poll, gives back rings and event channels, and drops the table's reference; what
 * remains until the NIC has returned the last frame is memory, which names nothing of
 * the guest's.
 */
struct xmd_vif {
	struct xmd_vif_id id;
	struct xmd_vif_queue queue;
	u32 features;
	u32 mtu;
	u8 mac[ETH_ALEN];
	u16 port;
	u16 fid;			/* its network: fdb.h */
	char name[24];
	struct xmd_vif_confine confine;
	struct xmd_stage *stage;	/* NULL until its guest wants it: stage.c */
	struct net_device *mirror;	/* NULL: none, or none yet: mirror.c; under back.ctl */
	void *ring[2];			/* mapped, see rings.c */
	grant_handle_t handle[2];
	/* at the last look of xmd_back_health; tx_at and tx_still_s: how far its requests are, and since when */
	u64 polls_seen;
	u32 tx_at, tx_still_s, looked_s;
	unsigned int tx_irq;
	unsigned int rx_irq;	/* equal to tx_irq: one event channel for both */

	struct napi_struct napi;
	refcount_t refs;
	unsigned long eoi;	/* XMD_EOI_* : event channels that wait for their EOI */
	u32 fault;		/* enum xmd_vif_fault; set once */
	bool gone;		/* disconnecting: nothing starts any more */
	bool event;		/* the user half has something to read */
	bool worked;		/* since the last EOI */
	u8 waiting;		/* XMD_WAIT_*: on which list; under wait_lock */
	u64 wire;		/* bytes on the wire: fair.c; likewise, but for its poll */
	struct list_head wait;	/* under wait_lock; in the end on back.leaving */

	struct xen_netif_tx_back_ring tx;
	u32 tx_seen;		/* req_prod at the last look */
	enum xmd_tx_state tx_state;
	int turn;		/* what may still be read in this poll: fair.c */
	bool busy;		/* it has left something for the next */
	s16 tx_guess;		/* where the last frame went: the next may go there too */
	struct xmd_buf *nic_head;	/* switched to the NIC, not taken by it yet; by ->next */
	struct xmd_buf *nic_tail;
	unsigned int nic_waiting;	/* buffers of these */
	unsigned int nic_cut;		/* segments of nic_head that the NIC took */
	unsigned int nic_taken;		/* buffers, free-running: taken - back are in the NIC */
	unsigned int nic_back;
	bool nic_late;			/* it kept a frame for too long: no other waits for it */
	bool nic_shut;			/* ... and keeps it still: none of this batch goes there */
	bool lost;			/* answers were waited for that no frame was there for, */
	bool unsent;			/* ... which is right: the NIC was taken away with them; under fifo_lock */
	struct xmd_account tx_account;
	struct xmd_fifo fifo;
	spinlock_t fifo_lock;
	struct xmd_rate rate;	/* changed while no poll can run */
	struct hrtimer tx_timer;	/* requests wait for credit */
	struct xmd_tx_work work[XMD_BATCH];
	struct xmd_buf *tx_buf[XMD_TX_BUFS];
	unsigned int tx_nbuf;
	struct gnttab_copy tx_op[XMD_TX_OPS];
	unsigned int tx_nop;

	spinlock_t ring_lock;
	spinlock_t rx_lock;
	struct xmd_account rx_account;
	struct xen_netif_rx_back_ring rx;
	u32 rx_seen;		/* req_prod at the last look */
	unsigned int bl_head, bl_tail;	/* free-running; tail - head frames wait */
	unsigned int bl_bufs;
	unsigned int bl_cut;	/* segments of the first frame that the guest has */
	bool rx_starved;	/* the head of the backlog waits for posted buffers */
	bool rx_stalled;	/* ... or has, for more than XMD_STALL_S */
	u32 rx_lacks;		/* ... or for buffers of the pool: fair.c */
	unsigned int rx_nslot;
	unsigned int rx_nop;
	struct gnttab_copy rx_op[XMD_RX_OPS];
	struct xmd_rx_slot rx_slot[XMD_RX_RING];
	struct xmd_backlog_frame backlog[XMD_BACKLOG];
	struct xmd_vif_settings set;	/* as its guest has chosen */
	struct hrtimer rx_timer;	/* the next RX event waits for it */
	ktime_t rx_notified;		/* when the last one was sent */
	u32 rx_due;			/* one is about to be sent */

	struct xmd_vif_stats st;	/* tx_*, polls: by the poll; rx_*: under ring_lock or rx_lock */
};

/* struct xmd_back - the one instance of this module */
struct xmd_back {
	struct mutex ctl;
	struct xmd_nic *nic;		/* NULL until the NIC was found */
	struct xmd_vif __rcu *vif[XMD_VIFS_MAX];
	unsigned int nvif;
	atomic_t shared;		/* buffers over their minimum that all accounts hold; */
	int share;			/* ... of so many */
	atomic_t guaranteed;		/* vifs that have a minimum; */
	int guaranteed_max;		/* ... of so many */
	unsigned int staged;		/* pages that stage.c keeps mapped; under ctl */
	bool nic_serves;		/* it has taken a frame, and was not taken away since */
	/* What is tried in vain, though the NIC has no frame: to give it one, and to get a buffer. */
	struct xmd_vain { u32 since_s, last_s; } refused, dry;	/* seconds; since 0: it is not */
	spinlock_t fdb_lock;
	struct xmd_fdb *fdb;
	DECLARE_BITMAP(vlans, XMD_VLANS);	/* kept apart; bits are only set */
	u8 host_mac[ETH_ALEN];		/* under fdb_lock */
	spinlock_t wait_lock;
	atomic_t busy;			/* vifs that are */
	struct list_head short_of_bufs;	/* vifs that are */
	struct list_head line;		/* vifs with frames for the NIC, by wire */
	u32 rx_lack;			/* vifs have rx_lacks */
	struct list_head leaving;	/* disconnected vifs of which the NIC has frames still */
	u64 wire;			/* that who was first last had had */
	bool draining;			/* nothing is taken from guests */
	bool blinking;			/* the NIC's LED, for xmd-backend */
	bool port_event;		/* the link has changed and nobody has read so */
	bool early;			/* see early.c; since early_began, in seconds */
	u32 early_began;
	spinlock_t early_lock;
	u64 early_kept, early_given, early_unclaimed;
	struct timer_list retry;
	struct delayed_work tick;
	wait_queue_head_t events;
	u64 to_nobody, host_drops, nic_frames, host_frames, flooded, merged;
};

extern struct xmd_back back;

/* back.ctl held. */
#define xmd_vif_at(i)	rcu_dereference_protected(back.vif[i], lockdep_is_held(&back.ctl))
#define xmd_each_vif(v, i) \
	for ((i) = 0; (i) < XMD_VIFS_MAX; (i)++) \
		if (!((v) = xmd_vif_at(i))) { } else

/* vif.c */
int xmd_vif_connect(const struct xmd_vif_connect *c);
int xmd_vif_disconnect(const struct xmd_vif_id *id);
int xmd_vif_list(struct xmd_vif_info *info);
void xmd_vif_disconnect_all(void);
void xmd_back_health(struct xmd_back_health *h);
void xmd_back_drain(bool on);
void xmd_vif_put(struct xmd_vif *v, unsigned int n);
struct xmd_vif *xmd_vif_find(const struct xmd_vif_id *id);

/* stage.c */
u8 *xmd_stage_lookup(const struct xmd_vif *v, u32 ref, bool write);
static inline u8 *xmd_stage_find(const struct xmd_vif *v, u32 ref, bool write)
{
	return READ_ONCE(v->stage) ? xmd_stage_lookup(v, ref, write) : NULL;
}
int xmd_vif_stage(const struct xmd_vif_id *id, struct xmd_gref *g, unsigned int n, bool del);
void xmd_stage_close(struct xmd_vif *v);
unsigned int xmd_stage_used(const struct xmd_vif *v);

/* rings.c */
void *xmd_back_area(unsigned int n);
int xmd_back_map(const struct xmd_vif *v, void *at, u32 ref, u32 with, grant_handle_t *handle);
bool xmd_back_unmap(const struct xmd_vif *v, void *at, grant_handle_t handle);
int xmd_back_rings_open(struct xmd_vif *v, bool adopt);
void xmd_back_rings_close(struct xmd_vif *v);
int xmd_back_ports_bind(struct xmd_vif *v);
void xmd_back_ports_unbind(struct xmd_vif *v);

/* poll.c */
extern const char * const xmd_bad_text[XMD_BAD_REASONS];
int xmd_back_poll(struct napi_struct *napi, int budget);
irqreturn_t xmd_back_tx_event(int irq, void *arg);
irqreturn_t xmd_back_rx_event(int irq, void *arg);
void xmd_vif_fault(struct xmd_vif *v, enum xmd_vif_fault why);
void xmd_vif_kick(struct xmd_vif *v);
const char *xmd_back_fault_text(u32 fault);

static inline bool xmd_vif_serves(const struct xmd_vif *v)
{
	return !READ_ONCE(v->fault) && !READ_ONCE(v->gone);
}

/* The tag with which its frames are on the wire; 0: none but their own. */
static inline u16 xmd_vif_tag(const struct xmd_vif *v)
{
	return v->fid < XMD_FID_SEGMENT ? v->fid : 0;
}

/* Is the tag of @b left out when it is copied to @v?  See vlan.h. */
static inline bool xmd_vif_untags(const struct xmd_vif *v, const struct xmd_buf *b)
{
	return b->flags & XMD_F_TAGGED && xmd_vif_tag(v);
}

/* settings.c */
void xmd_rx_notify(struct xmd_vif *v);
void xmd_settings_init(struct xmd_vif *v, const struct xmd_vif_rate *limit);
void xmd_settings_stop(struct xmd_vif *v);
int xmd_vif_set(const struct xmd_vif_settings *s);
int xmd_vif_limit(const struct xmd_vif_limit *l);

/* port.c */
int xmd_port_ask(struct xmd_port_ask *a);
int xmd_port_state(struct xmd_port_state *s, bool set);

/* tx.c: guest to wire */
unsigned int xmd_back_tx_provide(struct xmd_vif *v, unsigned int budget);
void xmd_back_tx_return(struct xmd_vif *v);
bool xmd_tx_arm(struct xmd_vif *v);
void xmd_tx_finish(struct xmd_vif *v, struct xmd_tx_work *w, s16 status);
void xmd_tx_drop_all(struct xmd_vif *v);

/* deliver.c: from the switch to the NIC and to others */
void xmd_deliver(struct xmd_vif *v, struct xmd_tx_work *w);
void xmd_deliver_direct(struct xmd_vif *v, unsigned int n, struct xmd_vif *to);
unsigned int xmd_tx_get(struct xmd_vif *v, struct xmd_buf **bufs, unsigned int n);
void xmd_tx_returned(struct xmd_vif *v, struct xmd_buf **frames, unsigned int n);
bool xmd_tx_flush(struct xmd_vif *v);
void xmd_tx_watch(struct xmd_vif *v);
bool xmd_tx_lost(const struct xmd_vif *v);
bool xmd_tx_tick(struct xmd_vif *v);
void xmd_tx_give_up(struct xmd_vif *v);

/* rx.c: wire to guest */
int xmd_back_rx_posted(struct xmd_vif *v);
bool xmd_back_rx_return(struct xmd_vif *v, unsigned int *frames);
unsigned int xmd_rx_return_batch(struct xmd_vif *v, bool *notify);
unsigned int xmd_rx_direct(struct xmd_vif *to, const struct xmd_vif *from,
			   struct xmd_tx_work **w, unsigned int n);

/* fit.c: how a guest takes a frame */
bool xmd_rx_takes_merged(const struct xmd_vif *v);
unsigned int xmd_rx_slots_uncut(const struct xmd_tx_work *w);
enum xmd_fit xmd_rx_fit(const struct xmd_vif *v, const struct xmd_buf *b, u32 len);

/* backlog.c */
void xmd_backlog_pop(struct xmd_vif *v);
bool xmd_rx_enqueue(struct xmd_vif *v, struct xmd_buf *b);
void xmd_rx_serve(struct xmd_vif *v);
bool xmd_rx_full(const struct xmd_vif *v);
bool xmd_rx_wants(struct xmd_vif *v, const struct xmd_buf *b);
void xmd_rx_drop_all(struct xmd_vif *v);
bool xmd_rx_tick(struct xmd_vif *v);

/* early.c */
void xmd_early_flood(struct xmd_buf *b);
void xmd_early_publish(struct xmd_vif *v);
void xmd_early_tick(bool all);

/* switch.c */
int xmd_switch_attach(void);
void xmd_switch_detach(void);
void xmd_switch_add(struct xmd_vif *v);
void xmd_switch_del(struct xmd_vif *v);
int xmd_switch_readdress(struct xmd_vif *v, const u8 *mac);
void xmd_switch_decide(struct xmd_vif *v, struct xmd_tx_work *w, unsigned int n);
void xmd_switch_flood(struct xmd_buf *b, u16 src, u16 fid);
int xmd_switch_keep_apart(const struct xmd_vlans *vlans);
void xmd_switch_to_host(struct xmd_buf *b);
struct xmd_vif *xmd_switch_vif(int port);

/* fair.c */
#define XMD_TURN	65536
#define XMD_FRAME_COST	2048
#define XMD_CREDIT	(4 * XMD_TURN)
void xmd_turn_begin(struct xmd_vif *v);
void xmd_turn_end(struct xmd_vif *v, bool more);
bool xmd_line_turn(struct xmd_vif *v, bool stand);
void xmd_line_took(struct xmd_vif *v, u32 bytes);
void xmd_wait_wake(void);
void xmd_wait_leave(struct xmd_vif *v);
void xmd_wait_retry(void);
void xmd_wait_for_bufs(struct xmd_vif *v);
void xmd_wait_for_segments(struct xmd_vif *v);
void xmd_wait_over(struct timer_list *t);

/* chardev.c, debugfs.c */
int xmd_chardev_init(void);
void xmd_chardev_exit(void);
void xmd_back_debugfs_init(void);
void xmd_back_debugfs_exit(void);

#endif /* XMD_BACK_H */
