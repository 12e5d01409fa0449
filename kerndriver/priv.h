/* SPDX-License-Identifier: GPL-2.0 */
/*
 * priv.h - the state of one NIC, shared by the files of xmd_nic.ko.
 *
 * Who may touch what:
 *
 * 1. ctl (mutex) is held by everything that programs the NIC outside of the data
 *    path: START, STOP, register batches, LINK, attach, detach, remove.
 * 2. tx.lock guards the transmit ring.  It is the only lock of the transmit path and
 *    is never held while an operation of the client runs.
 * 3. The receive ring belongs to the poll while NAPI is enabled, that is in RUNNING,
 *    and to the holder of ctl otherwise.
 * 4. pool.lock, ims_lock and the lock of xpc are leaves and may be taken in interrupts.
 * 5. client and taker are read under RCU, see client.c.  Its lock comes before ctl.
 * 6. cfg is held over a change of settings while the user half works on it, which takes
 *    ctl for its own calls; so ctl, and RTNL for the same reason, never outside of cfg.
 * 7. kref: one for the probed device, one for the client, one for the open file.  The
 *    memory goes with the last of them: a device may be unplugged under all three.
 */
#ifndef XMD_KERNDRIVER_PRIV_H
#define XMD_KERNDRIVER_PRIV_H

#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <xmd/nic.h>
#include <xmd/nicdev.h>
#include <xmd/backdev.h>
#include "guard.h"
#include "hw.h"
#include "rxdesc.h"
#include "txlimit.h"
#include "txring.h"
#include "objects_xpc.h"
#include "xpc_kern.h"

#define XMD_CHUNK_PAGES	16u
#define XMD_RX_DEFAULT	256u		/* descriptors */

struct xmd_chunk {
	void *data;
	dma_addr_t dma;
	unsigned int pages;
};

struct xmd_pool {
	spinlock_t lock;
	struct xmd_buf **free;		/* a stack: what was used last is in the cache */
	unsigned int n_free;
	unsigned int n;
	unsigned int reserve;		/* of these, only for the receive ring */
	struct xmd_buf *bufs;
	struct xmd_chunk *chunks;
	unsigned int n_chunks;
	void (*room)(struct xmd_nic *nic);	/* whom to tell that there is some, or NULL */
};

struct xmd_tx {
	spinlock_t lock;
	struct xmd_txring ring;
	struct xmd_tx_limit limit;
	dma_addr_t dma;			/* of its descriptors */
	unsigned long progress;		/* jiffies when the NIC last did something */
	u64 frames, doorbells, aborted, full;
};

struct xmd_rx {
	struct e1000_rx_desc *desc;
	dma_addr_t dma;
	struct xmd_buf **buf;		/* XMD_RING_MAX; NULL behind the ring's size */
	u32 mask;
	u32 next;			/* free-running: the descriptor to look at */
	u64 unwritten;			/* what no frame begins with: random */
	struct xmd_rx_part part;	/* of the frame that has begun, with its buffers: */
	struct xmd_buf *head, *last;
	unsigned int n_spare;
	struct xmd_buf *spare[XMD_BATCH];
	u64 verdict[XMD_RX_VERDICTS];
	u64 no_buf;
};

struct xmd_client {
	const struct xmd_nic_ops *ops;
	void *ctx;
};

/* Settings to be put into force again: restore.c */
struct xmd_saved {
	struct xmd_adapter adapter;
	u64 mask;			/* members of it: XPC_xmd_adapter_* */
	u32 features;			/* XMD_FEATURE*, see xmd/backdev.h */
	bool due;
};

/* Frames in and out, as both were when one was last seen to come out; modulo 2^32 */
struct xmd_passage {
	u32 in, out;
	unsigned int reports;		/* since then, each with frames that went in */
};

/* Of watch.c alone, but for the counters, and well */
#define XMD_RESETS_MANY	6u
struct xmd_watch {
	struct delayed_work tick;
	unsigned long well;		/* jiffies, when all was well: xmd_nic_unwell_ms */
	unsigned long asked;		/* jiffies, for a reset */
	u64 polls;			/* until the last tick */
	u32 tdh;			/* at the last tick, or when all before was done */
	u32 next;			/* rx.next, at the last tick */
	bool tx_odd, rx_odd;		/* the NIC is not where its descriptors say */
	unsigned int pause_ticks;	/* in a row */
	bool hung, unsound;
	bool blind;			/* the chip has had a link for long that no user half sees */
	unsigned long seen_at;		/* jiffies, when that was not so */
	unsigned int uncommitted;	/* changes in a row, that were made */
	u32 frames;			/* tx.ring.frame_cons, when it was asked for */
	unsigned int resets;		/* since the last that was of use for RESETS_APART_MS */
	unsigned int n_reset;		/* of all, when the last of them were, jiffies */
	unsigned long reset_at[XMD_RESETS_MANY];
	u32 reported;			/* frames that have come, by the last report of the counters */
	struct xmd_passage came, left;	/* from the wire, to it */
	u64 irqs_lost, paused_ms, no_link;
};

/* Moderation of interrupts; set and lifted under ims_lock, the rest is the poll's */
struct xmd_itr {
	u32 set;			/* by the user half, in 256 ns; 0: nothing to lift */
	bool lifted;			/* the register holds 0 in its place */
	bool busy;			/* more frames than it has interrupts for */
	u32 frames;			/* until this tick of jiffies began */
	unsigned long tick;
};

enum xmd_nic_bits {
	XMD_RUNNING,			/* between START and STOP */
	XMD_LINK_UP,			/* what the user half said last */
	XMD_LINK_DUE,			/* started a moment ago: negotiating, most likely */
	XMD_LINK_LOST,			/* stopped for want of a carrier, until START or a link */
	XMD_DETACHING,			/* the client leaves: it gets its frames back, no more */
	XMD_LINE_SHUT,			/* the interrupt line is disabled: see irq.c */
	XMD_GONE,			/* no register answered; until a START finds that one does */
	XMD_LEAVING,			/* remove has begun: takes no more frames */
	XMD_UNPLUGGED,			/* remove is through: there are no registers */
};

struct xmd_nic {
	struct pci_dev *pdev;
	const struct xmd_chip *chip;
	struct net_device *dev;
	u8 __iomem *regs;
	struct kref ref;
	struct mutex ctl;
	unsigned long bits;		/* enum xmd_nic_bits */
	struct xmd_pool pool;
	struct xmd_tx tx;
	struct xmd_rx rx;
	struct napi_struct napi;
	spinlock_t ims_lock;		/* a leaf */
	u32 ims;			/* INT_DATA bits, or of MSI-X, that are open */
	struct xmd_itr itr;
	int irq, link_irq;		/* link_irq: of MSI-X, which has two; else 0 */
	unsigned int irqs_idle, irqs_idle_seen;	/* without a frame; until the last tick */
	u32 max_frame;			/* bytes, from the MTU; see xmd_nic_max_frame */
	int poll_cpu;			/* where the poll is at work, else -1 */
	struct sk_buff_head gro;	/* frames for our own stack, gathered in the poll */
	u64 irqs, polls;
	u64 polls_asked;		/* what xmd_nic_stuck found the last time */

	const struct xmd_client __rcu *client, *taker;
	struct xmd_client host, guest;	/* the net_device, and who attaches */

	struct xmd_buf *host_tx[XMD_BATCH];	/* guarded by the net_device's tx lock */
	unsigned int n_host;

	struct xpc xpc;
	struct miscdevice misc;
	const struct xmd_adapter *adapter;	/* committed copies, under the lock of xpc; a */
	const struct xmd_counters *counters;	/* single number may be read without it */
	struct mutex cfg;		/* one change of settings at a time: adapter.c */
	struct xmd_adapter want;	/* what it is to become; guarded by cfg */
	u64 chosen;			/* members of adapter that somebody has set; guarded by cfg */
	struct work_struct filter_work, address_work, restore_work;
	spinlock_t restore_lock;	/* of the next two */
	struct xmd_saved saved;
	unsigned int restore_tries;
	int restored;			/* what came of it; -EINPROGRESS */
	struct work_struct state_work;
	struct xmd_watch watch;
	unsigned long started;		/* jiffies, of the last START */
	unsigned long link_at;		/* jiffies, when it came or went */
	unsigned long lsc_at;		/* when the chip said that it had */
	unsigned long quiet_at;		/* of the last change of settings, if it left the link alone */
	u32 loop_seen;			/* frames of self-tests that have come back */

	struct xmd_guard guard;		/* guarded by ctl */
	u8 mac[ETH_ALEN];		/* of the last START */
	struct dentry *debugfs;
};

static inline u32 xmd_read(const struct xmd_nic *nic, u32 reg)
{
	return readl(nic->regs + reg);
}

static inline void xmd_write(const struct xmd_nic *nic, u32 reg, u32 val)
{
	writel(val, nic->regs + reg);
}

/* Has the user half read this call, and not answered it yet? */
static inline bool xmd_nic_asked(const struct xmd_nic *nic, unsigned int call)
{
	return READ_ONCE(nic->xpc.t.slot[call].state) == XPC_READ;
}

/* pci.c */
void xmd_nic_release(struct kref *ref);

static inline bool xmd_nic_has(const struct xmd_nic *nic, u32 flag)
{
	return nic->chip->flags & flag;
}

/* nic.c */
bool xmd_nic_gone(struct xmd_nic *nic);
int xmd_ctl_lock(struct xmd_nic *nic);
void xmd_nic_bus_master(struct xmd_nic *nic, bool on);
int xmd_nic_reset(struct xmd_nic *nic);
int xmd_nic_start(struct xmd_nic *nic, const struct xmd_start *start);
void xmd_nic_stop(struct xmd_nic *nic);

/* client.c */
bool xmd_nic_offer(struct xmd_nic *nic);
void xmd_nic_tell_state(struct xmd_nic *nic);
void xmd_nic_link_follow(struct xmd_nic *nic);
void xmd_nic_link_doubt(struct xmd_nic *nic);
int xmd_nic_divert(struct xmd_nic *nic, const struct xmd_client *taker,
		   int (*test)(struct xmd_nic *nic));

/* watch.c */
void xmd_nic_watch_init(struct xmd_nic *nic);
void xmd_nic_watch_soon(struct xmd_nic *nic);

/* pool.c */
int xmd_pool_init(struct xmd_nic *nic, unsigned int n);
void xmd_pool_exit(struct xmd_nic *nic);
unsigned int xmd_pool_take(struct xmd_pool *pool, struct xmd_buf **bufs, unsigned int n,
			   unsigned int keep);

/* tx.c */
int xmd_nic_tx_alloc(struct xmd_nic *nic);
void xmd_nic_tx_chip(struct xmd_nic *nic);
void xmd_nic_tx_free(struct xmd_nic *nic);
void xmd_nic_tx_start(struct xmd_nic *nic, unsigned int size);
void xmd_nic_set_mtu(struct xmd_nic *nic, unsigned int mtu);
int xmd_nic_tx_post(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n);
bool xmd_nic_tx_return(struct xmd_nic *nic);
void xmd_nic_tx_abort(struct xmd_nic *nic);
bool xmd_nic_tx_drained(struct xmd_nic *nic);
bool xmd_nic_tx_pending(const struct xmd_nic *nic);
unsigned int xmd_nic_tx_waits_ms(struct xmd_nic *nic);
void xmd_nic_tx_doorbell(struct xmd_nic *nic);
unsigned int xmd_nic_tx_room(const struct xmd_nic *nic);

/* rx.c */
int xmd_nic_rx_alloc(struct xmd_nic *nic);
void xmd_nic_rx_free(struct xmd_nic *nic);
int xmd_nic_rx_start(struct xmd_nic *nic, unsigned int size);
void xmd_nic_rx_provide(struct xmd_nic *nic);
int xmd_nic_rx_return(struct xmd_nic *nic, int budget);
bool xmd_nic_rx_waits(const struct xmd_nic *nic);

/* irq.c */
irqreturn_t xmd_nic_irq(int irq, void *nic);
int xmd_nic_irq_alloc(struct xmd_nic *nic);
int xmd_nic_irq_request(struct xmd_nic *nic);
int xmd_nic_poll(struct napi_struct *napi, int budget);
void xmd_nic_poll_soon(struct xmd_nic *nic);
void xmd_nic_irq_shut(struct xmd_nic *nic);
void xmd_nic_irq_open(struct xmd_nic *nic, u32 want);
void xmd_nic_irq_enable(struct xmd_nic *nic);
void xmd_nic_irq_line(struct xmd_nic *nic);
void xmd_nic_irq_free(struct xmd_nic *nic);
void xmd_nic_itr_set(struct xmd_nic *nic, u32 reg, u32 val);

/* netdev.c */
void xmd_nic_host_setup(struct xmd_nic *nic);
void xmd_nic_host_polled(struct xmd_nic *nic);

/* control.c */
int xmd_nic_control_init(struct xmd_nic *nic);
void xmd_nic_control_exit(struct xmd_nic *nic);

/* adapter.c */
struct xmd_adapter *xmd_change_begin(struct xmd_nic *nic);
int xmd_change_end(struct xmd_nic *nic);
int xmd_change_commit(struct xmd_nic *nic);
void xmd_ask_filter(struct xmd_nic *nic);
void xmd_filter_work(struct work_struct *work);
void xmd_address_work(struct work_struct *work);
int xmd_objects_init(struct xmd_nic *nic);

/* restore.c */
void xmd_restore_work(struct work_struct *work);

/* ethtool.c */
#define XMD_REGDUMP	32u	/* registers, as many as ethtool's decoder of an e1000 knows */
#define XMD_COUNTERS	(sizeof(struct xmd_counters) / sizeof(__u64))
#define XMD_RX_USECS_MAX 10000u
extern const struct ethtool_ops xmd_ethtool_ops;

/* regs.c: the whole of XMD_NIC_REGS, and what START has to ask the guard; ctl is held */
long xmd_regs(struct xmd_nic *nic, struct xmd_regs __user *arg);
int xmd_regs_start(struct xmd_nic *nic, struct xmd_start *start);

/* debugfs.c */
void xmd_nic_dump_init(struct xmd_nic *nic);
void xmd_nic_dump_exit(struct xmd_nic *nic);

#endif /* XMD_KERNDRIVER_PRIV_H */
