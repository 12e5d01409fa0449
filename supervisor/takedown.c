// SPDX-License-Identifier: GPL-2.0
/* takedown.c - the end of a driver domain that a worker brings back */
#include "work.h"

#include "log.h"
#include "quiet.h"

#include <errno.h>
#include <string.h>

#define XL_GRACE_MS	5000	/* for an "xl" that was told to destroy it itself */
#define DYING_MS	20000
#define DYING_LOOK_MS	5	/* at first; a domain of 64 MB takes Xen some ten */
#define DYING_LOOK_MAX_MS	40

/* A look that takes as long as xenstored does, so that its silence is not held against others. */
static void see_store(struct work *w)
{
	char name[STORE_VALUE_MAX];

	store_read_text(w->store, "/local/domain/0", "name", name);
}

/* Until it is gone or @ms are over.  Whoever destroys it needs xenstored for that, too. */
static enum life wait_gone(struct work *w, unsigned int ms)
{
	struct patience p = patience_begin(ms);
	unsigned int pause = DYING_LOOK_MS;
	enum life life = LIFE_DYING;

	while (!xl_look(w->xl, w->domid, &life) && life != LIFE_GONE) {
		see_store(w);
		if (patience_over(&p))
			break;
		sleep_ms(pause);
		pause = pause * 2 < DYING_LOOK_MAX_MS ? pause * 2 : DYING_LOOK_MAX_MS;
	}
	return life;
}

/*
 * With on_crash=destroy the xl that created the domain destroys it, too.  It must be
 * through before there is a new domain of that domid, or it would take that for the old.
 */
static bool xl_will_destroy(struct work *w, enum life life)
{
	const struct xl_traits *t = &w->traits;

	if ((life != LIFE_CRASHED && life != LIFE_WATCHDOG) || file_exists(w->job->name, ".ours"))
		return false;
	return (life == LIFE_CRASHED ? t->on_crash : t->on_watchdog) != END_PRESERVE;
}

/* Nothing of it runs, and its NIC does nothing.  Soon: dom0 may be full of interrupts by now. */
static void stop(struct work *w, enum life life)
{
	unsigned int i;

	if (w->quiet)
		return;
	if (life == LIFE_RUNNING)
		xl_pause(w->xl, w->domid);
	for (i = 0; i < w->traits.n_pci; i++)
		quiet_device(w->traits.pci[i]);
	w->quiet = true;
}

void put_out(struct work *w, enum life life)
{
	enter(w, PHASE_CREATE);
	stop(w, life);
	mark(w, "quiet");
}

int destroy(struct work *w)
{
	enum life life;
	int err = xl_look(w->xl, w->domid, &life);

	if (err)
		return err;
	/* One that was tried and does not serve runs still. */
	if (life != LIFE_GONE)
		stop(w, life);
	nic_forget(w);
	if (life == LIFE_GONE)
		return 0;
	if (life != LIFE_DYING && xl_will_destroy(w, life)) {
		log_info("waiting for the xl that created it to destroy it; with on_crash=\"preserve\" and on_watchdog=\"preserve\" in its configuration this is quicker");
		life = wait_gone(w, XL_GRACE_MS);
	}
	if (life != LIFE_DYING && life != LIFE_GONE) {
		err = xl_destroy(w->xl, w->domid);
		life = LIFE_DYING;
	}
	if (wait_gone(w, DYING_MS) == LIFE_GONE)
		return 0;
	log_err("domain %u does not go away (%s): somebody still holds its memory, see \"xl list\" and \"xl debug-keys q\"",
		w->domid, strerror(err ? -err : EBUSY));
	return -EBUSY;
}
