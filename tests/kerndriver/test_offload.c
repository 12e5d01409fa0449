// SPDX-License-Identifier: GPL-2.0
/* test_offload.c - context descriptors, and headers that a guest made up. */
#include "../check.h"
#include "hw.h"
#include "offload.h"

/* A TCP segment of 4000 bytes over IPv4, 10.0.0.1 to 10.0.0.2, as a guest hands it over. */
static const __u8 tcp4[54] = {
	0x00, 0x16, 0x3e, 0, 0, 2, 0x00, 0x16, 0x3e, 0, 0, 1, 0x08, 0x00,
	0x45, 0x00, 0x0f, 0xc8, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0xab, 0xcd,
	10, 0, 0, 1, 10, 0, 0, 2,
	0x13, 0x89, 0xc0, 0x00, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 0x01, 0x00,
	0x99, 0x99, 0x00, 0x00,
};

static __u8 page[XMD_BUF_SIZE];
static struct xmd_buf frame, rest;
static struct xmd_tx_offload o;
static __u8 hdr[XMD_TX_HDR_MAX];

static void segment_frame(unsigned int off)
{
	memset(page, 0x5a, sizeof(page));
	memcpy(page + off, tcp4, sizeof(tcp4));
	rest = (struct xmd_buf){ .len = 54 };
	frame = (struct xmd_buf){
		.frag = &rest, .data = page, .off = off, .len = 4000, .frame_len = 4054,
		.nbufs = 2, .refs = 1, .flags = XMD_F_CSUM_BLANK | XMD_F_GSO_TCPV4,
		.csum_start = 34, .csum_offset = 16, .gso_size = 1448, .hdr_len = 54,
	};
}

static void plain_frames_need_nothing(void **state)
{
	(void)state;
	segment_frame(0);
	frame.flags = 0;
	frame.frame_len = XMD_FRAME_STD;
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), 0);
	assert_int_equal(o.ctx[2], 0);
	assert_int_equal(o.popts, 0);
	assert_int_equal(o.hdr_len, 0);
}

static void checksum_is_told_by_position(void **state)
{
	(void)state;
	segment_frame(2);
	frame.flags = XMD_F_CSUM_BLANK;
	frame.frame_len = 1514;
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), 0);
	assert_int_equal(o.ctx[1], 34 | 50 << 8);
	assert_int_equal(o.ctx[2], TXD_DEXT);
	assert_int_equal(o.ctx[3], 0);
	assert_int_equal(o.popts, TXD_POPTS_TXSM);
	assert_int_equal(o.hdr_len, 0);
}

static void segmentation(void **state)
{
	__u8 before[XMD_BUF_SIZE];

	(void)state;
	segment_frame(2);
	memcpy(before, page, sizeof(page));
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), 0);
	assert_int_equal(o.ctx[0], 14 | 24 << 8 | 33 << 16);
	assert_int_equal(o.ctx[1], 34 | 50 << 8);
	assert_int_equal(o.ctx[2], TXD_DEXT | TXD_TSE | TXC_IP | TXC_TCP | 4000);
	assert_int_equal(o.ctx[3], 54u << 8 | 1448u << 16);
	assert_int_equal(o.popts, TXD_POPTS_IXSM | TXD_POPTS_TXSM);
	assert_int_equal(o.hdr_len, 54);
	/* total length and header checksum are the NIC's to fill */
	assert_int_equal(hdr[16] | hdr[17] | hdr[24] | hdr[25], 0);
	/* 0a00 + 0001 + 0a00 + 0002 + 0006, without the length */
	assert_int_equal(hdr[50] << 8 | hdr[51], 0x1409);
	/* the rest of the headers is the guest's, and the frame itself is untouched */
	assert_memory_equal(hdr, tcp4, 16);
	assert_memory_equal(hdr + 26, tcp4 + 26, 24);
	assert_memory_equal(page, before, sizeof(page));
}

static void segmentation_with_vlan_tag_and_options(void **state)
{
	(void)state;
	segment_frame(0);
	memmove(page + 18, page + 14, 40);
	page[12] = 0x81;
	page[13] = 0;
	page[16] = 0x08;
	page[17] = 0;
	page[18 + 20 + 12] = 0x80;	/* 12 bytes of TCP options */
	frame.csum_start = 38;
	frame.hdr_len = 70;
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), 0);
	assert_int_equal(o.ctx[0], 18 | 28 << 8 | 37 << 16);
	assert_int_equal(o.ctx[1], 38 | 54 << 8);
	assert_int_equal(o.ctx[3], 70u << 8 | 1448u << 16);
}

static void pseudo_header_sum_folds(void **state)
{
	(void)state;
	segment_frame(0);
	memset(page + 26, 0xff, 8);
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), 0);
	assert_int_equal(hdr[50] << 8 | hdr[51], 0x0006);
}

/* A second time over the same frame, as after a reset of the NIC, gives the same. */
static void providing_again(void **state)
{
	struct xmd_tx_offload first;

	(void)state;
	segment_frame(0);
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &first, hdr), 0);
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), 0);
	assert_memory_equal(&first, &o, sizeof(o));
}

/* One byte of the headers, or one field of the frame, set to what it must not be. */
static const struct {
	const char *name;
	int at;			/* byte of the headers, or -1 */
	__u8 val;
} hostile[] = {
	{ "not IPv4", 13, 0xdd },
	{ "IP version 6", 14, 0x65 },
	{ "IP header too short", 14, 0x44 },
	{ "IP header longer than told", 14, 0x46 },
	{ "UDP", 23, 17 },
	{ "more fragments", 20, 0x20 },
	{ "fragment offset", 21, 0x01 },
	{ "TCP header too short", 46, 0x40 },
	{ "TCP header longer than told", 46, 0x60 },
	{ "VLAN tag around nothing", 12, 0x81 },
};

static void hostile_headers(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(hostile); i++) {
		segment_frame(2);
		page[2 + hostile[i].at] = hostile[i].val;
		assert_case(hostile[i].name, xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), -EINVAL);
	}
}

static const struct {
	const char *name;
	size_t field;
	unsigned int val;
} wrong16[] = {
	{ "no payload size", offsetof(struct xmd_buf, gso_size), 0 },
	{ "segments of one byte", offsetof(struct xmd_buf, gso_size), 1 },
	{ "segments just too small", offsetof(struct xmd_buf, gso_size), XMD_TX_MSS_MIN - 1 },
	{ "segments larger than the wire takes", offsetof(struct xmd_buf, gso_size), 1465 },
	{ "segments of 64 KiB", offsetof(struct xmd_buf, gso_size), 65535 },
	{ "no headers", offsetof(struct xmd_buf, hdr_len), 0 },
	{ "headers shorter than they say", offsetof(struct xmd_buf, hdr_len), 53 },
	{ "headers longer than they say", offsetof(struct xmd_buf, hdr_len), 55 },
	{ "headers longer than our copy", offsetof(struct xmd_buf, hdr_len), 129 },
	{ "headers longer than the first buffer", offsetof(struct xmd_buf, hdr_len), 4001 },
	{ "headers of 64 KiB", offsetof(struct xmd_buf, hdr_len), 65535 },
	{ "checksum start in the middle", offsetof(struct xmd_buf, csum_start), 33 },
	{ "checksum start far out", offsetof(struct xmd_buf, csum_start), 65535 },
	{ "checksum of UDP", offsetof(struct xmd_buf, csum_offset), 6 },
	{ "checksum far out", offsetof(struct xmd_buf, csum_offset), 65535 },
	{ "first buffer shorter than the headers", offsetof(struct xmd_buf, len), 53 },
};

static void hostile_descriptions(void **state)
{
	unsigned int i;
	__u16 val;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong16); i++) {
		segment_frame(2);
		val = wrong16[i].val;
		memcpy((char *)&frame + wrong16[i].field, &val, sizeof(val));
		assert_case(wrong16[i].name, xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), -EINVAL);
	}
}

/* PCI Express only, and without extension headers: 3.5 with IPCSS, no IPCSE, no IXSM */
static void tcp6_is_prepared(void **state)
{
	static __u8 v6[2000];
	__u32 sum = 6;
	unsigned int i;

	(void)state;
	segment_frame(0);
	memset(v6, 0x11, sizeof(v6));
	v6[12] = 0x86;
	v6[13] = 0xdd;
	v6[14] = 0x60;
	v6[20] = 6;
	v6[14 + 40 + 12] = 0x50;
	frame.data = v6;
	frame.off = 0;
	frame.len = frame.frame_len = 1500;
	frame.flags = XMD_F_CSUM_BLANK | XMD_F_GSO_TCPV6;
	frame.hdr_len = 74;
	frame.gso_size = 1400;
	frame.csum_start = 54;
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), 0);
	assert_int_equal(o.ctx[0], 14);
	assert_int_equal(o.ctx[1], 54 | (54 + 16) << 8);
	assert_int_equal(o.ctx[2] & (TXC_IP | TXC_TCP | TXD_TSE), TXC_TCP | TXD_TSE);
	assert_int_equal(o.popts, TXD_POPTS_TXSM);
	assert_int_equal(hdr[18] | hdr[19], 0);
	for (i = 22; i < 54; i += 2)
		sum += hdr[i] << 8 | hdr[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(hdr[70] << 8 | hdr[71], sum);
	v6[20] = 0;		/* an extension header */
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), -EINVAL);
	v6[20] = 6;
	frame.hdr_len = 78;	/* not where TCP says that it ends */
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), -EINVAL);
}

static void frames_that_cannot_go(void **state)
{
	(void)state;
	segment_frame(0);
	frame.frame_len = 54;		/* headers only */
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), -EINVAL);
	segment_frame(0);
	frame.flags = XMD_F_CSUM_BLANK | XMD_F_GSO_TCPV6;
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), -EINVAL);
	segment_frame(0);
	frame.flags = 0;
	frame.frame_len = XMD_FRAME_STD + 1;
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), -EINVAL);
	frame.frame_len = 13;
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), -EINVAL);
	segment_frame(0);
	frame.nbufs = XMD_FRAME_MAX_BUFS + 1;
	assert_int_equal(xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), -EINVAL);
}

static const struct {
	const char *name;
	unsigned int start, offset, len;
	int ret;
} sums[] = {
	{ "TCP", 34, 16, 1514, 0 },
	{ "UDP", 34, 6, 60, 0 },
	{ "last place that fits", 34, 24, 60, 0 },
	{ "one byte of it behind the buffer", 34, 25, 60, -EINVAL },
	{ "behind the buffer", 61, 6, 60, -EINVAL },
	{ "in the Ethernet header", 13, 6, 60, -EINVAL },
	{ "last place that can be told", 239, 16, 1514, 0 },
	{ "one further", 240, 16, 1514, -EINVAL },
	{ "start far out", 65535, 16, 1514, -EINVAL },
	{ "offset far out", 34, 65535, 1514, -EINVAL },
	{ "both far out", 65535, 65535, 1514, -EINVAL },
};

static void hostile_checksum_positions(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sums); i++) {
		segment_frame(0);
		frame.flags = XMD_F_CSUM_BLANK;
		frame.nbufs = 1;
		frame.len = sums[i].len;
		frame.frame_len = sums[i].len;
		frame.csum_start = sums[i].start;
		frame.csum_offset = sums[i].offset;
		assert_case(sums[i].name, xmd_tx_offload(&frame, XMD_FRAME_STD, &o, hdr), sums[i].ret);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_frames_need_nothing),
		cmocka_unit_test(checksum_is_told_by_position),
		cmocka_unit_test(segmentation),
		cmocka_unit_test(segmentation_with_vlan_tag_and_options),
		cmocka_unit_test(pseudo_header_sum_folds),
		cmocka_unit_test(providing_again),
		cmocka_unit_test(hostile_headers),
		cmocka_unit_test(hostile_descriptions),
		cmocka_unit_test(tcp6_is_prepared),
		cmocka_unit_test(frames_that_cannot_go),
		cmocka_unit_test(hostile_checksum_positions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
