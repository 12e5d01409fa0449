// SPDX-License-Identifier: GPL-2.0
/* datagram.c - see datagram.h */
#include <stdio.h>
#include <string.h>

#include "datagram.h"
#include "world.h"

#define HEADERS		(14u + 20u + 8u)
#define MINE		16u		/* of the payload: who, how long, which */

struct datagram {
	uint8_t magic[4], vif, back;
	uint16_t len;
	uint32_t seq, spare;
};

struct flow flow_tx[VIFS], flow_rx[VIFS];
struct guests guests;

static uint32_t scramble(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

static uint32_t sum_of(const uint8_t *p, unsigned int len)
{
	uint32_t sum = 0;

	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	return len ? sum + (p[0] << 8) : sum;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static void put16(uint8_t *p, uint32_t v) { p[0] = v >> 8; p[1] = v; }

void datagram_mac(uint8_t *mac, unsigned int v) { memcpy(mac, (const uint8_t[]){ 2, 0x16, 0x3e, 0, 0, v }, 6); }

static uint32_t pseudo(const uint8_t *ip, unsigned int udp) { return sum_of(ip + 12, 8) + 17 + udp; }

/* Whose, which way and which says what is in it.  Return: its length */
unsigned int datagram_make(uint8_t *f, unsigned int v, bool back, uint32_t seq, bool whole_sum)
{
	uint32_t x = scramble(seq * 8 + v * 2 + back), n = MINE + x % 1300, udp = 8 + n, i;
	struct datagram d = { { 'X', 'M', 'D', '!' }, v, back, n, seq, 0 };
	uint8_t *ip = f + 14, *u = f + 34, *p = f + HEADERS;

	datagram_mac(f + (back ? 0 : 6), v);
	datagram_mac(f + (back ? 6 : 0), 99);
	put16(f + 12, 0x0800);
	memset(ip, 0, 28);
	ip[0] = 0x45;
	put16(ip + 2, 20 + udp);
	ip[8] = 64;
	ip[9] = 17;
	memcpy(ip + 12, (const uint8_t[]){ 10, 0, 0, back ? 99 : v, 10, 0, 0, back ? v : 99 }, 8);
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
static enum found look(const uint8_t *f, unsigned int len, bool trusted, struct datagram *d)
{
	static uint8_t should[DATAGRAM_MAX];
	const uint8_t *ip = f + 14, *u = f + 34;
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
	if (d->vif >= VIFS || datagram_make(should, d->vif, d->back, d->seq, true) != total + 14 ||
	    memcmp(should + HEADERS, f + HEADERS, udp - 8))
		return CORRUPT;
	guests.tails += len > total + 14 && len > 60;
	return RIGHT;
}

static void arrived(struct flow *f, uint32_t seq)
{
	uint64_t silent = world_ms() - f->last_ms;

	if (silent > f->longest_ms)
		f->longest_ms = silent;
	f->last_ms = world_ms();
	f->arrived++;
	if (seq < f->next) {
		f->twice++;
		return;
	}
	f->lost += seq - f->next;
	f->next = seq + 1;
}

void datagram_take(const uint8_t *f, unsigned int len, bool trusted, bool back)
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
