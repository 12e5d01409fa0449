// SPDX-License-Identifier: GPL-2.0
/*
 * offload.c - context descriptors from frames with hostile headers.
 *
 * A checksum alone needs no look into the frame: start and position are in the head.
 * Segmentation does: the NIC writes total length, identification, sequence number and
 * both checksums at places that we tell it, so each place is checked against the
 * header bytes.  They are copied first: the frame may be shared, and the guest that
 * wrote it may be another domain's business.
 *
 * IPv6 is segmented by PCI Express only (XMD_HAS_TSO6): QEMU's other models put a payload length
 * into the segments that counts the IPv6 header too.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include "hw.h"
#include "offload.h"

#define ETHERTYPE_IPV4	0x0800
#define ETHERTYPE_IPV6	0x86dd
#define ETHERTYPE_VLAN	0x8100
#define IPPROTO_TCP_NR	6
#define TCP_CHECK_OFF	16	/* of the checksum in a TCP header */

static __u32 be16(const __u8 *p)
{
	return (__u32)p[0] << 8 | p[1];
}

/* Where the header of @type starts: behind the addresses and at most one VLAN tag; 0: none */
static unsigned int ip_start(const __u8 *hdr, unsigned int len, __u32 type)
{
	if (len >= 14 && be16(hdr + 12) == type)
		return 14;
	if (len >= 18 && be16(hdr + 12) == ETHERTYPE_VLAN && be16(hdr + 16) == type)
		return 18;
	return 0;
}

/* Is the packet at @ip one piece of TCP over IPv4 whose headers end at @end? */
static bool tcp4_headers_ok(const __u8 *hdr, unsigned int ip, unsigned int tcp, unsigned int end)
{
	if (!ip || ip + 20 > end || hdr[ip] >> 4 != 4)
		return false;
	if ((hdr[ip] & 15) < 5 || ip + (hdr[ip] & 15) * 4 != tcp || tcp + 20 > end)
		return false;
	if (hdr[ip + 9] != IPPROTO_TCP_NR || be16(hdr + ip + 6) & 0x3fff)
		return false;
	return hdr[tcp + 12] >> 4 >= 5 && tcp + (hdr[tcp + 12] >> 4) * 4 == end;
}

/* Likewise over IPv6, without extension headers. */
static bool tcp6_headers_ok(const __u8 *hdr, unsigned int ip, unsigned int tcp, unsigned int end)
{
	return ip && ip + 40 == tcp && tcp + 20 <= end && hdr[ip] >> 4 == 6 &&
	       hdr[ip + 6] == IPPROTO_TCP_NR && hdr[tcp + 12] >> 4 >= 5 &&
	       tcp + (hdr[tcp + 12] >> 4) * 4 == end;
}

/*
 * 3.5.4: total length and both checksums belong to the NIC, which starts from a TCP
 * checksum field that holds the sum of the pseudo header without its length.
 */
static void prepare_tcp(__u8 *hdr, unsigned int ip, unsigned int tcp, bool v6)
{
	unsigned int i, at = ip + (v6 ? 8 : 12), n = v6 ? 32 : 8;
	__u32 sum = IPPROTO_TCP_NR;

	for (i = 0; i < n; i += 2)
		sum += be16(hdr + at + i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	memset(hdr + ip + (v6 ? 4 : 2), 0, 2);
	if (!v6)
		memset(hdr + ip + 10, 0, 2);
	hdr[tcp + TCP_CHECK_OFF] = sum >> 8;
	hdr[tcp + TCP_CHECK_OFF + 1] = sum & 0xff;
}

static int segment(const struct xmd_buf *frame, __u32 max, struct xmd_tx_offload *o, __u8 *hdr)
{
	unsigned int end = frame->hdr_len, tcp = frame->csum_start, ip;
	bool v6 = frame->flags & XMD_F_GSO_TCPV6;

	if (end > XMD_TX_HDR_MAX - 4 || end > frame->len || end >= frame->frame_len)
		return -EINVAL;
	if (frame->gso_size < XMD_TX_MSS_MIN || end + frame->gso_size > max)
		return -EINVAL;
	memcpy(hdr, (const __u8 *)frame->data + frame->off, end);
	ip = ip_start(hdr, end, v6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	if (frame->csum_offset != TCP_CHECK_OFF ||
	    !(v6 ? tcp6_headers_ok(hdr, ip, tcp, end) : tcp4_headers_ok(hdr, ip, tcp, end)))
		return -EINVAL;
	prepare_tcp(hdr, ip, tcp, v6);
	o->ctx[0] = v6 ? ip : ip | (ip + 10) << 8 | (tcp - 1) << 16;
	o->ctx[1] = tcp | (tcp + TCP_CHECK_OFF) << 8;
	o->ctx[2] = TXD_DEXT | TXD_TSE | (v6 ? 0 : TXC_IP) | TXC_TCP | (frame->frame_len - end);
	o->ctx[3] = end << 8 | (__u32)frame->gso_size << 16;
	o->popts = (v6 ? 0 : TXD_POPTS_IXSM) | TXD_POPTS_TXSM;
	o->hdr_len = end;
	return 0;
}

/* The places are bytes in the context (3.3.6): what lies behind 255 cannot be said. */
static int checksum(const struct xmd_buf *frame, struct xmd_tx_offload *o)
{
	unsigned int start = frame->csum_start, at = start + frame->csum_offset;

	if (start < ETH_HLEN || at > 255 || at + 2 > frame->len)
		return -EINVAL;
	o->ctx[1] = start | at << 8;
	o->ctx[2] = TXD_DEXT;
	o->popts = TXD_POPTS_TXSM;
	return 0;
}

int xmd_tx_offload(const struct xmd_buf *frame, __u32 max, struct xmd_tx_offload *o, __u8 *hdr)
{
	memset(o, 0, sizeof(*o));
	if (frame->frame_len < ETH_HLEN || !frame->nbufs || frame->nbufs > XMD_FRAME_MAX_BUFS)
		return -EINVAL;
	if (frame->flags & (XMD_F_GSO_TCPV4 | XMD_F_GSO_TCPV6))
		return segment(frame, max, o, hdr);
	if (frame->frame_len > max)
		return -EINVAL;
	return frame->flags & XMD_F_CSUM_BLANK ? checksum(frame, o) : 0;
}
