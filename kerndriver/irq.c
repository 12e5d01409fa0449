// SPDX-License-Identifier: GPL-2.0
/*
 * irq.c - the interrupt and the poll.
 *
 * ICR is the one register that is read on the data path: the line is level-triggered
 * and only this read lets go of it.  All else is told by DD bits in memory.
 */
#include <linux/interrupt.h>
#include "priv.h"

/*
 * Another device's interrupt, or the NIC is gone and may hold the line for ever: then it
 * is shut here, until a STOP and a START request it anew.
 */
static irqreturn_t nothing_said(struct xmd_nic *nic, int irq)
{
	if (!xmd_nic_gone(nic))
		return IRQ_NONE;
	disable_irq_nosync(irq);
	return IRQ_HANDLED;
}

irqreturn_t xmd_irq(int irq, void *arg)
{
	struct xmd_nic *nic = arg;
	u32 icr = xmd_read(nic, ICR);

	if (!icr || icr == XMD_ALL_ONES)
		return nothing_said(nic, irq);
	nic->irqs++;
	if (icr & INT_LSC)
		xpc_raise(&nic->xpc, XPC_UP_xmd_link_event);
	if (icr & INT_DATA && napi_schedule_prep(&nic->napi)) {
		xmd_write(nic, IMC, INT_DATA);
		nic->ims = 0;
		__napi_schedule(&nic->napi);
	}
	return IRQ_HANDLED;
}

/*
 * What is to interrupt from now on: reception, and transmission only while frames wait
 * for their DD.  Each doorbell is followed by a poll (tx.c); a NIC that is fast enough,
 * or busy receiving, never has to interrupt for transmission at all.
 *
 * Called while the poll is still scheduled, so the handler does not change ims under it:
 * an interrupt that comes now makes napi_complete_done call us again.
 */
static void open_mask(struct xmd_nic *nic)
{
	u32 want = INT_RX | (xmd_tx_pending(nic) ? INT_TXDW : 0);

	if (want & ~nic->ims) {
		nic->ims |= want;
		xmd_write(nic, IMS, want);
	}
}

int xmd_poll(struct napi_struct *napi, int budget)
{
	struct xmd_nic *nic = container_of(napi, struct xmd_nic, napi);
	bool more;
	int done;

	WRITE_ONCE(nic->poll_cpu, smp_processor_id());
	nic->polls++;
	more = xmd_nic_tx_return(nic);
	done = xmd_nic_rx_return(nic, budget);
	WRITE_ONCE(nic->poll_cpu, -1);
	xmd_host_flush_gro(nic);
	if (more)
		return budget;
	/* What the NIC finished since we looked has left its bit in ICR: with the mask
	 * open again it interrupts at once, so nothing is slept over.
	 */
	if (done < budget) {
		open_mask(nic);
		napi_complete_done(napi, done);
	}
	return done;
}
