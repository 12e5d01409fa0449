// SPDX-License-Identifier: GPL-2.0
/* stats.c - "xmdctl stats" and "xmdctl metrics": all that driver domains count */
#include "counters.h"
#include "ctl.h"
#include "out.h"
#include "records.h"

#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_S	15

struct all {
	struct store *store;
	struct drv_counters d[DRVS_MAX];
	bool failed[DRVS_MAX];
	unsigned int n;
};

/* One that does not answer is told of, and the others are shown. */
static int read_all(struct all *all, const char *name)
{
	struct drv_name drv[DRVS_MAX];
	char reason[COUNTERS_REASON];
	int i, n, ret = EXIT_OK;

	all->store = open_store();
	if (!all->store)
		return EXIT_CANNOT;
	n = find_drvs(all->store, name, drv);
	if (n < 0)
		return fail(EXIT_CANNOT, "xenstore: %s", strerror(-n));
	if (name && !n)
		return fail(EXIT_FAILED, "there is no driver domain %s", name);
	for (i = 0; i < n; i++, all->n++) {
		strcpy(all->d[i].name, drv[i].name);
		all->failed[i] = counters_read(all->store, drv[i].domid, &all->d[i], reason);
		if (all->failed[i])
			ret = fail(EXIT_FAILED, "%s: %s", drv[i].name, reason);
		if (all->d[i].cut)
			fail(0, "%s: it has more vifs than are counted here", drv[i].name);
	}
	return ret;
}

static void free_all(struct all *all)
{
	unsigned int i;

	for (i = 0; i < all->n; i++)
		counters_free(&all->d[i]);
	store_close(all->store);
}

/* ---------------------------------------------------------------- stats */

struct printer {
	struct all *all;
	bool json, any;
};

static void print_counters(struct printer *p, const struct drv_counters *d, const char *kind,
			   const struct counters *c)
{
	char guest[64] = "";
	bool vif = !strcmp(kind, "vif");
	unsigned int i;

	if (vif)
		guest_name(p->all->store, c->guest, guest);
	if (!p->json) {
		printf("%s %s", d->name, kind);
		if (vif)
			printf(" %u/%u %s %s", c->guest, c->handle, guest, c->mac);
		putchar('\n');
		for (i = 0; i < c->n; i++)
			printf("    %-16s %" PRIu64 "\n", c->c[i].name, c->c[i].val);
		return;
	}
	out_begin(!p->any);
	p->any = true;
	out_text("drv", d->name);
	out_number("domid", d->domid);
	out_text("kind", kind);
	if (vif) {
		out_number("guest", c->guest);
		out_text("guest_name", guest);
		out_number("vif", c->handle);
		out_text("mac", c->mac);
	}
	for (i = 0; i < c->n; i++)
		out_number(c->c[i].name, c->c[i].val);
	out_end();
}

int run_stats(const struct args *a)
{
	struct all *all = calloc(1, sizeof(*all));
	struct printer p = { .all = all, .json = a->json };
	unsigned int i, j;
	int ret;

	if (!all)
		return fail(EXIT_FAILED, "%s", strerror(ENOMEM));
	ret = read_all(all, a->n > 1 ? a->word[1] : NULL);
	for (i = 0; i < all->n; i++) {
		if (all->failed[i])
			continue;
		print_counters(&p, &all->d[i], "self", &all->d[i].self);
		print_counters(&p, &all->d[i], "nic", &all->d[i].nic);
		for (j = 0; j < all->d[i].n_vifs; j++)
			print_counters(&p, &all->d[i], "vif", &all->d[i].vif[j]);
	}
	if (ret == EXIT_OK || p.any)
		out_list_end(!p.any);
	free_all(all);
	free(all);
	return ret;
}

/* -------------------------------------------------------------- metrics */

static bool is_gauge(const char *name)
{
	static const char *const gauge[] = {
		"link", "speed", "duplex", "unwell_ms", "pending", "draining", "stuck", "fault",
	};
	unsigned int i;

	for (i = 0; i < sizeof(gauge) / sizeof(gauge[0]); i++)
		if (!strcmp(name, gauge[i]))
			return true;
	return false;
}

static void label(const char *name, const char *val, bool first)
{
	printf("%s%s=\"", first ? "{" : ",", name);
	for (; *val; val++) {
		if (*val == '"' || *val == '\\')
			putchar('\\');
		putchar(*val);
	}
	putchar('"');
}

/* Sample @i of @c, where it is called @name */
static void sample(struct all *all, const struct drv_counters *d, const char *kind,
		   const struct counters *c, const char *name)
{
	char guest[64], id[16];

	if (!counter_is_there(c, name))
		return;
	printf("xmd_%s_%s%s", kind, name, is_gauge(name) ? "" : "_total");
	label("domain", d->name, true);
	if (!strcmp(kind, "vif")) {
		guest_name(all->store, c->guest, guest);
		/* One that has just gone has a number still, and so a sample of its own. */
		snprintf(id, sizeof(id), "%u", c->guest);
		label("guest", strcmp(guest, "-") ? guest : id, false);
		snprintf(id, sizeof(id), "%u", c->handle);
		label("vif", id, false);
		label("mac", c->mac, false);
	}
	printf("} %" PRIu64 "\n", counter_of(c, name));
}

/* Of all driver domains, as samples of one metric stand together. */
static void metric(struct all *all, const char *kind, const char *name)
{
	unsigned int i, j;

	printf("# TYPE xmd_%s_%s%s %s\n", kind, name, is_gauge(name) ? "" : "_total",
	       is_gauge(name) ? "gauge" : "counter");
	for (i = 0; i < all->n; i++) {
		const struct drv_counters *d = &all->d[i];

		if (all->failed[i])
			continue;
		if (!strcmp(kind, "self"))
			sample(all, d, kind, &d->self, name);
		else if (!strcmp(kind, "nic"))
			sample(all, d, kind, &d->nic, name);
		for (j = 0; !strcmp(kind, "vif") && j < d->n_vifs; j++)
			sample(all, d, kind, &d->vif[j], name);
	}
}

/* Whose names are told of driver domain @i.  NULL: it has none */
static const struct counters *names_of(const struct all *all, const char *kind, unsigned int i)
{
	const struct drv_counters *d = &all->d[i];

	if (all->failed[i])
		return NULL;
	return !strcmp(kind, "self") ? &d->self : !strcmp(kind, "nic") ? &d->nic : d->n_vifs ? d->vif : NULL;
}

static bool is_told(const struct all *all, const char *kind, unsigned int before, const char *name)
{
	const struct counters *c;
	unsigned int i;

	for (i = 0; i < before; i++) {
		c = names_of(all, kind, i);
		if (c && counter_is_there(c, name))
			return true;
	}
	return false;
}

/* The names of all: one of another version, or that lies, keeps back nothing of the others. */
static void metrics_of(struct all *all, const char *kind)
{
	const struct counters *c;
	unsigned int i, j;

	for (i = 0; i < all->n; i++) {
		c = names_of(all, kind, i);
		for (j = 0; c && j < c->n; j++)
			if (!is_told(all, kind, i, c->c[j].name))
				metric(all, kind, c->c[j].name);
	}
}

static void domain_metric(const struct records *r, const char *metric, const char *type,
			  const char *key)
{
	char name[64], state[32] = "";
	unsigned int i;

	if (r->n)
		printf("# TYPE xmd_%s %s\n", metric, type);
	for (i = 0; i < r->n; i++) {
		record_get(r->r[i], "name", name, sizeof(name));
		record_get(r->r[i], "state", state, sizeof(state));
		printf("xmd_%s", metric);
		label("domain", name, true);
		printf("} %lu\n", key ? record_number(r->r[i], key) : (unsigned long)!strcmp(state, "watched"));
	}
}

int run_metrics(const struct args *a)
{
	struct records r = { .n = 0 };
	struct all *all = calloc(1, sizeof(*all));
	unsigned int i;
	int ret, asked;

	if (!all || a->json)
		return fail(EXIT_USAGE, "metrics are a text; see xmdctl --json stats");
	asked = ask_supervisor(ANSWER_S, "status", records_take, &r);
	printf("# TYPE xmd_supervisor_up gauge\nxmd_supervisor_up %d\n", asked == EXIT_OK);
	domain_metric(&r, "domain_watched", "gauge", NULL);
	domain_metric(&r, "domain_restarts_total", "counter", "restarts");
	domain_metric(&r, "domain_up_seconds", "gauge", "up_s");
	ret = read_all(all, NULL);
	if (all->n)
		printf("# TYPE xmd_domain_answers gauge\n");
	for (i = 0; i < all->n; i++) {
		printf("xmd_domain_answers");
		label("domain", all->d[i].name, true);
		printf("} %d\n", !all->failed[i]);
	}
	metrics_of(all, "self");
	metrics_of(all, "nic");
	metrics_of(all, "vif");
	free_all(all);
	free(all);
	records_free(&r);
	/* That somebody does not answer is a metric. */
	return ret == EXIT_FAILED ? EXIT_OK : ret;
}
