/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kern.h - the kernel half (xmd_back.ko) as xmd-backend uses it.
 *
 * struct kern_ops mirrors xmd/backdev.h; kern.c does it on
 * /dev/xmd/back, sim/kern_sim.c in memory for the tests.  All return 0 or a
 * negative errno, as documented there.
 */
#ifndef XMD_BACKEND_KERN_H
#define XMD_BACKEND_KERN_H

#include <stdbool.h>
#include <stdint.h>
#include <xmd/backdev.h>

#include "port.h"

#define KERN_DEVICE "/dev/xmd/back"

struct kern;

struct kern_ops {
	int (*connect)(struct kern *k, const struct xmd_vif_connect *c);
	int (*disconnect)(struct kern *k, const struct xmd_vif_id *id);
	/* info->id: in: the row before; out: this row.  -ENOENT: no more */
	int (*list)(struct kern *k, struct xmd_vif_info *info);
	/* -EAGAIN: none waiting */
	int (*next_event)(struct kern *k, struct xmd_vif_event *ev);
	int (*health)(struct kern *k, struct xmd_back_health *h);
	int (*drain)(struct kern *k, bool on);
	int (*set)(struct kern *k, const struct xmd_vif_settings *s);
	int (*limit)(struct kern *k, const struct xmd_vif_limit *l);
	int (*vlans)(struct kern *k, const struct xmd_vlans *v);
	/* with del: how many there were */
	int (*stage)(struct kern *k, struct xmd_vif_stage *s);
	int (*port)(struct kern *k, struct xmd_port_info *info);
	int (*settings_get)(struct kern *k, struct xmd_port_settings *s);
	int (*settings_set)(struct kern *k, const struct xmd_port_settings *s);
	/* A question, one at a time, whose answer comes later and makes answer_fd readable. */
	int (*ask)(struct kern *k, const struct xmd_port_ask *a);
	/* -EAGAIN: not yet.  0: @a is what XMD_BACK_ASK has made of it, @result what it said */
	int (*answer)(struct kern *k, struct xmd_port_ask *a, int *result);
	int (*answer_fd)(struct kern *k);
	int (*fd)(struct kern *k);
	void (*close)(struct kern *k);
};

struct kern {
	const struct kern_ops *ops;
};

/* Return: NULL with errno set; ENOENT, ENODEV, ENXIO, EBUSY are worth waiting for. */
struct kern *kern_open(const char *device);
/* NULL allowed. */
void kern_close(struct kern *k);

/* The row of one vif.  -ENOENT: there is none. */
int kern_row(struct kern *k, uint16_t domid, uint32_t handle, struct xmd_vif_info *info);

/* "ring index", ... for people; never NULL. */
const char *kern_fault_text(__u32 fault);

#endif
