// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - faults of a simulated NIC under both halves of the driver, one after the other, each in a process of its own that
 * begins with a NIC as it should be; a line of JSON for each, as bench/isolation/campaign has them.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dev.h"
#include "faults.h"
#include "world.h"

#define BEGIN_MS	20000u		/* until a NIC that is well must serve */
#define LIMIT_MS	60000u		/* until all must be back by itself */
#define WELL_MS		150u		/* no flow is silent for longer */
#define STAYS_MS	5000u		/* what is back must stay so */
#define GAP_MS		200u		/* a guest is cut off */
#define OP_MS		1000u
#define RESTART_MS	1500u		/* of a domain: from dead to the next xmd_nic.ko */
#define CRASHES		8u		/* as xmd-supervisor's crash_limit */
#define CPU_S		20u

static const char *types = "";
static uint32_t seed = 1;

/* ---------------------------------------------------------------------------- the domain */

static bool dead;
static unsigned int restarts;

void domain_dies(const char *why)
{
	char text[100];

	if (dead)
		return;
	dead = true;
	snprintf(text, sizeof(text), "xmd-supervisor: drv: ended by %s: bringing it back", why);
	observe_line(SAY_WARN, text);
}

bool domain_dead(void) { return dead; }

static void new_domain(void)
{
	half_gone();
	world_run(RESTART_MS);
	restarts++;
	if (!half_load()) {
		world_run(OBSERVE_GIVES_UP_MS);
		return;
	}
	observe_domain();
	dead = false;
}

/* ----------------------------------------------------------------------- control operations */

static unsigned int op_next;
static uint64_t op_at;
static bool op_well[OPS];
static char op_failed[64];

static bool op(unsigned int which)
{
	int err = half_op(which);

	if (err && !*op_failed)
		snprintf(op_failed, sizeof(op_failed), "%s: error %d", op_name(which), err);
	return !err;
}

static void ops(void)
{
	if (world_ms() < op_at)
		return;
	op_well[op_next] |= op(op_next);
	op_next = (op_next + 1) % OPS;
	op_at = world_ms() + OP_MS;
}

static bool ops_well(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < OPS; i++)
		n += op_well[i];
	return n == OPS;
}

static void pass(void)
{
	world_run(1);
	ops();
	if (dead && restarts < CRASHES)
		new_domain();
}

/* ------------------------------------------------------------------------------- one fault */

struct outcome {
	const char *verdict;
	char why[160], left[160], state[160];
	uint64_t back_ms;
	unsigned int starts, disabled;
	bool human;
};

static void begin(void)
{
	dev_power_on();
	if (!half_load())
		exit(3);
	observe_domain();
	op_at = ~0ull;
	while (!(guests_well(WELL_MS) && half_user_lives()) && world_ms() < BEGIN_MS)
		world_run(1);
	if (!guests_well(WELL_MS)) {
		fprintf(stderr, "xmd-devfaults: a NIC that is well does not serve\n");
		exit(3);
	}
	op_at = world_ms();
	while (!ops_well())
		pass();
}

/* The moment is one of traffic, and of what the halves do to registers. */
static void inject(const struct fault *f, struct outcome *o)
{
	uint64_t end = world_ms() + f->after_ms, from;

	while (world_ms() < end)
		pass();
	half_state(o->state, sizeof(o->state));
	for (from = dev_accesses; f->accesses && dev_accesses < from + f->accesses; )
		pass();
	o->starts = user_starts;
	o->disabled = irq_disabled_by_linux;
	*op_failed = '\0';
	guests_mark();
	dev_touched = 0;
	fault_begin(f);
	observe_begin();
	end = dev_fault_until = world_ms() + f->lasts_ms;
	/* until then, or until a reset */
	while (dev_fault_until && world_ms() < end - f->lasts_ms / 2)
		pass();
	if (f->reset && dev_fault_until)
		op(OP_RINGS);
	while (dev_fault_until)
		pass();
}

static void come_back(struct outcome *o)
{
	/* a new domain may have begun meanwhile */
	uint64_t removed = dev_fault_ended, well = 0, now;

	memset(op_well, 0, sizeof(op_well));
	for (;;) {
		pass();
		now = world_ms();
		if (!guests_well(WELL_MS) || !half_user_lives())
			well = 0;
		else if (!well)
			well = now;
		if (well && ops_well() && now - well >= STAYS_MS)
			break;
		if (now - removed < LIMIT_MS)
			continue;
		o->human = true;
		break;
	}
	o->back_ms = well > removed + 1 ? well - removed : 0;
}

static uint64_t cut_of(unsigned int v)
{
	uint64_t now = world_ms(), cut = flow_tx[v].longest_ms, c[3] = { flow_rx[v].longest_ms,
		now - flow_tx[v].last_ms, now - flow_rx[v].last_ms };

	for (unsigned int i = 0; i < 3; i++)
		cut = c[i] > cut ? c[i] : cut;
	return cut;
}

static uint64_t cut(void)
{
	uint64_t most = 0;

	for (unsigned int v = 0; v < VIFS; v++)
		most = cut_of(v) > most ? cut_of(v) : most;
	return most;
}

static void latent(struct outcome *o)
{
	char now[160];

	if (o->human)
		return;
	half_state(now, sizeof(now));
	if (strcmp(now, o->state))
		snprintf(o->left, sizeof(o->left), "%s", now);
	else if (half_op(OP_RINGS))
		snprintf(o->left, sizeof(o->left), "a reset fails");
}

static void judge(struct outcome *o)
{
	unsigned int missing = half_buffers_missing();

	latent(o);
	if (missing) {
		o->verdict = "host";
		snprintf(o->why, sizeof(o->why), "account: %u buffers are nobody's", missing);
	} else if (guests.corrupt) {
		o->verdict = "guest";
		snprintf(o->why, sizeof(o->why), "wrong data with a right checksum: %u, first %s", guests.corrupt,
			 guests.first);
	} else if (o->human) {
		o->verdict = "human";
		snprintf(o->why, sizeof(o->why), "not back after %u s: %s%s", LIMIT_MS / 1000,
			 guests_well(WELL_MS) ? "control operations fail: " : "frames do not flow", guests_well(WELL_MS) ?
			 op_failed : "");
	} else {
		o->verdict = cut() > GAP_MS ? "cut" : *op_failed ? "control" : "nothing";
	}
}

static void text(const char *name, const char *s)
{
	printf(",\"%s\":\"", name);
	for (; *s; s++)
		putchar(*s == '"' || *s == '\\' || *s < ' ' || *s > '~' ? '.' : *s);
	putchar('"');
}

/* As the campaign's cases write it, and "simulated", "back_ms" and "told" beside */
static void header(const struct fault *f)
{
	char where[160];

	snprintf(where, sizeof(where), "%s for %u ms%s", f->site, f->lasts_ms, f->reset ? ", with a reset" : "");
	printf("{\"n\":%u,\"kind\":\"xmd\",\"where\":\"device\",\"module\":\"-\",\"simulated\":true,\"type\":\"%s\"", f->n, f->type);
	text("site", where);
	printf(",\"at\":\"%u\",\"old\":\"-\",\"new\":\"-\",\"code\":\"\",\"seed\":%u,\"delay_ms\":%u", f->accesses, f->seed,
	       f->after_ms);
}

static void report(const struct fault *f, const struct outcome *o)
{
	unsigned int lost = 0;
	bool met = dev_touched || !strcmp(f->type, "none");

	header(f);
	if (!met) {
		printf(",\"result\":\"not-reached\",\"did\":\"nobody met it\",\"verdict\":\"not-injected\"}\n");
		return;
	}
	for (unsigned int v = 0; v < VIFS; v++)
		lost += flow_tx[v].lost + flow_rx[v].lost;
	printf(",\"result\":\"injected\",\"did\":\"met %u times\",\"verdict\":\"%s\"", dev_touched, o->verdict);
	if (observed.noticed)
		printf(",\"noticed_ms\":%llu", (unsigned long long)observed.at_ms);
	else
		printf(",\"noticed_ms\":null");
	text("noticed_by", observed.by);
	text("noticed_what", observed.what);
	printf(",\"recovered_by\":\"%s\"", restarts ? "xmd-supervisor" : user_starts != o->starts ? "xmd-init" : "-");
	printf(",\"cut_ms\":{");
	for (unsigned int v = 0; v < VIFS; v++)
		printf("%s\"g%u\":%llu", v ? "," : "", v + 1, (unsigned long long)cut_of(v));
	printf("},\"back_ms\":%llu,\"lost\":%u,\"corrupt\":%u,\"damaged\":%u,\"tails\":%u", (unsigned long long)o->back_ms,
	       lost, guests.corrupt, guests.bad_sum + guests.strange, guests.tails);
	text("connections", "");
	text("control", op_failed);
	text("left", o->left);
	text("why", o->why);
	text("told", observed.remedy);
	printf(",\"restarts\":%u,\"seconds\":%llu}\n", restarts, (unsigned long long)(world_ms() / 1000));
}

static void one(const struct fault *f)
{
	const struct rlimit cpu = { CPU_S, CPU_S };
	struct outcome o = { };

	setrlimit(RLIMIT_CPU, &cpu);
	begin();
	inject(f, &o);
	come_back(&o);
	judge(&o);
	report(f, &o);
	fflush(stdout);
	_exit(0);
}

/* What the process could not say itself: it has crashed, a lock was taken twice, it does not end. */
static void no_word(const struct fault *f, int status)
{
	header(f);
	printf(",\"result\":\"injected\",\"did\":\"\",\"verdict\":\"host\",\"noticed_ms\":null,\"noticed_by\":\"\",\"recovered_by\":\"-\"");
	printf(",\"cut_ms\":{\"g1\":0,\"g2\":0,\"g3\":0},\"back_ms\":0,\"lost\":0,\"corrupt\":0,\"connections\":\"\",\"control\":\"\",\"left\":\"\"");
	printf(",\"why\":\"%s %d\",\"told\":\"\",\"restarts\":0,\"seconds\":0}\n", WIFSIGNALED(status) ? "signal" : "exit status",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	fflush(stdout);
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
	if (status)
		no_word(&f, status);
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
