// SPDX-License-Identifier: GPL-2.0
/*
 * api.c - functions of the kernel, as a driver's user half has them: a downcall, or done here.
 *
 * Compiled with the kernel's headers, so that each has the kernel's own type.  What is neither here nor in the C
 * library is refused: the build makes a function of that name that says so (build).
 */
#include "slice_user.h"
#include <linux/vmalloc.h>

void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void free(void *p);
int usleep(unsigned int us);
void abort(void) __attribute__((noreturn));
void sl_log(const char *fmt, va_list ap);

static s64 ask(enum sl_op op, u64 a, u64 b, u64 c, u64 *more)
{
	struct sl_api_ret ret = { 0 };
	int err;

	sl_down_begin();
	err = xpc_call_sl_api(sl_xpc(), op, a, b, c, 0, &ret);
	sl_down_end("sl_api", err);
	if (more)
		*more = ret.more;
	return err ? err : ret.value;
}

/* -------------------------------------------------------------------------------- what both halves have one of */

#define SHADOW(id) ((void *)(SL_BASE + ((u64)(id) << SL_EACH)))

static struct pci_dev *const pdev_shadow = SHADOW(SL_PCIDEV);
static struct net_device *const netdev_shadow = SHADOW(SL_NETDEV);

/* Before the first object comes, and at each call: members that no driver writes. */
struct net_device *sl_netdev(void)
{
	return netdev_shadow;
}

void sl_shadows(const struct sl_pci *pci)
{
	static char name[sizeof(pci->name)];
	unsigned int i;

	if (!netdev_shadow->dev_addr)
		netdev_shadow->dev_addr = calloc(1, MAX_ADDR_LEN);
	netdev_shadow->dev.parent = &pdev_shadow->dev;
	if (!pci->present)
		return;
	memcpy(name, pci->name, sizeof(name));
	pdev_shadow->dev.init_name = name;
	pdev_shadow->vendor = pci->vendor;
	pdev_shadow->device = pci->device;
	pdev_shadow->subsystem_vendor = pci->subsystem_vendor;
	pdev_shadow->subsystem_device = pci->subsystem_device;
	pdev_shadow->class = pci->class;
	pdev_shadow->irq = pci->irq;
	pdev_shadow->devfn = pci->devfn;
	pdev_shadow->revision = pci->revision;
	for (i = 0; i < 6; i++) {
		pdev_shadow->resource[i].start = pci->start[i];
		pdev_shadow->resource[i].end = pci->len[i] ? pci->start[i] + pci->len[i] - 1 : 0;
		pdev_shadow->resource[i].flags = pci->flags[i];
	}
	/* what nearly all drivers put there */
	if (!pdev_shadow->dev.driver_data)
		pdev_shadow->dev.driver_data = netdev_shadow;
}

void sl_set_address(struct net_device *dev, const u8 *addr)
{
	memcpy((u8 *)dev->dev_addr, addr, ETH_ALEN);
}

void dev_addr_mod(struct net_device *dev, unsigned int offset, const void *addr, size_t len)
{
	if (offset + len <= MAX_ADDR_LEN)
		memcpy((u8 *)dev->dev_addr + offset, addr, len);
}

/* ------------------------------------------------------------------------------------------ the net_device */

struct net_device *alloc_etherdev_mqs(int priv, unsigned int txqs, unsigned int rxqs)
{
	s64 wire = ask(SL_ALLOC_ETHERDEV, priv, txqs, rxqs, NULL);

	if (wire < 0)
		return NULL;
	/* of a device that was here before */
	memset(netdev_priv(netdev_shadow), 0, priv);
	sl_report_all();
	return sl_ptr(wire, SL_OBJECT);
}

void free_netdev(struct net_device *dev)
{
	ask(SL_FREE_NETDEV, 0, 0, 0, NULL);
}

int register_netdev(struct net_device *dev)
{
	return ask(SL_REGISTER_NETDEV, 0, 0, 0, NULL);
}

void unregister_netdev(struct net_device *dev)
{
	ask(SL_UNREGISTER_NETDEV, 0, 0, 0, NULL);
}

void netif_device_attach(struct net_device *dev)
{
	ask(SL_ATTACH, 0, 0, 0, NULL);
}

void netif_device_detach(struct net_device *dev)
{
	ask(SL_DETACH, 0, 0, 0, NULL);
}

void netif_carrier_on(struct net_device *dev)
{
	ask(SL_CARRIER, 1, 0, 0, NULL);
}

void netif_carrier_off(struct net_device *dev)
{
	ask(SL_CARRIER, 0, 0, 0, NULL);
}

void sl_queue(struct net_device *dev, int what)
{
	ask(SL_QUEUE, what, 0, 0, NULL);
}

void netif_napi_add_weight(struct net_device *dev, struct napi_struct *napi,
			   int (*poll)(struct napi_struct *, int), int weight)
{
	ask(SL_NAPI_ADD, sl_wire(napi), sl_wire(poll), weight, NULL);
}

void napi_enable(struct napi_struct *n)
{
	ask(SL_NAPI_ENABLE, sl_wire(n), 0, 0, NULL);
}

void napi_disable(struct napi_struct *n)
{
	ask(SL_NAPI_DISABLE, sl_wire(n), 0, 0, NULL);
}

/* -------------------------------------------------------------------------------------------------- PCI */

int pci_enable_device(struct pci_dev *dev)
{
	return ask(SL_PCI_ENABLE, 0, 0, 0, NULL);
}

void pci_disable_device(struct pci_dev *dev)
{
	ask(SL_PCI_DISABLE, 0, 0, 0, NULL);
}

int pci_request_regions(struct pci_dev *pdev, const char *name)
{
	return ask(SL_PCI_REQUEST, 0, 0, 0, NULL);
}

void pci_release_regions(struct pci_dev *pdev)
{
	ask(SL_PCI_RELEASE, 0, 0, 0, NULL);
}

void pci_set_master(struct pci_dev *dev)
{
	ask(SL_PCI_MASTER, 0, 0, 0, NULL);
}

void __iomem *pci_iomap(struct pci_dev *dev, int bar, unsigned long max)
{
	s64 wire = ask(SL_PCI_IOMAP, bar, max, 0, NULL);

	return wire < 0 ? NULL : sl_ptr(wire, SL_IO);
}

void pci_iounmap(struct pci_dev *dev, void __iomem *addr)
{
	ask(SL_PCI_IOUNMAP, sl_wire(addr), 0, 0, NULL);
}

int pci_read_config_word(const struct pci_dev *dev, int where, u16 *val)
{
	u64 v = 0;
	int err = ask(SL_PCI_READ, where, 2, 0, &v);

	*val = v;
	return err;
}

int pci_write_config_word(const struct pci_dev *dev, int where, u16 val)
{
	return ask(SL_PCI_WRITE, where, 2, val, NULL);
}

/* -------------------------------------------------------------------------------- interrupts, memory, work */

int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev)
{
	return thread_fn ? -EOPNOTSUPP
			 : ask(SL_REQUEST_IRQ, sl_wire(handler), flags, sl_wire(dev), NULL);
}

const void *free_irq(unsigned int irq, void *dev_id)
{
	ask(SL_FREE_IRQ, 0, 0, 0, NULL);
	return NULL;
}

void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t flag,
		      unsigned long attrs)
{
	u64 dma = 0;
	s64 wire = ask(SL_DMA_ALLOC, size, 0, 0, &dma);

	*dma_handle = dma;
	return wire < 0 ? NULL : sl_ptr(wire, SL_DATA);
}

void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
		    unsigned long attrs)
{
	ask(SL_DMA_FREE, sl_wire(cpu_addr), 0, 0, NULL);
}

void sl_init_work(struct work_struct *work, work_func_t fn, bool delayed)
{
	ask(SL_INIT_WORK, sl_wire(work), sl_wire(fn), delayed, NULL);
}

bool sl_schedule(struct work_struct *work, unsigned long delay)
{
	return ask(SL_SCHEDULE, sl_wire(work), delay, 1, NULL) > 0;
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	return ask(SL_CANCEL, sl_wire(dwork), 0, 0, NULL) > 0;
}

/* ------------------------------------------------------------------------------------------------- locks */

void sl_lock(const void *lock)
{
	ask(SL_LOCK, 0, 0, 0, NULL);
}

void sl_unlock(const void *lock)
{
	ask(SL_UNLOCK, 0, 0, 0, NULL);
}

/* The kernel half has it around this upcall, or the slice is wrong: see the note "rtnl". */
void rtnl_lock(void)
{
	if (ask(SL_RTNL, 0, 0, 0, NULL))
		sl_refuse("rtnl_lock");
}

void rtnl_unlock(void)
{
}

void synchronize_rcu(void)
{
	ask(SL_SYNCHRONIZE, 0, 0, 0, NULL);
}

void synchronize_net(void)
{
	ask(SL_SYNCHRONIZE, 0, 0, 0, NULL);
}

/* --------------------------------------------------------------------------------------------- registers */

u32 sl_read(const volatile void __iomem *addr, int width)
{
	u32 v = ~0u;

	if (xpc_call_sl_io(sl_xpc(), SL_IO_READ | width, sl_wire((const void *)addr), 0, &v))
		return ~0u >> (32 - 8 * width);
	return v;
}

void sl_write(u32 value, volatile void __iomem *addr, int width)
{
	u32 v;

	xpc_call_sl_io(sl_xpc(), SL_IO_WRITE | width, sl_wire((const void *)addr), value, &v);
}

unsigned int ioread8(const void __iomem *addr)
{
	return sl_read(addr, 1);
}

unsigned int ioread16(const void __iomem *addr)
{
	return sl_read(addr, 2);
}

unsigned int ioread32(const void __iomem *addr)
{
	return sl_read(addr, 4);
}

void iowrite8(u8 v, void __iomem *addr)
{
	sl_write(v, addr, 1);
}

void iowrite16(u16 v, void __iomem *addr)
{
	sl_write(v, addr, 2);
}

void iowrite32(u32 v, void __iomem *addr)
{
	sl_write(v, addr, 4);
}

void memcpy_fromio(void *to, const volatile void __iomem *from, size_t n)
{
	u8 *p = to;
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = sl_read(from + i, 1);
}

/* --------------------------------------------------------------------------------------------- done here */

void __const_udelay(unsigned long xloops)
{
	usleep(xloops / 4295 + 1);
}

void __udelay(unsigned long us)
{
	usleep(us);
}

void msleep(unsigned int ms)
{
	usleep(ms * 1000);
}

ssize_t strscpy(char *to, const char *from, size_t n)
{
	size_t len = strnlen(from, n);

	if (!n)
		return -E2BIG;
	len = len < n ? len : n - 1;
	memcpy(to, from, len);
	to[len] = '\0';
	return from[len] ? -E2BIG : (ssize_t)len;
}

void fortify_panic(const char *name)
{
	abort();
}

void ethtool_convert_legacy_u32_to_link_mode(unsigned long *dst, u32 legacy_u32)
{
	linkmode_zero(dst);
	dst[0] = legacy_u32;
}

bool ethtool_convert_link_mode_to_legacy_u32(u32 *legacy_u32, const unsigned long *src)
{
	*legacy_u32 = src[0];
	return !(src[0] >> 32);
}

#define LOGS(name, arg)                                                                            \
	void name(arg, const char *fmt, ...)                                                       \
	{                                                                                          \
		va_list ap;                                                                        \
                                                                                                   \
		va_start(ap, fmt);                                                                 \
		sl_log(fmt, ap);                                                                   \
		va_end(ap);                                                                        \
	}

LOGS(_dev_err, const struct device *dev)
LOGS(_dev_warn, const struct device *dev)
LOGS(_dev_notice, const struct device *dev)
LOGS(_dev_info, const struct device *dev)
LOGS(netdev_err, const struct net_device *dev)
LOGS(netdev_warn, const struct net_device *dev)
LOGS(netdev_notice, const struct net_device *dev)
LOGS(netdev_info, const struct net_device *dev)

int _printk(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sl_log(fmt, ap);
	va_end(ap);
	return 0;
}

void __dynamic_pr_debug(struct _ddebug *descriptor, const char *fmt, ...)
{
}
void __dynamic_dev_dbg(struct _ddebug *descriptor, const struct device *dev, const char *fmt, ...)
{
}
void __dynamic_netdev_dbg(struct _ddebug *descriptor, const struct net_device *dev, const char *fmt,
			  ...)
{
}

/* ------------------------------------------------------------------------------------ bytes behind pointers */

struct sl_bytes *sl_bytes(const void *from, size_t n)
{
	struct sl_bytes *b = calloc(1, sizeof(*b));

	n = n < sizeof(b->b) ? n : sizeof(b->b);
	if (from) {
		memcpy(b->b, from, n);
		b->n = n;
	}
	return b;
}

void sl_bytes_back(void *to, const struct sl_bytes *in, const struct sl_bytes *out, int err)
{
	if (!err && to)
		memcpy(to, out->b, in->n < out->n ? in->n : out->n);
}

void sl_bytes_free(struct sl_bytes *b)
{
	free(b);
}

/* A copy that is aligned as any struct may be; NULL if there is nothing. */
void *sl_bytes_open(const struct sl_bytes *b)
{
	void *p = b->n ? calloc(1, sizeof(b->b)) : NULL;

	if (p)
		memcpy(p, b->b, b->n);
	return p;
}

void sl_bytes_close(void *p, const struct sl_bytes *in, struct sl_bytes *out)
{
	if (out && p) {
		out->n = in->n;
		memcpy(out->b, p, in->n);
	}
	free(p);
}
