// SPDX-License-Identifier: GPL-2.0
/*
 * What guests that do not take their frames, or a NIC that keeps them, cost the others:
 * nothing but what account.h says.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "sim.h"
#include "frames.h"

#define PLAIN	(XMD_VIF_NO_CSUM_V4 | XMD_VIF_RX_NOTIFY)
#define VIFS	64u

static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 };
static const u8 everyone[6] = { 255, 255, 255, 255, 255, 255 };
static struct guest *g[80];
static struct flat in;
static u8 p[66000];

static int setup(void **state)
{
	(void)state;
	sim_start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_stop();
	return 0;
}

/* Guests @from to @to - 1; the switch knows the station afterwards. */
static void attach(unsigned int from, unsigned int to)
{
	for (; from < to; from++) {
		g[from] = guest_new(1 + from, LINUX);
		assert_int_equal(guest_connect(g[from], false), 0);
	}
	sim_run();
	guest_post(g[to - 1], 1);
	make_frame(p, g[to - 1]->mac, station, 60, 0);
	nic_receive(p, 60);
	sim_run();
	bool bad;

	assert_true(guest_receive(g[to - 1], &in, &bad));
}

static struct xmd_vif *vif_of(const struct guest *guest)
{
	for (unsigned int i = 0; i < XMD_VIFS_MAX; i++)
		if (back.vif[i] && back.vif[i]->id.domid == guest->domid)
			return back.vif[i];
	return NULL;
}

/* Nobody's share is more than there is, and what the receive ring needs is there. */
static void check_invariant(void)
{
	int over = 0, held = 0;

	for (unsigned int i = 0; i < XMD_VIFS_MAX; i++) {
		const struct xmd_vif *v = back.vif[i];

		if (!v)
			continue;
		assert_true(v->rx_account.over >= 0 && v->tx_account.over >= 0);
		assert_true(v->bl_bufs <= v->rx_account.min + v->rx_account.over);
		assert_true(v->nic_waiting + v->nic_taken - v->nic_back <=
			    v->tx_account.min + v->tx_account.over);
		over += v->rx_account.over + v->tx_account.over;
		held += v->bl_bufs + v->nic_waiting + v->nic_taken - v->nic_back;
	}
	assert_int_equal(over, back.shared.v);
	assert_true(over <= back.share);
	assert_true(held <= xmd_nic_bufs(back.nic));
	/* One more is on its way from the wire to a backlog. */
	assert_true(nic.pool_least >= SIM_RESERVE - 1);
}

static void from_wire(const u8 *to, u32 len, u32 seq)
{
	make_frame(p, to, station, len, seq);
	nic_receive(p, len);
	sim_run();
}

static unsigned int received(struct guest *guest)
{
	unsigned int n = 0;
	bool bad;

	while (guest_receive(guest, &in, &bad))
		n++;
	return n;
}

static unsigned int answered(struct guest *guest, int status)
{
	unsigned int n = 0;
	int s;

	while ((s = guest_tx_status(guest)) != 99)
		n += s == status;
	return n;
}

static void send_to(struct guest *from, const u8 *to, u32 len, u32 seq)
{
	make_frame(p, to, from->mac, len, seq);
	guest_send(from, p, len, len, 0);
	sim_run();
}

/* A TCP frame to be cut into segments of @mss bytes; 2 slots and one for each further page. */
static u32 queue_gso(struct guest *from, const u8 *to, const struct shape *s, u32 len, u16 mss)
{
	unsigned int net, l4, hdr = make_headers(p, s, len, &net, &l4);
	u32 at;

	memcpy(p, to, 6);
	memcpy(p + 6, from->mac, 6);
	for (at = 0; at < len; at++)
		p[hdr + at] = at * 7 + (at >> 8);
	len += hdr;
	for (at = 0; at < len; at += 4096) {
		unsigned int page = from->tx_prod % SIM_PAGES, n = min(4096u, len - at);

		memcpy(from->txpage[page], p + at, n);
		guest_slot(from, page, 0, at ? n : len,
			   (at ? 0 : NETTXF_csum_blank | NETTXF_extra_info) |
			   (at + 4096 < len ? NETTXF_more_data : 0));
		if (!at)
			guest_gso(from, s->ipv6 ? XEN_NETIF_GSO_TYPE_TCPV6 :
						  XEN_NETIF_GSO_TYPE_TCPV4, mss);
	}
	return hdr;
}

static u32 send_gso(struct guest *from, const u8 *to, const struct shape *s, u32 len, u16 mss)
{
	u32 hdr = queue_gso(from, to, s, len, mss);

	guest_push(from);
	sim_run();
	return hdr;
}

static void seconds(unsigned int n)
{
	for (; n; n--) {
		sim_now++;
		for (unsigned int i = 0; i < XMD_VIFS_MAX; i++) {
			if (!back.vif[i])
				continue;
			xmd_tx_tick(back.vif[i]);
			xmd_rx_tick(back.vif[i]);
		}
		sim_run();
		sim_timers();
		check_invariant();
	}
}

/* ---------------------------------------------------------------- guarantees */

static void test_who_is_guaranteed(void **state)
{
	unsigned int n, had;

	(void)state;
	assert_true(back.guaranteed_max >= (int)VIFS && back.guaranteed_max < 78);
	assert_true(back.share >= xmd_nic_bufs(back.nic) / 4 - (int)XMD_BATCH);
	for (n = 0; n < 78; n++) {
		had = sim_notices;
		attach(n, n + 1);
		/* The line "connected", and one that says what it does without. */
		assert_int_equal(sim_notices - had, (int)n < back.guaranteed_max ? 1 : 2);
		assert_int_equal(vif_of(g[n])->tx_account.min,
				 (int)n < back.guaranteed_max ? XMD_TX_MIN : 0);
		assert_int_equal(vif_of(g[n])->rx_account.min,
				 (int)n < back.guaranteed_max ? XMD_RX_MIN : 0);
	}
	/* One goes, and the next one has its minimum. */
	assert_int_equal(guest_disconnect(g[5]), 0);
	g[5]->tx->rsp_prod = g[5]->tx->req_prod = 0;
	g[5]->rx->rsp_prod = g[5]->rx->req_prod = 0;
	assert_int_equal(guest_connect(g[5], false), 0);
	assert_int_equal(vif_of(g[5])->tx_account.min, XMD_TX_MIN);
	/* A receive ring so large that it does not fit any more: not in silence. */
	had = sim_notices;
	nic.more_ring = 768;
	nic.ops->state(nic.ctx);
	assert_int_equal(sim_notices, had + 1);
	assert_true(back.guaranteed_max < (int)VIFS && back.share > 0);
	nic.more_ring = SIM_POOL;
	nic.ops->state(nic.ctx);
	assert_int_equal(sim_notices, had + 2);
	assert_true(back.share > 0);
}

/* A vif that goes while the NIC has its frames: they are paid for until they are back. */
static void test_gone_with_frames_in_the_nic(void **state)
{
	(void)state;
	attach(0, 2);
	for (u32 i = 0; i < 60; i++)
		send_to(g[0], station, 600, i);
	assert_int_equal(nic.n_held, 60);
	assert_in_range(back.shared.v, 60 - XMD_TX_MIN, 60 - XMD_TX_MIN + 7);
	assert_int_equal(guest_disconnect(g[0]), 0);
	assert_in_range(back.shared.v, 60 - XMD_TX_MIN, 60 - XMD_TX_MIN + 7);
	assert_int_equal(back.guaranteed.v, 2);
	nic_complete(60);
	assert_int_equal(back.shared.v, 0);
	assert_int_equal(back.guaranteed.v, 1);
}

/* One that reconnects again and again while the NIC keeps a frame of each life takes nobody's minimum. */
static void test_comes_back_while_the_nic_keeps(void **state)
{
	unsigned int i, lives = 0;

	(void)state;
	attach(0, 2);
	for (i = 0; i < 100; i++) {
		send_to(g[0], station, 600, i);
		guest_disconnect(g[0]);
		g[0]->tx->rsp_prod = g[0]->tx->req_prod = g[0]->tx_prod = g[0]->tx_cons = 0;
		g[0]->rx->rsp_prod = g[0]->rx->req_prod = g[0]->rx_prod = g[0]->rx_cons = 0;
		lives += !guest_connect(g[0], false);
		sim_run();
	}
	assert_in_range(back.guaranteed.v, 1, 3);
	assert_in_range(back.shared.v, 0, 16);
	attach(2, 3);
	assert_int_equal(vif_of(g[2])->tx_account.min, XMD_TX_MIN);
	/* It is back as soon as the NIC has let go. */
	assert_int_equal(nic.n_held, lives + 1);
	nic_complete(lives + 1);
	assert_int_equal(guest_connect(g[0], false), 0);
	assert_int_equal(vif_of(g[0])->tx_account.min, XMD_TX_MIN);
}

/* ------------------------------------------------------ a NIC that keeps frames */

static unsigned int ok, dropped;	/* of what guest 0 was answered while it talked */

/* Guest 0's frames to guest 1, a second at a time.  Return: how many arrived. */
static unsigned int talk(unsigned int secs, unsigned int each)
{
	unsigned int got = 0;
	int s;

	ok = 0;
	dropped = 0;

	for (; secs; secs--) {
		guest_post(g[1], 200 - (g[1]->rx_prod - g[1]->rx_cons));
		for (unsigned int i = 0; i < each && g[0]->tx_prod - g[0]->tx->rsp_prod < 256; i++)
			send_to(g[0], g[1]->mac, 600, i);
		seconds(1);
		got += received(g[1]);
		while ((s = guest_tx_status(g[0])) != 99) {
			ok += s == 0;
			dropped += s == NETIF_RSP_DROPPED;
		}
	}
	return got;
}

static void test_one_frame_that_the_nic_keeps(void **state)
{
	(void)state;
	attach(0, 2);
	send_to(g[0], station, 600, 1);
	assert_int_equal(nic.n_held, 1);
	assert_int_equal(talk(XMD_NIC_LATE_S, 20), XMD_NIC_LATE_S * 20);
	assert_int_equal(ok + dropped, 0);
	assert_int_equal(talk(20, 20), 20 * 20);
	assert_int_equal(dropped, 1);
	assert_int_equal(ok, (20 + XMD_NIC_LATE_S) * 20);
	assert_int_equal(vif_of(g[0])->st.tx_late, 1);

	/* Nothing more for the wire meanwhile; and the buffer is paid for. */
	for (u32 i = 0; i < 10; i++)
		send_to(g[0], station, 600, 2 + i);
	assert_int_equal(answered(g[0], NETIF_RSP_DROPPED), 10);
	assert_int_equal(nic.n_held, 1);
	assert_int_equal(vif_of(g[0])->st.tx_late, 11);
	assert_int_equal(vif_of(g[0])->st.tx_drops, 11);
	assert_int_equal(vif_of(g[0])->nic_taken - vif_of(g[0])->nic_back, 1);

	/* The NIC has it, and may be kept from sending; or says that it has none, and then it is lost. */
	assert_false(says_stuck());
	nic.says_idle = true;
	assert_true(says_stuck());
	/* It lets go: what comes now goes, and is answered when it went. */
	nic_complete(1);
	assert_false(says_stuck());
	nic.says_idle = false;
	assert_int_equal(guest_tx_status(g[0]), 99);
	send_to(g[0], station, 600, 20);
	assert_int_equal(guest_tx_status(g[0]), 99);
	nic_complete(1);
	assert_int_equal(guest_tx_status(g[0]), 0);
	assert_int_equal(nic.n_sent, 2);
}

/* The same with a whole ring, of which a part is in the NIC and a part in line. */
static void test_full_ring_that_the_nic_keeps(void **state)
{
	(void)state;
	attach(0, 2);
	nic.room = 30;
	for (u32 i = 0; i < 256; i++)
		send_to(g[0], station, 600, i);
	seconds(XMD_NIC_LATE_S);
	assert_int_equal(guest_tx_status(g[0]), 99);
	seconds(1);
	assert_int_equal(answered(g[0], NETIF_RSP_DROPPED), 256);
	assert_int_equal(talk(1, 20), 20);
	assert_int_equal(ok, 20);
	/* One frame is back, the others are not: still no way to the wire. */
	nic_complete(1);
	send_to(g[0], station, 600, 1);
	assert_int_equal(guest_tx_status(g[0]), NETIF_RSP_DROPPED);
	nic_complete(29);
	for (u32 i = 0; i < 10; i++)
		send_to(g[0], station, 600, i);
	nic_complete(10);
	assert_int_equal(answered(g[0], 0), 10);
}

/* It takes one frame in seven seconds: no wait is longer than the bound all the same. */
static void test_slow_nic(void **state)
{
	unsigned int got = 0, sent = 0;

	(void)state;
	attach(0, 2);
	for (u32 i = 0; i < 90; i++)
		send_to(g[0], station, 600, i);
	for (unsigned int s = 0; s < 120; s++) {
		if (g[0]->tx_prod - g[0]->tx->rsp_prod < 250) {
			send_to(g[0], g[1]->mac, 600, s);
			sent++;
		}
		guest_post(g[1], 1);
		seconds(1);
		got += received(g[1]);
		answered(g[0], 0);
		/* Nothing older than the bound is ever unanswered. */
		if (s > XMD_NIC_LATE_S)
			assert_true(g[0]->tx_prod - g[0]->tx->rsp_prod <= XMD_NIC_LATE_S + 1);
		if (s % 7 == 0)
			nic_complete(1);
	}
	assert_int_equal(sent, 120);
	assert_int_equal(got, 120);
}

/* Stopped: frames wait in line here.  Longer than any reset: they are dropped, and so are others. */
static void test_nic_stopped_for_good(void **state)
{
	(void)state;
	attach(0, 2);
	send_to(g[0], station, 600, 0);
	nic_complete(1);
	nic.answer = -EAGAIN;
	send_to(g[0], station, 600, 1);
	assert_int_equal(talk(XMD_NIC_LATE_S, 1), 0);	/* its ring is not read meanwhile */
	assert_int_equal(talk(1, 1), XMD_NIC_LATE_S + 1);
	assert_int_equal(dropped, 1);
	send_to(g[0], station, 600, 2);
	assert_int_equal(talk(3, 5), 15);
	assert_int_equal(dropped, 1);
	assert_int_equal(vif_of(g[0])->st.tx_late, 2);
	/* Started again: the next frame finds out. */
	nic.answer = 1;
	nic.ops->state(nic.ctx);
	for (u32 i = 0; i < 3; i++)
		send_to(g[0], station, 600, 3 + i);
	nic_complete(3);
	assert_int_equal(answered(g[0], 0), 3);
	assert_int_equal(nic.n_sent, 4);
}

/* A reset that takes its time, and a domain that comes or goes: nothing is lost. */
static void test_what_waits_is_not_dropped_too_early(void **state)
{
	(void)state;
	attach(0, 2);
	/* Just loaded: however long the user half takes. */
	nic.answer = -EAGAIN;
	send_to(g[0], station, 600, 1);
	seconds(60);
	assert_int_equal(guest_tx_status(g[0]), 99);
	nic.answer = 1;
	nic.ops->state(nic.ctx);
	sim_run();
	assert_int_equal(nic.n_held, 1);
	nic_complete(1);
	assert_int_equal(guest_tx_status(g[0]), 0);
	/* A reset. */
	nic.answer = -EAGAIN;
	send_to(g[0], station, 600, 2);
	seconds(7);
	nic.answer = 1;
	nic.ops->state(nic.ctx);
	sim_run();
	nic_complete(1);
	assert_int_equal(guest_tx_status(g[0]), 0);
	/* Taken away for a restart: the next domain finds the request, and no answer. */
	send_to(g[0], station, 600, 3);
	nic.answer = -EAGAIN;
	nic.held[0]->flags |= XMD_F_ABORTED | XMD_F_UNSENT;
	nic_complete(1);
	seconds(60);
	assert_int_equal(guest_tx_status(g[0]), 99);
	assert_int_equal(g[0]->tx->req_prod - g[0]->tx->rsp_prod, 1);
	nic.answer = 1;
	assert_int_equal(guest_disconnect(g[0]), 0);
	assert_int_equal(guest_connect(g[0], true), 0);
	sim_run();
	nic_complete(1);
	assert_int_equal(guest_tx_status(g[0]), 0);
	/* Taken away in the middle of a reset, when it holds none: as it is under "xl destroy". */
	nic.answer = -EAGAIN;
	send_to(g[0], station, 600, 4);
	seconds(4);
	nic.answer = -ENODEV;
	nic.ops->state(nic.ctx);
	seconds(60);
	assert_int_equal(guest_tx_status(g[0]), 99);
	assert_int_equal(vif_of(g[0])->st.tx_late, 0);
}

/* Cut off, then adopted by the next domain: what was answered is not sent again. */
static void test_adoption_after_a_cut(void **state)
{
	(void)state;
	attach(0, 2);
	for (u32 i = 0; i < 5; i++)
		send_to(g[0], station, 600, i);
	seconds(XMD_NIC_LATE_S + 1);
	assert_int_equal(answered(g[0], NETIF_RSP_DROPPED), 5);
	assert_int_equal(guest_disconnect(g[0]), 0);
	assert_int_equal(guest_connect(g[0], true), 0);
	sim_run();
	assert_int_equal(nic.n_held, 5);
	send_to(g[0], station, 600, 5);
	nic_complete(6);
	assert_int_equal(answered(g[0], 0), 1);
	assert_int_equal(nic.n_sent, 6);
}

/* Four guests queue 15 large frames each, a fifth 60 small ones, the NIC is stopped. */
static void test_uploads_into_a_stopped_nic(void **state)
{
	(void)state;
	attach(0, 7);
	nic.answer = -EAGAIN;
	for (unsigned int i = 2; i < 6; i++)
		for (unsigned int k = 0; k < 14; k++)
			(k < 13 ? queue_gso : send_gso)(g[i], station, &shapes[1], 65000, 1448);
	for (u32 i = 0; i < 60; i++)
		send_to(g[6], station, 60, i);
	assert_int_equal(talk(5, 20), 100);
	assert_int_equal(ok, 100);
	/* It goes on before the bound: all of it arrives. */
	nic.answer = 1;
	nic.ops->state(nic.ctx);
	for (unsigned int i = 0; i < 20; i++) {
		sim_timers();
		nic_complete(100);
	}
	assert_int_equal(nic.n_sent, 4 * 14 + 60);
	for (unsigned int i = 0; i < 7; i++)
		assert_int_equal(vif_of(g[i])->st.tx_drops, 0);
}

/* All accounts of 62 guests are full: one that has nothing sends the longest frame there is. */
static void test_longest_frame_when_all_is_full(void **state)
{
	unsigned int i, k;

	(void)state;
	attach(0, VIFS);
	nic.answer = -EAGAIN;
	for (i = 2; i < VIFS; i++) {
		for (k = 0; k < 200; k++)
			from_wire(g[i]->mac, 60, k);
		for (k = 0; k < 14; k++)
			(k < 13 ? queue_gso : send_gso)(g[i], station, &shapes[5], 65000, 48);
	}
	check_invariant();
	assert_true(vif_of(g[40])->st.tx_short && vif_of(g[40])->st.rx_full);
	assert_true(back.share - back.shared.v < 16);
	send_gso(g[0], station, &shapes[5], 65000, 1428);
	assert_int_equal(vif_of(g[0])->nic_waiting, DIV_ROUND_UP(65000 + 86, 4096));
	/* And the NIC gets all of it, a buffer at a time if need be. */
	for (i = 2; i < VIFS; i++)
		vif_of(g[i])->fault = XMD_FAULT_GONE;
	nic.answer = 1;
	nic.ops->state(nic.ctx);
	for (i = 0; i < 100; i++) {
		sim_timers();
		nic_complete(100);
	}
	assert_int_equal(nic.n_sent, DIV_ROUND_UP(65000, 1428));
	assert_int_equal(vif_of(g[0])->st.tx_drops, 0);
}

/* All accounts are full of what the NIC keeps, guest 0's too: it talks to guest 1 all the same. */
static void test_talk_with_a_full_account(void **state)
{
	unsigned int i, k, got = 0;

	(void)state;
	attach(0, VIFS);
	nic.room = SIM_FRAMES;
	for (i = VIFS; i--;)
		for (k = 0; k < 14; k++)
			(k < 13 ? queue_gso : send_gso)(g[i], station, &shapes[1], 65000, 1448);
	assert_true(vif_of(g[0])->st.tx_short);
	seconds(XMD_NIC_LATE_S + 1);
	answered(g[0], 0);
	assert_int_equal(talk(3, 20), 60);
	assert_int_equal(ok, 60);
	for (k = 0; k < 20; k++) {
		guest_post(g[1], 200 - (g[1]->rx_prod - g[1]->rx_cons));
		send_gso(g[0], g[1]->mac, &shapes[1], 65000, 1448);
		send_to(g[0], station, 600, k);
		got += received(g[1]);
		answered(g[0], 0);
		check_invariant();
	}
	assert_int_equal(got, 20);
}

/* -------------------------------------------------- guests that take no frames */

/* @n frames to each of @from to @to - 1, which have buffers.  Return: how many arrived. */
static unsigned int trickle(unsigned int from, unsigned int to, unsigned int n)
{
	unsigned int i, k, got = 0;

	for (i = from; i < to; i++)
		guest_post(g[i], 200 - (g[i]->rx_prod - g[i]->rx_cons));
	for (k = 0; k < n; k++) {
		for (i = from; i < to; i++) {
			from_wire(g[i]->mac, 60, k);
			got += received(g[i]);
		}
	}
	return got;
}

static void test_24_of_50_post_nothing(void **state)
{
	unsigned int i, k, t;

	(void)state;
	attach(0, 50);
	for (k = 0; k < 40; k++)
		for (i = 0; i < 24; i++)
			from_wire(g[i]->mac, 60, k);
	check_invariant();
	assert_int_equal(trickle(24, 50, 100), 2600);
	/* One buffer every nine seconds. */
	for (t = 0; t < 20; t++) {
		seconds(9);
		for (i = 0; i < 24; i++) {
			guest_post(g[i], 1);
			sim_run();
			received(g[i]);
			for (k = 0; k < 20; k++)
				from_wire(g[i]->mac, 60, k);
		}
	}
	assert_int_equal(trickle(24, 50, 100), 2600);
	assert_true(vif_of(g[0])->st.rx_aged > 100);
	/* None of what they hold is older than the limit. */
	seconds(XMD_STALL_S + 1);
	for (i = 0; i < 24; i++)
		assert_int_equal(vif_of(g[i])->bl_bufs, 0);
	assert_int_equal(back.shared.v, 0);
}

/* Its posted buffers count, not its account: a burst that is far over it arrives. */
static void test_burst_when_all_is_full(void **state)
{
	struct xmd_buf *f[64];
	unsigned int i, k;

	(void)state;
	attach(0, VIFS);
	for (k = 0; k < 300; k++)
		for (i = 1; i < VIFS; i++)
			from_wire(g[i]->mac, 60, k);
	assert_true(back.share - back.shared.v < 16);
	guest_post(g[0], 200);
	nic_take(f, 64);
	for (i = 0; i < 64; i++) {
		make_frame(f[i]->data, g[0]->mac, station, 600, i);
		f[i]->len = 600;
		f[i]->frame_len = 600;
	}
	nic.ops->rx_return(nic.ctx, f, 64);
	sim_run();
	for (i = 0; i < 64; i++) {
		bool bad;

		assert_true(guest_receive(g[0], &in, &bad));
		assert_int_equal(seq_of(in.data), i);
	}
	assert_int_equal(vif_of(g[0])->st.rx_drops, 0);
}

/* A frame that its account does not hold, and the guest has not posted enough for, goes as it came. */
static void test_too_much_for_a_guest(void **state)
{
	unsigned int i, k;
	bool bad;

	(void)state;
	attach(0, VIFS);
	for (k = 0; k < 300; k++)
		for (i = 2; i < VIFS; i++)
			from_wire(g[i]->mac, 60, k);
	assert_true(back.share - back.shared.v < 16);
	for (k = 0; k < 8; k++) {
		guest_post(g[1], k);
		send_gso(g[0], g[1]->mac, &shapes[1], 65000, 1448);
		assert_int_equal(vif_of(g[1])->st.rx_refused, k + 1);
		assert_int_equal(vif_of(g[1])->bl_bufs, 0);
		from_wire(g[1]->mac, 60, k);
		guest_post(g[1], 1);
		sim_run();
		assert_true(guest_receive(g[1], &in, &bad) && !bad);
		assert_int_equal(seq_of(in.data), k);
		check_invariant();
		guest_post(g[1], 0);
		while (g[1]->rx_prod - g[1]->rx_cons > 0) {
			from_wire(g[1]->mac, 60, 99);
			assert_int_equal(received(g[1]), 1);
		}
	}
	answered(g[0], 0);
}

static void test_late_vif(void **state)
{
	unsigned int i, k, most;

	(void)state;
	attach(0, 3);
	for (k = 0; k < 300; k++)
		for (i = 0; i < 3; i++)
			from_wire(g[i]->mac, 60, k);
	attach(3, 4);
	assert_int_equal(trickle(3, 4, 100), 100);
	/* Later ones that post nothing: those who hold more than they might now give some back. */
	most = vif_of(g[0])->bl_bufs;
	attach(4, 30);
	for (k = 0; k < 100; k++) {
		for (i = 4; i < 30; i++)
			from_wire(g[i]->mac, 60, k);
		if (k % 20 == 0)
			seconds(1);
	}
	assert_true(vif_of(g[0])->bl_bufs < most / 2);
	assert_int_equal(vif_of(g[0])->st.rx_evicted, most - vif_of(g[0])->bl_bufs);
	assert_true(vif_of(g[29])->bl_bufs >= XMD_RX_MIN);
	/* Frames are the oldest's to give: what is left is in order, and the newest. */
	k = vif_of(g[0])->bl_bufs;
	guest_post(g[0], 200);
	sim_run();
	for (i = 0; i < k; i++) {
		bool bad;

		assert_true(guest_receive(g[0], &in, &bad));
		assert_int_equal(seq_of(in.data), most - k + i);
	}
}

/* Frames that flood are shared by all backlogs, and charged to each. */
static void test_backlogs_leave_the_receive_reserve(void **state)
{
	unsigned int i, k;

	(void)state;
	attach(0, VIFS);
	for (k = 0; k < 400; k++) {
		from_wire(everyone, 1500, k);
		for (i = 0; i < VIFS; i++)
			from_wire(g[i]->mac, 1500, k);
		check_invariant();
	}
	assert_true(nic.pool_free >= SIM_RESERVE);
	seconds(XMD_STALL_S + 1);
	assert_int_equal(back.shared.v, 0);
}

/* ---------------------------------------------------------------- segments */

/* What the wire gets of one frame while the NIC takes @room at a time. */
static void cut_to_the_wire(const struct shape *s, u32 len, u16 mss, unsigned int room)
{
	unsigned int n = DIV_ROUND_UP(len, mss), had = nic.pool_free, sent = nic.n_sent, hdr, at = 0;
	unsigned int refused = nic.refused;
	u64 drops = vif_of(g[0])->st.tx_drops;

	nic.room = room;
	hdr = send_gso(g[0], station, s, len, mss);
	while (at < len) {
		assert_true(nic.n_held && nic.n_held <= room);
		/* The frame, and what the NIC has of it. */
		assert_true(had - nic.pool_free <= XMD_FRAME_MAX_BUFS + room);
		assert_int_equal(guest_tx_status(g[0]), 99);
		nic_complete(1);
		make_headers(p, s, len, &(unsigned int){ 0 }, &(unsigned int){ 0 });
		for (u32 i = 0; i < nic.sent->len - hdr; i++, at++)
			assert_int_equal(nic.sent->data[hdr + i], (u8)(at * 7 + (at >> 8)));
		check_invariant();
	}
	assert_int_equal(nic.n_sent - sent, n);
	assert_int_equal(nic.n_held, 0);
	/* Not cut in vain, but to ask, twice a poll, when the NIC is full. */
	assert_true(nic.refused - refused <= (4 + nic.optimism) * n);
	assert_int_equal(guest_tx_status(g[0]), 0);
	answered(g[0], 0);
	assert_int_equal(nic.pool_free, had);
	assert_int_equal(vif_of(g[0])->st.tx_drops, drops);
}

static void test_cut_as_the_nic_takes(void **state)
{
	(void)state;
	attach(0, 2);
	cut_to_the_wire(&shapes[5], 65000, 48, 40);
	cut_to_the_wire(&shapes[5], 65000, 1428, 7);
	cut_to_the_wire(&shapes[5], 65000, 1428, 1);
	cut_to_the_wire(&shapes[2], 60000, 1000, 16);	/* IPv4, 142 bytes of headers */
	nic.optimism = 5;
	cut_to_the_wire(&shapes[5], 65000, 1428, 20);
	nic.optimism = 0;
	/* Cut in half when it is given up. */
	nic.room = 3;
	send_gso(g[0], station, &shapes[5], 65000, 48);
	seconds(XMD_NIC_LATE_S + 1);
	assert_int_equal(guest_tx_status(g[0]), NETIF_RSP_DROPPED);
	answered(g[0], 0);
	nic_complete(3);
	assert_int_equal(nic.n_held, 0);
	cut_to_the_wire(&shapes[5], 2000, 1428, 100);
}

/* Two guests upload TCP over IPv6 into a NIC that is merely busy: nothing is lost. */
static void test_upload_over_ipv6(void **state)
{
	unsigned int frames = 0;

	(void)state;
	ok = 0;
	attach(0, 2);
	nic.room = 120;
	for (unsigned int round = 0; round < 200; round++) {
		for (unsigned int w = 0; w < 2; w++) {
			ok += answered(g[w], 0);
			for (; round < 100 && g[w]->tx_prod - g[w]->tx->rsp_prod <= 256 - 17; frames++)
				send_gso(g[w], station, &shapes[5], 60000, 1428);
		}
		nic_complete(120);
		sim_timers();
		check_invariant();
	}
	for (unsigned int w = 0; w < 2; w++) {
		ok += answered(g[w], 0);
		assert_int_equal(g[w]->tx->rsp_prod, g[w]->tx_prod);
		assert_int_equal(vif_of(g[w])->st.tx_drops, 0);
	}
	assert_true(frames > 100);
	assert_int_equal(ok, frames * 15);	/* 15 pages */
	assert_int_equal(nic.n_sent, frames * DIV_ROUND_UP(60000, 1428));
}

/* A guest that takes no GSO: segments are made as it posts buffers, and none is lost. */
static void test_segments_for_a_guest(void **state)
{
	unsigned int had, n = 0, want = DIV_ROUND_UP(65000, 48), hdr;
	u32 at = 0;
	bool bad;

	(void)state;
	g[3] = guest_new(4, PLAIN);
	assert_int_equal(guest_connect(g[3], false), 0);
	attach(0, 2);
	had = nic.pool_free;
	hdr = send_gso(g[0], g[3]->mac, &shapes[5], 65000, 48);
	send_to(g[0], g[3]->mac, 600, 7);
	assert_int_equal(guest_tx_status(g[0]), 0);
	assert_true(had - nic.pool_free <= XMD_FRAME_MAX_BUFS + 1);
	while (at < 65000) {
		guest_post(g[3], 1 + rand() % 150);
		sim_run();
		while (at < 65000 && guest_receive(g[3], &in, &bad)) {
			n++;
			for (u32 i = 0; i < in.len - hdr; i++, at++)
				assert_int_equal(in.data[hdr + i], (u8)(at * 7 + (at >> 8)));
		}
		assert_true(had - nic.pool_free <= XMD_FRAME_MAX_BUFS + 1);
		check_invariant();
	}
	assert_int_equal(n, want);
	guest_post(g[3], 1);
	sim_run();
	assert_true(guest_receive(g[3], &in, &bad));
	assert_int_equal(seq_of(in.data), 7);
	assert_int_equal(nic.pool_free, had);
	assert_int_equal(vif_of(g[3])->st.rx_drops, 0);
	/* Given up in the middle: the next frame begins with its first segment. */
	send_gso(g[0], g[3]->mac, &shapes[5], 65000, 48);
	guest_post(g[3], 10);
	sim_run();
	n = g[3]->rx_prod - g[3]->rx_cons;
	assert_int_equal(received(g[3]), n);
	seconds(XMD_STALL_S + 1);
	assert_int_equal(nic.pool_free, had);
	assert_int_equal(vif_of(g[3])->st.rx_aged, 1);
	guest_post(g[3], 10);
	sim_run();
	send_gso(g[0], g[3]->mac, &shapes[5], 96, 48);
	assert_true(guest_receive(g[3], &in, &bad));
	assert_int_equal(in.data[hdr], 0);
	assert_int_equal(received(g[3]), 1);
}

/* Another CPU has what nobody's account has, for the time of a poll: so soon they go on. */
static void test_segments_wait_for_a_moment(void **state)
{
	static struct xmd_buf *taken[SIM_POOL];
	unsigned int n, got = 0;

	(void)state;
	g[3] = guest_new(4, PLAIN);
	assert_int_equal(guest_connect(g[3], false), 0);
	attach(0, 2);
	guest_post(g[3], 200);
	sim_run();
	queue_gso(g[0], g[3]->mac, &shapes[1], 60000, 1448);
	guest_push(g[0]);
	sim_poll(1);
	n = xmd_buf_get(back.nic, taken, SIM_POOL);
	sim_run();
	got += received(g[3]);
	assert_int_equal(guest_tx_status(g[0]), 0);
	sim_timers();
	got += received(g[3]);
	assert_int_equal(got, 0);
	while (n)
		xmd_buf_put(back.nic, taken[--n]);
	sim_timers();
	assert_int_equal(got + received(g[3]), DIV_ROUND_UP(60000, 1448));
	assert_int_equal(vif_of(g[3])->st.rx_drops, 0);
	answered(g[0], 0);
}

/* ---------------------------------------------------------------- all at once */

static void be_hostile(struct guest *h)
{
	static const u16 mss[] = { 48, 500, 1428 };
	unsigned int room, to = rand() % VIFS;
	const u8 *mac = rand() % 3 ? station : rand() % 4 ? g[to]->mac : everyone;

	answered(h, 0);
	room = 256 - (h->tx_prod - h->tx_cons);
	if (room > 20 && rand() % 2)
		send_gso(h, mac, &shapes[rand() % 2 ? 5 : 1], rand() % 64000 + 1000, mss[rand() % 3]);
	else if (room)
		send_to(h, mac, 60 + rand() % 1400, 1 << 24);
	if (rand() % 9 == 0 && h->rx_prod - h->rx_cons < 200)
		guest_post(h, 1);
	received(h);
}

static unsigned int of_honest(struct guest *guest)
{
	unsigned int n = 0;
	bool bad;

	while (guest_receive(guest, &in, &bad))
		n += !bad && in.data[12] == 0x88 && seq_of(in.data) >> 24 == 2;
	return n;
}

/* Soon enough that no burst finds fewer buffers than it needs. */
static void honest_take(unsigned int *got)
{
	for (unsigned int i = 0; i < 32; i++) {
		got[i] += of_honest(g[i]);
		guest_post(g[i], 250 - (g[i]->rx_prod - g[i]->rx_cons));
	}
	sim_run();
}

/*
 * 32 hostile guests do all they can with a NIC that comes and goes.  32 others talk in pairs,
 * take their frames, and each gets every frame of its partner's, and of the station's.
 */
static void test_half_are_hostile(void **state)
{
	unsigned int i, sent[VIFS] = { 0 }, got[VIFS] = { 0 };

	(void)state;
	srand(3);
	attach(0, VIFS);
	for (unsigned int round = 0; round < 1500; round++) {
		for (i = 32; i < VIFS; i++)
			be_hostile(g[i]);
		honest_take(got);
		for (i = 0; i < 32; i++) {
			answered(g[i], 0);
			send_to(g[i], g[i ^ 1]->mac, 600, 2 << 24 | sent[i ^ 1]++);
			from_wire(g[i]->mac, 1500, 2 << 24 | sent[i]++);
		}
		honest_take(got);
		check_invariant();
		if (rand() % 20 == 0)
			nic.answer = rand() % 3 ? 1 : -EAGAIN;
		if (nic.answer > 0)
			nic.ops->state(nic.ctx);
		nic_complete(rand() % 40);
		sim_timers();
		if (rand() % 10 == 0)
			seconds(1);
	}
	honest_take(got);
	for (i = 0; i < 32; i++)
		assert_int_equal(got[i], sent[i]);
	nic.answer = 1;
	for (i = 0; i < 200; i++) {
		nic_complete(SIM_FRAMES);
		sim_timers();
	}
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_who_is_guaranteed),
		T(test_gone_with_frames_in_the_nic),
		T(test_comes_back_while_the_nic_keeps),
		T(test_one_frame_that_the_nic_keeps),
		T(test_full_ring_that_the_nic_keeps),
		T(test_slow_nic),
		T(test_nic_stopped_for_good),
		T(test_what_waits_is_not_dropped_too_early),
		T(test_adoption_after_a_cut),
		T(test_uploads_into_a_stopped_nic),
		T(test_longest_frame_when_all_is_full),
		T(test_talk_with_a_full_account),
		T(test_24_of_50_post_nothing),
		T(test_burst_when_all_is_full),
		T(test_too_much_for_a_guest),
		T(test_late_vif),
		T(test_backlogs_leave_the_receive_reserve),
		T(test_cut_as_the_nic_takes),
		T(test_upload_over_ipv6),
		T(test_segments_for_a_guest),
		T(test_segments_wait_for_a_moment),
		T(test_half_are_hostile),
	};

	return cmocka_run_group_tests_name("back: accounts", tests, NULL, NULL);
}
