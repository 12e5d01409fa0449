// SPDX-License-Identifier: GPL-2.0
/* Files, whole, and by the hash of their content. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"

char *read_whole(const char *path, size_t *size)
{
	FILE *f = fopen(path, "r");
	struct stat st;
	char *all = NULL;
	size_t n;

	if (!f)
		return NULL;
	if (!fstat(fileno(f), &st) && S_ISREG(st.st_mode)) {
		all = malloc(st.st_size + 1);
		if (!all)
			out_of_memory();
		n = fread(all, 1, st.st_size, f);
		all[n] = '\0';
		if (size)
			*size = n;
	}
	fclose(f);
	return all;
}

uint64_t hash_bytes(uint64_t h, const void *p, size_t n)
{
	const unsigned char *b = p;
	uint64_t v;

	h ^= 1469598103934665603ull + n;
	for (; n >= 8; n -= 8, b += 8) {
		memcpy(&v, b, 8);
		h = (h ^ v) * 0x9fb21c651e98df25ull;
		h ^= h >> 32;
	}
	for (; n; n--)
		h = (h ^ *b++) * 1099511628211ull;
	h *= 0xff51afd7ed558ccdull;
	return h ^ h >> 33;
}

uint64_t hash_string(uint64_t h, const char *s)
{
	return hash_bytes(h, s, strlen(s));
}

/* The value is the hash itself, kept as a pointer: never 0 for a file that is there. */
uint64_t hash_file(const char *path)
{
	static struct map known;
	void **at;
	uint64_t h = 0;
	size_t n = 0;
	char *all;

	path = intern(path);
	h = (uint64_t)map_get(&known, path);
	if (h)
		return h;
	all = read_whole(path, &n);
	if (!all)
		return 0;
	h = hash_bytes(0, all, n) | 1;
	free(all);
	at = map_at(&known, path);
	*at = (void *)h;
	return h;
}

int make_dirs(const char *path)
{
	char part[4096];
	char *p;

	snprintf(part, sizeof(part), "%s", path);
	for (p = part + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			return -1;
	}
	return 0;
}

unsigned int split(char *line, char sep, char **part, unsigned int max)
{
	unsigned int n = 0;

	while (n < max) {
		part[n++] = line;
		line = strchr(line, sep);
		if (!line || n == max)
			break;
		*line++ = '\0';
	}
	return n;
}

bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	while (n && dir[n - 1] == '/')
		n--;
	return !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}
