// SPDX-License-Identifier: GPL-2.0
/* test_stats.c - counters are told when dom0 asks, once, page by page, and not too often. */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <xmd/xs_names.h>

#define OWN "/local/domain/1/" XS_DIR_OWN "/"

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	world_init(w);
	world_backend_up(w);
	world_run(w, 100);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_destroy(*state);
	free(*state);
	return 0;
}

static const char *ask(struct world *w, const char *what)
{
	w->dom0->ops->write(w->dom0, OWN XS_OWN_STATS_REQUEST, what);
	world_run(w, 200);
	return mem_peek(w->mem, OWN XS_OWN_STATS);
}

/* A row of the kernel's table that no guest is behind. */
static void row(struct world *w, unsigned int i, __u16 domid, __u32 handle)
{
	w->sim.row[i].used = true;
	w->sim.row[i].c.id = (struct xmd_vif_id){ .domid = domid, .handle = handle };
	w->sim.row[i].tx_frames = ~0ull - i;
}

static void all_of_it(void **state)
{
	struct world *w = *state;
	const char *text;

	world_attach(w, 0, FRONT_HONEST);
	world_run(w, 2000);
	w->sim.unwell_ms = 17;
	w->sim.port.port.link = 1;
	w->sim.port.port.speed = 100;
	w->sim.port.counters.rx_missed = 5000000000ull;
	text = ask(w, "7");
	assert_non_null(text);
	assert_memory_equal(text, "7 more=-; self unwell_ms=17 ", 28);
	assert_non_null(strstr(text, "; nic link=1 speed=100 "));
	assert_non_null(strstr(text, " rx_missed=5000000000 "));
	assert_non_null(strstr(text, "; vif=5/0 mac="));
	assert_non_null(strstr(text, " tx_drops=0 "));
}

static void without_a_nic(void **state)
{
	struct world *w = *state;

	w->sim.no_nic = true;
	assert_non_null(strstr(ask(w, "7"), "self "));
	assert_null(strstr(ask(w, "8"), "nic "));
}

/* Nothing is written that nobody has asked for, and nothing twice. */
static void nothing_unasked(void **state)
{
	struct world *w = *state;
	uint64_t before;

	world_run(w, 20000);
	assert_null(mem_peek(w->mem, OWN XS_OWN_STATS));
	assert_non_null(ask(w, "7"));
	w->dom0->ops->remove(w->dom0, OWN XS_OWN_STATS);
	before = mem_changes(w->mem);
	assert_null(ask(w, "7"));
	/* our own write, and at most one beat */
	assert_true(mem_changes(w->mem) - before <= 2);
	assert_non_null(ask(w, "9"));
}

/* However many vifs there are, each is told once, whatever their counters. */
static void page_by_page(void **state)
{
	struct world *w = *state;
	unsigned int i, seen = 0, pages = 0;
	char more[40] = "", request[64], found[64];
	const char *text, *at;

	for (i = 0; i < 100; i++)
		row(w, i, (__u16)(30000 + i / 2), 4294967000u + i % 2);
	do {
		snprintf(request, sizeof(request), "%u%s%s", 100 + pages, *more ? " " : "", more);
		text = ask(w, request);
		assert_non_null(text);
		assert_true(strlen(text) < STATS_BYTES + 60);
		assert_int_equal(sscanf(text, "%*u more=%39[^;]", more), 1);
		for (at = text; (at = strstr(at, "vif=")); at += 4, seen++) {
			snprintf(found, sizeof(found), "vif=%u/%u ", 30000 + seen / 2, 4294967000u + seen % 2);
			assert_memory_equal(at, found, strlen(found));
		}
		assert_true(!!strstr(text, "self ") == !pages);
	} while (++pages < 50 && strcmp(more, "-"));
	assert_int_equal(seen, 100);
	assert_in_range(pages, 5, 20);
}

/* Who asks all the time gets an answer each STATS_GAP_MS and costs no more than that. */
static void not_too_often(void **state)
{
	struct world *w = *state;
	unsigned int i, answered = 0;
	const char *text;
	char id[16];

	for (i = 1; i <= 100; i++) {
		snprintf(id, sizeof(id), "%u", i);
		w->dom0->ops->write(w->dom0, OWN XS_OWN_STATS_REQUEST, id);
		backend_work(&w->backend);
		text = mem_peek(w->mem, OWN XS_OWN_STATS);
		answered += text && strtoul(text, NULL, 10) == i;
	}
	assert_int_equal(answered, 1);
	/* the last one is answered then, although nobody asks again */
	assert_true(backend_due(&w->backend) <= world_now() + STATS_GAP_MS);
	world_run(w, 200);
	assert_int_equal(strtoul(mem_peek(w->mem, OWN XS_OWN_STATS), NULL, 10), 100);
}

static void nonsense(void **state)
{
	static const char *const bad[] = {
		"", "0", "x", "7 ", "7 5", "7 5/", "7 /0", "7 65535/0", "7 5/0 x", "7x", "99999999999 1/1", "-1",
	};
	struct world *w = *state;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ask(w, bad[i]))
			fail_msg("\"%s\" is answered", bad[i]);
	assert_true(w->up);
	/* one that is not there is as good as any: what is behind it */
	assert_non_null(ask(w, "7 5/0"));
}

/* One whose store takes no more serves on. */
static void no_room(void **state)
{
	struct world *w = *state;

	mem_fail_writes(w->mem, DRV, ENOSPC);
	assert_null(ask(w, "7"));
	mem_fail_writes(w->mem, DRV, 0);
	assert_true(w->up);
	assert_non_null(ask(w, "8"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(all_of_it), T(without_a_nic), T(nothing_unasked), T(page_by_page), T(not_too_often),
		T(nonsense), T(no_room),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
