// SPDX-License-Identifier: GPL-2.0
/* test_ends.c - guest and driver domain with each other, whoever dies when. */
#include "../check.h"
#include "hub.h"

#include <xmd/xs_names.h>

static int setup(void **state)
{
	*state = host_new();
	return 0;
}

static int teardown(void **state)
{
	host_free(*state);
	return 0;
}

static void a_guest_sees_the_port(void **state)
{
	struct host *h = *state;
	const struct objguest *g = &h->party[0].g;

	assert_null(world_back(&h->w, 0, XS_BACK_FEATURE_XMD_OBJ));
	host_attach(h, 0);
	assert_string_equal(world_back(&h->w, 0, XS_BACK_FEATURE_XMD_OBJ), "2");
	assert_int_equal(g->port.link, 1);
	assert_int_equal(g->port.speed, 1000);
	assert_int_equal(g->port.mtu, 9000);
	assert_string_equal(g->port.driver, "xmd_nic");
	assert_int_equal(g->vif.mtu, 1500);
	assert_int_equal(g->vif.mtu_max, 1500);
	assert_int_equal(g->vif.may, 0);
	assert_memory_equal(g->vif.mac.addr, "\x00\x16\x3e\x00\x05\x00", 6);
	assert_int_equal(h->hub.end[0].mapped, 1);

	world_detach(&h->w, 0);
	host_run(h, 3000);
	assert_int_equal(h->hub.end[0].mapped, 0);
	assert_int_equal(g->phase, OBJGUEST_DEAF);
	assert_int_equal(h->party[0].page.closed, XMD_OBJRING_DISCONNECTED);
}

static void the_carrier_follows_the_wire(void **state)
{
	struct host *h = *state;

	host_attach(h, 0);
	host_attach(h, 2);
	h->w.sim.port.port.link = 0;
	h->w.sim.port.port.speed = 0;
	h->w.sim.port_event = true;
	host_run(h, 2 * TICK_MS);
	assert_int_equal(h->party[0].g.port.link, 0);
	assert_int_equal(h->party[2].g.port.link, 0);
	assert_true(h->party[0].news & OBJGUEST_PORT);
	h->w.sim.port.port.link = 1;
	h->w.sim.port_event = true;
	host_run(h, 2 * TICK_MS);
	assert_int_equal(h->party[0].g.port.link, 1);
}

#define M(field) XPC_xmd_vif_object_##field

static void wishes_are_granted_or_refused(void **state)
{
	static const struct {
		const char *name, *allow;
		__u64 mask;
		struct xmd_vif_object want;
		int err;
	} row[] = {
		{ "MTU", NULL, M(mtu), { .mtu = 1400 }, 0 },
		{ "MTU too large", NULL, M(mtu), { .mtu = 9000 }, -EPERM },
		{ "MTU granted", "mtu", M(mtu), { .mtu = 9000 }, 0 },
		{ "promisc", NULL, M(promisc), { .promisc = 1 }, -EPERM },
		{ "promisc granted", "promisc", M(promisc), { .promisc = 1 }, 0 },
		{ "MAC", "promisc", M(mac), { .mac = { { 2, 0, 0, 0, 0, 1 } } }, -EPERM },
		{ "MAC granted", "mac", M(mac), { .mac = { { 2, 0, 0, 0, 0, 1 } } }, 0 },
		{ "a word that is none", "mac macs", M(mac), { .mac = { { 2, 0, 0, 0, 0, 2 } } },
		  -EPERM },
		{ "multicast", NULL, M(filter) | M(mc),
		  { .filter = 1, .n_mc = 1, .mc = { { { 1, 0, 0x5e, 0, 0, 1 } } } }, 0 },
		{ "VLANs", NULL, M(vlan_filter) | M(vlan),
		  { .vlan_filter = 1, .n_vlans = 2, .vlan = { 7, 4095 } }, 0 },
		{ "events", NULL, M(rx_usecs), { .rx_usecs = 200 }, 0 },
	};
	struct host *h = *state;

	host_attach(h, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		const struct xmd_vif_settings *s;

		host_allow(h, 0, row[i].allow);
		assert_case(row[i].name, host_wish(h, 0, row[i].mask, &row[i].want), row[i].err);
		s = host_settings(h, 0);
		if (row[i].mask & M(mtu))
			assert_case(row[i].name, s->mtu == row[i].want.mtu, !row[i].err);
		if (row[i].mask & M(promisc))
			assert_case(row[i].name, !!(s->flags & XMD_SET_PROMISC), !row[i].err);
		if (row[i].mask & M(mac))
			assert_case(row[i].name, !memcmp(s->mac, row[i].want.mac.addr, 6),
				    !row[i].err);
		if (row[i].mask & M(mc))
			assert_case(row[i].name, s->n_mc, 1);
		if (row[i].mask & M(vlan))
			assert_case(row[i].name, s->vlan[1], 4095);
		if (row[i].mask & M(rx_usecs))
			assert_case(row[i].name, s->rx_usecs, 200);
	}
}

static void what_the_kernel_refuses(void **state)
{
	const struct xmd_vif_object want = { .mtu = 1400 };
	struct host *h = *state;

	host_attach(h, 0);
	h->w.sim.fail_set = EADDRINUSE;
	assert_int_equal(host_wish(h, 0, M(mtu), &want), -EADDRINUSE);
	assert_int_equal(h->party[0].g.vif.mtu, 1500);
	/* the others of its wishes were not asked again and again */
	h->w.sim.fail_set = 0;
	h->w.sim.sets = 0;
	host_run(h, 5000);
	assert_int_equal(h->w.sim.sets, 0);
}

static void policy_file_and_key(void **state)
{
	const struct xmd_vif_object want = { .promisc = 1 };
	struct host *h = *state;
	char reason[POLICY_REASON];
	static const char file[] = "00:16:3e:00:05:00 promisc\n";

	assert_int_equal(policy_parse(&h->objs.policy, file, strlen(file), reason), 0);
	host_attach(h, 0);
	host_attach(h, 2);
	assert_int_equal(h->party[0].g.vif.may, XMD_MAY_PROMISC);
	assert_int_equal(h->party[2].g.vif.may, 0);
	assert_int_equal(host_wish(h, 0, M(promisc), &want), 0);
	assert_int_equal(host_wish(h, 2, M(promisc), &want), -EPERM);
	/* the key alone decides, and the guest hears of it */
	host_allow(h, 0, "mtu identify");
	host_run(h, 200);
	assert_int_equal(h->party[0].g.vif.may, XMD_MAY_MTU | XMD_MAY_IDENTIFY);
	assert_int_equal(h->party[0].g.vif.mtu_max, 9000);
}

static void spoofing_is_told_to_the_kernel(void **state)
{
	struct host *h = *state;

	host_attach(h, 0);
	assert_false(sim_find(&h->w.sim, 5, 0)->c.features & XMD_VIF_ANY_SOURCE);
	world_attach(&h->w, 2, FRONT_HONEST);
	host_allow(h, 2, "spoof");
	host_run(h, 2000);
	assert_true(sim_find(&h->w.sim, 6, 0)->c.features & XMD_VIF_ANY_SOURCE);
}

static void calls(void **state)
{
	struct host *h = *state;
	struct xmd_vif_counters vif;
	struct xmd_port_counters port;
	struct xmd_port_regs regs;
	struct xmd_port_bytes bytes;
	void *const counters[] = { &vif, &port };
	void *const out_regs[] = { &regs };
	void *const out_bytes[] = { &bytes };
	__u32 on = 1, offset = 16, n = 32;
	const void *const in_on[] = { &on };
	const void *const in_eeprom[] = { &offset, &n };

	host_attach(h, 0);
	sim_find(&h->w.sim, 5, 0)->tx_frames = 77;
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_counters, NULL, counters), 0);
	assert_int_equal(vif.tx_frames, 77);
	/* what others send is not its business, until somebody says so */
	assert_int_equal(port.rx_frames, 0);
	assert_int_equal(port.tx_frames, 0);
	host_allow(h, 0, "counters");
	assert_int_equal(h->party[0].g.vif.may, 0);
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_counters, NULL, counters), 0);
	assert_int_equal(port.rx_frames, 11);
	assert_int_equal(port.tx_frames, 22);

	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_identify, in_on, NULL), -EPERM);
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_regs, NULL, out_regs), -EPERM);
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_eeprom, in_eeprom, out_bytes), -EPERM);
	assert_int_equal(h->w.sim.asked, 0);

	host_allow(h, 0, "identify regs eeprom");
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_regs, NULL, out_regs), 0);
	assert_int_equal(regs.n, 32);
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_eeprom, in_eeprom, out_bytes), 0);
	assert_int_equal(bytes.n, 32);
	assert_int_equal(bytes.byte[1], 17);
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_identify, in_on, NULL), 0);
	assert_true(h->w.sim.blinking);
	/* the LED does not outlive who made it blink */
	world_detach(&h->w, 0);
	host_run(h, 3000);
	assert_false(h->w.sim.blinking);
	on = 2;
	assert_int_equal(host_call(h, 0, XPC_DOWN_xmd_obj_identify, in_on, NULL), -EHOSTDOWN);
}

static const struct xmd_vif_object settings = {
	.mtu = 1300, .filter = 1, .allmulti = 0, .rx_usecs = 50, .n_mc = 2,
	.mc = { { { 1, 0, 0x5e, 0, 0, 1 } }, { { 0x33, 0x33, 0, 0, 0, 1 } } },
	.n_vlans = 1, .vlan = { 42 }, .vlan_filter = 1,
};
#define SETTINGS (M(mtu) | M(filter) | M(rx_usecs) | M(mc) | M(vlan) | M(vlan_filter))

static void expect_settings(struct host *h, unsigned int i)
{
	const struct xmd_vif_settings *s = host_settings(h, i);

	assert_int_equal(s->mtu, 1300);
	assert_int_equal(s->rx_usecs, 50);
	assert_int_equal(s->n_mc, 2);
	assert_memory_equal(s->mc[1], settings.mc[1].addr, 6);
	assert_int_equal(s->vlan[0], 42);
	assert_int_equal(s->flags, XMD_SET_FILTER | XMD_SET_VLANS);
}

static void xmd_backend_dies_and_settings_are_back(void **state)
{
	struct host *h = *state;
	__u32 epoch, life;

	host_attach(h, 0);
	assert_int_equal(host_wish(h, 0, SETTINGS, &settings), 0);
	epoch = h->party[0].g.replicas.epoch;
	life = h->party[0].page.life;
	for (unsigned int i = 0; i < 5; i++) {
		/* what the kernel half was told is gone with the driver domain */
		world_backend_kill(&h->w);
		memset(&sim_find(&h->w.sim, 5, 0)->set, 0, sizeof(struct xmd_vif_settings));
		sim_find(&h->w.sim, 5, 0)->set.mtu = 1500;
		host_run(h, 200);
		world_backend_up(&h->w);
		host_run(h, 1000);
		assert_int_equal(h->party[0].g.phase, OBJGUEST_LIVE);
		assert_int_not_equal(h->party[0].g.replicas.epoch, epoch);
		assert_int_equal(h->party[0].page.life, ++life);
		epoch = h->party[0].g.replicas.epoch;
		expect_settings(h, 0);
	}
	/* never a filter before what it lets in */
	assert_int_equal(h->w.sim.deaf_sets, 0);
}

/* The next xmd-backend has no rings to offer: what came through one does not stay for ever. */
static void settings_that_nobody_speaks_for(void **state)
{
	const struct xmd_vif_object want = { .mac = { { 2, 0, 0, 0, 0, 1 } } };
	struct host *h = *state;

	host_attach(h, 0);
	host_allow(h, 0, "mac");
	assert_int_equal(host_wish(h, 0, SETTINGS, &settings), 0);
	assert_int_equal(host_wish(h, 0, M(mac), &want), 0);
	world_backend_kill(&h->w);
	h->objs.bus = NULL;
	world_backend_up(&h->w);
	world_run(&h->w, 1000);
	assert_int_equal(host_settings(h, 0)->flags, 0);
	assert_memory_equal(host_settings(h, 0)->mac, want.mac.addr, 6);
	h->w.sim.sets = 0;
	world_run(&h->w, 30000);
	assert_int_equal(h->w.sim.sets, 0);
	/* no longer granted: its own again */
	host_allow(h, 0, "none");
	world_run(&h->w, 1000);
	assert_memory_equal(host_settings(h, 0)->mac, "\x00\x16\x3e\x00\x05\x00", 6);
	h->objs.bus = &h->hub.bus;
}

static void what_was_granted_is_taken_back(void **state)
{
	const struct xmd_vif_object want = { .promisc = 1, .mac = { { 2, 0, 0, 0, 0, 1 } } };
	struct host *h = *state;

	host_attach(h, 0);
	host_allow(h, 0, "promisc mac");
	assert_int_equal(host_wish(h, 0, SETTINGS, &settings), 0);
	assert_int_equal(host_wish(h, 0, M(promisc) | M(mac), &want), 0);
	host_allow(h, 0, "mac");
	host_run(h, 500);
	assert_false(host_settings(h, 0)->flags & XMD_SET_PROMISC);
	assert_memory_equal(host_settings(h, 0)->mac, want.mac.addr, 6);
	host_allow(h, 0, NULL);
	host_run(h, 500);
	assert_memory_equal(host_settings(h, 0)->mac, "\x00\x16\x3e\x00\x05\x00", 6);
	expect_settings(h, 0);
	/* the guest knows */
	assert_int_equal(h->party[0].g.vif.promisc, 0);
	assert_memory_equal(h->party[0].g.vif.mac.addr, "\x00\x16\x3e\x00\x05\x00", 6);
}

/* The kernel half keeps what it was told; the next xmd-backend must know, or end it. */
static void nothing_stays_that_nobody_wishes(void **state)
{
	struct xmd_vif_object want = { .promisc = 1, .rx_usecs = 50 };
	struct host *h = *state;

	host_attach(h, 0);
	host_allow(h, 0, "promisc");
	assert_int_equal(host_wish(h, 0, M(promisc), &want), 0);
	world_backend_kill(&h->w);
	host_run(h, 200);
	host_allow(h, 0, NULL);
	world_backend_up(&h->w);
	host_run(h, 1000);
	assert_int_equal(host_settings(h, 0)->flags, 0);

	assert_int_equal(host_wish(h, 0, M(rx_usecs), &want), 0);
	world_backend_kill(&h->w);
	want.rx_usecs = 0;
	host_wish(h, 0, M(rx_usecs), &want);
	world_backend_up(&h->w);
	host_run(h, 1000);
	assert_int_equal(host_settings(h, 0)->rx_usecs, 0);
}

static void a_refused_wish_does_not_take_others_with_it(void **state)
{
	struct xmd_vif_object want = settings;
	struct host *h = *state;

	host_attach(h, 0);
	want.promisc = 1;
	assert_int_equal(host_wish(h, 0, SETTINGS | M(promisc), &want), -EPERM);
	host_run(h, 500);
	expect_settings(h, 0);
	/* and is asked for again when somebody else may answer */
	world_backend_kill(&h->w);
	host_run(h, 200);
	host_allow(h, 0, "promisc");
	world_backend_up(&h->w);
	host_run(h, 1000);
	assert_true(host_settings(h, 0)->flags & XMD_SET_PROMISC);
}

static void killed_at_every_moment(void **state)
{
	struct host *h = *state;
	unsigned int wait, rounds = 0;

	host_attach(h, 0);
	assert_int_equal(host_wish(h, 0, SETTINGS, &settings), 0);
	for (wait = 0; wait < 60; wait++) {
		/* the fuse counts operations on store and kernel half */
		h->w.fuse.left = (int)wait;
		host_run(h, 1200);
		h->w.fuse.left = -1;
		rounds += h->w.sim.sets;
		host_run(h, 1500);
		assert_int_equal(h->party[0].g.phase, OBJGUEST_LIVE);
		expect_settings(h, 0);
		memset(&sim_find(&h->w.sim, 5, 0)->set, 0, sizeof(struct xmd_vif_settings));
		sim_find(&h->w.sim, 5, 0)->set.mtu = 1500;
		world_backend_kill(&h->w);
		world_backend_up(&h->w);
	}
	assert_true(rounds > 0);
}

static void a_guest_that_begins_anew(void **state)
{
	struct host *h = *state;
	struct party *p = &h->party[0];

	host_attach(h, 0);
	assert_int_equal(host_wish(h, 0, SETTINGS, &settings), 0);
	/* the module is loaded again: Closed, and then a new page */
	objguest_stop(&p->g);
	world_front(&h->w, 0, XS_FRONT_STATE, "6");
	host_run(h, 1000);
	assert_int_equal(h->hub.end[0].mapped, 0);
	objguest_start(&p->g, &p->page, XMD_OBJRING_VERSION);
	world_front(&h->w, 0, XS_FRONT_STATE, "1");
	host_run(h, 3000);
	assert_int_equal(p->g.phase, OBJGUEST_LIVE);
	expect_settings(h, 0);
}

static void a_guest_without(void **state)
{
	struct host *h = *state;

	world_attach(&h->w, 0, FRONT_HONEST);
	host_run(h, 2000);
	assert_int_equal(world_back_state(&h->w, 0), STATE_CONNECTED);
	assert_int_equal(h->hub.end[0].mapped, 0);
}

static void keys_that_lead_nowhere(void **state)
{
	static const struct {
		const char *name, *ref, *port, *version;
		int fail_map, fail_bind;
	} row[] = {
		{ "no such grant", "4711", "30", NULL, 0, 0 },
		{ "no number", "x", "30", NULL, 0, 0 },
		{ "no port", "700", NULL, NULL, 0, 0 },
		{ "port 0", "700", "0", NULL, 0, 0 },
		{ "another version", "700", "30", "3", 0, 0 },
		{ "version 0", "700", "30", "0", 0, 0 },
		{ "refused by Xen", "700", "30", NULL, EPERM, 0 },
		{ "port refused by Xen", "700", "30", NULL, 0, EINVAL },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		struct host *h = host_new();
		struct objring r;

		objring_new(&r, &h->party[0].page, XMD_OBJRING_VERSION);
		h->hub.end[0] = (struct hub_end){ .page = &h->party[0].page, .ref = 700,
						  .port = 30 };
		h->hub.fail_map = row[i].fail_map;
		h->hub.fail_bind = row[i].fail_bind;
		world_attach(&h->w, 0, FRONT_HONEST);
		world_front(&h->w, 0, XS_FRONT_XMD_OBJ_RING_REF, row[i].ref);
		if (row[i].port)
			world_front(&h->w, 0, XS_FRONT_XMD_EVENT_CHANNEL_OBJ, row[i].port);
		if (row[i].version)
			world_front(&h->w, 0, XS_FRONT_XMD_OBJ_VERSION, row[i].version);
		host_run(h, 3000);
		assert_case(row[i].name, world_back_state(&h->w, 0), STATE_CONNECTED);
		assert_case(row[i].name, h->hub.end[0].mapped, 0);
		assert_case(row[i].name, h->hub.end[0].bound, 0);
		/* a guest that has seen a new life is told that it was none */
		if (row[i].fail_bind)
			assert_case(row[i].name, h->party[0].page.closed, XMD_OBJRING_TROUBLE);
		host_free(h);
	}
}

static void no_object_rings_in_this_driver_domain(void **state)
{
	struct host *h = *state;

	h->objs.bus = NULL;
	world_attach(&h->w, 0, FRONT_HONEST);
	host_run(h, 2000);
	assert_int_equal(world_back_state(&h->w, 0), STATE_CONNECTED);
	assert_null(world_back(&h->w, 0, XS_BACK_FEATURE_XMD_OBJ));
	h->objs.bus = &h->hub.bus;
}

static void calls_outlive_who_was_asked(void **state)
{
	struct xmd_vif_counters vif;
	struct xmd_port_counters port;
	void *const out[] = { &vif, &port };
	struct host *h = *state;
	struct objguest *g = &h->party[0].g;
	int result = 1;

	host_attach(h, 0);
	host_allow(h, 0, "counters");
	world_backend_kill(&h->w);
	assert_int_equal(objguest_ask(g, XPC_DOWN_xmd_obj_counters, NULL, out, world_now()), 0);
	host_run(h, 400);
	assert_int_equal(g->call_state, OBJGUEST_SENT);
	assert_false(objguest_result(g, &result));
	world_backend_up(&h->w);
	host_run(h, 600);
	assert_true(objguest_result(g, &result));
	assert_int_equal(result, 0);
	assert_int_equal(port.rx_frames, 11);
	/* but nobody waits for ever */
	world_backend_kill(&h->w);
	assert_int_equal(objguest_ask(g, XPC_DOWN_xmd_obj_counters, NULL, out, world_now()), 0);
	for (unsigned int i = 0; i < 100; i++) {
		host_run(h, TICK_MS);
		objguest_work(g, world_now() + 10000);
	}
	assert_true(objguest_result(g, &result));
	assert_int_equal(result, -ETIMEDOUT);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_guest_sees_the_port),
		T(the_carrier_follows_the_wire),
		T(wishes_are_granted_or_refused),
		T(what_the_kernel_refuses),
		T(policy_file_and_key),
		T(spoofing_is_told_to_the_kernel),
		T(calls),
		T(xmd_backend_dies_and_settings_are_back),
		T(settings_that_nobody_speaks_for),
		T(what_was_granted_is_taken_back),
		T(nothing_stays_that_nobody_wishes),
		T(a_refused_wish_does_not_take_others_with_it),
		T(killed_at_every_moment),
		T(a_guest_that_begins_anew),
		T(a_guest_without),
		cmocka_unit_test(keys_that_lead_nowhere),
		T(no_object_rings_in_this_driver_domain),
		T(calls_outlive_who_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
