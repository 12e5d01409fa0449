/* SPDX-License-Identifier: GPL-2.0 */
/* said.h - what xmd-init says, for tests to look at */
#ifndef TESTS_INIT_SAID_H
#define TESTS_INIT_SAID_H

#include "check.h"
#include "init.h"

static char said[2048];
static unsigned int said_lines;

void init_say(enum init_level level, const char *fmt, ...)
{
	size_t n = strlen(said);
	va_list ap;

	n += (size_t)snprintf(said + n, sizeof(said) - n, "<%d>", level);
	va_start(ap, fmt);
	n += (size_t)vsnprintf(said + n, sizeof(said) - n, fmt, ap);
	va_end(ap);
	assert_true(n < sizeof(said));
	said_lines++;
}

static inline int silence(void **state)
{
	(void)state;
	said[0] = 0;
	said_lines = 0;
	return 0;
}

#endif
