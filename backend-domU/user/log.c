// SPDX-License-Identifier: GPL-2.0
/* log.c - see log.h */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static enum log_level max_level = LOG_LEVEL_INFO;
static bool with_prefix;

void log_set_level(enum log_level level)
{
	max_level = level;
}

void log_set_prefixed(bool prefixed)
{
	with_prefix = prefixed;
}

/* One write per line, so that lines of several processes on a console do not mix. */
void log_line(enum log_level level, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	size_t n;

	if (level > max_level)
		return;
	n = (size_t)snprintf(line, sizeof(line), with_prefix ? "<%d>" : "xmd-backend: ",
			     (int)level);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	va_end(ap);
	strcat(line, "\n");
	fputs(line, stderr);
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
		log_warn("%s: %u lines about this guest left out", whose, b->dropped);
	b->dropped = 0;
	b->spent++;
	return true;
}
