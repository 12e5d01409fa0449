// SPDX-License-Identifier: GPL-2.0
/*
 * sim_ioctl.c - what is no message of the kernel half: INFO, REGS, STOP, START.  The guard is the
 * kernel half's own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim.h"

static struct sim *sim_of(struct nic_port *port)
{
	return (struct sim *)port;
}

static int admitted(struct sim *sim)
{
	int err = sim_cut(sim);

	return err ? err : xpc_heard(&sim->xpc.t, sim_now_us(sim));
}

static int sim_info(struct nic_port *port, struct xmd_info *info)
{
	struct sim *sim = sim_of(port);
	bool running = sim->phase == XMD_NIC_RUNNING;
	int err = admitted(sim);

	if (err)
		return err;
	*info = (struct xmd_info){
		.phase = sim->phase, .bar_len = SIM_BAR_LEN,
		.tx_ring = running ? sim->started.tx_ring : 0,
		.rx_ring = running ? sim->started.rx_ring : 0,
		.vendor = 0x8086, .device = sim->faults & SIM_F_DEVICE_ID ? 0x1521 : sim->chip->device,
		.subvendor = sim->faults & SIM_F_QEMU ? 0x1af4 : 0x8086,
		.subdevice = sim->faults & SIM_F_QEMU ? 0x1100 : 0x001e,
		.revision = 3,
	};
	return 0;
}

static uint32_t reg_read(struct sim *sim, uint32_t reg)
{
	return sim->registers ? sim->registers->read(sim, reg) : sim_nic_read(sim, reg);
}

static void reg_write(struct sim *sim, uint32_t reg, uint32_t val)
{
	if (sim->registers)
		sim->registers->write(sim, reg, val);
	else
		sim_nic_write(sim, reg, val);
}

/* Return: did the firmware have the PHY until now? */
static bool pass_us(struct sim *sim, unsigned int us)
{
	bool had = sim->firmware_us;

	sim->firmware_us -= us < sim->firmware_us ? us : sim->firmware_us;
	return had;
}

/* What must come takes no time in a simulation, but for the firmware's: one look is enough. */
static int do_op(struct sim *sim, struct xmd_reg_op *op)
{
	uint32_t old, wanted = op->val;

	switch (op->op) {
	case XMD_REG_READ:
		op->val = reg_read(sim, op->reg);
		return 0;
	case XMD_REG_SET:
		old = op->mask == ~0u ? 0 : reg_read(sim, op->reg);
		reg_write(sim, op->reg, (old & ~op->mask) | (op->val & op->mask));
		return 0;
	case XMD_REG_WAIT:
		op->val = reg_read(sim, op->reg);
		if ((op->val & op->mask) != wanted && pass_us(sim, op->usecs))
			op->val = reg_read(sim, op->reg);
		return (op->val & op->mask) == wanted ? 0 : -ETIMEDOUT;
	case XMD_REG_DELAY:
		pass_us(sim, op->usecs);
		return 0;
	}
	return -EINVAL;
}

static bool asked(const struct sim *sim, unsigned int call)
{
	return sim->pretended & 1u << call || sim->xpc.t.slot[call].state == XPC_READ;
}

static bool mac_usable(const uint8_t mac[ETH_ALEN])
{
	static const uint8_t zero[ETH_ALEN];

	return !(mac[0] & 1) && memcmp(mac, zero, ETH_ALEN);
}

static const struct xmd_adapter *wanted(const struct sim *sim)
{
	return asked(sim, XPC_UP_xmd_configure) ? &sim->want : NULL;
}

static void look_around(struct sim *sim)
{
	sim->guard.wake = xmd_guard_wake(sim->adapter, wanted(sim));
	sim->guard.stopped = sim->phase == XMD_NIC_STOPPED;
	sim->guard.write_eeprom = asked(sim, XPC_UP_xmd_write_eeprom);
}

static int do_batch(struct sim *sim, struct xmd_reg_op *op, struct xmd_regs *regs)
{
	int err;

	look_around(sim);
	err = xmd_guard_batch(&sim->guard, op, regs->n, &regs->failed);
	if (err) {
		sim->refused++;
		return err;
	}
	sim->ops += regs->n;
	for (unsigned int i = 0; i < regs->n; i++) {
		err = do_op(sim, &op[i]);
		if (err) {
			regs->failed = i;
			return err;
		}
		xmd_guard_done(&sim->guard, &op[i]);
	}
	return 0;
}

static int sim_regs(struct nic_port *port, struct xmd_regs *regs)
{
	struct sim *sim = sim_of(port);
	struct xmd_reg_op *op = (struct xmd_reg_op *)(uintptr_t)regs->ops;
	bool was_dead = sim->cut.dead;
	int err = admitted(sim);

	if (err) {
		for (unsigned int i = 0; !was_dead && i < sim->cut.op && i < regs->n; i++) {
			do_op(sim, &op[i]);
			xmd_guard_done(&sim->guard, &op[i]);
		}
		regs->failed = sim->cut.op < regs->n ? sim->cut.op : regs->n - 1;
		return err;
	}
	if (!regs->n || regs->n > XMD_REG_BATCH_MAX)
		return -EINVAL;
	sim_advance(sim, 0);
	return do_batch(sim, op, regs);
}

static int sim_stop(struct nic_port *port)
{
	struct sim *sim = sim_of(port);
	int err = admitted(sim);

	if (err)
		return err;
	if (sim->faults & SIM_F_STOP_REFUSED)
		return -EBUSY;
	sim->stops++;
	sim->phase = XMD_NIC_STOPPED;
	return 0;
}

static bool ring_valid(uint32_t n)
{
	return n >= 64 && n <= 1024 && !(n & (n - 1));
}

static bool start_valid(const struct xmd_start *start)
{
	return ring_valid(start->tx_ring) && ring_valid(start->rx_ring) &&
	       !(start->rctl & ~RCTL_USER) && !(start->tctl & ~TCTL_USER) &&
	       !start->reserved[0] && !start->reserved[1];
}

static int sim_start(struct nic_port *port, const struct xmd_start *start)
{
	struct sim *sim = sim_of(port);
	int err = admitted(sim);
	uint32_t reg;

	if (err)
		return err;
	if (sim->phase == XMD_NIC_RUNNING || sim->faults & SIM_F_START_REFUSED)
		return -EBUSY;
	if (sim->start_refused) {
		sim->start_refused--;
		return sim->start_error;
	}
	if (!start_valid(start) || !mac_usable(start->mac)) {
		sim->invalid++;
		return start_valid(start) ? -EADDRNOTAVAIL : -EINVAL;
	}
	if (!xmd_guard_address(sim->adapter, wanted(sim), start->mac) ||
	    !xmd_guard_start(&sim->guard, &reg)) {
		sim->refused++;
		return -EPERM;
	}
	sim->starts++;
	sim->started = *start;
	sim->phase = XMD_NIC_RUNNING;
	sim->reg[RCTL / 4] = start->rctl | RCTL_EN;
	sim->reg[TCTL / 4] = start->tctl | TCTL_PSP | TCTL_EN;
	sim->reg[TDLEN / 4] = start->tx_ring * 16;
	sim->reg[RDLEN / 4] = start->rx_ring * 16;
	sim->reg[TDH / 4] = 0;
	sim->tx.started_ms = sim->tx.moved_ms = sim_now_ms(sim);
	sim_tx_ring(sim);
	if (sim->registers) {
		sim->registers->write(sim, TDLEN, start->tx_ring * 16);
		sim->registers->write(sim, RDLEN, start->rx_ring * 16);
		reg_write(sim, RCTL, start->rctl | RCTL_EN);
		reg_write(sim, TCTL, start->tctl | TCTL_PSP | TCTL_EN);
	}
	return 0;
}

static int sim_fd(struct nic_port *port)
{
	return sim_of(port)->epoll;
}

static void sim_close(struct nic_port *port)
{
	struct sim *sim = sim_of(port);

	close(sim->epoll);
	close(sim->event);
	if (sim->timer >= 0)
		close(sim->timer);
	xpc_sim_free(&sim->xpc);
	free(sim);
}

const struct nic_port_ops sim_port_ops = {
	.info = sim_info,
	.regs = sim_regs,
	.stop = sim_stop,
	.start = sim_start,
	.fd = sim_fd,
	.close = sim_close,
};
