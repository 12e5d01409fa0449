// SPDX-License-Identifier: GPL-2.0
/* What is reached from where, and by which chain. */
#include <string.h>

#include "priv.h"

mdl_set mdl_none(const struct mdl *m)
{
	mdl_set s = calloc(m->n_fns + 1, 1);

	if (!s)
		out_of_memory();
	return s;
}

unsigned int mdl_count(const struct mdl *m, mdl_set set)
{
	unsigned int i, n = 0;

	for (i = 0; i < m->n_fns; i++)
		n += set[i] && mdl_mine(&m->fns[i]);
	return n;
}

unsigned int mdl_lines(const struct mdl *m, mdl_set set)
{
	unsigned int i, n = 0;

	for (i = 0; i < m->n_fns; i++)
		n += set[i] && mdl_mine(&m->fns[i]) ? m->fns[i].loc : 0;
	return n;
}

static bool goes(const struct mdl_edge *e, unsigned int edges)
{
	return edges & (e->icall ? EDGE_INDIRECT : EDGE_DIRECT);
}

struct mdl_closure mdl_closure(const struct mdl *m, mdl_set roots, unsigned int edges)
{
	struct mdl_closure c = { mdl_none(m), calloc(m->n_fns + 1, sizeof(*c.via)) };
	unsigned int *queue = calloc(m->n_fns + 1, sizeof(*queue)), head = 0, tail = 0, i;

	if (!c.via || !queue)
		out_of_memory();
	for (i = 0; i < m->n_fns; i++)
		if (roots[i]) {
			c.set[i] = 1;
			queue[tail++] = i;
		}
	while (head < tail) {
		const struct mdl_fn *f = &m->fns[queue[head++]];

		for (i = 0; i < f->n_out; i++) {
			const struct mdl_edge *e = &f->out[i];

			if (!goes(e, edges) || c.set[e->to->id])
				continue;
			c.set[e->to->id] = 1;
			c.via[e->to->id] = e;
			queue[tail++] = e->to->id;
		}
	}
	free(queue);
	for (i = 0; i < m->n_fns; i++)
		if (m->fns[i].artifact)
			c.set[i] = 0;
	return c;
}

void mdl_closure_free(struct mdl_closure *c)
{
	free(c->set);
	free(c->via);
	memset(c, 0, sizeof(*c));
}

int mdl_why(const struct mdl_closure *c, const struct mdl_fn *fn, const struct mdl_edge **chain, int max)
{
	const struct mdl_edge *e;
	int n = 0, i;

	if (!c->set[fn->id])
		return -1;
	for (e = c->via[fn->id]; e; e = c->via[e->from->id])
		n++;
	for (i = n, e = c->via[fn->id]; e; e = c->via[e->from->id])
		if (--i < max && chain)
			chain[i] = e;
	return n;
}

/* All places from which something flows to a sink, the sink first. */
static const char **sources(const struct mdl *m, const char *sink, size_t *n)
{
	struct map seen = { 0 };
	const char **list = NULL;
	size_t i, j;

	*n = 0;
	*GROW(list, *n) = sink;
	*map_at(&seen, sink) = (void *)1;
	for (i = 0; i < *n; i++) {
		const struct pts *in = pts_of(m->priv, list[i]);

		for (j = 0; in && j < in->n_from; j++) {
			void **at = map_at(&seen, in->from[j]);

			if (!*at)
				*GROW(list, *n) = in->from[j];
			*at = (void *)1;
		}
	}
	map_free(&seen);
	return list;
}

unsigned int mdl_set_at(const struct mdl *m, const struct mdl_edge *e, const struct mdl_taken **at, unsigned int max)
{
	unsigned int n = 0, i, pass;
	size_t n_from, j;
	const char **from;

	if (!e->icall)
		return 0;
	from = sources(m, e->icall->key, &n_from);
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < m->n_taken; i++) {
			const struct mdl_taken *t = &m->taken[i];

			if (t->fn != e->to || (pass == 0) != !t->in)
				continue;
			for (j = 0; j < n_from && from[j] != bare(t->sink); j++)
				;
			if (j == n_from && e->icall->how != BY_SIGNATURE)
				continue;
			if (n < max)
				at[n] = t;
			n++;
		}
	free(from);
	return n;
}
