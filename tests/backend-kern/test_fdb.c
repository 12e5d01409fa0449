// SPDX-License-Identifier: GPL-2.0
/* Who gets which frame, and what a guest cannot take from another one. */
#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "fdb.h"

#define A	(XMD_PORT_VIF0 + 0)
#define B	(XMD_PORT_VIF0 + 1)
#define WIRE	XMD_PORT_NIC
#define HOST	XMD_PORT_HOST

static const u8 mac_a[6] = { 0x00, 0x16, 0x3e, 0, 0, 0x0a };
static const u8 mac_b[6] = { 0x00, 0x16, 0x3e, 0, 0, 0x0b };
static const u8 mac_host[6] = { 0x52, 0x54, 0, 0, 0, 1 };
static const u8 gateway[6] = { 0x02, 0, 0, 0, 0, 0xfe };
static const u8 bridged[6] = { 0x02, 0, 0, 0, 0, 0x77 };
static const u8 broadcast[6] = { 255, 255, 255, 255, 255, 255 };

static struct xmd_fdb *fdb;

static int setup(void **state)
{
	(void)state;
	fdb = malloc(sizeof(*fdb));
	xmd_fdb_init(fdb, &(hsiphash_key_t){ { 0x1234567890abcdeful, 7 } });
	xmd_fdb_claim(fdb, mac_host, 0, HOST);
	xmd_fdb_claim(fdb, mac_a, 0, A);
	xmd_fdb_claim(fdb, mac_b, 0, B);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(fdb);
	return 0;
}

static int send(const u8 *from, const u8 *to, u16 port, u32 now)
{
	u8 hdr[14] = { 0 };

	memcpy(hdr, to, 6);
	memcpy(hdr + 6, from, 6);
	return xmd_fdb_decide(fdb, hdr, 0, port, now);
}

static void mac_nr(u8 *mac, u32 n)
{
	u8 m[6] = { 0x06, 0, n >> 24, n >> 16, n >> 8, n };

	memcpy(mac, m, 6);
}

static void test_destinations(void **state)
{
	static const u8 stp[6] = { 0x01, 0x80, 0xc2, 0, 0, 0 };
	static const u8 mdns[6] = { 0x01, 0, 0x5e, 0, 0, 0xfb };
	static const u8 zero[6];

	(void)state;
	assert_int_equal(send(mac_a, mac_b, A, 0), B);
	assert_int_equal(send(mac_a, mac_host, A, 0), HOST);
	assert_int_equal(send(mac_host, mac_a, HOST, 0), A);
	assert_int_equal(send(mac_a, gateway, A, 0), XMD_TO_FLOOD);
	assert_int_equal(send(gateway, mac_a, WIRE, 0), A);
	assert_int_equal(send(mac_a, gateway, A, 0), WIRE);
	assert_int_equal(send(mac_a, broadcast, A, 0), XMD_TO_FLOOD);
	assert_int_equal(send(mac_a, mdns, A, 0), XMD_TO_FLOOD);
	assert_int_equal(send(mac_a, mac_a, A, 0), XMD_TO_NOBODY);
	assert_int_equal(send(zero, mac_b, A, 0), XMD_TO_NOBODY);
	assert_int_equal(send(broadcast, mac_b, A, 0), XMD_TO_NOBODY);
	/* A guest's spanning tree frames stay where they are. */
	assert_int_equal(send(mac_a, stp, A, 0), XMD_TO_NOBODY);
	assert_int_equal(send(gateway, stp, WIRE, 0), HOST);
	assert_int_equal(send(mac_host, stp, HOST, 0), WIRE);
}

/* Two stations of the wire talk to each other; we hear it because of promiscuous mode. */
static void test_wire_to_wire_stays_there(void **state)
{
	(void)state;
	send(gateway, broadcast, WIRE, 0);
	assert_int_equal(send(bridged, gateway, WIRE, 1), XMD_TO_NOBODY);
}

static void test_station_behind_a_guest(void **state)
{
	(void)state;
	send(bridged, broadcast, A, 0);
	assert_int_equal(send(gateway, bridged, WIRE, 1), A);
	assert_int_equal(send(mac_b, bridged, B, 1), A);
}

static void test_fixed_cannot_be_stolen(void **state)
{
	(void)state;
	for (u32 now = 0; now < 10000; now += 100) {
		send(mac_b, broadcast, A, now);
		send(mac_host, broadcast, A, now);
		send(mac_b, broadcast, WIRE, now);
	}
	assert_int_equal(send(gateway, mac_b, WIRE, 10000), B);
	assert_int_equal(send(gateway, mac_host, WIRE, 10000), HOST);
}

/* A guest that claims the gateway's address would get everybody's traffic. */
static void test_gateway_cannot_be_stolen_while_it_speaks(void **state)
{
	(void)state;
	for (u32 now = 0; now < 1000; now += XMD_FDB_HOLD_S) {
		send(gateway, mac_a, WIRE, now);
		send(gateway, broadcast, B, now + 1);
		assert_int_equal(send(mac_a, gateway, A, now + 2), WIRE);
	}
}

static void test_learned_at_a_guest_cannot_be_stolen_by_another(void **state)
{
	(void)state;
	send(bridged, broadcast, A, 0);
	send(bridged, broadcast, B, XMD_FDB_HOLD_S);
	assert_int_equal(send(gateway, bridged, WIRE, XMD_FDB_HOLD_S), A);
}

static void test_station_that_moved(void **state)
{
	(void)state;
	send(bridged, broadcast, A, 0);
	send(bridged, broadcast, B, XMD_FDB_HOLD_S + 1);
	assert_int_equal(send(gateway, bridged, WIRE, XMD_FDB_HOLD_S + 1), B);
	/* To the wire at once: whoever is there does not ask us. */
	send(bridged, broadcast, WIRE, XMD_FDB_HOLD_S + 1);
	assert_int_equal(send(mac_a, bridged, A, XMD_FDB_HOLD_S + 1), WIRE);
}

static void test_ageing(void **state)
{
	(void)state;
	send(bridged, broadcast, A, 1000);
	assert_int_equal(send(gateway, bridged, WIRE, 1000 + XMD_FDB_AGE_S), A);
	assert_int_equal(send(gateway, bridged, WIRE, 1001 + XMD_FDB_AGE_S), XMD_TO_FLOOD);
	assert_int_equal(fdb->learned[A], 1);
	xmd_fdb_sweep(fdb, 1001 + XMD_FDB_AGE_S);
	assert_int_equal(fdb->learned[A], 0);
	assert_int_equal(send(gateway, mac_a, WIRE, 1000000), A);
}

/* Half a million addresses from one guest: it has its 16, the others lose nothing. */
static void test_one_guest_cannot_fill_the_table(void **state)
{
	u8 mac[6];

	(void)state;
	for (u32 i = 0; i < 500000; i++) {
		mac_nr(mac, i);
		send(mac, broadcast, A, 0);
	}
	assert_int_equal(fdb->learned[A], XMD_FDB_PER_VIF);
	send(bridged, broadcast, B, 0);
	assert_int_equal(send(gateway, bridged, WIRE, 0), B);
}

static void test_all_quotas_fit(void **state)
{
	u8 mac[6];
	u32 n = 0;

	(void)state;
	for (u32 port = XMD_PORT_VIF0; port < XMD_PORTS; port++) {
		mac_nr(mac, n++);
		xmd_fdb_claim(fdb, mac, 0, port);
		for (u32 i = 0; i < XMD_FDB_PER_VIF; i++) {
			mac_nr(mac, n++);
			assert_true(xmd_fdb_learn(fdb, mac, 0, port, 0));
		}
	}
	for (u32 i = 0; i < XMD_FDB_PER_NIC - 2; i++) {
		mac_nr(mac, n++);
		assert_true(xmd_fdb_learn(fdb, mac, 0, WIRE, 0));
	}
	/* all to one address, the host's too: no entry is lost on the way */
	for (u32 port = HOST; port < XMD_PORTS; port++)
		xmd_fdb_claim(fdb, bridged, 0, port);
	assert_int_equal(xmd_fdb_holder(fdb, bridged, 0), XMD_PORTS - 1);
	for (u32 port = HOST; port < XMD_PORTS; port++)
		xmd_fdb_forget_port(fdb, port);
	assert_int_equal(xmd_fdb_holder(fdb, bridged, 0), -1);
	for (u32 i = 0; i < XMD_FDB_PER_VIF; i++) {
		mac_nr(mac, n++);
		assert_true(xmd_fdb_learn(fdb, mac, 0, B, 0));
	}
}

static void test_vif_goes_and_comes_back(void **state)
{
	(void)state;
	send(bridged, broadcast, A, 0);
	xmd_fdb_forget_port(fdb, A);
	assert_int_equal(send(gateway, mac_a, WIRE, 0), XMD_TO_FLOOD);
	assert_int_equal(send(gateway, bridged, WIRE, 0), XMD_TO_FLOOD);
	assert_int_equal(xmd_fdb_claim(fdb, mac_a, 0, B), -1);
	assert_int_equal(send(gateway, mac_a, WIRE, 0), B);
}

/* A guest that migrates inside one host exists twice for a moment: the newer one counts. */
static void test_local_migration(void **state)
{
	(void)state;
	assert_int_equal(xmd_fdb_claim(fdb, mac_a, 0, B), A);
	assert_int_equal(send(gateway, mac_a, WIRE, 0), B);
	xmd_fdb_forget_port(fdb, A);
	assert_int_equal(send(gateway, mac_a, WIRE, 0), B);
	/* nor does a claim come back that went while another one held */
	xmd_fdb_forget_port(fdb, B);
	assert_int_equal(send(gateway, mac_a, WIRE, 0), XMD_TO_FLOOD);
}

/* The newer one goes, and the older one is protected as before. */
static void test_same_mac_twice(void **state)
{
	(void)state;
	xmd_fdb_claim(fdb, mac_a, 0, B);
	xmd_fdb_claim(fdb, mac_a, 0, B + 1);
	assert_int_equal(xmd_fdb_holder(fdb, mac_a, 0), B + 1);
	xmd_fdb_forget_port(fdb, B + 1);
	assert_int_equal(xmd_fdb_holder(fdb, mac_a, 0), B);
	xmd_fdb_forget_port(fdb, B);
	assert_int_equal(xmd_fdb_holder(fdb, mac_a, 0), A);
	send(mac_a, broadcast, WIRE, 0);
	assert_int_equal(send(gateway, mac_a, WIRE, 0), A);
}

/* In whichever order they come, and go. */
static void test_the_host_takes_nothing_from_a_vif(void **state)
{
	(void)state;
	assert_int_equal(xmd_fdb_claim(fdb, mac_a, 0, HOST), A);
	assert_int_equal(send(gateway, mac_a, WIRE, 0), A);
	assert_int_equal(send(gateway, mac_host, WIRE, 0), XMD_TO_FLOOD);
	assert_int_equal(xmd_fdb_claim(fdb, mac_host, 0, HOST), -1);
	assert_int_equal(send(gateway, mac_a, WIRE, 0), A);
	assert_int_equal(send(gateway, mac_host, WIRE, 0), HOST);

	assert_int_equal(xmd_fdb_claim(fdb, mac_host, 0, B), HOST);
	assert_int_equal(send(gateway, mac_host, WIRE, 0), B);
	assert_int_equal(send(gateway, mac_b, WIRE, 0), XMD_TO_FLOOD);
	xmd_fdb_forget_port(fdb, B);
	assert_int_equal(send(gateway, mac_host, WIRE, 0), HOST);
}

/* Nor from a station, behind a guest or on the wire, as long as that speaks. */
static void test_the_host_takes_nothing_that_is_in_use(void **state)
{
	static const struct { u16 port; bool forgotten; } c[] = {
		{ A, false }, { WIRE, false }, { A, true }, { WIRE, true },
	};

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		u32 now = 10000 * (i + 1);

		send(bridged, broadcast, c[i].port, now);
		assert_int_equal(xmd_fdb_claim(fdb, bridged, 0, HOST), c[i].port);
		for (u32 end = now + 2 * XMD_FDB_HOLD_S; now < end; now += XMD_FDB_HOLD_S) {
			send(bridged, broadcast, c[i].port, now);
			xmd_fdb_sweep(fdb, now + XMD_FDB_HOLD_S);
			assert_int_equal(send(mac_b, bridged, B, now), c[i].port);
		}
		if (c[i].forgotten)
			xmd_fdb_forget_port(fdb, c[i].port);
		else
			xmd_fdb_sweep(fdb, now + 1);
		assert_int_equal(send(mac_b, bridged, B, now), HOST);
		assert_int_equal(fdb->learned[c[i].port], 0);
		xmd_fdb_claim(fdb, mac_host, 0, HOST);
		xmd_fdb_claim(fdb, mac_a, 0, A);
		assert_int_equal(send(mac_b, bridged, B, now), XMD_TO_FLOOD);
	}
}

static void test_claiming_what_was_learned(void **state)
{
	(void)state;
	send(bridged, broadcast, A, 0);
	assert_int_equal(xmd_fdb_claim(fdb, bridged, 0, B), -1);
	assert_int_equal(fdb->learned[A], 0);
	assert_int_equal(send(gateway, bridged, WIRE, 0), B);
	xmd_fdb_unclaim(fdb, A);
	assert_int_equal(send(gateway, bridged, WIRE, 0), B);
	xmd_fdb_unclaim(fdb, B);
	assert_int_equal(send(gateway, bridged, WIRE, 0), XMD_TO_FLOOD);
}

/* Random claims and departures against the rule, read from the start each time. */
static void test_random_claims(void **state)
{
	u64 when[8] = { 0 }, now = 0;
	int what[8];

	(void)state;
	for (unsigned int i = 0; i < 8; i++)
		what[i] = -1;
	for (u32 port = HOST; port < HOST + 8; port++)
		xmd_fdb_forget_port(fdb, port);
	srand(3);
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int port = rand() % 8;
		u8 mac[6];

		what[port] = rand() % 4 - 1;
		when[port] = ++now;
		mac_nr(mac, what[port]);
		if (what[port] < 0)
			xmd_fdb_forget_port(fdb, HOST + port);
		else
			xmd_fdb_claim(fdb, mac, 0, HOST + port);
		for (int m = 0; m < 3; m++) {
			int best = -1;

			for (int k = 0; k < 8; k++)
				if (what[k] == m && (best < 1 || when[k] > when[best]))
					best = k;
			mac_nr(mac, m);
			assert_int_equal(xmd_fdb_holder(fdb, mac, 0), best < 0 ? -1 : (int)HOST + best);
		}
	}
}

/* Who knows all but the key cannot tell which addresses share a bucket. */
static void test_buckets_depend_on_the_key(void **state)
{
	struct xmd_fdb *other = malloc(sizeof(*other));
	unsigned int differ = 0;
	u8 mac[6];

	(void)state;
	xmd_fdb_init(fdb, &(hsiphash_key_t){ { 1, 2 } });
	xmd_fdb_init(other, &(hsiphash_key_t){ { 3, 4 } });
	for (u32 i = 0; i < XMD_FDB_PER_NIC; i++) {
		mac_nr(mac, i);
		assert_true(xmd_fdb_learn(fdb, mac, 0, WIRE, 0));
		assert_true(xmd_fdb_learn(other, mac, 0, WIRE, 0));
	}
	for (u32 i = 0; i < XMD_FDB_BUCKETS; i++)
		differ += !fdb->bucket[i] != !other->bucket[i];
	assert_true(differ > XMD_FDB_BUCKETS / 4);
	free(other);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_destinations),
		T(test_wire_to_wire_stays_there),
		T(test_station_behind_a_guest),
		T(test_fixed_cannot_be_stolen),
		T(test_gateway_cannot_be_stolen_while_it_speaks),
		T(test_learned_at_a_guest_cannot_be_stolen_by_another),
		T(test_station_that_moved),
		T(test_ageing),
		T(test_one_guest_cannot_fill_the_table),
		T(test_all_quotas_fit),
		T(test_vif_goes_and_comes_back),
		T(test_local_migration),
		T(test_same_mac_twice),
		T(test_the_host_takes_nothing_from_a_vif),
		T(test_the_host_takes_nothing_that_is_in_use),
		T(test_claiming_what_was_learned),
		T(test_random_claims),
		T(test_buckets_depend_on_the_key),
	};

	return cmocka_run_group_tests_name("back: switch", tests, NULL, NULL);
}
