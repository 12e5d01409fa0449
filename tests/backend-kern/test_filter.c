// SPDX-License-Identifier: GPL-2.0
/* Which of the frames that flood pass a guest's filter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "filter.h"

#define F XMD_SET_FILTER
#define V (XMD_SET_FILTER | XMD_SET_VLANS)
#define TAGGED(to, vid) to "\2\0\0\0\0\1" "\x81\0" vid "\x08\0"
#define PLAIN(to) to "\2\0\0\0\0\1" "\x08\0" "\x45\0"
#define ALL "\xff\xff\xff\xff\xff\xff"
#define MINE "\2\0\0\0\0\x99"

static const struct {
	const char *name, *frame;
	unsigned int len, flags;
	bool want;
} row[] = {
	{ "no filter", PLAIN("\2\0\0\0\0\7"), 16, 0, true },
	{ "no filter, VLAN", TAGGED(ALL, "\0\x9"), 18, XMD_SET_VLANS, true },
	{ "somebody else's", PLAIN("\2\0\0\0\0\7"), 16, F, false },
	{ "mine", PLAIN(MINE), 16, F, true },
	{ "broadcast", PLAIN(ALL), 16, F, true },
	{ "first group", PLAIN("\1\0\x5e\0\0\1"), 16, F, true },
	{ "second group", PLAIN("\1\0\x5e\0\0\2"), 16, F, true },
	{ "not a group of mine", PLAIN("\1\0\x5e\0\0\3"), 16, F, false },
	{ "any group", PLAIN("\1\0\x5e\0\0\3"), 16, F | XMD_SET_ALLMULTI, true },
	{ "any, unicast", PLAIN("\2\0\0\0\0\7"), 16, F | XMD_SET_ALLMULTI, false },
	{ "promiscuous", PLAIN("\2\0\0\0\0\7"), 16, V | XMD_SET_PROMISC, true },
	{ "my VLAN", TAGGED(ALL, "\0\x7"), 18, V, true },
	{ "my VLAN with a priority", TAGGED(ALL, "\xe0\x7"), 18, V, true },
	{ "another VLAN", TAGGED(ALL, "\0\x9"), 18, V, false },
	{ "another VLAN, no VLAN filter", TAGGED(ALL, "\0\x9"), 18, F, true },
	{ "a priority only", TAGGED(ALL, "\xe0\0"), 18, V, true },
	{ "untagged", PLAIN(ALL), 16, V, true },
	{ "my VLAN, not my group", TAGGED("\1\0\x5e\0\0\3", "\0\x7"), 18, V, false },
	{ "a tag without its number", TAGGED(ALL, "\0\x9"), 14, V, true },
};

static void test_rows(void **state)
{
	struct xmd_vif_settings s = {
		.mtu = 1500, .mac = MINE, .n_mc = 2, .mc = { "\1\0\x5e\0\0\1", "\1\0\x5e\0\0\2" },
		.n_vlans = 2, .vlan = { 4095, 7 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		s.flags = row[i].flags;
		assert_true(xmd_filter_valid(&s));
		if (xmd_filter_wants(&s, (const u8 *)row[i].frame, row[i].len) != row[i].want)
			fail_msg("%s: %s", row[i].name, row[i].want ? "kept away" : "let through");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("back: filter", tests, NULL, NULL);
}
