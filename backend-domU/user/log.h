/* SPDX-License-Identifier: GPL-2.0 */
/* log.h - lines for whoever runs the driver domain: what failed, why, what to do. */
#ifndef XMD_BACKEND_LOG_H
#define XMD_BACKEND_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* As in syslog(3). */
enum log_level {
	LOG_LEVEL_NONE = 0,
	LOG_LEVEL_ERR = 3,
	LOG_LEVEL_WARN = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* Lines above this level are dropped; LOG_LEVEL_INFO at start. */
void log_set_level(enum log_level level);
/* Put "<N>" before each line, for the journal or the kernel log. */
void log_set_prefixed(bool prefixed);

void log_line(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define log_err(...)	log_line(LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warn(...)	log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)	log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

/*
 * A guest decides how often some lines are due, so each vif has a budget for them:
 * LOG_BURST at once, one more each LOG_REFILL_MS.
 */
#define LOG_BURST	10
#define LOG_REFILL_MS	10000

struct log_budget {
	uint64_t since;		/* ms; when a line was last added to the budget */
	unsigned int spent;
	unsigned int dropped;
};

/* May one more line be written now?  Says how many were dropped when it may again. */
bool log_allowed(struct log_budget *b, uint64_t now, const char *whose);

#endif
