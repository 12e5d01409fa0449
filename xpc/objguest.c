// SPDX-License-Identifier: GPL-2.0
/* objguest.c - the guest's end of an object ring; see objguest.h. */
#include "objguest_impl.h"

#define NEVER	(~0ull)
#define COST_MS		(1000u / XMD_OBJRING_LOOKS)	/* of a look */
#define CREDIT_MAX	(XMD_OBJRING_BURST * COST_MS)

/* --------------------------------------------------------------------------- life */

unsigned int objguest_leave(struct objguest *g, enum objguest_phase phase)
{
	unsigned int news = objguest_is_live(g) ? OBJGUEST_DOWN : 0;

	g->phase = phase;
	g->proposed = 0;
	g->resync = 0;
	if (g->call_state == OBJGUEST_SENT)
		g->call_state = OBJGUEST_ASKED;
	return news | (news ? OBJGUEST_ANSWERED : 0);
}

unsigned int objguest_finish_call(struct objguest *g, int result)
{
	g->call_state = OBJGUEST_DONE;
	g->result = result;
	g->out = NULL;
	return OBJGUEST_ANSWERED;
}

unsigned int objguest_go_deaf(struct objguest *g, const char *why)
{
	unsigned int news = objguest_leave(g, OBJGUEST_DEAF);

	g->why = why;
	if (g->call_state == OBJGUEST_ASKED)
		news |= objguest_finish_call(g, -EOWNERDEAD);
	return news;
}

static unsigned int say_hello_again(struct objguest *g, __u64 now)
{
	unsigned int i;

	g->hello_at = now;
	g->hello_wait = XMD_OBJRING_HELLO_MS;
	g->replicas.epoch = 0;
	for (i = 0; i < g->replicas.n; i++)
		g->replica[i].known = false;
	return objguest_leave(g, OBJGUEST_HELLO);
}

static const char *closed_text(__u32 closed)
{
	static const char *const text[] = {
		[XMD_OBJRING_DISCONNECTED] = "the driver domain has ended it with the vif",
		[XMD_OBJRING_BAD_INDEX] = "the driver domain has ended it: ring index",
		[XMD_OBJRING_WRONG_MESSAGES] = "the driver domain has ended it: wrong messages",
		[XMD_OBJRING_TROUBLE] = "the driver domain has ended it, its log says why",
	};

	if (closed >= sizeof(text) / sizeof(text[0]) || !text[closed])
		return "the driver domain has ended it";
	return text[closed];
}

/* Of the life before.  Not everything in there is of an epoch: a HELLO was refused, perhaps. */
static void drop_messages(struct objguest *g)
{
	unsigned int i;
	int n = 1;

	for (i = 0; i < XMD_OBJRING_SLOTS && n && n != -EPROTO; i++) {
		n = objring_receive(&g->ring, g->in);
		g->n_old += n && n != -EPROTO;
	}
}

/* What the page says besides messages. */
static unsigned int look_at_life(struct objguest *g, __u64 now)
{
	__u32 life = objring_life(&g->ring), closed;

	if (life != g->life) {
		g->life = life;
		g->wrong = 0;
		g->n_lives++;
		drop_messages(g);
		return life ? say_hello_again(g, now) : objguest_leave(g, OBJGUEST_ALONE);
	}
	if (!life || g->phase == OBJGUEST_DEAF)
		return 0;
	closed = objring_closed(&g->ring);
	return closed ? objguest_go_deaf(g, closed_text(closed)) : 0;
}

void objguest_init(struct objguest *g)
{
	memset(g, 0, sizeof(*g));
	g->replicas.replica = g->replica;
	g->replicas.n = 2;
	g->replicas.home = xpc_vif_objects.home;
	g->replicas.newer = XPC_BY_NEWER;
	g->looks.has = CREDIT_MAX;
	objguest_vif(g)->type = &xpc_vif_objects.object[XPC_OBJECT_xmd_vif_object];
	objguest_vif(g)->copy = &g->vif;
	g->replica[XPC_OBJECT_xmd_port_object].type =
		&xpc_vif_objects.object[XPC_OBJECT_xmd_port_object];
	g->replica[XPC_OBJECT_xmd_port_object].copy = &g->port;
}

void objguest_start(struct objguest *g, struct xmd_objring *page, __u32 offered)
{
	objring_new(&g->ring, page, offered);
	g->phase = OBJGUEST_ALONE;
	g->life = 0;
	g->replicas.epoch = 0;
}

void objguest_stop(struct objguest *g)
{
	objguest_leave(g, OBJGUEST_NO_RING);
	if (g->call_state == OBJGUEST_ASKED)
		objguest_finish_call(g, -EOWNERDEAD);
	g->ring.page = NULL;
}

const char *objguest_phase_name(const struct objguest *g)
{
	static const char *const name[] = { "no ring", "alone", "hello", "live", "deaf" };

	return name[g->phase];
}

/* ------------------------------------------------------------------------- wishes */

static bool is_wishable(__u64 mask)
{
	return !(mask & ~xpc_writable(OBJGUEST_VIF_TYPE, XPC_BY_GUEST));
}

int objguest_wish(struct objguest *g, __u64 mask, const struct xmd_vif_object *want)
{
	__u64 changed = xpc_diff(OBJGUEST_VIF_TYPE, &g->wish, want) | ~g->wished;
	__u8 scratch[XMD_OBJRING_SLOT];
	unsigned int i;
	int n;

	if (!is_wishable(mask))
		return -EPERM;
	n = xpc_encode_update(OBJGUEST_VIF_TYPE, mask, want, scratch, sizeof(scratch));
	if (n > 0)
		n = xpc_decode_update(OBJGUEST_VIF_TYPE, XPC_BY_GUEST, &g->wish, scratch, n, NULL);
	if (n < 0)
		return n;
	g->wished |= mask;
	for (i = 0; i < OBJGUEST_VIF_TYPE->n; i++)
		if (mask & changed & 1ull << i)
			g->refused[i] = 0;
	return 0;
}

void objguest_forget(struct objguest *g, __u64 mask)
{
	g->wished &= ~mask;
}

/* Wished for, not so at home, and known there. */
static __u64 unfulfilled(const struct objguest *g)
{
	return g->wished & xpc_diff(OBJGUEST_VIF_TYPE, &g->vif, &g->wish) &
	       ~g->replica[XPC_OBJECT_xmd_vif_object].lacks;
}

int objguest_wish_result(const struct objguest *g, __u64 mask)
{
	__u64 left = mask & unfulfilled(g);
	unsigned int i;

	if (!objguest_is_live(g))
		return -EHOSTDOWN;
	if (mask & g->wished & g->replica[XPC_OBJECT_xmd_vif_object].lacks)
		return -EOPNOTSUPP;
	for (i = 0; i < OBJGUEST_VIF_TYPE->n; i++)
		if (left >> i & 1 && g->refused[i])
			return g->refused[i];
	return left ? -EINPROGRESS : 0;
}

/* The next to propose: one member, or 0. */
__u64 objguest_next_wish(const struct objguest *g)
{
	__u64 left = unfulfilled(g);
	unsigned int i;

	for (i = 0; i < OBJGUEST_VIF_TYPE->n; i++)
		if (left >> i & 1 && !g->refused[i])
			return 1ull << i;
	return 0;
}

void objguest_forget_refusals(struct objguest *g)
{
	memset(g->refused, 0, sizeof(g->refused));
}

void objguest_note_refusal(struct objguest *g, __s32 err)
{
	unsigned int i;

	for (i = 0; i < OBJGUEST_VIF_TYPE->n; i++)
		if (g->proposed >> i & 1)
			g->refused[i] = err;
}

/* --------------------------------------------------------------------------- calls */

int objguest_ask(struct objguest *g, unsigned int call, const void *const *in,
		 void *const *out, __u64 now)
{
	struct xpc_struct own;
	int n;

	if (!objguest_is_live(g))
		return -EHOSTDOWN;
	if (g->call_state != OBJGUEST_IDLE)
		return -EBUSY;
	if (!objguest_has_call(g, call))
		return -EOPNOTSUPP;
	n = xpc_encode_args(xpc_abi_args(&g->abi, xpc_vif_objects.down[call].in, &own), in,
			    g->args, sizeof(g->args));
	if (n < 0)
		return n;
	g->args_len = n;
	g->call = call;
	g->out = out;
	g->tries = 0;
	g->call_until = now + XMD_OBJRING_ANSWER_MS;
	g->call_state = OBJGUEST_ASKED;
	return 0;
}

bool objguest_result(struct objguest *g, int *result)
{
	if (g->call_state != OBJGUEST_DONE)
		return false;
	*result = g->result;
	g->call_state = OBJGUEST_IDLE;
	return true;
}

void objguest_give_up(struct objguest *g)
{
	g->call_state = OBJGUEST_IDLE;
	g->out = NULL;
}

/* ---------------------------------------------------------------------------- all */

static bool call_waits(const struct objguest *g)
{
	return g->call_state == OBJGUEST_ASKED || g->call_state == OBJGUEST_SENT;
}

/* Who does not answer is asked who it is. */
static unsigned int look_at_clock(struct objguest *g, __u64 now)
{
	unsigned int news = 0;
	bool late = false;

	if (call_waits(g) && now >= g->call_until) {
		late = g->call_state == OBJGUEST_SENT;
		news |= objguest_finish_call(g, g->tries ? -ETIMEDOUT : -EHOSTDOWN);
	} else if (g->call_state == OBJGUEST_ASKED && g->tries >= OBJGUEST_TRIES) {
		news |= objguest_finish_call(g, -EOWNERDEAD);
	}
	if (g->proposed && now >= g->propose_until)
		late = true;
	return late && objguest_is_live(g) ? news | say_hello_again(g, now) : news;
}

static unsigned int look_at_page(struct objguest *g, __u64 now)
{
	unsigned int news;

	/* who has the other end can send events for ever */
	g->later = !xpc_bucket_spend(&g->looks, now, COST_MS, CREDIT_MAX);
	if (g->later)
		return OBJGUEST_LATER;
	news = look_at_life(g, now);
	if (g->phase != OBJGUEST_ALONE && g->phase != OBJGUEST_DEAF)
		news |= objguest_receive(g);
	return news;
}

unsigned int objguest_work(struct objguest *g, __u64 now)
{
	unsigned int news;
	int room;

	if (g->phase == OBJGUEST_NO_RING)
		return 0;
	g->now = now;
	news = look_at_page(g, now);
	news |= look_at_clock(g, now);
	if (g->phase != OBJGUEST_ALONE && g->phase != OBJGUEST_DEAF) {
		room = objring_room(&g->ring);
		if (room < 0)
			news |= objguest_go_deaf(g, "the driver domain's ring index cannot be");
		while (room-- > 0 && objguest_send_next(g, now))
			;
	}
	if (g->ring.news)
		news |= OBJGUEST_NOTIFY;
	g->ring.news = false;
	return news;
}

__u64 objguest_due(const struct objguest *g)
{
	__u64 due = NEVER;

	if (g->phase == OBJGUEST_NO_RING)
		return NEVER;
	/* without room there is nothing to do before the far end has taken something */
	if (g->phase == OBJGUEST_HELLO && objring_room(&g->ring) > 0)
		due = g->hello_at;
	if (g->later && xpc_bucket_due(&g->looks, COST_MS) < due)
		due = xpc_bucket_due(&g->looks, COST_MS);
	if (call_waits(g) && g->call_until < due)
		due = g->call_until;
	if (g->proposed && g->propose_until < due)
		due = g->propose_until;
	return due;
}
