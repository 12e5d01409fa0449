/* SPDX-License-Identifier: GPL-2.0 */
/*
 * core.h - the memory of a driver domain that has died, for crash(8) and gdb
 *
 * DIR/NAME-YYYYMMDDThhmmssZ.core, as "xl dump-core" writes it, where core_dump = DIR is configured.
 * It is written before the domain is destroyed, so its guests wait for it; the last CORE_KEPT of
 * each name are kept.
 */
#ifndef XMD_SUPERVISOR_CORE_H
#define XMD_SUPERVISOR_CORE_H

#include "xl.h"

#define CORE_KEPT	2

/* Of @domid, which does not run any more.  @dir: "" for none.  What went wrong is told.  Return: whether it is kept. */
bool core_keep(struct xl *x, const char *dir, const char *name, uint32_t domid);

#endif
