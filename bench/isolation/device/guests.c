// SPDX-License-Identifier: GPL-2.0
/*
 * guests.c - three vifs on nic.h, and the peer on the wire: datagrams each way (datagram.h); a checksum of half of those that are
 * sent is the NIC's to make.
 */
#include "priv.h"
#include "world.h"
#include "datagram.h"
#include "dev.h"

#define EVERY_MS	20u
#define REFUSED_MS	3000u	/* backend-domU/kern/back.h */
#define LATE_MS		8000u	/* likewise */
#define TRIES_MS	2000u	/* likewise */
#define DRY_MS		20000u	/* likewise */
#define RING		200u		/* requests of a guest that are not answered */
#define QUEUE		32u

struct vif {
	struct xmd_buf *queue[QUEUE];	/* what the NIC does not take yet */
	unsigned int n, out;		/* out: with the NIC */
	uint64_t out_ms;		/* since when, or when one of them was returned */
	u32 next, answered, returned;	/* returned: by the NIC, the last one and one */
};

static struct vif vif[VIFS];
static u32 peer_next[VIFS];
static struct xmd_nic *place;
static struct vain { uint64_t since, last; } refused, dry;	/* ms; since 0: it is not in vain */
static int me;

/* ------------------------------------------------------------------------------ the backend */

static void rx_return(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	static u8 flat[XMD_FRAME_JUMBO + XMD_BUF_SIZE];
	struct xmd_buf *b;
	unsigned int len;

	SIM_CHECK(ctx == &me);
	while (n--) {
		SIM_CHECK(frames[n]->frame_len >= ETH_HLEN && frames[n]->frame_len <= xmd_nic_max_frame(place));
		for (b = frames[n], len = 0; b; b = b->frag) {
			memcpy(flat + len, (u8 *)b->data + b->off, b->len);
			len += b->len;
		}
		SIM_CHECK(len == frames[n]->frame_len);
		datagram_take(flat, len, frames[n]->flags & XMD_F_CSUM_VALID, true);
		xmd_buf_put(place, frames[n]);
	}
}

static void tx_return(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	SIM_CHECK(ctx == &me);
	for (unsigned int i = 0; i < n; i++) {
		struct vif *v = frames[i]->owner;

		if (v) {
			/* in the order in which they were provided (nic.h) */
			SIM_CHECK(v->out && frames[i]->cookie >= v->returned);
			v->out--;
			v->out_ms = world_ms();
			v->returned = frames[i]->cookie + 1;
			v->answered = max(v->answered, v->returned);
		}
		xmd_buf_put(place, frames[i]);
	}
}

void guests_wire(const uint8_t *frame, unsigned int len) { datagram_take(frame, len, false, false); }

static void state(void *ctx) { SIM_CHECK(ctx == &me); }

static const struct xmd_nic_ops ops = { rx_return, tx_return, rx_return, state };

unsigned int guests_attach(void)
{
	place = NULL;
	return xmd_nic_attach(&ops, &me, &place);
}

static void in_vain(struct vain *w)
{
	if (!xmd_nic_tx_idle(place))
		return;
	if (!w->since || world_ms() - w->last > TRIES_MS)
		w->since = world_ms();
	w->last = world_ms();
}

static bool vain_for(const struct vain *w, unsigned int ms)
{
	return w->since && w->last - w->since > ms && world_ms() - w->last <= TRIES_MS && half_tx_idle();
}

/* One buffer, or its end in a second one. */
static struct xmd_buf *frame_of(struct vif *v, u32 seq)
{
	static u8 f[DATAGRAM_MAX];
	bool sum = seq & 1;
	unsigned int len = datagram_make(f, v - vif, false, seq, sum), first = seq % 3 ? len : min(len, 100u);
	struct xmd_buf *b[2];
	unsigned int got = xmd_buf_get(place, b, 2);

	if (got)
		dry.since = 0;
	else
		in_vain(&dry);
	if (got == 1)
		xmd_buf_put(place, b[0]);
	if (got < 2)
		return NULL;
	memcpy(b[0]->data, f, first);
	b[0]->len = first;
	b[0]->frame_len = len;
	b[0]->owner = v;
	b[0]->cookie = seq;
	if (!sum) {
		b[0]->flags = XMD_F_CSUM_BLANK;
		b[0]->csum_start = 34;
		b[0]->csum_offset = 6;
	}
	if (first == len) {
		xmd_buf_put(place, b[1]);
		return b[0];
	}
	memcpy(b[1]->data, f + first, len - first);
	b[1]->len = len - first;
	b[0]->frag = b[1];
	b[0]->nbufs = 2;
	return b[0];
}

/* One frame.  Return: has it gone? */
static bool provide(struct vif *v)
{
	int taken = v->n ? xmd_nic_tx_provide(place, v->queue, 1) : 0;

	if (taken > 0)
		refused.since = 0;
	else if (v->n)
		in_vain(&refused);
	if (taken == -ENETDOWN) {
		/* nobody is there: it is answered as dropped */
		v->answered = v->queue[0]->cookie + 1;
		xmd_buf_put(place, v->queue[0]);
	} else if (taken > 0) {
		v->out_ms = v->out++ ? v->out_ms : world_ms();
	} else {
		return false;
	}
	v->n--;
	memmove(v->queue, v->queue + 1, v->n * sizeof(v->queue[0]));
	return true;
}

/* In turns: who had the last one is not the first. */
static void provide_all(void)
{
	static unsigned int turn;
	unsigned int refused = 0;

	while (refused < VIFS) {
		refused = provide(&vif[turn]) ? 0 : refused + 1;
		turn = (turn + 1) % VIFS;
	}
}

static void offer(struct vif *v)
{
	struct xmd_buf *b = v->n < QUEUE && v->n + v->out < RING ? frame_of(v, v->next) : NULL;

	if (!b)
		return;		/* its ring is full: the guest waits */
	v->queue[v->n++] = b;
	v->next++;
}

static void answer(unsigned int v)
{
	static u8 f[DATAGRAM_MAX];
	unsigned int len;

	if (!dev_link())
		return;
	len = datagram_make(f, v, true, peer_next[v]++, true);
	dev_receive(f, len);
}

void guests_pass(void)
{
	uint64_t now = world_ms();

	for (unsigned int v = 0; v < VIFS; v++) {
		if (place && now % EVERY_MS == v * 5)
			offer(&vif[v]);
		if (now % EVERY_MS == v * 5 + 2)
			answer(v);
	}
	if (place)
		provide_all();
}

static bool lost(void)
{
	for (const struct vif *v = vif; v < vif + VIFS; v++)
		if (v->out && world_ms() - v->out_ms > LATE_MS)
			return half_tx_idle();
	return false;
}

bool guests_refused(void)
{
	if (lost())
		return true;
	return vain_for(&refused, REFUSED_MS) || vain_for(&dry, DRY_MS);
}

void guests_again(void)
{
	place = NULL;
	refused.since = dry.since = 0;
	for (struct vif *v = vif; v < vif + VIFS; v++) {
		v->n = v->out = 0;
		v->next = v->returned = v->answered;
	}
}

unsigned int guests_waiting(void)
{
	unsigned int n = 0;

	for (struct vif *v = vif; v < vif + VIFS; v++)
		for (unsigned int i = 0; i < v->n; i++)
			n += v->queue[i]->nbufs;
	return n;
}
