// SPDX-License-Identifier: GPL-2.0
/* What a module exports, by the text of its files: its facts may not be there yet. */
#include <ctype.h>
#include <string.h>

#include "manifest.h"

static void take_name(struct kb_module *m, const char *p)
{
	const char *from;

	p += strspn(p, "_GPLNSFUTREX");
	if (*p++ != '(')
		return;
	from = p += strspn(p, " \t\n");
	while (*p == '_' || isalnum((unsigned char)*p))
		p++;
	if (p > from)
		*GROW(m->exports, m->n_exports) = intern_n(from, p - from);
}

void find_exports(struct slicer *s, struct kb_module *m)
{
	static const char mark[] = "EXPORT_SYMBOL";
	const char *p;
	char *text;
	size_t i;

	for (i = 0; i < m->n_files; i++) {
		text = read_whole(internf("%s/%s", s->linux_tree, m->files[i].path), NULL);
		for (p = text; p && (p = strstr(p, mark)); ) {
			p += sizeof(mark) - 1;
			take_name(m, p);
		}
		free(text);
	}
}
