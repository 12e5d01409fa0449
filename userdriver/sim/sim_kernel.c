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

__u64 sim_now_us(void *ctx)
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
	sim_tx_pass_time(sim);
	if (xpc_tick(&sim->xpc.t, sim_now_us(sim)))
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
int sim_cut(struct sim *sim)
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
	err = sim_cut(sim);
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
	int err = sim_cut(sim);

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
	int err;

	sim->want = *want;
	err = xpc_call_xmd_configure(&sim->xpc, want);
	return err ? err : sim_commit(sim, want);
}

/* As in kerndriver/adapter.c. */
int xmd_found(void *ctx, const struct xmd_adapter *found)
{
	__u64 settings = xpc_writable(&xpc_struct_xmd_adapter, XPC_BY_KERNEL) &
			 ~XMD_NEVER_FOUND;
	struct sim *sim = ctx;
	struct xpc_object *o = &sim->xpc.t.object[XPC_OBJECT_xmd_adapter];
	int err;

	/* who is in the middle of a change; in the kernel a mutex */
	if (o->holder == XPC_KERNEL)
		return -EBUSY;
	if (!xmd_guard_found(sim->adapter, found, sim->started.mac)) {
		sim->refused++;
		return -EPERM;
	}
	err = xpc_commit(&sim->xpc.t, o, settings, found);
	set_ready(sim);
	return err;
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

/* Registers with bounds, which START would not have been given without. */
static void leave_in_order(struct sim *sim)
{
	const struct { uint32_t reg, val; } left[] = {
		{ PBA, sim->chip->memory * 3u / 4 }, { FCAL, 0x00c28001 }, { FCAH, 0x0100 }, { FCT, 0x8808 },
		{ FCTTV, 0x0680 }, { VET, 0x8100 }, { TIPG, xmd_chip_tipg(sim->chip) }, { TIDV, 32 },
		{ FCRTH, 0xac00 }, { FCRTL, FCRTL_XONE | 0xa600 },
	};

	for (unsigned int i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		struct xmd_reg_op op = { .op = XMD_REG_SET, .reg = left[i].reg, .mask = ~0u,
					 .val = left[i].val };

		xmd_guard_done(&sim->guard, &op);
		sim->reg[left[i].reg / 4] = left[i].val;
	}
}

void sim_make_running(struct sim *sim)
{
	struct xmd_start start = {
		.tx_ring = 256, .rx_ring = 256, .rctl = RCTL_BAM,
	};

	memcpy(start.mac, own_mac.addr, sizeof(start.mac));
	commit_as_reported(sim->adapter);
	leave_in_order(sim);
	sim->started = start;
	sim->phase = XMD_NIC_RUNNING;
	sim->xpc.t.epoch = 1;
	memset(&sim->reg[MTA(0) / 4], 0, MTA_WORDS * 4);
	memset(&sim->reg[RAL(0) / 4], 0, RAR_ENTRIES * 8);
	sim->reg[RAL(0) / 4] = 0x12005452;
	sim->reg[RAH(0) / 4] = RAH_AV | 0x5634;
	sim->reg[RCTL / 4] = start.rctl | RCTL_EN;
	sim->reg[TCTL / 4] = start.tctl | TCTL_PSP | TCTL_EN;
	sim->reg[TDLEN / 4] = start.tx_ring * 16;
	sim->reg[RDLEN / 4] = start.rx_ring * 16;
}

void sim_end_user_half(struct sim *sim)
{
	xpc_close(&sim->xpc.t);
}

void sim_restart_user_half(struct sim *sim)
{
	memset(&sim->cut, 0, sizeof(sim->cut));
	sim_end_user_half(sim);
	xpc_open(&sim->xpc.t, sim_now_us(sim));
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
		.pump = pump, .pump_ctx = sim, .now = sim_now_us,
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

/* As xmd_nic_reset leaves it. */
int sim_new_domain(struct sim *sim)
{
	int err;

	sim_end_user_half(sim);
	xpc_sim_free(&sim->xpc);
	err = objects_init(sim);
	if (err)
		return err;
	sim->phase = XMD_NIC_STOPPED;
	sim->guard = (struct xmd_guard){ .chip = sim->chip };
	memset(&sim->started, 0, sizeof(sim->started));
	sim->by_kernel = true;
	sim_nic_write(sim, CTRL, (*sim_reg(sim, CTRL) & ~CTRL_PHY_RST) | CTRL_RST);
	sim->by_kernel = false;
	return 0;
}

static int watch(const struct sim *sim, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return epoll_ctl(sim->epoll, EPOLL_CTL_ADD, fd, &ev);
}

void sim_be(struct sim *sim, uint16_t device)
{
	sim->chip = xmd_chip_find(XMD_VENDOR_INTEL, device);
	sim->guard.chip = sim->chip;
	sim_nic_power_on(sim);
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
		sim->port.ops->close(&sim->port);
		return NULL;
	}
	xpc_open(&sim->xpc.t, sim_now_us(sim));
	sim_be(sim, 0x100e);
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
		sim->port.ops->close(&sim->port);
		return NULL;
	}
	sim_restart_user_half(sim);
	sim_nic_power_on(sim);
	if (bits & SIM_F_RUNNING)
		sim_make_running(sim);
	return &sim->port;
}
