// SPDX-License-Identifier: GPL-2.0
/* tx_again.c - frames that outlive a backend: taken back, kept, fitted to the next one. */
#include <linux/skbuff.h>
#include <xen/grant_table.h>
#include "front.h"

/*
 * What the old backend could take, the new one perhaps cannot: have Linux cut segments
 * and fill in checksums accordingly.  RTNL held, after the features were set.
 */
void xmd_front_tx_again(struct xmd_front *front)
{
	struct xmd_front_tx *tx = &front->tx;
	struct sk_buff_head done;
	struct sk_buff *skb, *next;
	bool unused;

	__skb_queue_head_init(&done);
	while ((skb = __skb_dequeue(&tx->again))) {
		local_bh_disable();
		skb = validate_xmit_skb_list(skb, front->netdev, &unused);
		local_bh_enable();
		for (; skb; skb = next) {
			next = skb->next;
			skb_mark_not_on_list(skb);
			__skb_queue_tail(&done, skb);
		}
	}
	skb_queue_splice(&done, &tx->again);
}

/*
 * Takes a page back from a backend that did not answer.  If it has it mapped still, Linux
 * keeps the grant, and a reference to the page, until it has not: the page is never free
 * memory that somebody else can read (XSA-396).  A page of our own is given up with it.
 */
static void withdraw_slot(struct xmd_tx_slot *s)
{
	if (s->asked && s->page)
		gnttab_end_foreign_access(s->ref, s->own ? s->page : NULL);
}

/* The ring is left; frames without an answer wait, oldest first.  RTNL held, no poll. */
void xmd_front_tx_withdraw(struct xmd_front *front)
{
	struct xmd_front_tx *tx = &front->tx;
	unsigned int i;

	spin_lock_irq(&tx->lock);
	front->up = false;
	netif_tx_stop_queue(netdev_get_tx_queue(front->netdev, 0));
	for (i = 0; i < XMD_RING; i++) {
		withdraw_slot(&tx->slot[i]);
		memset(&tx->slot[i], 0, sizeof(tx->slot[i]));
		tx->slot[i].next = i + 1;
	}
	tx->free = 0;
	tx->nfree = XMD_RING;
	skb_queue_splice_init(&tx->sent, &tx->again);
	tx->answers = 0;
	front->mcast.unanswered = 0;
	spin_unlock_irq(&tx->lock);
}

/* Nobody will want them. */
void xmd_front_tx_forget(struct xmd_front *front)
{
	struct xmd_front_tx *tx = &front->tx;
	struct sk_buff *skb;

	spin_lock_irq(&tx->lock);
	while ((skb = __skb_dequeue(&tx->again)))
		xmd_front_tx_drop(front, skb);
	spin_unlock_irq(&tx->lock);
}

static void orphan_all(struct xmd_front_tx *tx, struct sk_buff_head *queue)
{
	struct sk_buff_head all;
	struct sk_buff *skb;

	__skb_queue_head_init(&all);
	spin_lock_irq(&tx->lock);
	skb_queue_splice_init(queue, &all);
	spin_unlock_irq(&tx->lock);
	/* wakes who sent, which wants interrupts on */
	skb_queue_walk(&all, skb) {
		skb_orphan(skb);
		nf_reset_ct(skb);
	}
	spin_lock_irq(&tx->lock);
	skb_queue_splice(&all, queue);
	spin_unlock_irq(&tx->lock);
}

/*
 * The device is stopped, and with it the poll: neither who sent, nor the end of a network
 * namespace that tracks its connections, must wait for the answers.  RTNL held.
 */
void xmd_front_tx_orphan(struct xmd_front *front)
{
	orphan_all(&front->tx, &front->tx.sent);
	orphan_all(&front->tx, &front->tx.again);
}
