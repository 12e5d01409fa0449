// SPDX-License-Identifier: GPL-2.0
/*
 * store_dev.c - struct store_ops over /dev/xen/xenbus, by xenstored's own protocol (xs_wire.h,
 * docs/misc/xenstore.txt).
 *
 * Not with libxenstore, which store_xs.c of dom0 has: its static library has no reading thread, and
 * takes an event that comes before a reply for a reply that is missing; and a thread, with pipes,
 * signals and locks, is what a start should not have to wait for.  One request at a time, and
 * the events that come meanwhile are kept.  A caller sleeps on one descriptor, so this is an epoll
 * of the device and of an eventfd that is set while some are kept.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

#define MESSAGE_MAX	(sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX)

struct kept {
	struct kept *next;
	struct store_event ev;
};

struct store_dev {
	struct store base;
	int dev, wake, both;
	uint32_t tx;
	bool awake;		/* wake is set */
	struct kept *first, **end;
	size_t in_len;
	char in[2 * MESSAGE_MAX], out[MESSAGE_MAX];
};

/* One message, and what of it is malloc'ed: NUL terminated behind its len bytes. */
struct message {
	struct xsd_sockmsg head;
	char *body;
};

static struct store_dev *to_dev(struct store *s)
{
	return (struct store_dev *)s;
}

/* ------------------------------------------------------------- messages */

/* Is there a whole one in what was read?  -EIO: that is none */
static int is_whole(const struct store_dev *d, struct xsd_sockmsg *head)
{
	if (d->in_len < sizeof(*head))
		return 0;
	memcpy(head, d->in, sizeof(*head));
	if (head->len > XENSTORE_PAYLOAD_MAX)
		return -EIO;
	return d->in_len >= sizeof(*head) + head->len;
}

static int read_some(struct store_dev *d)
{
	ssize_t n;

	do
		n = read(d->dev, d->in + d->in_len, sizeof(d->in) - d->in_len);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n ? -errno : -EIO;
	d->in_len += (size_t)n;
	return 0;
}

/* The next message; waits for it. */
static int receive(struct store_dev *d, struct message *m)
{
	size_t all;
	int ret;

	while (!(ret = is_whole(d, &m->head))) {
		ret = read_some(d);
		if (ret)
			return ret;
	}
	if (ret < 0)
		return ret;
	m->body = malloc(m->head.len + 1);
	if (!m->body)
		return -ENOMEM;
	memcpy(m->body, d->in + sizeof(m->head), m->head.len);
	m->body[m->head.len] = 0;
	all = sizeof(m->head) + m->head.len;
	d->in_len -= all;
	memmove(d->in, d->in + all, d->in_len);
	return 0;
}

/* "path\0token\0"; takes the body. */
static int to_event(struct message *m, struct store_event *ev)
{
	size_t path = strlen(m->body) + 1;

	*ev = (struct store_event){ 0 };
	if (m->head.type != XS_WATCH_EVENT || path > m->head.len) {
		free(m->body);
		return -EIO;
	}
	ev->token = strdup(m->body + path);
	ev->path = m->body;
	if (ev->token)
		return 0;
	store_event_free(ev);
	return -ENOMEM;
}

static int keep(struct store_dev *d, struct message *m)
{
	struct kept *k = calloc(1, sizeof(*k));
	int err;

	if (!k) {
		free(m->body);
		return -ENOMEM;
	}
	err = to_event(m, &k->ev);
	if (err) {
		free(k);
		return err;
	}
	*d->end = k;
	d->end = &k->next;
	return 0;
}

/* Events in what was read are seen by nobody who sleeps on the device. */
static int keep_read(struct store_dev *d)
{
	struct message m;
	uint64_t one = 1;
	int ret;

	while ((ret = is_whole(d, &m.head)) > 0) {
		ret = receive(d, &m);
		if (!ret)
			ret = keep(d, &m);
		if (ret)
			return ret;
	}
	if (!ret && d->first && !d->awake) {
		if (write(d->wake, &one, sizeof(one)) < 0)
			return -errno;
		d->awake = true;
	}
	return ret;
}

/* ------------------------------------------------------------- requests */

static int to_errno(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++)
		if (!strcmp(name, xsd_errors[i].errstring))
			return -xsd_errors[i].errnum;
	return -EINVAL;
}

static int send_all(struct store_dev *d, size_t len)
{
	size_t done = 0;
	ssize_t n;

	/* The device takes a message whole; its refusal of one is the answer to it. */
	while (done < len) {
		n = write(d->dev, d->out + done, len - done);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += (size_t)n;
	}
	return 0;
}

static int answer_to(struct store_dev *d, uint32_t type, struct message *m)
{
	int err;

	while (!(err = receive(d, m)) && m->head.type == XS_WATCH_EVENT) {
		err = keep(d, m);
		if (err)
			return err;
	}
	if (err)
		return err;
	if (m->head.type == type)
		return 0;
	err = m->head.type == XS_ERROR ? to_errno(m->body) : -EIO;
	free(m->body);
	return err;
}

struct bytes {
	const char *at;
	size_t len;
};
#define NOTHING	((struct bytes){ NULL, 0 })

/* ask - @path with its NUL, then @more; on 0 the body of @m is the caller's */
static int ask(struct store_dev *d, uint32_t type, const char *path, struct bytes more,
	       struct message *m)
{
	struct xsd_sockmsg head = { .type = type, .tx_id = d->tx };
	size_t path_len = strlen(path) + 1;
	int err, kept;

	if (path_len + more.len > XENSTORE_PAYLOAD_MAX)
		return -E2BIG;
	head.len = (uint32_t)(path_len + more.len);
	/* the kernel keeps watches itself and wants none of a transaction */
	if (type == XS_WATCH || type == XS_UNWATCH)
		head.tx_id = 0;
	memcpy(d->out, &head, sizeof(head));
	memcpy(d->out + sizeof(head), path, path_len);
	if (more.len)
		memcpy(d->out + sizeof(head) + path_len, more.at, more.len);
	err = send_all(d, sizeof(head) + head.len);
	if (!err)
		err = answer_to(d, type, m);
	kept = keep_read(d);
	if (!err && kept)
		free(m->body);
	return err ? err : kept;
}

/* A request whose answer is that it was done. */
static int order(struct store_dev *d, uint32_t type, const char *path, struct bytes more)
{
	struct message m;
	int err = ask(d, type, path, more, &m);

	if (!err)
		free(m.body);
	return err;
}

static int dev_begin(struct store *s)
{
	struct store_dev *d = to_dev(s);
	struct message m;
	int err = ask(d, XS_TRANSACTION_START, "", NOTHING, &m);

	if (err)
		return err;
	err = parse_u32(m.body, &d->tx);
	free(m.body);
	return err || !d->tx ? -EIO : 0;
}

static int dev_end(struct store *s, bool commit)
{
	int err = order(to_dev(s), XS_TRANSACTION_END, commit ? "T" : "F", NOTHING);

	to_dev(s)->tx = 0;
	return err;
}

static int dev_read(struct store *s, const char *path, char **val, size_t *len)
{
	struct message m;
	int err = ask(to_dev(s), XS_READ, path, NOTHING, &m);

	if (err)
		return err;
	*val = m.body;
	*len = m.head.len;
	return 0;
}

static int dev_write(struct store *s, const char *path, const char *val)
{
	return order(to_dev(s), XS_WRITE, path, (struct bytes){ val, strlen(val) });
}

static int dev_remove(struct store *s, const char *path)
{
	return order(to_dev(s), XS_RM, path, NOTHING);
}

/* The names as one block: pointers, then the text they point to. */
static char **names_of(const struct message *m, unsigned int *n)
{
	const char *p, *end = m->body + m->head.len;
	char **names, *text;
	unsigned int i;

	for (*n = 0, p = m->body; p < end; p += strlen(p) + 1)
		++*n;
	names = malloc(*n * sizeof(*names) + m->head.len + 1);
	if (!names)
		return NULL;
	text = (char *)(names + *n);
	memcpy(text, m->body, m->head.len + 1);
	for (i = 0; i < *n; i++, text += strlen(text) + 1)
		names[i] = text;
	return names;
}

/* More than 4096 bytes of names are -E2BIG: directories of our own, of fewer than 256 vifs */
static int dev_list(struct store *s, const char *path, char ***names, unsigned int *n)
{
	struct message m;
	int err = ask(to_dev(s), XS_DIRECTORY, path, NOTHING, &m);

	if (err)
		return err;
	*names = names_of(&m, n);
	free(m.body);
	return *names ? 0 : -ENOMEM;
}

/* "n1\0r2\0...": the first is the owner's */
static int dev_owner(struct store *s, const char *path, unsigned int *domid)
{
	struct message m;
	uint32_t id = 0;
	int err = ask(to_dev(s), XS_GET_PERMS, path, NOTHING, &m);

	if (err)
		return err;
	err = *m.body && !parse_u32(m.body + 1, &id) ? 0 : -EIO;
	*domid = id;
	free(m.body);
	return err;
}

/* ------------------------------------------------------------- watches */

static int dev_watch(struct store *s, const char *path, const char *token)
{
	return order(to_dev(s), XS_WATCH, path, (struct bytes){ token, strlen(token) + 1 });
}

static void pop(struct store_dev *d, struct kept **at)
{
	struct kept *k = *at;

	*at = k->next;
	if (!k->next)
		d->end = at;
	free(k);
}

/* Afterwards no event of that watch may still come. */
static int dev_unwatch(struct store *s, const char *path, const char *token)
{
	struct store_dev *d = to_dev(s);
	int err = order(d, XS_UNWATCH, path, (struct bytes){ token, strlen(token) + 1 });
	struct kept **at = &d->first;

	while (!err && *at) {
		struct store_event *ev = &(*at)->ev;

		if (strcmp(ev->token, token) || strncmp(ev->path, path, strlen(path))) {
			at = &(*at)->next;
			continue;
		}
		store_event_free(ev);
		pop(d, at);
	}
	return err;
}

static int sleep_again(struct store_dev *d)
{
	uint64_t n;

	if (!d->awake)
		return 0;
	d->awake = false;
	return read(d->wake, &n, sizeof(n)) < 0 ? -errno : 0;
}

static int dev_next_event(struct store *s, struct store_event *ev)
{
	struct store_dev *d = to_dev(s);
	struct pollfd p = { .fd = d->dev, .events = POLLIN };
	struct message m;
	int err;

	if (d->first) {
		*ev = d->first->ev;
		pop(d, &d->first);
		return 0;
	}
	err = sleep_again(d);
	if (err)
		return err;
	err = is_whole(d, &m.head);
	if (!err && poll(&p, 1, 0) <= 0)
		return -EAGAIN;
	if (err >= 0)
		err = receive(d, &m);
	return err ? err : to_event(&m, ev);
}

static int dev_fd(struct store *s)
{
	return to_dev(s)->both;
}

/* ------------------------------------------------------------- open, close */

static void dev_close(struct store *s)
{
	struct store_dev *d = to_dev(s);

	while (d->first) {
		store_event_free(&d->first->ev);
		pop(d, &d->first);
	}
	close(d->both);
	close(d->wake);
	close(d->dev);
	free(d);
}

/* give and readmit are dom0's. */
static const struct store_ops dev_ops = {
	.begin = dev_begin,
	.end = dev_end,
	.read = dev_read,
	.write = dev_write,
	.remove = dev_remove,
	.list = dev_list,
	.owner = dev_owner,
	.watch = dev_watch,
	.unwatch = dev_unwatch,
	.next_event = dev_next_event,
	.fd = dev_fd,
	.close = dev_close,
};

static int watch_fd(const struct store_dev *d, int fd)
{
	struct epoll_event e = { .events = EPOLLIN };

	return epoll_ctl(d->both, EPOLL_CTL_ADD, fd, &e);
}

struct store *store_dev_adopt(int fd)
{
	struct store_dev *d = calloc(1, sizeof(*d));
	int saved;

	if (!d)
		goto err_fd;
	d->base.ops = &dev_ops;
	d->end = &d->first;
	d->dev = fd;
	d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	d->both = epoll_create1(EPOLL_CLOEXEC);
	if (d->wake < 0 || d->both < 0 || watch_fd(d, d->dev) || watch_fd(d, d->wake))
		goto err_dev;
	return &d->base;

err_dev:
	saved = errno;
	dev_close(&d->base);
	errno = saved;
	return NULL;
err_fd:
	close(fd);
	errno = ENOMEM;
	return NULL;
}

struct store *store_dev_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? NULL : store_dev_adopt(fd);
}
