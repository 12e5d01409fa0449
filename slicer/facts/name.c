// SPDX-License-Identifier: GPL-2.0
/* Names that are the same in every unit of a module: of functions, members, variables, places. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

void fn_key(CXCursor c, char *to, size_t size)
{
	char name[KEY / 2], file[KEY];

	take(clang_getCursorSpelling(c), name, sizeof(name));
	if (clang_getCursorLinkage(c) == CXLinkage_Internal && is_own(c)) {
		file_of(c, file, sizeof(file));
		snprintf(to, size, "%s@%s", name, file);
	} else {
		snprintf(to, size, "%s", name);
	}
}

static bool is_record(CXCursor c)
{
	enum CXCursorKind k = clang_getCursorKind(c);

	return k == CXCursor_StructDecl || k == CXCursor_UnionDecl;
}

void record_name(CXCursor rec, char *to, size_t size)
{
	char type[KEY], outer[KEY / 2] = "";
	CXCursor up;

	/* struct { ... }; in another: its members are the other's */
	while (clang_Cursor_isAnonymousRecordDecl(rec)) {
		up = clang_getCursorSemanticParent(rec);
		if (!is_record(up))
			break;
		rec = up;
	}
	take(clang_getTypeSpelling(clang_getCursorType(rec)), type, sizeof(type));
	if (strstr(type, "(unnamed") || strstr(type, "(anonymous")) {
		up = clang_getCursorSemanticParent(rec);
		if (is_record(up))
			record_name(up, outer, sizeof(outer));
		snprintf(to, size, "%s@%u", outer, line_of(rec));
		return;
	}
	snprintf(to, size, "%s", type + (!strncmp(type, "struct ", 7) ? 7 : !strncmp(type, "union ", 6) ? 6 : 0));
}

void field_key(CXCursor f, char *to, size_t size)
{
	char rec[KEY / 2], name[KEY / 4];

	record_name(clang_getCursorSemanticParent(f), rec, sizeof(rec));
	take(clang_getCursorSpelling(f), name, sizeof(name));
	snprintf(to, size, "%s.%s", rec, name);
	tell_member(f, rec);
}

static int place_of_param(CXCursor fn, CXCursor param)
{
	int i, n = clang_Cursor_getNumArguments(fn);

	param = clang_getCanonicalCursor(param);
	for (i = 0; i < n; i++)
		if (clang_equalCursors(clang_getCanonicalCursor(clang_Cursor_getArgument(fn, i)), param))
			return i;
	return -1;
}

static void param_key(CXCursor d, const char *name, char *to, size_t size)
{
	CXCursor f = clang_getCursorSemanticParent(d);
	int i = place_of_param(f, d);
	char fn[KEY / 2];

	/* of a declaration that is not the definition's: by name, in the current function */
	if (i < 0 && unit.in_function) {
		snprintf(to, size, "p:%s#%s", unit.fn, name);
		return;
	}
	fn_key(f, fn, sizeof(fn));
	snprintf(to, size, "p:%s#%d", fn, i);
}

bool var_key(CXCursor d, char *to, size_t size)
{
	char name[KEY / 4], file[KEY / 2];

	take(clang_getCursorSpelling(d), name, sizeof(name));
	if (clang_getCursorKind(d) == CXCursor_ParmDecl) {
		param_key(d, name, to, size);
		return true;
	}
	if (clang_getCursorKind(d) != CXCursor_VarDecl)
		return false;
	switch (clang_getCursorLinkage(d)) {
	case CXLinkage_NoLinkage:
		snprintf(to, size, "l:%s:%s", unit.in_function ? unit.fn : "", name);
		break;
	case CXLinkage_Internal:
		file_of(d, file, sizeof(file));
		snprintf(to, size, "v:%s@%s", name, file);
		break;
	default:
		snprintf(to, size, "v:%s", name);
	}
	return true;
}

static void name_unary(CXCursor s, char *to, size_t size)
{
	char in[KEY];

	switch (clang_getCursorUnaryOperatorKind(s)) {
	case CXUnaryOperator_AddrOf:
		name_expr(last_kid(s), in, sizeof(in));
		snprintf(to, size, "%s%s", strncmp(in, "fn:", 3) ? "&" : "", in);
		return;
	case CXUnaryOperator_Deref:
		name_expr(last_kid(s), to, size);
		return;
	default:
		return;
	}
}

static void name_ref(CXCursor s, char *to, size_t size)
{
	CXCursor r = clang_getCursorReferenced(s);
	char key[KEY];

	switch (clang_getCursorKind(r)) {
	case CXCursor_FieldDecl:
		field_key(r, key, sizeof(key));
		snprintf(to, size, "f:%s", key);
		return;
	case CXCursor_FunctionDecl:
		fn_key(r, key, sizeof(key));
		snprintf(to, size, "fn:%s", key);
		return;
	case CXCursor_EnumConstantDecl:
		snprintf(to, size, "n:%lld", clang_getEnumConstantDeclValue(r));
		return;
	default:
		var_key(r, to, size);
	}
}

/* The array of a[i], the pointer of p + i. */
static void name_first(CXCursor s, unsigned int kids, char *to, size_t size)
{
	struct kids k = kids_of(s);

	if (k.n && (!kids || k.n == kids))
		name_expr(k.c[0], to, size);
	free(k.c);
}

void name_expr(CXCursor c, char *to, size_t size)
{
	CXCursor s = strip(c);
	char name[KEY / 2];

	snprintf(to, size, "?");
	switch (clang_getCursorKind(s)) {
	case CXCursor_UnaryOperator:
		name_unary(s, to, size);
		return;
	case CXCursor_ArraySubscriptExpr:
		name_first(s, 0, to, size);
		return;
	case CXCursor_MemberRefExpr:
	case CXCursor_DeclRefExpr:
		name_ref(s, to, size);
		return;
	case CXCursor_StringLiteral:
		snprintf(to, size, "s:");
		return;
	case CXCursor_IntegerLiteral:
		snprintf(to, size, "n:");
		return;
	case CXCursor_CallExpr:
		take(clang_getCursorSpelling(s), name, sizeof(name));
		snprintf(to, size, "c:%s", name);
		return;
	case CXCursor_BinaryOperator:
		if (plain(clang_getCursorType(s)).kind == CXType_Pointer)
			name_first(s, 2, to, size);
		return;
	default:
		return;
	}
}
