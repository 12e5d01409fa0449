// SPDX-License-Identifier: GPL-2.0
/* DIR/study.md: a line per class of drivers, and all; shares in % of lines. */
#include <string.h>

#include "study.h"

double sum_of(const struct group *g, double (*of)(const struct row *r))
{
	double sum = 0;
	size_t i;

	for (i = 0; i < g->n; i++)
		sum += of(g->rows[i]);
	return sum;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double median_of(const struct group *g, double (*of)(const struct row *r))
{
	double *v = calloc(g->n + 1, sizeof(*v)), m;
	size_t i;

	if (!v)
		out_of_memory();
	for (i = 0; i < g->n; i++)
		v[i] = of(g->rows[i]);
	qsort(v, g->n, sizeof(*v), by_value);
	m = !g->n ? 0 : g->n % 2 ? v[g->n / 2] : (v[g->n / 2 - 1] + v[g->n / 2]) / 2;
	free(v);
	return m;
}

/* Of all lines, and of all functions. */
static double share(const struct group *g, double (*of)(const struct row *r))
{
	return 100 * sum_of(g, of) / sum_of(g, col_lines);
}

static double drivers_with(const struct group *g, double (*of)(const struct row *r))
{
	double n = 0;
	size_t i;

	for (i = 0; i < g->n; i++)
		n += of(g->rows[i]) > 0;
	return 100 * n / g->n;
}

static double moved_0(const struct row *r) { return 100 - 100 * r->kl_0 / r->lines; }
static double moved_at(const struct row *r) { return 100 - 100 * r->kl_at / r->lines; }
static double moved_atw(const struct row *r) { return 100 - 100 * r->kl_atw / r->lines; }
static double any_outside(const struct row *r)
{
	return r->params + r->sysfs + r->proc + r->ioctl;
}
static double any_strict(const struct row *r)
{
	return r->params + r->sysfs + r->proc + r->private_ioctl;
}
static double sysfs_proc(const struct row *r) { return r->sysfs + r->proc; }
static double more_chips(const struct row *r) { return r->chips > 1; }
static double chips_of_those(const struct row *r) { return r->chips > 1 ? r->chips : 0; }

struct out { FILE *f; const struct group *groups; size_t n; };

typedef void line_fn(FILE *f, const struct group *g);

static void table(const struct out *o, const char *title, const char *head, line_fn *line)
{
	const char *p;
	size_t i;

	fprintf(o->f, "\n## %s\n\n| class | %s |\n|---|", title, head);
	for (p = head; p; p = strchr(p + 1, '|'))
		fputs("---:|", o->f);
	putc('\n', o->f);
	for (i = 0; i < o->n; i++) {
		if (!o->groups[i].n)
			continue;
		fprintf(o->f, "| %s |", o->groups[i].name);
		line(o->f, &o->groups[i]);
		putc('\n', o->f);
	}
}

static void num(FILE *f, double v)
{
	fprintf(f, " %.0f |", v);
}

static void part(FILE *f, double v)
{
	fprintf(f, " %.1f |", v);
}

static void critical_lines(FILE *f, const struct group *g)
{
	num(f, g->n);
	num(f, sum_of(g, col_functions));
	num(f, sum_of(g, col_lines));
	part(f, share(g, col_kl_direct));
	part(f, share(g, col_kl_0));
	part(f, share(g, col_kl_a));
	part(f, share(g, col_kl_t));
	part(f, share(g, col_kl_at));
	part(f, share(g, col_kl_w));
	part(f, share(g, col_kl_atw));
}

static void critical_functions(FILE *f, const struct group *g)
{
	double all = sum_of(g, col_functions) / 100;

	part(f, sum_of(g, col_kf_direct) / all);
	part(f, sum_of(g, col_kf_0) / all);
	part(f, sum_of(g, col_kf_a) / all);
	part(f, sum_of(g, col_kf_t) / all);
	part(f, sum_of(g, col_kf_at) / all);
	part(f, sum_of(g, col_kf_w) / all);
	part(f, sum_of(g, col_kf_atw) / all);
}

static void movable(FILE *f, const struct group *g)
{
	part(f, median_of(g, moved_0));
	part(f, median_of(g, moved_at));
	part(f, median_of(g, moved_atw));
	part(f, 100 - share(g, col_kl_0));
	part(f, 100 - share(g, col_kl_at));
	part(f, 100 - share(g, col_kl_atw));
}

static void reachable(FILE *f, const struct group *g)
{
	part(f, share(g, col_for_initcleanup));
	part(f, share(g, col_only_initcleanup));
	part(f, share(g, col_for_core));
	part(f, share(g, col_for_config));
	part(f, share(g, col_for_pm));
	part(f, share(g, col_for_ioctl));
	part(f, share(g, col_for_proc));
	part(f, share(g, col_for_err));
	part(f, share(g, col_for_timer));
	part(f, share(g, col_for_work));
	part(f, 100 - share(g, col_reached));
}

static void shared_out(FILE *f, const struct group *g)
{
	part(f, share(g, col_share_initcleanup));
	part(f, share(g, col_share_core));
	part(f, share(g, col_share_work));
	part(f, share(g, col_share_config));
	part(f, share(g, col_share_pm));
	part(f, share(g, col_share_ioctl));
	part(f, share(g, col_share_proc));
	part(f, share(g, col_share_err));
	part(f, share(g, col_share_other));
	part(f, share(g, col_share_unreached));
}

static void outside(FILE *f, const struct group *g)
{
	part(f, drivers_with(g, col_params));
	part(f, drivers_with(g, sysfs_proc));
	part(f, drivers_with(g, col_debugfs));
	part(f, drivers_with(g, col_ioctl));
	part(f, drivers_with(g, col_private_ioctl));
	part(f, drivers_with(g, any_outside));
	part(f, drivers_with(g, any_strict));
	part(f, drivers_with(g, col_process_functions));
	part(f, drivers_with(g, col_process_loops));
}

static void chip_counts(FILE *f, const struct group *g)
{
	double all = sum_of(g, col_chips);

	num(f, all);
	part(f, all / g->n);
	part(f, drivers_with(g, more_chips));
	part(f, all ? 100 * sum_of(g, chips_of_those) / all : 0);
}

static void interactions(FILE *f, const struct group *g)
{
	part(f, sum_of(g, col_call_memory) / g->n);
	part(f, sum_of(g, col_call_sync) / g->n);
	part(f, sum_of(g, col_call_devlib) / g->n);
	part(f, sum_of(g, col_call_kernlib) / g->n);
	part(f, sum_of(g, col_call_service) / g->n);
	part(f, sum_of(g, col_call_mmio) / g->n);
	part(f, sum_of(g, col_call_dma) / g->n);
	part(f, sum_of(g, col_call_bus) / g->n);
	part(f, sum_of(g, col_kernel_functions) / g->n);
}

static void indirect(FILE *f, const struct group *g)
{
	double all = sum_of(g, col_i_field) + sum_of(g, col_i_flow) + sum_of(g, col_i_signature) + sum_of(g, col_i_kernel) +
		     sum_of(g, col_i_extern) + sum_of(g, col_i_unset) + sum_of(g, col_i_nothing);
	double per = all ? all / 100 : 1, entries = sum_of(g, col_entries);

	num(f, all);
	part(f, (sum_of(g, col_i_field) + sum_of(g, col_i_kernel)) / per);
	part(f, (sum_of(g, col_i_flow) + sum_of(g, col_i_extern)) / per);
	part(f, sum_of(g, col_i_signature) / per);
	part(f, (sum_of(g, col_i_unset) + sum_of(g, col_i_nothing)) / per);
	part(f, sum_of(g, col_i_resolved) ? sum_of(g, col_i_targets) / sum_of(g, col_i_resolved) : 0);
	num(f, entries);
	part(f, entries ? 100 * sum_of(g, col_other_entries) / entries : 0);
}

static struct group by_class(const struct study *st, const char *class)
{
	struct group g = { .name = class };
	size_t i;

	for (i = 0; i < st->n_rows; i++)
		if (!class || !strcmp(class, st->rows[i].class))
			*GROW(g.rows, g.n) = &st->rows[i];
	return g;
}

static bool has_bus(const struct row *r, const char *bus)
{
	char list[300], *rest = list, *b;

	snprintf(list, sizeof(list), "%s", r->bus);
	while ((b = strsep(&rest, ",")))
		if (!strcmp(b, bus))
			return true;
	return false;
}

static struct group by_bus(const struct study *st, const char *bus)
{
	struct group g = { .name = bus };
	size_t i;

	for (i = 0; i < st->n_rows; i++)
		if (has_bus(&st->rows[i], bus))
			*GROW(g.rows, g.n) = &st->rows[i];
	return g;
}

static void similar_table(const struct study *st, const struct out *o)
{
	struct similar s;
	size_t i;

	fputs("\n## Similar functions\n\nThose that agree in at least 21 of 24 minima of their shape; smaller than 40 nodes "
	      "of the tree do not count.\nRedundant: all lines but those of the longest of each group; across: of groups "
	      "with more than one driver.\n\n| class | groups | functions | lines in groups, % | redundant, % | across "
	      "drivers, % |\n|---|---:|---:|---:|---:|---:|\n", o->f);
	for (i = 0; i < o->n; i++) {
		bool all = !strcmp(o->groups[i].name, "all");

		if (!o->groups[i].n)
			continue;
		s = similar_of(st, all ? "" : o->groups[i].name);
		fprintf(o->f, "| %s | %zu | %zu | %.1f | %.1f | %.1f |\n", o->groups[i].name, s.groups, s.functions, s.lines,
			s.redundant, s.across);
	}
}

struct other { const char *name; size_t n; };

static int by_count(const void *a, const void *b)
{
	const struct other *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->name, y->name);
}

static void other_entries(const struct study *st, FILE *f)
{
	struct other *o = calloc(st->others.n + 1, sizeof(*o));
	size_t i, n = 0;

	if (!o)
		out_of_memory();
	for (i = 0; i < st->others.size; i++)
		if (st->others.keys[i])
			o[n++] = (struct other){ st->others.keys[i], (size_t)st->others.vals[i] };
	qsort(o, n, sizeof(*o), by_count);
	fprintf(f, "\nEntry points without a purpose, the most frequent of %zu:", n);
	for (i = 0; i < n && i < 20; i++)
		fprintf(f, "%s `%s` %zu", i ? "," : "", o[i].name, o[i].n);
	fputs(".\n", f);
	free(o);
}

static void class_tables(const struct study *st, const struct out *o)
{
	table(o, "What has to stay: lines, %", "drivers | functions | lines | direct calls only | critical | + atomic | "
	      "+ timers | + atomic, timers | + work | + all three", critical_lines);
	table(o, "What has to stay: functions, %", "direct calls only | critical | + atomic | + timers | + atomic, timers | "
	      "+ work | + all three", critical_functions);
	table(o, "What may go: lines, %", "median: all deferred | atomic and timers stay | work, too | of all lines: all "
	      "deferred | atomic and timers stay | work, too", movable);
	table(o, "What lines are for: reachable, %", "init and cleanup | only these | core I/O, interrupts | configuration | "
	      "power | ioctl | proc, sysfs | errors | timers | work | not reached", reachable);
	table(o, "What lines are for: shared out, %", "init and cleanup | core I/O, interrupts, timers | work | "
	      "configuration | power | ioctl | proc, sysfs | errors | other | not reached", shared_out);
	table(o, "Outside the class, processing of data: drivers with, %", "parameters | sysfs, proc | debugfs | ioctl | "
	      "private ioctl | parameters, sysfs, proc or ioctl | with private ioctl only | processing: a function | "
	      "a loop", outside);
	table(o, "Chips", "all | per driver | drivers with more than one, % | chips of those, %", chip_counts);
	table(o, "Calls in the source, per driver", "memory | locks, waiting | class's library | kernel's library | services | "
	      "registers | DMA | bus | different kernel functions", interactions);
	table(o, "Calls through pointers", "all | by member, % | by flow, % | by type only, % | nobody sets it, % | "
	      "targets | entry points | without a purpose, %", indirect);
	other_entries(st, o->f);
	similar_table(st, o);
}

int tables_write(const struct study *st, const char *dir)
{
	static const char *const buses[] = { "pci", "usb", "virtio", "xenbus", "pcmcia", "pnp", "i2c", "platform" };
	FILE *f = fopen(internf("%s/study.md", dir), "w");
	struct group groups[64], bus[8];
	struct out o = { f, groups, 0 }, b = { f, bus, 8 };
	const char *class;
	unsigned int i;
	size_t j;

	if (!f)
		return -1;
	for (i = 0; (class = table_row(st->s, "roots", i, 1)) && o.n < 63; i++) {
		for (j = 0; j < o.n && groups[j].name != class; j++)
			;
		if (j == o.n)
			groups[o.n++] = by_class(st, class);
	}
	groups[o.n] = by_class(st, NULL);
	groups[o.n++].name = "all";
	for (i = 0; i < 8; i++)
		bus[i] = by_bus(st, buses[i]);
	fprintf(f, "# %zu drivers of Linux 6.1 as Debian configures it\n\nMade by `xmd-slicer study` from `drivers.tsv`; what "
		"the words mean is in [README.md](../README.md), in figures above all: a line of code is one that is not "
		"blank or comment, of functions of the module's own files.\n", st->n_rows);
	compare_write(st, &groups[o.n - 1], f);
	class_tables(st, &o);
	table(&b, "Calls in the source, per driver, by bus", "memory | locks, waiting | class's library | kernel's library | "
	      "services | registers | DMA | bus | different kernel functions", interactions);
	return fclose(f);
}
