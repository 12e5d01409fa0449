// SPDX-License-Identifier: GPL-2.0
/* ctrl_guest.c - see ctrl_guest.h */
#include "ctrl_guest.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct xen x;

static int do_map(struct bus *b, uint16_t domid, uint32_t ref, void **page)
{
	(void)b;
	assert(domid == 5);
	if (x.fail_map || (ref != RING_REF && ref != LIST_REF && ref != BUSY_REF))
		return -EINVAL;
	x.mapped++;
	*page = ref == RING_REF ? x.ring : ref == BUSY_REF ? x.busy : x.list;
	return 0;
}

static void do_unmap(struct bus *b, void *page)
{
	(void)b;
	assert((page == x.ring || page == x.list || page == x.busy) && x.mapped);
	x.mapped--;
}

static int do_bind(struct bus *b, uint16_t domid, uint32_t evtchn, uint32_t *local)
{
	(void)b;
	assert(domid == 5);
	if (x.fail_bind || (evtchn != EVTCHN && evtchn != BUSY_EVTCHN))
		return -EINVAL;
	*local = evtchn == EVTCHN ? 7 : 8;
	*(evtchn == EVTCHN ? &x.bound : &x.busy_bound) += 1;
	return 0;
}

static void do_unbind(struct bus *b, uint32_t local)
{
	(void)b;
	if (local == 8) {
		assert(x.busy_bound);
		x.busy_bound--;
		return;
	}
	assert(local == 7 && x.bound);
	x.bound--;
	x.masked = x.pending = 0;
}

static int do_notify(struct bus *b, uint32_t local)
{
	(void)b;
	assert(local == 8 || (local == 7 && x.bound));
	x.notified += local == 7;
	return 0;
}

static int do_next(struct bus *b, uint32_t *local)
{
	(void)b;
	if (!x.pending || x.masked || !x.bound)
		return -EAGAIN;
	x.pending = 0;
	x.masked = 1;
	*local = 7;
	return 0;
}

static int do_unmask(struct bus *b, uint32_t local)
{
	(void)b;
	assert(local == 7 && x.masked);
	x.masked = 0;
	x.unmasks++;
	return 0;
}

static int do_gone(struct bus *b, uint16_t domid)
{
	(void)b;
	(void)domid;
	return 0;
}

struct xen_netif_ctrl_sring *ring(void)
{
	return (struct xen_netif_ctrl_sring *)x.ring;
}

union xen_netif_ctrl_sring_entry *slot(uint32_t i)
{
	return (union xen_netif_ctrl_sring_entry *)(x.ring + 64) + i % RING;
}

void front_keys(struct world *w)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", RING_REF);
	assert(!world_front(w, 0, XS_FRONT_CTRL_RING_REF, text));
	snprintf(text, sizeof(text), "%u", EVTCHN);
	assert(!world_front(w, 0, XS_FRONT_EVENT_CHANNEL_CTRL, text));
}

void busy_keys(struct world *w)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", BUSY_REF);
	assert(!world_front(w, 1, XS_FRONT_CTRL_RING_REF, text));
	snprintf(text, sizeof(text), "%u", BUSY_EVTCHN);
	assert(!world_front(w, 1, XS_FRONT_EVENT_CHANNEL_CTRL, text));
}

uint32_t busy_fill(void)
{
	struct xen_netif_ctrl_sring *r = (struct xen_netif_ctrl_sring *)x.busy;
	union xen_netif_ctrl_sring_entry *s = (union xen_netif_ctrl_sring_entry *)(x.busy + 64);

	for (; r->req_prod - r->rsp_prod < RING; r->req_prod++)
		s[r->req_prod % RING].req = (struct xen_netif_ctrl_request){
			.type = XMD_CTRL_ADD_GREF_MAPPING, .data = { 0, LIST_REF, 1 },
		};
	return r->rsp_prod;
}

void ctrl_world(struct world *w)
{
	static const struct bus_ops ops = {
		.map = do_map, .unmap = do_unmap, .bind = do_bind, .unbind = do_unbind,
		.notify = do_notify, .next = do_next, .unmask = do_unmask, .gone = do_gone,
	};

	memset(&x, 0, sizeof(x));
	x.bus.ops = &ops;
	x.objs.bus = &x.bus;
	SHARED_RING_INIT(ring());
	SHARED_RING_INIT((struct xen_netif_ctrl_sring *)x.busy);
	world_init(w);
	w->objs = &x.objs;
}

void put(uint16_t id, uint16_t type, uint32_t d0, uint32_t d1, uint32_t d2)
{
	slot(ring()->req_prod)->req = (struct xen_netif_ctrl_request){
		.id = id, .type = type, .data = { d0, d1, d2 },
	};
	ring()->req_prod++;
}
