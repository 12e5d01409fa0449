// SPDX-License-Identifier: GPL-2.0
/* log.c - see log.h */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static enum log_level most = LOG_LEVEL_INFO;
static const char *speaker = "xmd";
static const char *for_whom;
static bool to_journal, with_clock;

/* The variable is inherited, also by those whose stderr is another: systemd.exec(5). */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == dev && st.st_ino == ino;
}

void log_begin(const char *program, bool clock)
{
	speaker = program;
	with_clock = clock;
	to_journal = is_journal();
}

void log_set_level(enum log_level level)
{
	most = level;
}

void log_set_whose(const char *whose)
{
	for_whom = whose;
}

static int time_of_day(char *line, size_t room)
{
	struct timespec t;
	struct tm tm;
	int n;

	clock_gettime(CLOCK_REALTIME, &t);
	localtime_r(&t.tv_sec, &tm);
	n = (int)strftime(line, room, "%H:%M:%S", &tm);
	return n + snprintf(line + n, room - (size_t)n, ".%03ld ", t.tv_nsec / 1000000);
}

static int prefix(char *line, size_t room, enum log_level level)
{
	int n = 0;

	if (to_journal)
		n = snprintf(line, room, "<%d>", level);
	else if (with_clock)
		n = time_of_day(line, room);
	if (!to_journal)
		n += snprintf(line + n, room - (size_t)n, "%.40s: ", speaker);
	if (for_whom)
		n += snprintf(line + n, room - (size_t)n, "%.80s: ", for_whom);
	return n;
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

bool log_allowed(struct log_budget *b, uint64_t now, const char *whose)
{
	uint64_t refill = (now - b->since) / LOG_REFILL_MS;

	if (refill) {
		b->since = now;
		b->spent -= refill < b->spent ? (unsigned int)refill : b->spent;
	}
	if (b->spent == LOG_BURST) {
		b->dropped++;
		return false;
	}
	if (b->dropped)
		log_warn("%s: %u lines about this left out", whose, b->dropped);
	b->dropped = 0;
	b->spent++;
	return true;
}
