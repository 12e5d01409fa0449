/* SPDX-License-Identifier: GPL-2.0 */
/*
 * txring.h - the transmit ring in memory: frames in slots, slots in descriptors.
 * Pure code, also built on the host.  "tx" is guest to wire.  The caller holds one lock.
 *
 *             frame_cons          frame_prod
 *   slots   ......[ A ][ B ][ C ][ ]...........
 *                /    |    |      \
 *   desc    ....[c][a][b][b][c][h][r]..........     c context, h headers, r rest
 *               cons                 prod
 *
 * All indices run freely; "& mask" makes the place of a descriptor, "% XMD_RING_MAX" that
 * of a slot.  Every frame stays in its slot until the NIC has said DD, so that the
 * slots that are left when the NIC was stopped can be laid out again, in order.
 */
#ifndef XMD_KERNDRIVER_TXRING_H
#define XMD_KERNDRIVER_TXRING_H

#include <linux/types.h>
#include <xmd/nic.h>
#include <xmd/nicchips.h>
#include "hw.h"

#define XMD_RING_MIN	64u
#define XMD_RING_MAX	1024u

/* Most of what a frame takes beside its buffers: a context and a copy of its headers. */
#define XMD_TX_EXTRA	2u
/* Laying out again may need one context more than there was before. */
#define XMD_TX_KEEP	1u

struct xmd_tx_slot {
	struct xmd_buf *frame;
	__u32 end;			/* descriptor index behind the frame */
	__u32 rs;			/* of the descriptor whose DD tells that it is done */
	bool refused;			/* has no descriptors: it cannot be sent */
};

struct xmd_txring {
	struct e1000_tx_desc *desc;	/* XMD_RING_MAX of them */
	struct xmd_tx_slot *slot;	/* XMD_RING_MAX */
	__u8 *hdr;			/* XMD_TX_HDR_MAX bytes a slot: rewritten headers */
	dma_addr_t hdr_dma;
	__u32 mask;
	__u32 prod, cons;
	__u32 frame_prod, frame_cons;
	__u32 max_frame;		/* bytes of a frame or a segment; more is refused */
	__u32 errata;			/* of nicchips.h, that hold where it sits */
	__u8 gso;			/* XMD_F_GSO_* that it does */
	bool after_gso;			/* the last frame was one */
	__u32 ctx[4];			/* the context that the NIC has now */
};

/** xmd_txring_chip - what is to be heeded: @flags of its chip, but for errata of another bus */
void xmd_txring_chip(struct xmd_txring *r, __u32 flags);

/** xmd_txring_room - free descriptors; one stays empty, or full would look like empty */
__u32 xmd_txring_room(const struct xmd_txring *r);

/**
 * xmd_txring_post - put @head into the next slot and its descriptors behind the others
 * @keep: descriptors that have to stay free
 *
 * Return: false if there is no room; nothing was changed then.
 */
bool xmd_txring_post(struct xmd_txring *r, struct xmd_buf *head, __u32 keep);

/** xmd_txring_seal - end of a batch that began with slot @first and has descriptors */
void xmd_txring_seal(struct xmd_txring *r, __u32 first);

/**
 * xmd_txring_reap - take the oldest frame out of its slot if it is done
 * @abort: take it even if it is not; the NIC does not run
 *
 * Return: its head, with XMD_F_ABORTED if it was not sent; NULL: none is done.
 */
struct xmd_buf *xmd_txring_reap(struct xmd_txring *r, bool abort);

/** xmd_txring_done - would xmd_txring_reap, without @abort, find a frame? */
bool xmd_txring_done(const struct xmd_txring *r);

/** xmd_txring_passed - is @head behind the descriptor that reports the oldest frame?  There is one */
bool xmd_txring_passed(const struct xmd_txring *r, __u32 head);

/**
 * xmd_txring_restart - an empty ring of @size descriptors, with the frames that are left
 *
 * What does not fit, because the new ring is smaller than the old one, is refused.
 */
void xmd_txring_restart(struct xmd_txring *r, __u32 size);

#endif /* XMD_KERNDRIVER_TXRING_H */
