// SPDX-License-Identifier: GPL-2.0
/* Tables are read when first asked.  Rows that follow each other and mean the same are one expression. */
#include <errno.h>
#include <regex.h>
#include <string.h>

#include "../base/base.h"
#include "tables.h"

#define COLUMNS 4

struct row { const char *column[COLUMNS]; };

struct rule {
	regex_t re;
	const struct row *row;	/* the first it was made of: what it means */
};

struct table {
	struct row *rows;
	size_t n_rows;
	struct rule *rules;
	size_t n_rules;
	struct map known;	/* name -> rule + 1, as far as asked */
};

static bool same_meaning(const struct row *a, const struct row *b)
{
	return !memcmp(a->column + 1, b->column + 1, sizeof(a->column) - sizeof(a->column[0]));
}

static void compile(struct table *t, const char *text, const struct row *row)
{
	struct rule *r = GROW(t->rules, t->n_rules);
	char why[200];
	int err = regcomp(&r->re, text, REG_EXTENDED | REG_NOSUB);

	if (err) {
		regerror(err, &r->re, why, sizeof(why));
		fprintf(stderr, "xmd-slicer: table: %s: %s\n", text, why);
		exit(1);
	}
	r->row = row;
}

static void compile_all(struct table *t)
{
	static char text[1 << 16];
	size_t i, n, first;

	for (i = 0; i < t->n_rows;) {
		first = i;
		n = snprintf(text, sizeof(text), "%s", t->rows[i].column[0]);
		for (i++; i < t->n_rows && same_meaning(&t->rows[first], &t->rows[i]) && n < sizeof(text) / 2; i++)
			n += snprintf(text + n, sizeof(text) - n, "|%s", t->rows[i].column[0]);
		compile(t, text, &t->rows[first]);
	}
}

static void read_rows(struct table *t, char *text)
{
	char *line, *part[COLUMNS], *rest = text;
	unsigned int i, n;
	struct row *r;

	while ((line = strsep(&rest, "\n"))) {
		if (!*line || *line == '#')
			continue;
		n = split(line, '\t', part, COLUMNS);
		r = GROW(t->rows, t->n_rows);
		for (i = 0; i < COLUMNS; i++)
			r->column[i] = i < n ? intern(part[i]) : NULL;
	}
}

static struct table *table_of(struct slicer *s, const char *name)
{
	static struct map tables;
	const char *key = intern(name), *path;
	struct table *t = map_get(&tables, key);
	char *text;

	if (t)
		return t;
	path = internf("%s/%s.tsv", s->tables, name);
	text = read_whole(path, NULL);
	if (!text) {
		fprintf(stderr, "xmd-slicer: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		out_of_memory();
	read_rows(t, text);
	free(text);
	compile_all(t);
	*map_at(&tables, key) = t;
	return t;
}

const char *table_lookup(struct slicer *s, const char *table, const char *name, unsigned int column)
{
	struct table *t = table_of(s, table);
	void **known = map_at(&t->known, intern(name));
	size_t i;

	if (!*known) {
		for (i = 0; i < t->n_rules && regexec(&t->rules[i].re, name, 0, NULL, 0); i++)
			;
		*known = (void *)(i + 1);
	}
	i = (size_t)*known - 1;
	return i < t->n_rules ? t->rules[i].row->column[column] : NULL;
}

unsigned int table_all(struct slicer *s, const char *table, const char *name, unsigned int column,
		       const char **values, unsigned int max)
{
	struct table *t = table_of(s, table);
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < t->n_rules && n < max; i++)
		if (!regexec(&t->rules[i].re, name, 0, NULL, 0))
			values[n++] = t->rules[i].row->column[column];
	return n;
}

const char *table_row(struct slicer *s, const char *table, unsigned int i, unsigned int column)
{
	struct table *t = table_of(s, table);

	return i < t->n_rows ? t->rows[i].column[column] : NULL;
}
