// SPDX-License-Identifier: GPL-2.0
/*
 * nic.c - the NIC of a driver domain that a worker brings back: away from the old one, to the new.
 *
 * Away: libxl asks the frontend of a domain that it destroys, waits until it has answered, and a
 * dead one does not.  So what libxl and xen-pciback know of the device in xenstore is removed
 * first: libxl has nothing to wait for then, and xen-pciback takes the end of its directory for
 * the end of the device.  It may be on its way still when there is a new domain of that domid; a
 * directory of the same name that it finds then it would take for the old one.  Its device in
 * sysfs says when it is through.
 *
 * To the new one: the device is added while the domain boots (libxl's hotplug), in the time that
 * its kernel needs anyhow.
 */
#include "work.h"

#include "log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#ifndef XENBUS_DEVICES
#define XENBUS_DEVICES	"/sys/bus/xen-backend/devices"
#endif

#define LET_GO_MS	2000	/* for xen-pciback; it takes some ten */
#define LET_GO_LOOK_MS	2
#define ADD_MS		5000	/* for libxl, after which it is tried the other way */
#define ADD_LOOK_MS	50
#define NUDGE_MS	500	/* between two looks at its frontend */

#define LIBXL_PCI	"/libxl/%u/device/pci"
#define LIBXL_OWNERS	"/libxl/pci/"		/* below: 0000-00-02-0/domid */
#define BACK_PCI	"/local/domain/0/backend/pci/%u"
#define FRONT_PCI	HOME "device/pci/0"
#define STATE_INITIALISING	1
#define STATE_CLOSING		5

static int forget(struct work *w, const char *fmt)
{
	char path[STORE_PATH_MAX];
	int err;

	snprintf(path, sizeof(path), fmt, w->domid);
	err = w->store->ops->remove(w->store, path);
	return err == -ENOENT ? 0 : err;
}

/* Libxl gives nobody a device that it takes for somebody's. */
static int forget_owner(struct work *w, const char *bdf)
{
	char dir[STORE_PATH_MAX], *p;
	uint32_t owner;

	p = dir + snprintf(dir, sizeof(dir), LIBXL_OWNERS);
	snprintf(p, sizeof(dir) - (size_t)(p - dir), "%s", bdf);
	for (; *p; p++)
		if (*p == ':' || *p == '.')
			*p = '-';
	if (store_read_u32(w->store, dir, "domid", &owner) || owner != w->domid)
		return 0;
	return store_remove(w->store, dir, "domid");
}

void nic_forget(struct work *w)
{
	int err = forget(w, LIBXL_PCI);
	unsigned int i;

	if (!err)
		err = forget(w, BACK_PCI);
	for (i = 0; !err && i < w->traits.n_pci; i++)
		err = forget_owner(w, w->traits.pci[i]);
	if (err)
		log_warn("what xenstore has of its PCI devices cannot be removed (%s): libxl may wait for them",
			 strerror(-err));
}

void nic_let_go(struct work *w)
{
	struct patience p = patience_begin(LET_GO_MS);
	char path[96];

	snprintf(path, sizeof(path), XENBUS_DEVICES "/pci-%u-0", w->job->domid);
	while (!access(path, F_OK)) {
		if (patience_over(&p)) {
			log_warn("xen-pciback does not let go of the PCI devices of domain %u (%s is still there): going on without",
				 w->job->domid, path);
			return;
		}
		sleep_ms(LET_GO_LOOK_MS);
	}
}

/* A worker before us was here. */
static bool is_there(struct work *w)
{
	char dir[STORE_PATH_MAX];
	uint32_t n;

	snprintf(dir, sizeof(dir), BACK_PCI "/0", w->domid);
	return !store_read_u32(w->store, dir, "num_devs", &n) && n;
}

int nic_add(struct work *w)
{
	int err = 0;

	if (w->phase != PHASE_NIC)
		return 0;
	if (!is_there(w))
		err = xl_add_pci(w->xl, w->json, w->domid);
	if (err)
		return err;
	enter(w, PHASE_RESTORE);
	mark(w, "nic");
	return 0;
}

int nic_insist(struct work *w)
{
	struct patience p = patience_begin(ADD_MS);
	enum life life = LIFE_RUNNING;

	while (nic_add(w)) {
		if (xl_look(w->xl, w->domid, &life) || life != LIFE_RUNNING)
			return -EHOSTDOWN;
		if (patience_over(&p)) {
			w->no_nic = true;
			return -ENODEV;
		}
		sleep_ms(ADD_LOOK_MS);
	}
	return 0;
}

static bool refused(struct work *w)
{
	char dir[STORE_PATH_MAX];
	uint32_t state;

	snprintf(dir, sizeof(dir), BACK_PCI "/0", w->domid);
	return !store_read_u32(w->store, dir, "state", &state) && state >= STATE_CLOSING &&
	       state <= STATE_CLOSING + 1;
}

/*
 * Linux lists its devices in xenstore and then sets its watch on them: one that comes in between
 * it does not see.  A write that changes nothing has it look.  It may write there, too, and what
 * it has written counts; hence a transaction.
 */
static void nudge(struct work *w)
{
	char dir[STORE_PATH_MAX];
	uint32_t state;

	snprintf(dir, sizeof(dir), FRONT_PCI, w->domid);
	if (store_begin(w->store))
		return;
	if (store_read_u32(w->store, dir, "state", &state) || state != STATE_INITIALISING ||
	    store_write_u32(w->store, dir, "state", state))
		store_abort(w->store);
	else
		store_commit(w->store);
}

int nic_look(struct work *w)
{
	uint64_t now = now_ms();

	if (!w->nudge_at || now < w->nudge_at)
		return 0;
	w->nudge_at = now + NUDGE_MS;
	if (refused(w)) {
		log_err("xen-pciback has refused its NIC; dom0's kernel log says why");
		w->no_nic = true;
		return -ENODEV;
	}
	nudge(w);
	return 0;
}
