/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sim.h - a driver domain in one process: guests with real rings and pages, a NIC with
 * a ring of its own, Xen's grants and event channels
 *
 * sim_start() attaches the code under test, sim_stop() disconnects everything and
 * checks that nothing is left: grants mapped, ports bound, buffers out of the pool.
 */
#ifndef TEST_SIM_H
#define TEST_SIM_H

#include "back.h"
#include <net/checksum.h>

#define SIM_PAGES 256u
#define SIM_FRAMES 4096u
#define SIM_POOL 3200u		/* as xmd_nic.ko's by default */
#define SIM_DOMIDS 80u
#define SIM_RESERVE 256u	/* of these, for the receive ring alone */

/* What is not the driver domain's: it stays when that dies (bench/isolation/back). */
#ifndef SIM_WORLD
#define SIM_WORLD
#endif

/* A frame somewhere outside, flat. */
struct flat {
	u32 len;
	u8 flags;
	u16 csum_start, csum_offset, gso_size;
	u8 data[66000];
};

struct guest {
	u16 domid;
	u8 mac[6];
	u32 features;
	struct xmd_vif_rate rate;			/* as configured, from the next connect on */
	struct xmd_vif_confine confine;			/* likewise */
	struct netif_tx_sring *tx;
	struct netif_rx_sring *rx;
	int file;
	u8 *pages;					/* of it: TX pages, then RX pages */
	u8 *txpage[SIM_PAGES], *rxpage[SIM_PAGES];
	bool txbad[SIM_PAGES], rxbad[SIM_PAGES];	/* grant withdrawn */
	u32 tx_prod, tx_cons, rx_prod, rx_cons;
	unsigned int events;				/* received by the guest */
	unsigned int eoi, eoi_spurious;			/* sent for this guest's events */
	int tx_irq, rx_irq;
};

struct nic_sim {
	int answer;		/* of tx_provide instead of taking: 0, -EAGAIN, -ENODEV, -ENETDOWN; 1: take */
	unsigned int room;	/* frames that fit into its ring, */
	unsigned int room_bytes;	/* bytes, but for the last frame; without limit at first */
	unsigned int n_bytes;	/* that it holds */
	unsigned int credit;	/* bytes that the wire may take */
	u64 wire[SIM_DOMIDS];	/* bytes that the wire took, by their vif's domid */
	struct xmd_buf *held[SIM_FRAMES];
	unsigned int n_held;
	unsigned int doorbells, refused;
	unsigned int optimism;	/* frames that tx_space promises over what fits */
	struct flat *sent;	/* the last frame that was completed */
	unsigned int n_sent;
	u32 sent_seq[SIM_FRAMES];	/* seq_of() of each */
	struct flat *host;	/* the last frame for the host */
	unsigned int n_host;
	unsigned int pool_free, pool_least;
	unsigned int more_ring;	/* its receive ring has so many buffers more */
	bool held_back;		/* xmd_nic_rx_hold */
	unsigned int unwell_ms;
	bool stuck, away, says_idle;
	unsigned int max_frame;	/* for the wire; XMD_FRAME_STD */
	bool gso6;		/* segments TCP over IPv6, too */
	const struct xmd_nic_ops *ops;
	void *ctx;
	struct net_device dev;	/* the last, for its end is open */
};

extern struct nic_sim nic;
extern void (*sim_on_wire)(const struct flat *f);	/* NULL, or: each frame that the NIC has sent */
extern unsigned int sim_copies;	/* pieces that Xen copied */
extern unsigned int sim_mapped, sim_bound, sim_napis;
extern int sim_fail_at;		/* the n-th call that can fail does; 0: none */
extern int sim_failed;
extern int sim_pinned;		/* Xen refuses to unmap */
/* Where a guest has the byte that is mapped at @p; NULL: nothing of a guest's is. */
u8 *sim_guests_byte(const void *p);

void sim_begin(void);		/* the module's memory, its pool and its NIC, as they are when it is loaded */
void sim_start(void);
/* ... with guests 1 and 2 connected. */
void sim_start_two(struct guest **a, struct guest **b);
void sim_stop(void);
void sim_run(void);		/* polls, until none is scheduled */
bool says_stuck(void);		/* xmd_back_health */
unsigned int sim_poll(unsigned int polls);	/* so many at most; Return: how many */
void sim_timers(void);
void sim_wait_us(s64 us);
void nic_complete(unsigned int n);
void nic_wire(unsigned int bytes);	/* the wire has had time for so many */
void nic_take(struct xmd_buf **b, unsigned int n);	/* buffers, to be given to rx_return */
void nic_receive(const u8 *data, u32 len);

/* Net_devices of the driver domain but the NIC's: sim_netdev.c */
extern unsigned int sim_devs, sim_skbs;
extern unsigned int sim_dropped;	/* frames, as traced */
extern void (*sim_in_rtnl)(void);	/* what others do while somebody waits for RTNL */
struct net_device *sim_netdev(const char *name);
void sim_up(struct net_device *dev, bool up);
void sim_listen(struct net_device *dev, unsigned int sockets);
void sim_works(void);		/* those that are due later, now */
bool sim_alloc_ok(void);

/* What Linux' xen-netfront can do. */
#define LINUX	(XMD_VIF_SG | XMD_VIF_GSO_TCPV4 | XMD_VIF_GSO_TCPV6 | XMD_VIF_CSUM_V6 | XMD_VIF_RX_NOTIFY)
struct guest *guest_new(u16 domid, u32 features);
void guest_free(struct guest *g);
int guest_connect(struct guest *g, bool adopt);
int guest_disconnect(struct guest *g);
/* A list of all its pages.  Return: how many. */
unsigned int guest_list(struct xmd_gref list[XMD_STAGE_PAGES]);
int guest_stage(struct guest *g, struct xmd_gref *list, unsigned int n, bool del);
void guest_event(struct guest *g);
/* One slot: TX page @page, the slot's bytes are there already. */
void guest_slot(struct guest *g, unsigned int page, u16 off, u16 size, u16 flags);
void guest_gso(struct guest *g, u8 type, u16 size);
/* A whole frame, cut into slots of @each bytes, and an event. */
void guest_send(struct guest *g, const u8 *data, u32 len, unsigned int each, u16 flags);
void guest_push(struct guest *g);
void guest_post(struct guest *g, unsigned int n);
/* Next TX response's status, or 99: none. */
int guest_tx_status(struct guest *g);
/* Next received frame; false: none.  @bad: a slot had an error. */
bool guest_receive(struct guest *g, struct flat *f, bool *bad);

/* A frame of @len bytes, numbered. */
void make_frame(u8 *p, const u8 *to, const u8 *from, u32 len, u32 seq);
u32 seq_of(const u8 *p);

#endif
