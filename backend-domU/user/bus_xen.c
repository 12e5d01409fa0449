// SPDX-License-Identifier: GPL-2.0
/* bus_xen.c - struct bus_ops on /dev/xen/gntdev and /dev/xen/evtchn; see bus.h */
#include "bus.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <xenevtchn.h>
#include <xengnttab.h>

struct bus_xen {
	struct bus base;
	xengnttab_handle *grants;
	xenevtchn_handle *events;
};

static struct bus_xen *to_xen(struct bus *b)
{
	return (struct bus_xen *)b;
}

static int xen_map(struct bus *b, uint16_t domid, uint32_t ref, void **page)
{
	*page = xengnttab_map_grant_ref(to_xen(b)->grants, domid, ref, PROT_READ | PROT_WRITE);
	return *page ? 0 : -errno;
}

static void xen_unmap(struct bus *b, void *page)
{
	xengnttab_unmap(to_xen(b)->grants, page, 1);
}

static int xen_bind(struct bus *b, uint16_t domid, uint32_t evtchn, uint32_t *local)
{
	xenevtchn_port_or_error_t p = xenevtchn_bind_interdomain(to_xen(b)->events, domid, evtchn);

	if (p < 0)
		return -errno;
	*local = (uint32_t)p;
	return 0;
}

static void xen_unbind(struct bus *b, uint32_t local)
{
	xenevtchn_unbind(to_xen(b)->events, local);
}

static int xen_notify(struct bus *b, uint32_t local)
{
	return xenevtchn_notify(to_xen(b)->events, local) ? -errno : 0;
}

static int xen_next(struct bus *b, uint32_t *local)
{
	xenevtchn_port_or_error_t p = xenevtchn_pending(to_xen(b)->events);

	if (p < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	*local = (uint32_t)p;
	return 0;
}

static int xen_unmask(struct bus *b, uint32_t local)
{
	return xenevtchn_unmask(to_xen(b)->events, local) ? -errno : 0;
}

/*
 * Xen looks for the domain (ESRCH) before it looks at the port (EINVAL), and port 0 is nobody's
 * in every domain: nothing is bound by this.  xenstored does not tell: /local/domain is dom0's
 * alone, and so is the right to ask whether a domain is introduced.
 */
static int xen_gone(struct bus *b, uint16_t domid)
{
	xenevtchn_port_or_error_t p = xenevtchn_bind_interdomain(to_xen(b)->events, domid, 0);

	if (p >= 0) {
		xenevtchn_unbind(to_xen(b)->events, (evtchn_port_t)p);
		return 0;
	}
	return errno == ESRCH ? 1 : errno == EINVAL ? 0 : -errno;
}

static int xen_fd(struct bus *b)
{
	return xenevtchn_fd(to_xen(b)->events);
}

static void xen_close(struct bus *b)
{
	struct bus_xen *x = to_xen(b);

	xenevtchn_close(x->events);
	xengnttab_close(x->grants);
	free(x);
}

static const struct bus_ops xen_ops = {
	.map = xen_map,
	.unmap = xen_unmap,
	.bind = xen_bind,
	.unbind = xen_unbind,
	.notify = xen_notify,
	.next = xen_next,
	.unmask = xen_unmask,
	.gone = xen_gone,
	.fd = xen_fd,
	.close = xen_close,
};

struct bus *bus_xen_open(const char **what)
{
	struct bus_xen *x = calloc(1, sizeof(*x));
	int saved;

	*what = "memory";
	if (!x)
		return NULL;
	x->base.ops = &xen_ops;
	*what = "/dev/xen/gntdev";
	x->grants = xengnttab_open(NULL, 0);
	if (!x->grants)
		goto err_grants;
	*what = "/dev/xen/evtchn";
	x->events = xenevtchn_open(NULL, 0);
	if (!x->events)
		goto err_events;
	if (fcntl(xenevtchn_fd(x->events), F_SETFL, O_NONBLOCK))
		goto err_flags;
	return &x->base;

err_flags:
	saved = errno;
	xenevtchn_close(x->events);
	errno = saved;
err_events:
	saved = errno;
	xengnttab_close(x->grants);
	errno = saved;
err_grants:
	saved = errno;
	free(x);
	errno = saved;
	return NULL;
}
