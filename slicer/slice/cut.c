// SPDX-License-Identifier: GPL-2.0
/* cut.c - what crosses: entry points that left (upcalls), calls of what stayed (downcalls), calls of the kernel. */
#include <stdlib.h>
#include <string.h>
#include "slice.h"

void cut_find(struct slice *sl)
{
	const struct mdl *m = sl->m;
	unsigned int i, k, j;

	for (i = 0; i < m->n_fns; i++)
		for (k = 0; k < m->fns[i].n_out; k++) {
			const struct mdl_edge *e = &m->fns[i].out[k];

			sl->upward += (in_kernel(sl, e->from) || sl->klib[e->from->id]) &&
				      in_user(sl, e->to);
			if (!in_user(sl, e->from) || !in_kernel(sl, e->to))
				continue;
			for (j = 0; j < sl->n_down; j++)
				if (sl->down[j].from == e->from && sl->down[j].to == e->to)
					break;
			if (j < sl->n_down)
				continue;
			sl->down = realloc(sl->down, (sl->n_down + 1) * sizeof(*sl->down));
			if (!sl->down)
				exit(1);
			sl->down[sl->n_down++] = (struct downcall){ e->from, e->to, e->icall };
		}
}

/* Writes nothing but numbers of the driver's own; calls nothing but registers, delays, the log. */
static bool copies_well(const struct slice *sl, const struct mdl_fn *f)
{
	unsigned int i;

	for (i = 0; i < f->n_kcalls; i++) {
		const struct mdl_kcall *c = &f->kcalls[i];

		if (strcmp(c->category, "mmio") && !is_pure(c->callee) && !is_harmless(c->callee))
			return false;
	}
	for (i = 0; i < f->n_access; i++) {
		const struct mdl_member *m = f->access[i].member;

		if (access_of(sl, f, m) & (M_WRITE | M_LOCK) &&
		    !(member_is_number(sl, m) && m->own && !(sl->k[m->id] & ~(M_READ | M_WRITE))))
			return false;
	}
	return true;
}

bool cut_can_copy(const struct slice *sl, struct mdl_fn *f)
{
	mdl_set roots = mdl_none(sl->m);
	struct mdl_closure c;
	bool ok = true;
	unsigned int i;

	roots[f->id] = 1;
	c = mdl_closure(sl->m, roots, EDGE_ALL);
	for (i = 0; i < sl->m->n_fns && ok; i++)
		if (c.set[i])
			ok = !sl->m->fns[i].lib && copies_well(sl, &sl->m->fns[i]);
	mdl_closure_free(&c);
	free(roots);
	return ok;
}

/* ------------------------------------------------------------------------------------------ report */

static void arguments(FILE *f, const struct mdl_fn *fn)
{
	unsigned int i;

	for (i = 0; i < fn->n_params; i++)
		fprintf(f, "%s%s %s", i ? "; " : "", fn->params[i].type, fn->params[i].name);
}

static void report_up(struct slice *sl, FILE *f, struct mdl_fn **order, unsigned int n,
		      unsigned int *count)
{
	unsigned int i, k;

	*count = 0;
	if (sl->say)
		fprintf(sl->say, "\nUpcalls: the kernel calls what left\n");
	for (i = 0; i < n; i++) {
		const struct mdl_fn *fn = order[i];

		if (!in_user(sl, fn) || !fn->n_entries)
			continue;
		++*count;
		for (k = 0; k < fn->n_entries; k++) {
			fprintf(f, "upcall\t%s\t%s\t%s/%s\t%s\t", fn->entries[k].name, fn->name,
				purpose_name(fn->entries[k].purpose),
				context_name(fn->entries[k].context), fn->ret);
			arguments(f, fn);
			fputc('\n', f);
		}
		if (!sl->say)
			continue;
		fprintf(sl->say, "  %-40s %-34s %s(", fn->entries[0].name, fn->name, fn->ret);
		arguments(sl->say, fn);
		fprintf(sl->say, ")\n");
	}
}

static void report_down(struct slice *sl, FILE *f, unsigned int *targets, unsigned int *copies)
{
	mdl_set seen = mdl_none(sl->m);
	unsigned int i;

	*targets = *copies = 0;
	if (sl->say)
		fprintf(sl->say, "\nDowncalls: the user half calls what stayed\n");
	for (i = 0; i < sl->n_down; i++) {
		const struct downcall *d = &sl->down[i];
		bool copy = cut_can_copy(sl, d->to);

		fprintf(f, "downcall\t%s\t%s\t%s%s\t%s\t", d->from->name, d->to->name,
			d->indirect ? "indirect" : "direct", copy ? ",copy" : "", d->to->ret);
		arguments(f, d->to);
		fputc('\n', f);
		if (seen[d->to->id])
			continue;
		seen[d->to->id] = 1;
		++*targets;
		*copies += copy;
		if (!sl->say)
			continue;
		fprintf(sl->say, "  %-34s %s(", d->to->name, d->to->ret);
		arguments(sl->say, d->to);
		fprintf(sl->say, ")%s\n", copy ? "   the user half can have a copy" : "");
	}
	free(seen);
}

/* The user half names functions of the kernel half when it registers them: request_irq(), netif_napi_add(). */
static unsigned int report_registers(struct slice *sl, FILE *f)
{
	unsigned int i, n = 0;

	for (i = 0; i < sl->m->n_taken; i++) {
		const struct mdl_taken *t = &sl->m->taken[i];

		if (!in_kernel(sl, t->fn) || (t->in && !in_user(sl, t->in)))
			continue;
		fprintf(f, "register\t%s\t%s\t%s\n", t->in ? t->in->name : "file scope",
			t->fn->name, t->sink);
		n += !!t->in;
	}
	return n;
}

struct kapi {
	const char *callee, *category;
	unsigned int n;
};

static int by_count(const void *a, const void *b)
{
	const struct kapi *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->callee, y->callee);
}

static unsigned int report_kernel(struct slice *sl, FILE *f)
{
	struct kapi *all = NULL;
	unsigned int n = 0, i, k, j;

	for (i = 0; i < sl->m->n_fns; i++) {
		const struct mdl_fn *fn = &sl->m->fns[i];

		for (k = 0; in_user(sl, fn) && k < fn->n_kcalls; k++) {
			if (is_noise(fn->kcalls[k].callee))
				continue;
			for (j = 0; j < n && strcmp(all[j].callee, fn->kcalls[k].callee); j++)
				;
			if (j == n) {
				all = realloc(all, (n + 1) * sizeof(*all));
				if (!all)
					exit(1);
				all[n++] = (struct kapi){ fn->kcalls[k].callee,
							  fn->kcalls[k].category, 0 };
			}
			all[j].n += fn->kcalls[k].count;
		}
	}
	if (n)
		qsort(all, n, sizeof(*all), by_count);
	for (i = 0; i < n; i++)
		fprintf(f, "kernel-api\t%s\t%s\t%u\n", all[i].callee, all[i].category, all[i].n);
	free(all);
	return n;
}

static void report_halves(struct slice *sl, struct mdl_fn **order, unsigned int n)
{
	static const char *const name[] = { "none", "kernel", "user", "glue" };
	FILE *f = slice_file(sl, "halves.tsv");
	unsigned int i, k, fns[4] = { 0 }, lines[4] = { 0 }, all = 0;

	for (i = 0; f && i < n; i++) {
		const struct mdl_fn *fn = order[i];
		unsigned int h = sl->half[fn->id];

		fns[h]++;
		lines[h] += fn->loc;
		all += fn->loc;
		fprintf(f, "%s\t%s\t%s:%u\t%u\t", name[h], fn->name, fn->file, fn->start, fn->loc);
		for (k = 0; k < fn->n_entries; k++)
			fprintf(f, "%s%s", k ? "," : "", fn->entries[k].name);
		if (h == HALF_KERNEL && sl->kernel.via[fn->id])
			fprintf(f, "\tcalled by %s", sl->kernel.via[fn->id]->from->name);
		fputc('\n', f);
	}
	if (f)
		fclose(f);
	if (!sl->say)
		return;
	fprintf(sl->say, "Halves                  functions  lines\n");
	for (i = HALF_KERNEL; i <= HALF_GLUE; i++)
		fprintf(sl->say, "  %-22s %8u %6u  %5.1f %%\n", name[i], fns[i], lines[i],
			all ? 100.0 * lines[i] / all : 0);
	fprintf(sl->say, "\nThe kernel half\n");
	for (i = 0; i < n; i++)
		if (in_kernel(sl, order[i])) {
			const struct mdl_edge *e = sl->kernel.via[order[i]->id];

			fprintf(sl->say, "  %-34s %s%s\n", order[i]->name,
				e		      ? "called by "
				: order[i]->n_entries ? order[i]->entries[0].name
						      : "stays",
				e ? e->from->name : "");
		}
}

void cut_report(struct slice *sl)
{
	FILE *f = slice_file(sl, "cut.tsv"), *sum = slice_file(sl, "summary.tsv");
	unsigned int n, up, targets, copies, regs, kapi;
	struct mdl_fn **order = slice_order(sl, &n);

	if (!f || !sum)
		exit(1);
	report_halves(sl, order, n);
	report_up(sl, f, order, n, &up);
	report_down(sl, f, &targets, &copies);
	regs = report_registers(sl, f);
	kapi = report_kernel(sl, f);
	fprintf(sum,
		"upcalls\t%u\nupcalls_from_kernel_half\t%u\ndowncall_edges\t%u\ndowncall_targets\t%"
		"u\n"
		"downcall_targets_copy\t%u\nkernel_functions_registered_by_user_half\t%u\nkernel_"
		"api\t%u\n",
		up, sl->upward, sl->n_down, targets, copies, regs, kapi);
	if (sl->say)
		fprintf(sl->say,
			"\n%u upcalls, %u of them from the kernel half; %u downcalls to %u "
			"functions, %u of which can be copied;"
			"\n%u functions of the kernel half are registered by the user half; it "
			"calls %u functions of the kernel\n",
			up, sl->upward, sl->n_down, targets, copies, regs, kapi);
	fclose(f);
	fclose(sum);
	free(order);
}
