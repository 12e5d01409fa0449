// SPDX-License-Identifier: GPL-2.0
/*
 * observe.c - who notices a fault first: a line of a log, a counter that moves, by the table of bench/isolation/watchers;
 * xmd-backend's look at the NIC, with what Xen's watchdog does if it is not petted (backend-domU/user/pet.h); and
 * xmd-supervisor's at a NIC that is away for its domain (supervisor/health.c).
 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xmd/nicregs.h>
#include "dev.h"
#include "world.h"

#define ROWS		96u
#define PET_MS		400u
#define DOUBT_MS	75u
#define DOUBTS		4u
#define UNWELL_MS	10000u
#define WATCHDOG_MS	2000u
#define GIVE_UP_MS	1000u
#define BEAT_MS		2000u
#define AWAY_LOOKS	5u

enum kind { LINE, COUNTER, REMEDY };

static struct row {
	char who[24], counter[24];
	enum kind kind;
	regex_t pattern;
} rows[ROWS];
static unsigned int n_rows;

struct observed observed;
bool observe_verbose;
volatile bool observing;
static bool watching;
static struct half_counter before[24];
static unsigned int n_before;
static uint64_t petted, look_at, well_at, away_at, beat_at;
static unsigned int doubts, away_looks;
static bool given_up;

static void bad(const char *file, const char *line)
{
	fprintf(stderr, "xmd-devfaults: %s: not WHO<tab>line|counter|remedy<tab>WHAT: %s\n", file, line);
	exit(2);
}

static void add(const char *file, char *line)
{
	char *who = strtok(line, "\t"), *kind = strtok(NULL, "\t"), *what = strtok(NULL, "");
	struct row *r = &rows[n_rows];

	if (!who || !kind || !what || n_rows == ROWS)
		bad(file, line);
	r->kind = !strcmp(kind, "line") ? LINE : !strcmp(kind, "counter") ? COUNTER : REMEDY;
	snprintf(r->who, sizeof(r->who), "%s", who);
	snprintf(r->counter, sizeof(r->counter), "%s", what);
	if (r->kind != COUNTER && regcomp(&r->pattern, what, REG_EXTENDED | REG_NOSUB))
		bad(file, line);
	n_rows++;
}

void observe_load(const char *file)
{
	FILE *f = fopen(file, "r");
	char line[512];

	if (!f) {
		perror(file);
		exit(2);
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line && *line != '#')
			add(file, line);
	}
	fclose(f);
}

static void noticed(const char *who, const char *what)
{
	if (!watching || observed.noticed)
		return;
	observed.noticed = true;
	observed.at_ms = world_ms() - dev_met_ms;
	snprintf(observed.by, sizeof(observed.by), "%s", who);
	snprintf(observed.what, sizeof(observed.what), "%s", what);
}

static void line(enum said how, const char *text)
{
	if (observe_verbose)
		fprintf(stderr, "%8.3f %c %s\n", world_us / 1e6, how == SAID_WARN ? '!' : ' ', text);
	for (struct row *r = rows; watching && r < rows + n_rows; r++) {
		if (r->kind == COUNTER || regexec(&r->pattern, text, 0, NULL, 0))
			continue;
		if (r->kind == LINE)
			noticed(r->who, text);
		else
			snprintf(observed.remedy, sizeof(observed.remedy), "%s", text);
	}
}

void observe_line(enum said how, const char *text)
{
	observing = true;
	line(how, text);
	observing = false;
}

void observe_begin(void)
{
	memset(&observed, 0, sizeof(observed));
	watching = true;
	n_before = half_counters(before, sizeof(before) / sizeof(before[0]));
}

void observe_end(void) { watching = false; }

static void look_at_counters(void)
{
	struct half_counter now[24];
	char text[64];

	half_counters(now, sizeof(now) / sizeof(now[0]));
	for (struct row *r = rows; r < rows + n_rows; r++) {
		for (unsigned int i = 0; r->kind == COUNTER && i < n_before; i++) {
			if (strcmp(r->counter, now[i].name) || now[i].value <= before[i].value)
				continue;
			snprintf(text, sizeof(text), "counter %s", r->counter);
			noticed(r->who, text);
		}
	}
}

/* What is away for the domain, and answers dom0 at one heartbeat after the other */
static void look_away(uint64_t now)
{
	uint32_t status;

	if (now < beat_at)
		return;
	beat_at = now + BEAT_MS;
	if (now - away_at <= UNWELL_MS) {
		away_looks = 0;
		return;
	}
	status = dev_read(STATUS);
	away_looks = status && status != ~0u ? away_looks + 1 : 0;
	if (away_looks >= AWAY_LOOKS) {
		noticed("xmd-supervisor", "does not reach its NIC, which answers dom0");
		domain_dies("xmd-supervisor: it does not reach its NIC, which answers dom0");
	}
}

static void pet(uint64_t now)
{
	doubts = half_stuck() || guests_refused() ? doubts + 1 : 0;
	if (doubts >= DOUBTS && !given_up) {
		given_up = true;
		petted = now + GIVE_UP_MS - WATCHDOG_MS;
		observe_line(SAID_WARN, "xmd-backend: the data path is stuck: polls that are due do not run, or an idle NIC takes no frames, or no buffer comes back; the watchdog ends this domain in 1 s");
	}
	if (!half_away())
		away_at = now;
	if (now - away_at > UNWELL_MS && now - away_at <= UNWELL_MS + PET_MS)
		observe_line(SAID_WARN, "xmd-backend: no register of the NIC has answered for 10 s: vifs stay connected, and frames flow when it answers again");
	look_away(now);
	if (!half_unwell_ms() || half_away())
		well_at = now;
	if (now - well_at > UNWELL_MS && now - well_at <= UNWELL_MS + PET_MS)
		observe_line(SAID_WARN, "xmd-backend: no NIC, or it has not been served for 10 s: no heartbeat, so that somebody restarts this domain");
	if (!given_up && now - well_at <= UNWELL_MS)
		petted = now;
	look_at = now + (doubts ? DOUBT_MS : PET_MS);
}

void observe_domain(void)
{
	petted = well_at = away_at = world_ms();
	look_at = beat_at = 0;
	away_looks = 0;
	doubts = 0;
	given_up = false;
	n_before = half_counters(before, sizeof(before) / sizeof(before[0]));
}

void observe_pass(bool starved)
{
	uint64_t now = world_ms();

	if (!starved && now >= look_at)
		pet(now);
	if (watching && !observed.noticed)
		look_at_counters();
	if (now > petted + WATCHDOG_MS) {
		domain_dies("Xen's watchdog");
		noticed("xmd-supervisor", "Xen's watchdog has ended the domain");
	}
}
