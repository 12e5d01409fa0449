// SPDX-License-Identifier: GPL-2.0
/* supervise.c - see supervise.h */
#include "supervise.h"

#include "control.h"
#include "files.h"
#include "hook.h"
#include "log.h"
#include "restore.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xmd/xs_names.h>

#define HOME		"/local/domain/%u/"
#define TICK_MS		1000
#define NO_CLIENT	(-1)

static const char *const state_name[] = { "watched", "restarting", "backing off", "given up" };

static struct domain *by_name(const struct supervisor *s, const char *name)
{
	struct domain *d;

	for (d = s->domains; d && strcmp(d->name, name); d = d->next)
		;
	return d;
}

static struct domain *by_domid(const struct supervisor *s, uint32_t domid)
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

static void answer(struct domain *d, enum job_result result);

static void drop(struct supervisor *s, struct domain *d)
{
	static const char *const ext[] = { ".json", ".state", ".phase", ".ours", ".lock" };
	struct domain **at = &s->domains;
	unsigned int i;

	for (i = 0; i < sizeof(ext) / sizeof(ext[0]); i++)
		file_remove(d->name, ext[i]);
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	answer(d, JOB_FAILED);
	free(d);
}

/* ------------------------------------------------------------- answers */

static void say(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(int fd, const char *fmt, ...)
{
	va_list ap;

	if (fd == NO_CLIENT)
		return;
	va_start(ap, fmt);
	/* A client that does not read what it asked for has lost it. */
	vdprintf(fd, fmt, ap);
	va_end(ap);
}

static void answer(struct domain *d, enum job_result result)
{
	if (d->client == NO_CLIENT)
		return;
	switch (result) {
	case JOB_DONE:
		say(d->client, "ok\n");
		break;
	case JOB_REFUSED:
		say(d->client, "error %s was not restarted and goes on; the log says why\n",
		    d->name);
		break;
	case JOB_FELL_BACK:
		say(d->client, "error %s: the new image does not serve; the old one does again\n",
		    d->name);
		break;
	default:
		say(d->client, "error %s does not serve; the log says why\n", d->name);
	}
	close(d->client);
	d->client = NO_CLIENT;
}

/* -------------------------------------------------------------- workers */

unsigned int supervise_backoff(const struct policy *p, unsigned int unstable)
{
	unsigned int s = unstable < 2 ? 0 : unstable - 2 < 16 ? 1u << (unstable - 2) : 1u << 16;

	return 1000 * (s < p->backoff_max_s ? s : p->backoff_max_s);
}

static void start_worker(struct supervisor *s, struct domain *d, struct job *job)
{
	sigset_t none;
	pid_t pid;

	job->domid = d->domid;
	job->policy = config_policy(&s->config, d->name);
	memcpy(job->name, d->name, sizeof(job->name));
	/* Of one that is tried again it stands there already. */
	if (job->cause != d->cause)
		snprintf(d->cause, sizeof(d->cause), "%s", job->cause);
	pid = fork();
	if (!pid) {
		/* Ours are taken by signalfd; libxl needs to hear of its children. */
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		_exit(worker_run(job));
	}
	if (pid < 0) {
		log_err("%s: cannot start a worker: %s; trying again", d->name, strerror(errno));
		d->state = BACKOFF;
		d->due = now_ms() + 1000;
		return;
	}
	d->worker = pid;
	d->state = BUSY;
	keep(d);
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

static void recover(struct supervisor *s, struct domain *d, const char *cause, bool force)
{
	const struct policy *p = config_policy(&s->config, d->name);
	struct job job = { .kind = JOB_RECOVER, .cause = cause, .noticed = now_ms(),
			   .force = force };
	unsigned int delay;

	if (d->state == WATCHED && now_ms() - d->since >= p->stable_s * 1000ull)
		d->unstable = 0;
	if (gives_up(s, d))
		return;
	delay = supervise_backoff(p, d->unstable);
	job.not_before = job.noticed + delay;
	d->unstable++;
	d->restarts++;
	log_warn("%s: domain %u %s: bringing it back%s", d->name, d->domid, cause,
		 delay ? " after a while, as it does so again and again" : "");
	start_worker(s, d, &job);
}

static void back_in_service(struct supervisor *s, struct domain *d)
{
	uint32_t domid;

	if (!xl_find(s->xl, d->name, &domid))
		d->domid = domid;
	d->state = WATCHED;
	d->since = now_ms();
	d->heartbeat = 0;
	d->heard = d->since;
	keep(d);
}

static void look(struct supervisor *s, struct domain *d);

void supervise_reaped(struct supervisor *s, pid_t pid, int status)
{
	enum job_result result = WIFEXITED(status) ? (enum job_result)WEXITSTATUS(status) :
				 JOB_FAILED;
	struct domain *d;

	for (d = s->domains; d && d->worker != pid; d = d->next)
		;
	if (!d)
		return;		/* a hook */
	d->worker = 0;
	answer(d, result);
	if (result != JOB_FAILED) {
		back_in_service(s, d);
		look(s, d);
		return;
	}
	d->state = BACKOFF;
	d->due = now_ms();
}

/* -------------------------------------------------------- what happened */

static bool ended(enum life life)
{
	return life == LIFE_CRASHED || life == LIFE_WATCHDOG;
}

/* A domain in charge may have changed: look. */
static void look(struct supervisor *s, struct domain *d)
{
	const struct policy *p = config_policy(&s->config, d->name);
	char path[FILE_PATH_MAX];
	struct xl_traits t;
	enum life life;

	if (d->state != WATCHED || xl_look(s->xl, d->domid, &life) || life == LIFE_RUNNING)
		return;
	if (ended(life)) {
		/* The last word on its configuration, while there is one. */
		file_path(path, d->name, ".json");
		xl_save(s->xl, d->domid, path, &t);
		recover(s, d, life_name(life), false);
		return;
	}
	if (life == LIFE_POWEROFF || life == LIFE_REBOOT || !p->restart_destroyed) {
		log_info("%s: domain %u %s: no longer in charge of it", d->name, d->domid,
			 life_name(life));
		history_add("%s\tleave\t%s\tok\t%u\t0\t", d->name, life_name(life), d->domid);
		drop(s, d);
		return;
	}
	if (life == LIFE_GONE || life == LIFE_DYING)
		recover(s, d, life_name(LIFE_GONE), false);
}

static void look_at_all(struct supervisor *s)
{
	struct domain *d, *next;

	for (d = s->domains; d; d = next) {
		next = d->next;
		look(s, d);
	}
}

static bool conflicts(const struct xl_traits *t, uint32_t domid)
{
	if (t->on_crash != END_RESTART && t->on_watchdog != END_RESTART)
		return false;
	log_err("%s: domain %u is not taken charge of: with on_crash or on_watchdog = \"restart\" xl itself creates it anew, with another domid that its guests do not know. Use \"preserve\"",
		t->name, domid);
	return true;
}

static void take_charge(struct supervisor *s, uint32_t domid)
{
	char path[FILE_PATH_MAX];
	struct xl_traits t;
	struct domain *d;

	if (xl_save(s->xl, domid, NULL, &t) || !t.name[0] || conflicts(&t, domid))
		return;
	if (!t.driver_domain && !config_names(&s->config, t.name))
		return;
	d = by_name(s, t.name);
	if (d && (d->state == BUSY || d->state == BACKOFF))
		return;		/* that is the worker's doing */
	file_path(path, t.name, ".json");
	if (xl_save(s->xl, domid, path, &t))
		return;
	if (!d) {
		d = calloc(1, sizeof(*d));
		if (!d)
			return;
		d->client = NO_CLIENT;
		memcpy(d->name, t.name, sizeof(d->name));
		d->next = s->domains;
		s->domains = d;
		log_info("%s: in charge of domain %u", d->name, domid);
	}
	if (d->domid != domid) {
		/* Somebody has created it by hand, maybe because we had given it up. */
		file_remove(d->name, ".ours");
		file_remove(d->name, ".phase");
		d->unstable = 0;
	}
	d->domid = domid;
	d->state = WATCHED;
	d->since = now_ms();
	d->heard = d->since;
	keep(d);
}

/* ------------------------------------------------------------- xenstore */

static void own_dir(char path[STORE_PATH_MAX], uint32_t domid)
{
	snprintf(path, STORE_PATH_MAX, HOME XS_DIR_OWN, domid);
}

static bool is_seen(const struct supervisor *s, uint32_t domid)
{
	unsigned int i;

	for (i = 0; i < s->n_seen && s->seen[i] != domid; i++)
		;
	return i < s->n_seen;
}

static void watch_domain(struct supervisor *s, uint32_t domid)
{
	char path[STORE_PATH_MAX], token[16];
	uint32_t *more;

	more = realloc(s->seen, (s->n_seen + 1) * sizeof(*more));
	if (!more)
		return;
	s->seen = more;
	more[s->n_seen++] = domid;
	own_dir(path, domid);
	snprintf(token, sizeof(token), "%u", domid);
	s->store->ops->watch(s->store, path, token);
}

/* Domains that came get a watch on the place where a backend of ours announces itself. */
static void look_for_new(struct supervisor *s)
{
	unsigned int i, n;
	uint32_t domid;
	char **names;

	if (s->store->ops->list(s->store, "/local/domain", &names, &n))
		return;
	for (i = 0; i < n; i++)
		if (!parse_u32(names[i], &domid) && domid && !is_seen(s, domid))
			watch_domain(s, domid);
	free(names);
}

static void forget_gone(struct supervisor *s)
{
	char path[STORE_PATH_MAX], token[16];
	unsigned int i, kept = 0;
	enum life life;

	for (i = 0; i < s->n_seen; i++) {
		uint32_t domid = s->seen[i];

		/* One in charge comes back. */
		if (by_domid(s, domid) || xl_look(s->xl, domid, &life) || life != LIFE_GONE) {
			s->seen[kept++] = domid;
			continue;
		}
		own_dir(path, domid);
		snprintf(token, sizeof(token), "%u", domid);
		s->store->ops->unwatch(s->store, path, token);
	}
	s->n_seen = kept;
}

static void backend_spoke(struct supervisor *s, uint32_t domid)
{
	struct domain *d = by_domid(s, domid);
	char dir[STORE_PATH_MAX], state[STORE_VALUE_MAX];
	uint32_t beat;

	own_dir(dir, domid);
	if (store_read_text(s->store, dir, XS_OWN_STATE, state))
		return;
	if (!d) {
		take_charge(s, domid);
		return;
	}
	if (!store_read_u32(s->store, dir, XS_OWN_HEARTBEAT, &beat) && beat != d->heartbeat) {
		d->heartbeat = beat;
		d->heard = now_ms();
	}
}

int supervise_events(struct supervisor *s)
{
	struct store_event ev;
	uint32_t domid;
	int err;

	for (;;) {
		err = s->store->ops->next_event(s->store, &ev);
		if (err)
			return err == -EAGAIN ? 0 : err;
		if (!strcmp(ev.token, "come")) {
			look_for_new(s);
		} else if (!strcmp(ev.token, "gone")) {
			look_at_all(s);
			forget_gone(s);
		} else if (!parse_u32(ev.token, &domid)) {
			backend_spoke(s, domid);
		}
		store_event_free(&ev);
	}
}

static void check_heartbeat(struct supervisor *s, struct domain *d)
{
	unsigned int limit = config_policy(&s->config, d->name)->heartbeat_s;

	if (d->state == WATCHED && limit && d->heartbeat &&
	    now_ms() - d->heard > limit * 1000ull)
		recover(s, d, "hung: no heartbeat", true);
}

uint64_t supervise_tick(struct supervisor *s)
{
	uint64_t now = now_ms(), due = now + TICK_MS;
	struct domain *d;

	for (d = s->domains; d; d = d->next) {
		check_heartbeat(s, d);
		if (d->state != BACKOFF)
			continue;
		if (d->due <= now)
			recover(s, d, d->cause, false);
		else if (d->due < due)
			due = d->due;
	}
	return due;
}

/* ---------------------------------------------------------------- start */

static void resume(struct supervisor *s, const char *name)
{
	struct domain *d = calloc(1, sizeof(*d));
	struct kept k;
	enum life life;

	if (!d || kept_read(name, &k)) {
		free(d);
		return;
	}
	*d = (struct domain){ .domid = k.domid, .restarts = k.restarts, .unstable = k.unstable,
			      .client = NO_CLIENT, .since = now_ms(), .heard = now_ms(),
			      .state = k.given_up ? GIVEN_UP : WATCHED };
	snprintf(d->name, sizeof(d->name), "%s", name);
	d->next = s->domains;
	s->domains = d;
	log_info("%s: in charge of domain %u, as before", d->name, d->domid);
	if (d->state == GIVEN_UP)
		return;
	if (phase_read(name) != PHASE_IDLE &&
	    (xl_look(s->xl, d->domid, &life) || life == LIFE_RUNNING)) {
		log_info("%s: its restart was interrupted: going on with it", d->name);
		recover(s, d, "interrupted restart", false);
		return;
	}
	look(s, d);
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
		if (d->client != NO_CLIENT)
			close(d->client);
		free(d);
	}
	free(s->seen);
}

/* ------------------------------------------------------------- requests */

int control_split(char *line, char *word[WORDS_MAX])
{
	char *save = NULL, *w;
	int n = 0;

	for (w = strtok_r(line, "\t\n", &save); w; w = strtok_r(NULL, "\t\n", &save)) {
		if (n == WORDS_MAX)
			return -EINVAL;
		word[n++] = w;
	}
	return n;
}

static void tell_status(struct supervisor *s, int fd)
{
	struct vif_refs refs;
	struct domain *d;

	for (d = s->domains; d; d = d->next) {
		if (restore_list(s->store, d->domid, &refs))
			refs.n = 0;
		say(fd, "name=%s\tdomid=%u\tstate=%s\tvifs=%u\trestarts=%u\tlast=%s\tup_s=%llu\n",
		    d->name, d->domid, state_name[d->state], refs.n, d->restarts,
		    d->cause[0] ? d->cause : "-", d->state == WATCHED ?
		    (unsigned long long)(now_ms() - d->since) / 1000 : 0ull);
		restore_free(&refs);
	}
	say(fd, "ok\n");
}

static void tell_vif(struct supervisor *s, const struct domain *d, struct vif_ref *v, int fd)
{
	char dir[STORE_PATH_MAX], mac[STORE_VALUE_MAX], rings[STORE_VALUE_MAX];
	char front[STORE_PATH_MAX];
	uint32_t back_state, front_state;

	snprintf(dir, sizeof(dir), HOME XS_DIR_BACK, d->domid, v->guest, v->handle);
	snprintf(front, sizeof(front), XS_DIR_FRONT, v->guest, v->handle);
	if (store_read_text(s->store, dir, XS_BACK_MAC, mac))
		strcpy(mac, "-");
	if (store_read_text(s->store, dir, XS_BACK_XMD_RINGS, rings))
		strcpy(rings, "-");
	if (store_read_u32(s->store, dir, XS_BACK_STATE, &back_state))
		back_state = 0;
	if (store_read_u32(s->store, front, XS_FRONT_STATE, &front_state))
		front_state = 0;
	say(fd, "guest=%u\tvif=%u\tmac=%s\tbackend_state=%u\tfrontend_state=%u\trings=%s\n",
	    v->guest, v->handle, mac, back_state, front_state, rings);
}

static void tell_vifs(struct supervisor *s, const struct domain *d, int fd)
{
	struct vif_refs refs;
	unsigned int i;
	int err = restore_list(s->store, d->domid, &refs);

	if (err) {
		say(fd, "error xenstore: %s\n", strerror(-err));
		return;
	}
	for (i = 0; i < refs.n; i++)
		tell_vif(s, d, &refs.vif[i], fd);
	restore_free(&refs);
	say(fd, "ok\n");
}

static const char *optional(const char *word)
{
	return strcmp(word, "-") ? word : NULL;
}

/* One that was given up, or waits for its next attempt, has that now. */
static void try_again(struct domain *d)
{
	/* A supervisor before us knew it. */
	if (!d->cause[0])
		strcpy(d->cause, "given up");
	d->unstable = 0;
	d->state = BACKOFF;
	d->due = now_ms();
}

static bool begin_planned(struct supervisor *s, struct domain *d, char **word, int fd)
{
	struct job job = { .kind = JOB_RESTART, .cause = "asked for", .noticed = now_ms() };

	if (!strcmp(word[0], "restart") && (d->state == GIVEN_UP || d->state == BACKOFF)) {
		try_again(d);
		answer(d, JOB_FAILED);
		d->client = fd;
		return false;
	}
	if (d->state != WATCHED) {
		say(fd, "error %s is %s: wait, or see xmdctl restart\n", d->name,
		    state_name[d->state]);
		return true;
	}
	if (!strcmp(word[0], "upgrade")) {
		job.kind = JOB_UPGRADE;
		job.kernel = optional(word[2]);
		job.ramdisk = optional(word[3]);
	}
	d->restarts++;
	d->client = fd;
	start_worker(s, d, &job);
	return false;
}

static bool for_domain(struct supervisor *s, struct domain *d, char **word, int n, int fd)
{
	if (!strcmp(word[0], "vifs") && n == 2) {
		tell_vifs(s, d, fd);
	} else if ((!strcmp(word[0], "restart") && n == 2) ||
		   (!strcmp(word[0], "upgrade") && n == 4)) {
		return begin_planned(s, d, word, fd);
	} else if (!strcmp(word[0], "release") && n == 2) {
		if (d->state == BUSY) {
			say(fd, "error %s is restarting: wait\n", d->name);
			return true;
		}
		log_info("%s: released", d->name);
		drop(s, d);
		say(fd, "ok\n");
	} else if (!strcmp(word[0], "retry") && n == 2) {
		if (d->state == GIVEN_UP || d->state == BACKOFF)
			try_again(d);
		say(fd, "ok\n");
	} else {
		say(fd, "error unknown request\n");
	}
	return true;
}

bool supervise_request(struct supervisor *s, char *line, int fd)
{
	char *word[WORDS_MAX];
	int n = control_split(line, word);
	struct domain *d;

	if (n == 1 && !strcmp(word[0], "status")) {
		tell_status(s, fd);
		return true;
	}
	if (n < 2) {
		say(fd, "error unknown request\n");
		return true;
	}
	d = by_name(s, word[1]);
	if (!d) {
		say(fd, "error %s is not in charge here; a driver domain is taken charge of when it has driver_domain=1 and its xmd-backend runs\n",
		    word[1]);
		return true;
	}
	return for_domain(s, d, word, n, fd);
}
