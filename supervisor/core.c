// SPDX-License-Identifier: GPL-2.0
/* core.c - see core.h */
#include "core.h"

#include "kept.h"
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The oldest makes room before, so that there is never more than CORE_KEPT, and the one that is
 * being written: that has a name which the next try takes, too.
 */
bool core_keep(struct xl *x, const char *dir, const char *name, uint32_t domid)
{
	char path[KEPT_PATH], part[KEPT_PATH + 8];
	mode_t mask;
	int err;

	if (!*dir)
		return false;
	kept_path(path, dir, name, ".core", time(NULL));
	snprintf(part, sizeof(part), "%.255s/%.64s.part", dir, name);
	kept_prune(dir, name, ".core", CORE_KEPT - 1, NULL);
	/* guests' frames are in it */
	mask = umask(077);
	unlink(part);
	err = xl_core_dump(x, domid, part);
	umask(mask);
	if (!err && rename(part, path))
		err = -errno;
	if (!err) {
		log_info("its memory is in %s", path);
		return true;
	}
	log_warn("its memory cannot be kept in %s: %s", path, strerror(-err));
	unlink(part);
	return false;
}
