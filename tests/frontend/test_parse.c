// SPDX-License-Identifier: GPL-2.0
/* What a backend may write into the rings and keys, and what becomes of it. */
#include "check.h"
#include "parse.h"

#define MORE	XEN_NETRXF_more_data
#define EXTRA	XEN_NETRXF_extra_info
#define GSO	XEN_NETIF_EXTRA_TYPE_GSO
#define ON	XEN_NETIF_EXTRA_FLAG_MORE

struct ring {
	union xmd_rx_slot slot[XMD_RING];
	u32 cons, prod;
};

static void put_rsp(struct ring *r, u16 off, int status, u16 flags)
{
	r->slot[r->prod % XMD_RING].rsp = (struct xen_netif_rx_response){
		.id = r->prod % XMD_RING, .offset = off, .flags = flags, .status = status,
	};
	r->prod++;
}

static void put_extra(struct ring *r, u8 type, u8 flags, u8 gso_type, u16 gso_size)
{
	struct xen_netif_extra_info *e = &r->slot[r->prod++ % XMD_RING].extra;

	memset(e, 0, 8);
	e->type = type;
	e->flags = flags;
	e->u.gso.type = gso_type;
	e->u.gso.size = gso_size;
}

static int parse(struct ring *r, struct xmd_rx_frame *f)
{
	return xmd_front_rx_parse(r->slot, r->cons, r->prod, f);
}

/* ---- one slot ---- */

static const struct {
	const char *what;
	int off, status, flags;
	int verdict, reason;
} one_slot[] = {
	{ "just a header", 0, 14, 0, XMD_RX_OK },
	{ "a full frame", 2, 1514, 0, XMD_RX_OK },
	{ "a full page", 0, 4096, 0, XMD_RX_OK },
	{ "to the last byte of the page", 4082, 14, 0, XMD_RX_OK },
	{ "one byte over the page", 4083, 14, 0, XMD_RX_FAULT, XMD_FAULT_RX_PAGE },
	{ "offset behind the page", 4096, 64, 0, XMD_RX_FAULT, XMD_FAULT_RX_PAGE },
	{ "offset that would wrap", 65535, 64, 0, XMD_RX_FAULT, XMD_FAULT_RX_PAGE },
	{ "length 32767", 0, 32767, 0, XMD_RX_FAULT, XMD_FAULT_RX_PAGE },
	{ "13 bytes", 0, 13, 0, XMD_RX_BAD, XMD_RX_BAD_SHORT },
	{ "status 0", 0, 0, 0, XMD_RX_BAD, XMD_RX_BAD_STATUS },
	{ "dropped", 0, XEN_NETIF_RSP_DROPPED, 0, XMD_RX_BAD, XMD_RX_BAD_STATUS },
	{ "error, with a senseless offset", 65535, XEN_NETIF_RSP_ERROR, 0, XMD_RX_BAD, XMD_RX_BAD_STATUS },
	{ "status -32768", 0, -32768, 0, XMD_RX_BAD, XMD_RX_BAD_STATUS },
	{ "unknown flags", 0, 64, 0xffe0, XMD_RX_OK },
	{ "more announced, nothing published", 0, 64, MORE, XMD_RX_PARTIAL },
	{ "extra announced, nothing published", 0, 64, EXTRA, XMD_RX_PARTIAL },
};

static void test_one_slot(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(one_slot); i++) {
		/* the index wraps within */
		struct ring r = { .cons = 0xffffffffu, .prod = 0xffffffffu };
		struct xmd_rx_frame f;

		put_rsp(&r, one_slot[i].off, one_slot[i].status, one_slot[i].flags);
		assert_case(one_slot[i].what, parse(&r, &f), one_slot[i].verdict);
		assert_case(one_slot[i].what, f.reason, one_slot[i].reason);
		if (f.verdict == XMD_RX_OK || f.verdict == XMD_RX_BAD)
			assert_case(one_slot[i].what, f.nslots, 1);
		if (f.verdict != XMD_RX_OK)
			continue;
		assert_case(one_slot[i].what, f.len, one_slot[i].status);
		assert_case(one_slot[i].what, f.nfrags, 1);
		assert_case(one_slot[i].what, f.frag[0].slot, 255);
		assert_case(one_slot[i].what, f.frag[0].off, one_slot[i].off);
		assert_case(one_slot[i].what, f.frag[0].len, one_slot[i].status);
	}
}

static void test_id(void **state)
{
	struct ring r = { 0 };
	struct xmd_rx_frame f;

	(void)state;
	put_rsp(&r, 0, 64, 0);
	r.slot[0].rsp.id = 1;
	assert_int_equal(parse(&r, &f), XMD_RX_FAULT);
	assert_int_equal(f.reason, XMD_FAULT_RX_ID);
	/* the right one modulo the ring's size, but not it */
	r.slot[0].rsp.id = 256;
	assert_int_equal(parse(&r, &f), XMD_RX_FAULT);

	/* in the second slot of a frame, behind an extra info */
	r = (struct ring){ 0 };
	put_rsp(&r, 0, 64, MORE | EXTRA);
	put_extra(&r, GSO, 0, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	put_rsp(&r, 0, 64, 0);
	assert_int_equal(parse(&r, &f), XMD_RX_OK);
	assert_int_equal(f.frag[1].slot, 2);
	r.slot[2].rsp.id = 1;
	assert_int_equal(parse(&r, &f), XMD_RX_FAULT);
	assert_int_equal(f.reason, XMD_FAULT_RX_ID);
}

/* ---- chains ---- */

static const struct {
	const char *what;
	unsigned int slots;
	int each;
	bool ends;
	int verdict, reason;
} chains[] = {
	{ "two slots", 2, 100, true, XMD_RX_OK },
	{ "18 full slots", 18, 4096, true, XMD_RX_OK },
	{ "19 slots", 19, 4096, true, XMD_RX_BAD, XMD_RX_BAD_SLOTS },
	{ "36 slots", 36, 100, true, XMD_RX_BAD, XMD_RX_BAD_SLOTS },
	{ "37 slots", 37, 100, true, XMD_RX_FAULT, XMD_FAULT_RX_RUNAWAY },
	{ "the whole ring without an end", 256, 1, false, XMD_RX_FAULT, XMD_FAULT_RX_RUNAWAY },
	{ "an end that is still to come", 17, 100, false, XMD_RX_PARTIAL },
	{ "13 bytes in 13 slots", 13, 1, true, XMD_RX_BAD, XMD_RX_BAD_SHORT },
	{ "14 bytes in 14 slots", 14, 1, true, XMD_RX_OK },
	{ "errors in all of them", 3, -1, true, XMD_RX_BAD, XMD_RX_BAD_STATUS },
};

static void test_chains(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(chains); i++) {
		struct ring r = { .cons = 250, .prod = 250 };
		struct xmd_rx_frame f;

		for (unsigned int n = 1; n <= chains[i].slots; n++)
			put_rsp(&r, 0, chains[i].each,
				n < chains[i].slots || !chains[i].ends ? MORE : 0);
		assert_case(chains[i].what, parse(&r, &f), chains[i].verdict);
		assert_case(chains[i].what, f.reason, chains[i].reason);
		if (f.verdict == XMD_RX_OK || f.verdict == XMD_RX_BAD)
			assert_case(chains[i].what, f.nslots, chains[i].slots);
		if (f.verdict == XMD_RX_OK)
			assert_case(chains[i].what, f.len, chains[i].slots * chains[i].each);
	}
}

/* The flags of the first slot go on behind its extra infos, whatever theirs look like. */
static void test_flags_behind_extra(void **state)
{
	struct ring r = { 0 };
	struct xmd_rx_frame f;

	(void)state;
	put_rsp(&r, 0, 100, EXTRA | XEN_NETRXF_csum_blank | XEN_NETRXF_data_validated);
	put_extra(&r, GSO, 0, XEN_NETIF_GSO_TYPE_TCPV6, 0xffff);
	put_rsp(&r, 0, 70, XEN_NETRXF_csum_blank);
	assert_int_equal(parse(&r, &f), XMD_RX_OK);
	assert_int_equal(f.nslots, 2);
	assert_int_equal(f.len, 100);
	assert_int_equal(f.flags, XEN_NETRXF_csum_blank | XEN_NETRXF_data_validated);
	assert_int_equal(f.gso_type, XEN_NETIF_GSO_TYPE_TCPV6);
	assert_int_equal(f.gso_size, 0xffff);
	r.cons = 2;
	assert_int_equal(parse(&r, &f), XMD_RX_OK);
	assert_int_equal(f.gso_type, XEN_NETIF_GSO_TYPE_NONE);
	assert_int_equal(f.flags, XEN_NETRXF_csum_blank);
}

/* ---- extra info ---- */

static const struct {
	const char *what;
	int n;
	struct { int type, flags, gso_type, gso_size; } e[5];
	int verdict, reason;
} extras[] = {
	{ "TCP over IPv4", 1, { { GSO, 0, 1, 1448 } }, XMD_RX_OK },
	{ "TCP over IPv6", 1, { { GSO, 0, 2, 1428 } }, XMD_RX_OK },
	{ "segments of 0 bytes", 1, { { GSO, 0, 1, 0 } }, XMD_RX_BAD, XMD_RX_BAD_GSO },
	{ "segments of 7 bytes", 1, { { GSO, 0, 1, 7 } }, XMD_RX_BAD, XMD_RX_BAD_GSO },
	{ "no type", 1, { { GSO, 0, 0, 1448 } }, XMD_RX_BAD, XMD_RX_BAD_GSO },
	{ "unknown type", 1, { { GSO, 0, 3, 1448 } }, XMD_RX_BAD, XMD_RX_BAD_GSO },
	{ "twice", 2, { { GSO, ON, 1, 1448 }, { GSO, 0, 1, 1448 } }, XMD_RX_BAD, XMD_RX_BAD_GSO },
	{ "a hash nobody asked for", 1, { { XEN_NETIF_EXTRA_TYPE_HASH, 0, 1, 1 } }, XMD_RX_OK },
	{ "type 0", 1, { { 0, 0, 1, 1448 } }, XMD_RX_FAULT, XMD_FAULT_RX_EXTRA },
	{ "type 255", 1, { { 255, 0, 1, 1448 } }, XMD_RX_FAULT, XMD_FAULT_RX_EXTRA },
	{ "no end to be seen", 2, { { GSO, ON, 1, 1448 }, { XEN_NETIF_EXTRA_TYPE_HASH, ON, 0, 0 } },
	  XMD_RX_PARTIAL },
};

static void test_extras(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(extras); i++) {
		struct ring r = { .cons = 253, .prod = 253 };
		struct xmd_rx_frame f;

		put_rsp(&r, 0, 1514, EXTRA);
		for (int n = 0; n < extras[i].n; n++)
			put_extra(&r, extras[i].e[n].type, extras[i].e[n].flags,
				  extras[i].e[n].gso_type, extras[i].e[n].gso_size);
		assert_case(extras[i].what, parse(&r, &f), extras[i].verdict);
		assert_case(extras[i].what, f.reason, extras[i].reason);
		if (f.verdict == XMD_RX_OK || f.verdict == XMD_RX_BAD)
			assert_case(extras[i].what, f.nslots, 1 + extras[i].n);
	}
}

static void test_extras_without_end(void **state)
{
	struct ring r = { 0 };
	struct xmd_rx_frame f;

	(void)state;
	put_rsp(&r, 0, 1514, EXTRA);
	for (int i = 0; i < 200; i++)
		put_extra(&r, XEN_NETIF_EXTRA_TYPE_HASH, ON, 0, 0);
	assert_int_equal(parse(&r, &f), XMD_RX_FAULT);
	assert_int_equal(f.reason, XMD_FAULT_RX_EXTRA);
}

/* ---- producers and answers ---- */

static void test_answered(void **state)
{
	(void)state;
	assert_int_equal(xmd_ring_answered(5, 5, 5), 0);
	assert_int_equal(xmd_ring_answered(6, 5, 5), -1);
	assert_int_equal(xmd_ring_answered(4, 5, 200), -1);
	assert_int_equal(xmd_ring_answered(260, 5, 261), 255);
	assert_int_equal(xmd_ring_answered(261, 5, 261), 256);
	assert_int_equal(xmd_ring_answered(262, 5, 261), -1);
	assert_int_equal(xmd_ring_answered(2, 0xfffffffeu, 3), 4);
	assert_int_equal(xmd_ring_answered(4, 0xfffffffeu, 3), -1);
	assert_int_equal(xmd_ring_answered(0x80000000u, 0, 256), -1);
}

static void test_tx_answer(void **state)
{
	static const struct {
		const char *what;
		u16 id;
		s16 status;
		bool answers;
		u32 want;
	} rows[] = {
		{ "okay", 7, XEN_NETIF_RSP_OKAY, true, 7 },
		{ "error", 255, XEN_NETIF_RSP_ERROR, true, 255 },
		{ "dropped", 0, XEN_NETIF_RSP_DROPPED, true, 0 },
		{ "an unknown status is an answer, too", 3, 1234, true, 3 },
		{ "an extra info's slot", 0xffff, XEN_NETIF_RSP_NULL, false, XMD_RING },
		{ "id 256", 256, XEN_NETIF_RSP_OKAY, false, XMD_RING + 1 },
		{ "id 65535", 65535, XEN_NETIF_RSP_OKAY, false, XMD_RING + 1 },
	};
	union {
		struct xen_netif_tx_request req;
		struct xen_netif_tx_response rsp;
	} slot[XMD_RING];
	s16 status;
	u32 id;

	(void)state;
	memset(slot, 0xee, sizeof(slot));
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		slot[255].rsp.id = rows[i].id;
		slot[255].rsp.status = rows[i].status;
		assert_case(rows[i].what, xmd_front_tx_answer(slot, 0xffffffffu, &id, &status), rows[i].answers);
		assert_case(rows[i].what, id, rows[i].want);
		assert_case(rows[i].what, status, rows[i].status);
	}
}

/* ---- keys ---- */

static void test_backend_domain(void **state)
{
	static const struct { const char *path; int domid; } rows[] = {
		{ "/local/domain/0/backend/vif/3/0", 0 },
		{ "/local/domain/32751/backend/vif/3/0", 32751 },
		{ "/local/domain/17/backend/", 17 },
		{ "/local/domain/17/backendx/vif", -1 },
		{ "/local/domain/17", -1 },
		{ "/local/domain//backend/vif/3/0", -1 },
		{ "/local/domain/-1/backend/vif/3/0", -1 },
		{ "/local/domain/65536/backend/vif/3/0", -1 },
		{ "/local/domain/4294967297/backend/vif/3/0", -1 },
		{ "/local/domain/99999999999999999999999/backend/vif", -1 },
		{ "local/domain/1/backend/vif", -1 },
		{ "", -1 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		assert_case(rows[i].path, xmd_front_backend_domain(rows[i].path), rows[i].domid);
}

static void test_mtu(void **state)
{
	static const struct {
		const char *what;
		bool sg;
		unsigned int key, want;
	} rows[] = {
		{ "no key, one slot", false, 0, 1500 },
		{ "no key", true, 0, 65521 },
		{ "jumbo", true, 9000, 9000 },
		{ "jumbo, one slot", false, 9000, 1500 },
		{ "less than 1500 is a start value, not a limit", true, 1492, 1500 },
		{ "senseless: small", true, 67, 65521 },
		{ "senseless: large", true, 100000, 65521 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		assert_case(rows[i].what, xmd_front_mtu_limit(rows[i].sg, rows[i].key), rows[i].want);
}

static void test_names(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < XMD_FAULTS; i++)
		assert_non_null(xmd_front_fault_text(i));
	for (unsigned int i = 0; i < XMD_RX_REASONS; i++)
		assert_non_null(xmd_front_rx_bad_name(i));
	assert_string_equal(xmd_front_fault_text(XMD_FAULTS), "?");
	assert_string_equal(xmd_front_rx_bad_name(XMD_RX_REASONS), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_slot),
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_flags_behind_extra),
		cmocka_unit_test(test_extras),
		cmocka_unit_test(test_extras_without_end),
		cmocka_unit_test(test_answered),
		cmocka_unit_test(test_tx_answer),
		cmocka_unit_test(test_backend_domain),
		cmocka_unit_test(test_mtu),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
