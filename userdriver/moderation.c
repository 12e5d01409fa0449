// SPDX-License-Identifier: GPL-2.0
/*
 * moderation.c - how often the NIC may interrupt: ITR and the delay timers (chapter 3.2.7
 * and 13.4.18).
 *
 * ITR is rx_usecs.  If that is adaptive, the kernel half lifts it while no more frames come than it
 * has interrupts for (irq.c): only who polls knows soon enough.
 *
 * QEMU never interrupts more often than every 128 us, whatever ITR says.
 */
#include "driver.h"

#define ITR_UNIT_NS	256u
#define ITR_MAX		0xffffu

static uint32_t itr_wanted(const struct driver *d)
{
	uint64_t itr = (uint64_t)d->adapter.rx_usecs * 1000 / ITR_UNIT_NS;

	return itr > ITR_MAX ? ITR_MAX : itr;
}

void moderation_compute(const struct driver *d, struct image *want)
{
	want->reg[IMG_ITR] = want->reg[IMG_EITR] = itr_wanted(d);
	want->reg[IMG_RDTR] = d->opt->rx_delay;
	want->reg[IMG_RADV] = d->opt->rx_abs_delay;
	/* the descriptors have IDE, with which 0 is not allowed (13.4.41) */
	want->reg[IMG_TIDV] = d->opt->tx_delay ? d->opt->tx_delay : 1;
	want->reg[IMG_TADV] = d->opt->tx_abs_delay;
}
