// SPDX-License-Identifier: GPL-2.0
/* A driver's row. */
#include <string.h>

#include "study.h"

#define SMALL 40	/* nodes: smaller functions are all alike */

static void keep_shapes(struct study *st, const struct mdl *m)
{
	unsigned int i;
	struct shape *s;

	for (i = 0; i < m->n_fns; i++) {
		const struct mdl_fn *f = &m->fns[i];
		size_t n = strlen(f->file);

		if (!mdl_mine(f) || f->shape.nodes < SMALL || !strcmp(f->file + n - 2, ".h"))
			continue;
		s = GROW(st->shapes, st->n_shapes);
		s->row = st->n_rows - 1;
		s->fn = f->name;
		s->loc = f->loc;
		memcpy(s->min, f->shape.min, sizeof(s->min));
	}
}

static void count_entries(struct study *st, const struct mdl *m, struct row *r)
{
	unsigned int i, j;

	for (i = 0; i < m->n_fns; i++) {
		const struct mdl_fn *f = &m->fns[i];
		bool other = false;

		if (!mdl_mine(f) || !f->n_entries)
			continue;
		r->entries++;
		for (j = 0; j < f->n_entries; j++) {
			const struct mdl_member *member = mdl_member(m, f->entries[j].name);

			if (f->entries[j].purpose != FOR_OTHER || table_lookup(st->s, "entry", f->entries[j].name, 1))
				continue;
			/* of the driver's own struct, and nobody calls it: the kernel cannot; or called back at once */
			if ((member && member->own) || table_lookup(st->s, "callbacks", f->entries[j].name, 0))
				continue;
			other = true;
			++*(size_t *)map_at(&st->others, f->entries[j].name);
		}
		r->other_entries += other;
	}
}

void fill_row(struct study *st, const struct mdl *m, struct row *r)
{
	mdl_set all = mdl_none(m);

	memset(all, 1, m->n_fns);
	r->module = m->module;
	r->dir = m->dir;
	r->functions = mdl_count(m, all);
	r->lines = mdl_lines(m, all);
	free(all);
	count_entries(st, m, r);
	fill_halves(m, r);
	fill_purposes(st->s, m, r);
	fill_data(st->s, m, r);
	fill_outside(st->s, m, r);
	fill_calls(m, r, st->unresolved);
	keep_shapes(st, m);
}
