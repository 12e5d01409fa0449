// SPDX-License-Identifier: GPL-2.0
/* test_words.c - the command line and the files that xmd-init reads */
#include "said.h"

static struct args backend, userdriver;
static struct words words;
static char text[INIT_LINE];

static int setup(void **state)
{
	args_init(&backend, "/usr/sbin/xmd-backend");
	args_init(&userdriver, "/usr/sbin/xmd-userdriver");
	words = (struct words){ .backend = &backend, .userdriver = &userdriver };
	return silence(state);
}

static void parse(const char *line)
{
	strcpy(text, line);
	words_parse(text, &words);
}

/* ends with a NULL, as execve wants it */
static void args_are(const struct args *a, const char *want)
{
	char have[INIT_LINE] = "";

	for (unsigned int i = 1; i < a->n; i++)
		snprintf(have + strlen(have), sizeof(have) - strlen(have), "[%s]", a->v[i]);
	assert_string_equal(have, want);
	assert_null(a->v[a->n]);
}

static void command_lines(void **state)
{
	static const struct { const char *line, *backend, *userdriver; bool open; } row[] = {
		{ "", "", "", false },
		{ "console=hvc0 root=/dev/xvda1 quiet\n", "", "", false },
		{ "xmd.backend=--verbose", "[--verbose]", "", false },
		{ " a\txmd.backend=--no-gso  xmd.backend=--policy=/x y", "[--no-gso][--policy=/x]", "", false },
		{ "xmd.userdriver=-v xmd.modules=open xmd.backend=-v", "[-v]", "[-v]", true },
		{ "xmd.backend=\"--policy=/a b\" c=\"d xmd.backend=--no\"", "[--policy=/a b]", "", false },
		{ "\"xmd.backend=a b\"", "[a b]", "", false },
		{ "xmd.backend=", "[]", "", false },
		{ "xmd.backend=\"never ends xmd.modules=open", "[never ends xmd.modules=open]", "", false },
		{ "not.xmd.backend=1 lab.xmd.=2 xmd_nic.pool_bufs=8192 xmd=1", "", "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		setup(state);
		parse(row[i].line);
		args_are(&backend, row[i].backend);
		args_are(&userdriver, row[i].userdriver);
		assert_case(row[i].line, words.modules_open, row[i].open);
		assert_case(row[i].line, said_lines, 0);
	}
}

/* Nothing is ignored without a word. */
static void unknown_words(void **state)
{
	static const char *const row[] = {
		"xmd.", "xmd.backend", "xmd.backends=1", "xmd.modules", "xmd.modules=close",
		"xmd.modules=open1", "xmd.user=-v",
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		setup(state);
		parse(row[i]);
		args_are(&backend, "");
		assert_case(row[i], words.modules_open, false);
		assert_case(row[i], said_lines, 1);
		assert_non_null(strstr(said, row[i]));
	}
}

static void too_many(void **state)
{
	char line[INIT_LINE] = "";

	(void)state;
	for (int i = 0; i < INIT_ARGS + 1; i++)
		sprintf(line + strlen(line), "xmd.backend=%d ", i);
	parse(line);
	assert_int_equal(backend.n, INIT_ARGS);
	assert_string_equal(backend.v[INIT_ARGS - 1], "30");
	assert_null(backend.v[INIT_ARGS]);
	assert_int_equal(said_lines, 2);
	assert_non_null(strstr(said, "\"32\""));
}

static void files(void **state)
{
	static const struct { const char *text, *args; unsigned int said; } row[] = {
		{ "", "", 0 }, { "\n\n#nothing\n", "", 0 }, { "# xmd.backend --verbose\n", "", 0 },
		{ "--verbose", "[--verbose]", 0 },
		{ "--user 65534\n  --policy \"/a b\"  # why\n-v\r\n", "[--user][65534][--policy][/a b][-v]", 0 },
		{ "--verbose#1\n", "[--verbose#1]", 0 },
		{ "verbose\n", "[verbose]", 1 },
		{ "--user 1 2\n", "[--user][1][2]", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		setup(state);
		strcpy(text, row[i].text);
		conf_parse(text, "/etc/xmd/backend.conf", &backend);
		args_are(&backend, row[i].args);
		assert_case(row[i].text, said_lines, row[i].said);
	}
}

static void modules(void **state)
{
	char *at = strcpy(text, "# in this order\n\n/a/xmd_nic.ko\n  /a/xmd_back.ko   \n"
			  "/a/xen_wdt.ko timeout=10 nowayout=1 # s\r\n\t#/a/no.ko\n& /a/aside.ko y=1\n"
			"&\n& # /a/no.ko\nwait\nwait /a/b # c\n&/a/none.ko\n/a/last.ko x=\"1 2\"");
	static const struct { const char *path, *params; bool aside, wait; } want[] = {
		{ "/a/xmd_nic.ko", "" }, { "/a/xmd_back.ko", "" },
		{ "/a/xen_wdt.ko", "timeout=10 nowayout=1 " }, { "/a/aside.ko", "y=1", true },
		{ "/a/b", "", false, true },
		/* is not there, which is said then */
		{ "&/a/none.ko", "" }, { "/a/last.ko", "x=\"1 2\"" },
	};
	struct module m;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		assert_true(module_next(&at, &m));
		assert_string_equal(m.path, want[i].path);
		assert_string_equal(m.params, want[i].params);
		assert_int_equal(m.aside, want[i].aside);
		assert_int_equal(m.wait, want[i].wait);
	}
	assert_false(module_next(&at, &m));
	assert_false(module_next(&at, &m));
}

static void parameters(void **state)
{
	static const struct { const char *path, *params, *line, *want; } row[] = {
		{ "/a/xmd_nic.ko", "", "", "" },
		{ "/a/xmd_nic.ko", "", "quiet xmd_nic.pool_bufs=8192\n", "pool_bufs=8192" },
		{ "/a/xmd_nic.ko", "", "xmd_nic.a=1 xmd_back.b=2 xmd_nic.c=\"3 xmd_nic.no=1\"",
		  "a=1 c=\"3 xmd_nic.no=1\"" },
		{ "/a/xen_wdt.ko", "timeout=10", "xen_wdt.timeout=20", "timeout=10 timeout=20" },
		{ "/a/xen-gntdev.ko", "", "xen_gntdev.limit=1 xen-gntdev.limit=2", "limit=1 limit=2" },
		{ "xmd_nic.ko", "", "xmd_nic.a=1", "a=1" },
		{ "/a/xmd_nic.ko", "", "xmd_nic2.a=1 2xmd_nic.a=1 xmd_nic xmd_nic. xmd_nica=1 xmd_ni.c=1", "" },
	};
	char out[128];
	struct module m;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		m = (struct module){ .path = (char *)row[i].path, .params = (char *)row[i].params };
		assert_true(module_params(&m, row[i].line, out, sizeof(out)));
		assert_string_equal(out, row[i].want);
	}
	m = (struct module){ .path = "/a/m.ko", .params = "" };
	assert_true(module_params(&m, "m.a=1 m.b=2", out, 9));
	assert_string_equal(out, "a=1 b=2");
	assert_false(module_params(&m, "m.a=1 m.b=22222 m.c=3", out, 9));
	assert_string_equal(out, "a=1 c=3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, setup)
		TEST(command_lines), TEST(unknown_words), TEST(too_many), TEST(files), TEST(modules),
		TEST(parameters),
	};

	return cmocka_run_group_tests_name("init words", tests, NULL, NULL);
}
