// SPDX-License-Identifier: GPL-2.0
/*
 * tx.c - frames to the wire ("tx" is guest to wire).
 *
 *   tx_provide   frames -> ring (txring.c), one TDT write for the batch
 *   tx_return    DD in the last descriptor of a batch -> frames back to their owners
 */
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include "offload.h"
#include "priv.h"

#define DESC_BYTES	(XMD_RING_MAX * sizeof(struct e1000_tx_desc))
#define HDR_BYTES	(XMD_RING_MAX * XMD_TX_HDR_MAX)

int xmd_tx_alloc(struct xmd_nic *nic)
{
	struct device *dma = &nic->pdev->dev;
	struct xmd_tx *tx = &nic->tx;
	struct xmd_txring *r = &tx->ring;

	r->mask = XMD_RING_MIN - 1;
	r->slot = kvcalloc(XMD_RING_MAX, sizeof(*r->slot), GFP_KERNEL);
	r->desc = dma_alloc_coherent(dma, DESC_BYTES, &tx->dma, GFP_KERNEL);
	r->hdr = dma_alloc_coherent(dma, HDR_BYTES, &r->hdr_dma, GFP_KERNEL);
	if (r->slot && r->desc && r->hdr)
		return 0;
	xmd_tx_free(nic);
	return -ENOMEM;
}

void xmd_tx_free(struct xmd_nic *nic)
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

#define TAKES	(XMD_TX_EXTRA + XMD_TX_KEEP)

unsigned int xmd_nic_tx_space(const struct xmd_nic *nic)
{
	u32 room = xmd_txring_room(&nic->tx.ring);

	if (!test_bit(XMD_RUNNING, &nic->bits) || !test_bit(XMD_LINK_UP, &nic->bits))
		return 0;
	/* read without the lock, prod and cons may be of different moments */
	return room <= XMD_RING_MAX && room > TAKES ? room - TAKES : 0;
}
EXPORT_SYMBOL_GPL(xmd_nic_tx_space);

unsigned int xmd_nic_max_frame(const struct xmd_nic *nic)
{
	return READ_ONCE(nic->max_frame);
}
EXPORT_SYMBOL_GPL(xmd_nic_max_frame);

/* Process context.  What waits in the ring and is too long now has been checked before. */
void xmd_set_mtu(struct xmd_nic *nic, unsigned int mtu)
{
	u32 max = max(mtu + ETH_HLEN + VLAN_HLEN, XMD_FRAME_STD);

	spin_lock_bh(&nic->tx.lock);
	nic->tx.ring.max_frame = max;
	WRITE_ONCE(nic->max_frame, max);
	spin_unlock_bh(&nic->tx.lock);
}

void xmd_tx_doorbell(struct xmd_nic *nic)
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
		return -EAGAIN;
	if (test_bit(XMD_GONE, &nic->bits))
		return -ENETDOWN;
	if (!test_bit(XMD_RUNNING, &nic->bits))
		return -EAGAIN;
	if (test_bit(XMD_LINK_UP, &nic->bits))
		return 0;
	/* Guests' frames that waited out a reset, or a restart of this domain, wait on. */
	return test_bit(XMD_LINK_DUE, &nic->bits) ? -EAGAIN : -ENETDOWN;
}

static int post_batch(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
{
	struct xmd_tx *tx = &nic->tx;
	struct xmd_txring *r = &tx->ring;
	u32 first = r->frame_prod, begin = r->prod, taken = 0;

	if (r->frame_cons == first)
		tx->progress = jiffies;
	while (taken < n && xmd_txring_post(r, frames[taken], XMD_TX_KEEP))
		tx->foreign += !!frames[taken++]->owner;
	tx->frames += taken;
	tx->full += taken < n;
	if (r->prod != begin) {
		xmd_txring_seal(r, first);
		xmd_tx_doorbell(nic);
	}
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

int xmd_nic_tx_provide(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
{
	if (WARN_ON_ONCE(n > XMD_BATCH))
		n = XMD_BATCH;
	if (unlikely(READ_ONCE(nic->client_mem.leaving)))
		return -ENETDOWN;
	return xmd_nic_tx_post(nic, frames, n);
}
EXPORT_SYMBOL_GPL(xmd_nic_tx_provide);

/* Move up to XMD_BATCH frames that are done, or with @abort any, out of the ring. */
static unsigned int reap(struct xmd_nic *nic, struct xmd_buf **frames, bool abort)
{
	struct xmd_tx *tx = &nic->tx;
	unsigned int n = 0;

	spin_lock_bh(&tx->lock);
	while (n < XMD_BATCH && (frames[n] = xmd_txring_reap(&tx->ring, abort))) {
		tx->aborted += !!(frames[n]->flags & XMD_F_ABORTED);
		if (abort && test_bit(XMD_LEAVING, &nic->bits))
			frames[n]->flags |= XMD_F_UNSENT;
		tx->foreign -= !!frames[n]->owner;
		n++;
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
bool xmd_nic_tx_return(struct xmd_nic *nic)
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

/* Without the lock: who provides a frame after this look schedules the poll again. */
bool xmd_tx_pending(const struct xmd_nic *nic)
{
	return READ_ONCE(nic->tx.ring.frame_cons) != READ_ONCE(nic->tx.ring.frame_prod);
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

/* Has the NIC sat on descriptors for @ms without finishing one? */
bool xmd_tx_stuck(struct xmd_nic *nic, unsigned int ms)
{
	struct xmd_tx *tx = &nic->tx;
	bool stuck;

	spin_lock_bh(&tx->lock);
	stuck = tx->ring.frame_cons != tx->ring.frame_prod &&
		time_after(jiffies, tx->progress + msecs_to_jiffies(ms));
	spin_unlock_bh(&tx->lock);
	return stuck;
}
