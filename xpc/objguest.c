// SPDX-License-Identifier: GPL-2.0
/* objguest.c - the guest's end of an object ring; see objguest.h. */
#include "objguest.h"

#define NEVER	(~0ull)
#define COST_MS		(1000u / XMD_OBJRING_LOOKS)	/* of a look */
#define CREDIT_MAX	(XMD_OBJRING_BURST * COST_MS)

static const struct xpc_struct *const vif_type = &xpc_struct_xmd_vif_object;

static struct xpc_replica *vif_replica(struct objguest *g)
{
	return &g->replica[XPC_OBJECT_xmd_vif_object];
}

/* --------------------------------------------------------------------------- life */

static bool is_live(const struct objguest *g)
{
	return g->phase == OBJGUEST_LIVE;
}

/* Leave LIVE, or what would become it.  Return: news */
static unsigned int leave(struct objguest *g, enum objguest_phase phase)
{
	unsigned int news = is_live(g) ? OBJGUEST_DOWN : 0;

	g->phase = phase;
	g->proposed = 0;
	g->resync = 0;
	if (g->call_state == OBJGUEST_SENT)
		g->call_state = OBJGUEST_ASKED;
	return news | (news ? OBJGUEST_ANSWERED : 0);
}

static unsigned int finish_call(struct objguest *g, int result)
{
	g->call_state = OBJGUEST_DONE;
	g->result = result;
	g->out = NULL;
	return OBJGUEST_ANSWERED;
}

static unsigned int go_deaf(struct objguest *g, const char *why)
{
	unsigned int news = leave(g, OBJGUEST_DEAF);

	g->why = why;
	if (g->call_state == OBJGUEST_ASKED)
		news |= finish_call(g, -EOWNERDEAD);
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
	return leave(g, OBJGUEST_HELLO);
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
		return life ? say_hello_again(g, now) : leave(g, OBJGUEST_ALONE);
	}
	if (!life || g->phase == OBJGUEST_DEAF)
		return 0;
	closed = objring_closed(&g->ring);
	return closed ? go_deaf(g, closed_text(closed)) : 0;
}

void objguest_init(struct objguest *g)
{
	memset(g, 0, sizeof(*g));
	g->replicas.replica = g->replica;
	g->replicas.n = 2;
	g->replicas.home = xpc_vif_objects.home;
	g->replicas.newer = XPC_BY_NEWER;
	g->looks.has = CREDIT_MAX;
	vif_replica(g)->type = &xpc_vif_objects.object[XPC_OBJECT_xmd_vif_object];
	vif_replica(g)->copy = &g->vif;
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
	leave(g, OBJGUEST_NO_RING);
	if (g->call_state == OBJGUEST_ASKED)
		finish_call(g, -EOWNERDEAD);
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
	return !(mask & ~xpc_writable(vif_type, XPC_BY_GUEST));
}

int objguest_wish(struct objguest *g, __u64 mask, const struct xmd_vif_object *want)
{
	__u64 changed = xpc_diff(vif_type, &g->wish, want) | ~g->wished;
	__u8 scratch[XMD_OBJRING_SLOT];
	unsigned int i;
	int n;

	if (!is_wishable(mask))
		return -EPERM;
	n = xpc_encode_update(vif_type, mask, want, scratch, sizeof(scratch));
	if (n > 0)
		n = xpc_decode_update(vif_type, XPC_BY_GUEST, &g->wish, scratch, n, NULL);
	if (n < 0)
		return n;
	g->wished |= mask;
	for (i = 0; i < vif_type->n; i++)
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
	return g->wished & xpc_diff(vif_type, &g->vif, &g->wish) &
	       ~g->replica[XPC_OBJECT_xmd_vif_object].lacks;
}

int objguest_wish_result(const struct objguest *g, __u64 mask)
{
	__u64 left = mask & unfulfilled(g);
	unsigned int i;

	if (!is_live(g))
		return -EHOSTDOWN;
	if (mask & g->wished & g->replica[XPC_OBJECT_xmd_vif_object].lacks)
		return -EOPNOTSUPP;
	for (i = 0; i < vif_type->n; i++)
		if (left >> i & 1 && g->refused[i])
			return g->refused[i];
	return left ? -EINPROGRESS : 0;
}

/* The next to propose: one member, or 0. */
static __u64 next_wish(const struct objguest *g)
{
	__u64 left = unfulfilled(g);
	unsigned int i;

	for (i = 0; i < vif_type->n; i++)
		if (left >> i & 1 && !g->refused[i])
			return 1ull << i;
	return 0;
}

static void forget_refusals(struct objguest *g)
{
	memset(g->refused, 0, sizeof(g->refused));
}

static void note_refusal(struct objguest *g, __s32 err)
{
	unsigned int i;

	for (i = 0; i < vif_type->n; i++)
		if (g->proposed >> i & 1)
			g->refused[i] = err;
}

/* ------------------------------------------------------------------------ sending */

/* @m, whose body of @len bytes is in out_msg already.  There is room. */
static void send(struct objguest *g, struct xpc_msg *m, __u32 len)
{
	m->len = XPC_HEADER + len;
	m->epoch = m->kind == XPC_HELLO ? 0 : g->replicas.epoch;
	xpc_put_header(m, g->out_msg);
	objring_send(&g->ring, g->out_msg, m->len);
	g->n_out++;
}

static void send_hello(struct objguest *g, __u64 now)
{
	static const __u32 fp = XMD_OBJRING_V1_FINGERPRINT;
	const __u8 v1[4] = { (__u8)fp, (__u8)(fp >> 8), (__u8)(fp >> 16), (__u8)(fp >> 24) };
	struct xpc_msg m = { .kind = XPC_HELLO };
	__u32 len = sizeof(v1);

	if (g->ring.version > 1)
		len = xpc_abi_put(&xpc_vif_objects, g->out_msg + XPC_HEADER);
	else
		memcpy(g->out_msg + XPC_HEADER, v1, len);
	send(g, &m, len);
	g->hello_at = now + g->hello_wait;
	g->hello_wait *= 2;
	if (g->hello_wait > XMD_OBJRING_HELLO_MAX_MS)
		g->hello_wait = XMD_OBJRING_HELLO_MAX_MS;
}

static void send_resync(struct objguest *g)
{
	unsigned int i;

	for (i = 0; i < g->replicas.n; i++) {
		struct xpc_msg m = { .kind = XPC_RESYNC, .id = g->replica[i].type->id };

		if (!(g->resync >> i & 1))
			continue;
		send(g, &m, 0);
		g->resync &= ~(1ull << i);
		return;
	}
}

static void send_proposal(struct objguest *g, __u64 member, __u64 now)
{
	struct xpc_msg m = { .kind = XPC_PROPOSE, .id = XPC_ID_xmd_vif_object,
			     .version = vif_replica(g)->version };
	int n = xpc_encode_update(vif_type, member, &g->wish, g->out_msg + XPC_HEADER,
				  XMD_OBJRING_SLOT - XPC_HEADER);

	if (n < 0)
		return;
	g->proposal = g->wish;
	g->proposed = member;
	g->propose_until = now + XMD_OBJRING_ANSWER_MS;
	send(g, &m, n);
}

static void send_call(struct objguest *g, __u64 now)
{
	struct xpc_msg m = { .kind = XPC_CALL, .id = xpc_vif_objects.down[g->call].id,
			     .seq = ++g->seq ? g->seq : ++g->seq };

	m.ms = g->call_until > now ? g->call_until - now : 0;
	memcpy(g->out_msg + XPC_HEADER, g->args, g->args_len);
	g->call_state = OBJGUEST_SENT;
	g->tries++;
	send(g, &m, g->args_len);
}

/* One message, if there is one to send.  Return: whether there was. */
static bool send_next(struct objguest *g, __u64 now)
{
	__u64 member;

	if (g->phase == OBJGUEST_HELLO && now >= g->hello_at) {
		send_hello(g, now);
		return true;
	}
	if (!g->replicas.epoch || (g->phase != OBJGUEST_LIVE && g->phase != OBJGUEST_HELLO))
		return false;
	if (g->resync) {
		send_resync(g);
		return true;
	}
	if (!is_live(g))
		return false;
	if (g->call_state == OBJGUEST_ASKED) {
		send_call(g, now);
		return true;
	}
	/* its version must be the one that the proposal is based on */
	member = g->proposed || !vif_replica(g)->known ? 0 : next_wish(g);
	if (member)
		send_proposal(g, member, now);
	return member;
}

/* ---------------------------------------------------------------------- receiving */

static int take_ack(struct objguest *g, const struct xpc_msg *m, unsigned int *news)
{
	struct xpc_replica *vif = vif_replica(g);

	if (m->id != XPC_ID_xmd_vif_object || !g->proposed || m->result > 0 || m->result < -4095)
		return -EINVAL;
	if (!m->result && m->version != vif->version + 1)
		return -EINVAL;
	if (!m->result) {
		xpc_copy(vif_type, g->proposed, &g->vif, &g->proposal, g->out_msg);
		vif->version = m->version;
	} else if (m->result == -ESTALE) {
		/* a STATE is on its way */
		vif->known = false;
	} else {
		note_refusal(g, m->result);
	}
	g->proposed = 0;
	*news |= OBJGUEST_ANSWERED;
	return 0;
}

static int take_answer(struct objguest *g, const struct xpc_msg *m, unsigned int *news)
{
	const struct xpc_call_type *type = &xpc_vif_objects.down[g->call];
	__u32 len = m->len - XPC_HEADER;
	int err = 0;

	if (g->call_state != OBJGUEST_SENT || m->seq != g->seq)
		return 0;	/* nobody waits for it any more */
	if (m->id != type->id || m->result > 0 || m->result < -4095)
		return -EINVAL;
	if (m->result)
		err = len ? -EBADMSG : 0;
	else
		err = xpc_decode_args(type->out, g->out, g->in + XPC_HEADER, len);
	if (!err)
		*news |= finish_call(g, m->result);
	return err;
}

static int take_refusal(struct objguest *g, const struct xpc_msg *m, unsigned int *news)
{
	if (g->phase != OBJGUEST_HELLO || !m->result)
		return -EINVAL;
	*news |= go_deaf(g, "the driver domain's declarations are of another version");
	return 0;
}

/* What the home knows; what it does not is 0 here. */
static int read_welcome(struct objguest *g, const struct xpc_msg *m)
{
	__u32 len = m->len - XPC_HEADER;
	int err = g->ring.version > 1 ?
		  xpc_abi_get(&g->abi, &xpc_vif_objects, g->in + XPC_HEADER, len) :
		  len ? -EBADMSG : 0;
	unsigned int i;

	if (err)
		return err;
	if (g->ring.version < 2)
		xpc_abi_first(&g->abi, &xpc_vif_objects);
	for (i = 0; i < g->replicas.n; i++) {
		struct xpc_replica *r = &g->replica[i];

		r->lacks = g->abi.members[i] ? r->type->type->mask & ~g->abi.members[i] : ~0ull;
		xpc_abi_clear(r->type->type, r->lacks, r->copy);
	}
	return 0;
}

static bool has_call(const struct objguest *g, unsigned int call)
{
	return xpc_vif_objects.down[call].id <= g->abi.calls;
}

/* Each HELLO gets one: a second may come when the first was answered late. */
static int take_welcome(struct objguest *g, const struct xpc_msg *m, unsigned int *news)
{
	struct xpc_replica *which;
	__u64 mask;
	int err = m->epoch == g->replicas.epoch ? -EINVAL : read_welcome(g, m);

	if (err)
		return err;
	*news |= leave(g, OBJGUEST_HELLO);
	/* it met another home, which had it */
	if (g->call_state == OBJGUEST_ASKED && !has_call(g, g->call))
		*news |= finish_call(g, -EOPNOTSUPP);
	g->hello_at = g->now + XMD_OBJRING_ANSWER_MS;
	forget_refusals(g);
	return xpc_replica_take(&g->replicas, m, NULL, &which, &mask);
}

static int take_copy(struct objguest *g, const struct xpc_msg *m, unsigned int *news)
{
	struct xpc_replica *which;
	__u64 mask;
	int err;

	if (m->kind == XPC_WELCOME)
		return take_welcome(g, m, news);
	err = xpc_replica_take(&g->replicas, m, g->in + XPC_HEADER, &which, &mask);
	if (err == -ECONNRESET) {
		g->n_old++;
		return 0;
	}
	if (err == -EPROTO) {
		/* once; until its STATE comes, CHANGEs of it say nothing */
		if (which->known)
			g->resync |= 1ull << (which - g->replica);
		which->known = false;
		return 0;
	}
	if (err)
		return err;
	*news |= which == vif_replica(g) ? OBJGUEST_VIF : OBJGUEST_PORT;
	/* policy is another one now */
	if (which == vif_replica(g) && mask & (XPC_xmd_vif_object_may | XPC_xmd_vif_object_mtu_max))
		forget_refusals(g);
	return 0;
}

static int take(struct objguest *g, int len, unsigned int *news)
{
	struct xpc_msg m;
	int err = len < 0 ? len : xpc_get_header(&m, g->in, len);

	if (err)
		return err;
	if (m.object)
		return -EINVAL;
	if (m.kind == XPC_ACK && !m.id && !m.epoch)
		return take_refusal(g, &m, news);
	if (!m.epoch)
		return -EINVAL;
	if (m.kind != XPC_ACK && m.kind != XPC_ANSWER)
		return take_copy(g, &m, news);
	if (m.epoch != g->replicas.epoch) {
		g->n_old++;
		return 0;
	}
	return m.kind == XPC_ACK ? take_ack(g, &m, news) : take_answer(g, &m, news);
}

static unsigned int receive(struct objguest *g)
{
	unsigned int i, news = 0;
	int n;

	for (i = 0; i < XMD_OBJRING_SLOTS && g->phase != OBJGUEST_DEAF; i++) {
		n = objring_receive(&g->ring, g->in);
		if (!n)
			break;
		if (n == -EPROTO)
			return news | go_deaf(g, "the driver domain's ring index cannot be");
		g->n_in++;
		if (take(g, n, &news) && ++g->wrong >= XMD_OBJRING_WRONG)
			return news | go_deaf(g, "the driver domain sends wrong messages");
	}
	if (g->phase == OBJGUEST_HELLO && g->replicas.epoch && xpc_replicas_complete(&g->replicas)) {
		g->phase = OBJGUEST_LIVE;
		news |= OBJGUEST_UP;
	}
	return news;
}

/* --------------------------------------------------------------------------- calls */

int objguest_ask(struct objguest *g, unsigned int call, const void *const *in,
		 void *const *out, __u64 now)
{
	struct xpc_struct own;
	int n;

	if (!is_live(g))
		return -EHOSTDOWN;
	if (g->call_state != OBJGUEST_IDLE)
		return -EBUSY;
	if (!has_call(g, call))
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
		news |= finish_call(g, g->tries ? -ETIMEDOUT : -EHOSTDOWN);
	} else if (g->call_state == OBJGUEST_ASKED && g->tries >= OBJGUEST_TRIES) {
		news |= finish_call(g, -EOWNERDEAD);
	}
	if (g->proposed && now >= g->propose_until)
		late = true;
	return late && is_live(g) ? news | say_hello_again(g, now) : news;
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
		news |= receive(g);
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
			news |= go_deaf(g, "the driver domain's ring index cannot be");
		while (room-- > 0 && send_next(g, now))
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
