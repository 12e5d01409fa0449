// SPDX-License-Identifier: GPL-2.0
/* Interactions with the kernel and the device, by category; and how indirect calls are resolved. */
#include <string.h>

#include "study.h"

static void count_site(const struct mdl_site *site, struct row *r)
{
	const struct { const char *name; double *n; } to[] = {
		{ "memory", &r->call_memory }, { "sync", &r->call_sync }, { "devlib", &r->call_devlib },
		{ "service", &r->call_service }, { "mmio", &r->call_mmio }, { "dma", &r->call_dma },
		{ "bus", &r->call_bus },
	};
	size_t i;

	if (!strncmp(site->callee, "__builtin", 9))
		return;
	for (i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		if (!strcmp(site->category, to[i].name)) {
			++*to[i].n;
			return;
		}
	r->call_kernlib++;
}

/* What is only guessed, or not known at all. */
static void list(const struct mdl *m, const struct mdl_icall *c, FILE *f)
{
	if (f && (c->how == BY_SIGNATURE || c->how == BY_UNSET || c->how == BY_NOTHING))
		fprintf(f, "%s\t%s:%u\t%s\t%s\t%s\t%u\n", m->module, c->caller->file, c->line, c->caller->name, c->key,
			how_name(c->how), c->n_targets);
}

void fill_calls(const struct mdl *m, struct row *r, FILE *unresolved)
{
	double *const how[BY_COUNT] = { &r->i_field, &r->i_flow, &r->i_signature, &r->i_kernel, &r->i_extern, &r->i_unset,
					&r->i_nothing, &r->i_callback };
	unsigned int i, j;

	for (i = 0; i < m->n_fns; i++)
		for (j = 0; j < m->fns[i].n_sites && mdl_mine(&m->fns[i]); j++)
			count_site(&m->fns[i].sites[j], r);
	for (i = 0; i < m->n_icalls; i++) {
		if (!mdl_mine(m->icalls[i].caller))
			continue;
		++*how[m->icalls[i].how];
		list(m, &m->icalls[i], unresolved);
		r->i_targets += m->icalls[i].n_targets;
		r->i_resolved += m->icalls[i].n_targets > 0;
	}
}
