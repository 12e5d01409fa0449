// SPDX-License-Identifier: GPL-2.0
/* worker.c - see worker.h */
#include "worker.h"

#include "core.h"
#include "hook.h"
#include "log.h"
#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xmd/xs_names.h>

#define SAVE_TRIES	3
#define SAVE_AGAIN_MS	1000

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void sleep_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

static unsigned int since(const struct work *w)
{
	return (unsigned int)(now_ms() - w->started);
}

void mark(struct work *w, const char *what)
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

void enter(struct work *w, enum phase phase)
{
	w->phase = phase;
	phase_write(w->job->name, phase);
}

/* -------------------------------------------------------------- create */

static int create(struct work *w, const struct xl_make *how)
{
	uint32_t domid = w->job->domid;
	enum life life;
	int err;

	enter(w, PHASE_CREATE);
	w->quiet = false;
	err = xl_create(w->xl, w->json, how, &domid);
	/* Without its domid its guests lose their connections: not for something that came late. */
	if (err && !xl_look(w->xl, w->job->domid, &life) && life == LIFE_GONE) {
		log_warn("cannot be created with domid %u although that is free: once more",
			 w->job->domid);
		domid = w->job->domid;
		err = xl_create(w->xl, w->json, how, &domid);
	}
	w->moved = err != 0;
	if (err) {
		log_warn("cannot be created with domid %u: trying any other; its vifs will be detached and attached",
			 w->job->domid);
		domid = 0;
		err = xl_create(w->xl, w->json, how, &domid);
	}
	if (err) {
		log_err("cannot be created: %s; its configuration is in %s", strerror(-err),
			w->json);
		return err;
	}
	w->domid = domid;
	mark(w, "created");
	file_touch(w->job->name, ".ours");
	enter(w, how->bare ? PHASE_NIC : PHASE_RESTORE);
	return 0;
}

/* ----------------------------------------------------------- the whole */

/* But for its NIC or its vifs, says the worker before us. */
static bool is_complete(const struct work *w, enum life life)
{
	return life == LIFE_RUNNING && (w->phase == PHASE_RESTORE || w->phase == PHASE_NIC);
}

static int from_nothing(struct work *w, const struct xl_make *how)
{
	int err = destroy(w);

	if (!err)
		mark(w, "destroyed");
	/* A domid that is not to be had is one of the cases of create(). */
	if (err && err != -EBUSY)
		return err;
	nic_let_go(w);
	return create(w, how);
}

/* It boots; what it finds then is written meanwhile. */
static int complete(struct work *w)
{
	int err, nic;

	prepare(w);
	w->unpaused = now_ms();
	err = xl_unpause(w->xl, w->domid);
	if (err)
		return err;
	mark(w, "unpaused");
	w->nudge_at = now_ms();
	/* One that has to be tried again does not hold the vifs up. */
	nic = nic_add(w);
	err = restore(w);
	if (!err && nic)
		err = nic_insist(w);
	return err ? err : wait_serving(w);
}

static int attempt(struct work *w, const struct xl_make *how)
{
	enum life life;
	int err = xl_look(w->xl, w->domid, &life);

	if (!err && !is_complete(w, life))
		err = from_nothing(w, how);
	return err ? err : complete(w);
}

/* From nothing, or from what a worker before us has left, to serving. */
static int bring_back(struct work *w, struct xl_make how)
{
	int err;

	w->no_nic = false;
	how.bare &= w->traits.pv && w->traits.n_pci == 1;
	err = attempt(w, &how);
	if (!w->no_nic)
		return err;
	log_warn("its NIC cannot be added while it boots: creating it again, with the NIC from the beginning");
	w->no_nic = false;
	how.bare = false;
	enter(w, PHASE_CREATE);
	err = attempt(w, &how);
	if (w->no_nic)
		log_err("the NIC of its configuration cannot be had: is it still there, and xen-pciback's (xl pci-assignable-list)?");
	return err;
}

/* What it is now, which may be another image. */
static void keep(struct work *w)
{
	unsigned int tries = SAVE_TRIES;
	struct xl_traits t;
	int err;

	while ((err = xl_save(w->xl, w->domid, w->json, &t)) && --tries)
		sleep_ms(SAVE_AGAIN_MS);
	if (err)
		log_err("it serves, but its configuration as it is now cannot be kept in %s (%s): it would be made anew as it was before. Tried again every ten minutes",
			w->json, strerror(-err));
}

static void finish(struct work *w)
{
	char text[64];

	snprintf(text, sizeof(text), "%u of %u vifs adopted", w->moved ? 0 : count_vifs(w, VIF_SERVED),
		 w->vifs.n - count_vifs(w, VIF_LEFT));
	mark(w, text);
	reattach(w);
	/* First this; then that nothing is to be done. */
	keep(w);
	enter(w, PHASE_IDLE);
}

static void record(struct work *w, const char *kind, const char *result)
{
	history_add("%s\t%s\t%s\t%s\t%u\t%u\t%s", w->job->name, kind, w->job->cause, result,
		    w->domid, since(w), w->steps);
}

/*
 * It has ended again and again, and may do so once more: dom0 and its guests have rest from it for a
 * while.  Return: whether we have waited.
 */
static bool hold_back(struct work *w)
{
	uint64_t now = now_ms();

	if (w->job->not_before <= now)
		return false;
	sleep_ms((unsigned int)(w->job->not_before - now));
	mark(w, "waited");
	return true;
}

/* A worker before us may have had to give it another domid than its vifs know. */
static void find_moved(struct work *w)
{
	char home[STORE_PATH_MAX], name[STORE_VALUE_MAX];
	uint32_t domid;

	/* Libxl looks at each domain that there is. */
	snprintf(home, sizeof(home), "/local/domain/%u", w->domid);
	if (!store_read_text(w->store, home, XS_HOME_NAME, name) && !strcmp(name, w->job->name))
		return;
	if (xl_find(w->xl, w->job->name, &domid) || domid == w->domid)
		return;
	w->domid = domid;
	w->moved = true;
}

static enum job_result outcome(const struct work *w, int err)
{
	return !err ? JOB_DONE : w->slow ? JOB_SLOW : JOB_FAILED;
}

static void keep_core(struct work *w)
{
	const char *dir = w->job->policy->core_dump;

	if (core_keep(w->xl, dir, w->job->name, w->domid))
		mark(w, "memory kept");
}

static enum job_result recover(struct work *w)
{
	enum life life;
	bool memory;
	int err;

	find_moved(w);
	err = xl_look(w->xl, w->domid, &life);
	/* What still works of one that hangs is more than nothing. */
	if (!err && life == LIFE_RUNNING && hold_back(w))
		err = xl_look(w->xl, w->domid, &life);
	if (err) {
		log_err("cannot look at domain %u: %s", w->domid, strerror(-err));
		return JOB_FAILED;
	}
	if (!w->job->force && life == LIFE_RUNNING && w->phase == PHASE_IDLE) {
		log_info("another worker has brought it back already");
		return JOB_DONE;
	}
	/* What a worker before us has left may be half of a new one. */
	memory = w->phase == PHASE_IDLE && life != LIFE_GONE && life != LIFE_DYING;
	if (!is_complete(w, life)) {
		put_out(w, life);
		console_grab(&w->console, w->store, w->job->name, w->domid);
	}
	hook(w, "down");
	if (memory)
		keep_core(w);
	/* Not before its NIC was silenced: dom0 may be full of its interrupts. */
	hold_back(w);
	err = bring_back(w, (struct xl_make){ .bare = true });
	if (!err)
		finish(w);
	console_keep(&w->console, w->job->name, w->job->domid, w->job->cause);
	record(w, "recover", err ? "failed" : "ok");
	hook(w, err ? "failed" : "up");
	return outcome(w, err);
}

static int drain(struct work *w)
{
	int err = ask(w, "drain");

	if (!err)
		err = wait_drained(w, w->job->policy->drain_timeout_s);
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

/*
 * What the new one boots is read while the old one serves: it comes from memory then; and what cannot be
 * read here, whatever xmdctl has seen, is no reason to end one that serves.
 */
static bool read_once(const char *asked, const char *kept)
{
	const char *path = asked ? asked : kept;
	static char buf[1 << 16];
	ssize_t n = -1;
	int fd, err;

	if (!*path)
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		;
	err = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		log_err("not restarted: %s, which it would boot, cannot be read: %s%s", path, strerror(err),
			!strncmp(path, "/tmp/", 5) || !strncmp(path, "/var/tmp/", 9) ?
			" (xmd-supervisor may have a /tmp of its own)" : "");
	return !n;
}

static struct xl_make as_asked(const struct job *job)
{
	return (struct xl_make){ .kernel = job->kernel, .ramdisk = job->ramdisk,
				 .memory_mb = job->memory_mb, .bare = true };
}

static enum job_result planned(struct work *w)
{
	const char *kind = w->job->kind == JOB_UPGRADE ? "upgrade" : "restart";
	int err, back;

	if (xl_save(w->xl, w->domid, w->json, &w->traits))
		return JOB_REFUSED;
	if (!read_once(w->job->kernel, w->traits.kernel) || !read_once(w->job->ramdisk, w->traits.ramdisk))
		return JOB_REFUSED;
	if (drain(w))
		return JOB_REFUSED;
	/* The clock of the outage: nothing goes through any more. */
	w->started = now_ms();
	put_out(w, LIFE_RUNNING);
	hook(w, "down");
	err = bring_back(w, as_asked(w->job));
	if (err && w->job->kind == JOB_UPGRADE) {
		record(w, kind, "failed");
		log_err("the new image does not serve: going back to the old one");
		enter(w, PHASE_CREATE);
		back = bring_back(w, (struct xl_make){ .bare = true });
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
	return outcome(w, err);
}

enum job_result worker_run(const struct job *job)
{
	struct work w = { .job = job, .domid = job->domid, .started = job->noticed,
			  .console = { .log = -1 } };
	enum job_result ret = JOB_FAILED;
	int lock;

	log_set_whose(job->name);
	file_path(w.json, job->name, ".json");
	lock = lock_take(job->name);
	if (lock < 0) {
		log_err("cannot take its lock in " RUN_DIR ": %s", strerror(-lock));
		return JOB_FAILED;
	}
	w.phase = phase_read(job->name);
	w.store = store_xs_open();
	w.xl = w.store ? xl_open() : NULL;
	if (!w.store)
		log_err("no connection to xenstored: %s", strerror(errno));
	if (w.xl && job->traits)
		w.traits = *job->traits;
	else if (w.xl)
		xl_traits(w.xl, w.json, &w.traits);
	if (w.xl)
		ret = job->kind == JOB_RECOVER ? recover(&w) : planned(&w);
	restore_free(&w.vifs);
	xl_close(w.xl);
	store_close(w.store);
	close(lock);
	return ret;
}
