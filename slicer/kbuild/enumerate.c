// SPDX-License-Identifier: GPL-2.0
/* make evaluates the Makefile of each folder (enum.mk); from its answer go the folders below. */
#include <ctype.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tables/tables.h"
#include "manifest.h"

struct words { const char **w; size_t n; };

static struct words words_of(char *text)
{
	struct words l = { NULL, 0 };
	char *w;

	while ((w = strsep(&text, " ")))
		if (*w)
			*GROW(l.w, l.n) = intern(w);
	return l;
}

struct answer {
	struct words *modules;	/* name, objects */
	size_t n_modules;
	struct words *own;	/* object, flags */
	size_t n_own;
	struct words below, flags, sub_flags;
};

static void take_line(struct answer *a, char *line)
{
	char kind = line[0];

	if (!kind || line[1] != ' ')
		return;
	line += 2;
	switch (kind) {
	case 'M':
		*GROW(a->modules, a->n_modules) = words_of(line);
		break;
	case 'V':
		*GROW(a->own, a->n_own) = words_of(line);
		break;
	case 'S':
		*GROW(a->below.w, a->below.n) = intern(line);
		break;
	case 'F':
		a->flags = words_of(line);
		break;
	case 'P':
		a->sub_flags = words_of(line);
		break;
	}
}

static FILE *run_make(struct slicer *s, const char *dir, pid_t *pid)
{
	const char *mk = internf("%s/../kbuild/enum.mk", s->tables), *d = internf("D=%s", dir);
	const char *config = internf("CONFIG=%s/include/config/auto.conf", s->headers);
	int fd[2];

	if (pipe(fd))
		return NULL;
	*pid = fork();
	if (!*pid) {
		dup2(fd[1], 1);
		close(fd[0]);
		unsetenv("MAKEFLAGS");
		unsetenv("MAKELEVEL");
		execlp("make", "make", "-s", "-r", "-R", "-C", s->linux_tree, "-f", mk, d, config, (char *)NULL);
		_exit(127);
	}
	close(fd[1]);
	return fdopen(fd[0], "r");
}

static int ask(struct slicer *s, const char *dir, struct answer *a)
{
	pid_t pid;
	FILE *f = run_make(s, dir, &pid);
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int status;

	if (!f)
		return -1;
	while ((n = getline(&line, &size, f)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		take_line(a, line);
	}
	free(line);
	fclose(f);
	if (waitpid(pid, &status, 0) < 0 || status) {
		fprintf(stderr, "xmd-slicer: make could not evaluate %s of %s\n", dir, s->linux_tree);
		return -1;
	}
	return 0;
}

/* dir/name with . and .. taken out */
static const char *join(const char *dir, const char *name)
{
	char path[1024], out[1024] = "", *rest = path, *part, *slash;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	while ((part = strsep(&rest, "/"))) {
		if (!*part || !strcmp(part, "."))
			continue;
		if (!strcmp(part, "..")) {
			slash = strrchr(out, '/');
			*(slash ? slash : out) = '\0';
			continue;
		}
		snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%s", *out ? "/" : "", part);
	}
	return intern(out);
}

/* -I -D -U, and the second word of "-I DIR"; a path in the source becomes absolute */
static void add_flags(struct slicer *s, struct kb_file *f, const struct words *w, size_t from)
{
	size_t i, n = f->n_flags;

	for (i = from; i < w->n; i++) {
		const char *flag = w->w[i];

		if (flag[0] == '-' && !strchr("IDU", flag[1]))
			continue;
		if (!strncmp(flag, "-I", 2) && flag[2] && flag[2] != '/')
			flag = internf("-I%s/%s", s->linux_tree, flag + 2);
		else if (flag[0] != '-' && flag[0] != '/')
			flag = internf("%s/%s", s->linux_tree, flag);
		*GROW(f->flags, n) = flag;
	}
	f->n_flags = n;
}

static bool there(struct slicer *s, const char *path)
{
	return !access(internf("%s/%s", s->linux_tree, path), R_OK);
}

static bool has_file(const struct kb_module *m, const char *path)
{
	size_t i;

	for (i = 0; i < m->n_files; i++)
		if (m->files[i].path == path)
			return true;
	return false;
}

static void add_file(struct slicer *s, struct kb_module *m, const char *object, const struct answer *a,
		     const struct words *inherited)
{
	size_t n = strlen(object), i;
	const char *path;
	struct kb_file *f;

	if (n < 3 || strcmp(object + n - 2, ".o"))
		return;
	path = join(m->dir, internf("%.*s.c", (int)n - 2, object));
	if (has_file(m, path) || !there(s, path))
		return;
	f = GROW(m->files, m->n_files);
	f->path = path;
	add_flags(s, f, inherited, 0);
	add_flags(s, f, &a->sub_flags, 0);
	add_flags(s, f, &a->flags, 0);
	for (i = 0; i < a->n_own; i++)
		if (a->own[i].n && a->own[i].w[0] == intern(object))
			add_flags(s, f, &a->own[i], 1);
}

static const char *module_name(const char *object)
{
	char name[200], *p;
	const char *slash = strrchr(object, '/');

	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : object);
	for (p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return intern(name);
}

static void add_module(struct slicer *s, struct manifest *man, const char *dir, const struct words *w,
		       const struct answer *a, const struct words *inherited)
{
	struct kb_module *m = calloc(1, sizeof(*m));
	size_t i;

	if (!m)
		out_of_memory();
	m->name = module_name(w->w[0]);
	m->dir = dir;
	m->root = man->root;
	for (i = 1; i < w->n; i++)
		add_file(s, m, w->w[i], a, inherited);
	if (!m->n_files) {
		free(m);
		return;
	}
	find_exports(s, m);
	*GROW(man->modules, man->n_modules) = m;
}

static bool other_root(struct slicer *s, const char *dir, const char *root)
{
	const char *r;
	unsigned int i;

	for (i = 0; (r = table_row(s, "roots", i, 0)); i++)
		if (r == dir && r != root)
			return true;
	return false;
}

static int visit(struct slicer *s, struct manifest *man, const char *dir, const struct words *inherited)
{
	struct answer a = { 0 };
	struct words down = { NULL, 0 };
	size_t i;
	int err;

	if (!there(s, internf("%s/Makefile", dir)) && !there(s, internf("%s/Kbuild", dir)))
		return 0;
	err = ask(s, dir, &a);
	for (i = 0; i < a.n_modules; i++)
		add_module(s, man, dir, &a.modules[i], &a, inherited);
	for (i = 0; i < inherited->n; i++)
		*GROW(down.w, down.n) = inherited->w[i];
	for (i = 0; i < a.sub_flags.n; i++)
		*GROW(down.w, down.n) = a.sub_flags.w[i];
	for (i = 0; i < a.below.n && !err; i++) {
		const char *sub = join(dir, a.below.w[i]);

		if (!other_root(s, sub, man->root))
			err = visit(s, man, sub, &down);
	}
	return err;
}

int enumerate(struct slicer *s, struct manifest *m)
{
	static const struct words none;

	return visit(s, m, m->root, &none);
}
