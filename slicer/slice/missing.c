// SPDX-License-Identifier: GPL-2.0
/*
 * missing.c - what C does not say of what crosses: lengths, the type behind void *, which of a union counts.
 *
 * "inferred" is what the driver's own code tells: an allocation n * size, a cast to one type; a contract is what
 * whoever calls the operation promises (tables/contract.tsv).  What is left is asked for, as the line to write.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "slice.h"

struct missing {
	struct slice *sl;
	FILE *f;
	unsigned int inferred, asked, contracts;
};

static void __attribute__((format(printf, 5, 6)))
tell(struct missing *m, const char *how, const char *kind, const char *what, const char *fmt, ...)
{
	va_list ap;
	char text[400];

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(m->f, "%s\t%s\t%s\t%s\n", how, kind, what, text);
	m->inferred += !strcmp(how, "inferred");
	m->asked += !strcmp(how, "asked");
	m->contracts += !strcmp(how, "contract");
	if (m->sl->say && !strcmp(how, "asked"))
		fprintf(m->sl->say, "  %-18s %-44s %s\n", kind, what, text);
}

static const char *alloc_of(const struct slice *sl, const struct mdl_member *m)
{
	unsigned int i;

	for (i = 0; i < sl->m->n_allocs; i++)
		if (sl->m->allocs[i].member == m)
			return sl->m->allocs[i].how;
	return "";
}

static bool used_as_array(const struct slice *sl, const struct mdl_member *m)
{
	unsigned int i, k;

	for (i = 0; i < sl->m->n_fns; i++)
		for (k = 0; k < sl->m->fns[i].n_access; k++)
			if (sl->m->fns[i].access[k].member == m &&
			    sl->m->fns[i].access[k].mode == 'n')
				return true;
	return false;
}

/* The one type that a void * is used as; NULL: none or several, @n of them. */
static const char *void_type(const struct slice *sl, const struct mdl_member *m, unsigned int *n)
{
	const char *type = NULL;
	unsigned int i;

	*n = 0;
	for (i = 0; i < sl->m->n_voids; i++)
		if (sl->m->voids[i].member == m && (!type || strcmp(type, sl->m->voids[i].type))) {
			type = sl->m->voids[i].type;
			++*n;
		}
	return *n == 1 ? type : NULL;
}

static void length_of(struct missing *ms, const struct mdl_member *m)
{
	const char *how = alloc_of(ms->sl, m);

	if (strstr(how, "f:"))
		tell(ms, "inferred", "array length", m->key, "%s", how);
	else
		tell(ms, "asked", "array length", m->key, "length %s EXPR   # %s", m->key,
		     *how ? how : m->type);
}

static void one_member(struct missing *ms, const struct mdl_member *m)
{
	const char *kind = member_kind(ms->sl, m), *type;
	unsigned int n;

	if (!strcmp(kind, "dmamem")) {
		tell(ms, "inferred", "DMA memory", m->key, "%s", alloc_of(ms->sl, m));
	} else if (!strcmp(kind, "voidptr")) {
		type = void_type(ms->sl, m, &n);
		if (type)
			tell(ms, "inferred", "void pointer", m->key, "%s", type);
		else
			tell(ms, "asked", "void pointer", m->key, "local %s   # used as %u types",
			     m->key, n);
	} else if (!strcmp(kind, "ptr") && used_as_array(ms->sl, m)) {
		length_of(ms, m);
	} else if (!strcmp(kind, "numptr") || !strcmp(kind, "charptr") || !strcmp(kind, "ptrptr")) {
		length_of(ms, m);
	} else if (strstr(kind, "union")) {
		tell(ms, "asked", "union", m->key, "local %s   # %s", m->key, m->canon);
	} else if (!strcmp(kind, "flex")) {
		tell(ms, "asked", "flexible array", m->key, "length %s EXPR", m->key);
	}
}

static bool points_to_plain(const char *type)
{
	static const char *const words[] = { "u8 ",  "u32 ",  "u64 ", "char ", "void ",
					     "int ", "long ", "__be", "s32 ",  "short " };
	unsigned int i;

	if (!strchr(type, '*') || strstr(type, "struct ") || strstr(type, "(*)"))
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(type, words[i]))
			return true;
	return false;
}

static void one_entry(struct missing *ms, const struct mdl_fn *f)
{
	char key[300];
	unsigned int i;

	for (i = 0; i < f->n_params; i++) {
		const struct mdl_param *p = &f->params[i];
		const char *expr;

		if (!points_to_plain(p->type))
			continue;
		snprintf(key, sizeof(key), "%s#%u", f->entries[0].name, i);
		expr = table_lookup(ms->sl->s, "contract", key, 2);
		if (expr)
			tell(ms, "contract", "argument length", f->name, "%s %s: %s", p->type,
			     p->name, expr);
		else if (note_find(ms->sl, "length", f->name, p->name))
			tell(ms, "given", "argument length", f->name, "%s", p->name);
		else
			tell(ms, "asked", "argument length", f->name,
			     "length %s %s in|out|both EXPR   # %s", f->name, p->name,
			     f->entries[0].name);
	}
}

void missing_report(struct slice *sl)
{
	struct missing ms = { sl, slice_file(sl, "missing.tsv"), 0, 0, 0 };
	FILE *sum = slice_file(sl, "summary.tsv+");
	unsigned int i, ranges = 0, kept = 0;

	if (!ms.f || !sum)
		exit(1);
	if (sl->say)
		fprintf(sl->say, "\nAnnotations asked for\n");
	for (i = 0; i < sl->m->n_members; i++) {
		const struct mdl_member *m = &sl->m->members[i];

		if (m->own && (member_crosses(sl, m) || sl->cls[i] == CLASS_CONSTANT ||
			       sl->cls[i] == CLASS_MIXED || sl->cls[i] == CLASS_DMA))
			one_member(&ms, m);
		ranges += m->own && member_crosses(sl, m) && member_is_number(sl, m);
		kept += sl->kept[i];
	}
	for (i = 0; i < sl->m->n_quirks; i++)
		if (in_user(sl, sl->m->quirks[i].fn))
			tell(&ms, "asked", "integer as pointer", sl->m->quirks[i].fn->name,
			     "local %s",
			     sl->m->quirks[i].what +
				     (strncmp(sl->m->quirks[i].what, "intptr ", 7) ? 0 : 7));
	for (i = 0; i < sl->m->n_fns; i++)
		if (in_user(sl, &sl->m->fns[i]) && sl->m->fns[i].n_entries)
			one_entry(&ms, &sl->m->fns[i]);
	fprintf(sum,
		"annotations_asked\t%u\nannotations_inferred\t%u\nannotations_by_contract\t%"
		"u\nranges_not_known\t%u\n"
		"user_state_kept\t%u\n",
		ms.asked, ms.inferred, ms.contracts, ranges, kept);
	if (sl->say)
		fprintf(sl->say,
			"  %u asked for, %u inferred, %u by contract of the operation; ranges of "
			"%u numbers are not known\n",
			ms.asked, ms.inferred, ms.contracts, ranges);
	fclose(ms.f);
	fclose(sum);
}
