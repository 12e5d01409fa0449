/* SPDX-License-Identifier: GPL-2.0 */
/* rxdesc.h - may this receive descriptor be believed?  Pure code, also built on the host. */
#ifndef XMD_KERNDRIVER_RXDESC_H
#define XMD_KERNDRIVER_RXDESC_H

#include "hw.h"

enum xmd_rx_verdict {
	XMD_RX_OK,
	XMD_RX_ALL_ONES,	/* the bus, not the NIC, wrote it */
	XMD_RX_NO_EOP,		/* part of a frame over several buffers; none was allowed */
	XMD_RX_ERRORS,		/* error bits that damage the frame */
	XMD_RX_SHORT,		/* no room for an Ethernet header; 0 included */
	XMD_RX_LONG,		/* longer than XMD_TX_MAX_FRAME or than the buffer */
	XMD_RX_VERDICTS
};

/**
 * xmd_rx_check - look at a descriptor whose DD is set
 * @desc: our own copy; the original is in memory that the NIC can write
 * @tail: in and out: the descriptor continues a frame of which a part was refused
 * @flags: out: XMD_F_CSUM_VALID or 0
 */
enum xmd_rx_verdict xmd_rx_check(const struct e1000_rx_desc *desc, bool *tail, __u8 *flags);

/** xmd_rx_verdict_name - a few words for the dump */
const char *xmd_rx_verdict_name(enum xmd_rx_verdict verdict);

#endif /* XMD_KERNDRIVER_RXDESC_H */
