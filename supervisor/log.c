// SPDX-License-Identifier: GPL-2.0
/* log.c - see log.h */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static enum log_level most = LOG_LEVEL_INFO;
static bool to_journal;
static const char *for_whom;

void log_set_level(enum log_level level)
{
	most = level;
}

void log_set_journal(bool journal)
{
	to_journal = journal;
}

void log_set_whose(const char *whose)
{
	for_whom = whose;
}

static int prefix(char *line, size_t room, enum log_level level)
{
	struct timespec t;
	struct tm tm;
	int n;

	if (to_journal) {
		n = snprintf(line, room, "<%d>", level);
	} else {
		clock_gettime(CLOCK_REALTIME, &t);
		localtime_r(&t.tv_sec, &tm);
		n = (int)strftime(line, room, "%H:%M:%S", &tm);
		n += snprintf(line + n, room - (size_t)n, ".%03ld ", t.tv_nsec / 1000000);
	}
	return n + snprintf(line + n, room - (size_t)n, "xmd-supervisor: %s%s",
			    for_whom ? for_whom : "", for_whom ? ": " : "");
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char line[512];
	int n, m;
	va_list ap;

	if (level > most)
		return;
	n = prefix(line, sizeof(line), level);
	va_start(ap, fmt);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	if (m < 0)
		return;
	n += m;
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	/* Nothing sensible is left to do when stderr is gone. */
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}
