// SPDX-License-Identifier: GPL-2.0
/* The data path over simulated rings: what comes out, and that nothing is left over. */
#include "check.h"
#include "sim.h"

static struct sim_frame got;

static void expect(const struct sk_buff *skb)
{
	static u8 want[65536];

	assert_int_equal(got.len, skb->len);
	assert_int_equal(skb_copy_bits(skb, 0, want, skb->len), 0);
	assert_memory_equal(got.data, want, skb->len);
}

/* ---- tx ---- */

static const struct {
	const char *what;
	unsigned int off, head, frags, each;
	unsigned int slots;		/* trusted */
	bool bounced;
} shapes[] = {
	{ "the shortest", 64, 14, 0, 0, 1, false },
	{ "a full frame", 64, 1514, 0, 0, 1, false },
	{ "over the end of a page", 4000, 1514, 0, 0, 2, false },
	{ "to the end of a page", 4096 - 1514, 1514, 0, 0, 1, false },
	{ "13 bytes before the end", 4096 - 13, 1514, 0, 0, 1, true },
	{ "14 bytes before the end", 4096 - 14, 1514, 0, 0, 2, false },
	{ "a head and a fragment", 64, 66, 1, 1448, 2, false },
	{ "fragments over ends of pages", 64, 66, 2, 8000, 5, false },
	{ "a head and 17 fragments", 64, 66, 17, 100, 18, false },
	{ "a head and 17 large fragments", 64, 66, 17, 3800, 18, false },
	{ "25 pieces", 64, 66, 12, 5000, 15, true },
	{ "18 pieces and one more", 4000, 200, 17, 100, 1, true },
	{ "as large as can be", 0, 65535, 0, 0, 16, false },
};

static void send_shapes(bool trusted)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct sk_buff *skb;

		sim_start(trusted, true);
		skb = sim_skb(1, shapes[i].off, shapes[i].head, shapes[i].frags, shapes[i].each);
		assert_case(shapes[i].what, sim_xmit(skb), NETDEV_TX_OK);
		assert_true(back_take(&got));
		expect(skb);
		if (trusted)
			assert_case(shapes[i].what, got.slots, shapes[i].slots);
		assert_case(shapes[i].what, front.stats.tx_bounced, !trusted || shapes[i].bounced);
		assert_case(shapes[i].what, sim_freed[1], 0);
		back_answer(1);
		assert_case(shapes[i].what, sim_freed[1], 1);
		assert_case(shapes[i].what, front.fault, 0);
		assert_case(shapes[i].what, front.tx.nfree, XMD_RING);
		assert_case(shapes[i].what, front.stats.tx_packets, 1);
		sim_end();
	}
}

static void test_shapes(void **state)
{
	(void)state;
	send_shapes(true);
}

static void test_untrusted(void **state)
{
	(void)state;
	send_shapes(false);
}

static void test_too_long(void **state)
{
	(void)state;
	sim_start(true, true);
	assert_int_equal(sim_xmit(sim_skb(1, 0, 65535, 1, 1)), NETDEV_TX_OK);
	assert_int_equal(sim_xmit(sim_skb(2, 0, 13, 0, 0)), NETDEV_TX_OK);
	assert_int_equal(sim_freed[1] + sim_freed[2], 2);
	assert_int_equal(front.stats.tx_dropped, 2);
	assert_false(back_take(&got));
	sim_end();
}

/* A backend without feature-sg: one slot a frame, wherever it lies. */
static void test_no_sg(void **state)
{
	struct sk_buff *skb;

	(void)state;
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(shapes); i++) {
		sim_start(i & 1, true);
		front.feat.sg = false;
		skb = sim_skb(1, shapes[i / 2].off, shapes[i / 2].head, shapes[i / 2].frags,
			      shapes[i / 2].each);
		sim_xmit(skb);
		if (back_take(&got)) {
			expect(skb);
			assert_case(shapes[i / 2].what, got.slots, 1);
			back_answer(1);
		} else {
			assert_case(shapes[i / 2].what, front.stats.tx_dropped, 1);
			assert_true(shapes[i / 2].head + shapes[i / 2].frags * shapes[i / 2].each > 4096);
		}
		assert_case(shapes[i / 2].what, sim_freed[1], 1);
		sim_end();
	}
}

static void test_gso(void **state)
{
	struct sk_buff *skb;

	(void)state;
	sim_start(true, true);
	for (unsigned int v6 = 0; v6 < 2; v6++) {
		skb = sim_skb(1 + v6, 64, 66, 10, 4096 - 20);
		skb->info.gso_size = 1448 - v6;
		skb->info.gso_type = v6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
		skb->ip_summed = CHECKSUM_PARTIAL;
		sim_xmit(skb);
		assert_true(back_take(&got));
		expect(skb);
		assert_int_equal(got.gso_size, 1448 - v6);
		assert_int_equal(got.gso_type, v6 ? XEN_NETIF_GSO_TYPE_TCPV6 : XEN_NETIF_GSO_TYPE_TCPV4);
		assert_true(got.flags & XEN_NETTXF_csum_blank);
		back_answer(1);
	}
	assert_int_equal(front.tx.nfree, XMD_RING);
	sim_end();
}

/* Everything that the ring takes, stopped before it overflows, and woken again. */
static void test_full(void **state)
{
	unsigned int sent = 0, taken = 0;

	(void)state;
	sim_start(true, false);
	for (int round = 0; round < 20; round++) {
		while (!sim_dev.txq.stopped)
			assert_int_equal(sim_xmit(sim_skb(++sent % 1000 + 1, 64, 1000, 3, 500)), NETDEV_TX_OK);
		while (back_take(&got))
			taken++;
		assert_int_equal(taken, sent);
		back_answer(bk.unanswered - round % 3);
		assert_false(sim_dev.txq.stopped);
	}
	sim_end();
}

/* Frames of one burst are told with one event; the last, or a full ring, tells. */
static void test_more(void **state)
{
	unsigned int before;

	(void)state;
	sim_start(true, true);
	before = sim_notified;
	sim_dev.more = true;
	sim_xmit(sim_skb(1, 64, 100, 0, 0));
	sim_xmit(sim_skb(2, 64, 100, 0, 0));
	assert_int_equal(sim_notified, before);
	assert_false(back_take(&got));
	sim_dev.more = false;
	sim_xmit(sim_skb(3, 64, 100, 0, 0));
	assert_int_equal(sim_notified, before + 1);
	for (int i = 0; i < 3; i++)
		assert_true(back_take(&got));
	back_answer(3);
	sim_end();
}

/* ---- another backend ---- */

static void take_ids(unsigned int from, unsigned int to)
{
	for (unsigned int id = from; id <= to; id++) {
		struct sk_buff *skb = sim_skb(SIM_KEEP - 1, 64, 60 + id, id % 4, 700);

		/* as the frame with that id was made */
		dev_kfree_skb_any(skb);
		assert_true(back_take(&got));
		assert_int_equal(got.len, 60 + id + id % 4 * 700);
		assert_int_equal(got.data[1], (u8)(id * 31 + 7));
	}
}

/* Unanswered frames go to the next backend first, in order, each once. */
static void test_again(void **state)
{
	(void)state;
	for (int trusted = 0; trusted < 2; trusted++) {
		sim_start(trusted, true);
		for (unsigned int id = 1; id <= 30; id++)
			sim_xmit(sim_skb(id, 64, 60 + id, id % 4, 700));
		take_ids(1, 20);
		back_answer(7);
		/* the old one is dead: what it had taken is not answered */
		xmd_front_rings_withdraw(&front);
		assert_true(sim_dev.txq.stopped);
		front.xbdev->otherend_id++;
		sim_connect();
		assert_false(sim_dev.txq.stopped);
		sim_xmit(sim_skb(31, 64, 60 + 31, 31 % 4, 700));
		take_ids(8, 31);
		assert_false(back_take(&got));
		back_answer(24);
		for (unsigned int id = 1; id <= 31; id++)
			assert_int_equal(sim_freed[id], 1);
		assert_int_equal(front.stats.tx_again, 23);
		sim_end();
	}
}

/* A whole ring of frames that were answered in part only: all of them fit the next one. */
static void test_again_in_part(void **state)
{
	unsigned int id = 0;

	(void)state;
	sim_start(true, true);
	while (!sim_dev.txq.stopped)
		sim_xmit(sim_skb(++id, 64, 100, 2, 100));
	while (back_take(&got))
		;
	/* the middle slot of each frame */
	for (unsigned int i = 0; i < id; i++) {
		netif_tx_sring_t *s = front.tx.ring.sring;
		struct netif_tx_response *rsp =
			&((union netif_tx_sring_entry *)s->ring)[i].rsp;

		rsp->id = bk.taken[i].id[1];
		rsp->status = NETIF_RSP_OKAY;
		s->rsp_prod = i + 1;
	}
	sim_event(XMD_CHANNEL_TX);
	sim_run();
	assert_int_equal(front.fault, 0);
	assert_int_equal(skb_queue_len(&front.tx.sent), id);
	/* ring slots are free, the frames' own are not */
	assert_true(sim_dev.txq.stopped);
	xmd_front_rings_withdraw(&front);
	sim_connect();
	for (unsigned int i = 1; i <= id; i++) {
		assert_true(back_take(&got));
		assert_int_equal(got.len, 300);
		assert_int_equal(got.data[1], (u8)(i * 31 + 7));
	}
	back_answer(id);
	sim_end();
}

/* The old backend holds pages for ever so long: they are not anybody else's before. */
static void test_pages_held(void **state)
{
	grant_ref_t tx[3], rx[3];
	unsigned int pages;

	(void)state;
	for (int trusted = 0; trusted < 2; trusted++) {
		sim_start(trusted, true);
		for (unsigned int i = 0; i < 3; i++) {
			sim_xmit(sim_skb(1 + i, 64, 1000, 0, 0));
			back_map(tx[i] = back_tx_ref(i), 1);
			back_map(rx[i] = back_rx_ref(10 + i), 1);
		}
		xmd_front_rings_withdraw(&front);
		xmd_front_tx_forget(&front);
		/* exactly these */
		pages = sim_pages();
		assert_int_equal(pages, 6);
		assert_int_equal(sim_grants(), 6);
		sim_connect();
		for (unsigned int i = 0; i < 3; i++) {
			back_map(tx[i], -1);
			back_map(rx[i], -1);
		}
		sim_end();
	}
}

static void test_down_and_up(void **state)
{
	(void)state;
	sim_start(true, true);
	sim_xmit(sim_skb(1, 64, 1000, 0, 0));
	rtnl_lock();
	sim_dev.running = false;
	sim_dev.txq.stopped = true;
	napi_disable(&front.napi);
	rtnl_unlock();
	xmd_front_tx_orphan(&front);
	/* answered, and connected anew, while it is down */
	assert_true(back_take(&got));
	back_answer(1);
	assert_int_equal(sim_freed[1], 0);
	xmd_front_rings_withdraw(&front);
	sim_connect();
	assert_true(sim_dev.txq.stopped);
	rtnl_lock();
	sim_dev.running = true;
	napi_enable(&front.napi);
	rtnl_unlock();
	napi_schedule(&front.napi);
	sim_run();
	assert_false(sim_dev.txq.stopped);
	assert_true(back_take(&got));
	back_answer(1);
	assert_int_equal(sim_freed[1], 1);
	sim_end();
}

/* ---- rx ---- */

static u8 wire[18 * 4096];

static void make_wire(u16 type)
{
	for (unsigned int i = 0; i < sizeof(wire); i++)
		wire[i] = i * 11 + (i >> 8);
	wire[12] = type >> 8;
	wire[13] = type;
}

static void expect_received(unsigned int len)
{
	static u8 data[sizeof(wire)];
	struct sk_buff *skb = __skb_dequeue(&sim_received);

	assert_non_null(skb);
	assert_int_equal(skb->len, len);
	assert_int_equal(skb_copy_bits(skb, 0, data, len), 0);
	assert_memory_equal(data, wire, len);
	dev_kfree_skb_any(skb);
}

static void receive_all(bool trusted, bool split)
{
	sim_start(trusted, split);
	make_wire(ETH_P_IP);
	assert_int_equal(back_room(), XMD_RING);
	/* several times round */
	for (unsigned int i = 0; i < 900; i++) {
		unsigned int len = 14 + i * 5 % 4000, off = i % 90;

		back_put(wire, off, len, XEN_NETRXF_data_validated);
		back_push();
		expect_received(len);
	}
	assert_int_equal(front.fault, 0);
	assert_int_equal(front.stats.rx_packets, 900);
	assert_int_equal(back_room(), XMD_RING);
	if (trusted)
		assert_true(front.stats.rx_recycled > 300);
	else
		assert_int_equal(front.stats.rx_recycled, 0);
	sim_end();
}

static void test_receive(void **state)
{
	(void)state;
	receive_all(true, true);
	receive_all(true, false);
	receive_all(false, true);
}

/* A chain of @n slots, the last one of @last bytes. */
static unsigned int put_chain(unsigned int n, unsigned int last, u16 flags, bool gso)
{
	unsigned int at = 0;

	for (unsigned int i = 0; i < n; i++) {
		unsigned int len = i + 1 < n ? 4096 : last;

		back_put(wire + at, 0, len, (i ? 0 : flags) | (i + 1 < n ? XEN_NETRXF_more_data : 0) |
			 (!i && gso ? XEN_NETRXF_extra_info : 0));
		at += len;
		if (!i && gso)
			back_put_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	}
	return at;
}

static void test_chains(void **state)
{
	(void)state;
	sim_start(true, true);
	make_wire(ETH_P_IP);
	for (unsigned int round = 0; round < 40; round++) {
		unsigned int n = 1 + round % 18;
		unsigned int len = put_chain(n, 100, XEN_NETRXF_csum_blank, round & 1);

		back_push();
		assert_int_equal(front.fault, 0);
		assert_int_equal(sim_received.next->ip_summed, CHECKSUM_PARTIAL);
		assert_int_equal(sim_received.next->info.gso_size, round & 1 ? 1448 : 0);
		expect_received(len);
		assert_int_equal(back_room(), XMD_RING);
	}
	sim_end();
}

/* The first bytes in slots of one byte each: the header is put together. */
static void test_crumbs(void **state)
{
	(void)state;
	sim_start(true, true);
	make_wire(ETH_P_IP);
	for (unsigned int i = 0; i < 16; i++)
		back_put(wire + i, 100 + i, 1, i < 15 ? XEN_NETRXF_more_data : 0);
	back_push();
	assert_int_equal(front.fault, 0);
	expect_received(16);
	sim_end();
}

/* Half a frame is no work, and the rest of it brings an event. */
static void test_half(void **state)
{
	(void)state;
	sim_start(true, true);
	make_wire(ETH_P_IP);
	back_put(wire, 0, 1000, XEN_NETRXF_more_data);
	back_push();
	assert_true(skb_queue_empty(&sim_received));
	assert_int_equal(front.napi.scheduled, 0);
	back_put(wire + 1000, 0, 500, 0);
	back_push();
	expect_received(1500);
	sim_end();
}

static const struct {
	const char *what;
	int len;
	u16 type, flags;
	u8 gso_type;
	u16 gso_size;
	int csum;
} refused[] = {
	{ "status -1", -1, ETH_P_IP },
	{ "13 bytes", 13, ETH_P_IP },
	{ "no checksum to be found", 100, ETH_P_IP, XEN_NETRXF_csum_blank, .csum = -EPROTO },
	{ "IPv4 segments that are IPv6", 1000, ETH_P_IPV6, XEN_NETRXF_csum_blank, 1, 500 },
	{ "IPv6 segments that are ARP", 1000, ETH_P_ARP, XEN_NETRXF_csum_blank, 2, 500 },
	{ "segments of nothing", 1000, ETH_P_IP, XEN_NETRXF_csum_blank, 1, 0 },
	{ "segments of an unknown kind", 1000, ETH_P_IP, XEN_NETRXF_csum_blank, 9, 500 },
};

/* A wrong frame is counted and gone; the next one comes through. */
static void test_refused(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(refused); i++) {
		sim_start(true, true);
		make_wire(refused[i].type);
		sim_csum_setup = refused[i].csum;
		back_put(wire, 0, refused[i].len, refused[i].flags |
			 (refused[i].gso_type ? XEN_NETRXF_extra_info : 0));
		if (refused[i].gso_type)
			back_put_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0, refused[i].gso_type,
				       refused[i].gso_size);
		back_push();
		assert_case(refused[i].what, front.fault, 0);
		assert_case(refused[i].what, skb_queue_empty(&sim_received), true);
		assert_case(refused[i].what, front.stats.rx_dropped + front.stats.rx_csum_errors, 1);
		sim_csum_setup = 0;
		back_put(wire, 0, 100, 0);
		back_push();
		expect_received(100);
		sim_end();
	}
}

/* A page is passed on only when the backend cannot write to it any more (XSA-396). */
static void test_rx_held(void **state)
{
	grant_ref_t ref;

	(void)state;
	sim_start(true, true);
	make_wire(ETH_P_IP);
	ref = back_rx_ref(0);
	back_map(ref, 1);
	back_put(wire, 0, 1000, 0);
	back_push();
	assert_int_equal(front.fault, XMD_FAULT_RX_GRANT);
	assert_true(skb_queue_empty(&sim_received));
	xmd_front_rings_withdraw(&front);
	assert_int_equal(sim_pages(), 1);
	back_map(ref, -1);
	sim_end();
}

/* ---- backends that lie ---- */

enum lie {
	TX_PROD_AHEAD, TX_PROD_BACK, TX_PROD_FAR, TX_TWICE, TX_NEVER_SENT, TX_ID_LARGE, TX_HELD,
	RX_PROD_AHEAD, RX_PROD_FAR, RX_WRONG_ID, RX_OVER_PAGE, RX_RUNAWAY, RX_EXTRA_TYPE,
	RX_EXTRA_ENDLESS, LIES
};

static const int lie_fault[LIES] = {
	XMD_FAULT_TX_PROD, XMD_FAULT_TX_PROD, XMD_FAULT_TX_PROD, XMD_FAULT_TX_ID, XMD_FAULT_TX_ID,
	XMD_FAULT_TX_ID, XMD_FAULT_TX_GRANT, XMD_FAULT_RX_PROD, XMD_FAULT_RX_PROD,
	XMD_FAULT_RX_ID, XMD_FAULT_RX_PAGE, XMD_FAULT_RX_RUNAWAY, XMD_FAULT_RX_EXTRA,
	XMD_FAULT_RX_EXTRA,
};

static void tx_response(u32 idx, u16 id)
{
	struct netif_tx_response *rsp =
		&((union netif_tx_sring_entry *)((netif_tx_sring_t *)front.tx.ring.sring)->ring)[idx].rsp;

	rsp->id = id;
	rsp->status = NETIF_RSP_OKAY;
	front.tx.ring.sring->rsp_prod = idx + 1;
}

static grant_ref_t lie(enum lie what)
{
	grant_ref_t held = INVALID_GRANT_REF;
	u16 id = ((union netif_tx_sring_entry *)((netif_tx_sring_t *)front.tx.ring.sring)->ring)[0].req.id;
	unsigned int i;

	switch (what) {
	case TX_PROD_AHEAD: front.tx.ring.sring->rsp_prod = 3; break;
	case TX_PROD_BACK: front.tx.ring.sring->rsp_prod = -1u; break;
	case TX_PROD_FAR: front.tx.ring.sring->rsp_prod = 0x80000000u; break;
	case TX_TWICE: tx_response(0, id); tx_response(1, id); break;
	case TX_NEVER_SENT: tx_response(0, 200); break;
	case TX_ID_LARGE: tx_response(0, 256 + id); break;
	case TX_HELD: held = back_tx_ref(0); back_map(held, 1); tx_response(0, id); break;
	case RX_PROD_AHEAD: front.rx.ring.sring->rsp_prod = 257; break;
	case RX_PROD_FAR: front.rx.ring.sring->rsp_prod = 0xffffff00u; break;
	case RX_WRONG_ID:
		back_put(wire, 0, 100, 0);
		((union netif_rx_sring_entry *)((netif_rx_sring_t *)front.rx.ring.sring)->ring)[0].rsp.id = 1;
		break;
	case RX_OVER_PAGE: back_put(wire, 4000, 97, 0); break;
	case RX_RUNAWAY:
		for (i = 0; i < 256; i++)
			back_put(wire, 0, 100, XEN_NETRXF_more_data);
		break;
	case RX_EXTRA_TYPE:
		back_put(wire, 0, 100, XEN_NETRXF_extra_info);
		back_put_extra(77, 0, 0, 0);
		break;
	case RX_EXTRA_ENDLESS:
		back_put(wire, 0, 100, XEN_NETRXF_extra_info);
		for (i = 0; i < 255; i++)
			back_put_extra(XEN_NETIF_EXTRA_TYPE_HASH, XEN_NETIF_EXTRA_FLAG_MORE, 0, 0);
		break;
	default:
		break;
	}
	if (what > RX_PROD_FAR)
		front.rx.ring.sring->rsp_prod = bk.rx_cons;
	return held;
}

/* Nothing worse than one reason happens, and a new connection works as ever. */
static void test_lies(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < LIES * 2; i++) {
		unsigned int before, what = i / 2;
		grant_ref_t held;

		sim_start(i & 1, true);
		make_wire(ETH_P_IP);
		sim_xmit(sim_skb(1, 64, 500, 0, 0));
		sim_xmit(sim_skb(2, 64, 500, 0, 0));
		held = lie(what);
		sim_event(what < RX_PROD_AHEAD ? XMD_CHANNEL_TX : XMD_CHANNEL_RX);
		sim_run();
		assert_int_equal(front.fault, lie_fault[what]);
		/* a storm of events afterwards makes no work: they stay masked */
		before = front.stats.events;
		for (unsigned int n = 0; n < 100; n++) {
			sim_event(XMD_CHANNEL_TX);
			sim_event(XMD_CHANNEL_RX);
			sim_run();
		}
		assert_true(front.stats.events <= before + 1);
		xmd_front_rings_withdraw(&front);
		xmd_front_tx_forget(&front);
		if (held != INVALID_GRANT_REF)
			back_map(held, -1);
		sim_connect();
		sim_xmit(sim_skb(3, 64, 500, 0, 0));
		assert_true(back_take(&got));
		assert_int_equal(got.data[1], (u8)(3 * 31 + 7));
		back_answer(1);
		back_put(wire, 0, 100, 0);
		back_push();
		expect_received(100);
		sim_end();
	}
}

/* Events without responses are reported as spurious, one poll each; others are not (XSA-391). */
static void test_storm(void **state)
{
	(void)state;
	for (int split = 0; split < 2; split++) {
		sim_start(true, split);
		make_wire(ETH_P_IP);
		for (int i = 0; i < 50; i++) {
			sim_xmit(sim_skb(1, 64, 500, 0, 0));
			assert_true(back_take(&got));
			back_answer(1);
			back_put(wire, 0, 100, 0);
			back_push();
			expect_received(100);
		}
		assert_int_equal(sim_spurious, 0);
		assert_int_equal(sim_eois, 100);
		for (int i = 0; i < 50; i++) {
			sim_event(XMD_CHANNEL_TX);
			sim_run();
			sim_event(XMD_CHANNEL_RX);
			sim_run();
		}
		assert_int_equal(sim_spurious, 100);
		sim_end();
	}
}

/* ---- no memory ---- */

static void test_no_memory_rx(void **state)
{
	(void)state;
	sim_start(false, true);
	make_wire(ETH_P_IP);
	for (unsigned int i = 1; i < 40; i++) {
		sim_failed = false;
		sim_fail_at = i;
		for (unsigned int n = 0; n < 10; n++)
			back_put(wire, 0, 1500, 0);
		back_push();
		sim_fail_at = 0;
		sim_timers();
		assert_int_equal(back_room(), XMD_RING);
		assert_int_equal(front.fault, 0);
		while (!skb_queue_empty(&sim_received))
			expect_received(1500);
		if (!sim_failed)
			break;
	}
	assert_true(front.stats.rx_no_memory && front.stats.rx_dropped);
	sim_end();
}

static void test_no_memory_tx(void **state)
{
	(void)state;
	sim_start(false, true);
	for (unsigned int i = 1; i <= 3; i++) {
		sim_fail_at = i;
		sim_xmit(sim_skb(i, 64, 12000 - 100, 0, 0));
		assert_int_equal(sim_freed[i], 1);
		assert_false(back_take(&got));
	}
	assert_int_equal(front.stats.tx_dropped, 3);
	sim_end();
}

/* Each step of connecting fails once. */
static void test_connect_fails(void **state)
{
	unsigned int i;

	(void)state;
	sim_start(true, true);
	xmd_front_rings_withdraw(&front);
	for (i = 1; ; i++) {
		int err;

		sim_failed = false;
		sim_fail_at = i;
		err = xmd_front_rings_make(&front);
		if (!err)
			err = xmd_front_rings_publish(&front);
		sim_fail_at = 0;
		if (!sim_failed)
			break;
		/* a transaction that has to be repeated is the only failure that is none */
		xmd_front_rings_withdraw(&front);
		assert_int_equal(sim_grants(), 0);
		assert_int_equal(sim_pages(), 0);
	}
	assert_true(i > 12);
	xmd_front_rings_withdraw(&front);
	sim_connect();
	sim_end();
}

/* ---- multicast ---- */

static void groups(unsigned int n)
{
	sim_dev.n_mc = n;
	for (unsigned int i = 0; i < n; i++)
		memcpy(sim_dev.mc[i].addr, (u8[]){ 0x33, 0x33, 0, 0, i >> 8, i }, 6);
	xmd_front_mcast_update(&front);
}

/* The work, and a backend that answers. */
static void tell(void)
{
	for (int i = 0; i < 10; i++) {
		if (front.mcast.work.pending) {
			front.mcast.work.pending = false;
			front.mcast.work.work.fn(&front.mcast.work.work);
		}
		while (back_take(&got))
			;
		if (bk.unanswered)
			back_answer(bk.unanswered);
	}
}

static void test_groups(void **state)
{
	(void)state;
	sim_start(true, true);
	assert_int_equal(sim_requested, 0);
	groups(3);
	sim_work();
	/* not before the backend has answered */
	assert_int_equal(sim_requested, 0);
	tell();
	assert_int_equal(sim_requested, 1);
	assert_int_equal(bk.mcast_add, 3);
	groups(2);
	tell();
	assert_int_equal(bk.mcast_del, 1);
	groups(64);
	tell();
	assert_int_equal(bk.mcast_add, 3 + 62);
	assert_int_equal(sim_requested, 1);
	groups(65);
	tell();
	assert_int_equal(sim_requested, 0);
	groups(1);
	tell();
	assert_int_equal(bk.mcast_del, 1 + 63);
	assert_int_equal(sim_requested, 1);
	sim_dev.flags = IFF_ALLMULTI;
	xmd_front_mcast_update(&front);
	tell();
	assert_int_equal(sim_requested, 0);
	sim_dev.flags = 0;
	xmd_front_mcast_update(&front);
	tell();
	assert_int_equal(sim_requested, 1);
	/* an adopting backend has lost the list */
	bk.mcast_add = 0;
	xmd_front_mcast_forgotten(&front);
	tell();
	assert_int_equal(bk.mcast_add, 1);
	assert_int_equal(sim_requested, 1);
	assert_int_equal(front.tx.nfree, XMD_RING);
	sim_end();
}

/* Another driver had asked, of a backend with which we do not: nothing must be kept back. */
static void test_group_left(void **state)
{
	(void)state;
	sim_start(true, true);
	xmd_front_rings_withdraw(&front);
	front.feat.mcast = false;
	sim_requested = 1;
	sim_connect();
	assert_int_equal(sim_requested, 0);
	sim_end();
}

static void test_group_refused(void **state)
{
	(void)state;
	sim_start(true, true);
	bk.refuse_mcast = true;
	groups(3);
	tell();
	assert_int_equal(sim_requested, 0);
	assert_int_equal(front.fault, 0);
	sim_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_untrusted),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_no_sg),
		cmocka_unit_test(test_gso),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_more),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_again_in_part),
		cmocka_unit_test(test_pages_held),
		cmocka_unit_test(test_down_and_up),
		cmocka_unit_test(test_receive),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_crumbs),
		cmocka_unit_test(test_half),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_rx_held),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_no_memory_rx),
		cmocka_unit_test(test_no_memory_tx),
		cmocka_unit_test(test_connect_fails),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_group_left),
		cmocka_unit_test(test_group_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
