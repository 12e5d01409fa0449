// SPDX-License-Identifier: GPL-2.0
/* fuzz_offload.c - any headers with any description: no access out of bounds, and what
 * is accepted keeps the NIC inside of the headers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "hw.h"
#include "offload.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size);

static void check(const struct xmd_buf *f, const struct xmd_tx_offload *o)
{
	unsigned int css = o->ctx[1] & 0xff, cso = o->ctx[1] >> 8 & 0xff;

	if (!o->ctx[2])
		return;
	if (css < ETH_HLEN || cso < css || cso + 2u > f->len)
		abort();
	if (!o->hdr_len)
		return;
	if (o->hdr_len != f->hdr_len || cso + 2u > o->hdr_len)
		abort();
	if ((o->ctx[2] & 0xfffff) + o->hdr_len != f->frame_len)
		abort();
	if ((o->ctx[3] >> 16) + o->hdr_len > XMD_FRAME_STD)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size)
{
	struct xmd_tx_offload o;
	struct xmd_buf f = { .nbufs = 1 };
	uint8_t *data, *hdr;
	uint16_t d[5];

	if (size < sizeof(d) + 1)
		return 0;
	memcpy(d, in + 1, sizeof(d));
	/* buffers of exactly the size they claim, so that a sanitizer sees one byte more */
	size -= sizeof(d) + 1;
	data = malloc(size ? size : 1);
	hdr = malloc(XMD_TX_HDR_MAX);
	memcpy(data, in + sizeof(d) + 1, size);
	f.flags = in[0];
	f.data = data;
	f.len = size > XMD_BUF_SIZE ? XMD_BUF_SIZE : size;
	f.frame_len = f.len + d[0] % 64;
	f.csum_start = d[1];
	f.csum_offset = d[2];
	f.gso_size = d[3];
	f.hdr_len = d[4];
	if (!xmd_tx_offload(&f, XMD_FRAME_STD, &o, hdr))
		check(&f, &o);
	free(hdr);
	free(data);
	return 0;
}
