// SPDX-License-Identifier: GPL-2.0
/*
 * Which register an access is for.  The address is a sum: a base, constants (the register), perhaps a parameter of
 * a wrapper (its callers know), perhaps something computed.  Of c ? a : b (old chips have other numbers) it is a.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* The argument that is the address, by the name without leading _; -1: no access. */
static int address_arg(const char *f, char *mode)
{
	static const struct { const char *begin; size_t len; const char *size; int arg; char mode; } access[] = {
		{ "ioread", 6, "1368", 0, 'r' }, { "iowrite", 7, "1368", 1, 'w' },
		{ "read", 4, "bwlq", 0, 'r' }, { "write", 5, "bwlq", 1, 'w' },
		{ "ins", 3, "bwl", 0, 'r' }, { "outs", 4, "bwl", 0, 'w' },
		{ "in", 2, "bwl", 0, 'r' }, { "out", 3, "bwl", 1, 'w' },
	};
	size_t i;

	f += strspn(f, "_");
	for (i = 0; i < sizeof(access) / sizeof(access[0]); i++) {
		size_t n = access[i].len;
		bool io = i < 2;

		if (strncmp(f, access[i].begin, n) || !f[n] || !strchr(access[i].size, f[n]))
			continue;
		if (!io && f[n + 1] && f[n + 1] != '_')
			continue;
		*mode = access[i].mode;
		return access[i].arg;
	}
	return -1;
}

struct sum {
	unsigned long long value;
	char name[KEY / 4];
	char arg[KEY];
	bool known;
};

static void name_constant(CXCursor c, struct sum *s)
{
	CXCursor in = strip(c);

	if (s->name[0])
		return;
	if (clang_getCursorKind(in) == CXCursor_DeclRefExpr)
		take(clang_getCursorSpelling(in), s->name, sizeof(s->name));
	else
		macro_at(c, s->name, sizeof(s->name));
	if (!s->name[0] && !clang_equalCursors(c, in))
		macro_at(in, s->name, sizeof(s->name));
}

static void add_up(CXCursor c, struct sum *s)
{
	CXCursor in = strip(c), r;
	unsigned long long v;
	struct kids k;

	if (constant(in, &v)) {
		s->value += v;
		s->known = true;
		name_constant(c, s);
		return;
	}
	k = kids_of(in);
	switch (clang_getCursorKind(in)) {
	case CXCursor_BinaryOperator:
		if (k.n == 2 && clang_getCursorBinaryOperatorKind(in) == CXBinaryOperator_Add) {
			add_up(k.c[0], s);
			add_up(k.c[1], s);
		}
		break;
	case CXCursor_ConditionalOperator:
		if (k.n == 3)
			add_up(k.c[1], s);
		break;
	case CXCursor_UnaryOperator:	/* &base[reg] */
		if (k.n && clang_getCursorUnaryOperatorKind(in) == CXUnaryOperator_AddrOf)
			add_up(k.c[0], s);
		break;
	case CXCursor_ArraySubscriptExpr:
		if (k.n == 2)
			add_up(k.c[1], s);
		break;
	case CXCursor_DeclRefExpr:
		r = clang_getCursorReferenced(in);
		if (clang_getCursorKind(r) == CXCursor_ParmDecl &&
		    plain(clang_getCursorType(r)).kind != CXType_Pointer)
			var_key(r, s->arg, sizeof(s->arg));
		break;
	default:
		break;
	}
	free(k.c);
}

void register_access(CXCursor call, const char *callee, const char *word)
{
	struct sum s = { 0 };
	char mode, value[24] = "-";
	int i = address_arg(callee, &mode);

	(void)word;
	if (i < 0 || i >= clang_Cursor_getNumArguments(call))
		return;
	add_up(clang_Cursor_getArgument(call, i), &s);
	if (s.known)
		snprintf(value, sizeof(value), "%llx", s.value);
	say("R\t%s\t%s\t%u\t%c\t%s\t%s\t%s", who(), callee, line_of(call), mode, value, s.name[0] ? s.name : "-",
	    s.arg[0] && !s.known ? s.arg : "-");
}
