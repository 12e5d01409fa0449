// SPDX-License-Identifier: GPL-2.0
/* What lines are for: by the entry points from which they are reached. */
#include <string.h>

#include "study.h"

enum group_id {
#define ID(name) G_##name,
	GROUPS(ID)
#undef ID
	G_COUNT
};

static const enum group_id group_of[FOR_COUNT] = {
	[FOR_INIT] = G_initcleanup, [FOR_CLEANUP] = G_initcleanup, [FOR_CONFIG] = G_config, [FOR_PM] = G_pm,
	[FOR_IOCTL] = G_ioctl, [FOR_PROC] = G_proc, [FOR_ERR] = G_err, [FOR_IO] = G_core, [FOR_IRQ] = G_core,
	[FOR_TIMER] = G_core, [FOR_WORK] = G_work, [FOR_OTHER] = G_other, [FOR_EXPORT] = G_other,
};

static void join(const struct mdl *m, mdl_set to, mdl_set from)
{
	unsigned int i;

	for (i = 0; i < m->n_fns; i++)
		to[i] |= from[i];
}

static mdl_set reached_for(const struct mdl *m, enum purpose p)
{
	mdl_set roots = mdl_none(m);
	struct mdl_closure c;

	mdl_roots_for(m, p, roots);
	c = mdl_closure(m, roots, EDGE_ALL);
	free(roots);
	free(c.via);
	return c.set;
}

static double lines_of_two(const struct mdl *m, mdl_set a, mdl_set b)
{
	mdl_set both = mdl_none(m);
	double lines;

	join(m, both, a);
	join(m, both, b);
	lines = mdl_lines(m, both);
	free(both);
	return lines;
}

static double only(const struct mdl *m, mdl_set *for_)
{
	double lines = 0;
	unsigned int i, p;

	for (i = 0; i < m->n_fns; i++) {
		if (!mdl_mine(&m->fns[i]) || !(for_[FOR_INIT][i] || for_[FOR_CLEANUP][i]))
			continue;
		for (p = FOR_CONFIG; p < FOR_COUNT && !for_[p][i]; p++)
			;
		lines += p == FOR_COUNT ? m->fns[i].loc : 0;
	}
	return lines;
}

static void share_out(const struct mdl *m, mdl_set *for_, struct row *r)
{
	double share[G_COUNT] = { 0 };
	unsigned int i, p, g, n;

	for (i = 0; i < m->n_fns; i++) {
		bool in[G_COUNT] = { false };

		if (!mdl_mine(&m->fns[i]))
			continue;
		for (p = 0; p < FOR_COUNT; p++)
			in[group_of[p]] |= for_[p][i];
		for (g = n = 0; g < G_COUNT; g++)
			n += in[g];
		if (!n) {
			in[G_unreached] = true;
			n = 1;
		}
		for (g = 0; g < G_COUNT; g++)
			share[g] += in[g] ? (double)m->fns[i].loc / n : 0;
	}
#define SHARE(name) r->share_##name = share[G_##name];
	GROUPS(SHARE)
#undef SHARE
}

/* As the tool of the ASPLOS 2012 paper did it, as far as the paper tells. */
static unsigned int paper_purposes(struct slicer *s, const struct mdl_entry *e, const char **what, unsigned int max)
{
	char name[300];
	const char *dot = strchr(e->name, '.'), *ndo;

	if (strchr(e->name, '#')) {
		what[0] = e->purpose == FOR_IRQ ? "core" : e->purpose == FOR_INIT ? "init" :
			  e->purpose == FOR_CLEANUP ? "cleanup" : NULL;
		return what[0] ? 1 : 0;
	}
	if (!strcmp(e->name, "init") || !strcmp(e->name, "exit")) {
		what[0] = e->name[0] == 'i' ? "init" : "cleanup";
		return 1;
	}
	snprintf(name, sizeof(name), "%s", dot ? dot + 1 : e->name);
	ndo = strstr(name, "ndo_");
	if (ndo)
		memmove((char *)ndo, ndo + 4, strlen(ndo + 4) + 1);
	return table_all(s, "paper", name, 1, what, max);
}

static mdl_set paper_reached(struct slicer *s, const struct mdl *m, const char *purpose)
{
	mdl_set roots = mdl_none(m);
	const char *what[16];
	struct mdl_closure c;
	unsigned int i, j, k, n;

	for (i = 0; i < m->n_fns; i++)
		for (j = 0; j < m->fns[i].n_entries; j++) {
			n = paper_purposes(s, &m->fns[i].entries[j], what, 16);
			for (k = 0; k < n; k++)
				if (!strcmp(what[k], purpose))
					roots[i] = 1;
		}
	c = mdl_closure(m, roots, EDGE_ALL);
	free(roots);
	free(c.via);
	return c.set;
}

static void fill_paper(struct slicer *s, const struct mdl *m, struct row *r)
{
	static const char *const names[] = { "init", "cleanup", "core", "config", "pm", "ioctl", "proc", "err" };
	double *to[] = { &r->paper_init, &r->paper_cleanup, &r->paper_core, &r->paper_config, &r->paper_pm,
			 &r->paper_ioctl, &r->paper_proc, &r->paper_err };
	mdl_set set[8];
	unsigned int i;

	for (i = 0; i < 8; i++) {
		set[i] = paper_reached(s, m, names[i]);
		*to[i] = mdl_lines(m, set[i]);
	}
	r->paper_initcleanup = lines_of_two(m, set[0], set[1]);
	for (i = 0; i < 8; i++)
		free(set[i]);
}

void fill_purposes(struct slicer *s, const struct mdl *m, struct row *r)
{
	double *to[FOR_COUNT] = {
		[FOR_INIT] = &r->for_init, [FOR_CLEANUP] = &r->for_cleanup, [FOR_CONFIG] = &r->for_config,
		[FOR_PM] = &r->for_pm, [FOR_IOCTL] = &r->for_ioctl, [FOR_PROC] = &r->for_proc, [FOR_ERR] = &r->for_err,
		[FOR_IO] = &r->for_io, [FOR_IRQ] = &r->for_irq, [FOR_TIMER] = &r->for_timer,
		[FOR_WORK] = &r->for_work, [FOR_OTHER] = &r->for_other, [FOR_EXPORT] = &r->for_export,
	};
	mdl_set for_[FOR_COUNT], all = mdl_none(m);
	unsigned int p;

	for (p = 0; p < FOR_COUNT; p++) {
		for_[p] = reached_for(m, p);
		*to[p] = mdl_lines(m, for_[p]);
		join(m, all, for_[p]);
	}
	r->reached = mdl_lines(m, all);
	r->for_initcleanup = lines_of_two(m, for_[FOR_INIT], for_[FOR_CLEANUP]);
	r->for_core = lines_of_two(m, for_[FOR_IO], for_[FOR_IRQ]);
	r->only_initcleanup = only(m, for_);
	share_out(m, for_, r);
	fill_paper(s, m, r);
	for (p = 0; p < FOR_COUNT; p++)
		free(for_[p]);
	free(all);
}
