/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dom0.h - everything around one worker: host.h, a fake libxl, a clock that moves when
 * somebody waits.  Domain DRV, "drv", is the driver domain; what is created in its place
 * boots, and then runs the real xmd-backend.
 *
 * A kernel whose name has "bad" in it never serves, one with "panic" crashes, "none" is
 * not there.
 */
#ifndef TEST_DOM0_H
#define TEST_DOM0_H

#include "fake_xl.h"
#include "host.h"
#include "worker.h"

#define BOOT_MS	300

struct dom0 {
	struct world w;
	struct fuse fuse;		/* of the worker */
	struct policy policy;
	struct job job;
	bool no_store;			/* xenstored does not answer */
	unsigned int bad_boots;		/* so many domains from now on never serve */
	unsigned int panics;		/* so many crash instead */
	unsigned int refuses;		/* so many NICs from now on xen-pciback does not give */
	struct store *eye;		/* by which it does then */
	struct store_event seen;
	bool blind;			/* the next domain does not see its NIC at first */
	unsigned int asked;		/* dead frontends that libxl has waited for */
	unsigned int disturbed;		/* devices that were silenced under a running domain */
	unsigned int boot_ms;		/* 0: BOOT_MS */
	uint64_t stall_at;		/* ms; the first read of the worker after it takes ... */
	unsigned int stall_ms;		/* ... so long */
	void (*meanwhile)(void);	/* called again and again while time goes by */
	uint64_t boot_at;		/* ms; 0: nobody boots */
	uint32_t boots;
};

extern struct dom0 dom0;

/* A host with vifs 0, 2 and 3 connected. */
void dom0_start(void);
void dom0_stop(void);
/* Time goes by. */
void dom0_run(unsigned int ms);

/* How a driver domain ends. */
void dom0_crash(enum life life);
void dom0_hang(void);
void dom0_destroyed_by_hand(void);

/* A worker with a job for the driver domain.  The other fields of the job are the caller's. */
enum job_result dom0_work(enum job_kind kind, const char *cause);
/*
 * The same, killed right before its step @k (1 is the first).
 * Return: whether it had so many; else *@result has what it ended with.
 */
bool dom0_work_until(enum job_kind kind, const char *cause, long k, enum job_result *result);

/* The steps that were written down since the last time.  To be freed. */
char *dom0_steps(void);

#endif
