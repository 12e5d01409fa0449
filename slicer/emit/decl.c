// SPDX-License-Identifier: GPL-2.0
/* decl.c - slice_objects.h: what xpc-gen makes the crossing of. */
#include <stdlib.h>
#include <string.h>
#include "emit.h"

static const char head[] =
	"/* SPDX-License-Identifier: GPL-2.0 */\n"
	"/* Made by xmd-slicer from %s. */\n"
	"#ifndef SLICE_OBJECTS_H\n#define SLICE_OBJECTS_H\n\n"
	"#include <linux/types.h>\n#include \"annot.h\"\n\n"
	"#define SL_BYTES 1024\n\n"
	"struct sl_bytes {\n\t__u16 n;\n\t__u8 b[SL_BYTES] XPC_COUNTED(n);\n};\n\n"
	"struct sl_api_ret {\n\t__s64 value;\n\t__u64 more;\n};\n\n"
	"struct sl_pci {\n\t__u16 vendor, device, subsystem_vendor, subsystem_device;\n\t__u32 "
	"class, irq, devfn;\n"
	"\t__u8 revision, present;\n\t__u64 start[6], len[6], flags[6];\n\t__u8 name[16];\n};\n\n";

static const char calls[] =
	"int sl_alive(void) XPC_UPCALL(1, 1000);\n"
	"int sl_api(__u32 op, __u64 a, __u64 b, __u64 c, __u64 d, struct sl_api_ret *ret XPC_OUT) "
	"XPC_DOWNCALL(1);\n"
	"int sl_io(__u32 op, __u64 addr, __u32 value, __u32 *ret XPC_OUT) XPC_DOWNCALL(2);\n"
	"int sl_pci_info(struct sl_pci *info XPC_OUT) XPC_DOWNCALL(3);\n";

#define FIRST_UP   2u
#define FIRST_DOWN 4u

static const char *const object_of[ROOTS] = { "sl_private", "sl_netdev", "sl_global" };

static const char *writers(const struct leaf *l)
{
	return l->kernel && l->user ? "kernel, user" : l->user ? "user" : "kernel";
}

static void one_object(const struct emit *e, FILE *f, enum leaf_root root, unsigned int nr,
		       unsigned int id)
{
	unsigned int i;

	fprintf(f, "struct %s_%u {\n\t__u8 look XPC_BY(kernel, user);\n", object_of[root], nr);
	for (i = 0; i < e->n_leaves; i++) {
		const struct leaf *l = &e->leaf[i];

		if (l->root != root || l->object != nr)
			continue;
		fprintf(f, "\t%s %s", l->type, l->name);
		if (l->n)
			fprintf(f, "[%u]", l->n);
		fprintf(f, " XPC_BY(%s);%s\n", writers(l),
			l->kept ? "\t/* kept from call to call */" : "");
	}
	fprintf(f, "} XPC_OBJECT(%u);\n\n", id);
}

static void arguments(const struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	unsigned int i, n = 0;
	struct arg a;
	bool lost;

	for (i = 0; i < fn->n_params; i++) {
		arg_of(e, fn, i, &a);
		if (a.kind == ARG_LOST)
			continue;
		fprintf(f, "%s", n++ ? ", " : "");
		if (a.kind == ARG_BYTES && a.only_in)
			fprintf(f, "const struct sl_bytes *in_%s", a.name);
		else if (a.kind == ARG_BYTES)
			fprintf(f, "const struct sl_bytes *in_%s, struct sl_bytes *out_%s XPC_OUT",
				a.name, a.name);
		else
			fprintf(f, "%s a_%s", a.kind == ARG_HANDLE ? "__u64" : a.number, a.name);
	}
	if (return_type(fn, &lost))
		fprintf(f, "%s%s *ret XPC_OUT", n++ ? ", " : "", return_type(fn, &lost));
	if (!n)
		fprintf(f, "void");
}

static void say_lost(const struct emit *e, FILE *f, const struct mdl_fn *fn)
{
	unsigned int i;
	struct arg a;
	bool lost;

	for (i = 0; i < fn->n_params; i++) {
		arg_of(e, fn, i, &a);
		if (a.kind == ARG_LOST)
			fprintf(f, "/* %s %s does not travel: length %s %s in|out|both EXPR */\n",
				a.type, a.name, fn->name, a.name);
	}
	return_type(fn, &lost);
	if (lost)
		fprintf(f, "/* what it returns does not travel: %s */\n", fn->ret);
}

static unsigned int deadline(const struct mdl_fn *fn)
{
	unsigned int i;

	for (i = 0; i < fn->n_entries; i++)
		if (fn->entries[i].purpose == FOR_INIT || fn->entries[i].purpose == FOR_CLEANUP ||
		    fn->entries[i].purpose == FOR_PM)
			return 20000;
	return 5000;
}

static void all_calls(const struct emit *e, FILE *f)
{
	unsigned int n, i, up = FIRST_UP, down = FIRST_DOWN;
	struct mdl_fn **order = slice_order(e->sl, &n);

	for (i = 0; i < n; i++) {
		bool entry = is_entry(e, order[i]);

		if (!entry && !is_down(e, order[i]))
			continue;
		say_lost(e, f, order[i]);
		fprintf(f, "int %s%s(", entry ? "sl_" : "sl_down_", order[i]->name);
		arguments(e, f, order[i]);
		if (entry)
			fprintf(f, ") XPC_UPCALL(%u, %u);\n", up++, deadline(order[i]));
		else
			fprintf(f, ") XPC_DOWNCALL(%u);\n", down++);
	}
	free(order);
}

bool emit_objects(struct emit *e)
{
	FILE *f = slice_file(e->sl, "slice_objects.h");
	unsigned int id = 0, r, i;

	if (!f)
		return false;
	fprintf(f, head, e->sl->m->module);
	for (r = 0; r < ROOTS; r++)
		for (i = 0; i < objects_of(e, r); i++)
			one_object(e, f, r, i, ++id);
	fprintf(f, "#ifdef XPC_GEN\n%s", calls);
	all_calls(e, f);
	fprintf(f, "#endif\n\n#endif\n");
	return !fclose(f);
}
