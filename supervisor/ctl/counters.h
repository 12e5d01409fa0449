/* SPDX-License-Identifier: GPL-2.0 */
/*
 * counters.h - what a driver domain counts, asked of its xmd-backend.
 *
 * Nobody writes counters into xenstore that nobody reads.  dom0 writes a question into
 * data/xmd-backend/stats-request, and xmd-backend answers once, into stats (backend-domU/user/stats.h
 * has both).  An answer has as many vifs as fit into a node; the next question names the last of
 * them.  The nodes are removed again by who has asked.
 */
#ifndef XMD_CTL_COUNTERS_H
#define XMD_CTL_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#define COUNTERS_REASON	200
#define COUNTERS_MAX	24	/* of a vif, or of the NIC */
#define COUNTERS_VIFS	1024

struct store;

struct counter {
	char name[20];		/* tx_bytes ... */
	uint64_t val;
};

/* Of a vif, of the NIC, or of the domain itself, in the order of the answer. */
struct counters {
	uint32_t guest, handle;
	char mac[20];		/* of a vif */
	unsigned int n;
	struct counter c[COUNTERS_MAX];
};

struct drv_counters {
	char name[64];
	uint32_t domid;
	struct counters self, nic, *vif;
	unsigned int n_vifs;
	bool cut;		/* there are more than COUNTERS_VIFS vifs */
};

/* Return: EXIT_OK; else a @reason */
int counters_read(struct store *s, uint32_t domid, struct drv_counters *d,
		  char reason[COUNTERS_REASON]);
void counters_free(struct drv_counters *d);
bool counter_is_there(const struct counters *c, const char *name);
/* 0: not counted there. */
uint64_t counter_of(const struct counters *c, const char *name);
const struct counters *counters_of_vif(const struct drv_counters *d, uint32_t guest, uint32_t handle);

/* Driver domains that run, by what only dom0 can write; @name NULL: all. */
struct drv_name {
	char name[64];
	uint32_t domid;
};

#define DRVS_MAX	64
/* Return: how many; negative: xenstore fails */
int find_drvs(struct store *s, const char *name, struct drv_name drv[DRVS_MAX]);

/* What a vif is: names and states, from xenstore. */
struct vif_facts {
	char guest_name[64];
	char address[48];	/* "-": nobody says */
	char bridge[32], vlan[32];	/* as configured; "-": not */
	char frontend[12];	/* stock, xmd, - */
	char error[128];	/* hotplug-error */
};

/* "-": there is no such domain */
void guest_name(struct store *s, uint32_t guest, char name[64]);
void vif_facts(struct store *s, uint32_t drv, uint32_t guest, uint32_t handle, struct vif_facts *f);

#endif
