// SPDX-License-Identifier: GPL-2.0
/* xmd-slicer facts: makes the facts that are not there. */
#include <string.h>

#include "../base/base.h"
#include "../facts/cache.h"

static const char help[] =
"usage: xmd-slicer facts [--paths | --flags] MODULE|FOLDER ...\n"
"\n"
"Reads all units of the modules, by name or below a folder of the kernel's source (drivers/net/ethernet). Units\n"
"that are known are not read again. A unit that does not parse without an error is refused, and is a failure.\n"
"\n"
"  --paths   then print where the facts are; what a line means is in slicer/facts/FORMAT\n"
"  --flags   only print each unit, and the flags it is parsed with, with tabs between\n";

static int add(struct slicer *s, const char *what, const struct kb_module ***list, size_t *n)
{
	const struct kb_module *m, **below;
	size_t n_below = 0, i;

	if (!strchr(what, '/')) {
		m = kb_find(s, what);
		if (m)
			*GROW(*list, *n) = m;
		return m ? 0 : -1;
	}
	below = kb_below(s, what, &n_below);
	for (i = 0; i < n_below; i++)
		*GROW(*list, *n) = below[i];
	free(below);
	if (!n_below)
		fprintf(stderr, "xmd-slicer: no module below %s\n", what);
	return n_below ? 0 : -1;
}

static void say_flags(struct slicer *s, const struct kb_module *m, const struct kb_file *f)
{
	int all, i;
	const char *const *common = kb_flags(s, &all);
	size_t n, j;
	const char **own = kb_unit_flags(s, m, f, &n);

	printf("%s/%s", s->linux_tree, f->path);
	for (i = 0; i < all; i++)
		printf("\t%s", common[i]);
	for (j = 0; j < n; j++)
		printf("\t%s", own[j]);
	putchar('\n');
	free(own);
}

int facts_command(struct slicer *s, int argc, char **argv)
{
	const struct kb_module **list = NULL;
	size_t n = 0, i, j, units = 0;
	bool paths = false, flags = false;
	int k, bad = 0;

	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		fputs(help, argc < 2 ? stderr : stdout);
		return argc < 2 ? 2 : 0;
	}
	for (k = 1; k < argc; k++)
		if (!strcmp(argv[k], "--paths"))
			paths = true;
		else if (!strcmp(argv[k], "--flags"))
			flags = true;
		else if (add(s, argv[k], &list, &n))
			return 1;
	if (!flags)
		bad = facts_make(s, list, n);
	for (i = 0; i < n; i++)
		for (j = 0; j < list[i]->n_files; j++, units++)
			if (flags)
				say_flags(s, list[i], &list[i]->files[j]);
			else if (paths)
				puts(facts_path(s, list[i], &list[i]->files[j]));
	if (!paths && !flags)
		printf("%zu modules, %zu units, %d refused\n", n, units, bad);
	free(list);
	return bad ? 1 : 0;
}
