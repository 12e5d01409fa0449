/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model.h - a frontend that follows fsm.c, xenstore, and backends to follow
 *
 * The frontend's half is what main.c does for each step, reduced to what can be seen from
 * outside.  The backends: xen-netback as Linux has it (drivers/net/xen-netback/xenbus.c),
 * and xmd-backend by its own fsm's rules.  Rings are numbers: each that is made gets a new
 * one, and a backend that is Connected has a number that it serves.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include "fsm.h"

enum model_kind { MODEL_NETBACK, MODEL_XMD, MODEL_KINDS };

struct model {
	/* xenstore */
	int front;			/* state nodes; 0: not there */
	int back;
	bool online;
	int key_ring;			/* ring references in the frontend's directory */
	/* the frontend */
	enum xmd_front_phase phase;
	int own;			/* what it believes its state to be */
	int ring;			/* 0: none */
	int rings_made;
	int frames;			/* unanswered, kept */
	bool carrier;
	bool settling, hasty;
	/* the backend */
	enum model_kind kind;
	bool running;			/* there is a process, or a driver */
	int served;			/* the ring that it has mapped; 0: none */
	bool connecting;		/* mapped, Connected still to be written */
	bool wrong;			/* xmd-backend began at 0 in a ring that was used */
	int used;			/* the last ring that anybody served */
};

void model_init(struct model *m, enum model_kind kind);

/* One step of a side, if it has one to do.  Return: it had. */
bool model_front(struct model *m);
bool model_back(struct model *m);

/* Both, in turn, and time passes when neither moves.  Return: it settled in time. */
bool model_settle(struct model *m);

/* What the world does. */
void model_attach(struct model *m);		/* the toolstack makes both directories */
void model_detach(struct model *m);		/* online 0, Closing */
void model_crash(struct model *m);		/* the driver domain and its directories are gone */
void model_return(struct model *m, bool adopts);	/* and back with the same domid */
void model_move(struct model *m);		/* and back with another, keys rewritten */
void model_time(struct model *m);		/* deadlines pass */

/* Connected for both, serving the rings that there are. */
bool model_served(const struct model *m);

#endif
