// SPDX-License-Identifier: GPL-2.0
/*
 * stats.c - registers that clear on read, added up into 64 bits (chapter 13.7).
 *
 * The totals live in the kernel half between user halves.  What was read and not yet
 * stored when a user half is killed is lost: at most one watchdog period.
 *
 * QEMU's e1000 clears the frame and byte counters on read as the manual says, but not
 * the error counters: adding those up would count every error again and again.  There the
 * register is the total itself.  QEMU is known by its PCI subsystem id.
 */
#include <errno.h>

#include "driver.h"

#define QEMU_SUBVENDOR 0x1af4
#define QEMU_SUBDEVICE 0x1100

enum counter {
	GPRC, GPTC, GORCL, GORCH, GOTCL, GOTCH, CRCERRS, RLEC, RUC, ROC, MPC, RNBC, MPRC,
	BPRC, COLC, ECOL, LATECOL, COUNTERS
};

/* Of the byte counters the low half comes first: reading the high one clears both. */
static const uint32_t counter_reg[COUNTERS] = {
	[GPRC] = REG_GPRC, [GPTC] = REG_GPTC, [GORCL] = REG_GORCL, [GORCH] = REG_GORCH,
	[GOTCL] = REG_GOTCL, [GOTCH] = REG_GOTCH, [CRCERRS] = REG_CRCERRS, [RLEC] = REG_RLEC,
	[RUC] = REG_RUC, [ROC] = REG_ROC, [MPC] = REG_MPC, [RNBC] = REG_RNBC,
	[MPRC] = REG_MPRC, [BPRC] = REG_BPRC, [COLC] = REG_COLC, [ECOL] = REG_ECOL,
	[LATECOL] = REG_LATECOL,
};

_Static_assert(COUNTERS == sizeof(((struct stats_reading *)0)->reg) / sizeof(uint32_t),
	       "a reading holds every counter");

int stats_fetch_totals(struct driver *d)
{
	int err = port_stats_get(d->port, &d->totals);

	if (err)
		return driver_downcall_failed(d, "XMD_NIC_STATS_GET", err);
	d->sticky_stats = d->hello.subvendor == QEMU_SUBVENDOR &&
			  d->hello.subdevice == QEMU_SUBDEVICE;
	return 0;
}

void stats_add_read(struct reg_batch *b, struct stats_reading *r)
{
	for (unsigned int i = 0; i < COUNTERS; i++)
		batch_read(b, counter_reg[i], &r->reg[i], "statistics");
}

static void add_error(const struct driver *d, __u64 *total, uint64_t reg)
{
	if (!d->sticky_stats)
		*total += reg;
	else if (reg > *total)
		*total = reg;
}

void stats_accumulate(struct driver *d, const struct stats_reading *r)
{
	struct xmd_hw_stats *t = &d->totals;

	t->rx_packets += r->reg[GPRC];
	t->tx_packets += r->reg[GPTC];
	t->rx_bytes += r->reg[GORCL] | (uint64_t)r->reg[GORCH] << 32;
	t->tx_bytes += r->reg[GOTCL] | (uint64_t)r->reg[GOTCH] << 32;
	t->rx_length_errors += (uint64_t)r->reg[RUC] + r->reg[ROC];
	t->rx_multicast += r->reg[MPRC];
	t->rx_broadcast += r->reg[BPRC];
	if (!d->sticky_stats)
		t->rx_length_errors += r->reg[RLEC];
	add_error(d, &t->rx_crc_errors, r->reg[CRCERRS]);
	add_error(d, &t->rx_missed, r->reg[MPC]);
	add_error(d, &t->rx_no_buffer, r->reg[RNBC]);
	add_error(d, &t->collisions, r->reg[COLC]);
	add_error(d, &t->tx_aborted, (uint64_t)r->reg[ECOL] + r->reg[LATECOL]);
}

int stats_store(struct driver *d)
{
	int err = port_stats_put(d->port, &d->totals);

	return err ? driver_downcall_failed(d, "XMD_NIC_STATS_PUT", err) : 0;
}
