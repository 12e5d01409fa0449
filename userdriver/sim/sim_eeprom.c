// SPDX-License-Identifier: GPL-2.0
/*
 * sim_eeprom.c - the serial EEPROM: a 93C46 behind EERD, and pin by pin behind EECD.
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
		sum += sim->eeprom[i];
	}
	sim->eeprom[EEPROM_WORDS - 1] = EEPROM_SUM - sum;
}

void sim_eeprom_write_eerd(struct sim *sim, uint32_t val)
{
	unsigned int word = val >> EERD_ADDR_SHIFT & 0xff;
	bool pins_taken = *sim_reg(sim, EECD) & EECD_EE_REQ;

	if (!(val & EERD_START))
		return;
	sim->eeprom_reads++;
	val &= 0xff << EERD_ADDR_SHIFT;
	if (!(sim->faults & SIM_F_EERD_STUCK) && !pins_taken) {
		uint16_t data = word < EEPROM_WORDS ? sim->eeprom[word] : 0;

		val |= (uint32_t)data << EERD_DATA_SHIFT | EERD_DONE;
	}
	*sim_reg(sim, EERD) = val;
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
	if (!(val & EECD_EE_REQ))
		return;
	if (val & ~old & EECD_CS)
		w->bits = w->n = 0;
	if (old & ~val & EECD_CS)
		execute(sim);
	/* zeros before the start bit do not count */
	if (val & EECD_CS && val & ~old & EECD_SK && (w->n || val & EECD_DI)) {
		w->bits = w->bits << 1 | !!(val & EECD_DI);
		w->n++;
	}
}

uint32_t sim_eeprom_read_eecd(struct sim *sim)
{
	uint32_t val = *sim_reg(sim, EECD) & ~(EECD_EE_GNT | EECD_DO);

	if (val & EECD_EE_REQ && !(sim->faults & SIM_F_EECD_STUCK))
		val |= EECD_EE_GNT;
	if (val & EECD_CS && !(sim->faults & SIM_F_EEPROM_BUSY))
		val |= EECD_DO;
	return val;
}
