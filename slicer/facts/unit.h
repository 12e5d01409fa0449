/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files of facts/: the unit in work, names, the walk.  The only users of libclang. */
#ifndef SLICER_UNIT_H
#define SLICER_UNIT_H

#include <clang-c/Index.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"

#define MINIMA 24	/* of a function's shape; mdl_shape has as many */
#define KEY 400		/* room for a name of any kind: longer ones are cut */

enum mode { RD, WR, RW, AD, PATH };
#define MODES "rwuap"

struct shape {
	uint64_t min[MINIMA];
	uint64_t hash, last[4];
	unsigned int nodes;
};

struct loop {
	struct loop *up;
	unsigned int line, ext, own, subs, derefs, ops, depth;
};

/* The unit, and where in it the walk is.  One process reads one unit. */
struct unit {
	const char *root;
	size_t root_len;
	FILE *out;
	bool in_function;
	char fn[KEY];		/* the function's key */
	struct shape shape;
	struct loop *loops;
};
extern struct unit unit;

/* ---- say.c */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));	/* a fact, once */
void take(CXString s, char *to, size_t size);	/* disposes of s */
uint64_t mix(uint64_t h, uint64_t v);
uint64_t str_hash(const char *s);

/* ---- where.c: places in the source */
unsigned int line_of(CXCursor c);
void file_of(CXCursor c, char *to, size_t size);	/* relative to the root if below it */
bool is_own(CXCursor c);
const char *rel(const char *path);
const char *who(void);		/* the function's key, or - */

/* ---- text.c: the source as text */
unsigned int lines_of_code(const char *file, unsigned int from, unsigned int to);
void word_at(CXCursor c, char *to, size_t size);	/* the identifier from which it is expanded */
void macro_at(CXCursor c, char *to, size_t size);	/* the macro in whose #define it is written, or "" */

/* ---- tree.c: libclang's tree */
struct kids { CXCursor *c; unsigned int n, max; };
struct kids kids_of(CXCursor c);	/* free(.c) */
CXCursor last_kid(CXCursor c);
CXCursor strip(CXCursor c);		/* without parentheses, casts and what libclang does not expose */
bool is_ref(CXCursor c);		/* names something, is no expression */
CXType plain(CXType t);
bool array_type(CXType t);
bool fn_pointer_type(CXType t);
bool constant(CXCursor c, unsigned long long *value);

/* ---- name.c */
void fn_key(CXCursor fn, char *to, size_t size);
void record_name(CXCursor rec, char *to, size_t size);
void field_key(CXCursor field, char *to, size_t size);	/* T.f, and says the member */
bool var_key(CXCursor var, char *to, size_t size);
void name_expr(CXCursor c, char *to, size_t size);	/* a SINK */

/* ---- member.c */
void tell_member(CXCursor field, const char *rec);
void tell_record(CXCursor rec);

/* ---- walk.c, call.c, reg.c, init.c, shape.c */
void walk(CXCursor c, enum mode m, const char *sink);
void walk_kids(CXCursor c, enum mode m, const char *sink);
void walk_call(CXCursor c);
void register_access(CXCursor call, const char *callee, const char *word);
void assign(CXCursor lhs, CXCursor rhs);
void walk_var(CXCursor var);
void init_value(CXCursor value, CXType type, const char *sink);
void walk_init(CXCursor list, CXType type, const char *sink);
void access_field(CXCursor field, enum mode m);
void as_array(CXCursor base);
void copied(const char *sink, CXCursor from);	/* a pointer to a function */
void shape_begin(void);
void shape_node(unsigned int kind, uint64_t extra);
void shape_tell(void);

#endif
