// SPDX-License-Identifier: GPL-2.0
/* Blank checksums: found in every kind of frame, completed to what the reference says. */
#include "frames.h"

static void test_headers_found(void **state)
{
	u8 p[256];

	(void)state;
	for (unsigned int i = 0; i < N_SHAPES; i++) {
		unsigned int net, l4, hdr = make_headers(p, &shapes[i], 100, &net, &l4);
		struct xmd_l4 got;

		print_message("  %s\n", shapes[i].what);
		assert_int_equal(xmd_l4_parse(p, sizeof(p), &got), 0);
		assert_int_equal(got.net, net);
		assert_int_equal(got.csum_start, l4);
		assert_int_equal(got.csum_offset, shapes[i].proto == 6 ? 16 : 6);
		assert_int_equal(got.hdr_len, hdr);
		assert_int_equal(got.ipv6, shapes[i].ipv6);
		assert_int_equal(xmd_is_ipv6(p, sizeof(p)), shapes[i].ipv6);
	}
}

/* Cut anywhere before the end of the headers: refused, and no byte behind is looked at. */
static void test_truncated_headers_refused(void **state)
{
	u8 p[256];

	(void)state;
	for (unsigned int i = 0; i < N_SHAPES; i++) {
		unsigned int net, l4, hdr = make_headers(p, &shapes[i], 100, &net, &l4);

		for (unsigned int len = 0; len < hdr; len++) {
			u8 *cut = malloc(len ? len : 1);
			struct xmd_l4 got;

			memcpy(cut, p, len);
			assert_int_not_equal(xmd_l4_parse(cut, len, &got), 0);
			free(cut);
		}
	}
}

struct refuse {
	const char *what;
	u8 shape, at_net, byte, val;
};

static const struct refuse refused[] = {
	{ "IPv4 fragment, more follow", 0, 1, 6, 0x20 },
	{ "IPv4 fragment, the last", 0, 1, 7, 1 },
	{ "IP version 5", 0, 1, 0, 0x55 },
	{ "IPv4 header of 16 bytes", 0, 1, 0, 0x44 },
	{ "ICMP", 0, 1, 9, 1 },
	{ "IPv6 fragment", 5, 1, 6, 44 },
	{ "IPv6 with an authentication header", 5, 1, 6, 51 },
	{ "ARP", 0, 0, 13, 0x06 },
	{ "TCP header of 16 bytes", 0, 1, 20 + 12, 0x40 },
	{ "IPv6 extension header over the end", 7, 1, 41, 255 },
};

static void test_refused(void **state)
{
	u8 p[256];

	(void)state;
	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct refuse *r = &refused[i];
		unsigned int net, l4;
		struct xmd_l4 got;

		make_headers(p, &shapes[r->shape], 100, &net, &l4);
		p[(r->at_net ? net : 0) + r->byte] = r->val;
		print_message("  %s\n", r->what);
		assert_int_not_equal(xmd_l4_parse(p, sizeof(p), &got), 0);
	}
}

static void complete_one(const struct shape *s, unsigned int payload, unsigned int first,
			 unsigned int each)
{
	static u8 p[70000], out[70000];
	unsigned int net, l4, hdr = make_headers(p, s, payload, &net, &l4), len = hdr + payload;
	struct xmd_buf *b;
	struct xmd_l4 got;

	for (unsigned int i = hdr; i < len; i++)
		p[i] = rand();
	assert_int_equal(xmd_l4_parse(p, hdr, &got), 0);
	xmd_csum_seed(p, &got, len - l4);
	b = make_chain(p, len, first < hdr ? hdr : first, each);
	b->flags = XMD_F_CSUM_BLANK;
	b->csum_start = got.csum_start;
	b->csum_offset = got.csum_offset;
	xmd_csum_complete(b);
	flatten(b, out);
	assert_int_equal(ref_verify(out, len, s, net, l4), 0xffff);
	assert_int_equal(b->flags, XMD_F_CSUM_VALID);
	/* Nothing but the field was touched. */
	memcpy(p + l4 + got.csum_offset, out + l4 + got.csum_offset, 2);
	assert_memory_equal(p, out, len);
	free_chain(b);
}

static void test_complete(void **state)
{
	static const unsigned int payloads[] = { 0, 1, 2, 3, 17, 100, 1001, 1448, 9001 };

	(void)state;
	srand(2);
	for (unsigned int i = 0; i < N_SHAPES; i++)
		for (unsigned int k = 0; k < sizeof(payloads) / sizeof(payloads[0]); k++)
			for (unsigned int each = 333; each < 340; each++)
				complete_one(&shapes[i], payloads[k], 256 + each % 3, each);
}

/* RFC 768: a UDP checksum that comes out as zero is sent as all ones. */
static void test_udp_zero(void **state)
{
	const struct shape *s = &shapes[3];
	unsigned int net, l4, hdr;
	struct xmd_buf *b;
	struct xmd_l4 got;
	u8 p[256];
	u32 sum;

	(void)state;
	hdr = make_headers(p, s, 2, &net, &l4);
	assert_int_equal(xmd_l4_parse(p, hdr, &got), 0);
	sum = ref_verify(p, hdr + 2, s, net, l4);
	be16(p + hdr, 0xffff - sum);
	xmd_csum_seed(p, &got, hdr + 2 - l4);
	b = make_chain(p, hdr + 2, 256, 1);
	b->flags = XMD_F_CSUM_BLANK;
	b->csum_start = got.csum_start;
	b->csum_offset = got.csum_offset;
	xmd_csum_complete(b);
	assert_int_equal(xmd_buf_data(b)[l4 + 6], 0xff);
	assert_int_equal(xmd_buf_data(b)[l4 + 7], 0xff);
	free_chain(b);
}

/* Where the field would lie outside the first buffer, nothing is written anywhere. */
static void test_field_outside(void **state)
{
	u8 p[100] = { 0 };
	struct xmd_buf *b = make_chain(p, sizeof(p), 60, 40);

	(void)state;
	b->flags = XMD_F_CSUM_BLANK;
	b->csum_start = 50;
	b->csum_offset = 9;
	xmd_csum_complete(b);
	assert_int_equal(b->flags, XMD_F_CSUM_BLANK);
	free_chain(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers_found),
		cmocka_unit_test(test_truncated_headers_refused),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_udp_zero),
		cmocka_unit_test(test_field_outside),
	};

	return cmocka_run_group_tests_name("back: checksums", tests, NULL, NULL);
}
