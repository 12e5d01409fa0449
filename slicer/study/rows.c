// SPDX-License-Identifier: GPL-2.0
/* DIR/drivers.tsv: what the tables are made of; DIR/critical.tsv: what critical.gp plots. */
#include "study.h"

#define COLUMN(name) double col_##name(const struct row *r) { return r->name; }
COLUMNS(COLUMN)
#undef COLUMN

static void column(FILE *f, double v)
{
	fprintf(f, v == (long long)v ? "\t%.0f" : "\t%.1f", v);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double *shares(const struct study *st, double (*of)(const struct row *r))
{
	double *v = calloc(st->n_rows + 1, sizeof(*v));
	size_t i;

	if (!v)
		out_of_memory();
	for (i = 0; i < st->n_rows; i++)
		v[i] = 100 * of(&st->rows[i]) / st->rows[i].lines;
	qsort(v, st->n_rows, sizeof(*v), by_value);
	return v;
}

/* Each column in order of its own: so many % of the drivers have at most this share in the kernel. */
static int curves_write(const struct study *st, const char *dir)
{
	FILE *f = fopen(internf("%s/critical.tsv", dir), "w");
	double *all = shares(st, col_kl_0), *at = shares(st, col_kl_at), *atw = shares(st, col_kl_atw);
	size_t i;

	if (f)
		fputs("# % of drivers\tcritical, % of lines\t+ atomic, timers\t+ work\n", f);
	for (i = 0; f && i < st->n_rows; i++)
		fprintf(f, "%.2f\t%.1f\t%.1f\t%.1f\n", 100.0 * (i + 1) / st->n_rows, all[i], at[i], atw[i]);
	free(all);
	free(at);
	free(atw);
	return f ? fclose(f) : -1;
}

int rows_write(const struct study *st, const char *dir)
{
	FILE *f = fopen(internf("%s/drivers.tsv", dir), "w");
	size_t i;

	if (!f)
		return -1;
	fputs("module\tfolder\tclass\tbus", f);
#define NAME(name) fputs("\t" #name, f);
	COLUMNS(NAME)
#undef NAME
	putc('\n', f);
	for (i = 0; i < st->n_rows; i++) {
		const struct row *r = &st->rows[i];

		fprintf(f, "%s\t%s\t%s\t%s", r->module, r->dir, r->class, r->bus);
#define VALUE(name) column(f, r->name);
		COLUMNS(VALUE)
#undef VALUE
		putc('\n', f);
	}
	return fclose(f) || curves_write(st, dir);
}
