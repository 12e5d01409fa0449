// SPDX-License-Identifier: GPL-2.0
/* Tags of VLANs: found, put on, taken off; see vlan.h. */
#include <linux/if_ether.h>
#include <linux/string.h>
#include "csum.h"
#include "vlan.h"

bool xmd_vlan_any(const u8 *hdr)
{
	u16 type = xmd_be16(hdr + 2 * ETH_ALEN);

	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

void xmd_vlan_push(struct xmd_buf *b, u16 vlan)
{
	const u8 tag[XMD_TAG_LEN] = { ETH_P_8021Q >> 8, ETH_P_8021Q & 0xff, vlan >> 8, vlan };

	b->off -= XMD_TAG_LEN;
	b->len += XMD_TAG_LEN;
	b->frame_len += XMD_TAG_LEN;
	b->csum_start += XMD_TAG_LEN;
	b->hdr_len += XMD_TAG_LEN;
	memmove(xmd_buf_data(b), xmd_buf_data(b) + XMD_TAG_LEN, 2 * ETH_ALEN);
	memcpy(xmd_buf_data(b) + 2 * ETH_ALEN, tag, XMD_TAG_LEN);
}

void xmd_vlan_pop(struct xmd_buf *b)
{
	memmove(xmd_buf_data(b) + XMD_TAG_LEN, xmd_buf_data(b), 2 * ETH_ALEN);
	b->off += XMD_TAG_LEN;
	b->len -= XMD_TAG_LEN;
	b->frame_len -= XMD_TAG_LEN;
}
