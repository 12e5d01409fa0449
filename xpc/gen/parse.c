// SPDX-License-Identifier: GPL-2.0
/* parse.c - from libclang's cursors to struct gen. */
#include <clang-c/Index.h>
#include <stdlib.h>
#include "gen.h"

static struct record *record_of(struct gen *g, CXType type);

/* One more entry of @size zeroes in the list of @n at @list.  Return: it, NULL and told: no memory */
static void *more(struct gen *g, void ***list, unsigned int *n, size_t size)
{
	struct where at = { .line = 0 };
	void **longer = realloc(*list, (*n + 1) * sizeof(**list)), *entry = calloc(1, size);

	if (longer)
		*list = longer;
	if (!longer || !entry) {
		complain(g, &at, "no memory");
		free(entry);
		return NULL;
	}
	return longer[(*n)++] = entry;
}

/* ---------------------------------------------------------------- names and places */

static void take(CXString s, char *to, size_t size)
{
	const char *text = clang_getCString(s);

	snprintf(to, size, "%s", text ? text : "");
	clang_disposeString(s);
}

static void place_of(CXSourceLocation loc, struct where *at)
{
	CXFile file;

	clang_getExpansionLocation(loc, &file, &at->line, NULL, NULL);
	take(clang_getFileName(file), at->file, sizeof(at->file));
}

static void describe(CXCursor c, char *name, struct where *at)
{
	take(clang_getCursorSpelling(c), name, NAME_MAX_);
	place_of(clang_getCursorLocation(c), at);
}

/* --------------------------------------------------------------------- annotations */

struct note_visit {
	struct gen *g;
	const struct where *at;
	struct notes *notes;
};

static enum CXChildVisitResult visit_note(CXCursor c, CXCursor parent, CXClientData data)
{
	struct note_visit *v = data;
	char text[256];

	(void)parent;
	if (clang_getCursorKind(c) == CXCursor_AnnotateAttr) {
		take(clang_getCursorSpelling(c), text, sizeof(text));
		if (!strncmp(text, "xpc:", 4))
			note_add(v->g, v->at, v->notes, text + 4);
	}
	return CXChildVisit_Continue;
}

static void read_notes(struct gen *g, CXCursor c, const struct where *at, struct notes *notes)
{
	struct note_visit v = { g, at, notes };

	clang_visitChildren(c, visit_note, &v);
}

/* --------------------------------------------------------------------------- types */

struct number_type {
	enum CXTypeKind kind;
	unsigned int size;
	enum xpc_element element;
};

static const struct number_type number_types[] = {
	{ CXType_Bool, 1, XPC_UINT },
	{ CXType_UChar, 1, XPC_UINT }, { CXType_SChar, 1, XPC_INT },
	{ CXType_UShort, 2, XPC_UINT }, { CXType_Short, 2, XPC_INT },
	{ CXType_UInt, 4, XPC_UINT }, { CXType_Int, 4, XPC_INT },
	{ CXType_ULongLong, 8, XPC_UINT }, { CXType_LongLong, 8, XPC_INT },
};

static void set_limits(struct member *m)
{
	unsigned int unused = 64 - 8 * m->size;

	if (m->element == XPC_UINT) {
		m->low = 0;
		m->high = ~0ull >> unused;
	} else {
		m->high = ~0ull >> (unused + 1);
		m->low = ~m->high;
	}
}

static bool set_number(struct member *m, CXType type)
{
	unsigned int i;

	for (i = 0; i < sizeof(number_types) / sizeof(number_types[0]); i++) {
		if (number_types[i].kind != type.kind)
			continue;
		m->size = number_types[i].size;
		m->element = number_types[i].element;
		set_limits(m);
		if (type.kind == CXType_Bool)
			m->high = 1;
		return true;
	}
	return false;
}

static void refuse_type(struct gen *g, const struct member *m, CXType type)
{
	char name[NAME_MAX_];

	take(clang_getTypeSpelling(type), name, sizeof(name));
	if (type.kind == CXType_Long || type.kind == CXType_ULong)
		complain(g, &m->at,
			 "%s: %s has another size elsewhere; use __u32, __u64, __s32, __s64",
			 m->name, name);
	else if (type.kind == CXType_IncompleteArray)
		complain(g, &m->at, "%s: array without a size", m->name);
	else
		complain(g, &m->at, "%s: type %s cannot travel", m->name, name);
}

/* What one element is: a number, a char, a struct. */
static void set_element(struct gen *g, struct member *m, CXType type)
{
	CXType t = clang_getCanonicalType(type);

	if (t.kind == CXType_Enum)
		t = clang_getEnumDeclIntegerType(clang_getTypeDeclaration(t));
	t = clang_getCanonicalType(t);
	if (set_number(m, t))
		return;
	if (t.kind == CXType_Char_S || t.kind == CXType_Char_U) {
		m->plain_char = true;
		m->size = 1;
		return;
	}
	if (t.kind == CXType_Record) {
		m->element = XPC_SUB;
		m->sub = record_of(g, t);
		m->size = clang_Type_getSizeOf(t);
		return;
	}
	refuse_type(g, m, t);
}

static void set_type(struct gen *g, struct member *m, CXType type)
{
	CXType t = clang_getCanonicalType(type), to;

	m->shape = XPC_ONE;
	m->max = 1;
	take(clang_getTypeSpelling(type), m->type, sizeof(m->type));
	if (t.kind == CXType_Pointer) {
		m->pointer = true;
		to = clang_getCanonicalType(clang_getPointeeType(t));
		m->to_const = clang_isConstQualifiedType(to);
		if (type.kind == CXType_Pointer)
			take(clang_getTypeSpelling(clang_getPointeeType(type)), m->type,
			     sizeof(m->type));
		if (!(m->notes.set & NOTE_OPAQUE) && to.kind != CXType_Pointer &&
		    to.kind != CXType_FunctionProto && to.kind != CXType_Void)
			set_element(g, m, to);
	} else if (t.kind == CXType_ConstantArray) {
		long long n = clang_getArraySize(t);

		m->shape = XPC_FIXED;
		m->max = n > SIZE_MAX_ ? SIZE_MAX_ + 1 : n;
		set_element(g, m, clang_getArrayElementType(t));
	} else {
		set_element(g, m, t);
	}
}

/* -------------------------------------------------------------------------- structs */

struct record_visit {
	struct gen *g;
	struct record *r;
};

static enum CXChildVisitResult visit_member(CXCursor c, CXCursor parent, CXClientData data)
{
	struct record_visit *v = data;
	struct record *r = v->r;
	struct member *m;

	(void)parent;
	if (clang_getCursorKind(c) != CXCursor_FieldDecl)
		return CXChildVisit_Continue;
	if (r->n == XPC_FIELDS_MAX) {
		complain(v->g, &r->at, "struct %s: more than %u members", r->name, XPC_FIELDS_MAX);
		return CXChildVisit_Break;
	}
	m = &r->member[r->n++];
	describe(c, m->name, &m->at);
	read_notes(v->g, c, &m->at, &m->notes);
	m->offset = clang_Cursor_getOffsetOfField(c) / 8;
	if (clang_Cursor_isBitField(c))
		complain(v->g, &m->at, "%s: a bit-field cannot travel", m->name);
	set_type(v->g, m, clang_getCursorType(c));
	check_member(v->g, r, m);
	return CXChildVisit_Continue;
}

static void read_record(struct gen *g, struct record *r, CXCursor decl)
{
	struct record_visit v = { g, r };
	long long size = clang_Type_getSizeOf(clang_getCursorType(decl));

	r->next = -1;
	read_notes(g, decl, &r->at, &r->notes);
	if (clang_getCursorKind(decl) == CXCursor_UnionDecl)
		complain(g, &r->at, "a union cannot travel: nothing says which member counts");
	else if (clang_Cursor_isAnonymous(decl) || strchr(r->name, ' '))
		complain(g, &r->at, "a struct without a name");
	else if (size > SIZE_MAX_)
		complain(g, &r->at, "struct %s: %lld bytes, more than %u", r->name, size,
			 SIZE_MAX_);
	r->size = size;
	r->busy = true;
	clang_visitChildren(decl, visit_member, &v);
	check_record(g, r);
	r->busy = false;
}

/* The struct behind @type, read if it is new.  NULL: it cannot be read, and was told. */
static struct record *record_of(struct gen *g, CXType type)
{
	CXCursor decl = clang_getTypeDeclaration(type);
	char name[NAME_MAX_];
	struct record *r;
	struct where at;
	unsigned int i;

	describe(decl, name, &at);
	for (i = 0; i < g->n_records; i++)
		if (!strcmp(g->record[i]->name, name) && g->record[i]->at.line == at.line)
			return g->record[i];
	r = more(g, (void ***)&g->record, &g->n_records, sizeof(*r));
	if (!r)
		return NULL;
	r->at = at;
	strcpy(r->name, name);
	read_record(g, r, decl);
	return r;
}

/* ------------------------------------------------------------------------ functions */

static void read_args(struct gen *g, struct call *call, CXCursor c)
{
	int i, n = clang_Cursor_getNumArguments(c);

	if (n > ARGS_MAX) {
		complain(g, &call->at, "%s: more than %u arguments", call->name, ARGS_MAX);
		n = ARGS_MAX;
	}
	for (i = 0; i < n; i++) {
		CXCursor arg = clang_Cursor_getArgument(c, i);
		struct member *m = &call->arg[call->n++];

		describe(arg, m->name, &m->at);
		read_notes(g, arg, &m->at, &m->notes);
		/* the written type: clang makes a pointer of an array argument */
		set_type(g, m, clang_getCursorType(arg));
		check_arg(g, m);
	}
}

static void read_call(struct gen *g, CXCursor c)
{
	CXType type = clang_getCursorType(c);
	struct call *call;

	call = more(g, (void ***)&g->call, &g->n_calls, sizeof(*call));
	if (!call)
		return;
	describe(c, call->name, &call->at);
	read_notes(g, c, &call->at, &call->notes);
	if (clang_getCanonicalType(clang_getResultType(type)).kind != CXType_Int)
		complain(g, &call->at, "%s: a call returns int, 0 or -errno", call->name);
	if (clang_isFunctionTypeVariadic(type))
		complain(g, &call->at, "%s: a number of arguments without a bound", call->name);
	read_args(g, call, c);
	check_call(g, call);
}

static enum CXChildVisitResult visit_top(CXCursor c, CXCursor parent, CXClientData data)
{
	struct gen *g = data;

	(void)parent;
	if (!clang_Location_isFromMainFile(clang_getCursorLocation(c)))
		return CXChildVisit_Continue;
	if (clang_getCursorKind(c) == CXCursor_StructDecl && clang_isCursorDefinition(c))
		record_of(g, clang_getCursorType(c));
	else if (clang_getCursorKind(c) == CXCursor_FunctionDecl && !clang_isCursorDefinition(c))
		read_call(g, c);
	return CXChildVisit_Continue;
}

/* ----------------------------------------------------------------------- the file */

static void tell_diagnostics(struct gen *g, CXTranslationUnit tu)
{
	unsigned int i, n = clang_getNumDiagnostics(tu);

	for (i = 0; i < n; i++) {
		CXDiagnostic d = clang_getDiagnostic(tu, i);
		char text[512];
		struct where at;

		if (clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error) {
			place_of(clang_getDiagnosticLocation(d), &at);
			take(clang_getDiagnosticSpelling(d), text, sizeof(text));
			complain(g, &at, "%s", text);
		}
		clang_disposeDiagnostic(d);
	}
}

bool parse(struct gen *g, char **cflags, int n_cflags)
{
	const char *args[64] = { "-x", "c", "-std=gnu11", "-DXPC_GEN" };
	CXIndex index = clang_createIndex(0, 0);
	CXTranslationUnit tu = NULL;
	int i, n = 4;

	for (i = 0; i < n_cflags && n < 64; i++)
		args[n++] = cflags[i];
	if (clang_parseTranslationUnit2(index, g->path, args, n, NULL, 0, CXTranslationUnit_None,
					&tu) != CXError_Success) {
		fprintf(stderr, "%s:0: cannot be read\n", g->path);
		clang_disposeIndex(index);
		return false;
	}
	tell_diagnostics(g, tu);
	if (!g->errors)
		clang_visitChildren(clang_getTranslationUnitCursor(tu), visit_top, g);
	clang_disposeTranslationUnit(tu);
	clang_disposeIndex(index);
	return true;
}
