/* SPDX-License-Identifier: GPL-2.0 */
/*
 * emit.h - a slice as source.
 *
 *   cut/FILE.c          the kernel half; what left and is called from there calls sl_stub_NAME(), which nobody has
 *   kern/FILE.c         the same, each stub making its upcall (slicer/shim/kern)
 *   user/FILE.c         the user half: the driver's own functions; what stayed in the kernel is a downcall, a copy of
 *                       a function that needs nothing but registers, or a refusal
 *   slice_objects.h     for xpc-gen: the members to be kept in step, the calls
 *   slice_sync.h        at the end of the main file of both halves: members to objects and back
 *   files               the names of FILE.c, the main one first
 *
 * Lines stay where they were.  A pointer travels as a number that says which region it points into, and where
 * (slicer/shim/sl_wire.h); a struct that is given by its address travels as its bytes: both halves are compiled
 * with the same headers.
 */
#ifndef SLICER_EMIT_H
#define SLICER_EMIT_H

#include "../slice/slice.h"

enum arg_kind { ARG_NUMBER, ARG_HANDLE, ARG_BYTES, ARG_LOST };

struct arg {
	const char *name, *type;
	enum arg_kind kind;
	const char *number;	/* as it travels */
	bool only_in;
	char size[200];		/* ARG_BYTES: C expression */
};

enum wire_kind { WIRE_NUMBER, WIRE_IO, WIRE_DATA, WIRE_FN, WIRE_OBJECT, WIRE_ADDRESS };
enum leaf_root { ROOT_PRIVATE, ROOT_NETDEV, ROOT_GLOBAL, ROOTS };

/* A member that both halves keep in step. */
struct leaf {
	char path[160], name[180];	/* mii.phy_id, mii__phy_id */
	const char *type;		/* as it travels */
	unsigned int n;			/* elements of an array; 0: none */
	enum wire_kind wire;
	enum leaf_root root;
	bool kernel, user, kept;	/* who writes */
	unsigned int object;		/* of its root: an object has room for so many */
};

struct emit {
	struct slice *sl;
	const char *root;		/* the driver's struct of a device, or NULL */
	const char *main;		/* the file that knows it */
	struct leaf *leaf;	unsigned int n_leaves;
	const char **embedded;	unsigned int n_embedded;	/* structs in it by value, itself first */
};

bool emit_all(struct slice *sl);

/* leaf.c */
void leaves_find(struct emit *e);
bool is_embedded(const struct emit *e, const char *rec);
unsigned int objects_of(const struct emit *e, enum leaf_root root);

/* args.c */
void arg_of(const struct emit *e, const struct mdl_fn *f, unsigned int i, struct arg *a);
/* What @f returns, as it travels; NULL: nothing.  @lost: it cannot */
const char *return_type(const struct mdl_fn *f, bool *lost);
bool is_entry(const struct emit *e, const struct mdl_fn *f);	/* of the user half: gets an upcall */
bool is_down(const struct emit *e, const struct mdl_fn *f);	/* of the kernel half: gets a downcall */
bool has_entry(const struct mdl_fn *f, const char *name);

/* decl.c, sync.c, stub.c */
bool emit_objects(struct emit *e);
bool emit_sync(struct emit *e);
void emit_up_stub(struct emit *e, FILE *f, const struct mdl_fn *fn);	/* body, on one line */
void emit_down_stub(struct emit *e, FILE *f, const struct mdl_fn *fn);
void emit_up_server(struct emit *e, FILE *f, const struct mdl_fn *fn);
void emit_down_server(struct emit *e, FILE *f, const struct mdl_fn *fn);
void emit_symbols(struct emit *e, FILE *f, const char *file);

#endif
