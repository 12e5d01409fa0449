// SPDX-License-Identifier: GPL-2.0
/* test_worker.c - one restart from its first step to the last, and what can go wrong in it */
#include "check.h"
#include "dom0.h"
#include "fake_log.h"
#include "files.h"
#include "home.h"
#include "pace.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xmd/xs_names.h>

static int setup(void **state)
{
	(void)state;
	dom0_start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(mem_open_transactions(dom0.w.mem), 0);
	assert_int_equal(dom0.disturbed, 0);
	/* libxl had never to wait for a frontend that was dead */
	assert_int_equal(dom0.asked, 0);
	dom0_stop();
	return 0;
}

static void expect_steps(const char *want)
{
	char *got = dom0_steps();

	assert_string_equal(got, want);
	free(got);
}

static void expect_dump(char *want)
{
	char *got;

	dom0_run(3000);
	got = host_dump(&dom0.w, true);
	assert_string_equal(want, got);
	free(want);
	free(got);
}

/* The last line of the history, but for its time of day. */
static void expect_history(const char *want)
{
	char *text = slurp(HISTORY_PATH), *line;
	size_t n = strlen(text);

	assert_int_equal(text[n - 1], '\n');
	text[n - 1] = '\0';
	line = strrchr(text, '\n');
	assert_string_equal(strchr(line ? line : text, '\t') + 1, want);
	free(text);
}

/* All three vifs go on in place, and nobody is at work any more. */
static void expect_back(char *before)
{
	static const unsigned int connected[] = { 0, 2, 3 };
	const struct fake_domain *d = fake_find(DRV);
	const struct sim_row *row;
	size_t i;

	assert_non_null(d);
	assert_int_equal(d->life, LIFE_RUNNING);
	assert_false(d->paused);
	expect_dump(before);
	for (i = 0; i < ARRAY_SIZE(connected); i++) {
		row = sim_find(&dom0.w.sim, dom0.w.vif[connected[i]].domid,
			       dom0.w.vif[connected[i]].handle);
		assert_int_equal(row->c.adopt, 1);
	}
	assert_int_equal(phase_read("drv"), PHASE_IDLE);
	assert_true(file_exists("drv", ".ours"));
}

#define PUT_OUT		"store, open, phase create, quiet 0000:00:02.0, /hook down drv 1 (crashed), "
#define TAKEN_DOWN	"destroy 1, "
#define MADE_ANEW	"phase create, create 1, ours, phase nic, "
#define RESTORED	"unpause 1, nic 1, phase restore, restore 3 vifs, "

/* ---------------------------------------------------------- all goes well */

static void it_crashed(void **state)
{
	static const enum life ends[] = { LIFE_CRASHED, LIFE_WATCHDOG };
	char *before;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		before = host_dump(&dom0.w, true);
		dom0_crash(ends[i]);
		assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
		expect_steps(PUT_OUT TAKEN_DOWN MADE_ANEW RESTORED
			     "save 1, phase idle, history, /hook up drv 1 (crashed)");
		expect_history("drv\trecover\tcrashed\tok\t1\t360\tquiet 0, destroyed 0, created 0, unpaused 0, nic 0, "
			       "3 vifs restored 0, backend serves 320, 3 of 3 vifs adopted 360");
		expect_back(before);
	}
}

static void it_hung(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_hang();
	dom0.job.force = true;
	assert_int_equal(dom0_work(JOB_RECOVER, "hung"), JOB_DONE);
	expect_steps("store, open, phase create, pause 1, quiet 0000:00:02.0, "
		     "/hook down drv 1 (hung), " TAKEN_DOWN MADE_ANEW RESTORED
		     "save 1, phase idle, history, /hook up drv 1 (hung)");
	expect_back(before);
}

static unsigned int cores(void)
{
	struct dirent *e;
	unsigned int n = 0;
	DIR *d = opendir("cores");

	while (d && (e = readdir(d)))
		n += *e->d_name != '.';
	if (d)
		closedir(d);
	return n;
}

/* The memory of one that is dead is kept before it is destroyed, and no more of them than two. */
static void its_memory_is_kept(void **state)
{
	static const char *const old[] = {
		"cores/drv-20200101T000000Z.core", "cores/drv-20200101T000001Z.core",
		"cores/drv-20200101T000002Z.core", "cores/drv2-20200101T000000Z.core", "cores/drv.part",
	};
	size_t i;

	(void)state;
	getcwd(dom0.policy.core_dump, sizeof(dom0.policy.core_dump));
	strcat(dom0.policy.core_dump, "/cores");
	assert_int_equal(mkdir("cores", 0700), 0);
	for (i = 0; i < ARRAY_SIZE(old); i++)
		spew(old[i], "");
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_steps(PUT_OUT "core 1, " TAKEN_DOWN MADE_ANEW RESTORED
		     "save 1, phase idle, history, /hook up drv 1 (crashed)");
	assert_int_equal(cores(), 3);
	assert_int_equal(access(old[2], F_OK), 0);
	assert_int_equal(access(old[3], F_OK), 0);
}

/* A dump that fails costs nothing but a line in the log, leaves nothing, and is not told as one that is there. */
static void its_memory_is_not_kept(void **state)
{
	char *history;

	(void)state;
	strcpy(dom0.policy.core_dump, "cores");
	fake_fail("core", -ENOSPC, 1);
	dom0_hang();
	dom0.job.force = true;
	assert_int_equal(dom0_work(JOB_RECOVER, "hung"), JOB_DONE);
	assert_int_equal(log_count("its memory cannot be kept in "), 1);
	assert_int_equal(cores(), 0);
	strcpy(dom0.policy.core_dump, "/no/such");
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_int_equal(log_count("its memory cannot be kept in /no/such"), 1);
	free(dom0_steps());
	history = slurp("history");
	assert_non_null(history);
	assert_null(strstr(history, "memory kept"));
	free(history);
}

/* There is no memory of one that was destroyed, and of a planned restart nobody wants it. */
static void no_memory_to_keep(void **state)
{
	char *steps;

	(void)state;
	strcpy(dom0.policy.core_dump, "cores");
	assert_int_equal(dom0_work(JOB_RESTART, "asked"), JOB_DONE);
	dom0_destroyed_by_hand();
	assert_int_equal(dom0_work(JOB_RECOVER, "destroyed"), JOB_DONE);
	assert_int_equal(cores(), 0);
	steps = dom0_steps();
	assert_null(strstr(steps, "core "));
	free(steps);
}

static void it_was_destroyed_by_hand(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_destroyed_by_hand();
	assert_int_equal(dom0_work(JOB_RECOVER, "destroyed"), JOB_DONE);
	expect_steps("store, open, phase create, quiet 0000:00:02.0, /hook down drv 1 (destroyed), "
		     MADE_ANEW RESTORED "save 1, phase idle, history, /hook up drv 1 (destroyed)");
	expect_back(before);
}

static void it_is_well(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_steps("store, open");
	expect_dump(before);
	assert_null(slurp(HISTORY_PATH));
}

static void restart_is_drained_first(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	assert_int_equal(dom0_work(JOB_RESTART, "asked for"), JOB_DONE);
	expect_steps("store, open, save 1, phase create, pause 1, quiet 0000:00:02.0, "
		     "/hook down drv 1 (asked for), " TAKEN_DOWN MADE_ANEW RESTORED
		     "save 1, phase idle, history, /hook up drv 1 (asked for)");
	/* The clock of the outage begins when it is drained. */
	expect_history("drv\trestart\tasked for\tok\t1\t360\tdrained 40, quiet 0, destroyed 0, created 0, unpaused 0, nic 0, "
		       "3 vifs restored 0, backend serves 320, 3 of 3 vifs adopted 360");
	expect_back(before);
}

static void upgrade_to_another_image(void **state)
{
	char *before = host_dump(&dom0.w, true), *json;

	(void)state;
	dom0.job.kernel = "vmlinuz-2";
	assert_int_equal(dom0_work(JOB_UPGRADE, "asked for"), JOB_DONE);
	expect_steps("store, open, save 1, phase create, pause 1, quiet 0000:00:02.0, "
		     "/hook down drv 1 (asked for), " TAKEN_DOWN
		     "phase create, create 1 kernel vmlinuz-2, ours, "
		     "phase nic, " RESTORED
		     "save 1, phase idle, history, /hook up drv 1 (asked for)");
	expect_back(before);
	assert_string_equal(fake_find(DRV)->kernel, "vmlinuz-2");
	assert_string_equal(fake_find(DRV)->ramdisk, "initrd");
	/* The next time, too. */
	json = slurp(RUN_DIR "/drv.json");
	assert_string_equal(json, "drv 1 1 1 vmlinuz-2 initrd\n");
	free(json);
	before = host_dump(&dom0.w, true);
	dom0.job.kernel = NULL;
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_string_equal(fake_find(DRV)->kernel, "vmlinuz-2");
	expect_back(before);
}

static unsigned int saves_that_fail;

static void it_can_be_saved_no_more(void)
{
	if (phase_read("drv") != PHASE_RESTORE || !saves_that_fail)
		return;
	fake_fail("save", EIO, saves_that_fail);
	saves_that_fail = 0;
}

/* The next crash would bring the image before back: not for something that passes, and not in silence. */
static void the_image_it_has_now_is_kept(void **state)
{
	char *json;

	(void)state;
	dom0.job.kernel = "vmlinuz-2";
	dom0.meanwhile = it_can_be_saved_no_more;
	saves_that_fail = 2;
	assert_int_equal(dom0_work(JOB_UPGRADE, "asked for"), JOB_DONE);
	json = slurp(RUN_DIR "/drv.json");
	assert_string_equal(json, "drv 1 1 1 vmlinuz-2 initrd\n");
	assert_int_equal(log_count("cannot be kept in"), 0);
	free(json);
	dom0.job.kernel = "vmlinuz";
	saves_that_fail = 99;
	assert_int_equal(dom0_work(JOB_UPGRADE, "asked for"), JOB_DONE);
	assert_int_equal(log_count("its configuration as it is now cannot be kept in"), 1);
	fake_fail(NULL, 0, 0);
}

static void no_hook_is_run_when_there_is_none(void **state)
{
	char *before = host_dump(&dom0.w, true), *steps;

	(void)state;
	dom0.policy.hook[0] = '\0';
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	steps = dom0_steps();
	assert_null(strstr(steps, "drv 1 (crashed)"));
	free(steps);
	expect_back(before);
}

static void a_hook_that_is_not_there(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	fake_fail("/hook", ENOENT, 2);
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_int_equal(log_count("cannot run the hook /hook: No such file"), 2);
	expect_back(before);
}

/*
 * The supervisor has told it to wait, as it is not the first time.  The NIC of a dead domain does not
 * go on meanwhile; one that only hangs does.
 */
static void not_before_its_time(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.job.not_before = world_now() + 4000;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_history("drv\trecover\tcrashed\tok\t1\t4360\tquiet 0, waited 4000, destroyed 4000, created 4000, "
		       "unpaused 4000, nic 4000, 3 vifs restored 4000, backend serves 4320, 3 of 3 vifs adopted 4360");
	expect_back(before);

	before = host_dump(&dom0.w, true);
	dom0_hang();
	dom0.job.force = true;
	dom0.job.not_before = world_now() + 4000;
	assert_int_equal(dom0_work(JOB_RECOVER, "hung"), JOB_DONE);
	expect_history("drv\trecover\thung\tok\t1\t4360\twaited 4000, quiet 4000, destroyed 4000, created 4000, "
		       "unpaused 4000, nic 4000, 3 vifs restored 4000, backend serves 4320, 3 of 3 vifs adopted 4360");
	expect_back(before);
}

/* ------------------------------------------------------------- its NIC */

/* Xen has not taken it from the old domain yet, say.  The vifs do not wait for that. */
static void the_nic_is_not_to_be_had_at_once(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_crash(LIFE_CRASHED);
	fake_fail("nic", EIO, 3);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_steps(PUT_OUT TAKEN_DOWN MADE_ANEW "unpause 1, nic 1, restore 3 vifs, nic 1, nic 1, nic 1, "
		     "phase restore, save 1, phase idle, history, /hook up drv 1 (crashed)");
	expect_back(before);
}

/* Then the other way, which needs nothing of the domain. */
#define MADE_WHOLE	"phase create, create 1 whole, ours, phase restore, "
#define RESTORED_WHOLE	"unpause 1, restore 3 vifs, "

static void the_nic_cannot_be_added(void **state)
{
	char *before = host_dump(&dom0.w, true), *steps;

	(void)state;
	dom0_crash(LIFE_CRASHED);
	fake_fail("nic", EIO, 1000);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_int_equal(log_count("its NIC cannot be added while it boots: creating it again"), 1);
	assert_in_range(world_now() - dom0.job.noticed, 5000, 7000);
	steps = dom0_steps();
	assert_non_null(strstr(steps, "nic 1, phase create, pause 1, quiet 0000:00:02.0, destroy 1, "
			       MADE_WHOLE RESTORED_WHOLE "save 1, phase idle"));
	free(steps);
	fake.fail_times = 0;
	expect_back(before);
}

/* It is in use, it says, or is not there any more. */
static void pciback_refuses_the_nic(void **state)
{
	char *before = host_dump(&dom0.w, true), *steps;

	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.refuses = 1;
	dom0.boot_ms = 1000;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_int_equal(log_count("xen-pciback has refused its NIC"), 1);
	assert_int_equal(log_count("died before"), 0);
	steps = dom0_steps();
	assert_non_null(strstr(steps, "destroy 1, " MADE_WHOLE RESTORED_WHOLE "save 1, phase idle"));
	free(steps);
	expect_back(before);
}

static void there_is_no_nic_at_all(void **state)
{
	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.refuses = 100;
	dom0.boot_ms = 1000;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_FAILED);
	/* That is no want of time. */
	assert_int_equal(log_count("may only be slow"), 0);
	assert_int_equal(log_count("the NIC of its configuration cannot be had"), 1);
	dom0.refuses = 0;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
}

static void lets_go(void)
{
	if (world_now() >= dom0.job.noticed + 300)
		rmdir("xen-backend/pci-1-0");
}

/* A new directory of the same name would be the old one to it. */
static void pciback_takes_its_time(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(mkdir("xen-backend", 0700) | mkdir("xen-backend/pci-1-0", 0700), 0);
	dom0.meanwhile = lets_go;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_in_range(world_now() - dom0.job.noticed, 600, 1000);
	assert_int_equal(log_count("does not let go"), 0);
	expect_back(before);
	/* For ever: that does not keep the domain from being tried. */
	dom0.meanwhile = NULL;
	assert_int_equal(mkdir("xen-backend/pci-1-0", 0700), 0);
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_in_range(world_now() - dom0.job.noticed, 2300, 3000);
	assert_int_equal(log_count("xen-pciback does not let go of the PCI devices of domain 1"), 1);
}

/* Its Linux has listed its devices before, and set its watch after the NIC came. */
static void a_nic_that_nobody_has_seen(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.blind = true;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_in_range(world_now() - dom0.job.noticed, 400, 1500);
	expect_back(before);
}

/* Hotplug adds one device at a time, the next when the domain has the first. */
static void several_devices(void **state)
{
	(void)state;
	spew(RUN_DIR "/drv.json", "drv 1 1 1 vmlinuz initrd 2\n");
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_steps("store, open, phase create, quiet 0000:00:02.0, quiet 0000:00:03.0, "
		     "/hook down drv 1 (crashed), " TAKEN_DOWN MADE_WHOLE RESTORED_WHOLE
		     "save 1, phase idle, history, /hook up drv 1 (crashed)");
}

/* ------------------------------------------------ the xl that created it */

/* As the supervisor has it. */
static void save_it(void)
{
	struct xl_traits t;

	assert_int_equal(xl_save(NULL, DRV, RUN_DIR "/drv.json", &t), 0);
	free(dom0_steps());
}

static void xl_destroys(void)
{
	if (fake_find(DRV) && fake_find(DRV)->life == LIFE_CRASHED && !strstr(fake.calls, "create 1"))
		dom0_destroyed_by_hand();
}

static void xl_destroys_it_itself(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	fake_find(DRV)->on_crash = END_DESTROY;
	save_it();
	dom0_crash(LIFE_CRASHED);
	dom0.meanwhile = xl_destroys;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	dom0.meanwhile = NULL;
	expect_steps(PUT_OUT MADE_ANEW RESTORED "save 1, phase idle, history, /hook up drv 1 (crashed)");
	expect_back(before);
}

static void xl_was_to_destroy_it_and_does_not(void **state)
{
	static const struct {
		enum life life;
		enum on_end on_crash, on_watchdog;
		bool ours, waits;
	} row[] = {
		{ LIFE_CRASHED, END_DESTROY, END_PRESERVE, false, true },
		{ LIFE_CRASHED, END_OTHER, END_PRESERVE, false, true },
		{ LIFE_CRASHED, END_PRESERVE, END_DESTROY, false, false },
		{ LIFE_WATCHDOG, END_PRESERVE, END_DESTROY, false, true },
		{ LIFE_WATCHDOG, END_DESTROY, END_PRESERVE, false, false },
		/* No xl waits for the end of one that we have created. */
		{ LIFE_CRASHED, END_DESTROY, END_DESTROY, true, false },
	};
	uint64_t begun;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		fake_find(DRV)->on_crash = row[i].on_crash;
		fake_find(DRV)->on_watchdog = row[i].on_watchdog;
		save_it();
		file_remove("drv", ".ours");
		if (row[i].ours)
			file_touch("drv", ".ours");
		begun = world_now();
		dom0_crash(row[i].life);
		assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
		assert_case("waited", world_now() - begun >= 5000, row[i].waits);
	}
}

/* Destroyed, but not gone at once. */
static void goes(void)
{
	if (fake_find(DRV) && fake_find(DRV)->life == LIFE_DYING && world_now() >= dom0.job.noticed + 2000)
		fake_drop(DRV);
}

static void it_takes_its_time_to_die(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_crash(LIFE_CRASHED);
	fake.zombie = DRV;
	dom0.meanwhile = goes;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_steps(PUT_OUT TAKEN_DOWN MADE_ANEW RESTORED
		     "save 1, phase idle, history, /hook up drv 1 (crashed)");
	expect_back(before);
}

static void somebody_else_destroys_it(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	host_drv_gone(&dom0.w);
	fake_find(DRV)->life = LIFE_DYING;
	dom0.meanwhile = goes;
	assert_int_equal(dom0_work(JOB_RECOVER, "destroyed"), JOB_DONE);
	expect_steps("store, open, phase create, quiet 0000:00:02.0, /hook down drv 1 (destroyed), "
		     MADE_ANEW RESTORED "save 1, phase idle, history, /hook up drv 1 (destroyed)");
	expect_back(before);
}

/* ------------------------------------------------- another domid */

/* Its guests get their vifs anew. */
static void expect_moved(void)
{
	static const char *const front[] = { "5/device/vif/0", "6/device/vif/0", "6/device/vif/1" };
	char path[STORE_PATH_MAX];
	size_t i;

	assert_non_null(fake_find(FAKE_ANY_DOMID));
	assert_string_equal(fake_find(FAKE_ANY_DOMID)->name, "drv");
	for (i = 0; i < ARRAY_SIZE(front); i++) {
		snprintf(path, sizeof(path), "/local/domain/%s/backend-id", front[i]);
		assert_string_equal(mem_peek(dom0.w.mem, path), "9");
	}
	assert_string_equal(host_copy(&dom0.w, 0, "backend"), "/local/domain/9/backend/vif/5/0");
	assert_int_equal(phase_read("drv"), PHASE_IDLE);
}

/* In the order in which this store lists them. */
#define REATTACHED "reattach 5/0 to 9, reattach 6/1 to 9, reattach 6/0 to 9, "

static void its_domid_is_not_to_be_had(void **state)
{
	(void)state;
	dom0_crash(LIFE_CRASHED);
	fake_fail("create 1", EIO, 2);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_steps(PUT_OUT TAKEN_DOWN "phase create, create 1, create 1, create 0, ours, "
		     "phase nic, unpause 9, nic 9, phase restore, " REATTACHED
		     "save 9, phase idle, history, /hook up drv 9 (crashed)");
	expect_history("drv\trecover\tcrashed\tok\t9\t3320\tquiet 0, destroyed 0, created 0, unpaused 0, nic 0, 3 vifs restored 0, "
		       "backend serves 320, 0 of 3 vifs adopted 320");
	expect_moved();
}

/* Libxl has been too late for something, say.  Another domid would cost the guests their connections. */
static void a_free_domid_is_tried_twice(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_crash(LIFE_CRASHED);
	fake_fail("create 1", ETIMEDOUT, 1);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_int_equal(log_count("cannot be created with domid 1 although that is free: once more"), 1);
	expect_back(before);
}

static void the_old_one_does_not_go_away(void **state)
{
	(void)state;
	dom0_crash(LIFE_CRASHED);
	fake.zombie = DRV;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_int_equal(log_count("domain 1 does not go away"), 1);
	expect_steps(PUT_OUT TAKEN_DOWN "phase create, create 1, create 0, ours, "
		     "phase nic, unpause 9, nic 9, phase restore, " REATTACHED
		     "save 9, phase idle, history, /hook up drv 9 (crashed)");
	expect_moved();
}

static void it_cannot_be_created_at_all(void **state)
{
	(void)state;
	dom0_crash(LIFE_CRASHED);
	fake_fail("create", EIO, 3);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_FAILED);
	expect_steps(PUT_OUT TAKEN_DOWN "phase create, create 1, create 1, create 0, history, "
		     "/hook failed drv 1 (crashed)");
	expect_history("drv\trecover\tcrashed\tfailed\t1\t0\tquiet 0, destroyed 0");
	assert_int_equal(phase_read("drv"), PHASE_CREATE);
	/* The next one can. */
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_int_equal(phase_read("drv"), PHASE_IDLE);
}

static void its_configuration_is_lost(void **state)
{
	(void)state;
	unlink(RUN_DIR "/drv.json");
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_FAILED);
	assert_int_equal(log_count("cannot be created: No such file or directory"), 1);
}

/* ---------------------------------------------- one vif that is not adopted */

static void a_vif_is_refused(void **state)
{
	char *steps;

	(void)state;
	dom0_crash(LIFE_CRASHED);
	/* Its guest has broken its own keys. */
	world_front(&dom0.w, 2, XS_FRONT_TX_RING_REF, "0");
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	steps = dom0_steps();
	assert_non_null(strstr(steps, "restore 3 vifs, reattach 6/0 to 1, save 1"));
	free(steps);
	assert_int_equal(log_count("vif 0 of domain 6 could not be adopted: detached and attached"), 1);
	dom0_run(3000);
	assert_null(world_inconsistent(&dom0.w));
	assert_string_equal(world_back(&dom0.w, 0, XS_BACK_XMD_RINGS), "adopted");
	assert_string_equal(world_back(&dom0.w, 2, XS_BACK_XMD_RINGS), "connected");
	assert_string_equal(world_back(&dom0.w, 3, XS_BACK_XMD_RINGS), "adopted");
}

static void a_vif_is_refused_for_good(void **state)
{
	(void)state;
	dom0_crash(LIFE_CRASHED);
	world_front(&dom0.w, 2, XS_FRONT_TX_RING_REF, "0");
	fake_fail("reattach", ENOMEM, 1);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_int_equal(log_count("vif 0 of domain 6 could not be adopted, and attaching it anew failed"), 1);
	assert_string_equal(world_back(&dom0.w, 0, XS_BACK_XMD_RINGS), "adopted");
	assert_string_equal(world_back(&dom0.w, 3, XS_BACK_XMD_RINGS), "adopted");
	assert_int_equal(phase_read("drv"), PHASE_IDLE);
}

static void a_guest_goes(void)
{
	if (strstr(fake.calls, "unpause") && host_copy(&dom0.w, 2, "backend"))
		host_guest_gone(&dom0.w, 2);
}

static void a_guest_goes_while_it_boots(void **state)
{
	char *steps;

	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.meanwhile = a_guest_goes;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	steps = dom0_steps();
	assert_null(strstr(steps, "reattach"));
	free(steps);
	assert_string_equal(world_back(&dom0.w, 0, XS_BACK_XMD_RINGS), "adopted");
}

/* Libxl has left its nodes behind, with a frontend that looks as if it were there. */
static void a_guest_that_was_destroyed_meanwhile(void **state)
{
	(void)state;
	dom0_crash(LIFE_CRASHED);
	fake_drop(6);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_int_equal(log_count("vif 0 of domain 6 is not restored: there is no such domain any more"), 1);
	assert_int_equal(log_count("vif 1 of domain 6 is not restored: there is no such domain any more"), 1);
	assert_string_equal(world_back(&dom0.w, 0, XS_BACK_XMD_RINGS), "adopted");
	assert_null(mem_peek(dom0.w.mem, "/local/domain/1/backend/vif/6"));
}

static void a_guest_hides(void)
{
	char path[STORE_PATH_MAX];

	store_path(path, dom0.w.vif[2].front, XS_FRONT_STATE);
	if (strstr(fake.calls, "unpause") && !strstr(fake.calls, "reattach"))
		mem_set_perms(dom0.w.mem, path, 6, -1);
}

/* The new backend can only wait for it; that keeps none of the others from their service. */
static void a_guest_that_hides_its_nodes(void **state)
{
	char *steps;

	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.meanwhile = a_guest_hides;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	steps = dom0_steps();
	assert_non_null(strstr(steps, "restore 3 vifs, reattach 6/0 to 1, save 1"));
	free(steps);
	expect_history("drv\trecover\tcrashed\tok\t1\t61320\tquiet 0, destroyed 0, created 0, unpaused 0, nic 0, 3 vifs restored 0, "
		       "backend serves 320, 2 of 3 vifs adopted 60320");
	assert_string_equal(world_back(&dom0.w, 0, XS_BACK_XMD_RINGS), "adopted");
	assert_string_equal(world_back(&dom0.w, 3, XS_BACK_XMD_RINGS), "adopted");
	dom0.meanwhile = NULL;
	dom0_run(2000);
	assert_int_equal(world_back_state(&dom0.w, 2), STATE_CONNECTED);
}

static void a_vif_that_was_never_connected(void **state)
{
	(void)state;
	host_attach(&dom0.w, 1, FRONT_MUTE);
	dom0_run(1000);
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	dom0_run(1000);
	assert_int_equal(world_back_state(&dom0.w, 1), STATE_INIT_WAIT);
	dom0.w.vif[1].mode = FRONT_HONEST;
	dom0_run(2000);
	assert_int_equal(world_back_state(&dom0.w, 1), STATE_CONNECTED);
}

static void expect_reattached(const char *what)
{
	char *steps = dom0_steps();

	assert_non_null(strstr(steps, what));
	free(steps);
}

/* It has looked while there was nothing, and calls that fatal. */
static void a_vif_that_was_looked_for_in_between(void **state)
{
	(void)state;
	host_attach(&dom0.w, 1, FRONT_MUTE);
	dom0_run(1000);
	dom0_crash(LIFE_CRASHED);
	world_front(&dom0.w, 1, XS_FRONT_STATE, "5");
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_reattached("reattach 5/1 to 1, save 1");
	dom0_run(2000);
	assert_int_equal(world_back_state(&dom0.w, 1), STATE_CONNECTED);
	assert_string_equal(world_back(&dom0.w, 0, XS_BACK_XMD_RINGS), "adopted");
}

static void a_guest_looks_too_early(void)
{
	if (strstr(fake.calls, "unpause") && !strstr(fake.calls, "reattach"))
		world_front(&dom0.w, 1, XS_FRONT_STATE, "5");
}

/* ... and says so only when the directory is there again. */
static void a_vif_that_is_given_up_late(void **state)
{
	(void)state;
	host_attach(&dom0.w, 1, FRONT_MUTE);
	dom0_run(1000);
	dom0_crash(LIFE_CRASHED);
	dom0.meanwhile = a_guest_looks_too_early;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	dom0.meanwhile = NULL;
	expect_reattached("reattach 5/1 to 1, save 1");
	dom0_run(2000);
	assert_int_equal(world_back_state(&dom0.w, 1), STATE_CONNECTED);
}

/* One whose guest is just letting it go has had rings; to attach it anew would undo a detach. */
static void a_vif_that_is_being_detached(void **state)
{
	char *steps;

	(void)state;
	dom0_crash(LIFE_CRASHED);
	world_front(&dom0.w, 2, XS_FRONT_STATE, "5");
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	steps = dom0_steps();
	assert_null(strstr(steps, "reattach"));
	free(steps);
}

/* ------------------------------------------------- what does not come up */

static void it_crashes_while_it_boots(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.panics = 1;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_FAILED);
	assert_int_equal(log_count("died before it served; look at its console (xl console drv)"), 1);
	/* At once, not after the time that it would have had. */
	assert_in_range(world_now() - dom0.job.noticed, BOOT_MS, 2000);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_back(before);
}

/* The watchdog of the one that serves now was set so; nothing else differs from before. */
static void expect_more_time(const char *seconds)
{
	const char *path = "/local/domain/1/" XS_DIR_OWN "/" XS_OWN_WATCHDOG;

	assert_non_null(mem_peek(dom0.w.mem, path));
	assert_string_equal(mem_peek(dom0.w.mem, path), seconds);
	assert_int_equal(dom0.w.dom0->ops->remove(dom0.w.dom0, path), 0);
}

static void watchdog_ends_it(void)
{
	struct fake_domain *d = fake_find(DRV);

	if (d && !d->paused && d->life == LIFE_RUNNING && world_now() > dom0.job.noticed + 9000)
		d->life = LIFE_WATCHDOG;
}

/* What was set on its port is in force again before anybody is served. */
static void the_settings_of_its_port(void **state)
{
	static const char *const key = "/local/domain/1/" XS_DIR_OWN "/" XS_OWN_PORT_SETTINGS;

	(void)state;
	assert_int_equal(file_write("drv", ".port", "mtu=9000 tx_ring=512 rx_ring=512"), 0);
	assert_int_equal(file_write("drv", ".segments", "lab"), 0);
	assert_int_equal(file_write("drv", ".vlans", "7 20-29"), 0);
	dom0_crash(LIFE_CRASHED);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	dom0_run(1000);
	assert_string_equal(mem_peek(dom0.w.mem, key), "mtu=9000 tx_ring=512 rx_ring=512");
	assert_string_equal(mem_peek(dom0.w.mem, "/local/domain/1/" XS_DIR_OWN "/" XS_OWN_PRIVATE_SEGMENTS),
			    "lab");
	assert_string_equal(mem_peek(dom0.w.mem, "/local/domain/1/" XS_DIR_OWN "/" XS_OWN_CLOSED_VLANS), "7 20-29");
	assert_int_equal(dom0.w.sim.settings.mtu, 9000);
	assert_int_equal(dom0.w.sim.settings_sets, 1);
	unlink(RUN_DIR "/drv.port");
	unlink(RUN_DIR "/drv.segments");
	unlink(RUN_DIR "/drv.vlans");
}

static void it_hangs_while_it_boots(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.bad_boots = 1;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_SLOW);
	assert_in_range(world_now() - dom0.job.noticed, 60000, 62000);
	assert_int_equal(log_count("does not serve in time"), 1);
	assert_int_equal(log_count("it had 60 s, and may only be slow: the next start gets 120 s, and its watchdog 20 s"), 1);
	free(dom0_steps());
	/* The next worker takes another. */
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_in_range(world_now() - dom0.job.noticed, BOOT_MS, 2000);
	expect_steps("store, open, phase create, pause 1, quiet 0000:00:02.0, /hook down drv 1 (crashed), "
		     TAKEN_DOWN MADE_ANEW RESTORED "save 1, phase idle, history, /hook up drv 1 (crashed)");
	expect_more_time("20");
	expect_back(before);
}

/* A slow host: each is given twice the time of the one before, until one serves. */
static void it_only_boots_slowly(void **state)
{
	char *before = host_dump(&dom0.w, true);
	struct pace p;

	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.boot_ms = 200000;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_SLOW);
	assert_in_range(world_now() - dom0.job.noticed, 60000, 62000);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_SLOW);
	assert_in_range(world_now() - dom0.job.noticed, 120000, 122000);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	assert_in_range(world_now() - dom0.job.noticed, 200000, 202000);
	expect_more_time("40");
	expect_back(before);
	/* That is known from now on. */
	pace_read("drv", &p);
	assert_in_range(p.served_ms, 200000, 202000);
	assert_int_equal(p.level, 2);
	dom0_crash(LIFE_CRASHED);
	dom0.boot_ms = 500000;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
}

/* And one that never serves has not more and more, and says so in the end. */
static void it_never_serves(void **state)
{
	static const unsigned int s[] = { 60, 120, 240, 480, 900, 900 };
	size_t i;

	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.bad_boots = 100;
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), i < PACE_LEVELS ? JOB_SLOW : JOB_FAILED);
		assert_in_range(world_now() - dom0.job.noticed, 1000 * s[i], 1000 * s[i] + 2000);
	}
	assert_int_equal(log_count("may only be slow"), PACE_LEVELS);
}

/* Its watchdog, which knows nothing of a slow host, ends it before it serves. */
static void its_watchdog_is_too_fast(void **state)
{
	(void)state;
	dom0_crash(LIFE_CRASHED);
	dom0.bad_boots = 1;
	dom0.meanwhile = watchdog_ends_it;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_SLOW);
	dom0.meanwhile = NULL;
	assert_in_range(world_now() - dom0.job.noticed, 8000, 12000);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_more_time("20");
}

/* The time in which nobody could look is not held against it. */
static void xenstored_stalls_while_it_boots(void **state)
{
	static const unsigned int s[] = { 15, 40, 120 };
	char *before;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		before = host_dump(&dom0.w, true);
		dom0_crash(LIFE_CRASHED);
		unlink(RUN_DIR "/drv.pace");
		log_forget();
		dom0.boot_ms = 50000 + 1000 * s[i];
		dom0.stall_at = world_now() + 10000;
		dom0.stall_ms = 1000 * s[i];
		assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
		assert_int_equal(log_count("that time is not counted"), 1);
		expect_back(before);
	}
}

static void steps_that_fail(void **state)
{
	static const char *const step[] = { "open", "store", "look 1", "restore", "unpause" };
	char *before = host_dump(&dom0.w, true);
	size_t i;

	(void)state;
	dom0_crash(LIFE_CRASHED);
	for (i = 0; i < ARRAY_SIZE(step); i++) {
		fake_fail(step[i], EIO, 1);
		assert_case(step[i], dom0_work(JOB_RECOVER, "crashed"), JOB_FAILED);
		assert_case(step[i], fake.fail_times, 0);
	}
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_back(before);
}

static void steps_that_may_fail(void **state)
{
	static const char *const step[] = { "pause", "save" };
	char *before = host_dump(&dom0.w, true);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(step); i++) {
		dom0_hang();
		dom0.job.force = true;
		fake_fail(step[i], EIO, 2);
		assert_case(step[i], dom0_work(JOB_RECOVER, "hung"), JOB_DONE);
	}
	dom0.disturbed = 0;	/* that was the test's doing */
	expect_back(before);
}

/* /run is full: its guests do not pay for that with another domid. */
static void nothing_can_be_noted(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0_crash(LIFE_CRASHED);
	fake_fail("phase", ENOSPC, 4);
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_steps(PUT_OUT TAKEN_DOWN MADE_ANEW RESTORED
		     "save 1, phase idle, history, /hook up drv 1 (crashed)");
	expect_back(before);
}

static void nowhere_to_lock(void **state)
{
	(void)state;
	dom0_crash(LIFE_CRASHED);
	rename(RUN_DIR, "away");
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_FAILED);
	expect_steps("");
	assert_int_equal(log_count("cannot take its lock in " RUN_DIR ": No such file"), 1);
	rename("away", RUN_DIR);
}

/* --------------------------------------------- planned, and it cannot be */

static void expect_unchanged(char *before, enum job_kind kind)
{
	assert_int_equal(dom0_work(kind, "asked for"), JOB_REFUSED);
	assert_true(dom0.w.up);
	/* Whatever was begun is taken back, if not by us then by xmd-backend itself. */
	dom0_run(20000);
	assert_false(dom0.w.sim.draining);
	assert_int_equal(dom0.w.sim.connects, 3);
	assert_int_equal(dom0.w.sim.disconnects, 0);
	assert_int_equal(phase_read("drv"), PHASE_IDLE);
	expect_dump(before);
	assert_null(slurp(HISTORY_PATH));
}

static void it_does_not_drain(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0.w.sim.pending = 3;
	expect_unchanged(before, JOB_RESTART);
	assert_in_range(world_now() - dom0.job.noticed, 25000, 30000);
	assert_int_equal(log_count("not drained, so not restarted: frames are on their way for too long"), 1);
	expect_steps("store, open, save 1");
	before = host_dump(&dom0.w, true);
	expect_unchanged(before, JOB_UPGRADE);
}

static void it_cannot_be_saved(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	fake_fail("save", ENOSPC, 1);
	expect_unchanged(before, JOB_RESTART);
	expect_steps("store, open, save 1");
}

static void it_cannot_be_told(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	mem_fail_writes(dom0.w.mem, 0, ENOSPC);
	assert_int_equal(dom0_work(JOB_RESTART, "asked for"), JOB_REFUSED);
	mem_fail_writes(dom0.w.mem, 0, 0);
	expect_dump(before);
}

/* Its guests do not lose it for something that cannot boot. */
static void what_it_boots_cannot_be_read(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	unlink("initrd");
	expect_unchanged(before, JOB_RESTART);
	expect_steps("store, open, save 1");
	assert_int_equal(log_count("not restarted: initrd, which it would boot, cannot be read: No such file"), 1);
	before = host_dump(&dom0.w, true);
	spew("initrd", "");
	dom0.job.kernel = "/tmp/no-such";
	expect_unchanged(before, JOB_UPGRADE);
	assert_int_equal(log_count("xmd-supervisor may have a /tmp of its own"), 1);
	before = host_dump(&dom0.w, true);
	dom0.job.kernel = ".";
	expect_unchanged(before, JOB_UPGRADE);
	dom0.job.kernel = "vmlinuz-2";
	unlink("vmlinuz");
	assert_int_equal(dom0_work(JOB_UPGRADE, "asked for"), JOB_DONE);
}

static void crashes_now(void)
{
	if (dom0.w.sim.draining)
		dom0_crash(LIFE_CRASHED);
}

static void it_crashes_while_it_drains(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0.w.sim.pending = 3;
	dom0.meanwhile = crashes_now;
	assert_int_equal(dom0_work(JOB_RESTART, "asked for"), JOB_REFUSED);
	assert_int_equal(phase_read("drv"), PHASE_IDLE);
	dom0.meanwhile = NULL;
	assert_int_equal(dom0_work(JOB_RECOVER, "crashed"), JOB_DONE);
	expect_back(before);
}

/* --------------------------------------------------- an image that is no good */

static void falls_back(const char *kernel, const char *cause)
{
	char *before = host_dump(&dom0.w, true), *json, *history;

	dom0.job.kernel = kernel;
	assert_int_equal(dom0_work(JOB_UPGRADE, cause), JOB_FELL_BACK);
	assert_string_equal(fake_find(DRV)->kernel, "vmlinuz");
	assert_int_equal(log_count("the new image does not serve: going back to the old one"), 1);
	json = slurp(RUN_DIR "/drv.json");
	assert_string_equal(json, "drv 1 1 1 vmlinuz initrd\n");
	history = slurp(HISTORY_PATH);
	assert_non_null(strstr(history, "\tupgrade\tasked for\tfailed\t"));
	assert_non_null(strstr(history, "\tfall back\tasked for\tok\t"));
	free(json);
	free(history);
	expect_back(before);
}

static void an_image_that_is_not_there(void **state)
{
	(void)state;
	falls_back("vmlinuz-none", "asked for");
}

static void an_image_that_panics(void **state)
{
	(void)state;
	falls_back("vmlinuz-panic", "asked for");
}

static void an_image_that_never_serves(void **state)
{
	(void)state;
	falls_back("vmlinuz-bad", "asked for");
}

static unsigned int count(const char *text, const char *word)
{
	unsigned int n = 0;

	while ((text = strstr(text, word))) {
		n++;
		text += strlen(word);
	}
	return n;
}

/* Its NIC is refused both ways, and then it is not: that is no fault of the old image. */
static void an_image_without_a_nic(void **state)
{
	char *before = host_dump(&dom0.w, true), *steps;

	(void)state;
	dom0.refuses = 2;
	dom0.boot_ms = 1000;
	dom0.job.kernel = "vmlinuz-2";
	assert_int_equal(dom0_work(JOB_UPGRADE, "asked for"), JOB_FELL_BACK);
	steps = dom0_steps();
	assert_int_equal(count(steps, "create 1"), 3);
	assert_int_equal(count(steps, "create 1 whole kernel vmlinuz-2"), 1);
	free(steps);
	assert_string_equal(fake_find(DRV)->kernel, "vmlinuz");
	expect_back(before);
}

/* Nor does the old one come up again: what is left is for the next worker. */
static void an_image_that_leaves_nothing_behind(void **state)
{
	char *before = host_dump(&dom0.w, true);

	(void)state;
	dom0.job.kernel = "vmlinuz-2";
	dom0.panics = 2;
	assert_int_equal(dom0_work(JOB_UPGRADE, "asked for"), JOB_FAILED);
	dom0.job.kernel = NULL;
	assert_int_equal(dom0_work(JOB_RECOVER, "asked for"), JOB_DONE);
	assert_string_equal(fake_find(DRV)->kernel, "vmlinuz");
	expect_back(before);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(it_crashed),
		T(it_hung),
		T(it_was_destroyed_by_hand), T(its_memory_is_kept), T(its_memory_is_not_kept), T(no_memory_to_keep),
		T(it_is_well),
		T(restart_is_drained_first),
		T(upgrade_to_another_image),
		T(the_image_it_has_now_is_kept),
		T(no_hook_is_run_when_there_is_none),
		T(a_hook_that_is_not_there),
		T(not_before_its_time),
		T(the_nic_is_not_to_be_had_at_once),
		T(the_nic_cannot_be_added),
		T(pciback_refuses_the_nic),
		T(there_is_no_nic_at_all),
		T(pciback_takes_its_time),
		T(a_nic_that_nobody_has_seen),
		T(several_devices),
		T(xl_destroys_it_itself),
		T(xl_was_to_destroy_it_and_does_not),
		T(it_takes_its_time_to_die),
		T(somebody_else_destroys_it),
		T(its_domid_is_not_to_be_had),
		T(a_free_domid_is_tried_twice),
		T(the_old_one_does_not_go_away),
		T(it_cannot_be_created_at_all),
		T(its_configuration_is_lost),
		T(a_vif_is_refused),
		T(a_vif_is_refused_for_good),
		T(a_guest_goes_while_it_boots),
		T(a_guest_that_hides_its_nodes),
		T(a_vif_that_was_never_connected),
		T(a_vif_that_was_looked_for_in_between),
		T(a_vif_that_is_given_up_late),
		T(a_vif_that_is_being_detached),
		T(it_crashes_while_it_boots),
		T(the_settings_of_its_port),
		T(it_hangs_while_it_boots),
		T(it_only_boots_slowly),
		T(it_never_serves),
		T(its_watchdog_is_too_fast),
		T(xenstored_stalls_while_it_boots),
		T(a_guest_that_was_destroyed_meanwhile),
		T(steps_that_fail),
		T(steps_that_may_fail),
		T(nothing_can_be_noted),
		T(nowhere_to_lock),
		T(it_does_not_drain),
		T(it_cannot_be_saved),
		T(it_cannot_be_told),
		T(what_it_boots_cannot_be_read),
		T(it_crashes_while_it_drains),
		T(an_image_that_is_not_there),
		T(an_image_that_panics),
		T(an_image_that_never_serves),
		T(an_image_without_a_nic),
		T(an_image_that_leaves_nothing_behind),
	};

	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
