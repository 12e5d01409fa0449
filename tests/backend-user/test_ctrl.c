// SPDX-License-Identifier: GPL-2.0
/* test_ctrl.c - the control ring of a guest, honest and not; ctrl.h. */
#include "ctrl_guest.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static uint16_t id;

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	ctrl_world(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_destroy(*state);
	assert_int_equal(x.mapped, 0);
	assert_int_equal(x.bound, 0);
	free(*state);
	return 0;
}

static void serve(struct world *w)
{
	world_backend_up(w);
	world_attach(w, 0, FRONT_MUTE);
	world_run(w, 1000);
	assert_string_equal(world_back(w, 0, XS_BACK_FEATURE_CTRL_RING), "1");
	front_keys(w);
	world_front_connect(w, 0);
	world_run(w, 1000);
	assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
	assert_int_equal(x.bound, 1);
}

/* Return: status; @data its data */
static uint32_t ask(struct world *w, uint16_t type, uint32_t d0, uint32_t n, uint32_t *data)
{
	uint32_t at = ring()->rsp_prod;
	struct xen_netif_ctrl_response r;

	put(++id, type, d0, LIST_REF, n);
	x.pending = 1;
	world_run(w, 200);
	assert_int_equal(ring()->rsp_prod, at + 1);
	r = slot(at)->rsp;
	assert_int_equal(r.id, id);
	assert_int_equal(r.type, type);
	*data = r.data;
	return r.status;
}

static void fill_list(unsigned int n)
{
	struct xmd_gref *g = (struct xmd_gref *)x.list;
	unsigned int i;

	for (i = 0; i < n; i++)
		g[i] = (struct xmd_gref){ .ref = 100 + i, .flags = i & 1, .status = 77 };
}

static void messages(void **state)
{
	struct world *w = *state;
	struct xmd_gref *g = (struct xmd_gref *)x.list;
	uint32_t data;

	serve(w);
	assert_int_equal(ask(w, XMD_CTRL_GET_GREF_MAPPING_SIZE, 0, 0, &data), 0);
	assert_int_equal(data, XMD_STAGE_PAGES);
	fill_list(512);
	assert_int_equal(ask(w, XMD_CTRL_ADD_GREF_MAPPING, 0, 512, &data), 0);
	assert_int_equal(w->sim.n_kept, 512);
	assert_int_equal(w->sim.kept[3].flags, 1);
	assert_int_equal(g[0].status, 77);
	g[1].ref = 9999;
	assert_int_equal(ask(w, XMD_CTRL_DEL_GREF_MAPPING, 0, 3, &data), 0);
	assert_int_equal(data, 2);
	assert_int_equal(g[0].status, XEN_NETIF_CTRL_STATUS_SUCCESS);
	assert_int_equal(g[1].status, XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	assert_int_equal(g[3].status, 77);
	assert_int_equal(x.mapped, 1);
}

static void refused(void **state)
{
	static const struct { uint16_t type; uint32_t queue, n, status; } row[] = {
		{ XMD_CTRL_GET_GREF_MAPPING_SIZE, 1, 0, XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER },
		{ XMD_CTRL_ADD_GREF_MAPPING, 1, 1, XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER },
		{ XMD_CTRL_ADD_GREF_MAPPING, 0, 0, XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER },
		{ XMD_CTRL_ADD_GREF_MAPPING, 0, 513, XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER },
		{ XMD_CTRL_DEL_GREF_MAPPING, 0, ~0u, XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER },
		{ XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 0, 0, XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED },
		{ 0, 0, 0, XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED },
		{ 0xffff, 0, 0, XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED },
	};
	struct world *w = *state;
	uint32_t data;
	size_t i;

	serve(w);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(ask(w, row[i].type, row[i].queue, row[i].n, &data), row[i].status);
	assert_int_equal(w->sim.stages, 0);
	/* a list that is not granted; what the kernel half does not take */
	x.fail_map = 1;
	assert_int_equal(ask(w, XMD_CTRL_ADD_GREF_MAPPING, 0, 1, &data),
			 XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	x.fail_map = 0;
	w->sim.fail_stage = ENOSPC;
	assert_int_equal(ask(w, XMD_CTRL_ADD_GREF_MAPPING, 0, 1, &data),
			 XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	w->sim.fail_stage = 0;
	assert_int_equal(ask(w, XMD_CTRL_ADD_GREF_MAPPING, 0, 1, &data), 0);
}

/* Killed and started again, or the whole domain: on at the first request without answer. */
static void goes_on(void **state)
{
	struct world *w = *state;
	uint32_t data;

	serve(w);
	fill_list(10);
	assert_int_equal(ask(w, XMD_CTRL_ADD_GREF_MAPPING, 0, 10, &data), 0);
	world_backend_kill(w);
	/* as after kill -9, Xen has taken them back */
	x.mapped = x.bound = x.masked = 0;
	put(++id, XMD_CTRL_GET_GREF_MAPPING_SIZE, 0, 0, 0);
	world_backend_up(w);
	world_run(w, 500);
	assert_int_equal(x.bound, 1);
	assert_int_equal(ring()->rsp_prod, 2);
	assert_int_equal(slot(1)->rsp.data, XMD_STAGE_PAGES);
	assert_int_equal(w->sim.n_kept, 10);
	assert_int_equal(ask(w, XMD_CTRL_ADD_GREF_MAPPING, 0, 10, &data), 0);
	assert_int_equal(w->sim.n_kept, 10);
}

/* Messages and events as fast as it can: so many a second are taken, others are served. */
static void a_flood(void **state)
{
	struct world *w = *state;
	unsigned int i, t;

	serve(w);
	for (t = 0; t < 250; t++) {
		while (ring()->req_prod - ring()->rsp_prod < RING)
			put(++id, XMD_CTRL_ADD_GREF_MAPPING, 0, LIST_REF, 1);
		x.pending = 1;
		world_run(w, 40);
	}
	assert_in_range(w->sim.stages, XMD_CTRL_BURST + 9 * XMD_CTRL_RATE,
			XMD_CTRL_BURST + 11 * XMD_CTRL_RATE);
	/* events for nothing */
	ring()->req_prod = ring()->rsp_prod;
	i = x.unmasks;
	for (t = 0; t < 250; t++) {
		x.pending = 1;
		world_run(w, 40);
	}
	assert_in_range(x.unmasks - i, 1, XMD_CTRL_BURST + 11 * XMD_CTRL_RATE);
	world_attach(w, 2, FRONT_HONEST);
	world_run(w, 2000);
	assert_int_equal(world_back_state(w, 2), STATE_CONNECTED);
}

/* Lists that take long: whoever pets the watchdog has most of its time for other things. */
static struct world *slow;

static uint64_t slow_now(void)
{
	return world_now() + 200 * slow->sim.stages;
}

static void lists_take_long(void **state)
{
	struct world *w = *state;
	unsigned int t;

	serve(w);
	slow = w;
	w->backend.env.now = slow_now;
	for (t = 0; t < 250; t++) {
		while (ring()->req_prod - ring()->rsp_prod < RING)
			put(++id, XMD_CTRL_ADD_GREF_MAPPING, 0, LIST_REF, 1);
		x.pending = 1;
		world_run(w, 40);
	}
	assert_in_range(w->sim.stages, 10, 18);
}

/* What all have together is for each of them: also for who is asked after one that never ends. */
static void another_has_long_lists_all_the_time(void **state)
{
	struct world *w = *state;
	uint32_t at, busy;
	unsigned int t;

	serve(w);
	world_attach(w, 1, FRONT_MUTE);
	world_run(w, 1000);
	busy_keys(w);
	busy_fill();
	world_front_connect(w, 1);
	world_run(w, 1000);
	assert_int_equal(x.busy_bound, 1);
	slow = w;
	w->backend.env.now = slow_now;
	at = ring()->rsp_prod;
	busy = busy_fill();
	for (t = 0; t < 500; t++) {
		busy_fill();
		if (ring()->req_prod == ring()->rsp_prod)
			put(++id, XMD_CTRL_ADD_GREF_MAPPING, 0, LIST_REF, 1);
		x.pending = 1;
		world_run(w, 40);
	}
	assert_in_range(ring()->rsp_prod - at, 8, 18);
	assert_in_range(busy_fill() - busy, 8, 18);
	world_detach(w, 1);
	world_run(w, 3000);
	assert_int_equal(x.busy_bound, 0);
	for (t = 0; t < 50; t++)
		world_run(w, 40);
	assert_int_equal(ring()->rsp_prod, ring()->req_prod);
}

static void an_index_that_cannot_be(void **state)
{
	static const uint32_t ahead[] = { RING + 1, 1u << 31, ~0u };
	struct world *w = *state;
	size_t i;

	for (i = 0; i < 3; i++) {
		SHARED_RING_INIT(ring());
		serve(w);
		ring()->req_prod = ring()->rsp_prod + ahead[i];
		x.pending = 1;
		world_run(w, 2000);
		assert_int_equal(x.bound + x.mapped, 0);
		assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
		world_detach(w, 0);
		world_run(w, 3000);
	}
}

/* Its own ring as a list: what is answered there is the guest's affair, and the vif goes on. */
static void the_ring_is_its_own_list(void **state)
{
	static const struct { uint16_t type; uint32_t n; } row[] = {
		{ XMD_CTRL_ADD_GREF_MAPPING, 1 }, { XMD_CTRL_ADD_GREF_MAPPING, 512 },
		{ XMD_CTRL_DEL_GREF_MAPPING, 1 }, { XMD_CTRL_DEL_GREF_MAPPING, 8 },
		{ XMD_CTRL_DEL_GREF_MAPPING, 512 },
	};
	struct world *w = *state;
	uint32_t data;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		SHARED_RING_INIT(ring());
		serve(w);
		fill_list(10);
		ask(w, XMD_CTRL_ADD_GREF_MAPPING, 0, 10, &data);
		put(++id, row[i].type, 0, RING_REF, row[i].n);
		x.pending = 1;
		world_run(w, 500);
		assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
		assert_in_range(x.mapped, 0, 1);
		assert_int_equal(x.mapped, x.bound);
		world_detach(w, 0);
		world_run(w, 3000);
		assert_int_equal(x.bound + x.mapped, 0);
	}
}

/* Where an answer goes is ours to know: rsp_prod and req_event may say anything. */
static void indices_that_are_ours(void **state)
{
	static const uint32_t said[] = { 0, 5, 1u << 31, ~0u };
	struct world *w = *state;
	size_t i;

	serve(w);
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		ring()->rsp_prod = ring()->req_event = said[i];
		put(++id, XMD_CTRL_GET_GREF_MAPPING_SIZE, 0, 0, 0);
		x.pending = 1;
		world_run(w, 500);
		assert_int_equal(ring()->rsp_prod, i + 1);
		assert_int_equal(slot(i)->rsp.id, id);
		assert_int_equal(slot(i)->rsp.data, XMD_STAGE_PAGES);
	}
}

static void keys_of_all_kinds(void **state)
{
	static const char *const bad[] = { "", "x", "0", "-1", "99999999999" };
	struct world *w = *state;
	size_t i;

	for (i = 0; i < 2 * sizeof(bad) / sizeof(bad[0]); i++) {
		world_backend_up(w);
		world_attach(w, 0, FRONT_MUTE);
		world_run(w, 1000);
		front_keys(w);
		world_front(w, 0, i & 1 ? XS_FRONT_CTRL_RING_REF : XS_FRONT_EVENT_CHANNEL_CTRL,
			    bad[i / 2]);
		world_front_connect(w, 0);
		world_run(w, 1000);
		assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
		assert_int_equal(x.bound + x.mapped, 0);
		world_detach(w, 0);
		world_run(w, 3000);
	}
}

static void not_offered(void **state)
{
	struct world *w = *state;

	w->offer.no_staging = true;
	world_backend_up(w);
	world_attach(w, 0, FRONT_MUTE);
	world_run(w, 1000);
	assert_null(world_back(w, 0, XS_BACK_FEATURE_CTRL_RING));
	front_keys(w);
	world_front_connect(w, 0);
	world_run(w, 1000);
	assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
	assert_int_equal(x.bound + x.mapped, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(messages), T(refused), T(goes_on), T(a_flood), T(lists_take_long),
		T(another_has_long_lists_all_the_time), T(an_index_that_cannot_be),
		T(the_ring_is_its_own_list), T(indices_that_are_ours), T(keys_of_all_kinds), T(not_offered),
	};

	return cmocka_run_group_tests_name("ctrl", tests, NULL, NULL);
}
