// SPDX-License-Identifier: GPL-2.0
/* test_log.c - what a line looks like, and which are written; the budget is in test_store.c. */
#include "log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static int ends[2], real_stderr;	/* a pipe in its place */

static int setup(void **state)
{
	(void)state;
	real_stderr = dup(STDERR_FILENO);
	return pipe(ends) || dup2(ends[1], STDERR_FILENO) < 0;
}

static int teardown(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_begin("xmd", false);
	log_set_level(LOG_LEVEL_INFO);
	log_set_whose(NULL);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* All that has been written since the last question. */
static const char *written(void)
{
	static char text[4096];
	ssize_t n;

	assert_int_equal(write(ends[1], "", 1), 1);
	n = read(ends[0], text, sizeof(text));
	assert_in_range(n, 1, sizeof(text));
	assert_int_equal(text[n - 1], '\0');
	return text;
}

/* JOURNAL_STREAM as systemd sets it for a process whose stderr has @ino. */
static void say_journal(unsigned long long ino)
{
	struct stat st;
	char text[64];

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)st.st_dev,
		 ino ? ino : (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", text, 1);
}

static void who_speaks_and_for_whom(void **state)
{
	unsigned int h, m, s, ms;
	const char *text;
	int n = 0;

	(void)state;
	log_begin("xmd-test", false);
	log_warn("%s is %d", "it", 7);
	assert_string_equal(written(), "xmd-test: it is 7\n");
	log_set_whose("net");
	log_err("a");
	log_info("b");
	assert_string_equal(written(), "xmd-test: net: a\nxmd-test: net: b\n");
	log_begin("xmd-test", true);
	log_err("a");
	text = written();
	assert_int_equal(sscanf(text, "%2u:%2u:%2u.%3u %n", &h, &m, &s, &ms, &n), 4);
	assert_string_equal(text + n, "xmd-test: net: a\n");
}

static void verbose_tells_more(void **state)
{
	(void)state;
	log_begin("xmd-test", false);
	log_debug("a");
	assert_string_equal(written(), "");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("a");
	assert_string_equal(written(), "xmd-test: a\n");
	log_set_level(LOG_LEVEL_ERR);
	log_warn("b");
	log_err("c");
	assert_string_equal(written(), "xmd-test: c\n");
	log_set_level(LOG_LEVEL_NONE);
	log_err("d");
	assert_string_equal(written(), "");
}

/* The journal has name and clock by itself; who only inherited its variable gets them. */
static void the_journal(void **state)
{
	(void)state;
	say_journal(0);
	log_begin("xmd-test", true);
	log_set_whose("net");
	log_warn("a");
	log_info("b");
	assert_string_equal(written(), "<4>net: a\n<6>net: b\n");
	log_set_whose(NULL);
	say_journal(1);
	log_begin("xmd-test", false);
	log_warn("a");
	setenv("JOURNAL_STREAM", "nonsense", 1);
	log_begin("xmd-test", false);
	log_warn("a");
	assert_string_equal(written(), "xmd-test: a\nxmd-test: a\n");
}

/* Cut, not lost, and still a line; a long name leaves room for what it has to say. */
static void what_is_too_long(void **state)
{
	char big[2000];
	const char *text;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_begin("xmd-test", false);
	log_err("%s", big);
	text = written();
	assert_int_equal(strlen(text), 511);
	assert_int_equal(strchr(text, '\n') - text, 510);
	log_begin(big, true);
	log_set_whose(big);
	log_err("said %s", big);
	text = written();
	assert_non_null(strstr(text, ": said xxx"));
	assert_int_equal(strchr(text, '\n') - text, 510);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(who_speaks_and_for_whom),
		T(verbose_tells_more),
		T(the_journal),
		T(what_is_too_long),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
