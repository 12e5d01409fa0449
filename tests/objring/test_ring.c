// SPDX-License-Identifier: GPL-2.0
/* test_ring.c - messages in and out of the page, and indices that cannot be. */
#include "../check.h"
#include "objring.h"

static struct xmd_objring page;
static struct objring near, far;
static __u8 buf[XMD_OBJRING_SLOT];

/* A message of @len bytes whose contents are @seed. */
static __u8 *message(__u32 len, __u8 seed)
{
	static __u8 m[XMD_OBJRING_SLOT + 8];

	memset(m, seed, sizeof(m));
	m[4] = len;
	m[5] = len >> 8;
	m[6] = m[7] = 0;
	return m;
}

static void begin(__u32 index)
{
	objring_new(&near, &page, XMD_OBJRING_VERSION);
	near.out_prod = near.in_cons = index;
	page.ask_prod = page.tell_cons = page.ask_cons = page.tell_prod = index;
	assert_int_equal(objring_attach(&far, &page), 0);
}

static void goes_round_at_every_index(void **state)
{
	static const __u32 start[] = { 0, 1, 5, 0x7ffffffe, 0xfffffffd, 0xffffffff };

	(void)state;
	for (unsigned int s = 0; s < ARRAY_SIZE(start); s++) {
		begin(start[s]);
		for (unsigned int i = 0; i < 20; i++) {
			assert_int_equal(objring_send(&near, message(32 + i, i), 32 + i), 0);
			assert_true(objring_waiting(&far));
			assert_int_equal(objring_receive(&far, buf), 32 + i);
			assert_int_equal(buf[8], i);
			assert_int_equal(objring_send(&far, message(504, i), 504), 0);
			assert_int_equal(objring_receive(&near, buf), 504);
			assert_int_equal(buf[503], i);
		}
		assert_int_equal(objring_receive(&far, buf), 0);
		assert_int_equal(page.ask_prod, start[s] + 20);
		assert_int_equal(page.ask_cons, start[s] + 20);
	}
}

static void full_is_full(void **state)
{
	(void)state;
	begin(0);
	for (unsigned int i = 0; i < XMD_OBJRING_SLOTS; i++) {
		assert_int_equal(objring_room(&near), XMD_OBJRING_SLOTS - i);
		assert_int_equal(objring_send(&near, message(32, i), 32), 0);
	}
	assert_int_equal(objring_send(&near, message(32, 9), 32), -EAGAIN);
	assert_int_equal(objring_receive(&far, buf), 32);
	assert_int_equal(buf[8], 0);
	assert_int_equal(objring_send(&near, message(32, 9), 32), 0);
	assert_int_equal(objring_send(&far, message(32, 1), XMD_OBJRING_SLOT + 1), -EMSGSIZE);
}

static void events_are_due_for_changes_only(void **state)
{
	(void)state;
	begin(0);
	assert_true(far.news);	/* it attached */
	far.news = near.news = false;
	assert_int_equal(objring_receive(&far, buf), 0);
	assert_false(far.news);
	objring_send(&near, message(32, 1), 32);
	assert_true(near.news);
	objring_receive(&far, buf);
	assert_true(far.news);
}

static void indices_that_cannot_be(void **state)
{
	static const struct {
		const char *name;
		__u32 prod, cons;	/* as the peer has them; ours are 10 */
		int receive, room;
	} row[] = {
		{ "all is well", 10, 10, 0, 4 },
		{ "one", 11, 10, 32, 4 },
		{ "four", 14, 10, 32, 4 },
		{ "five", 15, 10, -EPROTO, 4 },
		{ "behind", 9, 10, -EPROTO, 4 },
		{ "far away", 10 + 0x80000000u, 10, -EPROTO, 4 },
		{ "took what was not there", 10, 11, 0, -EPROTO },
		{ "never took anything", 10, 5, 0, -EPROTO },
		{ "four are under way", 10, 6, 0, 0 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		begin(10);
		for (unsigned int s = 0; s < XMD_OBJRING_SLOTS; s++)
			memcpy(page.ask[s].byte, message(32, 0), 32);
		page.ask_prod = row[i].prod;
		page.tell_cons = row[i].cons;
		assert_case(row[i].name, objring_receive(&far, buf), row[i].receive);
		assert_case(row[i].name, objring_room(&far), row[i].room);
	}
}

static void lengths_that_cannot_be(void **state)
{
	static const struct {
		__u32 len;
		int want;
	} row[] = {
		{ 0, -EBADMSG }, { 31, -EBADMSG }, { 32, 32 }, { 504, 504 }, { 505, -EBADMSG },
		{ 4096, -EBADMSG }, { 0xffff, -EBADMSG },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		begin(0);
		memcpy(page.ask[0].byte, message(row[i].len, 0), 32);
		page.ask_prod = 1;
		assert_int_equal(objring_receive(&far, buf), row[i].want);
		/* it is out of the way in any case */
		assert_int_equal(objring_receive(&far, buf), 0);
	}
}

static void a_new_far_end_goes_on(void **state)
{
	(void)state;
	begin(0);
	objring_send(&near, message(32, 1), 32);
	objring_send(&near, message(32, 2), 32);
	objring_send(&far, message(32, 3), 32);
	assert_int_equal(objring_receive(&far, buf), 32);
	assert_int_equal(objring_life(&near), 1);
	/* killed here */
	assert_int_equal(objring_attach(&far, &page), 0);
	assert_int_equal(objring_life(&near), 2);
	assert_int_equal(objring_receive(&far, buf), 32);
	assert_int_equal(buf[8], 2);
	objring_send(&far, message(32, 4), 32);
	assert_int_equal(objring_receive(&near, buf), 32);
	assert_int_equal(buf[8], 3);
	assert_int_equal(objring_receive(&near, buf), 32);
	assert_int_equal(buf[8], 4);
}

static void lives_never_end_at_zero(void **state)
{
	(void)state;
	begin(0);
	page.life = 0xffffffff;
	assert_int_equal(objring_attach(&far, &page), 0);
	assert_int_equal(page.life, 1);
}

static void what_cannot_be_attached(void **state)
{
	(void)state;
	begin(0);
	page.version = XMD_OBJRING_VERSION + 1;
	assert_int_equal(objring_attach(&far, &page), -EPROTONOSUPPORT);
	page.version = 0;
	assert_int_equal(objring_attach(&far, &page), -EPROTONOSUPPORT);
	begin(0);
	page.ask_prod = 5;
	assert_int_equal(objring_attach(&far, &page), -EPROTO);
	begin(0);
	page.tell_cons = 1;
	assert_int_equal(objring_attach(&far, &page), -EPROTO);
	assert_int_equal(page.life, 1);	/* as it was */
}

static void the_end_is_told(void **state)
{
	(void)state;
	begin(0);
	objring_end_far(&far, XMD_OBJRING_TROUBLE);
	assert_int_equal(objring_closed(&near), XMD_OBJRING_TROUBLE);
	assert_int_equal(objring_attach(&far, &page), 0);
	assert_int_equal(objring_closed(&near), XMD_OBJRING_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_round_at_every_index),
		cmocka_unit_test(full_is_full),
		cmocka_unit_test(events_are_due_for_changes_only),
		cmocka_unit_test(indices_that_cannot_be),
		cmocka_unit_test(lengths_that_cannot_be),
		cmocka_unit_test(a_new_far_end_goes_on),
		cmocka_unit_test(lives_never_end_at_zero),
		cmocka_unit_test(what_cannot_be_attached),
		cmocka_unit_test(the_end_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
