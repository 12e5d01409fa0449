// SPDX-License-Identifier: GPL-2.0
/*
 * Rings that another driver domain has left: each state in which it can have died while it
 * published responses, while it adopted after such a death, and pages of another life.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "sim.h"
#include "front_view.h"

#define PAD	16u		/* of the shared page: from here to 64 */
#define POSTED	40u

static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 };
static struct guest *a, *b;
static struct flat in;
static u8 p[5000];

static int setup(void **state)
{
	(void)state;
	sim_start_two(&a, &b);
	sim_run();
	make_frame(p, b->mac, station, 60, 0);
	nic_receive(p, 60);
	sim_run();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_stop();
	return 0;
}

static u32 fault_of(const struct guest *g)
{
	struct xmd_vif_info info = { .id.domid = g->domid - 1, .id.handle = ~0u };

	assert_int_equal(xmd_vif_list(&info), 0);
	return info.fault;
}

/* ------------------------------------------------ a page as a death leaves it */

struct page_image {
	u8 was[4096], is[4096];	/* before and after a push; was: with what the guest wrote since */
	u32 from, to;		/* slots of the push */
	unsigned int slot;	/* bytes */
};

static void begin(struct page_image *m, const void *page, unsigned int slot)
{
	memcpy(m->was, page, 4096);
	m->slot = slot;
}

static void end(struct page_image *m, const void *page, u32 from, u32 to)
{
	memcpy(m->is, page, 4096);
	m->from = from;
	m->to = to;
}

/* Stores in their order: the padding by eight octets, then the slots by two. */
#define PAD_STEPS ((64 - PAD) / 8)

static unsigned int steps(const struct page_image *m)
{
	return PAD_STEPS + (m->to - m->from) * m->slot / 2;
}

static void take(u8 *page, const u8 *from, unsigned int at, unsigned int n)
{
	memcpy(page + at, from + at, n);
}

static void take_slots(const struct page_image *m, u8 *page, const u8 *from, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		take(page, from, 64 + (m->from + i * 2 / m->slot) % 256 * m->slot + i * 2 % m->slot,
		     2);
}

/* The first @n stores were made; rsp_prod, which is the last one, was not. */
static void die_after(const struct page_image *m, u8 *page, unsigned int n)
{
	memcpy(page, m->was, 4096);
	take(page, m->is, PAD, min(n, PAD_STEPS) * 8);
	if (n > PAD_STEPS)
		take_slots(m, page, m->is, n - PAD_STEPS);
}

/* ----------------------------------------------------------------------- RX */

/* A frame for @a of @len bytes in one buffer; @gso: with an extra-info slot. */
static struct xmd_buf *frame_for_a(u32 len, bool gso, u32 seq)
{
	struct xmd_buf *f;

	assert_int_equal(xmd_buf_get(back.nic, &f, 1), 1);
	make_frame(f->data, a->mac, station, len, seq);
	f->len = len;
	f->frame_len = len;
	if (gso) {
		f->flags = XMD_F_GSO_TCPV4 | XMD_F_CSUM_BLANK;
		f->gso_size = 500;
	}
	return f;
}

/* One push of six slots from the wire: plain, with extra-info twice, plain. */
static void push_rx(struct page_image *m)
{
	struct xmd_buf *f[4];
	u32 from = a->rx->rsp_prod;

	for (unsigned int i = 0; i < 4; i++)
		f[i] = frame_for_a(1000, i == 1 || i == 2, i);
	begin(m, a->rx, 8);
	nic.ops->rx_return(nic.ctx, f, 4);
	sim_run();
	assert_int_equal(a->rx->rsp_prod, from + 6);
	end(m, a->rx, from, from + 6);
}

/* All slots of the push come back to the guest, as errors; sim.c checks each id. */
static void expect_errors(const struct page_image *m)
{
	bool bad;

	assert_int_equal(front_drops(a->rx->ring, m->from, m->to), 4);
	while (a->rx_cons != m->to) {
		assert_true(guest_receive(a, &in, &bad));
		assert_true(bad);
		assert_int_equal(in.len, 0);
	}
}

/* The buffers behind the push are as good as ever. */
static void expect_frames(u32 seq)
{
	bool bad;

	for (unsigned int gso = 0; gso < 2; gso++, seq++) {
		struct xmd_buf *f = frame_for_a(700, gso, seq);

		nic.ops->rx_return(nic.ctx, &f, 1);
		sim_run();
		assert_true(guest_receive(a, &in, &bad));
		assert_false(bad);
		assert_int_equal(in.len, 700);
		assert_int_equal(seq_of(in.data), seq);
		assert_int_equal(in.gso_size, gso ? 500 : 0);
	}
}

static void adopt(void)
{
	assert_int_equal(guest_connect(a, true), 0);
	sim_run();
}

static void test_rx_push_torn_anywhere(void **state)
{
	struct page_image m;

	(void)state;
	guest_post(a, POSTED);
	push_rx(&m);
	for (unsigned int n = 0; n <= steps(&m); n++) {
		assert_int_equal(guest_disconnect(a), 0);
		die_after(&m, (u8 *)a->rx, n);
		a->rx_cons = m.from;
		adopt();
		assert_int_equal(a->rx->rsp_prod, n < PAD_STEPS ? m.from : m.to);
		if (n >= PAD_STEPS)
			expect_errors(&m);
		expect_frames(100 + n);
	}
}

/* Who adopts dies as well, anywhere. */
static void test_rx_adoption_torn_anywhere(void **state)
{
	static u8 finished[4096];
	struct page_image m;
	unsigned int n, k;

	(void)state;
	guest_post(a, POSTED);
	push_rx(&m);
	for (n = PAD_STEPS; n <= steps(&m); n++) {
		assert_int_equal(guest_disconnect(a), 0);
		die_after(&m, (u8 *)a->rx, n);
		adopt();
		memcpy(finished, a->rx, 4096);
		for (k = 0; k <= steps(&m) - PAD_STEPS; k++) {
			assert_int_equal(guest_disconnect(a), 0);
			die_after(&m, (u8 *)a->rx, n);
			take_slots(&m, (u8 *)a->rx, finished, k);
			a->rx_cons = m.from;
			adopt();
			assert_int_equal(a->rx->rsp_prod, m.to);
			expect_errors(&m);
		}
	}
	expect_frames(100);
}

/* The end of the ring in the middle of a push, the extra-info slot first in it. */
static void test_rx_push_torn_at_the_end_of_the_ring(void **state)
{
	struct page_image m;
	bool bad;

	(void)state;
	for (u32 i = 0; i < 254; i++) {
		struct xmd_buf *f = frame_for_a(100, false, i);

		guest_post(a, 1);
		nic.ops->rx_return(nic.ctx, &f, 1);
		sim_run();
		assert_true(guest_receive(a, &in, &bad));
	}
	guest_post(a, POSTED);
	push_rx(&m);
	assert_int_equal(m.from, 254);
	assert_int_equal(((struct netif_extra_info *)&a->rx->ring[0])->type, XEN_NETIF_EXTRA_TYPE_GSO);
	for (unsigned int n = PAD_STEPS; n <= steps(&m); n++) {
		assert_int_equal(guest_disconnect(a), 0);
		die_after(&m, (u8 *)a->rx, n);
		a->rx_cons = m.from;
		adopt();
		expect_errors(&m);
		expect_frames(n);
	}
}

/* A backend before this one, which wrote no extra: its other slots are finished as it did. */
static void test_rx_push_of_an_older_backend(void **state)
{
	struct page_image m;

	(void)state;
	guest_post(a, POSTED);
	push_rx(&m);
	assert_int_equal(guest_disconnect(a), 0);
	die_after(&m, (u8 *)a->rx, steps(&m));
	memset((u8 *)a->rx + PAD, 0, 40);
	adopt();
	assert_int_equal(a->rx->rsp_prod, m.to);
	for (u32 i = m.from; i != m.to; i++)
		assert_int_equal(a->rx->ring[i].rsp.status, NETIF_RSP_ERROR);
	a->rx_cons = m.to;
	expect_frames(100);
}

/* ----------------------------------------------------------------------- TX */

static void queue(struct guest *g, u32 len, u16 flags, u32 seq)
{
	unsigned int page = g->tx_prod % SIM_PAGES;

	make_frame(g->txpage[page], station, g->mac, len, seq);
	guest_slot(g, page, 0, len, flags);
}

/* Seven slots in one push: one frame with extra-info, a refused one, one of two slots. */
static void push_tx(struct page_image *m)
{
	u32 from = a->tx->rsp_prod;
	struct netif_extra_info *e;

	for (unsigned int i = 0; i < 2; i++) {
		queue(a, 600, NETTXF_extra_info, 10 + i);
		e = (void *)&a->tx->ring[a->tx_prod++ % 256];
		*e = (struct netif_extra_info){ .type = XEN_NETIF_EXTRA_TYPE_HASH };
		if (i)
			continue;
		queue(a, 13, 0, 0);
		queue(a, 900, NETTXF_more_data, 11);
		queue(a, 300, 0, 12);
	}
	guest_push(a);
	sim_run();
	assert_int_equal(a->tx->rsp_prod, from);
	begin(m, a->tx, 12);
	nic_complete(100);
	assert_int_equal(a->tx->rsp_prod, from + 7);
	end(m, a->tx, from, from + 7);
}

static const int answers[7] = { 0, NETIF_RSP_NULL, 0, 0, 0, 0, NETIF_RSP_NULL };

/* Nothing of it is sent again, and all is answered; before the intent: all is sent again. */
static void test_tx_push_torn_anywhere(void **state)
{
	struct page_image m;

	(void)state;
	push_tx(&m);
	a->tx->rsp_event = 0;
	for (unsigned int n = 0; n <= steps(&m); n++) {
		bool again = n < PAD_STEPS;

		assert_int_equal(guest_disconnect(a), 0);
		die_after(&m, (u8 *)a->tx, n);
		a->tx_cons = m.from;
		a->tx_prod = m.to;
		nic.n_sent = 0;
		adopt();
		nic_complete(100);
		assert_int_equal(nic.n_sent, again ? 3 : 0);
		for (unsigned int i = 0; i < 7; i++)
			assert_int_equal(guest_tx_status(a), again && i == 2 ? NETIF_RSP_ERROR :
					 answers[i]);
		queue(a, 200, 0, 77);
		guest_push(a);
		sim_run();
		nic_complete(100);
		assert_int_equal(guest_tx_status(a), 0);
		assert_int_equal(seq_of(nic.sent->data), 77);
	}
}

/* ------------------------------------------------------------- other lives */

static void forge_intent(void *sring, u32 end)
{
	u64 word = 0x786d6469ull << 32 | end;

	memset((u8 *)sring + 24, 0xff, 32);
	memcpy((u8 *)sring + 56, &word, 8);
}

/* Requests that nobody has taken, and the domain dies: none of them was done. */
static void expect_nothing_done(u32 seq)
{
	u32 rx = a->rx->rsp_prod, tx = a->tx->rsp_prod;

	guest_post(a, 5);
	nic.answer = -EAGAIN;
	for (u32 i = 0; i < 5; i++)
		queue(a, 600, 0, seq + i);
	guest_push(a);
	sim_run();
	assert_int_equal(guest_disconnect(a), 0);
	nic.answer = 1;
	nic.n_sent = 0;
	adopt();
	assert_int_equal(a->rx->rsp_prod, rx);
	assert_int_equal(a->tx->rsp_prod, tx);
	nic_complete(100);
	assert_int_equal(nic.n_sent, 5);
	for (u32 i = 0; i < 5; i++)
		assert_int_equal(guest_tx_status(a), 0);
}

/* A frontend need not clear what the protocol does not use. */
static void test_fresh_ring_with_an_old_intent(void **state)
{
	struct guest *was = a;

	(void)state;
	a = guest_new(3, LINUX);
	forge_intent(a->tx, 3);
	forge_intent(a->rx, 3);
	assert_int_equal(guest_connect(a, false), 0);
	sim_run();
	expect_nothing_done(10);
	expect_frames(20);
	assert_int_equal(guest_disconnect(a), 0);
	guest_free(a);
	a = was;
}

/* Nor has somebody else's backend, which served the ring meanwhile, brought it up to date. */
static void test_adopted_ring_with_an_old_intent(void **state)
{
	(void)state;
	assert_int_equal(guest_disconnect(a), 0);
	forge_intent(a->tx, 3);
	forge_intent(a->rx, 3);
	adopt();
	expect_nothing_done(10);
	expect_frames(20);
}

/* What a guest writes there harms nobody, itself at most. */
static void test_forged_intents(void **state)
{
	static const u32 ends[] = { 0, 1, 2, 5, 6, 255, 256, 257, 1u << 31, ~0u };

	(void)state;
	guest_post(a, 6);
	for (unsigned int i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		assert_int_equal(guest_disconnect(a), 0);
		forge_intent(a->rx, a->rx->rsp_prod + ends[i]);
		forge_intent(a->tx, a->tx->rsp_prod + ends[i]);
		adopt();
		assert_true(a->rx->rsp_prod <= a->rx->req_prod);
		assert_int_equal(fault_of(a), 0);
	}
	a->rx_cons = a->rx->rsp_prod;
}

/* ------------------------------------------------------------- pages pinned */

/* Pages that Xen would not unmap are not given to anybody else: sim.c aborts on that. */
static void test_page_that_stays_mapped(void **state)
{
	unsigned int mapped = sim_mapped, errors = sim_errors;

	(void)state;
	sim_pinned = 1;
	assert_int_equal(guest_disconnect(a), 0);
	assert_int_equal(sim_mapped, mapped);
	assert_int_equal(sim_errors, errors + 2);
	/* on the way back from a connect that fails, too */
	a->rx->req_prod = 300;
	assert_int_equal(guest_connect(a, false), -EPROTO);
	assert_int_equal(sim_mapped, mapped + 2);
	sim_pinned = 0;
	a->rx->req_prod = 0;
	assert_int_equal(guest_connect(a, false), 0);
	assert_int_equal(guest_disconnect(a), 0);
	assert_int_equal(sim_mapped, mapped + 2);
	sim_mapped -= 4;
}

#define T(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_rx_push_torn_anywhere),
		T(test_rx_adoption_torn_anywhere),
		T(test_rx_push_torn_at_the_end_of_the_ring),
		T(test_rx_push_of_an_older_backend),
		T(test_tx_push_torn_anywhere),
		T(test_fresh_ring_with_an_old_intent),
		T(test_adopted_ring_with_an_old_intent),
		T(test_forged_intents),
		T(test_page_that_stays_mapped),
	};

	return cmocka_run_group_tests_name("back: adoption", tests, NULL, NULL);
}
