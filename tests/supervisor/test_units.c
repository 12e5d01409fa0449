// SPDX-License-Identifier: GPL-2.0
/* test_units.c - whether "xmdctl check" tells a supervisor that runs from one that was killed */
#include "check.h"
#include "files.h"
#include "home.h"
#include "patience.h"

#include "../../supervisor/ctl/check.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct store *patience_open(void)
{
	return NULL;
}

/* Return: whether it is said not to run */
static bool is_missing(void)
{
	struct report r = { .n = 0 };
	unsigned int i;
	bool missing = false;

	check_units(&r);
	for (i = 0; i < r.n; i++)
		missing |= !strcmp(r.finding[i].check, "supervisor") && strstr(r.finding[i].text, "does not run");
	report_free(&r);
	return missing;
}

static void what_it_leaves_behind(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };
	int fd;

	(void)state;
	at_home();
	assert_true(is_missing());
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_false(is_missing());
	close(fd);
	assert_true(is_missing());
	leave_home();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_it_leaves_behind) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
