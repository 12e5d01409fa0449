/* SPDX-License-Identifier: GPL-2.0 */
/* capture_allowed.h - the system calls and ioctl commands of a process of xmd-capture that listens: mkfilter.c */
#include <stdint.h>
#include <sys/ioctl.h>
#include <xen/xen.h>
#include <xen/sys/evtchn.h>

static const int calls[] = {
	SCMP_SYS(recvmsg), SCMP_SYS(getsockopt), SCMP_SYS(poll), SCMP_SYS(clock_gettime),
	/* the vchan's event channel, and the log */
	SCMP_SYS(read), SCMP_SYS(write),
	/* the end */
	SCMP_SYS(munmap), SCMP_SYS(close), SCMP_SYS(brk), SCMP_SYS(exit_group), -1
};

static const unsigned long ioctls[] = { IOCTL_EVTCHN_NOTIFY, 0 };
