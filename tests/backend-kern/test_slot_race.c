// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that changes its slots while they are read: each slot is overwritten
 * with garbage the moment it was copied, so that a second look would see garbage.
 */
#include "ring.h"

static unsigned int reads[XMD_TX_RING];
static struct ring r;

void xmd_slot_copy(const void *slots, u32 idx, union xmd_tx_slot *copy)
{
	union xmd_tx_slot *s = &r.slot[idx % XMD_TX_RING];

	assert_ptr_equal(slots, r.slot);
	*copy = *s;
	memset(s, 0xff, sizeof(*s));
	reads[idx % XMD_TX_RING]++;
}

static void test_each_slot_is_read_once(void **state)
{
	struct xmd_tx_frame f;

	(void)state;
	put_req(&r, 10, 3000, MORE | EXTRA | XEN_NETTXF_csum_blank);
	put_gso(&r, XEN_NETIF_GSO_TYPE_TCPV4, 1448, 0);
	put_req(&r, 20, 1000, MORE);
	put_req(&r, 30, 1900, 0);
	assert_int_equal(parse(&r, &f), XMD_TX_OK);
	for (unsigned int i = 0; i < XMD_TX_RING; i++)
		assert_int_equal(reads[i], i < 4);

	assert_int_equal(f.len, 3000);
	assert_int_equal(f.frag[0].off, 10);
	assert_int_equal(f.frag[0].len, 100);
	assert_int_equal(f.frag[1].gref, 1002);
	assert_int_equal(f.frag[2].off, 30);
	assert_int_equal(f.frag[2].len, 1900);
	assert_int_equal(f.gso_size, 1448);
	for (unsigned int i = 2; i < 4; i++)
		assert_int_equal(r.ids[i], i ^ 0x5a00);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_each_slot_is_read_once) };

	return cmocka_run_group_tests_name("back: slot changed while being read", tests, NULL, NULL);
}
