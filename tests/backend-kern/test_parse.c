// SPDX-License-Identifier: GPL-2.0
/* What a guest may write into its TX ring, and what becomes of it. */
#include "ring.h"

/* ---------------------------------------------------------------- one slot */

struct one_case {
	const char *what;
	u16 off, size, flags;
	int verdict, reason;
};

static const struct one_case one_slot[] = {
	{ "size 0", 0, 0, 0, XMD_TX_BAD, XMD_BAD_SHORT },
	{ "size 13", 0, 13, 0, XMD_TX_BAD, XMD_BAD_SHORT },
	{ "size 14: just a header", 0, 14, 0, XMD_TX_OK, 0 },
	{ "a full frame", 2, 1514, 0, XMD_TX_OK, 0 },
	{ "a full page", 0, 4096, 0, XMD_TX_OK, 0 },
	{ "to the last byte of the page", 4082, 14, 0, XMD_TX_OK, 0 },
	{ "one byte over the page", 4083, 14, 0, XMD_TX_BAD, XMD_BAD_CROSS_PAGE },
	{ "offset behind the page", 4096, 64, 0, XMD_TX_BAD, XMD_BAD_CROSS_PAGE },
	{ "offset that would wrap", 65535, 64, 0, XMD_TX_BAD, XMD_BAD_CROSS_PAGE },
	{ "size 65535", 0, 65535, 0, XMD_TX_BAD, XMD_BAD_CROSS_PAGE },
	{ "size 4097", 0, 4097, 0, XMD_TX_BAD, XMD_BAD_CROSS_PAGE },
	{ "unknown flags", 0, 64, 0xfff0, XMD_TX_OK, 0 },
	{ "more announced, nothing published", 0, 64, MORE, XMD_TX_PARTIAL, 0 },
	{ "extra announced, nothing published", 0, 64, EXTRA, XMD_TX_PARTIAL, 0 },
};

static void test_one_slot(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(one_slot) / sizeof(one_slot[0]); i++) {
		const struct one_case *c = &one_slot[i];
		struct ring r = { .cons = 0xffffffffu, .prod = 0xffffffffu };
		struct xmd_tx_frame f;

		put_req(&r, c->off, c->size, c->flags);
		print_message("  %s\n", c->what);
		assert_int_equal(parse(&r, &f), c->verdict);
		assert_int_equal(f.reason, c->reason);
		if (c->verdict == XMD_TX_OK) {
			assert_int_equal(f.nslots, 1);
			assert_int_equal(f.len, c->size);
			assert_int_equal(f.frag[0].off, c->off);
			assert_int_equal(f.frag[0].len, c->size);
			assert_int_equal(f.frag[0].gref, 1000u + 0xffffffffu);
		}
	}
}

/* ------------------------------------------------------- chains of slots */

/* The first request's size is the whole packet's. */
static void put_chain(struct ring *r, unsigned int slots, u16 total, u16 each)
{
	for (unsigned int i = 0; i < slots; i++)
		put_req(r, 0, i ? each : total, i + 1 < slots ? MORE : 0);
}

struct chain_case {
	const char *what;
	unsigned int slots;
	u16 total, each;
	int verdict, reason;
};

static const struct chain_case chains[] = {
	{ "two slots", 2, 1000, 500, XMD_TX_OK, 0 },
	{ "18 slots", 18, 18 * 100, 100, XMD_TX_OK, 0 },
	{ "18 slots, 64 KiB", 18, 65535, 3800, XMD_TX_OK, 0 },
	{ "19 slots", 19, 19 * 100, 100, XMD_TX_BAD, XMD_BAD_SLOTS },
	{ "36 slots", 36, 3600, 100, XMD_TX_BAD, XMD_BAD_SLOTS },
	{ "37 slots: runaway", 37, 3700, 100, XMD_TX_FAULT, XMD_FAULT_TOO_MANY_SLOTS },
	{ "250 slots: runaway", 250, 65535, 100, XMD_TX_FAULT, XMD_FAULT_TOO_MANY_SLOTS },
	{ "later slots are the whole packet", 2, 500, 500, XMD_TX_BAD, XMD_BAD_SIZES },
	{ "later slots longer than the packet", 2, 500, 501, XMD_TX_BAD, XMD_BAD_SIZES },
	{ "sum of sizes far over 16 bits", 18, 400, 65535, XMD_TX_BAD, XMD_BAD_SIZES },
	{ "an empty later slot", 2, 500, 0, XMD_TX_OK, 0 },
	{ "17 empty later slots", 18, 500, 0, XMD_TX_OK, 0 },
	{ "empty ones count as slots", 19, 500, 0, XMD_TX_BAD, XMD_BAD_SLOTS },
	{ "empty ones without end", 250, 500, 0, XMD_TX_FAULT, XMD_FAULT_TOO_MANY_SLOTS },
	{ "empty ones do not make a frame longer", 3, 13, 0, XMD_TX_BAD, XMD_BAD_SHORT },
	{ "first slot over its page", 2, 4597, 500, XMD_TX_BAD, XMD_BAD_CROSS_PAGE },
	{ "a later slot over its page", 2, 5000, 4097, XMD_TX_BAD, XMD_BAD_CROSS_PAGE },
};

static void test_chains(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		const struct chain_case *c = &chains[i];
		struct ring r = { .cons = 250, .prod = 250 };
		struct xmd_tx_frame f;

		put_chain(&r, c->slots, c->total, c->each);
		print_message("  %s\n", c->what);
		assert_int_equal(parse(&r, &f), c->verdict);
		assert_int_equal(f.reason, c->reason);
		if (c->verdict == XMD_TX_FAULT)
			continue;
		assert_int_equal(f.nslots, c->slots);
		for (unsigned int s = 0; s < c->slots; s++)
			assert_int_equal(r.ids[(250 + s) % XMD_TX_RING], (250 + s) ^ 0x5a00);
	}
}

static void test_first_slot_holds_what_the_others_leave(void **state)
{
	struct ring r = { 0 };
	struct xmd_tx_frame f;

	(void)state;
	put_req(&r, 100, 1500, MORE);
	put_req(&r, 0, 1000, MORE);
	put_req(&r, 7, 434, 0);
	assert_int_equal(parse(&r, &f), XMD_TX_OK);
	assert_int_equal(f.frag[0].len, 66);
	assert_int_equal(f.frag[1].len, 1000);
	assert_int_equal(f.frag[2].off, 7);
	assert_int_equal(f.frag[2].len, 434);
}

/* At each place but the first, at several, with an offset that cannot be. */
static void test_empty_slots_are_skipped(void **state)
{
	(void)state;
	for (unsigned int where = 1; where < 1u << 4; where++) {
		struct ring r = { 0 };
		struct xmd_tx_frame f;
		u32 sum = 0;

		put_req(&r, 100, 20 + 4 * 64, MORE | EXTRA);
		put_gso(&r, XEN_NETIF_GSO_TYPE_TCPV4, 1448, 0);
		for (unsigned int i = 0; i < 4; i++) {
			if (where & 1u << i)
				put_req(&r, 65535, 0, MORE);
			put_req(&r, i, 64, i < 3 ? MORE : where & 8 ? MORE : 0);
		}
		if (where & 8)
			put_req(&r, 4097, 0, 0);
		assert_int_equal(parse(&r, &f), XMD_TX_OK);
		assert_int_equal(f.nslots, r.prod);
		assert_int_equal(f.nextra, 1);
		assert_int_equal(f.nfrags, 5);
		for (unsigned int i = 0; i < 5; i++) {
			assert_int_equal(f.frag[i].len, i ? 64 : 20);
			assert_int_equal(f.frag[i].off, i ? i - 1 : 100);
			sum += f.frag[i].len;
		}
		assert_int_equal(sum, f.len);
		for (unsigned int i = 2; i < r.prod; i++)
			assert_int_equal(r.ids[i], i ^ 0x5a00);
	}
}

/* The first slot carries the frame's size: when the others have all of it, it is none. */
static void test_empty_first_slot(void **state)
{
	struct ring r = { 0 };
	struct xmd_tx_frame f;

	(void)state;
	put_req(&r, 0, 600, MORE);
	put_req(&r, 0, 0, MORE);
	put_req(&r, 0, 600, 0);
	assert_int_equal(parse(&r, &f), XMD_TX_BAD);
	assert_int_equal(f.reason, XMD_BAD_SIZES);
	assert_int_equal(f.nslots, 3);
}

/* The chain goes on in what the guest has not published yet: wait, consume nothing. */
static void test_partial_then_whole(void **state)
{
	struct ring r = { 0 };
	struct xmd_tx_frame f;

	(void)state;
	put_req(&r, 0, 1000, MORE);
	assert_int_equal(parse(&r, &f), XMD_TX_PARTIAL);
	put_req(&r, 0, 500, MORE);
	assert_int_equal(parse(&r, &f), XMD_TX_PARTIAL);
	put_req(&r, 0, 250, 0);
	assert_int_equal(parse(&r, &f), XMD_TX_OK);
	assert_int_equal(f.nslots, 3);
}

/* -------------------------------------------------------------- extra-info */

struct extra_case {
	const char *what;
	u8 type, flags, gso_type;
	u16 gso_size;
	int verdict, reason;
};

#define X(t)	XEN_NETIF_EXTRA_TYPE_##t
static const struct extra_case extras[] = {
	{ "GSO TCPv4", X(GSO), 0, XEN_NETIF_GSO_TYPE_TCPV4, 1448, XMD_TX_OK, 0 },
	{ "GSO TCPv6", X(GSO), 0, XEN_NETIF_GSO_TYPE_TCPV6, 1428, XMD_TX_OK, 0 },
	{ "GSO of no type", X(GSO), 0, XEN_NETIF_GSO_TYPE_NONE, 1448, XMD_TX_BAD, XMD_BAD_GSO },
	{ "GSO of unknown type", X(GSO), 0, 77, 1448, XMD_TX_BAD, XMD_BAD_GSO },
	{ "GSO size 0", X(GSO), 0, XEN_NETIF_GSO_TYPE_TCPV4, 0, XMD_TX_BAD, XMD_BAD_GSO },
	{ "GSO size 1", X(GSO), 0, XEN_NETIF_GSO_TYPE_TCPV4, 1, XMD_TX_BAD, XMD_BAD_GSO },
	{ "hash, never asked for", X(HASH), 0, 0, 0, XMD_TX_OK, 0 },
	{ "multicast add", X(MCAST_ADD), 0, 0, 0, XMD_TX_DUMMY, 0 },
	{ "multicast del", X(MCAST_DEL), 0, 0, 0, XMD_TX_DUMMY, 0 },
	{ "type 0", X(NONE), 0, 0, 0, XMD_TX_FAULT, XMD_FAULT_EXTRA_TYPE },
	{ "type one over the last", X(MAX), 0, 0, 0, XMD_TX_FAULT, XMD_FAULT_EXTRA_TYPE },
	{ "type 255", 255, 0, 0, 0, XMD_TX_FAULT, XMD_FAULT_EXTRA_TYPE },
	{ "another one announced, not published", X(HASH), XEN_NETIF_EXTRA_FLAG_MORE, 0, 0,
	  XMD_TX_PARTIAL, 0 },
};

static void test_extras(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(extras) / sizeof(extras[0]); i++) {
		const struct extra_case *c = &extras[i];
		struct ring r = { 0 };
		struct xmd_tx_frame f;

		put_req(&r, 0, 1000, EXTRA);
		if (c->type == X(GSO))
			put_gso(&r, c->gso_type, c->gso_size, c->flags);
		else
			put_extra(&r, c->type, c->flags);
		print_message("  %s\n", c->what);
		assert_int_equal(parse(&r, &f), c->verdict);
		assert_int_equal(f.reason, c->reason);
		if (c->verdict == XMD_TX_OK || c->verdict == XMD_TX_BAD) {
			assert_int_equal(f.nslots, 2);
			assert_int_equal(f.nextra, 1);
		}
		if (c->type == X(GSO) && c->verdict == XMD_TX_OK) {
			assert_int_equal(f.gso_size, c->gso_size);
			assert_int_equal(f.gso_type, c->gso_type);
		}
	}
}

static void test_extra_without_end(void **state)
{
	struct ring r = { 0 };
	struct xmd_tx_frame f;

	(void)state;
	put_req(&r, 0, 1000, EXTRA);
	for (int i = 0; i < 255; i++)
		put_extra(&r, X(HASH), XEN_NETIF_EXTRA_FLAG_MORE);
	assert_int_equal(parse(&r, &f), XMD_TX_FAULT);
	assert_int_equal(f.reason, XMD_FAULT_EXTRA_ENDLESS);
}

static void test_gso_twice(void **state)
{
	struct ring r = { 0 };
	struct xmd_tx_frame f;

	(void)state;
	put_req(&r, 0, 1000, EXTRA);
	put_gso(&r, XEN_NETIF_GSO_TYPE_TCPV4, 1448, XEN_NETIF_EXTRA_FLAG_MORE);
	put_gso(&r, XEN_NETIF_GSO_TYPE_TCPV6, 1448, 0);
	assert_int_equal(parse(&r, &f), XMD_TX_BAD);
	assert_int_equal(f.reason, XMD_BAD_GSO);
	assert_int_equal(f.nextra, 2);
}

/* The slots behind extra-info are data again. */
static void test_extra_then_data(void **state)
{
	struct ring r = { 0 };
	struct xmd_tx_frame f;

	(void)state;
	put_req(&r, 0, 3000, EXTRA | MORE | XEN_NETTXF_csum_blank);
	put_gso(&r, XEN_NETIF_GSO_TYPE_TCPV4, 1448, 0);
	put_req(&r, 96, 2900, 0);
	assert_int_equal(parse(&r, &f), XMD_TX_OK);
	assert_int_equal(f.nslots, 3);
	assert_int_equal(f.nextra, 1);
	assert_int_equal(f.nfrags, 2);
	assert_int_equal(f.flags, XEN_NETTXF_csum_blank);
	assert_int_equal(f.frag[0].len, 100);
	assert_int_equal(f.frag[1].gref, 1002);
}

/* ----------------------------------------------------------------- indices */

struct index_case {
	const char *what;
	u32 prod, cons, rsp;
	int ready;
};

static const struct index_case indices[] = {
	{ "empty", 7, 7, 7, 0 },
	{ "all answered but one in flight", 8, 8, 7, 0 },
	{ "three ready", 10, 7, 5, 3 },
	{ "ring full, none taken", 256, 0, 0, 256 },
	{ "ring full, all taken", 256, 256, 0, 0 },
	{ "across the wrap", 3, 0xfffffffe, 0xfffffffd, 5 },
	{ "one more than the ring", 257, 0, 0, -1 },
	{ "one more than what is free", 258, 100, 1, -1 },
	{ "far ahead", 0x7fffffff, 0, 0, -1 },
	{ "behind what was taken", 9, 10, 5, -1 },
	{ "behind what was answered", 4, 10, 5, -1 },
};

static void test_indices(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
		const struct index_case *c = &indices[i];

		print_message("  %s\n", c->what);
		assert_int_equal(xmd_ring_ready(c->prod, c->cons, c->rsp, XMD_TX_RING), c->ready);
	}
}

/* -------------------------------------------------------------------- plan */

/* Every byte goes exactly once to the place that follows the one before it. */
static unsigned int check_plan(const struct xmd_tx_frame *f, u32 from, u32 to, u16 *fill)
{
	struct xmd_tx_piece p[XMD_TX_PIECES];
	unsigned int n = xmd_tx_plan(f, from, to, p), buf = 0;
	u32 done = from;

	assert_in_range(n, 1, XMD_TX_PIECES);
	for (unsigned int i = 0; i < n; i++) {
		u32 start = 0;

		for (unsigned int k = 0; k < p[i].frag; k++)
			start += f->frag[k].len;
		assert_int_equal(start + p[i].frag_off, done);
		assert_true(p[i].frag_off + p[i].len <= f->frag[p[i].frag].len);
		if (p[i].buf != buf) {
			assert_int_equal(p[i].buf, buf + 1);
			buf++;
		}
		assert_int_equal(p[i].buf_off, fill[buf]);
		fill[buf] += p[i].len;
		assert_true(fill[buf] <= 4096);
		done += p[i].len;
	}
	assert_int_equal(done, to);
	assert_true(buf < xmd_tx_bufs(f));
	assert_true(fill[0] - f->room >= (to < XMD_TX_HEAD ? to : XMD_TX_HEAD) || to < f->len);
	return n;
}

static void plan_both_ways(const struct xmd_tx_frame *f)
{
	u16 whole[24] = { f->room }, parts[24] = { f->room };

	check_plan(f, 0, f->len, whole);
	check_plan(f, 0, xmd_tx_head(f), parts);
	if (xmd_tx_head(f) < f->len)
		check_plan(f, xmd_tx_head(f), f->len, parts);
}

static void test_plan(void **state)
{
	static const u16 shapes[][XMD_TX_FRAGS] = {
		{ 14 }, { 60 }, { 256 }, { 257 }, { 1514 }, { 4096 },
		{ 66, 1448 }, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
		{ 66, 4096, 4096, 4096 }, { 1, 4096, 1, 4096, 1, 4096 },
		{ 255, 4096 }, { 256, 4096 }, { 200, 3896, 1 }, { 4096, 4096, 1 },
		{ 100, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096,
		  4096, 4096, 4096, 3995 },
		{ 50, 50, 50, 50, 50, 4096, 50, 4096, 50, 4096, 50, 4096, 50, 4096, 50, 4096, 50, 4096 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct xmd_tx_frame f = { 0 };

		while (f.nfrags < XMD_TX_FRAGS && shapes[i][f.nfrags]) {
			f.frag[f.nfrags].len = shapes[i][f.nfrags];
			f.len += shapes[i][f.nfrags++];
		}
		plan_both_ways(&f);
		f.room = 4;
		plan_both_ways(&f);
	}
}

/* The common frames must be cheap: that is what the batch is for. */
static void test_plan_costs(void **state)
{
	struct xmd_tx_frame f = { .len = 1514, .nfrags = 2, .frag = { { 0, 0, 66 }, { 0, 0, 1448 } } };
	struct xmd_tx_piece p[XMD_TX_PIECES];

	(void)state;
	assert_int_equal(xmd_tx_bufs(&f), 1);
	assert_int_equal(xmd_tx_plan(&f, 0, f.len, p), 2);
	f.nfrags = 1;
	f.frag[0].len = 1514;
	assert_int_equal(xmd_tx_plan(&f, 0, f.len, p), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_slot),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_first_slot_holds_what_the_others_leave),
		cmocka_unit_test(test_empty_slots_are_skipped),
		cmocka_unit_test(test_empty_first_slot),
		cmocka_unit_test(test_partial_then_whole),
		cmocka_unit_test(test_extras),
		cmocka_unit_test(test_extra_without_end),
		cmocka_unit_test(test_gso_twice),
		cmocka_unit_test(test_extra_then_data),
		cmocka_unit_test(test_indices),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_plan_costs),
	};

	return cmocka_run_group_tests_name("back: parse", tests, NULL, NULL);
}
