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

/* What an ioctl brings or takes: as long as its number says. */
union argument {
	struct xmd_vif_connect connect;
	struct xmd_vif_id id;
	struct xmd_vif_info info;
	struct xmd_vif_settings set;
	struct xmd_vif_limit limit;
	struct xmd_vif_stage stage;
	struct xmd_back_health health;
	struct xmd_port_ask ask;
	struct xmd_port_state port;
	struct xmd_vlans vlans;
	__u32 drain;
};

static int stage(const struct xmd_vif_stage *s)
{
	void __user *p = u64_to_user_ptr(s->grefs);
	size_t size = s->n * sizeof(struct xmd_gref);
	struct xmd_gref *g;
	int ret;

	if (s->id.reserved || !s->n || s->n > XMD_STAGE_PAGES || s->del > 1)
		return -EINVAL;
	g = memdup_user(p, size);
	if (IS_ERR(g))
		return PTR_ERR(g);
	ret = xmd_vif_stage(&s->id, g, s->n, s->del);
	if (ret >= 0 && s->del && copy_to_user(p, g, size))
		ret = -EFAULT;
	kfree(g);
	return ret;
}

static int answer(unsigned int cmd, union argument *a)
{
	switch (cmd) {
	case XMD_VIF_CONNECT:
		return xmd_vif_connect(&a->connect);
	case XMD_VIF_DISCONNECT:
		return a->id.reserved ? -EINVAL : xmd_vif_disconnect(&a->id);
	case XMD_VIF_LIST:
		return a->id.reserved ? -EINVAL : xmd_vif_list(&a->info);
	case XMD_BACK_HEALTH:
		xmd_back_health(&a->health);
		return 0;
	case XMD_BACK_DRAIN:
		if (a->drain > 1)
			return -EINVAL;
		xmd_back_drain(a->drain);
		return 0;
	case XMD_VIF_SET:
		return xmd_vif_set(&a->set);
	case XMD_VIF_RATE:
		return xmd_vif_limit(&a->limit);
	case XMD_VIF_STAGE:
		return stage(&a->stage);
	case XMD_BACK_VLANS:
		return xmd_switch_keep_apart(&a->vlans);
	case XMD_BACK_ASK:
		return xmd_port_ask(&a->ask);
	case XMD_BACK_PORT:
	case XMD_BACK_SETTINGS_SET:
		return xmd_port_state(&a->port, cmd == XMD_BACK_SETTINGS_SET);
	default:
		return -ENOTTY;
	}
}

static long back_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *p = (void __user *)arg;
	unsigned int n = _IOC_SIZE(cmd);
	union argument a = { };
	int err;

	if (n > sizeof(a))
		return -ENOTTY;
	if (_IOC_DIR(cmd) & _IOC_WRITE && copy_from_user(&a, p, n))
		return -EFAULT;
	err = answer(cmd, &a);
	if (err >= 0 && _IOC_DIR(cmd) & _IOC_READ && copy_to_user(p, &a, n))
		return -EFAULT;
	return err;
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
	int err;

	if (len < sizeof(ev))
		return -EINVAL;
	while (!next_event(&ev)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(back.events, next_event(NULL));
		if (err)
			return err;
	}
	return copy_to_user(buf, &ev, sizeof(ev)) ? -EFAULT : sizeof(ev);
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
