// SPDX-License-Identifier: GPL-2.0
/*
 * dev.c - an 82540EM: the registers, PHY and EEPROM of userdriver/sim, and what those have not: rings, DMA, interrupts.
 * Addresses of DMA are pointers of this program.  Chapters are those of the manual.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "../../../userdriver/sim/sim.h"
#include "../../../kerndriver/hw.h"
#include "dev.h"
#include "world.h"

#define LATER	512u
#define FRAME	16384u

struct later {				/* a write to memory that is still to come */
	uint64_t at;
	struct e1000_tx_desc *dd;
	uint8_t *to;
	unsigned int len;
	uint8_t data[2048];
};

struct dev_fault dev_fault;
uint64_t dev_fault_until, dev_fault_ended;
uint64_t dev_accesses;
unsigned int dev_touched;
uint64_t dev_met_ms;
static struct sim *sim;
static uint32_t icr, ims;
static bool link_was;
static uint64_t credit, causes;
static struct later later[LATER];
static unsigned int n_later, rx_count;
static uint32_t tails[64];		/* TDT, of each of the last ms */
/* of the frame that is being fetched */
static uint8_t pkt[FRAME];
static unsigned int pkt_len;
static uint32_t ctx[4];
static uint8_t popts;

/* The PHY's; the interrupt is raised where the link is seen to change. */
void sim_raise(struct sim *s, unsigned int call) { (void)s; (void)call; }
uint64_t sim_now_ms(const struct sim *s) { (void)s; return world_ms(); }

static uint32_t reg(uint32_t r) { return *sim_reg(sim, r); }
uint32_t dev_peek(uint32_t r) { return reg(r); }

static void forget(void)
{
	icr = ims = 0;
	n_later = 0;
	pkt_len = 0;
	credit = 0;
	memset(tails, 0, sizeof(tails));
}

void dev_power_on(void)
{
	if (!sim)
		sim = calloc(1, sizeof(*sim));
	if (!sim)
		abort();
	sim->chip = xmd_chip_find(XMD_VENDOR_INTEL, 0x100e);
	sim_nic_power_on(sim);
	forget();
}

bool dev_link(void) { return reg(STATUS) & STATUS_LU && !dev_fault.absent; }

/* ------------------------------------------------------------------------------ interrupts */

static void raise_cause(uint32_t bits)
{
	if (dev_fault.irq_lose_of > 1 && ++causes % dev_fault.irq_lose_of == 0) {
		dev_touched++;
		return;
	}
	icr |= bits;
}

bool dev_line(void)
{
	bool wants = (icr | dev_fault.irq_causes) & ims;

	if (dev_fault.irq_held) {
		dev_touched++;
		return true;
	}
	if (dev_fault.absent)
		return false;
	if (dev_fault.irq_lose_of == 1) {
		dev_touched += wants;
		return false;
	}
	return wants;
}

static uint32_t read_icr(void)
{
	uint32_t val = icr | dev_fault.irq_causes;

	dev_touched += !!dev_fault.irq_causes;
	icr = 0;
	return val;
}

/* ------------------------------------------------------------------------------- registers */

static bool wrong(uint32_t r)
{
	const struct dev_fault *f = &dev_fault;

	return r == f->reg && (f->ones || f->zeros || f->reg_fixed);
}

uint32_t dev_read(uint32_t r)
{
	uint32_t val;

	dev_accesses++;
	if (dev_fault.absent) {
		dev_touched++;
		return dev_fault.absent_reads;
	}
	val = r == ICR ? read_icr() : r == IMS ? ims : sim_nic_read(sim, r);
	if (!wrong(r))
		return val;
	dev_touched++;
	return (val & ~dev_fault.zeros) | dev_fault.ones;
}

static void write_ctrl(uint32_t val)
{
	sim_nic_write(sim, CTRL, val);
	if (!(val & CTRL_RST))
		return;
	forget();
	if (dev_fault.until_reset)
		dev_fault_end();
}

void dev_write(uint32_t r, uint32_t val)
{
	dev_accesses++;
	if (dev_fault.absent || (wrong(r) && dev_fault.reg_fixed)) {
		dev_touched++;
		return;
	}
	switch (r) {
	case IMS:
		ims |= val;
		break;
	case IMC:
		ims &= ~val;
		break;
	case ICR:
		icr &= ~val;
		break;
	case ICS:
		raise_cause(val);
		break;
	case TDH:
		memset(tails, 0, sizeof(tails));
		sim_nic_write(sim, r, val);
		break;
	case CTRL:
		write_ctrl(val);
		break;
	default:
		sim_nic_write(sim, r, val);
	}
}

/* --------------------------------------------------------------------------------- transmit */

/* What is not there is not touched, and counts as met. */
static bool reach(const void *p, size_t n)
{
	bool ok = half_dma(p, n);

	dev_touched += !ok;
	return ok;
}

/* A ring of @n descriptors, NULL: it is none */
static void *ring_at(uint32_t low, uint32_t high, uint32_t n)
{
	void *p = (void *)(uintptr_t)(reg(low) | (uint64_t)reg(high) << 32);

	return n && n <= 4096 && p && reach(p, n * 16) ? p : NULL;
}

/* Ones' complement sum from @css to the end, stored at @cso: 3.5 */
static void put_sum(uint32_t css, uint32_t cso)
{
	uint32_t sum = 0;

	if (cso + 2 > pkt_len || css >= pkt_len)
		return;
	for (unsigned int i = css; i < pkt_len; i++)
		sum += (i - css) & 1 ? pkt[i] : (uint32_t)pkt[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	pkt[cso] = ~sum >> 8;
	pkt[cso + 1] = ~sum;
}

static void fetch(const struct e1000_tx_desc *d, uint32_t lower)
{
	unsigned int len = lower & 0xfffff;

	if (!(lower & TXD_DATA)) {
		ctx[1] = le32toh(d->ctx[1]);
		return;
	}
	if (!pkt_len)
		popts = le32toh(d->upper) >> 8;
	if (pkt_len + len > sizeof(pkt))
		len = sizeof(pkt) - pkt_len;
	if (reach((const void *)(uintptr_t)le64toh(d->addr), len))
		memcpy(pkt + pkt_len, (const void *)(uintptr_t)le64toh(d->addr), len);
	pkt_len += len;
	if (!(lower & TXD_EOP))
		return;
	if (popts & TXD_POPTS_TXSM)
		put_sum(ctx[1] & 0xff, ctx[1] >> 8 & 0xff);
	sim_count(sim, GPTC, 1);
	guests_wire(pkt, pkt_len);
	pkt_len = 0;
}

static void done(struct e1000_tx_desc *d)
{
	const struct dev_fault *f = &dev_fault;

	if (f->tx_no_dd) {
		dev_touched++;
	} else if (f->tx_dd_late_ms && n_later < LATER) {
		dev_touched++;
		later[n_later++] = (struct later){ .at = world_ms() + f->tx_dd_late_ms, .dd = d };
	} else {
		d->upper |= htole32(TXD_DD);
		raise_cause(INT_TXDW);
	}
}

/* What is said to be done before it is, or instead */
static void done_early(struct e1000_tx_desc *ring, uint32_t h, uint32_t t, uint32_t n)
{
	for (; h != t; h = (h + 1) % n) {
		if (!(le32toh(ring[h].lower) & TXD_RS) || le32toh(ring[h].upper) & TXD_DD)
			continue;
		ring[h].upper |= htole32(TXD_DD);
		dev_touched++;
		raise_cause(INT_TXDW);
	}
}

static uint64_t bits_a_ms(void)
{
	uint32_t speed = reg(STATUS) & STATUS_SPEED;

	return speed == STATUS_SPEED_10 ? 10000 : speed == STATUS_SPEED_100 ? 100000 : 1000000;
}

static bool sends(void)
{
	return reg(TCTL) & TCTL_EN && reg(STATUS) & STATUS_LU && !(reg(STATUS) & STATUS_TXOFF) && !dev_fault.absent;
}

static void transmit(void)
{
	uint32_t n = reg(TDLEN) / 16, h = reg(TDH), t = reg(TDT), lower;
	struct dev_fault *f = &dev_fault;
	struct e1000_tx_desc *ring;
	bool stop = false;

	tails[world_ms() % 64] = t;
	if (!sends() || h >= n || t >= n)
		return;
	ring = ring_at(TDBAL, TDBAH, n);
	if (!ring)
		return;
	if (f->tx_early_ms || f->tx_stray)
		done_early(ring, h, t, n);
	if (f->tx_early_ms)
		t = tails[(world_ms() + 64 - f->tx_early_ms) % 64] % n;
	if (f->tx_stop || f->tx_stray) {
		dev_touched += h != t;
		return;
	}
	for (credit = bits_a_ms(); h != t && h < n && !stop; h = (h + 1) % n) {
		lower = le32toh(ring[h].lower);
		if ((lower & 0xfffff) * 8 > credit)
			break;
		credit -= lower & TXD_DATA ? (lower & 0xfffff) * 8 : 0;
		fetch(&ring[h], lower);
		if (lower & TXD_RS && !f->tx_early_ms)
			done(&ring[h]);
		stop = f->tx_half && lower & TXD_DATA && !(lower & TXD_EOP);
	}
	f->tx_stop |= stop;
	dev_touched += stop;
	*sim_reg(sim, TDH) = h;
}

/* ---------------------------------------------------------------------------------- receive */

static uint16_t length(unsigned int len)
{
	dev_touched += dev_fault.rx_length != RX_LEN_RIGHT;
	switch (dev_fault.rx_length) {
	case RX_LEN_ZERO:
		return 0;
	case RX_LEN_SHORT:
		return 13;
	case RX_LEN_MORE:
		return len < 1400 ? len + 100 : len;
	case RX_LEN_LESS:
		return len - 20;
	case RX_LEN_OVER:
		return RXD_BUF_SIZE + 1;
	case RX_LEN_ONES:
		return 0xffff;
	default:
		return len;
	}
}

/* 3.2.3: the last thing that is written is the status */
static void report(struct e1000_rx_desc *d, uint16_t len)
{
	const struct dev_fault *f = &dev_fault;

	if (f->rx_ones) {
		memset(d, 0xff, sizeof(*d));
		dev_touched++;
		return;
	}
	d->length = htole16(f->rx_no_end ? RXD_BUF_SIZE : len);
	d->errors = f->rx_errors;
	d->status = RXD_STAT_DD | (f->rx_no_end ? 0 : RXD_STAT_EOP) |
		    (reg(RXCSUM) & RXCSUM_TUOFL ? RXD_STAT_TCPCS | 0x40 : 0);
	dev_touched += f->rx_no_end || f->rx_errors;
}

static bool missed(void)
{
	sim_count(sim, MPC, 1);
	return false;
}

static void write_frame(uint8_t *to, const uint8_t *frame, unsigned int len)
{
	struct later *l = &later[n_later];

	if (!reach(to, len))
		return;
	if (!dev_fault.rx_early_ms || n_later == LATER) {
		memcpy(to, frame, len);
		return;
	}
	dev_touched++;
	*l = (struct later){ .at = world_ms() + dev_fault.rx_early_ms, .to = to, .len = len };
	memcpy(l->data, frame, len);
	n_later++;
}

static bool takes(void)
{
	return dev_link() && reg(RCTL) & RCTL_EN && reg(RCTL) & RCTL_UPE;
}

static uint32_t step(uint32_t h, uint32_t n)
{
	*sim_reg(sim, RDH) = (h + 1) % n;
	return (h + 1) % n;
}

bool dev_receive(const uint8_t *frame, unsigned int len)
{
	uint32_t n = reg(RDLEN) / 16, h = reg(RDH), t = reg(RDT);
	struct dev_fault healthy = { }, was = dev_fault;
	bool now = dev_fault.rx_of < 2 || ++rx_count % dev_fault.rx_of == 0;
	struct e1000_rx_desc *ring;

	if (!takes() || h >= n)
		return false;
	ring = ring_at(RDBAL, RDBAH, n);
	if (!ring)
		return missed();
	dev_touched += dev_fault.rx_stop;
	if (dev_fault.rx_stop || h == t)
		return missed();
	if (!now)
		dev_fault = healthy;
	if (dev_fault.rx_skip && (h + 1) % n != t) {
		dev_touched++;
		h = step(h, n);
	}
	write_frame((uint8_t *)(uintptr_t)le64toh(ring[h].addr), frame, len);
	report(&ring[h], length(len));
	h = step(h, n);
	if (dev_fault.rx_twice && h != t) {
		dev_touched++;
		report(&ring[h], length(len));
	}
	dev_fault = was;
	sim_count(sim, GPRC, 1);
	raise_cause(INT_RXT0);
	return true;
}

/* ------------------------------------------------------------------------------------- time */

static void write_later(void)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < n_later; i++) {
		struct later *l = &later[i];

		if (world_ms() < l->at) {
			later[left++] = *l;
			continue;
		}
		if (!half_dma(l->dd ? (void *)l->dd : l->to, l->dd ? 16 : l->len)) {
			continue;
		} else if (l->dd) {
			l->dd->upper |= htole32(TXD_DD);
			raise_cause(INT_TXDW);
		} else {
			memcpy(l->to, l->data, l->len);
		}
	}
	n_later = left;
}

static void wire(void)
{
	const struct dev_fault *f = &dev_fault;
	bool out = f->no_cable || (f->flap_ms && world_ms() / f->flap_ms % 2);
	uint32_t *status = sim_reg(sim, STATUS);

	dev_touched += out || f->paused;
	sim_nic_set_cable(sim, !out);
	*status &= ~STATUS_TXOFF;
	if (f->paused && reg(CTRL) & CTRL_RFCE && *status & STATUS_LU)
		*status |= STATUS_TXOFF;
	sim_nic_pass_time(sim);
	if (!!(*status & STATUS_LU) == link_was)
		return;
	link_was = !link_was;
	raise_cause(INT_LSC);
}

void dev_pass(void)
{
	/* of what happens in a ms, the begin */
	dev_met_ms = dev_touched ? dev_met_ms : world_ms();
	if (dev_fault_until && world_ms() >= dev_fault_until)
		dev_fault_end();
	sim->faults = dev_fault.user_faults;
	wire();
	if (dev_fault.absent)
		return;
	write_later();
	transmit();
}

void dev_fault_end(void)
{
	bool cycle = dev_fault.absent && dev_fault.power_cycled;

	memset(&dev_fault, 0, sizeof(dev_fault));
	dev_fault_until = 0;
	dev_fault_ended = world_ms();
	sim->faults = 0;
	if (cycle)
		dev_power_on();
}
