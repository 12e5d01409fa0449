// SPDX-License-Identifier: GPL-2.0
/* members.c - whose is a member of a struct? */
#include <stdlib.h>
#include <string.h>
#include "slice.h"

static const char *const names[CLASS_COUNT] = {
	[CLASS_NONE] = "none",
	[CLASS_KERNEL_OBJECT] = "kernel-object",
	[CLASS_MIXED] = "mixed",
	[CLASS_REGISTERS] = "registers",
	[CLASS_DMA] = "dma",
	[CLASS_KERNEL_PRIVATE] = "kernel-private",
	[CLASS_USER_PRIVATE] = "user-private",
	[CLASS_CONSTANT] = "constant",
	[CLASS_BOTH_WRITE] = "both-write",
	[CLASS_KERNEL_WRITES] = "kernel-writes",
	[CLASS_USER_WRITES] = "user-writes",
};

const char *class_name(enum class c)
{
	return names[c];
}

/* ------------------------------------------------------------------------------ one function's accesses */

/* "&f:T.f" or "f:T.f" of member @m */
static bool names_member(const char *what, const struct mdl_member *m)
{
	what += *what == '&';
	return !strncmp(what, "f:", 2) && !strcmp(what + 2, m->key);
}

/* What calls of the kernel may do with a member of which they get the address. */
static unsigned int through_calls(const struct mdl_fn *f, const struct mdl_member *m)
{
	unsigned int i, did = 0;

	for (i = 0; i < f->n_args; i++) {
		const struct mdl_arg *a = &f->args[i];

		if (!names_member(a->what, m))
			continue;
		if (is_lock_call(a->callee) || is_unlock_call(a->callee))
			did |= M_LOCK;
		else if (is_bit_or_atomic(a->callee))
			did |= M_READ | (strstr(a->callee, "test_bit") || strstr(a->callee, "read")
						 ? 0
						 : M_WRITE);
		else if (*a->what == '&' || a->kind != 'v')
			did |= a->kind == 'c' ? M_READ : M_READ | M_WRITE;
	}
	return did;
}

/* The address of a member is taken. */
static unsigned int address_of(const struct mdl_fn *f, const struct mdl_member *m)
{
	bool object = is_kernel_object(m->canon);
	unsigned int did = through_calls(f, m);

	if (did & M_LOCK)
		return M_LOCK;
	/* &adapter->hw: an alias, its members are counted by type */
	if (!strcmp(m->kind, "struct") && (m->own || object))
		return object ? M_LOCK : 0;
	/* it goes to a function of the driver: it may be written through it */
	return did ? did : M_READ | M_WRITE | M_ESCAPES;
}

static unsigned int one_access(const struct mdl_fn *f, const struct mdl_access *a)
{
	switch (a->mode) {
	case 'r':
	case 'n':
		return M_READ;
	case 'w':
		return M_WRITE;
	case 'u':
		return M_READ | M_WRITE;
	case 'a':
		return address_of(f, a->member);
	default:
		return 0;
	}
}

unsigned int access_of(const struct slice *sl, const struct mdl_fn *f, const struct mdl_member *m)
{
	unsigned int i, did = 0;

	(void)sl;
	for (i = 0; i < f->n_access; i++)
		if (f->access[i].member == m)
			did |= one_access(f, &f->access[i]);
	return did;
}

/* ---------------------------------------------------------------------------------------------- kinds */

static bool from_dma(const struct slice *sl, const struct mdl_member *m)
{
	unsigned int i;

	for (i = 0; i < sl->m->n_allocs; i++)
		if (sl->m->allocs[i].member == m && (strstr(sl->m->allocs[i].how, "dma_alloc") ||
						     strstr(sl->m->allocs[i].how, "dma_pool")))
			return true;
	return false;
}

const char *member_kind(const struct slice *sl, const struct mdl_member *m)
{
	if (is_lock_type(m->canon))
		return "lock";
	if (strstr(m->notes, "iomem"))
		return "iomem";
	if (!strcmp(m->type, "atomic_t") || !strcmp(m->type, "atomic64_t") ||
	    !strcmp(m->type, "refcount_t"))
		return "atomic";
	if (!strcmp(m->kind, "struct") && is_kernel_object(m->canon))
		return "kobj";
	if (!strcmp(m->type, "dma_addr_t"))
		return "dma";
	if (strstr(m->kind, "ptr") && strncmp(m->kind, "array", 5) && from_dma(sl, m))
		return "dmamem";
	return m->kind;
}

bool member_is_number(const struct slice *sl, const struct mdl_member *m)
{
	static const char *const kinds[] = { "num",	  "bool",	"enum",
					     "array:num", "array:bool", "array:enum" };
	const char *k = member_kind(sl, m);
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i], k))
			return true;
	return false;
}

/* --------------------------------------------------------------------------------------------- classes */

static enum class class_of(const struct slice *sl, const struct mdl_member *m) {
	unsigned int k = sl->k[m->id], u = sl->u[m->id]; const char *kind = member_kind(sl, m);
	bool object = !strcmp(kind, "lock") || !strcmp(kind, "kobj");

	if (!k && !u) return CLASS_NONE;
	if (object || (k | u) & M_LOCK) return object || !((k | u) & ~M_LOCK) ? CLASS_KERNEL_OBJECT
									      : CLASS_MIXED;
	if (!strcmp(kind, "iomem")) return CLASS_REGISTERS;
	if (!strncmp(kind, "dma", 3)) return CLASS_DMA;
	if (!u) return CLASS_KERNEL_PRIVATE;
	if (!k) return CLASS_USER_PRIVATE;
	if (!((k | u) & M_WRITE)) return CLASS_CONSTANT;
	if (k & u & M_WRITE) return CLASS_BOTH_WRITE;
	return k & M_WRITE ? CLASS_KERNEL_WRITES : CLASS_USER_WRITES;
}

bool member_crosses(const struct slice *sl, const struct mdl_member *m)
{
	enum class c = sl->cls[m->id];

	return c == CLASS_KERNEL_WRITES || c == CLASS_USER_WRITES || c == CLASS_BOTH_WRITE;
}

static void add_accesses(const struct slice *sl, const struct mdl_fn *f, unsigned char *side)
{
	unsigned int i;

	(void)sl;
	for (i = 0; i < f->n_access; i++)
		side[f->access[i].member->id] |= one_access(f, &f->access[i]);
}

/* Written by the user half and touched under two of its entry points at least: the next one would lack it. */
static void find_kept(struct slice *sl)
{
	const struct mdl *m = sl->m;
	unsigned int *entries = calloc(m->n_members + 1, sizeof(*entries));
	unsigned char *last = calloc(m->n_members + 1, 1);
	unsigned int i, k;

	for (i = 0; entries && last && i < m->n_fns; i++) {
		mdl_set clo;

		if (!in_user(sl, &m->fns[i]) || !m->fns[i].n_entries)
			continue;
		clo = slice_up_closure(sl, &m->fns[i]);
		memset(last, 0, m->n_members);
		for (k = 0; k < m->n_fns; k++)
			if (clo[k])
				add_accesses(sl, &m->fns[k], last);
		for (k = 0; k < m->n_members; k++)
			entries[k] += !!(last[k] & (M_READ | M_WRITE));
		free(clo);
	}
	for (k = 0; entries && k < m->n_members; k++)
		sl->kept[k] = m->members[k].own && sl->cls[k] == CLASS_USER_PRIVATE &&
			      sl->u[k] & M_WRITE && entries[k] > 1;
	free(entries);
	free(last);
}

void members_side(struct slice *sl)
{
	const struct mdl *m = sl->m;
	unsigned int i;

	for (i = 0; i < m->n_fns; i++) {
		const struct mdl_fn *f = &m->fns[i];

		if (in_kernel(sl, f) || sl->klib[i])
			add_accesses(sl, f, sl->k);
		if (in_user(sl, f) || sl->half[i] == HALF_GLUE || sl->ulib[i])
			add_accesses(sl, f, sl->u);
	}
	for (i = 0; i < m->n_members; i++)
		sl->cls[i] = class_of(sl, &m->members[i]);
	find_kept(sl);
}

/* ---------------------------------------------------------------------------------------------- report */

static const char *letters(unsigned int did, char *buf)
{
	char *p = buf;

	if (did & M_LOCK)
		*p++ = 'L';
	if (did & M_ESCAPES)
		*p++ = '?';
	if (did & M_READ)
		*p++ = 'r';
	if (did & M_WRITE)
		*p++ = 'w';
	*p = '\0';
	return buf;
}

static int by_key(const void *a, const void *b)
{
	return strcmp((*(const struct mdl_member *const *)a)->key,
		      (*(const struct mdl_member *const *)b)->key);
}

static void say_classes(const struct slice *sl)
{
	static const char *const what[CLASS_COUNT] = {
		[CLASS_USER_PRIVATE] = "of the user half alone",
		[CLASS_KERNEL_PRIVATE] = "of the kernel half alone",
		[CLASS_CONSTANT] = "read by both, written by neither",
		[CLASS_KERNEL_WRITES] = "in step: the kernel half writes",
		[CLASS_USER_WRITES] = "in step: the user half writes",
		[CLASS_BOTH_WRITE] = "in step: both write",
		[CLASS_KERNEL_OBJECT] = "objects of the kernel (locks, timers, lists)",
		[CLASS_MIXED] = "both object and data",
		[CLASS_DMA] = "DMA memory and addresses",
		[CLASS_REGISTERS] = "mapped registers",
	};
	unsigned int c, i, own, kernel;

	fprintf(sl->say, "\nMembers of structs             own  kernel's\n");
	for (c = CLASS_KERNEL_OBJECT; c < CLASS_COUNT; c++) {
		for (i = own = kernel = 0; i < sl->m->n_members; i++)
			if (sl->cls[i] == c)
				(*(sl->m->members[i].own ? &own : &kernel))++;
		if (own || kernel)
			fprintf(sl->say, "  %4u %4u  %s\n", own, kernel, what[c]);
	}
}

static void say_in_step(const struct slice *sl, const struct mdl_member *const *order)
{
	char a[8], b[8];
	unsigned int i;

	fprintf(sl->say, "  in step, of the driver's own:  member, kernel half, user half\n");
	for (i = 0; i < sl->m->n_members; i++)
		if (order[i]->own && member_crosses(sl, order[i]))
			fprintf(sl->say, "    %-44s %-4s %-4s %s\n", order[i]->key,
				letters(sl->k[order[i]->id], a), letters(sl->u[order[i]->id], b),
				order[i]->type);
	fprintf(sl->say, "  what a restarted user half would lack:\n");
	for (i = 0; i < sl->m->n_members; i++)
		if (sl->kept[order[i]->id])
			fprintf(sl->say, "    %-44s %s\n", order[i]->key, order[i]->type);
}

void members_report(struct slice *sl)
{
	const struct mdl *m = sl->m;
	const struct mdl_member **order = calloc(m->n_members + 1, sizeof(*order));
	FILE *f = slice_file(sl, "members.tsv");
	char a[8], b[8];
	unsigned int i;

	if (!order || !f)
		exit(1);
	for (i = 0; i < m->n_members; i++)
		order[i] = &m->members[i];
	qsort(order, m->n_members, sizeof(*order), by_key);
	fprintf(f, "member\tkind\ttype\tkernel\tuser\tclass\tstruct\tkept\n");
	for (i = 0; i < m->n_members; i++) {
		unsigned int id = order[i]->id;

		if (sl->cls[id])
			fprintf(f, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", order[i]->key,
				member_kind(sl, order[i]), order[i]->type, letters(sl->k[id], a),
				letters(sl->u[id], b), names[sl->cls[id]],
				order[i]->own ? "own" : "kernel", sl->kept[id] ? "kept" : "");
	}
	fclose(f);
	if (sl->say) {
		say_classes(sl);
		say_in_step(sl, order);
	}
	free(order);
}
