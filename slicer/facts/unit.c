// SPDX-License-Identifier: GPL-2.0
/* A unit from its file to its facts: parse, refuse, walk what is the driver's own. */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void tell_params(CXCursor c)
{
	int i, n = clang_Cursor_getNumArguments(c);
	char name[KEY / 4], type[KEY];

	for (i = 0; i < n; i++) {
		CXCursor a = clang_Cursor_getArgument(c, i);

		take(clang_getCursorSpelling(a), name, sizeof(name));
		take(clang_getTypeSpelling(clang_getCursorType(a)), type, sizeof(type));
		say("T\t%s\t%d\t%s\t%s", unit.fn, i, name, type);
	}
}

static void tell_function(CXCursor c)
{
	CXSourceRange range = clang_getCursorExtent(c);
	char file[KEY] = "", ret[KEY], sig[2 * KEY];
	unsigned int start, end;
	CXFile f;

	clang_getExpansionLocation(clang_getRangeEnd(range), NULL, &end, NULL, NULL);
	clang_getExpansionLocation(clang_getRangeStart(range), &f, &start, NULL, NULL);
	if (f)
		take(clang_getFileName(f), file, sizeof(file));
	take(clang_getTypeSpelling(clang_getCursorResultType(c)), ret, sizeof(ret));
	take(clang_getTypeSpelling(plain(clang_getCursorType(c))), sig, sizeof(sig));
	say("F\t%s\t%s\t%u\t%u\t%u\t%s\t%s\t%s", unit.fn, rel(file), start, end, lines_of_code(file, start, end),
	    clang_getCursorLinkage(c) == CXLinkage_Internal ? "static" : "extern", ret, sig);
}

static void function(CXCursor c)
{
	struct kids k = kids_of(c);
	unsigned int i;

	fn_key(c, unit.fn, sizeof(unit.fn));
	unit.in_function = true;
	shape_begin();
	tell_function(c);
	tell_params(c);
	for (i = 0; i < k.n; i++)
		if (clang_getCursorKind(k.c[i]) == CXCursor_CompoundStmt)
			walk(k.c[i], RD, "");
	free(k.c);
	shape_tell();
	unit.in_function = false;
}

static enum CXChildVisitResult top(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	(void)data;
	switch (clang_getCursorKind(c)) {
	case CXCursor_FunctionDecl:
		if (clang_isCursorDefinition(c) && is_own(c))
			function(c);
		break;
	case CXCursor_VarDecl:
		if (is_own(c))
			walk_var(c);
		break;
	case CXCursor_StructDecl:
		if (clang_isCursorDefinition(c) && is_own(c))
			tell_record(c);
		break;
	default:
		break;
	}
	return CXChildVisit_Continue;
}

static int tell_errors(CXTranslationUnit tu)
{
	unsigned int i, n = clang_getNumDiagnostics(tu);
	int errors = 0;
	char text[2 * KEY];

	for (i = 0; i < n; i++) {
		CXDiagnostic d = clang_getDiagnostic(tu, i);

		if (clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error && errors++ < 3) {
			take(clang_formatDiagnostic(d, CXDiagnostic_DisplaySourceLocation), text, sizeof(text));
			fprintf(unit.out, "!\t%s\n", text);
		}
		clang_disposeDiagnostic(d);
	}
	return errors;
}

static void read_file(CXFile file, CXSourceLocation *stack, unsigned int depth, CXClientData data)
{
	char name[512];

	(void)stack;
	(void)depth;
	take(clang_getFileName(file), name, sizeof(name));
	fprintf(data, "%s\n", name);
}

int facts_unit(const struct facts_job *job)
{
	/* of precompiled headers nothing is the driver's own: they need not be visited */
	CXIndex index = clang_createIndex(1, 0);
	CXTranslationUnit tu;
	int errors;

	memset(&unit, 0, sizeof(unit));
	unit.root = job->root;
	unit.root_len = strlen(job->root);
	unit.out = job->facts;
	if (clang_parseTranslationUnit2(index, job->file, job->flags, job->n_flags, NULL, 0, CXTranslationUnit_None,
					&tu) != CXError_Success)
		return -1;
	errors = tell_errors(tu);
	fprintf(unit.out, "U\t%s\t%d\n", rel(job->file), errors);
	if (!errors)
		clang_visitChildren(clang_getTranslationUnitCursor(tu), top, NULL);
	clang_getInclusions(tu, read_file, job->read);
	/* the process ends here: the tree need not be taken apart */
	return errors;
}

int facts_precompile(const struct facts_job *job, const char *path)
{
	unsigned int how = CXTranslationUnit_Incomplete | CXTranslationUnit_ForSerialization;
	CXIndex index = clang_createIndex(0, 0);
	const char *flags[256] = { "-x", "c-header" };
	CXTranslationUnit tu;
	int i, n = 2;

	for (i = 0; i < job->n_flags && n < 256; i++)
		flags[n++] = job->flags[i];
	if (clang_parseTranslationUnit2(index, job->file, flags, n, NULL, 0, how, &tu) != CXError_Success)
		return -1;
	clang_getInclusions(tu, read_file, job->read);
	return clang_getNumDiagnostics(tu) || clang_saveTranslationUnit(tu, path, 0);
}

void facts_version(char *to, size_t size)
{
	take(clang_getClangVersion(), to, size);
}
