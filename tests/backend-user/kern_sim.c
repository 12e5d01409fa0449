// SPDX-License-Identifier: GPL-2.0
/* kern_sim.c - see kern_sim.h; the rules are those of xmd/backdev.h */
#include "kern_sim.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct kern_sim {
	struct kern base;
	struct sim *sim;
	struct fuse *fuse;
};

static struct kern_sim *to_sim(struct kern *k)
{
	return (struct kern_sim *)k;
}

struct sim_row *sim_find(struct sim *sim, unsigned int domid, unsigned int handle)
{
	int i;

	for (i = 0; i < SIM_ROWS; i++)
		if (sim->row[i].used && sim->row[i].c.id.domid == domid &&
		    sim->row[i].c.id.handle == handle)
			return &sim->row[i];
	return NULL;
}

unsigned int sim_rows(const struct sim *sim)
{
	unsigned int i, n = 0;

	for (i = 0; i < SIM_ROWS; i++)
		n += sim->row[i].used;
	return n;
}

static bool rate_valid(const struct xmd_vif_rate *r)
{
	return r->usecs ? r->bytes && r->usecs >= XMD_RATE_USECS_MIN : !r->bytes;
}

/* A guest's grants are 8 to 0xffff here, its ports 1 to 4095. */
static int check(const struct xmd_vif_connect *c)
{
	const struct xmd_vif_queue *q = &c->queue[0];

	if (c->version != XMD_XPC_VERSION || c->n_queues != 1 || c->adopt > 1 ||
	    c->mtu < 68 || c->mtu > 65535 || c->features & ~(unsigned int)XMD_VIF_FEATURES)
		return -EINVAL;
	if (!rate_valid(&c->rate))
		return -EINVAL;
	if (q->tx_ref < 8 || q->rx_ref < 8 || q->tx_ref > 0xffff || q->rx_ref > 0xffff ||
	    q->tx_evtchn > 4095 || q->rx_evtchn > 4095)
		return -ENOENT;
	return 0;
}

static int do_connect(struct kern *k, const struct xmd_vif_connect *c)
{
	struct sim *sim = to_sim(k)->sim;
	int i, err;

	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	if (sim->fail_connect)
		return -sim->fail_connect;
	err = check(c);
	if (err)
		return err;
	if (sim_find(sim, c->id.domid, c->id.handle))
		return -EEXIST;
	for (i = 0; i < SIM_ROWS && sim->row[i].used; i++)
		;
	if (i == SIM_ROWS)
		return -ENOSPC;
	memset(&sim->row[i], 0, sizeof(sim->row[i]));
	sim->row[i].used = true;
	sim->row[i].c = *c;
	if (!sim->connects)
		sim->vlans_then = sim->vlans;
	sim->row[i].set.mtu = c->mtu;
	memcpy(sim->row[i].set.mac, c->mac, sizeof(c->mac));
	sim->connects++;
	return 0;
}

static int do_disconnect(struct kern *k, const struct xmd_vif_id *id)
{
	struct sim *sim = to_sim(k)->sim;
	struct sim_row *r;

	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	r = sim_find(sim, id->domid, id->handle);
	if (!r)
		return -ENOENT;
	r->used = false;
	sim->disconnects++;
	return 0;
}

static __u64 key(const struct xmd_vif_id *id)
{
	return (__u64)id->domid << 32 | id->handle;
}

static int do_list(struct kern *k, struct xmd_vif_info *info)
{
	const struct sim_row *r, *best = NULL;
	struct sim *sim = to_sim(k)->sim;

	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	for (r = sim->row; r < sim->row + SIM_ROWS; r++) {
		if (!r->used || (info->id.domid != 0xffff && key(&r->c.id) <= key(&info->id)))
			continue;
		if (!best || key(&r->c.id) < key(&best->c.id))
			best = r;
	}
	if (!best)
		return -ENOENT;
	memset(info, 0, sizeof(*info));
	info->id = best->c.id;
	info->fault = best->fault;
	info->queue[0] = best->c.queue[0];
	info->rate = best->c.rate;
	info->mtu = best->set.mtu;
	memcpy(info->mac, best->set.mac, sizeof(info->mac));
	info->tx_frames = best->tx_frames;
	return 0;
}

static int do_set(struct kern *k, const struct xmd_vif_settings *s)
{
	struct sim *sim = to_sim(k)->sim;
	struct sim_row *r = sim_find(sim, s->id.domid, s->id.handle);

	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	if (!r)
		return -ENOENT;
	if (sim->fail_set)
		return -sim->fail_set;
	r->set = *s;
	sim->sets++;
	sim->deaf_sets += (s->flags & XMD_SET_FILTER && !s->n_mc) ||
			  (s->flags & XMD_SET_VLANS && !s->n_vlans);
	return 0;
}

static int do_limit(struct kern *k, const struct xmd_vif_limit *l)
{
	struct sim *sim = to_sim(k)->sim;
	struct sim_row *r = sim_find(sim, l->id.domid, l->id.handle);

	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	if (!r)
		return -ENOENT;
	if (sim->fail_limit)
		return -sim->fail_limit;
	if (!rate_valid(&l->rate))
		return -EINVAL;
	r->c.rate = l->rate;
	sim->limits++;
	return 0;
}

static int do_vlans(struct kern *k, const struct xmd_vlans *v)
{
	struct sim *sim = to_sim(k)->sim;
	unsigned int i;

	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	if (v->apart[0] & 1 || v->apart[63] >> 63)
		return -EINVAL;
	for (i = 0; i < 64; i++)
		sim->vlans.apart[i] |= v->apart[i];
	return 0;
}

static int do_port(struct kern *k, struct xmd_port_info *info)
{
	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	if (to_sim(k)->sim->no_nic)
		return -ENODEV;
	*info = to_sim(k)->sim->port;
	return 0;
}

static int do_settings_get(struct kern *k, struct xmd_port_settings *s)
{
	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	if (to_sim(k)->sim->no_nic)
		return -ENODEV;
	*s = to_sim(k)->sim->settings;
	return 0;
}

/* In force at once, unless the user half is slow. */
static int do_settings_set(struct kern *k, const struct xmd_port_settings *s)
{
	struct sim *sim = to_sim(k)->sim;

	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	if (sim->no_nic)
		return -ENODEV;
	sim->settings_sets++;
	sim->given = *s;
	if (sim->slow) {
		sim->settings.result = -EINPROGRESS;
		return 0;
	}
	sim->settings = *s;
	sim->port_event = true;
	return 0;
}

static int do_ask(struct kern *k, const struct xmd_port_ask *a)
{
	struct sim *sim = to_sim(k)->sim;

	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	if (sim->asking)
		return -EBUSY;
	sim->asking = true;
	sim->question = *a;
	return 0;
}

static int do_answer(struct kern *k, struct xmd_port_ask *a, int *result)
{
	struct sim *sim = to_sim(k)->sim;
	unsigned int i;

	if (to_sim(k)->fuse && to_sim(k)->fuse->blown)
		return -ESHUTDOWN;
	if (!sim->asking || sim->slow)
		return -EAGAIN;
	sim->asking = false;
	*a = sim->question;
	*result = -sim->fail_ask;
	sim->asked++;
	if (*result)
		return 0;
	if (a->what == XMD_ASK_IDENTIFY)
		sim->blinking = a->n;
	if (a->what == XMD_ASK_REGS)
		a->n = 128;
	for (i = 0; i < a->n && a->what != XMD_ASK_IDENTIFY; i++)
		a->data[i] = (__u8)(a->offset + i);
	a->tag = 0x1234;
	return 0;
}

static int do_next_event(struct kern *k, struct xmd_vif_event *ev)
{
	struct sim *sim = to_sim(k)->sim;
	int i;

	if (to_sim(k)->fuse && to_sim(k)->fuse->blown)
		return -ESHUTDOWN;
	if (sim->port_event) {
		sim->port_event = false;
		memset(ev, 0, sizeof(*ev));
		ev->id.domid = XMD_EVENT_PORT;
		return 0;
	}
	for (i = 0; i < SIM_ROWS; i++) {
		if (!sim->row[i].used || !sim->row[i].event)
			continue;
		sim->row[i].event = false;
		memset(ev, 0, sizeof(*ev));
		ev->id = sim->row[i].c.id;
		ev->fault = sim->row[i].fault;
		return 0;
	}
	return -EAGAIN;
}

static int do_health(struct kern *k, struct xmd_back_health *h)
{
	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	h->unwell_ms = to_sim(k)->sim->unwell_ms;
	h->pending = to_sim(k)->sim->pending;
	h->flags = (to_sim(k)->sim->draining ? XMD_HEALTH_DRAINING : 0) |
		   (to_sim(k)->sim->blinking ? XMD_HEALTH_BLINKING : 0) |
		   (to_sim(k)->sim->stuck ? XMD_HEALTH_STUCK : 0) |
		   (to_sim(k)->sim->away ? XMD_HEALTH_AWAY : 0);
	return 0;
}

static int do_drain(struct kern *k, bool on)
{
	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	to_sim(k)->sim->draining = on;
	return 0;
}

static int do_fd(struct kern *k)
{
	(void)k;
	return -1;
}

static void do_close(struct kern *k)
{
	to_sim(k)->sim->open = false;
	free(k);
}

static int do_stage(struct kern *k, struct xmd_vif_stage *s)
{
	struct xmd_gref *g = (struct xmd_gref *)(uintptr_t)s->grefs;
	struct sim *sim = to_sim(k)->sim;
	unsigned int i, n, done = 0;

	if (fuse_burn(to_sim(k)->fuse))
		return -ESHUTDOWN;
	sim->stages++;
	assert(s->n && s->n <= XMD_STAGE_PAGES && s->del <= 1);
	if (!sim_find(sim, s->id.domid, s->id.handle))
		return -ENOENT;
	if (sim->fail_stage)
		return -sim->fail_stage;
	for (i = 0; i < s->n; i++) {
		for (n = 0; n < sim->n_kept && sim->kept[n].ref != g[i].ref; n++)
			;
		if (s->del) {
			g[i].status = n < sim->n_kept ? 0 : 2;
			done += n < sim->n_kept;
			if (n < sim->n_kept)
				sim->kept[n] = sim->kept[--sim->n_kept];
		} else if (n == sim->n_kept) {
			if (n == XMD_STAGE_PAGES)
				return -ENOSPC;
			sim->kept[sim->n_kept++] = g[i];
		}
	}
	return (int)done;
}

static const struct kern_ops sim_ops = {
	.connect = do_connect,
	.disconnect = do_disconnect,
	.list = do_list,
	.next_event = do_next_event,
	.health = do_health,
	.drain = do_drain,
	.set = do_set,
	.limit = do_limit,
	.vlans = do_vlans,
	.stage = do_stage,
	.port = do_port,
	.settings_get = do_settings_get,
	.settings_set = do_settings_set,
	.ask = do_ask,
	.answer = do_answer,
	.answer_fd = do_fd,
	.fd = do_fd,
	.close = do_close,
};

struct kern *sim_open(struct sim *sim, struct fuse *fuse)
{
	struct kern_sim *k = calloc(1, sizeof(*k));

	assert(k && !sim->open);
	k->base.ops = &sim_ops;
	k->sim = sim;
	k->fuse = fuse;
	sim->open = true;
	sim->asking = false;
	return &k->base;
}

void sim_fault(struct sim *sim, unsigned int domid, unsigned int handle, __u32 fault)
{
	struct sim_row *r = sim_find(sim, domid, handle);

	if (!r)
		return;
	r->fault = fault;
	r->event = true;
}
