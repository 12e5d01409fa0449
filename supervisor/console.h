/* SPDX-License-Identifier: GPL-2.0 */
/*
 * console.h - the last words of a driver domain that has died, kept for "xmdctl logs"
 *
 * Two places have them: the ring that its console goes through, whose CONSOLE_RING bytes stay in the
 * domain's memory until that is destroyed, whoever has read them; and the file of xenconsoled, if
 * that keeps one (xenconsoled --log=guest), which the next domain of that name goes on with.  So
 * both are looked at when it is put out, and written when it is back, which takes none of its time.
 *
 * LOG_DIR/NAME-YYYYMMDDThhmmssZ.log: a first line of "KEY=VALUE" with tabs between, then text.  Of
 * each name the last CONSOLE_KEPT are kept, which have at most CONSOLE_TAIL + CONSOLE_RING bytes
 * each, and what it takes to show bytes that are no text.
 */
#ifndef XMD_SUPERVISOR_CONSOLE_H
#define XMD_SUPERVISOR_CONSOLE_H

#include "store.h"

#include <sys/types.h>

#ifndef LOG_DIR
#define LOG_DIR		"/var/log/xmd"
#endif
#ifndef CONSOLE_DIR
#define CONSOLE_DIR	"/var/log/xen/console"	/* xenconsoled's */
#endif
#define CONSOLE_RING	2048
#define CONSOLE_TAIL	32768
#define CONSOLE_KEPT	10
#define CONSOLE_PAGE	4096

struct console {
	char ring[CONSOLE_RING];
	unsigned int n;		/* bytes in it */
	int log;		/* xenconsoled's file; negative: none */
	off_t end;		/* its end at that time */
};

/* Of @domid, which does not run any more.  Never fails: there may be nothing. */
void console_grab(struct console *c, struct store *s, const char *name, uint32_t domid);
/* Writes it, if there is anything; frees @c in each case. */
void console_keep(struct console *c, const char *name, uint32_t domid, const char *cause);

/* The page of a domain's console; a test has another.  Return: 0 or -errno */
int console_map(uint32_t domid, uint32_t frame, char page[CONSOLE_PAGE]);

#endif
