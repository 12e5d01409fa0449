// SPDX-License-Identifier: GPL-2.0
/*
 * domtime.c - xmd-domtime: what each domain has computed, in ns, by Xen's account, hypercalls made
 * for it included. Runs in dom0. With "lab/lab --icount" 2 ns are an instruction.
 *
 *   now NS              of this domain's clock
 *   DOMID NS            for each domain
 */
#include <stdio.h>
#include <time.h>
#include <xenctrl.h>

#define MOST 64

int main(void)
{
	xc_interface *xc = xc_interface_open(NULL, NULL, 0);
	xc_dominfo_t d[MOST];
	struct timespec t;
	int n, i;

	if (!xc)
		return 1;
	n = xc_domain_getinfo(xc, 0, MOST, d);
	if (n < 0) {
		perror("xmd-domtime: xc_domain_getinfo");
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &t);
	printf("now %lld\n", (long long)t.tv_sec * 1000000000 + t.tv_nsec);
	for (i = 0; i < n; i++)
		printf("%u %llu\n", d[i].domid, (unsigned long long)d[i].cpu_time);
	xc_interface_close(xc);
	return 0;
}
