// SPDX-License-Identifier: GPL-2.0
/* How a guest takes a frame: as it is, with its checksum completed, in segments, or never. */
#include <linux/etherdevice.h>
#include "back.h"
#include "gso.h"

#define F_GSO	(XMD_F_GSO_TCPV4 | XMD_F_GSO_TCPV6)
#define MAX_SLOTS	17u	/* of a frame in a guest's RX ring */
#define FRAME_OVERHEAD	(ETH_HLEN + 4)	/* over the MTU: header and a VLAN tag */

/* Linux' frontend looks for the checksum behind the Ethernet header, and drops tagged frames. */
static bool takes_blank(const struct xmd_vif *v, const struct xmd_buf *b)
{
	if (xmd_is_tagged(xmd_buf_data(b), b->len))
		return false;
	if (xmd_is_ipv6(xmd_buf_data(b), b->len))
		return v->features & XMD_VIF_CSUM_V6;
	return !(v->features & XMD_VIF_NO_CSUM_V4);
}

static bool takes_gso(const struct xmd_vif *v, const struct xmd_buf *b)
{
	u32 want = b->flags & XMD_F_GSO_TCPV4 ? XMD_VIF_GSO_TCPV4 : XMD_VIF_GSO_TCPV6;

	return (v->features & want) && takes_blank(v, b);
}

/* Whether segments from the wire may be merged for it: both kinds of GSO frames are fine. */
bool xmd_rx_takes_merged(const struct xmd_vif *v)
{
	const u32 want = XMD_VIF_SG | XMD_VIF_GSO_TCPV4 | XMD_VIF_GSO_TCPV6 | XMD_VIF_CSUM_V6;

	return (v->features & want) == want && !(v->features & XMD_VIF_NO_CSUM_V4);
}

/*
 * v->mtu is what the guest was told, and advisory (netif.h): it may have set more by itself,
 * and sends that.  So with scatter-gather it gets what the wire may carry.
 */
static bool too_long(const struct xmd_vif *v, u32 len)
{
	bool told = len <= v->mtu + FRAME_OVERHEAD;

	if (!(v->features & XMD_VIF_SG))
		return !told || len > XMD_RING_PAGE;
	return !told && len > xmd_nic_max_frame(back.nic);
}

/* @len: of the frame; @b may hold only its head yet. */
enum xmd_fit xmd_rx_fit(const struct xmd_vif *v, const struct xmd_buf *b, u32 len)
{
	bool long_ok = len <= XMD_RING_PAGE || v->features & XMD_VIF_SG;

	if (xmd_vif_untags(v, b))
		len -= XMD_TAG_LEN;
	if (b->flags & F_GSO)
		return long_ok && takes_gso(v, b) ? FIT_AS_IS :
		       xmd_gso_count(b) ? FIT_IN_SEGMENTS : FIT_NEVER;
	if (too_long(v, len))
		return FIT_NEVER;
	if (!(b->flags & XMD_F_CSUM_BLANK) || takes_blank(v, b))
		return FIT_AS_IS;
	return FIT_COMPLETE_CSUM;
}

/*
 * Slots for the frame if no piece of it is cut where a page of the receiver's ends: one copy for
 * each then, not two.  0: more than a frontend can take (Linux: 17, and one more if the first
 * holds nothing but what it moves out of it).
 */
unsigned int xmd_rx_slots_uncut(const struct xmd_tx_work *w)
{
	u32 skip = w->head->frame_len, used = skip, first = 0, n = 1;
	unsigned int i;

	for (i = 0; i < w->f.nfrags; i++) {
		u32 cut = min_t(u32, skip, w->f.frag[i].len), len = w->f.frag[i].len - cut;

		skip -= cut;
		if (used + len > XMD_RING_PAGE) {
			first = first ? first : used;
			used = 0;
			n++;
		}
		used += len;
	}
	if (n > MAX_SLOTS + (first == w->head->frame_len))
		return 0;
	return n + !!(w->head->flags & F_GSO);
}
