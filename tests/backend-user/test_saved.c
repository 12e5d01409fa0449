// SPDX-License-Identifier: GPL-2.0
/* test_saved.c - what an administrator set on the port, from one domain to the next. */
#include "world.h"

#include "saved.h"

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

#define OWN(key) "/local/domain/1/" XS_DIR_OWN "/" key

static const char text_of_all[] =
	"mtu=9000 mac=02:00:00:00:00:fe tx_ring=512 rx_ring=4096 rx_usecs=20 itr_mode=3"
	" pause_autoneg=1 pause_rx=0 pause_tx=1 autoneg=0 advertise=47 forced=8 mdix=2 wol=32"
	" msg_level=4294967295 features=63";

static void words_there_and_back(void **state)
{
	struct xmd_port_settings p;
	char text[SAVED_MAX], bad[32];
	unsigned int group;

	(void)state;
	assert_int_equal(saved_parse(&p, text_of_all, bad), 0);
	assert_int_equal(p.mask, XMD_PORT_ALL);
	assert_int_equal(p.rx_ring, 4096);
	assert_int_equal(p.mac[5], 0xfe);
	saved_print(&p, text);
	assert_string_equal(text, text_of_all);
	/* each group for itself */
	for (group = 1; group < XMD_PORT_ALL; group <<= 1) {
		struct xmd_port_settings one = p, again;

		one.mask = group;
		saved_print(&one, text);
		assert_int_equal(saved_parse(&again, text, bad), 0);
		assert_int_equal(again.mask, group);
	}
	memset(text, ' ', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(saved_parse(&p, text, bad), 0);
	assert_int_equal(saved_parse(&p, "", bad), 0);
	assert_int_equal(p.mask, 0);
}

static void words_that_are_wrong(void **state)
{
	static const char *const wrong[] = {
		"mtu", "mtu=", "mtu=-1", "mtu=4294967296", "mtu=09", "itr_mode=256", "mac=1:2:3",
		"mac=02:00:00:00:00:fe:", "mtu=1 rx_ring=x", "mac=zz:00:00:00:00:00",
	};
	struct xmd_port_settings p;
	char bad[32];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (saved_parse(&p, wrong[i], bad) != -EINVAL)
			fail_msg("%s was accepted", wrong[i]);
	/* of a later build: the others count */
	assert_int_equal(saved_parse(&p, "colour=red mtu=4000", bad), 0);
	assert_int_equal(p.mask, XMD_PORT_MTU);
}

/* As an administrator does, and the user half confirms. */
static void set_mtu(struct world *w, uint32_t mtu)
{
	w->sim.settings.mask |= XMD_PORT_MTU;
	w->sim.settings.mtu = mtu;
	w->sim.port_event = true;
	world_run(w, 200);
}

/* The supervisor carries over that one key. */
static void next_domain(struct world *w)
{
	char *kept = strdup(mem_peek(w->mem, OWN(XS_OWN_PORT_SETTINGS)));

	world_backend_kill(w);
	memset(&w->sim, 0, sizeof(w->sim));
	w->dom0->ops->remove(w->dom0, "/local/domain/1/" XS_DIR_OWN);
	assert_int_equal(w->dom0->ops->write(w->dom0, OWN(XS_OWN_PORT_SETTINGS), kept), 0);
	free(kept);
}

static void settings_outlive_the_domain(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	assert_null(mem_peek(w->mem, OWN(XS_OWN_PORT_SETTINGS)));
	set_mtu(w, 9000);
	assert_string_equal(mem_peek(w->mem, OWN(XS_OWN_PORT_SETTINGS)), "mtu=9000");
	w->sim.settings.mask |= XMD_PORT_RINGS;
	w->sim.settings.tx_ring = w->sim.settings.rx_ring = 512;
	set_mtu(w, 4000);
	assert_string_equal(mem_peek(w->mem, OWN(XS_OWN_PORT_SETTINGS)),
			    "mtu=4000 tx_ring=512 rx_ring=512");
	assert_int_equal(w->sim.settings_sets, 0);

	next_domain(w);
	world_backend_up(w);
	/* before it serves */
	assert_int_equal(w->sim.settings.mtu, 4000);
	assert_int_equal(w->sim.settings.rx_ring, 512);
	world_run(w, 30000);
	assert_int_equal(w->sim.settings_sets, 1);
	/* one more, and the others are not lost */
	set_mtu(w, 1500);
	assert_string_equal(mem_peek(w->mem, OWN(XS_OWN_PORT_SETTINGS)),
			    "mtu=1500 tx_ring=512 rx_ring=512");
}

/* A new xmd-backend on a port that goes on: nothing to give, what was missed is saved. */
static void a_new_backend_gives_nothing(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	set_mtu(w, 9000);
	world_backend_kill(w);
	set_mtu(w, 2000);
	world_backend_up(w);
	world_run(w, 200);
	assert_int_equal(w->sim.settings_sets, 0);
	assert_string_equal(mem_peek(w->mem, OWN(XS_OWN_PORT_SETTINGS)), "mtu=2000");
}

/* What is on its way is not taken for what was chosen, nor lost if it is refused. */
static void a_user_half_that_takes_its_time(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	set_mtu(w, 9000);
	next_domain(w);
	w->sim.slow = true;
	world_backend_up(w);
	world_run(w, 20000);
	assert_int_equal(w->sim.settings_sets, 1);
	assert_int_equal(w->sim.given.mtu, 9000);
	assert_string_equal(mem_peek(w->mem, OWN(XS_OWN_PORT_SETTINGS)), "mtu=9000");
	/* killed meanwhile */
	world_backend_kill(w);
	world_backend_up(w);
	assert_int_equal(w->sim.settings_sets, 1);
	w->sim.settings.result = -EINVAL;
	w->sim.port_event = true;
	world_run(w, 1000);
	assert_string_equal(mem_peek(w->mem, OWN(XS_OWN_PORT_SETTINGS)), "mtu=9000");
}

/* The NIC comes late, and comes again. */
static void a_nic_that_comes_later(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	set_mtu(w, 9000);
	next_domain(w);
	w->sim.no_nic = true;
	world_backend_up(w);
	world_run(w, 15000);
	assert_int_equal(w->sim.settings_sets, 0);
	w->sim.no_nic = false;
	world_run(w, 15000);
	assert_int_equal(w->sim.settings.mtu, 9000);
	w->sim.no_nic = true;
	world_run(w, 15000);
	memset(&w->sim.settings, 0, sizeof(w->sim.settings));
	w->sim.no_nic = false;
	world_run(w, 15000);
	assert_int_equal(w->sim.settings.mtu, 9000);
	assert_int_equal(w->sim.settings_sets, 2);
}

static void nonsense_in_the_key(void **state)
{
	struct world *w = *state;

	w->dom0->ops->write(w->dom0, OWN(XS_OWN_PORT_SETTINGS), "mtu=lots");
	world_backend_up(w);
	world_run(w, 1000);
	assert_int_equal(w->sim.settings_sets, 0);
	set_mtu(w, 9000);
	assert_string_equal(mem_peek(w->mem, OWN(XS_OWN_PORT_SETTINGS)), "mtu=9000");
}

/* What goes to the kernel half comes back from it as the same, group by group, and nothing else. */
static void through_the_halves_state(void **state)
{
	struct xmd_port_settings all, back;
	struct xmd_port_state s;
	char bad[32];

	(void)state;
	assert_int_equal(saved_parse(&all, "mtu=9000 mac=02:00:00:00:00:07 tx_ring=512 rx_ring=1024"
				     " rx_usecs=77 itr_mode=1 pause_autoneg=1 pause_rx=0 pause_tx=1"
				     " autoneg=0 advertise=1 forced=8 mdix=3 wol=32 msg_level=5"
				     " features=9", bad), 0);
	assert_int_equal(all.mask, XMD_PORT_ALL);
	for (unsigned int mask = 0; mask <= XMD_PORT_ALL; mask++) {
		all.mask = mask;
		port_to_set(&all, &s);
		port_settings(&s, &back);
		assert_int_equal(back.mask, mask);
		assert_int_equal(back.mtu, mask & XMD_PORT_MTU ? 9000 : 0);
		assert_int_equal(back.wol, mask & XMD_PORT_WOL ? 32 : 0);
		assert_int_equal(back.features, mask & XMD_PORT_FEATURES ? 9 : 0);
		assert_int_equal(s.adapter.link | s.adapter.promisc | s.adapter.n_mc, 0);
	}
	assert_memory_equal(&back, &all, sizeof(all));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(through_the_halves_state),
		T(words_there_and_back),
		T(words_that_are_wrong),
		T(settings_outlive_the_domain),
		T(a_new_backend_gives_nothing),
		T(a_user_half_that_takes_its_time),
		T(a_nic_that_comes_later),
		T(nonsense_in_the_key),
	};

	return cmocka_run_group_tests_name("saved", tests, NULL, NULL);
}
