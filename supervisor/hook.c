// SPDX-License-Identifier: GPL-2.0
/* hook.c - see hook.h */
#include "hook.h"

#include "log.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>

extern char **environ;

void hook_run(const struct policy *p, const struct hook_call *call)
{
	char domid[16], ms[16];
	char *argv[] = { (char *)p->hook, (char *)call->event, (char *)call->name, domid,
			 (char *)call->cause, ms, NULL };
	posix_spawnattr_t attr;
	sigset_t none, pipe;
	pid_t pid;
	int err;

	if (!p->hook[0])
		return;
	snprintf(domid, sizeof(domid), "%u", call->domid);
	snprintf(ms, sizeof(ms), "%u", call->ms);
	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	err = posix_spawnattr_init(&attr);
	if (!err) {
		posix_spawnattr_setsigmask(&attr, &none);
		posix_spawnattr_setsigdefault(&attr, &pipe);
		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
		err = posix_spawn(&pid, argv[0], NULL, &attr, argv, environ);
		posix_spawnattr_destroy(&attr);
	}
	if (err)
		log_warn("cannot run the hook %s: %s", argv[0], strerror(err));
}
