/* SPDX-License-Identifier: GPL-2.0 */
/*
 * objects.h - what both halves of the e1000 driver know, declared once.
 *
 * Homes.  The kernel half (xmd_nic.ko) holds the committed copy of each object; the user
 * half holds a replica, and gets it anew when it starts.  So a setting outlives the
 * process that made it work: that is all there is to "replay".
 *
 * adapter holds two kinds of fields.  Settings are what the administrator wants; they are
 * written by the kernel half on behalf of ip and ethtool, but only after the user half
 * has made them work (upcall configure).  States are what the user half sees.
 * counters is apart because it changes all the time, and an update of it shall not make
 * one of a setting stale.
 *
 * Never in here: packets, descriptor rings, DMA memory, registers, locks.
 */
#ifndef XMD_XPC_OBJECTS_H
#define XMD_XPC_OBJECTS_H

#include <linux/types.h>
#include "annot.h"

#define XMD_MAC_LEN	6
#define XMD_MC_MAX	128	/* multicast addresses; more: all are received */
#define XMD_EEPROM_MAX	512	/* bytes; the largest of the family */
#define XMD_REGDUMP_MAX	64	/* registers in "ethtool -d" */
#define XMD_TESTS	5	/* registers, EEPROM, interrupt, loopback, link */

struct xmd_mac {
	__u8 addr[XMD_MAC_LEN];
};

/* adapter.advertise: what autonegotiation offers, and what the link can be forced to */
#define XMD_ADV_10H	0x01
#define XMD_ADV_10F	0x02
#define XMD_ADV_100H	0x04
#define XMD_ADV_100F	0x08
#define XMD_ADV_1000F	0x20
#define XMD_ADV_ALL	0x2f

/* adapter.itr_mode: how receive interrupts are moderated */
#define XMD_ITR_FIXED	0	/* rx_usecs between two of them, 0: none */
#define XMD_ITR_ADAPTIVE 1	/* ... while more frames come than that has interrupts for: irq.c */

/* adapter.wol and wol_can: bits as in WAKE_PHY ... WAKE_MAGIC of linux/ethtool.h */
#define XMD_WOL_PHY	0x01
#define XMD_WOL_UCAST	0x02
#define XMD_WOL_MCAST	0x04
#define XMD_WOL_BCAST	0x08
#define XMD_WOL_MAGIC	0x20

/* adapter.mdix and mdix_state: as ETH_TP_MDI_* of linux/ethtool.h */
#define XMD_MDI_UNKNOWN	0
#define XMD_MDI		1
#define XMD_MDIX	2
#define XMD_MDIX_AUTO	3

struct xmd_adapter {
	/* settings: the kernel half writes what the user half has agreed to.  What the first
	 * bring-up of the NIC takes from the command line and the EEPROM, it is told by the
	 * downcall found, once. */
	__u32 tx_ring XPC_BY(kernel) XPC_RANGE(64, 1024);	/* descriptors, a power of two */
	__u32 rx_ring XPC_BY(kernel) XPC_RANGE(64, 1024);
	__u32 mtu XPC_BY(kernel) XPC_RANGE(68, 16110);		/* bytes behind the Ethernet header */
	struct xmd_mac mac XPC_BY(kernel);	/* station address in use; zero: the EEPROM's */
	__u8 autoneg XPC_BY(kernel) XPC_RANGE(0, 1);
	__u8 advertise XPC_BY(kernel) XPC_RANGE(0, 0x2f);	/* XMD_ADV_* */
	__u8 forced XPC_BY(kernel) XPC_RANGE(0, 0x0f);	/* one XMD_ADV_*, if not autoneg */
	__u8 mdix XPC_BY(kernel) XPC_RANGE(1, 3);	/* wanted, XMD_MDI* */
	__u8 pause_autoneg XPC_BY(kernel) XPC_RANGE(0, 1);
	__u8 pause_rx XPC_BY(kernel) XPC_RANGE(0, 1);
	__u8 pause_tx XPC_BY(kernel) XPC_RANGE(0, 1);
	__u8 itr_mode XPC_BY(kernel) XPC_RANGE(0, 1);
	__u32 rx_usecs XPC_BY(kernel) XPC_RANGE(0, 10000);	/* between interrupts */
	__u32 wol XPC_BY(kernel) XPC_RANGE(0, 0x2f);	/* XMD_WOL_* */
	__u32 msg_level XPC_BY(kernel);		/* NETIF_MSG_* */
	__u8 rx_csum XPC_BY(kernel) XPC_RANGE(0, 1);
	/* XPC_xmd_adapter_*: members that were saved before the domain was restarted, and stand above
	 * the command line at the first bring-up */
	__u64 restored XPC_BY(kernel);
	__u8 promisc XPC_BY(kernel) XPC_RANGE(0, 1);
	__u8 allmulti XPC_BY(kernel) XPC_RANGE(0, 1);
	__u16 n_mc XPC_BY(kernel) XPC_RANGE(0, XMD_MC_MAX);
	struct xmd_mac mc[XMD_MC_MAX] XPC_BY(kernel) XPC_COUNTED(n_mc);

	/* states: what the user half sees */
	__u8 link XPC_BY(user) XPC_RANGE(0, 1);
	__u8 duplex XPC_BY(user) XPC_RANGE(0, 1);	/* 1: full */
	__u16 speed XPC_BY(user) XPC_RANGE(0, 1000);	/* Mb/s; 0 without a link */
	__u8 flow_rx XPC_BY(user) XPC_RANGE(0, 1);	/* PAUSE in use, as negotiated */
	__u8 flow_tx XPC_BY(user) XPC_RANGE(0, 1);
	__u8 mdix_state XPC_BY(user) XPC_RANGE(0, 2);	/* found, XMD_MDI* */
	__u8 partner XPC_BY(user) XPC_RANGE(0, 0x2f);	/* XMD_ADV_* that the other end offers */
	struct xmd_mac perm_mac XPC_BY(user);		/* the EEPROM's */
	__u32 wol_can XPC_BY(user) XPC_RANGE(0, 0x2f);
	__u16 eeprom_len XPC_BY(user) XPC_RANGE(0, XMD_EEPROM_MAX);	/* bytes */
	__u8 phy_addr XPC_BY(user) XPC_RANGE(0, 31);
	char user_version[32] XPC_BY(user) XPC_STRING;
} XPC_OBJECT(1);

/*
 * Totals since the NIC was probed, whoever counted: the registers clear when they are read
 * (13.7 of the manual), so the user half adds them up.  Names are the registers'; 64-bit
 * ones are counted over both halves.
 */
struct xmd_counters {
	__u64 crcerrs XPC_BY(user), algnerrc XPC_BY(user), symerrs XPC_BY(user), rxerrc XPC_BY(user);
	__u64 mpc XPC_BY(user), scc XPC_BY(user), ecol XPC_BY(user), mcc XPC_BY(user);
	__u64 latecol XPC_BY(user), colc XPC_BY(user), dc XPC_BY(user), tncrs XPC_BY(user);
	__u64 sec XPC_BY(user), cexterr XPC_BY(user), rlec XPC_BY(user);
	__u64 xonrxc XPC_BY(user), xontxc XPC_BY(user), xoffrxc XPC_BY(user), xofftxc XPC_BY(user);
	__u64 fcruc XPC_BY(user);
	__u64 prc64 XPC_BY(user), prc127 XPC_BY(user), prc255 XPC_BY(user), prc511 XPC_BY(user);
	__u64 prc1023 XPC_BY(user), prc1522 XPC_BY(user);
	__u64 gprc XPC_BY(user), bprc XPC_BY(user), mprc XPC_BY(user), gptc XPC_BY(user);
	__u64 gorc XPC_BY(user), gotc XPC_BY(user);
	__u64 rnbc XPC_BY(user), ruc XPC_BY(user), rfc XPC_BY(user), roc XPC_BY(user), rjc XPC_BY(user);
	__u64 mgprc XPC_BY(user), mgpdc XPC_BY(user), mgptc XPC_BY(user);
	__u64 tor XPC_BY(user), tot XPC_BY(user), tpr XPC_BY(user), tpt XPC_BY(user);
	__u64 ptc64 XPC_BY(user), ptc127 XPC_BY(user), ptc255 XPC_BY(user), ptc511 XPC_BY(user);
	__u64 ptc1023 XPC_BY(user), ptc1522 XPC_BY(user);
	__u64 mptc XPC_BY(user), bptc XPC_BY(user);
	__u64 tsctc XPC_BY(user), tsctfc XPC_BY(user);
	/* and no registers: times that the link went, and that the NIC was reset and it stayed */
	__u64 link_losses XPC_BY(user), link_kept XPC_BY(user);
} XPC_OBJECT(2);

/* Settings that the user half cannot find: the downcall found leaves them alone. */
#define XMD_NEVER_FOUND	(XPC_xmd_adapter_mtu | XPC_xmd_adapter_promisc | \
			 XPC_xmd_adapter_allmulti | XPC_xmd_adapter_mc | \
			 XPC_xmd_adapter_restored)

struct xmd_regdump {
	__u32 n XPC_RANGE(0, XMD_REGDUMP_MAX);
	__u32 val[XMD_REGDUMP_MAX] XPC_COUNTED(n);
};

struct xmd_bytes {
	__u32 n XPC_RANGE(0, XMD_EEPROM_MAX);
	__u8 byte[XMD_EEPROM_MAX] XPC_COUNTED(n);
};

struct xmd_testresult {
	__u32 failed XPC_RANGE(0, 1);
	__u64 result[XMD_TESTS];	/* 0: passed; in the order of ethtool -t */
};

#ifdef XPC_GEN
/*
 * Upcalls.  Each returns 0 or -errno, which the administrator gets to see.  The user half
 * handles xmd_NAME(...) in drv_NAME(struct driver *, ...).
 */

/* Make @want work; if it returns 0, the kernel half commits it.  The user half changes the
 * registers, stopping and starting the NIC if it must, or leaves everything as it was. */
int xmd_configure(const struct xmd_adapter *want) XPC_UPCALL(1, 3000);
/* The link interrupt came: look at the PHY. */
int xmd_link_event(void) XPC_UPCALL(2, 1000);
/* Reset and start, as it is now: descriptors were not done in time; or the kernel half has
 * stopped the NIC, because a client left it or what it had for the wire had no carrier. */
int xmd_tx_hang(void) XPC_UPCALL(3, 3000);
/* Are you there? */
int xmd_alive(void) XPC_UPCALL(4, 1000);
/* Autonegotiate anew. */
int xmd_nway_reset(void) XPC_UPCALL(5, 1000);
/* LED: 1 blink, 0 as usual. */
int xmd_identify(__u32 on XPC_RANGE(0, 1)) XPC_UPCALL(6, 1000);
int xmd_read_regs(struct xmd_regdump *dump XPC_OUT) XPC_UPCALL(7, 1000);
/* Bytes at @offset; offset and length inside of eeprom_len. */
int xmd_read_eeprom(__u32 offset XPC_RANGE(0, 511), __u32 n XPC_RANGE(1, 512),
		    struct xmd_bytes *out XPC_OUT) XPC_UPCALL(8, 1000);
/* Any byte range; the checksum word is renewed if it lies inside of the first 64 words. */
int xmd_write_eeprom(__u32 offset XPC_RANGE(0, 511), const struct xmd_bytes *in) XPC_UPCALL(9, 3000);
/* offline: takes the NIC out of service for the time. */
int xmd_self_test(__u32 offline XPC_RANGE(0, 1), struct xmd_testresult *out XPC_OUT) XPC_UPCALL(10, 8000);
/* Bring counters up to date now, for ethtool -S. */
int xmd_refresh_counters(void) XPC_UPCALL(11, 1000);

/*
 * Downcalls: the steps of a self-test that need an interrupt and the rings.  Both while the
 * NIC runs; ENETDOWN: it does not, EIO: nothing came.
 */
int xmd_test_irq(void) XPC_DOWNCALL(1);
/* The PHY is in loopback: frames go out and must come back unchanged.  Guests' frames that
 * are sent or received meanwhile are lost. */
int xmd_test_loopback(void) XPC_DOWNCALL(2);
/*
 * The first bring-up is through: settings as the command line and the EEPROM have them; those of
 * MTU and filters do not count.  EPERM: an address is committed already, or this one is not that
 * of START, or something but a magic packet is to wake.  EBUSY: again, a little later.
 */
int xmd_found(const struct xmd_adapter *found) XPC_DOWNCALL(3);
#endif /* XPC_GEN */

#endif /* XMD_XPC_OBJECTS_H */
