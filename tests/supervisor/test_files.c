// SPDX-License-Identifier: GPL-2.0
/* test_files.c - what the supervisor keeps, and what it makes of what it finds */
#include "check.h"
#include "fake_log.h"
#include "files.h"
#include "home.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
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
		T(history_grows),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
