// SPDX-License-Identifier: GPL-2.0
/* test_metrics.c - "xmdctl metrics" of two driver domains, one of which says what it likes */
/* before cmocka's own fail */
#include "ctl.h"
#include "check.h"
#include "home.h"
#include "records.h"
#include "store_mem.h"

#include <fcntl.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

#define OWN	"/local/domain/%u/data/xmd-backend/%s"

int __wrap_nanosleep(const struct timespec *t, struct timespec *left);

static struct mem *mem;
static struct store *dom0;
static const char *said_by[3];		/* domain 1 and 2 */

int (fail)(int status, const char *fmt, ...)
{
	(void)fmt;
	return status;
}

struct store *open_store(void)
{
	return mem_connect(mem, 0, NULL);
}

int ask_supervisor(unsigned int seconds, const char *request, void (*take)(void *arg, char *record), void *arg)
{
	(void)seconds;
	(void)request;
	(void)take;
	(void)arg;
	return EXIT_CANNOT;
}

static void put(unsigned int domid, const char *key, const char *val)
{
	char path[100];

	snprintf(path, sizeof(path), OWN, domid, key);
	dom0->ops->write(dom0, path, val);
}

/* Whoever is asked answers meanwhile. */
int __wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	char path[100], text[600];
	const char *id;
	unsigned int i;

	(void)t;
	(void)left;
	for (i = 1; i < 3; i++) {
		snprintf(path, sizeof(path), OWN, i, "stats-request");
		id = mem_peek(mem, path);
		if (!id)
			continue;
		snprintf(text, sizeof(text), "%s more=-; %s", id, said_by[i]);
		put(i, "stats", text);
	}
	return 0;
}

static int setup(void **state)
{
	(void)state;
	at_home();
	mem = mem_new();
	dom0 = mem_connect(mem, 0, NULL);
	dom0->ops->write(dom0, "/local/domain/1/name", "one");
	dom0->ops->write(dom0, "/local/domain/1/libxl", "");
	dom0->ops->write(dom0, "/local/domain/2/name", "two");
	dom0->ops->write(dom0, "/local/domain/2/libxl", "");
	dom0->ops->write(dom0, "/local/domain/5/name", "web");
	put(1, "state", "serving");
	put(2, "state", "serving");
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

/* What a run prints, to be freed */
static char *printed(int (*run)(const struct args *a), const struct args *a)
{
	int out, was;

	fflush(stdout);
	was = dup(STDOUT_FILENO);
	out = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(out, STDOUT_FILENO);
	assert_int_equal(run(a), EXIT_OK);
	fflush(stdout);
	dup2(was, STDOUT_FILENO);
	close(was);
	close(out);
	return slurp("out");
}

static unsigned int count(const char *in, const char *what)
{
	unsigned int n = 0;

	for (; (in = strstr(in, what)); in++)
		n++;
	return n;
}

/* One that is asked first, and is older or lies, keeps back nothing of the other. */
static void each_has_its_own(void **state)
{
	const struct args a = { .word = NULL };
	char *text;

	(void)state;
	said_by[1] = "self x=1; nic link=1; vif=5/0 tx_frames=3 mine=4";
	said_by[2] = "self x=2 pending=5; nic link=1 speed=1000; vif=5/1 tx_frames=7 rx_frames=8";
	text = printed(run_metrics, &a);
	assert_non_null(strstr(text, "\nxmd_vif_tx_frames_total{domain=\"one\",guest=\"web\",vif=\"0\",mac=\"\"} 3\n"));
	assert_non_null(strstr(text, "\nxmd_vif_rx_frames_total{domain=\"two\",guest=\"web\",vif=\"1\",mac=\"\"} 8\n"));
	assert_non_null(strstr(text, "\nxmd_self_pending{domain=\"two\"} 5\n"));
	assert_non_null(strstr(text, "\nxmd_nic_speed{domain=\"two\"} 1000\n"));
	assert_int_equal(count(text, "# TYPE xmd_vif_tx_frames_total "), 1);
	assert_int_equal(count(text, "xmd_vif_mine_total{"), 1);
	free(text);
}

/* No sample, and no name, stands there twice: who reads that refuses all of it. */
static void nothing_twice(void **state)
{
	const struct args a = { .word = NULL };
	char *text;

	(void)state;
	said_by[1] = "self x=1 x=2; vif=5/0 a=1 a=2; vif=5/0 a=3; vif=8/0 a=1; vif=9/0 a=1";
	said_by[2] = "vif=5/0 a=9";
	text = printed(run_metrics, &a);
	assert_int_equal(count(text, "# TYPE xmd_vif_a_total "), 1);
	assert_int_equal(count(text, "# TYPE xmd_self_x_total "), 1);
	assert_int_equal(count(text, "{domain=\"one\",guest=\"web\",vif=\"0\""), 1);
	/* of guests that are gone */
	assert_int_equal(count(text, "{domain=\"one\",guest=\"8\",vif=\"0\""), 1);
	assert_int_equal(count(text, "{domain=\"one\",guest=\"9\",vif=\"0\""), 1);
	free(text);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_has_its_own), T(nothing_twice),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
