// SPDX-License-Identifier: GPL-2.0
/* A ring of random responses: parse frame after frame, and hold what comes out to its word. */
#include <stdlib.h>
#include <string.h>
#include "parse.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static void check_frame(const struct xmd_rx_frame *f, u32 ready)
{
	u32 sum = 0;

	CHECK(f->nslots >= 1 && f->nslots <= ready);
	CHECK(f->nslots <= XMD_RUNAWAY + XEN_NETIF_EXTRA_TYPE_MAX);
	if (f->verdict == XMD_RX_BAD) {
		CHECK(f->reason && f->reason < XMD_RX_REASONS);
		return;
	}
	CHECK(!f->reason && f->len >= 14 && f->nfrags >= 1 && f->nfrags <= XMD_SLOTS);
	CHECK(f->nfrags <= f->nslots);
	for (unsigned int i = 0; i < f->nfrags; i++) {
		CHECK(f->frag[i].len && f->frag[i].off + f->frag[i].len <= XMD_GRANT);
		/* one of its own slots, and none of them twice */
		CHECK((f->frag[i].slot - f->first) % XMD_RING < f->nslots);
		if (i)
			CHECK((f->frag[i].slot - f->first) % XMD_RING >
			      (f->frag[i - 1].slot - f->first) % XMD_RING);
		sum += f->frag[i].len;
	}
	CHECK(sum == f->len);
	if (f->gso_type)
		CHECK(f->gso_type <= 2 && f->gso_size >= XMD_GSO_MIN);
}

static void check_rx(u32 cons, u32 prod, const void *slots)
{
	struct xmd_rx_frame f;

	while (cons != prod) {
		switch (xmd_front_rx_parse(slots, cons, prod, &f)) {
		case XMD_RX_PARTIAL:
			return;
		case XMD_RX_FAULT:
			CHECK(f.reason && f.reason < XMD_FAULTS);
			return;
		default:
			check_frame(&f, prod - cons);
			cons += f.nslots;
		}
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static union xmd_rx_slot slot[XMD_RING];
	static u32 tx[XMD_RING * 3];
	char path[64] = "";
	s16 status;
	u32 cons, id;

	if (size < 4)
		return 0;
	memcpy(&cons, data, 4);
	memcpy(path, data, size < sizeof(path) - 1 ? size : sizeof(path) - 1);
	id = xmd_front_backend_domain(path);
	CHECK(id == (u32)-1 || id <= 0xffff);
	data += 4;
	size = (size - 4) / 8;
	if (size > XMD_RING)
		size = XMD_RING;
	for (u32 i = 0; i < size; i++) {
		memcpy(&slot[(cons + i) % XMD_RING], data + i * 8, 8);
		/* most of the time the right id, or nothing gets far */
		if (data[i * 8 + 4] & 0x20)
			slot[(cons + i) % XMD_RING].rsp.id = (cons + i) % XMD_RING;
		memcpy(&tx[(cons + i) % XMD_RING * 3], data + i * 8, 4);
		if (xmd_front_tx_answer(tx, cons + i, &id, &status))
			CHECK(id < XMD_RING);
		else
			CHECK(id >= XMD_RING);
	}
	check_rx(cons, cons + size, slot);
	return 0;
}
