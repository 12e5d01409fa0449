// SPDX-License-Identifier: GPL-2.0
/* policy_names.c - what a name for bridge= means; see policy.h */
#include "policy.h"

#include <stdio.h>
#include <string.h>

#define BLANKS		" \t\r"

bool policy_among(const char (*names)[POLICY_NAME], unsigned int n, const char *name)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

enum policy_bridge policy_bridge(const struct vif_policy *p, const char *name)
{
	static const char usual[][POLICY_NAME] = POLICY_DEFAULT_BRIDGES;

	if (p && policy_among(p->segment, p->n_segments, name))
		return BRIDGE_PRIVATE;
	if (p && policy_among(p->bridge, p->n_bridges, name))
		return BRIDGE_WIRE;
	if (p && policy_among(p->kept, p->n_kept, name))
		return BRIDGE_PRIVATE;
	if (p && (p->has_bridges || p->unread))
		return BRIDGE_NONE;
	return policy_among(usual, sizeof(usual) / sizeof(usual[0]), name) ? BRIDGE_WIRE : BRIDGE_NONE;
}

static bool is_name(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return len && len < POLICY_NAME;
}

void policy_keep(struct vif_policy *p, const char *names)
{
	char name[POLICY_NAME];
	size_t len;

	p->n_kept = 0;
	for (names += strspn(names, BLANKS); *names; names += len, names += strspn(names, BLANKS)) {
		len = strcspn(names, BLANKS);
		if (p->n_kept == POLICY_BRIDGES || !is_name(names, len))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)len, names);
		if (!policy_among(p->segment, p->n_segments, name) && !policy_among(p->bridge, p->n_bridges, name) &&
		    !policy_among(p->kept, p->n_kept, name))
			strcpy(p->kept[p->n_kept++], name);
	}
}

void policy_private(const struct vif_policy *p, char text[POLICY_PRIVATE_MAX])
{
	const char (*list)[POLICY_NAME] = p->segment;
	unsigned int i, n = p->n_segments;
	size_t at = 0;

	*text = '\0';
	for (i = 0; i < n + p->n_kept; i++) {
		const char *name = i < n ? list[i] : p->kept[i - n];

		if (is_name(name, strlen(name)))
			at += (size_t)snprintf(text + at, POLICY_PRIVATE_MAX - at, "%s%s", at ? " " : "", name);
	}
}
