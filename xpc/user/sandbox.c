// SPDX-License-Identifier: GPL-2.0
/* sandbox.c - see sandbox.h */
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int become(unsigned int uid, unsigned int gid)
{
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

/* Who starts us may have given us some without making us root.  Ambient ones go with these. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	return syscall(SYS_capset, &head, none) ? -errno : 0;
}

#ifdef __SANITIZE_ADDRESS__
static int set_filter(const struct sandbox *s)
{
	(void)s;
	return 0;
}
#else
/* Threads that a library started before are held to it as well. */
static int set_filter(const struct sandbox *s)
{
	const struct sock_fprog prog = { s->filter_len, (struct sock_filter *)s->filter };
	long ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &prog);

	/* a thread that has a filter of its own */
	if (ret > 0)
		return -ESRCH;
	return ret ? -errno : 0;
}
#endif

/* Built without CONFIG_SECCOMP_FILTER, a kernel says EINVAL to the very question. */
static int have_filters(void)
{
	return !prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
}

int sandbox_enter(const struct sandbox *s, const char **what)
{
	int err;

	*what = "becoming another user";
	if (s->uid && !geteuid()) {
		err = become(s->uid, s->gid);
		if (err)
			return err;
	}
	*what = "capset";
	err = s->uid ? drop_capabilities() : 0;
	if (err)
		return err;
	*what = "no_new_privs";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	*what = "seccomp";
	err = set_filter(s);
	return err && !have_filters() ? 1 : err;
}

void sandbox_close_inherited(void)
{
	syscall(SYS_close_range, 3u, ~0u, 0u);
}
