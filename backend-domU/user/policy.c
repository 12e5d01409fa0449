// SPDX-License-Identifier: GPL-2.0
/* policy.c - see policy.h */
#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX	65536u	/* bytes */
#define BLANKS		" \t\r"

static const struct {
	const char *word;
	uint32_t may;
} words[] = {
	{ "promisc", XMD_MAY_PROMISC }, { "mac", XMD_MAY_MAC }, { "mtu", XMD_MAY_MTU },
	{ "identify", XMD_MAY_IDENTIFY }, { "regs", XMD_MAY_REGS }, { "eeprom", XMD_MAY_EEPROM },
	{ "counters", POLICY_COUNTERS }, { "spoof", XMD_MAY_SPOOF }, { "none", 0 },
	{ "ignore-bridge", POLICY_IGNORE_BRIDGE }, { "ignore-script", POLICY_IGNORE_SCRIPT },
	{ "ignore-ip", POLICY_IGNORE_IP }, { "ignore-gatewaydev", POLICY_IGNORE_GATEWAYDEV },
	{ "ignore-vlan", POLICY_IGNORE_VLAN },
	{ "ignore-forwarddev", POLICY_IGNORE_FORWARDDEV },
	{ "all", XMD_MAY_PROMISC | XMD_MAY_MAC | XMD_MAY_MTU | XMD_MAY_IDENTIFY | XMD_MAY_REGS |
		 XMD_MAY_EEPROM | POLICY_COUNTERS | XMD_MAY_SPOOF },
};

#define N_WORDS (sizeof(words) / sizeof(words[0]))

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

int policy_words(const char *text, uint32_t *may, char bad[POLICY_NAME])
{
	uint32_t sum = 0;
	unsigned int i;
	size_t len;

	for (text += strspn(text, BLANKS); *text; text += len, text += strspn(text, BLANKS)) {
		len = strcspn(text, BLANKS);
		for (i = 0; i < N_WORDS && !is_word(text, len, words[i].word); i++)
			;
		if (i == N_WORDS) {
			snprintf(bad, POLICY_NAME, "%.*s", (int)len, text);
			return -EINVAL;
		}
		sum |= words[i].may;
	}
	*may = sum;
	return 0;
}

const char *policy_word(uint32_t may)
{
	unsigned int i;

	for (i = 0; i < N_WORDS && words[i].may != may; i++)
		;
	return i < N_WORDS ? words[i].word : "nothing";
}

bool policy_is_bridge(const struct vif_policy *p, const char *name)
{
	static const char *const usual[] = POLICY_DEFAULT_BRIDGES;
	unsigned int i;

	if (!p || !p->has_bridges) {
		for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
			if (!strcmp(usual[i], name))
				return true;
		return false;
	}
	for (i = 0; i < p->n_bridges; i++)
		if (!strcmp(p->bridge[i], name))
			return true;
	return false;
}

/* -------------------------------------------------------------------- the file */

static bool parse_mac(const char *text, uint8_t mac[6])
{
	int end = 0;

	return strspn(text, "0123456789abcdefABCDEF:") == 17 && !text[17] &&
	       sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		      &mac[3], &mac[4], &mac[5], &end) == 6 && end == 17;
}

static int parse_who(struct policy_rule *r, const char *who, char reason[POLICY_REASON])
{
	if (!strcmp(who, "default")) {
		r->kind = RULE_DEFAULT;
	} else if (strchr(who, ':')) {
		r->kind = RULE_MAC;
		if (!parse_mac(who, r->mac)) {
			snprintf(reason, POLICY_REASON, "\"%.40s\" is not a MAC", who);
			return -EINVAL;
		}
	} else if (strlen(who) < POLICY_NAME) {
		r->kind = RULE_NAME;
		strcpy(r->name, who);
	} else {
		snprintf(reason, POLICY_REASON, "a vifname of more than %d characters",
			 POLICY_NAME - 1);
		return -EINVAL;
	}
	return 0;
}

/* Names, of which there may be none: then no bridge= is right. */
static int parse_bridges(struct vif_policy *p, char *names, char reason[POLICY_REASON])
{
	char *name;

	p->has_bridges = true;
	for (name = strtok(names, BLANKS); name; name = strtok(NULL, BLANKS)) {
		if (p->n_bridges == POLICY_BRIDGES || strlen(name) >= POLICY_NAME) {
			snprintf(reason, POLICY_REASON, "more than %d bridges, or a name of more"
				 " than %d characters", POLICY_BRIDGES, POLICY_NAME - 1);
			return -EINVAL;
		}
		strcpy(p->bridge[p->n_bridges++], name);
	}
	return 0;
}

/* A line of the file about itself, @word and what is behind it. */
static int parse_setting(struct vif_policy *p, const char *word, char *rest,
			 char reason[POLICY_REASON])
{
	if (!strcmp(word, "@bridges"))
		return parse_bridges(p, rest, reason);
	snprintf(reason, POLICY_REASON, "\"%.40s\" is not a setting; there is @bridges", word);
	return -EINVAL;
}

/* One line, without its end. */
static int parse_line(struct vif_policy *p, char *line, char reason[POLICY_REASON])
{
	struct policy_rule r = { .may = 0 };
	char bad[POLICY_NAME], *rest;
	int err;

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, BLANKS);
	if (!*line)
		return 0;
	rest = line + strcspn(line, BLANKS);
	if (*rest)
		*rest++ = '\0';
	if (*line == '@')
		return parse_setting(p, line, rest, reason);
	if (p->n == POLICY_RULES) {
		snprintf(reason, POLICY_REASON, "more than %d rules", POLICY_RULES);
		return -EINVAL;
	}
	err = parse_who(&r, line, reason);
	if (err)
		return err;
	if (!rest[strspn(rest, BLANKS)]) {
		snprintf(reason, POLICY_REASON, "\"%.40s\" may what? Say none, if nothing", line);
		return -EINVAL;
	}
	if (policy_words(rest, &r.may, bad)) {
		snprintf(reason, POLICY_REASON, "\"%s\" is not a thing to be allowed", bad);
		return -EINVAL;
	}
	p->rule[p->n++] = r;
	return 0;
}

static void forget(struct vif_policy *p)
{
	p->n = 0;
	p->n_bridges = 0;
	p->has_bridges = false;
}

int policy_parse(struct vif_policy *p, const char *text, size_t len, char reason[POLICY_REASON])
{
	char line[256], why[POLICY_REASON];
	const char *end = text + len, *nl;
	unsigned int number;
	size_t n;

	forget(p);
	for (number = 1; text < end; number++, text = nl + 1) {
		nl = memchr(text, '\n', (size_t)(end - text));
		nl = nl ? nl : end;
		n = (size_t)(nl - text);
		if (n >= sizeof(line) || memchr(text, '\0', n)) {
			snprintf(reason, POLICY_REASON, "%u: not a line of text, or too long",
				 number);
			forget(p);
			return -EINVAL;
		}
		memcpy(line, text, n);
		line[n] = '\0';
		if (parse_line(p, line, why)) {
			snprintf(reason, POLICY_REASON, "%u: %.*s", number, POLICY_REASON - 16, why);
			forget(p);
			return -EINVAL;
		}
		if (nl == end)
			break;
	}
	return 0;
}

int policy_load(struct vif_policy *p, const char *path, char reason[POLICY_REASON])
{
	static char text[FILE_MAX + 1];
	char why[POLICY_REASON];
	FILE *f = fopen(path, "re");
	size_t len;
	int err;

	forget(p);
	if (!f && errno == ENOENT)
		return 0;
	if (!f) {
		err = -errno;
		snprintf(reason, POLICY_REASON, "%.80s: %s", path, strerror(-err));
		return err;
	}
	len = fread(text, 1, sizeof(text), f);
	err = ferror(f) ? -EIO : len > FILE_MAX ? -EFBIG : 0;
	fclose(f);
	if (err) {
		snprintf(reason, POLICY_REASON, "%.80s: %s", path, strerror(-err));
		return err;
	}
	err = policy_parse(p, text, len, why);
	if (err)
		snprintf(reason, POLICY_REASON, "%.60s:%.*s", path, POLICY_REASON - 64, why);
	return err;
}

uint32_t policy_lookup(const struct vif_policy *p, const uint8_t mac[6], const char *name)
{
	const struct policy_rule *r;

	for (r = p->rule; r < p->rule + p->n; r++)
		if (r->kind == RULE_DEFAULT || (r->kind == RULE_MAC && !memcmp(r->mac, mac, 6)) ||
		    (r->kind == RULE_NAME && !strcmp(r->name, name)))
			return r->may;
	return 0;
}

/* -------------------------------------------------------------------- judgement */

uint32_t policy_mtu_max(const struct policy_limits *l)
{
	return l->may & XMD_MAY_MTU && l->port_mtu > l->mtu ? l->port_mtu : l->mtu;
}

static bool is_station(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	return !(mac[0] & 1) && memcmp(mac, zero, 6);
}

static int judge_mac(const struct policy_limits *l, const uint8_t mac[6])
{
	if (!is_station(mac))
		return -EINVAL;
	return memcmp(mac, l->mac, 6) && !(l->may & XMD_MAY_MAC) ? -EPERM : 0;
}

static int judge_multicast(const struct xmd_vif_object *want)
{
	unsigned int i;

	for (i = 0; i < want->n_mc; i++)
		if (!(want->mc[i].addr[0] & 1))
			return -EINVAL;
	return 0;
}

static int judge_usecs(const struct policy_limits *l, uint32_t usecs)
{
	if (usecs && !l->rx_usecs_max)
		return -EOPNOTSUPP;
	return usecs > l->rx_usecs_max ? -EINVAL : 0;
}

uint64_t policy_take_back(const struct policy_limits *l, struct xmd_vif_object *vif)
{
	uint64_t mask = 0;

	if (vif->promisc && !(l->may & XMD_MAY_PROMISC)) {
		vif->promisc = 0;
		mask |= XPC_xmd_vif_object_promisc;
	}
	if (is_station(l->mac) && judge_mac(l, vif->mac.addr)) {
		memcpy(vif->mac.addr, l->mac, sizeof(vif->mac.addr));
		mask |= XPC_xmd_vif_object_mac;
	}
	return mask;
}

int policy_judge(const struct policy_limits *l, uint64_t mask, const struct xmd_vif_object *want,
		 const char **what)
{
	int err = 0;

	if (mask & XPC_xmd_vif_object_mtu) {
		*what = "that MTU";
		err = want->mtu > policy_mtu_max(l) ? -EPERM : 0;
	}
	if (!err && mask & XPC_xmd_vif_object_mac) {
		*what = "that MAC";
		err = judge_mac(l, want->mac.addr);
	}
	if (!err && mask & XPC_xmd_vif_object_promisc) {
		*what = "promiscuous mode";
		err = want->promisc && !(l->may & XMD_MAY_PROMISC) ? -EPERM : 0;
	}
	if (!err && mask & XPC_xmd_vif_object_mc) {
		*what = "those multicast addresses";
		err = judge_multicast(want);
	}
	if (!err && mask & XPC_xmd_vif_object_rx_usecs) {
		*what = "that moderation of events";
		err = judge_usecs(l, want->rx_usecs);
	}
	return err;
}
