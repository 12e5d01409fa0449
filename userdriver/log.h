/* SPDX-License-Identifier: GPL-2.0 */
/* log.h - lines on stderr, "xmd-userdriver: " in front, and a limit for noisy ones. */
#ifndef XMD_USERDRIVER_LOG_H
#define XMD_USERDRIVER_LOG_H

#include <stdbool.h>
#include <stdint.h>

void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Only with --verbose. */
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_set_verbose(bool verbose);

/* At most @burst lines in @period_ms; what was held back is counted in @held. */
struct log_limit {
	unsigned int burst;
	unsigned int period_ms;
	uint64_t began_ms;
	unsigned int said;
	unsigned int held;
};

/* Return: whether the caller may log now.  Tells about lines held back before. */
bool log_allowed(struct log_limit *limit, uint64_t now_ms, const char *what);

#endif /* XMD_USERDRIVER_LOG_H */
