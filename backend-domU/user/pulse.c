// SPDX-License-Identifier: GPL-2.0
/* pulse.c - see pulse.h */
#include "pulse.h"

#include "log.h"

#include <errno.h>
#include <string.h>
#include <xmd/xs_names.h>

/* ---------------------------------------------------------------- drain */

int pulse_announce(const struct pulse *p, struct store *s)
{
	static const char *const state[] = {
		[FLOWING] = "serving", [DRAINING] = "draining", [DRAINED] = "drained",
	};

	return store_write_text(s, XS_DIR_OWN, XS_OWN_STATE, state[p->drain]);
}

/*
 * control goes first: whoever finds the way held, and nobody that asks for it, lets it go.
 * Whatever the store says, guests are not kept waiting.
 */
static int flow(struct pulse *p, struct store *s, struct kern *k, const char *why)
{
	int told = store_remove(s, XS_DIR_OWN, XS_OWN_CONTROL);
	int err = k->ops->drain(k, false);

	if (err)
		return err;
	p->drain = FLOWING;
	log_info("not drained any longer: %s", why);
	err = pulse_announce(p, s);
	return store_broken(told) ? told : store_broken(err) ? err : 0;
}

static int begin_drain(struct pulse *p, struct store *s, struct kern *k, uint64_t now)
{
	int err = k->ops->drain(k, true);

	if (err)
		return err;
	log_info("draining for a restart");
	p->drain = DRAINING;
	p->drain_at = now;
	err = pulse_announce(p, s);
	return store_broken(err) ? err : 0;
}

static bool is_unreadable(int err)
{
	return err == -ENOENT || err == -EINVAL || err == -EACCES;
}

int pulse_control(struct pulse *p, struct store *s, struct kern *k, uint64_t now)
{
	char want[STORE_VALUE_MAX];
	int err = store_read_text(s, XS_DIR_OWN, XS_OWN_CONTROL, want);

	if (err)
		return is_unreadable(err) ? 0 : err;
	if (!strcmp(want, "drain"))
		return p->drain == FLOWING ? begin_drain(p, s, k, now) : 0;
	if (!strcmp(want, "resume"))
		return p->drain != FLOWING ? flow(p, s, k, "as asked") : 0;
	/* dom0's doing, and each time worth a line */
	log_warn("key %s of %s: \"%s\" is neither drain nor resume: ignored", XS_OWN_CONTROL,
		 XS_DIR_OWN, want);
	return 0;
}

/* An xmd-backend before this one has begun it, and did not come to its end. */
static int take_over_drain(struct pulse *p, struct store *s, struct kern *k, uint64_t now)
{
	char want[STORE_VALUE_MAX];
	int err = store_read_text(s, XS_DIR_OWN, XS_OWN_CONTROL, want);

	if (err && !is_unreadable(err))
		return err;
	if (err || strcmp(want, "drain"))
		return flow(p, s, k, "it was an xmd-backend before this one, and nobody asks for"
			    " it any more");
	log_info("drained by an xmd-backend before this one: going on with it");
	p->drain = DRAINING;
	p->drain_at = now;
	return 0;
}

/* The watch's first event leads to pulse_control: what was asked while nobody was here. */
int pulse_start(struct pulse *p, struct store *s, struct kern *k, uint64_t now)
{
	struct xmd_back_health h;
	int err = s->ops->watch(s, XS_DIR_OWN "/" XS_OWN_CONTROL, PULSE_TOKEN);

	if (!err)
		err = k->ops->health(k, &h);
	if (!err && h.flags & XMD_HEALTH_DRAINING)
		err = take_over_drain(p, s, k, now);
	return err;
}

static int look_at_drain(struct pulse *p, struct store *s, struct kern *k, uint64_t now)
{
	struct xmd_back_health h;
	int err;

	if (p->drain == DRAINED)
		return flow(p, s, k, "nobody has restarted this domain");
	err = k->ops->health(k, &h);
	if (err)
		return err;
	p->drain_at = now + PULSE_DRAIN_LOOK_MS;
	if (h.pending)
		return 0;
	p->drain = DRAINED;
	p->drain_at = now + PULSE_DRAINED_MS;
	return pulse_announce(p, s);
}

/* ----------------------------------------------------------------- beat */

/* Whoever lived before may have told something else. */
static int tell_nic(struct pulse *p, struct store *s)
{
	bool away = atomic_load(&p->pet.away);
	int err;

	if (p->told_nic && away == p->told_away)
		return 0;
	err = store_write_text(s, XS_DIR_OWN, XS_OWN_NIC, away ? "away" : "answers");
	p->told_nic = !err;
	p->told_away = away;
	return err;
}

static int beat(struct pulse *p, struct store *s)
{
	int err;

	if (atomic_load(&p->pet.ill))
		return 0;
	/* before the heartbeat, with which it is read */
	err = tell_nic(p, s);
	if (store_broken(err))
		return err;
	err = store_write_u32(s, XS_DIR_OWN, XS_OWN_HEARTBEAT, ++p->beats);
	/* A quota is used up, or the store is busy: the next one may get through. */
	return store_broken(err) ? err : 0;
}

int pulse_work(struct pulse *p, struct store *s, struct kern *k, uint64_t now)
{
	int err = 0;

	pet_moved(&p->pet);
	if (!p->pet.threaded && now >= p->pet.due)
		pet_look(&p->pet);
	if (p->drain != FLOWING && now >= p->drain_at)
		err = look_at_drain(p, s, k, now);
	if (err || now < p->at)
		return err;
	p->at = pulse_next(now, PULSE_MS);
	return beat(p, s);
}

uint64_t pulse_due(const struct pulse *p)
{
	uint64_t due = p->drain != FLOWING && p->drain_at < p->at ? p->drain_at : p->at;

	return !p->pet.threaded && p->pet.due < due ? p->pet.due : due;
}
