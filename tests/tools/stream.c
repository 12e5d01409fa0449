// SPDX-License-Identifier: GPL-2.0
/*
 * stream.c - both ends of a TCP stream of known content.
 *
 * TCP is left as it is: no keepalive and no TCP_USER_TIMEOUT.  A connection ends when the kernel
 * has given a segment up, which is a quarter of an hour; any shorter outage is a pause.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "traffic.h"

#define SLICE 50u	/* a paced sender sends a 50th of a second's worth at a time */

/* Bytes moved at @t, after @last. */
static void moved(struct stream *s, double start, double last, double t)
{
	double ms = (t - last) * 1000;

	if (t - last > s->longest) {
		s->longest = t - last;
		s->longest_at = last - start;
	}
	if (s->pause_ms && ms > s->pause_ms)
		fprintf(s->report, "gap: at_s=%.3f ms=%.0f ended_wall_s=%.3f\n", last - start, ms, wall());
}

/* False: the end came first, or the connection's. */
static bool send_all(struct stream *s, int fd, const uint8_t *buf, size_t len, struct sha256 *sum)
{
	while (len) {
		ssize_t n = send(fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			if (s->digest)
				sha256_add(sum, buf, n);
			s->bytes += n;
			buf += n;
			len -= n;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR) {
			s->error = errno;
			return false;
		}
		if (ended(&s->ending, now()))
			return false;
		ready(fd, POLLOUT);
	}
	return true;
}

/* Until the receiver has closed, which it does when it has everything. */
static void drain(struct stream *s, int fd)
{
	ssize_t n;
	char c;

	shutdown(fd, SHUT_WR);
	do {
		n = read(fd, &c, 1);
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		s->error = errno;
}

bool stream_send(struct stream *s, int fd)
{
	static uint8_t buf[CHUNK];
	uint64_t most = s->rate && s->rate < SLICE * CHUNK ? s->rate / SLICE + 1 : CHUNK;
	struct pace pace = { .step = s->rate ? (double)most / s->rate : 0 };
	double start = now(), last = start;
	struct sha256 sum;
	bool more = true;

	sha256_start(&sum);
	while (more && pace_wait(&pace, &s->ending) && (!s->limit || s->bytes < s->limit)) {
		uint64_t left = s->limit ? s->limit - s->bytes : CHUNK, before = s->bytes;
		size_t n = left < most ? left : most;

		content_fill(buf, s->seed, s->bytes, n);
		more = send_all(s, fd, buf, n, &sum);
		if (s->bytes != before) {
			double t = now();

			moved(s, start, last, t);
			last = t;
		}
	}
	if (!s->error)
		drain(s, fd);
	s->seconds = now() - start;
	sha256_text(&sum, s->sha256);
	return !s->error;
}

static void arrived(struct stream *s, const uint8_t *buf, size_t len)
{
	size_t first, n = content_differs(buf, s->seed, s->bytes, len, &first);

	if (n && !s->corrupt)
		s->first_corrupt = s->bytes + first;
	s->corrupt += n;
	s->bytes += len;
	if (s->copy && fwrite(buf, 1, len, s->copy) != len)
		die("write");
}

bool stream_recv(struct stream *s, int fd)
{
	static uint8_t buf[CHUNK];
	double start = now(), last = start;
	struct sha256 sum;
	ssize_t n;

	sha256_start(&sum);
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		double t = now();

		if (s->bytes)
			moved(s, start, last, t);
		last = t;
		bucket_add(&s->bucket, t, n);
		if (s->digest)
			sha256_add(&sum, buf, n);
		arrived(s, buf, n);
	}
	if (n < 0)
		s->error = errno;
	s->seconds = last - start;
	sha256_text(&sum, s->sha256);
	bucket_close(&s->bucket);
	return !s->error && !s->corrupt;
}
