// SPDX-License-Identifier: GPL-2.0
/* tracker_still.c - a user half that stands still while everybody waits for it; see tracker.h. */
#include "tracker_impl.h"

/* @us in which it could not have done anything. */
static void excuse(struct xpc_tracker *t, __u64 us, __u64 now)
{
	unsigned int i;

	t->heard = t->heard + us < now ? t->heard + us : now;
	t->replay_until += us;
	for (i = 0; i < t->proto->n_up; i++)
		t->slot[i].deadline += us;
	for (i = 0; i < t->n_objects; i++)
		t->object[i].until += us;
}

/* How long of what this look can tell of it has stood still by its own doing, us. */
static __u32 stood_still(struct xpc_tracker *t, const struct xpc_signs *s, __u64 now)
{
	__u64 ran = s->ran - t->ran, us = s->us < XPC_LOOK_MS * US_PER_MS ? s->us :
					  XPC_LOOK_MS * US_PER_MS;
	bool waits = s->process == XPC_WAITS || (s->process == XPC_RUNS && !ran);

	t->ran = s->ran;
	t->spun = 2 * ran > s->us ? t->spun + s->us : 0;
	excuse(t, waits && !s->inside ? s->us : s->late, now);
	if (waits)
		return 0;
	if (s->process == XPC_STOPPED)
		return 2 * us;
	return s->process == XPC_RUNS && ran < us ? ran : us;
}

/* What it has been asked, or is to read; NULL: nothing */
static struct xpc_slot *owed(const struct xpc_tracker *t)
{
	struct xpc_slot *s = t->slot, *unread = NULL;

	for (; s < t->slot + t->proto->n_up; s++) {
		if (s->state == XPC_READ)
			return s;
		if (s->state == XPC_RAISED)
			unread = s;
	}
	return unread;
}

static __u32 patience(const struct xpc_tracker *t)
{
	const __u32 least = XPC_STILL_MS * US_PER_MS, most = XPC_STILL_MAX_MS * US_PER_MS;
	__u32 us = 3 * t->slow;

	return us < least ? least : us < most ? us : most;
}

static void lose_still(struct xpc_tracker *t, struct xpc_slot *s, bool stopped, __u64 now)
{
	bool asked = s && s->state == XPC_READ;

	/* if that is wrong, it is not again: the next has twice the time */
	if (!stopped)
		t->slow = 2 * patience(t) / 3;
	xpc_lose(t, stopped ? "stopped, while the device waits for it" :
		 asked ? "stands still, while the device waits for it, in " :
		 "stands still, while the device waits for it");
	if (!asked)
		return;
	if (!stopped)
		t->why_call = xpc_slot_type(t, s)->name;
	if (s->owner == XPC_CALLER)
		xpc_slot_finish(t, s, -ETIMEDOUT, now);
}

bool xpc_look(struct xpc_tracker *t, const struct xpc_signs *s, __u64 now)
{
	__u32 us = t->phase == XPC_NONE || t->phase == XPC_LOST ? 0 : stood_still(t, s, now);
	bool moved = t->moved || s->inside, live = t->phase == XPC_LIVE;
	struct xpc_slot *slot = live ? owed(t) : NULL;

	/* an answer here and there does not make it sound */
	if (t->spun >= XPC_SPIN_MS * US_PER_MS) {
		t->spun = 0;
		if (xpc_doubt(t, "takes the processor for itself", now))
			return true;
	}
	t->moved = false;
	if (moved && t->still > t->slow)
		t->slow = t->still;
	t->still = moved || !s->urgent || (live && !slot) ? 0 : t->still + us;
	if (!s->urgent && live)
		t->slow -= t->slow / 64;
	if (us && t->still >= patience(t)) {
		lose_still(t, slot, s->process == XPC_STOPPED, now);
		return true;
	}
	if (s->urgent && live && !moved && !slot && t->alive < t->proto->n_up &&
	    now >= t->heard + XPC_STILL_MS * US_PER_MS)
		return xpc_raise_slot(t, t->alive, now);
	return false;
}
