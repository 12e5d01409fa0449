// SPDX-License-Identifier: GPL-2.0
/* A GSO frame cut in software is, put together again, the same bytes. */
#include "frames.h"
#include "gso.h"

static u32 seq_of(const u8 *tcp)
{
	return (u32)tcp[4] << 24 | tcp[5] << 16 | tcp[6] << 8 | tcp[7];
}

static void check_segment(const struct xmd_buf *seg, const struct shape *s, unsigned int hdr,
			  unsigned int net, unsigned int l4)
{
	const u8 *p = seg->data;
	unsigned int ip_len = p[net + 2] << 8 | p[net + 3];

	assert_int_equal(ref_verify(p, seg->len, s, net, l4), 0xffff);
	if (s->ipv6) {
		assert_int_equal((p[net + 4] << 8 | p[net + 5]), seg->len - net - 40);
	} else {
		assert_int_equal(ip_len, seg->len - net);
		assert_int_equal(ref_add(0, p + net, l4 - net), 0xffff);
	}
	assert_true(seg->len > hdr);
}

static void cut_one(const struct shape *s, unsigned int payload, unsigned int mss)
{
	static u8 p[70000], joined[70000];
	unsigned int net, l4, hdr = make_headers(p, s, payload, &net, &l4), done = 0, n;
	struct xmd_buf *b;

	for (unsigned int i = hdr; i < hdr + payload; i++)
		p[i] = rand();
	b = make_chain(p, hdr + payload, 256, 4000);
	b->flags = XMD_F_CSUM_BLANK | (s->ipv6 ? XMD_F_GSO_TCPV6 : XMD_F_GSO_TCPV4);
	b->gso_size = mss;
	b->hdr_len = hdr;
	n = xmd_gso_count(b);
	assert_int_equal(n, (payload + mss - 1) / mss);
	for (unsigned int i = 0; i < n; i++) {
		struct xmd_buf seg = { .data = malloc(hdr + mss), .nbufs = 1 };
		u8 flags, *tcp;

		assert_int_equal(xmd_gso_cut(b, i, &seg), 0);
		assert_true(seg.len <= hdr + mss);
		xmd_csum_complete(&seg);
		check_segment(&seg, s, hdr, net, l4);
		tcp = (u8 *)seg.data + l4;
		assert_int_equal(seq_of(tcp), 0xffffff00u + done);
		flags = 0x10 | (i ? 0 : 0x80) | (i + 1 == n ? 0x09 : 0);
		assert_int_equal(tcp[13], flags);
		if (!s->ipv6)
			assert_int_equal((u16)(((u8 *)seg.data)[net + 4] << 8 |
					       ((u8 *)seg.data)[net + 5]), (u16)(0xfffe + i));
		memcpy(joined + done, (u8 *)seg.data + hdr, seg.len - hdr);
		done += seg.len - hdr;
		free(seg.data);
	}
	assert_int_equal(done, payload);
	assert_memory_equal(joined, p + hdr, payload);
	free_chain(b);
}

static void test_cut(void **state)
{
	(void)state;
	srand(3);
	for (unsigned int i = 0; i < N_SHAPES; i++) {
		if (shapes[i].proto != 6)
			continue;
		cut_one(&shapes[i], 1449, 1448);
		cut_one(&shapes[i], 2896, 1448);
		cut_one(&shapes[i], 65000, 1401);
		cut_one(&shapes[i], 5000, 33);
	}
}

static void test_what_cannot_be_cut(void **state)
{
	u8 p[512] = { 0 }, out[4096];
	unsigned int net, l4, hdr = make_headers(p, &shapes[3], 100, &net, &l4);
	struct xmd_buf *b = make_chain(p, hdr + 100, 256, 100), seg = { .data = out };

	(void)state;
	b->gso_size = 0;
	b->hdr_len = hdr;
	assert_int_equal(xmd_gso_count(b), 0);
	b->gso_size = 65535;
	assert_int_equal(xmd_gso_count(b), 0);
	b->gso_size = 50;
	b->hdr_len = hdr + 100;
	assert_int_equal(xmd_gso_count(b), 0);
	b->hdr_len = hdr;
	assert_int_not_equal(xmd_gso_cut(b, 0, &seg), 0);
	free_chain(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_what_cannot_be_cut),
	};

	return cmocka_run_group_tests_name("back: segmentation", tests, NULL, NULL);
}
