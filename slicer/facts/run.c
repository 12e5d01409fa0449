// SPDX-License-Identifier: GPL-2.0
/* Units through the extractor, some at a time, each in a process of its own: what one does to libclang ends with it. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/base.h"
#include "../tables/tables.h"
#include "cache.h"
#include "facts.h"

#ifndef FACTS_VERSION
#error "FACTS_VERSION, a hash of the extractor's source, is set by the Makefile"
#endif

struct work {
	const struct kb_module *m;
	const struct kb_file *f;
	const struct pch *pch;
	const char *facts, *fresh, *deps, *files;
	uint64_t key;
	pid_t pid;
};

uint64_t facts_key(struct slicer *s)
{
	static uint64_t key;
	const char *const *flags;
	char version[200];
	int i, n;

	if (key)
		return key;
	facts_version(version, sizeof(version));
	key = hash_string(hash_string(1, FACTS_VERSION), version);
	flags = kb_flags(s, &n);
	for (i = 0; i < n; i++)
		key = hash_string(key, flags[i]);
	return key |= 1;
}

const char *facts_path(struct slicer *s, const struct kb_module *m, const struct kb_file *f)
{
	return internf("%s/facts/%.*s@%s.tsv", s->cache, (int)strlen(f->path) - 2, f->path, m->name);
}

static const char **flags_of(struct slicer *s, const struct work *w, bool pch, int *count)
{
	const char *const *common, **own, **flags = NULL;
	size_t n = 0, n_own, j;
	int i, all;

	if (pch) {
		*GROW(flags, n) = "-include-pch";
		*GROW(flags, n) = w->pch->pch;
	}
	common = kb_flags(s, &all);
	for (i = 0; i < all; i++) {
		if (pch && !strcmp(common[i], "-include"))
			i++;	/* is in it */
		else
			*GROW(flags, n) = common[i];
	}
	own = kb_unit_flags(s, w->m, w->f, &n_own);
	for (j = 0; j < n_own; j++)
		*GROW(flags, n) = own[j];
	free(own);
	*count = n;
	return flags;
}

static void prepare(struct slicer *s, struct work *w, const struct kb_module *m, const struct kb_file *f)
{
	unsigned int i;

	w->m = m;
	w->f = f;
	w->facts = facts_path(s, m, f);
	w->deps = internf("%.*s.deps", (int)strlen(w->facts) - 4, w->facts);
	w->fresh = internf("%s.%d.new", w->facts, getpid());	/* two of us at a time do not meet */
	w->files = internf("%s.%d.files", w->deps, getpid());
	w->pch = pch_for(s, f);
	w->key = hash_string(facts_key(s), m->name);
	for (i = 0; i < f->n_flags; i++)
		w->key = hash_string(w->key, f->flags[i]);
	if (w->pch)
		w->key = hash_string(w->key, w->pch->pch);
}

static int parse(struct slicer *s, const struct work *w, bool pch)
{
	struct facts_job job = { .root = internf("%s/", s->linux_tree) };
	int errors, n;

	job.file = internf("%s/%s", s->linux_tree, w->f->path);
	job.flags = flags_of(s, w, pch, &n);
	job.n_flags = n;
	job.facts = fopen(w->fresh, "w");
	job.read = fopen(w->files, "w");
	if (!job.facts || !job.read)
		return -1;
	errors = facts_unit(&job);
	if (fclose(job.facts) | fclose(job.read))
		return -1;
	return errors;
}

/* In the unit's process.  What precompiled headers do not fit is parsed as it is. */
static int child(struct slicer *s, const struct work *w)
{
	const struct pch *pch = w->pch;
	int errors = -1;

	if (pch)
		errors = parse(s, w, true);
	if (errors) {
		errors = parse(s, w, false);
		pch = NULL;
	}
	if (errors < 0)
		return 2;
	if (deps_write(w->deps, w->key, w->files, pch ? pch->deps : NULL) ||
	    rename(w->fresh, w->facts))
		return 2;
	unlink(w->files);
	return errors ? 1 : 0;
}

/* A unit with errors is remembered as such: its facts are the errors. */
static int refused(const struct work *w, int status)
{
	char line[600] = "!	no facts";
	FILE *f = status ? NULL : fopen(w->facts, "r");

	if (f && !fgets(line, sizeof(line), f))
		line[0] = '!';
	if (f)
		fclose(f);
	if (status) {
		fprintf(stderr, "xmd-slicer: %s: the extractor failed on it (status %d)\n", w->f->path, status);
		unlink(w->deps);
		return 1;
	}
	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '!')
		fprintf(stderr, "xmd-slicer: %s: refused: %s\n", w->f->path, line + 2);
	return line[0] == '!';
}

struct pool { struct work **running; unsigned int n, max; struct progress bar; int bad; };

static void reap(struct pool *p)
{
	int status;
	pid_t pid = waitpid(-1, &status, 0);
	unsigned int i;

	for (i = 0; i < p->n && p->running[i]->pid != pid; i++)
		;
	if (i == p->n) {
		p->n = pid < 0 ? 0 : p->n;
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		status = 0;
	p->bad += refused(p->running[i], status);
	p->running[i] = p->running[--p->n];
	progress(&p->bar, p->bar.n + 1);
}

static void start(struct slicer *s, struct pool *p, struct work *w)
{
	while (p->n >= p->max)
		reap(p);
	make_dirs(w->facts);
	fflush(NULL);
	w->pid = fork();
	if (!w->pid)
		_exit(child(s, w));
	if (w->pid > 0)
		p->running[p->n++] = w;
	else
		p->bad++;
}

int facts_make(struct slicer *s, const struct kb_module *const *modules, size_t n)
{
	struct pool pool = { .max = s->jobs ? s->jobs : 1, .bar = { .what = "facts", .quiet = s->quiet } };
	struct work *todo = NULL, w;
	size_t n_todo = 0, i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < modules[i]->n_files; j++) {
			memset(&w, 0, sizeof(w));
			prepare(s, &w, modules[i], &modules[i]->files[j]);
			if (deps_fresh(w.deps, w.key) && !access(w.facts, R_OK))
				pool.bad += refused(&w, 0);
			else
				*GROW(todo, n_todo) = w;
		}
	pool.bar.all = n_todo;
	pool.running = calloc(pool.max, sizeof(*pool.running));
	if (!pool.running)
		out_of_memory();
	for (i = 0; i < n_todo; i++)
		start(s, &pool, &todo[i]);
	while (pool.n)
		reap(&pool);
	progress_end(&pool.bar);
	free(pool.running);
	free(todo);
	return pool.bad;
}
