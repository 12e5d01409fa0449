// SPDX-License-Identifier: GPL-2.0
/* Calls as edges between functions, and those that leave the model. */
#include <string.h>

#include "priv.h"

static void add_edge(struct mdl_fn *from, struct mdl_fn *to, const struct mdl_icall *icall, unsigned int line)
{
	struct mdl_edge *e;
	size_t n = from->n_out, i;

	for (i = 0; i < n; i++)
		if (from->out[i].to == to && !from->out[i].icall == !icall)
			return;
	e = GROW(from->out, n);
	from->n_out = n;
	*e = (struct mdl_edge){ from, to, icall, line };
}

/* Of what a macro makes of one word, the call that says most about it. */
static int rank(struct slicer *s, const char *callee)
{
	static const char *const noise[] = { "__builtin", "arch_static", "____wrong", "spinlock_check", "__bad_",
					     "const_test_" };
	size_t i;

	for (i = 0; i < sizeof(noise) / sizeof(noise[0]); i++)
		if (!strncmp(callee, noise[i], strlen(noise[i])))
			return 0;
	return table_lookup(s, "calls", callee, 1) ? 2 : 1;
}

static void add_site(struct slicer *s, struct mdl_fn *f, const struct raw_call *c, const char *category)
{
	const char *word = *c->word ? c->word : c->callee;
	size_t n = f->n_sites, i;
	struct mdl_site *site;

	if (!strncmp(c->callee, "__builtin", 9) && !strncmp(c->word, "__builtin", 9))
		return;
	for (i = n; i-- && f->sites[i].line == c->line;)
		if (f->sites[i].word == word) {
			if (rank(s, c->callee) > rank(s, f->sites[i].callee)) {
				f->sites[i].callee = c->callee;
				f->sites[i].category = category;
			}
			return;
		}
	site = GROW(f->sites, n);
	f->n_sites = n;
	*site = (struct mdl_site){ c->callee, category, word, c->line };
}

static void add_kcall(struct slicer *s, struct mdl_fn *f, const struct raw_call *c)
{
	const char *category = table_lookup(s, "calls", c->callee, 1);
	size_t n = f->n_kcalls, i;
	struct mdl_kcall *k;

	category = category ? category : "kernlib";
	add_site(s, f, c, category);
	for (i = 0; i < n; i++)
		if (f->kcalls[i].callee == c->callee) {
			f->kcalls[i].count++;
			return;
		}
	k = GROW(f->kcalls, n);
	f->n_kcalls = n;
	*k = (struct mdl_kcall){ c->callee, category, 1, c->line };
}

void link_edges(struct mdl *m)
{
	struct mdl_priv *p = m->priv;
	struct mdl_fn *from, *to;
	unsigned int j;
	size_t i;

	for (i = 0; i < p->n_calls; i++) {
		from = fn_by_key(p, p->calls[i].caller);
		to = fn_by_key(p, p->calls[i].callee);
		if (from && to)
			add_edge(from, to, NULL, p->calls[i].line);
		else if (from)
			add_kcall(p->s, from, &p->calls[i]);
	}
	for (i = 0; i < m->n_icalls; i++)
		for (j = 0; j < m->icalls[i].n_targets; j++)
			add_edge(m->icalls[i].caller, m->icalls[i].targets[j], &m->icalls[i], m->icalls[i].line);
}
