// SPDX-License-Identifier: GPL-2.0
/*
 * privileges.c - the device file is open: nothing else is needed any more.
 *
 * The process becomes nobody (or --user) without capabilities, and a seccomp filter
 * leaves it the system calls of its loop; another one kills it (SIGSYS), and whoever
 * supervises it starts it again.  The simulation keeps them all, for debuggers and
 * sanitizers.
 */
#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "privileges.h"

static int failed(const char *what)
{
	log_line("giving up privileges, %s: %s", what, strerror(errno));
	return -1;
}

static int become(unsigned int uid, unsigned int gid)
{
	if (setgroups(0, NULL))
		return failed("setgroups");
	if (setresgid(gid, gid, gid))
		return failed("setresgid");
	if (setresuid(uid, uid, uid))
		return failed("setresuid");
	return 0;
}

/* A sanitizer needs more system calls than a driver. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_ ## name, 0, 1), \
		    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static int filter_system_calls(void)
{
	static struct sock_filter filter[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
		ALLOW(ioctl), ALLOW(read), ALLOW(write), ALLOW(epoll_wait),
		ALLOW(epoll_pwait), ALLOW(epoll_ctl), ALLOW(timerfd_settime),
		ALLOW(clock_gettime), ALLOW(clock_nanosleep), ALLOW(close), ALLOW(brk),
		ALLOW(munmap), ALLOW(restart_syscall), ALLOW(rt_sigreturn),
		ALLOW(exit), ALLOW(exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog prog = {
		.len = sizeof(filter) / sizeof(filter[0]), .filter = filter,
	};

	if (!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		return 0;
	if (errno == EINVAL) {
		log_line("this kernel has no seccomp filters: going on without");
		return 0;
	}
	return failed("seccomp");
}
#else
static int filter_system_calls(void)
{
	return 0;
}
#endif

int privileges_drop(const struct options *opt)
{
	if (opt->simulate)
		return 0;
	if (opt->uid && !geteuid() && become(opt->uid, opt->gid))
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return failed("no_new_privs");
	return filter_system_calls();
}
