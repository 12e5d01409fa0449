// SPDX-License-Identifier: GPL-2.0
/* tracker.c - the life of a user half, and the messages from and to it; see tracker.h. */
#include "tracker_impl.h"

int xpc_tracker_init(struct xpc_tracker *t, const struct xpc_proto *proto)
{
	unsigned int i;
	int n;

	t->proto = proto;
	t->phase = XPC_NONE;
	t->why_call = "";
	for (i = 0; i < t->n_objects; i++) {
		t->object[i].known = ~0ull;
		t->object[i].object = t->object[i].type->index;
		n = xpc_encode_update(t->object[i].type->type, ~0ull, t->object[i].copy,
				      t->scratch, XPC_MSG_MAX);
		if (n < 0)
			return n;
	}
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
		xpc_slot_orphan(t, &t->slot[i]);
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
	t->moved = true;
	t->still = 0;
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

bool xpc_doubt(struct xpc_tracker *t, const char *why, __u64 now)
{
	__u32 ms = 2 * t->doubt_ms;

	if (!t->second || t->away || t->phase != XPC_LIVE || now < t->doubt_from)
		return false;
	if (ms > XPC_DOUBT_MAX_MS)
		ms = XPC_DOUBT_MAX_MS;
	if (ms < XPC_DOUBT_MS || now >= t->doubt_from + XPC_DOUBT_MAX_MS * US_PER_MS)
		ms = XPC_DOUBT_MS;
	t->doubt_ms = ms;
	t->doubt_from = now + ms * US_PER_MS;
	xpc_lose(t, why);
	return true;
}

void xpc_shut(struct xpc_tracker *t)
{
	unsigned int i;

	t->shut = true;
	for (i = 0; i < t->proto->n_up; i++)
		if (t->slot[i].owner == XPC_CALLER && t->slot[i].state != XPC_DONE)
			xpc_slot_finish(t, &t->slot[i], -ESHUTDOWN, t->heard);
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

	if (!err) {
		t->heard = now;
		t->moved = true;
	}
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
	t->moved = true;
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
			xpc_slot_again(t, &t->slot[i], now);
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
		xpc_slot_finish(t, s, s->tries ? -EOWNERDEAD : -EHOSTDOWN, now);
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
		t->why_call = xpc_slot_type(t, s)->name;
		if (s->owner == XPC_CALLER)
			xpc_slot_finish(t, s, -ETIMEDOUT, now);
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
		return xpc_object_propose(t, m, body, len, taken);
	case XPC_LOCK:
	case XPC_UNLOCK:
		return xpc_object_lock(t, m, now);
	case XPC_CALL:
		return take_call(t, m, taken);
	case XPC_ANSWER:
		return xpc_slot_answer(t, m, body, len, now);
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
	const struct xpc_call_type *type = xpc_slot_type(t, s);
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
