// SPDX-License-Identifier: GPL-2.0
/* xmd-slicer explain: why a function is in its half. */
#include <getopt.h>
#include <string.h>

#include "../base/base.h"
#include "../model/model.h"

static const char help[] =
"usage: xmd-slicer explain [--atomic stay|defer] [--timers stay|defer] [--work stay|defer]\n"
"                          [--edges all|direct] [-v] DRIVER [FUNCTION ...]\n"
"\n"
"Says in which half a function is, and the chain of calls from a place where the kernel enters the driver, with the\n"
"place where each pointer was set. Without a function: the halves in figures.\n"
"Deferred means: done later, by the user half. (atomic: stay, timers and work: defer)\n"
"With -v also what the function touches: registers, locks, members, the kernel.\n";

static const char *place(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

static void say_entries(const struct mdl_fn *f)
{
	unsigned int i;

	for (i = 0; i < f->n_entries; i++) {
		const struct mdl_entry *e = &f->entries[i];

		printf("  the kernel calls it as %s: %s, in %s context", e->name, purpose_name(e->purpose),
		       context_name(e->context));
		if (e->set)
			printf("; set at %s:%u", place(e->set->file), e->set->line);
		putchar('\n');
	}
}

static void say_edge(const struct mdl *m, const struct mdl_edge *e)
{
	const struct mdl_taken *at[3];
	unsigned int n, i;

	printf("  %s:%u  %s calls %s", place(e->from->file), e->line, e->from->name, e->to->name);
	if (!e->icall) {
		putchar('\n');
		return;
	}
	printf(" through %s (known by %s)\n", e->icall->key, how_name(e->icall->how));
	n = mdl_set_at(m, e, at, 3);
	for (i = 0; i < n && i < 3; i++)
		printf("      set at %s:%u%s%s\n", place(at[i]->file), at[i]->line, at[i]->in ? " in " : "",
		       at[i]->in ? at[i]->in->name : "");
	if (n > 3)
		printf("      and at %u more places\n", n - 3);
}

static void say_chain(const struct mdl *m, const struct mdl_closure *c, const struct mdl_fn *f)
{
	const struct mdl_edge *chain[64];
	int n = mdl_why(c, f, chain, 64), i;

	if (n < 0)
		return;
	say_entries(n ? chain[0]->from : f);
	for (i = 0; i < n && i < 64; i++)
		say_edge(m, chain[i]);
}

static void say_touched(const struct mdl_fn *f)
{
	unsigned int i;

	for (i = 0; i < f->n_regs; i++)
		printf("  register %s %s by %s, line %u\n", f->regs[i].name, f->regs[i].mode == 'r' ? "read" : "written",
		       f->regs[i].call, f->regs[i].line);
	for (i = 0; i < f->n_locks; i++)
		printf("  lock %s %s, line %u\n", f->locks[i].lock, f->locks[i].release ? "let go" : "taken",
		       f->locks[i].line);
	for (i = 0; i < f->n_access; i++)
		printf("  member %s %c\n", f->access[i].member->key, f->access[i].mode);
	for (i = 0; i < f->n_sites; i++)
		printf("  calls %s (%s), line %u\n", f->sites[i].callee, f->sites[i].category, f->sites[i].line);
}

static void explain(const struct mdl *m, const struct mdl_closure *kernel, const struct mdl_closure *all,
		    const struct mdl_fn *f)
{
	bool in = kernel->set[f->id];

	printf("%s (%s:%u, %u lines): %s\n", f->name, f->file, f->start, f->loc,
	       f->lib ? "of a library module" : in ? "kernel half" : all->set[f->id] ? "user half" :
	       "user half; nothing is seen to call it");
	if (in) {
		say_chain(m, kernel, f);
	} else if (all->set[f->id]) {
		puts("  not reached from interrupts, data supply or what else stays; reached like this:");
		say_chain(m, all, f);
	}
}

static void figures(const struct mdl *m, const struct mdl_closure *kernel)
{
	mdl_set all = mdl_none(m);
	unsigned int i, lines, n;

	for (i = 0; i < m->n_fns; i++)
		all[i] = 1;
	n = mdl_count(m, all);
	lines = mdl_lines(m, all);
	printf("%s: %u functions, %u lines; kernel half %u functions, %u lines (%.1f %%)\n", m->module, n, lines,
	       mdl_count(m, kernel->set), mdl_lines(m, kernel->set),
	       lines ? 100.0 * mdl_lines(m, kernel->set) / lines : 0);
	for (i = 0; i < m->n_libs; i++)
		printf("  with %s\n", m->libs[i]);
	free(all);
}

struct choice { int roots; unsigned int edges; bool verbose; };

static int options(int argc, char **argv, struct choice *how)
{
	static const struct option longs[] = {
		{ "atomic", required_argument, NULL, ROOT_ATOMIC }, { "timers", required_argument, NULL, ROOT_TIMER },
		{ "work", required_argument, NULL, ROOT_WORK }, { "help", no_argument, NULL, 'h' },
		{ "edges", required_argument, NULL, 'e' }, { NULL, 0, NULL, 0 }
	};
	int c;

	*how = (struct choice){ ROOT_CRITICAL | ROOT_ATOMIC, EDGE_ALL, false };

	while ((c = getopt_long(argc, argv, "hv", longs, NULL)) != -1) {
		if (c == 'h' || c == '?') {
			fputs(help, c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 2);
		}
		if (c == 'v')
			how->verbose = true;
		else if (c == 'e')
			how->edges = strcmp(optarg, "direct") ? EDGE_ALL : EDGE_DIRECT;
		else if (!strcmp(optarg, "stay"))
			how->roots |= c;
		else if (!strcmp(optarg, "defer"))
			how->roots &= ~c;
		else
			return -1;
	}
	return optind < argc ? 0 : -1;
}

int explain_command(struct slicer *s, int argc, char **argv)
{
	struct choice how;
	int wrong = options(argc, argv, &how), err = 0, i;
	struct mdl_closure kernel, all;
	mdl_set from;
	struct mdl *m;
	unsigned int j;

	if (wrong) {
		fputs(help, stderr);
		return 2;
	}
	m = mdl_open(s, argv[optind]);
	if (!m)
		return 1;
	from = mdl_none(m);
	mdl_roots(m, how.roots, from);
	kernel = mdl_closure(m, from, how.edges);
	for (j = 0; j < m->n_fns; j++)
		from[j] = m->fns[j].n_entries > 0;
	all = mdl_closure(m, from, EDGE_ALL);
	if (optind + 1 == argc)
		figures(m, &kernel);
	for (i = optind + 1; i < argc; i++) {
		const struct mdl_fn *f = mdl_fn(m, argv[i]);

		if (f) {
			explain(m, &kernel, &all, f);
			if (how.verbose)
				say_touched(f);
		} else {
			fprintf(stderr, "xmd-slicer: %s has no function %s, or more than one\n", m->module, argv[i]);
			err = 1;
		}
	}
	free(from);
	mdl_closure_free(&kernel);
	mdl_closure_free(&all);
	mdl_close(m);
	return err;
}
