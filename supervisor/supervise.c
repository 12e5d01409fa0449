// SPDX-License-Identifier: GPL-2.0
/* supervise.c - see supervise.h */
#include "parts.h"

#include "files.h"
#include "hook.h"
#include "log.h"
#include "pace.h"
#include "probe.h"
#include "quiet.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BITTEN_AGAIN_MS	600000	/* so soon may be this host's doing, which is too slow for it */
#define BUSY_SAY_MS	300000	/* a worker that takes so long is told of, each time again */

/* ------------------------------------------------------------- the list */

struct domain *by_name(const struct supervisor *s, const char *name)
{
	struct domain *d;

	for (d = s->domains; d && strcmp(d->name, name); d = d->next)
		;
	return d;
}

struct domain *by_domid(const struct supervisor *s, uint32_t domid)
{
	struct domain *d;

	for (d = s->domains; d && d->domid != domid; d = d->next)
		;
	return d;
}

static void keep(const struct domain *d)
{
	struct kept k = { d->domid, d->restarts, d->unstable, d->state == GIVEN_UP };

	kept_write(d->name, &k);
}

struct domain *domain_add(struct supervisor *s, const char *name)
{
	struct domain *d = calloc(1, sizeof(*d));

	if (!d) {
		log_err("%s: no memory to look after it", name);
		return NULL;
	}
	d->client = NO_CLIENT;
	snprintf(d->name, sizeof(d->name), "%s", name);
	d->next = s->domains;
	s->domains = d;
	return d;
}

void domain_drop(struct supervisor *s, struct domain *d)
{
	/* Not .pace: what this host has shown holds for the next of that name. */
	static const char *const ext[] = { ".json", ".fresh", ".state", ".phase", ".ours", ".lock" };
	struct domain **at = &s->domains;
	unsigned int i;

	renew_stop(d);
	renew_unwatch(s, d);
	for (i = 0; i < d->traits.n_pci; i++)
		quiet_release(d->traits.pci[i]);
	for (i = 0; i < sizeof(ext) / sizeof(ext[0]); i++)
		file_remove(d->name, ext[i]);
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	answer(d, JOB_FAILED);
	free(d);
}

static void forget_beats(struct domain *d)
{
	d->since = now_ms();
	d->beat = d->since;
	d->heard = d->since;
	d->heartbeat = 0;
	d->away = 0;
	d->look = 0;
	beat_begin(&d->beats);
}

void domain_begin(struct supervisor *s, struct domain *d, uint32_t domid)
{
	d->domid = domid;
	d->state = WATCHED;
	d->served = false;
	d->force = false;
	forget_beats(d);
	renew_watch(s, d);
	keep(d);
}

/* -------------------------------------------------------------- workers */

unsigned int supervise_backoff(const struct policy *p, unsigned int unstable)
{
	unsigned int s = unstable < 2 ? 0 : unstable - 2 < 16 ? 1u << (unstable - 2) : 1u << 16;

	return 1000 * (s < p->backoff_max_s ? s : p->backoff_max_s);
}

bool start_worker(struct supervisor *s, struct domain *d, struct job *job)
{
	sigset_t none;
	pid_t pid;

	renew_stop(d);
	job->traits = d->known ? &d->traits : NULL;
	job->domid = d->domid;
	job->policy = config_policy(&s->config, d->name);
	memcpy(job->name, d->name, sizeof(job->name));
	/* Of one that is tried again it stands there already. */
	if (job->cause != d->cause) {
		memcpy(d->before, d->cause, sizeof(d->before));
		snprintf(d->cause, sizeof(d->cause), "%s", job->cause);
	}
	pid = fork();
	if (!pid) {
		/* Ours are taken by signalfd; libxl needs to hear of its children. */
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		_exit(worker_run(job));
	}
	if (pid < 0) {
		log_err("%s: cannot start a worker: %s", d->name, strerror(errno));
		return false;
	}
	d->worker = pid;
	d->state = BUSY;
	d->busy = now_ms();
	keep(d);
	return true;
}

static bool gives_up(struct supervisor *s, struct domain *d)
{
	const struct policy *p = config_policy(&s->config, d->name);

	if (d->unstable < p->crash_limit)
		return false;
	log_err("%s: %u restarts without %u s of service in between: given up. Look at its console; \"xmdctl restart %s\" tries again",
		d->name, d->unstable, p->stable_s, d->name);
	d->state = GIVEN_UP;
	keep(d);
	history_add("%s\tgive up\t%s\tfailed\t%u\t0\t", d->name, d->cause, d->domid);
	hook_run(p, &(struct hook_call){ .event = "given-up", .name = d->name, .cause = d->cause,
		 .domid = d->domid });
	answer(d, JOB_FAILED);
	return true;
}

void recover(struct supervisor *s, struct domain *d, const char *cause, bool force, bool counts)
{
	const struct policy *p = config_policy(&s->config, d->name);
	struct job job = { .kind = JOB_RECOVER, .cause = cause, .noticed = now_ms(),
			   .force = force };
	unsigned int delay;

	d->force = force;
	if (d->state == WATCHED && health_stable(d, p, job.noticed))
		d->unstable = 0;
	if (gives_up(s, d))
		return;
	delay = supervise_backoff(p, d->unstable);
	job.not_before = job.noticed + delay;
	d->unstable += counts;
	d->counted = counts;
	d->restarts++;
	log_warn("%s: domain %u %s: bringing it back%s", d->name, d->domid, cause,
		 delay ? " after a while, as it does so again and again" : "");
	if (start_worker(s, d, &job))
		return;
	/* Nobody has tried, which says nothing of it. */
	d->unstable -= counts;
	d->restarts--;
	d->counted = false;
	d->state = BACKOFF;
	d->due = job.noticed + 1000;
}

void not_restarted(struct supervisor *s, struct domain *d)
{
	uint64_t since = d->since;

	d->restarts--;
	memcpy(d->cause, d->before, sizeof(d->cause));
	d->state = WATCHED;
	forget_beats(d);
	d->since = since;
	renew_load(s, d);
	keep(d);
}

static void back_in_service(struct supervisor *s, struct domain *d)
{
	uint32_t domid;

	domain_begin(s, d, xl_find(s->xl, d->name, &domid) ? d->domid : domid);
	/* It may have another image now. */
	renew_load(s, d);
	d->served = true;
	domain_look(s, d);
}

/* What comes of the end of a worker; it may have to wait until xenstored answers. */
static void after_worker(struct supervisor *s, struct domain *d)
{
	d->ended = false;
	if (d->result == JOB_REFUSED) {
		not_restarted(s, d);
		domain_look(s, d);
		return;
	}
	if (d->result != JOB_FAILED && d->result != JOB_SLOW) {
		back_in_service(s, d);
		return;
	}
	/* It only needs more time, which the next one has: that is no sign of a broken domain. */
	if (d->result == JOB_SLOW && d->counted)
		d->unstable--;
	d->counted = false;
	d->state = BACKOFF;
	d->due = now_ms();
}

void supervise_reaped(struct supervisor *s, pid_t pid, int status)
{
	struct domain *d;

	if (probe_reaped(pid) || renew_reaped(s, pid, status))
		return;
	for (d = s->domains; d && d->worker != pid; d = d->next)
		;
	if (!d)
		return;		/* a hook */
	d->worker = 0;
	d->ended = true;
	d->result = WIFEXITED(status) ? (enum job_result)WEXITSTATUS(status) : JOB_FAILED;
	answer(d, d->result);
	if (!supervise_blind(s))
		after_worker(s, d);
}

/* -------------------------------------------------------- what happened */

/*
 * Ended by its watchdog although it only was too slow, to serve at all, or once more lately?  Then
 * the next one has more time.  Return: whether it has not served
 */
static bool was_slow(struct domain *d, enum life life)
{
	uint64_t now = now_ms();
	bool again = d->bitten && now - d->bitten < BITTEN_AGAIN_MS;

	if (life != LIFE_WATCHDOG)
		return false;
	if (d->served)
		d->bitten = now;
	if ((d->served && !again) || !pace_slower(d->name))
		return false;
	log_warn("%s: its watchdog ended domain %u %s: the next one has %u s before that happens",
		 d->name, d->domid, d->served ? "again" : "before it served", pace_watchdog_s(d->name));
	return !d->served;
}

static const char *life_name(enum life life)
{
	static const char *const name[] = {
		[LIFE_GONE] = "destroyed", [LIFE_RUNNING] = "running",
		[LIFE_POWEROFF] = "shut down", [LIFE_REBOOT] = "rebooted",
		[LIFE_CRASHED] = "crashed", [LIFE_WATCHDOG] = "hung, says Xen's watchdog",
		[LIFE_DYING] = "being destroyed",
	};

	return name[life];
}

static void leave(struct supervisor *s, struct domain *d, enum life life)
{
	log_info("%s: domain %u %s: no longer in charge of it", d->name, d->domid, life_name(life));
	history_add("%s\tleave\t%s\tok\t%u\t0\t", d->name, life_name(life), d->domid);
	domain_drop(s, d);
}

/* A domain in charge may have changed: look. */
void domain_look(struct supervisor *s, struct domain *d)
{
	const struct policy *p = config_policy(&s->config, d->name);
	enum life life;

	if (d->state != WATCHED || xl_look(s->xl, d->domid, &life) || life == LIFE_RUNNING)
		return;
	if (life == LIFE_CRASHED || life == LIFE_WATCHDOG) {
		recover(s, d, life_name(life), false, !was_slow(d, life));
	} else if (life == LIFE_POWEROFF || life == LIFE_REBOOT || !p->restart_destroyed) {
		leave(s, d, life);
	} else if (life == LIFE_GONE || life == LIFE_DYING) {
		recover(s, d, life_name(LIFE_GONE), false, true);
	}
}

static void look_at_all(struct supervisor *s)
{
	struct domain *d, *next;

	for (d = s->domains; d; d = next) {
		next = d->next;
		domain_look(s, d);
	}
}

int supervise_events(struct supervisor *s)
{
	struct store_event ev;
	unsigned int n;
	int err = 0;

	if (supervise_blind(s))
		return 0;
	for (n = 0; n < SUPERVISE_EVENTS && !err; n++) {
		err = s->store->ops->next_event(s->store, &ev);
		if (err)
			break;
		s->come |= !strcmp(ev.token, "come");
		s->gone |= !strcmp(ev.token, "gone");
		if (!strcmp(ev.token, RENEW_TOKEN))
			renew_event(s, ev.path);
		store_event_free(&ev);
	}
	if (s->come)
		charge_decide_again(s);
	if (s->gone) {
		s->scan = true;
		look_at_all(s);
	}
	s->come = false;
	s->gone = false;
	return err == -EAGAIN ? 0 : err;
}

/* ----------------------------------------------------------- time passes */

/* It may wait for libxl, and that for whoever holds the domain's lock: nobody knows how long. */
static void tell_of_long_work(struct domain *d, uint64_t now)
{
	if (d->state != BUSY || now < d->busy + BUSY_SAY_MS)
		return;
	d->busy = now;
	log_warn("%s: process %d has been bringing it back for another %u s: does an xl hold domain %u, or is it slow to serve?",
		 d->name, (int)d->worker, BUSY_SAY_MS / 1000, d->domid);
}

static void look_after(struct supervisor *s, uint64_t now, uint64_t *due)
{
	struct domain *d, *next;

	/* Not only when xenstored says so: its word may stand behind thousands of others. */
	if (now >= s->look) {
		s->look = now + SUPERVISE_LOOK_MS;
		look_at_all(s);
	}
	for (d = s->domains; d; d = next) {
		next = d->next;
		if (d->ended) {
			/* It may be dropped. */
			after_worker(s, d);
			*due = now;
			continue;
		}
		tell_of_long_work(d, now);
		if (d->state != BACKOFF)
			continue;
		if (d->due <= now)
			recover(s, d, d->cause, d->force, true);
		else if (d->due < *due)
			*due = d->due;
	}
}

uint64_t supervise_tick(struct supervisor *s)
{
	uint64_t now = now_ms(), due = now + SUPERVISE_LOOK_MS;

	if (supervise_blind(s)) {
		s->expected = due;
		return due;
	}
	health_begin(s, now);
	/* Broken: the next supervise_events() says so. */
	if (charge_turn(s, now, &due) >= 0) {
		health_turn(s, now, &due);
		look_after(s, now, &due);
		renew_turn(s, now, &due);
	}
	s->expected = due;
	return due;
}

void supervise_reconfigured(struct supervisor *s)
{
	charge_decide_again(s);
}

/* ---------------------------------------------------------------- start */

static void resume(struct supervisor *s, const char *name)
{
	struct domain *d;
	struct kept k;
	enum life life;

	if (kept_read(name, &k))
		return;
	d = domain_add(s, name);
	if (!d)
		return;
	d->domid = k.domid;
	d->restarts = k.restarts;
	d->unstable = k.unstable;
	d->state = k.given_up ? GIVEN_UP : WATCHED;
	d->served = true;
	forget_beats(d);
	renew_load(s, d);
	log_info("%s: in charge of domain %u, as before", d->name, d->domid);
	if (d->state == GIVEN_UP)
		return;
	renew_watch(s, d);
	if (phase_read(name) != PHASE_IDLE &&
	    (xl_look(s->xl, d->domid, &life) || life == LIFE_RUNNING)) {
		log_info("%s: its restart was interrupted: going on with it", d->name);
		recover(s, d, "interrupted restart", false, true);
		return;
	}
	domain_look(s, d);
}

static void resume_all(struct supervisor *s)
{
	char name[NAME_MAX_LEN];
	struct dirent *e;
	DIR *dir = opendir(RUN_DIR);
	size_t n;

	while (dir && (e = readdir(dir))) {
		n = strlen(e->d_name);
		if (n <= 6 || n - 6 >= sizeof(name) || strcmp(e->d_name + n - 6, ".state"))
			continue;
		memcpy(name, e->d_name, n - 6);
		name[n - 6] = '\0';
		resume(s, name);
	}
	if (dir)
		closedir(dir);
}

int supervise_start(struct supervisor *s)
{
	int err;

	resume_all(s);
	err = s->store->ops->watch(s->store, "@introduceDomain", "come");
	return err ? err : s->store->ops->watch(s->store, "@releaseDomain", "gone");
}

void supervise_stop(struct supervisor *s)
{
	struct domain *d;

	while ((d = s->domains)) {
		s->domains = d->next;
		/* It must not write what a later supervisor reads. */
		renew_stop(d);
		if (d->client != NO_CLIENT)
			close(d->client);
		free(d);
	}
	free(s->seen);
}
