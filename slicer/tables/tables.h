/* SPDX-License-Identifier: GPL-2.0 */
/* Rows of a regular expression and what it means; model.h declares table_lookup(), which most need. */
#ifndef SLICER_TABLES_H
#define SLICER_TABLES_H

#include "../slicer.h"

/* The value of the first row that matches the name, in column 1 and on; NULL: none.  Interned, and remembered. */
const char *table_lookup(struct slicer *s, const char *table, const char *name, unsigned int column);

/* The values of all rows that match; their number. */
unsigned int table_all(struct slicer *s, const char *table, const char *name, unsigned int column,
		       const char **values, unsigned int max);

/* Row i as it is written; NULL: there are no more. */
const char *table_row(struct slicer *s, const char *table, unsigned int i, unsigned int column);

#endif
