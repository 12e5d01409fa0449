// SPDX-License-Identifier: GPL-2.0
/* policy_vlans.c - which VLANs are for vifs with vlan= alone; see policy.h */
#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS		" \t\r"
#define VLAN_MAX	4094u

static bool has(const uint64_t set[POLICY_VLANS], unsigned int vlan)
{
	return set[vlan / 64] >> vlan % 64 & 1;
}

static void add(uint64_t set[POLICY_VLANS], unsigned int vlan)
{
	set[vlan / 64] |= 1ull << vlan % 64;
}

/* "7", "20-29" */
static bool parse_range(const char *range, unsigned int *from, unsigned int *to)
{
	unsigned long first, last;
	char *end;

	if (*range < '1' || *range > '9')
		return false;
	first = last = strtoul(range, &end, 10);
	if (*end == '-' && end[1] >= '1' && end[1] <= '9')
		last = strtoul(end + 1, &end, 10);
	if (*end || last > VLAN_MAX || last < first)
		return false;
	*from = (unsigned int)first;
	*to = (unsigned int)last;
	return true;
}

int policy_parse_vlans(struct vif_policy *p, bool open, char *ranges, char reason[POLICY_REASON])
{
	unsigned int from, to, both = 0;
	char *range;

	for (range = strtok(ranges, BLANKS); range; range = strtok(NULL, BLANKS)) {
		if (!parse_range(range, &from, &to)) {
			snprintf(reason, POLICY_REASON, "\"%.20s\" is no VLAN from 1 to %u, nor"
				 " a range N-M of them", range, VLAN_MAX);
			return -EINVAL;
		}
		for (; from <= to; from++) {
			add(open ? p->open : p->vlans, from);
			if (has(open ? p->vlans : p->open, from))
				both = from;
		}
	}
	if (!both)
		return 0;
	snprintf(reason, POLICY_REASON, "VLAN %u cannot be both in @vlans and in @open-vlans", both);
	return -EINVAL;
}

unsigned int policy_keep_vlans(struct vif_policy *p, char *text)
{
	unsigned int from, to, n = 0;
	char *range;

	for (range = strtok(text, BLANKS); range; range = strtok(NULL, BLANKS)) {
		if (!parse_range(range, &from, &to))
			continue;
		for (; from <= to; from++) {
			if (has(p->vlans, from) || has(p->open, from))
				continue;
			add(p->vlans, from);
			n++;
		}
	}
	return n;
}

int policy_vlans(const struct vif_policy *p, char text[POLICY_VLANS_MAX])
{
	unsigned int from, to;
	size_t at = 0;

	*text = '\0';
	for (from = 1; from <= VLAN_MAX; from = to + 1) {
		to = from;
		if (!has(p->vlans, from))
			continue;
		while (to < VLAN_MAX && has(p->vlans, to + 1))
			to++;
		at += (size_t)snprintf(text + at, POLICY_VLANS_MAX - at, from == to ? "%s%u" : "%s%u-%u",
				       at ? " " : "", from, to);
		if (at >= POLICY_VLANS_MAX) {
			*text = '\0';
			return -E2BIG;
		}
	}
	return 0;
}
