/* SPDX-License-Identifier: GPL-2.0 */
/*
 * parse.h - from slots of a guest's TX ring to the description of a frame
 *
 * Everything here reads memory that the guest writes at the same time.  Each slot
 * is read once, into a private copy; the copy is checked and used, the slot is not
 * looked at again (D5).  Nothing here calls Linux: it is compiled on the host too,
 * and tested and fuzzed there (tests/backend-kern/).
 *
 * Three outcomes, three answers:
 *
 *   the ring or a chain cannot be a frame's      XMD_TX_FAULT    the vif is broken off
 *   one packet is wrong                          XMD_TX_BAD      its slots: RSP_ERROR
 *   the guest has not published the rest yet     XMD_TX_PARTIAL  nothing is consumed
 */
#ifndef XMD_BACK_PARSE_H
#define XMD_BACK_PARSE_H

#include <linux/types.h>
#include <xen/interface/io/netif.h>

#define XMD_TX_RING	256u	/* slots in a one-page TX ring (asserted in rings.c) */
#define XMD_RX_RING	256u
#define XMD_RING_PAGE	4096u	/* a grant covers this much, whatever PAGE_SIZE is */
#define XMD_TX_FRAGS	XEN_NETIF_NR_SLOTS_MIN	/* data slots in a frame that is served */
#define XMD_TX_RUNAWAY	(2 * XMD_TX_FRAGS)	/* more data slots than this: a fault */
#define XMD_TX_HEAD	256u	/* bytes in which all headers must lie; nic.h wants them in one buffer */
#define XMD_TX_PIECES	(XMD_TX_FRAGS + 2)	/* copies a frame takes at most, see xmd_tx_plan */
#define XMD_GSO_SIZE_MIN 48u	/* as the NIC's half: less only floods the wire */

enum xmd_tx_verdict {
	XMD_TX_OK = 0,
	XMD_TX_PARTIAL,
	XMD_TX_DUMMY,	/* multicast filter request: no data, answered OKAY */
	XMD_TX_BAD,
	XMD_TX_FAULT,
};

/* Why a packet is XMD_TX_BAD; index into the per-vif counters of the text dump. */
enum xmd_tx_reason {
	XMD_BAD_NONE = 0,
	XMD_BAD_SHORT,		/* no Ethernet header fits */
	XMD_BAD_CROSS_PAGE,	/* offset + size over the page */
	XMD_BAD_SLOTS,		/* more than XMD_TX_FRAGS data slots */
	XMD_BAD_SIZES,		/* the later slots alone reach the packet's size */
	XMD_BAD_GSO,		/* size or type of segmentation cannot be */
	XMD_BAD_HEADERS,	/* blank checksum or GSO, and no TCP or UDP header found */
	XMD_BAD_COPY,		/* Xen refused the grant */
	XMD_BAD_REASONS
};

/* One slot of the TX ring, as copied: which member holds depends on the slot before. */
union xmd_tx_slot {
	struct xen_netif_tx_request req;
	struct xen_netif_extra_info extra;
	u32 word[3];
};

struct xmd_tx_frag {
	u32 gref;
	u16 off;
	u16 len;
};

/**
 * struct xmd_tx_frame - what one frame's slots said
 * @first:	ring index of its first slot
 * @len:	bytes of the frame
 * @nslots:	slots it takes in the ring, extra-info included
 * @nextra:	extra-info slots; they are @first + 1 to @first + @nextra
 * @nfrags:	valid entries of @frag, none of them empty (verdict XMD_TX_OK only)
 * @verdict:	enum xmd_tx_verdict
 * @reason:	enum xmd_tx_reason, with XMD_TX_BAD; enum xmd_vif_fault, with XMD_TX_FAULT
 * @flags:	XEN_NETTXF_csum_blank, XEN_NETTXF_data_validated
 * @gso_type:	XEN_NETIF_GSO_TYPE_*
 * @gso_size:	payload bytes per segment
 * @room:	bytes to be left free in front of it; the caller's, after xmd_tx_parse
 */
struct xmd_tx_frame {
	u32 first;
	u32 len;
	u16 nslots;
	u8 nextra;
	u8 nfrags;
	u8 verdict;
	u8 reason;
	u8 flags;
	u8 gso_type;
	u16 gso_size;
	u8 room;
	struct xmd_tx_frag frag[XMD_TX_FRAGS];
};

/* One copy from a slot's page into a buffer of the frame's chain. */
struct xmd_tx_piece {
	u8 frag;	/* index into xmd_tx_frame.frag */
	u8 buf;		/* 0: the first buffer of the chain */
	u16 frag_off;	/* from frag.off */
	u16 buf_off;
	u16 len;
};

/**
 * xmd_ring_ready - how many requests wait between our index and the guest's
 * @prod: the guest's req_prod, read once
 * @cons: our req_cons
 * @rsp:  our rsp_prod_pvt
 * @size: slots of the ring
 *
 * Return: 0 to @size, or -1 when @prod cannot be: more than a ring ahead of what
 * was answered, or behind what was consumed.
 */
static inline int xmd_ring_ready(u32 prod, u32 cons, u32 rsp, u32 size)
{
	u32 taken = cons - rsp;
	u32 made = prod - rsp;

	if (made > size || made < taken)
		return -1;
	return made - taken;
}

/**
 * xmd_tx_parse - describe the frame whose first slot is @cons
 * @slots: the ring's array in the shared page
 * @cons:  index of the first slot, not equal to @prod
 * @prod:  the guest's req_prod, checked with xmd_ring_ready
 * @f:	   filled
 * @ids:   XMD_TX_RING entries, by index in the ring; those of the frame are filled
 *
 * Return: enum xmd_tx_verdict, also in @f->verdict.  With XMD_TX_BAD, nslots and
 * nextra are right, so that the slots can be answered; with XMD_TX_PARTIAL and
 * XMD_TX_FAULT, only reason is.
 */
int xmd_tx_parse(const void *slots, u32 cons, u32 prod, struct xmd_tx_frame *f, u16 *ids);

/**
 * xmd_tx_bufs - buffers that xmd_tx_plan uses for all of @f, at most
 */
static inline unsigned int xmd_tx_bufs(const struct xmd_tx_frame *f)
{
	return f->room + f->len <= XMD_RING_PAGE ? 1 : f->nfrags + 1;
}

/* Bytes to fetch when only the destination is to be found out. */
static inline u32 xmd_tx_head(const struct xmd_tx_frame *f)
{
	return f->len < XMD_TX_HEAD ? f->len : XMD_TX_HEAD;
}

/**
 * xmd_tx_plan - how bytes @from to @to of a frame go into its chain of buffers
 * @from: 0, or xmd_tx_head(@f) when that much was fetched before
 * @to:	  xmd_tx_head(@f) or @f->len; more than @from
 * @p:	  XMD_TX_PIECES entries
 *
 * Slots are kept whole and appended to the last buffer as long as they fit; only
 * one is split, to get the headers (XMD_TX_HEAD bytes) into the first buffer.
 *
 * Return: pieces, at least 1.
 */
unsigned int xmd_tx_plan(const struct xmd_tx_frame *f, u32 from, u32 to,
			 struct xmd_tx_piece *p);

#ifdef XMD_SLOT_COPY_HOOK
void xmd_slot_copy(const void *slots, u32 idx, union xmd_tx_slot *copy);
#else
/* The only place that reads a request: each word once, never again. */
static inline void xmd_slot_copy(const void *slots, u32 idx, union xmd_tx_slot *copy)
{
	const volatile u32 *from = (const volatile u32 *)slots + (idx % XMD_TX_RING) * 3;

	copy->word[0] = from[0];
	copy->word[1] = from[1];
	copy->word[2] = from[2];
}
#endif

#endif /* XMD_BACK_PARSE_H */
