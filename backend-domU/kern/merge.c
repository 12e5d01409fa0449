// SPDX-License-Identifier: GPL-2.0
/* Joining TCP segments from the wire into one GSO frame; see merge.h. */
#include <linux/bitops.h>	/* net/checksum.h of 6.12 forgets it */
#include <linux/string.h>
#include <net/checksum.h>
#include "merge.h"

#define TCP_PSH		0x08
#define TCP_ACK		0x10
#define IP_DF		0x40	/* octet 6 of the header */
#define FRAME_MAX	65535u

static void put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static u32 seq_of(const u8 *tcp)
{
	return (u32)xmd_be16(tcp + 4) << 16 | xmd_be16(tcp + 6);
}

/*
 * The IP header says that the packet ends where the frame does, so there is no padding, and
 * the sums are right; that is noted, so that nobody has to sum it up again, as it is by a
 * NIC that has looked.
 */
static bool is_right(const struct xmd_merge *m, struct xmd_buf *b)
{
	unsigned int l4len = b->len - m->l4.csum_start;
	const u8 *ip = xmd_buf_data(b) + m->l4.net;
	u16 len;

	put16((u8 *)&len, l4len);
	if (m->l4.ipv6 ? xmd_be16(ip + 4) != l4len :
	    xmd_be16(ip + 2) != b->len - m->l4.net || (__force u16)ip_fast_csum(ip, 5))
		return false;
	if (!(b->flags & XMD_F_CSUM_VALID) &&
	    xmd_sum(xmd_buf_data(b) + m->l4.csum_start, l4len, m->pseudo + len) == 0xffff)
		b->flags |= XMD_F_CSUM_VALID;
	return b->flags & XMD_F_CSUM_VALID;
}

/*
 * A segment that carries data and nothing special, behind headers without options of IP.
 * Guests do not take GSO on a VLAN.
 */
static bool is_plain(const struct xmd_buf *b, struct xmd_l4 *l4)
{
	const u8 *p = xmd_buf_data(b), *tcp;

	/* the protocol of IPv4, the next header of IPv6: what is not TCP mostly shows here */
	if (b->len < 54 || (p[23] != 6 && p[20] != 6))
		return false;
	if (b->frag || xmd_l4_parse(p, b->len, l4) || l4->csum_offset != 16 ||
	    l4->net != ETH_HLEN || l4->csum_start - l4->net != (l4->ipv6 ? 40 : 20))
		return false;
	tcp = p + l4->csum_start;
	return l4->hdr_len < b->len && (tcp[13] & ~TCP_PSH) == TCP_ACK && !(tcp[12] & 0x0f);
}

/*
 * The next identification of IPv4.  It names what is put together again from fragments
 * (RFC 6864), so where a router may cut, each segment keeps its own: whoever cuts the frame
 * counts up by one from the first.
 */
static bool id_follows(const struct xmd_merge *m, const u8 *ip)
{
	return m->l4.ipv6 || ip[6] & IP_DF || xmd_be16(ip + 4) == m->id;
}

bool xmd_merge_start(struct xmd_merge *m, struct xmd_buf *b)
{
	const u8 *tcp;

	m->head = NULL;
	if (!is_plain(b, &m->l4))
		return false;
	m->pseudo = xmd_pseudo_sum(xmd_buf_data(b), &m->l4, 0);
	if (!is_right(m, b))
		return false;
	tcp = xmd_buf_data(b) + m->l4.csum_start;
	m->head = b;
	m->tail = b;
	m->mss = b->len - m->l4.hdr_len;
	m->seq = seq_of(tcp) + m->mss;
	m->id = xmd_be16(xmd_buf_data(b) + m->l4.net + 4) + 1;
	m->closed = tcp[13] & TCP_PSH;
	return true;
}

/*
 * Headers that are the same need no parser.  What may differ is left out: lengths, IPv4's
 * identification, sums, sequence number, PSH.
 */
static bool same_headers(const struct xmd_merge *m, const u8 *p)
{
	const unsigned int ip = ETH_HLEN, tcp = m->l4.csum_start;
	const u8 *a = xmd_buf_data(m->head);
	unsigned int at;

	/* addresses, type, version, class; then all of IP that is left, and the ports */
	if (m->l4.ipv6 ? memcmp(a, p, ip + 4) || memcmp(a + ip + 6, p + ip + 6, 38) :
			 memcmp(a, p, ip + 2) || memcmp(a + ip + 6, p + ip + 6, 4) ||
			 memcmp(a + ip + 12, p + ip + 12, 12))
		return false;
	/* acknowledgement; header length; flags; window; urgent pointer; options */
	if (memcmp(a + tcp + 8, p + tcp + 8, 4) || a[tcp + 12] != p[tcp + 12] ||
	    (a[tcp + 13] ^ p[tcp + 13]) & ~TCP_PSH ||
	    memcmp(a + tcp + 14, p + tcp + 14, 2) || memcmp(a + tcp + 18, p + tcp + 18, 2))
		return false;
	for (at = tcp + 20; at < m->l4.hdr_len; at += 4)
		if (memcmp(a + at, p + at, 4))
			return false;
	return true;
}

/*
 * Behind what is there, page by page: so one copy fills a page of the guest, and the account is
 * charged for the bytes, not for a page a segment.  Xen's work for each further copy is
 * several times that of moving the bytes here, where the sum has just read them.
 */
static enum xmd_merged append(struct xmd_merge *m, struct xmd_buf *b)
{
	struct xmd_buf *t = m->tail;
	unsigned int n = XMD_BUF_SIZE - t->off - t->len;

	if (n > b->len)
		n = b->len;
	memcpy(xmd_buf_data(t) + t->len, xmd_buf_data(b), n);
	t->len += n;
	b->off += n;
	b->len -= n;
	if (!b->len)
		return XMD_MERGED_COPIED;
	if (b->off >= b->len)	/* which is the faster one */
		memcpy(b->data, xmd_buf_data(b), b->len);
	else
		memmove(b->data, xmd_buf_data(b), b->len);
	b->off = 0;
	t->frag = b;
	m->tail = b;
	m->head->nbufs++;
	return XMD_MERGED;
}

enum xmd_merged xmd_merge_add(struct xmd_merge *m, struct xmd_buf *b)
{
	const u8 *p = xmd_buf_data(b), *tcp = p + m->l4.csum_start;
	unsigned int hdr_len = m->l4.hdr_len, payload;

	if (!m->head || m->closed || m->head->nbufs == XMD_FRAME_MAX_BUFS ||
	    b->frag || b->len <= hdr_len)
		return XMD_MERGED_NOT;
	payload = b->len - hdr_len;
	if (payload > m->mss || seq_of(tcp) != m->seq || m->head->frame_len + payload > FRAME_MAX ||
	    !same_headers(m, p) || !id_follows(m, p + m->l4.net) || !is_right(m, b))
		return XMD_MERGED_NOT;
	m->closed = payload < m->mss || tcp[13] & TCP_PSH;
	xmd_buf_data(m->head)[m->l4.csum_start + 13] |= tcp[13] & TCP_PSH;
	m->seq += payload;
	m->id++;
	m->head->frame_len += payload;
	b->off += hdr_len;
	b->len = payload;
	return append(m, b);
}

struct xmd_buf *xmd_merge_finish(struct xmd_merge *m)
{
	struct xmd_buf *b = m->head;
	u8 *p = xmd_buf_data(b), *ip = p + m->l4.net;
	u16 sum;

	m->head = NULL;
	if (b->frame_len == m->l4.hdr_len + m->mss)
		return b;
	if (m->l4.ipv6) {
		put16(ip + 4, b->frame_len - m->l4.csum_start);
	} else {
		put16(ip + 2, b->frame_len - m->l4.net);
		put16(ip + 10, 0);
		sum = (__force u16)ip_fast_csum(ip, 5);
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
