/* SPDX-License-Identifier: GPL-2.0 */
/* move.h - "xmdctl move": vifs get another domain as their backend, by hand; see restore_move() */
#ifndef XMD_SUPERVISOR_MOVE_H
#define XMD_SUPERVISOR_MOVE_H

#include "restore.h"

#define MOVE_REASON	200

/* What a word of the command line names: GUEST or GUEST/VIF. */
struct wanted {
	uint32_t guest, handle;
	bool all;		/* of its vifs */
};

/* Return: 0; negative with a @reason */
int move_parse(struct store *s, const char *word, struct wanted *w, char reason[MOVE_REASON]);
bool move_is_meant(const struct wanted *w, const struct vif_ref *v);

/*
 * move_vifs - make domain @to (name or domid) the backend of vifs
 * @which: @n of GUEST or GUEST/VIF, GUEST being a name or a domid; none: every vif whose
 *	   backend domain is no more
 * @moved: called for each that was moved, or not (@err)
 *
 * Return: 0, also if some were not moved; negative with a @reason: nothing was begun.
 */
int move_vifs(struct store *s, const char *to, char *const *which, unsigned int n,
	      void (*moved)(const struct vif_ref *v, uint32_t to, int err),
	      char reason[MOVE_REASON]);

#endif
