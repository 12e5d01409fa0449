// SPDX-License-Identifier: GPL-2.0
/* port_dev.c - the kernel half behind its device file: ioctls, and xpc_user.h for the messages. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "port.h"

struct port_dev {
	struct nic_port port;
	struct xpc_link_fd link;
};

static int dev_fd(struct nic_port *port)
{
	return ((struct port_dev *)port)->link.fd;
}

/* No retry on EINTR: signals are blocked and taken through a signalfd. */
static int dev_ioctl(struct nic_port *port, unsigned long request, const void *arg)
{
	return ioctl(dev_fd(port), request, arg) < 0 ? -errno : 0;
}

static int dev_info(struct nic_port *port, struct xmd_info *info)
{
	return dev_ioctl(port, XMD_NIC_INFO, info);
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

static void dev_close(struct nic_port *port)
{
	close(dev_fd(port));
	free(port);
}

static const struct nic_port_ops dev_ops = {
	.info = dev_info,
	.regs = dev_regs,
	.stop = dev_stop,
	.start = dev_start,
	.fd = dev_fd,
	.close = dev_close,
};

struct nic_port *port_dev_open(const char *path)
{
	struct port_dev *dev = calloc(1, sizeof(*dev));
	int fd;

	if (!dev)
		return NULL;
	dev->port.ops = &dev_ops;
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		free(dev);
		return NULL;
	}
	xpc_link_fd(&dev->link, fd);
	dev->port.link = &dev->link.link;
	return &dev->port;
}
