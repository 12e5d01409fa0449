// SPDX-License-Identifier: GPL-2.0
/*
 * domtime.c - xmd-domtime: what each domain has computed, in ns, by Xen's account, hypercalls made
 * for it included. Runs in dom0. With "lab/lab --icount" 2 ns are an instruction.
 *
 *   xmd-domtime                    "now NS" of this domain's clock, then "DOMID NS" for each domain
 *   xmd-domtime watch MS DOMID...  every MS "WALL NS", WALL in ms since 1970, NS of all domains together
 *                                  since the start but those named; what a domain has computed
 *                                  counts when it is gone, too, but for its last MS
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xenctrl.h>

#define MOST 64

static void once(const xc_dominfo_t *d, int n)
{
	struct timespec t;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &t);
	printf("now %lld\n", (long long)t.tv_sec * 1000000000 + t.tv_nsec);
	for (i = 0; i < n; i++)
		printf("%u %llu\n", d[i].domid, (unsigned long long)d[i].cpu_time);
}

static bool named(uint32_t domid, char **except)
{
	for (; *except; except++)
		if (strtoul(*except, NULL, 10) == domid)
			return true;
	return false;
}

/* A domain that is created again, under the same number even, begins at nothing. */
static uint64_t gained(const xc_dominfo_t *d, const xc_dominfo_t *old, int n_old)
{
	uint64_t before = 0;
	int i;

	for (i = 0; i < n_old; i++)
		if (old[i].domid == d->domid)
			before = old[i].cpu_time;
	return d->cpu_time >= before ? d->cpu_time - before : d->cpu_time;
}

static void watch(xc_interface *xc, unsigned int ms, char **except)
{
	static xc_dominfo_t d[2][MOST];
	uint64_t total = 0;
	int n[2] = { 0 }, k, i;
	struct timespec t;
	bool first = true;

	for (k = 0; (n[k] = xc_domain_getinfo(xc, 0, MOST, d[k])) >= 0; k = !k, usleep(ms * 1000)) {
		for (i = 0; !first && i < n[k]; i++)
			if (!named(d[k][i].domid, except))
				total += gained(&d[k][i], d[!k], n[!k]);
		first = false;
		clock_gettime(CLOCK_REALTIME, &t);
		printf("%lld %llu\n", (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000,
		       (unsigned long long)total);
	}
}

static int usage(void)
{
	fprintf(stderr, "usage: xmd-domtime | xmd-domtime watch MS DOMID...\n");
	return 2;
}

int main(int argc, char **argv)
{
	xc_interface *xc;
	xc_dominfo_t d[MOST];
	int n;

	if (argc > 1 && (strcmp(argv[1], "watch") || argc < 3 || atoi(argv[2]) < 1))
		return usage();
	xc = xc_interface_open(NULL, NULL, 0);
	if (!xc)
		return 1;
	setlinebuf(stdout);
	if (argc > 1) {
		watch(xc, atoi(argv[2]), argv + 3);	/* until that fails */
		n = -1;
	} else {
		n = xc_domain_getinfo(xc, 0, MOST, d);
	}
	if (n < 0) {
		perror("xmd-domtime: xc_domain_getinfo");
		return 1;
	}
	once(d, n);
	return 0;
}
