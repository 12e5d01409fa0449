// SPDX-License-Identifier: GPL-2.0
/* Cutting a GSO frame in software; see gso.h. */
#include <linux/errno.h>
#include <linux/string.h>
#include "csum.h"
#include "gso.h"

#define TCP_FIN	0x01
#define TCP_PSH	0x08
#define TCP_CWR	0x80

static void put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static u32 get32(const u8 *p)
{
	return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

unsigned int xmd_gso_count(const struct xmd_buf *b)
{
	if (!b->gso_size || b->hdr_len >= b->frame_len ||
	    b->hdr_len + b->gso_size > XMD_BUF_SIZE)
		return 0;
	return (b->frame_len - b->hdr_len + b->gso_size - 1) / b->gso_size;
}

/* @len bytes of the frame from byte @from on. */
static void copy_out(const struct xmd_buf *b, u32 from, u32 len, u8 *to)
{
	u32 n;

	for (; b && len; b = b->frag) {
		if (from >= b->len) {
			from -= b->len;
			continue;
		}
		n = b->len - from < len ? b->len - from : len;
		memcpy(to, xmd_buf_data(b) + from, n);
		to += n;
		len -= n;
		from = 0;
	}
}

/* RFC 791: length, identification (one more each segment), header checksum. */
static void fix_ipv4(u8 *ip, u16 len, unsigned int i)
{
	u16 sum;

	put16(ip + 2, len);
	put16(ip + 4, (ip[4] << 8 | ip[5]) + i);
	ip[10] = 0;
	ip[11] = 0;
	sum = ~xmd_sum(ip, (ip[0] & 15) * 4, 0);
	memcpy(ip + 10, &sum, 2);
}

/* FIN and PSH belong to the last segment, CWR to the first (RFC 3168, 6.1.2). */
static void fix_tcp(u8 *tcp, u32 seq_add, bool last)
{
	put32(tcp + 4, get32(tcp + 4) + seq_add);
	if (!last)
		tcp[13] &= ~(TCP_FIN | TCP_PSH);
	if (seq_add)
		tcp[13] &= ~TCP_CWR;
}

int xmd_gso_cut(const struct xmd_buf *b, unsigned int i, struct xmd_buf *seg)
{
	u32 done = i * (u32)b->gso_size, left = b->frame_len - b->hdr_len - done;
	u32 take = left < b->gso_size ? left : b->gso_size;
	u8 *p = seg->data;
	struct xmd_l4 l4;

	copy_out(b, 0, b->hdr_len, p);
	if (xmd_l4_parse(p, b->hdr_len, &l4) || l4.hdr_len != b->hdr_len ||
	    l4.csum_offset != 16)
		return -EPROTO;
	copy_out(b, b->hdr_len + done, take, p + b->hdr_len);
	seg->off = 0;
	seg->len = b->hdr_len + take;
	seg->frame_len = seg->len;
	seg->flags = XMD_F_CSUM_BLANK | (b->flags & XMD_F_TAGGED);
	seg->csum_start = l4.csum_start;
	seg->csum_offset = l4.csum_offset;
	if (l4.ipv6)
		put16(p + l4.net + 4, seg->len - l4.net - 40);
	else
		fix_ipv4(p + l4.net, seg->len - l4.net, i);
	fix_tcp(p + l4.csum_start, done, take == left);
	xmd_csum_seed(p, &l4, seg->len - l4.csum_start);
	return 0;
}
