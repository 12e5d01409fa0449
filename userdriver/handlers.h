/* SPDX-License-Identifier: GPL-2.0 */
/*
 * handlers.h - what the kernel half asks for, named and typed after the upcalls of
 * xpc/objects.h.
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

int drv_configure(struct driver *d, const struct xmd_adapter *want);
int drv_link_event(struct driver *d);
int drv_tx_hang(struct driver *d);
int drv_alive(struct driver *d);
int drv_nway_reset(struct driver *d);
int drv_identify(struct driver *d, __u32 on);
int drv_read_regs(struct driver *d, struct xmd_regdump *dump);
int drv_read_eeprom(struct driver *d, __u32 offset, __u32 n, struct xmd_bytes *out);
int drv_write_eeprom(struct driver *d, __u32 offset, const struct xmd_bytes *in);
int drv_self_test(struct driver *d, __u32 offline, struct xmd_testresult *out);
int drv_refresh_counters(struct driver *d);

#endif /* XMD_USERDRIVER_HANDLERS_H */
