// SPDX-License-Identifier: GPL-2.0
/* test_config.c - the configuration file: every key, every complaint */
#include "check.h"
#include "config.h"
#include "home.h"

#include <sys/stat.h>
#include <unistd.h>

#define A10	"aaaaaaaaaa"
#define A50	A10 A10 A10 A10 A10
#define A60	A50 A10
#define A250	A50 A50 A50 A50 A50

static int setup(void **state)
{
	(void)state;
	at_home();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	leave_home();
	return 0;
}

static int read_text(struct config *c, const char *text, char error[256])
{
	spew("c", text);
	config_defaults(c);
	strcpy(error, "?");
	return config_read(c, "c", error);
}

static void defaults(void **state)
{
	struct config c;

	(void)state;
	config_defaults(&c);
	assert_true(c.all.restart_destroyed);
	assert_int_equal(c.all.stable_s, 10);
	assert_int_equal(c.all.crash_limit, 8);
	assert_int_equal(c.all.backoff_max_s, 30);
	assert_int_equal(c.all.serve_timeout_s, 60);
	assert_int_equal(c.all.drain_timeout_s, 5);
	assert_int_equal(c.all.heartbeat_s, 30);
	assert_string_equal(c.all.hook, "");
	assert_string_equal(c.all.core_dump, "");
	assert_int_equal(c.n_sections, 0);
	assert_ptr_equal(config_policy(&c, "any"), &c.all);
	assert_false(config_names(&c, "any"));
}

/* What is in the file, and what becomes of it: "" a struct policy as text, or the complaint. */
struct a_file {
	const char *text;
	const char *policy;	/* of the domain "net": see show() */
	const char *error;
};

#define DEFAULTS "restart 10 8 30 60 5 30 "

static const struct a_file files[] = {
	{ "", DEFAULTS, NULL },
	{ "\n  \n# stable = 3\n\t# on_destroy\n", DEFAULTS, NULL },
	{ "#" A250 A50 "\nstable=3\n", "restart 3 8 30 60 5 30 ", NULL },
	{ "stable = 3", "restart 3 8 30 60 5 30 ", NULL },
	{ "  stable\t=  3  \r\n", "restart 3 8 30 60 5 30 ", NULL },
	{ "stable = 3\nstable = 4\n", "restart 4 8 30 60 5 30 ", NULL },
	{ "on_destroy = leave\nstable = 1\ncrash_limit = 2\nbackoff_max = 3\nserve_timeout = 4\n"
	  "drain_timeout = 5\nheartbeat = 6\nhook = /bin/x y=z\n", "leave 1 2 3 4 5 6 /bin/x y=z", NULL },
	{ "hook = /x\nhook =\n", DEFAULTS, NULL },
	{ "on_destroy = leave\non_destroy = restart\n", DEFAULTS, NULL },

	/* The ends of each range. */
	{ "stable = 1", "restart 1 8 30 60 5 30 ", NULL },
	{ "stable = 86400", "restart 86400 8 30 60 5 30 ", NULL },
	{ "crash_limit = 1", "restart 10 1 30 60 5 30 ", NULL },
	{ "crash_limit = 1000", "restart 10 1000 30 60 5 30 ", NULL },
	{ "backoff_max = 1", "restart 10 8 1 60 5 30 ", NULL },
	{ "backoff_max = 3600", "restart 10 8 3600 60 5 30 ", NULL },
	{ "serve_timeout = 1", "restart 10 8 30 1 5 30 ", NULL },
	{ "serve_timeout = 3600", "restart 10 8 30 3600 5 30 ", NULL },
	{ "drain_timeout = 1", "restart 10 8 30 60 1 30 ", NULL },
	{ "drain_timeout = 600", "restart 10 8 30 60 600 30 ", NULL },
	{ "heartbeat = 0", "restart 10 8 30 60 5 0 ", NULL },
	{ "heartbeat = 3600", "restart 10 8 30 60 5 3600 ", NULL },
	{ "stable = 0", NULL, "c:1: stable must be a number from 1 to 86400, not \"0\"" },
	{ "stable = 86401", NULL, "c:1: stable must be a number from 1 to 86400, not \"86401\"" },
	{ "crash_limit = 0", NULL, "c:1: crash_limit must be a number from 1 to 1000, not \"0\"" },
	{ "crash_limit = 1001", NULL, "c:1: crash_limit must be a number from 1 to 1000, not \"1001\"" },
	{ "backoff_max = 0", NULL, "c:1: backoff_max must be a number from 1 to 3600, not \"0\"" },
	{ "backoff_max = 3601", NULL, "c:1: backoff_max must be a number from 1 to 3600, not \"3601\"" },
	{ "serve_timeout = 0", NULL, "c:1: serve_timeout must be a number from 1 to 3600, not \"0\"" },
	{ "serve_timeout = 3601", NULL, "c:1: serve_timeout must be a number from 1 to 3600, not \"3601\"" },
	{ "drain_timeout = 0", NULL, "c:1: drain_timeout must be a number from 1 to 600, not \"0\"" },
	{ "drain_timeout = 601", NULL, "c:1: drain_timeout must be a number from 1 to 600, not \"601\"" },
	{ "heartbeat = 3601", NULL, "c:1: heartbeat must be a number from 0 to 3600, not \"3601\"" },

	/* What is no number. */
	{ "stable = ", NULL, "c:1: stable must be a number from 1 to 86400, not \"\"" },
	{ "stable = -1", NULL, "c:1: stable must be a number from 1 to 86400, not \"-1\"" },
	{ "stable = +1", NULL, "c:1: stable must be a number from 1 to 86400, not \"+1\"" },
	{ "stable = 1 s", NULL, "c:1: stable must be a number from 1 to 86400, not \"1 s\"" },
	{ "stable = 0x10", NULL, "c:1: stable must be a number from 1 to 86400, not \"0x10\"" },
	{ "stable = ten", NULL, "c:1: stable must be a number from 1 to 86400, not \"ten\"" },
	{ "stable = 4294967297", NULL,
	  "c:1: stable must be a number from 1 to 86400, not \"4294967297\"" },
	{ "stable = 99999999999999999999", NULL,
	  "c:1: stable must be a number from 1 to 86400, not \"99999999999999999999\"" },
	{ "heartbeat = -0", NULL, "c:1: heartbeat must be a number from 0 to 3600, not \"-0\"" },

	/* Other values and keys. */
	{ "\non_destroy = maybe\n", NULL, "c:2: on_destroy must be restart or leave, not \"maybe\"" },
	{ "on_destroy =\n", NULL, "c:1: on_destroy must be restart or leave, not \"\"" },
	{ "hook = bin/x", NULL, "c:1: hook must be an absolute path of less than 256 bytes" },
	{ "hook = /" A250 "aaaa", "restart 10 8 30 60 5 30 /" A250 "aaaa", NULL },
	{ "hook = /" A250 "aaaaa", NULL, "c:1: hook must be an absolute path of less than 256 bytes" },
	{ "core_dump = core", NULL, "c:1: core_dump must be an absolute path of less than 256 bytes" },
	{ "core_dump = /var/core", DEFAULTS, NULL },
	{ "Stable = 1", NULL, "c:1: unknown key \"Stable\"" },
	{ "= 1", NULL, "c:1: unknown key \"\"" },
	{ "a" A60 "= 1", NULL, "c:1: unknown key \"a" A10 A10 A10 "aaaaaaaaa\"" },
	{ "stable = 3\n\n\nstable\n", NULL, "c:4: expected \"key = value\", not \"stable\"" },
	{ "stable = 1\nfrob = 2\nmore = 3\n", NULL, "c:2: unknown key \"frob\"" },

	/* Sections. */
	{ "[net]\nstable = 3\n", "restart 3 8 30 60 5 30 ", NULL },
	{ "[other]\nstable = 3\n", DEFAULTS, NULL },
	{ "  [ net ]  \nstable = 3\n", "restart 3 8 30 60 5 30 ", NULL },
	{ "stable = 4\ncrash_limit = 2\n[net]\nstable = 3\n", "restart 3 2 30 60 5 30 ", NULL },
	{ "[net]\n[other]\nstable = 3\n", DEFAULTS, NULL },
	{ "stable = 4\n[other]\nstable = 3\n[net]\n", "restart 4 8 30 60 5 30 ", NULL },
	{ "hook = /x\n[net]\nhook =\non_destroy = leave\n", "leave 10 8 30 60 5 30 ", NULL },
	{ "[net two]\nstable = 3\n", DEFAULTS, NULL },
	{ "[net]\n[other]\n[net]\n", NULL,
	  "c:3: section \"net\" is there twice, or is one of more than 32" },
	{ "[net\nstable = 3\n", NULL, "c:1: a section is \"[NAME]\"" },
	{ "[net] # mine\n", NULL, "c:1: a section is \"[NAME]\"" },
	{ "[]\n", NULL, "c:1: a section is \"[NAME]\"" },
	{ "[", NULL, "c:1: a section is \"[NAME]\"" },
	{ "[ ]\n", NULL, "c:1: \"\" is not the name of a domain" },
	{ "[../net]\n", NULL, "c:1: \"../net\" is not the name of a domain" },
	{ "[aaa" A60 "]\n", DEFAULTS, NULL },
	{ "[aaaa" A60 "]\n", NULL, "c:1: \"" A10 A10 A10 A10 "\" is not the name of a domain" },
	{ "stable = 5\n[net]\nstable = x\n", NULL,
	  "c:3: stable must be a number from 1 to 86400, not \"x\"" },

	/* Lines are cut at 511 bytes, and a cut one must not be taken for two. */
	{ "# " A250 A250 "aaaaaaaaa\nstable = 3\n", NULL, "c:1: line too long" },
	{ "\n# " A250 A250 A250 A250 "\nstable = 3\n", NULL, "c:2: line too long" },
};

static char *show(const struct policy *p, char text[400])
{
	snprintf(text, 400, "%s %u %u %u %u %u %u %s", p->restart_destroyed ? "restart" : "leave",
		 p->stable_s, p->crash_limit, p->backoff_max_s, p->serve_timeout_s,
		 p->drain_timeout_s, p->heartbeat_s, p->hook);
	return text;
}

static void every_line(void **state)
{
	char error[256], text[400];
	struct config c;
	size_t i;
	int err;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		err = read_text(&c, files[i].text, error);
		assert_case(files[i].text, err, files[i].error ? -EINVAL : 0);
		if (strcmp(error, files[i].error ? files[i].error : "?"))
			fail_msg("%s\nsays \"%s\", not \"%s\"", files[i].text, error,
				 files[i].error);
		if (err)
			continue;
		if (strcmp(show(config_policy(&c, "net"), text), files[i].policy))
			fail_msg("%s\ngives \"%s\", not \"%s\"", files[i].text, text,
				 files[i].policy);
	}
}

/* Every "#key =" and "#[" of @text without its "#". */
static void comment_in(char *text)
{
	char *line, *to = text, *end;

	for (line = text; *line; line = end) {
		end = line + strcspn(line, "\n");
		end += *end == '\n';
		if (line[0] == '#' && line[1] != ' ' && line[1] != '\t' && line[1] != '\n')
			line++;
		memmove(to, line, (size_t)(end - line));
		to += end - line;
	}
	*to = '\0';
}

/* As it is it changes nothing; what it has commented out is every key, with its default. */
static void the_example(void **state)
{
	static const char *const key[] = {
		"on_destroy", "stable", "crash_limit", "backoff_max", "serve_timeout",
		"drain_timeout", "heartbeat", "hook", "core_dump",
	};
	char *text = slurp(EXAMPLE_PATH), error[256], seen[400], want[20];
	struct config c;
	size_t i;

	(void)state;
	assert_non_null(text);
	assert_int_equal(read_text(&c, text, error), 0);
	assert_string_equal(show(&c.all, seen), DEFAULTS);
	assert_int_equal(c.n_sections, 0);
	comment_in(text);
	if (read_text(&c, text, error))
		fail_msg("%s", error);
	assert_string_equal(show(&c.all, seen), DEFAULTS);
	assert_string_equal(show(config_policy(&c, "net"), seen), DEFAULTS);
	assert_int_equal(c.n_sections, 1);
	for (i = 0; i < ARRAY_SIZE(key); i++) {
		snprintf(want, sizeof(want), "\n%s =", key[i]);
		if (!strstr(text, want))
			fail_msg("%s is not in it", key[i]);
	}
	free(text);
}

static void sections_by_name(void **state)
{
	char error[256];
	struct config c;

	(void)state;
	assert_int_equal(read_text(&c, "stable = 2\n[a]\nstable = 3\n[b c]\nstable = 4\n", error), 0);
	assert_int_equal(c.n_sections, 2);
	assert_int_equal(config_policy(&c, "a")->stable_s, 3);
	assert_int_equal(config_policy(&c, "b c")->stable_s, 4);
	assert_int_equal(config_policy(&c, "b")->stable_s, 2);
	assert_int_equal(config_policy(&c, "")->stable_s, 2);
	assert_true(config_names(&c, "a"));
	assert_true(config_names(&c, "b c"));
	assert_false(config_names(&c, "b"));
	assert_false(config_names(&c, "A"));
}

static void as_many_sections_as_there_is_room_for(void **state)
{
	char text[SECTIONS_MAX * 16 + 16] = "", error[256];
	struct config c;
	size_t n = 0;
	int i;

	(void)state;
	for (i = 0; i < SECTIONS_MAX; i++)
		n += (size_t)sprintf(text + n, "[d%d]\n", i);
	assert_int_equal(read_text(&c, text, error), 0);
	assert_true(config_names(&c, "d31"));
	strcpy(text + n, "[one]\n");
	assert_int_equal(read_text(&c, text, error), -EINVAL);
	assert_string_equal(error, "c:33: section \"one\" is there twice, or is one of more than 32");
}

static void no_file(void **state)
{
	struct config c, before;
	char error[256];

	(void)state;
	config_defaults(&c);
	c.all.stable_s = 77;
	before = c;
	assert_int_equal(config_read(&c, "nowhere", error), -ENOENT);
	assert_string_equal(error, "nowhere: No such file or directory");
	assert_memory_equal(&c, &before, sizeof(c));
}

static void no_file_of_lines(void **state)
{
	char error[256];
	struct config c;

	(void)state;
	config_defaults(&c);
	assert_int_equal(config_read(&c, ".", error), -EISDIR);
	assert_string_equal(error, ".:0: Is a directory");
}

static void note(void *arg, bool fatal, const char *text)
{
	char *all = arg;

	sprintf(all + strlen(all), "%s%s\n", fatal ? "" : "odd: ", text);
}

/* Each mistake, and what counts for nothing, with its line; and what is behind it is read, too. */
static void all_of_it(void **state)
{
	char all[2000] = "";
	struct config c;

	(void)state;
	spew("c", "stable = 1\nfrob = 2\nstable = 3\n[net]\nstable = x\nstable = 4\n[net]\nhook = y\n"
	     "stable = 5\n# " A250 A250 A250 "\nhook =\nhook =\n[\nlast\n");
	config_defaults(&c);
	assert_int_equal(config_read_all(&c, "c", note, all), -EINVAL);
	assert_string_equal(all, "c:2: unknown key \"frob\"\n"
		"odd: c:3: stable is set in line 1 already: that one counts for nothing\n"
		"c:5: stable must be a number from 1 to 86400, not \"x\"\n"
		"c:7: section \"net\" is there twice, or is one of more than 32\n"
		"c:8: hook must be an absolute path of less than 256 bytes\n"
		"c:10: line too long\n"
		"odd: c:12: hook is set in line 11 already: that one counts for nothing\n"
		"c:13: a section is \"[NAME]\"\n"
		"c:14: expected \"key = value\", not \"last\"\n");
	/* a section that there cannot be changes no other */
	assert_int_equal(config_policy(&c, "net")->stable_s, 4);
	assert_int_equal(c.all.stable_s, 3);
}

/* Known when it is written, and not when a domain has died. */
static void what_is_not_there(void **state)
{
	char all[2000] = "", home[256], text[1200];
	struct config c;

	(void)state;
	assert_non_null(getcwd(home, sizeof(home)));
	spew("hook", "#!/bin/sh\n");
	spew("plain", "");
	assert_int_equal(chmod("hook", 0700), 0);
	assert_int_equal(mkdir("dir", 0700), 0);
	snprintf(text, sizeof(text), "hook = /nowhere/x\n[a]\nhook = %s/hook\ncore_dump = %s/dir\n[b]\nhook = %s/dir\n"
		 "core_dump = %s/plain\n[c]\nhook =\ncore_dump =\n", home, home, home, home);
	spew("c", text);
	config_defaults(&c);
	assert_int_equal(config_read_all(&c, "c", note, all), 0);
	snprintf(text, sizeof(text), "odd: c:1: hook: /nowhere/x cannot be used as it is now: No such file or directory\n"
		 "odd: c:6: hook: %.90s/dir cannot be used as it is now: Permission denied\n"
		 "odd: c:7: core_dump: %.90s/plain cannot be used as it is now: Not a directory\n", home, home);
	assert_string_equal(all, text);
	/* it may come yet */
	assert_string_equal(c.all.hook, "/nowhere/x");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(defaults),
		T(every_line),
		T(the_example),
		T(sections_by_name),
		T(as_many_sections_as_there_is_room_for),
		T(all_of_it),
		T(what_is_not_there),
		T(no_file),
		T(no_file_of_lines),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
