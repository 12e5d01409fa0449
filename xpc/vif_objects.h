/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vif_objects.h - what a guest and its driver domain know of a vif, declared once.
 *
 * The home of both objects is the driver domain's xmd-backend ("user" here); the guest has
 * replicas.  They travel through the object ring, include/xmd/objring.h, in whose slots the
 * longest message has to fit.
 *
 * The two ends are not of one build: see annot.h for what may change here, and objring.h for how
 * they find out what the other one knows.  vif_objects.released is what may not change any more.
 *
 * vif is this guest's own.  Its wishes are written by the guest, if policy lets it; what it
 * may do is said by the driver domain.  port is what is behind it, seen from outside: the
 * guest only reads.
 */
#ifndef XMD_XPC_VIF_OBJECTS_H
#define XMD_XPC_VIF_OBJECTS_H

#include <linux/types.h>
#include "annot.h"

#define XMD_OBJ_MC_MAX	48	/* multicast addresses; a guest with more takes all */
#define XMD_OBJ_VLANS_MAX 32	/* likewise VLANs */
#define XMD_OBJ_REGS_MAX 64	/* registers in "ethtool -d" */
#define XMD_OBJ_BYTES_MAX 256	/* bytes of EEPROM in one answer */

/* vif.may: what policy grants this guest beyond its own filters */
#define XMD_MAY_PROMISC	0x01	/* all that the switch floods */
#define XMD_MAY_MAC	0x02	/* another address than the configured one */
#define XMD_MAY_MTU	0x04	/* more than the configured MTU, up to the port's */
#define XMD_MAY_IDENTIFY 0x08	/* blink the port's LED */
#define XMD_MAY_REGS	0x10	/* read the port's registers */
#define XMD_MAY_EEPROM	0x20	/* read the port's EEPROM */
#define XMD_MAY_SPOOF	0x40	/* send frames with others' source addresses: bridges */
#define XMD_MAY_V1	0x7f	/* those that a guest of version 1 takes; it refuses others */

/* port.advertise, port.partner: link modes */
#define XMD_PORT_10H	0x01
#define XMD_PORT_10F	0x02
#define XMD_PORT_100H	0x04
#define XMD_PORT_100F	0x08
#define XMD_PORT_1000F	0x20
#define XMD_PORT_V1	0x2f	/* as XMD_MAY_V1 */
#define XMD_OBJ_EEPROM_V1 512	/* bytes of an EEPROM, likewise */

struct xmd_obj_mac {
	__u8 addr[6];
};

struct xmd_vif_object {
	/* wishes of the guest */
	__u32 mtu XPC_NR(0) XPC_BY(guest) XPC_RANGE(68, 65535);	/* bytes behind the Ethernet header */
	/* user: when policy takes back what it has granted */
	struct xmd_obj_mac mac XPC_NR(1) XPC_BY(guest, user);
	__u8 promisc XPC_NR(2) XPC_BY(guest, user) XPC_RANGE(0, 1);
	__u8 allmulti XPC_NR(3) XPC_BY(guest) XPC_RANGE(0, 1);
	__u32 rx_usecs XPC_NR(4) XPC_BY(guest) XPC_RANGE(0, 10000);	/* least time between two RX events */
	__u16 n_mc XPC_NR(5) XPC_BY(guest) XPC_RANGE(0, XMD_OBJ_MC_MAX);
	struct xmd_obj_mac mc[XMD_OBJ_MC_MAX] XPC_NR(6) XPC_BY(guest) XPC_COUNTED(n_mc);
	__u16 n_vlans XPC_NR(7) XPC_BY(guest) XPC_RANGE(0, XMD_OBJ_VLANS_MAX);
	__u16 vlan[XMD_OBJ_VLANS_MAX] XPC_NR(8) XPC_BY(guest) XPC_COUNTED(n_vlans) XPC_RANGE(0, 4095);
	/* behind the lists that they mean: wishes are asked for in this order, and a filter whose
	 * list is still to come would keep everything away
	 */
	__u8 vlan_filter XPC_NR(9) XPC_BY(guest) XPC_RANGE(0, 1);
	__u8 filter XPC_NR(10) XPC_BY(guest) XPC_RANGE(0, 1);	/* 1: flooded frames only as said above */

	/* what the driver domain says */
	__u32 may XPC_NR(11) XPC_BY(user);	/* XMD_MAY_*, and bits of later releases */
	__u32 mtu_max XPC_NR(12) XPC_BY(user) XPC_RANGE(68, 65535);	/* that would be granted now */
	__u32 rx_usecs_max XPC_NR(13) XPC_BY(user) XPC_RANGE(0, 10000);	/* 0: events cannot be moderated */
} XPC_OBJECT(1);

struct xmd_port_object {
	__u8 link XPC_NR(0) XPC_BY(user) XPC_RANGE(0, 1);
	__u8 duplex XPC_NR(1) XPC_BY(user) XPC_RANGE(0, 1);	/* 1: full */
	__u16 speed XPC_NR(2) XPC_BY(user);			/* Mb/s; 0 without a link */
	__u8 autoneg XPC_NR(3) XPC_BY(user) XPC_RANGE(0, 1);
	__u8 advertise XPC_NR(4) XPC_BY(user);	/* XMD_PORT_*, likewise */
	__u8 partner XPC_NR(5) XPC_BY(user);
	__u8 pause_autoneg XPC_NR(6) XPC_BY(user) XPC_RANGE(0, 1);
	__u8 pause_rx XPC_NR(7) XPC_BY(user) XPC_RANGE(0, 1);	/* in use, as negotiated */
	__u8 pause_tx XPC_NR(8) XPC_BY(user) XPC_RANGE(0, 1);
	__u32 mtu XPC_NR(9) XPC_BY(user) XPC_RANGE(68, 65535);	/* of the port now */
	__u16 eeprom_len XPC_NR(10) XPC_BY(user);	/* bytes */
	__u16 regs_len XPC_NR(11) XPC_BY(user);		/* likewise */
	__u16 chip_vendor XPC_NR(12) XPC_BY(user), chip_device XPC_NR(13) XPC_BY(user);	/* PCI ids */
	__u8 chip_revision XPC_NR(14) XPC_BY(user);
	char driver[16] XPC_NR(15) XPC_BY(user) XPC_STRING;
	char version[32] XPC_NR(16) XPC_BY(user) XPC_STRING;
} XPC_OBJECT(2);

/* Totals of this vif, counted in the driver domain since it was connected there. */
struct xmd_vif_counters {
	__u64 tx_frames, tx_bytes, tx_errors, tx_drops;
	__u64 rx_frames, rx_bytes, rx_errors, rx_drops;
	__u64 tx_spoofed;	/* dropped: the source address is not this vif's */
	__u64 rx_filtered;	/* flooded frames that the filters kept away */
};

/* Totals of the port, which all guests share, since the NIC was probed; a few seconds old. */
struct xmd_port_counters {
	__u64 rx_frames, rx_bytes, rx_broadcast, rx_multicast;
	__u64 tx_frames, tx_bytes, tx_broadcast, tx_multicast;
	__u64 rx_crc_errors, rx_missed, rx_no_buffer, rx_length_errors;
	__u64 tx_collisions, tx_late_collisions;
	__u64 rx_pause, tx_pause;
};

struct xmd_port_regs {
	__u32 version;		/* as struct ethtool_regs.version */
	__u32 n XPC_RANGE(0, XMD_OBJ_REGS_MAX);
	__u32 val[XMD_OBJ_REGS_MAX] XPC_COUNTED(n);
};

struct xmd_port_bytes {
	__u32 magic;		/* as struct ethtool_eeprom.magic */
	__u32 n XPC_RANGE(0, XMD_OBJ_BYTES_MAX);
	__u8 byte[XMD_OBJ_BYTES_MAX] XPC_COUNTED(n);
};

#ifdef XPC_GEN
/* What a guest may ask, answered by the driver domain: 0 or -errno.  -EPERM: policy. */
int xmd_obj_counters(struct xmd_vif_counters *vif XPC_OUT,
		     struct xmd_port_counters *port XPC_OUT) XPC_DOWNCALL(1);
/* LED: 1 blink, 0 as usual.  It ends by itself with the object ring. */
int xmd_obj_identify(__u32 on XPC_RANGE(0, 1)) XPC_DOWNCALL(2);
int xmd_obj_regs(struct xmd_port_regs *regs XPC_OUT) XPC_DOWNCALL(3);
int xmd_obj_eeprom(__u32 offset XPC_RANGE(0, 65535), __u32 n XPC_RANGE(1, XMD_OBJ_BYTES_MAX),
		   struct xmd_port_bytes *bytes XPC_OUT) XPC_DOWNCALL(4);
#endif /* XPC_GEN */

#endif /* XMD_XPC_VIF_OBJECTS_H */
