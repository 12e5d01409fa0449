/* SPDX-License-Identifier: GPL-2.0 */
/*
 * back.h - what the parts of xmd-backfaults know of each other, beside ../device/world.h: a driver domain's backend, four
 * guests and a peer on one thread, in simulated time.
 *
 *   back.c      xmd_back.ko as it is, over tests/backend-kern's Linux, Xen and NIC; it is the domain, and dies
 *   front.c     the guests' frontends, which check every frame and every answer, and the peer on the wire
 *
 * and of ../device: kernfaults.c, life.c, observe.c, datagram.c. Simulated are Linux, Xen, the NIC with its kernel half,
 * xmd-backend, dom0, the guests and time; what decides about frames is what ships.
 */
#ifndef ISOLATION_BACK_H
#define ISOLATION_BACK_H

#include "sim.h"
#include "../device/world.h"

#define GUESTS	(VIFS + 1)	/* the last one comes and goes */

extern struct guest *front[GUESTS];

/* ---- front.c ---- */
void front_pass(void);			/* a millisecond of theirs, whether there is a backend or not */
void front_lost(void);			/* the backend is gone with its domain */
void front_anew(unsigned int g);	/* rings of a frontend that has not connected yet */

/* ---- back.c ---- */
bool back_runs(void);

#endif /* ISOLATION_BACK_H */
