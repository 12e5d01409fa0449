// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs.c - every index in one text, /sys/kernel/debug/xmd/nic0/dump.  There is no way to
 * kick: watch.c does, where DD waits and nobody polls.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include "priv.h"

static int dump_show(struct seq_file *m, void *unused)
{
	struct xmd_nic *nic = m->private;
	const struct xmd_txring *r = &nic->tx.ring;
	const struct xmd_tx *tx = &nic->tx;
	const struct xmd_rx *rx = &nic->rx;
	unsigned int i;

	seq_printf(m, "nic phase=%s link=%d gone=%d client=%d irqs=%llu polls=%llu\n",
		   test_bit(XMD_RUNNING, &nic->bits) ? "running" : "stopped",
		   test_bit(XMD_LINK_UP, &nic->bits), test_bit(XMD_GONE, &nic->bits),
		   rcu_access_pointer(nic->client) != &nic->host, nic->irqs, nic->polls);
	seq_printf(m, "tx size=%u prod=%u cons=%u frame_prod=%u frame_cons=%u\n",
		   r->mask + 1, r->prod, r->cons, r->frame_prod, r->frame_cons);
	seq_printf(m, "tx frames=%llu doorbells=%llu aborted=%llu full=%llu in=%u limit=%u host_stopped=%d\n",
		   tx->frames, tx->doorbells, tx->aborted, tx->full, tx->limit.in, tx->limit.bytes,
		   netif_queue_stopped(nic->dev));
	seq_printf(m, "watch irqs_lost=%llu paused_ms=%llu no_link=%llu\n", nic->watch.irqs_lost,
		   nic->watch.paused_ms, nic->watch.no_link);
	seq_printf(m, "rx size=%u next=%u spare=%u no_buf=%llu", rx->mask + 1, rx->next,
		   rx->n_spare, rx->no_buf);
	for (i = 0; i < XMD_RX_VERDICTS; i++)
		seq_printf(m, " %s=%llu", xmd_rx_verdict_name(i), rx->verdict[i]);
	seq_printf(m, "\npool size=%u free=%u reserve=%u chunks=%u\n", nic->pool.n,
		   nic->pool.n_free, nic->pool.reserve, nic->pool.n_chunks);
	xpc_kern_show(&nic->xpc, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(dump);

void xmd_nic_dump_init(struct xmd_nic *nic)
{
	/* ours goes in beside xmd_back.ko's, whoever comes first makes the folder */
	struct dentry *root = debugfs_lookup("xmd", NULL);

	nic->debugfs = debugfs_create_dir("nic0", root ?: debugfs_create_dir("xmd", NULL));
	dput(root);
	debugfs_create_file("dump", 0400, nic->debugfs, nic, &dump_fops);
}

void xmd_nic_dump_exit(struct xmd_nic *nic)
{
	debugfs_remove(nic->debugfs);
}
