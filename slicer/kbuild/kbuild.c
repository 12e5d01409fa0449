// SPDX-License-Identifier: GPL-2.0
/* Modules by name, by folder, by what they export. */
#include <string.h>
#include <unistd.h>

#include "../tables/tables.h"
#include "manifest.h"

static struct map manifests;	/* root -> struct manifest */
static struct map exporters;	/* symbol -> struct exporter */

struct exporter { const struct kb_module *m; struct exporter *next; };

static void note_exports(const struct kb_module *m)
{
	size_t i;

	for (i = 0; i < m->n_exports; i++) {
		void **at = map_at(&exporters, m->exports[i]);
		struct exporter *e = *at;

		/* exported in both branches of an #if: once, or who asks for the next would never come to an end */
		if (e && e->m == m)
			continue;
		e = calloc(1, sizeof(*e));
		if (!e)
			out_of_memory();
		e->m = m;
		e->next = *at;
		*at = e;
	}
}

static struct manifest *manifest_of(struct slicer *s, const char *root)
{
	struct manifest *m = map_get(&manifests, root);
	size_t i;

	if (m)
		return m;
	m = calloc(1, sizeof(*m));
	if (!m)
		out_of_memory();
	m->root = root;
	if (!manifest_load(s, m)) {
		if (!s->quiet)
			fprintf(stderr, "xmd-slicer: asking make about %s\n", root);
		m->n_modules = 0;
		if (!enumerate(s, m))
			manifest_save(s, m);
	}
	for (i = 0; i < m->n_modules; i++)
		note_exports(m->modules[i]);
	*map_at(&manifests, root) = m;
	return m;
}

const struct kb_module *kb_find(struct slicer *s, const char *name)
{
	const char *root, *key;
	char text[200], *p;
	unsigned int i;
	size_t j;

	snprintf(text, sizeof(text), "%s", name);
	for (p = text; *p; p++)
		if (*p == '-')
			*p = '_';
	key = intern(text);
	for (i = 0; (root = table_row(s, "roots", i, 0)); i++) {
		struct manifest *m = manifest_of(s, root);

		for (j = 0; j < m->n_modules; j++)
			if (m->modules[j]->name == key)
				return m->modules[j];
	}
	fprintf(stderr, "xmd-slicer: no module %s in Debian's configuration\n", name);
	return NULL;
}

const struct kb_module **kb_below(struct slicer *s, const char *dir, size_t *n)
{
	const struct kb_module **list = NULL;
	struct manifest *m;
	const char *root;
	unsigned int i;
	size_t j;

	*n = 0;
	for (i = 0; (root = table_row(s, "roots", i, 0)); i++) {
		if (!is_below(root, dir) && !is_below(dir, root))
			continue;
		m = manifest_of(s, root);
		for (j = 0; j < m->n_modules; j++)
			if (is_below(m->modules[j]->dir, dir))
				*GROW(list, *n) = m->modules[j];
	}
	return list;
}

const struct kb_module *kb_exporter(struct slicer *s, const char *symbol, const struct kb_module *prev)
{
	struct exporter *e = map_get(&exporters, symbol);

	(void)s;
	while (prev && e && e->m != prev)
		e = e->next;
	if (prev && e)
		e = e->next;
	return e ? e->m : NULL;
}
