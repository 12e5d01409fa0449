/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fake_xl.h - xl.h over a table of domains instead of over Xen.
 *
 * Each call is written down, burns the fuse, and fails if it is told to.  A configuration
 * is saved as one line: "NAME DRIVER_DOMAIN ON_CRASH ON_WATCHDOG KERNEL RAMDISK", and "bare" if
 * it has no NIC, "2" if it has two.
 */
#ifndef TEST_FAKE_XL_H
#define TEST_FAKE_XL_H

#include "store_mem.h"
#include "xl.h"

#define FAKE_DOMAINS	64
#define FAKE_ANY_DOMID	9u	/* the first that is given to one that may have any */

struct fake_domain {
	uint32_t domid;		/* 0: none */
	char name[64];
	enum life life;
	bool paused;
	struct xl_usage usage;	/* of one that is not paused */
	uint64_t burns;		/* ns, between two looks at that */
	bool nic;		/* its PCI device is assigned to it */
	bool two;		/* so it is configured */
	bool driver_domain;
	enum on_end on_crash, on_watchdog;
	char kernel[32], ramdisk[32];
};

struct fake_xl {
	struct fake_domain domain[FAKE_DOMAINS];
	struct fuse *fuse;		/* NULL: none */
	uint32_t zombie;		/* this one, when it is destroyed, stays there and is dying */
	char calls[8192];		/* "pause 1, destroy 1, ..."; looks are left out */
	const char *fail;		/* calls that begin so fail, the next @fail_times of them */
	int fail_err;
	unsigned int fail_times;
	unsigned int looks;
	unsigned int saves;		/* configurations that were read */

	/* What comes of it, for whoever plays the rest of the host; NULL: nobody. */
	void (*destroyed)(uint32_t domid);
	void (*created)(const struct fake_domain *d);
	void (*paused)(const struct fake_domain *d);
	void (*unpaused)(struct fake_domain *d);
	bool (*nic_owned)(void);	/* by anybody, libxl believes */
	void (*nic_added)(const struct fake_domain *d);
	int (*reattach)(uint32_t guest, uint32_t handle, uint32_t drv);
};

extern struct fake_xl fake;

/* Empty, with nothing that fails. */
void fake_reset(void);
struct fake_domain *fake_add(uint32_t domid, const char *name);
/* NULL: there is none. */
struct fake_domain *fake_find(uint32_t domid);
/* It is no more, for Xen. */
void fake_drop(uint32_t domid);

/* One more step that is written down, and that somebody may be killed before. */
void fake_step(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* As fake_step; 0 or the error that this call is to fail with. */
int fake_call(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fake_fail(const char *call, int err, unsigned int times);

#endif
