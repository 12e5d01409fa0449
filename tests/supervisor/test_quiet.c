// SPDX-License-Identifier: GPL-2.0
/* test_quiet.c - a NIC that nobody drives, over a sysfs of files */
#include "check.h"
#include "fake_log.h"
#include "files.h"
#include "home.h"
#include "quiet.h"

#include <sys/stat.h>
#include <unistd.h>

#define BDF		"0000:00:02.0"
#define DIR		"pci/" BDF "/"
#define ID_82540EM	0x100e8086u
#define ID_OTHER	0x15218086u
#define COMMAND		0x04
#define IMC		0x00d8
#define STATUS		0x0008

static void put(const char *path, size_t at, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "r+e");

	assert_non_null(f);
	assert_int_equal(fseek(f, (long)at, SEEK_SET), 0);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static uint32_t get(const char *path, size_t at, size_t n)
{
	FILE *f = fopen(path, "re");
	uint32_t val = 0;

	assert_non_null(f);
	assert_int_equal(fseek(f, (long)at, SEEK_SET), 0);
	assert_int_equal(fread(&val, 1, n, f), n);
	fclose(f);
	return val;
}

static void expect_text(const char *path, const char *want)
{
	char *got = slurp(path);

	assert_string_equal(got ? got : "not there", want);
	free(got);
}

/* @methods: NULL: Linux knows of no reset */
static void plug(uint32_t id, uint16_t command, const char *methods)
{
	spew(DIR "config", "");
	assert_int_equal(truncate(DIR "config", 256), 0);
	put(DIR "config", 0, &id, sizeof(id));
	put(DIR "config", COMMAND, &command, sizeof(command));
	spew(DIR "resource0", "");
	assert_int_equal(truncate(DIR "resource0", 0x20000), 0);
	unlink(DIR "reset");
	unlink(DIR "reset_method");
	if (!methods)
		return;
	spew(DIR "reset", "");
	spew(DIR "reset_method", methods);
}

static int setup(void **state)
{
	(void)state;
	at_home();
	log_forget();
	assert_int_equal(mkdir("pci", 0700), 0);
	assert_int_equal(mkdir(DIR, 0700), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	leave_home();
	return 0;
}

/* No DMA, no interrupt, and registers are where they were. */
static void expect_silenced(uint16_t command)
{
	assert_int_equal(get(DIR "resource0", IMC, 4), 0xffffffff);
	assert_int_equal(get(DIR "config", COMMAND, 2), command & ~4);
}

static void by_its_registers_and_nothing_else(void **state)
{
	(void)state;
	plug(ID_82540EM, 0x0007, "pm bus\n");
	quiet_device(BDF);
	expect_silenced(0x0007);
	/* A reset takes the link down. */
	expect_text(DIR "reset", "");
	assert_int_equal(log_count(""), 0);
}

static void a_device_that_was_off(void **state)
{
	(void)state;
	plug(ID_82540EM, 0x0000, NULL);
	quiet_device(BDF);
	expect_silenced(0);
}

/* One that dom0 could make run is none of it: it is in the domain that the fault is. */
static void who_answers(void **state)
{
	static const uint32_t ones = ~0u, some = 0x80380783;

	(void)state;
	assert_false(quiet_answers(BDF));
	plug(ID_82540EM, 0x0007, NULL);
	assert_false(quiet_answers(BDF));
	put(DIR "resource0", STATUS, &some, sizeof(some));
	assert_true(quiet_answers(BDF));
	plug(ID_82540EM, 0x0005, NULL);
	put(DIR "resource0", STATUS, &some, sizeof(some));
	assert_false(quiet_answers(BDF));
	plug(ID_82540EM, 0x0002, NULL);
	put(DIR "resource0", STATUS, &ones, sizeof(ones));
	assert_false(quiet_answers(BDF));
	plug(ID_OTHER, 0x0007, NULL);
	put(DIR "resource0", STATUS, &some, sizeof(some));
	assert_false(quiet_answers(BDF));
	/* nothing was written */
	assert_int_equal(get(DIR "config", COMMAND, 2), 0x0007);
	assert_int_equal(get(DIR "resource0", IMC, 4), 0);
	unlink(DIR "resource0");
	assert_false(quiet_answers(BDF));
}

/* What xen-pciback and libxl would do is switched off, and put back when it is not ours any more. */
static void nobody_else_resets_it(void **state)
{
	(void)state;
	plug(ID_82540EM, 0x0007, "pm bus\n");
	quiet_device(BDF);
	expect_text(DIR "reset_method", "\n");
	expect_text(RUN_DIR "/" BDF ".reset", "pm bus");
	/* The next time there is nothing to keep, and what was kept stays. */
	quiet_device(BDF);
	expect_text(RUN_DIR "/" BDF ".reset", "pm bus");
	quiet_release(BDF);
	expect_text(DIR "reset_method", "pm bus\n");
	assert_false(file_exists(BDF, ".reset"));
	quiet_release(BDF);
	expect_text(DIR "reset_method", "pm bus\n");
	assert_int_equal(log_count(""), 0);
}

/* A supervisor before this one was killed in the middle: what it had kept is the truth. */
static void killed_in_the_middle(void **state)
{
	(void)state;
	plug(ID_82540EM, 0x0007, "flr\n");
	assert_int_equal(file_write(BDF, ".reset", "pm bus"), 0);
	quiet_device(BDF);
	expect_text(DIR "reset_method", "\n");
	quiet_release(BDF);
	expect_text(DIR "reset_method", "pm bus\n");
}

static void what_cannot_be_kept_stays(void **state)
{
	(void)state;
	plug(ID_82540EM, 0x0007, "pm bus\n");
	assert_int_equal(rename(RUN_DIR, "away"), 0);
	quiet_device(BDF);
	expect_silenced(0x0007);
	expect_text(DIR "reset_method", "pm bus\n");
	assert_int_equal(log_count("cannot be told not to reset it"), 1);
	assert_int_equal(rename("away", RUN_DIR), 0);
}

static void an_administrator_has_done_so_before(void **state)
{
	(void)state;
	plug(ID_82540EM, 0x0007, "\n");
	quiet_device(BDF);
	assert_false(file_exists(BDF, ".reset"));
	quiet_release(BDF);
	expect_text(DIR "reset_method", "\n");
}

static void another_chip_is_reset(void **state)
{
	(void)state;
	plug(ID_OTHER, 0x0007, "flr bus\n");
	quiet_device(BDF);
	expect_text(DIR "reset", "1");
	/* Its registers may mean anything, and its resets are all that there is. */
	assert_int_equal(get(DIR "resource0", IMC, 4), 0);
	expect_text(DIR "reset_method", "flr bus\n");
	assert_int_equal(log_count(""), 0);
}

static void registers_that_cannot_be_reached(void **state)
{
	(void)state;
	plug(ID_82540EM, 0x0007, "pm bus\n");
	unlink(DIR "resource0");
	quiet_device(BDF);
	expect_text(DIR "reset", "1");
	expect_text(DIR "reset_method", "pm bus\n");
}

static void neither(void **state)
{
	(void)state;
	plug(ID_OTHER, 0x0007, NULL);
	quiet_device(BDF);
	assert_int_equal(log_count("can be neither reset"), 1);
	quiet_device("0000:00:1f.7");
	assert_int_equal(log_count("can be neither reset"), 2);
	quiet_release("0000:00:1f.7");
}

/* Gone from this machine, so there is nothing to put back. */
static void unplugged(void **state)
{
	(void)state;
	plug(ID_82540EM, 0x0007, "pm bus\n");
	quiet_device(BDF);
	unlink(DIR "reset_method");
	quiet_release(BDF);
	assert_false(file_exists(BDF, ".reset"));
	assert_int_equal(log_count(""), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(by_its_registers_and_nothing_else),
		T(a_device_that_was_off),
		T(who_answers),
		T(nobody_else_resets_it),
		T(killed_in_the_middle),
		T(what_cannot_be_kept_stays),
		T(an_administrator_has_done_so_before),
		T(another_chip_is_reset),
		T(registers_that_cannot_be_reached),
		T(neither),
		T(unplugged),
	};

	return cmocka_run_group_tests_name("quiet", tests, NULL, NULL);
}
