/* SPDX-License-Identifier: GPL-2.0 */
/*
 * port.h - the NIC, from what its halves know of it (struct xmd_port_state) to what guests see and
 * what is saved, and back
 */
#ifndef XMD_BACKEND_PORT_H
#define XMD_BACKEND_PORT_H

#include <xmd/backdev.h>
#include "../../xpc/vif_objects.h"

/* The NIC as all vifs share it. */
struct xmd_port_info {
	struct xmd_port_object port;	/* as guests see it, but for what policy and their version take */
	struct xmd_port_counters counters;
	__u64 crossings;		/* between the NIC's two halves; no guest's business */
};

/* struct xmd_port_settings.mask: groups of its members.  Append-only. */
#define XMD_PORT_MTU		0x0001u
#define XMD_PORT_MAC		0x0002u
#define XMD_PORT_RINGS		0x0004u	/* tx_ring, rx_ring */
#define XMD_PORT_COALESCE	0x0008u	/* rx_usecs, itr_mode */
#define XMD_PORT_PAUSE		0x0010u	/* pause_* */
#define XMD_PORT_LINK		0x0020u	/* autoneg, advertise, forced, mdix */
#define XMD_PORT_WOL		0x0040u
#define XMD_PORT_MSG_LEVEL	0x0080u
#define XMD_PORT_FEATURES	0x0100u
#define XMD_PORT_ALL		0x01ffu

/**
 * struct xmd_port_settings - what an administrator set on the port with ip and ethtool
 * @mask:   XMD_PORT_*: the groups that somebody has set since the NIC was probed, or that are to be
 *	    put into force.  The others are as the user half found them
 * @result: as in struct xmd_port_state
 * the rest: the members of the same names of struct xmd_adapter, and of xmd_port_state
 */
struct xmd_port_settings {
	__u32 mask;
	__s32 result;
	__u32 mtu;
	__u32 tx_ring, rx_ring;
	__u32 rx_usecs;
	__u32 wol;
	__u32 msg_level;
	__u32 features;			/* XMD_FEATURE_* */
	__u8 itr_mode;
	__u8 pause_autoneg, pause_rx, pause_tx;
	__u8 autoneg, advertise, forced, mdix;
	__u8 mac[ETH_ALEN];
	__u8 unused[2];			/* so that it can be compared */
};

void port_info(const struct xmd_port_state *s, struct xmd_port_info *info);
void port_settings(const struct xmd_port_state *s, struct xmd_port_settings *to);
void port_to_set(const struct xmd_port_settings *from, struct xmd_port_state *s);

#endif
