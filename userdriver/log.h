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

/* Lines that tell of no fault: each belongs to a class, and "ethtool -s DEV msglvl" says
 * which classes are told.  The bits are NETIF_MSG_* of linux/netdevice.h. */
enum log_class {
	LOG_DRV = 0x0001,	/* settings */
	LOG_PROBE = 0x0002,	/* bring-up and adoption */
	LOG_LINK = 0x0004,
	LOG_TIMER = 0x0008,	/* what the watchdog does */
};
void log_msg(enum log_class class, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_set_level(uint32_t classes);

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
