/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intent.h - how far a ring is about to be answered, where the next backend finds it
 *
 * Responses are written over their requests, one after the other, and made known by one
 * store of rsp_prod.  A driver domain that dies in between leaves slots that are not
 * answered as far as anybody can see, and are no requests any more: read as such they
 * would send another page than was meant, or look like a broken guest.
 *
 * So what is about to be answered is stored first, in the padding of the shared page, which
 * the protocol does not use and frontends clear when they make a ring:
 *
 *   octet  24            56     60      64
 *          | extra[4]    | end  | magic | slots
 *
 *   end    the index behind the last response of this push
 *   extra  RX: a bit for each slot of the ring, set: extra-info of this push.  It covers the
 *          id of its request, so nobody could tell from the slot what it was.
 *
 * Whoever adopts the ring finishes that push before it reads a request, and may die in turn
 * while it does: what it writes depends on nothing that it overwrites.  An intent whose end
 * is rsp_prod asks for nothing.  A ring is taken into use with such a one, since what the
 * page held before may be of another life of it.  A guest that forges an intent is told
 * that frames were sent which were not: its own.
 *
 * Backends before this one wrote no extra, and leave it clear.
 */
#ifndef XMD_BACK_INTENT_H
#define XMD_BACK_INTENT_H

#include <linux/bitops.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/barrier.h>
#include <xen/interface/io/netif.h>
#include "parse.h"

#define XMD_INTENT_MAGIC	0x786d6469u	/* "xmdi" */

struct xmd_intent {
	unsigned long extra[XMD_RX_RING / BITS_PER_LONG];
	u64 word;		/* magic << 32 | end */
};

/* Just before the slots, which begin at 64 of the shared page. */
static inline struct xmd_intent *xmd_intent_of(void *sring)
{
	return (struct xmd_intent *)((u8 *)sring + 64 - sizeof(struct xmd_intent));
}

/* Before the first response up to @end is written. */
static inline void xmd_intent_store(void *sring, u32 end)
{
	WRITE_ONCE(xmd_intent_of(sring)->word, (u64)XMD_INTENT_MAGIC << 32 | end);
	/* the intent before the responses, because they destroy what it is about */
	virt_wmb();
}

/* The same for RX.  @i: its extra, by ring index; word is not used. */
static inline void xmd_intent_store_rx(void *sring, const struct xmd_intent *i, u32 end)
{
	memcpy(xmd_intent_of(sring), i, offsetof(struct xmd_intent, word));
	/* extra before the end that makes it count; the end before was published */
	virt_wmb();
	xmd_intent_store(sring, end);
}

/* Return: an index from @rsp to @prod: what lies before it has been done. */
static inline u32 xmd_intent_load(void *sring, u32 rsp, u32 prod)
{
	u64 intent = READ_ONCE(xmd_intent_of(sring)->word);
	u32 end = (u32)intent;

	if (intent >> 32 != XMD_INTENT_MAGIC || end - rsp > prod - rsp)
		return rsp;
	return end;
}

/*
 * Answer @rsp to @end again.  A response is the first 4 of a slot's 12 bytes; id and flags
 * of a request lie behind them.  Of an extra-info slot it covers type and flags, which
 * xmd_fifo_answer therefore leaves as they are.  A status other than OKAY is forgotten.
 */
static inline void xmd_intent_finish_tx(union xmd_tx_slot *slots, u32 rsp, u32 end)
{
	bool extra = false, first = true;

	for (; rsp != end; rsp++) {
		union xmd_tx_slot *s = &slots[rsp % XMD_TX_RING];
		struct xen_netif_tx_response *r = (void *)s;
		u16 flags = READ_ONCE(s->req.flags);

		if (extra) {
			extra = READ_ONCE(s->extra.flags) & XEN_NETIF_EXTRA_FLAG_MORE;
			r->status = XEN_NETIF_RSP_NULL;
			continue;
		}
		r->id = READ_ONCE(s->req.id);
		r->status = XEN_NETIF_RSP_OKAY;
		extra = first && flags & XEN_NETTXF_extra_info;
		first = !(flags & XEN_NETTXF_more_data);
	}
}

/*
 * Of a buffer that the dead domain has filled only the id is known for certain: it goes
 * back to the guest as an error, and what was in it is lost.  Of one that is covered by
 * extra-info not even the id: so it becomes that again, behind the slot it belongs to,
 * and the guest knows it by its place.
 */
static inline void xmd_intent_finish_rx(void *sring, union xen_netif_rx_sring_entry *slots,
					u32 rsp, u32 end)
{
	struct xmd_intent in;
	bool next;

	memcpy(&in, xmd_intent_of(sring), sizeof(in));
	for (; rsp != end; rsp++) {
		struct xen_netif_rx_response *r = &slots[rsp % XMD_RX_RING].rsp;

		next = rsp + 1 != end && test_bit((rsp + 1) % XMD_RX_RING, in.extra);
		*r = (struct xen_netif_rx_response){
			.id = READ_ONCE(r->id), .status = XEN_NETIF_RSP_ERROR,
			.flags = next ? XEN_NETRXF_extra_info : 0,
		};
		if (!next)
			continue;
		r = &slots[++rsp % XMD_RX_RING].rsp;
		*(struct xen_netif_extra_info *)r = (struct xen_netif_extra_info){
			.type = XEN_NETIF_EXTRA_TYPE_GSO,
			.u.gso.size = XMD_GSO_SIZE_MIN,
			.u.gso.type = XEN_NETIF_GSO_TYPE_TCPV4,
		};
	}
}

#endif /* XMD_BACK_INTENT_H */
