/* SPDX-License-Identifier: GPL-2.0 */
/* Frames of known content, and checksums the slow and obvious way. */
#ifndef TEST_FRAMES_H
#define TEST_FRAMES_H

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "csum.h"

struct shape {
	const char *what;
	u8 vlans, ipv6, proto, ip_opts, tcp_opts;	/* options in bytes, a multiple of 4 or 8 */
};

static inline void be16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* Headers of a frame with @payload bytes.  Return: their length; *net, *l4: offsets. */
static inline unsigned int make_headers(u8 *p, const struct shape *s, unsigned int payload,
					unsigned int *net, unsigned int *l4)
{
	unsigned int at = 12, thdr = s->proto == 6 ? 20 + s->tcp_opts : 8;

	memset(p, 0, 256);
	memcpy(p, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02", 12);
	for (int i = 0; i < s->vlans; i++, at += 4)
		be16(p + at, i + 1 < s->vlans ? 0x88a8 : 0x8100);
	be16(p + at, s->ipv6 ? 0x86dd : 0x0800);
	*net = at + 2;
	if (s->ipv6) {
		u8 *ip = p + *net;

		ip[0] = 0x60;
		be16(ip + 4, s->ip_opts + thdr + payload);
		ip[6] = s->ip_opts ? 60 : s->proto;
		ip[7] = 64;
		for (int i = 8; i < 40; i++)
			ip[i] = i * 7;
		if (s->ip_opts) {
			ip[40] = s->proto;
			ip[41] = s->ip_opts / 8 - 1;
		}
		*l4 = *net + 40 + s->ip_opts;
	} else {
		u8 *ip = p + *net;

		ip[0] = 0x40 | (5 + s->ip_opts / 4);
		be16(ip + 2, 20 + s->ip_opts + thdr + payload);
		be16(ip + 4, 0xfffe);
		ip[6] = 0x40;
		ip[8] = 64;
		ip[9] = s->proto;
		memcpy(ip + 12, "\x0a\x01\x02\x03\xc0\xa8\xff\xfe", 8);
		*l4 = *net + 20 + s->ip_opts;
	}
	be16(p + *l4, 40000);
	be16(p + *l4 + 2, 80);
	if (s->proto == 6) {
		memcpy(p + *l4 + 4, "\xff\xff\xff\x00", 4);
		p[*l4 + 12] = (5 + s->tcp_opts / 4) << 4;
		p[*l4 + 13] = 0x99;	/* CWR ACK PSH FIN */
	} else {
		be16(p + *l4 + 4, thdr + payload);
	}
	return *l4 + thdr;
}

/* RFC 1071, byte by byte; big endian. */
static inline u32 ref_add(u32 sum, const u8 *p, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++) {
		sum += i & 1 ? p[i] : p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/* Sum over pseudo header and everything from @l4 on: 0xffff when the checksum is right. */
static inline u32 ref_verify(const u8 *p, unsigned int len, const struct shape *s,
			     unsigned int net, unsigned int l4)
{
	u8 tail[8] = { 0, 0, (len - l4) >> 8, len - l4, 0, 0, 0, s->proto };
	u32 sum = ref_add(0, p + net + (s->ipv6 ? 8 : 12), s->ipv6 ? 32 : 8);

	sum = ref_add(sum, tail, 8);
	return ref_add(sum, p + l4, len - l4);
}

/* A chain whose first buffer has @first bytes and the others @each. */
static inline struct xmd_buf *make_chain(const u8 *p, unsigned int len, unsigned int first,
					 unsigned int each)
{
	struct xmd_buf *head = NULL, **link = &head;
	unsigned int n = first < len ? first : len, left = len;

	while (left) {
		struct xmd_buf *b = calloc(1, sizeof(*b));

		b->data = malloc(XMD_BUF_SIZE);
		b->off = (u16)(head ? 3 : 0);
		b->len = n;
		memcpy(xmd_buf_data(b), p, n);
		*link = b;
		link = &b->frag;
		head->nbufs++;
		p += n;
		left -= n;
		n = each < left ? each : left;
	}
	head->frame_len = len;
	return head;
}

static inline void free_chain(struct xmd_buf *b)
{
	while (b) {
		struct xmd_buf *next = b->frag;

		free(b->data);
		free(b);
		b = next;
	}
}

static inline void flatten(const struct xmd_buf *b, u8 *to)
{
	for (; b; to += b->len, b = b->frag)
		memcpy(to, xmd_buf_data(b), b->len);
}

static const struct shape shapes[] = {
	{ "TCP over IPv4", 0, 0, 6, 0, 0 },
	{ "TCP over IPv4 with timestamps", 0, 0, 6, 0, 12 },
	{ "TCP over IPv4 with all options there can be", 2, 0, 6, 40, 40 },
	{ "UDP over IPv4", 0, 0, 17, 0, 0 },
	{ "UDP over IPv4 on a VLAN", 1, 0, 17, 0, 0 },
	{ "TCP over IPv6", 0, 1, 6, 0, 12 },
	{ "UDP over IPv6 on two VLANs", 2, 1, 17, 0, 0 },
	{ "TCP over IPv6 behind an extension header", 1, 1, 6, 24, 20 },
};

#define N_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

#endif
