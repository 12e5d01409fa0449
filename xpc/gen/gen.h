/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gen.h - what xpc-gen knows of one file of declarations.
 *
 *   parse.c   reads it with libclang: structs, members, annotations
 *   note.c    takes annotations apart
 *   check.c   what can be said only when a whole struct, or all of them, are known
 *   abi.c     what may change of a file that guests are built from, and what was released
 *   emit.c    writes tables, stubs and dispatchers, emit_h.c their header
 *
 * A wrong declaration gets a line "FILE:LINE: reason"; reading goes on behind it, so that
 * one run tells all that is wrong, but nothing is written then.
 */
#ifndef XPC_GEN_H
#define XPC_GEN_H

#include <stdbool.h>
#include <stdio.h>
#include "../wire.h"

#define NAME_MAX_	64
#define OBJECTS_MAX	255u	/* each of XPC_EACH counted */
#define ARGS_MAX	24
#define SIZE_MAX_	65535u	/* offsets in the tables have 16 bits */

struct where {
	char file[256];
	unsigned int line;
};

/* Which annotations a declaration has. */
enum note {
	NOTE_OBJECT = 1 << 0,
	NOTE_BY = 1 << 1,
	NOTE_RANGE = 1 << 2,
	NOTE_STRING = 1 << 3,
	NOTE_COUNTED = 1 << 4,
	NOTE_LIST = 1 << 5,
	NOTE_OPAQUE = 1 << 6,
	NOTE_UPCALL = 1 << 7,
	NOTE_DOWNCALL = 1 << 8,
	NOTE_OUT = 1 << 9,
	NOTE_NR = 1 << 10,
	NOTE_ADDED = 1 << 11,
	NOTE_EACH = 1 << 12,
};

struct notes {
	unsigned int set;		/* enum note */
	unsigned int id, ms, list_max, nr, each;
	unsigned int by;
	__u64 low, high;		/* two's complement */
	bool low_neg, high_neg;
	char counted[NAME_MAX_];
};

/* A member of a struct, or an argument of a function. */
struct member {
	char name[NAME_MAX_];
	struct where at;
	struct notes notes;
	enum xpc_element element;
	enum xpc_shape shape;
	unsigned int size, max, back;
	bool plain_char, pointer, to_const;
	__u64 low, high;
	long long offset;
	struct record *sub;
	char type[NAME_MAX_];		/* as C spells a number */
};

struct record {
	char name[NAME_MAX_];
	struct where at;
	struct notes notes;
	struct member member[XPC_FIELDS_MAX];
	unsigned int n;
	unsigned int size, wire_max, depth;
	bool busy;			/* being read: it holds itself */
	bool has_list;
	int next;			/* member "next", or -1 */
};

struct call {
	char name[NAME_MAX_];
	struct where at;
	struct notes notes;
	struct member arg[ARGS_MAX];
	unsigned int n;
	unsigned int in_max, out_max;	/* bytes on the wire */
};

struct gen {
	const char *path;
	const char *released;		/* record of what was, or NULL */
	const char *ctx, *prefix;	/* the user half's handlers: PREFIX_CALL(struct CTX *ctx, ...) */
	char base[NAME_MAX_];		/* of the file, without ".h" */
	struct record **record;		/* each stays where it is: members point to it */
	struct call **call;
	unsigned int n_records, n_calls;
	bool guest;			/* between a guest and the user half: annot.h */
	unsigned int errors;
};

void complain(struct gen *g, const struct where *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static inline bool is_number(const struct member *m)
{
	return m->element == XPC_UINT || m->element == XPC_INT;
}

/* How many objects there are of a struct. */
static inline unsigned int copies_of(const struct record *r)
{
	if (!(r->notes.set & NOTE_OBJECT))
		return 0;
	return r->notes.set & NOTE_EACH ? r->notes.each : 1;
}

/* parse.c.  Return: false if the file is no C at all */
bool parse(struct gen *g, char **cflags, int n_cflags);

/* note.c: add the annotation @text, without its "xpc:", to @notes */
void note_add(struct gen *g, const struct where *at, struct notes *notes, const char *text);
const char *note_name(unsigned int bit);

/* check.c */
void check_member(struct gen *g, struct record *r, struct member *m);
void check_record(struct gen *g, struct record *r);
void check_arg(struct gen *g, struct member *m);
void check_call(struct gen *g, struct call *c);
void check_all(struct gen *g);

/* abi.c, for a file with guests */
void check_abi(struct gen *g);
void emit_abi(FILE *f, const struct gen *g);
/* Members or arguments that the first release had. */
unsigned int first_members(const struct record *r);
unsigned int first_args(const struct call *c, bool out);

/* emit.c: PREFIX_xpc.h, PREFIX_xpc.c, and PREFIX_kern.c, PREFIX_user.c or, with guests,
 * PREFIX_home.c, PREFIX_guest.c, PREFIX_abi.txt */
int emit(struct gen *g, const char *prefix);

#endif /* XPC_GEN_H */
