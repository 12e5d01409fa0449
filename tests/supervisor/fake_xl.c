// SPDX-License-Identifier: GPL-2.0
/* fake_xl.c - see fake_xl.h */
#include "fake_xl.h"

#include "console.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_xl fake;

struct xl {
	int unused;
};

void fake_reset(void)
{
	fake = (struct fake_xl){ .fuse = NULL };
}

/* --------------------------------------------------------------- the table */

struct fake_domain *fake_find(uint32_t domid)
{
	int i;

	for (i = 0; i < FAKE_DOMAINS; i++)
		if (domid && fake.domain[i].domid == domid)
			return &fake.domain[i];
	return NULL;
}

/* One that is dying has no name any more. */
static struct fake_domain *by_name(const char *name)
{
	int i;

	for (i = 0; i < FAKE_DOMAINS; i++)
		if (fake.domain[i].domid && fake.domain[i].life != LIFE_DYING &&
		    !strcmp(fake.domain[i].name, name))
			return &fake.domain[i];
	return NULL;
}

struct fake_domain *fake_add(uint32_t domid, const char *name)
{
	struct fake_domain *d = fake.domain;

	while (d->domid)
		d++;
	assert(d < fake.domain + FAKE_DOMAINS);
	*d = (struct fake_domain){ .domid = domid, .life = LIFE_RUNNING, .driver_domain = true, .nic = true,
				   .usage = { .blocked = true }, .burns = 10000000,
				   .on_crash = END_PRESERVE, .on_watchdog = END_PRESERVE,
				   .kernel = "vmlinuz", .ramdisk = "initrd" };
	snprintf(d->name, sizeof(d->name), "%s", name);
	return d;
}

void fake_drop(uint32_t domid)
{
	struct fake_domain *d = fake_find(domid);

	if (d)
		d->domid = 0;
}

/* --------------------------------------------------------------- the calls */

static void write_down(const char *call)
{
	size_t n = strlen(fake.calls);

	snprintf(fake.calls + n, sizeof(fake.calls) - n, "%s%s", n ? ", " : "", call);
}

static void burn(void)
{
	fuse_burn(fake.fuse);
}

void fake_step(const char *fmt, ...)
{
	char call[200];
	va_list ap;

	burn();
	va_start(ap, fmt);
	vsnprintf(call, sizeof(call), fmt, ap);
	va_end(ap);
	write_down(call);
}

int fake_call(const char *fmt, ...)
{
	char call[200];
	va_list ap;

	burn();
	va_start(ap, fmt);
	vsnprintf(call, sizeof(call), fmt, ap);
	va_end(ap);
	if (strncmp(call, "look", 4) && strncmp(call, "find", 4))
		write_down(call);
	if (!fake.fail_times || strncmp(call, fake.fail, strlen(fake.fail)))
		return 0;
	fake.fail_times--;
	return -fake.fail_err;
}

void fake_fail(const char *call, int err, unsigned int times)
{
	fake.fail = call;
	fake.fail_err = err;
	fake.fail_times = times;
}

struct xl *xl_open(void)
{
	return fake_call("open") ? NULL : calloc(1, sizeof(struct xl));
}

void xl_close(struct xl *x)
{
	free(x);
}

int xl_look(struct xl *x, uint32_t domid, enum life *life)
{
	int err = fake_call("look %u", domid);
	const struct fake_domain *d = fake_find(domid);

	(void)x;
	fake.looks++;
	*life = err || !d ? LIFE_GONE : d->life;
	return err;
}

int xl_find(struct xl *x, const char *name, uint32_t *domid)
{
	int err = fake_call("find %s", name);
	const struct fake_domain *d = by_name(name);

	(void)x;
	if (err || !d)
		return -ENOENT;
	*domid = d->domid;
	return 0;
}

static int save(const struct fake_domain *d, const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return -errno;
	fprintf(f, "%s %d %d %d %s %s%s\n", d->name, d->driver_domain, d->on_crash, d->on_watchdog,
		d->kernel, d->ramdisk, d->nic ? "" : " bare");
	fclose(f);
	return 0;
}

static void tell(const struct fake_domain *d, struct xl_traits *t)
{
	*t = (struct xl_traits){ .driver_domain = d->driver_domain, .on_crash = d->on_crash,
				 .on_watchdog = d->on_watchdog, .pv = true, .n_pci = d->nic };
	memcpy(t->name, d->name, sizeof(t->name));
	strcpy(t->pci[0], "0000:00:02.0");
	snprintf(t->kernel, sizeof(t->kernel), "%s", d->kernel);
	snprintf(t->ramdisk, sizeof(t->ramdisk), "%s", d->ramdisk);
}

int xl_save(struct xl *x, uint32_t domid, const char *path, struct xl_traits *t)
{
	int err = path ? fake_call("save %u", domid) : fake_call("look at the traits of %u", domid);
	const struct fake_domain *d = fake_find(domid);

	(void)x;
	fake.saves++;
	if (err)
		return err;
	if (!d)
		return -ENOENT;
	tell(d, t);
	return path ? save(d, path) : 0;
}

int xl_pause(struct xl *x, uint32_t domid)
{
	int err = fake_call("pause %u", domid);
	struct fake_domain *d = fake_find(domid);

	(void)x;
	if (err || !d)
		return err ? err : -ENOENT;
	d->paused = true;
	if (fake.paused)
		fake.paused(d);
	return 0;
}

int xl_core_dump(struct xl *x, uint32_t domid, const char *path)
{
	int err = fake_call("core %u", domid);
	const struct fake_domain *d = fake_find(domid);
	FILE *f = fopen(path, "wex");

	(void)x;
	if (!f)
		return -errno;
	fprintf(f, "%s\n", d ? d->name : "");
	fclose(f);
	return err ? err : d ? 0 : -ENOENT;
}

int xl_destroy(struct xl *x, uint32_t domid)
{
	int err = fake_call("destroy %u", domid);
	struct fake_domain *d = fake_find(domid);

	(void)x;
	if (err || !d)
		return err;
	if (fake.destroyed)
		fake.destroyed(domid);
	if (fake.zombie == domid) {
		d->life = LIFE_DYING;
		return -EBUSY;
	}
	fake_drop(domid);
	return 0;
}

static int load(const char *path, struct fake_domain *d)
{
	FILE *f = fopen(path, "re");
	int driver, crash, watchdog, n;

	if (!f)
		return -errno;
	n = fscanf(f, "%63s %d %d %d %31s %31s", d->name, &driver, &crash, &watchdog, d->kernel,
		   d->ramdisk);
	n += fgetc(f) == ' ' ? fgetc(f) == '2' ? 2 : 1 : 0;
	d->nic = n != 7;
	d->two = n == 8;
	fclose(f);
	d->driver_domain = driver;
	d->on_crash = (enum on_end)crash;
	d->on_watchdog = (enum on_end)watchdog;
	return n >= 6 ? 0 : -EINVAL;
}

int xl_traits(struct xl *x, const char *path, struct xl_traits *t)
{
	struct fake_domain d;
	int err = load(path, &d);

	(void)x;
	if (!err)
		tell(&d, t);
	if (!err && d.two)
		strcpy(t->pci[t->n_pci++], "0000:00:03.0");
	return err;
}

int xl_usage(struct xl *x, uint32_t domid, struct xl_usage *u)
{
	int err = fake_call("look at the usage of %u", domid);
	struct fake_domain *d = fake_find(domid);

	(void)x;
	if (err || !d)
		return err ? err : -ENOENT;
	d->usage.cpu_ns += d->burns;
	*u = d->usage;
	u->paused = d->paused;
	return 0;
}

bool xl_is_paused(struct xl *x, uint32_t domid)
{
	const struct fake_domain *d = fake_find(domid);

	(void)x;
	return d && d->paused;
}

static struct fake_domain *make(uint32_t domid, const struct xl_make *how,
				const struct fake_domain *want)
{
	struct fake_domain *d = fake_add(domid, want->name);

	*d = *want;
	d->domid = domid;
	d->paused = true;
	d->life = LIFE_RUNNING;
	d->nic = !how->bare && want->nic;
	if (how->kernel)
		snprintf(d->kernel, sizeof(d->kernel), "%s", how->kernel);
	if (how->ramdisk)
		snprintf(d->ramdisk, sizeof(d->ramdisk), "%s", how->ramdisk);
	return d;
}

int xl_create(struct xl *x, const char *path, const struct xl_make *how, uint32_t *domid)
{
	int err = fake_call("create %u%s%s%s%s%s%s", *domid, how->bare ? "" : " whole",
			    how->kernel ? " kernel " : "", how->kernel ? how->kernel : "",
			    how->ramdisk ? " ramdisk " : "", how->ramdisk ? how->ramdisk : "",
			    how->memory_mb ? " with more memory" : "");
	struct fake_domain want = { .domid = 0 }, *d;

	(void)x;
	if (!err)
		err = load(path, &want);
	if (err)
		return err;
	if (!how->bare && want.nic && fake.nic_owned && fake.nic_owned())
		return -EIO;
	/* A domid or a name that somebody has, an image that is none. */
	if (fake_find(*domid) || by_name(want.name) || (how->kernel && strstr(how->kernel, "none")))
		return -EIO;
	while (!*domid || fake_find(*domid))
		*domid = *domid ? *domid + 1 : FAKE_ANY_DOMID;
	d = make(*domid, how, &want);
	if (fake.created)
		fake.created(d);
	if (d->nic && fake.nic_added)
		fake.nic_added(d);
	return 0;
}

int xl_add_pci(struct xl *x, const char *path, uint32_t domid)
{
	int err = fake_call("nic %u", domid);
	struct fake_domain *d = fake_find(domid);

	(void)x;
	(void)path;
	if (err || !d || d->nic || (fake.nic_owned && fake.nic_owned()))
		return err ? err : -EIO;
	d->nic = true;
	if (fake.nic_added)
		fake.nic_added(d);
	return 0;
}

int xl_unpause(struct xl *x, uint32_t domid)
{
	int err = fake_call("unpause %u", domid);
	struct fake_domain *d = fake_find(domid);

	(void)x;
	if (err || !d)
		return err ? err : -ENOENT;
	if (d->paused && fake.unpaused)
		fake.unpaused(d);
	d->paused = false;
	return 0;
}

int xl_reattach_vif(struct xl *x, uint32_t guest, uint32_t handle, uint32_t drv)
{
	int err = fake_call("reattach %u/%u to %u", guest, handle, drv);

	(void)x;
	return err || !fake.reattach ? err : fake.reattach(guest, handle, drv);
}

/* Nobody's console has anything in it. */
int console_map(uint32_t domid, uint32_t frame, char page[CONSOLE_PAGE])
{
	(void)domid;
	(void)frame;
	(void)page;
	return -EPERM;
}
