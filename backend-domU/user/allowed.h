/* SPDX-License-Identifier: GPL-2.0 */
/*
 * allowed.h - the system calls and ioctl commands of the loop of xmd-backend: mkfilter.c.
 *
 * A thread pets the watchdog, which is why clone is in here, and what begins and ends one.
 */
#include <linux/watchdog.h>
#include <stdint.h>
#include <xen/xen.h>
#include <xen/sys/evtchn.h>
#include <xen/sys/gntdev.h>
#include <xmd/backdev.h>

static const int calls[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(close),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(getpid),
	SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mprotect), SCMP_SYS(madvise),
	SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(getrandom),
	SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(futex), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group), -1
};

static const unsigned long ioctls[] = {
	XMD_VIF_CONNECT, XMD_VIF_DISCONNECT, XMD_VIF_LIST, XMD_BACK_HEALTH, XMD_BACK_DRAIN,
	XMD_VIF_SET, XMD_VIF_RATE, XMD_VIF_STAGE, XMD_BACK_PORT, XMD_BACK_ASK,
	XMD_BACK_SETTINGS_SET, XMD_BACK_VLANS, WDIOC_SETTIMEOUT,
	IOCTL_GNTDEV_MAP_GRANT_REF, IOCTL_GNTDEV_UNMAP_GRANT_REF,
	IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR,
	IOCTL_EVTCHN_BIND_INTERDOMAIN, IOCTL_EVTCHN_UNBIND, IOCTL_EVTCHN_NOTIFY, 0
};
