/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hw.h - what only the kernel half needs to know of the 8254x: descriptors.  Registers and their
 * bits are in xmd/nicregs.h.
 */
#ifndef XMD_KERNDRIVER_HW_H
#define XMD_KERNDRIVER_HW_H

#include <linux/types.h>
#include <xmd/nicregs.h>

#define XMD_BAR_MIN	0x20000u	/* bytes of register space of every 8254x */
#define XMD_ALL_ONES	0xffffffffu	/* what a read gives when nobody answers */

/* 3.2.3 legacy receive descriptor */
struct e1000_rx_desc {
	__le64 addr;
	__le16 length;
	__le16 csum;
	__u8 status;
	__u8 errors;
	__le16 special;
};

#define RXD_BUF_SIZE	4096u		/* what RCTL_BUF_4096 says: a page, as all of the pool */
#define RXD_STAT_DD	0x01
#define RXD_STAT_EOP	0x02
#define RXD_STAT_IXSM	0x04
#define RXD_STAT_TCPCS	0x20
#define RXD_ERR_TCPE	0x20
#define RXD_ERR_IPE	0x40
#define RXD_ERR_FRAME	0x97		/* CE SE SEQ CXE RXE */

/*
 * 3.3.6 and 3.3.7: context and data descriptor.  A context carries four words, a data
 * descriptor an address and two words; "lower" and "upper" are words two and three of
 * both, with the same command bits.
 */
struct e1000_tx_desc {
	union {
		__le64 addr;
		__le32 ctx[2];		/* IPCSS IPCSO IPCSE, TUCSS TUCSO TUCSE */
	};
	__le32 lower;
	__le32 upper;
};

#define TXD_DATA	0x00100000u	/* DTYP 1; a context has DTYP 0 */
#define TXD_EOP		0x01000000u
#define TXD_IFCS	0x02000000u
#define TXD_TSE		0x04000000u
#define TXD_RS		0x08000000u
#define TXD_DEXT	0x20000000u
#define TXD_IDE		0x80000000u
#define TXC_TCP		0x01000000u	/* TUCMD, with TSE: the payload is TCP */
#define TXC_IP		0x02000000u	/* TUCMD, with TSE: in IPv4 */
#define TXD_DD		0x00000001u	/* in upper, written by the NIC */
#define TXD_POPTS_IXSM	0x01u
#define TXD_POPTS_TXSM	0x02u

#endif /* XMD_KERNDRIVER_HW_H */
