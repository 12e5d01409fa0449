/* SPDX-License-Identifier: GPL-2.0 */
/*
 * control.h - what xmdctl and the supervisor say to each other over RUN_DIR/supervisor.
 *
 * A request is one line, words separated by tabs:
 *	status | vifs NAME | restart NAME | release NAME | retry NAME
 *	upgrade NAME KERNEL RAMDISK [MB]	("-": as it is)
 * The answer is any number of records, one a line, KEY=VALUE separated by tabs, and a
 * last line "ok" or "error TEXT".  restart and upgrade answer when it is done.
 * No word has a tab or a newline in it.
 */
#ifndef XMD_SUPERVISOR_CONTROL_H
#define XMD_SUPERVISOR_CONTROL_H

#define REQUEST_MAX	1024	/* bytes with the newline */
#define WORDS_MAX	5

/* Cut @line in place.  Return: how many words, -EINVAL too many. */
int control_split(char *line, char *word[WORDS_MAX]);

#endif
