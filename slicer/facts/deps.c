// SPDX-License-Identifier: GPL-2.0
/* Is what was made still of these files? */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/base.h"
#include "cache.h"

/* Precompiled headers that were made anew after the unit was parsed are others. */
static bool newer(const char *deps, const char *than)
{
	struct stat a, b;

	if (stat(deps, &a) || stat(than, &b))
		return true;
	return a.st_mtim.tv_sec != b.st_mtim.tv_sec ? a.st_mtim.tv_sec > b.st_mtim.tv_sec :
	       a.st_mtim.tv_nsec > b.st_mtim.tv_nsec;
}

static bool line_fresh(char *line, const char *of)
{
	char *part[2];

	if (!*line)
		return true;
	if (split(line, ' ', part, 2) != 2)
		return false;
	if (!strcmp(part[0], "+"))
		return deps_fresh(part[1], 0) && !newer(part[1], of);
	return strtoull(part[0], NULL, 16) == hash_file(part[1]);
}

static bool look(const char *deps, uint64_t key)
{
	char *text = read_whole(deps, NULL), *rest = text, *line;
	bool fresh = true;

	if (!text)
		return false;
	line = strsep(&rest, "\n");
	if (key && (line[0] != '#' || strtoull(line + 1, NULL, 16) != key))
		fresh = false;
	while (fresh && (line = strsep(&rest, "\n")))
		fresh = line_fresh(line, deps);
	free(text);
	return fresh;
}

/* Asked without a key, for shared ones: the answer is remembered, if it is yes. */
bool deps_fresh(const char *deps, uint64_t key)
{
	static struct map known;

	if (key)
		return look(deps, key);
	deps = intern(deps);
	if (map_get(&known, deps))
		return true;
	if (!look(deps, 0))
		return false;
	*map_at(&known, deps) = (void *)deps;
	return true;
}

int deps_write(const char *deps, uint64_t key, const char *files, const char *other)
{
	const char *fresh = internf("%s.%d.new", deps, getpid());
	char *text = read_whole(files, NULL), *rest = text, *line;
	struct map seen = { 0 };
	void **at;
	FILE *f = text ? fopen(fresh, "w") : NULL;

	if (!f) {
		free(text);
		return -1;
	}
	fprintf(f, "# %" PRIx64 "\n", key);
	if (other)
		fprintf(f, "+ %s\n", other);
	while ((line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		at = map_at(&seen, intern(line));
		if (!*at && hash_file(line))
			fprintf(f, "%" PRIx64 " %s\n", hash_file(line), line);
		*at = (void *)1;
	}
	map_free(&seen);
	free(text);
	if (fclose(f))
		return -1;
	return rename(fresh, deps);
}
