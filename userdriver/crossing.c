// SPDX-License-Identifier: GPL-2.0
/*
 * crossing.c - the objects of xpc/objects.h on this side
 *
 * d->adapter is what is in force and what we see; d->committed is the replica of what the
 * kernel half knows.  crossing_report makes the second like the first: states at any time,
 * settings by the downcall found, once, while d->unreported says that nobody but us can know
 * them.  An address is among them, so whoever comes next sees whether that was done.
 *
 * The other way round, settings that need no asking (filters) come as a change of the replica
 * and are put into force by drv_configure, like those that are asked for.  The replica can
 * change in any crossing: a proposal that was based on an old version brings the new one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"
#include "handlers.h"

#define STALE_TRIES 3

static const struct xpc_struct *const adapter_type = &xpc_struct_xmd_adapter;

/* States. */
static uint64_t ours(void)
{
	return xpc_writable(adapter_type, XPC_BY_USER);
}

/* EBUSY, ESTALE: the kernel half is just changing the object.  That comes to us as a message,
 * and behind it, or by the watchdog, the report is made again. */
static int reported(struct driver *d, const char *what, int err)
{
	if (!err || err == -EBUSY || err == -ESTALE)
		return 0;
	return driver_downcall_failed(d, what, err);
}

/* Members in which the home's copy is behind. */
static uint64_t to_report(const struct driver *d)
{
	return ours() & xpc_diff(adapter_type, &d->committed, &d->adapter);
}

/* The replica is made like it at once: the change that comes back is on its way. */
static int report_found(struct driver *d)
{
	uint64_t settings = xpc_writable(adapter_type, XPC_BY_KERNEL) & ~XMD_NEVER_FOUND;
	int err = xpc_call_xmd_found(&d->xpc, &d->adapter);
	uint8_t scratch[XPC_MSG_MAX];

	if (err)
		return err;
	d->unreported = false;
	return xpc_copy(adapter_type, settings, &d->committed, &d->adapter, scratch);
}

int crossing_report(struct driver *d)
{
	int err = -ESTALE;

	for (int i = 0; i < STALE_TRIES && err == -ESTALE; i++) {
		uint64_t mask = to_report(d);

		err = mask ? xpc_user_propose(&d->xpc, XPC_OBJECT_xmd_adapter, mask,
					      &d->adapter) : 0;
	}
	if (!err && d->unreported)
		err = report_found(d);
	return reported(d, "reporting the adapter's state", err);
}

int crossing_report_counters(struct driver *d)
{
	uint64_t mask = xpc_diff(&xpc_struct_xmd_counters, &d->counters_known, &d->counters);

	if (!mask)
		return 0;
	return reported(d, "reporting counters",
			xpc_user_report(&d->xpc, XPC_OBJECT_xmd_counters, mask, &d->counters));
}

static void changed(void *ctx, unsigned int object, __u64 mask)
{
	struct driver *d = ctx;

	(void)mask;
	d->changed |= object == XPC_OBJECT_xmd_adapter;
}

/* Copies of all objects come with HELLO.  Return: as the functions of driver.h. */
int crossing_hello(struct driver *d)
{
	void *const replica[] = {
		[XPC_OBJECT_xmd_adapter] = &d->committed,
		[XPC_OBJECT_xmd_counters] = &d->counters_known,
	};
	const struct xpc_user_config cfg = {
		.proto = &xpc_objects, .link = d->port->link, .replica = replica,
		.serve = xpc_serve_objects_up, .changed = changed, .ctx = d,
	};
	int err = xpc_user_init(&d->xpc, &cfg);

	if (err)
		return driver_fail(d, EXIT_SYSTEM, "no memory for the objects");
	err = xpc_user_hello(&d->xpc);
	if (err == -EPROTONOSUPPORT)
		return driver_fail(d, EXIT_HELLO,
			"the kernel half knows other objects: xmd_nic.ko and xmd-userdriver must come from the same build");
	if (err == -EIO)
		return driver_downcall_failed(d, "HELLO", err);
	if (err)
		return driver_fail(d, EXIT_HELLO, "HELLO: %s", strerror(-err));
	d->counters = d->counters_known;
	d->changed = false;
	return 0;
}

int crossing_ready(struct driver *d)
{
	int err = xpc_user_ready(&d->xpc);

	return err ? driver_downcall_failed(d, "READY", err) : 0;
}

void crossing_end(struct driver *d)
{
	xpc_user_free(&d->xpc);
}

/* A line each, in the log: how often what has crossed, and how long it took. */
void crossing_log(const struct driver *d)
{
	log_info("%lu ioctls; messages and calls since HELLO:", d->port->crossings);
	xpc_user_print_stats(&d->xpc, stderr);
}

unsigned long crossing_count(const struct driver *d)
{
	unsigned long n = d->port->crossings;

	for (unsigned int i = 0; i < XPC_KINDS; i++)
		n += d->xpc.sent[i] + d->xpc.received[i];
	return n;
}

/* The replica's settings, with the states that we see.  Those that we have still to report are
 * newer than the replica's. */
static int follow(struct driver *d)
{
	uint64_t settings = xpc_writable(adapter_type, XPC_BY_KERNEL);
	struct xmd_adapter want = d->adapter;
	uint8_t scratch[XPC_MSG_MAX];
	int err;

	if (d->unreported)
		settings &= XMD_NEVER_FOUND;
	err = xpc_copy(adapter_type, settings, &want, &d->committed, scratch);
	return err ? err : drv_configure(d, &want);
}

/* After any crossing.  Nobody waits for an answer: what fails is tried again by the watchdog. */
void crossing_follow(struct driver *d)
{
	int err = 0;

	while (d->changed && !err && !d->exit_code) {
		d->changed = false;
		err = follow(d);
	}
	if (err)
		d->changed = true;
}

/* One message, and what follows from it.  Return: 1 there was one, 0 none, -errno */
int crossing_serve(struct driver *d)
{
	int ret = xpc_user_dispatch(&d->xpc);
	int err = 0;

	if (ret < 0)
		return driver_downcall_failed(d, "serving the kernel half", ret);
	if (!ret)
		return 0;
	crossing_follow(d);
	if (!d->exit_code)
		err = crossing_report(d);
	return err ? err : ret;
}
