/* SPDX-License-Identifier: GPL-2.0 */
/*
 * csum.h - finding and completing TCP and UDP checksums
 *
 * A guest leaves a checksum blank: the field holds the sum of the pseudo header
 * only, and whoever takes the frame out of the host completes it.  The NIC does it
 * on the way to the wire when it is told where the field is; here it is found, and
 * completed for receivers that cannot take a blank one.
 *
 * Of Linux only csum_partial and csum_fold; compiled on the host for tests.
 */
#ifndef XMD_BACK_CSUM_H
#define XMD_BACK_CSUM_H

#include <linux/types.h>
#include "xmd/nic.h"

/* What xmd_l4_parse found: offsets and lengths in bytes from the Ethernet header. */
struct xmd_l4 {
	u16 net;		/* IP header */
	u16 csum_start;		/* TCP or UDP header */
	u16 csum_offset;	/* of the checksum, from csum_start */
	u16 hdr_len;		/* all headers up to the payload */
	u8 proto;		/* IPPROTO_TCP or IPPROTO_UDP */
	u8 ipv6;
};

/**
 * xmd_l4_parse - find the transport header
 * @p:	 the frame from its Ethernet header on
 * @len: bytes of it that may be looked at
 *
 * Up to two VLAN tags, IPv4 with options, IPv6 with extension headers; no fragments.
 * Return: 0, or -EPROTO when there is no complete TCP or UDP header within @len.
 */
int xmd_l4_parse(const u8 *p, unsigned int len, struct xmd_l4 *l4);

/* Past up to two VLAN tags.  Return: the EtherType, 0 if it is not within @len; *off behind it. */
u16 xmd_ether_type(const u8 *p, unsigned int len, unsigned int *off);

/*
 * Past those extension headers of IPv6 that hold options and routes, the first of which, of type
 * *@next, is at @off.  Return: where the next one is, of type *@next, perhaps behind @len; 0: @len
 * ends before that can be said.
 */
unsigned int xmd_skip_options(const u8 *p, unsigned int len, unsigned int off, u8 *next);

/* Whether the frame (ETH_HLEN bytes of @p at least, @len in all) carries IPv6. */
bool xmd_is_ipv6(const u8 *p, unsigned int len);

/* Likewise, whether it has a VLAN tag. */
bool xmd_is_tagged(const u8 *p, unsigned int len);

/* Ones' complement sum, folded to 16 bits and not inverted, in memory order. */
u16 xmd_sum(const void *p, unsigned int len, u32 start);

/**
 * xmd_csum_seed - write the pseudo header's sum into the checksum field
 * @p:	   the headers, @l4->hdr_len bytes of them
 * @l4len: transport header and payload, bytes
 */
void xmd_csum_seed(u8 *p, const struct xmd_l4 *l4, u32 l4len);

/* The sum of the pseudo header (RFC 793, RFC 8200 8.1) of @l4len bytes, in memory order. */
u16 xmd_pseudo_sum(const u8 *p, const struct xmd_l4 *l4, u32 l4len);

/**
 * xmd_csum_complete - complete the blank checksum of a frame and clear XMD_F_CSUM_BLANK
 *
 * The caller is the only owner: no other reference is out.  The field lies in the
 * first buffer (nic.h); a frame for which that is not so is left as it is.
 */
void xmd_csum_complete(struct xmd_buf *b);

static inline u16 xmd_be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u8 *xmd_buf_data(const struct xmd_buf *b)
{
	return (u8 *)b->data + b->off;
}

#endif /* XMD_BACK_CSUM_H */
