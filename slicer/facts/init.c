// SPDX-License-Identifier: GPL-2.0
/*
 * What variables and members are given: initialisers, and assignments.
 *
 * libclang shows an initialiser list as it is written.  A designated one is an unexposed node with the designators
 * (MemberRef, or the index) before the value; one without a designator goes to the field after the last.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* sink = from, if from is a pointer to a function with a name (fn:NAME itself is told where it is met) */
void copied(const char *sink, CXCursor from)
{
	char src[KEY], file[KEY];

	name_expr(from, src, sizeof(src));
	if (src[0] == '?' || !strncmp(src, "fn:", 3) || !sink[0] || sink[0] == '?')
		return;
	file_of(from, file, sizeof(file));
	say("E\t%s\t%s\t%s\t%u\t%s", sink, src, file, line_of(from), who());
}

static void alloc_length(CXCursor lhs, CXCursor rhs)
{
	CXCursor s = strip(rhs);
	char key[KEY], name[KEY / 2], what[KEY] = "", arg[KEY];
	int i, n;

	if (clang_getCursorKind(s) != CXCursor_CallExpr)
		return;
	take(clang_getCursorSpelling(s), name, sizeof(name));
	if (!strstr(name, "alloc") && !strstr(name, "memdup") && !strstr(name, "map"))
		return;
	name_expr(lhs, key, sizeof(key));
	if (strncmp(key, "f:", 2))
		return;
	n = clang_Cursor_getNumArguments(s);
	for (i = 0; i < n && i < 4; i++) {
		name_expr(clang_Cursor_getArgument(s, i), arg, sizeof(arg));
		if (strlen(what) + strlen(arg) + 2 < sizeof(what))
			strcat(strcat(what, " "), arg);
	}
	say("N\t%s\t%s\t%s%s", who(), key + 2, name, what);
}

void assign(CXCursor lhs, CXCursor rhs)
{
	char key[KEY];

	name_expr(lhs, key, sizeof(key));
	if (fn_pointer_type(clang_getCursorType(lhs)))
		copied(key, rhs);
	alloc_length(lhs, rhs);
	walk(lhs, WR, "");
	walk(rhs, RD, key);
}

void init_value(CXCursor v, CXType type, const char *sink)
{
	CXCursor s = v, in;

	while (clang_getCursorKind(s) == CXCursor_UnexposedExpr || clang_getCursorKind(s) == CXCursor_ParenExpr) {
		in = last_kid(s);
		if (clang_Cursor_isNull(in))
			break;
		s = in;
	}
	if (clang_getCursorKind(s) == CXCursor_CompoundLiteralExpr) {
		in = last_kid(s);
		if (clang_getCursorKind(in) == CXCursor_InitListExpr) {
			walk_init(in, clang_getCursorType(s), sink);
			return;
		}
	}
	if (clang_getCursorKind(s) == CXCursor_InitListExpr) {
		walk_init(s, type, sink);
		return;
	}
	if (fn_pointer_type(type))
		copied(sink, v);
	walk(v, RD, sink);
}

static void init_field(CXCursor f, CXCursor v)
{
	char key[KEY], sink[KEY + 2];

	field_key(f, key, sizeof(key));
	if (unit.in_function)
		say("M\t%s\t%s\tw\t%d", who(), key, is_own(f));
	snprintf(sink, sizeof(sink), "f:%s", key);
	init_value(v, clang_getCursorType(f), sink);
}

static void init_array(struct kids *k, CXType elem, const char *sink)
{
	unsigned int i;

	for (i = 0; i < k->n; i++) {
		CXCursor v = k->c[i];
		struct kids in;

		if (is_ref(v))
			continue;
		if (clang_getCursorKind(v) == CXCursor_UnexposedExpr) {
			/* [n] = value: the indices come first */
			in = kids_of(v);
			if (in.n > 1)
				v = in.c[in.n - 1];
			free(in.c);
		}
		init_value(v, elem, sink);
	}
}

struct fields {
	CXCursor *f;
	unsigned int n, max;
};

static enum CXVisitorResult add_field(CXCursor c, CXClientData data)
{
	struct fields *f = data;

	if (f->n == f->max) {
		f->max = f->max ? 2 * f->max : 64;
		f->f = realloc(f->f, f->max * sizeof(*f->f));
		if (!f->f)
			abort();
	}
	f->f[f->n++] = c;
	return CXVisit_Continue;
}

/* Which field v is for, and what it is given; pos is the field after the last one. */
static CXCursor field_for(const struct fields *f, CXCursor v, unsigned int *pos, CXCursor *value)
{
	CXCursor field = clang_getNullCursor();
	struct kids in = kids_of(v);
	unsigned int j;

	*value = v;
	if (clang_getCursorKind(v) == CXCursor_UnexposedExpr && in.n >= 2 &&
	    clang_getCursorKind(in.c[0]) == CXCursor_MemberRef) {
		for (j = 0; j < in.n; j++)
			if (clang_getCursorKind(in.c[j]) == CXCursor_MemberRef)
				field = clang_getCursorReferenced(in.c[j]);
		*value = in.c[in.n - 1];
		for (j = 0; j < f->n; j++)
			if (clang_equalCursors(f->f[j], field))
				*pos = j + 1;
	} else if (*pos < f->n) {
		field = f->f[(*pos)++];
	}
	free(in.c);
	return field;
}

static void init_record(struct kids *k, CXType t, const char *sink)
{
	struct fields f = { NULL, 0, 0 };
	unsigned int i, pos = 0;
	CXCursor field, value;

	clang_Type_visitFields(t, add_field, &f);
	for (i = 0; i < k->n; i++) {
		if (is_ref(k->c[i]))
			continue;
		field = field_for(&f, k->c[i], &pos, &value);
		if (clang_Cursor_isNull(field))
			walk(value, RD, sink);
		else
			init_field(field, value);
	}
	free(f.f);
}

void walk_init(CXCursor c, CXType type, const char *sink)
{
	CXType t = plain(type);
	struct kids k = kids_of(c);
	unsigned int i;

	if (array_type(t)) {
		init_array(&k, plain(clang_getArrayElementType(t)), sink);
	} else if (t.kind == CXType_Record) {
		init_record(&k, t, sink);
	} else {
		for (i = 0; i < k.n; i++)
			if (!is_ref(k.c[i]))
				init_value(k.c[i], t, sink);
	}
	free(k.c);
}

/* Tables of devices, attributes, parameters: by the struct they are made of. */
static void tell_table(CXCursor c)
{
	static const char *const kinds[] = { "kernel_param", "device_attribute", "driver_attribute", "bin_attribute",
		"sensor_device_attribute", "kobj_attribute", "class_attribute", "attribute_group", "proc_ops",
		"seq_operations", "kparam_array", "file_operations", "sensor_device_attribute_2", "ctl_table",
		"configfs_attribute", NULL };
	CXType t = plain(clang_getCursorType(c)), e = t;
	char rec[KEY / 2], name[KEY / 4];
	const char *const *k = kinds;

	if (array_type(t))
		e = plain(clang_getArrayElementType(t));
	if (unit.in_function || e.kind != CXType_Record)
		return;
	record_name(clang_getTypeDeclaration(e), rec, sizeof(rec));
	take(clang_getCursorSpelling(c), name, sizeof(name));
	while (*k && strcmp(*k, rec))
		k++;
	if (*k || strstr(rec, "device_id"))
		say("D\t%s\t%s\t%lld\t%u", rec, name, array_type(t) ? clang_getArraySize(t) : 1, line_of(c));
}

void walk_var(CXCursor c)
{
	CXCursor init = clang_Cursor_getVarDeclInitializer(c);
	char key[KEY] = "";

	tell_table(c);
	if (clang_Cursor_isNull(init))
		return;
	var_key(c, key, sizeof(key));
	init_value(init, clang_getCursorType(c), key);
}
