// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/xmd/back - where xmd-backend hands over validated vifs (include/xmd/backdev.h)
 *
 * A closed file changes nothing for the vifs: they are served on, and whoever opens
 * next finds them with XMD_VIF_LIST.  An event that was not read waits too.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include "back.h"

static atomic_t opened = ATOMIC_INIT(0);

static int back_open(struct inode *inode, struct file *file)
{
	if (atomic_cmpxchg(&opened, 0, 1))
		return -EBUSY;
	return nonseekable_open(inode, file);
}

static int back_release(struct inode *inode, struct file *file)
{
	atomic_set(&opened, 0);
	return 0;
}

static long do_connect(void __user *arg)
{
	struct xmd_vif_connect c;

	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	return xmd_vif_connect(&c);
}

static long do_disconnect(void __user *arg)
{
	struct xmd_vif_id id;

	if (copy_from_user(&id, arg, sizeof(id)))
		return -EFAULT;
	return id.reserved ? -EINVAL : xmd_vif_disconnect(&id);
}

static long do_list(void __user *arg)
{
	struct xmd_vif_info info;
	int err;

	if (copy_from_user(&info.id, arg, sizeof(info.id)))
		return -EFAULT;
	err = info.id.reserved ? -EINVAL : xmd_vif_list(&info);
	if (err)
		return err;
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long do_health(void __user *arg)
{
	struct xmd_back_health h;

	xmd_back_health(&h);
	return copy_to_user(arg, &h, sizeof(h)) ? -EFAULT : 0;
}

static long do_drain(void __user *arg)
{
	__u32 on;

	if (copy_from_user(&on, arg, sizeof(on)))
		return -EFAULT;
	if (on > 1)
		return -EINVAL;
	xmd_back_drain(on);
	return 0;
}

static long do_set(void __user *arg)
{
	struct xmd_vif_settings s;

	return copy_from_user(&s, arg, sizeof(s)) ? -EFAULT : xmd_vif_set(&s);
}

static long do_limit(void __user *arg)
{
	struct xmd_vif_limit l;

	return copy_from_user(&l, arg, sizeof(l)) ? -EFAULT : xmd_vif_limit(&l);
}

static long do_port(void __user *arg)
{
	struct xmd_port_info info;
	int err = xmd_port_get(&info);

	if (err)
		return err;
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long do_ask(void __user *arg)
{
	struct xmd_port_ask a;
	int err;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	err = xmd_port_ask(&a);
	if (err)
		return err;
	return copy_to_user(arg, &a, sizeof(a)) ? -EFAULT : 0;
}

static long do_settings(void __user *arg, bool set)
{
	struct xmd_port_settings s;
	int err;

	if (set && copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	err = xmd_port_settings(&s, set);
	if (err || set)
		return err;
	return copy_to_user(arg, &s, sizeof(s)) ? -EFAULT : 0;
}

static long back_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case XMD_VIF_CONNECT:
		return do_connect(p);
	case XMD_VIF_DISCONNECT:
		return do_disconnect(p);
	case XMD_VIF_LIST:
		return do_list(p);
	case XMD_BACK_HEALTH:
		return do_health(p);
	case XMD_BACK_DRAIN:
		return do_drain(p);
	case XMD_VIF_SET:
		return do_set(p);
	case XMD_VIF_RATE:
		return do_limit(p);
	case XMD_BACK_PORT:
		return do_port(p);
	case XMD_BACK_ASK:
		return do_ask(p);
	case XMD_BACK_SETTINGS_GET:
	case XMD_BACK_SETTINGS_SET:
		return do_settings(p, cmd == XMD_BACK_SETTINGS_SET);
	default:
		return -ENOTTY;
	}
}

static bool port_event(struct xmd_vif_event *ev)
{
	/* the flag before the port, because a change is stored before it is announced */
	if (!(ev ? xchg(&back.port_event, false) : READ_ONCE(back.port_event)))
		return false;
	if (ev)
		*ev = (struct xmd_vif_event){ .id.domid = XMD_EVENT_PORT };
	return true;
}

/* Take the next event, or only look for one. */
static bool next_event(struct xmd_vif_event *ev)
{
	bool found = false;
	unsigned int i;

	if (port_event(ev))
		return true;
	rcu_read_lock();
	for (i = 0; i < XMD_VIFS_MAX && !found; i++) {
		struct xmd_vif *v = rcu_dereference(back.vif[i]);

		if (!v || !READ_ONCE(v->event))
			continue;
		found = true;
		if (!ev)
			break;
		/* event before fault, because a fault is stored before it is announced */
		WRITE_ONCE(v->event, false);
		smp_rmb();
		*ev = (struct xmd_vif_event){ .id = v->id, .fault = READ_ONCE(v->fault) };
	}
	rcu_read_unlock();
	return found;
}

static ssize_t back_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct xmd_vif_event ev;
	size_t done = 0;
	int err;

	if (len < sizeof(ev))
		return -EINVAL;
	while (!next_event(NULL)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(back.events, next_event(NULL));
		if (err)
			return err;
	}
	while (done + sizeof(ev) <= len && next_event(&ev)) {
		if (copy_to_user(buf + done, &ev, sizeof(ev)))
			return done ? (ssize_t)done : -EFAULT;
		done += sizeof(ev);
	}
	/* None left: its vif was disconnected just now. */
	return done ? (ssize_t)done : -EAGAIN;
}

static __poll_t back_poll(struct file *file, poll_table *wait)
{
	poll_wait(file, &back.events, wait);
	return next_event(NULL) ? EPOLLIN | EPOLLRDNORM : 0;
}

static const struct file_operations back_fops = {
	.owner = THIS_MODULE,
	.open = back_open,
	.release = back_release,
	.read = back_read,
	.poll = back_poll,
	.unlocked_ioctl = back_ioctl,
};

static struct miscdevice back_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "xmd-back",
	.nodename = "xmd/back",
	.mode = 0600,
	.fops = &back_fops,
};

int xmd_chardev_init(void)
{
	return misc_register(&back_dev);
}

void xmd_chardev_exit(void)
{
	misc_deregister(&back_dev);
}
