// SPDX-License-Identifier: GPL-2.0
/* fake_log.c - see fake_log.h */
#include "fake_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define WARNING	4	/* as in syslog(3), and in log.h */

#define KEPT	(1 << 16)

/* Shared, for what a process says that was begun to read a configuration. */
static char *kept;

__attribute__((constructor)) static void make_room(void)
{
	kept = mmap(NULL, KEPT, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (kept == MAP_FAILED)
		abort();
}

/* What the supervisor's log.c is called in the tests, see the Makefile. */
void sup_log_line(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sup_log_set_whose(const char *whose);

void sup_log_line(int level, const char *fmt, ...)
{
	size_t n = strlen(kept);
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (getenv("XMD_TEST_LOG"))
		fprintf(stderr, "<%d> %s\n", level, line);
	if (level <= WARNING)
		snprintf(kept + n, KEPT - n, "%s\n", line);
}

void sup_log_set_whose(const char *whose)
{
	(void)whose;
}

void log_forget(void)
{
	kept[0] = '\0';
}

unsigned int log_count(const char *text)
{
	unsigned int n = 0;
	const char *line, *end, *at;

	for (line = kept; *line; line = end + 1) {
		end = strchrnul(line, '\n');
		at = strstr(line, text);
		n += at && at < end;
		if (!*end)
			break;
	}
	return n;
}
