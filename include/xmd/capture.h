/* SPDX-License-Identifier: GPL-2.0 */
/*
 * capture.h - between xmdctl tcpdump in dom0 and xmd-capture in a driver domain
 *
 *   xmdctl                                      xmd-capture
 *   makes a vchan (libxenvchan.h) at
 *   /local/domain/DRV/xmd-capture/ID,
 *   writes struct xmd_capture_ask and the
 *   filter into it, then vif = "5/0" there
 *                                               sees ID: a process of its own for it takes the
 *                                               vchan's other end, and listens at xmdvif5.0
 *              <---- struct xmd_capture_record, data, record, data ...
 *   closes, removes ID; or is killed, which
 *   Xen's drivers tell the other end            that process ends
 *
 * dom0 is the vchan's server: the driver domain maps pages of dom0's, never the other way, and only
 * dom0 can write where it is asked.  What does not fit into the ring waits in the packet socket; what that
 * has no room for is dropped by the kernel, and counted.
 *
 * Little endian, packed by nobody: fields lie where they fall.  Of different releases the two work together:
 * kinds of records are added, and left out by who does not know them; `version` grows with all else.
 */
#ifndef XMD_CAPTURE_H
#define XMD_CAPTURE_H

#include <linux/filter.h>
#include <linux/types.h>

#define XMD_CAPTURE_VERSION	1
#define XMD_CAPTURES_MAX	4	/* of one driver domain at a time */
#define XMD_CAPTURE_FILTER	500	/* instructions */
#define XMD_CAPTURE_BYTES	65568	/* of a frame, at most: what a guest gives in one go, with a tag */

/* Xmdctl's only word. */
struct xmd_capture_ask {
	__u32 version;
	__u32 snap;		/* bytes of a frame that are wanted; 1 to XMD_CAPTURE_BYTES */
	__u32 n_filter;		/* struct sock_filter that follow; 0: all frames */
	__u32 zero;
};

enum xmd_capture_kind {
	XMD_CAPTURE_FRAME = 1,	/* data: its first bytes */
	XMD_CAPTURE_BEAT = 2,	/* no data; once a second, for missed */
	XMD_CAPTURE_SORRY = 3,	/* data: a line of text, why there will be no more */
};

struct xmd_capture_record {
	__u16 kind;
	__u16 zero;
	__u32 size;		/* of the data that follow */
	__u32 len;		/* of the frame on its way */
	__u32 missed;		/* frames so far for which there was no room */
	__u64 ns;		/* since 1970, by the driver domain's clock */
};

_Static_assert(sizeof(struct xmd_capture_ask) == 16, "as it was released");
_Static_assert(sizeof(struct xmd_capture_record) == 24, "as it was released");

#endif /* XMD_CAPTURE_H */
