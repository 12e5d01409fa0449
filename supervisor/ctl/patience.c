// SPDX-License-Identifier: GPL-2.0
/*
 * patience.c - see patience.h. libxenstore goes on with its read() behind a signal and has no limit of its own, so what does not
 * wait for ever is the program.
 */
#include "patience.h"

#include "ctl.h"
#include "store.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NUMBER(n) #n
#define TEXT(n) NUMBER(n)

struct patient {
	struct store base;
	struct store *of;
};

static void (*put_back)(void);

static void gave_up(int sig)
{
	static const char text[] = "xmdctl: xenstored has not answered for " TEXT(PATIENCE_S)
				   " s: is it stopped, or is this host so busy? See xenstored's own log\n";

	(void)sig;
	if (put_back)
		put_back();
	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(EXIT_CANNOT);
	_exit(EXIT_CANNOT);
}

void patience_ends(void (*then)(void)) { put_back = then; }

static struct store *begin_wait(struct store *s)
{
	alarm(PATIENCE_S);
	return ((struct patient *)s)->of;
}

static int end_wait(int ret)
{
	alarm(0);
	return ret;
}

#define WAIT(s, op, ...) ({ struct store *of = begin_wait(s); end_wait(of->ops->op(of __VA_OPT__(,) __VA_ARGS__)); })

static int p_begin(struct store *s) { return WAIT(s, begin); }
static int p_end(struct store *s, bool commit) { return WAIT(s, end, commit); }
static int p_read(struct store *s, const char *path, char **val, size_t *len) { return WAIT(s, read, path, val, len); }
static int p_write(struct store *s, const char *path, const char *val) { return WAIT(s, write, path, val); }
static int p_remove(struct store *s, const char *path) { return WAIT(s, remove, path); }
static int p_list(struct store *s, const char *path, char ***names, unsigned int *n) { return WAIT(s, list, path, names, n); }
static int p_owner(struct store *s, const char *path, unsigned int *domid) { return WAIT(s, owner, path, domid); }
static int p_watch(struct store *s, const char *path, const char *token) { return WAIT(s, watch, path, token); }
static int p_unwatch(struct store *s, const char *path, const char *token) { return WAIT(s, unwatch, path, token); }
static int p_next_event(struct store *s, struct store_event *ev) { return WAIT(s, next_event, ev); }
static int p_fd(struct store *s) { return WAIT(s, fd); }

static int p_give(struct store *s, const char *path, unsigned int owner, unsigned int reader)
{
	return WAIT(s, give, path, owner, reader);
}

static int p_readmit(struct store *s, const char *path, unsigned int from, unsigned int to, bool let_in)
{
	return WAIT(s, readmit, path, from, to, let_in);
}

static void p_close(struct store *s)
{
	store_close(((struct patient *)s)->of);
	free(s);
}

struct store *patience_open(void)
{
	static const struct store_ops ops = {
		.begin = p_begin, .end = p_end, .read = p_read, .write = p_write, .remove = p_remove, .list = p_list,
		.owner = p_owner, .give = p_give, .readmit = p_readmit, .watch = p_watch, .unwatch = p_unwatch,
		.next_event = p_next_event, .fd = p_fd, .close = p_close,
	};
	const struct sigaction action = { .sa_handler = gave_up };
	struct patient *p = calloc(1, sizeof(*p));

	if (!p || sigaction(SIGALRM, &action, NULL)) {
		free(p);
		return NULL;
	}
	p->base.ops = &ops;
	alarm(PATIENCE_S);
	p->of = store_xs_open();
	alarm(0);
	if (p->of)
		return &p->base;
	free(p);
	return NULL;
}
