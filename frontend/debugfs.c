// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/xmd/front/ - look at every index, and kick
 *
 *   vifs   for each vif: a line of indices and one of counters a ring, refused packets
 *   kick   write anything: each vif's rings are looked at, each backend gets an event
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include "obj.h"

static struct dentry *dir;
static LIST_HEAD(fronts);
static DEFINE_MUTEX(fronts_lock);	/* outside of xmd_front.lock */

static void show_rings(struct seq_file *m, struct xmd_front *front)
{
	const struct xen_netif_tx_sring *t = front->tx.ring.sring;
	const struct xen_netif_rx_sring *r = front->rx.ring.sring;

	if (!t || !r)
		return;
	seq_printf(m, "  tx  req_prod %u req_pvt %u rsp_prod %u rsp_cons %u req_event %u rsp_event %u sent %u again %u free %u irq %u\n",
		   READ_ONCE(t->req_prod), front->tx.ring.req_prod_pvt, READ_ONCE(t->rsp_prod),
		   front->tx.ring.rsp_cons, READ_ONCE(t->req_event), READ_ONCE(t->rsp_event),
		   skb_queue_len(&front->tx.sent), skb_queue_len(&front->tx.again),
		   front->tx.nfree, front->irq[XMD_CHANNEL_TX]);
	seq_printf(m, "  rx  req_prod %u req_pvt %u rsp_prod %u rsp_cons %u req_event %u rsp_event %u spare %u recycle %u irq %u\n",
		   READ_ONCE(r->req_prod), front->rx.ring.req_prod_pvt, READ_ONCE(r->rsp_prod),
		   front->rx.ring.rsp_cons, READ_ONCE(r->req_event), READ_ONCE(r->rsp_event),
		   front->rx.nspare, front->rx.recycle_prod - front->rx.recycle_cons,
		   front->irq[XMD_CHANNEL_RX]);
}

static void show_stats(struct seq_file *m, const struct xmd_front_stats *s)
{
	unsigned int i;

	seq_printf(m, "  tx  frames %llu bytes %llu errors %llu drops %llu again %llu bounced %llu staged %llu\n",
		   s->tx_packets, s->tx_bytes, s->tx_errors, s->tx_dropped, s->tx_again,
		   s->tx_bounced, s->tx_staged);
	seq_printf(m, "  rx  frames %llu bytes %llu drops %llu csum %llu no_memory %llu recycled %llu fresh %llu staged %llu\n  bad",
		   s->rx_packets, s->rx_bytes, s->rx_dropped, s->rx_csum_errors, s->rx_no_memory,
		   s->rx_recycled, s->rx_fresh, s->rx_staged);
	for (i = XMD_RX_GOOD + 1; i < XMD_RX_REASONS; i++)
		seq_printf(m, " %s %llu", xmd_front_rx_bad_name(i), s->rx_bad[i]);
	seq_printf(m, "\n  events %llu spurious %llu notified %llu connects %llu resets %llu returns %llu\n",
		   s->events, s->spurious, s->notified, s->connects, s->resets, s->returns);
}

static void show_front(struct seq_file *m, struct xmd_front *front)
{
	static const char * const phase[XMD_PHASES] = {
		"idle", "offered", "served", "lost", "dead",
	};

	seq_printf(m, "%s %s domain %d phase %s fault %s trusted %d mcast told %u requested %d\n",
		   front->netdev->name, front->backend, front->xbdev->otherend_id,
		   phase[front->phase], xmd_front_fault_text(READ_ONCE(front->fault)),
		   front->trusted, front->mcast.ntold, front->mcast.requested);
	seq_printf(m, "  stage pages %u old %u on %d tx_free %u rx_free %u\n", front->stage.n,
		   front->stage.nold, front->stage.on, front->stage.ntx, front->stage.nrx);
	show_rings(m, front);
	show_stats(m, &front->stats);
}

static int vifs_show(struct seq_file *m, void *unused)
{
	struct xmd_front *front;

	mutex_lock(&fronts_lock);
	list_for_each_entry(front, &fronts, node) {
		mutex_lock(&front->lock);
		show_front(m, front);
		mutex_unlock(&front->lock);
	}
	mutex_unlock(&fronts_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vifs);

static ssize_t kick_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct xmd_front *front;

	mutex_lock(&fronts_lock);
	list_for_each_entry(front, &fronts, node) {
		mutex_lock(&front->lock);
		xmd_front_rings_kick(front);
		mutex_unlock(&front->lock);
	}
	mutex_unlock(&fronts_lock);
	return len;
}

static const struct file_operations kick_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = kick_write,
};

void xmd_front_debugfs_add(struct xmd_front *front)
{
	mutex_lock(&fronts_lock);
	list_add_tail(&front->node, &fronts);
	mutex_unlock(&fronts_lock);
}

void xmd_front_debugfs_del(struct xmd_front *front)
{
	mutex_lock(&fronts_lock);
	list_del(&front->node);
	mutex_unlock(&fronts_lock);
}

/* The directory xmd is shared with other modules of the project, and never removed. */
void xmd_front_debugfs_init(void)
{
	struct dentry *parent = debugfs_lookup("xmd", NULL);
	bool found = parent;

	if (!found)
		parent = debugfs_create_dir("xmd", NULL);
	dir = debugfs_create_dir("front", parent);
	if (found)
		dput(parent);
	debugfs_create_file("vifs", 0400, dir, NULL, &vifs_fops);
	debugfs_create_file("kick", 0200, dir, NULL, &kick_fops);
}

void xmd_front_debugfs_exit(void)
{
	debugfs_remove(dir);
}
