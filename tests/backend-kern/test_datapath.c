// SPDX-License-Identifier: GPL-2.0
/*
 * What guests, the wire and the driver domain see of xmd_back.ko: the module's own tx.c,
 * rx.c, switch.c and vif.c over a simulated Xen and NIC (sim.c).
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "sim.h"
#include "frames.h"

#define PLAIN	(XMD_VIF_NO_CSUM_V4 | XMD_VIF_RX_NOTIFY)

static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 };
static const u8 everyone[6] = { 255, 255, 255, 255, 255, 255 };
static struct guest *a, *b;
static struct flat in;
static u8 p[66000];

static int setup(void **state)
{
	(void)state;
	sim_start_two(&a, &b);
	sim_run();
	/* The switch learns where the station on the wire is. */
	make_frame(p, a->mac, station, 60, 0);
	nic_receive(p, 60);
	sim_run();
	guest_post(a, 1);
	sim_run();
	bool bad;

	assert_true(guest_receive(a, &in, &bad));
	nic.n_sent = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_stop();
	return 0;
}

static struct xmd_vif_info info_of(const struct guest *g)
{
	struct xmd_vif_info info = { .id.domid = g->domid - 1, .id.handle = ~0u };

	assert_int_equal(xmd_vif_list(&info), 0);
	assert_int_equal(info.id.domid, g->domid);
	return info;
}

static struct xmd_vif *vif_of(const struct guest *g)
{
	for (unsigned int i = 0; i < XMD_VIFS_MAX; i++)
		if (back.vif[i] && back.vif[i]->id.domid == g->domid)
			return back.vif[i];
	return NULL;
}

static void send_to(struct guest *from, const u8 *to, u32 len, unsigned int each, u32 seq)
{
	make_frame(p, to, from->mac, len, seq);
	guest_send(from, p, len, each, 0);
}

static void expect_frame(struct guest *g, const u8 *from, u32 len, u32 seq)
{
	bool bad;

	assert_true(guest_receive(g, &in, &bad));
	assert_false(bad);
	make_frame(p, g->mac, from, len, seq);
	assert_int_equal(in.len, len);
	assert_memory_equal(in.data, p, len);
}

static void expect_nothing(struct guest *g)
{
	bool bad;

	assert_false(guest_receive(g, &in, &bad));
}

static void expect_status(struct guest *g, int status, unsigned int n)
{
	while (n--)
		assert_int_equal(guest_tx_status(g), status);
}

/* Until nothing moves any more. */
static void drain(void)
{
	sim_run();
	while (nic.n_held)
		nic_complete(nic.n_held);
}

/* ------------------------------------------------------------- guest to wire */

static void test_wire_gets_the_bytes(void **state)
{
	static const struct { u32 len; unsigned int each; } c[] = {
		{ 14 + 4, 4096 }, { 60, 4096 }, { 1514, 1514 }, { 1514, 66 + 1448 }, { 1514, 100 },
		{ 1518, 757 }, { 300, 20 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		send_to(a, station, c[i].len, c[i].each, i);
		sim_run();
		assert_int_equal(guest_tx_status(a), 99);	/* not before the NIC has sent it */
		nic_complete(1);
		assert_int_equal(nic.n_sent, i + 1);
		assert_int_equal(nic.sent->len, c[i].len);
		make_frame(p, station, a->mac, c[i].len, i);
		assert_memory_equal(nic.sent->data, p, c[i].len);
		expect_status(a, 0, DIV_ROUND_UP(c[i].len, c[i].each));
		assert_int_equal(guest_tx_status(a), 99);
	}
}

static void test_batch_is_one_doorbell_and_one_event(void **state)
{
	unsigned int events, bells;

	(void)state;
	a->tx->rsp_event = a->tx_cons + 1;
	events = a->events;
	bells = nic.doorbells;
	for (u32 i = 0; i < 50; i++) {
		make_frame(a->txpage[i], station, a->mac, 1000, i);
		guest_slot(a, i, 0, 1000, 0);
	}
	guest_push(a);
	sim_run();
	assert_int_equal(nic.doorbells, bells + 1);
	nic_complete(50);
	assert_int_equal(a->events, events + 1);
	expect_status(a, 0, 50);
}

/* Ten descriptors, two guests with 200 frames each: all arrive, in order, taking turns. */
static void test_back_pressure(void **state)
{
	u32 next[2] = { 0 }, gap = 0, last = 2;

	(void)state;
	nic.room = 10;
	for (u32 i = 0; i < 200; i++) {
		make_frame(a->txpage[i], station, a->mac, 600, i);
		guest_slot(a, i, 0, 600, 0);
		make_frame(b->txpage[i], station, b->mac, 600, i | 1u << 31);
		guest_slot(b, i, 0, 600, 0);
	}
	guest_push(a);
	guest_push(b);
	sim_run();
	for (int i = 0; i < 1000 && nic.n_sent < 400; i++)
		nic_complete(10);
	assert_int_equal(nic.n_sent, 400);
	for (u32 i = 0; i < 400; i++) {
		u32 who = nic.sent_seq[i] >> 31;

		assert_int_equal(nic.sent_seq[i] & 0x7fffffff, next[who]);
		next[who]++;
		gap = who == last ? gap + 1 : 1;
		last = who;
		if (i < 300)
			assert_true(gap <= 64 + 10);
	}
	expect_status(a, 0, 200);
	expect_status(b, 0, 200);
}

/* The NIC is being reset: nothing is lost, and nothing more is read than a batch. */
static void test_nic_stopped_for_a_while(void **state)
{
	(void)state;
	nic.answer = -EAGAIN;
	for (u32 i = 0; i < 200; i++) {
		make_frame(a->txpage[i], station, a->mac, 600, i);
		guest_slot(a, i, 0, 600, 0);
	}
	guest_push(a);
	sim_run();
	assert_true(vif_of(a)->tx.req_cons <= XMD_BATCH);
	nic.answer = 1;
	nic.room = 1000;
	nic.ops->state(nic.ctx);
	drain();
	assert_int_equal(nic.n_sent, 200);
	for (u32 i = 0; i < 200; i++)
		assert_int_equal(nic.sent_seq[i], i);
	expect_status(a, 0, 200);
}

static void test_no_carrier_drops(void **state)
{
	(void)state;
	nic.answer = -ENETDOWN;
	for (u32 i = 0; i < 100; i++)
		send_to(a, station, 600, 600, i);
	sim_run();
	expect_status(a, NETIF_RSP_DROPPED, 100);
	assert_int_equal(info_of(a).tx_drops, 100);
}

/* The ring of the NIC is full of the host's frames, of which nobody is told. */
static void test_retry_when_only_the_host_sends(void **state)
{
	(void)state;
	nic.room = 0;
	send_to(a, station, 600, 600, 1);
	sim_run();
	nic.room = 10;
	assert_true(back.retry.pending);
	sim_timers();
	nic_complete(1);
	expect_status(a, 0, 1);
}

static void test_pool_empty_for_a_while(void **state)
{
	unsigned int had = nic.pool_free;

	(void)state;
	nic.pool_free = SIM_RESERVE + 3;
	for (u32 i = 0; i < 8; i++)
		send_to(a, station, 600, 600, i);
	sim_run();
	assert_int_equal(nic.n_held, 3);
	nic.pool_free = had - 3;
	sim_timers();
	nic_complete(100);
	assert_int_equal(nic.n_sent, 8);
	expect_status(a, 0, 8);
}

static void test_too_long_for_the_wire(void **state)
{
	(void)state;
	send_to(a, station, 1519, 1519, 1);
	send_to(a, station, 9000, 3000, 2);
	send_to(a, station, 1518, 1518, 3);
	sim_run();
	nic_complete(10);
	assert_int_equal(nic.n_sent, 1);
	expect_status(a, NETIF_RSP_DROPPED, 4);
	expect_status(a, 0, 1);
}

/* --------------------------------------------------------- bad packets, faults */

static void test_one_bad_packet_harms_only_itself(void **state)
{
	(void)state;
	a->txbad[2] = true;
	for (u32 i = 0; i < 5; i++) {
		make_frame(a->txpage[i], station, a->mac, 600, i);
		guest_slot(a, i, 0, i == 3 ? 13 : 600, 0);
	}
	guest_push(a);
	sim_run();
	nic_complete(5);
	expect_status(a, 0, 2);
	expect_status(a, NETIF_RSP_ERROR, 2);
	expect_status(a, 0, 1);
	assert_int_equal(nic.n_sent, 3);
	assert_int_equal(info_of(a).tx_errors, 2);
	assert_int_equal(info_of(a).fault, 0);
}

static void test_partial_frame_waits_without_spinning(void **state)
{
	u64 polls;

	(void)state;
	make_frame(a->txpage[0], station, a->mac, 1000, 5);
	guest_slot(a, 0, 0, 1000, NETTXF_more_data);
	guest_push(a);
	sim_run();
	polls = vif_of(a)->st.polls;
	sim_run();
	assert_int_equal(vif_of(a)->st.polls, polls);
	assert_int_equal(a->tx->req_event, a->tx_prod + 1);
	memcpy(a->txpage[1], a->txpage[0] + 600, 400);
	guest_slot(a, 1, 0, 400, 0);
	guest_push(a);
	drain();
	assert_int_equal(nic.n_sent, 1);
	make_frame(p, station, a->mac, 1000, 5);
	assert_memory_equal(nic.sent->data, p, 1000);
}

static void expect_fault(int fault)
{
	guest_event(a);
	sim_run();
	assert_int_equal(info_of(a).fault, fault);
	assert_int_equal(back.events.woken, 1);
	assert_true(vif_of(a)->event);
	/* Its further events are not even acknowledged; the other guest notices nothing. */
	unsigned int eoi = a->eoi;

	guest_event(a);
	sim_run();
	assert_int_equal(a->eoi, eoi);
	send_to(b, station, 600, 600, 77);
	sim_run();
	nic_complete(10);
	expect_status(b, 0, 1);
	make_frame(p, a->mac, station, 600, 1);
	nic_receive(p, 600);
	sim_run();
	assert_int_equal(guest_disconnect(a), 0);
}

static void test_fault_tx_index(void **state)
{
	(void)state;
	a->tx->req_prod = 100000;
	expect_fault(XMD_FAULT_RING_INDEX);
}

static void test_fault_rx_index(void **state)
{
	(void)state;
	a->rx->req_prod = a->rx_prod + 300;
	make_frame(p, a->mac, station, 600, 1);
	nic_receive(p, 600);
	expect_fault(XMD_FAULT_RING_INDEX);
}

/* Detected by the sender's poll; it is the receiver's fault all the same. */
static void test_fault_rx_index_seen_by_another_guest(void **state)
{
	(void)state;
	guest_post(a, 1);
	send_to(b, a->mac, 600, 600, 1);
	sim_run();
	a->rx->req_prod = a->rx_prod - 5;
	send_to(b, a->mac, 600, 600, 2);
	sim_run();
	expect_status(b, 0, 2);
	assert_int_equal(info_of(b).fault, 0);
	assert_int_equal(info_of(a).fault, XMD_FAULT_RING_INDEX);
}

static void test_fault_runaway_chain_with_frames_under_way(void **state)
{
	(void)state;
	nic.room = 2;
	for (u32 i = 0; i < 6; i++)
		send_to(a, station, 600, 600, i);
	sim_run();
	for (int i = 0; i < 100; i++)
		guest_slot(a, 0, 0, 100, NETTXF_more_data);
	a->tx->req_prod = a->tx_prod;
	nic.room = 100;
	nic_complete(2);
	expect_fault(XMD_FAULT_TOO_MANY_SLOTS);
}

/* Xen's first event comes while the port is being bound; unanswered it stays the last. */
static void test_first_event_gets_its_eoi(void **state)
{
	(void)state;
	assert_int_equal(guest_disconnect(a), 0);
	SHARED_RING_INIT(a->tx);
	SHARED_RING_INIT(a->rx);
	a->tx_prod = a->tx_cons = a->rx_prod = a->rx_cons = 0;
	a->eoi = 0;
	assert_int_equal(guest_connect(a, false), 0);
	sim_run();
	assert_int_equal(a->eoi, 2);
}

static void test_event_storm_is_called_spurious(void **state)
{
	unsigned int eoi, spurious;

	(void)state;
	send_to(a, station, 600, 600, 1);
	sim_run();
	nic_complete(1);
	eoi = a->eoi;
	spurious = a->eoi_spurious;
	for (int i = 0; i < 20; i++) {
		guest_event(a);
		guest_event(a);
		sim_run();
	}
	assert_int_equal(a->eoi - eoi, 20);
	assert_in_range(a->eoi_spurious - spurious, 19, 20);
}

/* ------------------------------------------------------------- wire to guest */

static void test_guest_gets_the_bytes(void **state)
{
	unsigned int events;

	(void)state;
	guest_post(a, 200);
	a->rx->rsp_event = a->rx_cons + 1;
	events = a->events;
	for (u32 i = 0; i < 20; i++) {
		make_frame(p, a->mac, station, 60 + i * 50, i);
		nic_receive(p, 60 + i * 50);
	}
	sim_run();
	assert_int_equal(a->events, events + 1);
	for (u32 i = 0; i < 20; i++)
		expect_frame(a, station, 60 + i * 50, i);
	expect_nothing(b);
}

/* No buffers: frames wait up to the quota; then the guest posts and gets them, in order. */
static void test_backlog(void **state)
{
	(void)state;
	for (u32 i = 0; i < 300; i++) {
		make_frame(p, a->mac, station, 600, i);
		nic_receive(p, 600);
		sim_run();
	}
	expect_nothing(a);
	assert_int_equal(info_of(a).rx_drops, 300 - 256);
	for (u32 i = 0; i < 256; i++) {
		guest_post(a, 1);
		sim_run();
		expect_frame(a, station, 600, i);
	}
	expect_nothing(a);
}

static void test_stalled_guest_gives_the_buffers_back(void **state)
{
	unsigned int had = nic.pool_free;

	(void)state;
	for (u32 i = 0; i < 100; i++) {
		make_frame(p, a->mac, station, 600, i);
		nic_receive(p, 600);
	}
	sim_run();
	assert_int_equal(nic.pool_free, had - 100);
	for (int s = 0; s < 12; s++) {
		sim_now++;
		xmd_rx_tick(vif_of(a));
		sim_run();
	}
	assert_int_equal(nic.pool_free, had);
	make_frame(p, a->mac, station, 600, 1);
	nic_receive(p, 600);
	sim_run();
	assert_int_equal(nic.pool_free, had);
	/* It comes back to life: served as before. */
	guest_post(a, 10);
	sim_run();
	make_frame(p, a->mac, station, 600, 2);
	nic_receive(p, 600);
	sim_run();
	expect_frame(a, station, 600, 2);
}

/* A guest without feature-rx-notify posts without an event. */
static void test_stalled_guest_posts_silently(void **state)
{
	unsigned int irq = a->rx_irq;

	(void)state;
	make_frame(p, a->mac, station, 600, 1);
	nic_receive(p, 600);
	sim_run();
	for (int s = 0; s < 20; s++) {
		sim_now++;
		xmd_rx_tick(vif_of(a));
		sim_run();
	}
	a->rx_irq = 0;
	guest_post(a, 10);
	a->rx_irq = irq;
	xmd_rx_tick(vif_of(a));
	sim_run();
	make_frame(p, a->mac, station, 600, 2);
	nic_receive(p, 600);
	sim_run();
	expect_frame(a, station, 600, 2);
}

static void test_bad_receive_grant(void **state)
{
	bool bad;

	(void)state;
	a->rxbad[a->rx_prod % SIM_PAGES] = true;
	guest_post(a, 3);
	for (u32 i = 0; i < 2; i++) {
		make_frame(p, a->mac, station, 600, i);
		nic_receive(p, 600);
	}
	sim_run();
	assert_true(guest_receive(a, &in, &bad));
	assert_true(bad);
	expect_frame(a, station, 600, 1);
	assert_int_equal(info_of(a).rx_errors, 1);
}

/* ------------------------------------------------------------ guest to guest */

static void test_guest_to_guest(void **state)
{
	static const u32 len[] = { 60, 1514, 18, 1000, 256, 257, 1514, 100, 900, 66 };

	(void)state;
	guest_post(b, 250);
	for (u32 i = 0; i < 100; i++) {
		send_to(a, b->mac, len[i % 10], i & 1 ? 400 : 4096, i);
		if (i % 7 == 0)
			sim_run();
	}
	sim_run();
	for (u32 i = 0; i < 100; i++)
		expect_frame(b, a->mac, len[i % 10], i);
	expect_nothing(b);
	assert_true(vif_of(a)->st.tx_direct >= 99);
	assert_int_equal(info_of(a).tx_errors, 0);
	for (int i = 0, s; (s = guest_tx_status(a)) != 99; i++)
		assert_int_equal(s, 0);
	assert_int_equal(a->tx_cons, a->tx_prod);
}

static void send_pages(struct guest *from, const u8 *to, u32 len, u32 seq, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		make_frame(from->txpage[i], to, from->mac, len, seq + i);
		guest_slot(from, i, 0, len, 0);
	}
	guest_push(from);
	sim_run();
}

static void test_direct_runs_out_of_buffers(void **state)
{
	(void)state;
	guest_post(b, 1);
	send_pages(a, b->mac, 700, 0, 1);
	guest_post(b, 5);
	send_pages(a, b->mac, 700, 1, 20);
	expect_status(a, 0, 21);
	guest_post(b, 40);
	sim_run();
	for (u32 i = 0; i < 21; i++)
		expect_frame(b, a->mac, 700, i);
	expect_nothing(b);
}

/* The sender's grant is bad: the receiver must not even notice. */
static void test_direct_sender_cheats(void **state)
{
	(void)state;
	guest_post(b, 100);
	send_pages(a, b->mac, 700, 0, 1);
	expect_status(a, 0, 1);
	a->txbad[3] = true;
	for (u32 i = 0; i < 8; i++) {
		make_frame(a->txpage[i], b->mac, a->mac, 300, i);
		make_frame(a->txpage[8 + i], b->mac, a->mac, 700, i);
		guest_slot(a, 8 + i, 0, 1000, NETTXF_more_data);
		guest_slot(a, i, 0, 300, 0);
	}
	guest_push(a);
	sim_run();
	expect_frame(b, a->mac, 700, 0);
	for (u32 i = 0; i < 8; i++) {
		bool bad;

		if (i == 3)
			continue;
		assert_true(guest_receive(b, &in, &bad));
		assert_false(bad);
		assert_int_equal(in.len, 1000);
		assert_int_equal(seq_of(in.data), i);
	}
	expect_nothing(b);
	expect_status(a, 0, 6);
	expect_status(a, NETIF_RSP_ERROR, 2);
	expect_status(a, 0, 8);
	assert_int_equal(info_of(b).rx_errors, 0);
}

/* The receiver's grant is bad: the sender has done nothing wrong. */
static void test_direct_receiver_cheats(void **state)
{
	bool bad;

	(void)state;
	guest_post(b, 1);
	send_pages(a, b->mac, 700, 0, 1);
	expect_frame(b, a->mac, 700, 0);
	b->rxbad[(b->rx_prod + 2) % SIM_PAGES] = true;
	guest_post(b, 20);
	send_pages(a, b->mac, 700, 1, 6);
	expect_status(a, 0, 7);
	for (u32 i = 1; i < 7; i++) {
		if (i != 3) {
			expect_frame(b, a->mac, 700, i);
			continue;
		}
		assert_true(guest_receive(b, &in, &bad));
		assert_true(bad);
	}
	assert_int_equal(info_of(a).tx_errors, 0);
}

/* From one destination to the next and back: a wrong guess costs no frame. */
static void test_changing_destinations(void **state)
{
	(void)state;
	guest_post(b, 200);
	nic.room = 1000;
	for (u32 i = 0; i < 90; i++)
		send_to(a, i % 3 ? b->mac : i % 2 ? station : nic.dev.dev_addr, 400 + i, 4096, i);
	sim_run();
	nic_complete(100);
	for (u32 i = 0; i < 90; i++)
		if (i % 3)
			expect_frame(b, a->mac, 400 + i, i);
	assert_int_equal(nic.n_sent, 15);
	assert_int_equal(nic.n_host, 15);
	expect_status(a, 0, 90);
}

static void test_broadcast(void **state)
{
	unsigned int had = nic.pool_free;

	(void)state;
	guest_post(a, 10);
	guest_post(b, 10);
	send_to(a, everyone, 600, 600, 9);
	sim_run();
	assert_int_equal(guest_tx_status(a), 99);
	nic_complete(1);
	expect_status(a, 0, 1);
	assert_int_equal(nic.n_sent, 1);
	assert_int_equal(nic.n_host, 1);
	expect_nothing(a);
	bool bad;

	assert_true(guest_receive(b, &in, &bad));
	assert_memory_equal(in.data, nic.sent->data, 600);

	make_frame(p, everyone, station, 600, 10);
	nic_receive(p, 600);
	sim_run();
	assert_int_equal(nic.n_host, 2);
	assert_true(guest_receive(a, &in, &bad) && seq_of(in.data) == 10);
	assert_true(guest_receive(b, &in, &bad) && seq_of(in.data) == 10);
	assert_int_equal(nic.pool_free, had);
}

/* ------------------------------------------------------- what a guest may choose */

static struct xmd_vif_settings settings_of(const struct guest *g)
{
	struct xmd_vif_settings s = { .id.domid = g->domid, .mtu = 1500 };

	memcpy(s.mac, g->mac, 6);
	return s;
}

static void test_spoofed_frames_go_nowhere(void **state)
{
	(void)state;
	guest_post(b, 10);
	/* as another guest, as somebody unknown, to everyone and to one */
	make_frame(p, everyone, b->mac, 600, 1);
	guest_send(a, p, 600, 600, 0);
	make_frame(p, station, (const u8 *)"\2\0\0\0\7\7", 600, 2);
	guest_send(a, p, 600, 600, 0);
	send_to(a, b->mac, 600, 600, 3);
	sim_run();
	expect_status(a, NETIF_RSP_DROPPED, 2);
	expect_status(a, 0, 1);
	assert_int_equal(nic.n_sent + nic.n_held, 0);
	expect_frame(b, a->mac, 600, 3);
	expect_nothing(b);
	assert_int_equal(info_of(a).tx_spoofed, 2);
	assert_int_equal(info_of(a).tx_drops, 2);
	/* nothing was learned from it */
	make_frame(p, (const u8 *)"\2\0\0\0\7\7", station, 600, 4);
	guest_post(a, 10);
	nic_receive(p, 600);
	sim_run();
	assert_int_equal(info_of(b).rx_frames, 2);	/* it floods */
}

static void test_a_guest_that_may_bridge(void **state)
{
	static const u8 behind[6] = { 2, 0, 0, 0, 7, 7 };

	(void)state;
	guest_disconnect(a);
	a->features |= XMD_VIF_ANY_SOURCE;
	assert_int_equal(guest_connect(a, false), 0);
	make_frame(p, station, behind, 600, 2);
	guest_send(a, p, 600, 600, 0);
	sim_run();
	nic_complete(1);
	expect_status(a, 0, 1);
	guest_post(a, 10);
	guest_post(b, 10);
	make_frame(p, behind, station, 600, 4);
	nic_receive(p, 600);
	sim_run();
	assert_int_equal(info_of(a).rx_frames, 1);
	assert_int_equal(info_of(b).rx_frames, 0);
}

static void test_another_address(void **state)
{
	struct xmd_vif_settings s = settings_of(a);

	(void)state;
	memcpy(s.mac, b->mac, 6);
	assert_int_equal(xmd_vif_set(&s), -EADDRINUSE);
	assert_memory_equal(info_of(a).mac, a->mac, 6);
	memcpy(s.mac, "\2\0\0\0\7\7", 6);
	assert_int_equal(xmd_vif_set(&s), 0);
	send_to(a, station, 600, 600, 1);
	sim_run();
	expect_status(a, NETIF_RSP_DROPPED, 1);
	memcpy(a->mac, s.mac, 6);
	send_to(a, station, 600, 600, 2);
	sim_run();
	nic_complete(1);
	expect_status(a, 0, 1);
	guest_post(a, 10);
	make_frame(p, a->mac, station, 600, 3);
	nic_receive(p, 600);
	sim_run();
	expect_frame(a, station, 600, 3);
}

static void test_filters_keep_floods_away(void **state)
{
	static const u8 group[6] = { 1, 0, 0x5e, 0, 0, 1 }, other[6] = { 1, 0, 0x5e, 0, 0, 2 };
	static const u8 nobody[6] = { 2, 0, 0, 0, 7, 7 };
	static const struct { const u8 *to; unsigned int flags, frames; } row[] = {
		{ everyone, XMD_SET_FILTER, 1 }, { group, XMD_SET_FILTER, 1 },
		{ other, XMD_SET_FILTER, 0 }, { nobody, XMD_SET_FILTER, 0 },
		{ other, XMD_SET_FILTER | XMD_SET_ALLMULTI, 1 },
		{ nobody, XMD_SET_FILTER | XMD_SET_ALLMULTI, 0 },
		{ nobody, XMD_SET_FILTER | XMD_SET_PROMISC, 1 },
		{ other, 0, 1 }, { nobody, 0, 1 },
	};
	struct xmd_vif_settings s = settings_of(a);
	unsigned int filtered = 0;

	(void)state;
	s.n_mc = 1;
	memcpy(s.mc[0], group, 6);
	guest_post(a, 100);
	for (u32 i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		u64 before = info_of(a).rx_frames;

		s.flags = row[i].flags;
		assert_int_equal(xmd_vif_set(&s), 0);
		make_frame(p, row[i].to, station, 600, i);
		nic_receive(p, 600);
		sim_run();
		assert_int_equal(info_of(a).rx_frames - before, row[i].frames);
		filtered += !row[i].frames;
	}
	assert_int_equal(info_of(a).rx_filtered, filtered);
}

static void receive_at(s64 us, u32 seq)
{
	sim_wait_us(us - sim_us);
	make_frame(p, a->mac, station, 600, seq);
	nic_receive(p, 600);
	sim_run();
	/* the guest has seen it all and wants to hear of the next */
	a->rx->rsp_event = a->rx->rsp_prod + 1;
}

static void test_moderated_events(void **state)
{
	struct xmd_vif_settings s = settings_of(a);
	unsigned int events;

	(void)state;
	sim_us = 0;
	s.rx_usecs = 100;
	assert_int_equal(xmd_vif_set(&s), 0);
	guest_post(a, 100);
	a->rx->rsp_event = a->rx->rsp_prod + 1;
	events = a->events;
	receive_at(1000, 1);
	assert_int_equal(a->events, events + 1);
	receive_at(1010, 2);
	receive_at(1050, 3);
	receive_at(1099, 4);
	assert_int_equal(a->events, events + 1);
	sim_wait_us(1);
	assert_int_equal(a->events, events + 2);
	receive_at(1150, 5);
	assert_int_equal(a->events, events + 2);
	/* a vif that goes does not leave its timer behind */
	guest_disconnect(a);
	sim_wait_us(1000);
	assert_int_equal(a->events, events + 2);
	guest_connect(a, true);
}

static void test_settings_that_cannot_be(void **state)
{
	struct xmd_vif_settings good = settings_of(a), s;

	(void)state;
	good.n_mc = 1;
	good.mc[0][0] = 1;
#define BAD_SET(field, val) do { s = good; s.field = val; assert_int_equal(xmd_vif_set(&s), -EINVAL); } while (0)
	assert_int_equal(xmd_vif_set(&good), 0);
	BAD_SET(mtu, 67);
	BAD_SET(mtu, 65536);
	BAD_SET(mac[0], 3);
	BAD_SET(flags, 0x10);
	BAD_SET(n_mc, XMD_SET_MC_MAX + 1);
	BAD_SET(n_mc, 2);
	BAD_SET(n_vlans, XMD_SET_VLANS_MAX + 1);
	BAD_SET(rx_usecs, XMD_RX_USECS_MAX_VIF + 1);
	BAD_SET(id.reserved, 1);
	memset(&s.mac, 0, 6);
	assert_int_equal(xmd_vif_set(&s), -EINVAL);
	s = good;
	s.id.domid = 77;
	assert_int_equal(xmd_vif_set(&s), -ENOENT);
	s = good;
	s.n_vlans = 1;
	s.vlan[0] = 4096;
	assert_int_equal(xmd_vif_set(&s), -EINVAL);
}

static void test_link_changes_are_told(void **state)
{
	unsigned int woken = back.events.woken;

	(void)state;
	back.port_event = false;
	nic.ops->state(nic.ctx);
	assert_true(back.port_event);
	assert_int_equal(back.events.woken, woken + 1);
}

static void test_host_sends(void **state)
{
	struct xmd_buf *f[3];

	(void)state;
	guest_post(a, 10);
	assert_int_equal(xmd_buf_get(back.nic, f, 3), 3);
	for (int i = 0; i < 3; i++) {
		make_frame(f[i]->data, i == 0 ? a->mac : i == 1 ? station : everyone,
			   nic.dev.dev_addr, 600, i);
		f[i]->len = 600;
		f[i]->frame_len = 600;
	}
	nic.ops->host_tx(nic.ctx, f, 3);
	nic_complete(10);
	expect_frame(a, nic.dev.dev_addr, 600, 0);
	assert_int_equal(nic.n_sent, 2);
	bool bad;

	assert_true(guest_receive(a, &in, &bad) && seq_of(in.data) == 2);
	assert_int_equal(nic.n_host, 0);
}

/* ------------------------------------------------------- checksums and GSO */

/* A TCP frame from @from with a blank checksum. */
static u32 make_tcp(const struct shape *s, const u8 *to, const u8 *from, u32 payload)
{
	unsigned int net, l4, hdr = make_headers(p, s, payload, &net, &l4);
	struct xmd_l4 got;

	memcpy(p, to, 6);
	memcpy(p + 6, from, 6);
	for (u32 i = 0; i < payload; i++)
		p[hdr + i] = i * 13 + (i >> 9);
	SIM_CHECK(!xmd_l4_parse(p, hdr, &got));
	xmd_csum_seed(p, &got, hdr + payload - l4);
	return hdr + payload;
}

static bool csum_right(const u8 *data, u32 len, const struct shape *s)
{
	u8 tmp[256];
	unsigned int net, l4;

	make_headers(tmp, s, 0, &net, &l4);
	return ref_verify(data, len, s, net, l4) == 0xffff;
}

static void test_blank_checksum_to_the_nic(void **state)
{
	u32 len = make_tcp(&shapes[0], station, a->mac, 1000);

	(void)state;
	guest_send(a, p, len, 66, NETTXF_csum_blank | NETTXF_data_validated);
	sim_run();
	nic_complete(1);
	assert_int_equal(nic.sent->flags, XMD_F_CSUM_BLANK);
	assert_int_equal(nic.sent->csum_start, 34);
	assert_int_equal(nic.sent->csum_offset, 16);
}

static void test_blank_checksum_without_a_header(void **state)
{
	(void)state;
	make_frame(p, station, a->mac, 600, 1);
	guest_send(a, p, 600, 600, NETTXF_csum_blank);
	sim_run();
	expect_status(a, NETIF_RSP_ERROR, 1);
	assert_int_equal(nic.n_held, 0);
}

/* The two flags are the other way round in RX. */
static void test_blank_checksum_to_a_guest_that_takes_it(void **state)
{
	bool bad;

	(void)state;
	guest_post(b, 20);
	for (int i = 0; i < 4; i++) {
		u32 len = make_tcp(&shapes[i & 1 ? 5 : 0], b->mac, a->mac, 1000);

		guest_send(a, p, len, 4096, NETTXF_csum_blank | NETTXF_data_validated);
		sim_run();
		assert_true(guest_receive(b, &in, &bad));
		assert_int_equal(in.flags, NETRXF_csum_blank | NETRXF_data_validated);
		assert_memory_equal(in.data, p, len);
	}
}

static void test_blank_checksum_to_a_guest_that_does_not(void **state)
{
	struct guest *c = guest_new(3, PLAIN);
	bool bad;

	(void)state;
	assert_int_equal(guest_connect(c, false), 0);
	guest_post(c, 20);
	for (int i = 0; i < 4; i++) {
		const struct shape *s = &shapes[i & 1 ? 5 : 0];
		u32 len = make_tcp(s, i < 3 ? c->mac : everyone, a->mac, 1000 + i);

		guest_send(a, p, len, 4096, NETTXF_csum_blank);
		sim_run();
		assert_true(guest_receive(c, &in, &bad));
		assert_int_equal(in.flags, NETRXF_data_validated);
		assert_true(csum_right(in.data, in.len, s));
	}
	nic_complete(10);
}

static void send_gso(struct guest *from, u32 len, u8 type, u16 mss)
{
	u32 at;

	for (at = 0; at < len; at += 4096) {
		unsigned int page = at / 4096;

		memcpy(from->txpage[page], p + at, min(4096u, len - at));
		guest_slot(from, page, 0, at ? min(4096u, len - at) : len,
			   (at ? 0 : NETTXF_csum_blank | NETTXF_extra_info) |
			   (at + 4096 < len ? NETTXF_more_data : 0));
		if (!at)
			guest_gso(from, type, mss);
	}
	guest_push(from);
	sim_run();
}

static void expect_gso_answered(struct guest *g, u32 len)
{
	expect_status(g, 0, 1);
	expect_status(g, NETIF_RSP_NULL, 1);
	expect_status(g, 0, DIV_ROUND_UP(len, 4096) - 1);
	assert_int_equal(guest_tx_status(g), 99);
}

static void test_gso_to_the_nic(void **state)
{
	u32 len = make_tcp(&shapes[1], station, a->mac, 60000);

	(void)state;
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	nic_complete(1);
	assert_int_equal(nic.sent->flags, XMD_F_CSUM_BLANK | XMD_F_GSO_TCPV4);
	assert_int_equal(nic.sent->gso_size, 1448);
	assert_int_equal(nic.sent->len, len);
	assert_memory_equal(nic.sent->data, p, len);
	expect_gso_answered(a, len);
}

/* The NIC does not segment IPv6: it is done before, and answered after the last segment. */
static void test_gso_v6_is_cut_for_the_nic(void **state)
{
	u32 len = make_tcp(&shapes[5], station, a->mac, 60000);

	(void)state;
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV6, 1428);
	assert_int_equal(nic.n_held, DIV_ROUND_UP(60000, 1428));
	nic_complete(DIV_ROUND_UP(60000, 1428) - 1);
	assert_int_equal(guest_tx_status(a), 99);
	nic_complete(1);
	assert_true(nic.sent->len <= 1514);
	expect_gso_answered(a, len);
}

/* Another NIC does. */
static void test_gso_v6_for_a_nic_that_segments_it(void **state)
{
	u32 len = make_tcp(&shapes[5], station, a->mac, 60000);

	(void)state;
	nic.gso6 = true;
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV6, 1428);
	assert_int_equal(nic.n_held, 1);
	nic_complete(1);
	assert_int_equal(nic.sent->flags, XMD_F_CSUM_BLANK | XMD_F_GSO_TCPV6);
	assert_int_equal(nic.sent->len, len);
	expect_gso_answered(a, len);
}

static void test_gso_that_is_no_longer_than_a_segment(void **state)
{
	u32 len = make_tcp(&shapes[1], station, a->mac, 500);

	(void)state;
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	nic_complete(1);
	assert_int_equal(nic.sent->flags, XMD_F_CSUM_BLANK);
}

static void test_gso_of_the_wrong_protocol(void **state)
{
	u32 len = make_tcp(&shapes[5], station, a->mac, 5000);

	(void)state;
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV4, 1428);
	expect_status(a, NETIF_RSP_ERROR, 1);
	expect_status(a, NETIF_RSP_NULL, 1);
	expect_status(a, NETIF_RSP_ERROR, 1);
	assert_int_equal(nic.n_held, 0);
}

/* First over the pool, then directly: the guest sees the same. */
static void test_gso_between_guests(void **state)
{
	bool bad;

	(void)state;
	for (int i = 0; i < 3; i++) {
		const struct shape *s = &shapes[i == 2 ? 5 : 1];
		u32 len = make_tcp(s, b->mac, a->mac, 60000 + i);

		guest_post(b, 20);
		send_gso(a, len, s->ipv6 ? XEN_NETIF_GSO_TYPE_TCPV6 : XEN_NETIF_GSO_TYPE_TCPV4, 1400);
		assert_true(guest_receive(b, &in, &bad));
		assert_false(bad);
		assert_int_equal(in.gso_size, 1400);
		assert_int_equal(in.len, len);
		assert_memory_equal(in.data, p, len);
		expect_gso_answered(a, len);
	}
	assert_int_equal(vif_of(a)->st.tx_direct, 2);
}

/* Linux' frontend would drop them with a blank checksum, or as GSO. */
static void test_tagged_frames_are_complete(void **state)
{
	static const struct shape tagged[] = {
		{ "TCP over IPv4 on a VLAN", 1, 0, 6, 0, 12 },
		{ "TCP over IPv6 on a VLAN", 1, 1, 6, 0, 12 },
	};
	bool bad;

	(void)state;
	for (int i = 0; i < 6; i++) {
		const struct shape *s = &tagged[i & 1];
		u32 hdr = s->ipv6 ? 90 : 70, sum = 0, all = i < 4 ? 1000 : 20000;
		u32 len = make_tcp(s, b->mac, a->mac, all);

		guest_post(b, 30);
		if (i < 4)
			guest_send(a, p, len, 4096, NETTXF_csum_blank | NETTXF_data_validated);
		else
			send_gso(a, len, s->ipv6 ? XEN_NETIF_GSO_TYPE_TCPV6 : XEN_NETIF_GSO_TYPE_TCPV4,
				 1400);
		sim_run();
		while (guest_receive(b, &in, &bad)) {
			assert_false(bad);
			assert_int_equal(in.flags, NETRXF_data_validated);
			assert_int_equal(in.gso_size, 0);
			assert_true(csum_right(in.data, in.len, s));
			sum += in.len - hdr;
		}
		assert_int_equal(sum, all);
	}
}

/* Segments from the wire arrive as one frame where the guest takes that. */
static void test_wire_segments_are_merged(void **state)
{
	struct guest *c = guest_new(3, PLAIN);
	const struct shape *s = &shapes[1];
	struct xmd_buf *f[10];
	bool bad;

	(void)state;
	assert_int_equal(guest_connect(c, false), 0);
	guest_post(a, 20);
	guest_post(c, 20);
	for (int k = 0; k < 2; k++) {
		assert_int_equal(xmd_buf_get(back.nic, f, 10), 10);
		for (u32 i = 0; i < 10; i++) {
			u32 len = make_tcp(s, k ? c->mac : a->mac, station, 1400), seq = i * 1400;
			u16 sum;

			p[34 + 13] = 0x10;
			be16(p + 38, seq >> 16);
			be16(p + 40, seq);
			be16(p + 24, 0);
			sum = ~xmd_sum(p + 14, 20, 0);
			memcpy(p + 24, &sum, 2);
			sum = ~xmd_sum(p + 34, len - 34, 0);
			memcpy(p + 50, &sum, 2);
			assert_true(csum_right(p, len, s));
			memcpy(f[i]->data, p, len);
			f[i]->len = len;
			f[i]->frame_len = len;
		}
		nic.ops->rx_return(nic.ctx, f, 10);
		sim_run();
	}
	assert_true(guest_receive(a, &in, &bad));
	assert_false(bad);
	assert_int_equal(in.len, 66 + 14000);
	assert_int_equal(in.gso_size, 1400);
	assert_int_equal(in.flags & 3, NETRXF_csum_blank | NETRXF_data_validated);
	for (u32 i = 0; i < 14000; i++)
		assert_int_equal(in.data[66 + i], p[66 + i % 1400]);
	expect_nothing(a);
	for (u32 i = 0; i < 10; i++) {
		assert_true(guest_receive(c, &in, &bad));
		assert_int_equal(in.len, 1466);
	}
}

static void test_gso_to_a_guest_that_does_not(void **state)
{
	struct guest *c = guest_new(3, PLAIN | XMD_VIF_SG);
	u32 len, sum = 0;
	bool bad;

	(void)state;
	assert_int_equal(guest_connect(c, false), 0);
	guest_post(c, 100);
	len = make_tcp(&shapes[1], c->mac, a->mac, 60000);
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	while (guest_receive(c, &in, &bad)) {
		assert_true(in.len <= 1514);
		assert_true(csum_right(in.data, in.len, &shapes[1]));
		sum += in.len - 66;
	}
	assert_int_equal(sum, 60000);
	expect_gso_answered(a, len);
}

/* ------------------------------------------------------------ limited guests */

static int limit(const struct guest *g, u32 bytes, u32 usecs)
{
	const struct xmd_vif_limit l = { .id.domid = g->domid, .rate = { bytes, usecs } };
	int err = xmd_vif_limit(&l);

	sim_run();
	return err;
}

/* @n frames of @len bytes into the ring, numbered from @seq, and one event. */
static void queue_frames(struct guest *g, unsigned int n, u32 len, u32 seq)
{
	for (; n; n--, seq++) {
		unsigned int page = g->tx_prod % SIM_PAGES;

		make_frame(g->txpage[page], station, g->mac, len, seq);
		guest_slot(g, page, 0, len, 0);
	}
	guest_push(g);
}

/* Time goes on to @at, and the wire takes what there is.  Return: frames until now. */
static unsigned int sent_at(s64 at)
{
	sim_wait_us(at - sim_us);
	drain();
	return nic.n_sent;
}

/* 10000 bytes in 50 ms: ten frames of 1000 each time, and between them not one poll. */
static void test_limit_in_time(void **state)
{
	u64 polls;

	(void)state;
	sim_us = 1000000;
	assert_int_equal(limit(a, 10000, 50000), 0);
	queue_frames(a, 35, 1000, 0);
	assert_int_equal(sent_at(1000000), 10);
	polls = vif_of(a)->st.polls;
	assert_int_equal(sent_at(1049999), 10);
	assert_int_equal(vif_of(a)->st.polls, polls);
	assert_int_equal(sent_at(1050000), 20);
	assert_int_equal(sent_at(1100000), 30);
	assert_int_equal(sent_at(1150000), 35);
	for (u32 i = 0; i < 35; i++)
		assert_int_equal(nic.sent_seq[i], i);
	expect_status(a, 0, 35);
	assert_int_equal(vif_of(a)->st.tx_held, 3);
	/* The ring is armed again, and no timer goes on. */
	assert_int_equal(a->tx->req_event, a->tx_prod + 1);
	assert_false(vif_of(a)->tx_timer.armed);
	queue_frames(a, 1, 1000, 35);
	assert_int_equal(sent_at(1150001), 36);
}

/* What the guest stirs up meanwhile brings nothing, and no event is asked for. */
static void test_limit_is_deaf_to_events(void **state)
{
	unsigned int spurious;
	u32 armed;

	(void)state;
	sim_us = 0;
	assert_int_equal(limit(a, 1000, 50000), 0);
	queue_frames(a, 10, 1000, 0);
	assert_int_equal(sent_at(0), 1);
	armed = a->tx->req_event;
	spurious = a->eoi_spurious;
	for (int i = 1; i <= 20; i++) {
		queue_frames(a, 1, 1000, 9 + i);
		assert_int_equal(sent_at(i * 1000), 1);
	}
	assert_int_equal(a->tx->req_event, armed);
	assert_in_range(a->eoi_spurious - spurious, 19, 20);
	assert_int_equal(vif_of(a)->st.tx_held, 1);
	assert_int_equal(sent_at(50000), 2);
}

/* The driver domain's other guests, and what the limited one receives. */
static void test_limit_of_one_is_no_concern_of_others(void **state)
{
	u32 seq = 0;

	(void)state;
	sim_us = 0;
	assert_int_equal(limit(a, 2000, 50000), 0);
	nic.room = 10;
	queue_frames(a, 200, 1000, 1000);
	guest_post(a, 100);
	for (int i = 0; i < 100; i++) {
		send_to(b, station, 1000, 1000, seq++);
		make_frame(p, a->mac, station, 600, i);
		nic_receive(p, 600);
		assert_true(sent_at(i * 1000) >= seq);
		expect_status(b, 0, 1);
		expect_frame(a, station, 600, i);
	}
	assert_int_equal(nic.n_sent, 100 + 4);
}

/* Far longer than an interval allows: at once, and then nothing until it is paid for. */
static void test_limit_below_a_frame(void **state)
{
	u32 len = make_tcp(&shapes[1], station, a->mac, 60000);

	(void)state;
	sim_us = 0;
	assert_int_equal(limit(a, 1000, 1000), 0);
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	assert_int_equal(sent_at(0), 1);
	expect_gso_answered(a, len);
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	assert_int_equal(sent_at((len / 1000) * 1000 - 1000), 1);
	assert_int_equal(sent_at((len / 1000) * 1000), 2);
	/* After a silence of any length as much as the longest frame, and one frame. */
	sim_wait_us(1000ll << 30);
	for (int i = 0; i < 3; i++)
		send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	assert_int_equal(sent_at(sim_us), 4);
}

/* Packets that are wrong, and frames to another guest. */
static void test_limit_counts_what_goes_anywhere(void **state)
{
	(void)state;
	sim_us = 0;
	assert_int_equal(limit(a, 3000, 50000), 0);
	for (int i = 0; i < 50; i++)
		guest_slot(a, 0, 4000, 600, 0);	/* over its page */
	guest_push(a);
	sim_run();
	assert_int_equal(info_of(a).tx_errors, 50);
	expect_status(a, NETIF_RSP_ERROR, 50);
	assert_false(vif_of(a)->tx_timer.armed);
	guest_post(b, 20);
	for (u32 i = 0; i < 6; i++)
		send_to(a, b->mac, 1000, 1000, i);
	sim_run();
	for (u32 i = 0; i < 6; i++) {
		if (i == 3) {
			expect_nothing(b);
			sim_wait_us(50000);
			sim_run();
		}
		expect_frame(b, a->mac, 1000, i);
	}
}

/* Buffers or descriptors are short as well: nothing is counted twice, nobody sleeps on. */
static void test_limit_with_nothing_to_spare(void **state)
{
	unsigned int had = nic.pool_free;

	(void)state;
	sim_us = 0;
	assert_int_equal(limit(a, 10000, 50000), 0);
	queue_frames(a, 60, 1000, 0);
	nic.pool_free = SIM_RESERVE + 3;
	nic.room = 2;
	sim_run();
	nic.pool_free = had - 3;
	for (unsigned int ms = 1; ms < 250; ms++) {
		sim_wait_us(1000);
		sim_timers();
		nic_complete(5);
		assert_true(nic.n_sent <= 10 * (1 + ms / 50));
	}
	assert_int_equal(nic.n_sent, 50);
}

static void test_limit_changes(void **state)
{
	(void)state;
	sim_us = 0;
	a->rate = (struct xmd_vif_rate){ 1000, 50000 };
	assert_int_equal(guest_disconnect(a), 0);
	queue_frames(a, 30, 1000, 0);
	assert_int_equal(guest_connect(a, true), 0);
	assert_int_equal(sent_at(0), 1);
	assert_int_equal(info_of(a).rate.bytes, 1000);
	assert_int_equal(info_of(a).rate.usecs, 50000);
	/* What is in force already is no new credit ... */
	assert_int_equal(limit(a, 1000, 50000), 0);
	assert_int_equal(sent_at(1), 1);
	/* ... another limit is, and counts from now on; the old one's timer is not waited for. */
	assert_int_equal(limit(a, 2000, 3000), 0);
	assert_int_equal(sent_at(1), 3);
	assert_int_equal(sent_at(3000), 3);
	assert_int_equal(sent_at(3001), 5);
	assert_int_equal(limit(a, 0, 0), 0);
	assert_int_equal(sent_at(3001), 30);
	assert_int_equal(info_of(a).rate.usecs, 0);
	assert_int_equal(limit(a, 1, 999), -EINVAL);
	assert_int_equal(limit(a, 0, 1000), -EINVAL);
	a->domid = 77;
	assert_int_equal(limit(a, 1, 1000), -ENOENT);
	a->domid = 1;
}

/* Looks that find polls wanted and none run, one after the other; a busy vif has some each time. */
static void test_polls_that_do_not_run(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		queue_frames(a, 5, 1000, 0);
		guest_event(a);
		assert_false(says_stuck());
		sim_run();
	}
	/* idle for long */
	for (int i = 0; i < 5; i++)
		assert_false(says_stuck());
	/* wanted, and not run: */
	guest_event(a);
	assert_true(says_stuck());
	assert_true(says_stuck());
	/* not run for want of a processor: no fault of this domain */
	sim_busy = true;
	for (int i = 0; i < 10; i++)
		assert_false(says_stuck());
	sim_busy = false;
	assert_true(says_stuck());
	sim_run();
	assert_false(says_stuck());
	nic.stuck = true;
	assert_true(says_stuck());
	nic.stuck = false;
	assert_false(says_stuck());
}

/* Of @n tries, one a second */
static void tries(unsigned int n)
{
	while (n--) {
		sim_now++;
		guest_event(a);
		sim_run();
	}
}

/* Buffers that somebody has lost: nobody's, and none is left. */
static void test_buffers_that_do_not_come_back(void **state)
{
	static struct xmd_buf *lost[SIM_POOL];
	unsigned int n;

	(void)state;
	n = nic.pool_free;
	nic_take(lost, n);
	queue_frames(a, 3, 1000, 0);
	guest_event(a);
	sim_run();
	tries(XMD_DRY_S - 1);
	assert_false(says_stuck());
	tries(1);
	assert_true(says_stuck());
	/* the NIC may have them */
	nic.answer = -EAGAIN;
	assert_false(says_stuck());
	nic.answer = 1;
	assert_true(says_stuck());
	/* nobody asks any more: nobody knows */
	sim_now += XMD_TRIES_S + 1;
	assert_false(says_stuck());
	tries(1);
	assert_false(says_stuck());
	tries(XMD_DRY_S);
	assert_true(says_stuck());
	while (n)
		xmd_buf_put((struct xmd_nic *)&nic, lost[--n]);
	tries(1);
	drain();
	assert_false(says_stuck());
	assert_int_equal(nic.n_sent, 3);
}

static bool stuck_after(unsigned int seconds)
{
	bool stuck = says_stuck();

	while (seconds-- && !stuck) {
		sim_now++;
		stuck = says_stuck();
	}
	return stuck;
}

/* Requests that were read and are never answered, though no NIC has their frames */
static void test_requests_that_nobody_answers(void **state)
{
	(void)state;
	queue_frames(a, 3, 1000, 0);
	guest_event(a);
	sim_run();
	assert_int_equal(nic.n_held, 3);
	/* it has them: PAUSE, perhaps */
	assert_false(stuck_after(60));
	nic.says_idle = true;
	assert_false(stuck_after(XMD_DRY_S - 1));
	assert_true(stuck_after(1));
	/* one goes on */
	nic_complete(1);
	sim_run();
	assert_false(stuck_after(XMD_DRY_S - 1));
	assert_true(stuck_after(1));
	/* nobody has looked for long, nobody knows */
	sim_now += 100;
	assert_false(says_stuck());
	nic.says_idle = false;
	drain();
	assert_false(stuck_after(2 * XMD_DRY_S));
	/* it is meant to stand */
	xmd_back_drain(true);
	queue_frames(a, 3, 1000, 0);
	sim_run();
	assert_false(stuck_after(2 * XMD_DRY_S));
	xmd_back_drain(false);
	drain();
	assert_int_equal(nic.n_sent, 6);
}

/* For the answers of frames that are nowhere: neither with the NIC nor in line for it */
static void test_answers_that_wait_for_nothing(void **state)
{
	struct xmd_vif *v = vif_of(a);

	(void)state;
	queue_frames(a, 3, 1000, 0);
	guest_event(a);
	sim_run();
	assert_int_equal(v->nic_taken - v->nic_back, 3);
	v->nic_back += 3;
	sim_now += XMD_NIC_LATE_S + 1;
	assert_false(says_stuck());
	tries(1);
	assert_true(says_stuck());
	v->nic_back -= 3;
	drain();
}

/* The NIC was taken away with frames, and is given back: they are owed by nobody, and that is no fault. */
static void test_a_nic_that_comes_back_without_the_frames_it_had(void **state)
{
	(void)state;
	queue_frames(a, 3, 1000, 0);
	guest_event(a);
	sim_run();
	for (unsigned int i = 0; i < 3; i++)
		nic.held[i]->flags |= XMD_F_ABORTED | XMD_F_UNSENT;
	nic_complete(3);
	assert_false(back.nic_serves);
	assert_int_equal(guest_tx_status(a), 99);
	/* nobody has anything to send */
	assert_false(stuck_after(3 * XMD_DRY_S));
	/* and then somebody has */
	queue_frames(b, 1, 1000, 0);
	guest_event(b);
	drain();
	assert_true(back.nic_serves);
	tries(2);
	assert_int_equal(guest_tx_status(a), NETIF_RSP_DROPPED);
	assert_false(stuck_after(3 * XMD_DRY_S));
}

/* Its last frame was never returned, or that was not counted: the NIC has none. */
static void test_a_frame_that_is_lost_lets_its_guest_come_back(void **state)
{
	struct xmd_vif *v = vif_of(a);

	(void)state;
	refcount_add(1, &v->refs);
	assert_int_equal(guest_disconnect(a), 0);
	nic.answer = -EAGAIN;
	assert_int_equal(guest_connect(a, false), -EINPROGRESS);
	nic.answer = 1;
	assert_int_equal(guest_connect(a, false), 0);
	xmd_vif_put(v, 1);
}

/* It has no frame, and takes none, at one try after the other. */
static void test_an_idle_nic_that_refuses(void **state)
{
	unsigned int room = nic.room;

	(void)state;
	nic.room = 0;
	queue_frames(a, 3, 1000, 0);
	guest_event(a);
	sim_run();
	assert_int_equal(nic.n_sent, 0);
	tries(XMD_REFUSED_S - 1);
	assert_false(says_stuck());
	tries(1);
	assert_true(says_stuck());
	/* without a link, or while it stands, they may wait */
	nic.answer = -EAGAIN;
	assert_false(says_stuck());
	nic.answer = 1;
	assert_true(says_stuck());
	nic.room = room;
	guest_event(a);
	sim_run();
	drain();
	assert_false(says_stuck());
	/* one is taken, and all is well, however long the next ones wait for it to be done */
	nic.room = 1;
	queue_frames(a, 3, 1000, 0);
	guest_event(a);
	sim_run();
	tries(XMD_REFUSED_S + 2);
	assert_false(says_stuck());
	nic.room = room;
	drain();
	/* refused once, for its ring was full a moment before; that nobody tries for long is no fault of the NIC's */
	nic.room = 0;
	queue_frames(a, 3, 1000, 0);
	guest_event(a);
	sim_run();
	sim_now += 2 * XMD_REFUSED_S;
	assert_false(says_stuck());
	tries(1);
	assert_false(says_stuck());
	nic.room = room;
	guest_event(a);
	sim_run();
	drain();
	/* nor may it say that it has no link, and have one */
	nic.answer = -ENETDOWN;
	for (unsigned int i = 0; i < 2 * XMD_REFUSED_S; i++) {
		queue_frames(a, 1, 1000, 0);
		tries(1);
	}
	assert_false(says_stuck());
	nic.says_idle = true;
	for (unsigned int i = 0; i <= XMD_REFUSED_S; i++) {
		queue_frames(a, 1, 1000, 0);
		tries(1);
	}
	assert_true(says_stuck());
	nic.says_idle = false;
	nic.answer = 1;
	nic.room = 0;
	queue_frames(a, 3, 1000, 0);
	tries(1);
	assert_int_equal(guest_disconnect(a), 0);
	sim_now += 1000;
	assert_false(says_stuck());
	nic.room = room;
}

/* Before the first vif, which may never come: without it the watchdog would end the domain. */
static void test_a_nic_that_comes_late(void **state)
{
	struct xmd_back_health h;

	(void)state;
	xmd_switch_detach();
	xmd_back_health(&h);
	assert_non_null(back.nic);
	assert_int_equal(h.unwell_ms, 0);
	assert_false(h.flags & XMD_HEALTH_AWAY);
	nic.away = true;
	xmd_back_health(&h);
	assert_true(h.flags & XMD_HEALTH_AWAY);
	nic.away = false;
}

/* A planned restart does not wait for credit: what was not taken is the next one's. */
static void test_limit_and_drain(void **state)
{
	struct xmd_back_health h;

	(void)state;
	sim_us = 0;
	assert_int_equal(limit(a, 5000, 50000), 0);
	queue_frames(a, 50, 1000, 0);
	sim_run();
	xmd_back_drain(true);
	drain();
	xmd_back_health(&h);
	assert_int_equal(h.pending, 0);
	assert_int_equal(nic.n_sent, 5);
	assert_int_equal(sent_at(500000), 5);
	xmd_back_health(&h);
	assert_int_equal(h.pending, 0);
	xmd_back_drain(false);
	assert_int_equal(sent_at(500000), 50);
}

/* The driver domain comes back: the limit with it, the requests that waited are sent, once. */
static void test_limit_and_adoption(void **state)
{
	(void)state;
	sim_us = 0;
	a->rate = (struct xmd_vif_rate){ 5000, 50000 };
	assert_int_equal(guest_disconnect(a), 0);
	assert_int_equal(guest_connect(a, true), 0);
	queue_frames(a, 20, 1000, 0);
	assert_int_equal(sent_at(0), 5);
	assert_true(vif_of(a)->tx_timer.armed);
	assert_int_equal(guest_disconnect(a), 0);
	assert_int_equal(sent_at(100000), 5);
	assert_int_equal(guest_connect(a, true), 0);
	assert_int_equal(sent_at(100000), 10);
	assert_int_equal(sent_at(150000), 15);
	assert_int_equal(sent_at(200000), 20);
	for (u32 i = 0; i < 20; i++)
		assert_int_equal(nic.sent_seq[i], i);
	expect_status(a, 0, 20);
}

/* It breaks its ring while requests wait, and is detached. */
static void test_limit_and_fault(void **state)
{
	(void)state;
	sim_us = 0;
	assert_int_equal(limit(a, 1000, 50000), 0);
	queue_frames(a, 10, 1000, 0);
	assert_int_equal(sent_at(0), 1);
	a->tx->req_prod = 100000;
	expect_fault(XMD_FAULT_RING_INDEX);
	sim_wait_us(1000000);
	sim_run();
}

/* ----------------------------------------------------------- life of a vif */

static struct xmd_vif *polled;

/* A poll that began before the disconnect comes to the switch. */
static void still_polls(void)
{
	struct xmd_tx_work w = { .done = 0 };
	struct xmd_buf *buf;

	assert_int_equal(xmd_buf_get(back.nic, &buf, 1), 1);
	make_frame(buf->data, station, a->mac, 60, 0);
	buf->len = 60;
	w.head = buf;
	xmd_switch_decide(polled, &w, 1);
	xmd_buf_put(back.nic, buf);
}

/* What it learns there must not lead to whoever gets this port next. */
static void test_nothing_learned_at_the_last_moment(void **state)
{
	(void)state;
	polled = vif_of(a);
	sim_grace = still_polls;
	assert_int_equal(guest_disconnect(a), 0);
	sim_grace = NULL;
	assert_int_equal(xmd_fdb_lookup(back.fdb, a->mac, 0, sim_now), -1);
}

/* The vif goes while its frames are in the NIC and in its own and the other's queues. */
static void test_disconnect_in_the_middle(void **state)
{
	(void)state;
	nic.room = 10;
	for (u32 i = 0; i < 100; i++)
		send_to(a, i & 1 ? station : b->mac, 600, 600, i);
	for (u32 i = 0; i < 50; i++) {
		make_frame(p, a->mac, station, 600, i);
		nic_receive(p, 600);
	}
	sim_run();
	assert_true(nic.n_held > 0);
	assert_int_equal(guest_disconnect(a), 0);
	assert_int_equal(guest_disconnect(a), -ENOENT);
	send_to(b, a->mac, 600, 600, 1);
	drain();
	expect_status(b, 0, 1);
}

static void test_guest_died(void **state)
{
	(void)state;
	guest_post(a, 20);
	for (unsigned int i = 0; i < SIM_PAGES; i++)
		a->txbad[i] = a->rxbad[i] = true;
	send_to(a, station, 600, 600, 1);
	make_frame(p, a->mac, station, 600, 1);
	nic_receive(p, 600);
	sim_run();
	assert_int_equal(guest_disconnect(a), 0);
}

static void test_connect_errors(void **state)
{
	struct xmd_vif_connect c = { .version = XMD_XPC_VERSION, .id.domid = 9, .mtu = 1500,
				     .n_queues = 1, .mac = { 2, 0, 0, 0, 0, 9 } }, bad;

	(void)state;
	assert_int_equal(guest_connect(a, false), -EEXIST);
	assert_int_equal(xmd_vif_connect(&c), -ENOENT);		/* no such domain */
#define BAD(field, val) do { bad = c; bad.field = val; assert_int_equal(xmd_vif_connect(&bad), -EINVAL); } while (0)
	BAD(version, 2);
	BAD(id.reserved, 1);
	BAD(id.domid, 0x7ff0);
	BAD(features, 0x80);
	BAD(mtu, 67);
	BAD(mtu, 65536);
	BAD(mac[0], 3);
	BAD(adopt, 2);
	BAD(n_queues, 0);
	BAD(n_queues, 2);
	BAD(rate.bytes, 1);
	BAD(rate.usecs, 1000);
}

/* Each step of connect fails once: undone completely, and the next try succeeds. */
static void test_connect_unwinds(void **state)
{
	struct guest *c = guest_new(3, LINUX);
	int step;

	(void)state;
	for (step = 1; step < 20; step++) {
		unsigned int mapped = sim_mapped, bound = sim_bound, napis = sim_napis;

		sim_fail_at = step;
		sim_failed = 0;
		if (!guest_connect(c, false) && !sim_failed)
			break;
		sim_fail_at = 0;
		assert_int_equal(sim_mapped, mapped);
		assert_int_equal(sim_napis, napis);
		/* A request_irq that fails leaves the port to us (rings.c closes it). */
		assert_int_equal(sim_bound, bound);
		c->tx_irq = 0;
		c->rx_irq = 0;
	}
	sim_fail_at = 0;
	assert_int_equal(step, 12);
	send_to(c, station, 600, 600, 1);
	sim_run();
	nic_complete(1);
	expect_status(c, 0, 1);
}

/*
 * The driver domain dies with requests in all states and comes back: what was not
 * answered is sent (again), what was is not, and the guest goes on as if nothing was.
 */
static void test_adoption(void **state)
{
	unsigned int events;

	(void)state;
	nic.room = 5;
	guest_post(a, 30);
	for (u32 i = 0; i < 12; i++)
		send_to(a, station, 600, 300, i);
	sim_run();
	nic_complete(3);
	expect_status(a, 0, 6);
	assert_int_equal(guest_disconnect(a), 0);
	nic.room = 100;
	nic_complete(100);
	for (u32 i = 12; i < 15; i++)
		send_to(a, station, 600, 300, i);

	nic.n_sent = 0;
	events = a->events;
	assert_int_equal(guest_connect(a, true), 0);
	assert_int_equal(a->events, events + 2);
	sim_run();
	nic_complete(100);
	assert_int_equal(nic.n_sent, 12);
	for (u32 i = 0; i < 12; i++)
		assert_int_equal(nic.sent_seq[i], 3 + i);
	expect_status(a, 0, 24);
	make_frame(p, a->mac, station, 600, 99);
	nic_receive(p, 600);
	sim_run();
	expect_frame(a, station, 600, 99);
}

/*
 * It dies in the middle of a push: responses are written, rsp_prod is not.  Those slots
 * are no requests any more, and what they asked for has been done.
 */
static void test_adoption_in_the_middle_of_a_push(void **state)
{
	u32 len = make_tcp(&shapes[1], station, a->mac, 10000), tx_was, rx_was, i;
	bool bad;

	(void)state;
	guest_post(a, 30);
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	send_to(a, station, 600, 300, 0);
	send_to(a, station, 600, 600, 2);
	sim_run();
	tx_was = a->tx->rsp_prod;
	rx_was = a->rx->rsp_prod;
	nic_complete(3);
	make_frame(p, a->mac, station, 600, 50);
	nic_receive(p, 600);
	sim_run();
	a->tx->rsp_prod = tx_was;
	a->rx->rsp_prod = rx_was;
	send_to(a, station, 600, 600, 3);
	assert_int_equal(guest_disconnect(a), 0);

	nic.n_sent = 0;
	assert_int_equal(guest_connect(a, true), 0);
	sim_run();
	nic_complete(100);
	assert_int_equal(nic.n_sent, 1);
	assert_int_equal(nic.sent_seq[0], 3);
	expect_status(a, 0, 1);
	expect_status(a, NETIF_RSP_NULL, 1);
	expect_status(a, 0, DIV_ROUND_UP(len, 4096) - 1 + 2 + 1 + 1);
	/* What had been received may have been in any state: the guest gets its buffer back. */
	assert_true(guest_receive(a, &in, &bad));
	assert_true(bad);
	for (i = 0; i < 3; i++) {
		make_frame(p, a->mac, station, 600, 60 + i);
		nic_receive(p, 600);
		sim_run();
		expect_frame(a, station, 600, 60 + i);
	}
}

static void test_adoption_of_indices_that_cannot_be(void **state)
{
	(void)state;
	assert_int_equal(guest_disconnect(a), 0);
	a->tx->rsp_prod = a->tx->req_prod + 1;
	assert_int_equal(guest_connect(a, true), -EPROTO);
	a->tx->rsp_prod = a->tx->req_prod - 257;
	assert_int_equal(guest_connect(a, true), -EPROTO);
	a->tx->rsp_prod = a->tx->req_prod;
	a->rx->rsp_prod = a->rx->req_prod + 1;
	assert_int_equal(guest_connect(a, true), -EPROTO);
}

static void test_list(void **state)
{
	struct xmd_vif_info info = { .id.domid = 0xffff };

	(void)state;
	assert_int_equal(xmd_vif_list(&info), 0);
	assert_int_equal(info.id.domid, 1);
	assert_memory_equal(info.mac, a->mac, 6);
	assert_int_equal(info.queue[0].rx_evtchn, 11);
	assert_int_equal(xmd_vif_list(&info), 0);
	assert_int_equal(info.id.domid, 2);
	assert_int_equal(xmd_vif_list(&info), -ENOENT);
}

/* Random traffic of three guests in all directions, with little room everywhere; one is limited. */
static void test_random_traffic(void **state)
{
	struct guest *g[3] = { a, b, guest_new(3, LINUX) };
	u32 next[3][3] = { 0 }, seq[3][3] = { 0 };

	(void)state;
	srand(7);
	assert_int_equal(guest_connect(g[2], false), 0);
	assert_int_equal(limit(g[2], 1000, 5000), 0);
	nic.room = 7;
	for (int i = 0; i < 20000; i++) {
		int from = rand() % 3, to = rand() % 3;
		bool bad;

		if (g[from]->tx_prod - g[from]->tx_cons < 200 && from != to)
			send_to(g[from], g[to]->mac, 18 + rand() % 1490, 100 + rand() % 1400,
				from << 24 | seq[from][to]++);
		else if (from == to && g[from]->tx_prod - g[from]->tx_cons < 200)
			send_to(g[from], rand() % 9 ? station : everyone, 600, 600, 3 << 24);
		if (rand() % 3 == 0)
			sim_run();
		if (rand() % 3 == 0)
			nic_complete(rand() % 5);
		sim_wait_us(rand() % 1000);
		if (g[to]->rx_prod - g[to]->rx_cons < 200)
			guest_post(g[to], rand() % 6);
		while (guest_tx_status(g[from]) != 99)
			;
		while (guest_receive(g[to], &in, &bad)) {
			u32 who = seq_of(in.data) >> 24, nr = seq_of(in.data) & 0xffffff;

			assert_false(bad);
			if (who == 3)
				continue;
			/* In order; the backlog may have dropped some. */
			assert_true(nr >= next[who][to]);
			next[who][to] = nr + 1;
		}
	}
	assert_true(vif_of(g[2])->st.tx_held > 100);
	for (int i = 0; i < 1000; i++) {
		sim_wait_us(5000);
		drain();
	}
	for (int i = 0; i < 3; i++) {
		while (guest_tx_status(g[i]) != 99)
			;
		assert_int_equal(g[i]->tx_cons, g[i]->tx_prod);
		assert_int_equal(info_of(g[i]).tx_errors, 0);
	}
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_wire_gets_the_bytes),
		T(test_batch_is_one_doorbell_and_one_event),
		T(test_back_pressure),
		T(test_nic_stopped_for_a_while),
		T(test_no_carrier_drops),
		T(test_retry_when_only_the_host_sends),
		T(test_pool_empty_for_a_while),
		T(test_too_long_for_the_wire),
		T(test_one_bad_packet_harms_only_itself),
		T(test_partial_frame_waits_without_spinning),
		T(test_fault_tx_index),
		T(test_fault_rx_index),
		T(test_fault_rx_index_seen_by_another_guest),
		T(test_fault_runaway_chain_with_frames_under_way),
		T(test_first_event_gets_its_eoi),
		T(test_event_storm_is_called_spurious),
		T(test_guest_gets_the_bytes),
		T(test_backlog),
		T(test_stalled_guest_gives_the_buffers_back),
		T(test_stalled_guest_posts_silently),
		T(test_bad_receive_grant),
		T(test_guest_to_guest),
		T(test_direct_runs_out_of_buffers),
		T(test_direct_sender_cheats),
		T(test_direct_receiver_cheats),
		T(test_changing_destinations),
		T(test_broadcast),
		T(test_spoofed_frames_go_nowhere),
		T(test_a_guest_that_may_bridge),
		T(test_another_address),
		T(test_filters_keep_floods_away),
		T(test_moderated_events),
		T(test_settings_that_cannot_be),
		T(test_link_changes_are_told),
		T(test_host_sends),
		T(test_blank_checksum_to_the_nic),
		T(test_blank_checksum_without_a_header),
		T(test_blank_checksum_to_a_guest_that_takes_it),
		T(test_blank_checksum_to_a_guest_that_does_not),
		T(test_gso_to_the_nic),
		T(test_gso_v6_is_cut_for_the_nic),
		T(test_gso_v6_for_a_nic_that_segments_it),
		T(test_gso_that_is_no_longer_than_a_segment),
		T(test_gso_of_the_wrong_protocol),
		T(test_gso_between_guests),
		T(test_tagged_frames_are_complete),
		T(test_wire_segments_are_merged),
		T(test_gso_to_a_guest_that_does_not),
		T(test_nothing_learned_at_the_last_moment),
		T(test_limit_in_time),
		T(test_limit_is_deaf_to_events),
		T(test_limit_of_one_is_no_concern_of_others),
		T(test_limit_below_a_frame),
		T(test_limit_counts_what_goes_anywhere),
		T(test_limit_with_nothing_to_spare),
		T(test_limit_changes),
		T(test_polls_that_do_not_run),
		T(test_buffers_that_do_not_come_back),
		T(test_requests_that_nobody_answers),
		T(test_answers_that_wait_for_nothing),
		T(test_a_nic_that_comes_back_without_the_frames_it_had),
		T(test_a_frame_that_is_lost_lets_its_guest_come_back),
		T(test_an_idle_nic_that_refuses),
		T(test_a_nic_that_comes_late),
		T(test_limit_and_drain),
		T(test_limit_and_adoption),
		T(test_limit_and_fault),
		T(test_disconnect_in_the_middle),
		T(test_guest_died),
		T(test_connect_errors),
		T(test_connect_unwinds),
		T(test_adoption),
		T(test_adoption_in_the_middle_of_a_push),
		T(test_adoption_of_indices_that_cannot_be),
		T(test_list),
		T(test_random_traffic),
	};

	return cmocka_run_group_tests_name("back: data path", tests, NULL, NULL);
}
