// SPDX-License-Identifier: GPL-2.0
/*
 * privileges.c - the device file is open: nothing else is needed any more.
 *
 * The process becomes nobody (or --user) without capabilities, and a seccomp filter
 * leaves it the system calls of its loop; another one kills it (SIGSYS), and whoever
 * supervises it starts it again.  The simulation keeps them all, for debuggers and
 * sanitizers.
 */
#include <string.h>

#include "filter_userdriver.h"
#include "privileges.h"
#include "sandbox.h"

int privileges_drop(const struct options *opt)
{
	const struct sandbox box = {
		.uid = opt->uid, .gid = opt->gid, .filter = sandbox_filter,
		.filter_len = sizeof(sandbox_filter) / sizeof(sandbox_filter[0]),
	};
	const char *what;
	int err;

	if (opt->simulate)
		return 0;
	err = sandbox_enter(&box, &what);
	if (err > 0)
		log_warn("this kernel has no seccomp filters: going on without");
	if (err < 0)
		log_err("giving up privileges, %s: %s", what, strerror(-err));
	return err < 0 ? -1 : 0;
}
