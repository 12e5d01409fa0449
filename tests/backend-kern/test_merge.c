// SPDX-License-Identifier: GPL-2.0
/* Merging is the inverse of cutting: merged and cut again, a stream is the same segments. */
#include "frames.h"
#include "gso.h"
#include "merge.h"

#define N 12

/* Segment @i of a stream as it comes from the wire: everything right. */
static struct xmd_buf *segment(const struct shape *s, unsigned int i, u32 mss, u32 payload)
{
	static u8 p[4096];
	unsigned int net, l4, hdr = make_headers(p, s, payload, &net, &l4);
	u32 seq = 0xffffff00u + i * mss;
	struct xmd_l4 got;
	struct xmd_buf *b;
	u16 sum;

	assert_int_equal(xmd_l4_parse(p, hdr, &got), 0);
	p[l4 + 13] = 0x10;
	be16(p + l4 + 4, seq >> 16);
	be16(p + l4 + 6, seq);
	if (!s->ipv6) {
		be16(p + net + 4, 100 + i);
		sum = ~xmd_sum(p + net, l4 - net, 0);
		memcpy(p + net + 10, &sum, 2);
	}
	for (u32 k = 0; k < payload; k++)
		p[hdr + k] = rand();
	xmd_csum_seed(p, &got, hdr + payload - l4);
	b = make_chain(p, hdr + payload, 4096, 1);
	b->flags = XMD_F_CSUM_BLANK;
	b->csum_start = got.csum_start;
	b->csum_offset = got.csum_offset;
	xmd_csum_complete(b);
	b->flags = 0;
	return b;
}

/* Return: whether @b is in the frame now; it may not exist any more then. */
static bool join(struct xmd_merge *m, struct xmd_buf *b)
{
	enum xmd_merged is = xmd_merge_add(m, b);

	if (is == XMD_MERGED_COPIED)
		free_chain(b);
	return is != XMD_MERGED_NOT;
}

/* One buffer for each page of a guest, all of them full but the last. */
static void check_pages(const struct xmd_buf *b)
{
	u32 at = 0;

	assert_int_equal(b->nbufs, (b->frame_len + 4095) / 4096);
	for (const struct xmd_buf *part = b; part; at += part->len, part = part->frag) {
		assert_int_equal(part->off, 0);
		assert_int_equal(part->len, part->frag ? 4096 : b->frame_len - at);
	}
	assert_int_equal(at, b->frame_len);
}

static void merge_and_cut(const struct shape *s, unsigned int n, u32 mss, u32 end)
{
	struct xmd_buf *in[N] = { }, *out;
	struct xmd_merge m;
	u8 copy[N][1600];
	unsigned int len[N];

	for (unsigned int i = 0; i < n; i++) {
		in[i] = segment(s, i, mss, i == n - 1 ? end : mss);
		len[i] = in[i]->len;
		memcpy(copy[i], xmd_buf_data(in[i]), len[i]);
	}
	assert_true(xmd_merge_start(&m, in[0]));
	for (unsigned int i = 1; i < n; i++)
		assert_true(join(&m, in[i]));
	out = xmd_merge_finish(&m);
	assert_null(m.head);
	check_pages(out);
	assert_int_equal(out->flags, XMD_F_CSUM_BLANK |
			 (s->ipv6 ? XMD_F_GSO_TCPV6 : XMD_F_GSO_TCPV4));
	assert_int_equal(out->gso_size, mss);
	assert_int_equal(xmd_gso_count(out), n);
	for (unsigned int i = 0; i < n; i++) {
		struct xmd_buf seg = { .data = malloc(1600), .nbufs = 1 };

		assert_int_equal(xmd_gso_cut(out, i, &seg), 0);
		xmd_csum_complete(&seg);
		assert_int_equal(seg.len, len[i]);
		assert_memory_equal(seg.data, copy[i], len[i]);
		free(seg.data);
	}
	free_chain(out);
}

static const struct shape streams[] = {
	{ "IPv4", 0, 0, 6, 0, 0 },
	{ "IPv4 with timestamps", 0, 0, 6, 0, 12 },
	{ "IPv6", 0, 1, 6, 0, 12 },
};

static void test_merge_is_inverse_of_cut(void **state)
{
	(void)state;
	srand(5);
	for (unsigned int i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		print_message("  %s\n", streams[i].what);
		merge_and_cut(&streams[i], N, 1400, 333);
		/* all of it in one buffer */
		merge_and_cut(&streams[i], 2, 1400, 1400);
		merge_and_cut(&streams[i], 2, 100, 1);
		merge_and_cut(&streams[i], N, 100, 50);
	}
}

struct spoil {
	const char *what;
	u8 from_l4, at, val;	/* byte, from the IP or the TCP header, becomes val */
	bool fix;		/* checksums made right again */
	bool starts;		/* it may still begin a frame of its own */
};

static const struct spoil spoils[] = {
	{ "wrong TCP checksum", 1, 16, 0x55, false, false },
	{ "wrong payload byte", 1, 60, 0x55, false, false },
	{ "wrong IP checksum", 0, 10, 0x55, false, false },
	{ "another TTL", 0, 8, 9, true, true },
	{ "congestion mark", 0, 1, 3, true, true },
	{ "another source address", 0, 15, 9, true, true },
	{ "another port", 1, 1, 9, true, true },
	{ "a gap", 1, 7, 9, true, true },
	{ "another acknowledgement", 1, 11, 9, true, true },
	{ "another window", 1, 15, 9, true, true },
	{ "another timestamp", 1, 24, 9, true, true },
	{ "FIN", 1, 13, 0x11, true, false },
	{ "SYN", 1, 13, 0x12, true, false },
	{ "ECE", 1, 13, 0x50, true, false },
	{ "URG", 1, 13, 0x30, true, false },
	{ "IP length shorter than the frame", 0, 3, 1, true, false },
	{ "a fragment", 0, 6, 0x20, true, false },
};

static void make_right(struct xmd_buf *b, unsigned int net, unsigned int l4)
{
	u8 *p = xmd_buf_data(b);
	struct xmd_l4 got = { .net = net, .csum_start = l4, .csum_offset = 16, .proto = 6 };
	u16 sum;

	memset(p + net + 10, 0, 2);
	sum = ~xmd_sum(p + net, 20, 0);
	memcpy(p + net + 10, &sum, 2);
	xmd_csum_seed(p, &got, b->len - l4);
	b->flags = XMD_F_CSUM_BLANK;
	b->csum_start = l4;
	b->csum_offset = 16;
	xmd_csum_complete(b);
	b->flags = 0;
}

static void test_what_is_not_merged(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		const struct spoil *c = &spoils[i];
		struct xmd_buf *a = segment(&streams[1], 0, 1400, 1400);
		struct xmd_buf *b = segment(&streams[1], 1, 1400, 1400);
		struct xmd_merge m, other;

		print_message("  %s\n", c->what);
		xmd_buf_data(b)[(c->from_l4 ? 34 : 14) + c->at] = c->val;
		if (c->fix)
			make_right(b, 14, 34);
		assert_true(xmd_merge_start(&m, a));
		assert_false(join(&m, b));
		assert_int_equal(b->off, 0);
		assert_int_equal(xmd_merge_start(&other, b), c->starts);
		assert_int_equal(xmd_merge_finish(&m)->nbufs, 1);
		free_chain(a);
		free_chain(b);
	}
}

/* Where DF is not set the identification counts up by one, over its end as well. */
static void test_identification(void **state)
{
	static const struct { u16 first, second; bool df, merged; } c[] = {
		{ 100, 101, false, true }, { 100, 100, false, false }, { 100, 102, false, false },
		{ 100, 99, false, false }, { 65535, 0, false, true }, { 0, 0, false, false },
		{ 100, 100, true, true }, { 0, 0, true, true }, { 100, 7, true, true },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct xmd_buf *s[3];
		struct xmd_merge m;

		for (unsigned int k = 0; k < 3; k++) {
			u8 *ip = xmd_buf_data(s[k] = segment(&streams[1], k, 1400, 1400)) + 14;

			be16(ip + 4, k ? c[i].second + k - 1 : c[i].first);
			ip[6] = c[i].df ? 0x40 : 0;
			make_right(s[k], 14, 34);
		}
		assert_true(xmd_merge_start(&m, s[0]));
		assert_int_equal(join(&m, s[1]), c[i].merged);
		if (c[i].merged)
			assert_true(join(&m, s[2]));
		xmd_merge_finish(&m);
		assert_int_equal(s[0]->frame_len, 66 + (c[i].merged ? 3 : 1) * 1400);
		for (unsigned int k = c[i].merged ? 3 : 1; k < 3; k++)
			free_chain(s[k]);
		if (!c[i].merged)
			assert_null(s[0]->frag);
		free_chain(s[0]);
	}
}

static void test_tagged_is_not_merged(void **state)
{
	static const struct shape vlan = { "IPv4 on a VLAN", 1, 0, 6, 0, 12 };
	struct xmd_buf *b = segment(&vlan, 0, 1400, 1400);
	struct xmd_merge m;

	(void)state;
	assert_false(xmd_merge_start(&m, b));
	free_chain(b);
}

/* What follows a short segment, or a pushed one, begins anew. */
static void test_end_of_a_burst(void **state)
{
	struct xmd_buf *a = segment(&streams[0], 0, 1400, 1400);
	struct xmd_buf *b = segment(&streams[0], 1, 1400, 1399), *out;
	struct xmd_buf *c = segment(&streams[0], 2, 1399, 1400);
	struct xmd_merge m;

	(void)state;
	xmd_buf_data(b)[34 + 13] |= 8;
	make_right(b, 14, 34);
	assert_true(xmd_merge_start(&m, a));
	assert_true(join(&m, b));
	assert_false(join(&m, c));
	out = xmd_merge_finish(&m);
	assert_int_equal(xmd_buf_data(out)[34 + 13], 0x18);
	free_chain(out);
	free_chain(c);
}

/* 64 KiB, however long the segments are; and what is cut again is what came. */
static void test_no_longer_than_a_frame_may_be(void **state)
{
	static const u32 payload[] = { 1460, 1448, 100, 1000, 536, 4000 };

	(void)state;
	for (unsigned int k = 0; k < sizeof(payload) / sizeof(payload[0]); k++) {
		u32 n = payload[k], i = 1;
		struct xmd_merge m;
		struct xmd_buf *b;

		assert_true(xmd_merge_start(&m, segment(&streams[0], 0, n, n)));
		for (; i < 1000; i++) {
			b = segment(&streams[0], i, n, n);
			if (!join(&m, b))
				break;
		}
		free_chain(b);
		assert_int_equal(i, (65535 - 54) / n);
		b = xmd_merge_finish(&m);
		check_pages(b);
		assert_true(b->nbufs <= XMD_FRAME_MAX_BUFS);
		free_chain(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge_is_inverse_of_cut),
		cmocka_unit_test(test_what_is_not_merged),
		cmocka_unit_test(test_identification),
		cmocka_unit_test(test_tagged_is_not_merged),
		cmocka_unit_test(test_end_of_a_burst),
		cmocka_unit_test(test_no_longer_than_a_frame_may_be),
	};

	return cmocka_run_group_tests_name("back: merging", tests, NULL, NULL);
}
