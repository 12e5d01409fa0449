// SPDX-License-Identifier: GPL-2.0
/* standin.c - see standin.h */
#include "standin.h"

#include "log.h"
#include "store.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATE_CONNECTED		4
#define STATE_RECONFIGURING	7
#define STATE_RECONFIGURED	8
#define PATIENCE_MS		700	/* without a change: longer than xen-pciback takes for any */

/* What the frontend of such a backend would write; 0: nothing. */
static uint32_t reply(uint32_t backend)
{
	return backend == STATE_RECONFIGURING ? STATE_RECONFIGURING :
	       backend == STATE_RECONFIGURED ? STATE_CONNECTED : 0;
}

/* Return: the backend's state, 0: it is gone. */
static uint32_t answer(struct store *s, const char *back, const char *front)
{
	uint32_t state, have;

	if (store_read_u32(s, back, "state", &state))
		return 0;
	if (reply(state) && !store_read_u32(s, front, "state", &have) && have != reply(state))
		store_write_u32(s, front, "state", reply(state));
	return state;
}

/*
 * The domain died before its frontend was connected, and xen-pciback does not speak to a
 * frontend that it does not know: then libxl is told what it waits for in its place.
 */
static void insist(struct store *s, const char *back, uint32_t state)
{
	if (state && state != STATE_CONNECTED)
		store_write_u32(s, back, "state", STATE_CONNECTED);
}

static int serve(uint32_t domid)
{
	char back[STORE_PATH_MAX], front[STORE_PATH_MAX], path[STORE_PATH_MAX];
	struct store *s = store_xs_open();
	struct store_event ev;
	struct pollfd p;
	int err;

	if (!s)
		return 1;
	p = (struct pollfd){ .fd = s->ops->fd(s), .events = POLLIN };
	snprintf(back, sizeof(back), "/local/domain/0/backend/pci/%u/0", domid);
	snprintf(front, sizeof(front), "/local/domain/%u/device/pci/0", domid);
	store_path(path, back, "state");
	err = s->ops->watch(s, path, "pci");
	while (!err) {
		if (!poll(&p, 1, PATIENCE_MS))
			insist(s, back, answer(s, back, front));
		while (!(err = s->ops->next_event(s, &ev)))
			store_event_free(&ev);
		if (err == -EAGAIN)
			err = 0;
		answer(s, back, front);
	}
	return 1;
}

pid_t standin_start(uint32_t domid)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		log_warn("nobody to answer for its PCI frontend (%s): libxl will wait for ten seconds",
			 strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(getppid() == parent ? serve(domid) : 1);
}

void standin_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
