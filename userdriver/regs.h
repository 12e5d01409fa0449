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
#define   CTRL_ASDE		0x00000020u
#define   CTRL_SLU		0x00000040u
#define   CTRL_ILOS		0x00000080u
#define   CTRL_FRCSPD		0x00000800u
#define   CTRL_FRCDPLX		0x00001000u
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
#define   EECD_EE_REQ		0x00000040u
#define   EECD_EE_GNT		0x00000080u

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
#define REG_ITR		0x000c4

#define REG_RCTL	0x00100
#define   RCTL_UPE		0x00000008u
#define   RCTL_MPE		0x00000010u
#define   RCTL_BAM		0x00008000u

#define REG_FCTTV	0x00170

#define REG_TCTL	0x00400
#define   TCTL_PSP		0x00000008u
#define   TCTL_CT_SHIFT		4
#define   TCTL_COLD_SHIFT	12
#define   TCTL_COLD_MASK	0x003ff000u

#define REG_TIPG	0x00410
#define REG_PBA		0x01000
#define REG_FCRTL	0x02160
#define   FCRTL_XONE		0x80000000u
#define REG_FCRTH	0x02168
#define REG_RDTR	0x02820
#define REG_RADV	0x0282c
#define REG_TIDV	0x03820
#define REG_TADV	0x0382c

/* Statistics, chapter 13.7: all clear on read and stick at their maximum. */
#define REG_CRCERRS	0x04000
#define REG_MPC		0x04010
#define REG_ECOL	0x04018
#define REG_LATECOL	0x04020
#define REG_COLC	0x04028
#define REG_RLEC	0x04040
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
#define REG_ROC		0x040ac

#define REG_MTA(i)	(0x05200 + 4u * (i))
#define MTA_WORDS	128u
#define REG_RAL(i)	(0x05400 + 8u * (i))
#define REG_RAH(i)	(0x05404 + 8u * (i))
#define   RAH_AV		0x80000000u
#define RAR_ENTRIES	16u
#define REG_VFTA(i)	(0x05600 + 4u * (i))
#define VFTA_WORDS	128u

/* PHY registers, IEEE 802.3 clause 22 and the M88E1000's own from 16 on. */
#define PHY_CTRL	0
#define   PHY_CTRL_SPEED_1000	0x0040u
#define   PHY_CTRL_FULL_DUPLEX	0x0100u
#define   PHY_CTRL_RESTART_AN	0x0200u
#define   PHY_CTRL_ISOLATE	0x0400u
#define   PHY_CTRL_POWER_DOWN	0x0800u
#define   PHY_CTRL_AN_ENABLE	0x1000u
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
#define PHY_LPA		5
#define PHY_GCTRL	9
#define   PHY_GCTRL_1000_HD	0x0100u
#define   PHY_GCTRL_1000_FD	0x0200u
#define PHY_M88_PSCR	16
#define   PSCR_POLARITY_OFF	0x0002u
#define   PSCR_AUTO_MDIX	0x0060u
#define   PSCR_CRS_ON_TX	0x0800u

#define EEPROM_WORDS	64u
#define EEPROM_SUM	0xbabau	/* of all 64 words, chapter 5.6.35 */

#endif /* XMD_USERDRIVER_REGS_H */
