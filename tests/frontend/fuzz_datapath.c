// SPDX-License-Identifier: GPL-2.0
/*
 * A backend that does what the input says: answers, half right or all wrong, writes
 * anywhere into the rings, holds pages, sends events.  The frontend must neither crash nor
 * poll for ever nor lose a page or a grant; and when all is taken back and there is an honest
 * backend, frames go both ways.
 */
#include "sim.h"

#define CHECK SIM_CHECK
#define HELD 16

static struct sim_frame got;
static grant_ref_t held[HELD];
static unsigned int nheld;
/* The control ring's questions are no longer the frontend's: nobody honest answers them. */
static bool spoilt;

struct input {
	const u8 *p;
	size_t n;
};

static u32 take(struct input *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->p++;
}

static void hold(grant_ref_t ref)
{
	if (nheld == HELD) {
		back_map(held[0], -1);
		held[0] = held[--nheld];
	}
	if (back_can_map(ref)) {
		back_map(ref, 1);
		held[nheld++] = ref;
	}
}

static void answer_tx(struct input *in)
{
	union netif_tx_sring_entry *ring = (void *)front.tx.ring.sring->ring;
	u32 at = front.tx.ring.sring->rsp_prod % XMD_RING, how = take(in);
	u16 id = ring[at].req.id;

	ring[at].rsp.id = how & 0xc0 ? id : id + how;
	ring[at].rsp.status = how % 3 - 1;
	front.tx.ring.sring->rsp_prod++;
}

static void answer_rx(struct input *in)
{
	union netif_rx_sring_entry *ring = (void *)front.rx.ring.sring->ring;
	u32 at = front.rx.ring.sring->rsp_prod % XMD_RING, how = take(in);

	ring[at].rsp = (struct netif_rx_response){
		.id = how & 0xc0 ? at : take(in),
		.offset = how & 0x20 ? 0 : take(in) * 16,
		.flags = how & 0x0f,
		.status = how & 0x10 ? (int)take(in) * 40 - 400 : 100,
	};
	front.rx.ring.sring->rsp_prod++;
}

static void write_anywhere(struct input *in)
{
	u8 *page = take(in) & 1 ? (u8 *)front.tx.ring.sring : (u8 *)front.rx.ring.sring;
	u32 at = take(in) << 4 & 0xff0, value = take(in) | take(in) << 8 | take(in) << 24;

	/* often the indices */
	if (at & 0x800)
		at = at >> 4 & 12;
	memcpy(page + at, &value, 4);
}

static void transmit(struct input *in)
{
	u32 how = take(in), frags = how % 5;

	sim_dev.more = how & 0x80;
	if (sim_dev.txq.stopped)
		return;
	if (sim_xmit(sim_skb(1, how * 16, 14 + take(in) * 9, frags, 1 + how * 20)) != NETDEV_TX_OK)
		abort();
}

static void receive(void)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&sim_received))) {
		CHECK(skb->len >= ETH_HLEN);
		dev_kfree_skb_any(skb);
	}
}

static void reconnect(void)
{
	sim_fail_at = 0;
	spoilt = false;
	xmd_front_rings_withdraw(&front);
	back_unkeep();
	sim_connect();
}

/* Answers to anything, indices that cannot be, pages let go. */
static void control(struct input *in)
{
	struct xen_netif_ctrl_sring *r = front.stage.ring.sring;
	u32 how = take(in), at = take(in);

	if (how & 1)
		back_unkeep();
	if (!r)
		return;
	spoilt |= how & 14;
	if (how & 2)
		memset((u8 *)r->ring + at * 8, take(in), 8);
	if (how & 4)
		r->rsp_prod += take(in) % 3;
	if (how & 8)
		r->rsp_prod = take(in);
	back_ctrl_event();
}

static void step(struct input *in)
{
	u32 what = take(in);

	switch (what % 14) {
	case 0:
	case 1:
		transmit(in);
		break;
	case 2:
	case 3:
		answer_tx(in);
		break;
	case 4:
	case 5:
		answer_rx(in);
		break;
	case 6:
		write_anywhere(in);
		break;
	case 7:
		hold(take(in) & 1 ? back_tx_ref(take(in)) : back_rx_ref(take(in)));
		break;
	case 8:
		if (take(in) < 32)
			reconnect();
		break;
	case 9:
		sim_timers();
		sim_dev.n_mc = take(in) % 70;
		xmd_front_mcast_update(&front);
		sim_work();
		break;
	case 10:
		sim_fail_at = take(in) % 32;
		break;
	}
	if (what % 14 == 11)
		control(in);
	if (what % 14 == 12 && !spoilt)
		back_ctrl(take(in) * 8, take(in) & 1);
	if (what & 0x40) {
		sim_event(what & 0x80 ? XMD_CHANNEL_TX : XMD_CHANNEL_RX);
		sim_run();
	}
	receive();
}

/* Frames that the first one did not answer come first. */
static void honest(void)
{
	unsigned int n = 0;
	u8 frame[60] = { 0 };

	reconnect();
	sim_dev.more = false;
	while (back_take(&got))
		n++;
	CHECK(!front.stats.tx_again || n <= XMD_RING);
	back_answer(n);
	while (back_take(&got))
		back_answer(1);
	CHECK(!front.fault && !sim_dev.txq.stopped && skb_queue_empty(&front.tx.sent));
	sim_xmit(sim_skb(2, 64, 100, 0, 0));
	CHECK(back_take(&got) && got.len == 100);
	back_answer(1);
	sim_timers();
	CHECK(back_room() == XMD_RING);
	back_put(frame, 0, sizeof(frame), 0);
	back_push();
	CHECK(!skb_queue_empty(&sim_received));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	u32 how = take(&in);

	nheld = 0;
	spoilt = false;
	sim_start(how & 1, how & 2);
	front.feat.ctrl = how & 4;
	if (front.feat.ctrl)
		reconnect();
	if (how & 8)
		back_ctrl(XMD_STAGE_PAGES, false);
	sim_nothing_else = false;
	while (in.n)
		step(&in);
	honest();
	while (nheld)
		back_map(held[--nheld], -1);
	back_unkeep();
	sim_end();
	return 0;
}
