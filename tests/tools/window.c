// SPDX-License-Identifier: GPL-2.0
/*
 * window.c - sequence numbers: what was lost, came twice, or late, and in which outage.
 *
 * The memory is one bit for each of the last WINDOW numbers, however long it goes on.
 */
#include <inttypes.h>
#include <string.h>

#include "traffic.h"

static bool seen(const struct window *w, uint64_t seq)
{
	seq %= WINDOW;
	return w->seen[seq / 64] >> seq % 64 & 1;
}

static void set_seen(struct window *w, uint64_t seq, bool yes)
{
	uint64_t bit = 1ull << (seq %= WINDOW) % 64;

	if (yes)
		w->seen[seq / 64] |= bit;
	else
		w->seen[seq / 64] &= ~bit;
}

/* @seq is the new highest: the bits of those that leave the window are those of the new ones. */
static void advance(struct window *w, uint64_t seq, double sent)
{
	if (w->gap.open && !w->gap.above)
		w->gap.sent_apart = sent - w->last_sent;
	if (seq - w->last >= WINDOW)
		memset(w->seen, 0, sizeof(w->seen));
	else
		for (uint64_t n = w->last + 1; n < seq; n++)
			set_seen(w, n, false);
	w->last = seq;
	w->last_sent = sent;
}

/* The first that is missing above @before, if it is still remembered. */
static uint64_t first_missing(const struct window *w, uint64_t before)
{
	uint64_t n = before + 1;

	if (w->last - n >= WINDOW)
		n = w->last - WINDOW + 1;
	while (n < w->last && seen(w, n))
		n++;
	return n;
}

static void print_runs(const struct gap *g, FILE *f)
{
	const char *comma = "";

	for (unsigned int i = 0; i < g->runs; i++, comma = ",") {
		fprintf(f, "%s%" PRId64, comma, g->run[i].from);
		if (g->run[i].to != g->run[i].from)
			fprintf(f, "..%" PRId64, g->run[i].to);
	}
	if (g->not_listed)
		fprintf(f, "%s+%" PRIu64, comma, g->not_listed);
	else if (!g->runs)
		fputs("-", f);
}

static void close_gap(struct window *w)
{
	struct gap *g = &w->gap;
	uint64_t lost;

	if (!g->open)
		return;
	g->open = false;
	lost = w->last - g->before - g->above;
	w->gap_lost += lost;
	fprintf(w->report, "gap: at_s=%.3f ms=%.0f ended_wall_s=%.3f sent_apart_ms=%.0f lost=%" PRIu64,
		g->at - w->start, (g->ended - g->at) * 1000, g->ended_wall, g->sent_apart * 1000, lost);
	if (lost)
		fprintf(w->report, " first_missing=%" PRIu64, first_missing(w, g->before));
	else
		fputs(" first_missing=-", w->report);
	fprintf(w->report, " last_before=%" PRIu64 " duplicates_after=%" PRIu64 " distances=",
		g->before, g->duplicates);
	print_runs(g, w->report);
	fputc('\n', w->report);
}

static void silence(struct window *w, double at)
{
	double len = at - w->latest;

	if (w->gap.open && at > w->gap.ended + w->settle_ms / 1000)
		close_gap(w);
	if (len > w->longest)
		w->longest = len;
	if (!w->gap_ms || len * 1000 <= w->gap_ms)
		return;
	close_gap(w);
	w->gaps++;
	w->gap = (struct gap){
		.open = true,
		.at = w->latest,
		.ended = at,
		.ended_wall = wall(),
		.before = w->last,
	};
}

static void duplicate(struct window *w, uint64_t seq)
{
	struct gap *g = &w->gap;
	int64_t distance = g->before - seq;

	w->duplicates++;
	if (!g->open)
		return;
	g->duplicates++;
	if (g->runs && g->run[g->runs - 1].to == distance + 1)
		g->run[g->runs - 1].to = distance;
	else if (g->runs == RUNS)
		g->not_listed++;
	else {
		g->run[g->runs].from = g->run[g->runs].to = distance;
		g->runs++;
	}
}

static void distinct(struct window *w, uint64_t seq)
{
	set_seen(w, seq, true);
	w->distinct++;
	if (seq < w->first)
		w->first = seq;
	if (w->gap.open && seq > w->gap.before)
		w->gap.above++;
}

void window_add(struct window *w, uint64_t seq, double at, double sent)
{
	if (!w->received++) {
		w->first = w->last = seq;
		w->start = at;
		w->last_sent = sent;
		distinct(w, seq);
	} else {
		silence(w, at);
		if (seq > w->last) {
			advance(w, seq, sent);
			distinct(w, seq);
		} else if (w->last - seq >= WINDOW) {
			w->too_old++;
		} else if (seen(w, seq)) {
			duplicate(w, seq);
		} else {
			w->reordered++;
			distinct(w, seq);
		}
	}
	w->latest = at;
}

void window_end(struct window *w)
{
	close_gap(w);
}

uint64_t window_lost(const struct window *w)
{
	return w->received ? w->last - w->first + 1 - w->distinct : 0;
}
