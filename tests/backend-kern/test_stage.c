// SPDX-License-Identifier: GPL-2.0
/* Pages that stay mapped: stage.c, and the data path through them, over simulated Xen and NIC. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "sim.h"
#include "frames.h"

static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 };
static struct guest *a, *b;
static struct xmd_gref list[XMD_STAGE_PAGES];
static struct flat in;
static u8 p[66000];
static bool bad;

static int setup(void **state)
{
	(void)state;
	sim_start_two(&a, &b);
	sim_run();
	make_frame(p, a->mac, station, 60, 0);
	nic_receive(p, 60);
	sim_run();
	guest_post(a, 1);
	sim_run();
	assert_true(guest_receive(a, &in, &bad));
	nic.n_sent = 0;
	sim_copies = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_grace = NULL;
	sim_stop();
	return 0;
}

static void stage_all(struct guest *g)
{
	assert_int_equal(guest_stage(g, list, guest_list(list), false), 0);
}

static void send_to_wire(u32 len, unsigned int each, u32 seq)
{
	make_frame(p, station, a->mac, len, seq);
	guest_send(a, p, len, each, 0);
	sim_run();
	nic_complete(1);
	assert_int_equal(nic.sent->len, len);
	assert_memory_equal(nic.sent->data, p, len);
	while (guest_tx_status(a) != 99)
		;
}

static void receive_from_wire(u32 len, u32 seq)
{
	make_frame(p, a->mac, station, len, seq);
	nic_receive(p, len);
	sim_run();
	assert_true(guest_receive(a, &in, &bad));
	assert_false(bad);
	assert_int_equal(in.len, len);
	assert_memory_equal(in.data, p, len);
}

static void frames_go_without_xen(void **state)
{
	(void)state;
	stage_all(a);
	guest_post(a, 100);
	for (u32 i = 0; i < 20; i++) {
		send_to_wire(60 + i * 70, 1514, i);
		send_to_wire(1000, 100, i);
		receive_from_wire(60 + i * 70, i);
	}
	assert_int_equal(sim_copies, 0);
}

/* Each of sender and receiver may have mapped pages or not. */
static void guest_to_guest(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		if (i & 1)
			stage_all(a);
		if (i & 2)
			stage_all(b);
		guest_post(b, 60);
		for (u32 k = 0; k < 12; k++) {
			sim_copies = 0;
			make_frame(p, b->mac, a->mac, 1500, k);
			guest_send(a, p, 1500, 400, 0);
			sim_run();
			assert_true(guest_receive(b, &in, &bad));
			assert_false(bad);
			assert_int_equal(in.len, 1500);
			assert_memory_equal(in.data, p, 1500);
			assert_true(i == 3 ? !sim_copies : sim_copies);
		}
		guest_disconnect(a);
		guest_disconnect(b);
		SHARED_RING_INIT(a->tx);
		SHARED_RING_INIT(b->rx);
		a->tx_prod = a->tx_cons = b->rx_prod = b->rx_cons = 0;
		assert_int_equal(guest_connect(a, false), 0);
		assert_int_equal(guest_connect(b, false), 0);
	}
}

static void a_page_for_reading_is_not_written_to(void **state)
{
	struct netif_rx_request *q = &a->rx->ring[a->rx_prod % 256].req;

	(void)state;
	stage_all(a);
	/* Xen refuses that copy, and our mapping would fault */
	guest_post(a, 1);
	q->gref = 1000;
	make_frame(p, a->mac, station, 60, 1);
	nic_receive(p, 60);
	sim_run();
	assert_int_equal(sim_copies, 1);
}

static void all_or_none(void **state)
{
	unsigned int n = guest_list(list);

	(void)state;
	list[300].ref = 5;
	assert_int_equal(guest_stage(a, list, n, false), -ENXIO);
	assert_int_equal(back.staged, 0);
	a->rxbad[100] = true;
	assert_int_equal(guest_stage(a, list, n, false), -ENXIO);
	assert_int_equal(back.staged, 0);
	a->rxbad[100] = false;
	/* what was there before stays */
	n = guest_list(list);
	assert_int_equal(guest_stage(a, list, 10, false), 0);
	list[300].flags = 2;
	assert_int_equal(guest_stage(a, list, n, false), -EINVAL);
	assert_int_equal(back.staged, 10);
	assert_true(sim_notices);
	guest_post(a, 1);
	send_to_wire(60, 1514, 1);
	assert_int_equal(sim_copies, 0);
}

/* A page that is granted for reading cannot be mapped to be written to. */
static void flags_are_kept_to(void **state)
{
	(void)state;
	guest_list(list);
	list[0].flags = 0;
	assert_int_equal(guest_stage(a, list, 1, false), -ENXIO);
	list[0].flags = XMD_GREF_READONLY;
	assert_int_equal(guest_stage(a, list, 1, false), 0);
	list[0].flags = 0;
	assert_int_equal(guest_stage(a, list, 1, false), -EINVAL);
	assert_int_equal(back.staged, 1);
}

static void twice_is_once(void **state)
{
	unsigned int n = guest_list(list);

	(void)state;
	list[7] = list[6];
	assert_int_equal(guest_stage(a, list, n, false), 0);
	assert_int_equal(back.staged, n - 1);
	assert_int_equal(guest_stage(a, list, n, false), 0);
	assert_int_equal(back.staged, n - 1);
	guest_list(list);
	list[7] = list[6];
	assert_int_equal(guest_stage(a, list, n, true), n - 1);
	assert_int_equal(list[6].status, XEN_NETIF_CTRL_STATUS_SUCCESS);
	assert_int_equal(list[7].status, XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	assert_int_equal(back.staged, 0);
	assert_int_equal(guest_stage(a, list, n, true), 0);
}

static void more_than_it_may(void **state)
{
	(void)state;
	stage_all(a);
	list[0] = (struct xmd_gref){ .ref = 1 };	/* its own TX ring, which is its affair */
	assert_int_equal(guest_stage(a, list, 1, false), -ENOSPC);
	assert_int_equal(back.staged, XMD_STAGE_PAGES);
	for (unsigned int i = 3; i < 18; i++) {
		struct guest *g = guest_new(i, LINUX);

		assert_int_equal(guest_connect(g, false), 0);
		assert_int_equal(guest_stage(g, list, guest_list(list), false),
				 i < 18 ? 0 : -ENOSPC);
	}
	/* 16 of 512 are all: the next has none, and is served */
	assert_int_equal(guest_stage(b, list, guest_list(list), false), -ENOSPC);
	assert_int_equal(back.staged, 16 * XMD_STAGE_PAGES);
	assert_int_equal(guest_disconnect(a), 0);
	assert_int_equal(guest_stage(b, list, guest_list(list), false), 0);
}

/* References that fall into one chain: a few are taken, then it is refused. */
static void a_chain_has_an_end(void **state)
{
	u32 ref = 1000, n = 0, first = 1000 * 0x61c88647u >> 22;

	(void)state;
	for (; ref < 1256; ref++)
		if (ref * 0x61c88647u >> 22 == first)
			list[n++] = (struct xmd_gref){ .ref = ref, .flags = XMD_GREF_READONLY };
	assert_true(n < 8);	/* Linux's references, one after the other, do not */
	guest_list(list);
	assert_int_equal(guest_stage(a, list, XMD_STAGE_PAGES, false), 0);
}

static unsigned int graces, mapped_then;

static void in_grace(void)
{
	graces++;
	mapped_then = sim_mapped;
	/* a poll that runs yet finds what it finds, or nothing */
	make_frame(p, station, a->mac, 700, 3);
	guest_send(a, p, 700, 300, 0);
	sim_run();
}

/* Unmapped not before those who may have found it are through. */
static void deletion_in_use(void **state)
{
	unsigned int n;

	(void)state;
	stage_all(a);
	n = sim_mapped;
	graces = 0;
	sim_grace = in_grace;
	assert_int_equal(guest_stage(a, list, 200, true), 200);
	assert_int_equal(graces, 1);
	assert_int_equal(mapped_then, n);
	assert_int_equal(sim_mapped, n - 200);
	assert_true(sim_copies);
	nic_complete(1);
	assert_memory_equal(nic.sent->data, p, 700);
}

/* Nobody tells the new backend what was mapped: the references go on as grants. */
static void adopted_without_a_word(void **state)
{
	(void)state;
	stage_all(a);
	guest_post(a, 10);
	receive_from_wire(500, 1);
	assert_int_equal(sim_copies, 0);
	guest_disconnect(a);
	assert_int_equal(back.staged, 0);
	assert_int_equal(guest_connect(a, true), 0);
	send_to_wire(500, 200, 2);
	receive_from_wire(600, 3);
	assert_true(sim_copies);
	stage_all(a);
	sim_copies = 0;
	receive_from_wire(700, 4);
	assert_int_equal(sim_copies, 0);
}

/* What Xen does not unmap is never anybody's again, and stays on the account. */
static void pinned(void **state)
{
	(void)state;
	stage_all(a);
	sim_pinned = 1;
	guest_stage(a, list, 3, true);
	assert_int_equal(back.staged, XMD_STAGE_PAGES);
	sim_pinned = 0;
	assert_int_equal(guest_disconnect(a), 0);
	assert_int_equal(back.staged, 0);
}

static void errors_leave_nothing(void **state)
{
	unsigned int mapped = sim_mapped;

	(void)state;
	for (int i = 1; i <= 16; i++) {
		guest_list(list);
		sim_fail_at = i;
		sim_failed = 0;
		assert_true(guest_stage(a, list, 16, false) < 0);
		assert_true(sim_failed);
		assert_int_equal(back.staged, 0);
		assert_int_equal(sim_mapped, mapped);
	}
	sim_fail_at = 0;
	stage_all(a);
}

static bool arrives(struct guest *g, u32 seq)
{
	return guest_receive(g, &in, &bad) && !bad && seq_of(in.data) == seq;
}

/*
 * 50 guests, of which each second one never posts a buffer, and 16 have mapped pages: all others get
 * theirs from the wire, through those pages where there are any, and from each other.
 */
static void half_of_50_post_nothing(void **state)
{
	struct guest *g[50] = { a, b };
	u32 k, i, copies;

	(void)state;
	for (i = 2; i < 50; i++) {
		g[i] = guest_new(1 + i, LINUX);
		assert_int_equal(guest_connect(g[i], false), 0);
	}
	for (i = 0; i < 16; i++)
		stage_all(g[i]);
	assert_int_equal(back.staged, 16 * XMD_STAGE_PAGES);
	for (k = 0; k < 100; k++) {
		for (i = 0; i < 50; i++) {
			if (i & 1)
				guest_post(g[i], 2);
			copies = sim_copies;
			make_frame(p, g[i]->mac, station, 600, k);
			nic_receive(p, 600);
			sim_run();
			if (!(i & 1))
				continue;
			assert_true(arrives(g[i], k));
			assert_int_equal(sim_copies != copies, i >= 16);
		}
		for (i = 1; i < 50; i += 2) {
			/* to one that takes nothing, and to one that does */
			make_frame(p, g[i - 1]->mac, g[i]->mac, 600, k);
			guest_send(g[i], p, 600, 600, 0);
			make_frame(p, g[(i + 2) % 50]->mac, g[i]->mac, 600, k + 1000);
			guest_send(g[i], p, 600, 600, 0);
			sim_run();
			assert_true(arrives(g[(i + 2) % 50], k + 1000));
			while (guest_tx_status(g[i]) != 99)
				;
		}
	}
	for (i = 1; i < 50; i += 2) {
		assert_int_equal(g[i]->tx_cons, g[i]->tx_prod);
		assert_false(guest_receive(g[i], &in, &bad));
	}
	/* who has mapped pages and takes nothing holds no more than others */
	assert_true(nic.pool_least >= SIM_RESERVE - 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(frames_go_without_xen), T(guest_to_guest), T(a_page_for_reading_is_not_written_to),
		T(all_or_none), T(flags_are_kept_to), T(twice_is_once), T(more_than_it_may),
		T(a_chain_has_an_end), T(deletion_in_use), T(adopted_without_a_word), T(pinned),
		T(errors_leave_nothing), T(half_of_50_post_nothing),
	};

	return cmocka_run_group_tests_name("stage", tests, NULL, NULL);
}
