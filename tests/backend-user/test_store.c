// SPDX-License-Identifier: GPL-2.0
/* test_store.c - typed reads, and that the store in memory behaves like xenstored. */
#include "log.h"
#include "negotiate.h"
#include "store_mem.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void numbers(void **state)
{
	static const struct { const char *text; int err; uint32_t val; } row[] = {
		{ "0", 0, 0 }, { "1", 0, 1 }, { "4294967295", 0, 4294967295u },
		{ "4294967296", -EINVAL, 0 }, { "99999999999999999999999", -EINVAL, 0 },
		{ "", -EINVAL, 0 }, { "01", -EINVAL, 0 }, { "00", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 }, { "+1", -EINVAL, 0 }, { " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 }, { "1\n", -EINVAL, 0 }, { "0x10", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 }, { "four", -EINVAL, 0 },
	};
	uint32_t val;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (parse_u32(row[i].text, &val) != row[i].err)
			fail_msg("\"%s\" gives the wrong result", row[i].text);
		if (!row[i].err)
			assert_int_equal(val, row[i].val);
	}
}

/* What xl may write, at its ends, and what it does not. */
static void rates(void **state)
{
	static const struct { const char *text; uint32_t bytes, usecs; } row[] = {
		{ "50000,50000", 50000, 50000 },			/* 1MB/s */
		{ "62500,50000", 62500, 50000 },			/* 10Mb/s */
		{ "1,4294967295", 1, 4294967295u },
		{ "4294967295,1000", 4294967295u, 1000 },
		{ "0,50000", 1, 50000 },				/* 7b/s, rounded down */
		{ "1000,999", 2000, 1998 },
		{ "100,1", 102400, 1024 },				/* 100MB/s@1u */
		{ "4294967296,50000", 2147483648u, 25000 },
		{ "5000000000,50000", 2500000000u, 25000 },		/* 100GB/s */
		{ "10000000000,10000000", 2500000000u, 2500000 },	/* 1GB/s@10s */
		{ "18446744073709551615,50000", 4294967295u, 1562 },
		{ "99999999999999999999999999999999,1", 4294967295u, 1024 },
		{ "4294967295,1", 4294967295u, 1024 },
		{ "007,50000", 7, 50000 },
	};
	static const char *const bad[] = {
		"50000,0", "50000,4294967296", "50000,99999999999999999999999", "", ",", "50000",
		"50000,", ",50000", "-1,50000", "50000,-1", "+1,50000", " 1,50000", "1 ,50000",
		"1, 50000", "1,50000 ", "1,50000\n", "1,50000,1", "1MB/s", "1e6,50000",
		"0x10,50000", "1;50000", "unlimited",
	};
	struct xmd_vif_rate r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (negotiate_rate(row[i].text, &r))
			fail_msg("\"%s\" is refused", row[i].text);
		if (r.bytes != row[i].bytes || r.usecs != row[i].usecs)
			fail_msg("\"%s\" is %u bytes in %u us", row[i].text, r.bytes, r.usecs);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (negotiate_rate(bad[i], &r) != -EINVAL)
			fail_msg("\"%s\" is taken", bad[i]);
}

/* Whatever the numbers: in the range of backdev.h, and the limit that was asked for. */
static void rates_keep_their_value(void **state)
{
	struct xmd_vif_rate r;
	uint64_t bytes, usecs;
	double want, have;
	char text[64];
	int i;

	(void)state;
	srand(9);
	for (i = 0; i < 100000; i++) {
		bytes = 1 + (uint64_t)rand() * (uint64_t)rand() % (1ull << (1 + rand() % 48));
		usecs = 1 + (uint64_t)rand() % (1ull << (1 + rand() % 31));
		snprintf(text, sizeof(text), "%" PRIu64 ",%" PRIu64, bytes, usecs);
		assert_int_equal(negotiate_rate(text, &r), 0);
		assert_true(r.bytes && r.usecs >= XMD_RATE_USECS_MIN);
		want = (double)bytes / (double)usecs;
		have = (double)r.bytes / r.usecs;
		/* but for what no link carries: 2 TB/s */
		if (want < 2e6 && (have < want * 0.998 || have > want * 1.002))
			fail_msg("\"%s\" is %u bytes in %u us", text, r.bytes, r.usecs);
	}
}

struct ends {
	struct mem *m;
	struct store *dom0, *drv;
};

static int setup(void **state)
{
	struct ends *e = calloc(1, sizeof(*e));

	e->m = mem_new();
	e->dom0 = mem_connect(e->m, 0, NULL);
	e->drv = mem_connect(e->m, 1, NULL);
	assert_int_equal(store_write_text(e->dom0, "/local/domain/1", "data", ""), 0);
	mem_set_perms(e->m, "/local/domain/1", 0, 1);
	mem_set_perms(e->m, "/local/domain/1/data", 1, -1);
	*state = e;
	return 0;
}

static int teardown(void **state)
{
	struct ends *e = *state;

	store_close(e->drv);
	store_close(e->dom0);
	mem_free(e->m);
	free(e);
	return 0;
}

static void macs(void **state)
{
	static const struct { const char *text; int err; } row[] = {
		{ "00:16:3e:01:02:ff", 0 }, { "00:16:3E:01:02:FF", 0 },
		{ "00:16:3e:01:02", -EINVAL }, { "00:16:3e:01:02:ff:00", -EINVAL },
		{ "0:16:3e:01:02:ff0", -EINVAL }, { "00-16-3e-01-02-ff", -EINVAL },
		{ "00:16:3e:01:02:fg", -EINVAL }, { "", -EINVAL },
	};
	struct ends *e = *state;
	uint8_t mac[6];
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		store_write_text(e->drv, "data", "mac", row[i].text);
		if (store_read_mac(e->drv, "data", "mac", mac) != row[i].err)
			fail_msg("\"%s\" gives the wrong result", row[i].text);
	}
}

static void unprintable_and_long_values_are_refused(void **state)
{
	struct ends *e = *state;
	char val[STORE_VALUE_MAX], big[300];

	store_write_text(e->drv, "data", "k", "a\x01" "b");
	assert_int_equal(store_read_text(e->drv, "data", "k", val), -EINVAL);
	memset(big, '1', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	store_write_text(e->drv, "data", "k", big);
	assert_int_equal(store_read_text(e->drv, "data", "k", val), -EINVAL);
}

static void missing_is_told_from_hidden(void **state)
{
	struct ends *e = *state;
	uint32_t val;

	assert_int_equal(store_read_u32(e->drv, "data", "x", &val), -ENOENT);
	assert_int_equal(store_read_u32_or(e->drv, "data", "x", 7, &val), 0);
	assert_int_equal(val, 7);
	store_write_text(e->dom0, "/local/domain/9", "x", "1");
	mem_set_perms(e->m, "/local/domain/9", 0, 9);
	mem_set_perms(e->m, "/local/domain/9/x", 9, -1);
	assert_int_equal(store_read_u32(e->drv, "/local/domain/9", "x", &val), -EACCES);
	assert_int_equal(store_read_u32(e->drv, "/local/domain/9", "y", &val), -EACCES);
	/* what is above the homes is dom0's alone: no domU sees which domains there are */
	assert_int_equal(store_read_u32(e->drv, "/local/domain/8", "y", &val), -EACCES);
	assert_int_equal(store_read_u32(e->drv, "/local", "domain", &val), -EACCES);
	assert_int_equal(store_write_u32(e->drv, "/local/domain/9", "x", 1), -EACCES);
}

static void expect_event(struct store *s, const char *path, const char *token)
{
	struct store_event ev;

	assert_int_equal(s->ops->next_event(s, &ev), 0);
	assert_string_equal(ev.path, path);
	assert_string_equal(ev.token, token);
	store_event_free(&ev);
}

static void watches(void **state)
{
	struct ends *e = *state;
	struct store_event ev;

	assert_int_equal(e->drv->ops->watch(e->drv, "data/a", "t"), 0);
	expect_event(e->drv, "data/a", "t");
	store_write_text(e->drv, "data/a", "b", "1");
	expect_event(e->drv, "data/a/b", "t");
	store_write_text(e->drv, "data", "c", "1");
	assert_int_equal(e->drv->ops->remove(e->drv, "data"), 0);
	expect_event(e->drv, "data/a", "t");
	assert_int_equal(e->drv->ops->next_event(e->drv, &ev), -EAGAIN);
	assert_int_equal(e->drv->ops->unwatch(e->drv, "data/a", "t"), 0);
	assert_int_equal(e->drv->ops->unwatch(e->drv, "data/a", "t"), -ENOENT);
}

static void transactions(void **state)
{
	struct ends *e = *state;
	uint32_t val;

	store_write_u32(e->drv, "data", "a", 1);
	assert_int_equal(store_begin(e->drv), 0);
	assert_int_equal(store_read_u32(e->drv, "data", "a", &val), 0);
	store_write_u32(e->drv, "data", "b", 2);
	assert_null(mem_peek(e->m, "/local/domain/1/data/b"));
	store_write_u32(e->dom0, "/local/domain/1/data", "a", 9);
	assert_int_equal(store_commit(e->drv), -EAGAIN);
	assert_null(mem_peek(e->m, "/local/domain/1/data/b"));

	assert_int_equal(store_begin(e->drv), 0);
	store_write_u32(e->drv, "data", "b", 2);
	assert_int_equal(store_read_u32(e->drv, "data", "b", &val), 0);
	assert_int_equal(store_commit(e->drv), 0);
	assert_string_equal(mem_peek(e->m, "/local/domain/1/data/b"), "2");
}

static void log_lines_about_a_guest_are_limited(void **state)
{
	struct log_budget b = { 0 };
	int i, n = 0;

	(void)state;
	log_set_level(LOG_LEVEL_NONE);
	for (i = 0; i < 1000; i++)
		n += log_allowed(&b, 5, "vif 5/0");
	assert_int_equal(n, LOG_BURST);
	assert_true(log_allowed(&b, 5 + LOG_REFILL_MS, "vif 5/0"));
	assert_false(log_allowed(&b, 5 + LOG_REFILL_MS, "vif 5/0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(rates),
		cmocka_unit_test(rates_keep_their_value),
		cmocka_unit_test_setup_teardown(macs, setup, teardown),
		cmocka_unit_test_setup_teardown(unprintable_and_long_values_are_refused,
						setup, teardown),
		cmocka_unit_test_setup_teardown(missing_is_told_from_hidden, setup, teardown),
		cmocka_unit_test_setup_teardown(watches, setup, teardown),
		cmocka_unit_test_setup_teardown(transactions, setup, teardown),
		cmocka_unit_test(log_lines_about_a_guest_are_limited),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
