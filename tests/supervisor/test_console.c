// SPDX-License-Identifier: GPL-2.0
/* test_console.c - the last words of a dead driver domain: the ring, xenconsoled's file, rotation */
#include "check.h"
#include "console.h"
#include "fake_log.h"
#include "home.h"
#include "store_mem.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xen/io/console.h>

static struct xencons_interface ring;
static int map_err;
static uint32_t mapped_domid, mapped_frame;

int console_map(uint32_t domid, uint32_t frame, char page[CONSOLE_PAGE])
{
	mapped_domid = domid;
	mapped_frame = frame;
	if (!map_err)
		memcpy(page, &ring, sizeof(ring));
	return map_err;
}

static struct mem *mem;
static struct store *dom0;

static int setup(void **state)
{
	(void)state;
	at_home();
	log_forget();
	mem = mem_new();
	dom0 = mem_connect(mem, 0, NULL);
	dom0->ops->write(dom0, "/local/domain/3/console/ring-ref", "4711");
	memset(&ring, 0, sizeof(ring));
	map_err = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(dom0);
	mem_free(mem);
	leave_home();
	return 0;
}

static void say(const char *text)
{
	for (; *text; text++)
		ring.out[ring.out_prod++ & (CONSOLE_RING - 1)] = *text;
}

/* The one file that there is, to be freed; NULL: none, or several. */
static char *kept(unsigned int *n)
{
	char path[300] = "";
	struct dirent *e;
	DIR *d = opendir(LOG_DIR);

	*n = 0;
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.') {
			(*n)++;
			snprintf(path, sizeof(path), LOG_DIR "/%s", e->d_name);
		}
	if (d)
		closedir(d);
	return *n == 1 ? slurp(path) : NULL;
}

static void die(const char *name)
{
	struct console c;

	console_grab(&c, dom0, name, 3);
	console_keep(&c, name, 3, "crashed");
}

static void the_ring(void **state)
{
	unsigned int n;
	char *text;

	(void)state;
	say("one\r\ntwo \033[2J\n\377end");
	die("drv");
	assert_int_equal(mapped_domid, 3);
	assert_int_equal(mapped_frame, 4711);
	text = kept(&n);
	assert_non_null(text);
	assert_non_null(strstr(text, "name=drv\tdomid=3\tcause=crashed\n"));
	assert_non_null(strstr(text, "\none\ntwo \\x1b[2J\n\\xffend\n"));
	free(text);
}

/* What was read long ago is still in it, and in its order. */
static void a_ring_that_went_round(void **state)
{
	char line[40], *text;
	unsigned int i, n;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), "line %04u\n", i);
		say(line);
	}
	die("drv");
	text = kept(&n);
	assert_non_null(text);
	assert_null(strstr(text, "line 0790"));
	assert_non_null(strstr(text, "line 0799\nline 0800\n"));
	assert_non_null(strstr(text, "line 0999\n"));
	free(text);
}

/* The index is the domain's to write, and so may be anything. */
static void a_ring_of_nonsense(void **state)
{
	static const XENCONS_RING_IDX prod[] = { 0, 1, 2047, 2048, 2049, 0x7fffffff, 0x80000000, 0xffffffff };
	unsigned int i;
	struct console c;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(prod); i++) {
		ring.out_prod = prod[i];
		console_grab(&c, dom0, "drv", 3);
		assert_true(c.n <= CONSOLE_RING);
		assert_int_equal(c.n, prod[i] < CONSOLE_RING ? prod[i] : CONSOLE_RING);
		console_keep(&c, "drv", 3, "crashed");
	}
}

/* xenconsoled goes on with the file for the next domain: its words are not those of the dead one. */
static void its_file_up_to_then(void **state)
{
	struct console c;
	unsigned int i, n;
	char *text;
	FILE *f;

	(void)state;
	map_err = -EPERM;
	assert_int_equal(mkdir(CONSOLE_DIR, 0700), 0);
	f = fopen(CONSOLE_DIR "/guest-drv.log", "w");
	for (i = 0; i < 10000; i++)
		fprintf(f, "row %05u\n", i);
	fflush(f);
	console_grab(&c, dom0, "drv", 3);
	fputs("the next one boots\n", f);
	fclose(f);
	console_keep(&c, "drv", 3, "hung");
	text = kept(&n);
	assert_non_null(text);
	assert_non_null(strstr(text, "row 09999\n"));
	assert_null(strstr(text, "row 00001\n"));
	assert_null(strstr(text, "next one"));
	assert_in_range(strlen(text), CONSOLE_TAIL, CONSOLE_TAIL + 200);
	free(text);
}

/* Nothing to keep: no file, and no complaint. */
static void nothing_there(void **state)
{
	unsigned int n;

	(void)state;
	die("drv");
	map_err = -ESRCH;
	say("lost");
	die("drv");
	dom0->ops->remove(dom0, "/local/domain/3/console");
	die("drv");
	assert_null(kept(&n));
	assert_int_equal(n, 0);
	assert_int_equal(log_count(""), 0);
}

static void the_last_ten(void **state)
{
	char path[80];
	unsigned int i, n;

	(void)state;
	mkdir(LOG_DIR, 0700);
	for (i = 0; i < 15; i++) {
		snprintf(path, sizeof(path), LOG_DIR "/drv-20200101T0000%02uZ.log", i);
		spew(path, "");
	}
	spew(LOG_DIR "/drv-two-20200101T000000Z.log", "");
	spew(LOG_DIR "/drv-20200101T000000Z.log.mine", "");
	say("dead");
	die("drv");
	assert_null(kept(&n));
	assert_int_equal(n, CONSOLE_KEPT + 2);
	assert_int_equal(access(LOG_DIR "/drv-20200101T000005Z.log", F_OK), -1);
	assert_int_equal(access(LOG_DIR "/drv-20200101T000006Z.log", F_OK), 0);
}

static void a_directory_that_cannot_be_made(void **state)
{
	(void)state;
	spew(LOG_DIR, "a file");
	say("dead");
	die("drv");
	assert_int_equal(log_count("cannot keep its last words"), 1);
}

/* A clock that was set back makes the newest the first of their names. */
static void the_newest_stays(void **state)
{
	char path[80];
	unsigned int i, n;

	(void)state;
	mkdir(LOG_DIR, 0700);
	for (i = 0; i < CONSOLE_KEPT; i++) {
		snprintf(path, sizeof(path), LOG_DIR "/drv-20990101T0000%02uZ.log", i);
		spew(path, "");
	}
	say("dead");
	die("drv");
	free(kept(&n));
	assert_int_equal(n, CONSOLE_KEPT + 1);
	for (i = 0; i < CONSOLE_KEPT; i++) {
		snprintf(path, sizeof(path), LOG_DIR "/drv-20990101T0000%02uZ.log", i);
		assert_int_equal(access(path, F_OK), 0);
	}
}

/* Not even a first line: then there is no death to be told of, and those of before stay. */
static void a_full_disk(void **state)
{
	struct rlimit l, none;
	unsigned int n;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	say("one\n");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	none = l;
	none.rlim_cur = 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	die("drv");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
	assert_int_equal(log_count("cannot write"), 1);
	assert_null(kept(&n));
	assert_int_equal(n, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_ring),
		T(a_ring_that_went_round),
		T(a_ring_of_nonsense),
		T(its_file_up_to_then),
		T(nothing_there),
		T(the_newest_stays),
		T(the_last_ten),
		T(a_directory_that_cannot_be_made),
		T(a_full_disk),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
