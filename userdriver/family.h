/* SPDX-License-Identifier: GPL-2.0 */
/*
 * family.h - what chips do in different ways, as operations: a file for each family, and what
 * several of them share.
 *
 *   fam_82544.c   the oldest: no EERD, no LEDCTL, no throttling
 *   fam_82540.c   82540, 82545, 82546
 *   fam_82541.c   82541, 82547: PHY with pages, SPI
 *   fam_82573.c   82573, 82574, 82583: PCI Express
 *   phys.c        the PHYs on them
 *   microwire.c spi.c eewr.c    three ways to write an EEPROM
 *
 * Differences that are no more than a register that is not there, a limit or a bit are in
 * xmd/nicchips.h.
 */
#ifndef XMD_USERDRIVER_FAMILY_H
#define XMD_USERDRIVER_FAMILY_H

#include <stdbool.h>
#include <stdint.h>

#include <xmd/nicchips.h>

struct driver;
struct reg_batch;

/* A PHY: where it has what IEEE 802.3 leaves to its maker.  Register 0: it has none of that. */
struct phy_kind {
	const char *name;
	uint16_t id1, id2, id2_mask;
	uint8_t control, status, clock, rx_errors;	/* registers */
	uint16_t mdi_mask, mdix, mdi_auto;		/* of control; MDI is 0 */
	uint16_t set, clear, energy;			/* likewise; energy: smart power down */
	uint16_t found_mdix;				/* of status */
	uint16_t clock_bits;
	uint8_t dump_type;				/* as ethtool's decoder has it */
};

extern const struct phy_kind phy_m88e1000, phy_m88e1111, phy_bm, phy_igp;

/* Begin and end around words of one change; each returns as batch_run. */
struct eeprom_writer {
	int (*begin)(struct driver *d);
	int (*write)(struct driver *d, unsigned int word, uint16_t val);
	int (*end)(struct driver *d);
};

extern const struct eeprom_writer microwire_writer, spi_writer, eewr_writer;

struct family {
	const char *name;
	const struct phy_kind *phys[3];		/* that it can have, NULL at the end */
	/* From CTRL.RST until the EEPROM may be read. */
	void (*add_reset)(struct reg_batch *b);
	/* EERD; done 0: it has none */
	uint32_t eerd_done;
	unsigned int eerd_shift;
	unsigned int (*eeprom_bytes)(uint32_t eecd, const uint16_t *word);
	const struct eeprom_writer *(*writer)(uint32_t eecd);
	/* where the EEPROM says that it wants to be woken by a magic packet: of each port */
	uint8_t wake_word[2];
	uint16_t wake_bit;
};

extern const struct family family_82544, family_82540, family_82541, family_82573;

const struct family *family_of(const struct xmd_chip *chip);

/* fam_82540.c */
void family_add_rst(struct reg_batch *b);	/* CTRL.RST alone, until it has cleared */
void family_add_reset_granted(struct reg_batch *b);
unsigned int family_microwire_bytes(uint32_t eecd, const uint16_t *word);

/* microwire.c: of a chip that cannot be asked by EERD */
int microwire_read(struct driver *d, unsigned int first, unsigned int n, uint16_t *word);

#endif /* XMD_USERDRIVER_FAMILY_H */
