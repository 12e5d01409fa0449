/* SPDX-License-Identifier: GPL-2.0 */
/*
 * txlimit.h - how many bytes of guests' frames the transmit ring may hold
 *
 * As many as keep the wire busy from one look at DD to the next, and no more: what is in the
 * ring is what a frame waits for, whoever's it is; all else waits where turns are taken.
 * Pure code, also built on the host.
 *
 *   the ring ran empty, and somebody was refused meanwhile    it was too little: more by that much
 *   it never did for XMD_LIMIT_HOLD, though somebody was      half of the least it held was too much
 */
#ifndef XMD_KERNDRIVER_TXLIMIT_H
#define XMD_KERNDRIVER_TXLIMIT_H

#include <linux/types.h>

#define XMD_LIMIT_MIN	6144u		/* 5 ms at 10 Mb/s */
#define XMD_LIMIT_BEGIN	65536u
#define XMD_LIMIT_MAX	(1u << 20)

struct xmd_tx_limit {
	__u32 bytes;		/* the limit; the frame that reaches it still goes */
	__u32 in;		/* now */
	__u32 done;		/* since the last look */
	__u32 least;		/* that a look has found since @begun */
	bool refused;		/* somebody had more, since the last look */
	unsigned long begun;
};

/* A look, at @now, when all that was done is out; @hold: in its unit. */
static inline void xmd_limit_look(struct xmd_tx_limit *l, unsigned long now, unsigned long hold)
{
	__u32 less, spare = l->bytes - XMD_LIMIT_MIN;

	if (l->refused && l->in) {
		l->least = l->in < l->least ? l->in : l->least;
		if (now - l->begun < hold)
			goto out;
		less = l->least / 2;
		l->bytes -= less < spare ? less : spare;
	} else if (l->refused) {
		l->bytes = l->bytes + l->done < XMD_LIMIT_MAX ? l->bytes + l->done : XMD_LIMIT_MAX;
	}
	l->least = ~0u;
	l->begun = now;
out:
	l->done = 0;
	l->refused = false;
}

#endif /* XMD_KERNDRIVER_TXLIMIT_H */
