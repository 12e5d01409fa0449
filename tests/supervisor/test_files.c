// SPDX-License-Identifier: GPL-2.0
/* test_files.c - what the supervisor keeps, and what it makes of what it finds */
#include "check.h"
#include "fake_log.h"
#include "files.h"
#include "home.h"
#include "pace.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int setup(void **state)
{
	(void)state;
	at_home();
	log_forget();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	leave_home();
	return 0;
}

static void phase_there_and_back(void **state)
{
	(void)state;
	assert_int_equal(phase_read("net"), PHASE_IDLE);
	assert_int_equal(phase_write("net", PHASE_CREATE), 0);
	assert_int_equal(phase_read("net"), PHASE_CREATE);
	assert_int_equal(phase_read("other"), PHASE_IDLE);
	assert_int_equal(phase_write("net", PHASE_RESTORE), 0);
	assert_int_equal(phase_read("net"), PHASE_RESTORE);
	assert_int_equal(phase_write("net", PHASE_NIC), 0);
	assert_int_equal(phase_read("net"), PHASE_NIC);
	assert_int_equal(phase_write("net", PHASE_IDLE), 0);
	assert_int_equal(phase_read("net"), PHASE_IDLE);
	assert_false(file_exists("net", ".phase"));
	assert_int_equal(phase_write("net", PHASE_IDLE), 0);
}

/* What nobody here has written says that a worker was at work, and no more. */
static void phase_of_garbage(void **state)
{
	static const struct { const char *text; enum phase phase; } row[] = {
		{ "create", PHASE_CREATE },
		{ "restore", PHASE_RESTORE },
		{ "nic", PHASE_NIC },
		{ "idle", PHASE_IDLE },
		{ "", PHASE_CREATE },
		{ "\n", PHASE_CREATE },
		{ "restor", PHASE_CREATE },
		{ "restored", PHASE_CREATE },
		{ "Restore", PHASE_CREATE },
		{ "restore\n", PHASE_CREATE },
		{ "2", PHASE_CREATE },
		{ "a line that is much longer than any of these words", PHASE_CREATE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		spew(RUN_DIR "/net.phase", row[i].text);
		assert_case(row[i].text, phase_read("net"), row[i].phase);
	}
}

static void kept_there_and_back(void **state)
{
	const struct kept rows[] = {
		{ 0, 0, 0, 0 }, { 7, 3, 2, 1 }, { UINT32_MAX, UINT32_MAX, UINT32_MAX, 1 },
	};
	struct kept k;
	size_t i;

	(void)state;
	assert_int_equal(kept_read("net", &k), -ENOENT);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(kept_write("net", &rows[i]), 0);
		memset(&k, 0xaa, sizeof(k));
		assert_int_equal(kept_read("net", &k), 0);
		assert_memory_equal(&k, &rows[i], sizeof(k));
	}
}

static void kept_of_garbage(void **state)
{
	static const char *const text[] = { "", "1", "1 2 3", "one two three four", "1 2 x 4", "\n" };
	struct kept k;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(text); i++) {
		spew(RUN_DIR "/net.state", text[i]);
		assert_case(text[i], kept_read("net", &k), -EINVAL);
	}
}

/* A reader sees the old one or the new one; what an earlier writer left half done is no matter. */
static void replaced_as_a_whole(void **state)
{
	const struct kept k = { 1, 2, 3, 0 };
	char *text, was[32] = "";
	int fd;

	(void)state;
	spew(RUN_DIR "/net.state", "9 9 9 9\n");
	spew(RUN_DIR "/net.state.new", "half of a line that is longer than the n");
	fd = open(RUN_DIR "/net.state", O_RDONLY);
	assert_int_equal(kept_write("net", &k), 0);
	assert_int_equal(read(fd, was, sizeof(was) - 1), 8);
	assert_string_equal(was, "9 9 9 9\n");
	close(fd);
	text = slurp(RUN_DIR "/net.state");
	assert_string_equal(text, "1 2 3 0\n");
	assert_int_equal(access(RUN_DIR "/net.state.new", F_OK), -1);
	free(text);
}

/* No directory, as after a full or read-only /run: told, and the caller knows. */
static void nowhere_to_write(void **state)
{
	const struct kept k = { 1, 2, 3, 0 };

	(void)state;
	assert_int_equal(rmdir(RUN_DIR), 0);
	assert_int_equal(kept_write("net", &k), -ENOENT);
	assert_int_equal(phase_write("net", PHASE_CREATE), -ENOENT);
	assert_int_equal(phase_write("net", PHASE_IDLE), 0);
	assert_int_equal(log_count("cannot write " RUN_DIR "/net.state: No such file"), 1);
	assert_int_equal(lock_take("net"), -ENOENT);
	mkdir(RUN_DIR, 0700);
}

/* The old text stays when the new one cannot be put in its place. */
static void a_failed_write_spoils_nothing(void **state)
{
	const struct kept k = { 1, 2, 3, 0 };
	char *text;

	(void)state;
	mkdir(RUN_DIR "/net.state", 0700);
	assert_int_equal(kept_write("net", &k), -EISDIR);
	rmdir(RUN_DIR "/net.state");
	unlink(RUN_DIR "/net.state.new");
	assert_int_equal(symlink("/dev/full", RUN_DIR "/net.state.new"), 0);
	spew(RUN_DIR "/net.state", "9 9 9 9\n");
	assert_int_equal(kept_write("net", &k), -ENOSPC);
	text = slurp(RUN_DIR "/net.state");
	assert_string_equal(text, "9 9 9 9\n");
	free(text);
}

static void names_of_any_length(void **state)
{
	char path[FILE_PATH_MAX], name[100];

	(void)state;
	file_path(path, "net", ".json");
	assert_string_equal(path, RUN_DIR "/net.json");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	file_path(path, name, ".phase");
	assert_int_equal(strlen(path), strlen(RUN_DIR "/") + 64 + strlen(".phase"));
}

static void lock_is_for_one(void **state)
{
	int fd, other;

	(void)state;
	fd = lock_take("net");
	assert_true(fd >= 0);
	other = open(RUN_DIR "/net.lock", O_RDWR);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
	close(fd);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	close(other);
	fd = lock_take("other");
	other = lock_take("net");
	assert_true(fd >= 0 && other >= 0);
	close(fd);
	close(other);
}

/* Somebody has it for 25 s. */
static int held = -1;
static unsigned int naps;

int __wrap_nanosleep(const struct timespec *t, struct timespec *left);
int __wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	(void)left;
	naps += (unsigned int)(t->tv_nsec / 1000000);
	if (naps >= 25000 && held >= 0) {
		close(held);
		held = -1;
	}
	return 0;
}

static void a_lock_that_is_held_for_long(void **state)
{
	int fd;

	(void)state;
	held = lock_take("net");
	naps = 0;
	fd = lock_take("net");
	assert_true(fd >= 0);
	assert_int_equal(naps, 25000);
	assert_int_equal(log_count("another process has been at work on it for 10 s"), 1);
	assert_int_equal(log_count("another process has been at work on it for 20 s"), 1);
	close(fd);
}

/* A domain that crashes for ever, each time after it was stable, decides how many lines there are. */
static void history_does_not_grow_for_ever(void **state)
{
	struct stat st;
	unsigned int i;

	(void)state;
	for (i = 0; i < 2 * HISTORY_BYTES / 100; i++)
		history_add("net\trecover\t%075u", i);
	assert_int_equal(stat(HISTORY_PATH, &st), 0);
	assert_in_range(st.st_size, 1, HISTORY_BYTES + 200);
	assert_int_equal(stat(HISTORY_PATH ".1", &st), 0);
	assert_in_range(st.st_size, HISTORY_BYTES, HISTORY_BYTES + 200);
}

static unsigned int lines_of(const char *path)
{
	unsigned int n = 0;
	FILE *f = fopen(path, "r");
	int c;

	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

/* Workers that write at once, where the file gets its second name: none of them gives it that of a new one. */
static void history_is_everybodys(void **state)
{
	enum { WRITERS = 8, BEFORE = HISTORY_BYTES / 100, EACH = 100 };
	unsigned int i, n;

	(void)state;
	for (n = 0; n < 20; n++) {
		unlink(HISTORY_PATH);
		unlink(HISTORY_PATH ".1");
		/* a line is a time, two names, and this */
		for (i = 0; i < BEFORE; i++)
			history_add("net\trecover\t%075u", i);
		for (i = 0; i < WRITERS; i++)
			if (!fork()) {
				for (i = 0; i < EACH; i++)
					history_add("net\trecover\t%075u", i);
				_exit(0);
			}
		while (wait(NULL) > 0)
			;
		assert_int_equal(lines_of(HISTORY_PATH) + lines_of(HISTORY_PATH ".1"), BEFORE + WRITERS * EACH);
	}
}

static void pace(void **state)
{
	static const char *const bad[] = { "", "1", "x y", "5 99", "4000000000 1", "-1 1" };
	struct pace p = { .served_ms = 20000 };
	unsigned int i;

	(void)state;
	assert_int_equal(pace_serve_ms(&p, 60), 60000);
	p.served_ms = 50000;
	assert_int_equal(pace_serve_ms(&p, 60), 150000);
	p.level = 2;
	assert_int_equal(pace_serve_ms(&p, 60), 600000);
	p.level = 4;
	assert_int_equal(pace_serve_ms(&p, 60), 900000);
	assert_int_equal(pace_serve_ms(&p, 3600), 3600000);
	assert_int_equal(pace_watchdog_s("net"), 0);
	for (i = 1; i <= PACE_LEVELS; i++) {
		assert_true(pace_slower("net"));
		assert_int_equal(pace_watchdog_s("net"), PACE_WATCHDOG_S << i);
	}
	assert_false(pace_slower("net"));
	/* It serves, and needed that: so it stays. Then the host is quick again, step by step. */
	pace_served("net", 200000, 60);
	pace_read("net", &p);
	assert_int_equal(p.level, PACE_LEVELS);
	assert_int_equal(p.served_ms, 200000);
	for (i = PACE_LEVELS; i; i--)
		pace_served("net", 8000, 60);
	assert_int_equal(pace_watchdog_s("net"), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		spew(RUN_DIR "/net.pace", bad[i]);
		pace_read("net", &p);
		assert_case(bad[i], p.served_ms + p.level, 0);
	}
}

static void history_grows(void **state)
{
	char big[2000], *text, *tab;
	long long when;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	history_add("net\t%s\t%u", "recover", 12);
	history_add("%s", big);
	history_add("net\tlast");
	text = slurp(HISTORY_PATH);
	when = strtoll(text, &tab, 10);
	assert_true(when > 1600000000);
	assert_memory_equal(tab, "\tnet\trecover\t12\n", 16);
	tab = strchr(tab, '\n') + 1;
	/* Cut, but still a line of its own. */
	assert_int_equal(strchr(tab, '\n') - tab, 766);
	tab = strchr(tab, '\n') + 1;
	assert_string_equal(strchr(tab, '\t'), "\tnet\tlast\n");
	free(text);
	unlink(HISTORY_PATH);
	mkdir(HISTORY_PATH, 0700);
	history_add("lost");
	assert_int_equal(log_count("cannot write " HISTORY_PATH), 1);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit l;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	l.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

/* The disk is full in the middle of a line: the next one, when there is room again, is a line all the same. */
static void history_on_a_full_disk(void **state)
{
	char *text, *tab;
	struct stat st;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	history_add("net\tfirst");
	assert_int_equal(stat(HISTORY_PATH, &st), 0);
	limit_files((rlim_t)st.st_size + 14);
	history_add("net\tlost");
	history_add("net\tlost");
	limit_files(RLIM_INFINITY);
	assert_int_equal(log_count("cannot write " HISTORY_PATH), 2);
	history_add("net\tlast");
	text = slurp(HISTORY_PATH);
	tab = strchr(text, '\t');
	assert_memory_equal(tab, "\tnet\tfirst\n", 11);
	tab = strchr(tab + 11, '\t');
	assert_string_equal(tab, "\tnet\tlast\n");
	free(text);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(phase_there_and_back),
		T(phase_of_garbage),
		T(kept_there_and_back),
		T(kept_of_garbage),
		T(replaced_as_a_whole),
		T(nowhere_to_write),
		T(a_failed_write_spoils_nothing),
		T(names_of_any_length),
		T(lock_is_for_one),
		T(a_lock_that_is_held_for_long),
		T(history_grows),
		T(history_does_not_grow_for_ever), T(history_is_everybodys),
		T(history_on_a_full_disk),
		T(pace),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
