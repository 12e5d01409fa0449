// SPDX-License-Identifier: GPL-2.0
/* vif.c - one vif: look at it, ask fsm_next, do that step; see vif.h */
#include "vif_impl.h"

#include "wants.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <xmd/xs_names.h>

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
	v->confine_keys = ~0u;
	v->reopen.has = VIF_REOPEN_MS * VIF_REOPEN_BURST;
	snprintf(v->name, sizeof(v->name), "vif %u/%" PRIu32, domid, handle);
	snprintf(v->back, sizeof(v->back), XS_DIR_BACK, domid, handle);
	snprintf(v->front, sizeof(v->front), XS_DIR_FRONT, domid, handle);
	return v;
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
	int err = negotiate_offer(env->store, v->back, &env->offer, offers_objects(env),
				  ctrl_offered(env));

	return err ? err : write_state(v, env, STATE_INIT_WAIT);
}

/* The state stays: libxl, which waits for InitWait, tells its user after 10 s. */
static int write_refusal(struct vif *v, struct vif_env *env)
{
	int err = store_write_text(env->store, v->back, XS_BACK_HOTPLUG_ERROR, v->refusal);

	return err ? err : store_write_text(env->store, v->back, XS_BACK_HOTPLUG_STATUS, "error");
}

static int write_connected(struct vif *v, struct vif_env *env)
{
	int err = store_write_text(env->store, v->back, XS_BACK_XMD_RINGS, "connected");

	return err ? err : write_state(v, env, STATE_CONNECTED);
}

/* What the supervisor could not restore, because it is ours to say. */
static int write_adopted(struct vif *v, struct vif_env *env)
{
	int err = negotiate_offer(env->store, v->back, &env->offer, offers_objects(env),
				  ctrl_offered(env));

	if (!err && v->cut_off)
		err = write_refusal(v, env);
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
	err = vif_look_back(env->store, v, &now);
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

/* Nobody else will: what is ours goes, if its guest is still no more. */
static int write_end_of_orphan(struct vif *v, struct vif_env *env)
{
	return vif_guest_gone(v, env) ? write_removal(v, env) : -EAGAIN;
}

static int step_remove(struct vif *v, struct vif_env *env, const struct vif_view *seen)
{
	int err = commit(v, env, seen, seen->orphan ? write_end_of_orphan : write_removal);

	if (!err && seen->orphan)
		log_warn("%s: domain %u is no more and nobody has detached this vif: directory removed",
			 v->name, v->domid);
	else if (!err)
		log_info("%s: detached, directory removed", v->name);
	return err;
}

static int step_refuse(struct vif *v, struct vif_env *env, const struct vif_view *seen)
{
	int err = commit(v, env, seen, write_refusal);

	if (!err && log_allowed(&v->budget, env->now(), v->name))
		log_err("%s: not served: %s", v->name, v->refusal);
	return err;
}

/* What the toolstack says and nobody here hears is not passed over in silence. */
static int step_offer(struct vif *v, struct vif_env *env, const struct vif_view *seen)
{
	char key[STORE_VALUE_MAX];
	int err = wants_unknown(env->store, v->back, key);

	if (err)
		return err;
	if (*key && log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: key %s of %s is not known here: ignored", v->name, key, v->back);
	return commit(v, env, seen, write_offer);
}

/*
 * Gone on with after a restart of the domain: not broken off for what it asks for.  But where nobody
 * knows its network, it has none (confine.h): its guest keeps its interface, and waits.
 */
static int step_tell(struct vif *v, struct vif_env *env, const struct vif_view *seen)
{
	const struct vif_policy *p = env->objs ? &env->objs->policy : NULL;
	uint32_t ignore = 0;
	int err = wants_check(env->store, v->back, p, obj_may(v, env), &ignore, v->refusal);

	v->cut_off = err == -EINVAL && ignore == POLICY_IGNORE_BRIDGE;
	if (err == -EINVAL && log_allowed(&v->budget, env->now(), v->name))
		log_err("%s: %s: %s", v->name, v->cut_off ? "cut off, as its network is not known any more"
			" (mend that, then restart this domain, or detach and attach the vif)" :
			"served as before, and not as it is configured", v->refusal);
	if (err && err != -EINVAL)
		return err;
	return commit(v, env, seen, write_adopted);
}

static int step_connect(struct vif *v, struct vif_env *env, const struct vif_view *seen)
{
	struct xmd_vif_connect c;
	int err;

	v->error[0] = '\0';
	err = vif_read_keys(v, env, &c, seen->own == STATE_CONNECTED);
	if (!err)
		err = vif_connect_kernel(v, env, &c);
	v->row_unchecked = false;
	return err > 0 ? commit(v, env, seen, write_closing) : err;
}

/* --------------------------------------------------------- the loop */

static int take_step(struct vif *v, struct vif_env *env, const struct vif_view *seen,
		     enum vif_step step)
{
	switch (step) {
	case STEP_REFUSE:
		return step_refuse(v, env, seen);
	case STEP_OFFER:
		return step_offer(v, env, seen);
	case STEP_CONNECT:
	case STEP_ADOPT:
		return step_connect(v, env, seen);
	case STEP_PUBLISH:
		return commit(v, env, seen, write_connected);
	case STEP_TELL:
		return step_tell(v, env, seen);
	case STEP_CLOSING:
		return commit(v, env, seen, write_closing);
	case STEP_DISCONNECT:
		return vif_disconnect(v, env);
	case STEP_CLOSED:
		return commit(v, env, seen, write_closed);
	case STEP_REMOVE:
		return step_remove(v, env, seen);
	default:
		return 0;
	}
}

/* From Closed on it is the guest that asks for another offer. */
static bool may_reopen(struct vif *v, struct vif_env *env)
{
	if (xpc_bucket_spend(&v->reopen, env->now(), VIF_REOPEN_MS, VIF_REOPEN_MS * VIF_REOPEN_BURST))
		return true;
	v->due = xpc_bucket_due(&v->reopen, VIF_REOPEN_MS);
	if (log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: its guest closes and opens it without a pause: once in %u ms from now on",
			 v->name, VIF_REOPEN_MS);
	return false;
}

/* When to look again although nothing was reported. */
static void wait_for_change(struct vif *v, struct vif_env *env, const struct vif_view *seen)
{
	v->failures = 0;
	if (seen->settling)
		v->due = v->settle_until;
	else if (!v->watching || seen->front == STATE_HIDDEN)
		v->due = env->now() + POLL_MS;
	else if (v->gone_since)
		v->due = v->gone_since + VIF_ORPHAN_MS;
	else if (seen->online && seen->front == STATE_GONE)
		v->due = env->now() + UNSEEN_MS;
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
	case -EINPROGRESS:
		return "the NIC keeps frames that it sent before it was disconnected";
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
	/* what it has sent last is mostly through in a moment */
	if (err != -EAGAIN && (err != -EINPROGRESS || v->failures > 3) &&
	    log_allowed(&v->budget, env->now(), v->name))
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
		err = vif_look(v, env, &view);
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

			err = serving ? vif_follow_rate(v, env) : 0;
			if (err)
				return try_later(v, env, "limiting it", err);
			wait_for_change(v, env, &view);
			err = obj_follow(v, env, serving);
			return err ? err : ctrl_follow(v, env, serving);
		}
		if (step == STEP_OFFER && view.own == STATE_CLOSED && !may_reopen(v, env))
			return 0;
		err = take_step(v, env, &view, step);
		if (err)
			return try_later(v, env, fsm_step_name(step), err);
		/* the next guest's frames wait, what is told about this one does not matter to any */
		if (step == STEP_ADOPT) {
			v->dirty = true;
			return 0;
		}
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
	ctrl_end(*v, env);
	vif_unwatch_front(*v, env);
	free(*v);
	*v = NULL;
}
