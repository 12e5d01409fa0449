// SPDX-License-Identifier: GPL-2.0
/*
 * pci.c - the NIC comes, starts, stops and goes; its client comes and goes.
 *
 * There is no bring-up in here: reset, EEPROM, PHY and filters are the user half's.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include "priv.h"

#define POOL_MIN	512u
#define POOL_MAX	8192u

static unsigned int pool_bufs = 3200;
module_param(pool_bufs, uint, 0444);
MODULE_PARM_DESC(pool_bufs, "page-sized buffers for frames, 512 to 8192 (default 3200)");

static unsigned int rx_reserve = 256;
module_param(rx_reserve, uint, 0444);
MODULE_PARM_DESC(rx_reserve, "of these, kept for receiving, 64 to 1024 and at most half (default 256)");

/* nic.h knows of one NIC; whoever attaches gets this one */
static DEFINE_MUTEX(the_nic_lock);
static struct xmd_nic *the_nic;

static void call_state(struct xmd_nic *nic)
{
	struct xmd_client *client;

	local_bh_disable();
	rcu_read_lock();
	client = rcu_dereference(nic->client);
	if (client && !READ_ONCE(client->leaving))
		client->ops->state(client->ctx);
	rcu_read_unlock();
	local_bh_enable();
}

/*
 * For whoever is not probe or remove: a downcall may have waited for the lock while the
 * registers were unmapped.
 */
int xmd_ctl_lock(struct xmd_nic *nic)
{
	int err = mutex_lock_interruptible(&nic->ctl);

	if (err)
		return err;
	if (!test_bit(XMD_UNPLUGGED, &nic->bits))
		return 0;
	mutex_unlock(&nic->ctl);
	return -EIO;
}

/* Process context, no lock held: what tx_provide answers has changed. */
void xmd_tell_state(struct xmd_nic *nic)
{
	call_state(nic);
	xmd_host_wake(nic);
}

static void state_work(struct work_struct *work)
{
	xmd_link_follow(container_of(work, struct xmd_nic, state_work));
}

/* A bus that nobody answers on gives all ones; QEMU gives zeros instead. */
static bool silent(const struct xmd_nic *nic)
{
	u32 status = xmd_read(nic, STATUS);

	/* STATUS can be 0 without a link, but not together with "EEPROM present" */
	return status == XMD_ALL_ONES || (!status && !xmd_read(nic, EECD));
}

/*
 * Does the NIC not answer any more?  Any context.  Its memory decoding can be switched
 * off from dom0 at any time.  It counts as gone until the next START, as it may have
 * lost its rings meanwhile.
 */
bool xmd_nic_gone(struct xmd_nic *nic)
{
	if (!silent(nic))
		return false;
	if (!test_and_set_bit(XMD_GONE, &nic->bits)) {
		dev_err(&nic->pdev->dev,
			"no register answers: the NIC is gone; look at its PCI COMMAND register in dom0\n");
		schedule_work(&nic->state_work);
	}
	return true;
}

/*
 * xen-pciback acts on changes of what it believes the state to be, and does not notice
 * when somebody in dom0 writes COMMAND: so say off, whatever is read, before on.
 */
static void bus_master(struct xmd_nic *nic, bool on)
{
	u16 cmd;

	pci_clear_master(nic->pdev);
	pci_read_config_word(nic->pdev, PCI_COMMAND, &cmd);
	pci_write_config_word(nic->pdev, PCI_COMMAND, cmd & ~PCI_COMMAND_MASTER);
	if (on)
		pci_set_master(nic->pdev);
}

/* Likewise for memory decoding, when the NIC comes to us without. */
static void revive(struct xmd_nic *nic)
{
	u16 cmd;

	pci_read_config_word(nic->pdev, PCI_COMMAND, &cmd);
	if (cmd & PCI_COMMAND_MEMORY)
		return;
	pci_write_config_word(nic->pdev, PCI_COMMAND, 0);
	pci_write_config_word(nic->pdev, PCI_COMMAND, PCI_COMMAND_MEMORY);
}

/* DMA and interrupts off, whatever state the chip is in. */
static void silence(struct xmd_nic *nic)
{
	xmd_write(nic, IMC, ~0u);
	xmd_write(nic, RCTL, 0);
	xmd_write(nic, TCTL, 0);
	/* a read pushes the writes out; 14.3: transfers in flight end within 10 ms */
	xmd_read(nic, STATUS);
	msleep(10);
}

/*
 * The domain before us may have died under a running NIC, whose rings still point into
 * memory that is somebody else's now.  So it must be quiet before it is bus master.
 */
static int disarm(struct xmd_nic *nic)
{
	if (silent(nic))
		revive(nic);
	if (silent(nic)) {
		dev_err(&nic->pdev->dev,
			"no register answers: is the NIC assigned to this domain (xl pci-assignable-list)?\n");
		return -EIO;
	}
	silence(nic);
	xmd_write(nic, CTRL, xmd_read(nic, CTRL) | CTRL_RST);
	/* 13.4.1: no access for 1 us; the EEPROM is read again within some ms */
	msleep(20);
	xmd_write(nic, IMC, ~0u);
	xmd_read(nic, ICR);
	return 0;
}

static void arm(struct xmd_nic *nic, const struct xmd_start *start)
{
	/* with IDE in the descriptors, 0 is not allowed (13.4.44) */
	if (!xmd_read(nic, TIDV))
		xmd_write(nic, TIDV, 1);
	xmd_write(nic, RXCSUM, RXCSUM_IPOFL | RXCSUM_TUOFL);
	xmd_write(nic, TCTL, start->tctl | TCTL_EN);
	xmd_write(nic, RCTL, start->rctl | RCTL_BUF_4096 | RCTL_SECRC | RCTL_EN);
	xmd_nic_rx_provide(nic);
	spin_lock_bh(&nic->tx.lock);
	xmd_tx_doorbell(nic);
	set_bit(XMD_RUNNING, &nic->bits);
	spin_unlock_bh(&nic->tx.lock);
	nic->ims = INT_DATA;
	xmd_write(nic, IMS, INT_DATA | INT_LSC);
}

/* Caller holds ctl and has checked the ranges of @start. */
int xmd_nic_start(struct xmd_nic *nic, const struct xmd_start *start)
{
	int err;

	if (test_bit(XMD_RUNNING, &nic->bits))
		return -EBUSY;
	if (xmd_nic_gone(nic))
		return -ENODEV;
	/* STOP could not reach it, if that was when it was gone */
	if (test_bit(XMD_GONE, &nic->bits))
		silence(nic);
	err = xmd_rx_start(nic, start->rx_ring);
	if (err)
		return err;
	xmd_nic_tx_start(nic, start->tx_ring);
	clear_bit(XMD_GONE, &nic->bits);
	nic->started = jiffies;
	set_bit(XMD_LINK_DUE, &nic->bits);
	err = request_irq(nic->pdev->irq, xmd_irq, IRQF_SHARED, KBUILD_MODNAME, nic);
	if (err) {
		dev_err(&nic->pdev->dev, "interrupt %d refused: error %d\n", nic->pdev->irq, err);
		return err;
	}
	napi_enable(&nic->napi);
	bus_master(nic, true);
	arm(nic, start);
	ether_addr_copy(nic->mac, start->mac);
	/* frames that were refused while stopped have no descriptor to report them */
	local_bh_disable();
	napi_schedule(&nic->napi);
	local_bh_enable();
	dev_info(&nic->pdev->dev, "running: %u transmit, %u receive descriptors, %pM\n",
		 start->tx_ring, start->rx_ring, start->mac);
	return 0;
}

/* Caller holds ctl.  What was accepted and is not done stays in its slots. */
void xmd_nic_stop(struct xmd_nic *nic)
{
	if (!test_bit(XMD_RUNNING, &nic->bits))
		return;
	/* under the lock, so that no batch is half posted when this returns */
	spin_lock_bh(&nic->tx.lock);
	clear_bit(XMD_RUNNING, &nic->bits);
	spin_unlock_bh(&nic->tx.lock);
	netif_stop_queue(nic->dev);
	silence(nic);
	free_irq(nic->pdev->irq, nic);
	napi_disable(&nic->napi);
	/* again: the poll may have opened the mask as its last act */
	xmd_write(nic, IMC, ~0u);
	bus_master(nic, false);
	local_bh_disable();
	xmd_nic_tx_return(nic);
	local_bh_enable();
	dev_info(&nic->pdev->dev, "stopped: %u frames wait to be sent again\n",
		 nic->tx.ring.frame_prod - nic->tx.ring.frame_cons);
}

static bool rx_waits(struct xmd_nic *nic)
{
	return READ_ONCE(nic->rx.desc[READ_ONCE(nic->rx.next) & nic->rx.mask].status) & RXD_STAT_DD;
}

void xmd_nic_rx_hold(struct xmd_nic *nic, bool hold)
{
	unsigned int i;

	mutex_lock(&nic->ctl);
	if (test_bit(XMD_RUNNING, &nic->bits) && !test_bit(XMD_GONE, &nic->bits)) {
		u32 rctl = xmd_read(nic, RCTL) & ~RCTL_EN;

		xmd_write(nic, RCTL, hold ? rctl : rctl | RCTL_EN);
		xmd_read(nic, STATUS);
		/* as in silence(): a frame that has begun ends within this time */
		msleep(10);
		for (i = 0; hold && rx_waits(nic) && i < 100; i++)
			msleep(1);
		/* the frame that was last in the ring may still be on its way through the poll */
		synchronize_net();
	}
	mutex_unlock(&nic->ctl);
}
EXPORT_SYMBOL_GPL(xmd_nic_rx_hold);

struct xmd_nic *xmd_nic_attach(const struct xmd_nic_ops *ops, void *ctx)
{
	struct xmd_nic *nic;

	mutex_lock(&the_nic_lock);
	nic = the_nic;
	if (!nic) {
		nic = ERR_PTR(-ENODEV);
	} else if (rcu_access_pointer(nic->client)) {
		nic = ERR_PTR(-EBUSY);
	} else {
		kref_get(&nic->ref);
		nic->client_mem = (struct xmd_client){ .ops = ops, .ctx = ctx };
		rcu_assign_pointer(nic->client, &nic->client_mem);
	}
	mutex_unlock(&the_nic_lock);
	if (IS_ERR(nic))
		return nic;
	/* frames that went straight past the client are through when this returns */
	synchronize_net();
	xmd_ask_filter(nic);
	return nic;
}
EXPORT_SYMBOL_GPL(xmd_nic_attach);

static bool drained(struct xmd_nic *nic)
{
	unsigned int i;

	for (i = 0; i < 100 && READ_ONCE(nic->tx.foreign); i++)
		msleep(5);
	return !READ_ONCE(nic->tx.foreign);
}

/*
 * 1. leaving: tx_provide takes nothing more, rx_return and host_tx are over after a
 *    grace period; tx_return still works.
 * 2. The NIC finishes what it has.  If it does not within half a second (no carrier, hung,
 *    stopped) it is stopped and the frames are given back as aborted; the user half is
 *    asked to start it again.
 * 3. No client; after another grace period no tx_return runs.
 */
void xmd_nic_detach(struct xmd_nic *nic)
{
	bool restart = false;

	WRITE_ONCE(nic->client_mem.leaving, true);
	synchronize_net();
	if (!drained(nic)) {
		mutex_lock(&nic->ctl);
		restart = test_bit(XMD_RUNNING, &nic->bits);
		xmd_nic_stop(nic);
		xmd_tx_abort(nic);
		mutex_unlock(&nic->ctl);
	}
	mutex_lock(&the_nic_lock);
	RCU_INIT_POINTER(nic->client, NULL);
	synchronize_net();
	mutex_unlock(&the_nic_lock);
	WRITE_ONCE(nic->client_mem.leaving, false);
	if (restart)
		xpc_raise(&nic->xpc, XPC_UP_xmd_tx_hang);
	xmd_ask_filter(nic);
	xmd_tell_state(nic);
	kref_put(&nic->ref, xmd_nic_release);
}
EXPORT_SYMBOL_GPL(xmd_nic_detach);

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
	xmd_rx_free(nic);
	xmd_tx_free(nic);
	xmd_pool_exit(nic);
	xpc_kern_free(&nic->xpc);
	free_percpu(nic->dev->tstats);
	free_netdev(nic->dev);
	pci_dev_put(pdev);
}

static int check_params(struct device *dev)
{
	if (pool_bufs < POOL_MIN || pool_bufs > POOL_MAX) {
		dev_err(dev, "pool_bufs=%u: must be %u to %u\n", pool_bufs, POOL_MIN, POOL_MAX);
		return -EINVAL;
	}
	if (rx_reserve < XMD_BATCH || rx_reserve > XMD_RING_MAX || rx_reserve > pool_bufs / 2) {
		dev_err(dev, "rx_reserve=%u: must be %u to %u\n", rx_reserve, XMD_BATCH,
			min(XMD_RING_MAX, pool_bufs / 2));
		return -EINVAL;
	}
	return 0;
}

/* Everything that is memory; undone by xmd_nic_release. */
static struct xmd_nic *nic_alloc(struct pci_dev *pdev)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct xmd_nic));
	struct xmd_nic *nic;

	if (!dev)
		return NULL;
	nic = netdev_priv(dev);
	nic->dev = dev;
	nic->pdev = pci_dev_get(pdev);
	nic->poll_cpu = -1;
	nic->pool.reserve = rx_reserve;
	kref_init(&nic->ref);
	mutex_init(&nic->ctl);
	mutex_init(&nic->cfg);
	INIT_WORK(&nic->filter_work, xmd_filter_work);
	INIT_WORK(&nic->address_work, xmd_address_work);
	INIT_WORK(&nic->restore_work, xmd_restore_work);
	spin_lock_init(&nic->restore_lock);
	INIT_DELAYED_WORK(&nic->tick, xmd_tick);
	INIT_WORK(&nic->state_work, state_work);
	nic->hang_asked = jiffies;
	nic->well = jiffies;
	spin_lock_init(&nic->tx.lock);
	xmd_set_mtu(nic, ETH_DATA_LEN);
	SET_NETDEV_DEV(dev, &pdev->dev);
	xmd_netdev_setup(nic);
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (dev->tstats && !xmd_objects_init(nic) && !xmd_pool_init(nic, pool_bufs) &&
	    !xmd_tx_alloc(nic) && !xmd_rx_alloc(nic))
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
	bus_master(nic, false);
	err = pci_request_mem_regions(pdev, KBUILD_MODNAME);
	if (err)
		goto disable;
	err = -ENXIO;
	if (pci_resource_len(pdev, 0) < XMD_BAR_MIN)
		goto release;
	nic->regs = pci_iomap(pdev, 0, 0);
	if (!nic->regs)
		goto release;
	return 0;
release:
	pci_release_mem_regions(pdev);
disable:
	pci_disable_device(pdev);
	dev_err(&pdev->dev, "no register space (BAR 0): error %d\n", err);
	return err;
}

static void unmap_device(struct xmd_nic *nic)
{
	pci_iounmap(nic->pdev, nic->regs);
	pci_release_mem_regions(nic->pdev);
	pci_disable_device(nic->pdev);
}

static int claim(struct xmd_nic *nic)
{
	int err = 0;

	mutex_lock(&the_nic_lock);
	if (the_nic)
		err = -EBUSY;
	else
		the_nic = nic;
	mutex_unlock(&the_nic_lock);
	if (err)
		dev_err(&nic->pdev->dev,
			"this module drives one NIC: leave the second to another driver\n");
	return err;
}

static void unclaim(struct xmd_nic *nic)
{
	mutex_lock(&the_nic_lock);
	the_nic = NULL;
	mutex_unlock(&the_nic_lock);
}

static int xmd_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct xmd_nic *nic;
	int err;

	err = check_params(&pdev->dev);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (err)
		return err;
	nic = nic_alloc(pdev);
	if (!nic)
		return -ENOMEM;
	pci_set_drvdata(pdev, nic);
	err = map_device(nic);
	if (err)
		goto map;
	err = disarm(nic);
	if (err)
		goto disarm;
	err = register_netdev(nic->dev);
	if (err)
		goto netdev;
	err = claim(nic);
	if (err)
		goto claim;
	xmd_dump_init(nic);
	err = xmd_control_init(nic);
	if (err)
		goto device;
	schedule_delayed_work(&nic->tick, 0);
	return 0;
device:
	xmd_dump_exit(nic);
	unclaim(nic);
claim:
	unregister_netdev(nic->dev);
netdev:
disarm:
	unmap_device(nic);
map:
	kref_put(&nic->ref, xmd_nic_release);
	return err;
}

/* Others may hold the memory for longer; see number 6 in priv.h. */
static void xmd_remove(struct pci_dev *pdev)
{
	struct xmd_nic *nic = pci_get_drvdata(pdev);

	unclaim(nic);
	xmd_dump_exit(nic);
	xmd_control_exit(nic);
	cancel_delayed_work_sync(&nic->tick);
	spin_lock_bh(&nic->tx.lock);
	set_bit(XMD_LEAVING, &nic->bits);
	spin_unlock_bh(&nic->tx.lock);
	/* what was taken is still sent, if the NIC is not pulled out but taken away in order */
	drained(nic);
	mutex_lock(&nic->ctl);
	xmd_nic_stop(nic);
	set_bit(XMD_GONE, &nic->bits);
	set_bit(XMD_UNPLUGGED, &nic->bits);
	xmd_tx_abort(nic);
	mutex_unlock(&nic->ctl);
	xmd_tell_state(nic);
	cancel_work_sync(&nic->state_work);
	unregister_netdev(nic->dev);
	unmap_device(nic);
	kref_put(&nic->ref, xmd_nic_release);
}

static const struct pci_device_id xmd_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x100e) },	/* 82540EM */
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
