// SPDX-License-Identifier: GPL-2.0
/* policy.c - see policy.h */
#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Of bridges there may be none: then no bridge= is the wire's. */
static int parse_bridges(struct vif_policy *p, bool private, char *names, char reason[POLICY_REASON])
{
	char (*list)[POLICY_NAME] = private ? p->segment : p->bridge;
	unsigned int *n = private ? &p->n_segments : &p->n_bridges;
	char *name;

	p->has_bridges |= !private;
	for (name = strtok(names, BLANKS); name; name = strtok(NULL, BLANKS)) {
		if (*n == POLICY_BRIDGES || strlen(name) >= POLICY_NAME) {
			snprintf(reason, POLICY_REASON, "more than %d bridges, or a name of more"
				 " than %d characters", POLICY_BRIDGES, POLICY_NAME - 1);
			return -EINVAL;
		}
		if (private ? policy_among(p->bridge, p->n_bridges, name) :
			      policy_among(p->segment, p->n_segments, name)) {
			snprintf(reason, POLICY_REASON, "\"%s\" cannot be both of the wire and private",
				 name);
			if (private)
				strcpy(list[(*n)++], name);
			return -EINVAL;
		}
		strcpy(list[(*n)++], name);
	}
	return 0;
}

/* A line of the file about itself, @word and what is behind it. */
static int parse_setting(struct vif_policy *p, const char *word, char *rest,
			 char reason[POLICY_REASON])
{
	if (!strcmp(word, "@bridges") || !strcmp(word, "@private"))
		return parse_bridges(p, word[1] == 'p', rest, reason);
	if (!strcmp(word, "@vlans") || !strcmp(word, "@open-vlans"))
		return policy_parse_vlans(p, word[1] == 'o', rest, reason);
	snprintf(reason, POLICY_REASON, "\"%.40s\" is not a setting; there are @bridges, @private, @vlans and"
		 " @open-vlans", word);
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
	p->n_segments = 0;
	p->n_kept = 0;
	p->unread = false;
	memset(p->vlans, 0, sizeof(p->vlans));
	memset(p->open, 0, sizeof(p->open));
}

/* The rule before @r that every vif takes which @r is for; NULL: none. */
static const struct policy_rule *hidden_by(const struct vif_policy *p, const struct policy_rule *r)
{
	const struct policy_rule *o;

	for (o = p->rule; o < r; o++)
		if (o->kind == RULE_DEFAULT || (o->kind == r->kind && (r->kind == RULE_MAC ?
		    !memcmp(o->mac, r->mac, 6) : !strcmp(o->name, r->name))))
			return o;
	return NULL;
}

static void tell_hidden(struct vif_policy *p, unsigned int line, policy_complain *complain, void *arg)
{
	struct policy_rule *r = &p->rule[p->n - 1];
	const struct policy_rule *o = hidden_by(p, r);
	char text[POLICY_REASON];

	r->line = line;
	if (!o)
		return;
	snprintf(text, sizeof(text), "%u: never comes to count: the rule in line %u is for the same, or for all",
		 line, o->line);
	complain(arg, false, text);
}

/* The line at @text, which ends at @n, is number @number. */
static int parse_numbered(struct vif_policy *p, const char *text, size_t n, unsigned int number,
			  policy_complain *complain, void *arg)
{
	char line[256], why[POLICY_REASON], said[POLICY_REASON];
	unsigned int rules = p->n;
	int err = -EINVAL;

	*line = '\0';
	if (n >= sizeof(line) || memchr(text, '\0', n)) {
		snprintf(why, sizeof(why), "not a line of text, or too long");
	} else {
		memcpy(line, text, n);
		line[n] = '\0';
		err = parse_line(p, line, why);
	}
	if (!err && p->n > rules)
		tell_hidden(p, number, complain, arg);
	if (!err)
		return 0;
	/* which names it was to be about, nobody knows */
	text = line + strspn(line, BLANKS);
	p->unread |= !*text || (*text == '@' && strcmp(text, "@vlans") && strcmp(text, "@open-vlans"));
	snprintf(said, sizeof(said), "%u: %.*s", number, POLICY_REASON - 16, why);
	complain(arg, true, said);
	return err;
}

int policy_parse_all(struct vif_policy *p, const char *text, size_t len,
		     policy_complain *complain, void *arg)
{
	const char *end = text + len, *nl;
	unsigned int number;
	int ret = 0;

	forget(p);
	for (number = 1; text < end; number++, text = nl + 1) {
		nl = memchr(text, '\n', (size_t)(end - text));
		nl = nl ? nl : end;
		if (parse_numbered(p, text, (size_t)(nl - text), number, complain, arg))
			ret = -EINVAL;
		if (nl == end)
			break;
	}
	/* grants are void, what keeps guests apart is not */
	if (ret)
		p->n = 0;
	return ret;
}

static void keep_first(void *arg, bool fatal, const char *text)
{
	char *reason = arg;

	if (fatal && !*reason)
		snprintf(reason, POLICY_REASON, "%s", text);
}

int policy_parse(struct vif_policy *p, const char *text, size_t len, char reason[POLICY_REASON])
{
	char first[POLICY_REASON] = "";
	int err = policy_parse_all(p, text, len, keep_first, first);

	if (err)
		memcpy(reason, first, sizeof(first));
	return err;
}

/* What is told of a line, with the file in front. */
struct of_file {
	const char *path;
	policy_complain *complain;
	void *arg;
};

static void with_path(void *arg, bool fatal, const char *text)
{
	const struct of_file *f = arg;
	char said[POLICY_REASON];

	snprintf(said, sizeof(said), "%.60s:%.*s", f->path, POLICY_REASON - 64, text);
	f->complain(f->arg, fatal, said);
}

int policy_load_all(struct vif_policy *p, const char *path, policy_complain *complain, void *arg)
{
	static char text[FILE_MAX + 1];
	struct of_file of = { path, complain, arg };
	char why[POLICY_REASON];
	FILE *f = fopen(path, "re");
	size_t len = 0;
	int err = 0;

	forget(p);
	if (!f && errno == ENOENT)
		return 0;
	if (!f) {
		err = -errno;
	} else {
		len = fread(text, 1, sizeof(text), f);
		err = ferror(f) ? -EIO : len > FILE_MAX ? -EFBIG : 0;
		fclose(f);
	}
	if (!err)
		return policy_parse_all(p, text, len, with_path, &of);
	p->unread = true;
	snprintf(why, sizeof(why), "%.80s: %s", path, strerror(-err));
	complain(arg, true, why);
	return err;
}

int policy_load(struct vif_policy *p, const char *path, char reason[POLICY_REASON])
{
	char first[POLICY_REASON] = "";
	int err = policy_load_all(p, path, keep_first, first);

	if (err)
		memcpy(reason, first, sizeof(first));
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
