// SPDX-License-Identifier: GPL-2.0
/* From a module's name to its model. */
#include <string.h>

#include "../facts/cache.h"
#include "priv.h"

struct mdl_fn *fn_by_key(const struct mdl_priv *p, const char *key)
{
	size_t at = (size_t)map_get(&p->fn_by_key, key);

	return at ? &p->fns[at - 1] : NULL;
}

bool own_field(const struct mdl_priv *p, const char *sink)
{
	return map_get(&p->own_fields, sink);
}

static const struct mdl_member *member_by_key(const struct mdl_priv *p, const char *key)
{
	size_t at = (size_t)map_get(&p->member_by_key, key);

	return at ? &p->members[at - 1] : NULL;
}

/* All are read: ids become addresses. */
static void settle_access(struct mdl_priv *p)
{
	size_t i;
	unsigned int j;

	for (i = 0; i < p->n_fns; i++)
		for (j = 0; j < p->fns[i].n_access; j++) {
			struct mdl_access *a = &p->fns[i].access[j];

			a->member = &p->members[(size_t)a->member - 1];
		}
}

static void settle_taken(struct mdl *m)
{
	struct mdl_priv *p = m->priv;
	struct mdl_taken *t;
	size_t i, n = 0;

	for (i = 0; i < p->n_taken; i++) {
		struct mdl_fn *f = fn_by_key(p, p->taken[i].fn);

		if (!f)
			continue;
		t = GROW(m->taken, n);
		*t = (struct mdl_taken){ f, p->taken[i].sink, p->taken[i].file, p->taken[i].line,
					 fn_by_key(p, p->taken[i].in) };
	}
	m->n_taken = n;
}

static void settle_own(struct mdl *m)
{
	struct mdl_priv *p = m->priv;
	const struct mdl_member *member;
	size_t i, voids = 0, allocs = 0, quirks = 0;

	for (i = 0; i < p->n_voids; i++)
		if ((member = member_by_key(p, p->voids[i].a)))
			*GROW(m->voids, voids) = (struct mdl_void){ member, fn_by_key(p, p->voids[i].fn), p->voids[i].b };
	for (i = 0; i < p->n_allocs; i++)
		if ((member = member_by_key(p, p->allocs[i].a)))
			*GROW(m->allocs, allocs) = (struct mdl_alloc){ member, fn_by_key(p, p->allocs[i].fn),
								       p->allocs[i].b };
	for (i = 0; i < p->n_quirks; i++)
		if (fn_by_key(p, p->quirks[i].fn))
			*GROW(m->quirks, quirks) = (struct mdl_quirk){ fn_by_key(p, p->quirks[i].fn), p->quirks[i].a,
								       p->quirks[i].line };
	m->n_voids = voids;
	m->n_allocs = allocs;
	m->n_quirks = quirks;
}

static void settle_names(struct mdl *m)
{
	struct mdl_priv *p = m->priv;
	size_t i;

	m->module = p->kb->name;
	m->dir = p->kb->dir;
	m->n_files = p->kb->n_files;
	m->files = calloc(p->kb->n_files + 1, sizeof(*m->files));
	m->n_libs = p->n_libs;
	m->libs = calloc(p->n_libs + 1, sizeof(*m->libs));
	if (!m->files || !m->libs)
		out_of_memory();
	for (i = 0; i < p->kb->n_files; i++)
		m->files[i] = p->kb->files[i].path;
	for (i = 0; i < p->n_libs; i++)
		m->libs[i] = p->libs[i]->name;
}

static void link_all(struct mdl *m)
{
	struct mdl_priv *p = m->priv;

	settle_access(p);
	m->fns = p->fns;
	m->n_fns = p->n_fns;
	m->members = p->members;
	m->n_members = p->n_members;
	m->flows = p->flows;
	m->n_flows = p->n_flows;
	m->units = p->units;
	m->n_units = p->n_units;
	m->tables = p->tables;
	m->n_tables = p->n_tables;
	m->records = p->records;
	m->n_records = p->n_records;
	settle_names(m);
	settle_taken(m);
	settle_own(m);
	link_sinks(m);
	link_icalls(m);
	link_edges(m);
	link_entries(m);
	link_regs(m);
	link_locks(m);
}

static int load_all(struct mdl_priv *p)
{
	size_t i;

	if (facts_make(p->s, &p->kb, 1) || find_libs(p) || load_module(p, p->kb, false))
		return -1;
	for (i = 0; i < p->n_libs; i++)
		if (load_module(p, p->libs[i], true))
			return -1;
	return 0;
}

struct mdl *mdl_open(struct slicer *s, const char *module)
{
	struct mdl *m = calloc(1, sizeof(*m));
	struct mdl_priv *p = calloc(1, sizeof(*p));

	if (!m || !p)
		out_of_memory();
	m->priv = p;
	p->s = s;
	p->kb = kb_find(s, module);
	if (!p->kb || load_all(p)) {
		mdl_close(m);
		return NULL;
	}
	link_all(m);
	return m;
}

static void close_fns(struct mdl_priv *p)
{
	size_t i;

	for (i = 0; i < p->n_fns; i++) {
		struct mdl_fn *f = &p->fns[i];

		free(f->params);
		free(f->out);
		free(f->kcalls);
		free(f->sites);
		free(f->access);
		free(f->globals);
		free(f->args);
		free(f->entries);
		free(f->regs);
		free(f->locks);
		free(f->loops);
	}
	free(p->fns);
}

static void close_raw(struct mdl_priv *p)
{
	struct pts *in;
	size_t i;

	for (i = 0; i < p->pts.size; i++) {
		in = p->pts.vals[i];
		if (in) {
			free(in->fns);
			free(in->from);
			free(in);
		}
	}
	map_free(&p->pts);
	map_free(&p->fn_by_key);
	map_free(&p->member_by_key);
	map_free(&p->own_fields);
	free(p->libs);
	free(p->calls);
	free(p->icalls);
	free(p->taken);
	free(p->consts);
	free(p->passes);
	free(p->regs);
	free(p->voids);
	free(p->allocs);
	free(p->quirks);
}

void mdl_close(struct mdl *m)
{
	struct mdl_priv *p = m->priv;
	unsigned int i;

	close_fns(p);
	close_raw(p);
	free(p->members);
	free(p->flows);
	free(p->units);
	free(p->tables);
	free(p->records);
	free(p);
	for (i = 0; i < m->n_icalls; i++)
		free(m->icalls[i].targets);
	free(m->icalls);
	free(m->taken);
	free(m->allocs);
	free(m->voids);
	free(m->quirks);
	free(m->files);
	free(m->libs);
	free(m);
}

struct mdl_fn *mdl_fn(const struct mdl *m, const char *key)
{
	struct mdl_fn *f = fn_by_key(m->priv, intern(key)), *only = NULL;
	unsigned int i;

	if (f)
		return f;
	for (i = 0; i < m->n_fns; i++)
		if (!strcmp(m->fns[i].name, key)) {
			if (only)
				return NULL;
			only = &m->fns[i];
		}
	return only;
}

const struct mdl_member *mdl_member(const struct mdl *m, const char *key)
{
	return member_by_key(m->priv, intern(key));
}
