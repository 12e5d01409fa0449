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
 * What is done to one is done by a process of its own (worker.h); this file only decides.
 */
#ifndef XMD_SUPERVISOR_SUPERVISE_H
#define XMD_SUPERVISOR_SUPERVISE_H

#include "config.h"
#include "store.h"
#include "worker.h"
#include "xl.h"

#include <stdio.h>
#include <sys/types.h>

enum domain_state { WATCHED, BUSY, BACKOFF, GIVEN_UP };

struct domain {
	struct domain *next;
	char name[NAME_MAX_LEN];
	uint32_t domid;
	enum domain_state state;
	pid_t worker;
	uint64_t since;			/* ms; of WATCHED */
	uint64_t due;			/* ms; end of BACKOFF */
	unsigned int restarts;
	unsigned int unstable;		/* restarts since it was last stable */
	char cause[64];			/* of the last restart */
	uint32_t heartbeat;		/* 0: none seen of this domain yet */
	uint64_t heard;			/* ms; when it last changed */
	int client;			/* waits for the worker's end; -1 none */
};

struct supervisor {
	struct store *store;
	struct xl *xl;
	struct config config;
	struct domain *domains;
	uint32_t *seen;			/* domids whose backend key is watched */
	unsigned int n_seen;
};

/* After a start: what an earlier supervisor had in charge. */
int supervise_start(struct supervisor *s);

/* Take what xenstore has to say.  Return: negative: the connection is broken. */
int supervise_events(struct supervisor *s);

/* Time has passed: heartbeats, backoffs.  Return: ms, when to be called again. */
uint64_t supervise_tick(struct supervisor *s);

/* A child has ended. */
void supervise_reaped(struct supervisor *s, pid_t pid, int status);

/*
 * One request of xmdctl.  Return: true: answered, close @fd; false: it will be answered
 * and closed when the worker is through.
 */
bool supervise_request(struct supervisor *s, char *line, int fd);

/* Restarts without a stable time in between: ms to wait before the next. */
unsigned int supervise_backoff(const struct policy *p, unsigned int unstable);

void supervise_stop(struct supervisor *s);

#endif
