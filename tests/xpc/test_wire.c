// SPDX-License-Identifier: GPL-2.0
/* test_wire.c - what is packed comes out again, and nothing else comes out. */
#include "random.h"
#include "test.h"

#define ROUNDS 2000

static const struct {
	const struct xpc_struct *s;
	unsigned int size;		/* with room for lists */
} types[] = {
	{ &xpc_struct_t_thing, sizeof(struct t_thing) },
	{ &xpc_struct_t_chain, sizeof(struct t_chain_store) },
	{ &xpc_struct_t_line, sizeof(struct t_line) },
	{ &xpc_struct_t_point, sizeof(struct t_point) },
};

union any {
	struct t_thing thing;
	struct t_chain_store chain;
	struct t_line line;
	struct t_point point;
};

static __u8 buf[XPC_MSG_MAX];

static void every_value_comes_back(void **state)
{
	union any a, b;
	unsigned int i, t;
	__u64 mask;
	int n;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		t = i % ARRAY_SIZE(types);
		memset(&a, 0, sizeof(a));
		memset(&b, 0xaa, sizeof(b));
		random_struct(types[t].s, &a);
		n = xpc_encode_update(types[t].s, ~0ull, &a, buf, sizeof(buf));
		assert_in_range(n, XPC_MASK + 1, types[t].s->wire_max + XPC_MASK);
		assert_int_equal(xpc_decode_update(types[t].s, 0, &b, buf, n, &mask), 0);
		assert_int_equal(mask, types[t].s->mask);
		assert_int_equal(xpc_diff(types[t].s, &a, &b), 0);
	}
}

static void only_what_changed_travels(void **state)
{
	union any a, b, was;
	unsigned int i, t;
	__u64 want, mask;
	int n;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		t = i % 2;
		memset(&a, 0, sizeof(a));
		memset(&b, 0, sizeof(b));
		random_struct(types[t].s, &a);
		random_struct(types[t].s, &b);
		want = random_below(~0ull) & types[t].s->mask;
		memcpy(&was, &b, sizeof(b));
		n = xpc_encode_update(types[t].s, want, &a, buf, sizeof(buf));
		assert_true(n > 0);
		assert_int_equal(xpc_decode_update(types[t].s, 0, &b, buf, n, &mask), 0);
		assert_int_equal(mask, want);
		/* what came is as in a, what did not come as it was */
		assert_int_equal(xpc_diff(types[t].s, &a, &b) & want, 0);
		if (t == 0)
			assert_int_equal(xpc_diff(types[t].s, &was, &b) & ~want, 0);
	}
}

static void copy_takes_the_members_of_the_mask(void **state)
{
	union any a, b, was;
	unsigned int i, t;
	__u64 mask;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		t = i % 2;
		memset(&a, 0, sizeof(a));
		memset(&b, 0, sizeof(b));
		random_struct(types[t].s, &a);
		random_struct(types[t].s, &b);
		was = b;
		mask = random_below(~0ull) & types[t].s->mask;
		assert_int_equal(xpc_copy(types[t].s, mask, &b, &a, buf), 0);
		assert_int_equal(xpc_diff(types[t].s, &a, &b) & mask, 0);
		if (t == 0)
			assert_int_equal(xpc_diff(types[t].s, &was, &b) & ~mask, 0);
	}
}

/* Cut short and damaged: either refused, and the destination is as it was, or taken. */
static void damage_never_half_arrives(void **state)
{
	union any a, b, was;
	unsigned int i, t, at;
	int n, cut;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		t = i % ARRAY_SIZE(types);
		memset(&a, 0, sizeof(a));
		memset(&b, 0, sizeof(b));
		random_struct(types[t].s, &a);
		was = b;
		n = xpc_encode_update(types[t].s, ~0ull, &a, buf, sizeof(buf));
		for (cut = 0; cut < n; cut++)
			assert_int_equal(xpc_decode_update(types[t].s, 0, &b, buf, cut, NULL),
					 -EBADMSG);
		buf[n] = 0;
		assert_int_equal(xpc_decode_update(types[t].s, 0, &b, buf, n + 1, NULL), -EBADMSG);
		at = random_below(n);
		buf[at] ^= 1 << random_below(8);
		if (xpc_decode_update(types[t].s, 0, &b, buf, n, NULL))
			assert_memory_equal(&b, &was, sizeof(b));
	}
}

static void no_room_is_an_error(void **state)
{
	struct t_thing a = { .text = "some text", .n_points = 2, .line.n = 1 };
	int n = xpc_encode_update(&xpc_struct_t_thing, ~0ull, &a, buf, sizeof(buf)), size;

	(void)state;
	assert_true(n > 0);
	for (size = 0; size < n; size++)
		assert_int_equal(xpc_encode_update(&xpc_struct_t_thing, ~0ull, &a, buf, size),
				 -EMSGSIZE);
}

/* What the sender itself may not send. */
static void the_sender_is_told(void **state)
{
	const struct t_thing good = { .line.n = 1 };
	struct t_thing a = good;

	(void)state;
	assert_true(xpc_encode_update(&xpc_struct_t_thing, ~0ull, &a, buf, sizeof(buf)) > 0);
	a.s32 = 17;
	assert_int_equal(xpc_encode_update(&xpc_struct_t_thing, ~0ull, &a, buf, sizeof(buf)),
			 -ERANGE);
	assert_true(xpc_encode_update(&xpc_struct_t_thing, XPC_t_thing_u8, &a, buf,
				      sizeof(buf)) > 0);
	a = good;
	a.n_points = T_MC_MAX + 1;
	assert_int_equal(xpc_encode_update(&xpc_struct_t_thing, ~0ull, &a, buf, sizeof(buf)),
			 -ERANGE);
	a = good;
	memset(a.text, 'x', sizeof(a.text));
	assert_int_equal(xpc_encode_update(&xpc_struct_t_thing, ~0ull, &a, buf, sizeof(buf)),
			 -ERANGE);
	strcpy(a.text, "a\nb");
	assert_int_equal(xpc_encode_update(&xpc_struct_t_thing, ~0ull, &a, buf, sizeof(buf)),
			 -EILSEQ);
	a = good;
	a.line.n = 0;
	assert_int_equal(xpc_encode_update(&xpc_struct_t_thing, ~0ull, &a, buf, sizeof(buf)),
			 -ERANGE);
}

static void lists_have_an_end(void **state)
{
	struct t_node node[5] = {};
	struct t_chain chain = { .nodes = &node[0] };
	unsigned int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		node[i].value = 10;
		node[i].next = i < 3 ? &node[i + 1] : NULL;
	}
	assert_true(xpc_encode_update(&xpc_struct_t_chain, ~0ull, &chain, buf, sizeof(buf)) > 0);
	node[3].next = &node[4];
	assert_int_equal(xpc_encode_update(&xpc_struct_t_chain, ~0ull, &chain, buf, sizeof(buf)),
			 -ERANGE);
	node[3].next = &node[0];
	assert_int_equal(xpc_encode_update(&xpc_struct_t_chain, ~0ull, &chain, buf, sizeof(buf)),
			 -ERANGE);
}

#define SET(bit) (__u8)((bit) & 0xff), (__u8)((bit) >> 8 & 0xff), 0, 0, 0, 0, 0, 0

/* Bytes as wire.h describes them, by hand. */
static const struct {
	const char *name;
	__u8 bytes[48];
	unsigned int len;
	__u8 by;
	int err;
} by_hand[] = {
	{ "nothing", { SET(0) }, 8, XPC_BY_USER, 0 },
	{ "u16", { SET(XPC_t_thing_u16), 0x34, 0x12 }, 10, XPC_BY_USER, 0 },
	{ "u16, and a byte too many", { SET(XPC_t_thing_u16), 1, 0, 0 }, 11, XPC_BY_USER,
	  -EBADMSG },
	{ "u16, and a byte too few", { SET(XPC_t_thing_u16), 1 }, 9, XPC_BY_USER, -EBADMSG },
	{ "u8 is not the user half's", { SET(XPC_t_thing_u8), 1 }, 9, XPC_BY_USER, -EPERM },
	{ "u8 is the kernel's", { SET(XPC_t_thing_u8), 1 }, 9, XPC_BY_KERNEL, 0 },
	{ "u64 is the guest's", { SET(XPC_t_thing_u64), 1, 0, 0, 0, 0, 0, 0, 0 }, 16, XPC_BY_GUEST,
	  0 },
	{ "u8 by anybody", { SET(XPC_t_thing_u8), 1 }, 9, 0, 0 },
	{ "s32 -5", { SET(XPC_t_thing_s32), 0xfb, 0xff, 0xff, 0xff }, 12, XPC_BY_USER, 0 },
	{ "s32 -6", { SET(XPC_t_thing_s32), 0xfa, 0xff, 0xff, 0xff }, 12, XPC_BY_USER, -ERANGE },
	{ "s32 16", { SET(XPC_t_thing_s32), 16, 0, 0, 0 }, 12, XPC_BY_USER, 0 },
	{ "s32 17", { SET(XPC_t_thing_s32), 17, 0, 0, 0 }, 12, XPC_BY_USER, -ERANGE },
	{ "a bool of 2", { SET(XPC_t_thing_flag), 2 }, 9, XPC_BY_USER, -ERANGE },
	{ "an enum of 8", { SET(XPC_t_thing_colour), 8, 0, 0, 0 }, 12, XPC_BY_USER, -ERANGE },
	{ "text", { SET(XPC_t_thing_text), 2, 0, 'h', 'i' }, 12, XPC_BY_USER, 0 },
	{ "empty text", { SET(XPC_t_thing_text), 0, 0 }, 10, XPC_BY_USER, 0 },
	{ "text of 15", { SET(XPC_t_thing_text), 15, 0, 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a',
	  'a', 'a', 'a', 'a', 'a', 'a' }, 25, XPC_BY_USER, 0 },
	{ "text of 16", { SET(XPC_t_thing_text), 16, 0, 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a',
	  'a', 'a', 'a', 'a', 'a', 'a', 'a' }, 26, XPC_BY_USER, -ERANGE },
	{ "text longer than the message", { SET(XPC_t_thing_text), 9, 0, 'a' }, 11, XPC_BY_USER,
	  -EBADMSG },
	{ "text with NUL", { SET(XPC_t_thing_text), 2, 0, 'a', 0 }, 12, XPC_BY_USER, -EILSEQ },
	{ "text with 0x7f", { SET(XPC_t_thing_text), 1, 0, 0x7f }, 11, XPC_BY_USER, -EILSEQ },
	{ "one element of three too large", { SET(XPC_t_thing_fixed), 1, 0, 0xe9, 3, 1, 0 }, 14,
	  XPC_BY_USER, -ERANGE },
	{ "a point", { SET(XPC_t_thing_points), 1, 0, 100, 0, 0xff, 0x7f }, 14, XPC_BY_USER, 0 },
	{ "x of a point out of range", { SET(XPC_t_thing_points), 1, 0, 101, 0, 0, 0 }, 14,
	  XPC_BY_USER, -ERANGE },
	{ "six points", { SET(XPC_t_thing_points), 6, 0 }, 34, XPC_BY_USER, -ERANGE },
	{ "a count alone", { SET(XPC_t_thing_points >> 1), 1, 0 }, 10, XPC_BY_USER, -EBADMSG },
	{ "a pointer", { 0, 0, 0x20, 0, 0, 0, 0, 0 }, 8, XPC_BY_USER, -EBADMSG },
	{ "no mask", { 0 }, 7, XPC_BY_USER, -EBADMSG },
};

static void bytes_by_hand(void **state)
{
	struct t_thing a;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(by_hand); i++)
		assert_case(by_hand[i].name,
			    xpc_decode_update(&xpc_struct_t_thing, by_hand[i].by, &a,
					      by_hand[i].bytes, by_hand[i].len, NULL),
			    by_hand[i].err);
}

static void memory_by_hand(void **state)
{
	static const __u8 bytes[] = { SET(XPC_t_chain_nodes), 2, 0, 10, 0, 0, 0, 1, 0, 'a',
				      11, 0, 0, 0, 0, 0 };
	struct t_chain_store c = { .obj.before = 5 };

	(void)state;
	assert_int_equal(xpc_decode_update(&xpc_struct_t_chain, 0, &c, bytes, sizeof(bytes), NULL),
			 0);
	assert_int_equal(c.obj.before, 5);
	assert_ptr_equal(c.obj.nodes, &c.nodes[0]);
	assert_int_equal(c.obj.nodes->value, 10);
	assert_string_equal(c.obj.nodes->name, "a");
	assert_ptr_equal(c.obj.nodes->next, &c.nodes[1]);
	assert_null(c.obj.nodes->next->next);
	assert_null(c.obj.others);
}

static const struct {
	const char *name;
	unsigned int at;
	__u8 byte;
	unsigned int len;
	int err;
} headers[] = {
	{ "good", 0, 1, 36, 0 },
	{ "another version", 0, 2, 36, -EPROTONOSUPPORT },
	{ "kind 0", 1, 0, 36, -EBADMSG },
	{ "kind behind the last", 1, XPC_KINDS, 36, -EBADMSG },
	{ "byte 3", 3, 1, 36, -EBADMSG },
	{ "length one less", 4, 35, 36, -EBADMSG },
	{ "length one more", 4, 37, 36, -EBADMSG },
	{ "a high byte of the length", 7, 1, 36, -EBADMSG },
	{ "an object in a CALL", 12, 1, 36, -EBADMSG },
	{ "a version in a CALL", 20, 1, 36, -EBADMSG },
	{ "a result in a CALL", 27, 1, 36, -EBADMSG },
	{ "a READY with a body", 1, XPC_READY, 36, -EBADMSG },
	{ "too short", 0, 1, 31, -EBADMSG },
	{ "another epoch is for the tracker to refuse", 8, 9, 36, 0 },
};

static void header_by_hand(void **state)
{
	const struct xpc_msg m = { .kind = XPC_CALL, .id = 7, .len = 36, .epoch = 3, .seq = 0x1234,
				   .ms = 500 };
	struct xpc_msg got;
	unsigned int i;
	__u8 b[36] = {}, again[XPC_HEADER];

	(void)state;
	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		xpc_put_header(&m, b);
		b[headers[i].at] = headers[i].byte;
		assert_case(headers[i].name, xpc_get_header(&got, b, headers[i].len),
			    headers[i].err);
	}
	xpc_put_header(&m, b);
	assert_int_equal(xpc_get_header(&got, b, 36), 0);
	xpc_put_header(&got, again);
	assert_memory_equal(again, b, XPC_HEADER);
	assert_int_equal(got.seq, 0x1234);
}

static void dump_is_readable(void **state)
{
	struct t_thing a = { .u8 = 1, .s32 = -2, .flag = true, .text = "two words", .n_points = 1,
			     .points = { { -3, 4 } }, .fixed = { 1, 2, 3 }, .line = { .n = 1 } };
	char text[512];
	int n = xpc_dump(&xpc_struct_t_thing, &a, text, sizeof(text)), size;

	(void)state;
	assert_int_equal(n, strlen(text));
	assert_non_null(strstr(text, "u8 1\n"));
	assert_non_null(strstr(text, "s32 -2\n"));
	assert_non_null(strstr(text, "text \"two words\"\n"));
	assert_non_null(strstr(text, "fixed 1 2 3\n"));
	assert_non_null(strstr(text, "points { -3 4 }\n"));
	assert_null(strstr(text, "mine"));
	for (size = 1; size < n; size++) {
		assert_int_equal(xpc_dump(&xpc_struct_t_thing, &a, text, size), size - 1);
		assert_int_equal(strlen(text), size - 1);
	}
}

static void arguments_both_ways(void **state)
{
	const struct xpc_call_type *call = &xpc_decl.up[XPC_UP_t_up];
	struct t_thing thing = { .line.n = 1, .text = "x" };
	struct xpc_args_t_up args;
	struct t_line line = {};
	__u32 number = 3;
	__u64 big = 0;
	const void *const in[] = { &number, &thing };
	void *const out[] = { &line, &big };
	int n = xpc_encode_args(call->in, in, buf, sizeof(buf));

	(void)state;
	assert_true(n > 0);
	assert_int_equal(xpc_decode_struct(call->in, &args, buf, n), 0);
	assert_int_equal(args.number, 3);
	assert_int_equal(xpc_diff(&xpc_struct_t_thing, &args.thing, &thing), 0);
	args.line = (struct t_line){ .n = 2, .weight = { 5, 6 } };
	args.big = 1ull << 40;
	n = xpc_encode_struct(call->out, &args, buf, sizeof(buf));
	assert_true(n > 0);
	assert_int_equal(xpc_decode_args(call->out, out, buf, n - 1), -EBADMSG);
	assert_int_equal(big, 0);
	assert_int_equal(xpc_decode_args(call->out, out, buf, n), 0);
	assert_int_equal(line.weight[1], 6);
	assert_int_equal(big, 1ull << 40);
	number = 10;
	assert_int_equal(xpc_encode_args(call->in, in, buf, sizeof(buf)), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_comes_back),
		cmocka_unit_test(only_what_changed_travels),
		cmocka_unit_test(copy_takes_the_members_of_the_mask),
		cmocka_unit_test(damage_never_half_arrives),
		cmocka_unit_test(no_room_is_an_error),
		cmocka_unit_test(the_sender_is_told),
		cmocka_unit_test(lists_have_an_end),
		cmocka_unit_test(bytes_by_hand),
		cmocka_unit_test(memory_by_hand),
		cmocka_unit_test(header_by_hand),
		cmocka_unit_test(dump_is_readable),
		cmocka_unit_test(arguments_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
