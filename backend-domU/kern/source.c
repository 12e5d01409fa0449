// SPDX-License-Identifier: GPL-2.0
/* From which addresses a guest may send; the rules are in source.h. */
#include <linux/if_ether.h>
#include <linux/string.h>
#include "csum.h"
#include "source.h"
#include "vlan.h"

#define PROTO_UDP	17
#define PROTO_FRAGMENT	44
#define PROTO_ICMPV6	58
#define PROTO_NONE	59
#define ICMPV6_NS	135
#define ICMPV6_NA	136
#define DHCP_SERVER	67
#define FRAG_PIECE	0x3fff	/* IPv4: more fragments, or an offset */
#define FRAG_OFFSET	0xfff8	/* IPv6 */

bool xmd_confine_valid(const struct xmd_vif_confine *c)
{
	const struct xmd_vif_addr *a;

	if (c->vlan >= XMD_VLANS - 1 || c->n_addrs > XMD_ADDRS_MAX ||
	    c->segment[XMD_SEGMENT_MAX - 1] || (c->vlan && *c->segment))
		return false;
	for (a = c->addr; a < c->addr + c->n_addrs; a++)
		if (a->v6 > 1 || a->bits > (a->v6 ? 128 : 32) || a->reserved[0] || a->reserved[1])
			return false;
	return true;
}

static bool same_bits(const u8 *a, const u8 *b, unsigned int bits)
{
	unsigned int n = bits / 8, more = bits % 8;

	return !memcmp(a, b, n) && (!more || !((a[n] ^ b[n]) >> (8 - more)));
}

static bool is_listed(const struct xmd_vif_confine *c, const u8 *addr, bool v6)
{
	const struct xmd_vif_addr *a;

	for (a = c->addr; a < c->addr + c->n_addrs; a++)
		if (a->v6 == v6 && same_bits(a->addr, addr, a->bits))
			return true;
	return false;
}

static bool is_zero(const u8 *p, unsigned int n)
{
	static const u8 zero[16];

	return !memcmp(p, zero, n);
}

static bool is_dhcp(const u8 *ip, unsigned int len)
{
	unsigned int hlen = (ip[0] & 15) * 4;

	return is_zero(ip + 12, 4) && ip[9] == PROTO_UDP && !(xmd_be16(ip + 6) & FRAG_PIECE) &&
	       hlen >= 20 && hlen + 4 <= len && xmd_be16(ip + hlen + 2) == DHCP_SERVER;
}

static bool ipv4_ok(const struct xmd_vif_confine *c, const u8 *ip, unsigned int len)
{
	return len >= 20 && ip[0] >> 4 == 4 && (is_listed(c, ip + 12, false) || is_dhcp(ip, len));
}

static bool arp_ok(const struct xmd_vif_confine *c, const u8 *arp, unsigned int len)
{
	return len >= 28 && xmd_be16(arp + 2) == ETH_P_IP && arp[4] == ETH_ALEN && arp[5] == 4 &&
	       (is_listed(c, arp + 14, false) || is_zero(arp + 14, 4));
}

static bool is_own6(const struct xmd_vif_confine *c, const u8 *mac, const u8 *addr)
{
	const u8 made[16] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe,
			      mac[3], mac[4], mac[5] };

	return is_listed(c, addr, true) || !memcmp(addr, made, sizeof(made));
}

/*
 * The first header that is no extension.  Return: its offset, 0: it is not within @len.  In a
 * fragment but the first there is none; *frag: this is one.
 */
static unsigned int last_header(const u8 *ip, unsigned int len, u8 *proto, bool *frag)
{
	unsigned int at;

	*proto = ip[6];
	at = xmd_skip_options(ip, len, 40, proto);
	*frag = *proto == PROTO_FRAGMENT;
	if (!at || !*frag)
		return at;
	if (at + 8 > len)
		return 0;
	*proto = xmd_be16(ip + at + 2) & FRAG_OFFSET ? PROTO_NONE : ip[at];
	return xmd_skip_options(ip, len, at + 8, proto);
}

static bool neighbour_ok(const struct xmd_vif_confine *c, const u8 *mac, const u8 *ip,
			 const u8 *icmp, unsigned int len)
{
	return len >= 24 && ((icmp[0] == ICMPV6_NS && !is_zero(ip + 8, 16)) ||
			     is_own6(c, mac, icmp + 8));
}

/* What lies behind the packet in the frame is nobody's. */
static bool ipv6_ok(const struct xmd_vif_confine *c, const u8 *mac, const u8 *ip, unsigned int len)
{
	unsigned int at, end;
	bool frag;
	u8 proto;

	if (len < 40 || ip[0] >> 4 != 6)
		return false;
	end = 40u + xmd_be16(ip + 4);
	len = end < len ? end : len;
	at = last_header(ip, len, &proto, &frag);
	if (!at || proto == PROTO_FRAGMENT || (proto == PROTO_ICMPV6 && at >= len))
		return false;
	if (proto == PROTO_ICMPV6 && (ip[at] == ICMPV6_NS || ip[at] == ICMPV6_NA) &&
	    (frag || !neighbour_ok(c, mac, ip, ip + at, len - at)))
		return false;
	return is_own6(c, mac, ip + 8) || (is_zero(ip + 8, 16) && proto == PROTO_ICMPV6);
}

bool xmd_source_ok(const struct xmd_vif_confine *c, const u8 *mac, const u8 *p, unsigned int len)
{
	unsigned int off;

	if (!c->n_addrs)
		return true;
	switch (xmd_ether_type(p, len, &off)) {
	case ETH_P_IP:
		return ipv4_ok(c, p + off, len - off);
	case ETH_P_ARP:
		return arp_ok(c, p + off, len - off);
	case ETH_P_IPV6:
		return ipv6_ok(c, mac, p + off, len - off);
	default:
		return false;
	}
}
