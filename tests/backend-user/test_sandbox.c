// SPDX-License-Identifier: GPL-2.0
/*
 * test_sandbox.c - the threads of xmd-backend live with what its filter leaves them: one that
 * calls anything else ends the process by SIGSYS.  /dev/null stands for the devices.
 */
#include "filter_backend.h"
#include "kern.h"
#include "pet.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static uint64_t real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Return: what went wrong; 0: nothing */
static int ask(struct kern *k)
{
	const struct xmd_port_ask q = { .what = XMD_ASK_REGS };
	struct pollfd fd = { .fd = k->ops->answer_fd(k), .events = POLLIN };
	struct xmd_port_ask a;
	int result = 0;

	if (k->ops->answer(k, &a, &result) != -EAGAIN || k->ops->ask(k, &q))
		return 10;
	if (k->ops->ask(k, &q) != -EBUSY)
		return 11;
	if (poll(&fd, 1, 5000) != 1 || k->ops->answer(k, &a, &result))
		return 12;
	return result == -ENOTTY && a.what == XMD_ASK_REGS ? 0 : 13;
}

static void live_in_it(void)
{
	const struct sandbox box = { .uid = getuid(), .gid = getgid(), .filter = sandbox_filter,
				     .filter_len = sizeof(sandbox_filter) / sizeof(sandbox_filter[0]) };
	static struct pet pet = { .period_ms = 5 };
	const struct timespec pause = { 0, 100000000 };
	struct kern *k = kern_open("/dev/null");
	const char *what;
	int bad;

	pet.watchdog = open("/dev/null", O_WRONLY);
	if (!k || sandbox_enter(&box, &what) < 0)
		_exit(1);
	if (pet_start(&pet, k, real_ms))
		_exit(2);
	bad = ask(k);
	if (!bad)
		bad = ask(k);
	nanosleep(&pause, NULL);
	pet_disarm(&pet);
	kern_close(k);
	_exit(bad);
}

static void threads_in_the_sandbox(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		live_in_it();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		fail_msg("signal %d", WTERMSIG(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(threads_in_the_sandbox) };

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
