/* SPDX-License-Identifier: GPL-2.0 */
/* work.h - what the parts of a worker share: worker.c, takedown.c, await.c, vifs.c */
#ifndef XMD_SUPERVISOR_WORK_H
#define XMD_SUPERVISOR_WORK_H

#include "files.h"
#include "restore.h"
#include "worker.h"
#include "xl.h"

#define HOME		"/local/domain/%u/"
#define STEPS_BYTES	256

struct work {
	const struct job *job;
	struct xl *xl;
	struct store *store;
	uint32_t domid;
	bool moved;			/* it has another domid than its vifs know */
	bool slow;			/* it failed for want of time, and the next has more */
	struct vif_refs vifs;
	char json[FILE_PATH_MAX];
	char steps[STEPS_BYTES];	/* "destroyed 212, created 980, ..." in ms since noticed */
	uint64_t started;		/* of the clock of steps */
	uint64_t unpaused;
};

/* ------------------------------------------------------------- worker.c */

void mark(struct work *w, const char *what);
void sleep_ms(unsigned int ms);

/* -------------------------------------------------------------- await.c */

/*
 * A deadline for something that we look at again and again.  Only time in which we could look
 * counts: what a look takes longer than PATIENCE_LATE_MS (xenstored does not answer, this host is
 * starved) is added to it.
 */
#define PATIENCE_LATE_MS	1000

struct patience {
	uint64_t end, looked;
	uint64_t lost;			/* ms; added so far */
};

struct patience patience_begin(unsigned int ms);
/* Once for each look, and behind it.  Return: whether the time is up. */
bool patience_over(struct patience *p);

/* Until the new xmd-backend serves and has decided on each vif. */
int wait_serving(struct work *w);
/* Until it has said that it is drained. */
int wait_drained(struct work *w, unsigned int seconds);
/* Ask something of its xmd-backend. */
int ask(struct work *w, const char *what);

/* ----------------------------------------------------------- takedown.c */

/*
 * From here on nothing of it runs.  A worker after us that finds it, say paused and without
 * its home in xenstore, must not take it for a domain.
 */
void put_out(struct work *w, enum life life);
int destroy(struct work *w);
void quiet_devices(struct work *w);

/* --------------------------------------------------------------- vifs.c */

/* Their backend directories, in xenstore. */
int restore(struct work *w);
/* The vifs that could not be adopted. */
void reattach(struct work *w);
unsigned int count_vifs(const struct work *w, enum vif_fate fate);

#endif
