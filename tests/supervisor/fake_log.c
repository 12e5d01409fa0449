// SPDX-License-Identifier: GPL-2.0
/* fake_log.c - see fake_log.h */
#include "fake_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARNING	4	/* as in syslog(3), and in log.h */

static char kept[1 << 16];

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
		snprintf(kept + n, sizeof(kept) - n, "%s\n", line);
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
