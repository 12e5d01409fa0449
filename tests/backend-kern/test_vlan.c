// SPDX-License-Identifier: GPL-2.0
/*
 * Access ports of VLANs, and segments without the wire, as guests and the wire see them.
 *
 *	a, b  VLAN 7	c  VLAN 8, with a's MAC		d, e  no VLAN of their own
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#include "sim.h"
#include "frames.h"

#define NOBODY	0u
#define A	1u
#define B	2u
#define C	4u
#define D	8u
#define E	16u
#define HOST	32u
#define WIRE	64u

static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 }, unknown[6] = { 2, 0, 0, 0, 0, 0x66 };
static const u8 everyone[6] = { 255, 255, 255, 255, 255, 255 };
static struct guest *g[5];
static struct flat in;
static u8 p[66000];

#define a	g[0]
#define b	g[1]
#define c	g[2]
#define d	g[3]
#define e	g[4]

static struct guest *make_guest(u16 domid, u16 vlan, const char *segment)
{
	struct guest *n = guest_new(domid, LINUX);

	n->confine.vlan = vlan;
	strcpy(n->confine.segment, segment);
	return n;
}

static void start(void)
{
	static const u16 vlan[5] = { 7, 7, 8, 0, 0 };

	for (u16 i = 0; i < 5; i++)
		g[i] = make_guest(i + 1, vlan[i], "");
	memcpy(c->mac, a->mac, 6);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(guest_connect(g[i], false), 0);
		guest_post(g[i], 200);
	}
	sim_run();
}

static int setup(void **state)
{
	(void)state;
	sim_start();
	start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_stop();
	return 0;
}

static struct xmd_vif_info info_of(const struct guest *v)
{
	struct xmd_vif_info info = { .id.domid = v->domid - 1, .id.handle = ~0u };

	assert_int_equal(xmd_vif_list(&info), 0);
	return info;
}

/* The frame in p, of @len bytes, with a tag in front of its type.  Return: its length then. */
static u32 tagged(u16 type, u16 vlan, u32 len)
{
	memmove(p + 16, p + 12, len - 12);
	be16(p + 12, type);
	be16(p + 14, vlan);
	return len + 4;
}

/* Who got @len bytes of p, and whoever did has them right; @wire: with which tag. */
static unsigned int who_got(u32 len, u16 wire)
{
	unsigned int who = 0, had = nic.n_sent;
	bool bad;

	sim_run();
	for (int i = 0; i < 5; i++) {
		while (guest_receive(g[i], &in, &bad)) {
			assert_false(bad);
			assert_false(who & 1u << i);
			who |= 1u << i;
			assert_int_equal(in.len, len);
			assert_memory_equal(in.data, p, len);
			guest_post(g[i], DIV_ROUND_UP(len, 4096));
		}
	}
	if (nic.n_host) {
		who |= HOST;
		assert_int_equal(nic.host->len, len);
		assert_memory_equal(nic.host->data, p, len);
	}
	nic.n_host = 0;
	nic_complete(100);
	assert_true(nic.n_sent - had <= 1);
	if (nic.n_sent == had)
		return who;
	if (wire) {
		assert_int_equal(nic.sent->data[12] << 8 | nic.sent->data[13], 0x8100);
		assert_int_equal(nic.sent->data[14] << 8 | nic.sent->data[15], wire);
		memmove(nic.sent->data + 4, nic.sent->data, 12);
		nic.sent->len -= 4;
	}
	assert_int_equal(nic.sent->len, len);
	assert_memory_equal(nic.sent->data + (wire ? 4 : 0), p, len);
	return who | WIRE;
}

static unsigned int from_guest(struct guest *v, const u8 *to, u16 wire)
{
	make_frame(p, to, v->mac, 600, 1);
	guest_send(v, p, 600, 250, 0);
	return who_got(600, wire);
}

/* From the wire, where it has the tag @vlan; the guests that get it are to see none. */
static unsigned int from_wire(const u8 *to, u16 vlan)
{
	make_frame(p, to, station, 600, 2);
	nic_receive(p, tagged(0x8100, vlan, 600));
	make_frame(p, to, station, 600, 2);
	return who_got(600, 0);
}

static void test_who_hears_whom(void **state)
{
	(void)state;
	assert_int_equal(from_guest(a, everyone, 7), B | WIRE);
	assert_int_equal(from_guest(c, everyone, 8), WIRE);
	assert_int_equal(from_guest(d, everyone, 0), E | HOST | WIRE);
	assert_int_equal(from_wire(everyone, 7), A | B);
	assert_int_equal(from_wire(everyone, 8), C);
	assert_int_equal(from_guest(a, unknown, 7), B | WIRE);
	assert_int_equal(from_wire(unknown, 7), A | B);
	/* with a priority and the drop bit */
	assert_int_equal(from_wire(everyone, 0xf007), A | B);
	/* others' addresses are unknown here */
	assert_int_equal(from_guest(a, d->mac, 7), B | WIRE);
	assert_int_equal(from_guest(a, nic.dev.dev_addr, 7), B | WIRE);
	assert_int_equal(from_wire(d->mac, 7), A | B);
	assert_int_equal(from_wire(nic.dev.dev_addr, 8), C);
	assert_int_equal(from_guest(d, a->mac, 0), E | WIRE);
	make_frame(p, everyone, station, 600, 3);
	nic_receive(p, 600);
	assert_int_equal(who_got(600, 0), D | E | HOST);
}

static void test_one_goes_to_one(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {	/* over the pool, then directly */
		assert_int_equal(from_guest(a, b->mac, 7), B);
		assert_int_equal(from_guest(b, a->mac, 7), A);
		assert_int_equal(from_guest(d, e->mac, 0), E);
	}
	assert_int_equal(from_wire(b->mac, 7), B);
	/* c has a's address */
	assert_int_equal(from_wire(a->mac, 7), A);
	assert_int_equal(from_wire(a->mac, 8), C);
	assert_int_equal(from_guest(a, station, 7), WIRE);
	assert_int_equal(from_guest(c, station, 8), WIRE);
	assert_int_equal(from_guest(d, station, 0), E | WIRE);	/* never seen there */
	assert_int_equal(guest_disconnect(c), 0);
	assert_int_equal(from_wire(a->mac, 7), A);
	/* still kept apart */
	assert_int_equal(from_wire(a->mac, 8), NOBODY);
	assert_int_equal(info_of(a).tx_tagged, 0);
}

/* What is nobody's goes to all that are no access ports, with its tag. */
static void test_other_vlans(void **state)
{
	static const struct { u16 type, vlan; } row[] = { { 0x8100, 9 }, { 0x8100, 0xe000 }, { 0x88a8, 7 } };

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		make_frame(p, everyone, station, 600, 2);
		nic_receive(p, tagged(row[i].type, row[i].vlan, 600));
		assert_int_equal(who_got(604, 0), D | E | HOST);
		make_frame(p, everyone, d->mac, 600, 2);
		guest_send(d, p, tagged(row[i].type, row[i].vlan, 600), 4096, 0);
		assert_int_equal(who_got(604, 0), E | HOST | WIRE);
	}
	assert_int_equal(info_of(d).tx_tagged, 0);
	/* two tags: the outer one counts, the inner one is the guests' */
	make_frame(p, everyone, station, 600, 2);
	tagged(0x8100, 9, 600);
	nic_receive(p, tagged(0x8100, 7, 604));
	make_frame(p, everyone, station, 600, 2);
	tagged(0x8100, 9, 600);
	assert_int_equal(who_got(604, 0), A | B);
	make_frame(p, b->mac, station, 600, 2);
	tagged(0x8100, 9, 600);
	nic_receive(p, tagged(0x8100, 7, 604));
	make_frame(p, b->mac, station, 600, 2);
	tagged(0x8100, 9, 600);
	assert_int_equal(who_got(604, 0), B);
	/* a tag and nothing else */
	make_frame(p, everyone, station, 14, 2);
	be16(p + 12, 0x8100);
	nic_receive(p, 14);
	assert_int_equal(who_got(14, 0), D | E | HOST);
}

static void test_tags_of_guests(void **state)
{
	static const u16 own[][2] = { { 0x8100, 7 }, { 0x8100, 8 }, { 0x8100, 9 }, { 0x8100, 0 }, { 0x88a8, 9 } };
	struct xmd_buf *f;
	u64 nobody;

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		make_frame(p, i & 1 ? everyone : b->mac, a->mac, 600, i);
		guest_send(a, p, tagged(own[i][0], own[i][1], 600), 4096, 0);
		assert_int_equal(who_got(604, 0), NOBODY);
		assert_int_equal(guest_tx_status(a), NETIF_RSP_DROPPED);
	}
	assert_int_equal(info_of(a).tx_tagged, 5);
	assert_int_equal(info_of(a).tx_drops, 5);
	for (u16 vlan = 7; vlan <= 8; vlan++) {
		make_frame(p, vlan == 7 ? everyone : a->mac, d->mac, 600, vlan);
		guest_send(d, p, tagged(0x8100, 0x6000 | vlan, 600), 4096, 0);
		assert_int_equal(who_got(604, 0), NOBODY);
	}
	assert_int_equal(info_of(d).tx_tagged, 2);
	assert_int_equal(xmd_buf_get(back.nic, &f, 1), 1);
	make_frame(p, everyone, nic.dev.dev_addr, 600, 1);
	f->len = f->frame_len = tagged(0x8100, 7, 600);
	memcpy(f->data, p, f->len);
	nobody = back.to_nobody;
	nic.ops->host_tx(nic.ctx, &f, 1);
	assert_int_equal(who_got(604, 0), NOBODY);
	assert_int_equal(back.to_nobody, nobody + 1);
}

/* A TCP frame from @v with a blank checksum. */
static u32 make_tcp(const struct shape *s, const u8 *to, const struct guest *v, u32 payload)
{
	unsigned int net, l4, hdr = make_headers(p, s, payload, &net, &l4);
	struct xmd_l4 got;

	memcpy(p, to, 6);
	memcpy(p + 6, v->mac, 6);
	for (u32 i = 0; i < payload; i++)
		p[hdr + i] = i * 13 + (i >> 9);
	SIM_CHECK(!xmd_l4_parse(p, hdr, &got));
	xmd_csum_seed(p, &got, hdr + payload - l4);
	return hdr + payload;
}

static void send_gso(struct guest *v, u32 len, u8 type, u16 mss)
{
	for (u32 at = 0; at < len; at += 4096) {
		memcpy(v->txpage[at / 4096], p + at, min(4096u, len - at));
		guest_slot(v, at / 4096, 0, at ? min(4096u, len - at) : len,
			   (at ? 0 : NETTXF_csum_blank | NETTXF_extra_info) |
			   (at + 4096 < len ? NETTXF_more_data : 0));
		if (!at)
			guest_gso(v, type, mss);
	}
	guest_push(v);
	sim_run();
}

static void test_offloads_to_the_wire(void **state)
{
	struct shape s = shapes[1];
	u32 len;

	(void)state;
	from_wire(everyone, 7);		/* now it is known where the station is */
	len = make_tcp(&s, station, a, 1000);
	guest_send(a, p, len, 66, NETTXF_csum_blank | NETTXF_data_validated);
	sim_run();
	nic_complete(1);
	assert_int_equal(nic.sent->flags, XMD_F_CSUM_BLANK);
	assert_int_equal(nic.sent->csum_start, 38);
	assert_int_equal(nic.sent->csum_offset, 16);
	assert_int_equal(nic.sent->len, len + 4);

	len = make_tcp(&s, station, a, 60000);
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
	assert_int_equal(nic.held[0]->hdr_len, 70);
	assert_int_equal(nic.held[0]->csum_start, 38);
	assert_int_equal(nic.held[0]->gso_size, 1448);
	assert_int_equal(nic.held[0]->flags, XMD_F_CSUM_BLANK | XMD_F_GSO_TCPV4);
	assert_int_equal(who_got(len, 7), WIRE);

	/* cut here: each segment has the tag, and its checksum where it is said to be */
	s = shapes[5];
	s.vlans = 1;
	len = make_tcp(&shapes[5], station, a, 60000);
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV6, 1428);
	assert_int_equal(nic.n_held, DIV_ROUND_UP(60000, 1428));
	for (u32 sum = 0; nic.n_held;) {
		struct xmd_buf *seg = nic.held[0];

		assert_int_equal(seg->csum_start, 58);
		assert_int_equal(seg->frame_len - 90, min(1428u, 60000 - sum));
		sum += seg->frame_len - 90;
		xmd_csum_complete(seg);
		assert_int_equal(ref_verify(seg->data, seg->len, &s, 18, 58), 0xffff);
		assert_int_equal(xmd_vlan_id(seg), 7);
		nic_complete(1);
	}
}

/* With its tag a frame is as long as one with a tag may be. */
static void test_the_longest_frame(void **state)
{
	static const struct { u32 len, max, each; bool goes; } row[] = {
		{ 1514, 1518, 1514, true }, { 1515, 1518, 1515, false }, { 14, 1518, 14, true },
		{ 4092, 9018, 4092, true }, { 4093, 9018, 4093, true }, { 4096, 9018, 4096, true },
		{ 4096, 9018, 255, true }, { 4097, 9018, 4096, true }, { 9014, 9018, 4096, true },
		{ 9015, 9018, 4096, false },
	};

	(void)state;
	from_wire(everyone, 7);
	for (unsigned int i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		nic.max_frame = row[i].max;
		for (int to_all = 0; to_all < 2; to_all++) {
			make_frame(p, to_all ? everyone : station, a->mac, row[i].len, i);
			guest_send(a, p, row[i].len, row[i].each, 0);
			assert_int_equal(who_got(row[i].len, 7), (row[i].goes ? WIRE : 0) | (to_all ? B : 0));
		}
	}
	assert_int_equal(info_of(a).tx_tagged, 0);
}

/* Where the station is is not known: the wire gets it whole, the other guest in segments. */
static void test_gso_that_floods(void **state)
{
	const struct shape *s = &shapes[1];
	u32 len = make_tcp(s, station, a, 30000), sum = 0;
	bool bad;

	(void)state;
	send_gso(a, len, XEN_NETIF_GSO_TYPE_TCPV4, 1400);
	assert_int_equal(nic.n_held, 1);
	while (guest_receive(b, &in, &bad)) {
		assert_false(bad);
		assert_int_equal(in.data[12] << 8 | in.data[13], 0x0800);
		assert_int_equal(ref_verify(in.data, in.len, s, 14, 34), 0xffff);
		assert_int_equal(in.data[66], (u8)(sum * 13 + (sum >> 9)));
		sum += in.len - 66;
	}
	assert_int_equal(sum, 30000);
	make_tcp(s, station, a, 30000);
	assert_int_equal(who_got(len, 7), WIRE);
}

/* Segments from the wire become one frame for it, without the tag. */
static void test_merging(void **state)
{
	struct xmd_buf *f[10];
	bool bad;

	(void)state;
	nic_take(f, 10);
	for (unsigned int i = 0; i < 10; i++) {
		u32 len = make_tcp(&shapes[1], a->mac, a, 1400);
		u32 seq = 1000 + i * 1400;
		struct xmd_l4 l4;
		struct xmd_buf sum = { .data = p, .len = len, .frame_len = len, .nbufs = 1,
				       .flags = XMD_F_CSUM_BLANK, .csum_start = 34, .csum_offset = 16 };
		u16 check;

		memcpy(p + 6, station, 6);
		p[47] = 0x10;
		p[18] = 0, p[19] = i;
		p[24] = p[25] = 0;
		check = ~xmd_sum(p + 14, 20, 0);
		memcpy(p + 24, &check, 2);
		be16(p + 38, seq >> 16);
		be16(p + 40, seq);
		SIM_CHECK(!xmd_l4_parse(p, len, &l4));
		xmd_csum_seed(p, &l4, len - 34);
		xmd_csum_complete(&sum);
		f[i]->len = f[i]->frame_len = tagged(0x8100, 7, len);
		memcpy(f[i]->data, p, f[i]->len);
	}
	nic.ops->rx_return(nic.ctx, f, 10);
	sim_run();
	assert_true(guest_receive(a, &in, &bad));
	assert_int_equal(in.len, 66 + 14000);
	assert_int_equal(in.gso_size, 1400);
	assert_int_equal(in.data[12] << 8 | in.data[13], 0x0800);
	assert_false(guest_receive(a, &in, &bad));
}

/* A filter by VLANs is for tags that the guest sees. */
static void test_filter_of_an_access_port(void **state)
{
	struct xmd_vif_settings s = { .id.domid = 1, .mtu = 1500, .flags = XMD_SET_FILTER | XMD_SET_VLANS,
				      .n_vlans = 1, .vlan = { 5 } };

	(void)state;
	memcpy(s.mac, a->mac, 6);
	assert_int_equal(xmd_vif_set(&s), 0);
	assert_int_equal(from_wire(everyone, 7), A | B);
	assert_int_equal(from_wire(unknown, 7), B);
}

/* It is said before anybody is served which VLANs are whose; what came before that waits. */
static void test_adoption(void **state)
{
	struct xmd_vlans v = { .apart[0] = 1 << 7, .apart[1] = 2 };
	struct flat *early;
	bool bad;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(guest_disconnect(g[i]), 0);
	memset(back.vlans, 0, sizeof(back.vlans));
	back.early = true;
	make_frame(p, everyone, station, 600, 5);
	nic_receive(p, tagged(0x8100, 7, 600));
	make_frame(p, a->mac, station, 600, 6);
	nic_receive(p, tagged(0x8100, 7, 600));
	make_frame(p, everyone, station, 600, 7);
	nic_receive(p, 600);
	sim_run();
	early = malloc(sizeof(*early));
	assert_int_equal(xmd_switch_keep_apart(&v), 0);
	assert_true(test_bit(65, back.vlans));
	make_frame(p, everyone, station, 600, 8);
	nic_receive(p, tagged(0x8100, 7, 600));
	/* d is the first, and hears what has no tag */
	for (int i = 4; i >= 0; i--)
		assert_int_equal(guest_connect(g[i], true), 0);
	sim_run();
	assert_true(guest_receive(d, early, &bad) && seq_of(early->data) == 7);
	assert_false(guest_receive(d, early, &bad));
	assert_false(guest_receive(c, early, &bad));
	for (u32 seq = 5; seq <= 8; seq++) {
		if (seq == 7)
			continue;
		assert_true(guest_receive(a, early, &bad));
		assert_int_equal(early->len, 600);
		assert_int_equal(seq_of(early->data), seq);
	}
	assert_false(guest_receive(a, early, &bad));
	free(early);
	xmd_early_tick(true);
	nic.n_host = 0;
	v.apart[0] = 1;
	assert_int_equal(xmd_switch_keep_apart(&v), -EINVAL);
	v.apart[0] = 0;
	v.apart[63] = 1ull << 63;
	assert_int_equal(xmd_switch_keep_apart(&v), -EINVAL);
	while (guest_receive(b, &in, &bad) || guest_receive(e, &in, &bad))
		;
	assert_int_equal(from_guest(a, everyone, 7), B | WIRE);
}

static void test_segments(void **state)
{
	struct xmd_vif_info x;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(guest_disconnect(g[i]), 0);
	memset(&a->confine, 0, sizeof(a->confine));
	b->confine = c->confine = a->confine;
	strcpy(a->confine.segment, "lab");
	strcpy(b->confine.segment, "lab");
	strcpy(c->confine.segment, "lab2");
	for (int i = 0; i < 5; i++)
		assert_int_equal(guest_connect(g[i], true), 0);
	assert_int_equal(from_guest(a, everyone, 0), B);
	assert_int_equal(from_guest(b, a->mac, 0), A);
	assert_int_equal(from_guest(c, everyone, 0), NOBODY);
	assert_int_equal(from_guest(c, b->mac, 0), NOBODY);
	assert_int_equal(from_guest(a, d->mac, 0), B);
	assert_int_equal(from_guest(a, nic.dev.dev_addr, 0), B);
	assert_int_equal(from_guest(d, b->mac, 0), E | WIRE);
	assert_int_equal(from_wire(a->mac, 7), NOBODY);
	/* whatever it is told, it was sent */
	while (guest_tx_status(a) != 99)
		;
	from_guest(a, everyone, 0);
	assert_int_equal(guest_tx_status(a), 0);
	/* among themselves they have any tags, also such as are kept apart outside */
	make_frame(p, everyone, a->mac, 600, 2);
	guest_send(a, p, tagged(0x8100, 7, 600), 4096, 0);
	assert_int_equal(who_got(604, 0), B);
	assert_int_equal(info_of(a).tx_tagged, 0);
	/* who was there first goes; a third segment gets no number that is in use */
	assert_int_equal(guest_disconnect(a), 0);
	strcpy(a->confine.segment, "lab3");
	assert_int_equal(guest_connect(a, true), 0);
	assert_int_equal(from_guest(a, everyone, 0), NOBODY);
	assert_int_equal(from_guest(b, everyone, 0), NOBODY);
	assert_int_equal(guest_disconnect(c), 0);
	strcpy(c->confine.segment, "lab");
	assert_int_equal(guest_connect(c, true), 0);
	assert_int_equal(from_guest(c, everyone, 0), B);
	x = info_of(c);
	assert_int_equal(x.tx_drops, 0);
	c->confine.vlan = 7;
	guest_disconnect(c);
	assert_int_equal(guest_connect(c, true), -EINVAL);
}

static void test_addresses(void **state)
{
	static const struct xmd_vif_addr one = { .addr = { 10, 1, 2, 3 }, .bits = 32 };
	u32 len;

	(void)state;
	assert_int_equal(guest_disconnect(a), 0);
	a->confine.n_addrs = 1;
	a->confine.addr[0] = one;
	assert_int_equal(guest_connect(a, true), 0);
	len = make_tcp(&shapes[0], b->mac, a, 500);		/* from 10.1.2.3 */
	guest_send(a, p, len, 4096, NETTXF_data_validated);
	assert_int_equal(who_got(len, 7), B);
	p[29]++;
	guest_send(a, p, len, 66, NETTXF_data_validated);
	assert_int_equal(who_got(len, 7), NOBODY);
	from_guest(a, everyone, 7);
	assert_int_equal(info_of(a).tx_ip_spoofed, 2);
	assert_int_equal(info_of(a).tx_drops, 2);
	assert_int_equal(info_of(a).tx_spoofed, 0);
}

/* Twenty guests, half of them hostile, and a wire with everything on it: nobody hears what is not his. */
static void test_parties(void **state)
{
	enum { PARTIES = 20 };
	static const u16 vlan[4] = { 0, 7, 8, 4094 };
	struct guest *v[PARTIES];
	struct xmd_vif *kept;
	unsigned int i, got = 0, rounds, nets;
	bool bad;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_int_equal(guest_disconnect(g[i]), 0);
	for (i = 0; i < PARTIES; i++) {
		v[i] = make_guest(10 + i, i % 6 < 4 ? vlan[i % 6] : 0, i % 6 == 4 ? "x" : i % 6 == 5 ? "y" : "");
		if (i % 3 == 0)
			memcpy(v[i]->mac, "\2\0\0\0\0\7", 6);	/* the same everywhere */
		v[i]->features |= XMD_VIF_ANY_SOURCE;
		assert_int_equal(guest_connect(v[i], false), 0);
		guest_post(v[i], 200);
	}
	srand(11);
	for (rounds = 0; rounds < 3000; rounds++) {
		unsigned int from = (unsigned int)rand() % (PARTIES + 4), to = (unsigned int)rand() % (PARTIES + 2);
		u32 len = 100;

		nets = from < PARTIES ? from % 6 : from - PARTIES;
		make_frame(p, to < PARTIES ? v[to]->mac : to == PARTIES ? everyone : station,
			   from < PARTIES && rand() % 4 ? v[from]->mac : station, len, nets);
		if (from >= PARTIES) {
			nic_receive(p, nets ? tagged(0x8100, vlan[nets], len) : len);
		} else {
			if (!(rand() % 3))
				len = tagged(0x8100, vlan[rand() % 4], len);
			guest_send(v[from], p, len, 4096, 0);
		}
		sim_run();
		for (i = 0; i < nic.n_held; i++) {
			const u8 *data = xmd_buf_data(nic.held[i]);
			u16 tag = xmd_vlan_id(nic.held[i]);

			nets = seq_of(tag ? data + 4 : data);
			if (data[12] == 0x81 && !tag)
				nets = seq_of(data + 4);
			assert_true(nets < 4);
			assert_int_equal(tag, vlan[nets]);
			kept = nic.held[i]->owner;
			assert_int_equal(xmd_vif_tag(kept), tag);
		}
		nic_complete(100);
		for (i = 0; i < PARTIES; i++) {
			while (guest_receive(v[i], &in, &bad)) {
				bool tag = in.data[12] == 0x81;

				assert_false(bad);
				got++;
				assert_int_equal(seq_of(in.data + (tag ? 4 : 0)), i % 6);
				/* only where there is no network but one's own */
				assert_true(!tag || !xmd_vlan_id(&(struct xmd_buf){ .data = in.data, .len = in.len }) || i % 6 >= 4);
				guest_post(v[i], 1);
			}
		}
	}
	assert_true(got > 3000);
	assert_true(info_of(v[0]).tx_tagged && info_of(v[1]).tx_tagged);
	assert_int_equal(info_of(v[4]).tx_tagged, 0);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_who_hears_whom), T(test_one_goes_to_one), T(test_other_vlans), T(test_tags_of_guests),
		T(test_offloads_to_the_wire), T(test_the_longest_frame), T(test_gso_that_floods),
		T(test_merging), T(test_filter_of_an_access_port), T(test_adoption), T(test_segments),
		T(test_addresses), T(test_parties),
	};

	return cmocka_run_group_tests_name("back: vlan", tests, NULL, NULL);
}
