// SPDX-License-Identifier: GPL-2.0
/* A guest in one process; see sim.h. */
#include <stdarg.h>
#include "sim.h"

struct xmd_front front;
struct net_device sim_dev;
struct back_sim bk;
struct mutex sim_rtnl;
int sim_fail_at, sim_requested, sim_csum_setup;
bool sim_failed, sim_nothing_else, sim_poll_returns, sim_irqs_off;
unsigned int sim_freed[SIM_KEEP], sim_spurious, sim_eois, sim_notified, sim_features;
struct sk_buff_head sim_received;

static bool fails(void)
{
	if (!sim_fail_at || --sim_fail_at)
		return false;
	sim_failed = true;
	return true;
}

/* ---- pages ---- */

#define PAGES 8192u
static struct page page[PAGES];
static u8 memory[PAGES][4096] __attribute__((aligned(4096)));
static unsigned int next_page;

void *page_address(const struct page *p)
{
	return memory[p - page];
}

struct page *virt_to_page(const void *p)
{
	unsigned long i = ((const u8 *)p - memory[0]) / 4096;

	SIM_CHECK(i < PAGES);
	return &page[i];
}

/* @n pages in a row, as an skb's head may have them; one that was freed is not used soon. */
static struct page *in_a_row(unsigned int n, int flags)
{
	for (unsigned int tries = 0; tries < PAGES; tries++) {
		unsigned int i, at = next_page;

		next_page = at + 1 < PAGES - n ? at + 1 : 0;
		for (i = 0; i < n && !page[at + i].refs; i++)
			;
		if (i < n)
			continue;
		for (i = 0; i < n; i++) {
			page[at + i].refs = 1;
			/* what nobody else should see */
			memset(memory[at + i], flags & __GFP_ZERO ? 0 : 0x5e, 4096);
		}
		next_page = at + n < PAGES - 32 ? at + n : 0;
		return &page[at];
	}
	abort();
}

struct page *alloc_page(int flags)
{
	return fails() ? NULL : in_a_row(1, flags);
}

struct page *alloc_pages(int flags, unsigned int order)
{
	return fails() ? NULL : in_a_row(1u << order, flags);
}

void get_page(struct page *p)
{
	SIM_CHECK(p->refs > 0);
	p->refs++;
}

void put_page(struct page *p)
{
	SIM_CHECK(p->refs > 0);
	p->refs--;
}

unsigned int sim_pages(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < PAGES; i++)
		n += page[i].refs > 0;
	return n;
}

/* ---- skbs ---- */

static struct sk_buff *new_skb(unsigned int room)
{
	struct sk_buff *skb = calloc(1, sizeof(*skb));
	unsigned int n = (room + 4095) / 4096;

	skb->head = skb->data = page_address(in_a_row(n ? n : 1, 0));
	skb->room = room;
	skb->dev = &sim_dev;
	return skb;
}

static void fill(u8 *p, unsigned int n, unsigned int seed)
{
	for (unsigned int i = 0; i < n; i++)
		p[i] = seed * 31 + i * 7 + (i >> 8);
}

struct sk_buff *sim_skb(unsigned int id, unsigned int off, unsigned int head, unsigned int frags,
			unsigned int each)
{
	struct sk_buff *skb = new_skb(off + head);

	skb->id = id;
	skb->data += off;
	skb->len = head;
	fill(skb->data, head, id);
	for (unsigned int i = 0; i < frags; i++) {
		struct page *p = in_a_row((each + 8191) / 4096, 0);

		skb->info.frags[i] = (skb_frag_t){ p, i % 7, each };
		fill((u8 *)page_address(p) + i % 7, each, id + i + 1);
		skb->len += each;
		skb->data_len += each;
	}
	skb->info.nr_frags = frags;
	return skb;
}

int skb_copy_bits(const struct sk_buff *skb, int from, void *to, int len)
{
	unsigned int at = 0, off = from, left = len;
	u8 *out = to;

	SIM_CHECK(off + left <= skb->len);
	for (int i = -1; i < (int)skb->info.nr_frags && left; i++) {
		const u8 *p = i < 0 ? skb->data : (u8 *)page_address(skb->info.frags[i].page) +
			skb->info.frags[i].off;
		unsigned int n = i < 0 ? skb_headlen(skb) : skb->info.frags[i].len;

		if (off < at + n) {
			unsigned int take = at + n - off < left ? at + n - off : left;

			memcpy(out, p + (off - at), take);
			out += take;
			off += take;
			left -= take;
		}
		at += n;
	}
	return left ? -EFAULT : 0;
}

void dev_kfree_skb_any(struct sk_buff *skb)
{
	unsigned int i, n = skb->room ? (skb->room + 4095) / 4096 : 1;

	SIM_CHECK(skb->id < SIM_KEEP);
	sim_freed[skb->id]++;
	for (i = 0; i < n; i++)
		put_page(virt_to_page(skb->head) + i);
	for (i = 0; i < skb->info.nr_frags; i++) {
		struct page *p = skb->info.frags[i].page;
		/* sim_skb's have several pages, received ones have one */
		unsigned int k = skb->id ? (skb->info.frags[i].len + 8191) / 4096 : 1;

		while (k--)
			put_page(p++);
	}
	free(skb);
}

/* Linux would cut and fill in what the new backend cannot; here, nothing. */
struct sk_buff *validate_xmit_skb_list(struct sk_buff *skb, struct net_device *dev, bool *again)
{
	(void)dev;
	(void)again;
	return skb;
}

struct sk_buff *napi_alloc_skb(struct napi_struct *n, unsigned int len)
{
	SIM_CHECK(n->enabled);
	return fails() ? NULL : new_skb(len);
}

void *skb_put_data(struct sk_buff *skb, const void *from, unsigned int len)
{
	SIM_CHECK(skb->len + len <= skb->room && !skb->data_len);
	memcpy(skb->data + skb->len, from, len);
	skb->len += len;
	return skb->data;
}

void skb_add_rx_frag(struct sk_buff *skb, int i, struct page *p, int off, int len, unsigned int truesize)
{
	(void)truesize;
	SIM_CHECK(i == (int)skb->info.nr_frags && i < MAX_SKB_FRAGS && off + len <= 4096 && len > 0);
	skb->info.frags[i] = (skb_frag_t){ p, off, len };
	skb->info.nr_frags++;
	skb->len += len;
	skb->data_len += len;
}

bool pskb_may_pull(struct sk_buff *skb, unsigned int len)
{
	u8 head[64];
	unsigned int have = skb_headlen(skb), want = len - have;

	if (have >= len)
		return true;
	if (len > skb->len || len > sizeof(head) || len > skb->room)
		return false;
	skb_copy_bits(skb, 0, head, len);
	memcpy(skb->data, head, len);
	skb->data_len -= want;
	for (unsigned int i = 0; want; i++) {
		skb_frag_t *f = &skb->info.frags[i];
		unsigned int take = f->len < want ? f->len : want;

		f->off += take;
		f->len -= take;
		want -= take;
	}
	return true;
}

int skb_checksum_setup(struct sk_buff *skb, bool recalculate)
{
	(void)skb;
	(void)recalculate;
	return sim_csum_setup;
}

u16 eth_type_trans(struct sk_buff *skb, struct net_device *dev)
{
	SIM_CHECK(dev == &sim_dev && skb_headlen(skb) >= ETH_HLEN);
	return (u16)(skb->data[12] | skb->data[13] << 8);
}

u32 eth_get_headlen(const struct net_device *dev, const void *data, u32 len)
{
	(void)data;
	SIM_CHECK(dev == &sim_dev);
	return len < 54 ? len : 54;
}

void napi_gro_receive(struct napi_struct *n, struct sk_buff *skb)
{
	SIM_CHECK(n == &front.napi && !sim_irqs_off);
	__skb_queue_tail(&sim_received, skb);
}

/* ---- NAPI, timers, work ---- */

void napi_enable(struct napi_struct *n)
{
	SIM_CHECK(!n->enabled && sim_rtnl.held);
	n->enabled = true;
}

void napi_disable(struct napi_struct *n)
{
	SIM_CHECK(n->enabled && sim_rtnl.held);
	n->scheduled = n->missed = false;
	n->enabled = false;
	sim_poll_returns = true;
}

void napi_schedule(struct napi_struct *n)
{
	if (!n->enabled)
		return;
	if (n->scheduled)
		n->missed = true;
	n->scheduled = true;
}

bool napi_complete_done(struct napi_struct *n, int work)
{
	(void)work;
	SIM_CHECK(n->scheduled);
	n->scheduled = n->missed;
	n->missed = false;
	return !n->scheduled;
}

void sim_run(void)
{
	for (int i = 0; front.napi.scheduled; i++) {
		int done;

		SIM_CHECK(i < 10000);	/* polls that never end */
		front.napi.missed = false;
		done = xmd_front_poll(&front.napi, 16);
		SIM_CHECK(done <= 16 && !sim_irqs_off);
		SIM_CHECK(done < 16 || front.napi.scheduled);
	}
}

void sim_timers(void)
{
	if (front.rx.refill.pending) {
		front.rx.refill.pending = false;
		front.rx.refill.fn(&front.rx.refill);
	}
	sim_run();
}

bool net_ratelimit(void)
{
	return false;
}

void netdev_warn(const struct net_device *dev, const char *fmt, ...)
{
	(void)dev;
	(void)fmt;
}

/* follow(), as far as it matters here */
void xmd_front_follow_soon(struct xmd_front *f, unsigned long delay)
{
	(void)delay;
	f->work.pending = true;
}

void sim_work(void)
{
	for (int i = 0; front.work.pending && i < 100; i++) {
		front.work.pending = false;
		xmd_front_stage_look(&front);
		sim_run();
	}
	for (int i = 0; front.mcast.work.pending && i < 100; i++) {
		front.mcast.work.pending = false;
		front.mcast.work.work.fn(&front.mcast.work.work);
		sim_run();
	}
}

/* ---- Xen: grants ---- */

#define REFS 4096u
enum { FREE, POOLED, ACTIVE, ENDED };
static struct { int state, mapped, readonly, domid, next; struct page *page; bool deferred; } grant[REFS];

int gnttab_alloc_grant_references(u16 n, grant_ref_t *pool)
{
	int head = -1;

	if (fails())
		return -ENOSPC;
	for (unsigned int i = 8; i < REFS && n; i++) {
		if (grant[i].state != FREE)
			continue;
		grant[i].state = POOLED;
		grant[i].next = head;
		head = i;
		n--;
	}
	SIM_CHECK(!n);
	*pool = head;
	return 0;
}

void gnttab_free_grant_references(grant_ref_t pool)
{
	int next;

	/* -1 ends the list: an empty pool and none at all are the same */
	for (; pool != INVALID_GRANT_REF; pool = next) {
		SIM_CHECK(grant[pool].state == POOLED);
		next = grant[pool].next;
		grant[pool].state = FREE;
	}
}

int gnttab_claim_grant_reference(grant_ref_t *pool)
{
	int ref = *pool;

	SIM_CHECK(ref >= 0 && grant[ref].state == POOLED);
	*pool = grant[ref].next;
	grant[ref].state = ENDED;
	return ref;
}

void gnttab_release_grant_reference(grant_ref_t *pool, grant_ref_t ref)
{
	SIM_CHECK(grant[ref].state == ENDED);
	grant[ref].state = POOLED;
	grant[ref].next = *pool;
	*pool = ref;
}

unsigned long xen_page_to_gfn(struct page *p)
{
	SIM_CHECK(p->refs > 0);
	return p - page;
}

void gnttab_grant_foreign_access_ref(grant_ref_t ref, u16 domid, unsigned long gfn, int readonly)
{
	SIM_CHECK(grant[ref].state == ENDED && !grant[ref].mapped && page[gfn].refs > 0);
	grant[ref].state = ACTIVE;
	grant[ref].page = &page[gfn];
	grant[ref].readonly = readonly;
	grant[ref].domid = domid;
}

int gnttab_end_foreign_access_ref(grant_ref_t ref)
{
	SIM_CHECK(grant[ref].state == ACTIVE);
	if (grant[ref].mapped)
		return 0;
	grant[ref].state = ENDED;
	return 1;
}

void gnttab_end_foreign_access(grant_ref_t ref, struct page *p)
{
	SIM_CHECK(grant[ref].state == ACTIVE && (!p || grant[ref].page == p));
	if (grant[ref].mapped) {
		if (!p)
			get_page(grant[ref].page);
		grant[ref].deferred = true;
		return;
	}
	grant[ref].state = FREE;
	if (p)
		put_page(p);
}

int gnttab_grant_foreign_access(u16 domid, unsigned long gfn, int readonly)
{
	unsigned int ref = 8;

	if (fails())
		return -ENOSPC;
	while (grant[ref].state != FREE)
		SIM_CHECK(++ref < REFS);
	grant[ref].state = ENDED;
	gnttab_grant_foreign_access_ref(ref, domid, gfn, readonly);
	return ref;
}

int gnttab_try_end_foreign_access(grant_ref_t ref)
{
	SIM_CHECK(grant[ref].state == ACTIVE);
	if (grant[ref].mapped)
		return 0;
	grant[ref].state = FREE;
	return 1;
}

/* A page that is mapped must be nobody else's: freed and given out again, that is. */
void back_map(grant_ref_t ref, int by)
{
	SIM_CHECK(ref < REFS && (grant[ref].state == ACTIVE || by < 0));
	SIM_CHECK(grant[ref].page->refs > 0);
	grant[ref].mapped += by;
	if (!grant[ref].mapped && grant[ref].deferred) {
		grant[ref].deferred = false;
		grant[ref].state = FREE;
		put_page(grant[ref].page);
	}
}

bool back_can_map(grant_ref_t ref)
{
	return ref < REFS && grant[ref].state == ACTIVE;
}

unsigned int sim_grants(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < REFS; i++)
		n += grant[i].state != FREE;
	return n;
}

static u8 *granted(grant_ref_t ref, bool write)
{
	if (ref >= REFS || grant[ref].state != ACTIVE || (write && grant[ref].readonly))
		return NULL;
	SIM_CHECK(grant[ref].domid == front.xbdev->otherend_id && grant[ref].page->refs > 0);
	return page_address(grant[ref].page);
}

/* ---- Xen: events, xenbus ---- */

static struct { bool used, masked, pending; irq_handler_t h; } irq[5];
static unsigned int ports;

int bind_evtchn_to_irqhandler_lateeoi(u32 port, irq_handler_t h, unsigned long flags,
				      const char *name, void *arg)
{
	(void)flags;
	(void)name;
	SIM_CHECK(port && arg == &front);
	if (fails())
		return -ENOMEM;
	for (int i = 1; i < 5; i++)
		if (!irq[i].used) {
			memset(&irq[i], 0, sizeof(irq[i]));
			irq[i].used = true;
			irq[i].h = h;
			return i;
		}
	abort();
}

void unbind_from_irqhandler(unsigned int i, void *arg)
{
	SIM_CHECK(arg == &front && i < 5 && irq[i].used && !sim_poll_returns);
	irq[i].used = false;
	ports--;
}

static void deliver_event(unsigned int i)
{
	if (!irq[i].used || irq[i].masked) {
		irq[i].pending = true;
		return;
	}
	irq[i].pending = false;
	irq[i].masked = true;
	irq[i].h(i, &front);
}

void xen_irq_lateeoi(unsigned int i, unsigned int flags)
{
	SIM_CHECK(i < 5 && irq[i].used && irq[i].masked);
	irq[i].masked = false;
	sim_eois++;
	sim_spurious += flags & XEN_EOI_FLAG_SPURIOUS;
	if (irq[i].pending)
		deliver_event(i);
}

void sim_event(unsigned int channel)
{
	deliver_event(front.irq[channel]);
}

void notify_remote_via_irq(int i)
{
	SIM_CHECK(irq[i].used);
	sim_notified++;
}

int xenbus_alloc_evtchn(struct xenbus_device *dev, evtchn_port_t *port)
{
	SIM_CHECK(dev == front.xbdev);
	if (fails())
		return -ENOSPC;
	ports++;
	*port = 100 + ports;
	return 0;
}

int xenbus_free_evtchn(struct xenbus_device *dev, evtchn_port_t port)
{
	(void)dev;
	(void)port;
	ports--;
	return 0;
}

int xenbus_setup_ring(struct xenbus_device *dev, int gfp, void **vaddr, unsigned int n, grant_ref_t *ref)
{
	struct page *p;

	(void)gfp;
	SIM_CHECK(n == 1);
	*vaddr = NULL;
	*ref = INVALID_GRANT_REF;
	if (fails())
		return -ENOMEM;
	p = in_a_row(1, __GFP_ZERO);
	for (*ref = 1; grant[*ref].state != FREE; ++*ref)
		SIM_CHECK(*ref < 8);
	grant[*ref].state = ENDED;
	gnttab_grant_foreign_access_ref(*ref, dev->otherend_id, xen_page_to_gfn(p), 0);
	*vaddr = page_address(p);
	return 0;
}

void xenbus_teardown_ring(void **vaddr, unsigned int n, grant_ref_t *ref)
{
	SIM_CHECK(n == 1 && !sim_poll_returns);
	gnttab_end_foreign_access(*ref, virt_to_page(*vaddr));
	*ref = INVALID_GRANT_REF;
	*vaddr = NULL;
}

int xenbus_transaction_start(struct xenbus_transaction *t)
{
	t->id = 1;
	return fails() ? -EIO : 0;
}

int xenbus_transaction_end(struct xenbus_transaction t, int abort)
{
	(void)t;
	return !abort && fails() ? -EAGAIN : 0;
}

int xenbus_rm(struct xenbus_transaction t, const char *dir, const char *node)
{
	(void)t;
	(void)dir;
	(void)node;
	return -ENOENT;
}

int xenbus_write(struct xenbus_transaction t, const char *dir, const char *node, const char *s)
{
	(void)t;
	(void)dir;
	if (!strcmp(node, "request-multicast-control"))
		sim_requested = atoi(s);
	return fails() ? -ENOSPC : 0;
}

int xenbus_printf(struct xenbus_transaction t, const char *dir, const char *node, const char *f, ...)
{
	char text[32];
	va_list ap;

	va_start(ap, f);
	vsnprintf(text, sizeof(text), f, ap);
	va_end(ap);
	return xenbus_write(t, dir, node, text);
}

/* ---- what main.c, netdev.c and obj.c do ---- */

void xmd_front_broken(struct xmd_front *f, unsigned int fault)
{
	if (!f->fault)
		f->fault = fault;
}

void xmd_front_netdev_features(struct xmd_front *f)
{
	(void)f;
	ASSERT_RTNL();
	sim_features++;
}

int xmd_front_obj_publish(struct xmd_front *f, struct xenbus_transaction t)
{
	(void)f;
	(void)t;
	return 0;
}

void sim_connect(void)
{
	SIM_CHECK(!xmd_front_rings_make(&front));
	SIM_CHECK(!xmd_front_rings_publish(&front));
	memset(&bk, 0, sizeof(bk));
	xmd_front_rings_start(&front);
	front.phase = XMD_SERVED;
	xmd_front_mcast_connected(&front);
	xmd_front_stage_served(&front);
	sim_run();
}

void sim_start(bool trusted, bool split)
{
	static struct xenbus_device xbdev = { "device/vif/0", 7 };

	memset(&front, 0, sizeof(front));
	memset(&sim_dev, 0, sizeof(sim_dev));
	memset(sim_freed, 0, sizeof(sim_freed));
	sim_eois = sim_spurious = sim_notified = 0;
	sim_fail_at = sim_csum_setup = 0;
	sim_nothing_else = !trusted;
	sim_failed = false;
	__skb_queue_head_init(&sim_received);
	front.netdev = &sim_dev;
	front.xbdev = &xbdev;
	front.trusted = trusted;
	front.feat.split = split;
	front.feat.mcast = true;
	front.feat.sg = true;
	front.napi.poll = xmd_front_poll;
	sim_dev.name = "eth0";
	sim_dev.priv = &front;
	sim_dev.running = true;
	sim_dev.txq.stopped = true;
	rtnl_lock();
	napi_enable(&front.napi);
	rtnl_unlock();
	xmd_front_tx_init(&front);
	xmd_front_rx_init(&front);
	xmd_front_mcast_init(&front);
	sim_connect();
}

void sim_end(void)
{
	struct sk_buff *skb;

	sim_fail_at = 0;
	xmd_front_rings_withdraw(&front);
	xmd_front_rings_withdraw(&front);
	xmd_front_stage_forget(&front);
	xmd_front_tx_forget(&front);
	while ((skb = __skb_dequeue(&sim_received)))
		dev_kfree_skb_any(skb);
	SIM_CHECK(!sim_pages());
	SIM_CHECK(!sim_grants());
	SIM_CHECK(!ports);
}

int sim_xmit(struct sk_buff *skb)
{
	SIM_CHECK(!sim_dev.txq.stopped);
	return xmd_front_tx_xmit(skb, &sim_dev);
}

/* ---- the backend ---- */

static struct netif_tx_sring *txs(void) { return front.tx.ring.sring; }
static struct netif_rx_sring *rxs(void) { return front.rx.ring.sring; }
#define TX(i) (((union netif_tx_sring_entry *)txs()->ring)[(i) % XMD_RING])
#define RX(i) (((union netif_rx_sring_entry *)rxs()->ring)[(i) % XMD_RING])

grant_ref_t back_tx_ref(u32 idx) { return TX(idx).req.gref; }
grant_ref_t back_rx_ref(u32 idx) { return RX(idx).req.gref; }

void back_attach(void)
{
	memset(&bk, 0, sizeof(bk));
	bk.tx_cons = bk.tx_rsp = txs()->rsp_prod;
	bk.rx_cons = bk.rx_rsp = rxs()->rsp_prod;
}

static void copy_in(struct sim_frame *f, unsigned int *at, const struct netif_tx_request *req, u32 len)
{
	u8 *p = granted(req->gref, false);

	SIM_CHECK(p && len && req->offset + len <= 4096);
	for (u32 i = 0; sim_nothing_else && !front.stage.on && i < 4096; i++)
		SIM_CHECK(!p[i] || (i >= req->offset && i < req->offset + len));
	memcpy(f->data + *at, p + req->offset, len);
	*at += len;
	f->slots++;
}

static void note_mcast(const netif_extra_info_t *e)
{
	bk.mcast_add += e->type == XEN_NETIF_EXTRA_TYPE_MCAST_ADD;
	bk.mcast_del += e->type == XEN_NETIF_EXTRA_TYPE_MCAST_DEL;
}

/* As netif.h: the first slot's size is the frame's, extras follow it at once. */
bool back_take(struct sim_frame *f)
{
	u32 rest = 0, at = bk.tx_cons, i;
	struct netif_tx_request first = TX(at).req, req;
	unsigned int done = 0, n, extras = 0, k = bk.unanswered;

	if (bk.tx_cons == txs()->req_prod)
		return false;
	memset(f, 0, sizeof(*f));
	bk.taken[k].first = at;
	bk.taken[k].id[0] = first.id;
	f->len = first.size;
	f->flags = first.flags;
	at++;
	if (first.flags & NETTXF_extra_info) {
		const netif_extra_info_t *e = (void *)&TX(at);

		SIM_CHECK(!(e->flags & XEN_NETIF_EXTRA_FLAG_MORE));
		if (e->type == XEN_NETIF_EXTRA_TYPE_GSO) {
			f->gso_type = e->u.gso.type;
			f->gso_size = e->u.gso.size;
		} else {
			note_mcast(e);
		}
		extras = 1;
		at++;
	}
	if (extras && !f->gso_type) {
		SIM_CHECK(!f->len);
	} else {
		for (i = at, req = first, n = 1; req.flags & NETTXF_more_data; i++, n++) {
			SIM_CHECK(i != txs()->req_prod && n < 18);
			req = TX(i).req;
			rest += req.size;
			bk.taken[k].id[n] = req.id;
		}
		SIM_CHECK(rest < f->len);
		copy_in(f, &done, &first, f->len - rest);
		for (; at != i; at++)
			copy_in(f, &done, &TX(at).req, TX(at).req.size);
		SIM_CHECK(done == f->len);
	}
	bk.taken[k].slots = at - bk.taken[k].first;
	bk.taken[k].extras = extras;
	bk.tx_cons = at;
	txs()->req_event = at + 1;
	bk.unanswered++;
	return true;
}

void back_answer(unsigned int n)
{
	SIM_CHECK(n <= bk.unanswered);
	for (unsigned int k = 0; k < n; k++) {
		unsigned int data = 0;
		bool mcast = bk.taken[k].slots == 2 && bk.taken[k].extras &&
			TX(bk.taken[k].first + 1).req.gref && bk.refuse_mcast;

		for (unsigned int s = 0; s < bk.taken[k].slots; s++, bk.tx_rsp++) {
			struct netif_tx_response *rsp = &TX(bk.tx_rsp).rsp;

			if (s == 1 && bk.taken[k].extras) {
				rsp->status = NETIF_RSP_NULL;
				continue;
			}
			rsp->id = bk.taken[k].id[data++];
			rsp->status = mcast ? NETIF_RSP_ERROR : NETIF_RSP_OKAY;
		}
	}
	memmove(bk.taken, bk.taken + n, sizeof(bk.taken[0]) * (bk.unanswered - n));
	bk.unanswered -= n;
	txs()->rsp_prod = bk.tx_rsp;
	sim_event(XMD_CHANNEL_TX);
	sim_run();
}

unsigned int back_room(void)
{
	return rxs()->req_prod - bk.rx_cons;
}

void back_put(const void *data, unsigned int off, int len, u16 flags)
{
	struct netif_rx_request req = RX(bk.rx_cons).req;
	struct netif_rx_response *rsp = &RX(bk.rx_cons).rsp;
	u8 *p;

	SIM_CHECK(back_room());
	SIM_CHECK(req.id == bk.rx_cons % XMD_RING);
	p = granted(req.gref, true);
	SIM_CHECK(p);
	if (len > 0 && off + len <= 4096)
		memcpy(p + off, data, len);
	*rsp = (struct netif_rx_response){ req.id, off, flags, len };
	bk.rx_cons++;
}

void back_put_extra(u8 type, u8 flags, u8 gso_type, u16 gso_size)
{
	netif_extra_info_t *e = (void *)&RX(bk.rx_cons);

	SIM_CHECK(back_room());
	memset(e, 0, 8);
	e->type = type;
	e->flags = flags;
	e->u.gso.type = gso_type;
	e->u.gso.size = gso_size;
	bk.rx_cons++;
}

void back_push(void)
{
	u32 old = rxs()->rsp_prod;

	rxs()->req_event = bk.rx_cons + 1;
	bk.rx_rsp = rxs()->rsp_prod = bk.rx_cons;
	/* only when it was asked for: an event that is missing then is the frontend's bug */
	if (bk.rx_cons - rxs()->rsp_event < bk.rx_cons - old)
		sim_event(XMD_CHANNEL_RX);
	sim_run();
}

/* ---- its end of the control ring ---- */

static grant_ref_t kept[XMD_STAGE_PAGES];
static unsigned int nkept;

static unsigned int ctrl_add(const struct xen_netif_ctrl_request *q)
{
	const struct xmd_gref *list = (void *)granted(q->data[1], true);
	unsigned int i;

	SIM_CHECK(list && q->data[2] <= XMD_STAGE_PAGES && !nkept);
	for (i = 0; i < q->data[2]; i++) {
		SIM_CHECK(back_can_map(list[i].ref));
		SIM_CHECK(grant[list[i].ref].readonly == !!(list[i].flags & XMD_GREF_READONLY));
		back_map(list[i].ref, 1);
		kept[nkept++] = list[i].ref;
	}
	return XEN_NETIF_CTRL_STATUS_SUCCESS;
}

unsigned int back_ctrl(u32 pages, bool refuse)
{
	struct xen_netif_ctrl_sring *r = front.stage.ring.sring;
	unsigned int n = 0;

	for (; r && r->rsp_prod != r->req_prod; n++) {
		union xen_netif_ctrl_sring_entry *e = (union xen_netif_ctrl_sring_entry *)r->ring +
			r->rsp_prod % 128;
		struct xen_netif_ctrl_request q = e->req;
		unsigned int status = XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;

		if (q.type == XMD_CTRL_GET_GREF_MAPPING_SIZE)
			status = XEN_NETIF_CTRL_STATUS_SUCCESS;
		else if (!refuse)
			status = ctrl_add(&q);
		e->rsp = (struct xen_netif_ctrl_response){ q.id, q.type, status, pages };
		r->rsp_prod++;
		r->req_event = r->rsp_prod + 1;
		deliver_event(front.stage.irq);
		sim_work();
	}
	return n;
}

void back_unkeep(void)
{
	while (nkept)
		back_map(kept[--nkept], -1);
}

unsigned int back_keeps(void)
{
	return nkept;
}

void back_ctrl_event(void)
{
	deliver_event(front.stage.irq);
	sim_work();
}

void *back_page(grant_ref_t ref)
{
	return page_address(grant[ref].page);
}
