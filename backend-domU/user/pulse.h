/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pulse.h - tells dom0 that this driver domain makes progress, and drains it.
 *
 * Every PULSE_MS the heartbeat in xenstore grows, unless the NIC is not served (pet.h, which
 * also looks after Xen's watchdog, and waits for nobody).  That this code runs says the same
 * of xmd-backend; xmd-supervisor brings a domain back that is silent for long.
 *
 * Key nic says of a NIC that answers no register what only dom0 can find out more about.
 *
 * control=drain (see keys.list) empties the way between guests and wire for a planned
 * restart.  If nobody ends the domain then, it goes on by itself after PULSE_DRAINED_MS.
 * That the way is held is known by the kernel half, so a new xmd-backend asks there, and goes
 * on with what control says: the drain, or the traffic.
 */
#ifndef XMD_BACKEND_PULSE_H
#define XMD_BACKEND_PULSE_H

#include "kern.h"
#include "pet.h"
#include "store.h"

#define PULSE_DRAIN_LOOK_MS	5
#define PULSE_DRAINED_MS	15000
#define PULSE_TOKEN		"c"

struct pulse {
	struct pet pet;
	uint32_t beats;
	bool told_nic, told_away;	/* that key nic says so */
	uint64_t at;		/* ms; when the next beat is due */
	enum { FLOWING, DRAINING, DRAINED } drain;
	uint64_t drain_at;	/* ms; when to look again, or to go on */
};

/* Watch for control, find out what the kernel half is at.  0 or a negative errno. */
int pulse_start(struct pulse *p, struct store *s, struct kern *k, uint64_t now);

/* Own node state: what is true now of one that serves. */
int pulse_announce(const struct pulse *p, struct store *s);

/* The key control has changed. */
int pulse_control(struct pulse *p, struct store *s, struct kern *k, uint64_t now);

/* What is due at @now.  Return: 0, or negative: a connection is broken. */
int pulse_work(struct pulse *p, struct store *s, struct kern *k, uint64_t now);

uint64_t pulse_due(const struct pulse *p);

/* The next full multiple of @ms, which is the same moment for all who ask. */
static inline uint64_t pulse_next(uint64_t now, unsigned int ms)
{
	return (now / ms + 1) * ms;
}

#endif
