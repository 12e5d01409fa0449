// SPDX-License-Identifier: GPL-2.0
/* test_traffic.c - the parts of xmd-seqtest and xmd-gaptcp by themselves. */
#include "../check.h"

#include "traffic.h"

/* ---- SHA-256 ---- */

/* NIST's example messages, and what coreutils makes of lengths around the padding's corners. */
static const struct { const char *unit; size_t times; const char *sum; } vectors[] = {
	{ "", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
	  "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", 1,
	  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
	{ "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	{ "a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
	{ "a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
	{ "a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
	{ "a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
	{ "a", 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0" },
};

static void test_sha256(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		struct sha256 s;
		char text[SHA256_TEXT];

		sha256_start(&s);
		for (size_t n = 0; n < vectors[i].times; n++)
			sha256_add(&s, vectors[i].unit, strlen(vectors[i].unit));
		sha256_text(&s, text);
		assert_string_equal(text, vectors[i].sum);
	}
}

/* However it is cut, the sum is that of the whole. */
static void test_sha256_pieces(void **state)
{
	static uint8_t data[1000];
	char whole[SHA256_TEXT], text[SHA256_TEXT];
	struct sha256 s;

	(void)state;
	content_fill(data, 9, 0, sizeof(data));
	sha256_start(&s);
	sha256_add(&s, data, sizeof(data));
	sha256_text(&s, whole);
	for (size_t piece = 1; piece < 200; piece++) {
		sha256_start(&s);
		for (size_t at = 0; at < sizeof(data); at += piece)
			sha256_add(&s, data + at, at + piece < sizeof(data) ? piece : sizeof(data) - at);
		sha256_text(&s, text);
		assert_string_equal(text, whole);
	}
}

/* ---- content ---- */

static void test_content(void **state)
{
	uint8_t whole[200], part[200];
	size_t first = 0;

	(void)state;
	content_fill(whole, 5, 0, sizeof(whole));
	for (size_t at = 0; at < 40; at++)
		for (size_t len = 0; len < 40; len++) {
			content_fill(part, 5, at, len);
			assert_memory_equal(part, whole + at, len);
		}
	assert_int_equal(content_differs(whole, 5, 0, sizeof(whole), &first), 0);
	assert_true(content_differs(whole, 6, 0, sizeof(whole), &first) > 150);
	whole[77]++;
	whole[150]++;
	assert_int_equal(content_differs(whole + 3, 5, 3, sizeof(whole) - 3, &first), 2);
	assert_int_equal(first, 74);
}

/* ---- buckets ---- */

static void test_buckets(void **state)
{
	char path[] = "/tmp/test_traffic.XXXXXX", text[400] = "", *at = text;
	struct bucket b;
	double wall_s;
	FILE *f;

	(void)state;
	assert_true(mkstemp(path) >= 0);
	bucket_open(&b, path, 100);
	bucket_add(&b, 50.01, 10);
	bucket_add(&b, 50.05, 20);
	bucket_add(&b, 50.12, 5);
	bucket_add(&b, 50.45, 7);
	bucket_close(&b);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(text, 1, sizeof(text) - 1, f) > 0, 1);
	fclose(f);
	remove(path);
	/* the first column is the wall clock's */
	assert_memory_equal(at, "wall_s,at_s,count,bytes\n", 24);
	for (const char *const *want = (const char *const []){
		"0.000,2,30", "0.100,1,5", "0.200,0,0", "0.300,0,0", "0.400,1,7", NULL }; *want; want++) {
		char rest[40];

		at = strchr(at, '\n') + 1;
		assert_int_equal(sscanf(at, "%lf,%39s", &wall_s, rest), 2);
		assert_string_equal(rest, *want);
	}
}

/* ---- sequence numbers ---- */

/*
 * A tape of arrivals: numbers, ten milliseconds apart; "A-B" is a run, "+MS" a silence, "sMS" a
 * time in which the sender sent nothing.  A number was sent a millisecond a number after 0.
 */
static struct window *play(const char *tape, char **report)
{
	struct window *w = calloc(1, sizeof(*w));
	double t = 100, sender = 0;
	size_t size;

	assert_non_null(w);
	w->gap_ms = 100;
	w->settle_ms = 1000;
	w->report = open_memstream(report, &size);
	while (*tape) {
		uint64_t a, b;
		int n = 0;

		if (*tape == ' ')
			tape++;
		if (sscanf(tape, "+%lu%n", &a, &n) == 1) {
			t += a / 1000.0 - 0.01;
		} else if (sscanf(tape, "s%lu%n", &a, &n) == 1) {
			sender += a / 1000.0;
		} else {
			int k = 0;

			assert_int_equal(sscanf(tape, "%lu%n-%lu%n", &a, &n, &b, &k) >= 1, 1);
			if (!k)
				b = a;
			n = k ? k : n;
			for (; a <= b; a++, t += 0.01)
				window_add(w, a, t, a / 1000.0 + sender);
		}
		tape += n;
	}
	window_end(w);
	fclose(w->report);
	return w;
}

static const struct window_case {
	const char *name, *tape;
	uint64_t distinct, lost, duplicates, reordered;
	const char *gaps;	/* what their lines say, without the wall clock */
} window_cases[] = {
	{ "in order", "0-99", 100, 0, 0, 0, "" },
	{ "does not begin with 0", "7-9", 3, 0, 0, 0, "" },
	{ "begins out of order", "7 5 6 8", 4, 0, 0, 2, "" },
	{ "two missing", "0-9 12-20", 19, 2, 0, 0, "" },
	{ "one twice", "0-9 9 10", 11, 0, 1, 0, "" },
	{ "one three times", "0-9 4 4 10", 11, 0, 2, 0, "" },
	{ "one late", "0-4 6 5 7", 8, 0, 0, 1, "" },
	{ "one late and again", "0-4 6 5 5 7", 8, 0, 1, 1, "" },
	{ "an outage, the sender held, nothing lost", "0-9 +500 s499 10-200", 201, 0, 0, 0,
	  "at_s=0.090 ms=500 sent_apart_ms=500 lost=0 first_missing=- last_before=9 "
	  "duplicates_after=0 distances=-\n" },
	{ "an outage, frames queued", "0-9 +500 10-200", 201, 0, 0, 0,
	  "at_s=0.090 ms=500 sent_apart_ms=1 lost=0 first_missing=- last_before=9 "
	  "duplicates_after=0 distances=-\n" },
	{ "an outage, frames lost", "0-9 +500 20-200", 191, 10, 0, 0,
	  "at_s=0.090 ms=500 sent_apart_ms=11 lost=10 first_missing=10 last_before=9 "
	  "duplicates_after=0 distances=-\n" },
	{ "an outage, the last ones come again", "0-9 +500 6-200", 201, 0, 4, 0,
	  "at_s=0.090 ms=500 sent_apart_ms=1 lost=0 first_missing=- last_before=9 "
	  "duplicates_after=4 distances=3..0\n" },
	{ "all of it", "0-9 +500 3-5 8 8 12 11 10 14 12 15", 15, 1, 6, 2,
	  "at_s=0.090 ms=500 sent_apart_ms=3 lost=1 first_missing=13 last_before=9 "
	  "duplicates_after=6 distances=6..4,1,1,-3\n" },
	{ "two outages", "0-9 +500 12-19 +300 18-30", 29, 2, 2, 0,
	  "at_s=0.090 ms=500 sent_apart_ms=3 lost=2 first_missing=10 last_before=9 "
	  "duplicates_after=0 distances=-\n"
	  "at_s=0.660 ms=300 sent_apart_ms=1 lost=0 first_missing=- last_before=19 "
	  "duplicates_after=2 distances=1..0\n" },
	{ "lost and twice when it has long settled", "0-9 +500 10-150 150 152", 152, 1, 1, 0,
	  "at_s=0.090 ms=500 sent_apart_ms=1 lost=0 first_missing=- last_before=9 "
	  "duplicates_after=0 distances=-\n" },
	{ "runs that do not fit", "0-99 +500 0 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 32 34 36 38 "
	  "40 42 44 46 48 50 52 54 56 58 60 62 64 66 100", 101, 0, 34, 0,
	  "at_s=0.990 ms=500 sent_apart_ms=1 lost=0 first_missing=- last_before=99 "
	  "duplicates_after=34 distances=99,97,95,93,91,89,87,85,83,81,79,77,75,73,71,69,67,65,63,"
	  "61,59,57,55,53,51,49,47,45,43,41,39,37,+2\n" },
};

/* The report without "gap: " and the wall clock. */
static void strip(char *text)
{
	char *to = text;

	for (char *from = text; *from; from++) {
		if (!strncmp(from, "gap: ", 5))
			from += 5;
		if (!strncmp(from, "ended_wall_s=", 13))
			from = strchr(from, ' ') + 1;
		*to++ = *from;
	}
	*to = 0;
}

static void test_window(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(window_cases); i++) {
		const struct window_case *c = &window_cases[i];
		char *report;
		struct window *w = play(c->tape, &report);

		assert_case(c->name, w->distinct, c->distinct);
		assert_case(c->name, window_lost(w), c->lost);
		assert_case(c->name, w->duplicates, c->duplicates);
		assert_case(c->name, w->reordered, c->reordered);
		assert_case(c->name, w->received, c->distinct + c->duplicates);
		strip(report);
		if (strcmp(report, c->gaps))
			fail_msg("%s: %s", c->name, report);
		free(report);
		free(w);
	}
}

/* Numbers far apart, and more of them than the window has bits: as counted with a byte for each. */
static void test_window_model(void **state)
{
	enum { NUMBERS = 3 * WINDOW };
	uint8_t *count = calloc(NUMBERS, 1);
	struct window *w = calloc(1, sizeof(*w));
	uint64_t top = 0, distinct = 0, duplicates = 0, old = 0, reordered = 0, n;

	(void)state;
	assert_true(count && w);
	for (uint64_t i = 0; top < NUMBERS - 100000; i++) {
		uint64_t r = content_word(3, i);

		if (r % 64)		/* one of the next few, mostly new */
			n = top + (r >> 8) % 40 - (top > 20 ? 18 : 0);
		else if (r % 3)		/* an older one */
			n = (r >> 8) % (top + 1);
		else			/* a leap */
			n = top + (r >> 8) % 50000;
		window_add(w, n, i, i);
		if (n + WINDOW <= top) {
			old++;
			continue;
		}
		duplicates += count[n] > 0;
		distinct += !count[n];
		reordered += !count[n] && n < top;
		count[n] = 1;
		top = n > top ? n : top;
	}
	assert_int_equal(w->distinct, distinct);
	assert_int_equal(w->duplicates, duplicates);
	assert_int_equal(w->too_old, old);
	assert_int_equal(w->reordered, reordered);
	assert_int_equal(w->last, top);
	assert_true(duplicates > 1000 && old > 100 && reordered > 1000);
	free(count);
	free(w);
}

/* A leap over more than the window forgets everything, and is all lost. */
static void test_window_leap(void **state)
{
	struct window *w = calloc(1, sizeof(*w));
	char *report;
	size_t size;

	(void)state;
	assert_non_null(w);
	w->gap_ms = 100;
	w->report = open_memstream(&report, &size);
	window_add(w, 5, 1, 1);
	window_add(w, 5 + 3ull * WINDOW, 2, 2);
	window_add(w, 6 + 2ull * WINDOW, 2, 2);
	window_add(w, 5 + 2ull * WINDOW, 2, 2);
	window_end(w);
	fclose(w->report);
	assert_int_equal(w->distinct, 3);
	assert_int_equal(w->too_old, 1);
	assert_int_equal(window_lost(w), 3ull * WINDOW + 1 - 3);
	assert_non_null(strstr(report, "first_missing=8388615 "));	/* the first that is remembered */
	free(report);
	free(w);
}

/* ---- schedule ---- */

static void test_ending(void **state)
{
	char path[] = "/tmp/test_traffic.XXXXXX";
	struct ending never = { 0 }, at = { .at = 10 }, file = { .file = path };

	(void)state;
	assert_false(ended(&never, 1e9));
	assert_false(ended(&at, 9.9));
	assert_true(ended(&at, 10));
	assert_false(ended(&file, 1));
	assert_true(mkstemp(path) >= 0);
	assert_false(ended(&file, 1 + LOOK / 2));	/* it does not look all the time */
	assert_true(ended(&file, 1 + LOOK));
	remove(path);
	assert_true(ended(&file, 1 + 2 * LOOK));	/* once seen is enough */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_sha256_pieces),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_window_model),
		cmocka_unit_test(test_window_leap),
		cmocka_unit_test(test_ending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
