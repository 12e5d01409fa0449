// SPDX-License-Identifier: GPL-2.0
/*
 * test_crash.c - kill -9 of a worker at every point.
 *
 * Each story is told once without; then again for every K with the worker killed right
 * before its step K, where a step is anything that it does to the store, to libxl or to
 * its files, and other workers after it until one says that all is done.  In the end the
 * store, the domains and the kept files must look the same.
 */
#include "check.h"
#include "dom0.h"
#include "files.h"
#include "home.h"

#define WORKERS_MAX	6
/* Memory errors are not in one step alone, and looking for them takes its time. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE		3
#else
#define STRIDE		1
#endif

struct story {
	const char *name;
	void (*happens)(void);
	enum job_kind kind;
	const char *kernel;
	bool either_image;	/* which it ends with depends on how far it came */
	enum job_result result;	/* without a kill */
};

static void crashes(void)
{
	dom0_crash(LIFE_CRASHED);
}

static void hangs(void)
{
	dom0_hang();
	dom0.job.force = true;
}

static void is_destroyed(void)
{
	dom0_destroyed_by_hand();
}

static void nothing(void)
{
}

static void comes_up_at_the_third_time(void)
{
	dom0_crash(LIFE_CRASHED);
	dom0.panics = 2;
}

static void cannot_have_its_domid(void)
{
	dom0_crash(LIFE_CRASHED);
	fake.zombie = DRV;
}

static void has_its_nic_late(void)
{
	dom0_crash(LIFE_CRASHED);
	fake_fail("nic", EIO, 2);
}

static void has_its_nic_the_other_way(void)
{
	dom0_crash(LIFE_CRASHED);
	dom0.refuses = 1;
	dom0.boot_ms = 1000;
}

static const struct story stories[] = {
	{ "crash", crashes, JOB_RECOVER, NULL, false, JOB_DONE },
	{ "hang", hangs, JOB_RECOVER, NULL, false, JOB_DONE },
	{ "destroyed", is_destroyed, JOB_RECOVER, NULL, false, JOB_DONE },
	{ "restart", nothing, JOB_RESTART, NULL, false, JOB_DONE },
	{ "upgrade", nothing, JOB_UPGRADE, "vmlinuz-2", true, JOB_DONE },
	{ "fall back", nothing, JOB_UPGRADE, "vmlinuz-panic", false, JOB_FELL_BACK },
	{ "panics", comes_up_at_the_third_time, JOB_RECOVER, NULL, false, JOB_FAILED },
	{ "late nic", has_its_nic_late, JOB_RECOVER, NULL, false, JOB_DONE },
	{ "refused nic", has_its_nic_the_other_way, JOB_RECOVER, NULL, false, JOB_DONE },
	{ "another domid", cannot_have_its_domid, JOB_RECOVER, NULL, false, JOB_DONE },
};

/* Everything that has to be the same in the end. */
static char *picture(const struct story *s)
{
	char *dump = host_dump(&dom0.w, true), *json = slurp(RUN_DIR "/drv.json"), *text;
	char image[64] = "?";
	size_t size;
	FILE *f = open_memstream(&text, &size);
	unsigned int i;

	fputs(dump, f);
	for (i = 0; i < FAKE_DOMAINS; i++) {
		const struct fake_domain *d = &fake.domain[i];

		if (!d->domid || !d->driver_domain)
			continue;
		snprintf(image, sizeof(image), " %s ", d->kernel);
		fprintf(f, "domain %u: life %d paused %d kernel %s\n", d->domid, d->life, d->paused,
			s->either_image ? "either" : d->kernel);
	}
	for (i = 0; i < WORLD_VIFS; i++) {
		const struct sim_row *r = sim_find(&dom0.w.sim, dom0.w.vif[i].domid,
						   dom0.w.vif[i].handle);

		if (r)
			fprintf(f, "row %u: refs %u %u ports %u %u\n", i, r->c.queue[0].tx_ref,
				r->c.queue[0].rx_ref, r->c.queue[0].tx_evtchn, r->c.queue[0].rx_evtchn);
	}
	/* The configuration is that of what runs. */
	fprintf(f, "phase %d, configuration %s, disturbed %u\n", phase_read("drv"),
		strstr(json, image) && !strstr(json, "bare") ? "good" : json, dom0.disturbed);
	fprintf(f, "watches %u, transactions %u\n", mem_watches(dom0.w.mem, 0),
		mem_open_transactions(dom0.w.mem));
	fclose(f);
	free(dump);
	free(json);
	return text;
}

/* Those after the killed one are told to bring it back, as the supervisor tells them. */
static void others(const struct story *s, long k)
{
	enum job_result result = JOB_FAILED;
	int i;

	dom0.job.kernel = NULL;
	for (i = 0; i < WORKERS_MAX && result == JOB_FAILED; i++)
		result = dom0_work(JOB_RECOVER, "interrupted");
	if (result != JOB_DONE)
		fail_msg("%s, killed before step %ld: the others end with %d", s->name, k, result);
}

/* Return: whether there were @k steps. */
static bool tell(const struct story *s, long k, char **seen)
{
	enum job_result result;
	bool killed;

	dom0_start();
	s->happens();
	dom0.job.kernel = s->kernel;
	killed = dom0_work_until(s->kind, s->name, k, &result);
	if (!killed)
		assert_case(s->name, result, s->result);
	if (killed || result == JOB_FAILED || result == JOB_SLOW)
		others(s, k);
	/* Longer than a drain holds. */
	dom0_run(20000);
	*seen = picture(s);
	dom0_stop();
	return killed;
}

/* From the first line that differs. */
static void compare(const struct story *s, long k, const char *want, const char *got)
{
	size_t at = 0;

	if (!strcmp(want, got))
		return;
	while (want[at] == got[at])
		at++;
	while (at && want[at - 1] != '\n')
		at--;
	fail_msg("%s, killed before step %ld: it ends with\n%.300s\nand not with\n%.300s", s->name,
		 k, got + at, want + at);
}

static void killed_at_every_step(void **state)
{
	char *want, *got;
	bool killed;
	long k, all = 0;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(stories); i++) {
		tell(&stories[i], 0, &want);
		killed = true;
		for (k = 1 + (long)i % STRIDE; killed; k += STRIDE) {
			killed = tell(&stories[i], k, &got);
			compare(&stories[i], k, want, got);
			free(got);
			all += killed;
		}
		free(want);
	}
	print_message("killed before each of %ld steps\n", all);
}

/* ------------------------------------------ what the next one makes of it */

static int setup(void **state)
{
	(void)state;
	dom0_start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(dom0.disturbed, 0);
	dom0_stop();
	return 0;
}

static void expect_steps(const char *want)
{
	char *got = dom0_steps();

	assert_string_equal(got, want);
	free(got);
}

/* Kill a worker that recovers from @happens right after the step @done. */
static void killed_after(void (*happens)(void), const char *done)
{
	enum job_result result;
	long k = 0;

	do {
		dom0_stop();
		dom0_start();
		happens();
		assert_true(dom0_work_until(JOB_RECOVER, "ended", ++k, &result));
	} while (!strstr(fake.calls, done));
	free(dom0_steps());
}

/* Its NIC works already: it must not be silenced now. */
static void goes_on_with_one_that_is_complete(void **state)
{
	(void)state;
	killed_after(crashes, "unpause");
	assert_int_equal(phase_read("drv"), PHASE_NIC);
	assert_int_equal(dom0_work(JOB_RECOVER, "interrupted"), JOB_DONE);
	expect_steps("store, open, /hook down drv 1 (interrupted), unpause 1, nic 1, phase restore, "
		     "restore 3 vifs, save 1, phase idle, history, /hook up drv 1 (interrupted)");
}

/* Paused, so that it looks like one that is alive. */
static void begins_with_one_that_was_stopped(void **state)
{
	(void)state;
	killed_after(hangs, "pause 1");
	assert_true(fake_find(DRV)->paused);
	assert_int_equal(phase_read("drv"), PHASE_CREATE);
	dom0.job.force = false;
	assert_int_equal(dom0_work(JOB_RECOVER, "hung"), JOB_DONE);
	assert_false(fake_find(DRV)->paused);
	free(dom0_steps());
}

/* The NIC is its own already, only the worker does not know. */
static void does_not_add_the_nic_twice(void **state)
{
	(void)state;
	killed_after(crashes, "nic 1");
	assert_int_equal(phase_read("drv"), PHASE_NIC);
	assert_int_equal(dom0_work(JOB_RECOVER, "interrupted"), JOB_DONE);
	expect_steps("store, open, /hook down drv 1 (interrupted), unpause 1, phase restore, "
		     "restore 3 vifs, save 1, phase idle, history, /hook up drv 1 (interrupted)");
}

/* Its memory may be half of an image. */
static void believes_nothing_of_one_that_may_be_half(void **state)
{
	(void)state;
	killed_after(crashes, "create 1");
	assert_non_null(fake_find(DRV));
	assert_int_equal(phase_read("drv"), PHASE_CREATE);
	assert_int_equal(dom0_work(JOB_RECOVER, "interrupted"), JOB_DONE);
	expect_steps("store, open, phase create, pause 1, quiet 0000:00:02.0, "
		     "/hook down drv 1 (interrupted), destroy 1, phase create, create 1, ours, "
		     "phase nic, unpause 1, nic 1, phase restore, restore 3 vifs, "
		     "save 1, phase idle, history, /hook up drv 1 (interrupted)");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_every_step),
		T(goes_on_with_one_that_is_complete),
		T(does_not_add_the_nic_twice),
		T(begins_with_one_that_was_stopped),
		T(believes_nothing_of_one_that_may_be_half),
	};

	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
