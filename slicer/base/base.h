/* SPDX-License-Identifier: GPL-2.0 */
/* What every part uses: strings that are one pointer, maps by them, growing arrays, files, a progress bar. */
#ifndef SLICER_BASE_H
#define SLICER_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- intern.c: lives as long as the program */
const char *intern(const char *s);
const char *intern_n(const char *s, size_t n);
const char *internf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ---- map.c: from an interned string (by its address) to a pointer that is not NULL */
struct map { const void **keys; void **vals; size_t n, size; };
void *map_get(const struct map *m, const void *key);
void **map_at(struct map *m, const void *key);	/* where the value is, or is to be put; until the next map_at() */
void map_free(struct map *m);

/* ---- vec.h: GROW(array, n) makes room for one more and is that one; sizes are powers of two */
void *grown(void *array, size_t n, size_t size);
#define GROW(array, n) ((array) = grown((array), (n), sizeof(*(array))), &(array)[(n)++])

/* ---- files.c */
char *read_whole(const char *path, size_t *size);	/* NULL: errno says why; ends with a 0 */
uint64_t hash_bytes(uint64_t h, const void *p, size_t n);
uint64_t hash_string(uint64_t h, const char *s);
uint64_t hash_file(const char *path);			/* of its content, read once; 0: cannot be read */
int make_dirs(const char *path);			/* of all but the last part */
unsigned int split(char *line, char sep, char **part, unsigned int max);	/* in place; the last takes the rest */
bool is_below(const char *path, const char *dir);	/* dir itself, too */

/* ---- progress.c: on a terminal one line that changes, else a line for each tenth; nothing if quiet */
struct progress { const char *what; size_t n, all; unsigned int last; bool quiet; };
void progress(struct progress *p, size_t n);
void progress_end(struct progress *p);

_Noreturn void out_of_memory(void);

#endif
