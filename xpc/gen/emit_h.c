// SPDX-License-Identifier: GPL-2.0
/* emit_h.c - the header: ids, masks, layouts, and what either side calls or has to write. */
#include "emit.h"

static void emit_layout(FILE *f, const struct record *r)
{
	unsigned int i;

	fprintf(f, "\n_Static_assert(sizeof(struct %s) == %u, \"as xpc-gen saw it\");\n", r->name,
		r->size);
	for (i = 0; i < r->n; i++)
		fprintf(f,
			"_Static_assert(offsetof(struct %s, %s) == %lld, \"as xpc-gen saw it\");\n",
			r->name, r->member[i].name, r->member[i].offset);
	fprintf(f, "extern const struct xpc_struct xpc_struct_%s;\n", r->name);
	if (!r->has_list)
		return;
	fprintf(f, "struct %s_store {\n\tstruct %s obj;\n", r->name, r->name);
	for (i = 0; i < r->n; i++)
		if (r->member[i].shape == XPC_LINKED)
			fprintf(f, "\tstruct %s %s[%u];\n", r->member[i].sub->name,
				r->member[i].name, r->member[i].max);
	fprintf(f, "};\n");
}

/* Ids, and a bit for each member to make masks of. */
static void emit_object_names(FILE *f, const struct gen *g)
{
	unsigned int i, k, index = 0;

	fprintf(f,
		"\n/* objects: id on the wire, place in struct xpc_proto, members, longest message */\n");
	for (i = 0; i < g->n_records; i++) {
		const struct record *r = g->record[i];

		if (!(r->notes.set & NOTE_OBJECT))
			continue;
		fprintf(f,
			"#define XPC_ID_%s %u\n#define XPC_OBJECT_%s %u\n#define XPC_MAX_%s %u\n",
			r->name, r->notes.id, r->name, index, r->name,
			r->wire_max + XPC_HEADER + XPC_MASK);
		if (r->notes.set & NOTE_EACH)
			fprintf(f, "#define XPC_EACH_%s %u\n", r->name, r->notes.each);
		index += copies_of(r);
		for (k = 0; k < r->n; k++)
			if (wire_mask(r) >> k & 1)
				fprintf(f, "#define XPC_%s_%s (1ull << %u)\n", r->name,
					r->member[k].name, k);
	}
	fprintf(f, "#define XPC_OBJECT_N_%s %u\n", g->base, index);
}

static void emit_call_names(FILE *f, const struct gen *g, bool up)
{
	unsigned int i;

	fprintf(f, "\n/* %s, by their place in struct xpc_proto */\nenum {\n",
		up ? "upcalls" : "downcalls");
	for (i = 0; i < g->n_calls; i++)
		if (is_up(g->call[i]) == up)
			fprintf(f, "\tXPC_%s_%s,\n", up ? "UP" : "DOWN", g->call[i]->name);
	fprintf(f, "\tXPC_%s_N_%s\n};\n", up ? "UP" : "DOWN", g->base);
}

static void emit_args_struct(FILE *f, const struct call *c)
{
	unsigned int i;

	fprintf(f, "\nstruct xpc_args_%s {\n", c->name);
	for (i = 0; i < c->n; i++) {
		const struct member *m = &c->arg[i];

		if (m->sub)
			fprintf(f, "\tstruct %s%s %s;\n", m->sub->name, store_suffix(m->sub),
				m->name);
		else
			fprintf(f, "\t%s %s;\n", m->type, m->name);
	}
	if (!c->n)
		fprintf(f, "\t__u8 none;\n");
	fprintf(f, "};\n");
}

static void emit_args_union(FILE *f, const struct gen *g, bool up)
{
	unsigned int i;

	fprintf(f, "\nunion %s_%s_args {\n\t__u8 none;\n", g->base, up ? "up" : "down");
	for (i = 0; i < g->n_calls; i++)
		if (is_up(g->call[i]) == up)
			fprintf(f, "\tstruct xpc_args_%s %s;\n", g->call[i]->name, g->call[i]->name);
	fprintf(f, "};\n");
}

void emit_arg_list(FILE *f, const struct call *c)
{
	unsigned int i;

	for (i = 0; i < c->n; i++) {
		const struct member *m = &c->arg[i];

		if (!m->pointer)
			fprintf(f, ", %s %s", m->type, m->name);
		else if (!m->sub)
			fprintf(f, ", %s *%s", m->type, m->name);
		else if (is_out(m))
			fprintf(f, ", struct %s%s *%s", m->sub->name, store_suffix(m->sub),
				m->name);
		else
			fprintf(f, ", const struct %s *%s", m->sub->name, m->name);
	}
}

void emit_stub_head(FILE *f, const struct gen *g, const struct call *c)
{
	fprintf(f, "int xpc_call_%s(struct %s *x", c->name,
		is_up(c) ? "xpc" : g->guest ? "xpc_guest" : "xpc_user");
	emit_arg_list(f, c);
	fprintf(f, ")");
}

void emit_handler(FILE *f, const struct gen *g, const struct call *c, const char *arg)
{
	const char *name = strchr(c->name, '_');

	if (is_up(c) && g->prefix && name)
		fprintf(f, "%s%s(", g->prefix, name);
	else
		fprintf(f, "%s(", c->name);
	if (arg)
		fprintf(f, "%s", arg);
	else if (is_up(c) && g->ctx)
		fprintf(f, "struct %s *ctx", g->ctx);
	else
		fprintf(f, "void *ctx");
}

static void emit_prototypes(FILE *f, const struct gen *g, bool up)
{
	unsigned int i;

	for (i = 0; i < g->n_calls; i++) {
		const struct call *c = g->call[i];

		if (is_up(c) != up)
			continue;
		fprintf(f, "\n");
		emit_stub_head(f, g, c);
		fprintf(f, ";\nint ");
		emit_handler(f, g, c, NULL);
		emit_arg_list(f, c);
		fprintf(f, ");\n");
		if (up && !c->n)
			fprintf(f, "static inline void xpc_raise_%s(struct xpc *x)\n{\n"
				"\txpc_raise(x, XPC_UP_%s);\n}\n", c->name, c->name);
	}
}

void emit_h(FILE *f, const struct gen *g)
{
	unsigned int i;

	fprintf(f, BANNER, g->base);
	fprintf(f, "#ifndef XPC_GEN_%s_H\n#define XPC_GEN_%s_H\n\n", g->base, g->base);
	fprintf(f, "#include \"%s.h\"\n#include \"calls.h\"\n", g->base);
	for (i = 0; i < g->n_records; i++)
		emit_layout(f, g->record[i]);
	emit_object_names(f, g);
	emit_call_names(f, g, true);
	emit_call_names(f, g, false);
	for (i = 0; i < g->n_calls; i++)
		emit_args_struct(f, g->call[i]);
	emit_args_union(f, g, true);
	emit_args_union(f, g, false);
	if (!g->guest)
		fprintf(f, "\n/* upcalls: the kernel's stubs, the user half's handlers */\n");
	if (g->ctx)
		fprintf(f, "struct %s;\n", g->ctx);
	emit_prototypes(f, g, true);
	fprintf(f, "\n/* downcalls: the %s stubs, the %s handlers */\n",
		g->guest ? "guest's" : "user half's", g->guest ? "home's" : "kernel's");
	emit_prototypes(f, g, false);
	fprintf(f, "\nextern const struct xpc_proto xpc_%s;\n", g->base);
	if (!g->guest)
		fprintf(f, "extern const xpc_serve_fn xpc_serve_%s_up[];\t/* user half */\n",
			g->base);
	fprintf(f, "extern const xpc_serve_fn xpc_serve_%s_down[];\t/* %s */\n\n#endif\n",
		g->base, g->guest ? "home" : "kernel");
}
