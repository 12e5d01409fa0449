// SPDX-License-Identifier: GPL-2.0
/*
 * half.c - xmd_nic.ko as it is, and around it as much of Linux as it meets: the interrupt line, which is shut for good
 * when 99,900 of 100,000 interrupts were nobody's; NAPI; works, each of which waits for whoever has its lock.
 */
#include <linux/interrupt.h>
#include "offload.h"
#include "priv.h"
#include "world.h"
#include "half.h"
#include "dev.h"

#define STORM		500u	/* interrupts in a ms, at most */
#define POOL		1400u

const char kern_where[] = "nic-kernel-sim", kern_module[] = "xmd_nic", kern_over[] = "over a SIMULATED NIC";
uint64_t world_us;
unsigned long jiffies;
int sim_irqs_off, sim_atomic;
unsigned int sim_lines, irq_disabled_by_linux;
char sim_line[256];

static u8 bar[XMD_BAR_MIN];
static struct xmd_nic *nic;
static struct pci_dev pdev = { .irq = 9, .vendor = 0x8086, .device = 0x100e, .subsystem_vendor = 0x8086,
			       .subsystem_device = 0x1e, .revision = 3 };
static struct net_device dev;
static struct file file;
static irq_handler_t handler;
static int depth;
static unsigned int irqs, irqs_unhandled;
static bool in_irq, in_poll, in_works, line_off, loaded;

struct xmd_nic *half_nic(void) { return nic; }
void sim_said(void) { char text[300]; snprintf(text, sizeof(text), "xmd_nic: %s", sim_line); observe_line(SAID_WARN, text); }
ktime_t ktime_get(void) { return world_us * 1000; }

/* ------------------------------------------------------------------------------------ time */

void world_sleep(unsigned int us)
{
	uint64_t end = world_us + us;

	SIM_CHECK(!sim_atomic && !in_irq && !in_poll);
	while (end / 1000 > world_us / 1000) {
		world_us = (world_us / 1000 + 1) * 1000;
		jiffies = world_us / 4000 + 100000;
		half_pass();
	}
	/* others may have slept in between */
	world_us = max(world_us, end);
}

void world_run(unsigned int ms) { world_sleep(ms * 1000); }
void sim_usleep(unsigned int us) { world_sleep(us); }
void msleep(unsigned int ms) { world_sleep(ms * 1000); }
void sim_run(unsigned int ms) { world_sleep(ms * 1000); }

/* ------------------------------------------------------------------------- registers, line */

u32 readl(const volatile u8 *p) { return dev_read(p - bar); }

void writel(u32 val, volatile u8 *p)
{
	dev_write(p - bar, val);
	sim_irq();
}

/* note_interrupt() of kernel/irq/spurious.c */
static void nobody_cared(int handled)
{
	irqs_unhandled += handled == IRQ_NONE;
	if (++irqs < 100000)
		return;
	irqs = 0;
	if (irqs_unhandled > 99900) {
		line_off = true;
		irq_disabled_by_linux++;
		observe_line(SAID_WARN, "irq 9: nobody cared (try booting with the \"irqpoll\" option)");
	}
	irqs_unhandled = 0;
}

static bool due(void)
{
	return handler && !depth && !line_off && dev_line();
}

static void call_handler(void)
{
	in_irq = true;
	nobody_cared(handler(pdev.irq, nic));
	in_irq = false;
}

void sim_irq(void)
{
	if (!in_irq && !sim_irqs_off && !sim_atomic && due())
		call_handler();
}

/* Return: true, there is time for nothing else */
static bool interrupts(void)
{
	unsigned int i;

	for (i = 0; i < STORM && due(); i++)
		call_handler();
	return i == STORM;
}

int request_irq(int irq, irq_handler_t h, int flags, const char *name, void *arg)
{
	(void)flags;
	(void)name;
	SIM_CHECK(irq == pdev.irq && arg == nic && !handler);
	handler = h;
	depth = 0;
	line_off = false;
	irqs = irqs_unhandled = 0;
	return 0;
}

void free_irq(int irq, void *arg)
{
	SIM_CHECK(irq == pdev.irq && arg == nic && handler);
	handler = NULL;
}

void disable_irq_nosync(int irq)
{
	SIM_CHECK(irq == pdev.irq);
	depth++;
}

void enable_irq(int irq)
{
	SIM_CHECK(irq == pdev.irq && depth && handler);
	depth--;
}

bool irq_has_action(int irq) { (void)irq; return handler; }
int pci_alloc_irq_vectors(struct pci_dev *p, int least, int most, int how) { (void)p; (void)most; (void)how; return least; }
int pci_irq_vector(struct pci_dev *p, int nr) { return p->irq + nr; }

/* ------------------------------------------------------------------------------------ NAPI */

#include "sim_napi.h"

/* As many as softirqs do in a ms */
static void polls(void)
{
	struct napi_struct *n = &nic->napi;

	if (in_poll || in_irq || sim_atomic)
		return;
	in_poll = true;
	for (unsigned int i = 0; n->enabled && n->state && i < 100; i++)
		xmd_nic_poll(n, 64);
	in_poll = false;
}

/* ----------------------------------------------------------------------------------- works */

static void run(struct work_struct *w, const struct mutex *lock)
{
	if (!w->due || (lock && lock->held))
		return;
	w->due = false;
	w->func(w);
}

static void works(void)
{
	struct delayed_work *tick = &nic->watch.tick;

	if (in_works)
		return;
	in_works = true;
	run(&nic->state_work, NULL);
	run(&nic->filter_work, &nic->cfg);
	run(&nic->address_work, NULL);
	nic->restore_work.due = false;		/* nothing is saved */
	if (tick->due && !time_after(tick->timer.expires, jiffies) && !nic->ctl.held) {
		tick->due = false;
		tick->work.func(&tick->work);
	}
	in_works = false;
}

void half_pass(void)
{
	bool starved;

	dev_pass();
	guests_pass();
	if (!loaded || domain_dead())
		return;
	starved = interrupts();
	if (!starved) {
		polls();
		works();
		polls();
		user_pass();
		polls();
	}
	observe_pass(starved);
}

/* --------------------------------------------------------------------------- what is not here */

void xmd_nic_host_rx(struct xmd_nic *n, struct xmd_buf *frame) { xmd_buf_put(n, frame); }
void xmd_nic_host_polled(struct xmd_nic *n) { (void)n; }
void xmd_nic_release(struct kref *ref) { (void)ref; abort(); }

static void host_put(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	while (n)
		xmd_buf_put(ctx, frames[--n]);
}

static void host_state(void *ctx) { (void)ctx; }
static const struct xmd_nic_ops host = { host_put, host_put, host_put, host_state };

static void state_work(struct work_struct *work)
{
	xmd_nic_link_follow(container_of(work, struct xmd_nic, state_work));
}

/* ------------------------------------------------------------------------------------ probe */

static void alloc(void)
{
	nic = calloc(1, sizeof(*nic));
	SIM_CHECK(nic);
	nic->dev = &dev;
	nic->pdev = &pdev;
	nic->chip = xmd_chip_find(XMD_VENDOR_INTEL, 0x100e);
	nic->guard.chip = nic->chip;
	nic->poll_cpu = -1;
	nic->pool.reserve = 256;
	nic->regs = bar;
	nic->filter_work.func = xmd_filter_work;
	nic->address_work.func = xmd_address_work;
	nic->state_work.func = state_work;
	nic->host = (struct xmd_client){ &host, nic };
	nic->client = nic->taker = &nic->host;
	xmd_nic_watch_init(nic);
	xmd_nic_set_mtu(nic, ETH_DATA_LEN);
	SIM_CHECK(!xmd_objects_init(nic) && !xmd_pool_init(nic, POOL) && !xmd_nic_tx_alloc(nic) &&
		  !xmd_nic_rx_alloc(nic));
}

/* As xmd_probe.  Return: false, no register answers: there is no NIC in this domain */
bool half_load(void)
{
	handler = NULL;
	depth = 0;
	line_off = false;
	memset(&dev, 0, sizeof(dev));
	alloc();
	if (xmd_nic_reset(nic))
		return false;
	SIM_CHECK(!xmd_nic_irq_alloc(nic));
	xmd_nic_tx_chip(nic);
	xmd_nic_offer(NULL);
	SIM_CHECK(xmd_nic_offer(nic) && !xmd_nic_control_init(nic));
	schedule_delayed_work(&nic->watch.tick, 0);
	SIM_CHECK(!guests_attach());
	loaded = true;
	user_begin();
	return true;
}

/* Its domain has gone; dom0 keeps the NIC quiet.  What its memory was nobody touches any more. */
void half_gone(void)
{
	user_end();
	loaded = false;
	handler = NULL;
	guests_again();
	dev_write(IMC, ~0u);
	dev_write(RCTL, 0);
	dev_write(TCTL, 0);
}

int half_open(void)
{
	file.private_data = &nic->misc;
	return nic->misc.fops->open(NULL, &file);
}

void half_close(void) { nic->misc.fops->release(NULL, &file); }
long half_ioctl(unsigned int cmd, void *arg) { return nic->misc.fops->unlocked_ioctl(&file, cmd, (unsigned long)arg); }

/* ------------------------------------------------------------------------------- to look at */

static bool within(const void *p, size_t n, const void *from, size_t bytes)
{
	return from && (const u8 *)p >= (const u8 *)from && (const u8 *)p + n <= (const u8 *)from + bytes;
}

/* What is mapped for it; an IOMMU lets nothing else through */
bool half_dma(const void *p, size_t n)
{
	static unsigned int last;
	unsigned int i;

	if (!nic)
		return false;		/* its domain has gone */
	if (within(p, n, nic->tx.ring.desc, XMD_RING_MAX * sizeof(struct e1000_tx_desc)) ||
	    within(p, n, nic->rx.desc, XMD_RING_MAX * sizeof(struct e1000_rx_desc)) ||
	    within(p, n, nic->tx.ring.hdr, XMD_RING_MAX * XMD_TX_HDR_MAX))
		return true;
	for (i = 0; i < nic->pool.n_chunks; i++, last = (last + 1) % nic->pool.n_chunks)
		if (within(p, n, nic->pool.chunks[last].data, nic->pool.chunks[last].pages * PAGE_SIZE))
			return true;
	return false;
}

void *half_memory(size_t *bytes)
{
	*bytes = sizeof(*nic);
	return nic;
}

bool half_user_lives(void) { return nic && nic->xpc.t.phase == XPC_LIVE; }
unsigned int half_unwell_ms(void) { return xmd_nic_unwell_ms(nic); }
bool half_away(void) { return xmd_nic_away(nic); }
bool half_stuck(void) { return xmd_nic_stuck(nic); }
bool half_tx_idle(void) { return xmd_nic_tx_idle(nic); }

unsigned int half_counters(struct half_counter *to, unsigned int max)
{
	unsigned int n = 0;

	SIM_CHECK(max >= XMD_RX_VERDICTS + 4);
	to[n++] = (struct half_counter){ "irqs_lost", nic->watch.irqs_lost };
	to[n++] = (struct half_counter){ "no_link", nic->watch.no_link };
	to[n++] = (struct half_counter){ "paused_ms", nic->watch.paused_ms };
	to[n++] = (struct half_counter){ "lost", nic->xpc.t.lost };
	for (unsigned int i = 0; i < XMD_RX_VERDICTS; i++)
		to[n++] = (struct half_counter){ xmd_rx_verdict_name(i), nic->rx.verdict[i] };
	return n;
}

void half_state(char *text, size_t room)
{
	const struct xmd_adapter *a = nic->adapter;

	snprintf(text, room, "mac %02x%02x%02x, mtu %u, link %u %u %u, rings %s, moderation %s, line %s",
		 a->mac.addr[3], a->mac.addr[4], a->mac.addr[5], a->mtu, a->link, a->speed, a->duplex,
		 a->tx_ring == nic->tx.ring.mask + 1 && a->rx_ring == nic->rx.mask + 1 ? "as set" : "differ",
		 (dev_peek(ITR) & 0xffff) == a->rx_usecs * 1000 / 256 ? "as set" : "differs", line_off ? "off" : "on");
}

/* Of the pool, all that is neither free nor in the receive ring is somebody's. */
unsigned int half_buffers_missing(void)
{
	unsigned int have = nic->pool.n_free + nic->rx.mask + 1 + nic->rx.n_spare + guests_waiting();

	for (const struct xmd_buf *b = nic->rx.head; b; b = b->frag)
		have++;
	for (u32 i = nic->tx.ring.frame_cons; i != nic->tx.ring.frame_prod; i++)
		have += nic->tx.ring.slot[i % XMD_RING_MAX].frame->nbufs;
	return nic->pool.n - have;
}

/* ----------------------------------------------------------------------- control operations */

static int change(u32 rings, bool moderation)
{
	struct xmd_adapter *want = xmd_change_begin(nic);

	if (rings)
		want->tx_ring = want->tx_ring == 256 ? 512 : 256;
	if (moderation)
		want->rx_usecs = want->rx_usecs == 100 ? 200 : 100;
	return xmd_change_end(nic);
}

/* As ethtool(8) and ip(8) have it done. */
int half_op(unsigned int op)
{
	static struct xmd_regdump dump;
	static struct xmd_bytes bytes;

	switch (op) {
	case OP_STATISTICS:
		return xpc_call_xmd_refresh_counters(&nic->xpc);
	case OP_MODERATION:
		return change(0, true);
	case OP_EEPROM:
		return xpc_call_xmd_read_eeprom(&nic->xpc, 0, 16, &bytes);
	case OP_REGISTERS:
		return xpc_call_xmd_read_regs(&nic->xpc, &dump);
	default:
		return change(1, false);
	}
}

const char *op_name(unsigned int op)
{
	static const char *const name[] = { "statistics", "moderation", "EEPROM", "registers", "rings" };

	return name[op];
}
