/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xl.h - what the supervisor asks of libxl
 *
 * All calls block.  They return 0 or a negative errno; libxl's own words go to our log.
 * A domid is known to be valid only until the next look.
 */
#ifndef XMD_SUPERVISOR_XL_H
#define XMD_SUPERVISOR_XL_H

#include <stdbool.h>
#include <stdint.h>

struct xl;

enum life {
	LIFE_GONE,		/* no such domain */
	LIFE_RUNNING,		/* or paused, or blocked */
	LIFE_POWEROFF,		/* ended by itself, on request */
	LIFE_REBOOT,
	LIFE_CRASHED,		/* kernel panic */
	LIFE_WATCHDOG,		/* Xen's watchdog of the domain went off */
	LIFE_DYING,		/* somebody is destroying it right now */
};

enum on_end { END_DESTROY, END_PRESERVE, END_RESTART, END_OTHER };

#define XL_BDF_LEN	16
#define XL_PCI_MAX	8
#define XL_PATH_LEN	256

/* What matters to us of a domain's configuration. */
struct xl_traits {
	char name[64];
	bool driver_domain;
	bool pv;
	enum on_end on_crash, on_watchdog;
	unsigned int n_pci;		/* the devices that are passed through, as "0000:00:02.0"; */
	char pci[XL_PCI_MAX][XL_BDF_LEN];	/* of more than XL_PCI_MAX the first */
	char kernel[XL_PATH_LEN], ramdisk[XL_PATH_LEN];	/* empty: none */
};

/* Return: NULL, errno set. */
struct xl *xl_open(void);
void xl_close(struct xl *x);

int xl_look(struct xl *x, uint32_t domid, enum life *life);
/* -ENOENT: no domain has this name. */
int xl_find(struct xl *x, const char *name, uint32_t *domid);

/*
 * The whole configuration of a domain, dead or alive, as libxl knows it, to file @path
 * (replaced in one step; NULL: not saved).
 */
int xl_save(struct xl *x, uint32_t domid, const char *path, struct xl_traits *t);

/* The same, of a configuration that was saved. */
int xl_traits(struct xl *x, const char *path, struct xl_traits *t);

/* What its processor does. */
struct xl_usage {
	uint64_t cpu_ns;		/* since it was created */
	bool running, blocked, paused;	/* none: it waits for a processor */
};

int xl_usage(struct xl *x, uint32_t domid, struct xl_usage *u);

bool xl_is_paused(struct xl *x, uint32_t domid);
int xl_pause(struct xl *x, uint32_t domid);
/* Its memory to a new file @path, as crash(8) reads it. */
int xl_core_dump(struct xl *x, uint32_t domid, const char *path);
int xl_destroy(struct xl *x, uint32_t domid);

/* Other than @path says. */
struct xl_make {
	const char *kernel, *ramdisk;	/* NULL: those in it */
	unsigned int memory_mb;		/* 0: that in it */
	bool bare;			/* without its PCI devices, which xl_add_pci() adds */
};

/*
 * Create the domain that @path describes, paused.  @domid: the one it must get, or 0 for
 * any; then what it got.
 */
int xl_create(struct xl *x, const char *path, const struct xl_make *how, uint32_t *domid);
/* The first PCI device of @path, to a domain that was created bare, and may run by now. */
int xl_add_pci(struct xl *x, const char *path, uint32_t domid);
int xl_unpause(struct xl *x, uint32_t domid);

/*
 * Detach vif @handle of @guest without asking its backend, and attach it to @drv anew, after
 * a pause in which the guest sees that it is gone: else it takes the new one for the old.
 */
#define XL_UNSEEN_MS	100
int xl_reattach_vif(struct xl *x, uint32_t guest, uint32_t handle, uint32_t drv);

/* For xl_vif.c: the libxl_ctx, and what libxl returns as -errno. */
void *xl_ctx(struct xl *x);
int xl_errno(int rc);

#endif
