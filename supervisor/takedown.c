// SPDX-License-Identifier: GPL-2.0
/* takedown.c - the end of a driver domain that a worker brings back */
#include "work.h"

#include "log.h"
#include "quiet.h"
#include "standin.h"

#include <errno.h>
#include <string.h>

#define XL_GRACE_MS	5000	/* for an "xl" that was told to destroy it itself */
#define DYING_MS	20000
#define DEVICES_MAX	8

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
	enum life life = LIFE_DYING;

	while (!xl_look(w->xl, w->domid, &life) && life != LIFE_GONE) {
		see_store(w);
		if (patience_over(&p))
			break;
		sleep_ms(20);
	}
	return life;
}

/*
 * With on_crash=destroy the xl that created the domain destroys it, too.  It must be
 * through before there is a new domain of that domid, or it would take that for the old.
 */
static bool xl_will_destroy(struct work *w, enum life life)
{
	struct xl_traits t;

	if ((life != LIFE_CRASHED && life != LIFE_WATCHDOG) || file_exists(w->job->name, ".ours"))
		return false;
	if (xl_save(w->xl, w->domid, NULL, &t))
		return true;
	return (life == LIFE_CRASHED ? t.on_crash : t.on_watchdog) != END_PRESERVE;
}

void quiet_devices(struct work *w)
{
	char bdf[DEVICES_MAX][XL_BDF_LEN];
	int i, n = xl_devices(w->xl, w->json, bdf, DEVICES_MAX);

	for (i = 0; i < n; i++)
		quiet_device(bdf[i]);
	log_debug("%d devices silenced after %u ms", n, (unsigned int)(now_ms() - w->started));
}

void put_out(struct work *w, enum life life)
{
	phase_write(w->job->name, PHASE_CREATE);
	if (life == LIFE_RUNNING)
		xl_pause(w->xl, w->domid);
	/* Soon: dom0 may have its one processor full of interrupts by now. */
	quiet_devices(w);
}

static int take_down(struct work *w)
{
	pid_t pid;
	int err;

	/* One that hangs, or was drained, might else answer at the same time. */
	xl_pause(w->xl, w->domid);
	pid = standin_start(w->domid);
	err = xl_destroy(w->xl, w->domid);
	standin_stop(pid);
	return err;
}

int destroy(struct work *w)
{
	enum life life;
	int err = xl_look(w->xl, w->domid, &life);

	if (err || life == LIFE_GONE)
		return err;
	if (life != LIFE_DYING && xl_will_destroy(w, life)) {
		log_info("waiting for the xl that created it to destroy it; with on_crash=\"preserve\" and on_watchdog=\"preserve\" in its configuration this is quicker");
		life = wait_gone(w, XL_GRACE_MS);
	}
	if (life != LIFE_DYING && life != LIFE_GONE) {
		err = take_down(w);
		life = LIFE_DYING;
	}
	if (wait_gone(w, DYING_MS) == LIFE_GONE)
		return 0;
	log_err("domain %u does not go away (%s): somebody still holds its memory, see \"xl list\" and \"xl debug-keys q\"",
		w->domid, strerror(err ? -err : EBUSY));
	return -EBUSY;
}
