// SPDX-License-Identifier: GPL-2.0
/*
 * The walk over a function's body: what is read, written, called, and whose address goes where.
 * A mode says what happens to the expression; a sink, where its value goes if that has a name.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

void access_field(CXCursor f, enum mode m)
{
	char key[KEY];

	field_key(f, key, sizeof(key));
	say("M\t%s\t%s\t%c\t%d", who(), key, MODES[m], is_own(f));
}

void as_array(CXCursor base)
{
	char name[KEY];

	name_expr(base, name, sizeof(name));
	if (!strncmp(name, "f:", 2))
		say("M\t%s\t%s\tn\t1", who(), name + 2);
}

void walk_kids(CXCursor c, enum mode m, const char *sink)
{
	struct kids k = kids_of(c);
	unsigned int i;

	for (i = 0; i < k.n; i++)
		if (!is_ref(k.c[i]))
			walk(k.c[i], m, sink);
	free(k.c);
}

static void walk_member(CXCursor c, enum mode m)
{
	CXCursor f = clang_getCursorReferenced(c), base;
	struct kids k = kids_of(c);

	base = k.n ? k.c[0] : clang_getNullCursor();
	if (k.n > 1 && is_ref(base))
		base = k.c[1];
	free(k.c);
	if (m == RD && array_type(clang_getCursorType(f)))
		m = AD;
	if (clang_Cursor_isNull(base))
		return;
	if (clang_getCursorKind(f) == CXCursor_FieldDecl)
		access_field(f, m);
	walk(base, plain(clang_getCursorType(base)).kind == CXType_Pointer ? RD : PATH, "");
}

static void walk_name(CXCursor c, enum mode m, const char *sink)
{
	CXCursor r = clang_getCursorReferenced(c);
	char key[KEY], file[KEY];

	if (clang_getCursorKind(r) == CXCursor_FunctionDecl) {
		fn_key(r, key, sizeof(key));
		file_of(c, file, sizeof(file));
		say("A\t%s\t%s\t%s\t%u\t%s", key, sink[0] ? sink : "?", file, line_of(c), who());
	} else if (clang_getCursorKind(r) == CXCursor_VarDecl && clang_getCursorLinkage(r) != CXLinkage_NoLinkage) {
		var_key(r, key, sizeof(key));
		if (m == RD && array_type(clang_getCursorType(r)))
			m = AD;
		say("G\t%s\t%s\t%c\t%d", who(), key + 2, MODES[m], is_own(r));
		if (sink[0] == 'f' && is_own(r))
			say("B\t%s\t%s", key + 2, sink);
	}
}

static void count(size_t counter)
{
	struct loop *l;

	for (l = unit.loops; l; l = l->up)
		++*(unsigned int *)((char *)l + counter);
}

/* a[i]: of an array that is a member, the member; of a pointer, what the pointer is read for */
static void walk_subscript(CXCursor c, enum mode m, const char *sink)
{
	struct kids k = kids_of(c);
	CXCursor s, f;

	count(offsetof(struct loop, subs));
	if (k.n == 2) {
		s = strip(k.c[0]);
		if (array_type(clang_getCursorType(s))) {
			walk(k.c[0], m == RD ? PATH : m, sink);
			f = clang_getCursorReferenced(s);
			if (m == RD && clang_getCursorKind(s) == CXCursor_MemberRefExpr &&
			    clang_getCursorKind(f) == CXCursor_FieldDecl)
				access_field(f, RD);
		} else {
			walk(k.c[0], RD, "");
			as_array(k.c[0]);
		}
		walk(k.c[1], RD, "");
	}
	free(k.c);
}

static void walk_unary(CXCursor c, const char *sink)
{
	switch (clang_getCursorUnaryOperatorKind(c)) {
	case CXUnaryOperator_AddrOf:
		walk_kids(c, AD, sink);
		return;
	case CXUnaryOperator_Deref:
		count(offsetof(struct loop, derefs));
		walk_kids(c, RD, sink);
		return;
	case CXUnaryOperator_PostInc:
	case CXUnaryOperator_PreInc:
	case CXUnaryOperator_PostDec:
	case CXUnaryOperator_PreDec:
		walk_kids(c, RW, "");
		return;
	default:
		walk_kids(c, RD, "");
	}
}

static void walk_binary(CXCursor c, const char *sink)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);
	struct kids k = kids_of(c);
	unsigned int i;

	if (op == CXBinaryOperator_Assign && k.n == 2) {
		assign(k.c[0], k.c[1]);
		free(k.c);
		return;
	}
	switch (op) {
	case CXBinaryOperator_Xor:
	case CXBinaryOperator_Shl:
	case CXBinaryOperator_Shr:
	case CXBinaryOperator_And:
	case CXBinaryOperator_Or:
	case CXBinaryOperator_Add:
		count(offsetof(struct loop, ops));
		break;
	default:
		break;
	}
	if ((op == CXBinaryOperator_Add || op == CXBinaryOperator_Sub) && k.n == 2 &&
	    plain(clang_getCursorType(c)).kind == CXType_Pointer && !array_type(clang_getCursorType(strip(k.c[0]))))
		as_array(k.c[0]);
	/* what is compared goes nowhere */
	for (i = 0; i < k.n; i++)
		walk(k.c[i], RD, op == CXBinaryOperator_Comma ? sink : "cmp");
	free(k.c);
}

static void walk_compound_assign(CXCursor c)
{
	struct kids k = kids_of(c);

	count(offsetof(struct loop, ops));
	if (k.n == 2) {
		walk(k.c[0], RW, "");
		walk(k.c[1], RD, "");
	}
	free(k.c);
}

static void walk_loop(CXCursor c)
{
	struct loop l = { .up = unit.loops, .line = line_of(c), .depth = unit.loops ? unit.loops->depth + 1 : 1 };

	unit.loops = &l;
	walk_kids(c, RD, "");
	unit.loops = l.up;
	say("P\t%s\t%u\t%u\t%u\t%u\t%u\t%u\t%u", who(), l.line, l.ext, l.own, l.subs, l.derefs, l.ops, l.depth);
}

/* A member that is void *, or a number, used as a pointer of some type. */
static void void_cast(CXCursor c, CXCursor in)
{
	CXType to = plain(clang_getCursorType(c)), from = plain(clang_getCursorType(in));
	char name[KEY], type[KEY];

	if (to.kind != CXType_Pointer)
		return;
	if (from.kind != CXType_Pointer && from.kind != CXType_ULong && from.kind != CXType_ULongLong)
		return;
	name_expr(in, name, sizeof(name));
	if (strncmp(name, "f:", 2))
		return;
	if (from.kind != CXType_Pointer) {
		say("Q\t%s\tintptr %s\t%u", who(), name + 2, line_of(c));
	} else if (plain(clang_getPointeeType(from)).kind == CXType_Void &&
		   plain(clang_getPointeeType(to)).kind != CXType_Void) {
		take(clang_getTypeSpelling(to), type, sizeof(type));
		say("V\t%s\t%s\t%s", who(), name + 2, type);
	}
}

/* Implicit casts and designators are not exposed: one child is a cast. */
static void walk_unexposed(CXCursor c, enum mode m, const char *sink)
{
	struct kids k = kids_of(c);
	unsigned int i;

	if (k.n == 1)
		void_cast(c, k.c[0]);
	for (i = 0; i < k.n; i++)
		if (!is_ref(k.c[i]))
			walk(k.c[i], m, sink);
	free(k.c);
}

static void walk_cast(CXCursor c, enum mode m, const char *sink)
{
	CXCursor in = last_kid(c);

	if (clang_Cursor_isNull(in))
		return;
	void_cast(c, in);
	walk(in, m, sink);
}

static void walk_literal(CXCursor c, const char *sink)
{
	CXCursor in = last_kid(c);

	if (!clang_Cursor_isNull(in))
		init_value(in, clang_getCursorType(c), sink);
}

static void walk_return(CXCursor c)
{
	char sink[KEY + 4];

	snprintf(sink, sizeof(sink), "ret:%s", who());
	walk_kids(c, RD, sink);
}

static void shape_of(CXCursor c, enum CXCursorKind kind)
{
	switch (kind) {
	case CXCursor_UnexposedExpr:
	case CXCursor_ParenExpr:
	case CXCursor_CallExpr:
	case CXCursor_CompoundStmt:
	case CXCursor_DeclStmt:
		return;
	case CXCursor_BinaryOperator:
		shape_node(kind, clang_getCursorBinaryOperatorKind(c));
		return;
	default:
		shape_node(kind, 0);
	}
}

/* Statements and declarations; expressions are in walk() */
static void walk_other(CXCursor c, enum CXCursorKind kind)
{
	switch (kind) {
	case CXCursor_VarDecl:
		walk_var(c);
		return;
	case CXCursor_ForStmt:
	case CXCursor_WhileStmt:
	case CXCursor_DoStmt:
		walk_loop(c);
		return;
	case CXCursor_ReturnStmt:
		walk_return(c);
		return;
	case CXCursor_UnaryExpr:	/* sizeof: nothing is evaluated */
	case CXCursor_StructDecl:
	case CXCursor_UnionDecl:
	case CXCursor_EnumDecl:
	case CXCursor_TypedefDecl:
		return;
	default:
		walk_kids(c, RD, "");
	}
}

void walk(CXCursor c, enum mode m, const char *sink)
{
	enum CXCursorKind kind = clang_getCursorKind(c);

	shape_of(c, kind);
	switch (kind) {
	case CXCursor_UnexposedExpr:
		walk_unexposed(c, m, sink);
		return;
	case CXCursor_ParenExpr:
		walk_kids(c, m, sink);
		return;
	case CXCursor_StmtExpr:
	case CXCursor_ConditionalOperator:
		walk_kids(c, m == PATH ? RD : m, sink);
		return;
	case CXCursor_CStyleCastExpr:
		walk_cast(c, m, sink);
		return;
	case CXCursor_CallExpr:
		walk_call(c);
		return;
	case CXCursor_MemberRefExpr:
		walk_member(c, m);
		return;
	case CXCursor_DeclRefExpr:
		walk_name(c, m, sink);
		return;
	case CXCursor_ArraySubscriptExpr:
		walk_subscript(c, m, sink);
		return;
	case CXCursor_UnaryOperator:
		walk_unary(c, sink);
		return;
	case CXCursor_BinaryOperator:
		walk_binary(c, sink);
		return;
	case CXCursor_CompoundAssignOperator:
		walk_compound_assign(c);
		return;
	case CXCursor_InitListExpr:
		walk_init(c, clang_getCursorType(c), sink);
		return;
	case CXCursor_CompoundLiteralExpr:
		walk_literal(c, sink);
		return;
	default:
		walk_other(c, kind);
	}
}
