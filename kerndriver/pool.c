// SPDX-License-Identifier: GPL-2.0
/*
 * pool.c - the only memory the NIC may write: page-sized buffers, mapped for good.
 *
 * dma_alloc_coherent, and not ordinary pages with a streaming mapping: in a PV domain
 * pages may lie above 4 GB of machine memory, and a mapping would bounce each frame.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include "priv.h"

/* The references are counted with atomics: holders and putters are on several CPUs. */
static atomic_t *refs(struct xmd_buf *frame)
{
	BUILD_BUG_ON(sizeof(frame->refs) != sizeof(atomic_t));
	return (atomic_t *)&frame->refs;
}

static bool chunk_alloc(struct xmd_nic *nic, struct xmd_chunk *c, unsigned int pages)
{
	/* fewer pages at once when machine-contiguous memory is short */
	for (; pages; pages /= 2) {
		c->data = dma_alloc_coherent(&nic->pdev->dev, (size_t)pages * PAGE_SIZE, &c->dma,
					     GFP_KERNEL | __GFP_NOWARN);
		if (c->data) {
			c->pages = pages;
			return true;
		}
	}
	return false;
}

static void chunk_to_bufs(struct xmd_pool *pool, const struct xmd_chunk *c)
{
	struct xmd_buf *b;
	unsigned int i;

	for (i = 0; i < c->pages; i++) {
		b = &pool->bufs[pool->n];
		b->data = c->data + i * XMD_BUF_SIZE;
		b->dma = c->dma + i * XMD_BUF_SIZE;
		pool->free[pool->n++] = b;
	}
	pool->n_free = pool->n;
}

int xmd_pool_init(struct xmd_nic *nic, unsigned int n)
{
	struct xmd_pool *pool = &nic->pool;
	struct xmd_chunk *c;

	BUILD_BUG_ON(PAGE_SIZE != XMD_BUF_SIZE);
	spin_lock_init(&pool->lock);
	pool->bufs = kvcalloc(n, sizeof(*pool->bufs), GFP_KERNEL);
	pool->free = kvcalloc(n, sizeof(*pool->free), GFP_KERNEL);
	pool->chunks = kvcalloc(n, sizeof(*pool->chunks), GFP_KERNEL);
	if (!pool->bufs || !pool->free || !pool->chunks)
		goto nomem;
	while (pool->n < n) {
		c = &pool->chunks[pool->n_chunks];
		if (!chunk_alloc(nic, c, min(n - pool->n, XMD_CHUNK_PAGES)))
			goto nomem;
		pool->n_chunks++;
		/* a grant copy names the frame behind the address: no vmalloc mappings */
		if (!virt_addr_valid(c->data))
			goto nomem;
		chunk_to_bufs(pool, c);
	}
	return 0;
nomem:
	dev_err(&nic->pdev->dev,
		"no memory for buffer %u of %u: give the domain more, or load with a smaller pool_bufs\n",
		pool->n, n);
	xmd_pool_exit(nic);
	return -ENOMEM;
}

void xmd_pool_exit(struct xmd_nic *nic)
{
	struct xmd_pool *pool = &nic->pool;
	struct xmd_chunk *c;

	WARN_ON(pool->n_free != pool->n);
	while (pool->n_chunks) {
		c = &pool->chunks[--pool->n_chunks];
		dma_free_coherent(&nic->pdev->dev, (size_t)c->pages * PAGE_SIZE, c->data, c->dma);
	}
	pool->n = 0;
	pool->n_free = 0;
	kvfree(pool->chunks);
	kvfree(pool->free);
	kvfree(pool->bufs);
	pool->chunks = NULL;
	pool->free = NULL;
	pool->bufs = NULL;
}

static void buf_init(struct xmd_buf *b)
{
	b->frag = NULL;
	b->next = NULL;
	b->owner = NULL;
	b->refs = 1;
	b->frame_len = 0;
	b->off = 0;
	b->len = 0;
	b->nbufs = 1;
	b->flags = 0;
}

/* Take up to @n, leave @keep. */
unsigned int xmd_pool_take(struct xmd_pool *pool, struct xmd_buf **bufs, unsigned int n,
			   unsigned int keep)
{
	unsigned long irq;
	unsigned int i;

	spin_lock_irqsave(&pool->lock, irq);
	if (pool->n_free <= keep)
		n = 0;
	else
		n = min(n, pool->n_free - keep);
	for (i = 0; i < n; i++)
		bufs[i] = pool->free[--pool->n_free];
	spin_unlock_irqrestore(&pool->lock, irq);
	for (i = 0; i < n; i++)
		buf_init(bufs[i]);
	return n;
}

unsigned int xmd_buf_get(struct xmd_nic *nic, struct xmd_buf **bufs, unsigned int n)
{
	return xmd_pool_take(&nic->pool, bufs, n, nic->pool.reserve);
}
EXPORT_SYMBOL_GPL(xmd_buf_get);

/* The receive ring's, its spare ones and the reserve are apart, and a batch of our net_device's. */
int xmd_nic_bufs(const struct xmd_nic *nic)
{
	return nic->pool.n - nic->pool.reserve - 2 * XMD_BATCH -
	       max(nic->rx.mask + 1, XMD_RX_DEFAULT);
}
EXPORT_SYMBOL_GPL(xmd_nic_bufs);

void xmd_buf_hold(struct xmd_buf *frame)
{
	atomic_inc(refs(frame));
}
EXPORT_SYMBOL_GPL(xmd_buf_hold);

void xmd_buf_put(struct xmd_nic *nic, struct xmd_buf *frame)
{
	struct xmd_pool *pool = &nic->pool;
	void (*room)(struct xmd_nic *nic);
	struct xmd_buf *b, *frag;
	unsigned long irq;

	/* full barrier: what others did with the frame comes before its next use */
	if (!atomic_dec_and_test(refs(frame)))
		return;
	spin_lock_irqsave(&pool->lock, irq);
	for (b = frame; b && !WARN_ON_ONCE(pool->n_free == pool->n); b = frag) {
		frag = b->frag;
		pool->free[pool->n_free++] = b;
	}
	spin_unlock_irqrestore(&pool->lock, irq);
	room = READ_ONCE(pool->room);
	if (unlikely(room))
		room(nic);
}
EXPORT_SYMBOL_GPL(xmd_buf_put);
