/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One driver as a graph: the facts of a module's units, linked with those of the modules it calls.
 *
 *      kernel ----> entry point ----> function ----> function       direct: a call by name
 *                   (why, context)       |
 *                                        +--( T.f )--> function     indirect: through a member, a variable,
 *                                                                   a parameter; or, when nothing tells, by type
 *
 * All strings are interned: two that are equal are one pointer.  All arrays belong to the model, stay where they
 * are and do not change after mdl_open().  A function's id counts from 0 and is its place in mdl->fns.
 *
 * Names.  A function's key is its name, or name@FILE if it is static.  A place that can hold a function's address
 * is a "sink":
 *      f:T.f       member f of struct T           v:x  v:x@FILE   variable of file scope
 *      p:FN#i      argument i of FN               l:FN:x          local variable
 *      ret:FN      what FN returns                ?               nothing that can be named
 * A leading & is the address of the place.  A member's key is T.f, of an unnamed struct inside T: T@LINE.f.
 */
#ifndef SLICER_MODEL_H
#define SLICER_MODEL_H

#include "../slicer.h"

/* ------------------------------------------------------------------------------------------ parts of it */

/* Why the kernel calls a function.  tables/entry.tsv says it by the member or argument that takes the address. */
enum purpose {
	FOR_INIT, FOR_CLEANUP, FOR_CONFIG, FOR_PM, FOR_IOCTL, FOR_PROC, FOR_ERR, FOR_IO, FOR_IRQ, FOR_TIMER, FOR_WORK,
	FOR_OTHER, FOR_EXPORT, FOR_COUNT
};

/* In what context.  From CTX_ATOMIC down a function must not sleep. */
enum context { CTX_PROCESS, CTX_THREAD, CTX_ATOMIC, CTX_SOFT, CTX_TIMER, CTX_HARD };

struct mdl_member {
	const char *key;	/* T.f */
	const char *rec, *name;	/* T and f */
	const char *type;	/* as written */
	const char *canon;	/* without typedefs */
	const char *kind;	/* num bool enum ptr voidptr charptr numptr ptrptr fnptr struct union flex array:KIND */
	const char *notes;	/* iomem,user,percpu,rcu,bitsN; or "" */
	long long size;		/* bytes; < 0: not known */
	long long n;		/* elements, of an array */
	bool own;		/* of a struct that the driver declares */
	unsigned int id;
};

struct mdl_param { const char *name, *type; };

/* r read, w written, u both, a address taken, p on the way to a part of it, n used as an array */
struct mdl_access { const struct mdl_member *member; char mode; };

struct mdl_global { const char *var; char mode; bool own; };

/* A call of what the model has no body of. */
struct mdl_kcall {
	const char *callee;
	const char *category;	/* tables/calls.tsv: mmio dma bus sync memory service devlib kernlib */
	unsigned int count;
	unsigned int line;	/* the first */
};

/* Where it is called: once a line and word, whatever a macro makes of the word. */
struct mdl_site { const char *callee, *category, *word; unsigned int line; };

/* An argument of such a call, if it has a name. */
struct mdl_arg {
	const char *callee;	/* "*f:T.f" if it is called through a member */
	const char *what;	/* sink, or fn:KEY, c:CALL, s: (string), n:VALUE */
	unsigned int i, line;
	char kind;		/* v value, c pointer to const, m pointer */
};

/* The address of fn goes to a sink. */
struct mdl_taken {
	struct mdl_fn *fn;
	const char *sink;
	const char *file;
	unsigned int line;
	struct mdl_fn *in;	/* NULL: at file scope */
};

/* A pointer to a function is copied: dst = src. */
struct mdl_flow { const char *dst, *src, *file; unsigned int line; };

enum how { BY_FIELD, BY_FLOW, BY_SIGNATURE, BY_KERNEL, BY_EXTERN, BY_UNSET, BY_NOTHING, BY_CALLBACK, BY_COUNT };

struct mdl_icall {
	struct mdl_fn *caller;
	const char *key;	/* the sink it is called through, without & */
	const char *sig;
	unsigned int line;
	enum how how;		/* CALLBACK: given to a function of the kernel that calls it before it
				 * returns (tables/callbacks.tsv); KERNEL: a kernel's ops, EXTERN: nobody of this model, UNSET: nobody sets it */
	struct mdl_fn **targets;
	unsigned int n_targets;
};

struct mdl_edge {
	struct mdl_fn *from, *to;
	const struct mdl_icall *icall;	/* NULL: a call by name */
	unsigned int line;		/* in from's file */
};

/* The kernel can call fn. */
struct mdl_entry {
	const char *name;	/* net_device_ops.ndo_open, request_irq#1, init, exit, export */
	enum purpose purpose;
	enum context context;
	const struct mdl_taken *set;	/* where the kernel gets the address; NULL for init, exit, irqreturn_t */
};

/* Which register; a wrapper's parameter is followed to the constants that its callers give. */
struct mdl_reg {
	const char *name;	/* macro or enumerator as written, or the value in hex */
	unsigned long long value;
	const char *call;	/* readl, iowrite32, inb ... */
	char mode;		/* r w */
	unsigned int line;
	bool known;		/* false: computed; name is then "?" */
};

struct mdl_lock {
	const char *lock;	/* T.f, variable, or "param TYPE NAME" */
	const char *call;
	unsigned int line;
	bool release;
};

struct mdl_loop { unsigned int line, ext, own, subs, derefs, ops, depth; };

struct mdl_shape { unsigned int nodes; unsigned long long hash; unsigned int min[24]; };

struct mdl_fn {
	const char *key, *name, *file, *ret, *sig;
	unsigned int id, start, end, loc;	/* loc: lines with code on them */
	bool is_static;
	bool lib;		/* of a library module, not of the driver */
	bool artifact;		/* made by a macro of the kernel (module_init, tracepoints): not counted */
	bool taken;
	struct mdl_param *params;	unsigned int n_params;
	struct mdl_edge *out;		unsigned int n_out;	/* direct ones first; each callee once per kind */
	struct mdl_kcall *kcalls;	unsigned int n_kcalls;
	struct mdl_site *sites;		unsigned int n_sites;
	struct mdl_access *access;	unsigned int n_access;
	struct mdl_global *globals;	unsigned int n_globals;
	struct mdl_arg *args;		unsigned int n_args;
	struct mdl_entry *entries;	unsigned int n_entries;
	struct mdl_reg *regs;		unsigned int n_regs;
	struct mdl_lock *locks;		unsigned int n_locks;
	struct mdl_loop *loops;		unsigned int n_loops;
	struct mdl_shape shape;
};

struct mdl_unit { const char *file; unsigned int errors; };
struct mdl_table { const char *type, *var; unsigned int line; long long n; };	/* device table, parameter, attribute */
struct mdl_alloc { const struct mdl_member *member; struct mdl_fn *fn; const char *how; };	/* "call ARG ARG" */
struct mdl_void { const struct mdl_member *member; struct mdl_fn *fn; const char *type; };	/* void * used as type */
struct mdl_quirk { struct mdl_fn *fn; const char *what; unsigned int line; };	/* "intptr T.f" */
struct mdl_record { const char *name; long long size; unsigned int line; };	/* a struct of the driver's own */

struct mdl {
	const char *module, *dir;
	const char **files;		unsigned int n_files;	/* .c of the module */
	const char **libs;		unsigned int n_libs;	/* modules linked to it */
	struct mdl_fn *fns;		unsigned int n_fns;
	struct mdl_member *members;	unsigned int n_members;
	struct mdl_icall *icalls;	unsigned int n_icalls;
	struct mdl_taken *taken;	unsigned int n_taken;
	struct mdl_flow *flows;		unsigned int n_flows;
	struct mdl_unit *units;		unsigned int n_units;
	struct mdl_table *tables;	unsigned int n_tables;
	struct mdl_alloc *allocs;	unsigned int n_allocs;
	struct mdl_void *voids;		unsigned int n_voids;
	struct mdl_quirk *quirks;	unsigned int n_quirks;
	struct mdl_record *records;	unsigned int n_records;
	struct mdl_priv *priv;
};

/* ---------------------------------------------------------------------------------------------- using it */

/*
 * The model of a module, by its name (e1000, ne2k_pci; - is _).  Makes the facts that are not in the cache.
 * NULL after a message on stderr: no such module, or a unit with a parse error (which is refused, never skipped).
 */
struct mdl *mdl_open(struct slicer *s, const char *module);
void mdl_close(struct mdl *m);

const char *intern(const char *s);	/* lives as long as the program */

struct mdl_fn *mdl_fn(const struct mdl *m, const char *key);	/* by key, or by name if only one has it */
const struct mdl_member *mdl_member(const struct mdl *m, const char *key);

/* Counted: of the driver itself, and not made by the kernel's macros. */
static inline bool mdl_mine(const struct mdl_fn *f) { return !f->lib && !f->artifact; }

/* ---- sets of functions: one byte each, by id */
typedef unsigned char *mdl_set;
mdl_set mdl_none(const struct mdl *m);		/* free() it */
unsigned int mdl_count(const struct mdl *m, mdl_set set);	/* functions in it that are mine */
unsigned int mdl_lines(const struct mdl *m, mdl_set set);

/* ---- entry points */
enum root {
	ROOT_CRITICAL = 1,	/* interrupts, their bottom halves, data supply: always in the kernel */
	ROOT_ATOMIC = 2,	/* operations called with a spinlock held, though they carry no data */
	ROOT_TIMER = 4, ROOT_WORK = 8
};
void mdl_roots(const struct mdl *m, unsigned int roots, mdl_set set);	/* adds */
void mdl_roots_for(const struct mdl *m, enum purpose p, mdl_set set);	/* adds */
const char *purpose_name(enum purpose p);
const char *context_name(enum context c);
const char *how_name(enum how h);

/* ---- closures */
enum { EDGE_DIRECT = 1, EDGE_INDIRECT = 2, EDGE_ALL = 3 };
struct mdl_closure {
	mdl_set set;			/* artifacts are walked through, and are not in it */
	const struct mdl_edge **via;	/* by id: the edge by which it was first reached; NULL: a root */
};
/* Breadth first: the chain from a function back along via is a shortest one. */
struct mdl_closure mdl_closure(const struct mdl *m, mdl_set roots, unsigned int edges);
void mdl_closure_free(struct mdl_closure *c);

/*
 * The chain from a root to fn, root first, into chain (NULL: only counted); the number of edges.  The root is
 * chain[0]->from, or fn itself if 0.  -1: not in the closure.
 */
int mdl_why(const struct mdl_closure *c, const struct mdl_fn *fn, const struct mdl_edge **chain, int max);

/* Where the pointer was set that makes an indirect edge: places, first those at file scope.  Their number. */
unsigned int mdl_set_at(const struct mdl *m, const struct mdl_edge *e, const struct mdl_taken **at, unsigned int max);

/* ---- tables by name: tables/FILE.tsv, rows "regex TAB column TAB column"; the first that matches, or NULL */
const char *table_lookup(struct slicer *s, const char *table, const char *name, unsigned int column);

#endif
