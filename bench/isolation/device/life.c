// SPDX-License-Identifier: GPL-2.0
/* life.c - see life.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "dev.h"
#include "life.h"
#include "world.h"

#define BEGIN_MS	20000u		/* until a NIC that is well must serve */
#define WELL_MS		150u		/* no flow is silent for longer */
#define STAYS_MS	5000u		/* what is back must stay so */
#define GAP_MS		200u		/* a guest is cut off */
#define OP_MS		1000u
#define RESTART_MS	1500u		/* of a domain: from dead to the next xmd_nic.ko */
#define CRASHES		8u		/* as xmd-supervisor's crash_limit */

/* ---------------------------------------------------------------------------- the domain */

static bool dead;
static unsigned int restarts;
void (*life_guard)(void (*run)(void));
void (*life_forget)(void);

unsigned int life_restarts(void) { return restarts; }

void domain_dies(const char *why)
{
	char text[100];

	if (dead)
		return;
	dead = true;
	snprintf(text, sizeof(text), "xmd-supervisor: drv: ended by %s: bringing it back", why);
	observe_line(SAID_WARN, text);
}

bool domain_dead(void) { return dead; }

static void new_domain(void)
{
	if (life_forget)
		life_forget();
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
static bool op_well[OP_RINGS + 1];
unsigned int life_ops = OPS;
static char op_failed[64];

bool life_op(unsigned int which)
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
	op_well[op_next] |= life_op(op_next);
	op_next = (op_next + 1) % life_ops;
	op_at = world_ms() + OP_MS;
}

static bool ops_well(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < life_ops; i++)
		n += op_well[i];
	return n == life_ops;
}

static void pass(void)
{
	world_run(1);
	ops();
}

static void guarded(void (*run)(void))
{
	if (life_guard)
		life_guard(run);
	else
		run();
}

void life_pass(void)
{
	guarded(pass);
	if (dead && restarts < CRASHES)
		new_domain();
}

/* -------------------------------------------------------------------- before and behind a fault */

void life_begin(void)
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
		life_pass();
}

void life_mark(struct outcome *o)
{
	o->starts = user_starts;
	*op_failed = '\0';
	guests_mark();
	dev_touched = 0;
}

void life_come_back(struct outcome *o, uint64_t removed)
{
	uint64_t well = 0, now;

	memset(op_well, 0, sizeof(op_well));
	for (;;) {
		life_pass();
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

static int reset_failed;
static void reset(void) { reset_failed = half_op(OP_RINGS); }

static void latent(struct outcome *o)
{
	char now[160];

	if (o->human || *o->left)
		return;
	half_state(now, sizeof(now));
	if (strcmp(now, o->state)) {
		snprintf(o->left, sizeof(o->left), "%s", now);
		return;
	}
	reset_failed = -1;
	guarded(reset);
	if (reset_failed)
		snprintf(o->left, sizeof(o->left), "a reset fails");
}

void life_judge(struct outcome *o, void (*refresh)(struct outcome *o))
{
	/* what the half that is damaged has lost goes with its domain */
	unsigned int missing = life_guard ? 0 : half_buffers_missing();
	uint64_t silent = cut();
	bool failed = *op_failed;

	o->another = user_starts != o->starts;
	if (refresh && !o->human)
		refresh(o);
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
		o->verdict = silent > GAP_MS ? "cut" : failed ? "control" : "nothing";
	}
}

/* ---------------------------------------------------------------------------------- a line */

void life_text(const char *name, const char *s)
{
	printf(",\"%s\":\"", name);
	for (; *s; s++)
		putchar(*s == '"' || *s == '\\' || *s < ' ' || *s > '~' ? '.' : *s);
	putchar('"');
}

void life_not_injected(const char *result, const char *did)
{
	printf(",\"result\":\"%s\"", result);
	life_text("did", did);
	printf(",\"verdict\":\"not-injected\"}\n");
}

void life_report(const char *did, const struct outcome *o)
{
	unsigned int lost = 0;

	for (unsigned int v = 0; v < VIFS; v++)
		lost += flow_tx[v].lost + flow_rx[v].lost;
	printf(",\"result\":\"injected\",\"did\":\"%s\",\"verdict\":\"%s\"", did, o->verdict);
	if (observed.noticed)
		printf(",\"noticed_ms\":%llu", (unsigned long long)observed.at_ms);
	else
		printf(",\"noticed_ms\":null");
	life_text("noticed_by", observed.by);
	life_text("noticed_what", observed.what);
	printf(",\"recovered_by\":\"%s\"", restarts ? "xmd-supervisor" : o->another ? "xmd-init" : "-");
	printf(",\"cut_ms\":{");
	for (unsigned int v = 0; v < VIFS; v++)
		printf("%s\"g%u\":%llu", v ? "," : "", v + 1, (unsigned long long)cut_of(v));
	printf("},\"back_ms\":%llu,\"lost\":%u,\"corrupt\":%u,\"damaged\":%u,\"tails\":%u", (unsigned long long)o->back_ms,
	       lost, guests.corrupt, guests.bad_sum + guests.strange, guests.tails);
	life_text("connections", "");
	life_text("control", op_failed);
	life_text("left", o->left);
	life_text("why", o->why);
	life_text("told", observed.remedy);
	printf(",\"restarts\":%u,\"seconds\":%llu}\n", restarts, (unsigned long long)(world_ms() / 1000));
}

void life_no_word(int status)
{
	printf(",\"result\":\"injected\",\"did\":\"\",\"verdict\":\"host\",\"noticed_ms\":null,\"noticed_by\":\"\",\"recovered_by\":\"-\"");
	printf(",\"cut_ms\":{\"g1\":0,\"g2\":0,\"g3\":0},\"back_ms\":0,\"lost\":0,\"corrupt\":0,\"connections\":\"\",\"control\":\"\",\"left\":\"\"");
	printf(",\"why\":\"%s %d\",\"told\":\"\",\"restarts\":0,\"seconds\":0}\n", WIFSIGNALED(status) ? "signal" : "exit status",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}
