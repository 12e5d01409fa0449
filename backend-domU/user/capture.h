/* SPDX-License-Identifier: GPL-2.0 */
/*
 * capture.h - the parts of xmd-capture, which shows dom0 what passes at a vif: include/xmd/capture.h
 *
 *	capture_main.c		waits for dom0 to ask; root, and reads a handful of keys that only dom0 writes
 *	capture.c		which process is for which question, and which mirrors are up for it
 *	capture_listen.c	such a process: nobody, without rights, under seccomp; copies frames, looks at none
 *
 * While nobody asks, there is one process that sleeps.
 */
#ifndef XMD_CAPTURE_PARTS_H
#define XMD_CAPTURE_PARTS_H

#include "store.h"

#include <net/if.h>
#include <sys/types.h>
#include <xmd/capture.h>

#define CAPTURE_TOKEN	"c"

struct capture_ops {
	/* Return: 0 it is up now; 1 it was before; negative errno */
	int (*raise)(const char *dev);
	void (*lower)(const char *dev);
	/* A process for question @id; @err: why there is nothing to listen at, which it tells.
	 * Return: its pid, or negative errno */
	pid_t (*begin)(uint32_t id, const char *dev, int err);
};

struct captures {
	const struct capture_ops *ops;
	bool started;
	struct capture {
		uint32_t id;		/* 0: free */
		pid_t pid;		/* 0: has ended; kept while the question stands there */
		char dev[IFNAMSIZ];
		bool raised;		/* by us, to be lowered with the last that listens there */
	} one[XMD_CAPTURES_MAX];
};

/* Something has changed below xmd-capture.  Return: 0; negative: the store fails */
int captures_look(struct captures *c, struct store *s);
void captures_ended(struct captures *c, pid_t pid);
/* All that are still there are gone, or will be without us. */
void captures_stop(struct captures *c);

/*
 * capture_listen - what such a process does; ends when dom0 does, or @until is closed
 * @lock: gives up all rights, when everything is open
 * Return: an exit status
 */
int capture_listen(uint32_t id, const char *dev, int err, int until, int (*lock)(void));

#endif
