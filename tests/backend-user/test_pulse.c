// SPDX-License-Identifier: GPL-2.0
/* test_pulse.c - what xmd-backend says of its domain, and how the domain is drained and kept. */
#include "world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
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

static void connect_vif(struct world *w, unsigned int i)
{
	world_backend_up(w);
	world_attach(w, i, FRONT_HONEST);
	world_run(w, 2000);
	assert_int_equal(world_back_state(w, i), STATE_CONNECTED);
}

static const char *own(struct world *w, const char *key)
{
	char path[STORE_PATH_MAX];

	snprintf(path, sizeof(path), "/local/domain/%u/" XS_DIR_OWN "/%s", DRV, key);
	return mem_peek(w->mem, path);
}

/* A NIC that nobody looks after is told by silence, and an end of it by going on. */
static void heartbeat_only_while_well(void **state)
{
	struct world *w = *state;
	unsigned long before;

	world_backend_up(w);
	world_run(w, 10000);
	before = strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10);
	assert_in_range(before, 4, 6);
	w->sim.unwell_ms = 1;
	world_run(w, PET_UNWELL_MS / 2);
	assert_in_range(strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10), before + 2, before + 3);
	world_run(w, PET_UNWELL_MS);
	before = strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10);
	world_run(w, 10000);
	assert_int_equal(strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10), before);
	w->sim.unwell_ms = 0;
	world_run(w, 10000);
	assert_in_range(strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10), before + 4, before + 6);
}

static void control(struct world *w, const char *what)
{
	char path[STORE_PATH_MAX];

	snprintf(path, sizeof(path), "/local/domain/%u/" XS_DIR_OWN "/" XS_OWN_CONTROL, DRV);
	w->dom0->ops->write(w->dom0, path, what);
}

static void drained_when_nothing_is_on_its_way(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	w->sim.pending = 3;
	control(w, "drain");
	world_run(w, 1000);
	assert_true(w->sim.draining);
	assert_string_equal(own(w, XS_OWN_STATE), "draining");
	w->sim.pending = 0;
	world_run(w, 100);
	assert_string_equal(own(w, XS_OWN_STATE), "drained");
	assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
	control(w, "resume");
	world_run(w, 100);
	assert_false(w->sim.draining);
	assert_string_equal(own(w, XS_OWN_STATE), "serving");
	assert_null(own(w, XS_OWN_CONTROL));
}

/* Who asked has died: guests are not cut off for ever. */
static void drained_domain_goes_on_by_itself(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	control(w, "drain");
	world_run(w, PULSE_DRAINED_MS - 1000);
	assert_string_equal(own(w, XS_OWN_STATE), "drained");
	world_run(w, 2000);
	assert_string_equal(own(w, XS_OWN_STATE), "serving");
	assert_false(w->sim.draining);
	control(w, "nonsense");
	world_run(w, 1000);
	assert_false(w->sim.draining);
}

/* ------------------------------------------------- a drain and who began it */

static void expect_drain(struct world *w, bool held, const char *state)
{
	assert_int_equal(w->sim.draining, held);
	assert_string_equal(own(w, XS_OWN_STATE), state);
}

static void restart(struct world *w)
{
	world_backend_kill(w);
	world_run(w, 200);
	world_backend_up(w);
	world_run(w, 100);
}

static void killed_while_drained(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	control(w, "drain");
	world_run(w, 1000);
	expect_drain(w, true, "drained");
	restart(w);
	expect_drain(w, true, "drained");
	control(w, "resume");
	world_run(w, 100);
	expect_drain(w, false, "serving");
	assert_null(own(w, XS_OWN_CONTROL));
}

static void killed_while_draining(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	w->sim.pending = 3;
	control(w, "drain");
	world_run(w, 1000);
	restart(w);
	expect_drain(w, true, "draining");
	w->sim.pending = 0;
	world_run(w, 100);
	expect_drain(w, true, "drained");
	/* nobody ends the domain: the successor lets go as well */
	world_run(w, PULSE_DRAINED_MS + 1000);
	expect_drain(w, false, "serving");
}

/* Who asked for it has taken that back, or it was on the way to going on. */
static void killed_while_drained_and_nobody_asks(void **state)
{
	static const char *const said[] = { NULL, "resume", "nonsense" };
	struct world *w = *state;
	unsigned int i;

	connect_vif(w, 0);
	for (i = 0; i < 3; i++) {
		control(w, "drain");
		world_run(w, 1000);
		expect_drain(w, true, "drained");
		world_backend_kill(w);
		if (said[i])
			control(w, said[i]);
		else
			w->dom0->ops->remove(w->dom0, "/local/domain/1/" XS_DIR_OWN "/"
					     XS_OWN_CONTROL);
		world_backend_up(w);
		world_run(w, 100);
		expect_drain(w, false, "serving");
	}
}

static void asked_to_drain_while_nobody_was_there(void **state)
{
	struct world *w = *state;

	connect_vif(w, 0);
	world_backend_kill(w);
	control(w, "drain");
	world_backend_up(w);
	world_run(w, 200);
	expect_drain(w, true, "drained");
}

/* At every operation on the way into a drain and out of it; then each tells the truth. */
static void killed_at_each_step_of_a_drain(void **state)
{
	struct world *w = *state;
	unsigned int at;
	bool blown = true;

	connect_vif(w, 0);
	for (at = 0; blown; at++) {
		w->fuse.left = at;
		control(w, "drain");
		world_run(w, 400);
		control(w, "resume");
		world_run(w, 400);
		blown = w->fuse.left < 0;
		w->fuse.left = -1;
		world_run(w, PULSE_DRAINED_MS + 2000);
		expect_drain(w, false, "serving");
		assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
	}
	assert_in_range(at, 8, 1000);
}

/* --------------------------------------------------------------- the watchdog */

static void petted_while_all_is_well(void **state)
{
	struct world *w = *state;

	w->sim.pending = 1;
	world_backend_up(w);
	world_run(w, 100);
	world_petted(w);
	world_run(w, 20000);
	assert_in_range(world_petted(w), 20000 / PET_MS - 4, 20000 / PET_MS + 1);
	w->sim.unwell_ms = 1;
	world_run(w, PET_UNWELL_MS + PET_MS);
	world_petted(w);
	world_run(w, 10000);
	assert_int_equal(world_petted(w), 0);
	w->sim.unwell_ms = 0;
	world_run(w, 10000);
	assert_in_range(world_petted(w), 10000 / PET_MS - 3, 10000 / PET_MS + 1);
}

/* Return: how many lines with @text the log gets in @ms. */
static unsigned int said_in(struct world *w, unsigned int ms, const char *text)
{
	int err = dup(STDERR_FILENO);
	FILE *log = tmpfile();
	unsigned int n = 0;
	char line[512];

	assert_non_null(log);
	dup2(fileno(log), STDERR_FILENO);
	log_set_level(LOG_LEVEL_ERR);
	world_run(w, ms);
	log_set_level(LOG_LEVEL_NONE);
	dup2(err, STDERR_FILENO);
	close(err);
	rewind(log);
	while (fgets(line, sizeof(line), log))
		n += !!strstr(line, text);
	fclose(log);
	return n;
}

/* No restart brings such a NIC back, and its guests keep what they have; what it needs is said once. */
static void a_nic_that_is_away_is_waited_for(void **state)
{
	struct world *w = *state;
	unsigned int beat;

	connect_vif(w, 0);
	for (int times = 1; times <= 2; times++) {
		w->sim.away = true;
		w->sim.unwell_ms = 1;
		world_petted(w);
		assert_int_equal(said_in(w, PET_UNWELL_MS / 2, "no register"), 0);
		assert_string_equal(own(w, XS_OWN_NIC), "answers");
		beat = (unsigned int)strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10);
		assert_int_equal(said_in(w, 600000, "no register of the NIC has answered for 10 s"), 1);
		assert_in_range(world_petted(w), 600000 / PET_MS - 4, 610000 / PET_MS + 1);
		assert_in_range(strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10), beat + 295, beat + 305);
		assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
		assert_string_equal(own(w, XS_OWN_NIC), "away");
		/* it answers, and has to be made to run: for that there is as long as ever */
		w->sim.away = false;
		world_run(w, PET_UNWELL_MS - 1000);
		assert_string_equal(own(w, XS_OWN_NIC), "answers");
		assert_in_range(world_petted(w), 9000 / PET_MS - 3, 9000 / PET_MS + 1);
		w->sim.unwell_ms = 0;
		world_run(w, 3000);
	}
	w->sim.unwell_ms = 1;
	world_run(w, PET_UNWELL_MS + 2 * PET_MS);
	world_petted(w);
	world_run(w, 10000);
	assert_int_equal(world_petted(w), 0);
}

/* xenstored is away, shortly and for minutes: the domain lives, and goes on as before. */
static void xenstored_stalls(void **state)
{
	static const unsigned int ms[] = { 15000, 40000, 120000, 600000 };
	struct world *w = *state;
	unsigned int i, beat;

	w->sim.pending = 1;
	connect_vif(w, 0);
	for (i = 0; i < 4; i++) {
		world_run(w, 5000);
		world_petted(w);
		world_stall(w, ms[i]);
		world_run(w, 100 + PULSE_MS);
		assert_in_range(world_petted(w), ms[i] / PET_MS - ms[i] / PET_MS / 12 - 1,
				ms[i] / PET_MS + 6);
		beat = (unsigned int)strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10);
		world_run(w, 10000);
		assert_in_range(strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10), beat + 4, beat + 6);
		assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
		assert_int_equal(w->sim.connects, 1);
	}
	/* while xenstored is away, the NIC is judged all the same */
	w->sim.unwell_ms = 1;
	world_petted(w);
	world_stall(w, 60000);
	world_run(w, 100 + PULSE_MS);
	assert_in_range(world_petted(w), PET_UNWELL_MS / PET_MS - 3, PET_UNWELL_MS / PET_MS + 5);
}

/* Also before the first answer: a successor that starts into the stall. */
static void xenstored_stalls_at_the_start(void **state)
{
	struct world *w = *state;

	w->sim.pending = 1;
	world_petted(w);
	world_stall(w, 60000);
	world_backend_up(w);
	assert_in_range(world_petted(w), 60000 / PET_MS - 12, 60000 / PET_MS + 2);
}

/* A main loop that hangs elsewhere is no reason to live. */
static void a_main_loop_that_hangs(void **state)
{
	struct world *w = *state;

	w->sim.pending = 1;
	world_backend_up(w);
	world_run(w, 5000);
	world_petted(w);
	world_stuck(w, PET_STUCK_MS - PET_MS);
	assert_in_range(world_petted(w), PET_STUCK_MS / PET_MS - 4, PET_STUCK_MS / PET_MS);
	world_stuck(w, 3 * PET_MS);
	world_petted(w);
	world_stuck(w, 60000);
	assert_int_equal(world_petted(w), 0);
	world_run(w, 10000);
	assert_in_range(world_petted(w), 10000 / PET_MS - 3, 10000 / PET_MS + 1);
}

/* When nobody wants anything: heartbeats and looks of a minute, and how often the domain wakes for them. */
static void an_idle_minute(void **state)
{
	struct world *w = *state;
	struct backend *b = &w->backend;
	uint64_t at, end, last = 0;
	unsigned int wakes = 0, beat;

	connect_vif(w, 0);
	connect_vif(w, 2);
	world_run(w, 30000);
	world_petted(w);
	beat = (unsigned int)strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10);
	w->fuse.left = 1000;
	end = world_now() + 60000;
	while ((at = backend_due(b)) < end) {
		world_run(w, at > world_now() ? (unsigned int)(at - world_now()) : 1);
		/* those of the same moment are one */
		wakes += at > last + 5;
		last = at;
		world_run(w, 1);
	}
	assert_true(world_now() > end - 1000);
	/* of the kernel half and of xenstore: each look and each beat are one; once all is looked at */
	assert_in_range(1000 - w->fuse.left, 120, 120 + 6 + 30);
	assert_in_range(wakes, 88, 91);
	assert_in_range(world_petted(w), 88, 91);
	assert_in_range(strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10), beat + 29, beat + 31);
	/* one frame is on its way: looks as often as ever, from the next on */
	w->sim.pending = 1;
	world_run(w, PET_IDLE_MS);
	world_petted(w);
	world_run(w, 10000);
	assert_in_range(world_petted(w), 10000 / PET_MS - 3, 10000 / PET_MS + 1);
}

/* As soon as when there is work: the watchdog's time allows no more where we are late. */
static void idle_on_a_host_that_is_late(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	w->sim.pending = 1;
	world_run(w, 20000);
	w->backend.pulse.pet.due -= 350;
	world_run(w, PET_MS);
	w->sim.pending = 0;
	world_run(w, PET_MS);
	assert_int_equal(world_timeout(), PET_LEAST_S);
	world_petted(w);
	world_run(w, 4000);
	assert_in_range(world_petted(w), 4000 / PET_MS - 2, 4000 / PET_MS + 1);
}

/* Right behind an idle look: the domain ends within two seconds all the same. */
static void stuck_when_it_was_idle(void **state)
{
	struct world *w = *state;

	world_backend_up(w);
	world_run(w, 30000);
	w->sim.stuck = true;
	world_run(w, 1000);
	assert_int_equal(world_timeout(), PET_GIVE_UP_S);
}

/* Polls that are due do not run: a second later the domain is gone, and nothing pets it meanwhile. */
static void a_data_path_that_is_stuck(void **state)
{
	struct world *w = *state;
	unsigned int beat;

	w->sim.pending = 1;
	world_backend_up(w);
	world_run(w, 5000);
	/* not yet, as it moves again */
	w->sim.stuck = true;
	world_run(w, 2 * PET_DOUBT_MS);
	w->sim.stuck = false;
	world_run(w, 5000);
	assert_int_not_equal(world_timeout(), PET_GIVE_UP_S);
	/* nor on a host where we were late ourselves */
	w->backend.pulse.pet.due -= 800;
	world_run(w, PET_MS);
	w->sim.stuck = true;
	world_run(w, 1200);
	assert_int_not_equal(world_timeout(), PET_GIVE_UP_S);
	w->sim.stuck = false;
	world_run(w, 120000);
	w->sim.stuck = true;
	world_run(w, PET_IDLE_MS + PET_DOUBTS * (PET_DOUBT_MS + TICK_MS));
	assert_int_equal(world_timeout(), PET_GIVE_UP_S);
	world_petted(w);
	beat = (unsigned int)strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10);
	/* it moves again: too late, what became of it nobody knows */
	w->sim.stuck = false;
	world_run(w, 20000);
	assert_int_equal(world_petted(w), 0);
	assert_int_equal(world_timeout(), PET_GIVE_UP_S);
	assert_int_equal(strtoul(own(w, XS_OWN_HEARTBEAT), NULL, 10), beat);
}

/* A host that is quick gets a short time, one that is slow a long one, by what it has shown. */
static void the_watchdog_follows_the_host(void **state)
{
	struct world *w = *state;
	char path[STORE_PATH_MAX];
	unsigned int i, s;

	w->sim.pending = 1;
	/* the NIC is slow to come: no less time because of that */
	w->sim.unwell_ms = 1;
	world_backend_up(w);
	world_run(w, PET_UNWELL_MS - 1000);
	w->sim.unwell_ms = 0;
	world_run(w, PET_MS * (PET_TRIAL - 3));
	assert_int_equal(world_timeout(), 0);
	world_run(w, PET_MS * 6);
	assert_int_equal(world_timeout(), PET_LEAST_S);
	/* we were not running for 1.5 s: four times that, and the next time will find it so */
	for (i = 0; i < 3; i++) {
		w->backend.pulse.pet.due -= 1500;
		world_run(w, PET_MS);
		assert_in_range(world_timeout(), 6, 8);
		s = world_timeout();
		world_run(w, 10000);
		assert_in_range(world_timeout(), 3, s);
	}
	world_run(w, 120000);
	assert_int_equal(world_timeout(), PET_LEAST_S);

	/* one that starts slowly: its successor would, too */
	world_backend_kill(w);
	w->start_ms = 600;
	world_backend_up(w);
	world_run(w, PET_MS * (PET_TRIAL + 3));
	assert_int_equal(world_timeout(), 5);

	/* and what the supervisor has seen counts at once, and for good */
	world_backend_kill(w);
	w->start_ms = 0;
	snprintf(path, sizeof(path), "/local/domain/%u/" XS_DIR_OWN "/" XS_OWN_WATCHDOG, DRV);
	w->dom0->ops->write(w->dom0, path, "20");
	world_backend_up(w);
	world_run(w, 2 * PET_MS);
	assert_int_equal(world_timeout(), 20);
	world_run(w, 60000);
	assert_int_equal(world_timeout(), 20);
}

/* The same in real time: a thread, and a main loop that is held in a request. */

static uint64_t real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void sleep_a_while(void *arg)
{
	struct timespec pause = { 0, 400000000 };

	(void)arg;
	nanosleep(&pause, NULL);
}

static void the_thread_waits_for_nobody(void **state)
{
	struct world *w = *state;
	/* it outlives the test, as its pet does */
	static struct pet pet;
	static struct sim sim;
	struct store *s;
	unsigned int n;

	pet.period_ms = 20;
	pet.watchdog = w->watchdog[1];
	assert_int_equal(pet_start(&pet, sim_open(&sim, NULL), real_ms), 0);
	s = pet_watch_store(&pet, mem_connect(w->mem, DRV, NULL));
	mem_stall(w->mem, DRV, sleep_a_while, NULL);
	world_petted(w);
	assert_int_equal(store_write_text(s, XS_DIR_OWN, XS_OWN_VERSION, "x"), 0);
	n = world_petted(w);
	assert_in_range(n, 5, 25);
	/* in order: disarmed by its own letter, and never petted behind it */
	w->watchdog[1] = dup(pet.watchdog);
	pet_disarm(&pet);
	sleep_a_while(NULL);
	assert_int_equal(world_last_petted(w), 'V');
	store_close(s);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(heartbeat_only_while_well),
		T(drained_when_nothing_is_on_its_way),
		T(drained_domain_goes_on_by_itself),
		T(killed_while_drained),
		T(killed_while_draining),
		T(killed_while_drained_and_nobody_asks),
		T(asked_to_drain_while_nobody_was_there),
		T(killed_at_each_step_of_a_drain),
		T(petted_while_all_is_well),
		T(a_nic_that_is_away_is_waited_for),
		T(xenstored_stalls),
		T(xenstored_stalls_at_the_start),
		T(a_main_loop_that_hangs),
		T(a_data_path_that_is_stuck),
		T(an_idle_minute),
		T(idle_on_a_host_that_is_late),
		T(stuck_when_it_was_idle),
		T(the_watchdog_follows_the_host),
		T(the_thread_waits_for_nobody),
	};

	return cmocka_run_group_tests_name("pulse", tests, NULL, NULL);
}
