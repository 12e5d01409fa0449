/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bus.h - pages and event channels of guests, as xmd-backend uses them for object and control rings; and
 * whether there is such a guest at all.
 *
 * bus_xen.c does it with libxengnttab and libxenevtchn, tests in memory.  Functions return 0
 * or a negative errno.  After an event of a channel has been taken by next, no more of it come
 * until unmask.
 */
#ifndef XMD_BACKEND_BUS_H
#define XMD_BACKEND_BUS_H

#include <stdint.h>

struct bus;

struct bus_ops {
	/* one page, to read and write; *@page is unmapped by unmap */
	int (*map)(struct bus *b, uint16_t domid, uint32_t ref, void **page);
	void (*unmap)(struct bus *b, void *page);
	/* a channel that @domid offers us, to @local */
	int (*bind)(struct bus *b, uint16_t domid, uint32_t evtchn, uint32_t *local);
	void (*unbind)(struct bus *b, uint32_t local);
	int (*notify)(struct bus *b, uint32_t local);
	/* -EAGAIN: none waiting */
	int (*next)(struct bus *b, uint32_t *local);
	int (*unmask)(struct bus *b, uint32_t local);
	/* is there no domain @domid any more?  1, 0, or a negative errno: no answer.  One that
	 * has ended is there for as long as anybody has a page of it mapped. */
	int (*gone)(struct bus *b, uint16_t domid);
	int (*fd)(struct bus *b);
	void (*close)(struct bus *b);
};

struct bus {
	const struct bus_ops *ops;
};

/* Needs privileges.  Return: NULL with errno set, and with what could not be opened in @what. */
struct bus *bus_xen_open(const char **what);

#endif
