// SPDX-License-Identifier: GPL-2.0
/* Facts go out here, each once: what stands in a loop or a header is met often. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* Hashes of the lines told: an open table. Two lines of one hash in 64 bits: one would be lost, in 2^32 units. */
static uint64_t *seen;
static size_t seen_n, seen_size;

uint64_t mix(uint64_t h, uint64_t v)
{
	h ^= v + 0x9e3779b97f4a7c15ull + (h << 6) + (h >> 2);
	h *= 0xff51afd7ed558ccdull;
	return h ^ (h >> 33);
}

uint64_t str_hash(const char *s)
{
	uint64_t h = 1469598103934665603ull;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211ull;
	return h;
}

static size_t slot_of(uint64_t h)
{
	size_t i = h & (seen_size - 1);

	while (seen[i] && seen[i] != h)
		i = (i + 1) & (seen_size - 1);
	return i;
}

static void grow(void)
{
	size_t old = seen_size, i;
	uint64_t *was = seen;

	seen_size = old ? old * 2 : 1 << 14;
	seen = calloc(seen_size, sizeof(*seen));
	if (!seen)
		abort();
	for (i = 0; i < old; i++)
		if (was[i])
			seen[slot_of(was[i])] = was[i];
	free(was);
}

static bool first_time(const char *line)
{
	uint64_t h = str_hash(line) | 1;
	size_t i;

	if (seen_n * 2 >= seen_size)
		grow();
	i = slot_of(h);
	if (seen[i])
		return false;
	seen[i] = h;
	seen_n++;
	return true;
}

void say(const char *fmt, ...)
{
	char line[8 * KEY];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (first_time(line)) {
		fputs(line, unit.out);
		putc('\n', unit.out);
	}
}

void take(CXString s, char *to, size_t size)
{
	const char *t = clang_getCString(s);
	size_t i;

	for (i = 0; t && t[i] && i + 1 < size; i++)
		to[i] = t[i] == '\t' || t[i] == '\n' ? ' ' : t[i];
	to[i] = '\0';
	clang_disposeString(s);
}
