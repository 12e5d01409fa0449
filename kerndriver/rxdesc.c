// SPDX-License-Identifier: GPL-2.0
/*
 * rxdesc.c - checks on what the NIC says it received ("rx" is wire to guest).
 */
#include <linux/if_ether.h>
#include <xmd/nic.h>
#include <asm/byteorder.h>
#include "rxdesc.h"

/* 3.2.7: both bits say that the NIC looked and found the sum good. */
static __u8 csum_flags(const struct e1000_rx_desc *desc)
{
	if (desc->status & RXD_STAT_IXSM || !(desc->status & RXD_STAT_TCPCS))
		return 0;
	return desc->errors & (RXD_ERR_TCPE | RXD_ERR_IPE) ? 0 : XMD_F_CSUM_VALID;
}

/* A frame over several buffers fills all but the last, which may have nothing but an FCS
 * that was taken off (RCTL.SECRC) and so be empty.
 */
static enum xmd_rx_verdict check(const struct e1000_rx_desc *desc, __u32 max,
				 const struct xmd_rx_part *part)
{
	__u32 len = __le16_to_cpu(desc->length);

	if (desc->status == 0xff && desc->errors == 0xff && len == 0xffff)
		return XMD_RX_ALL_ONES;
	if (part->refused)
		return XMD_RX_REST;
	if (len > RXD_BUF_SIZE || part->len + len > max)
		return XMD_RX_LONG;
	if (!(desc->status & RXD_STAT_EOP))
		return len == RXD_BUF_SIZE ? XMD_RX_MORE : XMD_RX_LONG;
	if (desc->errors & RXD_ERR_FRAME)
		return XMD_RX_ERRORS;
	return part->len + len < ETH_HLEN ? XMD_RX_SHORT : XMD_RX_OK;
}

enum xmd_rx_verdict xmd_rx_check(const struct e1000_rx_desc *desc, __u32 max,
				 struct xmd_rx_part *part, __u8 *flags)
{
	enum xmd_rx_verdict verdict = check(desc, max, part);

	*flags = verdict == XMD_RX_OK ? csum_flags(desc) : 0;
	if (verdict == XMD_RX_MORE) {
		part->len += RXD_BUF_SIZE;
		return verdict;
	}
	part->len = 0;
	part->refused = verdict != XMD_RX_OK && !(desc->status & RXD_STAT_EOP);
	return verdict;
}

const char *xmd_rx_verdict_name(enum xmd_rx_verdict verdict)
{
	static const char * const name[XMD_RX_VERDICTS] = {
		[XMD_RX_OK] = "ok",
		[XMD_RX_ALL_ONES] = "all-ones",
		[XMD_RX_MORE] = "more",
		[XMD_RX_REST] = "rest",
		[XMD_RX_ERRORS] = "errors",
		[XMD_RX_SHORT] = "short",
		[XMD_RX_LONG] = "long",
		[XMD_RX_UNWRITTEN] = "unwritten",
	};

	return verdict < XMD_RX_VERDICTS ? name[verdict] : "?";
}
