// SPDX-License-Identifier: GPL-2.0
/* segments.c - see segments.h */
#include "segments.h"

#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

static int save(const struct vif_policy *p, struct store *s, const char *old)
{
	char text[POLICY_PRIVATE_MAX];
	int err;

	policy_private(p, text);
	if (!strcmp(text, old))
		return 0;
	err = store_write_text(s, XS_DIR_OWN, XS_OWN_PRIVATE_SEGMENTS, text);
	if (err && !store_broken(err))
		log_err("the names of private segments (%s) cannot be saved: %s; the domain that comes"
			" after this one has to have them in its policy", text, strerror(-err));
	return store_broken(err) ? err : 0;
}

int segments_start(struct vif_policy *p, struct store *s)
{
	char *old = NULL;
	unsigned int i;
	size_t len;
	int err = s->ops->read(s, XS_DIR_OWN "/" XS_OWN_PRIVATE_SEGMENTS, &old, &len);

	if (store_broken(err))
		return err;
	/* dom0 wrote it, or we did: somebody has to look */
	if (err && err != -ENOENT) {
		log_err("key %s of %s: %s: no bridge= is known that the policy file does not name",
			XS_OWN_PRIVATE_SEGMENTS, XS_DIR_OWN, strerror(-err));
		p->unread = true;
		return 0;
	}
	policy_keep(p, err ? "" : old);
	for (i = 0; i < p->n_kept; i++)
		log_warn("bridge=%s was a private segment, and the policy file does not name it: it stays"
			 " one until @bridges does", p->kept[i]);
	err = save(p, s, old ? old : "");
	free(old);
	return err;
}
