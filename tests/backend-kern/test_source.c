// SPDX-License-Identifier: GPL-2.0
/* Which frames a guest may send that was given addresses: a table of frames, honest and not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "source.h"

#define MAC	"\x00\x16\x3e\x01\x02\x03"
#define OTHER	"\xff\xff\xff\xff\xff\xff" MAC
#define IP4	OTHER "\x08\x00"
#define ARP	OTHER "\x08\x06"
#define IP6	OTHER "\x86\xdd"
#define TAG(n)	OTHER "\x81\x00\x00" n
#define MINE4	"\x0a\x00\x00\x07"
#define ELSE4	"\x0a\x00\x00\x08"
#define NET4	"\xc0\xa8\x05\x63"	/* of 192.168.4.0/22 */
#define OVER4	"\xc0\xa8\x08\x00"	/* one behind it */
#define NONE4	"\0\0\0\0"
#define MINE6	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
#define ELSE6	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x08"
#define NET6	"\xfd\0\0\0\0\0\0\x05\1\2\3\4\5\6\7\x08"	/* of fd00:0:0:4::/63 */
#define OVER6	"\xfd\0\0\0\0\0\0\x06\1\2\3\4\5\6\7\x08"
#define LOCAL6	"\xfe\x80\0\0\0\0\0\0\x02\x16\x3e\xff\xfe\x01\x02\x03"
#define GATE6	"\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"
#define MAPPED	"\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x00\x00\x07"
#define NONE6	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define TO6	"\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"

/* length byte, protocol, source; a header of 20 bytes and what is behind it */
#define V4(frag, proto, from)	"\x45\0\0\x40\0\1" frag "\x40" proto "\0\0" from "\xff\xff\xff\xff"
#define DHCP	"\x00\x44\x00\x43\0\x20\0\0"
#define ASK	"\x00\x01\x08\x00\x06\x04\x00\x01"
#define SAYS(from)	ASK MAC from "\0\0\0\0\0\0\x0a\0\0\1"
/* payload length in its second byte, next header */
#define V6(len, next, from)	"\x60\0\0\0\0" len next "\xff" from TO6
#define ICMP(type)	type "\0\0\0\0\0\0\0"
#define NS	"\x87"
#define NA	"\x88"
#define HOP(next)	next "\0\5\2\0\0\1\0"		/* router alert, padded: 8 bytes */
#define FRAG(next, off)	next "\0" off "\0\0\0\7"

#define F(bytes)	bytes, sizeof(bytes) - 1

static const struct {
	const char *what, *p;
	size_t len;
	bool ok;
} row[] = {
	{ "IPv4 of its own", F(IP4 V4("\0\0", "\6", MINE4)), true },
	{ "IPv4 of a neighbour", F(IP4 V4("\0\0", "\6", ELSE4)), false },
	{ "IPv4 of its network", F(IP4 V4("\0\0", "\6", NET4)), true },
	{ "IPv4 one behind its network", F(IP4 V4("\0\0", "\6", OVER4)), false },
	{ "IPv4 of its own, a later fragment", F(IP4 V4("\0\7", "\x11", MINE4)), true },
	{ "IPv4 of its own, options cut off", F(IP4 "\x4f" "\0\0\x40\0\1\0\0\x40\6\0\0" MINE4 "\1\1\1\1"), true },
	{ "IPv4 cut off", F(IP4 "\x45\0\0\x40\0\1\0\0\x40\6\0\0" MINE4 "\1\1\1"), false },
	{ "IPv4 that is version 6", F(IP4 "\x65\0\0\x40\0\1\0\0\x40\6\0\0" MINE4 "\1\1\1\1"), false },
	{ "DHCP", F(IP4 V4("\0\0", "\x11", NONE4) DHCP), true },
	{ "DHCP from an address of others", F(IP4 V4("\0\0", "\x11", ELSE4) DHCP), false },
	{ "from nowhere to another port", F(IP4 V4("\0\0", "\x11", NONE4) "\0\x44\0\x35\0\x20\0\0"), false },
	{ "from nowhere by TCP", F(IP4 V4("\0\0", "\6", NONE4) DHCP), false },
	{ "from nowhere in a later fragment", F(IP4 V4("\0\1", "\x11", NONE4) DHCP), false },
	{ "from nowhere in a first fragment", F(IP4 V4("\x20\0", "\x11", NONE4) DHCP), false },
	{ "from nowhere, port cut off", F(IP4 V4("\0\0", "\x11", NONE4) "\0\x44\0"), false },
	{ "from nowhere, header of 4 bytes", F(IP4 "\x41\0\0\x40\0\1\0\0\x40\x11\0\0" NONE4 "\0\x43\0\x43" DHCP), false },
	{ "ARP of its own", F(ARP SAYS(MINE4)), true },
	{ "ARP of a neighbour", F(ARP SAYS(ELSE4)), false },
	{ "ARP probe", F(ARP SAYS(NONE4)), true },
	{ "ARP cut off", ARP SAYS(MINE4), 14 + 27, false },
	{ "ARP with padding", F(ARP SAYS(MINE4) "xxxxxxxxxxxxxxxxxx"), true },
	{ "ARP for another protocol", F(ARP "\0\1\x86\xdd\6\4\0\1" MAC MINE4 "\0\0\0\0\0\0\x0a\0\0\1"), false },
	{ "ARP with long addresses", F(ARP "\0\1\x08\0\6\x10\0\1" MAC MINE4 "\0\0\0\0\0\0\x0a\0\0\1"), false },
	{ "ARP with short hardware addresses", F(ARP "\0\1\x08\0\2\4\0\1" "xx" MINE4 "xxxxxxxxxxxxxx"), false },
	{ "RARP", F(OTHER "\x80\x35" SAYS(MINE4)), false },
	{ "IPv6 of its own", F(IP6 V6("\0", "\6", MINE6)), true },
	{ "IPv6 of a neighbour", F(IP6 V6("\0", "\6", ELSE6)), false },
	{ "IPv6 of its network", F(IP6 V6("\0", "\6", NET6)), true },
	{ "IPv6 one behind its network", F(IP6 V6("\0", "\6", OVER6)), false },
	{ "IPv6 from its link-local one", F(IP6 V6("\0", "\6", LOCAL6)), true },
	{ "IPv6 from the gateway's link-local one", F(IP6 V6("\0", "\6", GATE6)), false },
	{ "IPv6 from its IPv4 address", F(IP6 V6("\0", "\6", MAPPED)), false },
	{ "IPv6 from nowhere by TCP", F(IP6 V6("\0", "\6", NONE6)), false },
	{ "IPv6 cut off", IP6 V6("\0", "\6", MINE6), 14 + 39, false },
	{ "IPv6 that is version 4", F(IP6 "\x40\0\0\0\0\0\6\xff" MINE6 TO6), false },
	{ "router solicitation from nowhere", F(IP6 V6("\x08", "\x3a", NONE6) ICMP("\x85")), true },
	{ "multicast listener report from nowhere", F(IP6 V6("\x10", "\0", NONE6) HOP("\x3a") ICMP("\x8f")), true },
	{ "TCP from nowhere behind an option", F(IP6 V6("\x10", "\0", NONE6) HOP("\6") ICMP("\x8f")), false },
	{ "solicits anybody", F(IP6 V6("\x18", "\x3a", MINE6) ICMP(NS) GATE6), true },
	{ "solicits as a neighbour", F(IP6 V6("\x18", "\x3a", ELSE6) ICMP(NS) GATE6), false },
	{ "is its address in use?", F(IP6 V6("\x18", "\x3a", NONE6) ICMP(NS) MINE6), true },
	{ "is its link-local address in use?", F(IP6 V6("\x18", "\x3a", NONE6) ICMP(NS) LOCAL6), true },
	{ "is a neighbour's address in use?", F(IP6 V6("\x18", "\x3a", NONE6) ICMP(NS) ELSE6), false },
	{ "advertises its own", F(IP6 V6("\x18", "\x3a", LOCAL6) ICMP(NA) MINE6), true },
	{ "advertises the gateway", F(IP6 V6("\x18", "\x3a", LOCAL6) ICMP(NA) GATE6), false },
	{ "advertises a neighbour", F(IP6 V6("\x18", "\x3a", MINE6) ICMP(NA) ELSE6), false },
	{ "... behind options of the destination", F(IP6 V6("\x20", "\x3c", MINE6) HOP("\x3a") ICMP(NA) ELSE6), false },
	{ "... behind four headers",
	  F(IP6 V6("\x38", "\0", MINE6) HOP("\x3c") HOP("\x2b") HOP("\x3c") HOP("\x3a") ICMP(NA) ELSE6), false },
	{ "its own behind four headers",
	  F(IP6 V6("\x38", "\0", MINE6) HOP("\x3c") HOP("\x2b") HOP("\x3c") HOP("\x3a") ICMP(NA) MINE6), true },
	{ "... as the first fragment", F(IP6 V6("\x20", "\x2c", MINE6) FRAG("\x3a", "\0\1") ICMP(NA) ELSE6), false },
	{ "its own as the first fragment", F(IP6 V6("\x20", "\x2c", MINE6) FRAG("\x3a", "\0\1") ICMP(NA) MINE6), false },
	{ "... as the only fragment", F(IP6 V6("\x20", "\x2c", MINE6) FRAG("\x3a", "\0\0") ICMP(NA) ELSE6), false },
	{ "... behind options in a fragment",
	  F(IP6 V6("\x28", "\x2c", MINE6) FRAG("\x3c", "\0\1") HOP("\x3a") ICMP(NA) ELSE6), false },
	{ "... in a fragment of a fragment",
	  F(IP6 V6("\x28", "\x2c", MINE6) FRAG("\x2c", "\0\1") FRAG("\x3a", "\0\1") ICMP(NA) ELSE6), false },
	{ "... whose options end where the next fragment begins: behind them is padding",
	  F(IP6 V6("\x10", "\x2c", MINE6) FRAG("\x3c", "\0\1") HOP("\x3a") ICMP("\x80") MINE6), false },
	{ "a first fragment without its headers", F(IP6 V6("\x08", "\x2c", MINE6) FRAG("\x3c", "\0\1")), false },
	{ "a later fragment", F(IP6 V6("\x10", "\x2c", MINE6) FRAG("\x3a", "\0\x09") "\x88xxxxxxx"), true },
	{ "a later fragment of a neighbour", F(IP6 V6("\x10", "\x2c", ELSE6) FRAG("\x3a", "\0\x09") "\x88xxxxxxx"), false },
	{ "a later fragment from nowhere", F(IP6 V6("\x10", "\x2c", NONE6) FRAG("\x3a", "\0\x09") "\x88xxxxxxx"), false },
	{ "a fragment header cut off", F(IP6 V6("\x07", "\x2c", MINE6) "\x3a\0\0\1\0\0\0"), false },
	{ "an option that ends behind the frame", F(IP6 V6("\x10", "\0", MINE6) "\x3a\x1f\5\2\0\0\1\0" ICMP(NA)), false },
	{ "a target behind the packet's end", F(IP6 V6("\x08", "\x3a", MINE6) ICMP(NA) MINE6), false },
	{ "an ICMPv6 message without a type", F(IP6 V6("\0", "\x3a", MINE6) ICMP(NA) MINE6), false },
	{ "IPv4 on a VLAN", F(TAG("\7") "\x08\0" V4("\0\0", "\6", MINE4)), true },
	{ "IPv4 of a neighbour on a VLAN", F(TAG("\7") "\x08\0" V4("\0\0", "\6", ELSE4)), false },
	{ "IPv4 of a neighbour behind two tags",
	  F(OTHER "\x88\xa8\0\7\x81\0\0\7\x08\0" V4("\0\0", "\6", ELSE4)), false },
	{ "IPv4 behind three tags", F(TAG("\7") "\x81\0\0\7\x81\0\0\7\x08\0" V4("\0\0", "\6", MINE4)), false },
	{ "a tag and nothing behind it", F(TAG("\7")), false },
	{ "IPv4 in a SNAP frame", F(OTHER "\0\x40\xaa\xaa\3\0\0\0\x08\0" V4("\0\0", "\6", ELSE4)), false },
	{ "IPv4 in PPPoE", F(OTHER "\x88\x64\x11\0\0\1\0\x40\0\x21" V4("\0\0", "\6", ELSE4)), false },
	{ "IPv4 in MPLS", F(OTHER "\x88\x47\0\0\1\xff" V4("\0\0", "\6", ELSE4)), false },
	{ "an Ethernet header", F(OTHER "\x08\0"), false },
};

static const struct xmd_vif_confine mine = {
	.n_addrs = 4, .addr = {
		{ .addr = MINE4, .bits = 32 }, { .addr = "\xc0\xa8\x04\x00", .bits = 22 },
		{ .addr = MINE6, .bits = 128, .v6 = 1 },
		{ .addr = "\xfd\0\0\0\0\0\0\x04", .bits = 63, .v6 = 1 },
	},
};

/* Each from memory that ends where the frame does. */
static bool ok(const struct xmd_vif_confine *c, const char *frame, size_t len)
{
	u8 *p = malloc(len);
	bool ret;

	memcpy(p, frame, len);
	ret = xmd_source_ok(c, (const u8 *)MAC, p, len);
	free(p);
	return ret;
}

static void test_rows(void **state)
{
	static const struct xmd_vif_confine any;

	(void)state;
	for (unsigned int i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (ok(&mine, row[i].p, row[i].len) != row[i].ok)
			fail_msg("%s: %s", row[i].what, row[i].ok ? "kept back" : "let through");
		assert_true(ok(&any, row[i].p, row[i].len));
		for (size_t len = 14; len < row[i].len; len++)
			ok(&mine, row[i].p, len);
	}
}

/* A list of one family allows nothing of the other. */
static void test_families(void **state)
{
	struct xmd_vif_confine c = { .n_addrs = 1 };	/* 0.0.0.0/0 */

	(void)state;
	assert_true(ok(&c, F(IP4 V4("\0\0", "\6", ELSE4))));
	assert_false(ok(&c, F(IP6 V6("\0", "\6", MINE6))));
	assert_true(ok(&c, F(IP6 V6("\0", "\6", LOCAL6))));
	c.addr[0].v6 = 1;				/* ::/0 */
	assert_false(ok(&c, F(IP4 V4("\0\0", "\6", MINE4))));
	assert_true(ok(&c, F(IP4 V4("\0\0", "\x11", NONE4) DHCP)));
	assert_true(ok(&c, F(IP6 V6("\0", "\6", GATE6))));
}

static void test_valid(void **state)
{
	struct xmd_vif_confine c = mine;

	(void)state;
	assert_true(xmd_confine_valid(&c));
#define WRONG(field, value) do {		\
	struct xmd_vif_confine c_ = c;		\
	c_.field = (value);			\
	assert_false(xmd_confine_valid(&c_));	\
} while (0)
	WRONG(vlan, 4095);
	WRONG(vlan, 65535);
	WRONG(n_addrs, XMD_ADDRS_MAX + 1);
	WRONG(addr[0].bits, 33);
	WRONG(addr[2].bits, 129);
	WRONG(addr[3].v6, 2);
	WRONG(addr[0].reserved[1], 1);
	WRONG(segment[XMD_SEGMENT_MAX - 1], 'x');
	c.vlan = 4094;
	assert_true(xmd_confine_valid(&c));
	WRONG(segment[0], 'x');
	c.vlan = 0;
	memset(c.segment, 'x', XMD_SEGMENT_MAX - 1);
	assert_true(xmd_confine_valid(&c));
}

/* A frames of noise behind headers that are right as far as they go: it stays inside. */
static void test_noise(void **state)
{
	u8 p[300];

	(void)state;
	srand(7);
	for (unsigned int i = 0; i < 300000; i++) {
		unsigned int n = (unsigned int)rand() % (sizeof(row) / sizeof(row[0]));
		size_t len = row[n].len, at;

		memcpy(p, row[n].p, len);
		for (at = 0; at < 3; at++)
			p[12 + (size_t)rand() % (len - 12)] = rand();
		ok(&mine, (char *)p, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows), cmocka_unit_test(test_families),
		cmocka_unit_test(test_valid), cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests_name("back: source", tests, NULL, NULL);
}
