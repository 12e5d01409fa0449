// SPDX-License-Identifier: GPL-2.0
/*
 * Mirrors: who listens sees each frame of the vif, and nobody else notices; and each frame that
 * is dropped is traced.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "sim.h"
#include "mirror.h"
#include "sim_netdev.h"

static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 };
static struct guest *a, *b;
static struct net_device *ma, *mb;
static struct flat in;
static u8 p[66000];

static void make_mirrors(void)
{
	sim_works();
	ma = sim_netdev("xmdvif1.0");
	mb = sim_netdev("xmdvif2.0");
}

static int setup(void **state)
{
	(void)state;
	sim_start_two(&a, &b);
	sim_run();
	assert_null(sim_netdev("xmdvif1.0"));	/* nobody has waited for it */
	make_mirrors();
	assert_non_null(ma);
	assert_non_null(mb);
	make_frame(p, a->mac, station, 60, 0);
	nic_receive(p, 60);
	guest_post(a, 100);
	guest_post(b, 100);
	sim_run();
	bool bad;

	assert_true(guest_receive(a, &in, &bad));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_stop();
	return 0;
}

static void listen_at(struct net_device *dev)
{
	sim_up(dev, true);
	sim_listen(dev, 1);
	dev->room = 1000;
}

static void send_to(struct guest *from, const u8 *to, u32 len, u32 seq)
{
	make_frame(p, to, from->mac, len, seq);
	guest_send(from, p, len, 1000, 0);
	sim_run();
	nic_complete(SIM_FRAMES);
}

static void expect_seen(struct net_device *dev, unsigned int n, const u8 *to, const u8 *from, u32 len,
			u32 seq)
{
	assert_int_equal(dev->n_seen, n);
	make_frame(p, to, from, len, seq);
	assert_int_equal(dev->seen->len, len);
	assert_memory_equal(dev->seen->data, p, len);
}

static struct rtnl_link_stats64 stats_of(struct net_device *dev)
{
	struct rtnl_link_stats64 s = { 0 };

	dev->netdev_ops->ndo_get_stats64(dev, &s);
	return s;
}

static void test_both_ways(void **state)
{
	bool bad;

	(void)state;
	listen_at(ma);
	send_to(a, station, 1514, 1);
	expect_seen(ma, 1, station, a->mac, 1514, 1);
	make_frame(p, a->mac, station, 1400, 2);
	nic_receive(p, 1400);
	sim_run();
	expect_seen(ma, 2, a->mac, station, 1400, 2);
	assert_true(guest_receive(a, &in, &bad));
	make_frame(p, b->mac, station, 300, 3);
	nic_receive(p, 300);
	sim_run();
	assert_int_equal(ma->n_seen, 2);	/* not a's */
	assert_int_equal(mb->n_seen, 0);
	assert_int_equal(sim_skbs, 0);
}

/* Up alone, or a socket alone, is nobody who listens; nothing is copied then. */
static void test_nobody_listens(void **state)
{
	(void)state;
	send_to(a, station, 200, 1);
	sim_listen(ma, 1);
	send_to(a, station, 200, 2);
	sim_listen(ma, 0);
	sim_up(ma, true);
	assert_int_equal(xmd_mirror_key.n, 1);
	send_to(a, station, 200, 3);
	assert_int_equal(ma->n_seen, 0);
	sim_up(ma, false);
	assert_int_equal(xmd_mirror_key.n, 0);
	assert_int_equal(nic.n_sent, 3);
}

/* From guest to guest Xen copies, unless one of the two is listened to. */
static void test_guest_to_guest(void **state)
{
	struct xmd_vif *v = back.vif[0];

	(void)state;
	make_frame(p, station, b->mac, 60, 0);	/* b is known */
	send_to(a, b->mac, 1514, 1);
	send_to(a, b->mac, 1514, 2);
	assert_int_equal(v->st.tx_direct, 1);	/* the first is a guess */
	for (u32 i = 0; i < 2; i++) {
		listen_at(i ? ma : mb);
		send_to(a, b->mac, 1514, 3 + i);
		expect_seen(i ? ma : mb, 1, b->mac, a->mac, 1514, 3 + i);
		sim_listen(i ? ma : mb, 0);
		assert_int_equal(v->st.tx_direct, 1);
	}
	send_to(a, b->mac, 1514, 5);
	assert_int_equal(v->st.tx_direct, 2);
	for (u32 i = 1; i <= 5; i++) {
		bool bad;

		assert_true(guest_receive(b, &in, &bad));
		assert_false(bad);
		assert_int_equal(seq_of(in.data), i);
	}
	assert_int_equal(ma->n_seen, 1);
	assert_int_equal(mb->n_seen, 1);
}

/* A listener comes and goes while frames flow: none is lost, held up or seen twice. */
static void test_comes_and_goes(void **state)
{
	unsigned int seen = 0;

	(void)state;
	for (u32 i = 1; i <= 400; i++) {
		if (i % 7 == 0)
			sim_up(ma, !ma->up);
		if (i % 5 == 0)
			sim_listen(ma, !ma->taps);
		ma->room = 1000;
		seen += ma->up && ma->taps;
		send_to(a, station, 100, i);
		assert_int_equal(nic.sent_seq[i - 1], i);
		assert_int_equal(guest_tx_status(a), 0);
	}
	assert_in_range(seen, 50, 350);
	assert_int_equal(ma->n_seen, seen);
}

/* Whose socket is full, or for whom there is no memory, misses frames; the guest does not. */
static void test_full_and_no_memory(void **state)
{
	(void)state;
	listen_at(ma);
	ma->room = 10;
	for (u32 i = 1; i <= 30; i++)
		send_to(a, station, 1000, i);
	assert_int_equal(ma->n_seen, 10);
	assert_int_equal(ma->n_missed, 20);
	assert_int_equal(stats_of(ma).rx_fifo_errors, 0);
	sim_fail_at = 1;
	send_to(a, station, 1000, 31);
	assert_int_equal(stats_of(ma).rx_fifo_errors, 1);
	assert_int_equal(nic.n_sent, 31);
	assert_int_equal(sim_skbs, 0);
}

/* One large frame, as it is. */
static void test_gso(void **state)
{
	const u32 len = 54 + 5000;

	(void)state;
	listen_at(ma);
	make_frame(p, station, a->mac, len, 1);
	memcpy(p + 12, (u8[]){ 8, 0, 0x45, 0, (len - 14) >> 8, (len - 14) & 255, 0, 1, 0, 0, 64, 6, 0, 0,
			       10, 0, 0, 1, 10, 0, 0, 2, 0, 80, 0, 81 }, 26);
	p[46] = 0x50;
	memcpy(a->txpage[0], p, 4096);
	memcpy(a->txpage[1], p + 4096, len - 4096);
	guest_slot(a, 0, 0, len, XEN_NETTXF_csum_blank | XEN_NETTXF_extra_info | XEN_NETTXF_more_data);
	a->tx->ring[(a->tx_prod - 1) % 256].req.size = len;
	guest_gso(a, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	guest_slot(a, 1, 0, len - 4096, 0);
	guest_push(a);
	sim_run();
	nic_complete(SIM_FRAMES);
	assert_int_equal(ma->n_seen, 1);
	assert_int_equal(ma->seen->len, len);
	assert_int_equal(ma->seen->gso_size, 1448);
	assert_true(ma->seen->flags & XMD_F_GSO_TCPV4);
	assert_memory_equal(ma->seen->data + 100, p + 100, len - 100);
}

/* The vif's counters, up or down; what is sent into a mirror is dropped and counted. */
static void test_statistics(void **state)
{
	struct sk_buff *skb = calloc(1, sizeof(*skb));
	struct rtnl_link_stats64 s;

	(void)state;
	send_to(a, station, 500, 1);
	s = stats_of(ma);
	assert_int_equal(s.rx_packets, 1);
	assert_int_equal(s.rx_bytes, 500);
	assert_int_equal(s.tx_packets, 1);
	assert_int_equal(s.tx_bytes, 60);
	sim_skbs++;
	assert_int_equal(ma->netdev_ops->ndo_start_xmit(skb, ma), NETDEV_TX_OK);
	assert_int_equal(stats_of(ma).tx_aborted_errors, 1);
	assert_int_equal(stats_of(ma).tx_packets, 1);
	assert_int_equal(sim_skbs, 0);
}

/* Of the driver domain's network it has nothing. */
static void test_nothing_of_the_stack(void **state)
{
	(void)state;
	assert_true(ma->ip6->cnf.disable_ipv6);
	assert_int_equal(ma->flags, IFF_NOARP);
	assert_true(ma->priv_flags & IFF_NO_RX_HANDLER);
	assert_true(ma->features & NETIF_F_VLAN_CHALLENGED);
}

/* Fifty that come and go, listened to or not, in any order with the work: nothing is left. */
static void test_fifty_come_and_go(void **state)
{
	struct guest *g[50];
	char name[16];

	(void)state;
	for (unsigned int round = 0; round < 5; round++) {
		for (unsigned int i = 0; i < 50; i++) {
			if (!round)
				g[i] = guest_new(10 + i, LINUX);
			assert_int_equal(guest_connect(g[i], false), 0);
			if (i % 7 == round)
				sim_works();
		}
		sim_works();
		assert_int_equal(sim_devs, 52);
		for (unsigned int i = 0; i < 50; i++) {
			snprintf(name, sizeof(name), "xmdvif%u.0", 10 + i);
			if (i % 3 == 0)
				listen_at(sim_netdev(name));
			assert_int_equal(guest_disconnect(g[i]), 0);
			if (i % 11 == round)
				sim_works();
		}
		assert_true(round % 2 || (sim_works(), sim_devs == 2));
	}
	sim_works();
	assert_int_equal(sim_devs, 2);
	assert_int_equal(xmd_mirror_key.n, 0);
}

static void reconnect_a(void)
{
	sim_in_rtnl = NULL;
	guest_disconnect(a);
	guest_connect(a, true);
}

/* It has gone, and come again, while its mirror was being made or removed. */
static void test_gone_meanwhile(void **state)
{
	(void)state;
	for (unsigned int remove = 0; remove < 2; remove++) {
		assert_int_equal(guest_disconnect(a), 0);
		if (!remove)
			sim_works();
		assert_int_equal(guest_connect(a, true), 0);
		sim_in_rtnl = reconnect_a;
		sim_works();
		assert_null(sim_in_rtnl);
		make_mirrors();
		assert_non_null(ma);
		assert_int_equal(sim_devs, 2);
		listen_at(ma);
		send_to(a, station, 100, remove);
		assert_int_equal(ma->n_seen, 1);
	}
}

/* One that cannot be made is said, tried again with the next vif, and missed by nobody. */
static void test_cannot_be_made(void **state)
{
	struct xmd_vif *v = back.vif[0];
	unsigned int said;

	(void)state;
	for (int at = 1; at <= 2; at++) {
		assert_int_equal(guest_disconnect(a), 0);
		sim_works();
		assert_int_equal(guest_connect(a, true), 0);
		said = sim_notices;
		sim_fail_at = at;
		sim_works();
		assert_int_equal(sim_notices, said + 1);
		assert_int_equal(sim_devs, 1);
		send_to(a, station, 100, at);
		assert_int_equal(nic.n_sent, at);
	}
	v = back.vif[0];
	v->id.domid = 12345;
	v->id.handle = 12345678;	/* no name for it */
	xmd_mirror_add();
	sim_works();
	assert_int_equal(sim_notices, said + 2);
	v->id.domid = 1;
	v->id.handle = 0;
	xmd_mirror_add();
	make_mirrors();
	assert_non_null(ma);
}

/* Each counted drop is one traced. */
static void test_drops_are_traced(void **state)
{
	const struct xmd_vif_stats *s = &back.vif[0]->st;
	static const u8 other[6] = { 2, 9, 9, 9, 9, 9 };

	(void)state;
	sim_dropped = 0;
	make_frame(p, station, other, 100, 1);
	guest_send(a, p, 100, 1000, 0);		/* spoofed */
	send_to(a, station, 1600, 2);		/* too long */
	memset(a->txbad, true, sizeof(a->txbad));
	for (u32 i = 0; i < 3; i++)
		send_to(a, station, 100, i);
	memset(a->txbad, false, sizeof(a->txbad));
	nic.answer = -ENETDOWN;
	send_to(a, station, 100, 4);
	nic.answer = 1;
	for (u32 i = 0; i < 600; i++) {
		make_frame(p, a->mac, station, 1000, i);
		nic_receive(p, 1000);
	}
	sim_run();
	sim_now += 2 * XMD_STALL_S;
	xmd_rx_tick(back.vif[0]);
	assert_true(s->tx_spoofed && s->rx_aged && s->tx_errors && s->tx_drops > 2);
	assert_int_equal(sim_dropped, s->tx_errors + s->tx_drops + s->rx_drops + s->rx_full);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_both_ways), T(test_nobody_listens), T(test_guest_to_guest),
		T(test_comes_and_goes), T(test_full_and_no_memory), T(test_gso), T(test_statistics),
		T(test_nothing_of_the_stack), T(test_fifty_come_and_go), T(test_gone_meanwhile),
		T(test_cannot_be_made), T(test_drops_are_traced),
	};

	return cmocka_run_group_tests_name("mirror", tests, NULL, NULL);
}
