// SPDX-License-Identifier: GPL-2.0
/* What libclang's tree of expressions needs to be read: children as an array, wrappers taken off. */
#include <stdlib.h>

#include "unit.h"

static enum CXChildVisitResult add_kid(CXCursor c, CXCursor parent, CXClientData data)
{
	struct kids *k = data;

	(void)parent;
	if (k->n == k->max) {
		k->max = k->max ? 2 * k->max : 8;
		k->c = realloc(k->c, k->max * sizeof(*k->c));
		if (!k->c)
			abort();
	}
	k->c[k->n++] = c;
	return CXChildVisit_Continue;
}

struct kids kids_of(CXCursor c)
{
	struct kids k = { NULL, 0, 0 };

	clang_visitChildren(c, add_kid, &k);
	return k;
}

static enum CXChildVisitResult keep_last(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	*(CXCursor *)data = c;
	return CXChildVisit_Continue;
}

/* What a cast, a compound literal or a statement expression is about. */
CXCursor last_kid(CXCursor c)
{
	CXCursor last = clang_getNullCursor();

	clang_visitChildren(c, keep_last, &last);
	return last;
}

bool is_ref(CXCursor c)
{
	switch (clang_getCursorKind(c)) {
	case CXCursor_TypeRef:
	case CXCursor_MemberRef:
	case CXCursor_LabelRef:
	case CXCursor_NamespaceRef:
		return true;
	default:
		return false;
	}
}

CXCursor strip(CXCursor c)
{
	CXCursor in;

	for (;;) {
		switch (clang_getCursorKind(c)) {
		case CXCursor_ParenExpr:
		case CXCursor_UnexposedExpr:
		case CXCursor_CStyleCastExpr:
			in = last_kid(c);
			break;
		case CXCursor_StmtExpr:		/* ({ ...; x; }) is x */
			in = last_kid(last_kid(c));
			break;
		default:
			return c;
		}
		if (clang_Cursor_isNull(in) || is_ref(in))
			return c;
		c = in;
	}
}

CXType plain(CXType t)
{
	return clang_getCanonicalType(t);
}

bool array_type(CXType t)
{
	t = plain(t);
	return t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray || t.kind == CXType_VariableArray;
}

static bool fn_type(CXType t)
{
	return t.kind == CXType_FunctionProto || t.kind == CXType_FunctionNoProto;
}

/* A function, a pointer to one, an array of such, a pointer to such a pointer. */
bool fn_pointer_type(CXType t)
{
	CXType to;

	t = plain(t);
	while (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray)
		t = plain(clang_getArrayElementType(t));
	if (fn_type(t))
		return true;
	if (t.kind != CXType_Pointer)
		return false;
	to = plain(clang_getPointeeType(t));
	if (to.kind == CXType_Pointer)
		to = plain(clang_getPointeeType(to));
	return fn_type(to);
}

bool constant(CXCursor c, unsigned long long *value)
{
	CXEvalResult e;
	bool is = false;

	switch (plain(clang_getCursorType(c)).kind) {
	case CXType_Pointer:
	case CXType_Record:
	case CXType_ConstantArray:
	case CXType_Void:
		return false;
	default:
		break;
	}
	e = clang_Cursor_Evaluate(c);
	if (!e)
		return false;
	if (clang_EvalResult_getKind(e) == CXEval_Int) {
		is = true;
		*value = clang_EvalResult_isUnsignedInt(e) ? clang_EvalResult_getAsUnsigned(e) :
			 (unsigned long long)clang_EvalResult_getAsLongLong(e);
	}
	clang_EvalResult_dispose(e);
	return is;
}
