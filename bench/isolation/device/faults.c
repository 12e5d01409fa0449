// SPDX-License-Identifier: GPL-2.0
/* faults.c - see faults.h. */
#include <stdio.h>
#include <string.h>

#include "../../../userdriver/sim/sim.h"
#include "dev.h"
#include "faults.h"

static uint64_t state;

/* splitmix64: numbers of neighbouring faults have nothing to do with each other */
static uint32_t draw(uint32_t below)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (z >> 33) % below;
}

struct named {
	const char *name;
	uint32_t reg, bits;
};

/* Those that either half reads while frames flow, or in a reset */
static const struct named registers[] = {
	{ "STATUS", STATUS }, { "ICR", ICR }, { "CTRL", CTRL }, { "EECD", EECD }, { "EERD", EERD },
	{ "MDIC", MDIC }, { "TDH", TDH }, { "RDH", RDH }, { "RDT", RDT }, { "RCTL", RCTL }, { "TCTL", TCTL },
	{ "GPRC", GPRC }, { "TDLEN", TDLEN }, { "RDLEN", RDLEN }, { "PBA", PBA }, { "ITR", ITR }, { "RAL0", RAL(0) },
};

/* Writes of these are lost */
static const struct named fixed[] = {
	{ "RCTL", RCTL }, { "TCTL", TCTL }, { "TDT", TDT }, { "RDT", RDT }, { "IMS", IMS }, { "IMC", IMC }, { "ITR", ITR },
	{ "CTRL", CTRL }, { "RDBAL", RDBAL }, { "TDBAL", TDBAL }, { "MTA0", MTA(0) },
};

static const struct named never_comes[] = {
	{ "STATUS.LU", STATUS, STATUS_LU }, { "STATUS.SPEED", STATUS, STATUS_SPEED }, { "ICR.RXT0", ICR, INT_RXT0 },
	{ "ICR.LSC", ICR, INT_LSC }, { "ICR.TXDW", ICR, INT_TXDW }, { "MDIC.R", 0, SIM_F_PHY_DEAD },
	{ "EERD.DONE", 0, SIM_F_EERD_STUCK }, { "EECD.EE_GNT", 0, SIM_F_EECD_STUCK },
};

static const struct named never_goes[] = {
	{ "CTRL.RST", 0, SIM_F_RST_STUCK }, { "MDIC.E", 0, SIM_F_PHY_ERROR }, { "STATUS.TXOFF", STATUS, STATUS_TXOFF },
	{ "ICR.RXT0", ICR, INT_RXT0 }, { "CTRL.PHY_RST", CTRL, CTRL_PHY_RST },
	{ "STATUS.LU, without a cable", STATUS, STATUS_LU },
};

#define PICK(list) (&(list)[draw(sizeof(list) / sizeof((list)[0]))])

/* Each fills in @d, and says in @s what exactly it is. */
static void none(struct dev_fault *d, char *s, size_t room) { (void)d; snprintf(s, room, "nothing"); }

static void register_is(struct dev_fault *d, char *s, size_t room, bool ones)
{
	const struct named *r = PICK(registers);

	d->reg = r->reg;
	*(ones ? &d->ones : &d->zeros) = ~0u;
	snprintf(s, room, "%s", r->name);
}

static void register_ones(struct dev_fault *d, char *s, size_t room) { register_is(d, s, room, true); }
static void register_zeros(struct dev_fault *d, char *s, size_t room) { register_is(d, s, room, false); }

static void register_bit(struct dev_fault *d, char *s, size_t room)
{
	const struct named *r = PICK(registers);
	unsigned int bit = draw(32), one = draw(2);

	d->reg = r->reg;
	*(one ? &d->ones : &d->zeros) = 1u << bit;
	snprintf(s, room, "%s, bit %u is %u", r->name, bit, one);
}

static void register_fixed(struct dev_fault *d, char *s, size_t room)
{
	const struct named *r = PICK(fixed);

	d->reg = r->reg;
	d->reg_fixed = true;
	snprintf(s, room, "%s", r->name);
}

static void status_never(struct dev_fault *d, char *s, size_t room)
{
	const struct named *r = PICK(never_comes);

	d->reg = r->reg;
	*(r->reg ? &d->zeros : &d->user_faults) = r->bits;
	snprintf(s, room, "%s", r->name);
}

static void status_stays(struct dev_fault *d, char *s, size_t room)
{
	const struct named *r = PICK(never_goes);

	*(r->reg || r->bits == CTRL_PHY_RST ? &d->ones : &d->user_faults) = r->bits;
	d->reg = r->reg;
	d->no_cable = strchr(r->name, ',');
	snprintf(s, room, "%s", r->name);
}

static void absent(struct dev_fault *d, char *s, size_t room, uint32_t reads)
{
	d->absent = true;
	d->absent_reads = reads;
	d->power_cycled = draw(2);
	d->irq_held = !draw(4);
	snprintf(s, room, "all registers%s%s", d->power_cycled ? ", then power-on" : "", d->irq_held ? ", line held" : "");
}

static void all_ones(struct dev_fault *d, char *s, size_t room) { absent(d, s, room, ~0u); }
static void all_zeros(struct dev_fault *d, char *s, size_t room) { absent(d, s, room, 0); }

static void irq_lost(struct dev_fault *d, char *s, size_t room)
{
	d->irq_lose_of = 1 + draw(3) * 2;
	d->until_reset = draw(2);
	snprintf(s, room, "one of %u%s", d->irq_lose_of, d->until_reset ? ", until a reset" : "");
}

static void irq_screams(struct dev_fault *d, char *s, size_t room)
{
	static const struct named cause[] = {
		{ "the line, no cause", 0, 0 }, { "LSC", 0, INT_LSC }, { "RXT0", 0, INT_RXT0 }, { "TXDW", 0, INT_TXDW },
		{ "RXSEQ, which nobody enabled", 0, 8 },
	};
	const struct named *c = PICK(cause);

	d->irq_held = !c->bits;
	d->irq_causes = c->bits;
	d->until_reset = draw(2);
	snprintf(s, room, "%s%s", c->name, d->until_reset ? ", until a reset" : "");
}

static void tx_done_early(struct dev_fault *d, char *s, size_t room)
{
	d->tx_early_ms = 1 + draw(40);
	snprintf(s, room, "%u ms before it is fetched", d->tx_early_ms);
}

static void tx_done_stray(struct dev_fault *d, char *s, size_t room)
{
	d->tx_stray = true;
	d->until_reset = draw(2);
	snprintf(s, room, "and never fetched%s", d->until_reset ? ", until a reset" : "");
}

static void tx_done_never(struct dev_fault *d, char *s, size_t room)
{
	d->tx_no_dd = true;
	d->until_reset = draw(2);
	snprintf(s, room, "frames leave%s", d->until_reset ? ", until a reset" : "");
}

static void tx_done_late(struct dev_fault *d, char *s, size_t room)
{
	d->tx_dd_late_ms = 50u << draw(7);
	snprintf(s, room, "by %u ms", d->tx_dd_late_ms);
}

static void rx_done_early(struct dev_fault *d, char *s, size_t room)
{
	d->rx_early_ms = 1 + draw(40);
	d->rx_of = 1 + draw(2) * 10;
	snprintf(s, room, "%u ms before it is written, one of %u", d->rx_early_ms, d->rx_of);
}

static void rx_done_twice(struct dev_fault *d, char *s, size_t room)
{
	d->rx_twice = true;
	d->rx_of = 1 + draw(3) * 10;
	snprintf(s, room, "one of %u", d->rx_of);
}

static void rx_skips(struct dev_fault *d, char *s, size_t room)
{
	d->rx_skip = true;
	d->rx_of = 1 + draw(3) * 20;
	snprintf(s, room, "a descriptor is left out, one of %u", d->rx_of);
}

static void rx_wrong_length(struct dev_fault *d, char *s, size_t room)
{
	static const char *const name[] = { "", "0", "13", "100 more", "20 less", "over the buffer", "65535" };

	d->rx_length = 1 + draw(6);
	d->rx_of = 1 + draw(2) * 5;
	snprintf(s, room, "%s, one of %u", name[d->rx_length], d->rx_of);
}

static void rx_no_end(struct dev_fault *d, char *s, size_t room)
{
	d->rx_no_end = true;
	d->rx_of = 1 + draw(2) * 7;
	snprintf(s, room, "EOP does not come, one of %u", d->rx_of);
}

static void rx_desc_ones(struct dev_fault *d, char *s, size_t room)
{
	d->rx_ones = true;
	d->rx_of = 1 + draw(2) * 10;
	snprintf(s, room, "descriptor, one of %u", d->rx_of);
}

static void rx_errors(struct dev_fault *d, char *s, size_t room)
{
	d->rx_errors = 1u << draw(8);
	d->rx_of = 1 + draw(2) * 3;
	snprintf(s, room, "errors %#x, one of %u", d->rx_errors, d->rx_of);
}

static void dma_stops(struct dev_fault *d, char *s, size_t room)
{
	unsigned int which = draw(4);

	d->tx_stop = which == 0 || which == 2;
	d->rx_stop = which == 1 || which == 2;
	d->tx_half = which == 3;
	d->until_reset = draw(2);
	snprintf(s, room, "%s%s", which == 0 ? "transmit" : which == 1 ? "receive" : which == 2 ? "both" :
		 "transmit, in the middle of a frame", d->until_reset ? ", until a reset" : "");
}

static void link_flaps(struct dev_fault *d, char *s, size_t room)
{
	d->flap_ms = 20u << draw(8);
	snprintf(s, room, "every %u ms", d->flap_ms);
}

static void link_lost(struct dev_fault *d, char *s, size_t room)
{
	d->no_cable = true;
	snprintf(s, room, "the cable is out");
}

static void paused(struct dev_fault *d, char *s, size_t room)
{
	d->paused = true;
	snprintf(s, room, "XOFF for ever");
}

static const struct type {
	const char *name;
	void (*fill)(struct dev_fault *d, char *site, size_t room);
} types[] = {
	{ "register-ones", register_ones }, { "register-zeros", register_zeros }, { "register-bit", register_bit },
	{ "register-fixed", register_fixed }, { "status-never", status_never }, { "status-stays", status_stays },
	{ "all-ones", all_ones }, { "all-zeros", all_zeros }, { "irq-lost", irq_lost }, { "irq-screams", irq_screams },
	{ "tx-done-early", tx_done_early }, { "tx-done-unsent", tx_done_stray }, { "tx-done-never", tx_done_never },
	{ "tx-done-late", tx_done_late }, { "rx-done-early", rx_done_early }, { "rx-done-twice", rx_done_twice },
	{ "rx-skips", rx_skips }, { "rx-length", rx_wrong_length }, { "rx-no-end", rx_no_end },
	{ "rx-ones", rx_desc_ones }, { "rx-errors", rx_errors }, { "dma-stops", dma_stops }, { "link-flaps", link_flaps },
	{ "link-lost", link_lost }, { "paused", paused }, { "none", none },
};

#define TYPES (sizeof(types) / sizeof(types[0]))

const char *fault_types(void)
{
	static char text[512];

	if (!*text)
		for (unsigned int i = 0; i < TYPES; i++) {
			strcat(text, i ? "," : "");
			strcat(text, types[i].name);
		}
	return text;
}

static bool named(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = list; (p = strstr(p, name)); p += n)
		if ((p == list || p[-1] == ',') && (!p[n] || p[n] == ','))
			return true;
	return false;
}

/* In turn, of those that are wanted */
static const struct type *type_of(unsigned int n, const char *list)
{
	unsigned int i, wanted = 0;

	for (i = 0; i < TYPES; i++)
		wanted += !*list || named(list, types[i].name);
	if (!wanted)
		return NULL;
	for (n = (n - 1) % wanted, i = 0;; i++)
		if ((!*list || named(list, types[i].name)) && !n--)
			return &types[i];
}

static const struct type *planned;
static struct dev_fault filled;

bool fault_plan(struct fault *f, unsigned int n, uint32_t seed, const char *list)
{
	/* a register is read every two seconds, if nobody resets the NIC */
	static const unsigned int lasts[] = { 50, 400, 3000, 12000 }, longer[] = { 2500, 6000, 12000, 25000 },
		away[] = { 50, 400, 6000, 30000 };

	planned = type_of(n, list);
	if (!planned)
		return false;
	state = (uint64_t)seed << 32 | n;
	state = (uint64_t)draw(~0u) << 32 | draw(~0u);
	memset(&filled, 0, sizeof(filled));
	*f = (struct fault){ .n = n, .seed = seed, .type = planned->name };
	f->after_ms = 500 + draw(3000);
	f->accesses = draw(2) ? draw(120) : 0;
	f->lasts_ms = (!strncmp(f->type, "register", 8) || !strncmp(f->type, "status", 6) ? longer :
		       !strncmp(f->type, "all-", 4) ? away : lasts)[draw(4)];
	f->reset = draw(2);
	planned->fill(&filled, f->site, sizeof(f->site));
	return true;
}

void fault_begin(const struct fault *f)
{
	(void)f;
	dev_fault = filled;
}
