/* SPDX-License-Identifier: GPL-2.0 */
/*
 * port.h - all that the user half knows of the kernel half.
 *
 * Two implementations: port_dev.c is /dev/xmd/nic0, sim/ is a simulated NIC with a
 * simulated kernel half around it.  The operations are the downcalls and upcalls of
 * xmd/xpc.h, one to one.  They return 0 or a negative errno.
 *
 * Each operation but fd and close is one crossing into the kernel; the wrappers
 * below count them, because the number of crossings is what bring-up and the
 * watchdog cost.
 */
#ifndef XMD_USERDRIVER_PORT_H
#define XMD_USERDRIVER_PORT_H

#include <errno.h>

#include <xmd/xpc.h>

struct nic_port;

/**
 * struct nic_port_ops - the crossings
 * @read_upcall: fills at most @max upcalls.  Return: how many, 0 if none is waiting
 * @fd:		 descriptor that polls readable while an upcall waits
 * @test_irq:	 while it runs: does an interrupt that the NIC raises arrive?
 * @test_loopback: while it runs, PHY in loopback: do frames come back unchanged?
 *
 * Both: 0, -EIO if nothing came, -ENETDOWN if the NIC does not run; NULL if the kernel half
 * cannot tell.
 */
struct nic_port_ops {
	int (*hello)(struct nic_port *port, struct xmd_hello *hello);
	int (*regs)(struct nic_port *port, struct xmd_regs *regs);
	int (*stop)(struct nic_port *port);
	int (*start)(struct nic_port *port, const struct xmd_start *start);
	int (*link)(struct nic_port *port, const struct xmd_link *link);
	int (*filter_get)(struct nic_port *port, struct xmd_filter *filter);
	int (*stats_put)(struct nic_port *port, const struct xmd_hw_stats *stats);
	int (*stats_get)(struct nic_port *port, struct xmd_hw_stats *stats);
	int (*read_upcall)(struct nic_port *port, struct xmd_upcall *up, unsigned int max);
	int (*answer)(struct nic_port *port, const struct xmd_answer *answer);
	int (*test_irq)(struct nic_port *port);
	int (*test_loopback)(struct nic_port *port);
	int (*fd)(struct nic_port *port);
	void (*close)(struct nic_port *port);
};

struct nic_port {
	const struct nic_port_ops *ops;
	unsigned long crossings;
};

/* The real device file.  Return: NULL with errno set when it cannot be opened. */
struct nic_port *port_dev_open(const char *path);

static inline int port_hello(struct nic_port *port, struct xmd_hello *hello)
{
	port->crossings++;
	return port->ops->hello(port, hello);
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

static inline int port_link(struct nic_port *port, const struct xmd_link *link)
{
	port->crossings++;
	return port->ops->link(port, link);
}

static inline int port_filter_get(struct nic_port *port, struct xmd_filter *filter)
{
	port->crossings++;
	return port->ops->filter_get(port, filter);
}

static inline int port_stats_put(struct nic_port *port, const struct xmd_hw_stats *stats)
{
	port->crossings++;
	return port->ops->stats_put(port, stats);
}

static inline int port_stats_get(struct nic_port *port, struct xmd_hw_stats *stats)
{
	port->crossings++;
	return port->ops->stats_get(port, stats);
}

static inline int port_read_upcall(struct nic_port *port, struct xmd_upcall *up,
				   unsigned int max)
{
	port->crossings++;
	return port->ops->read_upcall(port, up, max);
}

static inline int port_answer(struct nic_port *port, const struct xmd_answer *answer)
{
	port->crossings++;
	return port->ops->answer(port, answer);
}

static inline int port_test_irq(struct nic_port *port)
{
	if (!port->ops->test_irq)
		return -EOPNOTSUPP;
	port->crossings++;
	return port->ops->test_irq(port);
}

static inline int port_test_loopback(struct nic_port *port)
{
	if (!port->ops->test_loopback)
		return -EOPNOTSUPP;
	port->crossings++;
	return port->ops->test_loopback(port);
}

#endif /* XMD_USERDRIVER_PORT_H */
