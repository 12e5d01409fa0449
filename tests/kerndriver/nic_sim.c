// SPDX-License-Identifier: GPL-2.0
/* nic_sim.c - see nic_sim.h. */
#include "nic_sim.h"

#define BUFS 2200u

struct nic_sim sim;
u16 sim_device = 0x100e;
bool sim_pcix, sim_no_msix;
unsigned long jiffies;
unsigned int sim_lines;
char sim_line[256];
int sim_irqs_off, sim_atomic;

static u8 regs[XMD_BAR_MIN];
static struct xmd_nic the_sim_nic;
static struct pci_dev pdev = { .irq = 9 };
static struct net_device dev;
static struct xmd_adapter adapter;
static struct xmd_counters counters;
static struct xmd_buf bufs[BUFS], *pool[BUFS];
static u8 page[BUFS][XMD_BUF_SIZE];
static irq_handler_t handler, link_handler;	/* link: of MSI-X */
static bool in_irq, in_poll;
static u64 credit;		/* bits that the wire could have taken */
static unsigned int ms_total;
static u64 rst_at;		/* sim.us of the last CTRL.RST */

void sim_said(void)
{
}

static u32 *reg(u32 off)
{
	return (u32 *)&regs[off];
}

/* ---------------------------------------------------------------------- registers */

/* With vectors frames have causes of their own, and all the rest is "other". */
static void raise_cause(u32 bits)
{
	if (*reg(IVAR))
		bits = (bits & INT_RXT0 ? INT_RXQ0 : 0) | (bits & INT_TXDW ? INT_TXQ0 : 0) |
		       (bits & (INT_LSC | INT_RXO) ? INT_OTHER | (bits & (INT_LSC | INT_RXO)) : 0);
	sim.icr |= bits;
	sim_irq();
}

static bool loaded(void)
{
	return sim.us - rst_at >= sim.rst_us + sim.eeprom_us;
}

static void write_ctrl(u32 val)
{
	sim.phy_resets += !!(val & CTRL_PHY_RST);
	*reg(CTRL) = val & ~CTRL_RST;
	if (!(val & CTRL_RST))
		return;
	/* its pins are its own, or it does not end */
	SIM_CHECK(!(*reg(EECD) & EECD_WIRE));
	SIM_CHECK(!(sim.nic->chip->flags & XMD_HAS_PCIE) || val & CTRL_GIO_DISABLE);
	sim.mac_resets++;
	rst_at = sim.us;
	*reg(CTRL) = 0;
}

u32 readl(const volatile u8 *p)
{
	u32 off = p - regs, val;

	SIM_CHECK(off < sizeof(regs));
	sim.reads++;
	if (sim.gone)
		return XMD_ALL_ONES;
	switch (off) {
	case ICR:
		SIM_CHECK(!*reg(IVAR) || sim.ims == 0);	/* it would take frames' causes away */
		val = sim.icr | sim.causes;
		if (!(sim.nic->chip->flags & XMD_HAS_PCIE) || !sim.ims)
			sim.icr = 0;
		return val;
	case EECD:
		val = *reg(EECD);
		if (sim.nic->chip->flags & XMD_HAS_PCIE)
			return 0x100 | val | (loaded() ? EECD_AUTO_RD : 0);
		return 0x100 | val | (val & EECD_EE_REQ && loaded() ? EECD_EE_GNT : 0);
	case CTRL:
		return *reg(CTRL) | (sim.us - rst_at < sim.rst_us ? CTRL_RST : 0);
	case STATUS:
		return (sim.link ? STATUS_LU : 0) | (sim.paused ? STATUS_TXOFF : 0) |
		       (sim.mbit > 10 ? 0x80 : 0) | (sim_pcix ? STATUS_PCIX : 0) |
		       (*reg(CTRL) & CTRL_GIO_DISABLE || !(sim.nic->chip->flags & XMD_HAS_PCIE) ?
			0 : STATUS_GIO_MASTER);
	default:
		return *reg(off);
	}
}

void writel(u32 val, volatile u8 *p)
{
	u32 off = p - regs;

	SIM_CHECK(off < sizeof(regs) && !xmd_chip_lacks(sim.nic->chip, off));
	if (sim.gone || (sim.fixed && off == sim.fixed))
		return;
	switch (off) {
	case IMS:
		if (sim.at_open && val & INT_RX && !in_irq)
			sim.at_open();
		sim.ims |= val;
		break;
	case IMC:
		sim.ims &= ~val;
		break;
	case ICR:
		sim.icr &= ~val;
		sim.other_told &= !(val & INT_OTHER);
		sim.icr |= sim.overrun ? INT_OTHER | INT_RXO : 0;
		break;
	case ICS:
		raise_cause(val);
		break;
	case CTRL:
		write_ctrl(val);
		break;
	default:
		*reg(off) = val;
	}
	sim_irq();
}

/* ----------------------------------------------------------------- the line and NAPI */

/* MSI-X: causes that have fired are taken back (EIAC) and closed; the rest is the other vector's. */
static bool by_msix(void)
{
	u32 frames = sim.icr & sim.ims & (INT_RXQ0 | INT_TXQ0), other = sim.icr & sim.ims & INT_OTHER;

	if (!link_handler)
		return false;
	SIM_CHECK(*reg(IVAR) == IVAR_XMD);
	in_irq = true;
	if (frames) {
		SIM_CHECK(*reg(EIAC) == (INT_RXQ0 | INT_TXQ0));
		sim.icr &= ~frames;
		sim.ims &= ~frames;
		sim.irqs++;
		handler(pdev.irq, sim.nic);
	}
	if (other && !sim.other_told && !(sim.throttles && sim.ns - sim.other_ns < *reg(EITR1) * 256ull)) {
		sim.other_told = true;
		sim.other_ns = sim.ns;
		link_handler(pdev.irq + 1, sim.nic);
	}
	in_irq = false;
	return true;
}

int pci_alloc_irq_vectors(struct pci_dev *p, int least, int most, int how)
{
	(void)p;
	(void)most;
	return how == PCI_IRQ_MSIX && sim_no_msix ? -ENOSPC : least;
}

int pci_irq_vector(struct pci_dev *p, int nr)
{
	return p->irq + nr;
}

static void call_handler(void)
{
	in_irq = true;
	sim.irqs++;
	handler(pdev.irq, sim.nic);
	in_irq = false;
}

static bool held_back(void)
{
	return sim.throttles && sim.ns - sim.irq_ns < *reg(link_handler ? EITR0 : ITR) * 256ull;
}

void sim_irq(void)
{
	unsigned int before = sim.irqs;

	if (in_irq || sim_irqs_off || !handler || sim.depth || sim.lose_irqs || held_back())
		return;
	if (!sim.gone && sim.icr & sim.ims && !by_msix())
		call_handler();
	if (sim.irqs != before)
		sim.irq_ns = sim.ns;
}

void sim_ns(unsigned int ns)
{
	u64 before = sim.ns;

	sim.ns += ns;
	jiffies += sim.ns / TICK_NSEC - before / TICK_NSEC;
	sim_irq();
}

u32 sim_register(u32 off)
{
	return *reg(off);
}

int request_irq(int irq, irq_handler_t h, int flags, const char *name, void *arg)
{
	(void)flags;
	(void)name;
	if (irq == pdev.irq + 1) {
		SIM_CHECK(handler && !link_handler);
		link_handler = h;
		return 0;
	}
	SIM_CHECK(irq == pdev.irq && arg == sim.nic && !handler);
	if (!sim.other)
		sim.depth = 0;
	handler = h;
	return 0;
}

void free_irq(int irq, void *arg)
{
	if (irq == pdev.irq + 1) {
		link_handler = NULL;
		return;
	}
	SIM_CHECK(irq == pdev.irq && arg == sim.nic && handler);
	handler = NULL;
}

void disable_irq_nosync(int irq)
{
	SIM_CHECK(irq == pdev.irq);
	sim.depth++;
}

void enable_irq(int irq)
{
	SIM_CHECK(irq == pdev.irq && sim.depth && irq_has_action(irq));
	sim.depth--;
}

bool irq_has_action(int irq)
{
	SIM_CHECK(irq == pdev.irq);
	return handler || sim.other;
}

#include "sim_napi.h"

void sim_polls(void)
{
	struct napi_struct *n = &sim.nic->napi;
	unsigned int i;

	if (in_poll || in_irq)
		return;
	in_poll = true;
	for (i = 0; n->enabled && n->state && i < 1000; i++)
		xmd_nic_poll(n, 64);
	in_poll = false;
}

/* ------------------------------------------------------------------------- the wire */

static struct e1000_tx_desc *tx_desc(void)
{
	return &sim.nic->tx.ring.desc[*reg(TDH)];
}

static bool receive(const void *data, u32 len)
{
	struct xmd_rx *rx = &sim.nic->rx;
	u32 h = *reg(RDH);

	if (!(*reg(RCTL) & RCTL_EN) || h == *reg(RDT))
		return false;
	if (data)
		memcpy((void *)(uintptr_t)__le64_to_cpu(rx->desc[h].addr), data, len);
	else if (!sim.unwritten)
		memset((void *)(uintptr_t)__le64_to_cpu(rx->desc[h].addr), 2, ETH_HLEN);
	rx->desc[h].length = __cpu_to_le16(len);
	rx->desc[h].errors = 0;
	rx->desc[h].status = RXD_STAT_DD | RXD_STAT_EOP;
	*reg(RDH) = (h + 1) & rx->mask;
	return true;
}

static void transmit(void)
{
	struct e1000_tx_desc *d;
	u32 lower, bits;

	if (!(*reg(TCTL) & TCTL_EN) || !sim.link || sim.paused || sim.stuck || sim.gone ||
	    (sim.nic->chip->flags & XMD_ERR_COMPLETION && !(*reg(GCR2) & GCR2_COMPLETION)) ||
	    *reg(TDH) == *reg(TDT)) {
		credit = 0;
		return;
	}
	credit += sim.mbit * 1000;
	while (*reg(TDH) != *reg(TDT)) {
		d = tx_desc();
		lower = __le32_to_cpu(d->lower);
		bits = lower & TXD_DATA ? (lower & 0xfffff) * 8 : 0;
		if (bits > credit)
			return;
		credit -= bits;
		sim.sent += !!(lower & TXD_EOP);
		if (sim.loop && receive((void *)(uintptr_t)__le64_to_cpu(d->addr), lower & 0xffff))
			raise_cause(INT_RXT0);
		*reg(TDH) = (*reg(TDH) + 1) & sim.nic->tx.ring.mask;
		if (lower & TXD_RS && !sim.no_dd) {
			d->upper |= __cpu_to_le32(TXD_DD);
			raise_cause(INT_TXDW);
		}
	}
}

void sim_receive(unsigned int frames)
{
	while (frames && receive(NULL, 60))
		frames--;
	if (!frames)
		raise_cause(INT_RXT0);
}

void sim_receive_this(const void *data, unsigned int len)
{
	if (receive(data, len))
		raise_cause(INT_RXT0);
}

void sim_wire(bool link)
{
	if (link == sim.link)
		return;
	sim.link = link;
	raise_cause(INT_LSC);
}

/* -------------------------------------------------------------------- the user half */

static void look_at_link(void)
{
	sim.link_losses += adapter.link && !sim.link;
	adapter.link = sim.link && !sim.blind;
	xmd_nic_link_follow(sim.nic);
}

void sim_start(void)
{
	const struct xmd_start start = {
		.tx_ring = sim.nic->tx.ring.mask + 1, .rx_ring = 256, .mac = { 2 },
	};

	SIM_CHECK(!xmd_nic_start(sim.nic, &start));
	xmd_nic_link_follow(sim.nic);
	xmd_nic_tell_state(sim.nic);
}

static void reset(void)
{
	sim.resets++;
	mutex_lock(&sim.nic->ctl);
	xmd_nic_stop(sim.nic);
	mutex_unlock(&sim.nic->ctl);
	xmd_nic_tell_state(sim.nic);
	sim.stuck = false;
	msleep(30);
	if (sim.reset_costs_link && (sim.link || sim.link_back_ms)) {
		sim.link_back_ms = 2000;
		sim.link = false;
	}
	sim_start();
	look_at_link();
}

static void user_half(void)
{
	struct xpc *x = &sim.nic->xpc;

	x->t.phase = sim.dead ? XPC_NONE : XPC_LIVE;
	if (sim.dead || sim.idle)
		return;
	if (x->raised[XPC_UP_xmd_tx_hang]) {
		x->raised[XPC_UP_xmd_tx_hang] = false;
		if (!sim.gone)
			reset();
	}
	/* the event, and a look every two seconds */
	if (x->raised[XPC_UP_xmd_link_event] || ms_total % 2000 == 0) {
		x->raised[XPC_UP_xmd_link_event] = false;
		look_at_link();
	}
}

/* ---------------------------------------------------------------------------- time */

static void pass(void)
{
	static unsigned int quarter;

	ms_total++;
	quarter = (quarter + 1) % 4;
	jiffies += !quarter;
	transmit();
	if (sim.line_held)
		for (int i = 0; i < 5000 && handler && !sim.depth; i++)
			call_handler();
}

void msleep(unsigned int ms)
{
	SIM_CHECK(!sim_atomic && !in_irq);
	while (ms--)
		pass();
}

void sim_usleep(unsigned int us)
{
	u64 before = sim.us;

	SIM_CHECK(!sim_atomic && !in_irq);
	sim.us += us;
	sim_run(sim.us / 1000 - before / 1000);
}

static void works(void)
{
	struct delayed_work *tick = &sim.nic->watch.tick;

	if (sim.nic->state_work.due) {
		sim.nic->state_work.due = false;
		xmd_nic_link_follow(sim.nic);
	}
	if (tick->due && !time_after(tick->timer.expires + sim.late_ms * HZ / 1000, jiffies)) {
		tick->due = false;
		tick->work.func(&tick->work);
	}
}

void sim_run(unsigned int ms)
{
	while (ms--) {
		pass();
		if (sim.link_back_ms && !--sim.link_back_ms)
			sim_wire(true);
		sim_polls();
		works();
		sim_polls();
		user_half();
		sim_polls();
	}
}

/* ------------------------------------------------------------------ pool and clients */

unsigned int xmd_pool_take(struct xmd_pool *p, struct xmd_buf **b, unsigned int n, unsigned int keep)
{
	(void)p;
	(void)keep;
	n = n < sim.free ? n : sim.free;
	for (unsigned int i = 0; i < n; i++) {
		b[i] = pool[--sim.free];
		*b[i] = (struct xmd_buf){
			.data = page[b[i] - bufs], .dma = (uintptr_t)page[b[i] - bufs],
			.refs = 1, .nbufs = 1,
		};
	}
	return n;
}

unsigned int xmd_buf_get(struct xmd_nic *nic, struct xmd_buf **b, unsigned int n)
{
	return xmd_pool_take(&nic->pool, b, n, 0);
}

void xmd_buf_put(struct xmd_nic *nic, struct xmd_buf *b)
{
	struct xmd_buf *next;

	SIM_CHECK(nic == sim.nic && b->refs == 1);
	for (b->refs = 0; b; b = next) {
		next = b->frag;
		SIM_CHECK(sim.free < BUFS);
		pool[sim.free++] = b;
	}
}

void xmd_nic_host_rx(struct xmd_nic *nic, struct xmd_buf *frame)
{
	xmd_buf_put(nic, frame);
}

void xmd_nic_host_polled(struct xmd_nic *nic)
{
	SIM_CHECK(nic == sim.nic);
}

void xmd_ask_filter(struct xmd_nic *nic)
{
	SIM_CHECK(nic == sim.nic);
}

void xmd_nic_release(struct kref *ref)
{
	(void)ref;
	abort();
}

static struct xmd_nic *place;

static void client_rx(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	SIM_CHECK(ctx == &sim && place == sim.nic);
	sim.received += n;
	while (n)
		xmd_buf_put(sim.nic, frames[--n]);
	if (sim.on_rx)
		sim.on_rx();
}

static void client_tx(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	SIM_CHECK(ctx == &sim && place == sim.nic);
	for (unsigned int i = 0; i < n; i++) {
		sim.aborted += !!(frames[i]->flags & XMD_F_ABORTED);
		sim.ok += !(frames[i]->flags & XMD_F_ABORTED);
		xmd_buf_put(sim.nic, frames[i]);
	}
}

static void client_state(void *ctx)
{
	SIM_CHECK(ctx == &sim && place == sim.nic);
	sim.states++;
}

static const struct xmd_nic_ops client = { client_rx, client_tx, client_rx, client_state };

static void host_put(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	while (n)
		xmd_buf_put(ctx, frames[--n]);
}

static void host_state(void *ctx)
{
	SIM_CHECK(ctx == sim.nic);
}

static const struct xmd_nic_ops host = { host_put, host_put, host_put, host_state };

int sim_post(unsigned int frames, unsigned int bytes)
{
	unsigned int n, i, sum = 0;
	struct xmd_buf *b[XMD_BATCH];
	int taken;

	while (frames) {
		n = xmd_pool_take(NULL, b, frames < XMD_BATCH ? frames : XMD_BATCH, 0);
		SIM_CHECK(n);
		for (i = 0; i < n; i++) {
			b[i]->len = bytes;
			b[i]->frame_len = bytes;
			b[i]->owner = &sim;
		}
		taken = xmd_nic_tx_provide(sim.nic, b, n);
		for (i = max(taken, 0); i < n; i++)
			xmd_buf_put(sim.nic, b[i]);
		if (taken < 0)
			return sum ? (int)sum : taken;
		sum += taken;
		frames -= n;
		if (taken < (int)n)
			break;
	}
	return sum;
}

void sim_fill(unsigned int bytes)
{
	sim.nic->tx.limit.bytes = 1u << 30;
	sim_post(XMD_RING_MAX, bytes);
}

unsigned int sim_in_ring(void)
{
	return sim.nic->tx.ring.frame_prod - sim.nic->tx.ring.frame_cons;
}

void sim_up(unsigned int ring)
{
	struct xmd_nic *nic = &the_sim_nic;

	memset(nic, 0, sizeof(*nic));
	memset(regs, 0, sizeof(regs));
	memset(&adapter, 0, sizeof(adapter));
	memset(&counters, 0, sizeof(counters));
	handler = NULL;
	sim = (struct nic_sim){ .nic = nic, .mbit = 1000, .link = true };
	sim_lines = 0;
	jiffies += 100000;
	for (unsigned int i = 0; i < BUFS; i++)
		pool[sim.free++] = &bufs[i];
	nic->pdev = &pdev;
	nic->chip = xmd_chip_find(XMD_VENDOR_INTEL, sim_device);
	nic->guard.chip = nic->chip;
	nic->dev = &dev;
	nic->regs = regs;
	SIM_CHECK(!xmd_nic_irq_alloc(nic));
	xmd_nic_tx_chip(nic);
	nic->adapter = &adapter;
	nic->counters = &counters;
	nic->host = (struct xmd_client){ &host, nic };
	nic->client = nic->taker = &nic->host;
	nic->xpc.t.phase = XPC_LIVE;
	SIM_CHECK(!xmd_nic_tx_alloc(nic) && !xmd_nic_rx_alloc(nic));
	xmd_nic_set_mtu(nic, 4096);
	xmd_nic_watch_init(nic);
	schedule_delayed_work(&nic->watch.tick, 0);
	xmd_nic_offer(NULL);	/* of a test that has failed */
	SIM_CHECK(xmd_nic_offer(nic) && !xmd_nic_attach(&client, &sim, &place));
	nic->tx.ring.mask = ring - 1;
	sim_start();
	look_at_link();
	sim_run(300);
}

/* Every buffer is back. */
void sim_down(void)
{
	xmd_nic_detach(sim.nic);
	place = NULL;
	xmd_nic_offer(NULL);
	mutex_lock(&sim.nic->ctl);
	xmd_nic_stop(sim.nic);
	xmd_nic_tx_abort(sim.nic);
	mutex_unlock(&sim.nic->ctl);
	xmd_nic_rx_free(sim.nic);
	xmd_nic_tx_free(sim.nic);
	SIM_CHECK(sim.free == BUFS && !handler);
}
