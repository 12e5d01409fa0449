// SPDX-License-Identifier: GPL-2.0
/*
 * rx.c - frames from the wire ("rx" is wire to guest).
 *
 *   rx_provide   empty buffers -> descriptors, one RDT write for the batch
 *   rx_return    DD -> descriptor copied and checked -> frame to the client
 *
 * The ring is always full: a frame leaves only when a fresh buffer takes its place,
 * and is dropped otherwise.  So no shortage, however long, can stop reception, and
 * there is no refill to be retried by a timer.
 */
#include <linux/dma-mapping.h>
#include <linux/if_ether.h>
#include <linux/random.h>
#include "priv.h"

int xmd_nic_rx_alloc(struct xmd_nic *nic)
{
	struct xmd_rx *rx = &nic->rx;

	get_random_bytes(&rx->unwritten, sizeof(rx->unwritten));
	rx->buf = kvcalloc(XMD_RING_MAX, sizeof(*rx->buf), GFP_KERNEL);
	rx->desc = dma_alloc_coherent(&nic->pdev->dev, XMD_RING_MAX * sizeof(*rx->desc), &rx->dma,
				      GFP_KERNEL);
	if (rx->buf && rx->desc)
		return 0;
	xmd_nic_rx_free(nic);
	return -ENOMEM;
}

/* What has come of a frame whose rest will not, or must not. */
static void drop_begun(struct xmd_nic *nic)
{
	struct xmd_rx *rx = &nic->rx;

	if (rx->head)
		xmd_buf_put(nic, rx->head);
	rx->head = NULL;
}

void xmd_nic_rx_free(struct xmd_nic *nic)
{
	struct xmd_rx *rx = &nic->rx;
	unsigned int i;

	drop_begun(nic);
	for (i = 0; rx->buf && i < XMD_RING_MAX; i++)
		if (rx->buf[i])
			xmd_buf_put(nic, rx->buf[i]);
	while (rx->n_spare)
		xmd_buf_put(nic, rx->spare[--rx->n_spare]);
	if (rx->desc)
		dma_free_coherent(&nic->pdev->dev, XMD_RING_MAX * sizeof(*rx->desc), rx->desc,
				  rx->dma);
	kvfree(rx->buf);
	rx->desc = NULL;
	rx->buf = NULL;
}

/* What begins so when DD is there was not written (take), or its sender knows what nobody tells. */
static void put_desc(struct xmd_rx *rx, u32 i)
{
	*(u64 *)rx->buf[i]->data = rx->unwritten;
	rx->desc[i] = (struct e1000_rx_desc){ .addr = cpu_to_le64(rx->buf[i]->dma) };
}

/* A ring of @size, full of buffers.  Those of an earlier ring stay where they are. */
int xmd_nic_rx_start(struct xmd_nic *nic, unsigned int size)
{
	struct xmd_rx *rx = &nic->rx;
	unsigned int i;

	for (i = 0; i < XMD_RING_MAX; i++) {
		if (i >= size && rx->buf[i]) {
			xmd_buf_put(nic, rx->buf[i]);
			rx->buf[i] = NULL;
		}
		if (i >= size)
			continue;
		if (!rx->buf[i] && !xmd_pool_take(&nic->pool, &rx->buf[i], 1, 0))
			return -ENOMEM;
		put_desc(rx, i);
	}
	rx->mask = size - 1;
	rx->next = 0;
	drop_begun(nic);
	rx->part = (struct xmd_rx_part){ };
	xmd_write(nic, RDBAL, lower_32_bits(rx->dma));
	xmd_write(nic, RDBAH, upper_32_bits(rx->dma));
	xmd_write(nic, RDLEN, size * sizeof(*rx->desc));
	xmd_write(nic, RDH, 0);
	xmd_write(nic, RDT, 0);
	return 0;
}

/* All but one descriptor are the NIC's: RDT == RDH would mean that none is. */
void xmd_nic_rx_provide(struct xmd_nic *nic)
{
	struct xmd_rx *rx = &nic->rx;

	/* descriptors before the tail: the NIC may use them as soon as the tail moves */
	dma_wmb();
	xmd_write(nic, RDT, (rx->next - 1) & rx->mask);
}

static struct xmd_buf *spare(struct xmd_nic *nic)
{
	struct xmd_rx *rx = &nic->rx;

	if (!rx->n_spare)
		rx->n_spare = xmd_pool_take(&nic->pool, rx->spare, XMD_BATCH, 0);
	return rx->n_spare ? rx->spare[--rx->n_spare] : NULL;
}

/*
 * The buffer of descriptor @i leaves the ring, if there is another to take its place, and
 * is hung behind the parts of the frame that came before.
 */
static bool detach(struct xmd_nic *nic, u32 i, unsigned int len)
{
	struct xmd_buf *b = nic->rx.buf[i], *fresh = spare(nic);
	struct xmd_rx *rx = &nic->rx;

	if (!fresh)
		return false;
	rx->buf[i] = fresh;
	b->len = len;
	if (!rx->head) {
		b->frame_len = 0;
		b->nbufs = 0;
		rx->head = b;
	} else {
		rx->last->frag = b;
	}
	rx->last = b;
	rx->head->frame_len += len;
	rx->head->nbufs++;
	return true;
}

/* The frame that ends in descriptor @i; NULL: it goes on, or cannot be believed or taken. */
static struct xmd_buf *take(struct xmd_nic *nic, u32 i, const struct e1000_rx_desc *desc)
{
	unsigned int len = le16_to_cpu(desc->length);
	struct xmd_rx *rx = &nic->rx;
	enum xmd_rx_verdict verdict;
	struct xmd_buf *frame;
	u8 flags;

	verdict = xmd_rx_check(desc, READ_ONCE(nic->max_frame), &rx->part, &flags);
	/* or its guest would get what was another's before, with the NIC's word that it is whole */
	if (len && !rx->head && (verdict == XMD_RX_OK || verdict == XMD_RX_MORE) &&
	    *(const u64 *)rx->buf[i]->data == rx->unwritten) {
		rx->part = (struct xmd_rx_part){ .refused = verdict == XMD_RX_MORE };
		verdict = XMD_RX_UNWRITTEN;
	}
	rx->verdict[verdict]++;
	if (verdict == XMD_RX_ALL_ONES)
		xmd_nic_gone(nic);
	if (verdict != XMD_RX_OK && verdict != XMD_RX_MORE) {
		drop_begun(nic);
		return NULL;
	}
	if (len && !detach(nic, i, len)) {
		rx->no_buf++;
		drop_begun(nic);
		rx->part = (struct xmd_rx_part){ .refused = verdict == XMD_RX_MORE };
		return NULL;
	}
	if (verdict == XMD_RX_MORE)
		return NULL;
	frame = rx->head;
	frame->flags = flags;
	rx->head = NULL;
	return frame;
}

static void hand_over(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n)
{
	const struct xmd_client *taker;

	rcu_read_lock();
	taker = rcu_dereference(nic->taker);
	taker->ops->rx_return(taker->ctx, frames, n);
	rcu_read_unlock();
}

/* Is there something for rx_return?  Any context; a hint unless the poll is kept away. */
bool xmd_nic_rx_waits(const struct xmd_nic *nic)
{
	const struct xmd_rx *rx = &nic->rx;

	return READ_ONCE(rx->desc[READ_ONCE(rx->next) & rx->mask].status) & RXD_STAT_DD;
}

/* Return: descriptors dealt with, at most @budget. */
int xmd_nic_rx_return(struct xmd_nic *nic, int budget)
{
	struct xmd_buf *frames[XMD_BATCH] XMD_UNCLEARED;
	struct xmd_rx *rx = &nic->rx;
	struct e1000_rx_desc desc;
	unsigned int n = 0;
	int done = 0;
	u32 i;

	budget = min_t(int, budget, XMD_BATCH);
	while (done < budget) {
		i = rx->next & rx->mask;
		if (!(READ_ONCE(rx->desc[i].status) & RXD_STAT_DD))
			break;
		/* DD before the rest: the NIC writes the status last */
		dma_rmb();
		desc = rx->desc[i];
		frames[n] = take(nic, i, &desc);
		n += !!frames[n];
		put_desc(rx, i);
		rx->next++;
		done++;
	}
	if (done)
		xmd_nic_rx_provide(nic);
	if (n)
		hand_over(nic, frames, n);
	return done;
}
