// SPDX-License-Identifier: GPL-2.0
/* test_captures.c - which process xmd-capture starts for which question, and which mirrors are up for it */
#include "check.h"
#include "capture.h"
#include "log.h"
#include "store_mem.h"

#define DRV	1
#define AT	"/local/domain/1/xmd-capture/"

static struct mem *mem;
static struct store *dom0, *drv;
static struct captures c;
static char told[512];		/* what was done, in words */
static int up;			/* what raise answers */
static pid_t next;

static void tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *fmt, ...)
{
	size_t n = strlen(told);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(told + n, sizeof(told) - n, fmt, ap);
	va_end(ap);
}

static int do_raise(const char *dev)
{
	tell("raise %s;", dev);
	return up;
}

static void do_lower(const char *dev)
{
	tell("lower %s;", dev);
}

static pid_t do_begin(uint32_t id, const char *dev, int err)
{
	tell("begin %u %s %d;", id, dev, err);
	return next < 0 ? next : ++next;
}

static const struct capture_ops ops = { do_raise, do_lower, do_begin };

static int setup(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_NONE);
	mem = mem_new();
	dom0 = mem_connect(mem, 0, NULL);
	drv = mem_connect(mem, DRV, NULL);
	dom0->ops->write(dom0, "/local/domain/1", "");
	mem_set_perms(mem, "/local/domain/1", 0, DRV);
	memset(&c, 0, sizeof(c));
	c.ops = &ops;
	up = 0;
	next = 100;
	*told = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(dom0);
	store_close(drv);
	mem_free(mem);
	return 0;
}

/* As libxenvchan and xmdctl write it: the ring first */
static void ask(unsigned int id, const char *vif)
{
	char path[80];

	snprintf(path, sizeof(path), AT "%u", id);
	assert_int_equal(store_write_text(dom0, path, "ring-ref", "8"), 0);
	mem_set_perms(mem, path, 0, DRV);
	assert_int_equal(captures_look(&c, drv), 0);
	assert_int_equal(store_write_text(dom0, path, "vif", vif), 0);
	snprintf(path, sizeof(path), AT "%u/vif", id);
	mem_set_perms(mem, path, 0, DRV);
	mem_set_perms(mem, "/local/domain/1/xmd-capture", 0, DRV);
	assert_int_equal(captures_look(&c, drv), 0);
}

static void leave(unsigned int id)
{
	char path[80];

	snprintf(path, sizeof(path), AT "%u", id);
	assert_int_equal(dom0->ops->remove(dom0, path), 0);
	assert_int_equal(captures_look(&c, drv), 0);
}

static void did(const char *what)
{
	assert_string_equal(told, what);
	*told = 0;
}

static void one_comes_and_goes(void **state)
{
	(void)state;
	assert_int_equal(captures_look(&c, drv), 0);
	ask(7, "5/0");
	did("raise xmdvif5.0;begin 7 xmdvif5.0 0;");
	assert_int_equal(captures_look(&c, drv), 0);
	did("");
	captures_ended(&c, 101);
	did("lower xmdvif5.0;");
	/* the question stands there still */
	assert_int_equal(captures_look(&c, drv), 0);
	did("");
	leave(7);
	ask(7, "5/0");
	did("raise xmdvif5.0;begin 7 xmdvif5.0 0;");
}

static void two_at_one_mirror(void **state)
{
	(void)state;
	captures_look(&c, drv);
	ask(7, "5/0");
	up = 1;
	ask(8, "5/0");
	ask(9, "6/0");
	*told = 0;
	captures_ended(&c, 101);
	did("");
	captures_ended(&c, 103);	/* 6.0 was up before */
	did("");
	captures_ended(&c, 102);
	did("lower xmdvif5.0;");
}

static void a_mirror_that_is_not_there(void **state)
{
	(void)state;
	captures_look(&c, drv);
	up = -ENODEV;
	ask(7, "5/0");
	did("raise xmdvif5.0;begin 7 xmdvif5.0 -19;");
	captures_ended(&c, 101);
	did("");
}

static void no_process_to_be_had(void **state)
{
	(void)state;
	captures_look(&c, drv);
	next = -ENOMEM;
	ask(7, "5/0");
	did("raise xmdvif5.0;begin 7 xmdvif5.0 0;lower xmdvif5.0;");
	assert_int_equal(captures_look(&c, drv), 0);
	did("");
}

static void not_more_than_that(void **state)
{
	unsigned int i;

	(void)state;
	captures_look(&c, drv);
	for (i = 1; i <= XMD_CAPTURES_MAX; i++)
		ask(i, "5/0");
	*told = 0;
	ask(50, "5/0");
	did("");
	captures_ended(&c, 101);
	leave(1);
	assert_non_null(strstr(told, "begin 50 "));
}

static void nonsense(void **state)
{
	static const char *const vifs[] = { "", "5", "5/", "5/0x", "/0", "x/0", "5/0/1", "99999/4294967295", "5 0" };
	unsigned int i;

	(void)state;
	captures_look(&c, drv);
	for (i = 0; i < ARRAY_SIZE(vifs); i++) {
		ask(i + 1, vifs[i]);
		if (*told)
			fail_msg("\"%s\": %s", vifs[i], told);
	}
	assert_int_equal(store_write_text(dom0, AT "x", "vif", "5/0"), 0);
	assert_int_equal(captures_look(&c, drv), 0);
	did("");
}

/* Killed, and started again, while somebody looked */
static void those_of_one_before(void **state)
{
	(void)state;
	c.started = true;
	ask(7, "5/0");
	memset(&c, 0, sizeof(c));
	c.ops = &ops;
	*told = 0;
	captures_look(&c, drv);
	did("lower xmdvif5.0;");
	captures_look(&c, drv);
	did("");
	leave(7);
	ask(8, "5/0");
	did("raise xmdvif5.0;begin 8 xmdvif5.0 0;");
}

static void told_to_end(void **state)
{
	(void)state;
	captures_look(&c, drv);
	ask(7, "5/0");
	up = 1;
	ask(8, "5/1");
	*told = 0;
	captures_stop(&c);
	did("lower xmdvif5.0;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_comes_and_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(two_at_one_mirror, setup, teardown),
		cmocka_unit_test_setup_teardown(a_mirror_that_is_not_there, setup, teardown),
		cmocka_unit_test_setup_teardown(no_process_to_be_had, setup, teardown),
		cmocka_unit_test_setup_teardown(not_more_than_that, setup, teardown),
		cmocka_unit_test_setup_teardown(nonsense, setup, teardown),
		cmocka_unit_test_setup_teardown(those_of_one_before, setup, teardown),
		cmocka_unit_test_setup_teardown(told_to_end, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
