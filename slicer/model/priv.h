/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files of model/: facts as they are read, before they are linked. */
#ifndef SLICER_MODEL_PRIV_H
#define SLICER_MODEL_PRIV_H

#include "../base/base.h"
#include "../kbuild/kbuild.h"
#include "../tables/tables.h"
#include "model.h"

struct raw_call { const char *caller, *callee, *word; unsigned int line; };
struct raw_icall { const char *caller, *key, *sig; unsigned int line; };
struct raw_taken { const char *fn, *sink, *file, *in; unsigned int line; };
struct raw_const { const char *caller, *callee, *name; unsigned int i, line; unsigned long long value; };
struct raw_pass { const char *caller, *callee, *sink; unsigned int i, line; };
struct raw_reg { const char *fn, *call, *name, *arg; unsigned int line; unsigned long long value; char mode; bool known; };
struct raw_own { const char *fn, *a, *b; unsigned int line; };	/* V N Q */

/* Functions whose address may be in a sink. */
struct pts { const char **fns; size_t n; const char **from; size_t n_from; };

struct mdl_priv {
	struct slicer *s;
	const struct kb_module *kb;
	const struct kb_module **libs;	size_t n_libs;

	struct map fn_by_key;		/* key -> struct mdl_fn * + 0, while loading an index + 1 */
	struct map member_by_key;
	struct map pts;			/* sink without & -> struct pts */
	struct map own_fields;		/* keys of own structs */

	struct mdl_fn *fns;		size_t n_fns;
	struct mdl_member *members;	size_t n_members;
	struct raw_call *calls;		size_t n_calls;
	struct raw_icall *icalls;	size_t n_icalls;
	struct raw_taken *taken;	size_t n_taken;
	struct mdl_flow *flows;		size_t n_flows;
	struct raw_const *consts;	size_t n_consts;
	struct raw_pass *passes;	size_t n_passes;
	struct raw_reg *regs;		size_t n_regs;
	struct raw_own *voids;		size_t n_voids;
	struct raw_own *allocs;		size_t n_allocs;
	struct raw_own *quirks;		size_t n_quirks;
	struct mdl_unit *units;		size_t n_units;
	struct mdl_table *tables;	size_t n_tables;
	struct mdl_record *records;	size_t n_records;
	struct mdl_edge *edges;		size_t n_edges;
};

/* load.c: all units of a module; lib: it is not the driver itself */
int load_module(struct mdl_priv *p, const struct kb_module *m, bool lib);

/* libs.c: the modules that this one calls, of its family and of tables/libraries.tsv; makes their facts */
int find_libs(struct mdl_priv *p);

/* sinks.c */
const char *bare(const char *sink);			/* without & */
const struct pts *pts_of(const struct mdl_priv *p, const char *sink);
void link_sinks(struct mdl *m);

/* icalls.c, edges.c, entry.c, regs.c, locks.c: each fills its part of the model */
void link_icalls(struct mdl *m);
void link_edges(struct mdl *m);
void link_entries(struct mdl *m);
void link_regs(struct mdl *m);
void link_locks(struct mdl *m);

struct mdl_fn *fn_by_key(const struct mdl_priv *p, const char *key);	/* interned */
bool own_field(const struct mdl_priv *p, const char *sink);		/* f:T.f of an own struct */

#endif
