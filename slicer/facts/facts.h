/* SPDX-License-Identifier: GPL-2.0 */
/* One translation unit -> facts.  What is written: FORMAT. */
#ifndef SLICER_FACTS_H
#define SLICER_FACTS_H

#include <stdbool.h>
#include <stdio.h>

struct facts_job {
	const char *root;	/* the kernel's source, with a / at the end */
	const char *file;	/* absolute */
	const char *const *flags;
	int n_flags;
	FILE *facts;		/* what FORMAT says */
	FILE *read;		/* the name of each file that was read, one a line */
};

/* The number of errors in the unit; -1: it could not be read at all. */
int facts_unit(const struct facts_job *job);

/* Headers, job->file, parsed once for many units: -include-pch PATH.  0, or not. */
int facts_precompile(const struct facts_job *job, const char *path);

/* libclang's own version: what it says is part of what the facts depend on. */
void facts_version(char *to, size_t size);

#endif
