// SPDX-License-Identifier: GPL-2.0
/* test_rxdesc.c - receive descriptors that lie. */
#include <endian.h>
#include "test.h"
#include <xmd/nic.h>
#include "rxdesc.h"

#define GOOD	(RXD_STAT_DD | RXD_STAT_EOP)

static const struct {
	const char *name;
	unsigned int length;
	__u8 status, errors;
	bool tail;			/* a part of the frame came before and was refused */
	enum xmd_rx_verdict verdict;
	bool tail_after;
	__u8 flags;
} cases[] = {
	{ "smallest", 60, GOOD, 0, false, XMD_RX_OK, false, 0 },
	{ "a header and nothing else", 14, GOOD, 0, false, XMD_RX_OK, false, 0 },
	{ "full size", 1514, GOOD, 0, false, XMD_RX_OK, false, 0 },
	{ "full size with VLAN tag", 1518, GOOD, 0, false, XMD_RX_OK, false, 0 },
	{ "one too long", 1519, GOOD, 0, false, XMD_RX_LONG, false, 0 },
	{ "fills its buffer", 2048, GOOD, 0, false, XMD_RX_LONG, false, 0 },
	{ "longer than its buffer", 2049, GOOD, 0, false, XMD_RX_LONG, false, 0 },
	{ "longer than a page", 4097, GOOD, 0, false, XMD_RX_LONG, false, 0 },
	{ "longest that can be said", 65535, GOOD, 0, false, XMD_RX_LONG, false, 0 },
	{ "length 0", 0, GOOD, 0, false, XMD_RX_SHORT, false, 0 },
	{ "shorter than a header", 13, GOOD, 0, false, XMD_RX_SHORT, false, 0 },
	{ "CRC error", 60, GOOD, 0x01, false, XMD_RX_ERRORS, false, 0 },
	{ "symbol error", 60, GOOD, 0x02, false, XMD_RX_ERRORS, false, 0 },
	{ "sequence error", 60, GOOD, 0x04, false, XMD_RX_ERRORS, false, 0 },
	{ "carrier extension error", 60, GOOD, 0x10, false, XMD_RX_ERRORS, false, 0 },
	{ "data error", 60, GOOD, 0x80, false, XMD_RX_ERRORS, false, 0 },
	{ "all ones", 65535, 0xff, 0xff, false, XMD_RX_ALL_ONES, false, 0 },
	{ "all ones but the length", 60, 0xff, 0xff, false, XMD_RX_ERRORS, false, 0 },
	{ "no EOP", 60, RXD_STAT_DD, 0, false, XMD_RX_NO_EOP, true, 0 },
	{ "middle of a chain", 60, RXD_STAT_DD, 0, true, XMD_RX_NO_EOP, true, 0 },
	{ "end of a chain", 60, GOOD, 0, true, XMD_RX_NO_EOP, false, 0 },
	{ "sum good", 60, GOOD | RXD_STAT_TCPCS, 0, false, XMD_RX_OK, false, XMD_F_CSUM_VALID },
	{ "sum bad", 60, GOOD | RXD_STAT_TCPCS, RXD_ERR_TCPE, false, XMD_RX_OK, false, 0 },
	{ "IP sum bad", 60, GOOD | RXD_STAT_TCPCS, RXD_ERR_IPE, false, XMD_RX_OK, false, 0 },
	{ "sum not looked at", 60, GOOD | RXD_STAT_TCPCS | RXD_STAT_IXSM, 0, false, XMD_RX_OK,
	  false, 0 },
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
		bool tail = cases[i].tail;
		__u8 flags = 0xaa;

		assert_case(cases[i].name, xmd_rx_check(&d, &tail, &flags), cases[i].verdict);
		assert_case(cases[i].name, tail, cases[i].tail_after);
		assert_case(cases[i].name, flags, cases[i].flags);
	}
}

static void never_longer_than_promised(void **state)
{
	unsigned int len, status, errors;

	(void)state;
	for (len = 0; len < 65536; len++) {
		for (status = RXD_STAT_DD; status < 256; status += 38) {
			for (errors = 0; errors < 256; errors += 51) {
				struct e1000_rx_desc d = {
					.length = htole16(len), .status = status, .errors = errors,
				};
				bool tail = false;
				__u8 flags;

				if (xmd_rx_check(&d, &tail, &flags) == XMD_RX_OK)
					assert_in_range(len, ETH_HLEN, XMD_TX_MAX_FRAME);
			}
		}
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
