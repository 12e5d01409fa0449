// SPDX-License-Identifier: GPL-2.0
/*
 * userfaults.c - xmd-userfaults: faults of xmd-sites's plan in xmd-userdriver, the file that is in the image, over the kernel
 * half and a simulated NIC; each in a world of its own. A line of JSON each.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "dev.h"
#include "life.h"
#include "proc.h"
#include "row.h"
#include "world.h"

#define WITHIN_MS	6000u	/* the site is reached, or a message comes */
#define OBSERVE_MS	4000u	/* what is left alone meanwhile */
#define DELAY_MS	3000u	/* of a fault that is one */
#define REFRESH_MS	30000u

static struct row row;
static struct fault fault;
static uint64_t hit_ms;
static bool hit;

/* -------------------------------------------------------------------------------- the line */

static void header(void)
{
	row_header(&row, "userdriver-sim", "-");
}

static _Noreturn void not_injected(const char *result, const char *did)
{
	header();
	life_not_injected(result, did);
	fflush(stdout);
	_exit(0);
}

/* Of ../trace.c and ../act.c: nothing was changed */
void end(int status, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	not_injected(status == DIFFERS ? "differs" : "failed", text);
}

/* ------------------------------------------------------------------------------- one fault */

static void on_site(unsigned int i)
{
	(void)i;
	if (is_message(fault.type)) {
		calls_fault(&fault);
	} else if (!strcmp(fault.type, "delay")) {
		proc_hold(DELAY_MS);
		snprintf(fault.did, sizeof(fault.did), "held for %u ms", DELAY_MS);
	} else if (!strcmp(fault.type, "stop")) {
		proc_hold(UINT64_MAX);
		snprintf(fault.did, sizeof(fault.did), "stopped");
	} else {
		act(proc_target(), proc_target()->thread, &fault);
	}
	hit = true;
	hit_ms = dev_met_ms = world_ms();
	dev_touched = 1;
}

static void inject(struct outcome *o)
{
	uint64_t end_ms = world_ms() + row.delay_ms;
	unsigned int starts;

	while (world_ms() < end_ms)
		life_pass();
	half_state(o->state, sizeof(o->state));
	life_mark(o);
	observe_begin();
	starts = user_starts;
	if (!proc_lives())
		not_injected("failed", "there is no xmd-userdriver");
	proc_break(&fault.site, 1, on_site);
	end_ms = world_ms() + WITHIN_MS;
	while (!(hit && (!is_message(fault.type) || calls_fault_done()))) {
		if (user_starts != starts || world_ms() > end_ms)
			not_injected("not-reached", hit ? "no message" : "not reached");
		life_pass();
	}
	end_ms = world_ms() + OBSERVE_MS;
	while (world_ms() < end_ms)
		life_pass();
}

/* The process with the fault goes. */
static void refresh(struct outcome *o)
{
	uint64_t end_ms = world_ms() + REFRESH_MS;

	observe_end();
	if (user_starts == o->starts)
		proc_kill();
	do {
		life_pass();
	} while (!half_user_lives() && world_ms() < end_ms);
	if (!half_user_lives())
		snprintf(o->left, sizeof(o->left), "no user half lives after another one");
}

static void one(void)
{
	const struct rlimit cpu = { CPU_S, CPU_S };
	struct outcome o = { };

	setrlimit(RLIMIT_CPU, &cpu);
	life_begin();
	inject(&o);
	life_come_back(&o, hit_ms);
	life_judge(&o, refresh);
	header();
	life_report(fault.did, &o);
	fflush(stdout);
	proc_kill();
	_exit(0);
}

/* ----------------------------------------------------------------------------------- a plan */

static bool parse(char *line)
{
	if (!row_parse(&row, line) || !known_type(row.type))
		return false;
	fault = (struct fault){ .type = row.type, .site = row.at, .seed = row.seed, .len = row.len };
	memcpy(fault.old, row.old, sizeof(fault.old));
	memcpy(fault.new, row.new, sizeof(fault.new));
	memcpy(fault.any_old, row.any_old, sizeof(fault.any_old));
	memcpy(fault.any_new, row.any_new, sizeof(fault.any_new));
	return true;
}

/* --------------------------------------------------------------------------- what runs at all */

static uint64_t *blocks;

static void reached(unsigned int i) { printf("0x%lx\n", blocks[i]); }

static int look(const char *path, unsigned int seconds)
{
	unsigned int n = row_blocks(path, &blocks);

	life_begin();
	proc_break(blocks, n, reached);
	for (uint64_t end_ms = world_ms() + seconds * 1000ull; world_ms() < end_ms; )
		life_pass();
	fflush(stdout);
	proc_kill();
	return 0;
}

static void usage(FILE *to)
{
	fputs("usage: xmd-userfaults --watchers FILE --program FILE [--verbose] < PLAN\n"
	      "       xmd-userfaults --watchers FILE --program FILE --cover BLOCKS [--seconds S]\n\n"
	      "Faults in the user half FILE, over the kernel half as it ships and a SIMULATED NIC: a line of JSON for each of\n"
	      "PLAN, \"xmd-sites plan\"'s. --cover prints which of \"xmd-sites blocks\"'s are reached in S (30) simulated seconds.\n", to);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "watchers", 1, NULL, 'w' }, { "program", 1, NULL, 'p' }, { "cover", 1, NULL, 'c' }, { "seconds", 1, NULL, 's' },
		{ "verbose", 0, NULL, 'v' }, { "help", 0, NULL, 'h' }, { }
	};
	const char *program = NULL, *covers = NULL;
	unsigned int seconds = 30;
	bool watchers = false;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'w': observe_load(optarg); watchers = true; break;
		case 'p': program = optarg; break;
		case 'c': covers = optarg; break;
		case 's': seconds = atoi(optarg); break;
		case 'v': observe_verbose = true; break;
		case 'h': usage(stdout); return 0;
		default: usage(stderr); return 2;
		}
	}
	if (!watchers || !program || optind < argc) {
		usage(stderr);
		return 2;
	}
	proc_program(program);
	/* without it, nothing that a reset needs would run */
	life_ops = OP_RINGS + 1;
	if (covers)
		return look(covers, seconds);
	row_each(&(struct row_of){ "xmd-userfaults", parse, one, header, life_no_word });
	return 0;
}
