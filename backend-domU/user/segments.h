/* SPDX-License-Identifier: GPL-2.0 */
/*
 * segments.h - what keeps guests apart outlives the policy that says so
 *
 * A policy that was written while the domain ran dies with it, and a name that was a segment
 * without the wire would be unknown to the next one, or be the NIC's network: xenbr0 can be made
 * private, too; and a VLAN would be everybody's.  So all names that are private, and all VLANs of @vlans, stand in
 * xenstore (data/xmd-backend/private-segments, closed-vlans), and xmd-supervisor carries them over to the domain that
 * comes after this one.  There, and as long as a domain has that key, they are what they were until @bridges, or
 * @open-vlans, has them.
 */
#ifndef XMD_BACKEND_SEGMENTS_H
#define XMD_BACKEND_SEGMENTS_H

#include "policy.h"
#include "store.h"

/* At the start, before a vif is served.  Return: 0; negative: the connection is broken */
int segments_start(struct vif_policy *p, struct store *s);

#endif
