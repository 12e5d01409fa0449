/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bucket.h - how often may something be done for somebody who cannot be trusted to stop
 *
 * Time fills the bucket, what is done empties it.  Both are counted in ms: so many times a
 * second are a cost of 1000 / so many.
 */
#ifndef XMD_XPC_BUCKET_H
#define XMD_XPC_BUCKET_H

#include "wire.h"

struct xpc_bucket {
	__u64 at;	/* ms; when @has was as it is */
	__u32 has;	/* ms */
};

/* At @now, which never goes back.  @most: what it holds, not less than @cost.  Return: is there
 * enough?
 */
static inline bool xpc_bucket_spend(struct xpc_bucket *b, __u64 now, __u32 cost, __u32 most)
{
	__u64 gained = now - b->at;

	b->at = now;
	b->has = gained > most - b->has ? most : b->has + (__u32)gained;
	if (b->has < cost)
		return false;
	b->has -= cost;
	return true;
}

/* There was not enough.  Return: when (ms) there is. */
static inline __u64 xpc_bucket_due(const struct xpc_bucket *b, __u32 cost)
{
	return b->at + cost - b->has;
}

#endif /* XMD_XPC_BUCKET_H */
