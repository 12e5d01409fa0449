// SPDX-License-Identifier: GPL-2.0
/* pulse.c - see pulse.h */
#include "pulse.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <xmd/xs_names.h>

void pulse_open(struct pulse *p)
{
	*p = (struct pulse){ .watchdog = open(PULSE_WATCHDOG, O_WRONLY | O_CLOEXEC) };
	if (p->watchdog < 0)
		log_warn("%s: %s: if this domain hangs, only the heartbeat in xenstore tells; is xen_wdt.ko loaded?",
			 PULSE_WATCHDOG, strerror(errno));
}

int pulse_start(struct pulse *p, struct store *s, uint64_t now)
{
	/* Left over from a restart that did not come about. */
	int err = store_remove(s, XS_DIR_OWN, XS_OWN_CONTROL);

	p->well_at = now;
	if (err)
		return err;
	return s->ops->watch(s, XS_DIR_OWN "/" XS_OWN_CONTROL, PULSE_TOKEN);
}

/* ---------------------------------------------------------------- drain */

static int flow(struct pulse *p, struct store *s, struct kern *k, const char *why)
{
	int err = k->ops->drain(k, false);

	if (!err)
		err = store_remove(s, XS_DIR_OWN, XS_OWN_CONTROL);
	if (!err)
		err = store_write_text(s, XS_DIR_OWN, XS_OWN_STATE, "serving");
	p->drain = FLOWING;
	log_info("not drained any longer: %s", why);
	return err;
}

int pulse_control(struct pulse *p, struct store *s, struct kern *k, uint64_t now)
{
	char want[STORE_VALUE_MAX];
	int err = store_read_text(s, XS_DIR_OWN, XS_OWN_CONTROL, want);

	if (err)
		return err == -ENOENT || err == -EINVAL ? 0 : err;
	if (!strcmp(want, "drain") && p->drain == FLOWING) {
		log_info("draining for a restart");
		p->drain = DRAINING;
		p->drain_at = now;
		return k->ops->drain(k, true);
	}
	return !strcmp(want, "resume") && p->drain != FLOWING ? flow(p, s, k, "as asked") : 0;
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
	return store_write_text(s, XS_DIR_OWN, XS_OWN_STATE, "drained");
}

/* ----------------------------------------------------------------- beat */

static int beat(struct pulse *p, struct store *s, struct kern *k, uint64_t now)
{
	struct xmd_back_health h;
	int err = k->ops->health(k, &h);

	if (err)
		return err;
	if (!h.unwell_ms)
		p->well_at = now;
	if (now - p->well_at > PULSE_UNWELL_MS) {
		if (!p->ill)
			log_err("no NIC, or it has not been served for %u ms: no heartbeat, so that somebody restarts this domain",
				(unsigned int)(now - p->well_at));
		p->ill = true;
		return 0;
	}
	p->ill = false;
	/* Its timer is Xen's: nothing in this domain can make it late. */
	if (p->watchdog >= 0 && write(p->watchdog, "", 1) < 0)
		log_warn("%s: %s", PULSE_WATCHDOG, strerror(errno));
	err = store_write_u32(s, XS_DIR_OWN, XS_OWN_HEARTBEAT, ++p->beats);
	/* A quota is used up, or the store is busy: the next one may get through. */
	return store_broken(err) ? err : 0;
}

int pulse_work(struct pulse *p, struct store *s, struct kern *k, uint64_t now)
{
	int err = 0;

	if (p->drain != FLOWING && now >= p->drain_at)
		err = look_at_drain(p, s, k, now);
	if (err || now < p->at)
		return err;
	p->at = now + PULSE_MS;
	return beat(p, s, k, now);
}

uint64_t pulse_due(const struct pulse *p)
{
	return p->drain != FLOWING && p->drain_at < p->at ? p->drain_at : p->at;
}
