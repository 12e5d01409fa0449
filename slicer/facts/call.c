// SPDX-License-Identifier: GPL-2.0
/* Calls: by name or through a pointer, and what they are given. */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

struct call {
	CXCursor at;
	CXCursor fn;		/* the declaration; for a call through a pointer of no use */
	bool direct;
	bool own;		/* of the driver's own files */
	char key[KEY];		/* the callee's key, or *SINK */
	unsigned int line;
};

static void by_name(struct call *k)
{
	CXCursor def = clang_getCursorDefinition(k->fn);
	bool has = !clang_Cursor_isNull(def);
	char word[KEY / 4];

	fn_key(k->fn, k->key, sizeof(k->key));
	k->own = is_own(has ? def : k->fn);
	k->direct = true;
	word_at(k->at, word, sizeof(word));
	say("C\t%s\t%s\t%u\t%s\t%s", who(), k->key, k->line, k->own ? "d" : has ? "k" : "x", word);
	if (!k->own)
		register_access(k->at, k->key, word);
	shape_node(1000, k->own ? 7 : str_hash(k->key));
}

static void through_pointer(struct call *k, CXCursor callee)
{
	char sink[KEY - 1], sig[KEY];
	const char *s = sink;

	name_expr(callee, sink, sizeof(sink));
	s += sink[0] == '&';
	take(clang_getTypeSpelling(plain(clang_getCursorType(strip(callee)))), sig, sizeof(sig));
	say("I\t%s\t%s\t%u\t%s", who(), s, k->line, sig);
	snprintf(k->key, sizeof(k->key), "*%s", s);
	shape_node(1001, 0);
	walk(callee, RD, "");
}

static void count_in_loops(const struct call *k)
{
	struct loop *l;

	for (l = unit.loops; l; l = l->up)
		if (k->direct && k->own)
			l->own++;
		else if (!k->direct || strncmp(k->key, "__builtin", 9))
			l->ext++;
}

/* v, or what the kernel may do with what is pointed to: c m */
static char arg_kind(const struct call *k, CXCursor arg, int i)
{
	bool declared = k->direct && i < clang_Cursor_getNumArguments(k->fn);
	CXType t = plain(clang_getCursorType(declared ? clang_Cursor_getArgument(k->fn, i) : arg));

	if (t.kind != CXType_Pointer)
		return 'v';
	return clang_isConstQualifiedType(clang_getPointeeType(t)) ? 'c' : 'm';
}

/* What a wrapper is told: constants for its registers, and locks. */
static void own_arg(const struct call *k, CXCursor arg, int i)
{
	unsigned long long value;
	char name[KEY] = "";
	CXCursor s = strip(arg);

	switch (clang_getCursorKind(s)) {
	case CXCursor_IntegerLiteral:
	case CXCursor_BinaryOperator:
	case CXCursor_UnaryOperator:
	case CXCursor_ConditionalOperator:
	case CXCursor_DeclRefExpr:
	case CXCursor_MemberRefExpr:
		break;
	default:
		return;
	}
	name_expr(arg, name, sizeof(name));
	if (!strncmp(name, "p:", 2) || !strncmp(name, "&", 1)) {
		say("L\t%s\t%s\t%d\t%u\t%s", who(), k->key, i, k->line, name);
		return;
	}
	if (!constant(s, &value))
		return;
	name[0] = '\0';
	if (clang_getCursorKind(s) == CXCursor_DeclRefExpr)
		take(clang_getCursorSpelling(s), name, sizeof(name));
	else
		macro_at(arg, name, sizeof(name));
	say("K\t%s\t%s\t%d\t%u\t%llx\t%s", who(), k->key, i, k->line, value, name[0] ? name : "-");
}

static void walk_arg(const struct call *k, int i)
{
	CXCursor a = clang_Cursor_getArgument(k->at, i);
	char place[KEY + 24], name[KEY];

	if (!k->own) {
		name_expr(a, name, sizeof(name));
		if (strcmp(name, "?"))
			say("X\t%s\t%s\t%d\t%s\t%u\t%c", who(), k->key, i, name, k->line, arg_kind(k, a, i));
	} else {
		own_arg(k, a, i);
	}
	snprintf(place, sizeof(place), "p:%s#%d", k->key, i);
	if (k->own && fn_pointer_type(clang_getCursorType(a)))
		copied(place, a);
	walk(a, RD, place);
}

void walk_call(CXCursor c)
{
	struct call k = { .at = c, .fn = clang_getCursorReferenced(c), .line = line_of(c) };
	struct kids kids = kids_of(c);
	int i, n = clang_Cursor_getNumArguments(c);

	if (!kids.n)
		return;
	if (clang_getCursorKind(k.fn) == CXCursor_FunctionDecl)
		by_name(&k);
	else
		through_pointer(&k, kids.c[0]);
	free(kids.c);
	count_in_loops(&k);
	for (i = 0; i < n; i++)
		walk_arg(&k, i);
}
