// SPDX-License-Identifier: GPL-2.0
/* attack_race.c - shared memory that changes while the backend reads it, and noise. */
#include <stdlib.h>

#include "attack.h"
#include "flip.h"
#include "frame.h"

enum what { GREF, SIZE, OFFSET, FLAGS, ID, ALL, SCRIBBLE };

struct slots {
	struct vif *v;
	enum what what;
};

/* Every value but those of ALL is harmless alone: only a second look can hurt. */
static void flip(volatile netif_tx_request_t *r, enum what what)
{
	uint32_t x = rnd();

	if (what == GREF || what == ALL)
		r->gref = x & 1 ? x : r->gref;
	if (what == SIZE)
		r->size = x & 1 ? 60 : 1514;
	if (what == ALL)
		r->size = x >> 3;
	if (what == OFFSET)
		r->offset = x & 1 ? 0 : PAGE - 1514;
	if (what == ALL)
		r->offset = x >> 7;
	if (what == FLAGS)
		r->flags ^= x & (NETTXF_csum_blank | NETTXF_data_validated | NETTXF_more_data);
	if (what == ALL)
		r->flags = x >> 11;
	if (what == ID)
		r->id = x;
}

static void change(void *arg)
{
	struct slots *slots = arg;
	netif_tx_sring_t *s = slots->v->tx.sring;

	if (slots->what == SCRIBBLE)
		((volatile uint32_t *)s)[rnd() % (PAGE / 4)] = rnd();
	else
		flip(&s->ring[rnd() % SLOTS].req, slots->what);
}

/* Publish frames while another thread changes their slots. */
static void race(struct vif *v, unsigned int what)
{
	struct slots slots = { .v = v, .what = what };
	uint64_t end = now_ms() + v->seconds * 1000u;
	uint8_t frame[1514] = { 0 };
	struct flipper f;

	frame_udp4(v, frame, 1472);
	flip_start(&f, change, &slots);
	while (now_ms() < end && vif_back_state(v) == XenbusStateConnected) {
		for (unsigned int i = 0; i < 32 && tx_unanswered(v) < SLOTS; i++)
			tx_frame(v, frame, 1514, 0);
		tx_push(v);
		tx_collect(v, 20);
	}
	flip_stop(&f);
}

/* As many events as the hypervisor takes, without any work behind them. */
static void event_storm(struct vif *v, unsigned int arg)
{
	uint64_t end = now_ms() + v->seconds * 1000u;

	(void)arg;
	do {
		for (unsigned int i = 0; i < 1000; i++)
			xenevtchn_notify(v->xce, v->port);
	} while (now_ms() < end);
}

const struct attack race_attacks[] = {
	{ "flip-gref", "gref changed while being read", race, GREF, E_ANY, 0 },
	{ "flip-size", "size changed while being read", race, SIZE, E_ANY, 0 },
	{ "flip-offset", "offset changed while being read", race, OFFSET, E_ANY, 0 },
	{ "flip-flags", "flags changed while being read", race, FLAGS, E_ANY, 0 },
	{ "flip-id", "id changed while being read", race, ID, E_ANY, 0 },
	{ "flip-all", "every field random", race, ALL, E_ANY, 0 },
	{ "scribble", "random words all over the ring page", race, SCRIBBLE, E_ANY, 0 },
	{ "event-storm", "events in a tight loop", event_storm, 0, E_ANY, 0 },
	{ 0 }
};
