// SPDX-License-Identifier: GPL-2.0
/*
 * sl_api.c - kernel calls of the user half.
 *
 * Only on what is its: its net_device, its pci_dev, its interrupt, memory that it got here.  Anything else is -EINVAL.
 *
 * Locks.  Both halves take the driver's spinlocks, one of them from interrupts, which cannot wait for a process.
 * So while the user half has one, the device is quiet: its interrupt is off, its queue stopped, its poll disabled.
 * When the user half dies, that ends.
 */
#include <linux/interrupt.h>
#include <linux/rtnetlink.h>
#include "priv.h"

typedef s64 (*op_fn)(u64 a, u64 b, u64 c, u64 d, u64 *more);
#define OP(name) static s64 name(u64 a, u64 b, u64 c, u64 d, u64 *more)

static struct sl_region *netdev_region(void)
{
	return &sl.region[SL_NETDEV];
}

/* ------------------------------------------------------------------------------------------- the net_device */

OP(alloc_etherdev_op)
{
	struct net_device *dev;

	if (sl.netdev || !sl.pdev || a > 65536 || b != 1 || c != 1)
		return -EINVAL;
	dev = alloc_etherdev(a);
	if (!dev)
		return -ENOMEM;
	SET_NETDEV_DEV(dev, &sl.pdev->dev);
	*netdev_region() = (struct sl_region){ dev, ALIGN(sizeof(*dev), NETDEV_ALIGN) + a };
	sl.netdev = dev;
	sl_push();
	return sl_wire(dev);
}

OP(free_netdev_op)
{
	struct net_device *dev = sl.netdev;

	if (!dev ||
	    (dev->reg_state != NETREG_UNINITIALIZED && dev->reg_state != NETREG_UNREGISTERED))
		return -EINVAL;
	mutex_lock(&sl.sync);
	sl.netdev = NULL;
	netdev_region()->at = NULL;
	mutex_unlock(&sl.sync);
	free_netdev(dev);
	return 0;
}

OP(register_op)
{
	int err = sl.netdev && sl.netdev->netdev_ops ? register_netdev(sl.netdev) : -EINVAL;

	sl_push();
	return err;
}

OP(unregister_op)
{
	if (!sl.netdev || sl.netdev->reg_state != NETREG_REGISTERED)
		return -EINVAL;
	unregister_netdev(sl.netdev);
	sl_push();
	return 0;
}

OP(attach_op)
{
	if (!sl.netdev)
		return -EINVAL;
	netif_device_attach(sl.netdev);
	return 0;
}

OP(detach_op)
{
	if (!sl.netdev)
		return -EINVAL;
	netif_device_detach(sl.netdev);
	return 0;
}

OP(carrier_op)
{
	if (!sl.netdev)
		return -EINVAL;
	(a ? netif_carrier_on : netif_carrier_off)(sl.netdev);
	sl_push();
	return 0;
}

OP(queue_op)
{
	if (!sl.netdev || a > 2)
		return -EINVAL;
	if (a == 0)
		netif_tx_disable(sl.netdev);
	else if (a == 1)
		netif_start_queue(sl.netdev);
	else
		netif_wake_queue(sl.netdev);
	return 0;
}

static struct napi_struct *napi_of(u64 wire)
{
	struct napi_struct *napi = sl_ptr(wire, SL_OBJECT);

	return napi && sl_is(napi, sizeof(*napi)) ? napi : NULL;
}

OP(napi_add_op)
{
	struct napi_struct *napi = napi_of(a);
	void *poll = sl_ptr(b, SL_FN);

	if (!napi || !poll || !sl.netdev || napi->dev || c > NAPI_POLL_WEIGHT)
		return -EINVAL;
	netif_napi_add_weight(sl.netdev, napi, poll, c);
	return 0;
}

OP(napi_enable_op)
{
	struct napi_struct *napi = napi_of(a);

	if (!napi || !napi->dev || sl.napi_on)
		return -EINVAL;
	napi_enable(napi);
	sl.napi_on = true;
	return 0;
}

OP(napi_disable_op)
{
	struct napi_struct *napi = napi_of(a);

	if (!napi || !napi->dev || !sl.napi_on)
		return -EINVAL;
	sl.napi_on = false;
	napi_disable(napi);
	return 0;
}

/* -------------------------------------------------------------------------------------------------- PCI */

OP(pci_enable_op)
{
	return sl.pdev ? pci_enable_device(sl.pdev) : -EINVAL;
}

OP(pci_disable_op)
{
	if (!sl.pdev || !pci_is_enabled(sl.pdev))
		return -EINVAL;
	pci_disable_device(sl.pdev);
	return 0;
}

OP(pci_request_op)
{
	return sl.pdev ? pci_request_regions(sl.pdev, KBUILD_MODNAME) : -EINVAL;
}

OP(pci_release_op)
{
	if (sl.pdev)
		pci_release_regions(sl.pdev);
	return sl.pdev ? 0 : -EINVAL;
}

OP(pci_master_op)
{
	if (sl.pdev)
		pci_set_master(sl.pdev);
	return sl.pdev ? 0 : -EINVAL;
}

OP(pci_iomap_op)
{
	struct sl_region *r;
	u64 len;

	if (!sl.pdev || a >= SL_BARS || sl.region[SL_BAR + a].at)
		return -EINVAL;
	r = &sl.region[SL_BAR + a];
	len = pci_resource_len(sl.pdev, a);
	r->at = (void __force *)pci_iomap(sl.pdev, a, b);
	r->len = b && b < len ? b : len;
	return r->at ? (s64)sl_wire(r->at) : -ENOMEM;
}

static void unmap(struct sl_region *r)
{
	if (r->at)
		pci_iounmap(sl.pdev, (void __iomem __force *)r->at);
	r->at = NULL;
}

OP(pci_iounmap_op)
{
	u64 id = a >> SL_SHIFT;

	if (!sl.pdev || id < SL_BAR || id >= SL_BAR + SL_BARS)
		return -EINVAL;
	unmap(&sl.region[id]);
	return 0;
}

OP(pci_read_op)
{
	u32 v = 0;
	int err;

	if (!sl.pdev || a > 4095)
		return -EINVAL;
	err = b == 1   ? pci_read_config_byte(sl.pdev, a, (u8 *)&v)
	      : b == 2 ? pci_read_config_word(sl.pdev, a, (u16 *)&v)
		       : pci_read_config_dword(sl.pdev, a, &v);
	*more = v;
	return err ? -EIO : 0;
}

/* Address registers are not its to write. */
OP(pci_write_op)
{
	if (!sl.pdev || a > 255 || (a >= PCI_BASE_ADDRESS_0 && a < PCI_CARDBUS_CIS))
		return -EINVAL;
	return (b == 1	 ? pci_write_config_byte(sl.pdev, a, c)
		: b == 2 ? pci_write_config_word(sl.pdev, a, c)
			 : pci_write_config_dword(sl.pdev, a, c))
		       ? -EIO
		       : 0;
}

/* ------------------------------------------------------------------------------------ interrupt and memory */

OP(request_irq_op)
{
	void *handler = sl_ptr(a, SL_FN);
	void *dev = sl_ptr(c, SL_OBJECT);
	int err;

	if (!handler || !dev || dev != sl.netdev || sl.irq_on)
		return -EINVAL;
	err = request_irq(sl.pdev->irq, handler, IRQF_SHARED, sl.netdev->name, dev);
	sl.irq_on = !err;
	return err;
}

static void irq_free(void)
{
	if (!sl.irq_on)
		return;
	if (sl.irq_off)
		enable_irq(sl.pdev->irq);
	sl.irq_off = sl.irq_on = false;
	free_irq(sl.pdev->irq, sl.netdev);
}

OP(free_irq_op)
{
	if (!sl.irq_on)
		return -EINVAL;
	irq_free();
	return 0;
}

OP(dma_alloc_op)
{
	struct sl_region *r = &sl.region[SL_DMA];

	while (r < &sl.region[SL_DMA + SL_DMAS] && r->at)
		r++;
	if (!sl.pdev || !a || a > 4 << 20 || r == &sl.region[SL_DMA + SL_DMAS])
		return -EINVAL;
	r->at = dma_alloc_coherent(&sl.pdev->dev, a, &r->dma, GFP_KERNEL);
	r->len = a;
	*more = r->dma;
	return r->at ? (s64)sl_wire(r->at) : -ENOMEM;
}

static void dma_free(struct sl_region *r)
{
	if (r->at)
		dma_free_coherent(&sl.pdev->dev, r->len, r->at, r->dma);
	r->at = NULL;
}

OP(dma_free_op)
{
	u64 id = a >> SL_SHIFT;

	/* the device may write there while its interrupt is requested */
	if (!sl.pdev || id < SL_DMA || id >= SL_DMA + SL_DMAS || !sl.region[id].at || sl.irq_on)
		return -EINVAL;
	dma_free(&sl.region[id]);
	return 0;
}

/* After remove: what is left of what the user half got. */
void sl_regions_forget(void)
{
	unsigned int i;

	irq_free();
	for (i = SL_DMA; i < SL_DMA + SL_DMAS; i++)
		dma_free(&sl.region[i]);
	for (i = SL_BAR; i < SL_BAR + SL_BARS; i++)
		unmap(&sl.region[i]);
}

/* ------------------------------------------------------------------------------------------- work and locks */

static struct work_struct *work_of(u64 wire, size_t size)
{
	struct work_struct *w = sl_ptr(wire, SL_OBJECT);

	return w && sl_is(w, size) ? w : NULL;
}

OP(init_work_op)
{
	struct work_struct *w = work_of(a, c ? sizeof(struct delayed_work) : sizeof(*w));
	void *fn = sl_ptr(b, SL_FN);

	if (!w || !fn || (w->func && work_busy(w)))
		return -EINVAL;
	if (c)
		INIT_DELAYED_WORK(to_delayed_work(w), fn);
	else
		INIT_WORK(w, fn);
	return 0;
}

OP(schedule_op)
{
	struct work_struct *w = work_of(a, sizeof(struct delayed_work));

	if (!w || !w->func)
		return -EINVAL;
	return c ? schedule_delayed_work(to_delayed_work(w), b) : schedule_work(w);
}

OP(cancel_op)
{
	struct work_struct *w = work_of(a, sizeof(struct delayed_work));

	/* it may wait for the user half, which waits here */
	if (!w || !w->func)
		return -EINVAL;
	return cancel_delayed_work(to_delayed_work(w));
}

OP(lock_op)
{
	struct napi_struct *napi;

	if (sl.quiet++)
		return 0;
	if (sl.irq_on) {
		disable_irq(sl.pdev->irq);
		sl.irq_off = true;
	}
	if (sl.netdev && netif_running(sl.netdev) && sl.napi_on) {
		netif_tx_disable(sl.netdev);
		list_for_each_entry(napi, &sl.netdev->napi_list, dev_list) napi_disable(napi);
		sl.napi_off = true;
	}
	sl_push();
	return 0;
}

void sl_quiet_end(void)
{
	struct napi_struct *napi;

	sl.quiet = 0;
	if (sl.napi_off) {
		sl.napi_off = false;
		list_for_each_entry(napi, &sl.netdev->napi_list, dev_list) napi_enable(napi);
		netif_tx_wake_all_queues(sl.netdev);
	}
	if (sl.irq_off) {
		sl.irq_off = false;
		enable_irq(sl.pdev->irq);
	}
}

OP(unlock_op)
{
	if (!sl.quiet)
		return -EPERM;
	if (!--sl.quiet)
		sl_quiet_end();
	return 0;
}

OP(rtnl_op)
{
	return sl.rtnl ? 0 : -EPERM;
}

OP(synchronize_op)
{
	synchronize_net();
	return 0;
}

static const op_fn op_fns[SL_OPS] = {
	[SL_ALLOC_ETHERDEV] = alloc_etherdev_op,
	[SL_FREE_NETDEV] = free_netdev_op,
	[SL_REGISTER_NETDEV] = register_op,
	[SL_UNREGISTER_NETDEV] = unregister_op,
	[SL_ATTACH] = attach_op,
	[SL_DETACH] = detach_op,
	[SL_CARRIER] = carrier_op,
	[SL_QUEUE] = queue_op,
	[SL_NAPI_ADD] = napi_add_op,
	[SL_NAPI_ENABLE] = napi_enable_op,
	[SL_NAPI_DISABLE] = napi_disable_op,
	[SL_PCI_ENABLE] = pci_enable_op,
	[SL_PCI_DISABLE] = pci_disable_op,
	[SL_PCI_REQUEST] = pci_request_op,
	[SL_PCI_RELEASE] = pci_release_op,
	[SL_PCI_MASTER] = pci_master_op,
	[SL_PCI_IOMAP] = pci_iomap_op,
	[SL_PCI_IOUNMAP] = pci_iounmap_op,
	[SL_PCI_READ] = pci_read_op,
	[SL_PCI_WRITE] = pci_write_op,
	[SL_REQUEST_IRQ] = request_irq_op,
	[SL_FREE_IRQ] = free_irq_op,
	[SL_DMA_ALLOC] = dma_alloc_op,
	[SL_DMA_FREE] = dma_free_op,
	[SL_INIT_WORK] = init_work_op,
	[SL_SCHEDULE] = schedule_op,
	[SL_CANCEL] = cancel_op,
	[SL_LOCK] = lock_op,
	[SL_UNLOCK] = unlock_op,
	[SL_RTNL] = rtnl_op,
	[SL_SYNCHRONIZE] = synchronize_op,
};

/* ------------------------------------------------------------------------------------- handlers of downcalls */

int sl_api(void *ctx, __u32 op, __u64 a, __u64 b, __u64 c, __u64 d, struct sl_api_ret *ret)
{
	if (op >= SL_OPS)
		return -EINVAL;
	ret->more = 0;
	ret->value = op_fns[op](a, b, c, d, &ret->more);
	if (ret->value < 0)
		pr_warn_ratelimited("%s: operation %u of the user half: error %lld\n",
				    KBUILD_MODNAME, op, ret->value);
	return 0;
}
