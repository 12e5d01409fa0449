// SPDX-License-Identifier: GPL-2.0
/* xmd-slicer study: all drivers, their rows, the tables. */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "../facts/cache.h"
#include "study.h"

static const char help[] =
"usage: xmd-slicer study [-o FOLDER] [--known] [FOLDER ...]\n"
"\n"
"The figures of all drivers below folders of the kernel's source (drivers/net/ethernet; default: all of\n"
"tables/roots.tsv): what is critical, what lines are for, what is outside the class, chips, calls, similar code.\n"
"Writes drivers.tsv, a row each, study.md, the tables, unresolved.tsv, the calls through pointers that are not known,\n"
"and critical.tsv for critical.gp to plot.\n"
"\n"
"  -o FOLDER   where to (slicer/results)\n"
"  --known     only drivers all of whose facts are there: nothing is parsed\n";

enum { OPT_KNOWN = 256 };

struct options { const char *out; bool known; };

static int options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = { { "known", no_argument, NULL, OPT_KNOWN }, { "help", no_argument, NULL, 'h' },
					       { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "o:h", longs, NULL)) != -1)
		switch (c) {
		case 'o': o->out = optarg; break;
		case OPT_KNOWN: o->known = true; break;
		case 'h': fputs(help, stdout); exit(0);
		default: fputs(help, stderr); exit(2);
		}
	return optind;
}

static bool facts_there(struct slicer *s, const struct kb_module *m)
{
	size_t i;

	for (i = 0; i < m->n_files; i++)
		if (access(facts_path(s, m, &m->files[i]), R_OK))
			return false;
	return true;
}

static const char *class_of(struct slicer *s, const struct kb_module *m)
{
	const char *root;
	unsigned int i;

	for (i = 0; (root = table_row(s, "roots", i, 0)); i++)
		if (root == m->root)
			return table_row(s, "roots", i, 1);
	return "?";
}

/* A module in two folders, or below two arguments, counts once. */
static struct kb_module const **modules_below(struct slicer *s, int argc, char **argv, bool known, size_t *n)
{
	const struct kb_module **list = NULL, **below;
	struct map seen = { 0 };
	static char all_drivers[] = "drivers", all_sound[] = "sound";
	char *all[] = { all_drivers, all_sound };
	size_t i, n_below;
	int k;

	*n = 0;
	if (!argc) {
		argc = 2;
		argv = all;
	}
	for (k = 0; k < argc; k++) {
		below = kb_below(s, argv[k], &n_below);
		for (i = 0; i < n_below; i++) {
			if (map_get(&seen, below[i]) || (known && !facts_there(s, below[i])))
				continue;
			*map_at(&seen, below[i]) = (void *)below[i];
			*GROW(list, *n) = below[i];
		}
		free(below);
	}
	map_free(&seen);
	return list;
}

static void add_row(struct study *st, const struct kb_module *kb)
{
	struct mdl *m = mdl_open(st->s, kb->name);
	struct row *r;

	if (!m) {
		st->refused++;
		return;
	}
	r = GROW(st->rows, st->n_rows);
	fill_row(st, m, r);
	r->class = class_of(st->s, kb);
	if (!r->lines)	/* a module of nothing but data */
		st->n_rows--;
	mdl_close(m);
}

int study_command(struct slicer *s, int argc, char **argv)
{
	struct options o = { .out = internf("%s/../results", s->tables) };
	int first = options(&o, argc, argv);
	struct progress bar = { .what = "study", .quiet = s->quiet };
	struct study st = { .s = s };
	const struct kb_module **list;
	size_t n, i;

	list = modules_below(s, argc - first, argv + first, o.known, &n);
	if (!n) {
		fputs("xmd-slicer: no modules there\n", stderr);
		return 1;
	}
	if (!o.known)
		facts_make(s, list, n);
	bar.all = n;
	make_dirs(internf("%s/", o.out));
	st.unresolved = fopen(internf("%s/unresolved.tsv", o.out), "w");
	if (st.unresolved)
		fputs("module\tplace\tfunction\tthrough\tknown by\ttargets\n", st.unresolved);
	s->quiet = true;
	for (i = 0; i < n; i++) {
		add_row(&st, list[i]);
		progress(&bar, i + 1);
	}
	progress_end(&bar);
	free(list);
	if (!st.unresolved || fclose(st.unresolved) || !st.n_rows || rows_write(&st, o.out) || tables_write(&st, o.out)) {
		fprintf(stderr, "xmd-slicer: %s: cannot be written\n", o.out);
		return 1;
	}
	printf("%zu drivers in %s/study.md; %zu modules refused\n", st.n_rows, o.out, st.refused);
	return 0;
}
