/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of Linux as vif.c, rings.c, poll.c, tx.c, rx.c and switch.c need, on one thread:
 * locks only check that they are not taken twice, NAPI is a list of polls that sim_run()
 * works off.  Who calls what wrongly aborts.  sim.c has the rest.
 */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

#include <linux/bitops.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>
#include <linux/if_ether.h>
#include <xen/interface/io/netif.h>
#include <xen/event_channel.h>

#define SIM_CHECK(x) do { if (!(x)) { fprintf(stderr, "sim: %s:%d: %s\n", __FILE__, __LINE__, #x); abort(); } } while (0)

#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define likely(x)	(x)
#define unlikely(x)	(x)
#define __rcu
#define __user
#define BIT(n)		(1ul << (n))
#define WARN_ON_ONCE(x)	SIM_CHECK(!(x))
#define BUILD_BUG_ON(x)	_Static_assert(!(x), #x)
#define S64_MAX		INT64_MAX
#define DIV_ROUND_UP(a, b) (((a) + (b) - 1) / (b))
#define min(a, b)	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b)	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define round_up(v, step) (((v) + (step) - 1) / (step) * (step))
#define min3(a, b, c)	min(min(a, b), c)
#define min_t(t, a, b)	min((t)(a), (t)(b))
#define clamp(v, lo, hi) min(max(v, lo), hi)
#define container_of(p, t, m) ((t *)((char *)(p) - offsetof(t, m)))
#define IS_ERR(p)	((unsigned long)(p) >= (unsigned long)-4095)
#define PTR_ERR(p)	((long)(p))
#define ERR_PTR(e)	((void *)(long)(e))
#define smp_wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)
#define virt_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define virt_wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)
#define virt_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define xchg(p, v)	__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define cmpxchg(p, o, n) ({ __typeof__(*(p)) o_ = (o); __atomic_compare_exchange_n(p, &o_, n, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); o_; })
#define NAPI_STATE_SCHED 0
#define ETH_MIN_MTU	68
#define ETH_MAX_MTU	0xffffu

extern unsigned int sim_errors, sim_notices;	/* log lines */
extern unsigned int sim_unlimited;		/* of both, as many as there are reasons */
#ifdef SIM_LOG
void SIM_LOG(const char *fmt, ...);
#define sim_log SIM_LOG
#else
static inline void sim_log(const char *fmt, ...) { (void)fmt; }
#endif
#define pr_err(...)		(sim_errors++, sim_unlimited++, sim_log(__VA_ARGS__))
#define pr_err_ratelimited(...)	(sim_errors++, sim_log(__VA_ARGS__))
#define pr_warn(...)		(sim_notices++, sim_unlimited++, sim_log(__VA_ARGS__))
#define pr_warn_ratelimited(...) (sim_notices++, sim_log(__VA_ARGS__))
#define pr_notice_ratelimited(...) (sim_notices++, sim_log(__VA_ARGS__))
#define pr_notice(...)		(sim_notices++, sim_unlimited++, sim_log(__VA_ARGS__))
#define pr_info(...)		(sim_notices++, sim_unlimited++, sim_log(__VA_ARGS__))
#define pr_info_ratelimited(...) (sim_notices++, sim_log(__VA_ARGS__))
#define net_ratelimit()		1

/* locks and counts */
typedef struct { int held; } spinlock_t;
struct mutex { int held; };
#define spin_lock_init(l)	((l)->held = 0)
#define spin_lock(l)		do { SIM_CHECK(!(l)->held); (l)->held = 1; } while (0)
#define spin_unlock(l)		do { SIM_CHECK((l)->held); (l)->held = 0; } while (0)
#define spin_lock_bh		spin_lock
#define spin_unlock_bh		spin_unlock
#define spin_lock_irqsave(l, f)	do { (f) = 0; spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, f) do { (void)(f); spin_unlock(l); } while (0)
#define mutex_lock		spin_lock
#define mutex_unlock		spin_unlock
#define lockdep_is_held(l)	((l)->held)
#define local_bh_disable()	do { } while (0)
#define local_bh_enable()	do { } while (0)
#define rcu_read_lock()		do { } while (0)
#define rcu_read_unlock()	do { } while (0)
#define rcu_dereference(p)	(p)
#define rcu_dereference_protected(p, c) ({ SIM_CHECK(c); (p); })
#define rcu_assign_pointer(p, v) ((p) = (v))
#define RCU_INIT_POINTER(p, v)	((p) = (v))
extern void (*sim_grace)(void);	/* what a softirq does before a grace period ends */
#define synchronize_net()	do { if (sim_grace) sim_grace(); } while (0)

typedef struct { int v; } atomic_t;
typedef struct { int v; } refcount_t;
#define atomic_read(a)		((a)->v)
#define atomic_add(n, a)	((a)->v += (n))
#define atomic_add_return(n, a)	((a)->v += (n))
#define atomic_sub(n, a)	((a)->v -= (n))
#define refcount_set(r, n)	((r)->v = (n))
#define refcount_read(r)	((r)->v)
#define refcount_add(n, r)	do { SIM_CHECK((r)->v > 0); (r)->v += (n); } while (0)
#define refcount_sub_and_test(n, r) ({ SIM_CHECK((r)->v >= (int)(n)); !((r)->v -= (n)); })

#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

#define module_param(name, type, mode)
#define MODULE_PARM_DESC(name, text)

/* lists */
struct list_head { struct list_head *next, *prev; };
#define INIT_LIST_HEAD(l)	((l)->next = (l)->prev = (l))
#define list_empty_careful(l)	((l)->next == (l))
#define list_entry		container_of
#define list_for_each_entry_reverse(p, h, m) \
	for (p = list_entry((h)->prev, __typeof__(*p), m); &p->m != (h); \
	     p = list_entry(p->m.prev, __typeof__(*p), m))
#define list_first_entry_or_null(h, t, m) \
	((h)->next == (h) ? NULL : list_entry((h)->next, t, m))
static inline void list_add(struct list_head *e, struct list_head *after)
{
	e->next = after->next;
	e->prev = after;
	after->next->prev = e;
	after->next = e;
}
static inline void list_add_tail(struct list_head *e, struct list_head *head)
{
	list_add(e, head->prev);
}

#define list_del list_del_init
#define list_empty list_empty_careful
static inline void list_del_init(struct list_head *e)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
	INIT_LIST_HEAD(e);
}

/* time */
#define HZ 250
extern u64 sim_now;
#define ktime_get_seconds()	sim_now
#define jiffies			0ul
struct timer_list { bool pending; };
struct work_struct;
struct delayed_work { void (*fn)(struct work_struct *work); bool pending; struct delayed_work *next; };
#define timer_pending(t)	((t)->pending)
#define mod_timer(t, when)	((t)->pending = true)

typedef s64 ktime_t;
extern s64 sim_us;
#define ktime_get()		sim_us

/* one processor, which has had nothing to do since the last look unless it is busy */
extern u64 sim_idle_us;
extern bool sim_busy;
#define DEFINE_PER_CPU(type, name) type name
#define per_cpu(name, cpu)	(name)
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define get_cpu_idle_time_us(cpu, last) (sim_idle_us += sim_busy ? 0 : 1000)
#define ktime_to_us(t)		(t)
#define ktime_us_delta(a, b)	((a) - (b))
#define ktime_add_us(t, us)	((t) + (us))
enum hrtimer_restart { HRTIMER_NORESTART };
struct hrtimer { enum hrtimer_restart (*function)(struct hrtimer *); bool armed; s64 at; };
enum { HRTIMER_MODE_ABS_SOFT };
#define hrtimer_init(t, clock, mode) ((t)->armed = false)
#define hrtimer_start(t, when, mode) sim_hrtimer(t, when)
void sim_hrtimer(struct hrtimer *t, s64 at);
void hrtimer_cancel(struct hrtimer *t);

typedef struct { unsigned int woken; } wait_queue_head_t;
#define wake_up_interruptible(w) ((w)->woken++)

/* memory */
struct page { void *addr; };
/* rings are mapped into addresses that exist before: each in a page of a file */
typedef void pte_t;
typedef unsigned long phys_addr_t;
struct sim_maddr { unsigned long maddr; };
#define VM_MAP			0
#define PAGE_KERNEL_RO		0
#define ZERO_PAGE(n)		((struct page *)NULL)
#define lookup_address(a, level) ({ *(level) = 1; (void *)(a); })
#define arbitrary_virt_to_machine(p) ((struct sim_maddr){ (unsigned long)(p) })
#define vmap(pages, n, flags, prot) ((void)(pages), sim_vmap(n))
void *sim_vmap(unsigned int n);
#define GFP_KERNEL		0
#define kvmalloc_array(n, size, gfp) sim_alloc((n) * (size))
#define kvfree(p)		free(p)
void vunmap(void *p);
#define vzalloc(n)		sim_alloc(n)
#define vfree(p)		free(p)
void *sim_alloc(size_t n);

/* network */
#define IFF_PROMISC 0x100
struct net_device_ops;
struct net_device {
	u8 dev_addr[ETH_ALEN];
	unsigned int flags, priv_flags, features;
	char name[16];
	const struct net_device_ops *netdev_ops;
	struct inet6_dev *ip6;
	bool up;
	unsigned long rx_fifo_errors, tx_aborted_errors;
	unsigned int taps;			/* packet sockets, */
	unsigned int room, n_seen, n_missed;	/* the frames that they have room for, got, had none for */
	struct flat *seen;			/* the last one */
	u8 priv[] __attribute__((aligned(16)));
};
struct napi_struct {
	int (*poll)(struct napi_struct *napi, int budget);
	struct napi_struct *next;
	unsigned long state;
	bool enabled, missed;
};
void netif_napi_add(struct net_device *dev, struct napi_struct *n,
		    int (*poll)(struct napi_struct *, int));
void netif_napi_del(struct napi_struct *n);
void napi_enable(struct napi_struct *n);
void napi_disable(struct napi_struct *n);
void napi_schedule(struct napi_struct *n);
bool napi_complete_done(struct napi_struct *n, int work);

static inline bool ether_addr_equal(const u8 *a, const u8 *b) { return !memcmp(a, b, ETH_ALEN); }
static inline void ether_addr_copy(u8 *to, const u8 *from) { memcpy(to, from, ETH_ALEN); }
static inline bool is_multicast_ether_addr(const u8 *a) { return a[0] & 1; }
static inline bool is_valid_ether_addr(const u8 *a)
{
	static const u8 zero[ETH_ALEN];

	return !(a[0] & 1) && memcmp(a, zero, ETH_ALEN);
}

/* Xen */
#define XEN_PAGE_SIZE		4096
#define virt_to_gfn(p)		((unsigned long)(p) / 4096)
#define gnttab_set_map_op(o, a, f, r, d) (*(o) = (struct gnttab_map_grant_ref){ .host_addr = (a), .flags = (f), .ref = (r), .dom = (d), .status = 1 })
#define gnttab_set_unmap_op(o, a, f, h) (*(o) = (struct gnttab_unmap_grant_ref){ .host_addr = (a), .handle = (h) })
void gnttab_batch_copy(struct gnttab_copy *op, unsigned int n);
int HYPERVISOR_grant_table_op(unsigned int op, void *arg, unsigned int n);

typedef int irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *arg);
#define IRQ_HANDLED 1
#define XEN_EOI_FLAG_SPURIOUS 1
int HYPERVISOR_event_channel_op(int op, void *arg);
int bind_evtchn_to_irqhandler_lateeoi(u32 port, irq_handler_t h, unsigned long flags,
				      const char *name, void *arg);
void unbind_from_irqhandler(unsigned int irq, void *arg);
void xen_irq_lateeoi(unsigned int irq, unsigned int flags);
void notify_remote_via_irq(int irq);

#endif
