/* SPDX-License-Identifier: GPL-2.0 */
/*
 * probe.h - does xenstored answer?
 *
 * A call of libxenstore or libxl that waits for xenstored waits for ever, and says nothing.  So a
 * process of its own, with a connection of its own, asks for a node every PROBE_MS and leaves
 * word in memory that it shares with us since when it has waited.  We look there before we ask
 * for anything ourselves.  A second thread of the probe looks on: it says in the log that
 * xenstored does not answer, and also that we do not go on, should we be caught in a call.
 */
#ifndef XMD_SUPERVISOR_PROBE_H
#define XMD_SUPERVISOR_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PROBE_MS	500
#define PROBE_STUCK_MS	3000	/* silent for longer is stuck */
#define PROBE_AGAIN_MS	60000	/* between two lines about the same */

/* Start it.  Without one (logged) nobody tells whether xenstored answers. */
void probe_start(void);
void probe_stop(void);
/* Was @pid the probe?  Then there is another one now. */
bool probe_reaped(pid_t pid);

/* For how many ms xenstored has owed an answer; 0: none is owed, or nobody asks. */
uint64_t probe_silent_ms(void);

/* We go on.  Call it at each turn of the loop. */
void probe_alive(void);

#endif
