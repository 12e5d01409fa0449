/* SPDX-License-Identifier: GPL-2.0 */
/*
 * port.h - all that the user half knows of the kernel half.
 *
 * Two implementations: port_dev.c is /dev/xmd/nic0, sim/ is a simulated NIC with a
 * simulated kernel half around it.  The messages of xpc/ go over the link; the operations
 * are the ioctls of xmd/nicdev.h, one to one.  They return 0 or a negative errno.
 *
 * Each operation but fd and close is one crossing into the kernel, and so is each message;
 * they are counted, because the number of crossings is what bring-up and the watchdog cost.
 */
#ifndef XMD_USERDRIVER_PORT_H
#define XMD_USERDRIVER_PORT_H

#include <errno.h>

#include <xmd/nicdev.h>

#include "xpc_user.h"

struct nic_port;

/**
 * struct nic_port_ops - the crossings that are no messages
 * @fd: descriptor that polls readable while a message waits
 */
struct nic_port_ops {
	int (*info)(struct nic_port *port, struct xmd_info *info);
	int (*regs)(struct nic_port *port, struct xmd_regs *regs);
	int (*stop)(struct nic_port *port);
	int (*start)(struct nic_port *port, const struct xmd_start *start);
	int (*fd)(struct nic_port *port);
	void (*close)(struct nic_port *port);
};

struct nic_port {
	const struct nic_port_ops *ops;
	struct xpc_link *link;
	unsigned long crossings;	/* by ops */
};

/* The real device file.  Return: NULL with errno set when it cannot be opened. */
struct nic_port *port_dev_open(const char *path);

static inline int port_info(struct nic_port *port, struct xmd_info *info)
{
	port->crossings++;
	return port->ops->info(port, info);
}

static inline int port_regs(struct nic_port *port, struct xmd_regs *regs)
{
	port->crossings++;
	return port->ops->regs(port, regs);
}

static inline int port_stop(struct nic_port *port)
{
	port->crossings++;
	return port->ops->stop(port);
}

static inline int port_start(struct nic_port *port, const struct xmd_start *start)
{
	port->crossings++;
	return port->ops->start(port, start);
}

#endif /* XMD_USERDRIVER_PORT_H */
