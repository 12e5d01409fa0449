/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pace.h - how long a driver domain takes to serve on this host, RUN_DIR/NAME.pace.
 *
 * A deadline that is short on a slow host kills a domain that only boots, again and again.  So
 * what was seen counts: a domain that served after N s may take PACE_MARGIN times N, and each
 * time one is ended before it served, because time was up or its watchdog found it too slow, the
 * next has twice the time, PACE_LEVELS times at most.
 */
#ifndef XMD_SUPERVISOR_PACE_H
#define XMD_SUPERVISOR_PACE_H

#include <stdbool.h>

#define PACE_MARGIN	3
#define PACE_LEVELS	4
#define PACE_MAX_S	900	/* never more, unless the configuration says so */
#define PACE_WATCHDOG_S	10	/* what xen_wdt is loaded with */

struct pace {
	unsigned int served_ms;	/* from unpaused to serving, the last time; 0: not seen yet */
	unsigned int level;	/* doublings in force */
};

/* What is not there, or cannot be read, is a host of which nothing is known. */
void pace_read(const char *name, struct pace *p);

/* How long a start may take, when the configuration grants @configured_s. */
unsigned int pace_serve_ms(const struct pace *p, unsigned int configured_s);

/* Seconds for Xen's watchdog of the next life; 0: as the domain has it by itself. */
unsigned int pace_watchdog_s(const char *name);

/* One was ended before it served.  Return: whether the next has more time than this one had. */
bool pace_slower(const char *name);

/* One has served after @ms, of @configured_s. */
void pace_served(const char *name, unsigned int ms, unsigned int configured_s);

#endif
