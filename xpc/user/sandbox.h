/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sandbox.h - what a user half may still do once everything it needs is open.
 *
 * Another user, no capabilities, nothing to be gained by exec, and a list of system calls
 * (seccomp); ioctl only with the commands that are named.  Anything else ends the process
 * with SIGSYS: whoever supervises it starts a new one, and frames flow meanwhile.
 */
#ifndef XPC_USER_SANDBOX_H
#define XPC_USER_SANDBOX_H

#include <linux/filter.h>

/**
 * struct sandbox
 * @uid, @gid: to become if the process is root now; uid 0: stays what it is
 * @filter:    sandbox_filter of the header that mkfilter.c made
 */
struct sandbox {
	unsigned int uid;
	unsigned int gid;
	const struct sock_filter *filter;
	unsigned short filter_len;
};

/*
 * sandbox_enter - for all threads of the process
 * @what: in an error, the step that failed
 *
 * A build with AddressSanitizer keeps all system calls: it needs more than a driver does.
 * Return: 0; 1 if this kernel has no seccomp filters and the rest was done; -errno
 */
int sandbox_enter(const struct sandbox *s, const char **what);

/* sandbox_close_inherited - every descriptor that the parent left open, but for 0 to 2 */
void sandbox_close_inherited(void);

#endif /* XPC_USER_SANDBOX_H */
