// SPDX-License-Identifier: GPL-2.0
/* emit.c - the driver's text, with what is not of a half taken out of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "emit.h"

enum into { INTO_CUT, INTO_KERN, INTO_USER };

struct text {
	char **line;
	unsigned int n;
	char *all;
};

static bool text_read(struct text *t, const char *path)
{
	FILE *f = fopen(path, "r");
	size_t size = 0, got;
	char *p;

	memset(t, 0, sizeof(*t));
	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	do {
		t->all = realloc(t->all, size + 65537);
		if (!t->all)
			exit(1);
		got = fread(t->all + size, 1, 65536, f);
		size += got;
	} while (got);
	fclose(f);
	t->all[size] = '\0';
	for (p = t->all; p && *p;) {
		t->line = realloc(t->line, (t->n + 1) * sizeof(*t->line));
		if (!t->line)
			exit(1);
		t->line[t->n++] = p;
		p = strchr(p, '\n');
		if (p)
			*p++ = '\0';
	}
	return true;
}

static void text_free(struct text *t)
{
	free(t->line);
	free(t->all);
}

/* ------------------------------------------------------------------------------------- what becomes of it */

enum fate { KEEP, REMOVE, STUB, UPCALL, DOWNCALL, REFUSE };

static bool called_or_named_outside(const struct slice *sl, const struct mdl_fn *fn)
{
	const struct mdl *m = sl->m;
	unsigned int i, k;

	for (i = 0; i < m->n_taken; i++)
		if (m->taken[i].fn == fn && (!m->taken[i].in || !in_user(sl, m->taken[i].in)))
			return true;
	for (i = 0; i < m->n_fns; i++)
		for (k = 0; !in_user(sl, &m->fns[i]) && k < m->fns[i].n_out; k++)
			if (m->fns[i].out[k].to == fn && !m->fns[i].out[k].icall)
				return true;
	return false;
}

static bool copied(const struct emit *e, const struct mdl_fn *fn, mdl_set copies)
{
	(void)e;
	return copies[fn->id];
}

static enum fate fate_of(const struct emit *e, const struct mdl_fn *fn, enum into into,
			 mdl_set copies)
{
	if (into == INTO_USER) {
		if (in_user(e->sl, fn) || copied(e, fn, copies))
			return KEEP;
		return is_down(e, fn) ? DOWNCALL : REFUSE;
	}
	if (!in_user(e->sl, fn))
		return KEEP;
	if (!fn->n_entries && !called_or_named_outside(e->sl, fn))
		return REMOVE;
	return into == INTO_KERN && fn->n_entries ? UPCALL : STUB;
}

/* The kernel half's functions that the user half has as well. */
static mdl_set find_copies(const struct slice *sl)
{
	mdl_set roots = mdl_none(sl->m), set;
	struct mdl_closure c;
	unsigned int i;

	for (i = 0; i < sl->n_down; i++)
		if (cut_can_copy(sl, sl->down[i].to))
			roots[sl->down[i].to->id] = 1;
	c = mdl_closure(sl->m, roots, EDGE_ALL);
	set = c.set;
	c.set = roots;
	mdl_closure_free(&c);
	return set;
}

static void stub_call(FILE *f, const struct mdl_fn *fn)
{
	unsigned int i;

	fprintf(f, "{ extern __typeof__(%s) sl_stub_%s; %ssl_stub_%s(", fn->name, fn->name,
		strcmp(fn->ret, "void") ? "return " : "", fn->name);
	for (i = 0; i < fn->n_params; i++)
		fprintf(f, "%s%s", i ? ", " : "", fn->params[i].name);
	fprintf(f, "); }");
}

static void body_of(struct emit *e, FILE *f, const struct mdl_fn *fn, enum fate fate)
{
	if (fate == STUB)
		stub_call(f, fn);
	else if (fate == UPCALL)
		emit_up_stub(e, f, fn);
	else if (fate == DOWNCALL)
		emit_down_stub(e, f, fn);
	else
		fprintf(f, "{ sl_refuse(\"%s\"); }", fn->name);
}

/* A line of the preprocessor's: what is defined inside of a function counts behind it, too. */
static bool is_directive(const char *line)
{
	static const char *const words[] = { "define", "undef", "if", "el", "end", "include" };
	unsigned int i;

	line += strspn(line, " \t");
	if (*line != '#')
		return false;
	line += 1 + strspn(line + 1, " \t");
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(line, words[i], strlen(words[i])))
			return true;
	return false;
}

static bool goes_on(const char *line)
{
	size_t n = strlen(line);

	return n && line[n - 1] == '\\';
}

/* Lines fn->start to fn->end; the file keeps its length. */
static void replace(struct emit *e, FILE *f, const struct text *t, const struct mdl_fn *fn,
		    enum fate fate)
{
	bool in_body = fate == REMOVE, keep = false;
	unsigned int i;

	for (i = fn->start - 1; i < fn->end && i < t->n; i++) {
		size_t n = strcspn(t->line[i], "{");

		if (!in_body) {
			fprintf(f, "%.*s", (int)n, t->line[i]);
			in_body = t->line[i][n] == '{';
			if (in_body)
				body_of(e, f, fn, fate);
		} else if (keep || is_directive(t->line[i])) {
			fputs(t->line[i], f);
			keep = goes_on(t->line[i]);
		}
		fputc('\n', f);
	}
}

static void tail(struct emit *e, FILE *f, const char *file, enum into into)
{
	unsigned int i;

	if (into == INTO_CUT)
		return;
	fprintf(f, "\n/* ---- made by xmd-slicer */\n");
	for (i = 0; i < e->sl->m->n_fns; i++) {
		const struct mdl_fn *fn = &e->sl->m->fns[i];

		if (strcmp(fn->file, file) || fn->lib)
			continue;
		if (into == INTO_USER && is_entry(e, fn))
			emit_up_server(e, f, fn);
		else if (into == INTO_KERN && is_down(e, fn))
			emit_down_server(e, f, fn);
	}
	if (strcmp(file, e->main))
		return;
	emit_symbols(e, f, file);
	fprintf(f, "#include \"slice_sync.h\"\n");
}

static bool one_file(struct emit *e, const char *file, enum into into, mdl_set copies)
{
	static const char *const dir[] = { "cut", "kern", "user" };
	const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	const struct mdl_fn **at;
	struct text t;
	char path[700];
	unsigned int i;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", e->sl->s->linux_tree, file);
	if (!text_read(&t, path))
		return false;
	snprintf(path, sizeof(path), "%s/%s", dir[into], base);
	f = slice_file(e->sl, path);
	at = calloc(t.n + 2, sizeof(*at));
	if (!f || !at)
		exit(1);
	for (i = 0; i < e->sl->m->n_fns; i++) {
		const struct mdl_fn *fn = &e->sl->m->fns[i];

		if (mdl_mine(fn) && !strcmp(fn->file, file) && fn->start && fn->start <= t.n)
			at[fn->start] = fn;
	}
	for (i = 1; i <= t.n; i++) {
		enum fate fate = at[i] ? fate_of(e, at[i], into, copies) : KEEP;

		if (fate == KEEP) {
			fprintf(f, "%s\n", t.line[i - 1]);
			continue;
		}
		replace(e, f, &t, at[i], fate);
		i = at[i]->end;
	}
	tail(e, f, file, into);
	free(at);
	text_free(&t);
	return !fclose(f);
}

/* The file that says which devices there are; it has the driver's structs, too. */
static const char *main_file(const struct emit *e)
{
	const struct mdl *m = e->sl->m;
	unsigned int i, k;

	for (i = 0; i < m->n_fns; i++)
		for (k = 0; k < m->fns[i].n_entries; k++)
			if (mdl_mine(&m->fns[i]) &&
			    strstr(m->fns[i].entries[k].name, "_driver.probe"))
				return m->fns[i].file;
	return m->n_files ? m->files[m->n_files - 1] : "";
}

static bool list_files(const struct emit *e)
{
	FILE *f = slice_file(e->sl, "files");
	unsigned int i;

	if (!f)
		return false;
	fprintf(f, "%s\n", e->main);
	for (i = 0; i < e->sl->m->n_files; i++)
		if (strcmp(e->sl->m->files[i], e->main))
			fprintf(f, "%s\n", e->sl->m->files[i]);
	return !fclose(f);
}

/* Libraries of the kernel that the user half is to be linked with: their files. */
static bool list_libraries(const struct emit *e)
{
	const struct mdl *m = e->sl->m;
	FILE *f = slice_file(e->sl, "libs");
	unsigned int i, k;

	if (!f)
		return false;
	for (i = 0; i < m->n_fns; i++) {
		for (k = 0; k < i; k++)
			if (e->sl->ulib[k] && !strcmp(m->fns[k].file, m->fns[i].file))
				break;
		if (e->sl->ulib[i] && k == i)
			fprintf(f, "%s\n", m->fns[i].file);
	}
	return !fclose(f);
}

static bool make_folders(const struct slice *sl)
{
	static const char *const names[] = { "cut", "kern", "user" };
	char path[700];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", sl->dir, names[i]);
		if (mkdir(path, 0777) && errno != EEXIST) {
			perror(path);
			return false;
		}
	}
	return true;
}

bool emit_all(struct slice *sl)
{
	struct emit e = { .sl = sl };
	mdl_set copies;
	bool ok = make_folders(sl);
	unsigned int i;

	e.main = main_file(&e);
	leaves_find(&e);
	copies = find_copies(sl);
	for (i = 0; i < sl->m->n_files && ok; i++)
		ok = one_file(&e, sl->m->files[i], INTO_CUT, copies) &&
		     one_file(&e, sl->m->files[i], INTO_KERN, copies) &&
		     one_file(&e, sl->m->files[i], INTO_USER, copies);
	ok = ok && list_files(&e) && list_libraries(&e) && emit_objects(&e) && emit_sync(&e);
	free(copies);
	free(e.leaf);
	free(e.embedded);
	return ok;
}
