// SPDX-License-Identifier: GPL-2.0
/* Random headers: found offsets lie inside, completing and cutting stay in the buffers. */
#include <stdlib.h>
#include <string.h>
#include "csum.h"
#include "fdb.h"
#include "gso.h"
#include "merge.h"
#include "source.h"
#include "vlan.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static void complete(u8 *p, unsigned int len, const struct xmd_l4 *l4)
{
	struct xmd_buf b = {
		.data = p, .len = len, .frame_len = len, .nbufs = 1, .flags = XMD_F_CSUM_BLANK,
		.csum_start = l4->csum_start, .csum_offset = l4->csum_offset,
	};

	xmd_csum_seed(p, l4, len - l4->csum_start);
	xmd_csum_complete(&b);
	CHECK(b.flags == XMD_F_CSUM_VALID);
}

static void merge(u8 *p, unsigned int len)
{
	struct xmd_buf a = {
		.data = p, .len = len, .frame_len = len, .nbufs = 1, .flags = XMD_F_CSUM_VALID,
	}, b = a;
	struct xmd_merge m;

	if (xmd_merge_start(&m, &a)) {
		m.seq -= m.mss;
		xmd_merge_add(&m, &b);
		CHECK(xmd_merge_finish(&m) == &a);
		CHECK(b.off + b.len == len);
	}
}

static void cut(u8 *p, unsigned int len, const struct xmd_l4 *l4)
{
	struct xmd_buf b = {
		.data = p, .len = len, .frame_len = len, .nbufs = 1,
		.flags = XMD_F_CSUM_BLANK | XMD_F_GSO_TCPV4,
		.gso_size = 33, .hdr_len = l4->hdr_len,
	};
	unsigned int n = xmd_gso_count(&b);

	for (unsigned int i = 0; i < n; i++) {
		struct xmd_buf seg = { .data = malloc(l4->hdr_len + 33), .nbufs = 1 };

		if (!xmd_gso_cut(&b, i, &seg))
			CHECK(seg.len <= l4->hdr_len + 33);
		free(seg.data);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct xmd_fdb fdb;
	static bool ready;
	struct xmd_l4 l4;
	u8 *p;

	if (!ready)
		xmd_fdb_init(&fdb, &(hsiphash_key_t){ { 99 } });
	ready = true;
	if (size > 4096)
		return 0;
	p = malloc(size + !size);
	memcpy(p, data, size);
	if (size >= ETH_HLEN)
		xmd_fdb_decide(&fdb, p, 0, size % XMD_PORTS, size);
	if (size >= ETH_HLEN) {
		static const struct xmd_vif_confine c = { .n_addrs = 1 };

		xmd_source_ok(&c, p + ETH_ALEN, p, size);
		CHECK(!xmd_vlan_id(&(struct xmd_buf){ .data = p, .len = size }) || xmd_vlan_any(p));
	}
	if (!xmd_l4_parse(p, size, &l4)) {
		CHECK(l4.csum_start + l4.csum_offset + 2u <= l4.hdr_len);
		CHECK(l4.hdr_len <= size && l4.net < l4.csum_start);
		merge(p, size);
		cut(p, size, &l4);
		complete(p, size, &l4);
	}
	free(p);
	return 0;
}
