/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What make knows: the modules that Debian's configuration builds, their files and flags.
 * Of each folder of tables/roots.tsv make is asked once; the answer stays in CACHE/kbuild/.
 */
#ifndef SLICER_KBUILD_H
#define SLICER_KBUILD_H

#include "../slicer.h"

struct kb_file {
	const char *path;		/* in the kernel's source */
	const char **flags;		/* -I -D -U of its own, beside kb_flags() */
	unsigned int n_flags;
};

struct kb_module {
	const char *name;		/* - is _ */
	const char *dir, *root;		/* its folder, and the one of roots.tsv */
	struct kb_file *files;		size_t n_files;
	const char **exports;		size_t n_exports;	/* as EXPORT_SYMBOL says in the source */
};

/* NULL: none of that name in any root, or make failed (said on stderr). */
const struct kb_module *kb_find(struct slicer *s, const char *name);

/* All modules below a folder, in order; the array is the caller's.  The folder may be above or below roots. */
const struct kb_module **kb_below(struct slicer *s, const char *dir, size_t *n);

/* The modules that export a symbol, as far as their roots were asked: the next after prev, NULL at the end. */
const struct kb_module *kb_exporter(struct slicer *s, const char *symbol, const struct kb_module *prev);

/* The flags that all units have; the kernel's own, without those that only gcc knows. */
const char *const *kb_flags(struct slicer *s, int *n);

/* What a unit has besides: flags of its Makefile, its folder, names. The array is the caller's. */
const char **kb_unit_flags(struct slicer *s, const struct kb_module *m, const struct kb_file *f, size_t *n);

/* The kernel's source is where it is expected, unpacked from Debian's package if that is there. -1: said why not. */
int kb_prepare(struct slicer *s);

#endif
