// SPDX-License-Identifier: GPL-2.0
/*
 * renew.c - the configuration of a driver domain in charge is kept as it is now.
 *
 * Libxl takes a tenth of a second to tell it, and locks others out meanwhile: too long when the
 * domain has just died.  So it is read while all is well: when the domain is taken charge of,
 * a moment after xl has changed something of it, and now and then for what leaves no trace in
 * xenstore (the weight of its processor, say).  By a process of its own: an xl that holds libxl's
 * lock for long holds up nobody else.
 *
 * The three nodes that are watched are dom0's: the domain cannot write there.
 */
#include "parts.h"

#include "files.h"
#include "log.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETTLE_MS	1000	/* xl is in the middle of it */
#define ANYHOW_MS	600000
#define FRESH		".fresh"

enum renewed { RENEWED_SAME = 0, RENEWED_NOT = 1, RENEWED_OTHER = 2 };

static const char *const node[] = {
	"/libxl/%u/device", "/local/domain/%u/memory", "/local/domain/%u/cpu",
};

#define NODES	(sizeof(node) / sizeof(node[0]))

void renew_watch(struct supervisor *s, struct domain *d)
{
	char path[STORE_PATH_MAX];
	size_t i;

	d->renew_at = now_ms() + ANYHOW_MS;
	if (d->watched == d->domid)
		return;
	renew_unwatch(s, d);
	for (i = 0; i < NODES; i++) {
		snprintf(path, sizeof(path), node[i], d->domid);
		if (s->store->ops->watch(s->store, path, RENEW_TOKEN))
			log_warn("%s: cannot watch %s: a change by xl is noticed late", d->name, path);
	}
	d->watched = d->domid;
}

void renew_unwatch(struct supervisor *s, struct domain *d)
{
	char path[STORE_PATH_MAX];
	size_t i;

	for (i = 0; i < NODES && d->watched; i++) {
		snprintf(path, sizeof(path), node[i], d->watched);
		s->store->ops->unwatch(s->store, path, RENEW_TOKEN);
	}
	d->watched = 0;
}

/* @path: at or below one of these nodes */
void renew_event(struct supervisor *s, const char *path)
{
	struct domain *d;
	uint32_t domid;

	if (sscanf(path, "/libxl/%u/", &domid) != 1 &&
	    sscanf(path, "/local/domain/%u/", &domid) != 1)
		return;
	d = by_domid(s, domid);
	/* A worker's doing, and it keeps what comes of it. */
	if (d && d->state == WATCHED)
		d->renew_at = now_ms() + SETTLE_MS;
}

/* ------------------------------------------------------------ the process */

/* Before "xl destroy" takes its devices away it pauses it. */
static bool is_whole(struct xl *x, const struct domain *d)
{
	enum life life;

	return !xl_look(x, d->domid, &life) && life == LIFE_RUNNING && !xl_is_paused(x, d->domid) &&
	       phase_read(d->name) == PHASE_IDLE;
}

static enum renewed put(const struct domain *d, const char *fresh)
{
	char path[FILE_PATH_MAX];

	file_path(path, d->name, ".json");
	if (files_same(fresh, path)) {
		unlink(fresh);
		return RENEWED_SAME;
	}
	if (rename(fresh, path)) {
		log_err("cannot write %s: %s", path, strerror(errno));
		return RENEWED_NOT;
	}
	log_info("its configuration has changed: kept");
	return RENEWED_OTHER;
}

static enum renewed renew(const struct domain *d)
{
	enum renewed done = RENEWED_NOT;
	char fresh[FILE_PATH_MAX];
	struct xl *x = xl_open();
	struct xl_traits t;
	int err;

	file_path(fresh, d->name, FRESH);
	if (x && is_whole(x, d)) {
		err = xl_save(x, d->domid, fresh, &t);
		if (!is_whole(x, d))
			; /* it ends, or is being made anew */
		else if (err)
			log_warn("its configuration cannot be read again: %s; it would be made anew as it was before",
				 strerror(-err));
		else if (strcmp(t.name, d->name))
			log_warn("domain %u is named \"%s\" now: changes of it are not kept, and it would be made anew as \"%s\". Rename it back",
				 d->domid, t.name, d->name);
		else
			done = put(d, fresh);
		unlink(fresh);
	}
	xl_close(x);
	return done;
}

static void start(struct domain *d)
{
	pid_t parent = getpid(), pid = fork();
	sigset_t none;

	if (pid < 0)
		log_warn("%s: its configuration cannot be read again: %s", d->name, strerror(errno));
	if (pid) {
		d->renewer = pid > 0 ? pid : 0;
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	log_set_whose(d->name);
	_exit(getppid() == parent ? renew(d) : RENEWED_NOT);
}

/* --------------------------------------------------------- the supervisor */

void renew_turn(struct supervisor *s, uint64_t now, uint64_t *due)
{
	struct domain *d;

	for (d = s->domains; d; d = d->next) {
		if (d->state != WATCHED || d->renewer)
			continue;
		if (now < d->renew_at) {
			*due = d->renew_at < *due ? d->renew_at : *due;
			continue;
		}
		d->renew_at = now + ANYHOW_MS;
		start(d);
	}
}

void renew_load(struct supervisor *s, struct domain *d)
{
	char path[FILE_PATH_MAX];

	file_path(path, d->name, ".json");
	d->known = !xl_traits(s->xl, path, &d->traits);
}

bool renew_reaped(struct supervisor *s, pid_t pid, int status)
{
	struct domain *d;

	for (d = s->domains; d && d->renewer != pid; d = d->next)
		;
	if (!d)
		return false;
	d->renewer = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == RENEWED_OTHER)
		renew_load(s, d);
	return true;
}

void renew_stop(struct domain *d)
{
	if (!d->renewer)
		return;
	kill(d->renewer, SIGKILL);
	waitpid(d->renewer, NULL, 0);
	d->renewer = 0;
	/* It may have been in the middle, or have made it. */
	d->known = false;
}
