// SPDX-License-Identifier: GPL-2.0
/*
 * relay.c - relay PORT TO_PORT FAULT...: passes UDP on over the loopback, with faults.
 *
 *   drop:A-B      those are not passed on
 *   again:A-B@N   after N, A to B are passed on, be it again or for the first time
 *   flip:N:OFF    N has a bit of its byte OFF changed
 *   cut:N:LEN     N has only LEN bytes
 *   pause:N:MS    N and those behind it wait
 *
 * Numbers are in the order of arrival, from 0.  Runs until killed.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "traffic.h"

#define KEPT	256u	/* how far back "again" can reach */
#define MOST	2048u

static struct { size_t len; uint8_t data[MOST]; } kept[KEPT];
static int from, to;

static void pass(unsigned int n)
{
	if (send(to, kept[n % KEPT].data, kept[n % KEPT].len, 0) < 0)
		die("send");
}

/* What the fault @f does to number @n before it is passed on; false: it is not. */
static bool before(const char *f, unsigned int n)
{
	unsigned int a, b;

	if (sscanf(f, "drop:%u-%u", &a, &b) == 2)
		return n < a || n > b;
	if (sscanf(f, "flip:%u:%u", &a, &b) == 2 && a == n)
		kept[n % KEPT].data[b] ^= 4;
	if (sscanf(f, "cut:%u:%u", &a, &b) == 2 && a == n)
		kept[n % KEPT].len = b;
	if (sscanf(f, "pause:%u:%u", &a, &b) == 2 && a == n)
		nap(b / 1000.0);
	return true;
}

static void after(const char *f, unsigned int n)
{
	unsigned int a, b, at;

	if (sscanf(f, "again:%u-%u@%u", &a, &b, &at) == 3 && at == n)
		for (; a <= b; a++)
			pass(a);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: relay PORT TO_PORT FAULT...\n", stderr);
		return 2;
	}
	to = dial("::1", atoi(argv[2]), SOCK_DGRAM);
	from = answer(atoi(argv[1]), SOCK_DGRAM);
	buffer_size(from, SO_RCVBUF, 4 << 20);
	for (unsigned int n = 0;; n++) {
		ssize_t len = recv(from, kept[n % KEPT].data, MOST, 0);
		bool goes = true;

		if (len < 0)
			die("receive");
		kept[n % KEPT].len = len;
		for (char **f = argv + 3; *f; f++)
			goes &= before(*f, n);
		if (goes)
			pass(n);
		for (char **f = argv + 3; *f; f++)
			after(*f, n);
	}
}
