// SPDX-License-Identifier: GPL-2.0
/*
 * sim_nic.c - the chips of nicchips.h as far as a user half can tell.
 *
 * Registers are memory, but for those that act when they are touched.  sim_phy.c is behind
 * MDIC, sim_eeprom.c behind EERD and EECD.
 */
#include <string.h>

#include "sim.h"

#define LEDCTL_DEFAULT 0x07068302u

/* MTA and RAL/RAH 1 to 15 are undefined after power-on: noise shows who forgot. */
static void mac_defaults(struct sim *sim)
{
	uint32_t pba = *sim_reg(sim, PBA);

	memset(sim->reg, 0, sizeof(sim->reg));
	for (unsigned int i = 0; i < MTA_WORDS; i++)
		*sim_reg(sim, MTA(i)) = 0xa5a5a5a5u;
	for (unsigned int i = 0; i < RAR_ENTRIES; i++) {
		*sim_reg(sim, RAL(i)) = 0xdeadbeefu;
		*sim_reg(sim, RAH(i)) = 0x0003cafeu;
	}
	/* it lives through a reset (13.4.16) */
	*sim_reg(sim, PBA) = pba ? pba : sim->chip->memory * 3u / 4;
	*sim_reg(sim, LEDCTL) = LEDCTL_DEFAULT;
	*sim_reg(sim, WUC) = WUC_APME;
	*sim_reg(sim, MANC) = MANC_ARP_EN;
	*sim_reg(sim, EECD) = 0x100;	/* EE_PRES */
	*sim_reg(sim, STATUS) = STATUS_FD | STATUS_SPEED_1000;
}

static bool pcie(const struct sim *sim)
{
	return sim->chip->flags & XMD_HAS_PCIE;
}

void sim_nic_power_on(struct sim *sim)
{
	static const uint8_t mac[] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
	static const uint8_t multicast[] = { 0x01, 0x00, 0x5e, 0x12, 0x34, 0x56 };
	static const uint8_t zero[ETH_ALEN];

	sim->cable = !(sim->faults & SIM_F_NO_LINK);
	*sim_reg(sim, PBA) = 0;
	mac_defaults(sim);
	sim_phy_power_on(sim);
	sim_eeprom_fill(sim, sim->faults & SIM_F_MAC_MULTICAST ? multicast :
			sim->faults & SIM_F_MAC_ZERO ? zero : mac);
	if (sim->faults & SIM_F_EEPROM_SUM)
		sim->eeprom[17] ^= 0x0100;
}

/* The PHY lives through it, as do the link and what it was found to be. */
static void mac_reset(struct sim *sim)
{
	uint32_t status = *sim_reg(sim, STATUS);

	sim->resets++;
	if (sim->faults & SIM_F_QEMU)
		return;
	mac_defaults(sim);
	sim->tx.stuck = false;
	*sim_reg(sim, STATUS) = status & ~STATUS_TXOFF;
}

/* What xen-pciback does to a NIC that changes its owner, where it is let: the link is gone. */
void sim_nic_pm_reset(struct sim *sim)
{
	*sim_reg(sim, PBA) = 0;
	mac_defaults(sim);
	sim_phy_power_on(sim);
}

/* CTRL.RST stays if the EEPROM cannot be loaded: it is stuck, or somebody has its pins. */
static void write_ctrl(struct sim *sim, uint32_t val)
{
	bool pins_taken = *sim_reg(sim, EECD) & EECD_EE_REQ;

	/* a request that is under way is never answered, and the firmware talks to the PHY */
	sim->wrong += pcie(sim) && val & CTRL_RST && sim->phase == XMD_NIC_STOPPED &&
		      (!(val & CTRL_GIO_DISABLE) || !(*sim_reg(sim, EXTCNF_CTRL) & EXTCNF_MDIO_SW)) &&
		      !sim->by_kernel;
	if ((val & CTRL_PHY_RST) && !(*sim_reg(sim, CTRL) & CTRL_PHY_RST)) {
		sim->phy_resets++;
		sim_phy_power_on(sim);
	}
	if (val & CTRL_RST)
		mac_reset(sim);
	if (!(sim->faults & SIM_F_RST_STUCK) && !pins_taken)
		val &= ~CTRL_RST;
	*sim_reg(sim, CTRL) = val;
}

static bool is_statistic(uint32_t reg)
{
	return reg >= 0x4000 && reg < 0x4200;
}

/* QEMU 7.2 clears these and the high halves of the wide ones, and leaves the error counters
 * as they are. */
static bool qemu_clears(uint32_t reg)
{
	return (reg >= PRC64 && reg <= GPTC) || (reg >= TPR && reg <= TSCTC) ||
	       reg == RUC || reg == ROC;
}

static bool low_half(uint32_t reg)
{
	return reg == GORCL || reg == GOTCL || reg == TORL || reg == TOTL;
}

static uint32_t read_statistic(struct sim *sim, uint32_t reg)
{
	uint32_t val = *sim_reg(sim, reg);

	if (low_half(reg))
		return val;
	if (low_half(reg - 4))
		*sim_reg(sim, reg - 4) = 0;
	else if ((sim->faults & SIM_F_QEMU) && !qemu_clears(reg))
		return val;
	*sim_reg(sim, reg) = 0;
	return val;
}

void sim_count(struct sim *sim, uint32_t reg, uint32_t add)
{
	uint32_t *val = sim_reg(sim, reg);

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
	if (xmd_chip_lacks(sim->chip, reg)) {
		sim->wrong++;
		return 0;
	}
	if (is_statistic(reg))
		return read_statistic(sim, reg);
	if (reg == STATUS)
		return *sim_reg(sim, reg) | (sim->second_port ? STATUS_FUNC : 0) |
		       (sim->pcix ? STATUS_PCIX : 0) |
		       (pcie(sim) && !(*sim_reg(sim, CTRL) & CTRL_GIO_DISABLE) ?
			STATUS_GIO_MASTER : 0);
	if (reg == EECD)
		return sim_eeprom_read_eecd(sim);
	if (reg == EXTCNF_CTRL && sim->firmware_us)
		return *sim_reg(sim, reg) | EXTCNF_MDIO_FW;
	return *sim_reg(sim, reg);
}

void sim_nic_write(struct sim *sim, uint32_t reg, uint32_t val)
{
	if (absent(sim))
		return;
	sim->reg_writes++;
	sim->wrong += xmd_chip_lacks(sim->chip, reg);
	/* XMD_ERR_MTA_ODD */
	if (sim->chip->flags & XMD_ERR_MTA_ODD && reg > MTA(0) && reg < MTA(MTA_WORDS) && reg & 4)
		*sim_reg(sim, reg - 4) ^= 0xffu;
	switch (reg) {
	case EXTCNF_CTRL:
		if (val & EXTCNF_MDIO_SW && (sim->firmware || sim->firmware_us)) {
			sim->firmware -= !!sim->firmware;
			return;
		}
		break;
	case EEWR:
		sim_eeprom_write_eewr(sim, val);
		return;
	case CTRL:
		write_ctrl(sim, val);
		return;
	case EERD:
		sim_eeprom_write_eerd(sim, val);
		return;
	case EECD:
		sim_eeprom_write_eecd(sim, val);
		return;
	case MDIC:
		sim_phy_write_mdic(sim, val);
		return;
	case STATUS:
		return;
	case FCT:
		if (sim->faults & SIM_F_REG_STUCK)
			val |= 0x0004;
		break;
	case RCTL:
		sim->rctl_writes++;
		break;
	}
	*sim_reg(sim, reg) = val;
}
