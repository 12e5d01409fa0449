/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * stage.h - staging grants: pages that a guest grants once, and its frames go through by memcpy
 *
 * It is netif.h's own protocol, over its control ring (feature-ctrl-ring, ctrl-ring-ref,
 * event-channel-ctrl); here are the names that Linux' copy of netif.h does not have, and what
 * is not said there.
 *
 *	guest (xmd_front)                       driver domain
 *	GET_GREF_MAPPING_SIZE  ------------->   xmd-backend: so many pages, or NOT_SUPPORTED
 *	ADD_GREF_MAPPING  ------------------>   xmd-backend copies the list once and checks it;
 *	  a page full of struct xmd_gref        xmd_back.ko maps all of it or nothing
 *	requests in the TX and RX ring with     xmd_back.ko finds the page by the reference, and
 *	these references                        copies from it, or to it
 *
 * - A reference of the list is a grant like any other.  Used before ADD was answered, after DEL,
 *   or after another driver domain has adopted the rings and knows of none, it costs a hypercall.
 *   So frames never wait for the control ring.
 * - Who comes after a crash of the driver domain goes on with the control ring where it stood.
 *   The guest says ADD again, when it sees that there is another.
 * - An ADD of what is mapped already, with the same flags, counts as done.
 * - What the driver domain has mapped the guest cannot take back: it says DEL, or closes the vif.
 * - A guest may write to its pages at any time: they are read once.  So may the backend write to
 *   those for reception: the guest copies a frame out before it looks at it.
 */
#ifndef XMD_STAGE_H
#define XMD_STAGE_H

#include <linux/types.h>

#define XMD_CTRL_GET_GREF_MAPPING_SIZE	8u
#define XMD_CTRL_ADD_GREF_MAPPING	9u
#define XMD_CTRL_DEL_GREF_MAPPING	10u

/* netif.h: struct xen_netif_gref */
struct xmd_gref {
	__u32 ref;
	__u16 flags;		/* XMD_GREF_* */
	__u16 status;		/* of DEL: XEN_NETIF_CTRL_STATUS_* */
};

#define XMD_GREF_READONLY	0x1u	/* not for the RX ring */

/* One vif's: as many as both its rings have slots, and as a page has room for. */
#define XMD_STAGE_PAGES		512u

/* Messages of one guest: so many a second, and so many at once.  More of them wait. */
#define XMD_CTRL_RATE		4u
#define XMD_CTRL_BURST		16u

#endif /* XMD_STAGE_H */
