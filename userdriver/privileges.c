// SPDX-License-Identifier: GPL-2.0
/*
 * privileges.c - the device file is open: nothing else is needed any more.
 *
 * The process becomes nobody (or --user) without capabilities, and a seccomp filter
 * leaves it the system calls of its loop; another one kills it (SIGSYS), and whoever
 * supervises it starts it again.  The simulation keeps them all, for debuggers and
 * sanitizers.
 */
#include <seccomp.h>
#include <string.h>
#include <xmd/xpc.h>

#include "privileges.h"
#include "sandbox.h"

static const int calls[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_ctl), SCMP_SYS(timerfd_settime), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(close), SCMP_SYS(brk), SCMP_SYS(munmap),
	SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigreturn), SCMP_SYS(exit),
	SCMP_SYS(exit_group), -1
};

static const unsigned long ioctls[] = {
	XMD_NIC_INFO, XMD_NIC_REGS, XMD_NIC_STOP, XMD_NIC_START, 0
};

int privileges_drop(const struct options *opt)
{
	const struct sandbox box = {
		.uid = opt->uid, .gid = opt->gid, .calls = calls, .ioctls = ioctls,
	};
	const char *what;
	int err;

	if (opt->simulate)
		return 0;
	err = sandbox_enter(&box, &what);
	if (err > 0)
		log_line("this kernel has no seccomp filters: going on without");
	if (err < 0)
		log_line("giving up privileges, %s: %s", what, strerror(-err));
	return err < 0 ? -1 : 0;
}
