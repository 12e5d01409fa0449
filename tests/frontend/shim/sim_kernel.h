/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of Linux as ring.c, tx.c, rx.c, mcast.c and obj.c need, on one thread: locks only check
 * that they are not taken twice, and are closed to interrupts always or never, NAPI is a flag that
 * sim_run() works off, pages are counted, grants know in which state they are.  Who calls what
 * wrongly aborts.  sim.c has the rest, and for obj.c test_obj.c.
 */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>
#include <linux/if_ether.h>
#include <linux/if.h>
#include <xen/interface/io/netif.h>
#include <xen/interface/io/xenbus.h>

#define SIM_CHECK(x) do { if (!(x)) { fprintf(stderr, "sim: %s:%d: %s\n", __FILE__, __LINE__, #x); abort(); } } while (0)

#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define likely(x)	(x)
#define unlikely(x)	(x)
#define static_assert(x) _Static_assert(x, #x)
#define BUILD_BUG_ON(x)	_Static_assert(!(x), #x)
#define sizeof_field(t, m) sizeof(((t *)0)->m)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BIT(n)		(1ul << (n))
#define min_t(t, a, b)	({ t a_ = (a); t b_ = (b); a_ < b_ ? a_ : b_; })
#define min(a, b)	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define DIV_ROUND_UP(a, b) (((a) + (b) - 1) / (b))
#define rounddown(a, b)	((a) - (a) % (b))
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define max_t(t, a, b)	({ t a_ = (a); t b_ = (b); a_ > b_ ? a_ : b_; })
#define container_of(p, t, m) ((t *)((char *)(p) - offsetof(t, m)))
#define virt_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define virt_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define xchg(p, v)	__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define set_bit(n, p)	(*(p) |= BIT(n))
#define test_and_clear_bit(n, p) ({ bool was_ = *(p) & BIT(n); *(p) &= ~BIT(n); was_; })
typedef u16 __be16;

/* locks */
typedef struct { int held; enum { SIM_ANY, SIM_IRQ, SIM_BH } taken; } spinlock_t;
struct mutex { int held; };
#define spin_lock_init(l)	(*(l) = (spinlock_t){ 0 })
/* an interrupt may print, and netconsole then takes tx.lock */
extern bool sim_irqs_off;
#define spin_lock(l)		do { SIM_CHECK(sim_irqs_off); sim_spin(l, SIM_IRQ); } while (0)
#define spin_unlock		mutex_unlock
#define spin_lock_bh(l)		sim_spin(l, SIM_BH)
#define spin_unlock_bh		mutex_unlock
#define sim_spin(l, how) \
	do { mutex_lock(l); SIM_CHECK((l)->taken != SIM_IRQ + SIM_BH - (how)); (l)->taken = (how); } while (0)
#define mutex_init(l)		((l)->held = 0)
#define spin_lock_irqsave(l, f)	do { (f) = sim_irqs_off; sim_irqs_off = true; spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, f) do { spin_unlock(l); sim_irqs_off = (f); } while (0)
#define spin_lock_irq(l)	do { SIM_CHECK(!sim_irqs_off); sim_irqs_off = true; spin_lock(l); } while (0)
#define spin_unlock_irq(l)	do { spin_unlock(l); sim_irqs_off = false; } while (0)
#define mutex_lock(l)		do { SIM_CHECK(!(l)->held); (l)->held = 1; } while (0)
#define mutex_unlock(l)		do { SIM_CHECK((l)->held); (l)->held = 0; } while (0)
#define synchronize_net()	(sim_poll_returns = false)
extern bool sim_poll_returns;	/* disabled, but its last lines may still run */
#define local_bh_disable()	do { } while (0)
#define local_bh_enable()	do { } while (0)
extern struct mutex sim_rtnl;
#define rtnl_lock()		mutex_lock(&sim_rtnl)
#define rtnl_unlock()		mutex_unlock(&sim_rtnl)
#define ASSERT_RTNL()		SIM_CHECK(sim_rtnl.held)

/* time and work */
#define jiffies			0ul
#define msecs_to_jiffies(x)	((unsigned long)(x))
struct timer_list { bool pending; void (*fn)(struct timer_list *); };
#define timer_setup(t, f, flags) ((t)->fn = (f))
#define mod_timer(t, when)	((t)->pending = true)
#define del_timer_sync(t)	((t)->pending = false)
struct work_struct { void (*fn)(struct work_struct *); bool pending; };
struct delayed_work { struct work_struct work; bool pending; unsigned long delay; };
#define INIT_WORK(w, f)		((w)->fn = (f), (w)->pending = false)
#define schedule_work(w)	((w)->pending = true)
#define cancel_work_sync(w)	((w)->pending = false)
#define INIT_DELAYED_WORK(w, f)	((w)->work.fn = (f), (w)->pending = false)
#define to_delayed_work(w)	container_of(w, struct delayed_work, work)
#define mod_delayed_work(q, w, d) ((w)->pending = true, (w)->delay = (d))
#define queue_delayed_work(q, w, d) ((w)->pending || mod_delayed_work(q, w, d))
#define cancel_delayed_work_sync(w) ((w)->pending = false)
struct list_head { struct list_head *next, *prev; };

extern u64 sim_now;		/* ms */
#define get_jiffies_64()	sim_now
#define jiffies64_to_msecs(j)	(j)
typedef struct { int unused; } wait_queue_head_t;
#define init_waitqueue_head(q)	do { } while (0)
#define wake_up_all(q)		do { } while (0)
void sim_sleep(void);		/* a ms goes by for all others */
#define wait_event_timeout(q, cond, ms) ({					\
	u64 until_ = sim_now + (ms);						\
	bool met_;								\
	while (!(met_ = (cond)) && sim_now < until_)				\
		sim_sleep();							\
	met_; })

/* bits */
#define DECLARE_BITMAP(n, bits)	unsigned long n[((bits) + 63) / 64]
#define test_bit(n, p)		((p)[(n) / 64] >> (n) % 64 & 1)
#define __set_bit(n, p)		((p)[(n) / 64] |= BIT((n) % 64))
#define __clear_bit(n, p)	((p)[(n) / 64] &= ~BIT((n) % 64))
#define for_each_set_bit(i, p, n) for (i = 0; i < (n); i++) if (test_bit(i, p))
static inline unsigned int bitmap_weight(const unsigned long *p, unsigned int bits)
{
	unsigned int i, n = 0;

	for_each_set_bit(i, p, bits)
		n++;
	return n;
}
#define VLAN_N_VID	4096

/* pages */
#define kvzalloc(n, gfp)	calloc(1, n)
#define kvfree			free
#define PAGE_SIZE	4096u
#define PAGE_SHIFT	12
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define offset_in_page(p) ((unsigned long)(p) & (PAGE_SIZE - 1))
#define GFP_ATOMIC	0
#define GFP_KERNEL	0
#define __GFP_ZERO	1
#define __GFP_NOWARN	0
#define __GFP_NORETRY	0
typedef int gfp_t;
struct page { int refs; };
struct page *alloc_page(int flags);
struct page *alloc_pages(int flags, unsigned int order);
#define split_page(p, order) do { } while (0)
void get_page(struct page *p);
void put_page(struct page *p);
void *page_address(const struct page *p);
struct page *virt_to_page(const void *p);
#define __free_page	put_page
#define page_ref_count(p) ((p)->refs)

/* skbs */
#define MAX_SKB_FRAGS	17
#define CHECKSUM_NONE	0
#define CHECKSUM_UNNECESSARY 1
#define CHECKSUM_PARTIAL 3
#define SKB_GSO_TCPV4	1
#define SKB_GSO_DODGY	2
#define SKB_GSO_TCPV6	16
#define ETH_ALEN	6
typedef struct { struct page *page; unsigned int off, len; } skb_frag_t;
struct skb_shared_info { unsigned int nr_frags, gso_size, gso_type; skb_frag_t frags[MAX_SKB_FRAGS]; };
struct net_device;
struct sk_buff {
	struct sk_buff *next, *prev;
	struct net_device *dev;
	char cb[48];
	u8 *head, *data;	/* of whole pages */
	unsigned int len, data_len, room;
	u8 ip_summed;
	u16 protocol;
	unsigned int id;	/* the tests' */
	struct skb_shared_info info;
};
struct sk_buff_head { struct sk_buff *next, *prev; unsigned int qlen; };
#define skb_shinfo(s)	(&(s)->info)
#define skb_headlen(s)	((s)->len - (s)->data_len)
#define skb_is_gso(s)	((s)->info.gso_size != 0)
#define skb_frag_page(f) ((f)->page)
#define skb_frag_off(f)	((f)->off)
#define skb_frag_size(f) ((f)->len)
#define skb_tx_timestamp(s) do { } while (0)
#define skb_orphan(s)	SIM_CHECK(!sim_irqs_off)
#define nf_reset_ct(s)	do { } while (0)
#define skb_mark_not_on_list(s) ((s)->next = NULL)
#define skb_reset_network_header(s) do { } while (0)
#define __skb_queue_head_init(q) ((q)->next = (q)->prev = (struct sk_buff *)(q), (q)->qlen = 0)
#define skb_queue_head_init	__skb_queue_head_init
#define skb_queue_empty(q)	((q)->next == (struct sk_buff *)(q))
#define skb_queue_len(q)	((q)->qlen)
#define skb_queue_walk(q, s)	for (s = (q)->next; s != (struct sk_buff *)(q); s = s->next)
static inline void __skb_queue_tail(struct sk_buff_head *q, struct sk_buff *s)
{
	s->next = (struct sk_buff *)q;
	s->prev = q->prev;
	q->prev->next = s;
	q->prev = s;
	q->qlen++;
}
static inline void __skb_unlink(struct sk_buff *s, struct sk_buff_head *q)
{
	SIM_CHECK(q->qlen && s->next && s->prev);
	q->qlen--;
	s->next->prev = s->prev;
	s->prev->next = s->next;
	s->next = s->prev = NULL;
}
static inline struct sk_buff *__skb_dequeue(struct sk_buff_head *q)
{
	struct sk_buff *s = q->next;

	if (skb_queue_empty(q))
		return NULL;
	__skb_unlink(s, q);
	return s;
}
/* to the front of @to; @from is left as it is by the first, empty by the second */
static inline void skb_queue_splice(struct sk_buff_head *from, struct sk_buff_head *to)
{
	if (skb_queue_empty(from))
		return;
	from->prev->next = to->next;
	to->next->prev = from->prev;
	to->next = from->next;
	from->next->prev = (struct sk_buff *)to;
	to->qlen += from->qlen;
}
static inline void skb_queue_splice_init(struct sk_buff_head *from, struct sk_buff_head *to)
{
	skb_queue_splice(from, to);
	__skb_queue_head_init(from);
}
int skb_copy_bits(const struct sk_buff *skb, int off, void *to, int len);
void dev_kfree_skb_any(struct sk_buff *skb);
#define dev_consume_skb_any dev_kfree_skb_any
struct sk_buff *validate_xmit_skb_list(struct sk_buff *skb, struct net_device *dev, bool *again);
void *skb_put_data(struct sk_buff *skb, const void *from, unsigned int len);
#define skb_trim(s, n)	((s)->len = (n))
void skb_add_rx_frag(struct sk_buff *skb, int i, struct page *page, int off, int len, unsigned int truesize);
bool pskb_may_pull(struct sk_buff *skb, unsigned int len);
int skb_checksum_setup(struct sk_buff *skb, bool recalculate);

/* network devices */
struct napi_struct {
	int (*poll)(struct napi_struct *napi, int budget);
	bool enabled, scheduled, missed;
};
struct netdev_queue { bool stopped; };
struct netdev_hw_addr { u8 addr[ETH_ALEN]; };
struct net_device {
	const char *name;
	unsigned int flags, mtu;
	u8 dev_addr[ETH_ALEN];
	bool running, more;
	struct netdev_queue txq;
	struct netdev_hw_addr mc[80];
	unsigned int n_mc;
	void *priv;
};
typedef int netdev_tx_t;
#define NETDEV_TX_OK	0
#define NETDEV_TX_BUSY	16
struct ethtool_ops;
extern struct net_device sim_dev;
#define netdev_priv(d)		((d)->priv)
#define netif_running(d)	((d)->running)
#define netdev_get_tx_queue(d, i) (&(d)->txq)
#define netif_tx_stop_queue(q)	((q)->stopped = true)
#define netif_tx_wake_queue(q)	((q)->stopped = false)
#define netif_tx_queue_stopped(q) ((q)->stopped)
#define netif_xmit_stopped(q)	((q)->stopped)
#define netdev_xmit_more()	(sim_dev.more)
bool net_ratelimit(void);
__attribute__((format(printf, 2, 3)))
void netdev_warn(const struct net_device *dev, const char *fmt, ...);
#define netdev_info		netdev_warn
#define netdev_uc_count(d)	0
#define netif_addr_lock_bh(d)	SIM_CHECK(!sim_irqs_off)
#define netif_addr_unlock_bh(d)	do { } while (0)
#define netdev_mc_count(d)	((d)->n_mc)
#define netdev_for_each_mc_addr(h, d) for (h = (d)->mc; h < (d)->mc + (d)->n_mc; h++)
void napi_enable(struct napi_struct *n);
void napi_disable(struct napi_struct *n);
void napi_schedule(struct napi_struct *n);
bool napi_complete_done(struct napi_struct *n, int work);
struct sk_buff *napi_alloc_skb(struct napi_struct *n, unsigned int len);
void napi_gro_receive(struct napi_struct *n, struct sk_buff *skb);
u16 eth_type_trans(struct sk_buff *skb, struct net_device *dev);
u32 eth_get_headlen(const struct net_device *dev, const void *data, u32 len);
static inline bool ether_addr_equal_unaligned(const u8 *a, const u8 *b) { return !memcmp(a, b, ETH_ALEN); }
static inline void ether_addr_copy(u8 *to, const u8 *from) { memmove(to, from, ETH_ALEN); }

/* Xen */
typedef u32 grant_ref_t;
typedef u32 evtchn_port_t;
#define INVALID_GRANT_REF	((grant_ref_t)-1)
#define GNTMAP_readonly		4
unsigned long xen_page_to_gfn(struct page *p);
int gnttab_alloc_grant_references(u16 n, grant_ref_t *pool);
void gnttab_free_grant_references(grant_ref_t pool);
int gnttab_claim_grant_reference(grant_ref_t *pool);
void gnttab_release_grant_reference(grant_ref_t *pool, grant_ref_t ref);
void gnttab_grant_foreign_access_ref(grant_ref_t ref, u16 domid, unsigned long gfn, int readonly);
int gnttab_end_foreign_access_ref(grant_ref_t ref);
void gnttab_end_foreign_access(grant_ref_t ref, struct page *page);
int gnttab_grant_foreign_access(u16 domid, unsigned long gfn, int readonly);
int gnttab_try_end_foreign_access(grant_ref_t ref);

typedef int irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *arg);
#define IRQ_HANDLED 1
#define XEN_EOI_FLAG_SPURIOUS 1
int bind_evtchn_to_irqhandler_lateeoi(u32 port, irq_handler_t h, unsigned long flags,
				      const char *name, void *arg);
void unbind_from_irqhandler(unsigned int irq, void *arg);
void xen_irq_lateeoi(unsigned int irq, unsigned int flags);
void notify_remote_via_irq(int irq);

struct xenbus_device { const char *nodename; int otherend_id; };
struct xenbus_watch { const char *node; };
struct xenbus_transaction { int id; };
#define XBT_NIL ((struct xenbus_transaction){ 0 })
int xenbus_setup_ring(struct xenbus_device *dev, int gfp, void **page, unsigned int n, grant_ref_t *ref);
void xenbus_teardown_ring(void **page, unsigned int n, grant_ref_t *ref);
int xenbus_alloc_evtchn(struct xenbus_device *dev, evtchn_port_t *port);
int xenbus_free_evtchn(struct xenbus_device *dev, evtchn_port_t port);
int xenbus_transaction_start(struct xenbus_transaction *t);
int xenbus_transaction_end(struct xenbus_transaction t, int abort);
bool xenbus_exists(struct xenbus_transaction t, const char *dir, const char *node);
unsigned int xenbus_read_unsigned(const char *dir, const char *node, unsigned int otherwise);
int xenbus_rm(struct xenbus_transaction t, const char *dir, const char *node);
int xenbus_write(struct xenbus_transaction t, const char *dir, const char *node, const char *s);
__attribute__((format(printf, 4, 5)))
int xenbus_printf(struct xenbus_transaction t, const char *dir, const char *node, const char *f, ...);

#endif
