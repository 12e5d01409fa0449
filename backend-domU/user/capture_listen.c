// SPDX-License-Identifier: GPL-2.0
/* capture_listen.c - see capture.h */
#include "capture.h"

#include "log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libxenvchan.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <xmd/xs_names.h>

#define BEAT_MS		1000
#define AT_ONCE		64		/* frames; then it is looked whether dom0 is still there */
#define WAITING		(1 << 20)	/* bytes of frames that wait to be read, as the kernel counts them */
#define SORRY_MAX	200

struct listener {
	struct libxenvchan *to;
	int socket, until;
	struct xmd_capture_ask ask;
	__u32 missed;
	uint64_t beat_at;		/* ms */
};

/* What goes into the ring at once. */
static struct {
	struct xmd_capture_record head;
	unsigned char data[XMD_CAPTURE_BYTES];
} out;

_Static_assert(sizeof(out) == sizeof(out.head) + sizeof(out.data), "nothing between them");

/* Waits for room.  Return: 0; -EPIPE: dom0 is gone */
static int put(struct listener *l, enum xmd_capture_kind kind, size_t size)
{
	out.head.kind = (__u16)kind;
	out.head.size = (__u32)size;
	out.head.missed = l->missed;
	size += sizeof(out.head);
	return libxenvchan_write(l->to, &out, size) == (int)size ? 0 : -EPIPE;
}

static int sorry(struct listener *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int sorry(struct listener *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf((char *)out.data, SORRY_MAX, fmt, ap);
	va_end(ap);
	memset(&out.head, 0, sizeof(out.head));
	return put(l, XMD_CAPTURE_SORRY, n < SORRY_MAX ? (size_t)n : SORRY_MAX - 1);
}

/* ------------------------------------------------------------- begin */

/* What dom0 has written before it asked. */
static int take_ask(struct listener *l, struct sock_filter filter[XMD_CAPTURE_FILTER])
{
	struct xmd_capture_ask *a = &l->ask;
	size_t size;

	if (libxenvchan_recv(l->to, a, sizeof(*a)) != sizeof(*a))
		return -EPIPE;
	if (a->version != XMD_CAPTURE_VERSION || !a->snap || a->snap > XMD_CAPTURE_BYTES ||
	    a->n_filter > XMD_CAPTURE_FILTER)
		return -EPROTO;
	size = a->n_filter * sizeof(*filter);
	return !size || libxenvchan_recv(l->to, filter, size) == (int)size ? 0 : -EPIPE;
}

static int set_filter(int fd, struct sock_filter *filter, unsigned int n)
{
	const struct sock_fprog prog = { (unsigned short)n, filter };

	return n ? setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) : 0;
}

/* Hears nothing before it has its filter.  Return: NULL, or what cannot be done */
static const char *open_socket(struct listener *l, struct sock_filter *filter, const char *dev)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = (int)if_nametoindex(dev) };
	const int bytes = WAITING, on = 1;

	if (!at.sll_ifindex)
		return "finding its mirror";
	l->socket = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->socket < 0)
		return "opening a packet socket";
	if (set_filter(l->socket, filter, l->ask.n_filter))
		return "setting the filter";
	if (setsockopt(l->socket, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) ||
	    setsockopt(l->socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)))
		return "setting up the socket";
	return bind(l->socket, (struct sockaddr *)&at, sizeof(at)) ? "listening at its mirror" : NULL;
}

/* -------------------------------------------------------------- frames */

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static __u64 stamp_of(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	struct timespec t;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
		clock_gettime(CLOCK_REALTIME, &t);
	else
		memcpy(&t, CMSG_DATA(c), sizeof(t));
	return (__u64)t.tv_sec * 1000000000u + (__u64)t.tv_nsec;
}

/* Return: 1 a frame has gone on; 0 there was none; negative errno */
static int pass_one(struct listener *l)
{
	char control[CMSG_SPACE(sizeof(struct timespec))];
	struct iovec to = { out.data, l->ask.snap };
	struct msghdr msg = { .msg_iov = &to, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(l->socket, &msg, MSG_TRUNC);
	int err;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	out.head.len = (__u32)n;
	out.head.ns = stamp_of(&msg);
	err = put(l, XMD_CAPTURE_FRAME, (size_t)n < l->ask.snap ? (size_t)n : l->ask.snap);
	return err ? err : 1;
}

static int pass_frames(struct listener *l)
{
	int i, ret = 1;

	for (i = 0; i < AT_ONCE && ret > 0; i++)
		ret = pass_one(l);
	return ret < 0 ? ret : 0;
}

/* The kernel begins to count anew whenever it is asked. */
static int beat(struct listener *l)
{
	struct tpacket_stats st = { 0 };
	socklen_t size = sizeof(st);

	if (now_ms() < l->beat_at)
		return 0;
	l->beat_at = now_ms() + BEAT_MS;
	if (!getsockopt(l->socket, SOL_PACKET, PACKET_STATISTICS, &st, &size))
		l->missed += st.tp_drops;
	out.head.len = 0;
	return put(l, XMD_CAPTURE_BEAT, 0);
}

/* Return: why there are no more; -EPIPE: dom0, or who has started us, is gone */
static int pass_on(struct listener *l)
{
	struct pollfd fd[] = {
		{ .fd = l->socket, .events = POLLIN },
		{ .fd = libxenvchan_fd_for_select(l->to), .events = POLLIN },
		{ .fd = l->until, .events = POLLIN },
	};
	int err;

	for (;;) {
		if (poll(fd, 3, BEAT_MS) < 0 && errno != EINTR)
			return -errno;
		if (fd[1].revents)
			libxenvchan_wait(l->to);
		if (fd[2].revents || libxenvchan_is_open(l->to) != 1)
			return -EPIPE;
		err = fd[0].revents ? pass_frames(l) : 0;
		if (!err)
			err = beat(l);
		if (err)
			return err;
	}
}

int capture_listen(uint32_t id, const char *dev, int err, int until, int (*lock)(void))
{
	static struct sock_filter filter[XMD_CAPTURE_FILTER];
	struct listener l = { .until = until, .socket = -1 };
	char path[STORE_PATH_MAX];
	const char *what = "raising its mirror";

	snprintf(path, sizeof(path), XS_DIR_CAPTURE, id);
	l.to = libxenvchan_client_init(NULL, 0, path);
	if (!l.to) {
		log_warn("%s: no vchan: %s; is xen-gntdev.ko loaded?", path, strerror(errno));
		return 1;
	}
	l.to->blocking = 1;
	if (!err) {
		what = "reading what is wanted";
		err = take_ask(&l, filter);
	}
	if (!err) {
		what = open_socket(&l, filter, dev);
		err = what ? -errno : 0;
	}
	if (!err) {
		what = "giving up rights";
		err = lock();
	}
	if (!err) {
		what = "listening at its mirror";
		err = pass_on(&l);
	}
	if (err != -EPIPE)
		sorry(&l, "%s: %s: %s", dev, what, err == -ENODEV || err == -ENETDOWN ?
		      "there is no such vif any more, or it is not connected" : strerror(-err));
	/* Unmapping is for who may still make that call: Xen's drivers do it, and tell dom0. */
	return 0;
}
