// SPDX-License-Identifier: GPL-2.0
/*
 * test_obj.c - the object ring's client as Linux runs it: work, events, who waits, the log.
 *
 * The driver domain here is hostile, or says nothing.  Time goes by only where somebody
 * sleeps, or a test says so.
 */
#include <stdarg.h>
#include "check.h"
#include "obj.c"
#include "obj_wish.c"

u64 sim_now;
struct mutex sim_rtnl;
bool sim_irqs_off;
struct net_device sim_dev = { .name = "eth0", .mtu = 1500, .dev_addr = { 0, 22, 62, 0, 0, 1 } };
static struct xenbus_device xbdev = { .nodename = "device/vif/0", .otherend_id = 1 };
static struct xmd_front front = { .xbdev = &xbdev, .netdev = &sim_dev, .backend = "back" };

static struct xmd_objring page;
static irq_handler_t handler;
static void *handler_arg;
static bool masked, pending;
static unsigned int events, lines, allowed;
static struct objring far_end;
static unsigned int offered = 1, said_version, removed;
static void (*far_does)(void);		/* each ms that goes by */

/* ---- what obj.c needs of Linux and of main.c */

bool net_ratelimit(void)
{
	return allowed ? allowed-- : false;
}

void netdev_warn(const struct net_device *dev, const char *fmt, ...)
{
	(void)dev;
	(void)fmt;
	lines++;
}

void xmd_front_set_link(struct xmd_front *f, enum xmd_front_link link)
{
	f->link = link;
}

void xmd_front_replay_rx_mode(struct xmd_front *f)
{
	(void)f;
}

/* As netdev.c does it. */
void xmd_front_set_max_mtu(struct xmd_front *f, unsigned int mtu)
{
	rtnl_lock();
	if (mtu && sim_dev.mtu > mtu && !xmd_front_obj_set_mtu(f, mtu, false))
		sim_dev.mtu = mtu;
	rtnl_unlock();
}

int xenbus_setup_ring(struct xenbus_device *dev, int gfp, void **vaddr, unsigned int n, grant_ref_t *ref)
{
	(void)dev, (void)gfp, (void)n;
	*vaddr = &page;
	*ref = 9;
	return 0;
}

void xenbus_teardown_ring(void **vaddr, unsigned int n, grant_ref_t *ref)
{
	(void)vaddr, (void)n, (void)ref;
}

int xenbus_alloc_evtchn(struct xenbus_device *dev, evtchn_port_t *port)
{
	(void)dev;
	*port = 3;
	return 0;
}

int xenbus_free_evtchn(struct xenbus_device *dev, evtchn_port_t port)
{
	(void)dev, (void)port;
	return 0;
}

int bind_evtchn_to_irqhandler_lateeoi(u32 port, irq_handler_t h, unsigned long flags, const char *name, void *arg)
{
	(void)port, (void)flags, (void)name;
	handler = h;
	handler_arg = arg;
	masked = pending = false;
	return 1;
}

void unbind_from_irqhandler(unsigned int irq, void *arg)
{
	(void)irq, (void)arg;
	handler = NULL;
}

void notify_remote_via_irq(int irq)
{
	(void)irq;
}

static void deliver(void)
{
	pending = true;
	if (!handler || masked)
		return;
	pending = false;
	masked = true;
	events++;
	handler(1, handler_arg);
}

/* Without Linux's own patience with events that nothing came of. */
void xen_irq_lateeoi(unsigned int irq, unsigned int flags)
{
	(void)irq, (void)flags;
	masked = false;
	if (pending)
		deliver();
}

bool xenbus_exists(struct xenbus_transaction t, const char *dir, const char *node)
{
	(void)t, (void)dir, (void)node;
	return !offered;
}

unsigned int xenbus_read_unsigned(const char *dir, const char *node, unsigned int otherwise)
{
	(void)dir, (void)node, (void)otherwise;
	return offered;
}

int xenbus_rm(struct xenbus_transaction t, const char *dir, const char *node)
{
	(void)t, (void)dir, (void)node;
	removed++;
	return 0;
}

int xenbus_printf(struct xenbus_transaction t, const char *dir, const char *node, const char *f, ...)
{
	va_list ap;

	(void)t, (void)dir;
	va_start(ap, f);
	if (!strcmp(node, "xmd-obj-version"))
		said_version = va_arg(ap, unsigned int);
	va_end(ap);
	return 0;
}

/* ---- time */

static void run_works(void)
{
	struct xmd_obj *o = front.obj;

	while (o->work.pending && !o->work.delay) {
		o->work.pending = false;
		o->work.work.fn(&o->work.work);
	}
	if (o->work.pending)
		o->work.delay--;
	/* it may sleep, and is not begun twice */
	if (o->rtnl_work.pending && !sim_rtnl.held) {
		o->rtnl_work.pending = false;
		o->rtnl_work.fn(&o->rtnl_work);
	}
}

void sim_sleep(void)
{
	sim_now++;
	if (far_does)
		far_does();
	run_works();
}

static void pass(unsigned int ms)
{
	while (ms--)
		sim_sleep();
}

/* ---- the driver domain */

static u32 epoch, version[2];
static struct xmd_vif_object vif_told;
static struct xmd_port_object port_told;
static u8 in[XMD_OBJRING_SLOT], out[XMD_OBJRING_SLOT];

static void say(struct xpc_msg m, int body)
{
	m.epoch = m.kind == XPC_ACK && !m.id ? 0 : epoch;
	m.len = XPC_HEADER + body;
	xpc_put_header(&m, out);
	objring_send(&far_end, out, m.len);
}

static void say_state(u8 id)
{
	const struct xpc_struct *s = id == 1 ? &xpc_struct_xmd_vif_object : &xpc_struct_xmd_port_object;
	const void *obj = id == 1 ? (void *)&vif_told : (void *)&port_told;

	say((struct xpc_msg){ .kind = XPC_STATE, .id = id, .version = ++version[id - 1] },
	    xpc_encode_update(s, ~0ull, obj, out + XPC_HEADER, XMD_OBJRING_SLOT - XPC_HEADER));
}

static void say_welcome(void)
{
	epoch++;
	say((struct xpc_msg){ .kind = XPC_WELCOME }, 0);
	say_state(1);
	say_state(2);
	deliver();
}

/* Return: kind of the next message of the guest, 0: none */
static unsigned int heard(void)
{
	struct xpc_msg m;
	int n = objring_receive(&far_end, in);

	if (n <= 0)
		return 0;
	assert_int_equal(xpc_get_header(&m, in, n), 0);
	return m.kind;
}

/* HELLO is answered, nothing else is. */
static void only_hello(void)
{
	while (far_end.page && objring_waiting(&far_end))
		if (heard() == XPC_HELLO)
			say_welcome();
}

/* Whatever the guest wishes is refused, and policy changes all the time. */
static void refuses(void)
{
	unsigned int kind;

	/* room for whatever is to be said */
	if (objring_room(&far_end) < 4)
		return;
	while ((kind = heard()) != 0)
		if (kind == XPC_HELLO)
			say_welcome();
		else if (kind == XPC_PROPOSE)
			say((struct xpc_msg){ .kind = XPC_ACK, .id = 1, .result = -EPERM }, 0);
	/* not in one look with a refusal, which it makes void */
	if (sim_now % 32 == 0 && objring_room(&far_end) == 4) {
		vif_told.may ^= 1;
		say_state(1);
	}
	deliver();
}

/* Served, closed, another life. */
static void comes_and_goes(void)
{
	if (sim_now % 64 == 0) {
		page.closed = 0;
		page.life++;
	}
	only_hello();
	if (sim_now % 64 == 63)
		page.closed = 99;
	deliver();
}

static void storm(void)
{
	unsigned int i;

	for (i = 0; i < 100; i++) {
		deliver();
		run_works();
	}
}

static int begin(void **state)
{
	(void)state;
	sim_now = 5000;
	events = lines = 0;
	allowed = 1000;
	epoch = 0;
	sim_dev.mtu = 1500;
	vif_told = (struct xmd_vif_object){ .mtu = 1500, .mtu_max = 1500 };
	port_told = (struct xmd_port_object){ .mtu = 1500, .link = 1, .speed = 1000, .driver = "far" };
	assert_int_equal(xmd_front_obj_create(&front), 0);
	assert_int_equal(xmd_front_obj_publish(&front, XBT_NIL), 0);
	xmd_front_obj_connected(&front);
	assert_int_equal(objring_attach(&far_end, &page), 0);
	deliver();
	far_does = only_hello;
	pass(50);
	assert_true(xmd_front_obj_view(&front, NULL, NULL));
	assert_int_equal(front.link, XMD_LINK_UP);
	return 0;
}

static int end(void **state)
{
	(void)state;
	far_does = NULL;
	far_end.page = NULL;
	xmd_front_obj_destroy(&front);
	assert_null(handler);
	return 0;
}

/* ---- tests */

static void a_call_that_nobody_answers(void **state)
{
	struct xmd_port_counters port;
	struct xmd_vif_counters vif;
	u64 began = sim_now;

	(void)state;
	assert_int_equal(xpc_call_xmd_obj_counters(xmd_front_obj_calls(&front), &vif, &port), -ETIMEDOUT);
	assert_in_range(sim_now - began, XMD_OBJRING_ANSWER_MS, PATIENCE_MS);
	far_does = comes_and_goes;
	began = sim_now;
	assert_true(xpc_call_xmd_obj_counters(xmd_front_obj_calls(&front), &vif, &port) < 0);
	assert_in_range(sim_now - began, 0, PATIENCE_MS);
}

static void a_setting_that_nobody_answers(void **state)
{
	u64 began = sim_now;

	(void)state;
	assert_true(xmd_front_obj_set_mtu(&front, 1400, true) < 0);
	assert_in_range(sim_now - began, XMD_OBJRING_ANSWER_MS, PATIENCE_MS);
	assert_int_equal(front.obj->g.wish.mtu, 1500);
}

static void events_are_held_back(void **state)
{
	(void)state;
	far_does = storm;
	events = 0;
	pass(1000);
	assert_in_range(events, XMD_OBJRING_LOOKS / 2, 2 * (XMD_OBJRING_LOOKS + XMD_OBJRING_BURST));
	/* and heard again when it is quiet */
	far_does = only_hello;
	pass(100);
	port_told.link = 0;
	say_welcome();
	pass(100);
	assert_int_equal(front.link, XMD_LINK_DOWN);
}

/* As many lines as the kernel allows, whatever is refused or ended however often. */
static void the_log_has_an_end(void **state)
{
	static void (*const how[])(void) = { refuses, comes_and_goes };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(how); i++) {
		far_does = how[i];
		lines = 0;
		allowed = 5;
		pass(5000);
		assert_case(how[i] == refuses ? "refuses" : "comes and goes", lines, 5);
	}
}

static void refuse_hello(void)
{
	page.life++;
	deliver();
	pass(20);
	assert_int_equal(heard(), XPC_HELLO);
	say((struct xpc_msg){ .kind = XPC_ACK, .result = -EPROTO }, 0);
	deliver();
	pass(20);
	assert_false(xmd_front_obj_view(&front, NULL, NULL));
}

/* By a driver domain with other declarations: said once, and by the next again, though that has
 * never served either.
 */
static void a_refused_hello_is_told(void **state)
{
	(void)state;
	far_does = NULL;
	lines = 0;
	refuse_hello();
	assert_int_equal(lines, 1);
	deliver();
	pass(5000);
	assert_int_equal(lines, 1);
	refuse_hello();
	assert_int_equal(lines, 2);
	/* and the next life is heard */
	page.life++;
	deliver();
	far_does = only_hello;
	pass(20);
	assert_true(xmd_front_obj_view(&front, NULL, NULL));
}

/* The MTU is refused, and the next one too: whoever needs RTNL does not wait for any of it. */
static void rtnl_is_not_held_for_it(void **state)
{
	struct xmd_obj *o = front.obj;
	u64 began;

	(void)state;
	vif_told.mtu = 1400;
	vif_told.mtu_max = 1000;
	far_does = NULL;
	say_welcome();
	pass(20);
	assert_int_equal(heard(), XPC_PROPOSE);
	say((struct xpc_msg){ .kind = XPC_ACK, .id = 1, .result = -EPERM }, 0);
	deliver();
	o->work.pending = false;
	o->work.work.fn(&o->work.work);
	assert_true(o->rtnl_work.pending);
	began = sim_now;
	o->rtnl_work.pending = false;
	o->rtnl_work.fn(&o->rtnl_work);
	assert_int_equal(sim_now, began);
	assert_int_equal(sim_dev.mtu, 1000);
	/* and wished for, as everything that the administrator has */
	assert_int_equal(o->g.wish.mtu, 1000);
}

/* The lower one of the driver domain's version and ours, in the page and in its key. */
static void versions(void **state)
{
	static const struct {
		unsigned int offered, said;
	} row[] = { { 1, 1 }, { 2, 2 }, { 3, 2 }, { ~0u, 2 } };
	struct xmd_obj *o = front.obj;

	(void)state;
	for (unsigned int i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		xmd_front_obj_disconnected(&front);
		offered = row[i].offered;
		assert_int_equal(xmd_front_obj_publish(&front, XBT_NIL), 0);
		assert_int_equal(page.version, row[i].said);
		assert_int_equal(said_version, row[i].said);
		assert_int_equal(o->g.ring.version, row[i].said);
	}
	/* none: nor any of its keys */
	xmd_front_obj_disconnected(&front);
	offered = removed = 0;
	assert_int_equal(xmd_front_obj_publish(&front, XBT_NIL), 0);
	assert_int_equal(removed, 3);
	offered = 1;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_call_that_nobody_answers),
		TEST(a_setting_that_nobody_answers),
		TEST(events_are_held_back),
		TEST(the_log_has_an_end),
		TEST(a_refused_hello_is_told),
		TEST(rtnl_is_not_held_for_it),
		TEST(versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
