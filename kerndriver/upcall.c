// SPDX-License-Identifier: GPL-2.0
/*
 * upcall.c - one slot for each question to the user half; see upcall.h.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include "upcall.h"

static __u32 time_allowed(enum xmd_upcall_type type)
{
	return type == XMD_UP_TX_HANG ? XMD_TX_HANG_DEADLINE_MS : XMD_UPCALL_DEADLINE_MS;
}

static void ask(struct xmd_upcalls *u, enum xmd_upcall_type type, __u64 now)
{
	struct xmd_up_slot *s = &u->slot[type];

	s->state = XMD_SLOT_RAISED;
	s->again = false;
	s->seq = ++u->seq;
	s->deadline = now + time_allowed(type);
}

void xmd_up_open(struct xmd_upcalls *u, __u64 now)
{
	u->phase = XMD_UP_OPENED;
	u->why_lost = NULL;
	u->wrong = 0;
	u->heard = now;
}

int xmd_up_hello(struct xmd_upcalls *u, __u64 now)
{
	unsigned int type;

	if (u->phase != XMD_UP_OPENED)
		return u->phase == XMD_UP_LIVE ? -EPROTO : -EIO;
	u->phase = XMD_UP_LIVE;
	u->epoch++;
	u->heard = now;
	for (type = 0; type < XMD_UP_TYPES; type++)
		if (u->slot[type].state == XMD_SLOT_RAISED)
			ask(u, type, now);
	return 0;
}

int xmd_up_heard(struct xmd_upcalls *u, __u64 now)
{
	if (u->phase != XMD_UP_LIVE)
		return u->phase == XMD_UP_OPENED ? -EPROTO : -EIO;
	u->heard = now;
	return 0;
}

bool xmd_up_raise(struct xmd_upcalls *u, enum xmd_upcall_type type, __u64 now)
{
	struct xmd_up_slot *s = &u->slot[type];

	s->raised++;
	s->again = s->state == XMD_SLOT_READ;
	if (s->state != XMD_SLOT_IDLE)
		return false;
	ask(u, type, now);
	return true;
}

bool xmd_up_pending(const struct xmd_upcalls *u)
{
	unsigned int type;

	for (type = 0; type < XMD_UP_TYPES; type++)
		if (u->slot[type].state == XMD_SLOT_RAISED)
			return true;
	return false;
}

bool xmd_up_read(struct xmd_upcalls *u, __u64 now, struct xmd_upcall *msg)
{
	unsigned int type;
	struct xmd_up_slot *s;

	for (type = 0; type < XMD_UP_TYPES; type++) {
		s = &u->slot[type];
		if (s->state != XMD_SLOT_RAISED)
			continue;
		s->state = XMD_SLOT_READ;
		memset(msg, 0, sizeof(*msg));
		msg->type = type;
		msg->seq = s->seq;
		msg->deadline_ms = s->deadline > now ? s->deadline - now : 0;
		return true;
	}
	return false;
}

static int wrong_answer(struct xmd_upcalls *u)
{
	if (++u->wrong >= XMD_WRONG_ANSWERS_MAX)
		xmd_up_lose(u, "too many wrong answers");
	return -EINVAL;
}

int xmd_up_answer(struct xmd_upcalls *u, const struct xmd_answer *ans, __u64 now)
{
	struct xmd_up_slot *s;

	if (!ans || ans->type >= XMD_UP_TYPES || ans->reserved || ans->result > 0)
		return wrong_answer(u);
	s = &u->slot[ans->type];
	if (s->state != XMD_SLOT_READ || s->seq != ans->seq)
		return wrong_answer(u);
	s->answered++;
	s->state = XMD_SLOT_IDLE;
	if (s->again)
		ask(u, ans->type, now);
	return 0;
}

static bool late(const struct xmd_up_slot *s, __u64 now)
{
	return s->state != XMD_SLOT_IDLE && now >= s->deadline;
}

static const char * const missed[XMD_UP_TYPES] = {
	[XMD_UP_ALIVE] = "no answer to ALIVE in time",
	[XMD_UP_LINK] = "no answer to LINK in time",
	[XMD_UP_FILTER] = "no answer to FILTER in time",
	[XMD_UP_TX_HANG] = "no answer to TX_HANG in time",
};

bool xmd_up_tick(struct xmd_upcalls *u, __u64 now)
{
	bool silent = now >= u->heard + XMD_SILENCE_MS;
	unsigned int type;

	if (u->phase == XMD_UP_OPENED && silent) {
		xmd_up_lose(u, "opened the file and did not say HELLO");
		return true;
	}
	if (u->phase != XMD_UP_LIVE)
		return false;
	for (type = 0; type < XMD_UP_TYPES; type++) {
		if (late(&u->slot[type], now)) {
			xmd_up_lose(u, missed[type]);
			return true;
		}
	}
	if (silent && u->slot[XMD_UP_ALIVE].state == XMD_SLOT_IDLE)
		return xmd_up_raise(u, XMD_UP_ALIVE, now);
	return false;
}

void xmd_up_lose(struct xmd_upcalls *u, const char *why)
{
	if (u->phase == XMD_UP_LOST)
		return;
	u->phase = XMD_UP_LOST;
	u->why_lost = why;
	u->lost++;
}

void xmd_up_close(struct xmd_upcalls *u)
{
	unsigned int type;

	u->phase = XMD_UP_NONE;
	for (type = 0; type < XMD_UP_TYPES; type++)
		if (u->slot[type].state != XMD_SLOT_IDLE)
			u->slot[type].state = XMD_SLOT_RAISED;
	/* a new user half is alive by itself */
	u->slot[XMD_UP_ALIVE].state = XMD_SLOT_IDLE;
}

const char *xmd_up_phase_name(enum xmd_up_phase phase)
{
	static const char * const name[] = { "none", "opened", "live", "lost" };

	return (unsigned int)phase < 4 ? name[phase] : "?";
}

const char *xmd_up_type_name(enum xmd_upcall_type type)
{
	static const char * const name[XMD_UP_TYPES] = {
		[XMD_UP_ALIVE] = "ALIVE",
		[XMD_UP_LINK] = "LINK",
		[XMD_UP_FILTER] = "FILTER",
		[XMD_UP_TX_HANG] = "TX_HANG",
	};

	return (unsigned int)type < XMD_UP_TYPES ? name[type] : "?";
}
