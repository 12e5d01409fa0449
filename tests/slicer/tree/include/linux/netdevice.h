/* As much of a kernel as the traps need. */
#ifndef LINUX_NETDEVICE_H
#define LINUX_NETDEVICE_H

typedef unsigned int u32;
typedef unsigned short u16;
typedef int irqreturn_t;
typedef struct { int raw; } spinlock_t;
#define __iomem __attribute__((annotate("iomem")))
#define NULL ((void *)0)
#define EXPORT_SYMBOL(name) static void *__UNIQUE_ID___addressable_##name = (void *)&name

struct sk_buff;
struct net_device;
struct work_struct { void (*func)(struct work_struct *work); };
struct net_device_ops {
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	void (*ndo_set_rx_mode)(struct net_device *dev);
};
struct net_device {
	const struct net_device_ops *netdev_ops;
	void *priv;
	u32 flags;
};

int request_irq(int irq, irqreturn_t (*handler)(int irq, void *dev), void *dev);
int register_netdev(struct net_device *dev);
void schedule_work(struct work_struct *work);
void *kcalloc(unsigned long n, unsigned long size);
void read_block(const void *from, void *to);
void _printk(const char *text, ...);
int __test(int n);

static inline u32 readl(const volatile void __iomem *p) { return *(const volatile u32 *)p; }
static inline void writel(u32 v, volatile void __iomem *p) { *(volatile u32 *)p = v; }
static inline void spin_lock(spinlock_t *l) { l->raw = 1; }
static inline void spin_unlock(spinlock_t *l) { l->raw = 0; }
static inline void *netdev_priv(const struct net_device *dev) { return dev->priv; }
/* five calls of one word */
#define dbg(text) do { if (__test(1) && __test(2) && __test(3) && __test(4)) _printk(text); } while (0)

struct mii_if_info {
	struct net_device *dev;
	int (*mdio_read)(struct net_device *dev, int reg);
};
int __dev_uc_sync(struct net_device *dev, int (*sync)(struct net_device *dev, const void *addr), void *unsync);
u32 mii_check_media(struct mii_if_info *mii);
#endif
