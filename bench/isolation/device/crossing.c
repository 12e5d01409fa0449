// SPDX-License-Identifier: GPL-2.0
/* crossing.c - messages between the halves: xpc/sim/ in the place of xpc/kern/, with what that does beside the tracker. */
#include "priv.h"
#include "world.h"
#include "half.h"

static const struct xpc_kern_ops *ops;
static void *ops_ctx;
static struct xpc_link *inner, outer;
static int told;
static unsigned int inside;		/* ioctls that are under way */
static u64 looked;

/* While a call waits, all else goes on. */
static int wait_a_ms(void *ctx)
{
	(void)ctx;
	world_run(1);
	return !domain_dead();
}

static __u64 now_us(void *ctx)
{
	(void)ctx;
	return world_us;
}

static void tell_phase(struct xpc *x)
{
	int is = x->t.phase;

	if (is == told)
		return;
	told = is;
	if (is == XPC_LOST) {
		char text[160];

		snprintf(text, sizeof(text), "xmd_nic: user half lost: %s%s; killing it", x->t.why_lost,
			 x->t.why_call ? x->t.why_call : "");
		observe_line(SAID_WARN, text);
	}
	if (is == XPC_LIVE || is == XPC_LOST || is == XPC_NONE)
		ops->phase(ops_ctx, is);
}

static int link_read(struct xpc_link *link, void *buf)
{
	(void)link;
	return inner->read(inner, buf);
}

static int link_write(struct xpc_link *link, const void *buf, __u32 len)
{
	int err = inner->write(inner, buf, len);
	char text[80];

	(void)link;
	tell_phase(&half_nic()->xpc);
	if (err && err != -ESTALE && err != -EBUSY && err != -EIO) {
		snprintf(text, sizeof(text), "xmd_nic: message of the user half refused: error %d", err);
		observe_line(SAID_WARN, text);
	}
	return err;
}

struct xpc_link *crossing_link(void) { return &outer; }
bool crossing_pending(void) { return xpc_pending(&half_nic()->xpc.t); }
bool crossing_lost(void) { return half_nic()->xpc.t.phase == XPC_LOST; }

int xpc_kern_init(struct xpc *x, const struct xpc_kern_config *cfg)
{
	const struct xpc_sim_config sim = {
		.proto = cfg->proto, .alive = cfg->alive, .initial = cfg->initial, .down = cfg->down,
		.changed = cfg->ops->changed, .ctx = cfg->ctx, .pump = wait_a_ms, .now = now_us,
	};
	int err = xpc_sim_init(x, &sim);

	x->t.second = cfg->second;
	ops = cfg->ops;
	ops_ctx = cfg->ctx;
	inner = &x->link;
	outer = (struct xpc_link){ link_read, link_write };
	told = XPC_NONE;
	inside = 0;
	looked = world_us;
	return err;
}

int xpc_kern_open(struct xpc *x)
{
	xpc_open(&x->t, world_us);
	return 0;
}

void xpc_kern_close(struct xpc *x)
{
	xpc_close(&x->t);
	tell_phase(x);
}

int xpc_kern_heard(struct xpc *x)
{
	int err = xpc_heard(&x->t, world_us);

	inside += !err;
	return err;
}

void xpc_kern_done(struct xpc *x)
{
	(void)x;
	inside--;
}

void xpc_kern_away(struct xpc *x, bool away) { x->t.away = away; }
bool xpc_kern_sound(struct xpc *x) { return xpc_sound(&x->t); }

bool xpc_kern_doubt(struct xpc *x, const char *why)
{
	bool lost = xpc_doubt(&x->t, why, world_us);

	tell_phase(x);
	return lost;
}

void xpc_unraise(struct xpc *x, unsigned int call) { xpc_unraise_slot(&x->t, call, world_us); }

bool xpc_kern_tick(struct xpc *x, bool urgent, unsigned int late_ms)
{
	static const __u8 process[] = { [USER_SLEEPS] = XPC_SLEEPS, [USER_RUNS] = XPC_RUNS, [USER_STOPPED] = XPC_STOPPED };
	struct xpc_signs signs = { .urgent = urgent, .inside = inside, .us = world_us - looked,
				   .late = min(late_ms * 1000ull, world_us - looked) };
	uint64_t ran;
	bool waits;

	signs.process = process[user_does(&ran)];
	signs.ran = ran;
	if (inside)
		signs.process = XPC_WAITS;
	looked = world_us;
	xpc_look(&x->t, &signs, world_us);
	xpc_tick(&x->t, world_us);
	tell_phase(x);
	waits = x->t.phase != XPC_LIVE;
	for (unsigned int i = 0; i < x->t.proto->n_up; i++)
		waits |= x->t.slot[i].state != XPC_IDLE;
	return waits;
}

void xpc_kern_shut(struct xpc *x, const char *why)
{
	(void)why;
	xpc_shut(&x->t);
}

void xpc_kern_get(struct xpc *x, unsigned int object, void *to)
{
	memcpy(to, x->t.object[object].copy, x->t.object[object].type->store_size);
}

int xpc_kern_commit(struct xpc *x, unsigned int object, u64 mask, const void *from)
{
	return xpc_commit(&x->t, &x->t.object[object], mask, from);
}

int xpc_kern_lock(struct xpc *x, unsigned int object, unsigned int ms)
{
	while (xpc_lock(&x->t.object[object], XPC_KERNEL, 0)) {
		if (!ms--)
			return -ETIMEDOUT;
		world_run(1);
	}
	return 0;
}

void xpc_kern_unlock(struct xpc *x, unsigned int object)
{
	xpc_unlock(&x->t.object[object], XPC_KERNEL);
}
