/* SPDX-License-Identifier: GPL-2.0 */
/* random.h - values at random, as a table of the generator allows them. */
#ifndef XPC_TEST_RANDOM_H
#define XPC_TEST_RANDOM_H

#include "wire.h"

void random_seed(__u64 seed);
__u64 random_below(__u64 n);		/* 0 if n is 0 */

/* Every member, bounds of ranges more often than what lies between them.  Elements of
 * lists go where xpc_decode_update puts them: @obj is a struct NAME_store. */
void random_struct(const struct xpc_struct *s, void *obj);

#endif /* XPC_TEST_RANDOM_H */
