// SPDX-License-Identifier: GPL-2.0
/*
 * guests.c - three vifs on nic.h, and the peer on the wire: numbered UDP datagrams each way, whose every byte the receiver
 * knows; a checksum of half of those that are sent is the NIC's to make.  A datagram of a right checksum (or with the
 * NIC's word for that) and other bytes is what nobody behind us would find.
 */
#include "priv.h"
#include "world.h"
#include "dev.h"

#define EVERY_MS	20u
#define REFUSED_MS	3000u	/* backend-domU/kern/back.h */
#define LATE_MS		8000u	/* likewise */
#define TRIES_MS	2000u	/* likewise */
#define RING		200u		/* requests of a guest that are not answered */
#define QUEUE		32u
#define HEADERS		(14u + 20u + 8u)
#define MINE		16u		/* of the payload: who, how long, which */
#define FRAME_MAX	1514u

struct datagram {
	u8 magic[4], vif, back;
	u16 len;
	u32 seq, spare;
};

struct vif {
	struct xmd_buf *queue[QUEUE];	/* what the NIC does not take yet */
	unsigned int n, out;		/* out: with the NIC */
	uint64_t out_ms;		/* since when, or when one of them was returned */
	u32 next, answered, returned;	/* returned: by the NIC, the last one and one */
};

struct flow flow_tx[VIFS], flow_rx[VIFS];
struct guests guests;
static struct vif vif[VIFS];
static u32 peer_next[VIFS];
static struct xmd_nic *place;
static uint64_t refused_ms, tried_ms;	/* since when, and the last time */
static int me;

/* ------------------------------------------------------------------------------- datagrams */

static u32 mix(u32 x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

static u32 sum_of(const u8 *p, unsigned int len)
{
	u32 sum = 0;

	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	return len ? sum + (p[0] << 8) : sum;
}

static u16 fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static void put16(u8 *p, u32 v) { p[0] = v >> 8; p[1] = v; }

static void mac_of(u8 *mac, unsigned int v) { memcpy(mac, (const u8[]){ 2, 0x16, 0x3e, 0, 0, v }, ETH_ALEN); }

static u32 pseudo(const u8 *ip, unsigned int udp) { return sum_of(ip + 12, 8) + 17 + udp; }

/* Whose, which way and which says what is in it.  Return: its length */
static unsigned int make(u8 *f, unsigned int v, bool back, u32 seq, bool whole_sum)
{
	u32 x = mix(seq * 8 + v * 2 + back), n = MINE + x % 1300, udp = 8 + n, i;
	struct datagram d = { { 'X', 'M', 'D', '!' }, v, back, n, seq, 0 };
	u8 *ip = f + 14, *u = f + 34, *p = f + HEADERS;

	mac_of(f + (back ? 0 : 6), v);
	mac_of(f + (back ? 6 : 0), 99);
	put16(f + 12, 0x0800);
	memset(ip, 0, 28);
	ip[0] = 0x45;
	put16(ip + 2, 20 + udp);
	ip[8] = 64;
	ip[9] = 17;
	memcpy(ip + 12, (const u8[]){ 10, 0, 0, back ? 99 : v, 10, 0, 0, back ? v : 99 }, 8);
	put16(ip + 10, ~fold(sum_of(ip, 20)));
	put16(u, 7000);
	put16(u + 2, 7000);
	put16(u + 4, udp);
	memcpy(p, &d, MINE);
	for (i = MINE; i < n; i++)
		p[i] = (x = x * 1664525u + 1013904223u) >> 24;
	put16(u + 6, whole_sum ? ~fold(pseudo(ip, udp) + sum_of(u, udp)) : fold(pseudo(ip, udp)));
	return HEADERS + n;
}

enum found { RIGHT, STRANGE, BAD_SUM, CORRUPT };

/* @trusted: the NIC has said that the sums are right */
static enum found look(const u8 *f, unsigned int len, bool trusted, struct datagram *d)
{
	static u8 should[FRAME_MAX];
	const u8 *ip = f + 14, *u = f + 34;
	unsigned int total, udp;

	if (len < HEADERS + MINE || f[12] != 8 || f[13] || ip[0] != 0x45 || fold(sum_of(ip, 20)) != 0xffff)
		return STRANGE;
	total = ip[2] << 8 | ip[3];
	udp = u[4] << 8 | u[5];
	if (total + 14 > len || udp + 20 != total || udp < 8 + MINE)
		return STRANGE;
	if (!trusted && fold(pseudo(ip, udp) + sum_of(u, udp)) != 0xffff)
		return BAD_SUM;
	memcpy(d, f + HEADERS, MINE);
	if (d->vif >= VIFS || make(should, d->vif, d->back, d->seq, true) != total + 14 ||
	    memcmp(should + HEADERS, f + HEADERS, udp - 8))
		return CORRUPT;
	guests.tails += len > total + 14 && len > ETH_ZLEN;
	return RIGHT;
}

static void arrived(struct flow *f, u32 seq)
{
	uint64_t silent = world_ms() - f->last_ms;

	f->longest_ms = max(f->longest_ms, silent);
	f->last_ms = world_ms();
	f->arrived++;
	if (seq < f->next) {
		f->twice++;
		return;
	}
	f->lost += seq - f->next;
	f->next = seq + 1;
}

static void take(const u8 *f, unsigned int len, bool trusted, bool back)
{
	struct datagram d = { };
	enum found what = look(f, len, trusted, &d);

	if (what == RIGHT && d.back == back)
		arrived(back ? &flow_rx[d.vif] : &flow_tx[d.vif], d.seq);
	guests.strange += what == STRANGE || (what == RIGHT && d.back != back);
	guests.bad_sum += what == BAD_SUM;
	if (what != CORRUPT)
		return;
	if (!guests.corrupt++)
		snprintf(guests.first, sizeof(guests.first), "%s, %u bytes, vif %u number %u, %s",
			 back ? "to a guest" : "to the wire", len, d.vif, d.seq, trusted ? "by the NIC's word" : "by its sum");
}

void guests_wire(const uint8_t *frame, unsigned int len) { take(frame, len, false, false); }

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
		take(flat, len, frames[n]->flags & XMD_F_CSUM_VALID, true);
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

static void state(void *ctx) { SIM_CHECK(ctx == &me); }

static const struct xmd_nic_ops ops = { rx_return, tx_return, rx_return, state };

unsigned int guests_attach(void)
{
	place = NULL;
	return xmd_nic_attach(&ops, &me, &place);
}

/* One buffer, or its end in a second one. */
static struct xmd_buf *frame_of(struct vif *v, u32 seq)
{
	static u8 f[FRAME_MAX];
	bool sum = seq & 1;
	unsigned int len = make(f, v - vif, false, seq, sum), first = seq % 3 ? len : min(len, 100u);
	struct xmd_buf *b[2];

	if (xmd_buf_get(place, b, 2) < 2)
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

	if (taken > 0) {
		refused_ms = 0;
	} else if (v->n && xmd_nic_tx_idle(place)) {
		if (!refused_ms || world_ms() - tried_ms > TRIES_MS)
			refused_ms = world_ms();
		tried_ms = world_ms();
	}
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
	static u8 f[FRAME_MAX];
	unsigned int len;

	if (!dev_link())
		return;
	len = make(f, v, true, peer_next[v]++, true);
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
	return refused_ms && tried_ms - refused_ms > REFUSED_MS && world_ms() - tried_ms <= TRIES_MS && half_tx_idle();
}

void guests_again(void)
{
	place = NULL;
	refused_ms = 0;
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

/* -------------------------------------------------------------------------------- to look at */

void guests_mark(void)
{
	memset(&guests, 0, sizeof(guests));
	for (unsigned int v = 0; v < VIFS; v++) {
		flow_tx[v].longest_ms = flow_rx[v].longest_ms = 0;
		flow_tx[v].lost = flow_rx[v].lost = flow_tx[v].twice = flow_rx[v].twice = 0;
	}
}

bool guests_well(unsigned int ms)
{
	uint64_t now = world_ms();

	for (unsigned int v = 0; v < VIFS; v++)
		if (now - flow_tx[v].last_ms > ms || now - flow_rx[v].last_ms > ms)
			return false;
	return true;
}
