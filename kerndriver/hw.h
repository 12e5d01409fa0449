/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hw.h - what the kernel half needs to know of the 8254x: registers, control bits
 * and descriptors.  Names and chapter numbers are those of Intel's "PCI/PCI-X
 * Family of Gigabit Ethernet Controllers Software Developer's Manual" (317453).
 */
#ifndef XMD_KERNDRIVER_HW_H
#define XMD_KERNDRIVER_HW_H

#include <linux/types.h>

#define XMD_BAR_MIN	0x20000u	/* bytes of register space of every 8254x */
#define XMD_ALL_ONES	0xffffffffu	/* what a read gives when nobody answers */

/* 13.4: registers */
#define CTRL		0x0000
#define STATUS		0x0008
#define EECD		0x0010
#define EERD		0x0014
#define CTRL_EXT	0x0018
#define MDIC		0x0020
#define FCAL		0x0028
#define FCAH		0x002c
#define FCT		0x0030
#define VET		0x0038
#define ICR		0x00c0
#define ITR		0x00c4
#define ICS		0x00c8
#define IMS		0x00d0
#define IMC		0x00d8
#define RCTL		0x0100
#define FCTTV		0x0170
#define TCTL		0x0400
#define TIPG		0x0410
#define AIT		0x0458
#define LEDCTL		0x0e00
#define PBA		0x1000
#define FCRTL		0x2160
#define FCRTH		0x2168
#define RDFH		0x2410
#define RDFPC		0x2430
#define RDBAL		0x2800
#define RDBAH		0x2804
#define RDLEN		0x2808
#define RDH		0x2810
#define RDT		0x2818
#define RDTR		0x2820
#define RXDCTL		0x2828
#define RADV		0x282c
#define TDFH		0x3410
#define TDFPC		0x3430
#define TDBAL		0x3800
#define TDBAH		0x3804
#define TDLEN		0x3808
#define TDH		0x3810
#define TDT		0x3818
#define TIDV		0x3820
#define TXDCTL		0x3828
#define TADV		0x382c
#define STATS_FIRST	0x4000		/* CRCERRS */
#define STATS_LAST	0x40fc		/* TSCTFC */
#define RXCSUM		0x5000
#define MTA_FIRST	0x5200
#define MTA_LAST	0x53fc
#define RA_FIRST	0x5400		/* RAL0 */
#define RA_LAST		0x547c		/* RAH15 */
#define VFTA_FIRST	0x5600
#define VFTA_LAST	0x57fc
#define WUC		0x5800
#define WUFC		0x5808
#define WUS		0x5810
#define MANC		0x5820
#define WUPL		0x5900

/* 13.4.1 CTRL */
#define CTRL_FD		0x00000001u
#define CTRL_BEM	0x00000002u
#define CTRL_LRST	0x00000008u
#define CTRL_ASDE	0x00000020u
#define CTRL_SLU	0x00000040u
#define CTRL_ILOS	0x00000080u
#define CTRL_SPEED	0x00000300u
#define CTRL_FRCSPD	0x00000800u
#define CTRL_FRCDPX	0x00001000u
#define CTRL_ADVD3WUC	0x00100000u
#define CTRL_RST	0x04000000u
#define CTRL_RFCE	0x08000000u
#define CTRL_TFCE	0x10000000u
#define CTRL_VME	0x40000000u
#define CTRL_PHY_RST	0x80000000u

/* 13.4.2 STATUS */
#define STATUS_LU	0x00000002u
#define STATUS_TXOFF	0x00000010u
#define STATUS_SPEED	0x000000c0u	/* 0: 10 Mb/s */

/* 13.4.3 EECD: without FWE, which opens the flash for writing */
#define EECD_WIRE	0x0000004fu	/* SK CS DI DO EE_REQ */

/* 13.4.6 CTRL_EXT */
#define CTRL_EXT_ASDCHK	0x00001000u
#define CTRL_EXT_EE_RST	0x00002000u
#define CTRL_EXT_SPD_BYPS 0x00008000u

/* 13.4.17 ICR, and IMS, IMC, ICS */
#define INT_TXDW	0x00000001u
#define INT_LSC		0x00000004u
#define INT_RXO		0x00000040u
#define INT_RXT0	0x00000080u
#define INT_RX		(INT_RXO | INT_RXT0)
#define INT_DATA	(INT_TXDW | INT_RX)

/* 13.4.22 RCTL */
#define RCTL_EN		0x00000002u
#define RCTL_SBP	0x00000004u
#define RCTL_UPE	0x00000008u
#define RCTL_MPE	0x00000010u
#define RCTL_LPE	0x00000020u
#define RCTL_LBM	0x000000c0u
#define RCTL_DTYP	0x00000c00u
#define RCTL_MO		0x00003000u
#define RCTL_BAM	0x00008000u
#define RCTL_BSIZE	0x00030000u
#define RCTL_VFE	0x00040000u
#define RCTL_CFIEN	0x00080000u
#define RCTL_CFI	0x00100000u
#define RCTL_DPF	0x00400000u
#define RCTL_PMCF	0x00800000u
#define RCTL_BSEX	0x02000000u
#define RCTL_BUF_4096	(RCTL_BSEX | 0x00030000u)
#define RCTL_SECRC	0x04000000u

/* 13.4.33 TCTL */
#define TCTL_EN		0x00000002u
#define TCTL_PSP	0x00000008u
#define TCTL_CT		0x00000ff0u
#define TCTL_COLD	0x003ff000u
#define TCTL_RTLC	0x01000000u

#define RXCSUM_IPOFL	0x00000100u	/* 13.4.52 */
#define RXCSUM_TUOFL	0x00000200u
#define MANC_ARP_EN	0x00002000u

/*
 * The bits of RCTL and TCTL that are the user half's, in REGS and in START.  LPE is: a
 * frame over several buffers is joined or refused whatever it says (rxdesc.h).
 */
#define RCTL_USER	(RCTL_LPE | RCTL_UPE | RCTL_MPE | RCTL_MO | RCTL_BAM | RCTL_VFE | \
			 RCTL_CFIEN | RCTL_CFI | RCTL_DPF | RCTL_PMCF)
#define TCTL_USER	(TCTL_PSP | TCTL_CT | TCTL_COLD | TCTL_RTLC)

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
