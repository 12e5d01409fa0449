/* SPDX-License-Identifier: GPL-2.0 */
/*
 * worker.h - one restart of one driver domain, in a process of its own.
 *
 *   NIC quiet -> destroy -> create with the same domid, without the NIC -> unpause
 *   -> add the NIC, restore the vifs in xenstore -> wait until xmd-backend has adopted each vif
 *
 * What follows "unpause" goes on while the domain boots.  When the NIC cannot be added so, or
 * there is not exactly one, the domain is created with its PCI devices, as xl does it.
 *
 * Each step looks at what is there and does what is missing, so a worker that is killed
 * at any point is followed by another that goes on.  Only this cannot be seen from outside:
 * whether a domain was built to its end, and whether it was meant to have its NIC by then; so the
 * phase is kept in a file.
 */
#ifndef XMD_SUPERVISOR_WORKER_H
#define XMD_SUPERVISOR_WORKER_H

#include "config.h"
#include "xl.h"

#include <stdint.h>

enum job_kind {
	JOB_RECOVER,		/* it died, or hangs */
	JOB_RESTART,		/* planned: drained first */
	JOB_UPGRADE,		/* likewise, with another image; back if that does not serve */
};

struct job {
	enum job_kind kind;
	char name[NAME_MAX_LEN];
	uint32_t domid;
	const char *cause;	/* for the log and the history */
	const struct xl_traits *traits;	/* of the configuration that was saved; NULL: not known */
	bool force;		/* destroy it although it runs: it hangs */
	uint64_t noticed;	/* ms, monotonic */
	uint64_t not_before;	/* ms; JOB_RECOVER: not made anew until then */
	const struct policy *policy;
	const char *kernel;	/* JOB_UPGRADE; NULL: as it is */
	const char *ramdisk;
	unsigned int memory_mb;	/* 0: as it is */
};

/* Exit status of a worker. */
enum job_result {
	JOB_DONE = 0,
	JOB_FAILED = 1,		/* may work another time */
	JOB_REFUSED = 2,	/* nothing was changed */
	JOB_FELL_BACK = 3,	/* the upgrade did not serve; the old image does */
	JOB_SLOW = 4,		/* failed, but for want of time: the next one has more */
};

/* Never fails to return.  Meant for a process of its own: it sleeps, and libxl does. */
enum job_result worker_run(const struct job *job);

uint64_t now_ms(void);

#endif
