/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nicregs.h - the registers of the 8254x that any part of xmd touches, named once: for the
 * guard, the kernel half, the user half, its simulated NIC, the register dump and the tests.
 * Which chip has which of them is in nicchips.h.
 *
 * Names, and the chapters in the column behind the offset, are those of Intel's "PCI/PCI-X
 * Family of Gigabit Ethernet Controllers Software Developer's Manual" (317453); "D" is before those of
 * the 82574's datasheet (317694).
 *
 * Who may do what; kerndriver/guard.c holds the user half to it:
 *
 *   KERNEL(name, offset, chapter)	the kernel half's alone: the user half may not even read
 *					it, because it tells machine addresses, swallows an
 *					interrupt when it is read, or is nobody else's business
 *   READ(name, offset, chapter)	the user half may read it
 *   FREE(name, offset, words, chapter, running, stopped)
 *					... and change the bits @running at all times, and the
 *					bits @stopped while the NIC is STOPPED, to any value
 *   BOUND(name, offset, chapter, running, stopped, low, high)
 *					... but START, and each change while it runs, wants all
 *					of these bits together to be from @low to @high
 *   RULE(name, offset, chapter, running, stopped, rule)
 *					... under a rule of its own, XMD_RULE_*, see guard.c
 *
 * What the comments beside them answer: what could a hostile user half do with it?  That it can
 * take the NIC's own link down, receive less than is wanted or delay interrupts is a matter of
 * course (it is the driver), and is not repeated; the rule is that nothing moves DMA, rings
 * or interrupts, changes how many bytes the NIC writes into a buffer, lasts beyond a reset,
 * or disturbs others on the wire.  In order of their offsets.
 */
#ifndef XMD_NICREGS_H
#define XMD_NICREGS_H

#define XMD_NIC_REGISTERS(KERNEL, READ, FREE, BOUND, RULE) \
	/* RST and PHY_RST pull the rings away.  No VME: tags are the guests'.  No BEM */ \
	FREE(CTRL, 0x0000, 1, "13.4.1", CTRL_USER, CTRL_RST | CTRL_PHY_RST) \
	READ(STATUS, 0x0008, "13.4.2") \
	/* the pins clock instructions into the EEPROM, for good: only for write_eeprom, but that of a \
	 * chip without EERD may be read by them.  No FWE, which opens the flash */ \
	RULE(EECD, 0x0010, "13.4.3", 0, EECD_WIRE, XMD_RULE_PINS) \
	/* reads the EEPROM, and can do nothing else */ \
	FREE(EERD, 0x0014, 1, "13.4.4", XMD_ALL, 0) \
	/* how MSI-X and PCI Express behave */ \
	KERNEL(CTRL_EXT, 0x0018, "13.4.5") \
	/* any register of the PHY, which sees frames only as bits.  Its interrupt is masked */ \
	FREE(MDIC, 0x0020, 1, "13.4.7", XMD_ALL, 0) \
	/* destination and type of the PAUSE frames that the NIC sends by itself: 802.3's only, \
	 * or it would send frames to anybody */ \
	BOUND(FCAL, 0x0028, "13.4.8", XMD_ALL, 0, 0x00c28001u, 0x00c28001u) \
	BOUND(FCAH, 0x002c, "13.4.9", 0xffffu, 0, 0x0100u, 0x0100u) \
	BOUND(FCT, 0x0030, "13.4.10", 0xffffu, 0, 0x8808u, 0x8808u) \
	BOUND(VET, 0x0038, "13.4.11", 0xffffu, 0, 0x8100u, 0x8100u) \
	KERNEL(ICR, 0x00c0, "13.4.17") \
	/* 0 is a setting of the administrator's; the poll masks interrupts while there is work */ \
	FREE(ITR, 0x00c4, 1, "13.4.18", 0xffffu, 0) \
	KERNEL(ICS, 0x00c8, "13.4.19") \
	KERNEL(IMS, 0x00d0, "13.4.20") \
	KERNEL(IMC, 0x00d8, "13.4.21") \
	KERNEL(EIAC, 0x00dc, "D 10.2") \
	KERNEL(IVAR, 0x00e4, "D 10.2") \
	/* ITR of the one vector that is for frames */ \
	FREE(EITR0, 0x00e8, 1, "D 10.2", 0xffffu, 0) \
	KERNEL(EITR1, 0x00ec, "D 10.2") \
	FREE(RCTL, 0x0100, 1, "13.4.22", RCTL_USER, 0) \
	/* how long others are to be silent, in 512 bit times: 1 ms at 1000 Mb/s at most */ \
	BOUND(FCTTV, 0x0170, "13.4.12", 0xffffu, 0, 1, 0x07ffu) \
	/* collisions are a matter of half duplex, where whoever wants to can jam anyway */ \
	FREE(TCTL, 0x0400, 1, "13.4.33", TCTL_USER, 0) \
	/* a shorter gap than 802.3's costs others frames; this one is the manual's for copper */ \
	RULE(TIPG, 0x0410, "13.4.34", 0x3fffffffu, 0, XMD_RULE_TIPG) \
	FREE(LEDCTL, 0x0e00, 1, "13.4.15", XMD_ALL, 0) \
	/* who has PHY and EEPROM; firmware waits while it is us */ \
	FREE(EXTCNF_CTRL, 0x0f00, 1, "D 10.2", EXTCNF_MDIO_SW, 0) \
	/* KiB for receiving; the rest of the chip's must hold a frame to be sent.  Effective at a reset */ \
	RULE(PBA, 0x1000, "13.4.16", 0, 0xffffu, XMD_RULE_PBA) \
	READ(EEMNGCTL, 0x1010, "D 10.2") \
	/* writes a word of the EEPROM, for good: only for write_eeprom */ \
	RULE(EEWR, 0x102c, "D 10.2", 0, XMD_ALL, XMD_RULE_EEWR) \
	/* XOFF is asked for when half of the memory at least is used, XON below that: else each \
	 * frame would silence others */ \
	RULE(FCRTL, 0x2160, "13.4.23", FCRTL_XONE | FCRT_BYTES, 0, XMD_RULE_XON) \
	RULE(FCRTH, 0x2168, "13.4.24", FCRT_BYTES, 0, XMD_RULE_XOFF) \
	KERNEL(RDBAL, 0x2800, "13.4.25") \
	KERNEL(RDBAH, 0x2804, "13.4.26") \
	READ(RDLEN, 0x2808, "13.4.27") \
	READ(RDH, 0x2810, "13.4.28") \
	READ(RDT, 0x2818, "13.4.29") \
	/* 67 ms at most; no FPD */ \
	FREE(RDTR, 0x2820, 1, "13.4.30", 0xffffu, 0) \
	FREE(RADV, 0x282c, 1, "13.4.31", 0xffffu, 0) \
	KERNEL(TDBAL, 0x3800, "13.4.36") \
	KERNEL(TDBAH, 0x3804, "13.4.37") \
	READ(TDLEN, 0x3808, "13.4.38") \
	READ(TDH, 0x3810, "13.4.39") \
	READ(TDT, 0x3818, "13.4.40") \
	/* the kernel half's descriptors have IDE, with which 0 is not allowed */ \
	BOUND(TIDV, 0x3820, "13.4.41", 0xffffu, 0, 1, 0xffffu) \
	KERNEL(TXDCTL, 0x3828, "13.4.42") \
	FREE(TADV, 0x382c, 1, "13.4", 0xffffu, 0) \
	/* all clear on read: what it read and does not report is missing from the totals */ \
	READ(CRCERRS, 0x4000, "13.7") \
	READ(ALGNERRC, 0x4004, "13.7") \
	READ(SYMERRS, 0x4008, "13.7") \
	READ(RXERRC, 0x400c, "13.7") \
	READ(MPC, 0x4010, "13.7") \
	READ(SCC, 0x4014, "13.7") \
	READ(ECOL, 0x4018, "13.7") \
	READ(MCC, 0x401c, "13.7") \
	READ(LATECOL, 0x4020, "13.7") \
	READ(COLC, 0x4028, "13.7") \
	READ(DC, 0x4030, "13.7") \
	READ(TNCRS, 0x4034, "13.7") \
	READ(SEC, 0x4038, "13.7") \
	READ(CEXTERR, 0x403c, "13.7") \
	READ(RLEC, 0x4040, "13.7") \
	READ(XONRXC, 0x4048, "13.7") \
	READ(XONTXC, 0x404c, "13.7") \
	READ(XOFFRXC, 0x4050, "13.7") \
	READ(XOFFTXC, 0x4054, "13.7") \
	READ(FCRUC, 0x4058, "13.7") \
	READ(PRC64, 0x405c, "13.7") \
	READ(PRC127, 0x4060, "13.7") \
	READ(PRC255, 0x4064, "13.7") \
	READ(PRC511, 0x4068, "13.7") \
	READ(PRC1023, 0x406c, "13.7") \
	READ(PRC1522, 0x4070, "13.7") \
	READ(GPRC, 0x4074, "13.7") \
	READ(BPRC, 0x4078, "13.7") \
	READ(MPRC, 0x407c, "13.7") \
	READ(GPTC, 0x4080, "13.7") \
	READ(GORCL, 0x4088, "13.7") \
	READ(GORCH, 0x408c, "13.7") \
	READ(GOTCL, 0x4090, "13.7") \
	READ(GOTCH, 0x4094, "13.7") \
	READ(RNBC, 0x40a0, "13.7") \
	READ(RUC, 0x40a4, "13.7") \
	READ(RFC, 0x40a8, "13.7") \
	READ(ROC, 0x40ac, "13.7") \
	READ(RJC, 0x40b0, "13.7") \
	READ(MGTPRC, 0x40b4, "13.7") \
	READ(MGTPDC, 0x40b8, "13.7") \
	READ(MGTPTC, 0x40bc, "13.7") \
	READ(TORL, 0x40c0, "13.7") \
	READ(TORH, 0x40c4, "13.7") \
	READ(TOTL, 0x40c8, "13.7") \
	READ(TOTH, 0x40cc, "13.7") \
	READ(TPR, 0x40d0, "13.7") \
	READ(TPT, 0x40d4, "13.7") \
	READ(PTC64, 0x40d8, "13.7") \
	READ(PTC127, 0x40dc, "13.7") \
	READ(PTC255, 0x40e0, "13.7") \
	READ(PTC511, 0x40e4, "13.7") \
	READ(PTC1023, 0x40e8, "13.7") \
	READ(PTC1522, 0x40ec, "13.7") \
	READ(MPTC, 0x40f0, "13.7") \
	READ(BPTC, 0x40f4, "13.7") \
	READ(TSCTC, 0x40f8, "13.7") \
	READ(TSCTFC, 0x40fc, "13.7") \
	KERNEL(RXCSUM, 0x5000, "13.4") \
	/* the layout of descriptors is in it */ \
	KERNEL(RFCTL, 0x5008, "D 10.2") \
	FREE(MTA0, 0x5200, MTA_WORDS, "13.5", XMD_ALL, 0) \
	/* RAL0 and RAH0 are also the source of PAUSE frames, which bridges do not learn from */ \
	FREE(RA0, 0x5400, 2 * RAR_ENTRIES, "13.5", XMD_ALL, 0) \
	/* PME_EN is the kernel half's, in PMCSR, when the domain shuts down.  APM wakes whatever \
	 * anybody wants: off, and nothing else */ \
	RULE(WUC, 0x5800, "13.6", WUC_USER, 0, XMD_RULE_CLEAR) \
	/* no more events than were asked for with set_wol */ \
	RULE(WUFC, 0x5808, "13.6", WUFC_USER, 0, XMD_RULE_WAKE) \
	/* firmware that answers ARP for us can be told off, and not on */ \
	RULE(MANC, 0x5820, "13.6", MANC_ARP_EN, 0, XMD_RULE_CLEAR) \
	KERNEL(GCR, 0x5b00, "D 10.2") \
	KERNEL(GCR2, 0x5b64, "erratum")

/* The names, as numbers. */
#define XMD_NIC_NAME(name, offset, ...) name = offset,
enum xmd_nic_register {
	XMD_NIC_REGISTERS(XMD_NIC_NAME, XMD_NIC_NAME, XMD_NIC_NAME, XMD_NIC_NAME, XMD_NIC_NAME)
};
#undef XMD_NIC_NAME

/* How many rows there are. */
#define XMD_NIC_ONE(...) + 1
#define XMD_NIC_ROWS (0 XMD_NIC_REGISTERS(XMD_NIC_ONE, XMD_NIC_ONE, XMD_NIC_ONE, XMD_NIC_ONE, \
					  XMD_NIC_ONE))

/*
 * The words of "ethtool -d", in the order in which ethtool(8)'s decoder for e1000 wants them, that
 * are registers: the kernel half reads them, none is changed by that.  Words 12 to 25 are the
 * PHY's, filled in by the user half; 26 is MANC, and behind it there is nothing with an M88 PHY.
 */
#define XMD_NIC_DUMP	{ CTRL, STATUS, RCTL, RDLEN, RDH, RDT, RDTR, TCTL, TDLEN, TDH, TDT, TIDV }
#define XMD_DUMP_MANC	26

#define XMD_ALL		0xffffffffu
#define MTA_WORDS	128u
#define RAR_ENTRIES	16u
#define MTA(i)		(MTA0 + 4u * (i))
#define RAL(i)		(RA0 + 8u * (i))
#define RAH(i)		(RA0 + 4u + 8u * (i))
#define   RAH_AV	0x80000000u

#define CTRL_FD		0x00000001u
#define CTRL_BEM	0x00000002u
#define CTRL_GIO_DISABLE 0x00000004u	/* PCI Express: no requests of its own any more */
#define CTRL_ASDE	0x00000020u
#define CTRL_SLU	0x00000040u
#define CTRL_ILOS	0x00000080u
#define CTRL_SPEED	0x00000300u
#define CTRL_SPEED_100	0x00000100u
#define CTRL_SPEED_1000	0x00000200u
#define CTRL_FRCSPD	0x00000800u
#define CTRL_FRCDPX	0x00001000u
#define CTRL_SWDPIN0	0x00040000u
#define CTRL_ADVD3WUC	0x00100000u
#define CTRL_SWDPIO0	0x00400000u
#define CTRL_RST	0x04000000u
#define CTRL_RFCE	0x08000000u
#define CTRL_TFCE	0x10000000u
#define CTRL_VME	0x40000000u
#define CTRL_PHY_RST	0x80000000u
#define CTRL_USER	(CTRL_FD | CTRL_ASDE | CTRL_SLU | CTRL_ILOS | CTRL_SPEED | CTRL_FRCSPD | \
			 CTRL_FRCDPX | CTRL_ADVD3WUC | CTRL_RFCE | CTRL_TFCE)

#define STATUS_FD	0x00000001u
#define STATUS_LU	0x00000002u
#define STATUS_FUNC	0x00000004u	/* the second of two ports */
#define STATUS_TXOFF	0x00000010u	/* paused by the other end: nothing is sent */
#define STATUS_SPEED	0x000000c0u
#define STATUS_SPEED_10	0x00000000u
#define STATUS_SPEED_100 0x00000040u
#define STATUS_SPEED_1000 0x00000080u	/* and both bits, too */
#define STATUS_PCIX	0x00002000u
#define STATUS_GIO_MASTER 0x00080000u	/* it may have requests under way */

#define EECD_SK		0x00000001u	/* clock of the EEPROM */
#define EECD_CS		0x00000002u
#define EECD_DI		0x00000004u	/* into the EEPROM */
#define EECD_DO		0x00000008u
#define EECD_EE_REQ	0x00000040u
#define EECD_EE_GNT	0x00000080u
#define EECD_EE_SIZE	0x00000200u	/* 256 words, not 64 */
#define EECD_AUTO_RD	0x00000200u	/* PCI Express: read after a reset */
#define EECD_SIZE_SHIFT	11		/* PCI Express: 64 words << this, four bits */
#define EECD_SIZE_MASK	0xfu
#define EECD_FLASH	0x00018000u	/* PCI Express, both: it is flash */
#define EECD_FLUPD	0x00080000u	/* PCI Express: into the flash with it */
#define EECD_SPI	0x00002000u	/* 82541: not microwire */
#define EECD_WIRE	(EECD_SK | EECD_CS | EECD_DI | EECD_EE_REQ)

#define EERD_START	0x00000001u
#define EERD_DONE	0x00000010u
#define EERD_ADDR_SHIFT	8
#define EERD_DATA_SHIFT	16
/* likewise of the 82541, 82547 and PCI Express; of EEWR, too */
#define EERW_DONE	0x00000002u
#define EERW_ADDR_SHIFT	2

#define EXTCNF_MDIO_SW	0x00000020u
#define EXTCNF_MDIO_FW	0x000000c0u	/* the chip itself has it, or its firmware */
#define EEMNGCTL_DONE	0x00040000u	/* the PHY is set up from the EEPROM */

#define MDIC_DATA_MASK	0x0000ffffu
#define MDIC_REG_SHIFT	16
#define MDIC_PHY_SHIFT	21
#define MDIC_OP_WRITE	0x04000000u
#define MDIC_OP_READ	0x08000000u
#define MDIC_R		0x10000000u	/* ready */
#define MDIC_E		0x40000000u	/* error */
#define MDIC_INTERNAL_PHY 1u		/* address of the PHY on the chip */

/* ICR, and IMS, IMC, ICS */
#define INT_TXDW	0x00000001u
#define INT_LSC		0x00000004u
#define INT_RXO		0x00000040u
#define INT_RXT0	0x00000080u
#define INT_RXQ0	0x00100000u	/* MSI-X: a vector for each of these */
#define INT_TXQ0	0x00400000u
#define INT_OTHER	0x01000000u
#define INT_RX		(INT_RXO | INT_RXT0)
#define INT_DATA	(INT_TXDW | INT_RX)

#define IVAR_VALID	0x8u
#define IVAR_XMD	(IVAR_VALID | IVAR_VALID << 8 | (IVAR_VALID | 1u) << 16)
#define CTRL_EXT_PBA_CLR 0x80000000u	/* a vector pends no more once its cause is open again */

#define RCTL_EN		0x00000002u
#define RCTL_SBP	0x00000004u
#define RCTL_UPE	0x00000008u
#define RCTL_MPE	0x00000010u
#define RCTL_LPE	0x00000020u
#define RCTL_LBM	0x000000c0u
#define RCTL_DTYP	0x00000c00u
#define RCTL_BAM	0x00008000u
#define RCTL_BSIZE	0x00030000u
#define RCTL_BSEX	0x02000000u
#define RCTL_BUF_4096	(RCTL_BSEX | 0x00030000u)
#define RCTL_SECRC	0x04000000u
/*
 * The user half's, in REGS and in START.  LPE is: a frame over several buffers is joined or
 * refused whatever it says (rxdesc.h).  No SBP, no VFE: damaged frames are nobody's, and which
 * VLANs are wanted is for the switch to know, guest by guest.
 */
#define RCTL_USER	(RCTL_LPE | RCTL_UPE | RCTL_MPE | RCTL_BAM)

#define TCTL_EN		0x00000002u
#define TCTL_PSP	0x00000008u	/* pads short frames: on from START on */
#define TCTL_CT		0x00000ff0u
#define TCTL_CT_SHIFT	4
#define TCTL_COLD	0x003ff000u
#define TCTL_COLD_SHIFT	12
#define TCTL_USER	(TCTL_CT | TCTL_COLD)

/* IPGT 10, IPGR1 8, IPGR2 6 */
#define TIPG_COPPER	(10u | 8u << 10 | 6u << 20)

#define PBA_RX_MASK	0x0000ffffu	/* KiB of packet memory for receiving */
#define PBA_RX_MIN	8u
#define PBA_TX_MIN	8u
#define FCRTL_XONE	0x80000000u
#define FCRT_BYTES	0x0000ffffu

#define RXCSUM_IPOFL	0x00000100u
#define RXCSUM_TUOFL	0x00000200u
#define RFCTL_ACK_DIS	0x00001000u
#define RFCTL_IPV6_EX	0x00030000u	/* both kinds: not looked into */
#define TXDCTL_PCIE	0x00400000u	/* to be set, says the datasheet */
#define GCR_PCIE	0x00400000u	/* likewise: 82574, 82583 */
#define GCR2_COMPLETION	0x00000001u	/* likewise, says an erratum: XMD_ERR_COMPLETION */

#define WUC_APME	0x00000001u
#define WUC_PME_EN	0x00000002u
#define WUC_APMPME	0x00000008u
#define WUC_USER	(WUC_APME | WUC_PME_EN | WUC_APMPME)
#define WUFC_LNKC	0x00000001u
#define WUFC_MAG	0x00000002u
#define WUFC_EX		0x00000004u	/* directed, to the station address */
#define WUFC_MC		0x00000008u
#define WUFC_BC		0x00000010u
#define WUFC_USER	(WUFC_LNKC | WUFC_MAG | WUFC_EX | WUFC_MC | WUFC_BC)
/* of XMD_WOL_* (xpc/objects.h) */
#define WUFC_OF(wol)	(((wol) & XMD_WOL_PHY ? WUFC_LNKC : 0) | \
			 ((wol) & XMD_WOL_UCAST ? WUFC_EX : 0) | \
			 ((wol) & XMD_WOL_MCAST ? WUFC_MC : 0) | \
			 ((wol) & XMD_WOL_BCAST ? WUFC_BC : 0) | \
			 ((wol) & XMD_WOL_MAGIC ? WUFC_MAG : 0))
#define MANC_ARP_EN	0x00002000u

#endif /* XMD_NICREGS_H */
