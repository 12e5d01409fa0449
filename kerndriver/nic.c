// SPDX-License-Identifier: GPL-2.0
/*
 * nic.c - the NIC's state: START, STOP, gone, carrier.
 *
 *                START                       registers answer no more
 *   STOPPED -------------> RUNNING, LINK_DUE ------------------------> GONE (until a START)
 *      ^                     |  5 s, or the user half reports a link
 *      |  STOP, remove,      v
 *      +--- or no carrier -- RUNNING, LINK_UP or not
 *           (watch.c)
 *
 * There is no bring-up in here: EEPROM, PHY and filters are the user half's.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include "priv.h"

#define POLL_US		20u
#define RESET_US	20000u	/* some ms, most of them for the EEPROM */

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

/* A bus that nobody answers on gives all ones; QEMU gives zeros instead. */
static bool silent(const struct xmd_nic *nic)
{
	u32 status = xmd_read(nic, STATUS);

	/* STATUS can be 0 without a link, but not together with "EEPROM present" */
	return status == XMD_ALL_ONES || (!status && !xmd_read(nic, EECD));
}

/*
 * Does the NIC not answer any more?  Any context.  Its memory decoding can be switched
 * off from dom0 at any time.  It counts as gone until a START reaches it, as it may have
 * lost its rings meanwhile.
 */
bool xmd_nic_gone(struct xmd_nic *nic)
{
	if (!silent(nic))
		return false;
	xpc_kern_away(&nic->xpc, true);
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
void xmd_nic_bus_master(struct xmd_nic *nic, bool on)
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

/*
 * A frame that has begun goes on after RCTL.EN and TCTL.EN are cleared, and its descriptor is
 * written: so long the longest one, 16 KB, takes on the wire, and twice that.
 */
static void let_end(struct xmd_nic *nic)
{
	/* this read pushes the writes before it out, too */
	u32 speed = xmd_read(nic, STATUS) & STATUS_SPEED;
	unsigned int us = speed == STATUS_SPEED_10 ? 27000 : speed == STATUS_SPEED_100 ? 2700 : 300;

	usleep_range(us, us + us / 8);
}

/* DMA and interrupts off, whatever state the chip is in. */
static void quiesce(struct xmd_nic *nic)
{
	xmd_write(nic, IMC, ~0u);
	xmd_write(nic, RCTL, 0);
	xmd_write(nic, TCTL, 0);
	let_end(nic);
}

/* A request of its own that was under way would never be answered: its datasheet's chapter 5. */
static void end_requests(struct xmd_nic *nic)
{
	u32 val;

	if (!xmd_nic_has(nic, XMD_HAS_PCIE))
		return;
	xmd_write(nic, CTRL, xmd_read(nic, CTRL) | CTRL_GIO_DISABLE);
	if (readl_poll_timeout(nic->regs + STATUS, val, !(val & STATUS_GIO_MASTER), POLL_US,
			       RESET_US))
		dev_warn(&nic->pdev->dev, "requests of its own are still under way at its reset\n");
}

/* Return: has it read its EEPROM?  PCI Express has no pins to be had, and says so itself. */
static int loaded(struct xmd_nic *nic, u32 pins)
{
	bool pcie = xmd_nic_has(nic, XMD_HAS_PCIE);
	u32 val, bit = pcie ? EECD_AUTO_RD : EECD_EE_GNT;
	int err;

	if (xmd_nic_has(nic, XMD_LACKS_EERD)) {
		usleep_range(5000, 6000);	/* nobody says */
		return 0;
	}
	if (!pcie)
		xmd_write(nic, EECD, pins | EECD_EE_REQ);
	err = readl_poll_timeout(nic->regs + EECD, val, val & bit, POLL_US, RESET_US);
	xmd_write(nic, EECD, pins);
	return err;
}

/*
 * 13.4.1: no access for 1 us; RST clears itself.  Then the EEPROM is read again, and is ours to
 * have when that is done, for which its pins must be free: somebody may have died with them in his
 * hands.  PHY_RST stays 0: the link lives through it, and nobody negotiates anew.
 */
static int reset(struct xmd_nic *nic)
{
	u32 val, pins = xmd_read(nic, EECD) & ~EECD_WIRE;
	int err;

	end_requests(nic);
	xmd_write(nic, EECD, pins);
	xmd_write(nic, CTRL, (xmd_read(nic, CTRL) & ~CTRL_PHY_RST) | CTRL_RST);
	usleep_range(2, POLL_US);
	err = readl_poll_timeout(nic->regs + CTRL, val, !(val & CTRL_RST), POLL_US, RESET_US);
	if (!err)
		err = loaded(nic, pins);
	/* QEMU resets nothing */
	if (xmd_nic_has(nic, XMD_HAS_PCIE))
		xmd_write(nic, CTRL, xmd_read(nic, CTRL) & ~(CTRL_GIO_DISABLE | CTRL_RST));
	return err;
}

/*
 * The domain before us may have died under a running NIC, whose rings still point into
 * memory that is somebody else's now.  So it must be quiet before it is bus master.
 */
int xmd_nic_reset(struct xmd_nic *nic)
{
	if (silent(nic))
		revive(nic);
	if (silent(nic)) {
		dev_err(&nic->pdev->dev,
			"no register answers: is the NIC assigned to this domain (xl pci-assignable-list)?\n");
		return -EIO;
	}
	quiesce(nic);
	/* no reason to give it up: the user half does it again, and says what does not work */
	if (reset(nic))
		dev_warn(&nic->pdev->dev, "not through with its reset within %u ms\n", RESET_US / 1000);
	xmd_write(nic, IMC, ~0u);
	xmd_read(nic, ICR);
	return 0;
}

static void enable(struct xmd_nic *nic, const struct xmd_start *start)
{
	xmd_write(nic, RXCSUM, RXCSUM_IPOFL | RXCSUM_TUOFL);
	if (xmd_nic_has(nic, XMD_HAS_PCIE)) {
		xmd_write(nic, TXDCTL, TXDCTL_PCIE);
		xmd_write(nic, RFCTL, RFCTL_ACK_DIS |
			  (xmd_nic_has(nic, XMD_ERR_IPV6_EX) ? RFCTL_IPV6_EX : 0));
	}
	if (xmd_nic_has(nic, XMD_ERR_COMPLETION)) {
		xmd_write(nic, GCR, xmd_read(nic, GCR) | GCR_PCIE);
		xmd_write(nic, GCR2, xmd_read(nic, GCR2) | GCR2_COMPLETION);
	}
	xmd_write(nic, TCTL, start->tctl | TCTL_EN);
	xmd_write(nic, RCTL, start->rctl | RCTL_BUF_4096 | RCTL_SECRC | RCTL_EN);
	xmd_nic_rx_provide(nic);
	spin_lock_bh(&nic->tx.lock);
	xmd_nic_tx_doorbell(nic);
	set_bit(XMD_RUNNING, &nic->bits);
	spin_unlock_bh(&nic->tx.lock);
	xmd_nic_irq_enable(nic);
}

/* One that does not take the addresses of its rings would use others.  Both engines are off still. */
static bool holds(const struct xmd_nic *nic, const struct xmd_start *start)
{
	u32 rctl = start->rctl | RCTL_BUF_4096 | RCTL_SECRC;

	xmd_write(nic, TCTL, start->tctl);
	xmd_write(nic, RCTL, rctl);
	return !(start->tctl & ~xmd_read(nic, TCTL)) && !(rctl & ~xmd_read(nic, RCTL)) &&
	       xmd_read(nic, TDBAL) == lower_32_bits(nic->tx.dma) &&
	       xmd_read(nic, TDLEN) == start->tx_ring * sizeof(*nic->tx.ring.desc) &&
	       xmd_read(nic, RDBAL) == lower_32_bits(nic->rx.dma) &&
	       xmd_read(nic, RDLEN) == start->rx_ring * sizeof(*nic->rx.desc);
}

/* Caller holds ctl and has checked the ranges of @start. */
int xmd_nic_start(struct xmd_nic *nic, const struct xmd_start *start)
{
	int err;

	if (test_bit(XMD_RUNNING, &nic->bits))
		return -EBUSY;
	if (xmd_nic_gone(nic))
		return -ENODEV;
	xpc_kern_away(&nic->xpc, false);
	/* STOP could not reach it, if that was when it was gone */
	if (test_and_clear_bit(XMD_GONE, &nic->bits))
		quiesce(nic);
	err = xmd_nic_rx_start(nic, start->rx_ring);
	if (err)
		return err;
	xmd_nic_tx_start(nic, start->tx_ring);
	if (!holds(nic, start)) {
		dev_err_ratelimited(&nic->pdev->dev,
				    "a register does not hold what was written: not started, tried again; is the NIC broken?\n");
		return -ENODEV;
	}
	nic->started = jiffies;
	/* what a reset did to the link has no event */
	WRITE_ONCE(nic->lsc_at, jiffies);
	/* nobody waits once more for a carrier that was waited for in vain */
	if (!test_and_clear_bit(XMD_LINK_LOST, &nic->bits))
		set_bit(XMD_LINK_DUE, &nic->bits);
	err = xmd_nic_irq_request(nic);
	if (err) {
		dev_err(&nic->pdev->dev, "interrupt %d refused: error %d\n", nic->irq, err);
		return err;
	}
	napi_enable(&nic->napi);
	xmd_nic_bus_master(nic, true);
	enable(nic, start);
	ether_addr_copy(nic->mac, start->mac);
	/* frames that were refused while stopped have no descriptor to report them */
	xmd_nic_poll_soon(nic);
	dev_info(&nic->pdev->dev, "running: %u transmit, %u receive descriptors, %pM\n",
		 start->tx_ring, start->rx_ring, start->mac);
	return 0;
}

/* Caller holds ctl.  What was accepted and is not done stays in its slots. */
void xmd_nic_stop(struct xmd_nic *nic)
{
	unsigned int i = 0;

	if (!test_bit(XMD_RUNNING, &nic->bits))
		return;
	/* under the lock, so that no batch is half posted when this returns */
	spin_lock_bh(&nic->tx.lock);
	clear_bit(XMD_RUNNING, &nic->bits);
	spin_unlock_bh(&nic->tx.lock);
	/* a poll that is about to open the mask does so before this, or not at all */
	xmd_nic_irq_shut(nic);
	quiesce(nic);
	xmd_nic_irq_free(nic);
	napi_disable(&nic->napi);
	xmd_nic_bus_master(nic, false);
	local_bh_disable();
	xmd_nic_tx_return(nic);
	/* what it received no poll comes for any more */
	while (xmd_nic_rx_return(nic, XMD_BATCH) && i++ < XMD_RING_MAX / XMD_BATCH)
		;
	local_bh_enable();
	dev_info(&nic->pdev->dev, "stopped: %u frames wait to be sent again\n",
		 nic->tx.ring.frame_prod - nic->tx.ring.frame_cons);
}

void xmd_nic_rx_hold(struct xmd_nic *nic, bool hold)
{
	unsigned int i;

	mutex_lock(&nic->ctl);
	if (test_bit(XMD_RUNNING, &nic->bits) && !test_bit(XMD_GONE, &nic->bits)) {
		u32 rctl = xmd_read(nic, RCTL) & ~RCTL_EN;

		xmd_write(nic, RCTL, hold ? rctl : rctl | RCTL_EN);
		let_end(nic);
		for (i = 0; hold && xmd_nic_rx_waits(nic) && i < 1000; i++)
			usleep_range(100, 200);
		/* the frame that was last in the ring may still be on its way through the poll */
		synchronize_net();
	}
	mutex_unlock(&nic->ctl);
}
EXPORT_SYMBOL_GPL(xmd_nic_rx_hold);
