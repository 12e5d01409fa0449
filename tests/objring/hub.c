// SPDX-License-Identifier: GPL-2.0
/* hub.c - see hub.h */
#include "hub.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

static struct hub *to_hub(struct bus *b)
{
	return (struct hub *)b;
}


/* Two vifs of a guest differ in their references. */
static struct hub_end *by_ref(struct hub *hub, unsigned int domid, unsigned int ref)
{
	for (unsigned int i = 0; i < HUB_GUESTS; i++)
		if (hub->w->vif[i].domid == domid && hub->end[i].page && hub->end[i].ref == ref)
			return &hub->end[i];
	return NULL;
}

static int hub_map(struct bus *b, uint16_t domid, uint32_t ref, void **page)
{
	struct hub_end *e = by_ref(to_hub(b), domid, ref);

	if (to_hub(b)->fail_map)
		return -to_hub(b)->fail_map;
	if (!e)
		return -EINVAL;
	e->mapped++;
	*page = e->page;
	return 0;
}

static void hub_unmap(struct bus *b, void *page)
{
	for (unsigned int i = 0; i < HUB_GUESTS; i++)
		if (to_hub(b)->end[i].page == page) {
			assert(to_hub(b)->end[i].mapped);
			to_hub(b)->end[i].mapped--;
			return;
		}
	abort();
}

/* A local port is the number of the end, plus 100. */
static int hub_bind(struct bus *b, uint16_t domid, uint32_t port, uint32_t *local)
{
	struct hub *hub = to_hub(b);

	if (hub->fail_bind)
		return -hub->fail_bind;
	for (unsigned int i = 0; i < HUB_GUESTS; i++) {
		struct hub_end *e = &hub->end[i];

		if (hub->w->vif[i].domid != domid || !e->page || e->port != port || e->bound)
			continue;
		e->bound++;
		e->far_pending = true;	/* as Xen does */
		e->far_masked = false;
		*local = 100 + i;
		return 0;
	}
	return -EINVAL;
}

static struct hub_end *by_local(struct bus *b, uint32_t local)
{
	assert(local >= 100 && local < 100 + HUB_GUESTS);
	assert(to_hub(b)->end[local - 100].bound);
	return &to_hub(b)->end[local - 100];
}

static void hub_unbind(struct bus *b, uint32_t local)
{
	by_local(b, local)->bound--;
}

static int hub_notify(struct bus *b, uint32_t local)
{
	struct hub_end *e = by_local(b, local);

	e->near_pending = true;
	e->near_events++;
	return 0;
}

static int hub_next(struct bus *b, uint32_t *local)
{
	for (unsigned int i = 0; i < HUB_GUESTS; i++) {
		struct hub_end *e = &to_hub(b)->end[i];

		if (!e->bound || !(e->far_pending || e->storm) || e->far_masked)
			continue;
		e->far_pending = false;
		e->far_masked = true;
		e->far_events++;
		*local = 100 + i;
		return 0;
	}
	return -EAGAIN;
}

static int hub_unmask(struct bus *b, uint32_t local)
{
	by_local(b, local)->far_masked = false;
	return 0;
}

static int hub_gone(struct bus *b, uint16_t domid)
{
	(void)b;
	(void)domid;
	return 0;
}

static int hub_fd(struct bus *b)
{
	(void)b;
	return -1;
}

static void hub_close(struct bus *b)
{
	(void)b;
}

static const struct bus_ops hub_ops = {
	.map = hub_map, .unmap = hub_unmap, .bind = hub_bind, .unbind = hub_unbind,
	.notify = hub_notify, .next = hub_next, .unmask = hub_unmask, .fd = hub_fd,
	.gone = hub_gone, .close = hub_close,
};

void hub_send(struct hub *hub, unsigned int i)
{
	hub->end[i].far_pending = true;
}

/* -------------------------------------------------------------------- a host */

struct host *host_new(void)
{
	struct host *h = calloc(1, sizeof(*h));

	assert(h);
	world_init(&h->w);
	h->hub.bus.ops = &hub_ops;
	h->hub.w = &h->w;
	h->objs.bus = &h->hub.bus;
	h->w.objs = &h->objs;
	h->w.sim.port.port = (struct xmd_port_object){
		.link = 1, .duplex = 1, .autoneg = 1, .advertise = 0x2f, .partner = 0x2f,
		.speed = 1000, .mtu = 9000, .chip_vendor = 0x8086, .chip_device = 0x100e,
		.eeprom_len = 128, .regs_len = 128, .driver = "xmd_nic", .version = "7",
	};
	h->w.sim.port.counters = (struct xmd_port_counters){ .rx_frames = 11, .tx_frames = 22 };
	h->offered = XMD_OBJRING_VERSION;
	world_backend_up(&h->w);
	for (unsigned int i = 0; i < HUB_GUESTS; i++)
		h->party[i] = (struct party){ .hub = &h->hub, .i = i };
	return h;
}

void host_free(struct host *h)
{
	world_destroy(&h->w);
	for (unsigned int i = 0; i < HUB_GUESTS; i++)
		assert(!h->hub.end[i].mapped && !h->hub.end[i].bound);
	free(h);
}

static void put_keys(struct host *h, unsigned int i)
{
	struct hub_end *e = &h->hub.end[i];
	char text[16];

	e->page = &h->party[i].page;
	e->ref = 700 + i;
	e->port = 30 + i;
	snprintf(text, sizeof(text), "%u", e->ref);
	world_front(&h->w, i, XS_FRONT_XMD_OBJ_RING_REF, text);
	snprintf(text, sizeof(text), "%u", e->port);
	world_front(&h->w, i, XS_FRONT_XMD_EVENT_CHANNEL_OBJ, text);
	snprintf(text, sizeof(text), "%u", e->page->version);
	world_front(&h->w, i, XS_FRONT_XMD_OBJ_VERSION, text);
}

void host_attach_mute(struct host *h, unsigned int i)
{
	struct objring r;

	objring_new(&r, &h->party[i].page, h->offered);
	world_attach(&h->w, i, FRONT_HONEST);
	put_keys(h, i);
	host_run(h, 2000);
}

void host_attach(struct host *h, unsigned int i)
{
	struct party *p = &h->party[i];

	objguest_init(&p->g);
	objguest_start(&p->g, &p->page, h->offered);
	world_attach(&h->w, i, FRONT_HONEST);
	put_keys(h, i);
	host_run(h, 2000);
	assert(p->g.phase == OBJGUEST_LIVE);
}

static void work(struct party *p)
{
	struct hub_end *e = &p->hub->end[p->i];
	unsigned int news;

	if (p->g.phase == OBJGUEST_NO_RING)
		return;
	e->near_pending = false;
	news = objguest_work(&p->g, world_now());
	p->news |= news;
	if (news & OBJGUEST_NOTIFY)
		hub_send(p->hub, p->i);
}

void host_run(struct host *h, unsigned int ms)
{
	for (unsigned int t = 0; t < ms; t += TICK_MS) {
		world_run(&h->w, TICK_MS);
		if (h->tap)
			h->tap(h);
		for (unsigned int i = 0; i < HUB_GUESTS; i++)
			work(&h->party[i]);
		if (h->tap)
			h->tap(h);
	}
}

int host_wish(struct host *h, unsigned int i, __u64 mask, const struct xmd_vif_object *want)
{
	struct party *p = &h->party[i];
	int err = objguest_wish(&p->g, mask, want);

	for (unsigned int t = 0; !err && t < 5000; t += TICK_MS) {
		work(p);
		host_run(h, TICK_MS);
		err = objguest_wish_result(&p->g, mask);
		if (err != -EINPROGRESS && err != -EHOSTDOWN)
			return err;
		err = 0;
	}
	return err ? err : -ETIMEDOUT;
}

int host_call(struct host *h, unsigned int i, unsigned int call, const void *const *in,
	      void *const *out)
{
	struct party *p = &h->party[i];
	int result = objguest_ask(&p->g, call, in, out, world_now());

	if (result)
		return result;
	for (unsigned int t = 0; t < 5000; t += TICK_MS) {
		work(p);
		if (objguest_result(&p->g, &result))
			return result;
		host_run(h, TICK_MS);
	}
	return -ETIMEDOUT;
}

const struct xmd_vif_settings *host_settings(struct host *h, unsigned int i)
{
	struct sim_row *row = sim_find(&h->w.sim, h->w.vif[i].domid, h->w.vif[i].handle);

	assert(row);
	return &row->set;
}

void host_allow(struct host *h, unsigned int i, const char *words)
{
	char path[STORE_PATH_MAX];

	store_path(path, h->w.vif[i].back, XS_BACK_XMD_ALLOW);
	if (words) {
		assert(!h->w.dom0->ops->write(h->w.dom0, path, words));
		mem_set_perms(h->w.mem, path, DRV, (int)h->w.vif[i].domid);
	} else {
		h->w.dom0->ops->remove(h->w.dom0, path);
	}
	host_run(h, 2 * TICK_MS);
}
