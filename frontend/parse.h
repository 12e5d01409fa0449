/* SPDX-License-Identifier: GPL-2.0 */
/*
 * parse.h - what a backend may write, checked: responses in the rings, keys in xenstore
 *
 * Everything here reads memory that the backend writes at the same time.  Each slot is
 * read once, into a private copy; the copy is checked and used, the slot is not looked
 * at again (D5).  Nothing here calls Linux: it is compiled on the host too, and tested
 * and fuzzed there (tests/frontend/).
 *
 * Three outcomes for what comes out of the RX ring, three answers:
 *
 *   the ring or a chain cannot be a frame's       XMD_RX_FAULT    the device is disabled
 *   one packet is wrong                           XMD_RX_BAD      dropped and counted
 *   the backend has not published the rest yet    XMD_RX_PARTIAL  nothing is consumed
 *
 * What a frame *says* is another guest's or the wire's, and never a fault of the backend.
 */
#ifndef XMD_FRONT_PARSE_H
#define XMD_FRONT_PARSE_H

#include <linux/types.h>
#include <xen/interface/io/netif.h>

#define XMD_RING	256u	/* slots of either one-page ring (asserted in ring.c) */
#define XMD_GRANT	4096u	/* bytes that a grant covers */
#define XMD_SLOTS	XEN_NETIF_NR_SLOTS_MIN	/* data slots of a frame, at most */
#define XMD_RUNAWAY	(2 * XMD_SLOTS)	/* more data slots than this: a fault */
#define XMD_ETH_HEADER	14u
#define XMD_GSO_MIN	8u	/* less payload a segment than TCP ever sends only makes work */
#define XMD_MTU_MIN	68u
#define XMD_MTU_SG	65521u	/* with its Ethernet header it fits the 16 bits of a size */
#define XMD_MTU_PLAIN	1500u	/* what fits into one slot for certain */

enum xmd_rx_verdict {
	XMD_RX_OK = 0,
	XMD_RX_PARTIAL,
	XMD_RX_BAD,
	XMD_RX_FAULT,
};

/* Why a packet is XMD_RX_BAD; names for statistics: xmd_front_rx_bad_name(). */
enum xmd_rx_reason {
	XMD_RX_GOOD = 0,
	XMD_RX_BAD_STATUS,	/* the backend itself says that it is none */
	XMD_RX_BAD_SHORT,	/* no Ethernet header fits */
	XMD_RX_BAD_SLOTS,	/* more than XMD_SLOTS data slots */
	XMD_RX_BAD_GSO,		/* size or type of segmentation cannot be */
	XMD_RX_REASONS
};

/* Why the device is disabled; sentences for the log: xmd_front_fault_text(). */
enum xmd_front_fault {
	XMD_FAULT_NONE = 0,
	XMD_FAULT_TX_PROD,	/* more TX responses than requests */
	XMD_FAULT_TX_ID,	/* a TX response for no request */
	XMD_FAULT_TX_GRANT,	/* answered, but the backend still uses the page */
	XMD_FAULT_RX_PROD,
	XMD_FAULT_RX_ID,
	XMD_FAULT_RX_GRANT,
	XMD_FAULT_RX_PAGE,	/* offset + length over the page */
	XMD_FAULT_RX_RUNAWAY,	/* a chain of slots without an end */
	XMD_FAULT_RX_EXTRA,	/* extra info of no known type, or without an end */
	XMD_FAULTS
};

/* One slot of the RX ring, as copied: which member holds depends on the slot before. */
union xmd_rx_slot {
	struct xen_netif_rx_response rsp;
	struct xen_netif_extra_info extra;
	u32 word[2];
};

struct xmd_rx_frag {
	u16 slot;	/* 0 to XMD_RING - 1 */
	u16 off;
	u16 len;	/* off + len <= XMD_GRANT; 0 only with XMD_RX_BAD */
};

/**
 * struct xmd_rx_frame - what one frame's slots said
 * @first:	ring index of its first slot
 * @len:	bytes of the frame
 * @nslots:	slots it takes in the ring, extra-info included
 * @nfrags:	valid entries of @frag (verdict XMD_RX_OK only), at least 1
 * @verdict:	enum xmd_rx_verdict
 * @reason:	enum xmd_rx_reason with XMD_RX_BAD, enum xmd_front_fault with XMD_RX_FAULT
 * @flags:	XEN_NETRXF_csum_blank, XEN_NETRXF_data_validated
 * @gso_type:	XEN_NETIF_GSO_TYPE_*
 * @gso_size:	payload bytes per segment
 */
struct xmd_rx_frame {
	u32 first;
	u32 len;
	u16 nslots;
	u8 nfrags;
	u8 verdict;
	u8 reason;
	u8 flags;
	u8 gso_type;
	u16 gso_size;
	struct xmd_rx_frag frag[XMD_SLOTS];
};

/**
 * xmd_ring_answered - how many responses wait between our index and the backend's
 * @prod:  the backend's rsp_prod, read once
 * @cons:  our rsp_cons
 * @asked: our req_prod_pvt
 *
 * Return: 0 to @asked - @cons, or -1 when @prod cannot be: more was answered than asked.
 */
static inline int xmd_ring_answered(u32 prod, u32 cons, u32 asked)
{
	return prod - cons <= asked - cons ? (int)(prod - cons) : -1;
}

/**
 * xmd_front_rx_parse - describe the frame whose first slot is @cons
 * @slots: the ring's array in the shared page
 * @cons:  index of the first slot, not equal to @prod
 * @prod:  the backend's rsp_prod, checked with xmd_ring_answered
 * @f:	   filled
 *
 * A request's id is the index of its slot (netif.h: a response sits in the slot of its
 * request), and so must be the response's.
 *
 * Return: enum xmd_rx_verdict, also in @f->verdict.  With XMD_RX_BAD, nslots is right, so
 * that the slots can be taken back; with XMD_RX_PARTIAL and XMD_RX_FAULT, only reason is.
 */
int xmd_front_rx_parse(const void *slots, u32 cons, u32 prod, struct xmd_rx_frame *f);

/**
 * xmd_front_tx_answer - copy the TX response at @cons
 *
 * Return: true if it answers the request with *@id (0 to XMD_RING - 1; that it is in
 * flight is for the caller to check); false with *@id XMD_RING: the slot of an extra info,
 * answers nothing; false with a larger *@id: no response can have this id.
 */
bool xmd_front_tx_answer(const void *slots, u32 cons, u32 *id, s16 *status);

/**
 * xmd_front_backend_domain - the domain that a backend's directory says it is of
 * @path: value of the key "backend"
 *
 * Return: its domid, -1 for a path of another form than "/local/domain/N/backend/...".
 */
int xmd_front_backend_domain(const char *path);

/**
 * xmd_front_mtu_limit - the largest MTU
 * @sg:	 the backend takes frames of more than one slot
 * @key: value of the frontend's key "mtu", 0: there is none
 *
 * The key is the toolstack's word on what the network carries; senseless ones are ignored.
 * 1500 is allowed in any case.
 */
unsigned int xmd_front_mtu_limit(bool sg, unsigned int key);

const char *xmd_front_fault_text(unsigned int fault);
const char *xmd_front_rx_bad_name(unsigned int reason);

#endif /* XMD_FRONT_PARSE_H */
