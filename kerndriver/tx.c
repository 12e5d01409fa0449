// SPDX-License-Identifier: GPL-2.0
/*
 * tx.c - frames to the wire ("tx" is guest to wire).
 *
 *   tx_provide   frame -> slot + descriptors, one TDT write for the batch
 *   tx_return    DD in the last descriptor of a batch -> slots empty, frames go back
 *
 * Every frame stays in its slot until the NIC has said DD, so that after a STOP and a
 * START the slots that are left are provided again, in order.
 *
 * Known hole: some 8254x write DD of a segmented frame back before its last bytes
 * have left memory.  QEMU's does not; on such a chip the last buffer would have to be
 * split and its final bytes sent by a descriptor of their own.
 */
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include "offload.h"
#include "priv.h"

int xmd_tx_alloc(struct xmd_nic *nic)
{
	struct device *dma = &nic->pdev->dev;
	struct xmd_tx *tx = &nic->tx;

	spin_lock_init(&tx->lock);
	tx->mask = XMD_RING_MIN - 1;
	tx->slot = kvcalloc(XMD_RING_MAX, sizeof(*tx->slot), GFP_KERNEL);
	tx->desc = dma_alloc_coherent(dma, XMD_RING_MAX * sizeof(*tx->desc), &tx->dma, GFP_KERNEL);
	tx->hdr = dma_alloc_coherent(dma, XMD_RING_MAX * XMD_TX_HDR_MAX, &tx->hdr_dma, GFP_KERNEL);
	if (tx->slot && tx->desc && tx->hdr)
		return 0;
	xmd_tx_free(nic);
	return -ENOMEM;
}

void xmd_tx_free(struct xmd_nic *nic)
{
	struct device *dma = &nic->pdev->dev;
	struct xmd_tx *tx = &nic->tx;

	if (tx->hdr)
		dma_free_coherent(dma, XMD_RING_MAX * XMD_TX_HDR_MAX, tx->hdr, tx->hdr_dma);
	if (tx->desc)
		dma_free_coherent(dma, XMD_RING_MAX * sizeof(*tx->desc), tx->desc, tx->dma);
	kvfree(tx->slot);
	tx->hdr = NULL;
	tx->desc = NULL;
	tx->slot = NULL;
}

/* Most of what a frame takes beside its buffers: a context and a copy of its headers. */
#define TX_EXTRA	2u
/* Providing again after a START may need one context more than there was before. */
#define TX_KEEP		1u

/* Free descriptors; one stays empty, or full and empty would look the same to the NIC. */
static u32 tx_room(const struct xmd_tx *tx)
{
	return tx->mask - (READ_ONCE(tx->prod) - READ_ONCE(tx->cons));
}

unsigned int xmd_nic_tx_space(const struct xmd_nic *nic)
{
	u32 room = tx_room(&nic->tx);

	if (!test_bit(XMD_RUNNING, &nic->bits) || !test_bit(XMD_LINK_UP, &nic->bits))
		return 0;
	/* read without the lock, prod and cons may be of different moments */
	return room <= XMD_RING_MAX && room > TX_EXTRA + TX_KEEP ? room - TX_EXTRA - TX_KEEP : 0;
}
EXPORT_SYMBOL_GPL(xmd_nic_tx_space);

static struct e1000_tx_desc *next_desc(struct xmd_tx *tx)
{
	return &tx->desc[tx->prod++ & tx->mask];
}

static void put_context(struct xmd_tx *tx, const u32 *ctx)
{
	struct e1000_tx_desc *d = next_desc(tx);

	d->ctx[0] = cpu_to_le32(ctx[0]);
	d->ctx[1] = cpu_to_le32(ctx[1]);
	d->lower = cpu_to_le32(ctx[2]);
	d->upper = cpu_to_le32(ctx[3]);
	memcpy(tx->ctx, ctx, sizeof(tx->ctx));
}

static void put_data(struct xmd_tx *tx, dma_addr_t addr, u32 cmd, u8 popts)
{
	struct e1000_tx_desc *d = next_desc(tx);

	d->addr = cpu_to_le64(addr);
	d->lower = cpu_to_le32(cmd);
	d->upper = cpu_to_le32((u32)popts << 8);
}

/* PAYLEN differs from frame to frame, so segmentation always brings its own context. */
static bool needs_context(const struct xmd_tx *tx, const struct xmd_tx_offload *o)
{
	return o->hdr_len || (o->ctx[2] && memcmp(tx->ctx, o->ctx, sizeof(tx->ctx)));
}

/*
 * Short frames are filled up here: parts of the family damage frames that they pad
 * themselves.  The bytes behind the frame are nobody's.
 */
static u32 pad(const struct xmd_buf *head, struct xmd_buf *last)
{
	u32 n = head->frame_len < ETH_ZLEN ? ETH_ZLEN - head->frame_len : 0;

	if (n && last->off + last->len + n <= XMD_BUF_SIZE) {
		memset(last->data + last->off + last->len, 0, n);
		return n;
	}
	return 0;
}

static void put_frame(struct xmd_tx *tx, struct xmd_buf *head, const struct xmd_tx_offload *o)
{
	u32 cmd = TXD_DEXT | TXD_DATA | TXD_IFCS | TXD_IDE | (o->ctx[2] & TXD_TSE);
	u32 skip = o->hdr_len, slot = tx->frame_prod % XMD_RING_MAX;
	struct xmd_buf *b;

	if (skip)
		put_data(tx, tx->hdr_dma + slot * XMD_TX_HDR_MAX, cmd | skip, o->popts);
	for (b = head; b; b = b->frag) {
		u32 len = b->len - skip;

		if (!b->frag)
			len += pad(head, b);
		if (len)
			put_data(tx, b->dma + b->off + skip, cmd | len, o->popts);
		skip = 0;
	}
	/* the headers are never all of a segmented frame, so the last one is its end */
	tx->desc[(tx->prod - 1) & tx->mask].lower |= cpu_to_le32(TXD_EOP);
}

/* Fill the next slot with @head; leave @keep descriptors.  false: no room, no change. */
static bool post(struct xmd_tx *tx, struct xmd_buf *head, u32 keep)
{
	u32 i = tx->frame_prod % XMD_RING_MAX;
	struct xmd_tx_slot *slot = &tx->slot[i];
	struct xmd_tx_offload o;

	if (tx->frame_prod - tx->frame_cons == XMD_RING_MAX)
		return false;
	slot->refused = xmd_tx_offload(head, &o, tx->hdr + i * XMD_TX_HDR_MAX) < 0;
	if (!slot->refused) {
		if (tx_room(tx) < head->nbufs + TX_EXTRA + keep)
			return false;
		if (needs_context(tx, &o))
			put_context(tx, o.ctx);
		put_frame(tx, head, &o);
	}
	slot->frame = head;
	slot->end = tx->prod;
	tx->frame_prod++;
	return true;
}

/*
 * End of a batch: only its last descriptor reports, which saves the NIC a write to
 * memory for each of the others, and is done when all of them are.
 */
static void seal(struct xmd_tx *tx, u32 first)
{
	u32 rs = tx->prod - 1;

	for (; first != tx->frame_prod; first++)
		tx->slot[first % XMD_RING_MAX].rs = rs;
	tx->desc[rs & tx->mask].lower |= cpu_to_le32(TXD_RS);
}

void xmd_tx_doorbell(struct xmd_nic *nic)
{
	struct xmd_tx *tx = &nic->tx;

	/* descriptors before the tail: the NIC fetches them as soon as the tail moves */
	dma_wmb();
	xmd_write(nic, TDT, tx->prod & tx->mask);
	tx->doorbells++;
}

static int tx_state(const struct xmd_nic *nic)
{
	if (test_bit(XMD_GONE, &nic->bits))
		return -ENETDOWN;
	if (!test_bit(XMD_RUNNING, &nic->bits))
		return -EAGAIN;
	return test_bit(XMD_LINK_UP, &nic->bits) ? 0 : -ENETDOWN;
}

static int post_batch(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
{
	struct xmd_tx *tx = &nic->tx;
	u32 first = tx->frame_prod, begin = tx->prod, taken = 0;

	if (tx->frame_cons == tx->frame_prod)
		tx->progress = jiffies;
	while (taken < n && post(tx, frames[taken], TX_KEEP)) {
		if (frames[taken]->owner)
			tx->foreign++;
		taken++;
	}
	tx->frames += taken;
	tx->full += taken < n;
	if (tx->prod != begin) {
		seal(tx, first);
		xmd_tx_doorbell(nic);
	} else if (taken) {
		/* all of them refused: no descriptor will report, the poll must look */
		napi_schedule(&nic->napi);
	}
	return taken;
}

int xmd_tx_provide(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
{
	struct xmd_tx *tx = &nic->tx;
	int ret;

	spin_lock(&tx->lock);
	ret = tx_state(nic);
	if (!ret)
		ret = post_batch(nic, frames, n);
	spin_unlock(&tx->lock);
	return ret;
}

int xmd_nic_tx_provide(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
{
	if (WARN_ON_ONCE(n > XMD_BATCH))
		n = XMD_BATCH;
	if (unlikely(READ_ONCE(nic->client_mem.leaving)))
		return -ENETDOWN;
	return xmd_tx_provide(nic, frames, n);
}
EXPORT_SYMBOL_GPL(xmd_nic_tx_provide);

static bool done(const struct xmd_tx *tx, const struct xmd_tx_slot *slot)
{
	if (slot->refused)
		return true;	/* at the head of the line: all before it are done */
	return le32_to_cpu(READ_ONCE(tx->desc[slot->rs & tx->mask].upper)) & TXD_DD;
}

/* Move up to XMD_BATCH frames that are done, or with @all any, out of the slots. */
static unsigned int reap(struct xmd_nic *nic, struct xmd_buf **frames, bool all)
{
	struct xmd_tx *tx = &nic->tx;
	struct xmd_tx_slot *slot;
	unsigned int n = 0;

	spin_lock_bh(&tx->lock);
	while (n < XMD_BATCH && tx->frame_cons != tx->frame_prod) {
		slot = &tx->slot[tx->frame_cons % XMD_RING_MAX];
		if (!all && !done(tx, slot))
			break;
		if (slot->refused || all)
			slot->frame->flags |= XMD_F_ABORTED;
		tx->refused += slot->refused;
		tx->foreign -= !!slot->frame->owner;
		frames[n++] = slot->frame;
		tx->frame_cons++;
		/* DD was read before the descriptors are free: else the next frame could
		 * overwrite one that the NIC still has to report.  The lock orders it.
		 */
		WRITE_ONCE(tx->cons, slot->end);
	}
	if (n)
		tx->progress = jiffies;
	spin_unlock_bh(&tx->lock);
	return n;
}

/* Our own net_device's frames go to the pool, the others to the client, in order. */
static void give_back(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
{
	struct xmd_client *client;
	unsigned int i, kept = 0;

	for (i = 0; i < n; i++) {
		if (frames[i]->owner)
			frames[kept++] = frames[i];
		else
			xmd_buf_put(nic, frames[i]);
	}
	if (!kept)
		return;
	rcu_read_lock();
	client = rcu_dereference(nic->client);
	if (client)
		client->ops->tx_return(client->ctx, frames, kept);
	rcu_read_unlock();
	WARN_ON_ONCE(!client);	/* xmd_nic_detach waits for the client's frames */
}

/* Return: true if there may be more. */
bool xmd_tx_return(struct xmd_nic *nic)
{
	struct xmd_buf *frames[XMD_BATCH];
	unsigned int n, batches = XMD_RING_MAX / XMD_BATCH;

	do {
		n = reap(nic, frames, false);
		if (n)
			give_back(nic, frames, n);
	} while (n == XMD_BATCH && --batches);
	xmd_host_wake(nic);
	return n == XMD_BATCH;
}

/* The NIC is stopped and stays so: nobody waits for these frames any longer. */
void xmd_tx_abort(struct xmd_nic *nic)
{
	struct xmd_buf *frames[XMD_BATCH];
	unsigned int n;

	local_bh_disable();
	while ((n = reap(nic, frames, true)) != 0)
		give_back(nic, frames, n);
	local_bh_enable();
}

/*
 * Lay the frames of a STOP into a fresh ring, in order.  What does not fit, because the
 * new ring is smaller than the old one, is refused: it comes back as aborted.
 */
void xmd_tx_start(struct xmd_nic *nic, unsigned int size)
{
	struct xmd_tx *tx = &nic->tx;
	u32 first = tx->frame_cons, last = tx->frame_prod;
	struct xmd_tx_slot *slot;

	memset(tx->desc, 0, XMD_RING_MAX * sizeof(*tx->desc));
	memset(tx->ctx, 0, sizeof(tx->ctx));
	tx->mask = size - 1;
	tx->prod = 0;
	tx->cons = 0;
	tx->progress = jiffies;
	for (tx->frame_prod = first; tx->frame_prod != last;) {
		slot = &tx->slot[tx->frame_prod % XMD_RING_MAX];
		if (!post(tx, slot->frame, 0)) {
			slot->refused = true;
			slot->end = tx->prod;
			tx->frame_prod++;
		}
	}
	if (tx->prod)
		seal(tx, first);
	xmd_write(nic, TDBAL, lower_32_bits(tx->dma));
	xmd_write(nic, TDBAH, upper_32_bits(tx->dma));
	xmd_write(nic, TDLEN, size * sizeof(*tx->desc));
	xmd_write(nic, TDH, 0);
	xmd_write(nic, TDT, 0);
}

/* Has the NIC sat on descriptors for @ms without finishing one? */
bool xmd_tx_stuck(struct xmd_nic *nic, unsigned int ms)
{
	struct xmd_tx *tx = &nic->tx;
	bool stuck;

	spin_lock_bh(&tx->lock);
	stuck = tx->frame_cons != tx->frame_prod &&
		time_after(jiffies, tx->progress + msecs_to_jiffies(ms));
	spin_unlock_bh(&tx->lock);
	return stuck;
}
