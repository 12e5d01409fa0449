// SPDX-License-Identifier: GPL-2.0
/*
 * moderation.c - how often the NIC may interrupt: ITR and the delay timers (chapter 3.2.7
 * and 13.4.18; Intel's application note AP-450, "Interrupt Moderation Using Intel Gigabit
 * Ethernet Controllers").
 *
 * Fixed: ITR is rx_usecs.  Adaptive: the watchdog sorts the last two seconds into one of the
 * application note's classes of traffic and moves by one class at a time, so that a single
 * burst does not throw the rate from one end to the other.
 *
 * QEMU never interrupts more often than every 128 us, whatever ITR says.
 */
#include <errno.h>

#include "driver.h"

#define ITR_UNIT_NS	256u
#define ITR_MAX		0xffffu

struct itr_class {
	const char *name;
	uint32_t itr;
};

static const struct itr_class classes[] = {
	{ "lowest latency", 1000000000u / ITR_UNIT_NS / 70000 },
	{ "low latency", 1000000000u / ITR_UNIT_NS / 20000 },
	{ "bulk", 1000000000u / ITR_UNIT_NS / 4000 },
};

#define BULK (sizeof(classes) / sizeof(classes[0]) - 1)

#define QUIET_FRAMES	2000u	/* a second: an interrupt for each costs nothing */
#define BULK_FRAMES	8000u	/* from here on several frames share an interrupt */
#define BULK_SIZE	800u	/* bytes of the mean frame; below, it is questions and answers */

static uint32_t itr_wanted(const struct driver *d)
{
	const struct xmd_adapter *a = &d->adapter;
	uint64_t itr = (uint64_t)a->rx_usecs * 1000 / ITR_UNIT_NS;

	if (a->itr_mode == XMD_ITR_ADAPTIVE)
		return classes[d->itr].itr;
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

static uint32_t class_of(uint64_t frames_per_s, uint64_t mean_size)
{
	if (frames_per_s < QUIET_FRAMES)
		return 0;
	return frames_per_s >= BULK_FRAMES && mean_size >= BULK_SIZE ? BULK : 1;
}

/* Of an adopted NIC, so that it does not start from the other end of the classes. */
void moderation_adopt(struct driver *d, uint32_t itr)
{
	for (unsigned int i = 0; i <= BULK; i++) {
		if (classes[i].itr == itr)
			d->itr = i;
	}
}

/* What was counted before is no traffic of now. */
void moderation_begin(struct driver *d)
{
	d->seen_frames = d->counters.gprc + d->counters.gptc;
	d->seen_bytes = d->counters.gorc + d->counters.gotc;
}

/* Is another step due, even if nothing comes? */
bool moderation_moves(const struct driver *d)
{
	return d->adapter.itr_mode == XMD_ITR_ADAPTIVE && d->itr;
}

/* From the totals of @ms ago to those of now.  Costs a crossing only if the class changes. */
int moderation_follow(struct driver *d, unsigned int ms)
{
	uint64_t frames = d->counters.gprc + d->counters.gptc - d->seen_frames;
	uint64_t bytes = d->counters.gorc + d->counters.gotc - d->seen_bytes;
	uint32_t class = class_of(frames * 1000 / ms, frames ? bytes / frames : 0);

	moderation_begin(d);
	if (d->adapter.itr_mode != XMD_ITR_ADAPTIVE || class == d->itr)
		return 0;
	d->itr += class > d->itr ? 1 : -1;
	log_msg(MSG_TIMER, "interrupt moderation: %s (%llu frames in %u ms)", classes[d->itr].name,
		(unsigned long long)frames, ms);
	return image_apply(d);
}
