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
 * Frames that the NIC keeps for too long are cut off: answered DROPPED, so that what is
 * behind them can be answered.  A frame that the NIC returns after that must not meddle
 * with the one that has its slot now: it has a ticket of an epoch that is over.
 *
 * Contexts: open, cut and answer belong to the vif's NAPI poll; done may be called on any
 * CPU, once for each frame that was opened, by others than the poll under a lock that
 * excludes cut.  The release store of @done in xmd_fifo_done and the acquire load in
 * xmd_fifo_ready order @status between them.
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
	u32 since;		/* seconds, when it was opened */
};

struct xmd_fifo {
	struct xmd_fifo_entry e[XMD_TX_RING];
	u16 id[XMD_TX_RING];	/* by slot; written by xmd_tx_parse */
	u32 epoch;
};

#define XMD_EPOCHS	(~0u / XMD_TX_RING)	/* 0 to XMD_EPOCHS - 1: one is no frame's */
#define XMD_NO_TICKET	~0u

/* Take the frame @f into the FIFO: its slots will be answered by xmd_fifo_answer. */
void xmd_fifo_open(struct xmd_fifo *fifo, const struct xmd_tx_frame *f, u32 now);

/* By which xmd_fifo_done knows the open frame whose first slot is @first. */
static inline u32 xmd_fifo_ticket(const struct xmd_fifo *fifo, u32 first)
{
	return fifo->epoch * XMD_TX_RING + first % XMD_TX_RING;
}

/* The frame with this ticket is done; @status: XEN_NETIF_RSP_*. */
void xmd_fifo_done(struct xmd_fifo *fifo, u32 ticket, s16 status);

/* All open frames from @rsp to @cons are DROPPED.  Return: how many. */
unsigned int xmd_fifo_cut(struct xmd_fifo *fifo, u32 rsp, u32 cons);

/* Whether the frame at @rsp is open for more than @secs. */
bool xmd_fifo_late(const struct xmd_fifo *fifo, u32 rsp, u32 now, u32 secs);

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
