// SPDX-License-Identifier: GPL-2.0
/*
 * txring.c - frames to descriptors and back ("tx" is guest to wire); see txring.h.
 *
 * Known hole: some 8254x write DD of a segmented frame back before its last bytes
 * have left memory.  QEMU's does not; on such a chip the last buffer would have to be
 * split and its final bytes sent by a descriptor of their own.
 */
#include <linux/compiler.h>
#include <linux/if_ether.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "offload.h"
#include "txring.h"

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
 * Short frames are filled up here: parts of the family damage frames that they pad
 * themselves.  The bytes behind the frame are nobody's.
 */
static __u32 pad(const struct xmd_buf *head, struct xmd_buf *last)
{
	__u32 n = head->frame_len < ETH_ZLEN ? ETH_ZLEN - head->frame_len : 0;

	if (!n || last->off + last->len + n > XMD_BUF_SIZE)
		return 0;
	memset((__u8 *)last->data + last->off + last->len, 0, n);
	return n;
}

static void put_frame(struct xmd_txring *r, struct xmd_buf *head, const struct xmd_tx_offload *o)
{
	__u32 cmd = TXD_DEXT | TXD_DATA | TXD_IFCS | TXD_IDE | (o->ctx[2] & TXD_TSE);
	__u32 skip = o->hdr_len, slot = r->frame_prod % XMD_RING_MAX, len;
	struct xmd_buf *b;

	if (skip)
		put_data(r, r->hdr_dma + slot * XMD_TX_HDR_MAX, cmd | skip, o->popts);
	for (b = head; b; b = b->frag) {
		len = b->len - skip;
		if (!b->frag)
			len += pad(head, b);
		if (len)
			put_data(r, b->dma + b->off + skip, cmd | len, o->popts);
		skip = 0;
	}
	r->desc[(r->prod - 1) & r->mask].lower |= __cpu_to_le32(TXD_EOP);
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
	refused = xmd_tx_offload(head, r->max_frame, &o, hdr) < 0;
	if (!refused) {
		if (xmd_txring_room(r) < head->nbufs + XMD_TX_EXTRA + keep)
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
