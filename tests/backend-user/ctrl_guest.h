/* SPDX-License-Identifier: GPL-2.0 */
/* ctrl_guest.h - the one guest of a world that has a control ring: its pages and its channel; vif 0.
 * Vif 1 is its second one, which always has messages. */
#ifndef TEST_CTRL_GUEST_H
#define TEST_CTRL_GUEST_H

#include "world.h"

#include <xen/xen.h>
#include <xen/grant_table.h>
#include <xen/event_channel.h>
#include <xen/io/netif.h>
#include <xmd/xs_names.h>

#define RING_REF	60u
#define LIST_REF	61u
#define EVTCHN		33u
#define RING		128u
#define BUSY_REF	62u
#define BUSY_EVTCHN	34u

struct xen {
	struct bus bus;
	struct obj_host objs;
	_Alignas(4096) uint8_t ring[4096], list[4096], busy[4096];
	unsigned int mapped, bound, masked, pending, notified, unmasks, fail_map, fail_bind, busy_bound;
};

extern struct xen x;

struct xen_netif_ctrl_sring *ring(void);
union xen_netif_ctrl_sring_entry *slot(uint32_t i);

/* A world with it, whose backend is not up yet. */
void ctrl_world(struct world *w);
void front_keys(struct world *w);
void busy_keys(struct world *w);
/* Its ring is full again.  Return: messages that it was answered until now */
uint32_t busy_fill(void);
/* @id: of the request */
void put(uint16_t id, uint16_t type, uint32_t d0, uint32_t d1, uint32_t d2);

#endif
