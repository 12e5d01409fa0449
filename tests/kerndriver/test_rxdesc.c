// SPDX-License-Identifier: GPL-2.0
/* test_rxdesc.c - receive descriptors that lie. */
#include <endian.h>
#include "../check.h"
#include <xmd/nic.h>
#include "rxdesc.h"

#define GOOD	(RXD_STAT_DD | RXD_STAT_EOP)

static const struct {
	const char *name;
	unsigned int max, length;
	__u8 status, errors;
	struct xmd_rx_part part, part_after;
	enum xmd_rx_verdict verdict;
	__u8 flags;
} cases[] = {
#define STD	XMD_FRAME_STD
#define JUMBO	XMD_FRAME_JUMBO
	{ "smallest", STD, 60, GOOD, 0, { 0 }, { 0 }, XMD_RX_OK, 0 },
	{ "a header and nothing else", STD, 14, GOOD, 0, { 0 }, { 0 }, XMD_RX_OK, 0 },
	{ "full size", STD, 1514, GOOD, 0, { 0 }, { 0 }, XMD_RX_OK, 0 },
	{ "full size with VLAN tag", STD, 1518, GOOD, 0, { 0 }, { 0 }, XMD_RX_OK, 0 },
	{ "one too long", STD, 1519, GOOD, 0, { 0 }, { 0 }, XMD_RX_LONG, 0 },
	{ "fills its buffer", STD, 4096, GOOD, 0, { 0 }, { 0 }, XMD_RX_LONG, 0 },
	{ "longer than its buffer", JUMBO, 4097, GOOD, 0, { 0 }, { 0 }, XMD_RX_LONG, 0 },
	{ "longest that can be said", JUMBO, 65535, GOOD, 0, { 0 }, { 0 }, XMD_RX_LONG, 0 },
	{ "length 0", STD, 0, GOOD, 0, { 0 }, { 0 }, XMD_RX_SHORT, 0 },
	{ "shorter than a header", STD, 13, GOOD, 0, { 0 }, { 0 }, XMD_RX_SHORT, 0 },
	{ "CRC error", STD, 60, GOOD, 0x01, { 0 }, { 0 }, XMD_RX_ERRORS, 0 },
	{ "symbol error", STD, 60, GOOD, 0x02, { 0 }, { 0 }, XMD_RX_ERRORS, 0 },
	{ "sequence error", STD, 60, GOOD, 0x04, { 0 }, { 0 }, XMD_RX_ERRORS, 0 },
	{ "carrier extension error", STD, 60, GOOD, 0x10, { 0 }, { 0 }, XMD_RX_ERRORS, 0 },
	{ "data error", STD, 60, GOOD, 0x80, { 0 }, { 0 }, XMD_RX_ERRORS, 0 },
	{ "all ones", STD, 65535, 0xff, 0xff, { 0 }, { 0 }, XMD_RX_ALL_ONES, 0 },
	{ "all ones but the length", STD, 60, 0xff, 0xff, { 0 }, { 0 }, XMD_RX_ERRORS, 0 },
	{ "sum good", STD, 60, GOOD | RXD_STAT_TCPCS, 0, { 0 }, { 0 }, XMD_RX_OK,
	  XMD_F_CSUM_VALID },
	{ "sum bad", STD, 60, GOOD | RXD_STAT_TCPCS, RXD_ERR_TCPE, { 0 }, { 0 }, XMD_RX_OK, 0 },
	{ "IP sum bad", STD, 60, GOOD | RXD_STAT_TCPCS, RXD_ERR_IPE, { 0 }, { 0 }, XMD_RX_OK, 0 },
	{ "sum not looked at", STD, 60, GOOD | RXD_STAT_TCPCS | RXD_STAT_IXSM, 0, { 0 }, { 0 },
	  XMD_RX_OK, 0 },
	/* frames over several buffers */
	{ "part that is no full buffer", JUMBO, 60, RXD_STAT_DD, 0, { 0 }, { 0, true },
	  XMD_RX_LONG, 0 },
	{ "part of more than allowed", STD, 4096, RXD_STAT_DD, 0, { 0 }, { 0, true },
	  XMD_RX_LONG, 0 },
	{ "first part", JUMBO, 4096, RXD_STAT_DD, 0, { 0 }, { 4096, false }, XMD_RX_MORE, 0 },
	{ "third part", JUMBO, 4096, RXD_STAT_DD, 0, { 8192, false }, { 12288, false },
	  XMD_RX_MORE, 0 },
	{ "fourth part, full", JUMBO, 4096, RXD_STAT_DD, 0, { 12288, false }, { 0, true },
	  XMD_RX_LONG, 0 },
	{ "last part", JUMBO, 826, GOOD | RXD_STAT_TCPCS, 0, { 8192, false }, { 0 }, XMD_RX_OK,
	  XMD_F_CSUM_VALID },
	{ "last part up to the limit", JUMBO, 3840, GOOD, 0, { 12288, false }, { 0 }, XMD_RX_OK,
	  0 },
	{ "last part over the limit", JUMBO, 3841, GOOD, 0, { 12288, false }, { 0 },
	  XMD_RX_LONG, 0 },
	{ "last part empty", JUMBO, 0, GOOD, 0, { 4096, false }, { 0 }, XMD_RX_OK, 0 },
	{ "last part with CRC error", JUMBO, 60, GOOD, 0x01, { 4096, false }, { 0 },
	  XMD_RX_ERRORS, 0 },
	{ "goes on after a refusal", JUMBO, 4096, RXD_STAT_DD, 0, { 0, true }, { 0, true },
	  XMD_RX_REST, 0 },
	{ "ends after a refusal", STD, 60, GOOD, 0, { 0, true }, { 0 }, XMD_RX_REST, 0 },
	{ "all ones after a refusal", STD, 65535, 0xff, 0xff, { 0, true }, { 0 },
	  XMD_RX_ALL_ONES, 0 },
};

static void verdicts(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct e1000_rx_desc d = {
			.length = htole16(cases[i].length),
			.status = cases[i].status,
			.errors = cases[i].errors,
		};
		struct xmd_rx_part part = cases[i].part;
		__u8 flags = 0xaa;

		assert_case(cases[i].name, xmd_rx_check(&d, cases[i].max, &part, &flags),
			    cases[i].verdict);
		assert_case(cases[i].name, part.len, cases[i].part_after.len);
		assert_case(cases[i].name, part.refused, cases[i].part_after.refused);
		assert_case(cases[i].name, flags, cases[i].flags);
	}
}

/* Whatever the NIC says, buffer by buffer: a frame that is believed keeps to the limit. */
static void never_longer_than_promised(void **state)
{
	struct xmd_rx_part part = { 0 };
	unsigned int i, sum = 0, seed = 1;

	(void)state;
	for (i = 0; i < 2000000; i++) {
		unsigned int len = (seed = seed * 1103515245 + 12345) >> 16 & 0x1fff;
		struct e1000_rx_desc d = {
			.length = htole16(i % 3 ? RXD_BUF_SIZE : len),
			.status = RXD_STAT_DD | (seed >> 30 ? 0 : RXD_STAT_EOP),
		};
		enum xmd_rx_verdict v;
		__u8 flags;

		v = xmd_rx_check(&d, JUMBO, &part, &flags);
		sum += le16toh(d.length);
		if (v == XMD_RX_OK)
			assert_in_range(sum, ETH_HLEN, JUMBO);
		if (v != XMD_RX_MORE)
			sum = 0;
	}
}

static void every_verdict_has_a_name(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < XMD_RX_VERDICTS; i++)
		assert_string_not_equal(xmd_rx_verdict_name(i), "?");
	assert_string_equal(xmd_rx_verdict_name(XMD_RX_VERDICTS), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),
		cmocka_unit_test(never_longer_than_promised),
		cmocka_unit_test(every_verdict_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
