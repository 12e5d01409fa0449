/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pet.h - who pets Xen's watchdog of this domain, on what grounds
 *
 * A thread of its own, every PET_MS, and every PET_IDLE_MS while no frame is on its way and the watchdog's
 * time allows it, which waits for nobody: it asks the kernel half
 * (XMD_BACK_HEALTH) and looks at what the main loop shows here.  It pets as long as
 *
 *   - the NIC is served, or has not been for no longer than PET_UNWELL_MS; one that answers no register
 *     is waited for without a limit, as a new domain would find no other (XMD_HEALTH_AWAY),
 *   - the main loop has moved within PET_STUCK_MS, or waits for xenstore, and
 *   - polls of rings that are due do run, where there is time for them (XMD_HEALTH_STUCK).  PET_DOUBTS looks that find they do
 *     not, over four times what these looks have been late lately, and nothing brings frames back but
 *     a new domain: the watchdog is set to PET_GIVE_UP_S and never petted again.
 *
 * Its time is short, so that a domain that hangs is back soon, but not shorter than this host needs:
 * four times the worst lateness of these looks, which halves in 20 s, and eight times what the start
 * of this process took, as another may have to be started; PET_LEAST_S at least.  The first
 * PET_TRIAL looks leave it as it is, and what xmd-supervisor says (pet_set_timeout) is the least.
 *
 * A wait for xenstore is no fault of this domain and has no limit: vifs are served on, and
 * only dom0 can mend it.  It is said in the log when it begins to be long and when it is over.
 * What stops the thread itself - this process, the kernel half's lock - lets the watchdog's
 * time run out, as it should.  Whoever wants the domain ended all the same has dom0 for that.
 */
#ifndef XMD_BACKEND_PET_H
#define XMD_BACKEND_PET_H

#include "kern.h"
#include "store.h"

#include <pthread.h>
#include <stdatomic.h>

#define PULSE_MS	2000	/* from heartbeat to heartbeat, at full multiples */

#define PET_MS		400
/*
 * At moments that heartbeats and the other half's watchdog share, so that the domain wakes once for
 * all of them.  Polls that get stuck right behind such a look are found with the doubts, and ended
 * within 2 s, PET_GIVE_UP_S included.
 */
#define PET_IDLE_LOOKS	3
#define PET_IDLE_MS	(PULSE_MS / PET_IDLE_LOOKS)
#define PET_DOUBT_MS	75	/* after a look that found polls stuck, */
#define PET_DOUBTS	4	/* ... so many times in a row */
#define PET_LEAST_S	2
#define PET_MOST_S	60
#define PET_GIVE_UP_S	1
#define PET_TRIAL	20	/* looks */
#define PET_UNWELL_MS	10000	/* of the NIC: longer than its user half takes to come back */
#define PET_STUCK_MS	10000	/* of the main loop, which turns every PULSE_MS at least */
#define PET_STORE_MS	5000	/* xenstore has not answered for so long: said */
#define PET_WATCHDOG	"/dev/watchdog"

struct pet {
	int watchdog;			/* open file of Xen's watchdog, or -1 */
	pthread_mutex_t writing;	/* to it; held for that alone */
	struct kern *kern;
	uint64_t (*now)(void);
	unsigned int period_ms;		/* PET_MS */
	unsigned int period;		/* ms; until the next look */
	bool threaded;
	int (*set_timeout)(int fd, unsigned int seconds);	/* 0 or -errno */
	_Atomic unsigned int least_s;	/* what xmd-supervisor wants; 0: nothing */

	/* what the main loop shows */
	_Atomic uint64_t moved_at;	/* ms */
	_Atomic uint64_t store_at;	/* ms; since when it waits for xenstore; 0: it does not */

	/* what the looks have found */
	_Atomic bool ill;		/* no heartbeat either, and it was said */
	uint64_t well_at;		/* ms; when the NIC was well, or we began */
	uint64_t away_at;		/* ms; since when no register of it answers; 0: they do */
	bool said_away;
	_Atomic bool away;		/* for longer than a bounce: PET_UNWELL_MS */
	uint64_t said_store;		/* the store_at that a line is about; 0: none */
	uint64_t due;			/* ms; of the next look */
	unsigned int late_ms;		/* the worst, fading */
	unsigned int start_ms;		/* how long this process took to begin */
	unsigned int looks;
	unsigned int timeout_s;		/* what the watchdog is set to; 0: as it was found */
	bool idle;			/* no frame was on its way */
	unsigned int doubts;		/* looks in a row that found polls stuck */
	uint64_t doubt_at;		/* ms; of the first */
	bool given_up;
};

/* Opens what needs privileges.  @p->watchdog -1 without a watchdog, which is said. */
void pet_open(struct pet *p);

/* From now on, @p->start_ms after this process began, @k and the main loop are looked at.  Negative: no thread; then call pet_look. */
int pet_start(struct pet *p, struct kern *k, uint64_t (*now)(void));
/* The same without a thread. */
void pet_begin(struct pet *p, struct kern *k, uint64_t (*now)(void));

/* What xmd-supervisor wants the watchdog to be set to.  0; negative: the store is broken */
int pet_set_timeout(struct pet *p, struct store *s);

/* In order: nobody needs to look after this domain any more. */
void pet_disarm(struct pet *p);

/* The main loop moves. */
void pet_moved(struct pet *p);
/* It goes to ask xenstore, and has come back. */
void pet_store(struct pet *p, bool waits);

/* One look, and petting if all is well. */
void pet_look(struct pet *p);

/* @s with every request told to @p: what is asked through the result.  NULL without memory. */
struct store *pet_watch_store(struct pet *p, struct store *s);

#endif
