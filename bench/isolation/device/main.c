// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - xmd-devfaults: faults of a simulated NIC under both halves of the driver, one after the other, each in a process
 * of its own that begins with a NIC as it should be.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dev.h"
#include "faults.h"
#include "life.h"
#include "world.h"

static const char *types = "";
static uint32_t seed = 1;

/* The moment is one of traffic, and of what the halves do to registers. */
static void inject(const struct fault *f, struct outcome *o)
{
	uint64_t end = world_ms() + f->after_ms, from;

	while (world_ms() < end)
		life_pass();
	half_state(o->state, sizeof(o->state));
	for (from = dev_accesses; f->accesses && dev_accesses < from + f->accesses; )
		life_pass();
	life_mark(o);
	fault_begin(f);
	observe_begin();
	end = dev_fault_until = world_ms() + f->lasts_ms;
	/* until then, or until a reset */
	while (dev_fault_until && world_ms() < end - f->lasts_ms / 2)
		life_pass();
	if (f->reset && dev_fault_until)
		life_op(OP_RINGS);
	while (dev_fault_until)
		life_pass();
}

static void header(const struct fault *f)
{
	char where[160];

	snprintf(where, sizeof(where), "%s for %u ms%s", f->site, f->lasts_ms, f->reset ? ", with a reset" : "");
	printf("{\"n\":%u,\"kind\":\"xmd\",\"where\":\"device\",\"module\":\"-\",\"simulated\":true,\"type\":\"%s\"", f->n, f->type);
	life_text("site", where);
	printf(",\"at\":\"%u\",\"old\":\"-\",\"new\":\"-\",\"code\":\"\",\"seed\":%u,\"delay_ms\":%u", f->accesses, f->seed,
	       f->after_ms);
}

static void report(const struct fault *f, const struct outcome *o)
{
	char did[40];

	header(f);
	snprintf(did, sizeof(did), "met %u times", dev_touched);
	if (dev_touched || !strcmp(f->type, "none"))
		life_report(did, o);
	else
		life_not_injected("not-reached", "nobody met it");
}

static void one(const struct fault *f)
{
	const struct rlimit cpu = { CPU_S, CPU_S };
	struct outcome o = { };

	setrlimit(RLIMIT_CPU, &cpu);
	life_begin();
	inject(f, &o);
	/* a new domain may have begun meanwhile */
	life_come_back(&o, dev_fault_ended);
	life_judge(&o, NULL);
	report(f, &o);
	fflush(stdout);
	_exit(0);
}

static void fault(unsigned int n)
{
	struct fault f;
	int status;
	pid_t pid;

	if (!fault_plan(&f, n, seed, types)) {
		fprintf(stderr, "xmd-devfaults: --types: there are %s\n", fault_types());
		exit(2);
	}
	fflush(stdout);
	pid = fork();
	if (!pid)
		one(&f);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("xmd-devfaults: fork");
		exit(3);
	}
	if (!status)
		return;
	header(&f);
	life_no_word(status);
	fflush(stdout);
}

static void usage(FILE *to)
{
	fprintf(to, "usage: xmd-devfaults --watchers FILE [--faults N] [--seed S] [--types LIST] [--verbose] [NUMBER...]\n\n"
		"Faults of a SIMULATED NIC, under both halves of the driver as they ship: a line of JSON each.\n"
		"NUMBER: only these; the same seed and number is the same fault.\ntypes: %s\n", fault_types());
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "watchers", 1, NULL, 'w' }, { "faults", 1, NULL, 'n' }, { "seed", 1, NULL, 's' }, { "types", 1, NULL, 't' },
		{ "verbose", 0, NULL, 'v' }, { "help", 0, NULL, 'h' }, { }
	};
	unsigned int faults = 40;
	bool watchers = false;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'w': observe_load(optarg); watchers = true; break;
		case 'n': faults = atoi(optarg); break;
		case 's': seed = strtoul(optarg, NULL, 10); break;
		case 't': types = optarg; break;
		case 'v': observe_verbose = true; break;
		case 'h': usage(stdout); return 0;
		default: usage(stderr); return 2;
		}
	}
	if (!watchers) {
		usage(stderr);
		return 2;
	}
	for (unsigned int n = 1; optind == argc && n <= faults; n++)
		fault(n);
	for (; optind < argc; optind++)
		fault(strtoul(argv[optind], NULL, 10));
	return 0;
}
