// SPDX-License-Identifier: GPL-2.0
/* Which functions may be in which place: addresses taken, and copied until nothing new comes. */
#include <string.h>

#include "priv.h"

const char *bare(const char *sink)
{
	return *sink == '&' ? intern(sink + strspn(sink, "&")) : sink;
}

const struct pts *pts_of(const struct mdl_priv *p, const char *sink)
{
	return map_get(&p->pts, sink);
}

static struct pts *pts_at(struct mdl_priv *p, const char *sink)
{
	void **at = map_at(&p->pts, sink);

	if (!*at) {
		*at = calloc(1, sizeof(struct pts));
		if (!*at)
			out_of_memory();
	}
	return *at;
}

static bool holds(const char *const *list, size_t n, const char *s)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i] == s)
			return true;
	return false;
}

static bool add_fn(struct pts *to, const char *fn)
{
	if (holds(to->fns, to->n, fn))
		return false;
	*GROW(to->fns, to->n) = fn;
	return true;
}

static void add_from(struct pts *to, const char *src)
{
	if (!holds(to->from, to->n_from, src))
		*GROW(to->from, to->n_from) = src;
}

/* What a variable or member holds that is handed to the kernel, the kernel may call. */
static void add_args(struct mdl_priv *p)
{
	size_t i;
	unsigned int j;

	for (i = 0; i < p->n_fns; i++)
		for (j = 0; j < p->fns[i].n_args; j++) {
			const struct mdl_arg *a = &p->fns[i].args[j];
			const char *what = bare(a->what);

			if (*a->callee == '*' || what[0] == '\0' || what[1] != ':' || !strchr("lpfv", what[0]))
				continue;
			if (pts_of(p, what))
				add_from(pts_at(p, internf("p:%s#%u", a->callee, a->i)), what);
		}
}

static bool pass_on(struct mdl_priv *p, struct pts *to)
{
	bool more = false;
	size_t i, j;

	for (i = 0; i < to->n_from; i++) {
		const struct pts *from = pts_of(p, to->from[i]);

		for (j = 0; from && j < from->n; j++)
			more |= add_fn(to, from->fns[j]);
	}
	return more;
}

void link_sinks(struct mdl *m)
{
	struct mdl_priv *p = m->priv;
	bool more = true;
	size_t i;

	for (i = 0; i < p->n_taken; i++)
		add_fn(pts_at(p, bare(p->taken[i].sink)), p->taken[i].fn);
	for (i = 0; i < p->n_flows; i++)
		add_from(pts_at(p, bare(p->flows[i].dst)), bare(p->flows[i].src));
	add_args(p);
	while (more) {
		more = false;
		for (i = 0; i < p->pts.size; i++)
			if (p->pts.vals[i])
				more |= pass_on(p, p->pts.vals[i]);
	}
}
