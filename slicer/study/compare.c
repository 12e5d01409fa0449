// SPDX-License-Identifier: GPL-2.0
/* What was published, and what is seen here. */
#include <string.h>

#include "study.h"

static double moved_0(const struct row *r) { return 100 - 100 * r->kl_0 / r->lines; }
static double moved_at(const struct row *r) { return 100 - 100 * r->kl_at / r->lines; }

static struct group ethernet(const struct study *st)
{
	struct group g = { .name = "net/ethernet" };
	size_t i;

	for (i = 0; i < st->n_rows; i++)
		if (!strcmp(st->rows[i].class, "net/ethernet"))
			*GROW(g.rows, g.n) = &st->rows[i];
	return g;
}

static double count(const struct group *g, bool (*is)(const struct row *r))
{
	double n = 0;
	size_t i;

	for (i = 0; i < g->n; i++)
		n += is(g->rows[i]);
	return 100 * n / g->n;
}

static bool outside(const struct row *r) { return r->params + r->sysfs + r->proc + r->private_ioctl > 0; }
static bool outside_any(const struct row *r) { return r->params + r->sysfs + r->proc + r->ioctl > 0; }
static bool processes(const struct row *r) { return r->process_functions > 0; }
static bool processes_loop(const struct row *r) { return r->process_loops > 0; }
static bool more(const struct row *r) { return r->chips > 1; }

static void line(FILE *f, const char *what, const char *published, const char *here)
{
	fprintf(f, "| %s | %s | %s |\n", what, published, here);
}

static void purposes(const struct group *all, FILE *f)
{
	static const struct { const char *what, *published; double (*out)(const struct row *r), (*tag)(const struct row *r); }
	rows[] = {
		{ "init and cleanup", "36 %", col_share_initcleanup, col_paper_initcleanup }, { "requests and interrupts", "23.3 %", col_share_core, col_paper_core },
		{ "configuration", "15 %", col_share_config, col_paper_config }, { "power management", "7.4 %", col_share_pm, col_paper_pm },
		{ "ioctl", "6.2 %", col_share_ioctl, col_paper_ioctl }, { "error handling", "5 %", col_share_err, col_paper_err },
	};
	double n = sum_of(all, col_lines) / 100;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		line(f, rows[i].what, internf("%s [3]", rows[i].published),
		     internf("%.1f %% shared out; %.1f %% reachable by names as there", sum_of(all, rows[i].out) / n,
			     sum_of(all, rows[i].tag) / n));
}

void compare_write(const struct study *st, const struct group *all, FILE *f)
{
	struct group net = ethernet(st);
	struct similar s = similar_of(st, "");

	fputs("\n## Beside what was published\n\n| | published | here |\n|---|---|---|\n", f);
	if (net.n) {
		line(f, "lines that may leave the kernel, a network driver", "75 % [1]",
		     internf("%.1f %%: median of %zu of net/ethernet, timers and atomic operations deferred",
			     median_of(&net, moved_0), net.n));
		line(f, "\"as much as ... can be removed\"", "65 % [2]",
		     internf("%.1f %%: the same, timers and atomic operations stay", median_of(&net, moved_at)));
	}
	purposes(all, f);
	line(f, "drivers with code outside their class", "44 % [3]",
	     internf("%.0f %% (%.0f %% if any ioctl counts)", count(all, outside), count(all, outside_any)));
	line(f, "drivers that process data", "15 % [3]",
	     internf("%.0f %% by functions that only compute, %.0f %% by loops", count(all, processes),
		     count(all, processes_loop)));
	line(f, "drivers for more than one chip", "28 % [3]", internf("%.0f %%", count(all, more)));
	line(f, "chips per driver", "4.4: 14,000 of 3,217 drivers [3]", internf("%.1f", sum_of(all, col_chips) / all->n));
	line(f, "similar code", "8 % [3]", internf("%.1f %% redundant, %.1f %% across drivers", s.redundant, s.across));
	fputs("\n[1] Ganapathy et al., Microdrivers: A New Architecture for Device Drivers, HotOS 2007 (one driver).\n"
	      "[2] Ganapathy et al., The Design and Implementation of Microdrivers, ASPLOS 2008 (Linux 2.6.18).\n"
	      "[3] Kadav and Swift, Understanding Modern Device Drivers, ASPLOS 2012 (Linux 2.6.37, all drivers and "
	      "classes).\n\n"
	      "Definitions are not the same, and cannot be: [3] gives a line to what its entry points are called, here the "
	      "structs and arguments that take a function's address decide (`tables/entry.tsv`), and a line that many "
	      "reach is either counted for each, or shared out. Without following calls through pointers the kernel's "
	      "part would look a third smaller (direct calls only, below).\n", f);
	free(net.rows);
}
