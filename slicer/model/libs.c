// SPDX-License-Identifier: GPL-2.0
/*
 * Which other modules belong to the picture: those of the same folder tree whose exported functions are used
 * (8390 of ne2k-pci), and kernel libraries that call the driver back (mii).
 */
#include <string.h>

#include "../facts/cache.h"
#include "priv.h"

static unsigned int depth(const char *dir)
{
	unsigned int n = 0;

	for (; *dir; dir++)
		n += *dir == '/';
	return n;
}

static bool belongs(struct mdl_priv *p, const struct kb_module *lib)
{
	if (table_lookup(p->s, "libraries", lib->name, 0))
		return true;
	return depth(lib->dir) >= 2 && (is_below(lib->dir, p->kb->dir) || is_below(p->kb->dir, lib->dir));
}

static bool has(const struct mdl_priv *p, const struct kb_module *lib)
{
	size_t i;

	for (i = 0; i < p->n_libs; i++)
		if (p->libs[i] == lib)
			return true;
	return lib == p->kb;
}

static void add_exporters(struct mdl_priv *p, const char *symbol)
{
	const struct kb_module *e = NULL;

	while ((e = kb_exporter(p->s, symbol, e)))
		if (!has(p, e) && belongs(p, e))
			*GROW(p->libs, p->n_libs) = e;
}

/* The names that a module's facts call or take the address of; its definitions do not matter: they are its own. */
static int add_users(struct mdl_priv *p, const struct kb_module *m)
{
	char *text, *rest, *line, *part[6];
	size_t i;

	for (i = 0; i < m->n_files; i++) {
		rest = text = read_whole(facts_path(p->s, m, &m->files[i]), NULL);
		if (!text)
			return -1;
		while ((line = strsep(&rest, "\n"))) {
			if (line[0] != 'C' && line[0] != 'A')
				continue;
			if (split(line, '\t', part, 6) < 5)
				continue;
			if (line[0] == 'A')
				add_exporters(p, intern(part[1]));
			else if (*part[4] != 'k')
				add_exporters(p, intern(part[2]));
		}
		free(text);
	}
	return 0;
}

int find_libs(struct mdl_priv *p)
{
	size_t i;

	/* mii and mdio are there, whatever the driver's own root */
	free(kb_below(p->s, "drivers/net/mii", &i));
	if (add_users(p, p->kb))
		return -1;
	for (i = 0; i < p->n_libs; i++) {
		if (facts_make(p->s, &p->libs[i], 1) || add_users(p, p->libs[i]))
			return -1;
	}
	return 0;
}
