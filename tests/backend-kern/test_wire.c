// SPDX-License-Identifier: GPL-2.0
/*
 * What comes from the wire in batches: to guests that have posted buffers at once, and for those
 * that take no more, dropped before anybody has looked into it.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "sim.h"
#include "frames.h"

#define MSS	1000u

static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 };
static struct guest *a, *b;
static struct flat in;
static u8 last;		/* byte that got() has seen */
static u8 flags;	/* of what comes from the wire */

static int setup(void **state)
{
	(void)state;
	sim_start_two(&a, &b);
	sim_run();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_stop();
	return 0;
}

static struct xmd_vif *vif_of(const struct guest *g)
{
	for (unsigned int i = 0; i < XMD_VIFS_MAX; i++)
		if (back.vif[i] && back.vif[i]->id.domid == g->domid)
			return back.vif[i];
	return NULL;
}

static unsigned int got(struct guest *g)
{
	unsigned int n = 0;
	bool bad;

	for (; guest_receive(g, &in, &bad); n += !bad)
		last = in.data[in.len - 1];
	return n;
}

/* Segment @i of a stream, all right. */
static u32 segment(u8 *p, const u8 *to, u32 i)
{
	unsigned int net, l4, hdr = make_headers(p, &shapes[1], MSS, &net, &l4);
	u32 seq = i * MSS;

	memcpy(p, to, 6);
	memcpy(p + 6, station, 6);
	p[l4 + 13] = 0x10;
	be16(p + l4 + 4, seq >> 16);
	be16(p + l4 + 6, seq);
	be16(p + net + 10, ~ref_add(0, p + net, 20));
	memset(p + hdr, i, MSS);
	be16(p + l4 + 16, 0);
	be16(p + l4 + 16, ~ref_verify(p, hdr + MSS, &shapes[1], net, l4));
	return hdr + MSS;
}

/* @n frames, in turn to @to[0] to @to[k - 1], in one batch; no poll runs but the NIC's. */
static void burst(struct guest **to, unsigned int k, unsigned int n, bool tcp)
{
	struct xmd_buf *f[XMD_BATCH];

	nic_take(f, n);
	for (unsigned int i = 0; i < n; i++) {
		f[i]->len = 200;
		if (tcp)
			f[i]->len = segment(f[i]->data, to[i % k]->mac, i / k);
		else
			make_frame(f[i]->data, to[i % k]->mac, station, 200, i / k);
		f[i]->frame_len = f[i]->len;
		f[i]->flags = flags;
	}
	nic.ops->rx_return(nic.ctx, f, n);
}

static void repost(struct guest *g, unsigned int upto)
{
	unsigned int has = g->rx_prod - g->rx_cons;

	if (has < upto)
		guest_post(g, upto - has);
}

/* ---------------------------------------------------------------- at once */

static void test_posted_buffers_are_filled_at_once(void **state)
{
	struct guest *both[] = { a, b };
	u64 polls;
	bool bad;

	(void)state;
	repost(a, 200);
	repost(b, 200);
	sim_run();
	polls = vif_of(a)->st.polls;
	a->events = 0;
	burst(both, 2, 64, false);
	/* One copy and one event for each guest, and no poll of its vif. */
	for (u32 i = 0; i < 32; i++) {
		assert_true(guest_receive(a, &in, &bad) && !bad);
		assert_int_equal(seq_of(in.data), i);
		assert_true(guest_receive(b, &in, &bad) && !bad);
		assert_int_equal(seq_of(in.data), i);
	}
	assert_int_equal(a->events, 1);
	assert_int_equal(vif_of(a)->st.rx_batches, 1);
	sim_run();
	assert_int_equal(vif_of(a)->st.polls, polls);
}

/* Half of a batch finds buffers: the other half waits in its order, and an event is asked for. */
static void test_the_rest_waits(void **state)
{
	bool bad;

	(void)state;
	guest_post(a, 30);
	burst(&a, 1, 64, false);
	sim_run();
	assert_int_equal(vif_of(a)->bl_tail - vif_of(a)->bl_head, 34);
	for (u32 i = 0; i < 64; i++) {
		if (i == 30) {
			assert_false(guest_receive(a, &in, &bad));
			guest_post(a, 100);
			burst(&a, 1, 1, false);
			sim_run();
		}
		assert_true(guest_receive(a, &in, &bad) && !bad);
		assert_int_equal(seq_of(in.data), i);
	}
	assert_int_equal(got(a), 1);
}

/* An event whose frames the NIC's poll has brought already was not sent for nothing. */
static void test_events_are_not_spurious(void **state)
{
	unsigned int eoi = a->eoi_spurious;

	(void)state;
	for (unsigned int i = 0; i < 20; i++) {
		guest_post(a, 1);
		burst(&a, 1, 1, false);
		guest_event(a);
		sim_run();
		assert_int_equal(got(a), 1);
	}
	assert_int_equal(a->eoi_spurious, eoi);
}

/* What the NIC has verified nobody sums up; what it has not is summed once. */
static void test_sums(void **state)
{
	unsigned long summed;
	bool bad;

	(void)state;
	for (flags = XMD_F_CSUM_VALID;; flags = 0) {
		repost(a, 250);
		summed = sim_summed;
		burst(&a, 1, 64, true);
		summed = sim_summed - summed;
		assert_true(guest_receive(a, &in, &bad) && !bad);
		assert_int_equal(in.len, 66 + 64 * MSS);
		if (!flags)
			break;
		/* The headers of IP, and the pseudo header of the whole. */
		assert_true(summed < 64 * 20 + 200);
	}
	assert_in_range(summed, 64 * MSS, 64 * (MSS + 100));
}

#define FLOWS 3u

static u32 said[FLOWS], heard[FLOWS];	/* bytes of each stream */

static u8 byte_of(unsigned int flow, u32 at)
{
	return at * 7 + (at >> 8) * 3 + flow * 101;
}

/* The next @n bytes of a stream as a frame. */
static u32 say(u8 *p, unsigned int flow, u32 n)
{
	unsigned int net, l4, hdr = make_headers(p, &shapes[1], n, &net, &l4);

	memcpy(p, a->mac, 6);
	memcpy(p + 6, station, 6);
	be16(p + l4, 1000 + flow);
	be16(p + l4 + 4, said[flow] >> 16);
	be16(p + l4 + 6, said[flow]);
	p[l4 + 13] = rand() % 8 ? 0x10 : 0x18;
	be16(p + net + 10, ~ref_add(0, p + net, 20));
	for (u32 i = 0; i < n; i++)
		p[hdr + i] = byte_of(flow, said[flow]++);
	be16(p + l4 + 16, 0);
	be16(p + l4 + 16, ~ref_verify(p, hdr + n, &shapes[1], net, l4));
	return hdr + n;
}

/* What the guest got: whole, in order, and of a kind that Linux takes. */
static void hear(void)
{
	bool bad;

	while (guest_receive(a, &in, &bad)) {
		unsigned int flow = (in.data[34] << 8 | in.data[35]) - 1000;
		u32 seq = (u32)in.data[38] << 24 | in.data[39] << 16 | in.data[40] << 8 | in.data[41];

		assert_false(bad);
		assert_true(flow < FLOWS);
		assert_int_equal(seq, heard[flow]);
		assert_int_equal(in.data[16] << 8 | in.data[17], in.len - 14);
		assert_int_equal(ref_add(0, in.data + 14, 20), 0xffff);
		assert_int_equal(!!in.gso_size, !!(in.flags & NETRXF_csum_blank));
		if (!in.gso_size) {
			assert_true(in.len <= 1514);
			assert_int_equal(ref_verify(in.data, in.len, &shapes[1], 14, 34), 0xffff);
		} else {
			assert_true(in.len > 66 + in.gso_size);
		}
		for (u32 i = 66; i < in.len; i++)
			assert_int_equal(in.data[i], byte_of(flow, heard[flow]++));
	}
}

/* Streams of segments of all lengths, by turns and in runs, in batches of all sizes. */
static void test_streams(void **state)
{
	unsigned int flow = 0;
	u32 len = 1448;

	(void)state;
	srand(7);
	for (unsigned int round = 0; round < 3000; round++) {
		struct xmd_buf *f[XMD_BATCH];
		unsigned int n = 1 + rand() % XMD_BATCH;

		repost(a, 100 + rand() % 150);
		nic_take(f, n);
		for (unsigned int i = 0; i < n; i++) {
			if (rand() % 10 == 0)
				flow = rand() % FLOWS;
			if (rand() % 6 == 0)
				len = rand() % 3 ? 1448 : 1 + rand() % 1448;
			f[i]->len = f[i]->frame_len = say(f[i]->data, flow, len);
		}
		nic.ops->rx_return(nic.ctx, f, n);
		if (rand() % 3)
			sim_run();
		hear();
	}
	repost(a, 250);
	sim_run();
	hear();
	assert_int_equal(vif_of(a)->st.rx_full + vif_of(a)->st.rx_drops, 0);
	for (flow = 0; flow < FLOWS; flow++)
		assert_int_equal(said[flow], heard[flow]);
	assert_true(back.merged > 3000);
}

/* --------------------------------------------------------------- overload */

static void test_full_guest_costs_nothing(void **state)
{
	struct guest *both[] = { a, b };
	unsigned long summed;

	(void)state;
	for (unsigned int i = 0; i < 20; i++)
		burst(&a, 1, 64, false);
	sim_run();
	assert_true(vif_of(a)->st.rx_full > 64);
	repost(b, 200);
	vif_of(a)->st.rx_full = 0;
	summed = sim_summed;
	burst(&a, 1, 64, true);
	assert_int_equal(sim_summed, summed);
	assert_int_equal(vif_of(a)->st.rx_full, 64);
	/* Beside one that takes its frames. */
	burst(both, 2, 64, true);
	assert_int_equal(vif_of(a)->st.rx_full, 64 + 32);
	/* One has posted again, and gets what waits, and what comes. */
	assert_true(sim_summed - summed < 32 * (MSS + 200));
	assert_int_equal(got(b), 1);
	assert_int_equal(last, 31);
	repost(a, 250);
	sim_run();
	assert_true(got(a) > 0);
	repost(a, 250);
	sim_run();
	got(a);
	repost(a, 250);
	burst(&a, 1, 64, true);
	sim_run();
	assert_int_equal(vif_of(a)->st.rx_full, 64 + 32);
}

/* Guest @a takes 16 frames in a round, and @over times as many come; @b takes all of its 16. */
static void flood(unsigned int over, unsigned int *first, unsigned int *second)
{
	*first = 0;
	*second = 0;
	for (unsigned int round = 0; round < 500; round++) {
		repost(a, 16);
		repost(b, 200);
		for (unsigned int i = 0; i < over; i++)
			burst(&a, 1, 16, false);
		burst(&b, 1, 16, false);
		sim_run();
		*first += got(a);
		*second += got(b);
	}
}

static void test_four_times_what_a_guest_takes(void **state)
{
	unsigned int peak, first, second;

	(void)state;
	flood(1, &peak, &second);
	assert_int_equal(peak, 500 * 16);
	assert_int_equal(second, 500 * 16);
	flood(4, &first, &second);
	assert_true(first >= peak * 8 / 10);
	assert_int_equal(second, 500 * 16);
	/* Nearly all that was dropped cost nothing. */
	assert_true(vif_of(a)->st.rx_full > 3 * 500 * 16 * 9 / 10);
	assert_int_equal(vif_of(b)->st.rx_full + vif_of(b)->st.rx_drops, 0);
}

/* 25 of 50 guests never post a buffer: the others get all their frames, batch by batch. */
static void test_half_of_50_never_post(void **state)
{
	struct guest *g[50] = { a, b };
	unsigned int i, all[50] = { 0 };

	(void)state;
	for (i = 2; i < 50; i++) {
		g[i] = guest_new(1 + i, LINUX);
		assert_int_equal(guest_connect(g[i], false), 0);
	}
	sim_run();
	for (unsigned int round = 0; round < 300; round++) {
		for (i = 0; i < 50; i += 2)
			repost(g[i], 100);
		burst(g, 50, 50, false);
		burst(g, 50, 50, true);
		if (round % 3 == 0)
			sim_run();
		for (i = 0; i < 50; i += 2)
			all[i] += got(g[i]);
	}
	for (i = 0; i < 50; i += 2)
		assert_int_equal(all[i], 600);
	for (i = 1; i < 50; i += 2)
		assert_true(vif_of(g[i])->st.rx_full > 200);
}

/* ---------------------------------------------------------- guest to guest */

/* A TCP frame in pieces, each in a page of its own.  The first is or begins with its headers. */
static u32 send_pieces(const u16 *piece, unsigned int n, u8 *sent)
{
	unsigned int net, l4, page, i;
	u32 len = 0, at = 0;

	for (i = 0; i < n; i++)
		len += piece[i];
	make_headers(sent, &shapes[1], len - 66, &net, &l4);
	memcpy(sent, b->mac, 6);
	memcpy(sent + 6, a->mac, 6);
	for (u32 k = 66; k < len; k++)
		sent[k] = k * 7 + (k >> 8);
	for (i = 0; i < n; at += piece[i++]) {
		page = a->tx_prod % SIM_PAGES;
		memcpy(a->txpage[page] + 4096 - piece[i], sent + at, piece[i]);
		guest_slot(a, page, 4096 - piece[i], i ? piece[i] : len,
			   (i ? 0 : NETTXF_csum_blank | NETTXF_extra_info) |
			   (i + 1 < n ? NETTXF_more_data : 0));
		if (!i)
			guest_gso(a, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	}
	guest_push(a);
	sim_run();
	while (guest_tx_status(a) != 99)
		;
	return len;
}

/* Slots that the receiver has to take are no more than Linux' frontend can. */
static void test_pieces_are_not_cut(void **state)
{
	static const struct { u16 n, p0, p1, p2, mid, last, slots, ops; } c[] = {
		{ 2, 66, 4096, 0, 0, 4096, 2, 2 },	/* behind the head of 256 bytes */
		{ 16, 66, 4096, 4096, 4096, 4096, 16, 16 },
		{ 16, 66, 1000, 4096, 4096, 4096, 15, 16 },	/* p1 is with the head */
		{ 17, 66, 4096, 4096, 4096, 300, 17, 17 },
		{ 18, 66, 4096, 3900, 4096, 20, 18, 18 },	/* the first slot has the head only */
		{ 18, 66, 3000, 4096, 4096, 1000, 17, 18 },
		{ 18, 3000, 2000, 2200, 2200, 2200, 10, 28 },	/* 18, the first too long: packed */
		{ 4, 66, 100, 4096, 4096, 4096, 3, 3 },
	};
	static u8 sent[70000];
	u16 piece[18];
	u64 ops;
	bool bad;

	(void)state;
	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		u32 len, slots;

		for (unsigned int k = 3; k < c[i].n; k++)
			piece[k] = c[i].mid;
		piece[0] = c[i].p0;
		piece[1] = c[i].p1;
		piece[2] = c[i].p2;
		piece[c[i].n - 1] = c[i].last;
		repost(b, 250);
		send_pieces(piece, 2, sent);	/* so that the next one goes there at once */
		got(b);
		repost(b, 250);
		ops = vif_of(b)->st.rx_ops;
		slots = b->rx_cons;
		len = send_pieces(piece, c[i].n, sent);
		assert_true(guest_receive(b, &in, &bad) && !bad);
		assert_int_equal(in.len, len);
		assert_memory_equal(in.data, sent, len);
		print_message("  %u pieces: %u slots, %u copies\n", c[i].n,
			      b->rx_cons - slots - 1, (unsigned int)(vif_of(b)->st.rx_ops - ops));
		assert_int_equal(b->rx_cons - slots - 1, c[i].slots);
		assert_int_equal(vif_of(b)->st.rx_ops - ops, c[i].ops);
	}
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_posted_buffers_are_filled_at_once),
		T(test_the_rest_waits),
		T(test_events_are_not_spurious),
		T(test_sums),
		T(test_streams),
		T(test_full_guest_costs_nothing),
		T(test_four_times_what_a_guest_takes),
		T(test_half_of_50_never_post),
		T(test_pieces_are_not_cut),
	};

	return cmocka_run_group_tests_name("back: from the wire", tests, NULL, NULL);
}
