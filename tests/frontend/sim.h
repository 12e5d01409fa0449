/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sim.h - a guest in one process: the frontend's data path over a simulated Linux and Xen,
 * and a backend that keeps to netif.h, or is told not to.
 */
#ifndef SIM_H
#define SIM_H

#include "obj.h"

#define SIM_KEEP 4096

struct sim_frame {
	u8 data[65536 + 64];
	unsigned int len, slots, flags, gso_type, gso_size;
};

extern struct xmd_front front;
extern struct net_device sim_dev;
extern int sim_fail_at;			/* the Nth call that can fail does; 0: none */
extern bool sim_failed;
extern unsigned int sim_freed[SIM_KEEP];	/* by id: how often that skb was freed */
extern unsigned int sim_spurious, sim_eois, sim_notified, sim_features;
extern int sim_requested;		/* value of the key request-multicast-control */
extern struct sk_buff_head sim_received;	/* what the stack was given */
extern int sim_csum_setup;		/* what skb_checksum_setup says */
extern bool sim_nothing_else;		/* a TX page has the frame's bytes and zeros */

void sim_start(bool trusted, bool split);	/* connected, device up */
void sim_end(void);			/* withdraws; nothing may be left over */
void sim_connect(void);			/* rings made, published, started */
void sim_run(void);			/* polls until there is nothing to do */
void sim_timers(void);
void sim_work(void);
void sim_event(unsigned int channel);	/* delivered unless masked */

/* a frame of @len bytes, beginning @off into its first page; @frags more pieces of @each */
struct sk_buff *sim_skb(unsigned int id, unsigned int off, unsigned int head, unsigned int frags,
			unsigned int each);
int sim_xmit(struct sk_buff *skb);

/* the backend's half; it has its own picture of the rings */
struct back_sim {
	u32 tx_cons, tx_rsp, rx_cons, rx_rsp;
	unsigned int unanswered;	/* frames taken */
	struct { u32 first, slots, extras; u16 id[64]; } taken[256];
	unsigned int mcast_add, mcast_del;
	bool refuse_mcast;
};
extern struct back_sim bk;
void back_attach(void);			/* at the rings' rsp_prod */
bool back_take(struct sim_frame *f);	/* the next frame out of the TX ring */
void back_answer(unsigned int n);	/* the oldest n frames */
unsigned int back_room(void);		/* RX requests */
/* one RX slot with @len bytes of @data at @off */
void back_put(const void *data, unsigned int off, int len, u16 flags);
void back_put_extra(u8 type, u8 flags, u8 gso_type, u16 gso_size);
void back_push(void);			/* RX responses, with an event */
void back_map(grant_ref_t ref, int by);	/* holds a grant mapped, or lets go */
bool back_can_map(grant_ref_t ref);
grant_ref_t back_tx_ref(u32 idx);
grant_ref_t back_rx_ref(u32 idx);
/* Its end of the control ring: @pages it says it keeps; @refuse: those lists.  Return: messages */
unsigned int back_ctrl(u32 pages, bool refuse);
void back_ctrl_event(void);
void back_unkeep(void);			/* unmaps them */
unsigned int back_keeps(void);
void *back_page(grant_ref_t ref);	/* as it may write to it while it has it mapped */
unsigned int sim_pages(void);		/* in use */
unsigned int sim_grants(void);		/* active */

#endif
