/* SPDX-License-Identifier: GPL-2.0 */
/* check.h - cmocka and what every table of cases here needs. */
#ifndef XMD_TESTS_CHECK_H
#define XMD_TESTS_CHECK_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* cmocka names the line of a failure; in a table it takes the row as well */
#define assert_case(name, got, want) do {					\
	long long got_ = (got), want_ = (want);					\
	if (got_ != want_)							\
		fail_msg("%s: %s is %lld, not %lld", name, #got, got_, want_);	\
} while (0)

#endif /* XMD_TESTS_CHECK_H */
