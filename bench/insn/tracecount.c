// SPDX-License-Identifier: GPL-2.0
/*
 * tracecount.c - xmd-tracecount: what xentrace has written, counted by domain.
 *
 *   xentrace -D -e 0x0022f000 FILE; xmd-tracecount FILE
 *
 * prints lines "DOMID WHAT COUNT": hypercalls (those inside of a multicall too), of these grant_ops
 * and event_ops, and switches, how often the domain was switched to (32767: the idle one). "lost" is
 * how many records Xen had no room for: then the others are too low.
 *
 * A record (xen/trace.h) is a word, event in the low 28 bits, then the number of extra words in three
 * and whether a 64-bit time stamp is between them. For one CPU: a hypercall is that of the domain that
 * was switched to last; those before the first switch are nobody's.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
/* else event_channel_op is the number that it had in 2006 */
#define __XEN_INTERFACE_VERSION__ __XEN_LATEST_INTERFACE_VERSION__
#include <xen/xen.h>
#include <xen/trace.h>

#define MOST	64u		/* domains seen */
#define NAMES	4u

enum { HYPERCALLS, GRANT_OPS, EVENT_OPS, SWITCHES };
static const char *const names[NAMES] = { "hypercalls", "grant_ops", "event_ops", "switches" };

static struct domain {
	uint32_t id;
	unsigned long count[NAMES];
} domains[MOST];
static unsigned int seen;
static struct domain nobody, *now = &nobody;
static unsigned long lost;

static struct domain *domain_of(uint32_t id)
{
	unsigned int i;

	for (i = 0; i < seen; i++)
		if (domains[i].id == id)
			return &domains[i];
	if (seen == MOST)
		return &nobody;
	domains[seen].id = id;
	return &domains[seen++];
}

static void hypercall(uint32_t op)
{
	now->count[HYPERCALLS]++;
	if (op == __HYPERVISOR_grant_table_op)
		now->count[GRANT_OPS]++;
	else if (op == __HYPERVISOR_event_channel_op)
		now->count[EVENT_OPS]++;
}

static void record(uint32_t event, const uint32_t *extra, unsigned int n)
{
	switch (event) {
	case TRC_PV_HYPERCALL_V2:
	case TRC_PV_HYPERCALL_SUBCALL:
		if (n)
			hypercall(extra[0] & ~TRC_PV_HYPERCALL_V2_ARG_MASK);
		break;
	case TRC_SCHED_SWITCH:
		if (n < 4)
			break;
		now = domain_of(extra[2]);
		now->count[SWITCHES]++;
		break;
	case TRC_LOST_RECORDS:
		lost += n ? extra[0] : 1;
		break;
	}
}

static bool read_record(FILE *in)
{
	uint32_t head, extra[7], stamp[2];
	unsigned int n;

	if (fread(&head, sizeof(head), 1, in) != 1)
		return false;
	n = head >> 28 & 7;
	if (head >> 31 && fread(stamp, sizeof(stamp), 1, in) != 1)
		return false;
	if (n && fread(extra, sizeof(*extra), n, in) != n)
		return false;
	record(head & 0x0fffffff, extra, n);
	return true;
}

int main(int argc, char **argv)
{
	FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
	unsigned int i, k;

	if (!in) {
		fprintf(stderr, "usage: xmd-tracecount FILE\n");
		return 2;
	}
	while (read_record(in))
		;
	for (i = 0; i < seen; i++)
		for (k = 0; k < NAMES; k++)
			printf("%u %s %lu\n", domains[i].id, names[k], domains[i].count[k]);
	printf("all lost %lu\n", lost);
	return 0;
}
