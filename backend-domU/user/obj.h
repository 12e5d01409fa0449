/* SPDX-License-Identifier: GPL-2.0 */
/*
 * obj.h - the far end of a vif's object ring: include/xmd/objring.h.
 *
 * Here is the home of the objects vif and port (xpc/vif_objects.h, xpc/tracker.h).  A guest's
 * wishes are held against policy, made to work by the kernel half (XMD_VIF_SET), and only
 * then committed.  A ring that breaks is ended; its vif goes on.
 */
#ifndef XMD_BACKEND_OBJ_H
#define XMD_BACKEND_OBJ_H

#include "bus.h"
#include "policy.h"

#include <xmd/backdev.h>
#include "port.h"

struct obj;
struct vif;
struct vif_env;

/* What all object rings share; while bus is NULL no rings are offered, and all guests there. */
struct obj_host {
	struct bus *bus;
	struct vif_policy policy;
	struct xmd_port_info port;
	bool port_known;
	/* obj_ask.c */
	struct obj *asks;		/* who waits to ask the NIC's user half, the first first */
	bool under_way;			/* a question is; its answer is for asking (NULL: nobody) */
	struct obj *asking, *identify_for;
	bool led_off;			/* whoever made it blink is gone */
};

/* Answers that have come, questions that can go. */
void obj_run_asks(struct vif_env *env);
/* ms; 0: no need */
uint64_t obj_asks_due(const struct vif_env *env);

/*
 * obj_follow - the vif is served by the kernel half, or (@serving false) it is not
 *
 * Attaches once per connect, if the guest has a ring; ends it when the vif does; brings the
 * object in line with the policy that stands in the store now.
 * Return: 0; negative: the connection to xenstore is broken.
 */
int obj_follow(struct vif *v, struct vif_env *env, bool serving);

/* The kernel half starts or ends to serve the vif: end the ring, be ready for the next. */
void obj_end(struct vif *v, struct vif_env *env);

/* As obj_end, but this process ends, not the ring: the next one goes on with it. */
void obj_leave(struct vif *v, struct vif_env *env);

/* An event came, or obj_due has come.  Return: 0; negative: a connection is broken. */
int obj_work(struct vif *v, struct vif_env *env);

/* ms; 0: no need */
uint64_t obj_due(const struct vif *v);

/* Whether @local is this vif's event channel; then it is to be worked on. */
bool obj_event(struct vif *v, uint32_t local);

/* The port has changed: read it, once for all, and then tell each guest. */
void obj_read_port(struct vif_env *env);
void obj_tell_port(struct vif *v, struct vif_env *env);

/* What policy grants this vif beside its own settings, XMD_MAY_* and POLICY_*. */
uint32_t obj_may(struct vif *v, struct vif_env *env);

#endif
