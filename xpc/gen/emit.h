/* SPDX-License-Identifier: GPL-2.0 */
/* emit.h - what emit.c (tables, stubs, dispatchers) and emit_h.c (the header) share */
#ifndef XPC_GEN_EMIT_H
#define XPC_GEN_EMIT_H

#include "gen.h"

#define BANNER	"/* SPDX-License-Identifier: GPL-2.0 */\n" \
		"/* Made by xpc-gen from %s.h; changes belong there. */\n"

static inline bool is_up(const struct call *c)
{
	return c->notes.set & NOTE_UPCALL;
}

static inline bool is_out(const struct member *arg)
{
	return arg->notes.set & NOTE_OUT;
}

/* Where structs with lists are filled in, there must be memory for the elements. */
static inline const char *store_suffix(const struct record *r)
{
	return r->has_list ? "_store" : "";
}

static inline __u64 wire_mask(const struct record *r)
{
	__u64 mask = 0;
	unsigned int i;

	for (i = 0; i < r->n; i++)
		if (r->member[i].shape != XPC_COUNT && r->member[i].shape != XPC_SKIPPED)
			mask |= 1ull << i;
	return mask;
}

/* Arguments, the head of a stub, a handler up to its arguments (in a call @arg is its first). */
void emit_arg_list(FILE *f, const struct call *c);
void emit_stub_head(FILE *f, const struct gen *g, const struct call *c);
void emit_handler(FILE *f, const struct gen *g, const struct call *c, const char *arg);
void emit_h(FILE *f, const struct gen *g);

#endif /* XPC_GEN_EMIT_H */
