// SPDX-License-Identifier: GPL-2.0
/* test_main.c - xmd-capture's main program: what the process that it starts for a question has of it */
#include "check.h"
#define main capture_main
#include "../../backend-domU/user/capture_main.c"
#undef main

static int at_end;	/* what a listener does: waits for this, as for a reader that was stopped */

int capture_listen(uint32_t id, const char *dev, int err, int until, int (*lock)(void))
{
	struct pollfd fd = { .fd = until, .events = POLLIN };

	(void)id;
	(void)dev;
	(void)lock;
	if (err)
		return 7;
	for (;;) {
		if (at_end && poll(&fd, 1, -1) > 0)
			return 0;
		pause();
	}
}

static int wait_end(pid_t pid)
{
	int status = 0;

	alarm(20);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	alarm(0);
	return status;
}

static int setup(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_NONE);
	at_end = 0;
	return pipe(alive);
}

/* Ours wait in a signalfd; its own end it, also where it waits for room in dom0's ring. */
static void a_signal_ends_it(void **state)
{
	sigset_t before;
	int status;
	pid_t pid;

	(void)state;
	sigprocmask(SIG_BLOCK, NULL, &before);
	signals = open_signals();
	pid = begin(7, "xmdvif5.0", 0);
	assert_true(pid > 0);
	kill(pid, SIGTERM);
	status = wait_end(pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	close(signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(alive[0]);
	close(alive[1]);
}

static void it_ends_with_us(void **state)
{
	pid_t pid;

	(void)state;
	at_end = 1;
	pid = begin(7, "xmdvif5.0", 0);
	close(alive[1]);
	assert_int_equal(wait_end(pid), 0);
	close(alive[0]);
}

static void what_it_is_told(void **state)
{
	pid_t pid = begin(7, "xmdvif5.0", -ENODEV);

	(void)state;
	assert_int_equal(WEXITSTATUS(wait_end(pid)), 7);
	close(alive[0]);
	close(alive[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_signal_ends_it, setup),
		cmocka_unit_test_setup(it_ends_with_us, setup),
		cmocka_unit_test_setup(what_it_is_told, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
