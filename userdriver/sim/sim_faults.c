// SPDX-License-Identifier: GPL-2.0
/* sim_faults.c - names of faults, and those that come by themselves as time passes. */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "sim.h"

static const struct {
	const char *name;
	uint32_t bit;
} faults_by_name[] = {
	{ "all-ones", SIM_F_ALL_ONES },
	{ "all-zero", SIM_F_ALL_ZERO },
	{ "come-and-go", SIM_F_COME_AND_GO },
	{ "eerd-stuck", SIM_F_EERD_STUCK },
	{ "eecd-stuck", SIM_F_EECD_STUCK },
	{ "eeprom-checksum", SIM_F_EEPROM_SUM },
	{ "eeprom-locked", SIM_F_EEPROM_LOCKED },
	{ "eeprom-busy", SIM_F_EEPROM_BUSY },
	{ "mac-multicast", SIM_F_MAC_MULTICAST },
	{ "mac-zero", SIM_F_MAC_ZERO },
	{ "phy-dead", SIM_F_PHY_DEAD },
	{ "phy-error", SIM_F_PHY_ERROR },
	{ "phy-other", SIM_F_PHY_OTHER },
	{ "reset-stuck", SIM_F_RST_STUCK },
	{ "stop-refused", SIM_F_STOP_REFUSED },
	{ "start-refused", SIM_F_START_REFUSED },
	{ "register-stuck", SIM_F_REG_STUCK },
	{ "no-interrupt", SIM_F_NO_IRQ },
	{ "no-loopback", SIM_F_NO_LOOPBACK },
	{ "version", SIM_F_VERSION },
	{ "device-id", SIM_F_DEVICE_ID },
	{ "lost", SIM_F_LOST },
	{ "running", SIM_F_RUNNING },
	{ "no-link", SIM_F_NO_LINK },
	{ "flap", SIM_F_FLAP },
	{ "tx-hang", SIM_F_TX_HANG },
	{ "garbage", SIM_F_GARBAGE },
	{ "qemu", SIM_F_QEMU },
};

#define N_FAULTS (sizeof(faults_by_name) / sizeof(faults_by_name[0]))

const char *sim_fault_names(void)
{
	static char text[640];
	size_t len = 0, column = 0;

	for (unsigned int i = 0; i < N_FAULTS; i++) {
		const char *name = faults_by_name[i].name;
		bool wrap = column + strlen(name) > 48;

		len += snprintf(text + len, sizeof(text) - len, "%s%s", i ? "," : "",
				wrap ? "\n                              " : i ? " " : "");
		column = wrap ? 0 : column + 2;
		len += snprintf(text + len, sizeof(text) - len, "%s", name);
		column += strlen(name);
	}
	return text;
}

static bool add_fault(const char *name, size_t len, uint32_t *faults)
{
	for (unsigned int i = 0; i < N_FAULTS; i++) {
		if (strlen(faults_by_name[i].name) == len &&
		    !memcmp(faults_by_name[i].name, name, len)) {
			*faults |= faults_by_name[i].bit;
			return true;
		}
	}
	log_err("--simulate: no fault is called '%.*s'; 'xmd-userdriver --help' lists them",
		(int)len, name);
	return false;
}

bool sim_faults_parse(const char *names, uint32_t *faults)
{
	while (*names) {
		size_t len = strcspn(names, ",");

		if (!add_fault(names, len, faults))
			return false;
		names += len;
		names += *names == ',';
	}
	return true;
}

struct periodic {
	uint32_t bit;
	unsigned int ms;
	void (*act)(struct sim *sim);
};

static void flap(struct sim *sim)
{
	sim_nic_set_cable(sim, !sim->cable);
}

static void come_and_go(struct sim *sim)
{
	sim->faults ^= SIM_F_ALL_ONES;
	if (!(sim->faults & SIM_F_ALL_ONES))
		sim_nic_power_on(sim);
}

static void hang(struct sim *sim)
{
	if (sim->phase == XMD_NIC_RUNNING)
		sim_raise(sim, XPC_UP_xmd_tx_hang);
}

static const struct periodic periodic[] = {
	{ SIM_F_FLAP, 700, flap },
	{ SIM_F_COME_AND_GO, 2000, come_and_go },
	{ SIM_F_TX_HANG, 3000, hang },
};

#define N_PERIODIC (sizeof(periodic) / sizeof(periodic[0]))

_Static_assert(N_PERIODIC == sizeof(((struct sim *)0)->next_ms) / sizeof(uint64_t),
	       "a time for each");

void sim_faults_pass_time(struct sim *sim, uint64_t now)
{
	for (unsigned int i = 0; i < N_PERIODIC; i++) {
		if (!(sim->faults & periodic[i].bit))
			continue;
		if (!sim->next_ms[i])
			sim->next_ms[i] = now + periodic[i].ms;
		if (now < sim->next_ms[i])
			continue;
		sim->next_ms[i] = now + periodic[i].ms;
		periodic[i].act(sim);
	}
}
