// SPDX-License-Identifier: GPL-2.0
/* slice.c - xmd-slicer slice: opens a driver, cuts it, tells of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "slice.h"
#include "../emit/emit.h"

static const char usage[] =
	"usage: xmd-slicer slice [OPTION...] DRIVER\n"
	"\n"
	"Cuts a driver: which functions stay in the kernel, what crosses, whose each member of a "
	"struct is,\n"
	"which locks both halves take, what has to be said that C does not.\n"
	"  --timers=stay|defer   timers (default: defer, they become work of the user half)\n"
	"  --atomic=stay|defer   operations called with a lock held, though no data (default: "
	"stay)\n"
	"  --work=stay|defer     work (default: defer)\n"
	"  --notes=FILE          annotations (slicer/slice/notes.c says which there are)\n"
	"  -o DIR                tables as TSV go there (default: CACHE/slice/DRIVER)\n"
	"  --emit                declarations for xpc-gen, the kernel half's and the user half's "
	"source as well\n"
	"  -q                    no report on the standard output\n";

/* ---------------------------------------------------------------------------------------------- small */

static int by_place(const void *a, const void *b)
{
	const struct mdl_fn *x = *(struct mdl_fn *const *)a, *y = *(struct mdl_fn *const *)b;
	int d = strcmp(x->file, y->file);

	return d ? d : (x->start > y->start) - (x->start < y->start);
}

struct mdl_fn **slice_order(const struct slice *sl, unsigned int *n)
{
	struct mdl_fn **all = calloc(sl->m->n_fns + 1, sizeof(*all));
	unsigned int i;

	if (!all)
		exit(1);
	for (i = *n = 0; i < sl->m->n_fns; i++)
		if (mdl_mine(&sl->m->fns[i]))
			all[(*n)++] = &sl->m->fns[i];
	qsort(all, *n, sizeof(*all), by_place);
	return all;
}

/* "NAME+": go on at its end */
FILE *slice_file(const struct slice *sl, const char *name)
{
	char path[600];
	size_t n = strlen(name);
	bool more = name[n - 1] == '+';
	FILE *f;

	snprintf(path, sizeof(path), "%s/%.*s", sl->dir, (int)(n - more), name);
	f = fopen(path, more ? "a" : "w");
	if (!f)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return f;
}

static bool make_path(const char *dir)
{
	char path[600];
	char *p;

	snprintf(path, sizeof(path), "%s", dir);
	for (p = path + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			mkdir(path, 0777);
			*p = '/';
		}
	return !mkdir(path, 0777) || errno == EEXIST;
}

mdl_set slice_up_closure(const struct slice *sl, struct mdl_fn *f)
{
	mdl_set seen = mdl_none(sl->m);
	struct mdl_fn **todo = calloc(sl->m->n_fns + 1, sizeof(*todo));
	unsigned int n = 0, i;

	if (!todo)
		exit(1);
	seen[f->id] = 1;
	for (todo[n++] = f; n;) {
		const struct mdl_fn *at = todo[--n];

		for (i = 0; i < at->n_out; i++) {
			struct mdl_fn *to = at->out[i].to;

			if (seen[to->id] || !in_user(sl, to))
				continue;
			seen[to->id] = 1;
			todo[n++] = to;
		}
	}
	free(todo);
	return seen;
}

/* ---------------------------------------------------------------------------------------------- halves */

static bool is_glue(const struct mdl_fn *f)
{
	unsigned int i;

	for (i = 0; i < f->n_entries; i++)
		if (!strcmp(f->entries[i].name, "init") || !strcmp(f->entries[i].name, "exit"))
			return true;
	return false;
}

static void libraries(struct slice *sl, enum half half, mdl_set into)
{
	mdl_set roots = mdl_none(sl->m);
	struct mdl_closure c;
	unsigned int i;

	for (i = 0; i < sl->m->n_fns; i++)
		roots[i] = sl->half[i] == half;
	c = mdl_closure(sl->m, roots, EDGE_ALL);
	for (i = 0; i < sl->m->n_fns; i++)
		into[i] = c.set[i] && sl->m->fns[i].lib;
	mdl_closure_free(&c);
	free(roots);
}

static void halves(struct slice *sl)
{
	const struct mdl *m = sl->m;
	mdl_set roots = mdl_none(m);
	unsigned int i;

	mdl_roots(m,
		  ROOT_CRITICAL | (sl->opt.atomic_stay ? ROOT_ATOMIC : 0) |
			  (sl->opt.timers_stay ? ROOT_TIMER : 0) |
			  (sl->opt.work_stay ? ROOT_WORK : 0),
		  roots);
	for (i = 0; i < m->n_fns; i++)
		if (mdl_mine(&m->fns[i]) && note_find(sl, "stay", m->fns[i].name, NULL))
			roots[i] = 1;
	sl->kernel = mdl_closure(m, roots, EDGE_ALL);
	for (i = 0; i < m->n_fns; i++) {
		if (!mdl_mine(&m->fns[i]))
			continue;
		sl->half[i] = sl->kernel.set[i]	    ? HALF_KERNEL
			      : is_glue(&m->fns[i]) ? HALF_GLUE
						    : HALF_USER;
	}
	libraries(sl, HALF_KERNEL, sl->klib);
	libraries(sl, HALF_USER, sl->ulib);
	free(roots);
}

struct slice *slice_open(struct slicer *s, const char *module, struct slice_options opt,
			 const char *notes)
{
	struct slice *sl = calloc(1, sizeof(*sl));
	unsigned int n;

	if (!sl)
		exit(1);
	sl->s = s;
	sl->opt = opt;
	if (notes && !notes_read(sl, notes)) {
		slice_close(sl);
		return NULL;
	}
	sl->m = mdl_open(s, module);
	if (!sl->m) {
		slice_close(sl);
		return NULL;
	}
	n = sl->m->n_members + 1;
	sl->half = calloc(sl->m->n_fns + 1, 1);
	sl->klib = mdl_none(sl->m);
	sl->ulib = mdl_none(sl->m);
	sl->k = calloc(n, 1);
	sl->u = calloc(n, 1);
	sl->cls = calloc(n, 1);
	sl->kept = calloc(n, sizeof(*sl->kept));
	if (!sl->half || !sl->k || !sl->u || !sl->cls || !sl->kept)
		exit(1);
	halves(sl);
	members_side(sl);
	cut_find(sl);
	return sl;
}

void slice_close(struct slice *sl)
{
	if (sl->m) {
		mdl_closure_free(&sl->kernel);
		mdl_close(sl->m);
	}
	free(sl->half);
	free(sl->klib);
	free(sl->ulib);
	free(sl->k);
	free(sl->u);
	free(sl->cls);
	free(sl->kept);
	free(sl->down);
	free(sl->notes);
	free(sl);
}

/* --------------------------------------------------------------------------------------------- command */

struct wanted {
	struct slice_options opt;
	const char *notes, *dir, *module;
	bool emit, quiet;
};

/* Return: 1 taken, 0 not an option */
static int take_choice(const char *arg, const char *name, bool *stay)
{
	size_t n = strlen(name);

	if (strncmp(arg, name, n))
		return 0;
	if (strcmp(arg + n, "stay") && strcmp(arg + n, "defer"))
		return 0;
	*stay = !strcmp(arg + n, "stay");
	return 1;
}

static bool take_options(int argc, char **argv, struct wanted *w)
{
	int i;

	for (i = 1; i < argc; i++) {
		const char *a = argv[i];

		if (take_choice(a, "--timers=", &w->opt.timers_stay) ||
		    take_choice(a, "--atomic=", &w->opt.atomic_stay) ||
		    take_choice(a, "--work=", &w->opt.work_stay))
			continue;
		if (!strncmp(a, "--notes=", 8))
			w->notes = a + 8;
		else if (!strcmp(a, "-o") && i + 1 < argc)
			w->dir = argv[++i];
		else if (!strcmp(a, "--emit"))
			w->emit = true;
		else if (!strcmp(a, "-q"))
			w->quiet = true;
		else if (*a == '-' || w->module)
			return false;
		else
			w->module = a;
	}
	return w->module;
}

static void say_head(const struct slice *sl)
{
	unsigned int i;

	fprintf(sl->say, "%s (%s", sl->m->module, sl->m->dir);
	for (i = 0; i < sl->m->n_libs; i++)
		fprintf(sl->say, ", with %s", sl->m->libs[i]);
	fprintf(sl->say, "): timers %s, atomic operations %s, work %s\n\n",
		sl->opt.timers_stay ? "stay" : "deferred",
		sl->opt.atomic_stay ? "stay" : "deferred",
		sl->opt.work_stay ? "stays" : "deferred");
}

static int report(struct slice *sl, bool emit)
{
	unsigned int i;

	if (sl->say)
		say_head(sl);
	cut_report(sl);
	members_report(sl);
	hw_report(sl);
	missing_report(sl);
	if (emit && !emit_all(sl))
		return 1;
	/* which of them are needed, only emit asks */
	for (i = 0; emit && i < sl->n_notes; i++)
		if (!sl->notes[i].used)
			fprintf(stderr, "note in line %u: %s %s: names nothing that is here\n",
				sl->notes[i].line, sl->notes[i].word, sl->notes[i].a);
	if (sl->upward)
		fprintf(stderr, "%s: %u calls from the kernel half to the user half\n",
			sl->m->module, sl->upward);
	return !!sl->upward;
}

int slice_command(struct slicer *s, int argc, char **argv)
{
	struct wanted w = { .opt.atomic_stay = true };
	char dir[500];
	struct slice *sl;
	int ret;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return 0;
	}
	if (!take_options(argc, argv, &w)) {
		fputs(usage, stderr);
		return 2;
	}
	snprintf(dir, sizeof(dir), "%s/slice/%s", s->cache, w.module);
	sl = slice_open(s, w.module, w.opt, w.notes);
	if (!sl)
		return 1;
	sl->dir = w.dir ? w.dir : dir;
	sl->say = w.quiet ? NULL : stdout;
	if (!make_path(sl->dir)) {
		perror(sl->dir);
		slice_close(sl);
		return 1;
	}
	ret = report(sl, w.emit);
	slice_close(sl);
	return ret;
}
