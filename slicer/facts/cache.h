/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facts that are there already: CACHE/facts/PATH@MODULE.tsv, and beside it .deps with what they were made from.
 *
 *	# key of flags and extractor
 *	+ another .deps, of precompiled headers
 *	hash file
 */
#ifndef SLICER_CACHE_H
#define SLICER_CACHE_H

#include <stdint.h>

#include "../kbuild/kbuild.h"

/* Where a unit's facts are, or are to be. */
const char *facts_path(struct slicer *s, const struct kb_module *m, const struct kb_file *f);

/*
 * Makes the facts of all units of these modules that are not there or not of this source; s->jobs at a time.
 * The number of units that were refused, each with its first error on stderr.
 */
int facts_make(struct slicer *s, const struct kb_module *const *modules, size_t n);

/* ---- deps.c */
bool deps_fresh(const char *deps, uint64_t key);
int deps_write(const char *deps, uint64_t key, const char *files, const char *other);

/* ---- pch.c: headers that many units have in common, parsed once */
struct pch { const char *pch, *deps; };
/* NULL: this unit is parsed without (see tables/headers.tsv). */
const struct pch *pch_for(struct slicer *s, const struct kb_file *f);

uint64_t facts_key(struct slicer *s);	/* of the extractor and the flags that all units have */

#endif
