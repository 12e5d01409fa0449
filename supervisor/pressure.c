// SPDX-License-Identifier: GPL-2.0
/* pressure.c - see pressure.h */
#include "pressure.h"

#include <stdio.h>

/* A build for tests names another. */
#ifndef HOST_PROC
#define HOST_PROC	"/proc"
#endif

#define STEAL_MIN	20	/* percent of all time; of what was wanted it is half */
#define CPU_SOME	90.0	/* percent of the last ten seconds in which somebody waited */
#define MEMORY_FULL	30.0	/* ... in which nobody got on */

struct times {
	unsigned long long all, idle, steal;
};

static bool read_times(struct times *t)
{
	unsigned long long user, nice, system, idle, iowait, irq, softirq, steal;
	FILE *f = fopen(HOST_PROC "/stat", "re");
	int n;

	if (!f)
		return false;
	n = fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
		   &iowait, &irq, &softirq, &steal);
	fclose(f);
	if (n != 8)
		return false;
	t->idle = idle + iowait;
	t->steal = steal;
	t->all = user + nice + system + t->idle + irq + softirq + steal;
	return true;
}

static bool stolen(char why[HOST_WHY])
{
	static struct times last;
	unsigned long long all, idle, steal;
	struct times t;
	bool first = !last.all;

	if (!read_times(&t))
		return false;
	all = t.all - last.all;
	idle = t.idle - last.idle;
	steal = t.steal - last.steal;
	/* Counters of a processor that was taken away go back. */
	first |= t.all <= last.all || t.idle < last.idle || t.steal < last.steal;
	last = t;
	if (first || steal * 100 < all * STEAL_MIN || steal * 2 < all - idle)
		return false;
	snprintf(why, HOST_WHY, "%llu %% of dom0's processor time stolen", steal * 100 / all);
	return true;
}

/* @share: "some", in the first line, or "full", in the second. */
static bool pressed(const char *what, const char *share, double limit, char why[HOST_WHY])
{
	char path[64], word[8];
	bool found = false;
	double avg10;
	FILE *f;

	snprintf(path, sizeof(path), HOST_PROC "/pressure/%s", what);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && fscanf(f, "%7s avg10=%lf%*[^\n]", word, &avg10) == 2)
		found = word[0] == share[0];
	fclose(f);
	if (!found || avg10 < limit)
		return false;
	snprintf(why, HOST_WHY, "%s pressure %.0f %% over 10 s", what, avg10);
	return true;
}

bool host_starved(char why[HOST_WHY])
{
	return stolen(why) || pressed("cpu", "some", CPU_SOME, why) ||
	       pressed("memory", "full", MEMORY_FULL, why);
}
