/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store.h - the xenstore as xmd-backend uses it.
 *
 * struct store_ops is what a store can do; store_dev.c does it over the kernel's device,
 * store_xs.c with libxenstore for programs of dom0, tests/backend-user/store_mem.c in memory.
 * On top of it, in store.c, come typed reads and writes of DIR/KEY, where the names of keys come
 * from the generated header xmd/xs_names.h and from nowhere else.
 *
 * A path without a leading "/" is relative to the home of the domain that runs this.
 *
 * Everything here returns 0 or a negative errno:
 *   -ENOENT	the node is not there
 *   -EACCES	not allowed; also for a missing node below a directory that we may not read
 *   -EAGAIN	(commit) somebody else changed what the transaction looked at
 *   -ENOSPC, -E2BIG, -EDQUOT  a quota of xenstored
 *   -EINVAL	(typed reads) the value is not of the type; told apart from -ENOENT
 *
 * One transaction at a time: between store_begin and store_commit or store_abort
 * all reads and writes belong to it.
 */
#ifndef XMD_BACKEND_STORE_H
#define XMD_BACKEND_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_PATH_MAX	256	/* bytes with the NUL; our longest is below 100 */
#define STORE_VALUE_MAX	128	/* bytes with the NUL that typed reads accept */

struct store;

/* A watch that fired; both strings belong to the receiver: store_event_free. */
struct store_event {
	char *path;
	char *token;
};

struct store_ops {
	int (*begin)(struct store *s);
	int (*end)(struct store *s, bool commit);
	/* *@val: malloc'ed, NUL terminated behind its *@len bytes */
	int (*read)(struct store *s, const char *path, char **val, size_t *len);
	int (*write)(struct store *s, const char *path, const char *val);
	int (*remove)(struct store *s, const char *path);
	/* *@names: one malloc'ed block, freed with free() */
	int (*list)(struct store *s, const char *path, char ***names, unsigned int *n);
	int (*owner)(struct store *s, const char *path, unsigned int *domid);
	/* dom0 only: @owner's alone, readable for @reader */
	int (*give)(struct store *s, const char *path, unsigned int owner, unsigned int reader);
	/* dom0 only: the permissions that a node has, once more, with @to where they say @from.
	 * Both may be the same: xenstored ignores permissions that name a domain which is younger
	 * than they are, as a domid may be used again.  Oxenstored, which Debian prefers, drops them
	 * when that domain ends: with @let_in @to may read what only the owner can.
	 * Return: 1 if they said @from, 0 if not; negative: failed */
	int (*readmit)(struct store *s, const char *path, unsigned int from, unsigned int to, bool let_in);
	int (*watch)(struct store *s, const char *path, const char *token);
	int (*unwatch)(struct store *s, const char *path, const char *token);
	/* -EAGAIN: none waiting */
	int (*next_event)(struct store *s, struct store_event *ev);
	int (*fd)(struct store *s);
	void (*close)(struct store *s);
};

struct store {
	const struct store_ops *ops;
};

/* The real one.  Return: NULL with errno set. */
struct store *store_xs_open(void);
/* A driver domain's: STORE_DEVICE. */
#define STORE_DEVICE "/dev/xen/xenbus"
struct store *store_dev_open(const char *path);
/* The same on a descriptor that is open, and the store's from now on, in each case. */
struct store *store_dev_adopt(int fd);

int store_begin(struct store *s);
int store_commit(struct store *s);
void store_abort(struct store *s);
void store_event_free(struct store_event *ev);
/* NULL allowed. */
void store_close(struct store *s);

/* Does @err mean that the connection, to the store or to the kernel half, is over? */
bool store_broken(int err);

/* "@dir/@key", or @key alone when @dir is "", into @path; -ENAMETOOLONG. */
int store_path(char path[STORE_PATH_MAX], const char *dir, const char *key);

/* A printable string of less than STORE_VALUE_MAX bytes; anything else is -EINVAL. */
int store_read_text(struct store *s, const char *dir, const char *key, char val[STORE_VALUE_MAX]);
/* Likewise, of less than @size bytes. */
int store_read_long(struct store *s, const char *dir, const char *key, char *val, size_t size);
/* Decimal digits only, below 2^32. */
int store_read_u32(struct store *s, const char *dir, const char *key, uint32_t *val);
/* As store_read_u32; a missing key is @missing. */
int store_read_u32_or(struct store *s, const char *dir, const char *key, uint32_t missing,
		      uint32_t *val);
int store_read_mac(struct store *s, const char *dir, const char *key, uint8_t mac[6]);

int store_write_text(struct store *s, const char *dir, const char *key, const char *val);
int store_write_u32(struct store *s, const char *dir, const char *key, uint32_t val);
/* A node that is not there is no error. */
int store_remove(struct store *s, const char *dir, const char *key);

/* Decimal digits to a number, -EINVAL for anything else, also leading zeros. */
int parse_u32(const char *text, uint32_t *val);

#endif
