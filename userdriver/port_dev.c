// SPDX-License-Identifier: GPL-2.0
/* port_dev.c - the kernel half behind its device file: ioctl, read and write. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "port.h"

struct port_dev {
	struct nic_port port;
	int fd;
};

static int dev_fd(struct nic_port *port)
{
	return ((struct port_dev *)port)->fd;
}

/* No retry on EINTR: signals are blocked and taken through a signalfd. */
static int dev_ioctl(struct nic_port *port, unsigned long request, const void *arg)
{
	return ioctl(dev_fd(port), request, arg) < 0 ? -errno : 0;
}

static int dev_hello(struct nic_port *port, struct xmd_hello *hello)
{
	return dev_ioctl(port, XMD_NIC_HELLO, hello);
}

static int dev_regs(struct nic_port *port, struct xmd_regs *regs)
{
	return dev_ioctl(port, XMD_NIC_REGS, regs);
}

static int dev_stop(struct nic_port *port)
{
	return dev_ioctl(port, XMD_NIC_STOP, NULL);
}

static int dev_start(struct nic_port *port, const struct xmd_start *start)
{
	return dev_ioctl(port, XMD_NIC_START, start);
}

static int dev_link(struct nic_port *port, const struct xmd_link *link)
{
	return dev_ioctl(port, XMD_NIC_LINK, link);
}

static int dev_filter_get(struct nic_port *port, struct xmd_filter *filter)
{
	return dev_ioctl(port, XMD_NIC_FILTER_GET, filter);
}

static int dev_stats_put(struct nic_port *port, const struct xmd_hw_stats *stats)
{
	return dev_ioctl(port, XMD_NIC_STATS_PUT, stats);
}

static int dev_stats_get(struct nic_port *port, struct xmd_hw_stats *stats)
{
	return dev_ioctl(port, XMD_NIC_STATS_GET, stats);
}

static int dev_read_upcall(struct nic_port *port, struct xmd_upcall *up, unsigned int max)
{
	ssize_t n = read(dev_fd(port), up, max * sizeof(*up));

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	return n % sizeof(*up) ? -EPROTO : (int)(n / sizeof(*up));
}

static int dev_answer(struct nic_port *port, const struct xmd_answer *answer)
{
	ssize_t n = write(dev_fd(port), answer, sizeof(*answer));

	if (n < 0)
		return -errno;
	return n == sizeof(*answer) ? 0 : -EPROTO;
}

static void dev_close(struct nic_port *port)
{
	close(dev_fd(port));
	free(port);
}

static const struct nic_port_ops dev_ops = {
	.hello = dev_hello,
	.regs = dev_regs,
	.stop = dev_stop,
	.start = dev_start,
	.link = dev_link,
	.filter_get = dev_filter_get,
	.stats_put = dev_stats_put,
	.stats_get = dev_stats_get,
	.read_upcall = dev_read_upcall,
	.answer = dev_answer,
	.fd = dev_fd,
	.close = dev_close,
};

struct nic_port *port_dev_open(const char *path)
{
	struct port_dev *dev = calloc(1, sizeof(*dev));

	if (!dev)
		return NULL;
	dev->port.ops = &dev_ops;
	dev->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (dev->fd < 0) {
		free(dev);
		return NULL;
	}
	return &dev->port;
}
