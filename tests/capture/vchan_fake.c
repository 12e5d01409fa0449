// SPDX-License-Identifier: GPL-2.0
/* vchan_fake.c - see vchan_fake.h */
#include "vchan_fake.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int vchan_fails;

struct fake {
	struct libxenvchan base;
	int fd;
	bool listens;		/* nobody has come yet; what it is to hear: */
	char kept[8192];
	size_t n;
	char name[64];
};

static struct libxenvchan *make(const char *path, bool server)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct fake *f = calloc(1, sizeof(*f));

	snprintf(f->name, sizeof(f->name), "vchan-%s", strrchr(path, '/') + 1);
	strcpy(at.sun_path, f->name);
	f->base.is_server = server;
	f->listens = server;
	f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server ? bind(f->fd, (struct sockaddr *)&at, sizeof(at)) || listen(f->fd, 1) :
	    connect(f->fd, (struct sockaddr *)&at, sizeof(at))) {
		free(f);
		return NULL;
	}
	return &f->base;
}

struct libxenvchan *libxenvchan_server_init(struct xentoollog_logger *logger, int domain, const char *path,
					    size_t read_min, size_t write_min)
{
	(void)logger;
	(void)domain;
	(void)read_min;
	(void)write_min;
	errno = vchan_fails;
	return vchan_fails ? NULL : make(path, true);
}

struct libxenvchan *libxenvchan_client_init(struct xentoollog_logger *logger, int domain, const char *path)
{
	(void)logger;
	(void)domain;
	return make(path, false);
}

static struct fake *fake(struct libxenvchan *c)
{
	struct fake *f = (struct fake *)c;
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	int peer;

	if (f->listens && poll(&p, 1, 0) > 0) {
		peer = accept(f->fd, NULL, NULL);
		close(f->fd);
		f->fd = peer;
		f->listens = false;
		/* it may have gone again, and have left something to read */
		if (send(peer, f->kept, f->n, MSG_NOSIGNAL) != (ssize_t)f->n && errno != EPIPE)
			abort();
	}
	return f;
}

void libxenvchan_close(struct libxenvchan *c)
{
	struct fake *f = fake(c);

	close(f->fd);
	if (c->is_server)
		unlink(f->name);
	free(f);
}

int libxenvchan_data_ready(struct libxenvchan *c)
{
	int n = 0;

	return !fake(c)->listens && !ioctl(fake(c)->fd, FIONREAD, &n) ? n : 0;
}

int libxenvchan_is_open(struct libxenvchan *c)
{
	struct fake *f = fake(c);
	ssize_t n;
	char byte;

	if (f->listens)
		return 2;
	n = recv(f->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

int libxenvchan_recv(struct libxenvchan *c, void *data, size_t size)
{
	return recv(fake(c)->fd, data, size, MSG_WAITALL) == (ssize_t)size ? (int)size : -1;
}

int libxenvchan_read(struct libxenvchan *c, void *data, size_t size)
{
	ssize_t n = recv(fake(c)->fd, data, size, MSG_DONTWAIT);

	return n > 0 ? (int)n : n < 0 && errno == EAGAIN ? 0 : -1;
}

int libxenvchan_write(struct libxenvchan *c, const void *data, size_t size)
{
	struct fake *f = fake(c);

	if (!f->listens)
		return send(f->fd, data, size, MSG_NOSIGNAL) == (ssize_t)size ? (int)size : -1;
	if (f->n + size > sizeof(f->kept))
		return 0;
	memcpy(f->kept + f->n, data, size);
	f->n += size;
	return (int)size;
}

int libxenvchan_send(struct libxenvchan *c, const void *data, size_t size)
{
	return libxenvchan_write(c, data, size);
}

int libxenvchan_wait(struct libxenvchan *c)
{
	(void)c;
	return 0;
}

int libxenvchan_fd_for_select(struct libxenvchan *c)
{
	return fake(c)->fd;
}
