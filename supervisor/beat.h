/* SPDX-License-Identifier: GPL-2.0 */
/*
 * beat.h - how late the heartbeat of a driver domain may be.
 *
 * "heartbeat" of the configuration is for the worst of hosts.  Most show that they need much less:
 * the longest silence between two beats that was seen lately, twice, is a time in which
 * the next one comes, unless something has changed.  When it does not, what the domain's processor
 * did meanwhile decides:
 *
 *	nothing at all		paused, or asleep for good: it hangs
 *	nothing but run		it spins, or has very much to do: twice the time
 *	wants to run, may not	this host has no processor for it: not its fault
 *	something		it lives; xmd-backend may be on its way back: the whole "heartbeat"
 *
 * One that is ended so has twice the time in its next life, until it has beaten for a while.
 */
#ifndef XMD_SUPERVISOR_BEAT_H
#define XMD_SUPERVISOR_BEAT_H

#include "config.h"
#include "xl.h"

#include <stdint.h>

#define BEAT_KNOWN	8	/* beats, before anything is concluded from them */

struct beat {
	unsigned int n;		/* seen in this life, up to BEAT_KNOWN */
	unsigned int usual;	/* ms between two */
	unsigned int worst;	/* ms; the longest time lately, which fades */
	unsigned int looks;	/* since the last one, in vain */
	bool at_once;		/* the last was there when it was first looked for */
	bool disturbed;		/* we could not listen since the last one */
	uint64_t sampled;	/* ms; when cpu was read; 0: not since the last one */
	uint64_t cpu;		/* ns */
};

/* A life begins. */
void beat_begin(struct beat *b);
/* One has come, or @beats of them, @gap ms after the one before. */
void beat_came(struct beat *b, unsigned int gap, uint32_t beats);

/* ms of silence, after which the processor is asked.  0: not known. */
unsigned int beat_limit(const struct beat *b, const struct policy *p);

/* Should the next one have come by now, @silent ms after the last? */
bool beat_late(const struct beat *b, unsigned int silent);

/* One was looked for, and the last one came at @last: when to look for the next. */
uint64_t beat_look(struct beat *b, uint64_t last, uint64_t now);

/*
 * There is silence for @silent ms, and the processor of the domain is at @u.
 * Return: whether it hangs.
 */
bool beat_hangs(struct beat *b, const struct xl_usage *u, unsigned int silent, unsigned int limit,
		uint64_t now);

#endif
