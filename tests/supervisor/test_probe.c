// SPDX-License-Identifier: GPL-2.0
/* test_probe.c - a real probe, with an xenstored that answers when the test lets it */
#include "check.h"
#include "home.h"
#include "pressure.h"
#include "probe.h"
#include "store.h"
#include "worker.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Shared with the probe's process. */
static struct {
	volatile bool stalled, broken;
	volatile unsigned int asked, opened;
	volatile int pid;
	volatile uint64_t ahead;	/* ms; the clock of both is set forward */
} *shared;

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000 + shared->ahead;
}

static int read_node(struct store *s, const char *path, char **val, size_t *len)
{
	(void)s;
	assert_string_equal(path, "/local/domain/0/name");
	shared->asked++;
	while (shared->stalled)
		usleep(1000);
	if (shared->broken)
		return -EPIPE;
	*val = strdup("Domain-0");
	*len = strlen(*val);
	return 0;
}

static void shut(struct store *s)
{
	(void)s;
}

struct store *store_xs_open(void)
{
	static const struct store_ops ops = { .read = read_node, .close = shut };
	static struct store s = { .ops = &ops };

	shared->pid = getpid();
	shared->opened++;
	return &s;
}

static int real_stderr;

static int setup(void **state)
{
	int fd;

	(void)state;
	at_home();
	memset(shared, 0, sizeof(*shared));
	fd = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	close(fd);
	probe_start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	probe_stop();
	dup2(real_stderr, STDERR_FILENO);
	leave_home();
	return 0;
}

static bool within(unsigned int ms, bool (*is)(void))
{
	for (; ms && !is(); ms -= 10)
		usleep(10000);
	return is();
}

static unsigned int lines(const char *text)
{
	char *log = slurp("log"), *at;
	unsigned int n = 0;

	for (at = log; (at = strstr(at, text)); at += strlen(text))
		n++;
	free(log);
	return n;
}

static bool asked_twice(void) { return shared->asked > 1; }
static bool is_silent(void) { return probe_silent_ms() > 100; }
static bool answers(void) { return !probe_silent_ms(); }
static bool said_store(void) { return lines("xenstored has not answered for"); }
static bool said_twice(void) { return lines("xenstored has not answered for") == 2; }
static bool said_loop(void) { return lines("xmd-supervisor has waited for"); }
static bool opened_again(void) { return shared->opened > 1; }

static void all_is_well(void **state)
{
	(void)state;
	assert_true(within(5000, asked_twice));
	assert_true(within(1000, answers));
	assert_int_equal(lines("xenstored"), 0);
}

static void it_stalls(void **state)
{
	(void)state;
	shared->stalled = true;
	assert_true(within(5000, is_silent));
	shared->ahead += PROBE_STUCK_MS;
	assert_true(within(5000, said_store));
	assert_true(probe_silent_ms() > PROBE_STUCK_MS);
	/* Told once, and again after a minute. */
	shared->ahead += 10000;
	probe_alive();
	usleep(1200000);
	assert_int_equal(lines("xenstored has not answered for"), 1);
	shared->ahead += PROBE_AGAIN_MS;
	probe_alive();
	assert_true(within(5000, said_twice));
	shared->stalled = false;
	assert_true(within(5000, answers));
}

/* The supervisor itself is caught in a call, and cannot say so. */
static void we_hang(void **state)
{
	(void)state;
	assert_true(within(5000, asked_twice));
	shared->ahead += 11000;
	assert_true(within(5000, said_loop));
	assert_int_equal(lines("libxl, or this host is starved"), 1);
}

static void its_connection_breaks(void **state)
{
	(void)state;
	assert_true(within(5000, asked_twice));
	shared->broken = true;
	assert_true(within(5000, opened_again));
	shared->broken = false;
	assert_true(within(5000, answers));
}

static void it_is_killed(void **state)
{
	int status, pid;

	(void)state;
	assert_true(within(5000, asked_twice));
	pid = shared->pid;
	shared->stalled = true;
	assert_true(within(5000, is_silent));
	assert_false(probe_reaped(1));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(probe_reaped(pid));
	/* What a dead one waited for is no stall. */
	assert_int_equal(probe_silent_ms(), 0);
	shared->ahead += 2000;
	probe_alive();
	shared->stalled = false;
	assert_true(within(5000, opened_again));
}

/* -------------------------------------------------------------- pressure */

static void stat_is(unsigned int busy, unsigned int idle, unsigned int steal)
{
	char text[120];

	snprintf(text, sizeof(text), "cpu  %u 0 0 %u 0 0 0 %u 0 0\ncpu0 1 2 3\n", busy, idle, steal);
	spew("proc/stat", text);
}

static void is_this_host_starved(void **state)
{
	static const struct { const char *name; unsigned int busy, idle, steal; bool starved; } row[] = {
		{ "the first look says nothing", 0, 0, 1000, false },
		{ "idle", 10, 1000, 0, false },
		{ "busy", 1000, 10, 0, false },
		{ "a little stolen", 800, 0, 200, false },
		{ "more than half stolen", 300, 0, 700, true },
		{ "half of the little it wanted", 50, 900, 50, false },
		{ "half of what it wanted", 200, 500, 300, true },
		{ "idle again", 0, 1000, 0, false },
	};
	unsigned int busy = 0, idle = 0, steal = 0;
	char why[HOST_WHY];
	size_t i;

	(void)state;
	/* Nothing to read: not known to be. */
	assert_false(host_starved(why));
	mkdir("proc", 0700);
	mkdir("proc/pressure", 0700);
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		busy += row[i].busy;
		idle += row[i].idle;
		steal += row[i].steal;
		stat_is(busy, idle, steal);
		assert_case(row[i].name, host_starved(why), row[i].starved);
	}
	spew("proc/pressure/cpu", "some avg10=95.20 avg60=1.00 avg300=0.00 total=1\n"
				  "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
	assert_true(host_starved(why));
	assert_string_equal(why, "cpu pressure 95 % over 10 s");
	spew("proc/pressure/cpu", "some avg10=60.00 avg60=1.00 avg300=0.00 total=1\n");
	assert_false(host_starved(why));
	spew("proc/pressure/memory", "some avg10=99.00 avg60=1.00 avg300=0.00 total=1\n"
				     "full avg10=45.00 avg60=0.00 avg300=0.00 total=0\n");
	assert_true(host_starved(why));
	spew("proc/pressure/memory", "some avg10=99.00 avg60=1.00 avg300=0.00 total=1\n"
				     "full avg10=5.00 avg60=0.00 avg300=0.00 total=0\n");
	assert_false(host_starved(why));
	spew("proc/pressure/memory", "nonsense\n");
	assert_false(host_starved(why));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(all_is_well),
		T(it_stalls),
		T(we_hang),
		T(its_connection_breaks),
		T(it_is_killed),
		T(is_this_host_starved),
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
