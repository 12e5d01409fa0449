// SPDX-License-Identifier: GPL-2.0
/* pet_store.c - a store that tells who pets the watchdog of each request; see pet.h */
#include "pet.h"

#include <stdlib.h>

struct told {
	struct store base;
	struct store *s;
	struct pet *pet;
};

static struct told *to_told(struct store *s)
{
	return (struct told *)s;
}

static struct store *begin(struct store *s)
{
	pet_store(to_told(s)->pet, true);
	return to_told(s)->s;
}

static int end(struct store *s, int result)
{
	pet_store(to_told(s)->pet, false);
	return result;
}

/* @call: what the real one does, with its arguments behind the store */
#define ASK(call, ...) do {						\
	struct store *real = begin(s);					\
	return end(s, real->ops->call(real, ##__VA_ARGS__));		\
} while (0)

static int told_begin(struct store *s)
{
	ASK(begin);
}

static int told_end(struct store *s, bool commit)
{
	ASK(end, commit);
}

static int told_read(struct store *s, const char *path, char **val, size_t *len)
{
	ASK(read, path, val, len);
}

static int told_write(struct store *s, const char *path, const char *val)
{
	ASK(write, path, val);
}

static int told_remove(struct store *s, const char *path)
{
	ASK(remove, path);
}

static int told_list(struct store *s, const char *path, char ***names, unsigned int *n)
{
	ASK(list, path, names, n);
}

static int told_owner(struct store *s, const char *path, unsigned int *domid)
{
	ASK(owner, path, domid);
}

static int told_watch(struct store *s, const char *path, const char *token)
{
	ASK(watch, path, token);
}

static int told_unwatch(struct store *s, const char *path, const char *token)
{
	ASK(unwatch, path, token);
}

/* These two ask nobody. */
static int told_next_event(struct store *s, struct store_event *ev)
{
	return to_told(s)->s->ops->next_event(to_told(s)->s, ev);
}

static int told_fd(struct store *s)
{
	return to_told(s)->s->ops->fd(to_told(s)->s);
}

static void told_close(struct store *s)
{
	store_close(to_told(s)->s);
	free(s);
}

/* give and readmit are dom0's. */
static const struct store_ops told_ops = {
	.begin = told_begin,
	.end = told_end,
	.read = told_read,
	.write = told_write,
	.remove = told_remove,
	.list = told_list,
	.owner = told_owner,
	.watch = told_watch,
	.unwatch = told_unwatch,
	.next_event = told_next_event,
	.fd = told_fd,
	.close = told_close,
};

struct store *pet_watch_store(struct pet *p, struct store *s)
{
	struct told *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	*t = (struct told){ .base.ops = &told_ops, .s = s, .pet = p };
	return &t->base;
}
