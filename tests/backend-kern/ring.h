/* SPDX-License-Identifier: GPL-2.0 */
/* A guest's TX ring in memory, and short ways to write slots into it. */
#ifndef TEST_RING_H
#define TEST_RING_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "parse.h"
#include "xmd/backdev.h"

#define MORE	XEN_NETTXF_more_data
#define EXTRA	XEN_NETTXF_extra_info

struct ring {
	union xmd_tx_slot slot[XMD_TX_RING];
	u16 ids[XMD_TX_RING];
	u32 cons, prod;
};

static inline void put_req(struct ring *r, u16 off, u16 size, u16 flags)
{
	r->slot[r->prod % XMD_TX_RING].req = (struct xen_netif_tx_request){
		.gref = 1000 + r->prod, .offset = off, .size = size, .flags = flags,
		.id = (u16)(r->prod ^ 0x5a00),
	};
	r->prod++;
}

static inline void put_extra(struct ring *r, u8 type, u8 flags)
{
	struct xen_netif_extra_info *e = &r->slot[r->prod % XMD_TX_RING].extra;

	memset(e, 0, sizeof(*e));
	e->type = type;
	e->flags = flags;
	r->prod++;
}

static inline void put_gso(struct ring *r, u8 gso_type, u16 size, u8 flags)
{
	struct xen_netif_extra_info *e = &r->slot[r->prod % XMD_TX_RING].extra;

	put_extra(r, XEN_NETIF_EXTRA_TYPE_GSO, flags);
	e->u.gso.size = size;
	e->u.gso.type = gso_type;
}

static inline int parse(struct ring *r, struct xmd_tx_frame *f)
{
	return xmd_tx_parse(r->slot, r->cons, r->prod, f, r->ids);
}

#endif
