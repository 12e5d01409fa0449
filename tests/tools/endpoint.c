// SPDX-License-Identifier: GPL-2.0
/* endpoint.c - sockets, and the end when there are none. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "traffic.h"

_Noreturn void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

int dial(const char *host, int port, int type)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int v6 = inet_pton(AF_INET6, host, &a6.sin6_addr) == 1, fd;

	errno = EINVAL;
	if (!v6 && inet_pton(AF_INET, host, &a4.sin_addr) != 1)
		die(host);
	fd = socket(v6 ? AF_INET6 : AF_INET, type, 0);
	if (fd < 0 || connect(fd, v6 ? (void *)&a6 : (void *)&a4, v6 ? sizeof(a6) : sizeof(a4)))
		die("connect");
	return fd;
}

int answer(int port, int type)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(port),
				  .sin6_addr = in6addr_any };
	int fd = socket(AF_INET6, type, 0), one = 1, zero = 0, conn;

	if (type == SOCK_STREAM)	/* two receivers of one UDP port would share it */
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)))
		die("bind");
	if (type != SOCK_STREAM)
		return fd;
	if (listen(fd, 1))
		die("listen");
	conn = accept(fd, NULL, NULL);
	if (conn < 0)
		die("accept");
	close(fd);
	return conn;
}

void buffer_size(int fd, int option, int bytes)
{
	int force = option == SO_SNDBUF ? SO_SNDBUFFORCE : SO_RCVBUFFORCE;

	if (setsockopt(fd, SOL_SOCKET, force, &bytes, sizeof(bytes)) &&
	    setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof(bytes)))
		die("socket buffer");
}

void ready(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	poll(&p, 1, LOOK * 1000);
}
