// SPDX-License-Identifier: GPL-2.0
/* hw.c - locks, registers and DMA, by the half that uses them. */
#include <stdlib.h>
#include <string.h>
#include "slice.h"

/* A name that functions of either half use. */
struct shared {
	const char *name;
	unsigned int k, u;
}; /* bit 0: read or taken, bit 1: written */

struct shareds {
	struct shared *of;
	unsigned int n;
};

static struct shared *shared_of(struct shareds *l, const char *name)
{
	unsigned int i;

	for (i = 0; i < l->n; i++)
		if (!strcmp(l->of[i].name, name))
			return &l->of[i];
	l->of = realloc(l->of, (l->n + 1) * sizeof(*l->of));
	if (!l->of)
		exit(1);
	l->of[l->n] = (struct shared){ .name = name };
	return &l->of[l->n++];
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct shared *)a)->name, ((const struct shared *)b)->name);
}

static void sort(struct shareds *l)
{
	if (l->n)
		qsort(l->of, l->n, sizeof(*l->of), by_name);
}

/* ----------------------------------------------------------------------------------------------- locks */

static void users(FILE *f, const struct slice *sl, const char *lock, enum half half)
{
	unsigned int i, k, n = 0;

	for (i = 0; i < sl->m->n_fns; i++)
		for (k = 0; k < sl->m->fns[i].n_locks; k++)
			if (sl->half[i] == half && !sl->m->fns[i].locks[k].release &&
			    !strcmp(sl->m->fns[i].locks[k].lock, lock)) {
				fprintf(f, "%s%s", n++ ? "," : "", sl->m->fns[i].name);
				break;
			}
}

static void report_locks(struct slice *sl, FILE *sum)
{
	struct shareds l = { NULL, 0 };
	FILE *f = slice_file(sl, "locks.tsv");
	unsigned int i, k, both = 0, kernel = 0, user = 0;

	for (i = 0; i < sl->m->n_fns; i++)
		for (k = 0; k < sl->m->fns[i].n_locks; k++) {
			const struct mdl_lock *lock = &sl->m->fns[i].locks[k];

			if (lock->release ||
			    (sl->half[i] != HALF_KERNEL && sl->half[i] != HALF_USER))
				continue;
			*(sl->half[i] == HALF_KERNEL ? &shared_of(&l, lock->lock)->k
						     : &shared_of(&l, lock->lock)->u) |= 1;
		}
	sort(&l);
	if (sl->say)
		fprintf(sl->say, "\nLocks\n");
	for (i = 0; f && i < l.n; i++) {
		const struct shared *s = &l.of[i];
		const char *whose = s->k && s->u ? "combolock" : s->k ? "kernel" : "user";

		both += s->k && s->u;
		kernel += s->k && !s->u;
		user += !s->k;
		fprintf(f, "%s\t%s\t", s->name, whose);
		users(f, sl, s->name, HALF_KERNEL);
		fputc('\t', f);
		users(f, sl, s->name, HALF_USER);
		fputc('\n', f);
		if (sl->say)
			fprintf(sl->say, "  %-44s %s\n", s->name,
				s->k && s->u ? "taken by both halves: combolock"
				: s->k	     ? "kernel half"
					     : "user half");
	}
	fprintf(sum, "locks_both\t%u\nlocks_kernel\t%u\nlocks_user\t%u\n", both, kernel, user);
	if (f)
		fclose(f);
	free(l.of);
}

/* ------------------------------------------------------------------------------------------- registers */

static const char *way(unsigned int w, char *buf)
{
	snprintf(buf, 4, "%s%s", w & 1 ? "r" : "", w & 2 ? "w" : "");
	return buf;
}

static void report_registers(struct slice *sl, FILE *f, FILE *sum)
{
	struct shareds l = { NULL, 0 };
	unsigned int i, k, both = 0, kernel = 0, user = 0, both_write = 0;
	char a[4], b[4];

	for (i = 0; i < sl->m->n_fns; i++)
		for (k = 0; k < sl->m->fns[i].n_regs; k++) {
			const struct mdl_reg *r = &sl->m->fns[i].regs[k];

			if (sl->half[i] == HALF_KERNEL)
				shared_of(&l, r->name)->k |= r->mode == 'r' ? 1 : 2;
			else if (sl->half[i] == HALF_USER)
				shared_of(&l, r->name)->u |= r->mode == 'r' ? 1 : 2;
		}
	sort(&l);
	for (i = 0; i < l.n; i++) {
		const struct shared *s = &l.of[i];

		fprintf(f, "register\t%s\tkernel:%s\tuser:%s\n", s->name, way(s->k, a),
			way(s->u, b));
		if (!strcmp(s->name, "?"))
			continue;
		both += s->k && s->u;
		kernel += s->k && !s->u;
		user += !s->k && s->u;
		both_write += !!(s->k & s->u & 2);
	}
	fprintf(sum,
		"registers_kernel\t%u\nregisters_user\t%u\nregisters_both\t%u\nregisters_both_"
		"write\t%u\n",
		kernel, user, both, both_write);
	if (sl->say)
		fprintf(sl->say,
			"\nRegisters: %u of the kernel half alone, %u of the user half alone, %u "
			"of both (both write %u)\n",
			kernel, user, both, both_write);
	free(l.of);
}

/* ------------------------------------------------------------------------------------------------- DMA */

static void report_dma(struct slice *sl, FILE *f, FILE *sum)
{
	unsigned int i, k, calls[4] = { 0 }, fields = 0;

	for (i = 0; i < sl->m->n_fns; i++)
		for (k = 0; k < sl->m->fns[i].n_kcalls; k++) {
			const struct mdl_kcall *c = &sl->m->fns[i].kcalls[k];

			if (strcmp(c->category, "dma") || !sl->half[i])
				continue;
			calls[sl->half[i]] += c->count;
			fprintf(f, "dma call\t%s\t%s\t%s\t%u\n", c->callee, sl->m->fns[i].name,
				sl->half[i] == HALF_KERNEL ? "kernel" : "user", c->count);
		}
	for (i = 0; i < sl->m->n_members; i++)
		if (sl->cls[i] == CLASS_DMA || sl->cls[i] == CLASS_REGISTERS) {
			fprintf(f, "%s\t%s\tkernel:%s\tuser:%s\n", class_name(sl->cls[i]),
				sl->m->members[i].key,
				sl->k[i] & M_WRITE ? "w"
				: sl->k[i]	   ? "r"
						   : "",
				sl->u[i] & M_WRITE ? "w"
				: sl->u[i]	   ? "r"
						   : "");
			fields += sl->cls[i] == CLASS_DMA && sl->u[i];
		}
	fprintf(sum, "dma_calls_kernel\t%u\ndma_calls_user\t%u\ndma_members_user\t%u\n",
		calls[HALF_KERNEL], calls[HALF_USER], fields);
	if (sl->say)
		fprintf(sl->say,
			"DMA: %u calls in the kernel half, %u in the user half, which touches %u "
			"members of DMA memory\n",
			calls[HALF_KERNEL], calls[HALF_USER], fields);
}

void hw_report(struct slice *sl)
{
	FILE *f = slice_file(sl, "hw.tsv"), *sum = slice_file(sl, "summary.tsv+");

	if (!f || !sum)
		exit(1);
	report_locks(sl, sum);
	report_registers(sl, f, sum);
	report_dma(sl, f, sum);
	fclose(f);
	fclose(sum);
}
