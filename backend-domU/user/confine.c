// SPDX-License-Identifier: GPL-2.0
/* confine.c - see confine.h */
#include "confine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

#define BLANKS	" \t"
#define ADDRESS_MAX	64	/* bytes of one, with its prefix length and a NUL */

_Static_assert(POLICY_NAME == XMD_SEGMENT_MAX, "a segment is called as the policy says");

int confine_vlan(const char *text, __u16 *vlan)
{
	char *end;
	unsigned long n;

	/* no sign, no blank, no zero in front */
	if (*text < '1' || *text > '9')
		return -EINVAL;
	n = strtoul(text, &end, 10);
	if ((*end && strcmp(end, "p")) || n > 4094)
		return -EINVAL;
	*vlan = (__u16)n;
	return 0;
}

/* What lies behind the prefix is not looked at, and not kept. */
static int parse_address(char *text, struct xmd_vif_addr *a)
{
	char *slash = strchr(text, '/');
	uint32_t bits;

	memset(a, 0, sizeof(*a));
	if (slash)
		*slash++ = '\0';
	a->v6 = strchr(text, ':') != NULL;
	bits = a->v6 ? 128 : 32;
	if (inet_pton(a->v6 ? AF_INET6 : AF_INET, text, a->addr) != 1)
		return -EINVAL;
	a->bits = (__u8)bits;
	if (slash && (parse_u32(slash, &bits) || bits > a->bits))
		return -EINVAL;
	a->bits = (__u8)bits;
	return 0;
}

int confine_ip(const char *text, struct xmd_vif_confine *c)
{
	char one[ADDRESS_MAX];
	size_t len;

	c->n_addrs = 0;
	for (text += strspn(text, BLANKS); *text; text += len, text += strspn(text, BLANKS)) {
		len = strcspn(text, BLANKS);
		if (c->n_addrs == XMD_ADDRS_MAX)
			return -E2BIG;
		if (len >= sizeof(one))
			return -EINVAL;
		memcpy(one, text, len);
		one[len] = '\0';
		if (parse_address(one, &c->addr[c->n_addrs]))
			return -EINVAL;
		c->n_addrs++;
	}
	return 0;
}

static const struct {
	const char *key;
	unsigned int bit;
	uint32_t ignore;
} known[] = {
	{ XS_BACK_BRIDGE, CONFINE_BRIDGE, POLICY_IGNORE_BRIDGE },
	{ XS_BACK_VLAN, CONFINE_VLAN, POLICY_IGNORE_VLAN },
	{ XS_BACK_IP, CONFINE_IP, POLICY_IGNORE_IP },
};

#define N_KNOWN (sizeof(known) / sizeof(known[0]))

unsigned int confine_ignored(uint32_t may)
{
	unsigned int i, keys = 0;

	for (i = 0; i < N_KNOWN; i++)
		if (may & known[i].ignore)
			keys |= known[i].bit;
	return keys;
}

int confine_look(struct store *s, const char *back, unsigned int *keys)
{
	unsigned int i, k, n;
	char **names;
	int err = s->ops->list(s, back, &names, &n);

	*keys = err && err != -ENOENT ? CONFINE_KEYS : 0;
	if (err)
		return err == -ENOENT ? 0 : err;
	for (i = 0; i < n; i++)
		for (k = 0; k < N_KNOWN; k++)
			if (!strcmp(names[i], known[k].key))
				*keys |= known[k].bit;
	free(names);
	return 0;
}

/* A key that is not there, or cannot be read, is "". */
static int read_key(struct store *s, const char *back, const char *key, bool there,
		    char val[CONFINE_TEXT_MAX])
{
	int err = there ? store_read_long(s, back, key, val, CONFINE_TEXT_MAX) : -ENOENT;

	if (err)
		*val = '\0';
	return err == -ENOENT || err == -EINVAL ? 0 : err;
}

int confine_read_vlan(struct store *s, const char *back, __u16 *vlan)
{
	char val[CONFINE_TEXT_MAX];
	int err = read_key(s, back, XS_BACK_VLAN, true, val);

	if (err || confine_vlan(val, vlan))
		*vlan = 0;
	return err;
}

/* Its network is not known: a segment for it alone, of a name that is in no policy. */
static void cut_off(const char *back, struct xmd_vif_confine *c)
{
	snprintf(c->segment, sizeof(c->segment), " %.30s", back + strlen(XS_DIR_VIFS "/"));
}

static int read_segment(struct store *s, const char *back, const struct vif_policy *p, bool there,
			struct xmd_vif_confine *c)
{
	char val[CONFINE_TEXT_MAX];
	int err = there ? store_read_long(s, back, XS_BACK_BRIDGE, val, sizeof(val)) : -ENOENT;

	if (err == -ENOENT || (!err && !*val))
		return 0;
	if (err && err != -EINVAL)
		return err;
	switch (err ? BRIDGE_NONE : policy_bridge(p, val)) {
	case BRIDGE_PRIVATE:
		snprintf(c->segment, sizeof(c->segment), "%.31s", val);
		break;
	case BRIDGE_NONE:
		cut_off(back, c);
		break;
	case BRIDGE_WIRE:
		break;
	}
	return 0;
}

int confine_read(struct store *s, const char *back, const struct vif_policy *p, unsigned int keys,
		 struct xmd_vif_confine *c)
{
	char val[CONFINE_TEXT_MAX];
	int err;

	memset(c, 0, sizeof(*c));
	err = read_segment(s, back, p, keys & CONFINE_BRIDGE, c);
	if (err)
		return err;
	err = !*c->segment && keys & CONFINE_VLAN ? confine_read_vlan(s, back, &c->vlan) : 0;
	if (!err)
		err = read_key(s, back, XS_BACK_IP, keys & CONFINE_IP, val);
	if (!err && confine_ip(val, c)) {
		c->n_addrs = 0;
		memset(c->addr, 0, sizeof(c->addr));
	}
	return err;
}
