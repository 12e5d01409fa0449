// SPDX-License-Identifier: GPL-2.0
/* test_counters.c - xmdctl asks the real xmd-backend for counters; and one that lies, or is silent */
#include "check.h"
#include "counters.h"
#include "fake_log.h"
#include "home.h"
#include "world.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include <xmd/xs_names.h>

#define OWN	"/local/domain/1/" XS_DIR_OWN "/"

int __wrap_nanosleep(const struct timespec *t, struct timespec *left);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t);

static struct world w;
static struct drv_counters d;
static char reason[COUNTERS_REASON];
static const char *lie;		/* what a driver domain answers; NULL: the real one does */
static unsigned int lies;
static uint64_t slept;

/* Whoever waits lets time go by for all. */
int __wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	char text[600];
	const char *id;

	(void)left;
	slept += (uint64_t)t->tv_nsec / 1000000;
	world_run(&w, 40);
	id = mem_peek(w.mem, OWN XS_OWN_STATS_REQUEST);
	if (!lie || !id)
		return 0;
	snprintf(text, sizeof(text), "%.*s %s", (int)strcspn(id, " "), id, lie);
	w.dom0->ops->write(w.dom0, OWN XS_OWN_STATS, text);
	lies++;
	return 0;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	(void)clock;
	*t = (struct timespec){ .tv_sec = (time_t)(slept / 1000), .tv_nsec = (long)(slept % 1000) * 1000000 };
	return 0;
}

static int setup(void **state)
{
	(void)state;
	at_home();
	memset(&w, 0, sizeof(w));
	memset(&d, 0, sizeof(d));
	lie = NULL;
	lies = 0;
	world_init(&w);
	world_home(&w, DRV);
	world_backend_up(&w);
	world_run(&w, 200);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	counters_free(&d);
	world_destroy(&w);
	leave_home();
	return 0;
}

static void row(unsigned int i, __u16 domid, __u32 handle)
{
	w.sim.row[i].used = true;
	w.sim.row[i].c.id = (struct xmd_vif_id){ .domid = domid, .handle = handle };
	w.sim.row[i].set.mac[5] = (__u8)i;
	w.sim.row[i].tx_frames = ~0ull - i;
}

/* All vifs, over several pages, each once; and nothing is left in the store. */
static void every_vif(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 120; i++)
		row(i, (__u16)(30000 + i / 2), 4294967000u + i % 2);
	w.sim.unwell_ms = 7;
	w.sim.port.port.link = 1;
	assert_int_equal(counters_read(w.dom0, DRV, &d, reason), 0);
	assert_int_equal(d.n_vifs, 120);
	for (i = 0; i < 120; i++) {
		assert_int_equal(d.vif[i].guest, 30000 + i / 2);
		assert_int_equal(d.vif[i].handle, 4294967000u + i % 2);
		assert_true(counter_of(&d.vif[i], "tx_frames") == ~0ull - i);
	}
	assert_string_equal(d.vif[1].mac, "00:00:00:00:00:01");
	assert_int_equal(counter_of(&d.self, "unwell_ms"), 7);
	assert_int_equal(counter_of(&d.nic, "link"), 1);
	assert_int_equal(counter_of(&d.nic, "no_such"), 0);
	assert_ptr_equal(counters_of_vif(&d, 30001, 4294967001u), &d.vif[3]);
	assert_null(counters_of_vif(&d, 1, 1));
	assert_null(mem_peek(w.mem, OWN XS_OWN_STATS));
	assert_null(mem_peek(w.mem, OWN XS_OWN_STATS_REQUEST));
	assert_false(d.cut);
}

static void nobody_there(void **state)
{
	(void)state;
	world_backend_kill(&w);
	assert_int_not_equal(counters_read(w.dom0, DRV, &d, reason), 0);
	assert_non_null(strstr(reason, "does not answer"));
	assert_null(mem_peek(w.mem, OWN XS_OWN_STATS_REQUEST));
	assert_int_not_equal(counters_read(w.dom0, 77, &d, reason), 0);
	assert_non_null(strstr(reason, "no xmd-backend"));
}

/* It goes on for ever: it is left, and said to have more. */
static void without_an_end(void **state)
{
	(void)state;
	world_backend_kill(&w);
	lie = "more=5/0; vif=5/0 tx_frames=1";
	assert_int_equal(counters_read(w.dom0, DRV, &d, reason), 0);
	assert_true(d.cut);
	assert_true(d.n_vifs <= COUNTERS_VIFS);
	assert_true(lies <= 6000);
}

/* What it says may be anything, and is shown as nothing but names and numbers. */
static void what_is_no_counter(void **state)
{
	static const char *const bad[] = {
		"", "more=", "more=-", "more=-;;;", "more=-; ; ;vif", "more=-; vif=x/1 a=1", "more=-; nic =1 a= b=-1x c",
		"more=-; nic A\"}=5 a\\n=5 mac=\"; nic a_name_of_more_than_nineteen=7 mac=00:00:00:00:00:0\"",
		"more=-; self domid=7 guest=7 guest_name=7 vif=7 drv=7 kind=7",
		"more=-; self a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1",
	};
	unsigned int i, j;

	(void)state;
	world_backend_kill(&w);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		lie = bad[i];
		memset(&d, 0, sizeof(d));
		assert_case(bad[i], counters_read(w.dom0, DRV, &d, reason), 0);
		assert_int_equal(d.n_vifs, 0);
		for (j = 0; j < d.nic.n; j++)
			assert_int_equal(strspn(d.nic.c[j].name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
					 strlen(d.nic.c[j].name));
		assert_string_equal(d.nic.mac, "");
		assert_false(counter_is_there(&d.self, "guest"));
		assert_true(d.self.n <= COUNTERS_MAX);
	}
}

/* A vif, and a word of it, counts once: twice would be two samples of one name. */
static void what_is_said_twice(void **state)
{
	(void)state;
	world_backend_kill(&w);
	lie = "more=-; vif=5/0 a=1 b=2 a=3; vif=5/1 a=4; vif=5/0 a=5; self a=6; self a=7";
	assert_int_equal(counters_read(w.dom0, DRV, &d, reason), 0);
	assert_int_equal(d.n_vifs, 2);
	assert_int_equal(d.vif[0].n, 2);
	assert_int_equal(counter_of(&d.vif[0], "a"), 1);
	assert_int_equal(counter_of(&d.vif[1], "a"), 4);
	assert_int_equal(d.self.n, 1);
	assert_int_equal(counter_of(&d.self, "a"), 6);
}

/* Who asks just now was stopped, say: it is waited for, and not for ever. */
static void somebody_else_asks_for_ever(void **state)
{
	int turn = open(RUN_DIR, O_RDONLY | O_DIRECTORY);
	uint64_t began = slept;

	(void)state;
	assert_false(flock(turn, LOCK_EX));
	alarm(60);
	assert_int_not_equal(counters_read(w.dom0, DRV, &d, reason), 0);
	assert_non_null(strstr(reason, "another xmdctl"));
	assert_in_range(slept - began, 20000, 30000);
	assert_null(mem_peek(w.mem, OWN XS_OWN_STATS_REQUEST));
	close(turn);
	assert_int_equal(counters_read(w.dom0, DRV, &d, reason), 0);
	alarm(0);
}

/* Driver domains are those that libxl made as such and whose xmd-backend has spoken, or the one that is named. */
static void which_they_are(void **state)
{
	struct drv_name drv[DRVS_MAX];

	(void)state;
	w.dom0->ops->write(w.dom0, "/local/domain/1/name", "drv");
	assert_int_equal(find_drvs(w.dom0, NULL, drv), 0);
	assert_int_equal(find_drvs(w.dom0, "drv", drv), 1);
	w.dom0->ops->write(w.dom0, "/local/domain/1/libxl", "");
	w.dom0->ops->write(w.dom0, "/local/domain/9/libxl", "");
	w.dom0->ops->write(w.dom0, "/local/domain/9/name", "other");
	assert_int_equal(find_drvs(w.dom0, NULL, drv), 1);
	assert_string_equal(drv[0].name, "drv");
	assert_int_equal(drv[0].domid, DRV);
	assert_int_equal(find_drvs(w.dom0, "none", drv), 0);
}

static void what_a_vif_is(void **state)
{
	struct vif_facts f;

	(void)state;
	world_attach(&w, 0, FRONT_HONEST);
	world_run(&w, 3000);
	w.dom0->ops->write(w.dom0, "/local/domain/5/name", "web");
	vif_facts(w.dom0, DRV, 5, 0, &f);
	assert_string_equal(f.guest_name, "web");
	assert_string_equal(f.frontend, "stock");
	assert_string_equal(f.address, "-");
	assert_string_equal(f.error, "");
	w.dom0->ops->write(w.dom0, "/local/domain/5/attr/vif/0/ipv4/0", "10.0.0.7\"");
	vif_facts(w.dom0, DRV, 5, 0, &f);
	assert_string_equal(f.address, "-");
	w.dom0->ops->write(w.dom0, "/local/domain/5/attr/vif/0/ipv4/0", "10.0.0.7");
	world_front(&w, 0, XS_FRONT_XMD_OBJ_RING_REF, "5");
	vif_facts(w.dom0, DRV, 5, 0, &f);
	assert_string_equal(f.address, "10.0.0.7");
	assert_string_equal(f.vlan, "-");
	store_write_text(w.dom0, w.vif[0].back, XS_BACK_VLAN, "7");
	store_write_text(w.dom0, w.vif[0].back, XS_BACK_BRIDGE, "lab");
	vif_facts(w.dom0, DRV, 5, 0, &f);
	assert_string_equal(f.vlan, "7");
	assert_string_equal(f.bridge, "lab");
	assert_string_equal(f.frontend, "xmd");
	vif_facts(w.dom0, DRV, 99, 0, &f);
	assert_string_equal(f.guest_name, "-");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(every_vif), T(nobody_there), T(without_an_end), T(what_is_no_counter), T(what_is_said_twice),
		T(somebody_else_asks_for_ever), T(which_they_are), T(what_a_vif_is),
	};

	return cmocka_run_group_tests_name("counters", tests, NULL, NULL);
}
