// SPDX-License-Identifier: GPL-2.0
/*
 * irq.c - the interrupt and the poll.
 *
 * ICR is the one register that is read on the data path: the line is level-triggered
 * and only this read lets go of it (PCI Express: and a write of the same bits).  All else is told
 * by DD bits in memory.  With MSI-X not even that: frames have a vector of their own, and EIAC
 * takes back its causes as it fires.
 *
 * The first interrupt shuts the mask, whoever has begun the poll, and it stays shut until
 * a poll has found nothing more and ends.  A poll that tx_provide begins pays no register
 * write for a mask that nobody interrupts through.
 */
#include <linux/interrupt.h>
#include "priv.h"

/* Interrupts without a frame, in a tick, that are no other device's, and nothing that is well says: */
#define IDLE_MAX 100u		/* of a NIC that is gone */
#define STORM_MAX 20000u
#define CLAIM 512u		/* one of so many is claimed */

#define ITR_NSEC 256u		/* 13.4.18 */

/* Handler, poll and watch: what nic->ims says is what the NIC has. */
void xmd_nic_irq_shut(struct xmd_nic *nic)
{
	unsigned long flags;

	spin_lock_irqsave(&nic->ims_lock, flags);
	nic->ims = 0;
	xmd_write(nic, IMC, nic->link_irq ? INT_RXQ0 | INT_TXQ0 : INT_DATA);
	spin_unlock_irqrestore(&nic->ims_lock, flags);
}

void xmd_nic_irq_open(struct xmd_nic *nic, u32 want)
{
	unsigned long flags;

	if (nic->link_irq)
		want = (want & INT_RX ? INT_RXQ0 : 0) | (want & INT_TXDW ? INT_TXQ0 : 0);
	spin_lock_irqsave(&nic->ims_lock, flags);
	if (want & ~nic->ims && test_bit(XMD_RUNNING, &nic->bits)) {
		nic->ims |= want;
		xmd_write(nic, IMS, want);
	}
	spin_unlock_irqrestore(&nic->ims_lock, flags);
}

/* Others may be on the line, too: so not for the few that are theirs, and only until the next tick. */
static bool storm(struct xmd_nic *nic, int irq, unsigned int max)
{
	if (++nic->irqs_idle - nic->irqs_idle_seen < max)
		return false;
	if (!test_and_set_bit(XMD_LINE_SHUT, &nic->bits))
		disable_irq_nosync(irq);
	return true;
}

/*
 * Another device's interrupt, or the NIC is gone, or broken, and may hold the line for ever.  Of what
 * nobody claims Linux shuts the line itself, and for good.
 */
static irqreturn_t nothing_said(struct xmd_nic *nic, int irq)
{
	bool shut = storm(nic, irq, xmd_nic_gone(nic) ? IDLE_MAX : STORM_MAX);

	return shut || nic->irqs_idle % CLAIM == 0 ? IRQ_HANDLED : IRQ_NONE;
}

/* Caller holds ctl, and the NIC runs, or has just been stopped. */
void xmd_nic_irq_line(struct xmd_nic *nic)
{
	nic->irqs_idle_seen = nic->irqs_idle;
	if (test_and_clear_bit(XMD_LINE_SHUT, &nic->bits))
		enable_irq(nic->irq);
}

void xmd_nic_irq_free(struct xmd_nic *nic)
{
	free_irq(nic->irq, nic);
	if (nic->link_irq)
		free_irq(nic->link_irq, nic);
	/* with the last of its devices a line forgets that it was shut */
	if (!irq_has_action(nic->irq))
		clear_bit(XMD_LINE_SHUT, &nic->bits);
	xmd_nic_irq_line(nic);
}

static void link_event(struct xmd_nic *nic)
{
	WRITE_ONCE(nic->lsc_at, jiffies);
	xpc_raise(&nic->xpc, XPC_UP_xmd_link_event);
}

irqreturn_t xmd_nic_irq(int irq, void *arg)
{
	struct xmd_nic *nic = arg;
	u32 icr = xmd_read(nic, ICR);

	if (!icr || icr == XMD_ALL_ONES)
		return nothing_said(nic, irq);
	if (xmd_nic_has(nic, XMD_HAS_PCIE))
		xmd_write(nic, ICR, icr);
	nic->irqs++;
	if (icr & INT_LSC)
		link_event(nic);
	if (icr & INT_DATA) {
		xmd_nic_irq_shut(nic);
		napi_schedule(&nic->napi);
	} else {
		storm(nic, irq, STORM_MAX);
	}
	return IRQ_HANDLED;
}

static irqreturn_t data_irq(int irq, void *arg)
{
	struct xmd_nic *nic = arg;

	nic->irqs++;
	xmd_nic_irq_shut(nic);
	napi_schedule(&nic->napi);
	return IRQ_HANDLED;
}

/* Not read: that would take the causes of frames away, too.  An overrun's frames have their own. */
static irqreturn_t link_irq(int irq, void *arg)
{
	struct xmd_nic *nic = arg;
	bool up;

	nic->irqs++;
	xmd_write(nic, ICR, INT_OTHER | INT_LSC | INT_RXO);
	/* it may have gone and come */
	WRITE_ONCE(nic->lsc_at, jiffies);
	up = xmd_read(nic, STATUS) & STATUS_LU;
	if (up != test_bit(XMD_LINK_UP, &nic->bits))
		link_event(nic);
	return IRQ_HANDLED;
}

/* What the chip has and Xen gives: MSI-X with two vectors, MSI, the line.  At probe. */
int xmd_nic_irq_alloc(struct xmd_nic *nic)
{
	struct pci_dev *pdev = nic->pdev;

	nic->link_irq = 0;
	if (xmd_nic_has(nic, XMD_HAS_MSIX) &&
	    pci_alloc_irq_vectors(pdev, 2, 2, PCI_IRQ_MSIX) == 2)
		nic->link_irq = pci_irq_vector(pdev, 1);
	else if (xmd_nic_has(nic, XMD_HAS_MSI) &&
		 pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI) < 0)
		dev_info(&pdev->dev, "neither MSI-X nor MSI to be had: its line is used\n");
	nic->irq = pci_irq_vector(pdev, 0);
	return nic->irq < 0 ? nic->irq : 0;
}

int xmd_nic_irq_request(struct xmd_nic *nic)
{
	int err = request_irq(nic->irq, nic->link_irq ? data_irq : xmd_nic_irq, IRQF_SHARED,
			      KBUILD_MODNAME, nic);

	if (err || !nic->link_irq)
		return err;
	err = request_irq(nic->link_irq, link_irq, 0, KBUILD_MODNAME "-link", nic);
	if (err)
		free_irq(nic->irq, nic);
	return err;
}

/* Once the NIC is RUNNING; a reset has closed all. */
void xmd_nic_irq_enable(struct xmd_nic *nic)
{
	if (nic->link_irq) {
		xmd_write(nic, IVAR, IVAR_XMD);
		xmd_write(nic, EIAC, INT_RXQ0 | INT_TXQ0);
		/* no overrun stops to be one by being told of: 60 times a second */
		xmd_write(nic, EITR1, 0xffff);
		xmd_write(nic, CTRL_EXT, xmd_read(nic, CTRL_EXT) | CTRL_EXT_PBA_CLR);
	}
	xmd_nic_irq_open(nic, INT_DATA);
	xmd_write(nic, IMS, INT_LSC | (nic->link_irq ? INT_OTHER : 0));
}

/* Process context. */
void xmd_nic_poll_soon(struct xmd_nic *nic)
{
	local_bh_disable();
	napi_schedule(&nic->napi);
	local_bh_enable();
}

/* ITR, or EITR0 in its place. */
static u32 itr_reg(const struct xmd_nic *nic)
{
	return nic->link_irq ? EITR0 : ITR;
}

/* A write of the user half's.  With ctl. */
void xmd_nic_itr_set(struct xmd_nic *nic, u32 reg, u32 val)
{
	unsigned long flags;

	spin_lock_irqsave(&nic->ims_lock, flags);
	xmd_write(nic, reg, val);
	if (reg == itr_reg(nic)) {
		WRITE_ONCE(nic->itr.set, val & 0xffff);
		nic->itr.lifted = false;
	}
	spin_unlock_irqrestore(&nic->ims_lock, flags);
}

static void itr_lift(struct xmd_nic *nic, bool lift)
{
	unsigned long flags;

	spin_lock_irqsave(&nic->ims_lock, flags);
	xmd_write(nic, itr_reg(nic), lift ? 0 : nic->itr.set);
	nic->itr.lifted = lift;
	spin_unlock_irqrestore(&nic->ims_lock, flags);
}

/*
 * Adaptive: while no more frames come and go in a tick than ITR has interrupts for, it is lifted.
 * A lone frame, or an answer close behind a question, interrupts at once then, and there are no more
 * interrupts than with it.  With the first frame too many it is in force again, and through all of the
 * next tick; so there are never more than twice as many as it allows.
 */
static void moderate(struct xmd_nic *nic)
{
	u32 frames = nic->rx.next + (u32)READ_ONCE(nic->tx.frames), set = READ_ONCE(nic->itr.set);
	struct xmd_itr *m = &nic->itr;
	bool busy = (u64)(frames - m->frames) * set > TICK_NSEC / ITR_NSEC, lift;

	if (m->tick != jiffies) {
		m->tick = jiffies;
		m->frames = frames;
		m->busy = false;
	}
	m->busy |= busy;
	lift = set && !m->busy && READ_ONCE(nic->adapter->itr_mode) == XMD_ITR_ADAPTIVE;
	if (lift != READ_ONCE(m->lifted))
		itr_lift(nic, lift);
}

/*
 * What is to interrupt after a poll: reception, and transmission only while frames wait
 * for their DD.  Each doorbell is followed by a poll (tx.c); a NIC that is fast enough,
 * or busy receiving, never has to interrupt for transmission at all.
 *
 * What the NIC finished since we looked has left its bit in ICR: with the mask open again it
 * interrupts at once, so nothing is slept over.
 */
int xmd_nic_poll(struct napi_struct *napi, int budget)
{
	struct xmd_nic *nic = container_of(napi, struct xmd_nic, napi);
	bool more;
	int done;

	WRITE_ONCE(nic->poll_cpu, smp_processor_id());
	nic->polls++;
	more = xmd_nic_tx_return(nic);
	done = xmd_nic_rx_return(nic, budget);
	WRITE_ONCE(nic->poll_cpu, -1);
	xmd_nic_host_polled(nic);
	moderate(nic);
	if (more)
		return budget;
	if (done < budget && napi_complete_done(napi, done))
		xmd_nic_irq_open(nic, INT_RX | (xmd_nic_tx_pending(nic) ? INT_TXDW : 0));
	return done;
}
