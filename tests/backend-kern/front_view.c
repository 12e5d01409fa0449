// SPDX-License-Identifier: GPL-2.0
/* What xmd_front.ko makes of an RX ring: its own parse.c, whose header is named as ours. */
#include "../../frontend/parse.c"
#include "front_view.h"

/* Return: how many frames it drops, or -1: the device is disabled. */
int front_drops(const void *slots, u32 from, u32 to)
{
	struct xmd_rx_frame f;
	int n = 0;

	for (; from != to; from += f.nslots) {
		int verdict = xmd_front_rx_parse(slots, from, to, &f);

		if (verdict == XMD_RX_FAULT || verdict == XMD_RX_PARTIAL)
			return -1;
		n += verdict == XMD_RX_BAD;
	}
	return n;
}
