// SPDX-License-Identifier: GPL-2.0
/*
 * test_hostile.c - a guest that writes what it likes against the far end, and a driver domain
 * that does against the guest's end.
 */
#include "../check.h"
#include "hub.h"

#include <tracker.h>
#include <xmd/xs_names.h>

/* A guest without manners: it has a page, and writes messages by hand. */
struct rogue {
	struct host *h;
	struct objring r;
	__u32 epoch, version;
	__u8 in[XMD_OBJRING_SLOT], out[XMD_OBJRING_SLOT];
};

static void rogue_new(struct rogue *g, struct host *h)
{
	*g = (struct rogue){ .h = h };
	host_attach_mute(h, 0);
	host_attach(h, 2);
	g->r = (struct objring){ .page = &h->party[0].page, .end = OBJRING_GUEST };
}

static int say(struct rogue *g, struct xpc_msg m, const void *body, __u32 len)
{
	int err;

	m.len = XPC_HEADER + len;
	xpc_put_header(&m, g->out);
	if (len)
		memcpy(g->out + XPC_HEADER, body, len);
	err = objring_send(&g->r, g->out, m.len);
	hub_send(&g->h->hub, 0);
	host_run(g->h, TICK_MS);
	return err;
}

static int hear(struct rogue *g, struct xpc_msg *m)
{
	int n = objring_receive(&g->r, g->in);

	if (n <= 0)
		return n;
	hub_send(&g->h->hub, 0);
	assert_int_equal(xpc_get_header(m, g->in, n), 0);
	if (m->kind == XPC_WELCOME)
		g->epoch = m->epoch;
	if ((m->kind == XPC_STATE || m->kind == XPC_CHANGE) && m->id == XPC_ID_xmd_vif_object)
		g->version = m->version;
	return n;
}

static void hear_all(struct rogue *g)
{
	struct xpc_msg m;

	do
		host_run(g->h, TICK_MS);
	while (hear(g, &m) > 0);
}

static int say_hello(struct rogue *g)
{
	__u8 body[XPC_ABI_MAX];
	__u32 len = xpc_abi_put(&xpc_vif_objects, body);

	return say(g, (struct xpc_msg){ .kind = XPC_HELLO }, body, len);
}

static void hello(struct rogue *g)
{
	say_hello(g);
	hear_all(g);
	assert_int_not_equal(g->epoch, 0);
}

/* The other guest is what all this must not touch. */
static void expect_the_other_served(struct host *h)
{
	const struct xmd_vif_object want = { .mtu = 1200 + (__u32)(world_now() / 7 % 100) };

	assert_int_equal(host_wish(h, 2, XPC_xmd_vif_object_mtu, &want), 0);
	assert_int_equal(host_settings(h, 2)->mtu, want.mtu);
}

static void expect_ended(struct rogue *g, __u32 why)
{
	host_run(g->h, 200);
	assert_int_equal(g->h->party[0].page.closed, why);
	assert_int_equal(g->h->hub.end[0].mapped, 0);
	/* its frames flow on */
	assert_int_equal(world_back_state(&g->h->w, 0), STATE_CONNECTED);
	expect_the_other_served(g->h);
}

static void indices_end_the_ring(void **state)
{
	static const __u32 ask[] = { 5, 0x80000000u, ~0u };
	static const __u32 tell[] = { 1, 5, 0u - 5 };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(ask) + ARRAY_SIZE(tell); i++) {
		struct host *h = host_new();
		struct rogue g;

		rogue_new(&g, h);
		if (i < ARRAY_SIZE(ask))
			h->party[0].page.ask_prod = ask[i];
		else
			h->party[0].page.tell_cons = tell[i - ARRAY_SIZE(ask)];
		hub_send(&h->hub, 0);
		expect_ended(&g, XMD_OBJRING_BAD_INDEX);
		host_free(h);
	}
}

#define U64(v) (__u8)(v), (__u8)((v) >> 8), (__u8)((v) >> 16), (__u8)((v) >> 24), \
	(__u8)((__u64)(v) >> 32), 0, 0, 0

/* What a guest may say wrongly: each is refused, counted, and changes nothing. */
static const struct bad {
	const char *name;
	struct xpc_msg m;
	__u8 body[40];
	__u32 len;
	int ack;	/* 1: no answer */
} bad[] = {
	{ "a member that is not its own", { .kind = XPC_PROPOSE, .id = 1 },
	  { U64(XPC_xmd_vif_object_may), 0x7f, 0, 0, 0 }, 12, -EPERM },
	{ "the port", { .kind = XPC_PROPOSE, .id = 2 },
	  { U64(XPC_xmd_port_object_link), 1 }, 9, -ESTALE },
	{ "an object that is none", { .kind = XPC_PROPOSE, .id = 3 }, { U64(1), 0 }, 12, -ENOENT },
	{ "MTU 0", { .kind = XPC_PROPOSE, .id = 1 },
	  { U64(XPC_xmd_vif_object_mtu), 0, 0, 0, 0 }, 12, -ERANGE },
	{ "MTU 2^32 - 1", { .kind = XPC_PROPOSE, .id = 1 },
	  { U64(XPC_xmd_vif_object_mtu), 255, 255, 255, 255 }, 12, -ERANGE },
	{ "a mask of members that are not", { .kind = XPC_PROPOSE, .id = 1 },
	  { U64(1u << 31), 0 }, 12, -EBADMSG },
	{ "half an MTU", { .kind = XPC_PROPOSE, .id = 1 },
	  { U64(XPC_xmd_vif_object_mtu), 1, 2 }, 10, -EBADMSG },
	{ "more than an MTU", { .kind = XPC_PROPOSE, .id = 1 },
	  { U64(XPC_xmd_vif_object_mtu), 0, 5, 0, 0, 0 }, 13, -EBADMSG },
	{ "no mask", { .kind = XPC_PROPOSE, .id = 1 }, { 1 }, 1, -EBADMSG },
	{ "49 multicast addresses", { .kind = XPC_PROPOSE, .id = 1 },
	  { U64(XPC_xmd_vif_object_mc), 49, 0 }, 10, -ERANGE },
	{ "65535 VLANs", { .kind = XPC_PROPOSE, .id = 1 },
	  { U64(XPC_xmd_vif_object_vlan), 255, 255 }, 10, -ERANGE },
	{ "VLAN 4096", { .kind = XPC_PROPOSE, .id = 1 },
	  { U64(XPC_xmd_vif_object_vlan), 1, 0, 0, 16 }, 12, -ERANGE },
	{ "another vif", { .kind = XPC_PROPOSE, .id = 1, .object = 1 },
	  { U64(XPC_xmd_vif_object_mtu), 0, 5, 0, 0 }, 12, 1 },
	{ "a lock", { .kind = XPC_LOCK, .id = 1, .ms = 1000 }, { 0 }, 0, 1 },
	{ "READY", { .kind = XPC_READY }, { 0 }, 0, 1 },
	{ "WELCOME", { .kind = XPC_WELCOME }, { 0 }, 0, 1 },
	{ "a STATE", { .kind = XPC_STATE, .id = 1 }, { U64(0) }, 8, 1 },
	{ "an ANSWER", { .kind = XPC_ANSWER, .id = 1, .seq = 1 }, { 0 }, 0, 1 },
	{ "an ACK", { .kind = XPC_ACK, .id = 1 }, { 0 }, 0, 1 },
	{ "a RESYNC of nothing", { .kind = XPC_RESYNC, .id = 9 }, { 0 }, 0, 1 },
	{ "a call that is none", { .kind = XPC_CALL, .id = 77, .seq = 1 }, { 0 }, 0, 1 },
	{ "a call without number", { .kind = XPC_CALL, .id = 1 }, { 0 }, 0, 1 },
	{ "half of a call's arguments", { .kind = XPC_CALL, .id = 4, .seq = 1 }, { 1 }, 1, -EBADMSG },
	{ "the EEPROM from 65536 on", { .kind = XPC_CALL, .id = 4, .seq = 1 },
	  { 0, 0, 1, 0, 1, 0, 0, 0 }, 8, -ERANGE },
	{ "257 bytes of EEPROM", { .kind = XPC_CALL, .id = 4, .seq = 1 },
	  { 0, 0, 0, 0, 1, 1, 0, 0 }, 8, -ERANGE },
	{ "blink 7", { .kind = XPC_CALL, .id = 2, .seq = 1 }, { 7, 0, 0, 0 }, 4, -ERANGE },
};

static void wrong_messages_are_refused(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct host *h = host_new();
		struct xpc_msg m = bad[i].m, got = { .kind = 0 };
		struct xmd_vif_settings before;
		struct rogue g;
		int n;

		rogue_new(&g, h);
		before = *host_settings(h, 0);
		hello(&g);
		m.epoch = g.epoch;
		if (m.kind == XPC_PROPOSE && m.id == 1)
			m.version = g.version;
		say(&g, m, bad[i].body, bad[i].len);
		n = hear(&g, &got);
		/* the port's version is not the vif's */
		if (bad[i].ack == -ESTALE) {
			assert_case(bad[i].name, got.result == -ESTALE || got.result == -EPERM, 1);
		} else if (bad[i].ack == 1) {
			assert_case(bad[i].name, n, 0);
		} else {
			assert_case(bad[i].name, got.kind == XPC_ACK || got.kind == XPC_ANSWER, 1);
			assert_case(bad[i].name, got.result, bad[i].ack);
		}
		assert_memory_equal(&before, host_settings(h, 0), sizeof(before));
		host_free(h);
	}
}

static void too_many_of_them_end_the_ring(void **state)
{
	struct host *h = host_new();
	struct rogue g;

	(void)state;
	rogue_new(&g, h);
	hello(&g);
	for (unsigned int i = 1; i < XMD_OBJRING_WRONG; i++) {
		say(&g, (struct xpc_msg){ .kind = XPC_READY, .epoch = g.epoch }, NULL, 0);
		assert_int_equal(h->party[0].page.closed, 0);
	}
	/* another HELLO does not wash them off */
	hello(&g);
	say(&g, (struct xpc_msg){ .kind = XPC_READY, .epoch = g.epoch }, NULL, 0);
	expect_ended(&g, XMD_OBJRING_WRONG_MESSAGES);
	host_free(h);
}

/* Who lacks something of the first release, or speaks no version that we do. */
static void other_declarations_are_refused(void **state)
{
	static const struct {
		const char *name;
		__u32 page;
		__u8 body[16];
		__u32 len;
	} row[] = {
		{ "version 1, another fingerprint", 1, { 0x90, 0x65, 0x20, 0x6e }, 4 },
		{ "from version 3 on", 2, { 3, 9, 4, 2, 0, 0, 0, 0, 1, 14, 2, 17 }, 12 },
		{ "up to version 1", 2, { 1, 1, 4, 2, 0, 0, 0, 0, 1, 14, 2, 17 }, 12 },
		{ "3 calls", 2, { 2, 2, 3, 2, 0, 0, 0, 0, 1, 14, 2, 17 }, 12 },
		{ "no vif", 2, { 2, 2, 4, 1, 0, 0, 0, 0, 2, 17 }, 10 },
		{ "no port", 2, { 2, 2, 4, 1, 0, 0, 0, 0, 1, 14 }, 10 },
		{ "13 members of a vif", 2, { 2, 2, 4, 2, 0, 0, 0, 0, 1, 13, 2, 17 }, 12 },
		{ "nothing", 2, { 2, 2, 0, 0, 0, 0, 0, 0 }, 8 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		struct host *h = host_new();
		struct xpc_msg m;
		struct rogue g;

		h->offered = row[i].page;
		rogue_new(&g, h);
		say(&g, (struct xpc_msg){ .kind = XPC_HELLO }, row[i].body, row[i].len);
		assert_case(row[i].name, hear(&g, &m) > 0, 1);
		assert_case(row[i].name, m.kind, XPC_ACK);
		assert_case(row[i].name, m.id, 0);
		assert_case(row[i].name, m.result, -EPROTONOSUPPORT);
		/* and nothing else is heard */
		say(&g, (struct xpc_msg){ .kind = XPC_RESYNC, .id = 1 }, NULL, 0);
		assert_case(row[i].name, hear(&g, &m), 0);
		host_free(h);
	}
}

/* A HELLO that cannot be read is wrong, counted, and not answered; nothing behind its end is read. */
static void hellos_that_lie(void **state)
{
	static const struct {
		const char *name;
		__u32 page;
		__u8 body[XPC_ABI_MAX + 8];
		__u32 len;
	} row[] = {
		{ "no body", 2, { 0 }, 0 },
		{ "version 1's body", 2, { 0x8f, 0x65, 0x20, 0x6e }, 4 },
		{ "7 bytes", 2, { 2, 2, 4, 0, 0, 0, 0 }, 7 },
		{ "more objects than there are bytes", 2, { 2, 2, 4, 2, 0, 0, 0, 0, 1, 14, 2 }, 11 },
		{ "255 objects", 2, { 2, 2, 4, 255, 0, 0, 0, 0, 1, 14, 2, 17 }, 48 },
		{ "versions upside down", 2, { 3, 2, 4, 2, 0, 0, 0, 0, 1, 14, 2, 17 }, 12 },
		{ "an object twice", 2, { 2, 2, 4, 3, 0, 0, 0, 0, 1, 14, 1, 14, 2, 17 }, 14 },
		{ "ids that count down", 2, { 2, 2, 4, 2, 0, 0, 0, 0, 2, 17, 1, 14 }, 12 },
		{ "object 0", 2, { 2, 2, 4, 3, 0, 0, 0, 0, 0, 1, 1, 14, 2, 17 }, 14 },
		{ "version 1 without its body", 1, { 0 }, 0 },
		{ "version 1 with version 2's", 1, { 2, 2, 4, 2, 0, 0, 0, 0, 1, 14, 2, 17 }, 12 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		struct host *h = host_new();
		struct xpc_msg m;
		struct rogue g;

		h->offered = row[i].page;
		rogue_new(&g, h);
		for (unsigned int k = 0; k < XMD_OBJRING_WRONG; k++) {
			assert_case(row[i].name, h->party[0].page.closed, 0);
			say(&g, (struct xpc_msg){ .kind = XPC_HELLO }, row[i].body, row[i].len);
			assert_case(row[i].name, hear(&g, &m), 0);
		}
		expect_ended(&g, XMD_OBJRING_WRONG_MESSAGES);
		host_free(h);
	}
}

/* Who says that it knows more than there is gets what there is; bytes behind the list are a later version's. */
static void hellos_that_boast(void **state)
{
	static const __u8 body[XPC_ABI_MAX + 8] = {
		2, 255, 255, XPC_ABI_OBJECTS, 255, 255, 255, 255, 1, 255, 2, 255, 3, 255, 4, 255, 5, 9,
		6, 9, 7, 9, 8, 9, 9, 9, 10, 9, 11, 9, 12, 9, 13, 9, 14, 9, 15, 9, 255, 255, 77, 77, 77, 77,
	};
	struct host *h = host_new();
	struct rogue g;

	(void)state;
	rogue_new(&g, h);
	say(&g, (struct xpc_msg){ .kind = XPC_HELLO }, body, sizeof(body));
	hear_all(&g);
	assert_int_not_equal(g.epoch, 0);
	assert_int_not_equal(g.version, 0);
	/* a wish for a member that the home does not know is not granted in silence */
	{
		const __u8 wish[] = { U64(1ull << 40), 1, 2, 3, 4 };
		struct xpc_msg m;

		say(&g, (struct xpc_msg){ .kind = XPC_PROPOSE, .id = 1, .epoch = g.epoch,
					  .version = g.version }, wish, sizeof(wish));
		assert_true(hear(&g, &m) > 0);
		assert_int_equal(m.kind, XPC_ACK);
		assert_int_equal(m.result, -EBADMSG);
	}
	/* arguments behind those that the home knows are ignored, as far as a slot goes */
	{
		static const __u8 args[XMD_OBJRING_SLOT - XPC_HEADER] = { 1, 0, 0, 0, 9, 9, 9 };
		struct xpc_msg m;

		say(&g, (struct xpc_msg){ .kind = XPC_CALL, .id = 2, .seq = 1, .epoch = g.epoch },
		    args, sizeof(args));
		assert_true(hear(&g, &m) > 0);
		assert_int_equal(m.kind, XPC_ANSWER);
		assert_int_equal(m.result, -EPERM);
	}
	expect_the_other_served(h);
	host_free(h);
}

static void old_epochs_are_dropped(void **state)
{
	const __u8 body[] = { U64(XPC_xmd_vif_object_mtu), 0, 5, 0, 0 };
	struct host *h = host_new();
	struct xpc_msg m;
	struct rogue g;

	(void)state;
	rogue_new(&g, h);
	hello(&g);
	for (unsigned int i = 0; i < 20; i++) {
		say(&g, (struct xpc_msg){ .kind = XPC_PROPOSE, .id = 1, .epoch = g.epoch - 1,
					  .version = g.version }, body, sizeof(body));
		assert_int_equal(hear(&g, &m), 0);
	}
	assert_int_equal(host_settings(h, 0)->mtu, 1500);
	assert_int_equal(h->party[0].page.closed, 0);
	host_free(h);
}

static void a_guest_that_does_not_listen(void **state)
{
	struct host *h = host_new();
	struct rogue g;

	(void)state;
	rogue_new(&g, h);
	/* the answers fill tell[]; then nothing of it is taken any more */
	for (unsigned int i = 0; i < 40; i++)
		say_hello(&g);
	host_run(h, 5000);
	assert_int_equal(objring_room(&g.r), 0);
	assert_int_equal(h->party[0].page.tell_prod, XMD_OBJRING_SLOTS);
	assert_int_equal(h->party[0].page.closed, 0);
	expect_the_other_served(h);
	hear_all(&g);
	host_run(h, 1000);
	assert_true(objring_room(&g.r) > 0);
	host_free(h);
}

/* A flood of valid messages gets what the bucket gives, and not more. */
static void a_flood_is_slowed_down(void **state)
{
	struct host *h = host_new();
	__u32 taken;
	struct xpc_msg m;
	uint64_t began;
	struct rogue g;

	(void)state;
	rogue_new(&g, h);
	hello(&g);
	taken = h->party[0].page.ask_cons;
	began = world_now();
	while (world_now() < began + 20000) {
		struct xpc_msg hi = { .kind = XPC_HELLO };

		hi.len = XPC_HEADER + xpc_abi_put(&xpc_vif_objects, g.out + XPC_HEADER);
		xpc_put_header(&hi, g.out);
		while (!objring_send(&g.r, g.out, hi.len))
			;
		hub_send(&h->hub, 0);
		world_run(&h->w, TICK_MS);
		while (hear(&g, &m) > 0)
			;
	}
	taken = h->party[0].page.ask_cons - taken;
	assert_in_range(taken, 100, 20 * XMD_OBJRING_RATE + XMD_OBJRING_BURST);
	assert_int_equal(h->party[0].page.closed, 0);
	expect_the_other_served(h);
	host_free(h);
}

/* Events alone wake xmd-backend, but less often than messages may be taken. */
static void a_storm_of_events(void **state)
{
	struct host *h = host_new();
	unsigned int before;
	struct rogue g;

	(void)state;
	rogue_new(&g, h);
	hello(&g);
	before = h->hub.end[0].far_events;
	h->hub.end[0].storm = true;
	host_run(h, 5000);
	h->hub.end[0].storm = false;
	assert_in_range(h->hub.end[0].far_events - before, 1,
			(5 * XMD_OBJRING_RATE + XMD_OBJRING_BURST) / XMD_OBJRING_EMPTY + 1);
	expect_the_other_served(h);
	host_free(h);
}

/* Bytes that change while they are read: whatever is taken was checked. */
static void random_bytes_in_the_page(void **state)
{
	(void)state;
	srand(7);
	for (unsigned int round = 0; round < 200; round++) {
		struct host *h = host_new();
		__u8 *page = (__u8 *)&h->party[0].page;
		struct rogue g;

		rogue_new(&g, h);
		if (round & 1)
			hello(&g);
		for (unsigned int i = 0; i < 30; i++) {
			for (unsigned int k = 0; k < 1u << rand() % 8; k++)
				page[rand() % 2080] = rand();
			if (rand() % 4)
				g.r.page->ask_prod = h->party[0].page.ask_cons + rand() % 5;
			hub_send(&h->hub, 0);
			host_run(h, TICK_MS);
		}
		assert_int_equal(world_back_state(&h->w, 0), STATE_CONNECTED);
		expect_the_other_served(h);
		host_free(h);
	}
}

/* -------------------------------------------- a driver domain against a guest */

struct despot {
	struct xmd_objring page;
	struct objring r;
	struct objguest g;
	__u64 now;
	__u8 in[XMD_OBJRING_SLOT], out[XPC_MSG_MAX];
};

static void despot_new(struct despot *d)
{
	memset(d, 0, sizeof(*d));
	d->now = 1000;
	objguest_init(&d->g);
	objguest_start(&d->g, &d->page, XMD_OBJRING_VERSION);
	assert_int_equal(objring_attach(&d->r, &d->page), 0);
}

static unsigned int look(struct despot *d)
{
	d->now += 10;
	return objguest_work(&d->g, d->now);
}

static int tell(struct despot *d, struct xpc_msg m, const void *body, __u32 len)
{
	m.len = XPC_HEADER + len;
	xpc_put_header(&m, d->out);
	if (len)
		memmove(d->out + XPC_HEADER, body, len);
	return objring_send(&d->r, d->out, m.len);
}

static const struct xmd_vif_object honest_vif = { .mtu = 1500, .mtu_max = 1500 };
static const struct xmd_port_object honest_port = { .mtu = 1500, .link = 1, .speed = 1000 };

static void tell_state(struct despot *d, __u32 epoch, __u8 id, const struct xpc_struct *s,
		       const void *obj)
{
	int n = xpc_encode_update(s, ~0ull, obj, d->out + XPC_HEADER, XMD_OBJRING_SLOT - XPC_HEADER);

	assert_true(n > 0);
	tell(d, (struct xpc_msg){ .kind = XPC_STATE, .id = id, .epoch = epoch, .version = 1 },
	     d->out + XPC_HEADER, n);
}

static void tell_welcome(struct despot *d, __u32 epoch)
{
	__u8 body[XPC_ABI_MAX];
	__u32 len = xpc_abi_put(&xpc_vif_objects, body);

	tell(d, (struct xpc_msg){ .kind = XPC_WELCOME, .epoch = epoch }, body, len);
}

static void welcome(struct despot *d, __u32 epoch)
{
	look(d);
	while (objring_receive(&d->r, d->in) > 0)
		;
	tell_welcome(d, epoch);
	tell_state(d, epoch, 1, &xpc_struct_xmd_vif_object, &honest_vif);
	tell_state(d, epoch, 2, &xpc_struct_xmd_port_object, &honest_port);
	assert_true(look(d) & OBJGUEST_UP);
}

static void indices_of_a_driver_domain(void **state)
{
	static const __u32 prod[] = { 5, ~0u, 0x80000000u };
	static const __u32 cons[] = { 5, 0x80000000u, 0u - 5 };
	struct despot d;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(prod); i++) {
		despot_new(&d);
		d.page.tell_prod = prod[i];
		look(&d);
		assert_int_equal(d.g.phase, OBJGUEST_DEAF);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(cons); i++) {
		despot_new(&d);
		look(&d);
		d.page.ask_cons = cons[i];
		look(&d);
		assert_int_equal(d.g.phase, OBJGUEST_DEAF);
		/* the next life is another chance */
		d.page.ask_cons = d.page.ask_prod;
		d.page.life++;
		look(&d);
		assert_int_equal(d.g.phase, OBJGUEST_HELLO);
	}
}

static void messages_of_a_driver_domain(void **state)
{
	static const struct {
		const char *name;
		struct xpc_msg m;
		__u8 body[24];
		__u32 len;
	} row[] = {
		{ "a call", { .kind = XPC_CALL, .id = 1, .seq = 1, .epoch = 9 }, { 0 }, 0 },
		{ "HELLO", { .kind = XPC_HELLO }, { 1, 2, 3, 4 }, 4 },
		{ "an ACK of nothing", { .kind = XPC_ACK, .id = 1, .epoch = 9 }, { 0 }, 0 },
		{ "WELCOME to the same epoch", { .kind = XPC_WELCOME, .epoch = 9 }, { 0 }, 0 },
		{ "WELCOME to no epoch", { .kind = XPC_WELCOME }, { 0 }, 0 },
		{ "a refusal of nothing", { .kind = XPC_ACK, .result = -EPERM }, { 0 }, 0 },
		{ "an object that is none", { .kind = XPC_CHANGE, .id = 7, .epoch = 9, .seq = 1,
					      .version = 2 }, { U64(0) }, 8 },
		{ "MTU 0", { .kind = XPC_CHANGE, .id = 1, .epoch = 9, .seq = 1, .version = 2 },
		  { U64(XPC_xmd_vif_object_mtu), 0, 0, 0, 0 }, 12 },
		{ "link 2", { .kind = XPC_CHANGE, .id = 2, .epoch = 9, .seq = 1, .version = 2 },
		  { U64(XPC_xmd_port_object_link), 2 }, 9 },
		{ "a name that is not printable",
		  { .kind = XPC_CHANGE, .id = 2, .epoch = 9, .seq = 1, .version = 2 },
		  { U64(XPC_xmd_port_object_driver), 2, 0, 'a', 7 }, 12 },
		{ "a name that is too long",
		  { .kind = XPC_CHANGE, .id = 2, .epoch = 9, .seq = 1, .version = 2 },
		  { U64(XPC_xmd_port_object_driver), 16, 0 }, 10 },
		{ "a STATE that is not whole", { .kind = XPC_STATE, .id = 2, .epoch = 9, .version = 2 },
		  { U64(XPC_xmd_port_object_link), 1 }, 9 },
		{ "a CHANGE of what only the guest may write",
		  { .kind = XPC_CHANGE, .id = 1, .epoch = 9, .seq = 1, .version = 2 },
		  { U64(XPC_xmd_vif_object_mtu), 0x78, 5, 0, 0 }, 12 },
		{ "of another object", { .kind = XPC_CHANGE, .id = 2, .object = 1, .epoch = 9,
					 .seq = 1, .version = 2 }, { U64(0) }, 8 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		struct despot d;

		despot_new(&d);
		welcome(&d, 9);
		tell(&d, row[i].m, row[i].body, row[i].len);
		look(&d);
		assert_case(row[i].name, d.g.wrong, 1);
		assert_case(row[i].name, d.g.phase, OBJGUEST_LIVE);
		assert_memory_equal(&d.g.port, &honest_port, sizeof(honest_port));
		assert_case(row[i].name, d.g.vif.mtu, 1500);
		for (unsigned int k = 1; k < XMD_OBJRING_WRONG; k++) {
			tell(&d, row[i].m, row[i].body, row[i].len);
			look(&d);
			while (objring_receive(&d.r, d.in) > 0)
				;
		}
		assert_case(row[i].name, d.g.phase, OBJGUEST_DEAF);
	}
}

static void welcomes_that_lie(void **state)
{
	static const struct {
		const char *name;
		__u32 page;
		__u8 body[16];
		__u32 len;
	} row[] = {
		{ "no body", 2, { 0 }, 0 },
		{ "7 bytes", 2, { 2, 2, 4, 0, 0, 0, 0 }, 7 },
		{ "more objects than bytes", 2, { 2, 2, 4, 9, 0, 0, 0, 0, 1, 14, 2, 17 }, 12 },
		{ "from version 3 on", 2, { 3, 3, 4, 2, 0, 0, 0, 0, 1, 14, 2, 17 }, 12 },
		{ "no vif", 2, { 2, 2, 4, 1, 0, 0, 0, 0, 2, 17 }, 10 },
		{ "16 members of a port", 2, { 2, 2, 4, 2, 0, 0, 0, 0, 1, 14, 2, 16 }, 12 },
		{ "no calls", 2, { 2, 2, 0, 2, 0, 0, 0, 0, 1, 14, 2, 17 }, 12 },
		{ "version 1 with a body", 1, { 2, 2, 4, 2, 0, 0, 0, 0, 1, 14, 2, 17 }, 12 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		struct despot d;

		despot_new(&d);
		objguest_start(&d.g, &d.page, row[i].page);
		assert_int_equal(objring_attach(&d.r, &d.page), 0);
		for (unsigned int k = 1; k <= XMD_OBJRING_WRONG; k++) {
			look(&d);
			while (objring_receive(&d.r, d.in) > 0)
				;
			tell(&d, (struct xpc_msg){ .kind = XPC_WELCOME, .epoch = 9 + k }, row[i].body,
			     row[i].len);
			look(&d);
			assert_case(row[i].name, d.g.wrong, k);
			assert_case(row[i].name, d.g.phase,
				    k < XMD_OBJRING_WRONG ? OBJGUEST_HELLO : OBJGUEST_DEAF);
		}
	}
}

/* Members behind the guest's own are ignored if they stand where they have to; the rest is checked as ever. */
static void more_than_the_guest_knows(void **state)
{
	static const struct {
		const char *name;
		__u8 body[24];
		__u32 len;
		unsigned int wrong;
		__u8 link;
	} row[] = {
		{ "one more", { U64(XPC_xmd_port_object_link | 1ull << 17), 0, 1, 2, 3 }, 12, 0, 0 },
		{ "only new ones", { U64(1ull << 17), 1, 2, 3 }, 11, 0, 1 },
		{ "a new one without bytes", { U64(1ull << 20) }, 8, 0, 1 },
		{ "bytes, and no new one", { U64(XPC_xmd_port_object_link), 0, 1 }, 10, 1, 1 },
		{ "a new one, and a link of 2", { U64(XPC_xmd_port_object_link | 1ull << 17), 2, 1 }, 10, 1, 1 },
		{ "a new one, and half a speed", { U64(XPC_xmd_port_object_speed | 1ull << 17), 2 }, 9, 1, 1 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		struct despot d;

		despot_new(&d);
		welcome(&d, 9);
		tell(&d, (struct xpc_msg){ .kind = XPC_CHANGE, .id = 2, .epoch = 9, .seq = 1, .version = 2 },
		     row[i].body, row[i].len);
		look(&d);
		assert_case(row[i].name, d.g.wrong, row[i].wrong);
		assert_case(row[i].name, d.g.port.link, row[i].link);
		assert_case(row[i].name, d.g.phase, OBJGUEST_LIVE);
	}
}

static void a_change_from_a_version_that_is_not_ours(void **state)
{
	const __u8 body[] = { U64(XPC_xmd_port_object_link), 0 };
	struct despot d;
	struct xpc_msg m;

	(void)state;
	despot_new(&d);
	welcome(&d, 9);
	for (unsigned int i = 0; i < 3; i++)
		tell(&d, (struct xpc_msg){ .kind = XPC_CHANGE, .id = 2, .epoch = 9, .seq = 5 + i,
					   .version = 6 + i }, body, sizeof(body));
	look(&d);
	assert_int_equal(d.g.port.link, 1);
	/* one question, however many came */
	assert_true(objring_receive(&d.r, d.in) > 0);
	assert_int_equal(xpc_get_header(&m, d.in, XPC_HEADER), 0);
	assert_int_equal(m.kind, XPC_RESYNC);
	assert_int_equal(m.id, 2);
	assert_int_equal(objring_receive(&d.r, d.in), 0);
}

static void a_driver_domain_that_says_nothing(void **state)
{
	__u64 gap, last = 0;
	unsigned int n = 0;
	struct despot d;

	(void)state;
	despot_new(&d);
	/* HELLO is said less and less often, and never fills the ring by itself */
	for (d.now = 1000; d.now < 400000; d.now += 50) {
		objguest_work(&d.g, d.now);
		if (objring_receive(&d.r, d.in) <= 0)
			continue;
		gap = d.now - last;
		if (n++ > 6)
			assert_true(gap >= XMD_OBJRING_HELLO_MAX_MS);
		last = d.now;
	}
	assert_in_range(n, 8, 25);
}

static void a_proposal_without_an_answer(void **state)
{
	const struct xmd_vif_object want = { .mtu = 1400 };
	struct despot d;
	struct xpc_msg m;

	(void)state;
	despot_new(&d);
	welcome(&d, 9);
	objguest_wish(&d.g, XPC_xmd_vif_object_mtu, &want);
	look(&d);
	assert_true(objring_receive(&d.r, d.in) > 0);
	d.now += XMD_OBJRING_ANSWER_MS;
	look(&d);
	assert_int_equal(d.g.phase, OBJGUEST_HELLO);
	assert_true(objring_receive(&d.r, d.in) > 0);
	assert_int_equal(xpc_get_header(&m, d.in, d.in[4]), 0);
	assert_int_equal(m.kind, XPC_HELLO);
}

/* ESTALE and an ACK that lies: the guest asks again, but only when it knows more. */
static void acknowledgements_that_lie(void **state)
{
	const struct xmd_vif_object want = { .mtu = 1400 };
	struct despot d;

	(void)state;
	despot_new(&d);
	welcome(&d, 9);
	objguest_wish(&d.g, XPC_xmd_vif_object_mtu, &want);
	look(&d);
	assert_true(objring_receive(&d.r, d.in) > 0);
	tell(&d, (struct xpc_msg){ .kind = XPC_ACK, .id = 1, .epoch = 9, .version = 77 }, NULL, 0);
	look(&d);
	assert_int_equal(d.g.wrong, 1);
	assert_int_equal(d.g.vif.mtu, 1500);
	tell(&d, (struct xpc_msg){ .kind = XPC_ACK, .id = 1, .epoch = 9, .version = 5,
				   .result = -ESTALE }, NULL, 0);
	for (unsigned int i = 0; i < 10; i++)
		look(&d);
	assert_int_equal(objring_receive(&d.r, d.in), 0);
	tell_state(&d, 9, 1, &xpc_struct_xmd_vif_object, &honest_vif);
	look(&d);
	assert_true(objring_receive(&d.r, d.in) > 0);
}

/* Nothing of it is taken, either: then there is no room for more, and nothing to wake up for. */
static void a_driver_domain_that_takes_nothing(void **state)
{
	unsigned int looks = 0;
	struct despot d;
	__u64 due;

	(void)state;
	despot_new(&d);
	for (d.now = 1000; d.now < 400000; looks++) {
		objguest_work(&d.g, d.now);
		due = objguest_due(&d.g);
		if (due == ~0ull)
			break;
		/* a timer is one late */
		d.now = (due > d.now ? due : d.now) + 1;
	}
	assert_int_equal(d.page.ask_prod, XMD_OBJRING_SLOTS);
	assert_in_range(looks, XMD_OBJRING_SLOTS - 1, 2 * XMD_OBJRING_SLOTS);
	/* it is there after all */
	while (objring_receive(&d.r, d.in) > 0)
		;
	look(&d);
	if (objguest_due(&d.g) > d.now)
		d.now = objguest_due(&d.g);
	look(&d);
	assert_true(objring_receive(&d.r, d.in) > 0);
}

/* As often as there is an event: @how makes something new happen each time. */
static unsigned int storm(struct despot *d, void (*how)(struct despot *d, unsigned int i), unsigned int ms)
{
	__u64 end = d->now + ms, deaf_until = 0;
	unsigned int i, looks = 0;

	/* 100 events a millisecond; who is told LATER gets none before it is due */
	for (i = 0; d->now < end; d->now += ++i % 100 == 0) {
		if (d->now < deaf_until)
			continue;
		how(d, i);
		looks++;
		deaf_until = objguest_work(&d->g, d->now) & OBJGUEST_LATER ? objguest_due(&d->g) : 0;
		while (objring_receive(&d->r, d->in) > 0)
			;
	}
	return looks;
}

static void nothing_new(struct despot *d, unsigned int i)
{
	(void)d;
	(void)i;
}

static void a_new_life(struct despot *d, unsigned int i)
{
	d->page.life += 1 + i % 2;
}

static void the_link_flaps(struct despot *d, unsigned int i)
{
	const __u8 body[] = { U64(XPC_xmd_port_object_link), i % 2 };
	__u32 had = d->g.replica[1].version;

	tell(d, (struct xpc_msg){ .kind = XPC_CHANGE, .id = 2, .epoch = 9, .seq = had, .version = had + 1 },
	     body, sizeof(body));
}

static void looks_are_few(void **state)
{
	static void (*const how[])(struct despot *, unsigned int) = {
		nothing_new, a_new_life, the_link_flaps,
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(how); i++) {
		struct despot d;

		despot_new(&d);
		welcome(&d, 9);
		/* each of them may be told LATER once */
		assert_in_range(storm(&d, how[i], 5000), 5 * XMD_OBJRING_LOOKS,
				2 * (5 * XMD_OBJRING_LOOKS + XMD_OBJRING_BURST));
		assert_int_not_equal(d.g.phase, OBJGUEST_DEAF);
	}
}

/* However many events there are, who waits for an answer hears in time that there is none. */
static void a_call_in_a_storm(void **state)
{
	struct xmd_port_counters port;
	struct xmd_vif_counters vif;
	void *const out[] = { &vif, &port };
	struct despot d;
	int result;

	(void)state;
	despot_new(&d);
	welcome(&d, 9);
	assert_int_equal(objguest_ask(&d.g, XPC_DOWN_xmd_obj_counters, NULL, out, d.now), 0);
	storm(&d, a_new_life, XMD_OBJRING_ANSWER_MS + 10);
	assert_true(objguest_result(&d.g, &result));
	assert_true(result < 0);
}

/* A refusal has no epoch: one that is left over from the life before says nothing of this one. */
static void a_refusal_of_the_life_before(void **state)
{
	const struct xpc_msg refusal = { .kind = XPC_ACK, .result = -EPROTONOSUPPORT };
	struct despot d;

	(void)state;
	despot_new(&d);
	look(&d);
	while (objring_receive(&d.r, d.in) > 0)
		;
	tell(&d, refusal, NULL, 0);
	look(&d);
	assert_int_equal(d.g.phase, OBJGUEST_DEAF);
	tell(&d, refusal, NULL, 0);
	assert_int_equal(objring_attach(&d.r, &d.page), 0);
	look(&d);
	assert_int_equal(d.g.phase, OBJGUEST_HELLO);
	assert_int_equal(d.g.wrong, 0);
	welcome(&d, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indices_end_the_ring),
		cmocka_unit_test(wrong_messages_are_refused),
		cmocka_unit_test(too_many_of_them_end_the_ring),
		cmocka_unit_test(other_declarations_are_refused),
		cmocka_unit_test(hellos_that_lie),
		cmocka_unit_test(hellos_that_boast),
		cmocka_unit_test(welcomes_that_lie),
		cmocka_unit_test(more_than_the_guest_knows),
		cmocka_unit_test(old_epochs_are_dropped),
		cmocka_unit_test(a_guest_that_does_not_listen),
		cmocka_unit_test(a_flood_is_slowed_down),
		cmocka_unit_test(a_storm_of_events),
		cmocka_unit_test(random_bytes_in_the_page),
		cmocka_unit_test(indices_of_a_driver_domain),
		cmocka_unit_test(messages_of_a_driver_domain),
		cmocka_unit_test(a_change_from_a_version_that_is_not_ours),
		cmocka_unit_test(a_driver_domain_that_says_nothing),
		cmocka_unit_test(a_proposal_without_an_answer),
		cmocka_unit_test(acknowledgements_that_lie),
		cmocka_unit_test(a_driver_domain_that_takes_nothing),
		cmocka_unit_test(looks_are_few),
		cmocka_unit_test(a_call_in_a_storm),
		cmocka_unit_test(a_refusal_of_the_life_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
