// SPDX-License-Identifier: GPL-2.0
/* kern.c - struct kern_ops on /dev/xmd/back; see kern.h */
#include "kern.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct answer {
	int result;
	struct xmd_port_ask ask;
};

/* XMD_BACK_ASK sleeps as long as the NIC's user half takes: so a thread does it. */
struct kern_dev {
	struct kern base;
	int fd;
	int question[2], answer[2];	/* pipes; what passes is shorter than PIPE_BUF */
	bool has_thread, asked;
};

static int dev_fd(struct kern *k)
{
	return ((struct kern_dev *)k)->fd;
}

static int dev_connect(struct kern *k, const struct xmd_vif_connect *c)
{
	return ioctl(dev_fd(k), XMD_VIF_CONNECT, c) < 0 ? -errno : 0;
}

static int dev_disconnect(struct kern *k, const struct xmd_vif_id *id)
{
	return ioctl(dev_fd(k), XMD_VIF_DISCONNECT, id) < 0 ? -errno : 0;
}

static int dev_list(struct kern *k, struct xmd_vif_info *info)
{
	return ioctl(dev_fd(k), XMD_VIF_LIST, info) < 0 ? -errno : 0;
}

static int dev_next_event(struct kern *k, struct xmd_vif_event *ev)
{
	ssize_t n = read(dev_fd(k), ev, sizeof(*ev));

	if (n == (ssize_t)sizeof(*ev))
		return 0;
	if (n < 0 && errno != EINTR)
		return -errno;
	return n > 0 ? -EIO : -EAGAIN;
}

static int dev_health(struct kern *k, struct xmd_back_health *h)
{
	return ioctl(dev_fd(k), XMD_BACK_HEALTH, h) < 0 ? -errno : 0;
}

static int dev_drain(struct kern *k, bool on)
{
	__u32 arg = on;

	return ioctl(dev_fd(k), XMD_BACK_DRAIN, &arg) < 0 ? -errno : 0;
}

static int dev_set(struct kern *k, const struct xmd_vif_settings *s)
{
	return ioctl(dev_fd(k), XMD_VIF_SET, s) < 0 ? -errno : 0;
}

static int dev_limit(struct kern *k, const struct xmd_vif_limit *l)
{
	return ioctl(dev_fd(k), XMD_VIF_RATE, l) < 0 ? -errno : 0;
}

static int dev_vlans(struct kern *k, const struct xmd_vlans *v)
{
	return ioctl(dev_fd(k), XMD_BACK_VLANS, v) < 0 ? -errno : 0;
}

static int dev_stage(struct kern *k, struct xmd_vif_stage *s)
{
	int ret = ioctl(dev_fd(k), XMD_VIF_STAGE, s);

	return ret < 0 ? -errno : ret;
}

static int dev_port(struct kern *k, struct xmd_port_info *info)
{
	struct xmd_port_state s;

	if (ioctl(dev_fd(k), XMD_BACK_PORT, &s) < 0)
		return -errno;
	port_info(&s, info);
	return 0;
}

static int dev_settings_get(struct kern *k, struct xmd_port_settings *to)
{
	struct xmd_port_state s;

	if (ioctl(dev_fd(k), XMD_BACK_PORT, &s) < 0)
		return -errno;
	port_settings(&s, to);
	return 0;
}

static int dev_settings_set(struct kern *k, const struct xmd_port_settings *from)
{
	struct xmd_port_state s;

	port_to_set(from, &s);
	return ioctl(dev_fd(k), XMD_BACK_SETTINGS_SET, &s) < 0 ? -errno : 0;
}

static struct kern_dev *to_dev(struct kern *k)
{
	return (struct kern_dev *)k;
}

static void *ask_for_ever(void *arg)
{
	struct kern_dev *d = arg;
	struct answer a;

	while (read(d->question[0], &a.ask, sizeof(a.ask)) == (ssize_t)sizeof(a.ask)) {
		a.result = ioctl(d->fd, XMD_BACK_ASK, &a.ask) < 0 ? -errno : 0;
		if (write(d->answer[1], &a, sizeof(a)) != (ssize_t)sizeof(a))
			break;
	}
	return NULL;
}

static int dev_ask(struct kern *k, const struct xmd_port_ask *a)
{
	struct kern_dev *d = to_dev(k);
	pthread_t thread;
	int err = 0;

	if (d->asked)
		return -EBUSY;
	/* not before the sandbox, which is to hold for it, too */
	if (!d->has_thread)
		err = pthread_create(&thread, NULL, ask_for_ever, d);
	if (err)
		return -err;
	if (!d->has_thread)
		pthread_detach(thread);
	d->has_thread = true;
	if (write(d->question[1], a, sizeof(*a)) != (ssize_t)sizeof(*a))
		return -errno;
	d->asked = true;
	return 0;
}

static int dev_answer(struct kern *k, struct xmd_port_ask *ask, int *result)
{
	struct kern_dev *d = to_dev(k);
	struct answer a;

	if (read(d->answer[0], &a, sizeof(a)) != (ssize_t)sizeof(a))
		return -EAGAIN;
	d->asked = false;
	*ask = a.ask;
	*result = a.result;
	return 0;
}

static int dev_answer_fd(struct kern *k)
{
	return to_dev(k)->answer[0];
}

/* The thread may be asking still: what it uses goes with the process. */
static void dev_close(struct kern *k)
{
	struct kern_dev *d = to_dev(k);

	close(d->fd);
	if (d->has_thread)
		return;
	close(d->question[0]);
	close(d->question[1]);
	close(d->answer[0]);
	close(d->answer[1]);
	free(d);
}

static const struct kern_ops dev_ops = {
	.connect = dev_connect,
	.disconnect = dev_disconnect,
	.list = dev_list,
	.next_event = dev_next_event,
	.health = dev_health,
	.drain = dev_drain,
	.set = dev_set,
	.limit = dev_limit,
	.vlans = dev_vlans,
	.stage = dev_stage,
	.port = dev_port,
	.settings_get = dev_settings_get,
	.settings_set = dev_settings_set,
	.ask = dev_ask,
	.answer = dev_answer,
	.answer_fd = dev_answer_fd,
	.fd = dev_fd,
	.close = dev_close,
};

struct kern *kern_open(const char *device)
{
	struct kern_dev *d = calloc(1, sizeof(*d));
	int saved;

	if (!d)
		return NULL;
	d->base.ops = &dev_ops;
	d->fd = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (d->fd < 0)
		goto err_open;
	if (pipe2(d->question, O_CLOEXEC))
		goto err_question;
	if (pipe2(d->answer, O_CLOEXEC))
		goto err_answer;
	if (fcntl(d->answer[0], F_SETFL, O_NONBLOCK))
		goto err_flags;
	return &d->base;

err_flags:
	saved = errno;
	close(d->answer[0]);
	close(d->answer[1]);
	errno = saved;
err_answer:
	saved = errno;
	close(d->question[0]);
	close(d->question[1]);
	errno = saved;
err_question:
	saved = errno;
	close(d->fd);
	errno = saved;
err_open:
	saved = errno;
	free(d);
	errno = saved;
	return NULL;
}

void kern_close(struct kern *k)
{
	if (k)
		k->ops->close(k);
}

/* Rows are listed behind another one; this is the number in front of ours. */
int kern_row(struct kern *k, uint16_t domid, uint32_t handle, struct xmd_vif_info *info)
{
	struct xmd_vif_id before = { .domid = domid, .handle = handle - 1 };
	int err;

	if (!handle)
		before = (struct xmd_vif_id){ .domid = (uint16_t)(domid - 1), .handle = UINT32_MAX };
	memset(info, 0, sizeof(*info));
	info->id = before;
	err = k->ops->list(k, info);
	if (!err && (info->id.domid != domid || info->id.handle != handle))
		err = -ENOENT;
	return err;
}

const char *kern_fault_text(__u32 fault)
{
	static const char *const text[XMD_FAULTS] = {
		[XMD_FAULT_NONE] = "no fault",
		[XMD_FAULT_RING_INDEX] = "req_prod further ahead than the ring is long",
		[XMD_FAULT_EXTRA_ENDLESS] = "extra-info chain without an end",
		[XMD_FAULT_EXTRA_TYPE] = "extra-info of an unknown type",
		[XMD_FAULT_TOO_MANY_SLOTS] = "packet of too many slots",
		[XMD_FAULT_CROSS_PAGE] = "slot crosses the end of its page",
		[XMD_FAULT_BAD_SIZE] = "slots longer than their packet",
		[XMD_FAULT_GONE] = "event channel or ring page withdrawn",
	};

	return fault < XMD_FAULTS ? text[fault] : "unknown fault";
}
