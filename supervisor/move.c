// SPDX-License-Identifier: GPL-2.0
/* move.c - see move.h */
#include "move.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

#define DOMAINS	"/local/domain"

static int read_name(struct store *s, const char *domid, char name[STORE_VALUE_MAX])
{
	char home[STORE_PATH_MAX];
	int err = store_path(home, DOMAINS, domid);

	return err ? err : store_read_text(s, home, "name", name);
}

/* Return: 0; -ENOENT; negative: the store fails */
static int find_domain(struct store *s, const char *word, uint32_t *domid)
{
	char name[STORE_VALUE_MAX];
	unsigned int i, n;
	char **domids;
	int err;

	if (!parse_u32(word, domid)) {
		err = read_name(s, word, name);
		return err == -EINVAL ? 0 : err;
	}
	err = s->ops->list(s, DOMAINS, &domids, &n);
	if (err)
		return err;
	err = -ENOENT;
	for (i = 0; i < n && err == -ENOENT; i++)
		if (!read_name(s, domids[i], name) && !strcmp(name, word))
			err = parse_u32(domids[i], domid);
	free(domids);
	return err;
}

int move_parse(struct store *s, const char *word, struct wanted *w, char reason[MOVE_REASON])
{
	const char *slash = strchr(word, '/');
	char guest[STORE_VALUE_MAX];
	int err;

	w->all = !slash;
	snprintf(guest, sizeof(guest), "%.100s", word);
	guest[strcspn(guest, "/")] = '\0';
	if (slash && parse_u32(slash + 1, &w->handle)) {
		snprintf(reason, MOVE_REASON, "%.60s: the number of a vif behind the slash", word);
		return -EINVAL;
	}
	err = find_domain(s, guest, &w->guest);
	if (err == -ENOENT)
		snprintf(reason, MOVE_REASON, "there is no domain %.60s", guest);
	else if (err)
		snprintf(reason, MOVE_REASON, "xenstore: %s", strerror(-err));
	return err;
}

bool move_is_meant(const struct wanted *w, const struct vif_ref *v)
{
	return v->guest == w->guest && (w->all || v->handle == w->handle);
}

/* Sort out of @refs what is meant.  -ENOENT with a reason: a word that means no vif */
static int choose(struct store *s, char *const *which, unsigned int n, struct vif_refs *refs,
		  char reason[MOVE_REASON])
{
	unsigned int i, j, begin = 0;
	struct vif_ref swap;
	struct wanted w;
	int err;

	for (i = 0; i < n; i++) {
		bool found = false;

		err = move_parse(s, which[i], &w, reason);
		if (err)
			return err;
		for (j = 0; j < refs->n; j++) {
			if (!move_is_meant(&w, &refs->vif[j]))
				continue;
			found = true;
			if (j < begin)
				continue;
			swap = refs->vif[j];
			refs->vif[j] = refs->vif[begin];
			refs->vif[begin++] = swap;
		}
		if (!found) {
			snprintf(reason, MOVE_REASON, "%.60s: no such vif", which[i]);
			return -ENOENT;
		}
	}
	refs->n = begin;
	return 0;
}

/* As libxl makes one, or its xmd-backend says.  Any other, named by mistake, would be let in on guests' memory. */
static bool is_driver_domain(struct store *s, uint32_t domid)
{
	char dir[64], text[STORE_VALUE_MAX];

	snprintf(dir, sizeof(dir), DOMAINS "/%u", domid);
	if (!store_read_text(s, dir, XS_HOME_LIBXL, text))
		return true;
	snprintf(dir, sizeof(dir), DOMAINS "/%u/" XS_DIR_OWN, domid);
	return !store_read_text(s, dir, XS_OWN_STATE, text);
}

int move_vifs(struct store *s, const char *to, char *const *which, unsigned int n,
	      void (*moved)(const struct vif_ref *v, uint32_t to, int err),
	      char reason[MOVE_REASON])
{
	struct vif_refs refs = { .n = 0 };
	struct wanted w;
	unsigned int i;
	int err = move_parse(s, to, &w, reason);

	if (!err && !w.all) {
		snprintf(reason, MOVE_REASON, "%.60s: the name or domid of a driver domain", to);
		err = -EINVAL;
	} else if (!err && !is_driver_domain(s, w.guest)) {
		snprintf(reason, MOVE_REASON, "%.60s is no driver domain: no driver_domain=1, and no xmd-backend", to);
		err = -EINVAL;
	}
	if (err)
		return err;
	err = restore_list(s, n ? VIFS_ALL : VIFS_ORPHANED, &refs);
	if (err)
		snprintf(reason, MOVE_REASON, "xenstore: %s", strerror(-err));
	else if (n)
		err = choose(s, which, n, &refs, reason);
	for (i = 0; i < refs.n && !err; i++)
		moved(&refs.vif[i], w.guest, restore_move(s, w.guest, &refs.vif[i]));
	restore_free(&refs);
	return err;
}
