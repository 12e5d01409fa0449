// SPDX-License-Identifier: GPL-2.0
/*
 * Indirect calls: by the member they go through if somebody sets it, by what flows into a variable or parameter; a
 * member of the driver's own that nobody sets, or a place without a name, by the type, which is a guess.
 */
#include <ctype.h>
#include <string.h>

#include "priv.h"

/* A type without blanks and without (*) or (*name): a pointer's is then its function's. */
static const char *plain_sig(const char *sig)
{
	char out[2048];
	size_t n = 0;

	while (*sig && n + 1 < sizeof(out)) {
		if (sig[0] == '(' && sig[1] == '*') {
			const char *p = sig + 2;

			while (*p == '_' || isalnum((unsigned char)*p))
				p++;
			if (*p == ')') {
				sig = p + 1;
				continue;
			}
		}
		if (!isspace((unsigned char)*sig))
			out[n++] = *sig;
		sig++;
	}
	return intern_n(out, n);
}

struct by_sig { struct mdl_fn **fns; size_t n; };

static void note_sigs(struct mdl_priv *p, struct map *sigs)
{
	struct by_sig *b;
	struct mdl_fn *f;
	void **at;
	size_t i;

	for (i = 0; i < p->n_taken; i++) {
		f = fn_by_key(p, p->taken[i].fn);
		if (!f || f->taken)
			continue;
		f->taken = true;
		at = map_at(sigs, plain_sig(f->sig));
		if (!*at)
			*at = calloc(1, sizeof(*b));
		b = *at;
		if (!b)
			out_of_memory();
		*GROW(b->fns, b->n) = f;
	}
}

static void add_target(struct mdl_icall *c, struct mdl_fn *f)
{
	size_t n = c->n_targets;

	*GROW(c->targets, n) = f;
	c->n_targets = n;
}

/* By what is known to be in the place; true if something is that is not of this model. */
static bool by_place(struct mdl_priv *p, struct mdl_icall *c)
{
	const struct pts *in = pts_of(p, c->key);
	bool other = false;
	struct mdl_fn *f;
	size_t i;

	for (i = 0; in && i < in->n; i++) {
		f = fn_by_key(p, in->fns[i]);
		if (f)
			add_target(c, f);
		else
			other = true;
	}
	return other;
}

static int by_id(const void *a, const void *b)
{
	const struct mdl_fn *const *x = a, *const *y = b;

	return (int)(*x)->id - (int)(*y)->id;
}

static void resolve(struct mdl_priv *p, struct mdl_icall *c, const struct map *sigs)
{
	bool field = !strncmp(c->key, "f:", 2), other = by_place(p, c), own = own_field(p, c->key);
	const struct by_sig *b;
	size_t i;

	if (c->n_targets) {
		c->how = field ? BY_FIELD : BY_FLOW;
		return;
	}
	if (field && !own && map_get(&p->member_by_key, intern(c->key + 2))) {
		c->how = BY_KERNEL;
		return;
	}
	if (other) {
		c->how = BY_EXTERN;
		return;
	}
	b = map_get(sigs, plain_sig(c->sig));
	for (i = 0; b && i < b->n; i++)
		add_target(c, b->fns[i]);
	c->how = c->n_targets ? BY_SIGNATURE : own ? BY_UNSET : BY_NOTHING;
}

/* The kernel's function that calls its argument i before it returns, as a call from where it is used. */
static bool calls_back(struct mdl_priv *p, const char *sink)
{
	const char *hash = strrchr(sink, '#');

	return !strncmp(sink, "p:", 2) && sink[2] != '*' && hash &&
	       !fn_by_key(p, intern_n(sink + 2, hash - sink - 2)) && table_lookup(p->s, "callbacks", sink + 2, 0);
}

static void add_callbacks(struct mdl *m, size_t *n)
{
	struct mdl_priv *p = m->priv;
	struct mdl_icall *c;
	size_t i;

	for (i = 0; i < p->n_taken; i++) {
		struct mdl_fn *f = fn_by_key(p, p->taken[i].fn), *in = fn_by_key(p, p->taken[i].in);

		if (!f || !in || !calls_back(p, p->taken[i].sink))
			continue;
		c = GROW(m->icalls, *n);
		*c = (struct mdl_icall){ .caller = in, .key = p->taken[i].sink, .sig = f->sig, .line = p->taken[i].line,
					 .how = BY_CALLBACK };
		add_target(c, f);
	}
}

void link_icalls(struct mdl *m)
{
	struct mdl_priv *p = m->priv;
	struct map sigs = { 0 };
	struct mdl_icall *c;
	size_t i, n = 0;

	note_sigs(p, &sigs);
	for (i = 0; i < p->n_icalls; i++) {
		struct mdl_fn *caller = fn_by_key(p, p->icalls[i].caller);

		if (!caller)
			continue;
		c = GROW(m->icalls, n);
		c->caller = caller;
		c->key = bare(p->icalls[i].key);
		c->sig = p->icalls[i].sig;
		c->line = p->icalls[i].line;
		resolve(p, c, &sigs);
		if (c->n_targets)
			qsort(c->targets, c->n_targets, sizeof(*c->targets), by_id);
	}
	add_callbacks(m, &n);
	m->n_icalls = n;
	for (i = 0; i < sigs.size; i++)
		if (sigs.vals[i])
			free(((struct by_sig *)sigs.vals[i])->fns);
	for (i = 0; i < sigs.size; i++)
		free(sigs.vals[i]);
	map_free(&sigs);
}

const char *how_name(enum how h)
{
	static const char *const names[] = { "field", "flow", "signature", "kernel", "extern", "unset", "nothing", "callback" };

	return names[h];
}
