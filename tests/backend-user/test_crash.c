// SPDX-License-Identifier: GPL-2.0
/*
 * test_crash.c - kill -9 at every point.
 *
 * Each story is told once without a crash; then again for every K with xmd-backend
 * killed at its K-th operation on store or kernel half and started anew.  Store and
 * kernel table must look the same at every chapter's end.
 */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define CHAPTERS 4

/* One chapter: what the others do, and how long until all is quiet again. */
struct chapter {
	void (*act)(struct world *w);
	unsigned int ms;
};

struct story {
	const char *name;
	struct chapter chapter[CHAPTERS];
};

static void attach_both(struct world *w)
{
	world_attach(w, 0, FRONT_HONEST);
	world_attach(w, 2, FRONT_MUTE);
}

static void detach_both(struct world *w)
{
	world_detach(w, 0);
	world_detach(w, 2);
}

static void destroy_guest(struct world *w)
{
	world_guest_destroy(w, 0);
}

static void front_closing(struct world *w)
{
	world_front(w, 0, "state", "5");
}

static void front_closed(struct world *w)
{
	world_front(w, 0, "state", "6");
}

static void front_again(struct world *w)
{
	world_front(w, 0, "state", "1");
}

static void fault(struct world *w)
{
	sim_fault(&w->sim, 5, 0, XMD_FAULT_BAD_SIZE);
}

static void broken_front(struct world *w)
{
	world_front(w, 2, "tx-ring-ref", "none");
	world_front(w, 2, "request-rx-copy", "1");
	world_front(w, 2, "state", "4");
}

static void back_only_in_xenstore(struct world *w)
{
	world_backend_kill(w);
	memset(&w->sim, 0, sizeof(w->sim));
	world_backend_up(w);
}

static void limit(struct world *w)
{
	store_write_text(w->dom0, w->vif[0].back, "rate", "50000,50000");
}

static void no_limit(struct world *w)
{
	store_remove(w->dom0, w->vif[0].back, "rate");
}

static const struct story stories[] = {
	{ "attach, detach", { { attach_both, 2400 }, { detach_both, 3200 } } },
	{ "destroy", { { attach_both, 2400 }, { destroy_guest, 3200 } } },
	{ "reconnect", { { attach_both, 2400 }, { front_closing, 800 }, { front_closed, 800 },
			 { front_again, 2000 } } },
	{ "fault, reconnect", { { attach_both, 2400 }, { fault, 800 }, { front_again, 2000 },
				{ detach_both, 3200 } } },
	{ "broken keys", { { attach_both, 2400 }, { broken_front, 1200 }, { detach_both, 3200 } } },
	{ "adoption", { { attach_both, 2400 }, { back_only_in_xenstore, 2000 },
			{ detach_both, 3200 } } },
	{ "limits", { { attach_both, 2400 }, { limit, 1000 }, { back_only_in_xenstore, 2000 },
		      { no_limit, 1000 } } },
};

/* Store and table as text; the rows' counters of the past do not count. */
static char *picture(struct world *w)
{
	char *dump = world_dump(w), *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int i;

	fputs(dump, f);
	free(dump);
	for (i = 0; i < WORLD_VIFS; i++) {
		const struct sim_row *r = sim_find(&w->sim, w->vif[i].domid, w->vif[i].handle);

		if (r)
			fprintf(f, "row %u/%u: refs %u %u ports %u %u adopt %u fault %u rate %u,%u\n",
				w->vif[i].domid, w->vif[i].handle, r->c.queue[0].tx_ref,
				r->c.queue[0].rx_ref, r->c.queue[0].tx_evtchn,
				r->c.queue[0].rx_evtchn, r->c.adopt, r->fault, r->c.rate.bytes,
				r->c.rate.usecs);
	}
	fprintf(f, "watches %u, transactions %u\n", mem_watches(w->mem, DRV),
		mem_open_transactions(w->mem));
	fclose(f);
	return text;
}

static unsigned int tool_errors(const struct world *w)
{
	unsigned int i, n = 0;

	for (i = 0; i < WORLD_VIFS; i++)
		n += w->vif[i].tool_errors;
	return n;
}

/* Return: how many operations it took (of the last process). */
static long tell(const struct story *s, long crash_at, char *seen[CHAPTERS])
{
	struct world *w = calloc(1, sizeof(*w));
	unsigned int i;
	long burnt;

	world_init(w);
	world_backend_up(w);
	w->fuse.left = crash_at;
	w->fuse.burnt = 0;
	for (i = 0; i < CHAPTERS && s->chapter[i].act; i++) {
		s->chapter[i].act(w);
		world_run(w, s->chapter[i].ms);
		seen[i] = picture(w);
	}
	if (tool_errors(w))
		fail_msg("%s, killed at %ld: xl reports a failure", s->name, crash_at);
	burnt = w->fuse.burnt;
	world_destroy(w);
	free(w);
	return burnt;
}

static void compare(const struct story *s, long crash_at, char *const want[], char *const got[])
{
	int i;

	for (i = 0; i < CHAPTERS && want[i]; i++) {
		if (!strcmp(want[i], got[i]))
			continue;
		fprintf(stderr, "---- without a crash:\n%s---- with:\n%s", want[i], got[i]);
		fail_msg("%s, killed at operation %ld: chapter %d ends differently", s->name,
			 crash_at, i);
	}
}

static void free_all(char *text[CHAPTERS])
{
	int i;

	for (i = 0; i < CHAPTERS; i++) {
		free(text[i]);
		text[i] = NULL;
	}
}

static void killed_at_every_operation(void **state)
{
	char *want[CHAPTERS] = { NULL }, *got[CHAPTERS] = { NULL };
	long k, total, all = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		total = tell(&stories[i], -1, want);
		for (k = 0; k <= total; k++) {
			tell(&stories[i], k, got);
			compare(&stories[i], k, want, got);
			free_all(got);
		}
		free_all(want);
		all += total;
	}
	print_message("killed at each of %ld operations\n", all);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(killed_at_every_operation) };

	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
