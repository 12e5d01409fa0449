// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/xmd/back/ - look at every index, and kick
 *
 *   vifs   for each vif: a line of indices and one of counters a ring, refused packets
 *   fdb    the switch's table
 *   kick   write anything: each vif's rings are looked at, each guest gets an event
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>
#include <xen/events.h>
#include "back.h"

static struct dentry *dir;

static void show_rings(struct seq_file *m, struct xmd_vif *v)
{
	const struct xen_netif_tx_sring *t = v->tx.sring;
	const struct xen_netif_rx_sring *r = v->rx.sring;

	seq_printf(m, "  tx  req_prod %u req_cons %u rsp_prod %u rsp_pvt %u req_event %u rsp_event %u state %u waiting %u wire %llu irq %u\n",
		   READ_ONCE(t->req_prod), v->tx.req_cons, READ_ONCE(t->rsp_prod),
		   v->tx.rsp_prod_pvt, READ_ONCE(t->req_event), READ_ONCE(t->rsp_event),
		   v->tx_state, v->waiting, v->wire, v->tx_irq);
	seq_printf(m, "  rx  req_prod %u req_cons %u rsp_prod %u rsp_pvt %u req_event %u rsp_event %u backlog %u bufs %u starved %u stalled %u irq %u\n",
		   READ_ONCE(r->req_prod), v->rx.req_cons, READ_ONCE(r->rsp_prod),
		   v->rx.rsp_prod_pvt, READ_ONCE(r->req_event), READ_ONCE(r->rsp_event),
		   v->bl_tail - v->bl_head, v->bl_bufs, v->rx_starved, v->rx_stalled, v->rx_irq);
}

static void show_stats(struct seq_file *m, const struct xmd_vif_stats *s)
{
	unsigned int i;

	seq_printf(m, "  tx  frames %llu bytes %llu errors %llu drops %llu direct %llu copies %llu batches %llu\n  bad",
		   s->tx_frames, s->tx_bytes, s->tx_errors, s->tx_drops, s->tx_direct,
		   s->tx_ops, s->tx_batches);
	for (i = 1; i < XMD_BAD_REASONS; i++)
		seq_printf(m, " %s %llu", xmd_bad_text[i], s->tx_bad[i]);
	seq_printf(m, "\n  rx  frames %llu bytes %llu errors %llu drops %llu copies %llu batches %llu\n",
		   s->rx_frames, s->rx_bytes, s->rx_errors, s->rx_drops + s->rx_full, s->rx_ops,
		   s->rx_batches);
	seq_printf(m, "  tx_short %llu tx_late %llu rx_refused %llu rx_full %llu rx_aged %llu rx_evicted %llu rx_too_long %llu\n",
		   s->tx_short, s->tx_late, s->rx_refused, s->rx_full, s->rx_aged, s->rx_evicted,
		   s->rx_too_long);
	seq_printf(m, "  polls %llu events %llu spoofed %llu filtered %llu tagged %llu ip_spoofed %llu\n",
		   s->polls, s->events, s->tx_spoofed, s->rx_filtered, s->tx_tagged,
		   s->tx_ip_spoofed);
}

static const char *who_holds(const struct xmd_vif *v)
{
	bool other;

	spin_lock_bh(&back.fdb_lock);
	other = xmd_fdb_holder(back.fdb, v->mac, v->fid) != v->port;
	spin_unlock_bh(&back.fdb_lock);
	return other ? " (a later vif has it now)" : "";
}

static int vifs_show(struct seq_file *m, void *unused)
{
	struct xmd_vif *v;
	unsigned int i;

	mutex_lock(&back.ctl);
	seq_printf(m, "vifs %u guaranteed %d of %d shared %d of %d nic_frames %llu host_frames %llu flooded %llu merged %llu to_nobody %llu host_drops %llu\n",
		   back.nvif, atomic_read(&back.guaranteed), back.guaranteed_max,
		   atomic_read(&back.shared), back.share, back.nic_frames, back.host_frames,
		   back.flooded, back.merged, back.to_nobody, back.host_drops);
	seq_printf(m, "early kept %llu given %llu unclaimed %llu\n", back.early_kept, back.early_given,
		   back.early_unclaimed);
	xmd_each_vif(v, i) {
		seq_printf(m, "%s port %u mac %pM%s mtu %u features 0x%x fault %s refs %u\n",
			   v->name, v->port, v->mac, who_holds(v), v->mtu, v->features,
			   xmd_back_fault_text(READ_ONCE(v->fault)), refcount_read(&v->refs));
		seq_printf(m, "  set flags 0x%x rx_usecs %u multicast %u vlans %u\n", v->set.flags,
			   v->set.rx_usecs, v->set.n_mc, v->set.n_vlans);
		seq_printf(m, "  confined vlan %u segment %s addresses %u\n", xmd_vif_tag(v),
			   *v->confine.segment ? v->confine.segment : "-", v->confine.n_addrs);
		seq_printf(m, "  staged pages %u of_all %u tx %llu rx %llu\n", xmd_stage_used(v),
			   back.staged, v->st.tx_staged, v->st.rx_staged);
		seq_printf(m, "  rate bytes %u usecs %u credit %lld held %llu\n",
			   v->rate.limit.bytes, v->rate.limit.usecs, v->rate.credit, v->st.tx_held);
		seq_printf(m, "  buffers tx min %u over %d in_nic %u waiting %u late %u rx min %u over %d\n",
			   v->tx_account.min, v->tx_account.over, v->nic_taken - v->nic_back,
			   v->nic_waiting, v->nic_late, v->rx_account.min, v->rx_account.over);
		show_rings(m, v);
		show_stats(m, &v->st);
	}
	mutex_unlock(&back.ctl);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vifs);

/* A row at a time under the lock: the file may be long, the lock is the data path's. */
static int fdb_show(struct seq_file *m, void *unused)
{
	u32 now = ktime_get_seconds();
	struct xmd_fdb_entry e;
	unsigned int i;

	for (i = 1; i <= XMD_FDB_ENTRIES; i++) {
		spin_lock_bh(&back.fdb_lock);
		e = back.fdb->e[i];
		spin_unlock_bh(&back.fdb_lock);
		if (!e.used)
			continue;
		if (e.fixed)
			seq_printf(m, "%pM fid %u port %u fixed\n", e.mac, e.fid, e.port);
		else
			seq_printf(m, "%pM fid %u port %u seen %u s ago\n", e.mac, e.fid, e.port,
				   now - e.seen);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(fdb);

static ssize_t kick_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct xmd_vif *v;
	unsigned int i;

	mutex_lock(&back.ctl);
	xmd_each_vif(v, i) {
		xmd_vif_kick(v);
		notify_remote_via_irq(v->tx_irq);
		notify_remote_via_irq(v->rx_irq);
	}
	mutex_unlock(&back.ctl);
	return len;
}

static const struct file_operations kick_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = kick_write,
};

/*
 * The directory xmd is shared with xmd_nic.ko: whoever comes first makes it, and nobody
 * removes it, since removing would take the other's files along.
 */
void xmd_back_debugfs_init(void)
{
	struct dentry *parent = debugfs_lookup("xmd", NULL);
	bool found = parent;

	if (!found)
		parent = debugfs_create_dir("xmd", NULL);
	dir = debugfs_create_dir("back", parent);
	if (found)
		dput(parent);
	debugfs_create_file("vifs", 0400, dir, NULL, &vifs_fops);
	debugfs_create_file("fdb", 0400, dir, NULL, &fdb_fops);
	debugfs_create_file("kick", 0200, dir, NULL, &kick_fops);
}

void xmd_back_debugfs_exit(void)
{
	debugfs_remove(dir);
}
