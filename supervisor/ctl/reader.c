// SPDX-License-Identifier: GPL-2.0
/* reader.c - see reader.h */
#include "reader.h"

#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM		"tcpdump"
#define NOBODY		65534u
#define NO_PROGRAM	127

/* In the child: what it cannot give up it does not run with. */
static bool drop_rights(void)
{
	const struct passwd *pw = getpwnam("tcpdump");
	uid_t uid = pw ? pw->pw_uid : NOBODY;
	gid_t gid = pw ? pw->pw_gid : NOBODY;

	if (!geteuid() && (unshare(CLONE_NEWNET | CLONE_NEWIPC) || setgroups(0, NULL) ||
			   setresgid(gid, gid, gid) || setresuid(uid, uid, uid)))
		return false;
	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !chdir("/");
}

/* @from: what is read or written becomes descriptor @as of it.  Return: pid; negative errno */
static pid_t start(char *const *argv, int fd, int as)
{
	pid_t pid = fork();

	if (pid)
		return pid < 0 ? -errno : pid;
	if (dup2(fd, as) < 0 || syscall(SYS_close_range, 3u, ~0u, 0u) || !drop_rights()) {
		fail(EXIT_FAILED, PROGRAM " is not run with rights, and cannot be without: %s", strerror(errno));
		_exit(EXIT_FAILED);
	}
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	_exit(NO_PROGRAM);
}

int reader_end(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(EXIT_FAILED, PROGRAM ": %s", strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM)
		return fail(EXIT_FAILED, PROGRAM " is not installed here: apt-get install " PROGRAM
			    "; --write FILE without a filter does without");
	if (WIFEXITED(status))
		return WEXITSTATUS(status) ? EXIT_FAILED : EXIT_OK;
	return EXIT_OK;		/* a signal: our user's, or its reader is gone */
}

/* The output of "tcpdump -ddd": how many, then "CODE JT JF K" each */
static int read_filter(FILE *from, struct sock_filter f[XMD_CAPTURE_FILTER])
{
	unsigned int i, n;

	if (fscanf(from, "%u", &n) != 1)
		return -EINVAL;
	if (n > XMD_CAPTURE_FILTER)
		return -E2BIG;
	for (i = 0; i < n; i++)
		if (fscanf(from, "%" SCNu16 " %" SCNu8 " %" SCNu8 " %" SCNu32, &f[i].code, &f[i].jt,
			   &f[i].jf, &f[i].k) != 4)
			return -EINVAL;
	return (int)n;
}

int filter_of(char *const *word, int n, struct sock_filter f[XMD_CAPTURE_FILTER])
{
	const char *argv[n + 6];
	int fd[2], i, err, argc = 0;
	FILE *from;
	pid_t pid;

	if (!n)
		return 0;
	argv[argc++] = PROGRAM;
	argv[argc++] = "-ddd";
	argv[argc++] = "-yEN10MB";
	argv[argc++] = "--";
	for (i = 0; i < n; i++)
		argv[argc++] = word[i];
	argv[argc] = NULL;
	if (pipe2(fd, O_CLOEXEC))
		return -errno;
	pid = start((char *const *)argv, fd[1], STDOUT_FILENO);
	close(fd[1]);
	from = fdopen(fd[0], "r");
	err = pid < 0 || !from ? -errno : read_filter(from, f);
	if (from)
		fclose(from);
	/* one whose words nobody wanted to the end has ended as it could */
	if (pid > 0 && reader_end(pid) != EXIT_OK && err != -E2BIG)
		return -EINVAL;
	if (err < 0)
		fail(EXIT_USAGE, err == -E2BIG ? "the filter has more than %d instructions" :
		     "what " PROGRAM " makes of the filter is not understood (at most %d instructions)",
		     XMD_CAPTURE_FILTER);
	return err;
}

pid_t reader_start(int *to)
{
	char *argv[] = { PROGRAM, "-n", "-l", "-r", "-", NULL };
	int fd[2];
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC))
		return -errno;
	pid = start(argv, fd[0], STDIN_FILENO);
	close(fd[0]);
	*to = fd[1];
	if (pid < 0)
		close(fd[1]);
	return pid;
}
