/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kept.h - what is kept of each death: DIR/NAME-YYYYMMDDThhmmssZEXT, and of each name the last ones
 */
#ifndef XMD_SUPERVISOR_KEPT_H
#define XMD_SUPERVISOR_KEPT_H

#include <time.h>

#define KEPT_PATH	400	/* bytes that any of these paths has, at most */

/* Makes @dir, which only root and its group may read, if it is not there. */
void kept_path(char path[KEPT_PATH], const char *dir, const char *name, const char *ext, time_t when);
/* All but the last @n, and @spare (NULL: none), whatever the clock said then; what cannot be removed is told. */
void kept_prune(const char *dir, const char *name, const char *ext, int n, const char *spare);

#endif
