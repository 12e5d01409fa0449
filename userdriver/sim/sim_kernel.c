// SPDX-License-Identifier: GPL-2.0
/* sim_kernel.c - the kernel half of xmd/nicdev.h and xpc/, in front of the simulated NIC. */
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

static struct sim *sim_of_link(struct xpc_link *link)
{
	return (struct sim *)((char *)link - offsetof(struct sim, link));
}

uint64_t sim_now_ms(const struct sim *sim)
{
	struct timespec ts;

	if (sim->manual_clock)
		return sim->manual_ms;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static __u64 now_us(void *ctx)
{
	return sim_now_ms(ctx) * 1000;
}

/* ------------------------------------------------------------ messages */

/* The descriptor polls readable while there is something to read, if only an error. */
static void set_ready(struct sim *sim)
{
	uint64_t one = 1;

	if (!xpc_pending(&sim->xpc.t) && sim->xpc.t.phase != XPC_LOST)
		return;
	if (write(sim->event, &one, sizeof(one)) < 0)
		return;		/* the counter is full: readable anyway */
}

/* Both are non-blocking: nothing to read is not an error. */
static void drain(int fd)
{
	uint64_t n;

	if (fd >= 0 && read(fd, &n, sizeof(n)) < 0)
		return;
}

void sim_raise(struct sim *sim, unsigned int call)
{
	xpc_raise(&sim->xpc, call);
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
	if (xpc_tick(&sim->xpc.t, now_us(sim)))
		set_ready(sim);
}

unsigned int sim_asked(const struct sim *sim)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < xpc_objects.n_up; i++)
		n += sim->xpc.t.slot[i].state == XPC_READ;
	return n;
}

/* Is this the crossing that a test wants to go wrong? */
static int cut(struct sim *sim)
{
	struct sim_cut *c = &sim->cut;

	if (c->dead)
		return -EIO;
	sim->crossings++;
	if (!c->at || ++c->n != c->at)
		return 0;
	c->dead = c->kill;
	return c->kill ? -EIO : c->err;
}

static int garbage(void *buf)
{
	memset(buf, 0xa5, XPC_HEADER);
	return XPC_HEADER;
}

static int read_message(struct sim *sim, void *buf)
{
	int err;

	/* looking for a message where there is none is no crossing that a test would count */
	if (!sim->cut.dead && !xpc_pending(&sim->xpc.t))
		return sim->xpc.link.read(&sim->xpc.link, buf);
	err = cut(sim);
	if (err)
		return err;
	if (sim->faults & SIM_F_GARBAGE)
		return garbage(buf);
	return sim->xpc.link.read(&sim->xpc.link, buf);
}

static int link_read(struct xpc_link *link, void *buf)
{
	struct sim *sim = sim_of_link(link);
	int n;

	drain(sim->event);
	drain(sim->timer);
	sim_advance(sim, 0);
	n = read_message(sim, buf);
	set_ready(sim);
	return n;
}

static void note_answer(struct sim *sim, const struct xpc_msg *m)
{
	unsigned int call = 0;

	while (call < xpc_objects.n_up && xpc_objects.up[call].id != m->id)
		call++;
	if (sim->n_answers < SIM_ANSWERS)
		sim->answer[sim->n_answers++] = (struct sim_answer){ call, m->result };
}

static int write_message(struct sim *sim, const struct xpc_msg *m, const void *buf, __u32 len)
{
	bool hello = m->kind == XPC_HELLO;
	int err;

	if (hello && sim->faults & SIM_F_VERSION)
		return -EPROTONOSUPPORT;
	err = sim->xpc.link.write(&sim->xpc.link, buf, len);
	if (!err && hello && sim->faults & SIM_F_LOST)
		xpc_lose(&sim->xpc.t, "asked for");
	if (!err && m->kind == XPC_ANSWER)
		note_answer(sim, m);
	return err;
}

static int link_write(struct xpc_link *link, const void *buf, __u32 len)
{
	struct sim *sim = sim_of_link(link);
	__u32 wrong = sim->xpc.t.wrong;
	struct xpc_msg m = { .kind = 0 };
	int err = cut(sim);

	if (err)
		return err;
	xpc_get_header(&m, buf, len);
	err = write_message(sim, &m, buf, len);
	sim->invalid += sim->xpc.t.wrong - wrong;
	set_ready(sim);
	return err;
}

/* ------------------------------------------------------------ objects */

#define LINK_FIELDS	(XPC_xmd_adapter_link | XPC_xmd_adapter_speed | XPC_xmd_adapter_duplex)

static void changed(void *ctx, unsigned int object, __u64 mask)
{
	struct sim *sim = ctx;

	sim->links += object == XPC_OBJECT_xmd_adapter && mask & LINK_FIELDS;
}

int sim_commit(struct sim *sim, const struct xmd_adapter *want)
{
	__u64 settings = xpc_writable(&xpc_struct_xmd_adapter, XPC_BY_KERNEL);
	int err = xpc_commit(&sim->xpc.t, &sim->xpc.t.object[XPC_OBJECT_xmd_adapter], settings,
			     want);

	set_ready(sim);
	return err;
}

int sim_configure(struct sim *sim, const struct xmd_adapter *want)
{
	int err = xpc_call_xmd_configure(&sim->xpc, want);

	return err ? err : sim_commit(sim, want);
}

static int pump(void *ctx)
{
	struct sim *sim = ctx;

	return sim->pump ? sim->pump(sim->pump_ctx) : 0;
}

int xmd_test_irq(void *ctx)
{
	const struct sim *sim = ctx;

	if (sim->phase != XMD_NIC_RUNNING)
		return -ENETDOWN;
	return sim->faults & SIM_F_NO_IRQ ? -EIO : 0;
}

int xmd_test_loopback(void *ctx)
{
	const struct sim *sim = ctx;
	bool closed = sim->phy[PHY_CTRL] & PHY_CTRL_LOOPBACK;

	if (sim->phase != XMD_NIC_RUNNING)
		return -ENETDOWN;
	return closed && !(sim->faults & SIM_F_NO_LOOPBACK) ? 0 : -EIO;
}

/* ------------------------------------------------------------ ioctls */

static int admitted(struct sim *sim)
{
	int err = cut(sim);

	return err ? err : xpc_heard(&sim->xpc.t, now_us(sim));
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
		.vendor = 0x8086, .device = sim->faults & SIM_F_DEVICE_ID ? 0x10d3 : 0x100e,
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

static bool mac_usable(const uint8_t mac[ETH_ALEN])
{
	static const uint8_t zero[ETH_ALEN];

	return !(mac[0] & 1) && memcmp(mac, zero, ETH_ALEN);
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

/* ------------------------------------------------------------ life */

static const struct xmd_mac own_mac = { { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } };

/* What an earlier user half has made of the settings, and reported. */
static void commit_as_reported(struct xmd_adapter *a)
{
	a->mac = a->perm_mac = own_mac;
	a->pause_rx = a->pause_tx = 1;
	a->rx_usecs = 125;
	a->msg_level = 7;
	a->eeprom_len = 2 * EEPROM_WORDS;
	a->wol_can = XMD_WOL_UCAST | XMD_WOL_MCAST | XMD_WOL_BCAST | XMD_WOL_MAGIC;
}

void sim_make_running(struct sim *sim)
{
	struct xmd_start start = {
		.tx_ring = 256, .rx_ring = 256, .rctl = RCTL_BAM, .tctl = TCTL_PSP,
	};

	memcpy(start.mac, own_mac.addr, sizeof(start.mac));
	commit_as_reported(sim->adapter);
	sim->started = start;
	sim->phase = XMD_NIC_RUNNING;
	sim->xpc.t.epoch = 1;
	memset(&sim->reg[REG_MTA(0) / 4], 0, MTA_WORDS * 4);
	memset(&sim->reg[REG_RAL(0) / 4], 0, RAR_ENTRIES * 8);
	sim->reg[REG_RAL(0) / 4] = 0x12005452;
	sim->reg[REG_RAH(0) / 4] = RAH_AV | 0x5634;
	sim->reg[REG_RCTL / 4] = start.rctl | 2u;
	sim->reg[REG_TCTL / 4] = start.tctl | 2u;
	sim->reg[REG_TDLEN / 4] = start.tx_ring * 16;
	sim->reg[REG_RDLEN / 4] = start.rx_ring * 16;
}

void sim_end_user_half(struct sim *sim)
{
	xpc_close(&sim->xpc.t);
}

void sim_restart_user_half(struct sim *sim)
{
	memset(&sim->cut, 0, sizeof(sim->cut));
	sim_end_user_half(sim);
	xpc_open(&sim->xpc.t, now_us(sim));
}

/* As in kerndriver/adapter.c. */
static int objects_init(struct sim *sim)
{
	static const struct xmd_adapter first_adapter = {
		.tx_ring = 256, .rx_ring = 256, .mtu = 1500, .autoneg = 1,
		.advertise = XMD_ADV_ALL, .mdix = XMD_MDIX_AUTO, .pause_autoneg = 1, .rx_csum = 1,
	};
	static const struct xmd_counters first_counters;
	static const void *const initial[] = {
		[XPC_OBJECT_xmd_adapter] = &first_adapter,
		[XPC_OBJECT_xmd_counters] = &first_counters,
	};
	const struct xpc_sim_config cfg = {
		.proto = &xpc_objects, .alive = XPC_UP_xmd_alive, .initial = initial,
		.down = xpc_serve_objects_down, .changed = changed, .ctx = sim,
		.pump = pump, .pump_ctx = sim, .now = now_us,
	};
	int err = xpc_sim_init(&sim->xpc, &cfg);

	if (err)
		return err;
	sim->adapter = sim->xpc.t.object[XPC_OBJECT_xmd_adapter].copy;
	sim->counters = sim->xpc.t.object[XPC_OBJECT_xmd_counters].copy;
	sim->link = (struct xpc_link){ link_read, link_write };
	sim->port.link = &sim->link;
	return 0;
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
	if (sim->event < 0 || sim->epoll < 0 || watch(sim, sim->event) || objects_init(sim)) {
		sim_close(&sim->port);
		return NULL;
	}
	xpc_open(&sim->xpc.t, now_us(sim));
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
