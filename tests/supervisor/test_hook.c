// SPDX-License-Identifier: GPL-2.0
/* test_hook.c - the operator's program: what it is told, and what it inherits */
#include "check.h"
#include "fake_log.h"
#include "home.h"
#include "hook.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct policy policy;

static int setup(void **state)
{
	(void)state;
	at_home();
	log_forget();
	policy = (struct policy){ .hook = "./hook" };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	leave_home();
	return 0;
}

static void script(const char *text)
{
	spew("hook", text);
	assert_int_equal(chmod("hook", 0700), 0);
}

static void call(const char *event)
{
	hook_run(&policy, &(struct hook_call){ .event = event, .name = "net", .domid = 3,
		 .cause = "hung: no heartbeat", .ms = 1234 });
}

static void expect_told(const char *want)
{
	char *got;

	while (waitpid(-1, NULL, 0) > 0)
		;
	got = slurp("told");
	assert_string_equal(got ? got : "nothing", want);
	free(got);
}

static void it_is_told_what_happened(void **state)
{
	(void)state;
	script("#!/bin/sh\nfor word; do echo \"<$word>\"; done >> told\n");
	call("down");
	expect_told("<down>\n<net>\n<3>\n<hung: no heartbeat>\n<1234>\n");
	assert_int_equal(log_count("hook"), 0);
}

/* The one who calls it has a domain to bring back. */
static void nobody_waits_for_it(void **state)
{
	(void)state;
	assert_int_equal(mkfifo("wait", 0600), 0);
	script("#!/bin/sh\nread go < wait; echo $go > told\n");
	call("down");
	assert_null(slurp("told"));
	spew("wait", "went on\n");
	expect_told("went on\n");
}

/* A supervisor takes its signals by a descriptor, and ignores SIGPIPE. */
static void its_signals_are_as_usual(void **state)
{
	sigset_t set, was;

	(void)state;
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, &was);
	signal(SIGPIPE, SIG_IGN);
	/* Of those ignored, the digit with SIGPIPE in it: others may be so from outside. */
	/* The shell looks by itself: while it waits for a child, it blocks all. */
	script("#!/bin/sh\nwhile read -r what mask; do\n"
	       "case $what in SigBlk:) echo $mask ;; SigIgn:) echo $mask | cut -c 13 ;; esac\n"
	       "done < /proc/self/status > told\n");
	call("up");
	expect_told("0000000000000000\n0\n");
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &was, NULL);
}

static void one_that_cannot_be_run(void **state)
{
	static const char *const program[] = { "./missing", "./run", "./unexecutable" };
	size_t i;

	(void)state;
	spew("unexecutable", "#!/bin/sh\n");
	for (i = 0; i < ARRAY_SIZE(program); i++) {
		strcpy(policy.hook, program[i]);
		call("failed");
		assert_int_equal(log_count("cannot run the hook ./"), i + 1);
	}
	assert_int_equal(log_count("cannot run the hook ./missing: No such file or directory"), 1);
	assert_int_equal(waitpid(-1, NULL, 0), -1);
}

static void there_is_none(void **state)
{
	(void)state;
	policy.hook[0] = '\0';
	call("down");
	assert_int_equal(waitpid(-1, NULL, 0), -1);
	assert_int_equal(log_count(""), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(it_is_told_what_happened),
		T(nobody_waits_for_it),
		T(its_signals_are_as_usual),
		T(one_that_cannot_be_run),
		T(there_is_none),
	};

	return cmocka_run_group_tests_name("hook", tests, NULL, NULL);
}
