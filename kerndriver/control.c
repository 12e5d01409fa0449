// SPDX-License-Identifier: GPL-2.0
/*
 * control.c - /dev/xmd/nic0: the messages of xpc/, and beside them nicdev.h's ioctls; and the
 * watch over a NIC that hangs.
 *
 * A user half is trusted with nothing but time, and with that until a deadline.  Everything
 * that it passes is copied once and checked.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include "priv.h"

static long get_info(struct xmd_nic *nic, struct xmd_info __user *to)
{
	struct pci_dev *pdev = nic->pdev;
	struct xmd_info info = {
		.bar_len = pci_resource_len(pdev, 0),
		.vendor = pdev->vendor,
		.device = pdev->device,
		.subvendor = pdev->subsystem_vendor,
		.subdevice = pdev->subsystem_device,
		.revision = pdev->revision,
	};
	int err = xmd_ctl_lock(nic);

	if (err)
		return err;
	if (test_bit(XMD_RUNNING, &nic->bits)) {
		info.phase = XMD_NIC_RUNNING;
		info.tx_ring = nic->tx.ring.mask + 1;
		info.rx_ring = nic->rx.mask + 1;
	}
	mutex_unlock(&nic->ctl);
	return copy_to_user(to, &info, sizeof(info)) ? -EFAULT : 0;
}

static long do_stop(struct xmd_nic *nic)
{
	int err = xmd_ctl_lock(nic);

	if (err)
		return err;
	xmd_nic_stop(nic);
	mutex_unlock(&nic->ctl);
	xmd_tell_state(nic);
	return 0;
}

static bool ring_ok(u32 n)
{
	return n >= XMD_RING_MIN && n <= XMD_RING_MAX && is_power_of_2(n);
}

static long do_start(struct xmd_nic *nic, const struct xmd_start __user *arg)
{
	struct xmd_start s;
	int err;

	if (copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	if (!ring_ok(s.tx_ring) || !ring_ok(s.rx_ring) || s.reserved[0] || s.reserved[1])
		return -EINVAL;
	if (s.rctl & ~RCTL_USER || s.tctl & ~TCTL_USER)
		return -EPERM;
	if (!is_valid_ether_addr(s.mac))
		return -EADDRNOTAVAIL;
	err = xmd_ctl_lock(nic);
	if (err)
		return err;
	err = xmd_regs_start(nic, &s);
	if (!err)
		err = xmd_nic_start(nic, &s);
	mutex_unlock(&nic->ctl);
	if (err)
		return err;
	xmd_link_follow(nic);
	xmd_tell_state(nic);
	return 0;
}

static int nic_open(struct inode *inode, struct file *file)
{
	struct xmd_nic *nic = container_of(file->private_data, struct xmd_nic, misc);
	int err = xpc_kern_open(&nic->xpc);

	if (err)
		return err;
	kref_get(&nic->ref);
	file->private_data = nic;
	return stream_open(inode, file);
}

static int nic_close(struct inode *inode, struct file *file)
{
	struct xmd_nic *nic = file->private_data;

	xpc_kern_close(&nic->xpc);
	kref_put(&nic->ref, xmd_nic_release);
	return 0;
}

static ssize_t nic_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	struct xmd_nic *nic = file->private_data;

	return xpc_kern_read(&nic->xpc, file, to, len);
}

static ssize_t nic_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	struct xmd_nic *nic = file->private_data;

	return xpc_kern_write(&nic->xpc, from, len);
}

static __poll_t nic_poll(struct file *file, poll_table *wait)
{
	struct xmd_nic *nic = file->private_data;

	return xpc_kern_poll(&nic->xpc, file, wait);
}

static long nic_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct xmd_nic *nic = file->private_data;
	void __user *p = (void __user *)arg;
	int err = xpc_kern_heard(&nic->xpc);

	if (err)
		return err;
	switch (cmd) {
	case XMD_NIC_INFO:
		return get_info(nic, p);
	case XMD_NIC_REGS:
		return xmd_regs(nic, p);
	case XMD_NIC_STOP:
		return do_stop(nic);
	case XMD_NIC_START:
		return do_start(nic, p);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations nic_fops = {
	.owner = THIS_MODULE,
	.open = nic_open,
	.release = nic_close,
	.read = nic_read,
	.write = nic_write,
	.poll = nic_poll,
	.unlocked_ioctl = nic_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

int xmd_control_init(struct xmd_nic *nic)
{
	nic->misc.minor = MISC_DYNAMIC_MINOR;
	nic->misc.name = "xmd_nic0";
	nic->misc.nodename = "xmd/nic0";
	nic->misc.mode = 0600;
	nic->misc.fops = &nic_fops;
	nic->misc.parent = &nic->pdev->dev;
	return misc_register(&nic->misc);
}

/* The device goes away: no new user half, and the present one has nothing left to do. */
void xmd_control_exit(struct xmd_nic *nic)
{
	misc_deregister(&nic->misc);
	xpc_kern_shut(&nic->xpc, "the NIC was unplugged");
}

static bool hang_seen(struct xmd_nic *nic)
{
	if (!test_bit(XMD_RUNNING, &nic->bits))
		return false;
	/* once it answers again, it needs a reset even if the user half noticed nothing */
	if (test_bit(XMD_GONE, &nic->bits))
		return !xmd_nic_gone(nic);
	if (!xmd_tx_stuck(nic, XMD_TICK_MS))
		return false;
	/* perhaps only an interrupt was lost: look at the ring before calling for help */
	local_bh_disable();
	napi_schedule(&nic->napi);
	local_bh_enable();
	return test_bit(XMD_LINK_UP, &nic->bits) && xmd_tx_stuck(nic, XMD_TX_HANG_MS) &&
	       !xmd_nic_gone(nic);
}

/* No link after all: what waits for it is told so, and dropped. */
static void link_overdue(struct xmd_nic *nic)
{
	if (test_bit(XMD_LINK_DUE, &nic->bits) &&
	    time_after(jiffies, nic->started + msecs_to_jiffies(XMD_LINK_DUE_MS)) &&
	    test_and_clear_bit(XMD_LINK_DUE, &nic->bits))
		xmd_tell_state(nic);
}

static bool is_well(struct xmd_nic *nic)
{
	return test_bit(XMD_RUNNING, &nic->bits) && !test_bit(XMD_GONE, &nic->bits) &&
	       READ_ONCE(nic->xpc.t.phase) == XPC_LIVE && !xmd_tx_stuck(nic, XMD_TX_HANG_MS);
}

/* A tick that does not come makes it unwell, too. */
unsigned int xmd_nic_unwell_ms(const struct xmd_nic *nic)
{
	unsigned int ms = jiffies_to_msecs(jiffies - READ_ONCE(nic->well));

	return ms > 4 * XMD_TICK_MS ? ms : 0;
}
EXPORT_SYMBOL_GPL(xmd_nic_unwell_ms);

void xmd_tick(struct work_struct *work)
{
	struct xmd_nic *nic = container_of(to_delayed_work(work), struct xmd_nic, tick);

	schedule_delayed_work(&nic->tick, msecs_to_jiffies(XMD_TICK_MS));
	xpc_kern_tick(&nic->xpc);
	link_overdue(nic);
	if (is_well(nic))
		WRITE_ONCE(nic->well, jiffies);
	if (!hang_seen(nic) ||
	    time_before(jiffies, nic->hang_asked + msecs_to_jiffies(XMD_TX_HANG_MS)))
		return;
	nic->hang_asked = jiffies;
	dev_warn_ratelimited(&nic->pdev->dev, "%s: asking the user half to reset the NIC\n",
			     test_bit(XMD_GONE, &nic->bits) ? "the NIC answers again" :
			     "no descriptor done for two seconds");
	xpc_raise(&nic->xpc, XPC_UP_xmd_tx_hang);
}
