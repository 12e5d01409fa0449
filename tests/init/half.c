// SPDX-License-Identifier: GPL-2.0
/*
 * half.c - stands for a user half in as_process_1: writes down with what it was started, and lives until
 * it is told to end, or as /run/NAME.does says: "exit", "refused" or "crash" at once, "stay" in spite of SIGTERM,
 * "orphan" leaves a child behind.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *name;

static void note(const char *what)
{
	char path[64], line[512];
	int fd, n;

	snprintf(path, sizeof(path), "/run/%s.log", name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	n = snprintf(line, sizeof(line), "%s\n", what);
	if (write(fd, line, (size_t)n) != n)
		_exit(9);
	close(fd);
}

static void on_term(int sig)
{
	(void)sig;
	note("ended in order");
	_exit(0);
}

static void read_wish(char wish[16])
{
	char path[64];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/run/%s.does", name);
	fd = open(path, O_RDONLY);
	if (fd >= 0)
		n = read(fd, wish, 15);
	wish[n > 0 ? n : 0] = 0;
	wish[strcspn(wish, "\n")] = 0;
}

int main(int argc, char **argv)
{
	char wish[16], line[512];
	sigset_t set;

	name = strrchr(argv[0], '/') + 1;
	sigprocmask(SIG_BLOCK, NULL, &set);
	snprintf(line, sizeof(line), "started nice %d blocked %d:", getpriority(PRIO_PROCESS, 0),
		 sigismember(&set, SIGCHLD) || sigismember(&set, SIGTERM));
	for (int i = 1; i < argc; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), " %s", argv[i]);
	read_wish(wish);
	signal(SIGTERM, !strcmp(wish, "stay") ? SIG_IGN : on_term);
	note(line);	/* only now: who reads it may send SIGTERM */
	if (!strcmp(wish, "exit"))
		return 3;
	if (!strcmp(wish, "refused"))
		return 9;
	if (!strcmp(wish, "crash"))
		raise(SIGSEGV);
	if (!strcmp(wish, "orphan") && !fork() && !fork()) {
		usleep(50000);
		note("orphan ends");
		return 0;
	}
	for (;;)
		pause();
}
