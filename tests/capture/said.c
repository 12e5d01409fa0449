// SPDX-License-Identifier: GPL-2.0
/* said.c - see said.h */
#include "said.h"

#include "ctl.h"

#include <stdarg.h>
#include <string.h>

char said[2000];

int fail(int status, const char *fmt, ...)
{
	size_t n = strlen(said);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said + n, sizeof(said) - n - 1, fmt, ap);
	va_end(ap);
	strcat(said, "\n");
	return status;
}
