/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files of kbuild/. */
#ifndef SLICER_MANIFEST_H
#define SLICER_MANIFEST_H

#include "../base/base.h"
#include "kbuild.h"

struct manifest {
	const char *root;
	struct kb_module **modules;
	size_t n_modules;
};

/* enumerate.c: asks make about root and what is below it, but not below another root */
int enumerate(struct slicer *s, struct manifest *m);

/* exports.c */
void find_exports(struct slicer *s, struct kb_module *m);

/* store.c: CACHE/kbuild/ROOT.tsv */
bool manifest_load(struct slicer *s, struct manifest *m);
void manifest_save(struct slicer *s, const struct manifest *m);

#endif
