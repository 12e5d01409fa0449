/* SPDX-License-Identifier: GPL-2.0 */
/*
 * confine.h - what keeps a guest where it belongs: the keys bridge, vlan and ip of its vif
 *
 *   bridge  a name of the NIC's network, or of a segment of vifs alone (policy.h)
 *   vlan    "N" or "Np", 1 to 4094: an access port.  More than that, as xl(1) knows it ("10p/20",
 *           "10-19", "10u"), is a trunk, which is not given here
 *   ip      ADDRESS or ADDRESS/BITS, IPv4 or IPv6, with blanks between them
 */
#ifndef XMD_BACKEND_CONFINE_H
#define XMD_BACKEND_CONFINE_H

#include "policy.h"
#include "store.h"

#include <xmd/backdev.h>

#define CONFINE_TEXT_MAX	1024	/* bytes of a value, with the NUL */

/* 0; -EINVAL */
int confine_vlan(const char *text, __u16 *vlan);

/* Fills addr and n_addrs.  0; -EINVAL; -E2BIG: more than XMD_ADDRS_MAX */
int confine_ip(const char *text, struct xmd_vif_confine *c);

/* Which of the keys are there: to be found out with one question to xenstored, not three. */
#define CONFINE_BRIDGE	1u
#define CONFINE_VLAN	2u
#define CONFINE_IP	4u
#define CONFINE_KEYS	7u

/* Return: as confine_read; no directory is one without keys.  Where it cannot be found out, each may be there */
int confine_look(struct store *s, const char *back, unsigned int *keys);

/*
 * confine_read - the three keys of @back, for the kernel half
 * @keys: CONFINE_* that may be there; those that policy lets be ignored are for the caller to
 *	  leave out (confine_ignored)
 *
 * A bridge of which nobody knows what it is may have been a segment without the wire: a vif with one is
 * on a segment for itself.  Another key that cannot be understood is as one that is not there.  Such
 * vifs are not offered, only adopted: wants_check says so to whom it matters.
 * A VLAN on a segment without the wire is none.  Return: 0; negative: not to be found out now
 */
int confine_read(struct store *s, const char *back, const struct vif_policy *p, unsigned int keys,
		 struct xmd_vif_confine *c);

/* CONFINE_* that need not be honoured; @may: POLICY_IGNORE_* */
unsigned int confine_ignored(uint32_t may);

/* Only the VLAN, whatever else there is; 0: none.  Return: as confine_read */
int confine_read_vlan(struct store *s, const char *back, __u16 *vlan);

#endif
