// SPDX-License-Identifier: GPL-2.0
/* test_policy.c - what is allowed, by which words, and what is wrong with a file. */
#include "../check.h"
#include "policy.h"

#define ALL (0x7f | POLICY_COUNTERS)

static void words(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint32_t may;
		const char *bad;
	} row[] = {
		{ "", 0, 0, NULL },
		{ "none", 0, 0, NULL },
		{ "promisc", 0, XMD_MAY_PROMISC, NULL },
		{ "  mac\tmtu ", 0, XMD_MAY_MAC | XMD_MAY_MTU, NULL },
		{ "identify regs eeprom spoof", 0,
		  XMD_MAY_IDENTIFY | XMD_MAY_REGS | XMD_MAY_EEPROM | XMD_MAY_SPOOF, NULL },
		{ "all", 0, ALL, NULL },
		{ "counters", 0, POLICY_COUNTERS, NULL },
		{ "ignore-bridge ignore-vlan", 0, POLICY_IGNORE_BRIDGE | POLICY_IGNORE_VLAN, NULL },
		{ "mac mac", 0, XMD_MAY_MAC, NULL },
		{ "macs", -EINVAL, 0, "macs" },
		{ "ma", -EINVAL, 0, "ma" },
		{ "mac,mtu", -EINVAL, 0, "mac,mtu" },
		{ "promisc MAC", -EINVAL, 0, "MAC" },
	};
	char bad[POLICY_NAME];
	uint32_t may;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		may = 0x1234;
		assert_case(row[i].text, policy_words(row[i].text, &may, bad), row[i].err);
		if (row[i].err)
			assert_string_equal(bad, row[i].bad);
		else
			assert_case(row[i].text, may, row[i].may);
	}
}

static struct vif_policy p;

static int parse(const char *text, char reason[POLICY_REASON])
{
	return policy_parse(&p, text, strlen(text), reason);
}

static void wrong_files(void **state)
{
	static const struct {
		const char *text, *reason;
	} row[] = {
		{ "default macs\n", "1: \"macs\" is not a thing to be allowed" },
		{ "\n# x\ndefault\n", "3: \"default\" may what? Say none, if nothing" },
		{ "00:16:3e:01:02 mac\n", "1: \"00:16:3e:01:02\" is not a MAC" },
		{ "default none\n0:1:2:3:4:5 mac", "2: \"0:1:2:3:4:5\" is not a MAC" },
		{ "@bridges a-name-of-more-than-thirty-one-characters",
		  "1: more than 32 bridges, or a name of more than 31 characters" },
		{ "@vlans 0", "1: \"0\" is no VLAN from 1 to 4094, nor a range N-M of them" },
		{ "@vlans 7 4095", "1: \"4095\" is no VLAN from 1 to 4094, nor a range N-M of them" },
		{ "@vlans 7-", "1: \"7-\" is no VLAN from 1 to 4094, nor a range N-M of them" },
		{ "@vlans 9-7", "1: \"9-7\" is no VLAN from 1 to 4094, nor a range N-M of them" },
		{ "@vlans 7-8-9", "1: \"7-8-9\" is no VLAN from 1 to 4094, nor a range N-M of them" },
		{ "@vlans 7,8", "1: \"7,8\" is no VLAN from 1 to 4094, nor a range N-M of them" },
		{ "@open-vlans 7 4095", "1: \"4095\" is no VLAN from 1 to 4094, nor a range N-M of them" },
		{ "@vlans 7-9\n@open-vlans 8", "2: VLAN 8 cannot be both in @vlans and in @open-vlans" },
		{ "@open-vlans 8\n@vlans 1-20", "2: VLAN 8 cannot be both in @vlans and in @open-vlans" },
		{ "@vlans 99999999999999999999", "1: \"99999999999999999999\" is no VLAN from 1 to 4094, nor a range N-M of them" },
		{ "@bridges a\n@private b a", "2: \"a\" cannot be both of the wire and private" },
		{ "@private a\n@bridges a", "2: \"a\" cannot be both of the wire and private" },
		{ "@bridge xenbr0", "1: \"@bridge\" is not a setting; there are @bridges, @private, @vlans and @open-vlans" },
		{ "a-name-of-more-than-thirty-one-characters mac",
		  "1: a vifname of more than 31 characters" },
	};
	char reason[POLICY_REASON];

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		assert_case(row[i].text, parse(row[i].text, reason), -EINVAL);
		assert_string_equal(reason, row[i].reason);
		assert_int_equal(p.n, 0);
	}
	assert_int_equal(policy_parse(&p, "default\0mac\n", 12, reason), -EINVAL);
}

static void too_many_rules(void **state)
{
	char text[(POLICY_RULES + 1) * 14 + 1] = "", reason[POLICY_REASON];

	(void)state;
	for (unsigned int i = 0; i < POLICY_RULES; i++)
		strcat(text, "default none\n");
	assert_int_equal(parse(text, reason), 0);
	strcat(text, "default none\n");
	assert_int_equal(parse(text, reason), -EINVAL);
	assert_string_equal(reason, "257: more than 256 rules");
}

static void note(void *arg, bool fatal, const char *text)
{
	char *all = arg;

	sprintf(all + strlen(all), "%s%s\n", fatal ? "" : "odd: ", text);
}

/* Each mistake, and each rule that no vif comes to. */
static void all_of_it(void **state)
{
	static const char good[] =
		"00:16:3e:00:00:01 mac\nweb mtu\n00:16:3E:00:00:01 promisc\nweb none\nother mtu\n"
		"default none\nlate mac\ndefault all\n";
	static const char bad[] = "web\n\nx frob\n@what\nweb mtu\nweb mac\n";
	char all[1000] = "";

	(void)state;
	assert_int_equal(policy_parse_all(&p, good, strlen(good), note, all), 0);
	assert_int_equal(p.n, 8);
	assert_string_equal(all,
		"odd: 3: never comes to count: the rule in line 1 is for the same, or for all\n"
		"odd: 4: never comes to count: the rule in line 2 is for the same, or for all\n"
		"odd: 7: never comes to count: the rule in line 6 is for the same, or for all\n"
		"odd: 8: never comes to count: the rule in line 6 is for the same, or for all\n");
	all[0] = '\0';
	assert_int_equal(policy_parse_all(&p, bad, strlen(bad), note, all), -EINVAL);
	assert_int_equal(p.n, 0);
	assert_string_equal(all, "1: \"web\" may what? Say none, if nothing\n"
		"3: \"frob\" is not a thing to be allowed\n"
		"4: \"@what\" is not a setting; there are @bridges, @private, @vlans and @open-vlans\n"
		"odd: 6: never comes to count: the rule in line 5 is for the same, or for all\n");
}

static void the_first_rule_that_fits(void **state)
{
	static const uint8_t one[6] = { 0, 0x16, 0x3e, 0, 0, 1 }, two[6] = { 0, 0x16, 0x3e, 0, 0, 0xab };
	char reason[POLICY_REASON];

	(void)state;
	assert_int_equal(parse("# who may\n"
			       "00:16:3E:00:00:AB  promisc mac # two\r\n"
			       "vif-web identify\n"
			       "default mtu", reason), 0);
	assert_int_equal(policy_lookup(&p, two, ""), XMD_MAY_PROMISC | XMD_MAY_MAC);
	assert_int_equal(policy_lookup(&p, two, "vif-web"), XMD_MAY_PROMISC | XMD_MAY_MAC);
	assert_int_equal(policy_lookup(&p, one, "vif-web"), XMD_MAY_IDENTIFY);
	assert_int_equal(policy_lookup(&p, one, "vif-we"), XMD_MAY_MTU);
	assert_int_equal(policy_lookup(&p, one, ""), XMD_MAY_MTU);
	assert_int_equal(parse("vif-web all\n", reason), 0);
	assert_int_equal(policy_lookup(&p, one, ""), 0);
}

static void names_of_the_switch(void **state)
{
	char reason[POLICY_REASON];

	(void)state;
	assert_int_equal(policy_bridge(NULL, "xenbr0"), BRIDGE_WIRE);
	assert_int_equal(policy_bridge(NULL, "xenbr1"), BRIDGE_NONE);
	assert_int_equal(parse("default none\n", reason), 0);
	assert_int_equal(policy_bridge(&p, "xenbr0"), BRIDGE_WIRE);
	assert_int_equal(policy_bridge(&p, "br0"), BRIDGE_WIRE);
	assert_int_equal(policy_bridge(&p, ""), BRIDGE_NONE);
	assert_int_equal(parse("@bridges lan dmz # two\n@bridges wan\n", reason), 0);
	assert_int_equal(policy_bridge(&p, "dmz"), BRIDGE_WIRE);
	assert_int_equal(policy_bridge(&p, "wan"), BRIDGE_WIRE);
	assert_int_equal(policy_bridge(&p, "xenbr0"), BRIDGE_NONE);
	assert_int_equal(parse("@bridges\n", reason), 0);
	assert_int_equal(policy_bridge(&p, "xenbr0"), BRIDGE_NONE);
	assert_int_equal(parse("@private lab xenbr0\n@private dmz\n", reason), 0);
	assert_int_equal(policy_bridge(&p, "lab"), BRIDGE_PRIVATE);
	assert_int_equal(policy_bridge(&p, "dmz"), BRIDGE_PRIVATE);
	assert_int_equal(policy_bridge(&p, "xenbr0"), BRIDGE_PRIVATE);
	assert_int_equal(policy_bridge(&p, "br0"), BRIDGE_WIRE);
	assert_int_equal(policy_bridge(&p, ""), BRIDGE_NONE);
	/* a mistake grants nothing, and opens nothing */
	assert_int_equal(parse("@bridges lan\n@private lab\nx all\nnonsense\n@vlans 7\n", reason), -EINVAL);
	assert_int_equal(p.n, 0);
	assert_int_equal(policy_bridge(&p, "lab"), BRIDGE_PRIVATE);
	assert_int_equal(policy_bridge(&p, "lan"), BRIDGE_WIRE);
	assert_int_equal(policy_bridge(&p, "xenbr0"), BRIDGE_NONE);
	assert_true(p.vlans[0] == 1 << 7);
	assert_int_equal(parse("nonsense\n", reason), -EINVAL);
	assert_int_equal(policy_bridge(&p, "xenbr0"), BRIDGE_WIRE);
	assert_int_equal(parse("  @privat xenbr0\n", reason), -EINVAL);
	assert_int_equal(policy_bridge(&p, "xenbr0"), BRIDGE_NONE);
	assert_int_equal(parse("@private lab\n@bridges lab\n", reason), -EINVAL);
	assert_int_equal(policy_bridge(&p, "lab"), BRIDGE_PRIVATE);
	assert_int_equal(parse("@bridges lab\n@private lab\n", reason), -EINVAL);
	assert_int_equal(policy_bridge(&p, "lab"), BRIDGE_PRIVATE);
	assert_int_not_equal(policy_load(&p, "/proc/self", reason), 0);
	assert_int_equal(policy_bridge(&p, "xenbr0"), BRIDGE_NONE);
	assert_int_equal(policy_load(&p, "/nowhere", reason), 0);
	assert_int_equal(policy_bridge(&p, "xenbr0"), BRIDGE_WIRE);
}

/* Names that were private before: as xenstore has them, whatever that is. */
static void names_that_were_private(void **state)
{
	char reason[POLICY_REASON], text[POLICY_PRIVATE_MAX], many[4000] = "";
	unsigned int i;

	(void)state;
	assert_int_equal(parse("@bridges lan\n@private lab\n", reason), 0);
	policy_keep(&p, " lan xenbr0\tlab dmz dmz a\x01 0123456789012345678901234567890123456789 ");
	assert_int_equal(p.n_kept, 2);
	assert_int_equal(policy_bridge(&p, "xenbr0"), BRIDGE_PRIVATE);
	assert_int_equal(policy_bridge(&p, "dmz"), BRIDGE_PRIVATE);
	assert_int_equal(policy_bridge(&p, "lan"), BRIDGE_WIRE);
	policy_private(&p, text);
	assert_string_equal(text, "lab xenbr0 dmz");
	policy_keep(&p, "");
	policy_private(&p, text);
	assert_string_equal(text, "lab");
	for (i = 0; i < 100; i++)
		sprintf(many + strlen(many), "%-30u-%02u ", i, i);
	for (char *at = many; *at; at++)
		if (*at == ' ' && at[1] == ' ')
			*at = '_';
	policy_keep(&p, many);
	assert_int_equal(p.n_kept, POLICY_BRIDGES);
	policy_private(&p, text);
	assert_true(strlen(text) < POLICY_PRIVATE_MAX);
	assert_int_equal(parse("", reason), 0);
	assert_int_equal(p.n_kept, 0);
}

static void vlans_of_the_file(void **state)
{
	char reason[POLICY_REASON];

	(void)state;
	assert_int_equal(parse("@vlans 1 63-65\n@vlans 4094\n", reason), 0);
	assert_true(p.vlans[0] == (1ull << 63 | 2) && p.vlans[1] == 3 && p.vlans[63] == 1ull << 62);
	assert_int_equal(parse("@vlans 1-4094\n", reason), 0);
	assert_true(p.vlans[0] == ~1ull && p.vlans[63] == ~0ull >> 1);
	assert_int_equal(parse("default none\n", reason), 0);
	assert_true(!p.vlans[0] && !p.vlans[63]);
}

static void files(void **state)
{
	char reason[POLICY_REASON], path[] = "/tmp/policyXXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	(void)state;
	fputs("default none\nvif-a frobnicate\n", f);
	fclose(f);
	assert_int_equal(policy_load(&p, path, reason), -EINVAL);
	assert_non_null(strstr(reason, path));
	assert_non_null(strstr(reason, ":2: \"frobnicate\""));
	remove(path);
	assert_int_equal(policy_load(&p, path, reason), 0);
	assert_int_equal(p.n, 0);
	assert_int_not_equal(policy_load(&p, "/proc/self", reason), 0);
}

/* What is installed as an example, as it is, and with what is commented out in it. */
static void the_example(void **state)
{
	char text[4096], reason[POLICY_REASON], *at = text;
	FILE *f = fopen(POLICY_EXAMPLE, "r");
	unsigned int n;
	size_t len;

	(void)state;
	assert_non_null(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = '\0';
	assert_int_equal(parse(text, reason), 0);
	n = p.n;
	while ((at = strstr(at, "\n#")))
		if (at[2] != ' ')
			at[1] = ' ';
		else
			at++;
	assert_int_equal(parse(text, reason), 0);
	assert_true(p.n > n);
}

static void judgement(void **state)
{
	static const uint8_t mine[6] = { 0, 0x16, 0x3e, 1, 2, 3 };
	static const struct {
		const char *name;
		uint32_t may;
		uint64_t mask;
		struct xmd_vif_object want;
		int err;
	} row[] = {
		{ "smaller MTU", 0, XPC_xmd_vif_object_mtu, { .mtu = 1400 }, 0 },
		{ "configured MTU", 0, XPC_xmd_vif_object_mtu, { .mtu = 1500 }, 0 },
		{ "larger MTU", 0, XPC_xmd_vif_object_mtu, { .mtu = 1501 }, -EPERM },
		{ "larger MTU, granted", XMD_MAY_MTU, XPC_xmd_vif_object_mtu, { .mtu = 9000 }, 0 },
		{ "above the port's", XMD_MAY_MTU, XPC_xmd_vif_object_mtu, { .mtu = 9001 }, -EPERM },
		{ "own MAC", 0, XPC_xmd_vif_object_mac,
		  { .mac = { { 0, 0x16, 0x3e, 1, 2, 3 } } }, 0 },
		{ "another MAC", 0, XPC_xmd_vif_object_mac, { .mac = { { 2, 0, 0, 0, 0, 1 } } },
		  -EPERM },
		{ "another MAC, granted", XMD_MAY_MAC, XPC_xmd_vif_object_mac,
		  { .mac = { { 2, 0, 0, 0, 0, 1 } } }, 0 },
		{ "a group's MAC", XMD_MAY_MAC, XPC_xmd_vif_object_mac,
		  { .mac = { { 3, 0, 0, 0, 0, 1 } } }, -EINVAL },
		{ "no MAC", XMD_MAY_MAC, XPC_xmd_vif_object_mac, { .mac = { { 0 } } }, -EINVAL },
		{ "promiscuous", 0, XPC_xmd_vif_object_promisc, { .promisc = 1 }, -EPERM },
		{ "promiscuous, granted", XMD_MAY_PROMISC, XPC_xmd_vif_object_promisc,
		  { .promisc = 1 }, 0 },
		{ "not promiscuous", 0, XPC_xmd_vif_object_promisc, { .promisc = 0 }, 0 },
		{ "multicast", 0, XPC_xmd_vif_object_mc,
		  { .n_mc = 1, .mc = { { { 1, 0, 0x5e, 0, 0, 1 } } } }, 0 },
		{ "unicast as multicast", 0, XPC_xmd_vif_object_mc,
		  { .n_mc = 1, .mc = { { { 2, 0, 0x5e, 0, 0, 1 } } } }, -EINVAL },
		{ "events", 0, XPC_xmd_vif_object_rx_usecs, { .rx_usecs = 100 }, 0 },
		{ "events too seldom", 0, XPC_xmd_vif_object_rx_usecs, { .rx_usecs = 1001 },
		  -EINVAL },
		{ "two, one refused", 0, XPC_xmd_vif_object_mtu | XPC_xmd_vif_object_promisc,
		  { .mtu = 1400, .promisc = 1 }, -EPERM },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		struct policy_limits l = { .may = row[i].may, .mtu = 1500, .port_mtu = 9000,
					   .rx_usecs_max = 1000 };
		const char *what = NULL;

		memcpy(l.mac, mine, 6);
		assert_case(row[i].name, policy_judge(&l, row[i].mask, &row[i].want, &what),
			    row[i].err);
		assert_non_null(what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(wrong_files),
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(too_many_rules),
		cmocka_unit_test(the_first_rule_that_fits),
		cmocka_unit_test(names_of_the_switch),
		cmocka_unit_test(names_that_were_private),
		cmocka_unit_test(vlans_of_the_file),
		cmocka_unit_test(files),
		cmocka_unit_test(the_example),
		cmocka_unit_test(judgement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
