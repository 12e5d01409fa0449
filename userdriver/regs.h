/* SPDX-License-Identifier: GPL-2.0 */
/*
 * regs.h - registers of the 8254x family that the user half touches.
 *
 * Names and bits are those of Intel's "PCI/PCI-X Family of Gigabit Ethernet
 * Controllers Software Developer's Manual", chapter 13 (MAC) and the PHY register
 * tables of chapter 13 and 8.  Rings, interrupts and enables are missing on purpose:
 * they belong to the kernel half, whose guard refuses them.
 */
#ifndef XMD_USERDRIVER_REGS_H
#define XMD_USERDRIVER_REGS_H

#define REG_CTRL	0x00000
#define   CTRL_FD		0x00000001u
#define   CTRL_ASDE		0x00000020u
#define   CTRL_SLU		0x00000040u
#define   CTRL_ILOS		0x00000080u
#define   CTRL_SPEED_MASK	0x00000300u
#define   CTRL_SPEED_100	0x00000100u
#define   CTRL_SPEED_1000	0x00000200u
#define   CTRL_FRCSPD		0x00000800u
#define   CTRL_FRCDPLX		0x00001000u
#define   CTRL_ADVD3WUC		0x00100000u
#define   CTRL_RST		0x04000000u
#define   CTRL_RFCE		0x08000000u
#define   CTRL_TFCE		0x10000000u
#define   CTRL_PHY_RST		0x80000000u

#define REG_STATUS	0x00008
#define   STATUS_FD		0x00000001u
#define   STATUS_LU		0x00000002u
#define   STATUS_SPEED_MASK	0x000000c0u
#define   STATUS_SPEED_10	0x00000000u
#define   STATUS_SPEED_100	0x00000040u

#define REG_EECD	0x00010
#define   EECD_SK		0x00000001u	/* clock of the EEPROM */
#define   EECD_CS		0x00000002u
#define   EECD_DI		0x00000004u	/* into the EEPROM */
#define   EECD_DO		0x00000008u
#define   EECD_EE_REQ		0x00000040u
#define   EECD_EE_GNT		0x00000080u
#define   EECD_EE_SIZE		0x00000200u	/* 256 words, not 64 */

#define REG_EERD	0x00014
#define   EERD_START		0x00000001u
#define   EERD_DONE		0x00000010u
#define   EERD_ADDR_SHIFT	8
#define   EERD_DATA_SHIFT	16

#define REG_MDIC	0x00020
#define   MDIC_DATA_MASK	0x0000ffffu
#define   MDIC_REG_SHIFT	16
#define   MDIC_PHY_SHIFT	21
#define   MDIC_OP_WRITE		0x04000000u
#define   MDIC_OP_READ		0x08000000u
#define   MDIC_R		0x10000000u	/* ready */
#define   MDIC_E		0x40000000u	/* error */
#define   MDIC_INTERNAL_PHY	1u		/* address of the PHY on the chip */

#define REG_FCAL	0x00028
#define REG_FCAH	0x0002c
#define REG_FCT		0x00030
#define REG_VET		0x00038
#define REG_ITR		0x000c4

#define REG_RCTL	0x00100
#define   RCTL_UPE		0x00000008u
#define   RCTL_MPE		0x00000010u
#define   RCTL_LPE		0x00000020u
#define   RCTL_MO		0x00003000u
#define   RCTL_BAM		0x00008000u
#define   RCTL_VFE		0x00040000u
#define   RCTL_CFIEN		0x00080000u

#define REG_FCTTV	0x00170

#define REG_TCTL	0x00400
#define   TCTL_PSP		0x00000008u
#define   TCTL_CT_MASK		0x00000ff0u
#define   TCTL_CT_SHIFT		4
#define   TCTL_COLD_SHIFT	12
#define   TCTL_COLD_MASK	0x003ff000u

#define REG_TIPG	0x00410
#define REG_LEDCTL	0x00e00
#define REG_PBA		0x01000
#define   PBA_RX_MASK		0x0000ffffu	/* KiB of packet memory for receiving */
#define REG_FCRTL	0x02160
#define   FCRTL_XONE		0x80000000u
#define REG_FCRTH	0x02168
#define REG_RDLEN	0x02808
#define REG_RDH		0x02810
#define REG_RDT		0x02818
#define REG_RDTR	0x02820
#define REG_RADV	0x0282c
#define REG_TDLEN	0x03808
#define REG_TDH		0x03810
#define REG_TDT		0x03818
#define REG_TIDV	0x03820
#define REG_TADV	0x0382c

/* Statistics, chapter 13.7: all clear on read and stick at their maximum. */
#define REG_CRCERRS	0x04000
#define REG_ALGNERRC	0x04004
#define REG_SYMERRS	0x04008
#define REG_RXERRC	0x0400c
#define REG_MPC		0x04010
#define REG_SCC		0x04014
#define REG_ECOL	0x04018
#define REG_MCC		0x0401c
#define REG_LATECOL	0x04020
#define REG_COLC	0x04028
#define REG_DC		0x04030
#define REG_TNCRS	0x04034
#define REG_SEC		0x04038
#define REG_CEXTERR	0x0403c
#define REG_RLEC	0x04040
#define REG_XONRXC	0x04048
#define REG_XONTXC	0x0404c
#define REG_XOFFRXC	0x04050
#define REG_XOFFTXC	0x04054
#define REG_FCRUC	0x04058
#define REG_PRC64	0x0405c
#define REG_PRC127	0x04060
#define REG_PRC255	0x04064
#define REG_PRC511	0x04068
#define REG_PRC1023	0x0406c
#define REG_PRC1522	0x04070
#define REG_GPRC	0x04074
#define REG_BPRC	0x04078
#define REG_MPRC	0x0407c
#define REG_GPTC	0x04080
#define REG_GORCL	0x04088
#define REG_GORCH	0x0408c
#define REG_GOTCL	0x04090
#define REG_GOTCH	0x04094
#define REG_RNBC	0x040a0
#define REG_RUC		0x040a4
#define REG_RFC		0x040a8
#define REG_ROC		0x040ac
#define REG_RJC		0x040b0
#define REG_MGTPRC	0x040b4
#define REG_MGTPDC	0x040b8
#define REG_MGTPTC	0x040bc
#define REG_TORL	0x040c0
#define REG_TORH	0x040c4
#define REG_TOTL	0x040c8
#define REG_TOTH	0x040cc
#define REG_TPR		0x040d0
#define REG_TPT		0x040d4
#define REG_PTC64	0x040d8
#define REG_PTC127	0x040dc
#define REG_PTC255	0x040e0
#define REG_PTC511	0x040e4
#define REG_PTC1023	0x040e8
#define REG_PTC1522	0x040ec
#define REG_MPTC	0x040f0
#define REG_BPTC	0x040f4
#define REG_TSCTC	0x040f8
#define REG_TSCTFC	0x040fc

#define REG_MTA(i)	(0x05200 + 4u * (i))
#define MTA_WORDS	128u
#define REG_RAL(i)	(0x05400 + 8u * (i))
#define REG_RAH(i)	(0x05404 + 8u * (i))
#define   RAH_AV		0x80000000u
#define RAR_ENTRIES	16u
#define REG_VFTA(i)	(0x05600 + 4u * (i))
#define VFTA_WORDS	128u
#define REG_WUC		0x05800
#define   WUC_APME		0x00000001u
#define   WUC_PME_EN		0x00000002u
#define   WUC_APMPME		0x00000008u
#define REG_WUFC	0x05808
#define   WUFC_LNKC		0x00000001u
#define   WUFC_MAG		0x00000002u
#define   WUFC_EX		0x00000004u	/* directed, to the station address */
#define   WUFC_MC		0x00000008u
#define   WUFC_BC		0x00000010u
#define REG_MANC	0x05820
#define   MANC_ARP_EN		0x00002000u

/* PHY registers, IEEE 802.3 clause 22 and the M88E1000's own from 16 on. */
#define PHY_CTRL	0
#define   PHY_CTRL_SPEED_1000	0x0040u
#define   PHY_CTRL_FULL_DUPLEX	0x0100u
#define   PHY_CTRL_RESTART_AN	0x0200u
#define   PHY_CTRL_ISOLATE	0x0400u
#define   PHY_CTRL_POWER_DOWN	0x0800u
#define   PHY_CTRL_AN_ENABLE	0x1000u
#define   PHY_CTRL_SPEED_100	0x2000u
#define   PHY_CTRL_LOOPBACK	0x4000u
#define   PHY_CTRL_RESET	0x8000u
#define PHY_STATUS	1
#define   PHY_STATUS_LINK	0x0004u	/* latches low until it is read */
#define PHY_ID1		2
#define PHY_ID2		3
#define   PHY_M88_ID1		0x0141u
#define   PHY_M88_ID2_MASK	0xff00u	/* the rest is model and revision */
#define   PHY_M88_ID2		0x0c00u
#define PHY_ANA		4
#define   PHY_AN_SELECTOR	0x0001u
#define   PHY_AN_10_HD		0x0020u
#define   PHY_AN_10_FD		0x0040u
#define   PHY_AN_100_HD		0x0080u
#define   PHY_AN_100_FD		0x0100u
#define   PHY_AN_PAUSE		0x0400u
#define   PHY_AN_ASM_DIR	0x0800u
#define   PHY_AN_ABILITIES	0x0fe0u	/* technology bits 5 to 11 */
#define PHY_LPA		5	/* bits as ANA */
#define PHY_GCTRL	9
#define   PHY_GCTRL_1000_HD	0x0100u
#define   PHY_GCTRL_1000_FD	0x0200u
#define PHY_GSTATUS	10
#define   PHY_GSTATUS_IDLE_ERRORS	0x00ffu	/* cleared by reading */
#define   PHY_GSTATUS_1000_HD	0x0400u
#define   PHY_GSTATUS_1000_FD	0x0800u
#define PHY_M88_PSCR	16
#define   PSCR_POLARITY_OFF	0x0002u
#define   PSCR_MDIX_MASK	0x0060u
#define   PSCR_MDI		0x0000u
#define   PSCR_MDIX		0x0020u
#define   PSCR_AUTO_MDIX	0x0060u
#define   PSCR_ENERGY_DETECT	0x0300u	/* both bits: sleep without a link, and knock */
#define   PSCR_CRS_ON_TX	0x0800u
#define PHY_M88_PSSR	17
#define   PSSR_MDIX		0x0040u
#define PHY_M88_EPSCR	20
#define   EPSCR_TX_CLK_25	0x0070u	/* to the MAC, at 100 Mb/s */
#define PHY_M88_RX_ERRORS 21

#define EEPROM_WORDS	64u
#define EEPROM_SUM	0xbabau	/* of all 64 words, chapter 5.6.35 */
#define EEPROM_WORDS_MAX 256u
#define EEPROM_CHECKSUM	63u	/* the word that makes the sum right */
#define EEPROM_INIT3	0x24u	/* initialization control 3 */
#define   EEPROM_INIT3_APME	0x0400u	/* wakes at a magic packet when just powered */

#endif /* XMD_USERDRIVER_REGS_H */
