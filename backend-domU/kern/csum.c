// SPDX-License-Identifier: GPL-2.0
/* Finding and completing TCP and UDP checksums; see csum.h. */
#include <linux/bitops.h>	/* net/checksum.h of 6.12 forgets it */
#include <linux/errno.h>
#include <linux/string.h>
#include <net/checksum.h>
#include "csum.h"

#define PROTO_HOPOPTS	0
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_ROUTING	43
#define PROTO_DSTOPTS	60
#define IPV6_HLEN	40u
#define IPV4_HLEN_MIN	20u
#define TCP_HLEN_MIN	20u
#define UDP_HLEN	8u
#define VLAN_TAG_LEN	4u
#define IPV4_FRAGMENT	0x3fffu	/* more fragments, or an offset */

u16 xmd_ether_type(const u8 *p, unsigned int len, unsigned int *off)
{
	unsigned int tags, at = 2 * ETH_ALEN;
	u16 type;

	for (tags = 0; tags <= 2; tags++) {
		if (at + 2 > len)
			return 0;
		type = xmd_be16(p + at);
		if (type != ETH_P_8021Q && type != ETH_P_8021AD) {
			*off = at + 2;
			return type;
		}
		at += VLAN_TAG_LEN;
	}
	return 0;
}

bool xmd_is_ipv6(const u8 *p, unsigned int len)
{
	unsigned int off;

	return xmd_ether_type(p, len, &off) == ETH_P_IPV6;
}

bool xmd_is_tagged(const u8 *p, unsigned int len)
{
	unsigned int off;

	return xmd_ether_type(p, len, &off) && off > ETH_HLEN;
}

/* Return: offset of the transport header, 0 if there is none. */
static unsigned int skip_ipv4(const u8 *p, unsigned int len, unsigned int off, u8 *proto)
{
	unsigned int hlen;

	if (off + IPV4_HLEN_MIN > len || p[off] >> 4 != 4)
		return 0;
	hlen = (p[off] & 15) * 4;
	if (hlen < IPV4_HLEN_MIN || off + hlen > len)
		return 0;
	if (xmd_be16(p + off + 6) & IPV4_FRAGMENT)
		return 0;
	*proto = p[off + 9];
	return off + hlen;
}

/* Each extension header is at least 8 bytes long, so @len bounds the loop. */
unsigned int xmd_skip_options(const u8 *p, unsigned int len, unsigned int off, u8 *next)
{
	while (*next == PROTO_HOPOPTS || *next == PROTO_ROUTING || *next == PROTO_DSTOPTS) {
		if (off + 8 > len)
			return 0;
		*next = p[off];
		off += (p[off + 1] + 1u) * 8;
	}
	return off;
}

static unsigned int skip_ipv6(const u8 *p, unsigned int len, unsigned int off, u8 *proto)
{
	if (off + IPV6_HLEN > len || p[off] >> 4 != 6)
		return 0;
	*proto = p[off + 6];
	return xmd_skip_options(p, len, off + IPV6_HLEN, proto);
}

static int set_l4(const u8 *p, unsigned int len, struct xmd_l4 *l4)
{
	unsigned int start = l4->csum_start, hlen;

	if (l4->proto == PROTO_UDP) {
		hlen = UDP_HLEN;
		l4->csum_offset = 6;
	} else if (l4->proto == PROTO_TCP && start + TCP_HLEN_MIN <= len) {
		hlen = (p[start + 12] >> 4) * 4;
		l4->csum_offset = 16;
		if (hlen < TCP_HLEN_MIN)
			return -EPROTO;
	} else {
		return -EPROTO;
	}
	if (start + hlen > len)
		return -EPROTO;
	l4->hdr_len = start + hlen;
	return 0;
}

int xmd_l4_parse(const u8 *p, unsigned int len, struct xmd_l4 *l4)
{
	unsigned int off, start;
	u16 type = xmd_ether_type(p, len, &off);

	if (type == ETH_P_IP)
		start = skip_ipv4(p, len, off, &l4->proto);
	else if (type == ETH_P_IPV6)
		start = skip_ipv6(p, len, off, &l4->proto);
	else
		return -EPROTO;
	if (!start || start > len)
		return -EPROTO;
	l4->net = off;
	l4->ipv6 = type == ETH_P_IPV6;
	l4->csum_start = start;
	return set_l4(p, len, l4);
}

u16 xmd_sum(const void *p, unsigned int len, u32 start)
{
	return (__force u16)~csum_fold(csum_partial(p, len, (__force __wsum)start));
}

/* RFC 793, RFC 8200 8.1: the sum of the pseudo header. */
u16 xmd_pseudo_sum(const u8 *p, const struct xmd_l4 *l4, u32 l4len)
{
	u8 tail[8] = { l4len >> 24, l4len >> 16, l4len >> 8, l4len, 0, 0, 0, l4->proto };
	const u8 *addr = p + l4->net + (l4->ipv6 ? 8 : 12);

	return xmd_sum(tail, sizeof(tail), xmd_sum(addr, l4->ipv6 ? 32 : 8, 0));
}

void xmd_csum_seed(u8 *p, const struct xmd_l4 *l4, u32 l4len)
{
	u16 sum = xmd_pseudo_sum(p, l4, l4len);

	memcpy(p + l4->csum_start + l4->csum_offset, &sum, 2);
}

/* A buffer that starts at an odd byte of the sum contributes with its bytes swapped. */
static u16 sum_chain(const struct xmd_buf *b, unsigned int skip)
{
	bool odd = false;
	u32 sum = 0;
	u16 part;

	for (; b; b = b->frag, skip = 0) {
		unsigned int len = b->len - skip;

		part = xmd_sum(xmd_buf_data(b) + skip, len, 0);
		sum += odd ? (u16)(part << 8 | part >> 8) : part;
		odd ^= len & 1;
	}
	return (__force u16)~csum_fold((__force __wsum)sum);
}

void xmd_csum_complete(struct xmd_buf *b)
{
	unsigned int at = b->csum_start + b->csum_offset;
	u16 sum;

	if (!(b->flags & XMD_F_CSUM_BLANK) || at + 2 > b->len)
		return;
	if (b->flags & (XMD_F_GSO_TCPV4 | XMD_F_GSO_TCPV6))
		return;	/* there is one for each segment, when they are cut */
	sum = ~sum_chain(b, b->csum_start);
	if (!sum)
		sum = 0xffff;	/* RFC 768: 0 would mean "no checksum"; for TCP it is the same sum */
	memcpy(xmd_buf_data(b) + at, &sum, 2);
	b->flags &= ~XMD_F_CSUM_BLANK;
	b->flags |= XMD_F_CSUM_VALID;
}
