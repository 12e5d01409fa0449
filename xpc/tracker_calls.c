// SPDX-License-Identifier: GPL-2.0
/* tracker_calls.c - what is asked of the user half, and its answers; see tracker.h. */
#define CREATE_TRACE_POINTS
#include "tracker_impl.h"

/* From when the user half can begin with @s: it takes one call after the other. */
static void set_deadline(const struct xpc_tracker *t, struct xpc_slot *s, __u64 now)
{
	s->deadline = now + xpc_slot_type(t, s)->ms * US_PER_MS;
}

/* @s becomes readable, or will be when there is somebody to read it. */
static void raise(struct xpc_tracker *t, struct xpc_slot *s, __u64 now)
{
	s->state = XPC_RAISED;
	s->seq = ++t->seq;
	set_deadline(t, s, now);
}

static void begin(struct xpc_tracker *t, struct xpc_slot *s, enum xpc_slot_owner owner, __u64 now)
{
	s->owner = owner;
	s->doubted = false;
	s->tries = 0;
	s->again = false;
	s->began = now;
	s->stat.asked++;
	raise(t, s, now);
}

/* @s is free again, unless it was raised while it was in use. */
static void release(struct xpc_tracker *t, struct xpc_slot *s, __u64 now)
{
	s->state = XPC_IDLE;
	s->owner = XPC_NOBODY;
	s->out = NULL;
	if (!s->again)
		return;
	s->len = 0;
	begin(t, s, XPC_RAISER, now);
}

/* The call is over, well or not. */
void xpc_slot_finish(struct xpc_tracker *t, struct xpc_slot *s, int result, __u64 now)
{
	s->result = result;
	s->stat.failed += result < 0;
	if (result != -EBADMSG)
		s->garbled = 0;
	else if (s->garbled < XPC_GARBLED_MAX)
		s->garbled++;
	trace_xmd_nic_crossing(xpc_slot_type(t, s)->name, result, now - s->began);
	if (s->owner == XPC_CALLER)
		s->state = XPC_DONE;
	else
		release(t, s, now);
}

bool xpc_sound(const struct xpc_tracker *t)
{
	unsigned int i;

	for (i = 0; i < t->proto->n_up; i++)
		if (t->slot[i].garbled >= XPC_GARBLED_MAX)
			return false;
	return true;
}

int xpc_ask(struct xpc_tracker *t, unsigned int call, const void *const *in, void *const *out,
	    __u64 now)
{
	const struct xpc_call_type *type = &t->proto->up[call];
	struct xpc_slot *s = &t->slot[call];
	int n;

	if (t->shut)
		return -ESHUTDOWN;
	if (s->state != XPC_IDLE)
		return -EBUSY;
	n = xpc_encode_args(type->in, in, t->request + type->buf, type->in->wire_max);
	if (n < 0)
		return n;
	s->len = n;
	s->out = out;
	begin(t, s, XPC_CALLER, now);
	return 0;
}

bool xpc_result(struct xpc_tracker *t, unsigned int call, int *result, __u64 now)
{
	struct xpc_slot *s = &t->slot[call];

	if (s->state != XPC_DONE)
		return false;
	*result = s->result;
	release(t, s, now);
	return true;
}

void xpc_give_up(struct xpc_tracker *t, unsigned int call, __u64 now)
{
	struct xpc_slot *s = &t->slot[call];
	unsigned int i;

	s->owner = XPC_NOBODY;
	s->out = NULL;
	if (s->state != XPC_READ) {
		release(t, s, now);
		return;
	}
	/* what comes of it nobody commits: behind its answer the user half hears what is */
	for (i = 0; i < t->n_objects; i++)
		t->object[i].whole = true;
}

bool xpc_raise_slot(struct xpc_tracker *t, unsigned int call, __u64 now)
{
	struct xpc_slot *s = &t->slot[call];

	if (s->state != XPC_IDLE) {
		/* not read yet and nobody's in particular: it will tell this as well */
		s->again = s->again || s->state != XPC_RAISED || s->owner != XPC_RAISER;
		return false;
	}
	s->len = 0;
	begin(t, s, XPC_RAISER, now);
	return true;
}

void xpc_unraise_slot(struct xpc_tracker *t, unsigned int call, __u64 now)
{
	struct xpc_slot *s = &t->slot[call];

	if (s->state == XPC_RAISED && s->owner == XPC_RAISER)
		release(t, s, now);
}

/* What was asked of a user half that is gone is still to be asked. */
void xpc_slot_orphan(struct xpc_tracker *t, struct xpc_slot *s)
{
	if (s->state != XPC_READ)
		return;
	if (s->owner == XPC_NOBODY)
		release(t, s, t->heard);
	else
		s->state = XPC_RAISED;
}

/* A user half is LIVE: does this call still go to it?  @s is RAISED. */
void xpc_slot_again(struct xpc_tracker *t, struct xpc_slot *s, __u64 now)
{
	bool late = now > s->began + XPC_HOLD_MS * US_PER_MS;

	if (s->owner == XPC_CALLER && (late || s->tries >= XPC_TRIES_MAX))
		xpc_slot_finish(t, s, s->tries ? -EOWNERDEAD : -EHOSTDOWN, now);
	else
		raise(t, s, now);
}

static void note_latency(struct xpc_stat *st, __u64 us)
{
	__u32 d = us > ~0u ? ~0u : us;

	if (!st->answered++ || d < st->us_min)
		st->us_min = d;
	if (d > st->us_max)
		st->us_max = d;
	st->us_sum += d;
}

static struct xpc_slot *find_slot(const struct xpc_tracker *t, __u8 id)
{
	unsigned int i;

	for (i = 0; i < t->proto->n_up; i++)
		if (t->proto->up[i].id == id)
			return &t->slot[i];
	return NULL;
}

/* Return: true, the next user half is asked instead */
static bool doubt(struct xpc_tracker *t, struct xpc_slot *s, int result, __u64 now)
{
	if (s->doubted && !result) {
		/* it was right to */
		t->doubt_from = now;
		t->doubt_ms = 0;
	}
	if (!result || s->owner != XPC_CALLER || s->doubted)
		return false;
	s->doubted = xpc_doubt(t, "it cannot, perhaps another can: ", now);
	if (!s->doubted)
		return false;
	s->result = result;
	t->why_call = xpc_slot_type(t, s)->name;
	return true;
}

int xpc_slot_answer(struct xpc_tracker *t, const struct xpc_msg *m, const void *body,
		       __u32 len, __u64 now)
{
	struct xpc_slot *s = find_slot(t, m->id);
	int err;

	if (!s)
		return -ENOENT;
	if (s->state != XPC_READ || s->seq != m->seq || m->result > 0 || m->result < -4095)
		return -EINVAL;
	if (m->result)
		err = len ? -EBADMSG : 0;
	else
		err = xpc_decode_args(xpc_slot_type(t, s)->out, s->out, body, len);
	if (err)
		return err;
	if (doubt(t, s, m->result, now))
		return 0;
	note_latency(&s->stat, now - s->began);
	s->stat.bytes += XPC_HEADER + len;
	xpc_slot_finish(t, s, m->result, now);
	for (s = t->slot; s < t->slot + t->proto->n_up; s++)
		if (s->state == XPC_RAISED)
			set_deadline(t, s, now);
	return 0;
}

int xpc_reply(struct xpc_tracker *t, const struct xpc_msg *call, const struct xpc_struct *out,
	      const void *args)
{
	struct xpc_msg m = { .kind = XPC_ANSWER, .id = call->id, .epoch = t->epoch,
			     .seq = call->seq };
	int n = xpc_encode_struct(out, args, t->reply + XPC_HEADER, XPC_MSG_MAX - XPC_HEADER);

	if (n < 0)
		return n;
	m.len = XPC_HEADER + n;
	xpc_put_header(&m, t->reply);
	t->reply_len = m.len;
	return 0;
}
