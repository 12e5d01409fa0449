/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kern_sim.h - the kernel half in memory.  The table outlives whoever opens it, as the
 * real one outlives a killed xmd-backend.
 */
#ifndef TEST_KERN_SIM_H
#define TEST_KERN_SIM_H

#include "kern.h"
#include "store_mem.h"

#define SIM_ROWS 256

struct sim_row {
	bool used;
	struct xmd_vif_connect c;
	__u32 fault;
	bool event;
	struct xmd_vif_settings set;	/* mtu, mac as connected until set otherwise */
	__u64 tx_frames;
};

struct sim {
	struct sim_row row[SIM_ROWS];
	int fail_connect;	/* errno of the next connects, 0: none */
	unsigned int connects, disconnects;
	bool open;
	__u32 unwell_ms, pending;	/* what health says */
	bool draining, stuck, away;
	struct xmd_port_info port;
	bool port_event;	/* the port has changed */
	int fail_set;		/* errno of the next XMD_VIF_SETs, 0: none */
	struct xmd_vlans vlans;	/* kept apart; */
	struct xmd_vlans vlans_then;	/* ... when the first vif was connected */
	int fail_limit;		/* ... XMD_VIF_RATEs */
	struct xmd_gref kept[XMD_STAGE_PAGES];	/* of whoever it is */
	unsigned int n_kept;
	int fail_stage;		/* errno of the next XMD_VIF_STAGEs, 0: none */
	unsigned int stages;
	unsigned int sets, asked, limits;
	unsigned int deaf_sets;	/* XMD_VIF_SETs that filter by a list without entries */
	bool blinking;
	bool no_nic;
	struct xmd_port_settings settings, given;	/* in force; the last that were given back */
	unsigned int settings_sets;
	bool asking, slow;	/* a question is under way; it stays so */
	int fail_ask;		/* errno of the next answers, 0: none */
	struct xmd_port_ask question;
};

/* One at a time, as the device.  Ended with kern_close. */
struct kern *sim_open(struct sim *sim, struct fuse *fuse);

struct sim_row *sim_find(struct sim *sim, unsigned int domid, unsigned int handle);
unsigned int sim_rows(const struct sim *sim);
/* The guest misbehaves: its vif is broken off, an event is due. */
void sim_fault(struct sim *sim, unsigned int domid, unsigned int handle, __u32 fault);

#endif
