/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nicchips.h - the chips that xmd drives, each in one row: for the kernel half, the user half,
 * its simulated NIC, the supervisor and the tests.  To add one that is like another is to add a
 * row; userdriver/CHIPS.md says what else there is to do for one that is not.
 *
 *   CHIP(device, name, family, memory, frame, flags)
 *	device	of PCI, vendor 8086
 *	family	XMD_FAMILY_*: who in the user half knows reset, EEPROM, PHY, LEDs
 *	memory	KiB of packet memory, for both directions
 *	frame	bytes of the longest frame without FCS, one VLAN tag included
 *	flags	XMD_LACKS_*, XMD_HAS_*, XMD_ERR_*: how it differs from an 82540EM
 *
 * Sources: "PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual"
 * (317453), "82574 GbE Controller Family Datasheet" (317694), specification updates.
 */
#ifndef XMD_NICCHIPS_H
#define XMD_NICCHIPS_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#else
#include <stddef.h>
#endif
#include <linux/types.h>
#include <xmd/nicregs.h>

enum xmd_family {
	XMD_FAMILY_82544,
	XMD_FAMILY_82540,	/* and 82545, 82546 */
	XMD_FAMILY_82541,	/* and 82547 */
	XMD_FAMILY_82573,	/* and 82574, 82583: PCI Express */
	XMD_FAMILIES
};

/* Registers that are not there. */
#define XMD_LACKS_ITR	0x00000001u	/* throttling, and the absolute delay timers */
#define XMD_LACKS_EERD	0x00000002u	/* the EEPROM is read by its pins */
#define XMD_LACKS_LEDCTL 0x00000004u	/* LEDs are CTRL's pin 0 */
#define XMD_LACKS_MANC	0x00000008u
#define XMD_LACKS_TSO	0x00000010u	/* or it is not to be used: the switch cuts */
/* What an 82540EM has not. */
#define XMD_HAS_PCIE	0x00000100u	/* GIO master disable, ownership of the PHY, EEWR, RFCTL */
#define XMD_HAS_MSI	0x00000200u
#define XMD_HAS_MSIX	0x00000400u	/* with EITR in the place of ITR */
#define XMD_HAS_TSO6	0x00000800u	/* that is right in QEMU, too */
#define XMD_HAS_PORTS	0x00001000u	/* two functions with one EEPROM: addresses differ by one */
#define XMD_UNTRIED	0x00008000u	/* by anybody: neither in the lab nor on silicon */
/*
 * Errata.  The number is that of the 82546GB's specification update of June 2006 (252915), which
 * has those of its siblings in the same words, or "-" where Linux' e1000 keeps to it and the update
 * of the chip could not be had.
 *
 *   TSO_DD	1	DD of the last descriptor of a segmented frame, and of the frame behind
 *			it, comes before its data is read: the last 4 bytes get their own
 *   PCIX_2K	10	in PCI-X mode the first descriptor of a frame is below 2016 bytes, or it hangs
 *   COMBINED	15	PCI-X: consecutive writes that a bridge combines are lost: tables are
 *			written from their end
 *   MTA_ODD	-	82544: a write of an odd word of the table spoils the even one before it
 *   PCIX_DWORD	-	82544, PCI-X: hangs at a buffer that ends within an even dword
 *   TSO_HDR	-	hangs at a segmented frame whose first descriptor is its headers and no more
 *   HALF	-	82547: hangs when a frame wraps in the transmit FIFO at half duplex
 *   PAD	-	damages short frames that it pads itself
 *   IPV6_EX	-	82573: receiver hangs at malformed IPv6 extension headers
 *   COMPLETION	-	82574, 82583: answers to its requests are lost and the transmitter hangs, above all
 *			with ASPM, before a bit of GCR2 is set
 */
#define XMD_ERR_TSO_DD	0x00010000u
#define XMD_ERR_PCIX_2K	0x00020000u
#define XMD_ERR_MTA_ODD	0x00040000u
#define XMD_ERR_PCIX_DWORD 0x00080000u
#define XMD_ERR_TSO_HDR	0x00100000u
#define XMD_ERR_HALF	0x00200000u
#define XMD_ERR_PAD	0x00400000u
#define XMD_ERR_IPV6_EX	0x00800000u
#define XMD_ERR_COMPLETION 0x01000000u

/* Of every chip on a PCI bus; of those that also do PCI-X; the 82544; PCI Express. */
#define XMD_ON_PCI	(XMD_ERR_TSO_DD | XMD_ERR_PAD)
#define XMD_ON_PCIX	(XMD_ON_PCI | XMD_ERR_PCIX_2K)
#define XMD_AN_82544	(XMD_ON_PCIX | XMD_LACKS_ITR | XMD_LACKS_EERD | XMD_LACKS_LEDCTL | \
			 XMD_LACKS_MANC | XMD_ERR_MTA_ODD | XMD_ERR_PCIX_DWORD | XMD_ERR_TSO_HDR)
#define XMD_AN_82547	(XMD_ON_PCI | XMD_LACKS_TSO | XMD_ERR_HALF | XMD_UNTRIED)
#define XMD_ON_PCIE	(XMD_HAS_PCIE | XMD_HAS_MSI | XMD_HAS_TSO6 | XMD_ERR_TSO_HDR)
#define XMD_AN_82574	(XMD_ON_PCIE | XMD_ERR_COMPLETION)
#define XMD_TWO_PORTS	(XMD_ON_PCIX | XMD_HAS_PORTS | XMD_UNTRIED)

#define XMD_NIC_CHIPS(CHIP) \
	CHIP(0x1008, "82544EI", 82544, 64, 16128, XMD_AN_82544 | XMD_UNTRIED) \
	CHIP(0x100c, "82544GC", 82544, 64, 16128, XMD_AN_82544) \
	CHIP(0x100d, "82544GC", 82544, 64, 16128, XMD_AN_82544 | XMD_UNTRIED) \
	CHIP(0x100e, "82540EM", 82540, 64, 16128, XMD_ON_PCI) \
	CHIP(0x1015, "82540EM", 82540, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x1016, "82540EP", 82540, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x1017, "82540EP", 82540, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x101e, "82540EP", 82540, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x100f, "82545EM", 82540, 64, 16128, XMD_ON_PCIX) \
	CHIP(0x1026, "82545GM", 82540, 64, 16128, XMD_ON_PCIX | XMD_UNTRIED) \
	CHIP(0x1010, "82546EB", 82540, 64, 16128, XMD_TWO_PORTS) \
	CHIP(0x1079, "82546GB", 82540, 64, 16128, XMD_TWO_PORTS) \
	CHIP(0x1013, "82541EI", 82541, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x1018, "82541EI", 82541, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x1014, "82541ER", 82541, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x1078, "82541ER", 82541, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x1076, "82541GI", 82541, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x1077, "82541GI", 82541, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x107c, "82541PI", 82541, 64, 16128, XMD_ON_PCI | XMD_UNTRIED) \
	CHIP(0x1019, "82547EI", 82541, 40, 16128, XMD_AN_82547) \
	CHIP(0x101a, "82547EI", 82541, 40, 16128, XMD_AN_82547) \
	CHIP(0x1075, "82547GI", 82541, 40, 16128, XMD_AN_82547) \
	CHIP(0x108b, "82573E", 82573, 32, 1518, XMD_ON_PCIE | XMD_ERR_IPV6_EX | XMD_UNTRIED) \
	CHIP(0x108c, "82573E", 82573, 32, 1518, XMD_ON_PCIE | XMD_ERR_IPV6_EX | XMD_UNTRIED) \
	CHIP(0x109a, "82573L", 82573, 32, 1518, XMD_ON_PCIE | XMD_ERR_IPV6_EX | XMD_UNTRIED) \
	CHIP(0x10d3, "82574L", 82573, 40, 9230, XMD_AN_82574 | XMD_HAS_MSIX) \
	CHIP(0x10f6, "82574LA", 82573, 40, 9230, XMD_AN_82574 | XMD_HAS_MSIX | XMD_UNTRIED) \
	CHIP(0x150c, "82583V", 82573, 40, 9230, XMD_AN_82574 | XMD_UNTRIED)

struct xmd_chip {
	__u16 device;
	__u8 family;
	__u8 memory;
	__u16 max_frame;
	__u32 flags;
	char name[8];
};

#define XMD_NIC_CHIP(id, text, kind, kib, bytes, bits) { .device = id, .name = text, \
	.family = XMD_FAMILY_##kind, .memory = kib, .max_frame = bytes, .flags = bits },

/* For log lines: " 82544EI/0x1008 82544GC/0x100c ...", as one literal. */
#define XMD_NIC_CHIP_NAME(id, text, ...) " " text "/" #id
#define XMD_CHIP_NAMES XMD_NIC_CHIPS(XMD_NIC_CHIP_NAME)

#define XMD_VENDOR_INTEL 0x8086

/* Return: NULL if it is none of ours. */
static inline const struct xmd_chip *xmd_chip_find(__u16 vendor, __u16 device)
{
	static const struct xmd_chip chips[] = { XMD_NIC_CHIPS(XMD_NIC_CHIP) };
	unsigned int i;

	for (i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		if (vendor == XMD_VENDOR_INTEL && chips[i].device == device)
			return &chips[i];
	return NULL;
}

/* A register of nicregs.h that this chip has not. */
static inline int xmd_chip_lacks(const struct xmd_chip *chip, __u32 reg)
{
	switch (reg) {
	case ITR:
	case RADV:
	case TADV:
		return !!(chip->flags & XMD_LACKS_ITR);
	case EERD:
		return !!(chip->flags & XMD_LACKS_EERD);
	case LEDCTL:
		return !!(chip->flags & XMD_LACKS_LEDCTL);
	case MANC:
		return !!(chip->flags & XMD_LACKS_MANC);
	case EITR0:
	case EITR1:
		return !(chip->flags & XMD_HAS_MSIX);
	case EXTCNF_CTRL:
	case EEMNGCTL:
	case EEWR:
	case RFCTL:
		return !(chip->flags & XMD_HAS_PCIE);
	case GCR:
	case GCR2:
		return !(chip->flags & XMD_ERR_COMPLETION);
	default:
		return 0;
	}
}

/* Bits of CTRL that only some have, beyond CTRL_USER: while it runs, and while it is STOPPED. */
static inline __u32 xmd_chip_ctrl(const struct xmd_chip *chip, int stopped)
{
	__u32 bits = chip->flags & XMD_LACKS_LEDCTL ? CTRL_SWDPIN0 | CTRL_SWDPIO0 : 0;

	return stopped && chip->flags & XMD_HAS_PCIE ? bits | CTRL_GIO_DISABLE : bits;
}

/* 13.4.34, and 10.2 of the 82574's datasheet */
static inline __u32 xmd_chip_tipg(const struct xmd_chip *chip)
{
	return chip->flags & XMD_HAS_PCIE ? TIPG_COPPER - 2 : TIPG_COPPER;
}

#endif /* XMD_NICCHIPS_H */
