// SPDX-License-Identifier: GPL-2.0
/* store_mem.c - see store_mem.h */
#include "store_mem.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOMAINS 64	/* domids in tests are below */

struct node {
	char *path;
	size_t len;		/* of it: most paths differ in that, and begin alike */
	char *val;
	unsigned int owner;
	int reader;		/* -1: nobody */
	bool stale;		/* the reader is a domain that is no more */
	uint64_t gen;		/* of the last change; 0: not there */
};

struct tree {
	struct node *node;
	size_t n, room;
};

struct watch {
	struct watch *next;
	char *path;		/* absolute */
	char *token;
	bool relative;
};

struct event {
	struct event *next;
	struct store_event ev;
};

/* What a transaction did, to be checked and done again at its end. */
struct action {
	struct action *next;
	enum { LOOKED, WROTE, REMOVED, PERMS } kind;
	char *path;
	char *val;
	uint64_t gen;
	unsigned int owner;	/* PERMS */
	int reader;
};

struct conn {
	struct store base;
	struct conn *next;
	struct mem *mem;
	unsigned int domid;
	struct fuse *fuse;
	struct watch *watches;
	struct event *first, **last;
	struct tree *tx;
	struct action *log, **log_end;
};

struct mem {
	struct tree tree;
	bool oxenstored;
	struct conn *conns;
	uint64_t gen;
	unsigned int storm[DOMAINS];
	int fail_writes[DOMAINS];
	int fail_watches[DOMAINS];
	void (*stall[DOMAINS])(void *arg);
	void *stall_arg;
};

bool fuse_burn(struct fuse *f)
{
	if (!f)
		return false;
	if (!f->blown) {
		f->burnt++;
		if (f->meet && f->burnt == f->meet_at)
			f->meet(f->arg);
		if (f->left >= 0 && f->left-- == 0)
			f->blown = true;
	}
	return f->blown;
}

static void *must(void *p)
{
	assert(p);
	return p;
}

static char *copy(const char *s)
{
	return s ? must(strdup(s)) : NULL;
}

/* -------------------------------------------------------------- trees */

static struct node *tree_find(const struct tree *t, const char *path)
{
	size_t len = strlen(path), i;

	for (i = 0; i < t->n; i++)
		if (t->node[i].len == len && !memcmp(t->node[i].path, path, len))
			return &t->node[i];
	return NULL;
}

static uint64_t tree_gen(const struct tree *t, const char *path)
{
	const struct node *n = tree_find(t, path);

	return n ? n->gen : 0;
}

/* Into @up, which may be @path itself: the directory of @path; false at the root. */
static bool parent_of(const char *path, char up[STORE_PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t n;

	if (!slash || !path[1])
		return false;
	n = slash == path ? 1 : (size_t)(slash - path);
	memmove(up, path, n);
	up[n] = '\0';
	return true;
}

static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && (path[n] == '/' || (n == 1 && path[1]));
}

static struct node *tree_add(struct tree *t, const char *path)
{
	struct node *n;

	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->node = must(realloc(t->node, t->room * sizeof(*t->node)));
	}
	n = &t->node[t->n++];
	memset(n, 0, sizeof(*n));
	n->path = copy(path);
	n->len = strlen(path);
	n->val = copy("");
	n->reader = -1;
	return n;
}

static void touch(struct tree *t, const char *path, uint64_t gen)
{
	struct node *n = tree_find(t, path);

	if (n && gen)
		n->gen = gen;
}

/* A node and what is missing above it; rights come from above.  @gen 0: in a snapshot. */
static struct node *tree_make(struct tree *t, const char *path, unsigned int domid, uint64_t gen)
{
	struct node *n = tree_find(t, path), *dir;
	char up[STORE_PATH_MAX];

	if (n)
		return n;
	if (!parent_of(path, up))
		up[0] = '\0';
	else
		tree_make(t, up, domid, gen);
	touch(t, up, gen);
	n = tree_add(t, path);
	dir = tree_find(t, up);
	if (dir) {
		n->owner = domid ? domid : dir->owner;
		n->reader = dir->reader;
	}
	n->gen = gen;
	return n;
}

static void node_clear(struct node *n)
{
	free(n->path);
	free(n->val);
}

static void tree_drop(struct tree *t, const char *path, uint64_t gen)
{
	char up[STORE_PATH_MAX];
	size_t i = 0;

	if (parent_of(path, up))
		touch(t, up, gen);
	while (i < t->n) {
		if (strcmp(t->node[i].path, path) && !is_below(t->node[i].path, path)) {
			i++;
			continue;
		}
		node_clear(&t->node[i]);
		t->node[i] = t->node[--t->n];
	}
}

static void tree_free(struct tree *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		node_clear(&t->node[i]);
	free(t->node);
}

static struct tree *tree_copy(const struct tree *from)
{
	struct tree *t = must(calloc(1, sizeof(*t)));
	struct node *n;
	size_t i;

	for (i = 0; i < from->n; i++) {
		n = tree_add(t, from->node[i].path);
		free(n->val);
		n->val = copy(from->node[i].val);
		n->owner = from->node[i].owner;
		n->reader = from->node[i].reader;
		n->stale = from->node[i].stale;
		n->gen = from->node[i].gen;
	}
	return t;
}

/* -------------------------------------------------------------- rights */

static bool readable(const struct node *n, unsigned int domid)
{
	return !domid || n->owner == domid || (!n->stale && n->reader == (int)domid);
}

/* -ENOENT, or -EACCES where one may not even know. */
static int missing(const struct tree *t, const char *path, unsigned int domid)
{
	char up[STORE_PATH_MAX];
	const struct node *n;

	snprintf(up, sizeof(up), "%s", path);
	do {
		n = tree_find(t, up);
		if (n)
			return readable(n, domid) ? -ENOENT : -EACCES;
	} while (parent_of(up, up));
	return -ENOENT;
}

static struct conn *to_conn(struct store *s)
{
	return (struct conn *)s;
}

static void absolute(const struct conn *c, const char *path, char out[STORE_PATH_MAX])
{
	if (path[0] == '/')
		snprintf(out, STORE_PATH_MAX, "%s", path);
	else
		snprintf(out, STORE_PATH_MAX, "/local/domain/%u/%s", c->domid, path);
}

/* Every request comes through here, some of them late. */
static bool burn(struct conn *c)
{
	void (*stall)(void *arg) = c->mem->stall[c->domid];

	c->mem->stall[c->domid] = NULL;
	if (stall)
		stall(c->mem->stall_arg);
	return fuse_burn(c->fuse);
}

static struct tree *view_of(struct conn *c)
{
	return c->tx ? c->tx : &c->mem->tree;
}

/* ------------------------------------------------------------- watches */

static void queue(struct conn *c, const struct watch *w, const char *path)
{
	struct event *e = must(calloc(1, sizeof(*e)));
	char home[64];
	size_t n;

	n = (size_t)snprintf(home, sizeof(home), "/local/domain/%u/", c->domid);
	if (w->relative && !strncmp(path, home, n))
		path += n;
	e->ev.path = copy(path);
	e->ev.token = copy(w->token);
	*c->last = e;
	c->last = &e->next;
}

static void fire(struct mem *m, const struct node *n, bool exact)
{
	struct watch *w;
	struct conn *c;

	for (c = m->conns; c; c = c->next) {
		if (!readable(n, c->domid))
			continue;
		for (w = c->watches; w; w = w->next)
			if (!strcmp(n->path, w->path) || (!exact && is_below(n->path, w->path)))
				queue(c, w, n->path);
	}
}

/* ------------------------------------------------ changes to the real tree */

static void main_write(struct mem *m, unsigned int domid, const char *path, const char *val)
{
	struct node *n = tree_make(&m->tree, path, domid, ++m->gen);

	free(n->val);
	n->val = copy(val);
	n->gen = m->gen;
	fire(m, n, false);
}

static void main_remove(struct mem *m, const char *path)
{
	size_t i;

	for (i = 0; i < m->tree.n; i++) {
		if (!strcmp(m->tree.node[i].path, path))
			fire(m, &m->tree.node[i], false);
		else if (is_below(m->tree.node[i].path, path))
			fire(m, &m->tree.node[i], true);
	}
	tree_drop(&m->tree, path, ++m->gen);
}

void mem_set_perms(struct mem *m, const char *path, unsigned int owner, int reader)
{
	struct node *n = tree_find(&m->tree, path);

	assert(n);
	n->owner = owner;
	n->reader = reader;
	n->stale = false;
	n->gen = ++m->gen;
	fire(m, n, false);
}

void mem_replace_domain(struct mem *m, unsigned int domid)
{
	size_t i;

	for (i = 0; i < m->tree.n; i++) {
		if (m->tree.node[i].reader != (int)domid)
			continue;
		if (m->oxenstored)
			m->tree.node[i].reader = -1;
		else
			m->tree.node[i].stale = true;
	}
}

void mem_as_oxenstored(struct mem *m)
{
	m->oxenstored = true;
}

void mem_drop_owned(struct mem *m, unsigned int domid)
{
	char path[STORE_PATH_MAX];
	size_t i = 0;

	while (i < m->tree.n) {
		if (m->tree.node[i].owner != domid) {
			i++;
			continue;
		}
		snprintf(path, sizeof(path), "%s", m->tree.node[i].path);
		main_remove(m, path);
		/* The others have moved. */
		i = 0;
	}
}

/* -------------------------------------------------------- transactions */

static struct action *log_action(struct conn *c, int kind, const char *path, const char *val)
{
	struct action *a;

	if (!c->tx)
		return NULL;
	a = must(calloc(1, sizeof(*a)));
	a->kind = kind;
	a->path = copy(path);
	a->val = copy(val);
	a->gen = tree_gen(c->tx, path);
	*c->log_end = a;
	c->log_end = &a->next;
	return a;
}

static void end_transaction(struct conn *c)
{
	struct action *a;

	while ((a = c->log)) {
		c->log = a->next;
		free(a->path);
		free(a->val);
		free(a);
	}
	c->log_end = &c->log;
	if (c->tx)
		tree_free(c->tx);
	free(c->tx);
	c->tx = NULL;
}

/* Only the first action on a path knows what the path was at the start. */
static bool conflicts(const struct conn *c)
{
	const struct action *a, *b;

	for (a = c->log; a; a = a->next) {
		for (b = c->log; b != a && strcmp(a->path, b->path); b = b->next)
			;
		if (b == a && a->gen != tree_gen(&c->mem->tree, a->path) && a->kind == LOOKED)
			return true;
	}
	return false;
}

static int mem_begin(struct store *s)
{
	struct conn *c = to_conn(s);

	if (burn(c))
		return -ESHUTDOWN;
	assert(!c->tx);
	c->tx = tree_copy(&c->mem->tree);
	return 0;
}

static int mem_end(struct store *s, bool commit)
{
	struct conn *c = to_conn(s);
	struct action *a;
	int err = 0;

	if (burn(c))
		return -ESHUTDOWN;
	assert(c->tx);
	if (commit && c->mem->storm[c->domid]) {
		c->mem->storm[c->domid]--;
		err = -EAGAIN;
	} else if (commit && conflicts(c)) {
		err = -EAGAIN;
	}
	for (a = c->log; commit && !err && a; a = a->next) {
		if (a->kind == WROTE)
			main_write(c->mem, c->domid, a->path, a->val);
		else if (a->kind == REMOVED)
			main_remove(c->mem, a->path);
		else if (a->kind == PERMS)
			mem_set_perms(c->mem, a->path, a->owner, a->reader);
	}
	end_transaction(c);
	return err;
}

/* ---------------------------------------------------------- operations */

static int lookup(struct conn *c, const char *path, char full[STORE_PATH_MAX], struct node **n)
{
	absolute(c, path, full);
	*n = tree_find(view_of(c), full);
	log_action(c, LOOKED, full, NULL);
	if (!*n)
		return missing(view_of(c), full, c->domid);
	return readable(*n, c->domid) ? 0 : -EACCES;
}

static int mem_read(struct store *s, const char *path, char **val, size_t *len)
{
	struct conn *c = to_conn(s);
	char full[STORE_PATH_MAX];
	struct node *n;
	int err;

	if (burn(c))
		return -ESHUTDOWN;
	err = lookup(c, path, full, &n);
	if (err)
		return err;
	*val = copy(n->val);
	*len = strlen(n->val);
	return 0;
}

static int may_write(struct conn *c, const char *full)
{
	struct tree *t = view_of(c);
	const struct node *n = NULL;
	char up[STORE_PATH_MAX];

	if (!c->domid)
		return 0;
	snprintf(up, sizeof(up), "%s", full);
	do
		n = tree_find(t, up);
	while (!n && parent_of(up, up));
	return n && n->owner == c->domid ? 0 : -EACCES;
}

static int mem_write(struct store *s, const char *path, const char *val)
{
	struct conn *c = to_conn(s);
	char full[STORE_PATH_MAX];
	struct node *n;
	int err;

	if (burn(c))
		return -ESHUTDOWN;
	if (c->mem->fail_writes[c->domid])
		return -c->mem->fail_writes[c->domid];
	absolute(c, path, full);
	err = may_write(c, full);
	if (err)
		return err;
	if (c->domid && !tree_find(view_of(c), full) &&
	    mem_nodes_of(c->mem, c->domid) >= MEM_NODE_QUOTA)
		return -ENOSPC;
	if (!c->tx) {
		main_write(c->mem, c->domid, full, val);
		return 0;
	}
	log_action(c, WROTE, full, val);
	n = tree_make(c->tx, full, c->domid, 0);
	free(n->val);
	n->val = copy(val);
	return 0;
}

static int mem_remove(struct store *s, const char *path)
{
	struct conn *c = to_conn(s);
	char full[STORE_PATH_MAX], up[STORE_PATH_MAX];
	struct node *n;
	int err;

	if (burn(c))
		return -ESHUTDOWN;
	absolute(c, path, full);
	n = tree_find(view_of(c), full);
	if (!n)
		return parent_of(full, up) && tree_find(view_of(c), up) ? 0 : -ENOENT;
	err = may_write(c, full);
	if (err)
		return err;
	if (!c->tx) {
		main_remove(c->mem, full);
		return 0;
	}
	log_action(c, REMOVED, full, NULL);
	tree_drop(c->tx, full, 0);
	return 0;
}

/* Pointers and strings in one block, as libxenstore gives them. */
static char **pack_names(const struct tree *t, const char *dir, unsigned int *count)
{
	size_t skip = strlen(dir) + 1, bytes = 0, i;
	char **names, *text;

	*count = 0;
	for (i = 0; i < t->n; i++)
		if (is_below(t->node[i].path, dir))
			bytes += sizeof(char *) + strlen(t->node[i].path);
	names = must(malloc(bytes + 1));
	for (i = 0; i < t->n; i++)
		if (is_below(t->node[i].path, dir) && !strchr(t->node[i].path + skip, '/'))
			(*count)++;
	text = (char *)(names + *count);
	*count = 0;
	for (i = 0; i < t->n; i++) {
		if (!is_below(t->node[i].path, dir) || strchr(t->node[i].path + skip, '/'))
			continue;
		names[(*count)++] = text;
		text = stpcpy(text, t->node[i].path + skip) + 1;
	}
	return names;
}

static int mem_list(struct store *s, const char *path, char ***names, unsigned int *count)
{
	struct conn *c = to_conn(s);
	char full[STORE_PATH_MAX];
	struct node *n;
	int err;

	if (burn(c))
		return -ESHUTDOWN;
	err = lookup(c, path, full, &n);
	if (err)
		return err;
	*names = pack_names(view_of(c), full, count);
	return 0;
}

static int mem_owner(struct store *s, const char *path, unsigned int *domid)
{
	struct conn *c = to_conn(s);
	char full[STORE_PATH_MAX];
	struct node *n;
	int err;

	if (burn(c))
		return -ESHUTDOWN;
	err = lookup(c, path, full, &n);
	if (!err)
		*domid = n->owner;
	return err;
}

/* For dom0 alone, which gives absolute paths. */
static int set_perms(struct conn *c, const char *path, unsigned int owner, int reader)
{
	struct node *n = tree_find(view_of(c), path);
	struct action *a;

	if (!n)
		return -ENOENT;
	a = log_action(c, PERMS, path, NULL);
	if (!a) {
		mem_set_perms(c->mem, path, owner, reader);
		return 0;
	}
	a->owner = owner;
	a->reader = reader;
	n->owner = owner;
	n->reader = reader;
	n->stale = false;
	return 0;
}

static int mem_give(struct store *s, const char *path, unsigned int owner, unsigned int reader)
{
	struct conn *c = to_conn(s);

	return burn(c) ? -ESHUTDOWN : set_perms(c, path, owner, (int)reader);
}

static int mem_readmit(struct store *s, const char *path, unsigned int from, unsigned int to, bool let_in)
{
	struct conn *c = to_conn(s);
	struct node *n;
	bool named;
	int err;

	if (burn(c))
		return -ESHUTDOWN;
	/* What they are is read first, so it must not change until the commit. */
	log_action(c, LOOKED, path, NULL);
	n = tree_find(view_of(c), path);
	if (!n)
		return -ENOENT;
	named = n->owner == from || n->reader == (int)from;
	err = set_perms(c, path, n->owner == from ? to : n->owner,
			n->reader == (int)from || (let_in && n->reader < 0) ? (int)to : n->reader);
	return err ? err : named;
}

static int mem_watch(struct store *s, const char *path, const char *token)
{
	struct conn *c = to_conn(s);
	char full[STORE_PATH_MAX];
	struct watch *w;

	if (burn(c))
		return -ESHUTDOWN;
	if (c->mem->fail_watches[c->domid])
		return -c->mem->fail_watches[c->domid];
	if (c->domid && mem_watches(c->mem, c->domid) >= MEM_WATCH_QUOTA)
		return -E2BIG;
	absolute(c, path, full);
	for (w = c->watches; w; w = w->next)
		if (!strcmp(w->path, full) && !strcmp(w->token, token))
			return -EEXIST;
	w = must(calloc(1, sizeof(*w)));
	w->path = copy(full);
	w->token = copy(token);
	w->relative = path[0] != '/';
	w->next = c->watches;
	c->watches = w;
	queue(c, w, full);
	return 0;
}

static void watch_free(struct watch *w)
{
	free(w->path);
	free(w->token);
	free(w);
}

/* XS_UNWATCH_FILTER: no event of this watch afterwards. */
static void drop_events(struct conn *c, const char *token)
{
	struct event **at = &c->first, *e;

	while ((e = *at)) {
		if (strcmp(e->ev.token, token)) {
			at = &e->next;
			continue;
		}
		*at = e->next;
		store_event_free(&e->ev);
		free(e);
	}
	c->last = at;
}

static int mem_unwatch(struct store *s, const char *path, const char *token)
{
	struct conn *c = to_conn(s);
	char full[STORE_PATH_MAX];
	struct watch **at, *w;

	if (burn(c))
		return -ESHUTDOWN;
	absolute(c, path, full);
	for (at = &c->watches; (w = *at); at = &w->next) {
		if (strcmp(w->path, full) || strcmp(w->token, token))
			continue;
		*at = w->next;
		watch_free(w);
		drop_events(c, token);
		return 0;
	}
	return -ENOENT;
}

static int mem_next_event(struct store *s, struct store_event *ev)
{
	struct conn *c = to_conn(s);
	struct event *e = c->first;

	if (c->fuse && c->fuse->blown)
		return -ESHUTDOWN;
	if (!e)
		return -EAGAIN;
	c->first = e->next;
	if (!c->first)
		c->last = &c->first;
	*ev = e->ev;
	free(e);
	return 0;
}

static int mem_fd(struct store *s)
{
	(void)s;
	return -1;
}

static void mem_close(struct store *s)
{
	struct conn *c = to_conn(s), **at;
	struct watch *w;
	struct event *e;

	for (at = &c->mem->conns; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	while ((w = c->watches)) {
		c->watches = w->next;
		watch_free(w);
	}
	while ((e = c->first)) {
		c->first = e->next;
		store_event_free(&e->ev);
		free(e);
	}
	end_transaction(c);
	free(c);
}

static const struct store_ops mem_ops = {
	.begin = mem_begin,
	.end = mem_end,
	.read = mem_read,
	.write = mem_write,
	.remove = mem_remove,
	.list = mem_list,
	.owner = mem_owner,
	.give = mem_give,
	.readmit = mem_readmit,
	.watch = mem_watch,
	.unwatch = mem_unwatch,
	.next_event = mem_next_event,
	.fd = mem_fd,
	.close = mem_close,
};

struct store *mem_connect(struct mem *m, unsigned int domid, struct fuse *fuse)
{
	struct conn *c = must(calloc(1, sizeof(*c)));

	assert(domid < DOMAINS);
	c->base.ops = &mem_ops;
	c->mem = m;
	c->domid = domid;
	c->fuse = fuse;
	c->last = &c->first;
	c->log_end = &c->log;
	c->next = m->conns;
	m->conns = c;
	return &c->base;
}

/* ----------------------------------------------------- for the tests */

struct mem *mem_new(void)
{
	struct mem *m = must(calloc(1, sizeof(*m)));

	tree_make(&m->tree, "/local/domain", 0, ++m->gen);
	return m;
}

void mem_free(struct mem *m)
{
	assert(!m->conns);
	tree_free(&m->tree);
	free(m);
}

void mem_storm(struct mem *m, unsigned int domid, unsigned int n)
{
	m->storm[domid] = n;
}

void mem_fail_writes(struct mem *m, unsigned int domid, int err)
{
	m->fail_writes[domid] = err;
}

void mem_fail_watches(struct mem *m, unsigned int domid, int err)
{
	m->fail_watches[domid] = err;
}

void mem_stall(struct mem *m, unsigned int domid, void (*stall)(void *arg), void *arg)
{
	m->stall[domid] = stall;
	m->stall_arg = arg;
}

unsigned int mem_watches(const struct mem *m, unsigned int domid)
{
	const struct watch *w;
	const struct conn *c;
	unsigned int n = 0;

	for (c = m->conns; c; c = c->next)
		for (w = c->watches; c->domid == domid && w; w = w->next)
			n++;
	return n;
}

unsigned int mem_nodes_of(const struct mem *m, unsigned int domid)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < m->tree.n; i++)
		n += m->tree.node[i].owner == domid;
	return n;
}

uint64_t mem_changes(const struct mem *m)
{
	return m->gen;
}

unsigned int mem_open_transactions(const struct mem *m)
{
	const struct conn *c;
	unsigned int n = 0;

	for (c = m->conns; c; c = c->next)
		n += c->tx != NULL;
	return n;
}

const char *mem_peek(const struct mem *m, const char *path)
{
	const struct node *n = tree_find(&m->tree, path);

	return n ? n->val : NULL;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->path, ((const struct node *)b)->path);
}

char *mem_dump(const struct mem *m)
{
	struct node *sorted = must(malloc((m->tree.n + 1) * sizeof(*sorted)));
	size_t i, size;
	char *text;
	FILE *f = must(open_memstream(&text, &size));

	memcpy(sorted, m->tree.node, m->tree.n * sizeof(*sorted));
	qsort(sorted, m->tree.n, sizeof(*sorted), by_path);
	for (i = 0; i < m->tree.n; i++) {
		fprintf(f, "%s = \"%s\"   (n%u", sorted[i].path, sorted[i].val, sorted[i].owner);
		if (sorted[i].reader >= 0)
			fprintf(f, ",r%d", sorted[i].reader);
		fputs(")\n", f);
	}
	fclose(f);
	free(sorted);
	return text;
}
