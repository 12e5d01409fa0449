// SPDX-License-Identifier: GPL-2.0
/*
 * front.c - frontends on real rings, as Linux's: an answer that cannot be is the end of it, and told. Each sends datagrams to
 * the peer; the first two hear from the peer, the third from the first. Half of their checksums are for others to make.
 */
#include "back.h"
#include "../device/datagram.h"
#include "../device/dev.h"

#define EVERY_MS	20u
#define ROOM		200u	/* requests under way */
#define POSTED		128u
#define MOST		65535u

static struct guest_state {
	bool broken;			/* it has disabled itself, as netfront does */
	u32 next, peer_next;
	u16 ids[256];			/* of the requests under way, by their index */
} state[GUESTS];
struct guest *front[GUESTS];
uint64_t dev_met_ms;
unsigned int dev_touched;

uint32_t dev_read(uint32_t reg) { (void)reg; return 1; }

/* ------------------------------------------------------------------------------ the guests */

static void broken(unsigned int g, const char *why)
{
	if (!guests.corrupt++)
		snprintf(guests.first, sizeof(guests.first), "guest %u: %s", g + 1, why);
	state[g].broken = true;
}

void front_anew(unsigned int g)
{
	struct guest *f = front[g];

	SHARED_RING_INIT(f->tx);
	SHARED_RING_INIT(f->rx);
	f->tx_prod = f->tx_cons = f->rx_prod = f->rx_cons = 0;
	f->tx_irq = f->rx_irq = 0;
	state[g].broken = false;
	guest_post(f, POSTED);
}

void front_lost(void)
{
	for (unsigned int g = 0; g < GUESTS; g++)
		front[g]->tx_irq = front[g]->rx_irq = 0;
}

/* As xennet_tx_buf_gc() looks at them */
static void take_answers(unsigned int g)
{
	struct guest *f = front[g];
	u32 prod = READ_ONCE(f->tx->rsp_prod);

	if (prod - f->tx_cons > f->tx_prod - f->tx_cons)
		return broken(g, "more answers than requests");
	for (; f->tx_cons != prod; f->tx_cons++) {
		struct netif_tx_response r = f->tx->ring[f->tx_cons % 256].rsp;

		if (r.status == NETIF_RSP_NULL)
			continue;
		if (r.id != (u16)f->tx_cons)
			return broken(g, "an answer to no request of its");
		if (r.status != NETIF_RSP_OKAY && r.status != NETIF_RSP_ERROR && r.status != NETIF_RSP_DROPPED)
			return broken(g, "an answer of no kind");
	}
	f->tx->rsp_event = f->tx_cons + 1;
}

/* For itself, or for all; else a switch has not learned yet, or has forgotten */
static bool for_me(unsigned int g, const u8 *frame)
{
	u8 mac[6];

	datagram_mac(mac, g);
	return frame[0] & 1 || !memcmp(frame, mac, sizeof(mac));
}

/* As xennet_get_responses() looks at them */
static void receive(unsigned int g)
{
	static u8 data[MOST + 4096];
	struct guest *f = front[g];
	u32 prod = READ_ONCE(f->rx->rsp_prod), len = 0;
	bool extra = false, bad = false;
	u16 flags = 0;

	if (prod - f->rx_cons > f->rx_prod - f->rx_cons)
		return broken(g, "more frames than it has posted pages");
	for (bool first = true; f->rx_cons != prod; f->rx_cons++) {
		struct netif_rx_response r = f->rx->ring[f->rx_cons % 256].rsp;

		if (extra) {
			extra = false;
		} else {
			if (r.id != f->rx_cons % 256)
				return broken(g, "a frame in no page that it has posted");
			if (r.status > 0 && r.offset + r.status > 4096)
				return broken(g, "a frame beyond its page");
			if (first)
				flags = r.flags;
			extra = first && r.flags & NETRXF_extra_info;
			first = false;
			bad |= r.status < 0 || len + r.status > MOST;
			if (!bad)
				memcpy(data + len, f->rxpage[f->rx_cons % SIM_PAGES] + r.offset, r.status), len += r.status;
			if (r.flags & NETRXF_more_data)
				continue;
		}
		if (extra)
			continue;
		if (!bad && len >= 14 && for_me(g, data))
			datagram_take(data, len, flags & (NETRXF_data_validated | NETRXF_csum_blank), true);
		len = 0;
		first = true;
		bad = false;
	}
	f->rx->rsp_event = f->rx_cons + 1;
	guest_post(f, POSTED - (f->rx_prod - f->rx_cons));
}

/* In one piece, or in slots as they come */
static void put(unsigned int g, u8 *frame, u32 len, bool whole)
{
	struct guest *f = front[g];

	if (f->tx_prod - f->tx_cons >= ROOM)
		return;
	guest_send(f, frame, len, len % 3 ? len : 700, whole ? 0 : NETTXF_csum_blank | NETTXF_data_validated);
}

static void offer(unsigned int g)
{
	static u8 frame[DATAGRAM_MAX];
	bool whole = state[g].next & 1;
	u32 seq;

	if (front[g]->tx_prod - front[g]->tx_cons >= ROOM)
		return;		/* its ring is full: the guest waits */
	seq = state[g].next++;
	put(g, frame, datagram_make(frame, g, false, seq, whole), whole);
	if (g)
		return;
	/* what the third one hears is from here */
	whole = state[2].peer_next & 1;
	seq = datagram_make(frame, 2, true, state[2].peer_next++, whole);
	datagram_mac(frame + 6, g);
	put(g, frame, seq, whole);
}

/* -------------------------------------------------------------------------------- the peer */

static u32 sum16(u32 sum, const u8 *p, unsigned int len)
{
	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	sum += len ? p[0] << 8 : 0;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* What the NIC was asked to do, it does. */
static void on_wire(const struct flat *f)
{
	static u8 data[sizeof(f->data)];
	unsigned int at = f->csum_start + f->csum_offset;
	u32 sum;

	memcpy(data, f->data, f->len);
	if (f->flags & XMD_F_CSUM_BLANK && at + 2 <= f->len && f->csum_start < f->len) {
		sum = ~sum16(0, data + f->csum_start, f->len - f->csum_start);
		data[at] = sum >> 8;
		data[at + 1] = sum;
	}
	/* what the guests say to each other is flooded until somebody has answered */
	if (f->len > 47 && !data[47])
		datagram_take(data, f->len, false, false);
}

static void answer(unsigned int g)
{
	static u8 frame[DATAGRAM_MAX];
	unsigned int len = datagram_make(frame, g, true, state[g].peer_next++, true);

	if (back_runs() && nic.ops && nic.pool_free)
		nic_receive(frame, len);
}

/* --------------------------------------------------------------------------------- the world */

void front_pass(void)
{
	uint64_t now = world_ms();

	for (unsigned int g = 0; g < VIFS; g++) {
		if (!state[g].broken)
			take_answers(g);
		if (!state[g].broken)
			receive(g);
		if (!state[g].broken && now % EVERY_MS == g * 5)
			offer(g);
		if (g < 2 && now % EVERY_MS == g * 5 + 2)
			answer(g);
	}
}

/* Once, before anything runs; a wire that knows nobody */
void dev_power_on(void)
{
	sim_on_wire = on_wire;
	for (unsigned int g = 0; g < GUESTS; g++) {
		front[g] = guest_new(g + 1, LINUX);
		datagram_mac(front[g]->mac, g);
		front_anew(g);
	}
}

void guests_again(void) { front_lost(); }
