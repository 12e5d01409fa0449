// SPDX-License-Identifier: GPL-2.0
/* test_pcap.c - what a driver domain sends becomes a pcap file, or an end; whatever it is */
#include "check.h"
#include "pcap.h"

#include <fcntl.h>
#include <unistd.h>

static struct pcap p;
static unsigned char file[1 << 18];

static int begin(void **state)
{
	(void)state;
	memset(&p, 0, sizeof(p));
	p.to = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	p.snap = 100;
	assert_true(p.to >= 0);
	assert_int_equal(pcap_begin(&p), PCAP_GOES_ON);
	return 0;
}

static int over(void **state)
{
	(void)state;
	close(p.to);
	return 0;
}

static enum pcap_end give(const void *data, size_t n)
{
	size_t room;
	unsigned char *at = pcap_room(&p, &room);

	assert_true(n <= room);
	memcpy(at, data, n);
	return pcap_take(&p, n);
}

static enum pcap_end record(unsigned int kind, __u32 size, __u32 len)
{
	static struct {
		struct xmd_capture_record head;
		unsigned char data[XMD_CAPTURE_BYTES];
	} r;

	r.head = (struct xmd_capture_record){ (__u16)kind, 0, size, len, 7, 1000000001234567890ull };
	memset(r.data, 'x', sizeof(r.data));
	return give(&r, sizeof(r.head) + (size <= sizeof(r.data) ? size : 0));
}

static size_t written(void)
{
	ssize_t n = pread(p.to, file, sizeof(file), 0);

	assert_true(n >= 24);
	return (size_t)n;
}

/* pcap-savefile(5) */
static void a_file(void **state)
{
	static const unsigned char head[] = { 0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
					      100, 0, 0, 0, 1, 0, 0, 0 };
	uint32_t f[4];

	(void)state;
	assert_int_equal(record(XMD_CAPTURE_FRAME, 60, 1500), PCAP_GOES_ON);
	assert_int_equal(written(), 24 + 16 + 60);
	assert_memory_equal(file, head, sizeof(head));
	memcpy(f, file + 24, sizeof(f));
	assert_int_equal(f[0], 1000000001);
	assert_int_equal(f[1], 234567890);
	assert_int_equal(f[2], 60);
	assert_int_equal(f[3], 1500);
	assert_int_equal(p.missed, 7);
}

/* Byte after byte, as a ring that is full gives it */
static void in_pieces(void **state)
{
	struct xmd_capture_record r = { XMD_CAPTURE_FRAME, 0, 8, 8, 0, 0 };
	unsigned int i, n;

	(void)state;
	for (n = 0; n < 3; n++) {
		for (i = 0; i < sizeof(r); i++)
			assert_int_equal(give((char *)&r + i, 1), PCAP_GOES_ON);
		for (i = 0; i < 8; i++)
			assert_int_equal(give("f", 1), PCAP_GOES_ON);
	}
	assert_int_equal(p.frames, 3);
	assert_int_equal(written(), 24 + 3 * (16 + 8));
}

static void it_may_send_anything(void **state)
{
	static const struct {
		const char *name;
		unsigned int kind;
		__u32 size, len;
		enum pcap_end end;
	} t[] = {
		{ "nothing of a frame", XMD_CAPTURE_FRAME, 0, 60, PCAP_GOES_ON },
		{ "more than asked for", XMD_CAPTURE_FRAME, 101, 1500, PCAP_NONSENSE },
		{ "more than there was", XMD_CAPTURE_FRAME, 61, 60, PCAP_NONSENSE },
		{ "longer than any", XMD_CAPTURE_FRAME, 60, XMD_CAPTURE_BYTES + 1, PCAP_NONSENSE },
		{ "a record longer than any", 99, XMD_CAPTURE_BYTES + 1, 0, PCAP_NONSENSE },
		{ "for ever", 99, ~0u, 0, PCAP_NONSENSE },
		{ "of a later release", 99, XMD_CAPTURE_BYTES, 0, PCAP_GOES_ON },
		{ "a beat", XMD_CAPTURE_BEAT, 0, 0, PCAP_GOES_ON },
		{ "the end", XMD_CAPTURE_SORRY, 5, 0, PCAP_SORRY },
		{ "a long end", XMD_CAPTURE_SORRY, XMD_CAPTURE_BYTES, 0, PCAP_SORRY },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		assert_case(t[i].name, record(t[i].kind, t[i].size, t[i].len), t[i].end);
		over(state);
		begin(state);
	}
}

static void its_words_are_words(void **state)
{
	struct {
		struct xmd_capture_record head;
		char text[8];
	} r = { { XMD_CAPTURE_SORRY, 0, 8, 0, 0, 0 }, { 'n', 'o', 27, '[', 0, '\n', (char)0xff, '.' } };

	(void)state;
	assert_int_equal(give(&r, sizeof(r)), PCAP_SORRY);
	assert_string_equal(p.sorry, "no?[???.");
}

static void enough(void **state)
{
	(void)state;
	p.most = 2;
	assert_int_equal(record(XMD_CAPTURE_FRAME, 60, 60), PCAP_GOES_ON);
	assert_int_equal(record(XMD_CAPTURE_BEAT, 0, 0), PCAP_GOES_ON);
	assert_int_equal(record(XMD_CAPTURE_FRAME, 60, 60), PCAP_ENOUGH);
}

static void nobody_reads(void **state)
{
	int keep = p.to;

	(void)state;
	p.to = open("/dev/full", O_WRONLY);
	assert_int_equal(record(XMD_CAPTURE_FRAME, 60, 60), PCAP_UNREAD);
	close(p.to);
	p.to = keep;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file, begin, over),
		cmocka_unit_test_setup_teardown(in_pieces, begin, over),
		cmocka_unit_test_setup_teardown(it_may_send_anything, begin, over),
		cmocka_unit_test_setup_teardown(its_words_are_words, begin, over),
		cmocka_unit_test_setup_teardown(enough, begin, over),
		cmocka_unit_test_setup_teardown(nobody_reads, begin, over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
