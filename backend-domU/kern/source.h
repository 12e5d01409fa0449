/* SPDX-License-Identifier: GPL-2.0 */
/*
 * source.h - whose addresses a guest may send from, when it was given some
 *
 * Then these frames pass, and no others:
 *
 *   IPv4   from an address of the list; from 0.0.0.0 to UDP port 67, which is DHCP
 *   ARP    for IPv4 over Ethernet whose sender is in the list, or 0.0.0.0 (RFC 5227: a probe)
 *   IPv6   from an address of the list, or the link-local one that is made of the vif's MAC
 *          (RFC 4291, appendix A); from :: what is ICMPv6.  Neighbour advertisements, and
 *          solicitations from ::, are for such a target too, and never in fragments (RFC 6980)
 *
 * behind up to two VLAN tags, if its vif may send any.  Another link-local address is one as all
 * others: it has to be in the list.  What is not to be found out because headers lie behind the
 * first XMD_TX_HEAD bytes does not pass.
 *
 * No Linux calls, no locks; compiled on the host for tests.
 */
#ifndef XMD_BACK_SOURCE_H
#define XMD_BACK_SOURCE_H

#include <linux/types.h>
#include "xmd/backdev.h"

/* xmd_confine_valid - is everything in @c as its comment says? */
bool xmd_confine_valid(const struct xmd_vif_confine *c);

/**
 * xmd_source_ok - may a guest with addresses @c, and MAC @mac, send this frame?
 * @p: the frame, @len bytes of it, at least ETH_HLEN
 */
bool xmd_source_ok(const struct xmd_vif_confine *c, const u8 *mac, const u8 *p, unsigned int len);

#endif /* XMD_BACK_SOURCE_H */
