/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The figures of a driver, as one row, and of all drivers of a class, as tables.
 *
 * Definitions
 *   critical        reached, by calls of any kind, from interrupts, bottom halves, timers' and data supply's entries
 *   atomic          operations that are called with a lock held or in a softirq, though they carry no data
 *   reachable for   a line counts for each purpose from whose entry points it is reached: the sum is over 100 %
 *   shared out      a line that n purposes reach counts 1/n for each: the sum is what is reached
 *   the driver      what the module's own files define; the kernel's macros' functions and library modules are not
 */
#ifndef SLICER_STUDY_H
#define SLICER_STUDY_H

#include "../base/base.h"
#include "../model/model.h"
#include "../tables/tables.h"

/* Groups of purposes, for sharing out. */
#define GROUPS(X) X(initcleanup) X(core) X(work) X(config) X(pm) X(ioctl) X(proc) X(err) X(other) X(unreached)

/*
 * Columns.  k: what stays in the kernel, functions and lines, by what stays besides the critical: atomic operations
 * a, timers t, work w, none of them 0; direct: without indirect calls.
 */
#define KEPT(X) X(direct) X(0) X(a) X(t) X(at) X(w) X(aw) X(tw) X(atw)
#define COLUMNS(X) \
	X(functions) X(lines) X(entries) X(other_entries) X(reached) \
	X(kf_direct) X(kf_0) X(kf_a) X(kf_t) X(kf_at) X(kf_w) X(kf_aw) X(kf_tw) X(kf_atw) \
	X(kl_direct) X(kl_0) X(kl_a) X(kl_t) X(kl_at) X(kl_w) X(kl_aw) X(kl_tw) X(kl_atw) \
	X(for_init) X(for_cleanup) X(for_config) X(for_pm) X(for_ioctl) X(for_proc) X(for_err) X(for_io) X(for_irq) \
	X(for_timer) X(for_work) X(for_other) X(for_export) X(for_initcleanup) X(for_core) X(only_initcleanup) \
	X(share_initcleanup) X(share_core) X(share_work) X(share_config) X(share_pm) X(share_ioctl) X(share_proc) \
	X(share_err) X(share_other) X(share_unreached) \
	X(paper_init) X(paper_cleanup) X(paper_initcleanup) X(paper_core) X(paper_config) X(paper_pm) X(paper_ioctl) \
	X(paper_proc) X(paper_err) \
	X(params) X(sysfs) X(proc) X(debugfs) X(ioctl) X(private_ioctl) \
	X(process_functions) X(process_loops) X(chips) \
	X(call_memory) X(call_sync) X(call_devlib) X(call_kernlib) X(call_service) X(call_mmio) X(call_dma) \
	X(call_bus) X(kernel_functions) \
	X(i_field) X(i_flow) X(i_signature) X(i_kernel) X(i_extern) X(i_unset) X(i_nothing) X(i_callback) X(i_targets) X(i_resolved)

struct row {
	const char *module, *dir, *class;
	const char *bus;	/* pci,usb ... as the device tables say; - none */
#define COLUMN(name) double name;
	COLUMNS(COLUMN)
#undef COLUMN
};

/* col_lines(r) is r->lines */
#define COLUMN(name) double col_##name(const struct row *r);
COLUMNS(COLUMN)
#undef COLUMN

struct shape {
	unsigned int row;
	const char *fn;
	unsigned int loc;
	unsigned int min[24];
};

struct study {
	struct slicer *s;
	struct row *rows;	size_t n_rows;
	struct shape *shapes;	size_t n_shapes;
	size_t refused;		/* modules with a unit that does not parse */
	FILE *unresolved;	/* DIR/unresolved.tsv */
	struct map others;	/* names of entry points without a purpose -> how often */
};

void fill_row(struct study *st, const struct mdl *m, struct row *r);

/* parts of it */
void fill_halves(const struct mdl *m, struct row *r);		/* halves.c */
void fill_purposes(struct slicer *s, const struct mdl *m, struct row *r);	/* purpose.c */
void fill_data(struct slicer *s, const struct mdl *m, struct row *r);		/* data.c */
void fill_outside(struct slicer *s, const struct mdl *m, struct row *r);	/* outside.c */
void fill_calls(const struct mdl *m, struct row *r, FILE *unresolved);	/* calls.c */

/* rows.c: DIR/drivers.tsv */
int rows_write(const struct study *st, const char *dir);

/* similar.c: of a class ("" all): lines in groups of similar functions, and those above one of each group, in % */
struct similar { size_t groups, functions; double lines, redundant, across; };
struct similar similar_of(const struct study *st, const char *class);

/* table.c, compare.c: DIR/study.md */
int tables_write(const struct study *st, const char *dir);
struct group { const char *name; const struct row **rows; size_t n; };
double median_of(const struct group *g, double (*of)(const struct row *r));
double sum_of(const struct group *g, double (*of)(const struct row *r));
void compare_write(const struct study *st, const struct group *all, FILE *f);

/* lines (functions) reached from a set of roots */
double lines_from(const struct mdl *m, mdl_set roots, unsigned int edges, double *functions);

#endif
