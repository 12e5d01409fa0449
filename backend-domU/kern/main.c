// SPDX-License-Identifier: GPL-2.0
/*
 * xmd_back.ko - the performance-critical half of the network backend
 *
 * Serves the netif rings of guests from a driver domain and switches their frames
 * to the NIC (xmd_nic.ko), to the driver domain itself and to each other.  All
 * negotiation is done by xmd-backend, which hands over one message per vif
 * through /dev/xmd/back.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include <xen/xen.h>
#include "mirror.h"
#include "xmd/version.h"
#define CREATE_TRACE_POINTS
#include "trace.h"

struct xmd_back back;

/* What is late counts every one of its seconds; the rest is in no hurry. */
static void sweep(u32 now)
{
	static u32 last;

	if (now - last < XMD_FDB_HOLD_S)
		return;
	last = now;
	spin_lock_bh(&back.fdb_lock);
	xmd_fdb_sweep(back.fdb, now);
	spin_unlock_bh(&back.fdb_lock);
}

/* Once a second while something waits: drop what does for too long; age the switch's table. */
static void tick(struct work_struct *work)
{
	bool waits = READ_ONCE(back.early) && back.early_began;
	struct xmd_vif *v;
	unsigned int i;

	mutex_lock(&back.ctl);
	xmd_each_vif(v, i) {
		waits |= xmd_tx_tick(v);
		waits |= xmd_rx_tick(v);
	}
	mutex_unlock(&back.ctl);
	xmd_early_tick(false);
	sweep(ktime_get_seconds());
	schedule_delayed_work(&back.tick, (waits ? XMD_TICK_S : XMD_TICK_IDLE_S) * HZ);
}

static int __init back_init(void)
{
	hsiphash_key_t key;
	int err;

	/* rings.c writes page table entries that Xen knows */
	if (!xen_pv_domain())
		return -ENODEV;
	mutex_init(&back.ctl);
	spin_lock_init(&back.fdb_lock);
	spin_lock_init(&back.wait_lock);
	INIT_LIST_HEAD(&back.line);
	INIT_LIST_HEAD(&back.short_of_bufs);
	INIT_LIST_HEAD(&back.leaving);
	spin_lock_init(&back.early_lock);
	back.early = true;
	init_waitqueue_head(&back.events);
	timer_setup(&back.retry, xmd_wait_over, 0);
	INIT_DELAYED_WORK(&back.tick, tick);
	back.fdb = vzalloc(sizeof(*back.fdb));
	if (!back.fdb)
		return -ENOMEM;
	get_random_bytes(&key, sizeof(key));
	xmd_fdb_init(back.fdb, &key);

	/* No NIC yet is no reason to fail: each connect looks again, and each look at our health. */
	err = xmd_switch_attach();
	if (err)
		pr_info("xmd_back: no NIC to serve yet (%d); it is looked for again and again\n",
			err);
	err = xmd_chardev_init();
	if (err)
		goto err_chardev;
	xmd_back_debugfs_init();
	schedule_delayed_work(&back.tick, XMD_TICK_S * HZ);
	return 0;

err_chardev:
	xmd_switch_detach();
	vfree(back.fdb);
	return err;
}

static void __exit back_exit(void)
{
	xmd_back_debugfs_exit();
	xmd_chardev_exit();
	cancel_delayed_work_sync(&back.tick);
	xmd_vif_disconnect_all();
	xmd_mirror_exit();
	xmd_early_tick(true);
	xmd_switch_detach();
	del_timer_sync(&back.retry);
	/* The last vifs are freed by the frames that the NIC returned while detaching. */
	rcu_barrier();
	vfree(back.fdb);
}

module_init(back_init);
module_exit(back_exit);
MODULE_DESCRIPTION("Xen microdrivers: network backend, critical half");
MODULE_LICENSE("GPL");
MODULE_VERSION(XMD_VERSION);
