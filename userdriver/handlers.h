/* SPDX-License-Identifier: GPL-2.0 */
/*
 * handlers.h - what the kernel half asks for: the upcall xmd_NAME of xpc/objects.h is handled
 * by drv_NAME, declared in xpc/generated/objects_xpc.h.
 *
 * Each returns 0, or the -errno that the administrator gets to see.  A wrong or impossible
 * wish changes nothing.  If the NIC or the kernel half fails in the middle, what was done is
 * undone; only when that fails, too, is d->exit_code set, and the process has to end after
 * its answer: the next one comes to the committed settings from wherever this one stopped.
 *
 * States that a handler sees are reported on the way (crossing_report); the settings that it
 * was asked for are the home's to commit, once it has answered 0.
 */
#ifndef XMD_USERDRIVER_HANDLERS_H
#define XMD_USERDRIVER_HANDLERS_H

#include "driver.h"

/* Not an upcall but what begins a life: from the NIC as it is found (the phase in INFO) to
 * @committed.  RUNNING: adopted, only differences are written.  STOPPED: brought up. */
int drv_adopt(struct driver *d, const struct xmd_adapter *committed);

#endif /* XMD_USERDRIVER_HANDLERS_H */
