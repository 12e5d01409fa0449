// SPDX-License-Identifier: GPL-2.0
/*
 * gaptcp.c - xmd-gaptcp: TCP with content that can be checked, and the longest pause.
 *
 *   xmd-gaptcp send HOST PORT [-s SEED] [-b BYTES] [-t SECONDS] [-r KB/S]
 *   xmd-gaptcp recv PORT [-s SEED] [-g MS] [-w]
 *   xmd-gaptcp gen SEED BYTES            the same bytes to standard output
 *
 * The stream is a pseudo-random function of its seed, so that both ends know what
 * every byte must be: the receiver compares as it reads and names the first offset
 * that differs.  A pause is the time between two reads that returned data; those over
 * -g milliseconds are printed with the wall clock, so that they can be laid beside
 * what was done to the path at that moment.  The last line, for scripts:
 *
 *   bytes=N seconds=S mbps=R max_gap_ms=G at_s=T content=ok|differs:OFFSET
 *
 * With -r the sender sends a little fifty times a second instead of as much as it can.
 *
 * With -w the receiver writes the content to standard output, for sha256sum, and its
 * report to standard error.
 *
 * HOST is a numeric IPv4 or IPv6 address; IPv6 and IPv4 are both listened to.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 65536u

struct stream {
	uint64_t seed;
	uint64_t at;		/* bytes so far */
	uint8_t want[CHUNK];
};

static uint64_t limit_bytes, rate;	/* rate: bytes in a 50th of a second, 0: all */
static double limit_seconds, gap_ms = 1e9;
static uint64_t seed = 1;
static int copy_out;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "xmd-gaptcp: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The 64-bit word @n of the stream: splitmix64 of the position, so that any place of
 * the stream can be computed without the bytes before it. */
static uint64_t word(uint64_t seed_, uint64_t n)
{
	uint64_t z = seed_ * 0x9e3779b97f4a7c15ull + n * 0xbf58476d1ce4e5b9ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Bytes @at to @at + @len of the stream, @at a multiple of 8. */
static void fill(uint8_t *buf, uint64_t seed_, uint64_t at, size_t len)
{
	for (size_t i = 0; i < len; i += 8) {
		uint64_t w = word(seed_, (at + i) / 8);

		memcpy(buf + i, &w, len - i < 8 ? len - i : 8);
	}
}

/* Compare what came with what must be; the offset of the first difference, or -1. */
static int64_t compare(struct stream *s, const uint8_t *buf, size_t len)
{
	size_t lead = s->at % 8;

	fill(s->want, s->seed, s->at - lead, lead + len);
	for (size_t i = 0; i < len; i++)
		if (buf[i] != s->want[lead + i])
			return s->at + i;
	s->at += len;
	return -1;
}

static int dial(const char *host, int port)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int v6 = inet_pton(AF_INET6, host, &a6.sin6_addr) == 1;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

	if (!v6 && inet_pton(AF_INET, host, &a4.sin_addr) != 1)
		die(host);
	if (fd < 0 || connect(fd, v6 ? (void *)&a6 : (void *)&a4, v6 ? sizeof(a6) : sizeof(a4)))
		die("connect");
	return fd;
}

static int answer(int port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(port),
				  .sin6_addr = in6addr_any };
	int fd = socket(AF_INET6, SOCK_STREAM, 0), one = 1, zero = 0, conn;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)) || listen(fd, 1))
		die("listen");
	conn = accept(fd, NULL, NULL);
	if (conn < 0)
		die("accept");
	close(fd);
	return conn;
}

static int send_stream(int fd)
{
	static uint8_t buf[CHUNK];
	double start = now(), end = limit_seconds ? start + limit_seconds : 1e18;
	uint64_t at = 0;
	char c;

	while (now() < end && (!limit_bytes || at < limit_bytes)) {
		uint64_t left = limit_bytes ? limit_bytes - at : CHUNK;
		size_t most = rate ? rate : CHUNK;
		size_t n = left < most ? left : most, done = 0;

		if (rate)
			usleep(20000);
		fill(buf, seed, at, n);
		while (done < n) {
			ssize_t ret = write(fd, buf + done, n - done);

			if (ret < 0)
				die("send");
			done += ret;
		}
		at += n;
	}
	shutdown(fd, SHUT_WR);
	while (read(fd, &c, 1) > 0)	/* until the receiver has closed: all has arrived */
		;
	printf("bytes=%llu seconds=%.2f\n", (unsigned long long)at, now() - start);
	return 0;
}

static void clock_text(char *buf, size_t len)
{
	struct timeval t;

	gettimeofday(&t, NULL);
	snprintf(buf, len, "%lld.%03ld", (long long)t.tv_sec, (long)t.tv_usec / 1000);
}

static int receive(int fd)
{
	static struct stream s;
	static uint8_t buf[CHUNK - 8];
	double start = now(), last = start, max = 0, max_at = 0;
	FILE *report = copy_out ? stderr : stdout;
	int64_t differs = -1;
	uint64_t bytes = 0;
	ssize_t n;

	s.seed = seed;
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		double t = now(), gap = bytes ? (t - last) * 1000 : 0;
		char wall[40];

		if (gap > max) {
			max = gap;
			max_at = last - start;
		}
		if (gap > gap_ms) {
			clock_text(wall, sizeof(wall));
			fprintf(report, "gap of %.0f ms ended at %s\n", gap, wall);
		}
		last = t;
		bytes += n;
		if (differs < 0)
			differs = compare(&s, buf, n);
		if (copy_out && fwrite(buf, 1, n, stdout) != (size_t)n)
			die("write");
	}
	if (n < 0)
		fprintf(stderr, "xmd-gaptcp: receive: %s\n", strerror(errno));
	fprintf(report, "bytes=%llu seconds=%.2f mbps=%.1f max_gap_ms=%.0f at_s=%.2f content=",
		(unsigned long long)bytes, last - start, bytes * 8e-6 / (last - start + 1e-9),
		max, max_at);
	if (differs < 0)
		fprintf(report, "ok\n");
	else
		fprintf(report, "differs:%lld\n", (long long)differs);
	return n < 0 || differs >= 0;
}

static int generate(uint64_t seed_, uint64_t bytes)
{
	static uint8_t buf[CHUNK];

	for (uint64_t at = 0; at < bytes; at += CHUNK) {
		size_t n = bytes - at < CHUNK ? bytes - at : CHUNK;

		fill(buf, seed_, at, n);
		if (fwrite(buf, 1, n, stdout) != n)
			die("write");
	}
	return fflush(stdout) ? 1 : 0;
}

static int usage(void)
{
	fputs("usage: xmd-gaptcp send HOST PORT [-s SEED] [-b BYTES] [-t SECONDS] [-r KB/S]\n"
	      "       xmd-gaptcp recv PORT [-s SEED] [-g MS] [-w]\n"
	      "       xmd-gaptcp gen SEED BYTES\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "s:b:t:g:r:w")) != -1) {
		switch (c) {
		case 's':
			seed = strtoull(optarg, NULL, 10);
			break;
		case 'b':
			limit_bytes = strtoull(optarg, NULL, 10);
			break;
		case 't':
			limit_seconds = atof(optarg);
			break;
		case 'g':
			gap_ms = atof(optarg);
			break;
		case 'r':
			rate = strtoull(optarg, NULL, 10) * 1000 / 50;
			rate = rate > CHUNK ? CHUNK : (rate + 7) / 8 * 8;
			break;
		case 'w':
			copy_out = 1;
			break;
		default:
			return usage();
		}
	}
	argv += optind;
	argc -= optind;
	if (argc == 3 && !strcmp(argv[0], "send"))
		return send_stream(dial(argv[1], atoi(argv[2])));
	if (argc == 2 && !strcmp(argv[0], "recv"))
		return receive(answer(atoi(argv[1])));
	if (argc == 3 && !strcmp(argv[0], "gen"))
		return generate(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
	return usage();
}
