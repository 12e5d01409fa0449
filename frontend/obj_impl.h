/* SPDX-License-Identifier: GPL-2.0 */
/*
 * obj_impl.h - what obj.c (ring, work, calls) and obj_wish.c (wishes) share; obj.h is for others
 */
#ifndef XMD_FRONT_OBJ_IMPL_H
#define XMD_FRONT_OBJ_IMPL_H

#include <linux/if_vlan.h>
#include "obj.h"
#include "objguest.h"

#define PATIENCE_MS	(XMD_OBJRING_ANSWER_MS + 500u)	/* of who waits for an answer */

/* What the generated stubs are given. */
struct xpc_guest {
	struct mutex one;		/* call at a time */
};

struct xmd_obj {
	struct xpc_guest calls;
	struct xmd_front *front;
	spinlock_t lock;
	struct objguest g;
	void *page;			/* granted to the driver domain; NULL: no ring */
	grant_ref_t ref;
	evtchn_port_t port;
	unsigned int irq;		/* 0: none */
	bool event;			/* an interrupt waits for its end */
	bool serves;			/* has been LIVE, and not been given up since */
	bool deaf;			/* and the log says why */
	DECLARE_BITMAP(vlans, VLAN_N_VID);	/* whose frames the guest wants */
	u64 told;			/* members whose refusal is in the log */
	u64 asking;			/* members that somebody waits for */
	struct delayed_work work;
	struct work_struct rtnl_work;
	bool mtu_refused;		/* for rtnl_work */
	wait_queue_head_t sleepers;
};

static inline void xmd_front_obj_kick(struct xmd_obj *o)
{
	mod_delayed_work(system_wq, &o->work, 0);
}

/* ---- obj_wish.c */

/* Members @mask of @want are wished for; obj->lock is held. */
void xmd_front_obj_wish(struct xmd_obj *o, u64 mask, const struct xmd_vif_object *want);

#endif /* XMD_FRONT_OBJ_IMPL_H */
