/* SPDX-License-Identifier: GPL-2.0 */
/* mirror.h - what the way of a frame has to do with mirrors: while all are down, nothing */
#ifndef XMD_BACK_MIRROR_H
#define XMD_BACK_MIRROR_H

#include <linux/jump_label.h>
#include "back.h"

DECLARE_STATIC_KEY_FALSE(xmd_mirror_key);
#define xmd_mirrors_up()	static_branch_unlikely(&xmd_mirror_key)

/* back.ctl held; @v has come into the table, or has just left it, and its readers are waited for next */
void xmd_mirror_add(void);
void xmd_mirror_del(struct xmd_vif *v);
void xmd_mirror_exit(void);

/* RCU read lock held: does anybody listen; work[0..@n) is on its way; the guest has @n frames of its backlog. */
bool xmd_mirror_heard(const struct xmd_vif *v);
void xmd_mirror_sent(struct xmd_vif *v, unsigned int n);
void xmd_mirror_got(struct xmd_vif *v, unsigned int n);

#endif /* XMD_BACK_MIRROR_H */
