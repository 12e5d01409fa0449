/* SPDX-License-Identifier: GPL-2.0 */
/* allowed.h - the system calls and ioctl commands of the loop of xmd-userdriver: mkfilter.c. */
#include <xmd/nicdev.h>

static const int calls[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(clock_gettime),
	SCMP_SYS(close), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(exit), SCMP_SYS(exit_group), -1
};

static const unsigned long ioctls[] = {
	XMD_NIC_INFO, XMD_NIC_REGS, XMD_NIC_STOP, XMD_NIC_START, 0
};
