/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of Linux as nic.c, client.c, watch.c, irq.c, tx.c and rx.c need, on one thread:
 * locks only check that they are not taken twice, time stands still unless nic_sim.c makes
 * it pass, NAPI has its SCHED and MISSED.  Who calls what wrongly aborts.
 */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/if_ether.h>
#include <asm/byteorder.h>

#define SIM_CHECK(x) do { if (!(x)) { fprintf(stderr, "sim: %s:%d: %s\n", __FILE__, __LINE__, #x); __builtin_trap(); } } while (0)

typedef __s32 s32;
#define __rcu
#define __iomem
#define __user
#define unlikely(x)	(x)
#define min_t(t, a, b)	((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define min(a, b)	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define max(a, b)	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define container_of(p, t, m) ((t *)((char *)(p) - offsetof(t, m)))
#define WARN_ON_ONCE(x)	({ SIM_CHECK(!(x)); false; })
#define EXPORT_SYMBOL_GPL(x) extern int sim_unused
#define lower_32_bits(x) ((u32)(x))
#define upper_32_bits(x) ((u32)((u64)(x) >> 32))
#define cpu_to_le64(x)	__cpu_to_le64(x)
#define le16_to_cpu(x)	__le16_to_cpu(x)
#define dma_wmb()	do { } while (0)
#define dma_rmb()	do { } while (0)
#define KBUILD_MODNAME	"xmd_nic"
#define VLAN_HLEN	4
#define smp_processor_id() 0

/* bits */
#define sim_mask(n)	(1ul << (n))
#define set_bit(n, p)	((void)(*(p) |= sim_mask(n)))
#define clear_bit(n, p)	((void)(*(p) &= ~sim_mask(n)))
#define change_bit(n, p) ((void)(*(p) ^= sim_mask(n)))
#define test_bit(n, p)	(!!(*(p) & sim_mask(n)))
#define test_and_set_bit(n, p) ({ bool was_ = test_bit(n, p); set_bit(n, p); was_; })
#define test_and_clear_bit(n, p) ({ bool was_ = test_bit(n, p); clear_bit(n, p); was_; })

/* The same each time. */
static inline void get_random_bytes(void *to, size_t n) { memset(to, 0x5a, n); }

/* locks */
typedef struct { int held; } spinlock_t;
struct mutex { int held; };
extern int sim_irqs_off;
extern int sim_atomic;		/* spinlocks held: nobody may sleep */
#define DEFINE_MUTEX(m)		struct mutex m
#define spin_lock(l)		do { SIM_CHECK(!(l)->held); (l)->held = 1; sim_atomic++; } while (0)
#define spin_unlock(l)		do { SIM_CHECK((l)->held); (l)->held = 0; sim_atomic--; } while (0)
#define spin_lock_bh		spin_lock
#define spin_unlock_bh		spin_unlock
#define spin_lock_irqsave(l, f)	do { (f) = sim_irqs_off++; spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, f) do { spin_unlock(l); sim_irqs_off = (f); sim_irq(); } while (0)
#define mutex_lock(l)		do { SIM_CHECK(!(l)->held && !sim_atomic); (l)->held = 1; } while (0)
#define mutex_unlock(l)		do { SIM_CHECK((l)->held); (l)->held = 0; } while (0)
#define mutex_lock_interruptible(l) ({ mutex_lock(l); 0; })
#define local_bh_disable()	do { } while (0)
#define local_bh_enable()	do { } while (0)
#define rcu_read_lock()		do { } while (0)
#define rcu_read_unlock()	do { } while (0)
#define rcu_dereference(p)	(p)
#define rcu_access_pointer(p)	(p)
#define rcu_assign_pointer(p, v) ((p) = (v))
#define synchronize_net()	do { } while (0)
struct kref { int n; };
#define kref_get(k)		((k)->n++)
#define kref_put(k, release)	((k)->n--)

/* time */
#define HZ 250
#define TICK_NSEC	(1000000000ul / HZ)
extern unsigned long jiffies;
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define msecs_to_jiffies(ms)	((unsigned long)(((ms) * HZ + 999) / 1000))
#define jiffies_to_msecs(j)	((unsigned int)((j) * 1000 / HZ))
void msleep(unsigned int ms);
void sim_run(unsigned int ms);
void sim_usleep(unsigned int us);	/* others work meanwhile */
#define usleep_range(a, b)	sim_usleep(a)
#define readl_poll_timeout(addr, val, cond, sleep_us, timeout_us) ({	\
	unsigned int left_ = (timeout_us);				\
	while (!((val) = readl(addr), cond) && left_ >= (sleep_us)) {	\
		sim_usleep(sleep_us);					\
		left_ -= (sleep_us);					\
	}								\
	(cond) ? 0 : -ETIMEDOUT; })
#define fatal_signal_pending(t)	false
struct work_struct { void (*func)(struct work_struct *work); bool due; };
struct delayed_work { struct work_struct work; struct { unsigned long expires; } timer; bool due; };
struct workqueue_struct;
#define system_wq ((struct workqueue_struct *)NULL)
#define to_delayed_work(w)	container_of(w, struct delayed_work, work)
#define INIT_DELAYED_WORK(d, f)	((d)->work.func = (f))
#define schedule_work(w)	((w)->due = true)
#define schedule_delayed_work(d, j) ((d)->timer.expires = jiffies + (j), (d)->due = true)
#define mod_delayed_work(q, d, j) ((void)(q), schedule_delayed_work(d, j))

/* memory */
struct device { int unused; };
#define kvcalloc(n, size, gfp)	calloc(n, size)
#define kvfree(p)		free(p)
#define GFP_KERNEL		0
#define dma_alloc_coherent(dev, size, dma, gfp) ({ void *p_ = calloc(1, size); (void)(dev); *(dma) = (uintptr_t)p_; p_; })
#define dma_free_coherent(dev, size, p, dma) ({ (void)(dev); free(p); })

/* devices; nic_sim.c has the NIC itself and its interrupt line */
typedef int irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *arg);
enum { IRQ_NONE, IRQ_HANDLED };
#define IRQF_SHARED 0
int request_irq(int irq, irq_handler_t handler, int flags, const char *name, void *arg);
void free_irq(int irq, void *arg);
void disable_irq_nosync(int irq);
void enable_irq(int irq);
bool irq_has_action(int irq);
void sim_irq(void);		/* deliver what the NIC wants to say, if it may */

struct pci_dev { int irq; struct device dev; u16 vendor, device, subsystem_vendor, subsystem_device; u8 revision; };
#define PCI_COMMAND 4
#define PCI_COMMAND_MEMORY 2
#define PCI_COMMAND_MASTER 4
enum { PCI_IRQ_MSI = 2, PCI_IRQ_MSIX = 4 };
int pci_alloc_irq_vectors(struct pci_dev *pdev, int least, int most, int how);
int pci_irq_vector(struct pci_dev *pdev, int nr);
#define pci_clear_master(p)	do { } while (0)
#define pci_set_master(p)	do { } while (0)
#define pci_read_config_word(p, r, v) (*(v) = PCI_COMMAND_MEMORY)
#define pci_write_config_word(p, r, v) ((void)(v))
u32 readl(const volatile u8 *reg);
void writel(u32 val, volatile u8 *reg);

extern unsigned int sim_lines;	/* in the log, of those that warn */
extern char sim_line[256];	/* the last one */
#define dev_info(d, f...)	((void)(d))
#define dev_err(d, f...)	((void)(d), sim_lines++, (void)snprintf(sim_line, sizeof(sim_line), f), sim_said())
void sim_said(void);		/* it has */
#define dev_warn		dev_err
#define dev_warn_ratelimited	dev_err
#define dev_err_ratelimited	dev_err

/* network */
struct net_device {
	u8 dev_addr[ETH_ALEN], perm_addr[ETH_ALEN];
	unsigned int flags, wanted_features;
	int addr_assign_type, reg_state;
};
struct sk_buff_head { int unused; };
struct file_operations;
struct miscdevice {
	int minor, mode;
	const char *name, *nodename;
	const struct file_operations *fops;
	struct device *parent;
};
struct dentry;
struct napi_struct { unsigned long state; bool missed, enabled; };	/* state: one bit */
#define NAPI_STATE_SCHED 0
void napi_enable(struct napi_struct *n);
void napi_disable(struct napi_struct *n);
void napi_schedule(struct napi_struct *n);
bool napi_complete_done(struct napi_struct *n, int work);
static inline bool ether_addr_equal(const u8 *a, const u8 *b) { return !memcmp(a, b, ETH_ALEN); }
static inline void ether_addr_copy(u8 *to, const u8 *from) { memcpy(to, from, ETH_ALEN); }

#endif
