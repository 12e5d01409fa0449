/* SPDX-License-Identifier: GPL-2.0 */
/*
 * offload.h - what the NIC is to do to a frame: checksum, segmentation.
 * Pure code, also built on the host.  "tx" is guest to wire.
 */
#ifndef XMD_KERNDRIVER_OFFLOAD_H
#define XMD_KERNDRIVER_OFFLOAD_H

#include <linux/types.h>
#include <xmd/nic.h>

#define XMD_TX_HDR_MAX	128u	/* Ethernet, VLAN, IP and TCP, most of their options: 124, and
				 * four bytes of the payload (XMD_ERR_TSO_HDR) */
#define XMD_TX_MSS_MIN	48u	/* the least that Linux' TCP sends; less is a flood */

/**
 * struct xmd_tx_offload - one context, in the machine's byte order
 * @ctx:	the four words of a context descriptor (3.3.6); all zero: none is needed
 * @popts:	for the first data descriptor
 * @hdr_len:	bytes of headers to be sent from the rewritten copy instead of from the
 *		frame; not 0: segmentation
 */
struct xmd_tx_offload {
	__u32 ctx[4];
	__u8 popts;
	__u8 hdr_len;
};

/**
 * xmd_tx_offload - work out the context of a frame whose headers a guest wrote
 * @frame: head of the frame; never written
 * @max: bytes that a frame, or a segment with its headers, may have
 * @o: out
 * @hdr: out: XMD_TX_HDR_MAX bytes; for a frame to be segmented its headers, with the
 *	fields prepared as 3.5 wants them
 *
 * Return: 0, or -EINVAL: the frame cannot be sent, its headers contradict its flags.
 */
int xmd_tx_offload(const struct xmd_buf *frame, __u32 max, struct xmd_tx_offload *o, __u8 *hdr);

#endif /* XMD_KERNDRIVER_OFFLOAD_H */
