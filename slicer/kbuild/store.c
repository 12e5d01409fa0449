// SPDX-License-Identifier: GPL-2.0
/*
 * CACHE/kbuild/ROOT.tsv, as long as the configuration, enum.mk and the tree's name are what they were:
 *   # key      M module dir      F file flag...      X symbol...
 */
#include <string.h>

#include "manifest.h"

static const char *store_path(struct slicer *s, const char *root)
{
	char name[200], *p;

	snprintf(name, sizeof(name), "%s", root);
	for (p = name; *p; p++)
		if (*p == '/')
			*p = '+';
	return internf("%s/kbuild/%s.tsv", s->cache, name);
}

static const char *key_of(struct slicer *s)
{
	uint64_t h = hash_string(1, s->linux_tree);

	h = hash_string(h, s->headers);
	h ^= hash_file(internf("%s/include/config/auto.conf", s->headers));
	h ^= 3 * hash_file(internf("%s/../kbuild/enum.mk", s->tables));
	h ^= 5 * hash_file(internf("%s/roots.tsv", s->tables));
	return internf("# %016llx", (unsigned long long)h);
}

static void load_file(struct kb_module *m, char **part, unsigned int n)
{
	struct kb_file *f = GROW(m->files, m->n_files);
	size_t flags = 0;
	unsigned int i;

	f->path = intern(part[1]);
	for (i = 2; i < n; i++)
		*GROW(f->flags, flags) = intern(part[i]);
	f->n_flags = flags;
}

static void load_line(struct manifest *man, char *line)
{
	char *part[4096];
	unsigned int i, n = split(line, '\t', part, 4096);
	struct kb_module *m = man->n_modules ? man->modules[man->n_modules - 1] : NULL;

	if (*part[0] == 'M' && n == 3) {
		m = calloc(1, sizeof(*m));
		if (!m)
			out_of_memory();
		m->name = intern(part[1]);
		m->dir = intern(part[2]);
		m->root = man->root;
		*GROW(man->modules, man->n_modules) = m;
	} else if (*part[0] == 'F' && m && n >= 2) {
		load_file(m, part, n);
	} else if (*part[0] == 'X' && m) {
		for (i = 1; i < n; i++)
			*GROW(m->exports, m->n_exports) = intern(part[i]);
	}
}

bool manifest_load(struct slicer *s, struct manifest *m)
{
	char *text = read_whole(store_path(s, m->root), NULL), *rest = text, *line;

	if (!text)
		return false;
	line = strsep(&rest, "\n");
	if (strcmp(line, key_of(s))) {
		free(text);
		return false;
	}
	while ((line = strsep(&rest, "\n")))
		load_line(m, line);
	free(text);
	return true;
}

void manifest_save(struct slicer *s, const struct manifest *man)
{
	const char *path = store_path(s, man->root), *fresh = internf("%s.new", path);
	size_t i, j, k;
	FILE *f;

	if (make_dirs(path) || !(f = fopen(fresh, "w")))
		return;
	fprintf(f, "%s\n", key_of(s));
	for (i = 0; i < man->n_modules; i++) {
		const struct kb_module *m = man->modules[i];

		fprintf(f, "M\t%s\t%s\n", m->name, m->dir);
		for (j = 0; j < m->n_files; j++) {
			fprintf(f, "F\t%s", m->files[j].path);
			for (k = 0; k < m->files[j].n_flags; k++)
				fprintf(f, "\t%s", m->files[j].flags[k]);
			putc('\n', f);
		}
		for (j = 0; j < m->n_exports; j++)
			fprintf(f, "%s\t%s%s", j % 64 ? "" : "X", m->exports[j],
				j % 64 == 63 || j + 1 == m->n_exports ? "\n" : "");
	}
	if (!fclose(f))
		rename(fresh, path);
}
