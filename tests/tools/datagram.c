// SPDX-License-Identifier: GPL-2.0
/*
 * datagram.c - both ends of numbered UDP traffic.
 *
 * The sender loses nothing that it could know of: Linux drops a datagram for which the queue has
 * no room without a word, unless IP_RECVERR is set; then it says ENOBUFS, and the number is sent
 * again.  What cannot be known: a frame dropped from a queue after the kernel took it, as
 * when the carrier goes away, or while a neighbour's address is being asked for.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "traffic.h"

#define MAGIC		0x51646d78u	/* "xmdQ" */
#define FINAL_IDLE	1.0
#define WRONG		80
#define TOLD_MOST	20u	/* corrupt ones */

/* ---- what is in a datagram ---- */

static uint64_t head_check(const struct head *h, size_t size)
{
	uint64_t w = content_word(h->seq, h->sent_ns);

	return content_word(w, (uint64_t)h->run << 32 | size);
}

static void write_head(uint8_t *buf, size_t size, uint32_t run, uint64_t seq)
{
	struct head h = { .magic = MAGIC, .run = run, .seq = seq, .sent_ns = now() * 1e9 };

	h.check = head_check(&h, size);
	memcpy(buf, &h, sizeof(h));
}

/* Else @wrong says why not. */
static bool intact(const uint8_t *buf, size_t size, struct head *h, char *wrong)
{
	size_t first = 0, n;

	if (size < sizeof(*h)) {
		snprintf(wrong, WRONG, "only %zu bytes", size);
		return false;
	}
	memcpy(h, buf, sizeof(*h));
	if (h->magic != MAGIC || h->check != head_check(h, size)) {
		snprintf(wrong, WRONG, "head, %zu bytes", size);
		return false;
	}
	n = content_differs(buf + sizeof(*h), h->seq, 0, size - sizeof(*h), &first);
	if (n)
		snprintf(wrong, WRONG, "seq=%" PRIu64 " %zu of %zu bytes, from %zu on",
			 h->seq, n, size, sizeof(*h) + first);
	return !n;
}

/* ---- sender ---- */

/* The errors of earlier datagrams, which ICMP reports, else fill the socket up. */
static void forget_errors(int fd)
{
	char c;

	while (recv(fd, &c, 1, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0)
		;
}

/* Seconds: a queue has room again soon, an interface that is gone is not back so soon. */
static double pause_after(int error)
{
	bool away = error == ENETUNREACH || error == EHOSTUNREACH || error == ENETDOWN ||
		    error == ENODEV;

	return away ? 0.02 : 0.001;
}

/* Waits before the next attempt; false: there is none, the end has come. */
static bool refused(struct sender *s, int fd, int error)
{
	if (error == EMSGSIZE || error == EINVAL || error == EBADF)
		die("send");
	s->retried++;
	if (error == EAGAIN) {
		ready(fd, POLLOUT);
	} else if (error != EINTR) {
		forget_errors(fd);
		nap(pause_after(error));
	}
	return !ended(&s->ending, now());
}

/* Keeps at it until the kernel takes @buf; the time in it is that of the last attempt. */
static bool send_one(struct sender *s, int fd, uint8_t *buf, int *why)
{
	for (;;) {
		write_head(buf, s->size, s->run, s->sent);
		if (send(fd, buf, s->size, MSG_DONTWAIT) >= 0)
			return true;
		*why = errno;
		if (!refused(s, fd, errno))
			return false;
	}
}

static void log_held(struct sender *s, double at, double t, int why)
{
	if (s->log && t * 1000 >= HELD_MS)
		fprintf(s->log, "held: at_s=%.3f ms=%.0f seq=%" PRIu64 " why=%s\n",
			at, t * 1000, s->sent, why ? strerrorname_np(why) : "-");
}

void datagrams_send(struct sender *s, int fd)
{
	static uint8_t buf[DATAGRAM_MAX];
	double start = now();
	int one = 1;

	s->run = content_word(getpid(), wall() * 1e9);
	setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &one, sizeof(one));
	while ((!s->limit || s->sent < s->limit) && pace_wait(&s->pace, &s->ending)) {
		double since = now(), t;
		int why = 0;

		content_fill(buf + sizeof(struct head), s->sent, 0, s->size - sizeof(struct head));
		if (!send_one(s, fd, buf, &why))
			break;
		t = now() - since;
		if (t > s->held)
			s->held = t;
		log_held(s, since - start, t, why);
		s->sent++;
	}
	s->seconds = now() - start;
}

/* ---- receiver ---- */

/* How many the socket had no room for, or whose checksum was wrong. */
static uint32_t drops(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len);
	return info[SK_MEMINFO_DROPS];
}

static void take(struct receiver *r, const uint8_t *buf, size_t size, double t)
{
	char wrong[WRONG];
	struct head h;

	if (!intact(buf, size, &h, wrong)) {
		if (r->corrupt++ < TOLD_MOST)
			fprintf(r->window.report, "corrupt: %s\n", wrong);
		return;
	}
	if (!r->window.received)
		r->run = h.run;
	if (h.run != r->run) {
		r->foreign++;
		return;
	}
	bucket_add(&r->bucket, t, size);
	window_add(&r->window, h.seq, t, h.sent_ns / 1e9);
}

/* The file means that no more is sent: what is on its way still comes. */
static bool over(struct receiver *r, double t)
{
	double silent = t - r->window.latest;

	if (stopped)
		return true;
	if (r->ending.file)
		return ended(&r->ending, t) &&
		       (!r->ending.seen || silent >= (r->idle ? r->idle : FINAL_IDLE));
	return ended(&r->ending, t) || (r->idle && r->window.received && silent >= r->idle);
}

void datagrams_recv(struct receiver *r, int fd)
{
	struct timeval look = { .tv_usec = LOOK * 1e6 };
	static uint8_t buf[CHUNK];

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &look, sizeof(look));
	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);
		double t = now();

		if (n >= 0)
			take(r, buf, n, t);
		else if (errno != EAGAIN && errno != EINTR)
			die("receive");
		if (over(r, t))
			break;
	}
	r->overflow = drops(fd);
	window_end(&r->window);
	bucket_close(&r->bucket);
}
