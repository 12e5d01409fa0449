// SPDX-License-Identifier: GPL-2.0
/*
 * tx.c - frames to the wire ("tx" is guest to wire).
 *
 *   tx_provide   frames -> ring (txring.c), one TDT write for the batch
 *   tx_return    DD in the last descriptor of a batch -> frames back to their owners
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include "offload.h"
#include "priv.h"

#define DESC_BYTES	(XMD_RING_MAX * sizeof(struct e1000_tx_desc))
#define HDR_BYTES	(XMD_RING_MAX * XMD_TX_HDR_MAX)

int xmd_nic_tx_alloc(struct xmd_nic *nic)
{
	struct device *dma = &nic->pdev->dev;
	struct xmd_tx *tx = &nic->tx;
	struct xmd_txring *r = &tx->ring;

	tx->limit.bytes = XMD_LIMIT_BEGIN;
	r->mask = XMD_RING_MIN - 1;
	r->slot = kvcalloc(XMD_RING_MAX, sizeof(*r->slot), GFP_KERNEL);
	r->desc = dma_alloc_coherent(dma, DESC_BYTES, &tx->dma, GFP_KERNEL);
	r->hdr = dma_alloc_coherent(dma, HDR_BYTES, &r->hdr_dma, GFP_KERNEL);
	if (r->slot && r->desc && r->hdr)
		return 0;
	xmd_nic_tx_free(nic);
	return -ENOMEM;
}

void xmd_nic_tx_free(struct xmd_nic *nic)
{
	struct device *dma = &nic->pdev->dev;
	struct xmd_tx *tx = &nic->tx;
	struct xmd_txring *r = &tx->ring;

	if (r->hdr)
		dma_free_coherent(dma, HDR_BYTES, r->hdr, r->hdr_dma);
	if (r->desc)
		dma_free_coherent(dma, DESC_BYTES, r->desc, tx->dma);
	kvfree(r->slot);
	r->hdr = NULL;
	r->desc = NULL;
	r->slot = NULL;
}

/* The reset has told which bus it is on. */
void xmd_nic_tx_chip(struct xmd_nic *nic)
{
	bool pcix = !xmd_nic_has(nic, XMD_HAS_PCIE) && xmd_read(nic, STATUS) & STATUS_PCIX;

	xmd_txring_chip(&nic->tx.ring,
			nic->chip->flags & ~(pcix ? 0 : XMD_ERR_PCIX_2K | XMD_ERR_PCIX_DWORD));
}

unsigned int xmd_nic_gso(const struct xmd_nic *nic)
{
	return nic->tx.ring.gso;
}
EXPORT_SYMBOL_GPL(xmd_nic_gso);

#define TAKES	(XMD_TX_EXTRA + XMD_TX_KEEP)

/* Without regard to the limit: for the driver domain's own frames. */
unsigned int xmd_nic_tx_room(const struct xmd_nic *nic)
{
	u32 room = xmd_txring_room(&nic->tx.ring);

	if (!test_bit(XMD_RUNNING, &nic->bits) || !test_bit(XMD_LINK_UP, &nic->bits))
		return 0;
	/* read without the lock, prod and cons may be of different moments */
	return room <= XMD_RING_MAX && room > TAKES ? room - TAKES : 0;
}

unsigned int xmd_nic_tx_space(const struct xmd_nic *nic)
{
	u32 limit = READ_ONCE(nic->tx.limit.bytes), in = READ_ONCE(nic->tx.limit.in);
	u32 frames = in < limit ? DIV_ROUND_UP(limit - in, READ_ONCE(nic->max_frame)) : 0;

	return min(xmd_nic_tx_room(nic), frames);
}
EXPORT_SYMBOL_GPL(xmd_nic_tx_space);

unsigned int xmd_nic_max_frame(const struct xmd_nic *nic)
{
	return READ_ONCE(nic->max_frame);
}
EXPORT_SYMBOL_GPL(xmd_nic_max_frame);

/* Process context.  What waits in the ring and is too long now has been checked before. */
void xmd_nic_set_mtu(struct xmd_nic *nic, unsigned int mtu)
{
	u32 max = max(mtu + ETH_HLEN + VLAN_HLEN, XMD_FRAME_STD);

	spin_lock_bh(&nic->tx.lock);
	nic->tx.ring.max_frame = max;
	WRITE_ONCE(nic->max_frame, max);
	spin_unlock_bh(&nic->tx.lock);
}

void xmd_nic_tx_doorbell(struct xmd_nic *nic)
{
	struct xmd_tx *tx = &nic->tx;

	/* descriptors before the tail: the NIC fetches them as soon as the tail moves */
	dma_wmb();
	xmd_write(nic, TDT, tx->ring.prod & tx->ring.mask);
	tx->doorbells++;
}

static int tx_state(const struct xmd_nic *nic)
{
	/* "xl destroy" takes the NIC away first: what comes now is for the next domain to send */
	if (test_bit(XMD_LEAVING, &nic->bits))
		return -ENODEV;
	if (test_bit(XMD_GONE, &nic->bits) || test_bit(XMD_LINK_LOST, &nic->bits))
		return -ENETDOWN;
	if (!test_bit(XMD_RUNNING, &nic->bits))
		return -EAGAIN;
	if (test_bit(XMD_LINK_UP, &nic->bits))
		return 0;
	/* Guests' frames that waited out a reset, or a restart of this domain, wait on. */
	return test_bit(XMD_LINK_DUE, &nic->bits) ? -EAGAIN : -ENETDOWN;
}

/* The driver domain's own are not limited: its stack does not send again what is refused. */
static u32 limited_bytes(const struct xmd_buf *frame)
{
	return frame->owner ? xmd_wire_bytes(frame) : 0;
}

/* Return: false if there is no room for it. */
static bool post_one(struct xmd_tx *tx, struct xmd_buf *frame)
{
	struct xmd_tx_limit *l = &tx->limit;
	u32 bytes = limited_bytes(frame);

	if (bytes && l->in >= l->bytes) {
		l->refused = true;
		return false;
	}
	if (!xmd_txring_post(&tx->ring, frame, XMD_TX_KEEP))
		return false;
	WRITE_ONCE(l->in, l->in + bytes);
	return true;
}

static int post_batch(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
{
	struct xmd_tx *tx = &nic->tx;
	struct xmd_txring *r = &tx->ring;
	u32 first = r->frame_prod, begin = r->prod, sealed = r->prod, in = tx->limit.in, taken = 0;

	if (r->frame_cons == first)
		tx->progress = jiffies;
	while (taken < n && post_one(tx, frames[taken])) {
		taken++;
		/* Not all of a long batch at once: what is done makes room before the rest is. */
		if (tx->limit.in - in < tx->limit.bytes / 4 || r->prod == sealed)
			continue;
		xmd_txring_seal(r, first);
		first = r->frame_prod;
		sealed = r->prod;
		in = tx->limit.in;
	}
	tx->frames += taken;
	tx->full += taken < n;
	if (r->prod != sealed)
		xmd_txring_seal(r, first);
	if (r->prod != begin)
		xmd_nic_tx_doorbell(nic);
	/* The poll looks for DD, and asks for an interrupt only if that has to be waited for.
	 * It also returns refused frames, which no descriptor reports.
	 */
	if (taken)
		napi_schedule(&nic->napi);
	return taken;
}

int xmd_nic_tx_post(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
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

/* Move up to XMD_BATCH frames that are done, or with @abort any, out of the ring. */
static unsigned int reap(struct xmd_nic *nic, struct xmd_buf **frames, bool abort)
{
	struct xmd_tx *tx = &nic->tx;
	unsigned int n = 0;
	u32 bytes = 0;

	spin_lock_bh(&tx->lock);
	while (n < XMD_BATCH && (frames[n] = xmd_txring_reap(&tx->ring, abort))) {
		tx->aborted += !!(frames[n]->flags & XMD_F_ABORTED);
		if (abort && test_bit(XMD_LEAVING, &nic->bits))
			frames[n]->flags |= XMD_F_UNSENT;
		bytes += limited_bytes(frames[n++]);
	}
	if (n)
		tx->progress = jiffies;
	tx->limit.in -= bytes;
	tx->limit.done += bytes;
	if (n < XMD_BATCH && tx->limit.done)
		xmd_limit_look(&tx->limit, jiffies, HZ);
	spin_unlock_bh(&tx->lock);
	return n;
}

static void give_back(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
{
	const struct xmd_client *client;

	rcu_read_lock();
	client = rcu_dereference(nic->client);
	client->ops->tx_return(client->ctx, frames, n);
	rcu_read_unlock();
}

/* Return: true if there may be more. */
bool xmd_nic_tx_return(struct xmd_nic *nic)
{
	struct xmd_buf *frames[XMD_BATCH] XMD_UNCLEARED;
	unsigned int n, batches = XMD_RING_MAX / XMD_BATCH;

	do {
		n = reap(nic, frames, false);
		if (n)
			give_back(nic, frames, n);
	} while (n == XMD_BATCH && --batches);
	return n == XMD_BATCH;
}

/* Without the lock: who provides a frame after this look schedules the poll again. */
bool xmd_nic_tx_pending(const struct xmd_nic *nic)
{
	return READ_ONCE(nic->tx.ring.frame_cons) != READ_ONCE(nic->tx.ring.frame_prod);
}

bool xmd_nic_tx_idle(const struct xmd_nic *nic)
{
	return test_bit(XMD_RUNNING, &nic->bits) && test_bit(XMD_LINK_UP, &nic->bits) && !xmd_nic_tx_pending(nic);
}
EXPORT_SYMBOL_GPL(xmd_nic_tx_idle);

/* The NIC is stopped and stays so: nobody waits for these frames any longer. */
void xmd_nic_tx_abort(struct xmd_nic *nic)
{
	struct xmd_buf *frames[XMD_BATCH];
	unsigned int n;

	local_bh_disable();
	while ((n = reap(nic, frames, true)) != 0)
		give_back(nic, frames, n);
	local_bh_enable();
}

void xmd_nic_tx_start(struct xmd_nic *nic, unsigned int size)
{
	struct xmd_tx *tx = &nic->tx;

	xmd_txring_restart(&tx->ring, size);
	tx->progress = jiffies;
	xmd_write(nic, TDBAL, lower_32_bits(tx->dma));
	xmd_write(nic, TDBAH, upper_32_bits(tx->dma));
	xmd_write(nic, TDLEN, size * sizeof(*tx->ring.desc));
	xmd_write(nic, TDH, 0);
	xmd_write(nic, TDT, 0);
}

/* For how long the NIC has had frames and done none of them. */
unsigned int xmd_nic_tx_waits_ms(struct xmd_nic *nic)
{
	struct xmd_tx *tx = &nic->tx;
	unsigned int ms = 0;

	spin_lock_bh(&tx->lock);
	if (xmd_nic_tx_pending(nic))
		ms = jiffies_to_msecs(jiffies - tx->progress);
	spin_unlock_bh(&tx->lock);
	return ms;
}

/* Wait half a second for what is in the ring now.  Return: has it gone? */
bool xmd_nic_tx_drained(struct xmd_nic *nic)
{
	const struct xmd_txring *r = &nic->tx.ring;
	u32 mark = READ_ONCE(r->frame_prod);
	unsigned int i;

	for (i = 0; i < 100 && (s32)(READ_ONCE(r->frame_cons) - mark) < 0; i++)
		msleep(5);
	return (s32)(READ_ONCE(r->frame_cons) - mark) >= 0;
}
