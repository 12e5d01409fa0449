// SPDX-License-Identifier: GPL-2.0
/* sandbox.c - see sandbox.h */
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int become(unsigned int uid, unsigned int gid)
{
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

/* Who starts us may have given us some without making us root. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) ? -errno : 0;
}

#ifdef __SANITIZE_ADDRESS__
static int filter(const struct sandbox *s)
{
	(void)s;
	return 0;
}
#else
static int add_rules(scmp_filter_ctx ctx, const struct sandbox *s)
{
	int err = 0;

	for (const int *c = s->calls; *c != -1 && !err; c++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, *c, 0);
	for (const unsigned long *cmd = s->ioctls; *cmd && !err; cmd++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, *cmd));
	return err;
}

static int filter(const struct sandbox *s)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int err;

	if (!ctx)
		return -ENOMEM;
	/* threads that a library started before are held to it as well */
	err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!err)
		err = add_rules(ctx, s);
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
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
	return have_filters() ? filter(s) : 1;
}

void sandbox_close_inherited(void)
{
	syscall(SYS_close_range, 3u, ~0u, 0u);
}
