/* SPDX-License-Identifier: GPL-2.0 */
/*
 * supervise.h - the driver domains in charge, and what happens to them.
 *
 *              backend's key seen                  worker done
 *   (unknown) ------------------> WATCHED <--------------------- BUSY <----+
 *                                   |  dead, hung, xmdctl          ^  |    |
 *                                   +------------------------------+  |    | backoff over
 *                                                     worker failed   v    |
 *                            GIVEN_UP <-------- too often -------- BACKOFF-+
 *
 * What is done to one is done by a process of its own (worker.h); here it is only decided:
 * charge.c who is in charge, renew.c what is known of it, health.c who is well, supervise.c what
 * follows, requests.c what xmdctl wants.
 *
 * What others can cost us.  Watches are set on domains that come and go, and on what dom0 alone
 * writes of those in charge (renew.c); no node that a domU can write is watched, so no domU fills
 * libxenstore's queue.  Nodes of driver domains
 * are read at our own pace, SUPERVISE_LOOK_MS.  Each turn of the loop takes at most
 * SUPERVISE_EVENTS events, decides on at most SUPERVISE_DECIDE domains and reads at most
 * SUPERVISE_CHARGES configurations with libxl; what is left waits for the next turn.  Guests that
 * are no driver domains cost one or two reads when a domain is introduced, and nothing else.
 */
#ifndef XMD_SUPERVISOR_SUPERVISE_H
#define XMD_SUPERVISOR_SUPERVISE_H

#include "beat.h"
#include "config.h"
#include "store.h"
#include "worker.h"
#include "xl.h"

#include <stdio.h>
#include <sys/types.h>

#define SUPERVISE_LOOK_MS	500	/* between two looks at the domains; for their nodes see beat.c */
#define SUPERVISE_EVENTS	64	/* a turn */
#define SUPERVISE_DECIDE	32	/* domains a turn */
#define SUPERVISE_CHARGES	2	/* configurations a turn */

enum domain_state { WATCHED, BUSY, BACKOFF, GIVEN_UP };

struct domain {
	struct domain *next;
	char name[NAME_MAX_LEN];
	uint32_t domid;
	enum domain_state state;
	pid_t worker;
	bool ended;			/* the worker has, with result, and nothing followed yet */
	enum job_result result;
	uint64_t since;			/* ms; of WATCHED */
	uint64_t due;			/* ms; end of BACKOFF */
	uint64_t busy;			/* ms; BUSY since, or when that was last said */
	unsigned int restarts;
	unsigned int unstable;		/* restarts since it was last stable */
	bool counted;			/* the last one is among them */
	bool force;			/* it hangs: it is to be ended although it runs */
	char cause[64];			/* of the last restart */
	char before[64];		/* the one before that */
	bool known;			/* traits are those of the configuration that is kept */
	struct xl_traits traits;
	uint32_t watched;		/* this domid's nodes are, see renew.c; 0: none */
	uint64_t renew_at;		/* ms; when to read the configuration again */
	pid_t renewer;			/* does that; 0: nobody */
	uint64_t bitten;		/* ms; when its watchdog ended one that served; 0: never */
	bool served;			/* has in this life, as far as we have seen */
	uint32_t heartbeat;		/* 0: none seen of this domain yet */
	uint64_t beat;			/* ms; when it last changed, or this life began */
	uint64_t heard;			/* ms; beat, or the end of what kept us from hearing it */
	struct beat beats;		/* what this host has shown that they need */
	uint64_t look;			/* ms; when to look at its nodes again */
	unsigned int away;		/* heartbeats in a row that say so of a NIC that is there */
	uint64_t away_again;		/* ms; not restarted for that before */
	bool away_told;			/* that it is not */
	uint64_t port_look;		/* ms; its port's settings are kept again from then on */
	int client;			/* waits for the worker's end; -1 none */
};

/* A domain that there is, and whether it can be one of ours.  Decided from what only dom0 writes. */
struct candidate {
	uint32_t domid;
	bool decided, driver;
	bool there;			/* in the list that was read last */
	uint64_t look;			/* ms; when to ask again whether its backend runs */
	unsigned int refused;		/* so many times not taken charge of */
};

struct supervisor {
	struct store *store;
	struct xl *xl;
	struct config config;
	struct domain *domains;

	struct candidate *seen;
	unsigned int n_seen;
	bool scan;			/* domains have come or gone since the list was read */
	bool come, gone;		/* events of this turn */

	uint64_t look;			/* ms; when to look at those in charge again */
	uint64_t expected;		/* ms; when we wanted to be called again; 0: not yet */
	uint64_t blind;			/* ms; since when xenstored does not answer; 0: it does */
	uint64_t starved;		/* ms; since when the host is too busy; 0: it is not */
	uint64_t starved_look, starved_said;
};

/* After a start: what an earlier supervisor had in charge. */
int supervise_start(struct supervisor *s);

/* Take what xenstore has to say, SUPERVISE_EVENTS of it.  Negative: the connection is broken. */
int supervise_events(struct supervisor *s);

/*
 * xenstored owes an answer for so long that nothing is to be asked of it: no call of ours would
 * return.  Events need not be waited for meanwhile.
 */
bool supervise_blind(struct supervisor *s);

/* Time has passed.  Return: ms, when to be called again, which may be at once. */
uint64_t supervise_tick(struct supervisor *s);

/* A child has ended. */
void supervise_reaped(struct supervisor *s, pid_t pid, int status);

/* The configuration is another one: who is in charge is decided again. */
void supervise_reconfigured(struct supervisor *s);

/*
 * One request of xmdctl.  Return: true: answered, close @fd; false: it will be answered
 * and closed when the worker is through.
 */
bool supervise_request(struct supervisor *s, char *line, int fd);

/* Restarts without a stable time in between: ms to wait before the next. */
unsigned int supervise_backoff(const struct policy *p, unsigned int unstable);

void supervise_stop(struct supervisor *s);

#endif
