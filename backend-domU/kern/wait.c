// SPDX-License-Identifier: GPL-2.0
/* Vifs that wait for the NIC's descriptors or for buffers, in line. */
#include <linux/jiffies.h>
#include "back.h"

#define RETRY_JIFFIES	1

/*
 * Who is refused by the NIC waits in line.  Who comes back without having got
 * anything keeps the place; who got something goes behind the others.  So when
 * descriptors are scarce the vifs take turns.
 */
void xmd_wait_add(struct xmd_vif *v, bool progress)
{
	struct xmd_vif *before;

	spin_lock(&back.wait_lock);
	if (progress || !v->wait_seq)
		v->wait_seq = ++back.wait_seq;
	if (!v->waiting) {
		v->waiting = true;
		list_for_each_entry_reverse(before, &back.waiters, wait)
			if (before->wait_seq < v->wait_seq)
				break;
		/* Not found: before is the list's head in disguise, as the macro leaves it. */
		list_add(&v->wait, &before->wait);
	}
	spin_unlock(&back.wait_lock);
}

void xmd_wait_del(struct xmd_vif *v)
{
	spin_lock(&back.wait_lock);
	if (v->waiting)
		list_del_init(&v->wait);
	v->waiting = false;
	v->wait_seq = 0;
	spin_unlock(&back.wait_lock);
}

/* Polls run in the order in which they are scheduled here. */
void xmd_wait_wake(void)
{
	struct xmd_vif *v, *next;

	if (list_empty_careful(&back.waiters))
		return;
	spin_lock(&back.wait_lock);
	list_for_each_entry_safe(v, next, &back.waiters, wait) {
		list_del_init(&v->wait);
		v->waiting = false;
		napi_schedule(&v->napi);
	}
	spin_unlock(&back.wait_lock);
}

/*
 * Somebody else's frames fill the ring or the pool.  tx_return tells when frames of
 * vifs come back, but nobody tells of the host's: the timer looks after those.
 */
void xmd_wait_retry(void)
{
	if (!timer_pending(&back.retry))
		mod_timer(&back.retry, jiffies + RETRY_JIFFIES);
}
