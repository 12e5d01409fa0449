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
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "traffic.h"

static int send_to(struct stream *s, const char *host, int port)
{
	bool good = stream_send(s, dial(host, port, SOCK_STREAM));

	if (!good) {
		errno = s->error;
		die("send");
	}
	printf("bytes=%" PRIu64 " seconds=%.2f\n", s->bytes, s->seconds);
	return 0;
}

static int receive(struct stream *s, int port)
{
	bool good = stream_recv(s, answer(port, SOCK_STREAM));

	if (s->error)
		fprintf(stderr, "xmd-gaptcp: receive: %s\n", strerror(s->error));
	fprintf(s->report, "bytes=%" PRIu64 " seconds=%.2f mbps=%.1f max_gap_ms=%.0f at_s=%.2f content=",
		s->bytes, s->seconds, s->bytes * 8e-6 / (s->seconds + 1e-9),
		s->longest * 1000, s->longest_at);
	if (s->corrupt)
		fprintf(s->report, "differs:%" PRIu64 "\n", s->first_corrupt);
	else
		fprintf(s->report, "ok\n");
	return !good;
}

static int generate(uint64_t seed, uint64_t bytes)
{
	static uint8_t buf[CHUNK];

	for (uint64_t at = 0; at < bytes; at += CHUNK) {
		size_t n = bytes - at < CHUNK ? bytes - at : CHUNK;

		content_fill(buf, seed, at, n);
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
	struct stream s = { .seed = 1, .report = stdout };
	int c;

	while ((c = getopt(argc, argv, "s:b:t:g:r:w")) != -1) {
		switch (c) {
		case 's':
			s.seed = strtoull(optarg, NULL, 10);
			break;
		case 'b':
			s.limit = strtoull(optarg, NULL, 10);
			break;
		case 't':
			s.ending.at = now() + atof(optarg);
			break;
		case 'g':
			s.pause_ms = atof(optarg);
			break;
		case 'r':
			s.rate = strtoull(optarg, NULL, 10) * 1000;
			break;
		case 'w':
			s.copy = stdout;
			s.report = stderr;
			break;
		default:
			return usage();
		}
	}
	argv += optind;
	argc -= optind;
	if (argc == 3 && !strcmp(argv[0], "send"))
		return send_to(&s, argv[1], atoi(argv[2]));
	if (argc == 2 && !strcmp(argv[0], "recv"))
		return receive(&s, atoi(argv[1]));
	if (argc == 3 && !strcmp(argv[0], "gen"))
		return generate(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
	return usage();
}
