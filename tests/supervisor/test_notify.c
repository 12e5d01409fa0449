// SPDX-License-Identifier: GPL-2.0
/* test_notify.c - what systemd is told, by which way, and that nothing waits for it */
#include "check.h"
#include "home.h"

#include "../../xpc/user/notify.c"

#include <limits.h>

static int told;	/* systemd's end */

static int setup(void **state)
{
	(void)state;
	at_home();
	unsetenv("NOTIFY_SOCKET");
	told = -1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (notify_fd >= 0)
		close(notify_fd);
	notify_fd = -1;
	if (told >= 0)
		close(told);
	leave_home();
	return 0;
}

/* @name: of the socket, NUL or "@" before it for an abstract one; a supervisor listens there */
static void listen_at(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t len = strlen(name);

	assert_true(len < sizeof(at.sun_path));
	memcpy(at.sun_path, name, len);
	if (*name == '@')
		at.sun_path[0] = '\0';
	told = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(told, (struct sockaddr *)&at,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)), 0);
	setenv("NOTIFY_SOCKET", name, 1);
}

static void listen_here(void)
{
	char here[PATH_MAX], name[PATH_MAX + 8];

	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(name, sizeof(name), "%s/told", here);
	listen_at(name);
}

static void expect(const char *want)
{
	char got[256];
	ssize_t n = read(told, got, sizeof(got) - 1);

	got[n < 0 ? 0 : n] = '\0';
	assert_string_equal(got, want);
}

static void it_is_told(void **state)
{
	(void)state;
	listen_here();
	notify_open();
	notify("READY=1\nSTATUS=serving");
	expect("READY=1\nSTATUS=serving");
	notify("WATCHDOG=1");
	expect("WATCHDOG=1");
}

static void an_abstract_one_too(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "@xmd-test-notify-%d", (int)getpid());
	listen_at(name);
	notify_open();
	notify("READY=1");
	expect("READY=1");
}

static void a_reload_says_when(void **state)
{
	char got[128];
	ssize_t n;

	(void)state;
	listen_here();
	notify_open();
	notify_reloading();
	n = read(told, got, sizeof(got) - 1);
	assert_true(n > 0);
	got[n] = '\0';
	assert_int_equal(strncmp(got, "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	assert_true(strtoull(got + 27, NULL, 10) > 0);
}

/* Started by hand, by xmd-init, or with nonsense in the variable. */
static void without_one_nothing_happens(void **state)
{
	char longer[200];
	const char *names[] = { NULL, "", "/", "told", "/no/such/socket", longer };
	unsigned int i;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[0] = '/';
	longer[sizeof(longer) - 1] = '\0';
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i])
			setenv("NOTIFY_SOCKET", names[i], 1);
		notify_open();
		assert_int_equal(notify_fd, -1);
		notify("READY=1");
		notify_reloading();
	}
}

static void one_that_does_not_read_keeps_nobody(void **state)
{
	unsigned int i;

	(void)state;
	listen_here();
	notify_open();
	for (i = 0; i < 100000; i++)
		notify("WATCHDOG=1");
	expect("WATCHDOG=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(an_abstract_one_too, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reload_says_when, setup, teardown),
		cmocka_unit_test_setup_teardown(without_one_nothing_happens, setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_does_not_read_keeps_nobody, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
