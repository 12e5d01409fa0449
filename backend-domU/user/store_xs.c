// SPDX-License-Identifier: GPL-2.0
/* store_xs.c - struct store_ops with libxenstore, for programs of dom0 */
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

struct store_xs {
	struct store base;
	struct xs_handle *xs;
	xs_transaction_t tx;
};

static struct store_xs *to_xs(struct store *s)
{
	return (struct store_xs *)s;
}

/* libxenstore leaves errno 0 behind in a few of its failures. */
static int failed(void)
{
	return errno ? -errno : -EIO;
}

static int xs_begin(struct store *s)
{
	struct store_xs *x = to_xs(s);

	x->tx = xs_transaction_start(x->xs);
	return x->tx == XBT_NULL ? failed() : 0;
}

static int xs_end(struct store *s, bool commit)
{
	struct store_xs *x = to_xs(s);
	xs_transaction_t tx = x->tx;

	x->tx = XBT_NULL;
	return xs_transaction_end(x->xs, tx, !commit) ? 0 : failed();
}

static int xs_read_node(struct store *s, const char *path, char **val, size_t *len)
{
	unsigned int n;

	*val = xs_read(to_xs(s)->xs, to_xs(s)->tx, path, &n);
	if (!*val)
		return failed();
	*len = n;
	return 0;
}

static int xs_write_node(struct store *s, const char *path, const char *val)
{
	return xs_write(to_xs(s)->xs, to_xs(s)->tx, path, val, (unsigned int)strlen(val)) ?
		0 : failed();
}

static int xs_remove_node(struct store *s, const char *path)
{
	return xs_rm(to_xs(s)->xs, to_xs(s)->tx, path) ? 0 : failed();
}

static int xs_list_nodes(struct store *s, const char *path, char ***names, unsigned int *n)
{
	*names = xs_directory(to_xs(s)->xs, to_xs(s)->tx, path, n);
	return *names ? 0 : failed();
}

static int xs_node_owner(struct store *s, const char *path, unsigned int *domid)
{
	struct xs_permissions *perms;
	unsigned int n;

	perms = xs_get_permissions(to_xs(s)->xs, to_xs(s)->tx, path, &n);
	if (!perms)
		return failed();
	if (n)
		*domid = perms[0].id;
	free(perms);
	return n ? 0 : -EIO;
}

static int xs_give_node(struct store *s, const char *path, unsigned int owner,
			unsigned int reader)
{
	struct xs_permissions perms[2] = {
		{ .id = owner, .perms = XS_PERM_NONE },
		{ .id = reader, .perms = XS_PERM_READ },
	};

	return xs_set_permissions(to_xs(s)->xs, to_xs(s)->tx, path, perms, 2) ? 0 : failed();
}

static int xs_readmit_node(struct store *s, const char *path, unsigned int from,
			   unsigned int to, bool let_in)
{
	struct xs_permissions *perms, *more;
	unsigned int i, n;
	bool named = false;
	int err;

	perms = xs_get_permissions(to_xs(s)->xs, to_xs(s)->tx, path, &n);
	if (!perms)
		return failed();
	for (i = 0; i < n; i++) {
		if (perms[i].id != from)
			continue;
		perms[i].id = to;
		named = true;
	}
	if (!named && let_in && n == 1) {
		more = realloc(perms, (n + 1) * sizeof(*perms));
		if (!more) {
			free(perms);
			return -ENOMEM;
		}
		perms = more;
		perms[n++] = (struct xs_permissions){ .id = to, .perms = XS_PERM_READ };
	}
	err = xs_set_permissions(to_xs(s)->xs, to_xs(s)->tx, path, perms, n) ? 0 : failed();
	free(perms);
	return err ? err : named;
}

static int xs_add_watch(struct store *s, const char *path, const char *token)
{
	return xs_watch(to_xs(s)->xs, path, token) ? 0 : failed();
}

static int xs_drop_watch(struct store *s, const char *path, const char *token)
{
	return xs_unwatch(to_xs(s)->xs, path, token) ? 0 : failed();
}

static int xs_next_event(struct store *s, struct store_event *ev)
{
	char **vec = xs_check_watch(to_xs(s)->xs);

	if (!vec)
		return failed();
	ev->path = strdup(vec[XS_WATCH_PATH]);
	ev->token = strdup(vec[XS_WATCH_TOKEN]);
	free(vec);
	if (ev->path && ev->token)
		return 0;
	store_event_free(ev);
	return -ENOMEM;
}

static int xs_event_fd(struct store *s)
{
	return xs_fileno(to_xs(s)->xs);
}

static void xs_shut(struct store *s)
{
	xs_close(to_xs(s)->xs);
	free(s);
}

static const struct store_ops xs_ops = {
	.begin = xs_begin,
	.end = xs_end,
	.read = xs_read_node,
	.write = xs_write_node,
	.remove = xs_remove_node,
	.list = xs_list_nodes,
	.owner = xs_node_owner,
	.give = xs_give_node,
	.readmit = xs_readmit_node,
	.watch = xs_add_watch,
	.unwatch = xs_drop_watch,
	.next_event = xs_next_event,
	.fd = xs_event_fd,
	.close = xs_shut,
};

struct store *store_xs_open(void)
{
	struct store_xs *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->base.ops = &xs_ops;
	/* After xs_unwatch no event of that watch may still come. */
	x->xs = xs_open(XS_UNWATCH_FILTER);
	if (!x->xs) {
		free(x);
		return NULL;
	}
	return &x->base;
}
