/* SPDX-License-Identifier: GPL-2.0 */
/*
 * restore.h - the xenstore side of vifs whose driver domain has come back.
 *
 * Libxl removes everything below /local/domain/DRV when a domain is destroyed, and again
 * when one is created, so the backend directories of the guests' vifs are gone.  What
 * the toolstack once wrote into them it also keeps in /libxl/GUEST/device/vif/HANDLE, which no
 * guest can write to; the rest is xmd-backend's and written by it when it has adopted
 * the rings.  So nothing has to be remembered while all is well, and a supervisor that was
 * started a moment ago can restore as well as one that was there.
 *
 *   frontend's state   restored as      what xmd-backend does then
 *   3, 4               4 Connected      adopts the rings where they stopped
 *   5, 6               6 Closed         waits for the frontend to start again
 *   others             1 Initialising   offers its features, as to a new vif
 */
#ifndef XMD_SUPERVISOR_RESTORE_H
#define XMD_SUPERVISOR_RESTORE_H

#include "store.h"

enum vif_fate {
	VIF_RACING = -1,	/* somebody else writes to its nodes just now; within restore_vifs */
	VIF_WAITING,		/* not looked at by the new backend yet */
	VIF_SERVED,		/* adopted, or on its way through the states as a new one */
	VIF_REFUSED,		/* the backend has given it up, or it could not be restored */
	VIF_LEFT,		/* detached, or its guest is gone */
};

struct vif_ref {
	uint32_t guest;
	uint32_t handle;
	bool connected;		/* restored as Connected */
	uint32_t from;		/* moved: domid of the backend it had before */
	enum vif_fate fate;
};

struct vif_refs {
	struct vif_ref *vif;
	unsigned int n;
};

/* In place of a domid */
#define VIFS_ORPHANED	(~0u)		/* of backends that are no more */
#define VIFS_ALL	(~0u - 1)

/* Every vif whose backend is domain @drv, by what the toolstack has written. */
int restore_list(struct store *s, uint32_t drv, struct vif_refs *refs);
void restore_free(struct vif_refs *refs);
/* Which domain is the backend of @v, says the toolstack.  -ENOENT; -EINVAL: none that can be read there */
int restore_backend(struct store *s, const struct vif_ref *v, uint32_t *drv);

/*
 * Write the backend directory of each of @refs that has none and make each frontend
 * directory readable for @drv again, in one transaction for each.  Sets connected and fate.
 * A guest that writes into its directory all the time, or that has made a forest of it, loses
 * this vif, and no other does.  Return: negative: the store is broken, or takes nothing
 */
int restore_vifs(struct store *s, uint32_t drv, struct vif_refs *refs);

/*
 * Make domain @to the backend of @v, in one transaction: a new backend directory there in the
 * state Initialising, and the keys that point to it.  What the backend before could read of
 * the guest's, @to can.  For a guest whose frontend follows these keys, as xmd_front does;
 * for another it is the end of the vif.
 *
 * Return: 0, sets from, which is @to when there was nothing to do; -ENOENT: no such vif
 */
int restore_move(struct store *s, uint32_t to, struct vif_ref *v);

/* Look how far the new backend has come with @v.  Sets its fate. */
int restore_look(struct store *s, uint32_t drv, struct vif_ref *v);

#endif
