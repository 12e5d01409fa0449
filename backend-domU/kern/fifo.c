// SPDX-License-Identifier: GPL-2.0
/* TX requests that were taken and not answered, in ring order; see fifo.h. */
#include <linux/types.h>
#include <asm/barrier.h>
#include "fifo.h"

void xmd_fifo_open(struct xmd_fifo *fifo, const struct xmd_tx_frame *f, u32 now)
{
	struct xmd_fifo_entry *e = &fifo->e[f->first % XMD_TX_RING];

	e->nslots = f->nslots;
	e->nextra = f->nextra;
	e->done = 0;
	e->since = now;
}

static void close_entry(struct xmd_fifo_entry *e, s16 status)
{
	e->status = status;
	/* status before done, because the poll may answer as soon as it sees done */
	smp_store_release(&e->done, 1);
}

void xmd_fifo_done(struct xmd_fifo *fifo, u32 ticket, s16 status)
{
	if (ticket / XMD_TX_RING == fifo->epoch)
		close_entry(&fifo->e[ticket % XMD_TX_RING], status);
}

unsigned int xmd_fifo_cut(struct xmd_fifo *fifo, u32 rsp, u32 cons)
{
	unsigned int n = 0;

	for (; rsp != cons; rsp += fifo->e[rsp % XMD_TX_RING].nslots) {
		if (fifo->e[rsp % XMD_TX_RING].done)
			continue;
		close_entry(&fifo->e[rsp % XMD_TX_RING], XEN_NETIF_RSP_DROPPED);
		n++;
	}
	fifo->epoch = (fifo->epoch + 1) % XMD_EPOCHS;
	return n;
}

bool xmd_fifo_late(const struct xmd_fifo *fifo, u32 rsp, u32 now, u32 secs)
{
	const struct xmd_fifo_entry *e = &fifo->e[rsp % XMD_TX_RING];

	return now - e->since > secs && !smp_load_acquire(&e->done);
}

/* Extra-info slots directly follow the first and are answered NULL (netif.h). */
static void answer_frame(const struct xmd_fifo *fifo, const struct xmd_fifo_entry *e,
			 void *slots, u32 rsp)
{
	unsigned int i;

	for (i = 0; i < e->nslots; i++) {
		u32 at = (rsp + i) % XMD_TX_RING;
		struct xen_netif_tx_response *r = (void *)((union xmd_tx_slot *)slots + at);

		if (i && i <= e->nextra) {
			/* its id, of no meaning, stays type and flags: see intent.h */
			r->status = XEN_NETIF_RSP_NULL;
			continue;
		}
		r->id = fifo->id[at];
		r->status = e->status;
	}
}

u32 xmd_fifo_ready(const struct xmd_fifo *fifo, u32 rsp, u32 cons)
{
	while (rsp != cons) {
		const struct xmd_fifo_entry *e = &fifo->e[rsp % XMD_TX_RING];

		if (!smp_load_acquire(&e->done))
			break;
		rsp += e->nslots;
	}
	return rsp;
}

void xmd_fifo_answer(const struct xmd_fifo *fifo, void *slots, u32 rsp, u32 end)
{
	while (rsp != end) {
		const struct xmd_fifo_entry *e = &fifo->e[rsp % XMD_TX_RING];

		answer_frame(fifo, e, slots, rsp);
		rsp += e->nslots;
	}
}
