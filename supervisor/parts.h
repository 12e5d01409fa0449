/* SPDX-License-Identifier: GPL-2.0 */
/* parts.h - what supervise.c, charge.c, renew.c, health.c and requests.c are to each other */
#ifndef XMD_SUPERVISOR_PARTS_H
#define XMD_SUPERVISOR_PARTS_H

#include "supervise.h"

#define HOME		"/local/domain/%u/"
#define NO_CLIENT	(-1)

/* ---------------------------------------------------------- supervise.c */

struct domain *by_name(const struct supervisor *s, const char *name);
struct domain *by_domid(const struct supervisor *s, uint32_t domid);

/* NULL: no memory. */
struct domain *domain_add(struct supervisor *s, const char *name);
/* No longer in charge; its files go. */
void domain_drop(struct supervisor *s, struct domain *d);
/* A life of @domid begins, in which it is looked after. */
void domain_begin(struct supervisor *s, struct domain *d, uint32_t domid);

/* It may have ended: look, and do what follows.  It may be dropped then. */
void domain_look(struct supervisor *s, struct domain *d);

/* Bring it back.  @counts: as one of the restarts that it is given up for at last. */
void recover(struct supervisor *s, struct domain *d, const char *cause, bool force, bool counts);
/* Return: whether there is one; else the log has the reason, and nothing is begun. */
bool start_worker(struct supervisor *s, struct domain *d, struct job *job);
/* What was asked for has changed nothing of @d. */
void not_restarted(struct supervisor *s, struct domain *d);

/* ------------------------------------------------------------- charge.c */

/*
 * A turn: read the list of domains if it has changed, decide on some, take charge of those whose
 * backend speaks.  *@due: lowered to when there is more to do.  Return: negative: store broken
 */
int charge_turn(struct supervisor *s, uint64_t now, uint64_t *due);
/* Look at all of them anew, also at those that were released and are not any more. */
void charge_decide_again(struct supervisor *s);

/* -------------------------------------------------------------- renew.c */

#define RENEW_TOKEN	"changed"

/* Be told when dom0 changes something of @d. */
void renew_watch(struct supervisor *s, struct domain *d);
void renew_unwatch(struct supervisor *s, struct domain *d);
void renew_event(struct supervisor *s, const char *path);
void renew_turn(struct supervisor *s, uint64_t now, uint64_t *due);
/* What is kept of @d's configuration may be another. */
void renew_load(struct supervisor *s, struct domain *d);
/* A child has ended.  Return: whether it was one of these. */
bool renew_reaped(struct supervisor *s, pid_t pid, int status);
/* Nobody writes @d's configuration from now on. */
void renew_stop(struct domain *d);

/* ------------------------------------------------------------- health.c */

/* Call at the beginning of each turn: have we been kept from looking?  Then nobody else is late. */
void health_begin(struct supervisor *s, uint64_t now);
/* Look at the heartbeats; those that have hung are brought back. */
void health_turn(struct supervisor *s, uint64_t now, uint64_t *due);
/* Did it serve for so long that it counts as new?  By the last sign of life, not by its end. */
bool health_stable(const struct domain *d, const struct policy *p, uint64_t now);

/* ----------------------------------------------------------- requests.c */

void answer(struct domain *d, enum job_result result);
/* For the log, and for xmdctl. */
const char *state_name(enum domain_state state);

#endif
