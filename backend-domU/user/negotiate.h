/* SPDX-License-Identifier: GPL-2.0 */
/*
 * negotiate.h - what the two sides of a vif tell each other: our features into the
 * backend directory, the frontend's keys into one checked message for the kernel.
 */
#ifndef XMD_BACKEND_NEGOTIATE_H
#define XMD_BACKEND_NEGOTIATE_H

#include "store.h"

#include <xmd/backdev.h>

/* Room for a sentence that names a key and its path. */
#define REASON_MAX 400

/* What may be held back; the rest is offered always. */
struct offer {
	bool gso;		/* segmentation offload */
	bool one_channel;	/* no event channel for each direction */
	bool no_staging;	/* no control ring, which is for staging grants: ctrl.h */
};

/* Features, hotplug-status=connected, no hotplug-error; part of a transaction. */
int negotiate_offer(struct store *s, const char *back, const struct offer *o, bool objects,
		    bool ctrl);

/**
 * negotiate_read - everything that XMD_VIF_CONNECT needs, from both directories
 * @back: backend directory, written by the toolstack
 * @front: frontend directory; every value there may be anything
 * @c: id is set by the caller, the rest is filled, adopt 0
 * @reason: on failure: which key of which directory, and what is wrong with it
 *
 * Return: 0; -EINVAL, -ENOENT, -EACCES with @reason.
 */
int negotiate_read(struct store *s, const char *back, const char *front,
		   struct xmd_vif_connect *c, char reason[REASON_MAX]);

/*
 * negotiate_rate - what the key rate says, "bytes,usecs", for the kernel half
 *
 * The same limit in numbers that the kernel half takes: a short interval is made longer, one
 * with more than 2^32 bytes shorter.  0 bytes, to which libxl rounds a very low limit, are 1.
 *
 * Return: 0; -EINVAL
 */
int negotiate_rate(const char *text, struct xmd_vif_rate *rate);

/* Only the ring references and event channels; same returns. */
int negotiate_read_queue(struct store *s, const char *front, struct xmd_vif_queue *q,
			 char reason[REASON_MAX]);

#endif
