/* SPDX-License-Identifier: GPL-2.0 */
/* log.h - what failed, why, and what to do; on stderr, one write a line */
#ifndef XMD_SUPERVISOR_LOG_H
#define XMD_SUPERVISOR_LOG_H

#include <stdbool.h>

/* As in syslog(3). */
enum log_level { LOG_LEVEL_ERR = 3, LOG_LEVEL_WARN = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

void log_set_level(enum log_level level);
/* Journal: put "<N>" before each line, which has its own clock; otherwise a time of day. */
void log_set_journal(bool journal);
/* The domain that this process works for; goes before each line.  @whose is kept. */
void log_set_whose(const char *whose);

void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_err(...)	log_line(LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warn(...)	log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)	log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
