// SPDX-License-Identifier: GPL-2.0
/*
 * Nearly all of a unit's time goes into the kernel's headers.  Those of tables/headers.tsv are parsed once for a
 * folder, and loaded by its units.  The driver is read as before: its facts are the same, which a test compares.
 * A unit that defines something before its first #include may mean other headers, and does without.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/base.h"
#include "../tables/tables.h"
#include "cache.h"
#include "facts.h"

/* Harmless before an #include: what is printed in front of a message. */
static bool only_prints(const char *name)
{
	name += strspn(name, " \t");
	return !strncmp(name, "pr_fmt", 6) || !strncmp(name, "dev_fmt", 7) || !strncmp(name, "DRV_", 4) ||
	       !strncmp(name, "DRIVER_", 7);
}

static bool defines_first(const char *text)
{
	const char *p = text;
	bool include;

	for (; p; p = strchr(p, '\n')) {
		p += strspn(p, " \t\n");
		if (*p != '#')
			continue;
		p += 1 + strspn(p + 1, " \t");
		include = !strncmp(p, "include", 7);
		if (include)
			return false;
		if (!strncmp(p, "define", 6) && !only_prints(p + 6))
			return true;
	}
	return false;
}

static bool has_defines(const struct kb_file *f)
{
	unsigned int i;

	for (i = 0; i < f->n_flags; i++)
		if (f->flags[i][0] == '-' && f->flags[i][1] != 'I')
			return true;
	return false;
}

static void write_header(const char *path, const char *headers)
{
	char list[1024], *rest = list, *h;
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	snprintf(list, sizeof(list), "%s", headers);
	while ((h = strsep(&rest, " ")))
		fprintf(f, "#include <%s>\n", h);
	fclose(f);
}

/* In a process of its own, as units are. */
static int build(struct slicer *s, const struct pch *p, const char *header, const char *files)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		FILE *read = fopen(files, "w");
		struct facts_job job = { .file = header, .read = read };
		int n;

		job.flags = kb_flags(s, &n);
		job.n_flags = n;
		_exit(!read || facts_precompile(&job, p->pch) || fclose(read));
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		return -1;
	return deps_write(p->deps, facts_key(s), files, NULL);
}

static const struct pch *pch_of(struct slicer *s, const char *headers)
{
	static struct map known;
	const char *base = internf("%s/pch/%016llx", s->cache,
				   (unsigned long long)hash_string(facts_key(s), headers));
	const char *header = internf("%s.h", base);
	struct pch *p = map_get(&known, headers);

	if (p)
		return p->pch ? p : NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		out_of_memory();
	p->pch = internf("%s.pch", base);
	p->deps = internf("%s.deps", base);
	if (access(p->pch, R_OK) || !deps_fresh(p->deps, facts_key(s))) {
		make_dirs(header);
		write_header(header, headers);
		if (build(s, p, header, internf("%s.files", base))) {
			fprintf(stderr, "xmd-slicer: %s: cannot be precompiled, units are parsed without\n", header);
			p->pch = NULL;
		}
	}
	*map_at(&known, headers) = p;
	return p->pch ? p : NULL;
}

const struct pch *pch_for(struct slicer *s, const struct kb_file *f)
{
	const char *headers = table_lookup(s, "headers", f->path, 1);
	char *text;
	bool without;

	if (!headers || has_defines(f) || getenv("XMD_SLICER_NO_PCH"))
		return NULL;
	text = read_whole(internf("%s/%s", s->linux_tree, f->path), NULL);
	without = !text || defines_first(text);
	free(text);
	return without ? NULL : pch_of(s, headers);
}
