// SPDX-License-Identifier: GPL-2.0
/*
 * Frames from the wire for guests whose rings are not adopted yet, after a restart of this domain.
 *
 * From the first frame on, and for XMD_EARLY_S, what has no place to go but to all is kept as
 * well as flooded, and a vif that comes meanwhile is given what is for it: its own address, and
 * groups.  All that hold a frame share it.  XMD_EARLY_FRAMES of them at most, each for
 * XMD_EARLY_AGE_S; the oldest go first.  They are buffers of the receive reserve, which is larger
 * (pool.c), so no vif's guaranteed minimum is touched.
 *
 * The lock makes one moment of a vif's appearance in the table and of what it is given, so that
 * no frame reaches it twice.
 */
#include <linux/etherdevice.h>
#include <linux/timekeeping.h>
#include "back.h"

#define XMD_EARLY_FRAMES	128u
#define XMD_EARLY_AGE_S		2u
#define XMD_EARLY_S		8u

static struct kept {
	struct xmd_buf *frame;
	u32 since;
	bool given;
} kept[XMD_EARLY_FRAMES];
static unsigned int n_kept;

/* The first @n, under the lock. */
static void forget(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		back.early_unclaimed += !kept[i].given;
		xmd_buf_put(back.nic, kept[i].frame);
	}
	n_kept -= n;
	memmove(kept, kept + n, n_kept * sizeof(*kept));
}

/* From the wire to all there are, and to those who are still to come. */
void xmd_early_flood(struct xmd_buf *b)
{
	u32 now = ktime_get_seconds();

	spin_lock(&back.early_lock);
	if (!back.early_began)
		back.early_began = now;
	if (back.early) {
		if (n_kept == XMD_EARLY_FRAMES)
			forget(1);
		xmd_buf_hold(b);
		kept[n_kept++] = (struct kept){ .frame = b, .since = now };
		back.early_kept++;
	}
	xmd_switch_flood(b, XMD_PORT_NIC, xmd_vlan_of(back.vlans, b));
	spin_unlock(&back.early_lock);
}

static void give(struct xmd_vif *v)
{
	struct xmd_buf *b;
	unsigned int i;

	for (i = 0; i < n_kept; i++) {
		b = kept[i].frame;
		/* which VLANs are kept apart may have been said only now */
		if (xmd_vlan_of(back.vlans, b) != v->fid)
			continue;
		if (is_multicast_ether_addr(xmd_buf_data(b)) ? !xmd_rx_wants(v, b) :
		    !ether_addr_equal(xmd_buf_data(b), v->mac))
			continue;
		kept[i].given = true;
		back.early_given++;
		xmd_buf_hold(b);
		if (xmd_rx_enqueue(v, b))
			napi_schedule(&v->napi);
	}
}

/* The vif is everybody's from here on. */
void xmd_early_publish(struct xmd_vif *v)
{
	spin_lock_bh(&back.early_lock);
	rcu_read_lock();
	rcu_assign_pointer(back.vif[v->port - XMD_PORT_VIF0], v);
	xmd_switch_add(v);
	give(v);
	rcu_read_unlock();
	spin_unlock_bh(&back.early_lock);
}

/* Once a second; with @all at the end. */
void xmd_early_tick(bool all)
{
	u32 now = ktime_get_seconds();
	unsigned int n = 0;

	spin_lock_bh(&back.early_lock);
	if (all || (back.early_began && now - back.early_began >= XMD_EARLY_S))
		WRITE_ONCE(back.early, false);
	while (n < n_kept && (!back.early || now - kept[n].since > XMD_EARLY_AGE_S))
		n++;
	forget(n);
	spin_unlock_bh(&back.early_lock);
}
