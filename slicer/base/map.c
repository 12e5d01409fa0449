// SPDX-License-Identifier: GPL-2.0
/* Open addressing by address; and arrays that grow. */
#include <string.h>

#include "base.h"

static size_t slot_of(const struct map *m, const void *key)
{
	size_t i = ((uintptr_t)key * 0x9e3779b97f4a7c15ull >> 20) & (m->size - 1);

	while (m->keys[i] && m->keys[i] != key)
		i = (i + 1) & (m->size - 1);
	return i;
}

void *map_get(const struct map *m, const void *key)
{
	return m->size ? m->vals[slot_of(m, key)] : NULL;
}

static void bigger(struct map *m)
{
	struct map was = *m;
	size_t i, to;

	m->size = was.size ? 2 * was.size : 64;
	m->keys = calloc(m->size, sizeof(*m->keys));
	m->vals = calloc(m->size, sizeof(*m->vals));
	if (!m->keys || !m->vals)
		out_of_memory();
	for (i = 0; i < was.size; i++) {
		if (!was.keys[i])
			continue;
		to = slot_of(m, was.keys[i]);
		m->keys[to] = was.keys[i];
		m->vals[to] = was.vals[i];
	}
	free(was.keys);
	free(was.vals);
}

void **map_at(struct map *m, const void *key)
{
	size_t i;

	if (2 * m->n >= m->size)
		bigger(m);
	i = slot_of(m, key);
	if (!m->keys[i]) {
		m->keys[i] = key;
		m->n++;
	}
	return &m->vals[i];
}

void map_free(struct map *m)
{
	free(m->keys);
	free(m->vals);
	memset(m, 0, sizeof(*m));
}

void *grown(void *array, size_t n, size_t size)
{
	if (n & (n - 1) || n == 1)
		return array;
	/* 0, 2, 4, 8 ...: full */
	array = realloc(array, (n ? 2 * n : 2) * size);
	if (!array)
		out_of_memory();
	memset((char *)array + n * size, 0, (n ? n : 2) * size);
	return array;
}
