// SPDX-License-Identifier: GPL-2.0
/* worker.c - see worker.h */
#include "worker.h"

#include "files.h"
#include "hook.h"
#include "log.h"
#include "quiet.h"
#include "restore.h"
#include "standin.h"
#include "xl.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xmd/xs_names.h>

#define HOME		"/local/domain/%u/"
#define XL_GRACE_MS	5000	/* for an "xl" that was told to destroy it itself */
#define DYING_MS	20000
#define LOOK_MS		500	/* at the domain itself, while waiting for its xenstore nodes */
#define STEPS_BYTES	256
#define DEVICES_MAX	8

struct work {
	const struct job *job;
	struct xl *xl;
	struct store *store;
	uint32_t domid;
	bool moved;			/* it has another domid than its vifs know */
	struct vif_refs vifs;
	char json[FILE_PATH_MAX];
	char steps[STEPS_BYTES];	/* "destroyed 212, created 980, ..." in ms since noticed */
	uint64_t started;		/* of the clock of steps */
};

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void sleep_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

static unsigned int since(const struct work *w)
{
	return (unsigned int)(now_ms() - w->started);
}

static void mark(struct work *w, const char *what)
{
	size_t n = strlen(w->steps);

	log_info("%s after %u ms", what, since(w));
	snprintf(w->steps + n, sizeof(w->steps) - n, "%s%s %u", n ? ", " : "", what, since(w));
}

static void hook(const struct work *w, const char *event)
{
	hook_run(w->job->policy, &(struct hook_call){ .event = event, .name = w->job->name,
		 .cause = w->job->cause, .domid = w->domid, .ms = since(w) });
}

/* ------------------------------------------------------------- destroy */

/* Until it is gone or @ms are over. */
static enum life wait_gone(struct work *w, unsigned int ms)
{
	uint64_t end = now_ms() + ms;
	enum life life = LIFE_DYING;

	while (!xl_look(w->xl, w->domid, &life) && life != LIFE_GONE && now_ms() < end)
		sleep_ms(20);
	return life;
}

/*
 * With on_crash=destroy the xl that created the domain destroys it, too.  It must be
 * through before there is a new domain of that domid, or it would take that for the old.
 */
static bool xl_will_destroy(struct work *w, enum life life)
{
	struct xl_traits t;

	if ((life != LIFE_CRASHED && life != LIFE_WATCHDOG) || file_exists(w->job->name, ".ours"))
		return false;
	if (xl_save(w->xl, w->domid, NULL, &t))
		return true;
	return (life == LIFE_CRASHED ? t.on_crash : t.on_watchdog) != END_PRESERVE;
}

static void quiet_devices(struct work *w)
{
	char bdf[DEVICES_MAX][XL_BDF_LEN];
	int i, n = xl_devices(w->xl, w->json, bdf, DEVICES_MAX);

	for (i = 0; i < n; i++)
		quiet_device(bdf[i]);
	log_debug("%d devices silenced after %u ms", n, since(w));
}

/*
 * From here on nothing of it runs.  A worker after us that finds it, say paused and without
 * its home in xenstore, must not take it for a domain.
 */
static void put_out(struct work *w, enum life life)
{
	phase_write(w->job->name, PHASE_CREATE);
	if (life == LIFE_RUNNING)
		xl_pause(w->xl, w->domid);
	/* Soon: dom0 may have its one processor full of interrupts by now. */
	quiet_devices(w);
}

static int take_down(struct work *w)
{
	pid_t pid;
	int err;

	/* One that hangs, or was drained, might else answer at the same time. */
	xl_pause(w->xl, w->domid);
	pid = standin_start(w->domid);
	err = xl_destroy(w->xl, w->domid);
	standin_stop(pid);
	return err;
}

static int destroy(struct work *w)
{
	enum life life;
	int err = xl_look(w->xl, w->domid, &life);

	if (err || life == LIFE_GONE)
		return err;
	if (life != LIFE_DYING && xl_will_destroy(w, life)) {
		log_info("waiting for the xl that created it to destroy it; with on_crash=\"preserve\" and on_watchdog=\"preserve\" in its configuration this is quicker");
		life = wait_gone(w, XL_GRACE_MS);
	}
	if (life != LIFE_DYING && life != LIFE_GONE) {
		err = take_down(w);
		life = LIFE_DYING;
	}
	if (wait_gone(w, DYING_MS) == LIFE_GONE)
		return 0;
	log_err("domain %u does not go away (%s): somebody still holds its memory, see \"xl list\" and \"xl debug-keys q\"",
		w->domid, strerror(err ? -err : EBUSY));
	return -EBUSY;
}

/* -------------------------------------------------------------- create */

static int create(struct work *w, const char *kernel, const char *ramdisk)
{
	uint32_t domid = w->job->domid;
	int err;

	/* One that cannot be written (which is logged) only matters to a worker after us. */
	phase_write(w->job->name, PHASE_CREATE);
	quiet_devices(w);
	err = xl_create(w->xl, w->json, kernel, ramdisk, &domid);
	w->moved = err != 0;
	if (err) {
		log_warn("cannot be created with domid %u: trying any other; its vifs will be detached and attached",
			 domid);
		domid = 0;
		err = xl_create(w->xl, w->json, kernel, ramdisk, &domid);
	}
	if (err) {
		log_err("cannot be created: %s; its configuration is in %s", strerror(-err),
			w->json);
		return err;
	}
	w->domid = domid;
	mark(w, "created");
	file_touch(w->job->name, ".ours");
	phase_write(w->job->name, PHASE_RESTORE);
	return 0;
}

/* ------------------------------------------------------------- restore */

static int restore(struct work *w)
{
	char text[40];
	int err;

	restore_free(&w->vifs);
	err = restore_list(w->store, w->job->domid, &w->vifs);
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

/* ---------------------------------------------------------------- wait */

static bool is_state(struct work *w, const char *state)
{
	char dir[STORE_PATH_MAX], text[STORE_VALUE_MAX];

	snprintf(dir, sizeof(dir), HOME XS_DIR_OWN, w->domid);
	return !store_read_text(w->store, dir, XS_OWN_STATE, text) && !strcmp(text, state);
}

static bool all_decided(struct work *w)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < w->vifs.n; i++) {
		struct vif_ref *v = &w->vifs.vif[i];

		if (v->fate == VIF_WAITING && restore_look(w->store, w->domid, v))
			return false;
		/* One that was not connected waits for its guest, perhaps for ever. */
		all &= v->fate != VIF_WAITING || !v->connected;
	}
	return all;
}

static void drain_events(struct work *w)
{
	struct store_event ev;

	while (!w->store->ops->next_event(w->store, &ev))
		store_event_free(&ev);
}

/* Until @done, the domain dies (-EHOSTDOWN) or @seconds are over (-ETIMEDOUT). */
static int await(struct work *w, unsigned int seconds, bool (*done)(struct work *w))
{
	struct pollfd p = { .fd = w->store->ops->fd(w->store), .events = POLLIN };
	uint64_t end = now_ms() + seconds * 1000ull, look = 0;
	enum life life;

	for (;;) {
		drain_events(w);
		if (done(w))
			return 0;
		if (now_ms() >= look) {
			if (xl_look(w->xl, w->domid, &life) || life != LIFE_RUNNING)
				return -EHOSTDOWN;
			look = now_ms() + LOOK_MS;
		}
		if (now_ms() >= end)
			return -ETIMEDOUT;
		poll(&p, 1, LOOK_MS);
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

/* The two places that await() and its conditions look at. */
static int watch(struct work *w)
{
	char path[STORE_PATH_MAX];
	int err;

	snprintf(path, sizeof(path), HOME XS_DIR_OWN, w->domid);
	err = w->store->ops->watch(w->store, path, "own");
	if (err && err != -EEXIST)
		return err;
	snprintf(path, sizeof(path), HOME XS_DIR_VIFS, w->domid);
	err = w->store->ops->watch(w->store, path, "vifs");
	return err == -EEXIST ? 0 : err;
}

/* Whether the others serve does not depend on a guest that hides its nodes, say. */
static void refuse_undecided(struct work *w)
{
	unsigned int i;

	for (i = 0; i < w->vifs.n; i++)
		if (w->vifs.vif[i].connected && w->vifs.vif[i].fate == VIF_WAITING)
			w->vifs.vif[i].fate = VIF_REFUSED;
}

static int wait_serving(struct work *w)
{
	unsigned int limit = w->job->policy->serve_timeout_s;
	int err = watch(w);

	if (!err)
		err = await(w, limit, backend_serves);
	if (!err) {
		mark(w, "backend serves");
		err = w->moved ? 0 : await(w, limit, all_decided);
		if (err == -ETIMEDOUT) {
			refuse_undecided(w);
			return 0;
		}
	}
	if (!err)
		return 0;
	log_err("%s; look at its console (xl console %s) and its log",
		err == -EHOSTDOWN ? "died before it served" : "does not serve in time",
		w->job->name);
	/* There is no use in waiting for this one once more. */
	phase_write(w->job->name, PHASE_CREATE);
	return err;
}

/* ------------------------------------------- what could not be adopted */

static unsigned int count(const struct work *w, enum vif_fate fate)
{
	unsigned int i, n = 0;

	for (i = 0; i < w->vifs.n; i++)
		n += w->vifs.vif[i].fate == fate;
	return n;
}

static void reattach(struct work *w)
{
	unsigned int i;
	int err;

	for (i = 0; i < w->vifs.n; i++) {
		struct vif_ref *v = &w->vifs.vif[i];

		if (!w->moved && v->fate != VIF_REFUSED)
			continue;
		err = xl_reattach_vif(w->xl, v->guest, v->handle, w->domid);
		if (err)
			log_err("vif %u of domain %u could not be adopted, and attaching it anew failed: %s",
				v->handle, v->guest, strerror(-err));
		else
			log_warn("vif %u of domain %u could not be adopted: detached and attached anew; its guest has lost its connections",
				 v->handle, v->guest);
	}
}

/* ----------------------------------------------------------- the whole */

/* But for its vifs, says the worker before us. */
static bool is_complete(struct work *w, enum life life)
{
	return life == LIFE_RUNNING && phase_read(w->job->name) == PHASE_RESTORE;
}

/* From nothing, or from what a worker before us has left, to serving. */
static int bring_back(struct work *w, const char *kernel, const char *ramdisk)
{
	enum life life;
	int err = xl_look(w->xl, w->domid, &life);

	if (!err && !is_complete(w, life)) {
		err = destroy(w);
		if (!err)
			mark(w, "destroyed");
		/* A domid that is not to be had is one of the cases of create(). */
		if (!err || err == -EBUSY)
			err = create(w, kernel, ramdisk);
	}
	if (!err)
		err = restore(w);
	if (!err)
		err = xl_unpause(w->xl, w->domid);
	if (!err)
		err = wait_serving(w);
	return err;
}

static void finish(struct work *w)
{
	struct xl_traits t;
	char text[64];

	snprintf(text, sizeof(text), "%u of %u vifs adopted", w->moved ? 0 : count(w, VIF_SERVED),
		 w->vifs.n - count(w, VIF_LEFT));
	mark(w, text);
	reattach(w);
	/* First what it is now, which may be another image; then that nothing is to be done. */
	xl_save(w->xl, w->domid, w->json, &t);
	phase_write(w->job->name, PHASE_IDLE);
}

static void record(struct work *w, const char *kind, const char *result)
{
	history_add("%s\t%s\t%s\t%s\t%u\t%u\t%s", w->job->name, kind, w->job->cause, result,
		    w->domid, since(w), w->steps);
}

/* A worker before us may have had to give it another domid than its vifs know. */
static void find_moved(struct work *w)
{
	uint32_t domid;

	if (xl_find(w->xl, w->job->name, &domid) || domid == w->domid)
		return;
	w->domid = domid;
	w->moved = true;
}

static enum job_result recover(struct work *w)
{
	enum life life;
	int err;

	find_moved(w);
	err = xl_look(w->xl, w->domid, &life);

	if (err) {
		log_err("cannot look at domain %u: %s", w->domid, strerror(-err));
		return JOB_FAILED;
	}
	if (!w->job->force && life == LIFE_RUNNING && phase_read(w->job->name) == PHASE_IDLE) {
		log_info("another worker has brought it back already");
		return JOB_DONE;
	}
	if (!is_complete(w, life))
		put_out(w, life);
	hook(w, "down");
	err = bring_back(w, NULL, NULL);
	if (!err)
		finish(w);
	record(w, "recover", err ? "failed" : "ok");
	hook(w, err ? "failed" : "up");
	return err ? JOB_FAILED : JOB_DONE;
}

static int ask(struct work *w, const char *what)
{
	char dir[STORE_PATH_MAX];

	snprintf(dir, sizeof(dir), HOME XS_DIR_OWN, w->domid);
	return store_write_text(w->store, dir, XS_OWN_CONTROL, what);
}

static int drain(struct work *w)
{
	int err = watch(w);

	if (!err)
		err = ask(w, "drain");
	if (!err)
		err = await(w, w->job->policy->drain_timeout_s, backend_drained);
	if (!err) {
		mark(w, "drained");
		return 0;
	}
	ask(w, "resume");
	log_err("not drained, so not restarted: %s", err == -ETIMEDOUT ?
		"frames are on their way for too long; is the link down, does a guest take nothing?" :
		strerror(-err));
	return err;
}

static enum job_result planned(struct work *w)
{
	const char *kind = w->job->kind == JOB_UPGRADE ? "upgrade" : "restart";
	struct xl_traits t;
	int err, back;

	if (xl_save(w->xl, w->domid, w->json, &t) || drain(w))
		return JOB_REFUSED;
	put_out(w, LIFE_RUNNING);
	hook(w, "down");
	/* The clock of the outage: nothing goes through any more. */
	w->started = now_ms();
	err = bring_back(w, w->job->kernel, w->job->ramdisk);
	if (err && w->job->kind == JOB_UPGRADE) {
		record(w, kind, "failed");
		log_err("the new image does not serve: going back to the old one");
		phase_write(w->job->name, PHASE_CREATE);
		back = bring_back(w, NULL, NULL);
		if (!back)
			finish(w);
		record(w, "fall back", back ? "failed" : "ok");
		hook(w, back ? "failed" : "up");
		return back ? JOB_FAILED : JOB_FELL_BACK;
	}
	if (!err)
		finish(w);
	record(w, kind, err ? "failed" : "ok");
	hook(w, err ? "failed" : "up");
	return err ? JOB_FAILED : JOB_DONE;
}

enum job_result worker_run(const struct job *job)
{
	struct work w = { .job = job, .domid = job->domid, .started = job->noticed };
	enum job_result ret = JOB_FAILED;
	uint64_t now = now_ms();
	int lock;

	log_set_whose(job->name);
	file_path(w.json, job->name, ".json");
	if (job->not_before > now)
		sleep_ms((unsigned int)(job->not_before - now));
	lock = lock_take(job->name);
	if (lock < 0) {
		log_err("cannot take its lock in " RUN_DIR ": %s", strerror(-lock));
		return JOB_FAILED;
	}
	w.store = store_xs_open();
	w.xl = w.store ? xl_open() : NULL;
	if (!w.store)
		log_err("no connection to xenstored: %s", strerror(errno));
	if (w.xl)
		ret = job->kind == JOB_RECOVER ? recover(&w) : planned(&w);
	restore_free(&w.vifs);
	xl_close(w.xl);
	store_close(w.store);
	close(lock);
	return ret;
}
