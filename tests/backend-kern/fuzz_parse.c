// SPDX-License-Identifier: GPL-2.0
/* A ring of random slots: parse frame after frame, plan the copies, answer them all. */
#include <stdlib.h>
#include "fifo.h"
#include "xmd/backdev.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static void check_plan(const struct xmd_tx_frame *f, u32 from, u32 to)
{
	struct xmd_tx_piece p[XMD_TX_PIECES];
	unsigned int n = xmd_tx_plan(f, from, to, p);
	u32 sum = 0;

	CHECK(n >= 1 && n <= XMD_TX_PIECES);
	for (unsigned int i = 0; i < n; i++) {
		CHECK(p[i].frag < f->nfrags);
		CHECK(p[i].len && p[i].frag_off + p[i].len <= f->frag[p[i].frag].len);
		CHECK(p[i].buf_off + p[i].len <= 4096 && p[i].buf < xmd_tx_bufs(f));
		sum += p[i].len;
	}
	CHECK(sum == to - from);
}

static void check_frame(struct xmd_tx_frame *f)
{
	u32 sum = 0;

	CHECK(f->len >= 14 && f->nfrags >= 1 && f->nfrags <= XMD_TX_FRAGS);
	/* the others are empty */
	CHECK(f->nslots >= f->nfrags + f->nextra && f->nslots <= XMD_TX_FRAGS + f->nextra);
	for (unsigned int i = 0; i < f->nfrags; i++) {
		CHECK(f->frag[i].len && f->frag[i].off + f->frag[i].len <= 4096);
		sum += f->frag[i].len;
	}
	CHECK(sum == f->len);
	for (f->room = 0; f->room <= 4; f->room += 4) {
		check_plan(f, 0, f->len);
		check_plan(f, 0, xmd_tx_head(f));
		if (xmd_tx_head(f) < f->len)
			check_plan(f, xmd_tx_head(f), f->len);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static union xmd_tx_slot slot[XMD_TX_RING];
	static struct xmd_fifo fifo;
	struct xmd_tx_frame f;
	u32 rsp, cons, prod, start;

	if (size < 4)
		return 0;
	memcpy(&cons, data, 4);
	start = rsp = cons;
	size = (size - 4) / sizeof(slot[0]);
	if (size > XMD_TX_RING)
		size = XMD_TX_RING;
	prod = cons + size;
	for (u32 i = 0; i < size; i++)
		memcpy(&slot[(cons + i) % XMD_TX_RING], data + 4 + i * sizeof(slot[0]),
		       sizeof(slot[0]));
	while (cons != prod) {
		int v = xmd_tx_parse(slot, cons, prod, &f, fifo.id);

		if (v == XMD_TX_PARTIAL || v == XMD_TX_FAULT) {
			CHECK(v != XMD_TX_FAULT || (f.reason > 0 && f.reason < XMD_FAULTS));
			break;
		}
		CHECK(f.nslots >= 1 && f.nslots <= prod - cons && f.nextra < f.nslots);
		if (v == XMD_TX_OK)
			check_frame(&f);
		xmd_fifo_open(&fifo, &f, 0);
		xmd_fifo_done(&fifo, xmd_fifo_ticket(&fifo, cons), v == XMD_TX_BAD ? XEN_NETIF_RSP_ERROR : 0);
		cons += f.nslots;
		u32 end = xmd_fifo_ready(&fifo, rsp, cons);

		xmd_fifo_answer(&fifo, slot, rsp, end);
		rsp = end;
		CHECK(rsp == cons);
	}
	CHECK(cons - start <= size);
	return 0;
}
