// SPDX-License-Identifier: GPL-2.0
/* TX requests are answered in ring order, whatever the order in which frames are done. */
#include <stdlib.h>
#include "ring.h"
#include "fifo.h"

struct world {
	struct xmd_fifo fifo;
	union xmd_tx_slot slot[XMD_TX_RING];
	u32 rsp, cons;
};

static void open_frame(struct world *w, u16 nslots, u8 nextra)
{
	struct xmd_tx_frame f = { .first = w->cons, .nslots = nslots, .nextra = nextra };

	for (u16 i = 0; i < nslots; i++)
		w->fifo.id[(w->cons + i) % XMD_TX_RING] = (u16)(w->cons + i + 7);
	xmd_fifo_open(&w->fifo, &f, 0);
	w->cons += nslots;
}

static void done(struct world *w, u32 first, s16 status)
{
	xmd_fifo_done(&w->fifo, xmd_fifo_ticket(&w->fifo, first), status);
}

static void answer(struct world *w)
{
	u32 end = xmd_fifo_ready(&w->fifo, w->rsp, w->cons);

	xmd_fifo_answer(&w->fifo, w->slot, w->rsp, end);
	w->rsp = end;
}

static void assert_response(const struct world *w, u32 idx, int status)
{
	const struct xen_netif_tx_response *r = (const void *)&w->slot[idx % XMD_TX_RING];

	assert_int_equal(r->status, status);
	if (status != XEN_NETIF_RSP_NULL)
		assert_int_equal(r->id, (u16)(idx + 7));
}

static void test_in_order(void **state)
{
	struct world w = { .rsp = 0xfffffffe, .cons = 0xfffffffe };
	union xmd_tx_slot before;

	(void)state;
	open_frame(&w, 1, 0);			/* ..fe */
	open_frame(&w, 4, 1);			/* ..ff, 0, 1, 2 */
	open_frame(&w, 2, 0);			/* 3, 4 */
	answer(&w);
	assert_int_equal(w.rsp, 0xfffffffe);

	done(&w, 3, XEN_NETIF_RSP_OKAY);
	answer(&w);
	assert_int_equal(w.rsp, 0xfffffffe);

	done(&w, 0xfffffffe, XEN_NETIF_RSP_OKAY);
	before = w.slot[255];
	answer(&w);
	assert_int_equal(w.rsp, 0xffffffff);
	assert_response(&w, 0xfffffffe, XEN_NETIF_RSP_OKAY);
	/* What is not answered still is a request, untouched: a crash now loses nothing. */
	assert_memory_equal(&before, &w.slot[255], sizeof(before));

	done(&w, 0xffffffff, XEN_NETIF_RSP_ERROR);
	answer(&w);
	assert_int_equal(w.rsp, 5);
	assert_response(&w, 0xffffffff, XEN_NETIF_RSP_ERROR);
	assert_response(&w, 0, XEN_NETIF_RSP_NULL);
	assert_response(&w, 1, XEN_NETIF_RSP_ERROR);
	assert_response(&w, 2, XEN_NETIF_RSP_ERROR);
	assert_response(&w, 3, XEN_NETIF_RSP_OKAY);
	assert_response(&w, 4, XEN_NETIF_RSP_OKAY);
}

/* A full ring of one-slot frames, done in random order, again and again. */
static void test_random_orders(void **state)
{
	struct world w = { .rsp = 12345, .cons = 12345 };
	u32 order[XMD_TX_RING];

	(void)state;
	srand(1);
	for (int round = 0; round < 50; round++) {
		u32 base = w.cons, n = 0;

		for (u32 i = 0; i < XMD_TX_RING; i++) {
			open_frame(&w, 1, 0);
			order[i] = base + i;
		}
		for (u32 i = XMD_TX_RING - 1; i; i--) {
			u32 k = rand() % (i + 1), t = order[i];

			order[i] = order[k];
			order[k] = t;
		}
		for (u32 i = 0; i < XMD_TX_RING; i++) {
			done(&w, order[i], XEN_NETIF_RSP_OKAY);
			answer(&w);
			n++;
			assert_true(w.rsp - base <= n);
		}
		assert_int_equal(w.rsp, w.cons);
	}
}

/* What the NIC keeps is answered; what it returns after that is nobody's any more. */
static void test_cut(void **state)
{
	struct world w = { .rsp = 0xfffffff0, .cons = 0xfffffff0 };
	u32 late[2];

	(void)state;
	for (unsigned int turn = 0; turn < 3; turn++) {
		u32 base = w.cons;

		/* The last epoch before they begin anew. */
		if (turn)
			w.fifo.epoch = XMD_EPOCHS - 1;
		open_frame(&w, 1, 0);
		open_frame(&w, 4, 1);
		open_frame(&w, 1, 0);
		late[0] = xmd_fifo_ticket(&w.fifo, base);
		late[1] = xmd_fifo_ticket(&w.fifo, base + 1);
		assert_int_not_equal(late[0], XMD_NO_TICKET);
		done(&w, base + 5, XEN_NETIF_RSP_OKAY);
		answer(&w);
		assert_int_equal(w.rsp, base);
		assert_false(xmd_fifo_late(&w.fifo, base, 8, 8));
		assert_true(xmd_fifo_late(&w.fifo, base, 9, 8));
		assert_false(xmd_fifo_late(&w.fifo, base + 5, 9, 8));
		assert_int_equal(xmd_fifo_cut(&w.fifo, w.rsp, w.cons), 2);
		answer(&w);
		assert_int_equal(w.rsp, w.cons);
		assert_response(&w, base, XEN_NETIF_RSP_DROPPED);
		assert_response(&w, base + 1, XEN_NETIF_RSP_DROPPED);
		assert_response(&w, base + 2, XEN_NETIF_RSP_NULL);
		assert_response(&w, base + 5, XEN_NETIF_RSP_OKAY);
		/* The slots are used again, and then the NIC lets go of what it had. */
		while (w.cons - base < XMD_TX_RING)
			open_frame(&w, 1, 0), done(&w, w.cons - 1, XEN_NETIF_RSP_OKAY);
		open_frame(&w, 1, 0);
		open_frame(&w, 1, 0);
		xmd_fifo_done(&w.fifo, late[0], XEN_NETIF_RSP_OKAY);
		xmd_fifo_done(&w.fifo, late[1], XEN_NETIF_RSP_OKAY);
		xmd_fifo_done(&w.fifo, XMD_NO_TICKET, XEN_NETIF_RSP_OKAY);
		answer(&w);
		assert_int_equal(w.rsp, base + XMD_TX_RING);
		done(&w, w.rsp, XEN_NETIF_RSP_OKAY);
		done(&w, w.rsp + 1, XEN_NETIF_RSP_OKAY);
		answer(&w);
		assert_int_equal(w.rsp, w.cons);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_random_orders),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests_name("back: answers in order", tests, NULL, NULL);
}
