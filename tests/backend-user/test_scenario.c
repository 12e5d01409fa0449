// SPDX-License-Identifier: GPL-2.0
/* test_scenario.c - what toolstack, guests and xmd-backend go through together. */
#include "world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <xmd/xs_names.h>

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	world_init(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_destroy(*state);
	free(*state);
	return 0;
}

static void expect_states(struct world *w, unsigned int i, unsigned int back, unsigned int front)
{
	const char *wrong = world_inconsistent(w);

	if (wrong)
		fail_msg("%s", wrong);
	assert_int_equal(world_back_state(w, i), back);
	assert_int_equal(world_front_state(w, i), front);
}

static void connect_vif(struct world *w, unsigned int i)
{
	world_backend_up(w);
	world_attach(w, i, FRONT_HONEST);
	world_run(w, 2000);
	expect_states(w, i, STATE_CONNECTED, STATE_CONNECTED);
}

/* Nothing of a detached vif is left, and libxl is content. */
static void expect_nothing_left(struct world *w, unsigned int i)
{
	assert_null(mem_peek(w->mem, w->vif[i].back));
	assert_int_equal(w->vif[i].tool_errors, 0);
	assert_int_equal(w->vif[i].tool, TOOL_IDLE);
	assert_null(sim_find(&w->sim, w->vif[i].domid, w->vif[i].handle));
}

static void attach_connect_detach(void **state)
{
	struct world *w = *state;
	struct sim_row *row;

	connect_vif(w, 0);
	assert_string_equal(world_back(w, 0, "hotplug-status"), "connected");
	assert_string_equal(world_back(w, 0, "feature-rx-copy"), "1");
	assert_null(world_back(w, 0, "feature-gso-tcpv4"));
	row = sim_find(&w->sim, 5, 0);
	assert_int_equal(row->c.queue[0].tx_ref, 100);
	assert_int_equal(row->c.queue[0].rx_ref, 101);
	assert_int_equal(row->c.queue[0].tx_evtchn, 101);
	assert_int_equal(row->c.queue[0].rx_evtchn, 102);
	assert_int_equal(row->c.features, XMD_VIF_SG | XMD_VIF_GSO_TCPV4 | XMD_VIF_CSUM_V6 |
			 XMD_VIF_RX_NOTIFY);
	assert_int_equal(row->c.mtu, 1500);
	assert_int_equal(row->c.adopt, 0);
	assert_memory_equal(row->c.mac, "\x00\x16\x3e\x00\x05\x00", 6);
	assert_int_equal(w->vif[0].tool_errors, 0);

	world_detach(w, 0);
	world_run(w, 3000);
	expect_nothing_left(w, 0);
	assert_int_equal(mem_watches(w->mem, DRV), WORLD_WATCHES);
	assert_null(w->backend.vifs);
}

static void sixty_cycles_leave_nothing(void **state)
{
	struct world *w = *state;
	char *before, *after;
	int i;

	connect_vif(w, 0);
	world_guest_destroy(w, 0);
	world_run(w, 3000);
	before = world_dump(w);
	for (i = 0; i < 60; i++) {
		connect_vif(w, 0);
		if (i % 3)
			world_guest_destroy(w, 0);
		else
			world_detach(w, 0);
		world_run(w, 2500);
		expect_nothing_left(w, 0);
	}
	world_guest_destroy(w, 0);
	world_run(w, 3000);
	after = world_dump(w);
	assert_string_equal(before, after);
	assert_int_equal(mem_watches(w->mem, DRV), WORLD_WATCHES);
	free(before);
	free(after);
}

static void vif_appears_before_the_backend(void **state)
{
	struct world *w = *state;

	world_attach(w, 0, FRONT_HONEST);
	world_attach(w, 1, FRONT_MUTE);
	world_run(w, 3000);
	world_backend_up(w);
	world_run(w, 2000);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	expect_states(w, 1, STATE_INIT_WAIT, STATE_INITIALISING);
	assert_int_equal(w->vif[0].tool_errors + w->vif[1].tool_errors, 0);
}

static void a_vif_that_never_connects_hinders_nobody(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	world_attach(w, 0, FRONT_MUTE);
	world_attach(w, 1, FRONT_HONEST);
	world_run(w, 2000);
	expect_states(w, 0, STATE_INIT_WAIT, STATE_INITIALISING);
	expect_states(w, 1, STATE_CONNECTED, STATE_CONNECTED);
	world_detach(w, 0);
	world_run(w, 3000);
	expect_nothing_left(w, 0);
	expect_states(w, 1, STATE_CONNECTED, STATE_CONNECTED);
}

static void front_goes_straight_to_closed_and_comes_back(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	world_attach(w, 0, FRONT_MUTE);
	world_run(w, 100);
	world_front(w, 0, "state", "6");
	world_run(w, 2000);
	expect_states(w, 0, STATE_CLOSED, STATE_CLOSED);
	assert_int_equal(w->vif[0].tool_errors, 0);
	w->vif[0].mode = FRONT_HONEST;
	world_front(w, 0, "state", "1");
	world_run(w, 1000);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
}

/* As netfront unloaded and loaded again. */
static void front_closes_and_connects_again(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	world_front(w, 0, "state", "5");
	world_run(w, 200);
	expect_states(w, 0, STATE_CLOSING, STATE_CLOSING);
	world_front(w, 0, "state", "6");
	world_run(w, 200);
	expect_states(w, 0, STATE_CLOSED, STATE_CLOSED);
	world_front(w, 0, "state", "1");
	world_run(w, 400);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	assert_int_equal(sim_find(&w->sim, 5, 0)->c.queue[0].tx_ref, 102);
}

/* As a guest that was rebooted by kexec. */
static void front_forgets_everything(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	world_front(w, 0, "state", "1");
	world_run(w, 1000);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	assert_int_equal(sim_find(&w->sim, 5, 0)->c.queue[0].tx_ref, 102);
	assert_int_equal(sim_find(&w->sim, 5, 0)->c.adopt, 0);
}

static void detach_of_a_closed_vif(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	world_front(w, 0, "state", "6");
	world_run(w, 500);
	expect_states(w, 0, STATE_CLOSED, STATE_CLOSED);
	world_detach(w, 0);
	world_run(w, 3000);
	expect_nothing_left(w, 0);
}

static void guest_destroyed_in_any_state(void **state)
{
	static const char *const fronts[] = { "1", "2", "3", "4", "5", "6", "7", "8", "x" };
	struct world *w = *state;
	size_t i;

	world_backend_up(w);
	for (i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
		world_attach(w, 0, FRONT_MUTE);
		world_run(w, 800);
		if (i % 2)
			world_front_connect(w, 0);
		world_run(w, 200);
		world_front(w, 0, "state", fronts[i]);
		world_run(w, (unsigned int)i * 40);
		world_guest_destroy(w, 0);
		world_run(w, 3000);
		expect_nothing_left(w, 0);
		assert_null(w->backend.vifs);
	}
}

/* The guest dies and no toolstack says anything: its pages must not stay mapped. */
static void front_directory_vanishes(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	connect_vif(w, 2);
	w->vif[0].mode = FRONT_NONE;
	w->vif[0].guest->ops->remove(w->vif[0].guest, w->vif[0].front);
	w->dom0->ops->remove(w->dom0, "/local/domain/6");
	w->vif[2].mode = FRONT_NONE;
	world_run(w, 1000);
	expect_states(w, 0, STATE_CLOSED, 0);
	expect_states(w, 2, STATE_CLOSED, 0);
	assert_int_equal(sim_rows(&w->sim), 0);
}

static void front_node_missing_at_attach(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	world_attach(w, 0, FRONT_NONE);
	w->dom0->ops->remove(w->dom0, w->vif[0].front);
	world_run(w, 2000);
	expect_states(w, 0, STATE_INITIALISING, 0);
	world_detach(w, 0);
	world_run(w, 3000);
	assert_null(mem_peek(w->mem, w->vif[0].back));
}

static void front_garbage(void **state)
{
	static const struct { const char *key, *val; } row[] = {
		{ "tx-ring-ref", "" }, { "tx-ring-ref", "-1" }, { "tx-ring-ref", "abc" },
		{ "tx-ring-ref", "4294967296" }, { "tx-ring-ref", "\x01\xff\xfe" },
		{ "rx-ring-ref", "0x100" }, { "rx-ring-ref", "99999999999999999999" },
		{ "rx-ring-ref", "4294967295" },
		{ "event-channel-tx", "0" }, { "event-channel-rx", "0" },
		{ "event-channel-tx", "seven" }, { "event-channel-rx", "" },
		{ "event-channel-rx", "4000000000" },
		{ "request-rx-copy", "0" }, { "request-rx-copy", "2" }, { "request-rx-copy", "y" },
		{ "multi-queue-num-queues", "2" }, { "multi-queue-num-queues", "0" },
		{ "multi-queue-num-queues", "many" },
		{ "feature-sg", "2" }, { "feature-rx-notify", "on" },
	};
	struct world *w = *state;
	size_t i;

	connect_vif(w, 2);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		world_attach(w, 0, FRONT_MUTE);
		world_run(w, 800);
		world_front_connect(w, 0);
		world_front(w, 0, row[i].key, row[i].val);
		world_run(w, 400);
		if (world_back_state(w, 0) != STATE_CLOSED)
			fail_msg("%s = \"%s\" was accepted", row[i].key, row[i].val);
		assert_non_null(world_back(w, 0, "hotplug-error"));
		expect_states(w, 2, STATE_CONNECTED, STATE_CONNECTED);
		world_detach(w, 0);
		world_run(w, 2500);
		expect_nothing_left(w, 0);
	}
}

static void the_error_names_the_key_and_goes_with_the_next_offer(void **state)
{
	struct world *w = *state;
	char path[STORE_PATH_MAX];

	world_backend_up(w);
	world_attach(w, 0, FRONT_MUTE);
	world_run(w, 800);
	world_front_connect(w, 0);
	store_path(path, w->vif[0].front, "rx-ring-ref");
	w->vif[0].guest->ops->remove(w->vif[0].guest, path);
	world_run(w, 400);
	assert_non_null(strstr(world_back(w, 0, "hotplug-error"), "rx-ring-ref is missing"));
	world_front(w, 0, "state", "1");
	world_run(w, 400);
	assert_null(world_back(w, 0, "hotplug-error"));
	world_front_connect(w, 0);
	world_run(w, 400);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
}

static void garbage_in_the_state_of_a_connected_front(void **state)
{
	static const char *const vals[] = { "", "0", "44", "-4", "four", "4 ", "\x04" };
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(vals) / sizeof(vals[0]); i++) {
		connect_vif(w, 0);
		w->vif[0].mode = FRONT_MUTE;
		world_front(w, 0, "state", vals[i]);
		world_run(w, 500);
		assert_int_equal(world_back_state(w, 0), STATE_CLOSED);
		assert_int_equal(sim_rows(&w->sim), 0);
		world_detach(w, 0);
		world_run(w, 2500);
		expect_nothing_left(w, 0);
	}
}

static void expect_evtchns(struct world *w, uint32_t tx, uint32_t rx)
{
	const struct sim_row *row = sim_find(&w->sim, 5, 0);

	assert_non_null(row);
	assert_int_equal(row->c.queue[0].tx_evtchn, tx);
	assert_int_equal(row->c.queue[0].rx_evtchn, rx);
}

/* A frontend that knows no other way, and one that is offered no other; adopted as well. */
static void one_event_channel_for_both_directions(void **state)
{
	struct world *w = *state;
	char path[STORE_PATH_MAX];

	world_backend_up(w);
	world_attach(w, 0, FRONT_MUTE);
	world_run(w, 800);
	world_front(w, 0, "event-channel", "77");
	world_front_connect(w, 0);
	store_path(path, w->vif[0].front, "event-channel-tx");
	w->vif[0].guest->ops->remove(w->vif[0].guest, path);
	world_run(w, 400);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	expect_evtchns(w, 77, 77);
	world_guest_destroy(w, 0);
	world_run(w, 3000);
	world_backend_kill(w);

	w->offer.one_channel = true;
	connect_vif(w, 0);
	assert_null(world_back(w, 0, "feature-split-event-channels"));
	assert_null(mem_peek(w->mem, "/local/domain/5/device/vif/0/event-channel-tx"));
	expect_evtchns(w, 103, 103);
	world_backend_kill(w);
	memset(&w->sim, 0, sizeof(w->sim));
	world_backend_up(w);
	world_run(w, 1500);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	expect_evtchns(w, 103, 103);
	assert_int_equal(sim_find(&w->sim, 5, 0)->c.adopt, 1);
	assert_null(world_back(w, 0, "feature-split-event-channels"));
}

static void front_that_belongs_to_another_guest(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	world_attach(w, 0, FRONT_MUTE);
	world_run(w, 800);
	world_front_connect(w, 0);
	mem_set_perms(w->mem, w->vif[0].front, 6, DRV);
	world_run(w, 400);
	assert_int_equal(world_back_state(w, 0), STATE_CLOSED);
	assert_non_null(strstr(world_back(w, 0, "hotplug-error"), "belongs to domain 6"));
}

static void front_key_that_leads_elsewhere(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	connect_vif(w, 2);
	world_attach(w, 0, FRONT_MUTE);
	store_write_text(w->dom0, w->vif[0].back, "frontend", w->vif[2].front);
	world_run(w, 2000);
	assert_int_equal(world_back_state(w, 0), STATE_INITIALISING);
	assert_int_equal(sim_rows(&w->sim), 1);
	world_detach(w, 0);
	world_run(w, 3000);
	assert_null(mem_peek(w->mem, w->vif[0].back));
}

/* ------------------------------------------------------------ limits */

static void set_rate(struct world *w, unsigned int i, const char *rate)
{
	if (rate)
		store_write_text(w->dom0, w->vif[i].back, "rate", rate);
	else
		store_remove(w->dom0, w->vif[i].back, "rate");
	world_run(w, 200);
}

static void expect_rate(struct world *w, unsigned int i, uint32_t bytes, uint32_t usecs)
{
	struct sim_row *row = sim_find(&w->sim, w->vif[i].domid, w->vif[i].handle);

	assert_non_null(row);
	assert_int_equal(row->c.rate.bytes, bytes);
	assert_int_equal(row->c.rate.usecs, usecs);
}

/* Without a limit, then limited from the first frame on: nothing is left for a second message. */
static void a_limit_is_in_force_from_the_start(void **state)
{
	struct world *w = *state;

	connect_vif(w, 2);
	expect_rate(w, 2, 0, 0);
	world_attach(w, 0, FRONT_HONEST);
	set_rate(w, 0, "50000,50000");
	world_run(w, 2000);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	expect_rate(w, 0, 50000, 50000);
	expect_rate(w, 2, 0, 0);
	assert_int_equal(w->sim.limits, 0);
}

static void a_limit_is_followed(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	set_rate(w, 0, "50000,50000");
	expect_rate(w, 0, 50000, 50000);
	set_rate(w, 0, "50000,50000");
	assert_int_equal(w->sim.limits, 1);
	set_rate(w, 0, "1,2000");
	expect_rate(w, 0, 1, 2000);
	/* what nobody understands is none, as is a key that is not there */
	set_rate(w, 0, "1MB/s");
	expect_rate(w, 0, 0, 0);
	set_rate(w, 0, "7,7000");
	expect_rate(w, 0, 7, 7000);
	set_rate(w, 0, NULL);
	expect_rate(w, 0, 0, 0);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	assert_int_equal(w->sim.connects, 1);
}

static void a_limit_that_cannot_be_set_yet_is_tried_again(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	w->sim.fail_limit = EINTR;
	set_rate(w, 0, "50000,50000");
	world_run(w, 3000);
	expect_rate(w, 0, 0, 0);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	w->sim.fail_limit = 0;
	world_run(w, 2000);
	expect_rate(w, 0, 50000, 50000);
}

/* What the toolstack said while nobody was there; what it had said before is in force still. */
static void a_limit_outlives_the_backend(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	connect_vif(w, 2);
	set_rate(w, 0, "50000,50000");
	set_rate(w, 2, "60000,50000");
	world_backend_kill(w);
	set_rate(w, 2, "70000,50000");
	expect_rate(w, 0, 50000, 50000);
	world_backend_up(w);
	world_run(w, 1500);
	expect_rate(w, 0, 50000, 50000);
	expect_rate(w, 2, 70000, 50000);
	assert_int_equal(w->sim.limits, 3);
	assert_int_equal(w->sim.connects, 2);

	/* the whole driver domain: adopted as limited */
	world_backend_kill(w);
	memset(&w->sim, 0, sizeof(w->sim));
	world_backend_up(w);
	world_run(w, 1500);
	expect_rate(w, 0, 50000, 50000);
	expect_rate(w, 2, 70000, 50000);
	assert_int_equal(sim_find(&w->sim, 5, 0)->c.adopt, 1);
	assert_int_equal(w->sim.limits, 0);
}

static void a_limit_of_nonsense_is_none(void **state)
{
	static const char *const vals[] = {
		"", "1MB/s", "50000", "50000,0", "-1,50000", "1,2,3", "\x01\x02",
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(vals) / sizeof(vals[0]); i++) {
		world_backend_up(w);
		world_attach(w, 0, FRONT_HONEST);
		set_rate(w, 0, vals[i]);
		world_run(w, 2000);
		expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
		expect_rate(w, 0, 0, 0);
		world_detach(w, 0);
		world_run(w, 3000);
		expect_nothing_left(w, 0);
	}
	assert_int_equal(w->sim.limits, 0);
}

static void kernel_fault_costs_one_vif(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	connect_vif(w, 2);
	w->vif[0].mode = FRONT_MUTE;
	sim_fault(&w->sim, 5, 0, XMD_FAULT_RING_INDEX);
	world_run(w, 500);
	assert_int_equal(world_back_state(w, 0), STATE_CLOSED);
	assert_non_null(strstr(world_back(w, 0, "hotplug-error"), "req_prod"));
	assert_int_equal(sim_rows(&w->sim), 1);
	expect_states(w, 2, STATE_CONNECTED, STATE_CONNECTED);
	/* It does not come back by insisting ... */
	world_front(w, 0, "state", "4");
	world_run(w, 500);
	assert_int_equal(world_back_state(w, 0), STATE_CLOSED);
	/* ... but by starting again. */
	world_front(w, 0, "state", "1");
	world_run(w, 200);
	world_front_connect(w, 0);
	world_run(w, 200);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
}

/* Its vif is closed and opened as fast as it goes: not as often as it likes. */
static void guest_that_reconnects_for_ever(void **state)
{
	static const char *const round[] = { "5", "6", "1" };
	struct world *w = *state;
	unsigned int t, had;

	world_backend_up(w);
	world_attach(w, 0, FRONT_MUTE);
	world_run(w, 1000);
	for (t = 0; t < 1000; t++) {
		if (world_back_state(w, 0) == STATE_INIT_WAIT)
			world_front_connect(w, 0);
		else if (world_back_state(w, 0) == STATE_CONNECTED)
			world_front(w, 0, "state", round[0]);
		else
			world_front(w, 0, "state", round[1 + t % 2]);
		world_run(w, TICK_MS);
	}
	assert_in_range(w->sim.connects, 40, VIF_REOPEN_BURST + 1 + 1000 * TICK_MS / VIF_REOPEN_MS);
	/* others are as they were; and so is it after a pause */
	world_attach(w, 2, FRONT_HONEST);
	world_run(w, 1000);
	expect_states(w, 2, STATE_CONNECTED, STATE_CONNECTED);
	world_front(w, 0, "state", "6");
	world_run(w, VIF_REOPEN_BURST * VIF_REOPEN_MS);
	for (t = 0; t < VIF_REOPEN_BURST - 1; t++) {
		had = w->sim.connects;
		world_front(w, 0, "state", "1");
		world_run(w, 200);
		world_front_connect(w, 0);
		world_run(w, 200);
		expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
		assert_int_equal(w->sim.connects, had + 1);
		world_front(w, 0, "state", "6");
		world_run(w, 200);
	}
}

static void kernel_refuses(void **state)
{
	static const int errs[] = { ENOENT, EPERM, EIO, EINVAL, EPROTO, ENOSPC };
	struct world *w = *state;
	size_t i;

	world_backend_up(w);
	for (i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
		world_attach(w, 0, FRONT_HONEST);
		w->sim.fail_connect = errs[i];
		world_run(w, 2000);
		expect_states(w, 0, STATE_CLOSED, STATE_CLOSED);
		w->sim.fail_connect = 0;
		world_front(w, 0, "state", "1");
		world_run(w, 500);
		expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
		world_detach(w, 0);
		world_run(w, 3000);
		expect_nothing_left(w, 0);
	}
}

static void kernel_that_cannot_yet_is_asked_again(void **state)
{
	static const int errs[] = { ENOMEM, ENODEV, EBUSY, EINPROGRESS };
	struct world *w = *state;
	size_t i;

	world_backend_up(w);
	for (i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
		w->sim.fail_connect = errs[i];
		world_attach(w, 0, FRONT_HONEST);
		world_run(w, 2000);
		assert_int_equal(world_back_state(w, 0), STATE_INIT_WAIT);
		w->sim.fail_connect = 0;
		world_run(w, 2000);
		expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
		world_detach(w, 0);
		world_run(w, 3000);
		expect_nothing_left(w, 0);
	}
}

static void restart_does_not_touch_connected_vifs(void **state)
{
	struct world *w = *state;
	char *before, *after;
	int i;

	connect_vif(w, 0);
	connect_vif(w, 1);
	connect_vif(w, 3);
	before = world_dump(w);
	for (i = 0; i < 20; i++) {
		world_backend_kill(w);
		world_run(w, 200);
		world_backend_up(w);
		world_run(w, 1500);
	}
	after = world_dump(w);
	assert_string_equal(before, after);
	assert_int_equal(w->sim.connects, 3);
	assert_int_equal(w->sim.disconnects, 0);
	free(before);
	free(after);
}

static void what_happened_while_nobody_was_there(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);	/* will be detached */
	connect_vif(w, 1);	/* its directory will be gone */
	connect_vif(w, 2);	/* its front will have other rings */
	connect_vif(w, 3);	/* will be faulty */
	world_backend_kill(w);
	world_detach(w, 0);
	w->dom0->ops->remove(w->dom0, w->vif[1].back);
	world_front_connect(w, 2);
	w->vif[3].mode = FRONT_MUTE;
	sim_fault(&w->sim, 6, 1, XMD_FAULT_CROSS_PAGE);
	world_run(w, 1000);
	world_backend_up(w);
	world_run(w, 4000);
	expect_nothing_left(w, 0);
	assert_null(sim_find(&w->sim, 5, 1));
	assert_int_equal(world_back_state(w, 2), STATE_CLOSED);
	assert_int_equal(world_back_state(w, 3), STATE_CLOSED);
	assert_int_equal(sim_rows(&w->sim), 0);
	world_front(w, 2, "state", "1");
	world_run(w, 1000);
	expect_states(w, 2, STATE_CONNECTED, STATE_CONNECTED);
}

/* Detached and attached again under the same number while nobody was there. */
static void replaced_while_nobody_was_there(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	world_backend_kill(w);
	w->dom0->ops->remove(w->dom0, w->vif[0].back);
	world_attach(w, 0, FRONT_HONEST);
	world_backend_up(w);
	world_run(w, 2000);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	assert_int_equal(sim_find(&w->sim, 5, 0)->c.queue[0].tx_ref, 102);
}

/* The driver domain was created again, the supervisor restored the nodes. */
static void connected_in_xenstore_only_is_adopted(void **state)
{
	struct world *w = *state;
	char state_path[STORE_PATH_MAX];

	connect_vif(w, 0);
	world_backend_kill(w);
	memset(&w->sim, 0, sizeof(w->sim));
	store_path(state_path, w->vif[0].front, "state");
	mem_set_perms(w->mem, state_path, 5, -1);
	world_backend_up(w);
	world_run(w, 1000);
	/* Not readable yet: wait, do not close. */
	assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
	assert_int_equal(sim_rows(&w->sim), 0);
	mem_set_perms(w->mem, state_path, 5, DRV);
	world_run(w, 1500);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	assert_int_equal(sim_find(&w->sim, 5, 0)->c.adopt, 1);
	assert_int_equal(sim_find(&w->sim, 5, 0)->c.queue[0].tx_ref, 100);
}

static unsigned int said_early, ops_to_last;

/* Before each of its operations: what is written about one of them, and who is still to come? */
static void look_who_waits(void *arg)
{
	struct world *w = arg;
	const char *rings;

	if (sim_rows(&w->sim) < WORLD_VIFS) {
		ops_to_last = w->fuse.burnt;
		for (unsigned int i = 0; i < WORLD_VIFS; i++) {
			rings = world_back(w, i, "xmd-rings");
			said_early += rings && !strcmp(rings, "adopted");
		}
	}
	w->fuse.meet_at = w->fuse.burnt + 1;
}

/* Their frames wait: what is told about one comes behind the rings of the last. */
static void all_are_adopted_before_any_is_told_of(void **state)
{
	struct world *w = *state;
	char rings[STORE_PATH_MAX];
	unsigned int i;

	world_backend_up(w);
	for (i = 0; i < WORLD_VIFS; i++)
		world_attach(w, i, FRONT_HONEST);
	world_run(w, 3000);
	world_backend_kill(w);
	/* not among what the supervisor restores */
	for (i = 0; i < WORLD_VIFS; i++) {
		store_path(rings, w->vif[i].back, "xmd-rings");
		assert_int_equal(w->dom0->ops->remove(w->dom0, rings), 0);
	}
	memset(&w->sim, 0, sizeof(w->sim));
	said_early = 0;
	w->fuse.meet = look_who_waits;
	w->fuse.arg = w;
	w->fuse.burnt = 0;
	w->fuse.meet_at = 1;
	world_backend_up(w);
	world_run(w, 1500);
	w->fuse.meet = NULL;
	assert_int_equal(sim_rows(&w->sim), WORLD_VIFS);
	assert_int_equal(said_early, 0);
	for (i = 0; i < WORLD_VIFS; i++) {
		expect_states(w, i, STATE_CONNECTED, STATE_CONNECTED);
		assert_string_equal(world_back(w, i, "xmd-rings"), "adopted");
	}
	/* all there is to each of them, and little beside: a request costs a turn of dom0's */
	assert_in_range(ops_to_last, 1, 24 * WORLD_VIFS + 20);
}

static void storms_of_eagain(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	mem_storm(w->mem, DRV, 20);
	world_attach(w, 0, FRONT_HONEST);
	world_run(w, 30000);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	mem_storm(w->mem, DRV, 5);
	world_detach(w, 0);
	world_run(w, 5000);
	expect_nothing_left(w, 0);
	assert_int_equal(mem_open_transactions(w->mem), 0);
}

static void quota_of_nodes(void **state)
{
	static const int errs[] = { ENOSPC, E2BIG, EDQUOT };
	struct world *w = *state;
	size_t i;

	world_backend_up(w);
	for (i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
		mem_fail_writes(w->mem, DRV, errs[i]);
		world_attach(w, 0, FRONT_HONEST);
		world_run(w, 3000);
		assert_int_equal(world_back_state(w, 0), STATE_INITIALISING);
		assert_int_equal(mem_open_transactions(w->mem), 0);
		mem_fail_writes(w->mem, DRV, 0);
		world_run(w, 4000);
		expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
		world_detach(w, 0);
		world_run(w, 3000);
		expect_nothing_left(w, 0);
	}
}

static void quota_of_watches(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	mem_fail_watches(w->mem, DRV, E2BIG);
	world_attach(w, 0, FRONT_HONEST);
	world_run(w, 4000);
	expect_states(w, 0, STATE_CONNECTED, STATE_CONNECTED);
	world_front(w, 0, "state", "6");
	world_run(w, 2000);
	assert_int_equal(world_back_state(w, 0), STATE_CLOSED);
	mem_fail_watches(w->mem, DRV, 0);
	world_run(w, 2000);
	assert_int_equal(mem_watches(w->mem, DRV), WORLD_WATCHES + 1);
}

static void a_guest_that_flickers_starves_nobody(void **state)
{
	static const char *const flicker[] = { "1", "4", "6", "3", "5", "x" };
	struct world *w = *state;
	unsigned int i;

	connect_vif(w, 0);
	w->vif[0].mode = FRONT_MUTE;
	world_attach(w, 2, FRONT_HONEST);
	for (i = 0; i < 200; i++) {
		world_front(w, 0, "state", flicker[i % 6]);
		world_run(w, 40);
	}
	expect_states(w, 2, STATE_CONNECTED, STATE_CONNECTED);
	world_detach(w, 0);
	world_run(w, 3000);
	expect_nothing_left(w, 0);
}

static void more_events_than_one_turn_takes(void **state)
{
	struct world *w = *state;
	unsigned int i;

	connect_vif(w, 0);
	w->vif[0].mode = FRONT_MUTE;
	for (i = 0; i < 2000; i++)
		world_front(w, 0, "state", "4");
	world_front(w, 0, "state", "6");
	assert_int_equal(backend_work(&w->backend), 0);
	assert_int_equal(backend_due(&w->backend), 0);
	world_run(w, 500);
	expect_states(w, 0, STATE_CLOSED, STATE_CLOSED);
}

static void strange_names_are_left_alone(void **state)
{
	struct world *w = *state;
	const char *dir = "/local/domain/1/backend/vif";

	store_write_text(w->dom0, dir, "x/0/state", "1");
	store_write_text(w->dom0, dir, "40000/0/state", "1");
	store_write_text(w->dom0, dir, "5/zero/state", "1");
	store_write_text(w->dom0, dir, "5/99999999999/state", "1");
	mem_set_perms(w->mem, dir, 0, DRV);
	world_backend_up(w);
	world_run(w, 1000);
	store_write_text(w->dom0, dir, "5/-1/state", "1");
	world_run(w, 1000);
	assert_null(w->backend.vifs);
	connect_vif(w, 0);
}

static void own_nodes_say_when_it_serves(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	assert_string_equal(mem_peek(w->mem, "/local/domain/1/data/xmd-backend/state"), "serving");
	assert_string_equal(mem_peek(w->mem, "/local/domain/1/data/xmd-backend/version"), "test");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(attach_connect_detach),
		T(sixty_cycles_leave_nothing),
		T(vif_appears_before_the_backend),
		T(a_vif_that_never_connects_hinders_nobody),
		T(front_goes_straight_to_closed_and_comes_back),
		T(front_closes_and_connects_again),
		T(front_forgets_everything),
		T(detach_of_a_closed_vif),
		T(guest_destroyed_in_any_state),
		T(front_directory_vanishes),
		T(front_node_missing_at_attach),
		T(front_garbage),
		T(the_error_names_the_key_and_goes_with_the_next_offer),
		T(garbage_in_the_state_of_a_connected_front),
		T(one_event_channel_for_both_directions),
		T(front_that_belongs_to_another_guest),
		T(front_key_that_leads_elsewhere),
		T(a_limit_is_in_force_from_the_start),
		T(a_limit_is_followed),
		T(a_limit_that_cannot_be_set_yet_is_tried_again),
		T(a_limit_outlives_the_backend),
		T(a_limit_of_nonsense_is_none),
		T(kernel_fault_costs_one_vif),
		T(guest_that_reconnects_for_ever),
		T(kernel_refuses),
		T(kernel_that_cannot_yet_is_asked_again),
		T(restart_does_not_touch_connected_vifs),
		T(what_happened_while_nobody_was_there),
		T(replaced_while_nobody_was_there),
		T(connected_in_xenstore_only_is_adopted),
		T(all_are_adopted_before_any_is_told_of),
		T(storms_of_eagain),
		T(quota_of_nodes),
		T(quota_of_watches),
		T(a_guest_that_flickers_starves_nobody),
		T(more_events_than_one_turn_takes),
		T(strange_names_are_left_alone),
		T(own_nodes_say_when_it_serves),
	};

	return cmocka_run_group_tests_name("scenario", tests, NULL, NULL);
}
