// SPDX-License-Identifier: GPL-2.0
/* requests.c - what xmdctl asks for; see control.h */
#include "parts.h"

#include "control.h"
#include "files.h"
#include "log.h"
#include "restore.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xmd/xs_names.h>

const char *state_name(enum domain_state state)
{
	static const char *const name[] = { "watched", "restarting", "backing off", "given up" };

	return name[state];
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

void answer(struct domain *d, enum job_result result)
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

/* "-": xenstored does not answer. */
static void count_vifs(struct supervisor *s, const struct domain *d, bool blind, char text[16])
{
	struct vif_refs refs = { .n = 0 };

	strcpy(text, "-");
	if (blind)
		return;
	if (restore_list(s->store, d->domid, &refs))
		refs.n = 0;
	snprintf(text, 16, "%u", refs.n);
	restore_free(&refs);
}

static bool refuse_blind(struct supervisor *s, int fd)
{
	if (!supervise_blind(s))
		return false;
	say(fd, "error xenstored has not answered for %llu s: nothing is judged or restarted until it does\n",
	    (unsigned long long)(now_ms() - s->blind) / 1000);
	return true;
}

static void tell_status(struct supervisor *s, int fd)
{
	bool blind = supervise_blind(s);
	struct domain *d;
	char vifs[16];

	for (d = s->domains; d; d = d->next) {
		count_vifs(s, d, blind, vifs);
		say(fd, "name=%s\tdomid=%u\tstate=%s\tvifs=%s\trestarts=%u\tlast=%s\tup_s=%llu\n",
		    d->name, d->domid, state_name(d->state), vifs, d->restarts,
		    d->cause[0] ? d->cause : "-", d->state == WATCHED ?
		    (unsigned long long)(now_ms() - d->since) / 1000 : 0ull);
	}
	if (!refuse_blind(s, fd))
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
	/* Of one that was given up nobody else is at work, and it may hang still. */
	d->force |= d->state == GIVEN_UP;
	d->unstable = 0;
	d->state = BACKOFF;
	d->due = now_ms();
}

static bool begin_planned(struct supervisor *s, struct domain *d, char **word, int n, int fd)
{
	struct job job = { .kind = JOB_RESTART, .cause = "asked for", .noticed = now_ms() };

	if (!strcmp(word[0], "restart") && (d->state == GIVEN_UP || d->state == BACKOFF)) {
		try_again(d);
		answer(d, JOB_FAILED);
		d->client = fd;
		return false;
	}
	if (refuse_blind(s, fd))
		return true;
	if (d->state != WATCHED) {
		say(fd, "error %s is %s: wait, or see xmdctl restart\n", d->name,
		    state_name(d->state));
		return true;
	}
	if (!strcmp(word[0], "upgrade")) {
		job.kind = JOB_UPGRADE;
		job.kernel = optional(word[2]);
		job.ramdisk = optional(word[3]);
		job.memory_mb = n > 4 ? (unsigned int)strtoul(word[4], NULL, 10) : 0;
	}
	d->restarts++;
	d->counted = false;
	d->client = fd;
	if (start_worker(s, d, &job))
		return false;
	d->client = NO_CLIENT;
	not_restarted(s, d);
	say(fd, "error %s was not restarted and goes on; the log says why\n", d->name);
	return true;
}

/* For as long as this domain lives, whoever is its supervisor by then. */
static void release(struct supervisor *s, struct domain *d, int fd)
{
	int err = released_write(d->name, d->domid);

	if (err) {
		say(fd, "error it cannot be noted that %s is released: %s\n", d->name, strerror(-err));
		return;
	}
	log_info("%s: released", d->name);
	domain_drop(s, d);
	charge_decide_again(s);
	say(fd, "ok\n");
}

/* One that is not in charge: it may have been. */
static void for_stranger(struct supervisor *s, char **word, int n, int fd)
{
	if (!file_exists(word[1], RELEASED)) {
		say(fd, "error %s is not in charge here; a driver domain is taken charge of when it has driver_domain=1 and its xmd-backend runs\n",
		    word[1]);
	} else if (strcmp(word[0], "retry") || n != 2) {
		say(fd, "error %s was released; \"xmdctl retry %s\" takes charge of it again\n", word[1], word[1]);
	} else {
		file_remove(word[1], RELEASED);
		charge_decide_again(s);
		say(fd, "ok\n");
	}
}

static bool for_domain(struct supervisor *s, struct domain *d, char **word, int n, int fd)
{
	if (!strcmp(word[0], "vifs") && n == 2) {
		if (!refuse_blind(s, fd))
			tell_vifs(s, d, fd);
	} else if ((!strcmp(word[0], "restart") && n == 2) ||
		   (!strcmp(word[0], "upgrade") && n >= 4)) {
		return begin_planned(s, d, word, n, fd);
	} else if (!strcmp(word[0], "release") && n == 2) {
		if (d->state == BUSY) {
			say(fd, "error %s is restarting: wait\n", d->name);
			return true;
		}
		release(s, d, fd);
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
		for_stranger(s, word, n, fd);
		return true;
	}
	return for_domain(s, d, word, n, fd);
}
