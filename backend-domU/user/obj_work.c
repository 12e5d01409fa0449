// SPDX-License-Identifier: GPL-2.0
/* obj_work.c - how much of a guest's object ring is done at a time; see obj_impl.h */
#include "obj_impl.h"

#include <errno.h>

#define EMPTY_COST_MS	(XMD_OBJRING_EMPTY * COST_MS)	/* of an event that brings none */
#define TURN		8u	/* messages of one guest before the others have a turn */

static bool spend(struct obj *o, uint64_t now, uint32_t cost)
{
	return xpc_bucket_spend(&o->work, now, cost, CREDIT_MAX);
}

/* What the home has to say, as far as there is room.  Return: room left, or -EPROTO */
static int tell_pending(struct obj *o, uint64_t now)
{
	int room = objring_room(&o->ring), n;

	if (room > 0 && o->asked == OBJ_ANSWERED) {
		obj_send_answer(o);
		room = objring_room(&o->ring);
	}
	while (room > 0 && xpc_pending(&o->t)) {
		n = xpc_next(&o->t, o->out, now * US_PER_MS);
		if (n <= 0)
			break;
		objring_send(&o->ring, o->out, (uint32_t)n);
		room = objring_room(&o->ring);
	}
	return room;
}

/* It has woken us, too, and for nothing. */
static bool for_an_empty_event(struct obj *o, uint64_t now)
{
	return !o->masked || spend(o, now, EMPTY_COST_MS);
}

enum turn {
	TURN_IDLE, TURN_MORE, TURN_NO_CREDIT, TURN_NO_CREDIT_EMPTY, TURN_BAD_INDEX,
	TURN_WRONG,
};

static enum turn take_turn(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	unsigned int i;
	int n, room;

	for (i = 0; i < TURN; i++) {
		room = tell_pending(o, env->now());
		if (room < 0)
			return TURN_BAD_INDEX;
		/* no room: the guest has to take something, and says so by an event */
		if (!room || !objring_waiting(&o->ring))
			return i || for_an_empty_event(o, env->now()) ? TURN_IDLE : TURN_NO_CREDIT_EMPTY;
		if (!spend(o, env->now(), COST_MS))
			return TURN_NO_CREDIT;
		n = objring_receive(&o->ring, o->in);
		if (n == -EPROTO)
			return TURN_BAD_INDEX;
		if (obj_take(v, env, n) && ++o->wrong >= XMD_OBJRING_WRONG)
			return TURN_WRONG;
	}
	return tell_pending(o, env->now()) < 0 ? TURN_BAD_INDEX : TURN_MORE;
}

static void send_event(struct obj *o, struct bus *bus)
{
	if (o->ring.news)
		bus->ops->notify(bus, o->local);
	o->ring.news = false;
}

int obj_work(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	struct bus *bus = env->objs->bus;
	enum turn turn;

	o->due = 0;
	turn = take_turn(v, env);
	if (turn == TURN_BAD_INDEX || turn == TURN_WRONG) {
		obj_break_off(v, env, turn == TURN_WRONG ? XMD_OBJRING_WRONG_MESSAGES :
			  XMD_OBJRING_BAD_INDEX);
		return 0;
	}
	send_event(o, bus);
	if (turn == TURN_NO_CREDIT)
		o->due = xpc_bucket_due(&o->work, COST_MS);
	else if (turn == TURN_NO_CREDIT_EMPTY)
		o->due = xpc_bucket_due(&o->work, EMPTY_COST_MS);
	else if (turn == TURN_MORE)
		o->due = env->now();
	/* until then its events would only wake us */
	if (o->masked && turn == TURN_IDLE) {
		o->masked = false;
		bus->ops->unmask(bus, o->local);
	}
	return 0;
}
