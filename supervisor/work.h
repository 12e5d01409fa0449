/* SPDX-License-Identifier: GPL-2.0 */
/* work.h - what the parts of a worker share: worker.c, takedown.c, await.c, vifs.c */
#ifndef XMD_SUPERVISOR_WORK_H
#define XMD_SUPERVISOR_WORK_H

#include "console.h"
#include "files.h"
#include "restore.h"
#include "worker.h"
#include "xl.h"

#define HOME		"/local/domain/%u/"
#define STEPS_BYTES	320

struct work {
	const struct job *job;
	struct xl *xl;
	struct store *store;
	struct xl_traits traits;	/* of the configuration that it is created from */
	uint32_t domid;
	enum phase phase;		/* as in the file */
	bool quiet;			/* the old domain and its NIC are */
	bool no_nic;			/* it cannot have its NIC while it boots */
	uint64_t nudge_at;		/* ms; when to look at its PCI frontend again; 0: never */
	bool moved;			/* it has another domid than its vifs know */
	bool slow;			/* it failed for want of time, and the next has more */
	struct console console;		/* of the old domain */
	struct vif_refs vifs;
	char json[FILE_PATH_MAX];
	char steps[STEPS_BYTES];	/* "destroyed 212, created 980, ..." in ms since noticed */
	uint64_t started;		/* of the clock of steps */
	uint64_t unpaused;
};

/* ------------------------------------------------------------- worker.c */

void mark(struct work *w, const char *what);
/* One that cannot be written (which is logged) only matters to a worker after us. */
void enter(struct work *w, enum phase phase);
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

/* ---------------------------------------------------------------- nic.c */

/* Nobody is to ask the old domain for its PCI devices any more. */
void nic_forget(struct work *w);
/* Until xen-pciback has let go of them, or for too long. */
void nic_let_go(struct work *w);
/* If it has none yet.  Return: 0; negative: not now */
int nic_add(struct work *w);
/* The same, for a while. */
int nic_insist(struct work *w);
/* Call it while the domain boots.  -ENODEV: it will not have it */
int nic_look(struct work *w);

/* ----------------------------------------------------------- takedown.c */

/*
 * From here on nothing of it runs.  A worker after us that finds it, say paused and without
 * its home in xenstore, must not take it for a domain.
 */
void put_out(struct work *w, enum life life);
int destroy(struct work *w);

/* --------------------------------------------------------------- vifs.c */

/* What a new domain is to find when it runs. */
void prepare(struct work *w);
/* Their backend directories, in xenstore. */
int restore(struct work *w);
/* The vifs that could not be adopted. */
void reattach(struct work *w);
unsigned int count_vifs(const struct work *w, enum vif_fate fate);

#endif
