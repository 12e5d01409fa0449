/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stats.h - what this driver domain counts, told to dom0 when it asks.
 *
 *   dom0                                      xmd-backend
 *   stats-request = "7"
 *                                             stats = "7 more=5/0; self unwell_ms=0 ...;
 *                                               nic link=1 speed=1000 ...; vif=3/0
 *                                               mac=... tx_frames=...; ...; vif=5/0 ..."
 *   stats-request = "8 5/0"
 *                                             stats = "8 more=-; vif=5/1 ...; ..."
 *   removes both
 *
 * An ID is answered once, with a page of at most STATS_BYTES; more= names the last vif in it, behind
 * which the next question goes on.  While nobody asks nothing of this costs anything.  Only dom0 (and we)
 * can write here; whoever asks too often waits STATS_GAP_MS for each answer.  Words are only added.
 */
#ifndef XMD_BACKEND_STATS_H
#define XMD_BACKEND_STATS_H

#include "kern.h"
#include "store.h"

#define STATS_TOKEN	"s"
#define STATS_BYTES	3000	/* a node has at most 4096, with its path */
#define STATS_GAP_MS	20

struct stats {
	bool asked;
	uint64_t at;		/* ms; not before */
	uint32_t id;		/* answered last; 0: none */
};

/* Once this domain serves, as nobody waits for it.  0 or a negative errno */
int stats_start(struct store *s);
/* The watch has fired. */
void stats_asked(struct stats *st);
/* Answers, if it is time.  Return: 0; negative: a connection is broken */
int stats_work(struct stats *st, struct store *s, struct kern *k, uint64_t now);
/* ms; 0: nothing is due */
uint64_t stats_due(const struct stats *st);

#endif
