/* SPDX-License-Identifier: GPL-2.0 */
/*
 * world.h - a whole host for xmd-backend: xenstored, kernel half, toolstack, guests.
 *
 *   toolstack (dom0)    writes the directories, waits as libxl does, but slowly: it
 *                       looks at a state only every TOOL_LAG_MS
 *   guest vif           an honest stock frontend, or one that does nothing by itself
 *   xmd-backend (DRV)   the real code; started again when its fuse blows
 *
 * Time moves in ticks.  With XMD_TEST_LOG=1 in the environment, xmd-backend's log
 * lines are shown.
 */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include "backend.h"
#include "kern_sim.h"
#include "store_mem.h"

#define DRV 1u
#define TICK_MS 40
#define TOOL_LAG_MS 400
#define TOOL_TIMEOUT_MS 10000
#define WORLD_VIFS 4

enum front_mode { FRONT_NONE, FRONT_HONEST, FRONT_MUTE };
enum tool_mode { TOOL_IDLE, TOOL_ATTACHING, TOOL_CLOSING, TOOL_REMOVING };

struct world_vif {
	unsigned int domid, handle;
	enum front_mode mode;
	struct store *guest;	/* the guest's connection, NULL: there is no such guest */
	unsigned int ref;	/* next grant reference */
	enum tool_mode tool;
	uint64_t tool_look, tool_deadline;
	unsigned int tool_errors;
	char back[64], front[64];	/* absolute */
};

struct world {
	struct mem *mem;
	struct store *dom0;
	struct sim sim;
	struct fuse fuse;
	struct backend backend;
	struct obj_host *objs;	/* for xmd-backend; NULL: no object rings */
	struct offer offer;	/* of each that comes up */
	unsigned int stall_ms;
	unsigned int start_ms;	/* of each that comes up */
	char last_petted;
	int watchdog[2];	/* a pipe in its place */
	bool up;
	bool ended;		/* by itself, to be started again */
	struct world_vif vif[WORLD_VIFS];
};

/* Vif I: domid 5 + I / 2, handle I % 2.  The backend is not up yet. */
void world_init(struct world *w);
void world_destroy(struct world *w);

/* What an idle backend watches: its vifs, its own control, and whether somebody asks for counters. */
#define WORLD_WATCHES 3u

/* What dom0 makes below /local/domain for a new domain. */
void world_home(struct world *w, unsigned int domid);

/* mem_dump() without what changes by itself.  To be freed. */
char *world_dump(struct world *w);

void world_backend_up(struct world *w);
/* As kill -9: no operation of it follows. */
void world_backend_kill(struct world *w);

/* How often the watchdog was petted since the last question. */
unsigned int world_petted(struct world *w);
/* What it was set to last, in s; 0: as it was. */
unsigned int world_timeout(void);
/* What was written to it last. */
char world_last_petted(struct world *w);
/* xenstored does not answer the next request of xmd-backend before @ms have passed. */
void world_stall(struct world *w, unsigned int ms);
/* xmd-backend's main loop does not move for @ms, whatever holds it. */
void world_stuck(struct world *w, unsigned int ms);

/* @ms of time go by; a blown fuse is answered with a restart. */
void world_run(struct world *w, unsigned int ms);

/* The toolstack. */
void world_attach(struct world *w, unsigned int i, enum front_mode mode);
void world_detach(struct world *w, unsigned int i);
/* xl destroy of the guest that has vif @i (and only that vif of it). */
void world_guest_destroy(struct world *w, unsigned int i);

/* The guest of vif @i writes into its frontend directory. */
int world_front(struct world *w, unsigned int i, const char *key, const char *val);
/* All keys and state Connected, whatever the backend's state is. */
void world_front_connect(struct world *w, unsigned int i);

/* 0: not there or no number. */
unsigned int world_back_state(struct world *w, unsigned int i);
unsigned int world_front_state(struct world *w, unsigned int i);
const char *world_back(struct world *w, unsigned int i, const char *key);

/* Kernel rows and Connected states tell the same; NULL: they do, otherwise a complaint. */
const char *world_inconsistent(struct world *w);

uint64_t world_now(void);

#endif
