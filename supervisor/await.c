// SPDX-License-Identifier: GPL-2.0
/*
 * await.c - what a worker waits for.
 *
 * The nodes of the new domain are read at our own pace and not watched: it may be hostile,
 * and what it writes must not fill our queue of events.
 */
#include "work.h"

#include "log.h"
#include "pace.h"

#include <errno.h>
#include <string.h>
#include <xmd/xs_names.h>

#define SERVE_LOOK_MS	20	/* at its nodes, while guests wait */
#define DRAIN_LOOK_MS	5	/* guests wait from the moment it is */
#define LIFE_LOOK_MS	500	/* at the domain itself */

struct patience patience_begin(unsigned int ms)
{
	uint64_t now = now_ms();

	return (struct patience){ .end = now + ms, .looked = now };
}

bool patience_over(struct patience *p)
{
	uint64_t now = now_ms(), took = now - p->looked;

	p->looked = now;
	if (took > PATIENCE_LATE_MS) {
		if (!p->lost)
			log_warn("could not look for %llu ms (xenstored does not answer, or this host is starved): that time is not counted",
				 (unsigned long long)took);
		p->lost += took;
		p->end += took;
	}
	return now >= p->end;
}

static bool is_state(struct work *w, const char *state)
{
	char dir[STORE_PATH_MAX], text[STORE_VALUE_MAX];

	snprintf(dir, sizeof(dir), HOME XS_DIR_OWN, w->domid);
	return !store_read_text(w->store, dir, XS_OWN_STATE, text) && !strcmp(text, state);
}

int ask(struct work *w, const char *what)
{
	char dir[STORE_PATH_MAX];

	snprintf(dir, sizeof(dir), HOME XS_DIR_OWN, w->domid);
	return store_write_text(w->store, dir, XS_OWN_CONTROL, what);
}

/* Looks at each until one is found that is not decided yet. */
static bool all_decided(struct work *w)
{
	unsigned int i;

	for (i = 0; i < w->vifs.n; i++) {
		struct vif_ref *v = &w->vifs.vif[i];

		if (v->fate == VIF_WAITING && restore_look(w->store, w->domid, v))
			return false;
		/* One that was not connected waits for its guest, perhaps for ever. */
		if (v->fate == VIF_WAITING && v->connected)
			return false;
	}
	return true;
}

/* Until @done, the domain dies (-EHOSTDOWN, *@life how) or @ms are over (-ETIMEDOUT). */
static int await(struct work *w, unsigned int ms, unsigned int pause,
		 bool (*done)(struct work *w), enum life *life)
{
	struct patience p = patience_begin(ms);
	uint64_t look = 0;

	for (;;) {
		if (done(w))
			return 0;
		if (nic_look(w))
			return -ENODEV;
		if (now_ms() >= look) {
			if (xl_look(w->xl, w->domid, life) || *life != LIFE_RUNNING)
				return -EHOSTDOWN;
			look = now_ms() + LIFE_LOOK_MS;
		}
		if (patience_over(&p))
			return -ETIMEDOUT;
		sleep_ms(pause);
	}
}

static bool backend_serves(struct work *w)
{
	return is_state(w, "serving");
}

static bool backend_drained(struct work *w)
{
	return is_state(w, "drained");
}

int wait_drained(struct work *w, unsigned int seconds)
{
	enum life life;

	return await(w, seconds * 1000, DRAIN_LOOK_MS, backend_drained, &life);
}

/* Whether the others serve does not depend on a guest that hides its nodes, say. */
static void refuse_undecided(struct work *w)
{
	unsigned int i;

	for (i = 0; i < w->vifs.n; i++) {
		struct vif_ref *v = &w->vifs.vif[i];

		if (!v->connected || v->fate != VIF_WAITING)
			continue;
		log_warn("vif %u of domain %u: xmd-backend has not decided on it in time: refused",
			 v->handle, v->guest);
		v->fate = VIF_REFUSED;
	}
}

/* Dead because it was slow, or because it is broken? */
static void not_serving(struct work *w, int err, enum life life, unsigned int had_ms)
{
	const struct policy *policy = w->job->policy;
	bool late = err == -ETIMEDOUT || (err == -EHOSTDOWN && life == LIFE_WATCHDOG);
	struct pace p;

	log_err("%s; look at its console (xl console %s) and its log",
		err == -EHOSTDOWN ? "died before it served" : err == -ETIMEDOUT ?
		"does not serve in time" : strerror(-err), w->job->name);
	if (!late)
		return;
	/* An image that is tried is no measure of this host. */
	w->slow = w->job->kind != JOB_UPGRADE && pace_slower(w->job->name);
	if (!w->slow)
		return;
	pace_read(w->job->name, &p);
	log_warn("it had %u s, and may only be slow: the next start gets %u s, and its watchdog %u s",
		 had_ms / 1000, pace_serve_ms(&p, policy->serve_timeout_s) / 1000,
		 pace_watchdog_s(w->job->name));
}

int wait_serving(struct work *w)
{
	unsigned int configured = w->job->policy->serve_timeout_s, limit;
	enum life life = LIFE_RUNNING;
	struct pace p;
	int err;

	pace_read(w->job->name, &p);
	limit = pace_serve_ms(&p, configured);
	err = await(w, limit, SERVE_LOOK_MS, backend_serves, &life);
	if (!err) {
		mark(w, "backend serves");
		pace_served(w->job->name, (unsigned int)(now_ms() - w->unpaused), configured);
		err = w->moved ? 0 : await(w, limit, SERVE_LOOK_MS, all_decided, &life);
		if (err == -ETIMEDOUT) {
			refuse_undecided(w);
			return 0;
		}
	}
	if (!err)
		return 0;
	if (!w->no_nic)
		not_serving(w, err, life, limit);
	/* There is no use in waiting for this one once more. */
	enter(w, PHASE_CREATE);
	return err;
}
