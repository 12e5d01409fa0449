// SPDX-License-Identifier: GPL-2.0
/* Pages that the backend keeps mapped, and its control ring. */
#include "check.h"
#include "sim.h"

static struct sim_frame got;
static u8 frame[65536];

static void expect(const struct sk_buff *skb)
{
	static u8 want[65536];

	assert_int_equal(got.len, skb->len);
	assert_int_equal(skb_copy_bits(skb, 0, want, skb->len), 0);
	assert_memory_equal(got.data, want, skb->len);
}

static void start(bool trusted, u32 pages, bool refuse)
{
	sim_start(trusted, true);
	xmd_front_rings_withdraw(&front);
	front.feat.ctrl = true;
	sim_connect();
	assert_int_equal(back_ctrl(pages, refuse), pages >= 32 ? 2 : 1);
	assert_int_equal(front.stage.on, pages >= 32 && !refuse);
}

static void end(void)
{
	back_unkeep();
	sim_end();
}

static void send_one(unsigned int id, unsigned int head, unsigned int frags, unsigned int each)
{
	struct sk_buff *skb = sim_skb(id, 100, head, frags, each);

	assert_int_equal(sim_xmit(skb), NETDEV_TX_OK);
	assert_true(back_take(&got));
	expect(skb);
}

static bool is_kept(grant_ref_t ref)
{
	for (unsigned int i = 0; i < front.stage.n; i++)
		if (front.stage.at[i].ref == ref)
			return true;
	return false;
}

static void fill(unsigned int len, unsigned int seed)
{
	for (unsigned int i = 0; i < len; i++)
		frame[i] = seed * 31 + i * 7 + (i >> 8);
}

/* A frame over as many slots as it takes; what the backend does to them later is its affair. */
static void receive(unsigned int len, unsigned int seed)
{
	static u8 is[65536];
	grant_ref_t ref[17];
	struct sk_buff *skb;
	unsigned int at, n = 0, take;

	fill(len, seed);
	for (at = 0; at < len; at += take) {
		take = min(len - at, 4096u);
		ref[n++] = back_rx_ref(bk.rx_cons);
		back_put(frame + at, 0, take, at + take < len ? NETRXF_more_data : 0);
	}
	back_push();
	for (at = 0; at < n; at++)
		if (is_kept(ref[at]))
			memset(back_page(ref[at]), 0xee, 4096);
	skb = __skb_dequeue(&sim_received);
	assert_non_null(skb);
	assert_int_equal(skb->len, len);
	assert_int_equal(skb_copy_bits(skb, 0, is, len), 0);
	assert_memory_equal(is, frame, len);
	dev_kfree_skb_any(skb);
}

static void test_both_ways(void **state)
{
	unsigned int grants;

	(void)state;
	for (unsigned int trusted = 0; trusted < 2; trusted++) {
		start(trusted, XMD_STAGE_PAGES, false);
		/* what was in the ring before comes back first */
		for (unsigned int i = 0; i < XMD_RING; i++)
			receive(600, i);
		grants = sim_grants();
		for (unsigned int i = 0; i < 400; i++) {
			unsigned int frags = i % 17, len = 66 + frags * (i * 9 % 3800 + 1);

			send_one(1, 66, frags, i * 9 % 3800 + 1);
			assert_int_equal(got.slots, (len + 4095) / 4096);
			assert_true(is_kept(back_tx_ref(bk.tx_cons - 1)));
			assert_true(is_kept(back_rx_ref(bk.rx_cons)));
			back_answer(1);
			receive(14 + i * 163, i);
		}
		assert_int_equal(sim_grants(), grants);
		assert_int_equal(front.stats.tx_staged, 400);
		assert_int_equal(front.stats.tx_bounced, 0);
		assert_int_equal(front.fault, 0);
		end();
	}
}

/* More than there are pages: the others go as always, and all comes back. */
static void test_more_than_there_are(void **state)
{
	(void)state;
	start(true, 64, false);
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < 100; i++)
			send_one(1, 1514, 0, 0);
		assert_int_equal(front.stage.ntx, 0);
		back_answer(100);
		assert_int_equal(front.stage.ntx, 32);
		for (unsigned int i = 0; i < 300; i++)
			receive(14 + i * 20, i);
		assert_int_equal(front.stage.nrx, 0);
	}
	end();
}

static void test_refused(void **state)
{
	(void)state;
	start(true, XMD_STAGE_PAGES, true);
	send_one(1, 1514, 0, 0);
	back_answer(1);
	receive(3000, 1);
	assert_int_equal(front.stats.tx_staged + front.stats.rx_staged, 0);
	end();
	start(true, 31, false);
	assert_int_equal(front.stage.n, 0);
	send_one(1, 1514, 0, 0);
	back_answer(1);
	end();
}

/* Without memory or grants for all of it there is none of it. */
static void test_errors(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < 700; i++) {
		sim_start(true, true);
		xmd_front_rings_withdraw(&front);
		front.feat.ctrl = true;
		sim_connect();
		sim_fail_at = i;
		sim_failed = false;
		back_ctrl(XMD_STAGE_PAGES, false);
		sim_fail_at = 0;
		assert_true(front.stage.on || sim_failed);
		send_one(1, 1514, 0, 0);
		back_answer(1);
		if (!sim_failed)
			i = 700;
		end();
	}
}

/* Gone on with by another, who has nothing mapped and is asked again; frames do not wait. */
static void test_adopted(void **state)
{
	(void)state;
	start(true, XMD_STAGE_PAGES, false);
	send_one(1, 1514, 3, 3000);
	back_unkeep();
	send_one(2, 1514, 3, 3000);
	back_answer(2);
	receive(9000, 1);
	xmd_front_stage_returned(&front);
	send_one(1, 1514, 3, 3000);
	assert_int_equal(back_ctrl(XMD_STAGE_PAGES, false), 1);
	assert_int_equal(back_keeps(), XMD_STAGE_PAGES);
	back_answer(1);
	/* one that refuses it now */
	back_unkeep();
	xmd_front_stage_returned(&front);
	assert_int_equal(back_ctrl(XMD_STAGE_PAGES, true), 1);
	assert_false(front.stage.on);
	send_one(1, 1514, 3, 3000);
	back_answer(1);
	for (unsigned int i = 0; i < 2 * XMD_RING; i++)
		receive(3000, i);
	assert_int_equal(front.fault, 0);
	end();
}

/* What the backend has mapped still is not free memory, and there are no more pages until it is. */
static void test_mapped_at_the_end(void **state)
{
	unsigned int pages;

	(void)state;
	start(true, XMD_STAGE_PAGES, false);
	send_one(1, 1514, 0, 0);
	xmd_front_rings_withdraw(&front);
	assert_int_equal(front.stage.nold, XMD_STAGE_PAGES);
	pages = sim_pages();
	sim_connect();
	assert_int_equal(back_ctrl(XMD_STAGE_PAGES, false), 1);
	assert_false(front.stage.on);
	assert_true(back_take(&got));
	back_answer(1);
	xmd_front_rings_withdraw(&front);
	back_unkeep();
	xmd_front_stage_look(&front);
	assert_int_equal(front.stage.nold, 0);
	assert_true(sim_pages() + XMD_STAGE_PAGES <= pages);
	sim_connect();
	assert_int_equal(back_ctrl(XMD_STAGE_PAGES, false), 2);
	assert_true(front.stage.on);
	end();
	/* they go only when another serves already, as after a move: there are new ones then */
	start(true, XMD_STAGE_PAGES, false);
	xmd_front_rings_withdraw(&front);
	sim_connect();
	assert_int_equal(back_ctrl(XMD_STAGE_PAGES, false), 1);
	xmd_front_stage_look(&front);
	assert_int_equal(back_ctrl(XMD_STAGE_PAGES, false), 0);
	back_unkeep();
	xmd_front_stage_look(&front);
	assert_int_equal(back_ctrl(XMD_STAGE_PAGES, false), 2);
	assert_true(front.stage.on);
	end();
	/* and if the device goes, Linux waits */
	start(true, XMD_STAGE_PAGES, false);
	xmd_front_rings_withdraw(&front);
	xmd_front_stage_forget(&front);
	assert_true(sim_pages() >= XMD_STAGE_PAGES);
	end();
}

static void test_broken_ring(void **state)
{
	(void)state;
	start(true, XMD_STAGE_PAGES, false);
	front.stage.ring.sring->rsp_prod += 5;
	back_ctrl_event();
	assert_false(front.stage.on);
	assert_int_equal(front.fault, 0);
	send_one(1, 1514, 0, 0);
	back_answer(1);
	receive(3000, 1);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways), cmocka_unit_test(test_more_than_there_are),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_adopted), cmocka_unit_test(test_mapped_at_the_end),
		cmocka_unit_test(test_broken_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
