// SPDX-License-Identifier: GPL-2.0
/*
 * health.c - whether a driver domain in charge makes progress.
 *
 * Its heartbeat in xenstore grows as long as it does.  That it did not grow says something only if
 * we could have seen it: xenstored answered, we were running, and the host had processors for
 * somebody.  Each time that was not so, every domain gets the whole time once more.  Xen's
 * watchdog, which needs none of these, is what ends a domain that hangs meanwhile.  How long it may
 * be silent is in beat.h.
 *
 * A domain that says, from heartbeat to heartbeat, that no register of its NIC answers, is not
 * restarted for it: another would find no other NIC, and its guests would lose each other, too.
 * Unless they answer dom0 all the time: then it is that domain which is damaged.
 */
#include "parts.h"

#include "log.h"
#include "port.h"
#include "pressure.h"
#include "probe.h"
#include "quiet.h"

#include <string.h>
#include <xmd/xs_names.h>

#define LATE_MS		2000	/* so late we were not running, or could not */
#define NOT_COUNTED_MS	50	/* so late is no silence of others, either */
#define DOUBT		10	/* so many times the limit, and a busy host is no excuse */
#define STARVED_LOOK_MS	2000
#define STARVED_SAY_MS	60000
#define AWAY_LOOKS	5	/* heartbeats in a row: one that works finds within two that its NIC answers again */
#define AWAY_APART_MS	600000	/* if that has not helped, it will hardly, and guests lose each other each time */
#define WATCHDOG_MS	10000	/* what Xen's watchdog takes to end a domain, without a beat */

static uint64_t limit_ms(const struct supervisor *s, const struct domain *d)
{
	return config_policy(&s->config, d->name)->heartbeat_s * 1000ull;
}

/* @always: nobody could have beaten.  Otherwise a domain has it only for so long. */
static void grace(struct supervisor *s, uint64_t now, bool always)
{
	struct domain *d;

	for (d = s->domains; d; d = d->next) {
		if (!always && now - d->beat >= DOUBT * limit_ms(s, d))
			continue;
		d->heard = now;
		d->beats.disturbed = true;
		d->beats.sampled = 0;
	}
}

/* For @late ms we did not look, and nobody was silent. */
static void not_counted(struct supervisor *s, uint64_t now, uint64_t late)
{
	struct domain *d;

	for (d = s->domains; d; d = d->next) {
		d->heard = d->heard + late < now ? d->heard + late : now;
		d->beats.sampled = 0;
	}
}

/* ------------------------------------------------- what keeps us from seeing */

bool supervise_blind(struct supervisor *s)
{
	uint64_t silent = probe_silent_ms(), now = now_ms();

	/* The probe's process says it in the log, as we may be waiting in a call ourselves. */
	if (silent > PROBE_STUCK_MS) {
		if (!s->blind)
			s->blind = now > silent ? now - silent : 1;
		return true;
	}
	if (!s->blind)
		return false;
	log_info("xenstored answers again after %llu s: every driver domain has a fresh %s",
		 (unsigned long long)(now - s->blind) / 1000, "time to show its heartbeat");
	s->blind = 0;
	grace(s, now, true);
	return false;
}

static void look_at_host(struct supervisor *s, uint64_t now)
{
	char why[HOST_WHY];
	bool starved;

	if (now < s->starved_look)
		return;
	s->starved_look = now + STARVED_LOOK_MS;
	starved = host_starved(why);
	if (starved && !s->starved) {
		s->starved = now;
		if (!s->starved_said || now - s->starved_said >= STARVED_SAY_MS) {
			s->starved_said = now;
			log_warn("this host is starved (%s): no driver domain is called hung for a late heartbeat meanwhile",
				 why);
		}
	}
	if (s->starved)
		grace(s, now, false);
	if (!starved)
		s->starved = 0;
}

void health_begin(struct supervisor *s, uint64_t now)
{
	uint64_t late = s->expected && now > s->expected ? now - s->expected : 0;

	if (late > LATE_MS) {
		if (!s->starved_said || now - s->starved_said >= STARVED_SAY_MS) {
			s->starved_said = now;
			log_warn("our own timer was %llu ms late: this host, or xenstored, is too slow for a heartbeat to be judged; every driver domain has a fresh time to show it",
				 (unsigned long long)late);
		}
		grace(s, now, late > WATCHDOG_MS);
	} else if (late > NOT_COUNTED_MS) {
		not_counted(s, now, late);
	}
	look_at_host(s, now);
}

/* ---------------------------------------------------------- the domains */

static bool nic_is_there(struct supervisor *s, const struct domain *d, const char *dir)
{
	char says[STORE_VALUE_MAX];
	unsigned int i;

	if (store_read_text(s->store, dir, XS_OWN_NIC, says) || strcmp(says, "away") || !d->known || !d->traits.n_pci)
		return false;
	for (i = 0; i < d->traits.n_pci && i < XL_PCI_MAX; i++)
		if (!quiet_answers(d->traits.pci[i]))
			return false;
	return true;
}

static void listen_to(struct supervisor *s, struct domain *d, uint64_t now)
{
	char dir[STORE_PATH_MAX], state[STORE_VALUE_MAX];
	uint64_t heard;
	uint32_t beat;

	snprintf(dir, sizeof(dir), HOME XS_DIR_OWN, d->domid);
	if (!d->served && !store_read_text(s->store, dir, XS_OWN_STATE, state))
		d->served = !strcmp(state, "serving");
	if (store_read_u32(s->store, dir, XS_OWN_HEARTBEAT, &beat) || beat == d->heartbeat) {
		d->look = beat_look(&d->beats, d->beat, now);
		return;
	}
	/* The time before the first says nothing. */
	if (d->heartbeat)
		beat_came(&d->beats, (unsigned int)(now - d->heard), beat - d->heartbeat);
	else
		d->beats.disturbed = false;
	d->heartbeat = beat;
	heard = now_ms();
	d->beat = heard;
	d->heard = heard;
	d->look = beat_look(&d->beats, heard, heard);
	d->away = nic_is_there(s, d, dir) ? d->away + 1 : 0;
	/* With the next beat behind that time, if it is still another. */
	if (now >= d->port_look && port_keep(s->store, d->domid, d->name))
		d->port_look = now + PORT_KEEP_MS;
}

/* Sooner than after the whole time. */
static bool hangs_now(struct supervisor *s, struct domain *d, uint64_t now)
{
	unsigned int limit = beat_limit(&d->beats, config_policy(&s->config, d->name));
	uint64_t silent = now - d->heard;
	struct xl_usage u;

	if (!limit || silent < limit / 2 || xl_usage(s->xl, d->domid, &u) ||
	    !beat_hangs(&d->beats, &u, (unsigned int)silent, limit, now))
		return false;
	log_warn("%s: no heartbeat for %llu ms, where %u was the longest lately, and its processor %s",
		 d->name, (unsigned long long)silent, d->beats.worst,
		 u.running ? "does nothing else" : "has done nothing meanwhile");
	/* If that is wrong, it is not again. */
	d->beats.worst *= 2;
	return true;
}

static bool hangs(struct supervisor *s, struct domain *d, uint64_t now)
{
	uint64_t limit = limit_ms(s, d);

	if (!limit || !d->heartbeat || d->heard > now)
		return false;
	return now - d->heard > limit || hangs_now(s, d, now);
}

/* Long enough, and not restarted for it lately: that may help nothing, and guests lose frames by it each time. */
static bool away_long(struct domain *d, uint64_t now)
{
	if (now >= d->away_again) {
		d->away_again = now + AWAY_APART_MS;
		d->away_told = false;
		return true;
	}
	if (!d->away_told)
		log_err("%s: does not reach its NIC, which answers dom0, and was restarted for that already: once more in %llu s, if it is so then. See the domain's own log, and the card",
			d->name, (unsigned long long)(d->away_again - now) / 1000);
	d->away_told = true;
	return false;
}

void health_turn(struct supervisor *s, uint64_t now, uint64_t *due)
{
	struct domain *d;

	for (d = s->domains; d; d = d->next) {
		if (d->state != WATCHED)
			continue;
		if (now >= d->look) {
			listen_to(s, d, now);
			/* That took longer than it should have: what it says is of no use. */
			if (now_ms() - now > LATE_MS)
				return;
			if (hangs(s, d, now)) {
				recover(s, d, "hung: no heartbeat", true, true);
				continue;
			}
			if (d->away >= AWAY_LOOKS && limit_ms(s, d) && away_long(d, now)) {
				recover(s, d, "does not reach its NIC, which answers dom0", true, true);
				continue;
			}
		}
		*due = d->look < *due ? d->look : *due;
	}
}

/* It has served until its last heartbeat; until @now, if the next was not due yet. */
bool health_stable(const struct domain *d, const struct policy *p, uint64_t now)
{
	bool late = d->heartbeat && beat_late(&d->beats, (unsigned int)(now - d->beat));
	uint64_t seen = late ? d->beat : now;

	return seen >= d->since && seen - d->since >= p->stable_s * 1000ull;
}
