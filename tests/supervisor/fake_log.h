/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fake_log.h - the supervisor's log, kept for the test to look into.  With XMD_TEST_LOG=1
 * in the environment it is shown, too.
 */
#ifndef TEST_FAKE_LOG_H
#define TEST_FAKE_LOG_H

#include <stdbool.h>

void log_forget(void);
/* How many lines since then are warnings or errors that have @text in them. */
unsigned int log_count(const char *text);

#endif
