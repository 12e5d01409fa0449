/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vif.h - one vif: backend/vif/DOMID/HANDLE and its row in the kernel's table.
 *
 * A struct vif lives from the first sign of it (a directory, a row of the kernel)
 * until neither is left.  It remembers nothing that could not be found out again:
 * see fsm.h.
 */
#ifndef XMD_BACKEND_VIF_H
#define XMD_BACKEND_VIF_H

#include "ctrl.h"
#include "fsm.h"
#include "kern.h"
#include "log.h"
#include "negotiate.h"
#include "obj.h"
#include "store.h"

#include <bucket.h>

/*
 * libxl waits for InitWait (attach) and for Closed (detach) by a watch, and then reads
 * the present value: a state that has been replaced by then is one it never saw, and
 * the attach or detach fails after 10 s.  So these two stay for a while.
 */
#define VIF_SETTLE_MS	500

/*
 * So long has a guest to be gone, without a detach, before its vif is taken away: libxl, which
 * makes a domain before its vifs and ends it behind them, waits 10 s for each step.
 */
#define VIF_ORPHAN_MS	25000

/*
 * A guest that closes its vif and opens it again costs xmd-backend, and the kernel half, some grace
 * periods, in which nothing is done for others, and has all that is counted for each connection
 * anew: so it may once in so long, and so often at once.
 */
#define VIF_REOPEN_MS		1000u
#define VIF_REOPEN_BURST	16u

struct vif_env {
	struct store *store;
	struct kern *kern;
	uint64_t (*now)(void);	/* ms, monotonic */
	struct offer offer;
	unsigned int settle_ms;	/* VIF_SETTLE_MS */
	struct obj_host *objs;	/* NULL: no object rings */
	uint64_t ctrl_next;	/* ms; no guest's list of pages is worked on before (ctrl.c), */
	struct ctrl *ctrl_line;	/* ... and then that of the first who waits for it */
};

struct vif {
	struct vif *next;
	uint16_t domid;
	uint32_t handle;
	char name[24];			/* "vif 5/0", for the log */
	char back[64];			/* relative to our home */
	char front[64];
	bool watching;			/* front/state */
	bool said_unwatched;
	bool vlan_known;		/* is kept apart, if it has one, */
	unsigned int confine_keys;	/* ... and it had these, CONFINE_* */
	bool said_rate;			/* that it cannot be understood */
	bool dirty;			/* to be run now */
	bool row_unchecked;		/* kernel row found at start, not compared yet */
	enum kern_view kern;
	struct xmd_vif_queue row;	/* with row_unchecked: what the kernel serves */
	struct xmd_vif_rate rate;	/* in force while the kernel serves it */
	enum xb_state seen_own;		/* at the last look; STATES: never looked */
	bool seen_online;
	uint64_t settle_until;
	uint64_t gone_since;		/* ms; its guest is no more; 0: it is there */
	uint64_t due;			/* ms; run again then at the latest; 0: no need */
	struct xpc_bucket reopen;	/* for offers that the guest is the cause of */
	unsigned int failures;		/* steps in a row that could not be done */
	char error[STORE_VALUE_MAX];	/* to be written as hotplug-error with Closing */
	bool cut_off;			/* adopted, and on no network, for that reason: */
	char refusal[REASON_MAX];	/* why it is not offered: wants.h */
	struct log_budget budget;
	struct obj *obj;		/* its object ring, if it has one */
	bool obj_tried;			/* since it was connected */
	struct ctrl *ctrl;		/* its control ring, likewise */
	bool ctrl_tried;
	bool unspoken;			/* the kernel half may have settings of a ring that is no more */
	bool unset;			/* ... and has none but MAC and MTU any more */
};

/* Return: NULL without memory. */
struct vif *vif_new(uint16_t domid, uint32_t handle);

/*
 * Take the next steps until there is none, at most VIF_STEPS_MAX.
 * Return: 1 it can be forgotten; 0; negative: the connection to xenstore is broken.
 */
int vif_run(struct vif *v, struct vif_env *env);
#define VIF_STEPS_MAX 16

/* The kernel reported @fault.  Sets dirty. */
void vif_fault(struct vif *v, struct vif_env *env, __u32 fault);

/* Drop the watch and the memory; @v may be NULL.  Sets *@v to NULL. */
void vif_destroy(struct vif **v, struct vif_env *env);

#endif
