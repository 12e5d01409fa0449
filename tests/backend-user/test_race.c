// SPDX-License-Identifier: GPL-2.0
/*
 * test_race.c - somebody else is faster, at every point.
 *
 * While xmd-backend works on a first act, a second one happens right before its K-th
 * operation on store or kernel half, for every K: between two reads, inside a
 * transaction, between a transaction and an ioctl.
 */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void attach(struct world *w)
{
	world_attach(w, 0, FRONT_HONEST);
}

static void detach(struct world *w)
{
	world_detach(w, 0);
}

static void destroy(struct world *w)
{
	world_guest_destroy(w, 0);
}

static void front_closed(struct world *w)
{
	world_front(w, 0, "state", "6");
}

static void front_initialising(struct world *w)
{
	world_front(w, 0, "state", "1");
}

static void front_vanishes(struct world *w)
{
	w->vif[0].mode = FRONT_NONE;
	w->dom0->ops->remove(w->dom0, w->vif[0].front);
}

static void directory_vanishes(struct world *w)
{
	w->vif[0].mode = FRONT_NONE;
	w->vif[0].tool = TOOL_IDLE;
	w->dom0->ops->remove(w->dom0, w->vif[0].back);
}

/* Removed by force and attached again under the same number. */
static void replaced(struct world *w)
{
	directory_vanishes(w);
	attach(w);
}

static void fault(struct world *w)
{
	sim_fault(&w->sim, 5, 0, XMD_FAULT_BAD_SIZE);
}

enum end { ANY_END, GONE, CONNECTED };

static const struct race {
	const char *name;
	void (*before)(struct world *w);	/* all is quiet after it */
	void (*first)(struct world *w);
	void (*second)(struct world *w);
	enum end end;
} races[] = {
	{ "attach, detach", NULL, attach, detach, GONE },
	{ "attach, destroy", NULL, attach, destroy, GONE },
	{ "attach, front closes", NULL, attach, front_closed, ANY_END },
	{ "attach, front starts again", NULL, attach, front_initialising, CONNECTED },
	{ "attach, front vanishes", NULL, attach, front_vanishes, ANY_END },
	{ "attach, directory vanishes", NULL, attach, directory_vanishes, GONE },
	{ "attach, replaced", NULL, attach, replaced, CONNECTED },
	{ "attach, fault", NULL, attach, fault, ANY_END },
	{ "detach, directory vanishes", attach, detach, directory_vanishes, GONE },
	{ "detach, replaced", attach, detach, replaced, CONNECTED },
	{ "detach, front closes", attach, detach, front_closed, GONE },
	{ "detach, fault", attach, detach, fault, GONE },
	{ "fault, detach", attach, fault, detach, GONE },
	{ "fault, destroy", attach, fault, destroy, GONE },
	{ "fault, replaced", attach, fault, replaced, CONNECTED },
	{ "front closes, detach", attach, front_closed, detach, GONE },
	{ "front closes, starts again", attach, front_closed, front_initialising, CONNECTED },
	{ "front starts again, detach", attach, front_initialising, detach, GONE },
	{ "front starts again, replaced", attach, front_initialising, replaced, CONNECTED },
};

struct meeting {
	struct world *w;
	void (*act)(struct world *w);
};

static void meet(void *arg)
{
	struct meeting *m = arg;

	m->w->fuse.meet = NULL;
	m->act(m->w);
}

static void check_end(const struct race *r, long k, struct world *w)
{
	const char *wrong = world_inconsistent(w);
	bool there = mem_peek(w->mem, w->vif[0].back);

	if (wrong)
		fail_msg("%s at operation %ld: %s", r->name, k, wrong);
	if (r->end != ANY_END && w->vif[0].tool_errors)
		fail_msg("%s at operation %ld: xl reports a failure", r->name, k);
	if (mem_open_transactions(w->mem))
		fail_msg("%s at operation %ld: transaction left open", r->name, k);
	if (r->end == GONE && (there || w->backend.vifs || mem_watches(w->mem, DRV) != WORLD_WATCHES))
		fail_msg("%s at operation %ld: something is left", r->name, k);
	if (r->end == CONNECTED && world_back_state(w, 0) != STATE_CONNECTED)
		fail_msg("%s at operation %ld: state %u", r->name, k, world_back_state(w, 0));
}

/* Return: was there a K-th operation before all was quiet again? */
static bool run(const struct race *r, long k)
{
	struct world *w = calloc(1, sizeof(*w));
	struct meeting m = { w, r->second };
	bool met;

	world_init(w);
	world_backend_up(w);
	if (r->before) {
		r->before(w);
		world_run(w, 2400);
	}
	w->fuse.burnt = 0;
	w->fuse.meet_at = k;
	w->fuse.meet = meet;
	w->fuse.arg = &m;
	r->first(w);
	world_run(w, 3200);
	met = !w->fuse.meet;
	if (met) {
		world_run(w, 12000);
		check_end(r, k, w);
	}
	w->fuse.meet = NULL;
	world_detach(w, 0);
	world_run(w, 3200);
	if (mem_peek(w->mem, w->vif[0].back) || sim_rows(&w->sim) || w->backend.vifs)
		fail_msg("%s at operation %ld: cannot be detached afterwards", r->name, k);
	world_destroy(w);
	free(w);
	return met;
}

static void somebody_else_is_faster(void **state)
{
	unsigned int i;
	long k, all = 0;

	(void)state;
	for (i = 0; i < sizeof(races) / sizeof(races[0]); i++)
		for (k = 1; run(&races[i], k); k++)
			all++;
	print_message("%ld meetings\n", all);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(somebody_else_is_faster) };

	return cmocka_run_group_tests_name("race", tests, NULL, NULL);
}
