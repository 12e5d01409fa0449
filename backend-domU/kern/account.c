// SPDX-License-Identifier: GPL-2.0
/* Who may hold how many buffers; see account.h. */
#include "back.h"

#define STEP	8u	/* buffers at a time: not each frame shall write what all CPUs read */

void xmd_account_size(void)
{
	int left = xmd_nic_bufs(back.nic) - XMD_PASSING;
	/* Nothing would go at all without some, at the cost of rx_reserve. */
	int all = max(left, (int)XMD_BATCH), max = all / 4 * 3 / (int)XMD_VIF_MIN;

	max = min(max, (int)XMD_VIFS_MAX);
	back.guaranteed_max = max;
	WRITE_ONCE(back.share, all - max * (int)XMD_VIF_MIN);
	if (atomic_read(&back.guaranteed) > max || left < all)
		pr_warn_ratelimited("xmd_back: the receive ring leaves %d buffers, enough to guarantee %d vifs their minimum, not the %d that have it: make the ring smaller, or load xmd_nic with more pool_bufs\n",
				    left, max, atomic_read(&back.guaranteed));
}

void xmd_account_open(struct xmd_vif *v)
{
	BUILD_BUG_ON(XMD_TX_FRAGS + 1 > XMD_FRAME_MAX_BUFS);

	if (atomic_read(&back.guaranteed) >= back.guaranteed_max) {
		pr_warn_ratelimited("xmd_back: %s: no buffers are guaranteed to this vif, others have taken the %d minimums; it has a part of the shared ones.  For more, load xmd_nic with more pool_bufs\n",
			v->name, back.guaranteed_max);
		return;
	}
	atomic_add(1, &back.guaranteed);
	v->tx_account.min = XMD_TX_MIN;
	v->rx_account.min = XMD_RX_MIN;
}

void xmd_account_close(struct xmd_vif *v)
{
	atomic_sub(v->tx_account.over + v->rx_account.over, &back.shared);
	if (v->tx_account.min)
		atomic_sub(1, &back.guaranteed);
}

/* What @a may have of the shared part: as much as it leaves free. */
static int limit(const struct xmd_account *a)
{
	return (READ_ONCE(back.share) - (atomic_read(&back.shared) - a->over)) / 2;
}

unsigned int xmd_account_set(struct xmd_account *a, unsigned int held)
{
	int over = held > a->min ? round_up(held - a->min, STEP) : 0, was = a->over;

	if (over > was)
		over = max(was, min(over, limit(a)));
	/* Others may have taken it since limit() looked. */
	if (over != was && atomic_add_return(over - was, &back.shared) > READ_ONCE(back.share) &&
	    over > was) {
		atomic_sub(over - was, &back.shared);
		over = was;
	}
	a->over = over;
	return a->min + over;
}

bool xmd_account_full(const struct xmd_account *a, unsigned int held)
{
	return held >= a->min + READ_ONCE(a->over) && READ_ONCE(a->over) >= limit(a);
}

bool xmd_account_excess(const struct xmd_account *a)
{
	return a->over > max(limit(a), 0);
}
