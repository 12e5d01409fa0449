// SPDX-License-Identifier: GPL-2.0
/* A driver domain in one process; see sim.h. */
#define _GNU_SOURCE		/* memfd_create */
#include <sys/mman.h>
#include <unistd.h>
#include "sim.h"
#include "mirror.h"

u64 sim_idle_us;
bool sim_busy;

struct xmd_back back;
struct nic_sim nic;
void (*sim_grace)(void);
unsigned int sim_errors, sim_notices, sim_unlimited, sim_mapped, sim_bound, sim_napis;
int sim_fail_at, sim_failed, sim_pinned;
u64 sim_now SIM_WORLD;
s64 sim_us SIM_WORLD;
void (*sim_on_wire)(const struct flat *f) SIM_WORLD;

#define MAX_GUESTS 80
#define MAX_RINGS (MAX_GUESTS * 2 + 8)
/* Without the receive ring's buffers and the spare ones. */
#define POOL (SIM_POOL - XMD_BATCH - 256u)
#define TX_REF 1000u
#define RX_REF 2000u
#define TX_RING_REF 1u
#define RX_RING_REF 2u

static struct guest *guests[MAX_GUESTS] SIM_WORLD;
static struct napi_struct *sched, **sched_tail = &sched;
static struct { bool used; irq_handler_t h; void *arg; struct guest *g; } irqs[2 * MAX_GUESTS + 1];
static struct guest *port_owner;
/* What xmd_back_area() made: a ring's page, or XMD_STAGE_PAGES for others. */
static struct area {
	u8 *addr;
	unsigned int n;
	u32 mapped[XMD_STAGE_PAGES];
	u8 *guests[XMD_STAGE_PAGES];	/* the same page where the guest has it */
} areas[MAX_RINGS];
static u8 *areas_from, *areas_to;	/* all there have been are in between */
static int ring_file SIM_WORLD;
static u32 handles;
unsigned int sim_copies;
static struct xmd_buf bufs[SIM_POOL], *pool[SIM_POOL];

static unsigned int take(struct xmd_buf **b, unsigned int k, unsigned int keep)
{
	k = min(k, nic.pool_free - min(nic.pool_free, keep));
	for (unsigned int i = 0; i < k; i++) {
		void *data = pool[--nic.pool_free]->data;

		b[i] = pool[nic.pool_free];
		*b[i] = (struct xmd_buf){ .data = data, .refs = 1, .nbufs = 1 };
	}
	nic.pool_least = min(nic.pool_least, nic.pool_free);
	return k;
}

static bool fails(void)
{
	if (!sim_fail_at || --sim_fail_at)
		return false;
	sim_failed = 1;
	return true;
}

bool sim_alloc_ok(void)
{
	return !fails();
}

void *sim_alloc(size_t n)
{
	return fails() ? NULL : calloc(1, n);
}

static struct guest *guest_of(u16 domid)
{
	for (int i = 0; i < MAX_GUESTS; i++)
		if (guests[i] && guests[i]->domid == domid)
			return guests[i];
	return NULL;
}

/* --------------------------------------------------------------------- NAPI */

void netif_napi_add(struct net_device *dev, struct napi_struct *n,
		    int (*poll)(struct napi_struct *, int))
{
	SIM_CHECK(dev == &nic.dev);
	n->poll = poll;
	sim_napis++;
}

void netif_napi_del(struct napi_struct *n)
{
	SIM_CHECK(!n->enabled);
	sim_napis--;
}

void napi_enable(struct napi_struct *n)
{
	SIM_CHECK(!n->enabled);
	n->enabled = true;
}

/* Waits for the poll to finish, as the real one does. */
void napi_disable(struct napi_struct *n)
{
	SIM_CHECK(n->enabled);
	sim_run();
	SIM_CHECK(!n->state);
	n->enabled = false;
}

void napi_schedule(struct napi_struct *n)
{
	if (!n->enabled)
		return;
	if (n->state) {
		n->missed = true;
		return;
	}
	n->state = BIT(NAPI_STATE_SCHED);
	n->next = NULL;
	*sched_tail = n;
	sched_tail = &n->next;
}

bool napi_complete_done(struct napi_struct *n, int work)
{
	(void)work;
	SIM_CHECK(n->state);
	n->state = 0;
	if (!n->missed)
		return true;
	n->missed = false;
	napi_schedule(n);
	return false;
}

unsigned int sim_poll(unsigned int polls)
{
	unsigned int i;

	for (i = 0; sched && i < polls; i++) {
		struct napi_struct *n = sched;

		sched = n->next;
		if (!sched)
			sched_tail = &sched;
		if (n->poll(n, 64) == 64) {
			SIM_CHECK(n->state);
			n->state = 0;
			napi_schedule(n);
		}
	}
	return i;
}

bool says_stuck(void)
{
	struct xmd_back_health h;

	xmd_back_health(&h);
	return h.flags & XMD_HEALTH_STUCK;
}

void sim_run(void)
{
	SIM_CHECK(sim_poll(10000) < 10000);	/* polls that never end */
}

void sim_timers(void)
{
	if (back.retry.pending) {
		back.retry.pending = false;
		xmd_wait_over(NULL);
	}
	sim_run();
}

#define MAX_HRTIMERS (2 * MAX_GUESTS)
static struct hrtimer *hrtimers[MAX_HRTIMERS];

/* One that is armed already is moved. */
void sim_hrtimer(struct hrtimer *t, s64 at)
{
	int i;

	hrtimer_cancel(t);
	for (i = 0; i < MAX_HRTIMERS && hrtimers[i]; i++)
		;
	SIM_CHECK(i < MAX_HRTIMERS);
	hrtimers[i] = t;
	t->armed = true;
	t->at = at;
}

void hrtimer_cancel(struct hrtimer *t)
{
	for (int i = 0; i < MAX_HRTIMERS; i++)
		if (hrtimers[i] == t)
			hrtimers[i] = NULL;
	t->armed = false;
}

/* Microseconds go by. */
void sim_wait_us(s64 us)
{
	sim_us += us;
	for (int i = 0; i < MAX_HRTIMERS; i++) {
		struct hrtimer *t = hrtimers[i];

		if (!t || t->at > sim_us)
			continue;
		hrtimers[i] = NULL;
		t->armed = false;
		SIM_CHECK(t->function(t) == HRTIMER_NORESTART);
	}
}

/* ---------------------------------------------------------------------- Xen */

static u8 *granted(u16 domid, u32 ref)
{
	struct guest *g = guest_of(domid);

	if (!g)
		return NULL;
	if (ref >= TX_REF && ref < TX_REF + SIM_PAGES)
		return g->txbad[ref - TX_REF] ? NULL : g->txpage[ref - TX_REF];
	if (ref >= RX_REF && ref < RX_REF + SIM_PAGES)
		return g->rxbad[ref - RX_REF] ? NULL : g->rxpage[ref - RX_REF];
	return NULL;
}

/* TX pages are granted for reading only. */
static bool writable_page(const struct guest *g, const u8 *page)
{
	return page >= g->pages + SIM_PAGES * 4096;
}

static u8 *copy_page(bool gref, u32 ref, unsigned long gmfn, u16 domid)
{
	if (gref)
		return granted(domid, ref);
	SIM_CHECK(domid == DOMID_SELF);
	return (u8 *)(gmfn * 4096);
}

void gnttab_batch_copy(struct gnttab_copy *op, unsigned int n)
{
	SIM_CHECK(n);
	sim_copies += n;
	for (; n; n--, op++) {
		u8 *from = copy_page(op->flags & GNTCOPY_source_gref, op->source.u.ref,
				     op->source.u.gmfn, op->source.domid);
		u8 *to = copy_page(op->flags & GNTCOPY_dest_gref, op->dest.u.ref,
				   op->dest.u.gmfn, op->dest.domid);

		SIM_CHECK(op->len && op->source.offset + op->len <= 4096);
		SIM_CHECK(op->dest.offset + op->len <= 4096);
		op->status = from && to ? GNTST_okay : GNTST_bad_gntref;
		if (!op->status)
			memcpy(to + op->dest.offset, from + op->source.offset, op->len);
	}
}

void *sim_vmap(unsigned int n)
{
	unsigned int i = 0;

	if (fails())
		return NULL;
	while (areas[i].addr)
		SIM_CHECK(++i < MAX_RINGS);
	SIM_CHECK(n && n <= XMD_STAGE_PAGES);
	areas[i].n = n;
	areas[i].addr = mmap(NULL, n * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	SIM_CHECK(areas[i].addr != MAP_FAILED);
	if (!areas_from || areas[i].addr < areas_from)
		areas_from = areas[i].addr;
	areas_to = max(areas_to, areas[i].addr + n * 4096);
	return areas[i].addr;
}

static u8 *guests_byte_in(const struct area *a, const u8 *p)
{
	unsigned long k = (p - a->addr) / 4096ul;

	return a->addr && k < a->n && a->mapped[k] ? a->guests[k] + (p - a->addr) % 4096 : NULL;
}

u8 *sim_guests_byte(const void *p)
{
	static unsigned int last;
	u8 *at = NULL;

	if ((u8 *)p < areas_from || (u8 *)p >= areas_to)
		return NULL;
	at = guests_byte_in(&areas[last], p);
	for (unsigned int i = 0; i < MAX_RINGS && !at; i++) {
		at = guests_byte_in(&areas[i], p);
		last = i;
	}
	return at;
}

static u32 *mapped_at(u64 addr, u8 *guests)
{
	for (unsigned int i = 0; i < MAX_RINGS; i++) {
		u64 from = (u64)areas[i].addr;

		if (from && addr >= from && addr < from + areas[i].n * 4096) {
			areas[i].guests[(addr - from) / 4096] = guests;
			return &areas[i].mapped[(addr - from) / 4096];
		}
	}
	SIM_CHECK(false);
	return NULL;
}

void vunmap(void *p)
{
	unsigned int i = 0, k;

	while (areas[i].addr != p)
		SIM_CHECK(++i < MAX_RINGS);
	for (k = 0; k < areas[i].n; k++)
		SIM_CHECK(!areas[i].mapped[k]);
	munmap(p, areas[i].n * 4096);
	areas[i].addr = NULL;
}

/* Guest @g's page of the file of all rings, there or elsewhere. */
static void *ring_page(const struct guest *g, unsigned int ring, void *at)
{
	off_t page = 0;
	void *p;

	if (!ring_file)
		ring_file = memfd_create("rings", MFD_CLOEXEC);
	while (guests[page / 2] != g)
		page += 2;
	page = (page + ring) * 4096;
	SIM_CHECK(!ftruncate(ring_file, MAX_GUESTS * 2 * 4096));
	p = mmap(at, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | (at ? MAP_FIXED : 0), ring_file, page);
	SIM_CHECK(p != MAP_FAILED);
	return p;
}

static void grant_map(struct gnttab_map_grant_ref *op)
{
	bool writable = !(op->flags & GNTMAP_readonly);
	struct guest *g = guest_of(op->dom);
	u8 *page = granted(op->dom, op->ref);
	u32 *mapped = mapped_at(op->host_addr, page ? page : !g ? NULL : op->ref == TX_RING_REF ?
				(u8 *)g->tx : (u8 *)g->rx);
	void *at = (void *)op->host_addr;

	SIM_CHECK(!*mapped &&
		  (op->flags & ~GNTMAP_readonly) == (GNTMAP_host_map | GNTMAP_contains_pte));
	op->status = GNTST_bad_gntref;
	if (fails() || !g || (writable && page && !writable_page(g, page)))
		return;
	if (op->ref == TX_RING_REF || op->ref == RX_RING_REF)
		ring_page(g, op->ref == RX_RING_REF, at);
	else if (page)
		SIM_CHECK(mmap(at, 4096, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED | MAP_FIXED,
			       g->file, page - g->pages) != MAP_FAILED);
	else
		return;
	*mapped = ++handles;
	op->status = GNTST_okay;
	op->handle = handles;
	sim_mapped++;
}

static void grant_unmap(struct gnttab_unmap_grant_ref *op)
{
	u32 *mapped = mapped_at(op->host_addr, NULL);

	SIM_CHECK(*mapped && op->handle == *mapped);
	op->status = sim_pinned ? GNTST_bad_handle : GNTST_okay;
	if (sim_pinned)
		return;
	*mapped = 0;
	SIM_CHECK(mmap((void *)op->host_addr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		       -1, 0) != MAP_FAILED);
	sim_mapped--;
}

int HYPERVISOR_grant_table_op(unsigned int op, void *arg, unsigned int n)
{
	SIM_CHECK(n == 1);
	if (op == GNTTABOP_map_grant_ref)
		grant_map(arg);
	else
		grant_unmap(arg);
	return 0;
}

int HYPERVISOR_event_channel_op(int op, void *arg)
{
	if (op == EVTCHNOP_close) {
		sim_bound--;
		return 0;
	}
	port_owner = guest_of(((struct evtchn_bind_interdomain *)arg)->remote_dom);
	if (fails() || !port_owner)
		return -ENOENT;
	sim_bound++;
	return 0;
}

int bind_evtchn_to_irqhandler_lateeoi(u32 port, irq_handler_t h, unsigned long flags,
				      const char *name, void *arg)
{
	(void)port;
	(void)flags;
	SIM_CHECK(name);
	if (fails())
		return -ENOMEM;
	for (int i = 1; i <= 2 * MAX_GUESTS; i++) {
		if (irqs[i].used)
			continue;
		irqs[i].used = true;
		irqs[i].h = h;
		irqs[i].arg = arg;
		irqs[i].g = port_owner;
		if (port_owner->tx_irq)
			port_owner->rx_irq = i;
		else
			port_owner->tx_irq = i;
		/* Xen raises a first event as soon as a port is bound; its softirq follows. */
		h(i, arg);
		sim_run();
		return i;
	}
	return -ENOSPC;
}

void unbind_from_irqhandler(unsigned int irq, void *arg)
{
	SIM_CHECK(irqs[irq].used && irqs[irq].arg == arg);
	irqs[irq].used = false;
	irqs[irq].g->tx_irq = 0;
	irqs[irq].g->rx_irq = 0;
	sim_bound--;
}

void xen_irq_lateeoi(unsigned int irq, unsigned int flags)
{
	SIM_CHECK(irqs[irq].used);
	irqs[irq].g->eoi++;
	irqs[irq].g->eoi_spurious += !!(flags & XEN_EOI_FLAG_SPURIOUS);
}

void notify_remote_via_irq(int irq)
{
	SIM_CHECK(irqs[irq].used);
	irqs[irq].g->events++;
}

/* ---------------------------------------------------------------------- NIC */

int xmd_nic_attach(const struct xmd_nic_ops *ops, void *ctx, struct xmd_nic **place)
{
	nic.ops = ops;
	nic.ctx = ctx;
	*place = (struct xmd_nic *)&nic;
	return 0;
}

void xmd_nic_detach(struct xmd_nic *n)
{
	(void)n;
	nic_complete(SIM_FRAMES);
	nic.ops = NULL;
}

struct net_device *xmd_nic_netdev(const struct xmd_nic *n)
{
	SIM_CHECK((const void *)n == &nic);
	return &nic.dev;
}

void xmd_nic_rx_hold(struct xmd_nic *n, bool hold)
{
	SIM_CHECK((void *)n == &nic);
	nic.held_back = hold;
}

bool xmd_nic_stuck(struct xmd_nic *n)
{
	return nic.stuck;
}

bool xmd_nic_tx_idle(const struct xmd_nic *n)
{
	return nic.says_idle || (nic.answer >= 0 && !nic.n_held);
}

bool xmd_nic_away(const struct xmd_nic *n)
{
	return nic.away;
}

unsigned int xmd_nic_unwell_ms(const struct xmd_nic *n)
{
	SIM_CHECK((const void *)n == &nic);
	return nic.unwell_ms;
}

unsigned int xmd_nic_max_frame(const struct xmd_nic *n)
{
	(void)n;
	return nic.max_frame;
}

unsigned int xmd_nic_gso(const struct xmd_nic *n)
{
	(void)n;
	return XMD_F_GSO_TCPV4 | (nic.gso6 ? XMD_F_GSO_TCPV6 : 0);
}

unsigned int xmd_nic_tx_space(const struct xmd_nic *n)
{
	(void)n;
	return nic.answer > 0 && nic.n_held < nic.room ? nic.room - nic.n_held + nic.optimism : 0;
}

int xmd_nic_bufs(const struct xmd_nic *n)
{
	SIM_CHECK((const void *)n == &nic);
	return SIM_POOL - 2 * XMD_BATCH - 256 - SIM_RESERVE - nic.more_ring;
}

int xmd_nic_tx_provide(struct xmd_nic *n, struct xmd_buf **frames, unsigned int k)
{
	unsigned int taken = 0;

	SIM_CHECK((void *)n == &nic && k && k <= XMD_BATCH);
	if (nic.answer <= 0)
		return nic.answer;
	while (taken < k && nic.n_held < nic.room && nic.n_bytes < nic.room_bytes) {
		nic.n_bytes += xmd_wire_bytes(frames[taken]);
		nic.held[nic.n_held++] = frames[taken++];
	}
	nic.doorbells += !!taken;
	nic.refused += k - taken;
	return taken;
}

static void flat_of(struct flat *f, const struct xmd_buf *b)
{
	const struct xmd_buf *part;
	unsigned int bufs_seen = 0;

	f->len = 0;
	f->flags = b->flags;
	f->csum_start = b->csum_start;
	f->csum_offset = b->csum_offset;
	f->gso_size = b->gso_size;
	for (part = b; part; part = part->frag, bufs_seen++) {
		SIM_CHECK(part->len && part->off + part->len <= 4096);
		memcpy(f->data + f->len, xmd_buf_data(part), part->len);
		f->len += part->len;
	}
	SIM_CHECK(f->len == b->frame_len && bufs_seen == b->nbufs);
	SIM_CHECK(bufs_seen <= XMD_FRAME_MAX_BUFS);
	SIM_CHECK(b->len >= min(f->len, 256u));
}

/* The wire takes the first @n frames. */
void nic_complete(unsigned int n)
{
	while (n && nic.n_held) {
		struct xmd_buf *told[XMD_BATCH];
		unsigned int k = min(min(n, nic.n_held), XMD_BATCH);

		for (unsigned int i = 0; i < k; i++) {
			flat_of(nic.sent, nic.held[i]);
			if (sim_on_wire)
				sim_on_wire(nic.sent);
			nic.sent_seq[nic.n_sent++ % SIM_FRAMES] = seq_of(nic.sent->data);
			told[i] = nic.held[i];
			nic.n_bytes -= xmd_wire_bytes(told[i]);
			if (told[i]->owner)
				nic.wire[((struct xmd_vif *)told[i]->owner)->id.domid %
					 SIM_DOMIDS] += xmd_wire_bytes(told[i]);
		}
		nic.n_held -= k;
		n -= k;
		memmove(nic.held, nic.held + k, nic.n_held * sizeof(nic.held[0]));
		nic.ops->tx_return(nic.ctx, told, k);
	}
	sim_run();
}

void nic_wire(unsigned int bytes)
{
	nic.credit += bytes;
	while (nic.n_held && xmd_wire_bytes(nic.held[0]) <= nic.credit) {
		nic.credit -= xmd_wire_bytes(nic.held[0]);
		nic_complete(1);
	}
	if (!nic.n_held)
		nic.credit = 0;
}

/* The receive ring may take what is reserved, and always has some. */
void nic_take(struct xmd_buf **b, unsigned int n)
{
	SIM_CHECK(take(b, n, 0) == n);
}

void nic_receive(const u8 *data, u32 len)
{
	struct xmd_buf *b;

	nic_take(&b, 1);
	memcpy(b->data, data, len);
	b->len = len;
	b->frame_len = len;
	nic.ops->rx_return(nic.ctx, &b, 1);
}

void xmd_nic_host_rx(struct xmd_nic *n, struct xmd_buf *frame)
{
	flat_of(nic.host, frame);
	nic.n_host++;
	xmd_buf_put(n, frame);
}

unsigned int xmd_buf_get(struct xmd_nic *n, struct xmd_buf **b, unsigned int k)
{
	SIM_CHECK((void *)n == &nic);
	return take(b, k, SIM_RESERVE);
}

void xmd_buf_hold(struct xmd_buf *b)
{
	SIM_CHECK(b->refs > 0);
	b->refs++;
}

void xmd_buf_put(struct xmd_nic *n, struct xmd_buf *b)
{
	SIM_CHECK((void *)n == &nic && b->refs > 0);
	if (--b->refs)
		return;
	for (struct xmd_buf *next; b; b = next) {
		next = b->frag;
		SIM_CHECK(nic.pool_free < POOL);
		pool[nic.pool_free++] = b;
	}
}

/* ------------------------------------------------------------------- guests */

struct guest *guest_new(u16 domid, u32 features)
{
	struct guest *g = calloc(1, sizeof(*g));
	const u8 mac[6] = { 0, 0x16, 0x3e, 0, domid >> 8, domid };
	int i = 0;

	memcpy(g->mac, mac, 6);
	g->domid = domid;
	g->features = features;
	g->file = memfd_create("pages", MFD_CLOEXEC);
	SIM_CHECK(!ftruncate(g->file, 2 * SIM_PAGES * 4096));
	g->pages = mmap(NULL, 2 * SIM_PAGES * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, g->file, 0);
	SIM_CHECK(g->pages != MAP_FAILED);
	for (unsigned int p = 0; p < SIM_PAGES; p++) {
		g->txpage[p] = g->pages + p * 4096;
		g->rxpage[p] = g->pages + (SIM_PAGES + p) * 4096;
	}
	while (guests[i])
		i++;
	guests[i] = g;
	g->tx = ring_page(g, 0, NULL);
	g->rx = ring_page(g, 1, NULL);
	SHARED_RING_INIT(g->tx);
	SHARED_RING_INIT(g->rx);
	return g;
}

void guest_free(struct guest *g)
{
	for (int i = 0; i < MAX_GUESTS; i++)
		if (guests[i] == g)
			guests[i] = NULL;
	munmap(g->pages, 2 * SIM_PAGES * 4096);
	close(g->file);
	munmap(g->tx, 4096);
	munmap(g->rx, 4096);
	free(g);
}

int guest_connect(struct guest *g, bool adopt)
{
	struct xmd_vif_connect c = {
		.version = XMD_XPC_VERSION, .id.domid = g->domid, .features = g->features,
		.mtu = 1500, .adopt = adopt, .n_queues = 1,
		.queue[0] = { TX_RING_REF, RX_RING_REF, 10, 11 }, .rate = g->rate, .confine = g->confine,
	};

	memcpy(c.mac, g->mac, 6);
	return xmd_vif_connect(&c);
}

int guest_disconnect(struct guest *g)
{
	struct xmd_vif_id id = { .domid = g->domid };

	return xmd_vif_disconnect(&id);
}

int guest_stage(struct guest *g, struct xmd_gref *list, unsigned int n, bool del)
{
	struct xmd_vif_id id = { .domid = g->domid };

	return xmd_vif_stage(&id, list, n, del);
}

unsigned int guest_list(struct xmd_gref list[XMD_STAGE_PAGES])
{
	for (unsigned int i = 0; i < SIM_PAGES; i++) {
		list[i] = (struct xmd_gref){ .ref = TX_REF + i, .flags = XMD_GREF_READONLY };
		list[SIM_PAGES + i] = (struct xmd_gref){ .ref = RX_REF + i };
	}
	return 2 * SIM_PAGES;
}

void guest_event(struct guest *g)
{
	if (g->tx_irq)
		irqs[g->tx_irq].h(g->tx_irq, irqs[g->tx_irq].arg);
}

void guest_slot(struct guest *g, unsigned int page, u16 off, u16 size, u16 flags)
{
	g->tx->ring[g->tx_prod % 256].req = (struct netif_tx_request){
		.gref = TX_REF + page, .offset = off, .size = size, .flags = flags,
		.id = g->tx_prod,
	};
	g->tx_prod++;
}

void guest_gso(struct guest *g, u8 type, u16 size)
{
	struct netif_extra_info *e = (void *)&g->tx->ring[g->tx_prod++ % 256];

	*e = (struct netif_extra_info){ .type = XEN_NETIF_EXTRA_TYPE_GSO };
	e->u.gso.size = size;
	e->u.gso.type = type;
}

void guest_push(struct guest *g)
{
	g->tx->req_prod = g->tx_prod;
	guest_event(g);
}

/* gso: in the upper bits of flags, type << 28 | size << 12, as a shorthand */
void guest_send(struct guest *g, const u8 *data, u32 len, unsigned int each, u16 flags)
{
	bool first = true;

	for (u32 at = 0; at < len; at += each) {
		unsigned int page = g->tx_prod % SIM_PAGES, n = min(each, len - at);

		memcpy(g->txpage[page] + 4096 - n, data + at, n);
		guest_slot(g, page, 4096 - n, first ? len : n,
			   (first ? flags : 0) | (at + n < len ? NETTXF_more_data : 0));
		first = false;
	}
	guest_push(g);
}

void guest_post(struct guest *g, unsigned int n)
{
	u32 old = g->rx_prod;

	for (; n; n--, g->rx_prod++) {
		SIM_CHECK(g->rx_prod - g->rx_cons < 256);
		g->rx->ring[g->rx_prod % 256].req = (struct netif_rx_request){
			.id = g->rx_prod % 256, .gref = RX_REF + g->rx_prod % SIM_PAGES,
		};
	}
	g->rx->req_prod = g->rx_prod;
	if (g->rx_irq && g->rx_prod - g->rx->req_event < g->rx_prod - old)
		irqs[g->rx_irq].h(g->rx_irq, irqs[g->rx_irq].arg);
}

int guest_tx_status(struct guest *g)
{
	struct netif_tx_response *r = &g->tx->ring[g->tx_cons % 256].rsp;

	if (g->tx_cons == g->tx->rsp_prod)
		return 99;
	if (r->status != NETIF_RSP_NULL)
		SIM_CHECK(r->id == (u16)g->tx_cons);
	g->tx_cons++;
	g->tx->rsp_event = g->tx_cons + 1;
	return r->status;
}

bool guest_receive(struct guest *g, struct flat *f, bool *bad)
{
	bool more = true, extra = false;

	memset(f, 0, offsetof(struct flat, data));
	*bad = false;
	if (g->rx_cons == g->rx->rsp_prod)
		return false;
	for (u32 first = g->rx_cons; more; g->rx_cons++) {
		struct netif_rx_response *r = &g->rx->ring[g->rx_cons % 256].rsp;

		SIM_CHECK(g->rx_cons != g->rx->rsp_prod);
		if (extra) {
			struct netif_extra_info *e = (void *)r;

			SIM_CHECK(e->type == XEN_NETIF_EXTRA_TYPE_GSO && !e->flags);
			f->gso_size = e->u.gso.size;
			extra = false;
			more = f->flags & NETRXF_more_data;
			continue;
		}
		SIM_CHECK(r->id == g->rx_cons % 256);
		if (g->rx_cons == first) {
			f->flags = r->flags;
			extra = r->flags & NETRXF_extra_info;
		}
		more = extra || (r->flags & NETRXF_more_data);
		if (r->status < 0) {
			*bad = true;
			continue;
		}
		memcpy(f->data + f->len, g->rxpage[g->rx_cons % SIM_PAGES] + r->offset, r->status);
		f->len += r->status;
	}
	g->rx->rsp_event = g->rx_cons + 1;
	return true;
}

/* -------------------------------------------------------------------- world */

void make_frame(u8 *p, const u8 *to, const u8 *from, u32 len, u32 seq)
{
	memcpy(p, to, 6);
	memcpy(p + 6, from, 6);
	p[12] = 0x88;
	p[13] = 0xb5;	/* IEEE: local experiment */
	for (u32 i = 14; i < len; i++)
		p[i] = seq * 31 + i * 7 + (i >> 8);
	memcpy(p + 14, &seq, min(4u, len - 14));
}

u32 seq_of(const u8 *p)
{
	u32 seq;

	memcpy(&seq, p + 14, 4);
	return seq;
}

static void pool_fill(void)
{
	for (unsigned int i = 0; i < POOL; i++) {
		if (!bufs[i].data)
			bufs[i].data = aligned_alloc(4096, 4096);
		pool[i] = &bufs[i];
	}
	nic.pool_free = POOL;
	nic.pool_least = POOL;
}

void sim_begin(void)
{
	static const u8 host[6] = { 0x52, 0x54, 0, 0, 0, 1 };

	memset(&back, 0, sizeof(back));
	memset(&nic, 0, sizeof(nic));
	nic.answer = 1;
	nic.room = 100;
	nic.room_bytes = ~0u;
	nic.max_frame = XMD_FRAME_STD;
	nic.sent = calloc(1, sizeof(*nic.sent));
	nic.host = calloc(1, sizeof(*nic.host));
	memcpy(nic.dev.dev_addr, host, 6);
	pool_fill();
	INIT_LIST_HEAD(&back.line);
	INIT_LIST_HEAD(&back.short_of_bufs);
	INIT_LIST_HEAD(&back.leaving);
	back.fdb = calloc(1, sizeof(*back.fdb));
	xmd_fdb_init(back.fdb, &(hsiphash_key_t){ { 42, 43 } });
}

void sim_start(void)
{
	sim_begin();
	sim_now = 1000;
	sim_fail_at = 0;
	sim_failed = 0;
	sim_errors = 0;
	sim_notices = 0;
	SIM_CHECK(!xmd_switch_attach());
}

void sim_stop(void)
{
	sim_run();
	xmd_vif_disconnect_all();
	xmd_mirror_exit();
	xmd_early_tick(true);
	xmd_switch_detach();
	SIM_CHECK(nic.pool_free == POOL);
	SIM_CHECK(!sim_devs && !sim_skbs && !xmd_mirror_key.n);
	SIM_CHECK(!back.staged && !sim_mapped && !sim_bound && !sim_napis && !back.nvif);
	SIM_CHECK(!back.shared.v && !back.guaranteed.v && back.line.next == &back.line);
	for (int i = 0; i < MAX_HRTIMERS; i++)
		SIM_CHECK(!hrtimers[i]);
	for (int i = 0; i < MAX_GUESTS; i++)
		if (guests[i])
			guest_free(guests[i]);
	free(back.fdb);
	free(nic.sent);
	free(nic.host);
}

void sim_start_two(struct guest **a, struct guest **b)
{
	sim_start();
	*a = guest_new(1, LINUX);
	*b = guest_new(2, LINUX);
	SIM_CHECK(!guest_connect(*a, false) && !guest_connect(*b, false));
}
