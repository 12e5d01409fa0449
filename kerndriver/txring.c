// SPDX-License-Identifier: GPL-2.0
/*
 * txring.c - frames to descriptors and back ("tx" is guest to wire); see txring.h.
 *
 * What the chips get wrong is in xmd/nicchips.h, by the same names.
 */
#include <linux/compiler.h>
#include <linux/if_ether.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "offload.h"
#include "txring.h"

#define FIRST_MAX	2015u	/* PCIX_2K */
#define PSP_MIN		17u	/* bytes that TCTL.PSP needs to begin with */
#define SENTINEL	4u	/* TSO_DD, PCIX_DWORD, and of the payload for TSO_HDR */

void xmd_txring_chip(struct xmd_txring *r, __u32 flags)
{
	r->errata = flags;
	r->gso = flags & XMD_LACKS_TSO ? 0 : XMD_F_GSO_TCPV4;
	r->gso |= flags & XMD_HAS_TSO6 ? XMD_F_GSO_TCPV6 : 0;
}

__u32 xmd_txring_room(const struct xmd_txring *r)
{
	return r->mask - (READ_ONCE(r->prod) - READ_ONCE(r->cons));
}

static struct e1000_tx_desc *next_desc(struct xmd_txring *r)
{
	return &r->desc[r->prod++ & r->mask];
}

static void put_context(struct xmd_txring *r, const __u32 *ctx)
{
	struct e1000_tx_desc *d = next_desc(r);

	d->ctx[0] = __cpu_to_le32(ctx[0]);
	d->ctx[1] = __cpu_to_le32(ctx[1]);
	d->lower = __cpu_to_le32(ctx[2]);
	d->upper = __cpu_to_le32(ctx[3]);
	memcpy(r->ctx, ctx, sizeof(r->ctx));
}

static void put_data(struct xmd_txring *r, dma_addr_t addr, __u32 cmd, __u8 popts)
{
	struct e1000_tx_desc *d = next_desc(r);

	d->addr = __cpu_to_le64(addr);
	d->lower = __cpu_to_le32(cmd);
	d->upper = __cpu_to_le32((__u32)popts << 8);
}

/* PAYLEN differs from frame to frame, so segmentation always brings its own context. */
static bool needs_context(const struct xmd_txring *r, const struct xmd_tx_offload *o)
{
	return o->hdr_len || (o->ctx[2] && memcmp(r->ctx, o->ctx, sizeof(r->ctx)));
}

/*
 * Short frames are filled up here for chips that damage those that they pad themselves.  The
 * others would sum what we add (PCI Express), and get just so much that they can.  The bytes behind the
 * frame are nobody's.
 */
static __u32 pad(const struct xmd_txring *r, const struct xmd_buf *head, struct xmd_buf *last)
{
	__u32 least = r->errata & XMD_ERR_PAD ? ETH_ZLEN : PSP_MIN;
	__u32 n = head->frame_len < least ? least - head->frame_len : 0;

	if (!n || last->off + last->len + n > XMD_BUF_SIZE)
		return 0;
	memset((__u8 *)last->data + last->off + last->len, 0, n);
	return n;
}

/* One buffer of a frame: two descriptors, three if it is the first, where the chip wants that. */
static void put_buf(struct xmd_txring *r, dma_addr_t addr, __u32 len, __u32 cmd, __u8 popts)
{
	bool dwords = r->errata & XMD_ERR_PCIX_DWORD, even = dwords && !((addr + len - 1) & 4);
	/* what is left has to end in an odd dword, as the whole did */
	__u32 cut = dwords && !even ? 2 * SENTINEL : SENTINEL;

	if ((even || cmd & TXD_EOP) && len > cut + SENTINEL) {
		put_data(r, addr, (cmd & ~TXD_EOP) | (len - cut), popts);
		addr += len - cut;
		len = cut;
	}
	put_data(r, addr, (cmd & ~TXD_EOP) | len, popts);
}

/* The first bytes of the payload, behind the headers.  Return: how many */
static __u32 take_payload(struct xmd_txring *r, const struct xmd_buf *head, __u8 hdr_len)
{
	const struct xmd_buf *b = head->len > hdr_len ? head : head->frag;
	__u32 at = b == head ? hdr_len : 0, n = b->len - at;

	n = n < SENTINEL ? n : SENTINEL;
	memcpy(r->hdr + r->frame_prod % XMD_RING_MAX * XMD_TX_HDR_MAX + hdr_len,
	       (const __u8 *)b->data + b->off + at, n);
	return n;
}

/* @skip bytes of @b are sent already. */
static void put_rest(struct xmd_txring *r, struct xmd_buf *b, __u32 skip, __u32 cmd, __u8 popts)
{
	bool cut = r->errata & XMD_ERR_TSO_DD && (cmd & TXD_TSE || r->after_gso);
	struct xmd_buf *head = b;
	__u32 len;

	for (; b; b = b->frag) {
		len = b->len + (b->frag ? 0 : pad(r, head, b));
		if (len > skip && !r->errata)
			put_data(r, b->dma + b->off + skip, cmd | (len - skip), popts);
		else if (len > skip)
			put_buf(r, b->dma + b->off + skip, len - skip,
				cmd | (cut && !b->frag ? TXD_EOP : 0), popts);
		skip = skip > len ? skip - len : 0;
	}
	r->desc[(r->prod - 1) & r->mask].lower |= __cpu_to_le32(TXD_EOP);
}

static void put_frame(struct xmd_txring *r, struct xmd_buf *head, const struct xmd_tx_offload *o)
{
	__u32 cmd = TXD_DEXT | TXD_DATA | TXD_IFCS | TXD_IDE | (o->ctx[2] & TXD_TSE);
	__u32 skip = o->hdr_len, slot = r->frame_prod % XMD_RING_MAX;

	if (skip) {
		skip += r->errata & XMD_ERR_TSO_HDR ? take_payload(r, head, skip) : 0;
		put_data(r, r->hdr_dma + slot * XMD_TX_HDR_MAX, cmd | skip, o->popts);
	} else if (r->errata & XMD_ERR_PCIX_2K && head->len > FIRST_MAX) {
		skip = FIRST_MAX;
		put_buf(r, head->dma + head->off, skip, cmd, o->popts);
	}
	put_rest(r, head, skip, cmd, o->popts);
	r->after_gso = o->hdr_len;
}

/* Descriptors of @head, at most. */
static __u32 takes(const struct xmd_txring *r, const struct xmd_buf *head)
{
	__u32 more = (r->errata & XMD_ERR_TSO_DD ? 1 : 0) + (r->errata & XMD_ERR_PCIX_2K ? 2 : 0);

	return XMD_TX_EXTRA + more + (r->errata & XMD_ERR_PCIX_DWORD ? 2 : 1) * head->nbufs;
}

static void fill_slot(struct xmd_txring *r, struct xmd_buf *head, bool refused)
{
	struct xmd_tx_slot *slot = &r->slot[r->frame_prod++ % XMD_RING_MAX];

	slot->frame = head;
	slot->end = r->prod;
	slot->refused = refused;
}

bool xmd_txring_post(struct xmd_txring *r, struct xmd_buf *head, __u32 keep)
{
	__u8 *hdr = r->hdr + r->frame_prod % XMD_RING_MAX * XMD_TX_HDR_MAX;
	struct xmd_tx_offload o;
	bool refused;

	if (r->frame_prod - r->frame_cons == XMD_RING_MAX)
		return false;
	refused = (head->flags & (XMD_F_GSO_TCPV4 | XMD_F_GSO_TCPV6) & ~r->gso) ||
		  xmd_tx_offload(head, r->max_frame, &o, hdr) < 0;
	if (!refused) {
		if (xmd_txring_room(r) < takes(r, head) + keep)
			return false;
		if (needs_context(r, &o))
			put_context(r, o.ctx);
		put_frame(r, head, &o);
	}
	fill_slot(r, head, refused);
	return true;
}

/*
 * Only the last descriptor of a batch reports, which saves the NIC a write to memory for
 * each of the others, and is done when all of them are.
 */
void xmd_txring_seal(struct xmd_txring *r, __u32 first)
{
	__u32 rs = r->prod - 1;

	for (; first != r->frame_prod; first++)
		r->slot[first % XMD_RING_MAX].rs = rs;
	r->desc[rs & r->mask].lower |= __cpu_to_le32(TXD_RS);
}

bool xmd_txring_done(const struct xmd_txring *r)
{
	const struct xmd_tx_slot *slot = &r->slot[r->frame_cons % XMD_RING_MAX];

	if (r->frame_cons == r->frame_prod)
		return false;
	if (slot->refused)
		return true;	/* at the head of the line: all before it are done */
	return __le32_to_cpu(READ_ONCE(r->desc[slot->rs & r->mask].upper)) & TXD_DD;
}

bool xmd_txring_passed(const struct xmd_txring *r, __u32 head)
{
	__u32 rs = r->slot[r->frame_cons % XMD_RING_MAX].rs;

	return ((head - r->cons) & r->mask) > ((rs - r->cons) & r->mask);
}

struct xmd_buf *xmd_txring_reap(struct xmd_txring *r, bool abort)
{
	struct xmd_tx_slot *slot = &r->slot[r->frame_cons % XMD_RING_MAX];

	if (abort ? r->frame_cons == r->frame_prod : !xmd_txring_done(r))
		return NULL;
	if (abort || slot->refused)
		slot->frame->flags |= XMD_F_ABORTED;
	r->frame_cons++;
	/* DD was read before the descriptors are given free: or the next frame could
	 * overwrite one on which the NIC still has to report.  The branch orders it.
	 */
	WRITE_ONCE(r->cons, slot->end);
	return slot->frame;
}

void xmd_txring_restart(struct xmd_txring *r, __u32 size)
{
	__u32 first = r->frame_cons, last = r->frame_prod;
	struct xmd_buf *head;

	memset(r->desc, 0, XMD_RING_MAX * sizeof(*r->desc));
	memset(r->ctx, 0, sizeof(r->ctx));
	r->after_gso = false;
	r->mask = size - 1;
	r->prod = 0;
	r->cons = 0;
	for (r->frame_prod = first; r->frame_prod != last;) {
		head = r->slot[r->frame_prod % XMD_RING_MAX].frame;
		if (!xmd_txring_post(r, head, 0))
			fill_slot(r, head, true);
	}
	if (r->prod)
		xmd_txring_seal(r, first);
}
