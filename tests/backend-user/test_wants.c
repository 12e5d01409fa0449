// SPDX-License-Identifier: GPL-2.0
/* test_wants.c - vifs that ask for what there is not here, and vifs that nobody wants any more. */
#include "world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <xmd/xs_names.h>

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	world_init(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_destroy(*state);
	free(*state);
	return 0;
}

static void configure(struct world *w, unsigned int i, const char *key, const char *val)
{
	assert_int_equal(store_write_text(w->dom0, w->vif[i].back, key, val), 0);
}

static void attach(struct world *w, unsigned int i, const char *key, const char *val)
{
	world_backend_up(w);
	world_attach(w, i, FRONT_HONEST);
	configure(w, i, XS_BACK_SCRIPT, "/etc/xen/scripts/vif-bridge");
	configure(w, i, XS_BACK_BRIDGE, "xenbr0");
	if (key)
		configure(w, i, key, val);
	world_run(w, 2000);
}

static void expect_refused(struct world *w, unsigned int i, const char *why)
{
	assert_int_equal(world_back_state(w, i), STATE_INITIALISING);
	assert_string_equal(world_back(w, i, XS_BACK_HOTPLUG_STATUS), "error");
	if (!strstr(world_back(w, i, XS_BACK_HOTPLUG_ERROR), why))
		fail_msg("%s: %s", why, world_back(w, i, XS_BACK_HOTPLUG_ERROR));
	assert_null(sim_find(&w->sim, w->vif[i].domid, w->vif[i].handle));
}

static void expect_served(struct world *w, unsigned int i)
{
	assert_int_equal(world_back_state(w, i), STATE_CONNECTED);
	assert_string_equal(world_back(w, i, XS_BACK_HOTPLUG_STATUS), "connected");
	assert_null(world_back(w, i, XS_BACK_HOTPLUG_ERROR));
}

static void detach(struct world *w, unsigned int i)
{
	world_detach(w, i);
	world_run(w, 4000);
	assert_null(mem_peek(w->mem, w->vif[i].back));
	assert_null(w->backend.vifs);
}

/* What the key asks for, the word that says it does not matter. */
static const struct {
	const char *key, *val, *word;
} asked[] = {
	{ "bridge", "br-internal", "ignore-bridge" },
	{ "bridge", "\x01", "ignore-bridge" },
	{ "script", "/etc/xen/scripts/vif-route", "ignore-script" },
	{ "script", "/etc/xen/scripts/vif-bridge2", "ignore-script" },
	{ "ip", "192.0.2.1", "ignore-ip" },
	{ "gatewaydev", "eth0", "ignore-gatewaydev" },
	{ "vlan", "10u", "ignore-vlan" },
	{ "forwarddev", "eth2", "ignore-forwarddev" },
};

static void what_is_not_given_is_refused(void **state)
{
	struct world *w = *state;
	unsigned int i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		attach(w, 0, asked[i].key, asked[i].val);
		expect_refused(w, 0, asked[i].key);
		assert_non_null(strstr(world_back(w, 0, XS_BACK_HOTPLUG_ERROR), asked[i].word));
		/* another word is not enough */
		configure(w, 0, XS_BACK_XMD_ALLOW, i < 2 ? "all ignore-ip" : "all ignore-bridge");
		world_run(w, 1000);
		expect_refused(w, 0, asked[i].key);
		detach(w, 0);
	}
}

static void policy_lets_it_be_ignored(void **state)
{
	struct world *w = *state;
	unsigned int i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		attach(w, 0, asked[i].key, asked[i].val);
		expect_refused(w, 0, asked[i].key);
		configure(w, 0, XS_BACK_XMD_ALLOW, asked[i].word);
		world_run(w, 2000);
		expect_served(w, 0);
		detach(w, 0);
	}
}

/* What libxl writes for a line that says nothing, and values that ask for nothing. */
static void what_libxl_writes_by_itself(void **state)
{
	struct world *w = *state;

	attach(w, 0, NULL, NULL);
	expect_served(w, 0);
	detach(w, 0);
	attach(w, 0, "bridge", "br0");
	expect_served(w, 0);
	detach(w, 0);
	attach(w, 0, "ip", "");
	expect_served(w, 0);
	detach(w, 0);
	attach(w, 0, "script", "vif-bridge");
	expect_served(w, 0);
	detach(w, 0);
	/* a key that nobody knows is no reason, but for a line */
	attach(w, 0, "colo_checkpoint_port", "7");
	expect_served(w, 0);
	detach(w, 0);
}

static void the_file_names_the_bridges(void **state)
{
	static struct obj_host objs;
	static const char file[] = "@bridges lan wan\ndefault ignore-ip\n";
	char reason[POLICY_REASON];
	struct world *w = *state;

	assert_int_equal(policy_parse(&objs.policy, file, strlen(file), reason), 0);
	w->objs = &objs;
	attach(w, 0, "bridge", "wan");
	expect_served(w, 0);
	detach(w, 0);
	attach(w, 0, "ip", "192.0.2.1");
	expect_refused(w, 0, "bridge=xenbr0");
	configure(w, 0, "bridge", "lan");
	world_run(w, 1000);
	expect_served(w, 0);
	detach(w, 0);
}

/* The guest comes back; a vif that is refused then stays closed, the others do not notice. */
static void refused_when_it_comes_back(void **state)
{
	struct world *w = *state;

	attach(w, 0, NULL, NULL);
	attach(w, 2, NULL, NULL);
	configure(w, 0, "vlan", "7");
	world_run(w, 1000);
	expect_served(w, 0);
	world_front(w, 0, "state", "6");
	world_run(w, 500);
	world_front(w, 0, "state", "1");
	world_run(w, 1000);
	assert_int_equal(world_back_state(w, 0), STATE_CLOSED);
	assert_string_equal(world_back(w, 0, XS_BACK_HOTPLUG_STATUS), "error");
	expect_served(w, 2);
}

/* Adopted after a restart of the domain: its connections are worth more than its VLAN. */
static void a_restart_breaks_nobody_off(void **state)
{
	struct world *w = *state;

	attach(w, 0, "vlan", "7");
	configure(w, 0, XS_BACK_XMD_ALLOW, "ignore-vlan");
	world_run(w, 2000);
	expect_served(w, 0);
	world_backend_kill(w);
	store_remove(w->dom0, w->vif[0].back, XS_BACK_XMD_ALLOW);
	store_remove(w->dom0, w->vif[0].back, XS_BACK_XMD_RINGS);
	memset(&w->sim, 0, sizeof(w->sim));
	world_backend_up(w);
	world_run(w, 1500);
	expect_served(w, 0);
	assert_int_equal(sim_find(&w->sim, 5, 0)->c.adopt, 1);
}

/* --------------------------------------------------------------- orphans */

/* Xen, as far as it is asked here; its domains are those that have a home. */
struct xen {
	struct bus bus;
	struct obj_host objs;
	struct world *w;
	int deaf;		/* errno of each question; 0: there are answers */
	bool back;		/* a domain that was gone is there when asked twice in one tick */
	uint64_t asked;
};

static int xen_gone(struct bus *b, uint16_t domid)
{
	struct xen *x = (struct xen *)b;
	bool again = x->asked == world_now();
	char home[64];

	x->asked = world_now();
	snprintf(home, sizeof(home), "/local/domain/%u", domid);
	return x->deaf ? -x->deaf : !mem_peek(x->w->mem, home) && !(again && x->back);
}

static int xen_quiet(struct bus *b, uint32_t *local)
{
	(void)b;
	(void)local;
	return -EAGAIN;
}

static struct xen *with_xen(struct world *w)
{
	static const struct bus_ops ops = { .gone = xen_gone, .next = xen_quiet };
	static struct xen x;

	x = (struct xen){ .bus.ops = &ops, .w = w };
	x.objs.bus = &x.bus;
	w->objs = &x.objs;
	return &x;
}

static void guest_vanishes(struct world *w, unsigned int i)
{
	char home[64];

	w->vif[i].mode = FRONT_NONE;
	w->vif[i].tool = TOOL_IDLE;
	snprintf(home, sizeof(home), "/local/domain/%u", w->vif[i].domid);
	w->dom0->ops->remove(w->dom0, home);
}

/* xl destroy while xl was making the domain: online=1, whatever state it had. */
static void a_vif_without_a_guest_goes(void **state)
{
	struct world *w = *state;
	unsigned int mode;

	with_xen(w);
	for (mode = 0; mode < 3; mode++) {
		world_backend_up(w);
		world_attach(w, 0, mode == 2 ? FRONT_HONEST : FRONT_MUTE);
		world_run(w, mode ? 2000 : 40);
		guest_vanishes(w, 0);
		world_run(w, VIF_ORPHAN_MS - 2000);
		assert_non_null(mem_peek(w->mem, w->vif[0].back));
		world_run(w, 3000);
		assert_null(mem_peek(w->mem, w->vif[0].back));
		assert_int_equal(sim_rows(&w->sim), 0);
		assert_null(w->backend.vifs);
		assert_int_equal(mem_watches(w->mem, DRV), WORLD_WATCHES);
	}
}

/* Gone while nobody was there, and a refused one. */
static void an_orphan_from_before(void **state)
{
	struct world *w = *state;

	with_xen(w);
	attach(w, 0, NULL, NULL);
	attach(w, 2, "vlan", "7");
	world_backend_kill(w);
	guest_vanishes(w, 0);
	guest_vanishes(w, 2);
	world_backend_up(w);
	world_run(w, VIF_ORPHAN_MS + 1000);
	assert_null(mem_peek(w->mem, w->vif[0].back));
	assert_null(mem_peek(w->mem, w->vif[2].back));
	assert_int_equal(sim_rows(&w->sim), 0);
}

/* The guest is there, its vif's directory is not (yet): that is for the toolstack. */
static void a_guest_without_a_front_stays(void **state)
{
	struct world *w = *state;

	with_xen(w);
	world_backend_up(w);
	world_attach(w, 0, FRONT_NONE);
	w->dom0->ops->remove(w->dom0, w->vif[0].front);
	world_run(w, 3 * VIF_ORPHAN_MS);
	assert_int_equal(world_back_state(w, 0), STATE_INITIALISING);
	/* also one that was gone for a moment: a domid that is used again */
	guest_vanishes(w, 0);
	world_run(w, VIF_ORPHAN_MS / 2);
	world_home(w, 5);
	world_run(w, VIF_ORPHAN_MS / 2 + 1000);
	assert_non_null(mem_peek(w->mem, w->vif[0].back));
	guest_vanishes(w, 0);
	world_run(w, VIF_ORPHAN_MS - 11000);
	assert_non_null(mem_peek(w->mem, w->vif[0].back));
}

/* A guest is there until Xen says that it is not, for the whole time and once more at its end. */
static void no_answer_is_no_end(void **state)
{
	struct world *w = *state;
	struct xen *x = with_xen(w);

	attach(w, 0, NULL, NULL);
	guest_vanishes(w, 0);
	x->deaf = ENOSPC;
	world_run(w, 3 * VIF_ORPHAN_MS);
	assert_non_null(mem_peek(w->mem, w->vif[0].back));
	/* but its pages are let go of at once */
	assert_int_equal(sim_rows(&w->sim), 0);
	x->deaf = 0;
	world_run(w, VIF_ORPHAN_MS - 5000);
	x->deaf = EACCES;
	world_run(w, 2000);
	x->deaf = 0;
	world_run(w, VIF_ORPHAN_MS - 2000);
	assert_non_null(mem_peek(w->mem, w->vif[0].back));
	x->back = true;
	world_run(w, 10000);
	assert_non_null(mem_peek(w->mem, w->vif[0].back));
	x->back = false;
	world_run(w, VIF_ORPHAN_MS + 2000);
	assert_null(mem_peek(w->mem, w->vif[0].back));
	assert_null(w->backend.vifs);
}

/* Without event channels nobody can be asked. */
static void nobody_to_ask(void **state)
{
	struct world *w = *state;

	attach(w, 0, NULL, NULL);
	guest_vanishes(w, 0);
	world_run(w, 3 * VIF_ORPHAN_MS);
	assert_non_null(mem_peek(w->mem, w->vif[0].back));
	assert_int_equal(sim_rows(&w->sim), 0);
	/* a detach is one all the same */
	world_detach(w, 0);
	world_run(w, 3000);
	assert_null(mem_peek(w->mem, w->vif[0].back));
}

/* A domid that is used again: with a new vif, and without one. */
static void another_with_the_same_domid(void **state)
{
	struct world *w = *state;

	with_xen(w);
	attach(w, 0, NULL, NULL);
	attach(w, 2, NULL, NULL);
	guest_vanishes(w, 0);
	guest_vanishes(w, 2);
	world_run(w, VIF_ORPHAN_MS / 2);
	attach(w, 0, NULL, NULL);
	world_home(w, w->vif[2].domid);
	world_run(w, 2 * VIF_ORPHAN_MS);
	expect_served(w, 0);
	assert_non_null(mem_peek(w->mem, w->vif[2].back));
	assert_null(sim_find(&w->sim, w->vif[2].domid, w->vif[2].handle));
	guest_vanishes(w, 2);
	world_run(w, VIF_ORPHAN_MS + 2000);
	assert_null(mem_peek(w->mem, w->vif[2].back));
	expect_served(w, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_is_not_given_is_refused),
		T(policy_lets_it_be_ignored),
		T(what_libxl_writes_by_itself),
		T(the_file_names_the_bridges),
		T(refused_when_it_comes_back),
		T(a_restart_breaks_nobody_off),
		T(a_vif_without_a_guest_goes),
		T(an_orphan_from_before),
		T(a_guest_without_a_front_stays),
		T(no_answer_is_no_end),
		T(nobody_to_ask),
		T(another_with_the_same_domid),
	};

	return cmocka_run_group_tests_name("wants", tests, NULL, NULL);
}
