// SPDX-License-Identifier: GPL-2.0
/*
 * test_crossing.c - objects between the two halves: what a new life gets, what is changed while
 * there is none or at the wrong moment, and a death at each crossing of a whole life.
 */
#include <errno.h>
#include <string.h>

#include <xmd/backdev.h>
#include <xmd/version.h>

#include "bench.h"

#define OTHER_MTU 1300u

static struct xpc_object *adapter_of(struct bench *b)
{
	return &b->sim->xpc.t.object[XPC_OBJECT_xmd_adapter];
}

static bool agreed(const struct bench *b)
{
	return settings_equal(&b->d.adapter, b->sim->adapter) &&
	       settings_equal(&b->d.committed, b->sim->adapter) &&
	       b->d.adapter.link == b->sim->adapter->link;
}

/* Settings of a command line that are nobody's defaults. */
static void open_with_options(struct bench *b)
{
	bench_open(b, 0);
	b->opt.rx_ring = 512;
	b->opt.irq_rate = 20000;
	b->opt.pause_tx = false;
}

static void settle(struct bench *b)
{
	bench_pass(b, SIM_AUTONEG_MS);
	bench_pass(b, SIM_AUTONEG_MS);
	assert_int_equal(b->sim->adapter->link, 1);
	assert_true(agreed(b));
}

static void what_the_command_line_came_to_is_at_home_when_it_serves(void **state)
{
	const struct xmd_adapter *a;
	struct bench b;

	(void)state;
	open_with_options(&b);
	assert_int_equal(driver_start(&b.d), 0);
	a = b.sim->adapter;
	assert_int_equal(b.sim->xpc.t.phase, XPC_LIVE);
	assert_true(agreed(&b));
	assert_int_equal(a->rx_ring, 512);
	assert_int_equal(a->rx_usecs, 50);
	assert_int_equal(a->pause_tx, 0);
	assert_int_equal(a->eeprom_len, 2 * EEPROM_WORDS);
	assert_int_equal(a->phy_addr, 1);
	assert_string_equal(a->user_version, XMD_VERSION);
	assert_memory_equal(&a->mac, &a->perm_mac, sizeof(a->mac));
	bench_close(&b);
}

/* Wherever the first one dies, nobody after it gets less than its command line. */
static void a_death_at_any_crossing_of_the_first_life_loses_no_setting(void **state)
{
	static struct snapshot expected, after;
	unsigned int crossings;
	struct bench b;

	(void)state;
	log_capture_start();
	open_with_options(&b);
	assert_int_equal(driver_start(&b.d), 0);
	crossings = b.sim->crossings;
	settle(&b);
	bench_snapshot(&b, &expected);
	bench_close(&b);
	for (unsigned int n = 1; n <= crossings; n++) {
		open_with_options(&b);
		b.sim->cut = (struct sim_cut){ .at = n, .op = 80, .kill = true };
		driver_start(&b.d);
		assert_true(b.sim->cut.dead);
		assert_int_equal(bench_restart(&b), 0);
		settle(&b);
		bench_snapshot(&b, &after);
		assert_null(snapshot_diff(&expected, &after));
		assert_int_equal(b.sim->adapter->eeprom_len, 2 * EEPROM_WORDS);
		assert_int_equal(b.sim->adapter->wol_can & XMD_WOL_MAGIC, XMD_WOL_MAGIC);
		bench_close(&b);
	}
	log_captured();
}

static void change_much(struct bench *b)
{
	struct xmd_adapter want = *b->sim->adapter;

	want.mtu = OTHER_MTU;
	want.rx_usecs = 77;
	want.mac = (struct xmd_mac){ { 2, 0, 0, 0, 0, 9 } };
	assert_int_equal(sim_configure(b->sim, &want), 0);
	bench_filter(b, 30, 0, 1);
	assert_int_equal(bench_serve(b), 0);
	settle(b);
}

/* Adoption, a reset for a hang with all that follows, the watchdog: each crossing of them. */
static int live(struct bench *b)
{
	int err = driver_start(&b->d);

	if (!err)
		sim_raise(b->sim, XPC_UP_xmd_tx_hang);
	if (!err)
		err = bench_serve(b);
	sim_count(b->sim, GPRC, 5);
	return err ? err : driver_tick(&b->d);
}

static void a_death_at_any_crossing_of_a_later_life_is_replayed(void **state)
{
	static struct snapshot expected, after;
	bool done = false;

	(void)state;
	log_capture_start();
	for (unsigned int n = 1; !done; n++) {
		struct xmd_adapter committed;
		struct bench b;

		bench_running(&b, 0);
		change_much(&b);
		bench_snapshot(&b, &expected);
		committed = *b.sim->adapter;
		bench_new_user_half(&b);
		b.sim->cut = (struct sim_cut){ .at = n, .op = 80, .kill = true };
		live(&b);
		done = !b.sim->cut.dead;
		assert_int_equal(bench_restart(&b), 0);
		settle(&b);
		assert_true(settings_equal(&committed, b.sim->adapter));
		bench_snapshot(&b, &after);
		/* START is told an address again only when it comes to it */
		after.started = expected.started;
		assert_null(snapshot_diff(&expected, &after));
		bench_close(&b);
	}
	log_captured();
}

static void filters_changed_while_there_is_no_user_half_are_in_force_after_it_came(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	sim_end_user_half(b.sim);
	bench_filter(&b, 20, 0, 1);
	bench_filter(&b, 3, 1, 0);
	assert_int_equal(bench_reg(&b, RCTL) & (RCTL_UPE | RCTL_MPE), 0);
	assert_int_equal(bench_restart(&b), 0);
	assert_int_equal(bench_reg(&b, RCTL) & RCTL_UPE, RCTL_UPE);
	assert_true(bench_reg(&b, RAH(3)) & RAH_AV);
	assert_false(bench_reg(&b, RAH(4)) & RAH_AV);
	assert_true(agreed(&b));
	bench_close(&b);
}

/* Between the copy in HELLO and READY. */
static void filters_changed_while_it_is_replayed_are_not_forgotten(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	sim_nic_set_cable(b.sim, false);
	bench_new_user_half(&b);
	assert_int_equal(driver_hello(&b.d), 0);
	bench_filter(&b, 0, 1, 0);
	assert_int_equal(drv_adopt(&b.d, &b.d.committed), 0);
	/* the link it reported was based on what was not so any more */
	assert_int_equal(b.sim->xpc.t.stale, 1);
	crossing_follow(&b.d);
	assert_true(bench_reg(&b, RCTL) & RCTL_UPE);
	assert_true(agreed(&b));
	bench_close(&b);
}

static void estale_is_answered_by_a_second_try_that_loses_neither_change(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	b.sim->phy[PHY_STATUS] &= ~PHY_STATUS_LINK;
	b.sim->reg[STATUS / 4] &= ~STATUS_LU;
	bench_filter(&b, 0, 1, 0);
	sim_advance(b.sim, WATCHDOG_MS);
	assert_int_equal(driver_tick(&b.d), 0);
	assert_int_equal(b.sim->xpc.t.stale, 1);
	assert_int_equal(b.d.xpc.stale, 1);
	assert_int_equal(b.sim->adapter->link, 0);
	/* nothing is left to be read, and it is in force all the same */
	assert_false(xpc_pending(&b.sim->xpc.t));
	assert_true(bench_reg(&b, RCTL) & RCTL_UPE);
	assert_true(agreed(&b));
	bench_close(&b);
}

/* What only the user half can know need not wait until the kernel half is through. */
static void a_report_passes_the_lock(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	assert_int_equal(xpc_lock(adapter_of(&b), XPC_KERNEL, 0), 0);
	b.sim->phy[PHY_STATUS] &= ~PHY_STATUS_LINK;
	b.sim->reg[STATUS / 4] &= ~STATUS_LU;
	bench_tick(&b);
	assert_int_equal(b.d.exit_code, EXIT_OK);
	assert_int_equal(b.sim->adapter->link, 0);
	assert_int_equal(xpc_unlock(adapter_of(&b), XPC_KERNEL), 0);
	assert_true(agreed(&b));
	bench_close(&b);
}

static void settings_that_meet_the_lock_are_neither_lost_nor_overrun(void **state)
{
	struct bench b;

	(void)state;
	open_with_options(&b);
	assert_int_equal(xpc_lock(adapter_of(&b), XPC_KERNEL, 0), 0);
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.sim->adapter->rx_ring, 256);
	assert_int_equal(xpc_unlock(adapter_of(&b), XPC_KERNEL), 0);
	bench_filter(&b, 0, 1, 0);
	assert_int_equal(bench_serve(&b), 0);
	assert_int_equal(b.sim->adapter->rx_ring, 512);
	assert_int_equal(b.sim->adapter->promisc, 1);
	assert_true(agreed(&b));
	bench_close(&b);
}

/* A register that fails once: nobody asks for it again but the watchdog. */
static void a_filter_that_could_not_be_set_is_tried_again(void **state)
{
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	bench_filter(&b, 0, 1, 0);
	b.sim->cut = (struct sim_cut){ .at = 2, .err = -EPERM };	/* behind the message */
	log_capture_start();
	assert_int_equal(bench_serve(&b), 0);
	log_captured();
	assert_false(bench_reg(&b, RCTL) & RCTL_UPE);
	bench_tick(&b);
	assert_true(bench_reg(&b, RCTL) & RCTL_UPE);
	assert_true(agreed(&b));
	bench_close(&b);
}

/* Nobody asked for another address. */
static void another_card_gets_the_address_that_is_committed(void **state)
{
	static const uint8_t mac[ETH_ALEN] = { 0x52, 0x54, 0, 0xaa, 0xbb, 0xcc };
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	log_capture_start();
	b.sim->faults |= SIM_F_ALL_ONES;
	bench_tick(&b);
	bench_filter(&b, 0, 1, 0);
	assert_int_equal(bench_serve(&b), 0);
	b.sim->faults &= ~SIM_F_ALL_ONES;
	sim_nic_power_on(b.sim);
	sim_eeprom_fill(b.sim, mac);
	bench_tick(&b);
	log_captured();
	assert_memory_not_equal(b.sim->adapter->mac.addr, mac, sizeof(mac));
	assert_memory_equal(b.sim->started.mac, b.sim->adapter->mac.addr, sizeof(mac));
	assert_true(bench_reg(&b, RCTL) & RCTL_UPE);
	settle(&b);
	bench_close(&b);
}

static struct sim *left;
static const struct nic_port_ops *left_ops;

/* Who asked for a setting is killed while it is made to work. */
static int regs_then_left(struct nic_port *port, struct xmd_regs *regs)
{
	if (left->xpc.t.slot[XPC_UP_xmd_configure].state == XPC_READ)
		xpc_give_up(&left->xpc.t, XPC_UP_xmd_configure, left->xpc.t.heard);
	return left_ops->regs(port, regs);
}

/* ip and ethtool say that it failed, and the next user half would not have it either. */
static void what_nobody_waits_for_any_more_is_not_left_in_force(void **state)
{
	struct nic_port_ops ops;
	struct xmd_adapter want;
	struct bench b;
	uint32_t itr;

	(void)state;
	bench_running(&b, 0);
	itr = bench_reg(&b, ITR);
	want = *b.sim->adapter;
	want.rx_usecs = 77;
	want.mac = (struct xmd_mac){ { 2, 0, 0, 0, 0, 9 } };
	left = b.sim;
	left_ops = b.d.port->ops;
	ops = *left_ops;
	ops.regs = regs_then_left;
	b.d.port->ops = &ops;
	assert_true(sim_configure(b.sim, &want) < 0);
	assert_int_equal(bench_serve(&b), 0);
	bench_tick(&b);
	assert_true(agreed(&b));
	assert_int_equal(bench_reg(&b, ITR), itr);
	assert_false(bench_receives(&b, want.mac.addr));
	b.d.port->ops = left_ops;
	bench_close(&b);
}

/* It could be a guest's: the switch believes what is committed. */
static void no_address_is_taken_that_nobody_asked_for(void **state)
{
	static const struct xmd_mac guests = { { 0, 0x16, 0x3e, 1, 2, 3 } };
	struct xmd_start start;
	struct xmd_adapter a;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	start = b.sim->started;
	a = b.d.adapter;
	a.mac = guests;
	assert_int_equal(xpc_user_propose(&b.d.xpc, XPC_OBJECT_xmd_adapter, XPC_xmd_adapter_mac, &a),
			 -EPERM);
	assert_int_equal(xpc_call_xmd_found(&b.d.xpc, &a), -EPERM);
	assert_int_equal(port_stop(b.d.port), 0);
	memcpy(start.mac, guests.addr, ETH_ALEN);
	assert_int_equal(port_start(b.d.port, &start), -EPERM);
	assert_int_equal(sim_configure(b.sim, &a), 0);	/* asked for */
	assert_memory_equal(&b.sim->adapter->mac, &guests, sizeof(guests));
	bench_close(&b);
}

/* Before anything is committed: the address of START, and nothing that wakes but a magic packet. */
static void what_was_found_is_the_address_of_start(void **state)
{
	struct xmd_adapter a;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	a = b.d.adapter;
	memset(&b.sim->adapter->mac, 0, ETH_ALEN);
	a.mac.addr[5]++;
	assert_int_equal(xpc_call_xmd_found(&b.d.xpc, &a), -EPERM);
	a.mac.addr[5]--;
	a.wol = XMD_WOL_BCAST;
	assert_int_equal(xpc_call_xmd_found(&b.d.xpc, &a), -EPERM);
	a.wol = XMD_WOL_MAGIC;
	assert_int_equal(xpc_call_xmd_found(&b.d.xpc, &a), 0);
	assert_int_equal(b.sim->adapter->wol, XMD_WOL_MAGIC);
	assert_int_equal(xpc_call_xmd_found(&b.d.xpc, &a), -EPERM);
	bench_close(&b);
}

/* Saved before the driver domain was restarted, and committed before anybody came. */
static void saved_settings_are_there_at_the_first_start(void **state)
{
	(void)state;
	for (unsigned int bad = 0; bad < 2; bad++) {
		struct xmd_adapter want;
		struct bench b;

		bench_open(&b, 0);
		b.opt.irq_rate = 5000;
		want = *b.sim->adapter;
		want.mtu = 9000;
		want.rx_ring = bad ? 100 : 1024;
		want.autoneg = 0;
		want.forced = XMD_ADV_100F;
		want.rx_usecs = 33;	/* not among those saved */
		want.restored = XPC_xmd_adapter_mtu | XPC_xmd_adapter_tx_ring |
				XPC_xmd_adapter_rx_ring | XPC_xmd_adapter_autoneg |
				XPC_xmd_adapter_forced;
		assert_int_equal(sim_commit(b.sim, &want), 0);
		log_capture_start();
		assert_int_equal(driver_start(&b.d), 0);
		log_captured();
		settle(&b);
		assert_int_equal(b.sim->starts, 1);
		assert_int_equal(b.sim->started.rx_ring, bad ? 256 : 1024);
		assert_int_equal(b.sim->adapter->speed, bad ? 1000 : 100);
		assert_int_equal(b.sim->adapter->rx_usecs, 200);
		assert_int_equal(bench_reg(&b, PBA) & PBA_RX_MASK, 40);
		/* and asking for them once more costs nothing */
		want = *b.sim->adapter;
		assert_int_equal(sim_configure(b.sim, &want), 0);
		assert_int_equal(b.sim->starts, 1);
		bench_close(&b);
	}
}

static void counters_are_complete_in_the_next_life(void **state)
{
	uint64_t *total;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	for (uint32_t reg = 0x4000; reg < 0x4100; reg += 4)
		sim_count(b.sim, reg, 1000 + reg);
	bench_tick(&b);
	total = (uint64_t *)b.sim->counters;
	for (unsigned int i = 0; i < STATS_COUNTERS; i++)
		assert_true(total[i] >= 1000);
	assert_int_equal(bench_restart(&b), 0);
	assert_memory_equal(&b.d.counters, b.sim->counters, sizeof(b.d.counters));
	sim_count(b.sim, MPC, 1);
	bench_tick(&b);
	assert_int_equal(b.sim->counters->mpc, 1000 + MPC + 1);
	assert_int_equal(b.sim->counters->gprc, 1000 + GPRC);
	bench_close(&b);
}

/* Each upcall by its stub, there and back. */
static void each_upcall_comes_back_with_its_answer(void **state)
{
	struct xmd_bytes bytes = { .n = 2, .byte = { 0xab, 0xcd } }, read;
	struct xmd_testresult result;
	struct xmd_regdump dump;
	struct xpc *x;
	struct bench b;

	(void)state;
	bench_running(&b, 0);
	x = &b.sim->xpc;
	log_capture_start();
	assert_int_equal(xpc_call_xmd_read_regs(x, &dump), 0);
	assert_int_equal(dump.n, 32);
	assert_int_equal(dump.val[13], b.sim->phy[PHY_M88_PSSR]);
	assert_int_equal(xpc_call_xmd_write_eeprom(x, 20, &bytes), 0);
	assert_int_equal(xpc_call_xmd_read_eeprom(x, 20, 2, &read), 0);
	assert_int_equal(read.n, 2);
	assert_memory_equal(read.byte, bytes.byte, 2);
	assert_int_equal(xpc_call_xmd_self_test(x, 1, &result), 0);
	assert_int_equal(result.failed, 0);
	assert_int_equal(xpc_call_xmd_identify(x, 2), -ERANGE);
	assert_int_equal(xpc_call_xmd_identify(x, 1), 0);
	assert_int_equal(xpc_call_xmd_refresh_counters(x), 0);
	assert_int_equal(xpc_call_xmd_nway_reset(x), 0);
	log_captured();
	settle(&b);
	assert_int_equal(b.sim->invalid, 0);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_command_line_came_to_is_at_home_when_it_serves),
		cmocka_unit_test(a_death_at_any_crossing_of_the_first_life_loses_no_setting),
		cmocka_unit_test(a_death_at_any_crossing_of_a_later_life_is_replayed),
		cmocka_unit_test(filters_changed_while_there_is_no_user_half_are_in_force_after_it_came),
		cmocka_unit_test(filters_changed_while_it_is_replayed_are_not_forgotten),
		cmocka_unit_test(estale_is_answered_by_a_second_try_that_loses_neither_change),
		cmocka_unit_test(a_report_passes_the_lock),
		cmocka_unit_test(settings_that_meet_the_lock_are_neither_lost_nor_overrun),
		cmocka_unit_test(a_filter_that_could_not_be_set_is_tried_again),
		cmocka_unit_test(what_nobody_waits_for_any_more_is_not_left_in_force),
		cmocka_unit_test(no_address_is_taken_that_nobody_asked_for),
		cmocka_unit_test(what_was_found_is_the_address_of_start),
		cmocka_unit_test(saved_settings_are_there_at_the_first_start),
		cmocka_unit_test(another_card_gets_the_address_that_is_committed),
		cmocka_unit_test(counters_are_complete_in_the_next_life),
		cmocka_unit_test(each_upcall_comes_back_with_its_answer),
	};

	return cmocka_run_group_tests_name("crossing", tests, NULL, NULL);
}
