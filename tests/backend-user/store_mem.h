/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store_mem.h - a xenstored in memory, as far as xmd-backend can tell the difference:
 * relative paths, owners and readers (the root, /local and /local/domain are dom0's alone),
 * -EACCES for what is missing below a hidden directory, watches that fire once when they are
 * set and for every change at or below (and for the removal above) their path, transactions
 * that fail with -EAGAIN when somebody changed what they looked at, quotas.
 */
#ifndef TEST_STORE_MEM_H
#define TEST_STORE_MEM_H

#include "store.h"

#define MEM_WATCH_QUOTA	128
#define MEM_NODE_QUOTA	1000

/* Counts operations down; from 0 on the process that owns it is dead: -ESHUTDOWN. */
struct fuse {
	long left;	/* < 0: never */
	bool blown;
	long burnt;	/* operations so far */
	/* Called once, right before operation @meet_at: somebody else is faster. */
	long meet_at;
	void (*meet)(void *arg);
	void *arg;
};

bool fuse_burn(struct fuse *f);

struct mem;

struct mem *mem_new(void);
void mem_free(struct mem *m);

/* @fuse may be NULL.  The connection ends with store_close: watches and transaction go. */
struct store *mem_connect(struct mem *m, unsigned int domid, struct fuse *fuse);

/* Owner and one reader (-1: none) of a node that exists; fires watches. */
void mem_set_perms(struct mem *m, const char *path, unsigned int owner, int reader);

/* Domain @domid is another one from now on: permissions that name it count for nothing
 * until they are set again. */
void mem_replace_domain(struct mem *m, unsigned int domid);
/* It is as oxenstored from now on, and drops these permissions. */
void mem_as_oxenstored(struct mem *m);

/* Domain @domid is no more: what it owned goes with it. */
void mem_drop_owned(struct mem *m, unsigned int domid);

/* The next @n commits of @domid fail with -EAGAIN. */
void mem_storm(struct mem *m, unsigned int domid, unsigned int n);
/* Writes of @domid fail with -@err until it is called with 0. */
void mem_fail_writes(struct mem *m, unsigned int domid, int err);
/* Watches of @domid fail with -@err until it is called with 0. */
void mem_fail_watches(struct mem *m, unsigned int domid, int err);
/* The next request of @domid is not answered before @stall has returned, once. */
void mem_stall(struct mem *m, unsigned int domid, void (*stall)(void *arg), void *arg);

unsigned int mem_watches(const struct mem *m, unsigned int domid);
unsigned int mem_nodes_of(const struct mem *m, unsigned int domid);
/* Grows with every change of any node. */
uint64_t mem_changes(const struct mem *m);
unsigned int mem_open_transactions(const struct mem *m);
/* Value of a node as dom0 sees it, NULL: not there. */
const char *mem_peek(const struct mem *m, const char *path);
/* Every node, one a line, sorted: "PATH = "VALUE" (nOWNER,rREADER)".  To be freed. */
char *mem_dump(const struct mem *m);

#endif
