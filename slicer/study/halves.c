// SPDX-License-Identifier: GPL-2.0
/* What has to stay in the kernel, under each choice. */
#include "study.h"

double lines_from(const struct mdl *m, mdl_set roots, unsigned int edges, double *functions)
{
	struct mdl_closure c = mdl_closure(m, roots, edges);
	double lines = mdl_lines(m, c.set);

	if (functions)
		*functions = mdl_count(m, c.set);
	mdl_closure_free(&c);
	return lines;
}

static void kept(const struct mdl *m, unsigned int roots, unsigned int edges, double *functions, double *lines)
{
	mdl_set set = mdl_none(m);

	mdl_roots(m, roots, set);
	*lines = lines_from(m, set, edges, functions);
	free(set);
}

void fill_halves(const struct mdl *m, struct row *r)
{
	const unsigned int a = ROOT_ATOMIC, t = ROOT_TIMER, w = ROOT_WORK, c = ROOT_CRITICAL;

	kept(m, c, EDGE_DIRECT, &r->kf_direct, &r->kl_direct);
	kept(m, c, EDGE_ALL, &r->kf_0, &r->kl_0);
	kept(m, c | a, EDGE_ALL, &r->kf_a, &r->kl_a);
	kept(m, c | t, EDGE_ALL, &r->kf_t, &r->kl_t);
	kept(m, c | a | t, EDGE_ALL, &r->kf_at, &r->kl_at);
	kept(m, c | w, EDGE_ALL, &r->kf_w, &r->kl_w);
	kept(m, c | a | w, EDGE_ALL, &r->kf_aw, &r->kl_aw);
	kept(m, c | t | w, EDGE_ALL, &r->kf_tw, &r->kl_tw);
	kept(m, c | a | t | w, EDGE_ALL, &r->kf_atw, &r->kl_atw);
}
