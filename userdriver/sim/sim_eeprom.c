// SPDX-License-Identifier: GPL-2.0
/*
 * sim_eeprom.c - the EEPROM, behind EERD, EEWR, and pin by pin behind EECD: a 93C46, or where the
 * chip's family has that an AT25010 by SPI.
 *
 * As the data sheets have it: a start bit, two bits of operation code, six of address; 16 bits
 * in or out.  Nothing is programmed unless EWEN came before.  Time stands still within a WAIT
 * here, so the part is ready at once or, as a fault, never.
 */
#include "sim.h"

#define ADDRESS_BITS 6u
#define OP_BITS (3 + ADDRESS_BITS)

void sim_eeprom_fill(struct sim *sim, const uint8_t mac[ETH_ALEN])
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < EEPROM_WORDS - 1; i++) {
		sim->eeprom[i] = 0x1000 + i * 7;
		if (i < 3)
			sim->eeprom[i] = mac[2 * i] | mac[2 * i + 1] << 8;
		if (i == 0x12 && sim->chip->family == XMD_FAMILY_82541)
			sim->eeprom[i] = 0;	/* 128 bytes (5.6) */
		sum += sim->eeprom[i];
	}
	sim->eeprom[EEPROM_WORDS - 1] = EEPROM_SUM - sum;
}

void sim_eeprom_write_eerd(struct sim *sim, uint32_t val)
{
	bool newer = sim->chip->family >= XMD_FAMILY_82541;
	unsigned int shift = newer ? EERW_ADDR_SHIFT : EERD_ADDR_SHIFT, word = val >> shift & 0xff;
	bool pins_taken = *sim_reg(sim, EECD) & EECD_EE_REQ;

	if (!(val & EERD_START))
		return;
	sim->eeprom_reads++;
	val &= 0xff << shift;
	if (!(sim->faults & SIM_F_EERD_STUCK) && !pins_taken) {
		uint16_t data = word < EEPROM_WORDS ? sim->eeprom[word] : 0;

		val |= (uint32_t)data << EERD_DATA_SHIFT |
		       (newer ? EERW_DONE : EERD_DONE);
	}
	*sim_reg(sim, EERD) = val;
}

void sim_eeprom_write_eewr(struct sim *sim, uint32_t val)
{
	unsigned int word = val >> EERW_ADDR_SHIFT & 0x3fff;

	sim->wrong += !(*sim_reg(sim, EXTCNF_CTRL) & EXTCNF_MDIO_SW);
	if (!(val & EERD_START) || sim->faults & SIM_F_EEPROM_BUSY)
		return;
	if (word < EEPROM_WORDS && !(sim->faults & SIM_F_EEPROM_LOCKED)) {
		sim->eeprom[word] = val >> EERD_DATA_SHIFT;
		sim->eeprom_writes++;
	}
	*sim_reg(sim, EEWR) = (val & ~EERD_START) | EERW_DONE;
}

static bool is_spi(const struct sim *sim)
{
	return sim->chip->family == XMD_FAMILY_82541;
}

/* CS rose, by which an SPI part is off. */
static void execute_spi(struct sim *sim)
{
	struct sim_wire *w = &sim->wire;
	unsigned int at = w->bits >> 16 & 0x7f;

	if (w->n == 8 && w->bits == 0x06)
		w->enabled = true;
	if (w->n != 32 || w->bits >> 24 != 0x02)
		return;
	if (w->enabled && !(sim->faults & SIM_F_EEPROM_LOCKED)) {
		sim->eeprom[at / 2] = (w->bits & 0xff) << 8 | (w->bits >> 8 & 0xff);
		sim->eeprom_writes++;
	}
	w->enabled = false;
}

static void write_spi(struct sim *sim, uint32_t old, uint32_t val)
{
	struct sim_wire *w = &sim->wire;

	if (old & ~val & EECD_CS)
		w->bits = w->n = 0;
	if (val & ~old & EECD_CS)
		execute_spi(sim);
	if (val & EECD_CS || !(val & ~old & EECD_SK))
		return;
	w->bits = w->bits << 1 | !!(val & EECD_DI);
	w->n++;
	/* of its status the last bit says that it is busy */
	w->out = sim->faults & SIM_F_EEPROM_BUSY && w->n >= 16;
}

/* CS fell: an instruction that is complete is carried out. */
static void execute(struct sim *sim)
{
	const struct sim_wire *w = &sim->wire;
	unsigned int word = w->bits >> 16 & (EEPROM_WORDS - 1);

	if (w->n == OP_BITS && w->bits >> (OP_BITS - 5) == 0x13)
		sim->wire.enabled = true;
	else if (w->n == OP_BITS && w->bits >> (OP_BITS - 5) == 0x10)
		sim->wire.enabled = false;
	else if (w->n == OP_BITS + 16 && w->bits >> (ADDRESS_BITS + 16) == 0x5 && w->enabled &&
		 !(sim->faults & SIM_F_EEPROM_LOCKED)) {
		sim->eeprom[word] = w->bits;
		sim->eeprom_writes++;
	}
}

void sim_eeprom_write_eecd(struct sim *sim, uint32_t val)
{
	uint32_t *eecd = sim_reg(sim, EECD);
	struct sim_wire *w = &sim->wire;
	uint32_t old = *eecd;

	*eecd = val;
	if (!(val & EECD_EE_REQ) && sim->chip->family != XMD_FAMILY_82544)
		return;
	if (is_spi(sim)) {
		write_spi(sim, old, val);
		return;
	}
	if (val & ~old & EECD_CS)
		w->bits = w->n = 0;
	if (old & ~val & EECD_CS)
		execute(sim);
	/* zeros before the start bit do not count */
	if (val & EECD_CS && val & ~old & EECD_SK && (w->n || val & EECD_DI)) {
		w->bits = w->bits << 1 | !!(val & EECD_DI);
		w->n++;
		/* READ: a bit at each edge behind the address */
		if (w->n == OP_BITS)
			w->word = w->bits >> ADDRESS_BITS == 0x6 ?
				sim->eeprom[w->bits & (EEPROM_WORDS - 1)] : 0xffff;
		else if (w->n > OP_BITS)
			w->out = w->word >> (15 - (w->n - OP_BITS - 1) % 16) & 1;
	}
}

uint32_t sim_eeprom_read_eecd(struct sim *sim)
{
	uint32_t val = *sim_reg(sim, EECD) & ~(EECD_EE_GNT | EECD_DO);

	if (sim->chip->flags & XMD_HAS_PCIE)
		return sim->faults & SIM_F_EECD_STUCK ? val & ~EECD_AUTO_RD : val | EECD_AUTO_RD;
	if (is_spi(sim))
		val |= EECD_SPI;
	if (sim->chip->family == XMD_FAMILY_82544)
		sim->wrong += !!(val & EECD_EE_REQ);	/* which it has not */
	else if (val & EECD_EE_REQ && !(sim->faults & SIM_F_EECD_STUCK))
		val |= EECD_EE_GNT;
	if (is_spi(sim) || sim->wire.n > OP_BITS)
		return sim->wire.out ? val | EECD_DO : val;
	if (val & EECD_CS && !(sim->faults & SIM_F_EEPROM_BUSY))
		val |= EECD_DO;
	return val;
}
