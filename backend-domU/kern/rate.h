/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rate.h - what a guest may send now, under a limit of bytes an interval
 *
 * What it means for guests is said at struct xmd_vif_rate (backdev.h).  The last frame may take
 * more than there is: credit is then below 0, and only the coming intervals make it good.
 * That costs no look at a frame that may not go yet, and loses nothing of the limit to
 * frames that do not fit into the rest of an interval.
 *
 * Nothing here calls Linux: it is compiled on the host, too.
 */
#ifndef XMD_BACK_RATE_H
#define XMD_BACK_RATE_H

#include <linux/types.h>
#include "xmd/backdev.h"

struct xmd_rate {
	struct xmd_vif_rate limit;	/* usecs 0: none, and the rest has no meaning */
	s64 credit;	/* bytes, above -XMD_RATE_BURST */
	u64 since;	/* us: when the present interval began */
	u64 due;	/* us: until then requests wait, or waited, for credit */
};

static inline bool xmd_rate_valid(const struct xmd_vif_rate *limit)
{
	if (!limit->usecs)
		return !limit->bytes;
	return limit->bytes && limit->usecs >= XMD_RATE_USECS_MIN;
}

/* A valid limit, from @now (us) on. */
static inline void xmd_rate_start(struct xmd_rate *r, const struct xmd_vif_rate *limit, u64 now)
{
	*r = (struct xmd_rate){ .limit = *limit, .credit = limit->bytes, .since = now };
}

/* There is a limit.  Return: what of it is left at @now, which never goes back. */
static inline s64 xmd_rate_credit(struct xmd_rate *r, u64 now)
{
	s64 most = r->limit.bytes > XMD_RATE_BURST ? r->limit.bytes : XMD_RATE_BURST;
	u64 n = (now - r->since) / r->limit.usecs;

	r->since += n * r->limit.usecs;
	/* n may be anything: multiplied only when the product is known to be small */
	if (n > (u64)(most - r->credit) / r->limit.bytes)
		r->credit = most;
	else
		r->credit += n * r->limit.bytes;
	return r->credit;
}

/* Nothing is left.  Return: when (us) there will be. */
static inline u64 xmd_rate_due(const struct xmd_rate *r)
{
	return r->since + ((u64)-r->credit / r->limit.bytes + 1) * r->limit.usecs;
}

#endif /* XMD_BACK_RATE_H */
