// SPDX-License-Identifier: GPL-2.0
/*
 * mkfilter.c - runs when a user half is built: prints its filter of system calls as an array.
 *
 * What libseccomp does takes longer than all the rest of a start, and comes to the same each
 * time.  ALLOWED names the program's file with the lists
 *	calls	SCMP_SYS(...) numbers allowed with any argument, -1 at the end
 *	ioctls	commands allowed of ioctl, on any descriptor, 0 at the end
 */
#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include ALLOWED

static int add_rules(scmp_filter_ctx ctx)
{
	int err = 0;

	for (const int *c = calls; *c != -1 && !err; c++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, *c, 0);
	for (const unsigned long *cmd = ioctls; *cmd && !err; cmd++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, *cmd));
	return err;
}

/* The kernel walks the filter once for each system call there is when it is set: as a tree
 * (optimize 2) that is short. */
static int export(scmp_filter_ctx ctx, FILE *to)
{
	int err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);

	if (!err)
		err = add_rules(ctx);
	return err ? err : seccomp_export_bpf(ctx, fileno(to));
}

static int print(FILE *from)
{
	struct sock_filter f;

	rewind(from);
	puts("/* Made by xpc/user/mkfilter.c. */\n"
	     "#include <linux/filter.h>\n\n"
	     "static const struct sock_filter sandbox_filter[] = {");
	while (fread(&f, sizeof(f), 1, from) == 1)
		printf("\t{ 0x%04x, %u, %u, 0x%08x },\n", f.code, f.jt, f.jf, f.k);
	puts("};");
	return ferror(from) || fflush(stdout) ? -EIO : 0;
}

int main(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	FILE *bpf = tmpfile();
	int err = ctx && bpf ? export(ctx, bpf) : -ENOMEM;

	if (!err)
		err = print(bpf);
	if (err)
		fprintf(stderr, "mkfilter: %s\n", strerror(-err));
	return !!err;
}
