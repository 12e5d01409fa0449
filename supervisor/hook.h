/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hook.h - the operator's own program, told what happens to a driver domain.
 *
 *	PROGRAM EVENT NAME DOMID CAUSE MS
 *
 *	down		it does not serve any more, and is about to be brought back
 *	up		it serves again
 *	failed		it was not brought back this time; it will be tried again
 *	given-up	nor will it be tried again, until "xmdctl restart" or "xmdctl retry"
 */
#ifndef XMD_SUPERVISOR_HOOK_H
#define XMD_SUPERVISOR_HOOK_H

#include "config.h"

#include <stdint.h>

struct hook_call {
	const char *event, *name, *cause;
	uint32_t domid;
	unsigned int ms;	/* since the end was noticed */
};

/*
 * Run the hook of @p, if there is one, and do not wait for it: the child is whoever
 * calls this to reap.  It has no signal blocked or ignored.  A failure is logged.
 */
void hook_run(const struct policy *p, const struct hook_call *call);

#endif
