/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intent.h - how far a ring is about to be answered, where the next backend finds it
 *
 * Responses are written over their requests, one after the other, and made known by one
 * store of rsp_prod.  A driver domain that dies in between leaves slots that are not
 * answered as far as anybody can see, and are no requests any more: read as such they
 * would send another page than was meant, or look like a broken guest.
 *
 * So the index up to which is going to be answered is stored first, in the padding of
 * the shared page, which the protocol does not use and frontends clear when they make a
 * ring.  Whoever adopts the ring finishes that push before it reads a request.  A guest
 * that forges it is told that frames were sent which were not: its own.
 */
#ifndef XMD_BACK_INTENT_H
#define XMD_BACK_INTENT_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <xen/interface/io/netif.h>
#include "parse.h"

#define XMD_INTENT_MAGIC	0x786d6469u	/* "xmdi" */

/* The last 8 bytes before the slots, which begin at 64 of the shared page. */
static inline u64 *xmd_intent_of(void *sring)
{
	return (u64 *)((u8 *)sring + 56);
}

/* Before the first response up to @end is written. */
static inline void xmd_intent_store(void *sring, u32 end)
{
	WRITE_ONCE(*xmd_intent_of(sring), (u64)XMD_INTENT_MAGIC << 32 | end);
	/* the intent before the responses, because they destroy what it is about */
	virt_wmb();
}

/* Return: an index from @rsp to @prod: what lies before it has been done. */
static inline u32 xmd_intent_load(void *sring, u32 rsp, u32 prod)
{
	u64 intent = READ_ONCE(*xmd_intent_of(sring));
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
 * back to the guest as an error, and what was in it is lost.
 */
static inline void xmd_intent_finish_rx(struct xen_netif_rx_response *r)
{
	*r = (struct xen_netif_rx_response){
		.id = READ_ONCE(r->id), .status = XEN_NETIF_RSP_ERROR,
	};
}

#endif /* XMD_BACK_INTENT_H */
