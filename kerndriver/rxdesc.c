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

enum xmd_rx_verdict xmd_rx_check(const struct e1000_rx_desc *desc, bool *tail, __u8 *flags)
{
	unsigned int len = __le16_to_cpu(desc->length);
	bool refused = *tail;

	*flags = 0;
	if (desc->status == 0xff && desc->errors == 0xff && len == 0xffff)
		return XMD_RX_ALL_ONES;
	*tail = !(desc->status & RXD_STAT_EOP);
	if (*tail || refused)
		return XMD_RX_NO_EOP;
	if (desc->errors & RXD_ERR_FRAME)
		return XMD_RX_ERRORS;
	if (len < ETH_HLEN)
		return XMD_RX_SHORT;
	if (len > XMD_TX_MAX_FRAME || len > RXD_BUF_SIZE)
		return XMD_RX_LONG;
	*flags = csum_flags(desc);
	return XMD_RX_OK;
}

const char *xmd_rx_verdict_name(enum xmd_rx_verdict verdict)
{
	static const char * const name[XMD_RX_VERDICTS] = {
		[XMD_RX_OK] = "ok",
		[XMD_RX_ALL_ONES] = "all-ones",
		[XMD_RX_NO_EOP] = "no-eop",
		[XMD_RX_ERRORS] = "errors",
		[XMD_RX_SHORT] = "short",
		[XMD_RX_LONG] = "long",
	};

	return verdict < XMD_RX_VERDICTS ? name[verdict] : "?";
}
