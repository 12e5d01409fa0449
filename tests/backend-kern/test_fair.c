// SPDX-License-Identifier: GPL-2.0
/*
 * Guests that send as much as they can, each in its own way: what each gets of the wire, and of
 * the CPU, and what that costs one that sends little (fair.c).
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "sim.h"
#include "frames.h"

#define GUESTS	64u
#define ROOM	65536u		/* bytes that the NIC holds */
#define LONGEST	200000u		/* bytes on the wire of the longest frame: 65000 in segments of 48 */

enum kind { SILENT, FULL_SIZE, SMALL, LARGE, MANY_SEGMENTS, IPV6, KINDS };

static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 };
static struct guest *g[GUESTS];
static enum kind kind[GUESTS];
static unsigned int n_guests, answers[GUESTS];
static struct flat in;
static u8 p[66000], gso[66000];

static int setup(void **state)
{
	(void)state;
	sim_start();
	nic.room = 1000;
	nic.room_bytes = ROOM;
	n_guests = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_stop();
	return 0;
}

static struct xmd_vif *vif_of(unsigned int i)
{
	for (unsigned int k = 0; k < XMD_VIFS_MAX; k++)
		if (back.vif[k] && back.vif[k]->id.domid == g[i]->domid)
			return back.vif[k];
	return NULL;
}

static void add(enum kind k)
{
	unsigned int i = n_guests++;
	bool bad;

	g[i] = guest_new(1 + i, LINUX);
	kind[i] = k;
	answers[i] = 0;
	assert_int_equal(guest_connect(g[i], false), 0);
	sim_run();
	if (i)
		return;
	make_frame(p, g[0]->mac, station, 60, 0);
	nic_receive(p, 60);
	guest_post(g[0], 1);
	sim_run();
	assert_true(guest_receive(g[0], &in, &bad));
}

static void add_many(unsigned int n, enum kind k)
{
	while (n--)
		add(k);
}

/* ------------------------------------------------------------------- what guests do */

static void queue_frame(struct guest *from, u32 len)
{
	unsigned int page = from->tx_prod % SIM_PAGES;

	make_frame(from->txpage[page], station, from->mac, len, from->tx_prod);
	guest_slot(from, page, 0, len, 0);
}

static void queue_gso(struct guest *from, const struct shape *s, u16 mss)
{
	unsigned int net, l4, len = 65000, hdr = make_headers(gso, s, len - 200, &net, &l4);

	memcpy(gso, station, 6);
	memcpy(gso + 6, from->mac, 6);
	len = len - 200 + hdr;
	for (u32 at = 0; at < len; at += 4096) {
		unsigned int page = from->tx_prod % SIM_PAGES, n = min(4096u, len - at);

		if (!at)
			memcpy(from->txpage[page], gso, 256);
		guest_slot(from, page, 0, at ? n : len,
			   (at ? 0 : NETTXF_csum_blank | NETTXF_extra_info) |
			   (at + 4096 < len ? NETTXF_more_data : 0));
		if (!at)
			guest_gso(from, s->ipv6 ? XEN_NETIF_GSO_TYPE_TCPV6 :
						  XEN_NETIF_GSO_TYPE_TCPV4, mss);
	}
}

/* Its ring is full again. */
static void top_up(unsigned int i)
{
	unsigned int slots = kind[i] >= LARGE ? 18 : 1;
	u32 was = g[i]->tx_prod;

	while (guest_tx_status(g[i]) != 99)
		answers[i]++;
	while (kind[i] != SILENT && g[i]->tx_prod - g[i]->tx_cons + slots <= 256) {
		if (kind[i] == FULL_SIZE || kind[i] == SMALL)
			queue_frame(g[i], kind[i] == SMALL ? 60 : 1514);
		else
			queue_gso(g[i], &shapes[kind[i] == IPV6 ? 5 : 1],
				  kind[i] == MANY_SEGMENTS ? 48 : 1400);
	}
	if (g[i]->tx_prod != was)
		guest_push(g[i]);
}

static void all_top_up(void)
{
	for (unsigned int i = 0; i < n_guests; i++)
		top_up(i);
}

/* The wire is what is short: it takes @bytes. */
static void on_the_wire(u64 bytes)
{
	for (; (s64)bytes > 0; bytes -= 12500) {
		all_top_up();
		sim_run();
		nic_wire(12500);
		sim_timers();
	}
}

static double jain(const double *x, unsigned int n)
{
	double sum = 0, squares = 0;

	for (unsigned int i = 0; i < n; i++) {
		sum += x[i];
		squares += x[i] * x[i];
	}
	return sum * sum / (n * squares);
}

/* What each got of the wire while it took @bytes, as a part of all; first without counting. */
static void shares(u64 bytes, double *x)
{
	u64 before[GUESTS], sum = 0;

	on_the_wire(bytes / 4);
	for (unsigned int i = 0; i < n_guests; i++)
		before[i] = nic.wire[g[i]->domid];
	on_the_wire(bytes);
	for (unsigned int i = 0; i < n_guests; i++)
		sum += nic.wire[g[i]->domid] - before[i];
	for (unsigned int i = 0; i < n_guests; i++)
		x[i] = (double)(nic.wire[g[i]->domid] - before[i]) / sum;
	/* none of it was idle */
	assert_true(sum >= bytes - LONGEST);
}

/* ---------------------------------------------------------------------- the wire */

static void test_as_many_bytes_each(void **state)
{
	static const unsigned int many[] = { 4, 8, 16 };
	double x[GUESTS];

	(void)state;
	for (unsigned int k = FULL_SIZE; k < KINDS; k++) {
		for (unsigned int i = 0; i < 3; i++) {
			add_many(many[i] - n_guests, k);
			shares(many[i] * 4000000ull, x);
			assert_true(jain(x, n_guests) >= 0.99);
		}
		teardown(NULL);
		setup(NULL);
	}
	/* each in its own way */
	for (unsigned int i = 0; i < 3; i++) {
		while (n_guests < many[i])
			add(n_guests % 4 ? SMALL + n_guests % 4 : FULL_SIZE);
		shares(many[i] * 4000000ull, x);
		assert_true(jain(x, n_guests) >= 0.95);
	}
}

static void test_one_floods(void **state)
{
	double x[GUESTS];

	(void)state;
	for (unsigned int k = SMALL; k < KINDS; k++) {
		add_many(3, FULL_SIZE);
		add(k);
		shares(20000000, x);
		for (unsigned int i = 0; i < 3; i++)
			assert_true(x[i] >= 0.24);
		assert_true(x[3] <= 0.26);
		teardown(NULL);
		setup(NULL);
	}
}

/* Who pauses and comes back has nothing to catch up on, and does not start at the end, either. */
static void test_pauses(void **state)
{
	double x[GUESTS];

	(void)state;
	add_many(4, FULL_SIZE);
	kind[3] = SILENT;
	on_the_wire(10000000);
	kind[3] = LARGE;
	shares(4000000, x);
	assert_true(jain(x, 4) >= 0.98);
	/* On and off: never more than its share while it is on. */
	for (unsigned int i = 0; i < 100; i++) {
		kind[3] = i & 1 ? LARGE : SILENT;
		shares(400000, x);
		assert_true(x[3] <= 0.50);
	}
	kind[3] = FULL_SIZE;
	shares(4000000, x);
	assert_true(jain(x, 4) >= 0.98);
}

/* Bytes that the wire takes until a lone frame of guest @i is through. */
static u64 lone_frame(unsigned int i)
{
	unsigned int was = answers[i];
	u64 bytes = 0;

	queue_frame(g[i], 100);
	guest_push(g[i]);
	for (; answers[i] == was; bytes += 500) {
		assert_true(bytes < 100 * LONGEST);
		all_top_up();
		sim_run();
		nic_wire(500);
		sim_timers();
	}
	return bytes;
}

/* It waits for what is in the NIC, and for no one's turn. */
static void test_lone_frames(void **state)
{
	(void)state;
	for (unsigned int k = FULL_SIZE; k < KINDS; k++) {
		add_many(16, k);
		add(SILENT);
		on_the_wire(4000000);
		for (unsigned int i = 0; i < 50; i++)
			assert_true(lone_frame(16) <= ROOM + (k >= LARGE ? LONGEST : 1600));
		teardown(NULL);
		setup(NULL);
	}
}

/* 25 flood as they like; each of 25 others gets its frames through, 20 at a time. */
static void test_half_of_50_flood(void **state)
{
	u64 bytes = 0;

	(void)state;
	srand(4);
	for (unsigned int i = 0; i < 25; i++)
		add(SMALL + i % (KINDS - SMALL));
	add_many(25, SILENT);
	for (unsigned int round = 0; round < 20; round++) {
		for (unsigned int i = 25; i < 50; i++) {
			answers[i] = 0;
			for (unsigned int k = 0; k < 20; k++)
				queue_frame(g[i], 60 + rand() % 1454);
			guest_push(g[i]);
		}
		for (unsigned int left = 25; left; bytes += 12500) {
			assert_true(bytes < 1000 * LONGEST);
			on_the_wire(12500);
			left = 0;
			for (unsigned int i = 25; i < 50; i++)
				left += answers[i] < 20;
		}
	}
	/* Twice what they sent, as half of all, but for a frame of each of the others. */
	assert_true(bytes <= 20 * (2 * 25 * 20 * 850 + 25 * LONGEST / 2));
	for (unsigned int i = 25; i < 50; i++)
		assert_int_equal(vif_of(i)->st.tx_drops, 0);
}

/* ------------------------------------------------------------- who does not move on */

/* Whoever is first in line, and goes: the others go on. */
static void test_first_in_line_goes(void **state)
{
	double x[GUESTS];
	struct xmd_vif *v;

	(void)state;
	add_many(8, FULL_SIZE);
	on_the_wire(1000000);
	for (unsigned int i = 0; i < 6; i++) {
		assert_false(list_empty_careful(&back.line));
		v = list_entry(back.line.next, struct xmd_vif, wait);
		kind[v->id.domid - 1] = SILENT;
		if (i % 3 == 0)
			assert_int_equal(guest_disconnect(g[v->id.domid - 1]), 0);
		else if (i % 3 == 1)
			g[v->id.domid - 1]->tx->req_prod += 1000;
		else
			xmd_vif_fault(v, XMD_FAULT_GONE);
		on_the_wire(500000);
		shares(4000000, x);
		for (unsigned int k = 0; k < 8; k++)
			assert_true(kind[k] == SILENT ? x[k] == 0 : x[k] > 0.9 / (7 - i));
	}
}

/* Stopped and started, without a carrier, and full of the host's: nobody is forgotten. */
static void test_nic_comes_and_goes(void **state)
{
	double x[GUESTS];

	(void)state;
	add_many(8, FULL_SIZE);
	add_many(2, SMALL);
	add_many(2, IPV6);
	on_the_wire(1000000);
	for (unsigned int i = 0; i < 100; i++) {
		nic.answer = i % 3 == 1 ? -ENETDOWN : -EAGAIN;
		on_the_wire(50000);
		nic.answer = 1;
		nic.room = i % 4 ? 1000 : 0;
		nic.ops->state(nic.ctx);
		sim_run();
		nic.room = 1000;
		on_the_wire(100000);
	}
	shares(12000000, x);
	assert_true(jain(x, n_guests) >= 0.95);
}

/* All buffers are taken by what has to be cut, for which there are none: all go on, nonetheless. */
static void test_all_wait_to_be_cut(void **state)
{
	double x[GUESTS];

	(void)state;
	add_many(GUESTS, IPV6);
	for (unsigned int i = 0; i < 5; i++) {
		nic.answer = -EAGAIN;
		on_the_wire(50000);
		nic.answer = 1;
		nic.ops->state(nic.ctx);
		shares(10000000, x);
		assert_true(jain(x, GUESTS) >= 0.9);
	}
}

/* ----------------------------------------------------------------------- the CPU */

static double cost(unsigned int i)
{
	const struct xmd_vif *v = vif_of(i);

	return v->st.tx_frames * (double)XMD_FRAME_COST + v->st.tx_bytes;
}

/* The wire takes all at once, but there is time for so many polls only. */
static void on_the_cpu(unsigned int polls, double *x)
{
	double sum = 0;

	for (unsigned int i = 0; i < n_guests; i++)
		x[i] = cost(i);
	while (polls--) {
		all_top_up();
		sim_poll(1);
		for (unsigned int n = nic.n_held; n; n--) {
			struct xmd_buf *b = nic.held[0];

			nic.n_bytes -= xmd_wire_bytes(b);
			memmove(nic.held, nic.held + 1, --nic.n_held * sizeof(nic.held[0]));
			nic.ops->tx_return(nic.ctx, &b, 1);
		}
	}
	for (unsigned int i = 0; i < n_guests; i++) {
		x[i] = cost(i) - x[i];
		sum += x[i];
	}
	for (unsigned int i = 0; i < n_guests; i++)
		x[i] /= sum;
}

static void test_turns(void **state)
{
	double x[GUESTS];

	(void)state;
	nic.room_bytes = ~0u;
	for (unsigned int k = SMALL; k < KINDS; k++) {
		if (k == IPV6)
			continue;	/* cut by the CPU, which nobody charges */
		add_many(3, FULL_SIZE);
		add(k);
		on_the_cpu(4000, x);
		assert_true(jain(x, 4) >= 0.98);
		sim_run();
		teardown(NULL);
		setup(NULL);
		nic.room_bytes = ~0u;
	}
	/* Alone, it is not made to stop so often. */
	add(FULL_SIZE);
	on_the_cpu(10, x);
	assert_true(vif_of(0)->st.tx_frames >= 10 * 40);
	sim_run();
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_as_many_bytes_each),
		T(test_one_floods),
		T(test_pauses),
		T(test_lone_frames),
		T(test_half_of_50_flood),
		T(test_first_in_line_goes),
		T(test_nic_comes_and_goes),
		T(test_all_wait_to_be_cut),
		T(test_turns),
	};

	return cmocka_run_group_tests_name("back: shares", tests, NULL, NULL);
}
