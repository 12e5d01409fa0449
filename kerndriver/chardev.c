// SPDX-License-Identifier: GPL-2.0
/*
 * chardev.c - /dev/xmd/nic0, the nic0 half of xpc.h.
 *
 * A user half is trusted with nothing but time: it can hold a slot of upcall.c, and
 * that only until the deadline.  Everything that it passes is copied once and checked.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include "priv.h"

static u64 now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

/* Any context, the interrupt included. */
void xmd_raise(struct xmd_nic *nic, enum xmd_upcall_type type)
{
	unsigned long irq;
	bool news;

	spin_lock_irqsave(&nic->up_lock, irq);
	news = xmd_up_raise(&nic->up, type, now_ms());
	spin_unlock_irqrestore(&nic->up_lock, irq);
	if (news)
		wake_up_interruptible(&nic->up_wait);
}

void xmd_ask_filter(struct xmd_nic *nic)
{
	nic->filter_gen++;
	xmd_raise(nic, XMD_UP_FILTER);
}

/* After @u became LOST. */
static void bury(struct xmd_nic *nic)
{
	dev_err_ratelimited(&nic->pdev->dev,
			    "user half %d lost: %s; killing it\n",
			    pid_nr(nic->opener), nic->up.why_lost);
	kill_pid(nic->opener, SIGKILL, 1);
}

static void tick_user(struct xmd_nic *nic)
{
	bool news, lost;

	spin_lock_irq(&nic->up_lock);
	news = xmd_up_tick(&nic->up, now_ms());
	lost = news && nic->up.phase == XMD_UP_LOST;
	if (lost)
		bury(nic);
	spin_unlock_irq(&nic->up_lock);
	if (news)
		wake_up_interruptible(&nic->up_wait);
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

static void tick_nic(struct xmd_nic *nic)
{
	if (!hang_seen(nic) ||
	    time_before(jiffies, nic->hang_asked + msecs_to_jiffies(XMD_TX_HANG_MS)))
		return;
	nic->hang_asked = jiffies;
	dev_warn_ratelimited(&nic->pdev->dev, "%s: asking the user half to reset the NIC\n",
			     test_bit(XMD_GONE, &nic->bits) ? "the NIC answers again" :
			     "no descriptor done for two seconds");
	xmd_raise(nic, XMD_UP_TX_HANG);
}

void xmd_tick(struct work_struct *work)
{
	struct xmd_nic *nic = container_of(to_delayed_work(work), struct xmd_nic, tick);

	tick_user(nic);
	tick_nic(nic);
	schedule_delayed_work(&nic->tick, msecs_to_jiffies(XMD_TICK_MS));
}

/* Every call of a user half begins here. */
static int heard(struct xmd_nic *nic)
{
	int err;

	spin_lock_irq(&nic->up_lock);
	err = xmd_up_heard(&nic->up, now_ms());
	spin_unlock_irq(&nic->up_lock);
	return err;
}

static int nic_open(struct inode *inode, struct file *file)
{
	struct xmd_nic *nic = container_of(file->private_data, struct xmd_nic, misc);

	if (test_and_set_bit(0, &nic->opened))
		return -EBUSY;
	kref_get(&nic->ref);
	file->private_data = nic;
	spin_lock_irq(&nic->up_lock);
	nic->opener = get_pid(task_tgid(current));
	xmd_up_open(&nic->up, now_ms());
	spin_unlock_irq(&nic->up_lock);
	return stream_open(inode, file);
}

static int nic_close(struct inode *inode, struct file *file)
{
	struct xmd_nic *nic = file->private_data;
	struct pid *opener;

	spin_lock_irq(&nic->up_lock);
	opener = nic->opener;
	nic->opener = NULL;
	xmd_up_close(&nic->up);
	spin_unlock_irq(&nic->up_lock);
	put_pid(opener);
	clear_bit_unlock(0, &nic->opened);
	kref_put(&nic->ref, xmd_nic_release);
	return 0;
}

/* Return: 1 @msg filled, 0 nothing to read, or -EPROTO, -EIO. */
static int next_upcall(struct xmd_nic *nic, struct xmd_upcall *msg)
{
	int ret;

	spin_lock_irq(&nic->up_lock);
	ret = nic->up.phase == XMD_UP_LIVE ? 0 : nic->up.phase == XMD_UP_OPENED ? -EPROTO : -EIO;
	if (!ret)
		ret = xmd_up_read(&nic->up, now_ms(), msg);
	spin_unlock_irq(&nic->up_lock);
	return ret;
}

static ssize_t nic_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	struct xmd_nic *nic = file->private_data;
	struct xmd_upcall msg;
	ssize_t done = 0;
	int ret;

	if (len < sizeof(msg))
		return -EINVAL;
	while (len - done >= sizeof(msg)) {
		ret = next_upcall(nic, &msg);
		if (ret < 0)
			return ret;
		if (ret) {
			if (copy_to_user(to + done, &msg, sizeof(msg)))
				return -EFAULT;
			done += sizeof(msg);
			continue;
		}
		if (done)
			break;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(nic->up_wait, xmd_up_pending(&nic->up) ||
					       READ_ONCE(nic->up.phase) != XMD_UP_LIVE);
		if (ret)
			return ret;
	}
	return done;
}

static ssize_t nic_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	struct xmd_nic *nic = file->private_data;
	bool whole = len == sizeof(struct xmd_answer);
	struct xmd_answer ans;
	int err;

	if (whole && copy_from_user(&ans, from, sizeof(ans)))
		return -EFAULT;
	spin_lock_irq(&nic->up_lock);
	err = xmd_up_heard(&nic->up, now_ms());
	if (!err) {
		err = xmd_up_answer(&nic->up, whole ? &ans : NULL, now_ms());
		if (nic->up.phase == XMD_UP_LOST)
			bury(nic);
	}
	spin_unlock_irq(&nic->up_lock);
	if (err)
		dev_warn_ratelimited(&nic->pdev->dev, "answer of the user half refused: error %d\n",
				     err);
	else if (ans.result)
		dev_warn_ratelimited(&nic->pdev->dev, "user half could not do %s: error %d\n",
				     xmd_up_type_name(ans.type), ans.result);
	return err ? err : len;
}

static __poll_t nic_poll(struct file *file, poll_table *wait)
{
	struct xmd_nic *nic = file->private_data;
	__poll_t events = EPOLLOUT | EPOLLWRNORM;

	poll_wait(file, &nic->up_wait, wait);
	spin_lock_irq(&nic->up_lock);
	if (nic->up.phase == XMD_UP_LOST)
		events = EPOLLERR | EPOLLHUP;
	else if (nic->up.phase == XMD_UP_LIVE && xmd_up_pending(&nic->up))
		events |= EPOLLIN | EPOLLRDNORM;
	spin_unlock_irq(&nic->up_lock);
	return events;
}

static long do_hello(struct xmd_nic *nic, struct xmd_hello __user *arg)
{
	struct pci_dev *pdev = nic->pdev;
	struct xmd_hello h;
	int err;

	if (copy_from_user(&h, arg, sizeof(h)))
		return -EFAULT;
	if (h.version != XMD_XPC_VERSION) {
		dev_err_ratelimited(&pdev->dev,
				    "user half speaks version %u of xpc.h, this module version %u: install the pair that was built together\n",
				    h.version, XMD_XPC_VERSION);
		return -EPROTONOSUPPORT;
	}
	memset(&h, 0, sizeof(h));
	spin_lock_irq(&nic->up_lock);
	err = xmd_up_hello(&nic->up, now_ms());
	h.epoch = nic->up.epoch;
	spin_unlock_irq(&nic->up_lock);
	if (err)
		return err;
	h.version = XMD_XPC_VERSION;
	h.bar_len = pci_resource_len(pdev, 0);
	h.vendor = pdev->vendor;
	h.device = pdev->device;
	h.subvendor = pdev->subsystem_vendor;
	h.subdevice = pdev->subsystem_device;
	h.revision = pdev->revision;
	mutex_lock(&nic->ctl);
	h.phase = test_bit(XMD_RUNNING, &nic->bits) ? XMD_NIC_RUNNING : XMD_NIC_STOPPED;
	h.link = nic->link.up;
	h.speed = nic->link.speed;
	h.duplex = nic->link.full_duplex;
	ether_addr_copy(h.mac, nic->mac);
	mutex_unlock(&nic->ctl);
	wake_up_interruptible(&nic->up_wait);
	return copy_to_user(arg, &h, sizeof(h)) ? -EFAULT : 0;
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
	err = xmd_nic_start(nic, &s);
	mutex_unlock(&nic->ctl);
	if (err)
		return err;
	xmd_netdev_mac(nic, s.mac);
	xmd_tell_state(nic);
	return 0;
}

static bool link_ok(const struct xmd_link *l)
{
	if (l->up > 1 || l->full_duplex > 1 || l->reserved)
		return false;
	return l->up ? l->speed == 10 || l->speed == 100 || l->speed == 1000 : !l->speed;
}

static long do_link(struct xmd_nic *nic, const struct xmd_link __user *arg)
{
	struct xmd_link l;
	int err;

	if (copy_from_user(&l, arg, sizeof(l)))
		return -EFAULT;
	if (!link_ok(&l))
		return -EINVAL;
	err = xmd_ctl_lock(nic);
	if (err)
		return err;
	if (l.up && test_bit(XMD_GONE, &nic->bits)) {
		mutex_unlock(&nic->ctl);
		return -ENODEV;
	}
	nic->link = l;
	if (l.up) {
		/* what waited for the link has not hung */
		nic->tx.progress = jiffies;
		set_bit(XMD_LINK_UP, &nic->bits);
		netif_carrier_on(nic->dev);
	} else {
		clear_bit(XMD_LINK_UP, &nic->bits);
		netif_carrier_off(nic->dev);
	}
	mutex_unlock(&nic->ctl);
	xmd_tell_state(nic);
	return 0;
}

static long do_filter_get(struct xmd_nic *nic, struct xmd_filter __user *arg)
{
	struct net_device *dev = nic->dev;
	struct netdev_hw_addr *ha;
	struct xmd_filter f = {};
	bool all;

	rcu_read_lock();
	all = rcu_access_pointer(nic->client);
	rcu_read_unlock();
	netif_addr_lock_bh(dev);
	f.generation = nic->filter_gen;
	f.promisc = all || dev->flags & IFF_PROMISC;
	f.allmulti = all || dev->flags & IFF_ALLMULTI ||
		     netdev_mc_count(dev) > XMD_FILTER_MC_MAX;
	if (!f.allmulti) {
		netdev_for_each_mc_addr(ha, dev)
			ether_addr_copy(f.mc[f.n_mc++], ha->addr);
	}
	netif_addr_unlock_bh(dev);
	return copy_to_user(arg, &f, sizeof(f)) ? -EFAULT : 0;
}

static long do_stats(struct xmd_nic *nic, struct xmd_hw_stats __user *arg, bool put)
{
	struct xmd_hw_stats s;
	int err;

	if (put && copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	if (put && memchr_inv(s.reserved, 0, sizeof(s.reserved)))
		return -EINVAL;
	err = xmd_ctl_lock(nic);
	if (err)
		return err;
	if (put)
		nic->hw_stats = s;
	else
		s = nic->hw_stats;
	mutex_unlock(&nic->ctl);
	return !put && copy_to_user(arg, &s, sizeof(s)) ? -EFAULT : 0;
}

static long nic_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct xmd_nic *nic = file->private_data;
	void __user *p = (void __user *)arg;
	int err;

	if (cmd == XMD_NIC_HELLO)
		return do_hello(nic, p);
	err = heard(nic);
	if (err)
		return err;
	switch (cmd) {
	case XMD_NIC_REGS:
		return xmd_regs(nic, p);
	case XMD_NIC_STOP:
		return do_stop(nic);
	case XMD_NIC_START:
		return do_start(nic, p);
	case XMD_NIC_LINK:
		return do_link(nic, p);
	case XMD_NIC_FILTER_GET:
		return do_filter_get(nic, p);
	case XMD_NIC_STATS_PUT:
		return do_stats(nic, p, true);
	case XMD_NIC_STATS_GET:
		return do_stats(nic, p, false);
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

int xmd_chardev_init(struct xmd_nic *nic)
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
void xmd_chardev_exit(struct xmd_nic *nic)
{
	misc_deregister(&nic->misc);
	spin_lock_irq(&nic->up_lock);
	if (nic->opener) {
		xmd_up_lose(&nic->up, "the NIC was unplugged");
		bury(nic);
	}
	spin_unlock_irq(&nic->up_lock);
	wake_up_interruptible(&nic->up_wait);
}
