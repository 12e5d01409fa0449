// SPDX-License-Identifier: GPL-2.0
/*
 * pci.c - the NIC comes and goes: memory, register space, names.
 */
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <xmd/version.h>
#include "priv.h"

#define POOL_MIN	1024u
#define POOL_MAX	8192u

static unsigned int pool_bufs = 3200;
module_param(pool_bufs, uint, 0444);
MODULE_PARM_DESC(pool_bufs, "page-sized buffers for frames, 1024 to 8192 (default 3200)");

static unsigned int rx_reserve = 256;
module_param(rx_reserve, uint, 0444);
MODULE_PARM_DESC(rx_reserve, "of these, kept for receiving, 64 to 1024 and at most half (default 256)");

static void state_work(struct work_struct *work)
{
	xmd_nic_link_follow(container_of(work, struct xmd_nic, state_work));
}

/* The last of device, client and open file is gone. */
void xmd_nic_release(struct kref *ref)
{
	struct xmd_nic *nic = container_of(ref, struct xmd_nic, ref);
	struct pci_dev *pdev = nic->pdev;

	/* a client or a change of filters may have asked for these at the very last */
	cancel_work_sync(&nic->filter_work);
	cancel_work_sync(&nic->address_work);
	cancel_work_sync(&nic->restore_work);
	cancel_work_sync(&nic->state_work);
	xmd_nic_rx_free(nic);
	xmd_nic_tx_free(nic);
	xmd_pool_exit(nic);
	xpc_kern_free(&nic->xpc);
	free_percpu(nic->dev->tstats);
	free_netdev(nic->dev);
	pci_dev_put(pdev);
}

static int check_params(struct device *dev)
{
	if (pool_bufs >= POOL_MIN && pool_bufs <= POOL_MAX && rx_reserve >= XMD_BATCH &&
	    rx_reserve <= min(XMD_RING_MAX, pool_bufs / 2))
		return 0;
	dev_err(dev, "pool_bufs=%u: must be %u to %u; rx_reserve=%u: %u to %u and at most half of that\n",
		pool_bufs, POOL_MIN, POOL_MAX, rx_reserve, XMD_BATCH, XMD_RING_MAX);
	return -EINVAL;
}

/* Everything that is memory; undone by xmd_nic_release. */
static struct xmd_nic *nic_alloc(struct pci_dev *pdev, const struct xmd_chip *chip)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct xmd_nic));
	struct xmd_nic *nic;

	if (!dev)
		return NULL;
	nic = netdev_priv(dev);
	nic->dev = dev;
	nic->pdev = pci_dev_get(pdev);
	nic->chip = chip;
	nic->guard.chip = chip;
	nic->poll_cpu = -1;
	nic->pool.reserve = rx_reserve;
	kref_init(&nic->ref);
	mutex_init(&nic->ctl);
	mutex_init(&nic->cfg);
	INIT_WORK(&nic->filter_work, xmd_filter_work);
	INIT_WORK(&nic->address_work, xmd_address_work);
	INIT_WORK(&nic->restore_work, xmd_restore_work);
	spin_lock_init(&nic->restore_lock);
	INIT_WORK(&nic->state_work, state_work);
	xmd_nic_watch_init(nic);
	spin_lock_init(&nic->ims_lock);
	spin_lock_init(&nic->tx.lock);
	xmd_nic_set_mtu(nic, ETH_DATA_LEN);
	SET_NETDEV_DEV(dev, &pdev->dev);
	xmd_nic_host_setup(nic);
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (dev->tstats && !xmd_objects_init(nic) && !xmd_pool_init(nic, pool_bufs) &&
	    !xmd_nic_tx_alloc(nic) && !xmd_nic_rx_alloc(nic))
		return nic;
	kref_put(&nic->ref, xmd_nic_release);
	return NULL;
}

static int map_device(struct xmd_nic *nic)
{
	struct pci_dev *pdev = nic->pdev;
	int err;

	err = pci_enable_device_mem(pdev);
	if (err)
		return err;
	xmd_nic_bus_master(nic, false);
	err = pci_request_mem_regions(pdev, KBUILD_MODNAME);
	if (err)
		goto regions;
	err = -ENXIO;
	if (pci_resource_len(pdev, 0) >= XMD_BAR_MIN)
		nic->regs = pci_iomap(pdev, 0, 0);
	if (!nic->regs)
		goto iomap;
	return 0;
iomap:
	pci_release_mem_regions(pdev);
regions:
	pci_disable_device(pdev);
	dev_err(&pdev->dev, "no register space (BAR 0): error %d\n", err);
	return err;
}

static void unmap_device(struct xmd_nic *nic)
{
	pci_free_irq_vectors(nic->pdev);
	pci_iounmap(nic->pdev, nic->regs);
	pci_release_mem_regions(nic->pdev);
	pci_disable_device(nic->pdev);
}

static int xmd_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct xmd_chip *chip = xmd_chip_find(pdev->vendor, pdev->device);
	struct xmd_nic *nic;
	int err;

	if (!chip) {
		dev_info(&pdev->dev, "%04x:%04x is for another driver: this one knows" XMD_CHIP_NAMES "\n",
			 pdev->vendor, pdev->device);
		return -ENODEV;
	}
	err = check_params(&pdev->dev);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (err)
		return err;
	nic = nic_alloc(pdev, chip);
	if (!nic)
		return -ENOMEM;
	pci_set_drvdata(pdev, nic);
	err = map_device(nic);
	if (err)
		goto map;
	err = xmd_nic_reset(nic);
	if (err)
		goto reset;
	err = xmd_nic_irq_alloc(nic);
	if (err)
		goto reset;
	xmd_nic_tx_chip(nic);
	if (xmd_nic_has(nic, XMD_UNTRIED))
		dev_warn(&pdev->dev, "%s: never seen on silicon by this driver, which goes by the manual\n",
			 chip->name);
	err = register_netdev(nic->dev);
	if (err)
		goto netdev;
	err = -EBUSY;
	if (!xmd_nic_offer(nic)) {
		dev_err(&pdev->dev, "this module drives one NIC: leave the second to another driver\n");
		goto offer;
	}
	xmd_nic_dump_init(nic);
	err = xmd_nic_control_init(nic);
	if (err)
		goto control;
	schedule_delayed_work(&nic->watch.tick, 0);
	return 0;
control:
	xmd_nic_dump_exit(nic);
	xmd_nic_offer(NULL);
offer:
	unregister_netdev(nic->dev);
netdev:
reset:
	unmap_device(nic);
map:
	kref_put(&nic->ref, xmd_nic_release);
	return err;
}

/* Others may hold the memory for longer; see number 7 in priv.h. */
static void xmd_remove(struct pci_dev *pdev)
{
	struct xmd_nic *nic = pci_get_drvdata(pdev);

	xmd_nic_offer(NULL);
	xmd_nic_dump_exit(nic);
	xmd_nic_control_exit(nic);
	spin_lock_bh(&nic->tx.lock);
	set_bit(XMD_LEAVING, &nic->bits);
	spin_unlock_bh(&nic->tx.lock);
	/* what was taken is still sent, if the NIC is not pulled out but taken away in order */
	xmd_nic_tx_drained(nic);
	mutex_lock(&nic->ctl);
	xmd_nic_stop(nic);
	set_bit(XMD_GONE, &nic->bits);
	set_bit(XMD_UNPLUGGED, &nic->bits);
	xmd_nic_tx_abort(nic);
	mutex_unlock(&nic->ctl);
	/* a STOP that was under way has set it up once more */
	cancel_delayed_work_sync(&nic->watch.tick);
	xmd_nic_tell_state(nic);
	cancel_work_sync(&nic->state_work);
	unregister_netdev(nic->dev);
	unmap_device(nic);
	kref_put(&nic->ref, xmd_nic_release);
}

/* xmd_probe looks closer, and says which they are. */
static const struct pci_device_id xmd_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, PCI_ANY_ID), PCI_CLASS_NETWORK_ETHERNET << 8, ~0 },
	{ }
};
MODULE_DEVICE_TABLE(pci, xmd_ids);

static struct pci_driver xmd_driver = {
	.name = KBUILD_MODNAME,
	.id_table = xmd_ids,
	.probe = xmd_probe,
	.remove = xmd_remove,
};
module_pci_driver(xmd_driver);

MODULE_DESCRIPTION("Xen microdriver for Intel 8254x, kernel half");
MODULE_LICENSE("GPL");
MODULE_VERSION(XMD_VERSION);
