// SPDX-License-Identifier: GPL-2.0
/* sync.c - slice_sync.h: from the driver's structs to objects and back, the same for both halves; and symbols. */
#include <stdlib.h>
#include <string.h>
#include "emit.h"

static const char *const object_of[ROOTS] = { "sl_private", "sl_netdev", "sl_global" };

/* The leaves of the nr-th object of a root. */
static void each_leaf(const struct emit *e, FILE *f, enum leaf_root root, unsigned int nr,
		      void (*say)(FILE *f, const struct leaf *l, const char *object))
{
	char object[40];
	unsigned int i;

	snprintf(object, sizeof(object), "%s_%u", object_of[root], nr);
	for (i = 0; i < e->n_leaves; i++)
		if (e->leaf[i].root == root && e->leaf[i].object == nr)
			say(f, &e->leaf[i], object);
}

static const char *from(const struct leaf *l)
{
	return l->root == ROOT_GLOBAL ? "" : "d->";
}

static void say_fill(FILE *f, const struct leaf *l, const char *object)
{
	(void)object;
	if (l->wire != WIRE_NUMBER && l->wire != WIRE_ADDRESS && l->n)
		fprintf(f, "\tfor (i = 0; i < %u; i++)\n\t\to->%s[i] = sl_wire(%s%s[i]);\n", l->n,
			l->name, from(l), l->path);
	else if (l->wire != WIRE_NUMBER && l->wire != WIRE_ADDRESS)
		fprintf(f, "\to->%s = sl_wire((const void *)%s%s);\n", l->name, from(l), l->path);
	else if (l->n)
		fprintf(f, "\tmemcpy(o->%s, %s%s, sizeof(o->%s));\n", l->name, from(l), l->path,
			l->name);
	else
		fprintf(f, "\to->%s = %s%s;\n", l->name, from(l), l->path);
}

static void say_apply(FILE *f, const struct leaf *l, const char *object)
{
	static const char *const kind[] = {
		[WIRE_IO] = "SL_IO",
		[WIRE_DATA] = "SL_DATA",
		[WIRE_FN] = "SL_FN",
		[WIRE_OBJECT] = "SL_OBJECT",
	};

	fprintf(f, "\tif (mask & XPC_%s_%s)\n", object, l->name);
	if (l->wire == WIRE_ADDRESS)
		fprintf(f, "\t\tsl_set_address(d, o->%s);\n", l->name);
	else if (l->wire != WIRE_NUMBER && l->n)
		fprintf(f, "\t\tfor (i = 0; i < %u; i++)\n\t\t\t%s%s[i] = sl_ptr(o->%s[i], %s);\n",
			l->n, from(l), l->path, l->name, kind[l->wire]);
	else if (l->wire != WIRE_NUMBER)
		fprintf(f, "\t\t%s%s = sl_ptr(o->%s, %s);\n", from(l), l->path, l->name,
			kind[l->wire]);
	else if (l->n)
		fprintf(f, "\t\tmemcpy(%s%s, o->%s, sizeof(o->%s));\n", from(l), l->path, l->name,
			l->name);
	else
		fprintf(f, "\t\t%s%s = o->%s;\n", from(l), l->path, l->name);
}

static void one_way(const struct emit *e, FILE *f, enum leaf_root root, unsigned int nr, bool fill)
{
	const char *c = fill ? "const " : "", *oc = fill ? "" : "const ";

	fprintf(f, "static void sl_%s_%s_%u(%svoid *object%s)\n{\n\t%sstruct %s_%u *o = object;\n",
		fill ? "fill" : "apply", object_of[root], nr, oc, fill ? "" : ", u64 mask", oc,
		object_of[root], nr);
	if (root == ROOT_NETDEV)
		fprintf(f, "\t%sstruct net_device *d = sl_netdev();\n", c);
	else if (root == ROOT_PRIVATE)
		fprintf(f, "\t%sstruct %s *d = sl_netdev() ? netdev_priv(sl_netdev()) : NULL;\n", c,
			e->root);
	fprintf(f, "\tunsigned int i;\n\n\t(void)i;\n");
	if (root != ROOT_GLOBAL)
		fprintf(f, "\tif (!d)\n\t\treturn;\n");
	each_leaf(e, f, root, nr, fill ? say_fill : say_apply);
	fprintf(f, "}\n\n");
}

bool emit_sync(struct emit *e)
{
	FILE *f = slice_file(e->sl, "slice_sync.h");
	unsigned int r, i;

	if (!f)
		return false;
	fprintf(f, "/* Made by xmd-slicer from %s: members to objects, and back. */\n",
		e->sl->m->module);
	for (r = 0; r < ROOTS; r++)
		for (i = 0; i < objects_of(e, r); i++) {
			one_way(e, f, r, i, true);
			one_way(e, f, r, i, false);
		}
	fprintf(f, "const struct sl_sync sl_syncs[] = {\n");
	for (r = 0; r < ROOTS; r++)
		for (i = 0; i < objects_of(e, r); i++) {
			fprintf(f,
				"\t{ XPC_OBJECT_%s_%u, sizeof(struct %s_%u), &xpc_struct_%s_%u,\n",
				object_of[r], i, object_of[r], i, object_of[r], i);
			fprintf(f, "\t  sl_fill_%s_%u, sl_apply_%s_%u, XPC_%s_%u_look },\n",
				object_of[r], i, object_of[r], i, object_of[r], i);
		}
	fprintf(f, "\t{ 0, 0, NULL, NULL, NULL, 0 },\n};\n");
	return !fclose(f);
}

/* --------------------------------------------------------------------------------------------- symbols */

static bool crosses_as_symbol(const struct emit *e, const struct mdl_fn *fn)
{
	const struct mdl *m = e->sl->m;
	unsigned int i;

	if (!in_kernel(e->sl, fn) && !is_entry(e, fn))
		return false;
	for (i = 0; i < m->n_taken; i++)
		if (m->taken[i].fn == fn && m->taken[i].in && in_user(e->sl, m->taken[i].in))
			return true;
	return false;
}

/* Variables of file scope whose address the user half hands out. */
static void data_symbols(struct emit *e, FILE *f, unsigned int *id)
{
	const char *seen[200];
	unsigned int i, k, j, n = 0;

	for (i = 0; i < e->sl->m->n_fns; i++) {
		const struct mdl_fn *fn = &e->sl->m->fns[i];

		for (k = 0; in_user(e->sl, fn) && k < fn->n_globals; k++) {
			const struct mdl_global *g = &fn->globals[k];
			const char *at = strchr(g->var, '@');

			/* what is declared static elsewhere cannot be named here */
			if (g->mode != 'a' || !g->own || (at && strcmp(at + 1, e->main)))
				continue;
			for (j = 0; j < n && strcmp(seen[j], g->var); j++)
				;
			if (j < n || n == sizeof(seen) / sizeof(seen[0]))
				continue;
			seen[n++] = g->var;
			fprintf(f, "\t{ %u, (void *)&%.*s, sizeof(%.*s), false },\n", (*id)++,
				(int)strcspn(g->var, "@"), g->var, (int)strcspn(g->var, "@"),
				g->var);
		}
	}
}

void emit_symbols(struct emit *e, FILE *f, const char *file)
{
	unsigned int i, id = 0;

	fprintf(f, "const struct sl_symbol sl_symbols[] = {\n");
	for (i = 0; i < e->sl->m->n_fns; i++) {
		const struct mdl_fn *fn = &e->sl->m->fns[i];

		if ((!fn->is_static || !strcmp(fn->file, file)) && crosses_as_symbol(e, fn))
			fprintf(f, "\t{ %u, (void *)%s, 1, true },\n", id++, fn->name);
	}
	data_symbols(e, f, &id);
	fprintf(f, "\t{ 0, NULL, 0, false },\n};\n");
}
