// SPDX-License-Identifier: GPL-2.0
/* Each string once: names are compared millions of times, and then are pointers. */
#include <stdarg.h>
#include <string.h>

#include "base.h"

static const char **table;
static size_t used, size;
static char *block;
static size_t left;

_Noreturn void out_of_memory(void)
{
	fputs("xmd-slicer: out of memory\n", stderr);
	exit(1);
}

static const char *keep(const char *s, size_t n)
{
	char *to;

	if (left < n + 1) {
		left = n + 1 > 1 << 20 ? n + 1 : 1 << 20;
		block = malloc(left);
		if (!block)
			out_of_memory();
	}
	to = block;
	memcpy(to, s, n);
	to[n] = '\0';
	block += n + 1;
	left -= n + 1;
	return to;
}

static size_t slot_of(const char *s, size_t n)
{
	size_t i = hash_bytes(0, s, n) & (size - 1);

	while (table[i] && (strncmp(table[i], s, n) || table[i][n]))
		i = (i + 1) & (size - 1);
	return i;
}

static void bigger(void)
{
	const char **was = table;
	size_t old = size, i;

	size = old ? 2 * old : 1 << 16;
	table = calloc(size, sizeof(*table));
	if (!table)
		out_of_memory();
	for (i = 0; i < old; i++)
		if (was[i])
			table[slot_of(was[i], strlen(was[i]))] = was[i];
	free(was);
}

const char *intern_n(const char *s, size_t n)
{
	size_t i;

	if (2 * used >= size)
		bigger();
	i = slot_of(s, n);
	if (!table[i]) {
		table[i] = keep(s, n);
		used++;
	}
	return table[i];
}

const char *intern(const char *s)
{
	return intern_n(s, strlen(s));
}

const char *internf(const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return intern(text);
}
