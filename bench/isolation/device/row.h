/* SPDX-License-Identifier: GPL-2.0 */
/* row.h - a line of "xmd-sites plan" (../plan.c), and what of it begins each line of a campaign's results. */
#ifndef DEVICE_ROW_H
#define DEVICE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#ifndef INSN_MAX
#define INSN_MAX	15	/* bytes, as in ../inject.h */
#endif

struct row {
	const char *number, *type, *site, *old_text, *new_text, *code;
	uint64_t at, seed, delay_ms;
	unsigned int len;
	bool changes;			/* the code, to new */
	uint8_t old[INSN_MAX], new[INSN_MAX];
	bool any_old[INSN_MAX], any_new[INSN_MAX];
};

/* @line is kept as long as @r.  Return: is it one? */
bool row_parse(struct row *r, char *line);
void row_header(const struct row *r, const char *where, const char *module);

/*
 * The plan on standard input: each line in a process of its own, @parse (which says whether it is one) and @one, which ends that
 * process with 0. Where it ends otherwise, @no_word gets its status, and the header has been written.
 */
struct row_of {
	const char *program;
	bool (*parse)(char *line);
	void (*one)(void);
	void (*header)(void);
	void (*no_word)(int status);
};
void row_each(const struct row_of *of);
/* Addresses of file @path, one a line: "xmd-sites blocks". Return: how many. A file that cannot be read ends the program. */
unsigned int row_blocks(const char *path, uint64_t **at);

uint64_t mix(uint64_t a, uint64_t b);	/* what stands for chance, as in ../sites.c */

#endif /* DEVICE_ROW_H */
