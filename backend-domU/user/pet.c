// SPDX-License-Identifier: GPL-2.0
/* pet.c - see pet.h */
#include "pet.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/watchdog.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <xmd/xs_names.h>

void pet_open(struct pet *p)
{
	p->watchdog = open(PET_WATCHDOG, O_WRONLY | O_CLOEXEC);
	if (p->watchdog < 0)
		log_warn("%s: %s: if this domain hangs, only the heartbeat in xenstore tells;"
			 " is xen_wdt.ko loaded?", PET_WATCHDOG, strerror(errno));
}

/* What is said from here must not wait for whoever reads the log. */
static bool may_say(void)
{
	struct pollfd fd = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&fd, 1, 0) == 1 && fd.revents & POLLOUT;
}

/* This pets it, too. */
static void set_timeout(struct pet *p, unsigned int seconds)
{
	int err;

	pthread_mutex_lock(&p->writing);
	err = p->watchdog < 0 ? 0 : p->set_timeout(p->watchdog, seconds);
	pthread_mutex_unlock(&p->writing);
	/* not again and again, if it cannot be */
	p->timeout_s = seconds;
	if (err && may_say())
		log_warn("%s cannot be set to %u s: %s", PET_WATCHDOG, seconds, strerror(-err));
}

/* The driver's word for a close that is meant. */
void pet_disarm(struct pet *p)
{
	bool bad;

	if (p->watchdog < 0)
		return;
	pthread_mutex_lock(&p->writing);
	bad = write(p->watchdog, "V", 1) < 0;
	close(p->watchdog);
	p->watchdog = -1;
	pthread_mutex_unlock(&p->writing);
	if (bad)
		log_warn("%s: %s: it stays armed", PET_WATCHDOG, strerror(errno));
}

static int device_timeout(int fd, unsigned int seconds)
{
	int val = (int)seconds;

	return ioctl(fd, WDIOC_SETTIMEOUT, &val) ? -errno : 0;
}

int pet_set_timeout(struct pet *p, struct store *s)
{
	uint32_t seconds;
	int err = store_read_u32(s, XS_DIR_OWN, XS_OWN_WATCHDOG, &seconds);

	if (err == -ENOENT || p->watchdog < 0)
		return 0;
	if (err == -EINVAL || (!err && (!seconds || seconds > INT_MAX))) {
		log_err("key %s of %s is not a number of seconds: the watchdog stays as it is",
			XS_OWN_WATCHDOG, XS_DIR_OWN);
		return 0;
	}
	if (err)
		return store_broken(err) ? err : 0;
	atomic_store(&p->least_s, seconds);
	log_info("watchdog set to %u s at least, as %s says", seconds, XS_OWN_WATCHDOG);
	return 0;
}

static int write_watchdog(struct pet *p)
{
	int err;

	pthread_mutex_lock(&p->writing);
	err = p->watchdog >= 0 && write(p->watchdog, "", 1) < 0 ? -errno : 0;
	pthread_mutex_unlock(&p->writing);
	return err;
}

/* ------------------------------------------------------- what the main loop shows */

void pet_moved(struct pet *p)
{
	atomic_store(&p->moved_at, p->now());
}

void pet_store(struct pet *p, bool waits)
{
	uint64_t now = p->now(), since;

	/* moved before store_at is cleared: a look in between must not find it still for long */
	atomic_store(&p->moved_at, now);
	since = atomic_exchange(&p->store_at, waits ? now : 0);
	if (!waits && since && now - since >= PET_STORE_MS)
		log_info("xenstore answers again, after %u s", (unsigned int)((now - since) / 1000));
}

/* --------------------------------------------------------------------- a look */

/* Frames wait, and nobody polls them. */
static void give_up(struct pet *p)
{
	if (p->given_up)
		return;
	p->given_up = true;
	atomic_store(&p->ill, true);
	set_timeout(p, PET_GIVE_UP_S);
	if (may_say())
		log_err("the data path is stuck: polls that are due do not run, or an idle NIC takes no frames, or no buffer comes back;"
			" the watchdog ends this domain in %u s", PET_GIVE_UP_S);
}

#define FADE_MS	(64 * PET_MS)

/* What this host needs of the watchdog, in s; see pet.h. */
static unsigned int needs(struct pet *p, uint64_t now)
{
	unsigned int late = now > p->due && p->looks ? (unsigned int)(now - p->due) : 0;
	unsigned int least = atomic_load(&p->least_s), ms;

	p->late_ms -= p->late_ms * p->period / FADE_MS;
	if (late > p->late_ms)
		p->late_ms = late;
	ms = p->period_ms + 4 * p->late_ms;
	if (8 * p->start_ms > ms)
		ms = 8 * p->start_ms;
	ms = (ms + 999) / 1000;
	ms = ms < PET_LEAST_S ? PET_LEAST_S : ms > PET_MOST_S ? PET_MOST_S : ms;
	return ms < least ? least : ms;
}

static void follow_host(struct pet *p, uint64_t now)
{
	unsigned int s = needs(p, now);
	bool early = ++p->looks < PET_TRIAL && p->timeout_s >= atomic_load(&p->least_s);

	if (p->watchdog < 0 || s == p->timeout_s || early)
		return;
	set_timeout(p, s);
	if (may_say())
		log_debug("watchdog set to %u s: the worst look was %u ms late", s, p->late_ms);
}

/* Said once, when it is no bounce: whoever reads the log is the one who can mend it. */
static void look_away(struct pet *p, bool away, uint64_t now)
{
	if (!away)
		p->said_away = false;
	if (!away || !p->away_at)
		p->away_at = away ? now : 0;
	atomic_store(&p->away, away && now - p->away_at >= PET_UNWELL_MS);
	if (!atomic_load(&p->away) || p->said_away || !may_say())
		return;
	p->said_away = true;
	log_err("no register of the NIC has answered for %u s, or its link has not been seen: vifs stay connected, and frames flow when it answers"
		" again. From dom0: look at its PCI COMMAND register, at xen-pciback and at the card;"
		" xmdctl restart gives this domain the card anew", PET_UNWELL_MS / 1000);
}

static bool nic_is_well(struct pet *p, uint64_t now)
{
	struct xmd_back_health h;

	/* no answer, no petting: the next look asks again */
	if (p->kern->ops->health(p->kern, &h))
		return false;
	p->idle = !h.pending && !h.unwell_ms && !h.flags;
	p->doubts = h.flags & XMD_HEALTH_STUCK ? p->doubts + 1 : 0;
	if (p->doubts == 1)
		p->doubt_at = now;
	if (p->doubts >= PET_DOUBTS && now - p->doubt_at >= 4 * p->late_ms)
		give_up(p);
	if (p->given_up)
		return false;
	look_away(p, h.flags & XMD_HEALTH_AWAY, now);
	if (!h.unwell_ms || p->away_at)
		p->well_at = now;
	if (now - p->well_at <= PET_UNWELL_MS) {
		atomic_store(&p->ill, false);
		return true;
	}
	if (!atomic_exchange(&p->ill, true) && may_say())
		log_err("no NIC, or it has not been served for %u ms: no heartbeat, so that somebody"
			" restarts this domain", (unsigned int)(now - p->well_at));
	return false;
}

static bool loop_is_well(struct pet *p, uint64_t now)
{
	/* store_at before moved_at: pet_store writes them the other way round */
	uint64_t store_at = atomic_load(&p->store_at);
	uint64_t moved_at = atomic_load(&p->moved_at);

	if (!store_at)
		return now < moved_at + PET_STUCK_MS;
	if (now >= store_at + PET_STORE_MS && p->said_store != store_at && may_say()) {
		p->said_store = store_at;
		log_warn("xenstore has not answered for %u s: connected vifs are served on, changes"
			 " wait; is xenstored well?", (unsigned int)((now - store_at) / 1000));
	}
	return true;
}

/* The watchdog's time is not longer for it; nor is it while that is found out. */
static bool may_idle(const struct pet *p)
{
	return p->idle && p->looks >= PET_TRIAL &&
	       PET_IDLE_MS + 4 * p->late_ms <= 1000 * p->timeout_s;
}

static uint64_t next_look(const struct pet *p, uint64_t now)
{
	if (p->doubts)
		return now + PET_DOUBT_MS;
	if (!may_idle(p))
		return now + p->period_ms;
	now = now * PET_IDLE_LOOKS / PULSE_MS + 1;
	return (now * PULSE_MS + PET_IDLE_LOOKS - 1) / PET_IDLE_LOOKS;
}

void pet_look(struct pet *p)
{
	uint64_t now = p->now();
	bool nic = nic_is_well(p, now), loop = loop_is_well(p, now);
	/* Its timer is Xen's: nothing in this domain can make it late. */
	int err = nic && loop ? write_watchdog(p) : 0;

	/* not while a NIC that is slow to come, or to come back, needs what there is */
	if (nic && loop && p->well_at == now)
		follow_host(p, now);
	p->due = next_look(p, now);
	p->period = (unsigned int)(p->due - now);
	if (err && may_say())
		log_warn("%s: %s", PET_WATCHDOG, strerror(-err));
}

/* ------------------------------------------------------------------- the thread */

static void *look_for_ever(void *arg)
{
	struct pet *p = arg;
	struct timespec pause = { 0, 0 };
	uint64_t now;

	for (;;) {
		pet_look(p);
		now = p->now();
		pause.tv_nsec = p->due > now ? (long)(p->due - now) * 1000000 : 0;
		nanosleep(&pause, NULL);
	}
	return NULL;
}

void pet_begin(struct pet *p, struct kern *k, uint64_t (*now)(void))
{
	pthread_mutex_init(&p->writing, NULL);
	p->kern = k;
	p->now = now;
	p->well_at = now();
	p->due = p->well_at;
	if (!p->period_ms)
		p->period_ms = PET_MS;
	if (!p->set_timeout)
		p->set_timeout = device_timeout;
	atomic_store(&p->moved_at, p->well_at);
}

int pet_start(struct pet *p, struct kern *k, uint64_t (*now)(void))
{
	pthread_t thread;
	int err;

	pet_begin(p, k, now);
	err = pthread_create(&thread, NULL, look_for_ever, p);
	p->threaded = !err;
	if (err)
		log_warn("no thread that pets the watchdog: %s: the main loop does, so a stall of"
			 " xenstored ends this domain", strerror(err));
	else
		pthread_detach(thread);
	return -err;
}
