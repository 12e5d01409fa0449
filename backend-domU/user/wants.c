// SPDX-License-Identifier: GPL-2.0
/* wants.c - see wants.h */
#include "wants.h"

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
	{ XS_BACK_BRIDGE, POLICY_IGNORE_BRIDGE,
	  "there is one switch here, on the NIC's network, and that is not among its names"
	  " (@bridges in " POLICY_FILE ")" },
	{ XS_BACK_SCRIPT, POLICY_IGNORE_SCRIPT, "no script but " SCRIPT " can be stood in for" },
	{ XS_BACK_IP, POLICY_IGNORE_IP, "no address is enforced here" },
	{ XS_BACK_GATEWAYDEV, POLICY_IGNORE_GATEWAYDEV, "there is no router here" },
	{ XS_BACK_VLAN, POLICY_IGNORE_VLAN, "the switch keeps no VLANs apart" },
	{ XS_BACK_FORWARDDEV, POLICY_IGNORE_FORWARDDEV, "nothing is forwarded (COLO) here" },
};

static bool is_given(const struct vif_policy *p, const char *key, const char *val)
{
	if (!strcmp(key, XS_BACK_BRIDGE))
		return policy_is_bridge(p, val);
	if (!strcmp(key, XS_BACK_SCRIPT))
		return is_our_script(val);
	return false;
}

int wants_check(struct store *s, const char *back, const struct vif_policy *p, uint32_t may,
		char reason[REASON_MAX])
{
	char val[STORE_VALUE_MAX];
	unsigned int i;
	int err;

	for (i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		err = store_read_text(s, back, wants[i].key, val);
		if (err == -ENOENT || (!err && !*val))
			continue;
		if (err && err != -EINVAL)
			return err;
		if (err)
			strcpy(val, "(not a text)");
		if (may & wants[i].ignore || (!err && is_given(p, wants[i].key, val)))
			continue;
		snprintf(reason, REASON_MAX, "%s=%s: %s; %s in %s lets it be served all the same",
			 wants[i].key, val, wants[i].why, policy_word(wants[i].ignore),
			 XS_BACK_XMD_ALLOW);
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
