/* SPDX-License-Identifier: GPL-2.0 */
/*
 * filter.h - which of the frames that flood a guest wants
 *
 * A frame that the switch knows to be for a vif goes there in any case.  What floods
 * (broadcast, multicast, addresses that nobody has learned) goes to every vif, unless its
 * guest has said through the object ring what it wants (XMD_VIF_SET).
 *
 * No Linux calls, no locks; compiled on the host for tests.
 */
#ifndef XMD_BACK_FILTER_H
#define XMD_BACK_FILTER_H

#include <linux/types.h>
#include "xmd/backdev.h"

/* xmd_filter_valid - is everything in @s as its comment says? */
bool xmd_filter_valid(const struct xmd_vif_settings *s);

/**
 * xmd_filter_wants - does a guest with settings @s want a frame that floods?
 * @hdr: the frame, @len bytes of it, at least ETH_HLEN
 */
bool xmd_filter_wants(const struct xmd_vif_settings *s, const u8 *hdr, u32 len);

#endif /* XMD_BACK_FILTER_H */
