// SPDX-License-Identifier: GPL-2.0
/* Which of the frames that flood a guest wants; see filter.h. */
#include <linux/if_ether.h>
#include <linux/string.h>
#include "filter.h"

#define VLANS	4096u

bool xmd_filter_valid(const struct xmd_vif_settings *s)
{
	static const u8 zero[ETH_ALEN];
	unsigned int i;

	if (s->id.reserved || s->mtu < 68 || s->mtu > 65535 || s->flags & ~XMD_SET_FLAGS)
		return false;
	if (s->mac[0] & 1 || !memcmp(s->mac, zero, ETH_ALEN))
		return false;
	if (s->rx_usecs > XMD_RX_USECS_MAX_VIF)
		return false;
	if (s->n_mc > XMD_SET_MC_MAX || s->n_vlans > XMD_SET_VLANS_MAX)
		return false;
	for (i = 0; i < s->n_mc; i++)
		if (!(s->mc[i][0] & 1))
			return false;
	for (i = 0; i < s->n_vlans; i++)
		if (s->vlan[i] >= VLANS)
			return false;
	return true;
}

/* VLAN 0 is a priority tag on an untagged frame: 802.1Q, 9.6. */
static bool wants_vlan(const struct xmd_vif_settings *s, const u8 *hdr, u32 len)
{
	unsigned int i, vid;

	if (len < ETH_HLEN + 2 || hdr[12] != 0x81 || hdr[13] != 0x00)
		return true;
	vid = (hdr[14] << 8 | hdr[15]) & (VLANS - 1);
	for (i = 0; i < s->n_vlans; i++)
		if (s->vlan[i] == vid)
			return true;
	return !vid;
}

static bool wants_address(const struct xmd_vif_settings *s, const u8 *to)
{
	static const u8 all[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	unsigned int i;

	if (!(to[0] & 1))
		return !memcmp(to, s->mac, ETH_ALEN);
	if (s->flags & XMD_SET_ALLMULTI || !memcmp(to, all, ETH_ALEN))
		return true;
	for (i = 0; i < s->n_mc; i++)
		if (!memcmp(to, s->mc[i], ETH_ALEN))
			return true;
	return false;
}

bool xmd_filter_wants(const struct xmd_vif_settings *s, const u8 *hdr, u32 len)
{
	if (!(s->flags & XMD_SET_FILTER) || s->flags & XMD_SET_PROMISC)
		return true;
	if (s->flags & XMD_SET_VLANS && !wants_vlan(s, hdr, len))
		return false;
	return wants_address(s, hdr);
}
