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
		{ "@bridge xenbr0", "1: \"@bridge\" is not a setting; there is @bridges" },
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
	assert_true(policy_is_bridge(NULL, "xenbr0"));
	assert_false(policy_is_bridge(NULL, "xenbr1"));
	assert_int_equal(parse("default none\n", reason), 0);
	assert_true(policy_is_bridge(&p, "xenbr0"));
	assert_true(policy_is_bridge(&p, "br0"));
	assert_false(policy_is_bridge(&p, ""));
	assert_int_equal(parse("@bridges lan dmz # two\n@bridges wan\n", reason), 0);
	assert_true(policy_is_bridge(&p, "dmz"));
	assert_true(policy_is_bridge(&p, "wan"));
	assert_false(policy_is_bridge(&p, "xenbr0"));
	assert_int_equal(parse("@bridges\n", reason), 0);
	assert_false(policy_is_bridge(&p, "xenbr0"));
	assert_int_equal(parse("@bridges lan\nnonsense\n", reason), -EINVAL);
	assert_true(policy_is_bridge(&p, "xenbr0"));
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
		cmocka_unit_test(too_many_rules),
		cmocka_unit_test(the_first_rule_that_fits),
		cmocka_unit_test(names_of_the_switch),
		cmocka_unit_test(files),
		cmocka_unit_test(judgement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
