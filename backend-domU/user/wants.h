/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wants.h - what the toolstack asks of a vif that this driver domain does not have
 *
 * There is one switch, and no script is run: a vif that was to be on a bridge that is not known
 * here, on several VLANs, behind a router or a script of its own would be where its
 * administrator does not expect it.  It is not served, and hotplug-error says why, unless
 * policy says that the key does not matter (policy.h, ignore-...).
 */
#ifndef XMD_BACKEND_WANTS_H
#define XMD_BACKEND_WANTS_H

#include "negotiate.h"
#include "policy.h"
#include "store.h"

/*
 * wants_check - may a vif be served as it is configured?
 * @p: NULL: as without a policy file
 * @may: POLICY_IGNORE_* that were granted
 *
 * Return: 0; -EINVAL with a reason, and @ignore, POLICY_IGNORE_* that would let it be served; another:
 * not to be found out now
 */
int wants_check(struct store *s, const char *back, const struct vif_policy *p, uint32_t may,
		uint32_t *ignore, char reason[REASON_MAX]);

/* The first key of @back that nobody here knows, in @key; "": there is none. */
int wants_unknown(struct store *s, const char *back, char key[STORE_VALUE_MAX]);

#endif
