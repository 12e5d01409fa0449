// SPDX-License-Identifier: GPL-2.0
/* sim_kernel.c - the kernel half as xpc.h describes it, in front of the simulated NIC. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"
#include "../../kerndriver/guard.h"	/* after stdbool.h */

static struct sim *sim_of(struct nic_port *port)
{
	return (struct sim *)port;
}

uint64_t sim_now_ms(const struct sim *sim)
{
	struct timespec ts;

	if (sim->manual_clock)
		return sim->manual_ms;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

/* ------------------------------------------------------------ upcalls */

static void set_ready(struct sim *sim)
{
	uint64_t one = 1;

	if (write(sim->event, &one, sizeof(one)) < 0)
		return;		/* the counter is full: readable anyway */
}

void sim_raise(struct sim *sim, uint32_t type)
{
	if (type < XMD_UP_TYPES) {
		xmd_up_raise(&sim->up, type, sim_now_ms(sim));
	} else {
		sim->unknown_type = type;
		sim->unknown_raised = true;
	}
	set_ready(sim);
}

void sim_advance(struct sim *sim, unsigned int ms)
{
	uint64_t now;

	if (sim->manual_clock)
		sim->manual_ms += ms;
	now = sim_now_ms(sim);
	sim_faults_pass_time(sim, now);
	sim_nic_pass_time(sim);
	if (xmd_up_tick(&sim->up, now))
		set_ready(sim);
}

int sim_asked(const struct sim *sim)
{
	int n = 0;

	for (unsigned int i = 0; i < XMD_UP_TYPES; i++)
		n += sim->up.slot[i].state == XMD_SLOT_READ;
	return n;
}

/* Both are non-blocking: nothing to read is not an error. */
static void drain(int fd)
{
	uint64_t n;

	if (fd >= 0 && read(fd, &n, sizeof(n)) < 0)
		return;
}

static int sim_read_upcall(struct nic_port *port, struct xmd_upcall *up, unsigned int max)
{
	struct sim *sim = sim_of(port);
	unsigned int n = 0;

	drain(sim->event);
	drain(sim->timer);
	sim_advance(sim, 0);
	if (sim->up.phase == XMD_UP_LOST)
		return -EIO;
	while (n < max && xmd_up_read(&sim->up, sim_now_ms(sim), &up[n]))
		n++;
	if (n < max && sim->unknown_raised) {
		up[n++] = (struct xmd_upcall){ .type = sim->unknown_type, .seq = 0xabcd };
		sim->unknown_raised = false;
	}
	if (n == max)
		set_ready(sim);
	return n;
}

static int sim_answer(struct nic_port *port, const struct xmd_answer *answer)
{
	struct sim *sim = sim_of(port);
	int err = sim->up.phase == XMD_UP_LOST ? -EIO : 0;

	if (!err && !(answer->type >= XMD_UP_TYPES && answer->type == sim->unknown_type &&
		      answer->seq == 0xabcd))
		err = xmd_up_answer(&sim->up, answer, sim_now_ms(sim));
	if (err == -EINVAL)
		sim->invalid++;
	if (!err && sim->n_answers < SIM_ANSWERS)
		sim->answer[sim->n_answers++] = *answer;
	if (xmd_up_pending(&sim->up))
		set_ready(sim);
	return err;
}

/* ------------------------------------------------------------ downcalls */

static int sim_hello(struct nic_port *port, struct xmd_hello *hello)
{
	struct sim *sim = sim_of(port);

	int err;

	if (hello->version != XMD_XPC_VERSION || sim->faults & SIM_F_VERSION)
		return -EPROTONOSUPPORT;
	err = xmd_up_hello(&sim->up, sim_now_ms(sim));
	if (err)
		return err;
	if (sim->faults & SIM_F_LOST)
		xmd_up_lose(&sim->up, "asked for");
	*hello = (struct xmd_hello){
		.version = XMD_XPC_VERSION, .phase = sim->phase, .epoch = sim->up.epoch,
		.bar_len = SIM_BAR_LEN, .vendor = 0x8086,
		.device = sim->faults & SIM_F_DEVICE_ID ? 0x10d3 : 0x100e,
		.subvendor = sim->faults & SIM_F_QEMU ? 0x1af4 : 0x8086,
		.subdevice = sim->faults & SIM_F_QEMU ? 0x1100 : 0x001e,
		.revision = 3, .link = sim->link.up, .duplex = sim->link.full_duplex,
		.speed = sim->link.speed,
	};
	memcpy(hello->mac, sim->started.mac, sizeof(hello->mac));
	return 0;
}

/* Is this the crossing that a test wants to go wrong? */
static int cut(struct sim *sim)
{
	struct sim_cut *c = &sim->cut;

	if (c->dead)
		return -EIO;
	if (!c->at || ++c->n != c->at)
		return 0;
	c->dead = c->kill;
	return c->kill ? -EIO : c->err;
}

/* Common to all downcalls but HELLO. */
static int admitted(struct sim *sim)
{
	int err = cut(sim);

	return err ? err : xmd_up_heard(&sim->up, sim_now_ms(sim));
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

/* What must come takes no time in a simulation: one look is enough. */
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
		return (op->val & op->mask) == wanted ? 0 : -ETIMEDOUT;
	case XMD_REG_DELAY:
		return 0;
	}
	return -EINVAL;
}

static int do_batch(struct sim *sim, struct xmd_reg_op *op, struct xmd_regs *regs)
{
	int err = xmd_guard_batch(op, regs->n, sim->phase == XMD_NIC_STOPPED, &regs->failed);

	if (err) {
		sim->refused++;
		return err;
	}
	for (unsigned int i = 0; i < regs->n; i++) {
		err = do_op(sim, &op[i]);
		if (err) {
			regs->failed = i;
			return err;
		}
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
		for (unsigned int i = 0; !was_dead && i < sim->cut.op && i < regs->n; i++)
			do_op(sim, &op[i]);
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
	       !(start->rctl & ~xmd_guard_writable(REG_RCTL, true)) &&
	       !(start->tctl & ~xmd_guard_writable(REG_TCTL, true)) &&
	       !start->reserved[0] && !start->reserved[1];
}

static bool mac_usable(const uint8_t mac[XMD_ETH_ALEN])
{
	static const uint8_t zero[XMD_ETH_ALEN];

	return !(mac[0] & 1) && memcmp(mac, zero, XMD_ETH_ALEN);
}

static int sim_start(struct nic_port *port, const struct xmd_start *start)
{
	struct sim *sim = sim_of(port);
	int err = admitted(sim);

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
	sim->starts++;
	sim->started = *start;
	sim->phase = XMD_NIC_RUNNING;
	sim->reg[REG_RCTL / 4] = start->rctl | 2u;
	sim->reg[REG_TCTL / 4] = start->tctl | 2u;
	sim->reg[REG_TDLEN / 4] = start->tx_ring * 16;
	sim->reg[REG_RDLEN / 4] = start->rx_ring * 16;
	if (sim->registers) {
		sim->registers->write(sim, REG_TDLEN, start->tx_ring * 16);
		sim->registers->write(sim, REG_RDLEN, start->rx_ring * 16);
		reg_write(sim, REG_RCTL, start->rctl | 2u);
		reg_write(sim, REG_TCTL, start->tctl | 2u);
	}
	return 0;
}

static int sim_link(struct nic_port *port, const struct xmd_link *link)
{
	struct sim *sim = sim_of(port);
	int err = admitted(sim);
	bool speed_ok = link->up ? link->speed == 10 || link->speed == 100 || link->speed == 1000 :
				   !link->speed;

	if (err)
		return err;
	if (link->up > 1 || link->full_duplex > 1 || link->reserved || !speed_ok) {
		sim->invalid++;
		return -EINVAL;
	}
	sim->links++;
	sim->link = *link;
	return 0;
}

static int sim_filter_get(struct nic_port *port, struct xmd_filter *filter)
{
	struct sim *sim = sim_of(port);
	int err = admitted(sim);

	if (!err)
		*filter = sim->filter;
	return err;
}

static int sim_stats_put(struct nic_port *port, const struct xmd_hw_stats *stats)
{
	struct sim *sim = sim_of(port);
	int err = admitted(sim);

	if (!err)
		sim->stats = *stats;
	return err;
}

static int sim_stats_get(struct nic_port *port, struct xmd_hw_stats *stats)
{
	struct sim *sim = sim_of(port);
	int err = admitted(sim);

	if (!err)
		*stats = sim->stats;
	return err;
}

static int sim_test_irq(struct nic_port *port)
{
	struct sim *sim = sim_of(port);
	int err = admitted(sim);

	if (err)
		return err;
	if (sim->phase != XMD_NIC_RUNNING)
		return -ENETDOWN;
	return sim->faults & SIM_F_NO_IRQ ? -EIO : 0;
}

static int sim_test_loopback(struct nic_port *port)
{
	struct sim *sim = sim_of(port);
	bool closed = sim->phy[PHY_CTRL] & PHY_CTRL_LOOPBACK;
	int err = admitted(sim);

	if (err)
		return err;
	if (sim->phase != XMD_NIC_RUNNING)
		return -ENETDOWN;
	return closed && !(sim->faults & SIM_F_NO_LOOPBACK) ? 0 : -EIO;
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
	free(sim);
}

const struct nic_port_ops sim_port_ops = {
	.hello = sim_hello,
	.regs = sim_regs,
	.stop = sim_stop,
	.start = sim_start,
	.link = sim_link,
	.filter_get = sim_filter_get,
	.stats_put = sim_stats_put,
	.stats_get = sim_stats_get,
	.read_upcall = sim_read_upcall,
	.answer = sim_answer,
	.test_irq = sim_test_irq,
	.test_loopback = sim_test_loopback,
	.fd = sim_fd,
	.close = sim_close,
};

/* ------------------------------------------------------------ life */

void sim_make_running(struct sim *sim)
{
	static const struct xmd_start start = {
		.tx_ring = 256, .rx_ring = 256, .rctl = RCTL_BAM, .tctl = TCTL_PSP,
		.mac = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 },
	};

	sim->started = start;
	sim->phase = XMD_NIC_RUNNING;
	sim->up.epoch = 1;
	memset(&sim->reg[REG_MTA(0) / 4], 0, MTA_WORDS * 4);
	memset(&sim->reg[REG_RAL(0) / 4], 0, RAR_ENTRIES * 8);
	sim->reg[REG_RAL(0) / 4] = 0x12005452;
	sim->reg[REG_RAH(0) / 4] = RAH_AV | 0x5634;
	sim->reg[REG_RCTL / 4] = start.rctl | 2u;
	sim->reg[REG_TCTL / 4] = start.tctl | 2u;
	sim->reg[REG_TDLEN / 4] = start.tx_ring * 16;
	sim->reg[REG_RDLEN / 4] = start.rx_ring * 16;
}

void sim_restart_user_half(struct sim *sim)
{
	memset(&sim->cut, 0, sizeof(sim->cut));
	xmd_up_close(&sim->up);
	xmd_up_open(&sim->up, sim_now_ms(sim));
}

static int watch(const struct sim *sim, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return epoll_ctl(sim->epoll, EPOLL_CTL_ADD, fd, &ev);
}

struct sim *sim_new(uint32_t faults)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim)
		return NULL;
	sim->port.ops = &sim_port_ops;
	sim->faults = faults;
	sim->timer = -1;
	sim->manual_clock = true;
	sim->manual_ms = 1000;
	sim->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	sim->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (sim->event < 0 || sim->epoll < 0 || watch(sim, sim->event)) {
		sim_close(&sim->port);
		return NULL;
	}
	xmd_up_open(&sim->up, sim_now_ms(sim));
	sim_nic_power_on(sim);
	return sim;
}

/* Nobody calls sim_advance here: a timer makes the descriptor readable instead. */
static int run_by_itself(struct sim *sim)
{
	const struct timespec tick = { 0, 50000000 };
	const struct itimerspec spec = { tick, tick };

	sim->manual_clock = false;
	sim->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (sim->timer < 0 || timerfd_settime(sim->timer, 0, &spec, NULL))
		return -1;
	return watch(sim, sim->timer);
}

struct nic_port *sim_open(const char *faults)
{
	uint32_t bits = 0;
	struct sim *sim;

	if (faults && !sim_faults_parse(faults, &bits))
		return NULL;
	sim = sim_new(bits);
	if (!sim)
		return NULL;
	if (run_by_itself(sim)) {
		sim_close(&sim->port);
		return NULL;
	}
	sim_restart_user_half(sim);
	sim_nic_power_on(sim);
	if (bits & SIM_F_RUNNING)
		sim_make_running(sim);
	return &sim->port;
}
