// SPDX-License-Identifier: GPL-2.0
/*
 * charge.c - whom the supervisor looks after.
 *
 * /local/domain/N belongs to dom0: its domain cannot add to it.  Libxl makes a directory "libxl"
 * in there for a domain with driver_domain=1, before it introduces the domain to xenstored, and
 * the name stands there too.  These two decide, once for each domain; and again when one is
 * introduced, as a domid may then be another's.  What a domain says of itself, in data/, is read
 * only after that, and costs libxl a look at its configuration only then.
 */
#include "parts.h"

#include "files.h"
#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

#define RETRY_MS	1000	/* for one that was not taken charge of, doubled each time */
#define RETRY_MAX_MS	64000

/* ------------------------------------------------------- all the domains */

static struct candidate *candidate(struct supervisor *s, uint32_t domid)
{
	unsigned int i;

	for (i = 0; i < s->n_seen; i++)
		if (s->seen[i].domid == domid)
			return &s->seen[i];
	return NULL;
}

static void add(struct supervisor *s, uint32_t domid)
{
	struct candidate *more = realloc(s->seen, (s->n_seen + 1) * sizeof(*more));

	if (!more) {
		/* The list is read again with the next domain that comes. */
		log_err("no memory to look at domain %u", domid);
		return;
	}
	s->seen = more;
	more[s->n_seen++] = (struct candidate){ .domid = domid, .there = true };
}

static void forget_gone(struct supervisor *s)
{
	unsigned int i, kept = 0;

	for (i = 0; i < s->n_seen; i++)
		if (s->seen[i].there)
			s->seen[kept++] = s->seen[i];
	s->n_seen = kept;
}

static int read_list(struct supervisor *s)
{
	struct candidate *c;
	unsigned int i, n;
	uint32_t domid;
	char **names;
	int err = s->store->ops->list(s->store, "/local/domain", &names, &n);

	if (err == -ENOENT)
		return 0;
	if (err)
		return err;
	for (i = 0; i < s->n_seen; i++)
		s->seen[i].there = false;
	for (i = 0; i < n; i++) {
		if (parse_u32(names[i], &domid) || !domid)
			continue;
		c = candidate(s, domid);
		if (c)
			c->there = true;
		else
			add(s, domid);
	}
	free(names);
	forget_gone(s);
	return 0;
}

void charge_decide_again(struct supervisor *s)
{
	unsigned int i;

	for (i = 0; i < s->n_seen; i++)
		s->seen[i].decided = false;
	s->scan = true;
}

/* ---------------------------------------------------------- which of them */

static int read_name(struct supervisor *s, uint32_t domid, char name[STORE_VALUE_MAX])
{
	char home[STORE_PATH_MAX];

	snprintf(home, sizeof(home), "/local/domain/%u", domid);
	return store_read_text(s->store, home, XS_HOME_NAME, name);
}

static int decide(struct supervisor *s, struct candidate *c)
{
	char home[STORE_PATH_MAX], text[STORE_VALUE_MAX];
	bool driver;
	int err;

	snprintf(home, sizeof(home), "/local/domain/%u", c->domid);
	err = store_read_text(s->store, home, XS_HOME_LIBXL, text);
	/* What there is in it is the domain's own, and nothing to us. */
	driver = !err || err == -EINVAL;
	if (err == -ENOENT && s->config.n_sections) {
		err = read_name(s, c->domid, text);
		driver = !err && config_names(&s->config, text);
	}
	if (!store_broken(err) && driver) {
		err = read_name(s, c->domid, text);
		driver = err || !is_released(text, c->domid);
	}
	if (store_broken(err))
		return err;
	if (driver != c->driver) {
		c->look = 0;
		c->refused = 0;
	}
	c->driver = driver;
	c->decided = true;
	return 0;
}

/* Return: how many are left for the next turn; negative: store broken */
static int decide_some(struct supervisor *s)
{
	unsigned int i, done = 0;
	int err;

	for (i = 0; i < s->n_seen; i++) {
		if (s->seen[i].decided)
			continue;
		if (done++ == SUPERVISE_DECIDE)
			return 1;
		err = decide(s, &s->seen[i]);
		if (err)
			return err;
	}
	return 0;
}

/* -------------------------------------------------------- taking charge */

static bool conflicts(const struct xl_traits *t, uint32_t domid, bool told)
{
	if (t->on_crash != END_RESTART && t->on_watchdog != END_RESTART)
		return false;
	if (!told)
		log_err("%s: domain %u is not taken charge of: with on_crash or on_watchdog = \"restart\" xl itself creates it anew, with another domid that its guests do not know. Use \"preserve\"",
			t->name, domid);
	return true;
}

static bool take_charge(struct supervisor *s, const struct candidate *c)
{
	char path[FILE_PATH_MAX];
	struct xl_traits t;
	struct domain *d;
	enum life life;

	if (xl_save(s->xl, c->domid, NULL, &t) || !t.name[0] || conflicts(&t, c->domid, c->refused))
		return false;
	if (!t.driver_domain && !config_names(&s->config, t.name))
		return false;
	d = by_name(s, t.name);
	/* What is left of a dead one does not take the place of one that lives. */
	if (d && (xl_look(s->xl, c->domid, &life) || life != LIFE_RUNNING))
		return false;
	file_path(path, t.name, ".json");
	if (xl_save(s->xl, c->domid, path, &t))
		return false;
	if (!d) {
		d = domain_add(s, t.name);
		if (!d)
			return false;
		log_info("%s: in charge of domain %u", d->name, c->domid);
		file_remove(d->name, RELEASED);
	}
	if (d->domid != c->domid) {
		/* Somebody has created it by hand, maybe because we had given it up. */
		file_remove(d->name, ".ours");
		file_remove(d->name, ".phase");
		d->unstable = 0;
	}
	d->traits = t;
	d->known = true;
	domain_begin(s, d, c->domid);
	/* Its end may have been told before it was ours. */
	domain_look(s, d);
	return true;
}

/* A worker has it, under another domid or this one: what is there is its doing. */
static bool in_work(struct supervisor *s, uint32_t domid)
{
	char name[STORE_VALUE_MAX];
	const struct domain *d;

	if (read_name(s, domid, name))
		return false;
	d = by_name(s, name);
	return d && (d->state == BUSY || d->state == BACKOFF);
}

static bool backend_speaks(struct supervisor *s, uint32_t domid)
{
	char dir[STORE_PATH_MAX], state[STORE_VALUE_MAX];

	snprintf(dir, sizeof(dir), HOME XS_DIR_OWN, domid);
	return !store_read_text(s->store, dir, XS_OWN_STATE, state);
}

static void refuse(struct candidate *c, uint64_t now)
{
	uint64_t wait = c->refused < 6 ? (uint64_t)RETRY_MS << c->refused : RETRY_MAX_MS;

	c->refused++;
	c->look = now + wait;
}

/* Return: whether libxl was asked. */
static bool look_at(struct supervisor *s, struct candidate *c, uint64_t now)
{
	c->look = now + SUPERVISE_LOOK_MS;
	if (!backend_speaks(s, c->domid) || in_work(s, c->domid))
		return false;
	if (!take_charge(s, c))
		refuse(c, now);
	else
		c->refused = 0;
	return true;
}

int charge_turn(struct supervisor *s, uint64_t now, uint64_t *due)
{
	unsigned int i, asked = 0;
	int err = 0;

	if (s->scan) {
		s->scan = false;
		err = read_list(s);
	}
	if (!err)
		err = decide_some(s);
	if (err)
		*due = now;
	if (err < 0)
		return err;
	for (i = 0; i < s->n_seen; i++) {
		struct candidate *c = &s->seen[i];

		if (!c->driver || !c->decided || by_domid(s, c->domid) || now < c->look)
			continue;
		/* One that was asked has to wait, so each has its turn. */
		if (asked == SUPERVISE_CHARGES) {
			*due = now;
			break;
		}
		asked += look_at(s, c, now);
	}
	return 0;
}
