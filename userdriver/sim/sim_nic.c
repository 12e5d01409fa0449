// SPDX-License-Identifier: GPL-2.0
/*
 * sim_nic.c - an 82540EM as far as a user half can tell.
 *
 * Registers are memory, but for those that act when they are touched.  Autonegotiation
 * takes SIM_AUTONEG_MS as it does under QEMU, and ends in a link interrupt.
 */
#include <string.h>

#include "sim.h"

#define STATUS_SPEED_1000 0x00000080u

static uint32_t *reg_of(struct sim *sim, uint32_t reg)
{
	return &sim->reg[reg / 4];
}

void sim_eeprom_fill(struct sim *sim, const uint8_t mac[XMD_ETH_ALEN])
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

/* MTA, VFTA and RAL/RAH 1 to 15 are undefined after power-on: noise shows who forgot. */
static void mac_defaults(struct sim *sim)
{
	memset(sim->reg, 0, sizeof(sim->reg));
	for (unsigned int i = 0; i < MTA_WORDS; i++)
		*reg_of(sim, REG_MTA(i)) = 0xa5a5a5a5u;
	for (unsigned int i = 0; i < VFTA_WORDS; i++)
		*reg_of(sim, REG_VFTA(i)) = 0x5a5a5a5au;
	for (unsigned int i = 0; i < RAR_ENTRIES; i++) {
		*reg_of(sim, REG_RAL(i)) = 0xdeadbeefu;
		*reg_of(sim, REG_RAH(i)) = 0x0003cafeu;
	}
	*reg_of(sim, REG_PBA) = 0x00100030;
	*reg_of(sim, REG_STATUS) = STATUS_FD | STATUS_SPEED_1000;
}

static void phy_defaults(struct sim *sim)
{
	memset(sim->phy, 0, sizeof(sim->phy));
	sim->phy[PHY_CTRL] = PHY_CTRL_AN_ENABLE | PHY_CTRL_FULL_DUPLEX | PHY_CTRL_SPEED_1000;
	sim->phy[PHY_STATUS] = 0x7949;
	sim->phy[PHY_ID1] = PHY_M88_ID1;
	sim->phy[PHY_ID2] = sim->faults & SIM_F_PHY_OTHER ? 0x5555 : 0x0c25;
	sim->phy[PHY_ANA] = 0x01e1;		/* no pause: not what the driver advertises */
	sim->phy[PHY_GCTRL] = 0x0300;
	sim->phy[PHY_M88_PSCR] = 0x0060;
}

static void link_set(struct sim *sim, bool up)
{
	uint32_t *status = reg_of(sim, REG_STATUS);

	if (up) {
		sim->phy[PHY_STATUS] |= PHY_STATUS_LINK;
		sim->phy[PHY_LPA] = PHY_AN_SELECTOR | PHY_AN_100_FD | PHY_AN_PAUSE;
		*status |= STATUS_LU;
	} else {
		sim->phy[PHY_STATUS] &= ~PHY_STATUS_LINK;
		sim->link_lost = true;
		sim->phy[PHY_LPA] = 0;
		*status &= ~STATUS_LU;
	}
	if (sim->phase == XMD_NIC_RUNNING)
		sim_raise(sim, XMD_UP_LINK);
}

static void autoneg_restart(struct sim *sim)
{
	if (sim->phy[PHY_STATUS] & PHY_STATUS_LINK)
		link_set(sim, false);
	sim->autoneg_done_ms = sim->cable ? sim_now_ms(sim) + SIM_AUTONEG_MS : 0;
}

void sim_nic_set_cable(struct sim *sim, bool in)
{
	if (sim->cable == in)
		return;
	sim->cable = in;
	if (in) {
		autoneg_restart(sim);
		return;
	}
	sim->autoneg_done_ms = 0;
	if (sim->phy[PHY_STATUS] & PHY_STATUS_LINK)
		link_set(sim, false);
}

void sim_nic_pass_time(struct sim *sim)
{
	if (!sim->autoneg_done_ms || sim_now_ms(sim) < sim->autoneg_done_ms)
		return;
	sim->autoneg_done_ms = 0;
	link_set(sim, true);
}

void sim_nic_power_on(struct sim *sim)
{
	static const uint8_t mac[] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
	static const uint8_t multicast[] = { 0x01, 0x00, 0x5e, 0x12, 0x34, 0x56 };
	static const uint8_t zero[XMD_ETH_ALEN];

	sim->cable = !(sim->faults & SIM_F_NO_LINK);
	mac_defaults(sim);
	phy_defaults(sim);
	sim_eeprom_fill(sim, sim->faults & SIM_F_MAC_MULTICAST ? multicast :
			sim->faults & SIM_F_MAC_ZERO ? zero : mac);
	if (sim->faults & SIM_F_EEPROM_SUM)
		sim->eeprom[17] ^= 0x0100;
	autoneg_restart(sim);
}

/* The PHY lives through it, as does the link. */
static void mac_reset(struct sim *sim)
{
	sim->resets++;
	if (sim->faults & SIM_F_QEMU)
		return;
	mac_defaults(sim);
	if (sim->phy[PHY_STATUS] & PHY_STATUS_LINK)
		*reg_of(sim, REG_STATUS) |= STATUS_LU;
}

static void write_ctrl(struct sim *sim, uint32_t val)
{
	if ((val & CTRL_PHY_RST) && !(*reg_of(sim, REG_CTRL) & CTRL_PHY_RST)) {
		sim->phy_resets++;
		phy_defaults(sim);
		autoneg_restart(sim);
	}
	if (val & CTRL_RST)
		mac_reset(sim);
	if (!(sim->faults & SIM_F_RST_STUCK))
		val &= ~CTRL_RST;
	*reg_of(sim, REG_CTRL) = val;
}

static void write_eerd(struct sim *sim, uint32_t val)
{
	unsigned int word = val >> EERD_ADDR_SHIFT & 0xff;

	if (!(val & EERD_START))
		return;
	sim->eeprom_reads++;
	val &= 0xff << EERD_ADDR_SHIFT;
	if (!(sim->faults & SIM_F_EERD_STUCK)) {
		uint16_t data = word < EEPROM_WORDS ? sim->eeprom[word] : 0;

		val |= (uint32_t)data << EERD_DATA_SHIFT | EERD_DONE;
	}
	*reg_of(sim, REG_EERD) = val;
}

static void phy_write(struct sim *sim, unsigned int reg, uint16_t val)
{
	if (reg == PHY_STATUS || reg == PHY_ID1 || reg == PHY_ID2 || reg == PHY_LPA)
		return;
	if (reg != PHY_CTRL) {
		sim->phy[reg] = val;
		return;
	}
	sim->phy[PHY_CTRL] = val & ~(PHY_CTRL_RESET | PHY_CTRL_RESTART_AN);
	if (val & PHY_CTRL_RESET)
		sim->phy_resets++;
	if ((val & PHY_CTRL_AN_ENABLE) && (val & (PHY_CTRL_RESTART_AN | PHY_CTRL_RESET)))
		autoneg_restart(sim);
}

/* The link bit latches low: a loss shows once even if the link is back. */
static uint16_t phy_read(struct sim *sim, unsigned int reg)
{
	uint16_t val = sim->phy[reg];

	if (reg == PHY_STATUS && sim->link_lost && !(sim->faults & SIM_F_QEMU)) {
		sim->link_lost = false;
		val &= ~PHY_STATUS_LINK;
	}
	return val;
}

static void write_mdic(struct sim *sim, uint32_t val)
{
	unsigned int reg = val >> MDIC_REG_SHIFT & 0x1f;
	unsigned int addr = val >> MDIC_PHY_SHIFT & 0x1f;

	val &= ~(MDIC_R | MDIC_E);
	if (!(sim->faults & SIM_F_PHY_DEAD)) {
		val |= MDIC_R;
		if (addr != MDIC_INTERNAL_PHY || sim->faults & SIM_F_PHY_ERROR)
			val |= MDIC_E;
		else if (val & MDIC_OP_READ)
			val = (val & ~MDIC_DATA_MASK) | phy_read(sim, reg);
		else if (val & MDIC_OP_WRITE)
			phy_write(sim, reg, val);
	}
	*reg_of(sim, REG_MDIC) = val;
}

static bool is_statistic(uint32_t reg)
{
	return reg >= 0x4000 && reg < 0x4200;
}

/* QEMU 7.2 clears these, and leaves the error counters as they are. */
static bool qemu_clears(uint32_t reg)
{
	switch (reg) {
	case REG_GPRC:
	case REG_GPTC:
	case REG_BPRC:
	case REG_MPRC:
	case REG_RUC:
	case REG_ROC:
		return true;
	}
	return false;
}

static uint32_t read_statistic(struct sim *sim, uint32_t reg)
{
	uint32_t val = *reg_of(sim, reg);

	if (reg == REG_GORCL || reg == REG_GOTCL)
		return val;
	if (reg == REG_GORCH || reg == REG_GOTCH)
		*reg_of(sim, reg - 4) = 0;
	else if ((sim->faults & SIM_F_QEMU) && !qemu_clears(reg))
		return val;
	*reg_of(sim, reg) = 0;
	return val;
}

void sim_count(struct sim *sim, uint32_t reg, uint32_t add)
{
	uint32_t *val = reg_of(sim, reg);

	*val = *val + add < *val ? 0xffffffffu : *val + add;	/* they stick at the top */
}

static bool absent(struct sim *sim)
{
	sim->accesses++;
	if (sim->all_ones_from_access && sim->accesses >= sim->all_ones_from_access)
		sim->faults |= SIM_F_ALL_ONES;
	return sim->faults & (SIM_F_ALL_ONES | SIM_F_ALL_ZERO);
}

uint32_t sim_nic_read(struct sim *sim, uint32_t reg)
{
	if (absent(sim))
		return sim->faults & SIM_F_ALL_ONES ? 0xffffffffu : 0;
	if (is_statistic(reg))
		return read_statistic(sim, reg);
	if (reg == REG_EECD && (*reg_of(sim, reg) & EECD_EE_REQ) &&
	    !(sim->faults & SIM_F_EECD_STUCK))
		return *reg_of(sim, reg) | EECD_EE_GNT;
	return *reg_of(sim, reg);
}

void sim_nic_write(struct sim *sim, uint32_t reg, uint32_t val)
{
	if (absent(sim))
		return;
	sim->reg_writes++;
	switch (reg) {
	case REG_CTRL:
		write_ctrl(sim, val);
		return;
	case REG_EERD:
		write_eerd(sim, val);
		return;
	case REG_MDIC:
		write_mdic(sim, val);
		return;
	case REG_RCTL:
		sim->rctl_writes++;
		break;
	}
	*reg_of(sim, reg) = val;
}
