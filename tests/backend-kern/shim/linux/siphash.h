/* SPDX-License-Identifier: GPL-2.0 */
/* Not SipHash, only something with its interface that spreads. */
#ifndef SHIM_SIPHASH_H
#define SHIM_SIPHASH_H
#include <stddef.h>
#include <linux/types.h>

typedef struct { unsigned long key[2]; } hsiphash_key_t;

static inline u32 hsiphash(const void *data, size_t len, const hsiphash_key_t *key)
{
	const u8 *p = (const u8 *)data;
	u64 h = key->key[0];

	for (; len; len--)
		h = (h ^ *p++) * 0x9e3779b97f4a7c15ull + key->key[1];
	return h >> 32;
}
#endif
