// SPDX-License-Identifier: GPL-2.0
/*
 * control.c - /dev/xmd/nic0: the messages of xpc/, and beside them nicdev.h's ioctls.
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
	xmd_nic_watch_soon(nic);
	mutex_unlock(&nic->ctl);
	xmd_nic_tell_state(nic);
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
	/* of the user half before this one, or of a moment ago */
	xpc_unraise(&nic->xpc, XPC_UP_xmd_tx_hang);
	xmd_nic_link_follow(nic);
	xmd_nic_tell_state(nic);
	return 0;
}

static int nic_open(struct inode *inode, struct file *file)
{
	struct xmd_nic *nic = container_of(file->private_data, struct xmd_nic, misc);
	int err = xpc_kern_open(&nic->xpc);

	if (err)
		return err;
	kref_get(&nic->ref);
	file->private_data = &nic->xpc;
	return stream_open(inode, file);
}

static int nic_close(struct inode *inode, struct file *file)
{
	struct xmd_nic *nic = container_of(file->private_data, struct xmd_nic, xpc);

	xpc_kern_close(&nic->xpc);
	kref_put(&nic->ref, xmd_nic_release);
	return 0;
}

static long do_ioctl(struct xmd_nic *nic, unsigned int cmd, void __user *p)
{
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

static long nic_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct xmd_nic *nic = container_of(file->private_data, struct xmd_nic, xpc);
	long err = xpc_kern_heard(&nic->xpc);

	if (err)
		return err;
	err = do_ioctl(nic, cmd, (void __user *)arg);
	xpc_kern_done(&nic->xpc);
	return err;
}

static const struct file_operations nic_fops = {
	.owner = THIS_MODULE,
	.open = nic_open,
	.release = nic_close,
	.read = xpc_kern_read,
	.write = xpc_kern_write,
	.poll = xpc_kern_poll,
	.unlocked_ioctl = nic_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

int xmd_nic_control_init(struct xmd_nic *nic)
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
void xmd_nic_control_exit(struct xmd_nic *nic)
{
	misc_deregister(&nic->misc);
	xpc_kern_shut(&nic->xpc, "the NIC was unplugged");
}
