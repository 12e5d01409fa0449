/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hub.h - pages and event channels in memory: struct bus for xmd-backend, the other side of
 * it for guests; and guests with the real guest's end, xpc/objguest.c
 *
 * The clock is that of tests/backend-user/world.h.
 */
#ifndef TEST_HUB_H
#define TEST_HUB_H

#include "objguest.h"
#include "world.h"

#define HUB_GUESTS WORLD_VIFS

/* One guest's page and channel. */
struct hub_end {
	struct xmd_objring *page;	/* NULL: not granted */
	unsigned int ref, port;
	unsigned int mapped, bound;	/* by xmd-backend */
	bool far_pending, far_masked;
	bool storm;		/* its guest sends events without end */
	bool near_pending;
	unsigned int near_events, far_events;	/* sent to the guest, taken by xmd-backend */
};

struct hub {
	struct bus bus;
	struct hub_end end[HUB_GUESTS];
	struct world *w;
	int fail_map, fail_bind;	/* errno, 0: none */
};

/* A guest that speaks. */
struct party {
	struct hub *hub;
	unsigned int i;
	struct objguest g;
	struct xmd_objring page;
	unsigned int news;		/* all of it so far */
};

/* A host whose driver domain has a NIC with a link of 1 Gb/s, and xmd-backend is up. */
struct host {
	struct world w;
	struct hub hub;
	struct obj_host objs;
	struct party party[HUB_GUESTS];
	__u32 offered;			/* version that guests are told from now on */
	void (*tap)(struct host *h);	/* after each move; NULL: none */
};

struct host *host_new(void);
void host_free(struct host *h);

/* Vif @i with a guest's end; both are connected and live then. */
void host_attach(struct host *h, unsigned int i);
/* Only grants and keys, the guest says nothing. */
void host_attach_mute(struct host *h, unsigned int i);

/* @ms go by for all, in steps of TICK_MS. */
void host_run(struct host *h, unsigned int ms);

/* The guest of @i wishes; result once it is decided, or -ETIMEDOUT. */
int host_wish(struct host *h, unsigned int i, __u64 mask, const struct xmd_vif_object *want);
/* A call of the guest of @i; likewise. */
int host_call(struct host *h, unsigned int i, unsigned int call, const void *const *in,
	      void *const *out);

/* What the kernel half was told of vif @i. */
const struct xmd_vif_settings *host_settings(struct host *h, unsigned int i);
/* dom0 writes xmd-allow; NULL removes it. */
void host_allow(struct host *h, unsigned int i, const char *words);

/* An event from a guest that writes its page by itself. */
void hub_send(struct hub *hub, unsigned int i);

#endif
