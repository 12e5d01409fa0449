// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that are odd and right: with empty slots in the guest's TX ring, and longer than
 * the vif's mtu, from the wire and from guest to guest.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "sim.h"

#define JUMBO	9018u	/* MTU 9000, and a VLAN tag */

static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 };
static struct guest *a, *b;
static struct flat in;
static u8 p[66000];

static int setup(void **state)
{
	(void)state;
	sim_start_two(&a, &b);
	guest_post(a, 100);
	guest_post(b, 100);
	sim_run();
	/* The switch learns where the station on the wire is. */
	make_frame(p, nic.dev.dev_addr, station, 60, 0);
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

static struct xmd_vif_info info_of(const struct guest *g)
{
	struct xmd_vif_info info;

	memset(&info, 0xaa, sizeof(info));
	info.id = (struct xmd_vif_id){ .domid = g->domid - 1, .handle = ~0u };
	assert_int_equal(xmd_vif_list(&info), 0);
	return info;
}

/* Whether @g got the frame @seq of @len bytes from @from, and nothing else. */
static bool got(struct guest *g, const u8 *from, u32 len, u32 seq)
{
	bool bad;

	if (!guest_receive(g, &in, &bad))
		return false;
	make_frame(p, g->mac, from, len, seq);
	assert_false(bad);
	assert_int_equal(in.len, len);
	assert_memory_equal(in.data, p, len);
	assert_false(guest_receive(g, &in, &bad));
	return true;
}

/* ------------------------------------------------------------- empty slots */

/* 20, 0, rest; and with empty ones at each other place.  The slots' pages are none. */
static void send_with_empty(const u8 *to, unsigned int where, u32 seq)
{
	static const u16 len[3] = { 20, 500, 80 };
	unsigned int page = a->tx_prod % 100, at = 0;

	make_frame(p, to, a->mac, 600, seq);
	for (unsigned int i = 0; i < 3; i++) {
		memcpy(a->txpage[page + i], p + at, len[i]);
		guest_slot(a, page + i, 0, i ? len[i] : 600,
			   i < 2 || where & 4 ? NETTXF_more_data : 0);
		at += len[i];
		if (where & 1u << i)
			guest_slot(a, 60000, 5000, 0, i < 2 ? NETTXF_more_data : 0);
	}
	guest_push(a);
	sim_run();
	nic_complete(10);
	for (at = 3 + !!(where & 1) + !!(where & 2) + !!(where & 4); at; at--)
		assert_int_equal(guest_tx_status(a), 0);
	assert_int_equal(guest_tx_status(a), 99);
}

static void test_empty_slots(void **state)
{
	(void)state;
	for (unsigned int where = 1; where < 8; where++) {
		send_with_empty(station, where, where);
		make_frame(p, station, a->mac, 600, where);
		assert_int_equal(nic.sent->len, 600);
		assert_memory_equal(nic.sent->data, p, 600);
	}
	/* over the pool, then, as it guesses right, straight into the other's pages */
	for (unsigned int where = 1; where < 8; where++) {
		send_with_empty(b->mac, where, 10 + where);
		assert_true(got(b, a->mac, 600, 10 + where));
	}
	assert_int_equal(info_of(a).tx_errors, 0);
	assert_int_equal(info_of(a).tx_frames, 14);
}

/* -------------------------------------------------------------- long frames */

/* From the wire, as the NIC gives it: in buffers of a page. */
static void receive_long(const u8 *to, u32 len, u32 seq)
{
	struct xmd_buf *part[3], *head;
	u32 n = DIV_ROUND_UP(len, 4096u);

	assert_int_equal(xmd_buf_get(back.nic, part, n), n);
	make_frame(p, to, station, len, seq);
	for (u32 i = 0; i < n; i++) {
		part[i]->len = min(len - i * 4096, 4096u);
		memcpy(part[i]->data, p + i * 4096, part[i]->len);
		part[i]->frag = i + 1 < n ? part[i + 1] : NULL;
	}
	head = part[0];
	head->nbufs = n;
	head->frame_len = len;
	nic.ops->rx_return(nic.ctx, &head, 1);
	sim_run();
}

static void send_long(const u8 *to, u32 len, u32 seq)
{
	make_frame(p, to, a->mac, len, seq);
	guest_send(a, p, len, 4096, 0);
	sim_run();
	while (guest_tx_status(a) != 99)
		;
}

static void test_longer_than_the_vifs_mtu(void **state)
{
	(void)state;
	receive_long(b->mac, 1519, 1);
	send_long(b->mac, 1519, 2);
	assert_false(got(b, station, 1519, 1));
	assert_int_equal(info_of(b).rx_too_long, 2);
	nic.max_frame = JUMBO;
	receive_long(b->mac, JUMBO, 3);
	assert_true(got(b, station, JUMBO, 3));
	for (u32 i = 4; i < 8; i++) {	/* over the pool, then straight */
		send_long(b->mac, JUMBO, i);
		assert_true(got(b, a->mac, JUMBO, i));
	}
	assert_true(info_of(a).tx_frames >= 4);
	receive_long(b->mac, JUMBO + 1, 8);
	send_long(b->mac, JUMBO + 1, 9);
	assert_false(got(b, station, JUMBO + 1, 8));
	assert_int_equal(info_of(b).rx_too_long, 4);
	assert_int_equal(info_of(b).rx_drops, 4);
	assert_int_equal(info_of(b).mtu, 1500);
}

/* What it was told, and no frame in two slots. */
static void test_without_scatter_gather(void **state)
{
	struct guest *c = guest_new(3, XMD_VIF_RX_NOTIFY);

	(void)state;
	nic.max_frame = JUMBO;
	assert_int_equal(guest_connect(c, false), 0);
	guest_post(c, 10);
	receive_long(c->mac, 1518, 1);
	assert_true(got(c, station, 1518, 1));
	receive_long(c->mac, 1519, 2);
	send_long(c->mac, 1519, 3);
	receive_long(c->mac, JUMBO, 4);
	assert_false(got(c, station, 1519, 2));
	assert_int_equal(info_of(c).rx_too_long, 3);
	assert_int_equal(info_of(c).rx_drops, 3);
}

/* A vif with more than the wire: what guests send to each other may be as long. */
static void test_vif_with_more_than_the_port(void **state)
{
	struct xmd_vif_settings s = { .id.domid = 2, .mtu = 9000 };

	(void)state;
	memcpy(s.mac, b->mac, 6);
	assert_int_equal(xmd_vif_set(&s), 0);
	send_long(b->mac, JUMBO, 1);
	assert_true(got(b, a->mac, JUMBO, 1));
	assert_int_equal(info_of(b).rx_too_long, 0);
}

/* No byte of the kernel's stack goes to the user half. */
static void test_nothing_leaks_from_a_row(void **state)
{
	struct xmd_vif_info i = info_of(a);

	(void)state;
	for (size_t at = 0; at + 4 <= sizeof(i); at += 4)
		assert_memory_not_equal((u8 *)&i + at, "\xaa\xaa\xaa\xaa", 4);
}

#define T(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_empty_slots),
		T(test_longer_than_the_vifs_mtu),
		T(test_without_scatter_gather),
		T(test_vif_with_more_than_the_port),
		T(test_nothing_leaks_from_a_row),
	};

	return cmocka_run_group_tests_name("back: odd frames", tests, NULL, NULL);
}
