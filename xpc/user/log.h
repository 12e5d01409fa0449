/* SPDX-License-Identifier: GPL-2.0 */
/*
 * log.h - what failed, why, and what to do: a line on stderr, each with one write, so that those
 * of several processes do not mix.  For all programs of xmd that stay: xmd-userdriver,
 * xmd-backend, xmd-supervisor (and xmdctl, which shares code with it).
 */
#ifndef XMD_LOG_H
#define XMD_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* As in syslog(3). */
enum log_level {
	LOG_LEVEL_NONE = 0,
	LOG_LEVEL_ERR = 3,
	LOG_LEVEL_WARN = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,	/* with --verbose */
};

/*
 * "@program: " begins each line, and a time of day before that with @clock.  If stderr is the
 * journal, which has both by itself, "<LEVEL>" does.  @program is kept.
 */
void log_begin(const char *program, bool clock);
/* Lines above this level are dropped; LOG_LEVEL_INFO at start. */
void log_set_level(enum log_level level);
/* What this process works for; "@whose: " goes before each line.  NULL: nothing; kept. */
void log_set_whose(const char *whose);

/* What is too long is cut. */
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_err(...)	log_line(LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warn(...)	log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)	log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

/*
 * Where somebody else (a guest, a cable) decides how often some lines are due, they have a
 * budget: LOG_BURST at once, one more each LOG_REFILL_MS.
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
