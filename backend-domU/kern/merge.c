// SPDX-License-Identifier: GPL-2.0
/* Joining TCP segments from the wire into one GSO frame; see merge.h. */
#include <linux/string.h>
#include "merge.h"

#define TCP_PSH		0x08
#define TCP_ACK		0x10
#define IP_DF		0x40	/* octet 6 of the header */
#define HDR_MAX		128u	/* IPv6, TCP with all its options */
#define FRAME_MAX	65535u

static u16 be16_at(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static void put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static u32 seq_of(const u8 *tcp)
{
	return (u32)be16_at(tcp + 4) << 16 | be16_at(tcp + 6);
}

/* The IP header says that it ends where the frame does: no padding, no options. */
static bool ip_fits(const u8 *p, const struct xmd_l4 *l4, unsigned int len)
{
	const u8 *ip = p + l4->net;

	if (l4->ipv6)
		return l4->csum_start - l4->net == 40 &&
		       be16_at(ip + 4) == len - l4->csum_start;
	return l4->csum_start - l4->net == 20 && be16_at(ip + 2) == len - l4->net &&
	       xmd_sum(ip, 20, 0) == 0xffff;
}

/*
 * A segment that carries data and nothing special, with checksums that are right; that
 * is noted, so that nobody has to sum it up again.  Guests do not take GSO on a VLAN.
 */
static bool is_plain(struct xmd_buf *b, struct xmd_l4 *l4)
{
	const u8 *p = xmd_buf_data(b), *tcp;

	if (b->frag || xmd_l4_parse(p, b->len, l4) || l4->csum_offset != 16 || l4->net != ETH_HLEN)
		return false;
	if (l4->hdr_len > HDR_MAX || l4->hdr_len >= b->len || !ip_fits(p, l4, b->len))
		return false;
	tcp = p + l4->csum_start;
	if ((tcp[13] & ~TCP_PSH) != TCP_ACK || tcp[12] & 0x0f)
		return false;
	if (!(b->flags & XMD_F_CSUM_VALID) && xmd_csum_right(p, l4, b->len))
		b->flags |= XMD_F_CSUM_VALID;
	return b->flags & XMD_F_CSUM_VALID;
}

/*
 * The next identification of IPv4.  It names what is put together again from fragments
 * (RFC 6864), so where a router may cut, each segment keeps its own: whoever cuts the frame
 * counts up by one from the first.
 */
static bool id_follows(const struct xmd_merge *m, const u8 *ip)
{
	return m->l4.ipv6 || ip[6] & IP_DF || be16_at(ip + 4) == m->id;
}

bool xmd_merge_start(struct xmd_merge *m, struct xmd_buf *b)
{
	const u8 *tcp;

	m->head = NULL;
	if (!is_plain(b, &m->l4))
		return false;
	tcp = xmd_buf_data(b) + m->l4.csum_start;
	m->head = b;
	m->tail = b;
	m->mss = b->len - m->l4.hdr_len;
	m->seq = seq_of(tcp) + m->mss;
	m->id = be16_at(xmd_buf_data(b) + m->l4.net + 4) + 1;
	m->closed = tcp[13] & TCP_PSH;
	return true;
}

/* The headers without what differs from segment to segment. */
static void mask_headers(u8 *to, const u8 *p, const struct xmd_l4 *l4)
{
	u8 *ip = to + l4->net, *tcp = to + l4->csum_start;

	memcpy(to, p, l4->hdr_len);
	if (l4->ipv6) {
		put16(ip + 4, 0);	/* payload length */
	} else {
		put16(ip + 2, 0);	/* total length */
		put16(ip + 4, 0);	/* identification */
		put16(ip + 10, 0);	/* checksum */
	}
	memset(tcp + 4, 0, 4);		/* sequence number */
	tcp[13] &= ~TCP_PSH;
	put16(tcp + 16, 0);		/* checksum */
}

static bool same_flow(const struct xmd_merge *m, const struct xmd_buf *b, const struct xmd_l4 *l4)
{
	u8 one[HDR_MAX], other[HDR_MAX];

	if (l4->hdr_len != m->l4.hdr_len || l4->net != m->l4.net || l4->ipv6 != m->l4.ipv6)
		return false;
	mask_headers(one, xmd_buf_data(m->head), &m->l4);
	mask_headers(other, xmd_buf_data(b), l4);
	return !memcmp(one, other, l4->hdr_len);
}

bool xmd_merge_add(struct xmd_merge *m, struct xmd_buf *b)
{
	struct xmd_l4 l4;
	unsigned int payload;
	const u8 *tcp;

	if (!m->head || m->closed || m->head->nbufs == XMD_FRAME_MAX_BUFS)
		return false;
	if (!is_plain(b, &l4) || !same_flow(m, b, &l4) || !id_follows(m, xmd_buf_data(b) + l4.net))
		return false;
	tcp = xmd_buf_data(b) + l4.csum_start;
	payload = b->len - l4.hdr_len;
	if (seq_of(tcp) != m->seq || payload > m->mss ||
	    m->head->frame_len + payload > FRAME_MAX)
		return false;
	m->closed = payload < m->mss || tcp[13] & TCP_PSH;
	xmd_buf_data(m->head)[m->l4.csum_start + 13] |= tcp[13] & TCP_PSH;
	m->seq += payload;
	m->id++;
	b->off += l4.hdr_len;
	b->len = payload;
	m->tail->frag = b;
	m->tail = b;
	m->head->nbufs++;
	m->head->frame_len += payload;
	return true;
}

struct xmd_buf *xmd_merge_finish(struct xmd_merge *m)
{
	struct xmd_buf *b = m->head;
	u8 *p = xmd_buf_data(b), *ip = p + m->l4.net;
	u16 sum;

	m->head = NULL;
	if (b->nbufs == 1)
		return b;
	if (m->l4.ipv6) {
		put16(ip + 4, b->frame_len - m->l4.csum_start);
	} else {
		put16(ip + 2, b->frame_len - m->l4.net);
		put16(ip + 10, 0);
		sum = ~xmd_sum(ip, 20, 0);
		memcpy(ip + 10, &sum, 2);
	}
	xmd_csum_seed(p, &m->l4, b->frame_len - m->l4.csum_start);
	b->flags = XMD_F_CSUM_BLANK | (m->l4.ipv6 ? XMD_F_GSO_TCPV6 : XMD_F_GSO_TCPV4);
	b->csum_start = m->l4.csum_start;
	b->csum_offset = m->l4.csum_offset;
	b->gso_size = m->mss;
	b->hdr_len = m->l4.hdr_len;
	return b;
}
