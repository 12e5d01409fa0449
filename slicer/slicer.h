/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all parts of the slicer share: where the kernel's source is, where results are kept.
 *
 *   facts  ->  kbuild  ->  model  ->  study
 *                                 ->  slice  ->  emit
 *
 * Each part knows only those left of it, and the tables.  Only facts/ includes libclang.
 */
#ifndef SLICER_H
#define SLICER_H

#include <stdbool.h>
#include <stddef.h>

struct slicer {
	const char *linux_tree;	/* the kernel's source, unpacked: build/linux */
	const char *headers;	/* /usr/src/linux-headers-VERSION-amd64: Debian's configuration */
	const char *cache;	/* build/slicer: facts, manifest */
	const char *tables;	/* slicer/tables */
	unsigned int jobs;	/* units parsed at a time */
	bool quiet;		/* no progress bar */
};

/*
 * The commands.  argv[0] is the command's name, options of its own follow; 0, or 1 after saying why not on
 * stderr, or 2 for a wrong usage.  slice_command() is in slice/.
 */
int facts_command(struct slicer *s, int argc, char **argv);
int study_command(struct slicer *s, int argc, char **argv);
int slice_command(struct slicer *s, int argc, char **argv);
int explain_command(struct slicer *s, int argc, char **argv);

#endif
