// SPDX-License-Identifier: GPL-2.0
/*
 * Registers by function.  A wrapper (static u32 rd32(hw, reg)) has none of its own: what its callers give as reg
 * is theirs, and so on upwards while they only pass a parameter on.
 */
#include <string.h>

#include "priv.h"

#define LEVELS 4	/* of wrappers around wrappers */

struct by_arg { const struct raw_const **consts; size_t n_consts; const struct raw_pass **passes; size_t n_passes; };

static struct by_arg *at(struct map *args, const char *callee, unsigned int i)
{
	void **place = map_at(args, internf("p:%s#%u", callee, i));

	if (!*place)
		*place = calloc(1, sizeof(struct by_arg));
	if (!*place)
		out_of_memory();
	return *place;
}

static void add_reg(struct mdl_fn *f, const struct raw_reg *r, const char *name, unsigned long long value,
		    unsigned int line)
{
	bool known = name || r->known;
	size_t n = f->n_regs, i;
	struct mdl_reg reg = { .value = value, .call = r->call, .mode = r->mode, .line = line, .known = known };

	reg.name = !known ? intern("?") : name && strcmp(name, "-") ? name : internf("0x%llx", value);
	for (i = 0; i < n; i++)
		if (f->regs[i].name == reg.name && f->regs[i].mode == reg.mode)
			return;
	*GROW(f->regs, n) = reg;
	f->n_regs = n;
}

static bool from_callers(struct mdl_priv *p, const struct map *args, const struct raw_reg *r, const char *arg,
			 int levels)
{
	const struct by_arg *b = map_get(args, arg);
	bool any = false;
	struct mdl_fn *f;
	size_t i;

	for (i = 0; b && i < b->n_consts; i++) {
		f = fn_by_key(p, b->consts[i]->caller);
		if (f) {
			add_reg(f, r, b->consts[i]->name, b->consts[i]->value, b->consts[i]->line);
			any = true;
		}
	}
	for (i = 0; b && i < b->n_passes && levels; i++)
		any |= from_callers(p, args, r, b->passes[i]->sink, levels - 1);
	return any;
}

void link_regs(struct mdl *m)
{
	struct mdl_priv *p = m->priv;
	struct map args = { 0 };
	struct by_arg *b;
	struct mdl_fn *f;
	size_t i;

	for (i = 0; i < p->n_consts; i++) {
		b = at(&args, p->consts[i].callee, p->consts[i].i);
		*GROW(b->consts, b->n_consts) = &p->consts[i];
	}
	for (i = 0; i < p->n_passes; i++) {
		if (strncmp(p->passes[i].sink, "p:", 2))
			continue;
		b = at(&args, p->passes[i].callee, p->passes[i].i);
		*GROW(b->passes, b->n_passes) = &p->passes[i];
	}
	for (i = 0; i < p->n_regs; i++) {
		const struct raw_reg *r = &p->regs[i];

		f = fn_by_key(p, r->fn);
		if (!f)
			continue;
		if (r->known || *r->arg == '-' || !from_callers(p, &args, r, r->arg, LEVELS))
			add_reg(f, r, r->known ? r->name : NULL, r->value, r->line);
	}
	for (i = 0; i < args.size; i++)
		if (args.vals[i]) {
			b = args.vals[i];
			free(b->consts);
			free(b->passes);
			free(b);
		}
	map_free(&args);
}
