// SPDX-License-Identifier: GPL-2.0
/*
 * user.c - xmd-hostile-user: a user half that lies to its kernel half.
 *
 * Runs in the driver domain, as root, in place of xmd-userdriver or xmd-backend
 * (but for the "second" ones, which need the real one to hold the file).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user.h"

void *volatile bad_pointer = (void *)16;

static unsigned int good, bad;

void row_text(const char *what, const char *want, const char *seen, int ok)
{
	printf("%-44s %-34s %-18s %s\n", what, want, seen, ok ? "ok" : "FAILED");
	fflush(stdout);
	if (ok)
		good++;
	else
		bad++;
}

static const char *name(int err)
{
	return err ? strerrorname_np(err) : "0";
}

void row(const char *what, struct allowed want, long ret)
{
	int seen = ret < 0 ? errno : 0, ok = 0;
	char text[64] = "";

	for (int i = 0; i < 3; i++) {
		ok |= want.err[i] == seen;
		if (i && (want.err[i] == want.err[0] || want.err[i] == want.err[i - 1]))
			continue;
		if (i)
			strncat(text, " or ", sizeof(text) - strlen(text) - 1);
		strncat(text, name(want.err[i]), sizeof(text) - strlen(text) - 1);
	}
	row_text(what, text, name(seen), ok);
}

unsigned long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ul + t.tv_nsec / 1000000;
}

int in_child(void (*fn)(void), unsigned int *ms)
{
	unsigned long start = now_ms();
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(60);
		fn();
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(2);
	*ms = now_ms() - start;
	return status;
}

int must_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	printf("BROKEN: open %s: %s%s\n", path, strerror(errno),
	       errno == EBUSY ? ": stop the real user half first" : "");
	exit(2);
}

static const struct {
	const char *name;
	void (*fn)(void);
	const char *what;
} attacks[] = {
	{ "nic-calls", nic_calls, "each call of /dev/xmd/nic0, wrong" },
	{ "nic-flood", nic_flood, "calls as fast as they go, from four processes" },
	{ "nic-silence", nic_silence, "HELLO, then nothing" },
	{ "nic-deaf", nic_deaf, "calls, but no upcall is ever read (take the wire down)" },
	{ "nic-wrong-answers", nic_wrong_answers, "answers to questions never asked" },
	{ "nic-second", nic_second_open, "a second open while the real user half runs" },
	{ "nic-stopped", nic_stopped, "wrong starts; leaves the NIC stopped" },
	{ "back-calls", back_calls, "each call of /dev/xmd/back, wrong" },
	{ "back-flood", back_flood, "random connects as fast as they go" },
	{ "back-second", back_second_open, "a second open while the real xmd-backend runs" },
};

#define ATTACKS (sizeof(attacks) / sizeof(attacks[0]))

static int usage(void)
{
	fputs("usage: xmd-hostile-user ATTACK...\n", stderr);
	for (size_t i = 0; i < ATTACKS; i++)
		fprintf(stderr, "  %-18s %s\n", attacks[i].name, attacks[i].what);
	fputs("exit: 0 all as the contract says, 1 not, 2 the test could not be made\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage();
	printf("%-44s %-34s %-18s\n", "attack", "expected", "seen");
	for (int a = 1; a < argc; a++) {
		size_t i = 0;

		while (i < ATTACKS && strcmp(attacks[i].name, argv[a]))
			i++;
		if (i == ATTACKS)
			return usage();
		attacks[i].fn();
	}
	printf("%u ok, %u failed\n", good, bad);
	return bad ? 1 : 0;
}
