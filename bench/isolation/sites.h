/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sites.h - xmd-sites: where in a program or a kernel module which fault can be put.
 *
 *   elf.c      sections, functions, and which bytes the loader changes
 *   code.c     one function's instructions, its blocks and calls
 *   mutate.c   from an instruction to a faulty one, by type of fault
 *   plan.c     the choice: the same seed, the same sites
 *   sites.c    the commands
 *
 * A program's addresses are those of its ELF file; a module's are offsets in its .text section. Nothing is
 * changed here: xmd-inject and xmd_poke do that, where the code runs.
 */
#ifndef XMD_ISOLATION_SITES_H
#define XMD_ISOLATION_SITES_H

#include <capstone/capstone.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define INSN_MAX	15

_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void *grown(void *array, size_t n, size_t size);	/* room for element @n */

/* splitmix64 of both: what stands for chance. */
uint64_t mix(uint64_t a, uint64_t b);

/* ---- elf.c ---- */

struct function {
	const char *name;
	uint64_t at, size;
	bool only;		/* one of those that are asked for */
};

struct reloc {
	uint64_t at;
	unsigned int size;	/* bytes */
	const char *symbol;
};

struct image {
	uint8_t *file;
	size_t length;
	bool module;		/* ET_REL */
	uint64_t text_at;	/* 0 in a module */
	uint64_t text_size;
	const uint8_t *text;
	unsigned int text_index;
	struct function *functions;	/* by address */
	size_t n_functions;
	struct reloc *relocs;		/* by address, in a module's .text */
	size_t n_relocs;
	uint64_t *patched;		/* addresses that the kernel changes by itself */
	size_t n_patched;
};

void image_open(struct image *m, const char *path);
/* Functions from @path, whose code must be the same: @m was stripped. */
void image_names(struct image *m, const char *path);
/* Only the functions that @path lists, one a line. */
void image_only(struct image *m, const char *path);
const struct function *image_function(const struct image *m, uint64_t at);
/* The first at or behind @at, or NULL. */
const struct reloc *image_reloc(const struct image *m, uint64_t at, uint64_t end);
bool image_patched(const struct image *m, uint64_t at, uint64_t end);

/* ---- code.c ---- */

struct code {
	const struct image *m;
	const struct function *f;
	csh cs;
	cs_insn *in;
	size_t n;
	bool *leader;		/* the first of a block: whoever comes to it goes on to its end */
	bool *usable;		/* can hold a fault: known to capstone, and nobody else changes it */
};

bool code_open(struct code *c, const struct image *m, const struct function *f, csh cs);
void code_close(struct code *c);
size_t code_leader(const struct code *c, size_t i);	/* of the block that has @i */
const char *code_callee(const struct code *c, size_t i);	/* of a direct call, or NULL */
bool code_is(const struct code *c, size_t i, unsigned int group);
/* The address that a direct jump or call goes to, or 0 */
uint64_t code_target(const struct code *c, size_t i);

/* ---- mutate.c ---- */

struct site {
	const char *type;
	const struct function *f;
	uint64_t at;
	unsigned int len;
	uint8_t old[INSN_MAX], new[INSN_MAX];
	bool any[INSN_MAX];	/* the loader has changed this byte: unknown, and left alone */
	bool all;		/* not in the new one, of which every byte is given */
	bool changes;		/* else it is a moment only, for faults in data and behaviour */
	char text[200];
};

#define TEXT_TYPES	12
extern const char *const text_types[TEXT_TYPES];

/* The fault of that type in instruction @i, chosen by @seed; false: there is none. */
bool mutate(const struct code *c, size_t i, unsigned int type, uint64_t seed, struct site *s);
/* The instruction as it is */
void site_of(const struct code *c, size_t i, struct site *s);

/* ---- plan.c ---- */

struct wanted {
	uint64_t seed;
	unsigned int first, faults;
	const char *covered;	/* file with the blocks that run, or NULL */
	const char *types;	/* in turn, separated by commas; NULL: all that @m can have */
};

void plan(const struct image *m, const struct wanted *w);
void list_blocks(const struct image *m);
void list_sites(const struct image *m, uint64_t seed);

#endif /* XMD_ISOLATION_SITES_H */
