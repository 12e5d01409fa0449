// SPDX-License-Identifier: GPL-2.0
/*
 * Processing of data: loops over memory on the way of data.  Strictly, in a function that calls nothing but
 * arithmetic, itself and what it calls; widely, a loop that calls nothing and computes.
 */
#include "study.h"

static mdl_set pure_functions(struct slicer *s, const struct mdl *m)
{
	mdl_set pure = mdl_none(m);
	unsigned int i, j;
	bool more = true;

	for (i = 0; i < m->n_fns; i++) {
		const struct mdl_fn *f = &m->fns[i];

		pure[i] = !f->artifact;
		for (j = 0; j < f->n_kcalls && pure[i]; j++)
			pure[i] = table_lookup(s, "pure", f->kcalls[j].callee, 1) != NULL;
	}
	for (i = 0; i < m->n_icalls; i++)
		pure[m->icalls[i].caller->id] = 0;
	while (more) {
		more = false;
		for (i = 0; i < m->n_fns; i++)
			for (j = 0; j < m->fns[i].n_out && pure[i]; j++)
				if (!pure[m->fns[i].out[j].to->id]) {
					pure[i] = 0;
					more = true;
				}
	}
	return pure;
}

static mdl_set data_path(const struct mdl *m)
{
	mdl_set roots = mdl_none(m);
	struct mdl_closure c;

	mdl_roots(m, ROOT_CRITICAL, roots);
	mdl_roots_for(m, FOR_IO, roots);
	c = mdl_closure(m, roots, EDGE_ALL);
	free(roots);
	free(c.via);
	return c.set;
}

void fill_data(struct slicer *s, const struct mdl *m, struct row *r)
{
	mdl_set pure = pure_functions(s, m), path = data_path(m);
	unsigned int i, j;

	for (i = 0; i < m->n_fns; i++) {
		const struct mdl_fn *f = &m->fns[i];
		bool memory = false, computes = false;

		if (!path[i] || !mdl_mine(f))
			continue;
		for (j = 0; j < f->n_loops; j++) {
			const struct mdl_loop *l = &f->loops[j];

			if (!(l->subs + l->derefs))
				continue;
			memory = true;
			computes |= !l->ext && !l->own && l->ops > 1;
		}
		r->process_functions += pure[i] && memory;
		r->process_loops += computes;
	}
	free(pure);
	free(path);
}
