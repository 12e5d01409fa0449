// SPDX-License-Identifier: GPL-2.0
/* stub.c - the functions at both ends of a call. */
#include <stdlib.h>
#include <string.h>
#include "emit.h"

/* What goes into xpc_call_NAME() after the end: the arguments, then where the result comes. */
static void pass(const struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	unsigned int i;
	struct arg a;
	bool lost;

	for (i = 0; i < fn->n_params; i++) {
		arg_of(e, fn, i, &a);
		if (a.kind == ARG_HANDLE)
			fprintf(f, ", sl_wire(%s)", a.name);
		else if (a.kind == ARG_NUMBER)
			fprintf(f, ", %s", a.name);
		else if (a.kind == ARG_BYTES)
			fprintf(f, a.only_in ? ", in_%s" : ", in_%s, out_%s", a.name, a.name);
	}
	if (return_type(fn, &lost))
		fprintf(f, ", &sl_ret");
}

static void bytes_before(const struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	unsigned int i;
	struct arg a;

	for (i = 0; i < fn->n_params; i++) {
		arg_of(e, fn, i, &a);
		if (a.kind != ARG_BYTES)
			continue;
		fprintf(f, "struct sl_bytes *in_%s = sl_bytes(%s, %s ? %s : 0); ", a.name, a.name,
			a.name, a.size);
		if (!a.only_in)
			fprintf(f, "struct sl_bytes *out_%s = sl_bytes(NULL, 0); ", a.name);
	}
}

static void bytes_after(const struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	unsigned int i;
	struct arg a;

	for (i = 0; i < fn->n_params; i++) {
		arg_of(e, fn, i, &a);
		if (a.kind != ARG_BYTES)
			continue;
		if (!a.only_in)
			fprintf(f, "sl_bytes_back((void *)%s, in_%s, out_%s, sl_err); ", a.name,
				a.name, a.name);
		fprintf(f, "sl_bytes_free(in_%s); ", a.name);
		if (!a.only_in)
			fprintf(f, "sl_bytes_free(out_%s); ", a.name);
	}
}

static void give_result(FILE *f, const struct mdl_fn *fn)
{
	bool lost;

	if (!strcmp(fn->ret, "void"))
		fprintf(f, "}");
	else if (!return_type(fn, &lost))
		fprintf(f, "return (%s)0; }", fn->ret);
	else if (!strcmp(fn->ret, "int") || !strcmp(fn->ret, "long") || !strcmp(fn->ret, "ssize_t"))
		fprintf(f, "return sl_err ? sl_err : sl_ret; }");
	else
		fprintf(f, "return (%s)sl_ret; }", fn->ret);
}

void emit_up_stub(struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	const char *flags = has_entry(fn, "pci_driver.probe")	       ? "SL_PROBE"
			    : has_entry(fn, "pci_driver.remove")       ? "SL_REMOVE"
			    : note_find(e->sl, "rtnl", fn->name, NULL) ? "SL_RTNL_HELD"
								       : "0";
	struct arg a = { .kind = ARG_LOST };

	if (fn->n_params)
		arg_of(e, fn, 0, &a);
	fprintf(f, "{ __s64 sl_ret = 0; int sl_err = sl_up_begin(\"%s\", %s, %s); ", fn->name,
		flags, a.kind == ARG_HANDLE ? a.name : "NULL");
	bytes_before(e, f, fn);
	fprintf(f, "if (!sl_err) sl_err = xpc_call_sl_%s(sl_xpc()", fn->name);
	pass(e, f, fn);
	fprintf(f, "); sl_up_end(\"%s\", %s, sl_err); ", fn->name, flags);
	bytes_after(e, f, fn);
	fprintf(f, "(void)sl_ret; ");
	give_result(f, fn);
}

void emit_down_stub(struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	fprintf(f, "{ __s64 sl_ret = 0; int sl_err; ");
	bytes_before(e, f, fn);
	fprintf(f, "sl_down_begin(); sl_err = xpc_call_sl_down_%s(sl_xpc()", fn->name);
	pass(e, f, fn);
	fprintf(f, "); sl_down_end(\"%s\", sl_err); ", fn->name);
	bytes_after(e, f, fn);
	fprintf(f, "(void)sl_ret; ");
	give_result(f, fn);
}

/* ---------------------------------------------------------------------------------------- the other end */

static void serve_head(const struct emit *e, FILE *f, const struct mdl_fn *fn, const char *prefix)
{
	unsigned int i;
	struct arg a;
	bool lost;

	fprintf(f, "int %s%s(void *ctx", prefix, fn->name);
	for (i = 0; i < fn->n_params; i++) {
		arg_of(e, fn, i, &a);
		if (a.kind == ARG_BYTES && a.only_in)
			fprintf(f, ", const struct sl_bytes *in_%s", a.name);
		else if (a.kind == ARG_BYTES)
			fprintf(f, ", const struct sl_bytes *in_%s, struct sl_bytes *out_%s",
				a.name, a.name);
		else if (a.kind != ARG_LOST)
			fprintf(f, ", %s a_%s", a.kind == ARG_HANDLE ? "__u64" : a.number, a.name);
	}
	if (return_type(fn, &lost))
		fprintf(f, ", __s64 *ret");
	fprintf(f, ")\n{\n");
}

static void serve_locals(const struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	unsigned int i;
	struct arg a;

	for (i = 0; i < fn->n_params; i++) {
		arg_of(e, fn, i, &a);
		if (a.kind == ARG_BYTES)
			fprintf(f, "\tvoid *%s = sl_bytes_open(in_%s);\n", a.name, a.name);
		else if (a.kind == ARG_HANDLE)
			fprintf(f, "\tvoid *%s = sl_ptr(a_%s, SL_OBJECT);\n", a.name, a.name);
	}
}

static void serve_call(const struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	unsigned int i;
	struct arg a;
	bool lost;

	fprintf(f, "\t%s%s(", return_type(fn, &lost) ? "*ret = (__s64)" : "", fn->name);
	for (i = 0; i < fn->n_params; i++) {
		arg_of(e, fn, i, &a);
		fprintf(f, "%s", i ? ", " : "");
		if (a.kind == ARG_NUMBER)
			fprintf(f, "a_%s", a.name);
		else if (a.kind == ARG_LOST && strpbrk(a.type, "*["))
			fprintf(f, "NULL");
		else if (a.kind == ARG_LOST)
			fprintf(f, "(%s){}", a.type);
		else
			fprintf(f, "%s", a.name);
	}
	fprintf(f, ");\n");
	for (i = 0; i < fn->n_params; i++) {
		arg_of(e, fn, i, &a);
		if (a.kind == ARG_BYTES)
			fprintf(f, "\tsl_bytes_close(%s, in_%s, %s%s);\n", a.name, a.name,
				a.only_in ? "NULL" : "out_", a.only_in ? "" : a.name);
	}
}

void emit_up_server(struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	serve_head(e, f, fn, "sl_");
	serve_locals(e, f, fn);
	fprintf(f, "\n\tsl_serve_begin(\"%s\");\n", fn->name);
	serve_call(e, f, fn);
	fprintf(f, "\treturn sl_serve_end();\n}\n\n");
}

/* What the user half names has to be there: a wrong number must not become a wrong pointer. */
void emit_down_server(struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	unsigned int i;
	struct arg a;

	serve_head(e, f, fn, "sl_down_");
	serve_locals(e, f, fn);
	fprintf(f, "\n");
	for (i = 0; i < fn->n_params; i++) {
		arg_of(e, fn, i, &a);
		if (a.kind == ARG_HANDLE)
			fprintf(f,
				"\tif (!%s || !sl_is(%s, sizeof(*(%s)0)))\n\t\treturn -EINVAL;\n",
				a.name, a.name, a.type);
	}
	serve_call(e, f, fn);
	fprintf(f, "\tsl_push();\n\treturn 0;\n}\n\n");
}
