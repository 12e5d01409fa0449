/* SPDX-License-Identifier: GPL-2.0 */
/*
 * regs.h - what only the user half knows of the chips: PHY and EEPROM.  The MAC's registers are
 * in xmd/nicregs.h.
 */
#ifndef XMD_USERDRIVER_REGS_H
#define XMD_USERDRIVER_REGS_H

#include <xmd/nicregs.h>

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
#define   PSCR_DOWNSHIFT	0x0800u	/* of the 82574's, there */
#define PHY_M88_PSSR	17
#define   PSSR_MDIX		0x0040u
#define PHY_M88_EPSCR	20
#define   EPSCR_TX_CLK_25	0x0070u	/* to the MAC, at 100 Mb/s */
#define PHY_M88_RX_ERRORS 21
#define PHY_IGP_PORT_STATUS 17
#define   IGP_FOUND_MDIX	0x0800u
#define PHY_IGP_PORT_CTRL 18
#define   IGP_AUTO_MDIX	0x1000u
#define   IGP_MDIX		0x2000u

#define EEPROM_WORDS	64u
#define EEPROM_SUM	0xbabau	/* of all 64 words, chapter 5.6.35 */
#define EEPROM_WORDS_MAX 256u
#define EEPROM_CHECKSUM	63u	/* the word that makes the sum right */
#define EEPROM_INIT2	0x0fu	/* initialization control 2 */
#define   EEPROM_INIT2_APM_82544 0x0004u
#define EEPROM_INIT3	0x24u	/* initialization control 3 */
#define EEPROM_INIT3_B	0x14u	/* of the second port */
#define   EEPROM_INIT3_APME	0x0400u	/* wakes at a magic packet when just powered */

#endif /* XMD_USERDRIVER_REGS_H */
