// SPDX-License-Identifier: GPL-2.0
/*
 * emit.c - writes what was declared as tables, stubs and dispatchers.
 *
 * The tables are written to memory first: their text, from which nothing but the names
 * of files is missing, is what the fingerprint is a hash of.
 */
#include <stdlib.h>
#include "emit.h"

/* ------------------------------------------------------------------------- tables */

static const char * const element_name[] = { "XPC_UINT", "XPC_INT", "XPC_TEXT", "XPC_SUB" };
static const char * const shape_name[] = {
	"XPC_ONE", "XPC_FIXED", "XPC_COUNT", "XPC_COUNTED_ARRAY", "XPC_LINKED", "XPC_SKIPPED",
};

static void emit_field(FILE *f, const struct member *m, const char *owner, const char *record)
{
	fprintf(f, "\t{ .name = \"%s\", .shape = %s, ", m->name, shape_name[m->shape]);
	if (m->shape == XPC_SKIPPED) {
		fprintf(f, "},\n");
		return;
	}
	fprintf(f, ".element = %s, .size = %u, .max = %u,\n\t  .offset = offsetof(%s, %s), ",
		element_name[m->element], m->size, m->max, owner, m->name);
	if (m->notes.by)
		fprintf(f, ".by = %u, ", m->notes.by);
	if (is_number(m))
		fprintf(f, ".low = 0x%llxull, .high = 0x%llxull, ", m->low, m->high);
	else if (m->sub)
		fprintf(f, ".sub = &xpc_struct_%s, ", m->sub->name);
	if (m->shape == XPC_COUNTED_ARRAY)
		fprintf(f, ".back = %u, ", m->back);
	if (m->shape == XPC_LINKED)
		fprintf(f, ".store = offsetof(struct %s_store, %s), ", record, m->name);
	fprintf(f, "},\n");
}

static void emit_record(FILE *f, const struct gen *g, const struct record *r)
{
	char owner[NAME_MAX_ + 16];
	unsigned int i;

	snprintf(owner, sizeof(owner), "struct %s", r->name);
	fprintf(f, "\nstatic const struct xpc_field fields_of_%s[] = {\n", r->name);
	for (i = 0; i < r->n; i++)
		emit_field(f, &r->member[i], owner, r->name);
	fprintf(f, "};\n\nconst struct xpc_struct xpc_struct_%s = {\n", r->name);
	fprintf(f, "\t.name = \"%s\", .field = fields_of_%s, .n = %u, .size = %u,\n", r->name,
		r->name, r->n, r->size);
	fprintf(f, "\t.mask = 0x%llxull, .wire_max = %u,", wire_mask(r), r->wire_max);
	if (r->next >= 0)
		fprintf(f, " .next = offsetof(struct %s, next),", r->name);
	if (g->guest && r->notes.set & NOTE_OBJECT)
		fprintf(f, " .grows = 1, .first = %u,", first_members(r));
	fprintf(f, "\n};\n");
}

/* The arguments of a call that go one way, as members of its struct xpc_args_NAME. */
static void emit_way(FILE *f, const struct gen *g, const struct call *c, bool out)
{
	const char *way = out ? "out" : "in";
	char owner[NAME_MAX_ + 32];
	unsigned int i, n = 0;

	snprintf(owner, sizeof(owner), "struct xpc_args_%s", c->name);
	for (i = 0; i < c->n; i++)
		n += is_out(&c->arg[i]) == out;
	if (n) {
		fprintf(f, "\nstatic const struct xpc_field %s_fields_of_%s[] = {\n", way, c->name);
		for (i = 0; i < c->n; i++)
			if (is_out(&c->arg[i]) == out)
				emit_field(f, &c->arg[i], owner, NULL);
		fprintf(f, "};\n");
	}
	fprintf(f, "\nstatic const struct xpc_struct %s_of_%s = {\n", way, c->name);
	fprintf(f, "\t.name = \"%s\", .n = %u, .mask = 0x%llxull, .wire_max = %u,\n", c->name, n,
		(1ull << n) - 1, out ? c->out_max : c->in_max);
	if (n)
		fprintf(f, "\t.field = %s_fields_of_%s, .size = sizeof(%s),\n", way, c->name,
			owner);
	if (g->guest)
		fprintf(f, "\t.grows = 1, .first = %u,\n", first_args(c, out));
	fprintf(f, "};\n");
}

static void emit_calls(FILE *f, const struct gen *g, bool up)
{
	unsigned int i, buf = 0;

	fprintf(f, "\nstatic const struct xpc_call_type %s[] = {\n", up ? "upcalls" : "downcalls");
	for (i = 0; i < g->n_calls; i++) {
		const struct call *c = g->call[i];

		if (is_up(c) != up)
			continue;
		fprintf(f, "\t{ .name = \"%s\", .id = %u, .in = &in_of_%s, .out = &out_of_%s",
			c->name, c->notes.id, c->name, c->name);
		if (up)
			fprintf(f, ",\n\t  .ms = %u, .buf = %u", c->notes.ms, buf);
		fprintf(f, " },\n");
		buf += c->in_max;
	}
	fprintf(f, "\t{ .name = NULL },\n};\n");
}

static void emit_objects(FILE *f, const struct gen *g)
{
	unsigned int i, k;

	fprintf(f, "\nstatic const struct xpc_object_type objects[] = {\n");
	for (i = 0; i < g->n_records; i++) {
		const struct record *r = g->record[i];

		for (k = 0; k < copies_of(r); k++) {
			fprintf(f, "\t{ .type = &xpc_struct_%s, .id = %u,"
				" .store_size = sizeof(struct %s%s)%s", r->name, r->notes.id,
				r->name, store_suffix(r),
				r->notes.set & NOTE_ADDED ? ", .added = 1" : "");
			if (k)
				fprintf(f, ", .index = %u", k);
			fprintf(f, " },\n");
		}
	}
	fprintf(f, "\t{ .type = NULL },\n};\n");
}

static void emit_tables(FILE *f, const struct gen *g)
{
	unsigned int i;

	for (i = 0; i < g->n_records; i++)
		emit_record(f, g, g->record[i]);
	for (i = 0; i < g->n_calls; i++) {
		emit_way(f, g, g->call[i], false);
		emit_way(f, g, g->call[i], true);
	}
	emit_objects(f, g);
	emit_calls(f, g, true);
	emit_calls(f, g, false);
}

/* FNV-1a */
static __u32 fingerprint(const char *text)
{
	__u32 h = 2166136261u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h;
}

static void count_up(const struct gen *g, unsigned int *objects, unsigned int *up,
		     unsigned int *up_bytes)
{
	unsigned int i;

	*objects = *up = *up_bytes = 0;
	for (i = 0; i < g->n_records; i++)
		*objects += copies_of(g->record[i]);
	for (i = 0; i < g->n_calls; i++) {
		*up += is_up(g->call[i]);
		*up_bytes += is_up(g->call[i]) ? g->call[i]->in_max : 0;
	}
}

static unsigned int first_calls(const struct gen *g)
{
	unsigned int i, n = 0;

	for (i = 0; i < g->n_calls; i++)
		n += !(g->call[i]->notes.set & NOTE_ADDED);
	return n;
}

static void emit_c(FILE *f, const struct gen *g)
{
	unsigned int objects, up, up_bytes;
	char *text = NULL;
	size_t size;
	FILE *mem = open_memstream(&text, &size);

	if (!mem)
		return;
	emit_tables(mem, g);
	fclose(mem);
	count_up(g, &objects, &up, &up_bytes);
	fprintf(f, BANNER, g->base);
	fprintf(f, "#include \"%s_xpc.h\"\n%s", g->base, text);
	fprintf(f, "\nconst struct xpc_proto xpc_%s = {\n", g->base);
	fprintf(f, "\t.name = \"%s\", .fingerprint = 0x%08x,\n", g->base, fingerprint(text));
	fprintf(f, "\t.object = objects, .n_objects = %u, .up = upcalls, .n_up = %u,\n", objects,
		up);
	fprintf(f, "\t.down = downcalls, .n_down = %u, .up_bytes = %u,\n", g->n_calls - up,
		up_bytes);
	fprintf(f,
		"\t.up_args = sizeof(union %s_up_args), .down_args = sizeof(union %s_down_args),\n",
		g->base, g->base);
	fprintf(f, "\t.home = %u, .peer = %u,\n", g->guest ? XPC_BY_USER : XPC_BY_KERNEL,
		g->guest ? XPC_BY_GUEST : XPC_BY_USER);
	if (g->guest)
		fprintf(f, "\t.first_down = %u,\n", first_calls(g));
	fprintf(f, "};\n");
	free(text);
}

/* ----------------------------------------------------------- stubs and dispatchers */

static unsigned int emit_pointers(FILE *f, const struct call *c, bool out)
{
	const char *head = out ? "\tvoid *const xpc_out[] = { " :
			   "\tconst void *const xpc_in[] = { ";
	unsigned int i, n = 0;

	for (i = 0; i < c->n; i++)
		if (is_out(&c->arg[i]) == out)
			fprintf(f, "%s%s%s", n++ ? ", " : head, c->arg[i].pointer ? "" : "&",
				c->arg[i].name);
	if (n)
		fprintf(f, " };\n");
	return n;
}

static void emit_stub(FILE *f, const struct gen *g, const struct call *c)
{
	const char *ask = is_up(c) ? "upcall" : g->guest ? "guestcall" : "downcall";
	unsigned int in, out;

	fprintf(f, "\n");
	emit_stub_head(f, g, c);
	fprintf(f, "\n{\n");
	in = emit_pointers(f, c, false);
	out = emit_pointers(f, c, true);
	fprintf(f, "%s\treturn xpc_%s(x, XPC_%s_%s, %s, %s);\n}\n", in || out ? "\n" : "",
		ask, is_up(c) ? "UP" : "DOWN", c->name,
		in ? "xpc_in" : "NULL", out ? "xpc_out" : "NULL");
}

static void emit_server(FILE *f, const struct gen *g, const struct call *c)
{
	unsigned int i;

	fprintf(f, "\nstatic int serve_%s(void *ctx, void *args)\n{\n", c->name);
	if (c->n)
		fprintf(f, "\tstruct xpc_args_%s *a = args;\n\n", c->name);
	else
		fprintf(f, "\t(void)args;\n");
	fprintf(f, "\treturn ");
	emit_handler(f, g, c, "ctx");
	for (i = 0; i < c->n; i++) {
		const struct member *m = &c->arg[i];
		bool inside = m->sub && m->sub->has_list && !is_out(m);

		fprintf(f, ", %sa->%s%s", m->pointer ? "&" : "", m->name, inside ? ".obj" : "");
	}
	fprintf(f, ");\n}\n");
}

/* One side's file: stubs for the calls that it makes, servers for those that it gets. */
static void emit_side(FILE *f, const struct gen *g, bool kernel)
{
	unsigned int i;

	fprintf(f, BANNER, g->base);
	fprintf(f, "#include \"%s_xpc.h\"\n", g->base);
	for (i = 0; i < g->n_calls; i++)
		if (is_up(g->call[i]) == kernel)
			emit_stub(f, g, g->call[i]);
		else
			emit_server(f, g, g->call[i]);
	if (g->guest && !kernel)
		return;
	fprintf(f, "\nconst xpc_serve_fn xpc_serve_%s_%s[] = {\n", g->base, kernel ? "down" : "up");
	for (i = 0; i < g->n_calls; i++)
		if (is_up(g->call[i]) != kernel)
			fprintf(f, "\tserve_%s,\n", g->call[i]->name);
	fprintf(f, "\tNULL,\n};\n");
}

static void emit_kern(FILE *f, const struct gen *g)
{
	emit_side(f, g, true);
}

static void emit_user(FILE *f, const struct gen *g)
{
	emit_side(f, g, false);
}

/* -------------------------------------------------------------------------- files */

static int emit_file(struct gen *g, const char *prefix, const char *end,
		     void (*body)(FILE *f, const struct gen *g))
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s_%s", prefix, end);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		return 1;
	}
	body(f, g);
	if (ferror(f) | fclose(f)) {
		perror(path);
		remove(path);
		return 1;
	}
	return 0;
}

int emit(struct gen *g, const char *prefix)
{
	return emit_file(g, prefix, "xpc.h", emit_h) || emit_file(g, prefix, "xpc.c", emit_c) ||
	       emit_file(g, prefix, g->guest ? "home.c" : "kern.c", emit_kern) ||
	       emit_file(g, prefix, g->guest ? "guest.c" : "user.c", emit_user) ||
	       (g->guest && emit_file(g, prefix, "abi.txt", emit_abi));
}
