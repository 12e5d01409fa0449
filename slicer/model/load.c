// SPDX-License-Identifier: GPL-2.0
/*
 * Facts, line by line.  A function in a header is told by each unit that includes it: the first one's word counts,
 * and what others say inside it is passed over.
 */
#include <errno.h>
#include <string.h>

#include "../facts/cache.h"
#include "priv.h"

#define PARTS 12

struct line {
	struct mdl_priv *p;
	const struct kb_module *module;
	bool lib;
	char *part[PARTS];
	unsigned int n;
	struct map told;	/* functions that another unit has told */
};

static const char *str(const struct line *l, unsigned int i)
{
	return i < l->n ? intern(l->part[i]) : intern("");
}

static unsigned int num(const struct line *l, unsigned int i)
{
	return i < l->n ? strtoul(l->part[i], NULL, 10) : 0;
}

static struct mdl_fn *fn_of(const struct line *l, unsigned int i)
{
	size_t at = (size_t)map_get(&l->p->fn_by_key, str(l, i));

	return at ? &l->p->fns[at - 1] : NULL;
}

static void load_function(struct line *l)
{
	struct mdl_priv *p = l->p;
	const char *key = str(l, 1), *at;
	void **place = map_at(&p->fn_by_key, key);
	struct mdl_fn *f;

	if (*place) {
		*map_at(&l->told, key) = (void *)key;
		return;
	}
	f = GROW(p->fns, p->n_fns);
	*place = (void *)p->n_fns;
	at = strchr(key, '@');
	f->key = key;
	f->name = at ? intern_n(key, at - key) : key;
	f->file = str(l, 2);
	f->start = num(l, 3);
	f->end = num(l, 4);
	f->loc = num(l, 5);
	f->is_static = !strcmp(str(l, 6), "static");
	f->ret = str(l, 7);
	f->sig = str(l, 8);
	f->lib = l->lib;
	f->artifact = table_lookup(p->s, "artifacts", key, 1);
	f->id = p->n_fns - 1;
}

static void load_member(struct line *l)
{
	struct mdl_priv *p = l->p;
	const char *key = internf("%s.%s", l->part[1], l->n > 2 ? l->part[2] : "");
	void **place = map_at(&p->member_by_key, key);
	struct mdl_member *m;

	if (*place)
		return;
	m = GROW(p->members, p->n_members);
	*place = (void *)p->n_members;
	m->key = key;
	m->rec = str(l, 1);
	m->name = str(l, 2);
	m->type = str(l, 3);
	m->canon = str(l, 4);
	m->kind = str(l, 5);
	m->size = strtoll(str(l, 6), NULL, 10);
	m->n = strtoll(str(l, 7), NULL, 10);
	m->own = num(l, 8) == 1;
	m->notes = str(l, 9);
	m->id = p->n_members - 1;
	if (m->own)
		*map_at(&p->own_fields, internf("f:%s", key)) = (void *)1;
}

/* The members' addresses are not known until all are read: an id + 1 stands in their place. */
static void load_access(struct line *l)
{
	struct mdl_fn *f = fn_of(l, 1);
	size_t member = (size_t)map_get(&l->p->member_by_key, str(l, 2)), n;
	struct mdl_access *a;

	if (!f || !member)
		return;
	n = f->n_access;
	a = GROW(f->access, n);
	f->n_access = n;
	a->member = (void *)member;
	a->mode = str(l, 3)[0];
}

static void load_call(struct line *l)
{
	struct raw_call *c = GROW(l->p->calls, l->p->n_calls);

	c->caller = str(l, 1);
	c->callee = str(l, 2);
	c->line = num(l, 3);
	c->word = str(l, 5);
}

static void load_icall(struct line *l)
{
	struct raw_icall *c = GROW(l->p->icalls, l->p->n_icalls);

	c->caller = str(l, 1);
	c->key = str(l, 2);
	c->line = num(l, 3);
	c->sig = str(l, 4);
}

static void load_taken(struct line *l)
{
	struct raw_taken *t = GROW(l->p->taken, l->p->n_taken);

	t->fn = str(l, 1);
	t->sink = str(l, 2);
	t->file = str(l, 3);
	t->line = num(l, 4);
	t->in = str(l, 5);
}

static void load_flow(struct line *l)
{
	struct mdl_flow *f = GROW(l->p->flows, l->p->n_flows);

	f->dst = str(l, 1);
	f->src = str(l, 2);
	f->file = str(l, 3);
	f->line = num(l, 4);
}

static void load_arg(struct line *l)
{
	struct mdl_fn *f = fn_of(l, 1);
	size_t n;
	struct mdl_arg *a;

	if (!f)
		return;
	n = f->n_args;
	a = GROW(f->args, n);
	f->n_args = n;
	a->callee = str(l, 2);
	a->i = num(l, 3);
	a->what = str(l, 4);
	a->line = num(l, 5);
	a->kind = str(l, 6)[0];
}

static void load_param(struct line *l)
{
	struct mdl_fn *f = fn_of(l, 1);
	size_t n;
	struct mdl_param *a;

	if (!f || num(l, 2) != f->n_params)
		return;
	n = f->n_params;
	a = GROW(f->params, n);
	f->n_params = n;
	a->name = str(l, 3);
	a->type = str(l, 4);
}

static void load_global(struct line *l)
{
	struct mdl_fn *f = fn_of(l, 1);
	size_t n;
	struct mdl_global *g;

	if (!f)
		return;
	n = f->n_globals;
	g = GROW(f->globals, n);
	f->n_globals = n;
	g->var = str(l, 2);
	g->mode = str(l, 3)[0];
	g->own = num(l, 4) == 1;
}

static void load_loop(struct line *l)
{
	struct mdl_fn *f = fn_of(l, 1);
	size_t n;

	if (!f)
		return;
	n = f->n_loops;
	*GROW(f->loops, n) = (struct mdl_loop){ num(l, 2), num(l, 3), num(l, 4), num(l, 5), num(l, 6), num(l, 7),
						num(l, 8) };
	f->n_loops = n;
}

static void load_shape(struct line *l)
{
	struct mdl_fn *f = fn_of(l, 1);
	char *p = l->n > 4 ? l->part[4] : NULL;
	unsigned int i;

	if (!f || !p)
		return;
	f->shape.nodes = num(l, 2);
	f->shape.hash = strtoull(l->part[3], NULL, 16);
	for (i = 0; i < 24 && p; i++) {
		f->shape.min[i] = strtoul(p, NULL, 16);
		p = strchr(p, ',');
		p += p != NULL;
	}
}

static void load_reg(struct line *l)
{
	struct raw_reg *r = GROW(l->p->regs, l->p->n_regs);

	r->fn = str(l, 1);
	r->call = str(l, 2);
	r->line = num(l, 3);
	r->mode = str(l, 4)[0];
	r->known = strcmp(str(l, 5), "-");
	r->value = strtoull(str(l, 5), NULL, 16);
	r->name = str(l, 6);
	r->arg = str(l, 7);
}

static void load_const(struct line *l)
{
	struct raw_const *c = GROW(l->p->consts, l->p->n_consts);

	c->caller = str(l, 1);
	c->callee = str(l, 2);
	c->i = num(l, 3);
	c->line = num(l, 4);
	c->value = strtoull(str(l, 5), NULL, 16);
	c->name = str(l, 6);
}

static void load_pass(struct line *l)
{
	struct raw_pass *c = GROW(l->p->passes, l->p->n_passes);

	c->caller = str(l, 1);
	c->callee = str(l, 2);
	c->i = num(l, 3);
	c->line = num(l, 4);
	c->sink = str(l, 5);
}

static void load_own(struct raw_own *o, struct line *l, unsigned int line)
{
	o->fn = str(l, 1);
	o->a = str(l, 2);
	o->b = str(l, 3);
	o->line = line;
}

static void load_unit(struct line *l)
{
	struct mdl_unit *u;

	if (l->lib)
		return;
	u = GROW(l->p->units, l->p->n_units);
	u->file = str(l, 1);
	u->errors = num(l, 2);
}

static void load_table(struct line *l)
{
	struct mdl_table *t;

	if (l->lib)
		return;
	t = GROW(l->p->tables, l->p->n_tables);
	t->type = str(l, 1);
	t->var = str(l, 2);
	t->n = strtoll(str(l, 3), NULL, 10);
	t->line = num(l, 4);
}

static void load_record(struct line *l)
{
	struct mdl_record *r = GROW(l->p->records, l->p->n_records);

	r->name = str(l, 1);
	r->size = strtoll(str(l, 2), NULL, 10);
	r->line = num(l, 3);
}

/* Facts about a function that has been told by another unit. */
static bool told_before(struct line *l)
{
	char kind = l->part[0][0];
	unsigned int by = kind == 'A' || kind == 'E' ? 5 : 1;

	return strchr("CIAEXKLMVGTPQRHN", kind) && map_get(&l->told, str(l, by));
}

static void load_line(struct line *l)
{
	struct mdl_priv *p = l->p;

	if (told_before(l))
		return;
	switch (l->part[0][0]) {
	case 'F': load_function(l); break;
	case 'T': load_param(l); break;
	case 'C': load_call(l); break;
	case 'I': load_icall(l); break;
	case 'A': load_taken(l); break;
	case 'E': load_flow(l); break;
	case 'X': load_arg(l); break;
	case 'K': load_const(l); break;
	case 'L': load_pass(l); break;
	case 'M': load_access(l); break;
	case 'G': load_global(l); break;
	case 'S': load_member(l); break;
	case 'Z': load_record(l); break;
	case 'D': load_table(l); break;
	case 'R': load_reg(l); break;
	case 'P': load_loop(l); break;
	case 'H': load_shape(l); break;
	case 'U': load_unit(l); break;
	case 'V': load_own(GROW(p->voids, p->n_voids), l, 0); break;
	case 'N': load_own(GROW(p->allocs, p->n_allocs), l, 0); break;
	case 'Q': load_own(GROW(p->quirks, p->n_quirks), l, num(l, 3)); break;
	}
}

int load_module(struct mdl_priv *p, const struct kb_module *m, bool lib)
{
	struct line l = { .p = p, .module = m, .lib = lib };
	char *text, *rest, *line;
	const char *path;
	size_t i;

	for (i = 0; i < m->n_files; i++) {
		path = facts_path(p->s, m, &m->files[i]);
		rest = text = read_whole(path, NULL);
		if (!text) {
			fprintf(stderr, "xmd-slicer: %s: %s\n", path, strerror(errno));
			return -1;
		}
		while ((line = strsep(&rest, "\n"))) {
			l.n = split(line, '\t', l.part, PARTS);
			if (*line)
				load_line(&l);
		}
		free(text);
		map_free(&l.told);
	}
	return 0;
}
