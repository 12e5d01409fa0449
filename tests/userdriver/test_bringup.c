// SPDX-License-Identifier: GPL-2.0
/* test_bringup.c - from power-on to a running NIC, every way it can fail, and adoption. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"

static const uint8_t sim_mac[ETH_ALEN] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };

static void brings_the_nic_into_the_documented_state(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	assert_int_equal(driver_start(&b.d), 0);

	assert_int_equal(b.sim->resets, 1);
	assert_int_equal(b.sim->starts, 1);
	assert_int_equal(b.sim->refused, 0);
	assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
	assert_memory_equal(b.sim->started.mac, sim_mac, sizeof(sim_mac));
	assert_int_equal(b.sim->started.tx_ring, 256);
	assert_int_equal(b.sim->started.rctl, RCTL_BAM);
	/* PSP is the kernel half's; 15 retries, collision distance of full duplex: chapter 13.4.33 */
	assert_int_equal(b.sim->started.tctl, 0x000400f0);

	assert_int_equal(bench_reg(&b, RAL(0)), 0x12005452);
	assert_int_equal(bench_reg(&b, RAH(0)), 0x80005634);
	for (unsigned int i = 1; i < RAR_ENTRIES; i++)
		assert_int_equal(bench_reg(&b, RAH(i)), 0);
	for (unsigned int i = 0; i < MTA_WORDS; i++)
		assert_int_equal(bench_reg(&b, MTA(i)), 0);

	assert_int_equal(bench_reg(&b, TIPG), 0x0060200a);
	assert_int_equal(bench_reg(&b, FCAL), 0x00c28001);
	assert_int_equal(bench_reg(&b, FCAH), 0x0100);
	assert_int_equal(bench_reg(&b, FCT), 0x8808);
	assert_int_equal(bench_reg(&b, ITR), 488);		/* 8000 a second */
	assert_int_equal(bench_reg(&b, RDTR), 0);
	assert_int_equal(bench_reg(&b, CTRL) & (CTRL_SLU | CTRL_ASDE | CTRL_FRCSPD |
						    CTRL_FRCDPX | CTRL_ILOS | CTRL_RST),
			 CTRL_SLU | CTRL_ASDE);
	assert_int_equal(bench_reg(&b, EECD) & EECD_EE_REQ, 0);

	/* everything but 1000 half duplex, with pause, under negotiation */
	assert_int_equal(b.sim->phy[PHY_ANA], 0x0de1);
	assert_int_equal(b.sim->phy[PHY_GCTRL] & 0x0300, 0x0200);
	assert_true(b.sim->phy[PHY_CTRL] & PHY_CTRL_AN_ENABLE);
	assert_true(b.sim->autoneg_done_ms != 0);
	bench_close(&b);
}

static void bringup_costs_few_crossings(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	assert_int_equal(driver_start(&b.d), 0);
	/* six of them messages: HELLO, WELCOME, two copies, a proposal, READY */
	assert_in_range(b.sim->crossings, 1, 14);
	/* RCTL is written by START alone: under QEMU each write stops reception for 1 s */
	assert_int_equal(b.sim->rctl_writes, 0);
	bench_close(&b);
}

static void link_is_reported_when_negotiation_ends(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.sim->adapter->link, 0);
	bench_pass(&b, SIM_AUTONEG_MS);
	assert_int_equal(b.sim->adapter->link, 1);
	assert_int_equal(b.sim->adapter->speed, 1000);
	assert_int_equal(b.sim->adapter->duplex, 1);
	/* the partner advertises pause */
	assert_int_equal(bench_reg(&b, CTRL) & (CTRL_RFCE | CTRL_TFCE), CTRL_RFCE | CTRL_TFCE);
	bench_close(&b);
}

static void a_link_negotiated_as_we_would_is_kept(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	assert_int_equal(port_stop(b.d.port), 0);
	bench_new_user_half(&b);
	b.sim->phy_resets = 0;
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.sim->resets, 2);
	assert_int_equal(b.sim->phy_resets, 0);
	assert_int_equal(b.sim->adapter->link, 1);
	bench_close(&b);
}

/* Return: how long the new user half is without a link, in ms */
static unsigned int without_link(struct bench *b, char said[2000])
{
	unsigned int ms = 0;

	log_capture_start();
	assert_int_equal(driver_start(&b->d), 0);
	snprintf(said, 2000, "%s", log_captured());
	while (!b->sim->adapter->link && ms < 10000) {
		bench_pass(b, 10);
		ms += 10;
	}
	bench_tick(b);
	return ms;
}

/* A restart of the domain: negotiation takes seconds on a wire, and there is none. */
static void the_link_outlives_the_domain(void **state)
{
	char said[2000];
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->autoneg_ms = 3000;
	for (unsigned int i = 0; i < 3; i++) {
		b.sim->phy_resets = 0;
		bench_new_domain(&b, false);
		assert_int_equal(without_link(&b, said), 0);
		assert_int_equal(b.sim->phy_resets, 0);
		assert_int_equal(b.sim->counters->link_kept, 1);
		assert_int_equal(b.sim->counters->link_losses, 0);
		assert_non_null(strstr(said, "link kept"));
	}

	/* D3hot and back, by whoever gives the NIC to the new domain, is what costs it */
	bench_new_domain(&b, true);
	assert_in_range(without_link(&b, said), 2900, 3100);
	assert_int_equal(b.sim->counters->link_kept, 0);
	assert_null(strstr(said, "link kept"));

	/* as does a loss between the domains: up again, but not for all the time */
	bench_new_domain(&b, false);
	b.sim->autoneg_ms = 0;
	sim_nic_set_cable(b.sim, false);
	sim_nic_set_cable(b.sim, true);
	sim_advance(b.sim, SIM_AUTONEG_MS);
	assert_int_equal(without_link(&b, said), 0);
	assert_int_equal(b.sim->counters->link_kept, 0);
	assert_non_null(strstr(said, "link up"));
	bench_close(&b);
}

/* Guests hear of a loss that a reset of the NIC falls into. */
static void a_loss_before_a_reset_is_reported(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->links = 0;
	sim_nic_set_cable(b.sim, false);
	sim_nic_set_cable(b.sim, true);
	sim_advance(b.sim, SIM_AUTONEG_MS);
	assert_int_equal(drv_tx_hang(&b.d), 0);
	assert_int_equal(b.sim->links, 2);
	assert_int_equal(b.sim->adapter->link, 1);
	assert_int_equal(drv_refresh_counters(&b.d), 0);
	assert_int_equal(b.sim->counters->link_losses, 1);
	bench_close(&b);
}

static void qemus_power_on_link_is_kept(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, SIM_F_QEMU);
	/* QEMU 7.2: link up at power-on, everything advertised, negotiation "not complete" */
	b.sim->phy[PHY_STATUS] |= PHY_STATUS_LINK;
	b.sim->phy[PHY_ANA] = 0x0de1;
	b.sim->phy[PHY_GCTRL] = 0x0e00;
	b.sim->reg[STATUS / 4] = 0x80080783;
	b.sim->autoneg_done_ms = 0;
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.sim->phy_resets, 0);
	assert_int_equal(b.sim->adapter->link, 1);
	bench_close(&b);
}

struct failure {
	uint32_t fault;
	enum exit_code code;
	const char *says;
};

static const struct failure failures[] = {
	{ SIM_F_EEPROM_SUM, EXIT_EEPROM, "sum to 0x" },
	{ SIM_F_EERD_STUCK, EXIT_EEPROM, "EERD.DONE" },
	{ SIM_F_EECD_STUCK, EXIT_REGISTER, "EECD.EE_GNT" },
	{ SIM_F_MAC_MULTICAST, EXIT_EEPROM, "multicast" },
	{ SIM_F_MAC_ZERO, EXIT_EEPROM, "all zero" },
	{ SIM_F_PHY_DEAD, EXIT_PHY, "MDIC.R" },
	{ SIM_F_PHY_ERROR, EXIT_PHY, "MDIC.E" },
	{ SIM_F_PHY_OTHER, EXIT_PHY, "0141:5555" },
	{ SIM_F_RST_STUCK, EXIT_REGISTER, "CTRL.RST" },
	{ SIM_F_START_REFUSED, EXIT_REFUSED, "XMD_NIC_START" },
	{ SIM_F_VERSION, EXIT_HELLO, "other objects" },
	{ SIM_F_DEVICE_ID, EXIT_HELLO, "8086:1521" },
	{ SIM_F_LOST, EXIT_KERNEL, "given this process up" },
};

static void each_failure_has_its_line_and_exit_code(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		const struct failure *f = &failures[i];
		const char *log;
		struct bench b;
		int err;

		bench_open(&b, f->fault);
		log_capture_start();
		err = driver_start(&b.d);
		log = log_captured();
		if (!err || b.d.exit_code != f->code || !strstr(log, f->says))
			print_error("case %u: err %d, exit code %d, said: %s", i, err,
				    b.d.exit_code, log);
		assert_int_not_equal(err, 0);
		assert_int_equal(b.d.exit_code, f->code);
		assert_non_null(strstr(log, f->says));
		assert_int_equal(count_lines_with(log, "\n"), 1);
		assert_int_equal(b.sim->starts, 0);
		bench_close(&b);
	}
}

static void a_damaged_eeprom_can_be_ignored_but_not_its_address(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, SIM_F_EEPROM_SUM);
	b.opt.ignore_eeprom_checksum = true;
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.sim->starts, 1);
	bench_close(&b);

	bench_open(&b, SIM_F_EEPROM_SUM | SIM_F_MAC_MULTICAST);
	b.opt.ignore_eeprom_checksum = true;
	assert_int_not_equal(driver_start(&b.d), 0);
	assert_int_equal(b.sim->starts, 0);
	bench_close(&b);
}

/* The device leaves the bus at the n-th register access of bring-up, for each n. */
static void vanishing_at_any_access_is_waited_out(void **state)
{
	uint64_t accesses;
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	assert_int_equal(driver_start(&b.d), 0);
	accesses = b.sim->accesses;
	bench_close(&b);
	assert_in_range(accesses, 300, 2000);

	log_capture_start();
	for (uint64_t n = 1; n <= accesses; n++) {
		bench_open(&b, 0);
		b.sim->all_ones_from_access = n;
		assert_int_equal(driver_start(&b.d), 0);
		/* it may have gone too late for bring-up to see; the watchdog does */
		bench_tick(&b);
		assert_int_equal(b.d.state, DRIVER_GONE);
		assert_int_equal(b.sim->adapter->link, 0);
		bench_tick(&b);
		b.sim->all_ones_from_access = 0;
		b.sim->faults &= ~SIM_F_ALL_ONES;
		sim_nic_power_on(b.sim);
		bench_tick(&b);
		assert_int_equal(b.d.state, DRIVER_RUNNING);
		assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
		bench_pass(&b, SIM_AUTONEG_MS);
		assert_int_equal(b.sim->adapter->link, 1);
		bench_close(&b);
	}
	log_captured();
}

static void looking_for_a_lost_nic_is_cheap(void **state)
{
	unsigned long before;
	const char *log;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	log_capture_start();
	b.sim->faults |= SIM_F_ALL_ZERO;
	bench_tick(&b);
	assert_int_equal(b.d.state, DRIVER_GONE);
	assert_int_equal(driver_tick_ms(&b.d), 500);
	before = b.sim->crossings;
	for (int i = 0; i < 20; i++)
		bench_tick(&b);
	assert_int_equal(b.sim->crossings - before, 20);
	assert_int_equal(driver_tick_ms(&b.d), 2000);
	log = log_captured();
	assert_int_equal(count_lines_with(log, "does not answer"), 1);
	assert_int_equal(count_lines_with(log, "\n"), 2);	/* and "link down" */
	assert_int_equal(b.sim->adapter->link, 0);
	/* the next time it is looked at as often again */
	b.sim->faults &= ~SIM_F_ALL_ZERO;
	bench_tick(&b);
	assert_int_equal(b.d.state, DRIVER_RUNNING);
	b.sim->faults |= SIM_F_ALL_ZERO;
	bench_tick(&b);
	assert_int_equal(driver_tick_ms(&b.d), 500);
	bench_close(&b);
}

static void upcalls_of_a_lost_nic_are_answered(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->faults |= SIM_F_ALL_ONES;
	sim_raise(b.sim, XPC_UP_xmd_link_event);
	sim_raise(b.sim, XPC_UP_xmd_tx_hang);
	sim_raise(b.sim, XPC_UP_xmd_alive);
	assert_int_equal(bench_serve(&b), 0);
	assert_int_equal(b.sim->n_answers, 3);
	assert_int_equal(sim_asked(b.sim), 0);
	assert_int_equal(b.sim->adapter->link, 0);
	bench_close(&b);
}

static void adoption_disturbs_nothing(void **state)
{
	unsigned int writes, eeprom, resets, phy, starts;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	bench_filter(&b, 20, 0, 0);
	assert_int_equal(bench_serve(&b), 0);

	bench_new_user_half(&b);
	writes = b.sim->reg_writes;
	eeprom = b.sim->eeprom_reads;
	resets = b.sim->resets;
	phy = b.sim->phy_resets;
	starts = b.sim->starts;
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.d.state, DRIVER_RUNNING);
	assert_int_equal(b.sim->eeprom_reads, eeprom);
	assert_int_equal(b.sim->resets, resets);
	assert_int_equal(b.sim->phy_resets, phy);
	assert_int_equal(b.sim->starts, starts);
	assert_int_equal(b.sim->rctl_writes, 0);
	/* the PHY is asked through MDIC, nine registers and five for the link; that is all */
	assert_int_equal(b.sim->reg_writes - writes, 14);
	assert_in_range(b.sim->crossings, 1, 9);
	assert_memory_equal(settings_mac(&b.d.adapter)->addr, sim_mac, sizeof(sim_mac));
	assert_true(b.d.link.up);
	assert_int_equal(b.sim->adapter->link, 1);
	bench_close(&b);
}

static void adoption_notices_what_happened_meanwhile(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	sim_end_user_half(b.sim);
	bench_filter(&b, 0, 1, 0);
	sim_nic_set_cable(b.sim, false);
	bench_new_user_half(&b);
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.sim->adapter->link, 0);
	assert_true(bench_reg(&b, RCTL) & RCTL_UPE);
	assert_true(bench_reg(&b, RCTL) & 2);		/* still enabled */
	bench_close(&b);
}

static void adoption_puts_the_station_address_back(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->reg[RAL(0) / 4] = 0;
	bench_new_user_half(&b);
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(bench_reg(&b, RAL(0)), 0x12005452);
	assert_int_equal(bench_reg(&b, RAH(0)), 0x80005634);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brings_the_nic_into_the_documented_state),
		cmocka_unit_test(bringup_costs_few_crossings),
		cmocka_unit_test(link_is_reported_when_negotiation_ends),
		cmocka_unit_test(a_link_negotiated_as_we_would_is_kept),
		cmocka_unit_test(the_link_outlives_the_domain),
		cmocka_unit_test(a_loss_before_a_reset_is_reported),
		cmocka_unit_test(qemus_power_on_link_is_kept),
		cmocka_unit_test(each_failure_has_its_line_and_exit_code),
		cmocka_unit_test(a_damaged_eeprom_can_be_ignored_but_not_its_address),
		cmocka_unit_test(vanishing_at_any_access_is_waited_out),
		cmocka_unit_test(looking_for_a_lost_nic_is_cheap),
		cmocka_unit_test(upcalls_of_a_lost_nic_are_answered),
		cmocka_unit_test(adoption_disturbs_nothing),
		cmocka_unit_test(adoption_notices_what_happened_meanwhile),
		cmocka_unit_test(adoption_puts_the_station_address_back),
	};

	return cmocka_run_group_tests_name("bringup", tests, NULL, NULL);
}
