// SPDX-License-Identifier: GPL-2.0
/* vif.c - one vif: look at it, ask fsm_next, do that step; see vif.h */
#include "vif.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

#define POLL_MS		1000	/* while there is no watch, or nodes are hidden */
#define BACKOFF_MIN_MS	20	/* after a failed step, doubled each time */
#define BACKOFF_MAX_MS	1280	/* something is short here */
#define CONFLICT_MAX_MS	80	/* somebody else was faster: libxl only waits 10 s */

struct vif *vif_new(uint16_t domid, uint32_t handle)
{
	struct vif *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->domid = domid;
	v->handle = handle;
	v->seen_own = STATES;
	v->dirty = true;
	snprintf(v->name, sizeof(v->name), "vif %u/%" PRIu32, domid, handle);
	snprintf(v->back, sizeof(v->back), XS_DIR_BACK, domid, handle);
	snprintf(v->front, sizeof(v->front), XS_DIR_FRONT, domid, handle);
	return v;
}

/* ------------------------------------------------------------- looking */

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

static void unwatch_front(struct vif *v, struct vif_env *env)
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

/* The half that decides whether a step may still be written. */
static int look_back(struct store *s, const struct vif *v, struct vif_view *view)
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

/* These come from what stands in the store; others from not reaching it. */
static bool is_refusal(int err)
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
		if (err && !is_refusal(err))
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

static int look(struct vif *v, struct vif_env *env, struct vif_view *view)
{
	int err = look_back(env->store, v, view);

	view->front = STATE_GONE;
	if (err)
		return err;
	if (view->present) {
		err = look_front(v, env, view);
		if (!err)
			err = compare_row(v, env, view);
		if (err)
			return err;
	}
	view->kern = v->kern;
	note_settling(v, env, view);
	return 0;
}

/* ------------------------------------------------- steps in xenstore */

static int write_state(struct vif *v, struct vif_env *env, enum xb_state state)
{
	return store_write_u32(env->store, v->back, XS_BACK_STATE, state);
}

static bool offers_objects(const struct vif_env *env)
{
	return env->objs && env->objs->bus;
}

static int write_offer(struct vif *v, struct vif_env *env)
{
	int err = negotiate_offer(env->store, v->back, &env->offer, offers_objects(env));

	return err ? err : write_state(v, env, STATE_INIT_WAIT);
}

static int write_connected(struct vif *v, struct vif_env *env)
{
	int err = store_write_text(env->store, v->back, XS_BACK_XMD_RINGS, "connected");

	return err ? err : write_state(v, env, STATE_CONNECTED);
}

/* What the supervisor could not restore, because it is ours to say. */
static int write_adopted(struct vif *v, struct vif_env *env)
{
	int err = negotiate_offer(env->store, v->back, &env->offer, offers_objects(env));

	return err ? err : store_write_text(env->store, v->back, XS_BACK_XMD_RINGS, "adopted");
}

static int write_unserved(struct vif *v, struct vif_env *env, enum xb_state state)
{
	int err = store_remove(env->store, v->back, XS_BACK_XMD_RINGS);

	return err ? err : write_state(v, env, state);
}

static int write_closing(struct vif *v, struct vif_env *env)
{
	int err = 0;

	if (v->error[0])
		err = store_write_text(env->store, v->back, XS_BACK_HOTPLUG_ERROR, v->error);
	return err ? err : write_unserved(v, env, STATE_CLOSING);
}

static int write_closed(struct vif *v, struct vif_env *env)
{
	return write_unserved(v, env, STATE_CLOSED);
}

/* backend/vif/DOMID above it is dom0's, and libxl's to clear away. */
static int write_removal(struct vif *v, struct vif_env *env)
{
	return env->store->ops->remove(env->store, v->back);
}

/*
 * One step, one transaction: look again inside it, and write only if the toolstack
 * has not changed its mind; what changes between here and the commit fails the commit.
 */
static int commit(struct vif *v, struct vif_env *env, const struct vif_view *seen,
		  int (*write)(struct vif *v, struct vif_env *env))
{
	struct vif_view now;
	int err = store_begin(env->store);

	if (err)
		return err;
	err = look_back(env->store, v, &now);
	if (!err && (now.present != seen->present || now.own != seen->own ||
		     now.online != seen->online))
		err = -EAGAIN;
	if (!err)
		err = write(v, env);
	if (!err)
		return store_commit(env->store);
	store_abort(env->store);
	return err;
}

static int step_remove(struct vif *v, struct vif_env *env, const struct vif_view *seen)
{
	int err = commit(v, env, seen, write_removal);

	if (!err)
		log_info("%s: detached, directory removed", v->name);
	return err;
}

/* ---------------------------------------------- steps with the kernel */

static const char *advice(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return ": Xen refused a grant or an event channel between two guests; if Xen"
		       " runs with XSM in SILO mode (xsm=silo) a driver domain cannot work:"
		       " check 'xl dmesg' and boot Xen without it";
	case -ENOENT:
		return ": the guest's grant or event channel does not exist; see dmesg here";
	case -ENOSPC:
		return ": the kernel half serves as many vifs as it can";
	case -EPROTO:
		return ": the guest's ring indices cannot be";
	default:
		return "";
	}
}

/* What went wrong with the guest's side; ends in state Closed and in hotplug-error. */
static void give_up(struct vif *v, struct vif_env *env, const char *reason, const char *hint)
{
	if (log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: cannot connect: %s%s", v->name, reason, hint);
	snprintf(v->error, sizeof(v->error), "%.*s", (int)sizeof(v->error) - 1, reason);
}

/* What cannot be understood is no limit, as with xen-netback. */
static int read_rate(struct vif *v, struct vif_env *env, struct xmd_vif_rate *rate)
{
	char text[STORE_VALUE_MAX] = "";
	int err = store_read_text(env->store, v->back, XS_BACK_RATE, text);

	memset(rate, 0, sizeof(*rate));
	if (!err)
		err = negotiate_rate(text, rate);
	if (err == -EINVAL && !v->said_rate)
		log_err("%s: key %s of %s: \"%s\" is not BYTES,MICROSECONDS: it runs without a limit",
			v->name, XS_BACK_RATE, v->back, text);
	v->said_rate = err == -EINVAL;
	return err == -ENOENT || err == -EINVAL ? 0 : err;
}

static void note_rate(struct vif *v, struct vif_env *env, const struct xmd_vif_rate *rate)
{
	bool changed = memcmp(rate, &v->rate, sizeof(*rate));

	v->rate = *rate;
	if (!changed || !log_allowed(&v->budget, env->now(), v->name))
		return;
	if (rate->usecs)
		log_info("%s: may send %" PRIu32 " bytes in %" PRIu32 " us", v->name, rate->bytes,
			 rate->usecs);
	else
		log_info("%s: may send without a limit", v->name);
}

/* The toolstack may change it at any time, also while nobody was here. */
static int follow_rate(struct vif *v, struct vif_env *env)
{
	struct xmd_vif_limit l = { .id = { .domid = v->domid, .handle = v->handle } };
	int err = read_rate(v, env, &l.rate);

	if (err || !memcmp(&l.rate, &v->rate, sizeof(l.rate)))
		return err;
	err = env->kern->ops->limit(env->kern, &l);
	if (!err)
		note_rate(v, env, &l.rate);
	return err;
}

/* The message for the kernel.  Return: 0, 1 given up with a reason, negative: not now. */
static int read_keys(struct vif *v, struct vif_env *env, struct xmd_vif_connect *c)
{
	char reason[REASON_MAX];
	int err;

	memset(c, 0, sizeof(*c));
	c->id.domid = v->domid;
	c->id.handle = v->handle;
	err = negotiate_read(env->store, v->back, v->front, c, reason);
	if (is_refusal(err)) {
		give_up(v, env, reason, "");
		return 1;
	}
	if (!err && obj_may(v, env) & XMD_MAY_SPOOF)
		c->features |= XMD_VIF_ANY_SOURCE;
	return err ? err : read_rate(v, env, &c->rate);
}

/* Return: as read_keys. */
static int connect_kernel(struct vif *v, struct vif_env *env, const struct xmd_vif_connect *c)
{
	char reason[REASON_MAX];
	int err = env->kern->ops->connect(env->kern, c);

	switch (err) {
	case 0:
		v->kern = KERN_SERVING;
		break;
	case -EEXIST:
		/* A row that we had not seen: not these rings, so away with it first. */
		v->kern = KERN_STALE;
		return 0;
	case -ENODEV:
	case -EBUSY:
	case -EAGAIN:
	case -ENOMEM:
	case -EINTR:
	case -ESHUTDOWN:
		return err;
	default:
		snprintf(reason, sizeof(reason), "the kernel half answered \"%s\"",
			 strerror(-err));
		give_up(v, env, reason, advice(err));
		return 1;
	}
	if (log_allowed(&v->budget, env->now(), v->name))
		log_info("%s: rings %s", v->name, c->adopt ? "adopted" : "connected");
	memset(&v->rate, 0, sizeof(v->rate));
	note_rate(v, env, &c->rate);
	return 0;
}

static int step_connect(struct vif *v, struct vif_env *env, const struct vif_view *seen)
{
	struct xmd_vif_connect c;
	int err;

	v->error[0] = '\0';
	err = read_keys(v, env, &c);
	c.adopt = seen->own == STATE_CONNECTED;
	if (!err)
		err = connect_kernel(v, env, &c);
	v->row_unchecked = false;
	return err > 0 ? commit(v, env, seen, write_closing) : err;
}

static int step_disconnect(struct vif *v, struct vif_env *env)
{
	struct xmd_vif_id id = { .domid = v->domid, .handle = v->handle };
	int err;

	obj_end(v, env);
	err = env->kern->ops->disconnect(env->kern, &id);

	/* ENOENT: it was not connected, which is what we want. */
	if (err && err != -ENOENT)
		return err;
	if (log_allowed(&v->budget, env->now(), v->name))
		log_info("%s: rings disconnected", v->name);
	v->kern = KERN_NONE;
	v->row_unchecked = false;
	return 0;
}

/* --------------------------------------------------------- the loop */

static int take_step(struct vif *v, struct vif_env *env, const struct vif_view *seen,
		     enum vif_step step)
{
	switch (step) {
	case STEP_OFFER:
		return commit(v, env, seen, write_offer);
	case STEP_CONNECT:
	case STEP_ADOPT:
		return step_connect(v, env, seen);
	case STEP_PUBLISH:
		return commit(v, env, seen, write_connected);
	case STEP_TELL:
		return commit(v, env, seen, write_adopted);
	case STEP_CLOSING:
		return commit(v, env, seen, write_closing);
	case STEP_DISCONNECT:
		return step_disconnect(v, env);
	case STEP_CLOSED:
		return commit(v, env, seen, write_closed);
	case STEP_REMOVE:
		return step_remove(v, env, seen);
	default:
		return 0;
	}
}

/* When to look again although nothing was reported. */
static void wait_for_change(struct vif *v, struct vif_env *env, const struct vif_view *seen)
{
	v->failures = 0;
	if (seen->settling)
		v->due = v->settle_until;
	else if (!v->watching || seen->front == STATE_HIDDEN)
		v->due = env->now() + POLL_MS;
}

static const char *shortage(int err)
{
	switch (err) {
	case -ENOSPC:
	case -E2BIG:
	case -EDQUOT:
		return "xenstored's quota for this domain is reached";
	case -ENODEV:
		return "there is no NIC yet; has xmd_nic.ko found one?";
	case -EBUSY:
		return "the NIC has another client than xmd_back.ko";
	default:
		return strerror(-err);
	}
}

/* Not done for now: xenstored is busy, a quota is reached, the kernel lacks something. */
static int try_later(struct vif *v, struct vif_env *env, const char *what, int err)
{
	uint64_t delay = (uint64_t)BACKOFF_MIN_MS << (v->failures < 6 ? v->failures : 6);
	uint64_t most = err == -EAGAIN ? CONFLICT_MAX_MS : BACKOFF_MAX_MS;

	if (store_broken(err))
		return err;
	v->due = env->now() + (delay < most ? delay : most);
	v->failures++;
	if (err != -EAGAIN && log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: %s: %s; trying again", v->name, what, shortage(err));
	return 0;
}

int vif_run(struct vif *v, struct vif_env *env)
{
	struct vif_view view;
	enum vif_step step;
	int i, err;

	v->dirty = false;
	v->due = 0;
	for (i = 0; i < VIF_STEPS_MAX; i++) {
		err = look(v, env, &view);
		if (err)
			return try_later(v, env, "reading its nodes", err);
		step = fsm_next(&view);
		log_debug("%s: own %s, front %s, %s, kernel %d: %s", v->name,
			  fsm_state_name(view.own), fsm_state_name(view.front),
			  view.online ? "online" : "offline", view.kern, fsm_step_name(step));
		if (step == STEP_FORGET)
			return 1;
		if (step == STEP_WAIT) {
			bool serving = view.own == STATE_CONNECTED && v->kern == KERN_SERVING;

			err = serving ? follow_rate(v, env) : 0;
			if (err)
				return try_later(v, env, "limiting it", err);
			wait_for_change(v, env, &view);
			return obj_follow(v, env, serving);
		}
		err = take_step(v, env, &view, step);
		if (err)
			return try_later(v, env, fsm_step_name(step), err);
	}
	/* A guest that changes its state as fast as we answer: let the others have a turn. */
	v->due = env->now() + BACKOFF_MIN_MS;
	return 0;
}

void vif_fault(struct vif *v, struct vif_env *env, __u32 fault)
{
	if (log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: broken off by the kernel half: %s; the other vifs go on", v->name,
			 kern_fault_text(fault));
	snprintf(v->error, sizeof(v->error), "%s", kern_fault_text(fault));
	v->kern = KERN_FAULT;
	v->dirty = true;
}

void vif_destroy(struct vif **v, struct vif_env *env)
{
	if (!*v)
		return;
	obj_leave(*v, env);
	unwatch_front(*v, env);
	free(*v);
	*v = NULL;
}
