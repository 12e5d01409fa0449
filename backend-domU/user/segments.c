// SPDX-License-Identifier: GPL-2.0
/* segments.c - see segments.h */
#include "segments.h"

#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

static int save(struct store *s, const char *key, const char *text, const char *old)
{
	int err;

	if (!strcmp(text, old))
		return 0;
	err = store_write_text(s, XS_DIR_OWN, key, text);
	if (err && !store_broken(err))
		log_err("key %s of %s cannot be saved: %s; the domain that comes after this one has to have"
			" %s in its policy", key, XS_DIR_OWN, strerror(-err), text);
	return store_broken(err) ? err : 0;
}

/* dom0 wrote it, or we did.  Return: 0; -EINVAL: somebody has to look; else the connection is broken */
static int read_old(struct store *s, const char *path, char **old)
{
	size_t len;
	int err = s->ops->read(s, path, old, &len);

	if (!err || store_broken(err))
		return err;
	*old = NULL;
	if (err == -ENOENT)
		return 0;
	log_err("key %s: %s: what was kept apart is not known", path, strerror(-err));
	return -EINVAL;
}

static int keep_names(struct vif_policy *p, struct store *s)
{
	char text[POLICY_PRIVATE_MAX], *old;
	unsigned int i;
	int err = read_old(s, XS_DIR_OWN "/" XS_OWN_PRIVATE_SEGMENTS, &old);

	/* no bridge= is known that the policy file does not name */
	p->unread |= err == -EINVAL;
	if (err)
		return err == -EINVAL ? 0 : err;
	policy_keep(p, old ? old : "");
	for (i = 0; i < p->n_kept; i++)
		log_warn("bridge=%s was a private segment, and the policy file does not name it: it stays"
			 " one until @bridges does", p->kept[i]);
	policy_private(p, text);
	err = save(s, XS_OWN_PRIVATE_SEGMENTS, text, old ? old : "");
	free(old);
	return err;
}

static int keep_vlans(struct vif_policy *p, struct store *s)
{
	char text[POLICY_VLANS_MAX], *old, *cut, all[] = "1-4094";
	unsigned int kept;
	int err = read_old(s, XS_DIR_OWN "/" XS_OWN_CLOSED_VLANS, &old);

	if (err == -EINVAL)
		policy_keep_vlans(p, all);
	if (err)
		return err == -EINVAL ? 0 : err;
	cut = strdup(old ? old : "");
	kept = cut ? policy_keep_vlans(p, cut) : 0;
	err = cut ? 0 : -ENOMEM;
	free(cut);
	if (kept)
		log_warn("%u VLANs were for vifs with vlan= alone, and the policy file does not name them: they stay"
			 " so until @open-vlans does", kept);
	if (!err && policy_vlans(p, text))
		log_err("@vlans has too many parts to be carried over: the domain that comes after this one has to"
			" have them in its policy");
	else if (!err)
		err = save(s, XS_OWN_CLOSED_VLANS, text, old ? old : "");
	free(old);
	return err;
}

int segments_start(struct vif_policy *p, struct store *s)
{
	int err = keep_names(p, s);

	return err ? err : keep_vlans(p, s);
}
