// SPDX-License-Identifier: GPL-2.0
/* vifs.c - the vifs of a driver domain that a worker brings back */
#include "work.h"

#include "log.h"
#include "pace.h"
#include "port.h"

#include <errno.h>
#include <string.h>
#include <xmd/xs_names.h>

#define CLOSING		5	/* XenbusStateClosing */

/* What libxl has left of a guest that is no more is nobody's vif. */
static void drop_orphans(struct work *w)
{
	unsigned int i, kept = 0;
	enum life life = LIFE_RUNNING;
	uint32_t guest = 0;

	for (i = 0; i < w->vifs.n; i++) {
		const struct vif_ref *v = &w->vifs.vif[i];

		/* They are listed guest by guest. */
		if (v->guest != guest && xl_look(w->xl, v->guest, &life))
			life = LIFE_RUNNING;
		guest = v->guest;
		if (life != LIFE_GONE)
			w->vifs.vif[kept++] = *v;
		else
			log_warn("vif %u of domain %u is not restored: there is no such domain any more",
				 v->handle, v->guest);
	}
	w->vifs.n = kept;
}

/* The one before was ended before it served: this one may take longer. */
static void set_watchdog(struct work *w)
{
	unsigned int seconds = pace_watchdog_s(w->job->name);
	char dir[STORE_PATH_MAX];
	int err;

	if (!seconds)
		return;
	snprintf(dir, sizeof(dir), HOME XS_DIR_OWN, w->domid);
	err = store_write_u32(w->store, dir, XS_OWN_WATCHDOG, seconds);
	if (err)
		log_warn("its watchdog cannot be set to %u s: %s", seconds, strerror(-err));
}

void prepare(struct work *w)
{
	set_watchdog(w);
	port_give(w->store, w->domid, w->job->name);
}

int restore(struct work *w)
{
	char text[40];
	int err;

	restore_free(&w->vifs);
	err = restore_list(w->store, w->job->domid, &w->vifs);
	if (!err)
		drop_orphans(w);
	if (!err && !w->moved)
		err = restore_vifs(w->store, w->domid, &w->vifs);
	if (err) {
		log_err("cannot restore the vifs in xenstore: %s", strerror(-err));
		return err;
	}
	snprintf(text, sizeof(text), "%u vifs restored", w->vifs.n);
	mark(w, text);
	return 0;
}

unsigned int count_vifs(const struct work *w, enum vif_fate fate)
{
	unsigned int i, n = 0;

	for (i = 0; i < w->vifs.n; i++)
		n += w->vifs.vif[i].fate == fate;
	return n;
}

static bool has_key(struct work *w, const char *front, const char *key)
{
	char text[STORE_VALUE_MAX];

	return store_read_text(w->store, front, key, text) != -ENOENT;
}

/*
 * A guest that boots, or sees a new vif, while there is no backend directory: Linux calls that
 * fatal, goes to Closing without ever having had rings, and does not look again.  A vif that is
 * being detached from its guest has had them.
 */
static bool given_up(struct work *w, const struct vif_ref *v)
{
	char front[STORE_PATH_MAX];
	uint32_t state;

	if (v->connected || v->fate == VIF_LEFT)
		return false;
	snprintf(front, sizeof(front), XS_DIR_FRONT, v->guest, v->handle);
	return !store_read_u32(w->store, front, XS_FRONT_STATE, &state) && state == CLOSING &&
	       !has_key(w, front, XS_FRONT_TX_RING_REF) && !has_key(w, front, "queue-0");
}

static void reattach_one(struct work *w, const struct vif_ref *v, bool unused)
{
	int err = xl_reattach_vif(w->xl, v->guest, v->handle, w->domid);
	const char *why = unused ? "was looked for by its guest while it was away" :
				   "could not be adopted";

	if (err)
		log_err("vif %u of domain %u %s, and attaching it anew failed: %s", v->handle,
			v->guest, why, strerror(-err));
	else if (unused)
		log_info("vif %u of domain %u %s: attached anew", v->handle, v->guest, why);
	else
		log_warn("vif %u of domain %u could not be adopted: detached and attached anew; its guest has lost its connections",
			 v->handle, v->guest);
}

void reattach(struct work *w)
{
	enum life life;
	unsigned int i;
	bool unused;

	for (i = 0; i < w->vifs.n; i++) {
		const struct vif_ref *v = &w->vifs.vif[i];

		unused = !w->moved && given_up(w, v);
		if (!w->moved && !unused && v->fate != VIF_REFUSED)
			continue;
		/* Each may take libxl ten seconds and more; one that has died has to come back first. */
		if (xl_look(w->xl, w->domid, &life) || life != LIFE_RUNNING) {
			log_warn("it has ended again before all vifs were attached anew");
			return;
		}
		reattach_one(w, v, unused);
	}
}
