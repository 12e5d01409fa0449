/* SPDX-License-Identifier: GPL-2.0 */
/*
 * front.h - xmd_front.ko inside: what its files share
 *
 *   main.c     module, xenbus driver, what follows the backend
 *   steps.c    connecting, serving, letting go: what it does then
 *   fsm.c      what a vif needs next, as a pure function (host-compiled, tested)
 *   ring.c     rings, grants and event channels: made, published, withdrawn
 *   tx.c       guest to wire     rx.c   wire to guest     mcast.c   multicast filter
 *   tx_again.c frames that outlive a backend
 *   stage.c    pages that the backend keeps mapped, and the control ring
 *   parse.c    checks of all that a backend writes (host-compiled, tested, fuzzed)
 *   netdev.c   the net_device    debugfs.c   every index, and a way to kick
 *   obj.c      the object ring's client     obj_wish.c   what is wished for by it
 *   ethtool.c  what ethtool asks
 *
 * "tx" is guest to wire.  In the frontend the four verbs are: tx_provide puts frames into
 * the ring, tx_return takes them back answered; rx_provide puts empty buffers into the
 * ring, rx_return takes them back with frames.
 *
 * Who runs where, and what keeps them apart:
 *   - lock (a mutex): whoever follows the backend.  Only then phase changes, rings are
 *     made or withdrawn, and obj.h's functions are called.  RTNL may be taken inside,
 *     never the other way round.
 *   - RTNL: open, stop, features, MTU.  The NAPI poll is disabled and enabled under it.
 *   - up: written under RTNL and tx.lock with the poll disabled; so whoever has one of
 *     these three finds the rings as they should be.
 *   - tx.lock: the TX ring, its slots and queues, in xmit, poll and by whoever follows.
 *     Nothing else is taken inside but carrier_lock.  With interrupts off: netconsole sends
 *     and polls from wherever the kernel prints.
 *   - The RX ring belongs to the poll, and while that is disabled to whoever did it.
 */
#ifndef XMD_FRONT_H
#define XMD_FRONT_H

#include <linux/etherdevice.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <xen/xenbus.h>
#include <xen/grant_table.h>
#include <xen/interface/io/netif.h>
#include "xmd/stage.h"
#include "xmd/version.h"
#include "fsm.h"
#include "parse.h"

#define XMD_FRONT_NAME		"xmd_front"

#define XMD_TX_MOST	(XMD_SLOTS + 1)	/* ring slots of a frame: data and one extra info */
#define XMD_MCAST_MAX	64u		/* addresses that xen-netback's filter takes */
#define XMD_MTU_ASK	XMD_MTU_SG
#define XMD_RECYCLE	512u		/* RX pages that are waited for; a power of two */

struct xmd_obj;

/* What the object ring's client may overrule; written by the hooks below only. */
enum xmd_front_link {
	XMD_LINK_DEFAULT,	/* carrier as the backend's state and its key say */
	XMD_LINK_DOWN,
	XMD_LINK_UP,
};

/* Which end of which ring an event channel belongs to; bits of xmd_front.events. */
enum xmd_front_channel {
	XMD_CHANNEL_TX,		/* or both, when the backend wants a single one */
	XMD_CHANNEL_RX,
	XMD_CHANNELS
};

/* What the backend's keys say; read anew for each connection. */
struct xmd_front_features {
	bool sg, gso_v4, gso_v6, csum_v4, csum_v6, split, mcast, ctrl;
};

/* A request in the TX ring.  Its id is its index in xmd_front_tx.slot. */
struct xmd_tx_slot {
	struct sk_buff *skb;	/* NULL: a multicast filter request */
	struct page *page;	/* granted for reading; NULL: none */
	grant_ref_t ref;
	u16 staged;		/* instead of @page: index + 1 in stage.at */
	u16 next;		/* of the same frame, or free; XMD_RING: the last */
	bool own;		/* @page is ours, not the skb's */
	bool asked;		/* in the ring, not answered */
	bool add;		/* filter request: what for */
};

/* In skb->cb while a frame is in the ring. */
struct xmd_tx_cb {
	u16 first;		/* slot */
	u16 waiting;		/* slots not answered */
	bool failed;
};

struct xmd_front_tx {
	spinlock_t lock;
	struct xen_netif_tx_front_ring ring;
	grant_ref_t ring_ref;
	grant_ref_t grants;		/* pool: one for each slot */
	u16 free, nfree;		/* list of slots */
	struct xmd_tx_slot slot[XMD_RING];
	struct sk_buff_head sent;	/* in the ring, oldest first */
	struct sk_buff_head again;	/* to go in before anything else, oldest first */
	struct sk_buff_head done;	/* to be freed when the lock is given up */
	unsigned int answers;		/* since the last end of interrupt */
};

struct xmd_rx_slot_page {
	struct page *page;	/* NULL: not asked */
	grant_ref_t ref;
	u16 staged;		/* index + 1 in stage.at: it has @page and @ref, too */
};

struct xmd_front_rx {
	struct xen_netif_rx_front_ring ring;
	grant_ref_t ring_ref;
	grant_ref_t grants;
	struct xmd_rx_slot_page slot[XMD_RING];	/* by ring index, while asked */
	struct page *spare[XMD_RING];		/* came back without a frame */
	unsigned int nspare;
	struct page *recycle[XMD_RECYCLE];	/* with frames in the stack, oldest first */
	unsigned int recycle_prod, recycle_cons;
	struct timer_list refill;
	unsigned int answers;
	bool recycles;			/* only pages of a trusted backend */
};

struct xmd_stage_page {
	struct page *page;
	grant_ref_t ref;
};

/* Pages that the backend keeps mapped, see stage.c. */
struct xmd_front_stage {
	struct xen_netif_ctrl_front_ring ring;	/* sring NULL: none */
	grant_ref_t ring_ref;
	evtchn_port_t port;
	unsigned int irq;		/* 0: none */
	bool event;			/* an interrupt that was not ended */
	bool broken;
	bool again;			/* ADD is to be said */
	u16 asked, id;			/* type and id of the message that is under way; 0: none */
	bool on;			/* to be used, by all below */
	unsigned int n, nold;
	struct xmd_stage_page list;	/* for ADD */
	struct xmd_stage_page at[XMD_STAGE_PAGES];
	struct xmd_stage_page old[XMD_STAGE_PAGES];	/* perhaps mapped still */
	u16 tx_free[XMD_RING], ntx;	/* indices in @at; under tx.lock */
	u16 rx_free[XMD_RING], nrx;	/* likewise; the poll's */
};

/* Multicast control, see mcast.c. */
struct xmd_front_mcast {
	struct delayed_work work;
	u8 told[XMD_MCAST_MAX][ETH_ALEN];
	unsigned int ntold;
	unsigned int unanswered;	/* under tx.lock */
	bool refused;			/* under tx.lock */
	bool forgotten;			/* the backend has lost the list */
	int requested;			/* value of the key; -1: unknown */
};

/*
 * Each counter has one writer at a time: xmit and poll under tx.lock, poll alone for rx.  Only
 * events, spurious and notified have two, and may miss one now and then.
 */
struct xmd_front_stats {
	u64 tx_packets, tx_bytes, tx_errors, tx_dropped, tx_again, tx_bounced, tx_staged;
	u64 rx_packets, rx_bytes, rx_dropped, rx_csum_errors, rx_no_memory;
	u64 rx_recycled, rx_fresh, rx_staged;
	u64 rx_bad[XMD_RX_REASONS];
	u64 events, spurious, notified;
	u64 connects, resets, returns;
};

struct xmd_front {
	struct xenbus_device *xbdev;
	struct net_device *netdev;
	char *backend;			/* the backend's directory; its domain is xbdev->otherend_id */
	struct xmd_obj *obj;		/* owned by obj.c */
	bool lowering;			/* RTNL: the MTU comes down by itself */

	struct mutex lock;
	enum xmd_front_phase phase;
	bool resumed;			/* the domain was restored: all that was shared is lost */
	bool reconnect;			/* obj.c wants a new connection */
	bool removing;
	unsigned long settle_until, hasty_until;	/* jiffies */
	struct delayed_work work;
	struct xenbus_watch own_watch, backend_watch;

	bool up;			/* rings may be used */
	unsigned int fault;		/* enum xmd_front_fault; set once a connection */
	bool trusted;
	struct xmd_front_features feat;
	struct napi_struct napi;
	unsigned long events;		/* BIT(channel): an interrupt that was not ended */
	unsigned int irq[XMD_CHANNELS];	/* 0: none; one channel: both the same */
	evtchn_port_t port[XMD_CHANNELS];
	struct xmd_front_tx tx;
	struct xmd_front_rx rx;
	struct xmd_front_stage stage;
	struct xmd_front_mcast mcast;
	struct xmd_front_stats stats;
	bool port_stats;		/* "ethtool -S" shows the port's counters; under RTNL */

	spinlock_t carrier_lock;
	bool served;			/* there is a backend to send to */
	bool wire;			/* its key carrier */
	enum xmd_front_link link;
	unsigned int max_mtu;		/* as in xmd_front_set_max_mtu() */
	unsigned int mtu_key;		/* the toolstack's */
	struct list_head node;		/* debugfs.c */
};

/* A backend can come and go, and say what it likes; it must not fill our log with that. */
#define xmd_front_say(level, front, ...) \
	do { if (net_ratelimit()) netdev_##level((front)->netdev, __VA_ARGS__); } while (0)

/*
 * ---- Hooks, for obj.c and ethtool.c.
 *
 * obj.h's functions are called with lock held, in this order:
 *
 *   create ( publish+ [ connected returned* ] disconnected )* destroy
 */

/**
 * xmd_front_set_link - what the physical link is, as the object ring says
 * @link: XMD_LINK_DEFAULT gives the decision back to the backend's state and key
 *
 * Any context.  Forgotten (DEFAULT) by the driver itself after xmd_front_obj_disconnected.
 */
void xmd_front_set_link(struct xmd_front *front, enum xmd_front_link link);

/**
 * xmd_front_set_max_mtu - the largest MTU that policy allows
 * @mtu: bytes of payload, 68 to 65521; 0: as without an object ring, by the toolstack's key;
 *	 XMD_MTU_ASK: whatever, as each change is asked of the driver domain
 *
 * A device whose MTU is larger is brought down to it.  Process context; takes RTNL.
 */
void xmd_front_set_max_mtu(struct xmd_front *front, unsigned int mtu);

/**
 * xmd_front_replay_rx_mode - tell the backend the multicast list and flags again
 *
 * For a backend that has forgotten them, and when filters were taken over from, or given
 * back to, the object ring.  Any context.
 */
void xmd_front_replay_rx_mode(struct xmd_front *front);

/**
 * xmd_front_reconnect - withdraw everything and connect to the same backend anew
 *
 * For an object ring that cannot go on.  Frames that wait are kept.  Any context.
 */
void xmd_front_reconnect(struct xmd_front *front);

/* ---- main.c */
void xmd_front_broken(struct xmd_front *front, unsigned int fault);	/* any context, once */
void xmd_front_update_carrier(struct xmd_front *front);			/* any context */
void xmd_front_set_carrier(struct xmd_front *front, bool served);

void xmd_front_follow_soon(struct xmd_front *front, unsigned long delay);

/* ---- steps.c: lock held */
void xmd_front_say_closed(struct xmd_front *front);
void xmd_front_say_initialising(struct xmd_front *front);
void xmd_front_withdraw(struct xmd_front *front);
void xmd_front_step_connect(struct xmd_front *front);
void xmd_front_step_serve(struct xmd_front *front);
void xmd_front_step_lose(struct xmd_front *front);
void xmd_front_step_returned(struct xmd_front *front);
void xmd_front_step_reset(struct xmd_front *front);
void xmd_front_step_close(struct xmd_front *front, bool online);
void xmd_front_give_up(struct xmd_front *front, unsigned int fault);

/* ---- ring.c: lock held */
int xmd_front_rings_make(struct xmd_front *front);
int xmd_front_rings_publish(struct xmd_front *front);
int xmd_front_transact(struct xmd_front *front,
		       int (*write)(struct xmd_front *front, struct xenbus_transaction t));
void xmd_front_rings_start(struct xmd_front *front);
void xmd_front_rings_withdraw(struct xmd_front *front);	/* safe to call twice */
void xmd_front_rings_kick(struct xmd_front *front);
int xmd_front_poll(struct napi_struct *napi, int budget);

/* ---- stage.c: lock held */
void xmd_front_stage_make(struct xmd_front *front);
int xmd_front_stage_publish(struct xmd_front *front, struct xenbus_transaction t);
void xmd_front_stage_served(struct xmd_front *front);
void xmd_front_stage_returned(struct xmd_front *front);
void xmd_front_stage_look(struct xmd_front *front);
void xmd_front_stage_withdraw(struct xmd_front *front);
void xmd_front_stage_forget(struct xmd_front *front);

/* ---- tx.c */
void xmd_front_tx_init(struct xmd_front *front);
netdev_tx_t xmd_front_tx_xmit(struct sk_buff *skb, struct net_device *dev);
bool xmd_front_tx_return(struct xmd_front *front);
void xmd_front_tx_drop(struct xmd_front *front, struct sk_buff *skb);	/* tx.lock held */
void xmd_front_tx_start(struct xmd_front *front);
bool xmd_front_tx_mcast(struct xmd_front *front, const u8 *addr, bool add);

/* ---- tx_again.c */
void xmd_front_tx_again(struct xmd_front *front);
void xmd_front_tx_forget(struct xmd_front *front);
void xmd_front_tx_orphan(struct xmd_front *front);
void xmd_front_tx_withdraw(struct xmd_front *front);

/* ---- rx.c */
void xmd_front_rx_init(struct xmd_front *front);
int xmd_front_rx_return(struct xmd_front *front, int budget);
void xmd_front_rx_provide(struct xmd_front *front);
bool xmd_front_rx_arm(struct xmd_front *front);
void xmd_front_rx_withdraw(struct xmd_front *front);

/* ---- mcast.c */
void xmd_front_mcast_init(struct xmd_front *front);
void xmd_front_mcast_update(struct xmd_front *front);		/* any context */
void xmd_front_mcast_connected(struct xmd_front *front);
void xmd_front_mcast_forgotten(struct xmd_front *front);	/* by the backend */
void xmd_front_mcast_answer(struct xmd_front *front, struct xmd_tx_slot *s, s16 status);
void xmd_front_mcast_stop(struct xmd_front *front);

/* ---- netdev.c */
struct net_device *xmd_front_netdev_create(struct xenbus_device *xbdev);
void xmd_front_netdev_features(struct xmd_front *front);	/* RTNL held */

/* ---- debugfs.c */
void xmd_front_debugfs_init(void);
void xmd_front_debugfs_exit(void);
void xmd_front_debugfs_add(struct xmd_front *front);
void xmd_front_debugfs_del(struct xmd_front *front);

#endif /* XMD_FRONT_H */
