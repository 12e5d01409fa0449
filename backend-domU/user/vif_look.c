// SPDX-License-Identifier: GPL-2.0
/* vif_look.c - what can be seen of a vif in xenstore; see vif_impl.h */
#include "vif_impl.h"

#include "wants.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

static void watch_token(const struct vif *v, char token[32])
{
	snprintf(token, 32, "f/%u/%" PRIu32, v->domid, v->handle);
}

/*
 * Before the first read of the frontend's state, so that no change can slip between.
 * Without a watch (the quota is 128) the vif is polled.
 */
static void watch_front(struct vif *v, struct vif_env *env)
{
	char path[STORE_PATH_MAX], token[32];
	int err;

	if (v->watching)
		return;
	store_path(path, v->front, XS_FRONT_STATE);
	watch_token(v, token);
	err = env->store->ops->watch(env->store, path, token);
	/* EEXIST: cannot be, but then the watch is there. */
	v->watching = !err || err == -EEXIST;
	if (!v->watching && !v->said_unwatched)
		log_warn("%s: no watch on %s (%s): looking at it every %d ms instead",
			 v->name, path, strerror(-err), POLL_MS);
	v->said_unwatched = !v->watching;
}

void vif_unwatch_front(struct vif *v, struct vif_env *env)
{
	char path[STORE_PATH_MAX], token[32];

	if (!v->watching)
		return;
	store_path(path, v->front, XS_FRONT_STATE);
	watch_token(v, token);
	env->store->ops->unwatch(env->store, path, token);
	v->watching = false;
}

/* A state node; what is not there, hidden or garbage has a state of its own. */
static int read_state(struct store *s, const char *dir, enum xb_state *state)
{
	uint32_t val;
	int err = store_read_u32(s, dir, XS_BACK_STATE, &val);

	if (!err) {
		*state = val <= STATE_RECONFIGURED ? (enum xb_state)val : STATE_GONE;
		return 0;
	}
	*state = err == -EACCES ? STATE_HIDDEN : STATE_GONE;
	return err == -ENOENT || err == -EACCES || err == -EINVAL ? 0 : err;
}

int vif_look_back(struct store *s, const struct vif *v, struct vif_view *view)
{
	char front[STORE_VALUE_MAX], rings[STORE_VALUE_MAX];
	uint32_t online;
	int err;

	view->told = false;
	err = store_read_text(s, v->back, XS_BACK_FRONTEND, front);
	view->present = err != -ENOENT;
	view->linked = !err && !strcmp(front, v->front);
	view->online = false;
	view->own = STATE_GONE;
	if (err && err != -EINVAL)
		return err == -ENOENT ? 0 : err;
	err = read_state(s, v->back, &view->own);
	if (err)
		return err;
	if (view->own == STATE_CONNECTED)
		view->told = !store_read_text(s, v->back, XS_BACK_XMD_RINGS, rings);
	err = store_read_u32(s, v->back, XS_BACK_ONLINE, &online);
	view->online = !err && online;
	return err == -ENOENT || err == -EINVAL ? 0 : err;
}

/*
 * The other half.  A frontend key that leads anywhere but into the directory of
 * the guest whose backend this is would let one guest speak for another.
 */
static int look_front(struct vif *v, struct vif_env *env, struct vif_view *view)
{
	if (view->linked) {
		watch_front(v, env);
		return read_state(env->store, v->front, &view->front);
	}
	if (log_allowed(&v->budget, env->now(), v->name))
		log_err("%s: key %s of %s is not %s: not served; detach and attach it again",
			v->name, XS_BACK_FRONTEND, v->back, v->front);
	return 0;
}

bool vif_is_refusal(int err)
{
	return err == -ENOENT || err == -EACCES || err == -EINVAL;
}

/* What the kernel serves after a restart of ours may be older than the frontend's keys. */
static int compare_row(struct vif *v, struct vif_env *env, const struct vif_view *view)
{
	char reason[REASON_MAX];
	struct xmd_vif_queue q;
	int err;

	if (!v->row_unchecked || v->kern != KERN_SERVING)
		return 0;
	if (view->front == STATE_INITIALISED || view->front == STATE_CONNECTED) {
		err = negotiate_read_queue(env->store, v->front, &q, reason);
		if (err && !vif_is_refusal(err))
			return err;
		if (err || memcmp(&q, &v->row, sizeof(q))) {
			log_warn("%s: its rings are not the ones that the kernel half serves:"
				 " reconnecting it", v->name);
			v->kern = KERN_STALE;
		}
	}
	v->row_unchecked = false;
	return 0;
}

static void note_settling(struct vif *v, struct vif_env *env, struct vif_view *view)
{
	bool back_again = v->seen_own == STATE_CLOSED && view->own == STATE_INIT_WAIT;
	bool changed = v->seen_own != view->own || v->seen_online != view->online;
	uint64_t now = env->now();

	if (changed)
		v->settle_until = back_again ? 0 : now + env->settle_ms;
	v->seen_own = view->own;
	v->seen_online = view->online;
	view->settling = now < v->settle_until;
}

/* Where an offer would be next: is it configured as it can be served? */
static int look_wants(struct vif *v, struct vif_env *env, struct vif_view *view)
{
	char status[STORE_VALUE_MAX];
	const struct vif_policy *p = env->objs ? &env->objs->policy : NULL;
	uint32_t ignore;
	int err;

	if (!view->online || view->kern != KERN_NONE ||
	    (view->own != STATE_INITIALISING && view->own != STATE_CLOSED))
		return 0;
	err = wants_check(env->store, v->back, p, obj_may(v, env), &ignore, v->refusal);
	view->refused = err == -EINVAL;
	if (err && !view->refused)
		return err;
	if (!view->refused)
		return 0;
	err = store_read_text(env->store, v->back, XS_BACK_HOTPLUG_STATUS, status);
	view->said = !err && !strcmp(status, "error");
	return err == -ENOENT || err == -EINVAL ? 0 : err;
}

/*
 * Xen is asked, not xenstore, where what is no more and what we may not read look alike.
 *
 * A domid that another domain has by now counts as there: that it is another one cannot be seen,
 * for its directories are as closed to us as those of a guest are after a restart of ours, until
 * the supervisor has opened them.  If it gets a vif with this handle, the toolstack replaces our
 * directory with that; if not, this vif waits, unserved, and goes when that domain has gone.
 * It takes a toolstack that uses a domid again within VIF_ORPHAN_MS (libxl: 60 s), or a driver
 * domain that was down meanwhile.
 */
bool vif_guest_gone(struct vif *v, struct vif_env *env)
{
	struct bus *bus = env->objs ? env->objs->bus : NULL;
	int gone = bus ? bus->ops->gone(bus, v->domid) : 0;

	if (gone < 0 && log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: cannot ask Xen for domain %u: %s: it may be no more", v->name,
			 v->domid, strerror(-gone));
	return gone > 0;
}

/* Below a home that is no more, or closed to us, a missing state is one that is hidden. */
static void look_for_guest(struct vif *v, struct vif_env *env, struct vif_view *view)
{
	bool unseen = view->front == STATE_GONE || view->front == STATE_HIDDEN;
	bool gone = view->online && unseen && vif_guest_gone(v, env);
	uint64_t now = env->now();

	if (!gone)
		v->gone_since = 0;
	else if (!v->gone_since)
		v->gone_since = now;
	view->orphan = gone && now - v->gone_since >= VIF_ORPHAN_MS;
}

int vif_look(struct vif *v, struct vif_env *env, struct vif_view *view)
{
	int err = vif_look_back(env->store, v, view);

	view->front = STATE_GONE;
	view->refused = view->said = view->orphan = false;
	if (err)
		return err;
	if (view->present) {
		err = look_front(v, env, view);
		if (!err)
			err = compare_row(v, env, view);
		view->kern = v->kern;
		if (!err)
			err = look_wants(v, env, view);
		if (err)
			return err;
		look_for_guest(v, env, view);
	}
	view->kern = v->kern;
	note_settling(v, env, view);
	return 0;
}
