// SPDX-License-Identifier: GPL-2.0
/* Members of structs: what they are, and what a header says of them besides (see ../kbuild/notes.h). */
#include <stdio.h>
#include <string.h>

#include "unit.h"

static const char *kind_of_pointer(CXType t)
{
	CXType to = plain(clang_getPointeeType(t));

	switch (to.kind) {
	case CXType_FunctionProto:
	case CXType_FunctionNoProto:
		return "fnptr";
	case CXType_Void:
		return "voidptr";
	case CXType_Record:
		return "ptr";
	case CXType_Char_U:
	case CXType_Char_S:
		return "charptr";
	case CXType_Pointer:
		return "ptrptr";
	default:
		return "numptr";
	}
}

static const char *kind_of(CXType t)
{
	t = plain(t);
	switch (t.kind) {
	case CXType_Pointer:
		return kind_of_pointer(t);
	case CXType_Record:
		return clang_getCursorKind(clang_getTypeDeclaration(t)) == CXCursor_UnionDecl ? "union" : "struct";
	case CXType_ConstantArray:
		return "array";
	case CXType_IncompleteArray:
		return "flex";
	case CXType_Enum:
		return "enum";
	case CXType_Bool:
		return "bool";
	default:
		return "num";
	}
}

struct notes { char text[120]; };

static enum CXChildVisitResult see_note(CXCursor c, CXCursor parent, CXClientData data)
{
	struct notes *n = data;
	char t[60];
	size_t len = strlen(n->text);

	(void)parent;
	if (clang_getCursorKind(c) == CXCursor_AnnotateAttr) {
		take(clang_getCursorSpelling(c), t, sizeof(t));
		snprintf(n->text + len, sizeof(n->text) - len, "%s%s", len ? "," : "", t);
	}
	return CXChildVisit_Continue;
}

void tell_member(CXCursor f, const char *rec)
{
	CXType t = clang_getCursorType(f), ct = plain(t);
	bool array = ct.kind == CXType_ConstantArray;
	char name[KEY / 4], type[KEY / 2], canon[KEY];
	struct notes notes = { "" };
	CXType elem = array ? clang_getArrayElementType(ct) : ct;

	take(clang_getCursorSpelling(f), name, sizeof(name));
	take(clang_getTypeSpelling(t), type, sizeof(type));
	/* an array's canon is the whole type: the outer dimension stays readable */
	take(clang_getTypeSpelling(ct), canon, sizeof(canon));
	if (clang_Cursor_isBitField(f))
		snprintf(notes.text, sizeof(notes.text), "bits%d", clang_getFieldDeclBitWidth(f));
	clang_visitChildren(f, see_note, &notes);
	say("S\t%s\t%s\t%s\t%s\t%s%s\t%lld\t%lld\t%d\t%s", rec, name, type, canon, array ? "array:" : "",
	    kind_of(elem), clang_Type_getSizeOf(ct), array ? clang_getArraySize(ct) : 0, is_own(f), notes.text);
}

static enum CXChildVisitResult see_field(CXCursor c, CXCursor parent, CXClientData data)
{
	enum CXCursorKind k = clang_getCursorKind(c);
	char rec[KEY / 2];

	(void)parent;
	if (k == CXCursor_FieldDecl) {
		tell_member(c, data);
	} else if ((k == CXCursor_StructDecl || k == CXCursor_UnionDecl) && clang_isCursorDefinition(c)) {
		record_name(c, rec, sizeof(rec));
		clang_visitChildren(c, see_field, rec);
	}
	return CXChildVisit_Continue;
}

void tell_record(CXCursor rec)
{
	char name[KEY / 2];

	record_name(rec, name, sizeof(name));
	if (name[0] == '@')
		return;	/* in a macro that checks a size */
	say("Z\t%s\t%lld\t%u", name, clang_Type_getSizeOf(clang_getCursorType(rec)), line_of(rec));
	clang_visitChildren(rec, see_field, name);
}
