// SPDX-License-Identifier: GPL-2.0
/*
 * test_txring.c - frames through the ring and a model of the NIC: what comes out on the
 * wire, in which order, and what is left after a reset in the middle.
 */
#include <arpa/inet.h>
#include <asm/byteorder.h>
#include "../check.h"
#include "model.h"
#include "offload.h"
#include "txring.h"

#define FRAMES	XMD_RING_MAX		/* a pool of them, used in turn */
#define BUFS	4

static struct e1000_tx_desc desc[XMD_RING_MAX];
static struct xmd_tx_slot slot[XMD_RING_MAX];
static __u8 hdr[XMD_RING_MAX * XMD_TX_HDR_MAX];
static struct xmd_txring ring;
static struct model nic;

static struct xmd_buf bufs[FRAMES][BUFS];
static __u8 pages[FRAMES][BUFS][XMD_BUF_SIZE];

enum kind { PLAIN, SHORT, CHECKSUM, SEGMENTS, REFUSED, KINDS };

/* The wire: numbers of the frames seen, in order; each payload carries its number. */
static __u32 seen_last;
static unsigned int on_wire;

static __u32 sum_of(const __u8 *p, unsigned int len, __u32 sum)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? p[i] : (__u32)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* A receiver's view of a TCP segment over IPv4. */
static void check_tcp4(const __u8 *f, unsigned int len)
{
	unsigned int total = f[16] << 8 | f[17];

	assert_int_equal(total, len - 14);
	assert_int_equal(sum_of(f + 14, 20, 0), 0xffff);
	assert_int_equal(sum_of(f + 34, len - 34, sum_of(f + 26, 8, 6 + len - 34)), 0xffff);
}

static void wire(const __u8 *f, unsigned int len)
{
	__u32 nr;

	/* the last segment of a frame is the NIC's own to pad (TCTL.PSP), and no frame below 17 bytes */
	assert_in_range(len, f[12] == 0x08 ? 54 : ring.errata & XMD_ERR_PAD ? ETH_ZLEN : 17, ring.max_frame);
	on_wire++;
	memcpy(&nr, f + 6, 4);
	/* after a reset frames may come twice, never backwards past the reset */
	assert_true((__s32)(nr - seen_last) >= 0);
	seen_last = nr;
	if (f[12] == 0x08 && f[13] == 0x00)
		check_tcp4(f, len);
}

static void tcp4_headers(__u8 *p, unsigned int len)
{
	static const __u8 ip[20] = { 0x45, 0, 0, 0, 0x12, 0x34, 0x40, 0, 64, 6, 0, 0,
				     10, 0, 0, 1, 10, 0, 0, 2 };
	__u32 sum;

	p[12] = 0x08;
	p[13] = 0x00;
	memcpy(p + 14, ip, sizeof(ip));
	p[16] = (len - 14) >> 8;
	p[17] = len - 14;
	sum = ~sum_of(p + 14, 20, 0);
	p[24] = sum >> 8;
	p[25] = sum;
	memset(p + 34, 0, 20);
	p[46] = 0x50;
	/* as Linux hands it over: the pseudo header with its length */
	sum = sum_of(p + 26, 8, 6 + len - 34);
	p[50] = sum >> 8;
	p[51] = sum;
}

static struct xmd_buf *make(__u32 nr, enum kind kind)
{
	struct xmd_buf *head = bufs[nr % FRAMES];
	unsigned int n = kind == PLAIN || kind == SEGMENTS ? 1 + rand() % BUFS : 1;
	unsigned int i, len = kind == SHORT ? 14 + rand() % 46 : kind == SEGMENTS ? 1000 : 300;

	for (i = 0; i < n; i++) {
		__u8 *page = pages[nr % FRAMES][i];

		memset(page, nr + i, XMD_BUF_SIZE);
		head[i] = (struct xmd_buf){
			.frag = i + 1 < n ? &head[i + 1] : NULL, .data = page,
			.dma = (uintptr_t)page, .off = rand() % 64, .len = len,
		};
	}
	head->nbufs = n;
	head->frame_len = n * len;
	head->refs = 1;
	head->cookie = nr;
	memcpy((__u8 *)head->data + head->off + 6, &nr, 4);
	memset((__u8 *)head->data + head->off + 12, 0x55, 2);
	if (kind == PLAIN || kind == SHORT)
		return head;
	tcp4_headers((__u8 *)head->data + head->off, head->frame_len);
	head->flags = XMD_F_CSUM_BLANK;
	head->csum_start = 34;
	head->csum_offset = 16;
	if (kind == CHECKSUM)
		return head;
	head->flags |= XMD_F_GSO_TCPV4;
	head->gso_size = kind == REFUSED ? 0 : 100 + rand() % 1300;
	head->hdr_len = 54;
	return head;
}

static void start(unsigned int size)
{
	xmd_txring_restart(&ring, size);
	nic = (struct model){ .ring = desc, .size = size, .sent = wire };
}

static __u32 chip = XMD_ERR_PAD;	/* flags */

static int fresh(void **state)
{
	(void)state;
	srand(7);
	memset(&ring, 0, sizeof(ring));
	ring = (struct xmd_txring){
		.max_frame = XMD_FRAME_STD,
		.desc = desc, .slot = slot, .hdr = hdr, .hdr_dma = (uintptr_t)hdr,
	};
	xmd_txring_chip(&ring, chip);
	/* indices are about to overflow from the first moment */
	ring.frame_prod = ring.frame_cons = 0xffffff00;
	seen_last = 0;
	on_wire = 0;
	start(64);
	ring.prod = ring.cons = 0xffffffc0;
	return 0;
}

static bool post_one(__u32 nr, enum kind kind)
{
	__u32 first = ring.frame_prod, begin = ring.prod;

	if (!xmd_txring_post(&ring, make(nr, kind), XMD_TX_KEEP))
		return false;
	if (ring.prod != begin)
		xmd_txring_seal(&ring, first);
	return true;
}

static void run_all(void)
{
	model_run(&nic, ring.prod & ring.mask, ~0u);
}

static void each_kind_alone(void **state)
{
	enum kind kind;

	(void)state;
	for (kind = PLAIN; kind < KINDS; kind++) {
		struct xmd_buf *b;

		assert_true(post_one(kind, kind));
		if (kind != REFUSED)
			assert_null(xmd_txring_reap(&ring, false));
		run_all();
		b = xmd_txring_reap(&ring, false);
		assert_non_null(b);
		assert_int_equal(b->cookie, kind);
		assert_int_equal(!!(b->flags & XMD_F_ABORTED), kind == REFUSED);
		assert_int_equal(ring.prod, ring.cons);
	}
	assert_true(on_wire >= REFUSED);
}

static void a_second_checksum_needs_no_context(void **state)
{
	__u32 prod;

	(void)state;
	post_one(0, CHECKSUM);
	prod = ring.prod;
	post_one(1, CHECKSUM);
	assert_int_equal(ring.prod - prod, 1);
	post_one(2, SEGMENTS);
	prod = ring.prod;
	post_one(3, CHECKSUM);
	assert_int_equal(ring.prod - prod, 2);
	run_all();
	assert_true(on_wire >= 4);
}

static void full_ring_takes_no_more(void **state)
{
	__u32 nr = 0, room;

	(void)state;
	while (post_one(nr, CHECKSUM))
		nr++;
	room = xmd_txring_room(&ring);
	assert_true(nr > 50);
	assert_false(post_one(nr, CHECKSUM));
	assert_int_equal(room, xmd_txring_room(&ring));
	run_all();
	assert_int_equal(on_wire, nr);
	while (xmd_txring_reap(&ring, false))
		nr--;
	assert_int_equal(nr, 0);
	assert_int_equal(xmd_txring_room(&ring), 63);
}

static void a_batch_is_done_as_a_whole(void **state)
{
	__u32 first = ring.frame_prod;

	(void)state;
	xmd_txring_post(&ring, make(0, SHORT), XMD_TX_KEEP);
	xmd_txring_post(&ring, make(1, SHORT), XMD_TX_KEEP);
	xmd_txring_post(&ring, make(2, REFUSED), XMD_TX_KEEP);
	xmd_txring_seal(&ring, first);
	model_run(&nic, ring.prod & ring.mask, 1);
	assert_null(xmd_txring_reap(&ring, false));
	model_run(&nic, ring.prod & ring.mask, 1);
	assert_int_equal(xmd_txring_reap(&ring, false)->cookie, 0);
	assert_int_equal(xmd_txring_reap(&ring, false)->cookie, 1);
	assert_true(xmd_txring_reap(&ring, false)->flags & XMD_F_ABORTED);
	assert_null(xmd_txring_reap(&ring, false));
}

static void many_refused_fill_the_slots_only(void **state)
{
	__u32 nr = 0;

	(void)state;
	while (post_one(nr, REFUSED))
		nr++;
	assert_int_equal(nr, XMD_RING_MAX);
	assert_int_equal(xmd_txring_room(&ring), 63);
}

static void reset_with_a_full_ring_loses_nothing(void **state)
{
	static const enum kind order[] = { CHECKSUM, SEGMENTS, CHECKSUM, PLAIN, CHECKSUM, SHORT };
	__u32 nr = 0, left = 0;
	struct xmd_buf *b;

	(void)state;
	/* the first half is done, so the context that the others rely on is gone */
	while (post_one(nr, order[nr % ARRAY_SIZE(order)]))
		nr++;
	model_run(&nic, ring.prod & ring.mask, 20);
	while (xmd_txring_reap(&ring, false))
		left++;
	while (post_one(nr, CHECKSUM))
		nr++;
	left = nr - left;
	seen_last = 0;
	start(64);
	run_all();
	while ((b = xmd_txring_reap(&ring, false))) {
		assert_false(b->flags & XMD_F_ABORTED);
		left--;
	}
	assert_int_equal(left, 0);
	assert_int_equal(seen_last, nr - 1);
}

static void reset_to_a_smaller_ring(void **state)
{
	__u32 nr = 0, sent = 0, aborted = 0;
	struct xmd_buf *b;

	(void)state;
	start(256);
	while (post_one(nr, PLAIN))
		nr++;
	start(64);
	run_all();
	while ((b = xmd_txring_reap(&ring, false))) {
		assert_int_equal(b->cookie, sent + aborted);
		if (b->flags & XMD_F_ABORTED)
			aborted++;
		else
			sent++;
	}
	assert_int_equal(sent + aborted, nr);
	assert_true(sent >= 14);
	assert_true(aborted > 0);
}

static void aborting_gives_everything_back(void **state)
{
	__u32 nr = 0;

	(void)state;
	while (post_one(nr, nr % KINDS))
		nr++;
	while (xmd_txring_reap(&ring, true))
		nr--;
	assert_int_equal(nr, 0);
	assert_int_equal(ring.prod, ring.cons);
}

/* Random traffic, a NIC of random speed, resets at random moments. */
static void long_run(void **state)
{
	static const unsigned int sizes[] = { 64, 128, 256, 1024 };
	__u32 next = 1, back = 1, first, begin;
	struct xmd_buf *b;
	unsigned int i, k;

	(void)state;
	for (i = 0; i < 60000; i++) {
		first = ring.frame_prod;
		begin = ring.prod;
		for (k = rand() % 8; k && next - back < FRAMES; k--) {
			if (!xmd_txring_post(&ring, make(next, rand() % KINDS), XMD_TX_KEEP))
				break;
			next++;
		}
		if (ring.prod != begin)
			xmd_txring_seal(&ring, first);
		model_run(&nic, ring.prod & ring.mask, rand() % 40);
		while ((b = xmd_txring_reap(&ring, false)))
			assert_int_equal(b->cookie, back++);
		if (rand() % 1000 == 0) {
			seen_last = back - 1;
			start(sizes[rand() % ARRAY_SIZE(sizes)]);
		}
	}
	run_all();
	while ((b = xmd_txring_reap(&ring, false)))
		assert_int_equal(b->cookie, back++);
	assert_int_equal(back, next);
	assert_true(on_wire > next / 2);
}

/* What the chip would hang at, or send wrong. */
static void check_errata(__u32 begin, __u32 hdr_len)
{
	bool first = true;
	__u32 i;

	for (i = begin; i != ring.prod; i++) {
		const struct e1000_tx_desc *d = &desc[i & ring.mask];
		__u32 lower = __le32_to_cpu(d->lower), len = lower & 0xfffff;

		if (!(lower & TXD_DATA))
			continue;
		if (chip & XMD_ERR_PCIX_2K && first)
			assert_in_range(len, 1, 2015);
		if (chip & XMD_ERR_TSO_HDR && first && hdr_len)
			assert_in_range(len, hdr_len + 1, hdr_len + 4);
		if (chip & XMD_ERR_TSO_DD && hdr_len && lower & TXD_EOP)
			assert_in_range(len, 1, 8);
		if (chip & XMD_ERR_PCIX_DWORD && len > 8 && (!first || !hdr_len))
			assert_int_equal((__le64_to_cpu(d->addr) + len - 1) & 4, 4);
		first = false;
	}
}

static struct xmd_buf *jumbo(__u32 nr)
{
	struct xmd_buf *b = make(nr, SHORT);

	b->len = b->frame_len = 3000 + rand() % 1000;
	return b;
}

/* Of every chip: traffic of all kinds, and the bytes on the wire are right in spite of it all. */
static void errata_are_kept_to(void **state)
{
#define FLAGS(id, name, family, memory, frame, flags) flags,
	static const __u32 flags[] = { XMD_NIC_CHIPS(FLAGS) };
	unsigned int c, i, sentinels = 0;
	struct xmd_buf *b;

	for (c = 0; c < ARRAY_SIZE(flags); c++) {
		chip = flags[c];
		fresh(state);
		ring.max_frame = 9000;
		start(1024);
		for (i = 1; i < 2000; i++) {
			__u32 begin = ring.prod, before = ring.frame_prod;
			bool after = ring.after_gso;

			b = i % 7 ? make(i, rand() % KINDS) : jumbo(i);
			assert_true(xmd_txring_post(&ring, b, XMD_TX_KEEP));
			assert_true(ring.prod - begin <= 2u * b->nbufs + 6);
			check_errata(begin, b->hdr_len);
			if (after && chip & XMD_ERR_TSO_DD && !b->hdr_len && ring.prod != begin &&
			    b->len > 8) {
				__u32 last = __le32_to_cpu(desc[(ring.prod - 1) & ring.mask].lower);

				assert_in_range(last & 0xfffff, 1, 8);
				sentinels++;
			}
			if (ring.prod != begin)
				xmd_txring_seal(&ring, before);
			run_all();
			while ((b = xmd_txring_reap(&ring, false)))
				assert_in_range(b->cookie, i, i);
		}
	}
	assert_true(sentinels > 100);
	chip = XMD_ERR_PAD;
}

/* What the chip is not to cut comes back. */
static void no_chip_cuts_what_it_cannot(void **state)
{
	struct xmd_buf *b = make(1, SEGMENTS);

	(void)state;
	xmd_txring_chip(&ring, XMD_AN_82547);
	assert_int_equal(ring.gso, 0);
	assert_true(xmd_txring_post(&ring, b, 0));
	assert_int_equal(xmd_txring_reap(&ring, false)->flags & XMD_F_ABORTED, XMD_F_ABORTED);
	xmd_txring_chip(&ring, XMD_ON_PCIE);
	assert_int_equal(ring.gso, XMD_F_GSO_TCPV4 | XMD_F_GSO_TCPV6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_kind_alone, fresh),
		cmocka_unit_test_setup(a_second_checksum_needs_no_context, fresh),
		cmocka_unit_test_setup(full_ring_takes_no_more, fresh),
		cmocka_unit_test_setup(a_batch_is_done_as_a_whole, fresh),
		cmocka_unit_test_setup(many_refused_fill_the_slots_only, fresh),
		cmocka_unit_test_setup(reset_with_a_full_ring_loses_nothing, fresh),
		cmocka_unit_test_setup(reset_to_a_smaller_ring, fresh),
		cmocka_unit_test_setup(aborting_gives_everything_back, fresh),
		cmocka_unit_test_setup(long_run, fresh),
		cmocka_unit_test_setup(errata_are_kept_to, fresh),
		cmocka_unit_test_setup(no_chip_cuts_what_it_cannot, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
