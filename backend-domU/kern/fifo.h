/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fifo.h - TX requests that were taken and not answered, in ring order (D4)
 *
 *        rsp (answered up to here)          cons (taken up to here)
 *         v                                  v
 *   ------[ frame A ][ frame B ][ frame C   ]-------> ring index
 *          done       in NIC     done
 *
 * Frames are done in any order (the NIC in one, drops and errors in another), but
 * answered in ring order only: the done prefix, here A.  So what lies between
 * rsp_prod and req_prod in the shared ring is exactly what still has to be done,
 * and whoever adopts the ring after a crash may start at rsp_prod.
 *
 * Contexts: open and answer belong to the vif's NAPI poll; done may be called on any
 * CPU, once for each frame that was opened.  The release store of @done in
 * xmd_fifo_done and the acquire load in xmd_fifo_ready order @status between them.
 */
#ifndef XMD_BACK_FIFO_H
#define XMD_BACK_FIFO_H

#include <linux/types.h>
#include "parse.h"

/* About a frame, kept at the ring index of its first slot. */
struct xmd_fifo_entry {
	u16 nslots;
	s16 status;
	u8 nextra;
	u8 done;
};

struct xmd_fifo {
	struct xmd_fifo_entry e[XMD_TX_RING];
	u16 id[XMD_TX_RING];	/* by slot; written by xmd_tx_parse */
};

/* Take the frame @f into the FIFO: its slots will be answered by xmd_fifo_answer. */
void xmd_fifo_open(struct xmd_fifo *fifo, const struct xmd_tx_frame *f);

/* The frame whose first slot is @first is done; @status: XEN_NETIF_RSP_*. */
void xmd_fifo_done(struct xmd_fifo *fifo, u32 first, s16 status);

/* How far the done prefix reaches: the index behind it.  @rsp: first not answered, @cons: not taken. */
u32 xmd_fifo_ready(const struct xmd_fifo *fifo, u32 rsp, u32 cons);

/**
 * xmd_fifo_answer - write the responses of the done prefix
 * @slots: the ring's array in the shared page
 * @rsp:   first index not answered
 * @end:   what xmd_fifo_ready said
 *
 * The caller has stored its intent (intent.h) and publishes at once: a response
 * overwrites its request, and one that is written but not published would else be
 * adopted as a request after a crash.
 */
void xmd_fifo_answer(const struct xmd_fifo *fifo, void *slots, u32 rsp, u32 end);

#endif /* XMD_BACK_FIFO_H */
