/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vlan.h - access ports of VLANs (802.1Q)
 *
 *   guest            switch              wire
 *   untagged <-----> VLAN N <----------> tag N
 *   untagged <------/
 *
 * A vif may be an access port of a VLAN: its guest knows nothing of tags, and hears that VLAN
 * alone.  Whose VLAN that is, nobody else's is: it is kept apart, and a frame with its tag goes to,
 * and is taken from, the wire and these vifs only.  All other VLANs are as good as none: vifs
 * that are no access ports, and the driver domain, send and get frames as they are, tags included.
 *
 * Where a frame has its tag:
 *
 *   from a guest          without, and with room for it in front; it gets it on its way to the
 *                         wire.  One that brings a tag along is dropped (tx_tagged)
 *   from the wire to one  it is taken off before anything else is done
 *   what floods           has it, as it goes to the wire as well, or came from there: it is left
 *                         out when the frame is copied to a guest (XMD_F_TAGGED, rx.c)
 *
 * Of Linux only test_bit; compiled on the host for tests.
 */
#ifndef XMD_BACK_VLAN_H
#define XMD_BACK_VLAN_H

#include <linux/bitops.h>
#include <linux/if_ether.h>
#include <linux/types.h>
#include "csum.h"
#include "xmd/nic.h"

#define XMD_VLANS	4096u
#define XMD_TAG_LEN	4u

/* The number in the 802.1Q tag with which @b begins; 0: with none, or one of a priority only. */
static inline u16 xmd_vlan_id(const struct xmd_buf *b)
{
	const u8 *hdr = xmd_buf_data(b);

	if (b->len < ETH_HLEN + XMD_TAG_LEN || xmd_be16(hdr + 2 * ETH_ALEN) != ETH_P_8021Q)
		return 0;
	return xmd_be16(hdr + ETH_HLEN) & (XMD_VLANS - 1);
}

/* Whether a frame, from its Ethernet header on, begins with any VLAN tag. */
bool xmd_vlan_any(const u8 *hdr);

/* The VLAN of a frame from the wire, if it is one of @apart; 0: all that are not. */
static inline u16 xmd_vlan_of(const unsigned long *apart, const struct xmd_buf *b)
{
	u16 vlan = xmd_vlan_id(b);

	return vlan && test_bit(vlan, apart) ? vlan : 0;
}

/* Tag @b, which has XMD_TAG_LEN bytes of room and no other owner. */
void xmd_vlan_push(struct xmd_buf *b, u16 vlan);

/* Take the tag off @b, which has one and no other owner. */
void xmd_vlan_pop(struct xmd_buf *b);

#endif /* XMD_BACK_VLAN_H */
