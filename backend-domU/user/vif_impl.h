/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vif_impl.h - what the files of a vif share; vif.h is for the others
 *
 * vif.c: its life and its steps in xenstore.  vif_look.c: what can be seen of it.  vif_kern.c:
 * it and the kernel half.
 */
#ifndef XMD_BACKEND_VIF_IMPL_H
#define XMD_BACKEND_VIF_IMPL_H

#include "vif.h"

#define POLL_MS		1000	/* while there is no watch, or nodes are hidden */
#define UNSEEN_MS	10000	/* while its guest is not there, though Xen may still have it */

/* ---- vif_look.c */

/* The half that decides whether a step may still be written. */
int vif_look_back(struct store *s, const struct vif *v, struct vif_view *view);
int vif_look(struct vif *v, struct vif_env *env, struct vif_view *view);
void vif_unwatch_front(struct vif *v, struct vif_env *env);
/* Is there no such domain any more?  Without an answer there is. */
bool vif_guest_gone(struct vif *v, struct vif_env *env);
/* Does @err come from what stands in the store?  Others come from not reaching it. */
bool vif_is_refusal(int err);

/* ---- vif_kern.c */

/* The message for the kernel; @adopt: the vif was served before.  Return: 0, 1 given up with a reason, negative: not now. */
int vif_read_keys(struct vif *v, struct vif_env *env, struct xmd_vif_connect *c, bool adopt);
/* Return: as vif_read_keys. */
int vif_connect_kernel(struct vif *v, struct vif_env *env, const struct xmd_vif_connect *c);
int vif_disconnect(struct vif *v, struct vif_env *env);
/* The toolstack may change it at any time, also while nobody was here. */
int vif_follow_rate(struct vif *v, struct vif_env *env);

#endif
