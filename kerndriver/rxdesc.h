/* SPDX-License-Identifier: GPL-2.0 */
/* rxdesc.h - may this receive descriptor be believed?  Pure code, also built on the host. */
#ifndef XMD_KERNDRIVER_RXDESC_H
#define XMD_KERNDRIVER_RXDESC_H

#include "hw.h"

enum xmd_rx_verdict {
	XMD_RX_OK,		/* the only buffer of a frame, or its last */
	XMD_RX_MORE,		/* a full buffer, and the frame goes on */
	XMD_RX_ALL_ONES,	/* the bus, not the NIC, wrote it */
	XMD_RX_REST,		/* continues a frame of which a part was refused */
	XMD_RX_ERRORS,		/* error bits that damage the frame */
	XMD_RX_SHORT,		/* no room for an Ethernet header; 0 included */
	XMD_RX_LONG,		/* longer than allowed or than its buffer, or a part that is no
				 * full buffer */
	XMD_RX_UNWRITTEN,	/* DD, and no frame in its buffer: found by rx.c */
	XMD_RX_VERDICTS
};

/* What came before in the same frame.  All zero at the start of one. */
struct xmd_rx_part {
	__u32 len;		/* bytes in buffers so far */
	bool refused;		/* and the rest goes the same way */
};

/**
 * xmd_rx_check - look at a descriptor whose DD is set
 * @desc: our own copy; the original is in memory that the NIC can write
 * @max: bytes that a frame may have
 * @part: in and out; after OK and after a refusal @part->len is 0 again
 * @flags: out: XMD_F_CSUM_VALID or 0
 *
 * Any verdict but OK and MORE is a refusal, of the parts before as well.
 */
enum xmd_rx_verdict xmd_rx_check(const struct e1000_rx_desc *desc, __u32 max,
				 struct xmd_rx_part *part, __u8 *flags);

/** xmd_rx_verdict_name - a few words for the dump */
const char *xmd_rx_verdict_name(enum xmd_rx_verdict verdict);

#endif /* XMD_KERNDRIVER_RXDESC_H */
