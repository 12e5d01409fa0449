// SPDX-License-Identifier: GPL-2.0
/* wants.c - see wants.h */
#include "wants.h"

#include "confine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

#define SCRIPT "vif-bridge"	/* libxl's default, which does what the switch does */

static bool is_our_script(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(slash ? slash + 1 : path, SCRIPT);
}

static const struct {
	const char *key;
	uint32_t ignore;
	const char *why;
} wants[] = {
	/* first, as with it a vif is cut off */
	{ XS_BACK_BRIDGE, POLICY_IGNORE_BRIDGE,
	  "that is no name of the NIC's network, nor of a private segment"
	  " (@bridges, @private in " POLICY_FILE ")" },
	{ XS_BACK_SCRIPT, POLICY_IGNORE_SCRIPT, "no script but " SCRIPT " can be stood in for" },
	{ XS_BACK_IP, POLICY_IGNORE_IP, "a list of at most 16 ADDRESS or ADDRESS/BITS can be enforced" },
	{ XS_BACK_GATEWAYDEV, POLICY_IGNORE_GATEWAYDEV, "there is no router here" },
	{ XS_BACK_VLAN, POLICY_IGNORE_VLAN, "a vif can be an access port, N or Np from 1 to 4094, and nothing else" },
	{ XS_BACK_FORWARDDEV, POLICY_IGNORE_FORWARDDEV, "nothing is forwarded (COLO) here" },
};

/* What was read of a vif until now. */
struct seen {
	bool private;
	struct xmd_vif_confine c;
};

static bool is_given(const struct vif_policy *p, const char *key, const char *val, struct seen *seen)
{
	if (!strcmp(key, XS_BACK_BRIDGE)) {
		seen->private = policy_bridge(p, val) == BRIDGE_PRIVATE;
		return policy_bridge(p, val) != BRIDGE_NONE;
	}
	if (!strcmp(key, XS_BACK_SCRIPT))
		return is_our_script(val);
	if (!strcmp(key, XS_BACK_IP))
		return !confine_ip(val, &seen->c);
	if (!strcmp(key, XS_BACK_VLAN))
		return !confine_vlan(val, &seen->c.vlan);
	return false;
}

int wants_check(struct store *s, const char *back, const struct vif_policy *p, uint32_t may,
		uint32_t *ignore, char reason[REASON_MAX])
{
	struct seen seen = { .private = false };
	char val[CONFINE_TEXT_MAX];
	const char *why;
	unsigned int i;
	int err;

	for (i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		err = store_read_long(s, back, wants[i].key, val, sizeof(val));
		if (err == -ENOENT || (!err && !*val))
			continue;
		if (err && err != -EINVAL)
			return err;
		if (err)
			strcpy(val, "(not a text)");
		why = wants[i].why;
		if (may & wants[i].ignore)
			continue;
		if (!err && is_given(p, wants[i].key, val, &seen)) {
			if (wants[i].ignore != POLICY_IGNORE_VLAN || !seen.private)
				continue;
			why = "its bridge= is a private segment, where there are no VLANs";
		}
		*ignore = wants[i].ignore;
		snprintf(reason, REASON_MAX, "%s=%.80s: %s; %s in %s lets it be served all the same",
			 wants[i].key, val, why, policy_word(wants[i].ignore), XS_BACK_XMD_ALLOW);
		return -EINVAL;
	}
	return 0;
}

static bool is_known(const char *key)
{
	static const char *const known[] = { XS_BACK_ALL };
	unsigned int i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i], key))
			return true;
	return false;
}

int wants_unknown(struct store *s, const char *back, char key[STORE_VALUE_MAX])
{
	char **names;
	unsigned int i, n;
	int err = s->ops->list(s, back, &names, &n);

	*key = '\0';
	if (err)
		return err;
	for (i = 0; i < n && !*key; i++)
		if (!is_known(names[i]))
			snprintf(key, STORE_VALUE_MAX, "%s", names[i]);
	free(names);
	return 0;
}
