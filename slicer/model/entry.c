// SPDX-License-Identifier: GPL-2.0
/* Which functions the kernel can call, what for, in which context: by the place that takes the address. */
#include <string.h>

#include "priv.h"

static const char *const purposes[] = { "init", "cleanup", "config", "pm", "ioctl", "proc", "err", "io", "irq", "timer",
					"work", "other", "export" };
static const char *const contexts[] = { "process", "thread", "atomic", "soft", "timer", "hard" };

const char *purpose_name(enum purpose p)
{
	return purposes[p];
}

const char *context_name(enum context c)
{
	return contexts[c];
}

static int find(const char *const *names, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	fprintf(stderr, "xmd-slicer: tables/entry.tsv: %s is no purpose or context\n", name);
	exit(1);
}

static bool called_through(const struct mdl *m, const char *sink)
{
	size_t i;

	for (i = 0; i < m->n_icalls; i++)
		if (m->icalls[i].key == sink)
			return true;
	return false;
}

/* The name of a place that is the kernel's; NULL: it is the driver's own. */
static const char *entry_name(const struct mdl *m, const char *sink)
{
	const char *hash;

	switch (sink[0]) {
	case 'f':
		if (own_field(m->priv, sink) && called_through(m, sink))
			return NULL;
		return intern(sink + 2);
	case 'p':
		hash = strrchr(sink, '#');
		if (sink[2] == '*' || !hash || fn_by_key(m->priv, intern_n(sink + 2, hash - sink - 2)))
			return NULL;
		return intern(sink + 2);
	case 'r':
		return !strncmp(sink, "ret:__inittest", 14) ? "init" : !strncmp(sink, "ret:__exittest", 14) ? "exit" :
		       NULL;
	case 'v':
		return strncmp(sink, "v:__UNIQUE_ID___addressable_", 28) && strncmp(sink, "v:__ksymtab", 11) ? NULL :
		       "export";
	default:
		return NULL;
	}
}

static void add_entry(struct mdl *m, struct mdl_fn *f, const char *name, const char *sink)
{
	struct slicer *s = m->priv->s;
	const char *what = table_lookup(s, "entry", name, 1), *where = table_lookup(s, "entry", name, 2);
	size_t n = f->n_entries, i;
	struct mdl_entry *e;

	for (i = 0; i < n; i++)
		if (!strcmp(f->entries[i].name, name))
			return;
	e = GROW(f->entries, n);
	f->n_entries = n;
	e->name = intern(name);
	e->purpose = FOR_OTHER;
	e->context = CTX_PROCESS;
	if (!strcmp(name, "export")) {
		e->purpose = FOR_EXPORT;
	} else if (what) {
		e->purpose = find(purposes, FOR_COUNT, what);
		e->context = find(contexts, sizeof(contexts) / sizeof(contexts[0]), where);
	}
	for (i = 0; i < m->n_taken && sink; i++)
		if (m->taken[i].fn == f && bare(m->taken[i].sink) == sink)
			e->set = &m->taken[i];
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct mdl_entry *)a)->name, ((const struct mdl_entry *)b)->name);
}

void link_entries(struct mdl *m)
{
	struct mdl_priv *p = m->priv;
	const struct pts *in;
	const char *name;
	struct mdl_fn *f;
	size_t i, j;

	for (i = 0; i < p->pts.size; i++) {
		in = p->pts.vals[i];
		if (!in || !in->n || !(name = entry_name(m, p->pts.keys[i])))
			continue;
		for (j = 0; j < in->n; j++) {
			f = fn_by_key(p, in->fns[j]);
			if (f && !f->artifact)
				add_entry(m, f, name, p->pts.keys[i]);
		}
	}
	for (i = 0; i < p->n_fns; i++)
		if (p->fns[i].taken && !p->fns[i].artifact && !strcmp(p->fns[i].ret, "irqreturn_t"))
			add_entry(m, &p->fns[i], "request_irq#1", NULL);
	/* the map's order is none */
	for (i = 0; i < p->n_fns; i++)
		if (p->fns[i].n_entries)
			qsort(p->fns[i].entries, p->fns[i].n_entries, sizeof(*p->fns[i].entries), by_name);
}

static bool is_root(const struct mdl_entry *e, unsigned int roots)
{
	switch (e->purpose) {
	case FOR_IRQ:
		return roots & ROOT_CRITICAL;
	case FOR_IO:
		return (roots & ROOT_CRITICAL) && e->context != CTX_PROCESS;
	case FOR_CONFIG:
		return (roots & ROOT_ATOMIC) && e->context == CTX_ATOMIC;
	case FOR_TIMER:
		return roots & ROOT_TIMER;
	case FOR_WORK:
		return roots & ROOT_WORK;
	default:
		return false;
	}
}

void mdl_roots(const struct mdl *m, unsigned int roots, mdl_set set)
{
	unsigned int i, j;

	for (i = 0; i < m->n_fns; i++)
		for (j = 0; j < m->fns[i].n_entries; j++)
			if (is_root(&m->fns[i].entries[j], roots))
				set[i] = 1;
}

void mdl_roots_for(const struct mdl *m, enum purpose p, mdl_set set)
{
	unsigned int i, j;

	for (i = 0; i < m->n_fns; i++)
		for (j = 0; j < m->fns[i].n_entries; j++)
			if (m->fns[i].entries[j].purpose == p)
				set[i] = 1;
}
