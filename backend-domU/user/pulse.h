/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pulse.h - tells the outside that this driver domain makes progress, and drains it.
 *
 * Every PULSE_MS, if the NIC is well (XMD_BACK_HEALTH): the heartbeat in xenstore grows
 * and Xen's watchdog of this domain is petted (/dev/watchdog, xen_wdt.ko).  That this code
 * runs says the same of xmd-backend; so what stops any of the three for longer than the
 * watchdog's timeout ends the domain, and xmd-supervisor brings it back.
 *
 * control=drain (see keys.list) empties the way between guests and wire for a planned
 * restart.  If nobody ends the domain then, it goes on by itself after PULSE_DRAINED_MS.
 */
#ifndef XMD_BACKEND_PULSE_H
#define XMD_BACKEND_PULSE_H

#include "kern.h"
#include "store.h"

#define PULSE_MS		2000
#define PULSE_UNWELL_MS		10000	/* of the NIC: longer than its user half takes to come back */
#define PULSE_DRAIN_LOOK_MS	5
#define PULSE_DRAINED_MS	15000
#define PULSE_WATCHDOG		"/dev/watchdog"
#define PULSE_TOKEN		"c"

struct pulse {
	int watchdog;		/* open file of Xen's watchdog, or -1 */
	uint32_t beats;
	uint64_t at;		/* ms; when the next beat is due */
	uint64_t well_at;	/* ms; when all was well, or we began */
	bool ill;		/* for too long, and said so */
	enum { FLOWING, DRAINING, DRAINED } drain;
	uint64_t drain_at;	/* ms; when to look again, or to go on */
};

/* Opens what needs privileges.  @p->watchdog -1 without a watchdog, which is said. */
void pulse_open(struct pulse *p);

/* Watch for control.  0 or a negative errno of the store. */
int pulse_start(struct pulse *p, struct store *s, uint64_t now);

/* The key control has changed. */
int pulse_control(struct pulse *p, struct store *s, struct kern *k, uint64_t now);

/* What is due at @now.  Return: 0, or negative: a connection is broken. */
int pulse_work(struct pulse *p, struct store *s, struct kern *k, uint64_t now);

uint64_t pulse_due(const struct pulse *p);

#endif
