// SPDX-License-Identifier: GPL-2.0
/* beat.c - see beat.h */
#include "beat.h"

#define MARGIN		2	/* times the longest silence */
#define FADE		64	/* beats in which that loses two thirds */
#define LOOK_MS		100	/* between two looks for a beat that is due */
#define EARLIER_MS	10	/* than usual is the first of them, as long as that finds it */
#define LATER_MS	20	/* than usual, if it did not */
#define MISSED_MAX	8	/* beats that we have not seen, as the next came before we looked */
#define EARLY_MS	500	/* between two looks as long as nothing is known */
#define LATEST_MS	5000	/* not to look at all */
#define SAMPLE_MS	500	/* of its processor, to judge by */
#define STOPPED_NS	50000	/* less in that time is nothing: an idle Linux wakes now and then */

void beat_begin(struct beat *b)
{
	b->n = 0;
	b->disturbed = true;
	b->sampled = 0;
}

void beat_came(struct beat *b, unsigned int gap, uint32_t beats)
{
	b->at_once = !b->looks;
	b->looks = 0;
	b->sampled = 0;
	if (beats && beats <= MISSED_MAX)
		gap /= beats;
	if (b->disturbed) {
		b->disturbed = false;
		return;
	}
	b->usual = b->usual ? (7 * b->usual + gap) / 8 : gap;
	b->worst -= b->worst / FADE;
	if (gap > b->worst)
		b->worst = gap;
	if (b->n < BEAT_KNOWN)
		b->n++;
}

unsigned int beat_limit(const struct beat *b, const struct policy *p)
{
	unsigned int limit = MARGIN * b->worst;

	if (!p->hang_ms || b->n < BEAT_KNOWN)
		return 0;
	return limit > p->hang_ms ? limit : p->hang_ms;
}

/* A quarter for what one is late, and for when we look. */
bool beat_late(const struct beat *b, unsigned int silent)
{
	return silent > b->usual + b->usual / 4;
}

uint64_t beat_look(struct beat *b, uint64_t last, uint64_t now)
{
	uint64_t due = last + b->usual;

	if (b->n < BEAT_KNOWN)
		return now + EARLY_MS;
	if (now > last) {
		b->looks++;
		return now + (now - last < LATEST_MS ? LOOK_MS : EARLY_MS);
	}
	due = b->at_once ? due - EARLIER_MS : due + LATER_MS;
	due = due < now + LATEST_MS ? due : now + LATEST_MS;
	return due > now + LOOK_MS ? due : now + LOOK_MS;
}

bool beat_hangs(struct beat *b, const struct xl_usage *u, unsigned int silent, unsigned int limit,
		uint64_t now)
{
	uint64_t ms = now - b->sampled, used = u->cpu_ns - b->cpu;
	bool wants = !u->running && !u->blocked && !u->paused;

	if (!b->sampled || u->cpu_ns < b->cpu) {
		b->sampled = now;
		b->cpu = u->cpu_ns;
		return false;
	}
	if (silent < limit || ms < SAMPLE_MS)
		return false;
	/* It stands in line: this host's doing. */
	if (wants && used < ms * 1000000 / 2)
		return false;
	if (used < STOPPED_NS)
		return true;
	return used >= ms * 900000 && silent >= 2 * limit;
}
