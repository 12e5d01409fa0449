// SPDX-License-Identifier: GPL-2.0
/*
 * stats.c - registers that clear on read, added up into 64 bits (chapter 13.7).
 *
 * The totals live in the kernel half (object counters) between user halves.  What was read and
 * not yet reported when a user half is killed is lost: at most one watchdog period.  A reset
 * of the NIC clears the registers, so bringup reads them in the same batch, just before.
 *
 * A register that reads all ones is not added: it has stuck at its end, or nobody answered.
 *
 * QEMU's e1000 clears the frame and byte counters on read as the manual says, but not
 * the error counters: adding those up would count every error again and again.  There the
 * register is the total itself.  QEMU is known by its PCI subsystem id.
 */
#include <errno.h>

#include "driver.h"
#include "handlers.h"

#define QEMU_SUBVENDOR 0x1af4
#define QEMU_SUBDEVICE 0x1100
#define ALL_ONES 0xffffffffu

struct counter {
	uint32_t low, high;	/* high: 0 for a counter of 32 bits */
	uint32_t offset;	/* in struct xmd_counters */
	bool qemu_clears;
};

#define AT(field)	offsetof(struct xmd_counters, field)
#define PLAIN(reg, field) { reg, 0, AT(field), false }
#define FRAMES(reg, field) { reg, 0, AT(field), true }
#define WIDE(reg, field) { reg##L, reg##H, AT(field), true }

/* Of the wide ones the low half is read first: reading the high one clears both. */
static const struct counter counter[STATS_COUNTERS] = {
	PLAIN(CRCERRS, crcerrs), PLAIN(ALGNERRC, algnerrc), PLAIN(SYMERRS, symerrs),
	PLAIN(RXERRC, rxerrc), PLAIN(MPC, mpc), PLAIN(SCC, scc), PLAIN(ECOL, ecol),
	PLAIN(MCC, mcc), PLAIN(LATECOL, latecol), PLAIN(COLC, colc), PLAIN(DC, dc),
	PLAIN(TNCRS, tncrs), PLAIN(SEC, sec), PLAIN(CEXTERR, cexterr), PLAIN(RLEC, rlec),
	PLAIN(XONRXC, xonrxc), PLAIN(XONTXC, xontxc), PLAIN(XOFFRXC, xoffrxc),
	PLAIN(XOFFTXC, xofftxc), PLAIN(FCRUC, fcruc),
	FRAMES(PRC64, prc64), FRAMES(PRC127, prc127), FRAMES(PRC255, prc255),
	FRAMES(PRC511, prc511), FRAMES(PRC1023, prc1023), FRAMES(PRC1522, prc1522),
	FRAMES(GPRC, gprc), FRAMES(BPRC, bprc), FRAMES(MPRC, mprc), FRAMES(GPTC, gptc),
	WIDE(GORC, gorc), WIDE(GOTC, gotc),
	PLAIN(RNBC, rnbc), FRAMES(RUC, ruc), PLAIN(RFC, rfc), FRAMES(ROC, roc), PLAIN(RJC, rjc),
	PLAIN(MGTPRC, mgprc), PLAIN(MGTPDC, mgpdc), PLAIN(MGTPTC, mgptc),
	WIDE(TOR, tor), WIDE(TOT, tot), FRAMES(TPR, tpr), FRAMES(TPT, tpt),
	FRAMES(PTC64, ptc64), FRAMES(PTC127, ptc127), FRAMES(PTC255, ptc255),
	FRAMES(PTC511, ptc511), FRAMES(PTC1023, ptc1023), FRAMES(PTC1522, ptc1522),
	FRAMES(MPTC, mptc), FRAMES(BPTC, bptc), FRAMES(TSCTC, tsctc), PLAIN(TSCTFC, tsctfc),
};

_Static_assert(STATS_COUNTERS * sizeof(uint64_t) == AT(link_losses),
	       "a row for each register's counter of the object");

bool stats_sticky(const struct xmd_info *info)
{
	return info->subvendor == QEMU_SUBVENDOR && info->subdevice == QEMU_SUBDEVICE;
}

static uint64_t *total_of(struct xmd_counters *c, unsigned int i)
{
	return (uint64_t *)((char *)c + counter[i].offset);
}

void stats_add_read(struct reg_batch *b, struct stats_reading *r)
{
	for (unsigned int i = 0; i < STATS_COUNTERS; i++) {
		batch_read(b, counter[i].low, &r->low[i], "statistics");
		r->high[i] = 0;
		if (counter[i].high)
			batch_read(b, counter[i].high, &r->high[i], "statistics");
	}
}

/* Three of them alone. */
void stats_add_frames(struct driver *d, uint32_t received, uint32_t sent, uint32_t missed)
{
	d->counters.gprc += received != ALL_ONES ? received : 0;
	d->counters.gptc += sent != ALL_ONES ? sent : 0;
	if (missed == ALL_ONES)
		return;
	if (!d->sticky_stats)
		d->counters.mpc += missed;
	else if (missed > d->counters.mpc)
		d->counters.mpc = missed;
}

void stats_accumulate(struct driver *d, const struct stats_reading *r)
{
	for (unsigned int i = 0; i < STATS_COUNTERS; i++) {
		uint64_t *total = total_of(&d->counters, i);
		uint64_t val = r->low[i] | (uint64_t)r->high[i] << 32;

		if (r->low[i] == ALL_ONES && (!counter[i].high || r->high[i] == ALL_ONES))
			continue;
		if (!d->sticky_stats || counter[i].qemu_clears)
			*total += val;
		else if (val > *total)
			*total = val;
	}
}

int drv_refresh_counters(struct driver *d)
{
	struct stats_reading stats;
	struct reg_batch b;
	int err;

	if (d->state != DRIVER_RUNNING)
		return -ENODEV;
	batch_init(&b, d, EXIT_REGISTER);
	stats_add_read(&b, &stats);
	err = batch_run(&b);
	if (err)
		return driver_settled(d, err);
	stats_accumulate(d, &stats);
	return driver_settled(d, crossing_report_counters(d));
}
