// SPDX-License-Identifier: GPL-2.0
/* tracker.c - the home of objects and the questions to the other side; see tracker.h. */
#include "tracker.h"

#define US_PER_MS 1000ull

static const struct xpc_call_type *type_of(const struct xpc_tracker *t, const struct xpc_slot *s)
{
	return &t->proto->up[s - t->slot];
}

int xpc_tracker_init(struct xpc_tracker *t, const struct xpc_proto *proto)
{
	unsigned int i;
	int n;

	t->proto = proto;
	t->phase = XPC_NONE;
	t->why_call = "";
	for (i = 0; i < t->n_objects; i++) {
		t->object[i].known = ~0ull;
		n = xpc_encode_update(t->object[i].type->type, ~0ull, t->object[i].copy,
				      t->scratch, XPC_MSG_MAX);
		if (n < 0)
			return n;
	}
	return 0;
}

/* -------------------------------------------------------------------------------- calls */

/* From when the user half can begin with @s: it takes one call after the other. */
static void set_deadline(const struct xpc_tracker *t, struct xpc_slot *s, __u64 now)
{
	s->deadline = now + type_of(t, s)->ms * US_PER_MS;
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
static void finish(struct xpc_tracker *t, struct xpc_slot *s, int result, __u64 now)
{
	s->result = result;
	s->stat.failed += result < 0;
	if (s->owner == XPC_CALLER)
		s->state = XPC_DONE;
	else
		release(t, s, now);
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

	s->owner = XPC_NOBODY;
	s->out = NULL;
	if (s->state != XPC_READ)
		release(t, s, now);
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

/* What was asked of a user half that is gone is still to be asked. */
static void ask_next(struct xpc_tracker *t, struct xpc_slot *s)
{
	if (s->state != XPC_READ)
		return;
	if (s->owner == XPC_NOBODY)
		release(t, s, t->heard);
	else
		s->state = XPC_RAISED;
}

/* A user half is LIVE: does this call still go to it?  @s is RAISED. */
static void ask_again(struct xpc_tracker *t, struct xpc_slot *s, __u64 now)
{
	bool late = now > s->began + XPC_HOLD_MS * US_PER_MS;

	if (s->owner == XPC_CALLER && (late || s->tries >= XPC_TRIES_MAX))
		finish(t, s, s->tries ? -EOWNERDEAD : -EHOSTDOWN, now);
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

static int take_answer(struct xpc_tracker *t, const struct xpc_msg *m, const void *body,
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
		err = xpc_decode_args(type_of(t, s)->out, s->out, body, len);
	if (err)
		return err;
	note_latency(&s->stat, now - s->began);
	s->stat.bytes += XPC_HEADER + len;
	finish(t, s, m->result, now);
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

/* ------------------------------------------------------------ the life of the user half */

static const char * const phase_name[] = { "none", "opened", "replaying", "live", "lost" };

const char *xpc_phase_name(unsigned int phase)
{
	return phase <= XPC_LOST ? phase_name[phase] : "?";
}

/* Whatever the user half had in its hands is taken from it. */
static void drop_user(struct xpc_tracker *t)
{
	unsigned int i;

	for (i = 0; i < t->proto->n_up; i++)
		ask_next(t, &t->slot[i]);
	for (i = 0; i < t->n_objects; i++) {
		if (t->object[i].holder != XPC_USER)
			continue;
		t->object[i].holder = XPC_FREE;
		t->broken_locks++;
	}
	t->reply_len = 0;
	t->welcome = false;
}

void xpc_open(struct xpc_tracker *t, __u64 now)
{
	t->phase = XPC_OPENED;
	t->why_lost = NULL;
	t->why_call = "";
	t->wrong = 0;
	t->heard = now;
}

void xpc_close(struct xpc_tracker *t)
{
	t->phase = XPC_NONE;
	drop_user(t);
	/* who comes next is alive by itself */
	if (t->alive < t->proto->n_up && t->slot[t->alive].owner == XPC_RAISER)
		xpc_give_up(t, t->alive, t->heard);
}

void xpc_lose(struct xpc_tracker *t, const char *why)
{
	if (t->phase == XPC_LOST)
		return;
	t->phase = XPC_LOST;
	t->why_lost = why;
	t->lost++;
	drop_user(t);
}

void xpc_shut(struct xpc_tracker *t)
{
	unsigned int i;

	t->shut = true;
	for (i = 0; i < t->proto->n_up; i++)
		if (t->slot[i].owner == XPC_CALLER && t->slot[i].state != XPC_DONE)
			finish(t, &t->slot[i], -ESHUTDOWN, t->heard);
}

static int usable(const struct xpc_tracker *t)
{
	if (t->phase == XPC_REPLAYING || t->phase == XPC_LIVE)
		return 0;
	return t->phase == XPC_OPENED ? -EPROTO : -EIO;
}

int xpc_heard(struct xpc_tracker *t, __u64 now)
{
	int err = usable(t);

	if (!err)
		t->heard = now;
	return err;
}

void xpc_begin(struct xpc_tracker *t, __u64 now)
{
	unsigned int i;

	t->phase = XPC_REPLAYING;
	t->epoch++;
	t->welcome = true;
	t->replay_until = now + XPC_REPLAY_MS * US_PER_MS;
	t->heard = now;
	for (i = 0; i < t->n_objects; i++)
		t->object[i].whole = true;
}

static int take_hello(struct xpc_tracker *t, const __u8 *body, __u32 len, __u64 now)
{
	__u32 fp;

	if (t->phase != XPC_OPENED)
		return t->phase == XPC_LOST ? -EIO : -EPROTO;
	if (len != 4)
		return -EBADMSG;
	fp = body[0] | body[1] << 8 | body[2] << 16 | (__u32)body[3] << 24;
	if (fp != t->proto->fingerprint)
		return -EPROTONOSUPPORT;
	xpc_begin(t, now);
	return 0;
}

/* An object of which something is to be sent, or NULL. */
static struct xpc_object *copy_left(const struct xpc_tracker *t)
{
	struct xpc_object *o;

	for (o = t->object; o < t->object + t->n_objects; o++)
		if (o->known && (o->whole || o->dirty))
			return o;
	return NULL;
}

static int take_ready(struct xpc_tracker *t, __u64 now)
{
	unsigned int i;

	if (t->phase != XPC_REPLAYING || t->welcome)
		return -EPROTO;
	for (i = 0; i < t->n_objects; i++)
		if (t->object[i].whole)
			return -EPROTO;
	t->phase = XPC_LIVE;
	for (i = 0; i < t->proto->n_up; i++)
		if (t->slot[i].state == XPC_RAISED)
			ask_again(t, &t->slot[i], now);
	return 0;
}

/* Nobody is LIVE: calls that waited long enough for somebody fail. */
static bool end_held(struct xpc_tracker *t, __u64 now)
{
	struct xpc_slot *s = t->slot;
	bool news = false;

	for (; s < t->slot + t->proto->n_up; s++) {
		if (s->state != XPC_RAISED || s->owner != XPC_CALLER ||
		    now < s->began + XPC_HOLD_MS * US_PER_MS)
			continue;
		finish(t, s, s->tries ? -EOWNERDEAD : -EHOSTDOWN, now);
		news = true;
	}
	return news;
}

/* What waits to be read is not late while the user half is within the time of what it has read. */
static struct xpc_slot *late_slot(const struct xpc_tracker *t, __u64 now)
{
	struct xpc_slot *s = t->slot, *unread = NULL;
	bool busy = false;

	for (; s < t->slot + t->proto->n_up; s++) {
		if (s->state == XPC_READ) {
			if (now >= s->deadline)
				return s;
			busy = true;
		} else if (s->state == XPC_RAISED && now >= s->deadline) {
			unread = s;
		}
	}
	return busy ? NULL : unread;
}

static bool lock_overdue(const struct xpc_tracker *t, __u64 now)
{
	unsigned int i;

	for (i = 0; i < t->n_objects; i++)
		if (t->object[i].holder == XPC_USER && now >= t->object[i].until)
			return true;
	return false;
}

static bool tick_live(struct xpc_tracker *t, bool silent, __u64 now)
{
	struct xpc_slot *s = late_slot(t, now);

	if (s) {
		xpc_lose(t, "no answer in time to ");
		t->why_call = type_of(t, s)->name;
		if (s->owner == XPC_CALLER)
			finish(t, s, -ETIMEDOUT, now);
		return true;
	}
	if (silent && t->alive < t->proto->n_up && t->slot[t->alive].state == XPC_IDLE)
		return xpc_raise_slot(t, t->alive, now);
	return false;
}

bool xpc_tick(struct xpc_tracker *t, __u64 now)
{
	bool silent = now >= t->heard + XPC_SILENCE_MS * US_PER_MS;
	const char *why = NULL;

	if (t->phase == XPC_OPENED && silent)
		why = "opened the file and did not say HELLO";
	else if (t->phase == XPC_REPLAYING && silent)
		why = "silent while the objects were replayed";
	else if (t->phase == XPC_REPLAYING && now >= t->replay_until)
		why = "not READY in time";
	else if (usable(t) == 0 && lock_overdue(t, now))
		why = "held a lock for too long";
	if (why)
		xpc_lose(t, why);
	else if (t->phase == XPC_LIVE)
		return tick_live(t, silent, now);
	return end_held(t, now) || why;
}

/* ------------------------------------------------------------------------------ objects */

static struct xpc_object *find_object(const struct xpc_tracker *t, const struct xpc_msg *m)
{
	unsigned int i;

	for (i = 0; i < t->n_objects; i++)
		if (t->object[i].type->id == m->id && t->object[i].object == m->object)
			return &t->object[i];
	return NULL;
}

int xpc_commit(struct xpc_tracker *t, struct xpc_object *o, __u64 mask, const void *from)
{
	const struct xpc_struct *s = o->type->type;
	int err;

	if (mask & s->mask & ~xpc_writable(s, t->proto->home))
		return -EPERM;
	if (o->holder == XPC_USER)
		return -EBUSY;
	mask &= xpc_diff(s, o->copy, from);
	if (!mask)
		return 0;
	err = xpc_copy(s, mask, o->copy, from, t->scratch);
	if (err)
		return err;
	o->version++;
	o->dirty |= mask;
	return 0;
}

static int take_propose(struct xpc_tracker *t, const struct xpc_msg *m, const void *body,
			__u32 len, struct xpc_taken *taken)
{
	struct xpc_object *o = find_object(t, m);
	const struct xpc_struct *s;
	int err;

	if (!o)
		return -ENOENT;
	s = o->type->type;
	if (m->version != o->version) {
		o->whole = true;
		t->stale++;
		return -ESTALE;
	}
	err = xpc_decode_update(s, t->proto->peer, NULL, body, len, &taken->mask);
	if (err)
		return err;
	if (o->holder == XPC_KERNEL && taken->mask & xpc_writable(s, t->proto->home))
		return -EBUSY;
	err = xpc_decode_update(s, t->proto->peer, o->copy, body, len, NULL);
	if (err)
		return err;
	taken->object = o;
	o->version++;
	/* it was based on the last version: there is nothing that it has not been sent */
	o->sent = o->version;
	return 0;
}

int xpc_lock(struct xpc_object *o, enum xpc_holder who, __u64 until)
{
	if (o->holder != XPC_FREE)
		return -EBUSY;
	o->holder = who;
	o->until = until;
	return 0;
}

int xpc_unlock(struct xpc_object *o, enum xpc_holder who)
{
	if (o->holder != who)
		return -EPERM;
	o->holder = XPC_FREE;
	return 0;
}

static int take_lock(struct xpc_tracker *t, const struct xpc_msg *m, __u64 now)
{
	struct xpc_object *o = find_object(t, m);

	if (!o)
		return -ENOENT;
	if (m->kind == XPC_UNLOCK)
		return xpc_unlock(o, XPC_USER);
	if (!m->ms || m->ms > XPC_LOCK_MS)
		return -EINVAL;
	return xpc_lock(o, XPC_USER, now + m->ms * US_PER_MS);
}

/* --------------------------------------------------------------------------- messages */

static int take_call(struct xpc_tracker *t, const struct xpc_msg *m, struct xpc_taken *taken)
{
	unsigned int i;

	for (i = 0; i < t->proto->n_down; i++) {
		if (t->proto->down[i].id != m->id)
			continue;
		taken->call = i;
		return 0;
	}
	return -ENOENT;
}

static int take_body(struct xpc_tracker *t, const __u8 *body, __u32 len, __u64 now,
		     struct xpc_taken *taken)
{
	const struct xpc_msg *m = &taken->msg;

	switch (m->kind) {
	case XPC_READY:
		return take_ready(t, now);
	case XPC_PROPOSE:
		return take_propose(t, m, body, len, taken);
	case XPC_LOCK:
	case XPC_UNLOCK:
		return take_lock(t, m, now);
	case XPC_CALL:
		return take_call(t, m, taken);
	case XPC_ANSWER:
		return take_answer(t, m, body, len, now);
	default:
		return -EBADMSG;
	}
}

/* Refused for what it is, not for when it came. */
static bool is_wrong(int err)
{
	return err && err != -ESTALE && err != -EBUSY && err != -EIO && err != -ECONNRESET;
}

static int take_message(struct xpc_tracker *t, const void *buf, __u32 len, __u64 now,
			struct xpc_taken *taken)
{
	const __u8 *body = (const __u8 *)buf + XPC_HEADER;
	struct xpc_msg *m = &taken->msg;
	int err = xpc_get_header(m, buf, len);

	if (err)
		return err;
	if (m->kind == XPC_HELLO)
		return take_hello(t, body, len - XPC_HEADER, now);
	err = xpc_heard(t, now);
	if (err)
		return err;
	if (m->epoch != t->epoch) {
		t->old_epoch++;
		return -ECONNRESET;
	}
	return take_body(t, body, len - XPC_HEADER, now, taken);
}

static void count(struct xpc_tracker *t, __u8 kind, __u32 len)
{
	t->crossed[kind].n++;
	t->crossed[kind].bytes += len;
}

int xpc_take(struct xpc_tracker *t, const void *buf, __u32 len, __u64 now,
	     struct xpc_taken *taken)
{
	int err;

	memset(taken, 0, sizeof(*taken));
	err = t->phase == XPC_LOST ? -EIO : take_message(t, buf, len, now, taken);
	count(t, taken->msg.kind, len);
	if (is_wrong(err) && ++t->wrong >= XPC_WRONG_MAX)
		xpc_lose(t, "too many wrong messages");
	return err;
}

static int put_copy(struct xpc_tracker *t, struct xpc_object *o, __u8 *buf)
{
	struct xpc_msg m = { .kind = o->whole ? XPC_STATE : XPC_CHANGE, .id = o->type->id,
			     .epoch = t->epoch, .object = o->object, .version = o->version,
			     .seq = o->whole ? 0 : o->sent };
	int n = xpc_encode_update(o->type->type, o->known & (o->whole ? ~0ull : o->dirty), o->copy,
				  buf + XPC_HEADER, XPC_MSG_MAX - XPC_HEADER);

	if (n < 0)
		return n;
	m.len = XPC_HEADER + n;
	xpc_put_header(&m, buf);
	o->whole = false;
	o->dirty = 0;
	o->sent = o->version;
	count(t, m.kind, m.len);
	return m.len;
}

static int put_call(struct xpc_tracker *t, struct xpc_slot *s, __u8 *buf, __u64 now)
{
	const struct xpc_call_type *type = type_of(t, s);
	__u64 left = s->deadline > now ? s->deadline - now : 0;
	struct xpc_msg m = { .kind = XPC_CALL, .id = type->id, .epoch = t->epoch, .seq = s->seq,
			     .len = XPC_HEADER + s->len, .ms = (__u32)left / (__u32)US_PER_MS };

	xpc_put_header(&m, buf);
	memcpy(buf + XPC_HEADER, t->request + type->buf, s->len);
	s->state = XPC_READ;
	s->tries++;
	s->stat.bytes += m.len;
	count(t, m.kind, m.len);
	return m.len;
}

static int put_welcome(struct xpc_tracker *t, __u8 *buf)
{
	struct xpc_msg m = { .kind = XPC_WELCOME, .len = XPC_HEADER, .epoch = t->epoch };

	xpc_put_header(&m, buf);
	t->welcome = false;
	count(t, m.kind, m.len);
	return m.len;
}

static int put_reply(struct xpc_tracker *t, __u8 *buf)
{
	__u32 len = t->reply_len;

	memcpy(buf, t->reply, len);
	t->reply_len = 0;
	count(t, XPC_ANSWER, len);
	return len;
}

static struct xpc_slot *readable_slot(const struct xpc_tracker *t)
{
	unsigned int i;

	for (i = 0; t->phase == XPC_LIVE && i < t->proto->n_up; i++)
		if (t->slot[i].state == XPC_RAISED)
			return &t->slot[i];
	return NULL;
}

bool xpc_pending(const struct xpc_tracker *t)
{
	return !usable(t) && (t->welcome || t->reply_len || copy_left(t) || readable_slot(t));
}

int xpc_next(struct xpc_tracker *t, void *buf, __u64 now)
{
	struct xpc_object *o;
	struct xpc_slot *s;
	int err = usable(t);

	if (err)
		return err;
	if (t->welcome)
		return put_welcome(t, buf);
	if (t->reply_len)
		return put_reply(t, buf);
	o = copy_left(t);
	if (o)
		return put_copy(t, o, buf);
	s = readable_slot(t);
	return s ? put_call(t, s, buf, now) : 0;
}
