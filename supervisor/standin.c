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

/* What the frontend of such a backend would write; 0: nothing. */
static uint32_t reply(uint32_t backend)
{
	return backend == STATE_RECONFIGURING ? STATE_RECONFIGURING :
	       backend == STATE_RECONFIGURED ? STATE_CONNECTED : 0;
}

static int answer(struct store *s, uint32_t domid)
{
	char back[STORE_PATH_MAX], front[STORE_PATH_MAX];
	uint32_t state, have;

	snprintf(back, sizeof(back), "/local/domain/0/backend/pci/%u/0", domid);
	snprintf(front, sizeof(front), "/local/domain/%u/device/pci/0", domid);
	if (store_read_u32(s, back, "state", &state) || !reply(state) ||
	    store_read_u32(s, front, "state", &have) || have == reply(state))
		return 0;
	return store_write_u32(s, front, "state", reply(state));
}

static int serve(uint32_t domid)
{
	struct store *s = store_xs_open();
	struct store_event ev;
	char path[STORE_PATH_MAX];
	struct pollfd p;
	int err;

	if (!s)
		return 1;
	p = (struct pollfd){ .fd = s->ops->fd(s), .events = POLLIN };
	snprintf(path, sizeof(path), "/local/domain/0/backend/pci/%u/0/state", domid);
	err = s->ops->watch(s, path, "pci");
	while (!err) {
		poll(&p, 1, -1);
		while (!(err = s->ops->next_event(s, &ev)))
			store_event_free(&ev);
		if (err == -EAGAIN)
			err = answer(s, domid);
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
