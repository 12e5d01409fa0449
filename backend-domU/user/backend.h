/* SPDX-License-Identifier: GPL-2.0 */
/*
 * backend.h - all vifs of this driver domain, between a store and a kernel half.
 *
 * Nothing here sleeps or knows what time it is but through struct vif_env: the same
 * code runs in main.c's loop and under the tests' clock.
 */
#ifndef XMD_BACKEND_BACKEND_H
#define XMD_BACKEND_BACKEND_H

#include "pulse.h"
#include "saved.h"
#include "stats.h"
#include "vif.h"

/*
 * At full multiples, with a heartbeat: has a NIC come?  And each BACKEND_RESCAN_MS whether xenstore is as its
 * watches have told, which takes ten questions a vif.
 */
#define BACKEND_AUDIT_MS 10000
#define BACKEND_RESCAN_MS 60000

struct backend {
	struct vif_env env;	/* set by the caller; store and kern stay the caller's */
	struct pulse pulse;	/* opening and starting pulse.pet is the caller's */
	struct saved saved;
	struct stats stats;
	struct xmd_vlans vlans;	/* as the kernel half was told */
	struct vif *vifs;
	bool rescan;
	bool unread;		/* more events than one turn takes */
	uint64_t audit_at, rescan_at;
};

/* Watch backend/vif, take over the kernel's table.  0 or a negative errno. */
int backend_start(struct backend *b);

/*
 * Everything that is due now.  Return: 0; negative: the connection to xenstore or to
 * the kernel half is broken, end and start anew.
 */
int backend_work(struct backend *b);

/* ms; when to call backend_work again although no file descriptor says so. */
uint64_t backend_due(const struct backend *b);

/* Free all; connected vifs stay connected.  Safe to call twice. */
void backend_stop(struct backend *b);

/* Own nodes: "starting" or "waiting", version, pid; once it is our pid that stands there, so does
 * our state.  No transaction: that would be two more questions to xenstored. */
int backend_introduce(struct store *s, const char *version, const char *state);
/* Own node state: "stopped" */
int backend_announce(struct store *s, const char *state);
/* Own node state: serving, or what of a drain is true.  From then on dom0 may ask for counters. */
int backend_serving(struct backend *b);

#endif
