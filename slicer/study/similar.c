// SPDX-License-Identifier: GPL-2.0
/*
 * Similar functions: those that agree in 21 of 24 minima of their shape (7 of 8 fours of nodes in a row).  Who shares
 * three minima in a row is looked at, with the first and the one before of those that do.
 */
#include <string.h>

#include "study.h"

#define BANDS 8
#define ALIKE 21

struct band { uint64_t hash; unsigned int i; };

static int by_hash(const void *a, const void *b)
{
	const struct band *x = a, *y = b;

	return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : (int)x->i - (int)y->i;
}

static unsigned int top(unsigned int *up, unsigned int i)
{
	while (up[i] != i)
		i = up[i] = up[up[i]];
	return i;
}

static void join_if_alike(const struct shape *s, unsigned int *up, unsigned int a, unsigned int b)
{
	unsigned int i, same = 0;

	for (i = 0; i < 24; i++)
		same += s[a].min[i] == s[b].min[i];
	if (same >= ALIKE)
		up[top(up, a)] = top(up, b);
}

static void look_at_band(const struct shape *s, unsigned int *up, struct band *b, size_t n, unsigned int at)
{
	size_t i, first = 0;

	for (i = 0; i < n; i++)
		b[i].hash = hash_bytes(at, s[b[i].i].min + 3 * at, 3 * sizeof(s->min[0]));
	qsort(b, n, sizeof(*b), by_hash);
	for (i = 1; i < n; i++) {
		if (b[i].hash != b[first].hash) {
			first = i;
			continue;
		}
		join_if_alike(s, up, b[first].i, b[i].i);
		join_if_alike(s, up, b[i - 1].i, b[i].i);
	}
}

struct sum { unsigned int n, row; double lines, longest; bool across; };

static struct similar sum_up(const struct study *st, const struct band *b, size_t n, unsigned int *up, double lines)
{
	struct sum *sums = calloc(st->n_shapes + 1, sizeof(*sums));
	struct similar r = { 0 };
	size_t i;

	if (!sums)
		out_of_memory();
	for (i = 0; i < n; i++) {
		const struct shape *s = &st->shapes[b[i].i];
		struct sum *u = &sums[top(up, b[i].i)];

		u->across |= u->n && u->row != s->row;
		u->row = s->row;
		u->n++;
		u->lines += s->loc;
		u->longest = s->loc > u->longest ? s->loc : u->longest;
	}
	for (i = 0; i < st->n_shapes; i++) {
		if (sums[i].n < 2)
			continue;
		r.groups++;
		r.functions += sums[i].n;
		r.lines += 100 * sums[i].lines / lines;
		r.redundant += 100 * (sums[i].lines - sums[i].longest) / lines;
		r.across += sums[i].across ? 100 * (sums[i].lines - sums[i].longest) / lines : 0;
	}
	free(sums);
	return r;
}

struct similar similar_of(const struct study *st, const char *class)
{
	struct band *b = calloc(st->n_shapes + 1, sizeof(*b));
	unsigned int *up = calloc(st->n_shapes + 1, sizeof(*up)), at;
	struct similar r;
	double lines = 0;
	size_t i, n = 0;

	if (!b || !up)
		out_of_memory();
	for (i = 0; i < st->n_rows; i++)
		if (!*class || !strcmp(class, st->rows[i].class))
			lines += st->rows[i].lines;
	for (i = 0; i < st->n_shapes; i++) {
		up[i] = i;
		if (!*class || !strcmp(class, st->rows[st->shapes[i].row].class))
			b[n++].i = i;
	}
	for (at = 0; at < BANDS; at++)
		look_at_band(st->shapes, up, b, n, at);
	r = sum_up(st, b, n, up, lines ? lines : 1);
	free(b);
	free(up);
	return r;
}
