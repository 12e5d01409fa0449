// SPDX-License-Identifier: GPL-2.0
/* log.c - each line is one write, so that lines of several programs do not mix. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"

static bool verbose_on;
static uint32_t level = LOG_DRV | LOG_PROBE | LOG_LINK;

void log_set_verbose(bool verbose)
{
	verbose_on = verbose;
}

void log_set_level(uint32_t classes)
{
	level = classes;
}

static void log_v(const char *fmt, va_list ap)
{
	char line[512];
	int n = snprintf(line, sizeof(line), "xmd-userdriver: ");
	int room = sizeof(line) - n - 1;
	int m = vsnprintf(line + n, room, fmt, ap);

	if (m < 0)
		return;
	n += m < room ? m : room - 1;
	line[n++] = '\n';
	/* Nothing sensible is left to do when stderr is gone. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

void log_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_v(fmt, ap);
	va_end(ap);
}

void log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!verbose_on)
		return;
	va_start(ap, fmt);
	log_v(fmt, ap);
	va_end(ap);
}

void log_msg(enum log_class class, const char *fmt, ...)
{
	va_list ap;

	if (!verbose_on && !(level & class))
		return;
	va_start(ap, fmt);
	log_v(fmt, ap);
	va_end(ap);
}

bool log_allowed(struct log_limit *limit, uint64_t now_ms, const char *what)
{
	if (!limit->said || now_ms - limit->began_ms >= limit->period_ms) {
		if (limit->held)
			log_line("%u further lines about %s were held back", limit->held, what);
		limit->began_ms = now_ms;
		limit->said = 0;
		limit->held = 0;
	}
	if (limit->said >= limit->burst) {
		limit->held++;
		return false;
	}
	limit->said++;
	return true;
}
