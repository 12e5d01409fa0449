// SPDX-License-Identifier: GPL-2.0
/* objguest_msg.c - the messages of the guest's end of an object ring; see objguest.h. */
#include "objguest_impl.h"

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
	const __u8 v1[4] = { fp & 255, fp >> 8 & 255, fp >> 16 & 255, fp >> 24 };
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
			     .version = objguest_vif(g)->version };
	int n = xpc_encode_update(OBJGUEST_VIF_TYPE, member, &g->wish, g->out_msg + XPC_HEADER,
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
bool objguest_send_next(struct objguest *g, __u64 now)
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
	if (!objguest_is_live(g))
		return false;
	if (g->call_state == OBJGUEST_ASKED) {
		send_call(g, now);
		return true;
	}
	/* its version must be the one that the proposal is based on */
	member = g->proposed || !objguest_vif(g)->known ? 0 : objguest_next_wish(g);
	if (member)
		send_proposal(g, member, now);
	return member;
}

/* ---------------------------------------------------------------------- receiving */

static int take_ack(struct objguest *g, const struct xpc_msg *m, unsigned int *news)
{
	struct xpc_replica *vif = objguest_vif(g);

	if (m->id != XPC_ID_xmd_vif_object || !g->proposed || m->result > 0 || m->result < -4095)
		return -EINVAL;
	if (!m->result && m->version != vif->version + 1)
		return -EINVAL;
	if (!m->result) {
		xpc_copy(OBJGUEST_VIF_TYPE, g->proposed, &g->vif, &g->proposal, g->out_msg);
		vif->version = m->version;
	} else if (m->result == -ESTALE) {
		/* a STATE is on its way */
		vif->known = false;
	} else {
		objguest_note_refusal(g, m->result);
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
		*news |= objguest_finish_call(g, m->result);
	return err;
}

static int take_refusal(struct objguest *g, const struct xpc_msg *m, unsigned int *news)
{
	if (g->phase != OBJGUEST_HELLO || !m->result)
		return -EINVAL;
	*news |= objguest_go_deaf(g, "the driver domain's declarations are of another version");
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

/* Each HELLO gets one: a second may come when the first was answered late. */
static int take_welcome(struct objguest *g, const struct xpc_msg *m, unsigned int *news)
{
	struct xpc_replica *which;
	__u64 mask;
	int err = m->epoch == g->replicas.epoch ? -EINVAL : read_welcome(g, m);

	if (err)
		return err;
	*news |= objguest_leave(g, OBJGUEST_HELLO);
	/* it met another home, which had it */
	if (g->call_state == OBJGUEST_ASKED && !objguest_has_call(g, g->call))
		*news |= objguest_finish_call(g, -EOPNOTSUPP);
	g->hello_at = g->now + XMD_OBJRING_ANSWER_MS;
	objguest_forget_refusals(g);
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
	*news |= which == objguest_vif(g) ? OBJGUEST_VIF : OBJGUEST_PORT;
	/* policy is another one now */
	if (which == objguest_vif(g) && mask & (XPC_xmd_vif_object_may | XPC_xmd_vif_object_mtu_max))
		objguest_forget_refusals(g);
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

unsigned int objguest_receive(struct objguest *g)
{
	unsigned int i, news = 0;
	int n;

	for (i = 0; i < XMD_OBJRING_SLOTS && g->phase != OBJGUEST_DEAF; i++) {
		n = objring_receive(&g->ring, g->in);
		if (!n)
			break;
		if (n == -EPROTO)
			return news | objguest_go_deaf(g, "the driver domain's ring index cannot be");
		g->n_in++;
		if (take(g, n, &news) && ++g->wrong >= XMD_OBJRING_WRONG)
			return news | objguest_go_deaf(g, "the driver domain sends wrong messages");
	}
	if (g->phase == OBJGUEST_HELLO && g->replicas.epoch && xpc_replicas_complete(&g->replicas)) {
		g->phase = OBJGUEST_LIVE;
		news |= OBJGUEST_UP;
	}
	return news;
}
