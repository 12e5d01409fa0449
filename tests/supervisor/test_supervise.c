// SPDX-License-Identifier: GPL-2.0
/*
 * test_supervise.c - what happens to a driver domain in charge, and when.  Workers are
 * real processes that do nothing but tell what they were asked to do, and end as the
 * test says.
 */
#include "check.h"
#include "control.h"
#include "fake_log.h"
#include "fake_xl.h"
#include "files.h"
#include "home.h"
#include "pace.h"
#include "pressure.h"
#include "probe.h"
#include "supervise.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xmd/xs_names.h>

#define JOBS_MAX	64
#define DIES		(-2)	/* verdict: killed */

/* What a worker has been asked to do; written by its process. */
struct told {
	volatile int ready;
	volatile int verdict;		/* -1: not yet */
	pid_t pid;
	enum job_kind kind;
	uint32_t domid;
	bool force;
	uint64_t noticed, not_before;
	unsigned int stable_s;		/* of its policy: which one it is */
	char name[64], cause[64], kernel[64], ramdisk[64];
	unsigned int memory_mb;
	unsigned int files;		/* that were open in it */
};

static struct {
	volatile unsigned int n;
	struct told job[JOBS_MAX];
} *shared;

static uint64_t now = 5000000;
static unsigned int no_more_forks;	/* so many fail */

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	if (!no_more_forks)
		return __real_fork();
	no_more_forks--;
	errno = EAGAIN;
	return -1;
}

static unsigned int each_look_takes;	/* ms, of this clock */

uint64_t now_ms(void)
{
	now += each_look_takes;
	return now;
}

/* What the supervisor sees of its host: the tests' to say. */
static struct {
	uint64_t silent_since;		/* ms; xenstored does not answer since then; 0: it does */
	bool starved;
} host;

uint64_t probe_silent_ms(void)
{
	return host.silent_since ? now - host.silent_since : 0;
}

bool probe_reaped(pid_t pid)
{
	(void)pid;
	return false;
}

bool host_starved(char why[HOST_WHY])
{
	if (host.starved)
		strcpy(why, "as the test says");
	return host.starved;
}

static unsigned int open_files(void)
{
	unsigned int n = 0;
	int fd;

	for (fd = 3; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void put(char to[64], const char *from)
{
	snprintf(to, 64, "%s", from ? from : "as it is");
}

enum job_result worker_run(const struct job *job)
{
	struct told *t = &shared->job[__sync_fetch_and_add(&shared->n, 1)];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	t->pid = getpid();
	t->kind = job->kind;
	t->domid = job->domid;
	t->force = job->force;
	t->noticed = job->noticed;
	t->not_before = job->not_before;
	t->stable_s = job->policy->stable_s;
	t->files = open_files();
	put(t->name, job->name);
	put(t->cause, job->cause);
	put(t->kernel, job->kernel);
	put(t->ramdisk, job->ramdisk);
	t->memory_mb = job->memory_mb;
	__sync_synchronize();
	t->ready = 1;
	while (t->verdict == -1)
		usleep(200);
	if (t->verdict == DIES)
		kill(getpid(), SIGKILL);
	return (enum job_result)t->verdict;
}

/* ------------------------------------------------------------- a supervisor */

struct test {
	struct mem *mem;
	struct store *dom0;
	struct supervisor s;
	unsigned int taken;	/* jobs that the test has seen */
};

static void write_node(struct test *t, const char *path, const char *val)
{
	assert_int_equal(t->dom0->ops->write(t->dom0, path, val), 0);
}

static struct domain *find(struct test *t, const char *name)
{
	struct domain *d;

	for (d = t->s.domains; d && strcmp(d->name, name); d = d->next)
		;
	return d;
}

static void start(struct test *t)
{
	struct config c = t->s.config;

	t->s = (struct supervisor){ .store = mem_connect(t->mem, 0, NULL), .xl = xl_open(),
				    .config = c };
	assert_int_equal(supervise_start(&t->s), 0);
	assert_int_equal(supervise_events(&t->s), 0);
}

/* It ends, or is killed: its files and the domains stay. */
static void stop(struct test *t)
{
	supervise_stop(&t->s);
	xl_close(t->s.xl);
	store_close(t->s.store);
}

static int setup(void **state)
{
	struct test *t = calloc(1, sizeof(*t));
	unsigned int i;

	at_home();
	log_forget();
	fake_reset();
	memset(&host, 0, sizeof(host));
	memset(shared, 0, sizeof(*shared));
	/* Before there is a worker: it may look before the test has a word for it. */
	for (i = 0; i < JOBS_MAX; i++)
		shared->job[i].verdict = -1;
	t->mem = mem_new();
	t->dom0 = mem_connect(t->mem, 0, NULL);
	config_defaults(&t->s.config);
	start(t);
	*state = t;
	return 0;
}

static void flood_end(struct test *t);
static bool flooded(void);

static int teardown(void **state)
{
	struct test *t = *state;
	unsigned int i;

	if (flooded())
		flood_end(t);
	for (i = 0; i < shared->n; i++) {
		if (shared->job[i].verdict != -1)
			continue;
		shared->job[i].verdict = JOB_FAILED;
		waitpid(shared->job[i].pid, NULL, 0);
	}
	stop(t);
	store_close(t->dom0);
	mem_free(t->mem);
	free(t);
	leave_home();
	return 0;
}

static void look(struct test *t)
{
	assert_int_equal(supervise_events(&t->s), 0);
	supervise_tick(&t->s);
	assert_int_equal(supervise_events(&t->s), 0);
}

/* @ms go by, in which each domain of @beating beats, 0-terminated or NULL. */
static void pass_beating(struct test *t, unsigned int ms, uint32_t beating)
{
	uint64_t end = now + ms, due;
	char path[64], text[16];

	while (now < end) {
		if (beating) {
			snprintf(path, sizeof(path), "/local/domain/%u/" XS_DIR_OWN "/" XS_OWN_HEARTBEAT,
				 beating);
			snprintf(text, sizeof(text), "%llu", (unsigned long long)now);
			write_node(t, path, text);
		}
		assert_int_equal(supervise_events(&t->s), 0);
		due = supervise_tick(&t->s);
		assert_true(due >= now);
		now = due > now && due < end ? due : end;
	}
	look(t);
}

static void pass(struct test *t, unsigned int ms)
{
	pass_beating(t, ms, 0);
}

static void write_home(struct test *t, uint32_t domid, const char *key, const char *val)
{
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u/%s", domid, key);
	write_node(t, path, val);
}

/* What libxl writes when it makes domain @domid: all of it belongs to dom0, but for what is in data/. */
static void home_made(struct test *t, uint32_t domid)
{
	const struct fake_domain *d = fake_find(domid);
	char path[64], text[16];

	snprintf(text, sizeof(text), "%u", domid);
	write_home(t, domid, "domid", text);
	write_home(t, domid, "name", d->name);
	write_home(t, domid, "data", "");
	snprintf(path, sizeof(path), "/local/domain/%u/data", domid);
	mem_set_perms(t->mem, path, domid, 0);
	if (d->driver_domain)
		write_home(t, domid, "libxl", "");
}

static void comes(struct test *t, uint32_t domid, const char *name)
{
	fake_add(domid, name);
	home_made(t, domid);
	write_node(t, "@introduceDomain", "");
	look(t);
}

static void says(struct test *t, uint32_t domid, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u/" XS_DIR_OWN "/" XS_OWN_STATE, domid);
	write_node(t, path, what);
	now += SUPERVISE_LOOK_MS;
	look(t);
}

static void beats(struct test *t, uint32_t domid, const char *beat)
{
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u/" XS_DIR_OWN "/" XS_OWN_HEARTBEAT, domid);
	write_node(t, path, beat);
	now += SUPERVISE_LOOK_MS;
	look(t);
}

static void ends(struct test *t, uint32_t domid, enum life life)
{
	char path[64];

	if (life == LIFE_GONE) {
		fake_drop(domid);
		snprintf(path, sizeof(path), "/local/domain/%u", domid);
		t->dom0->ops->remove(t->dom0, path);
	} else {
		fake_find(domid)->life = life;
	}
	write_node(t, "@releaseDomain", "");
	look(t);
}

/* A driver domain that is in charge and serves. */
static void in_charge(struct test *t, uint32_t domid, const char *name)
{
	comes(t, domid, name);
	says(t, domid, "serving");
	assert_non_null(find(t, name));
	assert_int_equal(find(t, name)->state, WATCHED);
	assert_int_equal(find(t, name)->domid, domid);
}

/* -------------------------------------------------------------- its workers */

static void no_job(struct test *t)
{
	struct domain *d;

	for (d = t->s.domains; d; d = d->next)
		assert_int_equal(d->worker, 0);
	assert_int_equal(shared->n, t->taken);
}

/* The next one that was started. */
static struct told *job(struct test *t)
{
	struct told *j = &shared->job[t->taken++];

	while (!j->ready)
		usleep(200);
	return j;
}

/* It ends so, and the supervisor hears of it. */
static void ended(struct test *t, struct told *j, int verdict)
{
	int status;

	j->verdict = verdict;
	assert_int_equal(waitpid(j->pid, &status, 0), j->pid);
	supervise_reaped(&t->s, j->pid, status);
	look(t);
}

/* The worker has created it anew. */
static void back(struct test *t, struct told *j, uint32_t domid)
{
	char path[64];

	fake_drop(domid);
	fake_add(domid, j->name);
	snprintf(path, sizeof(path), "/local/domain/%u", domid);
	t->dom0->ops->remove(t->dom0, path);
	home_made(t, domid);
	snprintf(path, sizeof(path), "/local/domain/%u/" XS_DIR_OWN "/" XS_OWN_STATE, domid);
	write_node(t, path, "serving");
	write_node(t, "@introduceDomain", "");
	ended(t, j, JOB_DONE);
}

static void expect_kept(const char *name, uint32_t domid, unsigned int restarts,
			unsigned int unstable, unsigned int given_up)
{
	struct kept k;

	assert_int_equal(kept_read(name, &k), 0);
	assert_int_equal(k.domid, domid);
	assert_int_equal(k.restarts, restarts);
	assert_int_equal(k.unstable, unstable);
	assert_int_equal(k.given_up, given_up);
}

/* --------------------------------------------------------------- requests */

/* Ask; what is answered at once goes to @text.  Return: to be read later, or -1. */
static int ask(struct test *t, const char *request, char text[512])
{
	char line[REQUEST_MAX];
	int fd[2];
	bool all;
	ssize_t n;

	snprintf(line, sizeof(line), "%s\n", request);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	all = supervise_request(&t->s, line, fd[1]);
	if (all)
		close(fd[1]);
	n = recv(fd[0], text, 511, all ? 0 : MSG_DONTWAIT);
	text[n > 0 ? n : 0] = '\0';
	if (!all)
		return fd[0];
	close(fd[0]);
	return -1;
}

static void expect_answer(struct test *t, const char *request, const char *want)
{
	char text[512];

	if (ask(t, request, text) != -1)
		fail_msg("\"%s\" is not answered", request);
	assert_string_equal(text, want);
}

/* What was not answered at once is now, and the connection is closed. */
static void expect_later(int fd, const char *want)
{
	char text[512];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, want);
	assert_int_equal(recv(fd, text, 1, MSG_DONTWAIT), 0);
	close(fd);
}

/* ------------------------------------------------------------- small parts */

static void backoff(void **state)
{
	static const struct { unsigned int max, unstable, ms; } row[] = {
		{ 30, 0, 0 }, { 30, 1, 0 }, { 30, 2, 1000 }, { 30, 3, 2000 }, { 30, 4, 4000 },
		{ 30, 5, 8000 }, { 30, 6, 16000 }, { 30, 7, 30000 }, { 30, 8, 30000 },
		{ 30, 17, 30000 }, { 30, 18, 30000 }, { 30, 34, 30000 }, { 30, 1000, 30000 },
		{ 1, 2, 1000 }, { 1, 3, 1000 }, { 3600, 13, 2048000 }, { 3600, 14, 3600000 },
		{ 3600, 40, 3600000 }, { 3600, UINT32_MAX, 3600000 },
	};
	struct policy p = { .stable_s = 1 };
	char name[32];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		p.backoff_max_s = row[i].max;
		snprintf(name, sizeof(name), "%u of %u", row[i].unstable, row[i].max);
		assert_case(name, supervise_backoff(&p, row[i].unstable), row[i].ms);
	}
}

static void split(void **state)
{
	static const struct { const char *line; int n; const char *word[WORDS_MAX]; } row[] = {
		{ "", 0, { NULL } },
		{ "\n", 0, { NULL } },
		{ "status\n", 1, { "status" } },
		{ "status", 1, { "status" } },
		{ "vifs\tnet\n", 2, { "vifs", "net" } },
		{ "vifs\ta b c\n", 2, { "vifs", "a b c" } },
		{ "\t\tvifs\t\t\tnet\t\n", 2, { "vifs", "net" } },
		{ "upgrade\tnet\t-\t/r\n", 4, { "upgrade", "net", "-", "/r" } },
		{ "upgrade\tnet\t-\t/r\t64\n", 5, { "upgrade", "net", "-", "/r", "64" } },
		{ "a\tb\tc\td\te\tf\n", -EINVAL, { NULL } },
		{ "a\nb\n", 2, { "a", "b" } },
	};
	char line[64], *word[WORDS_MAX];
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		strcpy(line, row[i].line);
		assert_case(row[i].line, control_split(line, word), row[i].n);
		for (k = 0; k < row[i].n; k++)
			assert_string_equal(word[k], row[i].word[k]);
	}
}

/* ---------------------------------------------------------- taking charge */

static void when_its_backend_speaks(void **state)
{
	struct test *t = *state;
	char *json;

	comes(t, 3, "net");
	assert_null(find(t, "net"));
	says(t, 3, "starting");
	assert_int_equal(find(t, "net")->domid, 3);
	expect_kept("net", 3, 0, 0, 0);
	json = slurp(RUN_DIR "/net.json");
	assert_string_equal(json, "net 1 1 1 vmlinuz initrd\n");
	free(json);
	says(t, 3, "serving");
	assert_ptr_equal(find(t, "net"), t->s.domains);
	assert_null(t->s.domains->next);
	no_job(t);
}

static void whose_backend_spoke_before(void **state)
{
	struct test *t = *state;

	stop(t);
	fake_add(3, "net");
	home_made(t, 3);
	write_node(t, "/local/domain/3/" XS_DIR_OWN "/" XS_OWN_STATE, "serving");
	start(t);
	look(t);
	assert_non_null(find(t, "net"));
}

static void who_is_taken_charge_of(void **state)
{
	static const struct {
		const char *name;
		bool driver_domain;
		enum on_end on_crash, on_watchdog;
		bool in_charge;
	} row[] = {
		{ "a", true, END_PRESERVE, END_PRESERVE, true },
		{ "b", true, END_DESTROY, END_DESTROY, true },
		{ "c", true, END_OTHER, END_OTHER, true },
		{ "d", true, END_RESTART, END_PRESERVE, false },
		{ "e", true, END_PRESERVE, END_RESTART, false },
		{ "f", false, END_PRESERVE, END_PRESERVE, false },
		{ "named", false, END_PRESERVE, END_PRESERVE, true },
		{ "named-too", false, END_RESTART, END_PRESERVE, false },
	};
	struct test *t = *state;
	struct fake_domain *d;
	uint32_t i;

	strcpy(t->s.config.section[0].name, "named");
	strcpy(t->s.config.section[1].name, "named-too");
	t->s.config.n_sections = 2;
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		d = fake_add(10 + i, row[i].name);
		d->driver_domain = row[i].driver_domain;
		d->on_crash = row[i].on_crash;
		d->on_watchdog = row[i].on_watchdog;
		home_made(t, 10 + i);
	}
	write_node(t, "@introduceDomain", "");
	look(t);
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		says(t, 10 + i, "serving");
		assert_case(row[i].name, find(t, row[i].name) != NULL, row[i].in_charge);
	}
	assert_int_equal(log_count("d: domain 13 is not taken charge of: with on_crash or on_watchdog"), 1);
}

static void dom0_and_strange_names_are_no_driver_domains(void **state)
{
	struct test *t = *state;

	fake_add(7, "");
	write_node(t, "/local/domain/0/" XS_DIR_OWN "/" XS_OWN_STATE, "serving");
	home_made(t, 7);
	write_node(t, "/local/domain/7/" XS_DIR_OWN "/" XS_OWN_STATE, "serving");
	write_node(t, "/local/domain/x/" XS_DIR_OWN "/" XS_OWN_STATE, "serving");
	write_node(t, "/local/domain/8/" XS_DIR_OWN "/" XS_OWN_STATE, "serving");
	write_node(t, "@introduceDomain", "");
	look(t);
	assert_null(t->s.domains);
}

static void domains_that_come_and_go_leave_nothing(void **state)
{
	struct test *t = *state;
	unsigned int before, i;

	in_charge(t, 3, "net");
	before = mem_watches(t->mem, 0);
	for (i = 10; i < 30; i++) {
		comes(t, i, "guest");
		assert_int_equal(mem_watches(t->mem, 0), before);
		assert_int_equal(t->s.n_seen, 2);
		ends(t, i, LIFE_GONE);
		assert_int_equal(mem_watches(t->mem, 0), before);
	}
	assert_int_equal(t->s.n_seen, 1);
}

/* -------------------------------------------------------------- it crashes */

static void it_is_brought_back(void **state)
{
	static const struct { enum life life; const char *cause; } row[] = {
		{ LIFE_CRASHED, "crashed" }, { LIFE_WATCHDOG, "hung, says Xen's watchdog" },
		{ LIFE_GONE, "destroyed" }, { LIFE_DYING, "destroyed" },
	};
	struct test *t = *state;
	struct told *j;
	size_t i;

	in_charge(t, 3, "net");
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		pass(t, 20000);
		ends(t, 3, row[i].life);
		assert_int_equal(find(t, "net")->state, BUSY);
		j = job(t);
		assert_int_equal(j->kind, JOB_RECOVER);
		assert_int_equal(j->domid, 3);
		assert_string_equal(j->name, "net");
		assert_string_equal(j->cause, row[i].cause);
		assert_int_equal(j->noticed, now);
		assert_int_equal(j->not_before, now);
		assert_false(j->force);
		back(t, j, 3);
		assert_int_equal(find(t, "net")->state, WATCHED);
		expect_kept("net", 3, i + 1, 1, 0);
	}
	no_job(t);
}

/* Nothing else is looked at while it is at work, and then once more. */
static void it_crashes_while_a_worker_is_at_it(void **state)
{
	struct test *t = *state;
	struct told *j;

	in_charge(t, 3, "net");
	ends(t, 3, LIFE_CRASHED);
	j = job(t);
	fake_find(3)->life = LIFE_RUNNING;
	ends(t, 3, LIFE_CRASHED);
	says(t, 3, "serving");
	assert_int_equal(shared->n, 1);
	ended(t, j, JOB_DONE);
	assert_int_equal(find(t, "net")->state, BUSY);
	j = job(t);
	assert_string_equal(j->cause, "crashed");
	back(t, j, 3);
	assert_int_equal(find(t, "net")->state, WATCHED);
}

static void another_domid_is_learned(void **state)
{
	struct test *t = *state;
	struct told *j;

	in_charge(t, 3, "net");
	ends(t, 3, LIFE_CRASHED);
	j = job(t);
	fake_find(3)->life = LIFE_DYING;
	comes(t, 9, "net");
	says(t, 9, "serving");
	ended(t, j, JOB_DONE);
	assert_int_equal(find(t, "net")->domid, 9);
	expect_kept("net", 9, 1, 1, 0);
	ends(t, 9, LIFE_CRASHED);
	j = job(t);
	assert_int_equal(j->domid, 9);
	back(t, j, 9);
}

static void two_at_once(void **state)
{
	struct test *t = *state;
	struct told *a, *b;

	in_charge(t, 3, "net");
	in_charge(t, 4, "wifi");
	ends(t, 3, LIFE_CRASHED);
	a = job(t);
	ends(t, 4, LIFE_CRASHED);
	b = job(t);
	assert_string_equal(a->name, "net");
	assert_string_equal(b->name, "wifi");
	back(t, b, 4);
	assert_int_equal(find(t, "net")->state, BUSY);
	assert_int_equal(find(t, "wifi")->state, WATCHED);
	back(t, a, 3);
	assert_int_equal(find(t, "net")->state, WATCHED);
}

static void each_by_its_own_policy(void **state)
{
	struct test *t = *state;
	struct told *j;

	strcpy(t->s.config.section[0].name, "net");
	t->s.config.section[0].policy = t->s.config.all;
	t->s.config.section[0].policy.stable_s = 77;
	t->s.config.n_sections = 1;
	in_charge(t, 3, "net");
	in_charge(t, 4, "wifi");
	ends(t, 3, LIFE_CRASHED);
	j = job(t);
	assert_int_equal(j->stable_s, 77);
	back(t, j, 3);
	ends(t, 4, LIFE_CRASHED);
	j = job(t);
	assert_int_equal(j->stable_s, 10);
	back(t, j, 4);
}

/* ------------------------------------------------- it does so again and again */

static void failed_workers_and_then_no_more(void **state)
{
	static const unsigned int wait[] = { 0, 0, 1, 2, 4, 8, 16, 30 };
	struct test *t = *state;
	char *history;
	struct told *j;
	size_t i;

	in_charge(t, 3, "net");
	ends(t, 3, LIFE_CRASHED);
	for (i = 0; i < ARRAY_SIZE(wait); i++) {
		j = job(t);
		assert_string_equal(j->cause, "crashed");
		assert_int_equal(j->not_before - j->noticed, 1000 * wait[i]);
		assert_int_equal(find(t, "net")->state, BUSY);
		expect_kept("net", 3, i + 1, i + 1, 0);
		ended(t, j, i % 2 ? JOB_FAILED : DIES);
	}
	assert_int_equal(find(t, "net")->state, GIVEN_UP);
	expect_kept("net", 3, 8, 8, 1);
	assert_int_equal(log_count("net: 8 restarts without 10 s of service in between: given up"), 1);
	history = slurp(HISTORY_PATH);
	assert_non_null(strstr(history, "\tnet\tgive up\tcrashed\tfailed\t3\t0\t\n"));
	free(history);
	pass(t, 100000);
	ends(t, 3, LIFE_GONE);
	no_job(t);
}

/* What the hook was told, now that it and all others have ended. */
static void expect_told(const char *want)
{
	char *got;

	while (waitpid(-1, NULL, 0) > 0)
		;
	got = slurp("told");
	assert_string_equal(got ? got : "", want);
	free(got);
	unlink("told");
}

/*
 * It dies as soon as it is back, each time later, until nobody tries again and the operator
 * hears of it; who has found out why has it back by one command.
 */
static void a_crash_loop(void **state)
{
	static const unsigned int wait[] = { 0, 0, 1, 2 };
	struct test *t = *state;
	struct told *j;
	char text[512];
	size_t i;
	int fd;

	spew("hook", "#!/bin/sh\necho \"$*\" >> told\n");
	assert_int_equal(chmod("hook", 0700), 0);
	strcpy(t->s.config.all.hook, "./hook");
	t->s.config.all.crash_limit = ARRAY_SIZE(wait);
	in_charge(t, 3, "net");
	for (i = 0; i < ARRAY_SIZE(wait); i++) {
		ends(t, 3, LIFE_CRASHED);
		j = job(t);
		assert_int_equal(j->not_before - j->noticed, 1000 * wait[i]);
		back(t, j, 3);
		pass(t, 3000);
	}
	expect_told("");
	ends(t, 3, LIFE_CRASHED);
	no_job(t);
	expect_answer(t, "status", "name=net\tdomid=3\tstate=given up\tvifs=0\trestarts=4\t"
				   "last=crashed\tup_s=0\nok\n");
	assert_int_equal(log_count("net: 4 restarts without 10 s of service in between: given up"), 1);
	expect_told("given-up net 3 crashed 0\n");
	pass(t, 1000000);
	no_job(t);

	fd = ask(t, "restart\tnet", text);
	assert_string_equal(text, "");
	look(t);
	j = job(t);
	assert_int_equal(j->kind, JOB_RECOVER);
	assert_string_equal(j->cause, "crashed");
	assert_int_equal(j->not_before, j->noticed);
	back(t, j, 3);
	expect_later(fd, "ok\n");
	expect_kept("net", 3, 5, 1, 0);
	expect_told("");
}

static void a_restart_of_one_that_was_given_up_fails(void **state)
{
	struct test *t = *state;
	char text[512];
	int fd, second;

	t->s.config.all.crash_limit = 1;
	in_charge(t, 3, "net");
	ends(t, 3, LIFE_CRASHED);
	ended(t, job(t), JOB_FAILED);
	assert_int_equal(find(t, "net")->state, GIVEN_UP);
	/* Twice before anything comes of it: the first is not left waiting for ever. */
	fd = ask(t, "restart\tnet", text);
	second = ask(t, "restart\tnet", text);
	expect_later(fd, "error net does not serve; the log says why\n");
	look(t);
	ended(t, job(t), JOB_FAILED);
	expect_later(second, "error net does not serve; the log says why\n");
	assert_int_equal(find(t, "net")->state, GIVEN_UP);
	/* Released while somebody waits. */
	fd = ask(t, "restart\tnet", text);
	expect_answer(t, "release\tnet", "ok\n");
	expect_later(fd, "error net does not serve; the log says why\n");
	no_job(t);
}

static void created_by_hand_after_it_was_given_up(void **state)
{
	struct test *t = *state;

	t->s.config.all.crash_limit = 1;
	in_charge(t, 3, "net");
	ends(t, 3, LIFE_CRASHED);
	ended(t, job(t), JOB_FAILED);
	ends(t, 3, LIFE_GONE);
	assert_int_equal(find(t, "net")->state, GIVEN_UP);
	in_charge(t, 9, "net");
	expect_kept("net", 9, 1, 0, 0);
	ends(t, 9, LIFE_CRASHED);
	back(t, job(t), 9);
}

/* Brought back each time, but never for long. */
static void unstable_and_then_no_more(void **state)
{
	struct test *t = *state;
	struct told *j;
	unsigned int i;

	t->s.config.all.crash_limit = 3;
	in_charge(t, 3, "net");
	for (i = 0; i < 3; i++) {
		ends(t, 3, LIFE_CRASHED);
		j = job(t);
		back(t, j, 3);
		pass(t, 9000);
	}
	ends(t, 3, LIFE_CRASHED);
	assert_int_equal(find(t, "net")->state, GIVEN_UP);
	no_job(t);
}

static void a_stable_time_makes_the_slate_clean(void **state)
{
	struct test *t = *state;
	struct told *j;
	unsigned int i;

	t->s.config.all.crash_limit = 2;
	in_charge(t, 3, "net");
	for (i = 0; i < 5; i++) {
		ends(t, 3, LIFE_CRASHED);
		j = job(t);
		assert_int_equal(j->not_before, j->noticed);
		back(t, j, 3);
		expect_kept("net", 3, 2 * i + 1, 1, 0);
		pass(t, 9999);
		ends(t, 3, LIFE_CRASHED);
		j = job(t);
		assert_int_equal(j->not_before, j->noticed);
		back(t, j, 3);
		expect_kept("net", 3, 2 * i + 2, 2, 0);
		pass(t, 10000);
	}
}

/* What it wrote last; a beat of its present life. */
static void next_beat(struct test *t, uint32_t domid)
{
	static uint32_t beat = 7000;
	char text[16];

	snprintf(text, sizeof(text), "%u", ++beat);
	beats(t, domid, text);
}

/*
 * Each life is long enough, and ends before the next beat is due: the time since the last one was
 * service, too, and nobody has to wait.
 */
static void lives_that_end_between_two_beats(void **state)
{
	struct test *t = *state;
	struct told *j;
	unsigned int i;

	t->s.config.all.stable_s = 2;
	in_charge(t, 3, "net");
	for (i = 0; i < 20; i++) {
		next_beat(t, 3);
		pass(t, 1500);
	}
	for (i = 0; i < 6; i++) {
		next_beat(t, 3);
		pass(t, 1900);
		ends(t, 3, LIFE_CRASHED);
		j = job(t);
		assert_int_equal(j->not_before, j->noticed);
		back(t, j, 3);
	}
	/* it was silent for longer than it ever is: who knows since when it hung */
	for (i = 0; i < 3; i++) {
		next_beat(t, 3);
		pass(t, 3000);
		ends(t, 3, LIFE_CRASHED);
		j = job(t);
		assert_int_equal(j->not_before - j->noticed, 1000 * i);
		back(t, j, 3);
	}
}

/* ------------------------------------------------------ ends that are meant */

static void it_is_left_alone(void **state)
{
	static const struct { enum life life; bool leave; const char *what; } row[] = {
		{ LIFE_POWEROFF, false, "shut down" }, { LIFE_REBOOT, false, "rebooted" },
		{ LIFE_POWEROFF, true, "shut down" }, { LIFE_GONE, true, "destroyed" },
		{ LIFE_DYING, true, "being destroyed" },
	};
	struct test *t = *state;
	char *history, want[80];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		in_charge(t, 3, "net");
		t->s.config.all.restart_destroyed = !row[i].leave;
		ends(t, 3, row[i].life);
		assert_null(find(t, "net"));
		assert_false(file_exists("net", ".state"));
		assert_false(file_exists("net", ".json"));
		history = slurp(HISTORY_PATH);
		snprintf(want, sizeof(want), "\tnet\tleave\t%s\tok\t3\t0\t\n", row[i].what);
		assert_non_null(strstr(history, want));
		free(history);
		no_job(t);
		/* Its home goes with it. */
		ends(t, 3, LIFE_GONE);
		unlink(HISTORY_PATH);
	}
}

static void leave_is_for_destroyed_ones_only(void **state)
{
	struct test *t = *state;
	struct told *j;

	t->s.config.all.restart_destroyed = false;
	in_charge(t, 3, "net");
	ends(t, 3, LIFE_CRASHED);
	j = job(t);
	/* The worker destroys it. */
	ends(t, 3, LIFE_GONE);
	assert_int_equal(find(t, "net")->state, BUSY);
	ended(t, j, JOB_FAILED);
	assert_int_equal(find(t, "net")->state, BUSY);
	back(t, job(t), 3);
	assert_int_equal(find(t, "net")->state, WATCHED);
}

/* ------------------------------------------------- its configuration changes */

/* Whoever reads it, if anybody does, is through. */
static bool renewed(struct test *t)
{
	struct domain *d = find(t, "net");
	pid_t pid = d->renewer;
	int status;

	if (!pid)
		return false;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	supervise_reaped(&t->s, pid, status);
	assert_int_equal(d->renewer, 0);
	return WEXITSTATUS(status) == 2;
}

static void expect_json(const char *want)
{
	char *json = slurp(RUN_DIR "/net.json");

	assert_string_equal(json, want);
	free(json);
}

static void it_is_kept_as_it_is_now(void **state)
{
	static const char *const node[] = {
		"/libxl/3/device/vif/0", "/local/domain/3/memory/target",
		"/local/domain/3/cpu/0/availability",
	};
	struct test *t = *state;
	char want[64];
	size_t i;

	in_charge(t, 3, "net");
	/* A watch tells of itself once. */
	pass(t, 20000);
	assert_false(renewed(t));
	pass(t, 20000);
	assert_int_equal(find(t, "net")->renewer, 0);
	for (i = 0; i < ARRAY_SIZE(node); i++) {
		snprintf(fake_find(3)->kernel, 32, "vmlinuz-%zu", i);
		write_node(t, node[i], "1");
		look(t);
		/* xl is in the middle of it, maybe */
		pass(t, 500);
		assert_int_equal(find(t, "net")->renewer, 0);
		pass(t, 1000);
		assert_true(renewed(t));
		snprintf(want, sizeof(want), "net 1 1 1 vmlinuz-%zu initrd\n", i);
		expect_json(want);
	}
	/* Nothing that is told in xenstore. */
	strcpy(fake_find(3)->ramdisk, "initrd-2");
	pass(t, 601000);
	assert_true(renewed(t));
	expect_json("net 1 1 1 vmlinuz-2 initrd-2\n");
	/* The same as before. */
	write_node(t, node[0], "2");
	look(t);
	pass(t, 2000);
	assert_int_not_equal(find(t, "net")->renewer, 0);
	assert_false(renewed(t));
	assert_false(file_exists("net", ".fresh"));
}

/* "xl destroy" pauses it and takes its devices away, and we have half of one in hand. */
static void one_that_is_taken_apart(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	fake_find(3)->paused = true;
	fake_find(3)->nic = false;
	write_node(t, "/libxl/3/device/pci", "");
	look(t);
	pass(t, 2000);
	assert_false(renewed(t));
	expect_json("net 1 1 1 vmlinuz initrd\n");
	/* Nor one whose NIC a worker before us has not added yet. */
	fake_find(3)->paused = false;
	phase_write("net", PHASE_NIC);
	write_node(t, "/libxl/3/device/pci", "");
	look(t);
	pass(t, 2000);
	assert_false(renewed(t));
	expect_json("net 1 1 1 vmlinuz initrd\n");
}

/* What is kept would be made anew with what it was; that is told. */
static void what_cannot_be_kept_is_told(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	fake_fail("save", EIO, 1);
	pass(t, 601000);
	assert_false(renewed(t));
	assert_int_equal(log_count("its configuration cannot be read again"), 1);
	fake_fail(NULL, 0, 0);
	/* by "xl rename" */
	strcpy(fake_find(3)->name, "other");
	pass(t, 601000);
	assert_false(renewed(t));
	assert_int_equal(log_count("domain 3 is named \"other\" now"), 1);
	expect_json("net 1 1 1 vmlinuz initrd\n");
	assert_false(file_exists("net", ".fresh"));
}

/* It has just died: nobody asks libxl for a tenth of a second first, nor writes below a worker. */
static void nothing_is_read_at_its_end(void **state)
{
	struct test *t = *state;
	unsigned int saves;
	pid_t pid;

	in_charge(t, 3, "net");
	write_node(t, "/libxl/3/device/vif/0", "1");
	look(t);
	pass(t, 1500);
	pid = find(t, "net")->renewer;
	assert_int_not_equal(pid, 0);
	saves = fake.saves;
	ends(t, 3, LIFE_CRASHED);
	assert_int_equal(fake.saves, saves);
	assert_int_equal(find(t, "net")->renewer, 0);
	assert_int_equal(kill(pid, 0), -1);
	back(t, job(t), 3);
	assert_true(find(t, "net")->known);
}

/* ------------------------------------------------------------------ it hangs */

static void silence_is_a_hang(void **state)
{
	struct test *t = *state;
	struct told *j;

	in_charge(t, 3, "net");
	beats(t, 3, "1");
	pass_beating(t, 100000, 3);
	no_job(t);
	pass(t, 29000);
	no_job(t);
	pass(t, 2000);
	j = job(t);
	assert_int_equal(j->kind, JOB_RECOVER);
	assert_true(j->force);
	assert_string_equal(j->cause, "hung: no heartbeat");
	back(t, j, 3);
	/* The new one has not beaten yet. */
	pass(t, 100000);
	no_job(t);
	beats(t, 3, "1");
	pass(t, 31000);
	back(t, job(t), 3);
}

/* A beat every @period ms, for @ms. */
static void beats_steadily(struct test *t, uint32_t domid, unsigned int period, unsigned int ms)
{
	static uint32_t beat = 100;
	char path[64], text[16];
	uint64_t end = now + ms;

	snprintf(path, sizeof(path), "/local/domain/%u/" XS_DIR_OWN "/" XS_OWN_HEARTBEAT, domid);
	while (now < end) {
		snprintf(text, sizeof(text), "%u", ++beat);
		write_node(t, path, text);
		pass(t, period);
	}
}

/* From its own beats, and from what its processor does. */
static void a_hang_that_is_evident(void **state)
{
	static const struct {
		unsigned int period;
		uint64_t burns;		/* ns in 100 ms */
		unsigned int least, most;	/* ms until that is called a hang, from a beat or up to a period later */
	} row[] = {
		{ 500, 0, 900, 2000 },
		{ 1000, 0, 900, 2500 },
		{ 2000, 0, 1900, 4500 },
		{ 500, 99000000, 2400, 3500 },
		{ 500, 20000000, 29400, 31000 },
	};
	struct test *t = *state;
	uint64_t begun;
	size_t i;

	in_charge(t, 3, "net");
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		beats_steadily(t, 3, row[i].period, 600000);
		no_job(t);
		fake_find(3)->burns = row[i].burns;
		fake_find(3)->usage.blocked = row[i].burns < 90000000;
		fake_find(3)->usage.running = row[i].burns >= 90000000;
		begun = now;
		while (find(t, "net")->state == WATCHED && now - begun < 40000)
			pass(t, 50);
		if (now - begun < row[i].least || now - begun > row[i].most)
			fail_msg("row %zu: after %llu ms", i, (unsigned long long)(now - begun));
		back(t, job(t), 3);
	}
	assert_int_equal(log_count("its processor has done nothing meanwhile"), 3);
	assert_int_equal(log_count("its processor does nothing else"), 1);
}

/* Wrong once, that host is slower than it seemed: no loop of deaths. */
static void each_verdict_grants_more_time(void **state)
{
	struct test *t = *state;
	uint64_t begun, last = 0;
	int i;

	in_charge(t, 3, "net");
	beats_steadily(t, 3, 1000, 60000);
	for (i = 0; i < 4; i++) {
		fake_find(3)->burns = 0;
		begun = now;
		while (find(t, "net")->state == WATCHED && now - begun < 40000)
			pass(t, 50);
		assert_true(now - begun > last + last / 2);
		last = now - begun;
		back(t, job(t), 3);
		beats_steadily(t, 3, 1000, 9000);
	}
}

/* What dom0 reads of register STATUS of domain 3's NIC */
static void nic_status(uint32_t status)
{
	static const uint32_t config[] = { 0x100e8086, 0x00000007 };
	FILE *f;

	mkdir("pci", 0700);
	mkdir("pci/0000:00:02.0", 0700);
	f = fopen("pci/0000:00:02.0/config", "we");
	assert_non_null(f);
	assert_int_equal(fwrite(config, sizeof(config), 1, f), 1);
	fclose(f);
	f = fopen("pci/0000:00:02.0/resource0", "we");
	assert_non_null(f);
	assert_int_equal(fseek(f, 8, SEEK_SET), 0);
	assert_int_equal(fwrite(&status, sizeof(status), 1, f), 1);
	assert_int_equal(ftruncate(fileno(f), 0x20000), 0);
	fclose(f);
}

/* A domain for which its NIC is away is left alone, unless the NIC is there for dom0. */
static void a_nic_that_answers_dom0(void **state)
{
	static const char node[] = "/local/domain/3/" XS_DIR_OWN "/" XS_OWN_NIC;
	struct test *t = *state;
	struct told *j;

	in_charge(t, 3, "net");
	nic_status(0x80380783);
	beats_steadily(t, 3, 2000, 60000);
	no_job(t);
	write_node(t, node, "away");
	nic_status(~0u);
	beats_steadily(t, 3, 2000, 600000);
	no_job(t);
	/* it comes back, and the domain finds that */
	nic_status(0x80380783);
	beats_steadily(t, 3, 2000, 6000);
	write_node(t, node, "answers");
	beats_steadily(t, 3, 2000, 20000);
	no_job(t);
	/* without heartbeats that says nothing */
	write_node(t, node, "away");
	pass(t, 3000);
	no_job(t);
	/* it does not */
	beats_steadily(t, 3, 2000, 6000);
	no_job(t);
	beats_steadily(t, 3, 2000, 8000);
	j = job(t);
	assert_string_equal(j->cause, "does not reach its NIC, which answers dom0");
	back(t, j, 3);
	/* nor does another: not again and again */
	write_node(t, node, "away");
	beats_steadily(t, 3, 2000, 500000);
	no_job(t);
	assert_int_equal(log_count("and was restarted for that already: once more in "), 1);
	beats_steadily(t, 3, 2000, 120000);
	back(t, job(t), 3);
	beats_steadily(t, 3, 2000, 6000);
	no_job(t);
	write_node(t, node, "answers");
	/* and who does not want to be judged is not */
	t->s.config.all.heartbeat_s = 0;
	write_node(t, node, "away");
	beats_steadily(t, 3, 2000, 60000);
	no_job(t);
}

static void who_never_beat_is_not_listened_to(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	beats(t, 3, "garbage");
	pass(t, 1000000);
	no_job(t);
}

static void no_one_listens(void **state)
{
	struct test *t = *state;

	t->s.config.all.heartbeat_s = 0;
	in_charge(t, 3, "net");
	beats(t, 3, "1");
	pass(t, 1000000);
	no_job(t);
}

/* xmd-backend alone has been started again, so it counts from 1. */
static void beats_that_begin_again(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	beats(t, 3, "4000000000");
	pass(t, 20000);
	beats(t, 3, "1");
	pass(t, 20000);
	beats(t, 3, "2");
	pass(t, 20000);
	no_job(t);
}

/* What xmd-backend has saved is kept for the domain that comes after; it may be anything. */
static void the_settings_of_its_port(void **state)
{
	static const char *const key = "/local/domain/3/" XS_DIR_OWN "/" XS_OWN_PORT_SETTINGS;
	struct test *t = *state;
	char text[64] = "", huge[600];
	FILE *f;

	in_charge(t, 3, "net");
	beats(t, 3, "1");
	assert_false(file_exists("net", ".port"));
	write_node(t, key, "mtu=9000");
	beats(t, 3, "2");
	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	write_node(t, key, huge);
	beats(t, 3, "3");
	write_node(t, key, "mtu=\x01\n");
	beats(t, 3, "4");
	f = fopen(RUN_DIR "/net.port", "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	assert_string_equal(text, "mtu=9000");
	no_job(t);
}

/* Likewise which names are private segments; that there are none any more is kept, too. */
static void its_private_segments(void **state)
{
	static const char *const key = "/local/domain/3/" XS_DIR_OWN "/" XS_OWN_PRIVATE_SEGMENTS;
	static const struct { const char *write, *kept; } row[] = {
		{ "lab xenbr0", "lab xenbr0" }, { "lab\x01", "lab xenbr0" }, { "", "" }, { "lan", "lan" },
	};
	struct test *t = *state;
	char beat[8], *is;

	in_charge(t, 3, "net");
	beats(t, 3, "1");
	assert_false(file_exists("net", ".segments"));
	for (unsigned int i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		write_node(t, key, row[i].write);
		snprintf(beat, sizeof(beat), "%u", 100 * i + 2);
		beats(t, 3, beat);
		pass_beating(t, 12000, 3);
		is = slurp(RUN_DIR "/net.segments");
		assert_string_equal(is, row[i].kept);
		free(is);
	}
	assert_false(file_exists("net", ".port"));
	no_job(t);
}

/* And which VLANs are closed. */
static void its_closed_vlans(void **state)
{
	static const char *const key = "/local/domain/3/" XS_DIR_OWN "/" XS_OWN_CLOSED_VLANS;
	struct test *t = *state;
	char *is;

	in_charge(t, 3, "net");
	write_node(t, key, "7 20-29");
	beats(t, 3, "2");
	pass_beating(t, 12000, 3);
	is = slurp(RUN_DIR "/net.vlans");
	assert_string_equal(is, "7 20-29");
	free(is);
	no_job(t);
}

/* Each that is kept is a line in dom0's log, and the domain decides how often it has others. */
static void settings_that_change_all_the_time(void **state)
{
	static const char *const key = "/local/domain/3/" XS_DIR_OWN "/" XS_OWN_PORT_SETTINGS;
	struct test *t = *state;
	unsigned int i, kept = 0;
	char text[16], *was = NULL, *is;

	in_charge(t, 3, "net");
	for (i = 1; i <= 200; i++) {
		snprintf(text, sizeof(text), "mtu=%u", 1000 + i);
		write_node(t, key, text);
		snprintf(text, sizeof(text), "%u", i);
		beats(t, 3, text);
		is = slurp(RUN_DIR "/net.port");
		kept += !was || strcmp(was, is);
		free(was);
		was = is;
	}
	free(was);
	assert_in_range(kept, 9, 11);
	pass_beating(t, 12000, 3);
	is = slurp(RUN_DIR "/net.port");
	assert_string_equal(is, "mtu=1200");
	free(is);
}

/* ------------------------------------------------------- what others can cost */

#define GUESTS	50

/* Guests that write whenever the supervisor asks for anything: faster than it, whatever it does. */
static struct {
	struct test *t;
	struct store *guest[GUESTS];
	struct store_ops ops;
	const struct store_ops *was;
	unsigned int asked;		/* what the supervisor did to the store */
	bool writing;
} flood;

static void guests_write(void)
{
	static const char *const node[] = { "data/xmd-backend/state", "data/xmd-backend/heartbeat",
					    "data/xmd-backend/x", "data/libxl" };
	unsigned int i, k;

	flood.asked++;
	if (!flood.writing)
		return;
	flood.writing = false;
	for (i = 0; i < GUESTS; i++)
		for (k = 0; k < ARRAY_SIZE(node); k++)
			flood.guest[i]->ops->write(flood.guest[i], node[k], "serving");
	flood.writing = true;
}

static int read_busy(struct store *s, const char *path, char **val, size_t *len)
{
	guests_write();
	return flood.was->read(s, path, val, len);
}

static int list_busy(struct store *s, const char *path, char ***names, unsigned int *n)
{
	guests_write();
	return flood.was->list(s, path, names, n);
}

static int next_busy(struct store *s, struct store_event *ev)
{
	guests_write();
	return flood.was->next_event(s, ev);
}

static void flood_begin(struct test *t)
{
	unsigned int i;
	char name[16];

	flood.t = t;
	for (i = 0; i < GUESTS; i++) {
		snprintf(name, sizeof(name), "guest%u", i);
		/* Some of them as if made to be restarted, which is a reason to complain of a driver domain. */
		fake_add(10 + i, name)->driver_domain = false;
		fake_find(10 + i)->on_crash = i % 2 ? END_RESTART : END_PRESERVE;
		home_made(t, 10 + i);
		flood.guest[i] = mem_connect(t->mem, 10 + i, NULL);
	}
	write_node(t, "@introduceDomain", "");
	flood.was = t->s.store->ops;
	flood.ops = *flood.was;
	flood.ops.read = read_busy;
	flood.ops.list = list_busy;
	flood.ops.next_event = next_busy;
	t->s.store->ops = &flood.ops;
	flood.writing = true;
	fake.saves = 0;
}

static void flood_end(struct test *t)
{
	unsigned int i;

	flood.writing = false;
	t->s.store->ops = flood.was;
	for (i = 0; i < GUESTS; i++)
		store_close(flood.guest[i]);
	flood.was = NULL;
}

static bool flooded(void)
{
	return flood.was;
}

/* One turn of the loop.  Return: whether it wants another at once. */
static bool turn(struct test *t)
{
	uint64_t due;

	flood.asked = 0;
	assert_int_equal(supervise_events(&t->s), 0);
	due = supervise_tick(&t->s);
	/* Events, decisions, a few nodes of each driver domain. */
	assert_in_range(flood.asked, 0, SUPERVISE_EVENTS + 2 * SUPERVISE_DECIDE + 8);
	return due <= now;
}

static unsigned int turns(struct test *t)
{
	unsigned int n = 1;

	while (turn(t) && n < 1000)
		n++;
	return n;
}

static void fifty_guests_that_write_as_fast_as_they_can(void **state)
{
	struct test *t = *state;
	struct store_event ev;
	unsigned int i, n = 0;
	struct told *j;

	in_charge(t, 3, "net");
	flood_begin(t);
	/* There are more than are decided on in one turn. */
	assert_true(turn(t));
	assert_in_range(flood.asked, 1, SUPERVISE_DECIDE + 8);
	assert_in_range(turns(t), 1, 3);
	for (i = 0; i < 100; i++) {
		assert_int_equal(turns(t), 1);
		now += SUPERVISE_LOOK_MS;
	}
	/* Libxl was not asked about any, none is ours, and nobody has heard a word of it. */
	assert_int_equal(fake.saves, 0);
	assert_ptr_equal(t->s.domains, find(t, "net"));
	assert_null(t->s.domains->next);
	assert_int_equal(log_count(""), 0);

	/* The driver domain crashes: at work at once, and served in time. */
	fake_find(3)->life = LIFE_CRASHED;
	write_node(t, "@releaseDomain", "");
	turn(t);
	j = job(t);
	assert_int_equal(j->domid, 3);
	assert_int_equal(j->noticed, now);
	for (i = 0; i < 10; i++) {
		now += SUPERVISE_LOOK_MS;
		assert_in_range(turns(t), 1, 2);
	}
	back(t, j, 3);
	assert_int_equal(find(t, "net")->state, WATCHED);

	/* Nor has anything piled up in libxenstore. */
	while (!flood.was->next_event(t->s.store, &ev)) {
		store_event_free(&ev);
		n++;
	}
	assert_in_range(n, 0, 2);
	flood_end(t);
}

/* Guests that are created and end all the time: no more than so many a turn, and the crash is seen. */
static void domains_that_come_and_go_without_end(void **state)
{
	struct test *t = *state;
	unsigned int i;

	in_charge(t, 3, "net");
	flood_begin(t);
	for (i = 0; i < 5000; i++)
		write_node(t, i % 2 ? "@introduceDomain" : "@releaseDomain", "");
	for (i = 0; i < 5000; i++)
		write_node(t, "@introduceDomain", "");
	fake_find(3)->life = LIFE_CRASHED;
	now += SUPERVISE_LOOK_MS;
	turn(t);
	job(t);
	assert_int_equal(find(t, "net")->state, BUSY);
	flood_end(t);
}

/* The event is late, or lost. */
static void a_crash_that_nobody_tells_of(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	fake_find(3)->life = LIFE_CRASHED;
	pass(t, 1000);
	assert_int_equal(find(t, "net")->state, BUSY);
	assert_string_equal(job(t)->cause, "crashed");
}

/* A driver domain is no friend either. */
static void a_hostile_driver_domain(void **state)
{
	struct test *t = *state;
	struct store *drv;
	unsigned int i, k;
	char beat[16];

	in_charge(t, 3, "net");
	in_charge(t, 4, "wifi");
	drv = mem_connect(t->mem, 4, NULL);
	flood_begin(t);
	flood.writing = false;
	turns(t);
	for (i = 1; i < 50; i++) {
		for (k = 0; k < 100; k++) {
			snprintf(beat, sizeof(beat), "%u", 1000 * i + k);
			drv->ops->write(drv, "data/xmd-backend/heartbeat", beat);
			drv->ops->write(drv, "data/xmd-backend/state", k % 2 ? "serving" : "\n\n");
		}
		now += SUPERVISE_LOOK_MS;
		assert_int_equal(turns(t), 1);
		/* the two that are in charge: a heartbeat each */
		assert_in_range(flood.asked, 1, 8);
	}
	assert_int_equal(fake.saves, 0);
	assert_int_equal(log_count(""), 0);
	flood_end(t);
	store_close(drv);
	no_job(t);
}

/* It is refused each time it is asked about, so that is not often, and told once. */
static void one_that_is_refused_is_asked_about_less_and_less(void **state)
{
	struct test *t = *state;
	unsigned int i;

	comes(t, 4, "wifi");
	fake_find(4)->on_crash = END_RESTART;
	says(t, 4, "serving");
	fake.saves = 0;
	for (i = 0; i < 1200; i++)
		pass(t, SUPERVISE_LOOK_MS);
	assert_in_range(fake.saves, 10, 20);
	assert_int_equal(log_count("is not taken charge of"), 1);
}

/* What a guest says in its own directory makes it no driver domain, whatever it says. */
static void a_guest_that_says_that_it_is_one(void **state)
{
	static const char *const node[] = { "libxl", "data/libxl", "device-model", "driver_domain" };
	struct test *t = *state;
	struct store *guest;
	size_t i;

	fake_add(7, "guest")->driver_domain = false;
	home_made(t, 7);
	write_node(t, "@introduceDomain", "");
	look(t);
	guest = mem_connect(t->mem, 7, NULL);
	for (i = 0; i < ARRAY_SIZE(node); i++)
		guest->ops->write(guest, node[i], "1");
	guest->ops->write(guest, "name", "net");
	says(t, 7, "serving");
	write_node(t, "@introduceDomain", "");
	pass(t, 10000);
	assert_null(t->s.domains);
	assert_int_equal(fake.saves, 0);
	store_close(guest);
}

/* The domid of a guest that has gone is a driver domain's now. */
static void a_domid_that_is_used_again(void **state)
{
	struct test *t = *state;

	fake_add(7, "guest")->driver_domain = false;
	home_made(t, 7);
	write_node(t, "@introduceDomain", "");
	look(t);
	fake_drop(7);
	fake_add(7, "net");
	home_made(t, 7);
	write_node(t, "@introduceDomain", "");
	says(t, 7, "serving");
	assert_non_null(find(t, "net"));
}

/* A domain may be named in the configuration later. */
static void one_that_is_named_when_the_configuration_is_read_again(void **state)
{
	struct test *t = *state;

	fake_add(7, "net")->driver_domain = false;
	home_made(t, 7);
	write_node(t, "@introduceDomain", "");
	says(t, 7, "serving");
	assert_null(find(t, "net"));
	strcpy(t->s.config.section[0].name, "net");
	t->s.config.section[0].policy = t->s.config.all;
	t->s.config.n_sections = 1;
	supervise_reconfigured(&t->s);
	pass(t, 1000);
	assert_non_null(find(t, "net"));
}

static void one_that_crashed_before_it_was_ours(void **state)
{
	struct test *t = *state;

	comes(t, 3, "net");
	fake_find(3)->life = LIFE_CRASHED;
	write_node(t, "@releaseDomain", "");
	look(t);
	says(t, 3, "starting");
	assert_int_equal(find(t, "net")->state, BUSY);
	assert_string_equal(job(t)->cause, "crashed");
}

/* ------------------------------------------------------------- late, not hung */

static void never_asked(struct test *t)
{
	(void)t;
	fail_msg("xenstored is asked although it does not answer");
}

static int read_never(struct store *s, const char *path, char **val, size_t *len)
{
	(void)s;
	(void)path;
	(void)val;
	(void)len;
	never_asked(NULL);
	return -EIO;
}

static int next_never(struct store *s, struct store_event *ev)
{
	(void)s;
	(void)ev;
	never_asked(NULL);
	return -EIO;
}

/* The probe has told: nothing is asked of it meanwhile, and nobody's heartbeat is missed. */
static void xenstored_stalls(void **state)
{
	static const unsigned int s[] = { 15, 40, 120 };
	struct test *t = *state;
	const struct store_ops *was = t->s.store->ops;
	struct store_ops none = *was;
	char want[256];
	size_t i;

	none.read = read_never;
	none.next_event = next_never;
	in_charge(t, 3, "net");
	beats(t, 3, "1");
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		pass_beating(t, 20000, 3);
		host.silent_since = now;
		pass(t, PROBE_STUCK_MS);
		now += 100;
		t->s.store->ops = &none;
		pass(t, 1000 * s[i] - PROBE_STUCK_MS - 100);
		snprintf(want, sizeof(want), "name=net\tdomid=3\tstate=watched\tvifs=-\trestarts=0\tlast=-\t"
			 "up_s=%llu\nerror xenstored has not answered for %u s: nothing is judged or "
			 "restarted until it does\n",
			 (unsigned long long)(now - find(t, "net")->since) / 1000, s[i]);
		expect_answer(t, "status", want);
		t->s.store->ops = was;
		host.silent_since = 0;
		/* From then on it has its whole time once more. */
		pass(t, 29000);
		no_job(t);
	}
	pass(t, 3000);
	back(t, job(t), 3);
}

/* It ends meanwhile: that is seen, and brought back, when xenstored answers. */
static void it_crashes_while_xenstored_stalls(void **state)
{
	struct test *t = *state;
	struct told *j;

	in_charge(t, 3, "net");
	in_charge(t, 4, "wifi");
	ends(t, 4, LIFE_CRASHED);
	j = job(t);
	host.silent_since = now;
	now += PROBE_STUCK_MS + 1;
	ends(t, 3, LIFE_CRASHED);
	/* Nor does a worker's end lead to anything yet. */
	ended(t, j, JOB_DONE);
	assert_int_equal(find(t, "wifi")->state, BUSY);
	no_job(t);
	host.silent_since = 0;
	fake_find(4)->life = LIFE_RUNNING;
	pass(t, 1000);
	assert_int_equal(find(t, "wifi")->state, WATCHED);
	assert_string_equal(job(t)->name, "net");
}

static struct store_ops t_slow;
static const struct store_ops *t_slow_was;

/* Caught in a call ourselves, for as long. */
static int read_slowly(struct store *s, const char *path, char **val, size_t *len)
{
	now += 40000;
	t_slow.read = t_slow_was->read;
	return t_slow_was->read(s, path, val, len);
}

static void we_were_caught_in_a_call(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	beats(t, 3, "1");
	pass_beating(t, 20000, 3);
	t_slow_was = t->s.store->ops;
	t_slow = *t_slow_was;
	t_slow.read = read_slowly;
	t->s.store->ops = &t_slow;
	now += SUPERVISE_LOOK_MS;
	look(t);
	pass(t, 29000);
	no_job(t);
	assert_int_equal(log_count("our own timer was"), 1);
	pass(t, 3000);
	back(t, job(t), 3);
	t->s.store->ops = t_slow_was;
}

/* This host has no time for anybody. */
static void the_host_is_starved(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	beats(t, 3, "1");
	pass_beating(t, 20000, 3);
	host.starved = true;
	pass(t, 200000);
	no_job(t);
	assert_int_equal(log_count("this host is starved (as the test says)"), 1);
	host.starved = false;
	pass(t, 29000);
	no_job(t);
	pass(t, 5000);
	back(t, job(t), 3);
	/* But that is no excuse for ever. */
	beats(t, 3, "1");
	pass_beating(t, 20000, 3);
	host.starved = true;
	pass(t, 340000);
	back(t, job(t), 3);
}

/* Timers that are late again and again, as on a host that has other things to do. */
static void our_own_timer_is_late(void **state)
{
	struct test *t = *state;
	unsigned int i;

	in_charge(t, 3, "net");
	beats(t, 3, "1");
	for (i = 0; i < 20; i++) {
		now += 5000;
		look(t);
	}
	no_job(t);
	assert_in_range(log_count("our own timer was"), 1, 2);
	pass(t, 29000);
	no_job(t);
	pass(t, 3000);
	back(t, job(t), 3);
}

/* ------------------------------------------------------------ slow, not broken */

/* Its time follows what this host has shown (xmd-backend); if that was wrong, it is not again and again. */
static void its_watchdog_bites_again(void **state)
{
	struct test *t = *state;
	struct pace p;

	in_charge(t, 3, "net");
	pass(t, 60000);
	ends(t, 3, LIFE_WATCHDOG);
	pace_read("net", &p);
	assert_int_equal(p.level, 0);
	back(t, job(t), 3);
	pass(t, 60000);
	ends(t, 3, LIFE_WATCHDOG);
	pace_read("net", &p);
	assert_int_equal(p.level, 1);
	assert_int_equal(log_count("its watchdog ended domain 3 again: the next one has 20 s before that happens"), 1);
	back(t, job(t), 3);
	/* Long ago. */
	unlink(RUN_DIR "/net.pace");
	pass(t, 700000);
	ends(t, 3, LIFE_WATCHDOG);
	pace_read("net", &p);
	assert_int_equal(p.level, 0);
	back(t, job(t), 3);
}

static void its_watchdog_was_too_fast(void **state)
{
	struct test *t = *state;
	struct told *j;
	struct pace p;

	comes(t, 3, "net");
	says(t, 3, "starting");
	ends(t, 3, LIFE_WATCHDOG);
	j = job(t);
	pace_read("net", &p);
	assert_int_equal(p.level, 1);
	assert_int_equal(log_count("its watchdog ended domain 3 before it served: the next one has 20 s before that happens"), 1);
	/* Which is no sign of a broken domain. */
	expect_kept("net", 3, 1, 0, 0);
	back(t, j, 3);
	/* This one has served; its watchdog has every right. */
	ends(t, 3, LIFE_WATCHDOG);
	j = job(t);
	pace_read("net", &p);
	assert_int_equal(p.level, 1);
	expect_kept("net", 3, 2, 1, 0);
	back(t, j, 3);
}

/* A worker that only ran out of time says so: the next has more, and nobody gives up for that. */
static void workers_that_need_more_time(void **state)
{
	struct test *t = *state;
	unsigned int i;

	t->s.config.all.crash_limit = 2;
	in_charge(t, 3, "net");
	ends(t, 3, LIFE_CRASHED);
	for (i = 0; i < 4; i++) {
		ended(t, job(t), JOB_SLOW);
		expect_kept("net", 3, i + 2, 1, 0);
	}
	ended(t, job(t), JOB_FAILED);
	ended(t, job(t), JOB_FAILED);
	assert_int_equal(find(t, "net")->state, GIVEN_UP);
}

/* It hangs as soon as it is back: the half minute until that is noticed is no time of service. */
static void one_that_hangs_each_time(void **state)
{
	struct test *t = *state;
	unsigned int i;

	t->s.config.all.crash_limit = 3;
	in_charge(t, 3, "net");
	pass(t, 20000);
	for (i = 0; i < 3; i++) {
		beats(t, 3, "7");
		pass(t, 31000);
		back(t, job(t), 3);
	}
	beats(t, 3, "7");
	pass(t, 31000);
	assert_int_equal(find(t, "net")->state, GIVEN_UP);
	no_job(t);
}

/* It waits for libxl, and libxl for who knows what. */
static void a_worker_that_takes_long_is_told_of(void **state)
{
	struct test *t = *state;
	struct told *j;

	in_charge(t, 3, "net");
	ends(t, 3, LIFE_CRASHED);
	j = job(t);
	pass(t, 650000);
	assert_int_equal(log_count("has been bringing it back for another 300 s"), 2);
	back(t, j, 3);
}

/* Each step of a turn is later than the one before. */
static void one_that_has_just_begun_does_not_take_long(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	fake_find(3)->life = LIFE_CRASHED;
	each_look_takes = 1;
	pass(t, 1000);
	each_look_takes = 0;
	assert_int_equal(find(t, "net")->state, BUSY);
	assert_int_equal(log_count("has been bringing it back"), 0);
	back(t, job(t), 3);
}

/* ------------------------------------------------------------------ requests */

static void what_is_no_request(void **state)
{
	static const char unknown[] = "error unknown request\n";
	static const char *const request[] = {
		"", "vifs", "frob", "restart", "a\tb\tc\td\te\tf", "status\tnet", "frob\tnet", "vifs\tnet\tx",
		"restart\tnet\tx", "release\tnet\tx", "retry\tnet\tx", "upgrade\tnet", "upgrade\tnet\t/k",
	};
	struct test *t = *state;
	size_t i;

	in_charge(t, 3, "net");
	for (i = 0; i < ARRAY_SIZE(request); i++)
		expect_answer(t, request[i], unknown);
	expect_answer(t, "vifs\tother",
		      "error other is not in charge here; a driver domain is taken charge of when it "
		      "has driver_domain=1 and its xmd-backend runs\n");
	no_job(t);
}

static void status(void **state)
{
	struct test *t = *state;
	struct told *j;

	expect_answer(t, "status", "ok\n");
	in_charge(t, 3, "net");
	write_node(t, "/libxl/5/device/vif/0/backend", "/local/domain/3/backend/vif/5/0");
	write_node(t, "/libxl/5/device/vif/1/backend", "/local/domain/3/backend/vif/5/1");
	pass(t, 7000);
	expect_answer(t, "status", "name=net\tdomid=3\tstate=watched\tvifs=2\trestarts=0\tlast=-\tup_s=7\n"
				   "ok\n");
	ends(t, 3, LIFE_CRASHED);
	j = job(t);
	expect_answer(t, "status", "name=net\tdomid=3\tstate=restarting\tvifs=2\trestarts=1\t"
				   "last=crashed\tup_s=0\nok\n");
	back(t, j, 3);
	expect_answer(t, "status", "name=net\tdomid=3\tstate=watched\tvifs=2\trestarts=1\t"
				   "last=crashed\tup_s=0\nok\n");
}

static void vifs(void **state)
{
	static const char back[] = "/local/domain/3/backend/vif/5/0";
	struct test *t = *state;

	in_charge(t, 3, "net");
	expect_answer(t, "vifs\tnet", "ok\n");
	write_node(t, "/libxl/5/device/vif/0/backend", back);
	expect_answer(t, "vifs\tnet", "guest=5\tvif=0\tmac=-\tbackend_state=0\tfrontend_state=0\trings=-\n"
				      "ok\n");
	store_write_text(t->dom0, back, "mac", "00:16:3e:00:05:00");
	store_write_text(t->dom0, back, "state", "4");
	store_write_text(t->dom0, back, "xmd-rings", "adopted");
	write_node(t, "/local/domain/5/device/vif/0/state", "4");
	expect_answer(t, "vifs\tnet", "guest=5\tvif=0\tmac=00:16:3e:00:05:00\tbackend_state=4\t"
				      "frontend_state=4\trings=adopted\nok\n");
	/* What a domU has written there does not become another record. */
	store_write_text(t->dom0, back, "mac", "x\nok\n");
	write_node(t, "/local/domain/5/device/vif/0/state", "4\tname=x");
	expect_answer(t, "vifs\tnet", "guest=5\tvif=0\tmac=-\tbackend_state=4\tfrontend_state=0\t"
				      "rings=adopted\nok\n");
}

static void restart_when_asked(void **state)
{
	struct test *t = *state;
	struct told *j;
	char text[512];
	int fd;

	in_charge(t, 3, "net");
	fd = ask(t, "restart\tnet", text);
	assert_string_equal(text, "");
	j = job(t);
	assert_int_equal(j->kind, JOB_RESTART);
	assert_string_equal(j->cause, "asked for");
	assert_string_equal(j->kernel, "as it is");
	assert_int_equal(find(t, "net")->state, BUSY);
	back(t, j, 3);
	expect_later(fd, "ok\n");
	assert_int_equal(find(t, "net")->state, WATCHED);
	/* One that was asked for says nothing of how stable it is. */
	expect_kept("net", 3, 1, 0, 0);
}

static void upgrade_when_asked(void **state)
{
	struct test *t = *state;
	struct told *j;
	char text[512];
	int fd;

	in_charge(t, 3, "net");
	fd = ask(t, "upgrade\tnet\t/boot/k\t-", text);
	j = job(t);
	assert_int_equal(j->kind, JOB_UPGRADE);
	assert_string_equal(j->kernel, "/boot/k");
	assert_string_equal(j->ramdisk, "as it is");
	assert_int_equal(j->memory_mb, 0);
	ended(t, j, JOB_FELL_BACK);
	expect_later(fd, "error net: the new image does not serve; the old one does again\n");
	assert_int_equal(find(t, "net")->state, WATCHED);
	fd = ask(t, "upgrade\tnet\t-\t/boot/r\t176", text);
	j = job(t);
	assert_int_equal(j->memory_mb, 176);
	assert_string_equal(j->kernel, "as it is");
	assert_string_equal(j->ramdisk, "/boot/r");
	back(t, j, 3);
	expect_later(fd, "ok\n");
}

static void one_thing_at_a_time(void **state)
{
	static const char *const request[] = { "restart\tnet", "upgrade\tnet\t/k\t-" };
	struct test *t = *state;
	struct told *j;
	char text[512];
	size_t i;
	int fd;

	in_charge(t, 3, "net");
	fd = ask(t, "restart\tnet", text);
	j = job(t);
	for (i = 0; i < ARRAY_SIZE(request); i++)
		expect_answer(t, request[i], "error net is restarting: wait, or see xmdctl restart\n");
	expect_answer(t, "release\tnet", "error net is restarting: wait\n");
	expect_answer(t, "retry\tnet", "ok\n");
	assert_int_equal(shared->n, 1);
	back(t, j, 3);
	expect_later(fd, "ok\n");
	t->s.config.all.crash_limit = 1;
	ends(t, 3, LIFE_CRASHED);
	ended(t, job(t), JOB_FAILED);
	expect_answer(t, request[1], "error net is given up: wait, or see xmdctl restart\n");
}

static void a_restart_that_fails(void **state)
{
	struct test *t = *state;
	char text[512];
	int fd;

	in_charge(t, 3, "net");
	fd = ask(t, "restart\tnet", text);
	ended(t, job(t), JOB_FAILED);
	expect_later(fd, "error net does not serve; the log says why\n");
	/* It is down now, so it is brought back. */
	assert_int_equal(find(t, "net")->state, BUSY);
	back(t, job(t), 3);
	assert_int_equal(find(t, "net")->state, WATCHED);
}

static void who_asked_has_gone(void **state)
{
	struct test *t = *state;
	char text[512];

	signal(SIGPIPE, SIG_IGN);	/* as main() does */
	in_charge(t, 3, "net");
	close(ask(t, "restart\tnet", text));
	back(t, job(t), 3);
	assert_int_equal(find(t, "net")->state, WATCHED);
}

static void retry_of_one_that_was_given_up(void **state)
{
	struct test *t = *state;
	struct told *j;

	t->s.config.all.crash_limit = 1;
	in_charge(t, 3, "net");
	expect_answer(t, "retry\tnet", "ok\n");
	look(t);
	no_job(t);
	ends(t, 3, LIFE_CRASHED);
	ended(t, job(t), JOB_FAILED);
	assert_int_equal(find(t, "net")->state, GIVEN_UP);
	expect_answer(t, "retry\tnet", "ok\n");
	look(t);
	j = job(t);
	assert_int_equal(j->not_before, j->noticed);
	expect_kept("net", 3, 2, 1, 0);
	back(t, j, 3);
	assert_int_equal(find(t, "net")->state, WATCHED);
}

static void released_is_left_alone(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	expect_answer(t, "release\tnet", "ok\n");
	assert_null(find(t, "net"));
	assert_false(file_exists("net", ".state"));
	ends(t, 3, LIFE_CRASHED);
	no_job(t);
	expect_answer(t, "release\tnet", "error net was released; \"xmdctl retry net\" takes charge of it again\n");
}

static void released_for_as_long_as_it_lives(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	expect_answer(t, "release\tnet", "ok\n");
	pass(t, 120000);
	assert_null(find(t, "net"));
	stop(t);
	start(t);
	write_node(t, "@introduceDomain", "");
	pass(t, 120000);
	assert_null(find(t, "net"));
	/* Another of that name has not been released. */
	ends(t, 3, LIFE_GONE);
	no_job(t);
	in_charge(t, 8, "net");
	assert_false(file_exists("net", ".released"));
}

static void released_and_taken_charge_of_again(void **state)
{
	struct test *t = *state;

	in_charge(t, 3, "net");
	expect_answer(t, "release\tnet", "ok\n");
	pass(t, 5000);
	expect_answer(t, "retry\tnet", "ok\n");
	pass(t, 5000);
	assert_non_null(find(t, "net"));
	expect_answer(t, "retry\tother", "error other is not in charge here; a driver domain is taken charge of when it "
		      "has driver_domain=1 and its xmd-backend runs\n");
}

/* It has changed nothing. */
static void a_restart_that_is_refused(void **state)
{
	struct test *t = *state;
	char text[512];
	uint64_t since;
	int fd;

	in_charge(t, 3, "net");
	since = find(t, "net")->since;
	pass(t, 20000);
	fd = ask(t, "restart\tnet", text);
	ended(t, job(t), JOB_REFUSED);
	expect_later(fd, "error net was not restarted and goes on; the log says why\n");
	assert_int_equal(find(t, "net")->state, WATCHED);
	assert_int_equal(find(t, "net")->since, since);
	assert_string_equal(find(t, "net")->cause, "");
	expect_kept("net", 3, 0, 0, 0);
}

/* Whom nobody has restarted is not said to have been, and goes on. */
static void no_worker_can_be_started(void **state)
{
	static const char *const request[] = { "restart\tnet", "upgrade\tnet\t/boot/k\t-" };
	struct test *t = *state;
	size_t i;

	in_charge(t, 3, "net");
	for (i = 0; i < ARRAY_SIZE(request); i++) {
		no_more_forks = 1;
		expect_answer(t, request[i], "error net was not restarted and goes on; the log says why\n");
	}
	pass(t, 5000);
	no_job(t);
	assert_int_equal(find(t, "net")->state, WATCHED);
	expect_kept("net", 3, 0, 0, 0);
}

/* That it hangs is true at the next attempt, too. */
static void a_hang_when_a_worker_cannot_begin(void **state)
{
	struct test *t = *state;
	struct told *j;

	in_charge(t, 3, "net");
	beats(t, 3, "7");
	no_more_forks = 1;
	pass(t, 34000);
	j = job(t);
	assert_true(j->force);
	ended(t, j, JOB_FAILED);
	j = job(t);
	assert_true(j->force);
	back(t, j, 3);
	ends(t, 3, LIFE_CRASHED);
	assert_false(job(t)->force);
}

/* Its domain was shut down, too, while nobody could look. */
static void a_worker_ends_while_xenstored_stalls(void **state)
{
	struct test *t = *state;
	struct told *j;

	in_charge(t, 3, "net");
	in_charge(t, 4, "store");
	ends(t, 3, LIFE_CRASHED);
	j = job(t);
	host.silent_since = now - 60000;
	back(t, j, 3);
	fake_find(3)->life = LIFE_POWEROFF;
	host.silent_since = 0;
	pass(t, 1000);
	assert_null(find(t, "net"));
	assert_non_null(find(t, "store"));
}

/* A dom0 without processes for somebody says nothing of a driver domain. */
static void no_worker_for_long(void **state)
{
	struct test *t = *state;
	struct told *j;

	t->s.config.all.crash_limit = 3;
	in_charge(t, 3, "net");
	no_more_forks = 20;
	ends(t, 3, LIFE_CRASHED);
	pass(t, 25000);
	j = job(t);
	expect_kept("net", 3, 1, 1, 0);
	back(t, j, 3);
}

/* --------------------------------------- the supervisor's own restart */

static void keep(const char *name, uint32_t domid, unsigned int unstable, unsigned int given_up)
{
	const struct kept k = { domid, 5, unstable, given_up };

	assert_int_equal(kept_write(name, &k), 0);
}

/* Whatever it finds when it starts; the domain "net" was number 3. */
static void begins_with_what_is_there(void **state)
{
	static const struct {
		const char *name;
		enum life life;
		enum phase phase;
		unsigned int given_up;
		enum domain_state state;
		const char *cause;	/* of the job; NULL: none */
	} row[] = {
		{ "all is well", LIFE_RUNNING, PHASE_IDLE, 0, WATCHED, NULL },
		{ "crashed meanwhile", LIFE_CRASHED, PHASE_IDLE, 0, BUSY, "crashed" },
		{ "hung meanwhile", LIFE_WATCHDOG, PHASE_IDLE, 0, BUSY, "hung, says Xen's watchdog" },
		{ "gone meanwhile", LIFE_GONE, PHASE_IDLE, 0, BUSY, "destroyed" },
		{ "was being made", LIFE_RUNNING, PHASE_CREATE, 0, BUSY, "interrupted restart" },
		{ "its vifs were being restored", LIFE_RUNNING, PHASE_RESTORE, 0, BUSY,
		  "interrupted restart" },
		{ "given up", LIFE_CRASHED, PHASE_IDLE, 1, GIVEN_UP, NULL },
		{ "given up, and half there", LIFE_RUNNING, PHASE_CREATE, 1, GIVEN_UP, NULL },
	};
	struct test *t = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		stop(t);
		fake_reset();
		if (row[i].life != LIFE_GONE)
			fake_add(3, "net")->life = row[i].life;
		keep("net", 3, 2, row[i].given_up);
		spew(RUN_DIR "/net.json", "net 1 1 1 vmlinuz initrd\n");
		phase_write("net", row[i].phase);
		start(t);
		look(t);
		assert_non_null(find(t, "net"));
		assert_case(row[i].name, find(t, "net")->state, row[i].state);
		assert_int_equal(find(t, "net")->restarts, row[i].cause ? 6 : 5);
		if (row[i].cause) {
			struct told *j = job(t);

			assert_string_equal(j->cause, row[i].cause);
			assert_int_equal(j->domid, 3);
			/* Two before it, and no time of service that anybody has seen. */
			assert_int_equal(j->not_before - j->noticed, 1000);
			back(t, j, 3);
			assert_int_equal(find(t, "net")->state, WATCHED);
		}
		no_job(t);
	}
}

static void begins_with_several(void **state)
{
	struct test *t = *state;

	stop(t);
	fake_add(3, "net");
	fake_add(4, "wifi");
	keep("net", 3, 0, 0);
	keep("wifi", 4, 0, 0);
	keep("a domain whose name is longer than any that there can be in here, by far", 5, 0, 0);
	spew(RUN_DIR "/broken.state", "one two");
	spew(RUN_DIR "/.state", "1 2 3 4");
	spew(RUN_DIR "/x.stat", "1 2 3 4");
	start(t);
	assert_non_null(find(t, "net"));
	assert_non_null(find(t, "wifi"));
	assert_null(find(t, "broken"));
	assert_null(t->s.domains->next->next);
	no_job(t);
}

static void a_given_up_one_stays_so(void **state)
{
	struct test *t = *state;
	struct told *j;

	t->s.config.all.crash_limit = 1;
	in_charge(t, 3, "net");
	ends(t, 3, LIFE_CRASHED);
	ended(t, job(t), JOB_FAILED);
	stop(t);
	start(t);
	look(t);
	assert_int_equal(find(t, "net")->state, GIVEN_UP);
	expect_answer(t, "retry\tnet", "ok\n");
	look(t);
	j = job(t);
	assert_string_equal(j->cause, "given up");
	back(t, j, 3);
	stop(t);
	start(t);
	assert_int_equal(find(t, "net")->state, WATCHED);
}

static void a_store_that_breaks(void **state)
{
	struct test *t = *state;
	struct fuse fuse = { .left = -1 };
	struct store *broken = mem_connect(t->mem, 0, &fuse), *was = t->s.store;

	fuse.blown = true;
	t->s.store = broken;
	assert_int_equal(supervise_events(&t->s), -ESHUTDOWN);
	assert_int_equal(supervise_start(&t->s), -ESHUTDOWN);
	t->s.store = was;
	store_close(broken);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backoff),
		cmocka_unit_test(split),
		T(when_its_backend_speaks),
		T(whose_backend_spoke_before),
		T(who_is_taken_charge_of),
		T(dom0_and_strange_names_are_no_driver_domains),
		T(domains_that_come_and_go_leave_nothing),
		T(it_is_brought_back),
		T(it_crashes_while_a_worker_is_at_it),
		T(another_domid_is_learned),
		T(two_at_once),
		T(each_by_its_own_policy),
		T(failed_workers_and_then_no_more),
		T(a_crash_loop),
		T(a_restart_of_one_that_was_given_up_fails),
		T(created_by_hand_after_it_was_given_up),
		T(unstable_and_then_no_more),
		T(a_stable_time_makes_the_slate_clean),
		T(lives_that_end_between_two_beats),
		T(it_is_left_alone),
		T(leave_is_for_destroyed_ones_only),
		T(silence_is_a_hang),
		T(it_is_kept_as_it_is_now),
		T(one_that_is_taken_apart),
		T(what_cannot_be_kept_is_told),
		T(nothing_is_read_at_its_end),
		T(a_hang_that_is_evident),
		T(each_verdict_grants_more_time),
		T(a_nic_that_answers_dom0),
		T(who_never_beat_is_not_listened_to),
		T(no_one_listens),
		T(beats_that_begin_again),
		T(the_settings_of_its_port),
		T(its_private_segments),
		T(its_closed_vlans),
		T(settings_that_change_all_the_time),
		T(fifty_guests_that_write_as_fast_as_they_can),
		T(domains_that_come_and_go_without_end),
		T(a_crash_that_nobody_tells_of),
		T(a_hostile_driver_domain),
		T(one_that_is_refused_is_asked_about_less_and_less),
		T(a_guest_that_says_that_it_is_one),
		T(a_domid_that_is_used_again),
		T(one_that_is_named_when_the_configuration_is_read_again),
		T(one_that_crashed_before_it_was_ours),
		T(xenstored_stalls),
		T(it_crashes_while_xenstored_stalls),
		T(we_were_caught_in_a_call),
		T(the_host_is_starved),
		T(our_own_timer_is_late),
		T(its_watchdog_was_too_fast),
		T(its_watchdog_bites_again),
		T(workers_that_need_more_time),
		T(one_that_hangs_each_time),
		T(a_worker_that_takes_long_is_told_of),
		T(one_that_has_just_begun_does_not_take_long),
		T(what_is_no_request),
		T(status),
		T(vifs),
		T(restart_when_asked),
		T(upgrade_when_asked),
		T(one_thing_at_a_time),
		T(a_restart_that_fails),
		T(who_asked_has_gone),
		T(retry_of_one_that_was_given_up),
		T(released_is_left_alone),
		T(released_for_as_long_as_it_lives),
		T(released_and_taken_charge_of_again),
		T(a_restart_that_is_refused),
		T(no_worker_can_be_started),
		T(a_hang_when_a_worker_cannot_begin),
		T(a_worker_ends_while_xenstored_stalls),
		T(no_worker_for_long),
		T(begins_with_what_is_there),
		T(begins_with_several),
		T(a_given_up_one_stays_so),
		T(a_store_that_breaks),
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return cmocka_run_group_tests_name("supervise", tests, NULL, NULL);
}
