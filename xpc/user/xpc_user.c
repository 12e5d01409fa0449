// SPDX-License-Identifier: GPL-2.0
/* xpc_user.c - the user half's end of objects and calls; see xpc_user.h. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "xpc_user.h"

#define STALE_TRIES 3		/* of xpc_user_report; others write seldom */

/* ------------------------------------------------------------------------ the device */

static int fd_read(struct xpc_link *link, void *buf)
{
	ssize_t n = read(((struct xpc_link_fd *)link)->fd, buf, XPC_MSG_MAX);

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	return n;
}

static int fd_write(struct xpc_link *link, const void *buf, __u32 len)
{
	ssize_t n = write(((struct xpc_link_fd *)link)->fd, buf, len);

	if (n < 0)
		return -errno;
	return n == (ssize_t)len ? 0 : -EPROTO;
}

void xpc_link_fd(struct xpc_link_fd *link, int fd)
{
	*link = (struct xpc_link_fd){ { fd_read, fd_write }, fd };
}

/* -------------------------------------------------------------------------- messages */

static __u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void note(struct xpc_user_stat *st, __u64 began, int result)
{
	__u64 ns = now_ns() - began;

	st->n++;
	st->failed += result < 0;
	st->ns_sum += ns;
	if (ns > st->ns_max)
		st->ns_max = ns;
}

/* @m and @len bytes of body, which are in u->out already. */
static int send(struct xpc_user *u, struct xpc_msg *m, __u32 len)
{
	m->len = XPC_HEADER + len;
	m->epoch = m->kind == XPC_HELLO ? 0 : u->replicas.epoch;
	xpc_put_header(m, u->out);
	u->sent[m->kind]++;
	return u->cfg.link->write(u->cfg.link, u->out, m->len);
}

/* Return: 1 a message is in u->in, 0 none, -errno */
static int receive(struct xpc_user *u, struct xpc_msg *m)
{
	int n = u->cfg.link->read(u->cfg.link, u->in);
	int err;

	if (n <= 0)
		return n;
	err = xpc_get_header(m, u->in, n);
	if (err)
		return err;
	u->received[m->kind]++;
	return 1;
}

static int take_copy(struct xpc_user *u, const struct xpc_msg *m)
{
	struct xpc_replica *which;
	__u64 mask;
	int err = xpc_replica_take(&u->replicas, m, u->in + XPC_HEADER, &which, &mask);

	if (err == -ECONNRESET)
		return 0;
	if (!err && which && u->cfg.changed)
		u->cfg.changed(u->cfg.ctx, which - u->replicas.replica, mask);
	return err;
}

/* ------------------------------------------------------------------------------ calls */

static int find_call(const struct xpc_user *u, __u8 id)
{
	unsigned int i;

	for (i = 0; i < u->cfg.proto->n_up; i++)
		if (u->cfg.proto->up[i].id == id)
			return i;
	return -ENOENT;
}

/* What the handler gave back must be as declared, or the kernel half would refuse it. */
static int answer(struct xpc_user *u, const struct xpc_msg *call, unsigned int i, int result)
{
	struct xpc_msg m = { .kind = XPC_ANSWER, .id = call->id, .seq = call->seq };
	int n = 0, err;

	if (result > 0 || result < -4095)
		result = -EIO;
	if (!result)
		n = xpc_encode_struct(u->cfg.proto->up[i].out, u->args, u->out + XPC_HEADER,
				      XPC_MSG_MAX - XPC_HEADER);
	m.result = n < 0 ? n : result;
	err = send(u, &m, n < 0 ? 0 : n);
	if (err != -EINVAL)
		return err;
	/* not wanted any more; whether that ends us is the kernel half's to say */
	u->late_answers++;
	return 0;
}

/*
 * The kernel half checks what it sends.  A call that cannot be read here is no fault of who asked: this process is
 * broken, and its successor is asked.
 */
static int serve(struct xpc_user *u, const struct xpc_msg *call)
{
	__u64 began = now_ns();
	int i = find_call(u, call->id);
	int result;

	if (i < 0)
		return -EPROTO;
	memset(u->args, 0, u->cfg.proto->up_args);
	result = xpc_decode_struct(u->cfg.proto->up[i].in, u->args, u->in + XPC_HEADER,
				   call->len - XPC_HEADER);
	if (result)
		return result;
	result = u->cfg.serve[i](u->cfg.ctx, u->args);
	note(&u->up[i], began, result);
	return answer(u, call, i, result);
}

int xpc_user_dispatch(struct xpc_user *u)
{
	struct xpc_msg m;
	int ret = receive(u, &m), err;

	if (ret <= 0)
		return ret;
	err = m.kind == XPC_CALL ? serve(u, &m) : take_copy(u, &m);
	return err ? err : 1;
}

int xpc_downcall(struct xpc_user *u, unsigned int call, const void *const *in, void *const *out)
{
	const struct xpc_call_type *type = &u->cfg.proto->down[call];
	struct xpc_msg m = { .kind = XPC_CALL, .id = type->id, .seq = ++u->seq };
	__u64 began = now_ns();
	int err = xpc_encode_args(type->in, in, u->out + XPC_HEADER, XPC_MSG_MAX - XPC_HEADER);

	if (err >= 0)
		err = send(u, &m, err);
	/* the answer is the next message */
	if (!err && out) {
		err = receive(u, &m);
		if (err >= 0)
			err = err && m.kind == XPC_ANSWER && m.seq == u->seq ?
			      xpc_decode_args(type->out, out, u->in + XPC_HEADER,
					      m.len - XPC_HEADER) : -EPROTO;
	}
	note(&u->down[call], began, err);
	return err;
}

/* ---------------------------------------------------------------------------- objects */

/* After ESTALE.  The copy is sent before any call. */
static int catch_up(struct xpc_user *u, const struct xpc_replica *replica)
{
	struct xpc_msg m;
	int ret, err;

	do {
		ret = receive(u, &m);
		if (ret <= 0)
			return ret ? ret : -EPROTO;
		err = m.kind == XPC_CALL ? -EPROTO : take_copy(u, &m);
		if (err)
			return err;
	} while (m.kind != XPC_STATE || m.id != replica->type->id || m.object != replica->object);
	return 0;
}

int xpc_user_propose(struct xpc_user *u, unsigned int object, __u64 mask, const void *want)
{
	struct xpc_replica *replica = &u->replicas.replica[object];
	int n = xpc_replica_propose(&u->replicas, replica, mask, want, u->out);
	int err;

	if (n < 0)
		return n;
	u->sent[XPC_PROPOSE]++;
	err = u->cfg.link->write(u->cfg.link, u->out, n);
	if (!err)
		return xpc_replica_accepted(replica, u->out, n);
	if (err != -ESTALE)
		return err;
	u->stale++;
	err = catch_up(u, replica);
	return err ? err : -ESTALE;
}

int xpc_user_report(struct xpc_user *u, unsigned int object, __u64 mask, const void *want)
{
	const struct xpc_struct *s = u->replicas.replica[object].type->type;
	__u8 others = XPC_BY_KERNEL | XPC_BY_GUEST;
	int i, err = -ESTALE;

	if (mask & xpc_writable(s, others))
		return -EINVAL;
	for (i = 0; i < STALE_TRIES && err == -ESTALE; i++)
		err = xpc_user_propose(u, object, mask, want);
	return err;
}

static int send_lock(struct xpc_user *u, unsigned int object, enum xpc_kind kind, __u32 ms)
{
	const struct xpc_replica *replica = &u->replicas.replica[object];
	struct xpc_msg m = { .kind = kind, .id = replica->type->id, .object = replica->object,
			     .ms = ms };

	return send(u, &m, 0);
}

int xpc_user_lock(struct xpc_user *u, unsigned int object, unsigned int ms)
{
	return send_lock(u, object, XPC_LOCK, ms);
}

int xpc_user_unlock(struct xpc_user *u, unsigned int object)
{
	return send_lock(u, object, XPC_UNLOCK, 0);
}

/* ------------------------------------------------------------------------------- life */

int xpc_user_init(struct xpc_user *u, const struct xpc_user_config *cfg)
{
	const struct xpc_proto *proto = cfg->proto;
	unsigned int i;

	memset(u, 0, sizeof(*u));
	u->cfg = *cfg;
	u->replicas.n = proto->n_objects;
	u->replicas.replica = calloc(proto->n_objects + 1, sizeof(struct xpc_replica));
	u->up = calloc(proto->n_up + 1, sizeof(*u->up));
	u->down = calloc(proto->n_down + 1, sizeof(*u->down));
	u->args = calloc(1, proto->up_args);
	if (!u->replicas.replica || !u->up || !u->down || !u->args) {
		xpc_user_free(u);
		return -ENOMEM;
	}
	for (i = 0; i < proto->n_objects; i++) {
		u->replicas.replica[i].type = &proto->object[i];
		u->replicas.replica[i].object = proto->object[i].index;
		u->replicas.replica[i].object = proto->object[i].index;
		u->replicas.replica[i].copy = cfg->replica[i];
	}
	return 0;
}

void xpc_user_free(struct xpc_user *u)
{
	free(u->replicas.replica);
	free(u->up);
	free(u->down);
	free(u->args);
	u->replicas.replica = NULL;
	u->up = u->down = NULL;
	u->args = NULL;
}

int xpc_user_hello(struct xpc_user *u)
{
	struct xpc_msg m = { .kind = XPC_HELLO };
	__u32 fp = u->cfg.proto->fingerprint;
	const __u8 body[4] = { fp, fp >> 8, fp >> 16, fp >> 24 };
	int ret, err;

	memcpy(u->out + XPC_HEADER, body, sizeof(body));
	err = send(u, &m, sizeof(body));
	while (!err && !(u->replicas.epoch && xpc_replicas_complete(&u->replicas))) {
		ret = receive(u, &m);
		if (ret <= 0)
			return ret ? ret : -EPROTO;
		err = m.kind == XPC_CALL ? -EPROTO : take_copy(u, &m);
	}
	return err;
}

int xpc_user_ready(struct xpc_user *u)
{
	struct xpc_msg m = { .kind = XPC_READY };

	return send(u, &m, 0);
}

/* ------------------------------------------------------------------------- statistics */

static void print_calls(FILE *f, const char *way, const struct xpc_call_type *type,
			const struct xpc_user_stat *st, unsigned int n)
{
	for (; n; n--, type++, st++)
		fprintf(f, "%s %s n=%llu failed=%llu us_avg=%llu us_max=%llu\n", way, type->name,
			st->n, st->failed, st->n ? st->ns_sum / st->n / 1000 : 0,
			st->ns_max / 1000);
}

void xpc_user_print_stats(const struct xpc_user *u, FILE *f)
{
	const struct xpc_proto *proto = u->cfg.proto;
	unsigned int i;

	fprintf(f, "xpc epoch=%u stale=%llu late_answers=%llu\n", u->replicas.epoch, u->stale,
		u->late_answers);
	for (i = 1; i < XPC_KINDS; i++)
		fprintf(f, "crossed %s sent=%llu received=%llu\n", xpc_kind_name(i), u->sent[i],
			u->received[i]);
	print_calls(f, "upcall", proto->up, u->up, proto->n_up);
	print_calls(f, "downcall", proto->down, u->down, proto->n_down);
}
