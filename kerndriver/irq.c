// SPDX-License-Identifier: GPL-2.0
/*
 * irq.c - the interrupt and the poll.
 *
 * ICR is the one register that is read on the data path: the line is level-triggered
 * and only this read lets go of it.  All else is told by DD bits in memory.
 *
 * The first interrupt shuts the mask, whoever has begun the poll, and it stays shut until
 * a poll has found nothing more and ends.  A poll that tx_provide begins pays no register
 * write for a mask that nobody interrupts through.
 */
#include <linux/interrupt.h>
#include "priv.h"

#define IDLE_MAX 100u		/* interrupts of nobody, in a tick, that are no other device's */

/* Handler, poll and watch: what nic->ims says is what the NIC has. */
void xmd_nic_irq_shut(struct xmd_nic *nic)
{
	unsigned long flags;

	spin_lock_irqsave(&nic->ims_lock, flags);
	nic->ims = 0;
	xmd_write(nic, IMC, INT_DATA);
	spin_unlock_irqrestore(&nic->ims_lock, flags);
}

void xmd_nic_irq_open(struct xmd_nic *nic, u32 want)
{
	unsigned long flags;

	spin_lock_irqsave(&nic->ims_lock, flags);
	if (want & ~nic->ims && test_bit(XMD_RUNNING, &nic->bits)) {
		nic->ims |= want;
		xmd_write(nic, IMS, want);
	}
	spin_unlock_irqrestore(&nic->ims_lock, flags);
}

/*
 * Another device's interrupt, or the NIC is gone and may hold the line for ever: then it is
 * shut here.  Others may be on it, too: so not for the few that are theirs, and only until
 * the next tick (xmd_nic_irq_line).
 */
static irqreturn_t nothing_said(struct xmd_nic *nic, int irq)
{
	if (!xmd_nic_gone(nic) || ++nic->irqs_idle < IDLE_MAX)
		return IRQ_NONE;
	if (!test_and_set_bit(XMD_LINE_SHUT, &nic->bits))
		disable_irq_nosync(irq);
	return IRQ_HANDLED;
}

/* Caller holds ctl, and the NIC runs, or has just been stopped. */
void xmd_nic_irq_line(struct xmd_nic *nic)
{
	nic->irqs_idle = 0;
	if (test_and_clear_bit(XMD_LINE_SHUT, &nic->bits))
		enable_irq(nic->pdev->irq);
}

void xmd_nic_irq_free(struct xmd_nic *nic)
{
	free_irq(nic->pdev->irq, nic);
	/* with the last of its devices a line forgets that it was shut */
	if (!irq_has_action(nic->pdev->irq))
		clear_bit(XMD_LINE_SHUT, &nic->bits);
	xmd_nic_irq_line(nic);
}

irqreturn_t xmd_nic_irq(int irq, void *arg)
{
	struct xmd_nic *nic = arg;
	u32 icr = xmd_read(nic, ICR);

	if (!icr || icr == XMD_ALL_ONES)
		return nothing_said(nic, irq);
	nic->irqs++;
	if (icr & INT_LSC)
		xpc_raise(&nic->xpc, XPC_UP_xmd_link_event);
	if (icr & INT_DATA) {
		xmd_nic_irq_shut(nic);
		napi_schedule(&nic->napi);
	}
	return IRQ_HANDLED;
}

/* Process context. */
void xmd_nic_poll_soon(struct xmd_nic *nic)
{
	local_bh_disable();
	napi_schedule(&nic->napi);
	local_bh_enable();
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
	if (more)
		return budget;
	if (done < budget && napi_complete_done(napi, done))
		xmd_nic_irq_open(nic, INT_RX | (xmd_nic_tx_pending(nic) ? INT_TXDW : 0));
	return done;
}
